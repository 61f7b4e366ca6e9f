"""Folders: the labels people sort orders by, and the settings that move orders among them. Pure.

Nothing is decided by a folder, except by a link that names it.
"""

from __future__ import annotations

from collections.abc import Callable

from platen.domain.connection import Intake
from platen.domain.job import Job, JobState
from platen.domain.making import Making, alike
from platen.domain.record import OrderHead, OrderRecord, OrderState

DEFAULT_FOLDERS = ("New", "Prepared", "Closed", "Canceled")
"""What Order Desk's users know, until they make their own list."""

_OVER = (JobState.SHIPPED, JobState.CANCELLED)
_GOES_ON = (OrderState.WAITING, OrderState.ATTENTION)


def known(name: str, folders: tuple[str, ...]) -> str:
    """The folder of that name as it is written in the list; empty when there is none."""
    return next((one for one in folders if alike(one) == alike(name)), "")


def moved(
    before: OrderRecord | None, after: OrderRecord, *, making_of: Callable[[str], Making], intake: Intake | None
) -> OrderRecord:
    """The record with its order in the folder that the settings name for what has just happened.

    A person's move stands until something happens: it is the steps of jobs that move an order, never their
    standing still. Of several steps at once the last job's counts.
    """
    folder = ""
    for job in after.jobs.values():
        old = before.jobs.get(job.job_id) if before else None
        if old is None or old.state is not job.state:
            folder = _after(job, old, after, making_of) or folder
    if not folder and intake and _newly_cancelled(before, after.head):
        folder = intake.cancel_folder
    if not folder or folder == after.head.folder:
        return after
    return after.but(head=after.head.but(folder=folder))


def _after(job: Job, old: Job | None, record: OrderRecord, making_of: Callable[[str], Making]) -> str:
    if job.state is JobState.ATTENTION:
        return making_of(job.vendor).after_error
    if old is None:
        return ""
    if job.state in _OVER:
        return _at_the_end(job, record, making_of)
    # At work again counts as accepted: else it would stay where troubles are kept.
    back_at_work = job.state is JobState.IN_PRODUCTION and old.state is JobState.ATTENTION
    accepted = job.state is JobState.SENT or back_at_work
    return making_of(job.vendor).after_import if accepted and not _in_trouble(record, making_of) else ""


def _in_trouble(record: OrderRecord, making_of: Callable[[str], Making]) -> bool:
    """One vendor's yes must not take an order out of the folder where another's trouble is looked for."""
    waiting = (job for job in record.jobs.values() if job.state is JobState.ATTENTION)
    return any(making_of(job.vendor).after_error for job in waiting)


def _at_the_end(job: Job, record: OrderRecord, making_of: Callable[[str], Making]) -> str:
    """A folder such as Closed would be a lie while another vendor still makes a part of the order; and one such
    as Canceled, where a part was shipped, or where the order only waits to be planned again."""
    if not all(one.state in _OVER for one in record.jobs.values()):
        return ""
    if job.state is JobState.SHIPPED:
        return making_of(job.vendor).after_shipment
    shipped = [one.vendor for one in record.jobs.values() if one.state is JobState.SHIPPED]
    if shipped:
        return making_of(shipped[-1]).after_shipment
    return making_of(job.vendor).after_cancel if record.head.state not in _GOES_ON else ""


def _newly_cancelled(before: OrderRecord | None, head: OrderHead) -> bool:
    """As a whole: not by a vendor, nor job by job by a person."""
    was = before.head.state if before else None
    as_a_whole = head.cancelled_at is not None or head.cancel is not None
    return as_a_whole and head.state is OrderState.CANCELLED and was is not OrderState.CANCELLED
