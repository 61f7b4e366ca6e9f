"""ShipStation tells of what was packed: the notices, their odd forms, and what becomes of those not taken."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests.fakes import FakeClock
from tests.twins.shipstation_house import (
    PASSWORD,
    URL,
    USER,
    Caller,
    ScriptedStore,
    an_item,
    an_order,
    house,
    query_of,
    read,
)
from twins.shipstation import Answer, Order, ShipStationTwin


def shop_with(*orders: str, **switches: Any) -> tuple[ShipStationTwin, ScriptedStore, FakeClock, Order]:
    twin, store, shop, clock = house(**switches)
    shop.pages = [list(orders or [an_order()])]
    assert twin.refresh(store).error == ""
    del shop.heard[:]
    return twin, shop, clock, twin.orders[0]


def text(notice: Element, path: str) -> str:
    found = notice.findtext(path)
    assert found is not None, path
    return found


def two_items() -> str:
    rows = [an_item(), an_item(LineItemID="12", SKU="POSTER", Quantity="1", UnitPrice="5.00")]
    return an_order(Items={"Item": rows}, OrderTotal="50.00")


def test_a_label_is_told_as_documented() -> None:
    twin, shop, _, order = shop_with(an_order(CustomField1="one"))
    twin.packing.label(
        order.order_id, carrier="ups", service="UPS® Ground", cost="7.5", tracking="1Z1", notes="Enjoy & <hang>"
    )
    assert order.status == "shipped"
    assert shop.notices == []
    twin.tick()
    [(method, url, headers, body)] = shop.heard
    assert method == "POST"
    assert url == (
        f"{URL}?SS-UserName={USER}&SS-Password={PASSWORD}&action=shipnotify&order_number=1001&carrier=UPS&service="
        "&tracking_number=1Z1"
    )
    assert headers["Authorization"] == "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    [notice] = shop.notices
    fields = {child.tag: child.text or "" for child in notice if not len(child)}
    assert fields == {
        "OrderNumber": "1001",
        "OrderID": "id-1001",
        "CustomerCode": "g@family.example",
        "CustomerNotes": "",
        "InternalNotes": "",
        "NotesToCustomer": "Enjoy & <hang>",
        "NotifyCustomer": "",
        "LabelCreateDate": "11/21/2026 09:00",
        "ShipDate": "11/21/2026",
        "Carrier": "UPS",
        "Service": "UPS® Ground",
        "TrackingNumber": "1Z1",
        "ShippingCost": "7.50",
        "CustomField1": "one",
        "CustomField2": "",
        "CustomField3": "",
    }
    assert text(notice, "Recipient/City") == "Town"
    [item] = notice.findall("Items/Item")
    assert (text(item, "SKU"), text(item, "Quantity"), text(item, "LineItemID")) == ("CANVAS-40X30", "2", "11")


def test_an_order_in_several_labels_is_told_in_as_many_notices() -> None:
    twin, shop, _, order = shop_with(two_items())
    twin.packing.label(order.order_id, {"11": 1})
    assert order.status == "awaiting_shipment"
    twin.packing.label(order.order_id, {"11": 1, "POSTER": 1})
    assert order.status == "shipped"
    twin.tick()
    told = [
        [(text(item, "LineItemID"), text(item, "Quantity")) for item in one.iter("Item")] for one in shop.notices
    ]
    assert told == [[("11", "1")], [("11", "1"), ("12", "1")]]


@pytest.mark.parametrize("items", [{"11": 3}, {"11": 0}, {}])
def test_no_more_is_packed_than_there_is(items: dict[str, int]) -> None:
    twin, shop, _, order = shop_with()
    with pytest.raises(ValueError):
        twin.packing.label(order.order_id, items)
    twin.tick()
    assert (shop.notices, order.parcels) == ([], [])


@pytest.mark.parametrize("status", ["unpaid", "on-hold", "cancelled", "shipped"])
def test_only_what_awaits_shipment_gets_a_label(status: str) -> None:
    twin, _, _, order = shop_with(an_order(OrderStatus=status), auto_label_after_seconds=0)
    with pytest.raises(ValueError):
        twin.packing.label(order.order_id)
    twin.tick()
    assert twin.labels == []


def test_a_label_after_a_void_is_not_told_again_unless_switched_so() -> None:
    twin, shop, _, order = shop_with()
    first = twin.packing.label(order.order_id)
    twin.packing.void(first.parcel_id)
    assert order.status == "awaiting_shipment"
    second = twin.packing.label(order.order_id)
    twin.tick()
    assert len(shop.notices) == 1
    twin.packing.void(second.parcel_id)
    twin.notifier.switches.on_relabel = True
    twin.packing.label(order.order_id, tracking="LATEST")
    twin.tick()
    assert text(shop.notices[1], "TrackingNumber") == "LATEST"


def test_marked_as_shipped_is_told_only_on_demand() -> None:
    twin, shop, _, order = shop_with(an_order(), an_order("1002"))
    twin.packing.mark_as_shipped(order.order_id)
    twin.tick()
    assert (order.status, shop.notices) == ("shipped", [])
    v1 = Caller(twin)
    marked = {"orderId": twin.numbered("1002").order_id, "carrierCode": "fedex", "trackingNumber": "F1"}
    read(v1.v1("POST", "/orders/markasshipped", marked | {"notifySalesChannel": True, "notifyCustomer": True}))
    twin.tick()
    [notice] = shop.notices
    told = [text(notice, name) for name in ("OrderNumber", "Carrier", "TrackingNumber", "NotifyCustomer")]
    assert told == ["1002", "FedEx", "F1", "true"]


ODD_NOTICES: list[tuple[dict[str, Any], Callable[[Element, str], tuple[Any, ...]]]] = [
    ({"no_tracking": True}, lambda notice, url: (text(notice, "TrackingNumber"), query_of(url)["tracking_number"])),
    ({"no_items": True}, lambda notice, _: (notice.find("Items"),)),
    ({"no_line_ids": True}, lambda notice, _: (notice.find("Items/Item/LineItemID"),)),
    ({"no_order_id": True}, lambda notice, _: (notice.find("OrderID"),)),
    ({"number_suffix": "-1"}, lambda notice, url: (text(notice, "OrderNumber"), query_of(url)["order_number"])),
    ({"numeric_carrier": True}, lambda notice, url: (text(notice, "Carrier"), query_of(url)["carrier"])),
    ({"twelve_hour_dates": True}, lambda notice, _: (text(notice, "LabelCreateDate"),)),
    ({"notify_customer": "false"}, lambda notice, _: (text(notice, "NotifyCustomer"),)),
]
ODD_RESULTS = [
    ("", ""),
    (None,),
    (None,),
    (None,),
    ("1001-1", "1001-1"),
    ("3297", "3297"),
    ("11/21/2026 09:00 AM",),
]


@pytest.mark.parametrize(
    ("switch", "look", "seen"),
    [(*odd, seen) for odd, seen in zip(ODD_NOTICES, [*ODD_RESULTS, ("false",)], strict=True)],
    ids=[next(iter(switch)) for switch, _ in ODD_NOTICES],
)
def test_a_notice_can_be_odd(switch: dict[str, Any], look: Any, seen: tuple[Any, ...]) -> None:
    twin, shop, _, order = shop_with()
    Caller(twin).control("POST", "/notices", switch)
    twin.packing.label(order.order_id)
    twin.tick()
    assert look(shop.notices[0], shop.notice_urls[0]) == seen


def test_a_notice_can_come_doubled_empty_or_late() -> None:
    twin, shop, clock, order = shop_with(an_order(), an_order("1002"), an_order("1003"))
    twin.notifier.switches.copies = 1
    twin.packing.label(order.order_id)
    twin.tick()
    (_, _, _, first), (_, _, _, second) = shop.heard
    assert first == second
    twin.notifier.switches.copies = 0
    twin.notifier.switches.empty_body = True
    twin.packing.label(twin.numbered("1002").order_id)
    twin.tick()
    assert shop.heard[-1][3] == b""
    assert query_of(shop.heard[-1][1])["order_number"] == "1002"
    twin.notifier.switches.delay_seconds = 60
    twin.packing.label(twin.numbered("1003").order_id)
    twin.tick()
    assert len(shop.heard) == 3
    clock.passes(minutes=1)
    twin.tick()
    assert len(shop.heard) == 4


def test_a_notice_that_is_not_taken_comes_again_until_it_has_failed_for_all_to_see() -> None:
    twin, shop, clock, order = shop_with(notice_retry_after=(1, 10))
    parcel = twin.packing.label(order.order_id)
    shop.taken = [Answer(500, b"<Error>no</Error>"), TimeoutError(), Answer(404, b"<Error>unknown</Error>")]
    for _ in range(4):
        twin.tick()
        clock.passes(seconds=10)
    bodies = [body for _, _, _, body in shop.heard]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1
    caller = Caller(twin)
    [notice] = caller.control("GET", "/notices")
    assert (notice["state"], [one["status"] for one in notice["attempts"]]) == ("failed", [500, 0, 404])
    assert PASSWORD not in str(notice)
    [shown] = read(caller.v1("GET", f"/shipments?orderId={order.order_id}"))["shipments"]
    assert (shown["marketplaceNotified"], "404" in shown["notifyErrorMessage"]) == (False, True)
    caller.control("POST", f"/notices/{notice['number']}/again")
    twin.tick()
    assert (parcel.notified, parcel.notify_error) == (True, None)


def test_labels_by_themselves_one_for_each_order() -> None:
    twin, shop, clock, _ = shop_with(*(an_order(str(n)) for n in range(25)), auto_label_after_seconds=5)
    twin.tick()
    assert twin.labels == []
    clock.passes(seconds=5)
    for _ in range(3):
        twin.tick()
    stats = Caller(twin).control("GET", "/stats")
    assert (stats["orders"], stats["labels"], stats["statuses"]) == (25, 25, {"shipped": 25})
    assert (stats["notices"], stats["duplicates"], stats["store_errors"]) == ({"taken": 25}, [], 0)
    assert len({text(notice, "OrderID") for notice in shop.notices}) == len(shop.notices) == 25
    assert len({text(notice, "TrackingNumber") for notice in shop.notices}) == 25


def test_a_split_order_is_told_in_parts_under_the_id_it_was_fetched_with() -> None:
    twin, shop, _, order = shop_with(two_items())
    child = twin.packing.split(order.order_id, {"12": 1})
    assert (child.content.number, child.content.paid, child.merged_or_split) == ("1001", Decimal(0), True)
    assert order.content.paid
    twin.packing.label_together([order.order_id, child.order_id])
    twin.tick()
    assert [text(one, "OrderID") for one in shop.notices] == ["id-1001", "id-1001"]
    assert [text(one, "Items/Item/LineItemID") for one in shop.notices] == ["11", "12"]
    twin.refresh()
    assert len(twin.orders) == 2
    assert twin.duplicates == []
