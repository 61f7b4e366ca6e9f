"""Amending: what became of an order since a vendor was told of it, who has to hear of that, and how. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.content import Content
from platen.domain.job import Hold, Job, JobLine, JobState, VendorOrder
from platen.domain.order import Order
from platen.domain.record import OrderRecord

_LEFT_TO_A_PERSON = frozenset({Cause.CHANGED_AFTER_SENT, Cause.CANCEL_REFUSED})
"""The vendor has said no to this very change, or to the end of the job: it is not asked again by itself."""


def may_be_amended(job: Job) -> bool:
    """Whether its vendor can be told of a change: now, or once a person has seen to a trouble of another kind."""
    if job.state is JobState.ATTENTION:
        cause = job.attention.cause if job.attention else None
        return bool(job.vendor_ref) and cause not in _LEFT_TO_A_PERSON
    return job.state is not JobState.CANCELLED


def without(lines: tuple[JobLine, ...], off: Mapping[str, int]) -> tuple[JobLine, ...]:
    """The lines with so many taken off; ``off``: line id -> how many, at most what there is."""
    left = ((line, line.quantity - off.get(line.line_id, 0)) for line in lines)
    return tuple(line.but(quantity=count) for line, count in left if count > 0)


def pieces_of(jobs: Iterable[Job]) -> defaultdict[str, int]:
    """line id -> how many of it their vendors have, or are to have; of a job that was given up, how many were."""
    total: defaultdict[str, int] = defaultdict(int)
    for job in jobs:
        for line in job.lines if job.state is JobState.CANCELLED else job.lines_there:
            total[line.line_id] += line.quantity
    return total


def was_let_go(job: Job, content: Content) -> bool:
    """A person let the vendor make what is too many: it is not taken off again."""
    return content.too_many != _NONE and content.too_many == Content.read(job.content).too_many


_NONE = "0"


def changes(job: Job, content: Content, excess: Mapping[str, int], order: Order) -> tuple[Problem, ...]:
    """What a person has to see where the vendor takes no changes; ``excess``: line id -> how many too many."""
    old = Content.read(job.content)
    problems: list[Problem] = []
    if content.where != old.where:
        problems.append(Problem(what="The shipping address was changed after the job was sent.", field="ship_to"))
    if not content.goes_as(old):
        what = "The shipping method or a message was changed after the job was sent."
        problems.append(Problem(what=what, field="shipping"))
    if content.what != old.what:
        what = "The print details were changed after the job was sent."
        problems.append(Problem(what=what, field="print details"))
    if content.too_many != old.too_many:
        problems.extend(_too_many(excess, order))
    back = Problem(what="The order was changed after the job was sent, and changed back.")
    return tuple(problems) or (back,)


def _too_many(excess: Mapping[str, int], order: Order) -> list[Problem]:
    found = []
    for line_id, count in excess.items():
        line = order.line(line_id)
        title = line.title if line else "a line that is gone from the order"
        what = f"{count} x {title} too many: it was removed, refunded or fulfilled elsewhere after sending."
        found.append(Problem(what=what, line_id=line_id, field="quantity"))
    return found or [Problem(what="The order wants again what it had dropped after sending.")]


def overtaken(job: Job, now: datetime) -> Attention | None:
    """What a person has to see of a job that shipped before its vendor was told of its change; None: nothing that
    makes a difference to the parcel."""
    told, asked = Content.read(job.content), Content.read(job.asked or job.content)
    changed = [
        ("where it goes: the parcel is on its way to the old shipping address", told.where != asked.where),
        ("its number of pieces: there are more in the parcel than are wanted", bool(job.told_lines)),
        ("its print details", told.what != asked.what and not job.told_lines),
        ("that it is to wait", job.hold is not Hold.NONE),
    ]
    problems = tuple(
        Problem(what=f"Job {job.job_id} was shipped before {job.vendor} could be told of a change of {what}.")
        for what, is_so in changed
        if is_so
    )
    return Attention(cause=Cause.CHANGED_AFTER_SHIPPED, problems=problems, since=now) if problems else None


def more_than_wanted(
    before: OrderRecord, after: OrderRecord, job: Job, news: VendorOrder, now: datetime
) -> Attention | None:
    """What a person has to see of parcels that are new with these news, and have more inside than is left of the
    job: the store is told of what is left."""
    mine = [one for one in after.shipments.values() if one.job_id == job.job_id and one.lines]
    known = {one.parcel.tracking for one in before.shipments.values()} | {""}
    problems = []
    for number in dict.fromkeys(one.parcel.tracking for one in mine if one.parcel.tracking not in known):
        inside = sum(count for told in news.parcels if told.tracking == number for _, count in told.items)
        shown = sum(line.quantity for one in mine if one.parcel.tracking == number for line in one.lines)
        if inside > shown:
            what = f"{inside - shown} in parcel {number} of job {job.job_id} too many: fewer are wanted by now."
            problems.append(Problem(what=what, field="quantity"))
    if not problems:
        return None
    return Attention(cause=Cause.CHANGED_AFTER_SHIPPED, problems=tuple(problems), since=now)
