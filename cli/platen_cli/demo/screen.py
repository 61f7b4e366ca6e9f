"""What the demo shows while it runs: a table that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from platen_cli.desk import Desk
from platen_cli.plain import plain

_INDENT = 10
"""Past the time that stands before each step."""


@dataclass(frozen=True)
class Stages:
    """How many orders have come how far."""

    placed: int = 0
    taken_in: int = 0
    at_vendor: int = 0
    shipped: int = 0
    done: int = 0
    cancelled: int = 0
    open: int = 0
    """Platen still has something to do about them."""
    attention: int = 0

    def rows(self) -> Iterator[tuple[str, int]]:
        yield "Placed in the shop", self.placed
        yield "Taken in by Platen", self.taken_in
        yield "Sent to a print shop", self.at_vendor
        yield "Shipped", self.shipped
        yield "Tracking shown in the shop", self.done

    def asides(self) -> Iterator[tuple[str, int]]:
        """What no order has to go through."""
        yield "Cancelled", self.cancelled

    def line(self) -> str:
        """The same in words."""
        counted = [*self.rows(), *self.asides(), ("waiting for a person", self.attention)]
        return ", ".join(f"{name[:1].lower()}{name[1:]} {count}" for name, count in counted)


@dataclass
class Screen:
    desk: Desk
    total: int
    _began: float = field(default_factory=time.monotonic)
    _said: str = ""
    _said_at: float = 0.0
    _shown: Stages | None = None

    def step(self, words: str) -> None:
        seconds = time.monotonic() - self._began
        self.desk.out.print(f"[{seconds:5.1f} s] {plain(words)}", markup=False, highlight=False, soft_wrap=True)

    def say(self, words: str) -> None:
        """Why the step matters."""
        self.desk.out.print(Padding(Text(plain(words), "dim"), (0, 0, 0, _INDENT), expand=False))

    def typed(self, command: str) -> None:
        """A command as a person would type it: whole on its line, so that it can be copied."""
        shown = Text(f"{' ' * _INDENT}$ {plain(command)}", "bold")
        self.desk.out.print(shown, highlight=False, soft_wrap=True)

    @contextmanager
    def moving(self) -> Iterator[Any]:
        """Gives ``show(stages)``."""
        if not self.desk.out.is_terminal:
            yield self._show_line
            return
        first = self._table(self._shown) if self._shown else None
        with Live(first, console=self.desk.out, refresh_per_second=8) as live:

            def show(stages: Stages) -> None:
                self._shown = stages
                live.update(self._table(stages))

            yield show

    def _show_line(self, stages: Stages) -> None:
        now = time.monotonic()
        if stages.line() != self._said and now - self._said_at >= 1:
            self._said, self._said_at = stages.line(), now
            self.step(self._said)

    def _table(self, stages: Stages) -> Table:
        shown = Table.grid(padding=(0, 2, 0, 0))
        shown.add_column(no_wrap=True)
        shown.add_column(justify="right", no_wrap=True)
        for name, count in stages.rows():
            bar = ProgressBar(total=max(1, self.total), completed=count, width=30)
            shown.add_row(name, f"{count} of {self.total}", bar)
        for name, count in stages.asides():
            shown.add_row(Text(name, "dim"), Text(str(count), "dim"), "")
        style = "bold red" if stages.attention else "dim"
        shown.add_row(Text("Waits for a person", style), Text(str(stages.attention), style), "")
        return shown
