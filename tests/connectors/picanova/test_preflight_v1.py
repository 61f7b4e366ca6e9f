"""What a line has to say for v1, and what it must not say beside; and which job a line belongs in."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.picanova import CONNECTOR, account_of, mapping_v1
from platen.domain.attention import Problem
from platen.domain.order import Attribute
from platen.domain.printing import Print, PrintDetails, PrintOption
from platen.domain.verdicts import Refused
from tests.connectors.picanova.fakes import ScriptedHttp
from tests.connectors.picanova.house import SHIP_TO, TO_AMERICA, House, a_line, a_request, details, settings
from tests.connectors.picanova.preflighting import fields, house, one, told

ART = "https://art.example/7f3a.jpg"
SET_UP = "CVS0200201LWF2-APO12345678"
DESIGN = PrintDetails(design_id=SET_UP)
FRAME = (PrintOption(name="Frame", value="Floating Frame White"),)


def in_v1(*printed: PrintDetails, **changes: Any) -> list[Problem]:
    return told(a_request(*printed, account="eu-v1", **changes))


@pytest.mark.parametrize(
    "good",
    [
        DESIGN,
        PrintDetails(design_id="CVS0200201LWF2-PIC00000017"),
        PrintDetails(sku=SET_UP),
        PrintDetails(sku=SET_UP, url=ART),
        PrintDetails(sku="CVS0200201LWF2", url=ART),
        PrintDetails(sku="CVS0200201LWF2", url=ART, account="eu"),
        PrintDetails(sku="cup-white", url=ART, account="EU-v1 "),
    ],
)
def test_good_v1_lines_have_no_problems(good: PrintDetails) -> None:
    assert in_v1(good) == []
    assert account_of(settings(), SHIP_TO, good) == "eu-v1"


@pytest.mark.parametrize(
    ("wrong", "field", "said", "suggestion"),
    [
        (DESIGN.but(url=ART), "print_design_id", "has print_url beside it", ""),
        (DESIGN.but(sku="DIGI-40X30-1"), "print_design_id", "has print_sku beside it", ""),
        (DESIGN.but(sku="DIGI-40X30-1", url=ART), "print_design_id", "print_sku and print_url", ""),
        (PrintDetails(design_id="12345678"), "print_design_id", "no product set up at Picanova", ""),
        (PrintDetails(design_id="APO12345678"), "print_design_id", "end in -APO or -PIC", ""),
        (PrintDetails(design_id="CVS0200201LWF2"), "print_design_id", "end in -APO or -PIC", ""),
        (PrintDetails(design_id=SET_UP.lower()), "print_design_id", f'Did you mean "{SET_UP}"?', SET_UP),
        (PrintDetails(design_id="-APO12345678"), "print_design_id", "no product before", ""),
        (PrintDetails(sku="CVS0200201LWF2"), "print_url", "no artwork", ""),
        (PrintDetails(sku="CVS0200201LWF2", url="art.jpg"), "print_url", "no web address", ""),
        (PrintDetails(url=ART, account="eu-v1"), "print_sku", "set print_sku", ""),
        (DESIGN.but(options=FRAME), "print_option_name_1", "options in its code", ""),
        (DESIGN.but(more=(Print(url=ART),)), "print_url_2", "one print", ""),
        (details(), "print_sku", '"DIGI-40X30-1" is no product of Picanova\'s v1 API', ""),
    ],
)
def test_what_a_v1_line_says_wrongly_is_told_with_how_to_mend_it(
    wrong: PrintDetails, field: str, said: str, suggestion: str
) -> None:
    found = [problem for problem in in_v1(DESIGN, wrong) if problem.field == field]
    [problem] = found
    assert (problem.line_id, problem.suggestion) == ("12", suggestion)
    assert said in problem.what
    assert problem.what.endswith((".", "?", ")"))


def test_options_that_would_be_passed_over_are_named_by_the_lines_own_number() -> None:
    attributes = tuple(
        Attribute(name=f"_print_option_{half}_3", value=value)
        for half, value in (("name", "Frame"), ("value", "Floating Frame White"))
    )
    problem = one(in_v1(DESIGN.but(options=FRAME), lines=(a_line(attributes=attributes),)))
    assert problem.field == "print_option_name_3"
    assert "take print_option_name_3 and the others away" in problem.what


def test_a_v1_order_needs_the_same_address_and_size_as_any() -> None:
    away = a_request(DESIGN, account="us-v1", ship_to=TO_AMERICA.but(region_code="", city=""), quantities=[100])
    assert fields(told(away)) == [("", "quantity"), ("", "ship_to.city"), ("", "ship_to.region_code")]
    assert fields(in_v1(DESIGN, ship_to=SHIP_TO.but(country_code="AQ"))) == [("", "ship_to.country_code")]


def test_a_v1_line_is_not_held_against_betas_catalogue_nor_is_that_read_for_it() -> None:
    at = house()
    assert told(a_request(DESIGN, account="eu-v1"), at) == []
    assert isinstance(at.http, ScriptedHttp)
    assert at.http.asked("GET") == ["/countries"]


def test_a_region_that_is_not_set_up_is_named_whichever_the_api() -> None:
    at = House(ScriptedHttp(), settings(regions=["eu"]))
    wrong = DESIGN.but(account="us-v1")
    problem = one(told(a_request(wrong, account="us-v1"), at))
    assert (problem.field, problem.suggestion) == ("print_account", "eu")
    assert fields(told(a_request(DESIGN, account="us-v1"), at)) == [("", "print_account")]


# which job a line belongs in


@pytest.mark.parametrize(
    ("line", "account"),
    [
        (details(), "eu"),
        (details("302"), "eu"),
        (details("DIGI-40X30-1-APO12345678"), "eu"),  # with a file of its own, the suffix goes
        (details("DIGI-40X30-1-APO12345678", url=""), "eu-v1"),
        (DESIGN, "eu-v1"),
        (DESIGN.but(account="us"), "us-v1"),
        (DESIGN.but(account=" US-V1"), "us-v1"),
        (details(account="eu-v1"), "eu-v1"),
        (details(account="-v1"), "eu-v1"),
        (PrintDetails(sku="CVS0200201LWF2", url=ART), "eu-v1"),
        (PrintDetails(), "eu"),
    ],
)
def test_lines_of_both_apis_are_planned_as_two_jobs(line: PrintDetails, account: str) -> None:
    assert account_of(settings(), SHIP_TO, line) == account


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (DESIGN, "print_design_id"),
        (PrintDetails(sku=SET_UP), "print_url"),
        (PrintDetails(sku="CVS0200201LWF2", url=ART), "print_sku"),
    ],
)
def test_a_v1_line_in_a_job_of_before_is_told_to_be_planned_anew(line: PrintDetails, field: str) -> None:
    problem = one(told(a_request(details(), line)))
    assert (problem.line_id, problem.field) == ("12", field)
    assert "Retry it" in problem.what


# what is sent


def test_a_v1_order_says_what_the_public_example_says_and_no_more() -> None:
    request = a_request(
        DESIGN, PrintDetails(sku=SET_UP, url=ART), quantities=[2, 1], account="us-v1", ship_to=TO_AMERICA
    )
    body = mapping_v1.order_body(request, settings())
    assert body == {
        "external_id": "1001-k7x2m3qpl4tzabcd-1",
        "is_test": False,
        "shipping_type": "tracked",
        "shipping": {
            "email": "ottilie@kranich.example",
            "firstname": "Ottilie",
            "lastname": "Quellwasser",
            "company": "Kranich Rahmen",
            "street_primary": "Lange Zeile 17",
            "street_secondary": "Hinterhaus",
            "city": "Springfield",
            "postcode": "62701",
            "country": "US",
            "region": "IL",
            "telephone": "+49 30 5550123",
        },
        "items": [
            {"quantity": 2, "product_sku": SET_UP},
            {"quantity": 1, "product_sku": "CVS0200201LWF2", "file": {"front": {"url": ART}}},
        ],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        DESIGN.but(url=ART),
        DESIGN.but(options=FRAME),
        PrintDetails(sku="CVS0200201LWF2"),
        PrintDetails(url=ART),
        PrintDetails(),
    ],
)
def test_what_v1_cannot_be_told_rightly_is_refused_and_not_sent_half(wrong: PrintDetails) -> None:
    at = House(ScriptedHttp(), settings())
    with pytest.raises(Refused) as refused:
        at.vendor().submit(a_request(DESIGN, wrong, account="eu-v1"))
    assert refused.value.problems[0].line_id == "12"


def test_without_a_ship_to_no_v1_order_is_sent_either() -> None:
    with pytest.raises(Refused):
        mapping_v1.order_body(a_request(DESIGN, account="eu-v1", ship_to=None), settings())


# what planning asks


@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        (details(), ()),
        (DESIGN, ()),
        (PrintDetails(sku=SET_UP), ()),
        (details(url=""), ("print_url",)),
        (details(sku=""), ("print_sku",)),
        (PrintDetails(sku="CVS0200201LWF2"), ("print_url",)),
        (PrintDetails(), ("print_sku", "print_url")),
        (PrintDetails(more=(Print(url=ART),)), ("print_sku", "print_url")),
    ],
)
def test_the_fields_that_a_line_lacks_are_named(line: PrintDetails, lacks: tuple[str, ...]) -> None:
    assert CONNECTOR.lacking(line) == lacks


def test_one_print_is_all_that_it_takes() -> None:
    assert CONNECTOR.most_prints == 1
    two = details(more=(Print(url=ART, location="back"),))
    problem = one(told(a_request(two)))
    assert (problem.line_id, problem.field) == ("11", "print_url_2")
    assert "the line has 2" in problem.what
