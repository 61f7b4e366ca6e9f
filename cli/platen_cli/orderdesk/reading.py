"""Going through a list of Order Desk's that moves while it is read.

Pages are cut by ``offset``: a record that is removed in front of us moves all others up by one, and one of them
slips over to the page we have had. So each page begins with the last record of the page before; where that is not
to be found, the list has moved, and we begin anew. Records are kept by their id, so nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from platen_cli.orderdesk.client import BrokenOff, Client
from platen_cli.stops import Stop

PAGE = 500
_SMALLEST_PAGE = 10
_PASSES = 4
_MOST = 1_000_000
"""Records of one list: a server that never ends must not fill our memory."""

type Records = dict[str, dict[str, Any]]
type Progress = Callable[[int, int], None]
"""(how many we have, how many there are)"""


class Moving(Stop):
    """The list would not stand still."""


class _Moved(Exception):
    """Records were put in or taken out in front of where we are."""


def read_all(
    client: Client,
    path: str,
    key: str,
    params: Mapping[str, str] | None = None,
    progress: Progress = lambda _have, _total: None,
) -> Records:
    """Every record of a list by its id, in the order of the list. Raises Stop."""
    records: Records = {}
    for _ in range(_PASSES):
        try:
            _Pass(client, path, key, dict(params or {}), records, progress).run()
        except _Moved:
            continue
        return records
    raise Moving(
        f"Order Desk's list {path} changed each time it was read.",
        "Try again when fewer orders come and go there, or name a shorter time with --since.",
        code="moving",
    )


class _Pass:
    def __init__(
        self,
        client: Client,
        path: str,
        key: str,
        params: dict[str, str],
        records: Records,
        progress: Progress,
    ) -> None:
        self.client = client
        self.path = path
        self.key = key
        self.params = params
        self.records = records
        self.progress = progress
        self.limit = PAGE

    def run(self) -> None:
        """One way through the list. Raises _Moved."""
        offset, last, nameless = 0, "", 0
        seen: set[str] = set()
        while True:
            page, total = self._page(offset)
            rows = {str(row["id"]): row for row in page if _has_id(row)}
            if last and last not in rows:
                raise _Moved
            fresh = rows.keys() - seen
            seen |= fresh
            nameless += len(page) - len(rows)
            self.records |= rows
            self.progress(len(self.records), max(total, len(self.records)))
            if len(self.records) > _MOST:
                raise Stop(f"Order Desk's list {self.path} does not end.", code="endless")
            if offset + len(page) >= total:
                break
            if not fresh:
                raise _Moved
            last = next(reversed(rows)) if len(page) > 1 else ""
            offset += len(page) - bool(last)
        if len(seen) + nameless < total:
            raise _Moved

    def _page(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """(the rows from there on, how many there are in all)"""
        while True:
            asked = self.params | {"limit": str(self.limit), "offset": str(offset)}
            try:
                said = self.client.get(self.path, asked)
                break
            except BrokenOff:
                # Five hundred orders with a label's picture in each may be more than an answer can carry.
                if self.limit <= _SMALLEST_PAGE:
                    raise
                self.limit //= 2
        rows = _rows(said.get(self.key))
        return rows, _total(said, offset + len(rows))


def _rows(said: Any) -> list[dict[str, Any]]:
    """The records; an empty list may be told as anything empty, and a list as a map by id."""
    found = list(said.values()) if isinstance(said, dict) else said if isinstance(said, list) else []
    return [row for row in found if isinstance(row, dict)]


def _has_id(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("id"), str | int) and bool(str(row["id"]).strip())


def _total(said: Mapping[str, Any], known: int) -> int:
    """What the envelope says (documented); were it ever missing, what we know of is all there is."""
    try:
        return int(said.get("total_records", known))
    except (ValueError, TypeError, OverflowError):
        return known
