"""Reprints: made once for each time a person asks, and never because of anything else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.job import Job, JobState, VendorParcel, VendorPhase
from platen.domain.order import Line, Order, Payment
from platen.domain.record import OrderState
from platen.domain.verdicts import Unclear
from platen.messages import Queue
from tests.fakes import Crash, Lost
from tests.support.presses import PressesBench, a_line
from tests.support.stall import ANYWHERE, SEARCHABLE


def sent(*lines: Line, resend: Resend = Resend.LOOKUP) -> tuple[PressesBench, Order]:
    bench = PressesBench(2, resend)
    order = bench.ordered(*(lines or (a_line("a", 1, 2), a_line("b", 1, 1))))
    bench.run()
    return bench, order


def shipped(*lines: Line) -> tuple[PressesBench, Order]:
    bench, order = sent(*lines)
    bench.ships(order)
    assert bench.now_of(order).head.state is OrderState.DONE
    return bench, order


def job(bench: PressesBench, order: Order, job_id: str = "2") -> Job:
    return bench.now_of(order).jobs[job_id]


def made_of(bench: PressesBench) -> list[dict[str, int]]:
    return [one.lines for one in bench.vendor.made]


class TestMadeOnce:
    def test_under_an_id_of_its_own_with_what_the_person_named(self) -> None:
        bench, order = shipped()
        assert bench.reprint(order, a=1)["ok"]
        bench.run()
        assert made_of(bench) == [{"a": 2, "b": 1}, {"a": 1}]
        assert job(bench, order).external_id == f"1-{order.order_id}-2-R1"
        assert (job(bench, order).reprint_of, job(bench, order).reason) == ("1", "lost on its way")
        assert bench.now_of(order).head.state is OrderState.OPEN

    def test_all_of_it_where_nothing_is_named(self) -> None:
        bench, order = shipped()
        assert bench.reprint(order, "")["ok"]
        bench.run()
        assert made_of(bench) == [{"a": 2, "b": 1}] * 2

    @pytest.mark.parametrize("lines", [{"a": 3}, {"c": 1}, {"a": 1, "c": 1}])
    def test_no_more_than_was_made(self, lines: dict[str, int]) -> None:
        bench, order = shipped()
        answer = bench.reprint(order, **lines)
        assert not answer["ok"]
        assert "at most 2" in answer["error"]["message"]
        bench.run()
        assert len(bench.vendor.made) == 1

    def test_pressed_twice_it_is_made_once(self) -> None:
        bench, order = shipped()
        assert bench.reprint(order)["ok"]
        again = bench.reprint(order)
        assert not again["ok"]
        assert "job 1" in again["error"]["message"].lower()
        bench.run()
        assert not bench.reprint(order)["ok"], "the first one is on its way"
        assert len(bench.vendor.made) == 2

    def test_pressed_again_after_a_lost_answer_it_is_made_once(self) -> None:
        bench, order = shipped()
        bench.switch.after("orders.save", Lost())
        with pytest.raises(Lost):
            bench.reprint(order)
        assert not bench.reprint(order)["ok"]
        bench.run(at_least=timedelta(hours=1))
        assert made_of(bench) == [{"a": 2, "b": 1}] * 2

    def test_of_a_reprint_that_was_lost_too(self) -> None:
        bench, order = shipped()
        for number in (1, 2, 3):
            assert bench.reprint(order, f"job {number}")["ok"]
            bench.run()
            bench.ships(order)
        names = [one.external_id for one in bench.vendor.made]
        assert [name.rpartition("-")[2] for name in names[1:]] == ["R1", "R2", "R3"]
        assert len(set(names)) == 4
        assert len(bench.shown(order)) == 1, "the buyer's goods were shown once"
        assert bench.now_of(order).head.state is OrderState.DONE

    def test_ten_times_it_is_never_refused_as_too_many(self) -> None:
        bench, order = shipped()
        for _ in range(10):
            assert bench.reprint(order)["ok"]
            bench.run()
            bench.changed(order, tags=("looked",))
            bench.ships(order)
        assert len(bench.vendor.made) == 11
        assert bench.causes() == []
        bench.no_doubles()


class TestWhichJobs:
    @pytest.mark.parametrize("phase", [VendorPhase.WAITING, VendorPhase.IN_PRODUCTION, VendorPhase.FAILED])
    def test_what_the_vendor_has_or_had(self, phase: VendorPhase) -> None:
        bench, order = sent()
        bench.vendor.made[0].phase = phase
        bench.heard()
        assert bench.reprint(order)["ok"]
        bench.run()
        assert len(bench.vendor.made) == 2

    def test_not_what_was_never_sent(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a"))
        bench.work_one(Queue.INTAKE)
        answer = bench.reprint(order)
        assert not answer["ok"]
        assert "ready" in answer["error"]["message"]
        bench.run()
        assert len(bench.vendor.made) == 1

    def test_not_what_may_be_there(self) -> None:
        bench = PressesBench(2, Resend.NONE)
        bench.switch.before("vendor.submit", Unclear("cut off"))
        order = bench.ordered(a_line("a"))
        bench.run()
        assert bench.causes() == ["unconfirmed"]
        assert not bench.reprint(order)["ok"]

    def test_not_what_a_person_cancelled(self) -> None:
        bench, order = sent()
        assert bench.click("cancel", order.order_id, "job 1")["ok"]
        bench.run()
        assert not bench.reprint(order)["ok"]

    def test_a_failed_one_beside_its_reprint_is_given_up_or_made_anew_by_a_person_only(self) -> None:
        bench, order = sent()
        bench.vendor.made[0].phase = VendorPhase.FAILED
        bench.heard()
        assert bench.reprint(order)["ok"]
        bench.run(at_least=timedelta(hours=8))
        assert bench.causes() == ["vendor_failed"]
        assert bench.click("cancel", order.order_id, "job 1")["ok"]
        bench.run()
        bench.ships(order)
        assert bench.now_of(order).head.state is OrderState.DONE
        assert list(bench.shown(order).values()) == [{"a": 2, "b": 1}], "the reprint is what the buyer gets"
        assert len(bench.vendor.made) == 2

    def test_the_only_job_that_can_be_meant_is_meant_and_two_are_asked_about(self) -> None:
        bench, order = sent(a_line("a", 1), a_line("b", 2))
        answer = bench.reprint(order, "")
        assert not answer["ok"]
        assert "job 1 (press)" in answer["error"]["message"]
        assert bench.reprint(order, "job 2")["ok"]
        bench.run()
        assert [len(vendor.made) for vendor in bench.vendors.values()] == [1, 2]


class TestTheOrderMeanwhile:
    def test_it_goes_where_the_buyer_lives_now(self) -> None:
        bench, order = shipped()
        moved = order.but(ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.store.orders[order.store_order_id] = moved  # and no webhook came
        bench.told.clear()
        assert bench.reprint(order)["ok"]
        bench.run()
        assert [request.order.ship_to and request.order.ship_to.city for request in bench.told] == ["Elsewhere"]
        assert bench.causes() == []

    @pytest.mark.parametrize("call", ["orders.save", "queues.send"])
    def test_also_when_its_message_is_lost(self, call: str) -> None:
        bench, order = shipped()
        bench.store.orders[order.store_order_id] = order.but(ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.told.clear()
        (bench.switch.after if call == "orders.save" else bench.switch.before)(call, Crash())
        with pytest.raises(Crash):
            bench.reprint(order)
        bench.run(at_least=timedelta(hours=1))
        assert [request.order.ship_to and request.order.ship_to.city for request in bench.told] == ["Elsewhere"]
        assert bench.causes() == [], "nothing was changed after it was sent"

    def test_while_its_store_is_away_it_waits_and_nothing_is_sent_blindly(self) -> None:
        bench, order = shipped()
        bench.store.orders[order.store_order_id] = order.but(ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.told.clear()
        bench.switch.before("store.fetch", Unclear("cut off"), times=1000)
        assert bench.reprint(order)["ok"]
        bench.run(timedelta(hours=2))
        assert bench.told == []
        bench.switch.clear()
        bench.run(at_least=timedelta(hours=1))
        bench.do("redrive")
        bench.run(at_least=timedelta(hours=1))
        assert [request.order.ship_to and request.order.ship_to.city for request in bench.told] == ["Elsewhere"]

    def test_without_an_address_it_waits_for_one(self) -> None:
        bench, order = shipped()
        bench.changed(order, ship_to=None)
        assert bench.reprint(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert len(bench.vendor.made) == 1
        assert bench.causes() == ["ship_to_missing"]
        bench.changed(order)
        bench.run()
        assert len(bench.vendor.made) == 2
        assert bench.causes() == []

    def test_a_move_after_it_was_sent_is_shown(self) -> None:
        bench, order = shipped()
        assert bench.reprint(order)["ok"]
        bench.run()
        bench.changed(order, ship_to=ANYWHERE.but(city="Elsewhere"))
        bench.run()
        assert bench.causes() == ["changed_after_sent"]
        (item,) = bench.attention()
        assert item["place"] == "job 2"

    def test_edits_make_neither_another_print_nor_too_many(self) -> None:
        bench, order = sent()
        assert bench.reprint(order)["ok"]
        bench.run()
        for lines in [
            (a_line("a", 1, 2),),
            (a_line("a", 1, 2), a_line("b", 1, 1)),
        ]:
            bench.changed(order, lines=lines)
            bench.run()
        assert [item["place"] for item in bench.attention()] == ["job 1"], "of the reprint nothing is too many"
        assert len(bench.vendor.made) == 2
        bench.changed(order, lines=(a_line("a", 1, 5), a_line("b", 1, 1)))
        bench.run()
        assert made_of(bench)[2:] == [{"a": 3}], "what was added is made, less what was made for the order itself"

    def test_a_line_that_is_gone_from_the_order_is_not_made_of_nothing(self) -> None:
        bench, order = shipped()
        bench.changed(order, lines=(a_line("a", 1, 2),))
        bench.run()
        assert bench.reprint(order)["ok"]
        bench.run()
        assert (bench.causes(), len(bench.vendor.made)) == (["print_details"], 1)
        assert bench.click("cancel", order.order_id, "job 2")["ok"]
        assert bench.reprint(order, a=2)["ok"]
        bench.run()
        assert made_of(bench)[1:] == [{"a": 2}]

    def test_a_refund_does_not_stop_what_a_person_wants_made(self) -> None:
        bench, order = shipped()
        bench.changed(order, payment=Payment.REFUNDED)
        assert bench.reprint(order)["ok"]
        bench.run()
        assert len(bench.vendor.made) == 2

    def test_of_a_cancelled_order_nothing_is_made_again(self) -> None:
        bench, order = shipped()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        answer = bench.reprint(order)
        assert not answer["ok"]
        assert "cancelled" in answer["error"]["message"]

    def test_cancelled_before_the_reprint_is_sent_it_is_taken_back(self) -> None:
        bench, order = shipped()
        bench.changed(order, cancelled_at=bench.clock.now())
        assert bench.reprint(order)["ok"], "nobody has heard of the cancel yet"
        bench.run()
        assert len(bench.vendor.made) == 1
        assert job(bench, order).state is JobState.CANCELLED

    def test_cancelled_after_it_was_sent_it_is_cancelled_at_its_vendor(self) -> None:
        bench, order = sent()
        assert bench.reprint(order)["ok"]
        bench.run()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        assert [one.phase for one in bench.vendor.made] == [VendorPhase.CANCELLED] * 2
        assert bench.now_of(order).head.state is OrderState.CANCELLED

    def test_called_off_at_the_same_moment_one_of_the_two_is_told_to_look_again(self) -> None:
        bench, order = sent()

        def the_order_is_called_off() -> None:
            assert bench.call_off(order)["ok"]

        bench.switch.before("orders.save", the_order_is_called_off)
        answer = bench.reprint(order)
        assert answer["error"]["code"] == "conflict"
        bench.run()
        assert len(bench.vendor.made) == 1
        assert bench.now_of(order).head.state is OrderState.CANCELLED


class TestWhatTheStoreShows:
    def test_goods_that_it_shows_already_are_not_shown_again(self) -> None:
        bench, order = shipped()
        before = dict(bench.shown(order))
        assert bench.reprint(order)["ok"]
        bench.run()
        bench.ships(order)
        assert bench.shown(order) == before
        assert bench.now_of(order).head.state is OrderState.DONE
        assert bench.causes() == []

    def test_a_reprint_that_arrives_first_is_shown_and_the_first_print_is_not_shown_beside_it(self) -> None:
        bench, order = sent()
        assert bench.reprint(order)["ok"]
        bench.run()
        first, again = bench.vendor.made
        again.phase = VendorPhase.SHIPPED
        again.parcels.append(VendorParcel(tracking="T-again"))
        bench.heard()
        assert bench.shown(order) == {"T-again": {"a": 2, "b": 1}}
        first.phase = VendorPhase.SHIPPED
        first.parcels.append(VendorParcel(tracking="T-first"))
        bench.heard()
        assert bench.shown(order) == {"T-again": {"a": 2, "b": 1}}
        assert bench.causes() == [], "the store has no room for the goods a second time"
        assert bench.now_of(order).head.state is OrderState.DONE

    def test_of_a_job_whose_sister_still_makes_more_of_the_same_line(self) -> None:
        """The store has room for three: two are shown, one is still to come, and that room is not the reprint's."""
        bench, order = sent(a_line("a", 1, 2))
        bench.ships(order)
        bench.changed(order, lines=(a_line("a", 1, 3),))
        bench.run()
        assert bench.reprint(order, "job 1")["ok"]
        bench.run()
        for one in bench.vendor.made[1:]:
            one.phase = VendorPhase.SHIPPED
        bench.vendor.made[2].parcels.append(VendorParcel(tracking="T-reprint"))
        bench.heard()
        assert len(bench.shown(order)) == 1
        bench.vendor.made[1].parcels.append(VendorParcel(tracking="T-sister"))
        bench.heard()
        assert bench.causes() == []
        assert sum(goods["a"] for goods in bench.shown(order).values()) == 3
        assert "T-reprint" not in bench.shown(order)

    @pytest.mark.parametrize("unfulfilled", [0, 1, 2])
    def test_whatever_the_store_counts_as_shipped_nothing_is_planned_because_of_it(self, unfulfilled: int) -> None:
        bench, order = shipped(a_line("a", 1, 2))
        assert bench.reprint(order)["ok"]
        bench.run()
        bench.ships(order)
        bench.changed(order, lines=(a_line("a", 1, 2).but(unfulfilled=unfulfilled),))
        bench.run(at_least=timedelta(hours=8))
        assert len(bench.vendor.made) == 2
        assert bench.causes() == []
        assert len(bench.now_of(order).jobs) == 2

    def test_tracking_that_comes_later_is_kept_and_not_told(self) -> None:
        bench, order = shipped()
        assert bench.reprint(order)["ok"]
        bench.run()
        again = bench.vendor.made[1]
        again.phase = VendorPhase.SHIPPED
        again.parcels.append(VendorParcel(carrier="Post"))
        bench.heard()
        again.parcels[:] = [VendorParcel(carrier="Post", tracking="T-late")]
        bench.heard()
        assert "T-late" not in bench.shown(order)
        (quiet,) = [one for one in bench.now_of(order).shipments.values() if one.job_id == "2"]
        assert (quiet.parcel.tracking, quiet.quiet) == ("T-late", True)
        assert bench.now_of(order).head.state is OrderState.DONE


