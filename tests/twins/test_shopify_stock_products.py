"""Reading what the shop sells."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.twins.shopify_stock import Shelf

VARIANTS = """
query($first: Int!, $after: String, $query: String) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {
    nodes {
      id sku updatedAt inventoryItem { id unitCost { amount currencyCode } } product { id productType status }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
PRODUCTS = """
query($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id title updatedAt variantsCount { count } variants(first: 250) { nodes { sku position } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


@pytest.fixture
def shop() -> Shelf:
    return Shelf()


def titles(shop: Shelf, query: str | None = None) -> list[str]:
    return [one["title"] for one in shop.data(PRODUCTS, first=50, query=query)["products"]["nodes"]]


def since(shop: Shelf, **ago: float) -> str:
    return f"updated_at:>='{(shop.clock() - timedelta(**ago)).isoformat()}'"


def test_variants_are_read_page_by_page(shop: Shelf) -> None:
    shop.room.add_product("Shirt", [{"sku": f"SHIRT-{size}"} for size in "SML"])
    read: list[str] = []
    after = None
    while True:
        page = shop.data(VARIANTS, first=3, after=after)["productVariants"]
        read += [one["sku"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert read == ["MUG", "SHIRT-S", "SHIRT-M", "SHIRT-L"]


def test_products_are_found_by_when_they_changed(shop: Shelf) -> None:
    shop.clock.passes(hours=1)
    shop.room.add_product("Poster", [{"sku": "POSTER"}])
    assert titles(shop, since(shop, minutes=1)) == ["Poster"]
    shop.clock.passes(hours=1)
    shop.room.change_variant("MUG", barcode="123")
    assert titles(shop, since(shop, minutes=1)) == ["Mug"]
    assert titles(shop) == ["Poster", "Mug"]


def test_a_sale_touches_the_product(shop: Shelf) -> None:
    shop.clock.passes(hours=1)
    shop.twin.place_order([{"sku": "MUG"}])
    assert titles(shop, since(shop, minutes=1)) == ["Mug"]


def test_the_search_index_is_late_but_a_read_by_id_is_not() -> None:
    shop = Shelf(search_lag_seconds=20)
    assert titles(shop) == []
    shop.clock.passes(seconds=20)
    assert titles(shop) == ["Mug"]
    shop.clock.passes(hours=1)
    product = shop.room.item("MUG").variant.product
    shop.room.change_product(product, title="Cup")
    assert titles(shop, since(shop, minutes=1)) == []
    told = shop.data("query($id: ID!) { product(id: $id) { title } }", id=f"gid://shopify/Product/{product.id}")
    assert told["product"]["title"] == "Cup"
    shop.clock.passes(seconds=20)
    assert titles(shop, since(shop, minutes=1)) == ["Cup"]


def test_a_sku_may_be_missing_or_shared(shop: Shelf) -> None:
    shop.room.add_product("Cup", [{"sku": "MUG"}, {}])
    rows = shop.data(VARIANTS, first=9)["productVariants"]["nodes"]
    assert [one["sku"] for one in rows] == ["MUG", "MUG", None]
    query = '{ inventoryItems(first: 9, query: "sku:mug") { nodes { id sku duplicateSkuCount } } }'
    found = shop.data(query)["inventoryItems"]["nodes"]
    assert [(one["sku"], one["duplicateSkuCount"]) for one in found] == [("MUG", 1), ("MUG", 1)]


def test_an_item_is_not_its_variant(shop: Shelf) -> None:
    row = shop.data(VARIANTS, first=1)["productVariants"]["nodes"][0]
    assert row["id"].rsplit("/", 1)[-1] != row["inventoryItem"]["id"].rsplit("/", 1)[-1]


def test_costs_are_told_in_the_shops_currency_to_those_who_may_see_them(shop: Shelf) -> None:
    cost = shop.data(VARIANTS, first=1)["productVariants"]["nodes"][0]["inventoryItem"]["unitCost"]
    assert cost == {"amount": "3.2", "currencyCode": "USD"}
    shop.twin.hide_costs = True
    answer = shop.ask(VARIANTS, first=1)
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["data"]["productVariants"]["nodes"][0]["inventoryItem"]["unitCost"] is None
    assert answer["data"]["productVariants"]["nodes"][0]["sku"] == "MUG"


@pytest.mark.parametrize(
    ("scope", "query"),
    [
        ("read_products", "{ products(first: 1) { nodes { id } } }"),
        ("read_products", "{ productVariants(first: 1) { nodes { id } } }"),
        (
            "read_inventory",
            "query($item: ID!) { inventoryItem(id: $item) { inventoryLevels(first: 1) { nodes { id } } } }",
        ),
    ],
)
def test_scopes_are_asked_for(shop: Shelf, scope: str, query: str) -> None:
    shop.twin.scopes = shop.twin.scopes - {scope}
    variables = {"item": shop.item()} if "$item" in query else {}
    assert shop.refused(query, **variables)["extensions"]["code"] == "ACCESS_DENIED"


def test_only_open_places_are_listed_unless_all_are_asked_for(shop: Shelf) -> None:
    shop.room.add_location("Attic")
    shop.room.add_location("Barn", active=False)
    shop.room.add_location("Elsewhere", third_party=True)
    query = """query($all: Boolean!) {
        locations(first: 9, includeInactive: $all, includeLegacy: $all) { nodes { name isActive } }
    }"""
    names = [one["name"] for one in shop.data(query, all=False)["locations"]["nodes"]]
    assert names == ["Attic", "Workshop"]
    assert len(shop.data(query, all=True)["locations"]["nodes"]) == 4


def test_an_unknown_search_word_is_warned_of(shop: Shelf) -> None:
    told = shop.ask(VARIANTS, first=1, query="colour:red")
    assert told["data"]["productVariants"]["nodes"] == []
    assert told["extensions"]["search"][0]["warnings"][0]["field"] == "colour"


def test_goods_and_counts_are_made_from_outside(shop: Shelf) -> None:
    made = shop.control("POST", "/products", {"title": "Bag", "variants": [{"sku": "BAG", "stock": {"Attic": 3}}]})
    assert made["variants"][0]["sku"] == "BAG"
    shop.control("POST", "/stock/adjust", {"sku": "BAG", "quantity": -1, "place": "Attic"})
    shop.control("POST", "/stock/before_next_write", {"order": {"lines": [{"sku": "MUG"}]}})
    shop.set(shop.row(5, None))
    told = {one["sku"]: one["counts"] for one in shop.control("GET", "/stock")["levels"]}
    assert (told["BAG"]["available"], told["MUG"]["committed"]) == (2, 1)
    assert [one["result"] for one in shop.control("GET", "/stock/writes")["writes"]] == ["done"]
    shop.control("POST", "/stock/switches", {"hide_costs": True, "bulk_delay_seconds": 5, "throttle": "products"})
    assert (shop.twin.hide_costs, shop.twin.shop.bulk.delay_seconds) == (True, 5)
    assert shop.refused("{ products(first: 1) { nodes { id } } }")["extensions"]["code"] == "THROTTLED"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/stock/set", {"sku": "NOBODY", "quantity": 1}, 404),
        ("/stock/set", {"sku": "MUG"}, 422),
        ("/stock/switches", {"what": 1}, 422),
        ("/products", {"title": "Bag", "variants": [{"colour": "red"}]}, 400),
    ],
)
def test_a_slip_of_the_hand_is_told(shop: Shelf, path: str, body: object, status: int) -> None:
    assert shop.http("POST", f"/_twin{path}", json=body).status == status
