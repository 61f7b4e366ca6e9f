"""The commands about warehouses: syncs, what came of them, and the brakes of the stock push."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from platen_cli.answers import read
from platen_cli.answers_stock import OneRun, Places, Report, Run, Runs, Status
from platen_cli.commands_orders import Who, Yes, user
from platen_cli.desk import Desk
from platen_cli.stops import REFUSED, Stop, WrongUsage
from platen_cli.times import now, short, typed

WarehouseOption = Annotated[
    str, typer.Option("--connection", "--warehouse", help="The warehouse connection, e.g. warehouse.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="[RUN]", help="The run, e.g. 20261122T041500-1a2b3c4d; else the last.")
]
_NUMBER = re.compile(r"-?[0-9]+")
_EVERY = 2.0
"""Seconds between looks at a run."""
_PAGE = 500
_SHOWN = 50


class Kind(StrEnum):
    PRODUCTS = "products"
    ORDERS = "orders"
    STOCK = "stock"


def products(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    full: Annotated[bool, typer.Option("--full", help="All of them, not only what changed.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done.")] = True,
    who: Who = "",
) -> None:
    """Bring the store's products to the warehouse: the first time all, then what changed."""
    _sync(ctx, Kind.PRODUCTS, warehouse, full=full, wait=wait, who=who)


def orders(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done.")] = True,
    who: Who = "",
) -> None:
    """Look at once for orders that changed, and for what the warehouse told."""
    _sync(ctx, Kind.ORDERS, warehouse, wait=wait, who=who)


def stock(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    full: Annotated[bool, typer.Option("--full", help="Compare everything, not only what changed.")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Compare everything, write nothing.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done.")] = True,
    who: Who = "",
) -> None:
    """Bring the warehouse's stock to its stores: what changed, or with --full all of it.

    The first one of a connection has to be a dry run:

    platen sync stock --connection warehouse --dry-run
    """
    _sync(ctx, Kind.STOCK, warehouse, full=full or dry, dry=dry, wait=wait, who=who)


def _sync(
    ctx: typer.Context,
    kind: Kind,
    warehouse: str,
    *,
    full: bool = False,
    dry: bool = False,
    wait: bool,
    who: str,
) -> None:
    desk: Desk = ctx.obj
    asked = {"connection": warehouse, "kind": kind.value, "full": full, "dry": dry, "by": who or user()}
    result = desk.ask("sync_start", **asked)
    if not wait:
        desk.answer(result, lambda: _render().text(f"Begun: {result['run_id']}", "green"))
        return
    result = _until_it_stands(desk, warehouse, result["run_id"])
    run = read(OneRun, result).run
    desk.answer(result, lambda: _render().one_run(run))
    if run.state != "done":
        raise typer.Exit(REFUSED)


def _until_it_stands(desk: Desk, warehouse: str, run_id: str) -> dict[str, Any]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - slow to import

    hidden = desk.quiet or desk.as_json or not desk.err.is_terminal
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=desk.err, disable=hidden, transient=True) as progress:
        shown = progress.add_task("begun")
        while True:
            result = desk.ask("sync_run", connection=warehouse, run_id=run_id)
            run = read(OneRun, result).run
            if run.stands:
                return result
            progress.update(shown, description=_render().in_words(run))
            time.sleep(_EVERY)


def status(ctx: typer.Context, warehouse: WarehouseOption) -> None:
    """Where a warehouse connection stands: what is missing, what is due, which counts it works from."""
    desk: Desk = ctx.obj
    result = desk.ask("sync_status", connection=warehouse)
    desk.answer(result, lambda: _render().status(read(Status, result)))


def runs(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, the newest first.")] = 20,
) -> None:
    """The last syncs, and what came of them."""
    desk: Desk = ctx.obj
    result = desk.ask("sync_runs", connection=warehouse, limit=limit)
    desk.answer(result, lambda: _render().runs(read(Runs, result)))


def report(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    run_id: RunArgument = "",
    csv: Annotated[str, typer.Option("--csv", metavar="FILE", help="Write all of it there; - is stdout.")] = "",
    all_rows: Annotated[bool, typer.Option("--all", help="Also rows that were equal.")] = False,
) -> None:
    """The reconciliation report of a sync: every item it looked at, and why it is as it is."""
    desk: Desk = ctx.obj
    run = _run(desk, warehouse, run_id)
    if csv:
        written = _to_csv(desk, warehouse, run.run_id, csv)
        desk.say(f"{written:,} rows written to {csv}.")
        return
    page = _first(desk, warehouse, run.run_id, all_rows=all_rows)
    result = {"run": run.model_dump(mode="json"), **page.model_dump(mode="json")}
    desk.answer(result, lambda: _render().report(run, page, _SHOWN))


def _run(desk: Desk, warehouse: str, run_id: str) -> Run:
    if run_id:
        return read(OneRun, desk.ask("sync_run", connection=warehouse, run_id=run_id)).run
    found = read(Runs, desk.ask("sync_runs", connection=warehouse, limit=20)).runs
    newest = next((one for one in found if one.report), None)
    if newest is None:
        raise Stop("There is no report yet.", f"Begin with: platen sync stock --connection {warehouse} --dry-run")
    return newest


