"""Two vendors of one order who are heard of at the same moment: neither may see the other where it was before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.order import Order
from platen.domain.record import OrderState
from platen.messages import Queue, VendorHint
from tests.support.presses import PressesBench, a_line

VENDORS = ("press", "press-2")


@pytest.fixture
def bench() -> PressesBench:
    made = PressesBench(2)
    for vendor in VENDORS:
        made.rules(vendor, after_import="Prepared", after_shipment="Closed", after_cancel="Canceled")
    return made


@pytest.fixture
def order(bench: PressesBench) -> Order:
    """Both vendors have their part of it."""
    placed = bench.ordered(a_line("1", 1), a_line("2", 2))
    bench.run()
    assert {job.state for job in bench.now_of(placed).jobs.values()} == {JobState.SENT}
    return placed


def _news(bench: PressesBench, phase: VendorPhase) -> None:
    """Both vendors have come so far, and both say so."""
    for name in VENDORS:
        [made] = bench.vendors[name].made
        made.phase = phase
        if phase is VendorPhase.SHIPPED:
            made.parcels.append(VendorParcel(carrier="Post", tracking=f"T-{name}"))
        hint = VendorHint(connection=name, external_id=made.external_id, topic="news", delivery=name)
        bench.queues.send(Queue.SHIPMENTS, [hint])


def _both_at_once(bench: PressesBench, queue: Queue) -> None:
    """The second message is worked on after the first has read the order, and before it has written to it."""
    bench.switch.before("orders.save", lambda: bench.work_one(queue))
    bench.work_one(queue)
    assert bench.switch.fired
    bench.run(at_least=timedelta(hours=8))


def test_both_ship_and_the_order_is_where_shipped_orders_are(bench: PressesBench, order: Order) -> None:
    _news(bench, VendorPhase.SHIPPED)
    _both_at_once(bench, Queue.SHIPMENTS)
    head = bench.now_of(order).head
    assert (head.state, head.folder) == (OrderState.DONE, "Closed")
    assert set(bench.shown(order)) == {"T-press", "T-press-2"}
    bench.no_doubles()


def test_both_call_off_what_the_store_cancelled_and_the_order_is_over(bench: PressesBench, order: Order) -> None:
    bench.changed(order, cancelled_at=bench.clock.now())
    bench.work_one(Queue.INTAKE)
    _both_at_once(bench, Queue.DISPATCH)
    head = bench.now_of(order).head
    assert (head.state, head.folder) == (OrderState.CANCELLED, "Canceled")
    assert bench.made() == []


def test_both_say_no_and_each_waits_for_a_person(bench: PressesBench, order: Order) -> None:
    _news(bench, VendorPhase.CANCELLED)
    _both_at_once(bench, Queue.SHIPMENTS)
    assert bench.now_of(order).head.state is OrderState.ATTENTION
    assert bench.causes() == ["vendor_cancelled", "vendor_cancelled"]


def test_both_are_let_go_by_two_people_and_the_order_waits_for_nobody(bench: PressesBench, order: Order) -> None:
    _news(bench, VendorPhase.CANCELLED)
    bench.run()
    bench.switch.before("orders.save", lambda: bench.click("cancel", order.order_id, "job 2"))
    first = bench.click("cancel", order.order_id, "job 1")
    if not first["ok"]:  # somebody else was quicker, and the person looks again
        bench.click("cancel", order.order_id, "job 1")
    bench.run(at_least=timedelta(hours=1))
    assert bench.attention() == []
    assert bench.now_of(order).head.state is OrderState.CANCELLED
