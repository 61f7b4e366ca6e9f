"""Orders as the vendor keeps them, and the book they are in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from twins.picanova.catalogue import Option, Value, Variant
from twins.picanova.places import Carrier

FLOW = ("DRAFT", "PENDING", "ACCEPTED", "GENERATED", "IN_PROGRESS", "FULFILLED")
STATUSES = (*FLOW, "CANCELLED", "REFUNDED", "PARTIAL_REFUND", "ERROR")
CANCELLABLE = ("DRAFT", "PENDING", "ACCEPTED")


@dataclass(frozen=True)
class DraftItem:
    """One item of a request that has passed every check. ``sent`` is it as it came."""

    variant: Variant
    quantity: int
    file: str
    options: tuple[tuple[Option, Value], ...]
    external_id: str | None
    sent: dict[str, Any]
    article: str = ""
    """v1: the product with the artwork that is printed on it, e.g. ``CVS2020102-APO10000001``."""


@dataclass(frozen=True)
class Draft:
    """A request that has passed every check."""

    external_id: str | None
    is_test: bool
    method: Carrier
    shipping: dict[str, Any]
    items: tuple[DraftItem, ...]
    customs_cents: int
    sent: dict[str, Any]
    api: str = "beta"
    """Or ``v1``: each shows the orders that were made by it."""


@dataclass(frozen=True)
class Item:
    id: int
    variant: Variant
    quantity: int
    file: str
    options: tuple[tuple[Option, Value], ...]
    external_id: str | None
    sent: dict[str, Any]
    article: str = ""

    @property
    def cents(self) -> int:
        """Of one piece, its options included."""
        return self.variant.cents + sum(value.cents for _, value in self.options)

    @property
    def chosen(self) -> dict[str, str]:
        """Its options by name."""
        return {option.name: value.name for option, value in self.options}


@dataclass
class Shipment:
    """``items``: item id -> how many of it are in the parcel."""

    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    items: dict[int, int]


@dataclass
class Order:
    id: str
    external_id: str | None
    account: str
    currency: str
    is_test: bool
    method: Carrier
    shipping: dict[str, Any]
    items: tuple[Item, ...]
    customs_cents: int
    webhook_url: str
    """Frozen when the order is made; a later change of the store's setting does not touch it."""
    created_at: datetime
    updated_at: datetime
    sent: dict[str, Any]
    """The request it was made from."""
    api: str = "beta"
    status: str = "DRAFT"
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def remaining(self) -> dict[int, int]:
        """Item id -> how many are not in a shipment yet."""
        shipped = Counter[int]()
        for shipment in self.shipments:
            shipped.update(shipment.items)
        left = {item.id: item.quantity - shipped[item.id] for item in self.items}
        return {item_id: quantity for item_id, quantity in left.items() if quantity > 0}

    @property
    def subtotal_cents(self) -> int:
        return sum(item.cents * item.quantity for item in self.items)

    @property
    def shipping_cents(self) -> int:
        return self.method.cents(sum(item.quantity for item in self.items))


class TooLate(Exception):
    """The order is in production, or over: it can no longer be cancelled."""


class Book:
    """All orders, with ids that are the same in every run. Not thread safe: the twin holds the lock."""

    def __init__(self, search_lag: timedelta) -> None:
        self.search_lag = search_lag
        self.orders: dict[str, Order] = {}
        self._by_external_id: dict[tuple[str, str], list[Order]] = {}
        self._last_order = 21_700_000
        self._last_item = 5_000

    def add(
        self, draft: Draft, *, account: str, currency: str, is_test: bool, webhook_url: str, now: datetime
    ) -> Order:
        self._last_order += 1
        order = Order(
            id=f"PPO{self._last_order:08d}" + ("T" if is_test else ""),
            external_id=draft.external_id,
            account=account,
            currency=currency,
            is_test=is_test,
            method=draft.method,
            shipping=draft.shipping,
            items=tuple(self._item(item) for item in draft.items),
            customs_cents=draft.customs_cents,
            webhook_url=webhook_url,
            created_at=now,
            updated_at=now,
            sent=draft.sent,
            api=draft.api,
        )
        self.orders[order.id] = order
        if order.external_id:
            self._by_external_id.setdefault((account, order.external_id), []).append(order)
        return order

    def _item(self, item: DraftItem) -> Item:
        self._last_item += 1
        return Item(
            self._last_item,
            item.variant,
            item.quantity,
            item.file,
            item.options,
            item.external_id,
            item.sent,
            item.article,
        )

    def taken(self, account: str, external_id: str) -> bool:
        return (account, external_id) in self._by_external_id

    def find(self, account: str, external_id: str, now: datetime) -> Order | None:
        """The first order with this external id that the search knows of by now."""
        held = self._by_external_id.get((account, external_id), [])
        return next((order for order in held if order.created_at + self.search_lag <= now), None)

    def duplicates(self) -> list[str]:
        """External ids held by more than one order, of whichever account."""
        held = Counter(order.external_id for order in self.orders.values() if order.external_id)
        return sorted(external_id for external_id, times in held.items() if times > 1)
