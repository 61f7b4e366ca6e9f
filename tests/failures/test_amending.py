"""A vendor that takes changes, and what can go wrong while it is told of one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.attention import Problem
from platen.domain.job import Hold, Job, JobState, VendorPhase
from platen.domain.order import Order, Payment
from platen.domain.record import OrderState
from platen.domain.verdicts import Busy, Denied, Unclear, Unreachable
from platen.messages import Queue
from platen.ports import JobRequest
from tests.fakes import Crash
from tests.support.stall import ANYWHERE, StallBench, bench_of, the_job

MOVED = ANYWHERE.but(address1="2 Other Street")
ELSEWHERE = ANYWHERE.but(address1="3 Third Street")


@pytest.fixture
def bench() -> StallBench:
    made = bench_of(Resend.UNIQUE_ID)
    made.vendor.takes_changes = True
    return made


@pytest.fixture
def order(bench: StallBench) -> Order:
    placed = bench.order_placed(2)
    bench.run()
    return placed


def told(bench: StallBench) -> list[str]:
    return [one.order.ship_to.address1 if one.order.ship_to else "" for one in bench.vendor.amended]


def assert_told_last(bench: StallBench, order: Order, address1: str) -> None:
    job = the_job(bench, order)
    assert told(bench)[-1] == address1
    assert (job.state, job.to_be_amended, job.asked) == (JobState.SENT, False, "")
    assert len(bench.vendor.made) == 1, "one order, told anew"
    assert bench.attention() == []
    assert not bench.queues.dead()


def test_a_change_reaches_the_vendor_once(bench: StallBench, order: Order) -> None:
    after = bench.changed(order, ship_to=MOVED)
    bench.hint(after)
    bench.run()
    assert told(bench) == ["2 Other Street"]
    assert_told_last(bench, order, "2 Other Street")


def test_one_that_is_lost_on_its_way_is_swept_up(bench: StallBench, order: Order) -> None:
    bench.changed(order, ship_to=MOVED)
    bench.switch.after("orders.save", Crash(), nth=1)
    bench.run()
    assert_told_last(bench, order, "2 Other Street")


@pytest.mark.parametrize("trouble", [Unreachable("no route"), Unclear("cut off"), Busy("slow down"), Denied("no")])
def test_one_that_does_not_get_through_is_told_later(bench: StallBench, order: Order, trouble: Exception) -> None:
    bench.switch.before("vendor.amend", trouble)
    bench.changed(order, ship_to=MOVED)
    bench.run()
    assert_told_last(bench, order, "2 Other Street")


def test_one_that_is_never_answered_is_shown_to_a_person(bench: StallBench, order: Order) -> None:
    bench.switch.before("vendor.amend", Unclear("500 on this very order"), times=10_000)
    bench.changed(order, ship_to=MOVED)
    bench.run()
    (item,) = bench.attention()
    assert item["cause"] == "changed_after_sent"
    assert "500 on this very order" in item["problems"][1]["what"]


def test_one_change_in_vain_says_nothing_of_the_next(bench: StallBench, order: Order) -> None:
    """Another hiccup is no persons matter, and that it was told over and over would not be true of it."""
    bench.switch.before("vendor.amend", Unclear("500 on this very order"), times=10_000)
    bench.changed(order, ship_to=MOVED)
    bench.run()
    bench.switch.clear()
    bench.click("release", order.order_id, "job 1")
    bench.run()
    bench.switch.before("vendor.amend", Unclear("cut off"))
    bench.changed(order, ship_to=ELSEWHERE)
    bench.run()
    assert_told_last(bench, order, "3 Third Street")


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_worker_that_dies_at_it_is_followed_by_another(bench: StallBench, order: Order, side: str) -> None:
    getattr(bench.switch, side)("vendor.amend", Crash())
    bench.changed(order, ship_to=MOVED)
    bench.run()
    assert_told_last(bench, order, "2 Other Street")


def test_a_slow_worker_does_not_leave_the_vendor_with_an_older_change(bench: StallBench, order: Order) -> None:
    """The first change arrives at the vendor after the second one has been told."""

    def the_buyer_moves_again(_request: JobRequest) -> None:
        bench.vendor.on_amend = lambda _request: None
        bench.changed(order, ship_to=ELSEWHERE)
        for queue in (Queue.INTAKE, Queue.DISPATCH):
            while bench.work_one(queue):
                pass

    bench.vendor.on_amend = the_buyer_moves_again
    bench.changed(order, ship_to=MOVED)
    bench.run()
    assert "2 Other Street" in told(bench)
    assert_told_last(bench, order, "3 Third Street")


def test_one_that_comes_too_late_is_seen_by_a_person(bench: StallBench, order: Order) -> None:
    bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
    bench.changed(order, ship_to=MOVED)
    bench.run()
    (item,) = bench.attention()
    assert item["cause"] == "changed_after_sent"
    assert "V1 is in_production already" in str(item["problems"])
    bench.click("release", order.order_id, "job 1")
    bench.run()
    assert bench.attention() == []


def test_one_that_the_vendor_would_refuse_is_seen_before_it_is_told(bench: StallBench, order: Order) -> None:
    bench.vendor.problems = [Problem(what="The address has no house number.", field="ship_to")]
    bench.changed(order, ship_to=MOVED)
    bench.run()
    (item,) = bench.attention()
    assert "no house number" in str(item["problems"])
    assert told(bench) == []


def test_a_cancel_that_comes_behind_a_change_is_all_that_is_passed_on(bench: StallBench, order: Order) -> None:
    after = bench.changed(order, ship_to=MOVED)
    while bench.work_one(Queue.INTAKE):
        pass
    bench.changed(after, cancelled_at=bench.clock.now())
    bench.run()
    assert bench.vendor.made[0].phase is VendorPhase.CANCELLED
    assert bench.record(order.order_id).head.state is OrderState.CANCELLED
    assert bench.attention() == []


def test_fewer_pieces_are_told_as_fewer_and_shipped_as_such(bench: StallBench, order: Order) -> None:
    (line,) = order.lines
    bench.changed(order, lines=(line.but(quantity=1, unfulfilled=1),))
    bench.run()
    assert list(bench.vendor.made[0].lines.values()) == [1]
    assert [one.quantity for one in the_job(bench, order).lines_there] == [1]


class TestAnOrderThatWaits:
    def test_is_at_the_vendor_as_such_and_is_told_once_it_is_paid(self, bench: StallBench) -> None:
        holds: list[Hold] = []
        bench.vendor.on_submit = lambda job: holds.append(job.hold)
        bench.vendor.on_amend = lambda request: holds.append(request.job.hold)
        placed = bench.order_placed(1)
        unpaid = bench.changed(placed, payment=Payment.PENDING)
        bench.run()
        assert bench.record(placed.order_id).head.state is OrderState.WAITING
        bench.changed(unpaid, payment=Payment.PAID)
        bench.run()
        assert holds == [Hold.PAYMENT, Hold.NONE]
        assert bench.record(placed.order_id).head.state is OrderState.OPEN
        assert len(bench.vendor.made) == 1

    def test_for_days_and_is_paid_then_is_no_silence_of_its_vendor(self, bench: StallBench) -> None:
        placed = bench.order_placed(1)
        unpaid = bench.changed(placed, payment=Payment.PENDING)
        bench.run(timedelta(days=3), at_least=timedelta(days=3))
        bench.changed(unpaid, payment=Payment.PAID)
        bench.run(at_least=timedelta(hours=4))
        assert bench.attention() == []

    def test_that_is_paid_while_it_is_sent_is_told_right_after(self, bench: StallBench) -> None:
        placed = bench.order_placed(1)
        unpaid = bench.changed(placed, payment=Payment.PENDING)

        def the_buyer_pays(_job: Job) -> None:
            bench.vendor.on_submit = lambda _job: None
            bench.changed(unpaid, payment=Payment.PAID)
            while bench.work_one(Queue.INTAKE):
                pass

        bench.vendor.on_submit = the_buyer_pays
        bench.run()
        job = the_job(bench, placed)
        assert (job.hold, job.to_be_amended) == (Hold.NONE, False)
        assert [one.job.hold for one in bench.vendor.amended] == [Hold.NONE]
        assert len(bench.vendor.made) == 1


class TestOneThatIsRefused:
    def test_leaves_the_job_as_the_vendor_has_it(self, bench: StallBench, order: Order) -> None:
        """Two are being made there: one of them is too many, and nobody makes a third."""
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        (line,) = order.lines
        fewer = bench.changed(order, lines=(line.but(quantity=1, unfulfilled=1),))
        bench.run()
        assert [one.quantity for one in the_job(bench, order).lines] == [2]
        (item,) = bench.attention()
        assert "1 x Print too many" in str(item["problems"])
        bench.changed(fewer, lines=order.lines)
        bench.run()
        assert len(bench.vendor.made) == 1

    def test_and_released_is_not_told_again_by_any_later_look(self, bench: StallBench, order: Order) -> None:
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        (line,) = order.lines
        fewer = bench.changed(order, lines=(line.but(quantity=1, unfulfilled=1),))
        bench.run()
        bench.click("release", order.order_id, "job 1")
        bench.vendor.made[0].phase = VendorPhase.ACCEPTED
        bench.changed(fewer, note="Ring twice")
        bench.run()
        assert list(bench.vendor.made[0].lines.values()) == [2], "a person said so"
        assert bench.attention() == []


class TestOneOfAJobInOtherTrouble:
    @pytest.mark.parametrize("action", ["release", "resend"])
    def test_is_told_once_a_person_has_seen_to_that(self, bench: StallBench, order: Order, action: str) -> None:
        if action == "release":
            bench.run(timedelta(hours=30), at_least=timedelta(hours=28))
        else:
            bench.vendor.made[0].phase = VendorPhase.CANCELLED
            bench.run(at_least=timedelta(hours=4))
        bench.changed(order, ship_to=MOVED)
        bench.run()
        assert len(bench.attention()) == 1
        assert told(bench) == []
        bench.click(action, order.order_id, "job 1")
        assert the_job(bench, order).asked, "nobody has told it yet"
        bench.run()
        job = the_job(bench, order)
        assert (job.state, job.to_be_amended, job.asked) == (JobState.SENT, False, "")
        assert job.body == bench.record(order.order_id).head.body
        assert told(bench) == (["2 Other Street"] if action == "release" else [])
        assert bench.attention() == []

    def test_is_told_when_it_is_sent_again_by_a_retry(self, bench: StallBench, order: Order) -> None:
        lost, bench.vendor.made = bench.vendor.made, []
        bench.run(at_least=timedelta(hours=2))
        bench.vendor.made = lost
        bench.changed(order, ship_to=MOVED)
        bench.run()
        bench.click("retry", order.order_id, "job 1")
        bench.run()
        assert_told_last(bench, order, "2 Other Street")


def test_none_at_all_and_some_again_are_made_anew(bench: StallBench, order: Order) -> None:
    bench.vendor.slow_cancels = True
    (line,) = order.lines
    gone = bench.changed(order, lines=(line.but(quantity=0, unfulfilled=0),))
    bench.run(timedelta(minutes=5), at_least=timedelta(minutes=5))
    bench.changed(gone, lines=order.lines)
    bench.run(timedelta(minutes=5), at_least=timedelta(minutes=5))
    assert len(bench.vendor.made) == 1
    bench.vendor.slow_cancels = False
    bench.run()
    assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED, VendorPhase.WAITING]
    assert bench.record(order.order_id).head.state is OrderState.OPEN
