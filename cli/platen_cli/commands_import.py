"""The commands that move in from another system: they look first, and write only when they are told to."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from platen_cli import prompts
from platen_cli.desk import Desk
from platen_cli.given import Given, apply
from platen_cli.schema import Field
from platen_cli.stops import REFUSED, WrongUsage
from platen_cli.times import typed

if TYPE_CHECKING:
    from platen_cli.orderdesk.client import Client

_FIELDS = [
    Field(
        path=("store_id",),
        kind="text",
        title="Order Desk store ID",
        help="In Order Desk: Store Settings, API.",
        required=True,
    ),
    Field(path=("api_key",), kind="text", title="Order Desk API key", secret=True, required=True),
]
_TWIN = re.compile(r"http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?/?")


def orderdesk(
    ctx: typer.Context,
    store: Annotated[str, typer.Option("--store", help="The store connection its orders and products belong to.")],
    store_id: Annotated[str, typer.Option("--store-id", help="Order Desk's store ID; asked for if missing.")] = "",
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="api_key=@FILE", help="The API key, from a file (@FILE) or a variable (env:NAME)."),
    ] = None,
    orders: Annotated[bool, typer.Option("--orders/--no-orders", help="Its orders too, as history.")] = True,
    since: Annotated[str, typer.Option(help="Only orders that came in since then, e.g. 2026-11-21.")] = "",
    go: Annotated[bool, typer.Option("--go", help="Do it, after showing what, and asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look and show; this is the default.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --go: do not ask.")] = False,
    api: Annotated[str, typer.Option("--api", hidden=True, help="A twin on this computer, for trying out.")] = "",
) -> None:
    """Move in from Order Desk: its folders, the print fields of its inventory items, and its orders as history.

    It reads Order Desk through its API, changes nothing there, and first only shows what it would do. Orders that
    are moved in are never sent to a vendor: what is open in Order Desk is finished there. It may be broken off and
    done again as often as you like.
    """
    from platen_cli.orderdesk import looking, moving  # noqa: PLC0415 - needs more than the other commands

    desk: Desk = ctx.obj
    if go and dry_run:
        raise WrongUsage("--go does it and --dry-run does not: say one of them.")
    wish = looking.Wish(store=store, orders=orders, since=_since(since))
    client = open_client(_credentials(desk, store_id, secret or []), api)
    found = looking.look(desk, client, wish)
    moving.try_out(desk, found)
    if go:
        if not yes:
            desk.err.print(found.report.drawn())
        desk.confirm(f"\nThis is what will be done to {store}. Order Desk stays as it is.", yes=yes)
        moving.go(desk, found)
    result = found.report.as_json()
    desk.answer(result, found.report.drawn)
    if not go:
        desk.say("\nTo do it: the same command with --go.")
    if found.report.orders and found.report.orders.refused:
        raise typer.Exit(REFUSED)


def _since(text: str) -> datetime | None:
    try:
        return typed(text) if text else None
    except ValueError as wrong:
        raise WrongUsage(f"--since: {wrong}") from None


def _credentials(desk: Desk, store_id: str, secrets: list[str]) -> Any:
    from platen_cli.orderdesk.client import Credentials  # noqa: PLC0415

    given = Given()
    apply(given, [f"store_id={store_id}"] if store_id else [], secrets, [], _FIELDS)
    for field in _FIELDS:
        if field.key not in given.credentials:
            given.credentials[field.key] = prompts.ask(desk, field)
    return Credentials(store_id=given.credentials["store_id"].strip(), api_key=given.credentials["api_key"].strip())


def open_client(credentials: Any, api: str = "") -> Client:
    """A client of the real Order Desk, or of what answers at ``api`` on this very computer."""
    from platen.adapters.clock import WallClock  # noqa: PLC0415 - requests is slow to import
    from platen.adapters.http import RequestsHttp  # noqa: PLC0415
    from platen_cli.orderdesk.client import BASE, HOST, Client  # noqa: PLC0415

    if not api:
        return Client(RequestsHttp((HOST,)), WallClock(), credentials)
    if not _TWIN.fullmatch(api):
        raise WrongUsage("--api is for a twin on this computer: http://127.0.0.1:PORT.")
    host = api.removeprefix("http://").rstrip("/")
    base = f"http://{host}{BASE.partition(HOST)[2]}"
    return Client(RequestsHttp((), (host,)), WallClock(), credentials, base)
