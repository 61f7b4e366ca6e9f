"""InkSoft and Shopify -> Platen -> ShipStation -> label -> the stores, on the real template: all, and once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from platen.domain.model import iso
from platen_cli.stack import LocalStack
from tests.stack.conftest import HOME
from tests.stack.packing import PASSWORD, PERSONAL, SECRETS, USER, House, Placed, changed
from tests.support.abroad import PATIENCE
from twins.kit import wall

pytestmark = pytest.mark.stack

ORDERS = 25
PART = 8
"""Orders that come with each trouble of a bad day: enough for the calls that fail to be made."""
PACKED_AFTER = 4
"""Seconds. News of a job that is still being sent is looked at a minute later, and nobody packs that fast."""
WINDOW = {"action": "export", "start_date": "01/01/2000 00:00", "end_date": "01/01/2001 00:00"}
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ShipNotice><OrderID>&e;</OrderID></ShipNotice>'
NOTICE = b"<ShipNotice><OrderID>k7x2m3qpl4tzabcd-1</OrderID><OrderNumber>404</OrderNumber></ShipNotice>"


def opened(stack: LocalStack, ask: Callable[..., dict[str, Any]], way: str) -> Iterator[House]:
    name = f"pack-{way.partition('_')[0]}"
    house = House(stack, ask, HOME / name, name=name, way=way)
    try:
        yield house.open()
    finally:
        try:
            house.close()
        finally:
            house.stop()


@pytest.fixture(scope="module")
def house(stack: LocalStack, ask: Callable[..., dict[str, Any]]) -> Iterator[House]:
    """By the way of the Custom Store, which ShipStation fetches every second."""
    yield from opened(stack, ask, "custom_store")


@pytest.fixture(scope="class", params=["v2", "v1"])
def api_house(
    stack: LocalStack, ask: Callable[..., dict[str, Any]], request: pytest.FixtureRequest
) -> Iterator[House]:
    yield from opened(stack, ask, request.param)


def assert_once_each(house: House, orders: list[Placed]) -> None:
    """Once at ShipStation, and every label once at its store, and nothing left for a person."""
    packed, labels, shown, states = house.statuses(), house.labels(), house.shown(), house.states()
    assert [order for order in orders if len(packed[order]) != 1] == []
    assert [order for order in orders if len(labels[order]) != 1] == []
    assert {order: shown[order] for order in orders} == {order: labels[order] for order in orders}
    assert {states[order] for order in orders} == {"done"}
    assert house.shipstation.get("/stats")["duplicates"] == []
    assert house.inksoft.get("/stats")["duplicates"] == []
    assert house.ask("attention")["items"] == []
    assert house.dead() == []


class TestTheCustomStore:
    def test_all_orders_are_packed_once_and_told_once(self, house: House) -> None:
        house.switch(auto_label_after_seconds=PACKED_AFTER)
        orders = house.some_orders(ORDERS)
        house.until_all_are_at_shipstation()
        house.until_done(orders)
        assert_once_each(house, orders)
        assert house.custom_store["errors"] == []
        assert house.custom_store["warnings"] == [], "items, tax and shipping make up the total"

    def test_everything_again_changes_nothing(self, house: House) -> None:
        house.ask("poll", connection=house.ink)  # what was told there shows in the orders: that is still news
        house.until_at_rest()
        before = house.everything()
        for notice in house.shipstation.get("/notices"):
            house.shipstation.post(f"/notices/{notice['number']}/again")
        house.shopify.post("/outbox/again")
        house.store_switch("/refresh", since="2020-01-01T00:00:00Z")
        for connection in (house.ink, house.shop, house.packers):
            house.ask("poll", connection=connection)
        house.ask("sweep")
        house.until_at_rest()
        assert changed(before, house.everything()) == {}

    def test_unpaid_and_cancelled_orders_are_shown_as_such(self, house: House) -> None:
        house.switch(manual_labels=True)
        unpaid, regretted, plain = house.ink_order(paid=False), house.ink_order(), house.shop_order()
        house.until_at_shipstation([unpaid], "awaiting_payment")
        house.until_at_shipstation([regretted, plain])
        house.until(lambda: house.states()[unpaid] == "waiting", "the wait for its money")
        house.inksoft.post(f"/orders/{unpaid.store_order_id}/pay")
        house.inksoft.post(f"/orders/{regretted.store_order_id}/cancel")
        house.until_at_shipstation([unpaid])
        house.until_at_shipstation([regretted], "cancelled")
        house.label([unpaid, plain])
        house.until_done([unpaid, plain])
        assert_once_each(house, [unpaid, plain])
        house.until(lambda: house.states()[regretted] == "cancelled", "the cancel")
        assert house.shown()[regretted] == []

    def test_a_page_instead_of_data_stops_one_connection_until_a_person_has_looked(self, house: House) -> None:
        """InkSoft shows one where there is no such store; so Platen does not go on asking by itself for long."""
        house.trouble("page", "GetOrderSummaries")
        house.ask("poll", connection=house.ink)
        house.until(lambda: house.ask("attention")["connections"], "the connection is shown")
        (shown,) = house.ask("attention")["connections"]
        assert (shown["connection_id"], shown["denied"]) == (house.ink, True)
        assert all(finding["ok"] for finding in house.ask("check", connection=house.ink)["findings"])
        assert house.ask("attention")["connections"] == []

    def test_a_bad_day_loses_and_doubles_nothing(self, house: House) -> None:
        """Never three failures of InkSoft's in a row, after which Platen rightly leaves it alone for minutes."""
        met, noted = house.met(), house.noted()
        house.odd("wide_window", "repeated_page", "twice_at_once", "compact_dates", times=4)
        orders: list[Placed] = []
        for kind in ("error", "cut", "garbage"):
            house.trouble(kind, "GetOrderSummaries")
            house.trouble(kind, "GetOrder", skip=2)
            orders += house.some_orders(PART)
            met += 2
            house.until_met(met)
        house.until_at_shipstation(orders)
        house.until_even()
        for oddity in ("cut_reply", "wrong_password"):
            house.odd(oddity)
            house.until_even()
        notices = [{"copies": 1}, {"copies": 1}, {"empty_body": True}, {"empty_body": True}]
        for number, kind in enumerate(("cut", "error", "garbage_after", "error_after")):
            house.trouble(kind, "CreateOrderShipments", skip=1)
            house.shipstation.post("/notices", notices[number])
            house.label(orders[number::4])
            met += 1
            house.until_met(met)
        house.until_done(orders, hurrying=True)
        assert_once_each(house, orders)
        assert house.met() == met
        house.until(lambda: house.noted() - noted >= 10, "each failure is noted")
        errors = [error["message"] for error in house.custom_store["errors"]]
        assert errors == [
            "The connection was closed before the answer was complete",
            "The remote server returned an error: (401)",
        ]
        assert house.custom_store["warnings"] == []


