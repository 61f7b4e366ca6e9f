"""InkSoft's order in our words. Pure: the same answer gives the same order, whatever order its lists come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from platen.connectors.inksoft import Settings, wire
from platen.connectors.inksoft.goods import Products
from platen.connectors.inksoft.lines import lines_of
from platen.connectors.inksoft.money import after_discount, bill_of, currency_of, price_of, total_of
from platen.connectors.inksoft.origins import origin_of
from platen.domain.making import alike
from platen.domain.order import Address, Attribute, Order, Payment, ShippingChoice

_PAYMENTS = {
    "paid": Payment.PAID,
    "partiallypaid": Payment.PARTLY_PAID,
    "refunded": Payment.REFUNDED,
    # Something is to be paid back, or was; what is left of the order is paid.
    "refunddue": Payment.PAID,
    "partiallyrefunded": Payment.PAID,
    "voided": Payment.VOIDED,
}
_COUNTRIES = {
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "u.s.a.": "US",
    "canada": "CA",
    "can": "CA",
    "mexico": "MX",
    "mex": "MX",
    "puerto rico": "PR",
    "united kingdom": "GB",
    "great britain": "GB",
    "gbr": "GB",
    "uk": "GB",
    "australia": "AU",
    "aus": "AU",
    "new zealand": "NZ",
    "nzl": "NZ",
    "ireland": "IE",
    "irl": "IE",
}
"""Where the code is missing or not of two letters: as InkSoft's shops mostly ship."""
_CANCELLED = ("canceled", "cancelled")
_PICKUP = re.compile(r"\bpick\W?(?:ed\W?)?up\b", re.IGNORECASE)
_HOLD = re.compile(r"\bhold\b", re.IGNORECASE)
_LONGEST_METHOD = 200
_LONGEST_NOTE = 10_000


class Undated(Exception):
    """Nothing of the order says when it was placed."""


def to_order(connection: str, theirs: wire.Order, products: Products, settings: Settings, at: datetime) -> Order:
    """``at``: just before it was asked for; an order bears no time of its last change. Raises Undated."""
    cancelled = theirs.cancelled or theirs.status.lower() in _CANCELLED
    placed_at = _placed_at(theirs)
    ship_to = _address(theirs.shipping_address, theirs.user)
    full = lines_of(theirs, products, settings.line_sku, ships=_ships(theirs, settings, ship_to))
    bill = bill_of(theirs, total_of(full))
    return Order(
        connection=connection,
        store_order_id=theirs.id,
        number=theirs.id,
        placed_at=placed_at,
        updated_at=at,
        # When it was cancelled is not told. Any moment will do that is the same at every read.
        cancelled_at=placed_at if cancelled else None,
        payment=_payment(theirs),
        hold="" if cancelled else _hold(theirs),
        ship_to=ship_to,
        email=theirs.email or (theirs.user.email if theirs.user else ""),
        lines=after_discount(full, bill.charges),
        shipping=tuple(_shipping(theirs)),
        charges=bill.charges,
        tags=_tags(theirs),
        note=theirs.notes,
        attributes=tuple(_attributes(theirs, settings)),
        billing=_address(theirs.billing_address, theirs.user),
        payment_method=_payment_method(theirs),
        discounts=bill.discounts,
        gift=bool(theirs.gift_message),
        gift_message=theirs.gift_message,
        internal_note=_internal_note(theirs),
        pending="" if cancelled else _pending(theirs),
    )


def _placed_at(theirs: wire.Order) -> datetime:
    if theirs.date_created:
        return theirs.date_created
    known = [one.date_created for one in theirs.payments if one.date_created]
    known += [theirs.approval_date] if theirs.approval_date else []
    if not known:
        raise Undated
    return min(known)


def _pending(theirs: wire.Order) -> str:
    """No status says it: an approval is asked for, and there is none."""
    if theirs.approval_required and theirs.approval_date is None:
        return "it waits for approval in InkSoft (Pending Approval)"
    return ""


def _payment(theirs: wire.Order) -> Payment:
    status = re.sub(r"[^a-z]", "", theirs.payment_status.lower())
    if status in _PAYMENTS:
        return _PAYMENTS[status]
    if not status and theirs.paid:
        return Payment.PAID
    if theirs.authorized:
        return Payment.AUTHORIZED
    return Payment.PENDING if status in ("notpaid", "unpaid", "pending") else Payment.UNKNOWN


