"""What a warehouse tells of stock without an order: whether it can be taken. Pure."""

from __future__ import annotations

from collections.abc import Collection, Set
from datetime import datetime, timedelta

from platen.domain.warehouse import Adjustment, Snapshot
from platen.domain.warehouse_goods import AHEAD

MOST_PIECES = 10_000_000
"""More of one item is a slip of the keyboard."""
LONGEST_NAME = 100
"""Bytes of a snapshot's id: it is part of a file's name."""
LONGEST_AGO = timedelta(days=366)
"""What moved before is no news, but a date gone wrong."""

type Why = tuple[str, str]
"""A short name for programs, and a sentence for a clerk."""


def why_not_moved(move: Adjustment, *, sites: Collection[str], items: Set[str] | None, now: datetime) -> Why | None:
    """Why stock that moved cannot be taken; None when it can. ``items``: those that are known at its site; None
    where there is nothing to know them by."""
    if move.site not in sites:
        return _unknown_site(move.site, sites)
    if move.occurred_at > now + AHEAD:
        return _in_future("OccurredAt", move.occurred_at)
    if move.occurred_at < now - LONGEST_AGO:
        words = f"OccurredAt is {_said(move.occurred_at)}, before any count that is still of use. "
        return "too_old", words + "Correct the date: it would be taken as counted already."
    if abs(move.delta) > MOST_PIECES:
        return "too_many", f"{move.delta} pieces of one item cannot be right. Correct QuantityDelta."
    if items is not None and move.item not in items:
        words = f"Neither the last count of {move.site} nor a store it feeds knows {move.item}. "
        return "unknown_item", words + "Correct the item; if it is new, sync the products or send a snapshot first."
    return None


def why_not_counted(
    snapshot: Snapshot, *, holds: Snapshot | None, sites: Collection[str], oldest: timedelta, now: datetime
) -> Why | None:
    """Why a snapshot cannot be taken; None when it can. ``holds``: the one that counts now."""
    if snapshot.site not in sites:
        return _unknown_site(snapshot.site, sites)
    if len(snapshot.snapshot_id.encode()) > LONGEST_NAME:
        return "too_long", f"SnapshotID has more than {LONGEST_NAME} bytes. Give the count a shorter one."
    if snapshot.taken_at > now + AHEAD:
        return _in_future("TakenAt", snapshot.taken_at)
    if snapshot.taken_at < now - oldest:
        hours = int(oldest.total_seconds() // 3600)
        words = f"This count was taken at {_said(snapshot.taken_at)}, more than {hours} hours ago. "
        return "too_old", words + "Export a new one. Stock stays as it was."
    if holds and snapshot.taken_at <= holds.taken_at:
        words = f"A count of {_said(holds.taken_at)} ({holds.snapshot_id}) holds; this one is of "
        return "stale_snapshot", f"{words}{_said(snapshot.taken_at)}. Export a new one. Stock stays as it was."
    return None


def _unknown_site(site: str, sites: Collection[str]) -> Why:
    there = ", ".join(sorted(sites)[:20]) or "none yet"
    return "unknown_site", f"This connection has no site {site[:100]}; it has {there}. Correct it here or there."


def _in_future(name: str, moment: datetime) -> Why:
    words = f"{name} is {_said(moment)}, which is still to come. "
    return "in_future", words + "Correct the time, its zone, or the computer's clock."


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
