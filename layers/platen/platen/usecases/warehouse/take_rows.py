"""Take rows: what a warehouse tells of orders and of moved stock is applied to the ledger, an answer for each row.

::

    rows of one order ──▶ read it ──▶ apply them ──▶ save it under its version ──▶ [shipments] a hint
                             ▲                          │ somebody else wrote
                             └──────────────────────────┘
    a row that came before: nothing to save, but the hint of that time may be lost: another one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from platen.connectors import Read
from platen.connectors.warehousing import GoesDown, Warehousing
from platen.domain.connection import Connection
from platen.domain.warehouse import (
    Adjustment,
    OrderAnswer,
    PickRow,
    RowResult,
    RowStatus,
    ShipmentRow,
)
from platen.domain.warehouse_counts import why_not_moved
from platen.domain.warehouse_rows import OrderRow, Outcome, apply
from platen.hub import Hub
from platen.messages import Queue, VendorHint
from platen.ports import Conflict
from platen.usecases.warehouse.items import known_items

_TRIES = 5
_AT_ONCE = 500
"""Hints in one send."""

type _Row = tuple[int, OrderRow]


def take(
    hub: Hub, connection: Connection, reads: Iterable[Read], *, told_at: datetime | None = None
) -> list[RowResult]:
    """The answers, in the order of the rows. ``told_at``: when the warehouse told them, where that is not now.

    Raises nothing for what the warehouse wrote. Raises Conflict where others write to an order without end; what
    was saved by then is found as known when it comes again.
    """
    reads = list(reads)
    results = [read.refused for read in reads if read.refused]
    orders: dict[str, list[_Row]] = defaultdict(list)
    moves: list[tuple[int, Adjustment]] = []
    for read in reads:
        if isinstance(read.told, PickRow | ShipmentRow | OrderAnswer):
            orders[read.told.order_number].append((read.row, read.told))
        elif isinstance(read.told, Adjustment):
            moves.append((read.row, read.told))
    moment = min(told_at or hub.clock.now(), hub.clock.now())
    results += _take_orders(hub, connection, orders, moment)
    results += _take_moves(hub, connection, moves)
    return sorted(results, key=lambda result: result.row)


# rows of orders


def _take_orders(
    hub: Hub, connection: Connection, orders: dict[str, list[_Row]], told_at: datetime
) -> Iterator[RowResult]:
    hints: list[VendorHint] = []
    for number, rows in orders.items():
        results = _take_order(hub, connection, number, rows, told_at)
        if any(result.status is not RowStatus.REJECTED for result in results):
            topic = _topic(rows)
            hints.append(VendorHint(connection=connection.connection_id, external_id=number, topic=topic))
        if len(hints) >= _AT_ONCE:
            hub.queues.send(Queue.SHIPMENTS, hints)
            hints = []
        yield from results
    if hints:
        hub.queues.send(Queue.SHIPMENTS, hints)


def _topic(rows: Sequence[_Row]) -> str:
    topics = {PickRow: "picks", ShipmentRow: "shipments", OrderAnswer: "answers"}
    return topics[type(rows[0][1])]


def _take_order(
    hub: Hub, connection: Connection, number: str, rows: Sequence[_Row], told_at: datetime
) -> list[RowResult]:
    twice = _told_twice(rows)
    by_pick = _settings(hub, connection).count_goes_down is GoesDown.PICKED
    for _ in range(_TRIES):
        before = hub.ledger.order(connection.connection_id, number)
        if before is None:
            return [_unknown_order(row, told) for row, told in rows]
        after, results = before, []
        for row, told in rows:
            if row in twice:
                results.append(_line_twice(row, told))
                continue
            outcome = apply(after, told, now=hub.clock.now(), by_pick=by_pick, told_at=told_at)
            after = outcome.order
            results.append(_result(row, told, outcome))
        try:
            if after != before:
                hub.ledger.save_order(before, after)
        except Conflict:
            continue  # somebody else told of it meanwhile: read again, decide again
        return results
    raise Conflict(f"order {number} is written by others without end")


def _told_twice(rows: Sequence[_Row]) -> set[int]:
    """Rows that tell one line in several ways at the same time: which of them holds, or whether they are to be
    summed up, cannot be known."""
    told: dict[tuple[int, datetime | None], dict[tuple[int, str, str, str], list[int]]] = defaultdict(dict)
    for row, pick in rows:
        if isinstance(pick, PickRow):
            of_line = told[pick.line_number, pick.picked_at]
            of_line.setdefault((pick.picked, pick.site, pick.location, pick.lot), []).append(row)
    return {row for ways in told.values() if len(ways) > 1 for same in ways.values() for row in same}


def _settings(hub: Hub, connection: Connection) -> Warehousing:
    settings: Warehousing = hub.settings(connection)
    return settings


def _key(told: OrderRow) -> str:
    return told.order_number if isinstance(told, OrderAnswer) else f"{told.order_number}/{told.line_number}"


def _result(row: int, told: OrderRow, outcome: Outcome) -> RowResult:
    return RowResult(row=row, key=_key(told), status=outcome.status, code=outcome.code, message=outcome.message)


def _refused(row: int, key: str, code: str, message: str) -> RowResult:
    return RowResult(row=row, key=key, status=RowStatus.REJECTED, code=code, message=message)


def _unknown_order(row: int, told: OrderRow) -> RowResult:
    message = "Platen sent no such order by this connection. Give the order number exactly as it came."
    return _refused(row, _key(told), "unknown_order", message)


def _line_twice(row: int, told: OrderRow) -> RowResult:
    message = (
        "This line is told more than once with other quantities, lots or locations. Tell it in one row, with "
        "how many were picked in all; or give each row its own PickedAt."
    )
    return _refused(row, _key(told), "line_twice", message)


# stock that moved without an order


def _take_moves(hub: Hub, connection: Connection, moves: Sequence[tuple[int, Adjustment]]) -> Iterator[RowResult]:
    if not moves:
        return
    settings = _settings(hub, connection)
    sites = {place.site for place in settings.places}
    wanted: dict[str, set[str]] = defaultdict(set)
    for _, move in moves:
        wanted[move.site].add(move.item)
    known = {site: known_items(hub, connection, site, items) for site, items in wanted.items() if site in sites}
    for row, move in moves:
        why = why_not_moved(move, sites=sites, items=known.get(move.site), now=hub.clock.now())
        yield _refused(row, move.adjustment_id, *why) if why else _take_move(hub, connection, row, move)


def _take_move(hub: Hub, connection: Connection, row: int, move: Adjustment) -> RowResult:
    try:
        new = hub.ledger.add_adjustment(connection.connection_id, move.but(received_at=hub.clock.now()))
    except Conflict:
        message = (
            "This AdjustmentID was told before with other values. Each movement needs an ID of its own: tell this "
            "one again with a new one."
        )
        return _refused(row, move.adjustment_id, "id_used_otherwise", message)
    status = RowStatus.APPLIED if new else RowStatus.DUPLICATE
    return RowResult(row=row, key=move.adjustment_id, status=status)
