"""The operator's answers about syncs and stock, as the command reads them."""

from __future__ import annotations

from datetime import date, datetime

from platen_cli.answers import Shown


class Totals(Shown):
    compared: int = 0
    equal: int = 0
    corrected: int = 0
    units_up: int = 0
    units_down: int = 0
    to_zero: int = 0
    clamped: int = 0
    skipped: int = 0
    stale: int = 0
    failed: int = 0
    drifting: int = 0
    unmatched_store: int = 0
    unmatched_warehouse: int = 0
    duplicates: int = 0
    blank: int = 0
    write_calls: int = 0
    read_calls: int = 0


class Run(Shown):
    connection: str = ""
    run_id: str
    kind: str
    full: bool = False
    dry: bool = False
    business_date: date | None = None
    late: bool = False
    by: str = ""
    state: str = "planning"
    words: str = ""
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    totals: Totals = Totals()
    report: str = ""

    @property
    def stands(self) -> bool:
        """Nothing more happens by itself."""
        return self.state in ("done", "failed", "braked")


class OneRun(Shown):
    run: Run


class Runs(Shown):
    runs: tuple[Run, ...] = ()


class Report(Shown):
    """A page of a run's report: the names of its columns, and rows of text."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    next: int | None = None
    """Where the next page begins; None at the end."""


class Place(Shown):
    place_id: str
    name: str = ""
    active: bool = True


class Places(Shown):
    store: str = ""
    places: tuple[Place, ...] = ()


class Counted(Shown):
    """The snapshot that counts for a site."""

    site: str
    snapshot_id: str = ""
    taken_at: datetime | None = None
    rows: int = 0
    too_old: bool = False


class Status(Shown):
    connection: str = ""
    missing: tuple[str, ...] = ()
    watermark: datetime | None = None
    next_sync: datetime | None = None
    end_of_day: date | None = None
    next_end_of_day: datetime | None = None
    snapshots: tuple[Counted, ...] = ()
    running: str = ""
    paused_until: datetime | None = None
    pushed_at: datetime | None = None
    compare_all: bool = False
    trouble: dict[str, str] = {}
    time_zone: str = ""
