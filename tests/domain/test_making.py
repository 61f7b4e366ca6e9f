"""The rules of a vendor connection, as people give them: read as they are meant, or refused with what to change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platen.domain.making import EU, ArtworkCheck, Fallback, Making, alike, brief, countries_of, exact

NBSP = "\u00a0"
COMPOSED, DECOMPOSED = "CAF\u00c9", "CAFE\u0301"


def refused(field: str, given: object) -> str:
    """Why a field is refused; the words a person reads, and no more than the one field's."""
    with pytest.raises(ValidationError) as found:
        Making.model_validate({field: given})
    (error,) = found.value.errors()
    assert error["loc"][0] == field
    return str(error["msg"])


def read(field: str, given: object) -> Any:
    return getattr(Making.model_validate({field: given}), field)


TABLES = ("code_match", "class_match", "class_by_country")


class TestTables:
    @pytest.mark.parametrize("field", TABLES)
    @pytest.mark.parametrize(
        "given",
        [
            {"US": "A", "CA": "B"},
            {" US ": " A", f"{NBSP}CA": f"B{NBSP}"},
            ["US = A", "CA=B"],
            ("US=A", "", "  ", " CA = B "),
            "US = A\nCA = B",
            "\r\n US=A \r\n\r\nCA\t=\tB\r\n",
            ["US = A", "CA = B", "US=A"],  # the same one twice
        ],
    )
    def test_are_read_however_they_are_written(self, field: str, given: object) -> None:
        assert read(field, given) == {"US": "A", "CA": "B"}

    @pytest.mark.parametrize("field", TABLES)
    @pytest.mark.parametrize("given", [{}, [], "", " \n "])
    def test_may_be_empty(self, field: str, given: object) -> None:
        assert read(field, given) == {}

    @pytest.mark.parametrize(
        ("line", "sides"),
        [
            ("a=b = c", ("a=b", "c")),
            ("a = b=c", ("a", "b=c")),
            ("https://x.example/?a=1 = C", ("https://x.example/?a=1", "C")),
            ("🎽 = tee 🎽", ("🎽", "tee 🎽")),
        ],
    )
    def test_take_the_equals_sign_with_blanks_around_it(self, line: str, sides: tuple[str, str]) -> None:
        assert read("class_match", line) == dict([sides])

    @pytest.mark.parametrize("field", TABLES)
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("US", 'has no "="'),
            ("US -> A", 'has no "="'),
            ("US=A=B", 'more than one "="'),
            ("US = A = B", 'more than one "="'),
            ("= A", 'nothing before the "="'),
            ("US =", 'nothing after the "="'),
            ("=", 'nothing before the "="'),
        ],
    )
    def test_name_the_line_that_cannot_be_read(self, field: str, line: str, words: str) -> None:
        said = refused(field, ["CA = B", line])
        assert words in said
        assert line.strip("= ") in said

    @pytest.mark.parametrize("field", TABLES)
    @pytest.mark.parametrize("given", [{"": "A"}, {" ": "A"}, {NBSP: "A"}, {"US": " "}])
    def test_have_two_sides_in_every_row(self, field: str, given: object) -> None:
        assert '"="' in refused(field, given)

    @pytest.mark.parametrize("field", TABLES)
    @pytest.mark.parametrize(
        "given", [7, None, True, ["US=A", 7], {"US": 7}, {"US": None}, {"US": {"A": "B"}}, [["US", "A"]]]
    )
    def test_of_something_else_are_refused(self, field: str, given: object) -> None:
        with pytest.raises(ValidationError):
            Making.model_validate({field: given})

    def test_are_capped(self) -> None:
        assert len(read("class_match", [f"{number} = A" for number in range(500)])) == 500
        assert "500" in refused("class_match", [f"{number} = A" for number in range(501)])
        assert "200" in refused("code_match", {"A" * 201: "B"})
        assert "200" in refused("code_match", {"A": "B" * 201})

    def test_keep_what_they_say_short(self) -> None:
        assert len(refused("class_match", "x" * 10_000)) < 300
        assert len(refused("class_match", [f"{'x' * 9000} = {side * 9000}" for side in "ab"])) < 500


class TestProductCodeMatch:
    def test_keeps_codes_apart_that_differ_in_case_or_blanks(self) -> None:
        given = {"A": "1", "a": "2", "A B": "3", "A  B": "4", "CAFE": "5", COMPOSED: "6"}
        assert read("code_match", given) == given

    @pytest.mark.parametrize(("first", "second"), [("A", " A"), (COMPOSED, DECOMPOSED), ("A", f"A{NBSP}")])
    def test_refuses_two_targets_for_a_code(self, first: str, second: str) -> None:
        said = refused("code_match", [f"{first} = ONE", f"{second} = TWO"])
        assert "ONE" in said
        assert "TWO" in said
        assert refused("code_match", {first: "ONE", second: "TWO"})
        assert read("code_match", {first: "ONE", second: " ONE"}) == {exact(first): "ONE"}

    def test_minds_the_case_of_a_target(self) -> None:
        assert "one" in refused("code_match", ["A = ONE", " A = one"])


class TestShippingClassMatch:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("Standard Shipping", "STANDARD  shipping"),
            ("Standard Shipping", f" standard{NBSP}shipping"),
            ("Fast\tmail", "Fast mail"),
            (COMPOSED, DECOMPOSED.lower()),
            ("Straße", "STRASSE"),
            ("Express*", "EXPRESS*"),
            ("🚀 Rocket", "🚀 ROCKET"),
        ],
    )
    def test_refuses_two_classes_for_a_name(self, first: str, second: str) -> None:
        said = refused("class_match", {first: "STD", second: "EXP"})
        assert "= STD" in said
        assert "= EXP" in said
        assert read("class_match", {first: "STD", second: " std "}) == {first: "STD"}

    def test_keeps_names_apart_that_only_look_alike(self) -> None:
        given = {"Cafe": "A", "Café": "B", "Express": "C", "Express*": "D", "Express?": "E", "🚚": "F", "🚛": "G"}
        assert read("class_match", given) == given


