"""Points in time as ShipStation writes them: UTC, to the minute (documented). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_AMERICAN = re.compile(
    r"""
    (?P<month>\d{1,2}) / (?P<day>\d{1,2}) / (?P<year>\d{4})
    (?: [T+\ ]+ (?P<hour>\d{1,2}) : (?P<minute>\d{2}) (?: : (?P<second>\d{2}) (?: \.\d{1,7} )? )?
        \s* (?P<half> [ap]\.?m\.? )?
    )?
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_COMPACT = re.compile(
    r"(?P<month>\d{2})(?P<day>\d{2})(?P<year>\d{4})\D{0,3}(?P<hour>\d{2})(?P<minute>\d{2})", re.ASCII
)


def read_moment(text: str) -> datetime | None:
    """None for what is none. Older forms have AM or PM, which some write behind 24 hours too (seen).

    >>> read_moment("10/19/2019 12:56").isoformat()
    '2019-10-19T12:56:00+00:00'
    >>> read_moment("1/2/2026 9:05:07 PM").isoformat()
    '2026-01-02T21:05:07+00:00'
    """
    wanted = " ".join(text[:60].split())
    found = _AMERICAN.fullmatch(wanted) or _COMPACT.fullmatch(wanted)
    try:
        if not found:
            return _iso(wanted)
        part = {name: value for name, value in found.groupdict().items() if value}
        hour = _of_day(int(part.get("hour", 0)), part.get("half", "").lower())
        return datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            hour,
            int(part.get("minute", 0)),
            int(part.get("second", 0)),
            tzinfo=UTC,
        )
    except (ValueError, OverflowError):
        return None


def _of_day(hour: int, half: str) -> int:
    if half.startswith("p") and hour < 12:
        return hour + 12
    return 0 if half.startswith("a") and hour == 12 else hour


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    # A plus sign stands for a blank in a query, and so a blank may stand for a plus sign.
    read = datetime.fromisoformat(re.sub(r"(\d) (\d{2}:?\d{2})$", r"\1+\2", text) if text.count(":") > 1 else text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
