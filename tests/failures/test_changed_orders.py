"""Orders that are cancelled, edited, unpaid, held or incomplete, before, while and after they are sent."""

from __future__ import annotations

from platen.domain.job import JobState
from platen.domain.record import OrderState
from platen.messages import Queue
from tests.support.world import BUYER, CANVAS, CREATE, World, hours


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
        world.ships(order)
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
        world.ships(order)
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
        world.ships(order)
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
