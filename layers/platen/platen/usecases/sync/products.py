"""The sync of products: what the stores sell goes to the warehouse as items, with their unit cost.

::

    each store ──▶ first, or all of it, or very many changed: the store's own export, read when it is ready
               └─▶ else: what changed since the watermark, laid over what is kept
    all stores ──▶ the report (duplicates, …) ──▶ items: new, changed, no more sold ──▶ out/<warehouse>/items/
    the very first time ──▶ what the stores have on hand, once ──▶ out/<warehouse>/stock/

Its cursor names the stores that are done with, the export that is waited for, and how far the first stock has come;
taken up again, at most one store is read anew. All that is written is written over, so that doing it twice changes
nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.model import Instant, Value, digest
from platen.domain.products import Trouble
from platen.domain.sync import SCHEDULE, Run, RunState
from platen.domain.verdicts import Busy, Refused, Verdict
from platen.hub import Hub
from platen.ports import StockedStore, Variant
from platen.usecases import health
from platen.usecases.configure import NotAllowed
from platen.usecases.poll import OVERLAP
from platen.usecases.stock.tables import catalogue_key, report_key, run_folder
from platen.usecases.sync import first_stock, items, unmoved, variants
from platen.usecases.sync.setup import missing_for, settings_of, stores_of

if TYPE_CHECKING:
    from platen.usecases.sync.claim import TimeLeft

MOST_CHANGED = 2000
"""Beyond so many changed variants, a store lists all of them in its own time."""
LONGEST_EXPORT = timedelta(hours=12)
LONGEST_BY_ITSELF = timedelta(hours=2)
"""Where nobody asked for it: all other syncs wait meanwhile."""
SPARE = 300.0
"""Seconds that reading a store, though it has us wait, or making the lists may take."""


class Cursor(Value):
    done: tuple[str, ...] = ()
    """Stores that are read."""
    export: str = ""
    """Of the store that follows; waited for."""
    asked_at: Instant | None = None
    """When that export was begun."""
    told: bool = False
    """The items are written; what may follow is the first stock."""
    first: str = ""
    """How far the first stock has come."""


def run(hub: Hub, connection: Connection, run: Run, time_left: TimeLeft) -> Run:
    """Go on with it; gives it as it is kept: not over when its time is up, or an export is not ready."""
    settings = settings_of(hub, connection)
    if left := missing_for(hub, connection, run.kind, dry=run.dry):
        raise NotAllowed(" ".join(left))
    cursor = Cursor.model_validate_json(run.cursor) if run.cursor else Cursor()
    unmoved_since = unmoved.since(hub, run, _goes_by(hub, connection, settings, _sold(hub, connection, settings)))
    for store in stores_of(settings):
        if store in cursor.done:
            continue
        if time_left() < SPARE:
            return run
        cursor, read = _bring(hub, connection, settings, store, run, cursor)
        if store in cursor.done and (read or not unmoved_since):
            variants.write_catalogue(hub, _variants(connection, settings, store), connection.connection_id, store)
        totals = run.totals.but(compared=run.totals.compared + read)
        run = hub.ledger.save_run(run.but(state=RunState.COMPARING, cursor=cursor.model_dump_json(), totals=totals))
        if store not in cursor.done:
            return run
    if not cursor.told:
        if time_left() < SPARE:
            return run
        run = _tell(hub, connection, settings, run, cursor)
    return _first_stock(hub, connection, settings, run, time_left)


def _sold(hub: Hub, connection: Connection, settings: Warehousing) -> list[str | None]:
    """Names the lists of what the stores sell."""
    stores = stores_of(settings)
    keys = [_variants(connection, settings, store) for store in stores]
    return unmoved.marks(hub, keys + [catalogue_key(connection.connection_id, store) for store in stores])


def _goes_by(hub: Hub, connection: Connection, settings: Warehousing, sold: list[str | None]) -> str:
    """With what the warehouse was told of it."""
    told = hub.files.mark(items.key(connection.connection_id))
    return digest([settings.model_dump(mode="json"), sold, told])


def _variants(connection: Connection, settings: Warehousing, store: str) -> str:
    return variants.key(connection.connection_id, store, settings.create_item_using)


# reading a store


def _bring(
    hub: Hub, connection: Connection, settings: Warehousing, store: str, run: Run, cursor: Cursor
) -> tuple[Cursor, int]:
    """Read a store, or have it get its export ready; gives how far it is, and how many variants were read."""
    name = _variants(connection, settings, store)
    try:
        stocked = stocked_store(hub, store)
        read = None
        if not cursor.export and not run.full and run.since and variants.is_there(hub, name):
            read = _changed(hub, stocked, settings, name, run)
        if read is None:
            cursor, ready = _export(hub, stocked, store, run, cursor)
            if not ready:
                return cursor, 0
            folder = f"{run_folder(connection.connection_id, run.run_id)}{store}-"
            listed = (variants.kept(one, settings.create_item_using) for one in stocked.read_export(cursor.export))
            read = variants.write_all(hub, name, folder, listed)
    except Busy:  # with a list of its own, perhaps: its orders and parcels do not wait for that
        raise
    except Verdict as verdict:
        health.failed(hub, store, verdict)
        raise
    return Cursor(done=(*cursor.done, store)), read


def stocked_store(hub: Hub, store: str) -> StockedStore:
    """Raises NotFound; NotAllowed for one that is paused, or that counts nothing."""
    connection = hub.connections.get(store)
    if connection.paused:
        raise NotAllowed(f"{store} is paused, so its products are not read: `platen resume {store}`.")
    stocked = hub.stocked_store(connection)
    if stocked is None:
        raise NotAllowed(f"{store} is no store whose stock Platen can read and write.")
    return stocked


def _changed(hub: Hub, stocked: StockedStore, settings: Warehousing, name: str, run: Run) -> int | None:
    """Lay what changed over what is kept; gives how many, None where they are too many to be read one page after
    another."""
    changed: list[Variant] = []
    page = ""
    while True:
        found = stocked.variants(run.since - OVERLAP if run.since else None, page)
        changed += found.items
        if len(changed) > MOST_CHANGED:
            return None
        if not found.next:
            break
        page = found.next
    if changed:
        variants.lay_over(hub, name, [variants.kept(one, settings.create_item_using) for one in changed])
    return len(changed)


def _export(hub: Hub, stocked: StockedStore, store: str, run: Run, cursor: Cursor) -> tuple[Cursor, bool]:
    """The export that is begun or waited for, and whether it is ready. Raises Refused when it failed."""
    now = hub.clock.now()
    export = stocked.export(cursor.export) if cursor.export else stocked.begin_export()
    cursor = cursor.but(export=export.export_id, asked_at=cursor.asked_at or now)
    if export.failed:
        raise Refused(f"{store} could not list its products: {export.failed}")
    longest = LONGEST_BY_ITSELF if run.by == SCHEDULE else LONGEST_EXPORT
    if not export.done and cursor.asked_at and now - cursor.asked_at > longest:
        raise Refused(
            f"{store} has not listed its products within {longest}. Start the sync again later, by hand:"
            f" `platen sync products --connection {run.connection}`."
        )
    return cursor, export.done


# telling the warehouse


def _tell(hub: Hub, connection: Connection, settings: Warehousing, run: Run, cursor: Cursor) -> Run:
    sold = _sold(hub, connection, settings)
    before = unmoved.since(hub, run, _goes_by(hub, connection, settings, sold))
    if before:
        return _as_told(hub, run, before, cursor)
    told: Counter[str] = Counter()
    outbox = hub.connector(connection.system).open_outbox()
    troubles = items.report(hub, connection, settings, outbox, run.run_id)
    if outbox is not None:
        told = items.tell(hub, connection, settings, outbox, run.run_id)
    totals = run.totals.but(
        corrected=told["told"],
        equal=told["items"] - told["told"],
        duplicates=troubles[Trouble.DUPLICATE],
        blank=troubles[Trouble.BLANK],
        failed=troubles[Trouble.TOO_LONG],
        skipped=troubles[Trouble.UNFIT],
    )
    words = (
        f"{told['told']} of {told['items']} items are new or changed."
        + "".join(f" {count} {_NAMES[trouble]}." for trouble, count in sorted(troubles.items()) if count)
        + (" The report names them." if troubles else "")
    )
    return hub.ledger.save_run(
        run.but(
            state=RunState.PUSHING,
            totals=totals,
            words=words,
            report=report_key(run.connection, run.run_id),
            went_by=_goes_by(hub, connection, settings, sold),
            cursor=cursor.but(told=True).model_dump_json(),
        )
    )


def _as_told(hub: Hub, run: Run, before: Run, cursor: Cursor) -> Run:
    """Nothing is to be told: all is as that run has left it, and its report holds."""
    found = before.totals
    totals = found.but(compared=run.totals.compared, corrected=0, equal=found.equal + found.corrected)
    return hub.ledger.save_run(
        run.but(
            state=RunState.PUSHING,
            totals=totals,
            words=f"No product has changed since {before.run_id}; its report holds.",
            report=before.report,
            cursor=cursor.but(told=True).model_dump_json(),
        )
    )


_NAMES = {
    Trouble.BLANK: "products have no item number and are not synced",
    Trouble.DUPLICATE: "products share an item number and are not synced",
    Trouble.TOO_LONG: "products have an item number that is too long and are not synced",
    Trouble.UNFIT: "products have an item number that does not fit the warehouse's files and are not synced",
    Trouble.CASE: "products have an item number that differs from another in capitals only",
}


def _first_stock(hub: Hub, connection: Connection, settings: Warehousing, run: Run, time_left: TimeLeft) -> Run:
    """What the stores have, told once: from then on the warehouse counts."""
    if hub.ledger.state(run.connection).products_done_at is None:
        cursor = Cursor.model_validate_json(run.cursor)
        for first in first_stock.bring(hub, connection, settings, run, cursor.first):
            cursor = cursor.but(first=first)
            run = hub.ledger.save_run(run.but(cursor=cursor.model_dump_json()))
            if time_left() < SPARE:
                return run
    clear(hub, run)
    return hub.ledger.save_run(run.but(state=RunState.DONE, ended_at=hub.clock.now()))


def clear(hub: Hub, run: Run) -> None:
    """What it has put aside."""
    folder = run_folder(run.connection, run.run_id)
    while aside := hub.files.names(folder):
        for key in aside:
            hub.files.delete(key)
