"""The commands about connections: making them, and seeing how they are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.commands_orders import Yes
from platen_cli.desk import Desk
from platen_cli.stops import REFUSED

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's name, e.g. shop.")]


def connect(
    ctx: typer.Context,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="What to connect; see platen systems.")] = "",
    name: Annotated[str, typer.Option(help="What to call it, e.g. shop. The same name again changes it.")] = "",
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting.")] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=@FILE", help="One secret, from a file (@FILE) or a variable (env:NAME)."),
    ] = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="FILE.json", help="Everything from a JSON file; - reads stdin.")
    ] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="One rule, by its key or title; platen rules shows them."),
    ] = None,
    advanced: Annotated[bool, typer.Option("--advanced", help="Ask for the rare settings too.")] = False,
    orders_since: Annotated[
        str, typer.Option(help="Stores: take orders placed from then on (now, or 2026-11-21).")
    ] = "",
    release_when: Annotated[
        str, typer.Option(help="Stores: make orders that are paid, authorized or always.")
    ] = "",
    test_orders: Annotated[str, typer.Option(help="Stores: skip test orders, or send_as_test.")] = "",
    unrouted: Annotated[str, typer.Option(help="Stores: lines nobody makes: attention, or leave.")] = "",
) -> None:
    """Connect a store or a vendor: asks for what it needs, checks it, and says what is left to do.

    With --set, --secret, --rule or --from it asks nothing. Secrets never stand on the command line.
    """
    from platen_cli.connecting import Wish, run  # noqa: PLC0415 - asking needs more than the other commands

    run(
        ctx.obj,
        Wish(
            system=system,
            name=name,
            sets=tuple(set_ or ()),
            secrets=tuple(secret or ()),
            file=from_,
            rules=tuple(rule or ()),
            advanced=advanced,
            intake={
                "orders_since": orders_since,
                "release_when": release_when,
                "test_orders": test_orders,
                "unrouted": unrouted,
            },
        ),
    )


def systems(ctx: typer.Context) -> None:
    """What can be connected."""
    desk: Desk = ctx.obj
    result = desk.ask("systems")
    desk.answer(result, lambda: _render().systems(read(answers.Systems, result).systems))


def connections(ctx: typer.Context) -> None:
    """All connections, how they are, and which orders go from where to where."""
    desk: Desk = ctx.obj
    result = desk.ask("connections")
    desk.answer(result, lambda: _render().connections(read(answers.Connections, result).connections))


def check(ctx: typer.Context, connection: Name) -> None:
    """Ask a connection's outside system whether everything is in place. Exit code 1 when it is not."""
    desk: Desk = ctx.obj
    result = desk.ask("check", connection=connection)
    found = read(answers.Findings, result).findings
    desk.answer(result, lambda: _render().findings(found))
    if not all(one.ok for one in found):
        raise typer.Exit(REFUSED)


def pause(ctx: typer.Context, connection: Name) -> None:
    """Let nothing go to or come from a connection until it is resumed. Nothing is lost meanwhile."""
    _do(ctx.obj, "pause", connection=connection)


def resume(ctx: typer.Context, connection: Name) -> None:
    """Go on with a paused connection."""
    _do(ctx.obj, "resume", connection=connection)


def disconnect(
    ctx: typer.Context,
    connection: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Though orders or jobs of it are not over: first it says which.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Take a connection away, with its schedule and its credentials. Its orders stay, to be read."""
    desk: Desk = ctx.obj
    desk.confirm(_FORCED.format(connection) if force else _GONE.format(connection), yes=yes)
    result = desk.ask("disconnect", connection=connection, force=force)
    desk.answer(result, lambda: _words("\n".join([f"{connection} is gone.", *result.get("left", ())])))


_GONE = (
    "This removes {0} from Platen: its credentials, its schedule and its rules. Orders that are here stay to be"
    " read, and nothing changes at {0} itself. While anything of it is not over, it is refused."
)
_FORCED = (
    "This removes {0} from Platen though some of it may not be over. Of a store: its open orders are made, and it"
    " is never told of their parcels. Of a vendor: what is being made there goes on unheard, and waits for you in"
    " platen attention; what was not sent yet is planned anew without it; links to it are taken away."
    " Without --force Platen says what is not over."
)


def poll(ctx: typer.Context, connection: Name) -> None:
    """Ask a connection for news now, without waiting for its schedule."""
    desk: Desk = ctx.obj
    result = desk.ask("poll", connection=connection)
    desk.answer(result, lambda: _words(f"{connection} is being asked. platen orders list shows what comes of it."))


def refresh(ctx: typer.Context, connection: Name) -> None:
    """Read a vendor's catalogue anew."""
    desk: Desk = ctx.obj
    result = desk.ask("refresh", connection=connection)
    desk.answer(result, lambda: _words(f"{result.get('entries', 0)} catalogue entries read."))


def webhook_url(ctx: typer.Context, connection: Name) -> None:
    """The address that a connection's outside system has to send its webhooks to. Keep it to yourself."""
    desk: Desk = ctx.obj
    result = desk.ask("webhook_url", connection=connection)
    desk.answer(result, lambda: _words(result.get("webhook_url", "")))


def feed_url(ctx: typer.Context, connection: Name) -> None:
    """The address that a connection's outside system fetches its orders from. Keep it to yourself."""
    desk: Desk = ctx.obj
    result = desk.ask("feed_url", connection=connection)
    nothing = f"{connection} fetches nothing: it is sent its orders."
    desk.answer(result, lambda: _words(result.get("feed_url", "") or nothing))


def _do(desk: Desk, action: str, **given: Any) -> None:
    result = desk.ask(action, **given)
    desk.answer(result, lambda: _one(result))


def _one(result: dict[str, Any]) -> Any:
    if "connection" not in result:
        return _words("Done.")
    return _render().connections([answers.Connection.model_validate(result["connection"])])


def _words(words: str) -> Any:
    return _render().text(words)


def _render() -> Any:
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    return render
