"""Every answer about goods and stock is one that the published schema allows."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import DirectiveLocation, GraphQLSchema, build_client_schema, execute_sync, parse, validate

from tests.twins.shopify_stock import ACTIVATE, ADJUST, LEVELS, RUN, SET, STATUS, Shelf
from tests.twins.shopify_store import HOOK
from tests.twins.test_shopify_contract import PUBLISHED, SAMPLES, missing
from twins.shopify.schema import SCHEMA

OPERATIONS = PUBLISHED.parents[1] / "samples" / "shopify" / "operations"
WHOLE = """
query($product: ID!) {
  product(id: $product) {
    id legacyResourceId title handle vendor productType status tags isGiftCard createdAt updatedAt totalInventory
    tracksInventory hasOnlyDefaultVariant hasVariantsThatRequiresComponents variantsCount { count precision }
    featuredMedia { id alt mediaContentType status preview { status image { url } } }
    media(first: 3) { nodes { id } }
    variants(first: 5) { edges { cursor node {
      id sku barcode price compareAtPrice taxable position inventoryPolicy inventoryQuantity requiresComponents
      availableForSale displayName createdAt updatedAt
      inventoryItem {
        id legacyResourceId sku tracked createdAt updatedAt duplicateSkuCount requiresShipping
        countryCodeOfOrigin provinceCodeOfOrigin harmonizedSystemCode inventoryHistoryUrl
        unitCost { amount currencyCode } locationsCount { count precision } measurement { weight { value unit } }
        variant { id } variants(first: 1) { nodes { id } }
        inventoryLevels(first: 5) { nodes {
          id isActive canDeactivate deactivationAlert createdAt updatedAt item { id }
          location { id inventoryLevels(first: 5) { nodes { id } } }
          quantities(names: ["available", "on_hand"]) { id name quantity updatedAt }
        } }
      }
    } } }
  }
}"""


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    if not PUBLISHED.exists():
        pytest.skip("the published schema of the Admin API is not here to compare with")
    told = json.loads(gzip.decompress(PUBLISHED.read_bytes()))
    return build_client_schema(told["data"], assume_valid=True)


@pytest.fixture
def shop() -> Shelf:
    shop = Shelf()
    image = "https://cdn.example.com/shirt.png"
    sizes = [{"sku": f"SHIRT-{size}", "options": {"Size": size}, "stock": 3, "unit_cost": "4"} for size in "SML"]
    shop.room.add_product("Shirt", sizes, image=image, tags=["new"], vendor="Acme")
    shop.room.add_product("Set", [{"sku": "SET", "requires_components": True}])
    shop.room.set("MUG", 2, "Attic")
    shop.room.unstock("MUG", "Attic")
    shop.twin.place_order([{"sku": "MUG"}, {"sku": "SHIRT-S"}])
    return shop


def answers(published: GraphQLSchema, shop: Shelf, query: str, /, **variables: Any) -> Any:
    """Ask the twin, and have the published schema read its answer as if it were its own."""
    document = parse(query)
    assert validate(published, document) == []
    told = shop.data(query, **variables)

    def as_told(source: Any, info: Any, **_arguments: Any) -> Any:
        return source[info.path.key]

    def kind_of(value: Any, _info: Any, _abstract: Any) -> str:
        return str(value.get("__typename") or value.get("id", "gid://shopify/MediaImage").split("/")[3])

    read = execute_sync(
        published, document, told, variable_values=variables, field_resolver=as_told, type_resolver=kind_of
    )
    assert (read.data, read.errors) == (told, None)
    return told


def sample(name: str) -> str:
    path: Path = OPERATIONS / f"{name}.graphql"
    if not path.exists():
        pytest.skip(f"the sample of {name} is not here to compare with")
    return path.read_text()


def test_reading_goods(published: GraphQLSchema, shop: Shelf) -> None:
    for product in shop.twin.shop.catalogue.products.values():
        answers(published, shop, WHOLE, product=f"gid://shopify/Product/{product.id}")


def test_reading_levels(published: GraphQLSchema, shop: Shelf) -> None:
    ids = [shop.item(), shop.item("SHIRT-S"), "gid://shopify/InventoryItem/1"]
    answers(published, shop, LEVELS, ids=ids, place=shop.place())


def test_writing(published: GraphQLSchema, shop: Shelf) -> None:
    head = {"name": "available", "reason": "correction", "referenceDocumentUri": "logistics://run/1"}
    for quantity, expected, key in [(4, 9, "a"), (4, 9, "a"), (4, 4, "b"), (4, 9, "c"), (5, 9, "c")]:
        answers(published, shop, SET, input=head | {"quantities": [shop.row(quantity, expected)]}, key=key)
    for name in ("available", "on_hand", "damaged"):
        answers(published, shop, ADJUST, input=head | {"name": name, "changes": [shop.change(1, None)]}, key=name)
    for key, place in [("d", "Attic"), ("e", "Attic"), ("f", "Nowhere")]:
        answers(published, shop, ACTIVATE, item=shop.item(), place=shop.place(place), key=key, available=1)


def test_exporting(published: GraphQLSchema, shop: Shelf) -> None:
    shop.twin.shop.bulk.fates = ["", "TIMEOUT", "EXPIRED"]
    for query in ("{ products { edges { node { id } } } }",) * 3 + ("{ shop { id } }",):
        made = answers(published, shop, RUN, query=query)["bulkOperationRunQuery"]["bulkOperation"]
        if made:
            answers(published, shop, STATUS, id=made["id"])


def test_published_samples_of_reading_are_answered(published: GraphQLSchema, shop: Shelf) -> None:
    answers(published, shop, sample("products"), first=50, query=None)
    answers(published, shop, sample("inventory_levels"), ids=[shop.item()])
    answers(published, shop, sample("locations"), first=10)
    run = answers(published, shop, sample("bulk_run"), query=sample("bulk_inner_variants"))
    made = run["bulkOperationRunQuery"]["bulkOperation"]
    assert answers(published, shop, sample("bulk_status"), id=made["id"])["bulkOperation"]["status"] == "COMPLETED"


def test_published_samples_of_writing_are_answered(published: GraphQLSchema, shop: Shelf) -> None:
    head = {"name": "available", "reason": "correction"}
    answers(published, shop, sample("inventory_set"), input=head | {"quantities": [shop.row(4, 9)]}, key="a")
    answers(published, shop, sample("inventory_adjust"), input=head | {"changes": [shop.change(4, 4)]}, key="b")
    answers(
        published, shop, sample("inventory_activate"), inventoryItemId=shop.item(), locationId=shop.place(), key="c"
    )


def test_the_directive_is_the_published_one(published: GraphQLSchema) -> None:
    real, own = published.get_directive("idempotent"), SCHEMA.get_directive("idempotent")
    assert real
    assert own
    assert {name: str(argument.type) for name, argument in own.args.items()} == {"key": "String!"}
    assert own.locations == real.locations == (DirectiveLocation.FIELD,)


def test_the_comparison_itself_can_fail(published: GraphQLSchema, shop: Shelf) -> None:
    shop.room.change_product(shop.room.item("MUG").variant.product, status="ASLEEP")
    with pytest.raises(AssertionError):
        answers(published, shop, "{ products(first: 1) { nodes { status } } }")


@pytest.mark.parametrize("topic", ["inventory_levels__update", "bulk_operations__finish"])
def test_a_webhook_has_every_key_of_the_published_sample(shop: Shelf, topic: str) -> None:
    path = SAMPLES / f"{topic}.json"
    if not path.exists():
        pytest.skip(f"the published sample of {topic} is not here to compare with")
    shop.listen(topic.replace("__", "_").upper(), uri=HOOK)
    shop.room.set("MUG", 4)
    made = shop.data(RUN, query="{ products { edges { node { id } } } }")["bulkOperationRunQuery"]["bulkOperation"]
    shop.data(STATUS, id=made["id"])
    assert missing(json.loads(path.read_text()), shop.hears()[0].body) == []
