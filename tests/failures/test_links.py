"""Links and lines that change after an order was sent."""

from __future__ import annotations

import pytest

from platen.domain.job import JobState
from platen.domain.record import OrderState
from tests.support.world import STORE, VENDOR, World


@pytest.fixture
def world() -> World:
    return World().connect()


def test_a_link_that_is_gone_after_sending_changes_nothing_of_what_is_sent(world: World) -> None:
    order = world.place_order()
    world.run()
    world.do("unlink", store=STORE, vendor=VENDOR)
    world.shopify.change_address(order.id, phone="+49 30 5550124")
    world.run()

    assert world.causes(order) == ["changed_after_sent"], "who has it keeps it; only its address is asked about"
    problems = [problem["what"] for item in world.attention_of(order) for problem in item["problems"]]
    assert not any("too many" in what for what in problems), problems
    assert world.job(order).state is not JobState.CANCELLED
    world.assert_promises()


def test_a_line_that_was_released_is_not_made_when_its_link_comes(world: World) -> None:
    order = world.place_order(
        {"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"},
        {"sku": "SOCKS", "title": "Socks", "quantity": 1, "price": "9.90"},
    )
    world.run()
    assert world.causes(order) == ["unrouted_line"]
    world.tell_all(order, "release", "order")
    world.run()

    assert [[item.quantity for item in one.items] for one in world.vendor_orders(order)] == [[1]]
    assert world.state(order) is OrderState.OPEN
    world.link(lines="all")
    world.shopify.change_address(order.id, city="Elsewhere")
    world.run()
    assert len(world.vendor_orders(order)) == 1
    world.assert_promises()
