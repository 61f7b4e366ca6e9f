"""That a request is held against the published contracts is only worth something if a slip is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from platen.connectors.shipstation.body_v1 import order_body
from platen.connectors.shipstation.body_v2 import shipment_body
from platen.connectors.shipstation.telling import told_as
from tests.connectors.shipstation.api_house import a_request
from tests.connectors.shipstation.contracts import check_v1_order, check_v2_shipment


def _with(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    *steps, last = path.split(".")
    place: Any = body
    for step in steps:
        place = place[int(step) if step.isdecimal() else step]
    place[last] = value
    return body


@pytest.mark.parametrize(
    ("check", "path", "value"),
    [
        (check_v1_order, "orderStaus", "awaiting_shipment"),
        (check_v1_order, "items.0.qty", 1),
        (check_v1_order, "items.0.quantity", "1"),
        (check_v1_order, "shipTo.zip", "1"),
        (check_v2_shipment, "shipto", {}),
        (check_v2_shipment, "items.0.quantity", 1.5),
        (check_v2_shipment, "items.0.unit_price", -1),
        (check_v2_shipment, "ship_to.phone", ""),
        (check_v2_shipment, "ship_to.zip", "1"),
        (check_v2_shipment, "packages.0.weight.unit", "kg"),
        (check_v2_shipment, "external_shipment_id", "x" * 51),
    ],
)
def test_a_slip_is_seen(check: Callable[[Any], None], path: str, value: object) -> None:
    order = told_as(a_request())
    body = order_body(order, 1) if check is check_v1_order else shipment_body(order, "se-1")
    check(body)

    with pytest.raises(Exception, match=r"Additional properties|is not|minimum|too (long|short)|non-empty"):
        check(_with(body, path, value))
