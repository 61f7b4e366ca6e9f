"""Stock after people changed what a warehouse is called by, or connected it anew."""

from __future__ import annotations

from platen.domain.stock import StockMode
from tests.support.counting import Counting


def test_a_site_that_was_renamed_still_owes_what_it_was_told_of() -> None:
    """Sold, told, and shown as fulfilled before the warehouse took it off its count: it is not for sale again."""
    bench = Counting()
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    number = bench.buys("A", 3)
    bench.shop.fulfils(number, 3)
    bench.configure(sites=["EAST=shop/main"])
    bench.clock.passes(hours=1)
    bench.counts({"A": 10}, site="EAST")
    bench.pushes()
    assert bench.shop.shelf("i-A").on_hand == 7


def test_changes_begin_anew_where_the_warehouse_was_connected_anew() -> None:
    """What another program did with the stock meanwhile is not done a second time."""
    bench = Counting(stock_mode=StockMode.SEND_CHANGES)
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    bench.pushes()
    bench.clock.passes(hours=24 * 60)
    bench.shop.has("i-A", 510)
    bench.depot = bench.connections.save(bench.depot.but(created_at=bench.clock.now()))
    bench.counts({"A": 510})
    bench.pushes()
    assert bench.shop.shelf("i-A").on_hand == 510


def test_what_could_not_be_set_is_among_the_changes_that_are_sent_from_then_on() -> None:
    bench = Counting()
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    bench.pushes()
    bench.counts({"A": 15})
    bench.shop.shelf("i-A").stocked = False
    bench.shop.unstockable.add("i-A")
    bench.pushes()
    bench.shop.shelf("i-A").stocked = True
    bench.shop.unstockable.clear()
    bench.configure(stock_mode=StockMode.SEND_CHANGES)
    bench.pushes()
    assert bench.shop.shelf("i-A").on_hand == 15
    bench.pushes()
    assert bench.shop.shelf("i-A").on_hand == 15


def test_modes_that_take_turns_count_each_movement_once() -> None:
    """The same list of what was shown serves all of them."""
    bench = Counting()
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    shown = 10
    for mode in ("set_on_hand", "send_changes", "set_available", "send_changes", "set_on_hand"):
        bench.configure(stock_mode=mode)
        bench.clock.passes(minutes=1)
        bench.adjusts("A", 2)
        shown += 2
        bench.pushes()
        assert bench.shop.shelf("i-A").on_hand == shown, mode
        sold = bench.buys("A", 1)
        bench.shop.fulfils(sold, 1)
        bench.takes(sold, 1)
        bench.closes(sold)
        shown -= 1
        bench.pushes()
        assert bench.shop.shelf("i-A").on_hand == shown, mode
