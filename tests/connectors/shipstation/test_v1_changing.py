"""The way by API V1: changes and cancels of what ShipStation has, and the check of the connection."""

from __future__ import annotations

from typing import Any

import pytest

from platen.domain.job import Hold, VendorPhase
from platen.domain.verdicts import Later, Refused, Unclear, Verdict
from platen.ports import Reply
from tests.connectors.shipstation.api_house import (
    URL,
    X,
    a_job,
    a_request,
    reply,
    scripted,
    v1_order,
    v1_page,
)
from tests.connectors.shipstation.contracts import check_v1_order

CREATE = "POST /orders/createorder"
ONE = "GET /orders/140335319"
SENT = a_job(vendor_ref="140335319")
LOCKED = reply(400, {"Message": "An error has occurred.", "ExceptionMessage": "The order is shipped."})


def test_a_change_is_the_whole_order_with_what_the_packers_have_set() -> None:
    house, http = scripted(v1_store_id=777)
    packed = {
        "carrierCode": "fedex",
        "serviceCode": "fedex_ground",
        "packageCode": "package",
        "tagIds": [5],
        "advancedOptions": {"storeId": 12345, "warehouseId": 98, "mergedOrSplit": False, "customField1": "old"},
    }
    http.on(ONE, reply(body=v1_order(**packed)))
    http.on(CREATE, reply(body=v1_order(**packed)))

    made = house.v1().amend(a_request(job={"vendor_ref": "140335319"}))

    [body] = http.told()
    check_v1_order(body)
    assert made.ref == "140335319"
    assert (body["carrierCode"], body["serviceCode"], body["tagIds"]) == ("fedex", "fedex_ground", [5])
    assert body["advancedOptions"]["warehouseId"] == 98
    assert body["advancedOptions"]["storeId"] == 12345, "a store is only chosen when the order is made"
    assert body["advancedOptions"]["customField1"] == "TEAM10"
    assert len(body["items"]) == 3


def test_a_carrier_without_a_service_is_not_told_back() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order(carrierCode="fedex")))
    http.on(CREATE, reply(body=v1_order()))

    house.v1().amend(a_request(job={"vendor_ref": "140335319"}))

    assert "carrierCode" not in http.told()[0]


@pytest.mark.parametrize(
    ("until", "hold", "status"),
    [
        ("2026-12-01", Hold.NONE, "on_hold"),
        (None, Hold.NONE, "awaiting_shipment"),
        ("2026-12-01", Hold.PAYMENT, "awaiting_payment"),
    ],
)
def test_a_hold_of_the_packers_outlives_a_change_and_one_of_ours_does_not(
    until: str | None, hold: Hold, status: str
) -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order(orderStatus="on_hold", holdUntilDate=until)))
    http.on(CREATE, reply(body=v1_order()))

    house.v1().amend(a_request(hold, job={"vendor_ref": "140335319"}))

    assert http.told()[0]["orderStatus"] == status


@pytest.mark.parametrize(
    "there",
    [
        v1_order(orderStatus="shipped"),
        v1_order(orderStatus="cancelled"),
        v1_order(orderStatus="pending_fulfillment"),
        v1_order(advancedOptions={"mergedOrSplit": True}),
        v1_order(orderKey="put-in-by-hand"),
        None,
    ],
)
def test_what_is_locked_split_or_not_ours_is_not_changed(there: dict[str, Any] | None) -> None:
    house, http = scripted()
    http.on(ONE, reply(body=there) if there else reply(404, {"message": "none"}))

    with pytest.raises(Refused):
        house.v1().amend(a_request(job={"vendor_ref": "140335319"}))
    assert http.told() == []


def test_one_that_shipped_in_between_was_not_changed() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order()))
    http.on(CREATE, reply(body=v1_order(orderStatus="shipped")))

    with pytest.raises(Refused):
        house.v1().amend(a_request(job={"vendor_ref": "140335319"}))


# cancelling


