"""How each of its doors writes a moment: the Custom Store in UTC minutes, V1 in Pacific time, V2 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
"""V1 knows no offset: every time that goes in or out is Pacific (documented)."""
_FEED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AaPp][Mm])?")


def floored(at: datetime) -> datetime:
    """To the whole minute: a window knows no seconds."""
    return at.replace(second=0, microsecond=0)


def feed_time(at: datetime, zone: ZoneInfo | None = None) -> str:
    return f"{at.astimezone(zone or UTC):%m/%d/%Y %H:%M}"


def twelve_hours(at: datetime) -> str:
    """As in older samples of a ship notice."""
    return f"{at.astimezone(UTC):%m/%d/%Y %I:%M %p}"


def compact(at: datetime) -> str:
    """The form without slashes and colons that some stores say they were sent."""
    return f"{at.astimezone(UTC):%m%d%Y %H%M}"


def read_feed_time(text: str) -> datetime:
    """``M/d/yyyy H:mm``, with seconds and AM or PM if there are any; UTC. Raises ValueError."""
    found = _FEED.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is no time like 01/23/2026 17:28")
    month, day, year, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    half = (found[7] or "").upper()
    if half == "PM" and hour < 12:
        hour += 12
    if half == "AM" and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def v1_time(at: datetime | None) -> str | None:
    """Pacific, without an offset, with seven decimals."""
    return f"{at.astimezone(PACIFIC):%Y-%m-%dT%H:%M:%S.%f}0" if at else None


def v1_date(at: datetime | None) -> str | None:
    return f"{at.astimezone(PACIFIC):%Y-%m-%d}" if at else None


def read_v1_time(text: str) -> datetime:
    """Without an offset it is Pacific; one that is given is honoured (inferred). Raises ValueError."""
    trimmed = re.sub(r"(\.\d{6})\d+", r"\1", text.strip())
    read = datetime.fromisoformat(trimmed)
    return (read if read.tzinfo else read.replace(tzinfo=PACIFIC)).astimezone(UTC)


def v2_time(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z" if at else None


def read_v2_time(text: str) -> datetime:
    """ISO 8601; without an offset it is UTC. Raises ValueError."""
    read = datetime.fromisoformat(text.strip())
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def years(count: int) -> timedelta:
    return timedelta(days=365 * count)
