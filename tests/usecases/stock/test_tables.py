"""The lines of the long lists: what is written is what is read, and nothing else is taken for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.usecases.stock.rows import Candidate, Last, Row, read_pushed, read_rows
from platen.usecases.stock.tables import (
    Sold,
    Unreadable,
    Unsorted,
    level_line,
    pushed_key,
    read_catalogue,
    read_levels,
    safe,
    sort_key,
)

NAMES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1, max_size=9)


@given(st.dictionaries(NAMES, st.integers(-9, 999), max_size=9))
def test_counts_come_back(counts: dict[str, int]) -> None:
    lines = [level_line(item, counts[item]) for item in sorted(counts, key=sort_key)]
    assert not any("\n" in line for line in lines)
    assert dict(read_levels(lines)) == counts


@given(NAMES, NAMES, st.booleans())
def test_what_is_sold_comes_back(item: str, title: str, flag: bool) -> None:
    sold = Sold(
        item, "i", "v", item, tracked=flag, bundle=not flag, title=title, unit_cost=Decimal("1.50"), currency="EUR"
    )
    assert list(read_catalogue([sold.line()])) == [sold]


def test_a_line_end_in_a_title_becomes_a_space() -> None:
    (sold,) = read_catalogue([Sold("A", "i", "v", "A", title="Two\nlines").line()])
    assert sold.title == "Two lines"


@given(NAMES, st.none() | st.integers(-9, 99), st.booleans())
def test_rows_come_back(item: str, count: int | None, flag: bool) -> None:
    row = Row(
        item, "MAIN", "shop", "main", counted=count, expected=count, clamped=flag, stocked=flag, taken="1/1=2"
    )
    assert list(read_rows([row.line()])) == [row]


@given(NAMES, st.none() | st.integers(-9, 99))
def test_candidates_come_back_with_what_was_pushed(item: str, count: int | None) -> None:
    last = Last(item, 4, "2026", "2027", count, 2, again=True, taken={"1001-a-1/2": 3})
    one = Candidate(item, count, 1, {0: "gid://1"}, {0: last}, (("2026", "2027", 1),))
    assert Candidate.read(one.line()) == one
    assert list(read_pushed([last.line()])) == [last]


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (["B,1", "A,1"], Unsorted),
        (["A"], Unreadable),
        (["A,x"], Unreadable),
        (['A,"1' + "1" * 200_000], Unreadable),
    ],
)
def test_what_is_not_a_count_is_refused(lines: list[str], wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        list(read_levels(lines))


@pytest.mark.parametrize("site", ["..", "a/b", "MAIN st.", "../../own", "größe"])
def test_a_name_leads_out_of_no_folder(site: str) -> None:
    key = pushed_key("depot", site, "shop", "gid://x/1")
    assert key.count("/") == 4
    assert ".." not in safe(site)
