"""The bodies that carry no order: edits, fulfillment orders, the end of an installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twins.shopify.model import FulfillmentOrder, Hold, Order, gid
from twins.shopify.stock import InventoryLevel


def order_edit(edit_id: int, order: Order, at: str | None, added: list[Any], removed: list[Any]) -> dict[str, Any]:
    """``added`` and ``removed`` are (line id, how many)."""
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": None,
            "created_at": at,
            "committed_at": at,
            "notify_customer": False,
            "order_id": order.id,
            "staff_note": "",
            "user_id": None,
            "line_items": {
                "additions": [{"id": line_id, "delta": delta} for line_id, delta in added],
                "removals": [{"id": line_id, "delta": delta} for line_id, delta in removed],
            },
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def uninstalled(shop_id: int, domain: str, currency: str, time_zone: str) -> dict[str, Any]:
    return {
        "id": shop_id,
        "name": domain.split(".", maxsplit=1)[0],
        "domain": None,
        "country": "US",
        "currency": currency,
        "iana_timezone": time_zone,
        "myshopify_domain": domain,
        "plan_name": "basic",
    }


def fulfillment_order(one: FulfillmentOrder) -> dict[str, Any]:
    """The short form that every ``fulfillment_orders/*`` topic carries: no order id in it."""
    return {"fulfillment_order": {"id": gid("FulfillmentOrder", one.id), "status": one.status.lower()}}


def placed_on_hold(one: FulfillmentOrder, hold: Hold) -> dict[str, Any]:
    body = fulfillment_order(one)
    body["fulfillment_order"]["fulfillment_holds"] = [_hold(each) for each in one.holds]
    held = [{"id": gid("FulfillmentOrderLineItem", line.id), "quantity": line.remaining} for line in one.lines]
    return body | {
        "remaining_fulfillment_order": None,
        "held_fulfillment_order_line_items": held,
        "created_fulfillment_hold": _hold(hold),
    }


def inventory_level(level: InventoryLevel, time: Callable[[datetime | None], str | None]) -> dict[str, Any]:
    return {
        "inventory_item_id": level.item.id,
        "location_id": level.location.id,
        "available": level.counts["available"],
        "updated_at": time(level.updated_at),
        "admin_graphql_api_id": level.id,
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "id": gid("FulfillmentHold", hold.id),
        "reason": hold.reason.lower(),
        "reason_notes": hold.notes,
        "held_by_requesting_app": hold.by_app,
        "handle": hold.handle,
        "held_by_app": {"id": gid("App", 1)} if hold.by_app else None,
    }
