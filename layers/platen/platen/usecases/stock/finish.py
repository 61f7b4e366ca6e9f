"""The end of a push: its report, what is remembered of it, and the orders that matter to stock no more."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

from platen.connectors.warehousing import SitePlace
from platen.domain.stock import StockMode
from platen.domain.stock_lines import (
    NOTHING_SAID,
    LineKey,
    Ordered,
    Said,
    lines_of,
    taken_for_orders,
    taken_of,
)
from platen.domain.sync import OVER, RunState, SyncState, Totals
from platen.domain.sync_kind import SyncKind
from platen.domain.warehouse import WarehouseOrder
from platen.ports import Conflict
from platen.usecases.stock.compare import goes_to_zero
from platen.usecases.stock.rows import (
    COLUMNS,
    DIFFERS,
    DUPLICATE,
    EQUAL,
    FAILED,
    MISSING,
    NO_ITEM,
    NOT_SOLD,
    NOTED,
    SET,
    SKIPPED,
    STALE,
    UNCONFIRMED,
    Last,
    Row,
    read_pushed,
    read_rows,
)
from platen.usecases.stock.standing import said_of
from platen.usecases.stock.tables import Unreadable, line_of, pushed_key, report_key, runs_folder, safe
from platen.usecases.stock.work import ALL, Work, kept_notes
from platen.usecases.stock.write import UNCONFIRMED_WORDS, Attempt, unconfirmed

_CONFLICTS = 5
MOST_TAKEN = 1000
"""Characters in a cell of the report, where people's programs read it."""
_COUNTED = {
    MISSING: "unmatched_store",
    NOT_SOLD: "unmatched_warehouse",
    DUPLICATE: "duplicates",
    NO_ITEM: "blank",
}


# the report


def report(work: Work, *prefixes: str) -> str:
    """Write the report of those rows, and count them; gives its key."""
    counts: dict[str, int] = {}

    def lines() -> Iterator[str]:
        yield line_of(COLUMNS)
        for row in work.rows(*prefixes):
            _count(counts, row)
            row.taken = row.taken[:MOST_TAKEN]
            yield row.line()

    key = report_key(work.warehouse, work.run.run_id)
    work.hub.files.put_lines(key, lines())
    calls = {"read_calls": work.run.totals.read_calls, "write_calls": work.run.totals.write_calls}
    counts["failed"] = counts.get("failed", 0) + len(work.plan.failed) + len(work.plan.notes)
    work.run = work.run.but(totals=Totals(**counts, **calls))
    return key


def _count(counts: dict[str, int], row: Row) -> None:
    def add(name: str, number: int = 1) -> None:
        counts[name] = counts.get(name, 0) + number

    if row.result == SKIPPED:
        add(_COUNTED.get(row.reason, "skipped"))
        return
    add("compared")
    add("clamped", row.clamped)
    add("drifting", row.drift_runs > 1)
    add("stale", row.tries > 0)
    if row.result in (EQUAL, NOTED):
        add("equal")
    elif row.result in (STALE, FAILED, UNCONFIRMED):
        add("failed")
    if row.result in (SET, DIFFERS):
        add("corrected")
        add("units_up", max(0, row.change))
        add("units_down", max(0, -row.change))
        add("to_zero", goes_to_zero(row))


# what is remembered


def remember(work: Work) -> None:
    """Each place's list of what it was made to show, with what came of this run in it. Twice does no harm."""
    for place in work.places:
        of_site = f"{work.number(place.site)}-"
        mine = [_at(place, work.rows(prefix + of_site)) for prefix in ("same-", "done-")]
        _remember(work, pushed_key(work.warehouse, place.site, place.store, place.place_id), mine)


def _at(place: SitePlace, rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if (row.store, row.location) == (place.store, place.place_id))