def test_a_cancel_gives_the_order_back_as_it_is_but_cancelled() -> None:
    house, http = scripted()
    weighed = {"weight": {"value": 9, "units": "ounces", "WeightUnits": 1}, "carrierCode": "fedex"}
    http.on(ONE, reply(body=v1_order(**weighed)), reply(body=v1_order(orderStatus="cancelled")))
    http.on(CREATE, reply(body=v1_order(orderStatus="cancelled")))
    http.on("GET /shipments", v1_page("shipments"))
    http.on("GET /fulfillments", v1_page("fulfillments"))

    now = house.v1().cancel(SENT)

    assert now is not None
    assert now.phase is VendorPhase.CANCELLED
    [body] = http.told()
    check_v1_order(body)
    assert (body["orderKey"], body["orderStatus"]) == (X, "cancelled")
    assert [item["lineItemKey"] for item in body["items"]] == ["11", "12", "discount-1"]
    assert not {"orderId", "createDate", "carrierCode"} & body.keys()


def test_what_has_shipped_is_not_cancelled() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order(orderStatus="shipped")))

    with pytest.raises(Refused, match="void its label"):
        house.v1().cancel(SENT)
    assert http.told() == []


@pytest.mark.parametrize(
    ("answer", "after", "verdict"),
    [
        (Unclear("no answer"), "awaiting_shipment", Later),
        (LOCKED, "shipped", Refused),
        (reply(body=v1_order()), "awaiting_shipment", Refused),
        (Unclear("no answer"), "cancelled", None),
        (LOCKED, "cancelled", None),
    ],
)
def test_a_cancel_is_believed_when_it_is_read(
    answer: Reply | Exception, after: str, verdict: type[Verdict] | None
) -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order()), reply(body=v1_order(orderStatus=after)))
    http.on(CREATE, answer)
    http.on("GET /shipments", v1_page("shipments"))
    http.on("GET /fulfillments", v1_page("fulfillments"))

    if verdict is None:
        now = house.v1().cancel(SENT)
        assert now is not None
        assert now.phase is VendorPhase.CANCELLED
    else:
        with pytest.raises(verdict):
            house.v1().cancel(SENT)


def test_one_that_is_gone_is_neither_read_nor_cancelled() -> None:
    house, http = scripted()
    http.on(ONE, reply(404, {"message": "none"}))

    assert house.v1().read(SENT) is None
    assert house.v1().cancel(SENT) is None
    assert house.v1().locate("v1", "140335319") is None


# the check


def test_the_check_names_the_stores_to_choose_from_and_the_webhook_to_add() -> None:
    house, http = scripted(v1_store_id=99)
    stores = [
        {"storeId": 22766, "storeName": "Manual", "active": True},
        {"storeId": 25748, "storeName": "Old", "active": False},
    ]
    http.on("GET /stores", reply(body=stores, x_rate_limit_remaining="37", x_rate_limit_reset="9"))
    http.on("GET /webhooks", reply(body={"webhooks": [{"Url": URL, "HookType": "ORDER_NOTIFY", "Active": True}]}))

    takes, store, hooks = house.v1().check()

    assert takes.ok
    assert "37 calls" in takes.what
    assert not store.ok
    assert "22766 (Manual)" in store.fix
    assert "Old" not in store.fix
    assert hooks.ok
    assert "SHIP_NOTIFY" in hooks.what


def test_the_check_sees_the_store_and_a_webhook_that_is_there() -> None:
    house, http = scripted(v1_store_id=22766)
    house.secrets.put_webhook("ship", {"url": URL})
    http.on("GET /stores", reply(body=[{"storeId": 22766, "storeName": "Manual", "active": True}]))
    http.on("GET /webhooks", reply(body={"webhooks": [{"Url": URL, "HookType": "SHIP_NOTIFY", "Active": True}]}))

    findings = house.v1().check()

    assert all(finding.ok and not finding.fix for finding in findings)
    assert "at once: SHIP_NOTIFY" in findings[-1].what


@pytest.mark.parametrize("status", [401, 403, 500])
def test_the_check_says_what_is_wrong_with_the_key(status: int) -> None:
    house, http = scripted()
    http.on("GET /stores", reply(status, {"message": "no"}))

    [finding] = house.v1().check()

    assert not finding.ok
    assert finding.fix
