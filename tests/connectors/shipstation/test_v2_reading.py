"""The way by API V2: what is read of a shipment, its parcels and its parts, and the list of what moved."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from platen.domain.job import VendorPhase
from platen.domain.verdicts import Later
from tests.connectors.shipstation.api_house import (
    X,
    a_job,
    reply,
    scripted,
    v2_errors,
    v2_item,
    v2_label,
    v2_page,
    v2_shipment,
)

REF = "se-394496923"
ONE = f"GET /v2/shipments/{REF}"
SENT = a_job(vendor_ref=REF, account="v2")
MARK = {
    "fulfillment_id": "se-16731019",
    "shipment_id": REF,
    "tracking_number": "383146600003",
    "created_at": "2026-11-21T14:50:25.067Z",
    "fulfillment_carrier_friendly_name": "FedEx",
    "fulfillment_service_code": "ext",
    "fulfillment_fee": {"currency": "usd", "amount": 0.0},
    "voided": False,
}


def test_a_label_is_a_parcel_with_its_link_its_cost_and_the_note_to_the_buyer() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment(shipment_status="label_purchased", notes_to_buyer="Packed with care")))
    http.on("GET /v2/shipments", v2_page("shipments"))
    http.on("GET /v2/labels", v2_page("labels", v2_label()))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))

    news = house.v2().read(SENT)

    assert news is not None
    assert (news.phase, news.words) == (VendorPhase.SHIPPED, "label_purchased")
    [parcel] = news.parcels
    assert (parcel.carrier, parcel.service, parcel.tracking) == ("FedEx", "FedEx Ground", "383144914556")
    assert (parcel.url, parcel.note) == ("https://track.example/383144914556", "Packed with care")
    assert parcel.cost == Decimal("21.96")
    assert parcel.shipped_at == datetime(2026, 11, 21, 20, 5, 20, 440000, UTC)
    assert parcel.items == (("11", 2), ("12", 1))


def test_voided_labels_and_returns_are_no_parcels() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment(shipment_status="label_purchased")))
    http.on("GET /v2/shipments", v2_page("shipments"))
    labels = [
        v2_label(label_id="se-1", voided=True, tracking_number="OLD"),
        v2_label(label_id="se-2", status="voided", tracking_number="OLD"),
        v2_label(label_id="se-3", status="error", tracking_number="NONE"),
        v2_label(label_id="se-4", is_return_label=True, tracking_number="BACK"),
        v2_label(label_id="se-5", shipment_id="se-999", tracking_number="OTHER"),
        v2_label(label_id="se-6", tracking_number="NEW"),
    ]
    http.on("GET /v2/labels", v2_page("labels", *labels))
    http.on("GET /v2/fulfillments", v2_page("fulfillments", MARK | {"voided": True}))

    news = house.v2().read(SENT)

    assert news is not None
    assert [parcel.tracking for parcel in news.parcels] == ["NEW"]


def test_a_mark_as_shipped_is_a_parcel_whatever_the_status_says() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment()))
    http.on("GET /v2/shipments", v2_page("shipments"))
    http.on("GET /v2/labels", v2_page("labels"))
    http.on("GET /v2/fulfillments", v2_page("fulfillments", MARK))

    news = house.v2().read(SENT)

    assert news is not None
    assert news.phase is VendorPhase.IN_PRODUCTION
    [parcel] = news.parcels
    assert (parcel.carrier, parcel.service, parcel.cost) == ("FedEx", "", None)
    assert parcel.items == (("11", 2), ("12", 1))


def a_part(ref: str, item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """As captured: parts share the number, and the second one's own id is made by ShipStation."""
    given = {"shipment_id": ref, "external_shipment_id": "SEAuto-A9QmfQO4D0CEBEm3Q8Otvg", "items": [item]}
    return v2_shipment(**(given | changes))


def test_the_parts_of_a_split_order_are_followed_and_strangers_of_its_number_are_not() -> None:
    house, http = scripted()
    main = v2_shipment(shipment_status="label_purchased", items=[v2_item("11", 2)])
    other = a_part("se-394496920", v2_item("12", 1), shipment_status="label_purchased")
    stranger = a_part("se-7", v2_item("99", 9, external_order_id=None), shipment_status="pending")
    http.on(ONE, reply(body=main))
    http.on("GET /v2/shipments", v2_page("shipments", other, main, stranger))
    second = v2_label(label_id="se-2", shipment_id="se-394496920", tracking_number="383144913218")
    http.on("GET /v2/labels", v2_page("labels", v2_label()), v2_page("labels", second))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))

    news = house.v2().read(SENT)

    assert news is not None
    assert (news.ref, news.external_id, news.phase) == (REF, X, VendorPhase.SHIPPED)
    assert [(parcel.tracking, parcel.items) for parcel in news.parcels] == [
        ("383144914556", (("11", 2),)),
        ("383144913218", (("12", 1),)),
    ]


