"""The commands about orders: looking at them, and deciding what waits for a person."""

from __future__ import annotations

import getpass
import re
import shlex
from typing import Annotated, Any

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.stops import ATTENTION, WrongUsage

OrderName = Annotated[str, typer.Argument(metavar="ORDER", help="Its number (1001 or '#1001') or its id.")]
Place = Annotated[str, typer.Option(help="Which part of it: job-1, shipment-ab12; without: all of it.")]
From = Annotated[str, typer.Option("--connection", help="Its store, when several stores have that number.")]
Who = Annotated[str, typer.Option(help="Who decided it, for the order's story [default: your user name].")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_STATES = ("waiting", "open", "attention", "done", "cancelled", "nothing_to_make")
_PLACE = re.compile(r"(job|shipment)[ :#_-]*([A-Za-z0-9]+)")


def list_orders(
    ctx: typer.Context,
    connection: Annotated[str, typer.Option("--connection", "--store", help="Only this store's.")] = "",
    state: Annotated[str, typer.Option(help=f"Only these: {', '.join(_STATES)}.")] = "",
    number: Annotated[str, typer.Option(help="Only the orders of this number.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 25,
    after: Annotated[str, typer.Option(help="The next page: what the page before said.")] = "",
) -> None:
    """The newest orders, and where they are."""
    desk: Desk = ctx.obj
    if state and _state(state) not in _STATES:
        raise WrongUsage(f"There is no state '{state}'.", f"There are: {', '.join(_STATES)}.")
    asked = {
        "connection": connection,
        "state": _state(state),
        "number": number,
        "limit": limit,
        "after": after,
    }
    result = desk.ask("orders", **{name: value for name, value in asked.items() if value})
    page = read(answers.OrderPage, result)
    desk.answer(result, lambda: _render().order_list(page))
    if page.next:
        desk.say(f"More: {_more(asked, page.next)}", "dim")
    elif len(page.orders) >= limit and not number:
        desk.say(f"The newest {len(page.orders)}. To see older ones, say which --store and which --state.", "dim")


def _state(text: str) -> str:
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def _more(asked: dict[str, Any], after: str) -> str:
    said = {name: value for name, value in (asked | {"after": after}).items() if value}
    return "platen orders list " + " ".join(f"--{name} {shlex.quote(str(value))}" for name, value in said.items())


def show(ctx: typer.Context, order: OrderName, connection: From = "") -> None:
    """The whole story of one order: what is in it, where it is, and what to do when it waits for you."""
    desk: Desk = ctx.obj
    result = desk.ask("order", order=order, connection=connection or None)
    _show_order(desk, result)


def _show_order(desk: Desk, result: dict[str, Any]) -> None:
    from platen_cli.story import story  # noqa: PLC0415 - rich is slow to import

    shown = read(answers.OneOrder, result).order
    desk.answer(result, lambda: story(shown))


def attention(
    ctx: typer.Context,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit code 4 when something waits.")] = False,
) -> None:
    """Everything that waits for a person, why, and the commands that help."""
    desk: Desk = ctx.obj
    result = desk.ask("attention")
    found = read(answers.AttentionList, result)
    desk.answer(result, lambda: _render().attention(found))
    if exit_code and (found.items or found.connections):
        raise typer.Exit(ATTENTION)


def retry(ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = "") -> None:
    """What was wrong is mended: read the order again from its store and try again."""
    _decide(ctx.obj, "retry", order, place, connection, who)


def resend(
    ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = "", yes: Yes = False
) -> None:
    """Send it to the vendor (again): only when you have looked there and it is not there."""
    desk: Desk = ctx.obj
    desk.confirm(
        f"This sends {_named(order, place)} to the vendor, although it may have been sent before.\n"
        "Only go on if you have looked at the vendor and it is not there: else it is made, and paid for, twice.",
        yes=yes,
    )
    _decide(desk, "resend", order, place, connection, who)


def release(ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = "") -> None:
    """You have seen it, and it is good as it is: go on."""
    _decide(ctx.obj, "release", order, place, connection, who)


def cancel(
    ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = "", yes: Yes = False
) -> None:
    """Do not make it: what is not sent stays unsent, and the vendor is asked to cancel what it has."""
    desk: Desk = ctx.obj
    desk.confirm(
        f"This cancels {_named(order, place)}: what is not sent yet is never made, and the vendor is asked to "
        "cancel what it has.\nThe order in your shop is not touched: cancel and refund it there.",
        yes=yes,
    )
    _decide(desk, "cancel", order, place, connection, who)


def mark_sent(
    ctx: typer.Context,
    order: OrderName,
    vendor_ref: Annotated[str, typer.Option("--vendor-ref", "--ref", help="Its order number at the vendor.")],
    place: Place = "",
    connection: From = "",
    who: Who = "",
) -> None:
    """It is at the vendor, under this number there: take it as sent."""
    _decide(ctx.obj, "mark_sent", order, place, connection, who, vendor_ref=vendor_ref)


def _decide(
    desk: Desk, action: str, order: str, place: str, connection: str, who: str, *, vendor_ref: str | None = None
) -> None:
    result = desk.ask(
        action,
        order=order,
        place=_place(place),
        connection=connection or None,
        who=who or _user(),
        vendor_ref=vendor_ref,
    )
    _show_order(desk, result)


def _place(text: str) -> str | None:
    """``job 1`` however it was written. Raises WrongUsage."""
    text = text.strip().lower()
    if text in ("", "order"):
        return text or None
    found = _PLACE.fullmatch(text)
    if not found:
        raise WrongUsage(
            f"'{text}' is no part of an order.", "Write --place job-1, --place shipment-ab12, or leave it out."
        )
    return f"{found[1]} {found[2]}"


def _named(order: str, place: str) -> str:
    return f"{_place(place)} of order {order}" if _place(place) else f"order {order}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "cli"


def _render() -> Any:
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    return render
