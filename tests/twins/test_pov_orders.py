"""The life of an order at the POV twin: made once, walked on, shipped in parts, listed, rejected."""

from __future__ import annotations

import pytest

from tests.fakes.clock import START
from tests.twins.pov_shop import Customer, an_item, pov
from twins.pov import Shipment


def test_an_order_is_made_and_shown() -> None:
    twin, _ = pov()
    live = Customer(twin)
    made = live.order()
    assert (made["pov_order_id"], made["status"], made["test"]) == ("POV-100001", "received", False)
    assert live.data("GET", f"/orders/{made['pov_order_id']}") == made
    assert live.data("GET", f"/orders?reference={made['reference']}") == made


def test_the_same_again_is_the_same_order_and_other_content_is_not_taken() -> None:
    twin, _ = pov()
    live = Customer(twin)
    made = live.order()
    assert live.data("POST", "/orders", live.an_order(), status=200) == made
    other = live.an_order(items=[an_item(quantity=3)])
    assert live.codes("POST", "/orders", other, status=409) == ["reference_taken"]
    assert twin.duplicates == []


def test_a_vendor_without_that_rule_makes_a_second_one_and_it_shows() -> None:
    twin, _ = pov(unique_references=False)
    live = Customer(twin)
    live.order()
    live.order()
    assert twin.duplicates == ["1001-k7x2m3qpl4tzabcd-1"]
    assert len(live.data("GET", "/orders?reference=1001-k7x2m3qpl4tzabcd-1")) == 2


def test_customers_do_not_see_each_other() -> None:
    twin, _ = pov()
    live, test = Customer(twin), Customer(twin, "test")
    made = live.order()
    for path in (f"/orders/{made['pov_order_id']}", f"/orders?reference={made['reference']}"):
        assert test.codes("GET", path, status=404) == ["not_found"]
    assert test.order()["pov_order_id"] != made["pov_order_id"]
    twin.ship(made["pov_order_id"])
    assert test.data("GET", "/shipments?since=")["shipments"] == []


def test_the_search_may_lag_and_the_rule_does_not() -> None:
    twin, clock = pov(search_lag_seconds=60)
    live = Customer(twin)
    made = live.order()
    assert live.codes("GET", f"/orders?reference={made['reference']}", status=404) == ["not_found"]
    live.data("POST", "/orders", live.an_order(), status=200)
    clock.passes(seconds=60)
    assert live.data("GET", f"/orders?reference={made['reference']}") == made


def test_a_test_order_walks_and_nothing_is_printed() -> None:
    twin, clock = pov(test_minutes=10)
    made = Customer(twin, "test").order()
    seen = []
    for _ in range(3):
        seen.append(Customer(twin, "test").data("GET", f"/orders/{made['pov_order_id']}")["status"])
        clock.passes(minutes=5)
    assert seen == ["received", "accepted", "shipped"]
    assert twin.order(made["pov_order_id"]).shipments[0].tracking_number == "TEST100001"


def test_a_live_order_walks_only_when_told_to() -> None:
    twin, clock = pov()
    made = Customer(twin).order()
    clock.passes(days=3)
    twin.tick()
    assert twin.order(made["pov_order_id"]).status == "received"
    fast, clock = pov(auto_ship_after_seconds=30)
    made = Customer(fast).order()
    seen = []
    for _ in range(4):
        fast.tick()
        seen.append(fast.order(made["pov_order_id"]).status)
        clock.passes(seconds=10)
    assert seen == ["received", "accepted", "in_production", "shipped"]


def test_parts_are_shipped_one_by_one_and_never_more_than_there_is() -> None:
    twin, _ = pov()
    made = Customer(twin).order(items=[an_item(), an_item(line_id="12", quantity=1)])
    ref = made["pov_order_id"]
    twin.ship(ref, {"11": 1})
    assert (twin.order(ref).status, twin.order(ref).remaining) == ("in_production", {"11": 1, "12": 1})
    for wrong in ({"11": 2}, {"99": 1}, {}, {"12": 0}):
        with pytest.raises(ValueError, match="left to ship"):
            twin.ship(ref, wrong)
    twin.ship(ref)
    assert (twin.order(ref).status, twin.order(ref).remaining) == ("shipped", {})


