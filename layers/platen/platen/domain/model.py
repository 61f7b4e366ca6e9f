"""The base of every value the domain deals in, and the one way it writes time."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer


def iso(moment: datetime) -> str:
    """UTC, milliseconds, ``Z``: fixed width, so text order is time order (DynamoDB compares text).

    >>> iso(datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    '2026-11-21T09:30:00.000Z'
    """
    # Not strftime: it writes the year 999 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not a time")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is off the calendar in UTC") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Instant = Annotated[datetime, AfterValidator(_utc), PlainSerializer(iso, return_type=str, when_used="json")]
"""A moment in UTC with millisecond precision: what is stored is what is compared."""


class Value(BaseModel):
    """An immutable value. ``but`` makes the changed copy; nothing is ever changed in place."""

    # What is refused may be somebody's address: it is named by its field, never shown.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def but(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)


def digest(value: object) -> str:
    """A short stable name for a content: the first 16 hex digits of SHA-256 over canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
