"""API V2 as a client sees it: shipments by external id, partial success, signed webhooks, lists of splits."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from platen.domain.verdicts import Unclear
from tests.twins.shipstation_house import Caller, a_v1_order, a_v2_shipment, an_order, house, read
from twins.shipstation import ShipStationTwin


@pytest.fixture
def twin() -> ShipStationTwin:
    return house()[0]


@pytest.fixture
def caller(twin: ShipStationTwin) -> Caller:
    return Caller(twin)


def create(caller: Caller, *shipments: object) -> dict[str, Any]:
    said: dict[str, Any] = read(caller.v2("POST", "/shipments", {"shipments": list(shipments)}))
    return said


def created(caller: Caller, external_id: str = "k-1", **changes: Any) -> dict[str, Any]:
    said = create(caller, a_v2_shipment(external_id, **changes))
    assert not said["has_errors"], said
    made: dict[str, Any] = said["shipments"][0]
    return made


def codes(caller: Caller, method: str, path: str, body: object | None = None, *, status: int = 400) -> list[str]:
    said = read(caller.v2(method, path, body), status)
    assert said["request_id"]
    assert all(one["message"] for one in said["errors"])
    return [one["error_code"] for one in said["errors"]]


def test_a_shipment_is_an_order_of_v1(caller: Caller) -> None:
    made = created(caller)
    order = read(caller.v1("GET", f"/orders/{made['shipment_id'].removeprefix('se-')}"))
    assert (order["orderKey"], order["orderNumber"], order["orderTotal"]) == ("k-1", "1001", 40)
    assert made["shipment_status"] == "pending"
    assert read(caller.v2("GET", f"/shipments/{made['shipment_id']}"))["items"] == made["items"]
    v1 = read(caller.v1("POST", "/orders/createorder", a_v1_order("from-v1")))
    shown = read(caller.v2("GET", "/shipments/external_shipment_id/from-v1"))
    assert shown["shipment_id"] == f"se-{v1['orderId']}"


def test_without_a_sales_order_it_is_no_order(caller: Caller) -> None:
    created(caller, create_sales_order=False)
    assert read(caller.v1("GET", "/orders"))["total"] == 0
    assert read(caller.v2("GET", "/shipments"))["total"] == 1


def test_some_are_made_and_some_are_not(caller: Caller) -> None:
    said = create(caller, a_v2_shipment("a"), a_v2_shipment("a"), a_v2_shipment("b", ship_to=...), "what?")
    assert said["has_errors"] is True
    errors = [[one["error_code"] for one in row["errors"]] for row in said["shipments"]]
    assert errors[:3] == [[], ["identifier_conflict"], ["field_value_required"]]
    assert errors[3]
    assert len(caller.twin.orders) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"warehouse_id": ...},
        {"warehouse_id": "se-1"},
        {"ship_from": {"name": "n", "address_line1": "1", "city_locality": "c", "country_code": "US"}},
        {"store_id": "se-7"},
        {"ship_to": {"name": "N"}},
        {"items": [{"name": "n", "quantity": 0}]},
        {"items": [{"name": "n", "weight": {"value": 1, "unit": "grams"}}]},
        {"amount_paid": {"currency": "eur", "amount": -1}},
        {"advanced_options": {"custom_field1": "x" * 101}},
    ],
)
def test_what_is_refused_leaves_nothing_behind(caller: Caller, changes: dict[str, Any]) -> None:
    assert create(caller, a_v2_shipment(**changes))["has_errors"] is True
    assert caller.twin.orders == []


def test_a_long_external_id_is_cut_and_nobody_is_told(caller: Caller) -> None:
    made = created(caller, "x" * 60)
    assert made["external_shipment_id"] == "x" * 50
    assert codes(caller, "GET", f"/shipments/external_shipment_id/{'x' * 60}", status=404) == ["invalid_identifier"]
    odd = created(caller, "a/b c")
    path = f"/shipments/external_shipment_id/{quote('a/b c', safe='')}"
    assert read(caller.v2("GET", path))["shipment_id"] == odd["shipment_id"]


def test_a_shipment_without_an_external_id_gets_one(caller: Caller) -> None:
    made = created(caller, external_shipment_id=...)
    assert made["external_shipment_id"] == made["shipment_id"]


def test_it_is_changed_as_a_whole_until_there_is_a_label(caller: Caller) -> None:
    made = created(caller, internal_notes="old")
    path = f"/shipments/{made['shipment_id']}"
    changed = read(caller.v2("PUT", path, a_v2_shipment(notes_from_buyer="new")))
    assert (changed["notes_from_buyer"], changed["internal_notes"]) == ("new", None)
    held = read(caller.v2("PUT", path, a_v2_shipment(hold_until_date="2026-12-01T00:00:00Z")))
    assert (held["hold_until_date"], held["shipment_status"]) == ("2026-12-01T00:00:00.000Z", "pending")
    read(caller.v2("PUT", path, a_v2_shipment()))
    caller.twin.packing.label(caller.twin.orders[0].order_id)
    assert codes(caller, "PUT", path, a_v2_shipment()) == ["invalid_status"]
    assert read(caller.v2("GET", path))["shipment_status"] == "label_purchased"


def test_cancelling_takes_a_void_first_once_there_is_a_label(caller: Caller) -> None:
    path = f"/shipments/{created(caller)['shipment_id']}"
    parcel = caller.twin.packing.label(caller.twin.orders[0].order_id)
    assert codes(caller, "PUT", f"{path}/cancel") == ["invalid_status"]
    assert read(caller.v2("PUT", f"/labels/se-{parcel.parcel_id}/void"))["approved"] is True
    assert read(caller.v2("PUT", f"/labels/se-{parcel.parcel_id}/void"))["approved"] is False
    assert caller.v2("PUT", f"{path}/cancel").status == 204
    assert read(caller.v2("GET", path))["shipment_status"] == "cancelled"
    assert codes(caller, "PUT", "/shipments/se-7/cancel", status=404) == ["invalid_identifier"]


def test_labels_are_told_with_cost_and_tracking(caller: Caller) -> None:
    made = created(caller)
    caller.twin.packing.label(caller.twin.orders[0].order_id, tracking="T1", cost="21.96", carrier="fedex")
    [label] = read(caller.v2("GET", f"/labels?shipment_id={made['shipment_id']}"))["labels"]
    assert (label["tracking_number"], label["carrier_code"], label["shipment_cost"]["amount"]) == (
        "T1",
        "fedex",
        21.96,
    )
    assert read(caller.v2("GET", f"/labels/{label['label_id']}")) == label
    assert label["external_shipment_id"] == "k-1"
    assert read(caller.v2("GET", "/labels?shipment_id=se-7"))["labels"] == []


def test_fulfillments_have_their_own_outcome_each(caller: Caller) -> None:
    made = created(caller)
    line = {"shipment_id": made["shipment_id"], "carrier_code": "ups", "tracking_number": "T2"}
    strange = line | {"shipment_id": "se-7"}
    said = read(caller.v2("POST", "/fulfillments", {"fulfillments": [line, line, strange, {}]}))
    assert said["has_errors"] is True
    assert [bool(row["error_message"]) for row in said["fulfillments"]] == [False, True, True, True]
    [shown] = read(caller.v2("GET", f"/fulfillments?shipment_id={made['shipment_id']}"))["fulfillments"]
    assert (shown["tracking_number"], shown["fulfillment_carrier_friendly_name"]) == ("T2", "UPS")
    assert read(caller.v1("GET", "/fulfillments"))["total"] == 1


def test_lists_have_links_and_empty_ones_where_there_is_no_page(caller: Caller) -> None:
    for number in range(5):
        created(caller, f"k-{number}")
    page = read(caller.v2("GET", "/shipments?page_size=2&page=3&sort_dir=asc"))
    assert (page["total"], page["page"], page["pages"], len(page["shipments"])) == (5, 3, 3, 1)
    assert page["links"]["next"] == {}
    assert page["links"]["prev"]["href"].startswith("https://api.shipstation.com/v2/shipments?")
    assert "page=2" in page["links"]["prev"]["href"]
    empty = read(caller.v2("GET", "/shipments?external_shipment_id=nobody"))
    assert (empty["shipments"], empty["total"], empty["links"]["prev"]) == ([], 0, {})
    assert read(caller.v2("GET", "/shipments?modified_at_start=2026-11-21T09:00:01Z"))["total"] == 0
    assert codes(caller, "GET", "/shipments?page=0") == ["invalid_field_value"]
    assert codes(caller, "GET", "/shipments?modified_at_start=soon") == ["invalid_field_value"]


def test_a_split_shares_number_and_batch_and_the_money_stays_with_the_first(caller: Caller) -> None:
    created(caller)
    order = caller.twin.orders[0]
    child = caller.twin.packing.split(order.order_id, {"11": 1})
    asked = f"/shipments?import_batch_id={child.import_batch}&sort_dir=asc"
    shipments = read(caller.v2("GET", asked))["shipments"]
    assert [one["shipment_number"] for one in shipments] == ["1001", "1001"]
    assert sorted(one["amount_paid"]["amount"] for one in shipments) == [0, 40]
    assert {one["external_shipment_id"] for one in shipments} == {"k-1", None}
    caller.twin.packing.label_together([order.order_id, child.order_id])
    labels = read(caller.v2("GET", "/labels"))["labels"]
    assert len({one["batch_id"] for one in labels}) == len({one["external_shipment_id"] for one in labels}) == 1
    assert len({one["tracking_number"] for one in labels}) == len({one["shipment_id"] for one in labels}) == 2


def test_tags_come_and_go(caller: Caller) -> None:
    path = f"/shipments/{created(caller)['shipment_id']}"
    read(caller.v2("POST", f"{path}/tags/Rush"))
    assert read(caller.v2("GET", path))["tags"] == [{"name": "Rush"}]
    assert read(caller.v2("GET", "/shipments?tag=Rush"))["total"] == 1
    assert caller.v2("DELETE", f"{path}/tags/Rush").status == 204
    assert read(caller.v2("GET", path))["tags"] == []


def test_warehouses_are_listed(caller: Caller) -> None:
    [warehouse] = read(caller.v2("GET", "/warehouses"))["warehouses"]
    assert (warehouse["warehouse_id"], warehouse["is_default"]) == ("se-524391", True)


def test_strangers_stay_outside_and_paths_that_are_not_there_are_told(caller: Caller) -> None:
    for headers in ({}, {"api-key": "guess"}):
        assert caller.bare("GET", "/v2/shipments", headers).status == 401
    assert caller.v2("GET", "/shipments/what").status == 400
    assert codes(caller, "POST", "/shipments", {}) == ["field_value_required"]
    assert codes(caller, "POST", "/shipments", ["x"]) == ["request_body_required"]


def test_the_rate_is_kept() -> None:
    twin, _, _, clock = house(v2_per_minute=1)
    caller = Caller(twin)
    assert caller.v2("GET", "/shipments").status == 200
    clock.passes(seconds=15)
    over = caller.v2("GET", "/shipments")
    assert (over.status, over.headers["retry-after"]) == (429, "45")
    assert json.loads(over.body)["errors"][0]["error_code"] == "rate_limit_exceeded"


def test_a_shipment_may_be_made_although_the_answer_is_lost(caller: Caller) -> None:
    caller.control("POST", "/faults", {"on": "POST /v2/shipments", "kind": "cut_reply"})
    with pytest.raises(Unclear):
        create(caller, a_v2_shipment())
    again = create(caller, a_v2_shipment())
    assert again["shipments"][0]["errors"][0]["error_code"] == "identifier_conflict"
    assert len(caller.twin.orders) == 1
    name = "GET /v2/shipments/external_shipment_id/{id}"
    caller.control("POST", "/faults", {"on": name, "kind": "status", "status": 503})
    assert caller.v2("GET", "/shipments/external_shipment_id/k-1").status == 503


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[Mapping[str, str], bytes]] = []

    def __call__(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.heard.append((headers, body))
        return 200


def test_webhooks_are_signed_with_a_published_key() -> None:
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    listener = Listener()
    twin = house(post=listener)[0]
    caller = Caller(twin)
    own = [{"key": "X-Shared", "value": "hush"}]
    for event in ("shipment_created_v2", "label_created_v2", "fulfillment_shipped_v2"):
        hook = {"name": event, "event": event, "url": "https://hub.example/hooks/2", "headers": own}
        assert read(caller.v2("POST", "/environment/webhooks", hook))["webhook_id"]
    created(caller)
    twin.packing.label(twin.orders[0].order_id)
    twin.outbox.pump()
    (headers, body), (_, second) = listener.heard
    assert headers["X-Shared"] == "hush"
    [key] = read(caller.bare("GET", "/jwks"))["keys"]
    assert key["kid"] == headers["x-shipengine-rsa-sha256-key-id"]
    n, e = (int.from_bytes(urlsafe_b64decode(key[part] + "==")) for part in ("n", "e"))
    public = rsa.RSAPublicNumbers(e, n).public_key()
    signed = headers["x-shipengine-timestamp"].encode() + b"." + body
    signature = b64decode(headers["x-shipengine-rsa-sha256-signature"])
    public.verify(signature, signed, padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed + b" ", padding.PKCS1v15(), SHA256())
    assert [json.loads(one)["resource_type"] for one in (body, second)] == [
        "SHIPMENT_CREATED_V2",
        "LABEL_CREATED_V2",
    ]
    resource = json.loads(second)["resource_url"].removeprefix("https://api.shipstation.com/v2")
    assert len(read(caller.v2("GET", resource))["labels"]) == 1


def test_webhooks_are_looked_after(caller: Caller) -> None:
    path = "/environment/webhooks"
    hook = {"name": "n", "event": "label_created_v2", "url": "https://hub.example/hooks/2"}
    made = read(caller.v2("POST", path, hook))
    assert codes(caller, "POST", path, hook, status=409) == ["identifier_conflict"]
    assert read(caller.v2("GET", path)) == [made]
    one = f"{path}/{made['webhook_id']}"
    assert caller.v2("PUT", one, {"url": "https://hub.example/hooks/3"}).status == 204
    assert read(caller.v2("GET", one))["url"] == "https://hub.example/hooks/3"
    assert caller.v2("DELETE", one).status == 204
    assert codes(caller, "GET", one, status=404) == ["invalid_identifier"]
    assert codes(caller, "POST", path, hook | {"event": "mood_v2"}) == ["invalid_field_value"]


def test_orders_of_custom_stores_are_here_too() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(OrderStatus="on-hold")]]
    twin.refresh(store)
    [shipment] = read(Caller(twin).v2("GET", f"/shipments?store_id=se-{store.store_id}"))["shipments"]
    assert (shipment["external_shipment_id"], shipment["shipment_status"]) == ("id-1001", "pending")
    assert shipment["total_weight"] == {"value": 1000.0, "unit": "gram"}
