"""``ports.Files`` in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from platen.ports import NotFound, TooLarge
from tests.fakes.clock import FakeClock
from tests.fakes.switch import Switch, Switched, aside


class FakeFiles(Switched, port="files"):
    def __init__(self, switch: Switch | None = None, clock: FakeClock | None = None) -> None:
        super().__init__(switch)
        self._clock = clock or FakeClock()
        self._put_at: dict[str, datetime] = {}
        self._files: dict[str, bytes] = {}
        self._ever: set[str] = set()

    def put(self, key: str, body: bytes) -> None:
        self._keep(key, bytes(body))

    def put_lines(self, key: str, lines: Iterable[str]) -> int:
        written = list(lines)  # whole or not at all: a source that fails leaves what was there
        self._keep(key, "".join(f"{line}\n" for line in written).encode())
        return len(written)

    def _keep(self, key: str, body: bytes) -> None:
        self._files[key] = body
        self._put_at[key] = self._clock.now()
        self._ever.add(key)

    def get(self, key: str, *, most: int = 10_000_000) -> bytes:
        return self._dated(key, most)[0]

    def get_dated(self, key: str, *, most: int = 10_000_000) -> tuple[bytes, datetime]:
        return self._dated(key, most)

    def _dated(self, key: str, most: int) -> tuple[bytes, datetime]:
        if key not in self._files:
            raise NotFound(f"there is no file {key}")
        if len(self._files[key]) > most:
            raise TooLarge(f"{key} has {len(self._files[key])} bytes, and {most} are read at most")
        return self._files[key], self._put_at[key]

    def lines(self, key: str) -> Iterator[str]:
        return self._lines(key)

    def _lines(self, key: str) -> Iterator[str]:
        if key not in self._files:
            raise NotFound(f"there is no file {key}")
        text = self._files[key].decode()
        yield from text.removesuffix("\n").split("\n") if text else ()

    def size(self, key: str) -> int | None:
        body = self._files.get(key)
        return None if body is None else len(body)

    def mark(self, key: str) -> str | None:
        body = self._files.get(key)
        return None if body is None else hashlib.sha256(body).hexdigest()

    def ever(self, key: str) -> bool:
        return key in self._ever

    def names(self, prefix: str, *, limit: int = 1000) -> list[str]:
        return sorted(key for key in self._files if key.startswith(prefix))[:limit]

    def delete(self, key: str) -> None:
        self._files.pop(key, None)

    @aside
    def was_put(self, key: str, at: datetime) -> None:
        """Not now, but then."""
        self._put_at[key] = at

    @aside
    def all(self) -> dict[str, bytes]:
        return dict(self._files)

    @aside
    def taken_away(self, key: str) -> bytes:
        """As a warehouse does with what it has read."""
        return self._files.pop(key)
