"""The rules of a connection: how a store's orders are taken in, how a vendor's jobs are made ready. Pure.

A vendor's come from the operator as a schema; a store's are few and stand here. A rule is named by its key or
its title. Maps are told in lines of ``LEFT=RIGHT``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from platen_cli.schema import Field, fields, value_of
from platen_cli.stops import WrongUsage
from platen_cli.times import typed

FIRST = ("default_class", "after_import", "after_shipment")
"""What a person who connects a vendor is asked without --advanced."""

INTAKE = [
    Field(
        path=("orders_since",),
        kind="text",
        title="Take orders placed since",
        help="Older orders are never touched: whatever you used before has handled them. "
        "now, or a date such as 2026-11-21.",
        default="now",
        has_default=True,
    ),
    Field(
        path=("release_when",),
        kind="choice",
        title="Make orders that are",
        help="How far the buyer's payment must be before anything is made.",
        choices=("paid", "authorized", "always"),
        default="paid",
        has_default=True,
    ),
    Field(
        path=("unrouted",),
        kind="choice",
        title="A line that no vendor makes",
        help="attention: it waits for you. leave: somebody else ships it, and Platen leaves it alone.",
        choices=("attention", "leave"),
        default="attention",
        has_default=True,
    ),
    Field(
        path=("new_folder",),
        kind="text",
        title="Folder for new orders",
        help="A folder is a label to sort orders by; there is New to begin with. Empty: new orders are in none.",
    ),
    Field(
        path=("cancel_folder",),
        kind="text",
        title="Folder for cancelled orders",
        help="Advanced: where orders go that the store cancelled before anything was made of them. Empty: they "
        "stay where they are.",
        advanced=True,
    ),
    Field(
        path=("test_orders",),
        kind="choice",
        title="Test orders of the store",
        help="Advanced: skip them, or send them to the vendor marked as tests.",
        choices=("skip", "send_as_test"),
        default="skip",
        has_default=True,
        advanced=True,
    ),
]
"""What is asked of every store; sent only where it was answered, so that the operator's defaults stand."""


def intake_value(one: Field, text: str) -> str:
    """What a person typed for a store's rule. Raises ValueError with a sentence."""
    if one.key == "orders_since":
        return typed(text).isoformat()
    return str(value_of(one, text))


def of_vendors(schema: Mapping[str, Any]) -> list[Field]:
    """The rules of vendor connections; empty where the stack knows none yet."""
    return fields(schema)


def find(name: str, known: Sequence[Field]) -> Field:
    """The rule of that key or title. Raises WrongUsage with the nearest one."""
    wanted = _bare(name)
    for one in known:
        if wanted and wanted in (_bare(one.key), _bare(one.title)):
            return one
    names = {_bare(text): one.key for one in known for text in (one.title, one.key)}
    near = get_close_matches(wanted, names, 1)
    raise WrongUsage(
        f"There is no rule '{name}'{f': did you mean {names[near[0]]}?' if near else '.'}",
        f"There are: {', '.join(one.key for one in known)}." if known else "",
    )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def split(text: str, option: str) -> tuple[str, str]:
    """(rule, value) of one ``KEY=VALUE``."""
    name, equals, value = text.partition("=")
    if not equals:
        raise WrongUsage(f"{option} wants KEY=VALUE, not '{text}'.")
    return name.strip(), value


def value_for(one: Field, text: str) -> Any:
    """The value that a rule is set to; nothing at all empties it. Raises WrongUsage."""
    if not text.strip():
        return _empty(one)
    try:
        match one.kind:
            case "map":
                return dict(pair(line) for line in _lines(text))
            case "list":
                return [part.strip() for line in _lines(text) for part in line.split(",") if part.strip()]
            case _:
                return intake_value(one, text) if one in INTAKE else value_of(one, text)
    except ValueError as wrong:
        raise WrongUsage(f"{one.title}: {wrong}" if one.title not in str(wrong) else str(wrong)) from None


def _empty(one: Field) -> Any:
    if one.kind == "choice" or one.key == "orders_since":
        raise WrongUsage(
            f"{one.title} cannot be empty.", f"It is one of {', '.join(one.choices)}." if one.choices else ""
        )
    return {"map": {}, "list": []}.get(one.kind, "")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", text) if line.strip()]


def pair(line: str) -> tuple[str, str]:
    """``LEFT=RIGHT``. Where names have an = of their own, the one with blanks around it divides.

    Raises ValueError: a line that can be read in two ways is never guessed.

    >>> pair("Express (2=fast) = DHL")
    ('Express (2=fast)', 'DHL')
    """
    parts = line.split("=")
    if len(parts) != 2:
        parts = re.split(r"\s=\s", line)
    left, right = (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else ("", "")
    if "=" not in line:
        raise ValueError(f"'{line}' is no LEFT=RIGHT.")
    if len(parts) != 2:
        raise ValueError(
            f"'{line}' has more than one =. Give one pair at a time; where a name has an = in it, put blanks "
            "around the one that divides."
        )
    if not left or not right:
        raise ValueError(f"'{line}' lacks its {'right' if left else 'left'} side.")
    return left, right


def added(one: Field, now: Any, text: str) -> Any:
    """The rule's value with one entry more; an entry of the same left side is replaced. Raises WrongUsage."""
    try:
        if one.kind == "map":
            left, right = pair(text)
            there = _same(left, now or {})
            return {key: value for key, value in (now or {}).items() if key != there} | {left: right}
        if one.kind == "list":
            if not text.strip():
                raise ValueError("there is nothing to add.")
            return [*(now or ()), *([] if text.strip() in (now or ()) else [text.strip()])]
    except ValueError as wrong:
        raise WrongUsage(f"{one.title}: {wrong}") from None
    raise WrongUsage(f"{one.title} holds one value, not several.", f'Write --set "{one.key}=…".')


def removed(one: Field, now: Any, name: str) -> Any:
    """The rule's value without one entry. Raises WrongUsage when it is not there."""
    if one.kind not in ("map", "list"):
        raise WrongUsage(f"{one.title} holds one value, not several.", f'To empty it: --set "{one.key}="')
    there = _same(name.strip(), now or ())
    if there is None:
        near = get_close_matches(name, list(now or ()), 1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise WrongUsage(f"{one.title} has no entry '{name}'.{hint}")
    if one.kind == "map":
        return {key: value for key, value in now.items() if key != there}
    return [entry for entry in now if entry != there]


def _same(name: str, entries: Iterable[str]) -> str | None:
    """The entry that is called so: exactly, or else but for case and blanks, as classes are matched."""
    found = list(entries)
    alike = [one for one in found if " ".join(one.split()).casefold() == " ".join(name.split()).casefold()]
    return name if name in found else (alike[0] if len(alike) == 1 else None)
