"""What is remembered of a connection's catalogues as a whole, beside their variants: one small entry for each.

Everything an order asks of it is read in one go, and once for each time the vendor is opened: mail classes are
asked for before the order is looked at, and both want to know how old the catalogue is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from platen.domain.mail_class import MailClass
from platen.domain.model import Instant, Value
from platen.ports import Cache

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Note(Value):
    """Something that was read, and when. By default: never."""

    began: Instant = LONG_AGO


class Round(Note):
    """A reading of the whole catalogue: since when, which products are done, and how many variants that gave."""

    done: tuple[str, ...] = ()
    count: int = 0


class Whole(Note):
    """The last reading of the whole catalogue."""


class Countries(Note):
    ids: dict[str, int] = {}
    """alpha-2 -> Picanova's numeric id."""


class Methods(Note):
    listed: tuple[MailClass, ...] = ()


_TOGETHER: tuple[type[Note], ...] = (Whole, Countries, Methods)


class Book:
    """One connection's notes, a page for each region."""

    def __init__(self, cache: Cache, connection_id: str, regions: Sequence[str], keep: timedelta) -> None:
        """``keep``: how old a note may be and still be of use, for nearest spellings and begun rounds."""
        self._cache = cache
        self._namespace = f"{connection_id}/catalogue/book"
        self._regions = tuple(regions)
        self._keep = keep
        self._read: dict[str, str] | None = None

    def note[N: Note](self, kind: type[N], region: str) -> N:
        """What was noted, as this book read it first, or wrote it since; an empty note where there is none."""
        if self._read is None:
            keys = [_key(one, each) for each in sorted({*self._regions, region}) for one in _TOGETHER]
            self._read = self._cache.get(self._namespace, keys)
        return _parsed(kind, self._read.get(_key(kind, region), ""))

    def fresh[N: Note](self, kind: type[N], region: str) -> N:
        """What is noted at this moment: somebody else may be writing too."""
        key = _key(kind, region)
        return _parsed(kind, self._cache.get(self._namespace, [key]).get(key, ""))

    def write(self, note: Note, region: str) -> None:
        key, text = _key(type(note), region), note.model_dump_json()
        self._cache.put(self._namespace, {key: text}, self._keep)
        if self._read is not None:
            self._read[key] = text


def _key(kind: type[Note], region: str) -> str:
    return f"{region}/{kind.__name__.lower()}"


def _parsed[N: Note](kind: type[N], text: str) -> N:
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return kind()