class TestCountries:
    @pytest.mark.parametrize(
        ("key", "kept"),
        [
            ("us", "US"),
            (" us, ca ", "US,CA"),
            ("US;CA US", "US,CA"),
            ("eu", "EU"),
            ("*", "*"),
            ("xk", "XK"),
            (",".join(sorted(EU)), ",".join(sorted(EU))),
        ],
    )
    def test_are_written_one_way(self, key: str, kept: str) -> None:
        assert read("class_by_country", {key: "A"}) == {kept: "A"}

    @pytest.mark.parametrize(
        ("key", "words"),
        [
            ("UK", "did you mean GB"),
            ("EL", "did you mean GR"),
            ("USA", '"USA" is no country code'),
            ("Germany", '"GERMANY" is no country code'),
            ("US,XX", '"XX"'),
            ("U*", '"U*"'),
            ("🇩🇪", "no country code"),
            (",", "nothing before"),
        ],
    )
    def test_are_two_letters_eu_or_a_star(self, key: str, words: str) -> None:
        assert words in refused("class_by_country", {key: "A"})

    def test_go_by_one_class_each(self) -> None:
        said = refused("class_by_country", {"US,CA": "STD", "MX,ca": "EXP"})
        assert '"CA = STD"' in said
        assert '"CA = EXP"' in said
        assert read("class_by_country", {"US,CA": "STD", "ca,MX": "std", "us": "STD"}) == {
            "US,CA": "STD",
            "MX": "std",
        }

    def test_may_be_told_apart_from_their_union_and_the_rest(self) -> None:
        given = {"DE": "A", "EU": "B", "*": "C"}
        assert read("class_by_country", given) == given


class TestProductCodeSkip:
    @pytest.mark.parametrize(
        ("given", "codes"),
        [
            ("", ()),
            (" , \n", ()),
            ("A, B\nC\r\n\r\n,D", ("A", "B", "C", "D")),
            ("A,a,A", ("A", "a")),
            (["A, B", " C "], ("A, B", "C")),  # in a list a comma is the code's own
            (["A", "", " ", "A"], ("A",)),
            ((COMPOSED, DECOMPOSED), (COMPOSED,)),
            ("a b\tc", ("a b\tc",)),
        ],
    )
    def test_is_a_list_or_a_text(self, given: object, codes: tuple[str, ...]) -> None:
        assert read("code_skip", given) == codes

    @pytest.mark.parametrize("given", [7, None, {"A": "B"}, ["A", 7]])
    def test_of_something_else_is_refused(self, given: object) -> None:
        with pytest.raises(ValidationError):
            Making.model_validate({"code_skip": given})

    def test_is_capped(self) -> None:
        assert "2000" in refused("code_skip", [str(number) for number in range(2001)])


class TestTheRulesAsAWhole:
    FULL = Making(
        code_match={"A": "B"},
        code_skip=("C",),
        class_match={"Express*": "EXP"},
        class_by_country={"US,CA": "STD", "EU": "EXP", "*": "INTL"},
        default_class="STD",
        class_fallback=Fallback.STOP,
        artwork=ArtworkCheck.STOP,
        after_import="Sent",
    )

    def test_are_read_again_as_they_were_stored(self) -> None:
        stored = self.FULL.model_dump(mode="json", exclude_defaults=True)
        assert Making.model_validate(json.loads(json.dumps(stored))) == self.FULL
        assert Making.model_validate({}) == Making()

    def test_stored_by_a_newer_platen_are_still_read(self) -> None:
        assert Making.model_validate({"default_class": "STD", "something_new": 1}) == Making(default_class="STD")

    def test_have_a_schema_that_can_be_asked_from(self) -> None:
        fields = Making.model_json_schema()["properties"]
        assert all(field["title"] and field["description"] for field in fields.values())
        for name in TABLES:
            assert fields[name]["type"] == "object"
            assert fields[name]["additionalProperties"]["type"] == "string"
        assert fields["code_skip"]["type"] == "array"
        assert fields["code_skip"]["items"]["type"] == "string"

    @given(st.dictionaries(st.text(max_size=9), st.text(max_size=9)), st.sampled_from(TABLES))
    def test_of_any_text_are_refused_or_stay_as_they_are(self, table: dict[str, str], field: str) -> None:
        try:
            once = Making.model_validate({field: table})
        except ValidationError:
            return
        assert Making.model_validate(once.model_dump()) == once

    @given(st.text(max_size=60), st.sampled_from([*TABLES, "code_skip"]))
    def test_of_any_text_in_one_piece_too(self, text: str, field: str) -> None:
        try:
            once = Making.model_validate({field: text})
        except ValidationError:
            return
        assert Making.model_validate(once.model_dump()) == once


class TestWords:
    @given(st.text())
    def test_alike_is_settled(self, text: str) -> None:
        assert alike(alike(text)) == alike(text) == alike(f" {text}{NBSP}")

    @given(st.text())
    def test_exact_is_settled(self, text: str) -> None:
        assert exact(exact(text)) == exact(text)

    @given(st.text())
    def test_brief_is_brief(self, text: str) -> None:
        assert len(brief(text)) <= 80
        assert "\n" not in brief(text)

    @given(st.text())
    def test_countries_are_each_named_once(self, text: str) -> None:
        found = countries_of(text)
        assert len(found) == len(set(found))
