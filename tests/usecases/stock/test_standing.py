"""Stock that is also sold where no stock is counted: there Platen's own record says what is open."""

from __future__ import annotations

import pytest

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Lines, Link
from platen.domain.job import JobState
from platen.domain.order import Payment
from platen.domain.record import OrderBody, OrderState
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from tests.domain.making import NOW, a_line, an_order, planned
from tests.support.counting import TWO_SHOPS, Counting


def sold_elsewhere(parcels: int) -> Counting:
    """Four of an item are sold at the stall, in parcels of one of which it was told; ten were counted before."""
    bench = Counting(stock_mode="set_available")
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    bench.clock.passes(hours=1)
    record = planned(an_order(a_line("1", 4), connection="stall", store_order_id="stall-1"))
    shipments = [
        Shipment(
            order_id=record.head.order_id, shipment_id=str(number), connection="stall", store_order_id="stall-1",
            job_id="1", state=ShipmentState.TOLD, parcel=Parcel(), lines=(ShipmentLine(line_id="1", quantity=1),),
            recorded_at=NOW,
        )
        for number in range(parcels)
    ]  # fmt: skip
    bench.orders.save(None, record.with_shipments(*shipments))
    bench.tells("stall-1", "A", 4, store="stall")
    order = bench.known("stall-1")
    bench.ledger.save_order(order, order.but(order_id=record.head.order_id))
    return bench


def test_what_is_not_told_yet_is_open() -> None:
    bench = sold_elsewhere(0)
    bench.pushes()
    assert bench.shop.shelf("i-A").available == 6


def test_what_was_told_is_fulfilled_and_off_the_shelf() -> None:
    bench = sold_elsewhere(2)
    bench.takes("stall-1", 2)
    bench.pushes()
    assert bench.shop.shelf("i-A").available == 6


def test_it_matters_no_more_when_all_is_over() -> None:
    bench = sold_elsewhere(4)
    bench.takes("stall-1", 4)
    bench.closes("stall-1")
    bench.clock.passes(hours=1)
    bench.counts({"A": 6})
    bench.pushes()
    assert bench.shop.shelf("i-A").available == 6
    assert bench.known("stall-1").settled


@pytest.mark.parametrize("mode", ["set_available", "set_on_hand"])
@pytest.mark.parametrize("state", [JobState.READY, JobState.ATTENTION])
def test_what_is_sold_there_and_not_at_the_warehouse_yet_is_not_sold_twice(mode: str, state: JobState) -> None:
    """Parked, or before a person, for hours: nobody but Platen knows of it."""
    bench = Counting(stock_mode=mode)
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(links=(Link(vendor="depot", lines=Lines.ALL),)))
    bench.sells({"A": 10})
    bench.counts({"A": 10})
    order = an_order(a_line("1", 4, sku="A", attributes=()), connection="stall", store_order_id="stall-1")
    record = planned(order, links=(Link(vendor="depot", lines=Lines.ALL),))
    (job,) = record.jobs.values()
    if state is JobState.ATTENTION:
        asked = Attention(cause=Cause.PREFLIGHT, problems=(Problem(what="No street."),), since=NOW)
        job = job.but(state=state, attention=asked, due_at=None)
    body = OrderBody(order=order, printing={})
    bench.orders.save(None, record.with_jobs(job.but(body=body.name)).settled(NOW), body=body)
    bench.pushes()
    assert bench.shop.shelf("i-A").available == 6
    bench.pushes(full=False)
    assert bench.shop.shelf("i-A").available == 6


def test_what_waits_in_one_store_is_not_sold_by_another_on_the_same_stock() -> None:
    """Not paid, so the warehouse does not hear of it; and nothing of the warehouse's has moved."""
    bench = Counting(TWO_SHOPS, stock_mode="set_available")
    for store in ("shop", "outlet"):
        bench.sells({"A": 3, "B": 3}, store)
    bench.counts({"A": 3, "B": 3})
    bench.pushes()
    assert bench.pushes(full=False).totals.compared == 0
    bench.buys("A", 3, store="shop", told=False)
    order = an_order(a_line("1", 3, sku="A"), store_order_id="shop-1", payment=Payment.PENDING)
    body = OrderBody(order=order, printing={})
    record = planned(order, links=(Link(vendor="depot", lines=Lines.ALL),))
    assert record.head.state is OrderState.WAITING
    bench.orders.save(None, record.but(head=record.head.but(body=body.name)), body=body)
    assert bench.pushes(full=False).totals.compared == 2
    shown = [store.shelf("i-A").available for store in bench.stores.values()]
    assert shown == [0, 0]
