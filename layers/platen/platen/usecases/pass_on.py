"""Pass on: what a vendor has already is cancelled there, or told anew, as its order changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Connection
from platen.domain.job import UNDISPATCHED, Job, JobState, VendorOrder, VendorPhase
from platen.domain.record import step_job
from platen.domain.verdicts import Refused, Verdict
from platen.hub import Hub
from platen.messages import OrderHint, Queue
from platen.observability import count, logger
from platen.ports import Conflict, NotFound
from platen.usecases import health
from platen.usecases.at_vendor import FIRST_NEWS, NO_BODY, request_of, save_job_with_order


def pass_on(hub: Hub, connection: Connection, job: Job) -> None:
    """Tell the vendor what it has still to be told of a job it has. Telling twice does no harm, so it needs no
    claim."""
    if job.vendor != connection.connection_id:
        return
    if job.cancel_wanted and job.at_vendor:
        _cancel(hub, connection, job)
    elif job.to_be_amended:
        _amend(hub, connection, job)


# a cancel


def _cancel(hub: Hub, connection: Connection, job: Job) -> None:
    now = hub.clock.now()
    try:
        news = hub.vendor(connection).cancel(job)
    except Refused as refused:
        _not_cancelled(hub, job, refused.words)
    except Verdict as verdict:
        if health.is_its_own(hub, connection.connection_id, verdict, job.in_vain):
            _not_cancelled(hub, job, f"asked over and over, it gave no clear answer ({verdict.words})")
        else:
            _tell_later(hub, connection, job, verdict)
    else:
        save_job_with_order(hub, job, _cancelled(job.but(in_vain=0), news, now))
        health.worked(hub, connection.connection_id)


def _tell_later(hub: Hub, connection: Connection, job: Job, verdict: Verdict) -> None:
    again = health.failed_again(hub, connection.connection_id, verdict, job.in_vain)
    with suppress(Conflict):
        hub.orders.save_job(job, job.but(due_at=again, in_vain=job.in_vain + 1))


def _not_cancelled(hub: Hub, job: Job, words: str) -> None:
    now = hub.clock.now()
    problems = (Problem(what=f"It was to be cancelled, but the vendor did not cancel it: {words}"),)
    attention = Attention(cause=Cause.CANCEL_REFUSED, problems=problems, since=now)
    told = job.but(cancel_wanted=False, in_vain=0)
    after = step_job(told, JobState.ATTENTION, attention=attention, due_at=now + FIRST_NEWS)
    save_job_with_order(hub, job, after)
    count("Attention")


def _cancelled(job: Job, news: VendorOrder | None, now: datetime) -> Job:
    if news is None:
        what = (
            f"It was to be cancelled, but the vendor does not know its order {job.vendor_ref} any more. Ask there."
        )
        attention = Attention(cause=Cause.VENDOR_LOST_IT, problems=(Problem(what=what),), since=now)
        return step_job(job, JobState.ATTENTION, attention=attention, cancel_wanted=False, due_at=None)
    if news.phase not in (VendorPhase.CANCELLED, VendorPhase.FAILED):
        # It takes its time: asked again, should its news not come before.
        heard = job.but(vendor_phase=news.phase, vendor_words=news.words, heard_at=now, due_at=now + UNDISPATCHED)
        return _asked_anew(heard) if job.attention and job.attention.cause is Cause.CANCEL_REFUSED else heard
    return step_job(
        job,
        JobState.CANCELLED,
        vendor_phase=news.phase,
        vendor_words=news.words,
        heard_at=now,
        due_at=None,
    )


def _asked_anew(job: Job) -> Job:
    """A refused cancel that a person had tried again: nobody has to do anything before it is answered, and a second
    no is told as the first was, not asked about for ever."""
    begun = job.vendor_phase is VendorPhase.IN_PRODUCTION
    return step_job(job, JobState.IN_PRODUCTION if begun else JobState.SENT)


# a change


def _amend(hub: Hub, connection: Connection, job: Job) -> None:
    """Tell the vendor what the order is now.

    ::

        planning   asked=A ──────────────── asked=B ────────────────────────────────▶ version moves
        worker 1      └ tells A, slowly ──────────────────┐ saves: Conflict ─▶ to be told once more
        worker 2                               └ tells B ─┴ saves: told B
    """
    vendor = hub.vendor(connection)
    try:
        body = hub.orders.body(job.order_id, job.body)
        request = request_of(connection, job, body)
        problems = tuple(vendor.preflight(request))
        if problems:
            raise Refused("it cannot be sent as it is now", problems)
        news = vendor.amend(request)
    except NotFound:
        _too_late(hub, job, (Problem(what=NO_BODY),))
    except Refused as refused:
        _too_late(hub, job, refused.problems)
    except Verdict as verdict:
        if health.is_its_own(hub, connection.connection_id, verdict, job.in_vain):
            _too_late(hub, job, (Problem(what=f"Told over and over, it gave no clear answer: {verdict.words}"),))
        else:
            _tell_later(hub, connection, job, verdict)
    else:
        _told(hub, job, news)
        health.worked(hub, connection.connection_id)


def _told(hub: Hub, job: Job, news: VendorOrder) -> None:
    now = hub.clock.now()
    after = job.but(
        amend_wanted=False,
        in_vain=0,
        content=job.asked or job.content,
        asked="",
        told_lines=(),
        vendor_phase=news.phase,
        vendor_words=news.words,
        heard_at=now,
        # It may take the change as long as it may take a new order.
        waiting_since=now,
        due_at=now + FIRST_NEWS,
    )
    try:
        hub.orders.save_job(job, after)
        count("JobsAmended")
    except Conflict:
        _tell_again(hub, job)


def _tell_again(hub: Hub, job: Job) -> None:
    """The job moved while the change was told. If the order changed once more, the two may have arrived in either
    order; so whatever it is now is told again."""
    for _ in range(5):
        record = hub.orders.load(job.order_id)
        current = record.jobs.get(job.job_id) if record else None
        if current is None or current.state not in (JobState.SENT, JobState.IN_PRODUCTION):
            return
        with suppress(Conflict):
            asked = current.asked or current.content
            again = current.but(amend_wanted=True, asked=asked, due_at=hub.clock.now())
            hub.orders.save_job(current, again)
            return
    logger.warning("a change may have been overtaken", extra={"order": job.order_id, "job": job.job_id})


def _too_late(hub: Hub, job: Job, problems: tuple[Problem, ...]) -> None:
    what = "The order was changed after the job was sent, and the vendor does not have the change."
    attention = Attention(
        cause=Cause.CHANGED_AFTER_SENT, problems=(Problem(what=what), *problems), since=hub.clock.now()
    )
    told = job.but(amend_wanted=False, in_vain=0, lines=job.lines_there, told_lines=())
    after = step_job(told, JobState.ATTENTION, attention=attention)
    save_job_with_order(hub, job, after)
    count("Attention")
    if job.told_lines:
        _plan_anew(hub, job)


def _plan_anew(hub: Hub, job: Job) -> None:
    """The vendor makes more of it than was reckoned with: what is too many is shown, and is not made elsewhere."""
    record = hub.orders.load(job.order_id)
    if record:
        head = record.head
        hint = OrderHint(
            connection=head.connection, store_order_id=head.store_order_id, topic="not amended", remap=True
        )
        hub.queues.send(Queue.INTAKE, [hint])
