"""Artwork: every problem says which line it is, what is there, what is needed and what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.artwork import ArtworkNeeds, Seen, judge

JPEG = Seen(reachable=True, media_type="image/jpeg", size=4_000_000, width=3000, height=2000)
PDF = Seen(reachable=True, media_type="application/pdf", size=90_000)
NEEDS = ArtworkNeeds(types=("image/jpeg", "image/png"), most_bytes=40_000_000, width=3000, height=2000)


def judged(seen: Seen, needs: ArtworkNeeds = NEEDS, title: str = "Sunset mug") -> list[str]:
    problems = judge(seen, needs, line_id="7", field="print_url_2", title=title)
    assert all((one.line_id, one.field) == ("7", "print_url_2") for one in problems)
    return [one.what for one in problems]


@pytest.mark.parametrize(
    ("seen", "needs"),
    [
        (JPEG, NEEDS),
        (JPEG, ArtworkNeeds()),
        (JPEG.but(width=2000, height=3000), NEEDS),
        (JPEG.but(media_type="image/png"), NEEDS),
        (JPEG.but(size=40_000_000), NEEDS),
        (JPEG.but(size=None), NEEDS),
        (JPEG.but(width=1, height=3000), ArtworkNeeds(width=3000)),
        (JPEG.but(width=1, height=3000), ArtworkNeeds(height=3000)),
        (JPEG.but(width=None, height=None), NEEDS.but(width=None, height=None)),
        (JPEG.but(width=None, height=None), NEEDS.but(width=0, height=0)),
        (Seen(reachable=True), ArtworkNeeds()),
        (PDF, NEEDS.but(types=("application/pdf",))),
    ],
    ids=[
        "as needed",
        "nothing needed",
        "on its side",
        "the other type",
        "as big as may be",
        "of a size nobody told",
        "long enough, lying",
        "long enough",
        "not measured, nor needed",
        "not measured, and nothing needed",
        "there, which is all",
        "a drawing where drawings are taken",
    ],
)
def test_a_file_that_will_do(seen: Seen, needs: ArtworkNeeds) -> None:
    assert judged(seen, needs) == []


@pytest.mark.parametrize(
    ("seen", "needs", "told"),
    [
        (
            Seen(reachable=False, words="files.example.com has no such file (404)"),
            NEEDS,
            "could not be read: files.example.com has no such file (404). Mend that, or put the file where anybody "
            "may read it, then try again.",
        ),
        (
            Seen(reachable=False),
            ArtworkNeeds(),
            "could not be read: no reason is known. Mend that, or put the file where anybody may read it, then try "
            "again.",
        ),
        (
            PDF,
            NEEDS,
            "is PDF; it has to be JPEG or PNG. Save it as that, and use the new file.",
        ),
        (
            JPEG.but(media_type="image/webp", width=1, height=1),
            NEEDS.but(types=("image/png", "image/jpeg", "image/tiff")),
            "is WEBP; it has to be PNG, JPEG or TIFF. Save it as that, and use the new file.",
        ),
        (
            Seen(reachable=True, media_type="application/zip"),
            NEEDS.but(types=("image/png",)),
            "is application/zip; it has to be PNG. Save it as that, and use the new file.",
        ),
        (
            Seen(reachable=True),
            NEEDS,
            "is of a kind that could not be told; it has to be JPEG or PNG. Look at it, and save it as that.",
        ),
        (
            Seen(reachable=True, media_type="text/html", size=1),
            ArtworkNeeds(),
            "is a web page, not a file: perhaps one that asks to log in, or that only shows the file. Use the "
            "address of the file itself.",
        ),
        (
            JPEG.but(size=40_100_000),
            NEEDS,
            "has 40.1 MB; at most 40 MB are taken. Save it with fewer pixels or more compression.",
        ),
        (
            JPEG.but(width=3000, height=1999),
            NEEDS,
            "has 3000 x 1999 pixels; it has to have at least 3000 x 2000 pixels, either way round. Use a larger "
            "one: enlarging this one would print blurred.",
        ),
        (
            JPEG.but(width=2999, height=2999),
            ArtworkNeeds(width=3000),
            "has 2999 x 2999 pixels; it has to have at least 3000 pixels on one side. Use a larger one: enlarging "
            "this one would print blurred.",
        ),
        (
            JPEG.but(width=None, height=None),
            NEEDS,
            "could not be measured; it has to have at least 3000 x 2000 pixels, either way round. Look whether it "
            "has.",
        ),
        (
            PDF,
            NEEDS.but(types=()),
            "could not be measured; it has to have at least 3000 x 2000 pixels, either way round. Look whether it "
            "has.",
        ),
    ],
    ids=[
        "not there",
        "not there, for no known reason",
        "another type",
        "another type, whose pixels are no matter then",
        "a type without a name",
        "no known type",
        "a web page where anything goes",
        "too big",
        "too few pixels",
        "too few pixels on the longer side",
        "not measured",
        "a drawing where nobody said that one will do",
    ],
)
def test_a_file_that_will_not_do(seen: Seen, needs: ArtworkNeeds, told: str) -> None:
    assert judged(seen, needs) == [f'The print file of "Sunset mug" {told}']


def test_all_that_is_wrong_is_said_at_once() -> None:
    big_and_small = JPEG.but(size=99_000_000, width=10, height=10)
    assert len(judged(big_and_small)) == 2
    assert len(judged(big_and_small.but(media_type="image/gif"))) == 2


def test_a_size_just_over_the_limit_does_not_read_as_the_limit() -> None:
    (told,) = judged(JPEG.but(size=40_000_001))
    assert "has 40000001 bytes; at most 40000000 bytes" in told


def test_a_line_without_a_title_and_one_with_too_much_of_it() -> None:
    assert judged(PDF, title=" ")[0].startswith("The print file is PDF")
    assert len(judged(PDF, title="x" * 5000)[0]) < 250


@given(
    wide=st.integers(0, 5000), high=st.integers(0, 5000), width=st.integers(0, 5000), height=st.integers(0, 5000)
)
def test_turning_a_file_changes_nothing(wide: int, high: int, width: int, height: int) -> None:
    needs = ArtworkNeeds(width=width, height=height)
    upright = judged(JPEG.but(width=wide, height=high), needs)
    lying = judged(JPEG.but(width=high, height=wide), needs)
    assert bool(upright) == bool(lying)
    if wide and high:
        assert bool(upright) == (min(wide, high) < min(width, height) or max(wide, high) < max(width, height))
