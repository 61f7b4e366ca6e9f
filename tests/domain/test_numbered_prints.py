"""Numbered prints: several pictures on one product, none of them dropped, doubled or put where it was not meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Attribute
from platen.domain.printing import MOST_PRINTS, Print, PrintDetails, ProductMapping, details_of, read_attributes
from tests.domain.making import a_line

FRONT = Print(url="https://a.example/front", location="front", kind="DTG", preview="https://a.example/p1")
BACK = Print(url="https://a.example/back", location="back", kind="DTF", preview="https://a.example/p2")
SLEEVE = Print(url="https://a.example/sleeve", location="sleeve")


def attributes(*pairs: tuple[str, str]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=name, value=value) for name, value in pairs)


def read(*pairs: tuple[str, str], mapped: PrintDetails | None = None) -> tuple[PrintDetails, dict[str, str]]:
    """The details of a line that says this, and field -> what is wrong with it."""
    mapping = ProductMapping(sku="T", details=mapped) if mapped else None
    details, problems = details_of(a_line("7", sku="T", attributes=attributes(*pairs)), mapping)
    assert all(problem.line_id == "7" for problem in problems)
    return details, {problem.field: problem.what for problem in problems}


def printed(*prints: Print, sku: str = "TEE") -> PrintDetails:
    first, *more = prints
    return PrintDetails(sku=sku, **first.model_dump(), more=tuple(more))


class TestReading:
    def test_takes_every_field_of_every_print(self) -> None:
        details, wrong = read(
            ("print_sku", "TEE"),
            ("print_url", FRONT.url),
            ("print_location", "front"),
            ("print_type", "DTG"),
            ("print_preview", FRONT.preview),
            ("_print_url_2", BACK.url),
            (" print_location_2 ", " back "),
            ("print_type_2", "DTF"),
            ("print_preview_url_2", BACK.preview),
            ("print_url_3", SLEEVE.url),
            ("print_location_3", "sleeve"),
        )
        assert wrong == {}
        assert details == printed(FRONT, BACK, SLEEVE)
        assert details.prints == (FRONT, BACK, SLEEVE)

    @pytest.mark.parametrize("url", ["print_url", "print_url_1", "_print_url_1", "print_url_01"])
    @pytest.mark.parametrize(
        "preview", ["print_preview", "print_preview_1", "print_preview_url", "print_preview_url_1"]
    )
    def test_takes_plain_fields_for_the_first_print(self, url: str, preview: str) -> None:
        details, wrong = read((url, "u"), (preview, "p"), ("print_sku_1", "S"), ("print_account_1", "eu"))
        assert (details, wrong) == (PrintDetails(url="u", preview="p", sku="S", account="eu"), {})

    def test_does_not_mind_the_order_they_come_in(self) -> None:
        pairs = [("print_url_2", "b"), ("print_location", "front"), ("print_url_3", "c"), ("print_url", "a")]
        assert read(*pairs) == read(*reversed(pairs))

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("print_url", "print_url_1"),
            ("print_url_1", "_print_url"),
            ("print_location_2", "print_location_02"),
            ("print_type", "print_type_1"),
            ("print_preview", "print_preview_url"),
            ("print_preview_2", "print_preview_url_2"),
            ("print_sku", "print_sku_1"),
            ("print_design_id", "print_design_id_1"),
        ],
    )
    def test_names_both_fields_that_contradict_each_other(self, first: str, second: str) -> None:
        _, problems = read_attributes("7", attributes((first, "a"), (second, "b")))
        (problem,) = problems
        assert problem.field == second.removeprefix("_")
        assert f"both {first} and {problem.field}" in problem.what
        assert read_attributes("7", attributes((first, "a"), (second, " a ")))[1] == ()

    @pytest.mark.parametrize("field", ["print_url_0", "print_url_21", "print_type_00", f"print_url_{'9' * 5000}"])
    def test_knows_the_numbers_1_to_20(self, field: str) -> None:
        details, wrong = read((field, "u"))
        assert list(wrong) == [field]
        assert "1 to 20" in wrong[field]
        assert not details

    def test_takes_as_many_as_it_says(self) -> None:
        details, wrong = read(*((f"print_url_{number}", f"u{number}") for number in range(1, MOST_PRINTS + 1)))
        assert wrong == {}
        assert [one.url for one in details.prints] == [f"u{number}" for number in range(1, 21)]

    @pytest.mark.parametrize("field", ["print_design_id_2", "print_sku_2", "print_account_3", "print_design_id_0"])
    def test_takes_one_product_for_a_line(self, field: str) -> None:
        details, wrong = read((field, "D"), ("print_sku", "TEE"), ("print_url", "u"))
        assert list(wrong) == [field]
        assert field in wrong[field]
        assert details == PrintDetails(sku="TEE", url="u")

    @pytest.mark.parametrize(
        "field",
        ["print_url_", "print_url_x", "print_url_-1", "print_url_२", "print_urls", "Print_url_2", "print_url 2"],
    )
    def test_leaves_alone_what_is_not_ours(self, field: str) -> None:
        assert read((field, "x")) == (PrintDetails(), {})


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("pairs", "missing", "words"),
        [
            ([("print_url", "a"), ("print_url_3", "c")], ["print_url_2"], "print_url_3 is there"),
            ([("print_url_2", "b")], ["print_url"], "print_url_2 is there"),
            ([("print_url_4", "d")], ["print_url", "print_url_2", "print_url_3"], "without gaps"),
            ([("print_url", "a"), ("print_location_2", "back")], ["print_url_2"], "print_location_2 is there"),
            (
                [("print_url", "a"), ("print_type_2", "x"), ("print_preview_2", "p")],
                ["print_url_2"],
                "print_type_2 and",
            ),
            ([("print_location_2", "back")], ["print_url", "print_url_2"], "print_location_2"),
            ([("print_location", "front"), ("print_url_2", "b")], ["print_url"], "print_location is there"),
        ],
    )
    def test_is_named_with_what_shows_it(
        self, pairs: list[tuple[str, str]], missing: list[str], words: str
    ) -> None:
        _, wrong = read(("print_sku", "TEE"), *pairs)
        assert sorted(wrong) == sorted(missing)
        assert words in wrong[missing[-1]]

    def test_of_a_single_print_is_for_its_vendor_to_say(self) -> None:
        """Some make a product without artwork, and some of other apps' attributes are named like ours."""
        assert read(("print_sku", "TEE"))[1] == {}
        assert read(("print_location", "front")) == (PrintDetails(location="front"), {})
        assert not PrintDetails(location="front")

    def test_keeps_every_print_at_its_number(self) -> None:
        details, _ = read(("print_url", "a"), ("print_url_3", "c"))
        assert [one.url for one in details.prints] == ["a", "", "c"]

    def test_of_numbered_prints_makes_a_line_a_printed_one(self) -> None:
        assert read(("print_url_2", "b"))[0]

    def test_a_design_has_all_of_its_artwork(self) -> None:
        _, wrong = read(("print_design_id", "D"), ("print_url_2", "b"))
        assert list(wrong) == ["print_design_id"]
        assert "print_url_2" in wrong["print_design_id"]
        assert read(("print_design_id", "D"), ("print_location", "front"))[1] == {}


