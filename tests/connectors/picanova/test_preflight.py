"""Everything Picanova would refuse is said beforehand, all at once, where it is and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Address
from platen.domain.printing import PrintDetails, PrintOption
from platen.domain.verdicts import Busy, Denied, Later, Verdict
from tests.connectors.picanova.fakes import ScriptedHttp, data, reply
from tests.connectors.picanova.house import (
    CANVAS,
    COUNTRIES,
    SHIP_TO,
    TO_AMERICA,
    House,
    a_request,
    details,
    settings,
    their_variant,
)
from tests.connectors.picanova.preflighting import fields, house, one, told


@pytest.mark.parametrize("options", [CANVAS, CANVAS | {"Frame": "Floating Frame White"}, {"1": "1", "2": "2"}])
@pytest.mark.parametrize("sku", ["DIGI-40X30-1", "302", "DIGI-40X30-1-APO12345678"])
def test_a_good_order_has_no_problems(options: dict[str, str], sku: str) -> None:
    assert told(a_request(details(sku, options=options))) == []


def test_a_good_order_to_america_from_either_store() -> None:
    for account in ("eu", "us"):
        assert told(a_request(account=account, ship_to=TO_AMERICA)) == []


# the product


@pytest.mark.parametrize(
    ("sku", "suggestion"),
    [
        ("digi-40x30-1", "DIGI-40X30-1"),
        ("DIGI-40X30", "DIGI-40X30-1"),
        ("DIGI-40X3O-1", "DIGI-40X30-1"),
        ("CERAMIC-TILE", ""),
    ],
)
def test_an_unknown_code_is_named_with_the_nearest_right_one(sku: str, suggestion: str) -> None:
    problem = one(told(a_request(details(sku))))
    assert (problem.line_id, problem.field, problem.suggestion) == ("11", "print_sku", suggestion)
    assert sku in problem.what
    assert suggestion in problem.what


def test_an_unknown_variant_id_is_named_as_one() -> None:
    problem = one(told(a_request(details("999"))))
    assert (problem.field, problem.suggestion) == ("print_sku", "")
    assert "variant id" in problem.what


def test_no_product_at_all() -> None:
    assert fields(told(a_request(details(sku="")))) == [("11", "print_sku")]


def test_a_product_set_up_at_picanova_is_out_of_reach_and_that_is_said() -> None:
    problem = one(told(a_request(PrintDetails(design_id="CVS0200201LWF2-APO12345678"))))
    assert problem.field == "print_design_id"
    assert "v1 API" in problem.what
    by_sku = one(told(a_request(details("DIGI-40X30-1-APO12345678", url=""))))
    assert by_sku.field == "print_url"
    assert "v1 API" in by_sku.what


@pytest.mark.parametrize(
    "url",
    [
        "art.example/1.jpg",
        "ftp://art.example/1.jpg",
        "file:///etc/passwd",
        "https://",
        "https://a b/1.jpg",
        "javascript:x",
        "http://[bad",
    ],
)
def test_artwork_has_to_be_a_web_address(url: str) -> None:
    assert fields(told(a_request(details(url=url)))) == [("11", "print_url")]


def test_artwork_that_is_missing() -> None:
    assert "print_url" in one(told(a_request(details(url="")))).what


def test_artwork_over_plain_http_is_taken() -> None:
    assert told(a_request(details(url="http://art.example/1.jpg"))) == []


# the way there


def test_a_product_that_does_not_go_to_the_country() -> None:
    problem = one(told(a_request(ship_to=SHIP_TO.but(country_code="LV"))))
    assert (problem.line_id, problem.field) == ("11", "print_sku")
    assert "LV" in problem.what


def test_a_country_picanova_does_not_know() -> None:
    problem = one(told(a_request(ship_to=SHIP_TO.but(country_code="AQ"))))
    assert (problem.line_id, problem.field) == ("", "ship_to.country_code")


def test_where_it_ships_is_not_judged_when_it_is_not_told() -> None:
    assert (
        told(a_request(ship_to=SHIP_TO.but(country_code="LV")), house(their_variant(shipping_countries=[]))) == []
    )


@pytest.mark.parametrize("region", ["", " ", "Illinois", "US-IL"])
def test_america_needs_a_region_of_two_letters(region: str) -> None:
    problem = one(told(a_request(account="us", ship_to=TO_AMERICA.but(region_code=region))))
    assert problem.field == "ship_to.region_code"


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("address1", "ship_to.address1"),
        ("city", "ship_to.city"),
        ("postcode", "ship_to.postcode"),
        ("country_code", "ship_to.country_code"),
    ],
)
def test_an_address_that_lacks_something(field: str, named: str) -> None:
    assert fields(told(a_request(ship_to=SHIP_TO.but(**{field: " "})))) == [("", named)]


def test_somebody_has_to_be_named() -> None:
    assert told(a_request(ship_to=SHIP_TO.but(first_name="", last_name=""))) == [], "the company stands in"
    nobody = SHIP_TO.but(first_name="", last_name="", company="")
    assert fields(told(a_request(ship_to=nobody))) == [("", "ship_to.last_name")]


def test_no_ship_to_at_all() -> None:
    assert fields(told(a_request(ship_to=None))) == [("", "ship_to")]


# the size


def test_ninety_nine_are_taken_and_a_hundred_are_not_as_lines_or_as_pieces() -> None:
    assert told(a_request(*[details()] * 99)) == []
    assert told(a_request(details(), quantities=[99])) == []
    assert fields(told(a_request(*[details()] * 100))) == [("", "quantity")]
    assert fields(told(a_request(details(), details(), quantities=[50, 50]))) == [("", "quantity")]


# the store


def test_a_store_that_is_not_set_up_names_the_field_and_the_one_it_would_be() -> None:
    at = House(ScriptedHttp(), settings(regions=["eu"]))
    found = told(a_request(details(account="us"), account="us"), at)
    assert [(one.line_id, one.field, one.suggestion) for one in found] == [("11", "print_account", "eu")]


def test_a_store_that_is_not_set_up_hides_no_other_problem() -> None:
    at = House(ScriptedHttp(), settings())
    request = a_request(details(account="mars", url=""), account="mars", ship_to=SHIP_TO.but(city=""))
    assert fields(told(request, at)) == [("", "ship_to.city"), ("11", "print_account"), ("11", "print_url")]


def test_a_job_of_a_store_that_was_taken_away_since_is_never_without_problems() -> None:
    assert fields(told(a_request(account="us"), House(ScriptedHttp(), settings(regions=["eu"])))) == [
        ("", "print_account")
    ]


# all of it


def test_everything_is_told_at_once() -> None:
    request = a_request(
        details("DIGI-40X3O-1"),
        details(url=""),
        details(options={"canvas border": "Mirrored", "Stretcher frame": "3 cm"}),
        PrintDetails(design_id="X-PIC1"),
        account="us",
        ship_to=TO_AMERICA.but(region_code="", city=""),
        quantities=[1, 1, 1, 97],
    )
    assert fields(told(request)) == [
        ("", "quantity"),
        ("", "ship_to.city"),
        ("", "ship_to.region_code"),
        ("11", "print_sku"),
        ("12", "print_url"),
        ("13", "print_option_name_1"),
        ("13", "print_option_value_2"),
        ("14", "print_design_id"),
    ]


def test_no_problem_tells_who_or_where() -> None:
    request = a_request(details("nope", url=""), account="us", ship_to=TO_AMERICA.but(region_code="Illinois"))
    said = " ".join(problem.what for problem in told(request))
    assert not any(word in said for word in ("Ottilie", "Quellwasser", "Lange Zeile", "Springfield", "62701"))


@given(
    st.builds(Address, country_code=st.text(max_size=3), region_code=st.text(max_size=3), city=st.text()),
    st.text(),
    st.text(),
    st.text(),
)
def test_preflight_survives_any_order(ship_to: Address, sku: str, url: str, name: str) -> None:
    printed = PrintDetails(sku=sku, url=url, options=(PrintOption(name=name or "x", value=name or "y"),))
    found = told(a_request(printed, ship_to=ship_to))
    assert found
    assert all(problem.what for problem in found)


# the catalogue behind it


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(500, b""), Later),
        (reply(401, {"message": "401 Unauthorized"}), Denied),
        (reply(429, b"", retry_after="300"), Busy),
        (reply(404, b"<html>"), Later),
        (reply(200, b"<html>"), Later),
        (reply(422, {"message": "no"}), Later),
    ],
)
@pytest.mark.parametrize("call", ["GET /products", "GET /products/2", "GET /countries"])
def test_a_catalogue_that_cannot_be_read_is_never_no_problems(
    call: str, answer: Any, verdict: type[Verdict]
) -> None:
    at = house()
    assert isinstance(at.http, ScriptedHttp)
    at.http.on(call, answer)
    if call == "GET /products/2" and answer.status == 404:
        assert fields(told(a_request(), at)) == [("11", "print_sku")], "the product is gone, so its variants are"
        return
    with pytest.raises(verdict):
        told(a_request(), at)


def test_an_empty_list_of_countries_is_no_list() -> None:
    at = house()
    assert isinstance(at.http, ScriptedHttp)
    at.http.on("GET /countries", data([]))
    with pytest.raises(Later):
        told(a_request(), at)
    at.http.on("GET /countries", data(COUNTRIES))
    assert told(a_request(), at) == []
