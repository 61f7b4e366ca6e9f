"""Tracking: what a vendor's news mean for a job, and which parcels the store has to be told of. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count, takewhile

from platen.domain.amending import more_than_wanted, overtaken
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import Job, JobState, VendorOrder, VendorParcel, VendorPhase
from platen.domain.model import Value, digest
from platen.domain.record import OrderRecord, step_job, step_shipment
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from platen.domain.short_close import closed_short, forgotten

UNTOLD = timedelta(minutes=10)
"""A parcel that is still ready so long after it was recorded has lost its message."""

TRACKING_COMES = timedelta(days=7)
"""So long a parcel without a tracking number is asked about; then it counts as untracked mail."""

_SOONEST = timedelta(minutes=1)
_NOT_MADE = (VendorPhase.CANCELLED, VendorPhase.FAILED)


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
    before = record.jobs[job_id]
    if before.state in (JobState.READY, JobState.CLAIMED):
        return Heard(record=_spoken_of(record, before, now), tell=())
    job = before.but(vendor_ref=news.ref, vendor_phase=news.phase, vendor_words=news.words, heard_at=now)
    job = forgotten(job, news)
    if news.lines:
        job = job.but(vendor_lines=news.lines)
    if news.phase is VendorPhase.SHIPPED and before.vendor_phase is not VendorPhase.SHIPPED:
        job = job.but(waiting_since=now)  # from now on its parcels are waited for
    known = record
    record = _with_parcels(record, job, news, now)
    more = more_than_wanted(known, record, job, news, now)
    record = _seen_on_the_order(record, more) if more else record
    if job.state is JobState.UNKNOWN or _cause(job) is Cause.UNCONFIRMED:
        # That the vendor has it was the doubt, and it is answered.
        job = step_job(job, JobState.SENT, sent_at=job.sent_at or now, doubt=False)
    short = news.short
    job = closed_short(record, job, news, now) if short else _moved(record, job, news, now, waiting_alarm)
    job = job.but(due_at=_next_look(record, job, now, _sooner(ask_again, news, now)))
    wish = record.head.cancel
    not_wanted = job.cancel_wanted or (wish is not None and wish.pending)
    if job.state is JobState.SHIPPED and before.state is not JobState.SHIPPED and not_wanted:
        what = "It was to be cancelled, but the vendor shipped it before."
        record = _seen_on_the_order(record, _too_late(what, now))
    if before.state is JobState.CANCELLED and _made_all_the_same(before, news):
        what = f"Job {job_id} was given up here, but the vendor has it as {news.ref} ({news.words}). Ask there."
        record = _seen_on_the_order(record, _too_late(what, now))
    if job.state is JobState.SHIPPED and job.amend_wanted:
        late = overtaken(job, now)
        record = _seen_on_the_order(record, late) if late else record
        job = job.but(lines=job.lines_there, told_lines=(), amend_wanted=False)
    record = record.with_jobs(job).settled(now)
    tell = [one.shipment_id for one in record.shipments.values() if one.state is ShipmentState.READY]
    return Heard(record=record, tell=tuple(tell))


def _spoken_of(record: OrderRecord, job: Job, now: datetime) -> OrderRecord:
    """The vendor has it, and we are about to send it (again): whoever claims it has to look there first."""
    if job.state is JobState.CLAIMED:
        return record  # a write would take the claim from its worker
    return record.with_jobs(step_job(job, JobState.UNKNOWN, doubt=True, due_at=now)).settled(now)


def _sooner(ask_again: timedelta, news: VendorOrder, now: datetime) -> timedelta:
    return ask_again if news.again_at is None else min(ask_again, max(news.again_at - now, _SOONEST))


def _next_look(record: OrderRecord, job: Job, now: datetime, ask_again: timedelta) -> datetime | None:
    regular = now + ask_again
    if job.state is JobState.SHIPPED and _tracking_may_come(record, job, now):
        return regular
    if job.state in (JobState.SHIPPED, JobState.CANCELLED):
        return None
    # A cancel or a change that is still to be passed on is not put off by news.
    to_be_told = job.cancel_wanted or job.to_be_amended
    return min(job.due_at, regular) if to_be_told and job.due_at else regular


def _tracking_may_come(record: OrderRecord, job: Job, now: datetime) -> bool:
    """No vendor announces a number that it fills in later: it has to be asked for."""
    mine = (one for one in record.shipments.values() if one.job_id == job.job_id)
    return any(not one.parcel.tracking and now - one.recorded_at < TRACKING_COMES for one in mine)


def _made_all_the_same(given_up: Job, news: VendorOrder) -> bool:
    """What a person gave up unseen, or marked as cancelled there; told once, when it comes to light."""
    if not given_up.vendor_ref:
        return news.phase not in _NOT_MADE
    return news.phase is VendorPhase.SHIPPED and given_up.vendor_phase is not VendorPhase.SHIPPED


def _too_late(what: str, now: datetime) -> Attention:
    return Attention(cause=Cause.CANCELLED_AFTER_SHIPPED, problems=(Problem(what=what),), since=now)


def _seen_on_the_order(record: OrderRecord, late: Attention) -> OrderRecord:
    """The job itself is over: that it came out otherwise than wanted waits for a person with the order; beside
    another trouble, where there is one already."""
    known = record.head.attention
    attention = known.but(problems=(*known.problems, *late.problems)) if known else late
    return record.but(head=record.head.but(attention=attention, changed_at=late.since))


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
    match news.phase:
        case _ if job.state is JobState.ATTENTION:
            return _in_attention(record, job, news, now, waiting_alarm)
        case _ if job.state in (JobState.SHIPPED, JobState.CANCELLED):
            return job
        case VendorPhase.CANCELLED if job.cancel_wanted:
            return step_job(job, JobState.CANCELLED)
        case VendorPhase.CANCELLED:
            return _waits(job, Cause.VENDOR_CANCELLED, _because("The vendor cancelled it", news), now)
        case VendorPhase.FAILED:
            return _waits(job, Cause.VENDOR_FAILED, _because("The vendor could not make it", news), now)
        case VendorPhase.WAITING if _should_have_begun(job, now, waiting_alarm):
            hours = int(waiting_alarm.total_seconds() // 3600)
            what = f"The vendor has had it for over {hours} hours and has not begun ({news.words}). Ask there."
            return _waits(job, Cause.VENDOR_SILENT, what, now)
        case VendorPhase.SHIPPED if _parcels_are_late(record, job, now, waiting_alarm):
            what = f"The vendor says it is done ({news.words}), but has not told of every parcel. Ask there."
            return _waits(job, Cause.VENDOR_SILENT, what, now)
    if job.asked and not job.cancel_wanted and not job.amend_wanted:
        return _unseen_change(job, now)
    # News that overtook each other never lead back: "sent" is where it stands already, or behind it.
    to = standing(record, job)
    return job if to is JobState.SENT else step_job(job, to)


def _in_attention(record: OrderRecord, job: Job, news: VendorOrder, now: datetime, waiting_alarm: timedelta) -> Job:
    """A person leads out of it. But that the vendor ended it has to be seen; and silence ends by itself, as does a
    short close when the order is open again."""
    cause = _cause(job)
    if news.phase is VendorPhase.CANCELLED and (job.cancel_wanted or cause is Cause.CANCEL_REFUSED):
        return step_job(job, JobState.CANCELLED)
    if news.phase is VendorPhase.CANCELLED and cause not in (Cause.VENDOR_CANCELLED, Cause.VENDOR_FAILED):
        return _waits(job, Cause.VENDOR_CANCELLED, _because("The vendor cancelled it", news), now)
    if news.phase is VendorPhase.FAILED and cause not in (Cause.VENDOR_CANCELLED, Cause.VENDOR_FAILED):
        return _waits(job, Cause.VENDOR_FAILED, _because("The vendor could not make it", news), now)
    opened_again = cause is Cause.CLOSED_SHORT and news.phase not in _NOT_MADE
    if opened_again or (cause is Cause.VENDOR_SILENT and _goes_on(record, job, now, waiting_alarm)):
        unseen = job.asked and not job.amend_wanted
        return _unseen_change(job, now) if unseen else step_job(job, standing(record, job))
    return job


def _should_have_begun(job: Job, now: datetime, waiting_alarm: timedelta) -> bool:
    """Not while it is to wait: a vendor keeps that for as long as it takes."""
    return not job.hold and now - (job.waiting_since or job.sent_at or now) > waiting_alarm


def _goes_on(record: OrderRecord, job: Job, now: datetime, waiting_alarm: timedelta) -> bool:
    if job.vendor_phase is VendorPhase.SHIPPED:
        return not _parcels_are_late(record, job, now, waiting_alarm)
    return job.vendor_phase in (VendorPhase.ACCEPTED, VendorPhase.IN_PRODUCTION)


def _parcels_are_late(record: OrderRecord, job: Job, now: datetime, waiting_alarm: timedelta) -> bool:
    return not _all_shipped(record, job) and now - (job.waiting_since or now) > waiting_alarm


def _unseen_change(job: Job, now: datetime) -> Job:
    """The order changed while the job was in other trouble, and nobody has said that it is good as it is."""
    return _waits(job, Cause.CHANGED_AFTER_SENT, "The order was changed after the job was sent.", now)


def _cause(job: Job) -> Cause | None:
    return job.attention.cause if job.attention else None


def _because(what: str, news: VendorOrder) -> str:
    return f"{what}: {news.reason or news.words}."


def _waits(job: Job, cause: Cause, what: str, now: datetime) -> Job:
    known = job.attention.problems if job.attention else ()
    attention = Attention(cause=cause, problems=(Problem(what=what), *known), since=now)
    return step_job(job, JobState.ATTENTION, attention=attention)


def _all_shipped(record: OrderRecord, job: Job) -> bool:
    shipped = shipped_of(record, job)
    if all(shipped[line.line_id] >= line.quantity for line in job.lines_there):
        return True
    # What is in a parcel that a person has vouched for is not known: there the vendor's word has to do.
    mine = [one for one in record.shipments.values() if one.job_id == job.job_id]
    vouched = any(not one.lines and one.state is ShipmentState.TOLD for one in mine)
    return vouched and job.vendor_phase is VendorPhase.SHIPPED


def shipped_of(record: OrderRecord, job: Job) -> defaultdict[str, int]:
    """line id -> how many of it are in parcels of this job."""
    total: defaultdict[str, int] = defaultdict(int)
    for shipment in record.shipments.values():
        if shipment.job_id == job.job_id:
            for line in shipment.lines:
                total[line.line_id] += line.quantity
    return total


# parcels


def _with_parcels(record: OrderRecord, job: Job, news: VendorOrder, now: datetime) -> OrderRecord:
    # A vendor's test of a buyer's real order: nothing has left, and the buyer must not read that it has.
    only_tried = news.test and not job.test
    alike: defaultdict[str, list[VendorParcel]] = defaultdict(list)
    for told in news.parcels:
        alike[digest(sorted(told.items))].append(told)
    for inside, those in alike.items():
        for shipment_id, told in _named(record, job, inside, those):
            known = record.shipments.get(shipment_id)
            parcel = Parcel.model_validate(told.model_dump(exclude={"items"}))
            if known:
                record = record.with_shipments(_amended(known, parcel, now))
            elif not _told_otherwise(record, job, told):
                found = _recorded(record, job, shipment_id, parcel, told, now)
                record = record.with_shipments(_untold(found) if only_tried else found)
    return record


def _untold(shipment: Shipment) -> Shipment:
    """The same, but the store is not told of it."""
    if shipment.state is not ShipmentState.READY:
        return shipment
    parcel = shipment.parcel.but(note="")
    return shipment.but(state=ShipmentState.TOLD, quiet=True, due_at=None, parcel=parcel)


def _named(
    record: OrderRecord, job: Job, inside: str, told: list[VendorParcel]
) -> Iterable[tuple[str, VendorParcel]]:
    """Our ids of parcels with the same inside. They are told apart by tracking, then by the time they left,
    for a vendor may list them in any order, and fill in the one or the other later."""
    left = list(told)
    ids = (f"{job.job_id}-{digest([inside, number])[:8]}" for number in count(1))
    known = [record.shipments[one] for one in takewhile(lambda one: one in record.shipments, ids)]
    for same in (_same_tracking, _same_time, _any):
        for shipment in list(known):
            match = next((parcel for parcel in left if same(shipment.parcel, parcel)), None)
            if match:
                known.remove(shipment)
                left.remove(match)
                yield shipment.shipment_id, match
    taken = len(told) - len(left) + len(known)
    for number, parcel in enumerate(left, start=taken + 1):
        yield f"{job.job_id}-{digest([inside, number])[:8]}", parcel


def _same_tracking(known: Parcel, told: VendorParcel) -> bool:
    return bool(told.tracking) and known.tracking == told.tracking


def _same_time(known: Parcel, told: VendorParcel) -> bool:
    return told.shipped_at is not None and known.shipped_at == told.shipped_at


def _any(_known: Parcel, _told: VendorParcel) -> bool:
    return True


def _told_otherwise(record: OrderRecord, job: Job, told: VendorParcel) -> bool:
    """True for a parcel we know by its tracking, whose inside the vendor now describes in another way."""
    _, problem = _lines_of(record, job, told)
    mine = (one for one in record.shipments.values() if one.job_id == job.job_id)
    return problem == _nothing_left() and any(_same_tracking(one.parcel, told) for one in mine)


def _recorded(
    record: OrderRecord, job: Job, shipment_id: str, parcel: Parcel, told: VendorParcel, now: datetime
) -> Shipment:
    lines, problem = _lines_of(record, job, told)
    quiet = _shown_already(record, job, lines)
    if quiet:
        problem = None
    attention = Attention(cause=Cause.SHIPMENT_UNREADABLE, problems=(problem,), since=now) if problem else None
    state = ShipmentState.TOLD if quiet else ShipmentState.READY
    return Shipment(
        order_id=job.order_id,
        shipment_id=shipment_id,
        connection=record.head.connection,
        store_order_id=record.head.store_order_id,
        job_id=job.job_id,
        state=ShipmentState.ATTENTION if attention else state,
        parcel=parcel.but(note="") if quiet else parcel,
        lines=lines,
        quiet=quiet,
        recorded_at=now,
        attention=attention,
        due_at=None if attention or quiet else now + UNTOLD,
    )


def _shown_already(record: OrderRecord, job: Job, lines: tuple[ShipmentLine, ...]) -> bool:
    """True for goods that the store shows in another print's parcels: it has no room for them a second time.

    A job and its reprints share the room of the job. ``lines`` are the parcel's; empty where they are not known.
    """
    root = job.reprint_of or job.job_id
    prints = [one for one in record.jobs.values() if root in (one.job_id, one.reprint_of)]
    if len(prints) == 1:
        return False
    there = [line for one in prints if one.job_id == root for line in one.lines_there]
    room = Counter({line.line_id: line.quantity for line in there})
    for shipment in record.shipments.values():
        if not shipment.quiet and any(shipment.job_id == one.job_id for one in prints):
            room -= Counter({line.line_id: line.quantity for line in shipment.lines})
    return all(not room[line.line_id] for line in lines or job.lines_there)


def _amended(known: Shipment, parcel: Parcel, now: datetime) -> Shipment:
    """Tracking that was filled in or put right later: told again if the store has the old one."""
    # A note says nothing of the parcel, and one that was told is not kept.
    if parcel.but(note="") == known.parcel.but(note="") or not parcel.tracking:
        return known
    if known.quiet:
        return known.but(parcel=parcel.but(note=""))
    amended = known.but(parcel=parcel)
    if known.state is ShipmentState.TOLD:
        return step_shipment(amended, ShipmentState.READY, due_at=now + UNTOLD)
    return amended


def _lines_of(record: OrderRecord, job: Job, told: VendorParcel) -> tuple[tuple[ShipmentLine, ...], Problem | None]:
    """Which lines are in the parcel: never more of a line than the job has left to ship."""
    shipped = shipped_of(record, job)
    left = {line.line_id: line.quantity - shipped[line.line_id] for line in job.lines_there}
    if not told.items:
        everything = [ShipmentLine(line_id=key, quantity=count) for key, count in left.items() if count > 0]
        return tuple(everything), None if everything else _nothing_left()
    inside: defaultdict[str, int] = defaultdict(int)
    for item_id, quantity in told.items:
        line_id = job.vendor_lines.get(item_id) or (job.lines_there[0].line_id if len(left) == 1 else "")
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
