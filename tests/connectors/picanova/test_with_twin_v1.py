"""Whole lives of v1 orders at the twin: products set up there, sent without a file, lost, found, shipped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen.connectors.picanova import account_of
from platen.domain.job import VendorPhase
from platen.domain.printing import PrintDetails
from platen.domain.verdicts import AlreadyThere, Later, Refused, Unclear, Verdict
from platen.ports import JobRequest
from tests.connectors.picanova.house import TO_AMERICA, a_request
from tests.connectors.picanova.twin_world import World, read, sent, world

BLUEPRINT = "CVS40301MI2"
"""The twin's code of a 40x30 cm canvas, mirrored, on a frame of 2 cm."""
ART = "https://art.example/7f3a.jpg"
BY_FILE = PrintDetails(sku=BLUEPRINT, url=ART)


def with_designs(**switches: Any) -> World:
    at = world(**switches)
    for account in ("eu", "us"):
        assert at.twin.set_up(account, BLUEPRINT) == f"{BLUEPRINT}-APO10000001"
    return at


DESIGN = PrintDetails(design_id=f"{BLUEPRINT}-APO10000001")


def v1_request(*printed: PrintDetails, account: str = "eu-v1", **changes: Any) -> JobRequest:
    return a_request(*(printed or (DESIGN,)), account=account, **changes)


@pytest.mark.parametrize(
    "details",
    [DESIGN, PrintDetails(sku=DESIGN.design_id), BY_FILE, PrintDetails(sku=DESIGN.design_id, url=ART)],
)
@pytest.mark.parametrize(("account", "to_america"), [("eu-v1", False), ("us-v1", True)])
def test_a_whole_life_of_every_kind_of_v1_line(details: PrintDetails, account: str, to_america: bool) -> None:
    at = with_designs()
    request = v1_request(
        details, account=account, quantities=[2], **({"ship_to": TO_AMERICA} if to_america else {})
    )
    assert account_of(at.house.settings, request.order.ship_to, details) == account, "planning sends it this way"
    job = sent(at, request)
    [order] = at.twin.orders
    assert (order.api, order.account, order.external_id) == ("v1", account[:2], request.job.external_id)
    assert order.items[0].file == (ART if details.url else "https://art.example/set-up.jpg")
    assert job.vendor_lines == {"1": "11"}
    assert read(at, job).phase is VendorPhase.WAITING
    assert read(at, job).words == "Draft"

    at.twin.advance(order.id, "IN_PROGRESS")
    assert read(at, job).phase is VendorPhase.IN_PRODUCTION
    at.twin.ship(order.id, {order.items[0].id: 1}, tracking="JD1")
    at.twin.ship(order.id, tracking="JD2")
    at.twin.outbox.pump()
    done = read(at, job)
    assert done.phase is VendorPhase.SHIPPED
    assert [(one.carrier, one.tracking, one.items) for one in done.parcels] == [
        ("DHL", "JD1", (("1", 1),)),
        ("DHL", "JD2", (("1", 1),)),
    ]
    assert {(hint.vendor_ref, hint.external_id) for hint in at.hints} == {(order.id, request.job.external_id)}
    assert at.vendor.locate("", order.id) == request.job.external_id


def test_artwork_of_ones_own_is_printed_though_the_code_has_artwork_in_it() -> None:
    at = with_designs()
    sent(at, v1_request(PrintDetails(sku=DESIGN.design_id, url=ART)))
    [item] = at.twin.orders[0].items
    assert item.sent["product_sku"] == BLUEPRINT, "with the suffix, they print theirs and pass ours over"
    assert item.file == ART


def test_several_lines_are_known_again_in_whatever_way_the_answer_tells_them() -> None:
    at = with_designs()
    job = sent(at, v1_request(DESIGN, BY_FILE, PrintDetails(sku="PST30401", url=ART)))
    assert job.vendor_lines == {"1": "11", "2": "12", "3": "13"}


def test_a_parcel_that_does_not_say_what_is_in_it_is_everything_only_when_all_is_done() -> None:
    at = with_designs(v1_packages_list_items=False)
    job = sent(at, v1_request(DESIGN, BY_FILE))
    first, second = at.twin.orders[0].items
    at.twin.ship(job.vendor_ref, {first.id: 1})
    [parcel] = read(at, job).parcels
    assert parcel.items == (("?", 1),), "no line is called that: a person looks"
    at.twin.ship(job.vendor_ref, {second.id: 1})
    assert [one.items for one in read(at, job).parcels] == [(("?", 1),)] * 2
    other = at.vendor.submit(v1_request(job={"external_id": "1002-k7x2m3qpl4tzabcd-1"}))
    at.twin.ship(other.ref)
    assert [
        one.items for one in read(at, job.but(vendor_ref=other.ref, external_id=other.external_id)).parcels
    ] == [()]


# never twice

LISTS = [
    {},
    {"v1_tells_pages": True},
    {"page_size": 2},
    {"page_size": 2, "v1_tells_pages": True},
    {"page_size": 2, "v1_oldest_first": True},
]


def a_crowd(at: World, count: int) -> None:
    """So many orders of others, an hour apart, before ours is planned."""
    for number in range(count):
        at.vendor.submit(v1_request(job={"external_id": f"other-{number}"}))
        at.house.clock.passes(hours=1)


