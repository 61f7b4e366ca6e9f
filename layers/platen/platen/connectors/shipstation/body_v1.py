"""Orders as API V1 is told of them. Pure.

V1 changes no part of an order (documented): each time it is told the whole of it. What the packers have set in
ShipStation meanwhile (service, package, tags …) is told back to it, else a change of address would undo it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platen.connectors.shipstation.order import BillTo, Item, ShipStationOrder, ShipTo
from platen.connectors.shipstation.wire_v1 import pacific
from platen.domain.feed import FeedStatus

STATUSES = {
    FeedStatus.UNPAID: "awaiting_payment",
    FeedStatus.ON_HOLD: "on_hold",
    FeedStatus.PAID: "awaiting_shipment",
    FeedStatus.SHIPPED: "shipped",
    FeedStatus.CANCELLED: "cancelled",
}
OPEN = frozenset({"awaiting_payment", "awaiting_shipment", "on_hold"})
"""The statuses of orders that V1 lets be changed (documented)."""
_THE_PACKERS = (
    "packageCode",
    "confirmation",
    "shipDate",
    "shipByDate",
    "dimensions",
    "insuranceOptions",
    "internationalOptions",
    "tagIds",
)
_OF_SHIPSTATION = frozenset(
    {
        "orderId",
        "orderItemId",
        "orderTotal",
        "createDate",
        "modifyDate",
        "customerId",
        "userId",
        "holdUntilDate",
        "externallyFulfilled",
        "externallyFulfilledBy",
        "externallyFulfilledById",
        "externallyFulfilledByName",
        "labelMessages",
    }
)
"""What ShipStation sets itself."""


def order_body(order: ShipStationOrder, store_id: int | None) -> dict[str, Any]:
    """A new order. It names no carrier: V1 refuses a carrier without a service, and choosing is the packers'."""
    body: dict[str, Any] = {
        "orderNumber": order.number,
        "orderKey": order.order_id,
        "orderDate": pacific(order.placed),
        "orderStatus": STATUSES[order.status],
        "customerUsername": order.customer_code,
        "customerEmail": order.bill_to.email,
        "billTo": _address(order.bill_to),
        "shipTo": _address(order.ship_to),
        "items": [_item(one) for one in order.items],
        "amountPaid": 0.0 if order.status is FeedStatus.UNPAID else float(order.total),
        "taxAmount": float(order.tax),
        "shippingAmount": float(order.shipping),
        "customerNotes": order.customer_notes,
        "internalNotes": order.internal_notes,
        "gift": order.gift,
        "giftMessage": order.gift_message,
        "paymentMethod": order.payment_method,
        "requestedShippingService": order.shipping_method,
        "weight": _grams(float(order.weight)),
        "advancedOptions": _advanced(order, store_id),
    }
    return without_blanks(body)


def changed_body(order: ShipStationOrder, told: Mapping[str, Any]) -> dict[str, Any]:
    """The order as it is now, with what the packers have set; ``told`` is it as ShipStation has it."""
    ours = order_body(order, None)
    kept = {name: told[name] for name in _THE_PACKERS if told.get(name)}
    if told.get("carrierCode") and told.get("serviceCode"):
        kept |= {"carrierCode": told["carrierCode"], "serviceCode": told["serviceCode"]}
    if "weight" not in ours and isinstance(told.get("weight"), Mapping):
        kept["weight"] = _weight(told["weight"])
    if ours["orderStatus"] == STATUSES[FeedStatus.PAID] and _is_held_by_packers(told):
        ours["orderStatus"] = STATUSES[FeedStatus.ON_HOLD]
    theirs = told.get("advancedOptions")
    advanced = (dict(theirs) if isinstance(theirs, Mapping) else {}) | ours["advancedOptions"]
    return kept | ours | {"advancedOptions": without_blanks(advanced)}


def _is_held_by_packers(told: Mapping[str, Any]) -> bool:
    """A hold of theirs has a day on which it ends; an order that we tell as held has none (documented)."""
    return told.get("orderStatus") == STATUSES[FeedStatus.ON_HOLD] and bool(told.get("holdUntilDate"))


def cancelled_body(told: Mapping[str, Any]) -> dict[str, Any]:
    """The order as ShipStation has it, but cancelled.

    There is no call to cancel. The other way is to delete it, which takes it out of sight (documented), and what is
    then read of it is not: cancelled, the packers see what became of it, and so do we.
    """
    body = {name: value for name, value in told.items() if name not in _OF_SHIPSTATION and value is not None}
    if not (body.get("carrierCode") and body.get("serviceCode")):
        body.pop("carrierCode", None)
        body.pop("serviceCode", None)
    for name in ("billTo", "shipTo"):
        if isinstance(body.get(name), Mapping):
            body[name] = {key: value for key, value in body[name].items() if key != "addressVerified"}
    if isinstance(body.get("weight"), Mapping):
        body["weight"] = _weight(body["weight"])
    if isinstance(body.get("items"), list):
        body["items"] = [_item_back(one) for one in body["items"] if isinstance(one, Mapping)]
    return body | {"orderStatus": STATUSES[FeedStatus.CANCELLED]}


def _address(one: BillTo | ShipTo) -> dict[str, Any]:
    return without_blanks(
        {
            "name": one.name,
            "company": one.company,
            "street1": one.address1,
            "street2": one.address2,
            "city": one.city,
            "state": one.state,
            "postalCode": one.postal_code,
            "country": one.country,
            "phone": one.phone,
        }
    )


def _item(one: Item) -> dict[str, Any]:
    return without_blanks(
        {
            "lineItemKey": one.line_item_id,
            "sku": one.sku,
            "name": one.name,
            "imageUrl": one.image,
            "weight": _grams(float(one.weight)) if one.weight else None,
            "quantity": one.quantity,
            "unitPrice": float(one.unit_price),
            "warehouseLocation": one.location,
            "options": [{"name": option.name, "value": option.value} for option in one.options],
            "upc": one.upc,
            "adjustment": one.adjustment,
        }
    )


def _item_back(told: Mapping[str, Any]) -> dict[str, Any]:
    item = {name: value for name, value in told.items() if name not in _OF_SHIPSTATION and value is not None}
    if isinstance(item.get("weight"), Mapping):
        item["weight"] = _weight(item["weight"])
    return item


def _advanced(order: ShipStationOrder, store_id: int | None) -> dict[str, Any]:
    fields = {f"customField{number}": text for number, text in enumerate(order.custom_fields, start=1)}
    return without_blanks({"storeId": store_id, "source": order.source, **fields})


def _grams(value: float) -> dict[str, Any] | None:
    return {"value": value, "units": "grams"} if value else None


def _weight(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without the number of its unit, which answers have beside its name."""
    return {name: told[name] for name in ("value", "units") if name in told}


def without_blanks(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is empty is left out; zero and false say something."""
    return {name: value for name, value in found.items() if value is not None and value not in ("", [], {})}
