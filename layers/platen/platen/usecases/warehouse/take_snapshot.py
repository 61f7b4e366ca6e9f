"""Take snapshot: a whole count of a site becomes the one that stock is reckoned from, or changes nothing.

::

    rows, read to their proven end ──▶ sorted, written aside ──▶ state: this one counts ──▶ the next push
                │ half, doubled, stale                            ▲     │ state moved on
                └──▶ refused: nothing was changed                 └─────┘ read again: is it still the newest?
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from platen.connectors import Contents, FileRefused
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.sync import SyncState
from platen.domain.warehouse import CountRow, RowResult, RowStatus, Snapshot
from platen.domain.warehouse_counts import MOST_PIECES, Why, why_not_counted
from platen.hub import Hub
from platen.ports import Conflict, NotFound
from platen.usecases.stock.tables import level_line, levels_key, sort_key
from platen.usecases.warehouse.items import in_catalogues

MOST_ITEMS = 500_000
MOST_NAMED = 1000
"""So many rows are named in the answer; all of them are counted."""
_TRIES = 5


@dataclass
class _Count:
    """What was read: item -> on hand, and the rows that deserve a word."""

    levels: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    """Item -> its row, of the first ones."""
    named: list[RowResult] = field(default_factory=list)
    rejected: int = 0
    twice: int = 0

    def name(self, row: int, key: str, status: RowStatus, code: str, message: str) -> None:
        if len(self.named) < MOST_NAMED:
            self.named.append(RowResult(row=row, key=key, status=status, code=code, message=message))


def take_snapshot(hub: Hub, connection: Connection, contents: Contents) -> list[RowResult]:
    """The answer: row 0 speaks of the whole of it; then the rows that deserve a word, the first thousand of them.

    Raises FileRefused where nothing was changed.
    """
    given = contents.snapshot
    if given is None:
        raise _refused("", "not_whole", "Nothing says which count this is. Export it again.")
    settings: Warehousing = hub.settings(connection)
    known = _same_or_newer(hub, connection, given)
    count = _read(contents, settings)
    if count.rejected and settings.missing_means_zero:
        raise _refused(
            given.snapshot_id,
            "rows_unreadable",
            f"{count.rejected} rows cannot be read, and what is missing would be shown as 0 (Missing means zero). "
            f"Correct them and send a new count. {count.named[0].message} Nothing was changed.",
        )
    snapshot = _kept(hub, connection, given, count.levels, known)
    if known is None and not _made_to_count(hub, connection, snapshot):
        known = snapshot
    return _answer(hub, connection, snapshot, count, known=known is not None)


def refuse_if_useless(hub: Hub, connection: Connection, given: Snapshot) -> None:
    """Raises FileRefused where such a snapshot would not be taken, whatever its rows are."""
    _same_or_newer(hub, connection, given)


# reading


def _read(contents: Contents, settings: Warehousing) -> _Count:
    count = _Count()
    for read in contents.rows:
        if isinstance(read.told, CountRow):
            _add(count, read.row, read.told)
        elif read.refused:
            count.rejected += 1
            refused = read.refused
            count.name(refused.row, refused.key, refused.status, refused.code, refused.message)
        if len(count.levels) > MOST_ITEMS:
            words = f"It has more than {MOST_ITEMS} items, which is more than is taken. Nothing was changed."
            raise _refused(settings.site, "too_many_rows", words)
    if not count.levels:
        raise _refused(settings.site, "empty", "It counts nothing that can be read. Nothing was changed.")
    return count


def _add(count: _Count, row: int, told: CountRow) -> None:
    item = told.item.strip()
    if abs(told.on_hand) > MOST_PIECES:
        count.rejected += 1
        count.name(row, item, RowStatus.REJECTED, "too_many", f"{told.on_hand} pieces of one item cannot be right.")
        return
    known = count.levels.setdefault(item, told.on_hand)
    if known != told.on_hand:
        words = f"Row {row} counts {item} a second time, {told.on_hand} instead of {known}. Nothing was changed."
        raise _refused(item, "item_twice", words)
    if count.rows.setdefault(item, row) != row:
        count.twice += 1
        count.name(row, item, RowStatus.DUPLICATE, "item_twice", "This item was counted above, the same.")


# keeping


def _same_or_newer(hub: Hub, connection: Connection, given: Snapshot) -> Snapshot | None:
    """None when it may count; the one that counts when it is this very one. Raises FileRefused."""
    state = hub.ledger.state(connection.connection_id)
    holds = _holding(state, given.site)
    if holds and _same(holds, given):
        return holds
    why = _why_not(hub, connection, given, holds)
    if why:
        raise _refused(given.snapshot_id, *why)
    return None


def _holding(state: SyncState, site: str) -> Snapshot | None:
    text = state.snapshots.get(site)
    return Snapshot.model_validate_json(text) if text else None


def _same(one: Snapshot, other: Snapshot) -> bool:
    return (one.snapshot_id, one.taken_at) == (other.snapshot_id, other.taken_at)


def _why_not(hub: Hub, connection: Connection, given: Snapshot, holds: Snapshot | None) -> Why | None:
    settings: Warehousing = hub.settings(connection)
    return why_not_counted(
        given,
        holds=holds,
        sites={place.site for place in settings.places},
        oldest=timedelta(hours=settings.oldest_snapshot_hours),
        now=hub.clock.now(),
    )


def _kept(
    hub: Hub, connection: Connection, given: Snapshot, levels: Mapping[str, int], known: Snapshot | None
) -> Snapshot:
    """The snapshot with where its counts are. What was kept under its name is never written over: something may be
    reckoned from it. Raises FileRefused where that is something else."""
    key = known.key if known else levels_key(connection.connection_id, given.site, given.snapshot_id)
    if not _is_kept(hub, given, key, levels):
        hub.files.put_lines(key, _lines(levels))
    return given.but(rows=len(levels), received_at=hub.clock.now(), key=key)


def _lines(levels: Mapping[str, int]) -> Iterator[str]:
    for item in sorted(levels, key=sort_key):
        yield level_line(item, levels[item])


def _is_kept(hub: Hub, given: Snapshot, key: str, levels: Mapping[str, int]) -> bool:
    """Whether these very counts are there."""
    try:
        equal = _equal(hub.files.lines(key), _lines(levels))
    except NotFound:
        return False
    if not equal:
        words = f"{given.snapshot_id} was sent before with other counts. Give each count a SnapshotID of its own. "
        raise _refused(given.snapshot_id, "snapshot_changed", f"{words}Nothing was changed.")
    return True


def _equal(there: Iterable[str], wanted: Iterator[str]) -> bool:
    return all(line == next(wanted, None) for line in there) and next(wanted, None) is None


def _made_to_count(hub: Hub, connection: Connection, snapshot: Snapshot) -> bool:
    """From now on stock is reckoned from it; False when another worker did that. Raises FileRefused when a newer
    one came between.

    ::

        A: read state v7 ──────────────────────▶ save v8: refused ──▶ read v8: B's is newer ──▶ stale
        B:      read state v7 ──▶ save v8
    """
    for _ in range(_TRIES):
        state = hub.ledger.state(connection.connection_id)
        holds = _holding(state, snapshot.site)
        if holds and _same(holds, snapshot):
            return False
        why = _why_not(hub, connection, snapshot, holds)
        if why:
            raise _refused(snapshot.snapshot_id, *why)
        named = state.snapshots | {snapshot.site: snapshot.model_dump_json()}
        try:
            hub.ledger.save_state(state.but(snapshots=named))
        except Conflict:
            continue
        return True
    raise Conflict(f"the state of {connection.connection_id} is written by others without end")


# answering


def _answer(hub: Hub, connection: Connection, snapshot: Snapshot, count: _Count, *, known: bool) -> list[RowResult]:
    unsold = _not_in_store(hub, connection, snapshot.site, count)
    for item in sorted(unsold, key=lambda one: count.rows[one])[:MOST_NAMED]:
        words = "No store that this site feeds sells it: it is counted, and shown nowhere."
        count.name(count.rows[item], item, RowStatus.APPLIED, "not_in_store", words)
    status = RowStatus.DUPLICATE if known else RowStatus.APPLIED
    words = f"{len(count.levels)} items at {snapshot.site}, counted {snapshot.taken_at:%Y-%m-%d %H:%M} UTC."
    if count.rejected:
        words += f" {count.rejected} rows were not taken: what the store shows of their items stays."
    if unsold:
        words += f" {len(unsold)} items are sold in no store."
    whole = RowResult(row=0, key=snapshot.snapshot_id, status=status, message=words)
    return [whole, *sorted(count.named, key=lambda one: one.row)]


def _not_in_store(hub: Hub, connection: Connection, site: str, count: _Count) -> set[str]:
    sold = in_catalogues(hub, connection, site, count.levels.keys())
    return set() if sold is None else count.levels.keys() - sold


def _refused(key: str, code: str, message: str) -> FileRefused:
    return FileRefused(RowResult(row=0, key=key, status=RowStatus.REJECTED, code=code, message=message))
