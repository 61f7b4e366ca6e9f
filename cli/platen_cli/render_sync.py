"""How syncs look: where a warehouse stands, what a run did, and the report of what it found."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from platen_cli.answers_stock import Places, Report, Run, Runs, Status, Totals
from platen_cli.hints import Hint
from platen_cli.plain import plain
from platen_cli.render import commands, table, text
from platen_cli.times import ago, short

_STATES = {"done": "green", "failed": "bold red", "braked": "bold yellow"}
_STAGES = {"planning": "looking at what changed", "comparing": "comparing", "pushing": "writing"}


def in_words(run: Run) -> str:
    """How far a run is, for a line that changes."""
    stage = _STAGES.get(run.state, run.state)
    counted = f", {run.totals.compared:,} looked at" if run.totals.compared else ""
    written = f", {run.totals.corrected:,} written" if run.totals.corrected else ""
    waits = f" ({plain(run.words)})" if run.words else ""
    return f"{stage}{counted}{written}{waits}"


def one_run(run: Run) -> RenderableType:
    head = Text.assemble(
        (_named(run), "bold"), "  ", (_state(run), _STATES.get(run.state, "cyan")), (f"  {run.run_id}", "dim")
    )
    parts: list[RenderableType] = [head]
    if run.words:
        parts.append(text(run.words, "yellow" if run.state != "failed" else "red"))
    facts = list(_facts(run))
    if facts:
        shown = table("", "", right=("",))
        shown.show_header = False
        for what, count in facts:
            shown.add_row(text(what), text(f"{count:,}", "bold"))
        parts.append(shown)
    helps = list(_helps(run))
    return Group(*parts, *([commands(helps)] if helps else []))


def _named(run: Run) -> str:
    if run.business_date:
        return f"End of Day {run.business_date}{', caught up late' if run.late else ''}"
    what = {"stock": "Stock", "products": "Products", "orders": "Orders"}.get(run.kind, run.kind)
    return f"{what}{', dry run' if run.dry else ', everything' if run.full else ''}"


def _state(run: Run) -> str:
    return {"done": "done", "failed": "failed", "braked": "stopped by a brake"}.get(run.state, in_words(run))


def _facts(run: Run) -> Iterable[tuple[str, int]]:
    totals, dry = run.totals, run.dry or run.state == "braked"
    stock = run.kind == "stock"
    named = {
        "compared": "compared" if stock else "looked at",
        "equal": "equal",
        "corrected": ("would change" if dry else "corrected") if stock else "brought over",
        "units_up": "pieces up",
        "units_down": "pieces down",
        "to_zero": "to 0",
        "clamped": "negative, shown as 0",
        "skipped": "left alone (the report says why)",
        "stale": "read again, as something was sold meanwhile",
        "failed": "failed",
        "drifting": "differed again: does something else write stock?",
        "unmatched_store": "only in the store",
        "unmatched_warehouse": "only in the warehouse",
        "duplicates": "share an item number with another",
        "blank": "without an item number",
    }
    for name, words in named.items():
        count = getattr(totals, name)
        if count or name == "compared":
            yield words, count


def _helps(run: Run) -> Iterable[Hint]:
    of = f"--connection {plain(run.connection)}" if run.connection else "--connection NAME"
    if run.report:
        yield Hint(f"platen sync report {run.run_id} {of}", "each item, and why")
    if run.state == "braked":
        yield Hint(f"platen sync release {run.run_id} {of}", "it is right: write it")
    if run.state == "done" and run.dry:
        yield Hint(f"platen sync stock {of}", "write it")


def runs(found: Runs) -> RenderableType:
    if not found.runs:
        return text("There was no sync yet.", "dim")
    shown = table(
        "Run",
        "What",
        "Begun",
        "By",
        "State",
        "Looked at",
        "Changed",
        "Failed",
        right=("Looked at", "Changed", "Failed"),
    )
    for run in found.runs:
        totals: Totals = run.totals
        shown.add_row(
            text(run.run_id),
            text(_named(run)),
            short(run.begun_at),
            text(run.by),
            text(_state(run), _STATES.get(run.state, "cyan")),
            f"{totals.compared:,}",
            f"{totals.corrected:,}",
            text(f"{totals.failed:,}", "red" if totals.failed else "dim"),
        )
    words = [text(f"{run.run_id}: {run.words}", "dim") for run in found.runs if run.words]
    return Group(shown, *words)


def status(found: Status) -> RenderableType:
    shown = table("", "")
    shown.show_header = False
    for what, said in _standing(found):
        shown.add_row(text(what, "dim"), said)
    missing: list[RenderableType] = []
    if found.missing:
        missing.append(text("Nothing is synced by itself yet. What is missing:", "yellow"))
        missing += [text(f"  {number}. {one}") for number, one in enumerate(found.missing, 1)]
    trouble = [text(f"{kind}: {words}", "red") for kind, words in found.trouble.items()]
    return Group(*missing, *trouble, shown)


def _standing(found: Status) -> Iterable[tuple[str, Text]]:
    yield "Last auto sync completed on", _moment(found.watermark, "never")
    yield "Next sync", _moment(found.next_sync, "not by itself")
    yield "Last End of Day", text(found.end_of_day or "never")
    yield "Next End of Day", _moment(found.next_end_of_day, "not by itself")
    yield "Stock last pushed", _moment(found.pushed_at, "never")
    if found.running:
        yield "On at this moment", text(found.running, "cyan")
    if found.paused_until:
        yield "Stock is paused until", _moment(found.paused_until, "")
    for one in found.snapshots:
        counted = f"{one.snapshot_id}, {one.rows:,} items, {ago(one.taken_at)} old" if one.taken_at else "none yet"
        yield f"Count of {plain(one.site)}", text(counted, "red" if one.too_old or not one.taken_at else "")


def _moment(moment: object, never: str) -> Text:
    return text(short(moment), "") if moment else text(never, "dim")  # type: ignore[arg-type]


def report(run: Run, page: Report, most: int) -> RenderableType:
    parts: list[RenderableType] = [one_run(run)]
    parts.append(_rows(page, most) if page.rows else text("Nothing in it but what was equal.", "green"))
    if len(page.rows) > most:
        whole = f"platen sync report {run.run_id} --connection {plain(run.connection)} --csv report.csv"
        parts += [text(f"These are the first {most}.", "dim"), commands([Hint(whole, "all of it")])]
    return Group(*parts)


def _rows(page: Report, most: int) -> RenderableType:
    """What a person needs of them; the file has all columns."""
    rows = [dict(zip(page.columns, row, strict=False)) for row in page.rows[:most]]
    for row in rows:
        row["shows"] = row.get("on_hand" if row.get("what") == "on_hand" else "available", "")
    wanted = _OF_STOCK if "counted" in page.columns else {name: name for name in page.columns}
    kept = {name: words for name, words in wanted.items() if _says(name, [row.get(name, "") for row in rows])}
    shown = table(*kept.values(), right=[words for name, words in kept.items() if name in _NUMBERS])
    for row in rows:
        shown.add_row(*(text(row.get(name, "")) for name in kept))
    return shown


_OF_STOCK = {
    "item": "Item",
    "site": "Site",
    "store": "Store",
    "counted": "Counted",
    "on_order": "On order",
    "unheard": "Not sent yet",
    "reserved": "Reserved",
    "safety": "Safety",
    "for_others": "For other stores",
    "shows": "Store has",
    "expected": "Should be",
    "pushed": "Written",
    "result": "Result",
    "reason": "Why",
    "drift_runs": "Runs it drifts",
}
_NUMBERS = {
    *("counted", "on_order", "unheard", "reserved", "safety", "for_others"),
    *("shows", "expected", "pushed", "drift_runs"),
}
_IF_SEVERAL = {"site", "store"}
_IF_ANY = {"on_order", "unheard", "reserved", "safety", "for_others", "drift_runs", "pushed", "reason"}


def _says(name: str, values: list[str]) -> bool:
    """Whether a column tells anything."""
    if name in _IF_SEVERAL:
        return len(set(values)) > 1
    return name not in _IF_ANY or any(value not in ("", "0") for value in values)


def places(store: str, found: Places) -> RenderableType:
    if not found.places:
        return text(f"{store} has no locations that Platen may see.", "yellow")
    shown = table("Location", "ID", "As a site's place")
    for one in found.places:
        name = text(one.name, "" if one.active else "dim") + text("" if one.active else " (not active)", "dim")
        shown.add_row(name, text(one.place_id), text(f"SITE={store}/{one.place_id}", "dim"))
    return shown


__all__ = ["in_words", "one_run", "places", "report", "runs", "status", "text"]
