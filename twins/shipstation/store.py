"""One Custom Store as its merchant set it up: where it is, who may fetch from it, and what its statuses mean."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from twins.shipstation.model import AWAITING_PAYMENT, AWAITING_SHIPMENT, CANCELLED, ON_HOLD, SHIPPED

type Oddity = Literal[
    "wide_window",
    "zero_width_window",
    "beyond_the_end",
    "repeated_page",
    "pacific_window",
    "compact_dates",
    "no_page",
    "wrong_password",
    "twice_at_once",
    "cut_reply",
]
"""What can be wrong with one poll. ``wide_window``: years. ``zero_width_window``: from now to now.
``beyond_the_end``: one page too many is asked for. ``repeated_page``: each page twice. ``pacific_window``: local
times where UTC is documented. ``no_page``: the first page without its number. ``twice_at_once``: two polls of the
same window side by side. ``cut_reply``: the first answer never arrives in full."""

type Where = Literal["header", "query", "both"]

WORDS = {
    AWAITING_PAYMENT: "unpaid",
    AWAITING_SHIPMENT: "paid",
    SHIPPED: "shipped",
    CANCELLED: "cancelled",
    ON_HOLD: "on-hold",
}
"""The usual words; each may be several, with commas between."""


@dataclass
class StoreError:
    """What the merchant sees in the store's form, and which request it was."""

    at: datetime
    message: str
    url: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass
class Poll:
    """One refresh. ``asked``: each URL with the status of its answer; 0: there was none."""

    number: int
    started_at: datetime
    start: datetime
    end: datetime
    by: str
    asked: list[tuple[str, int]] = field(default_factory=list)
    pages: int = 0
    orders: int = 0
    error: str = ""


@dataclass
class Store:
    """``unmapped``: what happens to a status that no field of the form names; what the real one does is not known.
    ``one_bad_order``: whether it fails its page (as builders report), or is only left out. ``overlap_minutes``: how
    far a window begins before the end of the last one."""

    store_id: int
    name: str
    url: str
    user: str
    password: str
    last_refresh: datetime
    words: dict[str, str] = field(default_factory=lambda: dict(WORDS))
    credentials: Where = "header"
    unmapped: Literal["error", "ignore"] = "error"
    one_bad_order: Literal["fails_the_page", "is_left_out"] = "fails_the_page"
    auto_import: bool = True
    auto_import_stops_after_error: bool = False
    overlap_minutes: int = 0
    interval_seconds: float | None = None
    """Between two polls that nobody asked for; None: only when somebody asks."""
    created_at: datetime | None = None
    last_attempt: datetime | None = None
    polls: list[Poll] = field(default_factory=list)
    errors: list[StoreError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """Orders whose items, tax and shipping do not add up to their total."""
    oddities: Counter[str] = field(default_factory=Counter)
    """What is odd -> with so many of the next polls."""
    asked_to_refresh: list[datetime | None] = field(default_factory=list)
    """Refreshes that V1 promised, to be done at the next tick; None: from the last refresh."""

    def status_of(self, word: str) -> str | None:
        """Case counts, as documented."""
        for status, words in self.words.items():
            if word in (one.strip() for one in words.split(",")):
                return status
        return None

    def take_oddities(self) -> set[str]:
        taken = {name for name, left in self.oddities.items() if left > 0}
        self.oddities -= Counter(taken)
        return taken
