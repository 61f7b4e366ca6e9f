"""How many there are of what, and where: the shop's counts, and what an order's life does to them.

    on_hand = available + committed + reserved + damaged + safety_stock + quality_control

    placed            available ─n─▶ committed
    fulfilled                        committed ─n─▶ gone (and so off on_hand)
    taken off, restocked   available ◀─n─ committed
    taken off, not restocked         committed ─n─▶ gone
    fulfilment cancelled             committed ◀─n─ back
    returned, restocked    available ◀─n─ back

Only what was once committed is ever moved back: an order for something that is not in the catalogue, not tracked or
not stocked where it is sent from moves nothing, and neither does what happens to it later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twins.shopify.catalogue import Catalogue, InventoryItem
from twins.shopify.model import FulfilledLine, FulfillmentOrder, FulfillmentOrderLine, Location, gid

KEPT = ("available", "committed", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
NAMES = tuple(sorted((*KEPT, "on_hand")))
_NOT_ON_HAND = ("incoming",)


@dataclass(eq=False)
class InventoryLevel:
    """What there is of one item at one location. An inactive one keeps its counts, but is not sold from."""

    number: int
    """The same for all items at a location: only with the item's id it names the level."""
    item: InventoryItem
    location: Location
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KEPT, 0))
    changed: dict[str, datetime] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return gid("InventoryLevel", self.number) + f"?inventory_item_id={self.item.id}"

    def quantity(self, name: str) -> int:
        if name == "on_hand":
            return sum(count for kept, count in self.counts.items() if kept not in _NOT_ON_HAND)
        return self.counts[name]


@dataclass(frozen=True)
class Row:
    """One row of an inventory write, as it was asked for."""

    item_id: int
    location_id: int
    quantity: int
    """The new count; for adjustments: what is added."""
    expected: int | None


@dataclass
class InventoryWrite:
    """One call that wanted to change stock, whatever became of it."""

    at: datetime
    call: str
    key: str
    name: str
    reason: str
    reference: str | None
    rows: list[Row]
    result: str = "done"
    """``done``, ``repeated`` (the key was known: nothing was done again), or the code of the first refusal."""


@dataclass
class Stock:
    catalogue: Catalogue
    moment: Callable[[], datetime]
    new_id: Callable[[], int]
    on_change: Callable[[InventoryLevel], None]
    by_item: dict[int, dict[int, InventoryLevel]] = field(default_factory=dict)
    """Item id -> location id -> what is there."""
    writes: list[InventoryWrite] = field(default_factory=list)
    """Every inventory write that came in by the API, refused and repeated ones too."""
    before_next: list[Callable[[], object]] = field(default_factory=list)
    """What happens just before the next write is looked at: one for each write."""
    null_group_when_unchanged: bool = False
    """A write that changes nothing: whether its group is null, or there without changes, is not known."""
    _numbers: dict[int, int] = field(default_factory=dict)

    def level(self, item_id: int | None, location: Location) -> InventoryLevel | None:
        return self.by_item.get(item_id or 0, {}).get(location.id)

    @property
    def levels(self) -> list[InventoryLevel]:
        return [level for places in self.by_item.values() for level in places.values()]

    def levels_of(self, item: InventoryItem) -> list[InventoryLevel]:
        return list(self.by_item.get(item.id, {}).values())

    def open_level(self, item: InventoryItem, location: Location, *, active: bool = True) -> InventoryLevel:
        """The level there; where there is none, a new one with nothing in it."""
        known = self.level(item.id, location)
        if known is None:
            moment = self.moment()
            number = self._numbers.setdefault(location.id, self.new_id())
            known = InventoryLevel(number, item, location, moment, moment, active)
            self.by_item.setdefault(item.id, {})[location.id] = known
        return known

    def available(self, item: InventoryItem) -> int:
        """What the shop shows as in stock: of all places where it is stocked. 0 for what is not tracked."""
        if not item.tracked:
            return 0
        return sum(level.counts["available"] for level in self.levels_of(item) if level.is_active)

    def add(self, level: InventoryLevel, **changes: int) -> None:
        """Add to counts by name; what changes is told once."""
        moment = self.moment()
        told = {name: delta for name, delta in changes.items() if delta}
        for name, delta in told.items():
            level.counts[name] += delta
            level.changed[name] = moment
        if told:
            level.updated_at = moment
            self.on_change(level)

    # what an order's life does

    def commit(self, one: FulfillmentOrder, line: FulfillmentOrderLine, count: int) -> None:
        """The buyer has them, the shop still holds them."""
        item = self.catalogue.items.get(line.line.item_id or 0)
        level = self.level(line.line.item_id, one.location)
        if item and item.tracked and level:
            line.committed += count
            self.add(level, available=-count, committed=count)

    def take_off(self, one: FulfillmentOrder, line: FulfillmentOrderLine, count: int, *, restock: bool) -> None:
        """The buyer does not want them any more."""
        moved = self._uncommit(line, count)
        level = self.level(line.line.item_id, one.location)
        if level:
            self.add(level, committed=-moved, available=moved if restock else 0)

    def ship(self, one: FulfillmentOrder, line: FulfillmentOrderLine, count: int) -> int:
        """They left. Gives how many of them were counted."""
        moved = self._uncommit(line, count)
        level = self.level(line.line.item_id, one.location)
        if level:
            self.add(level, committed=-moved)
        return moved

    def unship(self, one: FulfillmentOrder, parcel: Iterable[FulfilledLine]) -> None:
        """They did not leave after all: the new fulfillment order holds them."""
        counted = {each.line.id: each.counted for each in parcel}
        for line in one.lines:
            level = self.level(line.line.item_id, one.location)
            if level:
                line.committed = counted.get(line.line.id, 0)
                self.add(level, committed=line.committed)

    def take_back(self, line: Any, location: Location, count: int) -> None:
        """They came back, and can be sold again."""
        item = self.catalogue.items.get(line.item_id or 0)
        level = self.level(line.item_id, location)
        if item and item.tracked and level:
            self.add(level, available=count)

    def _uncommit(self, line: FulfillmentOrderLine, count: int) -> int:
        moved = min(count, line.committed)
        line.committed -= moved
        return moved
