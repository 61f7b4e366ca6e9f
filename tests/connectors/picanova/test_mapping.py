"""What Picanova is told, and what its orders mean to us."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.picanova import mapping, wire
from platen.connectors.picanova.catalogue import Variant
from platen.domain.job import VendorOrder, VendorPhase
from platen.domain.order import Address, Charges, Money, ShippingChoice
from platen.domain.printing import PrintDetails, PrintOption
from platen.domain.verdicts import Refused
from tests.connectors.picanova.fakes import NOW
from tests.connectors.picanova.house import SHIP_TO, TO_AMERICA, a_line, a_request, details, settings, their_order

KNOWN = {"DIGI-40X30-1": Variant(code="DIGI-40X30-1", variant_id="302", currency="EUR", read_at=NOW)}


def body(*printed: PrintDetails, variants: dict[str, Variant] = KNOWN, **changes: Any) -> dict[str, Any]:
    asked = changes.pop("settings", settings())
    return mapping.order_body(a_request(*printed, **changes), asked, variants)


def test_an_order_says_who_where_and_what_and_nothing_else() -> None:
    assert body(quantities=[2]) == {
        "external_id": "1001-k7x2m3qpl4tzabcd-1",
        "is_test": False,
        "shipping_type": "TRACKED",
        "shipping": {
            "email": "ottilie@kranich.example",
            "firstname": "Ottilie",
            "lastname": "Quellwasser",
            "company": "Kranich Rahmen",
            "street_primary": "Lange Zeile 17",
            "street_secondary": "Hinterhaus",
            "city": "Musterlingen",
            "postcode": "10115",
            "country_code": "DE",
            "telephone": "+49 30 5550123",
        },
        "items": [
            {
                "quantity": 2,
                "file": "https://art.example/7f3a.jpg",
                "variant_code": "DIGI-40X30-1",
                "options": {"Canvas border": "Mirrored", "Stretcher frame": "2 cm"},
                "custom_value": 39.9,
            }
        ],
    }


@pytest.mark.parametrize(
    ("mode", "test", "told"), [("test", False, True), ("live", True, True), ("live", False, False)]
)
def test_an_order_is_a_test_when_the_job_or_the_connection_is(mode: str, test: bool, told: bool) -> None:
    assert body(settings=settings(mode=mode), job={"test": test})["is_test"] is told


@pytest.mark.parametrize("mail_class", ["UPS MIEXP", " UPS MIEXP ", "untracked mail", "DHL"])
def test_a_mail_class_that_is_no_type_goes_out_as_the_method_it_names(mail_class: str) -> None:
    told = body(mail_class=mail_class)
    assert told["shipping_method"] == mail_class.strip()
    assert "shipping_type" not in told, "with both, which one wins would be theirs to say"


@pytest.mark.parametrize(
    ("mail_class", "told"),
    [("UNTRACKED", "UNTRACKED"), ("TRACKED", "TRACKED"), (" untracked ", "UNTRACKED"), ("", "TRACKED")],
)
def test_a_mail_class_that_is_a_type_leaves_the_carrier_to_picanova(mail_class: str, told: str) -> None:
    choice = ShippingChoice(title="Express shipping", code="UPS")
    plain = body(mail_class=mail_class, shipping=(choice,))
    assert plain["shipping_type"] == told
    assert "shipping_method" not in plain, "what the order asks for has been decided on before"


def test_a_region_goes_along_only_where_picanova_wants_one() -> None:
    assert body(ship_to=TO_AMERICA)["shipping"]["region_code"] == "IL"
    assert "region_code" not in body(ship_to=SHIP_TO.but(region_code="BE"))["shipping"]


@pytest.mark.parametrize(
    ("sku", "told"),
    [
        ("DIGI-40X30-1", {"variant_code": "DIGI-40X30-1"}),
        ("302", {"variant_id": 302}),
        ("DIGI-40X30-1-APO12345678", {"variant_code": "DIGI-40X30-1"}),
        ("302-PIC00000017", {"variant_id": 302}),
        ("DIGI-PIC1-1", {"variant_code": "DIGI-PIC1-1"}),
        ("٣٠٢", {"variant_code": "٣٠٢"}),
    ],
)
def test_an_item_has_either_a_code_or_an_id_and_never_an_artwork_suffix(sku: str, told: dict[str, object]) -> None:
    [item] = body(details(sku))["items"]
    assert {key: item[key] for key in ("variant_code", "variant_id") if key in item} == told


@given(
    st.dictionaries(
        st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(lambda text: not text.isdecimal())
    )
)
def test_options_go_out_to_the_letter(options: dict[str, str]) -> None:
    [item] = body(details(options=options))["items"]
    assert item.get("options", {}) == options


def test_options_given_as_ids_go_out_as_ids() -> None:
    [item] = body(details(options={"1": "3"}))["items"]
    assert item["options"] == {"1": 3}


def test_the_customs_value_goes_by_the_name_that_is_set() -> None:
    [item] = body(settings=settings(customs_value_field="customs_value"))["items"]
    assert item["customs_value"] == 39.9
    assert "custom_value" not in item


def test_shipping_that_was_paid_is_told_for_customs() -> None:
    paid = tuple(
        ShippingChoice(title=title, price=Money(amount=Decimal(amount), currency="EUR"))
        for title, amount in (("A", "4.90"), ("B", "1.05"))
    )
    assert body(shipping=paid)["customs_shipping_costs"] == 5.95


def test_a_job_declares_its_own_share_of_the_shipping_and_not_the_whole_orders() -> None:
    """Two jobs of one order would declare the buyer's postage twice."""
    paid = (ShippingChoice(title="A", price=Money(amount=Decimal("9.90"), currency="EUR")),)
    whole = Charges(currency="EUR", shipping=Decimal("9.90"))
    assert body(shipping=paid, charges=whole)["customs_shipping_costs"] == 9.9
    share = Charges(currency="EUR", shipping=Decimal("3.30"))
    assert body(shipping=paid, charges=whole, job={"shares": share})["customs_shipping_costs"] == 3.3
    nothing = Charges(currency="EUR")
    assert body(shipping=paid, charges=whole, job={"shares": nothing})["customs_shipping_costs"] == 0
    kroner = Charges(currency="SEK", shipping=Decimal(36))
    assert "customs_shipping_costs" not in body(shipping=paid, charges=whole, job={"shares": kroner})


