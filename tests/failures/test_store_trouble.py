"""Whole orders between the two twins, while the store, or a connection as a whole, is in trouble."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.domain.job import JobState
from platen.domain.record import OrderState
from tests.support.world import CANVAS, FULFIL, SHOP_HOST, STORE, VENDOR, World, hours


class TestStoreTrouble:
    @pytest.mark.parametrize("outage", ["no way there", "5xx"])
    def test_an_hour_without_the_store(self, world: World, outage: str) -> None:
        sent = world.place_order()
        world.run()
        if outage == "5xx":
            world.shopify.faults.add(on="*", kind="status", status=503, times=100_000)
        else:
            world.http.down.add(SHOP_HOST)
        new = world.place_order()
        world.picanova.ship(world.vendor_order(sent).id, tracking="T1")
        world.run(hours(1))
        assert [one["connection_id"] for one in world.do("attention")["connections"]] == [STORE]
        world.assert_promises(unheard=1)
        world.shopify.faults.clear()
        world.http.down.clear()
        world.run()
        world.ships(new)
        world.assert_promises()
        world.assert_done(sent, new)
        world.run(at_least=hours(0.5))  # the next poll ends its silence
        assert world.do("attention") == {"items": [], "connections": []}

    @pytest.mark.parametrize("kind", ["cut_reply", "drop", "status_after", "status"])
    @pytest.mark.parametrize("tracking", ["T1", ""])
    def test_a_reply_to_the_fulfillment_that_is_lost_makes_no_second_one(
        self, world: World, kind: str, tracking: str
    ) -> None:
        order = world.place_order()
        world.run()
        world.shopify.faults.add(on=FULFIL, kind=kind, times=1)
        world.picanova.ship(world.vendor_order(order).id, tracking=tracking)
        world.run()
        assert world.shopify.faults.fired
        assert len(world.fulfillments(order)) == 1
        assert world.state(order) is OrderState.DONE
        world.assert_promises()

    def test_a_crash_between_the_fulfillments_of_two_places_makes_neither_twice(self, world: World) -> None:
        order = world.place_order(
            {"sku": "CANVAS-1", "quantity": 1, "location": "Berlin"},
            {"sku": "CANVAS-1", "quantity": 1, "location": "Bonn"},
        )
        world.run()
        world.shopify.faults.add(on=FULFIL, kind="drop", times=1, skip=1)
        world.picanova.ship(world.vendor_order(order).id, tracking="T1")
        world.run()
        assert world.shopify.faults.fired
        assert world.tracking_shown(order) == ["T1", "T1"]
        assert world.state(order) is OrderState.DONE
        world.assert_promises()

    def test_throttled_it_goes_on_later(self, world: World) -> None:
        fault = {"status": 429, "headers": {"Retry-After": "30"}, "body": "{}"}
        world.shopify.faults.add(on="*", kind="status", times=3, **fault)
        order = world.place_order()
        world.run()
        world.ships(order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_token_that_runs_out_is_renewed(self, world: World) -> None:
        world.run(hours(30), at_least=hours(29))
        order = world.place_order()
        world.run()
        assert world.shopify.door.issued >= 2
        world.ships(order)
        world.assert_done(order)
        assert world.do("attention")["connections"] == []

    def test_a_token_that_is_taken_away_at_once_is_renewed_too(self, world: World) -> None:
        world.shopify.door.tokens.clear()
        order = world.place_order()
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()


class TestConnections:
    def test_credentials_that_went_bad_are_shown_and_harm_no_other_connection(self, world: World) -> None:
        world.connect_shopify("other")
        world.connect_picanova("backup")
        world.link("other", "backup")
        world.map_products(CANVAS, store="other")
        good = world.secrets.credentials(VENDOR)
        world.secrets.put_credentials(VENDOR, good | {"eu_key": "wrong", "us_key": "wrong"})
        order = world.place_order()
        world.run(hours(1))
        (failing,) = world.do("attention")["connections"]
        assert (failing["connection_id"], failing["denied"]) == (VENDOR, True)
        assert "wrong" not in failing["words"]
        assert world.job(order).state is JobState.READY
        theirs = [one for one in world.orders.records() if one.head.connection == "other"]
        assert [one.jobs["1"].state for one in theirs] == [JobState.SENT]
        world.secrets.put_credentials(VENDOR, good)
        assert world.do("check", connection=VENDOR)["findings"]
        world.run()
        assert world.job(order).state is JobState.SENT
        assert world.do("attention")["connections"] == []

    def test_a_paused_connection_waits_and_goes_on(self, world: World) -> None:
        world.do("pause", connection=VENDOR)
        order = world.place_order()
        world.run(hours(3))
        assert world.picanova.orders == []
        world.assert_promises()
        world.do("resume", connection=VENDOR)
        world.run()
        world.ships(order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_slow_vendor_slows_nobody_else(self, world: World) -> None:
        """Its work is parked where it stands; the other's goes through within the minute."""
        world.connect_picanova("backup", settings={"mode": "live", "regions": ["eu"], "base_url_eu": _elsewhere()})
        world.http.down.add("api.merchone.com")
        world.do("unlink", store=STORE, vendor=VENDOR)
        world.link(STORE, "backup", skus=["SLOW-*"])
        world.link()
        world.map_products(CANVAS | {"sku": "SLOW-1"})
        slow = [world.place_order({"sku": "SLOW-1"}) for _ in range(5)]
        world.run(timedelta(minutes=30))
        quick, begun = world.place_order(), world.clock.now()
        while world.key(quick) not in {one.head.order_id for one in world.orders.records()}:
            world.work() or world.clock.set(world.next_moment())
        while world.job(quick).state is not JobState.SENT:
            world.work() or world.clock.set(world.next_moment())
        assert world.clock.now() - begun < timedelta(minutes=1)
        assert all(world.job(order).state is not JobState.SENT for order in slow)
        assert world.queues.dead() == []

    def test_an_app_that_was_removed_from_the_shop_is_shown(self, world: World) -> None:
        world.shopify.uninstall()
        world.shopify.door.client_id = "an app that is not installed"
        world.run(hours(1), at_least=hours(1))
        (failing,) = world.do("attention")["connections"]
        assert (failing["connection_id"], failing["denied"]) == (STORE, True)


def _elsewhere() -> str:
    return "https://api.merchone.com/api/beta"
