"""Syncs whose workers die at any call, or meet an outage: all of it is done in the end, and nothing of it twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from platen.domain.sync import RunState
from platen.messages import Queue
from tests.fakes import Crash, Lost
from tests.usecases.sync.depot import DepotBench

LONG_ENOUGH = timedelta(hours=4)
"""For a lease to run out, a sweep to see it, and a message that a dead worker had to come back."""


def begun(*, first: bool) -> DepotBench:
    """The first products and all they bring; or an ordinary evening: End of Day, an order that nobody heard of."""
    bench = DepotBench(ready=False, end_of_day="12:00", sync_minutes=0)
    bench.sells("1", "A")
    bench.sells("2", "B")
    bench.shelves.export_rounds = 2
    if first:
        bench.start("products", full=True)
    else:
        bench.is_ready()
        bench.order_placed()
        bench.clock.set(datetime(2026, 11, 21, 12, tzinfo=UTC))
        bench.fires()
    bench.switch.calls.clear()
    return bench


def went_well(bench: DepotBench, *, first: bool) -> None:
    assert bench.state.running == ""
    assert bench.queues.dead() == []
    if first:
        (run,) = bench.runs()
        assert run.state is RunState.DONE, run.words
        assert [line.split("|")[0] for file in bench.told_items() for line in file] == ["A", "B"]
        (key,) = bench.files.names("out/depot/stock/")
        assert bench.lines(key) == ["MAIN|A|1", "MAIN|B|2", "#END"]
        assert len(bench.lines(run.report)) == 1
        assert bench.files.names("own/depot/runs/") == []
    else:
        pushed = {one.run_id: one.business_date for one in bench.push.runs}
        assert [str(one) for one in pushed.values()] == ["2026-11-21"]
        assert len(bench.press.made) == 1
        assert bench.state.trouble == {}
    assert all(one.state is RunState.DONE for one in bench.runs())


@cache
def calls_of(*, first: bool) -> int:
    """How many calls of ports the syncs make when nothing goes wrong."""
    bench = begun(first=first)
    while bench.queues.waiting(Queue.SYNCS):
        if not bench.work_one(Queue.SYNCS):
            bench.clock.passes(seconds=15)
    number = len(bench.switch.calls)
    bench.run(LONG_ENOUGH)
    went_well(bench, first=first)
    return number


@pytest.mark.parametrize("trouble", [Crash, Lost], ids=["crash", "lost"])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("first", [True, False], ids=["first products", "end of day"])
def test_trouble_at_any_call_changes_nothing_in_the_end(
    first: bool, side: str, trouble: type[BaseException]
) -> None:
    for nth in range(1, calls_of(first=first) + 1):
        bench = begun(first=first)
        getattr(bench.switch, side)("*", trouble(), nth=nth)
        bench.run(LONG_ENOUGH)
        assert bench.switch.fired
        try:
            went_well(bench, first=first)
        except AssertionError as wrong:
            raise AssertionError(f"{trouble.__name__} {bench.switch.fired}, call {nth}: {wrong}") from wrong


def test_a_worker_that_wakes_up_late_writes_nothing_more() -> None:
    """Its lease is over and another one has its run: the next thing it saves is refused, and it ends there."""
    bench = begun(first=False)

    def sleeps() -> None:
        bench.clock.passes(hours=1)
        bench.sweep_now()
        while bench.work_one(Queue.SYNCS):
            pass

    bench.switch.before("store.changed_since", sleeps)
    bench.run(LONG_ENOUGH)
    went_well(bench, first=False)
    assert "syncs: Conflict" in bench.failures


def test_messages_that_come_twice_and_overtake_each_other_change_nothing() -> None:
    bench = begun(first=True)
    bench.queues.duplicate = 20
    bench.queues.shuffle = True
    bench.run(LONG_ENOUGH)
    went_well(bench, first=True)
