"""The record of an order: its head, its jobs, its shipments, and the state they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import JOB_STEPS, Job, JobState
from platen.domain.model import Instant, Value, digest
from platen.domain.order import Order
from platen.domain.printing import PrintDetails
from platen.domain.shelf import Shelf
from platen.domain.shipment import SHIPMENT_STEPS, Shipment, ShipmentState


class OrderState(StrEnum):
    WAITING = "waiting"
    """Not to be made yet: unpaid, held or scheduled at the store."""
    OPEN = "open"
    """Its jobs are on their way."""
    ATTENTION = "attention"
    """Something of it waits for a person."""
    DONE = "done"
    """Everything was made and shipped, and the store knows."""
    CANCELLED = "cancelled"
    NOTHING_TO_MAKE = "nothing_to_make"
    """Nothing of it is ours to make: gift cards, downloads, already fulfilled elsewhere, a test."""


class ForbiddenStep(Exception):
    """Somebody tried to move a state against the table of allowed steps: a bug, never a message's fault."""


AT_ITS_CANCEL = timedelta(minutes=10)
"""So long a store that was asked to cancel an order is given before it is asked again."""


class CancelWish(Value):
    """A person's wish that the whole order be cancelled, and how far it has come.

    ::

        wished ──▶ nothing more is sent ──▶ each vendor is asked ──▶ the store is told ──▶ told_at
                                                 │ refused, or shipped      │ refused
                                                 └──────▶ a person          └──────▶ a person
    """

    who: str
    reason: str = ""
    at: Instant
    at_store: bool = False
    """The store's own order is cancelled too, once no vendor makes anything of it."""
    refund: bool = False
    """The store pays the buyer back by the way the buyer paid."""
    restock: bool = False
    notify: bool = False
    """The store writes to the buyer."""
    asked_at: Instant | None = None
    """When the store was last asked. That it was asked says nothing: it may take its time, or fail at it."""
    asked: int = 0
    """How often it was asked in vain."""
    told_at: Instant | None = None
    """When the store's order was read as cancelled."""

    @property
    def pending(self) -> bool:
        """True while the store has still to be told."""
        return self.at_store and self.told_at is None


class OrderHead(Value):
    """The small item of an order: what the code decides by. No personal data."""

    order_id: str
    connection: str
    store_order_id: str
    number: str
    state: OrderState
    placed_at: Instant
    store_updated_at: Instant
    body: str
    """Names the version of the body that was planned last; empty while nothing was."""
    cancelled_at: Instant | None = None
    waiting_for: str = ""
    look_at: Instant | None = None
    """When to read it at its store again, though nothing was heard: what it waits for may end silently."""
    nothing_because: str = ""
    left_because: dict[str, str] = Field(default_factory=dict)
    """line id -> the rule by which nobody makes it."""
    attention: Attention | None = None
    """The order's own trouble; that of a job or shipment is on the job or shipment."""
    accepted: tuple[str, ...] = ()
    """Lines a person released as not ours to make."""
    folder: str = ""
    """The label people sort it by. Nothing is decided by it, except by a link that names it."""
    ours: bool = False
    """A person said that it is ours to make, though another system has handled an order of its number."""
    imported_from: str = ""
    """Where it was handled before it was moved in, e.g. ``Order Desk``: Platen makes nothing of it."""
    cancel: CancelWish | None = None
    """A person wants the whole order cancelled; kept once it is, as what was decided."""
    received_at: Instant
    changed_at: Instant
    version: int = 0


class OrderBody(Value):
    """What was ordered and what is printed on it, written once for each version. Holds personal data."""

    order: Order
    printing: dict[str, PrintDetails]
    """line id -> its print details; lines that are not printed are not in it."""
    shelf: dict[str, Shelf] = {}
    """line id -> what it weighs and where it lies; lines of which neither is known are not in it."""

    @property
    def name(self) -> str:
        """Names this version: the order's part first, to be told apart from the product map's."""
        of_map: dict[str, object] = {
            line_id: details.model_dump(mode="json", exclude_defaults=True)
            for line_id, details in self.printing.items()
        }
        if self.shelf:
            of_map["shelf"] = {line_id: one.model_dump(mode="json") for line_id, one in self.shelf.items()}
        return f"{self.order.fingerprint()}-{digest(of_map)[:8]}"


class Event(Value):
    """Something out of the ordinary in the story of an order: what, when, and who did it."""

    order_id: str
    at: Instant
    what: str
    who: str = "platen"
    event_id: str = ""


