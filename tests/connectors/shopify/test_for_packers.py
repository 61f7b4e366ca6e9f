"""What a packer has to know of an order, and that none of it can keep an order waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Attribute, Discount, Line, Money, Order
from platen.domain.verdicts import Unreachable
from tests.connectors.shopify.house import error
from tests.connectors.shopify.test_fetch import ADDRESS, a_line, an_order, fetched, money, nodes
from tests.connectors.shopify.test_with_twin import CANVAS, Live
from twins.shopify.twin import ALL_SCOPES

PICTURE = "https://cdn.shop.example/s/files/1/0001/files/canvas.jpg"


def line_with(**changes: Any) -> Line:
    return fetched(an_order(lineItems=nodes(a_line(**changes)))).lines[0]


def a_variant(*options: tuple[str, str], barcode: str | None = None) -> dict[str, Any]:
    return {"barcode": barcode, "selectedOptions": [{"name": name, "value": value} for name, value in options]}


# ---- prices and discounts ----------------------------------------------------------------------


def allocated(amount: str, index: int = 0, currency: str = "EUR") -> dict[str, Any]:
    return {"allocatedAmountSet": money(amount, currency), "discountApplication": {"index": index}}


def applied(index: int = 0, target: str = "LINE_ITEM", **named: str) -> dict[str, Any]:
    return {"index": index, "targetType": target} | named


@pytest.mark.parametrize(
    ("full", "told"),
    [
        (money("40"), Money(amount=Decimal(40), currency="EUR")),
        (money("35.50"), None),
        (None, None),
        (money("35.5", "USD"), Money(amount=Decimal("35.5"), currency="USD")),
    ],
)
def test_the_full_price_is_told_where_it_is_another(full: Any, told: Money | None) -> None:
    line = line_with(originalUnitPriceSet=full)
    assert line.full_price == told
    assert line.unit_price == Money(amount=Decimal("35.5"), currency="EUR")


def test_discounts_have_their_codes_and_what_they_take_off_all_lines() -> None:
    lines = nodes(
        a_line(11, discountAllocations=[allocated("1.10"), allocated("2", 1)]),
        a_line(12, discountAllocations=[allocated("2.25")]),
    )
    found = nodes(applied(1, title="Autumn"), applied(0, code="TAKE10"), applied(2, "SHIPPING_LINE", code="FREE"))
    assert fetched(an_order(lineItems=lines, discountApplications=found)).discounts == (
        Discount(code="TAKE10", amount=Decimal("3.35")),
        Discount(title="Autumn", amount=Decimal(2)),
    )


def test_amounts_of_two_currencies_are_not_added_up() -> None:
    lines = nodes(a_line(discountAllocations=[allocated("1"), allocated("1", 0, "USD")]))
    order = fetched(an_order(lineItems=lines, discountApplications=nodes(applied(code="TAKE10"))))
    assert order.discounts == (Discount(code="TAKE10"),)


@pytest.mark.parametrize(
    "path", [("discountApplications",), ("lineItems", "nodes", 0, "discountAllocations")], ids=lambda path: path[0]
)
def test_discounts_told_in_part_are_not_told(path: tuple[str | int, ...]) -> None:
    told = an_order(discountApplications=nodes(applied(code="TAKE10")))
    order = fetched(told, error("ACCESS_DENIED", "order", *path))
    assert (order.discounts, order.hidden) == ((), ("discounts",))


def test_a_full_price_that_is_no_money_is_a_verdict_and_no_crash() -> None:
    with pytest.raises(Unreachable, match="originalUnitPriceSet"):
        line_with(originalUnitPriceSet=money("NaN"))


# ---- weight, picture, options, barcode -----------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "grams"),
    [
        ({"value": 250.0, "unit": "GRAMS"}, "250"),
        ({"value": 0.1, "unit": "KILOGRAMS"}, "100"),
        ({"value": 8, "unit": "OUNCES"}, "226.796"),
        ({"value": 2.0, "unit": "POUNDS"}, "907.185"),
    ],
)
def test_a_weight_is_grams(weight: Any, grams: str) -> None:
    assert str(line_with(weight=weight).weight) == grams


@pytest.mark.parametrize(
    "weight",
    [
        None,
        {"value": 0.0, "unit": "GRAMS"},
        {"value": 1, "unit": "STONES"},
        {"value": -1, "unit": "GRAMS"},
        {"value": 1e30, "unit": "GRAMS"},
        {"value": None, "unit": "GRAMS"},
        {"value": "NaN", "unit": "GRAMS"},
        "heavy",
    ],
)
def test_a_weight_that_says_nothing_is_none_and_keeps_no_order(weight: Any) -> None:
    assert line_with(weight=weight).weight is None


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (f"{PICTURE}?v=1763715600", PICTURE),
        (f"{PICTURE}?v=1763715600&width=400", f"{PICTURE}?width=400"),
        (f"{PICTURE}?width=400&v=1", f"{PICTURE}?width=400"),
        (PICTURE, PICTURE),
        ("javascript:alert(1)", ""),
        ("https://[broken/x.jpg", ""),
        (f"https://cdn.shop.example/{'x' * 2000}", ""),
    ],
)
def test_a_picture_written_anew_under_its_name_is_the_same_picture(url: str, kept: str) -> None:
    assert line_with(image={"url": url}).image == kept


def test_an_edit_of_the_product_that_only_rewrites_its_picture_is_no_other_order() -> None:
    first, second = (
        fetched(an_order(lineItems=nodes(a_line(image={"url": f"{PICTURE}?v={stamp}"})))) for stamp in (1, 2)
    )
    assert first.fingerprint() == second.fingerprint()


@pytest.mark.parametrize(
    ("variant", "title", "options"),
    [
        (a_variant(("Size", "L"), ("Colour", "Red")), "L / Red", [("Colour", "Red"), ("Size", "L")]),
        (a_variant(("Title", "Default Title")), None, []),
        (a_variant(), "L / Red", [("Variant", "L / Red")]),
        (None, "L / Red", [("Variant", "L / Red")]),
        (None, None, []),
        (None, "Default Title", []),
        ({"selectedOptions": "odd"}, "L", [("Variant", "L")]),
    ],
)
def test_options_are_what_was_chosen(variant: Any, title: str | None, options: list[tuple[str, str]]) -> None:
    line = line_with(variant=variant, variantTitle=title)
    assert line.options == tuple(Attribute(name=name, value=value) for name, value in options)


@given(st.permutations([("Size", "L"), ("Colour", "Red"), ("Cut", "Wide")]))
def test_options_told_in_another_order_are_no_other_order(options: list[tuple[str, str]]) -> None:
    other = a_variant(("Colour", "Red"), ("Cut", "Wide"), ("Size", "L"))
    assert line_with(variant=a_variant(*options)) == line_with(variant=other)


@pytest.mark.parametrize(("told", "kept"), [(" 4006381333931 ", "4006381333931"), (None, ""), ("", "")])
def test_a_barcode_is_what_is_scanned(told: str | None, kept: str) -> None:
    assert line_with(variant=a_variant(barcode=told)).barcode == kept


@pytest.mark.parametrize(
    ("variant", "variant_id"),
    [
        ({"id": "gid://shopify/ProductVariant/45001"}, "45001"),
        (a_variant(), ""),
        (None, ""),
        ({"id": "45001"}, ""),
        ({"id": None}, ""),
    ],
)
def test_what_was_sold_is_named_as_the_list_of_products_names_it(variant: Any, variant_id: str) -> None:
    assert line_with(variant=variant).variant_id == variant_id


@pytest.mark.parametrize("field", ["weight", "image", "variant"])
def test_what_packers_may_not_see_is_no_trouble_of_the_order(field: str) -> None:
    told = an_order(lineItems=nodes(a_line() | {field: None}))
    order = fetched(told, error("ACCESS_DENIED", "order", "lineItems", "nodes", 0, field))
    assert order == fetched(told)
    assert order.hidden == ()


# ---- who pays, and how ---------------------------------------------------------------------------


@given(st.permutations(["shopify_payments", "gift_card", " ", "gift_card"]))
def test_the_ways_it_is_paid_in_any_order_are_the_same(gateways: list[str]) -> None:
    assert fetched(an_order(paymentGatewayNames=gateways)).payment_method == "gift_card, shopify_payments"


def test_the_billing_address_is_read_like_the_other() -> None:
    order = fetched(an_order(billingAddress=ADDRESS | {"city": "Kontorstadt"}))
    assert order.billing is not None
    assert order.ship_to is not None
    assert order.billing == order.ship_to.but(city="Kontorstadt")


def test_a_billing_address_with_holes_is_none_and_keeps_no_order() -> None:
    refused = error("ACCESS_DENIED", "order", "billingAddress", "zip")
    order = fetched(an_order(billingAddress=ADDRESS | {"zip": None}), refused)
    assert (order.billing, order.hidden) == (None, ("billing",))
    assert order.ship_to is not None


def test_nothing_says_that_it_is_a_gift_but_its_message_is_there_to_be_printed() -> None:
    order = fetched(an_order(customAttributes=[{"key": "gift_message", "value": "Alles Gute"}]))
    assert (order.gift, order.gift_message) == (False, "")
    assert order.attributes == (Attribute(name="gift_message", value="Alles Gute"),)


# ---- against the shop ----------------------------------------------------------------------------

TEE = CANVAS | {
    "title": "Tee",
    "grams": 180,
    "options": {"Size": "L", "Colour": "Red"},
    "barcode": "4006381333931",
    "image": f"{PICTURE}?v=1763715600",
    "discount": "10",
}


def placed(live: Live) -> Order:
    order = live.twin.place_order([TEE, CANVAS], discount_code="TAKE10", gateways=["shopify_payments", "gift_card"])
    return live.fetch(order.id)


def test_a_shop_tells_all_of_it() -> None:
    order = placed(Live())
    tee, canvas = order.lines
    assert (tee.weight, tee.image, tee.barcode) == (Decimal(180), PICTURE, "4006381333931")
    assert [(one.name, one.value) for one in tee.options] == [("Colour", "Red"), ("Size", "L")]
    assert tee.unit_price == Money(amount=Decimal("34.90"), currency="USD")
    assert tee.full_price == Money(amount=Decimal("39.90"), currency="USD")
    assert (canvas.weight, canvas.image, canvas.options, canvas.full_price) == (None, "", (), None)
    assert order.discounts == (Discount(code="TAKE10", amount=Decimal(10)),)
    assert (order.payment_method, order.billing) == ("gift_card, shopify_payments", order.ship_to)


def test_without_the_scope_for_products_the_order_is_read_all_the_same() -> None:
    live = Live(scopes=[scope for scope in ALL_SCOPES if scope not in ("read_products", "read_inventory")])
    order = placed(live)
    assert (order.hidden, order.hold) == ((), "")
    tee = order.lines[0]
    assert (tee.weight, tee.image, tee.barcode) == (Decimal(180), PICTURE, "")
    assert [(one.name, one.value) for one in tee.options] == [("Variant", "L / Red")]
    findings = live.house.store().check()
    [told] = [one for one in findings if "read_products" in one.what]
    assert told.ok
    assert "barcode" in told.what
