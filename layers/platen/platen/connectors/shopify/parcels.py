"""Which of a store's fulfillments are a parcel of ours, and what is still to be made. Pure.

A fulfillment cannot carry a mark of ours, and making one cannot be asked for twice safely, so ours
are recognised: by an id we noted, by the parcel's tracking number, and, for a parcel without one, by
its goods and the time. A fulfillment that another of our parcels is known by is never taken.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from platen.connectors.shopify import carriers, wire
from platen.connectors.shopify.mapping import waiting_words
from platen.domain.attention import Problem
from platen.domain.shipment import Parcel, Shipment
from platen.domain.verdicts import Refused

logger = logging.getLogger("platen.shopify")

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much Shopify's clock may be behind ours."""
MOST_LINES = 250
"""Of one fulfillmentCreate; Shopify takes 512, and 250 in one list."""

_DEAD = ("CANCELLED", "ERROR", "FAILURE")
_OVER = ("CLOSED", "CANCELLED")
_WAITING = ("ON_HOLD", "SCHEDULED")
_BY_HAND = ("PICK_UP", "LOCAL", "RETAIL", "NONE")


@dataclass(frozen=True)
class Shown:
    """One fulfillment, as the store shows it."""

    number: str
    name: str
    live: bool
    tracking: frozenset[str]
    goods: Mapping[str, int]
    """line id -> how many."""
    created_at: datetime


def shown(theirs: wire.Fulfillment) -> Shown:
    goods: Counter[str] = Counter()
    for line in theirs.fulfillment_line_items.nodes:
        goods[line.line_item.number] += line.quantity or 0
    return Shown(
        number=theirs.legacy_resource_id,
        name=theirs.name or theirs.legacy_resource_id,
        live=theirs.status not in _DEAD,
        tracking=frozenset(bare(one.number) for one in theirs.tracking_info if bare(one.number)),
        goods=goods,
        created_at=theirs.created_at,
    )


def bare(tracking: str) -> str:
    """A tracking number as carriers compare it: blanks, dashes and case carry no meaning."""
    return re.sub(r"[\s-]", "", tracking).upper()


@dataclass(frozen=True)
class Ours:
    """What the store already shows of a parcel, and what it does not show yet."""

    fulfillments: tuple[Shown, ...]
    missing: Mapping[str, int]
    """line id -> how many; only those that are left."""


def recognise(
    shipment: Shipment, fulfillments: Sequence[Shown], *, noted: Collection[str], others: Collection[str]
) -> Ours:
    """What is already there. ``noted``: ids known to be this parcel's; ``others``: known to be another's."""
    wanted = Counter[str]()
    for line in shipment.lines:
        wanted[line.line_id] += line.quantity
    missing = Counter(wanted)
    ours: list[Shown] = []
    for one in fulfillments:
        if one.live and one.number in noted:
            ours.append(one)
            missing -= Counter(one.goods)
    # The surest first: what bears the parcel's number, then what holds just its goods. A part that fits may be
    # another parcel's whose making was not heard of.
    number = bare(shipment.parcel.tracking)
    for one in sorted(fulfillments, key=lambda one: (number not in one.tracking, one.goods != wanted)):
        free = one.live and one.number not in noted and one.number not in others
        if free and _is_ours(shipment, one, wanted, missing):
            ours.append(one)
            missing -= Counter(one.goods)
    return Ours(tuple(ours), dict(missing))


def _is_ours(shipment: Shipment, one: Shown, wanted: Mapping[str, int], missing: Mapping[str, int]) -> bool:
    number = bare(shipment.parcel.tracking)
    if number and number in one.tracking:
        return any(missing.get(line_id) for line_id in one.goods)
    if one.tracking or not one.goods:
        return False
    if not number and one.goods == wanted:
        return missing == wanted
    if number and not shipment.doubt:
        return False
    # Only part of the parcel (we stopped half-way), or made before its tracking was known.
    fits = all(quantity <= missing.get(line_id, 0) for line_id, quantity in one.goods.items())
    return fits and one.created_at >= shipment.recorded_at - CLOCKS_DIFFER


@dataclass(frozen=True)
class Group:
    """One fulfillment to be made: lines of fulfillment orders of one place and one delivery method."""

    lines: tuple[tuple[str, str, int], ...]
    """(fulfillment order, its line, how many)."""

    def variables(self, parcel: Parcel, *, notify: bool) -> dict[str, Any]:
        by_order: dict[str, list[dict[str, Any]]] = {}
        for fulfillment_order, line, quantity in self.lines:
            by_order.setdefault(fulfillment_order, []).append({"id": line, "quantity": quantity})
        fulfillment: dict[str, Any] = {
            "lineItemsByFulfillmentOrder": [
                {"fulfillmentOrderId": key, "fulfillmentOrderLineItems": lines} for key, lines in by_order.items()
            ],
            "notifyCustomer": notify,
        }
        if parcel.tracking.strip():
            fulfillment["trackingInfo"] = tracking_info(parcel)
        return {"fulfillment": fulfillment}


