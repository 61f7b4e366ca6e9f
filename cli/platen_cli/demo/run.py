"""The demo from its first step to its last, and the teardown whatever happens between."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import typer

from platen_cli.aws_words import explain
from platen_cli.demo.play import Play
from platen_cli.demo.screen import Screen
from platen_cli.demo.world import World
from platen_cli.desk import Desk
from platen_cli.stops import REFUSED, Stop


def run(desk: Desk, *, once: bool, count: int, where: Path) -> None:
    """Raises Stop, which says at which step it ended; ``typer.Exit(1)`` when the tally is not clean."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended politely: tear down all the same
    world = World(where)
    demo = Play(world, Screen(desk, count), desk, count)
    result = None
    try:
        result = demo.play()
        if not result.good:
            world.save_logs()
        if not once:
            _wait(desk)
    except KeyboardInterrupt:
        desk.out.print("\nStopped.", highlight=False)
    except Exception as error:
        world.save_logs()
        raise _where(error, demo.at, world) from error
    finally:
        demo.screen.step("Taking everything down")
        world.close()
    if result is not None:
        if once:
            print(json.dumps(result.as_json()), flush=True)
        if not result.good:
            raise typer.Exit(REFUSED)


def _where(error: Exception, step: str, world: World) -> Exception:
    """The same trouble, with the step it happened in and where to look."""
    stop = error if isinstance(error, Stop) else explain(error)
    if stop is None:
        return error
    logs = "functions.log, aws.log, build.log, deploy.log, shopify-twin.log, picanova-twin.log, pov-twin.log"
    advice = f"{stop.advice} The demo is torn down; its logs stay in {world.home} ({logs}).".strip()
    return Stop(f"While {step[:1].lower()}{step[1:]}: {stop.words}", advice, code=stop.code)


def _wait(desk: Desk) -> None:
    desk.out.print(
        "\nEverything still runs. In another terminal, in this folder, try:\n\n"
        "  source .venv/bin/activate\n  platen orders list\n  platen orders show 1003\n  platen links shop\n"
        "  platen rules pov\n  platen links try shop\n  platen status\n\n"
        "Ctrl-C ends the demo and removes all of it.",
        highlight=False,
    )
    while True:
        time.sleep(3600)
