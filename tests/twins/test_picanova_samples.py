"""The twin's answers have the fields and kinds of the recorded ones, where those are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.twins.picanova_shop import Listener, Shop, ShopV1
from twins.picanova import PicanovaTwin

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "picanova"


def sample(name: str) -> Any:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"the recorded answer {name} is not at {SAMPLES}")
    return json.loads(path.read_text())


def kind(value: object) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else type(value).__name__


def differences(theirs: Any, ours: Any, where: str = "", *, may_have_more: bool = False) -> list[str]:
    """Where ours has other fields or kinds; nothing is compared with null, and of lists the first item."""
    if theirs is None or ours is None:
        return []
    if kind(theirs) != kind(ours):
        return [f"{where or '.'}: {kind(theirs)} there, {kind(ours)} here"]
    if isinstance(theirs, list):
        if theirs and not ours:
            return [f"{where}: empty here"]
        return differences(theirs[0], ours[0], f"{where}[]", may_have_more=may_have_more) if theirs else []
    if not isinstance(theirs, dict):
        return []
    found = [f"{where}.{name}: missing here" for name in theirs.keys() - ours.keys()]
    if not may_have_more:
        found += [f"{where}.{name}: only here" for name in ours.keys() - theirs.keys()]
    for name in theirs.keys() & ours.keys():
        found += differences(theirs[name], ours[name], f"{where}.{name}", may_have_more=may_have_more)
    return sorted(found)


def test_a_difference_is_seen() -> None:
    theirs = {"a": [{"b": 1, "c": "x"}]}
    assert differences(theirs, {"a": [{"b": 2, "c": "y"}]}) == []
    assert differences(theirs, {"a": [{"b": "1", "d": 1}]}) == [
        ".a[].b: number there, str here",
        ".a[].c: missing here",
        ".a[].d: only here",
    ]
    assert differences(theirs, {"a": []}) == [".a: empty here"]


def answer(shop: Shop, method: str, path: str, body: object | None = None) -> Any:
    reply = shop.ask(method, path, body)
    assert reply.status == 200
    return json.loads(reply.body)


@pytest.fixture
def shop() -> Shop:
    """In the spelling the samples were recorded in, with three pages of orders, each shipped."""
    shop = Shop(PicanovaTwin(options_as_list=True, page_size=1))
    for number in range(3):
        shop.twin.ship(shop.order(external_id=f"n-{number}", is_test=True)["id"])
    return shop


RATES = {"shipping": {"country": 276}, "items": [{"quantity": 5, "variant_id": 302}]}


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        ("beta_orders.get_order.json", "GET", "/orders/PPO21700001T", None),
        ("beta_orders.get_order.json", "GET", "/orders/@n-1", None),
        ("beta_orders.get_all.json", "GET", "/orders?page=2", None),
        ("beta_catalog.get_products.json", "GET", "/products", None),
        ("beta_catalog.get_product_variants.json", "GET", "/products/2", None),
        ("beta_catalog.get_variant_options.json", "GET", "/variants/302", None),
        ("beta_shipping.get_shipping_rates.json", "POST", "/shipping/rates", RATES),
        ("beta_shipping.get_shipping_types.json", "GET", "/shipping/types", None),
        ("beta_shipping.get_shipping_methods.json", "GET", "/shipping/methods", None),
        ("beta_shipping.get_countries.json", "GET", "/countries", None),
        ("beta_shipping.get_regions.json", "GET", "/regions/124", None),
    ],
)
def test_an_answer_has_the_recorded_fields(shop: Shop, name: str, method: str, path: str, body: object) -> None:
    assert differences(sample(name), answer(shop, method, path, body)) == []


def test_a_combination_has_the_recorded_fields(shop: Shop) -> None:
    """The recorded one is a single object; the text beside it speaks of a list, and so do the twin's answers."""
    ours = answer(shop, "GET", "/variants/302/combinations")["data"]
    theirs = sample("beta_catalog.get_variant_combinations.json")["data"]
    assert differences(theirs, ours[0]) == []


def test_the_recorded_question_for_rates_is_understood(shop: Shop) -> None:
    asked = sample("beta_shipping.rates_request.json")
    asked["items"][0]["variant_id"] = 302
    assert answer(shop, "POST", "/shipping/rates", asked)["data"]


