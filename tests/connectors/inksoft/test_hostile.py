"""Whatever InkSoft may send: an order, nothing, or a verdict; and the same every time."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Order
from platen.domain.shares import shares_of
from platen.domain.verdicts import Verdict
from tests.connectors.inksoft.house import ADDRESS, CARD, ITEM, ORDER, a_shipment, raw, scripted

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["2026-11-21T00:00:00Z", "/Date(0)/", "1e999999", "-1", "\x00", "\ud800", "0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NESTED: dict[str, Any] = {
    "CustomLineItems": {"UniqueId": "c", "Name": "Banner", "Quantity": 1, "UnitPrice": 1, "UnitType": "PerItem"},
    "Shipments": {"Packages": [{"TrackingNumber": "1Z", "Items": [{"ItemGuid": "item-1", "Quantity": 1}]}]},
    "TotalAdjustments": {"Type": "Fee", "Amount": 1, "Description": "x"},
    "Timeline": {"EventType": "Comment", "Comment": "x", "Created": "2026-11-21T00:00:00Z"},
}
_MORE = {
    "ProcessAmount": 0,
    "QuantityDiscountAmount": 0,
    "GiftCertificateAmount": 0,
    "RetailDiscount": 0,
    "CheckoutFieldValues": {},
    "User": {},
    "DueDate": None,
    "LineItemNotes": [],
    "Payments": [],
}


def _bent(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A good object with some of its fields anything at all, or gone."""
    return st.dictionaries(st.sampled_from(sorted(good)), _JSON, max_size=3).map(lambda odd: good | odd)


@st.composite
def _orders(draw: st.DrawFn) -> dict[str, Any]:
    order = dict(ORDER) | _MORE
    order["Items"] = draw(st.lists(_bent(ITEM), max_size=3))
    order["ProductionCards"] = draw(st.lists(_bent(CARD), max_size=2))
    order["ShippingAddress"] = draw(_bent(ADDRESS))
    for name, good in _NESTED.items():
        order[name] = draw(st.lists(_bent(good), max_size=2))
    return order | draw(st.dictionaries(st.sampled_from(sorted(set(order) - {"ID"})), _JSON, max_size=2))


def _read(body: bytes) -> Order | None:
    """Anything but a verdict fails the test."""
    house, http = scripted()
    http.on("GetOrder", raw(200, body)).on("GetOrderSummaries", raw(200, body)).on("GetProduct", raw(200, body))
    try:
        return house.store.fetch("1000001")
    except Verdict:
        return None


def _envelope(data: Any) -> bytes:
    return json.dumps({"OK": True, "StatusCode": "OK", "Data": data}).encode()


@given(_orders())
def test_an_order_bent_in_any_way_is_read_the_same_twice(theirs: dict[str, Any]) -> None:
    first, again = _read(_envelope(theirs)), _read(_envelope(theirs))
    assert (first is None) == (again is None)
    if first and again:
        assert first.fingerprint() == again.fingerprint()
        assert Order.model_validate_json(first.model_dump_json()) == first


@given(_orders(), st.randoms(use_true_random=False))
def test_an_order_in_any_order_is_the_same(theirs: dict[str, Any], random: Any) -> None:
    mixed = dict(theirs)
    for name in ("Items", "CustomLineItems", "ProductionCards", "Timeline", "TotalAdjustments", "Shipments"):
        if isinstance(mixed[name], list):
            mixed[name] = random.sample(mixed[name], len(mixed[name]))
    first, again = _read(_envelope(theirs)), _read(_envelope(mixed))
    assert (first and first.fingerprint()) == (again and again.fingerprint())


@given(_orders())
def test_what_is_read_holds_together(theirs: dict[str, Any]) -> None:
    order = _read(_envelope(theirs))
    if order is None:
        return
    assert len({line.line_id for line in order.lines}) == len(order.lines)
    assert all(0 <= line.unfulfilled <= line.quantity for line in order.lines)
    assert all(line.unit_price.amount >= 0 for line in order.lines if line.unit_price)
    shares_of(order, {})
    if order.charges:
        assert min(order.charges.shipping, order.charges.handling, order.charges.tax, order.charges.discount) >= 0


@given(_orders())
def test_a_parcel_of_it_is_told_or_not(theirs: dict[str, Any]) -> None:
    house, http = scripted()
    http.on("GetOrder", raw(200, _envelope(theirs))).on("CreateOrderShipments", raw(200, _envelope(True)))
    http.on("GetOrderSummaries", raw(200, _envelope([])))
    try:
        told = house.store.tell(a_shipment(1000001, lines={"item-1": 1}), told_by_others=frozenset({"x", "|"}))
    except Verdict:
        return
    assert told
    assert len(http.named("CreateOrderShipments")) <= 1


@given(_JSON)
def test_any_data_ends_in_a_verdict(data: Any) -> None:
    _read(_envelope(data))


@given(_JSON)
def test_any_json_ends_in_a_verdict(body: Any) -> None:
    _read(json.dumps(body).encode())


@given(st.dictionaries(st.sampled_from(["OK", "StatusCode", "Data", "Messages", "Pagination"]), _JSON))
def test_any_envelope_ends_in_a_verdict(envelope: dict[str, Any]) -> None:
    _read(json.dumps(envelope).encode())


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_verdict(body: bytes) -> None:
    _read(body)


@given(
    st.lists(st.dictionaries(st.sampled_from(["ID", "StoreId", "StoreName", "OrderType"]), _JSON), max_size=4),
    _JSON,
)
def test_any_list_ends_or_fails(rows: list[Any], total: Any) -> None:
    house, http = scripted(stores=["1"])
    body = {"OK": True, "StatusCode": "OK", "Data": rows, "Pagination": {"TotalResults": total}}
    http.on("GetOrderSummaries", raw(200, json.dumps(body).encode())).on("GetOrder", raw(200, _envelope({"ID": 1})))
    store, page = house.store, ""
    try:
        for _ in range(20):
            page = store.changed_since(house.clock.now(), page).next
            if not page:
                break
    except Verdict:
        pass
