"""Print details: what a line says goes before the product map, and a contradiction is never guessed away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Attribute
from platen.domain.printing import PrintDetails, PrintOption, ProductMapping, details_of, read_attributes
from tests.domain.making import a_line


def read(*pairs: tuple[str, str]) -> tuple[PrintDetails, list[str]]:
    details, problems = read_attributes("7", [Attribute(name=name, value=value) for name, value in pairs])
    assert all(problem.line_id == "7" for problem in problems)
    return details, [problem.field for problem in problems]


class TestAttributes:
    def test_are_read_hidden_or_not(self) -> None:
        """Shopify hides from buyers what begins with an underscore."""
        shown = read(("print_sku", "C1"), ("print_url", "https://a.example/1"))
        assert read(("_print_sku", "C1"), ("_print_url", "https://a.example/1")) == shown

    def test_that_are_not_ours_are_left_alone(self) -> None:
        assert read(("Engraving", "To Mum"), ("sku", "x"), ("printed", "yes")) == (PrintDetails(), [])

    def test_without_a_value_say_nothing(self) -> None:
        assert read(("print_sku", ""), ("print_sku", "  "), ("print_sku", "C1")) == (PrintDetails(sku="C1"), [])

    def test_are_trimmed(self) -> None:
        assert read((" print_sku ", " C1 ")) == (PrintDetails(sku="C1"), [])

    @pytest.mark.parametrize("key", ["print_sku", "print_url", "print_design_id", "print_account"])
    def test_twice_with_different_values_are_a_contradiction(self, key: str) -> None:
        assert read((key, "a"), (f"_{key}", "b"))[1] == [key]
        assert read((key, "a"), (key, "a"))[1] == []

    def test_keep_every_option_in_its_own_spelling_and_order(self) -> None:
        pairs = [
            pair
            for number in range(9, 0, -1)
            for pair in (
                (f"print_option_value_{number}", f"Value {number}"),
                (f"_print_option_name_{number}", f"NAME {number}"),
            )
        ]
        details, wrong = read(*pairs)
        assert wrong == []
        assert details.options == tuple(
            PrintOption(name=f"NAME {number}", value=f"Value {number}") for number in range(1, 10)
        )

    def test_options_without_their_other_half_are_named(self) -> None:
        details, wrong = read(("print_option_name_1", "Frame"), ("print_option_value_12", "Black"))
        assert sorted(wrong) == ["print_option_name_12", "print_option_value_1"]
        assert details.options == ()

    def test_an_option_said_twice_is_a_contradiction(self) -> None:
        _, wrong = read(
            ("print_option_name_1", "Frame"), ("print_option_name_1", "Size"), ("print_option_value_1", "Black")
        )
        assert wrong == ["print_option_name_1"]

    @given(st.lists(st.tuples(st.text(), st.text())))
    def test_of_any_kind_do_no_harm(self, pairs: list[tuple[str, str]]) -> None:
        details, wrong = read(*pairs)
        assert isinstance(details, PrintDetails)
        assert all(field for field in wrong)


class TestTheProductMap:
    OWN = PrintDetails(
        sku="own", url="https://own.example", account="us", options=(PrintOption(name="a", value="b"),)
    )
    MAPPED = PrintDetails(sku="map", url="https://map.example", account="eu")

    def test_fills_in_what_the_line_leaves_open(self) -> None:
        assert PrintDetails().over(self.MAPPED) == self.MAPPED
        assert PrintDetails(url="https://own.example").over(self.MAPPED) == PrintDetails(
            sku="map", url="https://own.example", account="eu"
        )

    def test_never_changes_what_the_line_says(self) -> None:
        assert self.OWN.over(self.MAPPED) == self.OWN

    def test_does_not_mix_a_design_with_a_code_and_a_picture(self) -> None:
        """A design id stands for both: with a second picture beside it nobody knows what is printed."""
        design = PrintDetails(design_id="D1")
        mixed = design.over(self.MAPPED)
        assert (mixed.design_id, mixed.sku, mixed.url, mixed.account) == ("D1", "", "", "eu")
        assert mixed.options == (), "the options of another product are no options of this one"
        framed = PrintDetails(design_id="D2", options=(PrintOption(name="Frame", value="Oak"),))
        assert design.over(framed).options == framed.options
        own = PrintDetails(url="https://own.example").over(PrintDetails(design_id="D1", sku="map"))
        assert (own.design_id, own.sku, own.url) == ("", "map", "https://own.example")

    def test_is_asked_by_the_lines_own_sku(self) -> None:
        line = a_line("1", attributes=())
        assert details_of(line, None) == (PrintDetails(), ())
        assert details_of(line, ProductMapping(sku=line.sku, details=self.MAPPED)) == (self.MAPPED, ())

    def test_options_of_the_line_replace_those_of_the_map_as_a_whole(self) -> None:
        mapped = self.MAPPED.but(options=(PrintOption(name="x", value="y"),))
        assert PrintDetails().over(mapped).options == mapped.options
        assert self.OWN.over(mapped).options == self.OWN.options

    def test_details_that_name_nothing_to_print_are_none(self) -> None:
        assert not PrintDetails(account="us", options=(PrintOption(name="a", value="b"),))
