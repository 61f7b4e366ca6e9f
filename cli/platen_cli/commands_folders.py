"""The commands about folders: labels that people sort orders by."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

import typer

from platen_cli.answers import read
from platen_cli.answers_tried import Folder, Folders, MovedAll, MovedOrders
from platen_cli.commands_orders import Who, Yes, user
from platen_cli.desk import Desk
from platen_cli.plain import plain
from platen_cli.stops import REFUSED, NotThere, Stop, WrongUsage

_AT_ONCE = 100
_LONGEST = 50


def list_folders(ctx: typer.Context) -> None:
    """All folders, with how many orders are in each and how long the oldest has been in it."""
    desk: Desk = ctx.obj
    result = desk.ask("folders")
    desk.answer(result, lambda: _render().folders(read(Folders, result)))


def add_folder(
    ctx: typer.Context, names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The new folders.")]
) -> None:
    """Make new folders."""
    desk: Desk = ctx.obj
    wanted = list(dict.fromkeys(_named(one) for one in names))
    result = desk.ask("folder_add", names=wanted)
    desk.answer(result, lambda: _render().folders(read(Folders, result)))


def remove_folder(ctx: typer.Context, name: Annotated[str, typer.Argument(help="The folder.")]) -> None:
    """Remove a folder that is empty, and that no rule and no link names."""
    desk: Desk = ctx.obj
    result = desk.ask("folder_remove", name=_named(name))
    desk.answer(result, lambda: _render().folders(read(Folders, result)))


def move(
    ctx: typer.Context,
    orders: Annotated[
        list[str],
        typer.Argument(
            metavar="ORDER", default_factory=list, show_default=False, help="The orders, by number or id."
        ),
    ],
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where they go.")],
    all_in: Annotated[str, typer.Option("--all-in", metavar="FOLDER", help="All orders of that folder.")] = "",
    store: Annotated[str, typer.Option("--store", "--connection", help="The orders' store.")] = "",
    who: Who = "",
    yes: Yes = False,
) -> None:
    """Put orders into a folder: some by their numbers, or with --all-in all that are in another.

    platen move 1001 1002 Rush

    platen move --all-in New --store shop Printed
    """
    desk: Desk = ctx.obj
    to = _named(folder)
    if all_in:
        if orders:
            raise WrongUsage("--all-in takes every order of a folder: name no single ones beside it.")
        result = _move_all(desk, _named(all_in), to, store, who or user(), yes=yes)
        desk.answer(result, lambda: _render().text(f"{_count(result['moved'])} moved to {to}.", "green"))
        return
    if not orders:
        raise WrongUsage("Say which orders, and last the folder.", f"For example: platen move 1001 1002 {to}")
    result = _move_some(desk, orders, to, store, who or user())
    moved = read(MovedOrders, result)
    desk.answer(result, lambda: _render().moved(moved, to))
    if moved.missing:
        raise typer.Exit(REFUSED)


def _move_some(desk: Desk, orders: list[str], to: str, store: str, who: str) -> dict[str, Any]:
    moved: list[str] = []
    missing: list[str] = []
    for first in range(0, len(orders), _AT_ONCE):
        part = orders[first : first + _AT_ONCE]
        try:
            done = read(MovedOrders, desk.ask("move", orders=part, connection=store or None, folder=to, who=who))
        except Exception:
            if moved:
                desk.warn(f"{_count(len(moved))} had been moved before it stopped; moving them again does no harm.")
            raise
        moved += done.moved
        missing += done.missing
    return {"moved": moved, "missing": missing}


def _move_all(desk: Desk, origin: str, to: str, store: str, who: str, *, yes: bool) -> dict[str, Any]:
    if not store:
        raise WrongUsage("Say which store's orders: --store shop.")
    known = read(Folders, desk.ask("folders"))
    there, target = _folder(known, origin), _folder(known, to)
    if there.name == target.name:
        raise WrongUsage(f"They are in {there.name} already.")
    counted = there.counts.get(store, 0)
    at_least = "at least " if counted >= known.most else ""
    desk.confirm(
        f"This moves {at_least}{_count(counted)} of {store} from {there.name} to {target.name}. A link that names "
        "either folder may then send them elsewhere, as far as they are not sent yet.",
        yes=yes,
    )
    return _moving(desk, store, there.name, target.name, who, 0 if at_least else counted)


def _moving(desk: Desk, store: str, origin: str, to: str, who: str, total: int) -> dict[str, Any]:
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - slow to import

    moved = 0
    hidden = desk.quiet or desk.as_json or not desk.err.is_terminal
    columns = ("Moving", BarColumn(), TextColumn("{task.completed:.0f} orders"))
    with Progress(*columns, console=desk.err, disable=hidden) as progress:
        bar = progress.add_task("", total=total or None)
        while True:
            try:
                asked = {"connection": store, "from_folder": origin, "folder": to, "who": who}
                done = read(MovedAll, desk.ask("move_all", **asked))
            except Exception:
                desk.warn(f"{_count(moved)} had been moved before it stopped; say it again to move the others.")
                raise
            moved += done.moved
            progress.advance(bar, done.moved)
            if not done.more:
                return {"moved": moved, "more": False}
            if not done.moved:
                raise Stop(
                    f"{_count(moved)} moved; of the others none could be moved just now.",
                    "Look again with platen folders, then say it once more.",
                    code="conflict",
                )


def _folder(known: Folders, name: str) -> Folder:
    names = [one.name for one in known.folders]
    for one in known.folders:
        if one.name.casefold() == name.casefold():
            return one
    near = get_close_matches(name, names, 1)
    raise NotThere(
        f"There is no folder '{name}'{f': did you mean {near[0]}?' if near else '.'}",
        f"There are: {', '.join(names)}." if names else "Make it first: platen folders add NAME",
    )


def _named(name: str) -> str:
    """A folder's name. Raises WrongUsage."""
    name = name.strip()
    if not name or len(name) > _LONGEST or plain(name) != name:
        raise WrongUsage(f"A folder's name has 1 to {_LONGEST} characters, and no control characters.")
    return name


def _count(number: int) -> str:
    return f"{number:,} order{'' if number == 1 else 's'}"


def _render() -> Any:
    from platen_cli import render_folders  # noqa: PLC0415 - rich is slow to import

    return render_folders
