"""``ports.Feed`` in memory: the same conditions and the same refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from platen.domain.feed import FeedEntry, Notice
from platen.ports import Conflict, FeedPage, Window
from tests.fakes.switch import Switch, Switched, aside

type Name = tuple[str, str]


class FakeFeed(Switched, port="feed"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._entries: dict[Name, str] = {}
        self._notices: dict[Name, dict[str, str]] = {}
        self._cuts: dict[tuple[str, datetime, datetime], list[tuple[datetime, Name]]] = {}

    def get(self, order_id: str, job_id: str) -> FeedEntry | None:
        return self._get((order_id, job_id))

    def save(self, before: FeedEntry | None, after: FeedEntry) -> FeedEntry:
        name = _name(after)
        known = self._get(name)
        if (known.version if known else 0) != (before.version if before else 0):
            raise Conflict(f"feed {name}")
        saved = after.but(version=(before.version if before else 0) + 1)
        if known:
            saved = saved.but(fetched=known.fetched, fetched_at=known.fetched_at)
        self._entries[name] = saved.model_dump_json()
        return saved

    def page(self, connection: str, window: Window, size: int) -> FeedPage:
        place = (connection, window.start, window.end)
        if window.page == 1 or place not in self._cuts:
            self._cuts[place] = [_key(one) for one in self._within(connection, window)][::size]
        cut = self._cuts[place]
        if window.page > max(len(cut), 1):
            return FeedPage((), max(len(cut), 1))
        first = cut[window.page - 1] if cut else None
        beyond = cut[window.page] if window.page < len(cut) else None
        entries = [
            one
            for one in self._within(connection, window)
            if (first is None or window.page == 1 or _key(one) >= first) and (beyond is None or _key(one) < beyond)
        ]
        return FeedPage(tuple(entries), max(len(cut), 1))

    def mark_fetched(self, entries: Sequence[FeedEntry], at: datetime) -> list[FeedEntry]:
        new = []
        for entry in entries:
            known = self._get(_name(entry))
            if known and known.version == entry.version and known.fetched != entry.version:
                marked = known.but(fetched=entry.version, fetched_at=at)
                self._entries[_name(entry)] = marked.model_dump_json()
                new.append(marked)
        return new

    def waiting(self, connection: str, limit: int) -> bool:
        newest = sorted(self._all(connection), key=_key, reverse=True)[:limit]
        return any(not one.is_fetched for one in newest)

    def notices(self, order_id: str, job_id: str) -> list[Notice]:
        kept = self._notices.get((order_id, job_id), {})
        return [Notice.model_validate_json(text) for text in kept.values()]

    def add_notice(self, entry: FeedEntry, notice: Notice) -> bool:
        kept = self._notices.setdefault(_name(entry), {})
        if notice.notice_id in kept:
            return False
        kept[notice.notice_id] = notice.model_dump_json()
        return True

    # what only tests ask

    @aside
    def entries(self, connection: str) -> list[FeedEntry]:
        return sorted(self._all(connection), key=_key)

    # below

    def _within(self, connection: str, window: Window) -> list[FeedEntry]:
        found = [one for one in self._all(connection) if window.start <= one.modified < window.end]
        return sorted(found, key=_key)

    def _all(self, connection: str) -> list[FeedEntry]:
        found = [FeedEntry.model_validate_json(text) for text in self._entries.values()]
        return [one for one in found if one.connection == connection]

    def _get(self, name: Name) -> FeedEntry | None:
        return FeedEntry.model_validate_json(self._entries[name]) if name in self._entries else None


def _name(entry: FeedEntry) -> Name:
    return entry.order_id, entry.job_id


def _key(entry: FeedEntry) -> tuple[datetime, Name]:
    return entry.modified, _name(entry)
