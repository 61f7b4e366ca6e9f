"""The claim: who may do an outside effect, until when, and whether somebody may have done it before.

::

    ready ──claim──▶ claimed(token, lease) ──effect, finish──▶ sent / told
                          │  lost reply, 5xx, crash
                          ▼
             unknown (or a lease that ran out) ──due──▶ claimed again, doubt=True: look up before sending

``due_at`` of a claim is the end of its lease plus the time the outside search may lag. It is written
with the claim itself, so a crash needs no clean-up, and it restarts with every later claim.
"""

from __future__ import annotations

from datetime import datetime

from platen.domain.model import Instant, Value


class Claim(Value):
    """One attempt at an outside effect: a token nobody else has, and how long it counts."""

    token: str
    now: Instant
    lease_until: Instant
    """The worker must be gone by then: the lease outlives the function's timeout."""
    due_at: Instant
    """When somebody else may claim it: ``lease_until`` plus the lag of the outside search."""


class Claimable(Value):
    """What jobs and shipments have in common: the traces of claims."""

    token: str = ""
    lease_until: Instant | None = None
    attempt: int = 0
    """How many claims there have been."""
    doubt: bool = False
    """An attempt may have had its effect without our knowing: look up before trying again."""
    due_at: Instant | None = None
    """When to look at it again if nothing happens before; None when there is nothing to wait for."""
    version: int = 0
    """Goes up by one with each write; every write is conditional on it."""


def may_be_reclaimed(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now
