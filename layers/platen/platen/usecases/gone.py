"""Gone: what becomes of messages, jobs and parcels whose connection a person has removed.

A message of it ends: trying again will not bring the connection back, and a dead letter would stay for ever. Where
something may be lost by that, the job or the parcel is put before a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import Job, JobState
from platen.domain.record import OrderRecord, OrderState, step_job, step_shipment
from platen.domain.shipment import Shipment, ShipmentState
from platen.hub import Hub
from platen.messages import Message, OrderHint, Queue
from platen.observability import count, logger
from platen.ports import Conflict
from platen.usecases.sort import in_its_folder

TRIES = 5
_STANDS = (JobState.ATTENTION, JobState.SHIPPED, JobState.CANCELLED)


def pass_over(hint: Message) -> None:
    """Note that a message came for a connection that is not there any more."""
    logger.warning("no such connection any more", extra={"connection": hint.connection})
    count("MessagesOfNoConnection")


def let_go(hub: Hub, vendor: str, order_id: str, job_id: str) -> None:
    """Put a job before a person that its vendor can neither be sent nor be asked about any more; one that was
    never sent is planned anew, by the links that are left.

    What is being sent at this moment is left alone. Raises Conflict when the order is being written to without end.
    """
    saved = _changed(hub, order_id, lambda record: _without_vendor(hub, record, vendor, job_id))
    job = saved.jobs[job_id] if saved else None
    if saved and job and job.attention and job.attention.cause is Cause.VENDOR_REFUSED:
        head = saved.head
        again = OrderHint(
            connection=head.connection, store_order_id=head.store_order_id, topic="disconnect", replan=True
        )
        hub.queues.send(Queue.INTAKE, [again])


def _is_being_sent(job: Job, now: datetime) -> bool:
    return job.state is JobState.CLAIMED and job.lease_until is not None and job.lease_until > now


def _without_vendor(hub: Hub, record: OrderRecord, vendor: str, job_id: str) -> OrderRecord:
    job, now = record.jobs.get(job_id), hub.clock.now()
    if job is None or job.vendor != vendor or _is_being_sent(job, now):
        return record
    if job.state in _STANDS:
        return record.with_jobs(job.but(due_at=None))
    cause, what = _left_behind(job)
    attention = Attention(cause=cause, problems=(Problem(what=what),), since=now)
    after = step_job(job, JobState.ATTENTION, attention=attention, cancel_wanted=False, due_at=None)
    return record.with_jobs(after).settled(now)


def _left_behind(job: Job) -> tuple[Cause, str]:
    said = f"The vendor {job.vendor} is disconnected"
    if job.state in (JobState.SENT, JobState.IN_PRODUCTION):
        return Cause.VENDOR_LOST_IT, (
            f"{said}: Platen hears nothing of its order {job.vendor_ref} any more. Ask there what became of it, and"
            " show what it ships at the store by hand."
        )
    if job.doubt or job.state is not JobState.READY:
        return Cause.UNCONFIRMED, (
            f"{said}, and it is not known whether it has this order. Look there for {job.external_id}: what is"
            " there goes on without Platen."
        )
    return Cause.VENDOR_REFUSED, f"{said}: it is not sent there. Link the store to another vendor, then retry."


def leave_untold(hub: Hub, order_id: str, shipment_id: str) -> None:
    """Put a parcel before a person that its store can not be told of any more. Raises Conflict as above."""
    _changed(hub, order_id, lambda record: _untold(record, record.shipments.get(shipment_id), hub.clock.now()))


def _untold(record: OrderRecord, shipment: Shipment | None, now: datetime) -> OrderRecord:
    if shipment is None or shipment.state in (ShipmentState.TOLD, ShipmentState.ATTENTION):
        return record
    if shipment.state is ShipmentState.CLAIMED and shipment.lease_until and shipment.lease_until > now:
        return record
    what = f"The store {record.head.connection} is disconnected: show this parcel there by hand, then release it."
    attention = Attention(cause=Cause.STORE_REFUSED, problems=(Problem(what=what),), since=now)
    after = step_shipment(shipment, ShipmentState.ATTENTION, attention=attention, due_at=None)
    return record.with_shipments(after).settled(now)


def _changed(hub: Hub, order_id: str, change: Callable[[OrderRecord], OrderRecord]) -> OrderRecord | None:
    """The order as it was saved; None when there was nothing to change."""
    for attempt in range(1, TRIES + 1):
        record = hub.orders.load(order_id)
        after = change(record) if record else None
        if record is None or after is None or after == record:
            return None
        try:
            saved = hub.orders.save(record, in_its_folder(hub, record, after))
        except Conflict:
            if attempt == TRIES:
                raise
            continue
        if after.head.state is OrderState.ATTENTION and record.head.state is not OrderState.ATTENTION:
            count("Attention")
        return saved
    return None
