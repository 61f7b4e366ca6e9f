"""Stock: what a store should show of an item, given what a warehouse counted and what is on order. Pure.

The words, for one item at one site, all in pieces:

- ``W``: what lay there at ``t0``, when the snapshot was taken, and what moved without an order since.
- Of each order line at the warehouse: ``taken`` (off its count by t0), ``gone`` (off its shelves by now),
  ``will_take`` (what it will have taken in the end), and of what its store says, read fresh: ``fulfilled`` and
  ``open`` (sold, not yet fulfilled).
- ``Q``: what is on order and was still within W at t0.

::

    sold      ─┬─▶ open at the store ───────────▶ fulfilled at the store
               └─▶ within W ─────▶ taken, off W

    Q of a line = max(min(fulfilled, will_take) + open, gone) - taken      (never below 0)
                      what the order needs of it ──┘         └── picked since t0 for what was cancelled then

    on hand*   = W - sum(Q) + what of it is open at this store's place
               = W + P - F, with P = taken and not yet fulfilled, F = fulfilled and not yet taken
    available* = W - sum(Q) - what this and other stores hold open of orders the warehouse has not heard of - safety

Where several stores share a stock, each may be shown a part of what is available: its share.

A store that is told its ``on hand`` takes its own open orders off by itself, so a sale while we write cannot be
undone; a store that is told ``available`` is written to only under the condition that nothing was sold meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache

from pydantic import Field

from platen.domain.model import Value


class StockMode(StrEnum):
    """What is written to the store."""

    SET_ON_HAND = "set_on_hand"
    """A: the store takes its open orders off by itself. For a place and stock of this one store."""
    SET_AVAILABLE = "set_available"
    """B: for stock that several stores or channels share, and for safety stock."""
    SEND_CHANGES = "send_changes"
    """C: only what moved without an order, as changes. For places that others write to as well."""


class OnOrder(Value):
    """One order line at the warehouse, seen from the stock: by its own facts and by its store's, read fresh."""

    item: str
    store: str
    taken: int = Field(ge=0)
    """Off the warehouse's count at t0."""
    will_take: int = Field(ge=0)
    """What the warehouse will have taken for it in the end: what was ordered, or, once it is done with it, what it
    took."""
    fulfilled: int = Field(ge=0)
    """What its store records as fulfilled, wherever from."""
    open: int = Field(ge=0)
    """What its store still counts as sold and not fulfilled, wherever from."""
    open_here: int = Field(ge=0)
    """What of ``open`` its store counts at the place that this site feeds."""

    gone: int = Field(default=0, ge=0)
    """What the warehouse has taken for it by now, as far as it told. Goods that were picked and then cancelled are
    on no order any more, and yet not on the shelf before they are put back, which is a movement of its own."""

    @property
    def within(self) -> int:
        """Q: on order, or gone, and still within the warehouse's count of t0."""
        return max(0, max(min(self.fulfilled, self.will_take) + self.open, self.gone) - self.taken)


def on_hand(counted: int, on_order: Iterable[OnOrder], store: str) -> int:
    """Mode A. What the store's place has, sold pieces that are not fulfilled included. May be negative."""
    lines = list(on_order)
    return counted - sum(one.within for one in lines) + sum(one.open_here for one in lines if one.store == store)


def available(counted: int, on_order: Iterable[OnOrder], *, unheard: int, reserved: int = 0) -> int:
    """Mode B, before safety stock. May be negative.

    ``unheard``: what stores hold open of this item, in all, of orders that are not among ``on_order``: for each
    store its committed pieces less the ``open_here`` of its lines. ``reserved``: what stores keep back themselves.
    """
    return counted - sum(one.within for one in on_order) - unheard - reserved


def unheard(committed: Mapping[str, int], on_order: Iterable[OnOrder]) -> int:
    """What stores hold open beyond the orders at the warehouse; ``committed``: store -> its committed pieces."""
    known: dict[str, int] = {}
    for one in on_order:
        known[one.store] = known.get(one.store, 0) + one.open_here
    return sum(max(0, count - known.get(store, 0)) for store, count in committed.items())


def movement(counted: tuple[int, int], taken: tuple[int, int]) -> int:
    """Mode C: what moved without an order between two moments; each pair is (then, now)."""
    return (counted[1] - counted[0]) + (taken[1] - taken[0])


class SafetyKind(StrEnum):
    FIXED = "fixed"
    """So many pieces are kept back."""
    PERCENT = "percent"
    """So many of a hundred are kept back, rounded up."""
    FLOOR = "floor"
    """Below so many, 0 is shown; else all."""


