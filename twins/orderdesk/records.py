"""Whole records as Order Desk tells them: every field, ids as text, ``[]`` for a map with nothing in it.

The fields of orders, items, inventory items and shipments are documented; those of the store's own record are not,
but for its folders being in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

type Record = dict[str, Any]

_ADDRESS = {
    "first_name": "",
    "last_name": "",
    "company": "",
    "address1": "",
    "address2": "",
    "city": "",
    "state": "",
    "postal_code": "",
    "country": "",
    "phone": "",
}
_RETURN_ADDRESS = {"title": "", "name": "", **{name: _ADDRESS[name] for name in list(_ADDRESS)[2:]}}


class Item(BaseModel):
    """What an order's item is made of; the rest of its record is filled in."""

    model_config = ConfigDict(extra="forbid")

    id: str = ""
    name: str = "Canvas"
    price: float = 39.9
    quantity: int = 1
    weight: float = 0
    code: str = "CANVAS-1"
    delivery_type: str = "ship"
    category_code: str = ""
    variation_list: dict[str, Any] = {}
    metadata: dict[str, Any] = {}


class NewOrder(BaseModel):
    """What an order is made of; the rest of its record is filled in. ``folder`` is a name."""

    model_config = ConfigDict(extra="forbid")

    email: str = ""
    shipping_method: str = "Ground"
    source_name: str = "Shopify"
    source_id: str = ""
    folder: str = "New"
    date_added: datetime | None = None
    shipping: dict[str, str] = {}
    checkout_data: dict[str, Any] = {}
    order_metadata: dict[str, Any] = {}
    items: list[Item] = [Item()]
    tracking: list[str] = []


class NewInventoryItem(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = "Canvas"
    code: str = "CANVAS-1"
    price: float = 39.9
    cost: float = 0
    weight: float = 0
    stock: int = 0
    location: str = ""
    manufacturer_sku: str = ""
    variation_list: dict[str, Any] = {}
    metadata: dict[str, Any] = {}


def time(moment: datetime) -> str:
    """UTC, without saying so."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def empty_as_list(said: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
    """PHP does not tell an empty map from an empty list."""
    return dict(said) or []


def order(given: NewOrder, number: int, store_id: str, folder_id: int, now: datetime) -> Record:
    """The whole record, as ``GET /orders`` has it."""
    added = given.date_added or now
    total = round(sum(one.price * one.quantity for one in given.items), 2)
    return {
        "id": str(number),
        "email": given.email,
        "shipping_method": given.shipping_method,
        "quantity_total": sum(one.quantity for one in given.items),
        "weight_total": 0,
        "product_total": total,
        "shipping_total": 0,
        "handling_total": 0,
        "tax_total": 0,
        "discount_total": 0,
        "order_total": total,
        "cc_number_masked": "",
        "cc_exp": "",
        "processor_response": "",
        "payment_type": "",
        "payment_status": "Approved",
        "processor_balance": 0,
        "refund_total": 0,
        "customer_id": "",
        "email_count": "0",
        "ip_address": "",
        "tag_color": "",
        "tag_name": "",
        "source_name": given.source_name,
        "source_id": given.source_id,
        "fulfillment_name": "",
        "fulfillment_id": "",
        "folder_id": folder_id,
        "date_added": time(added),
        "date_updated": time(added),
        "shipping": _ADDRESS | {"address3": "", "address4": ""} | given.shipping,
        "customer": _ADDRESS | given.shipping,
        "return_address": dict(_RETURN_ADDRESS),
        "checkout_data": empty_as_list(given.checkout_data),
        "order_metadata": empty_as_list(given.order_metadata),
        "discount_list": [],
        "order_notes": [],
        "order_items": [_item(one, number, place) for place, one in enumerate(given.items, start=1)],
        "order_shipments": [
            _shipment(one, number, place, store_id, added) for place, one in enumerate(given.tracking, start=1)
        ],
    }


def _item(given: Item, number: int, place: int) -> Record:
    return {
        **given.model_dump(),
        "id": given.id or f"{number}{place:02}",
        "fulfillment_method": "",
        "variation_list": empty_as_list(given.variation_list),
        "metadata": empty_as_list(given.metadata),
    }


def _shipment(tracking: str, number: int, place: int, store_id: str, added: datetime) -> Record:
    return {
        "id": f"{number}{place:02}",
        "order_id": str(number),
        "store_id": store_id,
        "tracking_number": tracking,
        "carrier_code": "UPS",
        "shipment_method": "UPS Ground",
        "weight": "0",
        "cost": "0",
        "status": "",
        "tracking_url": "",
        "label_format": "",
        "label_image": "",
        "print_status": "1",
        "order_items": "",
        "source": "Manual",
        "cart_shipment_id": "",
        "label_shipment_id": "",
        "date_shipped": time(added)[:10],
        "date_added": time(added),
    }


def inventory_item(given: NewInventoryItem, number: int, now: datetime) -> Record:
    return {
        "id": str(number),
        **given.model_dump(),
        "update_source": "",
        "variation_list": empty_as_list(given.variation_list),
        "metadata": empty_as_list(given.metadata),
        "date_added": time(now),
        "date_updated": time(now),
    }
