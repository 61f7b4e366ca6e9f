"""Jobs whose order is cancelled or changed before, while and after they are sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.attention import Cause
from platen.domain.job import JobState, VendorPhase
from platen.domain.record import OrderState
from platen.domain.verdicts import Later, Unclear, Unreachable, Verdict
from platen.messages import Queue
from tests.fakes import Crash
from tests.support.stall import ANYWHERE, SAFE, SEARCHABLE, bench_of, sent_once, the_job


class TestCancelled:
    def test_before_it_is_sent_nothing_is_made(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.work_one(Queue.INTAKE)
        bench.run()
        assert bench.vendor.made == []
        assert bench.record(order.order_id).head.state is OrderState.CANCELLED

    @pytest.mark.parametrize("policy", [*SAFE, Resend.NONE])
    def test_while_it_is_sent_it_is_cancelled_there(self, policy: Resend) -> None:
        bench = bench_of(policy)
        order = bench.order_placed()

        def the_store_cancels() -> None:
            bench.changed(order, cancelled_at=bench.clock.now())
            bench.work_one(Queue.INTAKE)

        bench.switch.before("vendor.submit", the_store_cancels)
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED
        assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED]
        assert bench.record(order.order_id).head.state is OrderState.CANCELLED

    @pytest.mark.parametrize("policy", SEARCHABLE)
    @pytest.mark.parametrize("made", [True, False])
    def test_while_nobody_knows_whether_it_is_there(self, policy: Resend, made: bool) -> None:
        bench = bench_of(policy)
        (bench.switch.after if made else bench.switch.before)("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        while not bench.switch.fired:
            bench.work()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED
        assert bench.switch.calls.count("vendor.submit") == 1, "sent again though it was cancelled"
        assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED] * made

    def test_after_the_vendor_has_begun_a_person_is_told(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        (item,) = bench.attention()
        assert item["cause"] == "cancel_refused"
        assert "in_production already" in item["problems"][0]["what"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=1))
        assert bench.attention() == []

    def test_a_cancel_whose_message_was_lost_is_passed_on_by_the_sweep(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.switch.before("queues.send", Crash())
        bench.work_one(Queue.INTAKE)
        begun = bench.clock.now()
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED
        assert bench.clock.now() - begun < timedelta(minutes=20)

    @pytest.mark.parametrize("verdict", [Unclear("500 on this very order"), Later("500 on this very order")])
    def test_one_that_is_never_answered_is_shown_to_a_person_and_holds_up_no_other(self, verdict: Verdict) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.switch.before("vendor.cancel", verdict, times=10_000)
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run(timedelta(hours=1))
        other = bench.order_placed()
        bench.run(timedelta(minutes=20))
        assert the_job(bench, other).state is JobState.SENT
        bench.run(timedelta(hours=5))
        (item,) = bench.attention()
        assert item["cause"] == "cancel_refused"
        assert "500 on this very order" in item["problems"][0]["what"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED
        assert bench.attention() == []

    def test_one_that_waits_for_its_vendor_to_come_back_is_no_persons_matter(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.switch.before("vendor.cancel", Unreachable("no way there"), times=10_000)
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run(timedelta(hours=12))
        assert bench.attention() == []
        bench.switch.clear()
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED

    def test_one_that_was_lost_to_the_vendor_meanwhile_asks_a_person(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.vendor.made.clear()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        assert [item["cause"] for item in bench.attention()] == [Cause.VENDOR_LOST_IT.value]


class TestChanged:
    def test_an_address_that_changes_after_sending_is_shown_to_a_person(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.run()
        bench.changed(order, ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.run()
        (item,) = bench.attention()
        assert item["cause"] == "changed_after_sent"
        assert "address" in item["problems"][0]["what"]
        assert "Elsewhere" not in str(item)
        assert len(bench.vendor.made) == 1

    def test_an_address_that_changes_while_it_is_sent_is_shown_once_it_is_sent(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()

        def the_buyer_moves() -> None:
            bench.changed(order, ship_to=ANYWHERE.but(city="Elsewhere"))
            bench.work_one(Queue.INTAKE)

        bench.switch.before("vendor.submit", the_buyer_moves)
        bench.run()
        assert [item["cause"] for item in bench.attention()] == ["changed_after_sent"]

    def test_that_look_is_not_lost_with_a_crash(self) -> None:
        """The hint that met the sending is older than what was read by it: coming again, it is no old news."""
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)

        def the_buyer_moves_twice() -> None:
            first = bench.changed(order, ship_to=ANYWHERE.but(city="Elsewhere"))
            bench.store.orders[order.store_order_id] = first.but(
                ship_to=ANYWHERE.but(city="Further"), updated_at=first.updated_at + timedelta(seconds=5)
            )
            bench.switch.after("orders.save", Crash())
            bench.work_one(Queue.INTAKE)

        bench.switch.before("vendor.submit", the_buyer_moves_twice)
        bench.run(at_least=timedelta(hours=1))
        assert [item["cause"] for item in bench.attention()] == ["changed_after_sent"]

    def test_sent_again_by_a_person_it_goes_where_the_order_says_now(self) -> None:
        bench = bench_of(Resend.NONE)
        bench.switch.before("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        bench.run()
        bench.changed(order, ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.run()
        told: list[str] = []
        bench.vendor.on_request = lambda request: told.append(request.order.ship_to.city)
        assert bench.click("resend", order.order_id)["ok"]
        bench.run()
        assert told == ["Elsewhere"]
        sent_once(bench, order)
