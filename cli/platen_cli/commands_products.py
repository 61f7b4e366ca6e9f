"""The commands about the product map: SKU -> what is printed on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.desk import Desk
from platen_cli.plain import plain
from platen_cli.products import LARGEST_FILE, Bad, NotATable, Sheet, chunks, prints, read_sheet
from platen_cli.stops import Stop, WrongUsage

StoreOption = Annotated[str, typer.Option("--store", help="The store connection that sells these SKUs.")]
_SHOWN_BAD = 50


def import_file(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="The file; - reads stdin.")],
    store: StoreOption,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Write the good rows although others are bad.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
) -> None:
    """Bring in what is printed on each SKU, from a CSV file.

    Its first line names the columns: sku, print_sku, print_url, print_design_id, print_account,
    print_option_name_1, print_option_value_1, and so on; print_location, print_type, print_preview;
    print_url_2, print_location_2, … for further prints; location for where its stock is; weight of
    one, in grams or with its unit (250, 1.5 kg, 2 lb, 8 oz). Comma, semicolon or tab separates them:
    the one that stands most often in the first line. A SKU that is there already is replaced, whole.
    Every row is checked first; if one is bad, nothing is written.
    """
    desk: Desk = ctx.obj
    sheet = _sheet(file)
    if sheet.unused:
        desk.say(f"These columns are not used: {', '.join(sheet.unused)}.", "dim")
    if sheet.bad:
        _report(desk, sheet.bad)
    skipped = len({one.line for one in sheet.bad})
    if sheet.bad and not skip_bad:
        words = f"{_count(skipped, 'line is', 'lines are')} bad, so nothing was written."
        raise Stop(words, "Mend them, or say --skip-bad to write the others.", code="bad_rows")
    if not sheet.rows:
        raise Stop("There is no row to write.", code="no_rows")
    if not any(map(prints, sheet.rows)):
        desk.warn("This file prints nothing. A row is replaced whole: what the map prints on these SKUs is gone.")
    written = 0 if dry_run else _write(desk, store, sheet)
    result = {"written": written, "good": len(sheet.rows), "skipped": skipped}
    desk.answer(result, lambda: _done(len(sheet.rows), skipped, store, dry_run=dry_run))


def show(
    ctx: typer.Context,
    skus: Annotated[list[str], typer.Argument(metavar="SKU...", help="The SKUs to look up.")],
    store: StoreOption,
) -> None:
    """What the product map says of some SKUs."""
    desk: Desk = ctx.obj
    result = desk.ask("products", store=store, skus=skus)
    desk.answer(result, lambda: _table(result, skus))


def _sheet(file: str) -> Sheet:
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(file).expanduser().open("rb") as opened:
                raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read: {error.strerror}.") from None
    if len(raw) > LARGEST_FILE:
        raise WrongUsage(f"{file} is larger than {LARGEST_FILE // 1_000_000} MB.", "Split it.")
    try:
        return read_sheet(raw)
    except NotATable as wrong:
        raise Stop(f"{file}: {wrong}", "Nothing was written.", code="bad_file") from None


def _report(desk: Desk, bad: list[Bad]) -> None:
    for one in bad[:_SHOWN_BAD]:
        desk.warn(f"line {one.line}: {one.what}")
    if len(bad) > _SHOWN_BAD:
        desk.warn(f"… and {len(bad) - _SHOWN_BAD} more.")


def _write(desk: Desk, store: str, sheet: Sheet) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 - slow to import

    written = 0
    hidden = desk.quiet or desk.as_json or not desk.err.is_terminal
    with Progress("Writing", BarColumn(), MofNCompleteColumn(), console=desk.err, disable=hidden) as progress:
        bar = progress.add_task("", total=len(sheet.rows))
        for part in chunks(sheet.rows):
            left = len(sheet.rows) - written - len(part)
            try:
                desk.ask("products_import", store=store, rows=part, more=bool(left) or None)
            except Exception:
                if written:
                    desk.warn(
                        f"{written:,} of {len(sheet.rows):,} rows were written before it stopped. "
                        "Import the file again when it is mended: writing a row twice does no harm."
                    )
                raise
            written += len(part)
            progress.advance(bar, len(part))
    return written


def _done(rows: int, skipped: int, store: str, *, dry_run: bool) -> Any:
    from platen_cli.render import text  # noqa: PLC0415 - rich is slow to import

    left = f" {_count(skipped, 'bad line was', 'bad lines were')} left out." if skipped else ""
    if dry_run:
        return text(f"{_count(rows, 'row is', 'rows are')} good; nothing was written (--dry-run).{left}")
    return text(f"{_count(rows, 'row', 'rows')} written to the product map of {store}.{left}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _table(result: dict[str, Any], skus: list[str]) -> Any:
    from rich.console import Group  # noqa: PLC0415 - slow to import

    from platen_cli.render import table, text  # noqa: PLC0415

    found = read(answers.Products, result).products
    weighed = any(map(_weight, result["products"]))
    shown = table("SKU", "Print SKU", "Artwork", "Account", "Options", "Location", *(["Weight"] if weighed else []))
    for one, said in zip(found, result["products"], strict=True):
        options = ", ".join(f"{option.name}: {option.value}" for option in one.details.options)
        cells = [one.sku, one.details.sku, _artwork(said), one.details.account, options, said.get("location", "")]
        shown.add_row(*(text(cell) for cell in [*cells, *([_weight(said)] if weighed else [])]))
    absent = [plain(one) for one in skus if one not in {mapping.sku for mapping in found}]
    lacking = [text(f"Not in the product map: {', '.join(absent)}", "yellow")] if absent else []
    return Group(*([shown] if found else []), *lacking)


def _weight(said: dict[str, Any]) -> str:
    return f"{said['weight']} g" if said.get("weight") is not None else ""


def _artwork(said: dict[str, Any]) -> str:
    """What is printed, each print with its place: ``https://… (front, DTF) + https://… (back)``."""
    details = said.get("details") or {}
    if details.get("design_id"):
        return str(details["design_id"])
    prints = [details, *(details.get("more") or ())]
    return " + ".join(filter(None, (_one_print(one) for one in prints)))


def _one_print(one: dict[str, Any]) -> str:
    where = ", ".join(str(one[name]) for name in ("location", "kind") if one.get(name))
    return f"{one.get('url', '')} ({where})" if where else str(one.get("url", ""))
