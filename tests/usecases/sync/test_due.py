"""What is synced when: whatever fires, twice, late or never, each thing that is due is done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from platen.domain.connection import Sign
from platen.domain.sync import RunState
from platen.domain.sync_kind import SyncKind
from platen.domain.verdicts import Denied, Unreachable
from platen.messages import Queue, SyncHint
from tests.fakes import Crash
from tests.usecases.sync.depot import DepotBench, hours

P, O, S = SyncKind.PRODUCTS, SyncKind.ORDERS, SyncKind.STOCK  # noqa: E741 - letters of a picture


@pytest.fixture
def bench() -> DepotBench:
    return DepotBench()


def at(bench: DepotBench, text: str) -> None:
    bench.clock.set(datetime.fromisoformat(text).replace(tzinfo=UTC))


class TestTheInterval:
    def test_brings_products_then_orders_then_stock(self, bench: DepotBench) -> None:
        bench.clock.passes(minutes=15)
        begun = bench.clock.now()
        bench.fired()
        assert [one.kind for one in bench.runs()] == [P, O, S]
        assert all(one.state is RunState.DONE and one.by == "schedule" for one in bench.runs())
        assert not bench.push.runs[0].full
        assert bench.state.watermark == begun
        assert bench.state.running == ""

    def test_keeps_to_its_time_range(self) -> None:
        bench = DepotBench(sync_range="22:00-06:00", end_of_day="", time_zone="Europe/Berlin")
        fired = []
        for hour in range(24):
            at(bench, f"2026-11-22T{hour:02}:30")
            bench.fired()
            fired.append(len(bench.push.runs))
        # 21:00 UTC is 22:00 in Berlin.
        assert [hour for hour in range(24) if fired[hour] > (fired[hour - 1] if hour else 0)] == [
            *range(5),
            21,
            22,
            23,
        ]

    def test_of_nothing_runs_nothing_but_end_of_day(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.fired()
        assert bench.runs() == []
        at(bench, "2026-11-21T23:00")
        bench.fired()
        assert bench.ends_of_day() == ["2026-11-21"]

    def test_leaves_the_watermark_where_something_failed(self, bench: DepotBench) -> None:
        before = bench.state.watermark
        bench.switch.before("stock.variants", Denied("who are you"))
        bench.sells("1", "A")
        bench.files.put("lists/depot/variants/stall.sku.csv.gz", b"")
        bench.fired()
        assert [one.state for one in bench.runs()] == [RunState.FAILED, RunState.DONE, RunState.DONE]
        assert bench.state.watermark == before
        bench.clock.passes(minutes=15)
        assert "who are you" in bench.state.trouble[P]
        bench.fired()
        assert bench.state.watermark != before
        assert bench.state.trouble == {}

    def test_waits_for_a_store_that_is_away_and_goes_on(self, bench: DepotBench) -> None:
        bench.switch.before("store.changed_since", Unreachable("no way"), times=2)
        bench.fired()
        assert [one.state for one in bench.runs()] == [RunState.DONE] * 3

    def test_that_meets_nobody_for_too_long_fails_with_its_words(self, bench: DepotBench) -> None:
        bench.switch.before("store.changed_since", Unreachable("no way"), times=100)
        bench.fired()
        assert bench.runs(O)[0].state is RunState.FAILED
        assert "no way" in bench.runs(O)[0].words
        assert len(bench.push.runs) == 1, "stock is pushed all the same"


class TestEndOfDay:
    def test_that_fires_twice_pushes_once(self, bench: DepotBench) -> None:
        at(bench, "2026-11-21T23:00")
        bench.fires()
        bench.fires()
        bench.run()
        assert bench.ends_of_day() == ["2026-11-21"]
        first = bench.push.runs[0]
        assert (first.full, first.late) == (True, False)
        assert bench.state.end_of_day == first.business_date

    def test_goes_before_the_interval(self, bench: DepotBench) -> None:
        at(bench, "2026-11-21T23:00")
        bench.fired()
        assert [one.kind for one in bench.runs()] == [O, S]

    def test_that_was_missed_is_caught_up_once_and_says_so(self, bench: DepotBench) -> None:
        at(bench, "2026-11-22T07:00")
        bench.fired()
        bench.fired()
        assert bench.ends_of_day() == ["2026-11-21"]
        assert bench.push.runs[0].late
        run = bench.do("sync_run", connection="depot", run_id=bench.push.runs[0].run_id)["run"]
        assert "2026-11-21 was missed at its time" in run["words"]

    def test_of_three_days_off_is_one(self, bench: DepotBench) -> None:
        at(bench, "2026-11-24T23:30")
        bench.fired()
        bench.fired()
        assert bench.ends_of_day() == ["2026-11-24"]

    def test_that_no_schedule_tells_is_found_by_the_sweep(self) -> None:
        bench = DepotBench(sync_minutes=0)
        at(bench, "2026-11-21T23:05")
        bench.run(at_least=timedelta(minutes=10))
        assert bench.ends_of_day() == ["2026-11-21"]

    def test_reads_all_products_anew_once_a_day(self) -> None:
        """A variant that was deleted and made anew: no change tells of the old one, and two share a number."""
        bench = DepotBench(ready=False)
        bench.sells("2", "B")
        bench.started("products")
        bench.is_ready()
        del bench.shelves.sold["V2"]
        bench.sells("9", "B")
        bench.fired()
        assert [one.variant_id for one in bench.catalogue()] == ["V2", "V9"]
        at(bench, "2026-11-22T23:00")
        bench.fired()
        assert [one.kind for one in bench.runs()][-3:] == [O, S, P]
        assert [one.variant_id for one in bench.catalogue()] == ["V9"]
        bench.clock.passes(minutes=15)
        bench.fired()
        assert not bench.runs(P)[-1].full

    def test_that_fails_has_the_next_run_compare_everything(self, bench: DepotBench) -> None:
        bench.push.ends = [RunState.FAILED]
        at(bench, "2026-11-21T23:00")
        bench.fired()
        assert bench.runs(S)[-1].state is RunState.FAILED
        assert "End of Day of 2026-11-21" in bench.state.trouble[S]
        assert bench.state.compare_all
        bench.fired()
        assert bench.runs(S)[-1].business_date is None
        assert bench.state.trouble == {}

    @pytest.mark.parametrize("failing", [O, S])
    def test_alone_that_fails_is_tried_every_hour_until_it_is_done_and_nobody_is_needed(
        self, failing: SyncKind
    ) -> None:
        bench = DepotBench(sync_minutes=0)
        if failing is S:
            bench.push.ends = [RunState.FAILED] * 3
        else:
            bench.switch.before("store.changed_since", Denied("who are you"), times=3)
        at(bench, "2026-11-21T23:00")
        tries = []
        while bench.clock.now() < datetime(2026, 11, 22, 12, tzinfo=UTC):
            bench.run(at_least=timedelta(minutes=10))
            tries.append(len(bench.runs(failing)))
        assert tries[:5] == [1] * 5, "not before an hour is over"
        assert [one.state for one in bench.runs(failing)] == [RunState.FAILED] * 3 + [RunState.DONE]
        assert bench.push.runs[-1].full
        assert set(bench.ends_of_day()) == {"2026-11-21"}
        assert (bench.state.trouble, bench.state.again_at) == ({}, None)

    def test_that_failed_is_not_tried_again_where_the_interval_pushed_meanwhile(self, bench: DepotBench) -> None:
        bench.push.ends = [RunState.FAILED]
        at(bench, "2026-11-21T23:00")
        bench.fired()
        bench.clock.passes(minutes=15)
        bench.fired()
        assert [one.business_date for one in bench.push.runs] == [None]
        for _ in range(8):
            bench.clock.passes(minutes=15)
            bench.fired()
        assert bench.ends_of_day() == []

    def test_that_a_brake_stopped_waits_for_a_person(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.push.ends = [RunState.BRAKED]
        at(bench, "2026-11-21T23:00")
        bench.fired()
        bench.run(at_least=timedelta(hours=5))
        assert [one.state for one in bench.runs(S)] == [RunState.BRAKED]

    def test_that_a_pause_followed_is_tried_again_after_it(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.push.ends = [RunState.FAILED]
        at(bench, "2026-11-21T23:00")
        bench.fired()
        bench.do("stock_pause", connection="depot", until="2026-11-22T04:00:00Z", by="tester")
        bench.run(at_least=timedelta(hours=4))
        assert bench.ends_of_day() == []
        bench.run(at_least=timedelta(hours=2))
        assert bench.ends_of_day() == ["2026-11-21"]

    def test_that_a_pause_cut_short_is_brought_to_its_end_after_it(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.push.cut_short = 1
        at(bench, "2026-11-21T23:00")
        bench.fired()
        bench.do("stock_pause", connection="depot", until="2026-11-22T04:00:00Z", by="tester")
        bench.run(at_least=timedelta(hours=4))
        assert len(bench.push.runs) == 1
        bench.run(at_least=timedelta(hours=2))
        assert bench.ends_of_day() == ["2026-11-21"] * 2
        assert not bench.state.compare_all

    def test_that_failed_yields_to_the_next_one(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.push.ends = [RunState.FAILED]
        at(bench, "2026-11-21T23:00")
        bench.fired()
        at(bench, "2026-11-22T23:00")
        bench.run(at_least=timedelta(hours=3))
        assert bench.ends_of_day() == ["2026-11-22"]

    def test_that_comes_while_another_sync_is_on_follows_it(self) -> None:
        bench = DepotBench(sync_minutes=0)
        at(bench, "2026-11-21T22:59")
        bench.push.rounds = 8  # 15 seconds each
        bench.start("stock")
        bench.work_one(Queue.SYNCS)
        at(bench, "2026-11-21T23:00")
        bench.fired()
        assert [one.business_date is None for one in bench.push.runs] == [True, False]

    def test_of_the_days_before_it_was_set_up_is_not_missed(self) -> None:
        bench = DepotBench(ready=False)
        bench.counted("MAIN")
        bench.state_is(products_done_at=bench.clock.now())
        bench.started("stock", dry=True)
        bench.fired()
        assert bench.ends_of_day() == []

    def test_stands_back_while_stock_is_paused_and_is_caught_up(self, bench: DepotBench) -> None:
        bench.do("stock_pause", connection="depot", until="2026-11-22T02:00:00Z", by="tester")
        at(bench, "2026-11-21T23:00")
        bench.fired()
        assert [one.kind for one in bench.runs()] == [P, O]
        at(bench, "2026-11-22T02:00")
        bench.fired()
        assert bench.ends_of_day() == ["2026-11-21"]
        assert bench.push.runs[0].late


@pytest.mark.parametrize(
    ("zone", "time", "from_", "until", "expected"),
    [
        # Skipped: 2:30 is not there on that day; repeated: it is there twice.
        ("Europe/Berlin", "02:30", "2026-03-28T12:00", "2026-03-30T12:00", ["2026-03-29", "2026-03-30"]),
        ("Europe/Berlin", "02:30", "2026-10-24T12:00", "2026-10-26T12:00", ["2026-10-25", "2026-10-26"]),
        ("America/New_York", "02:30", "2026-03-07T12:00", "2026-03-09T12:00", ["2026-03-08", "2026-03-09"]),
        ("America/New_York", "01:30", "2026-10-31T12:00", "2026-11-02T12:00", ["2026-11-01", "2026-11-02"]),
        ("Europe/Berlin", "23:00", "2026-10-24T12:00", "2026-10-26T12:00", ["2026-10-24", "2026-10-25"]),
        ("America/New_York", "23:00", "2026-03-07T12:00", "2026-03-09T12:00", ["2026-03-07", "2026-03-08"]),
    ],
)
def test_clock_changes_neither_skip_nor_repeat_an_end_of_day(
    zone: str, time: str, from_: str, until: str, expected: list[str]
) -> None:
    bench = DepotBench(ready=False, time_zone=zone, end_of_day=time, sync_minutes=0)
    bench.clock._now = datetime.fromisoformat(from_).replace(tzinfo=UTC)  # before the bench's own beginning
    bench.is_ready()
    end = datetime.fromisoformat(until).replace(tzinfo=UTC)
    while bench.clock.now() < end:
        bench.clock.passes(minutes=30)
        bench.fires()
        while bench.work_one(Queue.SYNCS):
            pass
    assert bench.ends_of_day() == expected


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Auckland"])
def test_a_change_of_the_zone_runs_no_date_twice(bench: DepotBench, zone: str) -> None:
    at(bench, "2026-11-21T23:00")
    bench.fired()
    bench.set(time_zone=zone)
    for _ in range(2 * 24):
        bench.clock.passes(hours=2)
        bench.fired()
    days = bench.ends_of_day()
    assert len(set(days)) == len(days)
    assert len(days) >= 3


class TestOneAtATime:
    @pytest.mark.parametrize("minutes", [0, 15])
    @pytest.mark.parametrize("side", ["before", "after"])
    def test_two_workers_at_once_push_once(self, side: str, minutes: int) -> None:
        bench = DepotBench(sync_minutes=minutes, end_of_day="" if minutes else "23:00")
        at(bench, "2026-11-21T23:00")
        bench.fires()
        bench.fires()
        getattr(bench.switch, side)("ledger.save_state", lambda: bench.work_one(Queue.SYNCS) and None)
        bench.run()
        assert bench.switch.fired
        assert len(bench.push.runs) == 1

    def test_the_schedule_of_a_minute_ago_is_not_due_again(self, bench: DepotBench) -> None:
        bench.fired()
        bench.clock.passes(minutes=1)
        bench.fired()
        assert len(bench.push.runs) == 1

    def test_a_person_is_refused_with_words_while_one_is_on(self, bench: DepotBench) -> None:
        bench.push.rounds = 3
        bench.start("stock")
        bench.work_one(Queue.SYNCS)
        answer = bench.start("orders")
        assert answer["error"]["code"] == "refused"
        assert "asked for by tester" in answer["error"]["message"]
        bench.fires()
        bench.run()
        assert len(bench.runs()) == 1, "the schedule's was dropped"

    def test_a_run_out_of_time_goes_on_from_where_it_was(self, bench: DepotBench) -> None:
        bench.push.rounds = 4
        run = bench.started("stock")
        assert bench.push.seen == [run.run_id] * 4
        assert run.state is RunState.DONE

    def test_a_run_whose_worker_is_gone_is_taken_over(self, bench: DepotBench) -> None:
        bench.push.rounds = 2
        run_id = bench.start("stock")["result"]["run_id"]
        bench.switch.after("ledger.save_run", Crash())
        bench.work_one(Queue.SYNCS)
        assert bench.state.running == run_id
        bench.run(hours(2))
        assert bench.run_of(run_id).state is RunState.DONE
        assert [one.run_id for one in bench.push.runs] == [run_id]

    def test_a_hint_of_a_run_that_is_over_does_nothing(self, bench: DepotBench) -> None:
        run = bench.started("stock")
        bench.queues.send(Queue.SYNCS, [SyncHint(connection="depot", run_id=run.run_id)])
        bench.run()
        assert len(bench.runs()) == 1

    def test_what_ends_its_workers_is_given_up_at_last(self, bench: DepotBench) -> None:
        run_id = bench.start("orders")["result"]["run_id"]
        bench.switch.before("store.changed_since", Crash(), times=100)
        bench.run(hours(12))
        run = bench.run_of(run_id)
        assert run.state is RunState.FAILED
        assert "given up" in run.words

    def test_nothing_runs_while_the_connection_is_paused(self, bench: DepotBench) -> None:
        bench.do("pause", connection="depot")
        bench.fired()
        assert bench.runs() == []
        assert "is paused" in bench.start("orders")["error"]["message"]


class TestTheWatermark:
    def test_set_back_replays_and_does_nothing_twice(self, bench: DepotBench) -> None:
        order = bench.order_placed()
        bench.fired()
        assert len(bench.press.made) == 1
        bench.clock.passes(hours=5)
        bench.fired()
        bench.do("sync_watermark", connection="depot", to="2026-11-21T09:00:00Z", by="tester")
        bench.fired()
        assert len(bench.press.made) == 1
        assert bench.record(order.order_id).jobs["1"].vendor_ref
        assert bench.state.watermark_by == "tester"

    def test_set_back_while_a_sync_is_on_stays_back(self, bench: DepotBench) -> None:
        bench.push.rounds = 2
        bench.fires()
        bench.work_one(Queue.SYNCS)
        bench.do("sync_watermark", connection="depot", to="2026-11-20T09:00:00Z", by="tester")
        bench.run()
        assert bench.state.watermark == datetime(2026, 11, 20, 9, tzinfo=UTC)

    def test_is_not_set_ahead(self, bench: DepotBench) -> None:
        answer = bench.ask("sync_watermark", connection="depot", to="2027-01-01T00:00:00Z", by="tester")
        assert answer["error"]["code"] == "refused"

    def test_of_a_host_that_was_off_for_two_days_covers_them(self, bench: DepotBench) -> None:
        bench.clock.passes(hours=20)
        bench.order_placed()
        bench.clock.passes(hours=28)
        bench.fired()
        assert len(bench.press.made) == 1
        assert bench.ends_of_day() == ["2026-11-22"]


class TestSilence:
    def test_a_push_that_stopped_is_shown(self, bench: DepotBench) -> None:
        bench.run(at_least=timedelta(minutes=50))
        assert bench.do("attention")["connections"] == []
        bench.run(at_least=hours(2))
        (shown,) = bench.do("attention")["connections"]
        (silence,) = shown["silences"]
        assert silence["sign"] == Sign.PUSH.value
        assert "No push of the stock of depot" in silence["words"]
        bench.fired()
        bench.sweep_now()
        assert bench.do("attention")["connections"] == []

    def test_end_of_day_alone_is_waited_for_a_day_and_two_hours(self) -> None:
        bench = DepotBench(sync_minutes=0)
        bench.push.ends = [RunState.FAILED] * 50
        bench.run(hours(30), at_least=hours(25))
        signs = [one["sign"] for each in bench.do("attention")["connections"] for one in each["silences"]]
        assert signs == [Sign.SYNC.value], "it failed, and says so; that it is missing is not yet sure"
        bench.run(hours(30), at_least=hours(2))
        signs = [one["sign"] for each in bench.do("attention")["connections"] for one in each["silences"]]
        assert sorted(signs) == [Sign.PUSH.value, Sign.SYNC.value]

    def test_a_brake_is_shown_at_once(self, bench: DepotBench) -> None:
        bench.push.ends = [RunState.BRAKED]
        bench.fired()
        bench.sweep_now()
        (shown,) = bench.do("attention")["connections"]
        assert "waits for a person: 50 of 60 items" in shown["silences"][0]["words"]

    def test_items_that_a_store_refuses_are_shown_until_it_takes_them(self, bench: DepotBench) -> None:
        bench.push.refused = 2
        bench.fired()
        bench.sweep_now()
        (shown,) = bench.do("attention")["connections"]
        assert "2 of 60 items could not be shown" in shown["silences"][0]["words"]
        assert not bench.state.compare_all
        assert bench.state.watermark == bench.runs()[0].begun_at, "what the others need is done"
        bench.push.refused = 0
        bench.clock.passes(minutes=15)
        bench.fired()
        bench.sweep_now()
        assert bench.do("attention")["connections"] == []
