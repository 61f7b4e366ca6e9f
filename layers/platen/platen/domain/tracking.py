"""Tracking: what a vendor's news mean for a job, and which parcels the store has to be told of. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import Job, JobState, VendorOrder, VendorParcel, VendorPhase
from platen.domain.model import Value, digest, iso
from platen.domain.record import OrderRecord, step_job, step_shipment
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState

UNTOLD = timedelta(minutes=10)
"""A parcel that is still ready so long after it was recorded has lost its message."""


class Heard(Value):
    """The outcome: the record to save, and the parcels the store does not know yet."""

    record: OrderRecord
    tell: tuple[str, ...]


def hear(
    record: OrderRecord,
    job_id: str,
    news: VendorOrder,
    *,
    now: datetime,
    ask_again: timedelta,
    waiting_alarm: timedelta,
) -> Heard:
    """Take in what a fresh read of the vendor's order showed.

    News repeat, overtake each other and come after the end; so what is recorded is compared, never
    added up: the same news twice changes nothing but the time we heard.
    """
    job = record.jobs[job_id].but(
        vendor_ref=news.ref, vendor_phase=news.phase, vendor_words=news.words, heard_at=now
    )
    if news.lines:
        job = job.but(vendor_lines=news.lines)
    record = _with_parcels(record, job, news.parcels, now)
    job = _moved(record, job, news, now, waiting_alarm)
    ended = job.state in (JobState.SHIPPED, JobState.CANCELLED)
    job = job.but(due_at=None if ended else now + ask_again)
    record = record.with_jobs(job).settled(now)
    tell = [one.shipment_id for one in record.shipments.values() if one.state is ShipmentState.READY]
    return Heard(record=record, tell=tuple(tell))


def standing(record: OrderRecord, job: Job) -> JobState:
    """The state that what is known supports: where a job goes when a person releases it."""
    if not job.vendor_ref:
        return JobState.UNKNOWN if job.doubt else JobState.READY
    if _all_shipped(record, job):
        return JobState.SHIPPED
    if job.vendor_phase is VendorPhase.CANCELLED:
        return JobState.CANCELLED
    if job.vendor_phase in (VendorPhase.IN_PRODUCTION, VendorPhase.SHIPPED):
        return JobState.IN_PRODUCTION
    return JobState.SENT


def _moved(  # noqa: PLR0911 - one exit for each phase
    record: OrderRecord, job: Job, news: VendorOrder, now: datetime, waiting_alarm: timedelta
) -> Job:
    if job.state is JobState.UNKNOWN:
        job = step_job(job, JobState.SENT, sent_at=job.sent_at or now, doubt=False)
    match news.phase:
        case _ if job.state is JobState.ATTENTION:
            return _out_of_silence(record, job)
        case _ if job.state in (JobState.SHIPPED, JobState.CANCELLED):
            return job
        case VendorPhase.CANCELLED if job.cancel_wanted:
            return step_job(job, JobState.CANCELLED)
        case VendorPhase.CANCELLED:
            return _waits(job, Cause.VENDOR_CANCELLED, _because("The vendor cancelled it", news), now)
        case VendorPhase.FAILED:
            return _waits(job, Cause.VENDOR_FAILED, _because("The vendor could not make it", news), now)
        case VendorPhase.WAITING if now - (job.waiting_since or job.sent_at or now) > waiting_alarm:
            hours = int(waiting_alarm.total_seconds() // 3600)
            what = f"The vendor has had it for over {hours} hours and has not begun ({news.words}). Ask there."
            return _waits(job, Cause.VENDOR_SILENT, what, now)
    # News that overtook each other never lead back: "sent" is where it stands already, or behind it.
    to = standing(record, job)
    return job if to is JobState.SENT else step_job(job, to)


def _out_of_silence(record: OrderRecord, job: Job) -> Job:
    """Silence is the one trouble that the vendor itself ends."""
    silent = job.attention is not None and job.attention.cause is Cause.VENDOR_SILENT
    if silent and job.vendor_phase in (VendorPhase.ACCEPTED, VendorPhase.IN_PRODUCTION, VendorPhase.SHIPPED):
        return step_job(job, standing(record, job))
    return job


def _because(what: str, news: VendorOrder) -> str:
    return f"{what}: {news.reason or news.words}."


def _waits(job: Job, cause: Cause, what: str, now: datetime) -> Job:
    attention = Attention(cause=cause, problems=(Problem(what=what),), since=now)
    return step_job(job, JobState.ATTENTION, attention=attention)


def _all_shipped(record: OrderRecord, job: Job) -> bool:
    shipped = _shipped_of(record, job)
    return all(shipped[line.line_id] >= line.quantity for line in job.lines)


def _shipped_of(record: OrderRecord, job: Job) -> defaultdict[str, int]:
    total: defaultdict[str, int] = defaultdict(int)
    for shipment in record.shipments.values():
        if shipment.job_id == job.job_id:
            for line in shipment.lines:
                total[line.line_id] += line.quantity
    return total


# parcels


def _with_parcels(record: OrderRecord, job: Job, parcels: tuple[VendorParcel, ...], now: datetime) -> OrderRecord:
    seen: defaultdict[str, int] = defaultdict(int)
    for told in parcels:
        seed = digest([iso(told.shipped_at) if told.shipped_at else "", sorted(told.items)])
        seen[seed] += 1
        shipment_id = f"{job.job_id}-{digest([seed, seen[seed]])[:8]}"
        known = record.shipments.get(shipment_id)
        parcel = Parcel(carrier=told.carrier, tracking=told.tracking, url=told.url, shipped_at=told.shipped_at)
        if known is None:
            record = record.with_shipments(_recorded(record, job, shipment_id, parcel, told, now))
        else:
            record = record.with_shipments(_amended(known, parcel, now))
    return record


def _recorded(
    record: OrderRecord, job: Job, shipment_id: str, parcel: Parcel, told: VendorParcel, now: datetime
) -> Shipment:
    lines, problem = _lines_of(record, job, told)
    attention = Attention(cause=Cause.SHIPMENT_UNREADABLE, problems=(problem,), since=now) if problem else None
    return Shipment(
        order_id=job.order_id,
        shipment_id=shipment_id,
        connection=record.head.connection,
        store_order_id=record.head.store_order_id,
        job_id=job.job_id,
        state=ShipmentState.ATTENTION if attention else ShipmentState.READY,
        parcel=parcel,
        lines=lines,
        recorded_at=now,
        attention=attention,
        due_at=None if attention else now + UNTOLD,
    )


def _amended(known: Shipment, parcel: Parcel, now: datetime) -> Shipment:
    """Tracking that was filled in or put right later: told again if the store has the old one."""
    if parcel == known.parcel or not parcel.tracking:
        return known
    amended = known.but(parcel=parcel)
    if known.state is ShipmentState.TOLD:
        return step_shipment(amended, ShipmentState.READY, due_at=now + UNTOLD)
    return amended


def _lines_of(record: OrderRecord, job: Job, told: VendorParcel) -> tuple[tuple[ShipmentLine, ...], Problem | None]:
    """Which lines are in the parcel: never more of a line than the job has left to ship."""
    shipped = _shipped_of(record, job)
    left = {line.line_id: line.quantity - shipped[line.line_id] for line in job.lines}
    if not told.items:
        everything = [ShipmentLine(line_id=key, quantity=count) for key, count in left.items() if count > 0]
        return tuple(everything), None if everything else _nothing_left()
    inside: defaultdict[str, int] = defaultdict(int)
    for item_id, quantity in told.items:
        line_id = job.vendor_lines.get(item_id) or (job.lines[0].line_id if len(job.lines) == 1 else "")
        if line_id not in left:
            return (), Problem(
                what=f"The vendor shipped an item ({item_id}) that cannot be matched to a line of the order."
                " Tell the store by hand, then release it."
            )
        inside[line_id] += quantity
    lines = [
        ShipmentLine(line_id=key, quantity=min(count, left[key]))
        for key, count in inside.items()
        if min(count, left[key]) > 0
    ]
    return tuple(lines), None if lines else _nothing_left()


def _nothing_left() -> Problem:
    return Problem(
        what="The vendor tells of a parcel more than the job has items. If the store should show it,"
        " tell the store by hand; then release it."
    )
