"""Give: what a program at the warehouse fetches: orders and cancels that wait for its answer, items, and runs.

Orders wait for an answer until they have one, so a page that was lost is simply fetched again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.job import JobState
from platen.domain.products import Item
from platen.domain.warehouse import AtWarehouse, CancelStanding, WarehouseOrder
from platen.hub import Hub
from platen.observability import count, logger
from platen.usecases.at_vendor import request_of
from platen.usecases.sync.items import key as items_key
from platen.usecases.sync.items import read_items
from platen.usecases.warehouse.calls import Misread

MOST_ORDERS = 100
MOST_ITEMS = 1000
MOST_RUNS = 100
_GOES_ON = (CancelStanding.NONE, CancelStanding.REFUSED)
_NUMBERS = ("line_number", "quantity_ordered")
_RUN = {
    "run_id", "kind", "state", "words", "begun_at", "ended_at", "full", "dry", "business_date", "late", "by",
    "snapshots", "totals",
}  # fmt: skip


def orders(hub: Hub, connection: Connection, query: Mapping[str, str]) -> dict[str, Any]:
    """Orders it was not heard of, a row for each line, all rows of an order on one page."""
    if query.get("status", "new") != "new":
        raise Misread("status can only be new.")
    found = _waiting(hub, connection, query)
    wanted = [one for one in found if one.state is AtWarehouse.NEW and one.cancel in _GOES_ON and not one.filed]
    rows = [row for told in _rows_of(hub, connection, wanted) for row in told]
    return {"rows": rows, "cursor": found[-1].number if found else ""}


def cancels(hub: Hub, connection: Connection, query: Mapping[str, str]) -> dict[str, Any]:
    """Orders that are to be cancelled, each as a whole; ``asked``: for the how manieth time."""
    found = _waiting(hub, connection, query)
    rows = [
        {
            "order_number": one.number,
            "line_number": None,
            "quantity": None,
            "reason": "",
            "asked": one.cancels_asked,
        }
        for one in found
        if one.cancel is CancelStanding.WANTED
    ]
    return {"rows": rows, "cursor": found[-1].number if found else ""}


def _waiting(hub: Hub, connection: Connection, query: Mapping[str, str]) -> list[WarehouseOrder]:
    limit = _limit(query, MOST_ORDERS)
    return hub.ledger.waiting(connection.connection_id, limit, _cursor(query))


def _rows_of(hub: Hub, connection: Connection, wanted: Sequence[WarehouseOrder]) -> Iterator[list[dict[str, Any]]]:
    outbox = hub.connector(connection.system).open_outbox()
    if outbox is None or not wanted:
        return
    settings = hub.settings(connection)
    bodies = hub.orders.bodies((one.order_id, one.body) for one in wanted)
    for one in wanted:
        body = bodies.get((one.order_id, one.body))
        record = hub.orders.load(one.order_id) if body else None
        job = record.jobs.get(one.job_id) if record else None
        if body is None or job is None:
            # Its retention is over: nobody knows where it goes. A person sees that it was never answered.
            logger.warning("order not given", extra={"order": one.order_id, "job": one.job_id})
            count("WarehouseOrdersLeftOut")
            continue
        if job.external_id != one.number or job.state is JobState.CANCELLED:
            continue  # a person ended it, or had it sent again under a new number: once is enough
        if job.cancel_wanted and one.cancel is CancelStanding.NONE:
            continue  # its cancel is on its way: what was not fetched by now is not to be begun
        request = replace(request_of(connection, job, body), mail_class=job.mail_class)
        yield [_snake_row(row) for row in outbox.order_rows(one, request, settings)]


def _snake_row(row: Mapping[str, str]) -> dict[str, Any]:
    """``LineNumber`` -> ``line_number``; what is counted as a number."""
    named = {_snake(name): value for name, value in row.items()}
    return named | {name: int(named[name]) for name in _NUMBERS if named.get(name, "").isdecimal()}


def _snake(name: str) -> str:
    """
    >>> [_snake(name) for name in ("CustomerID", "Address1", "UOM", "ShipToName")]
    ['customer_id', 'address1', 'uom', 'ship_to_name']
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def items(hub: Hub, connection: Connection, query: Mapping[str, str]) -> dict[str, Any]:
    """All items as the products sync last had them, sorted by number, from behind ``cursor`` on."""
    settings: Warehousing = hub.settings(connection)
    limit, cursor = _limit(query, MOST_ITEMS), _cursor(query)
    behind = (item for item in read_items(hub, items_key(connection.connection_id)) if item.number > cursor)
    page = list(islice(behind, limit + 1))
    more = len(page) > limit
    rows = [_item(item, settings) for item in page[:limit]]
    return {"rows": rows, "cursor": page[limit - 1].number if more else ""}


def _item(item: Item, settings: Warehousing) -> dict[str, Any]:
    return {
        "item_number": item.number,
        "division": settings.default_division,
        "description": item.description,
        "uom": settings.default_uom,
        "each_count": 1,
        "unit_cost": None if item.unit_cost is None else f"{item.unit_cost:f}",
        "currency": item.currency,
        "category": item.category,
        "alternate_number": item.barcode,
        "active": item.active,
    }


def runs(hub: Hub, connection: Connection, query: Mapping[str, str]) -> dict[str, Any]:
    """The newest syncs."""
    found = hub.ledger.runs(connection.connection_id, _limit(query, MOST_RUNS))
    return {"rows": [run.model_dump(mode="json", include=_RUN) for run in found]}


def _limit(query: Mapping[str, str], most: int) -> int:
    text = query.get("limit", str(min(most, 50)))
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= most):
        raise Misread(f"limit is a number from 1 to {most}.")
    return int(text)


def _cursor(query: Mapping[str, str]) -> str:
    cursor = query.get("cursor", "")
    if len(cursor) > 200:
        raise Misread("cursor is what the page before gave.")
    return cursor
