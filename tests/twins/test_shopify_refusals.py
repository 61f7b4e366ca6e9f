"""What the Admin API refuses before it does anything: bad tokens, bad documents, too much at once."""

from __future__ import annotations

import json

import pytest

from tests.support.wsgi import WsgiHttp
from tests.twins.shopify_store import FULFILL, MUG, SWEEP, TOKEN, Store
from twins.shopify import Rates

SHOP = "{ shop { name } }"
GRANT = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "hush"}


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_wrong_token_is_a_401_with_the_known_words(store: Store) -> None:
    for token in ("", "shpat_wrong"):
        reply = store.post(SHOP, token=token)
        assert reply.status == 401
        assert "Invalid API key or access token" in reply.text


@pytest.mark.parametrize("sent", ["form", "json"])
def test_a_granted_token_works_for_a_day_and_no_longer(store: Store, sent: str) -> None:
    reply = store.http("POST", "/admin/oauth/access_token", **{sent: GRANT})
    assert reply.status == 200
    told = json.loads(reply.body)
    assert told["expires_in"] == 86399
    assert "read_orders" in told["scope"].split(",")
    assert store.post(SHOP, token=told["access_token"]).status == 200
    store.clock.passes(seconds=86398)
    assert store.post(SHOP, token=told["access_token"]).status == 200
    store.clock.passes(seconds=1)
    assert store.post(SHOP, token=told["access_token"]).status == 401
    assert store.post(SHOP, token=TOKEN).status == 200


@pytest.mark.parametrize("wrong", [{"client_secret": "guess"}, {"client_id": "other"}, {"grant_type": "password"}])
def test_wrong_credentials_get_no_token(store: Store, wrong: dict[str, str]) -> None:
    reply = store.http("POST", "/admin/oauth/access_token", form=GRANT | wrong)
    assert reply.status == 400
    assert "access_token" not in reply.text
    assert store.twin.door.issued == 0


def test_a_foreign_shop_says_that_the_grant_is_not_permitted(store: Store) -> None:
    store.twin.door.shop_not_permitted = True
    told = json.loads(store.http("POST", "/admin/oauth/access_token", json=GRANT).body)
    assert told["error"] == "shop_not_permitted"
    page = store.http("POST", "/admin/oauth/access_token", form=GRANT)
    assert page.status == 400
    assert "Oauth error shop_not_permitted: Client credentials cannot be performed on this shop." in page.text


@pytest.mark.parametrize(
    ("asked", "served"),
    [("2026-10", "2026-10"), ("2026-01", "2026-01"), ("2024-04", "2026-01"), ("2027-01", "2027-01")],
)
def test_a_dead_version_is_served_by_the_oldest_living_one(store: Store, asked: str, served: str) -> None:
    reply = store.post(SHOP, version=asked)
    assert reply.status == 200
    assert reply.headers["x-shopify-api-version"] == served


@pytest.mark.parametrize("asked", ["2027-04", "2026-11", "latest"])
def test_a_version_that_never_was_is_not_found(store: Store, asked: str) -> None:
    assert store.post(SHOP, version=asked).status == 404


def test_another_shops_name_is_not_found(store: Store) -> None:
    http = WsgiHttp({"other.myshopify.com": store.twin.app})
    url = "https://other.myshopify.com/admin/api/2026-10/graphql.json"
    reply = http.send("POST", url, headers={"X-Shopify-Access-Token": TOKEN}, json={"query": SHOP})
    assert reply.status == 404


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        (
            'query Q { order(id: "gid://shopify/Order/1") { shoeSize } }',
            "undefinedField",
            ["query Q", "order", "shoeSize"],
        ),
        ("{ orders(first: 1, colour: 2) { nodes { id } } }", "argumentNotAccepted", ["query", "orders"]),
        ("{ order { id } }", "missingRequiredArguments", ["query", "order"]),
        ("{ shop }", "selectionMismatch", ["query", "shop"]),
        ("query($id: ID!) { shop { name } }", "variableNotUsed", ["query"]),
        ("{ order(id: $id) { name } }", "variableNotDefined", ["query", "order"]),
        ("query($id: String!) { order(id: $id) { name } }", "variableMismatch", ["query"]),
        ("{ shop { name @loud } }", "undefinedDirective", ["query", "shop", "name"]),
        ('{ orders(first: "one") { nodes { id } } }', "argumentLiteralsIncompatible", ["query", "orders"]),
        ("{ ...F } fragment F on Nowhere { id }", "undefinedType", ["fragment F"]),
    ],
)
def test_a_wrong_document_is_refused_with_the_real_code(
    store: Store, document: str, code: str, path: list[str]
) -> None:
    error = store.refused(document)
    assert error["extensions"]["code"] == code
    assert error["path"] == path
    assert error["locations"]


def test_asking_for_a_code_where_there_is_none_is_refused(store: Store) -> None:
    error = store.refused(FULFILL.replace("field message", "field message code"), fulfillment={})
    assert error["message"] == "Field 'code' doesn't exist on type 'UserError'"


def test_a_wrong_variable_names_every_problem(store: Store) -> None:
    line = {"id": "gid://shopify/FulfillmentOrderLineItem/1"}
    asked = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderLineItems": [line]}], "carrier": "UPS"}
    error = store.refused(FULFILL, fulfillment=asked)
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    problems = {".".join(map(str, one["path"])): one["explanation"] for one in error["extensions"]["problems"]}
    start = "lineItemsByFulfillmentOrder.0"
    assert problems == {
        f"{start}.fulfillmentOrderId": "Expected value to not be null",
        f"{start}.fulfillmentOrderLineItems.0.quantity": "Expected value to not be null",
        "carrier": "Field is not defined on FulfillmentInput",
    }


