"""Watch: a connection that has fallen silent is no quiet one; a person is told, once, until it is heard again.

Polls that do not come and a vendor that does not fetch raise no error anywhere: nothing fails, nothing waits in a
queue, and orders pile up unseen. So each is expected within three times its own interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from platen.domain.connection import Connection, Health, Sign, Silence
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Conflict

TIMES = 3
"""So many intervals may pass: one may be missed, and one may be late."""


def watch(hub: Hub, connection: Connection, now: datetime) -> Health:
    """Mark what has fallen silent, and give the connection's health. Writes only when a silence begins."""
    health = hub.connections.health(connection.connection_id)
    if connection.paused:
        return health
    known = {one.sign for one in health.silences}
    new = [one for one in _silences(hub, connection, health, now) if one.sign not in known]
    if not new:
        return health
    for one in new:
        extra = {"connection": connection.connection_id, "sign": one.sign.value, "since": one.since.isoformat()}
        logger.warning("connection silent", extra=extra)
    # Whoever wrote meanwhile may have heard of it: the next sweep looks again.
    with suppress(Conflict):
        return hub.connections.save_health(health.but(silences=(*health.silences, *new)))
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
