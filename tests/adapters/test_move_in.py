"""Moving in on the real table: what is written once is found again by id, by number and by folder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.connectors import Resend
from platen.domain.order import order_id
from platen.domain.record import OrderState
from platen.hub import Hub
from platen.usecases.move_in import ImportOrders, import_orders
from tests.support.stall import StallBench


@pytest.fixture
def hub(table: DynamoDBOrders) -> Hub:
    return replace(StallBench(Resend.LOOKUP).hub, orders=table)


def bring(hub: Hub, *folders: str) -> list[str]:
    orders: list[dict[str, Any]] = [
        {
            "store_order_id": f"orderdesk-{number}",
            "own_id": f"orderdesk-{number}",
            "number": f"A-{number}",
            "folder": folder,
            "placed_at": "2026-10-08T12:10:00Z",
            "updated_at": "2026-10-09T23:13:47Z",
            "attributes": [{"name": "Gift Message", "value": ""}],
            "lines": [{"line_id": f"{number}1", "sku": "CANVAS-1", "quantity": 2}],
        }
        for number, folder in enumerate(folders, start=1)
    ]
    request = ImportOrders.model_validate({"store": "stall", "orders": orders, "source": "Order Desk"})
    return [one["result"] for one in import_orders(hub, request)["results"]]


def test_it_is_kept_once_and_found_again(hub: Hub) -> None:
    assert bring(hub, "Closed", "", "Closed") == ["imported"] * 3
    assert bring(hub, "Closed", "Rush", "Closed") == ["there", "moved", "there"]
    (head,) = hub.orders.by_number("stall", "A-2")
    assert (head.imported_from, head.folder, head.state) == ("Order Desk", "Rush", OrderState.NOTHING_TO_MAKE)
    assert {one.number for one in hub.orders.in_folder("stall", "Closed", 9).items} == {"A-1", "A-3"}
    assert len(hub.orders.in_state("stall", OrderState.NOTHING_TO_MAKE, 9).items) == 3
    assert len(hub.orders.events(head.order_id)) == 2
    assert hub.orders.body(head.order_id, head.body).order.lines[0].quantity == 2


def test_it_waits_for_nobody(hub: Hub) -> None:
    bring(hub, "Closed")
    record = hub.orders.load(order_id("stall", "orderdesk-1"))
    assert record
    assert record.head.look_at is None
    assert record.jobs == {}
