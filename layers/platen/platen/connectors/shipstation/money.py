"""What a job amounts to: prices before discounts, and a discount line for each code, which add up. Pure.

Unit prices are to the cent here. One that is finer is rounded up, and what that is too much comes off with the
discounts (or as "Rounding" where there are none), so that the total is what the buyer pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal

from platen.connectors.shipstation.texts import plain
from platen.domain.order import Charges, Discount, Line
from platen.domain.shares import share_out
from platen.ports import JobRequest

_CENT = Decimal("0.01")
_EXACT = Context(prec=400)
_NO_CURRENCY = "XXX"
"""Shared out to the cent, whatever the currency's coins are: that is how fine ShipStation's amounts are."""


@dataclass(frozen=True)
class Adjustment:
    """A line that takes something off."""

    code: str
    name: str
    amount: Decimal
    """Negative."""


@dataclass(frozen=True)
class Amounts:
    currency: str
    prices: dict[str, Decimal]
    """line id -> the price of one, before discounts."""
    adjustments: tuple[Adjustment, ...]
    tax: Decimal
    shipping: Decimal
    total: Decimal


def currencies_of(request: JobRequest) -> list[str]:
    """The currencies its amounts are in: one, or there is something wrong; none where nothing has a price."""
    lines = [line for line, _ in _lines(request)]
    prices = [price for line in lines for price in (line.unit_price, line.full_price) if price]
    whole = [request.charges.currency] if request.charges else []
    return list(dict.fromkeys(code.upper() for code in (*whole, *(price.currency for price in prices))))


def amounts_of(request: JobRequest) -> Amounts:
    """Raises ValueError for what is no amount of money."""
    charges = request.charges
    prices: dict[str, Decimal] = {}
    goods = before = off = Decimal(0)
    for line, quantity in _lines(request):
        paid = _finite(line.unit_price.amount if line.unit_price else Decimal(0))
        full = max(paid, _finite(line.full_price.amount)) if line.full_price else paid
        prices[line.line_id] = _cents(full, ROUND_CEILING)
        goods += paid * quantity
        off += (full - paid) * quantity
        before += prices[line.line_id] * quantity
    net = _cents(goods)
    tax = _cents(_finite(charges.tax)) if charges else Decimal("0.00")
    shipping = _cents(_finite(charges.shipping) + _finite(charges.handling)) if charges else Decimal("0.00")
    return Amounts(
        currency=next(iter(currencies_of(request)), ""),
        prices=prices,
        adjustments=_adjustments(before - net, request.order.discounts, rounding=not off),
        tax=tax,
        shipping=shipping,
        total=net + tax + shipping,
    )


def codes_of(discounts: Sequence[Discount]) -> str:
    """Every code, or the name where there is none."""
    return ", ".join(dict.fromkeys(filter(None, (plain(one.code or one.title) for one in discounts))))


def _adjustments(off: Decimal, discounts: Sequence[Discount], *, rounding: bool) -> tuple[Adjustment, ...]:
    """One for each discount whose amount is told, in proportion to it: a part of the order has its part of each."""
    if not off:
        return ()
    if rounding:
        return (Adjustment("", "Rounding", -off),)
    known = [(one, one.amount) for one in discounts if one.amount is not None and one.amount > 0]
    if len(known) < len(discounts) or not known:
        names = codes_of(discounts)
        return (Adjustment(names, f"Discount: {names}" if names else "Discount", -off),)
    shares = share_out(Charges(currency=_NO_CURRENCY, discount=off), [amount for _, amount in known])
    named = zip((one for one, _ in known), shares, strict=True)
    return tuple(
        Adjustment(plain(one.code), _name_of(one), -share.discount) for one, share in named if share.discount
    )


def _name_of(discount: Discount) -> str:
    code, title = plain(discount.code), plain(discount.title)
    words = f"{title} ({code})" if code and title and code != title else code or title
    return f"Discount: {words}" if words else "Discount"


def _lines(request: JobRequest) -> list[tuple[Line, int]]:
    found = ((request.order.line(one.line_id), one.quantity) for one in request.job.lines)
    return [(line, quantity) for line, quantity in found if line is not None]


def _finite(amount: Decimal) -> Decimal:
    """1E+99999 is eight characters long, and minutes to calculate on."""
    if not amount.is_finite() or abs(amount.adjusted()) > 100:
        raise ValueError("it is no amount of money")
    return amount


def _cents(amount: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    return amount.quantize(_CENT, rounding, _EXACT)
