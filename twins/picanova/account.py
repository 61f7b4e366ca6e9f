"""One store account: who may speak for it, how fast, and what it sells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from twins.picanova.catalogue import Catalogue
from twins.picanova.library import Library
from twins.picanova.places import Carrier

WINDOW = timedelta(seconds=60)


@dataclass(frozen=True)
class Allowance:
    """What a call is told about the rate: ``retry_after`` is seconds, 0 when the call may go on."""

    limit: int
    remaining: int
    reset_at: datetime
    retry_after: int = 0


@dataclass
class Window:
    """So many calls in a minute that begins with the first of them; 0 means no limit.

    Inferred: the vendor publishes the number, not how it is counted.
    """

    limit: int
    used: int = 0
    ends: datetime | None = None

    def take(self, now: datetime) -> Allowance:
        if self.ends is None or now >= self.ends:
            self.ends, self.used = now + WINDOW, 0
        if self.limit and self.used >= self.limit:
            wait = max(1, math.ceil((self.ends - now).total_seconds()))
            return Allowance(self.limit, 0, self.ends, wait)
        self.used += 1
        return Allowance(self.limit, max(0, self.limit - self.used), self.ends)


@dataclass
class Account:
    name: str
    credentials: tuple[str, str]
    catalogue: Catalogue
    carriers: tuple[Carrier, ...]
    sandbox: bool
    webhook_url: str
    window: Window = field(default_factory=lambda: Window(60))
    library: Library = field(default_factory=Library)
    """v1's: artwork that was uploaded, and the products that were set up with it."""
