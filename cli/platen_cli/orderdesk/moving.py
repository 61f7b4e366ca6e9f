"""The run: look at everything first; then folders, products and orders, each of which may be done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from platen_cli.answers import Connections, Shown, read
from platen_cli.desk import Desk
from platen_cli.orderdesk import mapping, wire
from platen_cli.orderdesk.client import Client
from platen_cli.orderdesk.reading import Records, read_all
from platen_cli.orderdesk.report import Orders, Report
from platen_cli.products import chunks
from platen_cli.stops import Stop

SOURCE = "Order Desk"
_MOST_ORDERS = 25
_LARGEST_CALL = 3_000_000
"""Characters of one call: Lambda takes six million bytes."""
_MOST_FOLDERS = 50

type Given = dict[str, Any]
type Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Wish:
    store: str
    """The store connection that the products and orders belong to."""
    orders: bool = True
    since: datetime | None = None


@dataclass
class Found:
    """Everything that was read, in our words: what the report tells of and ``go`` writes."""

    report: Report
    orders: list[Given]


class _Folder(Shown):
    name: str


class _FolderList(Shown):
    folders: tuple[_Folder, ...] = ()


class _Result(Shown):
    number: str = ""
    result: str
    why: str = ""


class _Results(Shown):
    results: tuple[_Result, ...]


def look(desk: Desk, client: Client, wish: Wish) -> Found:
    """Read both sides, and write to neither. Raises Stop."""
    _check_store(desk, wish.store)
    client.get("/test")
    here = [one.name for one in read(_FolderList, desk.ask("folders")).folders]
    folders = mapping.folders_of(wire.folders(client.get("/store")), here)
    with _bar(desk, "Reading inventory items") as tick:
        items = read_all(client, "/inventory-items", "inventory_items", progress=tick)
    products = mapping.products_of(_readable(wire.InventoryItem, items))
    report = Report(store=wish.store, folders=folders, products=products, orders=None)
    if not wish.orders:
        return Found(report, [])
    # The oldest first: what comes in meanwhile comes at the end, where it moves nothing.
    asked = {"order_by": "date_added", "order": "asc"}
    if wish.since:
        asked["search_start_date"] = wish.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    with _bar(desk, "Reading orders") as tick:
        records = read_all(client, "/orders", "orders", asked, progress=tick)
    report.orders = Orders(read=len(records))
    return Found(report, _sorted_out(records, folders, report.orders))


def _check_store(desk: Desk, store: str) -> None:
    known = read(Connections, desk.ask("connections")).connections
    stores = [one.connection_id for one in known if "store" in one.roles]
    if store not in stores:
        there = f"There are: {', '.join(stores)}." if stores else "Make one first: platen connect."
        raise Stop(f"There is no store connection '{store}'.", there, code="not_found")


def _readable[T: (wire.InventoryItem, wire.Order)](kind: type[T], records: Records) -> list[T]:
    try:
        return [kind.model_validate(one) for one in records.values()]
    except ValidationError as wrong:
        where = ", ".join(".".join(map(str, one["loc"])) for one in wrong.errors(include_input=False)[:3])
        raise Stop(
            f"Order Desk tells of its records in a way we do not know (at {where}).", code="not_orderdesk"
        ) from None


def _sorted_out(records: Records, folders: mapping.Folders, orders: Orders) -> list[Given]:
    ready: list[Given] = []
    for theirs in _readable(wire.Order, records):
        why = mapping.unfit(theirs)
        if why:
            orders.refused.append((mapping.number_of(theirs), why))
            continue
        folder = folders.name(theirs.folder_id)
        orders.without_folder += not folder
        orders.sources[theirs.source_name[:50]] += 1
        orders.left.update(mapping.left_behind(theirs))
        if mapping.is_open(theirs, folder):
            orders.open.append(mapping.number_of(theirs))
        ready.append(mapping.order_of(theirs, folder))
    return ready


def go(desk: Desk, found: Found) -> None:
    """Write what was found, and enter in its report what came of it. Raises Stop; then it may be done again."""
    report = found.report
    try:
        _write_folders(desk, report)
        _write_products(desk, report)
        _write_orders(desk, report, found.orders)
    except BaseException:
        done = sum(report.orders.results.values()) if report.orders else 0
        desk.warn(
            f"It stopped in the middle: {report.written:,} of {len(report.products.rows):,} products and {done:,}"
            f" of {len(found.orders):,} orders were done. Do it again: what is there is not done twice."
        )
        raise
    report.done = True


def _write_folders(desk: Desk, report: Report) -> None:
    names = list(report.folders.new)
    for start in range(0, len(names), _MOST_FOLDERS):
        desk.ask("folder_add", names=names[start : start + _MOST_FOLDERS])


def _write_products(desk: Desk, report: Report) -> None:
    rows = report.products.rows
    with _bar(desk, "Writing products") as tick:
        for part in chunks(rows):
            following = report.written + len(part) < len(rows)
            desk.ask("products_import", store=report.store, rows=part, more=following or None)
            report.written += len(part)
            tick(report.written, len(rows))


def _write_orders(desk: Desk, report: Report, ready: list[Given]) -> None:
    if report.orders is None:
        return
    done = 0
    with _bar(desk, "Writing orders") as tick:
        for part in order_chunks(ready):
            answer = read(_Results, desk.ask("import_orders", store=report.store, orders=part, source=SOURCE))
            if len(answer.results) != len(part):
                raise Stop("The operator did not say what became of each order.", code="unreadable_answer")
            for one in answer.results:
                report.orders.results[one.result] += 1
                if one.result == "refused":
                    report.orders.refused.append((one.number, one.why))
            done += len(part)
            tick(done, len(ready))


def order_chunks(
    ready: list[Given], most: int = _MOST_ORDERS, largest: int = _LARGEST_CALL
) -> Iterator[list[Given]]:
    """The orders in calls of at most ``most`` of them and about ``largest`` characters."""
    part: list[Given] = []
    size = 0
    for one in ready:
        weight = len(json.dumps(one))
        if part and (len(part) >= most or size + weight > largest):
            yield part
            part, size = [], 0
        part.append(one)
        size += weight
    if part:
        yield part


@contextmanager
def _bar(desk: Desk, words: str) -> Iterator[Tick]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 - slow to import

    hidden = desk.quiet or desk.as_json or not desk.err.is_terminal
    with Progress(words, BarColumn(), MofNCompleteColumn(), console=desk.err, disable=hidden) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
