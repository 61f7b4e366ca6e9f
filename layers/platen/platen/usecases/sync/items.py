"""Items: what a warehouse is told of products, made from what all of its stores sell.

::

    variants of store 1 ┐ merged by item number      ┌▶ lists/<warehouse>/items.csv.gz all, as it knows them now
    variants of store 2 ┴─▶ (unclear: as it was) ────┼▶ out/<warehouse>/items/<run>    new, changed, no more sold
    what it was told last ──▶ compared ──────────────┘
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from platen.connectors import Outbox
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.products import Item, Trouble
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases.stock.tables import fields_of, in_order, line_of, report_key, run_folder
from platen.usecases.sync import variants
from platen.usecases.sync.setup import stores_of
from platen.usecases.sync.variants import Kept

LONGEST = 100
"""Characters of an item number; of how many its files take, a warehouse's outbox speaks."""
REPORT = ("result", "store", "item", "variant_id", "title", "words")


def key(warehouse: str) -> str:
    return f"lists/{warehouse}/items.csv.gz"


def read_items(hub: Hub, name: str) -> Iterator[Item]:
    """Sorted by item number; none where nothing was told yet."""
    rows = in_order(fields_of(_lines(hub, name), 7, "the list of items"), "the list of items")
    for number, description, cost, currency, category, barcode, active in rows:
        yield Item(
            number=number,
            description=description,
            unit_cost=Decimal(cost) if cost else None,
            currency=currency,
            category=category,
            barcode=barcode,
            active=active == "1",
        )


def _lines(hub: Hub, name: str) -> Iterator[str]:
    try:
        yield from hub.files.lines(name)
    except NotFound:
        return


def _line(item: Item) -> str:
    cost = "" if item.unit_cost is None else item.unit_cost
    return line_of(
        [item.number, item.description, cost, item.currency, item.category, item.barcode, int(item.active)]
    )


# what is told


def tell(hub: Hub, connection: Connection, settings: Warehousing, outbox: Outbox, run_id: str) -> Counter[str]:
    """Write what is new, changed or no more sold, where there is any; gives how many ``items`` there are, and how
    many were ``told``.

    ::

        all items, aside ──▶ the file of what moved ──▶ (✝ the same file again) ──▶ all items, in their place
    """
    name = connection.connection_id
    aside = f"{run_folder(name, run_id)}items.csv.gz"
    counted: Counter[str] = Counter()
    counted["items"] = hub.files.put_lines(aside, (_line(one) for one in _now(hub, name, settings, outbox)))

    def moved() -> Iterator[Item]:
        for _, old, new in beside(_numbered(read_items(hub, key(name))), _numbered(read_items(hub, aside))):
            if new is not None and new != old:
                counted["told"] += 1
                yield new

    news = moved()
    first = list(islice(news, 1))
    if first:  # an empty file would tell nothing
        place = f"out/{name}/{outbox.file_name('items', run_id, settings)}"
        hub.files.put_lines(place, outbox.items_lines(chain(first, news), settings))
    hub.files.put_lines(key(name), hub.files.lines(aside))
    return counted


