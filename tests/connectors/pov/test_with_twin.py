"""Whole lives of orders at the twin: sent, lost and found, made, shipped, told of in the list, rejected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen.domain.job import VendorPhase
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from tests.connectors.pov.house import HOST, SHIP_TO, X, a_request, details
from tests.connectors.pov.twin_world import read, sent, world

POSTER = details("POSTER-A2", "https://art.example/poster.png")


def test_a_whole_life_from_preflight_to_two_parcels() -> None:
    at = world()
    request = a_request(
        details(), POSTER, quantities=[2, 1], gift_message="For you", packing_message="Handle softly"
    )
    job = sent(at, request)
    [order] = at.twin.orders
    assert (order.account, order.test, order.mail_class, order.reference) == ("live", False, "STANDARD", X)
    assert (order.sent["gift_message"], order.sent["packing_message"]) == ("For you", "Handle softly")
    assert order.sent["ship_to"]["name"] == "Ottilie Quellwasser"
    assert order.sent["order_date"] == "2026-11-21T09:00:00.000Z"
    assert job.vendor_lines == {"11": "11", "12": "12"}
    assert read(at, job).phase is VendorPhase.WAITING

    at.twin.advance(order.pov_order_id, "accepted")
    assert read(at, job).phase is VendorPhase.ACCEPTED
    at.twin.ship(order.pov_order_id, {"11": 1}, tracking="1Z1")
    first = read(at, job)
    assert first.phase is VendorPhase.IN_PRODUCTION
    assert first.parcels[0].items == (("11", 1),)

    at.house.clock.passes(hours=1)
    at.twin.ship(order.pov_order_id, tracking="1Z2")
    done = read(at, job)
    assert done.phase is VendorPhase.SHIPPED
    assert [(one.carrier, one.tracking, one.items) for one in done.parcels] == [
        ("UPS", "1Z1", (("11", 1),)),
        ("UPS", "1Z2", (("11", 1), ("12", 1))),
    ]
    assert done.parcels[0] == first.parcels[0]
    assert at.vendor.locate("", order.pov_order_id) == X


def test_a_test_order_walks_by_itself_and_has_a_number_nobody_takes_for_a_parcel() -> None:
    at = world({"mode": "test"}, test_minutes=10)
    job = sent(at, a_request(account="test"))
    assert at.twin.orders[0].account == "test"
    assert read(at, job).test
    at.house.clock.passes(minutes=10)
    done = read(at, job)
    assert done.phase is VendorPhase.SHIPPED
    assert done.parcels[0].tracking.startswith("TEST")


def test_a_stores_test_order_goes_to_the_live_account_as_a_test() -> None:
    at = world()
    job = sent(at, a_request(job={"test": True}))
    assert (at.twin.orders[0].account, at.twin.orders[0].test) == ("live", True)
    assert read(at, job).phase is VendorPhase.WAITING


# never twice


@pytest.mark.parametrize("kind", ["cut_reply", "status_after"])
def test_a_submit_whose_reply_is_lost_is_found_and_not_made_again(kind: str) -> None:
    at = world()
    request = a_request()
    at.twin.faults.add(on="POST /orders", kind=kind, status=502, body="<html>")
    with pytest.raises(Unclear):
        at.vendor.submit(request)
    assert len(at.twin.orders) == 1
    found = at.vendor.find(request)
    assert found is not None
    assert (found.ref, found.lines) == (at.twin.orders[0].pov_order_id, {"11": "11"})


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_a_submit_that_was_never_done_is_not_found(kind: str) -> None:
    at = world()
    at.twin.faults.add(on="POST /orders", kind=kind)
    with pytest.raises(Unclear):
        at.vendor.submit(a_request())
    assert at.vendor.find(a_request()) is None
    assert at.vendor.submit(a_request()).ref


def test_the_same_again_is_the_same_order_and_something_else_under_our_reference_is_there_already() -> None:
    at = world()
    first = at.vendor.submit(a_request())
    assert at.vendor.submit(a_request()).ref == first.ref
    with pytest.raises(AlreadyThere):
        at.vendor.submit(a_request(details(), POSTER))
    assert len(at.twin.orders) == 1


TROUBLES = ["drop", "status", "status_after", "cut_reply", "busy", "fine"]
LOOK_UP_TROUBLES = ["fine", "drop", "status", "cut_reply", "html_404", "busy"]


@pytest.mark.parametrize("lag", [0, 59])
@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TROUBLES), st.sampled_from(LOOK_UP_TROUBLES)), max_size=6))
def test_whatever_goes_wrong_there_is_one_order_in_the_end(lag: int, troubles: list[tuple[str, str]]) -> None:
    """At a vendor that would make a second order of the same reference, by the steps that dispatch takes: after any
    doubt it waits out the lag, then looks, and sends again only when it is told that there is none."""
    at = world(unique_references=False, search_lag_seconds=lag)
    request, doubt, made = a_request(), False, None
    for submit, look_up in [*troubles, ("fine", "fine"), ("fine", "fine")]:
        at.twin.faults.clear()
        _trouble(at.twin, "POST /orders", submit)
        _trouble(at.twin, "GET /orders?reference", look_up)
        try:
            if doubt:
                at.house.clock.passes(seconds=60)
                made = at.vendor.find(request)
            if made is None:
                doubt = False
                made = at.vendor.submit(request)
        except Verdict as verdict:
            doubt = doubt or isinstance(verdict, Unclear)
            continue
        break
    assert made is not None
    assert [order.pov_order_id for order in at.twin.orders] == [made.ref]


def _trouble(twin: object, call: str, kind: str) -> None:
    faults = twin.faults  # type: ignore[attr-defined]
    if kind == "busy":
        faults.add(on=call, kind="status", status=429)
    elif kind == "html_404":
        faults.add(on=call, kind="status", status=404, body="<html>Not Found</html>")
    elif kind != "fine":
        faults.add(on=call, kind=kind)


@pytest.mark.parametrize("kind", ["drop", "status", "cut_reply", "status_after"])
def test_a_look_up_that_fails_says_nothing_of_the_order(kind: str) -> None:
    at = world()
    at.twin.faults.add(on="GET /orders?reference", kind=kind)
    with pytest.raises(Later):
        at.vendor.find(a_request())


def test_a_404_from_something_in_between_is_not_taken_for_no_such_order() -> None:
    at = world({"profile": {"paths": {"by_reference": "/order?ref={reference}"}}})
    sent(at, a_request())
    with pytest.raises(Unclear, match="without saying that there is none"):
        at.vendor.find(a_request())


def test_two_orders_under_one_reference_are_for_a_person_until_one_is_cancelled() -> None:
    at = world(unique_references=False)
    first, second = at.vendor.submit(a_request()), at.vendor.submit(a_request())
    assert at.twin.duplicates == [X]
    with pytest.raises(Refused, match=f"{first.ref} and {second.ref}"):
        at.vendor.find(a_request())
    at.twin.cancel_by_vendor(first.ref)
    found = at.vendor.find(a_request())
    assert found is not None
    assert found.ref == second.ref


# refusals


WRONG = [
    a_request(details(url="art.example/1.png")),
    a_request(details(url="")),
    a_request(details(sku="")),
    a_request(ship_to=SHIP_TO.but(city="")),
    a_request(ship_to=SHIP_TO.but(address1=" ")),
    a_request(ship_to=SHIP_TO.but(country_code="USA")),
    a_request(ship_to=SHIP_TO.but(first_name="", last_name="", company="")),
    a_request(ship_to=None),
    a_request(*[details()] * 101),
]


@pytest.mark.parametrize("request_", WRONG)
def test_what_preflight_stops_the_twin_would_not_take(request_: object) -> None:
    at = world()
    assert list(at.vendor.preflight(request_))  # type: ignore[arg-type]
    with pytest.raises(Refused):
        at.vendor.submit(request_)  # type: ignore[arg-type]
    assert at.twin.orders == []


def test_a_refusal_names_the_line_and_the_field_as_we_call_them() -> None:
    at = world()
    with pytest.raises(Refused) as refused:
        at.vendor.submit(a_request(details(), details("NO-SUCH"), mail_class="PIGEON"))
    found = {(problem.line_id, problem.field) for problem in refused.value.problems}
    assert found == {("12", "print_sku"), ("", "mail_class")}
    assert "Product Code Match" in str(refused.value.problems[1])


def test_art_that_turns_out_wrong_later_is_a_failure_with_its_reason() -> None:
    at = world(art_check=lambda url: "bad" not in url, art_check_after_seconds=600)
    job = sent(at, a_request(details(url="https://art.example/bad.png")))
    assert read(at, job).phase is VendorPhase.WAITING
    at.house.clock.passes(minutes=10)
    news = read(at, job)
    assert news.phase is VendorPhase.FAILED
    assert "art_unreachable" in news.reason


@pytest.mark.parametrize(("account", "words"), [("live", "never made"), ("test", "cancelled at POV now")])
def test_an_order_in_the_wrong_mode_is_a_failure_that_says_what_to_do(account: str, words: str) -> None:
    at = world({"mode": account})
    at.twin.wrong_mode = 1
    made = at.vendor.submit(a_request(account=account))
    assert made.phase is VendorPhase.FAILED
    assert words in made.reason


def test_a_customer_that_is_not_known_any_more_is_denied() -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.revoke("live")
    for ask in (lambda: at.vendor.read(job), lambda: at.vendor.submit(a_request()), lambda: at.vendor.news("")):
        with pytest.raises(Denied):
            ask()
    finding = at.vendor.check()[0]
    assert (finding.ok, "live_customer_id" in finding.fix) == (False, True)
    assert "live-customer" not in finding.what
    at.twin.revoke("live", revoked=False)
    assert at.vendor.check()[0].ok


def test_an_order_stays_with_the_mode_it_was_sent_in() -> None:
    at = world({"mode": "test"})
    job = sent(at, a_request(account="test"))
    at.switch(mode="live")
    assert read(at, job).phase is VendorPhase.WAITING
    at.twin.revoke("test")
    with pytest.raises(Refused, match="Order Mode test"):
        at.vendor.read(job)
    assert at.vendor.check()[0].ok, "and live orders go on"


def test_a_key_is_sent_where_there_is_one() -> None:
    at = world(live=("live-customer", "s3cret"))
    with pytest.raises(Denied):
        at.vendor.submit(a_request())
    at.house.secrets.put_credentials("pov", {"live_customer_id": "live-customer", "live_key": "s3cret"})
    assert at.vendor.submit(a_request()).ref


def test_too_many_calls_are_put_off_for_as_long_as_pov_says() -> None:
    at = world(rate_per_minute=1)
    assert at.vendor.find(a_request()) is None
    with pytest.raises(Busy) as busy:
        at.vendor.submit(a_request())
    assert busy.value.after is not None
    at.http.down.add(HOST)
    with pytest.raises(Unreachable):
        at.vendor.submit(a_request())


def test_the_check_never_sends_an_order_and_tells_the_mail_classes() -> None:
    at = world({"mode": "test"})
    findings = at.vendor.check()
    assert all(finding.ok for finding in findings)
    assert "STANDARD, EXPEDITED, EXPRESS, INTL_STANDARD" in findings[0].what
    assert set(at.twin.api_calls_counted) == {"GET /mail-classes", "GET /orders?reference"}
    assert at.vendor.classes()[0] == MailClass(code="STANDARD", name="Standard")
    at.http.down.add(HOST)
    assert len(at.vendor.classes()) == 4, "from the cache"


# cancelling


def test_a_cancel_is_for_a_person_and_says_where_to_turn() -> None:
    at = world(can_cancel=True)
    job = sent(at, a_request())
    with pytest.raises(Refused) as refused:
        at.vendor.cancel(job)
    for word in (job.vendor_ref, X, "platen mark-cancelled"):
        assert word in refused.value.words
    assert at.twin.api_calls_counted["DELETE /orders/{id}"] == 0
    at.twin.cancel_by_vendor(job.vendor_ref)
    news = at.vendor.cancel(job)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED


def test_a_profile_that_can_cancel_asks_and_believes_only_the_order() -> None:
    at = world({"profile": {"capabilities": {"cancel": True}}}, can_cancel=True)
    job = sent(at, a_request())
    at.twin.faults.add(on="DELETE /orders/{id}", kind="cut_reply")
    news = at.vendor.cancel(job)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED
    late = sent(at, a_request(job={"external_id": "1002-k7x2m3qpl4tzabcd-1"}))
    at.twin.advance(late.vendor_ref, "in_production")
    with pytest.raises(Refused, match="in_production"):
        at.vendor.cancel(late)
