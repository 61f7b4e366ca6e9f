"""What is on order of an item, from the orders at the warehouse and what their stores say of them. Pure.

One line of a store's order is usually one line at the warehouse. Where it was cut in two (two sites, or a part that
was sent later, or again after a no), what the store says of it is shared out among them: no piece counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from platen.domain.stock import OnOrder
from platen.domain.warehouse import WarehouseLine, WarehouseOrder

type LineKey = tuple[str, str, str]
"""(store, the store's order id, the store's line id)"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a store says of a line."""

    open: int
    fulfilled: int
    open_at: Mapping[str, int] = field(default_factory=dict)
    """Place id -> what of ``open`` is counted there."""


NOTHING_SAID = Said(open=0, fulfilled=0)
"""Of a line that its store does not know (any more)."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """One line of an order at the warehouse."""

    order: WarehouseOrder
    line: WarehouseLine

    @property
    def key(self) -> LineKey:
        return self.order.store, self.order.store_order_id, self.line.line_id

    @property
    def name(self) -> str:
        return f"{self.order.number}/{self.line.number}"

    @property
    def will_take(self) -> int:
        """What the warehouse will have taken for it in the end."""
        return self.line.taken_in_all if self.order.done_with else max(self.line.wanted, self.line.taken_in_all)


def lines_of(order: WarehouseOrder) -> list[Ordered]:
    return [Ordered(order, line) for line in order.lines]


class Lines:
    """The lines that may matter to stock, found by item and by what they are of."""

    def __init__(self, orders: Iterable[WarehouseOrder]) -> None:
        self._of_item: dict[str, list[Ordered]] = {}
        self._of_key: dict[LineKey, list[Ordered]] = {}
        for order in orders:
            for line in order.lines:
                one = Ordered(order, line)
                self._of_item.setdefault(line.item, []).append(one)
                self._of_key.setdefault(one.key, []).append(one)

    def at(self, site: str, item: str) -> list[Ordered]:
        return [one for one in self._of_item.get(item, []) if one.order.site == site]

    def on_order(
        self, site: str, item: str, said: Mapping[LineKey, Said], counted_at: datetime, places: Mapping[str, str]
    ) -> Iterator[OnOrder]:
        """``places``: store -> the place of it that the site feeds."""
        for one in self.at(site, item):
            place = places.get(one.order.store, "")
            share = self._share(one, said.get(one.key, NOTHING_SAID), place)
            yield OnOrder(
                item=item,
                store=one.order.store,
                taken=one.line.taken_by(counted_at),
                will_take=one.will_take,
                fulfilled=share.fulfilled,
                open=share.open,
                open_here=share.open_at.get(place, 0),
                gone=one.line.taken_in_all,
            )

    def _share(self, one: Ordered, said: Said, place: str) -> Said:
        """The part of what the store says that falls to one of the lines it is of."""
        group = self._of_key[one.key]
        if len(group) == 1:
            return said
        at = group.index(one)
        fulfilled = _shared_out(
            said.fulfilled,
            [[each.line.taken_in_all for each in group], [each.will_take for each in group]],
        )
        still = [max(0, each.line.wanted - done) for each, done in zip(group, fulfilled, strict=True)]
        live = [0 if each.order.done_with else count for each, count in zip(group, still, strict=True)]
        opened = _shared_out(said.open, [live, still])
        here = [
            count if each.order.site == one.order.site else 0 for each, count in zip(group, opened, strict=True)
        ]
        mine = next(number for number, each in enumerate(group) if each.order.site == one.order.site)
        open_here = _shared_out(said.open_at.get(place, 0), [here], rest=mine)
        return Said(open=opened[at], fulfilled=fulfilled[at], open_at={place: open_here[at]})


def _shared_out(count: int, caps: Sequence[Sequence[int]], rest: int = 0) -> list[int]:
    """Fill each up to its first cap, then each to its next; what is left goes to the one at ``rest``.

    >>> _shared_out(6, [[1, 1], [3, 9]])
    [3, 3]
    """
    found = [0] * len(caps[0])
    for round_ in caps:
        for at, cap in enumerate(round_):
            more = min(count, max(0, cap - found[at]))
            found[at] += more
            count -= more
    found[rest] += count
    return found


# what was off the count, to be remembered

type Taken = Mapping[str, int]
"""Name of a line -> how many were off the count; those of which none was are not in it."""


def taken_of(lines: Iterable[Ordered], counted_at: datetime) -> dict[str, int]:
    return {one.name: one.line.taken_by(counted_at) for one in sorted(lines, key=lambda one: one.name)}


def taken_for_orders(
    lines: Iterable[Ordered], counted_at: datetime, needed: Mapping[LineKey, int]
) -> dict[str, int]:
    """The same without what was picked and then cancelled: nothing of the store's own goes down for that.

    ``needed``: what the store has open or fulfilled of a line.
    """
    left = dict(needed)
    found = {}
    for one in sorted(lines, key=lambda one: one.name):
        found[one.name] = min(one.line.taken_by(counted_at), left.get(one.key, 0))
        left[one.key] = left.get(one.key, 0) - found[one.name]
    return found


def taken_since(then: Taken, now: Taken) -> int:
    """How many more are off the count. Lines that are not looked at any more were off it in full before."""
    return sum(count - then.get(name, 0) for name, count in now.items())
