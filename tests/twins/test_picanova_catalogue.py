"""The catalogue and the shipping tables of both accounts, in every spelling on record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twins.picanova_shop import EU, US, Shop, an_item
from twins.picanova import PicanovaTwin


@pytest.fixture
def twin() -> PicanovaTwin:
    return PicanovaTwin(rate_per_minute=0)


def variants_of(shop: Shop) -> list[dict[str, Any]]:
    products = shop.data("GET", "/products")
    return [variant for product in products for variant in shop.data("GET", f"/products/{product['id']}")]


def test_the_accounts_share_codes_but_neither_ids_nor_prices(twin: PicanovaTwin) -> None:
    eu = {variant["code"]: variant for variant in variants_of(Shop(twin, EU))}
    us = {variant["code"]: variant for variant in variants_of(Shop(twin, US))}
    shared = eu.keys() & us.keys()
    assert shared
    assert eu.keys() - us.keys()
    assert us.keys() - eu.keys()
    assert not {variant["id"] for variant in eu.values()} & {variant["id"] for variant in us.values()}
    assert all(eu[code]["price"] != us[code]["price"] for code in shared)
    assert {variant["price_details"]["currency"] for variant in eu.values()} == {"EUR"}
    assert {variant["price_details"]["currency"] for variant in us.values()} == {"USD"}


@pytest.mark.parametrize("auth", [EU, US])
def test_a_product_counts_its_variants(twin: PicanovaTwin, auth: tuple[str, str]) -> None:
    shop = Shop(twin, auth)
    for product in shop.data("GET", "/products"):
        variants = shop.data("GET", f"/products/{product['id']}")
        assert product["variants"] == len(variants) > 0
        for variant in variants:
            assert shop.data("GET", f"/variants/{variant['id']}") == variant


@pytest.mark.parametrize("auth", [EU, US])
def test_every_canvas_needs_a_border_and_a_frame_and_nothing_else_does(
    twin: PicanovaTwin, auth: tuple[str, str]
) -> None:
    shop = Shop(twin, auth)
    for product in shop.data("GET", "/products"):
        for variant in shop.data("GET", f"/products/{product['id']}"):
            required = {one["name"] for one in variant["options"].values() if one["is_required"]}
            assert required == ({"Canvas border", "Stretcher frame"} if product["sku"] == "CVS" else set())


@pytest.mark.parametrize("auth", [EU, US])
def test_every_combination_has_a_sku_of_its_own(twin: PicanovaTwin, auth: tuple[str, str]) -> None:
    shop = Shop(twin, auth)
    skus = [
        combination["sku"]
        for variant in variants_of(shop)
        for combination in shop.data("GET", f"/variants/{variant['id']}/combinations")
    ]
    assert len(skus) == len(set(skus))


def test_a_combination_costs_what_an_order_of_it_costs(twin: PicanovaTwin) -> None:
    shop = Shop(twin)
    combinations = shop.data("GET", "/variants/302/combinations")
    assert len(combinations) == 4 * 2 * 3 * 2
    for number, combination in enumerate(combinations):
        chosen = {str(option["id"]): option["value"]["id"] for option in combination["options"]}
        made = shop.order(external_id=f"n-{number}", items=[an_item(options=chosen)])
        assert made["items"][0]["price"] == combination["price"]


def test_options_are_a_list_and_images_one_object_in_the_other_spelling() -> None:
    shop = Shop(PicanovaTwin(options_as_list=True))
    options = shop.data("GET", "/variants/302")["options"]
    assert [option["name"] for option in options[:2]] == ["Canvas border", "Stretcher frame"]
    assert "thumbnail" in shop.data("GET", "/products")[0]["images"]
    assert "thumb" in Shop(PicanovaTwin()).data("GET", "/products")[0]["images"][0]


def test_money_is_text_in_the_other_spelling() -> None:
    shop = Shop(PicanovaTwin(money_as_text=True))
    variant = shop.data("GET", "/variants/302")
    assert (variant["price"], variant["price_details"]["in_subunit"]) == ("12.90", "1290")
    item = shop.order()["items"][0]
    assert (item["price"], item["price_details"]["in_subunit"], item["variant_id"]) == ("15.10", "1510", "302")


def test_times_are_objects_in_the_other_spelling() -> None:
    times = [Shop(PicanovaTwin(times_as_objects=spelling)).order()["created_at"] for spelling in (False, True)]
    assert times[0].endswith("Z")
    assert times[1].keys() == {"date", "timezone_type", "timezone"}


def test_rates_are_of_the_country_and_name_one_code_twice(twin: PicanovaTwin) -> None:
    def codes(auth: tuple[str, str], country: int, variant_id: int) -> list[str]:
        asked = {"shipping": {"country": country}, "items": [{"quantity": 5, "variant_id": variant_id}]}
        return [rate["code"] for rate in Shop(twin, auth).data("POST", "/shipping/rates", asked)]

    assert codes(EU, 276, 302) == ["GEL", "GEL", "DHL", "UPS"]
    assert codes(EU, 276, 305) == ["DHL", "DHL", "UPS"]
    assert codes(EU, 840, 302) == ["UPS", "UPS", "UPS MIEXP"]
    assert codes(US, 840, 702) == ["USPS", "USPS", "UPS"]


def test_a_rate_is_what_the_order_is_charged(twin: PicanovaTwin) -> None:
    shop = Shop(twin)
    asked = {"shipping": {"country": 276}, "items": [{"quantity": 4, "variant_id": 302}]}
    for rate in shop.data("POST", "/shipping/rates", asked)[1:]:
        made = shop.order(external_id=rate["code"], items=[an_item(quantity=4)], shipping_method=rate["code"])
        assert made["totals"]["shipping_amount"] == rate["price"]


def test_the_tables(twin: PicanovaTwin) -> None:
    shop = Shop(twin)
    assert [one["code"] for one in shop.data("GET", "/shipping/types")] == ["UNTRACKED", "TRACKED"]
    assert {"code": "UPS MIEXP", "name": "UPS MIEXP"} in shop.data("GET", "/shipping/methods")
    countries = shop.data("GET", "/countries")
    assert {"name": "Germany", "country_id": 276, "country_code": "DE"} in countries
    assert len({one["country_id"] for one in countries}) == len({one["country_code"] for one in countries})
    states, provinces = shop.data("GET", "/regions/840"), shop.data("GET", "/regions/124")
    assert (len(states), len(provinces)) == (51, 13)
    assert len({one["id"] for one in states + provinces}) == 64
    assert {"id": 52, "code": "AB", "name": "Alberta"} in provinces
    assert shop.data("GET", "/regions/276") == []


def test_answers_are_json_objects_with_data_alone(twin: PicanovaTwin) -> None:
    shop = Shop(twin)
    for path in ("/products", "/countries", "/shipping/types", "/variants/302"):
        assert json.loads(shop.ask("GET", path).body).keys() == {"data"}
