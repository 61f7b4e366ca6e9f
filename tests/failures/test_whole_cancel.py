"""A person calls a whole order off: nothing more is sent, each vendor is asked, then the store is told, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from platen.connectors import Resend
from platen.domain.job import Job, JobState, VendorPhase
from platen.domain.order import Address, Order, Payment
from platen.domain.record import CancelWish, OrderHead, OrderState
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from platen.messages import Queue, VendorHint
from platen.usecases.dispatch import LEASE
from tests.fakes import Crash, Lost
from tests.support.presses import PressesBench, a_line
from tests.support.stall import SAFE, SEARCHABLE


def sent(count: int = 2, resend: Resend = Resend.LOOKUP) -> tuple[PressesBench, Order]:
    bench = PressesBench(count, resend)
    order = bench.ordered(*(a_line(str(place), place) for place in range(1, count + 1)))
    bench.run()
    return bench, order


def wish_of(bench: PressesBench, order: Order) -> CancelWish:
    wish = bench.now_of(order).head.cancel
    assert wish
    return wish


def called_off(bench: PressesBench, order: Order) -> None:
    """Nothing is made of it, its store shows it cancelled, and that was read there."""
    record = bench.now_of(order)
    assert {job.state for job in record.jobs.values()} <= {JobState.CANCELLED}
    assert bench.made() == []
    assert record.head.state is OrderState.CANCELLED
    assert bench.store.orders[order.store_order_id].cancelled_at
    assert bench.store.cancels == [order.store_order_id]
    assert wish_of(bench, order).told_at
    assert bench.causes() == []
    assert not bench.queues.dead()
    assert record.head.look_at is None, "there is nothing left to look for"


def phases(bench: PressesBench) -> list[VendorPhase]:
    return [one.phase for vendor in bench.vendors.values() for one in vendor.made]


class TestTheWay:
    @pytest.mark.parametrize("count", [1, 2, 5])
    def test_each_vendor_is_asked_and_then_the_store_is_told(self, count: int) -> None:
        bench, order = sent(count)
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)
        assert phases(bench) == [VendorPhase.CANCELLED] * count

    def test_before_anything_was_sent_nothing_is(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1", 1), a_line("2", 2))
        bench.work_one(Queue.INTAKE)
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)
        assert phases(bench) == []

    def test_without_the_store_it_is_left_alone_there(self) -> None:
        bench, order = sent()
        assert bench.call_off(order, at_store=False, refund=False)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.now_of(order).head.state is OrderState.CANCELLED
        assert (bench.store.cancels, bench.made()) == ([], [])
        bench.changed(order, ship_to=(order.ship_to or Address()).but(city="Elsewhere"))
        bench.run(at_least=timedelta(hours=1))
        assert bench.made() == [], "an edit of what was called off starts nothing anew"

    def test_the_store_is_not_told_while_anything_is_still_made(self) -> None:
        bench, order = sent()
        bench.vendors["press-2"].switch.before("vendor.cancel", Unreachable("no way there"), times=1000)
        assert bench.call_off(order)["ok"]
        bench.run(timedelta(hours=3))
        assert phases(bench) == [VendorPhase.CANCELLED, VendorPhase.WAITING]
        assert bench.store.cancels == []
        assert bench.now_of(order).head.state is OrderState.OPEN, "it is not cancelled yet"
        bench.vendors["press-2"].switch.clear()
        bench.run()
        called_off(bench, order)

    def test_a_vendor_that_takes_its_time_is_believed_when_it_has_done_it(self) -> None:
        bench, order = sent()
        bench.vendor.slow_cancels = True
        assert bench.call_off(order)["ok"]
        bench.run(timedelta(hours=1))
        assert bench.now_of(order).jobs["1"].cancel_wanted
        assert bench.store.cancels == []
        bench.vendor.made[0].phase = VendorPhase.CANCELLED
        bench.heard()
        called_off(bench, order)

    def test_its_story_says_who_and_why(self) -> None:
        bench, order = sent()
        bench.call_off(order)
        bench.run()
        story = str(bench.do("order", order=order.order_id)["order"]["story"])
        assert "bought twice" in story
        assert "tester" in story


class TestPressedAgain:
    def test_while_it_is_on_its_way_it_changes_nothing(self) -> None:
        bench, order = sent()
        for _ in range(3):
            assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)

    def test_while_the_store_is_at_it_the_store_is_not_asked_again(self) -> None:
        bench, order = sent()
        bench.store.cancels_in_vain = 1
        assert bench.call_off(order)["ok"]
        while bench.work():
            pass
        assert wish_of(bench, order).asked_at
        assert bench.call_off(order)["ok"]
        while bench.work():
            pass
        assert bench.switch.calls.count("store.cancel") == 1
        bench.run()
        called_off(bench, order)

    def test_once_it_is_over_it_is_refused(self) -> None:
        bench, order = sent()
        bench.call_off(order)
        bench.run()
        answer = bench.call_off(order)
        assert not answer["ok"]
        assert "already" in answer["error"]["message"]

    def test_what_the_store_cancelled_is_refused(self) -> None:
        bench, order = sent()
        bench.changed(order, cancelled_at=bench.clock.now())
        bench.run()
        assert not bench.call_off(order)["ok"]

    def test_what_has_shipped_is_refused(self) -> None:
        bench, order = sent()
        bench.ships(order)
        answer = bench.call_off(order)
        assert not answer["ok"]
        assert "shipped" in answer["error"]["message"]

    def test_what_was_called_off_is_not_sent_again_by_a_click(self) -> None:
        bench, order = sent()
        bench.vendor.switch.before("vendor.cancel", Refused("too late"))
        bench.call_off(order)
        bench.run()
        assert bench.causes() == ["cancel_refused"]
        assert bench.click("release", order.order_id)["ok"]
        bench.vendor.made[0].phase = VendorPhase.FAILED
        bench.heard()
        assert bench.causes() == ["vendor_failed"]
        assert not bench.click("resend", order.order_id)["ok"]
        assert bench.click("cancel", order.order_id)["ok"]
        bench.run()
        called_off(bench, order)
        assert len(bench.vendor.made) == 1


def test_releasing_another_trouble_does_not_take_the_cancel_back() -> None:
    bench, order = sent(1)
    bench.changed(order, ship_to=(order.ship_to or Address()).but(city="Elsewhere"))
    bench.run()
    assert bench.causes() == ["changed_after_sent"]
    bench.clock.passes(minutes=1)
    bench.switch.before("vendor.cancel", Unreachable("no way there"))
    assert bench.call_off(order)["ok"]
    assert bench.click("release", order.order_id)["ok"]
    bench.run()
    called_off(bench, order)


class TestOrdersThatStandStill:
    def test_unpaid(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1"), payment=Payment.PENDING)
        bench.run(timedelta(hours=1))
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)
        bench.changed(bench.store.orders[order.store_order_id], payment=Payment.PAID)
        bench.run()
        assert bench.made() == []

    @pytest.mark.parametrize("changes", [{"ship_to": None}, {"lines": (a_line("1", 9),)}, {"lines": ()}])
    def test_in_attention_or_with_nothing_to_make(self, changes: dict[str, object]) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1"), **changes)
        bench.run(timedelta(hours=1))
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)

    @pytest.mark.parametrize("rules", [{"artwork": "stop"}, {"class_fallback": "stop", "default_class": "X"}])
    def test_a_job_that_waits_for_a_person_is_taken_back(self, rules: dict[str, object]) -> None:
        bench = PressesBench(2)
        bench.rules(**rules)
        bench.artwork.files["u"] = bench.artwork.look("").but(reachable=False)
        order = bench.ordered(a_line("1", print_url="u"), a_line("2", 2))
        bench.run()
        assert len(bench.causes()) == 1
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)

    @pytest.mark.parametrize("there", [True, False])
    def test_a_job_of_which_nobody_knows_is_looked_for_by_the_person(self, there: bool) -> None:
        bench = PressesBench(2, Resend.NONE)
        (bench.switch.after if there else bench.switch.before)("vendor.submit", Unclear("cut off"))
        order = bench.ordered(a_line("1"))
        bench.run()
        assert bench.causes() == ["unconfirmed"]
        assert bench.call_off(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.causes() == ["unconfirmed"]
        assert bench.store.cancels == [], "something may be made of it"
        assert not bench.click("resend", order.order_id)["ok"]
        if there:
            assert bench.click("mark_sent", order.order_id, vendor_ref=bench.vendor.made[0].ref)["ok"]
        else:
            assert bench.click("cancel", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        called_off(bench, order)

    @pytest.mark.parametrize("policy", SEARCHABLE)
    @pytest.mark.parametrize("there", [True, False])
    def test_a_job_in_doubt_is_looked_for_and_never_sent(self, there: bool, policy: Resend) -> None:
        bench = PressesBench(2, policy)
        (bench.switch.after if there else bench.switch.before)("vendor.submit", Unclear("cut off"))
        order = bench.ordered(a_line("1"))
        while not bench.switch.fired:
            bench.work()
        assert bench.call_off(order)["ok"]
        bench.run()
        called_off(bench, order)
        assert bench.switch.calls.count("vendor.submit") == 1


class TestAVendorThatSaysNo:
    @pytest.fixture
    def refused(self) -> tuple[PressesBench, Order]:
        """The second vendor has no way to cancel, or is too far."""
        bench, order = sent()
        bench.vendors["press-2"].switch.before("vendor.cancel", Refused("ask by telephone"), times=1000)
        assert bench.call_off(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        return bench, order

    def test_is_seen_by_a_person_and_the_store_is_not_told(self, refused: tuple[PressesBench, Order]) -> None:
        bench, order = refused
        (item,) = bench.attention()
        assert (item["cause"], item["place"]) == ("cancel_refused", "job 2")
        assert "ask by telephone" in item["problems"][0]["what"]
        assert bench.store.cancels == []
        assert bench.now_of(order).jobs["1"].state is JobState.CANCELLED, "the other one is cancelled nevertheless"

    def test_cancelled_there_by_hand_the_rest_goes_its_way(self, refused: tuple[PressesBench, Order]) -> None:
        bench, order = refused
        bench.vendors["press-2"].made[0].phase = VendorPhase.CANCELLED
        assert bench.click("mark_cancelled", order.order_id)["ok"]
        bench.run()
        called_off(bench, order)

    def test_cancelled_there_by_hand_the_news_are_enough(self, refused: tuple[PressesBench, Order]) -> None:
        bench, order = refused
        bench.vendors["press-2"].made[0].phase = VendorPhase.CANCELLED
        bench.heard()
        called_off(bench, order)

    def test_marked_as_cancelled_and_shipped_all_the_same_it_is_shown(
        self, refused: tuple[PressesBench, Order]
    ) -> None:
        bench, order = refused
        assert bench.click("mark_cancelled", order.order_id)["ok"]
        bench.run()
        bench.ships(order, "press-2")
        bench.queues.put_raw(Queue.SHIPMENTS, _news("press-2", bench.vendors["press-2"].made[0].external_id))
        bench.run()
        assert "cancelled_after_shipped" in bench.causes()

    def test_let_go_on_it_is_made_and_shipped_and_that_the_store_was_not_told_is_shown(
        self, refused: tuple[PressesBench, Order]
    ) -> None:
        bench, order = refused
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert (bench.causes(), bench.store.cancels) == ([], [])
        bench.ships(order, "press-2")
        assert bench.causes() == ["cancelled_after_shipped"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.now_of(order).head.state is OrderState.DONE
        assert bench.store.cancels == []
        assert bench.now_of(order).head.look_at is None, "it is not looked at for ever"

    def test_a_retry_asks_once_more(self, refused: tuple[PressesBench, Order]) -> None:
        bench, order = refused
        bench.vendors["press-2"].switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        called_off(bench, order)


def _news(vendor: str, external_id: str) -> str:
    return VendorHint(connection=vendor, external_id=external_id).model_dump_json()


class TestOnePartHasShipped:
    def test_before_the_wish(self) -> None:
        bench, order = sent()
        bench.ships(order, "press")
        assert bench.call_off(order)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.now_of(order).jobs["2"].state is JobState.CANCELLED
        assert bench.store.cancels == []
        (item,) = bench.attention()
        assert item["cause"] == "cancelled_after_shipped"
        assert "job 1 (press)" in item["problems"][0]["what"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.now_of(order).head.state is OrderState.DONE
        assert bench.now_of(order).head.look_at is None

    def test_while_it_is_cancelled(self) -> None:
        bench, order = sent()
        bench.switch.before("vendor.cancel", Unreachable("no way there"))
        assert bench.call_off(order)["ok"]
        bench.ships(order, "press")
        assert bench.causes() == ["cancel_refused"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert bench.causes() == ["cancelled_after_shipped"], "what comes of the wish at the store is said, too"
        assert bench.store.cancels == []
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert bench.now_of(order).head.state is OrderState.DONE


class TestAStoreInTrouble:
    def test_a_no_is_shown_and_a_retry_tells_it_again(self) -> None:
        bench, order = sent()
        bench.switch.before("store.cancel", Refused("it is archived"))
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=2))
        (item,) = bench.attention()
        assert (item["cause"], item["place"]) == ("store_refused", "order")
        assert "archived" in item["problems"][0]["what"]
        assert bench.now_of(order).head.state is OrderState.ATTENTION
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        called_off(bench, order)

    def test_a_no_that_is_released_is_left_to_the_person(self) -> None:
        bench, order = sent()
        bench.switch.before("store.cancel", Refused("it is archived"), times=1000)
        bench.call_off(order)
        bench.run()
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=3))
        assert bench.now_of(order).head.state is OrderState.CANCELLED
        assert bench.switch.calls.count("store.cancel") == 1
        assert bench.now_of(order).head.look_at is None

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("times", [1, 2])
    def test_an_unclear_answer_is_cleared_up_by_reading(self, side: str, times: int) -> None:
        bench, order = sent()
        (bench.switch.before if side == "before" else bench.switch.after)(
            "store.cancel", Unclear("cut off"), times=times
        )
        bench.call_off(order)
        bench.run()
        called_off(bench, order)

    @pytest.mark.parametrize("verdict", [Busy("slow down"), Unreachable("no way there"), Denied("who are you")])
    def test_one_that_is_away_is_told_when_it_is_back(self, verdict: Exception) -> None:
        bench, order = sent()
        bench.clock.passes(days=2)  # an old order is not looked at often; this one is
        bench.switch.before("store.cancel", verdict, times=3)
        bench.call_off(order)
        begun = bench.clock.now()
        bench.run()
        called_off(bench, order)
        assert bench.clock.now() - begun < timedelta(hours=2)

    def test_one_that_takes_the_cancel_and_does_it_at_the_second_asking(self) -> None:
        bench, order = sent()
        bench.store.cancels_in_vain = 1
        bench.call_off(order)
        bench.run()
        called_off(bench, order)

    def test_one_that_takes_it_and_never_does_it_is_shown(self) -> None:
        bench, order = sent()
        bench.store.cancels_in_vain = 1000
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=6))
        assert bench.causes() == ["store_refused"]
        assert bench.switch.calls.count("store.cancel") == 3
        bench.store.cancels_in_vain = 0
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        called_off(bench, order)

    def test_one_that_never_answers_is_shown(self) -> None:
        bench, order = sent()
        bench.switch.before("store.cancel", Unclear("cut off"), times=1000)
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=6))
        assert bench.causes() == ["store_refused"]

    def test_one_that_has_lost_the_order_asks_a_person_and_not_itself_for_ever(self) -> None:
        bench, order = sent()
        lost = bench.store.orders.pop(order.store_order_id)
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=2))
        assert bench.causes() == ["store_lost_it"]
        before = bench.switch.calls.count("store.fetch")
        bench.run(at_least=timedelta(hours=10))
        assert bench.switch.calls.count("store.fetch") == before
        assert bench.click("release", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=2))
        assert (bench.made(), bench.causes()) == ([], [])
        assert bench.now_of(order).head.state is OrderState.CANCELLED
        assert lost.cancelled_at is None

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_cancelled_there_by_somebody_else_at_the_same_moment(self, side: str) -> None:
        bench, order = sent()

        def somebody_is_quicker() -> None:
            bench.changed(order, cancelled_at=bench.clock.now())
            bench.work_one(Queue.INTAKE)

        (bench.switch.before if side == "before" else bench.switch.after)("store.cancel", somebody_is_quicker)
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=2))
        assert wish_of(bench, order).told_at
        assert bench.now_of(order).head.state is OrderState.CANCELLED
        assert bench.switch.calls.count("store.cancel") == 1
        assert bench.causes() == []

    def test_refused_because_somebody_else_was_quicker_is_no_trouble(self) -> None:
        bench, order = sent()

        def somebody_is_quicker() -> None:
            bench.changed(order, cancelled_at=bench.clock.now())
            bench.work_one(Queue.INTAKE)
            raise Refused("it is cancelled already")

        bench.switch.before("store.cancel", somebody_is_quicker)
        bench.call_off(order)
        bench.run(at_least=timedelta(hours=2))
        assert bench.causes() == []
        assert bench.now_of(order).head.state is OrderState.CANCELLED


# whatever happens at whatever moment


class Watch:
    """Nothing is sent on a claim that was taken after the wish."""

    def __init__(self, bench: PressesBench) -> None:
        self.bench = bench
        self.wished: datetime | None = None
        bench.orders.on_write = self.written
        for vendor in bench.vendors.values():
            vendor.on_submit = self.submitted

    def written(self, _before: object, after: object) -> None:
        if isinstance(after, OrderHead) and after.cancel and not self.wished:
            self.wished = self.bench.clock.now()

    def submitted(self, asked: Job) -> None:
        assert asked.lease_until
        begun = asked.lease_until - LEASE
        assert not self.wished or begun <= self.wished, "sent though it was called off"


def a_life(bench: PressesBench) -> Order:
    return bench.ordered(a_line("1", 1), a_line("2", 2))


def calls_of_a_life() -> int:
    bench = PressesBench(2)
    a_life(bench)
    while bench.work():
        pass
    return len(bench.switch.calls)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("number", range(calls_of_a_life()))
@pytest.mark.parametrize(
    "trouble",
    [
        None,
        ("before", Unreachable("no way there")),
        ("before", Busy("slow down")),
        ("before", Unclear("cut off")),
        ("after", Unclear("cut off")),
        ("after", Crash()),
    ],
    ids=lambda trouble: f"{trouble[0]} {type(trouble[1]).__name__}" if trouble else "fine",
)
def test_pressed_at_any_moment_of_its_life(
    number: int, side: str, trouble: tuple[str, BaseException] | None
) -> None:
    bench = PressesBench(2)
    Watch(bench)
    pressed: list[bool] = []

    def press() -> None:
        if bench.orders.records():
            pressed.append(bench.call_off(order)["ok"])

    if trouble:
        (bench.switch.before if trouble[0] == "before" else bench.switch.after)("vendor.submit", trouble[1])
    order = a_life(bench)
    (bench.switch.before if side == "before" else bench.switch.after)("*", press, nth=number + 1)
    while not pressed and bench.work():
        pass
    bench.run(timedelta(minutes=1))
    if not any(pressed):
        bench.switch.clear()
        bench.run()
        assert bench.call_off(order)["ok"]
    bench.run()
    called_off(bench, order)
    bench.no_doubles()


def calls_of_a_cancel(policy: Resend) -> list[str]:
    bench, order = sent(resend=policy)
    bench.switch.calls.clear()
    bench.call_off(order)
    bench.run()
    return bench.switch.calls


CRASHES = [
    (number, side, policy)
    for policy in SAFE
    for number in range(len(calls_of_a_cancel(policy)))
    for side in ("before", "after")
]


@pytest.mark.parametrize("gone", [Crash, Lost])
@pytest.mark.parametrize(("number", "side", "policy"), CRASHES)
def test_wherever_a_worker_or_the_operator_is_gone_it_is_called_off(
    number: int, side: str, policy: Resend, gone: Callable[[], BaseException]
) -> None:
    bench, order = sent(resend=policy)
    Watch(bench)
    (bench.switch.before if side == "before" else bench.switch.after)("*", gone(), nth=number + 1)
    with suppress(Crash, Lost):
        bench.call_off(order)
    with suppress(Crash, Lost):  # it may have hit a call of the bench's own
        bench.run(at_least=timedelta(minutes=30))
    bench.switch.clear()
    bench.run(at_least=timedelta(minutes=30))
    if bench.now_of(order).head.cancel is None:
        assert bench.call_off(order)["ok"]
    bench.run(at_least=timedelta(minutes=30))
    called_off(bench, order)
