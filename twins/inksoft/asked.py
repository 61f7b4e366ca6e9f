"""What a hand may ask for when it places an order: a few words, and a plain order for everything left out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from twins.switches import Asked

type Origin = Literal["store", "proposal", "invoice", "embedded"]


class Address(Asked):
    first_name: str = "Given"
    last_name: str = "Family"
    company: str = ""
    street1: str = "Long Street 1"
    street2: str = ""
    city: str = "Town"
    state: str = "AZ"
    state_name: str = "Arizona"
    post_code: str = "85281"
    country: str = "United States"
    country_code: str = "US"
    phone: str = "5550100"
    business: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Personalization(Asked):
    name: str
    value: str
    price: Decimal | None = None


class NameNumber(Asked):
    """One player's shirt."""

    name: str = ""
    number: str = ""
    quantity: int = Field(default=1, ge=1)
    price: Decimal | None = None


class AddOn(Asked):
    name: str
    description: str = ""
    quantity: int = Field(default=1, ge=1)
    price: Decimal = Decimal(0)


class Line(Asked):
    """``sku``, ``colour`` and ``size`` name what is in the catalogue; empty takes the first there is.

    ``sides``: where it is printed; none of them is a blank piece, which has no design and no production card.
    ``design``: lines with the same one share its production cards. ``price``: of one piece, with everything on it;
    None takes the catalogue's.
    """

    sku: str = "TEE-100"
    colour: str = ""
    size: str = ""
    quantity: int = Field(default=1, ge=1)
    price: Decimal | None = None
    sides: list[str] = ["front"]
    design: str = "Crest"
    print_method: str = "Screen Print"
    personalization: list[Personalization] = []
    names_and_numbers: list[NameNumber] = []
    add_ons: list[AddOn] = []
    notes: str = ""


class CustomLine(Asked):
    """A line somebody wrote by hand, with no product behind it."""

    name: str
    description: str = ""
    style: str = ""
    size: str = ""
    quantity: int | None = 1
    price: Decimal = Decimal(0)
    weight: Decimal | None = None
    per_hour: bool = False


class Adjustment(Asked):
    """Of the total; ``amount`` is positive, and the kind says which way it goes (inferred)."""

    kind: Literal["Discount", "Fee", "Refund"]
    description: str = ""
    amount: Decimal


class PlaceOrder(Asked):
    """``address`` None: an order without one. ``pickup``: it is fetched, and has no address (inferred).

    ``paid`` False leaves the whole sum due. ``tax`` holds ``shipping_tax``, and ``discount`` is what the code
    takes off the goods (both inferred). ``needs_approval``: pending until somebody approves it.
    ``store_id`` None takes the first store of the site, or for ``embedded`` its last.
    """

    store_id: int | None = None
    site: str = ""
    """Which store path; empty takes the first."""
    items: list[Line] = [Line()]
    custom_items: list[CustomLine] = []
    email: str = "buyer@example.com"
    address: Address | None = Address()
    billing: Address | None = None
    """None: as the address, or the plain one."""
    pickup: bool = False
    shipping_method: str = "UPS Ground"
    carrier: str = "UPS"
    shipping: Decimal = Decimal("9.95")
    shipping_tax: Decimal = Decimal(0)
    discount_shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    discount_code: str = ""
    coupon_code: str = ""
    process_fee: Decimal = Decimal(0)
    gift_certificate: Decimal = Decimal(0)
    adjustments: list[Adjustment] = []
    paid: bool = True
    payment_method: str = "CreditCard"
    purchase_order: str = ""
    """Shown as the payment method's note."""
    origin: Origin = "store"
    needs_approval: bool = False
    gift_message: str = ""
    notes: str = ""
    item_notes: list[str] = []
    """Line item notes, one for each item from the first on."""
    checkout_fields: dict[str, str] = {}
    created: AwareDatetime | None = None
    due: AwareDatetime | None = None
    estimated_ship: AwareDatetime | None = None
    currency: str = "USD"

    @property
    def bill_to(self) -> Address:
        return self.billing or self.address or Address()


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and Z (seen on products)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z" if moment else None
