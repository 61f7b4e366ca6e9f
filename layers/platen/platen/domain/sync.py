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
from platen.domain.sync_kind import SyncKind


class RunState(StrEnum):
    PLANNING = "planning"
    COMPARING = "comparing"
    BRAKED = "braked"
    PUSHING = "pushing"
    DONE = "done"
    FAILED = "failed"


OVER = frozenset({RunState.DONE, RunState.FAILED})
SCHEDULE = "schedule"
"""Who asked for what nobody asked for."""
LATE = timedelta(hours=1)
"""An End of Day that begins so long after its time was missed, and says so."""
AGAIN = timedelta(hours=1)
"""So long after an End of Day failed it is tried again, unless a push went well by then."""
ANEW = timedelta(hours=20)
"""So long after all products were read, End of Day has them read again: what was deleted, no change tells of."""


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
    by: str = SCHEDULE
    """Who asked for it."""
    released: bool = False
    """A person has seen the brake, and said: go on."""
    released_by: str = ""
    state: RunState = RunState.PLANNING
    words: str = ""
    """Why it is braked or failed, or what a person should know."""
    since: Instant | None = None
    """What changed after it is brought over, where it is not full; None: as far back as is known."""
    begun_at: Instant
    ended_at: Instant | None = None
    cursor: str = ""
    """Where to go on: of meaning to whoever runs it."""
    tries: int = 0
    """How often it was broken off or found nobody there since it last came further; too often, and it fails."""
    parts: int = 0
    """In how many parts it is kept while it runs."""
    snapshots: dict[str, str] = Field(default_factory=dict)
    """Site -> the snapshot it works from."""
    totals: Totals = Totals()
    went_by: str = ""
    """Names all that it looked at, where it left nothing to be done: while that is the same, there is nothing."""
    report: str = ""
    """Where its report is kept (CSV)."""
    version: int = 0

    @property
    def over(self) -> bool:
        return self.state in OVER


class Plan(Value):
    """A sync that is on: its steps one by one, each a run. Kept with its claim, so that no crash loses a step."""

    steps: tuple[SyncKind, ...]
    """The one that is on, and those that follow it."""
    begun_at: Instant
    by: str = SCHEDULE
    full: bool = False
    dry: bool = False
    business_date: date | None = None
    late: bool = False
    since: Instant | None = None
    """The watermark it began with: see ``Run.since``."""
    moves: bool = False
    """It is an automatic sync: once all of it has ended well, the watermark is moved to when it began."""
    failed: bool = False
    """One of its steps has not ended well: the others are done all the same, but the watermark stays."""
    step: int = 1

    def run(self, connection: str, run_id: str, now: datetime) -> Run:
        """The run of the step that is on, as it begins."""
        kind = self.steps[0]
        stock = kind is SyncKind.STOCK
        return Run(
            connection=connection,
            run_id=run_id,
            kind=kind,
            full=self.full,
            dry=self.dry,
            business_date=self.business_date if stock else None,
            late=self.late and stock,
            by=self.by,
            since=self.since,
            begun_at=now,
        )

    def run_id(self, now: datetime, token: str) -> str:
        """Names the run of its step that is on; in the order the steps begin, within one second too."""
        return f"{now:%Y%m%dT%H%M%S}-{self.step}{token[:7]}"

    def rest(self, *, well: bool) -> Plan | None:
        """What is left of it behind the step that is on; None: nothing."""
        if len(self.steps) == 1:
            return None
        return self.but(steps=self.steps[1:], step=self.step + 1, failed=self.failed or not well)


class SyncState(Value):
    """Where a warehouse connection stands; one small item of its own."""

    connection: str
    watermark: Instant | None = None
    """Last auto sync completed on: what changed after it is synced. A person may set it back, which replays."""
    watermark_by: str = ""
    """Who last set it by hand."""
    products_done_at: Instant | None = None
    """When the products (the initial dataset) were last brought over."""
    products_read_at: Instant | None = None
    """When all of them were last read, and not only those that changed."""
    snapshots: dict[str, str] = Field(default_factory=dict)
    """Site -> the snapshot that counts, as ``Snapshot`` in JSON."""
    end_of_day: date | None = None
    """The last business date whose End of Day was run."""
    again_at: Instant | None = None
    """When it is tried again, as it failed."""
    running: str = ""
    """The run that is on; one at a time, so that no two writers meet."""
    plan: Plan | None = None
    """The sync that it is part of; set while ``running`` is."""
    lease_until: Instant | None = None
    """Until then nobody else takes the run over."""
    token: str = ""
    """Whose lease it is; empty: it was handed on, and anybody may take it up."""
    trouble: dict[SyncKind, str] = Field(default_factory=dict)
    """Why the newest run of a kind has not ended well, in a sentence; gone once one has."""
    paused_until: Instant | None = None
    """Stock is not pushed until then: a busy sale. The run after it compares everything."""
    paused_by: str = ""
    """Who last paused or resumed it."""
    compare_all: bool = False
    """The next stock run compares everything, whatever changed: settings changed, a pause or a brake ended."""
    dry_run_done: bool = False
    """A person has seen a dry run: before that nothing is written by itself."""
    watched_from: Instant | None = None
    """Pushes are looked out for since then: since it was all set up, or a pause ended."""
    rules: str = ""
    """Names the settings the last stock run went by: others make everything to be compared."""
    pushed_at: Instant | None = None
    """When a stock run that wrote, or found all equal, last ended."""
    looked: dict[SyncKind, str] = Field(default_factory=dict)
    """The newest run of a kind that says what it went by."""
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


