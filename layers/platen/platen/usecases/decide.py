"""Decide: what a person says about something in attention is done, and written into the order's story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from platen.connectors import Resend
from platen.domain.attention import Action, Attention, Cause
from platen.domain.content import UNPLANNED, content_of
from platen.domain.job import UNDISPATCHED, Job, JobState, VendorPhase, external_id
from platen.domain.record import Event, OrderRecord, step_job, step_shipment, too_late
from platen.domain.shipment import Shipment, ShipmentState
from platen.domain.tracking import UNTOLD, standing
from platen.hub import Hub
from platen.messages import JobHint, Message, OrderHint, Queue, ShipmentHint, VendorHint
from platen.ports import NotFound
from platen.usecases.at_vendor import request_of
from platen.usecases.dispatch import MARGIN
from platen.usecases.intake import tell_cancel
from platen.usecases.sort import in_its_folder

type Todo = list[tuple[Queue, Message]]


_ENDS_A_CANCEL = (Cause.STORE_REFUSED, Cause.STORE_LOST_IT, Cause.CANCELLED_AFTER_SHIPPED)
"""Released, its store is not told to cancel the order any more: the person has seen to that."""


_NOT_KEPT = (
    "Job {0} is to be made of an order that its store does not have any more, and its content is not kept any more"
    " here. `cancel` job {0} first."
)


class NotPossible(Exception):
    """What the person asked for does not fit how things stand; the text says why and what does."""


class Decision:
    """One person's one decision on one place of one order."""

    def __init__(self, hub: Hub, record: OrderRecord, *, who: str, vendor_ref: str = "") -> None:
        self.hub = hub
        self.before = record
        self.record = record
        self.who = who
        self.vendor_ref = vendor_ref
        self.now: datetime = hub.clock.now()
        self.todo: Todo = []
        self.notes: list[str] = []

    def take(self, action: Action, place: str) -> OrderRecord:
        """Do it at one place (``job 1``), or with no place at every place that allows it.

        Raises NotPossible; Conflict when something else happened to the order meanwhile.
        """
        places = [place] if place else self._places(action)
        if not places:
            raise NotPossible(f"Nothing of order {self.record.head.number} waits for `{action.value}` now.")
        for one in places:
            self._take_at(action, one)
        events = [
            Event(order_id=self.record.head.order_id, at=self.now, what=note, who=self.who) for note in self.notes
        ]
        after = in_its_folder(self.hub, self.before, self.record.settled(self.now))
        saved = self.hub.orders.save(self.before, after, events=events)
        # Only now is it told: what is on a queue must already be in the record.
        for queue, message in self.todo:
            self.hub.queues.send(queue, [message])
        tell_cancel(self.hub, saved)
        return saved

    def _places(self, action: Action) -> list[str]:
        found = []
        if _allows(self.record.head.attention, action):
            found.append("order")
        found += [f"job {one.job_id}" for one in self.record.jobs.values() if self._job_allows(one, action)]
        found += [
            f"shipment {one.shipment_id}"
            for one in self.record.shipments.values()
            if _allows(one.attention, action)
        ]
        return found

    def _job_allows(self, job: Job, action: Action) -> bool:
        cancellable = job.state in (JobState.READY, JobState.SENT, JobState.IN_PRODUCTION)
        return _allows(job.attention, action) or (action is Action.CANCEL and cancellable)

    def _take_at(self, action: Action, place: str) -> None:
        kind, _, key = place.partition(" ")
        if kind == "order":
            self._about_order(action)
        elif kind == "job" and key in self.record.jobs:
            self._about_job(action, self.record.jobs[key])
        elif kind == "shipment" and key in self.record.shipments:
            self._about_shipment(action, self.record.shipments[key])
        else:
            raise NotPossible(f"Order {self.record.head.number} has no {place}.")
        self.notes.append(f"{action.value}: {place}")

    # the order itself

    def _about_order(self, action: Action) -> None:
        head = self.record.head
        if head.attention is None or not _allows(head.attention, action):
            raise NotPossible(_not_now(action, f"order {head.number}", head.attention))
        if action is Action.RETRY:
            if head.attention.cause is Cause.STORE_REFUSED:
                # Its cancel is told again by the look.
                wish = head.cancel and head.cancel.but(asked=0, asked_at=None)
                self._head(attention=None, cancel=wish)
            self._replan()
        elif action is Action.RELEASE:
            released = tuple(problem.line_id for problem in head.attention.problems if problem.line_id)
            was = head.attention.cause
            done = head.cancel.but(at_store=False) if head.cancel and was in _ENDS_A_CANCEL else head.cancel
            self._head(attention=None, accepted=head.accepted + released, cancel=done)
            if done != head.cancel:
                self._head(look_at=None)
            if was is Cause.STORE_LOST_IT:
                self._make_as_it_was()
            if was in (Cause.UNROUTED_LINE, Cause.MOVED_IN):
                # As if it had not been planned yet: should the message be lost, the sweep has it planned.
                self._head(body="", look_at=self.now, ours=head.ours or was is Cause.MOVED_IN)
                self._replan()
        else:
            lines = self._all_lines()
            self._head(attention=None, accepted=lines, nothing_because=f"{self.who} cancelled it in Platen")

    def _make_as_it_was(self) -> None:
        """A reprint whose order cannot be read at its store any more is made of what is kept of it."""
        for job in self.record.jobs.values():
            if job.state is not JobState.READY or job.content != UNPLANNED:
                continue
            try:
                body = self.hub.orders.body(job.order_id, job.body)
            except NotFound:
                raise NotPossible(_NOT_KEPT.format(job.job_id)) from None
            told = request_of(self.hub.connections.get(job.vendor), job, body)
            messages = (told.gift_message, told.packing_message)
            content = content_of(body.order, body.printing, job.lines, {}, messages)
            self._dispatch(job)
            self.record = self.record.with_jobs(job.but(content=str(content), due_at=self.now + UNDISPATCHED))

    def _all_lines(self) -> tuple[str, ...]:
        body = self.hub.orders.body(self.record.head.order_id, self.record.head.body)
        return tuple(line.line_id for line in body.order.lines)

    def _head(self, **changes: object) -> None:
        self.record = self.record.but(head=self.record.head.but(changed_at=self.now, **changes))

    def _replan(self) -> None:
        head = self.record.head
        if self.hub.still_there(head.connection) is None:
            raise NotPossible(
                f"The store {head.connection} is disconnected: order {head.number} cannot be read there any more."
                " Connect it again under the same name, or `cancel` the order here."
            )
        hint = OrderHint(
            connection=head.connection, store_order_id=head.store_order_id, topic="person", replan=True
        )
        if (Queue.INTAKE, hint) not in self.todo:
            self.todo.append((Queue.INTAKE, hint))

    # a job

    def _about_job(self, action: Action, job: Job) -> None:
        if not self._job_allows(job, action):
            raise NotPossible(_not_now(action, f"job {job.job_id}", job.attention))
        steps: dict[Action, Callable[[Job], Job]] = {
            Action.RETRY: self._retry,
            Action.RESEND: self._resend,
            Action.RELEASE: self._release,
            Action.CANCEL: self._cancel,
            Action.MARK_SENT: self._mark_sent,
            Action.MARK_CANCELLED: self._mark_cancelled,
        }
        after = steps[action](job)  # may change the head: only then is the job put into the record
        self.record = self.record.with_jobs(after)

    def _retry(self, job: Job) -> Job:
        if job.vendor_ref:
            wants_cancel = job.attention is not None and job.attention.cause is Cause.CANCEL_REFUSED
            if wants_cancel:
                self._dispatch(job)
                return job.but(cancel_wanted=True, due_at=self.now)
            hint = VendorHint(connection=job.vendor, external_id=f"{job.order_id}-{job.job_id}", topic="person")
            self.todo.append((Queue.SHIPMENTS, hint))
            return self._told_of_changes(step_job(job, JobState.SENT, due_at=self.now))
        if not job.doubt:
            self._replan()
            return job
        if self._policy(job) is Resend.NONE:
            raise NotPossible(
                f"{job.vendor} cannot be asked whether it has job {job.job_id}."
                " Look there, then `resend` or `mark-sent`."
            )
        self._dispatch(job)
        return step_job(job, JobState.UNKNOWN, due_at=self._to_be_looked_for(job))

    def _to_be_looked_for(self, job: Job) -> datetime:
        """However quick the person was: not before the latest attempt must show in the vendor's search."""
        connector = self.hub.connector(self.hub.connections.get(job.vendor).system)
        return max(self.now, (job.lease_until or self.now) + connector.search_lag + MARGIN)

    def _resend(self, job: Job) -> Job:
        if self.record.head.cancelled_at or self.record.head.cancel:
            who = "The store" if self.record.head.cancelled_at else "A person"
            raise NotPossible(f"{who} cancelled this order: it is not sent again. `cancel` ends it here.")
        if job.asked:
            # The order changed meanwhile: it is read again, and what it asks for now is sent.
            self._replan()
        else:
            self._dispatch(job)
        fresh = {
            "doubt": False,
            "dropped": False,
            "due_at": self.now + UNDISPATCHED if job.asked else self.now,
            "vendor_ref": "",
            "vendor_phase": VendorPhase.UNKNOWN,
            "vendor_words": "",
            "vendor_lines": {},
            "cancel_wanted": False,
            "amend_wanted": False,
            "in_vain": 0,
            "told_lines": (),
        }
        if job.vendor_ref:
            # The vendor knows the old id and would refuse it: a new order needs a new one.
            again = job.reprint + 1
            name = external_id(self.record.head.number, job.order_id, job.job_id, again)
            fresh |= {"reprint": again, "external_id": name}
        return step_job(job, JobState.READY, **fresh)

    def _release(self, job: Job) -> Job:
        # A change that its vendor has still to be told of is told now, and is no part of what was released.
        good_as_it_is = {} if job.amend_wanted else {"content": job.asked or job.content, "asked": ""}
        released = job.but(
            **good_as_it_is,
            waiting_since=self.now,
            released=_seen_by_a_person(job),
        )
        if Cause.CLOSED_SHORT in released.released:
            return self._ended_short(released)
        to = standing(self.record, released)
        if to is JobState.SHIPPED and self.record.head.cancel:
            head, after = self.record.head, self.record.with_jobs(released.but(state=to))
            self._head(attention=head.attention or too_late(after, self.record.head.cancel))
        if to is JobState.READY:
            self._dispatch(job)
        return self._told_of_changes(step_job(released, to, due_at=self.now))

    def _ended_short(self, job: Job) -> Job:
        """Where nothing comes it is over; else the next look ends it, with what there is to be told of it."""
        if job.vendor_phase is VendorPhase.CANCELLED:
            return step_job(job, JobState.CANCELLED, dropped=True, due_at=None)
        hint = VendorHint(connection=job.vendor, external_id=f"{job.order_id}-{job.job_id}", topic="person")
        self.todo.append((Queue.SHIPMENTS, hint))
        return step_job(job, standing(self.record, job), due_at=self.now)

    def _told_of_changes(self, job: Job) -> Job:
        if job.to_be_amended:
            self._dispatch(job)
        return job

    def _mark_cancelled(self, job: Job) -> Job:
        return step_job(job, JobState.CANCELLED, dropped=True, cancel_wanted=False, due_at=None)

    def _cancel(self, job: Job) -> Job:
        lost = job.attention is not None and job.attention.cause is Cause.VENDOR_LOST_IT
        gone = lost or job.vendor_phase in (VendorPhase.CANCELLED, VendorPhase.FAILED)
        if job.doubt and not job.vendor_ref and self._policy(job) is not Resend.NONE:
            # It may be there: it is looked for, and what is found is cancelled.
            self._dispatch(job)
            return step_job(
                job, JobState.UNKNOWN, cancel_wanted=True, dropped=True, due_at=self._to_be_looked_for(job)
            )
        if not job.vendor_ref or gone:
            return step_job(job, JobState.CANCELLED, dropped=True, due_at=None)
        self._dispatch(job)
        return job.but(cancel_wanted=True, dropped=True, due_at=self.now)

    def _mark_sent(self, job: Job) -> Job:
        if not self.vendor_ref:
            raise NotPossible("Say under which of the vendor's order numbers it is there (--ref).")
        marked = job.but(vendor_ref=self.vendor_ref)
        connection = self.hub.connections.get(job.vendor)
        vendor = self.hub.vendor(connection)
        news = vendor.read(marked)
        if news is None:
            raise NotPossible(f"{job.vendor} does not know an order {self.vendor_ref}.")
        if news.external_id not in ("", job.external_id):
            raise NotPossible(f"{self.vendor_ref} is another order: it carries our id {news.external_id}.")
        lines = news.lines or self._lines_at_vendor(job)
        return step_job(
            marked,
            JobState.SENT,
            vendor_phase=news.phase,
            vendor_words=news.words,
            vendor_lines=lines,
            sent_at=self.now,
            doubt=False,
            due_at=self.now,
        )

    def _lines_at_vendor(self, job: Job) -> dict[str, str]:
        """Which of its items are which lines, where our id finds it; else a person matches parcels."""
        try:
            body = self.hub.orders.body(job.order_id, job.body)
        except NotFound:
            return {}
        connection = self.hub.connections.get(job.vendor)
        found = self.hub.vendor(connection).find(request_of(connection, job, body))
        return found.lines if found else {}

    def _dispatch(self, job: Job) -> None:
        self.todo.append((Queue.DISPATCH, JobHint(connection=job.vendor, order_id=job.order_id, job_id=job.job_id)))

    def _policy(self, job: Job) -> Resend:
        vendor = self.hub.still_there(job.vendor)
        return self.hub.connector(vendor.system).resend if vendor else Resend.NONE

    # a parcel

    def _about_shipment(self, action: Action, shipment: Shipment) -> None:
        if not _allows(shipment.attention, action):
            raise NotPossible(_not_now(action, f"shipment {shipment.shipment_id}", shipment.attention))
        if action is Action.RELEASE:
            after = step_shipment(shipment, ShipmentState.TOLD, due_at=None)
        elif not shipment.lines:
            raise NotPossible("What is in this parcel is not known: tell the store by hand, then `release` it.")
        else:
            after = step_shipment(shipment, ShipmentState.READY, due_at=self.now + UNTOLD)
            hint = ShipmentHint(
                connection=shipment.connection,
                order_id=shipment.order_id,
                shipment_id=shipment.shipment_id,
            )
            self.todo.append((Queue.STORE_UPDATES, hint))
        self.record = self.record.with_shipments(after)


def decide(hub: Hub, order_id: str, action: Action, *, place: str, who: str, vendor_ref: str = "") -> OrderRecord:
    """Take a person's decision. Raises NotFound, NotPossible, or Conflict (look again, then decide)."""
    record = hub.orders.load(order_id)
    if record is None:
        raise NotFound(f"there is no order {order_id}")
    return Decision(hub, record, who=who, vendor_ref=vendor_ref).take(action, place)


def _seen_by_a_person(job: Job) -> tuple[Cause, ...]:
    if job.attention is None:
        return ()
    if job.vendor_ref:
        return (Cause.CLOSED_SHORT,) if job.attention.cause is Cause.CLOSED_SHORT else ()
    return (*job.released, job.attention.cause)


def _allows(attention: Attention | None, action: Action) -> bool:
    return attention is not None and action in attention.actions


def _not_now(action: Action, what: str, attention: Attention | None) -> str:
    if attention is None:
        return f"{what.capitalize()} does not wait for a person, so there is nothing to {action.value}."
    helps = ", ".join(one.value for one in attention.actions)
    return f"`{action.value}` does not fit {what} ({attention.cause.value}): {helps} would."
