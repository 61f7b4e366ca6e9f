"""What is told before POV is asked: everything at once, at its line and field."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.pov.preflight import problems
from platen.connectors.pov.profile import Profile
from platen.domain.printing import Print, PrintDetails, PrintOption
from tests.connectors.pov.house import SHIP_TO, a_request, details

V0 = Profile()
BACK = Print(url="https://art.example/back.png", location="back")


def found(*printed: PrintDetails, profile: Profile = V0, **changes: Any) -> list[tuple[str, str]]:
    return [(one.line_id, one.field) for one in problems(a_request(*printed, **changes), profile)]


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        (details(sku=""), "print_sku"),
        (details(url=""), "print_url"),
        (details(url="art.example/1.png"), "print_url"),
        (details(url="ftp://art.example/1.png"), "print_url"),
        (details(url="https:///1.png"), "print_url"),
        (details(url="https://art.example/my art.png"), "print_url"),
        (details(url="https://[art"), "print_url"),
        (details(design_id="77"), "print_design_id"),
        (details(more=(BACK,)), "print_url_2"),
        (details(options=(PrintOption(name="Border", value="Mirrored"),)), "print_option_name_1"),
    ],
)
def test_what_a_line_lacks_or_would_lose(printed: PrintDetails, field: str) -> None:
    assert found(details(), printed) == [("12", field)]


def test_a_second_print_says_that_there_is_one_placement() -> None:
    [problem] = problems(a_request(details(more=(BACK,))), V0)
    assert "one placement only" in problem.what


def test_what_pov_does_not_know_of_the_one_print_does_not_stop_it() -> None:
    assert found(details(location="front", kind="DTF", preview="https://art.example/p.png", account="eu")) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": "", "last_name": "", "company": " "}, "ship_to.last_name"),
        ({"address1": ""}, "ship_to.address1"),
        ({"city": " "}, "ship_to.city"),
        ({"country_code": ""}, "ship_to.country_code"),
        ({"country_code": "USA"}, "ship_to.country_code"),
    ],
)
def test_what_a_ship_to_lacks(changes: dict[str, str], field: str) -> None:
    assert found(ship_to=SHIP_TO.but(**changes)) == [("", field)]


def test_a_country_without_postcodes_or_states_is_fine() -> None:
    assert found(ship_to=SHIP_TO.but(postcode="", region_code="", country_code="HK")) == []
    assert found(ship_to=None) == [("", "ship_to")]


def test_a_hundred_lines_are_the_most_or_what_the_profile_says() -> None:
    assert found(*[details()] * 100) == []
    assert found(*[details()] * 101) == [("", "lines")]
    assert found(details(), details(), profile=Profile.model_validate({"limits": {"lines": 1}})) == [("", "lines")]


def test_a_stores_test_order_needs_a_way_to_say_so() -> None:
    body = {"order": {"reference": "{reference}", "ship_to": "{ship_to}", "items": "{items}"}}
    silent = Profile.model_validate({"body": body})
    assert found(profile=silent, job={"test": True}) == [("", "test")]
    assert found(profile=silent, account="test", job={"test": True}) == []
    assert found(job={"test": True}) == []


def test_everything_is_told_at_once() -> None:
    wrong = found(details(sku="", url=""), details(design_id="7", more=(BACK,)), ship_to=SHIP_TO.but(city=""))
    assert wrong == [
        ("", "ship_to.city"),
        ("11", "print_sku"),
        ("11", "print_url"),
        ("12", "print_design_id"),
        ("12", "print_url_2"),
    ]
