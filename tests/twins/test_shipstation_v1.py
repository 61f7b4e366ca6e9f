"""API V1 as a client sees it: who comes in, what is made and changed, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen.domain.verdicts import Unclear
from tests.twins.shipstation_house import Caller, a_v1_order, an_order, house, read
from twins.shipstation import ShipStationTwin


@pytest.fixture
def twin() -> ShipStationTwin:
    return house()[0]


@pytest.fixture
def caller(twin: ShipStationTwin) -> Caller:
    return Caller(twin)


def created(caller: Caller, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = read(caller.v1("POST", "/orders/createorder", a_v1_order(**changes)))
    return made


def refused(caller: Caller, method: str, path: str, body: object | None = None, *, status: int = 400) -> str:
    before = len(caller.twin.orders)
    said = read(caller.v1(method, path, body), status)
    assert len(caller.twin.orders) == before
    return str(said.get("ExceptionMessage") or said["message"])


def test_an_order_is_made_and_given_back(caller: Caller) -> None:
    order = created(caller, customerNotes="Hurry", gift=True)
    assert order["orderTotal"] == 40
    assert (order["orderStatus"], order["orderKey"], order["customerNotes"]) == (
        "awaiting_shipment",
        "k-1",
        "Hurry",
    )
    assert order["createDate"] == "2026-11-21T01:00:00.0000000"
    assert order["orderDate"] == "2026-11-21T09:00:00.0000000"
    assert [item["adjustment"] for item in order["items"]] == [False, True]
    assert order["advancedOptions"]["storeId"] == caller.twin.manual_store_id
    assert read(caller.v1("GET", f"/orders/{order['orderId']}")) == order
    assert read(caller.v1("GET", "/orders?orderNumber=1001"))["orders"] == [order]


def test_the_same_key_is_the_same_order_and_everything_is_replaced(caller: Caller) -> None:
    first = created(caller, customerNotes="Hurry")
    again = created(caller, paymentMethod="Card", orderStatus="on_hold")
    assert again["orderId"] == first["orderId"]
    assert (again["customerNotes"], again["paymentMethod"], again["orderStatus"]) == (None, "Card", "on_hold")
    assert again["items"][0]["orderItemId"] == first["items"][0]["orderItemId"]
    assert created(caller, key="")["orderKey"] != created(caller, key="")["orderKey"]
    assert len(caller.twin.orders) == 3
    assert caller.twin.duplicates == []


def test_shipped_and_cancelled_orders_are_locked(caller: Caller) -> None:
    order = created(caller)
    caller.twin.packing.label(order["orderId"])
    assert "shipped" in refused(caller, "POST", "/orders/createorder", a_v1_order())
    created(caller, key="k-2")
    created(caller, key="k-2", orderStatus="cancelled")
    assert "cancelled" in refused(caller, "POST", "/orders/createorder", a_v1_order("k-2"))


def test_a_split_order_is_changed_only_knowingly(caller: Caller) -> None:
    order = created(caller)
    caller.twin.packing.split(order["orderId"], {"11": 1})
    assert "mergedOrSplit" in refused(caller, "POST", "/orders/createorder", a_v1_order())
    created(caller, advancedOptions={"mergedOrSplit": True})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"orderNumber": ...}, "orderNumber"),
        ({"orderDate": "soon"}, "orderDate"),
        ({"orderStatus": "paid"}, "orderStatus"),
        ({"billTo": ...}, "billTo"),
        ({"shipTo": {"name": "N"}}, "street1"),
        ({"items": [{"name": None, "quantity": 1}]}, "name"),
        ({"items": [{"name": "n", "quantity": 0.5}]}, "quantity"),
        ({"items": [{"name": "n", "quantity": 1, "weight": {"value": 1, "units": "kg"}}]}, "units"),
        ({"carrierCode": "fedex"}, "Invalid serviceCode"),
        ({"advancedOptions": {"storeId": 7}}, "no store"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(caller: Caller, changes: dict[str, Any], said: str) -> None:
    assert said in refused(caller, "POST", "/orders/createorder", a_v1_order(**changes))


def test_many_at_once_each_with_its_own_outcome(caller: Caller) -> None:
    said = read(caller.v1("POST", "/orders/createorders", [a_v1_order("a"), a_v1_order("b", shipTo=...), "what?"]))
    assert said["hasErrors"] is True
    assert [row["success"] for row in said["results"]] == [True, False, False]
    assert "shipTo" in said["results"][1]["errorMessage"]
    assert "100" in refused(caller, "POST", "/orders/createorders", [a_v1_order(str(n)) for n in range(101)])
    refused(caller, "POST", "/orders/createorders", {})


def test_an_order_is_held_until_its_day_and_restored() -> None:
    twin, _, _, clock = house()
    caller = Caller(twin)
    order_id = created(caller)["orderId"]
    read(caller.v1("POST", "/orders/holduntil", {"orderId": order_id, "holdUntilDate": "2026-11-23"}))
    shown = read(caller.v1("GET", f"/orders/{order_id}"))
    assert (shown["orderStatus"], shown["holdUntilDate"]) == ("on_hold", "2026-11-23")
    clock.passes(days=2)
    assert read(caller.v1("GET", f"/orders/{order_id}"))["orderStatus"] == "awaiting_shipment"
    read(caller.v1("POST", "/orders/holduntil", {"orderId": order_id, "holdUntilDate": "2027-01-01"}))
    read(caller.v1("POST", "/orders/restorefromhold", {"orderId": order_id}))
    assert read(caller.v1("GET", f"/orders/{order_id}"))["orderStatus"] == "awaiting_shipment"
    refused(caller, "POST", "/orders/restorefromhold", {"orderId": order_id})
    refused(caller, "POST", "/orders/holduntil", {"orderId": 7, "holdUntilDate": "2027-01-01"}, status=404)


def test_a_deleted_order_is_gone_from_sight(caller: Caller) -> None:
    order_id = created(caller)["orderId"]
    assert read(caller.v1("DELETE", f"/orders/{order_id}"))["success"] is True
    assert read(caller.v1("GET", f"/orders/{order_id}"), 404)
    assert read(caller.v1("GET", "/orders"))["total"] == 0
    assert caller.control("GET", "/orders")[0]["active"] is False


def test_labels_are_shipments_and_what_is_marked_is_a_fulfillment(caller: Caller) -> None:
    bought, marked = created(caller)["orderId"], created(caller, key="k-2")["orderId"]
    caller.twin.packing.label(bought, tracking="T1", cost="7.25")
    said = read(
        caller.v1(
            "POST", "/orders/markasshipped", {"orderId": marked, "carrierCode": "fedex", "trackingNumber": "T2"}
        )
    )
    assert said == {"orderId": marked, "orderNumber": "1001"}
    [shipment] = read(caller.v1("GET", "/shipments"))["shipments"]
    assert (shipment["orderId"], shipment["trackingNumber"], shipment["shipmentCost"]) == (bought, "T1", 7.25)
    assert shipment["shipmentItems"] is None
    [with_items] = read(caller.v1("GET", "/shipments?includeShipmentItems=True"))["shipments"]
    assert with_items["shipmentItems"][0]["lineItemKey"] == "11"
    [fulfillment] = read(caller.v1("GET", "/fulfillments"))["fulfillments"]
    assert (fulfillment["orderId"], fulfillment["trackingNumber"]) == (marked, "T2")
    refused(caller, "POST", "/orders/markasshipped", {"orderId": marked, "carrierCode": "fedex"})
    refused(caller, "POST", "/orders/markasshipped", {"orderId": bought})


def test_a_voided_label_and_a_return_label_are_in_the_list_and_say_so(caller: Caller) -> None:
    order_id = created(caller)["orderId"]
    parcel = caller.twin.packing.label(order_id)
    caller.twin.packing.void(parcel.parcel_id)
    caller.twin.packing.label(order_id, is_return=True)
    voided, returned = read(caller.v1("GET", "/shipments"))["shipments"]
    assert (voided["voided"], voided["voidDate"]) == (True, "2026-11-21T01:00:00.0000000")
    assert returned["isReturnLabel"] is True
    assert read(caller.v1("GET", f"/orders/{order_id}"))["orderStatus"] == "awaiting_shipment"


def test_lists_are_filtered_by_pacific_times_and_paged() -> None:
    twin, _, _, clock = house()
    caller = Caller(twin)
    for number in range(5):
        created(caller, key=f"k-{number}", orderNumber=f"100{number}")
        clock.passes(hours=1)
    late = read(caller.v1("GET", "/orders?createDateStart=2026-11-21T03:00:00&sortBy=CreateDate"))
    assert [order["orderNumber"] for order in late["orders"]] == ["1002", "1003", "1004"]
    page = read(caller.v1("GET", "/orders?pageSize=2&page=2&sortBy=ModifyDate&sortDir=DESC"))
    assert [order["orderNumber"] for order in page["orders"]] == ["1002", "1001"]
    assert (page["total"], page["page"], page["pages"]) == (5, 2, 3)
    assert read(caller.v1("GET", "/orders?orderStatus=shipped"))["total"] == 0
    assert read(caller.v1("GET", "/orders?createDateEnd=2026-11-21"))["total"] == 5
    for wrong in ("page=0", "sortBy=Mood", "sortDir=up", "createDateStart=soon"):
        refused(caller, "GET", f"/orders?{wrong}")


def test_orders_of_custom_stores_are_here_too() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order()]]
    twin.refresh(store)
    [order] = read(Caller(twin).v1("GET", f"/orders?storeId={store.store_id}"))["orders"]
    assert (order["orderNumber"], order["orderTotal"]) == ("1001", 40)
    stores = read(Caller(twin).v1("GET", "/stores"))
    assert [one["storeName"] for one in stores] == ["ShipStation Manual Store", "Custom Store"]
    custom = read(Caller(twin).v1("GET", f"/stores/{store.store_id}"))
    assert custom["statusMappings"][0] == {"orderStatus": "awaiting_payment", "statusKey": "unpaid"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer v1-key"}])
def test_strangers_stay_outside(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.bare("GET", "/orders", headers).status == 401


def test_the_rate_is_told_and_kept() -> None:
    twin, _, _, clock = house(v1_per_minute=2)
    caller = Caller(twin)
    first = caller.v1("GET", "/orders")
    rate = [first.headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining", "reset")]
    assert rate == ["2", "1", "60"]
    clock.passes(seconds=20)
    caller.v1("GET", "/orders")
    over = caller.v1("GET", "/orders")
    assert (over.status, json.loads(over.body)) == (429, {"message": "Too Many Requests"})
    assert over.headers["x-rate-limit-reset"] == "40"
    assert caller.v2("GET", "/shipments").status == 200
    clock.passes(seconds=40)
    assert caller.v1("GET", "/orders").status == 200


def test_an_order_may_be_made_although_the_answer_is_lost(caller: Caller) -> None:
    caller.control("POST", "/faults", {"on": "POST /orders/createorder", "kind": "cut_reply"})
    with pytest.raises(Unclear):
        caller.v1("POST", "/orders/createorder", a_v1_order())
    assert len(caller.twin.orders) == 1
    created(caller)
    assert len(caller.twin.orders) == 1
    order_id = caller.twin.orders[0].order_id
    caller.control("POST", "/faults", {"on": "GET /orders/{id}", "kind": "status", "status": 500})
    assert caller.v1("GET", f"/orders/{order_id}").status == 500
    assert caller.v1("GET", f"/orders/{order_id}").status == 200


def test_fields_that_mean_nothing_are_remembered(caller: Caller) -> None:
    created(caller, payment_method="Card", advancedOptions={"customfield1": "x"})
    ignored = caller.control("GET", "/stats")["ignored"]
    assert sorted(ignored) == ["V1 order: advancedOptions.customfield1", "V1 order: payment_method"]


class Listener:
    def __init__(self, caller: Caller | None = None) -> None:
        self.heard: list[dict[str, str]] = []
        self.orders_then: list[int] = []
        self.caller = caller

    def __call__(self, _url: str, _headers: object, body: bytes) -> int:
        self.heard.append(json.loads(body))
        if self.caller:
            self.orders_then.append(len(self.caller.twin.orders))
        return 200


def subscribe(caller: Caller, *events: str) -> list[int]:
    target = {"target_url": "https://hub.example/hooks/1"}
    return [read(caller.v1("POST", "/webhooks/subscribe", target | {"event": one}))["id"] for one in events]


def test_webhooks_are_thin_and_one_for_each_import() -> None:
    listener = Listener()
    twin, store, shop, _ = house(post=listener)
    caller = Caller(twin)
    subscribe(caller, "ORDER_NOTIFY", "SHIP_NOTIFY", "FULFILLMENT_SHIPPED")
    shop.pages = [[an_order("1"), an_order("2")], [an_order("3", OrderStatus="unpaid")]]
    twin.refresh(store)
    twin.packing.label(twin.numbered("1").order_id)
    twin.packing.mark_as_shipped(twin.numbered("2").order_id)
    twin.outbox.pump()
    kinds = [one["resource_type"] for one in listener.heard]
    assert kinds == ["ORDER_NOTIFY", "SHIP_NOTIFY", "FULFILLMENT_SHIPPED"]
    assert all(one.keys() == {"resource_url", "resource_type"} for one in listener.heard)
    host = "https://ssapi6.shipstation.com"
    found = [read(caller.v1("GET", one["resource_url"].removeprefix(host))) for one in listener.heard]
    assert [order["orderNumber"] for order in found[0]["orders"]] == ["1", "2", "3"]
    assert [shipment["orderNumber"] for shipment in found[1]["shipments"]] == ["1"]
    assert [one["orderNumber"] for one in found[2]["fulfillments"]] == ["2"]


def test_webhooks_can_come_before_the_answer_twice_or_never() -> None:
    listener = Listener()
    twin = house(post=listener)[0]
    caller = Caller(twin)
    listener.caller = caller
    [hook_id] = subscribe(caller, "ORDER_NOTIFY")
    caller.control("POST", "/switches", {"webhook_before_answer": True})
    created(caller)
    assert listener.orders_then == [1]
    caller.control("POST", "/outbox", {"duplicates": 1})
    created(caller, key="k-2")
    assert listener.heard[1] == listener.heard[2]
    caller.control("POST", "/outbox", {"lose": 1})
    created(caller, key="k-3")
    assert len(listener.heard) == 3
    [shown] = read(caller.v1("GET", "/webhooks"))["webhooks"]
    assert (shown["WebHookID"], shown["HookType"]) == (hook_id, "ORDER_NOTIFY")
    read(caller.v1("DELETE", f"/webhooks/{hook_id}"))
    created(caller, key="k-4")
    assert len(listener.heard) == 3
    refused(caller, "DELETE", f"/webhooks/{hook_id}", status=404)
    refused(caller, "POST", "/webhooks/subscribe", {"target_url": "https://x.example", "event": "MOOD"})
