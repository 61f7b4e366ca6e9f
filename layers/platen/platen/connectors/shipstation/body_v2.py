"""Orders as API V2 is told of them: as shipments. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platen.connectors.shipstation.body_v1 import without_blanks
from platen.connectors.shipstation.order import BillTo, Item, ShipStationOrder, ShipTo
from platen.connectors.shipstation.texts import shortened

_THE_PACKERS = ("carrier_id", "service_code", "confirmation", "hold_until_date", "ship_by_date", "tags")
LONGEST_NOTES = 1000
"""As for the other ways; V2's own limit is not published."""


def shipment_body(order: ShipStationOrder, warehouse_id: str) -> dict[str, Any]:
    """The whole shipment, as it is created and as it is changed.

    ``create_sales_order`` is what makes it show among the orders. V2 has no place for discounts and for how the
    buyer pays: the packers find them in the notes, and what was paid is with the discounts taken off.
    """
    goods = [one for one in order.items if not one.adjustment]
    body = {
        "validate_address": "no_validation",
        "external_shipment_id": order.order_id,
        "external_order_id": order.order_id,
        "shipment_number": order.number,
        "create_sales_order": True,
        "warehouse_id": warehouse_id,
        "requested_shipment_service": order.shipping_method,
        "ship_to": _ship_to(order.ship_to, order.bill_to),
        "items": [_item(one, order.order_id) for one in goods],
        "packages": _packages(order),
        "notes_from_buyer": order.customer_notes,
        "internal_notes": shortened("\n".join(_notes(order)), LONGEST_NOTES),
        "is_gift": order.gift,
        "notes_for_gift": order.gift_message,
        "advanced_options": without_blanks(
            {f"custom_field{number}": text for number, text in enumerate(order.custom_fields, start=1)}
        ),
    }
    if order.currency:
        body |= {
            "amount_paid": _money(float(order.total), order.currency),
            "shipping_paid": _money(float(order.shipping), order.currency),
            "tax_paid": _money(float(order.tax), order.currency),
        }
    return without_blanks(body)


def changed_body(order: ShipStationOrder, warehouse_id: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The shipment as it is now, with what the packers have set; ``told`` is it as ShipStation has it."""
    ours = shipment_body(order, str(told.get("warehouse_id") or "") or warehouse_id)
    kept = {name: told[name] for name in _THE_PACKERS if told.get(name)}
    if not (kept.get("carrier_id") and kept.get("service_code")):
        kept = {name: value for name, value in kept.items() if name not in ("carrier_id", "service_code")}
    return kept | ours | _repacked(order, told.get("packages"))


def _repacked(order: ShipStationOrder, packages: object) -> dict[str, Any]:
    """The one package that the packers have chosen, with what the order weighs now."""
    if not isinstance(packages, list) or len(packages) != 1 or not isinstance(packages[0], Mapping):
        return {}
    box = {name: packages[0][name] for name in ("package_code", "dimensions", "weight") if packages[0].get(name)}
    box |= without_blanks({"weight": _weight(float(order.weight))})
    return {"packages": [box]} if "weight" in box else {}


def _notes(order: ShipStationOrder) -> Iterator[str]:
    if order.payment_method:
        yield f"Paid by: {order.payment_method}"
    for one in order.items:
        if one.adjustment:
            yield f"{one.name}: {one.unit_price} {order.currency}".rstrip()
    if order.internal_notes:
        yield order.internal_notes


def _ship_to(one: ShipTo, payer: BillTo) -> dict[str, Any]:
    """The schema asks for a phone, a state and a postcode of everybody; what there is none of is not made up."""
    return without_blanks(
        {
            "name": one.name,
            "phone": one.phone or payer.phone,
            "email": payer.email,
            "company_name": one.company,
            "address_line1": one.address1,
            "address_line2": one.address2,
            "city_locality": one.city,
            "state_province": one.state,
            "postal_code": one.postal_code,
            "country_code": one.country,
            "address_residential_indicator": "unknown",
        }
    )


def _item(one: Item, order_id: str) -> dict[str, Any]:
    return without_blanks(
        {
            "name": one.name,
            "sku": one.sku,
            "quantity": one.quantity,
            "unit_price": float(one.unit_price),
            "weight": _weight(float(one.weight or 0)),
            "image_url": one.image,
            "inventory_location": one.location,
            "options": [{"name": option.name, "value": option.value} for option in one.options],
            "upc": one.upc,
            "external_order_id": order_id,
            "external_order_item_id": one.line_item_id,
        }
    )


def _packages(order: ShipStationOrder) -> list[dict[str, Any]]:
    """One; none where its weight is not known, for there is none without (documented)."""
    weight = _weight(float(order.weight))
    return [{"package_code": "package", "weight": weight}] if weight else []


def _weight(grams: float) -> dict[str, Any] | None:
    """The schema has it that a weight is more than 1, in whatever unit."""
    return {"value": grams, "unit": "gram"} if grams > 1 else None


def _money(amount: float, currency: str) -> dict[str, Any]:
    return {"currency": currency.lower(), "amount": amount}
