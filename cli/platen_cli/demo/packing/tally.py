"""The count at the end: what was ordered in InkSoft, what ShipStation has of it, and what InkSoft shows. Pure.

It trusts neither Platen nor the demo: it reads what the twins hold, as the people at both ends would see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from platen.domain.job import read_external_id
from platen.domain.order import order_id

type Json = Mapping[str, Any]

STORE, PACKERS = "inksoft", "packers"
"""The demo's connections."""


@dataclass(frozen=True)
class Ordered:
    """An order as InkSoft has it."""

    number: str
    pieces: int
    total: Decimal
    street: str
    cancelled: bool
    tracking: tuple[str, ...]
    """Of each parcel that it shows, as often as it shows it."""


@dataclass(frozen=True)
class Packed:
    """An order as ShipStation has it."""

    ref: int
    number: str
    status: str
    pieces: int
    total: Decimal
    """What its items, its tax and its shipping come to."""
    street: str
    labels: tuple[str, ...]
    """The tracking of each."""


@dataclass(frozen=True)
class Seen:
    """What both twins hold, by Platen's order id."""

    ordered: dict[str, Ordered]
    packed: dict[str, tuple[Packed, ...]]
    """Of each order that ShipStation has; under ShipStation's number what nobody ordered."""
    traces: dict[str, tuple[Any, ...]]
    """Everything that doing it all again must not change."""

    def status(self, order: str) -> str:
        """ShipStation's; empty where it does not have the order just once."""
        packed = self.packed.get(order, ())
        return packed[0].status if len(packed) == 1 else ""

    @property
    def once(self) -> int:
        """Orders that ShipStation has, once each."""
        return sum(len(self.packed.get(key, ())) == 1 for key in self.ordered)

    def labels(self, order: str) -> list[str]:
        return sorted(one for packed in self.packed.get(order, ()) for one in packed.labels)

    def complete(self, order: str) -> bool:
        """Whether InkSoft shows just the tracking of the labels that there are."""
        return bool(self.labels(order)) and sorted(self.ordered[order].tracking) == self.labels(order)


@dataclass(frozen=True)
class Result:
    """The last line of the demo."""

    orders: int
    at_shipstation: int
    """Once each."""
    labels: int
    trackings_in_inksoft: int
    lost: int
    duplicates: int
    differ: int
    attention: int
    errors_at_shipstation: int
    """What it found wrong with its fetches: answers it could not read, sums that do not add up."""
    changed_by_repeat: int
    seconds: float
    paid_later: int
    cancelled: int
    address_corrected: int
    read_again: int
    """Orders that Platen read once more in InkSoft when everything was done again."""
    notices_again: int

    @property
    def good(self) -> bool:
        bad = self.lost or self.duplicates or self.differ or self.attention
        bad = bad or self.errors_at_shipstation or self.changed_by_repeat
        shown = (self.paid_later, self.cancelled, self.address_corrected) == (2, 1, 1)
        shipped = self.orders - self.cancelled
        complete = (self.at_shipstation, self.labels, self.trackings_in_inksoft) == (self.orders, shipped, shipped)
        # Else that nothing changed would prove nothing.
        repeated = self.read_again >= self.orders and self.notices_again >= self.labels
        return bool(not bad and shown and complete and repeated)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look(in_inksoft: Sequence[Json], at_shipstation: Sequence[Json], told: Sequence[Json] = ()) -> Seen:
    """Both twins' orders as one. ``told``: what InkSoft was told of parcels, call by call."""
    ordered = {order_id(STORE, str(one["ID"])): _ordered(one) for one in in_inksoft}
    packed: dict[str, tuple[Packed, ...]] = {}
    # That somebody looked at an order, or moved its date, is no change of it.
    traces: dict[str, list[Any]] = {
        order_id(STORE, str(one["ID"])): [{name: one[name] for name in one if name != "Twin"}] for one in in_inksoft
    }
    for one in at_shipstation:
        known = read_external_id(one["key"])
        key = known[0] if known else str(one["number"])
        packed[key] = (*packed.get(key, ()), _packed(one))
        traces.setdefault(key, []).append({name: one[name] for name in one if name != "imports"})
    for call in told:
        traces.setdefault(order_id(STORE, str(call["order_id"])), []).append(call)
    return Seen(ordered, packed, {key: tuple(found) for key, found in traces.items()})


def _ordered(one: Json) -> Ordered:
    return Ordered(
        number=str(one["ID"]),
        pieces=sum(item["Quantity"] for item in one["Items"]),
        total=Decimal(str(one["TotalAmount"])),
        street=str((one["ShippingAddress"] or {}).get("Street1", "")),
        cancelled=one["Cancelled"],
        tracking=tuple(parcel["TrackingNumber"] for sent in one["Shipments"] for parcel in sent["Packages"]),
    )


def _packed(one: Json) -> Packed:
    return Packed(
        ref=one["order_id"],
        number=one["number"],
        status=one["status"],
        pieces=sum(item["quantity"] for item in one["content"]["items"] if not item["adjustment"]),
        total=Decimal(one["sum"]),
        street=one["content"]["ship_to"]["street1"],
        labels=tuple(
            parcel["tracking"] for parcel in one["parcels"] if not parcel["voided_at"] and not parcel["is_return"]
        ),
    )


def lost(seen: Seen) -> list[str]:
    """Orders that ShipStation does not have, and labels whose tracking InkSoft does not show."""
    return sorted(
        key
        for key, order in seen.ordered.items()
        if not seen.packed.get(key)
        or (not order.cancelled and not seen.labels(key))
        or Counter(seen.labels(key)) - Counter(order.tracking)
    )


def duplicates(seen: Seen) -> list[str]:
    """Orders that ShipStation has twice or that nobody placed, labels too many (of a cancelled order any), and
    tracking that is shown twice or is not of the order's label."""
    return sorted(
        {
            key
            for key, packed in seen.packed.items()
            if len(packed) > 1 or key not in seen.ordered or len(seen.labels(key)) > _wanted(seen.ordered[key])
        }
        | {key for key, one in seen.ordered.items() if Counter(one.tracking) - Counter(seen.labels(key))}
    )


def _wanted(order: Ordered) -> int:
    return 0 if order.cancelled else 1


def differing(seen: Seen) -> list[str]:
    """Orders that are not told at ShipStation as InkSoft has them: pieces, sum, address, and whether cancelled."""
    return sorted(
        key
        for key, order in seen.ordered.items()
        for packed in seen.packed.get(key, ())
        if (packed.pieces, packed.total, packed.street) != (order.pieces, order.total, order.street)
        or (packed.status == "cancelled") != order.cancelled
    )


def changed(before: Seen, after: Seen, states_before: Json, states_after: Json) -> list[str]:
    """Orders that look different at either end, or to Platen, than they did."""
    keys = before.traces.keys() | after.traces.keys() | states_before.keys() | states_after.keys()
    return sorted(
        key
        for key in keys
        if before.traces.get(key) != after.traces.get(key) or states_before.get(key) != states_after.get(key)
    )
