"""What the shop remembers of the keys that inventory writes carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

REMEMBERED = timedelta(hours=24)

CONCURRENT_REQUEST = (
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "This request is currently in progress, please try again.",
)
PARAMETER_MISMATCH = (
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "The same idempotency key cannot be used with different operation parameters.",
)
PREVIOUS_ATTEMPT_FAILED = (
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    "A previous request with this idempotency key failed. Retry with a new idempotency key.",
)


@dataclass
class Attempt:
    """The first call with a key. ``payload`` is None when it failed."""

    at: datetime
    fingerprint: str
    payload: dict[str, Any] | None = None


@dataclass
class Keys:
    now: Callable[[], datetime]
    still_running: int = 0
    """A switch: so many repeats from now on are told that the first attempt still runs."""
    fail: int = 0
    """A switch: so many first attempts from now on break down, and nothing is written."""
    attempts: dict[str, Attempt] = field(default_factory=dict)

    def begin(self, key: str, fingerprint: str) -> Attempt:
        """A key nobody used within the last day: it counts as failed until a payload is put in."""
        made = self.attempts[key] = Attempt(self.now(), fingerprint)
        return made

    def find(self, key: str) -> Attempt | None:
        known = self.attempts.get(key)
        return known if known and self.now() - known.at < REMEMBERED else None

    def refusal(self, known: Attempt, fingerprint: str) -> tuple[str, str] | None:
        """Why a repeat does not get the first answer again, as (code, message)."""
        if known.fingerprint != fingerprint:
            return PARAMETER_MISMATCH
        if self.still_running:
            self.still_running -= 1
            return CONCURRENT_REQUEST
        return PREVIOUS_ATTEMPT_FAILED if known.payload is None else None
