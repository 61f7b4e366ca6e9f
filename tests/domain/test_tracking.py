"""Tracking: a vendor's news repeat, overtake each other and come after the end; no parcel is lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from platen.domain.attention import Attention, Cause
from platen.domain.connection import TestOrders
from platen.domain.job import Job, JobState, VendorParcel, VendorPhase
from platen.domain.record import OrderRecord, OrderState, step_job, step_shipment
from platen.domain.shipment import Shipment, ShipmentState
from platen.domain.tracking import standing
from tests.domain.making import (
    INTAKE,
    NOW,
    a_line,
    an_order,
    claimed,
    look,
    news_of,
    planned,
    sent,
    state_of,
    told,
    unknown,
    waiting,
)

LATER = NOW + timedelta(hours=1)


def a_record(*quantities: int) -> OrderRecord:
    """Sent: line 1 with the first quantity, line 2 with the second, …"""
    lines = [a_line(str(number), quantity) for number, quantity in enumerate(quantities or (1,), start=1)]
    return sent(planned(an_order(*lines)))


def a_parcel(tracking: str = "", *items: tuple[str, int], **fields: Any) -> VendorParcel:
    return VendorParcel(carrier="Parcel Co", tracking=tracking, items=items, **fields)


def shipped(record: OrderRecord, *parcels: VendorParcel, phase: VendorPhase = VendorPhase.SHIPPED) -> OrderRecord:
    return told(record, news_of(record.jobs["1"], phase, parcels=parcels)).record


def inside(record: OrderRecord) -> list[dict[str, int]]:
    return [{line.line_id: line.quantity for line in one.lines} for one in record.shipments.values()]


def only(record: OrderRecord) -> Shipment:
    (one,) = record.shipments.values()
    return one


def as_told(record: OrderRecord) -> OrderRecord:
    """The store has been told of every parcel."""
    done = [
        step_shipment(step_shipment(one, ShipmentState.CLAIMED), ShipmentState.TOLD, told_at=NOW, due_at=None)
        for one in record.shipments.values()
        if one.state is ShipmentState.READY
    ]
    return record.with_shipments(*done).settled(NOW)


def cause_of(job: Job) -> Cause | None:
    return job.attention.cause if job.attention else None


class TestTheWayOfAJob:
    def test_goes_on_with_the_vendors_word(self) -> None:
        record = a_record()
        for phase, state in [
            (VendorPhase.WAITING, JobState.SENT),
            (VendorPhase.ACCEPTED, JobState.SENT),
            (VendorPhase.IN_PRODUCTION, JobState.IN_PRODUCTION),
        ]:
            record = told(record, news_of(record.jobs["1"], phase)).record
            assert state_of(record) is state
        assert record.jobs["1"].vendor_words == "IN_PRODUCTION"
        record = shipped(record, a_parcel("T1"))
        assert (state_of(record), record.head.state) == (JobState.SHIPPED, OrderState.OPEN)
        assert as_told(record).head.state is OrderState.DONE

    @pytest.mark.parametrize(
        "order", list(permutations([VendorPhase.WAITING, VendorPhase.IN_PRODUCTION, VendorPhase.SHIPPED]))
    )
    def test_never_goes_back_whatever_overtakes_what(self, order: tuple[VendorPhase, ...]) -> None:
        record = a_record()
        rank = [JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED]
        for phase in order:
            was = rank.index(state_of(record))
            parcels = (a_parcel("T1"),) if phase is VendorPhase.SHIPPED else ()
            record = told(record, news_of(record.jobs["1"], phase, parcels=parcels)).record
            assert rank.index(state_of(record)) >= was
        assert state_of(record) is JobState.SHIPPED

    def test_the_same_news_twice_change_nothing_but_when_we_heard(self) -> None:
        record = shipped(a_record(2), a_parcel("T1", ("item-1", 1)), phase=VendorPhase.IN_PRODUCTION)
        parcels = (a_parcel("T1", ("item-1", 1)),)
        again = told(record, news_of(record.jobs["1"], VendorPhase.IN_PRODUCTION, parcels=parcels), now=LATER)
        job = again.record.jobs["1"]
        assert job.heard_at == LATER
        quiet = job.but(heard_at=record.jobs["1"].heard_at, due_at=record.jobs["1"].due_at)
        assert again.record.with_jobs(quiet) == record

    def test_is_over_once_it_is_shipped_and_nothing_is_asked_any_more(self) -> None:
        record = shipped(a_record(), a_parcel("T1"))
        assert record.jobs["1"].due_at is None
        for phase in VendorPhase:
            after = told(record, news_of(record.jobs["1"], phase), now=LATER).record
            assert (state_of(after), after.jobs["1"].due_at) == (JobState.SHIPPED, None)
            assert after.shipments == record.shipments

    def test_that_was_cancelled_stays_so_but_a_parcel_of_it_is_not_overlooked(self) -> None:
        record = a_record()
        gone = step_job(record.jobs["1"], JobState.CANCELLED, due_at=None)
        record = shipped(record.with_jobs(gone).settled(NOW), a_parcel("T1"))
        assert (state_of(record), only(record).state) == (JobState.CANCELLED, ShipmentState.READY)


class TestAJobThatWasGivenUp:
    def test_and_is_there_after_all_is_shown_once(self) -> None:
        record = waiting(unknown(planned(an_order())), Cause.UNCONFIRMED)
        gone = step_job(record.jobs["1"], JobState.CANCELLED, dropped=True, due_at=None)
        record = record.with_jobs(gone).settled(NOW)
        after = told(record, news_of(gone, VendorPhase.IN_PRODUCTION)).record
        assert after.head.attention is not None
        assert (after.head.state, state_of(after)) == (OrderState.ATTENTION, JobState.CANCELLED)
        assert f"V-{gone.external_id}" in str(after.head.attention)
        seen = after.but(head=after.head.but(attention=None)).settled(NOW)
        assert told(seen, news_of(gone, VendorPhase.ACCEPTED)).record.head.attention is None

    def test_and_was_cancelled_there_too_is_of_no_interest(self) -> None:
        record = waiting(unknown(planned(an_order())), Cause.UNCONFIRMED)
        gone = step_job(record.jobs["1"], JobState.CANCELLED, dropped=True, due_at=None)
        after = told(record.with_jobs(gone).settled(NOW), news_of(gone, VendorPhase.CANCELLED)).record
        assert after.head.attention is None


class TestADoubt:
    def test_is_answered_by_the_vendors_own_news(self) -> None:
        record = unknown(planned(an_order()))
        job = told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED)).record.jobs["1"]
        assert (job.state, job.doubt, bool(job.vendor_ref)) == (JobState.SENT, False, True)
        assert job.sent_at is not None

    def test_that_waits_for_a_person_is_answered_too(self) -> None:
        record = waiting(unknown(planned(an_order())), Cause.UNCONFIRMED)
        job = told(record, news_of(record.jobs["1"], VendorPhase.IN_PRODUCTION)).record.jobs["1"]
        assert (job.state, job.doubt, job.attention) == (JobState.IN_PRODUCTION, False, None)

    def test_that_ends_in_a_failure_waits_for_a_person(self) -> None:
        record = unknown(planned(an_order()))
        job = told(record, news_of(record.jobs["1"], VendorPhase.FAILED)).record.jobs["1"]
        assert (job.state, cause_of(job)) == (JobState.ATTENTION, Cause.VENDOR_FAILED)

    def test_a_claim_is_not_taken_from_its_worker(self) -> None:
        record = claimed(unknown(planned(an_order())))
        assert told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED)).record == record

    def test_a_job_about_to_be_sent_is_looked_for_at_the_vendor_first(self) -> None:
        record = planned(an_order())
        job = told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED)).record.jobs["1"]
        assert (job.state, job.doubt, job.due_at) == (JobState.UNKNOWN, True, NOW)


class TestTrouble:
    @pytest.mark.parametrize(
        ("phase", "cause"),
        [(VendorPhase.CANCELLED, Cause.VENDOR_CANCELLED), (VendorPhase.FAILED, Cause.VENDOR_FAILED)],
    )
    def test_goes_to_a_person_with_the_vendors_reason(self, phase: VendorPhase, cause: Cause) -> None:
        record = a_record()
        record = told(record, news_of(record.jobs["1"], phase, reason="The picture is too small")).record
        assert (cause_of(record.jobs["1"]), record.head.state) == (cause, OrderState.ATTENTION)
        assert "The picture is too small" in str(record.jobs["1"].attention)

    @pytest.mark.parametrize("other", [Cause.CHANGED_AFTER_SENT, Cause.VENDOR_SILENT, Cause.VENDOR_LOST_IT])
    @pytest.mark.parametrize(
        ("phase", "cause"),
        [(VendorPhase.CANCELLED, Cause.VENDOR_CANCELLED), (VendorPhase.FAILED, Cause.VENDOR_FAILED)],
    )
    def test_is_seen_though_the_job_waits_already(self, other: Cause, phase: VendorPhase, cause: Cause) -> None:
        """A release would else let go on what is not going to be made."""
        record = waiting(a_record(), other)
        job = told(record, news_of(record.jobs["1"], phase)).record.jobs["1"]
        assert cause_of(job) is cause
        assert "Something is wrong." in str(job.attention), "the earlier trouble is not forgotten"

    def test_is_told_once(self) -> None:
        record = a_record()
        news = news_of(record.jobs["1"], VendorPhase.CANCELLED)
        first = told(record, news).record
        again = told(first, news, now=LATER).record
        assert again.jobs["1"].attention == first.jobs["1"].attention

    def test_only_silence_and_a_short_close_end_by_themselves(self) -> None:
        for cause in Cause:
            if cause in (Cause.VENDOR_SILENT, Cause.UNCONFIRMED, Cause.CLOSED_SHORT):
                continue
            record = waiting(a_record(), cause)
            after = told(record, news_of(record.jobs["1"], VendorPhase.IN_PRODUCTION)).record
            assert state_of(after) is JobState.ATTENTION, cause

    def test_a_parcel_is_told_whatever_the_job_waits_for(self) -> None:
        record = shipped(waiting(a_record(), Cause.CHANGED_AFTER_SENT), a_parcel("T1"))
        assert only(record).state is ShipmentState.READY
        assert standing(record, record.jobs["1"]) is JobState.SHIPPED


class TestSilence:
    def at(self, hours: float, record: OrderRecord, phase: VendorPhase = VendorPhase.WAITING) -> OrderRecord:
        return told(record, news_of(record.jobs["1"], phase), now=NOW + timedelta(hours=hours)).record

    def test_alarms_after_the_time_the_connection_says(self) -> None:
        record = a_record()
        assert state_of(self.at(24, record)) is JobState.SENT
        assert cause_of(self.at(24.1, record).jobs["1"]) is Cause.VENDOR_SILENT

    @pytest.mark.parametrize("phase", [VendorPhase.ACCEPTED, VendorPhase.IN_PRODUCTION, VendorPhase.SHIPPED])
    def test_ends_when_the_vendor_goes_on(self, phase: VendorPhase) -> None:
        record = self.at(30, self.at(25, a_record()), phase)
        assert (record.jobs["1"].attention, record.head.state) == (None, OrderState.OPEN)

    def test_counts_anew_after_a_person_has_asked_there(self) -> None:
        record = self.at(25, a_record())
        job = step_job(record.jobs["1"], JobState.SENT, waiting_since=NOW + timedelta(hours=25))
        record = record.with_jobs(job)
        assert state_of(self.at(48, record)) is JobState.SENT
        assert state_of(self.at(50, record)) is JobState.ATTENTION

    def test_about_parcels_of_what_is_done_is_shown_too(self) -> None:
        record = self.at(100, a_record(), VendorPhase.SHIPPED)
        assert state_of(record) is JobState.IN_PRODUCTION
        assert state_of(self.at(123, record, VendorPhase.SHIPPED)) is JobState.IN_PRODUCTION
        late = self.at(125, record, VendorPhase.SHIPPED)
        assert cause_of(late.jobs["1"]) is Cause.VENDOR_SILENT
        assert cause_of(self.at(130, late, VendorPhase.SHIPPED).jobs["1"]) is Cause.VENDOR_SILENT

    def test_about_parcels_ends_with_the_parcel(self) -> None:
        late = self.at(125, self.at(100, a_record(), VendorPhase.SHIPPED), VendorPhase.SHIPPED)
        news = news_of(late.jobs["1"], VendorPhase.SHIPPED, parcels=(VendorParcel(tracking="T1"),))
        after = told(late, news, now=NOW + timedelta(hours=126)).record
        assert state_of(after) is JobState.SHIPPED

    def test_of_a_job_in_production_is_none(self) -> None:
        record = self.at(1, a_record(), VendorPhase.IN_PRODUCTION)
        assert state_of(self.at(500, record, VendorPhase.IN_PRODUCTION)) is JobState.IN_PRODUCTION


class TestACancelThatIsWanted:
    def wanted(self, record: OrderRecord) -> OrderRecord:
        return look(record, an_order(cancelled_at=NOW)).record

    def test_is_done_when_the_vendor_says_so(self) -> None:
        record = self.wanted(a_record())
        record = told(record, news_of(record.jobs["1"], VendorPhase.CANCELLED)).record
        assert (state_of(record), record.head.state) == (JobState.CANCELLED, OrderState.CANCELLED)

    @pytest.mark.parametrize("cause", [Cause.VENDOR_SILENT, Cause.CANCEL_REFUSED])
    def test_is_done_though_the_job_waited_for_a_person(self, cause: Cause) -> None:
        record = waiting(self.wanted(a_record()), cause)
        record = told(record, news_of(record.jobs["1"], VendorPhase.CANCELLED)).record
        assert state_of(record) is JobState.CANCELLED

    def test_is_not_put_off_by_news(self) -> None:
        record = self.wanted(a_record())
        soon = record.jobs["1"].due_at
        after = told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED)).record
        assert soon is not None
        assert after.jobs["1"].due_at == soon
        assert after.jobs["1"].cancel_wanted

    def test_that_came_too_late_is_shown(self) -> None:
        record = shipped(self.wanted(a_record()), a_parcel("T1"))
        assert state_of(record) is JobState.SHIPPED
        assert record.head.attention is not None
        assert record.head.attention.cause is Cause.CANCELLED_AFTER_SHIPPED


class TestAChangeNobodyReleased:
    def test_comes_back_when_the_job_leaves_attention_another_way(self) -> None:
        """Say, by a retry of the trouble that was there first."""
        record = waiting(a_record(), Cause.VENDOR_FAILED)
        record = look(record, an_order(a_line("1", 1), ship_to=None, hidden=())).record
        record = look(record.but(head=record.head.but(attention=None)), an_order(a_line("2"))).record
        assert record.jobs["1"].asked
        retried = record.with_jobs(step_job(record.jobs["1"], JobState.SENT))
        job = told(retried, news_of(record.jobs["1"], VendorPhase.IN_PRODUCTION)).record.jobs["1"]
        assert cause_of(job) is Cause.CHANGED_AFTER_SENT


class TestParcels:
    def test_without_tracking_is_still_a_parcel_and_is_told(self) -> None:
        outcome = told(a_record(2), news_of(a_record(2).jobs["1"], VendorPhase.SHIPPED, parcels=(a_parcel(),)))
        assert inside(outcome.record) == [{"1": 2}]
        assert outcome.tell == tuple(outcome.record.shipments)

    def test_with_tracking_filled_in_later_is_told_again_and_not_doubled(self) -> None:
        record = as_told(shipped(a_record(2), a_parcel("", ("item-1", 2))))
        outcome = told(
            record, news_of(record.jobs["1"], VendorPhase.SHIPPED, parcels=(a_parcel("T1", ("item-1", 2)),))
        )
        one = only(outcome.record)
        assert (one.parcel.tracking, one.state, outcome.tell) == ("T1", ShipmentState.READY, (one.shipment_id,))
        assert one.due_at is not None

    def test_with_its_time_filled_in_later_is_the_same_parcel(self) -> None:
        record = as_told(shipped(a_record(2), a_parcel("", ("item-1", 2))))
        record = shipped(record, a_parcel("T1", ("item-1", 2), shipped_at=NOW))
        assert (only(record).parcel.tracking, only(record).parcel.shipped_at) == ("T1", NOW)

    def test_whose_inside_is_told_later_is_the_same_parcel(self) -> None:
        record = as_told(shipped(a_record(2), a_parcel("T1")))
        assert shipped(record, a_parcel("T1", ("item-1", 2))).shipments == record.shipments

    def test_tracking_that_is_taken_away_again_is_kept(self) -> None:
        record = as_told(shipped(a_record(2), a_parcel("T1")))
        assert shipped(record, a_parcel()).shipments == record.shipments

    def test_split_in_two_are_two_and_end_the_job_together(self) -> None:
        first = shipped(a_record(2, 1), a_parcel("T1", ("item-1", 2)))
        assert state_of(first) is JobState.IN_PRODUCTION
        both = shipped(first, a_parcel("T1", ("item-1", 2)), a_parcel("T2", ("item-2", 1)))
        assert (inside(both), state_of(both)) == ([{"1": 2}, {"2": 1}], JobState.SHIPPED)

    def test_that_look_alike_are_told_apart_by_tracking_in_any_order(self) -> None:
        one, other = a_parcel("T1", ("item-1", 1)), a_parcel("T2", ("item-1", 1))
        record = as_told(shipped(a_record(2), one, other))
        assert inside(record) == [{"1": 1}, {"1": 1}]
        assert shipped(record, other, one).shipments == record.shipments

    def test_that_look_alike_come_one_after_the_other(self) -> None:
        one, other = a_parcel("T1", ("item-1", 1)), a_parcel("T2", ("item-1", 1))
        record = shipped(as_told(shipped(a_record(2), one)), other, one)
        assert sorted(each.parcel.tracking for each in record.shipments.values()) == ["T1", "T2"]
        assert state_of(record) is JobState.SHIPPED

    def test_with_an_item_nobody_knows_goes_to_a_person(self) -> None:
        record = shipped(a_record(1, 1), a_parcel("T1", ("strange", 1)))
        assert only(record).state is ShipmentState.ATTENTION
        assert "strange" in str(only(record).attention)
        assert record.head.state is OrderState.ATTENTION

    def test_with_an_item_nobody_knows_beside_a_known_one_is_not_hidden_by_its_tracking(self) -> None:
        record = shipped(a_record(1, 1), a_parcel("T1", ("item-1", 1)), a_parcel("T1", ("strange", 1)))
        assert [one.state for one in record.shipments.values()] == [ShipmentState.READY, ShipmentState.ATTENTION]

    def test_of_a_job_with_one_line_needs_no_matching(self) -> None:
        assert inside(shipped(a_record(3), a_parcel("T1", ("strange", 2)))) == [{"1": 2}]

    def test_never_hold_more_than_the_job_has(self) -> None:
        record = shipped(a_record(2), a_parcel("T1", ("item-1", 5)))
        assert inside(record) == [{"1": 2}]
        record = shipped(record, a_parcel("T1", ("item-1", 5)), a_parcel("T2", ("item-1", 1)))
        assert [one.state for one in record.shipments.values()] == [ShipmentState.READY, ShipmentState.ATTENTION]

    def test_that_a_person_vouched_for_end_the_job_when_the_vendor_says_shipped(self) -> None:
        record = shipped(a_record(1, 1), a_parcel("T1", ("strange", 2)))
        vouched = step_shipment(only(record), ShipmentState.TOLD, due_at=None)
        record = shipped(record.with_shipments(vouched).settled(NOW), a_parcel("T1", ("strange", 2)))
        assert (state_of(record), record.head.state) == (JobState.SHIPPED, OrderState.DONE)

    def test_of_two_jobs_do_not_mix(self) -> None:
        record = look(a_record(1), an_order(a_line("1", 2))).record
        record = sent(record, "2")
        record = told(record, news_of(record.jobs["1"], VendorPhase.SHIPPED, parcels=(a_parcel("T1"),))).record
        assert state_of(record, "2") is JobState.SENT
        record = told(record, news_of(record.jobs["2"], VendorPhase.SHIPPED, parcels=(a_parcel("T1"),)), "2").record
        assert (inside(record), state_of(record, "2")) == ([{"1": 1}, {"1": 1}], JobState.SHIPPED)

    def test_in_attention_get_the_newer_tracking_but_stay_there(self) -> None:
        record = shipped(a_record(2), a_parcel("", ("item-1", 2)))
        refused = only(record).but(
            state=ShipmentState.ATTENTION,
            attention=Attention(cause=Cause.STORE_REFUSED, problems=(), since=NOW),
        )
        record = shipped(record.with_shipments(refused), a_parcel("T1", ("item-1", 2)))
        assert (only(record).parcel.tracking, only(record).state) == ("T1", ShipmentState.ATTENTION)


class TestATest:
    """In a vendor's test mode nothing leaves: a buyer's real order must not be shown as shipped."""

    PARCELS = (VendorParcel(tracking="TEST1"),)

    def test_of_a_real_order_is_not_told_to_its_store(self) -> None:
        record = sent(planned(an_order()))
        news = news_of(record.jobs["1"], VendorPhase.SHIPPED, test=True, parcels=self.PARCELS)
        heard = told(record, news)
        assert heard.tell == ()
        assert [one.quiet for one in heard.record.shipments.values()] == [True]
        assert heard.record.shipped() == {}, "nor does it count as shipped"
        assert told(heard.record, news).tell == ()

    def test_of_a_stores_own_test_order_is_told(self) -> None:
        tests_too = INTAKE.but(test_orders=TestOrders.SEND_AS_TEST)
        record = sent(planned(an_order(test=True), intake=tests_too))
        news = news_of(record.jobs["1"], VendorPhase.SHIPPED, test=True, parcels=self.PARCELS)
        assert len(told(record, news).tell) == 1
