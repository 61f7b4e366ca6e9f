"""Asking: a sync that a person wants, one that a brake stopped and that may go on, one that nobody is at any more.

Each is written down where the claim is, and then said on the queue; who begins or takes it up is in ``due``.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from platen.domain.connection import Connection
from platen.domain.sync import Plan, Run, SyncState
from platen.hub import Hub
from platen.messages import Queue, SyncHint
from platen.ports import Conflict
from platen.usecases.configure import NotAllowed
from platen.usecases.sync import claim
from platen.usecases.sync.setup import missing, settings_of, timetable_of

GRACE = timedelta(seconds=60)
"""So long after it may be taken up, a run that nobody has taken up was forgotten."""


def start(hub: Hub, connection: Connection, plan: Plan) -> str:
    """Have a sync begun for a person; gives the id of its run. Raises NotAllowed while another one is on."""
    now = hub.clock.now()

    def taken(state: SyncState) -> SyncState:
        refuse_while_on(state)
        return claim.begun(hub, state, plan.but(since=state.watermark), "", now)

    state = claim.change(hub, connection.connection_id, taken)
    if state is None or state.plan is None:
        raise Conflict(connection.connection_id)
    # For people to look at; a worker that was quicker has kept it already.
    with suppress(Conflict):
        hub.ledger.save_run(state.plan.run(state.connection, state.running, now))
    send(hub, state)
    return state.running


def release(hub: Hub, run: Run, who: str) -> Run:
    """Have a run that braked go on. Raises NotAllowed while another one is on.

    ::

        run: released ──▶ (✝ it can be released again) ──▶ state: it is on ──▶ (✝ the sweep) ──▶ SyncHint(run)
    """
    refuse_while_on(hub.ledger.state(run.connection))
    run = hub.ledger.save_run(run.but(released=True, released_by=who))
    plan = Plan(steps=(run.kind,), begun_at=run.begun_at, since=run.since, by=run.by, full=run.full)

    def taken(state: SyncState) -> SyncState:
        refuse_while_on(state)
        return state.but(running=run.run_id, plan=plan, token="", lease_until=hub.clock.now())

    state = claim.change(hub, run.connection, taken)
    if state is not None:
        send(hub, state)
    return run


def refuse_while_on(state: SyncState) -> None:
    if state.running and state.plan:
        kind = state.plan.steps[0].value
        raise NotAllowed(
            f"A sync of {kind} of {state.connection} is on already ({state.running}, asked for by {state.plan.by})."
            f" Wait until it is over: `platen sync status --connection {state.connection}`."
        )


def go_on(hub: Hub, connection: Connection) -> bool:
    """For the sweep: have taken up what nobody is at any more, and End of Day where its message never came."""
    state = hub.ledger.state(connection.connection_id)
    if state.running:
        abandoned = not claim.leased(state, hub.clock.now() - GRACE)
    else:
        abandoned = due_again(hub, connection, state)
    if abandoned:
        send(hub, state)
    return abandoned


def due_again(hub: Hub, connection: Connection, state: SyncState) -> bool:
    """Whether an End of Day is due that nothing has taken up: its message came while another sync was on, or not at
    all."""
    if state.running or connection.paused:
        return False
    plan = timetable_of(settings_of(hub, connection)).due(state, hub.clock.now())
    return plan is not None and plan.business_date is not None and not missing(hub, connection, state)


def send(hub: Hub, state: SyncState, delay: timedelta = timedelta(0)) -> None:
    """Say that its run is to be taken up; without one: that something may be due."""
    hint = SyncHint(connection=state.connection, run_id=state.running)
    hub.queues.send(Queue.SYNCS, [hint], delay=delay)
