"""The control plane and the command line: the twin for those who do not live in its process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.shipstation_house import PASSWORD, Caller, an_order, house
from twins.shipstation import ShipStationTwin
from twins.shipstation.__main__ import build
from twins.shipstation.model import Address
from twins.shipstation.times import read_feed_time, read_v1_time, v1_time
from twins.shipstation.wire import escaped, with_query


def test_a_store_is_connected_and_switched_from_outside() -> None:
    twin, _, shop, clock = house()
    caller = Caller(twin)
    new = {"url": "https://hub.example/feeds/c2/k2", "user": "u", "password": "another-password"}
    store = caller.control("POST", "/stores", new | {"last_refresh": "2026-11-01T00:00:00Z"})
    path = f"/stores/{store['store_id']}"
    words = {"awaiting_shipment": "Paid", "cancelled": "Void"}
    changed = caller.control("POST", path, {"words": words, "overlap_minutes": 60, "interval_seconds": 5})
    assert (changed["words"], changed["overlap_minutes"], changed["interval_seconds"]) == (words, 60, 5)
    shop.pages = [[an_order(OrderStatus="Paid")]]
    poll = caller.control("POST", f"{path}/refresh", {"since": "2026-11-20T00:00:00+00:00"})
    assert (poll["ok"], poll["orders"], poll["start"]) == (True, 1, "2026-11-20T00:00:00+00:00")
    assert caller.control("POST", f"{path}/test") == {"ok": True, "message": ""}
    shop.pages = [[an_order(OrderStatus="mystery")]]
    clock.passes(seconds=5)
    caller.control("POST", "/tick")
    _, seen = caller.control("GET", "/stores")
    assert (seen["polls"][1]["by"], len(seen["errors"])) == ("schedule", 1)
    assert "another-password" not in str(seen)
    assert caller.control("POST", path, {"never_by_itself": True})["interval_seconds"] is None


def test_orders_are_packed_from_outside() -> None:
    twin, store, shop, _ = house()
    caller = Caller(twin)
    shop.pages = [[an_order(), an_order("1002"), an_order("1003")]]
    caller.control("POST", f"/stores/{store.store_id}/refresh")
    first, second, third = (one["order_id"] for one in caller.control("GET", "/orders"))
    labelled = caller.control(
        "POST", f"/orders/{first}/label", {"items": {"11": 1}, "carrier": "UPS", "cost": "9.90"}
    )
    assert (labelled["status"], labelled["parcels"][0]["items"]) == ("awaiting_shipment", {"11": 1})
    assert labelled["parcels"][0]["cost"] == "9.90"
    voided = caller.control("POST", f"/parcels/{labelled['parcels'][0]['parcel_id']}/void")
    assert voided["parcels"][0]["voided_at"]
    marked = caller.control("POST", f"/orders/{second}/mark_as_shipped", {"tracking": "T"})
    assert marked["status"] == "shipped"
    kept, moved = caller.control("POST", f"/orders/{third}/split", {"items": {"11": 1}})
    assert (kept["sum"], moved["parent_id"]) == ("20.00", third)
    caller.control("POST", "/labels/together", {"order_ids": [third, moved["order_id"]]})
    caller.control("POST", "/tick")
    notices = caller.control("GET", "/notices")
    assert [one["order_number"] for one in notices] == ["1001", "1002", "1003", "1003"]
    assert {one["state"] for one in notices} == {"taken"}
    assert PASSWORD not in str(notices)
    assert caller.control("GET", "/stats")["labels"] == 2
    [shown] = caller.control("GET", "/orders?number=1002")
    assert shown == caller.control("GET", f"/orders/{second}")
    caller.control("DELETE", "/notices")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/stores/7/refresh", {}, 404),
        ("/stores", {"url": "https://hub.example"}, 422),
        ("/stores/25749", {"words": {"paid": "paid"}}, 422),
        ("/stores/25749", {"credentials": "cookie"}, 422),
        ("/stores/25749", {"overlap": 1}, 422),
        ("/stores/25749/oddities", {"kind": "mood"}, 422),
        ("/orders/7/label", {}, 404),
        ("/orders/470000001/label", {"items": {"11": 9}}, 422),
        ("/orders/470000001/label", {"items": {"nobody": 1}}, 404),
        ("/orders/470000001/label", {"tracing": "typo"}, 422),
        ("/orders/470000001/split", {"items": {"11": 2}}, 422),
        ("/parcels/7/void", {}, 404),
        ("/notices", {"copies": -1}, 422),
        ("/notices", {"copy": 1}, 422),
        ("/notices/7/again", {}, 404),
        ("/switches", {"v1_per_minutes": 1}, 422),
        ("/faults", {"kind": "explode"}, 422),
    ],
)
def test_a_hand_that_slips_is_told_so(path: str, body: object, status: int) -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order()]]
    twin.refresh(store)
    assert Caller(twin).control("POST", path, body, status=status)["message"]
    assert twin.orders[0].parcels == []


def test_labels_by_themselves_are_switched_on_and_off() -> None:
    twin, store, shop, _ = house()
    caller = Caller(twin)
    caller.control("POST", "/switches", {"auto_label_after_seconds": 0, "v1_per_minute": 7, "signed": False})
    shop.pages = [[an_order()]]
    twin.refresh(store)
    twin.tick()
    assert len(twin.labels) == 1
    caller.control("POST", "/switches", {"manual_labels": True})
    shop.pages = [[an_order("1002")]]
    twin.refresh(store)
    twin.tick()
    assert len(twin.labels) == 1
    assert (twin.v1_limit.per_minute, twin.hooks.signed) == (7, False)


def test_the_command_line_describes_a_twin() -> None:
    line = "--port 8086 --v1 a:b --v2 c --v1-per-minute 0 --store https://hub.example/f,u,p --poll-every 2"
    line += " --auto-label-after 1 --notice-retry 1,2 --resources-v1 http://127.0.0.1:8086"
    twin, port = build(line.split())
    [store] = twin.stores.values()
    assert (port, twin.v1_key, twin.v2_key) == (8086, ("a", "b"), "c")
    assert (store.url, store.user, store.password, store.interval_seconds) == ("https://hub.example/f", "u", "p", 2)
    assert (twin.auto_label_after_seconds, twin.notifier.retry_after) == (1, (1, 2))
    assert twin.hooks.resources_v1 == "http://127.0.0.1:8086"
    for wrong in (["--v1", "a"], ["--store", "https://x,u"], ["--notice-retry", "soon"]):
        with pytest.raises(SystemExit):
            build(wrong)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("01/23/2026 17:28", "2026-01-23T17:28:00+00:00"),
        ("1/3/2026 7:08:09", "2026-01-03T07:08:09+00:00"),
        ("1/3/2026 7:08 PM", "2026-01-03T19:08:00+00:00"),
        ("1/3/2026 12:08 am", "2026-01-03T00:08:00+00:00"),
        ("10/18/2026 21:56 PM", "2026-10-18T21:56:00+00:00"),
    ],
)
def test_times_of_a_feed_are_read_in_all_their_forms(text: str, read: str) -> None:
    assert read_feed_time(text).isoformat() == read


def test_v1_times_go_there_and_back_in_both_halves_of_the_year() -> None:
    for text in ("2026-07-01T12:00:00.0000000", "2026-12-01T12:00:00.5000000"):
        assert v1_time(read_v1_time(text)) == text
    assert read_v1_time("2026-07-01 12:00:00").hour == 19
    assert read_v1_time("2026-07-01T12:00:00Z").hour == 12


def test_a_query_is_written_as_the_real_one_writes_it() -> None:
    assert escaped("01/23/2012 17:28") == "01%2f23%2f2012+17%3a28"
    assert escaped("ABC-1 Ü&%2F") == "ABC-1+%c3%9c%26%252F"
    assert with_query("https://x/y?a=B", {"page": "1"}) == "https://x/y?a=B&page=1"


def test_a_twin_without_stores_has_nothing_to_do() -> None:
    twin: Any = ShipStationTwin(send=lambda *_: pytest.fail("nobody was to be called"))
    twin.tick()
    assert (twin.orders, twin.labels, Address().name) == ([], [], "")
