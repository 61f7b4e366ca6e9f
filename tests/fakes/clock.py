"""A clock that moves only when told to, or when somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class FakeClock:
    """Callable too, as the twins want their time."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    __call__ = now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds=seconds)

    def passes(self, **time: float) -> None:
        self.set(self._now + timedelta(**time))

    def set(self, moment: datetime) -> None:
        assert moment >= self._now, "time does not run backwards"
        # Milliseconds, as the wall clock of the product gives them.
        self._now = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
