"""``platen connect``, step by step: which system, its name, its fields, the answer, and what is next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import typer

from platen_cli import answers, prompts, rules
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.given import Given, apply, from_file, missing, readable_by_others
from platen_cli.plain import plain
from platen_cli.schema import Field, fields, put
from platen_cli.stops import REFUSED, Refused, WrongUsage

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
_MENDABLE = {"invalid", "invalid_settings", "invalid_credentials", "denied"}
"""Refusals that other answers would help with."""
_NAME_RULE = "small letters, digits and dashes, 3 to 32 of them, beginning with a letter"


@dataclass(frozen=True)
class Wish:
    """What was said on the command line."""

    system: str = ""
    name: str = ""
    sets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    file: str = ""
    rules: tuple[str, ...] = ()
    advanced: bool = False
    intake: dict[str, str] = field(default_factory=dict)

    @property
    def by_script(self) -> bool:
        return bool(self.sets or self.secrets or self.file or self.rules)


@dataclass(frozen=True)
class _Asked:
    """The fields of a system, by where their values go."""

    settings: list[Field]
    credentials: list[Field]
    making: list[Field]
    intake: list[Field]


def run(desk: Desk, wish: Wish) -> None:
    given = from_file(wish.file) if wish.file else Given()
    if wish.file and given.credentials and readable_by_others(wish.file):
        desk.warn(f"Other people on this computer can read the secrets in {wish.file}: chmod 600 it.")
    answered = read(answers.Systems, desk.ask("systems"))
    known = answered.systems
    wanted = wish.system or given.system or _system_of(desk, wish.name or given.connection_id)
    system = _system(desk, known, wanted, by_script=wish.by_script)
    given.system = system.system
    asked = _Asked(
        settings=fields(system.settings),
        credentials=fields(system.credentials),
        making=rules.of_vendors(answered.making) if "vendor" in system.roles else [],
        intake=rules.INTAKE if "store" in system.roles else [],
    )
    apply(given, wish.sets, wish.secrets, asked.settings, asked.credentials)
    _take_intake(given, wish.intake, is_store="store" in system.roles)
    _take_rules(given, wish.rules, asked)
    given.connection_id = _name(desk, wish.name or given.connection_id, system.system, by_script=wish.by_script)
    if wish.by_script:
        _nothing_missing(given, asked.settings, asked.credentials)
        _warn_provisional(desk, system)
        result = _send(desk, given)
    else:
        result = _by_person(desk, given, system, asked, advanced=wish.advanced)
    connected = read(answers.Connected, result)
    desk.answer(result, lambda: None)
    if not desk.as_json:
        _show(desk, connected, system.provisional)
    if not all(one.ok for one in connected.findings):
        raise typer.Exit(REFUSED)


def _system_of(desk: Desk, name: str) -> str:
    """The system of a connection that is there already: who connects it again need not say it."""
    if not name:
        return ""
    found = read(answers.Connections, desk.ask("connections")).connections
    return next((one.system for one in found if one.connection_id == name), "")


def _system(desk: Desk, known: tuple[answers.System, ...], wanted: str, *, by_script: bool) -> answers.System:
    names = [one.system for one in known]
    if not wanted and not by_script:
        desk.err.print("What do you want to connect?")
        for one in known:
            desk.err.print(f"  {plain(one.system):<12} {plain(one.name)} ({', '.join(one.roles)})", markup=False)
        wanted = prompts.ask_text("System")
    found = next((one for one in known if wanted.lower() in (one.system, one.name.lower())), None)
    if found is None:
        raise WrongUsage(f"There is no system '{wanted}'." if wanted else "Say which system.", _any_of(names))
    return found


def _any_of(names: list[str]) -> str:
    return f"There are: {', '.join(names)}."


def _name(desk: Desk, wanted: str, system: str, *, by_script: bool) -> str:
    if not wanted and by_script:
        raise WrongUsage("Say what to call it: --name shop.")
    if not wanted:
        desk.err.print("\nA name for it, to tell it from others; it cannot be changed later.", style="dim")
        wanted = prompts.ask_text("Name", default=system.replace("_", "-"))
    if not _NAME.fullmatch(wanted):
        raise WrongUsage(f"'{wanted}' is no name for a connection: {_NAME_RULE}.")
    if not by_script:
        _again(desk, wanted)
    return wanted


def _again(desk: Desk, name: str) -> None:
    there = {one.connection_id for one in read(answers.Connections, desk.ask("connections")).connections}
    if name in there:
        desk.confirm(
            f"There is a connection '{name}' already. Going on replaces its settings and its credentials; its "
            "links and its orders stay.",
            yes=False,
        )


def _take_intake(given: Given, said: dict[str, str], *, is_store: bool) -> None:
    wanted = {name: value for name, value in said.items() if value}
    if wanted and not is_store:
        raise WrongUsage(f"--{next(iter(wanted)).replace('_', '-')} is for stores only.")
    for one in rules.INTAKE:
        if one.key in wanted:
            try:
                given.intake[one.key] = rules.intake_value(one, wanted[one.key])
            except ValueError as wrong:
                raise WrongUsage(str(wrong)) from None


def _take_rules(given: Given, said: tuple[str, ...], asked: _Asked) -> None:
    """Each --rule in its place. Raises WrongUsage."""
    if (said or given.making) and not (asked.making or asked.intake):
        raise WrongUsage(f"{given.system} has no rules to set.")
    if given.making and not asked.making:
        raise WrongUsage("making: only vendors have such rules.")
    for text in said:
        name, value = rules.split(text, "--rule")
        one = rules.find(name, [*asked.making, *asked.intake])
        (given.making if one in asked.making else given.intake)[one.key] = rules.value_for(one, value)


def _warn_provisional(desk: Desk, system: answers.System) -> None:
    """Said before anybody gives away credentials."""
    if system.provisional:
        desk.warn(f"\u26a0 Provisional: {plain(system.provisional)}")


def _nothing_missing(given: Given, settings: list[Field], creds: list[Field]) -> None:
    lacking = missing(given, settings, creds)
    if lacking:
        how = [f"--secret {one.key}=@FILE" if one.secret else f"--set {one.key}=…" for one in lacking]
        raise WrongUsage(f"Still missing: {', '.join(one.title for one in lacking)}.", f"Add {' '.join(how)}.")


def _by_person(
    desk: Desk, given: Given, system: answers.System, asked: _Asked, *, advanced: bool
) -> dict[str, Any]:
    desk.err.print(f"\n{plain(system.name)}", style="bold")
    _warn_provisional(desk, system)
    prompts.ask_all(desk, asked.settings, given.settings, advanced=advanced)
    prompts.ask_all(desk, asked.credentials, given.credentials, advanced=advanced)
    _ask_intake(desk, given, asked.intake, advanced=advanced)
    _ask_making(desk, given, asked.making, advanced=advanced)
    while True:
        try:
            return _send(desk, given)
        except Refused as refused:
            _mend(desk, given, refused, asked)


def _mend(desk: Desk, given: Given, refused: Refused, asked: _Asked) -> None:
    """Ask again for what was refused, and for nothing else. Raises Stop when the person has had enough."""
    again = [
        (values, one)
        for values, known in (
            (given.settings, asked.settings),
            (given.credentials, asked.credentials),
            (given.making, asked.making),
        )
        for one in known
        if _points_at(refused, one)
    ]
    if not again and refused.code not in _MENDABLE:
        raise refused
    desk.complain(refused)
    if not again:
        desk.confirm("The credentials can be given again.", yes=False)
        again = [(given.credentials, one) for one in asked.credentials]
        given.credentials.clear()
    for values, one in again:
        answer = prompts.ask(desk, one)
        if answer is not None:
            put(values, one, answer)


def _points_at(refused: Refused, field: Field) -> bool:
    """Whether a problem names the field, or something inside it; with or without ``settings.`` in front."""
    named = [problem.get("field", "") for problem in refused.problems]
    bare = [re.sub(r"^(settings|credentials|making)\.", "", one) for one in named]
    return any(one == field.key or one.startswith(f"{field.key}.") for one in bare)


def _ask_intake(desk: Desk, given: Given, known: list[Field], *, advanced: bool) -> None:
    for one in known:
        if one.key in given.intake or (one.advanced and not advanced):
            continue
        while True:
            try:
                answer = prompts.ask(desk, one) or one.default
                if answer:
                    given.intake[one.key] = rules.intake_value(one, str(answer))
                break
            except ValueError as wrong:
                desk.warn(wrong)


def _ask_making(desk: Desk, given: Given, known: list[Field], *, advanced: bool) -> None:
    wanted = [one for one in known if advanced or one.key in rules.FIRST]
    if not wanted:
        return
    desk.err.print("\nHow its jobs are made ready (platen rules shows and changes it later)", style="bold")
    for one in wanted:
        if one.key not in given.making:
            answer = prompts.ask(desk, one)
            if answer is not None:
                given.making[one.key] = answer


def _send(desk: Desk, given: Given) -> dict[str, Any]:
    desk.say("Connecting and checking…", "dim")
    return desk.ask(
        "connect",
        system=given.system,
        connection_id=given.connection_id,
        settings=given.settings,
        credentials=given.credentials,
        intake=given.intake or None,
        making=given.making or None,
    )


def _show(desk: Desk, connected: answers.Connected, provisional: str) -> None:
    from platen_cli import render  # noqa: PLC0415 - rich is slow to import

    name = plain(connected.connection.connection_id)
    desk.out.print(f"{name} is connected.", style="bold", markup=False, highlight=False)
    if provisional:
        desk.out.print(render.provisional(provisional))
    desk.out.print(render.findings(connected.findings))
    if connected.feed_url:
        desk.out.print("\nIt fetches its orders from this address (keep it to yourself):", highlight=False)
        desk.out.print(plain(connected.feed_url), style="bold", markup=False, highlight=False, soft_wrap=True)
    elif connected.depot.api_url:
        _show_depot(desk, connected.depot)
    elif connected.webhook_url and "store" not in connected.connection.roles:
        desk.out.print("\nIts webhooks must go to this address (keep it to yourself):", highlight=False)
        desk.out.print(plain(connected.webhook_url), style="bold", markup=False, highlight=False, soft_wrap=True)
    if not all(one.ok for one in connected.findings):
        desk.out.print(f"\nMend what is marked ✗, then: platen check {name}", markup=False, highlight=False)
    following = _next(desk, connected.connection)
    if following:
        desk.out.print(f"\nNext: {following}", markup=False, highlight=False, soft_wrap=True)


def _show_depot(desk: Desk, depot: answers.Depot) -> None:
    desk.out.print("\nWay files: its files are in this bucket, under these names:", highlight=False)
    for folder in depot.folders:
        address = f"s3://{depot.bucket}/{folder}"
        desk.out.print(plain(address), style="bold", markup=False, highlight=False, soft_wrap=True)
    desk.out.print("Way rest: its program calls this address, with the API key:", highlight=False)
    desk.out.print(plain(depot.api_url), style="bold", markup=False, highlight=False, soft_wrap=True)


def _next(desk: Desk, made: answers.Connection) -> str:
    """The command that comes next: linking it, or connecting what it could be linked to."""
    if made.links:
        return ""
    others = read(answers.Connections, desk.ask("connections")).connections
    name = made.connection_id
    if any(link.vendor == name for one in others for link in one.links):
        return ""
    if "store" in made.roles:
        vendor = next((one.connection_id for one in others if _makes(one) and one.connection_id != name), "")
        return f"platen link {name} {vendor}" if vendor else "platen connect (now the vendor that makes its orders)"
    store = next((one.connection_id for one in others if "store" in one.roles), "")
    return f"platen link {store} {name}" if store else "platen connect (now the store its orders come from)"


def _makes(one: answers.Connection) -> bool:
    return "vendor" in one.roles or "warehouse" in one.roles
