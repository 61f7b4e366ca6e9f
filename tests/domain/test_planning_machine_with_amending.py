"""The same life of an order, at a press that takes changes and keeps orders that wait, beside a mill that does not.

The machine keeps what each vendor was told last, and holds every look to it.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.content import Content
from platen.domain.job import Hold, Job, JobLine, JobState, VendorParcel, VendorPhase
from platen.domain.planning import Planned
from platen.domain.record import OrderRecord, OrderState, step_job
from platen.domain.tracking import shipped_of
from platen.ports import Watch
from tests.domain.making import Vendors, news_of, told
from tests.domain.test_planning_machine import AT_VENDOR, MOSTLY, RARELY, AnOrdersLife, given_up, of
from tests.fakes.orders import _lane

PRESS = "press"
OVER = (JobState.SHIPPED, JobState.CANCELLED)


def there(job: Job) -> Counter[str]:
    return Counter({line.line_id: line.quantity for line in job.lines_there})


class AnOrdersLifeAtAPressThatAmends(AnOrdersLife):
    vendors = Vendors(amending=(PRESS,), keeping=(PRESS,))

    def __init__(self) -> None:
        self.theirs: dict[str, tuple[JobLine, ...]] = {}
        """Our id at the vendor -> what it was told last."""
        self.told: dict[str, tuple[str, str, Hold]] = {}
        """The same -> body, content and hold it was told last."""
        super().__init__()

    # what the vendors are told

    @precondition(lambda self: any(job.to_be_amended for job in self.record.jobs.values()))
    @rule(data=st.data(), refused=RARELY, seen=MOSTLY)
    def pass_a_change_on(self, data: st.DataObject, refused: bool, seen: bool) -> None:
        """As ``usecases.pass_on`` does it."""
        job = data.draw(st.sampled_from([job for job in self.record.jobs.values() if job.to_be_amended]))
        if refused:
            problem = Problem(what="It is being packed.")
            attention = Attention(cause=Cause.CHANGED_AFTER_SENT, problems=(problem,), since=self.now)
            after = step_job(
                job,
                JobState.ATTENTION,
                attention=attention,
                amend_wanted=False,
                lines=job.lines_there,
                told_lines=(),
            )
        else:
            self.is_told(job)
            after = job.but(amend_wanted=False, content=job.asked or job.content, asked="", told_lines=())
        self.record = self.record.with_jobs(after).settled(self.now)
        if refused and seen:
            self.take_a_look(replan=False)

    @precondition(lambda self: any(job.cancel_wanted and job.at_vendor for job in self.record.jobs.values()))
    @rule(data=st.data(), refused=RARELY, seen=MOSTLY)
    def pass_a_cancel_on(self, data: st.DataObject, refused: bool, seen: bool) -> None:
        jobs = [job for job in self.record.jobs.values() if job.cancel_wanted and job.at_vendor]
        job = data.draw(st.sampled_from(jobs))
        if refused:
            attention = Attention(cause=Cause.CANCEL_REFUSED, problems=(), since=self.now)
            after = step_job(job, JobState.ATTENTION, attention=attention, cancel_wanted=False)
        else:
            after = step_job(job, JobState.CANCELLED, due_at=None, vendor_phase=VendorPhase.CANCELLED)
        self.record = self.record.with_jobs(after).settled(self.now)
        if seen:
            self.take_a_look(replan=False)

    @precondition(lambda self: self.jobs(*AT_VENDOR))
    @rule(data=st.data(), quantity=st.integers(1, 2))
    def ship_a_part(self, data: st.DataObject, quantity: int) -> None:
        job = self.some(data, *AT_VENDOR)
        line = data.draw(st.sampled_from(job.lines_there))
        self.now += timedelta(minutes=1)
        parcel = VendorParcel(
            tracking=f"P{len(self.record.shipments)}", items=((f"item-{line.line_id}", quantity),)
        )
        known = tuple(
            VendorParcel(
                tracking=one.parcel.tracking, items=tuple((f"item-{x.line_id}", x.quantity) for x in one.lines)
            )
            for one in self.record.shipments.values()
            if one.job_id == job.job_id
        )
        news = news_of(job, VendorPhase.IN_PRODUCTION, parcels=(*known, parcel))
        self.record = told(self.record, news, job.job_id, self.now).record

    @precondition(lambda self: self.jobs(*AT_VENDOR))
    @rule(data=st.data(), really=RARELY)
    def have_it_cancelled(self, data: st.DataObject, really: bool) -> None:
        """By a person, who needs no reason."""
        job = self.some(data, *AT_VENDOR)
        if really:
            self.record = self.record.with_jobs(job.but(cancel_wanted=True, dropped=True, due_at=self.now))

    def is_told(self, job: Job) -> None:
        self.theirs[job.external_id] = job.lines
        self.told[job.external_id] = job.body, job.asked or job.content, job.hold

    # what a look promises

    def check_bound_jobs(self, before: OrderRecord, after: OrderRecord) -> None:
        fixed = {
            key: job
            for key, job in before.jobs.items()
            if job.vendor != PRESS or not job.bound or job.state in (JobState.CLAIMED, JobState.UNKNOWN, *OVER)
        }
        super().check_bound_jobs(before.but(jobs=fixed), after)
        for job_id, old in before.jobs.items():
            new = after.jobs[job_id]
            if old.bound:
                assert new.lines_there == old.lines_there, "what the vendor has does not change by looking"
                assert (new.external_id, new.vendor, new.content) == (old.external_id, old.vendor, old.content)
                assert new.state is old.state or new.state is JobState.ATTENTION

    def check_quantities(self, outcome: Planned) -> None:
        record, plan = outcome.record, self.plan(outcome.record)
        held = of([job for job in record.jobs.values() if job.bound or given_up(job)])
        free = [job for job in record.jobs.values() if not job.bound and job.state is not JobState.CANCELLED]
        wanted: Counter[str] = Counter()
        for line in plan.lines:
            keeps = line.vendor == PRESS and not self.order.pending
            if not self.order.cancelled_at and not plan.cause and (keeps or not plan.waiting_for):
                wanted[line.line_id] += line.quantity
        assert of(free) == wanted - held, "what is not held by a vendor is asked for once, and no more"
        assert len({(job.vendor, job.account) for job in free}) == len(free)
        assert {job.job_id for job in free if job.state is JobState.READY} <= set(outcome.dispatch)
        if not self.order.cancelled_at and not plan.cause:
            self.check_nothing_is_too_many(outcome, Counter(plan.totals()))

    def check_nothing_is_too_many(self, outcome: Planned, wanted: Counter[str]) -> None:
        """What the press has too many of is taken off, has shipped, or a person knows, or is being found out."""
        jobs = outcome.record.jobs.values()
        if outcome.again or any(job.state is JobState.ATTENTION or job.vendor != PRESS for job in jobs):
            return
        live = [job for job in jobs if job.bound and not job.cancel_wanted]
        for line_id, count in (of(live) - wanted).items():
            mine = [job for job in live if of([job])[line_id]]
            shipped = sum(shipped_of(outcome.record, job)[line_id] for job in mine)
            seen = any(Content.read(job.content).too_many != "0" for job in mine)
            over = any(job.state is JobState.SHIPPED for job in mine)
            assert shipped >= count or seen or over, "a vendor makes more than is wanted, and nobody knows"
        if not wanted - of(live):
            return
        missing = wanted - of([job for job in jobs if job.state is not JobState.CANCELLED or given_up(job)])
        assert not missing or outcome.record.head.waiting_for, "nobody makes what is wanted"

    def is_fixed(self, job: Job) -> bool:
        return super().is_fixed(job) and job.vendor != PRESS

    def check_nothing_is_hidden(self, outcome: Planned) -> None:
        super().check_nothing_is_hidden(outcome)
        plan = self.plan(outcome.record)
        for job in outcome.record.jobs.values():
            at_press = job.vendor == PRESS and job.state in AT_VENDOR and not job.cancel_wanted
            if at_press and not self.order.cancelled_at and not plan.cause:
                assert job.to_be_amended or self.told[job.external_id][0] == job.body, (
                    "it was told of another order"
                )
                assert job.to_be_amended or self.told[job.external_id][2] is job.hold
                assert job.hold is plan.hold
                assert job.body.partition("-")[0] == self.order.fingerprint()
                assert job.job_id in outcome.dispatch or not job.to_be_amended
            if self.order.cancelled_at and job.at_vendor:
                assert job.cancel_wanted or job.content.endswith("cancelled")

    # always

    @invariant()
    def what_is_told_to_a_vendor_is_known(self) -> None:
        for job in self.record.jobs.values():
            if not job.vendor_ref or job.state in OVER:
                continue
            if job.external_id not in self.theirs:  # it was just sent
                assert not job.told_lines
                self.is_told(job)
            assert self.theirs[job.external_id] == job.lines_there

    @invariant()
    def what_is_to_be_passed_on_is_due(self) -> None:
        for job in self.record.jobs.values():
            assert not (job.cancel_wanted and job.to_be_amended)
            if job.to_be_amended or (job.cancel_wanted and job.at_vendor):
                assert job.due_at is not None
                assert _lane(job) == Watch.WORK
            assert job.state is not JobState.SHIPPED or not job.told_lines

    @invariant()
    def nothing_is_shipped_more_often_than_it_is_there(self) -> None:
        for job in self.record.jobs.values():
            assert not Counter(shipped_of(self.record, job)) - there(job)

    @invariant()
    def an_order_that_waits_says_what_for(self) -> None:
        if self.record.head.state is OrderState.WAITING:
            assert self.record.head.waiting_for


TestAnOrdersLifeAtAPressThatAmends = AnOrdersLifeAtAPressThatAmends.TestCase
