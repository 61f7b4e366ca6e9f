"""Looking: everything of both sides is read, and nothing is written to either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from platen_cli.answers import Connection, Connections, Shown, read
from platen_cli.desk import Desk
from platen_cli.orderdesk import mapping, wire
from platen_cli.orderdesk.client import Client
from platen_cli.orderdesk.reading import Records, read_all
from platen_cli.orderdesk.report import Orders, Report, Rows
from platen_cli.products import Row
from platen_cli.stops import Stop

_MOST_LOOKED_UP = 100

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
    """Everything that was read, in our words: what the report tells of and ``moving`` writes."""

    report: Report
    orders: list[Given]


class _Folder(Shown):
    name: str


class _FolderList(Shown):
    folders: tuple[_Folder, ...] = ()


class _Mapping(Shown):
    sku: str
    details: dict[str, Any] = {}
    location: str = ""


class _Mappings(Shown):
    products: tuple[_Mapping, ...]


def look(desk: Desk, client: Client, wish: Wish) -> Found:
    """Read both sides. Raises Stop."""
    connection = _store(desk, wish.store)
    client.get("/test")
    here = [one.name for one in read(_FolderList, desk.ask("folders")).folders]
    folders = mapping.folders_of(wire.folders(client.get("/store")), here)
    with progress(desk, "Reading inventory items") as tick:
        items = read_all(client, "/inventory-items", "inventory_items", progress=tick)
    products = mapping.products_of(_readable(wire.InventoryItem, items))
    rows = _compared(desk, wish.store, products.rows)
    report = Report(store=wish.store, folders=folders, products=products, rows=rows, orders=None)
    if not wish.orders:
        return Found(report, [])
    records = _orders(desk, client, wish)
    report.orders = Orders(read=len(records))
    return Found(report, _sorted_out(records, folders, report.orders, _takes_orders_since(connection)))


def _store(desk: Desk, store: str) -> Connection:
    known = read(Connections, desk.ask("connections")).connections
    stores = {one.connection_id: one for one in known if "store" in one.roles}
    if store not in stores:
        there = f"There are: {', '.join(stores)}." if stores else "Make one first: platen connect."
        raise Stop(f"There is no store connection '{store}'.", there, code="not_found")
    return stores[store]


def _takes_orders_since(connection: Connection) -> datetime | None:
    try:
        return datetime.fromisoformat(str((connection.intake or {})["orders_since"])).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _orders(desk: Desk, client: Client, wish: Wish) -> Records:
    # The oldest first: what comes in meanwhile comes at the end, where it moves nothing.
    asked = {"order_by": "date_added", "order": "asc"}
    if wish.since:
        asked["search_start_date"] = wish.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    with progress(desk, "Reading orders") as tick:
        return read_all(client, "/orders", "orders", asked, progress=tick)


def _readable[T: (wire.InventoryItem, wire.Order)](kind: type[T], records: Records) -> list[T]:
    try:
        return [kind.model_validate(one) for one in records.values()]
    except ValidationError as wrong:
        where = ", ".join(".".join(map(str, one["loc"])) for one in wrong.errors(include_input=False)[:3])
        words = f"Order Desk tells of its records in a way we do not know (at {where})."
        raise Stop(words, code="not_orderdesk") from None


def _compared(desk: Desk, store: str, rows: list[Row]) -> Rows:
    """The rows, sorted by what writing each would do to the product map there is."""
    found = Rows()
    for start in range(0, len(rows), _MOST_LOOKED_UP):
        part = rows[start : start + _MOST_LOOKED_UP]
        answer = read(_Mappings, desk.ask("products", store=store, skus=[row["sku"] for row in part]))
        there = {one.sku: one for one in answer.products}
        for row in part:
            known = there.get(row["sku"])
            if known is None:
                found.new.append(row)
            elif mapping.says_the_same(row, known.details, known.location):
                found.same += 1
            else:
                found.changed.append(row)
    return found


def _sorted_out(
    records: Records, folders: mapping.Folders, orders: Orders, ours_since: datetime | None
) -> list[Given]:
    ready: list[Given] = []
    for theirs in _readable(wire.Order, records):
        number = mapping.number_of(theirs)
        why = mapping.unfit(theirs)
        if why:
            orders.unfit.append((number, why))
            continue
        folder = folders.name(theirs.folder_id)
        orders.without_folder += not folder
        orders.sources[theirs.source_name[:50]] += 1
        orders.left.update(mapping.left_behind(theirs))
        if mapping.is_open(theirs, folder):
            orders.open.append(number)
            if ours_since and theirs.date_added and theirs.date_added >= ours_since:
                orders.both.append(number)
        ready.append(mapping.order_of(theirs, folder))
    return ready


@contextmanager
def progress(desk: Desk, words: str) -> Iterator[Tick]:
    """A bar on the terminal, where there is one."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 - slow to import

    hidden = desk.quiet or desk.as_json or not desk.err.is_terminal
    with Progress(words, BarColumn(), MofNCompleteColumn(), console=desk.err, disable=hidden) as bars:
        task = bars.add_task("", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
