"""The names of what can go wrong with a call, and what they stand for."""

from __future__ import annotations

from datetime import timedelta

from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from tests.fakes import Crash, Lost

type Trouble = tuple[str, str, str] | None
"""(call, before or after it, what); None: nothing goes wrong."""
SIDES = ("before", "after")
CLEAR = ("busy", "unreachable", "refused", "denied")
"""Said before anything is done; a reply that is lost, or a crash, may come after it too."""


def error_of(kind: str) -> BaseException:
    said: dict[str, BaseException] = {
        "lost": Lost("no answer"),
        "crash": Crash(),
        "unclear": Unclear("cut off"),
        "busy": Busy("slow down", timedelta(seconds=40)),
        "unreachable": Unreachable("no way there"),
        "refused": Refused("no"),
        "denied": Denied("who are you"),
    }
    return said[kind]
