"""What the shop holds: orders, their items and payments, and the parcels they went out in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from twins.inksoft.asked import Address, CustomLine, Line, PlaceOrder
from twins.inksoft.goods import Product, Size, Style

NOTHING = Decimal(0)
STATUSES = ("Canceled", "Processing", "Fulfilled", "Shipped")
PRODUCTION = ("Open", "Scheduled", "In Production", "Ready to Ship", "Ready for Pickup", "Complete")
ORDER_TYPES = {"store": "WebOrder", "embedded": "WebOrder", "proposal": "Proposals", "invoice": "Invoice"}


@dataclass(eq=False)
class Item:
    """``unique_id`` since SalesDoc; ``size_line_id`` is what an item was known by before it."""

    unique_id: str
    size_line_id: int
    product: Product
    style: Style
    size: Size
    quantity: int
    price: Decimal
    asked: Line
    art_id: int | None
    design_id: int | None

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity

    @property
    def full_name(self) -> str:
        return f"{self.product.name}, {self.style.name}, {self.size.name}"


@dataclass(eq=False)
class CustomItem:
    id: int
    unique_id: str
    asked: CustomLine

    @property
    def total(self) -> Decimal:
        return self.asked.price * (self.asked.quantity or 1)


@dataclass(eq=False)
class Payment:
    id: int
    amount: Decimal
    at: datetime
    voided_at: datetime | None = None


@dataclass(eq=False)
class Comment:
    id: int
    text: str
    by: str
    at: datetime


@dataclass(eq=False)
class Packed:
    guid: str
    id: int
    item: Item
    quantity: int


@dataclass(eq=False)
class Shipment:
    """One parcel: each recording makes a shipment with one package (inferred)."""

    id: int
    package_id: int
    at: datetime
    tracking: str
    items: list[Packed]
    to: Address | None
    carrier: str = ""
    service: str = ""
    url: str = ""
    label_cost: Decimal | None = None
    picked_up_by: str = ""
    pickup: bool = False


@dataclass(eq=False)
class Order:
    """``modified`` is shown nowhere: only the filter of the list knows it (transcribed)."""

    id: int
    unique_id: str
    site: str
    store_id: int
    store_name: str
    asked: PlaceOrder
    items: list[Item]
    custom_items: list[CustomItem]
    address: Address | None
    created: datetime
    modified: datetime
    proposal_id: int | None = None
    status: str = "Processing"
    production_status: str = "Open"
    authorized: bool = False
    confirmed: bool = True
    ordered: bool = False
    received: bool = False
    prepared: bool = False
    shipped: bool = False
    cancelled: bool = False
    refunded: bool = False
    approved_at: datetime | None = None
    ready_for_pickup_at: datetime | None = None
    confirmed_ship: datetime | None = None
    payments: list[Payment] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        """Waiting for somebody to approve it: no status says so."""
        return self.asked.needs_approval and self.approved_at is None

    @property
    def order_type(self) -> str:
        return ORDER_TYPES[self.asked.origin]

    @property
    def delivery(self) -> str:
        if self.asked.pickup:
            return "Pickup"
        return "Shipping" if self.asked.shipping_method else "None"

    @property
    def goods_amount(self) -> Decimal:
        """Before any discount (assumed of RetailAmount)."""
        items = sum((one.total for one in self.items), NOTHING)
        return items + sum((one.total for one in self.custom_items), NOTHING)

    @property
    def total_discount(self) -> Decimal:
        return self.asked.discount + self.asked.discount_shipping

    @property
    def total(self) -> Decimal:
        """Goods, shipping, tax and fee, without discounts; the gift certificate pays, and lowers nothing here."""
        adjusted = sum(
            (one.amount if one.kind == "Fee" else -one.amount for one in self.asked.adjustments), NOTHING
        )
        charges = self.asked.shipping + self.asked.tax + self.asked.process_fee
        return self.goods_amount + charges + adjusted - self.total_discount

    @property
    def amount_due(self) -> Decimal:
        return self.total - self.asked.gift_certificate - self.money_in

    @property
    def money_in(self) -> Decimal:
        return sum((one.amount for one in self.payments if one.voided_at is None), NOTHING)

    @property
    def paid(self) -> bool:
        return self.amount_due <= 0 and not self.refunded

    @property
    def payment_status(self) -> str:
        if self.refunded:
            return "Refunded"
        if self.amount_due < 0:
            return "RefundDue"
        if self.amount_due == 0:
            return "Paid"
        return "PartiallyPaid" if self.money_in else "NotPaid"

    @property
    def date_shipped(self) -> datetime | None:
        return max((one.at for one in self.shipments), default=None)

    @property
    def unpacked(self) -> list[tuple[Item, int]]:
        """What no package holds yet."""
        left = {one.unique_id: one.quantity for one in self.items}
        for shipment in self.shipments:
            for packed in shipment.items:
                left[packed.item.unique_id] = left.get(packed.item.unique_id, 0) - packed.quantity
        return [(one, left[one.unique_id]) for one in self.items if left[one.unique_id] > 0]

    def item(self, key: str | int) -> Item:
        """By its unique id, its older id, or its place from 0. Raises KeyError."""
        for place, one in enumerate(self.items):
            if str(key) in (one.unique_id, str(one.size_line_id), str(place)):
                return one
        raise KeyError(f"item {key}")


@dataclass(frozen=True)
class Told:
    """One order of one CreateOrderShipments that was taken; ``extra`` is what came with it and has no name here."""

    order_id: int
    tracking: str
    completed: bool
    notified: bool
    at: datetime
    extra: dict[str, Any]


@dataclass(frozen=True)
class Mail:
    """A mail to the buyer that the order is on its way."""

    order_id: int
    email: str
    tracking: str
    at: datetime
