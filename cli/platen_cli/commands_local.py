"""The commands about the stack on this computer: start it, stop it, and see everything work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from platen_cli.desk import Desk
from platen_cli.stops import Stop, Unreachable, WrongUsage
from platen_cli.target import home

FEWEST_PACKED = 4
"""Orders that the packing demo needs; see ``platen_cli.demo.packing.orders``."""


def up(ctx: typer.Context) -> None:
    """Build and start the whole stack on this computer: no AWS account, nothing goes out."""
    from platen_cli import stack  # noqa: PLC0415 - only when it is wanted

    desk: Desk = ctx.obj
    try:
        running = stack.up(home(), (), lambda step: desk.say(f"{step}…", "dim"))
    except stack.StackError as error:
        raise Stop(str(error), code="stack") from None
    desk.answer(_seen(running), lambda: _words(f"It runs at {running.endpoint}. Next: platen connect"))


def down(ctx: typer.Context) -> None:
    """Stop the stack on this computer. Its orders are gone then."""
    from platen_cli import stack  # noqa: PLC0415 - only when it is wanted

    desk: Desk = ctx.obj
    stopped = stack.down(home())
    desk.answer({"stopped": stopped}, lambda: _words("It is stopped." if stopped else "None was running."))


def status(ctx: typer.Context) -> None:
    """Whether the stack runs on this computer, and where. Exit code 3 when it does not."""
    from platen_cli import stack  # noqa: PLC0415 - only when it is wanted

    desk: Desk = ctx.obj
    running = stack.running(home())
    if running is None:
        raise Unreachable("No local stack is running.", "Start it with: platen local up")
    words = f"It runs at {running.endpoint}; webhooks come in at {running.public_url}. Its logs are in {home()}."
    desk.answer(_seen(running), lambda: _words(words))


def demo(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="End by itself; the last line is the result as JSON.")
    ] = False,
    orders: Annotated[int, typer.Option(min=3, max=1000, help="How many orders the shop gets.")] = 25,
    packing: Annotated[
        bool, typer.Option("--packing", help="For shops that pack: InkSoft's orders at ShipStation, and back.")
    ] = False,
    where: Annotated[str, typer.Option("--home", hidden=True, help="Where the stack keeps its things.")] = "",
) -> None:
    """See it all work: a shop and two print shops that are stand-ins, and orders going through the real stack.

    Nothing leaves this computer and no account is needed. One order is made in two places, one waits for a
    person until its artwork is there, one is cancelled. With --once the exit code is 1 when an order was lost,
    made twice, or was left waiting.

    With --packing the shop is InkSoft, and ShipStation fetches, labels and reports: two orders are paid late, one
    is cancelled, one gets another address; then everything happens a second time, which may change nothing.
    """
    from platen_cli.demo import run  # noqa: PLC0415 - only when it is wanted

    if packing and orders < FEWEST_PACKED:
        raise WrongUsage(f"--packing shows its stories with {FEWEST_PACKED} orders or more.", "Leave --orders out.")
    make = run.packing if packing else run.printing
    run.run(ctx.obj, make(ctx.obj, orders, Path(where) if where else home()), once=once)


def _seen(running: Any) -> dict[str, Any]:
    return {"endpoint": running.endpoint, "public_url": running.public_url, "outputs": running.outputs}


def _words(words: str) -> Any:
    from platen_cli.render import text  # noqa: PLC0415 - rich is slow to import

    return text(words)
