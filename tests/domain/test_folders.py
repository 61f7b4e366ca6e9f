"""Folders: where an order goes by what has just happened to its jobs, and where it stays."""

from __future__ import annotations

from typing import Any

import pytest

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.folders import known, moved
from platen.domain.heads import new_head
from platen.domain.job import Job, JobLine, JobState, external_id
from platen.domain.making import Making
from platen.domain.record import OrderRecord
from tests.domain.making import INTAKE, NOW, an_order, planned

J = JobState
MAKINGS = {
    "press": Making(
        after_import="Prepared", after_shipment="Closed", after_error="Trouble", after_cancel="Canceled"
    ),
    "mill": Making(after_import="Milled", after_shipment="Mill-Closed", after_cancel="Mill-Canceled"),
    "bare": Making(),
}
RULES = INTAKE.but(cancel_folder="Called off")
_ATTENTION = Attention(cause=Cause.PREFLIGHT, problems=(Problem(what="Wrong."),), since=NOW)


def a_job(job_id: str, vendor: str, state: JobState) -> Job:
    order = an_order()
    return Job(
        order_id=order.order_id,
        job_id=job_id,
        store="shop",
        vendor=vendor,
        external_id=external_id("#1001", order.order_id, job_id),
        state=state,
        lines=(JobLine(line_id=job_id, quantity=1),),
        body="b",
        content="...",
        planned_at=NOW,
        attention=_ATTENTION if state is J.ATTENTION else None,
    )


def a_record(*jobs: tuple[str, JobState], **head: Any) -> OrderRecord:
    record = OrderRecord(head=new_head(an_order(), NOW, "Here").but(**head))
    made = (a_job(str(number), vendor, state) for number, (vendor, state) in enumerate(jobs, start=1))
    return record.with_jobs(*made).settled(NOW)


def after(before: OrderRecord | None, record: OrderRecord) -> str:
    return moved(before, record, making_of=MAKINGS.__getitem__, intake=RULES).head.folder


@pytest.mark.parametrize(
    ("was", "now", "folder"),
    [
        (J.READY, J.CLAIMED, "Here"),
        (J.CLAIMED, J.SENT, "Prepared"),
        (J.CLAIMED, J.ATTENTION, "Trouble"),
        (J.ATTENTION, J.READY, "Here"),
        (J.ATTENTION, J.SENT, "Prepared"),
        (J.ATTENTION, J.IN_PRODUCTION, "Prepared"),
        (J.SENT, J.IN_PRODUCTION, "Here"),
        (J.SENT, J.SHIPPED, "Closed"),
        (J.IN_PRODUCTION, J.SHIPPED, "Closed"),
        (J.IN_PRODUCTION, J.CANCELLED, "Canceled"),
        (J.SENT, J.SENT, "Here"),
        (J.ATTENTION, J.ATTENTION, "Here"),
        (J.SHIPPED, J.SHIPPED, "Here"),
    ],
)
def test_a_step_of_the_only_job_moves_its_order(was: JobState, now: JobState, folder: str) -> None:
    assert after(a_record(("press", was)), a_record(("press", now))) == folder
    assert after(a_record(("bare", was)), a_record(("bare", now))) == "Here", "without settings nothing moves"


def test_a_job_that_is_stopped_as_it_is_planned_is_an_error_too() -> None:
    assert after(None, a_record(("press", J.ATTENTION))) == "Trouble"
    assert after(a_record(), a_record(("press", J.ATTENTION))) == "Trouble"
    assert after(None, a_record(("press", J.READY))) == "Here"


@pytest.mark.parametrize("other", [one for one in J if one not in (J.SHIPPED, J.CANCELLED)])
@pytest.mark.parametrize("end", [J.SHIPPED, J.CANCELLED])
def test_nothing_is_closed_while_another_vendor_still_makes_a_part(end: JobState, other: JobState) -> None:
    before = a_record(("press", J.IN_PRODUCTION), ("mill", other))
    assert after(before, a_record(("press", end), ("mill", other))) == "Here"


@pytest.mark.parametrize(
    ("press", "mill", "ends", "folder"),
    [
        (J.SHIPPED, J.SENT, ("mill", J.SHIPPED), "Mill-Closed"),
        (J.CANCELLED, J.SENT, ("mill", J.SHIPPED), "Mill-Closed"),
        (J.SHIPPED, J.SENT, ("mill", J.CANCELLED), "Closed"),  # a part of it was shipped: it is not cancelled
        (J.CANCELLED, J.SENT, ("mill", J.CANCELLED), "Mill-Canceled"),
        (J.SENT, J.SHIPPED, ("press", J.CANCELLED), "Mill-Closed"),
    ],
)
def test_the_last_to_end_closes_the_order(
    press: JobState, mill: JobState, ends: tuple[str, JobState], folder: str
) -> None:
    before = {"press": press, "mill": mill}
    now = before | dict([ends])
    assert after(a_record(*before.items()), a_record(*now.items())) == folder


def test_one_vendors_yes_does_not_take_an_order_away_from_where_anothers_trouble_is_looked_for() -> None:
    before = a_record(("mill", J.CLAIMED), ("press", J.ATTENTION), folder="Trouble")
    assert after(before, a_record(("mill", J.SENT), ("press", J.ATTENTION), folder="Trouble")) == "Trouble"
    both = a_record(("mill", J.SENT), ("press", J.SENT), folder="Trouble")
    assert after(a_record(("mill", J.SENT), ("press", J.ATTENTION), folder="Trouble"), both) == "Prepared"


@pytest.mark.parametrize(
    "why",
    [{"waiting_for": "payment"}, {"attention": _ATTENTION}],
    ids=["waits", "asks"],
)
def test_an_order_that_is_only_planned_anew_is_not_cancelled(why: dict[str, Any]) -> None:
    before = a_record(("press", J.READY))
    assert after(before, a_record(("press", J.CANCELLED), **why)) == "Here"


def test_what_the_store_cancels_before_anything_was_made_has_a_folder_of_its_own() -> None:
    gone = {"cancelled_at": NOW}
    assert after(None, a_record(**gone)) == "Called off"
    assert after(a_record(("bare", J.READY)), a_record(("bare", J.CANCELLED), **gone)) == "Called off"
    assert after(a_record(("press", J.READY)), a_record(("press", J.CANCELLED), **gone)) == "Canceled"
    known_of = a_record(("bare", J.CANCELLED), **gone)
    assert after(known_of, known_of) == "Here", "once, and not at every look"


def test_nothing_but_the_folder_is_changed() -> None:
    before, now = a_record(("press", J.CLAIMED)), a_record(("press", J.SENT))
    then = moved(before, now, making_of=MAKINGS.__getitem__, intake=RULES)
    assert then.but(head=then.head.but(folder="Here")) == now


def test_a_record_that_does_not_move_is_the_same_one() -> None:
    record = planned(an_order())
    assert moved(record, record, making_of=lambda _: Making(), intake=None) is record


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("new", "New"),
        ("  NEW ", "New"),
        ("waiting  for\tart", "Waiting for art"),
        ("A\u0308rger", "\u00c4rger"),
        ("\u00e4rger", "\u00c4rger"),
        ("N\u200bew", "New"),
        ("Argerr", ""),
        ("Arger", ""),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_a_folder_is_known_however_it_is_typed(said: str, meant: str) -> None:
    assert known(said, ("New", "Waiting for art", "\u00c4rger")) == meant