def _remember(work: Work, key: str, rows: Iterable[Iterator[Row]]) -> None:
    merged = heapq.merge(*rows, key=lambda row: row.item)
    first = next(merged, None)
    if first is None:
        return
    known = read_pushed(work.hub.files.lines(key)) if work.hub.files.size(key) is not None else iter(())
    streams: list[Iterator[tuple[str, int, Last | Row]]] = [
        ((one.item, 0, one) for one in known),
        ((row.item, 1, row) for row in _and_the_rest(first, merged)),
    ]
    work.hub.files.put_lines(key, _newest(heapq.merge(*streams, key=lambda one: one[:2])))


def _and_the_rest[One](first: One, rest: Iterator[One]) -> Iterator[One]:
    yield first
    yield from rest


def _newest(merged: Iterator[tuple[str, int, Last | Row]]) -> Iterator[str]:
    for _, group in groupby(merged, key=lambda one: one[0]):
        last: Last | None = None
        for _, _, value in group:
            last = value.as_last(last) if isinstance(value, Row) else value
        if last is not None:
            yield last.line()


class SentUnread(Exception):
    """What a run has sent cannot be read, as after another version of Platen; the text says what helps."""


def remember_left_over(work: Work) -> tuple[list[str], list[str]]:
    """Of runs that nobody brought to their end: what they wrote was written, what they sent may have been. Gives
    what a person should know of it, and the keys that are of no more use once that is kept. Raises SentUnread where
    changes are sent: pushed anew, they might come twice."""
    notes: list[str] = []
    done_with: list[str] = []
    folder = runs_folder(work.warehouse)
    others: dict[str, list[str]] = {}
    for key in work.hub.files.names(folder, limit=ALL):
        name, _, rest = key.removeprefix(folder).partition("/")
        if name != safe(work.run.run_id):
            others.setdefault(name, []).append(rest)
    for name, kept in others.items():
        run = work.hub.ledger.run(work.warehouse, name)
        if run is None or run.kind is not SyncKind.STOCK:
            continue  # not ours
        if run.state is not RunState.DONE:
            notes += _remember_broken_off(work, name, f"{folder}{name}/", kept)
        done_with += [f"{folder}{name}/{rest}" for rest in sorted(kept, key=lambda one: one == "plan.json")]
    return notes, done_with


def _remember_broken_off(work: Work, name: str, folder: str, kept: list[str]) -> list[str]:
    try:
        notes = kept_notes(work, f"{folder}plan.json") if "plan.json" in kept else []
        in_doubt = _remember_run(work, folder, kept)
    except (Unreadable, ValueError) as wrong:
        if work.mode is not StockMode.SEND_CHANGES:
            return []  # levels are read anew
        raise SentUnread(
            f"what run {name} has sent cannot be read, so its changes might be sent twice. Deploy the version that"
            " wrote it, and push; or undo in the store what that run sent, and delete everything in the"
            f" bucket under {folder}"
        ) from wrong
    return [*notes, f"Run {name} broke off: {_words_of_doubt(in_doubt)}"] if in_doubt else notes


def remember_left_out(work: Work) -> None:
    """Of packs that ended half-way, since their site had to be left out: what they wrote was written."""
    if not work.plan.failed:
        return
    folder = work.key("")
    in_doubt = _remember_run(work, folder, [key.removeprefix(folder) for key in work.names("sent-")])
    if in_doubt:
        words = _words_of_doubt(in_doubt)
        work.plan = work.plan.but(notes=(*work.plan.notes, words[:1].upper() + words[1:]))


def _words_of_doubt(items: set[str]) -> str:
    return f"of {len(items)} items ({', '.join(sorted(items)[:5])}) {UNCONFIRMED_WORDS}."


