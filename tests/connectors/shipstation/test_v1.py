"""The way by API V1: what ShipStation is told, and what its answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from platen.connectors.shipstation.body_v1 import order_body
from platen.connectors.shipstation.telling import told_as
from platen.domain.job import Hold, VendorPhase
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.shipstation.api_house import (
    SHIP_TO,
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


def test_an_order_is_told_in_whole_and_as_published() -> None:
    house, http = scripted(v1_store_id=12345)
    http.on(CREATE, reply(body=v1_order()))

    made = house.v1().submit(a_request())

    [body] = http.told()
    check_v1_order(body)
    assert (made.ref, made.external_id, made.phase) == ("140335319", X, VendorPhase.ACCEPTED)
    assert made.lines == {"11": "11", "12": "12"}
    assert (body["orderKey"], body["orderNumber"], body["orderStatus"]) == (X, "#1001", "awaiting_shipment")
    assert body["advancedOptions"]["storeId"] == 12345
    assert body["requestedShippingService"] == "Two Day"
    assert (body["paymentMethod"], body["gift"], body["giftMessage"]) == ("Card", True, "Well played")
    assert (body["customerNotes"], body["internalNotes"]) == ("Please hurry", "Regular")
    assert body["weight"] == {"value": 540.0, "units": "grams"}
    assert "carrierCode" not in body
    assert "serviceCode" not in body
    assert http.calls[0].auth == ("v1-key", "v1-secret")


def test_its_items_tax_and_shipping_come_to_what_the_buyer_paid() -> None:
    body = order_body(told_as(a_request()), None)

    tee, _, discount = body["items"]
    assert tee["lineItemKey"] == "11"
    assert (tee["unitPrice"], tee["quantity"], tee["weight"]) == (20.0, 2, {"value": 180.0, "units": "grams"})
    assert (tee["warehouseLocation"], tee["upc"]) == ("A1-7", "012345678905")
    assert {"name": "Size", "value": "L"} in tee["options"]
    assert (discount["adjustment"], discount["sku"], discount["unitPrice"]) == (True, "TEAM10", -6.0)
    total = sum(item["unitPrice"] * item["quantity"] for item in body["items"])
    assert total + body["taxAmount"] + body["shippingAmount"] == body["amountPaid"] == 65.0


@pytest.mark.parametrize(
    ("hold", "status", "paid"),
    [
        (Hold.NONE, "awaiting_shipment", 65.0),
        (Hold.PAYMENT, "awaiting_payment", 0.0),
        (Hold.STORE, "on_hold", 65.0),
    ],
)
def test_an_order_that_waits_is_told_as_such(hold: Hold, status: str, paid: float) -> None:
    body = order_body(told_as(a_request(hold)), None)

    assert (body["orderStatus"], body["amountPaid"]) == (status, paid)
    assert "storeId" not in body["advancedOptions"]


def test_the_time_it_was_placed_is_told_by_the_clocks_of_the_pacific_coast() -> None:
    placed = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)

    assert order_body(told_as(a_request(placed_at=placed)), None)["orderDate"] == "2026-06-30 23:30:00"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(401, {"message": "Unauthorized"}), Denied),
        (reply(403, {"message": "Forbidden"}), Denied),
        (reply(429, {"message": "Too Many Requests"}, x_rate_limit_reset="17"), Busy),
        (reply(500, {"ExceptionMessage": "Oops"}), Unclear),
        (reply(502, b"<html>Bad gateway</html>"), Unclear),
        (reply(200, b"{"), Unclear),
        (reply(200, {"orderKey": X}), Unclear),
        (reply(200, v1_order(orderKey="somebody-elses")), Unclear),
        (reply(302, None, location="https://evil.example/"), Unclear),
        (Unclear("no answer"), Unclear),
        (Unreachable("no connection"), Unreachable),
    ],
)
def test_what_comes_of_telling(answer: Reply | Exception, verdict: type[Verdict]) -> None:
    house, http = scripted()
    http.on(CREATE, answer)

    with pytest.raises(verdict):
        house.v1().submit(a_request())


def test_when_the_calls_are_used_up_it_says_for_how_long() -> None:
    house, http = scripted()
    http.on(CREATE, reply(429, {"message": "Too Many Requests"}, x_rate_limit_reset="17"))

    with pytest.raises(Busy) as busy:
        house.v1().submit(a_request())

    assert busy.value.after == timedelta(seconds=17)


def test_a_refusal_says_why_and_nothing_of_the_buyer() -> None:
    house, http = scripted()
    said = f"Invalid phone {SHIP_TO.phone} of Ottilie Quellwasser"
    http.on(CREATE, reply(400, {"Message": "The request is invalid.", "ModelState": {"shipTo.phone": [said]}}))
    http.on("GET /orders", v1_page("orders"))

    with pytest.raises(Refused) as refused:
        house.v1().submit(a_request())

    assert "shipTo.phone" in refused.value.words
    assert "5550123" not in refused.value.words
    assert "Quellwasser" not in refused.value.words


@pytest.mark.parametrize("status", ["shipped", "cancelled"])
def test_a_locked_order_under_our_key_is_found_and_not_revived(status: str) -> None:
    house, http = scripted()
    http.on(CREATE, LOCKED)
    http.on("GET /orders", v1_page("orders", v1_order(orderStatus=status)))

    with pytest.raises(AlreadyThere):
        house.v1().submit(a_request())


def test_an_answer_with_a_cancelled_order_shows_it_as_such() -> None:
    house, http = scripted()
    http.on(CREATE, reply(body=v1_order(orderStatus="cancelled")))

    assert house.v1().submit(a_request()).phase is VendorPhase.CANCELLED


def test_what_was_made_though_its_answer_was_lost_is_found_by_its_key_among_numbers_like_it() -> None:
    house, http = scripted()
    http.on(CREATE, Unclear("no answer"))
    others = [v1_order(orderId=1, orderKey="x"), v1_order(orderId=2, orderNumber="#10010", orderKey=f"{X}2")]
    http.on("GET /orders", v1_page("orders", *others, v1_order()))
    http.on("GET /shipments", v1_page("shipments"))

    with pytest.raises(Unclear):
        house.v1().submit(a_request())
    found = house.v1().find(a_request())

    assert found is not None
    assert found.ref == "140335319"
    assert "orderNumber=%231001" in next(call.path for call in http.calls if call.path.startswith("/orders?"))


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(500, {}), Later),
        (reply(400, {"message": "orderNumber is odd"}), Unclear),
        (reply(404, b""), Later),
        (reply(200, {"orders": "none"}), Later),
        (reply(200, []), Later),
        (Unclear("no answer"), Later),
    ],
)
def test_a_look_up_that_failed_is_never_taken_for_nothing_there(
    answer: Reply | Exception, verdict: type[Verdict]
) -> None:
    house, http = scripted()
    http.on("GET /orders", answer)

    with pytest.raises(verdict):
        house.v1().find(a_request())


def test_a_look_up_that_does_not_end_is_unclear() -> None:
    house, http = scripted()
    http.on("GET /orders", v1_page("orders", v1_order(orderKey="x"), pages=99))

    with pytest.raises(Unclear):
        house.v1().find(a_request())


def test_no_call_is_made_once_an_answer_said_that_none_is_left() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order(), x_rate_limit_remaining="0", x_rate_limit_reset="30"))
    http.on("GET /shipments", v1_page("shipments"))

    with pytest.raises(Busy) as busy:
        house.v1().read(SENT)

    assert busy.value.after == timedelta(seconds=30)
    assert len(http.calls) == 1


def test_a_nudge_names_the_store_in_both_places() -> None:
    house, http = scripted()
    http.on("POST /stores/refreshstore", reply(body={"success": True, "message": "initiated"}))

    house.v1()._client.refresh_store(12345)

    assert (http.calls[0].path, http.calls[0].json) == ("/stores/refreshstore?storeId=12345", {"storeId": 12345})


@pytest.mark.parametrize("missing", [{"v2_key": "k"}, {"store_user": "u", "store_password": "p" * 16}])
def test_without_a_v1_key_nothing_is_asked(missing: dict[str, str]) -> None:
    house, http = scripted()
    house.secrets.put_credentials("ship", missing)

    with pytest.raises(Denied):
        house.v1().read(SENT)
    assert [finding.ok for finding in house.v1().check()] == [False]
    assert http.calls == []
