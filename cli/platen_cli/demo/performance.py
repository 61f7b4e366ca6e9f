"""What every demo does on its stage: says its steps, types its commands, and watches until something is so."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from platen_cli.demo import typing
from platen_cli.demo.grounds import Grounds
from platen_cli.demo.screen import Screen, Stages
from platen_cli.desk import Desk
from platen_cli.stops import Stop

STALLED_SECONDS = 120.0
"""Without any progress for so long, waiting is over: what is not there by then counts as lost."""
DRAIN_SECONDS = 300.0
_CALM = 2
"""Looks in a row that must find everything done: SQS counts are approximate, one look proves nothing."""


class Outcome(Protocol):
    """The last line of a demo."""

    @property
    def good(self) -> bool: ...

    def as_json(self) -> dict[str, Any]: ...


class Performance[Ground: Grounds](ABC):
    """One performance. ``at`` is the step it is in."""

    def __init__(self, world: Ground, screen: Screen, desk: Desk, count: int) -> None:
        self.world = world
        self.screen = screen
        self.desk = desk
        self.count = count
        self.at = "starting"

    @abstractmethod
    def play(self) -> Outcome:
        """From its first step to its count."""

    @abstractmethod
    def hints(self) -> tuple[str, ...]:
        """Commands to try while everything still runs."""

    def step(self, words: str) -> None:
        self.at = words
        self.screen.step(words)

    def type(self, command: str) -> None:
        """Shows the command and runs it."""
        self.screen.typed(command)
        typing.run(command, self.world.asked)

    def show(self, command: str) -> None:
        """The same, with its answer."""
        self.screen.typed(command)
        self.desk.out.print()
        typing.run(command, self.world.asked, self.desk.out)
        self.desk.out.print()

    def watch(self, look: Callable[[], Stages], enough: Callable[[Stages], bool]) -> float:
        """Until it is enough, or nothing has moved for too long; gives the moment of the last move."""
        last, moved_at, calm = None, time.monotonic(), 0
        with self.screen.moving() as show:
            while calm < _CALM and time.monotonic() - moved_at < STALLED_SECONDS:
                stages = look()
                show(stages)
                calm = calm + 1 if enough(stages) else 0
                if stages != last:
                    last, moved_at = stages, time.monotonic()
                time.sleep(0.5)
        return moved_at

    def wait(self, for_it: Callable[[], object], what: str) -> None:
        until = time.monotonic() + STALLED_SECONDS
        while not for_it():
            if time.monotonic() > until:
                raise Stop(f"After {STALLED_SECONDS:.0f} s there is still no sign of {what}.", code="stalled")
            time.sleep(0.2)

    def say_verdict(self, lines: list[str], *, good: bool) -> None:
        style = "bold green" if good else "bold red"
        for line in lines:
            self.desk.out.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
