"""The sync of orders: what changed at the stores, what the warehouse was not told, what it told and nobody took in.

All of it comes by itself as well, within seconds. This is what catches up when a message got lost, a host was off,
or a person sets the watermark back: everything is looked for anew, and what was read since is not read again.

::

    stores: changed since the watermark, 15 minutes before it included ──▶ [intake]   unless read since
    jobs that are ready or parked ──▶ [dispatch]      files that lie there ──▶ taken in
    parcels that a store was not told of ──▶ [store-updates]
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from platen.domain.connection import Connection
from platen.domain.model import iso
from platen.domain.sync import Run, RunState
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import JobHint, Queue, ShipmentHint
from platen.ports import Watch
from platen.usecases import health
from platen.usecases.poll import OVERLAP, since_last, unread
from platen.usecases.sweep import EVER
from platen.usecases.sync.setup import settings_of, stores_of

if TYPE_CHECKING:
    from platen.usecases.sync.claim import TimeLeft

MOST = 1000
"""Jobs, and parcels of a store, that are asked about again in one run; the sweep finds the others."""
_SPARE = 20.0
"""Seconds that a page may take."""


def run(hub: Hub, connection: Connection, run: Run, time_left: TimeLeft) -> Run:
    """Go on with it; gives it as it is kept. Its cursor: the store that is being asked, and its next page."""
    stores = _stores(hub, connection)
    at, _, page = run.cursor.partition(" ")
    for store in stores[stores.index(at) if at in stores else 0 :]:
        while True:
            if time_left() < _SPARE:
                return run
            page, seen, sent = _ask(hub, store, run.since, page if store == at else "")
            totals = run.totals.but(compared=run.totals.compared + seen, corrected=run.totals.corrected + sent)
            at = store
            run = hub.ledger.save_run(run.but(state=RunState.PUSHING, totals=totals, cursor=f"{store} {page}"))
            if not page:
                break
    return _finish(hub, connection, run, stores)


def _stores(hub: Hub, connection: Connection) -> list[str]:
    """Those its sites feed, and those that send it orders; one that is paused is asked once it is not."""
    fed = stores_of(settings_of(hub, connection))
    there = {one.connection_id: one for one in hub.connections.all()}
    linked = [
        name for name, one in there.items() if any(link.vendor == connection.connection_id for link in one.links)
    ]
    return [name for name in dict.fromkeys([*fed, *linked]) if name in there and not there[name].paused]


def _ask(hub: Hub, store: str, since: datetime | None, page: str) -> tuple[str, int, int]:
    """One page: the next page, how many orders were on it, and how many of them are to be read."""
    connection = hub.connections.get(store)
    if since is None:
        since = since_last(connection, hub.connections.health(store))
    else:
        since -= OVERLAP
    try:
        found = hub.store(connection).changed_since(since, page)
    except Verdict as verdict:
        health.failed(hub, store, verdict)
        raise
    hints = list(unread(hub, connection, found.items))
    if hints:
        hub.queues.send(Queue.INTAKE, hints)
    return found.next, len(found.items), len(hints)


def _finish(hub: Hub, connection: Connection, run: Run, stores: list[str]) -> Run:
    jobs = _jobs(hub, connection.connection_id)
    parcels = sum(_parcels(hub, store) for store in stores)
    files = _take_files(hub, connection)
    since = f"since {iso(run.since)}" if run.since else "since they were last asked"
    words = (
        f"{run.totals.compared} orders changed at their stores {since}, and {run.totals.corrected} of them were not"
        f" read since; {jobs} jobs and {parcels} parcels were asked about again; {files} files were taken in."
    )
    done = run.but(state=RunState.DONE, words=words, ended_at=hub.clock.now())
    return hub.ledger.save_run(done)


def _jobs(hub: Hub, name: str) -> int:
    """Those that were not sent, parked ones too."""
    due = [one for one in hub.orders.due(name, Watch.WORK, EVER, MOST) if one.job_id]
    hints = [JobHint(connection=name, order_id=one.order_id, job_id=one.job_id) for one in due]
    if hints:
        hub.queues.send(Queue.DISPATCH, hints)
    return len(hints)


def _parcels(hub: Hub, store: str) -> int:
    due = [one for one in hub.orders.due(store, Watch.WORK, EVER, MOST) if one.shipment_id]
    hints = [ShipmentHint(connection=store, order_id=one.order_id, shipment_id=one.shipment_id) for one in due]
    if hints:
        hub.queues.send(Queue.STORE_UPDATES, hints)
    return len(hints)


def _take_files(hub: Hub, connection: Connection) -> int:
    """What lies there and was not taken in: its event was lost, or came while it could not be read."""
    from platen.usecases.warehouse.take_file import take_all  # noqa: PLC0415 - only here are files read

    return take_all(hub, connection.connection_id)
