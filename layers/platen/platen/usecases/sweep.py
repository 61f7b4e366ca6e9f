"""Sweep: every few minutes, what stands still is set going again, and what waits is counted."""

from __future__ import annotations

from datetime import datetime

from platen.domain.connection import Connection, Role
from platen.domain.record import OrderState
from platen.hub import Hub
from platen.messages import JobHint, OrderHint, Queue, ShipmentHint
from platen.observability import count, logger
from platen.ports import Watch
from platen.usecases.health import parked_until
from platen.usecases.watch import watch

AT_ONCE = 100
"""So many items a connection and sweep: after an outage its work comes back in portions."""


def sweep(hub: Hub) -> dict[str, int]:
    """Queue what is due, for every connection that is not paused or backing off; gives how much."""
    now = hub.clock.now()
    connections = hub.connections.all()
    queued = {one.connection_id: _sweep_one(hub, one, now) for one in connections}
    _count_what_waits(hub, connections, now)
    count("SweepRan")
    if any(queued.values()):
        logger.info("swept", extra={"queued": queued})
    return queued


def _sweep_one(hub: Hub, connection: Connection, now: datetime) -> int:
    if hub.still_there(connection.connection_id) is None or parked_until(hub, connection.connection_id):
        return 0
    due = hub.orders.due(connection.connection_id, Watch.WORK, now, AT_ONCE)
    jobs = [
        JobHint(connection=connection.connection_id, order_id=one.order_id, job_id=one.job_id)
        for one in due
        if one.job_id
    ]
    shipments = [
        ShipmentHint(connection=connection.connection_id, order_id=one.order_id, shipment_id=one.shipment_id)
        for one in due
        if one.shipment_id
    ]
    heads = [one.order_id for one in due if not one.job_id and not one.shipment_id]
    waiting = hub.orders.heads(heads) if heads else {}
    orders = [
        OrderHint(connection=connection.connection_id, store_order_id=head.store_order_id, topic="sweep")
        for head in waiting.values()
    ]
    if orders:
        hub.queues.send(Queue.INTAKE, orders)
    if jobs:
        hub.queues.send(Queue.DISPATCH, jobs)
    if shipments:
        hub.queues.send(Queue.STORE_UPDATES, shipments)
    return len(due)


def _is_in_trouble(hub: Hub, connection: Connection, now: datetime) -> bool:
    try:
        health = watch(hub, connection, now)
    except Exception:  # noqa: BLE001 - settings that cannot be read any more, say: no trouble of the others
        logger.exception("connection not watched", extra={"connection": connection.connection_id})
        return True
    return health.failing_since is not None or bool(health.silences)


def _count_what_waits(hub: Hub, connections: list[Connection], now: datetime) -> None:
    oldest = now
    failing = 0
    for connection in connections:
        failing += _is_in_trouble(hub, connection, now)
        if Role.STORE in connection.roles:
            waiting = hub.orders.in_state(connection.connection_id, OrderState.ATTENTION, AT_ONCE).items
            oldest = min([oldest, *(head.changed_at for head in waiting)])
    count("OldestAttentionMinutes", (now - oldest).total_seconds() // 60)
    count("ConnectionsFailing", failing)
