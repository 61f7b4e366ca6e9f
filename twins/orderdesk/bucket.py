"""The rate as its API documentation tells it: a bucket of 20 tokens that gets 3 a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Bucket:
    """``size`` 0 means no limit."""

    size: int = 20
    per_second: float = 3.0
    tokens: float = -1.0
    """Left; below zero: nobody has asked yet, so it is full."""
    at: datetime | None = None

    def take(self, now: datetime) -> int:
        """Seconds to wait, 0 when the call may go on."""
        if not self.size:
            return 0
        if self.at is None:
            self.tokens = float(self.size)
        else:
            self.tokens = min(self.size, self.tokens + self.per_second * (now - self.at).total_seconds())
        self.at = now
        if self.tokens < 1:
            return max(1, math.ceil((1 - self.tokens) / self.per_second))
        self.tokens -= 1
        return 0

    @property
    def left(self) -> int:
        return max(0, int(self.tokens))
