"""Bulk operations: accepted now, done in the shop's own time, fetched as a file of JSON lines."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from twins.shopify.model import gid

MOST_AT_ONCE = 5
KEPT = timedelta(days=7)
_WAITING = ("CREATED", "RUNNING", "CANCELING")

type Rows = list[tuple[dict[str, Any], bool]]
"""Each object, and whether it is one of the root connection's."""


class NotRun(Exception):
    """Carries the error code with which an operation failed."""


@dataclass(eq=False)
class BulkOperation:
    id: int
    query: str
    created_at: datetime
    due: datetime
    run: Callable[[], Rows]
    base_url: str
    grouped: bool = False
    fate: str = ""
    """An error code, or EXPIRED, with which it will end; empty: as it should."""
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    object_count: int = 0
    root_object_count: int = 0
    body: bytes | None = None

    type = "QUERY"

    @property
    def waiting(self) -> bool:
        return self.status in _WAITING

    @property
    def path(self) -> str:
        """Whoever knows it may fetch the file: it needs no token."""
        return f"/bulk/{self.id}-{random.Random(self.id).randbytes(12).hex()}.jsonl"

    @property
    def file_size(self) -> int | None:
        return len(self.body) if self.body else None

    @property
    def url(self) -> str | None:
        return self.base_url + self.path if self.body and self.status == "COMPLETED" else None

    @property
    def partial_data_url(self) -> str | None:
        return self.base_url + self.path if self.body and self.status == "FAILED" else None


@dataclass
class Bulk:
    """The switches: ``delay_seconds``, ``shuffle``, and ``fates`` (how the next operations end, one each)."""

    now: Callable[[], datetime]
    new_id: Callable[[], int]
    on_finished: Callable[[BulkOperation], None]
    delay_seconds: float = 0.0
    shuffle: bool = True
    """Without it, rows stand right behind their parents, which nobody promises."""
    fates: list[str] = field(default_factory=list)
    operations: dict[int, BulkOperation] = field(default_factory=dict)
    _random: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def running(self) -> list[BulkOperation]:
        return [one for one in self.operations.values() if one.waiting]

    def accept(self, query: str, run: Callable[[], Rows], base_url: str, *, grouped: bool) -> BulkOperation:
        moment = self.now()
        due = moment + timedelta(seconds=self.delay_seconds)
        made = BulkOperation(self.new_id(), query, moment, due, run, base_url, grouped)
        made.fate = self.fates.pop(0) if self.fates else ""
        self.operations[made.id] = made
        return made

    def settle(self) -> None:
        for one in self.operations.values():
            if one.status == "CANCELING":
                self._end(one, "CANCELED")
            elif one.waiting and one.due <= self.now():
                self._do(one)
            elif one.waiting:
                one.status = "RUNNING"
            elif one.completed_at and self.now() - one.completed_at >= KEPT:
                self._expire(one)

    def file(self, path: str) -> bytes | None:
        """The file of that address; none when there is none any more."""
        return next((one.body for one in self.operations.values() if one.path == path and one.body), None)

    def _do(self, one: BulkOperation) -> None:
        try:
            rows = one.run()
        except NotRun as failed:
            one.fate, rows = one.fate or str(failed), []
        if one.fate == "EXPIRED":
            self._end(one, "EXPIRED")
            return
        if one.fate:
            rows = rows[: len(rows) // 2]
            one.error_code = one.fate
        one.object_count, one.root_object_count = len(rows), sum(root for _, root in rows)
        if self.shuffle and not one.grouped:
            self._random.shuffle(rows)
        one.body = b"".join(_line(row) for row, _ in rows) or None
        self._end(one, "FAILED" if one.error_code else "COMPLETED")

    def _end(self, one: BulkOperation, status: str) -> None:
        one.status, one.completed_at = status, self.now()
        self.on_finished(one)

    def _expire(self, one: BulkOperation) -> None:
        one.body = None
        if one.status == "COMPLETED":
            one.status = "EXPIRED"


def finished(one: BulkOperation, time: Callable[[datetime | None], str | None]) -> dict[str, Any]:
    """The body that tells of the end."""
    return {
        "admin_graphql_api_id": gid("BulkOperation", one.id),
        "completed_at": time(one.completed_at),
        "created_at": time(one.created_at),
        "error_code": one.error_code and one.error_code.lower(),
        "status": one.status.lower(),
        "type": one.type.lower(),
    }


def _line(row: dict[str, Any]) -> bytes:
    """With slashes escaped, as the shop's own lines have them."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/").encode() + b"\n"