def test_a_part_whose_items_forgot_our_ids_is_told_by_its_skus_or_left_to_a_person() -> None:
    house, http = scripted()
    forgetful = [
        {"sku": "TEE-11", "quantity": 1, "external_order_item_id": None, "name": "Tee"},
        {"sku": "MUG", "quantity": 1, "name": "Mug"},
    ]
    main = v2_shipment(items=[v2_item("11", 1), *forgetful], shipment_status="label_purchased")
    http.on(ONE, reply(body=main))
    http.on("GET /v2/shipments", v2_page("shipments"))
    http.on("GET /v2/labels", v2_page("labels", v2_label()))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))

    news = house.v2().read(SENT)

    assert news is not None
    assert news.parcels[0].items == (("11", 1), ("11", 1), ("MUG", 1))


@pytest.mark.parametrize(
    ("main", "part", "phase"),
    [
        ("pending", "pending", VendorPhase.ACCEPTED),
        ("label_purchased", "pending", VendorPhase.IN_PRODUCTION),
        ("label_purchased", "cancelled", VendorPhase.SHIPPED),
        ("cancelled", "pending", VendorPhase.ACCEPTED),
        ("cancelled", "cancelled", VendorPhase.CANCELLED),
        ("processing", "processing", VendorPhase.IN_PRODUCTION),
        ("something_new", "cancelled", VendorPhase.UNKNOWN),
    ],
)
def test_a_split_order_stands_where_its_parts_stand(main: str, part: str, phase: VendorPhase) -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment(shipment_status=main)))
    http.on("GET /v2/shipments", v2_page("shipments", a_part("se-2", v2_item("12", 1), shipment_status=part)))
    http.on("GET /v2/labels", v2_page("labels"))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))

    news = house.v2().read(SENT)

    assert news is not None
    assert news.phase is phase


def test_pages_are_asked_for_by_number_and_no_link_is_followed() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment()))
    http.on("GET /v2/shipments", v2_page("shipments"))
    labels = v2_page("labels", v2_label(label_id="se-1"), pages=2), v2_page("labels", v2_label(), pages=2)
    http.on("GET /v2/labels", *labels)
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))

    news = house.v2().read(SENT)

    assert news is not None
    assert len(news.parcels) == 2
    asked = [call.path for call in http.calls if "labels" in call.path]
    assert [path.partition("&page=")[2][:1] for path in asked] == ["1", "2"]


def test_one_that_is_gone_is_not_read_and_another_is_not_taken_for_it() -> None:
    house, http = scripted()
    http.on(ONE, v2_errors(404))
    assert house.v2().read(SENT) is None
    assert house.v2().cancel(SENT) is None
    http.on(ONE, reply(body=v2_shipment(shipment_id="se-1")))

    with pytest.raises(Later):
        house.v2().read(SENT)


@pytest.mark.parametrize(
    ("there", "name"),
    [
        (v2_shipment(), X),
        (v2_shipment(external_shipment_id="SEAuto-A9"), X),
        (v2_shipment(external_shipment_id=None, items=[], external_order_id=X), X),
        (v2_shipment(external_shipment_id="theirs", items=[]), None),
    ],
)
def test_a_shipment_is_ours_when_it_or_its_items_name_our_order(there: dict[str, Any], name: str | None) -> None:
    house, http = scripted()
    http.on(ONE, reply(body=there))

    assert house.v2().locate("v2", REF) == name


# what moved


def test_the_list_of_what_moved_names_orders_of_ours_once_and_where_to_read_on() -> None:
    house, http = scripted()
    part = a_part("se-2", v2_item("12", 1))
    http.on(
        "GET /v2/shipments",
        v2_page("shipments", v2_shipment(), part, v2_shipment(external_shipment_id=None, items=[])),
    )

    news = house.v2().news("2026-11-21T08:00:00.000Z")

    assert news is not None
    assert (news.external_ids, news.more) == ((X,), False)
    assert news.cursor == "2026-11-21T09:00:00.000Z"
    assert "modified_at_start=2026-11-21T07%3A45%3A00.000Z" in http.calls[0].path
    assert "sort_dir=desc" in http.calls[0].path


def test_a_round_goes_on_page_by_page() -> None:
    house, http = scripted()
    http.on("GET /v2/shipments", v2_page("shipments", v2_shipment(), pages=2), v2_page("shipments", pages=2))

    first = house.v2().news("")
    assert first is not None
    second = house.v2().news(first.cursor)

    assert second is not None
    assert (first.more, second.more) == (True, False)
    assert second.cursor == "2026-11-21T09:00:00.000Z"
