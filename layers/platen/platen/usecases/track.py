"""Track: a hint that something moved at a vendor becomes a fresh read, and parcels for the store."""

from __future__ import annotations

from datetime import datetime, timedelta

from platen.connectors import Resend
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Connection
from platen.domain.job import Job, JobState, VendorOrder, read_external_id
from platen.domain.record import Event, OrderRecord, OrderState, step_job
from platen.domain.shipment import Shipment
from platen.domain.tracking import Heard, hear
from platen.domain.verdicts import Refused, Verdict
from platen.hub import Hub
from platen.messages import Queue, ShipmentHint, VendorHint
from platen.observability import count, logger
from platen.ports import Conflict, NotFound, Vendor
from platen.usecases import gone, health
from platen.usecases.at_vendor import request_of, save_job_with_order
from platen.usecases.intake import LONGEST_DELAY, tell_cancel
from platen.usecases.sort import in_its_folder

NEWLY_SENT = timedelta(minutes=10)
"""So long after sending, a vendor that does not know the order yet is only slow."""
ASK_AGAIN = timedelta(hours=3)
MID_SEND_WAIT = timedelta(minutes=1)
TRIES = 5


def track(hub: Hub, hint: VendorHint) -> None:
    """Take in one hint of a vendor's.

    Raises Conflict only when the order is being written to without end, and the vendor's verdict when asking
    again will not help: the message ends among the dead letters then.
    """
    connection = hub.still_there(hint.connection)
    if connection is None:
        _without_vendor(hub, hint)
        return
    parked = health.parked_until(hub, connection.connection_id)
    if parked:
        _later(hub, hint, parked - hub.clock.now())
        return
    try:
        found = _find(hub, connection, hint)
        if found is None:
            # The same account may have orders that did not come through Platen.
            logger.info("news of no order of ours", extra={"connection": hint.connection, "topic": hint.topic})
        elif _hear_of(hub, connection, hint, *found):
            health.worked(hub, connection.connection_id)
    except Verdict as verdict:
        if isinstance(verdict, Refused) or hint.tries >= health.MOST_TRIES:
            raise
        again = health.failed_again(hub, connection.connection_id, verdict, hint.tries)
        _later(hub, hint.model_copy(update={"tries": hint.tries + 1}), again - hub.clock.now())


def _without_vendor(hub: Hub, hint: VendorHint) -> None:
    """Its vendor is disconnected, and cannot be read: a job that is not over is shown to a person."""
    gone.pass_over(hint)
    names = read_external_id(hint.external_id)
    names = names or hub.orders.job_of_vendor_order(hint.connection, hint.vendor_ref)
    if names:
        gone.let_go(hub, hint.connection, *names)


def _find(hub: Hub, connection: Connection, hint: VendorHint) -> tuple[OrderRecord, str] | None:
    """The order and job that the hint is about; the vendor is asked when the hint has only its own id."""
    names = read_external_id(hint.external_id)
    if names is None and hint.vendor_ref:
        names = hub.orders.job_of_vendor_order(connection.connection_id, hint.vendor_ref)
    if names is None and hint.vendor_ref:
        located = hub.vendor(connection).locate(hint.account, hint.vendor_ref)
        names = read_external_id(located) if located else None
    if names is None:
        return None
    record = hub.orders.load(names[0])
    job = record.jobs.get(names[1]) if record else None
    if record is None or job is None or job.vendor != connection.connection_id:
        return None
    return record, job.job_id


def _hear_of(hub: Hub, connection: Connection, hint: VendorHint, record: OrderRecord, job_id: str) -> bool:
    """Whether the vendor was asked for it, and answered."""
    job = record.jobs[job_id]
    if job.state is JobState.CLAIMED:
        _later(hub, hint, MID_SEND_WAIT)
        return False
    if not job.vendor_ref and not job.doubt:
        return False  # nothing of it can be at the vendor; if something is, dispatch finds out
    try:
        news = _read(hub, connection, job, hint)
    except Refused as refused:
        _not_told(hub, job, refused)
        return True
    if news is None:
        _lost(hub, job)
        return bool(job.vendor_ref)
    for attempt in range(1, TRIES + 1):
        try:
            _save(hub, record, _heard(hub, connection, record, job_id, news))
        except Conflict:
            if attempt == TRIES:
                raise
            record = hub.orders.load(record.head.order_id) or record
            if _is_of_another(record.jobs[job_id], job, news):
                _later(hub, hint, MID_SEND_WAIT)
                break
        else:
            break
    return True


def _is_of_another(current: Job, read: Job, news: VendorOrder) -> bool:
    """The news of an earlier order of the job, which a person had sent again while it was read::

    us         reads V1: cancelled ────────────────────────────▶ Conflict ─▶ read anew
    a person        └ sends it again ─▶ dispatch: it is V2 now ──┘
    """
    return current.external_id != read.external_id or current.vendor_ref not in ("", news.ref)


