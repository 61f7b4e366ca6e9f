"""So many calls in a minute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)


@dataclass
class Limit:
    """The minute begins with its first call; ``per_minute`` 0 means no limit."""

    per_minute: int
    used: int = 0
    ends: datetime | None = None

    def take(self, now: datetime) -> bool:
        """Whether the call may go on; then it counts."""
        if self.ends is None or now >= self.ends:
            self.ends, self.used = now + WINDOW, 0
        if self.per_minute and self.used >= self.per_minute:
            return False
        self.used += 1
        return True

    @property
    def remaining(self) -> int:
        return max(0, self.per_minute - self.used)

    def reset(self, now: datetime) -> int:
        """Seconds to the next minute."""
        return max(1, math.ceil((self.ends - now).total_seconds())) if self.ends else 60
