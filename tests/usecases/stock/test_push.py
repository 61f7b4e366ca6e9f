"""The push by its promises: what it writes, what it leaves, when it stops, and how it goes on."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from platen.domain.sync import SCHEDULE, RunState
from platen.domain.verdicts import Busy, Denied, Unclear
from platen.domain.warehouse import Reason
from platen.usecases.stock.tables import Sold, catalogue_key, pushed_key
from tests.fakes import Crash
from tests.support.counting import TWO_SHOPS, Counting

MANY = [f"{number:03d}" for number in range(40)]
"""Names of items."""


def on_hand(bench: Counting, item: str = "A", store: str = "shop") -> int:
    return bench.stores[store].shelf(f"i-{item}").on_hand


def counted(items: dict[str, int], shown: int = 3, **settings: object) -> Counting:
    """A store that shows the same of each, and a warehouse that counted these."""
    bench = Counting(**{"most_changed_percent": 0, "most_to_zero_percent": 0, **settings})
    bench.sells(dict.fromkeys(items, shown))
    bench.counts(items)
    return bench


class TestWritesOverWhatWasRead:
    def test_an_order_that_arrives_between_read_and_write(self) -> None:
        bench = counted({"A": 9}, stock_mode="set_available")
        bench.shop.before_write = [lambda: bench.shop.sells("new", "i-A", 2)]
        run = bench.pushes()
        shelf = bench.shop.shelf("i-A")
        assert (shelf.available, shelf.committed) == (7, 2)
        assert run.totals.stale == 1
        assert run.totals.failed == 0

    def test_stale_then_success(self) -> None:
        bench = counted({"A": 9})
        bench.shop.before_write = [lambda: bench.shop.moved("i-A", 1)]
        row = bench.report(bench.pushes())["A"]
        assert on_hand(bench) == 9
        assert (row["result"], row["pushed"], row["tries"]) == ("set", "9", "1")

    def test_stale_three_times(self) -> None:
        bench = counted({"A": 9})

        def moves() -> None:
            bench.shop.moved("i-A", 1)
            bench.shop.before_write = [moves]

        bench.shop.before_write = [moves]
        run = bench.pushes()
        assert on_hand(bench) == 6, "nothing was written over what somebody else did"
        assert len(bench.shop.calls) == 3
        assert run.totals.failed == 1
        assert bench.report(run)["A"]["result"] == "stale"
        bench.shop.before_write = []
        assert bench.pushes(full=False).totals.corrected == 1, "the next run looks again, whatever changed"

    def test_a_bundle_that_shows_only_when_it_is_read_holds_up_no_other(self) -> None:
        bench = counted(dict.fromkeys(MANY, 9))
        bench.shop.shelf("i-007").bundle = True
        run = bench.pushes()
        assert run.totals.corrected == len(MANY) - 1
        assert bench.report(run)["007"]["reason"] == "a bundle"

    def test_a_bundle_in_a_batch_that_the_store_refuses(self) -> None:
        bench = counted(dict.fromkeys(MANY, 9))

        def becomes_a_bundle() -> None:
            bench.shop.shelf("i-007").bundle = True

        bench.shop.before_write = [becomes_a_bundle]
        run = bench.pushes()
        assert (run.totals.corrected, run.totals.failed) == (len(MANY) - 1, 1)
        assert bench.report(run)["007"]["reason"] == "BUNDLE a bundle cannot be adjusted"

    def test_an_item_that_is_not_stocked_there_yet(self) -> None:
        bench = counted({"A": 9, "B": 9, "C": 0}, shown=0)
        for item in "ABC":
            bench.shop.shelf(f"i-{item}").stocked = False
        bench.shop.unstockable = {"i-B"}
        run = bench.pushes()
        assert (on_hand(bench), on_hand(bench, "B")) == (9, 0)
        assert bench.report(run)["B"]["reason"] == "cannot be stocked there: NOT_HERE not at this location"
        assert not bench.shop.shelf("i-C").stocked, "there is nothing to be shown"

    def test_an_item_that_shows_enough_where_it_is_not_stocked(self) -> None:
        """A store keeps what it counted there, but sells none of it."""
        bench = counted({"A": 3})
        bench.shop.shelf("i-A").stocked = False
        assert bench.report(bench.pushes())["A"]["result"] == "equal"
        assert bench.shop.shelf("i-A").stocked

    def test_items_that_could_not_all_be_stocked_at_once(self) -> None:
        """The store became too busy half-way: nothing is written to where nobody would see it."""
        bench = counted({"A": 9, "B": 9}, shown=0)
        for item in "AB":
            bench.shop.shelf(f"i-{item}").stocked = False
        bench.shop.too_busy_for = {"i-B"}
        run = bench.goes_on(bench.asks())
        assert not run.over
        assert "1 items are still to be stocked" in run.words
        assert not bench.shop.calls
        assert bench.goes_on(run).totals.corrected == 2
        assert (on_hand(bench), on_hand(bench, "B")) == (9, 9)

    def test_an_answer_that_got_lost(self) -> None:
        bench = counted({"A": 9})
        bench.shop.loses_answer()
        run = bench.pushes()
        assert bench.report(run)["A"]["result"] == "set"
        assert len(bench.shop.calls) == 1, "it was read, not written again"

    def test_a_write_that_never_came(self) -> None:
        bench = counted({"A": 9})
        bench.shop.loses_answer(done=False)
        assert bench.pushes().totals.corrected == 1
        assert on_hand(bench) == 9

    def test_a_change_nobody_can_vouch_for_is_never_sent_again(self) -> None:
        bench = counted({"A": 3}, stock_mode="send_changes")
        bench.pushes()
        bench.counts({"A": 8})
        bench.shop.loses_answer("adjust_levels", times=3)
        run = bench.goes_on(bench.asks())
        assert not run.over
        assert "asked again with the same key" in run.words
        bench.clock.passes(hours=24)
        bench.shop._answers.clear()  # a day later no key is known any more
        run = bench.goes_on(run)
        assert bench.report(run)["A"]["result"] == "unconfirmed"
        assert on_hand(bench) == 8
        bench.pushes(full=False)
        assert on_hand(bench) == 8

    def test_a_change_in_doubt_outlasts_an_outage(self) -> None:
        """As long as the store knows the key, nobody has to look what became of it."""
        bench = counted({"A": 3}, stock_mode="send_changes")
        bench.pushes()
        bench.counts({"A": 8})
        bench.shop.loses_answer("adjust_levels", times=3)
        run = bench.goes_on(bench.asks())
        bench.switch.before("stock.adjust_levels", Busy("we are down"), times=100)
        for _ in range(100):
            run = bench.goes_on(run)
            bench.clock.passes(minutes=1)
        assert not run.over
        run = bench.goes_on(run)
        assert bench.report(run)["A"]["result"] == "set"
        assert on_hand(bench) == 8


class TestPushesOnlyWhatHasToBe:
    def test_what_changed(self) -> None:
        bench = counted(dict.fromkeys(MANY, 9))
        bench.pushes()
        bench.counts({**dict.fromkeys(MANY, 9), "007": 5})
        bench.shop.reads = 0
        run = bench.pushes(full=False)
        assert run.totals.compared == 1
        assert on_hand(bench, "007") == 5

    def test_what_an_order_moved(self) -> None:
        bench = counted({"A": 9, "B": 9}, stock_mode="set_available")
        bench.pushes()
        bench.clock.passes(hours=1)
        bench.buys("A", 2, store="shop")
        assert set(bench.report(bench.pushes(full=False))) == {"A"}

    def test_everything_when_settings_changed(self) -> None:
        bench = counted(dict.fromkeys(MANY, 9))
        bench.pushes()
        bench.configure(show_negative=True)
        assert bench.pushes(full=False).totals.compared == len(MANY)
        assert bench.pushes(full=False).totals.compared == 0

    def test_in_calls_as_large_as_may_be(self) -> None:
        bench = counted({item: 9 if int(item) % 4 else 3 for item in MANY}, page_size=10)
        run = bench.pushes()
        assert run.totals.write_calls == 3
        assert [len(one.writes) for one in bench.shop.calls] == [10, 10, 10]

    def test_never_twice_the_same_item_number(self) -> None:
        bench = counted({"A": 9, "B": 9})
        bench.shop.has("i-A2", 4)
        bench.lists("shop", Sold("A", "i-A2", "v", "A"))
        bench.shop.has("i-OTHER", 4)
        run = bench.pushes()
        assert (on_hand(bench), on_hand(bench, "A2"), on_hand(bench, "B")) == (3, 4, 9)
        assert run.totals.duplicates == 1

    def test_only_the_items_it_is_told_to(self) -> None:
        bench = counted({"TOY-1": 9, "CAP-1": 9}, only_items="TOY-*")
        bench.pushes()
        assert (on_hand(bench, "TOY-1"), on_hand(bench, "CAP-1")) == (9, 3)

    def test_a_watermark_that_is_set_back_harms_nothing(self) -> None:
        bench = counted({"A": 9})
        bench.pushes()
        bench.changes_state(watermark=bench.clock.now() - timedelta(days=3), compare_all=True)
        run = bench.pushes(full=False)
        assert (run.totals.equal, run.totals.corrected) == (1, 0)

    def test_returns_that_the_store_counts_are_not_passed_on(self) -> None:
        bench = counted({"A": 3}, stock_mode="send_changes", restock_by="store")
        bench.pushes()
        bench.adjusts("A", 2, reason=Reason.RETURN)
        bench.adjusts("A", 5, reason=Reason.RECEIPT)
        bench.pushes()
        assert on_hand(bench) == 8
        bench.clock.passes(hours=1)
        bench.counts({"A": 10})
        bench.pushes()
        bench.pushes()
        assert on_hand(bench) == 8


class TestWhatAStoreKeepsBack:
    """For a draft of an order, as damaged, as its own safety stock: on hand, and not for sale."""

    @pytest.mark.parametrize("mode", ["set_available", "set_on_hand"])
    def test_is_not_put_on_sale_again(self, mode: str) -> None:
        bench = counted({"A": 10}, shown=10, stock_mode=mode)
        shelf = bench.shop.shelf("i-A")
        shelf.available, shelf.reserved = 6, 4
        assert bench.pushes().totals.corrected == 0
        assert (shelf.available, shelf.on_hand) == (6, 10)

    def test_is_not_sold_by_another_on_the_same_stock_or_in_kits(self) -> None:
        bench = Counting(TWO_SHOPS, stock_mode="set_available", kits=["SET=A*2"])
        for store in ("shop", "outlet"):
            bench.sells({"A": 10, "SET": 5}, store)
        bench.counts({"A": 10})
        shelf = bench.shop.shelf("i-A")
        shelf.available, shelf.reserved = 7, 3
        row = bench.report(bench.pushes())["A"]
        assert row["reserved"] == "3"
        outlet = bench.stores["outlet"]
        assert (shelf.available, outlet.shelf("i-A").available, outlet.shelf("i-SET").available) == (7, 7, 3)


class TestSeveralStores:
    def test_two_stores_on_one_stock(self) -> None:
        bench = Counting(TWO_SHOPS, stock_mode="set_available")
        for store in ("shop", "outlet"):
            bench.sells({"A": 10}, store)
        bench.counts({"A": 10})
        bench.buys("A", 3, store="shop")
        bench.buys("A", 2, store="outlet", told=False)
        bench.pushes()
        shown = {name: store.shelf("i-A").available for name, store in bench.stores.items()}
        assert shown == {"shop": 5, "outlet": 5}

    def test_a_site_without_a_count_stops_no_other(self) -> None:
        bench = Counting(("MAIN=shop/main", "EAST=shop/east"))
        bench.sells({"A": 1})
        bench.sells({"A": 1}, place="east")
        bench.counts({"A": 4})
        run = bench.pushes(to=RunState.FAILED)
        assert run.words.startswith("EAST: there is no whole count")
        assert bench.shop.shelf("i-A", "main").on_hand == 4
        assert bench.shop.shelf("i-A", "east").on_hand == 1
        assert bench.state().pushed_at is None

    def test_a_store_that_is_paused_is_left_alone(self) -> None:
        bench = counted({"A": 9})
        shop = bench.connections.get("shop")
        shop = bench.connections.save(shop.but(paused=True))
        run = bench.pushes(to=RunState.FAILED)
        assert "MAIN: store shop is paused" in run.words
        assert not bench.shop.calls
        bench.connections.save(shop.but(paused=False))
        assert bench.pushes(full=False).totals.corrected == 1

    def test_a_store_that_is_paused_holds_up_those_on_the_same_stock_and_says_so(self) -> None:
        bench = Counting(TWO_SHOPS, stock_mode="set_available")
        bench.sells({"A": 3}, "shop")
        bench.sells({"A": 3}, "outlet")
        bench.counts({"A": 9})
        bench.connections.save(bench.connections.get("outlet").but(paused=True))
        run = bench.pushes(to=RunState.FAILED)
        assert "store outlet is paused, so no store that this site feeds is written to" in run.words
        assert not bench.shop.calls

    def test_a_store_that_is_paused_once_all_is_compared_is_left_alone(self) -> None:
        bench = counted({"A": 9})
        run = bench.asks()
        bench.switch.before("files.names", Crash(), nth=3)
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.connections.save(bench.connections.get("shop").but(paused=True))
        run = bench.goes_on(run)
        assert run.state is RunState.FAILED
        assert "store shop is paused" in run.words
        assert not bench.shop.calls

    def test_a_store_that_will_not_be_read_stops_its_site(self) -> None:
        bench = counted({"A": 9})
        bench.switch.before("stock.levels", Denied("the token was revoked"))
        run = bench.pushes(to=RunState.FAILED)
        assert "the token was revoked" in run.words


class TestFailsClosed:
    def test_a_truncated_count(self) -> None:
        bench = counted({"A": 9, "B": 9})
        snapshot = bench.counts({"A": 1, "B": 1})
        bench.files.put_lines(snapshot.key, ["A,1"])
        run = bench.pushes(to=RunState.FAILED)
        assert "is not whole: 1 of 2 rows" in run.words
        assert (on_hand(bench), on_hand(bench, "B")) == (3, 3)

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            (["B,1", "A,1"], "is not sorted"),
            (["A,1", "B,many"], "no whole number"),
            (["A,1", "B"], "has 1 values"),
            (["A,1", "A,1"], "has A twice"),
        ],
    )
    def test_a_broken_count(self, lines: list[str], words: str) -> None:
        bench = counted({"A": 9, "B": 9})
        bench.files.put_lines(bench.counts({"A": 1, "B": 1}).key, lines)
        assert words in bench.pushes(to=RunState.FAILED).words
        assert not bench.shop.calls

    def test_an_old_count(self) -> None:
        bench = counted({"A": 9})
        bench.clock.passes(hours=37)
        assert "more than 36 hours ago" in bench.pushes(to=RunState.FAILED).words

    def test_a_count_that_is_gone(self) -> None:
        bench = counted({"A": 9})
        bench.files.delete(bench.counts({"A": 9}).key)
        assert "is not kept any more" in bench.pushes(to=RunState.FAILED).words

    def test_a_catalogue_that_is_not_there(self) -> None:
        bench = counted({"A": 9})
        bench.files.delete(catalogue_key("depot", "shop"))
        assert "sync the products" in bench.pushes(to=RunState.FAILED).words

    def test_no_site(self) -> None:
        bench = Counting(())
        assert "no site feeds" in bench.pushes(to=RunState.FAILED).words


class TestStandsBack:
    def test_a_brake_trips(self) -> None:
        bench = counted(dict.fromkeys(MANY, 0), most_to_zero_percent=5)
        run = bench.pushes(to=RunState.BRAKED)
        assert "40 of 40 items would go to 0, more than 5 %" in run.words
        assert not bench.shop.calls
        assert bench.report(run)["007"]["result"] == "differs"
        assert bench.goes_on(run) == run, "nothing is done before a person has looked"
        run = bench.goes_on(bench.ledger.save_run(run.but(released=True)))
        assert run.state is RunState.DONE
        assert {on_hand(bench, item) for item in MANY} == {0}

    def test_a_brake_trips_again_when_a_worse_count_came_before_the_release(self) -> None:
        bench = counted(dict.fromkeys(MANY, 9) | {"A": 3}, most_changed_percent=50, most_to_zero_percent=5)
        run = bench.pushes(to=RunState.BRAKED)
        assert "40 of 41 items would change" in run.words
        bench.counts(dict.fromkeys([*MANY, "A"], 0))
        released = bench.ledger.save_run(run.but(released=True))
        run = bench.goes_on(released)
        assert (run.state, run.released) == (RunState.BRAKED, False)
        assert run.words.startswith("Beyond what was released, 41 of 41 items would go to 0")
        assert not bench.shop.calls
        bench.counts(dict.fromkeys([*MANY, "A"], 8))
        assert bench.goes_on(bench.ledger.save_run(run.but(released=True))).state is RunState.DONE
        assert on_hand(bench) == 8

    def test_what_changed_is_weighed_against_all_there_is(self) -> None:
        """A pallet of 25 items came in: no catastrophe among 500, though nothing else is looked at."""
        items = [f"{number:04d}" for number in range(500)]
        bench = Counting()
        bench.sells(dict.fromkeys(items, 9))
        bench.counts(dict.fromkeys(items, 9))
        bench.pushes()
        for item in items[:25]:
            bench.adjusts(item, 5)
        run = bench.pushes(full=False)
        assert (run.totals.compared, run.totals.corrected) == (25, 25)
        bench.counts(dict.fromkeys(items[:150], 3) | dict.fromkeys(items[150:], 9))
        run = bench.pushes(full=False, to=RunState.BRAKED)
        assert "150 of 500 items would change" in run.words

    def test_a_large_change_of_one_item(self) -> None:
        bench = counted({"A": 500}, most_units=100)
        assert "A would change by 497" in bench.pushes(to=RunState.BRAKED).words

    def test_a_dry_run_writes_nothing(self) -> None:
        bench = counted({"A": 9})
        run = bench.pushes(dry=True)
        assert not bench.shop.calls
        assert bench.report(run)["A"]["expected"] == "9"
        assert not bench.files.size(pushed_key("depot", "MAIN", "shop", "main"))
        assert not bench.left_over()

    def test_before_the_first_dry_run_nothing_is_written(self) -> None:
        bench = counted({"A": 9})
        bench.changes_state(dry_run_done=False)
        run = bench.pushes()
        assert "platen sync stock --dry-run" in run.words
        assert run.dry
        assert not bench.shop.calls

    def test_a_pause_and_its_end(self) -> None:
        bench = counted({"A": 9, "B": 9})
        bench.pushes()
        bench.shop.moved("i-A", -2)  # by hand, in the sale
        bench.changes_state(paused_until=bench.clock.now() + timedelta(hours=1))
        run = bench.pushes(full=False)
        assert "a person has paused it" in run.words
        assert on_hand(bench) == 7
        bench.clock.passes(hours=2)
        run = bench.pushes(full=False)
        assert run.totals.compared == 2, "after a pause everything is compared"
        assert on_hand(bench) == 9
        assert not bench.state().compare_all

    @pytest.mark.parametrize("mode", ["set_on_hand", "send_changes"])
    def test_a_pause_stops_a_push_that_is_on(self, mode: str) -> None:
        """What is being sent is sent; nothing more, until the pause is over. No change comes twice, or never."""
        bench = counted({"A": 9, "B": 9, "C": 9}, shown=9, stock_mode=mode, page_size=1)
        bench.pushes()
        bench.counts({"A": 5, "B": 5, "C": 5})
        until = bench.clock.now() + timedelta(hours=1)
        bench.shop.before_write = [lambda: bench.changes_state(paused_until=until)]
        run = bench.pushes(full=False)
        assert (run.state, run.dry) == (RunState.DONE, False)
        assert "a person has paused it" in run.words
        assert [on_hand(bench, item) for item in ("A", "B", "C")] == [5, 9, 9]
        assert list(bench.report(run)) == ["A"]
        assert bench.state().compare_all, "by which an End of Day is known not to be at its end"
        bench.clock.passes(hours=2)
        bench.pushes(full=False)
        assert [on_hand(bench, item) for item in ("A", "B", "C")] == [5, 5, 5]
        assert not bench.left_over()

    @pytest.mark.parametrize("by", [SCHEDULE, "tester"])
    def test_a_pause_while_all_is_compared_lets_nothing_be_written(self, by: str) -> None:
        """Whoever asked for it did so before: nobody can while it is paused."""
        bench = counted({"A": 9, "B": 9}, page_size=1)
        run = bench.asks(by=by)
        left = iter([900.0] * 2)
        run = bench.goes_on(run, lambda: next(left, 1.0))
        assert run.state is RunState.COMPARING
        bench.changes_state(paused_until=bench.clock.now() + timedelta(hours=1))
        run = bench.goes_on(run)
        assert (run.state, bench.shop.calls) == (RunState.DONE, [])
        assert "a person has paused it" in run.words
        bench.clock.passes(hours=2)
        bench.pushes(full=False)
        assert (on_hand(bench), on_hand(bench, "B")) == (9, 9)

    def test_a_pause_while_a_change_is_in_doubt(self) -> None:
        """What became of it is found out first; then it stops, and nothing comes twice."""
        bench = counted({"A": 9, "B": 9}, shown=9, stock_mode="send_changes", page_size=1)
        bench.pushes()
        bench.counts({"A": 5, "B": 5})
        run = bench.asks()
        bench.switch.after("stock.adjust_levels", Crash())
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.changes_state(paused_until=bench.clock.now() + timedelta(hours=1))
        run = bench.goes_on(run)
        assert (run.state, list(bench.report(run))) == (RunState.DONE, ["A"])
        assert (on_hand(bench), on_hand(bench, "B")) == (5, 9)
        bench.clock.passes(hours=2)
        bench.pushes(full=False)
        assert (on_hand(bench), on_hand(bench, "B")) == (5, 5)

    def test_a_pause_that_ends_while_a_run_is_on_has_the_next_one_compare_everything(self) -> None:
        bench = counted({"A": 9, "B": 9})
        bench.pushes()
        bench.counts({"A": 8, "B": 9})
        bench.shop.before_write = [lambda: bench.changes_state(compare_all=True)]
        assert bench.pushes(full=False).totals.compared == 1
        assert bench.pushes(full=False).totals.compared == 2
        assert bench.pushes(full=False).totals.compared == 0


class TestReports:
    def test_an_item_that_was_picked_for_thousands_of_orders(self) -> None:
        """All of them are remembered with it until they are settled, in however long a value."""
        bench = counted({"A": 9}, stock_mode="set_available")
        number = bench.buys("A", 1)
        name = "1" * (140_000 - len(number))
        order = bench.known(number)
        bench.ledger.save_order(None, order.but(number=name + number))
        bench.takes(name + number, 1)
        bench.clock.passes(hours=1)
        bench.counts({"A": 8})
        run = bench.pushes()
        assert len(bench.report(run)["A"]["taken"]) == 1000
        assert bench.pushes().totals.equal == 1

    @pytest.mark.parametrize("no", [Denied("the app may not write stock"), Busy("slow down")])
    def test_what_a_store_refuses_is_said(self, no: Exception) -> None:
        bench = counted({"A": 9, "B": 9})
        bench.switch.before("stock.set_levels", no)
        run = bench.pushes()
        refused = isinstance(no, Denied)
        assert run.totals.failed == (2 if refused else 0)
        assert run.words.startswith("2 of 2 items could not be shown") is refused

    def test_drift_is_counted_over_runs(self) -> None:
        bench = counted({"A": 9})
        for _ in range(3):
            run = bench.pushes()
            bench.shop.moved("i-A", 1)
        row = bench.report(run)["A"]
        assert (row["drift"], row["drift_runs"]) == ("1", "2")
        assert run.totals.drifting == 1

    def test_what_orders_explain_is_no_drift(self) -> None:
        bench = counted({"A": 9})
        bench.pushes()
        bench.buys("A", 2)
        assert bench.report(bench.pushes())["A"]["drift_runs"] == "0"

    def test_both_sides_of_what_does_not_match(self) -> None:
        bench = counted({"A": 9, "ONLY-THERE": 1})
        bench.shop.shelves.pop(("main", "i-ONLY-THERE"))
        bench.sells({"ONLY-HERE": 4})
        run = bench.pushes()
        assert (run.totals.unmatched_store, run.totals.unmatched_warehouse) == (1, 1)


class TestGoesOnElsewhere:
    def scene(self) -> Counting:
        bench = counted({item: int(item) for item in MANY}, page_size=10)
        bench.buys("007", 2)
        return bench

    def test_when_the_time_is_up_at_any_step(self) -> None:
        bench = self.scene()
        run, rounds = bench.asks(), 0
        while not run.over:
            left = iter([900.0])
            run = bench.goes_on(run, lambda left=left: next(left, 1.0))  # type: ignore[misc]
            rounds += 1
            assert rounds < 50
        assert rounds > 8, "each round did one step"
        self.is_well(bench)

    def test_when_a_store_is_busy(self) -> None:
        bench = self.scene()
        bench.switch.before("stock.set_levels", Busy("slow down"), nth=2)
        run = bench.goes_on(bench.asks())
        assert not run.over
        assert run.words == "slow down"
        run = bench.goes_on(run)
        assert run.state is RunState.DONE
        assert run.words == ""
        self.is_well(bench)

    def test_when_a_store_does_not_answer_a_read(self) -> None:
        bench = self.scene()
        bench.switch.before("stock.levels", Unclear("no answer came"), times=60)
        run = bench.asks()
        for _ in range(50):
            run = bench.goes_on(run)
        assert run.state is RunState.FAILED
        assert "50 times in a row" in run.words

    @pytest.mark.parametrize(
        ("mode", "first"), [("set_on_hand", 1), ("set_available", 2), ("send_changes", 1), ("send_changes", 3)]
    )
    @pytest.mark.parametrize("side", ["before", "after"])
    def test_when_it_crashes_at_any_call(self, mode: str, first: int, side: str) -> None:
        """Whatever call it is (every fourth, beginning elsewhere in each mode), another worker ends the run."""
        for nth in itertools.count(first, 4):
            bench = self.twice_counted(mode)
            run = bench.asks()
            getattr(bench.switch, side)("*", Crash(), nth=nth)
            try:
                bench.goes_on(run)
            except Crash:
                bench.switch.clear()
                bench.clock.passes(minutes=15)
                assert bench.goes_on(run).state is RunState.DONE
            shown = {item: on_hand(bench, item) for item in ("A", "B", "C")}
            assert shown == {"A": 8, "B": 3, "C": 1}, f"{side} {nth}"
            if not bench.switch.fired:
                break
            bench.switch.clear()
            bench.pushes(full=False)
            assert not bench.left_over()
        assert nth > 20

    def twice_counted(self, mode: str) -> Counting:
        bench = counted({"A": 3, "B": 3, "C": 3}, stock_mode=mode, page_size=2)
        bench.pushes()
        bench.counts({"A": 8, "B": 3, "C": 1})
        return bench

    def is_well(self, bench: Counting) -> None:
        assert {item: on_hand(bench, item) for item in MANY} == {item: int(item) for item in MANY}
        assert not bench.left_over()

    def test_when_another_run_broke_off_for_good(self) -> None:
        """What it wrote is remembered: a change is not sent twice."""
        bench = self.twice_counted("send_changes")
        run = bench.asks()
        bench.switch.before("files.put_lines", Crash(), nth=8)
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.switch.clear()
        kept = bench.ledger.run("depot", run.run_id)
        assert kept
        assert kept.state is RunState.PUSHING
        bench.ledger.save_run(kept.but(state=RunState.FAILED))
        bench.pushes()
        assert {item: on_hand(bench, item) for item in ("A", "B", "C")} == {"A": 8, "B": 3, "C": 1}

    @pytest.mark.parametrize("then", ["begins anew", "is given up"])
    def test_when_another_run_broke_off_in_doubt_and_so_does_the_one_after_it(self, then: str) -> None:
        """A person is told in the end, though the run that found it out told nobody."""
        bench = self.twice_counted("send_changes")
        run = bench.asks()
        bench.switch.before("stock.adjust_levels", Crash())
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.ledger.save_run(bench.run_of(run).but(state=RunState.FAILED))
        bench.clock.passes(hours=24)
        run = bench.asks()
        bench.switch.before("stock.levels" if then == "is given up" else "ledger.unsettled", Crash())
        with pytest.raises(Crash):
            bench.goes_on(run)
        if then == "is given up":
            bench.ledger.save_run(bench.run_of(run).but(state=RunState.FAILED))
            run = bench.asks()
        run = bench.goes_on(run)
        assert "nobody knows whether their change was written" in run.words
        assert run.totals.failed == 1
        assert not bench.left_over()

    def test_when_the_store_refuses_the_repetition_of_a_change_that_was_written(self) -> None:
        """A no to the repetition says nothing of the first time: it is asked until the store tells what became of
        it."""
        bench = self.twice_counted("send_changes")
        run = bench.asks()
        bench.switch.after("stock.adjust_levels", Crash())
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.switch.before("stock.adjust_levels", Denied("the token was revoked"))
        run = bench.goes_on(run)
        assert not run.over
        assert bench.goes_on(run).state is RunState.DONE
        bench.pushes()
        assert {item: on_hand(bench, item) for item in ("A", "B", "C")} == {"A": 8, "B": 3, "C": 1}

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("goes_on", [True, False], ids=["the same run", "the next run"])
    def test_while_what_was_stale_is_sent_once_more(self, side: str, goes_on: bool) -> None:
        """What the first call wrote beside it is still known: a change is not sent twice."""
        bench = self.twice_counted("send_changes")
        bench.shop.before_write = [lambda: bench.shop.moved("i-A", 1)]
        run = bench.asks()
        getattr(bench.switch, side)("stock.adjust_levels", Crash(), nth=2)
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.switch.clear()
        if not goes_on:
            kept = bench.ledger.run("depot", run.run_id)
            assert kept
            bench.ledger.save_run(kept.but(state=RunState.FAILED))
            run = bench.asks()
        assert bench.goes_on(run).state is RunState.DONE
        assert on_hand(bench, "C") == 1
        assert on_hand(bench) == (9 if goes_on or side == "after" else 4), "or, in doubt, it is given up and named"

    def test_when_its_site_has_to_be_left_out_after_some_of_a_pack_was_written(self) -> None:
        """What was sent by then is remembered, though the pack has come to no end: no change is sent twice."""
        bench = Counting(TWO_SHOPS, stock_mode="send_changes")
        for store in ("shop", "outlet"):
            bench.sells({"A": 3}, store)
        bench.counts({"A": 3})
        bench.pushes()
        bench.counts({"A": 8})
        bench.switch.before("stock.adjust_levels", Busy("slow down"), nth=2)
        run = bench.goes_on(bench.asks())
        bench.switch.before("stock.levels", Denied("the token was revoked"))
        run = bench.goes_on(run)
        assert (run.state, bench.left_over()) == (RunState.FAILED, [])
        bench.pushes()
        assert (on_hand(bench), on_hand(bench, "A", "outlet")) == (8, 8)

    @pytest.mark.parametrize(("kind", "nth"), [("done-", 9), ("sent-", 8), ("plan.json", 8)])
    @pytest.mark.parametrize("mode", ["set_on_hand", "send_changes"])
    def test_when_what_another_run_kept_cannot_be_read(self, mode: str, kind: str, nth: int) -> None:
        """Another version was there. Levels are read anew; changes might come twice, so a person is asked."""
        bench = self.twice_counted(mode)
        run = bench.asks()
        bench.switch.before("files.put_lines", Crash(), nth=nth)
        with pytest.raises(Crash):
            bench.goes_on(run)
        bench.switch.clear()
        kept = bench.ledger.run("depot", run.run_id)
        assert kept
        bench.ledger.save_run(kept.but(state=RunState.FAILED))
        names = [key for key in bench.left_over() if f"/{kind}" in key]
        assert names
        for name in names:
            bench.files.put(name, b"what,nobody\nreads\n")
        if mode == "set_on_hand":
            bench.pushes()
            assert not bench.left_over()
        else:
            run = bench.pushes(to=RunState.FAILED)
            assert "might be sent twice" in run.words
            assert kept.run_id in run.words
            for name in bench.left_over():
                bench.files.delete(name)
            bench.pushes()

    def test_when_its_settings_changed_meanwhile(self) -> None:
        bench = self.scene()
        left = iter([900.0])
        run = bench.goes_on(bench.asks(), lambda: next(left, 1.0))
        bench.configure(stock_mode="set_available")
        run = bench.goes_on(run)
        assert run.state is RunState.FAILED
        assert bench.state().compare_all