def test_the_list_of_shipments_has_pages_a_cursor_and_what_was_put_right() -> None:
    twin, _ = pov(page_size=2)
    live = Customer(twin)
    ref = live.order()["pov_order_id"]
    twin.ship(ref, {"11": 1}, tracking="A")
    twin.stray_shipment()
    twin.ship(ref, tracking="B")
    first = live.data("GET", "/shipments?since=")
    assert [one["tracking_number"] for one in first["shipments"]] == ["A", "1Z9999"]
    assert first["shipments"][1]["reference"] == "SOMEBODY-ELSES-7"
    second = live.data("GET", f"/shipments?since={first['next_cursor']}")
    assert [one["tracking_number"] for one in second["shipments"]] == ["B"]
    twin.correct_tracking(ref, 0, "A2")
    third = live.data("GET", f"/shipments?since={second['next_cursor']}")
    assert [(one["shipment_id"], one["tracking_number"]) for one in third["shipments"]] == [("SH-00001", "A2")]
    end = live.data("GET", f"/shipments?since={third['next_cursor']}")
    assert end == {"shipments": [], "next_cursor": third["next_cursor"]}


def test_a_list_can_begin_anew() -> None:
    twin, _ = pov()
    live = Customer(twin)
    twin.ship(live.order()["pov_order_id"])
    cursor = live.data("GET", "/shipments?since=")["next_cursor"]
    twin.replay = 1
    assert len(live.data("GET", f"/shipments?since={cursor}")["shipments"]) == 1
    assert len(live.data("GET", f"/shipments?since={cursor}")["shipments"]) == 0


@pytest.mark.parametrize("new_id", [False, True])
def test_a_shipment_can_be_told_twice(new_id: bool) -> None:
    twin, _ = pov()
    live = Customer(twin)
    ref = live.order()["pov_order_id"]
    twin.ship(ref)
    twin.duplicate_shipment(ref, new_id=new_id)
    told = live.data("GET", f"/orders/{ref}")["shipments"]
    assert [one["shipment_id"] for one in told] == ["SH-00001", "SH-00002" if new_id else "SH-00001"]
    assert len(live.data("GET", "/shipments?since=")["shipments"]) == 2
    assert twin.order(ref).remaining == {}


def test_art_is_looked_at_later_and_the_no_comes_then() -> None:
    def offline(_url: str) -> bool:
        raise OSError

    for look in (lambda url: "7f3a" not in url, offline):
        twin, clock = pov(art_check=look, art_check_after_seconds=60)
        ref = Customer(twin).order()["pov_order_id"]
        assert twin.order(ref).status == "received"
        clock.passes(seconds=60)
        seen = Customer(twin).data("GET", f"/orders/{ref}")
        assert (seen["status"], "art_unreachable" in seen["reason"]) == ("rejected", True)


def test_the_next_order_can_be_taken_in_the_wrong_mode() -> None:
    twin, _ = pov()
    twin.wrong_mode = 1
    live = Customer(twin)
    assert live.order()["test"] is True
    assert live.order(reference="1002-k7x2m3qpl4tzabcd-1")["test"] is False
    assert Customer(twin, "test").order(test=False)["test"] is True, "a test customer has nothing but tests"


def test_a_cancel_is_not_offered_unless_it_is() -> None:
    twin, _ = pov()
    live = Customer(twin)
    ref = live.order()["pov_order_id"]
    assert live.codes("DELETE", f"/orders/{ref}", status=405) == ["not_supported"]
    twin.can_cancel = True
    assert live.codes("DELETE", "/orders/POV-1", status=404) == ["not_found"]
    assert live.data("DELETE", f"/orders/{ref}")["status"] == "cancelled"
    twin.advance(ref, "in_production")
    assert live.codes("DELETE", f"/orders/{ref}", status=409) == ["too_late"]


def test_shipments_are_shown_as_the_contract_has_them() -> None:
    shown = Shipment("SH-1", "UPS", "Ground", "1Z", "https://track.example/1Z", START, (("11", 2),)).shown()
    assert shown == {
        "shipment_id": "SH-1",
        "carrier": "UPS",
        "service": "Ground",
        "tracking_number": "1Z",
        "tracking_url": "https://track.example/1Z",
        "shipped_at": "2026-11-21T09:00:00+00:00",
        "items": [{"line_id": "11", "quantity": 2}],
    }
