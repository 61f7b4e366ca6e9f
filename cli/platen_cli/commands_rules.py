"""The commands about rules: how a connection's orders and jobs are prepared, and which mail class they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from platen_cli import answers, rules
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.dry_run import MOST, gather, say_where_it_ended
from platen_cli.given import read_text
from platen_cli.groups import two_words
from platen_cli.schema import Field
from platen_cli.stops import NotThere

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's name, e.g. printer.")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set one rule, by its key or title. Nothing after the = empties it; maps and lists may come from a "
        "file of lines: KEY=@FILE.",
    ),
]
Adds = Annotated[
    list[str] | None,
    typer.Option("--add", metavar="KEY LEFT=RIGHT", help="Put one entry into a map or a list."),
]
Removes = Annotated[
    list[str] | None,
    typer.Option("--remove", metavar="KEY LEFT", help="Take one entry out of a map or a list."),
]


@dataclass
class _Rules:
    """A connection's rules: those that can be told, and what they are now."""

    connection: answers.Connection
    making: list[Field] = field(default_factory=list)
    intake: list[Field] = field(default_factory=list)

    @property
    def known(self) -> list[Field]:
        return [*self.making, *self.intake]

    def now(self, one: Field) -> Any:
        values = self.connection.making if one in self.making else self.connection.intake or {}
        return values.get(one.key)


def show_rules(
    ctx: typer.Context, connection: Name, set_: Sets = None, add: Adds = None, remove: Removes = None
) -> None:
    """A connection's rules, by their titles; with --set, --add or --remove they are changed.

    platen rules printer --set "Default Mail Class=STANDARD"

    platen rules printer --add "Shipping Class Match" "Express*=DHL_EXPRESS"

    platen rules printer --set code_match=@codes.txt
    """
    desk: Desk = ctx.obj
    found = _look_up(desk, connection)
    making, intake = _changed(found, set_, add, remove)
    if making or intake:
        sent = {name: values for name, values in (("making", making), ("intake", intake)) if values}
        result = desk.ask("rules", connection=connection, **sent)
        found.connection = answers.Connection.model_validate(
            result.get("connection", {"connection_id": connection})
        )
    else:
        now = found.connection
        result = {"connection_id": now.connection_id, "making": now.making, "intake": now.intake}
    desk.answer(result, lambda: _drawn(found, {*making, *intake}))


def _look_up(desk: Desk, connection: str) -> _Rules:
    everything = read(answers.Connections, desk.ask("connections")).connections
    there = next((one for one in everything if one.connection_id == connection), None)
    if there is None:
        names = ", ".join(one.connection_id for one in everything)
        raise NotThere(
            f"There is no connection '{connection}'.",
            f"There are: {names}." if names else "Connect one first: platen connect",
        )
    found = _Rules(there)
    if "vendor" in there.roles:
        found.making = rules.of_vendors(read(answers.Systems, desk.ask("systems")).making)
    if "store" in there.roles:
        found.intake = rules.INTAKE
    if not found.known:
        raise NotThere(f"{connection} has no rules: it is neither a store nor a vendor that has any.")
    return found


def _changed(
    found: _Rules,
    sets: list[str] | None,
    adds: list[str] | None,
    removes: list[str] | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(making, intake): only what is changed, each with its whole new value."""
    new: dict[str, Any] = {}
    for text in sets or ():
        name, value = rules.split(text, "--set")
        one = rules.find(name, found.known)
        new[one.key] = rules.value_for(one, _fetched(one, value))
    # Taken out first: --remove "Express" --add "Express=DHL" leaves it in, whichever was typed first.
    for name, left in (two_words(text, "--remove") for text in removes or ()):
        one = rules.find(name, found.known)
        new[one.key] = rules.removed(one, new.get(one.key, found.now(one)), left)
    for name, entry in (two_words(text, "--add") for text in adds or ()):
        one = rules.find(name, found.known)
        new[one.key] = rules.added(one, new.get(one.key, found.now(one)), entry)
    making = {one.key for one in found.making}
    return (
        {key: value for key, value in new.items() if key in making},
        {key: value for key, value in new.items() if key not in making},
    )


def _fetched(one: Field, value: str) -> str:
    if one.kind in ("map", "list") and value.strip().startswith("@"):
        path = value.strip()[1:]
        return read_text(path, f"--set {one.key}=@{path}")
    return value


def try_classes(
    ctx: typer.Context,
    connection: Name,
    set_: Sets = None,
    add: Adds = None,
    remove: Removes = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many of the newest orders to look at.")] = 100,
) -> None:
    """Dry run of Shipping Class Match: which mail class the newest orders would get, and what decides it.

    With --set, --add or --remove the rules are tried as they would be. Nothing is changed.
    """
    desk: Desk = ctx.obj
    found = _look_up(desk, connection)
    if not found.making:
        raise NotThere(f"{connection} is no vendor: only vendors have mail classes.")
    making, _ = _changed(_Rules(found.connection, making=found.making), set_, add, remove)
    proposed = {**found.connection.making, **making} if making else None
    result = gather(desk, "try_classes", limit, connection=connection, making=proposed)
    from platen_cli.answers_tried import ClassesTried  # noqa: PLC0415
    from platen_cli.render_links import classes_tried  # noqa: PLC0415 - rich is slow to import

    tried = read(ClassesTried, result)
    desk.answer(result, lambda: classes_tried(tried))
    say_where_it_ended(desk, result, limit, to_see_more="Older ones are not tried.")


def _drawn(found: _Rules, changed: set[str]) -> Any:
    from platen_cli.render_rules import rules_of  # noqa: PLC0415 - rich is slow to import

    parts = [("how its jobs are made ready", found.making), ("how its orders are taken in", found.intake)]
    return rules_of(
        found.connection.connection_id,
        [(title, [(one, found.now(one)) for one in fields]) for title, fields in parts if fields],
        changed,
    )
