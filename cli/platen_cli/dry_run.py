"""Asking for a dry run: page by page until there are enough orders."""

from __future__ import annotations

from typing import Any

from platen_cli.answers import Shown, read
from platen_cli.desk import Desk

MOST = 1000
_PAGE = 100


class _Page(Shown):
    orders: tuple[dict[str, Any], ...] = ()
    next: str = ""


def gather(desk: Desk, action: str, limit: int, **given: object) -> dict[str, Any]:
    """Up to ``limit`` orders of a dry run, as one result. ``next`` is set where the operator pages on."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        more = {"after": after} if after else {}
        page = read(_Page, desk.ask(action, **given, **more, limit=min(_PAGE, limit - len(found))))
        found += page.orders
        if not page.next or page.next == after or len(found) >= limit:
            return {"orders": found[:limit], "next": page.next}
        after = page.next


def say_where_it_ended(desk: Desk, result: dict[str, Any], limit: int, *, to_see_more: str) -> None:
    """Said whenever there may be orders that were not looked at: the operator pages on only within one state."""
    count = len(result["orders"])
    if result["next"] or count >= min(limit, _PAGE):
        how = "--limit looks at more." if result["next"] or limit < _PAGE else to_see_more
        desk.say(f"Only the newest {count} were looked at. {how}", "dim")
