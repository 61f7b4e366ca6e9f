"""An order as ShipStation is told of it, whichever way it goes: every text cleaned, and within the limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from platen.connectors.shipstation.texts import size
from platen.domain.feed import FeedStatus
from platen.domain.model import Instant, Value

MOST_OPTIONS = 10
MOST_PIECES = 99_999
MOST_AMOUNT = Decimal("9999999.99")


def _within(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if size(text) > most:
            raise ValueError(f"it has to be at most {most} characters long")
        return text

    return AfterValidator(check)


# Documented, by the guide's table and by its schema; where these differ, the smaller one.
Text50 = Annotated[str, _within(50)]
Text100 = Annotated[str, _within(100)]
Text200 = Annotated[str, _within(200)]
Text1000 = Annotated[str, _within(1000)]
Amount = Annotated[Decimal, Field(max_digits=9, decimal_places=2, allow_inf_nan=False)]
"""Documented: seven digits before the point, two behind it, in whatever currency."""


class Option(Value):
    """Something that was chosen of an item, for people."""

    name: Annotated[Text100, Field(min_length=1)]
    value: Annotated[Text100, Field(min_length=1)]


class Item(Value):
    line_item_id: Annotated[Text50, Field(min_length=1)]
    """Comes back in shipments: see ``mapping.line_item_ids``."""
    sku: Text50 = ""
    name: Annotated[Text200, Field(min_length=1)]
    image: Annotated[str, Field(max_length=500, pattern=r"^(https?://[!-~]+)?$")] = ""
    weight: Annotated[Amount, Field(gt=0)] | None = None
    """Grams of one; None where it is not known."""
    quantity: int = Field(ge=1, le=MOST_PIECES)
    unit_price: Amount = Decimal("0.00")
    location: Text100 = ""
    upc: Annotated[str, Field(max_length=12)] = ""
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    adjustment: bool = False
    """A discount: its price is negative, and there is one of it."""


class BillTo(Value):
    name: Annotated[Text100, Field(min_length=1)]
    company: Text100 = ""
    phone: Text50 = ""
    email: Text100 = ""
    address1: Text200 = ""
    address2: Text200 = ""
    city: Text100 = ""
    state: Text100 = ""
    postal_code: Text50 = ""
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""


class ShipTo(Value):
    name: Annotated[Text100, Field(min_length=1)]
    company: Text100 = ""
    address1: Annotated[Text200, Field(min_length=1)]
    address2: Text200 = ""
    city: Annotated[Text100, Field(min_length=1)]
    state: Text100 = ""
    """Empty, or at least two characters."""
    postal_code: Text50 = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    phone: Text50 = ""

    @model_validator(mode="after")
    def _state_is_no_letter(self) -> Self:
        if len(self.state) == 1:
            raise ValueError("a state has two characters at least")
        return self


class ShipStationOrder(Value):
    """What ShipStation is told. Its items, tax and shipping add up to its total, exactly. Holds personal data."""

    order_id: Annotated[Text50, Field(min_length=1)]
    """Our external id."""
    number: Annotated[Text50, Field(min_length=1)]
    """What people call it."""
    placed: Instant
    modified: Instant
    status: FeedStatus
    shipping_method: Text100 = ""
    """What the buyer asked for, in words."""
    payment_method: Text50 = ""
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    """ISO 4217; empty where nothing of it has a price."""
    total: Amount
    tax: Amount = Decimal("0.00")
    shipping: Amount = Decimal("0.00")
    """With what is charged for handling, which ShipStation has no place for."""
    customer_notes: Text1000 = ""
    internal_notes: Text1000 = ""
    gift: bool = False
    gift_message: Text1000 = ""
    custom_fields: tuple[Text100, Text100, Text100] = ("", "", "")
    """The discount codes, the tags, and the order's own id at its store."""
    requested_warehouse: Text100 = ""
    source: Text50 = ""
    """The store connection it came through."""
    customer_code: Annotated[Text50, Field(min_length=1)]
    bill_to: BillTo
    ship_to: ShipTo
    items: tuple[Item, ...]

    @property
    def weight(self) -> Decimal:
        """Grams of all that weighs anything."""
        return sum((item.weight * item.quantity for item in self.items if item.weight), Decimal(0))

    @property
    def goods(self) -> Decimal:
        """What the items come to, discounts taken off."""
        return sum((item.unit_price * item.quantity for item in self.items), Decimal(0))

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.goods + self.tax + self.shipping != self.total:
            raise ValueError("its items, tax and shipping do not add up to its total")
        return self
