"""The commands about the machinery: queues, dead letters, and what stands still."""

from __future__ import annotations

from typing import Annotated

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.stops import ATTENTION


def status(
    ctx: typer.Context,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit code 4 when something waits for you.")
    ] = False,
) -> None:
    """How everything is: orders, queues, dead letters, connections."""
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    desk: Desk = ctx.obj
    result = desk.ask("status")
    found = read(answers.Status, result)
    desk.answer(result, lambda: render.status(found))
    if exit_code and _waits(found):
        raise typer.Exit(ATTENTION)


def _waits(found: answers.Status) -> bool:
    dead = any(depth.dead for depth in found.queues.values())
    return bool(found.attention or dead or any(one.health.denied for one in found.connections))


def redrive(
    ctx: typer.Context,
    queue: Annotated[str, typer.Argument(metavar="[QUEUE]", help="Only this queue; see platen status.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many from each queue.")] = 100,
) -> None:
    """Put dead letters back on their queues. Safe to do twice: what is done already is not done again."""
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    desk: Desk = ctx.obj
    result = desk.ask("redrive", queue=queue or None, limit=limit)
    moved = read(answers.Moved, result).moved
    words = ", ".join(f"{count} on {name}" for name, count in moved.items() if count)
    desk.answer(result, lambda: render.text(f"Put back: {words}." if words else "There were no dead letters."))


def sweep(ctx: typer.Context) -> None:
    """Look now for what stands still or is due, without waiting for the five minutes to come round."""
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    desk: Desk = ctx.obj
    result = desk.ask("sweep")
    queued = result.get("queued", {})
    words = ", ".join(f"{count} for {name}" for name, count in queued.items() if count)
    desk.answer(result, lambda: render.text(f"Set going: {words}." if words else "Nothing stands still."))
