"""Cancel: a person calls the whole order off, and everybody who has a part in it is told, in this order.

::

    hold (nothing more is sent) ─▶ ask each vendor that has a job ─▶ tell the store ─▶ done
                                          │ no, or shipped already       │ no
                                          └────────▶ a person            └────▶ a person

The first step needs nobody but us, and is done in the one write that takes the wish. What follows is set going
by messages; lost ones are made up for by the order's next look.
"""

from __future__ import annotations

from datetime import datetime

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.calling_off import without_jobs
from platen.domain.heads import next_look
from platen.domain.job import JobState
from platen.domain.record import AT_ITS_CANCEL, CancelWish, Event, OrderRecord, too_late
from platen.domain.verdicts import Refused, Unclear, Verdict
from platen.hub import Hub
from platen.messages import JobHint, OrderHint, Queue, ShipmentHint
from platen.observability import count, logger
from platen.ports import Conflict, NotFound
from platen.usecases import health
from platen.usecases.decide import NotPossible
from platen.usecases.intake import MID_SEND_WAIT
from platen.usecases.sort import in_its_folder

_TRIES = 5
MOST_ASKED = 3
"""A store that took so many requests, and does not show the order as cancelled, will not do it by itself."""
_IN_VAIN = (
    "The store was asked {} times to cancel the order, and it is still not cancelled there. Look there why; retry,"
    " or cancel it there by hand and release it here."
)
_GONE = "The store {} is disconnected, and cannot be told: cancel the order there by hand, then release it here."


def cancel_order(hub: Hub, order_id: str, wish: CancelWish) -> OrderRecord:
    """Take the wish. Raises NotFound, NotPossible, Conflict (look again, then decide)."""
    before = hub.orders.load(order_id)
    if before is None:
        raise NotFound(f"there is no order {order_id}")
    after, mid_send = called_off(before, wish)
    head = after.head
    event = Event(order_id=order_id, at=wish.at, what=f"cancel the whole order: {_words(wish)}", who=wish.who)
    again = OrderHint(connection=head.connection, store_order_id=head.store_order_id, topic="cancel", remap=True)
    if mid_send:
        # Said before it is saved: nobody else knows that a job being sent now is not wanted any more.
        hub.queues.send(Queue.INTAKE, [again], delay=MID_SEND_WAIT)
    saved = hub.orders.save(before, in_its_folder(hub, before, after), events=[event])
    asked = [
        JobHint(connection=job.vendor, order_id=order_id, job_id=job.job_id)
        for job in saved.jobs.values()
        if job.cancel_wanted and job.at_vendor
    ]
    if asked:
        hub.queues.send(Queue.DISPATCH, asked)
    hub.queues.send(Queue.INTAKE, [again])
    return saved


def called_off(before: OrderRecord, wish: CancelWish) -> tuple[OrderRecord, bool]:
    """The record with the wish; True beside it while a job is being sent. Raises NotPossible."""
    _may_be_cancelled(before)
    if before.head.cancel:
        # Wished again while the store is at it: it is not asked twice for that.
        wish = wish.but(asked_at=before.head.cancel.asked_at, asked=before.head.cancel.asked)
    jobs, mid_send = without_jobs(before.jobs, wish.at)
    head = before.head.but(
        cancel=wish, changed_at=wish.at, attention=too_late(before, wish) or before.head.attention
    )
    after = before.but(head=head, jobs=jobs).settled(wish.at)
    if wish.pending:
        after = after.but(head=after.head.but(look_at=next_look(after.head, wish.at)))
    return after, mid_send


def _may_be_cancelled(record: OrderRecord) -> None:
    head = record.head
    if head.cancelled_at:
        raise NotPossible(f"The store cancelled order {head.number} already.")
    if head.imported_from:
        raise NotPossible(f"Order {head.number} was handled in {head.imported_from}: cancel it there.")
    if head.cancel and (head.cancel.told_at or not head.cancel.at_store):
        raise NotPossible(f"Order {head.number} was cancelled by {head.cancel.who} already.")
    live = [job for job in record.jobs.values() if job.state is not JobState.CANCELLED]
    if live and all(job.state is JobState.SHIPPED for job in live):
        raise NotPossible(f"Order {head.number} has shipped: there is nothing left to cancel.")


def _words(wish: CancelWish) -> str:
    parts = [wish.reason or "no reason given"]
    if wish.at_store:
        also = [word for word in ("refund", "restock", "notify") if getattr(wish, word)]
        parts.append("at the store too" + (f" ({', '.join(also)})" if also else ""))
    return ", ".join(parts)


def tell_store(hub: Hub, hint: ShipmentHint) -> None:
    """Cancel the order at its store, once nothing is made of it. The store is asked first whether it is
    cancelled already, so doing this twice does no harm and needs no claim."""
    store = hub.still_there(hint.connection)
    if store and health.parked_until(hub, hint.connection):
        return  # the order's next look brings it back
    record = hub.orders.load(hint.order_id)
    now = hub.clock.now()
    if record is None or record.head.cancel is None or not record.may_be_cancelled_at_store(now):
        return
    if store is None:
        _refused(hub, record, (Problem(what=_GONE.format(hint.connection)),))
        return
    wish = record.head.cancel
    if wish.asked >= MOST_ASKED:
        _refused(hub, record, (Problem(what=_IN_VAIN.format(wish.asked)),))
        return
    try:
        hub.store(store).cancel(record.head.store_order_id, wish)
    except Refused as refused:
        _refused(hub, record, refused.problems)
    except Unclear as unclear:
        health.failed_again(hub, hint.connection, unclear, wish.asked)
        _asked(hub, record, wish, now)
    except Verdict as verdict:
        _save_head(hub, record, look_at=health.failed(hub, hint.connection, verdict))
    else:
        health.worked(hub, hint.connection)
        _asked(hub, record, wish, now)


def _asked(hub: Hub, record: OrderRecord, wish: CancelWish, now: datetime) -> None:
    """Whether it came to pass is seen by reading it: by the store's webhook, or by the order's next look."""
    _save_head(hub, record, cancel=wish.but(asked_at=now, asked=wish.asked + 1), look_at=now + AT_ITS_CANCEL)


def _refused(hub: Hub, record: OrderRecord, problems: tuple[Problem, ...]) -> None:
    attention = Attention(cause=Cause.STORE_REFUSED, problems=problems, since=hub.clock.now())
    if _save_head(hub, record, attention=attention):
        count("Attention")


def _save_head(hub: Hub, record: OrderRecord, **changes: object) -> bool:
    """False when the wish has come to its end, or was wished anew, meanwhile: then there is nothing to note."""
    wish = record.head.cancel
    for _ in range(_TRIES):
        if record.head.cancel != wish:
            return False
        after = record.but(head=record.head.but(changed_at=hub.clock.now(), **changes))
        try:
            hub.orders.save(record, after.settled(hub.clock.now()))
        except Conflict:
            record = hub.orders.load(record.head.order_id) or record
            continue
        return True
    logger.warning("order busy", extra={"order": record.head.order_id})
    return False
