"""Orders, links and jobs to try things on, and the one look at an order that intake takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.claim import Claim
from platen.domain.connection import Intake, Link
from platen.domain.heads import new_head
from platen.domain.job import Job, JobState, VendorOrder, VendorPhase
from platen.domain.making import Making
from platen.domain.order import Address, Attribute, Line, Order, Payment
from platen.domain.planning import Planned, apply_plan
from platen.domain.printing import PrintDetails, ProductMapping
from platen.domain.record import OrderBody, OrderRecord, step_job
from platen.domain.routing import Plan, make_plan
from platen.domain.tracking import Heard, hear

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ADDRESS = Address(
    first_name="A", last_name="Buyer", address1="1 Some Street", city="Town", postcode="1000", country_code="DE"
)
INTAKE = Intake(orders_since=NOW - timedelta(days=30))
LINKS = (Link(vendor="press"),)
PRINTED = (Attribute(name="print_sku", value="CANVAS-1"), Attribute(name="print_url", value="https://a.example/1"))


class Vendors:
    """Two accounts, told apart by where the parcel goes; only some take test orders."""

    def __init__(
        self,
        takes_tests: Iterable[str] = ("press", "mill"),
        makings: Mapping[str, Making] | None = None,
        printers: Iterable[str] = (),
        amending: Iterable[str] = (),
        keeping: Iterable[str] = (),
    ) -> None:
        self._takes_tests = frozenset(takes_tests)
        self.makings = dict(makings or {})
        self.printers = frozenset(printers)
        """They need a code and one print file of every line."""
        self.amending = frozenset(amending)
        self.keeping = frozenset(keeping)
        """They are told of orders that wait, too."""

    def account_of(self, vendor: str, ship_to: Address | None, details: PrintDetails) -> str:
        return details.account or ("us" if ship_to and ship_to.country_code == "US" else "eu")

    def takes_test_orders(self, vendor: str) -> bool:
        return vendor in self._takes_tests

    def making_of(self, vendor: str) -> Making:
        return self.makings.get(vendor, Making())

    def lacking(self, vendor: str, details: PrintDetails) -> tuple[str, ...]:
        fields = {"print_sku": details.sku, "print_url": details.url}
        return tuple(name for name, value in fields.items() if not value) if vendor in self.printers else ()

    def most_prints(self, vendor: str) -> int:
        return 1 if vendor in self.printers else 99

    def amends(self, vendor: str) -> bool:
        return vendor in self.amending

    def takes_waiting(self, vendor: str) -> bool:
        return vendor in self.keeping


def a_line(line_id: str = "1", quantity: int = 1, **changes: Any) -> Line:
    fields: dict[str, Any] = {
        "line_id": line_id,
        "title": f"Canvas {line_id}",
        "sku": f"CANVAS-{line_id}",
        "quantity": quantity,
        "unfulfilled": quantity,
        "attributes": PRINTED,
    }
    return Line(**(fields | changes))


def an_order(*lines: Line, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "connection": "shop",
        "store_order_id": "8887505649970",
        "number": "#1001",
        "placed_at": NOW - timedelta(minutes=1),
        "updated_at": NOW,
        "payment": Payment.PAID,
        "ship_to": ADDRESS,
        "lines": lines or (a_line(),),
    }
    return Order(**(fields | changes))


def a_plan(
    order: Order,
    record: OrderRecord | None = None,
    *,
    links: tuple[Link, ...] = LINKS,
    intake: Intake = INTAKE,
    products: Mapping[str, ProductMapping] | None = None,
    vendors: Vendors | None = None,
    accepted: Iterable[str] = (),
) -> Plan:
    if accepted:
        known = record or OrderRecord(head=new_head(order, NOW, intake.new_folder))
        record = known.but(head=known.head.but(accepted=(*known.head.accepted, *accepted)))
    return make_plan(
        order,
        intake=intake,
        links=links,
        products=products or {},
        vendors=vendors or Vendors(),
        record=record,
    )


def look(
    record: OrderRecord | None, order: Order, *, now: datetime = NOW, replan: bool = False, **rules: Any
) -> Planned:
    """What intake does with a fresh read of an order."""
    plan = a_plan(order, record, **rules)
    body = OrderBody(order=order, printing=plan.printing)
    return apply_plan(record, body, plan, now=now, replan=replan)


def planned(*orders: Order, **rules: Any) -> OrderRecord:
    """The record after these versions of an order, one after the other."""
    record: OrderRecord | None = None
    for order in orders:
        record = look(record, order, **rules).record
    assert record is not None
    return record


def claimed(record: OrderRecord, job_id: str = "1", now: datetime = NOW) -> OrderRecord:
    job = record.jobs[job_id]
    claim = Claim(token="t", now=now, lease_until=now + timedelta(minutes=2), due_at=now + timedelta(minutes=3))
    job = step_job(
        job,
        JobState.CLAIMED,
        token=claim.token,
        lease_until=claim.lease_until,
        due_at=claim.due_at,
        attempt=job.attempt + 1,
        doubt=job.doubt or job.state is not JobState.READY,
    )
    return record.with_jobs(job).settled(now)


def unknown(record: OrderRecord, job_id: str = "1", now: datetime = NOW) -> OrderRecord:
    job = claimed(record, job_id, now).jobs[job_id]
    return record.with_jobs(step_job(job, JobState.UNKNOWN, doubt=True)).settled(now)


def sent(record: OrderRecord, job_id: str = "1", now: datetime = NOW) -> OrderRecord:
    job = claimed(record, job_id, now).jobs[job_id]
    job = step_job(
        job,
        JobState.SENT,
        vendor_ref=f"V-{job.external_id}",
        vendor_phase=VendorPhase.WAITING,
        vendor_lines={f"item-{line.line_id}": line.line_id for line in job.lines},
        sent_at=now,
        heard_at=now,
        doubt=False,
        due_at=now + timedelta(minutes=30),
    )
    return record.with_jobs(job).settled(now)


def waiting(record: OrderRecord, cause: Cause, job_id: str = "1", **changes: Any) -> OrderRecord:
    """The job in attention, for that cause."""
    attention = Attention(cause=cause, problems=(Problem(what="Something is wrong."),), since=NOW)
    job = step_job(record.jobs[job_id], JobState.ATTENTION, attention=attention, **changes)
    return record.with_jobs(job).settled(NOW)


def news_of(job: Job, phase: VendorPhase, **changes: Any) -> VendorOrder:
    fields: dict[str, Any] = {
        "ref": job.vendor_ref or f"V-{job.external_id}",
        "external_id": job.external_id,
        "phase": phase,
        "words": phase.value.upper(),
        "lines": {f"item-{line.line_id}": line.line_id for line in job.lines},
    }
    return VendorOrder(**(fields | changes))


def told(record: OrderRecord, news: VendorOrder, job_id: str = "1", now: datetime = NOW) -> Heard:
    return hear(record, job_id, news, now=now, ask_again=timedelta(hours=3), waiting_alarm=timedelta(hours=24))


def state_of(record: OrderRecord, job_id: str = "1") -> JobState:
    return record.jobs[job_id].state
