"""Which of our lines an item of theirs is: a wrong guess would ship the wrong thing in the store's eyes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.picanova import wire
from platen.connectors.picanova.catalogue import Variant
from platen.connectors.picanova.matching import match_lines
from platen.ports import JobRequest
from tests.connectors.picanova.fakes import NOW
from tests.connectors.picanova.house import a_request, details, their_item, their_order

VARIANTS = {
    code: Variant(code=code, variant_id=variant_id, read_at=NOW)
    for code, variant_id in (("DIGI-40X30-1", "302"), ("QUAD-20X20-1", "301"))
}
ART = "https://art.example/7f3a.jpg"
OTHER_ART = "https://art.example/99c0.jpg"


def match(request: JobRequest, *items: dict[str, Any], variants: dict[str, Variant] = VARIANTS) -> dict[str, str]:
    return match_lines(wire.one(wire.Order, their_order(items=list(items))), request, variants)


TWO = (details(), details("QUAD-20X20-1", url=OTHER_ART))


def test_items_in_our_order_are_our_lines() -> None:
    found = match(a_request(*TWO), their_item(1), their_item(2, variant_id="301", file=OTHER_ART))
    assert found == {"1": "11", "2": "12"}


def test_items_in_another_order_are_known_by_what_they_are() -> None:
    found = match(a_request(*TWO), their_item(2, variant_id=301, file=OTHER_ART), their_item(1))
    assert found == {"1": "11", "2": "12"}


def test_the_same_print_twice_is_told_apart_by_position() -> None:
    assert match(a_request(details(), details()), their_item(1), their_item(2)) == {"1": "11", "2": "12"}


def test_the_same_print_in_two_frames_is_told_apart_by_its_options() -> None:
    black, white = ({"Frame": colour} for colour in ("Black", "White"))
    theirs = [
        their_item(number, options=[{"id": 5, "name": "Frame", "value": {"id": 1, "name": colour}}])
        for number, colour in ((1, "White"), (2, "Black"))
    ]
    request = a_request(details(options=black), details(options=white))
    assert match(request, *theirs) == {"1": "12", "2": "11"}


def test_artwork_that_moved_to_their_own_store_leaves_the_position() -> None:
    theirs = [
        their_item(1, file="https://their.example/a"),
        their_item(2, variant_id=301, file="https://their.example/b"),
    ]
    assert match(a_request(*TWO), *theirs) == {"1": "11", "2": "12"}


@pytest.mark.parametrize(
    "theirs",
    [
        [],
        [their_item(1)],
        [their_item(1), their_item(2), their_item(3)],
        [their_item(1), their_item(1)],
        [their_item(1, quantity=2), their_item(2, variant_id=301, file=OTHER_ART)],
        [their_item(1), their_item(2)],
        [their_item(1, variant_id=999), their_item(2, variant_id=301, file=OTHER_ART)],
    ],
)
def test_what_does_not_fit_is_not_guessed(theirs: list[dict[str, Any]]) -> None:
    assert match(a_request(*TWO), *theirs) == {}


def test_a_position_is_not_believed_while_some_artwork_says_otherwise() -> None:
    request = a_request(details(), details(url=OTHER_ART))
    assert match(request, their_item(1, file=OTHER_ART), their_item(2, file="https://their.example/a")) == {}


def test_two_items_under_one_id_are_not_matched() -> None:
    assert match(a_request(details(), details()), their_item(1), their_item(1)) == {}


def test_the_same_artwork_swapped_is_not_guessed_when_the_variants_are_not_known() -> None:
    request = a_request(details(), details(url=OTHER_ART))
    assert match(request, their_item(2, file=OTHER_ART), their_item(1), variants={}) == {"1": "11", "2": "12"}


def test_a_variant_given_by_its_id_needs_no_catalogue() -> None:
    request = a_request(details("302"), details("301"))
    assert match(request, their_item(2, variant_id=301), their_item(1), variants={}) == {"1": "11", "2": "12"}


@given(st.permutations(range(4)))
def test_no_shuffle_ever_leads_to_a_wrong_line(order: list[int]) -> None:
    arts = [f"https://art.example/{number}.jpg" for number in range(4)]
    request = a_request(*(details(url=art) for art in arts))
    theirs = [their_item(100 + number, file=arts[number]) for number in order]
    assert match(request, *theirs) == {str(100 + number): str(11 + number) for number in range(4)}