class OrderRecord(Value):
    """All the small items of one order, as one consistent read found them."""

    head: OrderHead
    jobs: dict[str, Job] = {}
    shipments: dict[str, Shipment] = {}

    def with_jobs(self, *jobs: Job) -> OrderRecord:
        return self.but(jobs=self.jobs | {job.job_id: job for job in jobs})

    def with_shipments(self, *shipments: Shipment) -> OrderRecord:
        return self.but(shipments=self.shipments | {one.shipment_id: one for one in shipments})

    def settled(self, now: datetime) -> OrderRecord:
        """The same record with the order's state brought in line with everything below it."""
        state = self._state()
        if state is self.head.state:
            return self
        return self.but(head=self.head.but(state=state, changed_at=now))

    def _state(self) -> OrderState:
        live = [job for job in self.jobs.values() if job.state is not JobState.CANCELLED]
        if self.head.attention or any(job.state is JobState.ATTENTION for job in live):
            return OrderState.ATTENTION
        if any(one.state is ShipmentState.ATTENTION for one in self.shipments.values()):
            return OrderState.ATTENTION
        if not live:
            return self._state_without_jobs()
        if self.head.waiting_for and all(job.hold and job.state is not JobState.SHIPPED for job in live):
            return OrderState.WAITING  # its vendors know of it, and keep it until it is to be made
        shipped = all(job.state is JobState.SHIPPED for job in live)
        told = all(one.state is ShipmentState.TOLD for one in self.shipments.values())
        return OrderState.DONE if shipped and told else OrderState.OPEN

    def _state_without_jobs(self) -> OrderState:
        if self.head.cancelled_at or self.head.cancel:
            return OrderState.CANCELLED
        if self.head.waiting_for:
            return OrderState.WAITING
        return OrderState.NOTHING_TO_MAKE if self.head.nothing_because or not self.jobs else OrderState.CANCELLED

    def may_be_cancelled_at_store(self, now: datetime) -> bool:
        """True once nothing is made of an order whose store has to be asked (again) to cancel it."""
        wish = self.head.cancel
        if wish is None or not wish.pending or self.head.attention:
            return False
        at_it = wish.asked_at is not None and now - wish.asked_at < AT_ITS_CANCEL
        return not at_it and all(job.state is JobState.CANCELLED for job in self.jobs.values())

    def shipped(self) -> dict[str, int]:
        """line id -> how many of it are in parcels we know of, and that the store shows or will show."""
        total: dict[str, int] = {}
        for shipment in self.shipments.values():
            if shipment.quiet:
                continue
            for line in shipment.lines:
                total[line.line_id] = total.get(line.line_id, 0) + line.quantity
        return total


def too_late(record: OrderRecord, wish: CancelWish) -> Attention | None:
    """What a person has to see of a wish that comes too late: a store cancels nothing that has shipped."""
    shipped = [f"job {job.job_id} ({job.vendor})" for job in record.jobs.values() if job.state is JobState.SHIPPED]
    if not shipped or not wish.pending:
        return None
    what = (
        f"It was to be cancelled, but {', '.join(shipped)} has shipped. What else there is of it is cancelled at"
        " its vendors; its store is not told to cancel it. Do there what is right, then release it."
    )
    return Attention(cause=Cause.CANCELLED_AFTER_SHIPPED, problems=(Problem(what=what),), since=wish.at)


def step_job(job: Job, to: JobState, **changes: object) -> Job:
    """The job moved one step. Raises ForbiddenStep where the table has no such step."""
    if to is not job.state and to not in JOB_STEPS[job.state]:
        raise ForbiddenStep(f"job {job.order_id}/{job.job_id}: {job.state} -> {to}")
    if to is not JobState.ATTENTION:
        changes.setdefault("attention", None)
    return job.but(state=to, **changes)


def step_shipment(shipment: Shipment, to: ShipmentState, **changes: object) -> Shipment:
    """The shipment moved one step. Raises ForbiddenStep where the table has no such step."""
    if to is not shipment.state and to not in SHIPMENT_STEPS[shipment.state]:
        raise ForbiddenStep(f"shipment {shipment.order_id}/{shipment.shipment_id}: {shipment.state} -> {to}")
    if to is not ShipmentState.ATTENTION:
        changes.setdefault("attention", None)
    if to is ShipmentState.TOLD:
        # What is over is kept for ever, and names no person; the note stands in the order's story, which expires.
        changes.setdefault("parcel", shipment.parcel.but(note=""))
    return shipment.but(state=to, **changes)


def changed(before: OrderRecord | None, after: OrderRecord) -> Iterable[OrderHead | Job | Shipment]:
    """The items of ``after`` that differ from ``before``: what has to be written, and nothing else.

    The order's state and its folder are made of all its parts. So when a part comes to its end while another stands
    still, the head goes along though it stays as it is: of two that do so at the same moment, one loses the head,
    and looks again. Else each would see the other where it was, and the order would never be over.
    """
    jobs = _differing(before.jobs if before else {}, after.jobs)
    shipments = _differing(before.shipments if before else {}, after.shipments)
    if before is None or before.head != after.head or _ends_among_others(before, [*jobs, *shipments]):
        yield after.head
    yield from jobs
    yield from shipments


def _differing[Part: (Job, Shipment)](old: Mapping[str, Part], new: Mapping[str, Part]) -> list[Part]:
    return [one for key, one in new.items() if old.get(key) != one]


def _ends_among_others(before: OrderRecord, moved: Sequence[Job | Shipment]) -> bool:
    """Whether one of the parts that moved may end the order, or its wait, and some part does not move."""
    there: list[Job | Shipment] = [*before.jobs.values(), *before.shipments.values()]
    old = {_key(one): one for one in there}
    pairs = [(old[_key(one)], one) for one in moved if _key(one) in old]
    return len(pairs) < len(old) and any(
        was.state is not one.state and (one.state in _ENDS or was.state in _WAITS) for was, one in pairs
    )


_ENDS = frozenset({JobState.SHIPPED, JobState.CANCELLED, ShipmentState.TOLD})
_WAITS = frozenset({JobState.ATTENTION, ShipmentState.ATTENTION})


def _key(part: Job | Shipment) -> tuple[str, str]:
    return ("job", part.job_id) if isinstance(part, Job) else ("shipment", part.shipment_id)
