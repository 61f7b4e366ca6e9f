"""How a connection is doing: when to leave it alone, and when it is well again.

While a connection is healthy this costs nothing but a read that is remembered for seconds. Work for a
connection that is paused or backing off is parked where it stands, never failed: failed messages end
in a dead-letter queue, parked work goes on by itself.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from platen.domain.connection import Health, Sign
from platen.domain.verdicts import Busy, Denied, Later, Unreachable, Verdict
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Conflict

PATIENCE = 3
"""So many failures in a row before work is parked; a single hiccup parks nothing."""
MOST_TRIES = 10
"""After so many failures of one message it is the message's trouble, and no more the connection's."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
PAUSED_WAIT = timedelta(minutes=15)
_OF_THE_CONNECTION = (Busy, Denied, Unreachable)
"""Never the fault of the single piece of work that met it."""


def parked_until(hub: Hub, connection_id: str) -> datetime | None:
    """Until when work for the connection is parked; None: go ahead."""
    now = hub.clock.now()
    if hub.connections.get(connection_id).paused:
        return now + PAUSED_WAIT
    resume_at = hub.connections.health(connection_id).resume_at
    return resume_at if resume_at and resume_at > now else None


def failed(hub: Hub, connection_id: str, verdict: Verdict) -> datetime:
    """Note a failure; gives when the work that met it should be tried again."""
    now = hub.clock.now()
    health = hub.connections.health(connection_id)
    failures = health.failures + 1
    wait = _wait(verdict, failures)
    parks = failures >= PATIENCE or isinstance(verdict, Denied) or _asked_to_wait(verdict)
    logger.warning(
        "connection failed",
        extra={"connection": connection_id, "failures": failures, "verdict": type(verdict).__name__},
    )
    # Two workers failing at once need to be noted only once.
    with suppress(Conflict):
        hub.connections.save_health(
            health.but(
                failures=failures,
                resume_at=max(filter(None, (health.resume_at, now + wait))) if parks else health.resume_at,
                words=verdict.words[:500],
                denied=health.denied or isinstance(verdict, Denied),
                failing_since=health.failing_since or now,
            )
        )
    return now + wait


def failed_again(hub: Hub, connection_id: str, verdict: Verdict, tries: int) -> datetime:
    """As ``failed``, for work that failed ``tries`` times before: one that fails over and over speaks for itself
    and not for its connection, or a single bad order would hold up all others."""
    if tries < PATIENCE or isinstance(verdict, Busy | Denied):
        return failed(hub, connection_id, verdict)
    logger.warning("failed again", extra={"connection": connection_id, "verdict": type(verdict).__name__})
    return hub.clock.now() + _wait(verdict, tries + 1)


def is_its_own(hub: Hub, connection_id: str, verdict: Verdict, tries: int) -> bool:
    """Whether work that failed ``tries`` times before is in trouble of its own, which is shown nowhere else: its
    connection is well."""
    if tries < MOST_TRIES or isinstance(verdict, _OF_THE_CONNECTION):
        return False
    return hub.connections.health(connection_id).failing_since is None


def worked(hub: Hub, connection_id: str) -> None:
    """Note that it works; writes only when something was wrong."""
    health = hub.connections.health(connection_id)
    if health.failures or health.denied:
        with suppress(Conflict):
            hub.connections.save_health(well_again(health))


def well_again(health: Health) -> Health:
    return health.but(failures=0, resume_at=None, words="", denied=False, failing_since=None)


def begun_anew(health: Health, now: datetime) -> Health:
    """As it is when it is connected or resumed: what was is forgotten, and silence is counted from now."""
    return well_again(health).but(silences=(), watched_from=now)


def heard(hub: Hub, connection_id: str, **facts: object) -> None:
    """Note a sign of life, by fields of Health; the silence that it breaks is over.

    ``polled_at``: a poll worked, so the connection does. ``fetched_at``: the vendor came by itself, which says
    nothing of whether our own calls work.
    """
    for _ in range(_TRIES):
        state = hub.connections.health(connection_id)
        if "polled_at" in facts:
            state = well_again(state)
        left = tuple(one for one in state.silences if _BROKEN_BY.get(one.sign) not in facts)
        try:
            hub.connections.save_health(state.but(silences=left, **facts))
        except Conflict:
            continue
        return
    # The next poll or fetch notes it: what is not noted is only done again.
    logger.warning("health busy", extra={"connection": connection_id})


_BROKEN_BY = {Sign.POLL: "polled_at", Sign.FETCH: "fetched_at"}
_TRIES = 3


def _asked_to_wait(verdict: Verdict) -> bool:
    return isinstance(verdict, Busy) and verdict.after is not None


def _wait(verdict: Verdict, failures: int) -> timedelta:
    if isinstance(verdict, Later) and verdict.after is not None:
        return min(max(verdict.after, timedelta(seconds=1)), timedelta(hours=1))
    if isinstance(verdict, Denied):
        return LONGEST_WAIT
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - 1, 5)
    return min(doubled, LONGEST_WAIT)
