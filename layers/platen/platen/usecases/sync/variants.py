"""Variants: all that a store sells, by item number, kept as one sorted list however long it is.

It holds every variant, those without an item number and those that share one too, so that a change is laid over it
without the store being read as a whole. The store's catalogue is made from it. A list that was made by another
*Create Item Using* has another name, and so is not there.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched, groupby

from platen.connectors.warehousing import CreateItemUsing
from platen.domain.products import item_number
from platen.hub import Hub
from platen.ports import Variant
from platen.usecases.stock.tables import Sold, catalogue_key, fields_of, in_order, line_of, sold_of

CHUNK = 20_000
"""So many are sorted in memory at once, about 10 MB."""
LONGEST_TEXT = 200
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """A variant as it is kept: as the catalogue has it, and what only a warehouse is told."""

    sold: Sold
    category: str

    @property
    def item(self) -> str:
        return self.sold.item

    def line(self) -> str:
        return f"{self.sold.line()},{line_of([self.category])}"


def key(warehouse: str, store: str, using: CreateItemUsing) -> str:
    return f"lists/{warehouse}/variants/{store}.{using.value}.csv.gz"


def kept(variant: Variant, using: CreateItemUsing) -> Kept:
    number = item_number(
        using.value,
        sku=_plain(variant.sku),
        barcode=_plain(variant.barcode),
        variant_id=_plain(variant.variant_id),
    )
    return Kept(
        Sold(
            item=number,
            stock_id=_plain(variant.stock_id),
            variant_id=_plain(variant.variant_id),
            sku=_plain(variant.sku),
            tracked=variant.tracked,
            bundle=variant.bundle,
            active=variant.active,
            title=_plain(variant.title).strip(),
            barcode=_plain(variant.barcode).strip(),
            unit_cost=variant.unit_cost,
            currency=_plain(variant.currency),
        ),
        category=_plain(variant.category).strip(),
    )


def _plain(text: str) -> str:
    """On one line, in letters that can be written: a store's texts are anything."""
    signs = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_TEXT])
    return signs.encode(errors="replace").decode()


def read(hub: Hub, name: str) -> Iterator[Kept]:
    """Sorted by item. Raises NotFound at the first where there is no such list."""
    rows = in_order(fields_of(hub.files.lines(name), _COLUMNS, "the list of variants"), "the list of variants")
    for *of_catalogue, category in rows:
        yield Kept(sold_of(of_catalogue), category)


def _order(one: Kept) -> tuple[str, str]:
    # By code point, which is as the UTF-8 bytes compare; then by variant, so that the same is always the same.
    return one.item, one.sold.variant_id


def write_all(hub: Hub, name: str, folder: str, variants: Iterable[Kept]) -> int:
    """Write a whole list from one that is in no order; gives how many.

    Sorted in chunks that are put aside in ``folder``, and merged from there: in little memory, however many.
    """
    chunks: list[str] = []
    for number, some in enumerate(batched(variants, CHUNK, strict=False)):
        chunk = f"{folder}chunk-{number:04}.csv.gz"
        hub.files.put_lines(chunk, (one.line() for one in sorted(some, key=_order)))
        chunks.append(chunk)
    merged = heapq.merge(*(read(hub, chunk) for chunk in chunks), key=_order)
    return hub.files.put_lines(name, (one.line() for one in merged))


def lay_over(hub: Hub, name: str, changed: Iterable[Kept]) -> int:
    """Lay changed variants over the list: each is where its item number belongs now, and no more where it was.
    Gives how many there are in all. Raises NotFound where there is no list."""
    new = {one.sold.variant_id: one for one in changed}
    left = (one for one in read(hub, name) if one.sold.variant_id not in new)
    merged = heapq.merge(left, sorted(new.values(), key=_order), key=_order)
    return hub.files.put_lines(name, (one.line() for one in merged))


def write_catalogue(hub: Hub, name: str, warehouse: str, store: str) -> None:
    """What the push of stock goes by. The unclear ones are in it too: they are left alone there, and reported."""
    hub.files.put_lines(catalogue_key(warehouse, store), (one.sold.line() for one in read(hub, name)))


def by_item(variants: Iterable[Kept]) -> Iterator[tuple[str, list[Kept]]]:
    """Item number -> the variants that have it; of those without one, each by itself."""
    for item, found in groupby(variants, key=lambda one: one.item):
        if item:
            yield item, list(found)
        else:
            yield from ((item, [one]) for one in found)


def is_clear(found: list[Kept], longest: int) -> bool:
    item = found[0].item
    return bool(item) and len(found) == 1 and len(item) <= longest


def is_there(hub: Hub, name: str) -> bool:
    return hub.files.size(name) is not None
