"""What has to be looked at: a count, what moved since, what the stores sell and what they were last made to show,
laid side by side. All of it is sorted by item, and read once; memory does not grow with the catalogue."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import translate
from functools import cached_property
from itertools import groupby
from typing import Any

from platen.domain.model import iso
from platen.domain.stock_lines import taken_of
from platen.domain.warehouse import Adjustment, Reason, Snapshot
from platen.ports import NotFound
from platen.usecases.stock.rows import (
    BUNDLE,
    DUPLICATE,
    MISSING,
    NO_ITEM,
    NOT_SOLD,
    SKIPPED,
    UNTRACKED,
    Candidate,
    Last,
    Row,
    read_pushed,
)
from platen.usecases.stock.tables import (
    Sold,
    Unreadable,
    Unsorted,
    catalogue_key,
    pushed_key,
    read_catalogue,
    read_levels,
)
from platen.usecases.stock.work import PART, SiteFailed, Work

OVERLAP = timedelta(minutes=5)
"""So far clocks may be apart: an order that changed so shortly before it was read is read again."""
LATE_RETURNS = timedelta(days=45)
"""Returns that are told so late are still seen to be returns."""


def plan_site(work: Work, site: str) -> None:
    """Write a site's candidates, and what need not be looked at. Raises SiteFailed."""
    snapshot = snapshot_of(work, site)
    try:
        planned = _SitePlan(work, site, snapshot)
        planned.write()
    except NotFound as missing:
        raise SiteFailed(
            f"{missing}. Send a new whole count, sync the products, then push the stock again"
        ) from None
    except (Unsorted, Unreadable, ValueError) as wrong:
        raise SiteFailed(f"{wrong}. Send a new whole count, sync the products, then push again") from None
    work.plan = work.plan.but(
        snapshots=work.plan.snapshots | {site: snapshot},
        parts=work.plan.parts | {site: planned.parts},
        unmoved=work.plan.unmoved | {site: planned.unmoved},
    )


def snapshot_of(work: Work, site: str) -> Snapshot:
    """The count that counts. Raises SiteFailed where there is none, or none that is fresh enough."""
    kept = work.hub.ledger.state(work.warehouse).snapshots.get(site)
    if not kept:
        raise SiteFailed("there is no whole count (snapshot) of it yet; have the warehouse send one")
    snapshot = Snapshot.model_validate_json(kept)
    oldest = work.hub.clock.now() - timedelta(hours=work.settings.oldest_snapshot_hours)
    if snapshot.taken_at < oldest:
        raise SiteFailed(
            f"its count {snapshot.snapshot_id} was taken at {iso(snapshot.taken_at)}, more than"
            f" {work.settings.oldest_snapshot_hours} hours ago; have the warehouse send a new one"
        )
    if work.hub.files.size(snapshot.key) is None:
        raise SiteFailed(
            f"its count {snapshot.snapshot_id} is not kept any more; have the warehouse send a new one"
        )
    return snapshot


def adjustments(work: Work, snapshot: Snapshot) -> Iterator[Adjustment]:
    """Since its count; returns that a store has counted are looked for among older ones too."""
    after = snapshot.taken_at - (LATE_RETURNS if work.store_restocks else timedelta(0))
    return work.hub.ledger.adjustments(work.warehouse, snapshot.site, after)


@dataclass(slots=True)
class _Item:
    """All that is known of an item."""

    item: str
    on_hand: int | None = None
    moved: int = 0
    returned: list[tuple[str, str, int]] = field(default_factory=list)
    sold: dict[str, list[Sold]] = field(default_factory=dict)
    last: dict[int, Last] = field(default_factory=dict)


