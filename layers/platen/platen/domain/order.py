"""An order as a buyer placed it, in our words: what every store connector translates into."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from platen.domain.model import Instant, Value, digest


class Payment(StrEnum):
    """How far the buyer's money has come. A store's own words are mapped by its connector."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    REFUNDED = "refunded"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class Money(Value):
    """An exact amount with its currency; JSON carries the amount as a decimal string."""

    amount: Decimal
    currency: str = Field(min_length=3, max_length=3)


class Address(Value):
    """Where a parcel goes. Personal data: never logged, stored only in the order's body."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    postcode: str = ""
    region_code: str = ""
    """The subdivision as the store writes it, e.g. ``CA`` for California; empty where there is none."""
    country_code: str = ""
    """ISO 3166-1 alpha-2, upper case."""
    phone: str = ""


class Attribute(Value):
    """A name and value that came with a line, e.g. ``print_url``; a name may occur twice."""

    name: str
    value: str


class Discount(Value):
    """Something the buyer paid less for, by the code or the name it has at the store."""

    code: str = ""
    title: str = ""
    amount: Decimal | None = None
    """What it took off in all, in the currency the buyer saw; None where the store does not tell for each."""


class Charges(Value):
    """What belongs to the order as a whole, in the currency the buyer saw; shared out when it is split."""

    currency: str = Field(min_length=3, max_length=3)
    shipping: Decimal = Decimal(0)
    handling: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    """Taken off in all; unit prices have their part of it taken off already."""


class Line(Value):
    """One item of an order."""

    line_id: str
    """The store's own id of the line, as text; stable over edits of the order."""
    title: str
    sku: str = ""
    quantity: int = Field(ge=0)
    """How many the buyer still wants: after edits, removals and refunds."""
    unfulfilled: int = Field(ge=0)
    """How many of them the store still counts as not shipped, whoever ships them."""
    ships: bool = True
    """False for what never goes in a parcel: gift cards, downloads, pick-up, local delivery."""
    unit_price: Money | None = None
    """What the buyer pays for one, after discounts, in the currency the buyer saw."""
    attributes: tuple[Attribute, ...] = ()
    vendor: str = ""
    """The product's vendor or brand, as the store has it."""
    location: str = ""
    """The name of the place the store means it to ship from."""
    full_price: Money | None = None
    """What one costs before discounts; None where that is ``unit_price``, or not told."""
    weight: Decimal | None = None
    """Grams of one; None where the store does not tell. The user's product map goes before it."""
    image: str = ""
    """The address of a picture of it, for whoever packs it."""
    options: tuple[Attribute, ...] = ()
    """What the buyer chose of it, e.g. Size and Colour: for people, beside ``attributes``."""
    barcode: str = ""
    """UPC, EAN or what else is scanned."""
    also: tuple[str, ...] = ()
    """Further keys its row in the user's product map may have, the most exact first; after ``sku``."""
    variant_id: str = ""
    """The store's own id of what was sold, the same as in its list of products; empty where it has no such list, or
    that is not in it any more."""


class ShippingChoice(Value):
    """What the buyer chose and paid for shipping."""

    title: str
    code: str = ""
    price: Money | None = None


class Order(Value):
    """One order as its store tells it now. Built only by a store connector, from a fresh read."""

    connection: str
    """The store connection it came through."""
    store_order_id: str
    """The store's own id: with the connection, the identity of the order."""
    number: str
    """What people call it, e.g. ``#1001``; unique only within its store."""
    placed_at: Instant
    updated_at: Instant
    cancelled_at: Instant | None = None
    cancel_reason: str = ""
    archived: bool = False
    """The store counts it as closed: done with, and put away."""
    test: bool = False
    payment: Payment = Payment.UNKNOWN
    hold: str = ""
    """Why the store itself says not to make it yet (held, scheduled for later); empty if it does not."""
    ship_to: Address | None = None
    email: str = ""
    lines: tuple[Line, ...] = ()
    shipping: tuple[ShippingChoice, ...] = ()
    charges: Charges | None = None
    """None where the store does not tell."""
    tags: tuple[str, ...] = ()
    note: str = ""
    """What the buyer wrote with the order. Personal data, as the address is."""
    attributes: tuple[Attribute, ...] = ()
    """Names and values that came with the order as a whole, e.g. ``gift_message``."""
    billing: Address | None = None
    payment_method: str = ""
    """How the buyer pays, in the store's words."""
    discounts: tuple[Discount, ...] = ()
    """What they amount to in all is in ``charges``."""
    gift: bool = False
    gift_message: str = ""
    internal_note: str = ""
    """What the store's own people wrote about it; not for the buyer."""
    pending: str = ""
    """Why the store itself does not count it as an order yet, e.g. an approval; nobody is told of it before."""
    hidden: tuple[str, ...] = ()
    """Fields the store refused to show us (no permission); a null there is not the buyer's doing."""

    @property
    def order_id(self) -> str:
        return order_id(self.connection, self.store_order_id)

    def line(self, line_id: str) -> Line | None:
        return next((line for line in self.lines if line.line_id == line_id), None)

    def fingerprint(self) -> str:
        """Names this version of the order; the store's clock is left out, it ticks at our own writes too."""
        # Defaults are left out, so that a field we learn of later renames no order that has none of it.
        return digest(self.model_dump(mode="json", exclude={"updated_at"}, exclude_defaults=True))


def order_id(connection: str, store_order_id: str) -> str:
    """The order's key in our tables: 16 lower-case letters and digits, the same for ever.

    >>> order_id("shop", "8887505649970") == order_id("shop", "8887505649970")
    True
    """
    seed = hashlib.sha256(f"{connection}\n{store_order_id}".encode()).digest()
    return base64.b32encode(seed[:10]).decode().lower()
