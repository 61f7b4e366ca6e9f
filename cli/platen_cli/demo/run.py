"""A demo from its first step to its last, and the teardown whatever happens between."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from platen_cli.aws_words import explain
from platen_cli.demo.screen import Screen
from platen_cli.desk import Desk
from platen_cli.stops import REFUSED, Stop

if TYPE_CHECKING:
    from platen_cli.demo.performance import Performance


def printing(desk: Desk, count: int, where: Path) -> Performance[Any]:
    """For those who sell what others print."""
    from platen_cli.demo.play import Play  # noqa: PLC0415 - only when it is wanted
    from platen_cli.demo.world import World  # noqa: PLC0415

    return Play(World(where), Screen(desk, count), desk, count)


def packing(desk: Desk, count: int, where: Path) -> Performance[Any]:
    """For those who print themselves, and pack."""
    from platen_cli.demo.packing.play import Play  # noqa: PLC0415 - only when it is wanted
    from platen_cli.demo.packing.world import World  # noqa: PLC0415

    return Play(World(where), Screen(desk, count), desk, count)


def run(desk: Desk, demo: Performance[Any], *, once: bool) -> None:
    """Raises Stop, which says at which step it ended; ``typer.Exit(1)`` when the tally is not clean."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended politely: tear down all the same
    result = None
    try:
        result = demo.play()
        if not result.good:
            demo.world.save_logs()
        if not once:
            _wait(desk, demo.hints())
    except KeyboardInterrupt:
        desk.out.print("\nStopped.", highlight=False)
    except Exception as error:
        demo.world.save_logs()
        raise _where(error, demo) from error
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave half of it running
        demo.screen.step("Taking everything down")
        demo.world.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if result is not None:
        if once:
            print(json.dumps(result.as_json()), flush=True)
        if not result.good:
            raise typer.Exit(REFUSED)


def _where(error: Exception, demo: Performance[Any]) -> Exception:
    """The same trouble, with the step it happened in and where to look."""
    stop = error if isinstance(error, Stop) else explain(error)
    if stop is None:
        return error
    logs = f"functions.log, aws.log, build.log, deploy.log, {demo.world.twin_logs()}".removesuffix(", ")
    advice = f"{stop.advice} The demo is torn down; its logs stay in {demo.world.home} ({logs}).".strip()
    return Stop(f"While {demo.at[:1].lower()}{demo.at[1:]}: {stop.words}", advice, code=stop.code)


def _wait(desk: Desk, hints: tuple[str, ...]) -> None:
    desk.out.print(
        "\nEverything still runs. In another terminal, in this folder, try:\n\n"
        + "\n".join(f"  {line}" for line in ("source .venv/bin/activate", *hints))
        + "\n\nCtrl-C ends the demo and removes all of it.",
        highlight=False,
    )
    while True:
        time.sleep(3600)
