"""Compare what stores show with what they should, batch by batch, and put what differs in calls' sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from platen.domain.stock import Extent
from platen.domain.sync import RunState
from platen.usecases.stock.reckon import reckon
from platen.usecases.stock.rows import DIFFERS, SKIPPED, Candidate, Row
from platen.usecases.stock.work import SiteFailed, Work, in_batches

ENOUGH = 300.0
"""Seconds within which a step is done, though its store has it wait: with fewer left none is begun."""


def compare(work: Work, time_left: Callable[[], float]) -> bool:
    """False when the time is up before all is compared."""
    for number in range(work.cursor.site, len(work.sites)):
        site = work.sites[number]
        try:
            if site not in work.plan.failed and not _compare_site(work, site, time_left):
                return False
        except SiteFailed as failed:
            work.failed(site, str(failed))
        work.step(site=number + 1, part=0, row=0)
    return True


def _compare_site(work: Work, site: str, time_left: Callable[[], float]) -> bool:
    size = work.page_size(site)
    for part in range(work.cursor.part, work.plan.parts[site]):
        name = f"part-{work.number(site)}-{part:05d}.jsonl.gz"
        for batch in in_batches(islice(work.candidates(name), work.cursor.row, None), size):
            if time_left() < ENOUGH:
                return False
            extent = _compare_batch(work, site, batch)
            work.step(row=work.cursor.row + len(batch), batch=work.cursor.batch + 1, extent=extent)
        work.step(part=part + 1, row=0)
    return True


def _compare_batch(work: Work, site: str, batch: list[Candidate]) -> Extent:
    rows = reckon(work, site, batch)
    differing = {row.item for row in rows if row.result == DIFFERS}
    end = f"{work.number(site)}-{work.cursor.batch:06d}"
    same = [row for row in rows if row.item not in differing]
    if same:
        work.put_rows(f"same-{end}.csv.gz", same)
    if differing:
        work.put_rows(f"would-{end}.csv.gz", (row for row in rows if row.item in differing))
        work.put_candidates(f"diff-{end}.jsonl.gz", [one for one in batch if one.item in differing])
    return extent_of(rows, work.cursor.extent)


def extent_of(rows: Iterable[Row], before: Extent) -> Extent:
    """How much would change, with what was known before."""
    compared, changed, to_zero = before.compared, before.changed, before.to_zero
    most, item = before.most_units, before.most_units_item
    for row in rows:
        compared += row.result != SKIPPED
        if row.result != DIFFERS:
            continue
        changed += 1
        to_zero += goes_to_zero(row)
        if abs(row.change) > most:
            most, item = abs(row.change), row.item
    return Extent(compared=compared, changed=changed, to_zero=to_zero, most_units=most, most_units_item=item)


def goes_to_zero(row: Row) -> bool:
    return row.now > 0 >= row.now + row.change


def pack(work: Work) -> None:
    """Put what differs in packs, each of which is written by one call for each place."""
    packs = {}
    for site in work.sites:
        if site in work.plan.failed:
            continue
        try:
            size = work.page_size(site)
        except SiteFailed as failed:
            work.failed(site, str(failed))
            continue
        number = 0
        differing = (
            one
            for key in work.names(f"diff-{work.number(site)}-")
            for one in work.candidates(key.removeprefix(work.key("")))
        )
        for batch in in_batches(differing, size):
            work.put_candidates(pack_name(work, site, number), batch)
            number += 1
        packs[site] = number
    work.plan = work.plan.but(packs=packs)
    work.keep_plan()
    work.step(state=RunState.PUSHING, site=0, part=0, row=0)


def pack_name(work: Work, site: str, number: int) -> str:
    return f"pack-{work.number(site)}-{number:05d}.jsonl.gz"
