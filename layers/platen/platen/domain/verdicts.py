"""What an outside system's answer means for us. Connectors raise these; use cases act on them.

The one question that decides is: *can something have been made?* ``Unclear`` is the only verdict
that says yes; after it the outside system is asked before it is told again.
"""

from __future__ import annotations

from datetime import timedelta

from platen.domain.attention import Problem


class Verdict(Exception):
    """An outside system did not do what we asked. ``words`` are its own, fit for a person to read."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Refused(Verdict):
    """A definite no to this request: nothing was made, and asking the same again will not help."""

    def __init__(self, words: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(words)
        self.problems = problems or (Problem(what=words),)


class AlreadyThere(Verdict):
    """Refused because our id is taken: it was made before. Look it up and adopt it."""


class Denied(Verdict):
    """The credentials or their permissions are the trouble: the connection waits for a person."""


class Later(Verdict):
    """Nothing was made, and the same request may well work later."""

    def __init__(self, words: str, after: timedelta | None = None) -> None:
        super().__init__(words)
        self.after = after


class Busy(Later):
    """Asked to slow down (429, THROTTLED); ``after`` is how long, when they said so."""


class Unreachable(Later):
    """The request never reached them: no connection could be made."""


class Unclear(Verdict):
    """It may have been made: a timeout, a cut reply, a 5xx, an answer that cannot be read."""
