"""Syncs of a warehouse connection: what runs, when, and what came of it. Pure.

::

    planning ─▶ comparing ─▶ (braked: a person looks) ─▶ pushing ─▶ done
                    └─ a dry run ends here ───────────────────────▶ done
    any of them ─▶ failed, with words; the next run compares anew
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import Field

from platen.domain.model import Instant, Value


class SyncKind(StrEnum):
    PRODUCTS = "products"
    ORDERS = "orders"
    STOCK = "stock"
    """What changed; or, where a person or End of Day says so, everything."""


class RunState(StrEnum):
    PLANNING = "planning"
    COMPARING = "comparing"
    BRAKED = "braked"
    PUSHING = "pushing"
    DONE = "done"
    FAILED = "failed"


OVER = frozenset({RunState.DONE, RunState.FAILED})


class Totals(Value):
    """What a run found and did, in items; for products: in products."""

    compared: int = 0
    equal: int = 0
    corrected: int = 0
    units_up: int = 0
    units_down: int = 0
    to_zero: int = 0
    clamped: int = 0
    skipped: int = 0
    stale: int = 0
    """Rows that had to be read again since something was sold meanwhile."""
    failed: int = 0
    drifting: int = 0
    """Items that differed again though nothing was known to move: a second writer, or a counting rule."""
    unmatched_store: int = 0
    """Items the store has and the warehouse has not."""
    unmatched_warehouse: int = 0
    duplicates: int = 0
    blank: int = 0
    """Products without what makes the item number."""
    write_calls: int = 0
    read_calls: int = 0


class Run(Value):
    """One sync: what was asked for, how far it is, what came of it. Kept as a record."""

    connection: str
    """The warehouse connection."""
    run_id: str
    """``20261122T041500-1a2b3c4d``: in the order they began."""
    kind: SyncKind
    full: bool = False
    """Everything is compared, not only what changed."""
    dry: bool = False
    """Nothing is written to a store."""
    business_date: date | None = None
    """Set on the run of an End of Day."""
    late: bool = False
    """That End of Day was missed at its time, and is caught up."""
    by: str = "schedule"
    """Who asked for it."""
    released: bool = False
    """A person has seen the brake, and said: go on."""
    state: RunState = RunState.PLANNING
    words: str = ""
    """Why it is braked or failed, or what a person should know."""
    begun_at: Instant
    ended_at: Instant | None = None
    cursor: str = ""
    """Where to go on: of meaning to whoever runs it."""
    parts: int = 0
    """In how many parts it is kept while it runs."""
    snapshots: dict[str, str] = Field(default_factory=dict)
    """Site -> the snapshot it works from."""
    totals: Totals = Totals()
    report: str = ""
    """Where its report is kept (CSV)."""
    version: int = 0

    @property
    def over(self) -> bool:
        return self.state in OVER


class SyncState(Value):
    """Where a warehouse connection stands; one small item of its own."""

    connection: str
    watermark: Instant | None = None
    """Last auto sync completed on: what changed after it is synced. A person may set it back, which replays."""
    products_done_at: Instant | None = None
    """When the products (the initial dataset) were last brought over."""
    snapshots: dict[str, str] = Field(default_factory=dict)
    """Site -> the snapshot that counts, as ``Snapshot`` in JSON."""
    end_of_day: date | None = None
    """The last business date whose End of Day was run."""
    running: str = ""
    """The run that is on; one at a time, so that no two writers meet."""
    lease_until: Instant | None = None
    """Until then nobody else takes the run over."""
    token: str = ""
    paused_until: Instant | None = None
    """Stock is not pushed until then: a busy sale. The run after it compares everything."""
    compare_all: bool = False
    """The next stock run compares everything, whatever changed: settings changed, a pause or a brake ended."""
    dry_run_done: bool = False
    """A person has seen a dry run: before that nothing is written by itself."""
    rules: str = ""
    """Names the settings the last stock run went by: others make everything to be compared."""
    pushed_at: Instant | None = None
    """When a stock run that wrote, or found all equal, last ended."""
    last_run: str = ""
    version: int = 0


# End of Day


def end_of_day_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a business date's End of Day, in UTC.

    A time that the clocks skip is the first one that exists after it; one that they repeat is the first of the two.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    moment = local.astimezone(ZoneInfo("UTC"))
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # Skipped: go on minute by minute to where the clock stands again (no zone skips more than a few hours).
    for minutes in range(1, 24 * 60 + 1):
        later = local + timedelta(minutes=minutes)
        back = later.astimezone(ZoneInfo("UTC")).astimezone(zone)
        if back.replace(tzinfo=None) == later.replace(tzinfo=None):
            return later.astimezone(ZoneInfo("UTC"))
    return moment


def due_end_of_day(now: datetime, at: time, zone: ZoneInfo, last: date | None) -> date | None:
    """The newest business date whose End of Day is due and was not run; days missed before it are not replayed."""
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        if end_of_day_at(day, at, zone) <= now:
            return day if last is None or last < day else None
    return None


class TimeRange(Value):
    """From-to, by the site's clock; over midnight where it ends before it begins. Equal ends: all day."""

    start: time
    end: time

    def holds(self, now: datetime, zone: ZoneInfo) -> bool:
        clock = now.astimezone(zone).time()
        if self.start == self.end:
            return True
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end
