"""States: only the allowed steps, and an order's state is what everything below it adds up to."""

from __future__ import annotations

from itertools import product

import pytest

from platen.domain.attention import ACTIONS, Attention, Cause, Problem
from platen.domain.connection import Lines, Link
from platen.domain.job import JOB_STEPS, JobState
from platen.domain.record import ForbiddenStep, OrderRecord, OrderState, changed, step_job, step_shipment
from platen.domain.shipment import SHIPMENT_STEPS, Parcel, Shipment, ShipmentLine, ShipmentState
from tests.domain.making import NOW, a_line, an_order, planned, sent

TWO_VENDORS = (Link(vendor="press"), Link(vendor="mill", lines=Lines.ALL))
ATTENTION = Attention(cause=Cause.PREFLIGHT, problems=(Problem(what="Something is wrong."),), since=NOW)


def a_shipment(state: ShipmentState, shipment_id: str = "1-a", quantity: int = 1) -> Shipment:
    return Shipment(
        order_id="k7x2m3qpl4tzabcd",
        shipment_id=shipment_id,
        connection="shop",
        store_order_id="1",
        job_id="1",
        state=state,
        parcel=Parcel(tracking="T1"),
        lines=(ShipmentLine(line_id="1", quantity=quantity),),
        recorded_at=NOW,
        attention=ATTENTION if state is ShipmentState.ATTENTION else None,
    )


class TestJobSteps:
    @pytest.mark.parametrize(("before", "after"), list(product(JobState, JobState)))
    def test_are_those_of_the_table_and_no_others(self, before: JobState, after: JobState) -> None:
        job = planned(an_order()).jobs["1"].but(state=before)
        if before is after or after in JOB_STEPS[before]:
            assert step_job(job, after).state is after
        else:
            with pytest.raises(ForbiddenStep, match=f"{before} -> {after}"):
                step_job(job, after)

    def test_never_lead_out_of_an_end(self) -> None:
        assert not JOB_STEPS[JobState.SHIPPED]
        assert not JOB_STEPS[JobState.CANCELLED]

    def test_never_lead_back_to_sending_without_a_person_once_it_may_be_there(self) -> None:
        """Ready, from where it is sent, is reached only by a claim that made nothing, or through a person."""
        before_ready = {state for state, steps in JOB_STEPS.items() if JobState.READY in steps}
        assert before_ready == {JobState.CLAIMED, JobState.ATTENTION}

    def test_out_of_attention_leave_no_attention_behind(self) -> None:
        job = planned(an_order()).jobs["1"].but(state=JobState.ATTENTION, attention=ATTENTION)
        for to in JOB_STEPS[JobState.ATTENTION]:
            assert step_job(job, to).attention is None

    def test_from_every_state_but_the_ends_can_reach_an_end(self) -> None:
        for state in JobState:
            reached = {state}
            while True:
                further = reached | {to for one in reached for to in JOB_STEPS[one]}
                if further == reached:
                    break
                reached = further
            assert reached & {JobState.SHIPPED, JobState.CANCELLED}, state


class TestShipmentSteps:
    @pytest.mark.parametrize(("before", "after"), list(product(ShipmentState, ShipmentState)))
    def test_are_those_of_the_table_and_no_others(self, before: ShipmentState, after: ShipmentState) -> None:
        shipment = a_shipment(before)
        if before is after or after in SHIPMENT_STEPS[before]:
            assert step_shipment(shipment, after).state is after
        else:
            with pytest.raises(ForbiddenStep):
                step_shipment(shipment, after)


def expected(record: OrderRecord) -> OrderState:
    """The order's state, said once more and in other words."""
    head = record.head
    live = {job.state for job in record.jobs.values()} - {JobState.CANCELLED}
    parcels = {one.state for one in record.shipments.values()}
    if head.attention or JobState.ATTENTION in live or ShipmentState.ATTENTION in parcels:
        return OrderState.ATTENTION
    if live == {JobState.SHIPPED} and parcels <= {ShipmentState.TOLD}:
        return OrderState.DONE
    if live:
        return OrderState.OPEN
    if head.cancelled_at:
        return OrderState.CANCELLED
    if head.waiting_for:
        return OrderState.WAITING
    return OrderState.NOTHING_TO_MAKE if head.nothing_because or not record.jobs else OrderState.CANCELLED


class TestTheOrdersState:
    def test_is_right_in_every_combination(self) -> None:
        base = planned(an_order(a_line("1")))
        job = base.jobs["1"]
        two_jobs = [
            {},
            *({"1": job.but(state=one)} for one in JobState),
            *(
                {"1": job.but(state=one), "2": job.but(state=other, job_id="2")}
                for one, other in product(JobState, JobState)
            ),
        ]
        two_parcels = [
            {},
            *({"1-a": a_shipment(one)} for one in ShipmentState),
            *(
                {"1-a": a_shipment(one), "1-b": a_shipment(other, "1-b")}
                for one, other in product(ShipmentState, ShipmentState)
            ),
        ]
        heads = [
            base.head.but(cancelled_at=cancelled, waiting_for=waits, nothing_because=nothing, attention=attention)
            for cancelled, waits, nothing, attention in product(
                (None, NOW), ("", "payment"), ("", "a test"), (None, ATTENTION)
            )
        ]
        for head, jobs, shipments in product(heads, two_jobs, two_parcels):
            record = OrderRecord(head=head, jobs=jobs, shipments=shipments)
            assert record.settled(NOW).head.state is expected(record)

    def test_done_needs_every_parcel_told(self) -> None:
        record = planned(an_order())
        record = record.with_jobs(record.jobs["1"].but(state=JobState.SHIPPED))
        for state in ShipmentState:
            settled = record.with_shipments(a_shipment(state)).settled(NOW)
            assert (settled.head.state is OrderState.DONE) is (state is ShipmentState.TOLD)

    def test_that_did_not_change_changes_no_time(self) -> None:
        record = planned(an_order())
        assert record.settled(NOW.replace(year=2027)) is record


class TestBound:
    """What a vendor has, or may have, is bound: it is never rewritten and counts as made."""

    @pytest.mark.parametrize("state", [JobState.CLAIMED, JobState.UNKNOWN, JobState.SENT, JobState.IN_PRODUCTION])
    def test_once_a_request_may_have_left(self, state: JobState) -> None:
        assert planned(an_order()).jobs["1"].but(state=state).bound

    def test_in_attention_if_the_vendor_has_it_or_may_have_it(self) -> None:
        job = planned(an_order()).jobs["1"].but(state=JobState.ATTENTION)
        assert not job.bound
        assert job.but(doubt=True).bound
        assert job.but(vendor_ref="V1").bound

    def test_not_before_nor_after_a_cancel(self) -> None:
        job = planned(an_order()).jobs["1"]
        assert not job.bound
        assert not job.but(state=JobState.CANCELLED, vendor_ref="V1").bound


class TestWhatHasChanged:
    def test_is_all_of_a_new_record(self) -> None:
        record = planned(an_order())
        assert list(changed(None, record)) == [record.head, record.jobs["1"]]

    def test_is_nothing_when_nothing_did(self) -> None:
        record = planned(an_order())
        assert list(changed(record, record)) == []

    def test_is_only_what_did(self) -> None:
        record = planned(an_order(a_line("1"), a_line("2", attributes=())), links=TWO_VENDORS)
        after = sent(record)
        assert list(changed(record, after)) == [after.jobs["1"]]


class TestCauses:
    def test_each_has_something_a_person_can_do(self) -> None:
        assert set(ACTIONS) == set(Cause)
        assert all(ACTIONS.values())
