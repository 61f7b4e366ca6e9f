"""The Order Desk twin: the documented envelope, filters, rate and refusals, and records in their true shape."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from platen.domain.verdicts import Unclear
from platen.ports import Reply
from tests.fakes import FakeClock
from tests.support.wsgi import WsgiHttp
from twins.orderdesk import OrderDeskTwin
from twins.orderdesk.__main__ import build

HOST = "app.orderdesk.me"
HEADERS = {"ORDERDESK-STORE-ID": "113247", "ORDERDESK-API-KEY": "orderdesk-key"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def twin(clock: FakeClock) -> OrderDeskTwin:
    return OrderDeskTwin(now=clock)


def ask(
    twin: OrderDeskTwin, path: str, method: str = "GET", headers: dict[str, str] = HEADERS, **params: Any
) -> Reply:
    url = f"https://{HOST}/api/v2{path}" + (f"?{urlencode(params)}" if params else "")
    return WsgiHttp({HOST: twin.app}).send(method, url, headers=headers)


def said(twin: OrderDeskTwin, path: str, **params: Any) -> Any:
    reply = ask(twin, path, **params)
    assert reply.status == 200, reply.text
    return json.loads(reply.body)


def numbers(twin: OrderDeskTwin, **params: Any) -> list[str]:
    return [one["source_id"] for one in said(twin, "/orders", **params)["orders"]]


class TestTheDoor:
    @pytest.mark.parametrize("wrong", ["ORDERDESK-STORE-ID", "ORDERDESK-API-KEY"])
    @pytest.mark.parametrize("value", ["", "nosuch", "orderdesk-key "])
    def test_lets_nobody_in_without_both_headers(self, twin: OrderDeskTwin, wrong: str, value: str) -> None:
        for path in ("/test", "/store", "/orders", "/inventory-items", "/nosuch"):
            reply = ask(twin, path, headers=HEADERS | {wrong: value})
            assert reply.status == 401
            assert json.loads(reply.body)["status"] == "error"
        assert ask(twin, "/nosuch").status == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_counts_who_would_write(self, twin: OrderDeskTwin, method: str) -> None:
        assert ask(twin, "/orders/26212", method).status == 405
        assert len(twin.writes) == 1

    def test_the_connection_can_be_tested(self, twin: OrderDeskTwin) -> None:
        assert said(twin, "/test") == {
            "status": "success",
            "message": "Connection Successful",
            "current_date_time": "2026-11-21 09:00:00",
        }

    def test_fails_on_order(self, twin: OrderDeskTwin) -> None:
        twin.faults.add(on="GET /orders", kind="cut_reply")
        with pytest.raises(Unclear):
            ask(twin, "/orders")
        assert ask(twin, "/orders").status == 200


class TestTheRate:
    def test_is_twenty_at_once(self, twin: OrderDeskTwin) -> None:
        left = [ask(twin, "/test").headers["x-tokens-remaining"] for _ in range(20)]
        assert left == [str(one) for one in reversed(range(20))]
        refused = ask(twin, "/test")
        assert (refused.status, refused.headers["x-retry-after"]) == (429, "1")

    def test_and_three_a_second(self, twin: OrderDeskTwin, clock: FakeClock) -> None:
        for _ in range(20):
            ask(twin, "/test")
        clock.passes(seconds=1)
        assert [ask(twin, "/test").status for _ in range(4)] == [200, 200, 200, 429]

    def test_is_never_saved_up_beyond_twenty(self, twin: OrderDeskTwin, clock: FakeClock) -> None:
        ask(twin, "/test")
        clock.passes(hours=1)
        assert [ask(twin, "/test").status for _ in range(21)].count(429) == 1


class TestLists:
    def test_have_their_envelope(self, twin: OrderDeskTwin) -> None:
        for number in range(3):
            twin.add_order(source_id=str(number))
        page = said(twin, "/orders", limit=2, offset=1)
        assert {name: page[name] for name in page if name not in ("orders", "execution_time")} == {
            "status": "success",
            "total_records": 3,
            "records_returned": 2,
            "offset": 1,
            "limit": 2,
        }

    def test_give_fifty_unless_told_and_five_hundred_at_most(self, twin: OrderDeskTwin) -> None:
        for _ in range(60):
            twin.add_item()
        assert said(twin, "/inventory-items")["records_returned"] == 50
        assert ask(twin, "/inventory-items", limit=501).status == 400
        assert ask(twin, "/orders", offset=-1).status == 400

    def test_tell_the_latest_order_first_unless_told(self, twin: OrderDeskTwin, clock: FakeClock) -> None:
        for number in "abc":
            twin.add_order(source_id=number)
            clock.passes(minutes=1)
        assert numbers(twin) == ["c", "b", "a"]
        assert numbers(twin, order="asc") == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"search_start_date": "2026-11-21 09:01:00"}, ["b", "c"]),
            ({"search_end_date": "2026-11-21 09:01:00"}, ["a", "b"]),
            ({"modified_start_date": "2026-11-21 09:03:00"}, ["a"]),
            ({"modified_end_date": "2026-11-21 09:01:00"}, ["b"]),
            ({"folder_name": "Closed"}, ["a", "b"]),
            ({"folder_id": "1,3"}, ["a", "b", "c"]),
            ({"source_id": "b"}, ["b"]),
            ({"source_name": "Etsy"}, ["c"]),
            ({"email": "b@shop.example"}, ["b"]),
            ({"shipping_last_name": "Family"}, ["c"]),
            ({"source_id": "b", "folder_name": "New"}, []),
        ],
    )
    def test_of_orders_are_filtered(
        self, twin: OrderDeskTwin, clock: FakeClock, filters: dict[str, str], found: list[str]
    ) -> None:
        first = twin.add_order(source_id="a", folder="New")
        clock.passes(minutes=1)
        twin.add_order(source_id="b", folder="Closed", email="b@shop.example")
        clock.passes(minutes=1)
        twin.add_order(source_id="c", source_name="Etsy", shipping={"last_name": "Family"})
        clock.passes(minutes=1)
        twin.move(first["id"], "Closed")
        assert numbers(twin, order="asc", **filters) == found


class TestRecords:
    def test_tell_an_empty_map_as_a_list(self, twin: OrderDeskTwin) -> None:
        twin.add_order()
        (order,) = said(twin, "/orders")["orders"]
        assert order["checkout_data"] == order["order_metadata"] == order["order_items"][0]["metadata"] == []
        twin.add_order(checkout_data={"Gift": "yes"})
        assert said(twin, "/orders")["orders"][0]["checkout_data"] == {"Gift": "yes"}

    def test_have_ids_that_are_text_and_times_in_utc(self, twin: OrderDeskTwin, clock: FakeClock) -> None:
        twin.add_order(date_added=clock.now() - timedelta(days=1), tracking=["1Z1"])
        twin.add_item()
        (order,) = said(twin, "/orders")["orders"]
        (item,) = said(twin, "/inventory-items")["inventory_items"]
        assert all(isinstance(one, str) for one in (order["id"], item["id"], order["order_items"][0]["id"]))
        assert order["date_added"] == "2026-11-20 09:00:00"
        assert order["order_shipments"][0]["date_shipped"] == "2026-11-20"

    @pytest.mark.parametrize(("folders_as", "first"), [("list", {"id": "1", "name": "New"}), ("map", "1")])
    def test_of_the_store_tell_its_folders(self, folders_as: str, first: object) -> None:
        folders = said(OrderDeskTwin(folders_as=folders_as), "/store")["store"]["folders"]
        assert next(iter(folders)) == first


class TestByHand:
    def test_orders_are_made_by_the_control_plane(self, twin: OrderDeskTwin) -> None:
        http = WsgiHttp({HOST: twin.app})
        plane = f"https://{HOST}/_twin"
        made = http.send("POST", f"{plane}/orders", json={"source_id": "7", "folder": "Rush"})
        assert json.loads(made.body)["source_id"] == "7"
        assert http.send("POST", f"{plane}/orders", json={"nosuch": 1}).status == 422
        assert http.send("POST", f"{plane}/inventory-items", json={"code": "X"}).status == 200
        assert http.send("POST", f"{plane}/faults", json={"kind": "status"}).status == 200
        assert ask(twin, "/test").status == 500
        assert http.send("DELETE", f"{plane}/faults").status == 200
        assert json.loads(http.send("GET", f"{plane}/stats").body)["orders"] == 1
        assert "Rush" in twin.folders.values()

    def test_the_command_line_fills_a_store(self) -> None:
        twin, port = build(["--orders", "6", "--items", "2", "--bucket", "0", "--port", "8084"])
        assert (len(twin.orders), len(twin.inventory_items), port) == (6, 2, 8084)
        assert sum(not one["order_shipments"] for one in twin.orders.values()) == 2
