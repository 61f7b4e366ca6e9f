"""Poll, sweep and track: what no webhook told is found, in portions, and not found again for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.connectors import Resend
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.job import JobState, VendorPhase
from platen.domain.record import OrderRecord, OrderState, step_job
from platen.domain.verdicts import Denied, Unreachable
from platen.messages import OrderHint, PollHint, Queue, VendorHint
from platen.ports import OrderStub, Page, Watch
from platen.usecases.health import failed
from platen.usecases.intake import intake
from platen.usecases.poll import poll_store, poll_vendor
from platen.usecases.sweep import AT_ONCE, sweep
from platen.usecases.track import track
from tests.support.stall import StallBench


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def poll(bench: StallBench) -> list[str]:
    """The orders that a poll put on the queue."""
    before = len(bench.queues.waiting(Queue.INTAKE))
    poll_store(bench.hub, PollHint(connection="stall"))
    return bench.queues.waiting(Queue.INTAKE)[before:]


def sent(bench: StallBench) -> OrderRecord:
    order = bench.order_placed()
    for queue in (Queue.INTAKE, Queue.DISPATCH):
        bench.work_one(queue)
    record = bench.record(order.order_id)
    assert record.jobs["1"].state is JobState.SENT
    return record


class TestAPollOfAStore:
    def test_queues_what_changed_and_not_what_was_read_since(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.queues.receive(Queue.INTAKE)
        assert len(poll(bench)) == 1
        bench.run()
        bench.clock.passes(minutes=1)
        assert poll(bench) == []
        bench.store.orders[order.store_order_id] = order.but(
            updated_at=bench.clock.now(), email="new@buyer.example"
        )
        assert len(poll(bench)) == 1

    def test_looks_back_a_little_further_each_time(self, bench: StallBench) -> None:
        asked: list[Any] = []
        changed_since = bench.store.changed_since
        bench.store.changed_since = lambda since, page="": asked.append(since) or changed_since(since, page)  # type: ignore[method-assign, func-returns-value]
        begun = bench.clock.now()
        poll(bench)
        bench.clock.passes(hours=1)
        poll(bench)
        assert asked == [begun, begun - timedelta(minutes=15)]

    def test_that_fails_comes_no_further(self, bench: StallBench) -> None:
        poll(bench)
        cursor = bench.connections.health("stall").cursor
        bench.clock.passes(hours=1)
        bench.switch.before("store.changed_since", Unreachable("down"))
        assert poll(bench) == []
        assert bench.connections.health("stall").cursor == cursor
        assert bench.connections.health("stall").failures == 1

    def test_that_breaks_off_between_pages_comes_no_further(self, bench: StallBench) -> None:
        now = bench.clock.now()

        def pages(_since: object, page: str = "") -> Page[OrderStub]:
            if page:
                raise Unreachable("down")
            return Page((OrderStub("1", now),), next="2")

        bench.store.changed_since = pages  # type: ignore[method-assign]
        assert len(poll(bench)) == 1, "what was found is taken in already"
        assert bench.connections.health("stall").cursor is None

    def test_of_a_paused_store_asks_nothing(self, bench: StallBench) -> None:
        bench.do("pause", connection="stall")
        bench.switch.calls.clear()
        assert poll(bench) == []
        assert "store.changed_since" not in bench.switch.calls

    def test_asks_for_heads_in_hundreds(self, bench: StallBench) -> None:
        now = bench.clock.now()
        stubs = tuple(OrderStub(str(n), now) for n in range(250))
        bench.store.changed_since = lambda _since, page="": Page(stubs)  # type: ignore[method-assign]
        bench.switch.calls.clear()
        assert len(poll(bench)) == 250
        assert bench.switch.calls.count("orders.heads") == 3


class TestAPollOfAVendor:
    def test_asks_about_what_was_not_heard_of(self, bench: StallBench) -> None:
        record = sent(bench)
        poll_vendor(bench.hub, PollHint(connection="press"))
        assert bench.queues.waiting(Queue.SHIPMENTS) == []
        bench.clock.passes(minutes=31)
        poll_vendor(bench.hub, PollHint(connection="press"))
        (hint,) = bench.queues.waiting(Queue.SHIPMENTS)
        assert record.head.order_id in hint
        bench.work_one(Queue.SHIPMENTS)
        poll_vendor(bench.hub, PollHint(connection="press"))
        assert bench.queues.waiting(Queue.SHIPMENTS) == [], "it was heard of just now"

    def test_reads_the_catalogue_anew_once_a_day(self, bench: StallBench) -> None:
        for hours in (0, 1, 22, 2, 1):
            bench.clock.passes(hours=hours)
            poll_vendor(bench.hub, PollHint(connection="press"))
        assert bench.switch.calls.count("vendor.refresh") == 2


class TestASweep:
    def test_brings_back_a_job_whose_message_was_lost(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.work_one(Queue.INTAKE)
        lost = bench.queues.receive(Queue.DISPATCH)
        assert lost is not None
        bench.queues.delete(lost)
        assert sweep(bench.hub)["press"] == 0
        bench.clock.passes(minutes=11)
        assert sweep(bench.hub)["press"] == 1
        assert bench.work_one(Queue.DISPATCH)
        assert len(bench.vendor.made) == 1

    def test_leaves_a_connection_alone_that_is_paused(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.work_one(Queue.INTAKE)
        bench.do("pause", connection="press")
        bench.clock.passes(minutes=11)
        assert sweep(bench.hub)["press"] == 0

    def test_goes_in_portions_after_an_outage(self, bench: StallBench) -> None:
        for _ in range(AT_ONCE + 5):
            bench.order_placed()
            bench.work_one(Queue.INTAKE)
        bench.clock.passes(minutes=11)
        assert sweep(bench.hub)["press"] == AT_ONCE

    def test_that_comes_twice_sends_nothing_twice(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.work_one(Queue.INTAKE)
        bench.clock.passes(minutes=11)
        for _ in range(2):
            sweep(bench.hub)
        bench.run()
        assert len(bench.vendor.made) == 1


class TestTheVendorsOwnWord:
    def unconfirmed(self, bench: StallBench) -> OrderRecord:
        """Nobody knew whether it had arrived, so it waits for a person. It had."""
        record = sent(bench)
        job = record.jobs["1"]
        attention = Attention(cause=Cause.UNCONFIRMED, problems=(Problem(what="?"),), since=bench.clock.now())
        doubtful = job.but(vendor_ref="", doubt=True, state=JobState.SENT)
        doubtful = step_job(doubtful, JobState.ATTENTION, attention=attention)
        return bench.orders.save(record, record.with_jobs(doubtful).settled(bench.clock.now()))

    def news(self, bench: StallBench, record: OrderRecord) -> OrderRecord:
        hint = VendorHint(connection="press", external_id=record.jobs["1"].external_id, topic="shipment_sent")
        track(bench.hub, hint)
        return bench.record(record.head.order_id)

    def test_ends_the_doubt_that_waits_for_a_person(self, bench: StallBench) -> None:
        """Else the person has it sent again, though the vendor itself has told us that it is there."""
        record = self.unconfirmed(bench)
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        assert self.news(bench, record).jobs["1"].state is JobState.IN_PRODUCTION

    def test_of_what_was_given_up_as_never_sent_is_not_passed_over(self, bench: StallBench) -> None:
        record = self.unconfirmed(bench)
        given_up = step_job(record.jobs["1"], JobState.CANCELLED, dropped=True, due_at=None)
        record = bench.orders.save(record, record.with_jobs(given_up).settled(bench.clock.now()))
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        assert self.news(bench, record).head.state is OrderState.ATTENTION


@pytest.mark.parametrize("name", ["stall", "press"])
def test_a_message_for_which_nothing_was_asked_makes_no_connection_well(bench: StallBench, name: str) -> None:
    """Old news, or news that a stranger made up: they say nothing of whether credentials are good again."""
    record = sent(bench)
    failed(bench.hub, name, Denied("no such key"))
    bench.clock.passes(minutes=16)
    if name == "stall":
        old = bench.clock.now() - timedelta(days=1)
        intake(bench.hub, OrderHint(connection="stall", store_order_id=record.head.store_order_id, updated_at=old))
    else:
        track(bench.hub, VendorHint(connection="press", external_id="aaaaaaaaaaaaaaaa-1"))
    health = bench.connections.health(name)
    assert (health.denied, health.failures) == (True, 1)


def test_an_order_that_its_vendor_was_not_asked_about_makes_it_not_well(bench: StallBench) -> None:
    """A person has to look before anything is sent: it says nothing of whether the vendor can be reached."""
    bench.vendor.problems = [Problem(what="There is no print file.")]
    order = bench.order_placed()
    while bench.work_one(Queue.INTAKE):
        pass
    failed(bench.hub, "press", Denied("no such key"))
    bench.clock.passes(minutes=16)
    while bench.work_one(Queue.DISPATCH):
        pass
    assert bench.record(order.order_id).head.state is OrderState.ATTENTION
    health = bench.connections.health("press")
    assert (health.denied, health.failures) == (True, 1)


def test_everything_that_is_ours_to_do_is_in_a_lane(bench: StallBench) -> None:
    """Whatever stands still is found by somebody: the sweep or a poll."""
    bench.order_placed()
    bench.work_one(Queue.INTAKE)
    assert bench.orders.waiting("press", Watch.WORK)
    bench.work_one(Queue.DISPATCH)
    assert bench.orders.waiting("press", Watch.NEWS)