def test_a_body_that_is_no_query_is_a_400(store: Store) -> None:
    path, headers = "/admin/api/2026-10/graphql.json", {"X-Shopify-Access-Token": TOKEN}
    assert store.http("POST", path, headers=headers, json={"mutation": "x"}).status == 400
    assert store.http("POST", path, headers=headers, json=[1]).status == 400


def test_a_list_of_more_than_250_is_refused(store: Store) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = ["gid://shopify/Order/1"] * 251
    assert store.refused(document, ids=ids)["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert store.data(document, ids=ids[1:])["nodes"] == [None] * 250


@pytest.mark.parametrize("page", ["", "(first: 251)", "(first: 1, last: 1)", "(first: -1)"])
def test_a_page_must_have_a_size_that_is_allowed(store: Store, page: str) -> None:
    error = store.refused(f"{{ orders{page} {{ nodes {{ id }} }} }}")
    assert error["extensions"]["code"] == "BAD_REQUEST"


def test_a_missing_scope_denies_the_field_and_leaves_the_rest(store: Store) -> None:
    order = store.twin.place_order([MUG])
    store.twin.scopes = store.twin.scopes - {"read_customers"}
    told = store.ask("query($id: ID!) { order(id: $id) { name customer { id } } }", id=order.gid)
    assert told["data"]["order"] == {"name": "#1001", "customer": None}
    assert told["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert told["errors"][0]["path"] == ["order", "customer"]


def test_protected_data_comes_as_nulls_with_errors_beside_them(store: Store) -> None:
    order = store.twin.place_order([MUG])
    store.twin.hide_personal_data = True
    told = store.ask(
        "query($id: ID!) { order(id: $id) { name email shippingAddress { address1 city } } }", id=order.gid
    )
    assert told["data"]["order"]["email"] is None
    assert told["data"]["order"]["shippingAddress"] == {"address1": None, "city": "Springfield"}
    assert {tuple(error["path"]) for error in told["errors"]} == {
        ("order", "email"),
        ("order", "shippingAddress", "address1"),
    }


def test_orders_older_than_sixty_days_need_their_own_scope(store: Store) -> None:
    order = store.twin.place_order([MUG])
    read = "query($id: ID!) { order(id: $id) { name } }"
    store.clock.passes(days=61)
    assert store.data(read, id=order.gid)["order"] is None
    assert store.data(SWEEP, first=5, query="")["orders"]["nodes"] == []
    store.twin.scopes = store.twin.scopes | {"read_all_orders"}
    assert store.data(read, id=order.gid)["order"]["name"] == "#1001"


class TestCost:
    def test_a_fulfillment_is_priced_as_it_was_recorded(self, store: Store) -> None:
        """Recorded for this very shape: 19 asked, 15 taken when it was made, 10 when it was refused."""
        document = FULFILL.replace("(first: 10)", "").replace("lineItem { id }", "lineItem { id title }")
        order = store.twin.place_order([MUG])
        one = {"fulfillmentOrderId": store.open_fulfillment_orders(order.gid)[0]["id"]}
        costs = []
        asked = {"lineItemsByFulfillmentOrder": [one], "trackingInfo": {"number": "1Z"}}
        for _ in range(2):
            told = store.ask(document, fulfillment=asked)
            costs.append(told["extensions"]["cost"])
        assert [(cost["requestedQueryCost"], cost["actualQueryCost"]) for cost in costs] == [(19, 15), (19, 10)]

    @pytest.mark.parametrize(
        ("first", "expected"),
        [(1, 4), (10, 10), (50, 16), (250, 24)],
    )
    def test_the_size_of_a_page_is_cheap_and_nesting_is_not(self, store: Store, first: int, expected: int) -> None:
        """2 + g(first) for bare nodes, with g(1)=1, g(10)=4, g(50)=7, g(250)=11; one object more doubles it."""
        document = "query($n: Int!) { orders(first: $n) { edges { node { id customer { id } } } } }"
        told = store.ask(document, n=first)
        assert told["extensions"]["cost"]["requestedQueryCost"] == expected

    def test_money_and_page_info_are_free(self, store: Store) -> None:
        document = """{ orders(first: 250) {
            nodes { totalPriceSet { shopMoney { amount } } } pageInfo { hasNextPage } } }"""
        assert store.ask(document)["extensions"]["cost"]["requestedQueryCost"] == 13

    def test_one_query_may_not_cost_more_than_a_thousand(self, store: Store) -> None:
        deep = "orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } fulfillmentOrders(first: 250) {"
        document = f"{{ {deep} nodes {{ lineItems(first: 250) {{ nodes {{ id }} }} }} }} }} }} }}"
        error = store.refused(document)
        assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
        assert error["extensions"]["cost"] > 1000

    def test_an_empty_bucket_throttles_with_http_200_and_fills_by_the_second(self) -> None:
        store = Store(rates=Rates(bucket=20, restore=2))
        sweep = {"first": 250, "query": ""}
        order = store.twin.place_order([MUG])
        for _ in range(5):
            told = store.ask(SWEEP, **sweep)
            if "errors" in told:
                break
        assert told["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert "data" not in told
        cost = told["extensions"]["cost"]
        assert cost["actualQueryCost"] is None
        missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
        store.clock.passes(seconds=missing / 2)
        assert store.data(SWEEP, **sweep)["orders"]["nodes"][0]["id"] == order.gid

    def test_a_throttled_mutation_was_not_done(self) -> None:
        store = Store(rates=Rates(bucket=120, restore=0.001))
        order = store.twin.place_order([MUG])
        one = {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{order.fulfillment_orders[0].id}"}
        store.twin.bucket.level = 5
        error = store.refused(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [one]})
        assert error["message"] == "Throttled"
        assert store.twin.fulfillments(order) == []
