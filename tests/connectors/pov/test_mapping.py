"""From our words to POV's and back. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen.connectors.pov import mapping, wire
from platen.connectors.pov.profile import Profile
from platen.domain.job import VendorPhase
from platen.domain.printing import Print, PrintOption
from platen.domain.verdicts import Refused
from tests.connectors.pov.house import SHIP_TO, X, a_job, a_request, details, their_order, their_shipment

V0 = Profile()


def order(**changes: Any) -> wire.Order:
    return wire.order(their_order(**changes), V0.answer)


def test_an_order_as_pov_is_told() -> None:
    request = a_request(details(), quantities=[2], gift_message="For you", packing_message="Softly")
    assert mapping.order_body(request, V0, "4711") == {
        "customer_id": "4711",
        "reference": X,
        "test": False,
        "order_number": "#1001",
        "order_date": "2026-11-21T09:00:00.000Z",
        "mail_class": "STANDARD",
        "gift_message": "For you",
        "packing_message": "Softly",
        "ship_to": {
            "name": "Ottilie Quellwasser",
            "company": "Kranich Rahmen",
            "address1": "Lange Zeile 17",
            "address2": "Hinterhaus",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "62701",
            "country": "US",
            "phone": "+1 217 5550123",
            "email": "ottilie@kranich.example",
        },
        "return_to": None,
        "items": [
            {
                "line_id": "11",
                "sku": "CANVAS-40X30",
                "quantity": 2,
                "art_url": "https://art.example/7f3a.png",
                "description": "Canvas",
                "price": "39.90",
            }
        ],
    }


def test_another_profile_tells_it_in_another_shape() -> None:
    own = Profile.model_validate(
        {
            "body": {
                "order": {"Order": {"Id": "{reference}", "Ship": "{ship_to}", "Rows": "{items}", "Src": "platen"}},
                "item": {"Sku": "{sku}", "Qty": "{quantity}", "Art": ["{art_url}"], "No": "{number}"},
            }
        }
    )
    body = mapping.order_body(a_request(), own, "4711")
    assert set(body) == {"Order"}
    assert body["Order"]["Src"] == "platen"
    art = ["https://art.example/7f3a.png"]
    assert body["Order"]["Rows"] == [{"Sku": "CANVAS-40X30", "Qty": 1, "Art": art, "No": 1}]
    assert "4711" not in json.dumps(body)


@pytest.mark.parametrize(
    ("account", "test", "told"),
    [("live", False, False), ("live", True, True), ("test", False, True), ("test", True, True)],
)
def test_an_order_is_a_test_by_its_account_or_by_itself(account: str, test: bool, told: bool) -> None:
    request = a_request(account=account, job={"test": test})
    assert mapping.order_body(request, V0, "4711")["test"] is told


def test_a_test_order_is_never_sent_where_it_cannot_say_so() -> None:
    silent = Profile.model_validate(
        {"body": {"order": {"reference": "{reference}", "ship_to": "{ship_to}", "items": "{items}"}}}
    )
    with pytest.raises(Refused, match=r"no \{test\}"):
        mapping.order_body(a_request(job={"test": True}), silent, "4711")
    assert mapping.order_body(a_request(account="test", job={"test": True}), silent, "4711")


@pytest.mark.parametrize(
    "wrong",
    [
        details(sku=""),
        details(url=""),
        details(design_id="77"),
        details(more=(Print(url="https://art.example/back.png"),)),
    ],
)
def test_what_preflight_would_have_stopped_is_not_sent(wrong: Any) -> None:
    with pytest.raises(Refused, match="nothing was sent"):
        mapping.order_body(a_request(details(), wrong), V0, "4711")


def test_a_parcel_is_for_the_person_or_else_for_the_company() -> None:
    assert mapping.name_of(SHIP_TO.but(last_name=" ")) == "Ottilie"
    assert mapping.name_of(SHIP_TO.but(first_name="", last_name="")) == "Kranich Rahmen"


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("received", VendorPhase.WAITING),
        ("Accepted", VendorPhase.ACCEPTED),
        (" in_production ", VendorPhase.IN_PRODUCTION),
        ("SHIPPED", VendorPhase.SHIPPED),
        ("rejected", VendorPhase.FAILED),
        ("cancelled", VendorPhase.CANCELLED),
        ("on_hold", VendorPhase.UNKNOWN),
        ("", VendorPhase.UNKNOWN),
        (None, VendorPhase.UNKNOWN),
    ],
)
def test_their_words_and_our_phases(word: str | None, phase: VendorPhase) -> None:
    seen = mapping.vendor_order(order(status=word), a_job(), V0)
    assert seen.phase is phase
    assert seen.words == (word or "").strip()


@pytest.mark.parametrize(
    ("account", "told", "status", "phase"),
    [
        ("live", False, "accepted", VendorPhase.ACCEPTED),
        ("live", True, "accepted", VendorPhase.FAILED),
        ("live", True, "shipped", VendorPhase.FAILED),
        ("live", True, "cancelled", VendorPhase.CANCELLED),
        ("test", True, "accepted", VendorPhase.ACCEPTED),
        ("test", False, "accepted", VendorPhase.FAILED),
        ("live", None, "accepted", VendorPhase.ACCEPTED),
        ("test", "maybe", "accepted", VendorPhase.ACCEPTED),
        ("live", "true", "accepted", VendorPhase.FAILED),
        ("test", 0, "accepted", VendorPhase.FAILED),
    ],
)
def test_an_order_in_the_wrong_mode_has_failed(account: str, told: Any, status: str, phase: VendorPhase) -> None:
    seen = mapping.vendor_order(order(test=told, status=status), a_job(account), V0)
    assert seen.phase is phase
    assert ("POV-100001" in seen.reason) is (phase is VendorPhase.FAILED)


def test_a_rejection_carries_its_reason() -> None:
    seen = mapping.vendor_order(order(status="rejected", reason="art_format"), a_job(), V0)
    assert (seen.phase, seen.reason) == (VendorPhase.FAILED, "art_format")


def parcels(*shipments: dict[str, Any]) -> list[tuple[str, str, tuple[tuple[str, int], ...]]]:
    seen = mapping.vendor_order(order(shipments=list(shipments)), a_job(), V0)
    return [(one.carrier, one.tracking, one.items) for one in seen.parcels]


def test_a_parcel_as_it_is_told() -> None:
    assert parcels(their_shipment()) == [("UPS", "1Z1", (("11", 1),))]
    assert parcels(their_shipment(carrier="", tracking_number=None)) == [("Ground", "", (("11", 1),))]
    assert parcels(their_shipment(items=None)) == [("UPS", "1Z1", ())]
    odd = [{"quantity": 1}, {"line_id": 11, "quantity": "2"}, {"line_id": "12", "quantity": 0}]
    assert parcels(their_shipment(items=odd)) == [("UPS", "1Z1", (("", 1), ("11", 2)))]


def test_an_address_that_is_no_web_address_is_not_shown_to_buyers() -> None:
    shipment = their_shipment(tracking_url="javascript:alert(1)")
    assert mapping.vendor_order(order(shipments=[shipment]), a_job(), V0).parcels[0].url == ""


def test_told_twice_is_one_parcel_and_the_last_word_counts() -> None:
    first, right = their_shipment(tracking_number="1Z-WRONG"), their_shipment(tracking_number="1Z-RIGHT")
    other = their_shipment(shipment_id="SH-2", tracking_number="1Z2")
    assert [one[1] for one in parcels(first, other, right)] == ["1Z-RIGHT", "1Z2"]
    assert len(parcels(their_shipment(), their_shipment(shipment_id="SH-9"))) == 1


def test_two_parcels_that_only_look_alike_are_two() -> None:
    untracked = their_shipment(tracking_number="", tracking_url="")
    assert len(parcels(untracked, untracked | {"shipment_id": "SH-2"})) == 2
    assert len(parcels(untracked | {"shipment_id": ""}, untracked | {"shipment_id": ""})) == 2
    halves = [their_shipment(shipped_at="2026-11-21T10:00:00Z"), their_shipment(shipment_id="SH-2")]
    assert len(parcels(halves[0] | {"shipped_at": "2026-11-22T10:00:00Z"}, halves[1])) == 2


@pytest.mark.parametrize(
    ("said", "line_id", "field"),
    [
        ({"field": "sku", "item": "12"}, "12", "print_sku"),
        ({"field": "art_url", "item": 12}, "12", "print_url"),
        ({"field": "items.1.art_url"}, "12", "print_url"),
        ({"field": "items[1].quantity"}, "12", "quantity"),
        ({"field": "items.9.sku"}, "", "print_sku"),
        ({"field": "sku", "item": "99"}, "", "print_sku"),
        ({"field": "mail_class"}, "", "mail_class"),
        ({"field": "ship_to.postal_code"}, "", "ship_to.postcode"),
        ({"field": "ship_to.country"}, "", "ship_to.country_code"),
        ({"field": "something"}, "", "something"),
        ({}, "", ""),
    ],
)
def test_what_pov_says_is_shown_at_our_line_and_field(said: dict[str, Any], line_id: str, field: str) -> None:
    body = json.dumps({"errors": [{"message": "No good.", **said}]}).encode()
    listed, _ = wire.errors(body, V0.answer.error)
    [problem] = mapping.problems_of(listed, a_request(details(), details()), V0)
    assert (problem.line_id, problem.field) == (line_id, field)
    assert "No good." in problem.what


@pytest.mark.parametrize(
    ("code", "help_"),
    [
        ("unknown_sku", "Product Code Match"),
        ("art_unreachable", "without a login"),
        ("bad_mail_class", "Shipping Class Match"),
        ("bad_address", "at the store"),
        ("brand_new", ""),
    ],
)
def test_what_helps_is_said_with_it(code: str, help_: str) -> None:
    [problem] = mapping.problems_of([wire.Said(field="x", code=code)], a_request(), V0)
    assert code in problem.what
    assert help_ in problem.what


def test_fields_are_found_by_the_profiles_own_names() -> None:
    own = Profile.model_validate(
        {
            "body": {
                "order": {"Id": "{reference}", "To": "{ship_to}", "Rows": "{items}", "Via": "{mail_class}"},
                "item": {"Product": {"Code": "{sku}"}, "Qty": "{quantity}", "Art": "{art_url}"},
            }
        }
    )
    said = [wire.Said(field=one) for one in ("Product.Code", "Via", "To.city")]
    found = [problem.field for problem in mapping.problems_of(said, a_request(), own)]
    assert found == ["print_sku", "mail_class", "ship_to.city"]


def test_everything_that_tells_who_and_where_is_private() -> None:
    told = mapping.private(a_request(gift_message="For my Ottilie"))
    for text in ("Quellwasser", "Lange Zeile 17", "62701", "ottilie@kranich.example", "For my Ottilie"):
        assert text in told
    assert "US" not in told
    assert all(told)


def test_options_do_not_reach_the_body() -> None:
    chosen = details(options=(PrintOption(name="Border", value="Mirrored"),))
    assert "Mirrored" not in json.dumps(mapping.order_body(a_request(chosen), V0, "4711"))
