"""Products on their way to the warehouse: each by its own item number, or reported; never guessed, never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from platen.domain.sync import Run, RunState
from platen.domain.verdicts import Busy
from platen.usecases.stock.tables import Sold, catalogue_key, read_catalogue
from platen.usecases.sync import products, variants
from tests.usecases.sync.depot import DepotBench, PlainOutbox


@pytest.fixture
def bench() -> DepotBench:
    bench = DepotBench(ready=False)
    bench.sells("1", "A", unit_cost=Decimal("1.50"), category="Toys")
    bench.sells("2", "B")
    return bench


def again(bench: DepotBench, **fields: object) -> Run:
    """A later sync, with the watermark of the one before."""
    bench.state_is(watermark=bench.clock.now())
    bench.clock.passes(hours=1)
    return bench.started("products", **fields)


def catalogue(bench: DepotBench) -> list[Sold]:
    return list(read_catalogue(bench.files.lines(catalogue_key("depot", "stall"))))


class TestTheFirstTime:
    def test_all_products_go_out_with_their_unit_cost(self, bench: DepotBench) -> None:
        run = bench.started("products")
        assert run.state is RunState.DONE, run.words
        assert bench.told_items() == [["A|1.50|401|Toys|Y", "B|None|402||Y"]]
        assert (run.totals.compared, run.totals.corrected) == (2, 2)
        assert bench.state.products_done_at
        assert [one.item for one in catalogue(bench)] == ["A", "B"]

    def test_what_the_store_has_is_told_once(self, bench: DepotBench) -> None:
        bench.sells("3", "C")
        bench.shelves.on_hand.pop("S2")  # not stocked there
        bench.started("products")
        (key,) = bench.files.names("out/depot/stock/")
        assert bench.lines(key) == ["MAIN|A|1", "MAIN|C|3", "#END"]
        bench.files.taken_away(key)
        bench.state_is(products_done_at=None)
        again(bench, full=True)
        assert bench.files.names("out/depot/stock/") == [], "even though it was taken away"

    def test_a_site_that_the_warehouse_counts_is_not_told(self, bench: DepotBench) -> None:
        bench.counted("MAIN")
        bench.started("products")
        assert bench.files.names("out/depot/stock/") == []

    def test_the_first_stock_goes_on_where_it_was(self, bench: DepotBench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platen.usecases.sync.first_stock.PART", 1)
        bench.sells("3", "C")
        bench.time = products.SPARE  # enough for one part, as nothing passes on this clock
        bench.switch.after("stock.levels", lambda: setattr(bench, "time", 0.0))
        run_id = bench.start("products")["result"]["run_id"]
        bench.work()
        assert not bench.run_of(run_id).over
        bench.time = 900.0
        bench.run()
        (key,) = bench.files.names("out/depot/stock/")
        assert bench.lines(key) == ["MAIN|A|1", "MAIN|B|2", "MAIN|C|3", "#END"]
        assert bench.switch.calls.count("stock.levels") == 3
        assert bench.files.names("own/depot/runs/") == []

    def test_an_export_is_waited_for(self, bench: DepotBench) -> None:
        bench.shelves.export_rounds = 5
        run = bench.started("products")
        assert run.state is RunState.DONE
        assert bench.shelves.exports == 1

    def test_an_export_that_has_to_wait_for_another_holds_up_no_orders(self, bench: DepotBench) -> None:
        busy = Busy("another export is on", after=timedelta(minutes=5))
        bench.switch.before("stock.begin_export", busy)
        bench.start("products")
        bench.work()
        assert bench.connections.health("stall").resume_at is None
        bench.run()
        assert bench.runs()[0].state is RunState.DONE

    def test_an_export_that_fails_says_why(self, bench: DepotBench) -> None:
        bench.shelves.export_fails = "INTERNAL_SERVER_ERROR"
        run = bench.started("products")
        assert run.state is RunState.FAILED
        assert "INTERNAL_SERVER_ERROR" in run.words

    def test_an_export_that_never_ends_fails_at_last(self, bench: DepotBench) -> None:
        bench.shelves.export_rounds = 10**9
        run_id = bench.start("products")["result"]["run_id"]
        bench.work()
        bench.clock.passes(hours=13)
        bench.run()
        assert "has not listed its products" in bench.run_of(run_id).words

    def test_an_export_that_nobody_asked_for_holds_up_the_other_syncs_for_two_hours_at_most(
        self, bench: DepotBench
    ) -> None:
        bench.is_ready()
        bench.shelves.export_rounds = 10**9
        bench.fires()
        bench.work()
        bench.clock.passes(hours=2, minutes=1)
        bench.run()
        assert [one.state for one in bench.runs()] == [RunState.FAILED, RunState.DONE, RunState.DONE]


class TestWhatIsUnclear:
    def test_is_reported_and_never_guessed(self, bench: DepotBench) -> None:
        bench.sells("3", " B ")
        bench.sells("4", "  ")
        bench.sells("5", "a")
        bench.sells("6", "X" * 101)
        run = bench.started("products")
        found = {(row["result"], row["variant_id"]) for row in bench.report(run)}
        assert found == {
            ("duplicate", "V2"),
            ("duplicate", "V3"),
            ("blank", "V4"),
            ("case", "V1"),
            ("case", "V5"),
            ("too_long", "V6"),
        }
        assert [line.split("|")[0] for line in bench.told_items()[0]] == ["A", "a"]
        assert (run.totals.duplicates, run.totals.blank, run.totals.failed) == (2, 1, 1)
        assert "The report names them." in run.words

    def test_is_a_number_that_does_not_fit_the_warehouses_files(self, bench: DepotBench) -> None:
        bench.sells("3", "C|3")
        run = bench.started("products")
        (row,) = bench.report(run)
        assert (row["result"], row["item"], row["variant_id"]) == ("unfit", "C|3", "V3")
        assert row["words"] == "Its sku has a bar: change it at the store."
        assert [line.split("|")[0] for line in bench.told_items()[0]] == ["A", "B"]
        assert (run.totals.skipped, run.totals.corrected) == (1, 2)
        assert "1 products have an item number that does not fit" in run.words

    def test_is_told_once_the_warehouse_takes_it(self, bench: DepotBench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.sells("3", "C|3")
        bench.started("products")
        monkeypatch.setattr(PlainOutbox, "unfit", lambda *_: "")
        run = again(bench)
        assert bench.told_items()[1] == ["C|3|None|403||Y"]
        assert run.totals.skipped == 0

    def test_keeps_what_the_warehouse_knows_of_it(self, bench: DepotBench) -> None:
        bench.started("products")
        bench.sells("3", "A", unit_cost=Decimal(9))
        again(bench)
        assert len(bench.told_items()) == 1, "not told anew, and not told to be gone"
        bench.sells("3", "C")
        again(bench)
        assert bench.told_items()[1] == ["C|None|403||Y"]

    def test_is_trimmed_before_it_is_compared(self, bench: DepotBench) -> None:
        bench.sells("3", " C\n")
        bench.started("products")
        assert [one.item for one in catalogue(bench)] == ["A", "B", "C"]

    def test_text_of_any_kind_is_kept_in_one_line(self, bench: DepotBench) -> None:
        bench.sells("3", 'C,"\r\n\x00\ud800', title='a "b"\n,c')
        run = bench.started("products")
        assert run.state is RunState.DONE
        assert len(catalogue(bench)) == 3

    def test_a_bundle_is_no_item(self, bench: DepotBench) -> None:
        bench.sells("3", "C", bundle=True)
        bench.started("products")
        assert [line.split("|")[0] for line in bench.told_items()[0]] == ["A", "B"]


class TestAfterwards:
    def test_only_what_changed_is_read_and_told(self, bench: DepotBench) -> None:
        bench.started("products")
        bench.clock.passes(hours=2)
        bench.state_is(watermark=bench.clock.now())
        bench.sells("2", "B", unit_cost=Decimal(7))
        run = bench.started("products")
        assert bench.shelves.exports == 1
        assert run.totals.compared == 1
        assert bench.told_items()[1] == ["B|7|402||Y"]

    def test_nothing_changed_is_nothing_told(self, bench: DepotBench) -> None:
        bench.started("products")
        again(bench)
        again(bench, full=True)
        assert len(bench.told_items()) == 1

    def test_a_new_item_number_takes_the_old_ones_place(self, bench: DepotBench) -> None:
        bench.started("products")
        bench.sells("2", "Z")
        again(bench)
        assert bench.told_items()[1] == ["B|None|402||N", "Z|None|402||Y"]
        assert [one.item for one in catalogue(bench)] == ["A", "Z"]

    def test_one_that_was_deleted_is_told_by_a_full_sync(self, bench: DepotBench) -> None:
        bench.started("products")
        del bench.shelves.sold["V2"]
        again(bench)
        assert len(bench.told_items()) == 1
        again(bench, full=True)
        assert bench.told_items()[1] == ["B|None|402||N"]
        again(bench, full=True)
        assert len(bench.told_items()) == 2, "once"

    def test_very_many_changes_are_read_by_the_stores_own_export(
        self, bench: DepotBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(products, "MOST_CHANGED", 3)
        bench.started("products")
        for number in range(3, 8):
            bench.sells(str(number), f"N{number}")
        run = again(bench)
        assert bench.shelves.exports == 2
        assert run.totals.compared == 7

    def test_another_field_for_item_numbers_reads_all_anew(self, bench: DepotBench) -> None:
        bench.started("products")
        bench.set(create_item_using="barcode")
        again(bench)
        assert [one.item for one in catalogue(bench)] == ["401", "402"]


def test_a_long_list_is_sorted_in_chunks(bench: DepotBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "CHUNK", 4)
    skus = ["b", "Ä", "a", "Z", "é", "𝄞", "~", "0", "-", "ﬁ"]
    for number, sku in enumerate(skus, start=10):
        bench.sells(str(number), sku)
    run = bench.started("products")
    assert run.state is RunState.DONE
    assert [one.item for one in catalogue(bench)] == sorted([*skus, "A", "B"], key=str.encode)
    assert bench.files.names("own/depot/runs/") == []


def test_a_paused_store_is_not_read_and_the_watermark_waits_for_it(bench: DepotBench) -> None:
    bench.connections.save(bench.connections.get("stall").but(paused=True))
    run = bench.started("products")
    assert run.state is RunState.FAILED
    assert "platen resume stall" in run.words
    assert "stock.begin_export" not in bench.switch.calls
