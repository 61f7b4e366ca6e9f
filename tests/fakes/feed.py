"""``ports.Feed`` in memory: the same conditions and the same refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from platen.domain.feed import FeedEntry, Notice
from platen.ports import Conflict, FeedPage, Window
from tests.fakes.switch import Switch, Switched, aside

type Name = tuple[str, str]
type Key = tuple[datetime, Name]
type Place = tuple[str, datetime, datetime, int]


class FakeFeed(Switched, port="feed"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._entries: dict[Name, str] = {}
        self._notices: dict[Name, dict[str, str]] = {}
        self._cuts: dict[Place, list[Key]] = {}

    def get(self, order_id: str, job_id: str) -> FeedEntry | None:
        return self._get((order_id, job_id))

    def save(self, before: FeedEntry | None, after: FeedEntry) -> FeedEntry:
        name = _name(after)
        known = self._get(name)
        if (known.version if known else 0) != (before.version if before else 0):
            raise Conflict(f"feed {name}")
        mark = (known.fetched, known.fetched_at) if known else (0, None)
        saved = after.but(version=(before.version if before else 0) + 1, fetched=mark[0], fetched_at=mark[1])
        self._entries[name] = saved.model_dump_json()
        return saved

    def page(self, connection: str, window: Window, size: int) -> FeedPage:
        number, place = max(window.page, 1), (connection, window.start, window.end, size)
        cut = self._cuts.get(place) if number > 1 else None
        cut = cut or self._cut(place, [_key(one) for one in self._within(connection, window)], size)
        if number > len(cut):
            return FeedPage((), len(cut))
        beyond = (*cut, None)[number]
        entries = [
            one
            for one in self._within(connection, window)
            if _key(one) >= cut[number - 1] and (beyond is None or _key(one) < beyond)
        ]
        return FeedPage(tuple(entries), len(cut))

    def _cut(self, place: Place, keys: list[Key], size: int) -> list[Key]:
        """Where each page begins; a cut that is known is only added to."""
        start = (place[1], ("", ""))
        if len(keys) <= size:
            return [start]
        known = self._cuts.get(place, [start])
        self._cuts[place] = known + [key for key in keys if key >= known[-1]][size::size]
        return self._cuts[place]

    def mark_fetched(self, entries: Sequence[FeedEntry], at: datetime) -> list[FeedEntry]:
        new = []
        for entry in entries:
            known = self._get(_name(entry))
            if not entry.is_fetched and known and known.version == entry.version and not known.is_fetched:
                marked = known.but(fetched=entry.version, fetched_at=at)
                self._entries[_name(entry)] = marked.model_dump_json()
                new.append(marked)
        return new

    def waiting(self, connection: str, limit: int) -> bool:
        newest = sorted(self._all(connection), key=_key, reverse=True)[:limit]
        return any(not one.is_fetched for one in newest)

    def notices(self, order_id: str, job_id: str) -> list[Notice]:
        kept = self._notices.get((order_id, job_id), {})
        notices = [Notice.model_validate_json(text) for text in kept.values()]
        return sorted(notices, key=lambda one: (one.received_at, one.notice_id))

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


def _key(entry: FeedEntry) -> Key:
    return entry.modified, (entry.order_id, entry.job_id.zfill(4))
