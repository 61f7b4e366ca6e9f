"""One customer: who may speak for it, and how fast."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)


@dataclass
class Window:
    """So many calls in a minute that begins with the first of them; 0 means no limit."""

    limit: int
    used: int = 0
    ends: datetime | None = None

    def wait(self, now: datetime) -> int:
        """Seconds until the call may come again; 0 when it may go on, and then it counts."""
        if self.ends is None or now >= self.ends:
            self.ends, self.used = now + WINDOW, 0
        if self.limit and self.used >= self.limit:
            return max(1, math.ceil((self.ends - now).total_seconds()))
        self.used += 1
        return 0


@dataclass
class Account:
    """``key`` may be empty: then the customer ID is all that is asked for."""

    name: str
    customer_id: str
    key: str
    revoked: bool = False
    window: Window = field(default_factory=lambda: Window(60))
