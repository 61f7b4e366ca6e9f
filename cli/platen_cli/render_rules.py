"""How a connection's rules look: each by its title, with its value, or what it would do if it had one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from platen_cli.hints import Hint
from platen_cli.plain import plain
from platen_cli.render import commands, table, text
from platen_cli.schema import Field
from platen_cli.times import local

_SHOWN = 20


def rules_of(
    connection: str, parts: Iterable[tuple[str, Sequence[tuple[Field, Any]]]], changed: Set[str]
) -> RenderableType:
    """``parts``: a title, and under it each rule with its value now. ``changed``: keys; if any, only those."""
    shown: list[RenderableType] = []
    name = plain(connection)
    for title, rules in parts:
        mine = [(one, value) for one, value in rules if not changed or one.key in changed]
        if not mine:
            continue
        rows = table("Rule", "Value")
        for one, value in mine:
            label = text(one.title, "bold")
            label.append(f"\n{one.key}", "dim")
            rows.add_row(label, _value(one, value))
        shown += [Text.assemble((name, "bold"), f": {title}{', as it is now' if changed else ''}"), rows, Text()]
    if changed:
        hint = Hint(f"platen rules {name}", "all of its rules")
    else:
        hint = Hint(
            f'platen rules {name} --set "KEY=VALUE"', "change one; --add, --remove: an entry of a map or list"
        )
    return Group(*shown, commands([hint]))


def _value(one: Field, value: Any) -> Text:
    shown = _said(one, value)
    help_ = plain(one.help.removeprefix("Advanced: "))
    return shown or Text.assemble(("not set  ", "yellow"), (help_, "dim"))


def _said(one: Field, value: Any) -> Text | None:
    """The value in words; None for none."""
    if isinstance(value, dict):
        return _some([f"{left} \u2192 {right}" for left, right in value.items()], one)
    if isinstance(value, list | tuple):
        return _some([str(entry) for entry in value], one)
    if value in (None, ""):
        return None
    return text(local(datetime.fromisoformat(value))) if one.key == "orders_since" else text(value)


def _some(entries: list[str], one: Field) -> Text | None:
    if not entries:
        return None
    shown = Text("\n").join(text(entry) for entry in entries[:_SHOWN])
    if len(entries) > _SHOWN:
        shown.append(f"\n\u2026 and {len(entries) - _SHOWN} more; --json shows all of {plain(one.title)}", "dim")
    return shown
