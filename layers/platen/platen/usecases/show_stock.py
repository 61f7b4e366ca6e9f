"""Show: syncs and stock as a person reads them. Nothing here changes anything."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.model import iso
from platen.domain.sync import Run, SyncState
from platen.domain.warehouse import Snapshot
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases.stock.rows import EQUAL
from platen.usecases.sync.setup import missing, settings_of, timetable_of

type View = dict[str, Any]


def run_view(run: Run) -> View:
    """A run with its totals; how far its workers are is theirs."""
    view: View = run.model_dump(mode="json", exclude={"version", "cursor", "parts", "tries", "went_by"})
    if run.late and run.business_date:
        caught_up = f"The End of Day of {run.business_date} was missed at its time, and is caught up."
        view["words"] = f"{caught_up} {run.words}".strip()
    return view


def report_page(hub: Hub, run: Run, offset: int, limit: int, *, differing: bool = False) -> View:
    """Rows of its report (``differing``: but those that were equal); ``next``: where the next page begins, None at
    the end. Raises NotFound."""
    if not run.report:
        raise NotFound(f"run {run.run_id} has no report{'' if run.over else ' yet'}")
    rows: Iterator[list[str]] = csv.reader(hub.files.lines(run.report))
    columns = next(rows, [])
    if differing and "result" in columns:
        result = columns.index("result")
        rows = (row for row in rows if row[result] != EQUAL)
    found = list(islice(rows, offset, offset + limit + 1))
    following = offset + limit if len(found) > limit else None
    return {"columns": columns, "rows": found[:limit], "next": following}


def status(hub: Hub, connection: Connection) -> View:
    """Where a warehouse connection stands."""
    settings = settings_of(hub, connection)
    state = hub.ledger.state(connection.connection_id)
    table, now = timetable_of(settings), hub.clock.now()
    left = missing(hub, connection, state)
    ready = not left and not connection.paused
    next_sync = table.next_sync(state, now) if ready else None
    next_end_of_day = table.next_end_of_day(state, now) if ready else None
    paused_until = state.paused_until if state.paused_until and state.paused_until > now else None
    view: View = state.model_dump(
        mode="json",
        include={
            "connection", "watermark", "watermark_by", "products_done_at", "end_of_day", "running", "paused_by",
            "compare_all", "dry_run_done", "pushed_at", "trouble", "last_run",
        },
    )  # fmt: skip
    return view | {
        "missing": left,
        "paused": connection.paused,
        "paused_until": iso(paused_until) if paused_until else None,
        "next_sync": iso(next_sync) if next_sync else None,
        "next_end_of_day": iso(next_end_of_day) if next_end_of_day else None,
        "time_zone": settings.time_zone,
        "snapshots": [
            _count_of(hub, state, site, settings) for site in dict.fromkeys(one.site for one in settings.places)
        ],
        "brakes": settings.brakes.model_dump(mode="json"),
    }


def _count_of(hub: Hub, state: SyncState, site: str, settings: Warehousing) -> View:
    """The count that a site is pushed from, and whether it is too old for that."""
    kept = state.snapshots.get(site)
    if not kept:
        return {"site": site, "snapshot_id": "", "taken_at": None, "rows": 0, "age_hours": None, "too_old": True}
    snapshot = Snapshot.model_validate_json(kept)
    age = (hub.clock.now() - snapshot.taken_at).total_seconds() / 3600
    return {
        "site": site,
        "snapshot_id": snapshot.snapshot_id,
        "taken_at": iso(snapshot.taken_at),
        "rows": snapshot.rows,
        "age_hours": round(age, 1),
        "too_old": age > settings.oldest_snapshot_hours,
    }
