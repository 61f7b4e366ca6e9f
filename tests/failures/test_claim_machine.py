"""The claim protocol against everything that can go wrong, in any order that can be thought of.

Whatever is delivered, doubled, lost, refused, crashed upon, waited for or clicked: no vendor order is made
twice, nothing is left where nobody looks, and what waits for a person sends nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from platen.connectors import Resend
from platen.domain.attention import Cause
from platen.domain.job import JOB_STEPS, Job, JobState, VendorParcel, VendorPhase
from platen.domain.order import Order
from platen.domain.record import OrderHead
from platen.messages import JobHint, Queue, VendorHint
from platen.usecases.dispatch import LEASE
from tests.fakes import Crash, Lost
from tests.support.stall import StallBench
from tests.support.troubles import CLEAR, SIDES, Trouble, error_of

LAG = timedelta(seconds=60)
_PORTS = (
    "orders.load",
    "orders.body",
    "orders.save",
    "orders.save_job",
    "orders.claim_job",
    "queues.send",
    "connections.save_health",
)
_OUTSIDE = ("vendor.find", "vendor.preflight", "vendor.submit", "vendor.read", "vendor.cancel", "store.fetch")

troubles = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(_PORTS), st.sampled_from(SIDES), st.sampled_from(("lost", "crash"))),
    st.tuples(st.sampled_from(_OUTSIDE), st.sampled_from(SIDES), st.sampled_from(("unclear", "crash"))),
    st.tuples(st.sampled_from(_OUTSIDE), st.just("before"), st.sampled_from(CLEAR)),
    st.tuples(
        st.sampled_from(("orders.claim_job", "orders.body", "orders.save_job", "vendor.submit", "vendor.read")),
        st.sampled_from(SIDES),
        st.sampled_from(("another worker", "a stall")),
    ),
)
moods: st.SearchStrategy[Trouble] = st.sampled_from(
    [
        None,
        *(
            (call, side, kind)
            for call, kinds in {
                "vendor.submit": ("unclear", "unclear", "crash", "a stall"),
                "orders.save_job": ("lost", "crash"),
            }.items()
            for side in ("before", "after")
            for kind in kinds
        ),
    ]
)
"""What goes wrong with every sending, until the mood changes: so that attempts pile up in doubt."""


class ClaimProtocol(RuleBasedStateMachine):
    """One stall, one press. The policy and the lag are the subclass's."""

    resend = Resend.LOOKUP
    lag = LAG

    @initialize(mood=moods)
    def an_order_is_placed(self, mood: Trouble) -> None:
        self.bench = StallBench(self.resend, self.lag)
        self.mood = mood
        self.cancel_known: dict[str, datetime] = {}
        self.unclear: set[str] = set()
        self.bench.orders.on_write = self._written
        self.bench.vendor.on_submit = self._submitted
        self.bench.order_placed(1, 2)
        self.bench.work_one(Queue.INTAKE)

    # what is checked at every write and at every request

    def _written(self, before: object, after: object) -> None:
        if isinstance(after, OrderHead) and after.cancelled_at:
            self.cancel_known.setdefault(after.order_id, self.bench.clock.now())
        if isinstance(before, Job) and isinstance(after, Job):
            steps = {before.state} | JOB_STEPS[before.state]
            if JobState.SENT in steps:  # news may answer a doubt and bring what followed with it
                steps |= JOB_STEPS[JobState.SENT]
            assert after.state in steps, f"{before.state} -> {after.state} is no step forward"
            assert after.version == before.version + 1

    def _submitted(self, asked: Job) -> None:
        stored = self.bench.record(asked.order_id).jobs[asked.job_id]
        now = self.bench.clock.now()
        assert stored.state is JobState.CLAIMED, f"sent while {stored.state}"
        assert stored.token == asked.token, "sent on somebody else's claim"
        assert stored.lease_until
        assert now < stored.lease_until
        known = self.cancel_known.get(asked.order_id)
        if self.resend is not Resend.NATIVE_KEY:  # only by using its key can it be asked
            begun = stored.lease_until - LEASE
            assert not known or known >= begun, "sent though its order was known to be cancelled"
        if self.resend is Resend.NONE:
            assert asked.external_id not in self.unclear, "a blind second order"
            self.unclear.add(asked.external_id)

    # workers

    @rule(mood=moods)
    def the_mood_changes(self, mood: Trouble) -> None:
        self.mood = mood

    @rule(queue=st.sampled_from((Queue.INTAKE, Queue.DISPATCH, Queue.SHIPMENTS)), trouble=troubles)
    def deliver(self, queue: Queue, trouble: Trouble) -> None:
        self._work_one(queue, trouble)

    @rule(pick=st.integers(0, 3), trouble=troubles, seconds=st.sampled_from((0, 10, 40, 100, 150, 300)))
    def somebody_knocks(self, pick: int, trouble: Trouble, seconds: int) -> None:
        self.bench.clock.passes(seconds=seconds)
        jobs = self._jobs()
        if jobs:
            job = jobs[pick % len(jobs)]
            hint = JobHint(connection="press", order_id=job.order_id, job_id=job.job_id)
            self.bench.queues.put_raw(Queue.DISPATCH, hint.model_dump_json())
        while self._work_one(Queue.DISPATCH, trouble):
            trouble = None

    @rule()
    def work_off(self) -> None:
        for queue in (Queue.INTAKE, Queue.DISPATCH, Queue.SHIPMENTS, Queue.STORE_UPDATES):
            while self._work_one(queue, None):
                pass

    def _work_one(self, queue: Queue, trouble: Trouble) -> bool:
        self._order(queue, trouble or (self.mood if queue is Queue.DISPATCH else None))
        busy = self.bench.work_one(queue)
        self.bench.switch.clear()
        return busy

    def _all_dispatched(self) -> None:
        while self.bench.work_one(Queue.DISPATCH):
            pass

    @rule(queue=st.sampled_from((Queue.INTAKE, Queue.DISPATCH, Queue.SHIPMENTS)), pick=st.integers(0, 9))
    def a_message_comes_again(self, queue: Queue, pick: int) -> None:
        """Doubled, late, or made up by somebody who may send: a hint about something that exists."""
        jobs = self._jobs()
        if queue is Queue.INTAKE or not jobs:
            orders = list(self.bench.store.orders.values())
            self.bench.hint(orders[pick % len(orders)])
            return
        job = jobs[pick % len(jobs)]
        if queue is Queue.DISPATCH:
            hint = JobHint(connection="press", order_id=job.order_id, job_id=job.job_id)
            self.bench.queues.put_raw(queue, hint.model_dump_json())
        else:
            self._hint_of_vendor(job.external_id)

    def _order(self, queue: Queue, trouble: Trouble) -> None:
        if trouble is None:
            return
        call, side, kind = trouble
        what = self._trouble(kind)
        if side == "before":
            self.bench.switch.before(call, what)
        else:
            self.bench.switch.after(call, what)

    def _trouble(self, kind: str) -> BaseException | Callable[[], None]:
        if kind == "another worker":
            return self._another_worker
        return self._stall if kind == "a stall" else error_of(kind)

    def _another_worker(self) -> None:
        self._all_dispatched()
        self.bench.work_one(Queue.INTAKE)

    def _stall(self) -> None:
        """As long as the function may take, and others go on meanwhile."""
        self.bench.clock.passes(seconds=80)
        self.bench.sweep_now()
        self._another_worker()

    # time

    @rule(seconds=st.sampled_from((1, 20, 45, 70, 130, 200, 320, 1000)))
    def time_passes(self, seconds: int) -> None:
        self.bench.clock.passes(seconds=seconds)

    @rule(seconds=st.sampled_from((0, 130, 190, 320)))
    def sweep(self, seconds: int) -> None:
        self.bench.clock.passes(seconds=seconds)
        self.bench.sweep_now()

    # the store and the vendor

    @precondition(lambda self: len(self.bench.store.orders) < 4)
    @rule()
    def another_order(self) -> None:
        self.bench.order_placed(1)
        self._work_one(Queue.INTAKE, None)

    @rule(pick=st.integers(0, 9), what=st.sampled_from(("cancelled", "address", "fewer", "address back")))
    def the_store_changes(self, pick: int, what: str) -> None:
        orders = list(self.bench.store.orders.values())
        order = orders[pick % len(orders)]
        if order.cancelled_at:
            return
        self.bench.changed(order, **self._change(order, what))

    def _change(self, order: Order, what: str) -> dict[str, object]:
        assert order.ship_to
        if what == "cancelled":
            return {"cancelled_at": self.bench.clock.now()}
        if what.startswith("address"):
            return {"ship_to": order.ship_to.but(address1="C 1" if what == "address back" else "E 2")}
        last = order.lines[-1]
        fewer = max(0, last.quantity - 1)
        return {"lines": (*order.lines[:-1], last.but(quantity=fewer, unfulfilled=fewer))}

    @rule(
        pick=st.integers(0, 9),
        phase=st.sampled_from(("accepted", "in_production", "shipped", "cancelled", "failed")),
        heard=st.booleans(),
    )
    def the_vendor_moves(self, pick: int, phase: str, heard: bool) -> None:
        made = self.bench.vendor.made
        if not made:
            return
        one = made[pick % len(made)]
        if one.phase in (VendorPhase.SHIPPED, VendorPhase.CANCELLED, VendorPhase.FAILED):
            return
        one.phase = VendorPhase(phase)
        if one.phase is VendorPhase.SHIPPED:
            one.parcels.append(VendorParcel(carrier="C", tracking=f"T-{one.ref}"))
        if heard:
            self._hint_of_vendor(one.external_id)

    def _hint_of_vendor(self, external_id: str) -> None:
        hint = VendorHint(connection="press", external_id=external_id)
        self.bench.queues.put_raw(Queue.SHIPMENTS, hint.model_dump_json())

    # a person

    @rule(pick=st.integers(0, 9), choice=st.integers(0, 9), twice=st.booleans(), trouble=troubles)
    def a_person_decides(self, pick: int, choice: int, twice: bool, trouble: Trouble) -> None:
        items = self.bench.attention()
        if not items:
            return
        item = items[pick % len(items)]
        action, ref = self._decision(item, choice)
        self._order(Queue.DISPATCH, trouble)
        for _ in range(2 if twice else 1):
            with suppress(Lost, Crash):
                self.bench.click(action, item["order_id"], item["place"], vendor_ref=ref)
        self.bench.switch.clear()

    def _decision(self, item: dict[str, object], choice: int) -> tuple[str, str]:
        """Of a job that nobody can say of whether it is there, the person looks before they decide."""
        actions: list[str] = list(item["actions"])  # type: ignore[call-overload]
        if item["cause"] == Cause.UNCONFIRMED.value:
            _, _, job_id = str(item["place"]).partition(" ")
            job = self.bench.record(str(item["order_id"])).jobs[job_id]
            there = self.bench.vendor.called(job.external_id)
            if there:
                return "mark_sent", there[0].ref
            self.unclear.discard(job.external_id)
            return ("resend", "cancel")[choice % 2], ""
        return actions[choice % len(actions)].replace("-", "_"), ""

    # what holds at any time

    @invariant()
    def nothing_is_made_twice(self) -> None:
        assert self.bench.vendor.duplicates() == []

    @invariant()
    def no_more_pieces_are_made_than_were_ever_wanted(self) -> None:
        for record in self.bench.orders.records():
            if any(job.reprint for job in record.jobs.values()):
                continue
            mine = [one for one in self.bench.vendor.made if record.head.order_id in one.external_id]
            live = [one for one in mine if one.phase is not VendorPhase.CANCELLED]
            for line_id in {line_id for one in live for line_id in one.lines}:
                ordered = 2 if line_id.endswith("1") else 1
                assert sum(one.lines.get(line_id, 0) for one in live) <= ordered

    @invariant()
    def what_is_ours_to_do_will_be_looked_at(self) -> None:
        for job in self._jobs():
            if job.state in (JobState.READY, JobState.CLAIMED, JobState.UNKNOWN):
                assert job.due_at
            if job.state is JobState.ATTENTION:
                assert job.attention

    @invariant()
    def what_was_acknowledged_is_known(self) -> None:
        known = {record.head.store_order_id for record in self.bench.orders.records()}
        on_its_way = " ".join([*self.bench.queues.waiting(Queue.INTAKE), *self.bench.queues.dead(Queue.INTAKE)])
        for key in self.bench.store.orders:
            assert key in known or f'"store_order_id":"{key}"' in on_its_way

    # and at the end

    def teardown(self) -> None:
        if not hasattr(self, "bench"):
            return
        bench = self.bench
        bench.switch.clear()
        bench.run(timedelta(hours=8))
        bench.do("redrive")
        bench.run(timedelta(hours=8), at_least=timedelta(minutes=15))
        self.nothing_is_made_twice()
        assert bench.queues.waiting() == []
        assert bench.queues.dead() == []
        for record in bench.orders.records():
            for job in record.jobs.values():
                self._is_in_one_place(job)
        assert len(bench.orders.records()) == len(bench.store.orders)

    def _is_in_one_place(self, job: Job) -> None:
        there = [one.ref for one in self.bench.vendor.called(job.external_id)]
        live = [
            one.ref
            for one in self.bench.vendor.called(job.external_id)
            if one.phase not in (VendorPhase.CANCELLED, VendorPhase.FAILED)
        ]
        if job.state in (JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED):
            assert there == [job.vendor_ref]
        elif job.state is JobState.CANCELLED:
            assert live == [], "cancelled here, made there"
        else:
            assert job.state is JobState.ATTENTION, f"{job.external_id} is still {job.state}"

    def _jobs(self) -> list[Job]:
        return [job for record in self.bench.orders.records() for job in record.jobs.values()]


class UniqueId(ClaimProtocol):
    """It refuses an id it knows, and shows it late."""

    resend = Resend.UNIQUE_ID


class Lookup(ClaimProtocol):
    """It takes everything twice; only our looking keeps it at one, and its search shows very late."""

    resend = Resend.LOOKUP
    lag = 5 * LAG


class NativeKey(ClaimProtocol):
    """It cannot be searched, and answers the same key with the same order."""

    resend = Resend.NATIVE_KEY


class NoMeans(ClaimProtocol):
    """It takes everything twice and cannot be searched."""

    resend = Resend.NONE


@pytest.mark.parametrize("policy", [UniqueId, Lookup, NativeKey, NoMeans])
def test_a_job_is_made_once_whatever_happens(policy: type[ClaimProtocol]) -> None:
    run_state_machine_as_test(policy)
