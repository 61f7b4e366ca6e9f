"""What each answer means: above all, whether an order may have come of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen.adapters.http import RequestsHttp
from platen.connectors.pov.answers import Rejected, retry_after
from platen.connectors.pov.client import Client, Door
from platen.connectors.pov.profile import Profile
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.pov.house import (
    BASE,
    GONE,
    LOOK_UP,
    House,
    ScriptedHttp,
    X,
    errors,
    reply,
    settings,
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


# the look-up, whose answer decides whether an order is sent again


def look_up(answer: Reply | Exception, profile: dict[str, Any] | None = None) -> list[str]:
    return [order.ref for order in client(answer, profile)[0].orders_called(X)]


def test_an_order_that_is_there_is_found_alone_or_in_a_list() -> None:
    assert look_up(reply(200, their_order())) == ["POV-100001"]
    assert look_up(reply(200, [their_order()])) == ["POV-100001"]
    profile = {"answer": {"order": {"found": "data.orders"}}}
    assert look_up(reply(200, {"data": {"orders": [their_order()]}}), profile) == ["POV-100001"]


def test_there_is_none_only_where_pov_says_so() -> None:
    assert look_up(GONE) == []
    assert look_up(reply(200, [])) == []
    assert look_up(HTML, {"answer": {"error": {"not_found": ""}}}) == []


@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        reply(404, {}),
        errors(404, {"code": "no_such_path"}),
        reply(200, b"not json"),
        reply(200, {}),
        reply(200, None),
        reply(200, {"orders": []}),
        reply(200, their_order(reference="1002-k7x2m3qpl4tzabcd-1")),
        reply(200, their_order(reference="")),
        reply(200, [their_order(), their_order(reference="1002-k7x2m3qpl4tzabcd-1")]),
    ],
)
def test_an_answer_that_leaves_it_open_is_unclear(answer: Reply) -> None:
    with pytest.raises(Unclear):
        look_up(answer)


def test_a_profile_that_cannot_look_up_never_says_that_there_is_none() -> None:
    with pytest.raises(Unclear, match="no way to ask"):
        look_up(GONE, {"paths": {"by_reference": ""}})


def test_an_order_that_is_gone_is_none_and_a_wrong_path_is_not() -> None:
    assert client(GONE)[0].order("P1") is None
    with pytest.raises(Later, match="without saying"):
        client(HTML)[0].order("P1")


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


# how it is asked


@pytest.mark.parametrize(
    ("auth", "headers", "query"),
    [
        ({}, {"X-Customer-Id": "customer-4711", "Authorization": "Bearer key-0815"}, ""),
        ({"customer_id": "none", "key": "none"}, {}, ""),
        (
            {"customer_id": "basic", "key": "basic"},
            {"Authorization": "Basic Y3VzdG9tZXItNDcxMTprZXktMDgxNQ=="},
            "",
        ),
        (
            {"customer_id": "query", "customer_id_name": "cid", "key": "query", "key_name": "k"},
            {},
            "cid=customer-4711&k=key-0815",
        ),
        ({"customer_id": "none", "key_name": "X-Key", "key_prefix": ""}, {"X-Key": "key-0815"}, ""),
    ],
)
def test_who_we_are_goes_where_the_profile_says(auth: dict[str, str], headers: dict[str, str], query: str) -> None:
    http = ScriptedHttp()
    api = Client(http, FakeClock(), Door(BASE, "customer-4711", "key-0815"), Profile.model_validate({"auth": auth}))
    http.on("GET /mail-classes" + (f"?{query}" if query else ""), reply(200, []))
    http.on("GET /shipments?since=7" + (f"&{query}" if query else ""), reply(200, {"shipments": []}))
    api.classes()
    api.shipments("7")
    assert {name: value for name, value in http.calls[0].headers.items() if name != "Accept"} == headers


def test_a_host_that_the_deployment_does_not_name_is_a_matter_of_the_connection() -> None:
    """The door refuses before anything is sent: no order is to blame, and a person is told what to do."""
    api = Client(RequestsHttp(()), FakeClock(), Door("https://pov.example/v0", "4711"), Profile())
    for ask in (lambda: api.create({}, X), api.classes, lambda: api.orders_called(X)):
        with pytest.raises(Denied) as denied:
            ask()
        assert "pov.example" in denied.value.words
        assert "AllowedHosts" in denied.value.words
        assert "Nothing was sent" in denied.value.words


def test_the_check_says_how_a_shut_door_is_opened() -> None:
    finding = House(RequestsHttp(()), settings(base_url_live="https://pov.example/v0")).vendor().check()[0]
    assert not finding.ok
    assert "AllowedHosts" in finding.fix
    assert "customer_id" not in finding.fix


def test_the_list_of_shipments_is_read_whole_or_not_at_all() -> None:
    api, _ = client(reply(200, {"shipments": [their_shipment(), 7], "next_cursor": 9}))
    with pytest.raises(Later):
        api.shipments("7")
    fine, _ = client(reply(200, {"shipments": [their_shipment()], "next_cursor": 9}))
    feed = fine.shipments("7")
    assert ([one.reference for one in feed.shipments], feed.cursor) == ([X], "9")
