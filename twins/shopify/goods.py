"""The fields of what is sold and shipped: lines, fulfillment orders, fulfillments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from twins.shopify.access import Context
from twins.shopify.catalogue import Product, ProductVariant, of_line
from twins.shopify.model import Fulfillment, FulfillmentOrder, Line, gid
from twins.shopify.reading import RESOLVERS, Resolver, by_id
from twins.shopify.records import attributes, discount, legacy_id, money, never, nothing


def _line_money(read: Any) -> Resolver:
    return lambda _context, line, **_args: money(line.order, read(line))


def _actions(_context: Context, one: FulfillmentOrder) -> list[dict[str, str]]:
    many = sum(line.remaining for line in one.lines) > 1
    allowed = {
        "OPEN": ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", *(["SPLIT"] if many else [])],
        "IN_PROGRESS": ["CREATE_FULFILLMENT", "HOLD", "MARK_AS_OPEN"],
        "ON_HOLD": ["RELEASE_HOLD", "HOLD", "MOVE"],
        "SCHEDULED": ["MARK_AS_OPEN", "MOVE"],
    }
    return [{"action": action} for action in allowed.get(one.status, [])]


def _destination(_context: Context, one: FulfillmentOrder) -> dict[str, Any] | None:
    told = one.order.ship_to
    if told is None:
        return None
    return told | {"id": gid("FulfillmentOrderDestination", one.id), "email": one.order.email}


def _delivery(_context: Context, one: FulfillmentOrder) -> dict[str, Any]:
    return {"id": gid("DeliveryMethod", one.id), "method_type": one.delivery_method}


def _line_discounts(_context: Context, line: Line) -> list[dict[str, Any]]:
    if not line.discount:
        return []
    order = line.order
    return [{"allocated_amount_set": money(order, line.discount), "discount_application": discount(order)}]


def _service(_context: Context, made: Fulfillment) -> dict[str, Any]:
    kind = "GIFT_CARD" if made.service == "gift_card" else "MANUAL"
    reference = gid("FulfillmentService", 1) + f"?id={made.service}"
    return {"id": reference, "handle": made.service, "service_name": made.service.title(), "type": kind}


def _app() -> dict[str, Any]:
    return {"id": gid("App", 1), "title": "The hub", "handle": "the-hub", "api_key": "app"}


def _variant(context: Context, line: Line) -> ProductVariant | None:
    """As it is now; none for what was deleted since it was sold."""
    known = context.shop.catalogue.variants.get(line.variant_id or 0)
    return known or (of_line(line) if line.item_id is None else None)


def _product(context: Context, line: Line) -> Product | None:
    variant = _variant(context, line)
    return variant.product if variant else None


def _image(_context: Context, line: Line, **_args: Any) -> dict[str, Any] | None:
    return {"id": gid("ImageSource", line.id), "url": line.image, "alt_text": None} if line.image else None


RESOLVERS["LineItem"] = {
    "name": lambda _c, line: f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
    "currentQuantity": lambda _c, line: line.current,
    "unfulfilledQuantity": lambda _c, line: line.unfulfilled,
    "nonFulfillableQuantity": lambda _c, line: line.removed,
    "refundableQuantity": lambda _c, line: line.current,
    "taxable": lambda _c, _line: True,
    "isGiftCard": lambda _c, line: line.gift_card,
    "customAttributes": lambda _c, line: attributes(line.attributes),
    "weight": lambda _c, line: {"value": float(line.grams), "unit": "GRAMS"},
    "image": _image,
    "originalUnitPriceSet": _line_money(lambda line: line.price),
    "originalTotalSet": _line_money(lambda line: line.price * line.quantity),
    "discountedTotalSet": _line_money(lambda line: line.price * line.quantity - line.discount),
    "discountedUnitPriceSet": _line_money(lambda line: line.price),
    "discountedUnitPriceAfterAllDiscountsSet": _line_money(lambda line: line.unit_after_discounts),
    "totalDiscountSet": _line_money(lambda _line: Decimal(0)),
    "unfulfilledOriginalTotalSet": _line_money(lambda line: line.price * line.unfulfilled),
    "discountAllocations": _line_discounts,
    "taxLines": nothing,
    "lineItemGroup": never,
    "product": _product,
    "variant": _variant,
    "merchantEditable": lambda _c, _line: True,
    "restockable": lambda _c, _line: True,
}
RESOLVERS["FulfillmentOrder"] = {
    "requestStatus": lambda _c, _one: "UNSUBMITTED",
    "fulfillBy": never,
    "channelId": never,
    "orderId": lambda _c, one: one.order.gid,
    "orderName": lambda _c, one: one.order.name,
    "orderProcessedAt": lambda _c, one: one.order.created_at,
    "assignedLocation": lambda _c, one: {
        "name": one.location.name,
        "country_code": "US",
        "location": one.location,
    },
    "deliveryMethod": _delivery,
    "destination": _destination,
    "supportedActions": _actions,
    "fulfillmentHolds": lambda _c, one: one.holds,
    "lineItems": lambda _c, one, **page: by_id(one.lines, page),
    "fulfillments": lambda _c, one, **page: by_id(
        [made for made in one.order.fulfillments if one in made.fulfillment_orders], page
    ),
}
RESOLVERS["FulfillmentOrderLineItem"] = {
    "totalQuantity": lambda _c, each: each.total,
    "remainingQuantity": lambda _c, each: each.remaining,
    "sku": lambda _c, each: each.line.sku,
    "requiresShipping": lambda _c, each: each.line.requires_shipping,
    "inventoryItemId": lambda _c, each: gid("InventoryItem", each.line.item_id or each.line.variant_id),
    "lineItem": lambda _c, each: each.line,
    "productTitle": lambda _c, each: each.line.title,
    "variantTitle": lambda _c, each: each.line.variant_title,
    "vendor": lambda _c, each: each.line.vendor,
}
RESOLVERS["FulfillmentHold"] = {
    "reasonNotes": lambda _c, hold: hold.notes,
    "displayReason": lambda _c, hold: hold.reason.replace("_", " ").capitalize(),
    "heldByRequestingApp": lambda _c, hold: hold.by_app,
    "heldByApp": lambda _c, hold: _app() if hold.by_app else None,
}
RESOLVERS["Fulfillment"] = {
    "legacyResourceId": legacy_id,
    "displayStatus": lambda _c, made: "CANCELED" if made.status == "CANCELLED" else "FULFILLED",
    "deliveredAt": never,
    "inTransitAt": never,
    "estimatedDeliveryAt": never,
    "requiresShipping": lambda _c, made: any(each.line.requires_shipping for each in made.lines),
    "totalQuantity": lambda _c, made: sum(each.quantity for each in made.lines),
    "trackingInfo": lambda _c, made, first=None: made.tracking[:first],
    "service": _service,
    "fulfillmentLineItems": lambda _c, made, **page: by_id(made.lines, page),
    "fulfillmentOrders": lambda _c, made, **page: by_id(made.fulfillment_orders, page),
}
RESOLVERS["FulfillmentLineItem"] = {"lineItem": lambda _c, each: each.line}
