"""What a push is about: what has to be looked at (candidates), and what came of it (rows of the report)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from platen.domain.stock_lines import Taken
from platen.usecases.stock.tables import fields_of, in_order, line_of

EQUAL, DIFFERS, SET, NOTED = "equal", "differs", "set", "noted"
"""``noted``: where changes are sent, the count that later ones are reckoned from."""
SKIPPED, STALE, FAILED, UNCONFIRMED = "skipped", "stale", "failed", "unconfirmed"
SETTLED = frozenset({EQUAL, SET, NOTED, UNCONFIRMED})
"""What was shown, or was sent and is never sent again: later runs go on from there."""

MISSING, NOT_SOLD, DUPLICATE = "missing from the count", "in no store", "several in the store have this number"
NO_ITEM, UNTRACKED, BUNDLE = "without what makes the item number", "not tracked by the store", "a bundle"


@dataclass(frozen=True, slots=True)
class Last:
    """What a place was last made to show of an item."""

    item: str
    counted: int
    """W then."""
    counted_at: str
    """When it was counted: t0."""
    read_at: str
    """What was told by then is within W, and in ``taken``."""
    written: int | None
    drift_runs: int = 0
    again: bool = False
    """It came to no good end: to be looked at again, whatever changed."""
    taken: Taken = field(default_factory=dict)
    """What was off W then, line by line."""

    def line(self) -> str:
        taken = write_taken(self.taken)
        written = "" if self.written is None else self.written
        again = int(self.again)
        return line_of(
            [self.item, self.counted, self.counted_at, self.read_at, written, self.drift_runs, again, taken]
        )


def read_pushed(lines: Iterable[str]) -> Iterator[Last]:
    """Raises Unsorted and Unreadable."""
    name = "the list of what was pushed"
    for row in in_order(fields_of(lines, 8, name), name):
        item, counted, counted_at, read_at, written, drift, again, taken = row
        yield Last(
            item=item,
            counted=int(counted),
            counted_at=counted_at,
            read_at=read_at,
            written=int(written) if written else None,
            drift_runs=int(drift),
            again=again == "1",
            taken=read_taken(taken),
        )


def write_taken(taken: Taken) -> str:
    return " ".join(f"{name}={count}" for name, count in taken.items() if count)


def read_taken(text: str) -> dict[str, int]:
    if not text:
        return {}
    return {line: int(count) for line, _, count in (one.rpartition("=") for one in text.split())}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of a site that has to be looked at."""

    item: str
    counted: int | None
    """W: counted, and moved since without an order. None: a kit, which is made of others."""
    adjusted: int
    """What of W moved since the count."""
    stock: dict[int, str]
    """Number of the place -> the store's id to count it by."""
    last: dict[int, Last]
    """Number of the place -> what it was last made to show."""
    returned: tuple[tuple[str, str, int], ...] = ()
    """(occurred, received, pieces) of returns within the count that the store counts by itself."""
    sellers: tuple[str, ...] = ()
    """The stores that sell it, by that number; not all of them can be written to."""

    def line(self) -> str:
        last = {at: [one.line()] for at, one in self.last.items()}
        return json.dumps([self.item, self.counted, self.adjusted, self.stock, last, self.returned, self.sellers])

    @classmethod
    def read(cls, line: str) -> Candidate:
        item, counted, adjusted, stock, last, returned, sellers = json.loads(line)
        return cls(
            item=item,
            counted=counted,
            adjusted=adjusted,
            stock={int(at): one for at, one in stock.items()},
            last={int(at): next(read_pushed(one)) for at, one in last.items()},
            returned=tuple((occurred, received, count) for occurred, received, count in returned),
            sellers=tuple(sellers),
        )


@dataclass(slots=True)
class Row:
    """One item at one place: a line of the report."""

    item: str
    site: str
    store: str = ""
    location: str = ""
    result: str = DIFFERS
    reason: str = ""
    counted: int | None = None
    """W, with what moved since the count."""
    adjusted: int = 0
    snapshot: str = ""
    taken_at: str = ""
    on_order: int = 0
    """Q: on order, and still within W."""
    picked_not_fulfilled: int = 0
    """P."""
    fulfilled_after: int = 0
    """F."""
    unheard: int = 0
    """Sold, and not at the warehouse yet."""
    reserved: int = 0
    """Kept back by its stores themselves: for drafts of orders, as damaged, as their own safety stock."""
    safety: int = 0
    for_others: int = 0
    """Not shown here, since other stores have a share of it."""
    what: str = ""
    """``on_hand``, ``available``, or ``change``."""
    expected: int | None = None
    clamped: bool = False
    on_hand: int | None = None
    available: int | None = None
    committed: int | None = None
    pushed: int | None = None
    stocked: bool = True
    """Whether the item is stocked at that place at all."""
    tries: int = 0
    """How often it had to be read again, since it moved meanwhile."""
    drift: int = 0
    drift_runs: int = 0
    read_at: str = ""
    stock_id: str = ""
    taken: str = ""

    @property
    def now(self) -> int:
        """What the store shows of what is written to it."""
        return (self.on_hand if self.what == "on_hand" else self.available) or 0

    @property
    def change(self) -> int:
        """By how much it is to change, with its sign."""
        if self.expected is None:
            return 0
        return self.expected if self.what == "change" else self.expected - self.now

    def line(self) -> str:
        values = list(_VALUES(self))
        for at in _FLAGS:
            values[at] = int(values[at])
        return line_of(values)

    def as_last(self, before: Last | None) -> Last | None:
        """What is to be remembered of it; None: nothing."""
        if self.result not in SETTLED and (self.what == "change" or (before and self.result in (STALE, FAILED))):
            # Nothing was shown: where changes are sent from now on, this one is still among them.
            return before and replace(before, again=True)
        if self.result not in SETTLED and before is None and self.counted is None:
            return None
        return Last(
            item=self.item,
            counted=self.counted or 0,
            counted_at=self.taken_at,
            read_at=self.read_at,
            written=self.expected if self.result in SETTLED else (before.written if before else None),
            drift_runs=self.drift_runs,
            again=self.result in (STALE, FAILED),
            taken=read_taken(self.taken),
        )


COLUMNS = tuple(one.name for one in fields(Row))
_NUMBERS = tuple((at, one.default) for at, one in enumerate(fields(Row)) if str(one.type).startswith("int"))
_FLAGS = tuple(at for at, one in enumerate(fields(Row)) if one.type == "bool")
_VALUES = attrgetter(*COLUMNS)


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    for values in fields_of(lines, len(COLUMNS), "a part of the report"):
        given: list[Any] = [*values]
        for at, default in _NUMBERS:
            given[at] = int(given[at]) if given[at] else default
        for at in _FLAGS:
            given[at] = given[at] == "1"
        yield Row(*given)
