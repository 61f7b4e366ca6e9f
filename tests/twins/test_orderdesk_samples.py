"""The twin's records have the fields and kinds of Order Desk's published ones, and both are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platen.usecases.move_in import GivenOrder
from platen_cli.orderdesk import wire
from platen_cli.orderdesk.mapping import order_of, products_of, unfit
from tests.fakes import FakeClock
from tests.twins.test_orderdesk import said
from tests.twins.test_picanova_samples import differences
from twins.orderdesk import OrderDeskTwin

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "orderdesk"


def sample(name: str) -> Any:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"the published record {name} is not at {SAMPLES}")
    return json.loads(path.read_text())


@pytest.fixture
def twin() -> OrderDeskTwin:
    return OrderDeskTwin(now=FakeClock())


def test_a_tested_connection(twin: OrderDeskTwin) -> None:
    assert differences(sample("api_test.response.json"), said(twin, "/test")) == []


def test_an_order_of_today(twin: OrderDeskTwin) -> None:
    """What its own notification carries is the record the API lists (documented: one shape for both)."""
    twin.add_order(tracking=["1Z"], source_id="D5548847")
    theirs = sample("shipment_notification.2018.json")["order"]
    (ours,) = said(twin, "/orders")["orders"]
    assert differences(theirs, ours) == []


def test_an_order_as_it_was_first_published(twin: OrderDeskTwin) -> None:
    twin.add_order(
        tracking=["1Z"],
        checkout_data={"Gift Message": "x"},
        order_metadata={"fraud_protection_score": 0},
        items=[{"variation_list": {"Size": "S"}, "metadata": {"image": "x"}}],
    )
    (ours,) = said(twin, "/orders")["orders"]
    found = differences(sample("order.v2014.json"), ours, may_have_more=True)
    # It had two lists filled in that ours leave empty, and told an item's price as text.
    assert found == [
        ".discount_list: empty here",
        ".order_items[].price: str there, number here",
        ".order_notes: empty here",
    ]


def test_an_inventory_item(twin: OrderDeskTwin) -> None:
    theirs = sample("inventory_item.create_request.pod.json")
    twin.add_item(**theirs)
    (ours,) = said(twin, "/inventory-items")["inventory_items"]
    assert differences(theirs, ours, may_have_more=True) == []
    (row,) = products_of([wire.InventoryItem.model_validate(ours)]).rows
    assert (row["sku"], row["location"]) == (theirs["code"], theirs["location"])


@pytest.mark.parametrize("name", ["order.v2014.json", "shipment_notification.2018.json"])
def test_published_orders_can_be_moved_in(name: str) -> None:
    found = sample(name)
    theirs = wire.Order.model_validate(found.get("order", found))
    assert unfit(theirs) == ""
    made = GivenOrder.model_validate(order_of(theirs, "Closed"))
    assert [one.sku for one in made.lines] == [one.code for one in theirs.order_items]
    assert made.ship_to is not None
    assert made.ship_to.country_code == "US"
