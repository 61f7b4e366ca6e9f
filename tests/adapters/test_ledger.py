"""One contract for ``ports.Ledger``, held to by the table and by the fake that other tests lean on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from platen.adapters.dynamodb_ledger import CLAIMS_KEPT, DynamoDBLedger
from platen.domain.sync import Run, RunState, Totals
from platen.domain.sync_kind import SyncKind
from platen.domain.warehouse import (
    Adjustment,
    AtWarehouse,
    CancelStanding,
    Reason,
    TakenUnits,
    WarehouseLine,
    WarehouseOrder,
    WarehouseParcel,
)
from platen.ports import Claimed, Conflict, Ledger
from tests.adapters.conftest import make_table
from tests.adapters.wire import Wire
from tests.fakes import FakeClock
from tests.fakes.ledger import FakeLedger

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def stock_table(wire: Any) -> Wire:
    opened: Wire = wire("dynamodb")
    make_table(opened.client, "StockTable")
    opened.sent.clear()
    return opened


@pytest.fixture
def table(stock_table: Wire, clock: FakeClock) -> DynamoDBLedger:
    return DynamoDBLedger(stock_table.client, "StockTable", clock, timedelta(days=180))


@pytest.fixture(params=["table", "fake"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "fake":
        return FakeLedger()
    found: Ledger = request.getfixturevalue("table")
    return found


def an_order(number: int = 1, **changes: Any) -> WarehouseOrder:
    fields: dict[str, Any] = {
        "connection": "wh",
        "number": f"{1000 + number}-order{number:011d}-1",
        "order_id": f"order{number:011d}",
        "job_id": "1",
        "store": "shop",
        "store_order_id": str(number),
        "site": "MAIN",
        "body": "b",
        "lines": (WarehouseLine(number=1, line_id="11", item="A", wanted=2),),
        "told_at": after(number),
        "changed_at": after(number),
    }
    return WarehouseOrder(**(fields | changes))


def an_adjustment(number: int = 1, **changes: Any) -> Adjustment:
    fields: dict[str, Any] = {
        "adjustment_id": f"ADJ-{number}",
        "occurred_at": after(number),
        "site": "MAIN",
        "item": "A",
        "delta": -3,
        "reason": Reason.COUNT,
        "received_at": after(60),
    }
    return Adjustment(**(fields | changes))


class TestAnOrderAtTheWarehouse:
    def test_is_read_as_it_was_saved(self, ledger: Ledger) -> None:
        taken = TakenUnits(at=NOW, quantity=1)
        parcel = WarehouseParcel(number="S1", tracking="T", shipped_at=NOW, lines={1: 2})
        line = WarehouseLine(number=1, line_id="11", item="Ünïcode 1", wanted=2, picked=1, taken=(taken,))
        saved = ledger.save_order(None, an_order(lines=(line,), parcels=(parcel,)))
        assert saved.version == 1
        assert ledger.order("wh", saved.number) == saved
        assert ledger.order("other", saved.number) is None

    def test_is_not_put_over_one_that_is_there(self, ledger: Ledger) -> None:
        ledger.save_order(None, an_order())
        with pytest.raises(Conflict):
            ledger.save_order(None, an_order())

    def test_is_not_written_over_what_changed_since_it_was_read(self, ledger: Ledger) -> None:
        read = ledger.save_order(None, an_order())
        ledger.save_order(read, read.but(state=AtWarehouse.ACCEPTED))
        with pytest.raises(Conflict):
            ledger.save_order(read, read.but(state=AtWarehouse.REJECTED))

    def test_waits_until_it_is_answered_to(self, ledger: Ledger) -> None:
        first, second, third = (ledger.save_order(None, an_order(number)) for number in (1, 2, 3))
        ledger.save_order(None, an_order(9, connection="other"))
        assert [one.number for one in ledger.waiting("wh", 10)] == [first.number, second.number, third.number]
        assert [one.number for one in ledger.waiting("wh", 2)] == [first.number, second.number]
        assert [one.number for one in ledger.waiting("wh", 2, second.number)] == [third.number]
        taken = ledger.save_order(first, first.but(state=AtWarehouse.ACCEPTED))
        assert [one.number for one in ledger.waiting("wh", 10)] == [second.number, third.number]
        ledger.save_order(taken, taken.but(cancel=CancelStanding.WANTED))
        assert first.number in {one.number for one in ledger.waiting("wh", 10)}

    def test_matters_to_stock_until_it_is_settled(self, ledger: Ledger) -> None:
        first, second = (ledger.save_order(None, an_order(number)) for number in (1, 2))
        accepted = ledger.save_order(first, first.but(state=AtWarehouse.CLOSED))
        assert {one.number for one in ledger.unsettled("wh")} == {first.number, second.number}
        ledger.save_order(accepted, accepted.but(settled=True))
        assert [one.number for one in ledger.unsettled("wh")] == [second.number]
        assert ledger.order("wh", first.number)


class TestAnAdjustment:
    def test_counts_once_however_often_it_is_told(self, ledger: Ledger) -> None:
        assert ledger.add_adjustment("wh", an_adjustment())
        assert not ledger.add_adjustment("wh", an_adjustment(received_at=after(99)))
        assert [one.delta for one in ledger.adjustments("wh", "MAIN", None)] == [-3]

    @pytest.mark.parametrize("change", [{"delta": 3}, {"item": "B"}, {"site": "EAST"}, {"occurred_at": after(5)}])
    def test_with_an_id_that_stands_for_another_is_refused(self, ledger: Ledger, change: dict[str, Any]) -> None:
        ledger.add_adjustment("wh", an_adjustment())
        with pytest.raises(Conflict):
            ledger.add_adjustment("wh", an_adjustment(**change))
        assert [one.delta for one in ledger.adjustments("wh", "MAIN", None)] == [-3]
        assert not list(ledger.adjustments("wh", "EAST", None))

    def test_is_of_its_own_warehouse(self, ledger: Ledger) -> None:
        assert ledger.add_adjustment("wh", an_adjustment())
        assert ledger.add_adjustment("other", an_adjustment(delta=7))
        assert [one.delta for one in ledger.adjustments("other", "MAIN", None)] == [7]

    def test_is_given_by_item_and_only_what_came_after(self, ledger: Ledger) -> None:
        for number, item in ((1, "b"), (2, "a"), (3, "B"), (4, "a")):
            ledger.add_adjustment("wh", an_adjustment(number, item=item))
        given = list(ledger.adjustments("wh", "MAIN", after(1)))
        assert [(one.item, one.adjustment_id) for one in given] == [("B", "ADJ-3"), ("a", "ADJ-2"), ("a", "ADJ-4")]


class TestWhatWasTakenIn:
    def test_is_remembered_with_its_answer(self, ledger: Ledger) -> None:
        assert ledger.claim("wh", "picks/a.csv", "f1") is None
        ledger.finish("wh", "picks/a.csv", Claimed("f1", "answer"))
        assert ledger.claim("wh", "picks/a.csv", "f2") == Claimed("f1", "answer")
        assert ledger.claim("other", "picks/a.csv", "f1") is None

    def test_is_forgotten_after_its_time_though_it_is_still_there(
        self, table: DynamoDBLedger, clock: FakeClock
    ) -> None:
        table.finish("wh", "key", Claimed("f1", "answer"))
        clock.passes(seconds=CLAIMS_KEPT.total_seconds() + 1)
        assert table.claim("wh", "key", "f1") is None


class TestSyncs:
    def test_begin_with_an_empty_state(self, ledger: Ledger) -> None:
        state = ledger.state("wh")
        assert (state.version, state.watermark, state.running) == (0, None, "")

    def test_state_is_changed_by_one_at_a_time(self, ledger: Ledger) -> None:
        read = ledger.state("wh")
        ledger.save_state(read.but(watermark=NOW, end_of_day=date(2026, 11, 20), snapshots={"MAIN": "{}"}))
        with pytest.raises(Conflict):
            ledger.save_state(read.but(running="x"))
        assert ledger.state("wh").watermark == NOW
        assert ledger.state("wh").end_of_day == date(2026, 11, 20)

    def test_state_is_forgotten_with_its_connection(self, ledger: Ledger) -> None:
        ledger.save_state(ledger.state("wh").but(watermark=NOW))
        ledger.forget("wh")
        assert ledger.state("wh").version == 0

    def test_runs_are_kept_the_newest_first(self, ledger: Ledger) -> None:
        for number in range(3):
            run = Run(
                connection="wh", run_id=f"2026112{number}T0000-a", kind=SyncKind.STOCK, begun_at=after(number)
            )
            saved = ledger.save_run(run)
            ledger.save_run(saved.but(state=RunState.DONE, totals=Totals(compared=number)))
        assert [run.totals.compared for run in ledger.runs("wh", 2)] == [2, 1]
        assert ledger.run("wh", "20261121T0000-a") is not None
        assert ledger.run("wh", "nothing") is None
        with pytest.raises(Conflict):
            ledger.save_run(saved)


class TestALostAnswer:
    """boto3 sends the same again: what landed is not refused, and is not done twice."""

    def test_to_a_saved_order_is_no_conflict(self, table: DynamoDBLedger, stock_table: Wire) -> None:
        stock_table.lose_answer("PutItem")
        saved = table.save_order(None, an_order())
        stock_table.lose_answer("PutItem")
        table.save_order(saved, saved.but(state=AtWarehouse.CLOSED))
        assert [one.version for one in table.unsettled("wh")] == [2]

    def test_to_an_adjustment_counts_it_once(self, table: DynamoDBLedger, stock_table: Wire) -> None:
        stock_table.lose_answer("TransactWriteItems")
        table.add_adjustment("wh", an_adjustment())
        assert [one.delta for one in table.adjustments("wh", "MAIN", None)] == [-3]

    def test_to_a_state_is_no_conflict(self, table: DynamoDBLedger, stock_table: Wire) -> None:
        stock_table.lose_answer("PutItem")
        assert table.save_state(table.state("wh").but(running="run")).version == 1


def test_two_workers_that_meet_on_an_adjustment_keep_it_once(table: DynamoDBLedger, stock_table: Wire) -> None:
    stock_table.answer("TransactWriteItems", "TransactionCanceledException", times=2)
    assert table.add_adjustment("wh", an_adjustment())
    assert len(list(table.adjustments("wh", "MAIN", None))) == 1
