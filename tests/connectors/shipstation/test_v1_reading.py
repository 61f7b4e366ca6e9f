"""The way by API V1: what is read of an order, its parcels and its parts, and the list of what moved."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from platen.connectors.shipstation.wire_v1 import last_moment, moment, pacific
from platen.domain.job import VendorPhase
from platen.domain.verdicts import Later
from tests.connectors.shipstation.api_house import (
    ScriptedHttp,
    X,
    a_job,
    reply,
    scripted,
    v1_label,
    v1_order,
    v1_page,
)

SENT = a_job(vendor_ref="140335319")
ONE = "GET /orders/140335319"
PARENT = {"mergedOrSplit": True, "parentId": None}
CHILD = {"mergedOrSplit": True, "parentId": 140335319}


def shipped(http: ScriptedHttp, *labels: dict[str, Any], marks: tuple[dict[str, Any], ...] = ()) -> None:
    http.on(ONE, reply(body=v1_order(orderStatus="shipped")))
    http.on("GET /shipments", v1_page("shipments", *labels))
    http.on("GET /fulfillments", v1_page("fulfillments", *marks))


def a_mark(**changes: Any) -> dict[str, Any]:
    return {
        "fulfillmentId": 246310,
        "orderId": 140335319,
        "trackingNumber": "664756278745",
        "carrierCode": "FedEx",
        "createDate": "2026-06-08T12:54:53.3470000",
        "fulfillmentFee": 0,
        "voided": False,
    } | changes


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("awaiting_payment", VendorPhase.ACCEPTED),
        ("awaiting_shipment", VendorPhase.ACCEPTED),
        ("on_hold", VendorPhase.ACCEPTED),
        ("pending_fulfillment", VendorPhase.IN_PRODUCTION),
        ("shipped", VendorPhase.SHIPPED),
        ("cancelled", VendorPhase.CANCELLED),
        ("something_new", VendorPhase.UNKNOWN),
    ],
)
def test_each_status_has_its_phase(status: str, phase: VendorPhase) -> None:
    house, http = scripted()
    shipped(http)
    http.on(ONE, reply(body=v1_order(orderStatus=status)))

    news = house.v1().read(SENT)

    assert news is not None
    assert (news.phase, news.words) == (phase, status)


def test_a_label_is_a_parcel_with_its_items_and_what_it_cost() -> None:
    house, http = scripted()
    inside = [{"orderItemId": 901, "sku": "TEE-11", "quantity": 2}, {"orderItemId": 903, "quantity": 1}]
    shipped(http, v1_label(shipmentItems=inside))

    news = house.v1().read(SENT)

    assert news is not None
    [parcel] = news.parcels
    assert (parcel.carrier, parcel.service) == ("USPS", "USPS Priority Mail")
    assert (parcel.tracking, parcel.cost) == ("9400111899561704681189", Decimal("4.95"))
    assert parcel.shipped_at == datetime(2026, 11, 21, 18, 51, 14, 503000, UTC)
    assert parcel.items == (("11", 2),), "a discount is in no parcel"
    assert "includeShipmentItems=true" in next(call.path for call in http.calls if "shipments" in call.path)


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"lineItemKey": "12", "quantity": 1}, ("12", 1)),
        ({"orderItemId": 902, "quantity": 1}, ("12", 1)),
        ({"orderItemId": 555, "sku": "TEE-12", "quantity": 1}, ("12", 1)),
        ({"orderItemId": 555, "sku": "BUNDLE", "quantity": 1}, ("555", 1)),
        ({"sku": "BUNDLE", "quantity": 1}, ("BUNDLE", 1)),
    ],
)
def test_an_item_is_told_by_its_key_its_number_or_its_sku_and_never_guessed(
    item: dict[str, Any], found: tuple[str, int]
) -> None:
    house, http = scripted()
    shipped(http, v1_label(shipmentItems=[item]))

    news = house.v1().read(SENT)

    assert news is not None
    assert news.parcels[0].items == (found,)


def test_voided_labels_and_returns_are_no_parcels() -> None:
    house, http = scripted()
    shipped(
        http,
        v1_label(shipmentId=1, voided=True, voidDate="2026-11-21T11:00:00", trackingNumber="OLD"),
        v1_label(shipmentId=2, isReturnLabel=True, trackingNumber="BACK"),
        v1_label(shipmentId=3, orderId=999, trackingNumber="OTHER"),
        v1_label(shipmentId=4, trackingNumber="NEW"),
        marks=(a_mark(voided=True),),
    )

    news = house.v1().read(SENT)

    assert news is not None
    assert [parcel.tracking for parcel in news.parcels] == ["NEW"]


def test_a_mark_is_a_parcel_too_and_of_an_open_order_there_is_none_to_ask_for() -> None:
    house, http = scripted()
    shipped(http, marks=(a_mark(),))

    news = house.v1().read(SENT)
    http.on(ONE, reply(body=v1_order()))
    http.calls.clear()
    again = house.v1().read(SENT)

    assert news is not None
    assert again is not None
    [parcel] = news.parcels
    assert (parcel.carrier, parcel.tracking, parcel.cost, parcel.items) == ("FedEx", "664756278745", None, ())
    assert again.parcels == ()
    assert not any("fulfillments" in call.path for call in http.calls)


def test_the_parts_of_a_split_order_are_followed_each_with_its_own_items() -> None:
    house, http = scripted()
    main = v1_order(orderStatus="shipped", advancedOptions=PARENT, items=[v1_order()["items"][0]])
    child = v1_order(
        orderId=7,
        orderKey="made-by-shipstation",
        orderNumber="#1001-1",
        orderStatus="awaiting_shipment",
        advancedOptions=CHILD,
        items=[{"orderItemId": 950, "lineItemKey": "12", "sku": "TEE-12", "quantity": 1}],
    )
    stranger = v1_order(orderId=8, orderNumber="#10010", orderKey="x", orderStatus="shipped")
    http.on(ONE, reply(body=main))
    http.on("GET /orders", v1_page("orders", main, child, stranger))
    http.on(
        "GET /shipments", v1_page("shipments", v1_label()), v1_page("shipments", v1_label(orderId=7, shipmentId=2))
    )
    http.on("GET /fulfillments", v1_page("fulfillments"))

    news = house.v1().read(SENT)

    assert news is not None
    assert news.phase is VendorPhase.IN_PRODUCTION, "one part has not left"
    assert news.ref == "140335319"
    assert [parcel.items for parcel in news.parcels] == [(("11", 2),), (("12", 1),)]


@pytest.mark.parametrize(
    ("main", "child", "phase"),
    [
        ("shipped", "shipped", VendorPhase.SHIPPED),
        ("shipped", "cancelled", VendorPhase.SHIPPED),
        ("cancelled", "cancelled", VendorPhase.CANCELLED),
        ("awaiting_shipment", "cancelled", VendorPhase.ACCEPTED),
    ],
)
def test_a_split_order_stands_where_its_parts_stand(main: str, child: str, phase: VendorPhase) -> None:
    house, http = scripted()
    first = v1_order(orderStatus=main, advancedOptions=PARENT)
    second = v1_order(orderId=7, orderKey="x", orderStatus=child, advancedOptions=CHILD)
    http.on(ONE, reply(body=first))
    http.on("GET /orders", v1_page("orders", first, second))
    http.on("GET /shipments", v1_page("shipments"))
    http.on("GET /fulfillments", v1_page("fulfillments"))

    news = house.v1().read(SENT)

    assert news is not None
    assert news.phase is phase


def test_an_answer_about_another_order_is_not_taken_for_ours() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v1_order(orderId=1)))

    with pytest.raises(Later):
        house.v1().read(SENT)


# times


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2014-10-03T06:51:33.6270000", datetime(2014, 10, 3, 13, 51, 33, 627000, UTC)),
        ("2026-12-01 10:00:00", datetime(2026, 12, 1, 18, 0, tzinfo=UTC)),
        ("2026-11-01T00:59:59.9990000", datetime(2026, 11, 1, 7, 59, 59, 999000, UTC)),
        ("2026-11-01T02:00:00", datetime(2026, 11, 1, 10, 0, tzinfo=UTC)),
        ("2026-03-08T03:00:00", datetime(2026, 3, 8, 10, 0, tzinfo=UTC)),
        ("2026-03-08T02:30:00", datetime(2026, 3, 8, 10, 30, tzinfo=UTC)),
        ("2026-05-02T09:00:00.000Z", datetime(2026, 5, 2, 9, 0, tzinfo=UTC)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, 7, 52, 58, tzinfo=UTC)),
        ("9999-12-31T23:59:59", None),
        ("soon", None),
        ("", None),
        (7, None),
    ],
)
def test_a_time_of_v1_is_pacific(told: object, meant: datetime | None) -> None:
    assert moment(told) == meant


def test_the_hour_that_is_there_twice_is_the_first_or_the_second_as_is_safer() -> None:
    told = "2026-11-01T01:30:00.0000000"

    assert moment(told) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert last_moment(told) == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert pacific(datetime(2026, 11, 1, 8, 30, tzinfo=UTC)) == pacific(datetime(2026, 11, 1, 9, 30, tzinfo=UTC))


# what moved


def test_the_list_of_what_moved_names_orders_of_ours_and_where_to_read_on() -> None:
    house, http = scripted(v1_store_id=12345)
    listed = [v1_order(), v1_order(orderKey="somebody-elses"), v1_order(orderKey="")]
    http.on("GET /orders", v1_page("orders", *listed))

    news = house.v1().news("")

    assert news is not None
    assert (news.external_ids, news.more) == ((X,), False)
    assert news.cursor == "2026-11-21T09:00:00.000Z"
    asked = http.calls[0].path
    assert "modifyDateStart=2026-11-20+22%3A45%3A00" in asked, "two hours and a quarter before, by Pacific clocks"
    assert "storeId=12345" in asked
    assert "sortDir=DESC" in asked


def test_a_part_that_moved_tells_of_the_order_it_was_split_from() -> None:
    house, http = scripted()
    child = v1_order(orderId=7, orderKey="made-by-shipstation", advancedOptions=CHILD)
    many = [v1_order(orderId=8 + n, orderKey="", advancedOptions=CHILD | {"parentId": 5000 + n}) for n in range(30)]
    http.on("GET /orders", v1_page("orders", child, child, *many))
    http.on(ONE, reply(body=v1_order()))
    for number in range(30):
        http.on(f"GET /orders/{5000 + number}", reply(404, {"message": "none"}))

    news = house.v1().news("")

    assert news is not None
    assert news.external_ids == (X,)
    assert len(http.calls) <= 11, "the calls of a minute are few"


def test_a_round_goes_on_page_by_page_and_the_next_begins_where_it_was_begun() -> None:
    house, http = scripted()
    http.on("GET /orders", v1_page("orders", v1_order(), pages=2), v1_page("orders", v1_order(), pages=2))

    first = house.v1().news("2026-11-21T08:00:00.000Z")
    house.clock.sleep(60)
    assert first is not None
    second = house.v1().news(first.cursor)

    assert first.more
    assert second is not None
    assert not second.more
    assert second.cursor == "2026-11-21T09:00:00.000Z"
    assert [call.path.partition("page=")[2][:1] for call in http.calls] == ["1", "2"]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "a/b", "2026-11-21T08:00:00", "x" * 500, "//", "2026-11-21T08:00:00Z/0"]
)
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    house, http = scripted()
    http.on("GET /orders", v1_page("orders"))

    news = house.v1().news(cursor)

    assert news is not None
    assert news.cursor == "2026-11-21T09:00:00.000Z"


def test_nothing_is_missed_in_the_night_the_clocks_go_back_and_nothing_old_is_told_again_by_day() -> None:
    house, http = scripted()
    since = datetime(2026, 11, 1, 9, 20, tzinfo=UTC)
    in_the_second_hour = v1_order(modifyDate="2026-11-01T01:30:00.0000000")
    old = v1_order(orderKey="1002-k7x2m3qpl4tzabcd-1", modifyDate="2026-11-01T00:30:00.0000000")
    http.on("GET /orders", v1_page("orders", in_the_second_hour, old))

    news = house.v1().news(since.isoformat())

    assert news is not None
    assert news.external_ids == (X,)
    assert "modifyDateStart=2026-11-01+00%3A05%3A00" in http.calls[0].path