def _pages(desk: Desk, warehouse: str, run_id: str, *, differing: bool = False) -> Iterator[Report]:
    offset: int | None = 0
    while offset is not None:
        of = {"connection": warehouse, "run_id": run_id, "differing": differing}
        asked = of | {"offset": offset, "limit": _PAGE}
        page = read(Report, desk.ask("sync_report", **asked))
        yield page
        offset = page.next


def _first(desk: Desk, warehouse: str, run_id: str, *, all_rows: bool) -> Report:
    """The first rows that say something; a report is read no further than that."""
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    for page in _pages(desk, warehouse, run_id, differing=not all_rows):
        columns = columns or page.columns
        result = columns.index("result") if "result" in columns else None
        rows += [row for row in page.rows if all_rows or result is None or row[result] != "equal"]
        if len(rows) > _SHOWN:
            break
    return Report(columns=columns, rows=tuple(rows))


def _to_csv(desk: Desk, warehouse: str, run_id: str, path: str) -> int:
    import csv  # noqa: PLC0415 - only when wanted
    import sys  # noqa: PLC0415
    from contextlib import nullcontext  # noqa: PLC0415

    written = 0
    try:
        opened = (
            nullcontext(sys.stdout)
            if path == "-"
            else Path(path).expanduser().open("w", newline="", encoding="utf-8")
        )
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}.") from None
    with opened as file:
        rows = csv.writer(file)
        for number, page in enumerate(_pages(desk, warehouse, run_id)):
            if not number:
                rows.writerow(page.columns)
            rows.writerows(map(_no_formula, row) for row in page.rows)
            written += len(page.rows)
    return written


def _no_formula(value: str) -> str:
    """As text to a spreadsheet: item numbers come from outside, and what begins so would be carried out there."""
    formula = value.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(value)
    return f"'{value}" if formula else value


def watermark(
    ctx: typer.Context,
    to: Annotated[str, typer.Argument(metavar="TIME", help="now, 2026-11-21, or 2026-11-21T09:30+01:00.")],
    warehouse: WarehouseOption,
    who: Who = "",
) -> None:
    """Set "Last auto sync completed on": what changed after it is looked at again. Setting it back is safe."""
    desk: Desk = ctx.obj
    moment = _moment(to)
    result = desk.ask("sync_watermark", connection=warehouse, to=moment.isoformat(), by=who or user())
    words = f"Last auto sync completed on: {short(moment)}. What changed since is looked at by the next sync."
    desk.answer(result, lambda: _render().text(words, "green"))


def pause(
    ctx: typer.Context,
    warehouse: WarehouseOption,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="When it goes on by itself.")] = "",
    hours: Annotated[float, typer.Option("--hours", min=0.1, max=744, help="Or how long from now.")] = 0,
    who: Who = "",
) -> None:
    """Push no stock for a while, e.g. in a busy sale. Orders and shipments go on; afterwards all is compared."""
    desk: Desk = ctx.obj
    if bool(until) == bool(hours):
        raise WrongUsage("Say until when, or for how many hours.", "For example: --hours 4")
    end = now() + timedelta(hours=hours) if hours else _moment(until)
    result = desk.ask("stock_pause", connection=warehouse, until=end.isoformat(), by=who or user())
    desk.answer(result, lambda: _render().text(f"No stock is pushed until {short(end)}.", "green"))


def resume(ctx: typer.Context, warehouse: WarehouseOption, who: Who = "") -> None:
    """Push stock again, before the pause ends by itself. The next run compares everything."""
    desk: Desk = ctx.obj
    result = desk.ask("stock_resume", connection=warehouse, by=who or user())
    words = "Stock is pushed again; the next run compares everything."
    desk.answer(result, lambda: _render().text(words, "green"))


def release(
    ctx: typer.Context, warehouse: WarehouseOption, run_id: RunArgument = "", who: Who = "", yes: Yes = False
) -> None:
    """Let a run go on that a brake stopped, after you have looked at its report."""
    desk: Desk = ctx.obj
    run = _braked(desk, warehouse, run_id)
    desk.confirm(f"Run {run.run_id} stands: {run.words} It goes on and writes what its report shows.", yes=yes)
    result = desk.ask("stock_release", connection=warehouse, run_id=run.run_id, by=who or user())
    desk.answer(result, lambda: _render().text(f"Run {run.run_id} goes on.", "green"))


def _braked(desk: Desk, warehouse: str, run_id: str) -> Run:
    if run_id:
        return read(OneRun, desk.ask("sync_run", connection=warehouse, run_id=run_id)).run
    found = read(Runs, desk.ask("sync_runs", connection=warehouse, limit=20)).runs
    braked = next((one for one in found if one.state == "braked"), None)
    if braked is None:
        raise Stop("No run of it is stopped by a brake.", f"Look at: platen sync runs --connection {warehouse}")
    return braked


def places(
    ctx: typer.Context,
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store connection, e.g. shop.")],
) -> None:
    """A store's locations with their ids, to map the warehouse's sites to."""
    desk: Desk = ctx.obj
    result = desk.ask("sync_places", store=store)
    desk.answer(result, lambda: _render().places(store, read(Places, result)))


def _moment(text: str) -> Any:
    try:
        return typed(text)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from None


def _render() -> Any:
    from platen_cli import render_sync  # noqa: PLC0415 - rich is slow to import

    return render_sync