class _SitePlan:
    def __init__(self, work: Work, site: str, snapshot: Snapshot) -> None:
        self.work, self.site, self.snapshot = work, site, snapshot
        self.places = work.places_of(site)
        self.stores = list(dict.fromkeys(work.places[number].store for number in self.places))
        self.lines = work.lines(fresh=True)
        self.in_kits = {part for parts in work.kits.values() for part in parts} | work.kits.keys()
        self.kits: list[Candidate] = []
        self.candidates: list[Candidate] = []
        self.left: list[Row] = []
        self.parts = self.lefts = self.rows = self.unmoved = 0

    def write(self) -> None:
        """All of it; ``parts``: in how many files the candidates are."""
        for one in self._items():
            self._look_at(one)
            if len(self.candidates) >= PART:
                self._put_candidates()
            if len(self.left) >= PART:
                self._put_left()
        self._put_candidates()
        self._put_left()
        if self.rows != self.snapshot.rows:
            raise Unreadable(
                f"its count {self.snapshot.snapshot_id} is not whole: {self.rows} of {self.snapshot.rows} rows"
            )
        if self.kits:
            self.work.put_candidates(self.work.kits_name(self.site), self.kits)

    def _put_candidates(self) -> None:
        if self.candidates:
            name = f"part-{self.work.number(self.site)}-{self.parts:05d}.jsonl.gz"
            self.work.put_candidates(name, self.candidates)
            self.parts, self.candidates = self.parts + 1, []

    def _put_left(self) -> None:
        if self.left:
            self.work.put_rows(f"left-{self.work.number(self.site)}-{self.lefts:05d}.csv.gz", self.left)
            self.lefts, self.left = self.lefts + 1, []

    # side by side

    def _items(self) -> Iterator[_Item]:
        streams: list[Iterator[tuple[str, int, Any]]] = [
            ((item, 0, on_hand) for item, on_hand in self._counted()),
            ((one.item, 1, one) for one in adjustments(self.work, self.snapshot)),
        ]
        streams += [self._catalogue(store, 2 + number) for number, store in enumerate(self.stores)]
        first = 2 + len(self.stores)
        streams += [self._pushed(number, first + at) for at, number in enumerate(self.places)]
        merged = heapq.merge(*streams, key=lambda one: (one[0], one[1]))
        for item, group in groupby(merged, key=lambda one: one[0]):
            found = _Item(item)
            for _, kind, value in group:
                self._note(found, kind, value, first)
            yield found

    def _note(self, found: _Item, kind: int, value: Any, first: int) -> None:
        if kind == 0:
            found.on_hand = value
        elif kind == 1:
            self._note_adjustment(found, value)
        elif kind < first:
            found.sold.setdefault(self.stores[kind - 2], []).append(value)
        else:
            found.last[self.places[kind - first]] = value

    def _note_adjustment(self, found: _Item, one: Adjustment) -> None:
        if self.work.store_restocks and one.reason is Reason.RETURN:
            if one.occurred_at <= self.snapshot.taken_at:
                found.returned.append((iso(one.occurred_at), iso(one.received_at or one.occurred_at), one.delta))
        elif one.occurred_at > self.snapshot.taken_at:
            found.moved += one.delta

    def _counted(self) -> Iterator[tuple[str, int]]:
        before = None
        for item, on_hand in read_levels(self.work.hub.files.lines(self.snapshot.key)):
            if item == before:
                raise Unreadable(f"its count {self.snapshot.snapshot_id} has {item} twice")
            before = item
            self.rows += 1
            yield item, on_hand

    def _catalogue(self, store: str, kind: int) -> Iterator[tuple[str, int, Sold]]:
        self.work.store(store)
        for one in read_catalogue(self.work.hub.files.lines(catalogue_key(self.work.warehouse, store))):
            yield one.item, kind, one

    def _pushed(self, number: int, kind: int) -> Iterator[tuple[str, int, Last]]:
        """Not what an earlier connection of the same name has left: others may have written since."""
        place, since = self.work.places[number], iso(self.work.connection.created_at)
        key = pushed_key(self.work.warehouse, self.site, place.store, place.place_id)
        if self.work.hub.files.size(key) is not None:
            for one in read_pushed(self.work.hub.files.lines(key)):
                if one.read_at >= since:
                    yield one.item, kind, one

    # what is to be done about each

    def _look_at(self, one: _Item) -> None:
        if not self._wanted(one.item):
            return
        kit = one.item in self.work.kits
        if not kit and one.on_hand is None and one.sold and self.work.settings.missing_means_zero:
            one.on_hand = 0
        stock = self._stock(one)
        counted = None if kit or one.on_hand is None else one.on_hand + one.moved
        candidate = Candidate(
            item=one.item,
            counted=counted,
            adjusted=one.moved,
            stock=stock,
            last={number: last for number, last in one.last.items() if number in stock},
            returned=tuple(one.returned),
            sellers=tuple(one.sold),
        )
        if one.item in self.in_kits:
            self.kits.append(candidate)
        if counted is None and not kit:
            self._leave(one.item, MISSING, list(one.sold))
        elif not one.sold:
            self._leave(one.item, NOT_SOLD, [""])
        elif stock and (self.work.run.full or one.item in self.in_kits or self._moved(candidate)):
            self.candidates.append(candidate)
        else:
            self.unmoved += len(stock)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return re.compile(translate(self.work.settings.only_items)) if self.work.settings.only_items else None

    def _wanted(self, item: str) -> bool:
        return self._pattern is None or bool(self._pattern.match(item))

    def _stock(self, one: _Item) -> dict[int, str]:
        """Number of the place -> what to write to; what cannot be written is reported."""
        found: dict[int, str] = {}
        for store, sold in one.sold.items():
            reason = _unwritable(one.item, sold)
            if reason:
                self._leave(one.item, reason, [store])
                continue
            found |= {n: sold[0].stock_id for n in self.places if self.work.places[n].store == store}
        return found

    def _leave(self, item: str, reason: str, stores: list[str]) -> None:
        """Reported with everything, at the end of each day; not every few minutes."""
        if self.work.run.full:
            row = Row(item=item, site=self.site, result=SKIPPED, reason=reason)
            self.left += [replace(row, store=store) for store in stores]

    def _moved(self, one: Candidate) -> bool:
        """Whether anything is known to have moved since the item's places were last made to show what they do."""
        if one.item in self.work.held_back:
            return True
        lines = self.lines.at(self.site, one.item)
        taken = taken_of(lines, self.snapshot.taken_at)
        changed = max((order.order.changed_at for order in lines), default=None)
        return any(
            last is None
            or last.again
            or last.counted != one.counted
            or any(last.taken.get(name, 0) != count for name, count in taken.items())
            or (changed is not None and iso(changed + OVERLAP) > last.read_at)
            for last in (one.last.get(number) for number in one.stock)
        ) or any(returned[1] > last.read_at for returned in one.returned for last in one.last.values())


def _unwritable(item: str, sold: list[Sold]) -> str:
    """Why what a store sells by that number cannot be written to; empty when it can."""
    if not item:
        return NO_ITEM
    if len({one.stock_id for one in sold}) > 1:
        return DUPLICATE
    if sold[0].bundle:
        return BUNDLE
    return "" if sold[0].tracked else UNTRACKED
