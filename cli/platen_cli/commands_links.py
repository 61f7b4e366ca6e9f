"""The commands about links: which orders and lines of a store go to whom, and what a change would do."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.dry_run import MOST, gather, say_where_it_ended
from platen_cli.stops import NotThere, WrongUsage

Store = Annotated[str, typer.Argument(metavar="STORE", help="The store connection.")]
OnlyStore = Annotated[
    str, typer.Argument(metavar="STORE", help="The store connection; may be left out where there is only one.")
]
Vendor = Annotated[str, typer.Argument(metavar="VENDOR", help="The vendor connection.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="How many of the newest orders to look at.")]
Orders = Annotated[
    list[str] | None, typer.Option("--order", help="Only this order, by its number or id. May be repeated.")
]
State = Annotated[str, typer.Option(help="Only orders in this state, e.g. waiting or open.")]

_MOST_NAMED = 100


def link(
    ctx: typer.Context,
    store: Store,
    vendor: Vendor,
    name: Annotated[
        str, typer.Option(help="What to call it, so that a vendor can have several; without: the vendor's name.")
    ] = "",
    all_lines: Annotated[
        bool, typer.Option("--all-lines", help="Everything that goes in a parcel, not only what has print details.")
    ] = False,
    sku: Annotated[
        list[str] | None, typer.Option(help="Only these SKUs, e.g. 'CANVAS-*'. May be repeated.")
    ] = None,
    brand: Annotated[
        list[str] | None, typer.Option(help="Only products of this vendor or brand in the store. May be repeated.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only orders with this tag. May be repeated.")] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Only to these countries, e.g. DE. May be repeated.")
    ] = None,
    location: Annotated[
        list[str] | None, typer.Option(help="Only items of this location. May be repeated.")
    ] = None,
    folder: Annotated[list[str] | None, typer.Option(help="Only orders in this folder. May be repeated.")] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Send nothing by itself: each job waits for you.")] = False,
    before: Annotated[str, typer.Option(metavar="LINK", help="Put it in front of that link.")] = "",
    try_: Annotated[
        bool, typer.Option("--try", help="Change nothing: show what it would change for the newest orders.")
    ] = False,
) -> None:
    """Let a vendor make a store's orders. The first link that takes a line has it.

    Every condition that is given has to hold; of one that is given several times, any will do.
    A link of the same name is replaced, in its place.
    """
    desk: Desk = ctx.obj
    made: dict[str, Any] = {
        "vendor": vendor,
        "lines": "all" if all_lines else "printed",
        "skus": split(sku),
        "countries": [one.upper() for one in split(country)],
    }
    # Names of people's own making may hold commas: those are not split.
    more = {"name": name.strip(), "vendors": _each(brand), "tags": _each(tag), "locations": _each(location)}
    more |= {"folders": _each(folder), "send": "hold" if hold else ""}
    made |= {field: value for field, value in more.items() if value}
    if try_:
        from platen_cli.proposed import with_link  # noqa: PLC0415

        there = store_of(desk, store).links
        _try(desk, store, limit=25, links=with_link(there, answers.Link.model_validate(made), before.strip()))
        return
    result = desk.ask("link", store=store, **made, **({"before": before.strip()} if before.strip() else {}))
    desk.answer(result, lambda: _links_of(result))
    desk.say(f"What it does to the newest orders: platen links try {store}", "dim")


def unlink(
    ctx: typer.Context,
    store: Store,
    link: Annotated[str, typer.Argument(metavar="LINK-OR-VENDOR", help="The link's name, or its vendor.")],
) -> None:
    """Send no more of a store's orders by a link, or to a vendor. What is there already stays there."""
    desk: Desk = ctx.obj
    result = desk.ask("unlink", store=store, **_meant(desk, store, link))
    desk.answer(result, lambda: _links_of(result))


