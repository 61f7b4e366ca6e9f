"""Whole orders between the two twins, and each thing that can happen to them on the way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from platen.domain.job import JobState
from platen.domain.record import OrderState
from platen.messages import Queue
from tests.fakes import Crash, Lost
from tests.support.world import BUYER, CANVAS, PRINT_HOST, SHOP_HOST, STORE, VENDOR, World, hours
from twins.shopify.model import Order

CREATE = "POST /orders"
FULFIL = "fulfillmentCreate"


@pytest.fixture
def world() -> World:
    return World().connect()


def shipped(world: World, *orders: Order, tracking: str = "T") -> None:
    """The vendor ships each of them in one parcel, and the news go their way."""
    for order in orders:
        for one in world.vendor_orders(order):
            world.picanova.ship(one.id, tracking=f"{tracking}-{one.id}")
    world.run()


def test_an_order_goes_its_way(world: World) -> None:
    orders = [world.place_order() for _ in range(3)]
    world.run()
    world.assert_promises()
    shipped(world, *orders)
    world.assert_promises()
    world.assert_done(*orders)
    assert world.attention() == []


class TestMessages:
    def test_a_webhook_whose_reply_is_lost_comes_again_and_changes_nothing(self, world: World) -> None:
        world.lose_replies = 3
        order = world.place_order()
        world.run()
        shipped(world, order)
        assert world.statuses.count(0) == 3
        world.assert_promises()
        world.assert_done(order)

    def test_a_webhook_that_no_queue_took_is_not_acknowledged_and_comes_again(self, world: World) -> None:
        world.switch.before("queues.send", Lost(), times=4)
        order = world.place_order()
        world.work()
        assert world.statuses[-4:] == [0] * 4
        world.run()
        shipped(world, order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_receiver_that_dies_after_the_send_gets_it_twice(self, world: World) -> None:
        world.switch.after("queues.send", Crash(), times=2)
        order = world.place_order()
        world.run()
        shipped(world, order)
        world.assert_promises()
        world.assert_done(order)

    def test_messages_that_are_sent_twice_by_the_queue_make_nothing_twice(self, world: World) -> None:
        world.queues.duplicate = 10_000
        orders = [world.place_order() for _ in range(3)]
        world.run()
        shipped(world, *orders)
        world.assert_promises()
        world.assert_done(*orders)
        assert len(world.picanova.orders) == 3

    def test_webhooks_that_overtake_each_other_end_in_the_same(self, world: World) -> None:
        world.shopify.outbox.shuffle = world.picanova.outbox.shuffle = world.queues.shuffle = True
        orders = [world.place_order() for _ in range(4)]
        world.shopify.edit_order(orders[0].id, orders[0].lines[0].id, 2)
        world.shopify.cancel_order(orders[1].id)
        world.run()
        shipped(world, orders[0], orders[2], orders[3])
        world.assert_promises()
        world.assert_done(orders[0], orders[2], orders[3])
        assert world.state(orders[1]) is OrderState.CANCELLED
        assert sum(item.quantity for item in world.vendor_order(orders[0]).items) == 2

    def test_every_webhook_once_more_changes_nothing(self, world: World) -> None:
        orders = [world.place_order(), world.place_order({"sku": "CANVAS-1", "quantity": 3})]
        world.run()
        shipped(world, *orders)
        before, calls = world.everything(), world.picanova.api_calls_counted.copy()
        fulfillments = [[one.id for one in world.fulfillments(order)] for order in orders]
        world.shopify.outbox.again()
        world.picanova.outbox.again()
        world.run()
        assert _without_looks(world.everything()) == _without_looks(before)
        assert [[one.id for one in world.fulfillments(order)] for order in orders] == fulfillments
        assert world.picanova.api_calls_counted[CREATE] == calls[CREATE]
        world.assert_promises()

    def test_every_webhook_twice_from_the_start_is_as_good_as_once(self, world: World) -> None:
        world.shopify.outbox.duplicates = world.picanova.outbox.duplicates = 1
        order = world.place_order()
        world.run()
        shipped(world, order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_store_whose_webhooks_are_all_lost_is_polled(self, world: World) -> None:
        world.shopify.outbox.lose = 10_000
        order = world.place_order()
        world.run(at_least=timedelta(minutes=25))
        assert world.job(order).state is JobState.SENT
        world.shopify.cancel_order(order.id)
        world.run(at_least=timedelta(minutes=25))
        assert world.state(order) is OrderState.CANCELLED
        world.assert_promises()

    def test_a_vendor_whose_webhooks_are_all_lost_is_polled(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.picanova.outbox.lose = 10_000
        shipped(world, order)
        assert world.state(order) is OrderState.OPEN
        world.run(at_least=hours(7))
        world.assert_promises()
        world.assert_done(order)

    def test_an_order_that_was_taken_in_and_not_passed_on_is_found_by_the_sweep(self, world: World) -> None:
        order = world.place_order()
        world.shopify.outbox.pump()
        world.switch.after("orders.save", Crash())
        world.work_one(Queue.INTAKE)
        assert world.job(order).state is JobState.READY
        assert world.queues.waiting(Queue.DISPATCH) == []
        for got in iter(lambda: world.queues.receive(Queue.INTAKE), None):
            world.queues.delete(got)  # even when no hint of it ever comes back
        world.shopify.outbox.waiting.clear()
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    def test_a_parcel_that_was_recorded_and_not_passed_on_is_found_by_the_sweep(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.picanova.ship(world.vendor_order(order).id, tracking="T1")
        world.picanova.outbox.pump()
        world.switch.after("orders.save", Crash())
        world.work_one(Queue.SHIPMENTS)
        world.queues.delete(world.queues.receive(Queue.SHIPMENTS) or _the_hidden(world))
        world.run()
        world.assert_promises()
        world.assert_done(order)

    def test_a_message_that_nobody_can_read_ends_among_the_dead_letters_and_harms_no_other(
        self, world: World
    ) -> None:
        for queue in Queue:
            world.queues.put_raw(queue, '{"surname": "Quellwasser"}')
        order = world.place_order()
        world.run()
        shipped(world, order)
        world.run(at_least=hours(2))
        world.run(at_least=hours(6))
        status = world.do("status")["queues"]
        assert [status[queue.value]["dead"] for queue in Queue] == [1] * len(Queue)
        world.assert_promises(dead_letters=len(Queue))
        world.assert_done(order)


def _the_hidden(world: World) -> Any:
    world.clock.passes(hours=1)
    return world.queues.receive(Queue.SHIPMENTS)


def _without_looks(everything: dict[str, object]) -> dict[str, object]:
    """All but when we last looked: a look is no change."""

    def bare(text: str) -> dict[str, Any]:
        looks = ("heard_at", "due_at", "version", "store_updated_at", "cursor", "polled_at")
        return {name: value for name, value in json.loads(text).items() if name not in looks}

    return {
        part: {key: bare(text) if isinstance(text, str) else text for key, text in items.items()}
        for part, items in everything.items()
        if isinstance(items, dict) and part != "healths"
    }


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
        shipped(world, order)
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
        shipped(world, *orders)
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
        shipped(world, new)
        world.assert_promises()
        world.assert_done(sent, new)
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
        shipped(world, order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_token_that_runs_out_is_renewed(self, world: World) -> None:
        world.run(hours(30), at_least=hours(29))
        order = world.place_order()
        world.run()
        assert world.shopify.door.issued >= 2
        shipped(world, order)
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
        shipped(world, order)
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


class TestCancelledAndEdited:
    def test_cancelled_before_it_is_sent_nothing_is_made(self, world: World) -> None:
        order = world.place_order()
        world.shopify.cancel_order(order.id)
        world.run()
        assert world.picanova.orders == []
        world.assert_promises()

    def test_cancelled_while_it_waits_to_be_sent(self, world: World) -> None:
        order = world.place_order()
        world.shopify.outbox.pump()
        while world.work_one(Queue.INTAKE):
            pass
        world.shopify.cancel_order(order.id)
        world.shopify.outbox.pump()
        while world.work_one(Queue.INTAKE):
            pass
        world.run()
        assert world.picanova.orders == []
        assert world.state(order) is OrderState.CANCELLED
        world.assert_promises()

    def test_cancelled_while_it_is_sent(self, world: World) -> None:
        order = world.place_order()

        def the_buyer_cancels() -> None:
            world.shopify.cancel_order(order.id)
            world.shopify.outbox.pump()
            while world.work_one(Queue.INTAKE):
                pass

        world.switch.after("orders.claim_job", the_buyer_cancels)
        world.run()
        assert [one.status for one in world.vendor_orders(order)] == ["CANCELLED"]
        assert world.state(order) is OrderState.CANCELLED
        world.assert_promises()

    def test_cancelled_after_it_was_sent(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.shopify.cancel_order(order.id)
        world.run()
        assert world.vendor_order(order).status == "CANCELLED"
        assert world.state(order) is OrderState.CANCELLED
        world.assert_promises()

    def test_cancelled_too_late_is_shown_and_released_it_goes_on(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.picanova.advance(world.vendor_order(order).id, "IN_PROGRESS")
        world.shopify.cancel_order(order.id)
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "cancel_refused"
        world.assert_promises()
        world.tell_all(order, "release")
        world.run(at_least=hours(4))
        assert world.attention_of(order) == []
        world.assert_promises()

    def test_a_cancel_whose_answer_is_lost_is_asked_again(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.picanova.faults.add(on="DELETE /orders/{id}", kind="cut_reply", times=1)
        world.shopify.cancel_order(order.id)
        world.run()
        assert world.vendor_order(order).status == "CANCELLED"
        assert world.state(order) is OrderState.CANCELLED
        world.assert_promises()

    def test_an_address_that_changes_after_sending_is_shown_without_being_shown(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.shopify.change_address(order.id, address1="Kurze Zeile 3")
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "changed_after_sent"
        assert "address" in item["problems"][0]["what"]
        assert "Kurze" not in str(world.do("attention"))
        world.tell_all(order, "release")
        world.run()
        shipped(world, order)
        world.assert_done(order)
        world.assert_promises()

    def test_an_address_that_changes_before_sending_is_the_one_that_is_sent(self, world: World) -> None:
        order = world.place_order()
        world.shopify.change_address(order.id, address1="Kurze Zeile 3")
        world.run()
        assert "Kurze Zeile 3" in str(world.vendor_order(order).shipping)
        world.assert_promises()

    def test_more_of_a_line_is_a_second_job(self, world: World) -> None:
        order = world.place_order()
        world.run()
        world.shopify.edit_order(order.id, order.lines[0].id, 3)
        world.run()
        assert sorted(item.quantity for one in world.vendor_orders(order) for item in one.items) == [1, 2]
        shipped(world, order)
        world.assert_done(order)
        world.assert_promises()

    def test_fewer_of_a_line_after_sending_is_a_persons_matter(self, world: World) -> None:
        order = world.place_order({"sku": "CANVAS-1", "title": "Canvas", "quantity": 2})
        world.run()
        world.shopify.refund(order.id, order.lines[0].id, 1)
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "changed_after_sent"
        assert "1 x Canvas too many" in item["problems"][0]["what"]
        assert len(world.vendor_orders(order)) == 1

    def test_a_line_that_nobody_makes_is_named_and_mended_by_the_product_map(self, world: World) -> None:
        order = world.place_order({"sku": "POSTER-9", "title": "Poster", "quantity": 2})
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "unrouted_line"
        assert "Poster" in item["problems"][0]["what"]
        assert world.picanova.orders == []
        world.assert_promises()
        world.map_products(CANVAS | {"sku": "POSTER-9"})
        world.tell_all(order, "retry")
        world.run()
        shipped(world, order)
        world.assert_done(order)
        world.assert_promises()

    def test_an_option_the_vendor_does_not_have_is_named_before_anything_is_sent(self, world: World) -> None:
        world.map_products(CANVAS | {"sku": "ODD-1", "options": [{"name": "Canvas border", "value": "Purple"}]})
        order = world.place_order({"sku": "ODD-1"})
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "preflight"
        assert "Purple" in str(item["problems"])
        assert world.picanova.api_calls_counted[CREATE] == 0
        world.map_products(CANVAS | {"sku": "ODD-1"})
        world.tell_all(order, "retry")
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    def test_an_order_without_an_address_waits_for_one(self, world: World) -> None:
        order = world.place_order(ship_to=None)
        world.run()
        assert world.causes(order) == ["ship_to_missing"]
        world.shopify.change_address(order.id, BUYER)
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    def test_an_address_the_store_hides_says_which_permission_is_missing(self, world: World) -> None:
        world.shopify.hide_personal_data = True
        order = world.place_order()
        world.run()
        (item,) = world.attention_of(order)
        assert item["cause"] == "ship_to_hidden"
        assert "protected" in item["problems"][0]["what"]
        world.shopify.hide_personal_data = False
        world.tell_all(order, "retry")
        world.run()
        assert world.job(order).state is JobState.SENT

    def test_an_unpaid_order_waits_with_its_reason(self, world: World) -> None:
        order = world.place_order(financial_status="PENDING")
        world.run(at_least=hours(1))
        assert world.state(order) is OrderState.WAITING
        assert "payment" in world.of(order).head.waiting_for
        assert world.picanova.orders == []
        world.assert_promises()
        world.shopify.mark_paid(order.id)
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    def test_a_held_order_waits_until_it_is_released(self, world: World) -> None:
        order = world.place_order()
        world.shopify.hold(order.id, notes="ask the buyer")
        world.run()
        assert world.state(order) is OrderState.WAITING
        assert world.picanova.orders == []
        world.shopify.release_hold(order.id)
        world.run()
        assert world.job(order).state is JobState.SENT
        world.assert_promises()

    def test_an_order_fulfilled_by_somebody_else_is_not_made(self, world: World) -> None:
        order = world.place_order()
        world.shopify.fulfill_elsewhere(order.id, number="THEIRS")
        world.run()
        assert world.picanova.orders == []
        assert world.state(order) is OrderState.NOTHING_TO_MAKE
        world.assert_promises()

    def test_an_order_from_before_the_connection_is_left_alone(self) -> None:
        world = World()
        order = world.place_order()
        world.clock.passes(hours=1)
        world.connect()
        world.shopify.change_address(order.id, address1="Kurze Zeile 3")
        world.run(at_least=hours(1))
        assert world.orders.records() == []
        assert world.picanova.orders == []
