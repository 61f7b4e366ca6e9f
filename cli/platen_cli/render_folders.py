"""How folders look: how many orders are in each, and since when."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from platen_cli.answers_tried import Folder, Folders, MovedOrders
from platen_cli.hints import Hint
from platen_cli.plain import plain
from platen_cli.render import commands, table, text
from platen_cli.times import ago

_COLUMNS = 4
"""So many stores have a column each; more share one."""


def folders(found: Folders) -> RenderableType:
    if not found.folders:
        return Group(text("There are no folders."), commands([Hint("platen folders add NAME", "make one")]))
    stores = sorted({store for one in found.folders for store in one.counts})
    columns = [plain(store) for store in stores] if 1 < len(stores) <= _COLUMNS else []
    shared = ["In stores"] if len(stores) > _COLUMNS else []
    shown = table("Folder", *columns, "Orders", "Oldest", *shared, right=(*columns, "Orders"))
    for one in found.folders:
        each = [_count(one.counts.get(store, 0), found.most) for store in stores] if columns else []
        total = _total(one, found.most)
        shown.add_row(
            text(one.name, "bold"), *each, total, _oldest(one), *([_stores(one, found.most)] if shared else [])
        )
    return shown


def _count(number: int, most: int) -> Text:
    return text(f"{most}+") if number >= most else text(number, "" if number else "dim")


def _total(one: Folder, most: int) -> Text:
    known = max(one.total, sum(one.counts.values()))
    at_most = any(number >= most for number in one.counts.values())
    return text(f"{known}+") if at_most else text(known, "" if known else "dim")


def _oldest(one: Folder) -> Text:
    oldest = min((moment for moment in one.oldest.values() if moment), default=None)
    return text(f"{ago(oldest)} ago") if oldest else Text()


def _stores(one: Folder, most: int) -> Text:
    return Text(", ").join(
        text(store).append(" ") + _count(n, most) for store, n in sorted(one.counts.items()) if n
    )


def moved(found: MovedOrders, to: str) -> RenderableType:
    names = ", ".join(map(plain, found.moved[:20]))
    more = f" and {len(found.moved) - 20} more" if len(found.moved) > 20 else ""
    parts = [text(f"Moved to {to}: {names}{more}", "green")] if found.moved else []
    if found.missing:
        parts.append(text(f"Not found, so not moved: {', '.join(found.missing)}", "red"))
    return Group(*parts)


__all__ = ["folders", "moved", "text"]
