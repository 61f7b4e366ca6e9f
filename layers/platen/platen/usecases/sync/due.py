"""Due: what has to be synced now, and one step of it after another.

::

    the schedule, late, twice, or never ─▶ what is due is found out: End of Day first, once for its business date;
                                           else, within the time range: products, orders, stock that changed
    a person ─▶ one kind, refused with words while another sync is on
    SyncHint(run_id) ─▶ that run goes on

Orders are pulled and parcels told before stock is pushed. A step that fails does not hold up the others, but the
watermark stays where it was, so that all since then is looked at again. How a claim is taken, handed on and taken
over is told in ``claim``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from platen.domain.connection import Connection, Role
from platen.domain.sync import AGAIN, OVER, SCHEDULE, Plan, Run, RunState, SyncState
from platen.domain.sync_kind import SyncKind
from platen.domain.verdicts import Later, Unclear, Verdict
from platen.hub import Hub
from platen.messages import SyncHint
from platen.observability import logger
from platen.ports import NotFound
from platen.usecases import gone
from platen.usecases.configure import NotAllowed
from platen.usecases.sync import claim, orders, products
from platen.usecases.sync.asking import due_again, send
from platen.usecases.sync.claim import TimeLeft
from platen.usecases.sync.setup import missing, settings_of, timetable_of

type Step = Callable[[Hub, Connection, Run, TimeLeft], Run]
"""Goes on with a run and gives it as it is kept: over, braked, or not over, when its time is up or it waits."""

SOON = timedelta(seconds=15)
SETTLE = timedelta(seconds=60)
"""Between orders and stock, where orders were brought over: they take their way through the queues."""
ENOUGH = 30.0
"""Seconds: with less, no further step is begun."""
MOST_TRIES = 5
_LONGEST_WAIT = timedelta(minutes=15)
_ENDED = {RunState.BRAKED: "waits for a person", RunState.DONE: "is done, but not for all"}


def _push(hub: Hub, connection: Connection, run: Run, time_left: TimeLeft) -> Run:
    from platen.usecases.stock import push  # noqa: PLC0415 - a sync of products has no use for it

    return push.run(hub, connection, run, time_left)


STEPS: Mapping[SyncKind, Step] = {
    SyncKind.PRODUCTS: products.run,
    SyncKind.ORDERS: orders.run,
    SyncKind.STOCK: _push,
}


def sync(hub: Hub, hint: SyncHint, time_left: TimeLeft, steps: Mapping[SyncKind, Step] = STEPS) -> None:
    """Do what the hint asks for, as far as the time goes."""
    connection = hub.still_there(hint.connection)
    if connection is None:
        gone.pass_over(hint)
        return
    if connection.paused or Role.WAREHOUSE not in connection.roles:
        return
    held, broken = _take(hub, connection, hint, time_left)
    try:
        while held is not None:
            held, broken = _go_on(hub, connection, held, time_left, steps, broken=broken), False
    except Exception:
        if held is not None:
            claim.broke_off(hub, held)
        raise


# taking the claim


def _take(hub: Hub, connection: Connection, hint: SyncHint, time_left: TimeLeft) -> tuple[SyncState | None, bool]:
    """The claim, now ours, and whether it broke off before; None when there is nothing to do, or somebody else is
    at it."""
    broken = False

    def taken(state: SyncState) -> SyncState | None:
        nonlocal broken
        broken = bool(state.token)
        if claim.leased(state, hub.clock.now()):
            logger.info("sync is on already", extra={"connection": state.connection, "run": state.running})
            return None
        if state.running:
            # Whoever comes first takes it up; a hint of a run that is over by now has nothing to say.
            wanted = not hint.run_id or hint.run_id == state.running
            return claim.take_up(hub, state, time_left) if wanted else None
        if hint.run_id:
            return None
        plan = _plan(hub, connection, hint, state)
        if plan is None:
            return None
        if plan.business_date:
            state = state.but(end_of_day=plan.business_date, again_at=None)
        return claim.begun(hub, state, plan, hub.new_token(), claim.lease(hub, time_left))

    return claim.change(hub, connection.connection_id, taken), broken


def _plan(hub: Hub, connection: Connection, hint: SyncHint, state: SyncState) -> Plan | None:
    left = missing(hub, connection, state)
    if left:
        logger.info("not set up for syncs", extra={"connection": connection.connection_id, "missing": len(left)})
        return None
    if hint.kind:
        return Plan(steps=(hint.kind,), begun_at=hub.clock.now(), since=state.watermark)
    return timetable_of(settings_of(hub, connection)).due(state, hub.clock.now())


# one step


def _go_on(
    hub: Hub,
    connection: Connection,
    held: SyncState,
    time_left: TimeLeft,
    steps: Mapping[SyncKind, Step],
    *,
    broken: bool,
) -> SyncState | None:
    """Do the step that is on; gives the claim on the next one, None when our part of it ends here."""
    plan = held.plan
    if plan is None:  # nobody writes such: nothing is known of what ran
        raise RuntimeError(f"{held.connection}: run {held.running} has no plan")
    run = hub.ledger.run(held.connection, held.running)
    if run is None:
        run = hub.ledger.save_run(plan.run(held.connection, held.running, hub.clock.now()))
    elif broken and not _ended(run):
        run = _counted(hub, held, run)
    if not _ended(run):
        run, wait = _do(hub, connection, held, run, time_left, steps)
        if not _ended(run):
            _hand_on(hub, held, wait)
            return None
    following = _end(hub, connection, held, run, time_left)
    if following is None:
        return None
    settles = run.kind is SyncKind.ORDERS and run.totals.corrected > 0
    if settles or time_left() < ENOUGH:
        _hand_on(hub, following, SETTLE if settles else SOON)
        return None
    return following


def _hand_on(hub: Hub, held: SyncState, wait: timedelta) -> None:
    """Until then nobody takes it up: what waits for something is not hurried by the next schedule."""
    claim.hand_on(hub, held, hub.clock.now() + wait)
    send(hub, held, delay=wait)


def _ended(run: Run) -> bool:
    """Over, or before a person."""
    return run.state in OVER or (run.state is RunState.BRAKED and not run.released)


def _counted(hub: Hub, held: SyncState, run: Run) -> Run:
    """One that broke off. What ends its workers is not tried for ever."""
    run = hub.ledger.save_run(run.but(tries=run.tries + 1))
    if run.tries <= MOST_TRIES:
        return run
    logger.error("sync given up", extra={"connection": held.connection, "run": run.run_id, "tries": run.tries})
    why = run.words or "What happened is in the log of the function."
    return _failed(hub, run, f"It was broken off {run.tries} times and is given up. {why}")


def _do(
    hub: Hub,
    connection: Connection,
    held: SyncState,
    run: Run,
    time_left: TimeLeft,
    steps: Mapping[SyncKind, Step],
) -> tuple[Run, timedelta]:
    """The run as it is kept, and when to go on with it. Raises Conflict where it is somebody else's by now."""
    try:
        run = steps[run.kind](hub, connection, run, time_left)
    except (Verdict, NotFound, NotAllowed) as refused:
        kept = hub.ledger.run(run.connection, run.run_id) or run
        claim.make_sure(hub, held)
        words = refused.words if isinstance(refused, Verdict) else str(refused)
        if isinstance(refused, Later | Unclear) and kept.tries < MOST_TRIES:
            wait = _wait(refused, kept.tries)
            return hub.ledger.save_run(kept.but(words=words[:500], tries=kept.tries + 1)), wait
        return _failed(hub, kept, words), SOON
    if run.tries and not _ended(run):
        run = hub.ledger.save_run(run.but(tries=0))  # it came further
    return run, SOON