class Safety(Value):
    """Stock that is not shown."""

    kind: SafetyKind = SafetyKind.FIXED
    number: int = Field(default=0, ge=0)

    def applied_to(self, count: int) -> int:
        """What is left to be shown.

        >>> Safety(number=5).applied_to(4)
        -1
        >>> Safety(kind=SafetyKind.PERCENT, number=10).applied_to(15)
        13
        >>> Safety(kind=SafetyKind.FLOOR, number=3).applied_to(2)
        0
        """
        match self.kind:
            case SafetyKind.FIXED:
                return count - self.number
            case SafetyKind.PERCENT:
                return count - -(-max(count, 0) * self.number // 100)
            case SafetyKind.FLOOR:
                return 0 if count < self.number else count


class Shown(Value):
    """What a store is to show, and whether it had to be lifted to 0."""

    quantity: int
    clamped: bool = False


def shown(count: int, *, negatives: bool = False) -> Shown:
    """Never below 0, unless negatives are wanted: one that was is reported."""
    if count >= 0 or negatives:
        return Shown(quantity=count)
    return Shown(quantity=0, clamped=True)


def kit(parts: Mapping[str, int], there: Mapping[str, int]) -> int:
    """How many of a kit can be made: ``parts`` item -> pieces in one kit; ``there`` item -> pieces that are there.

    >>> kit({"A": 2, "B": 1}, {"A": 10, "B": 3})
    3
    """
    return min((max(0, there.get(item, 0)) // pieces for item, pieces in parts.items()), default=0)


def shared_out(count: int, percents: Mapping[str, int], sellers: Collection[str]) -> dict[str, int]:
    """What each of the stores that sell an item is shown of it, of ``count`` pieces that are available to all.

    ``percents``: store -> its share, of all stores of the site, together no more than 100; what they leave over is
    shown nowhere. The shares of stores that do not sell the item go to those that do, in proportion.

    Each piece is dealt to the store that is furthest behind its share, the first one named among equals. So nothing
    is lost by rounding, and one piece more to be sold takes none from any store, as rounding by the largest
    remainder would. Nothing, or less, is the same for all.

    >>> shared_out(10, {"shop": 60, "outlet": 40}, {"shop", "outlet"})
    {'shop': 6, 'outlet': 4}
    >>> shared_out(1, {"shop": 60, "outlet": 40}, {"shop", "outlet"})
    {'shop': 1, 'outlet': 0}
    >>> shared_out(10, {"shop": 60, "outlet": 30}, {"shop"})
    {'shop': 9}
    """
    weights = {store: percent for store, percent in percents.items() if store in sellers}
    if count <= 0 or not weights:
        return dict.fromkeys(weights, count)
    rounds, rest = divmod(count * sum(percents.values()) // 100, sum(weights.values()))
    dealt = _dealt(tuple(weights.values()))[rest]
    return {store: weight * rounds + more for (store, weight), more in zip(weights.items(), dealt, strict=True)}


@cache
def _dealt(weights: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """What each has, by how many pieces of a round were dealt. After a whole round each has its weight: nobody is
    dealt a piece who is not behind, so nobody is ever a whole piece ahead, and then nobody can be behind."""
    round_ = sum(weights)
    has, found = [0] * len(weights), []
    for number in range(1, round_ + 1):
        found.append(tuple(has))
        behind = [weight * number - round_ * pieces for weight, pieces in zip(weights, has, strict=True)]
        has[behind.index(max(behind))] += 1
    return tuple(found)


def wrong_shares(percents: Mapping[str, int], sites: Mapping[str, Sequence[str]]) -> str:
    """Why stores cannot have these shares, in a sentence; empty when they can. ``sites``: site -> its stores, of
    those that feed several."""
    for store in percents:
        if not any(store in stores for stores in sites.values()):
            return f"{store} has a share, but no site feeds it beside another: take it out, or name it in sites"
    for site, stores in sites.items():
        left_out = [store for store in stores if store not in percents]
        if left_out and len(left_out) < len(stores):
            return f"give {left_out[0]} a share too: site {site} feeds it beside stores that have one"
        if sum(percents.get(store, 0) for store in stores) > 100:
            return f"the shares of the stores of site {site} are more than 100% in all: lower one"
    return ""


class Brakes(Value):
    """When a push stops and asks a person. None: that brake is off."""

    most_changed_percent: int | None = Field(default=20, ge=1, le=100)
    """Of the items that are compared."""
    most_to_zero_percent: int | None = Field(default=5, ge=1, le=100)
    most_units: int | None = Field(default=None, ge=1)
    """One item changes by more than so many pieces."""
    at_least: int = Field(default=20, ge=0)
    """Percentages count from so many changed items on: two of five is no catastrophe."""


class Extent(Value):
    """How much a push would change."""

    compared: int = 0
    changed: int = 0
    to_zero: int = 0
    """From something to 0 or below."""
    most_units: int = 0
    """The largest change of one item, without its sign."""
    most_units_item: str = ""


def braked(extent: Extent, brakes: Brakes) -> str:
    """Why a push must not go on by itself, in a sentence; empty when it may."""
    compared = max(extent.compared, 1)
    if brakes.most_units is not None and extent.most_units > brakes.most_units:
        return (
            f"{extent.most_units_item} would change by {extent.most_units} pieces, more than {brakes.most_units}."
        )
    for what, count, most in (
        ("would change", extent.changed, brakes.most_changed_percent),
        ("would go to 0", extent.to_zero, brakes.most_to_zero_percent),
    ):
        if most is not None and count >= max(brakes.at_least, 1) and count * 100 > compared * most:
            return f"{count} of {extent.compared} items {what}, more than {most} %."
    return ""
