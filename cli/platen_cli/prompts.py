"""Asking a person for the fields of a connection. Questions go to stderr; secrets are never echoed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from platen_cli.desk import Desk
from platen_cli.plain import plain
from platen_cli.schema import Field, put, shown_default, value_of


def ask_all(desk: Desk, fields: Iterable[Field], values: dict[str, Any], *, advanced: bool) -> None:
    """Ask for each field and put its value in place; what is left empty keeps its default."""
    for field in fields:
        if field.advanced and not advanced:
            continue
        answer = ask(desk, field)
        if answer is not None:
            put(values, field, answer)


def ask(desk: Desk, field: Field) -> Any:
    """The field's value; None when it was left to its default. Asks again until it is right."""
    if field.help:
        desk.err.print(f"\n{plain(field.help)}", style="dim", markup=False, highlight=False)
    while True:
        typed = typer.prompt(_question(field), default="", show_default=False, hide_input=field.secret, err=True)
        if not typed.strip():
            if not field.required or field.has_default:
                return None
            desk.warn(f"{field.title} is needed.")
            continue
        try:
            return value_of(field, typed)
        except ValueError as wrong:
            desk.warn(wrong)


def ask_text(title: str, default: str = "") -> str:
    return str(typer.prompt(title, default=default, show_default=bool(default), err=True)).strip()


def _question(field: Field) -> str:
    notes = [_kind_note(field)]
    if field.has_default and not field.secret:
        notes.append(f"empty: {shown_default(field)}" if shown_default(field) else "may stay empty")
    elif not field.required or field.has_default:
        notes.append("may stay empty")
    said = "; ".join(filter(None, notes))
    return plain(f"{field.title} ({said})" if said else field.title)


def _kind_note(field: Field) -> str:
    if field.choices:
        several = ", several with commas" if field.kind == "list" else ""
        return f"{' / '.join(field.choices)}{several}"
    notes = {
        "boolean": "yes / no",
        "list": "several with commas",
        "map": "name=value, several with commas",
        "json": "JSON",
    }
    return "not shown while you type" if field.secret else notes.get(field.kind, "")
