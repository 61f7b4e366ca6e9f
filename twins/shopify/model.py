"""What a shop holds: orders, their lines, fulfillment orders and fulfillments, as plain records.

Times are UTC and whole seconds, as the Admin API shows them; amounts are in the shop's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
NOT_OPEN = ("CLOSED", "CANCELLED", "INCOMPLETE")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


@dataclass
class Location:
    id: int
    name: str
    third_party: bool = False
    """Run by somebody else's fulfillment service: other scopes are needed to see what lies there."""
    active: bool = True


@dataclass(eq=False)
class Line:
    id: int
    title: str
    sku: str | None
    quantity: int
    price: Decimal
    location: Location
    delivery_method: str = "SHIPPING"
    requires_shipping: bool = True
    gift_card: bool = False
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    discount: Decimal = Decimal(0)
    """What all discounts take off the whole line."""
    variant_title: str | None = None
    options: list[tuple[str, str]] = field(default_factory=list)
    barcode: str | None = None
    image: str | None = None
    vendor: str | None = None
    grams: int = 0
    product_id: int | None = None
    variant_id: int | None = None
    item_id: int | None = None
    """What is counted for it; None when the shop does not know it as goods."""
    removed: int = 0
    """Taken off before it was shipped: by an edit, a refund or a cancellation."""
    returned: int = 0
    """Refunded after it was shipped."""
    fulfilled: int = 0
    order: Order = field(init=False, repr=False)

    @property
    def current(self) -> int:
        return self.quantity - self.removed - self.returned

    @property
    def unfulfilled(self) -> int:
        return self.quantity - self.removed - self.fulfilled

    @property
    def current_discount(self) -> Decimal:
        """Of the discounts, what belongs to those that are still wanted."""
        return (self.discount * self.current / self.quantity).quantize(CENT) if self.quantity else Decimal(0)

    @property
    def unit_after_discounts(self) -> Decimal:
        return (self.price - self.discount / self.quantity).quantize(CENT) if self.quantity else self.price


@dataclass(eq=False)
class FulfillmentOrderLine:
    id: int
    line: Line
    total: int
    remaining: int
    committed: int = 0
    """How many of the remaining the stock counts as sold."""


@dataclass(eq=False)
class Hold:
    id: int
    reason: str
    notes: str | None
    handle: str | None
    by_app: bool


@dataclass(eq=False)
class FulfillmentOrder:
    id: int
    order: Order
    location: Location
    delivery_method: str
    lines: list[FulfillmentOrderLine]
    created_at: datetime
    updated_at: datetime
    visible_at: datetime
    """While the shop is still routing the order, nobody can see where it went."""
    status: str = "OPEN"
    fulfill_at: datetime | None = None
    holds: list[Hold] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.status not in NOT_OPEN

    def line(self, fulfillment_order_line_id: int) -> FulfillmentOrderLine | None:
        return next((line for line in self.lines if line.id == fulfillment_order_line_id), None)


@dataclass(frozen=True)
class Tracking:
    company: str | None
    number: str | None
    url: str | None


@dataclass(eq=False)
class FulfilledLine:
    id: int
    line: Line
    quantity: int
    counted: int = 0
    """How many of them were taken off the stock."""


@dataclass(eq=False)
class Fulfillment:
    id: int
    order: Order
    name: str
    location: Location
    lines: list[FulfilledLine]
    fulfillment_orders: list[FulfillmentOrder]
    tracking: list[Tracking]
    created_at: datetime
    updated_at: datetime
    service: str = "manual"
    status: str = "SUCCESS"
    notified: bool = False


@dataclass(eq=False)
class ShippingLine:
    id: int
    title: str
    code: str | None
    price: Decimal


@dataclass(eq=False)
class Refund:
    id: int
    order: Order
    created_at: datetime
    note: str | None
    lines: list[tuple[int, Line, int, str]]
    """(its own id, line, quantity, restock type)"""
    amount: Decimal


@dataclass(frozen=True)
class Cancellation:
    """What was wished when the order was cancelled."""

    staff_note: str | None
    refund: bool
    restock: bool
    notified: bool


@dataclass(eq=False)
class Order:
    id: int
    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    lines: list[Line]
    currency: str
    presentment_currency: str
    presentment_rate: Decimal
    financial_status: str | None
    ship_to: dict[str, Any] | None
    address_id: int
    billing: dict[str, Any] | None
    customer: dict[str, Any] | None
    email: str | None
    phone: str | None
    shipping: list[ShippingLine]
    tax: Decimal = Decimal(0)
    test: bool = False
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    source_name: str = "web"
    discount_code: str | None = None
    """What the buyer typed in for the discounts of all lines; None where somebody in the shop gave them."""
    gateways: list[str] = field(default_factory=list)
    edited: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    cancellation: Cancellation | None = None
    closed_at: datetime | None = None
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    indexed: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    """What the search index learnt of it, and when; the index shows it late."""

    @property
    def gid(self) -> str:
        return gid("Order", self.id)

    def line(self, line_id: int) -> Line:
        found = next((line for line in self.lines if line.id == line_id), None)
        if found is None:
            raise ValueError(f"order {self.name} has no line {line_id}")
        return found

    @property
    def discounts(self) -> Decimal:
        return sum((line.discount for line in self.lines), Decimal(0))

    @property
    def goods(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def shipping_price(self) -> Decimal:
        return sum((one.price for one in self.shipping), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods - self.discounts + self.shipping_price + self.tax

    @property
    def current_goods(self) -> Decimal:
        return sum((line.unit_after_discounts * line.current for line in self.lines), Decimal(0))

    @property
    def written_off(self) -> bool:
        """Cancelled, and nothing is left to be paid for."""
        return self.cancelled_at is not None and (not self.current_goods or self.financial_status == "VOIDED")

    @property
    def current_total(self) -> Decimal:
        if self.written_off:
            return Decimal(0)
        return self.current_goods + self.current_shipping + self.current_tax

    @property
    def current_shipping(self) -> Decimal:
        return Decimal(0) if self.written_off else self.shipping_price

    @property
    def current_tax(self) -> Decimal:
        """As if every cent of the goods were taxed alike."""
        paid_for = self.goods - self.discounts
        if self.written_off or not paid_for:
            return Decimal(0) if self.written_off else self.tax
        return (self.tax * self.current_goods / paid_for).quantize(CENT)

    @property
    def current_discounts(self) -> Decimal:
        return Decimal(0) if self.written_off else sum((line.current_discount for line in self.lines), Decimal(0))

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), Decimal(0))

    @property
    def outstanding(self) -> Decimal:
        owed = self.financial_status in ("PENDING", "AUTHORIZED", "PARTIALLY_PAID")
        return self.current_total if owed else Decimal(0)

    @property
    def fulfillment_status(self) -> str:
        """The word the admin shows, made from the fulfillment orders and what was shipped."""
        shipped = any(line.fulfilled for line in self.lines)
        left = any(line.unfulfilled for line in self.lines)
        if shipped:
            return "PARTIALLY_FULFILLED" if left else "FULFILLED"
        if not left:
            return "RESTOCKED"
        states = {each.status for each in self.fulfillment_orders if each.open}
        for status in ("IN_PROGRESS", "ON_HOLD", "SCHEDULED"):
            if status in states:
                return status
        return "UNFULFILLED"
