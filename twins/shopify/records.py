"""The fields of the shop's records that are not simply an attribute of the same name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from twins.shopify.access import Context
from twins.shopify.model import Fulfillment, Order, gid
from twins.shopify.reading import RESOLVERS, Resolver, by_id
from twins.shopify.search import connection, refuse


def money(order: Order, amount: Decimal) -> dict[str, Any]:
    return {
        "shop_money": {"amount": amount, "currency_code": order.currency},
        "presentment_money": {
            "amount": amount * order.presentment_rate,
            "currency_code": order.presentment_currency,
        },
    }


def _money(read: Any) -> Resolver:
    return lambda _context, order: money(order, read(order))


def legacy_id(_context: Context, source: Any) -> Any:
    return source["id"].rsplit("/", 1)[-1] if isinstance(source, dict) else source.id


def attributes(pairs: list[tuple[str, str | None]]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in pairs]


def _address(order: Order, told: dict[str, Any] | None, number: int) -> dict[str, Any] | None:
    if told is None:
        return None
    area = ", ".join(part for part in (told["city"], told["province_code"], told["country"]) if part)
    return told | {
        "id": gid("MailingAddress", number) + "?model_name=Address",
        "country_code_v2": told["country_code"],
        "formatted_area": area,
    }


def _customer(_context: Context, order: Order) -> dict[str, Any] | None:
    told = order.customer
    if told is None:
        return None
    name = " ".join(part for part in (told["first_name"], told["last_name"]) if part)
    return told | {"id": gid("Customer", told["id"]), "display_name": name or told["email"] or ""}


def _shipping_line(order: Order, line: Any) -> dict[str, Any]:
    price = money(order, line.price)
    return {
        "id": gid("ShippingLine", line.id),
        "number": line.id,
        "title": line.title,
        "code": line.code,
        "source": "shopify",
        "is_removed": False,
        "original_price_set": price,
        "discounted_price_set": price,
        "current_discounted_price_set": price,
        "custom": False,
    }


def _shipping_lines(_context: Context, order: Order, *, include_removals: bool = False, **page: Any) -> Any:
    rows = [_shipping_line(order, line) for line in order.shipping]
    return connection(rows, lambda row: (row["number"], row["number"]), page)


def discount(order: Order) -> dict[str, Any]:
    kind = "DiscountCodeApplication" if order.discount_code else "ManualDiscountApplication"
    return {
        "__typename": kind,
        "index": 0,
        "allocation_method": "ACROSS",
        "target_selection": "ALL",
        "target_type": "LINE_ITEM",
        "value": {"__typename": "MoneyV2", "amount": order.discounts, "currency_code": order.currency},
        "code": order.discount_code,
        "title": "Discount",
        "description": "Discount",
    }


def _discounts(_context: Context, order: Order, **page: Any) -> Any:
    return connection([discount(order)] if order.discounts else [], lambda _row: (0, 0), page)


def _fulfillment_orders(
    context: Context, order: Order, *, displayable: bool = False, query: str | None = None, **page: Any
) -> Any:
    if query:
        raise refuse("The twin does not search among the fulfillment orders of one order")
    return by_id([one for one in order.fulfillment_orders if context.sees(one)], page)


def _fulfillments(
    _context: Context, order: Order, *, first: int | None = None, query: str | None = None
) -> list[Fulfillment]:
    """The newest first, as recorded answers have it."""
    if query:
        raise refuse("The twin does not search among the fulfillments of one order")
    return order.fulfillments[::-1][:first]


def never(_context: Context, _source: Any, **_args: Any) -> None:
    return None


def nothing(_context: Context, _source: Any, **_args: Any) -> list[Any]:
    return []


def no(_context: Context, _source: Any, **_args: Any) -> bool:
    return False


RESOLVERS["Order"] = {
    "legacyResourceId": legacy_id,
    "confirmationNumber": lambda _c, order: f"CN{order.id}",
    "poNumber": never,
    "processedAt": lambda _c, order: order.created_at,
    "closed": lambda _c, order: order.closed_at is not None,
    "confirmed": lambda _c, _order: True,
    "sourceIdentifier": never,
    "currencyCode": lambda _c, order: order.currency,
    "presentmentCurrencyCode": lambda _c, order: order.presentment_currency,
    "taxesIncluded": no,
    "dutiesIncluded": no,
    "taxExempt": no,
    "customerLocale": lambda _c, _order: "en",
    "customAttributes": lambda _c, order: attributes(order.attributes),
    "displayFinancialStatus": lambda _c, order: order.financial_status,
    "displayFulfillmentStatus": lambda _c, order: order.fulfillment_status,
    "returnStatus": lambda _c, _order: "NO_RETURN",
    "fulfillable": lambda _c, order: any(one.open for one in order.fulfillment_orders),
    "requiresShipping": lambda _c, order: any(line.requires_shipping for line in order.lines),
    "paymentGatewayNames": lambda _c, order: order.gateways,
    "totalWeight": lambda _c, order: sum(line.grams * line.quantity for line in order.lines),
    "currentTotalWeight": lambda _c, order: sum(line.grams * line.current for line in order.lines),
    "subtotalLineItemsQuantity": lambda _c, order: sum(line.quantity for line in order.lines),
    "currentSubtotalLineItemsQuantity": lambda _c, order: sum(line.current for line in order.lines),
    "customer": _customer,
    "shippingAddress": lambda _c, order: _address(order, order.ship_to, order.address_id),
    "billingAddress": lambda _c, order: _address(order, order.billing, order.address_id),
    "billingAddressMatchesShippingAddress": lambda _c, order: order.billing == order.ship_to,
    "retailLocation": never,
    "subtotalPriceSet": _money(lambda order: order.goods - order.discounts),
    "totalShippingPriceSet": _money(lambda order: order.shipping_price),
    "totalTaxSet": _money(lambda order: order.tax),
    "totalDiscountsSet": _money(lambda order: order.discounts),
    "totalPriceSet": _money(lambda order: order.total),
    "currentTotalPriceSet": _money(lambda order: order.current_total),
    "currentShippingPriceSet": _money(lambda order: order.current_shipping),
    "currentTotalTaxSet": _money(lambda order: order.current_tax),
    "currentTotalDiscountsSet": _money(lambda order: order.current_discounts),
    "currentSubtotalPriceSet": _money(lambda order: order.current_goods),
    "totalRefundedSet": _money(lambda order: order.refunded),
    "totalOutstandingSet": _money(lambda order: order.outstanding),
    "discountCodes": lambda _c, order: [order.discount_code] if order.discounts and order.discount_code else [],
    "discountCode": lambda _c, order: order.discount_code if order.discounts else None,
    "discountApplications": _discounts,
    "shippingLine": lambda _c, order: _shipping_line(order, order.shipping[0]) if order.shipping else None,
    "shippingLines": _shipping_lines,
    "risk": lambda _c, _order: {"recommendation": "ACCEPT"},
    "lineItems": lambda _c, order, **page: by_id(order.lines, page),
    "fulfillmentOrders": _fulfillment_orders,
    "fulfillments": _fulfillments,
    "fulfillmentsCount": lambda _c, order: {"count": len(order.fulfillments), "precision": "EXACT"},
    "refunds": lambda _c, order, first=None: order.refunds[:first],
    "fullyPaid": lambda _c, order: order.financial_status in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED"),
    "unpaid": lambda _c, order: order.financial_status in ("PENDING", "AUTHORIZED"),
    "canMarkAsPaid": lambda _c, order: order.financial_status == "PENDING",
}
RESOLVERS["Customer"] = {"legacyResourceId": legacy_id}
RESOLVERS["Refund"] = {
    "legacyResourceId": legacy_id,
    "updatedAt": lambda _c, refund: refund.created_at,
    "totalRefundedSet": lambda _c, refund: money(refund.order, refund.amount),
}
RESOLVERS["Location"] = {
    "legacyResourceId": legacy_id,
    "isActive": lambda _c, place: place.active,
    "fulfillsOnlineOrders": lambda _c, _place: True,
    "isFulfillmentService": lambda _c, place: place.third_party,
    "shipsInventory": lambda _c, _place: True,
    "address": lambda _c, _place: {"country": "United States", "country_code": "US"},
    "fulfillmentService": never,
}
RESOLVERS["WebhookSubscription"] = {
    "legacyResourceId": legacy_id,
    "apiVersion": lambda c, _one: {
        "handle": c.webhook_version,
        "display_name": c.webhook_version,
        "supported": True,
    },
}
