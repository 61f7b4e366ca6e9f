"""v1 at the twin: orders, products, blueprints and the library, beside beta and in one store with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from tests.twins.picanova_shop import US, Clock, Listener, Shop, ShopV1, an_address, an_item_v1
from twins.picanova import PicanovaTwin

BLUEPRINT = "CVS40301MI2"


@pytest.fixture
def twin() -> PicanovaTwin:
    return PicanovaTwin(now=Clock(), rate_per_minute=0)


@pytest.fixture
def shop(twin: PicanovaTwin) -> ShopV1:
    return ShopV1(twin)


def test_an_order_is_made_shown_and_listed(shop: ShopV1) -> None:
    made = shop.order()
    assert (made["order_id"], made["status"], made["shipping_type"]) == ("PPO21700001", "Draft", "Tracked")
    assert made["items"][0]["sku"] == BLUEPRINT
    assert shop.data("GET", "/orders/PPO21700001") == made
    [listed] = shop.data("GET", "/orders")
    assert (listed["order_id"], listed["external_id"], listed["status"]) == (
        "PPO21700001",
        "1001-k7x2m3qpl4tzabcd-1",
        "Draft",
    )


def test_a_product_that_was_set_up_needs_no_file_and_passes_one_over(shop: ShopV1) -> None:
    sku = shop.twin.set_up("eu", BLUEPRINT, "https://art.example/theirs.jpg")
    assert sku == f"{BLUEPRINT}-APO10000001"
    shop.order(items=[an_item_v1(product_sku=sku, file=None), an_item_v1(product_sku=sku), an_item_v1()])
    assert [item.file for item in shop.twin.orders[0].items] == [
        "https://art.example/theirs.jpg",
        "https://art.example/theirs.jpg",
        "https://art.example/7f3a.jpg",
    ]
    assert shop.twin.orders[0].items[0].chosen == {"Canvas border": "Mirrored", "Stretcher frame": "2 cm"}


def test_artwork_may_come_from_the_library(shop: ShopV1) -> None:
    upload = {"file_name": "anchor", "url": "https://art.example/anchor.png"}
    image_id = shop.data("POST", "/library", upload)["image_id"]
    shop.order(items=[an_item_v1(file={"front": {"image_id": image_id}})])
    assert shop.twin.orders[0].items[0].file == "https://art.example/anchor.png"
    assert shop.data("GET", f"/library/{image_id}")["image_url"] == "https://art.example/anchor.png"
    assert [one["image_id"] for one in shop.data("GET", "/library")] == [image_id]


REFUSED_ITEMS: list[tuple[str, dict[str, Any], str]] = [
    ("no product", {"product_sku": None}, "items.0.product_sku"),
    ("a code of beta", {"product_sku": "DIGI-40X30-1"}, "items.0.product_sku"),
    ("an unknown option in the code", {"product_sku": "CVS40301XX2"}, "items.0.product_sku"),
    ("a required option missing in the code", {"product_sku": "CVS40301MI"}, "items.0.product_sku"),
    ("a product nobody set up", {"product_sku": f"{BLUEPRINT}-APO99999999"}, "items.0.product_sku"),
    ("a code of the other account", {"product_sku": "CVS45351MI2"}, "items.0.product_sku"),
    ("no file", {"file": None}, "items.0.file.front"),
    ("a file as beta has it", {"file": "https://art.example/7f3a.jpg"}, "items.0.file.front"),
    ("no front", {"file": {"back": {"url": "https://art.example/1.jpg"}}}, "items.0.file.front"),
    ("a file that is no URL", {"file": {"front": {"url": "art.jpg"}}}, "items.0.file.front.url"),
    ("an image nobody uploaded", {"file": {"front": {"image_id": "APO1"}}}, "items.0.file.front.image_id"),
    ("a quantity as text", {"quantity": "1"}, "items.0.quantity"),
    ("too many pieces", {"quantity": 100}, "items"),
]


@pytest.mark.parametrize(("changes", "field"), [pytest.param(c, f, id=i) for i, c, f in REFUSED_ITEMS])
def test_an_item_is_refused(shop: ShopV1, changes: dict[str, Any], field: str) -> None:
    assert field in shop.refused(shop.an_order(items=[an_item_v1(**changes)]))


REFUSED_ORDERS: list[tuple[str, dict[str, Any], str]] = [
    ("no address", {"shipping": None}, "shipping"),
    ("the country as beta has it", {"shipping": an_address(country_code=None)}, "shipping.country"),
    ("the US without a region", {"shipping": an_address(country_code=None, country="US")}, "shipping.region"),
    ("no street", {"shipping": an_address(country="DE", street_primary=None)}, "shipping.street_primary"),
    ("no items", {"items": []}, "items"),
    ("an item that is text", {"items": ["canvas"]}, "items.0"),
    ("a hundred items", {"items": [an_item_v1()] * 100}, "items"),
    ("a type in capitals", {"shipping_type": "TRACKED"}, "shipping_type"),
    ("a method for a type", {"shipping_type": "DHL"}, "shipping_type"),
    ("a test that is text", {"is_test": "yes"}, "is_test"),
]


@pytest.mark.parametrize(("changes", "field"), [pytest.param(c, f, id=i) for i, c, f in REFUSED_ORDERS])
def test_an_order_is_refused(shop: ShopV1, changes: dict[str, Any], field: str) -> None:
    assert field in shop.refused(shop.an_order(**changes))


def test_the_us_is_taken_with_its_region(twin: PicanovaTwin) -> None:
    made = ShopV1(twin, US).order(shipping=an_address(country_code=None, country="US", region="IL"))
    assert (made["shipping"]["country"], made["shipping"]["region"]) == ("US", "IL")


def test_an_external_id_is_one_of_the_store_by_whichever_api(twin: PicanovaTwin) -> None:
    beta, v1 = Shop(twin), ShopV1(twin)
    beta.order()
    assert "external_id" in v1.refused(v1.an_order())
    v1.order(external_id="another")
    assert "external_id" in beta.refused(beta.an_order(external_id="another"))
    assert ShopV1(twin, US).order(), "and of that store alone"


def test_each_api_shows_its_own_orders(twin: PicanovaTwin) -> None:
    beta, v1 = Shop(twin), ShopV1(twin)
    of_beta, of_v1 = beta.order()["id"], v1.order(external_id="another")["order_id"]
    assert [one["id"] for one in beta.data("GET", "/orders")] == [of_beta]
    assert [one["order_id"] for one in v1.data("GET", "/orders")] == [of_v1]
    assert v1.ask("GET", f"/orders/{of_beta}").status == 404
    assert beta.ask("GET", f"/orders/{of_v1}").status == 404
    assert ShopV1(twin, US).ask("GET", f"/orders/{of_v1}").status == 404


@pytest.mark.parametrize(
    ("switches", "seen"),
    [
        ({}, [["n-2", "n-1"], ["n-0"], []]),
        ({"v1_oldest_first": True}, [["n-0", "n-1"], ["n-2"], []]),
        ({"v1_ignores_page": True}, [["n-2", "n-1"]] * 3),
    ],
)
def test_the_list_has_pages_and_says_so_only_when_told_to(switches: dict[str, Any], seen: list[list[str]]) -> None:
    for tells in (False, True):
        shop = ShopV1(PicanovaTwin(page_size=2, v1_tells_pages=tells, **switches))
        for number in range(3):
            shop.order(external_id=f"n-{number}")
        answers = [json.loads(shop.ask("GET", f"/orders?page={page}").body) for page in (1, 2, 3)]
        assert [[one["external_id"] for one in answer["data"]] for answer in answers] == seen
        assert [answer.get("meta", {}).get("pagination", {}).get("total_pages") for answer in answers] == [
            2 if tells else None
        ] * 3


def test_a_new_order_may_take_a_while_to_be_listed() -> None:
    clock = Clock()
    shop = ShopV1(PicanovaTwin(now=clock, search_lag_seconds=30))
    made = shop.order()
    assert shop.data("GET", "/orders") == []
    assert shop.data("GET", f"/orders/{made['order_id']}") == made
    clock.passes(seconds=30)
    assert len(shop.data("GET", "/orders")) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/orders/PPO21700001"),
        ("GET", "/orders/@1001-k7x2m3qpl4tzabcd-1"),
        ("POST", "/orders/PPO21700001/accept"),
        ("GET", "/shipping/methods"),
        ("GET", "/products/99"),
        ("GET", "/blueprints/99/variants"),
        ("GET", "/library/APO1"),
    ],
)
def test_what_is_not_published_is_not_there(shop: ShopV1, method: str, path: str) -> None:
    shop.order()
    assert shop.ask(method, path).status in (404, 405)
    assert shop.twin.orders[0].status == "DRAFT"


def test_credentials_and_the_rate_are_those_of_beta() -> None:
    twin = PicanovaTwin(rate_per_minute=2)
    assert ShopV1(twin, ("eu-user", "guessed")).ask("GET", "/orders").status == 401
    assert [ShopV1(twin).ask("GET", "/orders").status, Shop(twin).ask("GET", "/countries").status] == [200, 200]
    assert ShopV1(twin).ask("GET", "/orders").status == 429


def test_an_order_is_led_by_the_same_hands_and_its_news_come_in_the_same_envelope() -> None:
    listener = Listener()
    twin = PicanovaTwin(post=listener, webhook_url_eu="https://hub.example/eu")
    shop = ShopV1(twin)
    made = shop.order(items=[an_item_v1(quantity=2)])
    control = Client(twin.app)
    order = f"/_twin/orders/{made['order_id']}"
    assert control.post(f"{order}/advance", json={"status": "IN_PROGRESS"}).status_code == 200
    assert shop.data("GET", f"/orders/{made['order_id']}")["status"] == "In Progress"
    assert control.post(f"{order}/ship", json={"tracking": "JD1"}).get_json()["api"] == "v1"
    shown = shop.data("GET", f"/orders/{made['order_id']}")
    assert (shown["status"], shown["packages"][0]["tracking_number"]) == ("Fulfilled", "JD1")
    assert shown["packages"][0]["items"] == [{"item_external_id": "1", "quantity": 2}]
    assert shown["fulfilled_at"]
    twin.outbox.pump()
    [(_, news)] = listener.heard
    assert (news["type"], news["data"]["order"]["id"]) == ("shipment_sent", made["order_id"])


def test_a_product_is_set_up_from_outside(shop: ShopV1) -> None:
    control = Client(shop.twin.app)
    assert control.post("/_twin/products", json={"sku": BLUEPRINT}).get_json() == {
        "sku": f"{BLUEPRINT}-APO10000001"
    }
    assert control.post("/_twin/products", json={"sku": "CVS1"}).status_code == 422
    assert control.post("/_twin/products", json={"sku": BLUEPRINT, "account": "mars"}).status_code == 422
    [product] = shop.data("GET", "/products")
    assert product["product_sku"] == [f"{BLUEPRINT}-APO10000001"]


def test_faults_are_set_for_v1_alone(twin: PicanovaTwin) -> None:
    twin.faults.add(on="POST v1/orders", kind="status", status=503)
    assert Shop(twin).order()
    assert ShopV1(twin).ask("POST", "/orders", ShopV1(twin).an_order()).status == 503
    assert twin.api_calls_counted["POST /orders"] == 1


@pytest.mark.parametrize(
    "body", [{"file_name": "x"}, {"url": "https://art.example/1.jpg"}, {"file_name": "x", "url": "1"}]
)
def test_an_upload_that_lacks_something_is_refused(shop: ShopV1, body: dict[str, str]) -> None:
    assert shop.ask("POST", "/library", body).status == 422
    assert shop.data("GET", "/library") == []