def _wait(verdict: Verdict, tries: int) -> timedelta:
    asked = verdict.after if isinstance(verdict, Later) else None
    doubled: timedelta = timedelta(seconds=30) * 2**tries
    return min(max(asked or doubled, SOON), _LONGEST_WAIT)


def _failed(hub: Hub, run: Run, words: str) -> Run:
    return hub.ledger.save_run(run.but(state=RunState.FAILED, words=words[:500], ended_at=hub.clock.now()))


# behind a step


def _end(hub: Hub, connection: Connection, held: SyncState, run: Run, time_left: TimeLeft) -> SyncState | None:
    """Note what came of it, and take the claim on what follows; None when all of it is over.

    ::

        us    state: next run, or free ──▶ (✝) the schedule, the sweep: nothing of this run is left to do
        End of Day came due meanwhile, and its message was dropped ──▶ it is sent again
    """
    log = logger.info if run.state is RunState.DONE else logger.warning
    log("sync ended", extra={"connection": run.connection, "run": run.run_id, "state": run.state.value})
    timetable = timetable_of(settings_of(hub, connection))

    def ended(state: SyncState) -> SyncState | None:
        after = claim.ours(held, noted(state, run))
        if after is None:
            return None
        if after.watched_from is None and (after.dry_run_done or _has_been_seen(run)):
            now = hub.clock.now()
            # The days before are not missed: it was not set up then.
            passed = timetable.passed_end_of_day(now, None)
            after = after.but(dry_run_done=True, watched_from=now, end_of_day=after.end_of_day or passed)
        plan = after.plan
        rest = plan.rest(well=run.state is RunState.DONE) if plan else None
        if rest:
            return claim.begun(hub, after, rest, held.token, claim.lease(hub, time_left))
        well = plan is not None and not plan.failed and run.state is RunState.DONE
        # What a person has set meanwhile stays.
        if plan and plan.moves and well and after.watermark == plan.since:
            after = after.but(watermark=plan.begun_at)
        return claim.free(after)

    after = claim.change(hub, held.connection, ended)
    if after is None or after.running:
        return after
    if due_again(hub, connection, after):
        send(hub, SyncState(connection=held.connection))
    return None