def _hold(theirs: wire.Order) -> str:
    """No status is known for it; shops may have named one so themselves."""
    words = next(filter(_HOLD.search, (theirs.status, theirs.production_status)), "")
    return f"on hold in InkSoft: {words}" if words else ""


def _ships(theirs: wire.Order, settings: Settings, ship_to: Address | None) -> bool:
    """Whether it goes in parcels: not where it is picked up, nor where nobody chose how and where to."""
    method = theirs.shipping_method
    if method is None or not (method.name or method.id or method.vendor_name):
        return ship_to is not None
    names = [name for name in (method.name, method.vendor_name) if name]
    by_name = any(_PICKUP.search(name) for name in names) or any(
        alike(name) == alike(one) for name in names for one in settings.pickup_methods
    )
    by_facts = method.is_proposal_pickup or method.pickup_date_start or method.pickup_date_end
    return not (by_name or by_facts or method.pickup_set_at_store_id)


def _address(theirs: wire.Address | None, buyer: wire.Contact | None) -> Address | None:
    """None for what no parcel could go to: InkSoft sends an empty address where there is none."""
    if theirs is None or not theirs.street1 or not (theirs.city or theirs.post_code):
        return None
    named = theirs.first_name or theirs.last_name
    nameless = buyer is not None and not (named or theirs.name or theirs.company_name)
    first, last = theirs.first_name, theirs.last_name if named else theirs.name
    if nameless and buyer:
        first, last = buyer.first_name, buyer.last_name
    phones = (one.number for one in buyer.phones) if buyer else ()
    return Address(
        first_name=first,
        last_name=last,
        company=theirs.company_name,
        address1=theirs.street1,
        address2=theirs.street2,
        city=theirs.city,
        postcode=theirs.post_code,
        region_code=theirs.state.upper() if len(theirs.state) <= 3 else theirs.state,
        country_code=_country(theirs),
        phone=theirs.phone or next(filter(None, phones), ""),
    )


def _country(theirs: wire.Address) -> str:
    code = theirs.country_code
    if len(code) == 2 and code.isascii() and code.isalpha():
        return _COUNTRIES.get(code.lower(), code.upper())
    known = (_COUNTRIES.get(one.lower(), "") for one in (code, theirs.country))
    return next(filter(None, known), "")


def _shipping(theirs: wire.Order) -> Iterator[ShippingChoice]:
    method = theirs.shipping_method
    if method and (method.name or method.vendor_name):
        price = price_of(theirs.shipping_amount, currency_of(theirs))
        yield ShippingChoice(title=method.name or method.vendor_name, code=method.vendor_name, price=price)


def _tags(theirs: wire.Order) -> tuple[str, ...]:
    """The buyer's: an order has none of its own."""
    names = {one.name for one in theirs.user.tags} if theirs.user else set()
    return tuple(sorted(names - {""}, key=lambda name: (name.casefold(), name)))


def _attributes(theirs: wire.Order, settings: Settings) -> Iterator[Attribute]:
    """The answers to the store's own questions, and what an order is among the others of a shop."""
    told = {
        "Store": theirs.store_name,
        "Origin": origin_of(theirs, settings).value,
        "Proposal": theirs.proposal_number or theirs.proposal_id,
        "Due date": f"{theirs.due_date:%Y-%m-%d}" if theirs.due_date else "",
        "Estimated ship date": f"{theirs.estimated_ship_date:%Y-%m-%d}" if theirs.estimated_ship_date else "",
    }
    yield from (Attribute(name=name, value=value) for name, value in theirs.checkout_field_values)
    yield from (Attribute(name=name, value=value) for name, value in told.items() if value)


def _payment_method(theirs: wire.Order) -> str:
    """E.g. ``CreditCard, Visa`` or ``Purchase Order, PO 4711``."""
    words = dict.fromkeys(filter(None, (theirs.payment_method, theirs.card_type, theirs.payment_method_note)))
    return ", ".join(words)[:_LONGEST_METHOD]


def _internal_note(theirs: wire.Order) -> str:
    """What the shop's people wrote: comments in the order's history, then notes on the production."""
    comments = [
        (f"{one.created:%Y-%m-%dT%H:%M:%S}" if one.created else "", one.created_by_name, one.comment)
        for one in theirs.timeline
        if one.comment and not one.deleted and one.event_type.lower() == "comment"
    ]
    lines = [f"{who}: {text}" if who else text for _, who, text in sorted(comments)]
    lines += sorted({card.production_notes for card in theirs.production_cards} - {""})
    return "\n".join(dict.fromkeys(lines))[:_LONGEST_NOTE]
