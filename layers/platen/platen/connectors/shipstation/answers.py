"""What an answer of ShipStation's means for us, by either API: its status and words into a verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json

from platen.connectors.answering import fit, is_doubtful, retry_after
from platen.connectors.shipstation.wire import Unreadable
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Verdict
from platen.ports import Reply

MOST_ERRORS = 50
RESETS = "x-rate-limit-reset"
"""V1: the seconds until the next minute's calls (documented)."""
_ACCOUNT = frozenset({"account_status", "security"})
"""V2's error types that no other request of this account would fare better with (documented)."""


@dataclass(frozen=True)
class Said:
    """What a refusal says: its words, and V2's types and codes of it (V1 has none)."""

    words: str
    types: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()


def verdict(reply: Reply, *, method: str, asked: str, now: datetime, private: Sequence[str] = ()) -> Verdict | None:
    """The verdict on an answer; None for 2xx.

    ``asked`` says what was asked, for the person who reads it; ``private`` is what must not show in their words
    (the buyer's name and address). The statuses are documented for both APIs.
    """
    status = reply.status
    if 200 <= status < 300:
        return None
    said = read(reply, private)
    words = f"ShipStation answered {status} when asked to {asked}: {said.words or 'nothing more'}"
    if status == 429:
        return Busy(words, after=until_reset(reply) or retry_after(reply, now))
    if status == 401:
        return Denied(f"{words}. Check this connection's API key.")
    if status in (402, 403) or (400 <= status < 500 and said.types & _ACCOUNT):
        return Denied(f"{words}. Check the API key, and that the account's plan comes with API access.")
    if is_doubtful(status):
        return Later(words) if method == "GET" else Unclear(words)
    return Refused(words)


def read(reply: Reply, private: Sequence[str] = ()) -> Said:
    """Their words, fit to be shown: scrubbed of ``private`` and cut. Nothing of a page of HTML."""
    try:
        found = from_json(reply.body, allow_inf_nan=False)
    except ValueError:
        text = reply.text
        return Said("" if text.lstrip().startswith("<") else fit(text, private))
    if not isinstance(found, dict):
        return Said(fit(found, private) if isinstance(found, str) else "")
    listed = found.get("errors")
    errors = [one for one in (listed if isinstance(listed, list) else [])[:MOST_ERRORS] if isinstance(one, dict)]
    words = "; ".join(dict.fromkeys(_words(found)))
    return Said(
        fit(words, private),
        types=frozenset(str(one.get("error_type")) for one in errors),
        codes=frozenset(str(one.get("error_code")) for one in errors),
    )


def words_of(errors: object, private: Sequence[str] = ()) -> str:
    """The words of a list of errors, fit to be shown."""
    return fit("; ".join(dict.fromkeys(_texts(errors))), private)


def _words(found: dict[str, Any]) -> Iterator[str]:
    """V2 lists errors; V1 says ``message``, and was seen with the words of ASP.NET."""
    for name in ("message", "Message", "ExceptionMessage"):
        if isinstance(found.get(name), str) and found[name]:
            yield found[name]
    for name in ("errors", "ModelState"):
        yield from _texts(found.get(name))


def _texts(found: object) -> Iterator[str]:
    """The texts of ``[{message}]``, ``[text]`` or ``{field: [text]}``."""
    if isinstance(found, dict):
        found = [f"{field}: {text}" for field, texts in found.items() for text in _texts(texts)]
    for one in (found if isinstance(found, list) else [found])[:MOST_ERRORS]:
        text = one.get("message") if isinstance(one, dict) else one
        if isinstance(text, str) and text:
            yield text


def until_reset(reply: Reply) -> timedelta | None:
    """How long until V1 takes calls again; None where it does not say."""
    said = reply.headers.get(RESETS, "").strip()
    if not said.isdecimal() or len(said) > 5:
        return None
    return timedelta(seconds=min(max(int(said), 1), 3600))


def unreadable(asked: str, odd: Unreadable) -> str:
    return f"ShipStation was asked to {asked}, but {odd}. Nothing was changed; it is tried again."


def texts_in(found: object) -> list[str]:
    """Every text in a value, however deep: what must not show in words about it. Codes of two letters are left."""
    if isinstance(found, str):
        return [found] if len(found) > 2 else []
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    return [text for one in inside for text in texts_in(one)]