def tracking_info(parcel: Parcel) -> dict[str, str]:
    """How Shopify is told of a tracking number: with a link of ours only where it cannot build one."""
    info = {"number": parcel.tracking.strip()}
    company = carriers.spelled(parcel.carrier)
    if company:
        info["company"] = company
    if parcel.url and not carriers.makes_link(company):
        if re.fullmatch(r"https?://[^\s\"<>\\^`{|}]{1,2000}", parcel.url):
            info["url"] = parcel.url
        else:
            logger.warning("tracking link left out: it is no web address")
    return info


def plan(missing: Mapping[str, int], theirs: wire.Parcels, fulfillments: Sequence[Shown]) -> list[Group]:
    """The fulfillments to make of what is missing: exactly that, or nothing at all.

    Raises Refused, with a Problem for each line Shopify will not have shipped in that quantity.
    """
    groups: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    left = Counter(missing)
    for one in _in_order(theirs.fulfillment_orders.nodes):
        for part in one.line_items.nodes:
            quantity = min(left[part.line_item.number], part.remaining_quantity)
            if quantity > 0:
                groups.setdefault((one.place, one.method), []).append((one.id, part.id, quantity))
                left[part.line_item.number] -= quantity
    problems = [_problem(line_id, missing[line_id], theirs, fulfillments) for line_id in +left]
    if problems:
        raise Refused(" ".join(problem.what for problem in problems), tuple(problems))
    return [
        Group(tuple(lines[start : start + MOST_LINES]))
        for lines in groups.values()
        for start in range(0, len(lines), MOST_LINES)
    ]


def _in_order(fulfillment_orders: Sequence[wire.FulfillmentOrder]) -> list[wire.FulfillmentOrder]:
    """Those that can be fulfilled, as Shopify lists them; what goes in parcels comes before what does not."""
    return sorted(filter(_is_open, fulfillment_orders), key=lambda one: one.method in _BY_HAND)


def _is_open(one: wire.FulfillmentOrder) -> bool:
    return one.status not in (*_OVER, *_WAITING)


def _problem(line_id: str, wanted: int, theirs: wire.Parcels, fulfillments: Sequence[Shown]) -> Problem:
    parts = [
        (one, part)
        for one in theirs.fulfillment_orders.nodes
        for part in one.line_items.nodes
        if part.line_item.number == line_id
    ]
    title = next((part.product_title[:60] for _, part in parts if part.product_title), "")
    name = f"Line {line_id}" + (f" ({title})" if title else "")
    remaining = sum(part.remaining_quantity for one, part in parts if _is_open(one))
    start = f"{name}: the parcel holds {wanted}, but Shopify has {remaining} left to be fulfilled. "
    return Problem(what=start + _reason(line_id, parts, theirs, fulfillments), line_id=line_id, field="quantity")


def _reason(
    line_id: str,
    parts: Sequence[tuple[wire.FulfillmentOrder, wire.FulfillmentOrderLine]],
    theirs: wire.Parcels,
    fulfillments: Sequence[Shown],
) -> str:
    waits = dict.fromkeys(
        waiting_words(one) for one, part in parts if one.status in _WAITING and part.remaining_quantity > 0
    )
    if waits:
        return f"It is {'; '.join(waits)}. Release it in Shopify, then retry."
    if theirs.cancelled_at:
        return "The order was cancelled in Shopify. Tell the buyer by hand, then release this parcel."
    by_whom = [f"{one.goods[line_id]} in {one.name}" for one in fulfillments if one.live and line_id in one.goods]
    if by_whom:
        return (
            f"Already fulfilled: {', '.join(by_whom)}. If that is this parcel, release it; if not, cancel the"
            " wrong fulfillment in Shopify, then retry."
        )
    if not parts:
        return (
            "None of the fulfillment orders this app may see holds it: the line was taken off the order, or"
            " another fulfillment service has it. Fulfil it in Shopify by hand and release this parcel, or give"
            " the app the scopes write_third_party_fulfillment_orders and read_third_party_fulfillment_orders"
            " and retry."
        )
    return "The line was refunded or taken off the order. See the order in Shopify, then release this parcel."
