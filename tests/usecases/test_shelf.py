"""From the product map to what a vendor is told of a line's goods."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from platen.domain.shelf import Shelf
from tests.support.world import CANVAS, World


def shelves(world: World, **line: Any) -> dict[str, Shelf]:
    """By SKU, of an order that was taken in."""
    wanted = {"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"} | line
    placed = world.place_order(wanted)
    world.run()
    record = world.hub.orders.load(world.key(placed))
    assert record is not None
    body = world.hub.orders.body(record.head.order_id, record.head.body)
    return {one.sku: body.shelf[one.line_id] for one in body.order.lines if one.line_id in body.shelf}


def test_the_table_goes_before_the_store() -> None:
    world = World().connect()
    world.map_products(dict(CANVAS) | {"weight": "226.796", "location": "A4"})
    assert shelves(world, grams=900) == {"CANVAS-1": Shelf(weight=Decimal("226.796"), location="A4")}


def test_where_it_says_nothing_the_store_does() -> None:
    (shelf,) = shelves(World().connect(), grams=900).values()
    assert shelf.weight == Decimal(900)
    assert shelf.location


@pytest.mark.parametrize("weight", ["0", "-1", "1000001", "1.0001", "NaN", "Infinity", "1 kg", "", [], {}])
def test_what_is_no_weight_in_grams_is_refused(weight: Any) -> None:
    world = World().connect()
    with pytest.raises(AssertionError, match="weight"):
        world.map_products({"sku": "MUG", "weight": weight})
    assert world.do("products", store="shop", skus=["MUG"]) == {"products": []}
