"""Short closes: fewer pieces come than were ordered. It is seen, told as far as it is true, and may still go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.domain.attention import Cause
from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.record import OrderRecord, OrderState, step_job
from platen.domain.tracking import standing
from tests.domain.making import NOW, news_of, state_of, told, waiting
from tests.domain.test_tracking import LATER, a_parcel, a_record, as_told, cause_of, inside

ONE_OF_TWO = a_parcel("T1", ("item-1", 1))


def closed(record: OrderRecord, *parcels: VendorParcel, now: Any = NOW, **fields: Any) -> OrderRecord:
    """News of an order that was closed with what is in these parcels; with none: nothing was picked."""
    phase = VendorPhase.SHIPPED if parcels else VendorPhase.CANCELLED
    news = news_of(record.jobs["1"], phase, parcels=parcels).but(short=True, reason="1 of 2 CANVAS-1")
    return told(record, news.but(**fields), now=now).record


def opened(
    record: OrderRecord, *parcels: VendorParcel, phase: VendorPhase = VendorPhase.IN_PRODUCTION
) -> OrderRecord:
    return told(record, news_of(record.jobs["1"], phase, parcels=parcels), now=LATER).record


def released(record: OrderRecord) -> OrderRecord:
    """As a person's decision leaves it until the next look."""
    job = record.jobs["1"].but(released=(Cause.CLOSED_SHORT,))
    return record.with_jobs(step_job(job, standing(record, job))).settled(NOW)


def test_what_came_is_told_and_a_person_sees_the_rest() -> None:
    record = closed(a_record(2), ONE_OF_TWO)
    job = record.jobs["1"]
    assert (cause_of(job), record.head.state) == (Cause.CLOSED_SHORT, OrderState.ATTENTION)
    assert inside(record) == [{"1": 1}]
    assert job.attention
    assert "1 of 2 CANVAS-1" in str(job.attention)
    assert "refund the rest" in str(job.attention)


@pytest.mark.parametrize("parcels", [(), (ONE_OF_TWO,)])
def test_closed_twice_is_closed_once(parcels: tuple[VendorParcel, ...]) -> None:
    record = closed(a_record(2), *parcels)
    again = closed(record, *parcels, now=LATER)
    assert again.jobs["1"].attention == record.jobs["1"].attention
    assert again.shipments == record.shipments


def test_closed_with_other_words_is_shown_anew() -> None:
    record = closed(closed(a_record(2), ONE_OF_TWO), ONE_OF_TWO, reason="1 of 2 of another")
    assert "1 of 2 of another" in str(record.jobs["1"].attention)
    assert len(record.jobs["1"].attention.problems) == 1  # type: ignore[union-attr]


def test_released_it_ends_with_what_came() -> None:
    record = closed(released(closed(a_record(2), ONE_OF_TWO)), ONE_OF_TWO)
    assert state_of(record) is JobState.SHIPPED
    assert as_told(record).head.state is OrderState.DONE
    assert inside(record) == [{"1": 1}]
    assert record.jobs["1"].due_at is None or record.jobs["1"].due_at > NOW


def test_released_with_nothing_picked_it_ends_as_cancelled_and_is_not_planned_again() -> None:
    record = closed(a_record(2))
    assert "ends as cancelled" in str(record.jobs["1"].attention)
    job = record.jobs["1"].but(released=(Cause.CLOSED_SHORT,))
    after = closed(record.with_jobs(step_job(job, JobState.SENT)))
    assert (state_of(after), after.jobs["1"].dropped, after.jobs["1"].due_at) == (JobState.CANCELLED, True, None)
    assert after.head.state is OrderState.CANCELLED


def test_while_tracking_may_come_a_released_one_does_not_end() -> None:
    soon = NOW + timedelta(minutes=5)
    news = news_of(a_record(2).jobs["1"], VendorPhase.SHIPPED).but(short=True, again_at=soon)
    record = released(told(a_record(2), news).record)
    record = told(record, news).record
    assert state_of(record) is JobState.IN_PRODUCTION
    assert record.jobs["1"].due_at == soon
    assert state_of(closed(record, ONE_OF_TWO, now=LATER)) is JobState.SHIPPED


@pytest.mark.parametrize("phase", [VendorPhase.ACCEPTED, VendorPhase.IN_PRODUCTION, VendorPhase.WAITING])
@pytest.mark.parametrize("parcels", [(), (ONE_OF_TWO,)])
def test_open_again_it_goes_on_and_what_was_told_stays(
    parcels: tuple[VendorParcel, ...], phase: VendorPhase
) -> None:
    record = opened(closed(a_record(2), *parcels), phase=phase)
    assert state_of(record) in (JobState.SENT, JobState.IN_PRODUCTION)
    assert len(record.shipments) == len(parcels)
    rest = a_parcel("T2", ("item-1", 2 - len(parcels)))
    done = opened(record, *parcels, rest, phase=VendorPhase.SHIPPED)
    assert state_of(done) is JobState.SHIPPED
    assert sum(one["1"] for one in inside(done)) == 2


def test_that_it_was_seen_does_not_speak_of_the_next_time() -> None:
    record = opened(released(closed(a_record(2), ONE_OF_TWO)), ONE_OF_TWO)
    assert record.jobs["1"].released == ()
    assert cause_of(closed(record, ONE_OF_TWO).jobs["1"]) is Cause.CLOSED_SHORT


def test_the_rest_of_one_that_had_ended_is_told_all_the_same() -> None:
    ended = closed(released(closed(a_record(2), ONE_OF_TWO)), ONE_OF_TWO)
    record = opened(ended, ONE_OF_TWO, a_parcel("T2", ("item-1", 1)), phase=VendorPhase.SHIPPED)
    assert inside(record) == [{"1": 1}, {"1": 1}]
    assert record.head.attention is None


def test_one_that_had_ended_as_cancelled_and_comes_is_seen_and_told() -> None:
    ended = closed(a_record(1).with_jobs(a_record(1).jobs["1"].but(released=(Cause.CLOSED_SHORT,))))
    assert state_of(ended) is JobState.CANCELLED
    record = opened(ended, a_parcel("T1", ("item-1", 1)), phase=VendorPhase.SHIPPED)
    assert inside(record) == [{"1": 1}]
    assert record.head.attention
    assert record.head.attention.cause is Cause.CANCELLED_AFTER_SHIPPED


def test_one_of_two_lines() -> None:
    record = closed(a_record(1, 1), a_parcel("T1", ("item-2", 1)))
    assert inside(record) == [{"2": 1}]
    assert cause_of(record.jobs["1"]) is Cause.CLOSED_SHORT


def test_one_whose_cancel_was_wanted_and_of_which_nothing_was_picked_is_cancelled() -> None:
    record = a_record(2)
    record = record.with_jobs(record.jobs["1"].but(cancel_wanted=True))
    assert state_of(closed(record)) is JobState.CANCELLED


@pytest.mark.parametrize("other", [Cause.CHANGED_AFTER_SENT, Cause.VENDOR_LOST_IT, Cause.VENDOR_REFUSED])
def test_another_trouble_stays_in_front(other: Cause) -> None:
    assert cause_of(closed(waiting(a_record(2), other), ONE_OF_TWO).jobs["1"]) is other


def test_silence_is_answered_by_it() -> None:
    record = closed(waiting(a_record(2), Cause.VENDOR_SILENT), ONE_OF_TWO)
    assert cause_of(record.jobs["1"]) is Cause.CLOSED_SHORT