class TestBesideTheProductMap:
    MAPPED = printed(FRONT, BACK)

    @pytest.mark.parametrize(
        ("said", "prints"),
        [
            pytest.param([], [FRONT, BACK], id="nothing: the map's"),
            pytest.param([("print_sku", "TEE"), ("print_account", "eu")], [FRONT, BACK], id="another product"),
            pytest.param(
                [("print_url", "own")],
                [Print(url="own", location="front", kind="DTG")],
                id="one picture: where the map puts the first, without the others and their mock-ups",
            ),
            pytest.param(
                [("print_url", FRONT.url)],
                [FRONT],
                id="the map's own picture: with its mock-up",
            ),
            pytest.param(
                [("print_url_1", "own"), ("print_location", "left_chest"), ("print_preview_url", "mock")],
                [Print(url="own", location="left_chest", kind="DTG", preview="mock")],
                id="one picture with its place",
            ),
            pytest.param(
                [("print_url", "own"), ("print_url_2", "mine"), ("print_url_3", "ours")],
                [
                    Print(url="own", location="front", kind="DTG"),
                    Print(url="mine", location="back", kind="DTF"),
                    Print(url="ours"),
                ],
                id="more pictures than the map",
            ),
            pytest.param(
                [("print_location", "left_chest")],
                [FRONT.but(location="left_chest"), BACK],
                id="another place for the map's first",
            ),
            pytest.param(
                [("print_location_2", "neck"), ("print_type_2", "DTG")],
                [FRONT, BACK.but(location="neck", kind="DTG")],
                id="another place for the map's second",
            ),
            pytest.param(
                [("print_url", "own"), ("print_location_2", "neck")],
                [Print(url="own", location="front", kind="DTG"), BACK.but(location="neck")],
                id="a picture of its own, and the map's second somewhere else",
            ),
        ],
    )
    def test_a_line_goes_first(self, said: list[tuple[str, str]], prints: list[Print]) -> None:
        details, wrong = read(*said, mapped=self.MAPPED)
        assert wrong == {}
        assert list(details.prints) == prints
        assert details.sku == "TEE"

    @pytest.mark.parametrize(
        ("said", "missing"),
        [
            ([("print_url_2", "own")], ["print_url"]),
            ([("print_url", "own"), ("print_url_3", "mine")], ["print_url_2"]),
            ([("print_location_3", "neck")], ["print_url_3"]),
            ([("print_location_4", "neck")], ["print_url_3", "print_url_4"]),
        ],
    )
    def test_a_gap_of_the_line_is_not_filled_with_the_maps_artwork(
        self, said: list[tuple[str, str]], missing: list[str]
    ) -> None:
        assert sorted(read(*said, mapped=self.MAPPED)[1]) == missing

    def test_a_gap_of_the_map_is_said_too(self) -> None:
        holed = printed(FRONT, Print(), SLEEVE)
        assert list(read(mapped=holed)[1]) == ["print_url_2"]
        assert list(read(mapped=printed(FRONT, Print(location="back")))[1]) == ["print_url_2"]

    def test_an_empty_print_at_the_end_of_the_map_is_none(self) -> None:
        assert read(mapped=printed(FRONT, Print(), Print())) == (printed(FRONT), {})

    def test_a_design_of_the_line_takes_no_prints_from_the_map(self) -> None:
        details, wrong = read(("print_design_id", "D"), mapped=self.MAPPED)
        assert (details.prints, wrong) == ((), {})

    @pytest.mark.parametrize(
        ("field", "design"), [("print_url", ""), ("print_location", "D"), ("print_account", "D")]
    )
    def test_a_design_of_the_map_is_for_lines_without_artwork(self, field: str, design: str) -> None:
        assert read((field, "x"), mapped=PrintDetails(design_id="D"))[0].design_id == design

    def test_options_and_account_fall_back_by_themselves(self) -> None:
        mapped = self.MAPPED.but(account="eu")
        details, _ = read(("print_url", "own"), ("print_url_2", "mine"), mapped=mapped)
        assert (details.account, details.sku) == ("eu", "TEE")