# what is due


class Timetable(Value):
    """When a connection is synced by itself."""

    minutes: int = 0
    """Between syncs; 0: none but End of Day."""
    range: TimeRange | None = None
    """Only then; None: always. End of Day does not keep to it."""
    end_of_day: time | None = None
    zone: str = "UTC"

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def passed_end_of_day(self, now: datetime, last: date | None) -> date | None:
        """As :func:`due_end_of_day`; None where there is no End of Day."""
        return due_end_of_day(now, self.end_of_day, self.clock, last) if self.end_of_day else None

    def due(self, state: SyncState, now: datetime) -> Plan | None:
        """What is to be synced now that the schedule came round; None: nothing.

        End of Day goes first, and comes once for each business date, whatever fires. Orders come before stock, so
        that what was sold and what left is known by then. Reading all products anew comes behind the stock, which
        is not to wait for it, where an interval brings what changes.
        """
        paused = state.paused_until is not None and now < state.paused_until
        day = None if paused else self._day_due(state, now)
        if day and self.end_of_day:
            late = now - end_of_day_at(day, self.end_of_day, self.clock) > LATE
            steps: tuple[SyncKind, ...] = (SyncKind.ORDERS, SyncKind.STOCK)
            if state.products_read_at and now - state.products_read_at > ANEW:
                # Without an interval nothing else brings what changed, and stock would go by old item numbers.
                steps = (*steps, SyncKind.PRODUCTS) if self.minutes else (SyncKind.PRODUCTS, *steps)
            return Plan(steps=steps, begun_at=now, since=state.watermark, full=True, business_date=day, late=late)
        if not self.minutes or (self.range and not self.range.holds(now, self.clock)):
            return None
        if state.watermark and now - state.watermark < timedelta(minutes=self.minutes) / 2:
            return None  # it came round twice
        steps = (SyncKind.PRODUCTS, SyncKind.ORDERS) + (() if paused else (SyncKind.STOCK,))
        return Plan(steps=steps, begun_at=now, since=state.watermark, moves=True)

    def _day_due(self, state: SyncState, now: datetime) -> date | None:
        again = state.again_at is not None and state.again_at <= now
        return self.passed_end_of_day(now, state.end_of_day) or (state.end_of_day if again else None)

    def next_sync(self, state: SyncState, now: datetime) -> datetime | None:
        """About when the next automatic sync is due; None: never by itself."""
        if not self.minutes:
            return None
        newest = max(filter(None, (state.watermark, now - timedelta(minutes=self.minutes))))
        moment = newest + timedelta(minutes=self.minutes)
        if self.range is None or self.range.holds(moment, self.clock):
            return moment
        return _first_from(moment, self.range.start, self.clock)

    def next_end_of_day(self, state: SyncState, now: datetime) -> datetime | None:
        """When the next End of Day is due, be it one that failed; the present where it is overdue. None: never by
        itself."""
        if self.end_of_day is None:
            return None
        if self._day_due(state, now):
            return now
        day = now.astimezone(self.clock).date()
        while end_of_day_at(day, self.end_of_day, self.clock) <= now or (
            state.end_of_day and day <= state.end_of_day
        ):
            day += timedelta(days=1)
        return min(filter(None, (state.again_at, end_of_day_at(day, self.end_of_day, self.clock))))

    @property
    def patience(self) -> timedelta | None:
        """How long stock may go without being pushed; None: nothing is pushed by itself.

        Twice the interval; where nights are left out, or there is End of Day only, a day and two hours.
        """
        if self.minutes and self.range is None:
            return max(timedelta(minutes=2 * self.minutes), timedelta(hours=1))
        return timedelta(hours=26) if self.minutes or self.end_of_day else None


def _first_from(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date()
    first = end_of_day_at(day, at, zone)
    return first if first >= moment else end_of_day_at(day + timedelta(days=1), at, zone)


def overdue_since(table: Timetable, state: SyncState, now: datetime) -> datetime | None:
    """Since when no push has ended well, where that is too long ago; None: all is as it should be."""
    if table.patience is None or not state.dry_run_done or (state.paused_until and now < state.paused_until):
        return None
    since = max(filter(None, (state.pushed_at, state.watched_from, state.paused_until)), default=None)
    return since if since is not None and now - since > table.patience else None
