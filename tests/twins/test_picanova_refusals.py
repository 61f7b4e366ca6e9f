"""What the real one refuses, the twin refuses: in the documented shape, and without leaving an order behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from tests.twins.picanova_shop import EU, US, Shop, an_address, an_item, an_order
from twins.picanova import PicanovaTwin


@pytest.fixture
def shop() -> Shop:
    return Shop(PicanovaTwin(rate_per_minute=0))


def test_the_untouched_order_is_taken(shop: Shop) -> None:
    assert shop.order()["status"] == "DRAFT"


REFUSED_ADDRESSES: list[tuple[str, dict[str, Any], str]] = [
    ("no first name", {"firstname": None}, "shipping.firstname"),
    ("an empty first name", {"firstname": ""}, "shipping.firstname"),
    ("a blank last name", {"lastname": "  "}, "shipping.lastname"),
    ("no last name", {"lastname": None}, "shipping.lastname"),
    ("no street", {"street_primary": None}, "shipping.street_primary"),
    ("no city", {"city": None}, "shipping.city"),
    ("no postcode", {"postcode": None}, "shipping.postcode"),
    ("a postcode that is a number", {"postcode": 10115}, "shipping.postcode"),
    ("no country", {"country_code": None}, "shipping.country_code"),
    ("an unknown country", {"country_code": "XX"}, "shipping.country_code"),
    ("a country in lower case", {"country_code": "de"}, "shipping.country_code"),
    ("an unknown country id", {"country_code": None, "country_id": 999}, "shipping.country_id"),
    ("a country id as text", {"country_code": None, "country_id": "276"}, "shipping.country_id"),
    ("both forms of the country", {"country_id": 276}, "shipping.country_id"),
    ("a region of the other form", {"country_code": "US", "region_id": 5}, "shipping.country_id"),
    ("the US without a region", {"country_code": "US"}, "shipping.region_code"),
    ("Canada without a region", {"country_code": "CA"}, "shipping.region_code"),
    ("the US by id without a region", {"country_code": None, "country_id": 840}, "shipping.region_id"),
    ("a region nobody knows", {"country_code": "US", "region_code": "ZZ"}, "shipping.region_code"),
    ("a region of another country", {"country_code": "US", "region_code": "AB"}, "shipping.region_code"),
]


@pytest.mark.parametrize(("changes", "field"), [pytest.param(c, f, id=i) for i, c, f in REFUSED_ADDRESSES])
def test_an_address_is_refused(shop: Shop, changes: dict[str, Any], field: str) -> None:
    assert list(shop.refused(an_order(shipping=an_address(**changes)))) == [field]


REFUSED_ITEMS: list[tuple[str, dict[str, Any], str]] = [
    ("no variant", {"variant_code": None}, "items.0.variant_code"),
    ("both forms of the variant", {"variant_id": 302}, "items.0.variant_code"),
    ("an unknown code", {"variant_code": "DIGI-41X31-1"}, "items.0.variant_code"),
    ("a code in lower case", {"variant_code": "digi-40x30-1"}, "items.0.variant_code"),
    ("a code of the other account", {"variant_code": "RECT-45X35-1"}, "items.0.variant_code"),
    ("an id of the other account", {"variant_code": None, "variant_id": 702}, "items.0.variant_id"),
    ("an id as text", {"variant_code": None, "variant_id": "302"}, "items.0.variant_id"),
    ("no file", {"file": None}, "items.0.file"),
    ("a file that is no URL", {"file": "art.jpg"}, "items.0.file"),
    ("a file on a disk", {"file": "file:///art.jpg"}, "items.0.file"),
    ("no quantity", {"quantity": None}, "items.0.quantity"),
    ("none of it", {"quantity": 0}, "items.0.quantity"),
    ("less than none", {"quantity": -1}, "items.0.quantity"),
    ("a quantity as text", {"quantity": "1"}, "items.0.quantity"),
    ("a quantity that is a truth", {"quantity": True}, "items.0.quantity"),
    ("options as a list", {"options": ["Mirrored"]}, "items.0.options"),
    ("a value for customs as text", {"custom_value": "5.00"}, "items.0.custom_value"),
]


@pytest.mark.parametrize(("changes", "field"), [pytest.param(c, f, id=i) for i, c, f in REFUSED_ITEMS])
def test_an_item_is_refused(shop: Shop, changes: dict[str, Any], field: str) -> None:
    assert field in shop.refused(an_order(items=[an_item(**changes)]))


REFUSED_OPTIONS: list[tuple[str, dict[str, Any] | None, str]] = [
    ("none at all", None, "Canvas border"),
    ("one of two required", {"Canvas border": "Mirrored"}, "Stretcher frame"),
    ("a name in other case", {"canvas border": "Mirrored", "Stretcher frame": "2 cm"}, "canvas border"),
    ("a value in other case", {"Canvas border": "mirrored", "Stretcher frame": "2 cm"}, "Canvas border"),
    ("an unknown option", {"Canvas border": "Mirrored", "Stretcher frame": "2 cm", "Varnish": "Matt"}, "Varnish"),
    ("an unknown value", {"Canvas border": "Mirrored", "Stretcher frame": "3 cm"}, "Stretcher frame"),
    ("an unknown id", {"1": 99, "2": 6}, "1"),
    ("a value of another option", {"1": 6, "2": 6}, "1"),
    ("an id with a name", {"1": "Mirrored", "2": 6}, "1"),
    ("a name with an id", {"Canvas border": 1, "2": 6}, "Canvas border"),
    ("one option twice", {"1": 1, "Canvas border": "Stretched", "2": 6}, "Canvas border"),
]


@pytest.mark.parametrize(("options", "field"), [pytest.param(o, f, id=i) for i, o, f in REFUSED_OPTIONS])
def test_options_are_refused(shop: Shop, options: dict[str, Any] | None, field: str) -> None:
    assert f"items.0.options.{field}" in shop.refused(an_order(items=[an_item(options=options)]))


def test_options_are_refused_where_the_variant_has_none(shop: Shop) -> None:
    poster = an_item(variant_code="PSTR-30X40-1", options={"Canvas border": "Mirrored"})
    assert "items.0.options.Canvas border" in shop.refused(an_order(items=[poster]))


REFUSED_ORDERS: list[tuple[str, dict[str, Any], str]] = [
    ("no address", {"shipping": None}, "shipping"),
    ("an address that is text", {"shipping": "Long Street 1"}, "shipping"),
    ("no items", {"items": None}, "items"),
    ("an empty list of items", {"items": []}, "items"),
    ("an item that is text", {"items": ["canvas"]}, "items.0"),
    ("an unknown method", {"shipping_method": "PIGEON"}, "shipping_method"),
    ("a method of another country", {"shipping_method": "UPS MIEXP"}, "shipping_method"),
    ("a method in lower case", {"shipping_method": "dhl"}, "shipping_method"),
    ("a type nobody knows", {"shipping_type": "FAST"}, "shipping_type"),
    ("a type in lower case", {"shipping_type": "tracked"}, "shipping_type"),
    ("a test that is text", {"is_test": "yes"}, "is_test"),
    ("an external id that is a number", {"external_id": 1001}, "external_id"),
    ("customs costs as text", {"customs_shipping_costs": "5.99"}, "customs_shipping_costs"),
]


@pytest.mark.parametrize(("changes", "field"), [pytest.param(c, f, id=i) for i, c, f in REFUSED_ORDERS])
def test_an_order_is_refused(shop: Shop, changes: dict[str, Any], field: str) -> None:
    assert field in shop.refused(an_order(**changes))


def test_a_method_too_small_for_the_items_is_refused(shop: Shop) -> None:
    big = an_item(variant_code="QUAD-100X100-1")
    assert "shipping_method" in shop.refused(an_order(items=[big], shipping_method="GEL"))
    assert "shipping_type" in shop.refused(an_order(items=[big], shipping_type="UNTRACKED"))


def test_a_variant_that_does_not_go_there_is_refused(shop: Shop) -> None:
    to_japan = an_order(items=[an_item(variant_code="QUAD-100X100-1")], shipping=an_address(country_code="JP"))
    assert "items.0.variant_id" in shop.refused(to_japan)


def test_99_items_are_taken_and_100_are_not(shop: Shop) -> None:
    assert "items" in shop.refused(an_order(items=[an_item()] * 100))
    assert "items" in shop.refused(an_order(items=[an_item(quantity=50), an_item(quantity=50)]))
    assert len(shop.order(items=[an_item()] * 99)["items"]) == 99


def test_everything_wrong_is_said_at_once(shop: Shop) -> None:
    errors = shop.refused(
        {
            "shipping": an_address(city=None),
            "items": [an_item(), an_item(file=None)],
            "is_test": 1,
            "shipping_type": "X",
        }
    )
    assert set(errors) == {"shipping.city", "items.1.file", "is_test", "shipping_type"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"order"', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(shop: Shop, body: bytes) -> None:
    reply = Client(shop.twin.app).post("/api/beta/orders", data=body, content_type="application/json", auth=EU)
    assert reply.status_code == 400
    assert json.loads(reply.data)["message"]


def test_a_form_is_no_json(shop: Shop) -> None:
    reply = Client(shop.twin.app).post("/api/beta/orders", data={"external_id": "a"}, auth=EU)
    assert reply.status_code == 400


@pytest.mark.parametrize(
    "credentials", [None, ("eu-user", "us-key"), ("eu-user", ""), ("", ""), ("eu-user:eu-key", "")]
)
def test_other_credentials_are_refused(credentials: tuple[str, str] | None) -> None:
    twin = PicanovaTwin()
    reply = Client(twin.app).post("/api/beta/orders", json=an_order(), auth=credentials)
    assert reply.status_code == 401
    assert not twin.orders


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/PPO99999999"),
        ("GET", "/orders/@nobody"),
        ("DELETE", "/orders/PPO99999999"),
        ("GET", "/products/999"),
        ("GET", "/products/canvas"),
        ("GET", "/variants/999"),
        ("GET", "/variants/999/combinations"),
        ("GET", "/regions/999"),
        ("GET", "/nothing"),
    ],
)
def test_what_is_not_there_is_404(shop: Shop, method: str, path: str) -> None:
    reply = shop.ask(method, path)
    assert reply.status == 404
    assert json.loads(reply.body)["message"]


def test_the_other_accounts_orders_are_not_there() -> None:
    twin = PicanovaTwin()
    made = Shop(twin, EU).order()
    other = Shop(twin, US)
    assert other.ask("GET", f"/orders/{made['id']}").status == 404
    assert other.ask("GET", f"/orders/@{made['external_id']}").status == 404
    assert other.ask("DELETE", f"/orders/{made['id']}").status == 404
    assert other.data("GET", "/orders") == []
    assert twin.order(made["id"]).status == "DRAFT"


def test_rates_are_refused_for_codes_and_for_what_is_unknown(shop: Shop) -> None:
    def errors(country: object, item: dict[str, Any]) -> set[str]:
        reply = shop.ask("POST", "/shipping/rates", {"shipping": {"country": country}, "items": [item]})
        assert reply.status == 422
        return set(json.loads(reply.body)["errors"])

    good = {"variant_id": 302, "quantity": 1}
    assert errors("DE", good) == {"shipping.country"}
    assert errors(999, good) == {"shipping.country"}
    assert errors(276, {"variant_code": "DIGI-40X30-1", "quantity": 1}) == {"items.0.variant_id"}
    assert errors(276, good | {"variant_id": 702}) == {"items.0.variant_id"}
    assert errors(276, good | {"quantity": 0}) == {"items.0.quantity"}
    assert shop.ask("POST", "/shipping/rates", {"shipping": {"country": 276}, "items": []}).status == 422
