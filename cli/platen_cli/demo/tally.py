"""The count at the end: what was ordered against what was made and what the shop knows. Pure.

It trusts neither Platen nor the demo: it reads what the twins hold, as the people at every end would see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from platen.domain.job import read_external_id
from platen.domain.order import order_id
from platen_cli.demo.basket import GIFT_CARD

type Json = Mapping[str, Any]

PICANOVA, POV = "picanova", "pov"


@dataclass(frozen=True)
class Made:
    """An order as one vendor has it."""

    vendor: str
    ref: str
    called: str
    """Platen's own id, as the vendor was told it; empty when it was told none."""
    status: str
    pieces: int
    shipped: bool
    cancelled: bool

    @property
    def order(self) -> str:
        """Platen's id of the order it is a part of; without one, what nobody ordered."""
        known = read_external_id(self.called)
        return known[0] if known else self.ref


@dataclass(frozen=True)
class Seen:
    """What all twins hold, for each order by Platen's id of it."""

    ordered: dict[str, Counter[str]]
    """Platen's order id -> how many of each line are to be made, by the shop's line id; of a cancelled one none."""
    made: dict[str, int]
    """Platen's order id -> how many pieces vendors were told to make, and not told to leave."""
    shipped: dict[str, Counter[str]]
    """Platen's order id -> how many of each line the shop shows as sent, with tracking."""
    vendor_orders: tuple[str, ...]
    """The external id of each of the vendors' orders."""
    finished: frozenset[str]
    """Platen's ids of the orders of which vendors have shipped all."""
    traces: dict[str, tuple[Any, ...]]
    """Platen's order id -> everything that a second delivery must not change."""
    cancelled: frozenset[str] = frozenset()
    """Platen's ids of the orders that the shop has cancelled."""
    by_vendor: dict[str, tuple[Made, ...]] = field(default_factory=dict)
    parcels: int = 0
    """Fulfillments that the shop shows with tracking."""

    @property
    def done(self) -> int:
        return sum(
            self.shipped.get(one) == lines for one, lines in self.ordered.items() if one not in self.cancelled
        )

    def of(self, order: str) -> tuple[Made, ...]:
        """What the vendors have of one order."""
        return tuple(made for all_made in self.by_vendor.values() for made in all_made if made.order == order)

    @property
    def split(self) -> int:
        """Orders that more than one vendor makes."""
        pairs = {(made.order, vendor) for vendor, all_made in self.by_vendor.items() for made in all_made}
        return sum(vendors > 1 for vendors in Counter(order for order, _vendor in pairs).values())


@dataclass(frozen=True)
class Result:
    """The last line of the demo."""

    orders: int
    vendor_orders: int
    fulfillments_in_store: int
    """With tracking; an order that two vendors make has two."""
    lost: int
    duplicates: int
    attention: int
    changed_by_redelivery: int
    seconds: float
    at_picanova: int
    at_pov: int
    split: int
    stopped_and_released: int
    cancelled: int
    complete_in_store: int
    print_files_looked_at: int
    warnings: int

    @property
    def good(self) -> bool:
        bad = self.lost or self.duplicates or self.attention or self.changed_by_redelivery
        shown = self.split and self.stopped_and_released == 1 and self.cancelled == 1
        complete = self.complete_in_store == self.orders - self.cancelled
        # Each of the vendors' orders has a print file at least, and each was to be looked at first.
        looked = self.print_files_looked_at >= self.vendor_orders and not self.warnings
        return bool(not bad and shown and complete and looked)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look(store: str, in_shop: Sequence[Json], at_picanova: Sequence[Json], at_pov: Sequence[Json] = ()) -> Seen:
    """All twins' orders, as one. ``store`` is the connection the shop's orders come through."""
    ordered: dict[str, Counter[str]] = {}
    shipped: dict[str, Counter[str]] = {}
    traces: dict[str, list[Any]] = {}
    parcels = 0
    for order in in_shop:
        key = order_id(store, str(order["id"]))
        wanted = () if order.get("cancelled") else filter(_is_made, order["lines"])
        ordered[key] = Counter({str(line["id"]): line["quantity"] for line in wanted})
        told = [one for one in order["fulfillments"] if one["status"] == "SUCCESS" and any(one["tracking"])]
        shipped[key] = _shipped(told, {str(line["id"]) for line in order["lines"] if _is_made(line)})
        parcels += len(told)
        traces[key] = [order.get("cancelled", False)]
        traces[key] += [
            (one["id"], one["status"], one["tracking"], one["quantities"]) for one in order["fulfillments"]
        ]
    by_vendor = {PICANOVA: tuple(map(_at_picanova, at_picanova)), POV: tuple(map(_at_pov, at_pov))}
    everything = [made for all_made in by_vendor.values() for made in all_made]
    for made in everything:
        traces.setdefault(made.order, []).append((made.vendor, made.ref, made.status, made.called))
    pieces = dict(_pieces(everything))
    return Seen(
        ordered=ordered,
        made=pieces,
        shipped=shipped,
        vendor_orders=tuple(made.called or made.ref for made in everything),
        finished=frozenset(
            key for key in _shipped_so_far(everything) if pieces[key] >= ordered.get(key, Counter()).total()
        ),
        traces={key: tuple(found) for key, found in traces.items()},
        cancelled=frozenset(order_id(store, str(one["id"])) for one in in_shop if one.get("cancelled")),
        by_vendor=by_vendor,
        parcels=parcels,
    )


