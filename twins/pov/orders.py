"""Orders and shipments as POV would keep them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

FLOW = ("received", "accepted", "in_production", "shipped")
STATUSES = (*FLOW, "rejected", "cancelled")
CANCELLABLE = ("received", "accepted")


class Taken(Exception):
    """The reference was used before, for something else."""


class TooLate(Exception):
    """The order is in production, or over: it can no longer be cancelled."""


@dataclass(frozen=True)
class Item:
    line_id: str
    sku: str
    quantity: int
    art_url: str


@dataclass(frozen=True)
class Draft:
    """A request that has passed every check. ``sent`` is it as it came."""

    reference: str
    test: bool
    mail_class: str
    items: tuple[Item, ...]
    sent: dict[str, Any]


@dataclass(frozen=True)
class Shipment:
    """``items``: line id -> how many of it are in the parcel."""

    shipment_id: str
    carrier: str
    service: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    items: tuple[tuple[str, int], ...]

    def shown(self) -> dict[str, Any]:
        return {
            "shipment_id": self.shipment_id,
            "carrier": self.carrier,
            "service": self.service,
            "tracking_number": self.tracking_number,
            "tracking_url": self.tracking_url,
            "shipped_at": self.shipped_at.isoformat(),
            "items": [{"line_id": line_id, "quantity": count} for line_id, count in self.items],
        }


@dataclass
class Order:
    pov_order_id: str
    account: str
    reference: str
    test: bool
    mail_class: str
    items: tuple[Item, ...]
    sent: dict[str, Any]
    created_at: datetime
    status: str = "received"
    reason: str = ""
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def remaining(self) -> dict[str, int]:
        """Line id -> how many are not in a shipment yet."""
        shipped = Counter[str]()
        for shipment in {one.shipment_id: one for one in self.shipments}.values():
            shipped.update(dict(shipment.items))
        left = {item.line_id: item.quantity - shipped[item.line_id] for item in self.items}
        return {line_id: count for line_id, count in left.items() if count > 0}

    def shown(self) -> dict[str, Any]:
        return {
            "pov_order_id": self.pov_order_id,
            "reference": self.reference,
            "order_number": self.sent.get("order_number", ""),
            "status": self.status,
            "reason": self.reason,
            "test": self.test,
            "mail_class": self.mail_class,
            "created_at": self.created_at.isoformat(),
            "items": [{"line_id": item.line_id, "sku": item.sku, "quantity": item.quantity} for item in self.items],
            "shipments": [shipment.shown() for shipment in self.shipments],
        }


@dataclass(frozen=True)
class Entry:
    """One line of the list of shipments, as it was when it was written."""

    number: int
    account: str
    shown: dict[str, Any]


class Book:
    """All orders and the list of shipments, with ids that are the same in every run. Not thread safe."""

    def __init__(self, search_lag: timedelta) -> None:
        self.search_lag = search_lag
        self.orders: dict[str, Order] = {}
        self.entries: list[Entry] = []
        self._shipments = 0

    def add(self, draft: Draft, *, account: str, test: bool, now: datetime) -> Order:
        order = Order(
            pov_order_id=f"POV-{100_001 + len(self.orders)}",
            account=account,
            reference=draft.reference,
            test=test,
            mail_class=draft.mail_class,
            items=draft.items,
            sent=draft.sent,
            created_at=now,
        )
        self.orders[order.pov_order_id] = order
        return order

    def called(self, account: str, reference: str) -> Order | None:
        """The first order under a reference; what a submit knows, the search may not know yet."""
        return next(
            (one for one in self.orders.values() if (one.account, one.reference) == (account, reference)), None
        )

    def found(self, account: str, reference: str, now: datetime) -> list[Order]:
        """What the search knows of by now."""
        return [
            one
            for one in self.orders.values()
            if (one.account, one.reference) == (account, reference) and one.created_at + self.search_lag <= now
        ]

    def next_shipment_id(self) -> str:
        self._shipments += 1
        return f"SH-{self._shipments:05d}"

    def put(self, order: Order, shipment: Shipment, index: int | None = None) -> None:
        """Into the order (in the place of an older one) and to the end of the list."""
        if index is None:
            order.shipments.append(shipment)
        else:
            order.shipments[index] = shipment
        self.tell(order.account, order.pov_order_id, order.reference, shipment)

    def tell(self, account: str, pov_order_id: str, reference: str, shipment: Shipment) -> None:
        shown = {"pov_order_id": pov_order_id, "reference": reference} | shipment.shown()
        self.entries.append(Entry(len(self.entries) + 1, account, shown))

    def since(self, account: str, number: int, most: int) -> list[Entry]:
        return [one for one in self.entries if one.account == account and one.number > number][:most]

    def duplicates(self) -> list[str]:
        """References held by more than one order, of whichever account: what must never be."""
        held = Counter(order.reference for order in self.orders.values())
        return sorted(reference for reference, times in held.items() if times > 1)


def corrected(shipment: Shipment, tracking: str, url: str) -> Shipment:
    return replace(shipment, tracking_number=tracking, tracking_url=url or f"https://track.example/{tracking}")
