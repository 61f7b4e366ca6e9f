"""How a warehouse's own count went down for a line of an order: its history, in the order of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate

from platen.domain.warehouse import TakenUnits, WarehouseLine, WarehouseOrder, WarehouseParcel

MOST_HISTORY = 50
"""So many changes of what was taken of a line are kept: the newest."""

type History = tuple[TakenUnits, ...]


def since_told(order: WarehouseOrder, moment: datetime | None) -> datetime | None:
    """Nothing was taken for an order before the warehouse was told of it; a date without a time of day says so.
    Believed, a count of that morning would be taken to be without what was picked in the afternoon."""
    return max(moment, order.told_at) if moment else None


def noted(taken: Iterable[TakenUnits], at: datetime, quantity: int) -> History:
    """The history with so many in all at that moment."""
    return _history(_points(taken) | {at: quantity})


def with_picked(line: WarehouseLine, picked: int, moment: datetime, parcels: Iterable[WarehouseParcel]) -> History:
    """So many are picked from that moment on. What is later in the history can only be of parcels, for it is the
    newest count: from then on it is that many, or what had left."""
    left = _left(parcels, line.number)
    points = {one.at: one.quantity for one in line.taken if one.at < moment}
    for at in {moment, *(one.at for one in line.taken if one.at > moment)}:
        points[at] = max(picked, _at(left, at))
    return _history(points)


def with_shipped(line: WarehouseLine, parcels: Iterable[WarehouseParcel]) -> History:
    """At every moment no less than what had left by then."""
    left, known = _left(parcels, line.number), _points(line.taken)
    gone = taken = 0
    points = {}
    for at in sorted(left.keys() | known.keys()):
        gone, taken = left.get(at, gone), known.get(at, taken)
        points[at] = max(gone, taken)
    return _history(points)


def shipped_by(parcels: Iterable[WarehouseParcel], number: int, moment: datetime) -> int:
    """How many of a line had left by then."""
    return sum(one.lines.get(number, 0) for one in parcels if one.shipped_at and one.shipped_at <= moment)


def _points(taken: Iterable[TakenUnits]) -> dict[datetime, int]:
    return {one.at: one.quantity for one in taken}


def _left(parcels: Iterable[WarehouseParcel], number: int) -> dict[datetime, int]:
    """Moment -> how many of a line had left by then; in the order of time."""
    parts = sorted((one.shipped_at, one.lines[number]) for one in parcels if one.shipped_at and number in one.lines)
    in_all = accumulate(quantity for _, quantity in parts)
    return {at: total for (at, _), total in zip(parts, in_all, strict=True)}


def _at(left: Mapping[datetime, int], moment: datetime) -> int:
    return max((total for at, total in left.items() if at <= moment), default=0)


def _history(points: Mapping[datetime, int]) -> History:
    """In the order of time, without what says nothing new."""
    kept: list[TakenUnits] = []
    before = 0
    for at in sorted(points):
        if points[at] != before:
            kept.append(TakenUnits(at=at, quantity=points[at]))
            before = points[at]
    return tuple(kept[-MOST_HISTORY:])