def _read(hub: Hub, connection: Connection, job: Job, hint: VendorHint) -> VendorOrder | None:
    vendor = hub.vendor(connection)
    if job.vendor_ref:
        return vendor.read(job)
    # A doubt, and the vendor speaks of it.
    if hub.connector(connection.system).resend in (Resend.NONE, Resend.NATIVE_KEY):
        return _under_the_number_it_named(vendor, job, hint.vendor_ref)
    # Read it the way dispatch would, matched line by line.
    try:
        body = hub.orders.body(job.order_id, job.body)
    except NotFound:
        return None
    return vendor.find(request_of(connection, job, body))


def _under_the_number_it_named(vendor: Vendor, job: Job, vendor_ref: str) -> VendorOrder | None:
    """A vendor that cannot be asked for our id can be asked for its own; only ours is taken."""
    news = vendor.read(job.but(vendor_ref=vendor_ref)) if vendor_ref else None
    return news if news and news.external_id == job.external_id else None


def _heard(hub: Hub, connection: Connection, record: OrderRecord, job_id: str, news: VendorOrder) -> Heard:
    connector = hub.connector(connection.system)
    settings = hub.settings(connection)
    minutes = connector.poll_minutes(settings)
    ask_again = timedelta(minutes=minutes) if minutes else ASK_AGAIN
    if connector.ask_again:
        ask_again = connector.ask_again(settings)
    return hear(
        record,
        job_id,
        news,
        now=hub.clock.now(),
        ask_again=ask_again,
        waiting_alarm=connector.waiting_alarm(settings),
    )


def _save(hub: Hub, before: OrderRecord, heard: Heard) -> None:
    if heard.record.head.state is OrderState.ATTENTION and before.head.state is not OrderState.ATTENTION:
        count("Attention")
    events = _notes_to_the_buyer(before, heard.record, hub.clock.now())
    saved = hub.orders.save(before, in_its_folder(hub, before, heard.record), events=events)
    tell(hub, saved, heard.tell)
    tell_cancel(hub, saved)


def _notes_to_the_buyer(before: OrderRecord, after: OrderRecord, now: datetime) -> list[Event]:
    """Of parcels that are new, or have another label: for the story, which expires as a parcel does not."""
    return [
        Event(
            order_id=one.order_id,
            at=now,
            what=f"note to the buyer with parcel {one.parcel.tracking or one.shipment_id}: {one.parcel.note}",
            who=after.jobs[one.job_id].vendor,
        )
        for one in after.shipments.values()
        if one.parcel.note and _label(before.shipments.get(one.shipment_id)) != _label(one)
    ]


def _label(shipment: Shipment | None) -> str | None:
    return shipment.parcel.tracking if shipment else None


def tell(hub: Hub, record: OrderRecord, shipment_ids: tuple[str, ...]) -> None:
    """Put parcels on [store-updates]. Lost with a crash here, the sweep does it again."""
    hints = [
        ShipmentHint(connection=record.head.connection, order_id=record.head.order_id, shipment_id=one)
        for one in shipment_ids
    ]
    if hints:
        hub.queues.send(Queue.STORE_UPDATES, hints)


def _lost(hub: Hub, job: Job) -> None:
    """The vendor does not know an order that it gave us an id for."""
    now = hub.clock.now()
    if not job.vendor_ref or job.state not in (JobState.SENT, JobState.IN_PRODUCTION):
        return
    if job.sent_at and now - job.sent_at < NEWLY_SENT:
        return
    what = f"The vendor does not know its order {job.vendor_ref} any more. Ask there what became of it."
    attention = Attention(cause=Cause.VENDOR_LOST_IT, problems=(Problem(what=what),), since=now)
    save_job_with_order(hub, job, step_job(job, JobState.ATTENTION, attention=attention, due_at=None))
    count("Attention")


def _not_told(hub: Hub, job: Job, refused: Refused) -> None:
    """The vendor will not speak of a job it has: that is the job's trouble, and no fault of the connection."""
    if job.state not in (JobState.SENT, JobState.IN_PRODUCTION):
        raise refused
    attention = Attention(cause=Cause.VENDOR_REFUSED, problems=refused.problems, since=hub.clock.now())
    save_job_with_order(hub, job, step_job(job, JobState.ATTENTION, attention=attention, due_at=None))
    count("Attention")


def _later(hub: Hub, hint: VendorHint, wait: timedelta) -> None:
    delay = min(max(wait, timedelta(seconds=1)), LONGEST_DELAY)
    hub.queues.send(Queue.SHIPMENTS, [hint], delay=delay)
