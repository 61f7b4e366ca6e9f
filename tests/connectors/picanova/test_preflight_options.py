"""Options are judged to the letter, and the right spelling is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platen.connectors.picanova import mapping
from platen.domain.order import Attribute
from platen.domain.printing import PrintOption, read_attributes
from tests.connectors.picanova.house import (
    CANVAS,
    a_line,
    a_request,
    an_option,
    details,
    settings,
    their_variant,
)
from tests.connectors.picanova.preflighting import fields, house, one, told


@given(st.sampled_from(sorted(CANVAS)), st.data())
def test_a_right_option_name_in_any_other_case_is_refused_with_the_right_one(name: str, draw: Any) -> None:
    spelt = "".join(draw.draw(st.sampled_from((char.lower(), char.upper()))) for char in name)
    assume(spelt != name)
    options = {spelt if key == name else key: value for key, value in CANVAS.items()}
    problem = one(told(a_request(details(options=options))))
    assert problem.suggestion == name
    assert f'Did you mean "{name}"?' in problem.what
    assert problem.field == f"print_option_name_{list(options).index(spelt) + 1}"


@given(st.sampled_from(["Mirrored", "Folded", "White"]), st.data())
def test_a_right_option_value_in_any_other_case_is_refused_with_the_right_one(value: str, draw: Any) -> None:
    spelt = "".join(draw.draw(st.sampled_from((char.lower(), char.upper()))) for char in value)
    assume(spelt != value)
    problem = one(told(a_request(details(options=CANVAS | {"Canvas border": spelt}))))
    assert (problem.field, problem.suggestion) == ("print_option_value_1", value)
    assert '"Mirrored", "Folded", "White"' in problem.what


def test_an_option_nothing_is_like_is_refused_without_a_guess() -> None:
    problem = one(told(a_request(details(options=CANVAS | {"Glitter": "Yes"}))))
    assert (problem.field, problem.suggestion) == ("print_option_name_3", "")


def test_a_required_option_that_is_missing_names_what_it_can_be() -> None:
    problem = one(told(a_request(details(options={"Stretcher frame": "2 cm"}))))
    assert (problem.line_id, problem.field, problem.suggestion) == ("11", "print_option_name_2", "Canvas border")
    assert '"Mirrored", "Folded", "White"' in problem.what
    assert "print_option_value_2" in problem.what


def test_every_required_option_that_is_missing_gets_a_place_of_its_own() -> None:
    found = told(a_request(details(options={})))
    assert fields(found) == [("11", "print_option_name_1"), ("11", "print_option_name_2")]


def test_fields_are_named_by_the_lines_own_numbers_even_with_gaps() -> None:
    attributes = tuple(
        Attribute(name=name, value=value)
        for name, value in (
            ("_print_option_name_2", "Canvas border"),
            ("_print_option_value_2", "Mirorred"),
            ("print_option_name_7", "Stretcher Frame"),
            ("print_option_value_7", "2 cm"),
        )
    )
    printed = details(options={"Canvas border": "Mirorred", "Stretcher Frame": "2 cm"})
    found = told(a_request(printed, lines=(a_line(attributes=attributes),)))
    assert [(one.field, one.suggestion) for one in found] == [
        ("print_option_value_2", "Mirrored"),
        ("print_option_name_7", "Stretcher frame"),
    ]


def test_an_option_that_is_there_twice_is_refused() -> None:
    options = tuple(
        PrintOption(name=name, value=value) for name, value in (*CANVAS.items(), ("Canvas border", "Folded"))
    )
    problem = one(told(a_request(details().but(options=options))))
    assert "more than once" in problem.what


@pytest.mark.parametrize("options", ["Frame", [7], {"1": "Frame"}])
def test_options_in_a_form_never_seen_are_left_to_picanova(options: object) -> None:
    assert told(a_request(details(options={"Anything": "goes"})), house(their_variant(options=options))) == []


def test_an_option_whose_values_are_not_known_takes_any() -> None:
    variant = their_variant(options=[{"name": "Engraving", "is_required": True, "values": "free text"}])
    assert told(a_request(details(options={"Engraving": "For Ottilie"})), house(variant)) == []
    missing = one(told(a_request(details(options={})), house(variant)))
    assert missing.suggestion == "Engraving"


# more than five: the numbers are Order Desk's limit, and nobody else's

TWELVE = {f"Finish {number}": f"Kind {number}" for number in range(1, 13)}
TWELVE_OPTIONS = their_variant(
    options={str(n): an_option(f"Finish {n}", (f"Kind {n}", "None")) for n in range(1, 13)}
)


def test_twelve_options_are_judged_each_by_its_own_letters() -> None:
    assert told(a_request(details(options=TWELVE)), house(TWELVE_OPTIONS)) == []
    wrong = TWELVE | {"Finish 9": "kind 9", "Finish 12": "KIND 12"}
    found = told(a_request(details(options=wrong)), house(TWELVE_OPTIONS))
    assert [(one.field, one.suggestion) for one in found] == [
        ("print_option_value_9", "Kind 9"),
        ("print_option_value_12", "Kind 12"),
    ]


def test_the_twelfth_option_is_missed_like_the_first() -> None:
    eleven = {name: value for name, value in TWELVE.items() if name != "Finish 12"}
    problem = one(told(a_request(details(options=eleven)), house(TWELVE_OPTIONS)))
    assert (problem.field, problem.suggestion) == ("print_option_name_12", "Finish 12")


@pytest.mark.parametrize("count", [5, 6, 12, 99])
def test_a_line_of_a_store_with_that_many_options_is_sent_with_them_all(count: int) -> None:
    attributes = [
        Attribute(name=f"print_option_{half}_{number}", value=f"{word} {number}")
        for number in range(1, count + 1)
        for half, word in (("name", "Finish"), ("value", "Kind"))
    ]
    read, problems = read_attributes("11", attributes)
    assert problems == ()
    [item] = mapping.order_body(
        a_request(read.but(sku="DIGI-40X30-1", url="https://a.example/1.jpg")), settings(), {}
    )["items"]
    assert item["options"] == {f"Finish {number}": f"Kind {number}" for number in range(1, count + 1)}
