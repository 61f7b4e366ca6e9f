"""What an answer of InkSoft's means: the data that was asked for, or a verdict. Pure.

An answer is an envelope ``{OK, StatusCode, Data, Pagination, Messages}`` with a fitting HTTP status. A wrong key is
answered 400 as a wrong request is, so the words of a 400 decide which of the two it is. A page of HTML means that
there is no API at this address: the store's name is wrong, or its API is not switched on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from platen.connectors.answering import fit, is_doubtful, retry_after
from platen.connectors.inksoft import reader, wire
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Verdict
from platen.ports import Reply

_MOST_MESSAGES = 5
_OF_CREDENTIALS = re.compile(
    r"api ?key|session|sign ?in|log ?in|logged|token|credential|password|unauthori[sz]ed|not authori[sz]ed"
    r"|forbidden|permission|access (?:is )?denied",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@<>\"']{1,100}@[^\s@<>\"']{1,200}")
_OF_THE_PLAN = re.compile(
    r"\bAPI\b.{0,60}\b(?:not enabled|not switched on|disabled|not available|not included)|licen[cs]e|subscription",
    re.IGNORECASE,
)
_OF_THE_ORDER = re.compile(r"order ?e-?mail", re.IGNORECASE)
"""What an order is to be shown by is no credential of ours."""


class NoApi(Denied):
    """There is no API where it was looked for."""


class Shut(Denied):
    """The deployment does not let us call this host: nothing was sent."""


class NotThere(Exception):
    """InkSoft says that there is no such thing. The text is its words."""


@dataclass(frozen=True)
class Asked:
    """What was asked: words for people, whether something can have come of it, and what must not be shown."""

    what: str
    makes: bool = False
    private: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    data: Any
    pages: wire.Pagination


def judge(reply: Reply, asked: Asked, now: datetime) -> Answer:
    """The answer. Raises NotThere, or a verdict; Unclear only where something may have been made."""
    if reply.status == 429:
        raise Busy(f"InkSoft asks us to slow down (when asked to {asked.what})", after=retry_after(reply, now))
    envelope = _envelope(reply)
    if envelope is None:
        raise _no_envelope(reply, asked, now)
    words = _words(envelope.get("messages"), asked.private)
    if 200 <= reply.status < 300 and _is_ok(envelope):
        return Answer(envelope.get("data"), _pages(envelope.get("pagination")))
    raise _refusal(reply, _code(envelope), words, asked, now)


def in_doubt(asked: Asked, why: str) -> Verdict:
    """The verdict when nobody knows what became of it: for a read that does not matter."""
    words = f"{why} (asked to {asked.what})"
    return Unclear(words) if asked.makes else Later(words)


def _envelope(reply: Reply) -> dict[str, Any] | None:
    try:
        found = reader.read_json(reply.body)
    except reader.NotJson:
        return None
    if not isinstance(found, dict):
        return None
    named = {str(name).lower(): value for name, value in found.items()}
    return named if named.keys() & {"ok", "statuscode"} else None


def _is_ok(envelope: dict[str, Any]) -> bool:
    """Both have to agree, where both are there."""
    return reader.maybe_flag(envelope.get("ok", True)) and _code(envelope) in ("", "ok", "200")


def _code(envelope: dict[str, Any]) -> str:
    return reader.text(envelope.get("statuscode")).lower()


def _pages(found: object) -> wire.Pagination:
    try:
        return wire.Pagination.model_validate(found if isinstance(found, dict) else {})
    except ValidationError:
        return wire.Pagination()


def _words(messages: object, private: Sequence[str]) -> str:
    listed = messages if isinstance(messages, list) else []
    said = [_content(one) for one in listed[:_MOST_MESSAGES]]
    # An e-mail in it is somebody's, whoever's.
    return _EMAIL.sub("[hidden]", fit("; ".join(filter(None, said)), private))


def _content(message: object) -> str:
    if isinstance(message, str):
        return message
    try:
        return wire.Message.model_validate(message).content
    except ValidationError:
        return ""


def _no_envelope(reply: Reply, asked: Asked, now: datetime) -> Verdict:
    """HTML, nothing at all, or JSON that is none of theirs."""
    status = reply.status
    if status in (401, 403):
        return Denied(f"InkSoft answered {status} when asked to {asked.what}: the credentials are not accepted.")
    if status == 503 and "retry-after" in reply.headers and not asked.makes:
        return Busy(f"InkSoft is overloaded (when asked to {asked.what})", after=retry_after(reply, now))
    if asked.makes and is_doubtful(status):
        return in_doubt(asked, f"InkSoft's answer cannot be read (status {status})")
    looks_like_a_page = reply.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if status == 404 or 300 <= status < 400 or (status < 500 and looks_like_a_page):
        return NoApi(
            f"InkSoft answered with a page instead of data (status {status}) when asked to {asked.what}: there is "
            "no store of that name, or its API is not switched on."
        )
    if is_doubtful(status):
        return in_doubt(asked, f"InkSoft's answer cannot be read (status {status})")
    return Refused(f"InkSoft answered {status} when asked to {asked.what}.")


def _refusal(reply: Reply, code: str, words: str, asked: Asked, now: datetime) -> Exception:
    """By the HTTP status and the envelope's code: the one that leaves more open counts."""
    said = f"InkSoft says when asked to {asked.what}: {words or code or reply.status}"
    if reply.status >= 500 or code in ("internalservererror", "500") or reply.status in (408, 425):
        if reply.status == 503 and "retry-after" in reply.headers and not asked.makes:
            return Busy(said, after=retry_after(reply, now))
        return in_doubt(asked, said)
    if reply.status in (401, 403) or code in ("unauthorized", "forbidden", "401", "403"):
        return Denied(said)
    if reply.status == 404 or code in ("notfound", "404"):
        return NotThere(said)
    if code not in ("badrequest", "400") and is_doubtful(reply.status):
        return in_doubt(asked, said)
    return _by_its_words(words)(said)


def _by_its_words(words: str) -> type[Verdict]:
    if _OF_THE_PLAN.search(words):
        return NoApi
    return Denied if _OF_CREDENTIALS.search(words) and not _OF_THE_ORDER.search(words) else Refused
