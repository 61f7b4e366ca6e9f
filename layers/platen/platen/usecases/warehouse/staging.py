"""Staging: a snapshot that comes by calls, part by part, until it is complete.

::

    begin ──▶ parts 1, 2, … (each may come again) ──▶ complete, with how many rows there are in all
                                                        │ proved                  │ other than said
                                                        ▼                         ▼
                                                     as a file would be        nothing was changed
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from platen.connectors import Contents, FileRefused, Read, TellsOf
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.warehouse import CountRow, RowResult, RowStatus, Snapshot
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases.stock.tables import line_of, safe
from platen.usecases.warehouse.calls import Begin, Counted, Part, reads_of
from platen.usecases.warehouse.take_snapshot import refuse_if_useless, take_snapshot

MOST_PARTS = 10_000


def begin(hub: Hub, connection: Connection, given: Begin) -> None:
    """Raises FileRefused where it could not count anyway, or its name stands for another one."""
    snapshot = given.told()
    known = _begun(hub, connection, given.snapshot_id)
    if known and known != snapshot:
        words = (
            f"{given.snapshot_id} was begun with another time or site. Give each count a snapshot_id of its own."
        )
        raise _refused(given.snapshot_id, "snapshot_changed", words)
    refuse_if_useless(hub, connection, snapshot)
    hub.files.put(_head(connection, given.snapshot_id), snapshot.model_dump_json().encode())


def add(hub: Hub, connection: Connection, snapshot_id: str, part: Part) -> list[RowResult]:
    """The rows that cannot be read; where there are any, nothing of the part is kept. Raises FileRefused."""
    _needed(hub, connection, snapshot_id)
    settings: Warehousing = hub.settings(connection)
    reads = list(reads_of(Counted, part.rows, settings.default_uom))
    refused = [read.refused for read in reads if read.refused]
    if not refused:
        counts = (read.told for read in reads if isinstance(read.told, CountRow))
        lines = (line_of([one.item, one.on_hand, "" if one.allocated is None else one.allocated]) for one in counts)
        hub.files.put_lines(f"{_folder(connection, snapshot_id)}{part.part:04d}.csv.gz", lines)
    return refused


def complete(hub: Hub, connection: Connection, snapshot_id: str, rows: int) -> list[RowResult]:
    """Take it as a file would be. Raises FileRefused; its parts stay, so that one that is missing can be sent."""
    if _begun(hub, connection, snapshot_id) is None and _counts(hub, connection, snapshot_id):
        return [RowResult(row=0, key=snapshot_id, status=RowStatus.DUPLICATE, message="It is complete already.")]
    snapshot = _needed(hub, connection, snapshot_id)
    keys = _parts(hub, connection, snapshot_id)
    contents = Contents(TellsOf.SNAPSHOTS, _proved(hub, snapshot_id, keys, rows), snapshot)
    results = take_snapshot(hub, connection, contents)
    # The head first: cut off in between, it is found as complete, and not as one that lacks parts.
    for key in [_head(connection, snapshot_id), *keys]:
        hub.files.delete(key)
    return results


def _counts(hub: Hub, connection: Connection, snapshot_id: str) -> bool:
    named = hub.ledger.state(connection.connection_id).snapshots.values()
    return any(Snapshot.model_validate_json(text).snapshot_id == snapshot_id for text in named)


def _proved(hub: Hub, snapshot_id: str, keys: list[str], rows: int) -> Iterator[Read]:
    number = 0
    for key in keys:
        for item, on_hand, allocated in csv.reader(hub.files.lines(key)):
            number += 1
            told = CountRow(item=item, on_hand=int(on_hand), allocated=int(allocated) if allocated else None)
            yield Read(number, told)
    if number != rows:
        words = f"It has {number} rows in {len(keys)} parts, not {rows}. Send what is missing. Nothing was changed."
        raise _refused(snapshot_id, "not_whole", words)


def _needed(hub: Hub, connection: Connection, snapshot_id: str) -> Snapshot:
    snapshot = _begun(hub, connection, snapshot_id)
    if snapshot is None:
        words = "No such snapshot was begun, or it is complete already. Begin it first."
        raise _refused(snapshot_id, "unknown_snapshot", words)
    return snapshot


def _begun(hub: Hub, connection: Connection, snapshot_id: str) -> Snapshot | None:
    try:
        return Snapshot.model_validate_json(hub.files.get(_head(connection, snapshot_id), most=10_000))
    except NotFound:
        return None


def _parts(hub: Hub, connection: Connection, snapshot_id: str) -> list[str]:
    keys = hub.files.names(_folder(connection, snapshot_id), limit=MOST_PARTS)
    return [key for key in keys if key.endswith(".csv.gz")]


def _folder(connection: Connection, snapshot_id: str) -> str:
    return f"own/{connection.connection_id}/staging/{safe(snapshot_id)}/"


def _head(connection: Connection, snapshot_id: str) -> str:
    return f"{_folder(connection, snapshot_id)}begin.json"


def _refused(key: str, code: str, message: str) -> FileRefused:
    return FileRefused(RowResult(row=0, key=key, status=RowStatus.REJECTED, code=code, message=message))
