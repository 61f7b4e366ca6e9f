"""Calling off: what becomes of an order's jobs when nothing of it is wanted any more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from platen.domain.content import CANCELLED, Content
from platen.domain.job import UNDISPATCHED, Job, JobState
from platen.domain.record import step_job

MID_SEND = frozenset({JobState.CLAIMED, JobState.UNKNOWN})
"""Whether the vendor has it is being found out."""


def without_jobs(jobs: Mapping[str, Job], now: datetime) -> tuple[dict[str, Job], bool]:
    """The jobs of an order that is cancelled: taken back, or to be cancelled at their vendor.

    True beside them when one is being sent at this moment: whoever looks again shortly finds out what came of it.
    """
    after, again = dict(jobs), False
    for job in jobs.values():
        if job.state in (JobState.CANCELLED, JobState.SHIPPED) or job.cancel_wanted:
            continue
        if not job.bound:
            after[job.job_id] = taken_back(job)
        elif job.state in MID_SEND:
            again = True
        else:
            after[job.job_id] = _to_be_cancelled(job, now)
    return after, again


def _to_be_cancelled(job: Job, now: datetime) -> Job:
    """Passed on once: after a person let it go on, the same cancel does not come again."""
    told = Content.read(job.content)
    if told.too_many == CANCELLED:
        return job
    asked = str(told.but(too_many=CANCELLED))
    due_at = now + UNDISPATCHED if job.at_vendor else job.due_at
    return job.but(cancel_wanted=True, asked=asked, due_at=due_at)


def taken_back(job: Job) -> Job:
    """By planning, and not by a person: what it was about may be planned again."""
    return step_job(job, JobState.CANCELLED, dropped=False, due_at=None)
