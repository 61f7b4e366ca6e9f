"""CreateOrderShipments of the InkSoft twin: what it does, that it does it again, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.inksoft_shop import Caller, inksoft, said_no, told


def parcels(call: Caller, order_id: int) -> list[str]:
    shipments = call.order(order_id)["Shipments"]
    return [package["TrackingNumber"] for one in shipments for package in one["Packages"]]


def test_a_parcel_that_completes_the_order() -> None:
    twin, clock = inksoft()
    order = twin.place_order(items=[{"quantity": 2}, {"sku": "BAG-300"}])
    call = Caller(twin)
    clock.passes(hours=1)
    assert told(call.ship(order.id, MarkOrderAsCompleted=True))["Data"] is True
    shown = call.order(order.id)
    assert (shown["Status"], shown["Shipped"], shown["ProductionStatus"]) == ("Shipped", True, "Complete")
    [shipment] = shown["Shipments"]
    [package] = shipment["Packages"]
    assert (package["TrackingNumber"], package["ShippedDate"]) == ("1Z1", "2026-11-21T10:00:00.000Z")
    assert [(one["ItemGuid"], one["Quantity"]) for one in package["Items"]] == [
        (item["UniqueId"], item["Quantity"]) for item in shown["Items"]
    ]
    assert package["CarrierName"] == "", "the call has no carrier"


def test_a_parcel_before_the_last_leaves_the_order_open() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    call.ship(order.id, tracking="A", MarkOrderAsCompleted=False)
    assert (call.order(order.id)["Status"], call.order(order.id)["Shipped"]) == ("Processing", False)
    call.ship(order.id, tracking="B", MarkOrderAsCompleted=True)
    assert parcels(call, order.id) == ["A", "B"]
    assert call.order(order.id)["Shipped"] is True


def test_told_twice_it_packs_twice() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    call.ship(order.id)
    assert twin.duplicates == []
    call.ship(order.id)
    assert parcels(call, order.id) == ["1Z1", "1Z1"]
    assert twin.duplicates == [f"{order.id} 1Z1"]


@pytest.mark.parametrize(
    ("notify", "mails"), [({"NotifyCustomer": True}, 1), ({"NotifyCustomer": False}, 0), ({}, 0)]
)
def test_the_buyer_hears_of_it_only_when_asked_for(notify: dict[str, Any], mails: int) -> None:
    twin, _ = inksoft()
    order = twin.place_order(email="her@example.com")
    Caller(twin).ship(order.id, **notify)
    assert [(one.email, one.tracking) for one in twin.mails] == [("her@example.com", "1Z1")] * mails
    assert [(one.order_id, one.completed, one.notified) for one in twin.told] == [(order.id, False, bool(mails))]


def test_several_orders_share_a_parcel() -> None:
    twin, _ = inksoft()
    first, second = twin.place_order().id, twin.place_order().id
    call = Caller(twin)
    call.ship(first, second)
    assert (parcels(call, first), parcels(call, second)) == (["1Z1"], ["1Z1"])


def test_a_form_is_taken_too_and_a_number_stays_a_text() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    fields = {
        "orderids": f"[{order.id}]",
        "trackingnumber": "00340434161094000000001",
        "MARKORDERASCOMPLETED": "True",
        "notifycustomer": "false",
    }
    assert told(call.form("createOrderShipments", fields))["Data"] is True
    assert told(call.form("CreateOrderShipments", fields | {"trackingnumber": '"B 2"'}))["Data"] is True
    assert parcels(call, order.id) == ["00340434161094000000001", "B 2"]
    assert call.order(order.id)["Shipped"] is True


def test_what_it_has_no_name_for_is_remembered_and_kept_by_a_switch_only() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    extra = {"CarrierName": "UPS", "ShippingServiceType": "Ground"}
    call.ship(order.id, **extra)
    assert twin.told[0].extra == {"carriername": "UPS", "shippingservicetype": "Ground"}
    twin.switches.takes_carrier = True
    call.ship(order.id, tracking="B", **extra)
    packages = [one["Packages"][0] for one in call.order(order.id)["Shipments"]]
    assert [(one["CarrierName"], one["ShippingServiceType"]) for one in packages] == [("", ""), ("UPS", "Ground")]


def test_a_unique_id_works_by_a_switch_only() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    body = {"OrderIds": [order.unique_id], "TrackingNumber": "A"}
    assert said_no(call.post("CreateOrderShipments", body))[:2] == (404, "NotFound")
    twin.switches.takes_unique_ids = True
    told(call.post("CreateOrderShipments", body))
    assert parcels(call, order.id) == ["A"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"OrderIds": None}, 400, "OrderIds is required"),
        ({"OrderIds": []}, 400, "OrderIds is required"),
        ({"OrderIds": 1}, 400, "not valid for OrderIds"),
        ({"OrderIds": [{"ID": 1}]}, 400, "not valid for OrderIds"),
        ({"OrderIds": [1]}, 404, "Order 1 not found"),
        ({"TrackingNumber": None}, 400, "TrackingNumber is required"),
        ({"TrackingNumber": ["A"]}, 400, "not valid for TrackingNumber"),
        ({"MarkOrderAsCompleted": "yes"}, 400, "not valid for MarkOrderAsCompleted"),
        ({"NotifyCustomer": 1}, 400, "not valid for NotifyCustomer"),
        ({"APIKey": "wrong"}, 400, "The API key is invalid"),
        ({"APIKey": None}, 400, "An API key is required"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(changes: dict[str, Any], status: int, words: str) -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    body = {"OrderIds": [order.id], "TrackingNumber": "A"} | changes
    told_status, _, said = said_no(call.post("CreateOrderShipments", body))
    assert told_status == status
    assert words in said
    assert (parcels(call, order.id), twin.told, twin.mails) == ([], [], [])


def test_all_of_the_orders_or_none() -> None:
    twin, _ = inksoft()
    order, cancelled = twin.place_order(), twin.place_order()
    twin.cancel(cancelled.id)
    call = Caller(twin)
    assert said_no(call.ship(order.id, 1))[0] == 404
    assert said_no(call.ship(order.id, cancelled.id))[2] == f"Order {cancelled.id} is canceled"
    twin.add_site("other", "other-key", {52001: "Other Store"})
    assert said_no(Caller(twin, "other-key", "other").ship(order.id))[0] == 404
    assert parcels(call, order.id) == []


def test_a_body_that_is_no_object_is_refused() -> None:
    twin, _ = inksoft()
    call = Caller(twin)
    bodies: list[object] = [[], "x", 5]
    for body in bodies:
        reply = call._http.send("POST", call.url("CreateOrderShipments"), json=body)
        assert said_no(reply)[2] == "The request body is not a JSON object"


def test_what_the_shop_shipped_by_hand_has_a_carrier() -> None:
    twin, _ = inksoft()
    order = twin.place_order(items=[{"quantity": 2}])
    twin.ship_by_hand(order.id, "A", {"0": 1}, completes=False)
    twin.ship_by_hand(order.id, "B", carrier="USPS", service="Priority")
    shipments = Caller(twin).order(order.id)["Shipments"]
    assert [one["Packages"][0]["CarrierName"] for one in shipments] == ["UPS", "USPS"]
    assert [one["Packages"][0]["Items"][0]["Quantity"] for one in shipments] == [1, 1]
    assert twin.told == []
