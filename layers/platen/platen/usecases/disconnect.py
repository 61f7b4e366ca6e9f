"""Disconnect: a connection is taken away, with its schedule and its secrets; its orders stay.

::

    paused, its schedules gone ─▶ links to it ─▶ secrets, syncs ─▶ health, and then itself ─▶ what it leaves behind

The connection itself goes last: broken off before, it is there to be disconnected again. What it leaves behind the
sweep finds too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from platen.domain.connection import Connection, Role
from platen.domain.job import JobState
from platen.domain.record import OrderRecord, OrderState
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Watch
from platen.usecases import configure
from platen.usecases.configure import Desk, NotAllowed
from platen.usecases.look_again import look_again
from platen.usecases.sweep import EVER, sweep_former

MOST_COUNTED = 100
_UNTIL_ALL_KNOW = timedelta(seconds=30)
"""Workers remember a connection for a few seconds."""
_NOT_OVER = {
    OrderState.OPEN: "on their way",
    OrderState.WAITING: "waiting to be made",
    OrderState.ATTENTION: "waiting for a person",
}


def disconnect(hub: Hub, desk: Desk, connection_id: str, *, force: bool = False) -> list[str]:
    """Remove a connection; gives what was not over, each a sentence.

    Raises NotFound; NotAllowed while something of it is not over, unless it is forced; Conflict when somebody
    changed it meanwhile.
    """
    connection = hub.connections.get(connection_id)
    left = list(what_is_left(hub, connection))
    if left and not force:
        raise NotAllowed(f"{connection_id} is still needed. {' '.join(left)} Forced, it goes all the same.")
    # Paused first: what comes while it is taken apart is parked, and not failed.
    connection = configure.pause(hub, desk, connection_id, paused=True)
    _take_links_away(hub, connection_id)
    hub.secrets.remove(connection_id)
    if Role.WAREHOUSE in connection.roles:
        hub.ledger.forget(connection_id)
    hub.connections.remove(connection)
    sweep_former(hub, connection_id, delay=_UNTIL_ALL_KNOW)
    logger.warning("connection removed", extra={"connection": connection_id, "forced": bool(left)})
    return left


def what_is_left(hub: Hub, connection: Connection) -> Iterable[str]:
    """What still needs it, and what becomes of that without it."""
    name = connection.connection_id
    if Role.STORE in connection.roles:
        yield from _orders_left(hub, name)
    if Role.VENDOR in connection.roles:
        stores = [store for store in _stores(hub) if any(link.vendor == name for link in store.links)]
        for store in stores:
            yield f"{store.connection_id} sends orders to it: take that away (`platen unlink`)."
        yield from _jobs_left(hub, name)


def _orders_left(hub: Hub, store: str) -> Iterable[str]:
    for state, words in _NOT_OVER.items():
        found = len(hub.orders.in_state(store, state, MOST_COUNTED).items)
        if found:
            yield (
                f"{_counted(found)} of its orders are {words}: it would not be told of their parcels, nor Platen of"
                " what changes there."
            )


def _jobs_left(hub: Hub, vendor: str) -> Iterable[str]:
    to_send = _jobs_due(hub, vendor, Watch.WORK)
    if to_send:
        yield f"{_counted(to_send)} of its jobs are still to be sent: they would be planned anew, or wait for you."
    there = _jobs_due(hub, vendor, Watch.NEWS)
    if there:
        yield f"{_counted(there)} of its jobs are being made: Platen would not hear when they ship."
    waiting = sum(_waits_for_a_person(record, vendor) for record in _orders_in_attention(hub))
    if waiting:
        yield f"{_counted(waiting)} of its jobs wait for a person: decide on them (`platen attention`)."


def _orders_in_attention(hub: Hub) -> Iterable[OrderRecord]:
    for store in _stores(hub):
        for head in hub.orders.in_state(store.connection_id, OrderState.ATTENTION, MOST_COUNTED).items:
            record = hub.orders.load(head.order_id)
            if record:
                yield record


def _waits_for_a_person(record: OrderRecord, vendor: str) -> int:
    """How many of its jobs that are in no lane: those that are were counted."""
    jobs = (job for job in record.jobs.values() if job.vendor == vendor)
    return sum(job.state is JobState.ATTENTION and job.due_at is None for job in jobs)


def _stores(hub: Hub) -> list[Connection]:
    return [one for one in hub.connections.all() if Role.STORE in one.roles]


def _counted(number: int) -> str:
    return f"{number} or more" if number >= MOST_COUNTED else str(number)


def _take_links_away(hub: Hub, vendor: str) -> None:
    for store in _stores(hub):
        if any(link.vendor == vendor for link in store.links):
            configure.unlink(hub, store.connection_id, vendor_id=vendor)
            look_again(hub, store.connection_id)


def _jobs_due(hub: Hub, vendor: str, watch: str) -> int:
    return sum(bool(one.job_id) for one in hub.orders.due(vendor, watch, EVER, MOST_COUNTED))
