"""Every way in which InkSoft can fail a caller, and whether it was done when it did."""

from __future__ import annotations

import json

import pytest

from platen.domain.verdicts import Unclear
from tests.twins.inksoft_shop import Caller, inksoft, told


@pytest.mark.parametrize(
    ("kind", "status", "shape"),
    [
        ("error", 500, "envelope"),
        ("page", 200, "html"),
        ("data_false", 200, "envelope"),
        ("ok_false_data", 200, "envelope"),
        ("bad_key", 400, "envelope"),
        ("session_over", 400, "envelope"),
        ("too_many", 429, "html"),
        ("garbage", 200, "garbage"),
    ],
)
def test_a_call_that_fails_does_nothing_and_the_next_one_works(kind: str, status: int, shape: str) -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    twin.trouble(kind, "CreateOrderShipments")  # type: ignore[arg-type]
    assert call.order(order.id), "another method is not meant"
    reply = call.ship(order.id)
    assert reply.status == status
    assert ("html" in reply.headers["content-type"]) == (shape == "html")
    if shape == "envelope":
        assert json.loads(reply.body)["Data"] is False
        assert json.loads(reply.body)["OK"] is (kind == "ok_false_data")
    if shape == "garbage":
        with pytest.raises(ValueError):
            json.loads(reply.body)
    assert order.shipments == []
    told(call.ship(order.id))
    assert len(order.shipments) == 1


@pytest.mark.parametrize("kind", ["error_after", "page_after", "garbage_after", "cut"])
def test_what_was_done_can_be_hidden(kind: str) -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    twin.trouble(kind, "CreateOrderShipments")  # type: ignore[arg-type]
    if kind == "cut":
        with pytest.raises(Unclear):
            call.ship(order.id)
    else:
        assert call.ship(order.id).text[:1] in "{<"
    assert [one.tracking for one in twin.told] == ["1Z1"]
    assert call.order(order.id)["Shipments"][0]["Packages"][0]["TrackingNumber"] == "1Z1", "asking first tells"


def test_a_dropped_call_looks_the_same_and_did_nothing() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    twin.trouble("drop", "CreateOrderShipments")
    with pytest.raises(Unclear):
        Caller(twin).ship(order.id)
    assert order.shipments == []


def test_too_many_says_when_to_come_back() -> None:
    twin, _ = inksoft()
    twin.trouble("too_many", seconds=7)
    assert Caller(twin).get("GetStoreData").headers["retry-after"] == "7"
    assert Caller(twin).get("GetStoreData").status == 200


def test_trouble_may_wait_and_may_last() -> None:
    twin, _ = inksoft()
    twin.trouble("error", "GetOrderSummaries", skip=1, times=2)
    call = Caller(twin)
    assert [call.get("getordersummaries").status for _ in range(4)] == [200, 500, 500, 200]
    assert twin.faults.fired == ["status GetOrderSummaries"] * 2


def test_a_slow_answer_is_an_answer() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    twin.trouble("slow", seconds=0)
    told(Caller(twin).ship(order.id))
    assert twin.faults.fired == ["slow CreateOrderShipments"]


def test_what_was_done_may_show_later() -> None:
    twin, clock = inksoft(parcel_lag_seconds=30, list_lag_seconds=60)
    order = twin.place_order()
    call = Caller(twin)
    assert call.ids() == []
    call.ship(order.id)
    assert call.order(order.id)["Shipments"] == [], "looking first does not help within the lag"
    clock.passes(seconds=30)
    assert len(call.order(order.id)["Shipments"]) == 1
    clock.passes(seconds=30)
    window = {"Begin": "2026-11-21T09:00:00Z", "End": "2026-11-21T09:00:00Z"}
    assert call.ids(DateModifiedRange=window) == [order.id], "with the time of the change, not of its showing"