def list_links(ctx: typer.Context, store: OnlyStore = "") -> None:
    """A store's links, in the order in which they are looked at."""
    desk: Desk = ctx.obj
    result = desk.ask("connections")
    found = _find(read(answers.Connections, result), store)
    raw = next(one for one in result["connections"] if one.get("connection_id") == found.connection_id)
    desk.answer(
        {"connection_id": found.connection_id, "links": raw.get("links", [])}, lambda: _render().links(found)
    )


def try_links(
    ctx: typer.Context,
    store: OnlyStore = "",
    order: Orders = None,
    state: State = "",
    limit: Limit = 25,
    from_: Annotated[
        str,
        typer.Option("--from", metavar="FILE.json", help="Try these links in place of the store's; - reads stdin."),
    ] = "",
) -> None:
    """Dry run: where each line of the newest orders would go, by which link, and why. Nothing is changed.

    Without --from the store's own links are tried. To try one new link: platen link … --try
    """
    links = None
    if from_:
        from platen_cli.proposed import links_in  # noqa: PLC0415

        links = links_in(from_)
    desk: Desk = ctx.obj
    _try(
        desk, store or store_of(desk, "").connection_id, orders=_each(order), state=state, limit=limit, links=links
    )


def _try(
    desk: Desk,
    store: str,
    *,
    limit: int,
    links: list[dict[str, Any]] | None,
    orders: list[str] | None = None,
    state: str = "",
) -> None:
    from platen_cli.commands_orders import state_of  # noqa: PLC0415

    if orders and len(orders) > _MOST_NAMED:
        raise WrongUsage(f"Name at most {_MOST_NAMED} orders.")
    asked: dict[str, Any] = {"store": store, "links": links, "state": state_of(state) or None}
    if orders:
        asked["orders"] = orders
    result = gather(desk, "try_links", limit, **asked)
    from platen_cli.answers_tried import LinksTried  # noqa: PLC0415

    tried = read(LinksTried, result)
    desk.answer(result, lambda: _render().links_tried(tried))
    if not orders:
        say_where_it_ended(desk, result, limit, to_see_more="To look at others, say which --state or --order.")


def store_of(desk: Desk, store: str) -> answers.Connection:
    """The store connection of that name. Raises NotThere with the names there are."""
    return _find(read(answers.Connections, desk.ask("connections")), store)


def _meant(desk: Desk, store: str, named: str) -> dict[str, str]:
    """``link`` for a link's own name, else ``vendor``. Raises NotThere, with the nearest, when it is neither."""
    found = read(answers.Connections, desk.ask("connections")).connections
    links = next((one.links for one in found if one.connection_id == store), ())
    if any(one.name == named for one in links):
        return {"link": named}
    if not links or any(one.vendor == named for one in links):
        return {"vendor": named}
    near = get_close_matches(named, [one.called for one in links], 1)
    raise NotThere(
        f"{store} has no link '{named}', and none to a vendor of that name.",
        f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(one.called for one in links)}.",
    )


def _find(found: answers.Connections, store: str) -> answers.Connection:
    stores = [one for one in found.connections if "store" in one.roles]
    for one in stores:
        if one.connection_id == store or (not store and len(stores) == 1):
            return one
    names = ", ".join(one.connection_id for one in stores)
    if not store and stores:
        raise WrongUsage("Say which store.", f"There are: {names}.")
    raise NotThere(
        f"There is no store connection '{store}'." if store else "There is no store connection.",
        f"There are: {names}." if names else "Connect one first: platen connect",
    )


def _links_of(result: dict[str, Any]) -> Any:
    if "connection" not in result:
        return _render().said("Done.")
    return _render().links(answers.Connection.model_validate(result["connection"]))


def split(values: list[str] | None) -> list[str]:
    return [part.strip() for one in values or () for part in one.split(",") if part.strip()]


def _each(values: list[str] | None) -> list[str]:
    return [one.strip() for one in values or () if one.strip()]


def _render() -> Any:
    from platen_cli import render_links  # noqa: PLC0415 - rich is slow to import

    return render_links
