"""Parcels of one order at its store: two told at once, told half, told and not heard, told again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.connectors.shopify.parcels import Shown, recognise
from platen.domain.job import VendorParcel, VendorPhase
from platen.domain.order import Order
from platen.domain.record import OrderState
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Unreachable
from platen.messages import Queue, VendorHint
from tests.fakes import Crash, Lost
from tests.fakes.clock import START
from tests.support.stall import StallBench


def shipped(*parcels: VendorParcel, quantities: tuple[int, ...] = (2,)) -> tuple[StallBench, Order]:
    """An order whose job has left the vendor in these parcels; the store has not been told yet."""
    bench = StallBench(Resend.LOOKUP)
    order = bench.order_placed(*quantities)
    bench.run()
    (made,) = bench.vendor.made
    made.parcels.extend(parcels)
    made.phase = VendorPhase.SHIPPED
    hint = VendorHint(connection="press", external_id=made.external_id)
    bench.queues.put_raw(Queue.SHIPMENTS, hint.model_dump_json())
    bench.work_one(Queue.SHIPMENTS)
    return bench, order


def a_parcel(tracking: str = "", *items: tuple[str, int]) -> VendorParcel:
    return VendorParcel(carrier="C", tracking=tracking, items=items or (("10", 1),))


def shown(bench: StallBench, order: Order) -> list[tuple[str, dict[str, int]]]:
    found = [(one.tracking, one.goods) for one in bench.store.shown.get(order.store_order_id, [])]
    return sorted(found, key=str)


def all_told(bench: StallBench, order: Order) -> None:
    record = bench.record(order.order_id)
    assert [one.state for one in record.shipments.values()] == [ShipmentState.TOLD] * len(record.shipments)
    assert record.head.state is OrderState.DONE
    assert bench.attention() == []


@pytest.mark.parametrize("point", ["store.tell", "store.make"])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("first", [0, 1])
def test_two_parcels_without_tracking_told_at_once_are_two_fulfillments(point: str, side: str, first: int) -> None:
    """Each would take the other's fulfillment for its own, whichever of them began."""
    bench, order = shipped(a_parcel(), a_parcel())
    if first:
        bench.queues.send(Queue.STORE_UPDATES, [bench.queues.receive(Queue.STORE_UPDATES).message])

    def the_other_worker() -> None:
        while bench.work_one(Queue.STORE_UPDATES):
            pass

    (bench.switch.before if side == "before" else bench.switch.after)(point, the_other_worker)
    bench.run()
    assert bench.switch.fired
    assert shown(bench, order) == [("", {"10": 1})] * 2
    ids = [one.fulfillments for one in bench.record(order.order_id).shipments.values()]
    assert len(set(ids)) == 2
    all_told(bench, order)


TROUBLES = {
    "fulfillmentCreate reply lost": ("store.make", "after", Unclear("cut off")),
    "store 5xx before it was made": ("store.make", "before", Unclear("500")),
    "crash before fulfillmentCreate": ("store.make", "before", Crash()),
    "crash after fulfillmentCreate": ("store.make", "after", Crash()),
    "claim reply lost": ("orders.claim_shipment", "after", Lost()),
    "finish write lost": ("orders.save", "before", Lost()),
    "reply to the finish lost": ("orders.save", "after", Lost()),
    "crash before the finish": ("orders.save", "before", Crash()),
    "asked to slow down": ("store.tell", "before", Busy("slow", timedelta(minutes=2))),
    "not reachable": ("store.tell", "before", Unreachable("no way")),
    "credentials refused for a while": ("store.tell", "before", Denied("who are you")),
}


@pytest.mark.parametrize("tracking", ["T1", ""])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_breaks_the_parcel_is_shown_once(trouble: str, tracking: str) -> None:
    bench, order = shipped(a_parcel(tracking, ("10", 2)))
    call, side, what = TROUBLES[trouble]
    getattr(bench.switch, side)(call, what)
    bench.run()
    assert bench.switch.fired
    assert shown(bench, order) == [(tracking, {"10": 2})]
    all_told(bench, order)


@pytest.mark.parametrize("tracking", ["T1", ""])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_crash_between_the_two_fulfillments_of_one_parcel_makes_neither_twice(side: str, tracking: str) -> None:
    bench, order = shipped(a_parcel(tracking, ("10", 1), ("11", 1)), quantities=(1, 1))
    bench.store.places = {"10": "Berlin", "11": "Bonn"}
    (bench.switch.before if side == "before" else bench.switch.after)(
        "store.make", Crash(), nth=2 if side == "before" else 1
    )
    bench.run()
    assert shown(bench, order) == [(tracking, {"10": 1}), (tracking, {"11": 1})]
    all_told(bench, order)