def _at_picanova(order: Json) -> Made:
    return Made(
        vendor=PICANOVA,
        ref=order["id"],
        called=order["external_id"] or "",
        status=order["status"],
        pieces=sum(item["quantity"] for item in order["items"]),
        shipped=order["status"] == "FULFILLED",
        cancelled=order["status"] == "CANCELLED",
    )


def _at_pov(order: Json) -> Made:
    return Made(
        vendor=POV,
        ref=order["pov_order_id"],
        called=order["reference"],
        status=order["status"],
        pieces=sum(item["quantity"] for item in order["items"]),
        shipped=order["status"] == "shipped",
        cancelled=order["status"] == "cancelled",
    )


def _pieces(everything: Iterable[Made]) -> Counter[str]:
    """Of each order that any vendor has: an order of which all was cancelled counts as none."""
    pieces: Counter[str] = Counter()
    for made in everything:
        pieces[made.order] += 0 if made.cancelled else made.pieces
    return pieces


def _shipped_so_far(everything: Iterable[Made]) -> set[str]:
    """Orders of which vendors have shipped all that they have."""
    shipped: dict[str, bool] = {}
    for made in everything:
        shipped[made.order] = shipped.get(made.order, True) and made.shipped
    return {key for key, all_of_it in shipped.items() if all_of_it}


def _is_made(line: Json) -> bool:
    return line["sku"] != GIFT_CARD and bool(line["quantity"])


def _shipped(told: Iterable[Json], ours: set[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in told:
        found.update({line: count for line, count in one["quantities"].items() if line in ours})
    return found


def lost(seen: Seen) -> list[str]:
    """Orders of which less was made, or less is shown as sent, than was ordered."""
    return [
        key
        for key, lines in seen.ordered.items()
        if seen.made.get(key, 0) < lines.total()
        or any(seen.shipped[key][one] < count for one, count in lines.items())
    ]


def duplicates(seen: Seen) -> list[str]:
    """Orders of which more was made or sent than was ordered (of a cancelled one, anything), and vendor orders that
    nobody ordered."""
    more = [key for key, pieces in seen.made.items() if pieces > seen.ordered.get(key, Counter()).total()]
    twice = [name for name, count in Counter(seen.vendor_orders).items() if count > 1]
    sent = [key for key, lines in seen.shipped.items() if any(lines[one] > seen.ordered[key][one] for one in lines)]
    return sorted({*more, *twice, *sent})


def called_off(seen: Seen, states: Json) -> list[str]:
    """Orders that the shop has cancelled, that Platen knows as cancelled, and of which no vendor makes anything."""
    return sorted(
        key
        for key in seen.cancelled
        if states.get(key) == "cancelled"
        and all(made.cancelled for made in seen.of(key))
        and not seen.shipped[key].total()
    )


def changed(before: Seen, after: Seen, states_before: Json, states_after: Json) -> list[str]:
    """Orders that look different at either end, or to Platen, than they did."""
    keys = before.traces.keys() | after.traces.keys() | states_before.keys() | states_after.keys()
    return sorted(
        key
        for key in keys
        if before.traces.get(key) != after.traces.get(key) or states_before.get(key) != states_after.get(key)
    )
