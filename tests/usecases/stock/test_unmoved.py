"""A push that finds all as it was is over at once; and whatever moves, it is looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platen.domain.connection import Lines, Link
from platen.domain.sync import SCHEDULE, Run, RunState
from platen.domain.verdicts import Busy
from platen.usecases.stock.push import PATIENCE
from platen.usecases.stock.tables import Sold
from platen.usecases.sync.due import noted
from tests.support.counting import Counting

type Moves = Callable[[Counting], object]


def schedule(bench: Counting, *, by: str = SCHEDULE) -> Run:
    """A push at the sync interval, and what is noted of it."""
    bench.clock.passes(minutes=15)
    run = bench.pushes(full=False, by=by)
    bench.ledger.save_state(noted(bench.state(), run))
    return run


def was_over_at_once(run: Run) -> bool:
    return run.words.startswith("nothing has moved since")


@pytest.fixture
def bench() -> Counting:
    """Pushed, and looked at once more: nothing was to be done."""
    bench = Counting()
    bench.sells({"A": 10, "B": 5})
    bench.counts({"A": 10, "B": 5})
    bench.pushes()
    looked = schedule(bench)
    assert not was_over_at_once(looked)
    assert looked.went_by
    return bench


def test_a_quiet_push_is_a_push_that_ended_well(bench: Counting) -> None:
    before = bench.state().pushed_at
    assert was_over_at_once(schedule(bench))
    after = bench.state().pushed_at
    assert before is not None
    assert after is not None
    assert after > before, "or somebody would be told that none has ended well for long"
    assert bench.left_over() == []


def _sold_elsewhere(bench: Counting) -> None:
    link = Link(vendor="depot", lines=Lines.ALL)
    bench.connections.save(bench.connections.get("stall").but(links=(link,)))
    bench.buys("A", 2, store="stall")


MOVES: dict[str, Moves] = {
    "a new count": lambda bench: bench.counts({"A": 8, "B": 5}),
    "the same count once more": lambda bench: bench.counts({"A": 10, "B": 5}),
    "stock that moved without an order": lambda bench: bench.adjusts("A", -2),
    "an order at the warehouse": lambda bench: bench.buys("A", 2),
    "an order of a store without stock": _sold_elsewhere,
    "what a store sells": lambda bench: bench.lists("shop", Sold("Z", "i-Z", "vZ", "Z")),
    "a setting": lambda bench: bench.configure(missing_means_zero=True),
    "a person's wish that all is compared": lambda bench: bench.changes_state(compare_all=True),
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES.keys())
def test_what_moved_is_looked_at(bench: Counting, moves: Moves) -> None:
    assert was_over_at_once(schedule(bench))
    moves(bench)
    assert not was_over_at_once(schedule(bench))


def test_what_moved_after_a_quiet_hour_is_shown(bench: Counting) -> None:
    for _ in range(4):
        assert was_over_at_once(schedule(bench))
    bench.adjusts("A", -3)
    schedule(bench)
    assert bench.shop.shelf("i-A").on_hand == 7
    assert bench.shop.shelf("i-B").on_hand == 5


def test_a_person_has_it_looked_at(bench: Counting) -> None:
    assert not was_over_at_once(schedule(bench, by="tester"))
    assert was_over_at_once(schedule(bench))


def test_once_a_day_all_is_read(bench: Counting) -> None:
    bench.configure(oldest_snapshot_hours=200)
    bench.pushes()
    schedule(bench)
    assert was_over_at_once(schedule(bench))
    bench.clock.passes(hours=23)
    assert not was_over_at_once(schedule(bench))
    assert was_over_at_once(schedule(bench))


def test_a_push_that_wrote_is_followed_by_one_that_looks(bench: Counting) -> None:
    bench.adjusts("A", -1)
    assert not schedule(bench).went_by
    assert not was_over_at_once(schedule(bench))
    assert was_over_at_once(schedule(bench))


def closed_and_counted(bench: Counting) -> str:
    """An order that the warehouse is done with, and its store is not: what it took has to be kept in mind."""
    number = bench.buys("A", 1)
    bench.takes(number, 1)
    bench.closes(number)
    bench.clock.passes(hours=1)
    bench.counts({"A": 9, "B": 5})
    for _ in range(4):
        schedule(bench)
    return number


def test_an_order_that_is_over_is_settled_in_a_quiet_hour_too(bench: Counting) -> None:
    number = closed_and_counted(bench)
    assert not bench.known(number).settled
    bench.shop.fulfils(number, 1)
    schedule(bench)
    assert bench.known(number).settled


def test_a_store_that_cannot_be_asked_whether_an_order_is_over_holds_up_no_sync_for_ever(bench: Counting) -> None:
    closed_and_counted(bench)
    bench.switch.before("stock.standings", Busy("slow down"), times=PATIENCE)
    run = bench.asks(full=False)
    for _ in range(PATIENCE):
        run = bench.goes_on(run)
    assert run.state is RunState.FAILED
    assert "times in a row" in run.words
    assert not was_over_at_once(schedule(bench))
