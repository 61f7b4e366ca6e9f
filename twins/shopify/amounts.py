"""Money in the REST shape: strings with two decimals, and pairs of shop and buyer money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from twins.shopify.model import CENT, Line, Order


def discount_applications(order: Order) -> list[dict[str, Any]]:
    """One discount for the whole order, with a code or given by hand, stands for whatever the discounts were."""
    if not order.discounts:
        return []
    by_hand = {"type": "manual", "title": "Discount", "description": "Discount"}
    return [
        {
            "target_type": "line_item",
            "value": str(order.discounts),
            "value_type": "fixed_amount",
            "allocation_method": "across",
            "target_selection": "all",
        }
        | ({"type": "discount_code", "code": order.discount_code} if order.discount_code else by_hand)
    ]


def discount_codes(order: Order) -> list[dict[str, Any]]:
    if not order.discounts or not order.discount_code:
        return []
    return [{"code": order.discount_code, "amount": amount(order.discounts), "type": "fixed_amount"}]


def allocation(order: Order, line: Line) -> dict[str, Any]:
    return {
        "amount": amount(line.discount),
        "discount_application_index": 0,
        "amount_set": both(order, line.discount),
    }


def amount(value: Decimal) -> str:
    return str(value.quantize(CENT))


def both(order: Order, value: Decimal) -> dict[str, Any]:
    presented = value * order.presentment_rate
    return {
        "shop_money": {"amount": amount(value), "currency_code": order.currency},
        "presentment_money": {"amount": amount(presented), "currency_code": order.presentment_currency},
    }


def _with_sets(order: Order, values: dict[str, Decimal]) -> dict[str, Any]:
    flat: dict[str, Any] = {name: amount(value) for name, value in values.items()}
    return flat | {f"{name}_set": both(order, value) for name, value in values.items()}


def ordered_money(order: Order) -> dict[str, Any]:
    values = {
        "subtotal_price": order.goods - order.discounts,
        "total_discounts": order.discounts,
        "total_line_items_price": order.goods,
        "total_price": order.total,
        "total_tax": order.tax,
    }
    return _with_sets(order, values) | {
        "total_outstanding": amount(order.outstanding),
        "total_shipping_price_set": both(order, order.shipping_price),
        "total_tip_received": "0.00",
        "original_total_duties_set": None,
        "original_total_additional_fees_set": None,
        "total_cash_rounding_payment_adjustment_set": both(order, Decimal(0)),
        "total_cash_rounding_refund_adjustment_set": both(order, Decimal(0)),
    }


def current_money(order: Order) -> dict[str, Any]:
    values = {
        "current_subtotal_price": order.current_goods,
        "current_total_discounts": order.current_discounts,
        "current_total_price": order.current_total,
        "current_total_tax": order.current_tax,
    }
    return _with_sets(order, values) | {
        "current_shipping_price_set": both(order, order.current_shipping),
        "current_total_duties_set": None,
        "current_total_additional_fees_set": None,
    }
