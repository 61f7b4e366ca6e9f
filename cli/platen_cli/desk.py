"""The desk of one command: where it prints, how, and whom it asks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from platen_cli.plain import plain
from platen_cli.stops import Refused, Stop, WrongUsage
from platen_cli.target import Choice, Target, find

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_PIPE_WIDTH = 120
"""Into a pipe or a file there is no screen to fit, so a table is not squeezed to 80."""


@dataclass
class Desk:
    """``find`` gives the operator to talk to; tests put their own there."""

    choice: Choice = field(default_factory=Choice)
    as_json: bool = False
    quiet: bool = False
    find: Callable[[Choice], Target] = find

    @cached_property
    def out(self) -> Console:
        return _console(stderr=False)

    @cached_property
    def err(self) -> Console:
        return _console(stderr=True)

    @cached_property
    def target(self) -> Target:
        target = self.find(self.choice)
        if not self.quiet:
            self.err.print(f"→ {plain(target.words)}", style="dim", markup=False, highlight=False)
        return target

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        """The operator's result. Raises Refused and Unreachable."""
        return self.target.operator.ask(action, **given)

    def answer(self, result: dict[str, Any], show: Callable[[], RenderableType | None]) -> None:
        """The command's answer on stdout: as JSON and nothing else, or as ``show`` draws it."""
        if self.as_json:
            print(json.dumps(result, indent=2))
            return
        drawn = show()
        if drawn is not None:
            self.out.print(drawn, highlight=False, soft_wrap=type(drawn).__name__ == "Text")

    def say(self, text: object, style: str = "") -> None:
        """A word on the side: on stderr, and not at all when asked to be quiet."""
        if not self.quiet:
            self.err.print(plain(text), style=style or None, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: object) -> None:
        self.err.print(plain(text), style="yellow", markup=False, highlight=False, soft_wrap=True)

    def confirm(self, what: str, *, yes: bool) -> None:
        """Go on only with a person's yes. Raises Stop when it is no, WrongUsage when there is nobody to ask."""
        import typer  # noqa: PLC0415

        if yes:
            return
        self.err.print(_lines(what), markup=False, highlight=False)
        try:
            agreed = typer.confirm("Go on?", default=False, err=True)
        except typer.Abort:
            self.err.print()
            raise WrongUsage("There was no answer.", "In a script, add --yes.") from None
        if not agreed:
            raise Stop("Nothing was done.", code="declined")

    def stopped(self, stop: Stop) -> None:
        """Say why the command ends: words on stderr, and with --json the same as JSON on stdout."""
        if self.as_json:
            print(json.dumps(stop.as_json(), indent=2))
        self.complain(stop)

    def complain(self, stop: Stop) -> None:
        """Its words, its problems and its advice, on stderr."""
        self.err.print(_lines(stop.words), style="bold red", markup=False, highlight=False, soft_wrap=True)
        for problem in stop.problems if isinstance(stop, Refused) else ():
            self.err.print(f"  • {_problem(problem)}", markup=False, highlight=False, soft_wrap=True)
        if stop.advice:
            self.err.print(_lines(stop.advice), markup=False, highlight=False, soft_wrap=True)


def _lines(text: str) -> str:
    """Safe for the terminal, with its line breaks and indents."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return f"{' ' * indent}{plain(line)}" if line.strip() else ""


def _problem(problem: dict[str, str]) -> str:
    field, what = problem.get("field", ""), problem.get("what", "")
    where = f"{field}: " if field and field not in what else ""
    nearest = f" (did you mean {problem['suggestion']}?)" if problem.get("suggestion") else ""
    return plain(f"{where}{what}{nearest}")


def _console(*, stderr: bool) -> Console:
    from rich.console import Console  # noqa: PLC0415 - slow to import

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _PIPE_WIDTH)
