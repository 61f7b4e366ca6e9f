"""The orders of the account, whichever door they came in by, and the numbers they are known under."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from twins.shipstation.model import AWAITING_SHIPMENT, ON_HOLD, OPEN, SHIPPED, Content, Order, Parcel


class Locked(Exception):
    """The order is shipped or cancelled, and can no longer be changed; the message says which."""


@dataclass
class Book:
    """Not safe to share between threads by itself: the twin's lock goes around it."""

    orders: dict[int, Order] = field(default_factory=dict)
    _next_order: int = 470_000_000
    _next_parcel: int = 184_000_000
    _next_item: int = 1_402_000_000
    _next_batch: int = 190_000_000

    def __iter__(self) -> Iterator[Order]:
        return (order for order in self.orders.values() if order.active)

    def order(self, order_id: int) -> Order:
        """An active one. Raises LookupError."""
        found = self.orders.get(order_id)
        if found is None or not found.active:
            raise LookupError(f"order {order_id}")
        return found

    def by_key(self, key: str) -> Order | None:
        return self._first(lambda order: order.key == key and order.parent_id is None)

    def by_store_id(self, store_id: int, key: str) -> Order | None:
        """What a Custom Store calls an order; deleted ones count, or the next poll would bring them back."""
        for order in self.orders.values():
            if (order.store_id, order.store_order_id) == (store_id, key) and order.parent_id is None:
                return order
        return None

    def parcels(self) -> Iterator[tuple[Order, Parcel]]:
        for order in self.orders.values():
            for parcel in order.parcels:
                yield order, parcel

    def parcel(self, parcel_id: int) -> tuple[Order, Parcel]:
        """Raises LookupError."""
        for order, parcel in self.parcels():
            if parcel.parcel_id == parcel_id:
                return order, parcel
        raise LookupError(f"parcel {parcel_id}")

    def add(
        self,
        content: Content,
        *,
        key: str,
        store_id: int,
        status: str,
        now: datetime,
        origin: str,
        batch: str,
        store_order_id: str = "",
        in_orders_tab: bool = True,
        parent_id: int | None = None,
    ) -> Order:
        self._next_order += 1
        order = Order(
            order_id=self._next_order,
            key=key or uuid.uuid4().hex,
            store_id=store_id,
            content=content,
            status=status,
            created_at=now,
            modified_at=now,
            import_batch=batch,
            origin=origin,
            store_order_id=store_order_id,
            in_orders_tab=in_orders_tab,
            parent_id=parent_id,
        )
        self._number_items(content, None)
        self.orders[order.order_id] = order
        return order

    def replace(self, order: Order, content: Content, status: str | None, now: datetime) -> None:
        """The whole content anew; items keep their numbers by line id. ``status`` None leaves it."""
        self._number_items(content, order.content)
        order.content = content
        if status is not None:
            order.status = status
            if status != ON_HOLD:
                order.hold_until = None
        order.modified_at = now

    def update(self, order: Order, content: Content, status: str, now: datetime) -> None:
        """As the APIs do it. Raises Locked."""
        if order.status not in OPEN:
            raise Locked(order.status)
        self.replace(order, content, status, now)

    def split(self, order: Order, part: dict[int, int], now: datetime, batch: str) -> Order:
        """A second order with ``part`` of the items; the money stays with the first (captured)."""
        child = replace(order.content, items=[], total=None, paid=order.content.paid * 0)
        child = replace(child, tax=child.paid, shipping=child.paid)
        stays = []
        for item in order.content.items:
            moved = part.get(item.item_id, 0)
            if moved:
                child.items.append(replace(item, quantity=moved))
            if item.quantity > moved:
                stays.append(replace(item, quantity=item.quantity - moved))
        order.content = replace(order.content, items=stays)
        made = self.add(
            child,
            key="",
            store_id=order.store_id,
            status=order.status,
            now=now,
            origin=order.origin,
            batch=batch,
            store_order_id=order.store_order_id,
            parent_id=order.order_id,
        )
        for one in (order, made):
            one.merged_or_split, one.import_batch, one.modified_at = True, batch, now
        return made

    def release_holds(self, now: datetime) -> None:
        """Orders held until a day that has come wait for shipment again."""
        for order in self:
            if order.status == ON_HOLD and order.hold_until is not None and order.hold_until <= now:
                order.status, order.hold_until, order.modified_at = AWAITING_SHIPMENT, None, now

    def put(self, order: Order, parcel: Parcel) -> None:
        order.parcels.append(parcel)
        order.modified_at = parcel.created_at
        if not order.left:
            order.status = SHIPPED

    def next_parcel(self) -> int:
        self._next_parcel += 1
        return self._next_parcel

    def next_batch(self) -> int:
        self._next_batch += 1
        return self._next_batch

    def _first(self, fits: Callable[[Order], bool]) -> Order | None:
        return next((order for order in self if fits(order)), None)

    def _number_items(self, content: Content, before: Content | None) -> None:
        known = {item.line_id: item.item_id for item in before.items if item.line_id} if before else {}
        for item in content.items:
            self._next_item += 1
            item.item_id = known.get(item.line_id, self._next_item)


def new_import_batch() -> str:
    return str(uuid.uuid4())
