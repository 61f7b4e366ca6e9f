"""Whole lives of orders at the twin: sent, lost and found, made, shipped, told by webhook, cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen.domain.job import VendorPhase
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import JobRequest
from tests.connectors.picanova.fakes import HOST
from tests.connectors.picanova.house import TO_AMERICA, a_request, details
from tests.connectors.picanova.twin_world import POSTER, read, sent, world

SPELLINGS = [
    {},
    {"times_as_objects": True, "money_as_text": True},
    {"options_as_list": True, "cancelled_as": "CANCELED"},
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    ("account", "request_"),
    [
        ("eu", a_request(details(), POSTER, quantities=[2, 1])),
        ("us", a_request(details(), POSTER, account="us", ship_to=TO_AMERICA, quantities=[2, 1])),
    ],
)
def test_a_whole_life_from_preflight_to_two_parcels(
    account: str, request_: JobRequest, spelling: dict[str, Any]
) -> None:
    at = world(**spelling)
    job = sent(at, request_)
    [order] = at.twin.orders
    canvas, poster = order.items
    assert (order.account, order.is_test) == (account, False)
    assert job.vendor_lines == {str(canvas.id): "11", str(poster.id): "12"}
    assert canvas.chosen == {"Canvas border": "Mirrored", "Stretcher frame": "2 cm"}
    assert read(at, job).phase is VendorPhase.WAITING

    at.twin.advance(order.id, "ACCEPTED")
    assert read(at, job).phase is VendorPhase.ACCEPTED
    at.twin.advance(order.id, "GENERATED")
    assert read(at, job).phase is VendorPhase.IN_PRODUCTION

    at.twin.ship(order.id, {canvas.id: 1}, tracking="")
    at.twin.outbox.pump()
    first = read(at, job)
    assert first.phase is VendorPhase.IN_PRODUCTION
    assert first.parcels[0].items == ((str(canvas.id), 1),)
    assert first.parcels[0].tracking == ""

    at.house.clock.passes(hours=1)
    at.twin.ship(order.id, tracking="JD014600003")
    at.twin.outbox.pump()
    done = read(at, job)
    assert done.phase is VendorPhase.SHIPPED
    assert [parcel.tracking for parcel in done.parcels] == ["", "JD014600003"]
    assert {job.vendor_lines[item] for item, _ in done.parcels[1].items} == {"11", "12"}
    assert done.parcels[0] == first.parcels[0]
    assert [hint.topic for hint in at.hints] == ["shipment_sent", "shipment_sent"]
    assert {(hint.vendor_ref, hint.external_id) for hint in at.hints} == {(order.id, request_.job.external_id)}
    assert at.vendor.locate("", order.id) == request_.job.external_id


def test_tracking_that_is_filled_in_later_is_seen_by_a_read() -> None:
    at = world()
    job = sent(at, a_request())
    index = at.twin.ship(job.vendor_ref, tracking="")
    before = read(at, job).parcels[0]
    at.twin.fill_tracking(job.vendor_ref, index, "JD1")
    after = read(at, job).parcels[0]
    assert (before.tracking, after.tracking) == ("", "JD1")
    assert (before.shipped_at, before.items) == (after.shipped_at, after.items)


# never twice


@pytest.mark.parametrize("kind", ["cut_reply", "status_after"])
def test_a_create_whose_reply_is_lost_is_found_and_not_made_again(kind: str) -> None:
    at = world()
    request = a_request()
    assert list(at.vendor.preflight(request)) == []
    at.twin.faults.add(on="POST /orders", kind=kind, status=502, body="<html>")
    with pytest.raises(Unclear):
        at.vendor.submit(request)
    assert len(at.twin.orders) == 1
    found = at.vendor.find(request)
    assert found is not None
    assert found.ref == at.twin.orders[0].id
    assert list(found.lines.values()) == ["11"]


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_a_create_that_was_never_done_is_not_found(kind: str) -> None:
    at = world()
    at.twin.faults.add(on="POST /orders", kind=kind)
    with pytest.raises(Unclear):
        at.vendor.submit(a_request())
    assert at.vendor.find(a_request()) is None
    assert at.vendor.submit(a_request()).ref


def test_a_second_create_under_our_id_is_refused_as_there_already() -> None:
    at = world()
    sent(at, a_request())
    with pytest.raises(AlreadyThere):
        at.vendor.submit(a_request())
    assert at.twin.duplicates == []


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["drop", "status", "status_after", "cut_reply", "busy", "fine"]), max_size=6))
def test_whatever_goes_wrong_there_is_one_order_in_the_end(troubles: list[str]) -> None:
    at = world(rate_per_minute=0)
    request = a_request()
    for trouble in troubles:
        if trouble == "busy":
            at.twin.faults.add(on="POST /orders", kind="status", status=429)
        elif trouble != "fine":
            at.twin.faults.add(on="POST /orders", kind=trouble)
    for _ in range(len(troubles) + 1):
        try:
            made = at.vendor.find(request) or at.vendor.submit(request)
        except Verdict:
            continue
        assert made.ref == at.twin.orders[0].id
    assert len(at.twin.orders) == 1


def test_a_look_up_that_fails_says_nothing_of_the_order() -> None:
    at = world()
    sent(at, a_request())
    for kind in ("drop", "status", "cut_reply", "status_after"):
        at.twin.faults.add(on="GET /orders/@", kind=kind)
        with pytest.raises(Later):
            at.vendor.find(a_request())
    at.http.down.add(HOST)
    with pytest.raises(Unreachable):
        at.vendor.find(a_request())


# refusals


def test_what_preflight_lets_through_the_twin_takes_and_what_it_stops_the_twin_would_not_take() -> None:
    wrong = [
        a_request(details("DIGI-40X3O-1")),
        a_request(details("999")),
        a_request(details(options={"canvas border": "Mirrored", "Stretcher frame": "2 cm"})),
        a_request(details(options={"Canvas border": "mirrored", "Stretcher frame": "2 cm"})),
        a_request(details(options={"Canvas border": "Mirrored"})),
        a_request(details(url="art.example/1.jpg")),
        a_request(details("QUAD-100X100-1"), ship_to=TO_AMERICA),
        a_request(ship_to=TO_AMERICA.but(region_code="")),
        a_request(ship_to=TO_AMERICA.but(city="")),
        a_request(*[details()] * 100),
        a_request(details(), quantities=[100]),
    ]
    for request in wrong:
        at = world(rate_per_minute=0)
        stopped = list(at.vendor.preflight(request))
        assert stopped
        with pytest.raises(Refused) as refused:
            at.vendor.submit(request)
        assert at.twin.orders == []
        lines = {problem.line_id for problem in refused.value.problems}
        assert lines <= {problem.line_id for problem in stopped} | {""}, "they name the same lines"


def test_a_refusal_names_the_line_and_the_option() -> None:
    at = world()
    request = a_request(details(), details(options={"Canvas border": "Mirrored", "Stretcher frame": "3 cm"}))
    with pytest.raises(Refused) as refused:
        at.vendor.submit(request)
    [problem] = refused.value.problems
    assert (problem.line_id, problem.field) == ("12", "print_option_value_2")


def test_an_unavailable_method_is_refused_in_their_words() -> None:
    at = world()
    sent(at, a_request())
    express = a_request(mail_class="PIGEON", job={"external_id": "1002-k7x2m3qpl4tzabcd-1"})
    with pytest.raises(Refused) as refused:
        at.vendor.submit(express)
    assert refused.value.problems[0].field == "shipping_method"


def test_wrong_credentials_are_denied() -> None:
    at = world()
    at.house.secrets.held = {"eu_user": "eu-user", "eu_key": "guessed"}
    for ask in (lambda: at.vendor.preflight(a_request()), lambda: at.vendor.submit(a_request())):
        with pytest.raises(Denied):
            ask()
    assert [finding.ok for finding in at.vendor.check()][:2] == [False, False]


def test_sixty_calls_a_minute_are_kept_to() -> None:
    at = world(rate_per_minute=2)
    assert at.vendor.refresh() == 14
    spent = at.twin.api_calls_counted
    assert spent["GET /products/{id}"] >= 5
    at.house.clock.passes(minutes=2)
    for _ in range(2):
        assert at.vendor.find(a_request()) is None
    with pytest.raises(Busy) as busy:
        at.vendor.find(a_request())
    assert busy.value.after is not None


def test_the_catalogue_of_each_store_is_judged_by_alone() -> None:
    at = world()
    american = details("RECT-90X60-1")
    assert list(at.vendor.preflight(a_request(american, account="us", ship_to=TO_AMERICA))) == []
    [problem] = at.vendor.preflight(a_request(american))
    assert problem.field == "print_sku"
