"""What each place should show of some items, and what it shows: read so that both are of one moment.

::

    levels ──▶ orders at the warehouse ──▶ what their stores say of them ──▶ levels again
       ▲                                                                       │ moved between (at most three times)
       └───────────────────────────────────────────────────────────────────────┘

An order that was fulfilled before the levels were read was at the warehouse before: reading in this order, it is
seen. One that comes later moves the levels, and what is written is written only over what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from platen.domain.model import iso
from platen.domain.stock import OnOrder, Safety, StockMode, available, kit, on_hand, shared_out, shown, unheard
from platen.domain.stock_lines import LineKey, Lines, Ordered, taken_for_orders, taken_of, taken_since
from platen.domain.verdicts import Denied, Refused
from platen.ports import Level
from platen.usecases.stock.rows import (
    BUNDLE,
    DIFFERS,
    EQUAL,
    NOTED,
    SKIPPED,
    STALE,
    UNTRACKED,
    Candidate,
    Row,
    write_taken,
)
from platen.usecases.stock.standing import said_of
from platen.usecases.stock.work import SiteFailed, Work, in_batches

ROUNDS = 3
_WHAT = {
    StockMode.SET_ON_HAND: "on_hand",
    StockMode.SET_AVAILABLE: "available",
    StockMode.SEND_CHANGES: "change",
}
MOVES = "it was sold or moved again and again while it was read; the next run looks again"


def reckon(work: Work, site: str, batch: Sequence[Candidate], *, fresh: bool = False) -> list[Row]:
    """A row for each item and place, in the order of the batch; ``fresh``: with the orders as they are now.

    Raises SiteFailed where a store will not be read, and the verdicts that pass by themselves.
    """
    try:
        return _Reckoning(work, site, batch, fresh=fresh).rows()
    except (Denied, Refused) as no:
        raise SiteFailed(f"a store cannot be read: {no.words}") from None


@dataclass(slots=True)
class _Seen:
    """Of an item: what its stores show, and what is on order."""

    levels: dict[int, Level] = field(default_factory=dict)
    on_order: list[OnOrder] = field(default_factory=list)
    unheard: int = 0
    reserved: int = 0

    def moved_from(self, before: Mapping[int, Level]) -> bool:
        return any(
            (one.on_hand, one.available, one.committed)
            != ((was.on_hand, was.available, was.committed) if (was := before.get(number)) else None)
            for number, one in self.levels.items()
        )


class _Reckoning:
    def __init__(self, work: Work, site: str, batch: Sequence[Candidate], *, fresh: bool) -> None:
        self.work, self.site, self.batch, self.fresh = work, site, batch, fresh
        self.snapshot = work.plan.snapshots[site]
        self.numbers = work.places_of(site)
        self.places = {work.places[number].store: work.places[number].place_id for number in self.numbers}
        self.items = {one.item: one for one in work.kit_items(site)} | {one.item: one for one in batch}
        self.seen: dict[str, _Seen] = {item: _Seen() for item in self._needed()}
        self.lines = Lines([])
        self.needed: dict[LineKey, int] = {}
        self.shares = work.settings.shares_at(site)
        self.restless: set[str] = set()

    def rows(self) -> list[Row]:
        self._read()
        return [self._row(one, number) for one in self.batch for number in sorted(one.stock)]

    # reading

    def _needed(self) -> list[str]:
        items = [one.item for one in self.batch]
        if not self.work.kits:
            return items
        return list(
            dict.fromkeys([*items, *(more for item in items for more in sorted(self._bound_up_with(item)))])
        )

    def _bound_up_with(self, item: str) -> set[str]:
        """The item itself, the parts it is made of, and all kits that are made of any of these."""
        parts = {item, *self.work.kits.get(item, ())}
        return parts | {made for part in parts for made in self.work.kits_of.get(part, ())}

    def _read(self) -> None:
        self._read_levels(self.seen)
        if self.work.mode is StockMode.SEND_CHANGES:
            self._read_what_changes_need()
            return
        moving = list(self.seen)
        for _ in range(ROUNDS):
            self.lines = self.work.lines(fresh=self.fresh)
            moving = [item for item in moving if self.lines.at(self.site, item)]
            if not moving:
                break
            self._read_orders(moving)
            before = {item: dict(self.seen[item].levels) for item in moving}
            self._read_levels(moving)
            moving = [item for item in moving if self.seen[item].moved_from(before[item])]
        self.restless = set(moving)
        for item in self.seen:
            committed: dict[str, int] = {}
            for number, level in self.seen[item].levels.items():
                store = self.work.places[number].store
                committed[store] = committed.get(store, 0) + level.committed
            self.seen[item].unheard = unheard(committed, self.seen[item].on_order)
            self.seen[item].reserved = sum(one.reserved for one in self.seen[item].levels.values())

    def _read_what_changes_need(self) -> None:
        self.lines = self.work.lines(fresh=self.fresh)
        ordered = [one for item in self.seen for one in self.lines.at(self.site, item)]
        if ordered and not self.work.store_restocks:
            said = said_of(self.work, ordered)
            self.needed = {key: one.open + one.fulfilled for key, one in said.items()}

    def _taken(self, item: str) -> dict[str, int]:
        """What is off the count. Goods that were picked and then cancelled are a movement where changes are sent,
        until they are back; but not where the store counts what comes back."""
        lines, counted_at = self.lines.at(self.site, item), self.snapshot.taken_at
        if self.work.mode is StockMode.SEND_CHANGES and not self.work.store_restocks:
            return taken_for_orders(lines, counted_at, self.needed)
        return taken_of(lines, counted_at)

    def _read_levels(self, items: Iterable[str]) -> None:
        for number in self.numbers:
            place = self.work.places[number]
            store = self.work.store(place.store)
            ids = {
                self.items[item].stock[number]: item
                for item in items
                if item in self.items and number in self.items[item].stock
            }
            for some in in_batches(ids, store.page_size):
                self.work.reads += 1
                found = store.levels(place.place_id, some)
                for stock_id in some:
                    self.seen[ids[stock_id]].levels.pop(number, None)
                    if stock_id in found:
                        self.seen[ids[stock_id]].levels[number] = found[stock_id]

    def _read_orders(self, items: Sequence[str]) -> None:
        ordered = [one for item in items for one in self.lines.at(self.site, item)]
        said = said_of(self.work, ordered)
        for item in items:
            self.seen[item].on_order = list(
                self.lines.on_order(self.site, item, said, self.snapshot.taken_at, self.places)
            )

    # reckoning

    def _row(self, one: Candidate, number: int) -> Row:
        place, seen = self.work.places[number], self.seen[one.item]
        row = Row(
            item=one.item,
            site=self.site,
            store=place.store,
            location=place.place_id,
            counted=one.counted,
            adjusted=one.adjusted,
            snapshot=self.snapshot.snapshot_id,
            taken_at=iso(self.snapshot.taken_at),
            stock_id=one.stock[number],
            read_at=iso(self.work.plan.at),
            on_order=sum(line.within for line in seen.on_order),
            picked_not_fulfilled=sum(
                max(0, min(line.taken, line.fulfilled + line.open) - line.fulfilled) for line in seen.on_order
            ),
            fulfilled_after=sum(max(0, min(line.fulfilled, line.will_take) - line.taken) for line in seen.on_order),
            unheard=seen.unheard,
            reserved=seen.reserved,
            what=_WHAT[self.work.mode],
        )
        taken = self._taken(one.item)
        row.taken = write_taken(taken)
        level = seen.levels.get(number)
        if level is None or level.bundle or not level.tracked:
            row.result = SKIPPED
            row.reason = (
                "the store does not know it any more" if level is None else (BUNDLE if level.bundle else UNTRACKED)
            )
            return row
        row.on_hand, row.available, row.committed = level.on_hand, level.available, level.committed
        row.stocked = level.stocked
        if self.restless & self._bound_up_with(one.item):
            row.result, row.reason = STALE, MOVES
            return row
        match self.work.mode:
            case StockMode.SET_ON_HAND:
                self._set(row, on_hand(one.counted or 0, seen.on_order, place.store))
            case StockMode.SET_AVAILABLE:
                self._available(row, one)
            case StockMode.SEND_CHANGES:
                self._change(row, one, number, taken)
        self._look_for_drift(row, one, number, level)
        return row

    def _set(self, row: Row, count: int) -> None:
        target = shown(count, negatives=self.work.settings.show_negative)
        row.expected, row.clamped = target.quantity, target.clamped
        # What a store counts where it does not stock the item is not for sale.
        unseen = not row.stocked and target.quantity > 0
        row.result = DIFFERS if row.change or unseen else EQUAL

    def _available(self, row: Row, one: Candidate) -> None:
        parts = self.work.kits.get(one.item)
        if parts is None:
            count = self._free(one.item)
        else:
            there = {part: self._free(part) for part in parts}
            missing = [part for part, found in there.items() if found is None]
            if missing:
                row.result, row.reason = SKIPPED, f"its part {missing[0]} is missing from the count"
                return
            count = kit(parts, {part: found or 0 for part, found in there.items()})
        safety: Safety = self.work.settings.safety_for_item(one.item, self.site)
        left = safety.applied_to(count or 0)
        row.safety = (count or 0) - left
        part = shared_out(left, self.shares, one.sellers)[row.store] if self.shares else left
        row.for_others = left - part
        self._set(row, part)

    def _free(self, item: str) -> int | None:
        """What is there of an item, and not sold, by itself or in kits; None: not known."""
        one = self.items.get(item)
        if one is None or one.counted is None:
            return None
        seen = self.seen[item]
        count = available(one.counted, seen.on_order, unheard=seen.unheard, reserved=seen.reserved)
        for name in self.work.kits_of.get(item, ()):
            sold = self.seen[name]
            within = sum(line.within for line in sold.on_order)
            count -= self.work.kits[name][item] * (within + sold.unheard + sold.reserved)
        return count

    def _change(self, row: Row, one: Candidate, number: int, taken: Mapping[str, int]) -> None:
        last = one.last.get(number)
        if last is None:
            row.result, row.expected = NOTED, 0
            return
        counted_at = iso(self.snapshot.taken_at)
        returned = sum(
            count
            for occurred, received, count in one.returned
            if occurred <= counted_at and (occurred > last.counted_at or received > last.read_at)
        )
        row.expected = (one.counted or 0) - last.counted + taken_since(last.taken, taken) - returned
        row.result = EQUAL if row.expected == 0 else DIFFERS

    def _look_for_drift(self, row: Row, one: Candidate, number: int, level: Level) -> None:
        """A difference that nothing known explains, counted over runs: a second writer, or a rule that is wrong."""
        last = one.last.get(number)
        if row.result is not DIFFERS or row.what == "change" or last is None or last.again:
            return
        lines: list[Ordered] = self.lines.at(self.site, one.item)
        moved = (
            last.counted != (one.counted or 0)
            or any(iso(line.order.changed_at) > last.read_at for line in lines)
            or (row.what == "available" and (row.unheard or row.reserved or self.work.kits))
            or (self.shares and len(one.last) < len(one.stock))  # a store that is new to it takes its share
            or not level.stocked
        )
        if not moved:
            row.drift, row.drift_runs = row.now - (row.expected or 0), last.drift_runs + 1
