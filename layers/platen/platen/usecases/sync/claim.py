"""The claim: one sync at a time for each warehouse connection, whoever asks, and none that a crash ends for good.

All of it is in one small item, ``SyncState``, written under the condition that it is the version that was read.
What is going on stands there before anything of it is done; the record of a run follows it, and is made good from
it.

::

    A  state: running=R, its plan, token a, lease ──▶ run R kept ──▶ work, R saved on the way ──▶ state: R' or free
    B  (twice the same schedule, a person)  ✗ running, lease alive: dropped, or refused with words
    A  out of time ──▶ state: no token, a short lease ──▶ SyncHint(R) ──▶ anybody takes R up from its cursor
    A  ✝ anywhere                              C  lease over ──▶ state: token c, lease ──▶ goes on with R
         before R was kept: it is made from the plan; after R was over: C sees that, and goes on behind it
    A  wakes up late: its next write meets another version (Conflict) and its run ends there
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from platen.domain.sync import Plan, SyncState
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Conflict

type TimeLeft = Callable[[], float]
"""Seconds until the worker is stopped."""

MARGIN = timedelta(seconds=60)
"""A lease is longer than its worker can live by so much: nobody takes a run over from one that is still there."""
_TRIES = 8


def change(hub: Hub, connection: str, to: Callable[[SyncState], SyncState | None]) -> SyncState | None:
    """Change the state as it is now; ``to`` may look at it several times, and give None to leave it as it is.

    Others write to it as well (a count came in, a person moved the watermark). Raises Conflict if they never stop.
    """
    for _ in range(_TRIES):
        after = to(hub.ledger.state(connection))
        if after is None:
            return None
        try:
            return hub.ledger.save_state(after)
        except Conflict:
            continue
    raise Conflict(f"{connection}: others write its sync state without end")


def leased(state: SyncState, now: datetime) -> bool:
    """Whether a worker has it that may still be there."""
    return bool(state.running) and state.lease_until is not None and now < state.lease_until


def begun(hub: Hub, state: SyncState, plan: Plan, token: str, lease_until: datetime) -> SyncState:
    """With the first step of a plan as the run that is on."""
    name = plan.run_id(hub.clock.now(), hub.new_token())
    return state.but(running=name, plan=plan, token=token, lease_until=lease_until)


def free(state: SyncState) -> SyncState:
    return state.but(running="", plan=None, token="", lease_until=None)


def lease(hub: Hub, time_left: TimeLeft) -> datetime:
    return hub.clock.now() + timedelta(seconds=max(0.0, time_left())) + MARGIN


def take_up(hub: Hub, state: SyncState, time_left: TimeLeft) -> SyncState:
    """With the run that is on in our hands."""
    return state.but(token=hub.new_token(), lease_until=lease(hub, time_left))


def hand_on(hub: Hub, held: SyncState, at: datetime) -> None:
    """Let anybody take it up from then on."""
    change(hub, held.connection, lambda state: ours(held, state, token="", lease_until=at))


def broke_off(hub: Hub, held: SyncState) -> None:
    """Let it be taken up soon, as one that broke off: a message that failed comes back before the lease is over."""
    try:
        change(hub, held.connection, lambda state: ours(held, state, lease_until=hub.clock.now()))
    except Exception:  # noqa: BLE001 - the lease runs out by itself
        logger.warning("lease kept", extra={"connection": held.connection, "run": held.running})


def make_sure(hub: Hub, held: SyncState) -> None:
    """Raises Conflict when somebody took it over."""
    if ours(held, hub.ledger.state(held.connection)) is None:
        raise Conflict(f"{held.connection}: run {held.running} was taken over")


def ours(held: SyncState, state: SyncState, **changes: object) -> SyncState | None:
    """The state changed, while the claim is still the one we hold; None when somebody took it over."""
    if (state.running, state.token) != (held.running, held.token):
        return None
    return state.but(**changes)
