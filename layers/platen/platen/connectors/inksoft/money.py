"""What an order costs: charges, discounts, and what one of a line costs after its part of them. Pure.

How InkSoft's amounts add up is not published. What it calls the total decides: fees and adjustments are counted
where the sum comes to the total with them (a gift certificate pays, and is no discount). Where no way of counting
comes to it, the fees and adjustments are taken as they are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from platen.connectors.inksoft import wire
from platen.domain.order import Charges, Discount, Line, Money
from platen.domain.shares import share_out

_FINEST = Decimal("0.000001")
_NONE = Decimal(0)


@dataclass(frozen=True)
class Bill:
    """What belongs to the order as a whole. ``charges`` is None where InkSoft names no currency."""

    charges: Charges | None
    discounts: tuple[Discount, ...]


def currency_of(theirs: wire.Order) -> str:
    code = theirs.currency_code.upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def bill_of(theirs: wire.Order, goods: Decimal | None) -> Bill:
    """``goods``: what all lines cost before discounts; None where a price is missing."""
    currency = currency_of(theirs)
    if not currency:
        return Bill(None, ())
    basic = max(
        _NONE, theirs.total_discount if theirs.total_discount is not None else theirs.retail_discount or _NONE
    )
    fee, adjusted = _way_of_counting(theirs, goods, basic)
    fees, less = _adjustments(theirs) if adjusted else (_NONE, [])
    process = max(_NONE, theirs.process_amount or _NONE) if fee else _NONE
    charges = Charges(
        currency=currency,
        shipping=max(_NONE, theirs.shipping_amount or _NONE),
        handling=process + fees,
        tax=max(_NONE, theirs.tax_amount or _NONE),
        discount=basic + sum((one.amount or _NONE for one in less), _NONE),
    )
    return Bill(charges, (*_discounts(theirs, basic), *less))


def _way_of_counting(theirs: wire.Order, goods: Decimal | None, basic: Decimal) -> tuple[bool, bool]:
    """(whether the process amount is a fee of its own, whether the adjustments are not in the discount already)."""
    everything = True, True
    if goods is None or theirs.total_amount is None:
        return everything
    process = max(_NONE, theirs.process_amount or _NONE)
    fees, less = _adjustments(theirs)
    adjusted = fees - sum((one.amount or _NONE for one in less), _NONE)
    rest = goods - basic + max(_NONE, theirs.shipping_amount or _NONE) + max(_NONE, theirs.tax_amount or _NONE)
    paid = max(_NONE, theirs.gift_certificate_amount or _NONE)
    for way in ((True, True), (True, False), (False, True), (False, False)):
        total = rest + (process if way[0] else _NONE) + (adjusted if way[1] else _NONE)
        if total in (theirs.total_amount, theirs.total_amount + paid):
            return way
    return everything


def _adjustments(theirs: wire.Order) -> tuple[Decimal, list[Discount]]:
    """Fees added up, and discounts one by one. What is paid back later is no part of the price."""
    fees = sum((abs(one.amount) for one in theirs.total_adjustments if one.amount and _is(one, "fee")), _NONE)
    less = [
        Discount(title=one.description or "Adjustment", amount=abs(one.amount))
        for one in theirs.total_adjustments
        if one.amount and _is(one, "discount")
    ]
    return fees, sorted(less, key=lambda one: (one.title, one.amount or _NONE))


def _is(one: wire.Adjustment, kind: str) -> bool:
    return one.type.lower() == kind


def _discounts(theirs: wire.Order, basic: Decimal) -> Iterator[Discount]:
    """By its code, beside what the quantity alone took off; together they are the whole."""
    by_quantity = min(basic, max(_NONE, theirs.quantity_discount_amount or _NONE))
    if by_quantity:
        yield Discount(title="Quantity discount", amount=by_quantity)
    code = theirs.coupon_code or theirs.discount_code
    rest = basic - by_quantity
    if code or rest:
        yield Discount(code=code, title="" if code else "Discount", amount=rest)


def price_of(amount: Decimal | None, currency: str) -> Money | None:
    return Money(amount=amount, currency=currency) if amount is not None and currency and amount >= 0 else None


def total_of(lines: Iterable[Line]) -> Decimal | None:
    """What they cost before discounts; None where a price is missing."""
    total = _NONE
    for line in lines:
        if line.unit_price is None:
            return None
        total += line.unit_price.amount * line.quantity
    return total


def after_discount(lines: Sequence[Line], charges: Charges | None) -> tuple[Line, ...]:
    """The lines, each with its part of the discount taken off its price, to a millionth: a part need not divide by
    the quantity. Lines come with their full price as their price."""
    worth = [line.unit_price.amount * line.quantity if line.unit_price else _NONE for line in lines]
    total = sum(worth, _NONE)
    if charges is None or not charges.discount or not total:
        return tuple(lines)
    discount = Charges(currency=charges.currency, discount=min(charges.discount, total))
    parts = share_out(discount, worth)
    return tuple(_less(line, part.discount) for line, part in zip(lines, parts, strict=True))


def _less(line: Line, part: Decimal) -> Line:
    if line.unit_price is None or not part or not line.quantity:
        return line
    each = line.unit_price.amount - part / line.quantity
    each = max(_NONE, each.quantize(_FINEST, rounding=ROUND_HALF_EVEN).normalize())
    plain = each.quantize(Decimal(1)) if each == each.to_integral_value() else each
    return line.but(unit_price=line.unit_price.but(amount=plain), full_price=line.unit_price)