class TestStrangers:
    @pytest.mark.parametrize(
        ("login", "status"), [((USER, PASSWORD), 200), ((USER, "wrong"), 401), (("", ""), 401), (None, 401)]
    )
    def test_have_to_know_the_password(self, house: House, login: tuple[str, str] | None, status: int) -> None:
        answer = requests.get(house.feed_url, WINDOW, auth=login, timeout=PATIENCE)
        assert answer.status_code == status
        assert PASSWORD not in answer.text
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)

    def test_may_give_it_in_the_query_as_shipstation_does(self, house: House) -> None:
        login = {"SS-UserName": USER, "SS-Password": PASSWORD}
        assert requests.get(house.feed_url, WINDOW | login, timeout=PATIENCE).status_code == 200
        wrong = login | {"SS-Password": "wrong"}
        assert requests.get(house.feed_url, WINDOW | wrong, timeout=PATIENCE).status_code == 401

    def test_with_another_key_in_the_path_are_told_nothing(self, house: House) -> None:
        other = house.feed_url.rpartition("/")[0] + "/another"
        answer = requests.get(other, WINDOW, auth=(USER, PASSWORD), timeout=PATIENCE)
        assert (answer.status_code, answer.content) == (401, b"")

    def test_nothing_to_fetch_is_an_empty_list(self, house: House) -> None:
        answer = requests.get(house.feed_url, WINDOW, auth=(USER, PASSWORD), timeout=PATIENCE)
        assert answer.headers["Content-Type"].startswith("text/xml")
        root = ElementTree.fromstring(answer.content)
        assert (root.tag, list(root), root.get("pages")) == ("Orders", [], "1")

    @pytest.mark.parametrize(("body", "status"), [(XXE, 400), (NOTICE, 404), (b"<html>", 400)])
    def test_post_what_they_like_and_change_nothing(self, house: House, body: bytes, status: int) -> None:
        house.until_at_rest()
        before = house.everything()
        query = {"action": "shipnotify", "order_number": "404"}
        answer = requests.post(house.feed_url, body, params=query, auth=(USER, PASSWORD), timeout=PATIENCE)
        assert answer.status_code == status
        assert answer.text.startswith("<?xml")
        assert "root:" not in answer.text
        assert changed(before, house.everything()) == {}


class TestByApi:
    def test_every_order_is_made_once_and_told_once(self, api_house: House) -> None:
        house = api_house
        house.subscribe()
        house.switch(auto_label_after_seconds=PACKED_AFTER)
        orders = house.some_orders(5)
        house.until_all_are_at_shipstation()
        house.until_done(orders)
        assert_once_each(house, orders)
        assert_nothing_secret_is_logged(house)

    def test_only_what_shipstation_signed_is_heard(self, api_house: House) -> None:
        """V2's; V1 signs nothing, so whoever knows the address may have Platen look, which changes nothing."""
        told = {"resource_url": "https://example.com/x", "resource_type": "LABEL_CREATED_V2"}
        forged = {f"x-shipengine-{name}": "AAAA" for name in ("rsa-sha256-key-id", "rsa-sha256-signature")}
        for headers in ({}, forged, forged | {"x-shipengine-timestamp": iso(wall())}):
            answer = requests.post(api_house.webhook_url, json=told, headers=headers, timeout=PATIENCE)
            assert (answer.status_code, answer.content) == (401, b"")


def test_nothing_secret_or_personal_is_logged(house: House) -> None:
    assert_nothing_secret_is_logged(house)


def assert_nothing_secret_is_logged(house: House) -> None:
    """Neither keys nor passwords, nor the keys in our own addresses, nor who bought what."""
    in_paths = [url.rpartition("/")[2] for url in (house.feed_url, house.webhook_url) if url]
    logged = house.logs()
    assert house.packers in logged, "something is logged at all"
    assert [text for text in (*SECRETS, *in_paths, *PERSONAL) if text in logged] == []
