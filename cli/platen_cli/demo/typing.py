"""Types the command's own commands, so that what the demo shows is what anybody gets who types the same."""

from __future__ import annotations

import io
import shlex
from typing import TYPE_CHECKING

from platen_cli.desk import Desk
from platen_cli.stops import Stop
from platen_cli.target import Target

if TYPE_CHECKING:
    from rich.console import Console

    from platen_cli.calls import Operator


def run(command: str, operator: Operator, out: Console | None = None) -> None:
    """Runs ``platen …`` against that stack; its answer goes to ``out``, or nowhere. Raises Stop when it fails."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    from platen_cli.main import app  # noqa: PLC0415 - this is one of its commands

    said = io.StringIO()
    desk = Desk(find=lambda _choice: Target(operator, "the demo's stack"))
    desk.out = out or Console(file=io.StringIO())
    desk.err = Console(file=said, width=200)
    program, *words = shlex.split(command)
    code = app([*words, "--quiet"], prog_name=program, standalone_mode=False, obj=desk)
    if code:
        raise Stop(f"`{command}` did not work: {said.getvalue().strip()}", code="command")
