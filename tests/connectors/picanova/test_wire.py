"""Their payloads in every form that was seen, and in some that were not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.picanova import wire
from platen.connectors.picanova.answers import read_words
from tests.connectors.picanova.fakes import reply
from tests.connectors.picanova.house import an_option, their_order, their_variant

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "picanova"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample payloads are not beside this checkout")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@needs_samples
@pytest.mark.parametrize("name", ["beta_orders.get_all.json", "beta_orders.list_item.2017.partial.json"])
def test_published_order_lists_are_read(name: str) -> None:
    found = wire.envelope(sample(name))
    listed = wire.many(wire.Order, found.data)
    assert len(listed) == len(found.data)
    assert all(order.id.startswith("PPO") and order.is_test for order in listed)


@needs_samples
def test_the_published_order_is_read_to_its_parcel() -> None:
    order = wire.one(wire.Order, wire.envelope(sample("beta_orders.get_order.json")).data)
    assert (order.id, order.status, order.items[0].variant_id) == ("PPO21694395T", "DRAFT", "3")
    assert order.items[0].options[0].value.name == "Stretched"
    [parcel] = order.shipments
    assert parcel.shipped_at == datetime(2023, 1, 1, tzinfo=UTC)
    assert (parcel.items[0].item_id, parcel.items[0].quantity) == ("1", 1)


@needs_samples
def test_the_published_catalogue_is_read() -> None:
    products = wire.many(wire.Product, wire.envelope(sample("beta_catalog.get_products.json")).data)
    assert [product.id for product in products] == ["2", "4"]
    [variant] = wire.many(wire.Variant, wire.envelope(sample("beta_catalog.get_product_variants.json")).data)
    alone = wire.one(wire.Variant, wire.envelope(sample("beta_catalog.get_variant_options.json")).data)
    assert variant == alone
    assert (variant.variant_id, variant.variant_code, variant.price_details.currency) == (
        "30",
        "QUAD-100X100-1",
        "EUR",
    )
    assert variant.shipping_countries == [276, 826, 246]
    assert variant.options is not None
    assert [(one.name, one.is_required, one.values[0].name) for one in variant.options] == [
        ("Canvas border", True, "Mirrored")
    ]


@needs_samples
def test_the_published_countries_and_errors_are_read() -> None:
    countries = wire.many(wire.Country, wire.envelope(sample("beta_shipping.get_countries.json")).data)
    assert {one.country_code: one.country_id for one in countries} == {"DE": 276, "LV": 428}
    words, errors = read_words(reply(422, sample("error.422.schema_example.json")))
    assert errors == {"email": ("The email field is required.",), "name": ("The name field is required.",)}
    assert "The name field is required." in words


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2023-01-01T00:00:00.000000Z", datetime(2023, 1, 1, tzinfo=UTC)),
        ("2023-01-01T02:00:00+02:00", datetime(2023, 1, 1, tzinfo=UTC)),
        ("2023-01-01 00:00:00", datetime(2023, 1, 1, tzinfo=UTC)),
        (
            {"date": "2018-05-29 15:42:37.000000", "timezone_type": 3, "timezone": "UTC"},
            datetime(2018, 5, 29, 15, 42, 37, tzinfo=UTC),
        ),
        (
            {"date": "2018-05-29 15:42:37.000000", "timezone_type": 1, "timezone": "+02:00"},
            datetime(2018, 5, 29, 13, 42, 37, tzinfo=UTC),
        ),
        (
            {"date": "2018-05-29 15:42:37.000000", "timezone_type": 3, "timezone": "Europe/Berlin"},
            datetime(2018, 5, 29, 13, 42, 37, tzinfo=UTC),
        ),
        ({"date": "2018-05-29 15:42:37.000000", "timezone": "Nowhere/Atall"}, None),
        ({"date": "2018-05-29 15:42:37.000000", "timezone": "../../etc/passwd"}, None),
        ({"date": None}, None),
        ({}, None),
        (None, None),
        ("", None),
        ("yesterday", None),
        (1700000000, None),
        ("9" * 5000, None),
    ],
)
def test_times_in_both_forms_and_nonsense_as_no_time(told: object, read: datetime | None) -> None:
    assert wire.moment(told) == read


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.dictionaries(st.sampled_from(["date", "timezone", "timezone_type"]) | st.text(), inner)
            | st.lists(inner)
        ),
    )
)
def test_no_time_whatever_it_is_ever_stops_a_parcel(told: Any) -> None:
    found = wire.moment(told)
    assert found is None or found.tzinfo is not None


def test_money_is_not_read_so_its_form_cannot_matter() -> None:
    for price in (24.92, "24.92", None, {"amount": 1}):
        item = their_order()["items"][0] | {"price": price, "price_details": {"in_subunit": "2492"}}
        assert wire.one(wire.Order, their_order(items=[item], totals={"total_amount": price})).items[0].id == "3399"


def test_ids_are_numbers_or_text() -> None:
    for item_id in (3399, "3399"):
        item = their_order()["items"][0] | {"id": item_id, "variant_id": item_id, "quantity": "2"}
        read = wire.one(wire.Order, their_order(items=[item])).items[0]
        assert (read.id, read.variant_id, read.quantity) == ("3399", "3399", 2)


@pytest.mark.parametrize(
    "options",
    [
        {"7": an_option("Frame", ("Oak", "Black"))},
        [an_option("Frame", ("Oak", "Black"))],
        [an_option("Frame", ("Oak", "Black")) | {"values": ["Oak", "Black"]}],
        [an_option("Frame", ("Oak", "Black")) | {"values": {"1": {"name": "Oak"}, "2": {"name": "Black"}}}],
        {"7": an_option("Frame", ("Oak", "Black")) | {"values": {"1": "Oak", "2": "Black"}, "image": []}},
    ],
)
def test_options_come_as_a_list_or_by_id(options: object) -> None:
    variant = wire.one(wire.Variant, their_variant(options=options))
    assert variant.options is not None
    [option] = variant.options
    assert (option.name, option.is_required, [value.name for value in option.values]) == (
        "Frame",
        True,
        ["Oak", "Black"],
    )
    assert option.id in ("", "7")


@pytest.mark.parametrize("options", ["Frame", 7, [7], {"7": "Frame"}, [{"title": "Frame"}]])
def test_options_in_a_form_never_seen_are_not_known_rather_than_none(options: object) -> None:
    assert wire.one(wire.Variant, their_variant(options=options)).options is None


@pytest.mark.parametrize("images", [{"id": 1, "thumbnail": "t"}, [{"id": 1, "thumb": "t"}], None, "t"])
def test_images_may_look_as_they_like(images: object) -> None:
    assert wire.one(wire.Product, {"id": 2, "name": "Canvas", "images": images}).id == "2"


def test_the_old_names_of_a_variant_are_read_too() -> None:
    old = {"id": 30, "code": "QUAD-100X100-1", "name": "100x100 cm"}
    assert wire.one(wire.Variant, old).variant_code == "QUAD-100X100-1"
    assert wire.one(wire.Variant, old | {"variant_id": 31, "id": 30}).variant_id == "31"


def test_an_empty_php_object_is_a_list_and_does_no_harm() -> None:
    order = their_order(shipments=[{"shipping_method": [], "items": [{"item_id": 1, "quantity": 1}]}])
    assert wire.one(wire.Order, order).shipments[0].shipping_method.code == ""
    assert wire.envelope(json.dumps({"data": [], "meta": []}).encode()).meta.pagination.total_pages == 1


def test_nulls_are_as_good_as_absent() -> None:
    order = wire.one(wire.Order, their_order(external_id=None, shipments=None, items=None, is_test=None))
    assert (order.external_id, order.shipments, order.items, order.is_test) == ("", [], [], False)
    assert wire.one(wire.Order, their_order(is_test="")).is_test is False


def test_one_odd_entry_does_not_take_the_list_with_it() -> None:
    listed = wire.many(wire.Variant, [their_variant(), {"name": "no code"}, 7, None])
    assert [one.variant_code for one in listed] == ["DIGI-40X30-1"]


@pytest.mark.parametrize("listed", [{"a": 1}, "variants", None, 7, [{"name": "no code"}, 7]])
def test_a_list_without_one_readable_entry_is_unreadable_and_not_empty(listed: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.many(wire.Variant, listed)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"data": null}', b'{"data": ', b"\xff\xfe", b"[" * 100_000, b'{"data": NaN}'],
)
def test_an_answer_that_is_not_theirs_is_unreadable(body: bytes) -> None:
    with pytest.raises(wire.Unreadable):
        wire.envelope(body)


def test_an_unreadable_order_is_named_by_its_fields_and_never_by_what_is_in_them() -> None:
    with pytest.raises(wire.Unreadable) as odd:
        wire.one(wire.Order, their_order(id=None, items=[{"id": 1, "quantity": "Ottilie Quellwasser"}]))
    assert "items.0.quantity" in str(odd.value)
    assert "Ottilie" not in str(odd.value)
    assert odd.value.__cause__ is None


@given(
    st.dictionaries(
        st.sampled_from(["id", "status", "items", "shipments", "is_test", "external_id"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_any_order_is_read_or_is_unreadable_and_nothing_else(told: dict[str, Any]) -> None:
    try:
        order = wire.one(wire.Order, told)
    except wire.Unreadable:
        return
    assert order.id
