"""What an account keeps: orders, what was packed of them, and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

AWAITING_PAYMENT = "awaiting_payment"
AWAITING_SHIPMENT = "awaiting_shipment"
SHIPPED = "shipped"
CANCELLED = "cancelled"
ON_HOLD = "on_hold"
STATUSES = (AWAITING_PAYMENT, AWAITING_SHIPMENT, SHIPPED, CANCELLED, ON_HOLD)
OPEN = (AWAITING_PAYMENT, AWAITING_SHIPMENT, ON_HOLD)
"""Shipped and cancelled orders are locked (documented)."""

ZERO = Decimal(0)
GRAMS = {
    "pound": Decimal("453.59237"),
    "ounce": Decimal("28.349523125"),
    "gram": Decimal(1),
    "kilogram": Decimal(1000),
}


def grams(value: Decimal, units: str) -> Decimal:
    """``units``: pounds, ounces or grams, by any of its spellings. Raises KeyError for another."""
    short = {"lb": "pound", "oz": "ounce", "gm": "gram"}
    word = units.lower().rstrip("s")
    return value * GRAMS[short.get(word, word)]


@dataclass
class Address:
    name: str = ""
    company: str = ""
    street1: str = ""
    street2: str = ""
    street3: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    residential: bool | None = None


@dataclass
class Option:
    name: str
    value: str
    weight: Decimal = ZERO


@dataclass
class Item:
    """``line_id`` is whatever the caller calls it; ``item_id`` is given by ShipStation. Weights are of one unit."""

    name: str
    quantity: int
    unit_price: Decimal = ZERO
    line_id: str = ""
    sku: str = ""
    tax: Decimal | None = None
    shipping: Decimal | None = None
    weight: Decimal | None = None
    weight_units: str = "grams"
    image: str = ""
    location: str = ""
    upc: str = ""
    adjustment: bool = False
    options: list[Option] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)
    item_id: int = 0

    @property
    def grams(self) -> Decimal:
        """Of all units, with what the options add."""
        one = (self.weight or ZERO) + sum((option.weight for option in self.options), ZERO)
        return grams(one, self.weight_units) * self.quantity


@dataclass
class Content:
    """What the caller says of an order: replaced as a whole at each update, as there is no partial one."""

    number: str
    ordered_at: datetime
    ship_to: Address
    bill_to: Address
    items: list[Item]
    customer_code: str = ""
    email: str = ""
    total: Decimal | None = None
    """As the Custom Store gives it; V1 and V2 have none, there it is the sum."""
    paid: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    currency: str = "USD"
    customer_notes: str = ""
    internal_notes: str = ""
    notes_to_buyer: str = ""
    gift: bool = False
    gift_message: str = ""
    payment_method: str = ""
    service_asked: str = ""
    custom_fields: tuple[str, str, str] = ("", "", "")
    warehouse: str = ""
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a door only keeps and gives back."""

    @property
    def sum(self) -> Decimal:
        items = sum((item.unit_price * item.quantity for item in self.items), ZERO)
        return items + self.tax + self.shipping

    @property
    def grams(self) -> Decimal:
        return sum((item.grams for item in self.items), ZERO)


@dataclass
class Parcel:
    """A label that was bought here, or (``label`` False) a shipment that was only reported: V1 calls that one a
    fulfillment. ``items``: ShipStation's item id -> how many."""

    parcel_id: int
    label: bool
    items: dict[int, int]
    carrier: str
    carrier_name: str
    service: str
    service_code: str
    tracking: str
    cost: Decimal
    notes: str
    created_at: datetime
    shipped_at: datetime
    batch_id: int
    is_return: bool = False
    notify_customer: bool | None = None
    voided_at: datetime | None = None
    notified: bool = False
    notify_error: str | None = None

    @property
    def counts(self) -> bool:
        return self.voided_at is None and not self.is_return


@dataclass
class Order:
    """``origin`` is the door it came in by. ``store_order_id`` is a Custom Store's own id of it."""

    order_id: int
    key: str
    store_id: int
    content: Content
    status: str
    created_at: datetime
    modified_at: datetime
    import_batch: str
    origin: str
    store_order_id: str = ""
    active: bool = True
    in_orders_tab: bool = True
    """V2 makes shipments that never show up as orders, unless it is told to."""
    hold_until: datetime | None = None
    paid_at: datetime | None = None
    tags: list[str] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    parent_id: int | None = None
    """The order it was split from."""
    merged_or_split: bool = False
    imports: int = 1

    @property
    def left(self) -> dict[int, int]:
        """Item id -> units that no parcel has yet; adjustments are never packed."""
        left = {item.item_id: item.quantity for item in self.content.items if not item.adjustment}
        for parcel in self.parcels:
            if parcel.counts:
                for item_id, count in parcel.items.items():
                    left[item_id] = left.get(item_id, 0) - count
        return {item_id: count for item_id, count in left.items() if count > 0}

    @property
    def has_label(self) -> bool:
        return any(parcel.label and parcel.counts for parcel in self.parcels)

    def item_ids(self, asked: Mapping[str, int]) -> dict[int, int]:
        """Line ids, or SKUs where there is none of that name, as ShipStation's own ids. Raises KeyError."""
        by_name = {item.sku: item.item_id for item in self.content.items if not item.adjustment}
        by_name |= {item.line_id: item.item_id for item in self.content.items if item.line_id}
        return {by_name[name]: count for name, count in asked.items()}