def test_a_value_in_another_currency_than_the_stores_own_is_not_told() -> None:
    kroner = a_line(price="449.00", currency="SEK")
    paid = (ShippingChoice(title="A", price=Money(amount=Decimal(49), currency="SEK")),)
    told = body(lines=(kroner,), shipping=paid)
    assert "custom_value" not in told["items"][0]
    assert "customs_shipping_costs" not in told
    both = (*paid, ShippingChoice(title="B", price=Money(amount=Decimal(4), currency="EUR")))
    assert "customs_shipping_costs" not in body(shipping=both)


@pytest.mark.parametrize(
    "wrong",
    [
        details(design_id="CVS0200201LWF2-APO12345678"),
        details(sku=""),
        details(url=""),
        PrintDetails(),
        details(options={}).but(
            options=(PrintOption(name="Frame", value="A"), PrintOption(name="Frame", value="B"))
        ),
    ],
)
def test_what_cannot_be_said_rightly_is_refused_and_not_sent_half(wrong: PrintDetails) -> None:
    with pytest.raises(Refused):
        body(details(), wrong)


def test_without_a_ship_to_nothing_is_sent() -> None:
    with pytest.raises(Refused):
        body(ship_to=None)


@pytest.mark.parametrize(
    ("address", "both"),
    [
        (Address(first_name="Ottilie", last_name="Quellwasser"), ("Ottilie", "Quellwasser")),
        (Address(last_name="Ottilie Maria Quellwasser"), ("Ottilie Maria", "Quellwasser")),
        (Address(first_name="Ottilie Quellwasser"), ("Ottilie", "Quellwasser")),
        (Address(first_name="Ottilie"), ("Ottilie", "-")),
        (Address(last_name=" Quellwasser ", company="Kranich Rahmen"), ("Quellwasser", "-")),
        (Address(company="Kranich Rahmen KG"), ("Kranich Rahmen", "KG")),
        (Address(company="Kranich"), ("Kranich", "-")),
        (Address(first_name=" ", last_name=" "), ("", "")),
    ],
)
def test_picanova_gets_two_names_out_of_what_there_is(address: Address, both: tuple[str, str]) -> None:
    assert mapping.names(address) == both


@given(st.text(), st.text(), st.text())
def test_no_word_of_a_name_is_lost(first: str, last: str, company: str) -> None:
    told = " ".join(mapping.names(Address(first_name=first, last_name=last, company=company))).split()
    own = (first + " " + last).split() or company.split()
    assert [word for word in told if word != "-"] == [word for word in own if word != "-"]
    assert all(mapping.names(Address(first_name=first, last_name=last, company=company))) == bool(own)


# their order in our words


