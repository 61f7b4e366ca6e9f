"""The operator's answers about syncs and stock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from platen.domain.connection import Connection
from platen.domain.sync import Plan, Run, RunState, SyncState
from platen.domain.sync_kind import SyncKind
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases import show_stock
from platen.usecases.configure import NotAllowed
from platen.usecases.requests import OfConnection
from platen.usecases.requests_stock import (
    OfRun,
    StockPause,
    StockRelease,
    StockResume,
    SyncPlaces,
    SyncReport,
    SyncRuns,
    SyncStart,
    SyncWatermark,
)
from platen.usecases.sync import asking, claim
from platen.usecases.sync.setup import missing_for, settings_of

if TYPE_CHECKING:
    from platen.usecases.operate import Operator

type Answer = dict[str, Any]

LONGEST_PAUSE = timedelta(days=31)


def _warehouse(hub: Hub, name: str) -> Connection:
    """Raises NotFound, and NotAllowed for a connection that is no warehouse."""
    connection = hub.connections.get(name)
    settings_of(hub, connection)
    return connection


def _run(hub: Hub, request: OfRun) -> Run:
    _warehouse(hub, request.connection)
    run = hub.ledger.run(request.connection, request.run_id)
    if run is None:
        raise NotFound(f"{request.connection} has no run {request.run_id}")
    return run


# looking


def _sync_status(operator: Operator, request: OfConnection) -> Answer:
    return show_stock.status(operator.hub, _warehouse(operator.hub, request.connection))


def _sync_run(operator: Operator, request: OfRun) -> Answer:
    return {"run": show_stock.run_view(_run(operator.hub, request))}


def _sync_runs(operator: Operator, request: SyncRuns) -> Answer:
    _warehouse(operator.hub, request.connection)
    found = operator.hub.ledger.runs(request.connection, request.limit)
    return {"runs": [show_stock.run_view(one) for one in found]}


def _sync_report(operator: Operator, request: SyncReport) -> Answer:
    run = _run(operator.hub, request)
    return show_stock.report_page(operator.hub, run, request.offset, request.limit, differing=request.differing)


def _sync_places(operator: Operator, request: SyncPlaces) -> Answer:
    stocked = operator.hub.stocked_store(operator.hub.connections.get(request.store))
    if stocked is None:
        raise NotAllowed(f"{request.store} is no store whose stock Platen can write.")
    return {"store": request.store, "places": [asdict(one) for one in stocked.places()]}


# syncing


def _sync_start(operator: Operator, request: SyncStart) -> Answer:
    hub = operator.hub
    connection = _warehouse(hub, request.connection)
    if connection.paused:
        raise NotAllowed(f"{request.connection} is paused: `platen resume {request.connection}` first.")
    if request.dry and request.kind is not SyncKind.STOCK:
        raise NotAllowed("Only stock can be tried out: a sync of products or orders writes nothing to a store.")
    left = missing_for(hub, connection, request.kind, dry=request.dry)
    if left:
        raise NotAllowed(" ".join(left))
    if request.kind is SyncKind.STOCK and not request.dry:
        _refuse_while_paused(hub, hub.ledger.state(request.connection))
    plan = Plan(steps=(request.kind,), begun_at=hub.clock.now(), by=request.by, full=request.full, dry=request.dry)
    return {"run_id": asking.start(hub, connection, plan)}


def _refuse_while_paused(hub: Hub, state: SyncState) -> None:
    if state.paused_until and hub.clock.now() < state.paused_until:
        raise NotAllowed(
            f"No stock of {state.connection} is pushed until {state.paused_until:%Y-%m-%d %H:%M} UTC:"
            f" `platen sync resume --connection {state.connection}` first, or try it with --dry-run."
        )


def _sync_watermark(operator: Operator, request: SyncWatermark) -> Answer:
    """Back is safe, for what was done is seen to be done; ahead of now would pass over what comes until then."""
    hub = operator.hub
    connection = _warehouse(hub, request.connection)
    if request.to > hub.clock.now():
        raise NotAllowed("That is not over yet: what changes until then would not be synced.")
    claim.change(hub, request.connection, lambda state: state.but(watermark=request.to, watermark_by=request.by))
    return show_stock.status(hub, connection)


# the push of stock


def _stock_pause(operator: Operator, request: StockPause) -> Answer:
    hub = operator.hub
    connection = _warehouse(hub, request.connection)
    now = hub.clock.now()
    if not now < request.until <= now + LONGEST_PAUSE:
        raise NotAllowed(f"Say until when, within {LONGEST_PAUSE.days} days from now.")
    claim.change(
        hub,
        request.connection,
        lambda state: state.but(paused_until=request.until, paused_by=request.by, compare_all=True),
    )
    return show_stock.status(hub, connection)


def _stock_resume(operator: Operator, request: StockResume) -> Answer:
    hub = operator.hub
    connection = _warehouse(hub, request.connection)
    now = hub.clock.now()

    def resumed(state: SyncState) -> SyncState:
        if state.paused_until is None:
            return state
        return state.but(paused_until=None, paused_by=request.by, compare_all=True, watched_from=now)

    claim.change(hub, request.connection, resumed)
    return show_stock.status(hub, connection)


def _stock_release(operator: Operator, request: StockRelease) -> Answer:
    hub = operator.hub
    run = _run(hub, request)
    if run.state is not RunState.BRAKED:
        raise NotAllowed(f"Run {run.run_id} is not stopped by a brake: it is {run.state.value}.")
    _refuse_while_paused(hub, hub.ledger.state(request.connection))
    newer = [
        one.run_id
        for one in hub.ledger.runs(request.connection, 100)
        if one.run_id > run.run_id and one.kind is SyncKind.STOCK and not one.dry
    ]
    if newer:
        raise NotAllowed(
            f"{newer[0]} has compared it anew since, so what {run.run_id} found is out of date: look at that one."
        )
    return {"run": show_stock.run_view(asking.release(hub, run, request.by))}


STOCK: dict[str, tuple[type[BaseModel], Callable[[Operator, Any], Answer]]] = {
    "sync_status": (OfConnection, _sync_status),
    "sync_run": (OfRun, _sync_run),
    "sync_runs": (SyncRuns, _sync_runs),
    "sync_report": (SyncReport, _sync_report),
    "sync_places": (SyncPlaces, _sync_places),
    "sync_start": (SyncStart, _sync_start),
    "sync_watermark": (SyncWatermark, _sync_watermark),
    "stock_pause": (StockPause, _stock_pause),
    "stock_resume": (StockResume, _stock_resume),
    "stock_release": (StockRelease, _stock_release),
}