def _remember_run(work: Work, folder: str, kept: list[str]) -> set[str]:
    """In memory: a run that broke off wrote no more than it had time for. Gives the items that are in doubt: levels
    never are, for they are read anew."""
    rows: dict[tuple[str, str, str, str], Row] = {}
    for rest in sorted(kept, key=lambda one: (one.startswith("done-"), one)):  # the last word counts
        if rest.startswith("done-"):
            found = list(read_rows(work.hub.files.lines(folder + rest)))
        elif rest.startswith("sent-"):
            attempt = Attempt.model_validate_json(work.hub.files.get(folder + rest))
            found = attempt.sent() if attempt.done else unconfirmed(attempt.sent())
            found = [row for row in found if row.result in (SET, UNCONFIRMED)]
        else:
            continue
        for row in found:
            rows[row.site, row.store, row.location, row.item] = row
    for place in work.places:
        where = (place.site, place.store, place.place_id)
        mine = [rows[key] for key in sorted(rows) if key[:3] == where]
        _remember(work, pushed_key(work.warehouse, *where), [iter(mine)])
    changes = work.mode is StockMode.SEND_CHANGES
    return {row.item for row in rows.values() if changes and row.result == UNCONFIRMED}


# orders that matter no more


def settle(work: Work) -> None:
    """Mark the orders that are over: off the count in full, and their stores show all of them."""
    over = [one for one in work.orders() if _is_off_the_count(work, one)]
    if not over:
        return
    said = said_of(work, [one for order in over for one in lines_of(order)])
    over = [order for order in over if not any(said.get(one.key, NOTHING_SAID).open for one in lines_of(order))]
    for order in _known_to_be_off(work, over, said):
        try:
            work.hub.ledger.save_order(order, order.but(settled=True))
        except Conflict:
            continue  # it moved just now: so it is not over


def _is_off_the_count(work: Work, order: WarehouseOrder) -> bool:
    snapshot = work.plan.snapshots.get(order.site)
    return (
        snapshot is not None
        and order.site not in work.plan.failed
        and order.done_with
        and all(line.taken_in_all == line.taken_by(snapshot.taken_at) for line in order.lines)
    )


def _known_to_be_off(
    work: Work, orders: list[WarehouseOrder], said: Mapping[LineKey, Said]
) -> list[WarehouseOrder]:
    """Where changes are sent: those of which every place's list knows that they are off the count."""
    if work.mode is not StockMode.SEND_CHANGES or not orders:
        return orders
    wanted: dict[tuple[str, str], list[Ordered]] = {}
    off: dict[str, int] = {}
    now = work.hub.clock.now()
    for order in orders:
        for one in lines_of(order):
            wanted.setdefault((order.site, one.line.item), []).append(one)
        needed = {one.key: said.get(one.key, NOTHING_SAID).fulfilled for one in lines_of(order)}
        lines = lines_of(order)
        off |= taken_of(lines, now) if work.store_restocks else taken_for_orders(lines, now, needed)
    unknown: set[str] = set()
    for place in work.places:
        key = pushed_key(work.warehouse, place.site, place.store, place.place_id)
        if work.hub.files.size(key) is None:
            continue
        for last in read_pushed(work.hub.files.lines(key)):
            for one in wanted.get((place.site, last.item), ()):
                if last.taken.get(one.name, 0) != off[one.name]:
                    unknown.add(one.order.number)
    return [one for one in orders if one.number not in unknown]


# the end


def change_state(work: Work, change: Callable[[SyncState], SyncState]) -> None:
    """Whatever else was written to it meanwhile. Raises Conflict when it is written to again and again."""
    for left in reversed(range(_CONFLICTS)):
        state = work.hub.ledger.state(work.warehouse)
        try:
            work.hub.ledger.save_state(change(state))
        except Conflict:
            if not left:
                raise
        else:
            return


def end(work: Work, state: RunState, words: str, *, report_at: str = "") -> None:
    """The run is over (or waits for a person). What it kept in between goes last: a crash before is made good."""
    report_at = report_at or work.run.report
    ended = None if state not in OVER else work.hub.clock.now()
    work.save(state=state, words=words, report=report_at, ended_at=ended)
    work.clear()
