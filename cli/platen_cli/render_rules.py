"""How a connection's rules look: each by its title, with its value, or what it would do if it had one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from platen_cli.hints import Hint
from platen_cli.plain import plain
from platen_cli.render import commands, table, text
from platen_cli.schema import Field

_SHOWN = 20


def rules_of(
    connection: str, parts: Iterable[tuple[str, Sequence[tuple[Field, Any]]]], changed: Set[str]
) -> RenderableType:
    """``parts``: a title, and under it each rule with its value now. ``changed``: keys to point out."""
    shown: list[RenderableType] = []
    name = plain(connection)
    for title, rules in parts:
        rows = table("Rule", "Value")
        for one, value in rules:
            label = text(one.title, "bold")
            label.append(f"\n{one.key}", "dim")
            rows.add_row(label, _value(one, value, changed=one.key in changed))
        shown += [Text.assemble((name, "bold"), f": {title[0].lower()}{title[1:]}"), rows, Text()]
    hint = Hint(
        f'platen rules {name} --set "KEY=VALUE"', "change one; --add and --remove: one entry of a map or list"
    )
    return Group(*shown, commands([hint]))


def _value(one: Field, value: Any, *, changed: bool) -> Text:
    shown = _said(one, value)
    if not shown:
        shown = Text.assemble(("not set", "yellow" if changed else ""), (f"\n{plain(one.help)}", "dim"))
    elif changed:
        shown.stylize("bold green")
    return shown.append("  (changed)", "green") if changed else shown


def _said(one: Field, value: Any) -> Text | None:
    """The value in words; None for none."""
    if isinstance(value, dict):
        return _some([f"{left} \u2192 {right}" for left, right in value.items()], one)
    if isinstance(value, list | tuple):
        return _some([str(entry) for entry in value], one)
    return text(value) if value not in (None, "") else None


def _some(entries: list[str], one: Field) -> Text | None:
    if not entries:
        return None
    shown = Text("\n").join(text(entry) for entry in entries[:_SHOWN])
    if len(entries) > _SHOWN:
        shown.append(f"\n\u2026 and {len(entries) - _SHOWN} more; --json shows all of {plain(one.title)}", "dim")
    return shown
