"""Vendors that take changes, and keep orders that wait: nobody is asked needlessly, and nothing is sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.domain.attention import Cause
from platen.domain.connection import Link
from platen.domain.job import Hold, JobState, VendorParcel, VendorPhase
from platen.domain.order import Payment
from platen.domain.planning import Planned
from platen.domain.record import OrderRecord, OrderState
from tests.domain.making import ADDRESS, NOW, Vendors, a_line, an_order, claimed, look, news_of, sent, told, unknown

AMENDS = Vendors(amending=("press",))
KEEPS = Vendors(amending=("press",), keeping=("press",))
LATER = NOW + timedelta(minutes=5)
MOVED = ADDRESS.but(address1="2 Other Street")


def passed_on(record: OrderRecord, job_id: str = "1") -> OrderRecord:
    """The vendor took the change (as ``usecases.pass_on`` does it)."""
    job = record.jobs[job_id]
    assert job.to_be_amended
    return record.with_jobs(job.but(amend_wanted=False, content=job.asked, asked="")).settled(NOW)


def again(record: OrderRecord, vendors: Vendors = AMENDS, **changes: object) -> Planned:
    lines = changes.pop("lines", None) or (a_line("1", 2),)
    return look(record, an_order(*lines, **changes), now=LATER, vendors=vendors)  # type: ignore[misc]


@pytest.fixture
def at_press() -> OrderRecord:
    return sent(look(None, an_order(a_line("1", 2)), vendors=AMENDS).record)


class TestAChange:
    def test_is_passed_on_and_bothers_nobody(self, at_press: OrderRecord) -> None:
        outcome = again(at_press, ship_to=MOVED)
        job = outcome.record.jobs["1"]
        assert (job.state, job.to_be_amended, job.attention) == (JobState.SENT, True, None)
        assert job.body == outcome.record.head.body, "the vendor is told what the order is now"
        assert outcome.dispatch == ("1",)
        assert job.due_at is not None, "a lost message is noticed by the sweep"

    def test_of_what_no_press_would_look_at_is_passed_on_too(self, at_press: OrderRecord) -> None:
        assert again(at_press, note="Ring twice").record.jobs["1"].to_be_amended

    def test_is_passed_on_once(self, at_press: OrderRecord) -> None:
        changed = passed_on(again(at_press, ship_to=MOVED).record)
        outcome = again(changed, ship_to=MOVED)
        assert not outcome.record.jobs["1"].to_be_amended
        assert outcome.dispatch == ()

    def test_and_back_again_before_it_was_told_is_told_as_it_is(self, at_press: OrderRecord) -> None:
        back = again(again(at_press, ship_to=MOVED).record).record.jobs["1"]
        assert back.to_be_amended
        assert back.asked == at_press.jobs["1"].content

    def test_of_nothing_is_nothing(self, at_press: OrderRecord) -> None:
        outcome = again(at_press)
        assert outcome.record.jobs["1"] == at_press.jobs["1"]
        assert outcome.dispatch == ()

    def test_while_it_is_being_sent_is_looked_at_again_shortly(self) -> None:
        first = look(None, an_order(a_line("1", 2)), vendors=AMENDS).record
        for record in (claimed(first), unknown(first)):
            outcome = again(record, note="Ring twice")
            assert outcome.again
            assert outcome.record.jobs["1"].content == first.jobs["1"].content

    def test_after_it_has_shipped_changes_nothing(self, at_press: OrderRecord) -> None:
        job = at_press.jobs["1"]
        shipped = told(at_press, news_of(job, VendorPhase.SHIPPED, parcels=(VendorParcel(tracking="T"),))).record
        assert shipped.jobs["1"].state is JobState.SHIPPED
        assert again(shipped, ship_to=MOVED).record.jobs == shipped.jobs

    def test_for_a_vendor_that_takes_none_goes_to_a_person_as_ever(self) -> None:
        record = sent(look(None, an_order(a_line("1", 2))).record)
        attention = again(record, Vendors(), ship_to=MOVED).record.jobs["1"].attention
        assert attention
        assert attention.cause is Cause.CHANGED_AFTER_SENT

    def test_that_is_still_to_be_told_is_not_put_off_by_news(self, at_press: OrderRecord) -> None:
        record = again(at_press, ship_to=MOVED).record
        due_at = record.jobs["1"].due_at
        heard = told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED), now=LATER).record.jobs["1"]
        assert (heard.to_be_amended, heard.attention, heard.due_at) == (True, None, due_at)


class TestQuantities:
    def test_fewer_are_told_as_fewer(self, at_press: OrderRecord) -> None:
        job = again(at_press, lines=(a_line("1", 1),)).record.jobs["1"]
        assert [(line.line_id, line.quantity) for line in job.lines] == [("1", 1)]
        assert (job.to_be_amended, job.attention) == (True, None)

    def test_none_at_all_is_a_cancel(self, at_press: OrderRecord) -> None:
        job = again(at_press, lines=(a_line("1", 0),)).record.jobs["1"]
        assert (job.cancel_wanted, job.to_be_amended) == (True, False)

    def test_more_become_another_job(self, at_press: OrderRecord) -> None:
        record = again(at_press, lines=(a_line("1", 3),)).record
        assert record.jobs["1"].lines == at_press.jobs["1"].lines
        assert [line.quantity for line in record.jobs["2"].lines] == [1]

    def test_are_taken_off_one_job_and_not_off_each(self, at_press: OrderRecord) -> None:
        both = sent(again(at_press, lines=(a_line("1", 3),)).record, "2")
        record = look(both, an_order(a_line("1", 2)), now=LATER, vendors=AMENDS).record
        live = [job for job in record.jobs.values() if not job.cancel_wanted]
        assert sum(line.quantity for job in live for line in job.lines) == 2
        settled = look(record, an_order(a_line("1", 2)), now=LATER, vendors=AMENDS)
        assert sorted(settled.record.jobs) == ["1", "2"], "nothing is made anew for what was taken off"

    def test_a_line_that_is_gone_leaves_the_job(self) -> None:
        record = sent(look(None, an_order(a_line("1"), a_line("2")), vendors=AMENDS).record)
        job = look(record, an_order(a_line("2")), now=LATER, vendors=AMENDS).record.jobs["1"]
        assert [line.line_id for line in job.lines] == ["2"]


class TestAnOrderThatWaits:
    def unpaid(self, **changes: object) -> Planned:
        return look(None, an_order(a_line("1", 2), payment=Payment.PENDING, **changes), vendors=KEEPS)

    def test_is_told_as_such_to_a_vendor_that_keeps_it(self) -> None:
        outcome = self.unpaid()
        job = outcome.record.jobs["1"]
        assert (job.state, job.hold, outcome.dispatch) == (JobState.READY, Hold.PAYMENT, ("1",))
        assert outcome.record.head.state is OrderState.WAITING, "it is not to be made yet"
        assert outcome.record.head.look_at, "what it waits for may end silently"

    def test_is_told_to_nobody_else(self) -> None:
        links = (Link(vendor="mill", skus=("CANVAS-2",)), Link(vendor="press"))
        order = an_order(a_line("1"), a_line("2"), payment=Payment.PENDING)
        record = look(None, order, vendors=KEEPS, links=links).record
        assert [job.vendor for job in record.jobs.values()] == ["press"]
        paid = look(record, an_order(a_line("1"), a_line("2")), now=LATER, vendors=KEEPS, links=links).record
        assert sorted(job.vendor for job in paid.jobs.values()) == ["mill", "press"]

    def test_is_told_anew_once_it_is_paid(self) -> None:
        record = again(sent(self.unpaid().record), KEEPS).record
        job = record.jobs["1"]
        assert (job.hold, job.to_be_amended) == (Hold.NONE, True)
        assert record.head.state is OrderState.OPEN
        assert sorted(record.jobs) == ["1"], "it is the same job, told anew"

    def test_is_told_when_the_store_holds_it_and_lets_it_go(self, at_press: OrderRecord) -> None:
        held = again(at_press, KEEPS, hold="on hold: stock").record
        assert (held.jobs["1"].hold, held.jobs["1"].to_be_amended) == (Hold.STORE, True)
        assert held.head.state is OrderState.WAITING
        free = again(passed_on(held), KEEPS).record.jobs["1"]
        assert (free.hold, free.to_be_amended) == (Hold.NONE, True)

    def test_that_was_paid_before_it_was_sent_goes_as_paid(self) -> None:
        job = again(self.unpaid().record, KEEPS).record.jobs["1"]
        assert (job.state, job.hold) == (JobState.READY, Hold.NONE)

    def test_and_is_cancelled_is_cancelled_there(self) -> None:
        record = sent(self.unpaid().record)
        gone = look(record, an_order(a_line("1", 2), cancelled_at=LATER), now=LATER, vendors=KEEPS).record
        assert gone.jobs["1"].cancel_wanted

    def test_and_ships_all_the_same_is_done(self) -> None:
        record = sent(self.unpaid().record)
        parcels = (VendorParcel(tracking="T"),)
        heard = told(record, news_of(record.jobs["1"], VendorPhase.SHIPPED, parcels=parcels)).record
        assert heard.jobs["1"].state is JobState.SHIPPED
        assert heard.head.state is OrderState.OPEN, "its store is still to be told"

    def test_for_its_stores_approval_is_told_to_nobody(self) -> None:
        outcome = look(None, an_order(pending="it waits for approval"), vendors=KEEPS)
        assert outcome.record.jobs == {}
        assert outcome.record.head.state is OrderState.WAITING
        approved = look(outcome.record, an_order(), now=LATER, vendors=KEEPS)
        assert approved.dispatch == ("1",)

    def test_for_approval_asks_nobody_about_what_no_link_takes(self) -> None:
        outcome = look(None, an_order(pending="it waits for approval"), vendors=KEEPS, links=())
        assert outcome.record.head.attention is None
