"""Planning: nothing is sent twice, nothing that is wanted is forgotten, and no change passes unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Link
from platen.domain.job import Job, JobState, VendorPhase
from platen.domain.order import Attribute, Order, Payment, ShippingChoice
from platen.domain.planning import is_old_news
from platen.domain.record import OrderRecord, OrderState, step_job
from platen.domain.tracking import standing
from tests.domain.making import (
    ADDRESS,
    LINKS,
    NOW,
    PRINTED,
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

LATER = NOW + timedelta(minutes=5)
MOVED = ADDRESS.but(address1="2 Other Street")


def quantities(record: OrderRecord, *states: JobState) -> dict[str, int]:
    """line id -> how many are in jobs in those states."""
    total: dict[str, int] = {}
    for job in record.jobs.values():
        for line in job.lines if job.state in states else ():
            total[line.line_id] = total.get(line.line_id, 0) + line.quantity
    return total


def causes(record: OrderRecord, job_id: str = "1") -> Cause | None:
    attention = record.jobs[job_id].attention
    return attention.cause if attention else None


def words(job: Job) -> str:
    return str(job.attention)


def dropped(record: OrderRecord, job_id: str = "1") -> OrderRecord:
    """A person cancelled the job, and the vendor never had it."""
    return record.with_jobs(step_job(record.jobs[job_id], JobState.CANCELLED, dropped=True, due_at=None)).settled(
        NOW
    )


def released(record: OrderRecord, job_id: str = "1") -> OrderRecord:
    """A person said: good as it is (as ``usecases.decide`` does it)."""
    job = record.jobs[job_id]
    job = job.but(content=job.asked or job.content, asked="", waiting_since=NOW, cancel_wanted=False)
    return record.with_jobs(step_job(job, standing(record, job), due_at=NOW)).settled(NOW)


class TestANewOrder:
    def test_becomes_a_job_for_its_vendor(self) -> None:
        outcome = look(None, an_order(a_line("1", 2)))
        job = outcome.record.jobs["1"]
        assert (job.vendor, job.account, job.state, job.test) == ("press", "eu", JobState.READY, False)
        assert outcome.dispatch == ("1",)
        assert outcome.record.head.state is OrderState.OPEN
        assert job.due_at == NOW + timedelta(minutes=10), "a lost message is noticed by the sweep"

    def test_with_two_vendors_becomes_two_jobs(self) -> None:
        links = (Link(vendor="mill", skus=("MUG-*",)), Link(vendor="press"))
        record = planned(an_order(a_line("1"), a_line("2", sku="MUG-2")), links=links)
        assert {(job.vendor, job.lines[0].line_id) for job in record.jobs.values()} == {
            ("press", "1"),
            ("mill", "2"),
        }

    def test_with_wrong_print_details_waits_for_a_person_and_is_not_dispatched(self) -> None:
        twice = (*PRINTED, Attribute(name="print_sku", value="OTHER"))
        outcome = look(None, an_order(a_line("1", attributes=twice)))
        assert causes(outcome.record) is Cause.PRINT_DETAILS
        assert outcome.record.head.state is OrderState.ATTENTION
        assert outcome.dispatch == ()

    def test_that_waits_has_no_job_and_says_why(self) -> None:
        record = planned(an_order(payment=Payment.PENDING))
        assert not record.jobs
        assert (record.head.state, "payment" in record.head.waiting_for) == (OrderState.WAITING, True)

    def test_with_nothing_of_ours_says_why(self) -> None:
        record = planned(an_order(a_line(ships=False)))
        assert (record.head.state, bool(record.head.nothing_because)) == (OrderState.NOTHING_TO_MAKE, True)


class TestTheSameOrderAgain:
    def test_is_old_news(self) -> None:
        order = an_order()
        record = planned(order)
        assert is_old_news(record, order)
        assert is_old_news(record, order.but(updated_at=LATER)), "the store's clock ticks at our own writes too"
        assert not is_old_news(record, order.but(ship_to=MOVED))
        assert not is_old_news(None, order)

    def test_changes_nothing(self) -> None:
        order = an_order(a_line("1", 2), a_line("2"))
        record = planned(order)
        assert look(record, order, now=LATER).record == record

    def test_with_a_new_product_map_is_told_apart_by_its_body(self) -> None:
        record = planned(an_order())
        other = planned(an_order(a_line(attributes=(*PRINTED, Attribute(name="print_account", value="us")))))
        assert record.head.body != other.head.body


class TestBeforeSending:
    def test_an_edit_rewrites_the_job(self) -> None:
        record = planned(an_order(a_line("1", 2)), an_order(a_line("1", 1), a_line("2", 3)))
        assert quantities(record, JobState.READY) == {"1": 1, "2": 3}
        assert len(record.jobs) == 1, "the same job under the same name"

    def test_a_hold_takes_the_job_back_and_its_end_makes_a_new_one(self) -> None:
        order = an_order(a_line("1", 2))
        held = planned(order, order.but(hold="it is on hold at the store"))
        assert (state_of(held), held.head.state) == (JobState.CANCELLED, OrderState.WAITING)
        free = look(held, order).record
        assert quantities(free, JobState.READY) == {"1": 2}
        assert free.jobs["2"].external_id != free.jobs["1"].external_id

    def test_a_cancel_cancels_the_job(self) -> None:
        order = an_order()
        outcome = look(planned(order), order.but(cancelled_at=NOW))
        assert state_of(outcome.record) is JobState.CANCELLED
        assert (outcome.record.head.state, outcome.dispatch) == (OrderState.CANCELLED, ())

    def test_another_vendor_takes_over_and_the_old_job_is_cancelled(self) -> None:
        order = an_order(a_line("1", 2))
        record = look(planned(order), order, links=(Link(vendor="mill"),), replan=True).record
        assert state_of(record, "1") is JobState.CANCELLED
        assert (record.jobs["2"].vendor, quantities(record, JobState.READY)) == ("mill", {"1": 2})

    def test_what_the_vendor_is_sent_is_the_newest_version(self) -> None:
        """The e-mail address is no part of what is compared, but it is part of what is sent."""
        record = planned(an_order(), an_order(email="new@buyer.example"))
        assert record.jobs["1"].body == record.head.body

    def test_details_that_became_contradictory_stop_the_job(self) -> None:
        unpaired = (*PRINTED, Attribute(name="print_option_name_1", value="Frame"))
        record = planned(an_order(a_line()), an_order(a_line(attributes=unpaired)))
        assert causes(record) is Cause.PRINT_DETAILS

    def test_details_that_were_put_right_let_the_job_go(self) -> None:
        unpaired = (*PRINTED, Attribute(name="print_option_name_1", value="Frame"))
        outcome = look(planned(an_order(a_line(attributes=unpaired))), an_order(a_line()))
        assert (state_of(outcome.record), outcome.dispatch) == (JobState.READY, ("1",))

    def test_a_refused_job_stays_with_the_person_until_it_changes(self) -> None:
        order = an_order()
        refused = waiting(planned(order), Cause.VENDOR_REFUSED)
        assert look(refused, order, now=LATER).record == refused
        retried = look(refused, order, replan=True)
        assert (state_of(retried.record), retried.dispatch) == (JobState.READY, ("1",))
        mended = look(refused, order.but(ship_to=MOVED))
        assert (state_of(mended.record), mended.dispatch) == (JobState.READY, ("1",))

    def test_two_free_jobs_for_one_vendor_never_ask_for_the_same_line_twice(self) -> None:
        """Job 1 failed at the vendor, an edit made job 2 beside it, then a person has job 1 made anew."""
        record = waiting(sent(planned(an_order(a_line("1", 2)))), Cause.VENDOR_FAILED)
        order = an_order(a_line("1", 3))
        record = look(record, order).record
        assert quantities(record, JobState.READY) == {"1": 1}
        fresh = step_job(record.jobs["1"], JobState.READY, vendor_ref="", reprint=1, external_id="R1", due_at=NOW)
        record = look(record.with_jobs(fresh), order, replan=True).record
        assert quantities(record, JobState.READY) == {"1": 3}


class TestAfterSending:
    def test_more_of_a_line_becomes_a_second_job_with_only_the_difference(self) -> None:
        record = look(sent(planned(an_order(a_line("1", 2)))), an_order(a_line("1", 5))).record
        assert quantities(record, JobState.SENT) == {"1": 2}
        assert quantities(record, JobState.READY) == {"1": 3}

    def test_a_swapped_line_is_made_and_the_old_one_goes_to_a_person(self) -> None:
        record = look(sent(planned(an_order(a_line("1", 2)))), an_order(a_line("2", 1))).record
        assert causes(record) is Cause.CHANGED_AFTER_SENT
        assert "2 x a line that is gone" in words(record.jobs["1"])
        assert quantities(record, JobState.READY) == {"2": 1}

    def test_another_vendor_by_the_links_changes_nothing_for_what_is_sent(self) -> None:
        order = an_order(a_line("1", 2))
        record = sent(planned(order))
        outcome = look(record, order, links=(Link(vendor="mill"),), replan=True)
        assert outcome.record.jobs == record.jobs

    def test_another_account_changes_nothing_but_the_address_is_shown(self) -> None:
        order = an_order()
        record = look(sent(planned(order)), order.but(ship_to=ADDRESS.but(country_code="US"))).record
        assert list(record.jobs) == ["1"]
        assert (record.jobs["1"].account, causes(record)) == ("eu", Cause.CHANGED_AFTER_SENT)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"ship_to": MOVED}, "shipping address was changed"),
            ({"payment": Payment.REFUNDED}, "too many"),
            ({"payment": Payment.VOIDED}, "too many"),
            ({"lines": (a_line("1", 1),)}, "1 x Canvas 1 too many"),
            ({"lines": (a_line("1", 2, attributes=PRINTED[:1]),)}, "print details were changed"),
            ({"lines": (a_line("1", 2, unfulfilled=1),)}, "1 x Canvas 1 too many"),
        ],
        ids=["moved", "refunded", "voided", "one removed", "another picture", "one fulfilled elsewhere"],
    )
    def test_what_no_longer_fits_goes_to_a_person_and_is_not_touched(
        self, change: dict[str, object], said: str
    ) -> None:
        order = an_order(a_line("1", 2))
        record = sent(planned(order))
        after = look(record, order.but(**change)).record
        assert (state_of(after), causes(after)) == (JobState.ATTENTION, Cause.CHANGED_AFTER_SENT)
        assert said in words(after.jobs["1"])
        assert after.jobs["1"].lines == record.jobs["1"].lines
        assert quantities(after, JobState.READY) == {}

    def test_a_hold_leaves_it_alone(self) -> None:
        order = an_order()
        record = sent(planned(order))
        after = look(record, order.but(hold="on hold")).record
        assert (after.jobs, after.head.state) == (record.jobs, OrderState.OPEN)

    def test_a_released_change_is_not_shown_again(self) -> None:
        order = an_order()
        moved = order.but(ship_to=MOVED)
        record = released(look(sent(planned(order)), moved).record)
        after = look(record, moved, now=LATER, replan=True).record
        assert (state_of(after), causes(after)) == (JobState.SENT, None)

    def test_a_second_change_before_the_release_is_part_of_what_is_released(self) -> None:
        order = an_order()
        again = order.but(ship_to=ADDRESS.but(address1="3 Third Street"))
        record = look(look(sent(planned(order)), order.but(ship_to=MOVED)).record, again, now=LATER).record
        assert record.jobs["1"].attention is not None
        assert record.jobs["1"].attention.since == NOW, "it waits since the first change"
        record = look(released(record), again, now=LATER, replan=True).record
        assert state_of(record) is JobState.SENT

    def test_a_change_that_was_taken_back_leaves_nothing_false_behind(self) -> None:
        order = an_order()
        record = look(look(sent(planned(order)), order.but(ship_to=MOVED)).record, order, now=LATER).record
        assert "changed back" in words(record.jobs["1"])
        record = look(released(record), order, now=LATER, replan=True).record
        assert state_of(record) is JobState.SENT

    @pytest.mark.parametrize(
        "cause",
        [Cause.VENDOR_SILENT, Cause.VENDOR_FAILED, Cause.VENDOR_CANCELLED, Cause.UNCONFIRMED, Cause.VENDOR_LOST_IT],
    )
    def test_a_change_while_it_waits_for_another_reason_is_shown_too(self, cause: Cause) -> None:
        """Else the person mends the one trouble and never hears of the other."""
        order = an_order()
        moved = order.but(ship_to=MOVED)
        record = look(waiting(sent(planned(order)), cause), moved).record
        assert causes(record) is cause, "what can be done about it depends on the first trouble"
        assert "Something is wrong." in words(record.jobs["1"])
        assert "shipping address was changed" in words(record.jobs["1"])
        assert look(record, moved, now=LATER).record == record
        after = look(released(record), moved, now=LATER, replan=True).record
        assert causes(after) is None

    def test_silence_that_ends_does_not_take_an_unseen_change_with_it(self) -> None:
        order = an_order()
        record = look(waiting(sent(planned(order)), Cause.VENDOR_SILENT), order.but(ship_to=MOVED)).record
        after = told(record, news_of(record.jobs["1"], VendorPhase.IN_PRODUCTION)).record
        assert causes(after) is Cause.CHANGED_AFTER_SENT

    def test_what_a_person_dropped_does_not_count_as_too_many(self) -> None:
        record = planned(an_order(a_line("1", 1)))
        record = look(sent(record), an_order(a_line("1", 3))).record
        record = dropped(record, "2")
        after = look(record, an_order(a_line("1", 1))).record
        assert (state_of(after), causes(after)) == (JobState.SENT, None)

    def test_an_order_that_shows_no_address_any_more_is_shown_without_touching_the_job(self) -> None:
        order = an_order()
        record = sent(planned(order))
        after = look(record, order.but(ship_to=None, hidden=("ship_to",))).record
        assert after.jobs == record.jobs
        assert after.head.attention is not None
        assert after.head.attention.cause is Cause.SHIP_TO_HIDDEN


class TestWhatAPersonDecided:
    def test_a_dropped_job_is_not_planned_again(self) -> None:
        order = an_order(a_line("1", 2))
        record = dropped(planned(order))
        after = look(record, order.but(ship_to=MOVED), replan=True)
        assert (after.dispatch, quantities(after.record, JobState.READY)) == ((), {})

    def test_a_job_that_a_person_dropped_and_then_had_made_anew_is_made_in_full(self) -> None:
        fresh = planned(an_order(a_line("1", 2))).jobs["1"].but(dropped=True, reprint=1)
        record = look(planned(an_order(a_line("1", 2))).with_jobs(fresh), an_order(a_line("1", 3))).record
        assert quantities(record, JobState.READY) == {"1": 3}
        moved = an_order(a_line("1", 3), ship_to=MOVED.but(country_code="US"))
        assert quantities(look(record.with_jobs(fresh), moved).record, JobState.READY) == {"1": 3}

    def test_a_change_that_went_unseen_through_a_resend_is_shown_after_it(self) -> None:
        """The job was sent anew as it was before, so what was asked for meanwhile is still not what was told."""
        order = an_order()
        moved = order.but(ship_to=MOVED)
        record = look(waiting(sent(planned(order)), Cause.VENDOR_FAILED), moved).record
        again = record.with_jobs(step_job(record.jobs["1"], JobState.READY, vendor_ref="", due_at=NOW))
        assert causes(look(sent(again), moved).record) is Cause.CHANGED_AFTER_SENT

    def test_but_what_was_added_later_is(self) -> None:
        record = dropped(planned(an_order(a_line("1", 2))))
        after = look(record, an_order(a_line("1", 3), a_line("2"))).record
        assert quantities(after, JobState.READY) == {"1": 1, "2": 1}

    def test_a_released_line_is_left_to_the_store(self) -> None:
        order = an_order(a_line("1"), a_line("2", sku="POSTER", attributes=()))
        record = planned(order)
        assert record.head.attention is not None
        record = record.but(head=record.head.but(accepted=("2",), attention=None))
        after = look(record, order, replan=True).record
        assert (quantities(after, JobState.READY), after.head.attention) == ({"1": 1}, None)

    def test_an_order_the_store_had_lost_is_well_again_once_it_is_read(self) -> None:
        order = an_order()
        record = sent(planned(order))
        lost = Attention(cause=Cause.STORE_LOST_IT, problems=(Problem(what="gone"),), since=NOW)
        record = record.but(head=record.head.but(attention=lost)).settled(NOW)
        after = look(record, order, replan=True).record
        assert (after.head.attention, after.head.state) == (None, OrderState.OPEN)


class TestACancelAtTheStore:
    def cancelled(self, order: Order) -> Order:
        return order.but(cancelled_at=LATER, cancel_reason="customer")

    def test_is_passed_on_to_a_vendor_that_has_it(self) -> None:
        order = an_order()
        outcome = look(sent(planned(order)), self.cancelled(order))
        job = outcome.record.jobs["1"]
        assert (job.cancel_wanted, job.state, outcome.dispatch) == (True, JobState.SENT, ("1",))
        assert outcome.record.head.state is OrderState.OPEN, "it is not cancelled before the vendor says so"

    def test_comes_again_when_its_message_is_lost(self) -> None:
        order = an_order()
        job = look(sent(planned(order)), self.cancelled(order)).record.jobs["1"]
        assert job.due_at is not None
        assert job.due_at <= NOW + timedelta(minutes=10)

    @pytest.mark.parametrize("mid_send", [claimed, unknown], ids=["claimed", "unknown"])
    def test_is_looked_at_again_when_the_job_is_just_being_sent(self, mid_send: object) -> None:
        assert callable(mid_send)
        order = an_order()
        record = mid_send(planned(order))
        outcome = look(record, self.cancelled(order))
        assert outcome.again
        assert outcome.record.jobs == record.jobs, "a write now would take the claim away from its worker"
        assert not is_old_news(outcome.record, self.cancelled(order))
        then = look(sent(outcome.record.with_jobs(planned(order).jobs["1"])), self.cancelled(order))
        assert (then.record.jobs["1"].cancel_wanted, then.again, then.dispatch) == (True, False, ("1",))

    def test_reaches_a_job_in_attention_too(self) -> None:
        order = an_order()
        outcome = look(waiting(sent(planned(order)), Cause.VENDOR_SILENT), self.cancelled(order))
        assert outcome.record.jobs["1"].cancel_wanted
        assert outcome.dispatch == ("1",)

    def test_after_the_parcel_left_goes_to_a_person(self) -> None:
        order = an_order()
        record = sent(planned(order))
        record = told(record, news_of(record.jobs["1"], VendorPhase.SHIPPED, parcels=({"tracking": "T1"},))).record
        assert state_of(record) is JobState.SHIPPED
        after = look(record, self.cancelled(order)).record
        assert after.head.attention is not None
        assert after.head.attention.cause is Cause.CANCELLED_AFTER_SHIPPED
        assert look(after, self.cancelled(order), now=LATER).record == after

    def test_is_asked_for_once_and_not_again_after_a_person_let_the_job_go_on(self) -> None:
        """The vendor said no, the person said: then let it. A later touch of the order is no new cancel."""
        order = an_order()
        record = look(sent(planned(order)), self.cancelled(order)).record
        refused = waiting(record.with_jobs(record.jobs["1"].but(cancel_wanted=False)), Cause.CANCEL_REFUSED)
        record = released(refused)
        outcome = look(record, self.cancelled(order).but(email="new@buyer.example"))
        assert (outcome.record.jobs["1"].cancel_wanted, outcome.dispatch) == (False, ())

    def test_is_asked_for_though_a_person_released_an_earlier_change(self) -> None:
        order = an_order(a_line("1", 2))
        fewer = an_order(a_line("1", 1))
        record = released(look(sent(planned(order)), fewer).record)
        outcome = look(record, self.cancelled(fewer))
        assert (outcome.record.jobs["1"].cancel_wanted, outcome.dispatch) == (True, ("1",))


class TestMidSend:
    @pytest.mark.parametrize("mid_send", [claimed, unknown], ids=["claimed", "unknown"])
    def test_a_change_is_not_taken_for_old_news_until_it_can_be_judged(self, mid_send: object) -> None:
        assert callable(mid_send)
        order = an_order()
        moved = order.but(ship_to=MOVED)
        record = mid_send(planned(order))
        outcome = look(record, moved)
        assert (outcome.again, outcome.record.jobs) == (True, record.jobs)
        assert not is_old_news(outcome.record, moved)
        then = look(sent(outcome.record.with_jobs(planned(order).jobs["1"])), moved)
        assert (then.again, causes(then.record)) == (False, Cause.CHANGED_AFTER_SENT)
        assert is_old_news(then.record, moved)

    def test_a_new_line_does_not_wait_for_it(self) -> None:
        record = look(claimed(planned(an_order(a_line("1")))), an_order(a_line("1"), a_line("2"))).record
        assert quantities(record, JobState.READY) == {"2": 1}
        assert LINKS[0].vendor == record.jobs["2"].vendor


class TestAJobThatWasSentByAnEarlierPlaten:
    """Its content has three parts: the shipping method and messages were not looked at then."""

    def sent_then(self, order: Order) -> OrderRecord:
        record = sent(planned(order))
        where, what, _, too_many = record.jobs["1"].content.split(".")
        return record.with_jobs(record.jobs["1"].but(content=f"{where}.{what}.{too_many}"))

    def test_is_no_change_by_itself(self) -> None:
        order = an_order(a_line("1", 2), shipping=(ShippingChoice(title="Express"),))
        record = self.sent_then(order)
        for now in (order, order.but(tags=("looked",))):
            assert look(record, now).record.jobs == record.jobs

    def test_shows_what_really_changed_and_is_let_go_on(self) -> None:
        record = self.sent_then(an_order(a_line("1", 2)))
        moved = an_order(a_line("1", 2), ship_to=ADDRESS.but(city="Elsewhere"))
        job = look(record, moved).record.jobs["1"]
        assert job.attention is not None
        assert [one.field for one in job.attention.problems] == ["ship_to"]
        let_go = step_job(job.but(content=job.asked, asked=""), JobState.SENT)
        again = look(record.with_jobs(let_go), moved).record.jobs["1"]
        assert again.state is JobState.SENT

    def test_is_cancelled_with_its_order_and_only_once(self) -> None:
        order = an_order(a_line("1", 2))
        record = look(self.sent_then(order), order.but(cancelled_at=NOW)).record
        assert record.jobs["1"].cancel_wanted
        where, what, _ = self.sent_then(order).jobs["1"].content.split(".")
        let_go = record.jobs["1"].but(content=f"{where}.{what}.cancelled", asked="", cancel_wanted=False)
        after = look(record.with_jobs(let_go), order.but(cancelled_at=NOW, note="again")).record
        assert not after.jobs["1"].cancel_wanted
