"""A store that counts, in memory: states that add up, buyers who go on buying, compare-and-set, keys that are known
again. ``before_write`` runs just before the next write is carried out: what happens there, no reader could see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from platen.domain.verdicts import Unclear
from platen.ports import (
    REFUSED,
    STALE,
    UNCLEAR,
    WRITTEN,
    Export,
    Level,
    Outcome,
    Place,
    Standing,
    Variant,
    VariantPage,
    Write,
)
from tests.fakes.switch import Switch, Switched, aside


@dataclass
class Shelf:
    """One item at one place."""

    available: int = 0
    committed: int = 0
    reserved: int = 0
    """Reserved for a draft, damaged, ..."""
    tracked: bool = True
    bundle: bool = False
    stocked: bool = True

    @property
    def on_hand(self) -> int:
        return self.available + self.committed + self.reserved


@dataclass
class Sale:
    """A line of an order; as many of it as are open are committed."""

    stock_id: str
    place_id: str
    open: int
    fulfilled: int = 0


@dataclass
class Call:
    """What was written by one call."""

    place_id: str
    name: str
    writes: tuple[Write, ...]
    key: str
    outcomes: list[Outcome] = field(default_factory=list)


class FakeStockedStore(Switched, port="stock"):
    def __init__(self, switch: Switch | None = None, *, page_size: int = 250) -> None:
        super().__init__(switch)
        self.page_size = page_size
        self.shelves: dict[tuple[str, str], Shelf] = {}
        """(place id, stock id)"""
        self.sales: dict[tuple[str, str], Sale] = {}
        """(order id, line id)"""
        self.calls: list[Call] = []
        self.reads = 0
        self.before_write: list[Callable[[], None]] = []
        self.unstockable: set[str] = set()
        self.too_busy_for: set[str] = set()
        """The next time, nobody can tell whether these were stocked; they were not."""
        self.watch: Callable[[Write], None] = lambda _: None
        """Looks at the store right after each row that was written."""
        self._answers: dict[str, tuple[object, list[Outcome]]] = {}

    # the port

    def places(self) -> list[Place]:
        return [Place(place_id=one, name=one) for one in sorted({place for place, _ in self.shelves})]

    def variants(self, changed_since: datetime | None, page: str = "") -> VariantPage:
        return VariantPage(items=())

    def begin_export(self) -> Export:
        return Export(export_id="1", done=True)

    def export(self, export_id: str) -> Export:
        return Export(export_id=export_id, done=True)

    def read_export(self, export_id: str) -> Iterator[Variant]:
        return iter(())

    def levels(self, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:
        assert 0 < len(stock_ids) <= self.page_size
        self.reads += 1
        found = {one: self.shelves.get((place_id, one)) for one in stock_ids}
        return {
            one: Level(
                stock_id=one,
                available=shelf.available,
                on_hand=shelf.on_hand,
                committed=shelf.committed,
                tracked=shelf.tracked,
                bundle=shelf.bundle,
                stocked=shelf.stocked,
            )
            for one, shelf in found.items()
            if shelf
        }

    def standings(self, store_order_ids: Sequence[str]) -> dict[tuple[str, str], Standing]:
        assert 0 < len(store_order_ids) <= self.page_size
        wanted = set(store_order_ids)
        return {
            key: Standing(
                open=sale.open,
                fulfilled=sale.fulfilled,
                open_at={sale.place_id: sale.open} if sale.open else {},
                fulfilled_at={sale.place_id: sale.fulfilled} if sale.fulfilled else {},
            )
            for key, sale in self.sales.items()
            if key[0] in wanted
        }

    def set_levels(
        self, place_id: str, name: str, writes: Sequence[Write], *, key: str, reference: str
    ) -> list[Outcome]:
        assert name in ("available", "on_hand")
        return self._write(place_id, name, writes, key)

    def adjust_levels(self, place_id: str, writes: Sequence[Write], *, key: str, reference: str) -> list[Outcome]:
        return self._write(place_id, "change", writes, key)

    def stock_at(self, place_id: str, stock_ids: Sequence[str], *, key: str) -> list[Outcome]:
        busy, self.too_busy_for = self.too_busy_for, set()
        for one in set(stock_ids) - self.unstockable - busy:
            self.shelves[place_id, one].stocked = True
        return [
            Outcome(one, REFUSED, code="NOT_HERE", words="not at this location")
            if one in self.unstockable
            else Outcome(one, UNCLEAR if one in busy else WRITTEN)
            for one in stock_ids
        ]

    def _write(self, place_id: str, name: str, writes: Sequence[Write], key: str) -> list[Outcome]:
        assert 0 < len(writes) <= self.page_size
        asked = (place_id, name, tuple(writes))
        if key in self._answers:
            known, outcomes = self._answers[key]
            assert known == asked, "a key stands for one request only"
            return outcomes
        hooks, self.before_write = self.before_write, []
        for hook in hooks:
            hook()
        outcomes = [self._write_one(place_id, name, one) for one in writes]
        self._answers[key] = asked, outcomes
        self.calls.append(Call(place_id, name, tuple(writes), key, outcomes))
        return outcomes

    def _write_one(self, place_id: str, name: str, write: Write) -> Outcome:
        shelf = self.shelves.get((place_id, write.stock_id))
        if shelf is None or not shelf.stocked:
            return Outcome(write.stock_id, REFUSED, code="NOT_STOCKED", words="not stocked here")
        if shelf.bundle:
            return Outcome(write.stock_id, REFUSED, code="BUNDLE", words="a bundle cannot be adjusted")
        now = shelf.on_hand if name == "on_hand" else shelf.available
        if write.expected is not None and write.expected != now:
            return Outcome(write.stock_id, STALE)
        match name:
            case "on_hand":
                shelf.available = write.quantity - shelf.committed - shelf.reserved
            case "available":
                shelf.available = write.quantity
            case _:
                shelf.available += write.quantity
        self.watch(write)
        return Outcome(write.stock_id, WRITTEN)

    # a test's own hand

    @aside
    def has(self, stock_id: str, on_hand: int, place_id: str = "main", **changes: bool) -> Shelf:
        shelf = self.shelves[place_id, stock_id] = Shelf(available=on_hand, **changes)
        return shelf

    @aside
    def shelf(self, stock_id: str, place_id: str = "main") -> Shelf:
        return self.shelves[place_id, stock_id]

    @aside
    def sells(self, order_id: str, stock_id: str, count: int, place_id: str = "main", line_id: str = "1") -> None:
        shelf = self.shelves[place_id, stock_id]
        shelf.available -= count
        shelf.committed += count
        self.sales[order_id, line_id] = Sale(stock_id, place_id, count)

    @aside
    def fulfils(self, order_id: str, count: int, line_id: str = "1") -> None:
        sale = self.sales[order_id, line_id]
        assert count <= sale.open
        sale.open -= count
        sale.fulfilled += count
        self.shelves[sale.place_id, sale.stock_id].committed -= count

    @aside
    def cancels(self, order_id: str, count: int | None = None, line_id: str = "1", *, restock: bool = True) -> int:
        """Of what is still open; gives how many."""
        sale = self.sales[order_id, line_id]
        count = sale.open if count is None else min(count, sale.open)
        shelf = self.shelves[sale.place_id, sale.stock_id]
        sale.open -= count
        shelf.committed -= count
        shelf.available += count if restock else 0
        return count

    @aside
    def restocks(self, order_id: str, count: int, line_id: str = "1") -> None:
        """A refund of what was fulfilled, by which the store counts it as back."""
        sale = self.sales[order_id, line_id]
        self.shelves[sale.place_id, sale.stock_id].available += count

    @aside
    def moved(self, stock_id: str, count: int, place_id: str = "main") -> None:
        """By somebody else who writes there."""
        self.shelves[place_id, stock_id].available += count

    @aside
    def loses_answer(self, call: str = "set_levels", *, done: bool = True, times: int = 1) -> None:
        rule = self.switch.after if done else self.switch.before
        rule(f"stock.{call}", Unclear("no answer came"), times=times)
