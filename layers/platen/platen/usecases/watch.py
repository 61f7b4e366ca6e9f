"""Watch: a connection that has fallen silent is no quiet one; a person is told, once, until it is heard again.

Polls that do not come and a vendor that does not fetch raise no error anywhere: nothing fails, nothing waits in a
queue, and orders pile up unseen. So each is expected within three times its own interval. Stock that is no more
pushed raises none either; and a sync that failed, or that a brake has stopped, is shown in the same manner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from platen.domain.connection import Connection, Health, Role, Sign, Silence
from platen.domain.sync import overdue_since
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Conflict
from platen.usecases.sync.setup import missing, settings_of, timetable_of

TIMES = 3
"""So many intervals may pass: one may be missed, and one may be late."""


def watch(hub: Hub, connection: Connection, now: datetime) -> Health:
    """Mark what has fallen silent, and give the connection's health. Writes only when a silence begins."""
    health = hub.connections.health(connection.connection_id)
    if connection.paused:
        return health
    known = {one.sign: one for one in health.silences}
    heard_of = [one for one in _silences(hub, connection, health, now) if one.sign not in known]
    # Those end by themselves: what counts is how the syncs stand, and what is to be said of it now.
    synced = [
        one.but(since=known[one.sign].since) if one.sign in known else one
        for one in _syncs(hub, connection, health, now)
    ]
    silences = (*(one for one in health.silences if one.sign not in _OF_SYNCS), *heard_of, *synced)
    new = [one for one in silences if one.sign not in known]
    if set(silences) == set(health.silences):
        return health
    for one in new:
        extra = {"connection": connection.connection_id, "sign": one.sign.value, "since": one.since.isoformat()}
        logger.warning("connection silent", extra=extra)
    # Whoever wrote meanwhile may have heard of it: the next sweep looks again.
    with suppress(Conflict):
        return hub.connections.save_health(health.but(silences=silences))
    return health


def _silences(hub: Hub, connection: Connection, health: Health, now: datetime) -> Iterable[Silence]:
    connector = hub.connector(connection.system)
    settings = hub.settings(connection)
    name = connection.connection_id
    for sign, minutes, last in (
        (Sign.POLL, connector.poll_minutes(settings), health.polled_at),
        (Sign.FETCH, connector.fetch_minutes(settings), health.fetched_at),
    ):
        since = max(filter(None, (connection.created_at, health.watched_from, last)))
        if minutes and now - since > TIMES * timedelta(minutes=minutes):
            words = _not_polled if sign is Sign.POLL else _not_fetched
            yield Silence(sign=sign, since=since, words=words(name, minutes, since, last, connector.when_silent))


_OF_SYNCS = (Sign.PUSH, Sign.SYNC)


def _syncs(hub: Hub, connection: Connection, health: Health, now: datetime) -> Iterable[Silence]:
    if Role.WAREHOUSE not in connection.roles:
        return
    name = connection.connection_id
    state = hub.ledger.state(name)
    if state.trouble:
        yield Silence(sign=Sign.SYNC, since=now, words=" ".join(state.trouble.values()))
    watched_from = max(filter(None, (state.watched_from, health.watched_from)), default=None)
    since = overdue_since(timetable_of(settings_of(hub, connection)), state.but(watched_from=watched_from), now)
    if since:
        yield Silence(sign=Sign.PUSH, since=since, words=_not_pushed(name, since, missing(hub, connection, state)))


def _not_pushed(name: str, since: datetime, left: Sequence[str]) -> str:
    why = " ".join(left) or f"Look with `platen sync status --connection {name}` and `platen status`."
    return (
        f"No push of the stock of {name} has ended well since {_shown(since)}: its stores may show too much. {why}"
    )


def _not_polled(name: str, minutes: int, since: datetime, last: datetime | None, _then: str) -> str:
    heard = "The last poll that worked was begun" if last and last >= since else "No poll has worked since"
    return (
        f"{name} is to be polled every {_minutes(minutes)}. {heard} {_shown(since)}: its polls fail, wait in their"
        f" queue, or its schedule is gone. Look with `platen check {name}` and `platen status`;"
        f" `platen resume {name}` makes its schedule anew."
    )


def _not_fetched(name: str, minutes: int, since: datetime, last: datetime | None, then: str) -> str:
    heard = "It last came" if last and last >= since else "It has not come since"
    return (
        f"{name} is to fetch its orders from Platen every {_minutes(minutes)}. {heard} {_shown(since)}: what was"
        f" handed over since then does not reach it. {then}"
    )


def _minutes(count: int) -> str:
    return "minute" if count == 1 else f"{count} minutes"


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