def _numbered(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    return ((one.number, one) for one in items)


def _now(hub: Hub, name: str, settings: Warehousing, outbox: Outbox) -> Iterator[Item]:
    """All items as they are now: those that are unclear as they were told, those nobody sells as not active."""
    told = _numbered(read_items(hub, key(name)))
    for _, old, sold in beside(told, _sold(hub, name, settings, outbox)):
        if sold is None:
            if old is not None:
                yield old.but(active=False)
        elif sold.item is not None:
            yield sold.item
        elif old is not None:
            yield old


class _Sold(NamedTuple):
    """That an item is sold; ``item``: None where it is unclear what it is."""

    item: Item | None


def _sold(hub: Hub, name: str, settings: Warehousing, outbox: Outbox | None) -> Iterator[tuple[str, _Sold]]:
    """All that any of its stores sells, sorted; as the first of them describes it."""
    lists = [_of_store(hub, name, store, settings, outbox) for store in stores_of(settings)]
    for number, found in groupby(heapq.merge(*lists, key=itemgetter(0)), key=itemgetter(0)):
        items = [one for _, one in found]
        if None in items:
            yield number, _Sold(None)
        else:
            active = any(one.active for one in items if one)
            yield number, _Sold(items[0].but(active=active) if items[0] else None)


def _of_store(
    hub: Hub, name: str, store: str, settings: Warehousing, outbox: Outbox | None
) -> Iterator[tuple[str, Item | None]]:
    for number, found in variants.by_item(
        variants.read(hub, variants.key(name, store, settings.create_item_using))
    ):
        if not number or not wanted(number, settings) or (len(found) == 1 and found[0].sold.bundle):
            continue  # a bundle's parts are what lies on the shelves
        clear = variants.is_clear(found, LONGEST) and not unfit(number, settings, outbox)
        yield number, _item(found[0]) if clear else None


def unfit(number: str, settings: Warehousing, outbox: Outbox | None) -> str:
    """Why the warehouse's files do not take an item number; empty when they do, or there are none."""
    return outbox.unfit(number, settings) if outbox else ""


def wanted(number: str, settings: Warehousing) -> bool:
    return not settings.only_items or fnmatchcase(number, settings.only_items)


def _item(one: Kept) -> Item:
    return Item(
        number=one.item,
        description=one.sold.title,
        unit_cost=one.sold.unit_cost,
        currency=one.sold.currency,
        category=one.category,
        barcode=one.sold.barcode,
        active=one.sold.active,
    )


def beside[A, B](
    left: Iterable[tuple[str, A]], right: Iterable[tuple[str, B]]
) -> Iterator[tuple[str, A | None, B | None]]:
    """Two sorted lists laid side by side by their keys, each key once in either."""
    ones: Iterator[tuple[str, int, A | B]] = ((name, 0, one) for name, one in left)
    others: Iterator[tuple[str, int, A | B]] = ((name, 1, one) for name, one in right)
    for name, pair in groupby(heapq.merge(ones, others, key=itemgetter(0, 1)), key=itemgetter(0)):
        found: dict[int, Any] = {side: one for _, side, one in pair}
        yield name, found.get(0), found.get(1)


# what is wrong


def report(
    hub: Hub, connection: Connection, settings: Warehousing, outbox: Outbox | None, run_id: str
) -> Counter[Trouble]:
    """Write every product that is not clear to the run's report; gives how many there are of each trouble."""
    name = connection.connection_id
    counted: Counter[Trouble] = Counter()

    def rows() -> Iterator[str]:
        yield line_of(REPORT)
        for trouble, store, one in _troubles(hub, name, settings, outbox):
            counted[trouble] += 1
            why = unfit(one.item, settings, outbox)
            words = trouble.words(one.item, settings.create_item_using.value, why)
            yield line_of([trouble.value, store, one.item, one.sold.variant_id, one.sold.title, words])

    hub.files.put_lines(report_key(name, run_id), rows())
    return counted


def _troubles(
    hub: Hub, name: str, settings: Warehousing, outbox: Outbox | None
) -> Iterator[tuple[Trouble, str, Kept]]:
    alike = _alike(hub, name, settings, outbox)
    for store in stores_of(settings):
        kept = variants.read(hub, variants.key(name, store, settings.create_item_using))
        for number, found in variants.by_item(kept):
            if number and not wanted(number, settings):
                continue
            for one in found:
                fits = not unfit(number, settings, outbox)
                if trouble := _trouble(number, len(found), fits=fits):
                    yield trouble, store, one
                elif number.casefold() in alike:
                    yield Trouble.CASE, store, one


def _trouble(number: str, count: int, *, fits: bool) -> Trouble | None:
    if not number:
        return Trouble.BLANK
    if count > 1:
        return Trouble.DUPLICATE
    if len(number) > LONGEST:
        return Trouble.TOO_LONG
    return None if fits else Trouble.UNFIT


def _alike(hub: Hub, name: str, settings: Warehousing, outbox: Outbox | None) -> set[str]:
    """Item numbers that differ in capitals only, case aside.

    In two passes: hashes first, a number each, so that half a million of them take some 40 MB; then the texts of
    those few whose hashes meet.
    """

    def numbers() -> Iterator[str]:
        return (number for number, _ in _sold(hub, name, settings, outbox))

    seen: set[int] = set()
    met: set[int] = set()
    for number in numbers():
        mark = hash(number.casefold())
        (met if mark in seen else seen).add(mark)
    if not met:
        return set()
    spelled: dict[str, set[str]] = {}
    for number in numbers():
        if hash(number.casefold()) in met:
            spelled.setdefault(number.casefold(), set()).add(number)
    return {alike for alike, spellings in spelled.items() if len(spellings) > 1}
