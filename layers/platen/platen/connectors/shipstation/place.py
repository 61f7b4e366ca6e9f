"""How far a list of what moved was read: the cursor that both APIs' news have. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from platen.domain.model import iso

MOST_PAGES = 1000


@dataclass(frozen=True)
class Place:
    """``since`` and the page of a round that was begun at ``begun``: the next round is about what moved from then.

    As text it is the time alone at the end of a round, and ``since/begun/page`` within one.
    """

    since: datetime
    begun: datetime
    page: int = 1

    @classmethod
    def read(cls, cursor: str, now: datetime, earliest: datetime) -> Self:
        """Where to read on. What is no cursor of ours is as good as none: what is told twice changes nothing."""
        parts = cursor.split("/")
        try:
            times = [datetime.fromisoformat(part) for part in parts[:2]]
            page = int(parts[2]) if len(parts) == 3 else 1
        except ValueError:
            return cls(earliest, now)
        if any(one.tzinfo is None for one in times) or len(parts) == 2 or not 1 <= page <= MOST_PAGES:
            return cls(earliest, now)
        return cls(times[0], times[1] if len(parts) == 3 else now, page)

    def after(self, *, more: bool) -> str:
        """The cursor behind this page."""
        if not more:
            return iso(self.begun)
        return f"{iso(self.since)}/{iso(self.begun)}/{self.page + 1}"
