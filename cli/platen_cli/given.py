"""What a script says of a connection: --set, --secret and --from. Secret values never stand on the command line."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from platen_cli.schema import Field, has, put, value_of
from platen_cli.stops import WrongUsage

_LARGEST = 1_000_000
_PARTS = {"system", "connection_id", "settings", "credentials", "intake", "making"}


@dataclass
class Given:
    """A connection as far as it is known. ``credentials`` never appear in a repr."""

    system: str = ""
    connection_id: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    credentials: dict[str, Any] = field(default_factory=dict, repr=False)
    intake: dict[str, Any] = field(default_factory=dict)
    making: dict[str, Any] = field(default_factory=dict)


def from_file(path: str) -> Given:
    """A connection from a JSON file, or from stdin for ``-``. Raises WrongUsage; quotes nothing of its content."""
    text = read_text(path, f"--from {path}")
    try:
        said = json.loads(text)
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise WrongUsage(f"{path} is not JSON{where}.") from None
    if not isinstance(said, dict) or not said.keys() <= _PARTS:
        raise WrongUsage(f"{path} must be one JSON object with some of: {', '.join(sorted(_PARTS))}.")
    for name in ("settings", "credentials", "intake", "making"):
        if not isinstance(said.get(name, {}), dict):
            raise WrongUsage(f"{path}: {name} must be an object.")
    return Given(**{name: value for name, value in said.items() if value})


def readable_by_others(path: str) -> bool:
    """True when other people on this computer can read a file of secrets."""
    return path != "-" and os.name == "posix" and bool(Path(path).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def apply(
    given: Given, sets: Sequence[str], secrets: Sequence[str], settings: list[Field], creds: list[Field]
) -> None:
    """Put each --set and --secret in its place. Raises WrongUsage for what is unknown, wrong, unsafe or there
    twice: the last one would silently take the place of the others."""
    seen: set[str] = set()
    for one in sets:
        key, value = _split(one, "--set")
        found = _field(key, [*settings, *creds])
        if found.secret:
            raise WrongUsage(
                f"{key} is a secret, and a command line is no place for one: it stays in the shell's history "
                "and every program on this computer can read it.",
                f"Put it in a file and say --secret {key}=@FILE, or in a variable and say --secret {key}=env:NAME.",
            )
        _put(given, found, value, settings)
        _only_once(found, "--set", seen)
    for one in secrets:
        key, value = _split(one, "--secret")
        found = _field(key, [*creds, *settings])
        _put(given, found, _fetched(key, value), settings)
        _only_once(found, "--secret", seen)


def _only_once(found: Field, option: str, seen: set[str]) -> None:
    if found.key in seen:
        several = found.kind == "list" and option == "--set"
        advice = f"Say all of it at once: {option} {found.key}=A,B." if several else ""
        raise WrongUsage(f"{found.key} is given twice.", advice)
    seen.add(found.key)


def missing(given: Given, settings: Iterable[Field], creds: Iterable[Field]) -> list[Field]:
    """The fields that are needed and not given."""
    return [
        one
        for values, fields in ((given.settings, settings), (given.credentials, creds))
        for one in fields
        if one.required and not one.has_default and not has(values, one)
    ]


def _put(given: Given, found: Field, text: str, settings: list[Field]) -> None:
    try:
        value = value_of(found, text)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from None
    put(given.settings if found in settings else given.credentials, found, value)


def _split(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        # The text is not repeated: it may be a secret that was put in the wrong place.
        raise WrongUsage(f"{option} wants key=value.")
    return key.strip(), value


def _field(key: str, fields: Sequence[Field]) -> Field:
    found = next((one for one in fields if one.key == key), None)
    if found is None:
        near = get_close_matches(key, [one.key for one in fields], 1)
        raise WrongUsage(
            f"There is no '{key}' here{f': did you mean {near[0]}?' if near else '.'}",
            f"There are: {', '.join(one.key for one in fields)}.",
        )
    return found


def _fetched(key: str, value: str) -> str:
    if value.startswith("@"):
        return read_text(value[1:], f"--secret {key}=@{value[1:]}").rstrip("\r\n")
    if value.startswith("env:"):
        name = value[4:]
        if name not in os.environ:
            raise WrongUsage(f"The variable {name} (for {key}) is not set.")
        return os.environ[name]
    raise WrongUsage(
        f"The value of {key} stands on the command line: it stays in the shell's history, and every program on "
        "this computer can read it. It was not used; if it is a real one, better make a new one.",
        f"Put it in a file and say --secret {key}=@FILE, or in a variable and say --secret {key}=env:NAME.",
    )


def read_text(path: str, option: str) -> str:
    try:
        if path == "-":
            return sys.stdin.read(_LARGEST)
        with Path(path).expanduser().open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise WrongUsage(f"{option}: the file cannot be read ({error.strerror}).") from None
    if len(raw) > _LARGEST:
        raise WrongUsage(f"{option}: the file is larger than {_LARGEST:,} bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUsage(f"{option}: the file is not UTF-8 text.") from None
