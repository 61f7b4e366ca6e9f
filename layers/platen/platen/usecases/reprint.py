"""Reprint: a person has goods made once more, on purpose: a job of its own, under an id of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from platen.domain.content import UNPLANNED
from platen.domain.job import UNDISPATCHED, Job, JobLine, JobState, external_id
from platen.domain.record import Event, OrderRecord
from platen.hub import Hub
from platen.messages import OrderHint, Queue
from platen.ports import NotFound
from platen.usecases.decide import NotPossible
from platen.usecases.sort import in_its_folder

_A_MOMENT = timedelta(milliseconds=1)
_MADE = (JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED)


def reprint(
    hub: Hub, order_id: str, job_id: str, *, lines: Mapping[str, int], reason: str, who: str
) -> OrderRecord:
    """Plan a reprint of a job, or of some of its lines (line id -> how many; empty: all of it).

    Raises NotFound, NotPossible, Conflict. The order is read anew at its store before it is sent, so that it
    goes to where the buyer lives now.
    """
    before = hub.orders.load(order_id)
    if before is None:
        raise NotFound(f"there is no order {order_id}")
    now = hub.clock.now()
    after, new_id = with_reprint(before, job_id, lines=lines, reason=reason, now=now)
    for one in (after.head.connection, after.jobs[new_id].vendor):
        if hub.still_there(one) is None:
            raise NotPossible(f"{one} is disconnected: connect it again under the same name first.")
    event = Event(order_id=order_id, at=now, what=f"reprint of job {job_id} as job {new_id}: {reason}", who=who)
    saved = hub.orders.save(before, in_its_folder(hub, before, after), events=[event])
    again = OrderHint(
        connection=saved.head.connection, store_order_id=saved.head.store_order_id, topic="reprint", remap=True
    )
    hub.queues.send(Queue.INTAKE, [again])
    return saved


def with_reprint(
    before: OrderRecord, job_id: str, *, lines: Mapping[str, int], reason: str, now: datetime
) -> tuple[OrderRecord, str]:
    """The record with the reprint, and its job id. Raises NotPossible."""
    job = before.jobs.get(job_id)
    if job is None:
        raise NotPossible(f"Order {before.head.number} has no job {job_id}.")
    _may_be_reprinted(before, job)
    root = job.reprint_of or job.job_id
    times = 1 + sum(one.reprint_of == root for one in before.jobs.values())
    new_id = str(1 + max(int(one) for one in before.jobs))
    new = Job(
        order_id=job.order_id,
        job_id=new_id,
        store=job.store,
        vendor=job.vendor,
        account=job.account,
        external_id=external_id(before.head.number, job.order_id, new_id, reprint=times),
        state=JobState.READY,
        lines=_wanted(job, lines),
        body=job.body,
        content=UNPLANNED,
        test=job.test,
        reprint_of=root,
        reason=reason,
        shares=job.shares,
        planned_at=now,
        due_at=now + UNDISPATCHED,
    )
    # The head is written too, so that of a reprint and a cancel at the same time one is told to look again.
    head = before.head.but(changed_at=max(now, before.head.changed_at + _A_MOMENT))
    return before.but(head=head).with_jobs(new).settled(now), new_id


def _may_be_reprinted(record: OrderRecord, job: Job) -> None:
    if record.head.cancelled_at or record.head.cancel:
        raise NotPossible(f"Order {record.head.number} is cancelled: nothing of it is made again.")
    at_vendor = job.state in _MADE or (job.state is JobState.ATTENTION and job.vendor_ref)
    if not at_vendor:
        raise NotPossible(
            f"Job {job.job_id} is {job.state.value} and was not made yet: there is nothing to make again."
        )
    root = job.reprint_of or job.job_id
    for one in record.jobs.values():
        if one.reprint_of == root and one.state not in (JobState.SHIPPED, JobState.CANCELLED):
            raise NotPossible(
                f"Job {one.job_id} is a reprint of job {root} already, and is {one.state.value}."
                " Wait for it, or cancel it first."
            )


def _wanted(job: Job, lines: Mapping[str, int]) -> tuple[JobLine, ...]:
    if not lines:
        return job.lines
    made = {line.line_id: line.quantity for line in job.lines}
    for line_id, quantity in lines.items():
        if not 1 <= quantity <= made.get(line_id, 0):
            there = ", ".join(f"{known} (at most {most})" for known, most in made.items())
            raise NotPossible(f"Job {job.job_id} has no {quantity} of line {line_id}; it has {there}.")
    return tuple(JobLine(line_id=line_id, quantity=quantity) for line_id, quantity in lines.items())
