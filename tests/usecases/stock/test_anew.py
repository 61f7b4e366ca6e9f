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
