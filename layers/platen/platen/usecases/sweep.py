"""Sweep: every few minutes, what stands still is set going again, and what waits is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from platen.domain.connection import Connection, Health, Role, Sign
from platen.domain.record import OrderState
from platen.hub import Hub
from platen.messages import JobHint, OrderHint, Queue, ShipmentHint
from platen.observability import count, logger
from platen.ports import Due, Watch
from platen.usecases.health import parked_until
from platen.usecases.poll import ask_about
from platen.usecases.sync.asking import go_on
from platen.usecases.watch import watch

AT_ONCE = 100
"""So many items a connection and sweep: after an outage its work comes back in portions."""

EVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than anything is due."""


def sweep(hub: Hub) -> dict[str, int]:
    """Queue what is due, for every connection that is not paused or backing off; gives how much."""
    now = hub.clock.now()
    connections = hub.connections.all()
    queued = {one.connection_id: _sweep_one(hub, one, now) for one in connections}
    former = [name for name in hub.connections.removed() if name not in queued]
    queued |= {name: sweep_former(hub, name) for name in former}
    _count_what_waits(hub, connections, former, now)
    count("SweepRan")
    if any(queued.values()):
        logger.info("swept", extra={"queued": queued})
    return queued


def _sweep_one(hub: Hub, connection: Connection, now: datetime) -> int:
    if hub.still_there(connection.connection_id) is None or parked_until(hub, connection.connection_id):
        return 0
    if Role.WAREHOUSE in connection.roles:
        _go_on_with_syncs(hub, connection)
    name = connection.connection_id
    asked = ask_about(hub, name, now) if _has_no_poll(hub, connection) else 0
    return asked + _queue(hub, name, hub.orders.due(name, Watch.WORK, now, AT_ONCE))


def _has_no_poll(hub: Hub, connection: Connection) -> bool:
    """Of a vendor that comes by itself, nobody else would ask about what it does not tell."""
    if Role.VENDOR not in connection.roles:
        return False
    try:
        return not hub.connector(connection.system).poll_minutes(hub.settings(connection))
    except (KeyError, ValidationError):  # of a system there is no more, or settings as above
        logger.exception("vendor not asked", extra={"connection": connection.connection_id})
        return False


def _go_on_with_syncs(hub: Hub, connection: Connection) -> None:
    try:
        if go_on(hub, connection):
            logger.info("sync taken up", extra={"connection": connection.connection_id})
    except ValidationError:  # settings that cannot be read any more: no trouble of the others, and shown as its own
        logger.exception("syncs not looked at", extra={"connection": connection.connection_id})


def sweep_former(hub: Hub, name: str, delay: timedelta = timedelta(0)) -> int:
    """Queue what a removed connection has left behind, whenever it would be due: there is nobody left whom it could
    wait for, and what the messages are about is put before a person (see ``usecases.gone``)."""
    left = [one for watch in (Watch.WORK, Watch.NEWS) for one in hub.orders.due(name, watch, EVER, AT_ONCE)]
    return _queue(hub, name, left, delay)


def _queue(hub: Hub, name: str, due: Sequence[Due], delay: timedelta = timedelta(0)) -> int:
    jobs = [JobHint(connection=name, order_id=one.order_id, job_id=one.job_id) for one in due if one.job_id]
    shipments = [
        ShipmentHint(connection=name, order_id=one.order_id, shipment_id=one.shipment_id)
        for one in due
        if one.shipment_id
    ]
    heads = [one.order_id for one in due if not one.job_id and not one.shipment_id]
    waiting = hub.orders.heads(heads) if heads else {}
    orders = [
        OrderHint(connection=name, store_order_id=head.store_order_id, topic="sweep") for head in waiting.values()
    ]
    if orders:
        hub.queues.send(Queue.INTAKE, orders, delay=delay)
    if jobs:
        hub.queues.send(Queue.DISPATCH, jobs, delay=delay)
    if shipments:
        hub.queues.send(Queue.STORE_UPDATES, shipments, delay=delay)
    return len(due)


def _watched(hub: Hub, connection: Connection, now: datetime) -> Health:
    try:
        return watch(hub, connection, now)
    except Exception:  # noqa: BLE001 - settings that cannot be read any more, say: no trouble of the others
        logger.exception("connection not watched", extra={"connection": connection.connection_id})
        return Health(connection_id=connection.connection_id, failing_since=now)


def _count_what_waits(hub: Hub, connections: Sequence[Connection], former: Sequence[str], now: datetime) -> None:
    healths = [_watched(hub, connection, now) for connection in connections]
    failing = sum(one.failing_since is not None or bool(one.silences) for one in healths)
    stores = [one.connection_id for one in connections if Role.STORE in one.roles]
    oldest = now
    for name in (*stores, *former):
        waiting = hub.orders.in_state(name, OrderState.ATTENTION, AT_ONCE).items
        oldest = min([oldest, *(head.changed_at for head in waiting)])
    count("OldestAttentionMinutes", (now - oldest).total_seconds() // 60)
    count("ConnectionsFailing", failing)
    if any(Role.WAREHOUSE in one.roles for one in connections):  # a metric costs by the month
        count("StockPushOverdue", sum(silence.sign is Sign.PUSH for one in healths for silence in one.silences))
