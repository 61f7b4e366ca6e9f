"""Whole orders between the two twins, while the vendor is slow, gone, unclear, or cannot make it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.domain.job import JobState
from tests.support.world import CREATE, PRINT_HOST, VENDOR, World, hours


class TestVendorTrouble:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "status_after", "status": 500},
            {"kind": "status_after", "status": 504},
            {"kind": "status", "status": 500},
            {"kind": "cut_reply"},
            {"kind": "drop"},
            {"kind": "status_after", "status": 200, "body": "<html>welcome</html>"},
        ],
    )
    @pytest.mark.parametrize("times", [1, 2])
    def test_an_unclear_answer_to_the_order_is_looked_into(
        self, world: World, fault: dict[str, Any], times: int
    ) -> None:
        world.picanova.faults.add(on=CREATE, times=times, **fault)
        order = world.place_order()
        world.run()
        world.ships(order)
        world.assert_promises()
        world.assert_done(order)

    def test_with_a_search_that_lags_it_is_still_one(self) -> None:
        world = World(picanova={"search_lag_seconds": 55, "refuse_duplicates": False}).connect()
        world.picanova.faults.add(on=CREATE, kind="cut_reply", times=1)
        order = world.place_order()
        world.run()
        world.assert_promises()
        assert len(world.vendor_orders(order)) == 1

    def test_with_a_search_that_lags_beyond_all_measure_the_vendors_refusal_of_doubles_holds(self) -> None:
        world = World(picanova={"search_lag_seconds": 3600}).connect()
        world.picanova.faults.add(on=CREATE, kind="cut_reply", times=1)
        order = world.place_order()
        world.run()
        world.assert_promises()
        assert world.job(order).state is JobState.SENT

    def test_asked_to_wait_it_waits(self, world: World) -> None:
        fault = {"status": 429, "headers": {"Retry-After": "600"}, "body": '{"message":"Too Many Attempts."}'}
        world.picanova.faults.add(on=CREATE, kind="status", times=1, **fault)
        order, begun = world.place_order(), world.clock.now()
        world.run()
        assert world.clock.now() - begun >= timedelta(minutes=10)
        assert world.picanova.api_calls_counted[CREATE] <= 2
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    @pytest.mark.parametrize("outage", ["no way there", "5xx"])
    def test_an_hour_without_the_vendor(self, world: World, outage: str) -> None:
        world.run()
        if outage == "5xx":
            world.picanova.faults.add(on="*", kind="status", status=503, times=100_000)
        else:
            world.http.down.add(PRINT_HOST)
        orders = [world.place_order() for _ in range(3)]
        world.run(hours(1))
        assert [one["connection_id"] for one in world.do("attention")["connections"]] == [VENDOR]
        world.assert_promises()
        world.picanova.faults.clear()
        world.http.down.clear()
        world.run()
        world.ships(*orders)
        world.assert_promises()
        world.assert_done(*orders)
        assert world.do("attention") == {"items": [], "connections": []}

    def test_a_file_that_cannot_be_printed_comes_back_as_a_failure_with_the_vendors_reason(
        self, world: World
    ) -> None:
        order = world.place_order()
        world.run()
        world.picanova.fail(world.vendor_order(order).id, "The file is too small.")
        world.run()
        (item,) = world.attention_of(order)
        assert (item["cause"], item["where"]) == ("vendor_failed", VENDOR)
        assert set(item["actions"]) == {"retry", "resend", "cancel"}
        world.assert_promises()

    def test_what_the_vendor_cancels_waits_for_a_person_who_has_it_made_anew(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.picanova.cancel_by_vendor(world.vendor_order(order).id)
        world.run(at_least=hours(4))
        assert world.causes(order) == ["vendor_cancelled"]
        assert len(world.vendor_orders(order)) == 1, "nobody said that it should be made anew"
        world.tell_all(order, "resend")
        world.run()
        first, second = world.vendor_orders(order)
        assert second.external_id == f"{first.external_id}-R1"
        world.picanova.ship(second.id, tracking="T2")
        world.run()
        world.assert_promises()
        world.assert_done(order)

    def test_tracking_that_is_filled_in_later_is_shown_in_the_same_fulfillment(self, world: World) -> None:
        order = world.place_order({"sku": "CANVAS-1", "quantity": 2})
        world.run()
        one = world.vendor_order(order)
        (item,) = one.items
        world.picanova.ship(one.id, {item.id: 1}, tracking="")
        world.run()
        assert len(world.fulfillments(order)) == 1
        world.picanova.fill_tracking(one.id, 0, "T7")
        world.picanova.ship(one.id, tracking="T8")
        world.run()
        assert world.tracking_shown(order) == ["T7", "T8"]
        world.assert_promises()
        world.assert_done(order)

    def test_tracking_of_the_last_parcel_that_is_filled_in_later_is_shown_too(self, world: World) -> None:
        """No webhook tells of it."""
        order = world.place_order()
        world.run()
        one = world.vendor_order(order)
        world.picanova.ship(one.id, tracking="")
        world.run()
        world.picanova.fill_tracking(one.id, 0, "T7")
        world.run(at_least=hours(7))
        assert world.tracking_shown(order) == ["T7"]
        assert len(world.fulfillments(order)) == 1
        world.assert_promises()

    def test_an_order_in_several_parcels_is_shown_parcel_by_parcel(self, world: World) -> None:
        order = world.place_order({"sku": "CANVAS-1", "quantity": 3})
        world.run()
        one = world.vendor_order(order)
        (item,) = one.items
        for number in range(3):
            world.picanova.ship(one.id, {item.id: 1}, tracking=f"T{number}")
        world.run()
        assert world.tracking_shown(order) == ["T0", "T1", "T2"]
        world.assert_promises()
        world.assert_done(order)
