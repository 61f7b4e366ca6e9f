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
Who = Annotated[str, typer.Option(help="Who decided it, for the order's story; without: your user name.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_STATES = ("waiting", "open", "attention", "done", "cancelled", "nothing_to_make")
_PLACE = re.compile(r"(job|shipment)[ :#_-]*([A-Za-z0-9]+)")


def list_orders(
    ctx: typer.Context,
    connection: Annotated[str, typer.Option("--connection", "--store", help="Only this store's.")] = "",
    state: Annotated[str, typer.Option(help=f"Only these: {', '.join(_STATES)}.")] = "",
    number: Annotated[str, typer.Option(help="Only the orders of this number.")] = "",
    folder: Annotated[str, typer.Option(help="Only those in this folder.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 25,
    after: Annotated[str, typer.Option(help="The next page: what the page before said.")] = "",
) -> None:
    """The newest orders, and where they are."""
    desk: Desk = ctx.obj
    asked = {
        "connection": connection,
        "state": state_of(state),
        "number": number,
        "folder": folder.strip(),
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


def state_of(text: str) -> str:
    """A state however it was typed. Raises WrongUsage."""
    state = text.strip().lower().replace(" ", "_").replace("-", "_")
    if state and state not in _STATES:
        raise WrongUsage(f"There is no state '{text}'.", f"There are: {', '.join(_STATES)}.")
    return state


def _more(asked: dict[str, Any], after: str) -> str:
    said = {name: value for name, value in (asked | {"after": after}).items() if value}
    return "platen orders list " + " ".join(f"--{name} {shlex.quote(str(value))}" for name, value in said.items())


def show(ctx: typer.Context, order: OrderName, connection: From = "") -> None:
    """The whole story of one order: what is in it, where it is, and what to do when it waits for you."""
    desk: Desk = ctx.obj
    result = desk.ask("order", order=order, connection=connection or None)
    show_order(desk, result)


def show_order(desk: Desk, result: dict[str, Any]) -> None:
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
        f"This sends {named(order, place)} to the vendor, although it may have been sent before.\n"
        "Only go on if you have looked at the vendor and it is not there: else it is made, and paid for, twice.",
        yes=yes,
    )
    _decide(desk, "resend", order, place, connection, who)


def release(ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = "") -> None:
    """You have seen it, and it is good as it is: go on."""
    _decide(ctx.obj, "release", order, place, connection, who)


def cancel(
    ctx: typer.Context,
    order: OrderName,
    place: Place = "",
    connection: From = "",
    who: Who = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="The whole order, for good: nothing of it is planned again.")
    ] = False,
    reason: Annotated[str, typer.Option(help="With --whole: why, for the order's story.")] = "",
    at_store: Annotated[bool, typer.Option("--at-store", help="With --whole: cancel it in the store too.")] = False,
    refund: Annotated[
        bool, typer.Option("--refund", help="With --at-store: the store pays the buyer back.")
    ] = False,
    restock: Annotated[
        bool, typer.Option("--restock", help="With --at-store: its items go back into stock.")
    ] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="With --at-store: the store writes to the buyer.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Do not make it: what is not sent stays unsent, and the vendor is asked to cancel what it has.

    With --whole the order itself is cancelled, in the store too if you say --at-store.
    """
    desk: Desk = ctx.obj
    store_only = {"--refund": refund, "--restock": restock, "--notify": notify}
    _goes_with(whole, "--whole", {"--reason": bool(reason), "--at-store": at_store, **store_only})
    _goes_with(at_store, "--at-store", store_only)
    if whole:
        from platen_cli.commands_making import cancel_whole  # noqa: PLC0415 - it needs this module

        if place:
            raise WrongUsage("--whole is everything of the order; it goes without --place.")
        cancel_whole(
            desk,
            order,
            connection,
            who,
            reason,
            at_store=at_store,
            refund=refund,
            restock=restock,
            notify=notify,
            yes=yes,
        )
        return
    desk.confirm(
        f"This cancels {named(order, place)}: what is not sent yet is never made, and the vendor is asked to "
        "cancel what it has.\nThe order in your shop is not touched: cancel and refund it there, or use --whole "
        "--at-store.",
        yes=yes,
    )
    _decide(desk, "cancel", order, place, connection, who)


def _goes_with(there: bool, option: str, others: dict[str, bool]) -> None:
    alone = next((name for name, said in others.items() if said), "")
    if alone and not there:
        raise WrongUsage(f"{alone} goes only with {option}.")


def mark_cancelled(
    ctx: typer.Context, order: OrderName, place: Place = "", connection: From = "", who: Who = ""
) -> None:
    """You have had it cancelled at the vendor yourself: it is not made, take it as cancelled."""
    _decide(ctx.obj, "mark_cancelled", order, place, connection, who)


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
        place=part_of(place),
        connection=connection or None,
        who=who or user(),
        vendor_ref=vendor_ref,
    )
    show_order(desk, result)


def part_of(text: str) -> str | None:
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


def named(order: str, place: str) -> str:
    return f"{part_of(place)} of order {order}" if part_of(place) else f"order {order}"


def user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "cli"


def _render() -> Any:
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    return render
