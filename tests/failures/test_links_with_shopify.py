"""Links by what a Shopify order says of itself, with real orders of the twin: vendor, tag, location, folder."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import BUYER, CANVAS, STORE, VENDOR, World, hours
from twins.shopify.model import Order

OTHER = "prints-two"
LINE: dict[str, Any] = {"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"}
AMERICA = BUYER | {"province": "Illinois", "province_code": "IL", "zip": "62701"}
AMERICA |= {"country": "United States", "country_code": "US"}


@pytest.fixture
def two(world: World) -> World:
    """A second account of the same vendor, which has what no link before it takes."""
    world.connect_picanova(OTHER)
    world.do("unlink", store=STORE, vendor=VENDOR)
    world.link(vendor=OTHER, lines="all")
    return world


def first(world: World, **condition: Any) -> None:
    world.link(vendor=VENDOR, name="first", before=OTHER, **condition)


def vendors_of(world: World, order: Order) -> list[str]:
    return [job.vendor for job in world.of(order).jobs.values() if job.state.value == "sent"]


@pytest.mark.parametrize(
    ("condition", "line", "details"),
    [
        ({"vendors": ["acme prints"]}, {"vendor": "Acme Prints"}, {}),
        ({"tags": ["rush"]}, {}, {"tags": ["Rush ", "b2b"]}),
        ({"locations": ["warehouse b"]}, {"location": "Warehouse B"}, {}),
        ({"countries": ["US"]}, {}, {"ship_to": AMERICA}),
        (
            {"skus": ["CANVAS-*"], "vendors": ["Acme*"], "tags": ["rush", "gift"]},
            {"vendor": "ACME"},
            {"tags": ["gift"]},
        ),
    ],
    ids=["product vendor", "tag", "location", "country", "several"],
)
def test_a_link_goes_by_what_the_store_says(
    two: World, condition: dict[str, Any], line: dict[str, Any], details: dict[str, Any]
) -> None:
    first(two, **condition)
    taken, left = two.place_order(LINE | line, **details), two.place_order(LINE)
    two.run()
    assert vendors_of(two, taken) == [VENDOR]
    assert vendors_of(two, left) == [OTHER]
    assert two.attention() == []
    two.assert_promises()


def test_the_product_maps_place_wins_over_the_stores(two: World) -> None:
    first(two, locations=["North"])
    two.map_products(CANVAS | {"location": " north"})
    order = two.place_order(LINE | {"location": "Warehouse B"})
    two.run()
    assert vendors_of(two, order) == [VENDOR]
    two.assert_promises()


def test_lines_of_one_order_part_by_their_product_vendors(two: World) -> None:
    first(two, vendors=["Acme"])
    order = two.place_order(LINE | {"vendor": "Acme"}, LINE | {"vendor": "Somebody", "quantity": 2})
    two.run()
    made = {job.vendor: [line.quantity for line in job.lines] for job in two.of(order).jobs.values()}
    assert made == {VENDOR: [1], OTHER: [2]}
    two.ships(order)
    two.run(at_least=hours(8))  # the second account's news come by its poll
    two.assert_done(order)
    two.assert_promises()


def test_a_tag_that_comes_after_sending_changes_nothing(two: World) -> None:
    first(two, tags=["rush"])
    order = two.place_order(LINE)
    two.run()
    two.shopify.orders[order.id].tags.append("rush")
    two.shopify.change_address(order.id, phone="+49 30 5550124")
    two.run()
    assert [job.vendor for job in two.of(order).jobs.values()] == [OTHER]
    two.assert_promises()


def test_an_order_that_is_moved_into_a_links_folder_is_sent_and_then_moved_on_by_the_vendors_rules(
    world: World,
) -> None:
    world.do("unlink", store=STORE, vendor=VENDOR)
    world.do("rules", connection=STORE, intake={"new_folder": "New"})
    world.do("rules", connection=VENDOR, making={"after_import": "Prepared", "after_shipment": "Closed"})
    world.do("folder_add", names=["Checked"])
    world.link(folders=["Checked"])
    order = world.place_order()
    world.run()
    assert world.causes(order) == ["unrouted_line"]
    assert world.of(order).head.folder == "New"
    world.do("move", orders=[order.name], folder="Checked", who="tester")
    world.run()
    assert world.of(order).head.folder == "Prepared"
    world.ships(order)
    assert world.of(order).head.folder == "Closed"
    world.assert_done(order)
    world.assert_promises()


def test_a_held_order_is_sent_once_when_a_person_lets_it_go(world: World) -> None:
    world.link(send="hold")
    order = world.place_order()
    world.run()
    assert world.vendor_orders(order) == []
    world.shopify.change_address(order.id, city="Elsewhere")
    world.run()
    assert world.causes(order) == ["held"]
    world.tell_all(order, "release")
    world.run()
    world.ships(order)
    world.assert_done(order)
    world.assert_promises()


def test_what_picanova_cannot_make_without_is_asked_for_in_one_message(world: World) -> None:
    world.map_products({"sku": "BARE", "print_sku": "DIGI-40X30-1"})
    order = world.place_order(LINE | {"sku": "BARE"}, LINE | {"sku": "BARE", "title": "Second"})
    world.run()
    (shown,) = world.attention_of(order)
    assert shown["cause"] == "print_details"
    assert [one["what"] for one in shown["problems"]] == [
        "1 x Canvas (SKU BARE) has no print_url.",
        "1 x Second (SKU BARE) has no print_url.",
    ]
    assert world.vendor_orders(order) == []
    world.map_products(CANVAS | {"sku": "BARE"})
    world.run()
    assert len(world.vendor_orders(order)) == 1
    world.assert_promises()
