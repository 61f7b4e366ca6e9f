"""The cases that stock arithmetic is known to go wrong in, each through a whole push."""

from __future__ import annotations

from tests.support.counting import MAIN, Counting

A, B, C = "set_on_hand", "set_available", "send_changes"


def shows(bench: Counting, item: str = "A") -> tuple[int, int]:
    """(on hand, available)"""
    shelf = bench.shop.shelf(f"i-{item}")
    return shelf.on_hand, shelf.available


class TestVector1:
    """20 counted; 5 ordered before, unpicked; 2 sold between the count and the push."""

    def scene(self, mode: str) -> Counting:
        bench = Counting(stock_mode=mode)
        bench.sells({"A": 20})
        bench.buys("A", 5)
        bench.counts({"A": 20})
        bench.clock.passes(minutes=5)
        bench.buys("A", 2, told=False)
        return bench

    def test_a(self) -> None:
        bench = self.scene(A)
        run = bench.pushes()
        assert shows(bench) == (20, 13)
        assert run.totals.equal == 1
        assert not bench.shop.calls, "what is right already is not written"

    def test_b(self) -> None:
        bench = self.scene(B)
        run = bench.pushes()
        assert shows(bench) == (20, 13)
        assert run.totals.equal == 1


class TestVector2:
    """17 counted; of an order of 5, 3 are picked, and it is still open."""

    def scene(self, mode: str) -> Counting:
        bench = Counting(stock_mode=mode)
        bench.sells({"A": 18})
        order = bench.buys("A", 5)
        bench.takes(order, 3)
        bench.counts({"A": 17})
        return bench

    def test_a(self) -> None:
        bench = self.scene(A)
        row = bench.report(bench.pushes())["A"]
        assert shows(bench) == (20, 15)
        assert (row["result"], row["picked_not_fulfilled"], row["on_order"]) == ("set", "3", "2")

    def test_b(self) -> None:
        bench = self.scene(B)
        bench.pushes()
        assert shows(bench) == (20, 15)


class TestVector3:
    """15 counted; 5 picked and closed, and the store could not be told."""

    def scene(self, mode: str) -> tuple[Counting, str]:
        bench = Counting(stock_mode=mode)
        bench.sells({"A": 15})
        order = bench.buys("A", 5)
        bench.takes(order, 5)
        bench.closes(order)
        bench.counts({"A": 15})
        return bench, order

    def test_a(self) -> None:
        bench, order = self.scene(A)
        bench.pushes()
        assert shows(bench) == (20, 15)
        assert not bench.known(order).settled, "its store does not show it yet"
        bench.shop.fulfils(order, 5)
        assert shows(bench) == (15, 15)
        bench.pushes()
        assert shows(bench) == (15, 15)
        assert bench.known(order).settled

    def test_b(self) -> None:
        bench, order = self.scene(B)
        bench.pushes()
        assert shows(bench) == (20, 15)
        bench.shop.fulfils(order, 5)
        bench.pushes()
        assert shows(bench) == (15, 15)


class TestVector4:
    """20 counted; 3 fulfilled in the store after the count, and still within it."""

    def scene(self, mode: str) -> Counting:
        bench = Counting(stock_mode=mode)
        bench.sells({"A": 21})
        order = bench.buys("A", 3)
        bench.counts({"A": 20})
        bench.clock.passes(minutes=5)
        bench.takes(order, 3)
        bench.closes(order)
        bench.shop.fulfils(order, 3)
        return bench

    def test_a(self) -> None:
        bench = self.scene(A)
        assert bench.report(bench.pushes())["A"]["fulfilled_after"] == "3"
        assert shows(bench) == (17, 17)

    def test_b(self) -> None:
        bench = self.scene(B)
        bench.pushes()
        assert shows(bench) == (17, 17)


class TestVector5:
    """12 counted where 15 were, no orders."""

    def scene(self) -> Counting:
        bench = Counting(stock_mode=C)
        bench.sells({"A": 15})
        bench.counts({"A": 15})
        assert bench.report(bench.pushes())["A"]["result"] == "noted"
        bench.shop.moved("i-A", 40)  # by somebody else who writes there
        bench.clock.passes(hours=1)
        bench.counts({"A": 12})
        return bench

    def test_c(self) -> None:
        bench = self.scene()
        bench.pushes()
        bench.pushes()
        assert shows(bench) == (52, 52)

    def test_c_sent_twice(self) -> None:
        bench = self.scene()
        bench.shop.loses_answer("adjust_levels", times=2)
        bench.pushes()
        assert shows(bench) == (52, 52)

    def test_c_without_what_orders_took(self) -> None:
        bench = self.scene()
        order = bench.buys("A", 4)
        bench.takes(order, 4, at=bench.clock.now())
        bench.clock.passes(hours=1)
        bench.counts({"A": 8})
        bench.pushes()
        assert shows(bench) == (52, 48)


def test_vector_6_safety_stock_leaves_nothing() -> None:
    bench = Counting(stock_mode=B, safety="5")
    bench.sells({"A": 4})
    bench.counts({"A": 4})
    row = bench.report(bench.pushes())["A"]
    assert shows(bench) == (0, 0)
    assert (row["safety"], row["clamped"]) == ("5", "1")


def test_vector_7_below_nothing_is_nothing_and_said() -> None:
    bench = Counting()
    bench.sells({"A": 1})
    bench.counts({"A": -1})
    run = bench.pushes()
    assert shows(bench) == (0, 0)
    assert run.totals.clamped == 1


class TestVector8:
    """A kit of two A and one B."""

    def scene(self, **settings: object) -> Counting:
        bench = Counting(stock_mode=B, kits=["KIT=A*2+B*1"], **settings)
        bench.sells({"A": 10, "B": 3, "KIT": 0})
        bench.counts({"A": 10, "B": 3})
        return bench

    def test_is_shown_by_its_parts(self) -> None:
        bench = self.scene()
        bench.pushes()
        assert shows(bench, "KIT") == (3, 3)

    def test_takes_its_parts_with_it_when_it_is_sold(self) -> None:
        bench = self.scene()
        bench.pushes()
        bench.buys("KIT", 1)
        bench.pushes(full=False)
        assert shows(bench, "KIT")[1] == 2
        assert shows(bench, "A")[1] == 8
        assert shows(bench, "B")[1] == 2

    def test_needs_all_its_parts(self) -> None:
        bench = self.scene()
        bench.counts({"A": 10})
        row = bench.report(bench.pushes())["KIT"]
        assert (row["result"], row["reason"]) == ("skipped", "its part B is missing from the count")

    def test_a_bundle_of_the_store_is_never_sent(self) -> None:
        bench = Counting(MAIN)
        bench.sells({"A": 1, "B": 1}, bundle=True)
        bench.counts({"A": 10, "B": 3})
        assert bench.pushes().totals.skipped == 2
        assert not bench.shop.calls


class TestVector9:
    """An item is missing from a whole count."""

    def scene(self, **settings: object) -> Counting:
        bench = Counting(most_to_zero_percent=0, **settings)
        bench.sells({"A": 7, "B": 1})
        bench.counts({"B": 1})
        return bench

    def test_stays_and_is_reported(self) -> None:
        bench = self.scene()
        run = bench.pushes()
        assert shows(bench) == (7, 7)
        assert run.totals.unmatched_store == 1
        assert bench.report(run)["A"]["reason"] == "missing from the count"

    def test_goes_to_zero_where_that_is_wanted(self) -> None:
        bench = self.scene(missing_means_zero=True)
        bench.pushes()
        assert shows(bench) == (0, 0)