FIELDS = st.sampled_from(
    ["print_url", "print_location", "print_type", "print_preview", "print_design_id", "print_sku"]
)
NUMBERS = st.sampled_from(["", "_1", "_2", "_3", "_4", "_20", "_0", "_99"])
PAIRS = st.lists(
    st.tuples(st.builds("{}{}".format, FIELDS, NUMBERS), st.sampled_from(["", " ", "a", "b"])), max_size=9
)
PRINTS = st.lists(
    st.builds(Print, url=st.sampled_from(["", "m"]), location=st.sampled_from(["", "l"])), min_size=1, max_size=4
)


class TestAnyAttributes:
    @given(PAIRS, PRINTS)
    def test_give_prints_that_all_have_artwork_or_a_problem(
        self, pairs: list[tuple[str, str]], mapped: list[Print]
    ) -> None:
        details, wrong = read(*pairs, mapped=printed(*mapped))
        if not wrong and details.more:
            assert all(one.url for one in details.prints)
            assert not details.design_id

    @given(PAIRS, PRINTS)
    def test_never_lose_artwork_that_the_line_names(
        self, pairs: list[tuple[str, str]], mapped: list[Print]
    ) -> None:
        details, wrong = read(*pairs, mapped=printed(*mapped))
        named = {value.strip() for name, value in pairs if name.startswith("print_url") and value.strip()}
        if not wrong:
            assert named <= {one.url for one in details.prints}
