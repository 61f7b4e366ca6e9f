"""What happens in the warehouse: orders are taken, picked, packed, shipped and closed; stock is counted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from twins import kit


class Impossible(ValueError):
    """Nobody can do that with this order."""


@dataclass
class Line:
    number: int
    item: str
    wanted: int
    picked: int = 0
    picked_at: datetime | None = None


@dataclass
class Parcel:
    number: str
    at: datetime
    carrier: str
    method: str
    tracking: str
    lines: dict[int, int]


@dataclass
class Order:
    number: str
    row: dict[str, str]
    """The first row it came with: who it is for."""
    lines: dict[int, Line]
    state: str = "open"
    """``open``, ``closed``, ``rejected`` or ``cancelled``."""
    closed_at: datetime | None = None
    parcels: list[Parcel] = field(default_factory=list)

    def shipped(self, number: int) -> int:
        return sum(parcel.lines.get(number, 0) for parcel in self.parcels)


@dataclass
class Movement:
    """Stock that moved without an order."""

    adjustment_id: str
    at: datetime
    item: str
    delta: int
    reason: str


@dataclass
class Shelves:
    """One site. ``by_pick``: what is picked is off the count at once; else when it ships, or its order is closed.

    An order number that it has seen is taken a second time, as real ones were seen to do: ``duplicates`` shows it.
    """

    now: kit.Now = kit.wall
    site: str = "MAIN"
    by_pick: bool = False
    stock: Counter[str] = field(default_factory=Counter)
    orders: list[Order] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    taken_off: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(order, line) -> how many of it are off the count."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    @property
    def duplicates(self) -> list[str]:
        seen = Counter(order.number for order in self.orders)
        return sorted(number for number, count in seen.items() if count > 1)

    def order(self, number: str) -> Order:
        """The first of that number. Raises LookupError."""
        found = next((order for order in self.orders if order.number == number), None)
        if found is None:
            raise LookupError(f"order {number}")
        return found

    def take(self, rows: Sequence[Mapping[str, str]]) -> Order:
        """An order, by its rows."""
        lines = {
            int(row["LineNumber"]): Line(int(row["LineNumber"]), row["ItemNumber"], int(row["QuantityOrdered"]))
            for row in rows
        }
        order = Order(rows[0]["OrderNumber"], dict(rows[0]), lines)
        self.orders.append(order)
        return order

    def reject(self, number: str) -> None:
        order = self._open(number)
        if any(line.picked for line in order.lines.values()):
            raise Impossible(f"{number} is picked already")
        order.state = "rejected"

    def cancel(self, number: str) -> bool:
        """Whether it could still be cancelled: nothing of it was picked."""
        order = self.order(number)
        if order.state not in ("open", "cancelled") or any(line.picked for line in order.lines.values()):
            return False
        order.state = "cancelled"
        return True

    def pick(self, number: str, counts: Mapping[int, int] | None = None) -> None:
        """Pick so many more of each line (None: all that is wanted and lies there)."""
        order = self._open(number)
        for line in order.lines.values():
            left = line.wanted - line.picked
            there = self.stock[line.item] - self._set_aside(line.item)
            most = min(left, max(0, there))
            count = most if counts is None else counts.get(line.number, 0)
            if not 0 <= count <= left:
                raise Impossible(f"{left} of line {line.number} are left to pick, not {count}")
            if count:
                line.picked, line.picked_at = line.picked + count, self.now()
        if self.by_pick:
            self._take_off(order, {line.number: line.picked for line in order.lines.values()})

    def ship(
        self,
        number: str,
        counts: Mapping[int, int] | None = None,
        *,
        tracking: str = "1Z0001",
        carrier: str = "UPS",
        method: str = "Ground",
    ) -> Parcel:
        """A parcel with so many of each line (None: all that is picked and not shipped)."""
        order = self._open(number)
        left = {line.number: line.picked - order.shipped(line.number) for line in order.lines.values()}
        inside = {one: count for one, count in (left if counts is None else counts).items() if count}
        if not inside or any(count > left.get(one, 0) for one, count in inside.items()):
            raise Impossible(f"{left} are picked and not shipped, not {inside}")
        parcel = Parcel(f"S-{next(self._numbers)}", self.now(), carrier, method, tracking, inside)
        order.parcels.append(parcel)
        self._take_off(order, {one: order.shipped(one) for one in order.lines})
        return parcel

    def close(self, number: str) -> None:
        """Also with less picked than wanted: closed proves nothing."""
        order = self._open(number)
        order.state, order.closed_at = "closed", self.now()
        self._take_off(order, {line.number: line.picked for line in order.lines.values()})

    def reopen(self, number: str) -> None:
        order = self.order(number)
        if order.state != "closed":
            raise Impossible(f"{number} is {order.state}, not closed")
        order.state, order.closed_at = "open", None

    def count(self, item: str, there: int) -> Movement | None:
        """Somebody counted; None where it was right."""
        delta = there - self.stock[item]
        return self.adjust(item, delta, "count") if delta else None

    def adjust(self, item: str, delta: int, reason: str = "receipt") -> Movement:
        self.stock[item] += delta
        movement = Movement(f"A-{next(self._numbers)}", self.now(), item, delta, reason)
        self.movements.append(movement)
        return movement

    def _open(self, number: str) -> Order:
        order = self.order(number)
        if order.state != "open":
            raise Impossible(f"{number} is {order.state}")
        return order

    def _set_aside(self, item: str) -> int:
        """Picked for orders, and still on the count."""
        return sum(
            line.picked - self.taken_off[order.number, line.number]
            for order in self.orders
            for line in order.lines.values()
            if line.item == item and order.state in ("open", "closed")
        )

    def _take_off(self, order: Order, counts: Mapping[int, int]) -> None:
        for number, count in counts.items():
            more = count - self.taken_off[order.number, number]
            if more > 0:
                self.taken_off[order.number, number] = count
                self.stock[order.lines[number].item] -= more
