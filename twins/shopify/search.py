"""The search words of the Admin API, and its cursors."""

from __future__ import annotations

import base64
import binascii
import json
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

LARGEST_PAGE = 250
DEEPEST_ROW = 25_000
EVERYTHING = 1 << 40
"""As ``first``: all rows at once, as only a bulk operation may ask for; no variable of type Int holds it."""

_TERM = re.compile(
    r"(?P<field>[a-z_]+):(?P<op>>=|<=|>|<)?(?:'(?P<q1>[^']*)'|\"(?P<q2>[^\"]*)\"|(?P<bare>[^\s()]+))"
)
_TIMES = ("updated_at", "created_at", "processed_at")
ORDER_WORDS = ("status", "fulfillment_status", "financial_status", "name", "tag", "test")


def refuse(message: str, code: str = "BAD_REQUEST") -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


@dataclass(frozen=True)
class Term:
    field: str
    op: str
    value: Any
    """As the rows hold it: a moment, a number or a lower-case word."""

    def matches(self, row: dict[str, Any]) -> bool:
        if self.field in _TIMES or self.field == "id":
            return _COMPARE[self.op](row[self.field], self.value)
        return self.value in row.get(self.field, ())


@dataclass(frozen=True)
class Search:
    terms: tuple[Term, ...]
    words: tuple[str, ...] = ORDER_WORDS
    """The fields that are known beside times and ids."""

    @property
    def warnings(self) -> list[dict[str, Any]]:
        known = (*_TIMES, *self.words, "id")
        return [
            {"field": term.field, "message": "Invalid search field for this query.", "code": "invalid_field"}
            for term in self.terms
            if term.field not in known
        ]

    def matches(self, row: dict[str, Any]) -> bool:
        return all(term.matches(row) for term in self.terms)


def parse(query: str | None, words: tuple[str, ...] = ORDER_WORDS) -> Search:
    """Terms joined by blanks. What the twin cannot read it refuses: a search that is quietly wrong
    would hide a mistake that the real index would show another way."""
    rest = (query or "").strip()
    terms = []
    while rest:
        found = _TERM.match(rest)
        if not found:
            raise refuse(f"The twin cannot read this search from here on: {rest[:60]}")
        value = next(found[name] for name in ("q1", "q2", "bare") if found[name] is not None)
        terms.append(Term(found["field"], found["op"] or "", _value(found["field"], value)))
        rest = rest[found.end() :].strip().removeprefix("AND ").strip()
    return Search(tuple(terms), words)


def _value(field: str, text: str) -> Any:
    if field in _TIMES:
        return _moment(text)
    if field != "id":
        return text.lower()
    number = text.rsplit("/", 1)[-1]
    if not number.isdigit():
        raise refuse(f"The twin cannot read the id {text[:40]}")
    return int(number)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(f"The twin cannot read the time {text[:40]}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _cursor(key: tuple[Any, int]) -> str:
    value = key[0].isoformat() if isinstance(key[0], datetime) else key[0]
    return base64.b64encode(json.dumps({"last_id": key[1], "last_value": value}).encode()).decode()


def _read_cursor(cursor: str, like: Any) -> tuple[Any, int]:
    try:
        told = json.loads(base64.b64decode(cursor, validate=True))
        value = datetime.fromisoformat(told["last_value"]) if isinstance(like, datetime) else told["last_value"]
        return value, int(told["last_id"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise refuse(f"Invalid cursor for current pagination sort. '{cursor[:60]}'") from None


def connection[T](rows: Sequence[T], key: Callable[[T], tuple[Any, int]], args: dict[str, Any]) -> dict[str, Any]:
    """One page. ``key`` gives (sort value, id); a row that moves while pages are read may be met twice."""
    _check_size(args)
    ordered = sorted(rows, key=key, reverse=bool(args.get("reverse")))
    keys = [key(row) for row in ordered]
    low, high = 0, len(ordered)
    if args.get("after") and keys:
        low = _passed(keys, _read_cursor(args["after"], keys[0][0]), args, including=True)
    if args.get("before") and keys:
        high = _passed(keys, _read_cursor(args["before"], keys[0][0]), args, including=False)
    start, end = low, high
    if args.get("first") is not None:
        end = min(high, low + args["first"])
    else:
        start = max(low, high - args["last"])
    if end > DEEPEST_ROW and args.get("first") != EVERYTHING:
        raise refuse("Pagination is limited to the first 25000 rows.")
    nodes = ordered[start:end]
    edges = [{"cursor": _cursor(one), "node": node} for one, node in zip(keys[start:end], nodes, strict=True)]
    return {
        "nodes": nodes,
        "edges": edges,
        "page_info": {
            "has_next_page": end < len(ordered),
            "has_previous_page": start > 0,
            "start_cursor": edges[0]["cursor"] if edges else None,
            "end_cursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _passed(keys: list[tuple[Any, int]], mark: tuple[Any, int], args: dict[str, Any], *, including: bool) -> int:
    """How many rows lie before the mark (``including`` the row at it), in the order asked for."""

    def before(key: tuple[Any, int]) -> bool:
        return key > mark if args.get("reverse") else key < mark

    return sum(1 for key in keys if before(key) or (including and key == mark))


def _check_size(args: dict[str, Any]) -> None:
    asked = [args[name] for name in ("first", "last") if args.get(name) is not None]
    if asked == [EVERYTHING]:
        return
    if len(asked) != 1:
        both = "providing both first and last is not supported"
        raise refuse(both if asked else "you must provide one of first or last")
    if not 0 <= asked[0] <= LARGEST_PAGE:
        name = "first" if args.get("first") is not None else "last"
        raise refuse(f"{name} cannot exceed {LARGEST_PAGE}" if asked[0] > 0 else f"{name} cannot be negative")
