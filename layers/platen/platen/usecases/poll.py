"""Poll: what webhooks did not tell. A store is asked what changed, a vendor what became of old orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched

from platen.domain.connection import Connection, Health
from platen.domain.job import read_external_id
from platen.domain.order import order_id
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import OrderHint, PollHint, Queue, VendorHint
from platen.observability import count, logger
from platen.ports import NotFound, OrderStub, Watch
from platen.usecases import gone, health

OVERLAP = timedelta(minutes=15)
"""How far back each poll looks again: a store's search shows changes late."""
LOOK_AFTER_WEBHOOKS = timedelta(hours=24)
REFRESH = timedelta(hours=24)
NEWS_AT_ONCE = 200
NEWS_PAGES = 50
"""Of a vendor's list in one poll; the next one goes on from there."""


def poll_store(hub: Hub, hint: PollHint) -> None:
    """Queue every order that changed since the last poll and that we have not read since."""
    connection = hub.still_there(hint.connection)
    if connection is None:
        gone.pass_over(hint)
        return
    if connection.paused or _backing_off(hub, connection):
        return
    begun = hub.clock.now()
    try:
        changed = _queue_changed(hub, connection)
        listened = _look_after_webhooks(hub, connection)
    except Verdict as verdict:
        health.failed(hub, connection.connection_id, verdict)
        return
    logger.info("store polled", extra={"connection": connection.connection_id, "changed": changed})
    more = {"listened_at": begun} if listened else {}
    health.heard(hub, connection.connection_id, cursor=begun, polled_at=begun, **more)


def _queue_changed(hub: Hub, connection: Connection) -> int:
    store = hub.store(connection)
    since = since_last(connection, hub.connections.health(connection.connection_id))
    queued = 0
    page = store.changed_since(since)
    while True:
        hints = list(unread(hub, connection, page.items))
        if hints:
            hub.queues.send(Queue.INTAKE, hints)
            queued += len(hints)
        if not page.next:
            return queued
        page = store.changed_since(since, page.next)


def since_last(connection: Connection, state: Health) -> datetime:
    """From when on a store is asked what changed."""
    if state.cursor:
        return state.cursor - OVERLAP
    if connection.intake:
        return connection.intake.orders_since
    return connection.created_at


def unread(hub: Hub, connection: Connection, stubs: Iterable[OrderStub]) -> Iterable[OrderHint]:
    """Only what moved since we read it: an idle store costs one query, however many orders it has."""
    for chunk in batched(stubs, 100, strict=False):
        keys = {order_id(connection.connection_id, stub.store_order_id): stub for stub in chunk}
        heads = hub.orders.heads(keys)
        for key, stub in keys.items():
            head = heads.get(key)
            if head is None or head.store_updated_at < stub.updated_at:
                yield OrderHint(
                    connection=connection.connection_id, store_order_id=stub.store_order_id, topic="poll"
                )


def _look_after_webhooks(hub: Hub, connection: Connection) -> bool:
    """Once a day: a store drops subscriptions that failed for hours, and says so only by mail."""
    state = hub.connections.health(connection.connection_id)
    if state.listened_at and hub.clock.now() - state.listened_at < LOOK_AFTER_WEBHOOKS:
        return False
    try:
        url = hub.secrets.webhook(connection.connection_id)["url"]
    except NotFound:
        return False
    for finding in hub.store(connection).listen(url):
        if not finding.ok:
            count("WebhooksWrong")
            logger.warning(
                "webhook not in order", extra={"connection": connection.connection_id, "what": finding.what}
            )
    return True


def poll_vendor(hub: Hub, hint: PollHint) -> None:
    """Ask about every order at the vendor that was not heard of for too long; refresh what is cached."""
    connection = hub.still_there(hint.connection)
    if connection is None:
        gone.pass_over(hint)
        return
    if connection.paused or _backing_off(hub, connection) or _seen_since(hub, hint):
        return
    now = hub.clock.now()
    ask_about(hub, connection.connection_id, now)
    try:
        cursor = _queue_news(hub, connection)
    except Verdict as verdict:
        health.failed(hub, connection.connection_id, verdict)
        return
    _refresh(hub, connection, now, cursor)


def ask_about(hub: Hub, vendor: str, now: datetime) -> int:
    """Queue the jobs that this vendor was not heard of about for too long; gives how many."""
    hints = [
        VendorHint(connection=vendor, external_id=f"{one.order_id}-{one.job_id}", topic="poll")
        for one in hub.orders.due(vendor, Watch.NEWS, now, NEWS_AT_ONCE)
    ]
    if hints:
        hub.queues.send(Queue.SHIPMENTS, hints)
    return len(hints)


def _queue_news(hub: Hub, connection: Connection) -> str:
    """Queue what the vendor's own list says has moved, where it has one; gives how far it was read.

    The cursor is kept once all of it is queued: broken off, the same pages come again, which changes nothing.
    """
    vendor = hub.vendor(connection)
    cursor = hub.connections.health(connection.connection_id).news_cursor
    for _ in range(NEWS_PAGES):
        news = vendor.news(cursor)
        if news is None:
            return cursor
        hints = [
            VendorHint(connection=connection.connection_id, external_id=one, topic="news")
            for one in dict.fromkeys(news.external_ids)
            if read_external_id(one)  # the account may have orders that did not come through Platen
        ]
        if hints:
            hub.queues.send(Queue.SHIPMENTS, hints)
        cursor = news.cursor
        if not news.more:
            break
    return cursor


def _refresh(hub: Hub, connection: Connection, now: datetime, cursor: str) -> None:
    state = hub.connections.health(connection.connection_id)
    if state.refreshed_at and now - state.refreshed_at < REFRESH:
        health.heard(hub, connection.connection_id, polled_at=now, news_cursor=cursor)
        return
    try:
        entries = hub.vendor(connection).refresh()
    except Verdict as verdict:
        health.failed(hub, connection.connection_id, verdict)
        return
    logger.info("vendor read anew", extra={"connection": connection.connection_id, "entries": entries})
    health.heard(hub, connection.connection_id, polled_at=now, refreshed_at=now, news_cursor=cursor)


def _seen_since(hub: Hub, hint: PollHint) -> bool:
    """Whether a poll that worked was begun after the webhook behind this hint: a burst of them costs one poll."""
    polled_at = hub.connections.health(hint.connection).polled_at
    return hint.since is not None and polled_at is not None and hint.since < polled_at


def _backing_off(hub: Hub, connection: Connection) -> bool:
    resume_at = hub.connections.health(connection.connection_id).resume_at
    return resume_at is not None and resume_at > hub.clock.now()