def heard(live: bool = True, **changes: Any) -> VendorOrder:
    return mapping.vendor_order(wire.one(wire.Order, their_order(**changes)), live=live)


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("DRAFT", VendorPhase.WAITING),
        ("PENDING", VendorPhase.WAITING),
        ("ACCEPTED", VendorPhase.ACCEPTED),
        ("GENERATED", VendorPhase.IN_PRODUCTION),
        ("IN_PROGRESS", VendorPhase.IN_PRODUCTION),
        ("FULFILLED", VendorPhase.SHIPPED),
        ("CANCELLED", VendorPhase.CANCELLED),
        ("CANCELED", VendorPhase.CANCELLED),
        ("cancelled", VendorPhase.CANCELLED),
        ("ERROR", VendorPhase.FAILED),
        ("REFUNDED", VendorPhase.UNKNOWN),
        ("PARTIAL_REFUND", VendorPhase.UNKNOWN),
        ("ON_THE_MOON", VendorPhase.UNKNOWN),
        ("", VendorPhase.UNKNOWN),
    ],
)
def test_each_status_has_its_phase_and_keeps_its_word(status: str, phase: VendorPhase) -> None:
    news = heard(status=status, status_label="Label")
    assert (news.phase, news.words) == (phase, status or "Label")


def test_a_failure_and_a_cancel_say_why_as_far_as_picanova_does() -> None:
    assert heard(status="ERROR", status_label="Error in file").reason == "Error in file"
    assert heard(status="CANCELED", status_label="").reason == "CANCELED"
    assert heard(status="ACCEPTED").reason == ""


@pytest.mark.parametrize("status", ["DRAFT", "ACCEPTED", "IN_PROGRESS", "FULFILLED", "REFUNDED"])
@pytest.mark.parametrize("sign", [{"is_test": True}, {"id": "PPO21694395T"}])
def test_a_real_order_that_a_sandbox_made_a_test_of_is_a_failure(status: str, sign: dict[str, Any]) -> None:
    news = heard(status=status, **sign)
    assert (news.phase, news.test) == (VendorPhase.FAILED, True)
    assert "sandbox" in news.reason


def test_a_test_order_that_was_meant_as_one_is_none() -> None:
    assert heard(live=False, is_test=True).phase is VendorPhase.WAITING
    assert heard(is_test=True, status="CANCELLED").phase is VendorPhase.CANCELLED


def test_parcels_are_told_as_they_are_even_without_tracking() -> None:
    shipment = {
        "shipping_method": {"code": "UPS MIEXP", "name": ""},
        "tracking_number": "",
        "tracking_url": None,
        "shipped_at": {"date": "2018-05-29 15:42:37.000000", "timezone_type": 3, "timezone": "UTC"},
        "items": [{"item_id": 5443, "quantity": 1}, {"item_id": "5444", "quantity": "2"}],
    }
    second = {"shipping_method": {"code": "X", "name": "DHL"}, "tracking_number": " JD1 ", "items": []}
    parcel, other = heard(status="FULFILLED", shipments=[shipment, second]).parcels
    assert (parcel.carrier, parcel.tracking, parcel.url) == ("UPS MIEXP", "", "")
    assert parcel.shipped_at == datetime(2018, 5, 29, 15, 42, 37, tzinfo=UTC)
    assert parcel.items == (("5443", 1), ("5444", 2))
    assert (other.carrier, other.tracking, other.shipped_at, other.items) == ("DHL", "JD1", None, ())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//track.example/1", "JD1"])
def test_a_tracking_link_is_a_web_address_or_none(url: str) -> None:
    shipment = {"tracking_number": "JD1", "tracking_url": url, "items": []}
    assert heard(shipments=[shipment]).parcels[0].url == ""


# their refusals at our lines


def test_their_words_land_at_our_line_and_field() -> None:
    errors = {
        "items.1.options.Frame": ("unknown value",),
        "items.0.file": ("not reachable",),
        "items.1.variant_code": ("invalid",),
        "items.0.options": ("required",),
        "items.9.file": ("whose?",),
        "shipping.region_code": ("required",),
        "shipping_method": ("not available",),
        "": ("something",),
    }
    request = a_request(details(), details(options={"Canvas border": "Mirrored", "Frame": "Oak"}))
    found = [(one.line_id, one.field, one.what) for one in mapping.problems_of(errors, request)]
    assert [(line, field) for line, field, _ in found] == [
        ("12", "print_option_value_2"),
        ("11", "print_url"),
        ("12", "print_sku"),
        ("11", "print_options"),
        ("", "items.9.file"),
        ("", "ship_to.region_code"),
        ("", "shipping_method"),
        ("", ""),
    ]
    assert all(what.split(": ")[-1] in str(errors) for _, _, what in found)
