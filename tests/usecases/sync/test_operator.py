"""What people may ask of syncs and stock, in the order in which a connection is set up."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from platen.domain.sync import RunState
from platen.domain.sync_kind import SyncKind
from platen.messages import Queue
from tests.usecases.sync.depot import DepotBench, hours


@pytest.fixture
def bench() -> DepotBench:
    return DepotBench()


@pytest.fixture
def fresh() -> DepotBench:
    bench = DepotBench(ready=False)
    bench.sells("1", "A")
    return bench


def status(bench: DepotBench) -> dict[str, Any]:
    found: dict[str, Any] = bench.do("sync_status", connection="depot")
    return found


class TestSetUp:
    def test_says_step_by_step_what_is_missing(self, fresh: DepotBench) -> None:
        fresh.set(sites=[])
        assert ["No site of depot" in one for one in status(fresh)["missing"]] == [True]
        assert "platen sync places" in fresh.start("products")["error"]["message"]
        fresh.set(sites=["MAIN=stall/L1"])
        assert len(status(fresh)["missing"]) == 3
        assert fresh.started("products").state is RunState.DONE
        assert "platen sync stock --connection depot --dry-run" in status(fresh)["missing"][-1]
        assert "snapshot" in fresh.start("stock", dry=True)["error"]["message"]
        fresh.counted("MAIN")
        assert "Nobody has seen" in fresh.start("stock")["error"]["message"]
        assert fresh.started("stock", dry=True).dry
        assert status(fresh)["missing"] == []
        assert fresh.started("stock").by == "tester"

    def test_names_what_is_missing_in_the_order_in_which_it_is_done(self, fresh: DepotBench) -> None:
        fresh.connections.save(fresh.connections.get("stall").but(links=()))
        words = status(fresh)["missing"]
        steps = ["platen link stall depot", "platen sync products", "snapshot", "platen sync stock"]
        assert [step in one for step, one in zip(steps, words, strict=True)] == [True] * 4

    def test_runs_nothing_by_itself_before_it_is_done(self, fresh: DepotBench) -> None:
        fresh.fired()
        fresh.clock.passes(hours=20)
        fresh.fired()
        assert fresh.runs() == []

    def test_asks_for_a_store_that_is_there_counts_and_sends_orders(self, bench: DepotBench) -> None:
        stall = bench.connections.get("stall")
        stall = bench.connections.save(stall.but(links=()))
        assert "would never leave its count" in status(bench)["missing"][0]
        bench.set(sites=["MAIN=gone/L1"])
        assert "no such connection" in status(bench)["missing"][0]
        bench.set(sites=["MAIN=depot/L1"])
        assert "whose stock Platen cannot write" in status(bench)["missing"][0]
        bench.fired()
        assert bench.runs() == []

    def test_a_site_that_came_later_holds_up_no_other(self, bench: DepotBench) -> None:
        bench.set(sites=["MAIN=stall/L1", "EAST=stall/L2"])
        assert status(bench)["missing"] == []
        assert [one["too_old"] for one in status(bench)["snapshots"]] == [False, True]
        bench.fired()
        assert [one.kind for one in bench.runs()] == [SyncKind.PRODUCTS, SyncKind.ORDERS, SyncKind.STOCK]
        assert bench.start("stock")["ok"]

    def test_a_site_alone_needs_its_count(self, bench: DepotBench) -> None:
        bench.set(sites=["EAST=stall/L2"])
        assert "snapshot" in status(bench)["missing"][0]
        bench.fired()
        assert bench.runs() == []

    def test_a_dry_run_that_fails_does_not_count(self, fresh: DepotBench) -> None:
        fresh.started("products")
        fresh.counted("MAIN")
        fresh.push.ends = [RunState.FAILED]
        fresh.started("stock", dry=True)
        assert not fresh.state.dry_run_done

    def test_only_stock_can_be_tried_out(self, bench: DepotBench) -> None:
        assert "Only stock" in bench.start("products", dry=True)["error"]["message"]

    def test_a_connection_that_is_no_warehouse_has_no_syncs(self, bench: DepotBench) -> None:
        for action in ("sync_status", "sync_runs"):
            assert "is no warehouse" in bench.ask(action, connection="stall")["error"]["message"]

    def test_places_of_a_store_are_listed(self, bench: DepotBench) -> None:
        found = bench.do("sync_places", store="stall")["places"]
        assert found[0] == {"place_id": "L1", "name": "Shelf", "active": True}


class TestLooking:
    def test_shows_where_it_stands(self, bench: DepotBench) -> None:
        bench.fired()
        bench.clock.passes(hours=40)
        shown = status(bench)
        assert shown["snapshots"] == [
            {
                "site": "MAIN",
                "snapshot_id": "S1",
                "taken_at": "2026-11-21T09:00:00.000Z",
                "rows": 2,
                "age_hours": 40.0,
                "too_old": True,
            }
        ]
        assert shown["watermark"] == "2026-11-21T09:00:00.000Z"
        assert shown["next_sync"] == shown["next_end_of_day"] == "2026-11-23T01:00:00.000Z", "both are overdue"
        assert shown["brakes"]["most_changed_percent"] == 20

    def test_shows_runs_and_one_run(self, bench: DepotBench) -> None:
        bench.fired()
        runs = bench.do("sync_runs", connection="depot", limit=2)["runs"]
        assert [one["kind"] for one in runs] == ["stock", "orders"]
        assert "cursor" not in runs[0]
        assert (
            bench.ask("sync_run", connection="depot", run_id="20200101T000000-aa")["error"]["code"] == "not_found"
        )

    def test_pages_through_a_report(self, fresh: DepotBench) -> None:
        for number in range(2, 9):
            fresh.sells(str(number), "")
        run = fresh.started("products")
        of = {"connection": "depot", "run_id": run.run_id}
        first = fresh.do("sync_report", **of, limit=5)
        rest = fresh.do("sync_report", **of, limit=5, offset=first["next"])
        assert (len(first["rows"]), len(rest["rows"]), rest["next"]) == (5, 2, None)
        assert first["columns"][0] == "result"
        assert fresh.ask("sync_report", **of, limit=501)["error"]["code"] == "invalid"

    def test_shows_only_what_differs_of_a_long_report_in_one_look(self, fresh: DepotBench) -> None:
        """Page by page, each read from the beginning, it took a quarter of an hour to say that all is equal."""
        run = fresh.started("products")
        fresh.files.put_lines(run.report, ["item,result", *(f"I-{n},equal" for n in range(900)), "Z,set"])
        page = fresh.do("sync_report", connection="depot", run_id=run.run_id, limit=1, differing=True)
        assert page == {"columns": ["item", "result"], "rows": [["Z", "set"]], "next": None}

    def test_a_run_without_a_report_says_so(self, bench: DepotBench) -> None:
        run = bench.started("orders")
        answer = bench.ask("sync_report", connection="depot", run_id=run.run_id)
        assert "has no report" in answer["error"]["message"]


class TestThePushOfStock:
    def test_is_paused_and_resumed(self, bench: DepotBench) -> None:
        bench.do("stock_pause", connection="depot", until="2026-11-21T20:00:00Z", by="tester")
        assert "No stock of depot is pushed until 2026-11-21 20:00" in bench.start("stock")["error"]["message"]
        assert status(bench)["paused_until"] == "2026-11-21T20:00:00.000Z"
        bench.fired()
        assert [one.kind for one in bench.runs()] == [SyncKind.PRODUCTS, SyncKind.ORDERS]
        bench.do("stock_resume", connection="depot", by="tester")
        assert bench.state.compare_all
        assert bench.started("stock").state is RunState.DONE

    @pytest.mark.parametrize("until", ["2026-11-21T08:00:00Z", "2027-11-21T08:00:00Z"])
    def test_is_not_paused_into_the_past_nor_for_ever(self, bench: DepotBench, until: str) -> None:
        answer = bench.ask("stock_pause", connection="depot", until=until, by="tester")
        assert answer["error"]["code"] == "refused"

    def test_that_a_brake_stopped_goes_on_when_a_person_says_so(self, bench: DepotBench) -> None:
        bench.push.ends = [RunState.BRAKED]
        run = bench.started("stock")
        assert run.state is RunState.BRAKED
        assert bench.state.running == "", "orders go on meanwhile"
        assert bench.started("orders").state is RunState.DONE
        bench.do("stock_release", connection="depot", run_id=run.run_id, by="boss")
        bench.run()
        run = bench.run_of(run.run_id)
        assert (run.state, run.released_by) == (RunState.DONE, "boss")
        assert bench.state.trouble == {}

    def test_that_a_brake_stopped_is_not_released_once_a_newer_one_ran(self, bench: DepotBench) -> None:
        bench.push.ends = [RunState.BRAKED]
        run = bench.started("stock")
        bench.clock.passes(minutes=1)
        newer = bench.started("stock")
        answer = bench.ask("stock_release", connection="depot", run_id=run.run_id, by="boss")
        assert newer.run_id in answer["error"]["message"]

    def test_that_is_over_is_not_released(self, bench: DepotBench) -> None:
        run = bench.started("stock")
        answer = bench.ask("stock_release", connection="depot", run_id=run.run_id, by="boss")
        assert "is not stopped by a brake" in answer["error"]["message"]


class TestSchedules:
    def test_come_and_go_with_the_connection(self, bench: DepotBench) -> None:
        bench.do("pause", connection="depot")
        assert bench.schedules.names() == []
        bench.do("resume", connection="depot")
        assert {"depot-sync", "depot-end-of-day"} <= set(bench.schedules.names())
        bench.do("disconnect", connection="depot", force=True)
        assert not [one for one in bench.schedules.names() if one.startswith("depot")]
        assert bench.state.version == 0, "nothing is left for one of that name"

    def test_are_only_those_that_are_wanted(self, bench: DepotBench) -> None:
        bench.set(sync_minutes=0)
        bench.do("resume", connection="depot")
        assert "depot-sync" not in bench.schedules.names()
        bench.set(end_of_day="")
        bench.do("resume", connection="depot")
        assert "depot-end-of-day" not in bench.schedules.names()

    def test_run_a_day_by_themselves(self, bench: DepotBench) -> None:
        bench.do("resume", connection="depot")
        bench.run(hours(25), at_least=hours(24))
        assert bench.ends_of_day() == ["2026-11-21"]
        assert not bench.push.runs[-1].late
        assert len(bench.push.runs) > 90
        assert bench.do("attention")["connections"] == []
        assert bench.queues.dead(Queue.SYNCS) == []
        assert time(23) == bench.hub.settings(bench.connections.get("depot")).end_of_day_time
