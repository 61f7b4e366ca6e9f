"""What a person can decide: every action from every cause it fits, clicked once, twice, too late, or wrongly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.attention import ACTIONS, Action, Cause
from platen.domain.job import Job, JobState, VendorOrder, VendorParcel, VendorPhase
from platen.domain.record import OrderState
from platen.messages import Queue, VendorHint
from platen.usecases.track import track
from tests.fakes import Lost
from tests.support.doubles import Made
from tests.support.scenes import (
    SCENES,
    Scene,
    cancel_refused,
    moved,
    sent,
    shipment_unreadable,
    unconfirmed,
    vendor_cancelled,
    vendor_lost_it,
)
from tests.support.stall import StallBench, bench_of, the_job

OUTCOMES: dict[tuple[Cause, Action], int] = {
    (Cause.MOVED_IN, Action.RELEASE): 1,
    (Cause.MOVED_IN, Action.CANCEL): 0,
    (Cause.UNROUTED_LINE, Action.RETRY): 1,
    (Cause.UNROUTED_LINE, Action.RELEASE): 0,
    (Cause.UNROUTED_LINE, Action.CANCEL): 0,
    (Cause.PRINT_DETAILS, Action.RETRY): 1,
    (Cause.PRINT_DETAILS, Action.CANCEL): 0,
    (Cause.SHIP_TO_MISSING, Action.RETRY): 1,
    (Cause.SHIP_TO_MISSING, Action.CANCEL): 0,
    (Cause.SHIP_TO_HIDDEN, Action.RETRY): 1,
    (Cause.SHIP_TO_HIDDEN, Action.CANCEL): 0,
    (Cause.HELD, Action.RELEASE): 1,
    (Cause.HELD, Action.CANCEL): 0,
    (Cause.MAIL_CLASS, Action.RETRY): 1,
    (Cause.MAIL_CLASS, Action.RELEASE): 1,
    (Cause.MAIL_CLASS, Action.CANCEL): 0,
    (Cause.ARTWORK, Action.RETRY): 1,
    (Cause.ARTWORK, Action.RELEASE): 1,
    (Cause.ARTWORK, Action.CANCEL): 0,
    (Cause.PREFLIGHT, Action.RETRY): 1,
    (Cause.PREFLIGHT, Action.CANCEL): 0,
    (Cause.VENDOR_REFUSED, Action.RETRY): 1,
    (Cause.VENDOR_REFUSED, Action.CANCEL): 0,
    (Cause.UNCONFIRMED, Action.RESEND): 1,
    (Cause.UNCONFIRMED, Action.CANCEL): 0,
    (Cause.CHANGED_AFTER_SENT, Action.RELEASE): 1,
    (Cause.CHANGED_AFTER_SENT, Action.CANCEL): 0,
    (Cause.CANCEL_REFUSED, Action.RETRY): 0,
    (Cause.CANCEL_REFUSED, Action.RELEASE): 1,
    (Cause.CHANGED_AFTER_SHIPPED, Action.RELEASE): 1,
    (Cause.CANCELLED_AFTER_SHIPPED, Action.RELEASE): 1,
    (Cause.VENDOR_CANCELLED, Action.RESEND): 1,
    (Cause.VENDOR_CANCELLED, Action.CANCEL): 0,
    (Cause.VENDOR_FAILED, Action.RETRY): 1,
    (Cause.VENDOR_FAILED, Action.RESEND): 1,
    (Cause.VENDOR_FAILED, Action.CANCEL): 0,
    (Cause.VENDOR_SILENT, Action.RELEASE): 1,
    (Cause.VENDOR_SILENT, Action.CANCEL): 0,
    (Cause.VENDOR_LOST_IT, Action.RETRY): 1,
    (Cause.VENDOR_LOST_IT, Action.RESEND): 1,
    (Cause.VENDOR_LOST_IT, Action.CANCEL): 0,
    (Cause.CLOSED_SHORT, Action.RETRY): 1,
    (Cause.CLOSED_SHORT, Action.RELEASE): 0,
    (Cause.CLOSED_SHORT, Action.CANCEL): 0,
    (Cause.SHIPMENT_UNREADABLE, Action.RELEASE): 1,
    (Cause.STORE_REFUSED, Action.RETRY): 1,
    (Cause.STORE_REFUSED, Action.RELEASE): 1,
    (Cause.STORE_LOST_IT, Action.RETRY): 1,
    (Cause.STORE_LOST_IT, Action.RELEASE): 1,
    (Cause.STORE_LOST_IT, Action.CANCEL): 0,
}
"""How many live orders the vendor has for it in the end, when what was wrong was mended before the click."""
ELSEWHERE = {
    (Cause.UNCONFIRMED, Action.RETRY),
    (Cause.UNCONFIRMED, Action.MARK_SENT),
    (Cause.VENDOR_LOST_IT, Action.MARK_SENT),
    (Cause.SHIPMENT_UNREADABLE, Action.RETRY),
    (Cause.CANCEL_REFUSED, Action.MARK_CANCELLED),
}
"""Tried by tests of their own, below."""
_MENDS_IT = (Action.RETRY,)


def test_every_action_of_every_cause_is_tried() -> None:
    assert set(SCENES) == set(Cause)
    assert set(OUTCOMES) | ELSEWHERE == {(cause, action) for cause in Cause for action in ACTIONS[cause]}


@pytest.mark.parametrize("cause", Cause)
def test_a_person_sees_what_is_wrong_and_what_can_be_done(cause: Cause) -> None:
    scene = SCENES[cause]()
    (item,) = scene.bench.attention()
    assert item["cause"] == cause.value
    assert item["actions"] == [action.value for action in ACTIONS[cause]]
    assert item["problems"]
    assert all(len(one["what"]) > 10 for one in item["problems"] if one["what"] != "no such paper")
    assert item["number"] == "#1"
    assert scene.state() is OrderState.ATTENTION


@pytest.mark.parametrize("cause", Cause)
def test_what_waits_for_a_person_sends_nothing_by_itself(cause: Cause) -> None:
    scene = SCENES[cause]()
    scene.bench.switch.clear()
    calls = scene.bench.switch.calls
    before = calls.count("vendor.submit"), calls.count("vendor.cancel"), calls.count("store.make")
    scene.bench.run(timedelta(hours=10), at_least=timedelta(hours=10))
    assert (calls.count("vendor.submit"), calls.count("vendor.cancel"), calls.count("store.make")) == before
    assert scene.causes() == [cause.value]


@pytest.mark.parametrize("clicks", [1, 2, 3])
@pytest.mark.parametrize(("cause", "action"), OUTCOMES)
def test_a_decision_is_done_once_however_often_it_is_clicked(cause: Cause, action: Action, clicks: int) -> None:
    scene = SCENES[cause]()
    if action in _MENDS_IT:
        scene.mend()
    answers = [scene.click(action) for _ in range(clicks)]
    assert answers[0]["ok"], answers[0]
    scene.bench.run(at_least=timedelta(hours=1))
    assert scene.live() == OUTCOMES[cause, action]
    assert scene.causes() == []
    assert not scene.bench.queues.dead()
    assert len(scene.bench.vendor.made) <= 2
    story = str(scene.bench.do("order", order=scene.order.order_id)["order"]["events"])
    assert "tester" in story
    assert action.value in story


@pytest.mark.parametrize(("cause", "action"), OUTCOMES)
def test_a_decision_whose_answer_is_lost_can_be_clicked_again(cause: Cause, action: Action) -> None:
    scene = SCENES[cause]()
    if action in _MENDS_IT:
        scene.mend()
    scene.bench.switch.after("orders.save", Lost())
    with pytest.raises(Lost):
        scene.click(action)
    scene.click(action)
    scene.bench.run(at_least=timedelta(hours=1))
    assert scene.live() == OUTCOMES[cause, action]
    assert scene.causes() == []


@pytest.mark.parametrize("cause", Cause)
def test_what_does_not_fit_is_refused_with_what_would(cause: Cause) -> None:
    scene = SCENES[cause]()
    (item,) = scene.bench.attention()
    before = scene.bench.everything()
    for action in set(Action) - set(ACTIONS[cause]):
        answer = scene.click(action, place=item["place"])
        assert not answer["ok"], f"{action.value} went through"
        assert answer["error"]["code"] == "refused"
        assert any(one.value in answer["error"]["message"] for one in ACTIONS[cause])
    assert scene.bench.everything() == before
    assert scene.bench.queues.waiting() == []


@pytest.mark.parametrize("cause", [Cause.UNROUTED_LINE, Cause.PREFLIGHT, Cause.VENDOR_REFUSED, Cause.STORE_REFUSED])
def test_a_retry_of_what_was_not_mended_waits_again(cause: Cause) -> None:
    scene = SCENES[cause]()
    assert scene.click(Action.RETRY)["ok"]
    scene.bench.run()
    assert scene.causes() == [cause.value]


@pytest.mark.parametrize(("cause", "action"), OUTCOMES)
def test_a_decision_on_what_changed_meanwhile_is_not_taken(cause: Cause, action: Action) -> None:
    """Somebody, or something, wrote between the person's look and their click's own write."""
    scene = SCENES[cause]()
    bench = scene.bench
    calls = bench.switch.calls.count("vendor.submit")

    def something_else_happens() -> None:
        record = bench.orders._load(scene.order.order_id)
        assert record
        for job in record.jobs.values():
            bench.orders.save_job(job, job.but(heard_at=bench.clock.now()))
        for one in record.shipments.values():
            bench.orders.save_shipment(one, one)
        bench.orders._put(record.head.but(version=record.head.version + 1))

    bench.switch.before("orders.save", something_else_happens)
    answer = scene.click(action)
    if answer["ok"]:  # it has nothing to write but its own note
        assert action is Action.RETRY
        return
    assert answer["error"]["code"] == "conflict"
    assert bench.queues.waiting() == []
    assert bench.switch.calls.count("vendor.submit") == calls


class TestUnconfirmed:
    def test_what_cannot_be_asked_cannot_be_retried(self) -> None:
        scene = unconfirmed()
        answer = scene.click(Action.RETRY)
        assert not answer["ok"]
        assert "mark-sent" in answer["error"]["message"]
        scene.bench.run(at_least=timedelta(hours=1))
        assert scene.bench.vendor.made == []

    def test_marked_sent_under_the_number_it_has_there(self) -> None:
        scene = unconfirmed(there=True)
        assert scene.click(Action.MARK_SENT)["ok"]
        assert not scene.click(Action.MARK_SENT)["ok"]
        moved(scene, VendorPhase.SHIPPED, VendorParcel(tracking="T1"))
        assert scene.state() is OrderState.DONE
        assert len(scene.bench.vendor.made) == 1

    def test_without_a_number_it_is_asked_for(self) -> None:
        answer = unconfirmed().click(Action.MARK_SENT)
        assert not answer["ok"]
        assert "--ref" in answer["error"]["message"]

    def test_a_number_the_vendor_does_not_know_is_not_taken(self) -> None:
        scene = unconfirmed(there=True)
        answer = scene.click(Action.MARK_SENT, vendor_ref="V999")
        assert not answer["ok"]
        assert "V999" in answer["error"]["message"]
        assert scene.causes() == ["unconfirmed"]

    def test_the_number_of_another_order_is_not_taken(self) -> None:
        scene = unconfirmed(there=True)
        other = Made("V77", "1001-aaaaaaaaaaaaaaaa-1", {"10": 1}, scene.bench.clock.now())
        scene.bench.vendor.made.append(other)
        answer = scene.click(Action.MARK_SENT, vendor_ref="V77")
        assert not answer["ok"]
        assert "another order" in answer["error"]["message"]
        assert scene.causes() == ["unconfirmed"]


def test_what_the_vendor_lost_can_be_marked_as_being_there_under_another_number() -> None:
    scene = vendor_lost_it()
    job = scene.bench.record(scene.order.order_id).jobs["1"]
    scene.bench.vendor.made.append(Made("V50", job.external_id, {"10": 2}, scene.bench.clock.now()))
    scene.ref = "V50"
    assert scene.click(Action.MARK_SENT)["ok"]
    scene.bench.run(at_least=timedelta(hours=1))
    assert scene.causes() == []
    assert scene.live() == 1


def test_a_parcel_of_unknown_content_cannot_be_retried_only_released() -> None:
    scene = shipment_unreadable()
    answer = scene.click(Action.RETRY)
    assert not answer["ok"]
    assert "release" in answer["error"]["message"]


def test_a_second_person_who_comes_late_changes_nothing() -> None:
    scene = vendor_cancelled()
    assert scene.click(Action.RESEND)["ok"]
    scene.bench.run()
    late = scene.click(Action.RESEND)
    assert not late["ok"]
    assert late["error"]["code"] == "refused"
    scene.bench.run()
    assert len(scene.bench.vendor.made) == 2


def test_what_the_store_cancelled_is_not_made_anew() -> None:
    """Cancelled too late, let go on by a person, and failed by the vendor after that."""
    scene = cancel_refused()
    assert scene.click(Action.RELEASE)["ok"]
    moved(scene, VendorPhase.FAILED)
    assert scene.causes() == ["vendor_failed"]
    answer = scene.click(Action.RESEND)
    assert not answer["ok"]
    assert "cancelled this order" in answer["error"]["message"]
    assert scene.click(Action.CANCEL)["ok"]
    scene.bench.run()
    assert scene.live() == 0
    assert scene.state() is OrderState.CANCELLED


@pytest.mark.parametrize("seen_first", [True, False])
def test_what_a_person_had_cancelled_by_hand_is_over(seen_first: bool) -> None:
    scene = cancel_refused()
    scene.bench.vendor.made[0].phase = VendorPhase.CANCELLED
    if seen_first:
        scene.bench.run(at_least=timedelta(hours=4))  # the vendor's own news say so
    else:
        assert scene.click(Action.MARK_CANCELLED)["ok"]
        scene.bench.run(at_least=timedelta(hours=4))
    assert scene.causes() == []
    assert scene.state() is OrderState.CANCELLED
    assert scene.bench.switch.calls.count("vendor.submit") == 1


def test_what_was_marked_cancelled_and_comes_all_the_same_is_shown_in_the_store() -> None:
    scene = cancel_refused()
    assert scene.click(Action.MARK_CANCELLED)["ok"]
    moved(scene, VendorPhase.SHIPPED, VendorParcel(tracking="T1"))
    record = scene.bench.record(scene.order.order_id)
    hint = VendorHint(connection="press", external_id=record.jobs["1"].external_id)
    scene.bench.queues.put_raw(Queue.SHIPMENTS, hint.model_dump_json())
    scene.bench.run(at_least=timedelta(hours=1))
    assert [one.parcel.tracking for one in scene.bench.record(scene.order.order_id).shipments.values()] == ["T1"]


def test_a_reprint_is_cancelled_under_its_own_name() -> None:
    scene = vendor_cancelled()
    scene.click(Action.RESEND)
    scene.bench.run()
    assert scene.click(Action.CANCEL)["ok"]
    scene.bench.run()
    assert scene.live() == 0
    assert scene.state() is OrderState.CANCELLED


@pytest.mark.parametrize("after", [0, 1])
def test_a_job_that_is_on_its_way_can_be_cancelled_by_a_person(after: int) -> None:
    bench = StallBench(Resend.LOOKUP)
    order = bench.order_placed()
    scene = Scene(bench, order)
    bench.work()
    if after:
        bench.run()
    assert scene.click(Action.CANCEL)["ok"]
    bench.run(at_least=timedelta(hours=1))
    assert scene.live() == 0
    assert scene.state() is OrderState.CANCELLED
    bench.changed(order, email="a@b.example")
    bench.run()
    assert scene.live() == 0, "what a person cancelled was planned again"


def test_the_story_says_when_the_vendor_cancelled() -> None:
    scene = sent()
    scene.bench.changed(scene.order, cancelled_at=scene.bench.clock.now())
    scene.bench.run(at_least=timedelta(hours=1))
    story = [one["what"] for one in scene.bench.do("order", order=scene.order.order_id)["order"]["story"]]
    assert f"press has cancelled {scene.bench.vendor.made[0].ref}" in story


def test_what_was_sent_again_while_its_first_order_was_read_keeps_its_second_one() -> None:
    """Else the person is shown once more that it is cancelled, has it sent a third time, and two of them come."""
    bench = bench_of(Resend.LOOKUP)
    order = bench.order_placed()
    bench.run()
    bench.vendor.made[0].phase = VendorPhase.CANCELLED
    hint = VendorHint(connection="press", external_id=the_job(bench, order).external_id)
    track(bench.hub, hint)
    read = bench.vendor.read

    def slowly(job: Job) -> VendorOrder | None:
        found = read(job)
        bench.vendor.read = read  # type: ignore[method-assign]
        assert bench.click("resend", order.order_id, "job 1")["ok"]
        assert bench.work_one(Queue.DISPATCH)
        return found

    bench.clock.passes(minutes=1)
    bench.vendor.read = slowly  # type: ignore[method-assign]
    track(bench.hub, hint)
    bench.run()
    job = the_job(bench, order)
    assert (job.state, job.vendor_ref) == (JobState.SENT, "V2")
    assert bench.attention() == []
