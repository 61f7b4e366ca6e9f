"""What the buyer paid less for, by its code or name, with what it took off all lines. Pure."""

from __future__ import annotations

from decimal import Decimal

from platen.connectors.shopify import wire
from platen.domain.order import Discount

_OF_SHIPPING = "SHIPPING_LINE"


def discounts_of(theirs: wire.Order) -> tuple[Discount, ...]:
    """The discounts on an order's lines, in the order the shop applies them; amounts as the buyer saw them.

    Amounts are of the lines as they were ordered: Shopify goes on telling what came off a piece that was refunded.
    What came off the shipping is left out: its price has it off already. An amount is None where the parts of it
    are in several currencies.
    """
    found = theirs.discount_applications.nodes if theirs.discount_applications else []
    known = [one for one in sorted(found, key=lambda one: one.index) if one.target_type != _OF_SHIPPING]
    amounts = _amounts(theirs)
    if amounts is None:
        return tuple(Discount(code=one.code, title=one.title) for one in known)
    return tuple(
        Discount(code=one.code, title=one.title, amount=amounts.get(one.index, Decimal(0))) for one in known
    )


def _amounts(theirs: wire.Order) -> dict[int, Decimal] | None:
    """A discount's index -> what it takes off all lines; None where that cannot be added up."""
    every = [part for line in theirs.line_items.nodes for part in line.discount_allocations]
    if len({part.allocated_amount_set.presentment_money.currency_code for part in every}) > 1:
        return None
    amounts: dict[int, Decimal] = {}
    for part in every:
        index = part.discount_application.index
        amounts[index] = amounts.get(index, Decimal(0)) + part.allocated_amount_set.presentment_money.amount
    return amounts
