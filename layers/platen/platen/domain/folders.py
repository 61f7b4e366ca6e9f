"""Folders: the labels people sort orders by, and the settings that move orders among them. Pure.

Nothing is decided by a folder, except by a link that names it.
"""

from __future__ import annotations

from collections.abc import Callable

from platen.domain.connection import Intake, plainly
from platen.domain.job import Job, JobState
from platen.domain.making import Making
from platen.domain.record import OrderHead, OrderRecord, OrderState

DEFAULT_FOLDERS = ("New", "Prepared", "Closed", "Canceled")
"""What Order Desk's users know, until they make their own list."""

_OVER = (JobState.SHIPPED, JobState.CANCELLED)


def known(name: str, folders: tuple[str, ...]) -> str:
    """The folder of that name as it is written in the list; empty when there is none."""
    return next((one for one in folders if plainly(one) == plainly(name)), "")


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
            folder = _after(job, old, after, making_of(job.vendor)) or folder
    if not folder and intake and _newly_cancelled(before, after.head):
        folder = intake.cancel_folder
    if not folder or folder == after.head.folder:
        return after
    return after.but(head=after.head.but(folder=folder))


def _after(job: Job, old: Job | None, record: OrderRecord, making: Making) -> str:
    match job.state:
        case JobState.ATTENTION:
            return making.after_error
        case JobState.SENT if old is not None:
            return making.after_import
        case JobState.SHIPPED if _nothing_on_its_way(record):
            return making.after_shipment
        case JobState.CANCELLED if old is not None and _nothing_on_its_way(record):
            return making.after_cancel
        case _:
            return ""


def _nothing_on_its_way(record: OrderRecord) -> bool:
    """A folder such as Closed would be a lie while another vendor still makes a part of the order."""
    return all(job.state in _OVER for job in record.jobs.values())


def _newly_cancelled(before: OrderRecord | None, head: OrderHead) -> bool:
    was = before.head.state if before else None
    return head.state is OrderState.CANCELLED and was is not OrderState.CANCELLED