def test_rates_are_text_in_the_old_spelling() -> None:
    shop = Shop(PicanovaTwin(money_as_text=True))
    theirs = sample("beta_shipping.rates_response.2017.json")["data"][0]
    ours = answer(shop, "POST", "/shipping/rates", RATES)["data"][0]
    assert kind(theirs["price"]) == kind(ours["price"]) == "str"


def test_an_old_order_has_the_recorded_times() -> None:
    shop = Shop(PicanovaTwin(times_as_objects=True))
    made = shop.order(is_test=True)
    shop.ask("DELETE", f"/orders/{made['id']}")
    theirs = sample("beta_orders.list_item.2017.partial.json")["data"][0]
    theirs.pop("invoice")  # gone from every later copy
    ours = answer(shop, "GET", "/orders")["data"][0]
    assert differences(theirs, ours, may_have_more=True) == []
    assert (ours["status"], ours["status_label"]) == (theirs["status"], theirs["status_label"])


def test_a_refusal_has_the_recorded_fields(shop: Shop) -> None:
    theirs = sample("error.422.schema_example.json")
    ours = json.loads(shop.ask("POST", "/orders", {}).body)
    assert theirs.keys() == ours.keys()
    assert (theirs["message"], theirs["status_code"]) == (ours["message"], ours["status_code"])
    for refusal in (theirs, ours):
        assert all(isinstance(line, str) for lines in refusal["errors"].values() for line in lines)


def test_a_webhook_has_the_recorded_fields() -> None:
    listener = Listener()
    twin = PicanovaTwin(post=listener, webhook_url_eu="https://hub.example/eu")
    twin.ship(Shop(twin).order(is_test=True)["id"], tracking="", carrier="UPS MIEXP")
    twin.outbox.pump()
    [(_, ours)] = listener.heard
    # The recording stops in the middle of the order, so ours may go on.
    assert differences(sample("webhook.shipment_sent.partial.json"), ours, may_have_more=True) == []


@pytest.fixture
def shop_v1() -> ShopV1:
    """With a product that was set up, and an order of it."""
    shop = ShopV1(PicanovaTwin())
    sku = shop.twin.set_up("eu", "CVS40301MI2")
    shop.order(items=[{"quantity": 1, "product_sku": sku}])
    return shop


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("v1_orders.list.json", "/orders"),
        ("v1_products.list.json", "/products"),
        ("v1_products.get.json", "/products/1"),
        ("v1_blueprints.list.json", "/blueprints"),
        ("v1_blueprints.variants.json", "/blueprints/2/variants"),
        ("v1_library.list.json", "/library"),
    ],
)
def test_an_answer_of_v1_has_the_recorded_fields(shop_v1: ShopV1, name: str, path: str) -> None:
    theirs, ours = sample(name), answer(shop_v1, "GET", path)
    if name == "v1_products.get.json":  # which options a product has is the product's own
        assert all(isinstance(one, str) for one in ours["data"].pop("options").values())
        theirs["data"].pop("options")
    assert differences(theirs, ours) == []


def test_an_order_of_v1_has_the_recorded_fields(shop_v1: ShopV1) -> None:
    # The recording stops in the middle of the items, so ours may go on.
    ours = answer(shop_v1, "GET", "/orders/PPO21700001")
    assert differences(sample("v1_orders.get.partial.json"), ours, may_have_more=True) == []
    assert ours["data"].keys() == sample("v1_orders.get.partial.json")["data"].keys()


def test_the_public_clients_order_is_understood(shop_v1: ShopV1) -> None:
    asked = sample("v1_orders.create_request.from_public_client.json")
    asked["items"][0]["product_sku"] = "CVS40301MI2"
    assert answer(shop_v1, "POST", "/orders", asked)["data"]["external_id"] == asked["external_id"]


def test_an_upload_has_the_recorded_fields(shop_v1: ShopV1) -> None:
    asked = sample("v1_library.create_request.json")
    ours = answer(shop_v1, "POST", "/library", asked)
    assert differences(sample("v1_library.create_response.json"), ours) == []