def test_a_clear_no_of_the_store_waits_for_a_person() -> None:
    bench, order = shipped(a_parcel("T1", ("10", 2)))
    bench.switch.before("store.tell", Refused("the order is archived"))
    bench.run(at_least=timedelta(hours=3))
    (item,) = bench.attention()
    assert (item["cause"], item["where"]) == ("store_refused", "stall")
    assert item["problems"][0]["what"] == "the order is archived"
    assert shown(bench, order) == []
    assert bench.click("retry", order.order_id)["ok"]
    bench.run()
    assert shown(bench, order) == [("T1", {"10": 2})]
    all_told(bench, order)


def test_released_it_is_left_to_the_person_and_told_by_nobody() -> None:
    bench, order = shipped(a_parcel("T1", ("10", 2)))
    bench.switch.before("store.tell", Refused("the order is archived"))
    bench.run()
    assert bench.click("release", order.order_id)["ok"]
    bench.run(at_least=timedelta(hours=1))
    assert shown(bench, order) == []
    all_told(bench, order)


def test_an_hour_without_the_store_is_sat_out() -> None:
    bench, order = shipped(a_parcel("T1", ("10", 2)))
    bench.switch.before("store.tell", Unreachable("no way"), times=10_000)
    bench.run(timedelta(hours=1))
    assert bench.switch.calls.count("store.tell") < 20, "the store was left no peace"
    assert bench.queues.dead() == []
    bench.switch.clear()
    bench.run()
    assert shown(bench, order) == [("T1", {"10": 2})]
    all_told(bench, order)


def test_a_parcel_nobody_can_make_sense_of_waits_for_a_person_with_what_the_vendor_said() -> None:
    bench, order = shipped(a_parcel("T1", ("4711", 1)), quantities=(1, 1))
    bench.run()
    (item,) = bench.attention()
    assert item["cause"] == "shipment_unreadable"
    assert "4711" in item["problems"][0]["what"]
    refused = bench.click("retry", order.order_id)
    assert not refused["ok"]
    assert "release" in refused["error"]["message"]
    assert bench.click("release", order.order_id)["ok"]
    bench.run(at_least=timedelta(hours=4))
    assert bench.record(order.order_id).head.state is OrderState.DONE, "open for ever, and nobody knows why"


def test_tracking_that_is_amended_while_it_is_told_is_told_too() -> None:
    bench, order = shipped(a_parcel("", ("10", 2)))
    (made,) = bench.vendor.made

    def the_vendor_amends() -> None:
        made.parcels[0] = made.parcels[0].but(tracking="T9")
        hint = VendorHint(connection="press", external_id=made.external_id)
        bench.queues.put_raw(Queue.SHIPMENTS, hint.model_dump_json())
        bench.work_one(Queue.SHIPMENTS)

    bench.switch.after("store.make", the_vendor_amends)
    bench.run()
    assert shown(bench, order) == [("T9", {"10": 2})]
    all_told(bench, order)


def test_what_bears_the_parcels_number_is_taken_before_what_only_fits() -> None:
    """Told half and cut off: what fits beside it is another parcel's, whose making was not heard of either."""
    parcel = Shipment(
        order_id="k7x2m3qpl4tzabcd",
        shipment_id="1-a",
        connection="stall",
        store_order_id="1",
        job_id="1",
        state=ShipmentState.CLAIMED,
        parcel=Parcel(tracking="T3"),
        lines=(ShipmentLine(line_id="10", quantity=1), ShipmentLine(line_id="11", quantity=1)),
        recorded_at=START,
        doubt=True,
    )
    orphan = Shown("F3", "#1.3", True, frozenset(), {"11": 1}, START)
    own = Shown("F4", "#1.4", True, frozenset({"T3"}), {"10": 1, "11": 1}, START)
    for listed in ([orphan, own], [own, orphan]):
        found = recognise(parcel, listed, noted=(), others=())
        assert [one.number for one in found.fulfillments] == ["F4"]
        assert found.missing == {}


def test_a_parcel_that_its_store_never_takes_is_shown_to_a_person_while_the_store_is_well() -> None:
    bench, order = shipped(a_parcel("T1", ("10", 2)))
    bench.switch.before("store.tell", Later("the answer cannot be read"), times=10_000)
    bench.run()
    (item,) = bench.attention()
    assert item["cause"] == "store_refused"
    (problem,) = item["problems"]
    assert "the answer cannot be read" in problem["what"]
    assert "not known" not in problem["what"], "nothing was made: that is a definite answer"
    bench.switch.clear()
    assert bench.click("retry", order.order_id)["ok"]
    bench.run()
    all_told(bench, order)
