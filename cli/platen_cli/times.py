"""Times as people read them: local, with the zone said; and back from what people type."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime | None) -> str:
    """``Sat 21 Nov 2026, 14:03:07 CET``; empty for no time."""
    return moment.astimezone().strftime("%a %d %b %Y, %H:%M:%S %Z") if moment else ""


def short(moment: datetime | None, at: datetime | None = None) -> str:
    """``today 14:03 CET`` or ``21 Nov 14:03 CET``, and the year when it is not this one."""
    if moment is None:
        return ""
    here, today = moment.astimezone(), (at or now()).astimezone()
    if here.date() == today.date():
        return here.strftime("today %H:%M %Z")
    return here.strftime("%d %b %H:%M %Z" if here.year == today.year else "%d %b %Y %H:%M %Z")


def ago(moment: datetime | None, at: datetime | None = None) -> str:
    """How long since (or until), in the largest unit that says something: ``12 min``, ``3 h``, ``5 days``."""
    if moment is None:
        return ""
    seconds = abs(((at or now()) - moment).total_seconds())
    if seconds < 60:
        return f"{int(seconds)} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 48 * 3600:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86400)} days"


def typed(text: str, at: datetime | None = None) -> datetime:
    """``now``, a date (its local midnight) or a date and time (local unless it says its zone), as UTC.

    Raises ValueError with a sentence.
    """
    text = text.strip()
    if text.lower() == "now":
        return at or now()
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"'{text}' is no time: write now, 2026-11-21, or 2026-11-21T09:30+01:00.") from None
