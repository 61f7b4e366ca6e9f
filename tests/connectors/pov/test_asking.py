"""How POV is asked: the look-up whose answer decides whether an order is sent again, and who we say we are."""

from __future__ import annotations

from typing import Any

import pytest

from platen.adapters.http import RequestsHttp
from platen.connectors.pov.client import Client, Door
from platen.connectors.pov.profile import Profile
from platen.domain.verdicts import Denied, Later, Unclear
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
