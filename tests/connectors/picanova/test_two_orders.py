"""A store's order with products of both APIs: planning makes two jobs, and so two orders, each sent once."""

from __future__ import annotations

from datetime import timedelta

from tests.support.world import World

DESIGN = "CVS40301MI2-APO10000001"


def test_a_canvas_with_artwork_and_a_product_set_up_there_are_two_orders_of_one_connection() -> None:
    world = World().connect()
    assert world.picanova.set_up("eu", "CVS40301MI2") == DESIGN
    world.map_products({"sku": "READY-1", "print_design_id": DESIGN})
    order = world.place_order(
        {"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"},
        {"sku": "READY-1", "title": "Ready-made", "quantity": 2, "price": "29.90"},
    )
    world.run()

    made = {one.api: [(item.quantity, item.file) for item in one.items] for one in world.vendor_orders(order)}
    assert made == {
        "beta": [(1, "https://art.example/7f3a.jpg")],
        "v1": [(2, "https://art.example/set-up.jpg")],
    }
    assert len({one.external_id for one in world.vendor_orders(order)}) == 2

    world.ships(order)
    assert {one.status for one in world.vendor_orders(order)} == {"FULFILLED"}
    assert [sorted(item.quantity for item in one.items) for one in world.vendor_orders(order)] == [[1], [2]]


def test_a_v1_order_whose_reply_is_lost_is_found_and_not_made_again() -> None:
    world = World().connect()
    world.picanova.set_up("eu", "CVS40301MI2")
    world.map_products({"sku": "READY-1", "print_design_id": DESIGN})
    world.picanova.faults.add(on="POST v1/orders", kind="cut_reply")
    order = world.place_order({"sku": "READY-1", "title": "Ready-made", "quantity": 1, "price": "29.90"})
    world.run(at_least=timedelta(hours=1))
    assert world.vendor_order(order).api == "v1"
    assert world.picanova.duplicates == []
    world.ships(order)
    assert world.picanova.api_calls_counted["POST v1/orders"] == 1, (
        "the cut one was made, and no other was asked for"
    )
