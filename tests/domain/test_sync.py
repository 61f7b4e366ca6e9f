"""When something is due: End of Day once for each date whatever the clocks do, the interval within its range."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from platen.domain.sync import (
    Plan,
    SyncState,
    TimeRange,
    Timetable,
    due_end_of_day,
    end_of_day_at,
    overdue_since,
)
from platen.domain.sync_kind import SyncKind

ZONES = ["Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("Europe/Berlin", "2026-11-21", "23:00", "2026-11-21T22:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),  # skipped: the first that exists, 03:00
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # repeated: the first of the two
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),  # by half an hour
        ("UTC", "2026-11-21", "00:00", "2026-11-21T00:00"),
    ],
)
def test_end_of_day_is_a_moment_that_exists(zone: str, day: str, at: str, moment: str) -> None:
    found = end_of_day_at(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == utc(moment)


@settings(max_examples=150)
@given(
    zone=some.sampled_from(ZONES),
    at=some.times().map(lambda one: one.replace(second=0, microsecond=0)),
    start=some.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: utc("2025-01-01T00:00") + timedelta(minutes=minutes)
    ),
    steps=some.lists(some.integers(1, 60 * 50), max_size=30),
)
def test_whenever_it_is_looked_no_date_is_run_twice_nor_before_its_time(
    zone: str, at: time, start: datetime, steps: list[int]
) -> None:
    clock, last, now = ZoneInfo(zone), None, start
    for minutes in [0, *steps]:
        now += timedelta(minutes=minutes)
        day = due_end_of_day(now, at, clock, last)
        if day is not None:
            assert last is None or last < day
            assert end_of_day_at(day, at, clock) <= now
            last = day
        # What is not due is not far away: the newest one that has passed was run.
        assert last is not None
        assert due_end_of_day(now, at, clock, last) is None
        assert now - end_of_day_at(last, at, clock) < timedelta(hours=49)


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [
        ("06:00", "22:00", ["06:00", "21:59"]),
        ("22:00", "06:00", ["22:00", "23:59", "00:00", "05:59"]),
        ("08:00", "08:00", ["00:00", "06:00", "08:00", "23:59"]),
    ],
)
def test_a_range_holds_its_beginning_and_not_its_end(start: str, end: str, held: list[str]) -> None:
    within = TimeRange(start=time.fromisoformat(start), end=time.fromisoformat(end))
    for clock in ("00:00", "05:59", "06:00", "08:00", "21:59", "22:00", "23:59"):
        inside = clock in held or (start == end) or (start == "06:00" and clock == "08:00")
        assert within.holds(utc(f"2026-11-21T{clock}"), ZoneInfo("UTC")) is inside, clock


class TestTheTimetable:
    STATE = SyncState(connection="wh", watermark=NOW - timedelta(hours=1), end_of_day=date(2026, 11, 20))

    def test_end_of_day_goes_before_the_interval_and_its_range(self) -> None:
        table = Timetable(minutes=15, end_of_day=time(12), range=TimeRange(start=time(1), end=time(2)), zone="UTC")
        plan = table.due(self.STATE, NOW)
        assert plan is not None
        assert plan.steps == (SyncKind.ORDERS, SyncKind.STOCK)
        assert (plan.full, plan.late, plan.business_date, plan.moves) == (True, False, NOW.date(), False)
        assert table.due(self.STATE.but(end_of_day=NOW.date()), NOW) is None

    @pytest.mark.parametrize(("minutes", "at"), [(15, 2), (0, 0)])
    def test_end_of_day_reads_all_products_once_a_day(self, minutes: int, at: int) -> None:
        """First where nothing else tells of changed item numbers; else stock does not wait for it."""
        table = Timetable(minutes=minutes, end_of_day=time(12))
        plan = table.due(self.STATE.but(products_read_at=NOW - timedelta(hours=24)), NOW)
        assert plan is not None
        assert plan.steps.index(SyncKind.PRODUCTS) == at
        plan = table.due(self.STATE.but(products_read_at=NOW - timedelta(hours=2)), NOW)
        assert plan is not None
        assert SyncKind.PRODUCTS not in plan.steps

    @pytest.mark.parametrize(
        ("after", "late"), [(timedelta(hours=1), False), (timedelta(hours=1, minutes=1), True)]
    )
    def test_an_end_of_day_is_late_after_an_hour(self, after: timedelta, late: bool) -> None:
        plan = Timetable(end_of_day=time(12)).due(self.STATE, NOW + after)
        assert plan is not None
        assert plan.late is late

    def test_a_pause_keeps_stock_back_and_nothing_else(self) -> None:
        table = Timetable(minutes=15, end_of_day=time(12))
        plan = table.due(self.STATE.but(paused_until=NOW + timedelta(minutes=1)), NOW)
        assert plan is not None
        assert plan.steps == (SyncKind.PRODUCTS, SyncKind.ORDERS)
        over = table.due(self.STATE.but(paused_until=NOW), NOW)
        assert over is not None
        assert over.business_date == NOW.date()

    def test_nothing_is_due_where_nothing_is_wanted(self) -> None:
        table = Timetable()
        assert table.due(SyncState(connection="wh"), NOW) is None
        assert table.next_sync(self.STATE, NOW) is None
        assert table.next_end_of_day(self.STATE, NOW) is None
        assert (
            overdue_since(table, self.STATE.but(dry_run_done=True, pushed_at=utc("2020-01-01T00:00")), NOW) is None
        )

    @pytest.mark.parametrize(
        ("watermark", "range_", "moment"),
        [
            (NOW - timedelta(minutes=10), None, NOW + timedelta(minutes=5)),
            (NOW - timedelta(days=3), None, NOW),
            (None, None, NOW),
            (NOW, TimeRange(start=time(6), end=time(12)), utc("2026-11-22T06:00")),
            (NOW, TimeRange(start=time(13), end=time(12)), utc("2026-11-21T13:00")),
        ],
    )
    def test_tells_the_next_sync(
        self, watermark: datetime | None, range_: TimeRange | None, moment: datetime
    ) -> None:
        table = Timetable(minutes=15, range=range_)
        assert table.next_sync(self.STATE.but(watermark=watermark), NOW) == moment

    def test_tells_the_next_end_of_day(self) -> None:
        table = Timetable(end_of_day=time(23), zone="Europe/Berlin")
        assert table.next_end_of_day(self.STATE, NOW) == utc("2026-11-21T22:00")
        assert table.next_end_of_day(self.STATE.but(end_of_day=date(2026, 11, 21)), NOW) == utc("2026-11-22T22:00")
        assert table.next_end_of_day(self.STATE.but(end_of_day=date(2026, 11, 19)), NOW) == NOW
        failed = self.STATE.but(end_of_day=date(2026, 11, 21))
        for hours, moment in [(-1, NOW), (1, NOW + timedelta(hours=1)), (48, utc("2026-11-22T22:00"))]:
            assert table.next_end_of_day(failed.but(again_at=NOW + timedelta(hours=hours)), NOW) == moment

    @pytest.mark.parametrize(
        ("table", "hours"),
        [
            (Timetable(minutes=15), 1),
            (Timetable(minutes=60), 2),
            (Timetable(minutes=15, range=TimeRange(start=time(6), end=time(22))), 26),
            (Timetable(end_of_day=time(23)), 26),
        ],
    )
    def test_a_push_is_overdue_after_twice_its_schedule(self, table: Timetable, hours: int) -> None:
        pushed = NOW - timedelta(hours=hours)
        state = self.STATE.but(dry_run_done=True, pushed_at=pushed)
        assert overdue_since(table, state, NOW) is None
        assert overdue_since(table, state, NOW + timedelta(minutes=1)) == pushed
        later = NOW + timedelta(minutes=1)
        assert overdue_since(table, state.but(dry_run_done=False), later) is None
        assert overdue_since(table, state.but(watched_from=NOW), later) is None
        assert overdue_since(table, state.but(paused_until=NOW), later) is None, (
            "a pause that is over begins it anew"
        )


class TestAPlan:
    PLAN = Plan(
        steps=(SyncKind.ORDERS, SyncKind.STOCK),
        begun_at=NOW,
        full=True,
        business_date=date(2026, 11, 21),
        late=True,
    )

    def test_names_its_runs_in_the_order_they_begin(self) -> None:
        following = self.PLAN.rest(well=True)
        assert following is not None
        assert self.PLAN.run_id(NOW, "ffffffff") < following.run_id(NOW, "00000000")

    def test_marks_only_stock_as_end_of_day(self) -> None:
        following = self.PLAN.rest(well=False)
        assert following is not None
        assert following.failed
        assert following.rest(well=True) is None
        orders, stock = self.PLAN.run("wh", "a", NOW), following.run("wh", "b", NOW)
        assert (orders.business_date, orders.late) == (None, False)
        assert (stock.business_date, stock.late) == (date(2026, 11, 21), True)
