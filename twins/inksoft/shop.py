"""The shop's books: placing orders, packing them, and what people do to them in the admin."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from twins import kit
from twins.inksoft.asked import Address, Line, PlaceOrder
from twins.inksoft.goods import Catalogue, first_goods
from twins.inksoft.model import (
    NOTHING,
    PRODUCTION,
    STATUSES,
    Comment,
    CustomItem,
    Item,
    Order,
    Packed,
    Payment,
    Shipment,
)
from twins.inksoft.people import Site

FLAGS = ("authorized", "confirmed", "ordered", "received", "prepared", "shipped", "cancelled")


@dataclass
class Shop:
    now: kit.Now
    sites: dict[str, Site]
    goods: Catalogue = field(default_factory=first_goods)
    orders: dict[int, Order] = field(default_factory=dict)
    designs: dict[str, int] = field(default_factory=dict)
    _counted: int = 0

    # ── placing ──

    def place(self, asked: PlaceOrder) -> Order:
        """Raises ValueError for a store, a path or a product that is not there."""
        site = self._site(asked.site)
        store_id = self._store(site, asked)
        created = asked.created or self.now()
        items = [self._item(line) for line in asked.items]
        order = Order(
            id=1_000_000 + self._next(),
            unique_id=str(uuid.uuid4()),
            site=site.uri,
            store_id=store_id,
            store_name=site.stores[store_id],
            asked=asked,
            items=items,
            custom_items=[CustomItem(self._next(), str(uuid.uuid4()), one) for one in asked.custom_items],
            address=None if asked.pickup else asked.address,
            created=created,
            modified=created,
        )
        if asked.origin in ("proposal", "invoice"):
            order.proposal_id = 30_000 + self._next()
        order.confirmed = not order.pending
        if asked.paid and order.amount_due > 0:
            order.payments.append(Payment(self._next(), order.amount_due, created))
        order.authorized = order.paid
        self.orders[order.id] = order
        return order

    def check(self, asked: PlaceOrder) -> None:
        """Raises ValueError for what cannot be placed."""
        self._store(self._site(asked.site), asked)
        for line in asked.items:
            self.goods.find(line.sku, line.colour, line.size)

    def _site(self, uri: str) -> Site:
        if not uri:
            return next(iter(self.sites.values()))
        if uri.lower() not in self.sites:
            raise ValueError(f"there is no store path {uri}")
        return self.sites[uri.lower()]

    def _store(self, site: Site, asked: PlaceOrder) -> int:
        ids = list(site.stores)
        store_id = asked.store_id or (ids[-1] if asked.origin == "embedded" else ids[0])
        if store_id not in site.stores:
            raise ValueError(f"{site.uri} has no store {store_id}")
        return store_id

    def _item(self, line: Line) -> Item:
        product, style, size = self.goods.find(line.sku, line.colour, line.size)
        price = product.price + size.up_charge if line.price is None else line.price
        number = self._next()
        design = self.designs.setdefault(line.design, len(self.designs) + 1) if line.sides else None
        return Item(
            str(uuid.uuid4()),
            80_000 + number,
            product,
            style,
            size,
            line.quantity,
            price,
            line,
            art_id=None if design is None else 330_000 + design,
            design_id=None if design is None else 440_000 + design,
        )

    # ── packing ──

    def pack(
        self,
        order: Order,
        tracking: str,
        items: list[tuple[Item, int]],
        *,
        completes: bool,
        **told: Any,
    ) -> Shipment:
        """A parcel more. ``completes`` sets Shipped and the status; the production status with it is inferred."""
        packed = [Packed(str(uuid.uuid4()), self._next(), item, count) for item, count in items]
        made = Shipment(self._next(), self._next(), self.now(), tracking, packed, order.address, **told)
        order.shipments.append(made)
        if completes:
            order.shipped, order.status, order.production_status = True, "Shipped", "Complete"
            order.confirmed_ship = self.now()
        self.touch(order)
        return made

    # ── what people do ──

    def change_address(self, order: Order, changes: Mapping[str, Any] | None) -> None:
        """``changes`` to the shipping address; None takes it away. Raises ValueError."""
        known = (order.address or Address()).model_dump()
        order.address = None if changes is None else Address.model_validate(known | dict(changes))
        self.touch(order)

    def edit_quantity(self, order: Order, item: str | int, quantity: int) -> None:
        """0 takes the item off. What was paid stays paid, so the payment status may change. Raises KeyError."""
        if quantity < 0:
            raise ValueError(f"{quantity} is no quantity")
        changed = order.item(item)
        changed.quantity = quantity
        if not quantity:
            order.items.remove(changed)
        self.touch(order)

    def add_item(self, order: Order, line: Line) -> Item:
        made = self._item(line)
        order.items.append(made)
        self.touch(order)
        return made

    def cancel(self, order: Order) -> None:
        """The money stays where it is (inferred)."""
        order.status, order.cancelled = "Canceled", True
        self.touch(order)

    def pay(self, order: Order, amount: Decimal | None) -> None:
        """None pays what is due."""
        paid = order.amount_due if amount is None else amount
        if paid <= NOTHING:
            raise ValueError(f"{order.id} has {order.amount_due} due, and {paid} cannot be paid")
        order.payments.append(Payment(self._next(), paid, self.now()))
        order.authorized = order.paid
        self.touch(order)

    def refund(self, order: Order) -> None:
        """All of it."""
        for payment in order.payments:
            payment.voided_at = payment.voided_at or self.now()
        order.refunded = True
        self.touch(order)

    def approve(self, order: Order) -> None:
        if not order.pending:
            raise ValueError(f"{order.id} waits for no approval")
        order.approved_at, order.confirmed = self.now(), True
        self.touch(order)

    def set_words(self, order: Order, *, status: str = "", production_status: str = "", **flags: bool) -> None:
        """The statuses and the stages, just as they are told. Raises ValueError for a word that is not known."""
        if status and status not in STATUSES:
            raise ValueError(f"{status} is no status; use one of {', '.join(STATUSES)}")
        if production_status and production_status not in PRODUCTION:
            raise ValueError(f"{production_status} is no status; use one of {', '.join(PRODUCTION)}")
        unknown = sorted(set(flags) - set(FLAGS))
        if unknown:
            raise ValueError(f"there is no flag {', '.join(unknown)}; there is {', '.join(FLAGS)}")
        order.status = status or order.status
        order.production_status = production_status or order.production_status
        if production_status == "Ready for Pickup":
            order.ready_for_pickup_at = self.now()
        for name, value in flags.items():
            setattr(order, name, value)
        self.touch(order)

    def comment(self, order: Order, text: str, by: str) -> None:
        """In the timeline: read by the shop only (inferred)."""
        order.comments.append(Comment(self._next(), text, by, self.now()))
        self.touch(order)

    def write(self, order: Order, changes: Mapping[str, Any]) -> None:
        """Notes, gift message, due date and the like, changed after the fact. Raises ValueError."""
        order.asked = PlaceOrder.model_validate(order.asked.model_dump() | dict(changes))
        self.touch(order)

    def touch(self, order: Order, moment: datetime | None = None) -> None:
        order.modified = moment or self.now()

    def _next(self) -> int:
        self._counted += 1
        return self._counted
