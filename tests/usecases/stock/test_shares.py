"""Stores that share a stock, each shown a part of it: together never more than there is, whoever buys meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platen.domain.sync import RunState
from platen.domain.verdicts import Refused
from platen.ports import Write
from platen.usecases.stock.tables import Sold
from tests.fakes import Crash
from tests.support.counting import TWO_SHOPS, Counting

SHARES = ["shop=60%", "outlet=40%"]
OFF = {"most_changed_percent": 0, "most_to_zero_percent": 0}


def shared(counted: int, *, shop: int = 0, outlet: int = 0, **settings: object) -> Counting:
    """A count of A, and what the stores show of it before they are written to."""
    bench = Counting(TWO_SHOPS, **{"stock_mode": "set_available", "shares": SHARES, **OFF, **settings})
    bench.sells({"A": shop}, "shop")
    bench.sells({"A": outlet}, "outlet")
    bench.counts({"A": counted})
    return bench


def shows(bench: Counting, item: str = "A") -> tuple[int, ...]:
    return tuple(store.shelf(f"i-{item}").available for store in bench.stores.values())


def never_shows_more_than(bench: Counting, free: Callable[[], int]) -> None:
    """Once a store was shown more, all of them together show no more than there is."""

    def looks(write: Write) -> None:
        if write.quantity > (write.expected or 0):
            assert sum(shows(bench)) <= free()

    for store in bench.stores.values():
        store.watch = looks


def of_store(bench: Counting, run: object, store: str) -> dict[str, str]:
    return next(row for row in bench.rows(run) if row["store"] == store)  # type: ignore[arg-type]


class TestEachIsShownItsShare:
    def test_of_what_is_free(self) -> None:
        bench = shared(22, safety="2")
        bench.buys("A", 6, store="shop")
        bench.buys("A", 4, store="outlet", told=False)
        run = bench.pushes()
        assert shows(bench) == (6, 4)
        row = of_store(bench, run, "outlet")
        told = ("counted", "on_order", "unheard", "safety", "for_others", "expected")
        assert [int(row[name]) for name in told] == [22, 6, 4, 2, 6, 4]

    def test_and_a_last_piece_is_shown_somewhere(self) -> None:
        bench = shared(1)
        bench.pushes()
        assert shows(bench) == (1, 0)

    def test_of_the_kits_that_can_be_made(self) -> None:
        bench = shared(10, kits=["KIT=A*2"])
        for store in ("shop", "outlet"):
            bench.sells({"KIT": 0}, store)
        bench.pushes()
        assert shows(bench, "KIT") == (3, 2)
        assert shows(bench) == (6, 4)

    @pytest.mark.parametrize(("negative", "shown"), [(False, (0, 0)), (True, (-3, -3))])
    def test_but_of_less_than_nothing_none(self, negative: bool, shown: tuple[int, int]) -> None:
        bench = shared(-3, shop=1, outlet=1, show_negative=negative)
        bench.pushes()
        assert shows(bench) == shown

    def test_and_what_is_left_over_is_shown_nowhere(self) -> None:
        bench = shared(10, shares=["shop=50%", "outlet=30%"])
        bench.pushes()
        assert shows(bench) == (5, 3)

    def test_and_of_what_one_store_sells_that_one_shows_all(self) -> None:
        bench = Counting(TWO_SHOPS, stock_mode="set_available", shares=SHARES)
        bench.sells({"A": 0}, "shop")
        bench.sells({"B": 0}, "outlet")
        bench.counts({"A": 10, "B": 10})
        bench.pushes()
        assert bench.stores["shop"].shelf("i-A").available == 10
        assert bench.stores["outlet"].shelf("i-B").available == 10
        bench.sells({"A": 0}, "outlet")
        run = bench.pushes(full=False)
        assert shows(bench) == (6, 4)
        assert {row["drift_runs"] for row in bench.rows(run)} == {"0"}, "it is known why"

    def test_beside_one_that_sells_it_and_cannot_be_written_to(self) -> None:
        """What it shows there nobody knows: its share is not given to others."""
        bench = shared(10)
        bench.lists("outlet", Sold("A", "i-A2", "v", "A"))
        bench.pushes()
        assert bench.shop.shelf("i-A").available == 6

    def test_and_a_site_of_one_store_shows_all(self) -> None:
        bench = Counting((*TWO_SHOPS, "EAST=shop/east"), stock_mode="set_available", shares=SHARES)
        bench.sells({"A": 0}, "shop", "east")
        bench.sells({"A": 0}, "shop")
        bench.sells({"A": 0}, "outlet")
        bench.counts({"A": 10})
        bench.counts({"A": 7}, "EAST")
        bench.pushes()
        assert bench.shop.shelf("i-A", "east").available == 7


class TestOnlyWhatChanged:
    def test_in_one_store_changes_all_that_share(self) -> None:
        bench = shared(10)
        bench.pushes()
        bench.clock.passes(hours=1)
        bench.buys("A", 5, store="shop")
        assert shows(bench) == (1, 4)
        run = bench.pushes(full=False)
        assert shows(bench) == (3, 2)
        assert {row["store"] for row in bench.rows(run)} == {"shop", "outlet"}
        bench.clock.passes(hours=1)
        assert bench.pushes(full=False).totals.corrected == 0

    def test_other_shares_are_others_for_everything(self) -> None:
        bench = shared(10)
        bench.pushes()
        bench.configure(shares=["shop=20%", "outlet=80%"])
        bench.pushes(full=False)
        assert shows(bench) == (2, 8)

    def test_a_dry_run_says_what_each_would_be_shown(self) -> None:
        bench = shared(10, outlet=10)
        run = bench.pushes(dry=True)
        assert [(row["store"], row["expected"], row["for_others"]) for row in bench.rows(run)] == [
            ("shop", "6", "4"),
            ("outlet", "4", "6"),
        ]
        assert shows(bench) == (0, 10)


class TestTogetherNeverMoreThanThereIs:
    """Ten are free; the outlet shows them all, the shop none. The outlet has to show less first."""

    def scene(self) -> tuple[Counting, list[int]]:
        bench, sold = shared(10, outlet=10), [0]
        never_shows_more_than(bench, lambda: 10 - sum(sold))
        return bench, sold

    def sale(self, bench: Counting, sold: list[int], store: str, count: int) -> Callable[[], None]:
        def buys() -> None:
            bench.buys("A", count, store=store, told=False)
            sold.append(count)

        return buys

    def test_nor_for_a_moment(self) -> None:
        bench, _ = self.scene()
        run = bench.pushes()
        assert shows(bench) == (6, 4)
        assert (run.totals.corrected, run.totals.write_calls) == (2, 2)

    @pytest.mark.parametrize("written", ["outlet", "shop"])
    @pytest.mark.parametrize("count", [1, 3])
    def test_when_one_is_sold_between_reading_and_writing(self, written: str, count: int) -> None:
        bench, sold = self.scene()
        bench.stores[written].before_write = [self.sale(bench, sold, "outlet", count)]
        bench.pushes()
        assert sum(shows(bench)) == 10 - count
        bench.pushes()
        assert sum(shows(bench)) == 10 - count

    def test_when_one_is_sold_where_more_is_about_to_be_shown(self) -> None:
        """What was written to the outlet a moment ago is too much by now: both are written anew."""
        bench, sold = self.scene()
        bench.shop.moved("i-A", 5)
        bench.stores["outlet"].moved("i-A", -1)
        bench.shop.before_write = [self.sale(bench, sold, "shop", 5)]
        run = bench.pushes()
        assert shows(bench) == (3, 2)
        assert {row["result"] for row in bench.rows(run)} == {"set"}
        assert run.totals.failed == 0

    def test_when_the_other_store_will_not_show_less(self) -> None:
        bench, _ = self.scene()
        bench.switch.before("stock.set_levels", Refused("not now"))
        run = bench.pushes()
        assert shows(bench) == (0, 10)
        assert of_store(bench, run, "outlet")["result"] == "failed"
        waits = of_store(bench, run, "shop")
        assert (waits["result"], waits["expected"]) == ("stale", "6")
        assert "another store has to show less of it first" in waits["reason"]
        assert run.totals.failed == 2
        bench.pushes(full=False)
        assert shows(bench) == (6, 4), "the next run looks again, whatever changed"

    def test_when_the_other_store_moves_each_time(self) -> None:
        bench, sold = self.scene()
        outlet = bench.stores["outlet"]

        def again() -> None:
            self.sale(bench, sold, "outlet", 1)()
            outlet.before_write = [again]

        outlet.before_write = [again]
        bench.pushes()
        assert shows(bench) == (0, 7)
        outlet.before_write = []
        bench.pushes(full=False)
        assert shows(bench) == (4, 3)

    def test_when_an_answer_gets_lost(self) -> None:
        bench, _ = self.scene()
        bench.stores["outlet"].loses_answer()
        bench.pushes()
        assert shows(bench) == (6, 4)

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("nth", [1, 2])
    def test_when_it_crashes_and_one_is_sold(self, side: str, nth: int) -> None:
        bench, sold = self.scene()
        run = bench.asks()
        getattr(bench.switch, side)("stock.set_levels", Crash(), nth=nth)
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.switch.clear()
        self.sale(bench, sold, "outlet", 2)()
        assert bench.goes_on(run).state is RunState.DONE
        assert sum(shows(bench)) <= 8
        bench.pushes()
        assert shows(bench) == (5, 3)
