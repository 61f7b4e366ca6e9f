"""The count at the end: what was ordered against what was made and what the shop knows. Pure.

It trusts neither Platen nor the demo: it reads what the twins hold, as the people at both ends would see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from platen.domain.job import read_external_id
from platen.domain.order import order_id
from platen_cli.demo.basket import GIFT_CARD

type Json = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What both twins hold, for each order by Platen's id of it."""

    ordered: dict[str, Counter[str]]
    """Platen's order id -> how many of each line are to be made, by the shop's line id."""
    made: dict[str, int]
    """Platen's order id -> how many pieces the vendor was told to make."""
    shipped: dict[str, Counter[str]]
    """Platen's order id -> how many of each line the shop shows as sent, with tracking."""
    vendor_orders: tuple[str, ...]
    """The external id of each of the vendor's orders."""
    finished: frozenset[str]
    """Platen's ids of the orders whose vendor orders have all been shipped."""
    traces: dict[str, tuple[Any, ...]]
    """Platen's order id -> everything that a second delivery must not change."""

    @property
    def done(self) -> int:
        return sum(self.shipped.get(one) == lines for one, lines in self.ordered.items())


@dataclass(frozen=True)
class Result:
    """The last line of the demo."""

    orders: int
    vendor_orders: int
    fulfillments_in_store: int
    lost: int
    duplicates: int
    attention: int
    changed_by_redelivery: int
    seconds: float

    @property
    def good(self) -> bool:
        return not (self.lost or self.duplicates or self.attention or self.changed_by_redelivery)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look(store: str, in_shop: Sequence[Json], at_vendor: Sequence[Json]) -> Seen:
    """Both twins' orders, as one. ``store`` is the connection the shop's orders come through."""
    ordered: dict[str, Counter[str]] = {}
    shipped: dict[str, Counter[str]] = {}
    traces: dict[str, list[Any]] = {}
    for order in in_shop:
        key = order_id(store, str(order["id"]))
        ordered[key] = Counter({str(line["id"]): line["quantity"] for line in order["lines"] if _is_made(line)})
        shipped[key] = _shipped(order, ordered[key])
        traces[key] = [
            (one["id"], one["status"], one["tracking"], one["quantities"]) for one in order["fulfillments"]
        ]
    made: Counter[str] = Counter()
    statuses: dict[str, set[str]] = {}
    for vendor_order in at_vendor:
        known = read_external_id(vendor_order["external_id"] or "")
        key = known[0] if known else str(vendor_order["id"])
        made[key] += sum(item["quantity"] for item in vendor_order["items"])
        statuses.setdefault(key, set()).add(vendor_order["status"])
        traces.setdefault(key, []).append((vendor_order["id"], vendor_order["status"], vendor_order["external_id"]))
    return Seen(
        ordered=ordered,
        made=dict(made),
        shipped=shipped,
        vendor_orders=tuple(one["external_id"] or one["id"] for one in at_vendor),
        finished=frozenset(key for key, said in statuses.items() if said == {"FULFILLED"}),
        traces={key: tuple(found) for key, found in traces.items()},
    )


def _is_made(line: Json) -> bool:
    return line["sku"] != GIFT_CARD and bool(line["quantity"])


def _shipped(order: Json, wanted: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in order["fulfillments"]:
        if one["status"] == "SUCCESS" and any(one["tracking"]):
            found.update({line: count for line, count in one["quantities"].items() if line in wanted})
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
    """Orders of which more was made or sent than was ordered, and vendor orders that nobody ordered."""
    more = [key for key, pieces in seen.made.items() if pieces > seen.ordered.get(key, Counter()).total()]
    twice = [name for name, count in Counter(seen.vendor_orders).items() if count > 1]
    sent = [key for key, lines in seen.shipped.items() if any(lines[one] > seen.ordered[key][one] for one in lines)]
    return sorted({*more, *twice, *sent})


def changed(before: Seen, after: Seen, states_before: Json, states_after: Json) -> list[str]:
    """Orders that look different at either end, or to Platen, than they did."""
    keys = before.traces.keys() | after.traces.keys() | states_before.keys() | states_after.keys()
    return sorted(
        key
        for key in keys
        if before.traces.get(key) != after.traces.get(key) or states_before.get(key) != states_after.get(key)
    )
