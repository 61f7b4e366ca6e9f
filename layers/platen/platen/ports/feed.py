"""The port of the feed: jobs that their vendor fetches by itself. Part of ``platen.ports``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from platen.domain.feed import FeedEntry, Notice


@dataclass(frozen=True)
class Window:
    """What a vendor asks its feed for: everything modified from ``start`` up to ``end`` (not included)."""

    start: datetime
    end: datetime
    page: int = 1
    """1 is the first."""


@dataclass(frozen=True)
class Posted:
    """A notice with the names it gives for the entry it is about, the surest first."""

    notice: Notice
    external_id: str = ""
    number: str = ""


@dataclass(frozen=True)
class FeedPage:
    """The entries of one page of a window, oldest change first, and how many pages the window has (at least 1)."""

    entries: tuple[FeedEntry, ...]
    pages: int


class Feed(Protocol):
    """Jobs that their vendor fetches by itself. An entry is named by its order and job."""

    def get(self, order_id: str, job_id: str) -> FeedEntry | None:
        """By a consistent read."""

    def save(self, before: FeedEntry | None, after: FeedEntry) -> FeedEntry:
        """Write it, as version ``before.version + 1``, and give it back. Raises Conflict when somebody else
        wrote since ``before`` was read (None: when there is one already); a mark of fetching is no write."""

    def page(self, connection: str, window: Window, size: int) -> FeedPage:
        """A page of what was modified within the window. Pages of a window stay where they are while it is read:
        what is modified meanwhile leaves them (a later window has it), and nothing moves from page to page."""

    def mark_fetched(self, entries: Sequence[FeedEntry], at: datetime) -> list[FeedEntry]:
        """Note that these versions were given out; gives those it was new for. One that changed meanwhile keeps
        waiting for its new version to be fetched."""

    def waiting(self, connection: str, limit: int) -> bool:
        """Whether anything modified of late, of the newest ``limit`` entries, is not fetched yet."""

    def notices(self, order_id: str, job_id: str) -> list[Notice]:
        """In the order they came; by a consistent read."""

    def add_notice(self, entry: FeedEntry, notice: Notice) -> bool:
        """Keep a notice; False when it is there already. Durable when it returns."""
