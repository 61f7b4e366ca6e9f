"""Short closes: a vendor ends an order with fewer pieces than it was asked for. Pure.

::

    closed short ──▶ attention ──(release)──▶ seen: ends as shipped; as cancelled where nothing was picked
                        │  └──────(cancel)──▶ cancelled, where nothing was picked
                        └─(open again at the vendor)──▶ goes on, and what was seen is forgotten
"""

from __future__ import annotations

from datetime import datetime

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import Job, JobState, VendorOrder, VendorPhase
from platen.domain.record import OrderRecord, step_job

_ANSWERED = (Cause.CLOSED_SHORT, Cause.VENDOR_SILENT)
"""What a person is shown of a job is this already, or is answered by it."""


def forgotten(job: Job, news: VendorOrder) -> Job:
    """That a person has seen a short close speaks of that one: not of the next, once the order was open again."""
    if news.short or Cause.CLOSED_SHORT not in job.released:
        return job
    return job.but(released=tuple(cause for cause in job.released if cause is not Cause.CLOSED_SHORT))


def closed_short(record: OrderRecord, job: Job, news: VendorOrder, now: datetime) -> Job:
    """The job, when fresh news say that its order was closed short; ``record`` has the parcels of these news."""
    cause = job.attention.cause if job.attention else None
    if job.state in (JobState.SHIPPED, JobState.CANCELLED):
        return job
    cancelled = news.phase is VendorPhase.CANCELLED
    if cancelled and (job.cancel_wanted or cause is Cause.CANCEL_REFUSED):
        return step_job(job, JobState.CANCELLED)
    if job.state is JobState.ATTENTION and cause not in _ANSWERED:
        return job  # a person leads out of the other trouble; this one is seen then
    if Cause.CLOSED_SHORT not in job.released:
        return _shown(job, news, now)
    if cancelled:
        return step_job(job, JobState.CANCELLED, dropped=True)
    whole = news.again_at is None and any(one.job_id == job.job_id for one in record.shipments.values())
    return step_job(job, JobState.SHIPPED if whole else JobState.IN_PRODUCTION)


def _shown(job: Job, news: VendorOrder, now: datetime) -> Job:
    problem = Problem(what=f"The vendor closed it short: {news.reason or news.words}.{_what_now(news)}")
    if job.attention and job.attention.cause is Cause.CLOSED_SHORT and job.attention.problems == (problem,):
        return job
    attention = Attention(cause=Cause.CLOSED_SHORT, problems=(problem,), since=now)
    return step_job(job, JobState.ATTENTION, attention=attention)


def _what_now(news: VendorOrder) -> str:
    more = "have it opened again there if more can come"
    if news.phase is VendorPhase.CANCELLED:
        return f" Nothing of it is coming: {more}, or release it, and it ends as cancelled here."
    if news.parcels or news.again_at:
        return f" The store is told of what was picked: refund the rest and release it, or {more}."
    return f" The store is told of nothing before you release it: do so if that is all that comes, or {more}."
