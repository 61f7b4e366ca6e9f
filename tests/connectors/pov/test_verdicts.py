"""What each answer means: above all, whether an order may have come of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen.connectors.answering import retry_after
from platen.connectors.pov.answers import Rejected
from platen.connectors.pov.client import Client, Door
from platen.connectors.pov.profile import Profile
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.pov.house import (
    BASE,
    LOOK_UP,
    ScriptedHttp,
    X,
    errors,
    reply,
    their_order,
    their_shipment,
)
from tests.fakes import FakeClock
from tests.fakes.clock import START

CALLS = (
    "POST /orders",
    "GET /orders/P1",
    LOOK_UP,
    "GET /shipments?since=7",
    "GET /mail-classes",
    "DELETE /orders/P1",
)
HTML = reply(404, b"<html>Not Found</html>")


def client(answer: Reply | Exception, profile: dict[str, Any] | None = None) -> tuple[Client, ScriptedHttp]:
    http = ScriptedHttp()
    for call in CALLS:
        http.on(call, answer)
    door = Door(BASE, "customer-4711", "key-0815")
    return Client(http, FakeClock(), door, Profile.model_validate(profile or {})), http


def after_submit(answer: Reply | Exception) -> Verdict:
    api, http = client(answer)
    with pytest.raises(Verdict) as verdict:
        api.create({"reference": X}, X)
    assert len(http.calls) == 1, "a submit is tried exactly once, whatever comes of it"
    return verdict.value


def after_reads(answer: Reply | Exception) -> list[Verdict]:
    api, _ = client(answer)
    found = []
    for ask in (lambda: api.order("P1"), lambda: api.shipments("7"), api.classes):
        with pytest.raises(Verdict) as verdict:
            ask()
        found.append(verdict.value)
    return found


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_with_an_order_in_it_is_a_success(status: int) -> None:
    api, http = client(reply(status, their_order()))
    assert api.create({"reference": X}, X).ref == "POV-100001"
    assert http.calls[0].headers == {
        "Accept": "application/json",
        "X-Customer-Id": "customer-4711",
        "Authorization": "Bearer key-0815",
        "Idempotency-Key": X,
    }


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, {"message": "Server Error"}),
        reply(502, b"<html>Bad gateway</html>"),
        reply(503, b""),
        reply(408, b""),
        reply(425, b""),
        reply(302, b"", location="https://elsewhere.example"),
        reply(200, b"not json"),
        reply(200, b""),
        reply(200, []),
        reply(200, {"ok": True}),
        reply(200, their_order(pov_order_id=None)),
        reply(200, their_order(pov_order_id="")),
        reply(201, their_order(shipments="soon")),
        reply(200, b'{"pov_order_id": "POV-1"'),
        reply(200, b"[" * 100_000),
        Unclear("timed out"),
    ],
)
def test_a_submit_that_may_have_worked_is_unclear(answer: Reply | Exception) -> None:
    assert type(after_submit(answer)) is Unclear


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, {"message": "Server Error"}),
        reply(503, b"<html>"),
        reply(408, b""),
        reply(301, b""),
        reply(200, b"not json"),
        reply(200, {"shipments": [1], "pov_order_id": {}}),
        HTML,
        Unclear("timed out"),
        Unreachable("no route"),
    ],
)
def test_a_read_that_failed_is_for_later_since_nothing_was_made(answer: Reply | Exception) -> None:
    assert all(isinstance(verdict, Later) for verdict in after_reads(answer))


@pytest.mark.parametrize("status", [401, 403])
def test_a_customer_that_is_not_known_is_denied_whatever_was_asked(status: int) -> None:
    answer = errors(status, {"code": "unknown_customer", "message": "customer-4711 with key-0815 is not known"})
    for verdict in (after_submit(answer), *after_reads(answer)):
        assert isinstance(verdict, Denied)
        assert "POV customer ID" in verdict.words
        assert "4711" not in verdict.words
        assert "0815" not in verdict.words


@pytest.mark.parametrize(
    ("header", "wait"),
    [("17", 17), ("0", 1), ("99999", 3600), ("soon", 60), ("", 60), ("Sat, 21 Nov 2026 09:00:30 GMT", 30)],
)
def test_busy_says_how_long(header: str, wait: int) -> None:
    answer = reply(429, {}, retry_after=header)
    for verdict in (after_submit(answer), *after_reads(answer)):
        assert isinstance(verdict, Busy)
        assert verdict.after == timedelta(seconds=wait)
    assert retry_after(reply(429, {}), START) == timedelta(seconds=60)


def test_a_reference_that_is_taken_is_there_already() -> None:
    assert isinstance(after_submit(errors(409, {"field": "reference", "code": "reference_taken"})), AlreadyThere)


@pytest.mark.parametrize("status", [400, 402, 404, 405, 410, 413, 415, 422])
def test_any_other_no_is_refused_with_their_words(status: int) -> None:
    verdict = after_submit(errors(status, {"field": "sku", "code": "unknown_sku", "message": "No such thing."}))
    assert isinstance(verdict, Rejected)
    assert "sku: No such thing." in verdict.words
    assert verdict.said[0].code == "unknown_sku"


def test_a_wrong_address_says_so() -> None:
    assert "API address" in after_submit(HTML).words
    assert "<html>" not in after_submit(HTML).words


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"errors": "no"}',
        b'{"errors": [7, null, {"field": {"a": 1}}]}',
        b'{"message": 7}',
        b"\xff",
    ],
)
def test_a_refusal_in_any_form_is_a_refusal(body: bytes) -> None:
    assert isinstance(after_submit(reply(422, body)), Refused)


def test_words_show_nothing_private_and_are_cut() -> None:
    api, _ = client(errors(422, {"field": "ship_to of Quellwasser", "message": "Quellwasser, " + "x" * 5000}))
    with pytest.raises(Rejected) as refused:
        api.create({}, X, private=("Quellwasser",))
    assert "Quellwasser" not in refused.value.words
    assert "Quellwasser" not in repr(refused.value.said)
    assert len(refused.value.words) < 700


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*their_order(), *their_shipment(), "errors", "code"]), inner, max_size=6)
    ),
    max_leaves=20,
)


@hypothesis_settings(max_examples=200, deadline=None)
@given(JSON, st.sampled_from([200, 201, 400, 404, 409, 422, 429, 500]))
def test_whatever_pov_answers_it_is_an_order_or_a_verdict_of_ours(body: object, status: int) -> None:
    api, _ = client(reply(status, body))
    try:
        made = api.create({}, X)
    except Verdict:
        pass
    else:
        assert (status < 300, bool(made.ref)) == (True, True)
    try:
        found = api.orders_called(X)
    except Verdict:
        pass
    else:
        assert all(order.reference == X for order in found)
        assert found or status in (200, 201, 404)
    for ask in (lambda: api.order("P1"), lambda: api.shipments("7"), api.classes, lambda: api.cancel("P1")):
        with suppress(Verdict):
            ask()
