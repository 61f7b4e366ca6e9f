"""Answers as they were published and captured: each can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platen.connectors.shipstation import wire, wire_v1

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shipstation"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here (../shared/samples)")


def sample(name: str) -> Any:
    return wire.read_json((SAMPLES / f"{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "key", "model"),
    [
        ("v1_orders_list_response", "orders", wire_v1.Order),
        ("v1_shipments_list_response", "shipments", wire_v1.Shipment),
        ("v1_ship_notify_resource_response_2024", "shipments", wire_v1.Shipment),
        ("v1_fulfillments_list_response", "fulfillments", wire_v1.Fulfillment),
        ("v1_webhooks_list_response", "webhooks", wire_v1.Webhook),
        ("v2_shipments_resource_response_split", "shipments", wire.Shipment),
        ("v2_labels_resource_response_split", "labels", wire.Label),
        ("v2_fulfillments_resource_response", "fulfillments", wire.Fulfillment),
    ],
)
def test_a_list_is_read(name: str, key: str, model: type[wire.Wire]) -> None:
    rows = sample(name)[key]

    assert len(wire.many(model, rows)) == len(rows) > 0


def test_an_order_of_v1_is_read_with_all_there_is_to_tell_it_back() -> None:
    told = sample("v1_createorder_response")

    order = wire.one(wire_v1.Order, told)

    assert (order.order_id, order.order_status) == ("140335319", "awaiting_shipment")
    assert [item.adjustment for item in order.items] == [False, True]
    assert json.dumps(order.told["insuranceOptions"]) == json.dumps(told["insuranceOptions"])


def test_the_times_and_amounts_of_a_label_are_read() -> None:
    [label, _] = wire.many(wire_v1.Shipment, sample("v1_shipments_list_response")["shipments"])

    assert label.create_date is not None
    assert label.create_date.isoformat() == "2014-10-03T13:51:33.627000+00:00"
    assert str(label.shipment_cost) == "1.93"
    assert [item.order_item_id for item in label.shipment_items] == ["56568665"]
