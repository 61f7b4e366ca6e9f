"""The ways a command ends early, each with its exit code and words fit to print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

REFUSED = 1
WRONG_USAGE = 2
UNREACHABLE = 3
ATTENTION = 4

EXIT_CODES = """\
Exit codes:

0  done

1  refused or failed; the words say why

2  wrong usage

3  AWS or the stack cannot be reached

4  something waits for a person (only where --exit-code asks for it)"""


class Stop(Exception):
    """The command ends here. ``advice`` is what the person can do now."""

    exit_code = REFUSED

    def __init__(self, words: str, advice: str = "", *, code: str = "failed") -> None:
        super().__init__(words)
        self.words = words
        self.advice = advice
        self.code = code

    def as_json(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": " ".join(filter(None, (self.words, self.advice)))}}


class Refused(Stop):
    """The operator said no. ``problems`` are its own: what, line_id, field, suggestion."""

    def __init__(self, words: str, *, code: str = "refused", problems: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(words, code=code)
        self.problems = tuple(problems)

    def as_json(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.words, "problems": list(self.problems)}}


class WrongUsage(Stop):
    exit_code = WRONG_USAGE

    def __init__(self, words: str, advice: str = "") -> None:
        super().__init__(words, advice, code="usage")


class NotThere(Stop):
    """What was named is not there: well said, but not so."""

    def __init__(self, words: str, advice: str = "") -> None:
        super().__init__(words, advice, code="not_found")


class Unreachable(Stop):
    exit_code = UNREACHABLE

    def __init__(self, words: str, advice: str = "") -> None:
        super().__init__(words, advice, code="unreachable")
