"""Planning under any history: edits, holds, payments, cancels, claims, vendors and people in any order.

The machine plays store, vendor and person on one order, and holds planning to what it promises after each look.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from platen.domain.attention import Action, Cause
from platen.domain.connection import Link, Send
from platen.domain.job import JOB_STEPS, Job, JobState, VendorParcel, VendorPhase, external_id
from platen.domain.model import digest
from platen.domain.order import Attribute, Order, Payment
from platen.domain.planning import Planned
from platen.domain.record import OrderRecord, OrderState, step_job
from platen.domain.routing import Plan
from platen.domain.tracking import standing
from tests.domain.making import (
    ADDRESS,
    NOW,
    PRINTED,
    Vendors,
    a_line,
    a_plan,
    an_order,
    claimed,
    look,
    news_of,
    sent,
    told,
    unknown,
)

MOSTLY = st.integers(0, 4).map(bool)
RARELY = st.integers(0, 4).map(lambda drawn: drawn == 4)
LINES = ("1", "2", "3")
LINK_SETS: tuple[tuple[Link, ...], ...] = (
    (Link(vendor="press"),),
    (Link(vendor="mill", skus=("CANVAS-2",)), Link(vendor="press")),
    (Link(vendor="mill"),),
    (Link(vendor="press", send=Send.HOLD),),
    (Link(name="one", vendor="press", skus=("CANVAS-1",), send=Send.HOLD), Link(name="rest", vendor="press")),
    (Link(vendor="mill", folders=("rush",)), Link(vendor="press")),
    (Link(vendor="mill", folders=("Rush",), send=Send.HOLD), Link(vendor="press", folders=("New",))),
)
FOLDERS = ("New", "Rush", "Closed")
AT_VENDOR = (JobState.SENT, JobState.IN_PRODUCTION)
WAITS_FOR_US = (JobState.READY, JobState.CLAIMED, JobState.UNKNOWN)


def of(jobs: list[Job]) -> Counter[str]:
    total: Counter[str] = Counter()
    for job in jobs:
        for line in job.lines:
            total[line.line_id] += line.quantity
    return total


def given_up(job: Job) -> bool:
    return job.dropped and job.state is JobState.CANCELLED


class AnOrdersLife(RuleBasedStateMachine):
    vendors = Vendors()

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.order = an_order(a_line("1", 2), a_line("2", 1))
        self.links: tuple[Link, ...] = LINK_SETS[0]
        self.freed: set[tuple[str, str]] = set()
        """(job id, content) that a person released from a hold."""
        self.record: OrderRecord = self.looked().record

    def looked(self, replan: bool = False) -> Planned:
        record = getattr(self, "record", None)
        return look(record, self.order, now=self.now, replan=replan, links=self.links, vendors=self.vendors)

    def plan(self, record: OrderRecord) -> Plan:
        return a_plan(self.order, record, links=self.links, vendors=self.vendors)

    def jobs(self, *states: JobState) -> list[Job]:
        return [job for job in self.record.jobs.values() if job.state in states]

    def some(self, data: st.DataObject, *states: JobState) -> Job:
        return data.draw(st.sampled_from(self.jobs(*states)))

    # the store: mostly looked at at once, sometimes only after the next change

    @rule(line_id=st.sampled_from(LINES), quantity=st.integers(0, 4), seen=MOSTLY)
    def edit(self, line_id: str, quantity: int, seen: bool) -> None:
        lines = {line.line_id: line for line in self.order.lines} | {line_id: a_line(line_id, quantity)}
        self.change(seen, lines=tuple(lines.values()))

    @rule(line_id=st.sampled_from(LINES), code=st.sampled_from(["CANVAS-1", "CANVAS-9"]), seen=MOSTLY)
    def change_details(self, line_id: str, code: str, seen: bool) -> None:
        attributes = (Attribute(name="print_sku", value=code), PRINTED[1])
        lines = (line.but(attributes=attributes) if line.line_id == line_id else line for line in self.order.lines)
        self.change(seen, lines=tuple(lines))

    @rule(
        street=st.sampled_from(["1 Some Street", "2 Other Street"]),
        country=st.sampled_from(["DE", "US"]),
        seen=MOSTLY,
    )
    def move(self, street: str, country: str, seen: bool) -> None:
        self.change(seen, ship_to=ADDRESS.but(address1=street, country_code=country))

    @rule(hold=RARELY, unpaid=RARELY, refunded=RARELY, cancelled=RARELY, seen=MOSTLY)
    def pay_hold_or_cancel(self, hold: bool, unpaid: bool, refunded: bool, cancelled: bool, seen: bool) -> None:
        payment = Payment.REFUNDED if refunded else Payment.PENDING if unpaid else Payment.PAID
        at = self.order.cancelled_at or (self.now if cancelled and refunded else None)
        self.change(seen, payment=payment, hold="held" if hold else "", cancelled_at=at)

    @rule(links=st.sampled_from(LINK_SETS), seen=MOSTLY)
    def link(self, links: tuple[Link, ...], seen: bool) -> None:
        self.links = links
        self.change(seen)

    @rule(folder=st.sampled_from(FOLDERS), seen=MOSTLY)
    def put_in_folder(self, folder: str, seen: bool) -> None:
        self.record = self.record.but(head=self.record.head.but(folder=folder))
        if seen:
            self.take_a_look(replan=False)

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        """As a person's release does."""
        job = data.draw(st.sampled_from(self.held()))
        self.freed.add((job.job_id, job.content))
        job = job.but(released=(*job.released, Cause.HELD), waiting_since=self.now)
        self.record = self.record.with_jobs(step_job(job, JobState.READY, due_at=self.now)).settled(self.now)

    def held(self) -> list[Job]:
        waiting = self.jobs(JobState.ATTENTION)
        return [job for job in waiting if job.attention and job.attention.cause is Cause.HELD]

    def change(self, seen: bool, **changes: object) -> None:
        self.order = self.order.but(**changes)
        if seen:
            self.take_a_look(replan=False)

    # the vendor and our workers

    @precondition(lambda self: self.jobs(JobState.READY))
    @rule(data=st.data(), how=st.sampled_from([claimed, unknown, sent]))
    def send(self, data: st.DataObject, how: object) -> None:
        job = self.some(data, JobState.READY)
        assert callable(how)
        self.record = how(self.record, job.job_id, self.now)

    @precondition(lambda self: self.jobs(JobState.CLAIMED, JobState.UNKNOWN))
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        job = self.some(data, JobState.CLAIMED, JobState.UNKNOWN)
        self.record = sent(self.record, job.job_id, self.now)

    @precondition(lambda self: self.jobs(JobState.CLAIMED))
    @rule(data=st.data(), to=st.sampled_from([JobState.READY, JobState.ATTENTION]))
    def be_refused(self, data: st.DataObject, to: JobState) -> None:
        job = self.some(data, JobState.CLAIMED)
        if not job.doubt:
            self.record = self.record.with_jobs(step_job(job, to, due_at=self.now)).settled(self.now)

    @precondition(lambda self: self.jobs(*AT_VENDOR, JobState.ATTENTION))
    @rule(data=st.data(), phase=st.sampled_from(VendorPhase), later=st.integers(0, 30))
    def hear(self, data: st.DataObject, phase: VendorPhase, later: int) -> None:
        job = self.some(data, *AT_VENDOR, JobState.ATTENTION)
        if job.vendor_ref:
            self.now += timedelta(hours=later)
            parcels = (VendorParcel(tracking="T1"),) if phase is VendorPhase.SHIPPED else ()
            self.record = told(self.record, news_of(job, phase, parcels=parcels), job.job_id, self.now).record

    # a person

    @precondition(lambda self: self.jobs(JobState.ATTENTION))
    @rule(data=st.data(), action=st.sampled_from([Action.RELEASE, Action.RESEND, Action.CANCEL]))
    def decide(self, data: st.DataObject, action: Action) -> None:
        job = self.some(data, JobState.ATTENTION)
        if job in self.held() and action is not Action.CANCEL:
            return
        if action is Action.RELEASE and job.vendor_ref:
            if not job.amend_wanted:
                job = job.but(content=job.asked or job.content, asked="")
            job = step_job(job.but(cancel_wanted=False), standing(self.record, job), due_at=self.now)
        elif action is Action.RESEND and job.vendor_ref:
            job = job.but(vendor_ref="", doubt=False, cancel_wanted=False, reprint=job.reprint + 1)
            job = job.but(amend_wanted=False, told_lines=())
            job = job.but(external_id=external_id("#1001", job.order_id, job.job_id, job.reprint))
            job = step_job(job, JobState.READY, due_at=self.now)
        elif action is Action.CANCEL and not job.vendor_ref:
            job = step_job(job, JobState.CANCELLED, dropped=True, due_at=None)
        elif action is Action.CANCEL:
            job = job.but(cancel_wanted=True, dropped=True, due_at=self.now)
        self.record = self.record.with_jobs(job).settled(self.now)

    # the look, and what it promises

    @rule(replan=st.booleans())
    def take_a_look(self, replan: bool) -> None:
        before = self.record
        outcome = self.looked(replan)
        self.record = outcome.record
        self.check_bound_jobs(before, outcome.record)
        self.check_quantities(outcome)
        self.check_nothing_is_hidden(outcome)
        self.check_holds(outcome)
        assert self.looked(replan).record == self.record, "the same look twice changes nothing"

    def check_bound_jobs(self, before: OrderRecord, after: OrderRecord) -> None:
        for job_id, old in before.jobs.items():
            new = after.jobs[job_id]
            assert new.state is old.state or new.state in JOB_STEPS[old.state]
            if old.bound:
                assert (new.lines, new.external_id, new.body) == (old.lines, old.external_id, old.body)
                assert (new.vendor, new.account, new.content) == (old.vendor, old.account, old.content)
            if old.state in (JobState.CLAIMED, JobState.UNKNOWN):
                assert new == old, "a worker has it"

    def check_quantities(self, outcome: Planned) -> None:
        record = outcome.record
        held = of([job for job in record.jobs.values() if job.bound or given_up(job)])
        free = [job for job in record.jobs.values() if not job.bound and job.state is not JobState.CANCELLED]
        plan = self.plan(record)
        goes = not (self.order.cancelled_at or plan.cause or plan.waiting_for)
        wanted = Counter(plan.totals()) if goes else Counter()
        assert of(free) == wanted - held, "what is not held by a vendor is asked for once, and no more"
        assert len({(job.vendor, job.account) for job in free}) == len(free)
        assert {job.job_id for job in free if job.state is JobState.READY} <= set(outcome.dispatch)

    def check_holds(self, outcome: Planned) -> None:
        """What a link holds now is free only as the very content that a person let go."""
        plan = self.plan(outcome.record)
        holds = {line.line_id for line in plan.lines if line.held}
        for job in outcome.record.jobs.values():
            if job.bound or job.state is JobState.CANCELLED:
                continue
            mine = {line.line_id for line in job.lines} & holds
            waits = job.attention is not None and job.attention.cause is Cause.HELD
            if mine:
                assert waits or (job.job_id, job.content) in self.freed
                assert not waits or job.job_id not in outcome.dispatch
            else:
                assert not waits, "no link holds it any more"

    def is_fixed(self, job: Job) -> bool:
        """What its vendor was told of it stays as it is, and a person is shown what became wrong of that."""
        return job.bound and job.state is not JobState.SHIPPED and not job.cancel_wanted

    def check_nothing_is_hidden(self, outcome: Planned) -> None:
        head = outcome.record.head
        where = digest(self.order.ship_to and self.order.ship_to.model_dump(mode="json"))
        for job in outcome.record.jobs.values():
            if (
                self.is_fixed(job)
                and not self.order.cancelled_at
                and not head.attention
                and job.content.split(".")[0] != where
            ):
                shown = job.state is JobState.ATTENTION and job.asked.split(".")[0] == where
                assert shown or outcome.again, "it was sent to another address than the buyer wants by now"
        for job in outcome.record.jobs.values():
            if self.order.cancelled_at and job.at_vendor:
                let_go_on = job.content.endswith("cancelled")
                assert job.cancel_wanted or let_go_on
                assert job.job_id in outcome.dispatch or not job.cancel_wanted
            if self.order.cancelled_at and job.state in (JobState.CLAIMED, JobState.UNKNOWN):
                assert outcome.again or job.cancel_wanted
        if not any(job.state is not JobState.CANCELLED for job in outcome.record.jobs.values()):
            explained = head.waiting_for or head.nothing_because or head.attention or head.cancelled_at
            dropped = any(job.dropped for job in outcome.record.jobs.values())
            assert explained or dropped, "an order without a job says why"

    # always

    @invariant()
    def what_waits_for_us_is_due(self) -> None:
        for job in self.jobs(*WAITS_FOR_US, *AT_VENDOR):
            assert job.due_at is not None, "else nobody would ever look at it again"

    @invariant()
    def the_state_is_settled(self) -> None:
        assert self.record.settled(self.now) is self.record

    @invariant()
    def attention_has_a_cause(self) -> None:
        for job in self.jobs(JobState.ATTENTION):
            assert job.attention is not None or not job.bound
        for job in self.record.jobs.values():
            assert job.state is JobState.ATTENTION or job.attention is None
        waits = self.record.head.attention or self.jobs(JobState.ATTENTION)
        shipments = any(one.attention for one in self.record.shipments.values())
        assert bool(waits or shipments) is (self.record.head.state is OrderState.ATTENTION)

    @invariant()
    def no_two_jobs_share_a_name(self) -> None:
        names = [job.external_id for job in self.record.jobs.values()]
        assert len(set(names)) == len(names)


TestAnOrdersLife = AnOrdersLife.TestCase


def test_versions_that_come_doubled_and_out_of_order_end_the_same() -> None:
    """Each look is a fresh read, so whatever the hints' order, the last read is of the same order."""
    versions: list[Order] = [
        an_order(a_line("1", 2)),
        an_order(a_line("1", 1), a_line("2", 2)),
        an_order(a_line("2", 2), hold="held"),
        an_order(a_line("2", 3), a_line("3", 1)),
    ]
    last = versions[-1]
    ends = []
    for order in ([0, 1, 2, 3], [3, 3, 3], [2, 1, 0, 3], [1, 1, 3, 0, 2, 3], [0, 3, 2, 3]):
        record = None
        for number in order:
            record = look(record, versions[number]).record
        assert record is not None
        assert look(record, last).record == record
        live = [job for job in record.jobs.values() if job.state is not JobState.CANCELLED]
        ends.append((of(live), record.head.body, record.head.state))
    assert all(end == ends[0] for end in ends)
    assert ends[0][0] == Counter({"2": 3, "3": 1})
