"""One job on its way to its vendor, and each thing that can go wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.attention import Problem
from platen.domain.job import JobState, VendorPhase
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Unreachable
from platen.messages import JobHint, Queue
from tests.fakes import Crash, Lost
from tests.support.stall import LAG, SAFE, bench_of, sent_once, the_job

TROUBLES = {
    "claim reply lost": ("orders.claim_job", "after", Lost()),
    "claim never arrived": ("orders.claim_job", "before", Lost()),
    "crash right after the claim": ("orders.claim_job", "after", Crash()),
    "crash before the POST": ("vendor.submit", "before", Crash()),
    "crash after the POST": ("vendor.submit", "after", Crash()),
    "vendor 5xx before accepting": ("vendor.submit", "before", Unclear("500")),
    "vendor 5xx after accepting": ("vendor.submit", "after", Unclear("500")),
    "finish write lost": ("orders.save_job", "before", Lost()),
    "reply to the finish lost": ("orders.save_job", "after", Lost()),
    "crash before the finish": ("orders.save_job", "before", Crash()),
    "body not readable for a moment": ("orders.body", "before", Lost()),
}


@pytest.mark.parametrize("policy", SAFE)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_breaks_the_job_is_made_once(policy: Resend, trouble: str) -> None:
    bench = bench_of(policy)
    call, side, what = TROUBLES[trouble]
    getattr(bench.switch, side)(call, what)
    order = bench.order_placed()
    bench.run()
    assert bench.switch.fired
    sent_once(bench, order)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_vendor_that_cannot_be_asked_never_gets_a_blind_second_order(trouble: str) -> None:
    bench = bench_of(Resend.NONE)
    call, side, what = TROUBLES[trouble]
    getattr(bench.switch, side)(call, what)
    order = bench.order_placed()
    bench.run()
    job = the_job(bench, order)
    assert bench.switch.calls.count("vendor.submit") <= 1
    if job.state is JobState.ATTENTION:
        (item,) = bench.attention()
        assert item["cause"] == "unconfirmed"
        assert job.external_id in item["problems"][0]["what"]
        assert set(item["actions"]) >= {"resend", "mark-sent"}
    else:
        assert job.state is JobState.SENT
    bench.run(at_least=timedelta(days=1))
    assert bench.switch.calls.count("vendor.submit") <= 1, "attention sent something by itself"


class TestSearchLag:
    def test_the_vendor_is_not_told_again_while_its_search_may_lag(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.after("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        while not bench.vendor.made:
            assert bench.work()
        due_at = the_job(bench, order).due_at
        assert due_at
        assert due_at >= bench.clock.now() + LAG + timedelta(seconds=120)
        hint = JobHint(connection="press", order_id=order.order_id, job_id="1")
        while bench.clock.now() < due_at - timedelta(seconds=10):
            bench.queues.send(Queue.DISPATCH, [hint])
            bench.sweep_now()
            bench.work_one(Queue.DISPATCH)
            bench.clock.passes(seconds=10)
        assert bench.switch.calls.count("vendor.submit") == 1
        bench.run()
        sent_once(bench, order)

    def test_every_further_attempt_starts_the_wait_anew(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.before("vendor.submit", Unclear("cut off"))
        bench.switch.after("vendor.submit", Crash(), nth=1)
        order = bench.order_placed()
        bench.run()
        assert bench.switch.calls.count("vendor.submit") == 2
        sent_once(bench, order)

    def test_an_id_that_is_taken_and_not_shown_yet_is_waited_for(self) -> None:
        bench = bench_of(Resend.UNIQUE_ID)
        bench.vendor.lag = timedelta(hours=1)  # more than it says
        bench.switch.after("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        bench.run(timedelta(hours=6))
        sent_once(bench, order)

    def test_an_id_that_is_taken_counts_as_there_though_the_look_up_is_refused(self) -> None:
        bench = bench_of(Resend.UNIQUE_ID)
        bench.vendor.lag = timedelta(hours=1)
        bench.switch.after("vendor.submit", Unclear("cut off"))
        bench.switch.before("vendor.find", Busy("slow down"), nth=2)
        order = bench.order_placed()
        while "before vendor.find" not in bench.switch.fired:
            bench.work() or bench.clock.set(bench.next_moment())
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run(timedelta(hours=8))
        assert the_job(bench, order).state is JobState.CANCELLED
        assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED], "cancelled here, made there"


class TestRefusals:
    def test_a_clear_no_waits_for_a_person_with_the_vendors_words(self) -> None:
        bench = bench_of(Resend.UNIQUE_ID)
        bench.switch.before(
            "vendor.submit", Refused("no such paper", (Problem(what="no such paper", line_id="10"),))
        )
        order = bench.order_placed()
        bench.run(at_least=timedelta(hours=3))
        (item,) = bench.attention()
        assert (item["cause"], item["place"], item["where"]) == ("vendor_refused", "job 1", "press")
        assert item["problems"][0]["what"] == "no such paper"
        assert bench.vendor.made == []
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)

    def test_asked_to_slow_down_nothing_is_sent_before_the_time_is_over(self) -> None:
        bench = bench_of(Resend.UNIQUE_ID)
        bench.switch.before("vendor.submit", Busy("429", timedelta(minutes=40)))
        order = bench.order_placed()
        begun = bench.clock.now()
        bench.run()
        assert bench.clock.now() >= begun + timedelta(minutes=40)
        assert bench.switch.calls.count("vendor.submit") == 2
        sent_once(bench, order)

    def test_credentials_that_went_bad_park_the_work_and_show_it(self) -> None:
        bench = bench_of(Resend.UNIQUE_ID)
        bench.switch.before("vendor.submit", Denied("wrong key"), times=3)
        order = bench.order_placed()
        bench.run(timedelta(minutes=20))
        (failing,) = bench.do("attention")["connections"]
        assert failing["connection_id"] == "press"
        assert failing["denied"]
        assert failing["words"] == "wrong key"
        bench.run()
        sent_once(bench, order)
        assert bench.do("attention")["connections"] == []

    def test_an_outage_of_an_hour_is_sat_out_without_a_dead_letter(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        orders = [bench.order_placed() for _ in range(3)]
        bench.switch.before("vendor.submit", Unreachable("no way"), times=10_000)
        bench.switch.before("vendor.find", Unreachable("no way"), times=10_000)
        bench.run(timedelta(hours=1))
        attempts = bench.switch.calls.count("vendor.submit")
        assert attempts < 40, "the vendor was left no peace"
        assert not bench.queues.dead()
        bench.switch.clear()
        bench.run()
        assert [the_job(bench, order).state for order in orders] == [JobState.SENT] * 3
        assert len(bench.vendor.made) == 3
        assert bench.vendor.duplicates() == []

    def test_an_answer_that_stays_unclear_is_shown_to_a_person_in_the_end(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.before("vendor.submit", Unclear("500 on this very order"), times=10_000)
        order = bench.order_placed()
        bench.run(timedelta(days=2))
        (item,) = bench.attention()
        assert item["cause"] == "unconfirmed"
        assert "500 on this very order" in item["problems"][0]["what"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)

    def test_what_is_never_got_ready_is_shown_to_a_person_while_its_vendor_is_well(self) -> None:
        """Nothing was made, so it may be tried again; but not for ever, and seen by nobody."""
        bench = bench_of(Resend.LOOKUP)
        bench.switch.before("vendor.preflight", Later("the answer cannot be read"), times=10_000)
        order = bench.order_placed()
        bench.run()
        (item,) = bench.attention()
        assert item["cause"] == "vendor_refused"
        assert "the answer cannot be read" in item["problems"][0]["what"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)

    def test_a_look_up_that_never_gets_an_answer_is_shown_to_a_person_while_its_vendor_is_well(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.after("vendor.submit", Unclear("cut off"))
        bench.switch.before("vendor.find", Later("the answer cannot be read"), times=10_000)
        order = bench.order_placed()
        bench.run()
        assert [item["cause"] for item in bench.attention()] == ["unconfirmed"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)

    def test_a_quick_retry_still_waits_until_the_last_attempt_must_show(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.before("vendor.submit", Unclear("500"), times=19)
        bench.switch.after("vendor.submit", Unclear("500"))
        order = bench.order_placed()
        while not bench.attention():
            bench.work() or bench.clock.set(bench.next_moment())
        assert len(bench.vendor.made) == 1
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)

    @pytest.mark.parametrize("made", [True, False])
    def test_what_is_unconfirmed_is_looked_for_before_it_counts_as_cancelled(self, made: bool) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.before("vendor.submit", Unclear("500"), times=20 - made)
        if made:
            bench.switch.after("vendor.submit", Unclear("500"), nth=1)
        order = bench.order_placed()
        bench.run(timedelta(days=2))
        assert [item["cause"] for item in bench.attention()] == ["unconfirmed"]
        assert len(bench.vendor.made) == made
        bench.switch.clear()
        assert bench.click("cancel", order.order_id)["ok"]
        bench.run()
        assert the_job(bench, order).state is JobState.CANCELLED
        assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED] * made

    @pytest.mark.parametrize("made", [True, False])
    def test_a_doubt_that_outlasts_the_orders_content_is_led_out_of_by_a_person(self, made: bool) -> None:
        """Without its content it can neither be looked for nor sent: no click may lead back to where it was."""
        bench = bench_of(Resend.LOOKUP)
        (bench.switch.after if made else bench.switch.before)("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        for queue in (Queue.INTAKE, Queue.DISPATCH):
            bench.work_one(queue)
        bench.orders.forget_bodies()
        bench.run()
        assert [item["cause"] for item in bench.attention()] == ["unconfirmed"]
        if made:
            assert bench.click("mark_sent", order.order_id, vendor_ref="V1")["ok"]
        else:
            assert bench.click("resend", order.order_id)["ok"]
            bench.run()
            assert [item["cause"] for item in bench.attention()] == ["preflight"]
            assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        sent_once(bench, order)


class TestLease:
    def test_a_lease_that_runs_out_in_mid_send_hands_over_without_a_second_order(self) -> None:
        """The first worker is gone for good, long after its request went out."""
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()

        def a_long_wait() -> None:
            bench.clock.passes(seconds=125)
            for _ in range(3):
                bench.sweep_now()
                bench.work_one(Queue.DISPATCH)
            raise Crash

        bench.switch.after("vendor.submit", a_long_wait)
        bench.run()
        sent_once(bench, order)
        assert bench.switch.calls.count("vendor.submit") == 1

    def test_a_late_finish_loses_against_the_one_who_took_over(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()

        def somebody_takes_over() -> None:
            bench.clock.passes(seconds=400)
            bench.sweep_now()
            bench.work_one(Queue.DISPATCH)

        bench.switch.after("vendor.submit", somebody_takes_over)
        bench.run()
        sent_once(bench, order)

    @pytest.mark.parametrize("answer", [Unclear("cut off"), Busy("slow down"), Refused("no"), Denied("who")])
    def test_a_late_answer_that_is_no_good_does_not_undo_what_was_found_out(self, answer: Exception) -> None:
        bench = bench_of(Resend.LOOKUP)
        order = bench.order_placed()

        def somebody_takes_over() -> None:
            bench.clock.passes(seconds=400)
            bench.sweep_now()
            bench.work_one(Queue.DISPATCH)
            assert the_job(bench, order).state is JobState.SENT
            raise answer

        bench.switch.after("vendor.submit", somebody_takes_over)
        while not bench.switch.fired:
            bench.work()
        sent_once(bench, order)
        bench.run(at_least=timedelta(hours=1))
        sent_once(bench, order)

    def test_a_worker_that_got_ready_too_slowly_does_not_begin(self) -> None:
        bench = bench_of(Resend.LOOKUP)
        bench.switch.after("vendor.preflight", lambda: bench.clock.passes(seconds=100))
        order = bench.order_placed()
        bench.run()
        sent_once(bench, order)
        assert bench.switch.calls.count("vendor.preflight") == 2
