"""Moving: folders, products, orders, in this order; each may be done again, and is not done twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from platen_cli.answers import Shown, read
from platen_cli.desk import Desk
from platen_cli.orderdesk.looking import Found, Given, progress
from platen_cli.orderdesk.report import Report
from platen_cli.products import chunks
from platen_cli.stops import Stop

SOURCE = "Order Desk"
_MOST_ORDERS = 25
_LARGEST_CALL = 3_000_000
"""Characters of one call: Lambda takes six million bytes."""
_MOST_FOLDERS = 50


class _Result(Shown):
    number: str = ""
    result: str
    why: str = ""


class _Results(Shown):
    results: tuple[_Result, ...]


def try_out(desk: Desk, found: Found) -> None:
    """Enter in the report what would become of each order. Writes nothing. Raises Stop."""
    _write_orders(desk, found, dry_run=True)


def go(desk: Desk, found: Found) -> None:
    """Write what was found, and enter in its report what came of it. Raises Stop; then it may be done again."""
    report = found.report
    if report.orders:
        report.orders.results = Counter()
    try:
        _write_folders(desk, report)
        _write_products(desk, report)
        _write_orders(desk, found)
    except BaseException:
        done = sum(report.orders.results.values()) if report.orders else 0
        desk.warn(
            f"It stopped in the middle: {report.written:,} of {len(report.rows.to_write):,} products and {done:,}"
            f" of {len(found.orders):,} orders were done. Do it again: what is there is not done twice."
        )
        raise
    report.done = True


def _write_folders(desk: Desk, report: Report) -> None:
    names = list(report.folders.new)
    for start in range(0, len(names), _MOST_FOLDERS):
        desk.ask("folder_add", names=names[start : start + _MOST_FOLDERS])


def _write_products(desk: Desk, report: Report) -> None:
    rows = report.rows.to_write
    with progress(desk, "Writing products") as tick:
        for part in chunks(rows):
            following = report.written + len(part) < len(rows)
            desk.ask("products_import", store=report.store, rows=part, more=following or None)
            report.written += len(part)
            tick(report.written, len(rows))


def _write_orders(desk: Desk, found: Found, *, dry_run: bool = False) -> None:
    orders, store = found.report.orders, found.report.store
    if orders is None:
        return
    orders.refused = list(orders.unfit)
    done = 0
    with progress(desk, "Comparing orders" if dry_run else "Writing orders") as tick:
        for part in order_chunks(found.orders):
            said = desk.ask("import_orders", store=store, orders=part, source=SOURCE, dry_run=dry_run or None)
            answer = read(_Results, said)
            if len(answer.results) != len(part):
                raise Stop("The operator did not say what became of each order.", code="unreadable_answer")
            for one in answer.results:
                orders.results[one.result] += 1
                if one.result == "refused":
                    orders.refused.append((one.number, one.why))
            done += len(part)
            tick(done, len(found.orders))


def order_chunks(
    ready: list[Given], most: int = _MOST_ORDERS, largest: int = _LARGEST_CALL
) -> Iterator[list[Given]]:
    """The orders in calls of at most ``most`` of them and about ``largest`` characters."""
    part: list[Given] = []
    size = 0
    for one in ready:
        weight = len(json.dumps(one))
        if part and (len(part) >= most or size + weight > largest):
            yield part
            part, size = [], 0
        part.append(one)
        size += weight
    if part:
        yield part
