"""What an answer of POV's means for us: its status and words into a verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from platen.connectors.answering import fit, is_doubtful, retry_after
from platen.connectors.pov import wire
from platen.connectors.pov.places import ErrorAnswer
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Verdict
from platen.ports import Reply


class Rejected(Refused):
    """A refusal with POV's words for each field (422)."""

    def __init__(self, words: str, said: Sequence[wire.Said] = ()) -> None:
        super().__init__(words)
        self.said = tuple(said)


def verdict(
    reply: Reply, *, method: str, asked: str, errors: ErrorAnswer, now: datetime, private: Sequence[str]
) -> Verdict | None:
    """The verdict on an answer; None for 2xx.

    ``asked`` says what was asked, for the person who reads it; ``private`` is what must not show in their
    words (the customer ID, the ship-to). What each status means is the built-in profile's (assumed).
    """
    status = reply.status
    if 200 <= status < 300:
        return None
    said = [_scrubbed(one, private) for one in wire.errors(reply.body, errors)[0]]
    words = f"POV answered {status} when asked to {asked}: {read_words(reply, errors, private) or 'nothing more'}"
    if status in (401, 403):
        return Denied(f"{words}. Check the POV customer ID, and the key if there is one.")
    if status == 429:
        return Busy(words, after=retry_after(reply, now))
    if is_doubtful(status):
        return Later(words) if method == "GET" else Unclear(words)
    if status == 409 and method == "POST":
        return AlreadyThere(words)
    if status in (404, 405) and method == "POST":
        words = f"{words}. Check the connection's API address, and the paths of its profile"
    return Rejected(words, said)


def _scrubbed(said: wire.Said, private: Sequence[str]) -> wire.Said:
    shown = {"field": fit(said.field, private), "message": fit(said.message, private)}
    return said.model_copy(update=shown)


def says_not_found(reply: Reply, errors: ErrorAnswer) -> bool:
    """True for a 404 that is POV's own word that there is no such thing, and not that of a wrong path."""
    if reply.status != 404:
        return False
    return not errors.not_found or any(one.code == errors.not_found for one in wire.errors(reply.body, errors)[0])


def read_words(reply: Reply, errors: ErrorAnswer, private: Sequence[str]) -> str:
    """Their words, fit to be shown: scrubbed of ``private`` and cut. Nothing of a page of HTML."""
    said, besides = wire.errors(reply.body, errors)
    found = [besides, *(": ".join(filter(None, (one.field, one.message or one.code))) for one in said)]
    words = "; ".join(filter(None, found))
    if not words and not reply.text.lstrip().startswith(("<", "{", "[")):
        words = reply.text[:5000]
    return fit(words, private)
