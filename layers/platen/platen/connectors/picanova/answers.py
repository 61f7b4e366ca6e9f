"""What an answer of Picanova's means for us: its status and words into a verdict. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic_core import from_json

from platen.connectors.answering import fit, is_doubtful, retry_after
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Verdict
from platen.ports import Reply

_READ_AT_MOST = 20_000
_MOST_ERRORS = 200
_TAKEN = re.compile(r"external[_ ]?id.{0,80}(?:taken|unique|exist|duplicate|in use)", re.IGNORECASE | re.DOTALL)

type Errors = Mapping[str, tuple[str, ...]]
"""Picanova's field -> what it says about it."""


class Rejected(Refused):
    """A refusal with Picanova's words for each field (422)."""

    def __init__(self, words: str, errors: Errors) -> None:
        super().__init__(words)
        self.errors = errors


def verdict(reply: Reply, *, method: str, asked: str, now: datetime, private: Sequence[str] = ()) -> Verdict | None:
    """The verdict on an answer; None for 2xx.

    ``asked`` says what was asked, for the person who reads it; ``private`` is what must not show in
    their words (the ship-to).

    That a duplicate external id is answered 422 with ``errors.external_id``, and what 429 carries,
    is inferred: neither is documented.
    """
    status = reply.status
    if 200 <= status < 300:
        return None
    said, errors = read_words(reply, private)
    words = f"Picanova answered {status} when asked to {asked}: {said or 'nothing more'}"
    if status in (401, 403):
        return Denied(f"{words}. Check the API user and key of this store.")
    if status == 429:
        return Busy(words, after=retry_after(reply, now))
    if is_doubtful(status):
        return Later(words) if method == "GET" else Unclear(words)
    if method == "POST" and ("external_id" in errors or _TAKEN.search(said)):
        return AlreadyThere(words)
    return Rejected(words, errors)


def read_words(reply: Reply, private: Sequence[str] = ()) -> tuple[str, Errors]:
    """Their words, fit to be shown: scrubbed of ``private`` and cut; and those for each field."""
    try:
        found = from_json(reply.body, allow_inf_nan=False)
    except ValueError:
        return _plain(reply.text, private), {}
    if not isinstance(found, dict):
        return "", {}
    errors: dict[str, tuple[str, ...]] = {}
    for field, text in _flat("", found.get("errors")):
        errors[field] = (*errors.get(field, ()), fit(text, private))
    message = found.get("message") or found.get("error") or ""
    said = [str(message)[:_READ_AT_MOST]] if isinstance(message, str) and message else []
    said.extend(f"{field}: {' '.join(texts)}" if field else " ".join(texts) for field, texts in errors.items())
    return fit("; ".join(said), private), errors


def _plain(text: str, private: Sequence[str]) -> str:
    """What is neither JSON nor a page of HTML from something in between."""
    return "" if text.lstrip().startswith("<") else fit(text, private)


def _flat(path: str, errors: object) -> Iterable[tuple[str, str]]:
    """(field, words) of errors in any nesting: ``{field: [words]}``, ``{items: {0: {file: words}}}``, a list."""
    waiting: list[tuple[str, object]] = [(path, errors)]
    given = 0
    while waiting and given < _MOST_ERRORS:
        where, what = waiting.pop(0)
        if isinstance(what, str):
            given += 1
            yield where[:200], what
        elif isinstance(what, Mapping):
            waiting.extend((f"{where}.{key}" if where else str(key), one) for key, one in what.items())
        elif isinstance(what, list):
            waiting.extend((where, one) for one in what)
