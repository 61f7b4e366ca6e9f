"""Notices folded into parcels: which items each has, named well, badly or not at all. Pure.

Taken in the order they came:

- Items are told apart by LineItemID; where that is missing or unknown by SKU, one line after the other that has it
  and is not shipped yet.
- No items, or none that is of this order (some replace or bundle items after they were fetched): everything that is
  left.
- The same items with the same tracking again, and a tracking number that is known without items: nothing new.
- The same items again when nothing is left of them: a label made anew after a void. ShipStation tells of no voids,
  so the first label's parcel would stand for ever, and the buyer would have a dead number: it is replaced.
- Anything more is kept as a parcel of its own: that there is more than was ordered is for a person to see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from platen.connectors.shipstation.mapping import ADJUSTMENT, line_item_ids
from platen.connectors.shipstation.notices import is_of
from platen.domain.feed import FeedEntry, Notice, NoticeItem
from platen.domain.job import VendorParcel

type Pieces = Counter[str]
"""line item id -> how many of it."""


@dataclass(frozen=True)
class Folded:
    parcels: tuple[VendorParcel, ...] = ()
    left: int = 0
    """Pieces that are in no parcel yet."""
    guessed: bool = False
    """A notice did not say which of the order's items were in its parcel."""
    of_earlier: bool = False
    """There are notices of an earlier sending of the job, under another id: its parcels are not this one's."""

    @property
    def is_all(self) -> bool:
        return bool(self.parcels) and not self.left


@dataclass
class _Fold:
    wanted: Pieces
    skus: Mapping[str, str]
    parcels: list[tuple[Pieces, VendorParcel]] = field(default_factory=list)
    guessed: bool = False

    @property
    def left(self) -> Pieces:
        shipped: Pieces = Counter()
        for inside, _ in self.parcels:
            shipped += inside
        return self.wanted - shipped

    def take(self, notice: Notice) -> None:
        inside = self._inside(notice)
        if not inside:
            self._take_the_rest(notice)
            return
        same = [number for number, (pieces, _) in enumerate(self.parcels) if pieces == inside]
        again = [number for number in same if notice.tracking and self._tracking(number) == notice.tracking]
        if again:
            self.parcels[again[-1]] = (inside, _parcel(notice, inside))
        elif same and not any(self.left[item_id] for item_id in inside):
            self.parcels[same[-1]] = (inside, _parcel(notice, inside))
        else:
            self.parcels.append((inside, _parcel(notice, inside)))

    def _take_the_rest(self, notice: Notice) -> None:
        known = any(notice.tracking and one.tracking == notice.tracking for _, one in self.parcels)
        left = self.left
        if left:
            if not known:
                self.guessed = self.guessed or bool(notice.items)
                self.parcels.append((left, _parcel(notice, left)))
        elif self.parcels and not known:
            # Everything once more: the label of the parcel that had all of it, or the last one, was made anew.
            whole = [number for number, (inside, _) in enumerate(self.parcels) if inside == self.wanted]
            number = (whole or [len(self.parcels) - 1])[-1]
            inside, _ = self.parcels[number]
            self.parcels[number] = (inside, _parcel(notice, inside))

    def _inside(self, notice: Notice) -> Pieces:
        """Which of the job's items are in it; empty where that cannot be told."""
        found: Pieces = Counter()
        for item in notice.items:
            if item.line_id in self.wanted:
                found[item.line_id] += item.quantity
            elif not item.line_id.startswith(ADJUSTMENT):
                found += self._by_sku(item, self.left - found)
        return found

    def _by_sku(self, item: NoticeItem, left: Pieces) -> Pieces:
        those = [item_id for item_id, sku in self.skus.items() if item.sku and sku == item.sku]
        found: Pieces = Counter()
        still = item.quantity
        for item_id in those:
            taken = min(still, left[item_id])
            found[item_id] += taken
            still -= taken
        if still and those:
            found[those[-1]] += still  # more than is left: of a label made anew, or for a person to see
        return +found

    def _tracking(self, number: int) -> str:
        return self.parcels[number][1].tracking


def fold(entry: FeedEntry, notices: Iterable[Notice]) -> Folded:
    """The parcels of a job. A parcel's items are line item ids, as ``mapping.line_item_ids`` has them."""
    wanted: Pieces = Counter()
    ids = {line_id: item_id for item_id, line_id in line_item_ids(entry.job).items()}
    for line in entry.job.lines:
        wanted[ids[line.line_id]] += line.quantity
    skus = {ids[line_id]: sku for line_id, sku in entry.skus.items() if line_id in ids}
    folding = _Fold(wanted=wanted, skus=skus)
    told = list(notices)
    mine = [notice for notice in told if is_of(notice, entry.external_id)]
    for notice in mine:
        folding.take(notice)
    return Folded(
        parcels=tuple(parcel for _, parcel in folding.parcels),
        left=folding.left.total(),
        guessed=folding.guessed,
        of_earlier=len(mine) < len(told),
    )


def _parcel(notice: Notice, inside: Pieces) -> VendorParcel:
    return VendorParcel(
        carrier=notice.carrier,
        service=notice.service,
        tracking=notice.tracking,
        cost=notice.cost,
        note=notice.note,
        shipped_at=notice.shipped_at or notice.received_at,
        items=tuple(sorted(inside.items())),
    )
