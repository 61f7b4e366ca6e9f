"""Exporting everything at once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.twins.shopify_stock import RUN, STATUS, Shelf
from tests.twins.shopify_store import HOOK

VARIANTS = """{ productVariants { edges { node {
    id sku inventoryItem { id tracked inventoryLevels { edges { node { id location { id } } } } }
} } } }"""
PRODUCTS = """query {
    products { edges { node { __typename id title variants { edges { node { id sku } } } } } }
}"""


@pytest.fixture
def shop() -> Shelf:
    shop = Shelf()
    shop.room.add_product("Shirt", [{"sku": f"SHIRT-{size}", "stock": {"Attic": 2}} for size in "SML"])
    return shop


def run(shop: Shelf, query: str = VARIANTS, **more: Any) -> Any:
    return shop.data(RUN, query=query, **more)["bulkOperationRunQuery"]


def status(shop: Shelf, started: Any) -> Any:
    return shop.data(STATUS, id=started["bulkOperation"]["id"])["bulkOperation"]


def lines(shop: Shelf, url: str) -> list[dict[str, Any]]:
    reply = shop.http("GET", urlsplit(url).path)
    assert reply.status == 200
    return [json.loads(line) for line in reply.text.splitlines()]


def words(payload: Any) -> list[str]:
    assert payload["bulkOperation"] is None
    assert {one["code"] for one in payload["userErrors"]} == {"INVALID"}
    return [one["message"] for one in payload["userErrors"]]


def test_an_export_is_created_then_done_and_fetched_without_a_token(shop: Shelf) -> None:
    started = run(shop)
    assert started["bulkOperation"]["status"] == "CREATED"
    assert started["bulkOperation"]["url"] is None
    told = status(shop, started)
    assert (told["status"], told["type"], told["query"]) == ("COMPLETED", "QUERY", VARIANTS)
    assert (told["objectCount"], told["rootObjectCount"]) == ("8", "4")
    rows = lines(shop, told["url"])
    assert sorted(row["sku"] for row in rows if "sku" in row) == ["MUG", "SHIRT-L", "SHIRT-M", "SHIRT-S"]
    variants = {row["id"] for row in rows if "__parentId" not in row}
    assert {row["__parentId"] for row in rows if "__parentId" in row} == variants
    assert all("inventoryLevels" not in row.get("inventoryItem", {}) for row in rows)


def test_a_child_may_come_before_its_parent(shop: Shelf) -> None:
    shop.room.add_product("Hat", [{"sku": f"HAT-{number}", "stock": 1} for number in range(20)])
    rows = lines(shop, status(shop, run(shop))["url"])
    place = {row["id"]: index for index, row in enumerate(rows)}
    children = [row for row in rows if "__parentId" in row]
    early = sum(place[row["id"]] < place[row["__parentId"]] for row in children)
    assert 0 < early < len(children)


def test_grouped_rows_stand_behind_their_parents(shop: Shelf) -> None:
    rows = lines(shop, status(shop, run(shop, PRODUCTS, grouped=True))["url"])
    assert [row.get("sku", row.get("title")) for row in rows] == [
        "Mug",
        "MUG",
        "Shirt",
        "SHIRT-S",
        "SHIRT-M",
        "SHIRT-L",
    ]


def test_an_export_shows_more_than_a_page(shop: Shelf) -> None:
    for number in range(251):
        shop.room.add_product(f"P{number}", [{"sku": f"P{number}"}])
    query = "{ products { edges { node { id } } } }"
    assert len(lines(shop, status(shop, run(shop, query))["url"])) == 253


def test_it_takes_its_time(shop: Shelf) -> None:
    shop.twin.shop.bulk.delay_seconds = 60
    started = run(shop)
    told = status(shop, started)
    assert (told["status"], told["completedAt"], told["url"]) == ("RUNNING", None, None)
    shop.clock.passes(seconds=60)
    assert status(shop, started)["status"] == "COMPLETED"


def test_what_finds_nothing_has_no_file(shop: Shelf) -> None:
    told = status(shop, run(shop, '{ products(query: "title:nothing") { edges { node { id } } } }'))
    assert (told["status"], told["objectCount"], told["url"]) == ("COMPLETED", "0", None)


def test_the_file_goes_after_a_week(shop: Shelf) -> None:
    started = run(shop)
    url = status(shop, started)["url"]
    shop.clock.passes(days=7)
    told = status(shop, started)
    assert (told["status"], told["url"]) == ("EXPIRED", None)
    assert shop.http("GET", urlsplit(url).path).status == 403


def test_nobody_guesses_the_address_of_a_file(shop: Shelf) -> None:
    path = urlsplit(status(shop, run(shop))["url"]).path
    assert shop.http("GET", path.replace(path[-12], "x" if path[-12] != "x" else "y")).status == 403


@pytest.mark.parametrize("fate", ["INTERNAL_SERVER_ERROR", "TIMEOUT"])
def test_a_failure_leaves_a_part(shop: Shelf, fate: str) -> None:
    shop.twin.shop.bulk.fates = [fate]
    told = status(shop, run(shop))
    assert (told["status"], told["errorCode"], told["url"]) == ("FAILED", fate, None)
    assert len(lines(shop, told["partialDataUrl"])) == 4
    assert status(shop, run(shop))["status"] == "COMPLETED"


def test_it_may_expire_undone(shop: Shelf) -> None:
    shop.twin.shop.bulk.fates = ["EXPIRED"]
    told = status(shop, run(shop))
    assert (told["status"], told["url"], told["partialDataUrl"]) == ("EXPIRED", None, None)


def test_what_may_not_be_seen_fails_it(shop: Shelf) -> None:
    shop.twin.scopes = shop.twin.scopes - {"read_inventory"}
    told = status(shop, run(shop))
    assert (told["status"], told["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_five_may_run_at_once(shop: Shelf) -> None:
    shop.twin.shop.bulk.delay_seconds = 60
    ids = [run(shop)["bulkOperation"]["id"] for _ in range(5)]
    refused = run(shop)
    assert refused["bulkOperation"] is None
    assert refused["userErrors"] == [
        {
            "code": "OPERATION_IN_PROGRESS",
            "field": None,
            "message": f"A bulk query operation for this app and shop is already in progress: {', '.join(ids)}.",
        }
    ]
    running = shop.data('{ bulkOperations(first: 9, query: "status:running") { nodes { id } } }')
    assert [one["id"] for one in running["bulkOperations"]["nodes"]] == ids[::-1]
    cancel = (
        "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
    )
    told = shop.data(cancel, id=ids[0])["bulkOperationCancel"]
    assert told == {"bulkOperation": {"status": "CANCELING"}, "userErrors": []}
    assert run(shop)["userErrors"] == []
    assert shop.data(cancel, id=ids[0])["bulkOperationCancel"]["userErrors"]


REFUSED = {
    "nodes": (
        "{ products { nodes { id } } }",
        "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
        "'products { edges { node {'. Selecting via 'nodes' is not supported. "
        "Invalid connection fields: 'products'.",
    ),
    "no connection": ("{ shop { id } }", "Bulk queries must contain at least one connection."),
    "no id": (
        "{ products { edges { node { title variants { edges { node { id } } } } } } }",
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be "
        "of 'ID' return type. Connection fields without 'id': products.",
    ),
    "an id by another name": (
        "{ products { edges { node { key: id variants { edges { node { id } } } } } } }",
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be "
        "of 'ID' return type. Connection fields without 'id': products.",
    ),
    "too deep": (
        "{ products { edges { node { id variants { edges { node { id inventoryItem { variants { edges { node { id "
        "inventoryItem { inventoryLevels { edges { node { id } } } } } } } } } } } } } } }",
        "Bulk queries cannot contain connections with a nesting depth greater than 2.",
    ),
    "too many": (
        "{ a: products { edges { node { id } } } b: products { edges { node { id } } } "
        "c: products { edges { node { id } } } d: products { edges { node { id } } } "
        "e: products { edges { node { id } } } f: products { edges { node { id } } } }",
        "Bulk queries cannot contain more than 5 connections.",
    ),
    "within a list": (
        "{ orders { edges { node { id fulfillments { fulfillmentLineItems { edges { node { id } } } } } } } }",
        "Queries that contain a connection field within a list field are not currently supported.",
    ),
    "a mutation": (
        'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: []) { userErrors { message } } }',
        "Invalid operation type. Only `query` operations are supported.",
    ),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_in_the_known_words(shop: Shelf, query: str, message: str) -> None:
    assert words(run(shop, query)) == [message]


def test_a_node_at_the_top_is_refused_twice(shop: Shelf) -> None:
    assert words(run(shop, '{ node(id: "gid://shopify/Product/0") { id } }')) == [
        "Bulk queries cannot contain a top level `node` field.",
        "Bulk queries must contain at least one connection.",
    ]


@pytest.mark.parametrize("query", ["{ products { edges", "{ nothing { edges { node { id } } } }", ""])
def test_what_cannot_be_read_is_refused(shop: Shelf, query: str) -> None:
    assert words(run(shop, query))[0].startswith("Invalid bulk query: ")


def test_the_end_is_announced(shop: Shelf) -> None:
    shop.listen("BULK_OPERATIONS_FINISH", uri=HOOK)
    started = run(shop)
    status(shop, started)
    heard = shop.hears()[0]
    assert heard.topic == "bulk_operations/finish"
    assert heard.body["admin_graphql_api_id"] == started["bulkOperation"]["id"]
    assert (heard.body["status"], heard.body["type"], heard.body["error_code"]) == ("completed", "query", None)


def test_the_file_can_be_withheld_by_a_fault(shop: Shelf) -> None:
    url = status(shop, run(shop))["url"]
    shop.twin.faults.add(on="bulk", kind="status", status=503)
    assert shop.http("GET", urlsplit(url).path).status == 503
    assert lines(shop, url)
