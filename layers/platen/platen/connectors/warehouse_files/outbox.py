"""What a warehouse is told of products and of their first stock, in files. Pure: no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from platen.connectors.warehouse_files import wire
from platen.connectors.warehouse_files.mapping import order_rows
from platen.connectors.warehouse_files.texts import moment, row, why_no_key, words
from platen.domain.products import Item
from platen.domain.warehouse import WarehouseOrder
from platen.ports.request import JobRequest


class FileOutbox:
    """``connectors.Outbox`` of files."""

    def unfit(self, number: str, settings: Any) -> str:
        """By what its orders are held to."""
        return why_no_key(number, settings)

    def items_lines(self, items: Iterable[Item], settings: Any) -> Iterator[str]:
        """An item whose number the site's files do not take is left out: the sync and its orders say why."""
        if settings.header:
            yield row(wire.ITEMS, settings)
        for item in items:
            if item.number and not why_no_key(item.number, settings):
                yield row(_item(item, settings), settings)

    def stock_lines(
        self, site: str, taken_at: datetime, snapshot_id: str, counts: Iterable[tuple[str, int]], settings: Any
    ) -> Iterator[str]:
        """As a snapshot that comes from there, its last row included."""
        if settings.header:
            yield row(wire.SNAPSHOTS, settings)
        head = [words(snapshot_id, settings), moment(taken_at, settings), words(site, settings)]
        rows = 0
        for item, on_hand in counts:
            if item and not why_no_key(item, settings):
                rows += 1
                yield row([*head, item, words(settings.default_uom, settings), str(on_hand)], settings)
        yield row([wire.END, str(rows)], settings)

    def order_rows(self, told: WarehouseOrder, request: JobRequest, settings: Any) -> list[dict[str, str]]:
        """As the file of it."""
        return order_rows(told, request, settings)

    def file_name(self, kind: str, name: str, settings: Any) -> str:
        safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:100] or "file"
        return f"{kind}/{safe}.{settings.delimiter.ending}"


OUTBOX = FileOutbox()


def _item(item: Item, settings: Any) -> list[str]:
    return [
        item.number,
        words(settings.default_division, settings),
        words(item.description, settings),
        words(settings.default_uom, settings),
        "1",
        "" if item.unit_cost is None else f"{item.unit_cost:f}",
        words(item.category, settings),
        words(item.barcode, settings),
        "Y" if item.active else "N",
    ]
