"""V2's answers: shipments (which are the orders), labels, fulfillments, warehouses, webhooks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from twins.shipstation.hooks import Hook
from twins.shipstation.model import (
    AWAITING_PAYMENT,
    AWAITING_SHIPMENT,
    CANCELLED,
    ON_HOLD,
    SHIPPED,
    Address,
    Item,
    Order,
    Parcel,
    grams,
)
from twins.shipstation.times import v2_time
from twins.shipstation.v1_render import USER_ID

STATUS = {
    AWAITING_PAYMENT: "pending",
    AWAITING_SHIPMENT: "pending",
    ON_HOLD: "pending",
    SHIPPED: "label_purchased",
    CANCELLED: "cancelled",
}
"""V1's word -> V2's (inferred; the official table is not known)."""
PLACE = Address(
    name="Ship From",
    street1="1 Dock Road",
    city="Austin",
    state="TX",
    postal_code="78756",
    country="US",
    phone="555-0100",
)


def se(number: int) -> str:
    return f"se-{number}"


def shipment(one: Order) -> dict[str, Any]:
    """Without adjustments: V2 knows no negative prices (documented), and where they are then is not known."""
    content, extra = one.content, one.content.extra
    currency = content.currency.lower()
    first, second, third = content.custom_fields
    return {
        "shipment_id": se(one.order_id),
        "carrier_id": extra.get("carrier_id"),
        "service_code": extra.get("serviceCode"),
        "requested_shipment_service": content.service_asked or None,
        "external_shipment_id": None if one.parent_id else one.key,
        "shipment_number": content.number or None,
        "external_order_id": extra.get("external_order_id") or None,
        "hold_until_date": v2_time(one.hold_until),
        "ship_date": v2_time(one.created_at.replace(hour=0, minute=0, second=0, microsecond=0)),
        "ship_by_date": v2_time(extra.get("shipByDate")),
        "deliver_by_date": v2_time(extra.get("deliverByDate")),
        "created_at": v2_time(one.created_at),
        "modified_at": v2_time(one.modified_at),
        "shipment_status": STATUS[one.status],
        "ship_to": address(content.ship_to) | {"geolocation": None, "instructions": None},
        "ship_from": address(extra.get("shipFrom") or PLACE),
        "return_to": address(extra.get("shipFrom") or PLACE),
        "warehouse_id": extra.get("warehouse_id"),
        "is_return": False,
        "confirmation": extra.get("confirmation") or "none",
        "customs": extra.get("customs"),
        "order_source_code": extra.get("order_source_code"),
        "advanced_options": {
            "custom_field1": first or None,
            "custom_field2": second or None,
            "custom_field3": third or None,
        },
        "insurance_provider": extra.get("insurance_provider") or "none",
        "tags": [{"name": tag} for tag in one.tags],
        "store_id": se(one.store_id),
        "packages": extra.get("packages") or [_package(one, currency)],
        "total_weight": {"value": float(content.grams), "unit": "gram"},
        "items": [_item(item, one) for item in content.items if not item.adjustment],
        "notes_from_buyer": content.customer_notes or None,
        "notes_to_buyer": content.notes_to_buyer or None,
        "internal_notes": content.internal_notes or None,
        "notes_for_gift": content.gift_message or None,
        "is_gift": content.gift,
        "assigned_user": None,
        "amount_paid": money(content.paid, currency),
        "shipping_paid": money(content.shipping, currency),
        "tax_paid": money(content.tax, currency),
        "zone": None,
    }


def _package(one: Order, currency: str) -> dict[str, Any]:
    return {
        "shipment_package_id": se(one.order_id + 1_000_000),
        "package_id": "se-3",
        "package_code": "package",
        "package_name": "Package",
        "weight": {"value": float(one.content.grams), "unit": "gram"},
        "dimensions": None,
        "insured_value": money(Decimal(0), currency),
        "label_messages": {"reference1": None, "reference2": None, "reference3": None},
    }


def _item(item: Item, one: Order) -> dict[str, Any]:
    weight = None
    if item.weight is not None:
        weight = {"value": float(grams(item.weight, item.weight_units)), "unit": "gram"}
    return {
        "sales_order_id": se(one.order_id) if one.in_orders_tab else None,
        "sales_order_item_id": se(item.item_id) if one.in_orders_tab else None,
        "quantity": item.quantity,
        "name": item.name,
        "sku": item.sku or None,
        "bundle_sku": None,
        "external_order_id": item.extra.get("external_order_id") or None,
        "external_order_item_id": item.line_id or None,
        "asin": None,
        "order_source_code": None,
        "item_id": str(item.item_id),
        "allocation_status": None,
        "image_url": item.image or None,
        "weight": weight,
        "unit_price": float(item.unit_price),
        "tax_amount": None if item.tax is None else float(item.tax),
        "shipping_amount": None if item.shipping is None else float(item.shipping),
        "inventory_location": item.location or None,
        "options": [{"name": option.name, "value": option.value} for option in item.options],
        "product_id": None,
        "fullfilment_sku": item.extra.get("fulfillmentSku"),
        "upc": item.upc or None,
    }


def address(one: Address) -> dict[str, Any]:
    return {
        "name": one.name,
        "phone": one.phone or None,
        "email": one.email or None,
        "company_name": one.company or None,
        "address_line1": one.street1,
        "address_line2": one.street2,
        "address_line3": one.street3 or None,
        "city_locality": one.city,
        "state_province": one.state,
        "postal_code": one.postal_code,
        "country_code": one.country,
        "address_residential_indicator": {True: "yes", False: "no", None: "unknown"}[one.residential],
    }


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"currency": currency, "amount": float(amount)}


def label(one: Order, parcel: Parcel) -> dict[str, Any]:
    currency = one.content.currency.lower()
    split = one.merged_or_split or one.parent_id is not None
    voided = parcel.voided_at is not None
    return {
        "label_id": se(parcel.parcel_id),
        "status": "voided" if voided else "completed",
        "shipment_id": se(one.order_id),
        "external_shipment_id": f"SEAuto-{one.import_batch[:22]}" if split else one.key,
        "external_order_id": one.content.extra.get("external_order_id") or None,
        "ship_date": v2_time(parcel.shipped_at),
        "created_at": v2_time(parcel.created_at),
        "shipment_cost": money(parcel.cost, currency),
        "insurance_cost": money(Decimal(0), currency),
        "tracking_number": parcel.tracking or None,
        "is_return_label": parcel.is_return,
        "rma_number": None,
        "is_international": False,
        "batch_id": se(parcel.batch_id),
        "carrier_id": "se-2077423",
        "charge_event": "carrier_default",
        "service_code": parcel.service_code,
        "package_code": "package",
        "voided": voided,
        "voided_at": v2_time(parcel.voided_at),
        "label_format": "pdf",
        "display_scheme": "label",
        "label_layout": "4x6",
        "trackable": bool(parcel.tracking),
        "label_image_id": None,
        "carrier_code": parcel.carrier,
        "confirmation": "none",
        "tracking_status": "in_transit",
        "label_download": {},
        "form_download": None,
        "packages": [],
        "rate_details": [],
        "tracking_url": f"https://track.example/{parcel.tracking}" if parcel.tracking else None,
        "ship_to": address(one.content.ship_to),
    }


def fulfillment(one: Order, parcel: Parcel) -> dict[str, Any]:
    return {
        "fulfillment_id": se(parcel.parcel_id),
        "shipment_id": se(one.order_id),
        "shipment_number": one.content.number or None,
        "user_id": USER_ID,
        "tracking_number": parcel.tracking or None,
        "created_at": v2_time(parcel.created_at),
        "ship_date": v2_time(parcel.shipped_at),
        "voided_at": v2_time(parcel.voided_at),
        "delivered_at": None,
        "fulfillment_carrier_friendly_name": parcel.carrier_name,
        "fulfillment_provider_id": "se-16846",
        "fulfillment_provider_friendly_name": "External",
        "fulfillment_provider_code": "external",
        "fulfillment_service_code": "ext",
        "fulfillment_fee": money(Decimal(0), one.content.currency.lower()),
        "void_requested": False,
        "voided": parcel.voided_at is not None,
        "order_source_notified": parcel.notified,
        "notification_error_message": parcel.notify_error,
        "ship_to": address(one.content.ship_to) | {"instructions": None},
    }


def warehouse(number: int, name: str, created_at: datetime, *, default: bool) -> dict[str, Any]:
    return {
        "warehouse_id": se(number),
        "is_default": default,
        "name": name,
        "created_at": v2_time(created_at),
        "origin_address": address(PLACE),
        "return_address": address(PLACE),
    }


def webhook(one: Hook) -> dict[str, Any]:
    return {
        "webhook_id": se(one.hook_id),
        "url": one.url,
        "event": one.event,
        "headers": one.headers,
        "name": one.name or None,
        "store_id": se(one.store_id) if one.store_id else None,
    }


def page_links(url: str, page: int, pages: int) -> dict[str, Any]:
    """``url`` with everything in it but the page; ``{}`` where there is no such page."""

    def link(number: int) -> dict[str, str]:
        return {"href": f"{url}{'&' if '?' in url else '?'}page={number}"}

    return {
        "first": link(1),
        "last": link(max(1, pages)),
        "prev": link(page - 1) if page > 1 else {},
        "next": link(page + 1) if page < pages else {},
    }