@pytest.mark.parametrize("switches", LISTS)
@pytest.mark.parametrize("kind", ["cut_reply", "status_after"])
def test_a_create_whose_reply_is_lost_is_found_in_the_list(kind: str, switches: dict[str, Any]) -> None:
    at = with_designs(rate_per_minute=0, **switches)
    a_crowd(at, 5)
    request = v1_request()
    at.twin.faults.add(on="POST v1/orders", kind=kind, status=502, body="<html>")
    with pytest.raises(Unclear):
        at.vendor.submit(request)
    found = at.vendor.find(request)
    assert found is not None
    assert (found.ref, found.lines) == (at.twin.orders[-1].id, {"1": "11"})


@pytest.mark.parametrize("switches", LISTS)
@pytest.mark.parametrize("crowd", [0, 1, 5])
def test_a_create_that_was_never_done_is_not_found_and_may_be_done(switches: dict[str, Any], crowd: int) -> None:
    at = with_designs(rate_per_minute=0, **switches)
    a_crowd(at, crowd)
    at.twin.faults.add(on="POST v1/orders", kind="drop")
    with pytest.raises(Unclear):
        at.vendor.submit(v1_request())
    assert at.vendor.find(v1_request()) is None
    assert at.vendor.submit(v1_request()).ref


def test_a_list_that_cannot_be_leafed_through_is_no_proof_that_it_is_not_there() -> None:
    at = with_designs(rate_per_minute=0, page_size=2, v1_ignores_page=True, v1_oldest_first=True)
    a_crowd(at, 3)
    at.vendor.submit(v1_request())
    with pytest.raises(Unclear) as doubt:
        at.vendor.find(v1_request())
    assert "nothing new" in doubt.value.words


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["drop", "status", "status_after", "cut_reply", "busy", "fine"]), max_size=6),
    st.sampled_from(LISTS),
    st.booleans(),
)
def test_whatever_goes_wrong_there_is_one_order_in_the_end(
    troubles: list[str], switches: dict[str, Any], unique: bool
) -> None:
    """Also if v1 should take an id a second time: that it does not is inferred."""
    at = with_designs(rate_per_minute=0, refuse_duplicates=unique, **switches)
    a_crowd(at, 3)
    request = v1_request()
    for trouble in troubles:
        if trouble == "busy":
            at.twin.faults.add(on="POST v1/orders", kind="status", status=429)
        elif trouble != "fine":
            at.twin.faults.add(on="POST v1/orders", kind=trouble)
    for _ in range(len(troubles) + 1):
        try:
            made = at.vendor.find(request) or at.vendor.submit(request)
        except Verdict:
            continue
        assert made.ref == at.twin.orders[3].id
    assert len(at.twin.orders) == 4


def test_an_id_that_beta_has_is_refused_by_v1_too() -> None:
    at = with_designs()
    sent(at, a_request())
    with pytest.raises(AlreadyThere):
        at.vendor.submit(v1_request())


def test_a_look_through_the_list_that_fails_says_nothing_of_the_order() -> None:
    at = with_designs(rate_per_minute=0)
    sent(at, v1_request())
    for kind in ("drop", "status", "cut_reply", "status_after"):
        at.twin.faults.add(on="GET v1/orders", kind=kind)
        with pytest.raises(Later):
            at.vendor.find(v1_request())


# refusals, and what v1 has no way to


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (PrintDetails(design_id="CVS40301MI2-APO99999999"), "print_design_id"),
        (PrintDetails(sku="CVS40301MI2-APO99999999"), "print_sku"),
        (PrintDetails(sku="CVS99999XX9", url=ART), "print_sku"),
    ],
)
def test_a_product_they_do_not_have_is_refused_in_their_words_at_our_field(
    details: PrintDetails, field: str
) -> None:
    at = with_designs()
    assert list(at.vendor.preflight(v1_request(DESIGN, details))) == [], "v1's products are not in the catalogue"
    with pytest.raises(Refused) as refused:
        at.vendor.submit(v1_request(DESIGN, details))
    [problem] = refused.value.problems
    assert (problem.line_id, problem.field) == ("12", field)
    assert "invalid" in problem.what
    assert at.twin.orders == []


def test_a_cancel_is_refused_with_where_to_do_it_and_seen_once_it_is_done_there() -> None:
    at = with_designs()
    job = sent(at, v1_request())
    with pytest.raises(Refused) as refused:
        at.vendor.cancel(job)
    assert job.vendor_ref in refused.value.words
    assert "Cancel it at merchOne" in refused.value.words
    at.twin.cancel_by_vendor(job.vendor_ref)
    news = at.vendor.cancel(job)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED


def test_an_order_that_stays_a_draft_waits_so_that_the_alarm_goes_off() -> None:
    at = with_designs()
    job = sent(at, v1_request())
    at.house.clock.passes(days=3)
    assert read(at, job).phase is VendorPhase.WAITING


def test_a_sandbox_is_noticed_by_v1_as_well() -> None:
    at = with_designs(sandbox_eu=True)
    assert read(at, sent(at, v1_request())).phase is VendorPhase.FAILED