class TestAnOrderThatIsGone:
    def test_waits_for_a_person_who_may_have_it_made_as_it_was(self) -> None:
        """Older than the store shows, or deleted there."""
        bench, order = shipped()
        del bench.store.orders[order.store_order_id]
        bench.told.clear()
        assert bench.reprint(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert (bench.causes(), bench.told) == (["store_lost_it"], [])
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert [request.order.ship_to for request in bench.told] == [order.ship_to]
        assert bench.causes() == []

    def test_with_its_content_no_longer_kept_the_person_hears_that(self) -> None:
        bench, order = shipped()
        del bench.store.orders[order.store_order_id]
        bench.orders.forget_bodies()
        assert bench.reprint(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.causes() == ["store_lost_it"]
        answer = bench.click("release", order.order_id)
        assert not answer["ok"]
        assert "not kept any more" in answer["error"]["message"]
        assert bench.click("cancel", order.order_id, "job 2")["ok"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert len(bench.vendor.made) == 1
        assert bench.now_of(order).head.state is OrderState.DONE

    def test_content_that_is_not_kept_is_read_anew_from_the_store(self) -> None:
        bench, order = shipped()
        bench.orders.forget_bodies()
        assert bench.reprint(order)["ok"]
        bench.run()
        assert len(bench.vendor.made) == 2


def calls_of_a_reprint(resend: Resend) -> list[str]:
    bench, order = sent(resend=resend)
    bench.switch.calls.clear()
    bench.reprint(order)
    bench.run()
    return bench.switch.calls


CRASHES = [
    (number, side, policy)
    for policy in SEARCHABLE
    for number, call in enumerate(calls_of_a_reprint(policy))
    if call != "connections.all"  # the bench's own look
    for side in ("before", "after")
]


@pytest.mark.parametrize(("number", "side", "policy"), CRASHES)
def test_wherever_a_worker_or_the_operator_is_gone_it_is_made_once(number: int, side: str, policy: Resend) -> None:
    bench, order = sent(resend=policy)
    (bench.switch.before if side == "before" else bench.switch.after)("*", Crash(), nth=number + 1)
    pressed = False
    try:
        pressed = bench.reprint(order)["ok"]
    except Crash:
        pressed = "2" in bench.now_of(order).jobs
    bench.run(timedelta(hours=8), at_least=timedelta(hours=1))
    bench.switch.clear()
    if not pressed:
        assert len(bench.vendor.made) == 1
        assert bench.reprint(order)["ok"]
        bench.run(timedelta(hours=8), at_least=timedelta(hours=1))
    assert made_of(bench) == [{"a": 2, "b": 1}] * 2
    assert bench.causes() == []
    assert not bench.queues.dead()
    bench.no_doubles()
