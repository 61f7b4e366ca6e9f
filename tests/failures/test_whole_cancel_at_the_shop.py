"""An order that is called off, between a shop that takes its time over a cancel and a vendor, both as twins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.domain.job import JobState
from platen.domain.record import OrderState
from tests.support.world import World
from twins.shopify.model import Order


def world_with(late: float) -> tuple[World, Order]:
    world = World(shopify={"cancel_delay_seconds": late}).connect()
    order = world.place_order()
    world.run()
    return world, order


def call_off(world: World, order: Order, **wishes: Any) -> dict[str, Any]:
    wish = {"at_store": True, "refund": True, "restock": True, "notify": True} | wishes
    return world.ask("cancel_order", order=world.key(order), who="tester", reason="bought twice", **wish)


def called_off(world: World, order: Order) -> None:
    wish = world.of(order).head.cancel
    assert wish
    assert wish.told_at
    assert (world.job(order).state, world.state(order)) == (JobState.CANCELLED, OrderState.CANCELLED)
    assert order.cancelled_at
    assert len(order.refunds) == 1, "the money went back once"
    assert [one.status for one in world.vendor_orders(order)] == ["CANCELLED"]
    assert world.causes(order) == []
    world.assert_promises()


@pytest.mark.parametrize("late", [0.0, 5.0, 400.0, 1000.0, 1700.0])
@pytest.mark.parametrize("clicks", [1, 3])
def test_however_long_the_shop_takes_it_is_paid_back_once(late: float, clicks: int) -> None:
    world, order = world_with(late)
    for _ in range(clicks):
        assert call_off(world, order)["ok"]
    wish = world.of(order).head.cancel
    assert wish
    assert wish.told_at is None, "that it was asked says nothing yet"
    world.run(at_least=timedelta(hours=2))
    called_off(world, order)


@pytest.mark.parametrize("late", [0.0, 60.0])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "cut_reply"},
        {"kind": "status_after", "status": 502},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "2.0"}},
        {"kind": "status_after", "status": 200, "body": "<html>"},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}",
)
def test_whatever_becomes_of_the_answer_it_is_paid_back_once(
    fault: dict[str, Any], times: int, late: float
) -> None:
    world, order = world_with(late)
    world.shopify.faults.add(on="orderCancel", times=times, **fault)
    assert call_off(world, order)["ok"]
    world.run(at_least=timedelta(hours=2))
    called_off(world, order)


def test_cancelled_in_the_shop_by_somebody_else_while_the_vendor_was_asked() -> None:
    world, order = world_with(30.0)
    world.picanova.faults.add(on="DELETE /orders/{id}", kind="status", status=503, times=1)
    assert call_off(world, order)["ok"]
    world.shopify.cancel_order(order.id)
    world.run(at_least=timedelta(hours=2))
    assert (world.job(order).state, world.state(order)) == (JobState.CANCELLED, OrderState.CANCELLED)
    assert len(order.refunds) <= 1
    assert world.causes(order) == []


def test_one_that_the_shop_fulfilled_by_hand_is_refused_there_and_shown() -> None:
    world, order = world_with(0.0)
    assert call_off(world, order)["ok"]
    world.shopify.fulfill_elsewhere(order.id)
    world.run(at_least=timedelta(hours=2))
    assert world.causes(order) == ["store_refused"]
    assert order.refunds == []
    world.tell_all(order, "release")
    world.run(at_least=timedelta(hours=2))
    assert (world.causes(order), order.refunds) == ([], [])
    world.assert_promises()


def test_one_that_the_shop_takes_and_then_fails_at_is_asked_again_and_its_no_is_shown() -> None:
    world, order = world_with(60.0)
    assert call_off(world, order)["ok"]
    while not world.shopify.shop.jobs.accepted:
        assert world.work()
    world.shopify.fulfill_elsewhere(order.id)
    world.run(at_least=timedelta(hours=2))
    assert order.cancelled_at is None
    assert world.causes(order) == ["store_refused"]
    (item,) = world.attention_of(order)
    assert "outstanding fulfillments" in item["problems"][0]["what"]
