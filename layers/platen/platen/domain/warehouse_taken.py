"""How a warehouse's own count went down for a line of an order: its history, in the order of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from platen.domain.warehouse import TakenUnits, WarehouseLine, WarehouseParcel

MOST_HISTORY = 50
"""So many changes of what was taken of a line are kept: the newest."""


def noted(taken: Iterable[TakenUnits], at: datetime, quantity: int) -> tuple[TakenUnits, ...]:
    """The history with so many in all at that moment; in the order of time, without what says nothing new."""
    points = {one.at: one.quantity for one in taken} | {at: quantity}
    kept: list[TakenUnits] = []
    for moment in sorted(points):
        if points[moment] != (kept[-1].quantity if kept else 0):
            kept.append(TakenUnits(at=moment, quantity=points[moment]))
    return tuple(kept[-MOST_HISTORY:])


def with_picked(
    line: WarehouseLine, picked: int, moment: datetime, parcels: Iterable[WarehouseParcel]
) -> tuple[TakenUnits, ...]:
    """So many are picked from that moment on. What is later in the history can only be of parcels, for it is the
    newest count: from then on it is that many, or what had left."""
    parcels = list(parcels)
    taken = tuple(one for one in line.taken if one.at < moment)
    for at in sorted({moment} | {one.at for one in line.taken if one.at > moment}):
        taken = noted(taken, at, max(picked, shipped_by(parcels, line.number, at)))
    return taken


def with_shipped(line: WarehouseLine, parcels: Iterable[WarehouseParcel]) -> tuple[TakenUnits, ...]:
    """At every moment no less than what had left by then."""
    parcels = list(parcels)
    moments = {one.at for one in line.taken} | {one.shipped_at for one in parcels if one.shipped_at}
    taken: tuple[TakenUnits, ...] = ()
    for moment in sorted(moments):
        taken = noted(taken, moment, max(line.taken_by(moment), shipped_by(parcels, line.number, moment)))
    return taken


def shipped_by(parcels: Iterable[WarehouseParcel], number: int, moment: datetime) -> int:
    """How many of a line had left by then."""
    return sum(one.lines.get(number, 0) for one in parcels if one.shipped_at and one.shipped_at <= moment)
