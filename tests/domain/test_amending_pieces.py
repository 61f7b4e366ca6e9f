"""Pieces, money and races of a vendor that takes changes: nothing twice, nothing lost, nothing hidden."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from platen.domain.attention import Cause
from platen.domain.connection import Link
from platen.domain.job import Hold, JobState, VendorParcel, VendorPhase
from platen.domain.order import Charges, Line, Order, Payment
from platen.domain.planning import Planned
from platen.domain.record import OrderRecord, OrderState, step_job
from tests.domain.making import (
    ADDRESS,
    NOW,
    PRINTED,
    Vendors,
    a_line,
    an_order,
    look,
    news_of,
    sent,
    told,
    waiting,
)

BOTH = Vendors(amending=("press", "mill"))
PRESS = Vendors(amending=("press",))
KEEPS = Vendors(amending=("press",), keeping=("press",))
LATER = NOW + timedelta(minutes=5)
MOVED = ADDRESS.but(address1="2 Other Street")
MILL_TOO = (Link(vendor="mill", skus=("CANVAS-2",)), Link(vendor="press"))


def again(record: OrderRecord, *lines: Line, vendors: Vendors = PRESS, **changes: object) -> Planned:
    return look(record, an_order(*lines, **changes), now=LATER, vendors=vendors)


def pieces(record: OrderRecord, job_id: str = "1") -> dict[str, int]:
    return {line.line_id: line.quantity for line in record.jobs[job_id].lines}


def parcel(record: OrderRecord, phase: VendorPhase, *items: tuple[str, int], job_id: str = "1") -> OrderRecord:
    parcels = (VendorParcel(tracking=f"T{len(record.shipments)}", items=items),)
    return told(record, news_of(record.jobs[job_id], phase, parcels=parcels), job_id, LATER).record


def has_taken_it(record: OrderRecord, job_id: str = "1") -> OrderRecord:
    job = record.jobs[job_id]
    assert job.to_be_amended
    return record.with_jobs(job.but(amend_wanted=False, content=job.asked, asked="", told_lines=())).settled(LATER)


@pytest.fixture
def at_press() -> OrderRecord:
    return sent(look(None, an_order(a_line("1", 3)), vendors=PRESS).record)


class TestFewer:
    def test_than_have_shipped_are_never_counted_out_of_the_job(self, at_press: OrderRecord) -> None:
        """Else the pieces that left would be made once more when the order grows again."""
        partly = parcel(at_press, VendorPhase.IN_PRODUCTION, ("item-1", 2))
        fewer = again(partly, a_line("1", 1)).record
        assert pieces(fewer) == {"1": 2}
        assert again(fewer, a_line("1", 1)).record == fewer
        grown = again(has_taken_it(fewer), a_line("1", 2)).record
        assert list(grown.jobs) == ["1"]

    def test_than_have_shipped_is_no_cancel(self, at_press: OrderRecord) -> None:
        partly = parcel(at_press, VendorPhase.IN_PRODUCTION, ("item-1", 2))
        job = again(partly, a_line("1", 0)).record.jobs["1"]
        assert (job.cancel_wanted, job.to_be_amended) == (False, True)

    def test_are_taken_off_each_job_no_further_than_it_goes(self) -> None:
        first = sent(look(None, an_order(a_line("1", 2), a_line("2", 1)), vendors=PRESS).record)
        both = sent(again(first, a_line("1", 4), a_line("2", 1)).record, "2")
        fewer = again(both, a_line("1", 1), a_line("2", 1)).record
        assert sum(pieces(fewer, job_id).get("1", 0) for job_id in fewer.jobs) == 1

    def test_of_two_jobs_are_not_two_cancels(self, at_press: OrderRecord) -> None:
        both = sent(again(at_press, a_line("1", 5)).record, "2")
        fewer = again(both, a_line("1", 1)).record
        live = [job for job in fewer.jobs.values() if not job.cancel_wanted]
        assert [pieces(fewer, job.job_id) for job in live] == [{"1": 1}]

    def test_are_taken_off_where_that_can_be_told_before_a_person_is_asked(self) -> None:
        mill = sent(look(None, an_order(a_line("1")), vendors=PRESS, links=(Link(vendor="mill"),)).record)
        both = sent(again(mill, a_line("1", 2)).record, "2")
        assert [job.vendor for job in both.jobs.values()] == ["mill", "press"]
        fewer = again(both, a_line("1", 1)).record
        assert fewer.jobs["1"].attention is None
        assert fewer.jobs["2"].cancel_wanted

    def test_and_as_many_again_before_it_was_told_are_one_job(self, at_press: OrderRecord) -> None:
        record = again(again(at_press, a_line("1", 1)).record, a_line("1", 3)).record
        assert list(record.jobs) == ["1"]
        assert (pieces(record), record.jobs["1"].told_lines) == ({"1": 3}, ())

    def test_that_are_not_told_yet_leave_the_vendors_parcels_whole(self, at_press: OrderRecord) -> None:
        fewer = again(at_press, a_line("1", 1)).record
        partly = parcel(fewer, VendorPhase.IN_PRODUCTION, ("item-1", 1))
        assert partly.jobs["1"].state is JobState.IN_PRODUCTION, "it has two more, and was not told otherwise"
        shipped = parcel(partly, VendorPhase.SHIPPED, ("item-1", 2))
        assert shipped.jobs["1"].state is JobState.SHIPPED
        assert pieces(shipped) == {"1": 3}
        assert list(again(shipped, a_line("1", 3)).record.jobs) == ["1"]

    def test_none_and_some_again_are_made_once_the_cancel_is_through(self, at_press: OrderRecord) -> None:
        gone = again(at_press, a_line("1", 0)).record
        wanted = again(gone, a_line("1", 2))
        assert wanted.again, "nobody else would look when the cancel is through"
        off = told(wanted.record, news_of(gone.jobs["1"], VendorPhase.CANCELLED), now=LATER).record
        made = again(off, a_line("1", 2))
        assert (made.dispatch, pieces(made.record, "2")) == (("2",), {"1": 2})
        assert not made.again

    def test_none_at_all_is_not_asked_of_it_again_after_a_person_let_it_go_on(self, at_press: OrderRecord) -> None:
        gone = again(at_press, a_line("1", 0)).record
        refused = waiting(gone, Cause.CANCEL_REFUSED, cancel_wanted=False)
        seen = again(refused, a_line("1", 0)).record.jobs["1"]
        go_on = step_job(seen, JobState.SENT, content=seen.asked, asked="")
        for note in ("", "Ring twice"):
            job = again(refused.with_jobs(go_on), a_line("1", 0), note=note).record.jobs["1"]
            assert not job.cancel_wanted


class TestAnUncancelledOrder:
    @pytest.mark.parametrize("vendors", [PRESS, Vendors()])
    def test_is_made_once_the_cancel_is_through(self, at_press: OrderRecord, vendors: Vendors) -> None:
        off = again(at_press, a_line("1", 3), cancelled_at=LATER, vendors=vendors).record
        assert off.jobs["1"].cancel_wanted
        back = again(off, a_line("1", 3), vendors=vendors)
        assert back.again
        through = told(back.record, news_of(off.jobs["1"], VendorPhase.CANCELLED), now=LATER).record
        assert again(through, a_line("1", 3), vendors=vendors).dispatch == ("2",)


class TestAJobInOtherTrouble:
    @pytest.mark.parametrize("cause", [Cause.VENDOR_REFUSED, Cause.VENDOR_SILENT, Cause.VENDOR_LOST_IT])
    def test_has_its_change_told_once_a_person_has_seen_to_the_trouble(
        self, at_press: OrderRecord, cause: Cause
    ) -> None:
        record = again(waiting(at_press, cause), a_line("1", 3), ship_to=MOVED).record
        job = record.jobs["1"]
        assert job.attention
        assert (job.attention.cause, job.to_be_amended) == (cause, False)
        out = step_job(job, JobState.SENT)
        assert out.to_be_amended
        assert out.body == record.head.body

    def test_that_ends_by_itself_goes_on_with_its_change(self, at_press: OrderRecord) -> None:
        record = again(waiting(at_press, Cause.VENDOR_SILENT), a_line("1", 3), ship_to=MOVED).record
        job = told(record, news_of(record.jobs["1"], VendorPhase.ACCEPTED), now=LATER).record.jobs["1"]
        assert (job.state, job.to_be_amended) == (JobState.SENT, True)

    def test_because_the_change_was_refused_stays_with_the_person(self, at_press: OrderRecord) -> None:
        record = again(waiting(at_press, Cause.CHANGED_AFTER_SENT), a_line("1", 3), ship_to=MOVED).record
        assert not step_job(record.jobs["1"], JobState.SENT).to_be_amended


class TestAChangeThatWasTooLate:
    """Shipped before the vendor could be told of it."""

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"ship_to": MOVED}, "shipping address"),
            ({"lines": (a_line("1", 2),)}, "pieces"),
            ({"lines": (a_line("1", 3, attributes=(PRINTED[0],)),)}, "print details"),
            ({"payment": Payment.PENDING}, "wait"),
        ],
    )
    def test_is_seen_by_a_person(self, at_press: OrderRecord, changes: dict[str, object], says: str) -> None:
        order = an_order(a_line("1", 3)).but(**changes)
        changed = look(at_press, order, now=LATER, vendors=KEEPS).record
        assert changed.jobs["1"].to_be_amended
        record = parcel(changed, VendorPhase.SHIPPED, ("item-1", 3))
        assert (record.jobs["1"].state, record.head.state) == (JobState.SHIPPED, OrderState.ATTENTION)
        assert record.head.attention
        assert record.head.attention.cause is Cause.CHANGED_AFTER_SHIPPED
        assert says in str(record.head.attention)
        assert look(record, order, now=LATER, vendors=KEEPS).record.head.attention == record.head.attention
        assert not record.jobs["1"].amend_wanted

    def test_but_makes_no_difference_to_the_parcel_bothers_nobody(self, at_press: OrderRecord) -> None:
        changed = again(at_press, a_line("1", 3), note="Ring twice").record
        assert parcel(changed, VendorPhase.SHIPPED, ("item-1", 3)).head.attention is None


class TestAHold:
    def test_is_no_silence(self) -> None:
        unpaid = an_order(a_line("1", 2), payment=Payment.PENDING)
        record = sent(look(None, unpaid, vendors=KEEPS).record)
        in_weeks = NOW + timedelta(weeks=3)
        heard = told(record, news_of(record.jobs["1"], VendorPhase.WAITING), now=in_weeks).record
        assert heard.jobs["1"].attention is None
        assert heard.head.state is OrderState.WAITING

    @pytest.mark.parametrize(("payment", "hold"), [(Payment.PENDING, Hold.PAYMENT), (Payment.PAID, Hold.STORE)])
    def test_is_kept_while_the_store_waits_for_an_approval(self, payment: Payment, hold: Hold) -> None:
        """The order is not to be made yet: nobody may be told that it is."""
        unpaid = an_order(a_line("1", 2), payment=Payment.PENDING)
        record = sent(look(None, unpaid, vendors=KEEPS).record)
        order = an_order(a_line("1", 2), a_line("3"), payment=payment, pending="it waits for approval")
        after = look(record, order, now=LATER, vendors=KEEPS).record
        assert after.jobs["1"].hold is hold
        assert list(after.jobs) == ["1"], "nobody is told of anything new of it"
        assert after.head.state is OrderState.WAITING


class TestAReprint:
    def reprinted(self, at_press: OrderRecord) -> OrderRecord:
        job = at_press.jobs["1"].but(job_id="2", reprint_of="1", external_id="R", vendor_ref="V-R")
        return at_press.with_jobs(job)

    def test_is_told_of_a_new_address_and_keeps_its_pieces(self, at_press: OrderRecord) -> None:
        record = again(self.reprinted(at_press), a_line("1", 1), ship_to=MOVED).record
        assert (pieces(record), pieces(record, "2")) == ({"1": 1}, {"1": 3})
        assert record.jobs["2"].to_be_amended

    def test_of_a_line_that_is_gone_is_left_to_a_person(self, at_press: OrderRecord) -> None:
        """Told anew, it would be told of nothing."""
        job = again(self.reprinted(at_press), a_line("3"), ship_to=MOVED).record.jobs["2"]
        assert job.state is JobState.ATTENTION
        assert not job.amend_wanted


class TestMoney:
    WHOLE = Charges(currency="EUR", shipping=Decimal("10.00"), tax=Decimal("3.01"))

    def order(self, *lines: Line, **changes: object) -> Order:
        return an_order(*lines, **({"charges": self.WHOLE} | changes))

    def shares(self, record: OrderRecord) -> dict[str, Charges | None]:
        return {job.job_id: job.shares for job in record.jobs.values() if not job.cancel_wanted}

    def test_of_what_is_called_off_goes_to_what_is_left(self) -> None:
        order = self.order(a_line("1"), a_line("2"))
        record = look(None, order, vendors=BOTH, links=MILL_TOO).record
        both = sent(sent(record), "2")
        left = look(both, self.order(a_line("1")), now=LATER, vendors=BOTH, links=MILL_TOO).record
        assert [share == self.WHOLE for share in self.shares(left).values()] == [True]
