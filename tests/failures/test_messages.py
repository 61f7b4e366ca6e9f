"""Whole orders between the two twins, while messages are lost, doubled, late, or in the wrong order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from platen.domain.job import JobState
from platen.domain.record import OrderState
from platen.messages import Queue
from tests.fakes import Crash, Lost
from tests.support.world import CREATE, World, hours


def test_an_order_goes_its_way(world: World) -> None:
    orders = [world.place_order() for _ in range(3)]
    world.run()
    world.assert_promises()
    world.ships(*orders)
    world.assert_promises()
    world.assert_done(*orders)
    assert world.attention() == []


class TestMessages:
    def test_a_webhook_whose_reply_is_lost_comes_again_and_changes_nothing(self, world: World) -> None:
        world.lose_replies = 3
        order = world.place_order()
        world.run()
        world.ships(order)
        assert world.statuses.count(0) == 3
        world.assert_promises()
        world.assert_done(order)

    def test_a_webhook_that_no_queue_took_is_not_acknowledged_and_comes_again(self, world: World) -> None:
        world.switch.before("queues.send", Lost(), times=4)
        order = world.place_order()
        world.work()
        assert world.statuses[-4:] == [0] * 4
        world.run()
        world.ships(order)
        world.assert_promises()
        world.assert_done(order)

    def test_a_receiver_that_dies_after_the_send_gets_it_twice(self, world: World) -> None:
        world.switch.after("queues.send", Crash(), times=2)
        order = world.place_order()
        world.run()
        world.ships(order)
        world.assert_promises()
        world.assert_done(order)

    def test_messages_that_are_sent_twice_by_the_queue_make_nothing_twice(self, world: World) -> None:
        world.queues.duplicate = 10_000
        orders = [world.place_order() for _ in range(3)]
        world.run()
        world.ships(*orders)
        world.assert_promises()
        world.assert_done(*orders)
        assert len(world.picanova.orders) == 3

    def test_webhooks_that_overtake_each_other_end_in_the_same(self, world: World) -> None:
        world.shopify.outbox.shuffle = world.picanova.outbox.shuffle = world.queues.shuffle = True
        orders = [world.place_order() for _ in range(4)]
        world.shopify.edit_order(orders[0].id, orders[0].lines[0].id, 2)
        world.shopify.cancel_order(orders[1].id)
        world.run()
        world.ships(orders[0], orders[2], orders[3])
        world.assert_promises()
        world.assert_done(orders[0], orders[2], orders[3])
        assert world.state(orders[1]) is OrderState.CANCELLED
        assert sum(item.quantity for item in world.vendor_order(orders[0]).items) == 2

    def test_every_webhook_once_more_changes_nothing(self, world: World) -> None:
        orders = [world.place_order(), world.place_order({"sku": "CANVAS-1", "quantity": 3})]
        world.run()
        world.ships(*orders)
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
        world.ships(order)
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
        world.ships(order)
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
        world.ships(order)
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
