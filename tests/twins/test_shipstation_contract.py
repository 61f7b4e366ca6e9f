"""The twin's answers against the published documents of both APIs, and its reader against the published XSD."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.twins.shipstation_house import Caller, a_v1_order, a_v2_shipment, an_item, an_order, house, read

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "shipstation"
V1 = CONTRACTS / "shipstation-v1.openapi.json"
V2 = CONTRACTS / "shipstation-v2.openapi.yaml"
XSD = CONTRACTS / "shipstation-custom-store-orders.guide-2026.xsd"


def published(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return path


@pytest.fixture
def caller() -> Caller:
    """One order by each door: labelled, marked as shipped, and one that waits."""
    twin, store, shop, _ = house()
    caller = Caller(twin)
    shop.pages = [[an_order()]]
    twin.refresh(store)
    read(caller.v1("POST", "/orders/createorder", a_v1_order("v1-key")))
    read(caller.v2("POST", "/shipments", {"shipments": [a_v2_shipment("v2-key")]}))
    labelled, marked, _ = twin.orders
    twin.packing.label(labelled.order_id)
    twin.packing.mark_as_shipped(marked.order_id, carrier="ups", tracking="T2")
    return caller


# ── V1: its document has examples only ──


def example(path: str, method: str = "get") -> Any:
    operation = json.loads(published(V1).read_text())["paths"][path][method]
    [content] = operation["responses"]["200"]["content"].values()
    return content["examples"]["response"]["value"]


NOT_IN_EXAMPLES = {
    *("advancedOptions.parentId", "advancedOptions.billToParty", "advancedOptions.billToAccount"),
    *("advancedOptions.billToPostalCode", "advancedOptions.billToCountryCode", "customerId", "userId", "tagIds"),
    *("holdUntilDate", "shipTo.street3", "billTo.phone", "items.weight", "items.imageUrl", "items.productId"),
    *("items.fulfillmentSku", "items.taxAmount", "items.shippingAmount", "items.warehouseLocation", "items.upc"),
    *("items.lineItemKey", "paymentDate", "shipByDate", "dimensions"),
    # As in a captured answer of 2024.
    *("voidDate", "notifyErrorMessage", "labelData", "formData", "weight.WeightUnits", "advancedOptions"),
    *(
        "shipTo.residential",
        "shipTo.addressVerified",
        "shipTo.company",
        "shipTo.street2",
        "advancedOptions.storeId",
    ),
    *("insuranceOptions.provider", "orderKey", "userId", "customerEmail", "shipmentItems.lineItemKey"),
    # As clients of fulfillments and of stores read them.
    *("deliveryDate", "fulfillmentProviderCode", "fulfillmentServiceCode", "accountName", "email"),
}
"""Fields that are documented elsewhere, or were seen in real answers, and that the examples happen to leave out."""


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for name, inner in one.items():
                yield f"{path}{name}", inner
                yield from leaves(inner, f"{path}{name}.")


def kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def strange(ours: Any, theirs: Any) -> list[str]:
    """Fields of ours that theirs has not, or has of another kind."""
    known: dict[str, set[str]] = {}
    for path, value in leaves(theirs):
        known.setdefault(path, set()).add(kind(value))
    found = []
    for path, value in leaves(ours):
        if path not in known and path not in NOT_IN_EXAMPLES and not path.startswith("billTo."):
            found.append(f"{path} is not known")
        if value is not None and known.get(path, set()) - {"NoneType"} and kind(value) not in known[path]:
            found.append(f"{path} is {kind(value)}, not {known[path]}")
    return found


V1_CALLS = [
    ("/orders/{orderId}", "one_order"),
    ("/orders", "/orders"),
    ("/shipments", "/shipments?includeShipmentItems=True"),
    ("/fulfillments", "/fulfillments"),
    ("/webhooks", "/webhooks"),
    ("/stores?showInactive={showInactive}&marketplaceId={marketplaceId}", "/stores"),
    ("/stores/{storeId}", "one_store"),
    ("/stores/getrefreshstatus?storeId={storeId}", "refresh_status"),
]


@pytest.mark.parametrize(("documented", "path"), V1_CALLS)
def test_v1_says_nothing_that_is_not_in_its_document(caller: Caller, documented: str, path: str) -> None:
    theirs = example(documented)
    subscription = {"target_url": "https://hub.example/1", "event": "SHIP_NOTIFY"}
    subscribed = read(caller.v1("POST", "/webhooks/subscribe", subscription))
    assert subscribed.keys() == example("/webhooks/subscribe", "post").keys()
    [store_id] = caller.twin.stores
    path = {
        "one_order": f"/orders/{caller.twin.orders[1].order_id}",
        "one_store": f"/stores/{store_id}",
        "refresh_status": f"/stores/getrefreshstatus?storeId={store_id}",
    }.get(path, path)
    ours = read(caller.v1("GET", path))
    if documented == "/webhooks":
        extra = {"BulkCopyBatchID", "BulkCopyRecordID", "Seller", "Store"}
        ours = {"webhooks": [{k: v for k, v in one.items() if k not in extra} for one in ours["webhooks"]]}
    under = {"/orders": "orders", "/shipments": "shipments", "/fulfillments": "fulfillments"}.get(documented)
    if under:
        assert ours.keys() == {under, "total", "page", "pages"}
        ours, theirs = ours[under], theirs[under]
        assert ours
    assert strange(ours, theirs) == []


def test_v1_takes_its_own_example() -> None:
    path = published(SAMPLES / "v1_create_order_example_api_evangelist.json")
    sent = json.loads(path.read_text())
    sent = sent.get("request", sent)
    sent = sent.get("body", sent)
    twin, _, _, _ = house()
    answer = read(Caller(twin).v1("POST", "/orders/createorder", _without_store(sent)))
    assert answer["orderNumber"] == sent["orderNumber"]


def _without_store(sent: dict[str, Any]) -> dict[str, Any]:
    advanced = {name: value for name, value in sent.get("advancedOptions", {}).items() if name != "storeId"}
    return sent | {"advancedOptions": advanced}


# ── V2: its document has schemas ──


@pytest.fixture(scope="module")
def document() -> Any:
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(published(V2).read_text())


SEEN_IN_ANSWERS = {
    *("external_shipment_id", "deliver_by_date", "internal_notes", "notes_to_buyer", "name", "store_id"),
    *("package_name", "shipment_package_id"),
}
"""Fields of captured answers that the document, which is older, does not have."""


def check(document: Any, schema: dict[str, Any], answer: Any) -> list[str]:
    """Two things of the document cannot be taken at its word: ``additionalProperties: false`` beside ``allOf``
    allows nothing at all, and real answers have null wherever there is nothing."""
    jsonschema = pytest.importorskip("jsonschema")
    loose = _loosened(document)
    validator = jsonschema.Draft202012Validator({**schema, "components": loose["components"]})
    errors = validator.iter_errors(_without_nulls(answer))
    return [f"{error.json_path}: {error.message[:200]}" for error in errors if not _only_null(error, answer)]


def _only_null(error: Any, answer: Any) -> bool:
    """A required field that is there, with nothing in it."""
    for step in error.absolute_path:
        answer = answer[step]
    return error.validator == "required" and set(error.validator_value) <= set(answer)


def _loosened(node: Any) -> Any:
    if isinstance(node, dict):
        dropped = {"additionalProperties", "exclusiveMinimum", "format"}
        # A field that is called like one of them is a schema, not a keyword.
        return {k: _loosened(v) for k, v in node.items() if k not in dropped or isinstance(v, dict)}
    return [_loosened(one) for one in node] if isinstance(node, list) else node


def _without_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_nulls(v) for k, v in node.items() if v is not None and v != ""}
    return [_without_nulls(one) for one in node] if isinstance(node, list) else node


def known_fields(document: Any, schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return known_fields(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    found = set(schema.get("properties", {}))
    return found.union(*(known_fields(document, part) for part in schema.get("allOf", [])))


def answers_to(document: Any, path: str, method: str = "get", status: str = "200") -> dict[str, Any]:
    answer = document["paths"][path][method]["responses"][status]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].split("/")[-1]]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_v2_answers_as_its_document_says(caller: Caller, document: Any) -> None:
    labelled = caller.twin.orders[0]
    label_id = f"se-{caller.twin.labels[0].parcel_id}"
    calls = [
        ("/v2/shipments", "/shipments"),
        ("/v2/shipments/{shipment_id}", f"/shipments/se-{labelled.order_id}"),
        ("/v2/shipments/external_shipment_id/{external_shipment_id}", "/shipments/external_shipment_id/v2-key"),
        ("/v2/labels", "/labels"),
        ("/v2/labels/{label_id}", f"/labels/{label_id}"),
        ("/v2/warehouses", "/warehouses"),
        ("/v2/environment/webhooks", "/environment/webhooks"),
    ]
    for documented, path in calls:
        answer = read(caller.v2("GET", path))
        assert check(document, answers_to(document, documented), answer) == [], documented


def test_v2_makes_changes_and_voids_as_its_document_says(caller: Caller, document: Any) -> None:
    made = read(caller.v2("POST", "/shipments", {"shipments": [a_v2_shipment("new")]}))
    assert check(document, answers_to(document, "/v2/shipments", "post"), made) == []
    void = read(caller.v2("PUT", f"/labels/se-{caller.twin.labels[0].parcel_id}/void"))
    assert check(document, answers_to(document, "/v2/labels/{label_id}/void", "put"), void) == []
    hook = {"event": "track", "url": "https://hub.example/1"}
    subscribed = read(caller.v2("POST", "/environment/webhooks", hook))
    assert check(document, answers_to(document, "/v2/environment/webhooks", "post"), subscribed) == []
    for no in (caller.v2("POST", "/shipments", {}), caller.v2("GET", "/shipments?page=x")):
        assert check(document, answers_to(document, "/v2/shipments", "post", "400"), read(no, 400)) == []


def test_v2_has_no_fields_of_its_own(caller: Caller, document: Any) -> None:
    schemas = document["components"]["schemas"]
    shipment = read(caller.v2("GET", "/shipments"))["shipments"][0]
    assert shipment.keys() - known_fields(document, schemas["shipment"]) <= SEEN_IN_ANSWERS
    assert shipment["items"][0].keys() <= known_fields(document, schemas["shipment_item"])
    assert read(caller.v2("GET", "/labels"))["labels"][0].keys() <= known_fields(document, schemas["label"])


@pytest.mark.parametrize(
    ("sample", "path"),
    [
        ("v2_shipments_resource_response_split.json", "/shipments"),
        ("v2_labels_resource_response_split.json", "/labels"),
        ("v2_fulfillments_resource_response.json", "/fulfillments"),
    ],
)
def test_v2_lists_have_the_fields_of_captured_ones(caller: Caller, sample: str, path: str) -> None:
    theirs = json.loads(published(SAMPLES / sample).read_text())
    theirs.pop("_trimmed", None)
    ours = read(caller.v2("GET", path))
    assert ours.keys() == theirs.keys()
    [things] = [name for name in theirs if isinstance(theirs[name], list)]
    missing = theirs[things][0].keys() - ours[things][0].keys()
    assert missing <= {"ship_datetime"}


# ── the Custom Store ──


def test_a_ship_notice_has_the_elements_of_the_guides_example_in_their_order() -> None:
    theirs = ElementTree.fromstring(published(SAMPLES / "custom_store_shipnotify_guide_example.xml").read_bytes())
    twin, store, shop, _ = house()
    shop.pages = [[an_order()]]
    twin.refresh(store)
    twin.packing.label(twin.orders[0].order_id)
    twin.tick()
    [ours] = shop.notices
    assert [child.tag for child in ours] == [child.tag for child in theirs]
    for path in ("Recipient", "Items/Item"):
        ours_in, theirs_in = ours.find(path), theirs.find(path)
        assert ours_in is not None
        assert theirs_in is not None
        assert [child.tag for child in ours_in] == [child.tag for child in theirs_in]


def test_the_schema_is_asked_too_without_what_it_does_not_know() -> None:
    pytest.importorskip("lxml")
    from twins.shipstation.feed_reading import schema_at  # noqa: PLC0415

    twin, store, shop, _ = house(schema=schema_at(str(published(XSD))))
    shop.pages = [[an_order(Items={"Item": [an_item(UPC="012345678905")]}, OrderTotal="45.00")]]
    assert twin.refresh(store).error == "", store.errors
    assert twin.orders[0].content.currency == "EUR"
    # Casing that the twin's own rules let pass, and the schema does not.
    shop.pages = [[an_order("1002", Items={"Item": [an_item(WeightUnits="gRaMs")]})]]
    assert twin.refresh(store).error
    assert "by the schema" in store.errors[0].problems[0]
