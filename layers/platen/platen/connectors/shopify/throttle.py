"""Shopify's bucket of cost points, as its last answer showed it: how long until a document fits in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Bucket:
    """``available`` points at ``seen``, refilled by ``restore`` points a second up to ``maximum``."""

    available: float
    maximum: float
    restore: float
    seen: datetime

    def holds(self, now: datetime) -> float:
        passed = max(0.0, (now - self.seen).total_seconds())
        return min(self.maximum, self.available + self.restore * passed)

    def seconds_until(self, cost: float, now: datetime) -> float:
        """How long until ``cost`` points are there: 0.0 when they are now.

        A document that costs more than the whole bucket waits for a full one; Shopify judges then.
        """
        lacking = min(cost, self.maximum) - self.holds(now)
        return max(0.0, lacking / self.restore)