def _has_been_seen(run: Run) -> bool:
    """A dry run that a person asked for, and that told what a push would change."""
    return run.kind is SyncKind.STOCK and run.dry and run.state is RunState.DONE and run.by != SCHEDULE


def noted(state: SyncState, run: Run) -> SyncState:
    """With what came of a run."""
    trouble = {kind: words for kind, words in state.trouble.items() if kind is not run.kind or run.dry}
    well = run.state is RunState.DONE
    if not run.dry and (not well or _left_undone(run)):
        trouble[run.kind] = _words_of(run)
    looked = state.looked | ({run.kind: run.run_id} if well and run.went_by and not run.dry else {})
    state = state.but(trouble=trouble, looked=looked, last_run=run.run_id, again_at=_again_at(state, run))
    if run.kind is SyncKind.PRODUCTS and well:
        done_at = run.ended_at or run.begun_at
        # The first time, there is nothing that changes could be laid over.
        read_all = run.full or state.products_done_at is None
        return state.but(products_done_at=done_at, products_read_at=done_at if read_all else state.products_read_at)
    if run.kind is SyncKind.STOCK and not run.dry and not well:
        # What it has left undone, the next one finds by comparing everything.
        return state.but(compare_all=True)
    return state


def _again_at(state: SyncState, run: Run) -> datetime | None:
    """When End of Day is tried again: where it is all there is, a store that is away at that hour, or a pause that
    came amid it, would leave what is shown as it is for a day. What a brake stopped waits for a person."""
    if run.kind is not SyncKind.STOCK or run.state is RunState.BRAKED:
        return state.again_at
    if run.business_date is None:
        return None if run.state is RunState.DONE and not run.dry else state.again_at
    failed_before = state.plan is not None and state.plan.failed
    well = run.state is RunState.DONE and not failed_before and not state.compare_all
    return None if well else (run.ended_at or run.begun_at) + AGAIN


def _left_undone(run: Run) -> bool:
    """A push that was done but for some items, which a store refused: nobody would look into its report."""
    return run.kind is SyncKind.STOCK and run.totals.failed > 0


def _words_of(run: Run) -> str:
    what = _ENDED.get(run.state, "failed")
    day = f" (End of Day of {run.business_date})" if run.business_date else ""
    return f"The sync of {run.kind.value}{day} {run.run_id} {what}: {run.words or 'its log says why'}"
