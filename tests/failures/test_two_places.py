"""One order that has to be made in two places: its mug only in Europe, its canvas in America."""

from __future__ import annotations

from platen.domain.record import OrderState
from tests.support.world import BUYER, World
from twins.shopify.model import Order

MUG = {
    "sku": "MUG-1",
    "print_sku": "MUGW-330ML-1",
    "print_url": "https://art.example/anchor.png",
    "print_account": "eu",
}
AMERICA = BUYER | {
    "province": "Illinois",
    "province_code": "IL",
    "zip": "62701",
    "country": "United States",
    "country_code": "US",
}


def _ordered() -> tuple[World, Order]:
    world = World().connect()
    world.map_products(MUG)
    order = world.place_order(
        {"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"},
        {"sku": "MUG-1", "title": "Mug", "quantity": 2, "price": "12.00"},
        ship_to=AMERICA,
    )
    world.run()
    return world, order


def test_each_place_makes_its_lines_once() -> None:
    world, order = _ordered()

    made = {one.account: [item.quantity for item in one.items] for one in world.vendor_orders(order)}

    assert made == {"us": [1], "eu": [2]}
    world.assert_promises()


def test_the_order_is_done_when_both_parcels_are_shown() -> None:
    world, order = _ordered()
    first, second = world.vendor_orders(order)

    world.picanova.ship(first.id, tracking="FIRST1")
    world.run()
    assert world.state(order) is OrderState.OPEN
    world.picanova.ship(second.id, tracking="SECOND2")
    world.run()

    assert world.tracking_shown(order) == ["FIRST1", "SECOND2"]
    assert world.state(order) is OrderState.DONE
    world.assert_promises()
