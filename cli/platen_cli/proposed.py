"""Links as they might be: from a file, or the store's own with one more. Pure but for reading the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from platen_cli import answers
from platen_cli.given import read_text
from platen_cli.stops import NotThere, WrongUsage

FIELDS = {"name", "vendor", "lines", "skus", "countries", "vendors", "tags", "locations", "folders", "send"}
_MOST = 100


def links_in(path: str) -> list[dict[str, Any]]:
    """The links in a JSON file: a list of them, or an object with ``links``, as ``platen connections`` shows it.

    Raises WrongUsage, which quotes nothing of the file but the names of fields.
    """
    try:
        said = json.loads(read_text(path, f"--from {path}"))
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise WrongUsage(f"{path} is not JSON{where}.") from None
    links = said.get("links") if isinstance(said, dict) else said
    if not isinstance(links, list) or not all(isinstance(one, dict) for one in links):
        raise WrongUsage(
            f"{path} must be a list of links, in their order.",
            'For example: [{"vendor": "printer", "skus": ["CANVAS-*"]}, {"vendor": "pov", "lines": "all"}]',
        )
    if len(links) > _MOST:
        raise WrongUsage(f"{path} holds more than {_MOST} links.")
    for number, one in enumerate(links, 1):
        unknown = sorted(map(str, one.keys() - FIELDS))
        if unknown or not isinstance(one.get("vendor"), str):
            wrong = f"has an unknown '{unknown[0]}'" if unknown else "names no vendor"
            raise WrongUsage(f"{path}: link {number} {wrong}.", f"A link may have: {', '.join(sorted(FIELDS))}.")
    return links


def with_link(links: Sequence[answers.Link], new: answers.Link, before: str) -> list[dict[str, Any]]:
    """The store's links as they would be: one of that name is replaced in its place; ``before`` moves it there."""
    names = [one.called for one in links]
    result = list(links)
    place = names.index(new.called) if new.called in names else len(result)
    result[place : place + 1] = [new]
    if before:
        others = [name for name in names if name != new.called]
        if before not in others:
            there = f"There are: {', '.join(others)}." if others else ""
            raise NotThere(f"There is no other link '{before}' to put it in front of.", there)
        result.remove(new)
        result.insert([one.called for one in result].index(before), new)
    return [one.model_dump(mode="json") for one in result]
