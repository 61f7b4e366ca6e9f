"""The long lists that stock is reckoned from, as files: where they are kept, and what their lines look like.

Each is CSV without a head, a line for each item, sorted by item (``sort_key``), so that lists can be laid side by
side while they are read, however long they are. No value holds a line end: ``ports.Files`` reads line by line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

# where they are kept


def safe(name: str) -> str:
    """A site's or a place's name as one step of a key.

    >>> safe("Main st. / 2")
    'Main%20st%2E%20%2F%202'
    """
    return quote(name, safe="").replace(".", "%2E")


def catalogue_key(warehouse: str, store: str) -> str:
    """What a store sells, by the item numbers of a warehouse; written by that warehouse's sync of products."""
    return f"lists/{warehouse}/catalogue/{store}.csv.gz"


def levels_key(warehouse: str, site: str, snapshot_id: str) -> str:
    """What a warehouse counted at a site."""
    return f"own/{warehouse}/levels/{safe(site)}/{safe(snapshot_id)}.csv.gz"


def pushed_key(warehouse: str, site: str, store: str, place_id: str) -> str:
    """What a store's place was last made to show, and from which count."""
    return f"lists/{warehouse}/pushed/{safe(site)}/{store}-{safe(place_id)}.csv.gz"


def runs_folder(warehouse: str) -> str:
    return f"own/{warehouse}/runs/"


def run_folder(warehouse: str, run_id: str) -> str:
    """What a run keeps while it is on."""
    return f"{runs_folder(warehouse)}{safe(run_id)}/"


def report_key(warehouse: str, run_id: str) -> str:
    return f"own/{warehouse}/reports/{safe(run_id)}.csv"


# lines

csv.field_size_limit(16_000_000)
"""Of an item that was picked for thousands of orders since the count, all of them are named in one value: the usual
limit of 131,072 characters would end every push until they are settled, and only a push settles them."""


class Unsorted(Exception):
    """A list is not in the order that it has to be in: it cannot be laid beside another. Says which."""


class Unreadable(Exception):
    """A line is not what it should be. Says which."""


def sort_key(item: str) -> bytes:
    return item.encode()


def line_of(values: Sequence[object]) -> str:
    """One line of CSV, without its end; ends of lines within a value become spaces."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    line = text.getvalue()
    if "\n" in line or "\r" in line:
        return line_of([str(one).replace("\r", " ").replace("\n", " ") for one in values])
    return line


def fields_of(lines: Iterable[str], count: int, name: str) -> Iterator[list[str]]:
    """The values of each line. Raises Unreadable for one that has not ``count`` of them."""
    try:
        for number, fields in enumerate(csv.reader(lines), start=1):
            if len(fields) != count:
                raise Unreadable(f"{name}, line {number}: it has {len(fields)} values, not {count}")
            yield fields
    except csv.Error as wrong:
        raise Unreadable(f"{name}: {wrong}") from None


def in_order[Row](rows: Iterable[Row], name: str, item: int = 0) -> Iterator[Row]:
    """The same rows (each a sequence with its item at ``item``). Raises Unsorted where one steps back.

    Text compares as its UTF-8 bytes do: by code point.
    """
    before = ""
    for row in rows:
        now: str = row[item]  # type: ignore[index]
        if now < before:
            raise Unsorted(f"{name} is not sorted by item")
        before = now
        yield row


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of a store's catalogue: something it sells, by the item number that the warehouse knows it by."""

    item: str
    """Trimmed; as the setting ``create_item_using`` says."""
    stock_id: str
    variant_id: str
    sku: str
    tracked: bool = True
    bundle: bool = False
    active: bool = True
    title: str = ""
    barcode: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""

    def line(self) -> str:
        return line_of(
            [
                self.item,
                self.stock_id,
                self.variant_id,
                self.sku,
                int(self.tracked),
                int(self.bundle),
                int(self.active),
                self.title,
                self.barcode,
                "" if self.unit_cost is None else self.unit_cost,
                self.currency,
            ]
        )


def read_catalogue(lines: Iterable[str]) -> Iterator[Sold]:
    """Raises Unsorted and Unreadable."""
    for row in in_order(fields_of(lines, 11, "the catalogue"), "the catalogue"):
        yield sold_of(row)


def sold_of(row: Sequence[str]) -> Sold:
    """From the fields of its line. Raises Unreadable."""
    item, stock_id, variant_id, sku, tracked, bundle, active, title, barcode, cost, currency = row
    return Sold(
        item=item,
        stock_id=stock_id,
        variant_id=variant_id,
        sku=sku,
        tracked=tracked == "1",
        bundle=bundle == "1",
        active=active == "1",
        title=title,
        barcode=barcode,
        unit_cost=_cost(cost),
        currency=currency,
    )


def _cost(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise Unreadable("the catalogue: a unit cost is no number") from None


def level_line(item: str, on_hand: int) -> str:
    """A line of a count."""
    return line_of([item, on_hand])


def read_levels(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """(item, on hand), sorted by item. Raises Unsorted and Unreadable."""
    for number, (item, on_hand) in enumerate(in_order(fields_of(lines, 2, "the count"), "the count"), start=1):
        try:
            yield item, int(on_hand)
        except ValueError:
            raise Unreadable(f"the count, line {number}: {on_hand!r} is no whole number") from None
