"""The shelf: what a line weighs and where it lies, from the product map before the store, the exact row first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from platen.domain.connection import Lines, Link
from platen.domain.order import Line
from platen.domain.printing import PrintDetails, ProductMapping
from platen.domain.record import OrderBody
from platen.domain.routing import Plan
from platen.domain.shelf import Shelf, keys_of, shelf_of
from tests.domain.making import a_line, a_plan, an_order

EVERYTHING = (Link(vendor="press", lines=Lines.ALL),)


def a_row(sku: str, **says: Any) -> ProductMapping:
    return ProductMapping(sku=sku, details=PrintDetails(**says.pop("details", {})), **says)


def plain_line(**changes: Any) -> Line:
    return a_line("1", **({"sku": "TEE-RED-L", "also": ("TEE-RED", "TEE"), "attributes": ()} | changes))


def plan_with(line: Line, *rows: ProductMapping, **rules: Any) -> Plan:
    return a_plan(an_order(line), products={row.sku: row for row in rows}, **({"links": EVERYTHING} | rules))


@pytest.mark.parametrize(
    ("sku", "also", "keys"),
    [
        ("A", (), ("A",)),
        ("", (), ()),
        ("", ("B",), ("B",)),
        ("A", ("B", "A", "", "C"), ("A", "B", "C")),
    ],
)
def test_the_keys_of_a_line(sku: str, also: tuple[str, ...], keys: tuple[str, ...]) -> None:
    assert keys_of(a_line("1", sku=sku, also=also)) == keys


@pytest.mark.parametrize(
    ("rows", "shelf"),
    [
        ([], Shelf(weight=Decimal(200), location="Store")),
        ([a_row("TEE-RED-L", weight=150)], Shelf(weight=Decimal(150), location="Store")),
        ([a_row("TEE", weight=150, location="A4")], Shelf(weight=Decimal(150), location="A4")),
        ([a_row("TEE", weight=150), a_row("TEE-RED", weight=160)], Shelf(weight=Decimal(160), location="Store")),
        ([a_row("TEE", location="A4"), a_row("TEE-RED-L", weight=0)], Shelf(weight=Decimal(0), location="A4")),
        ([a_row("POSTER", weight=1, location="B")], Shelf(weight=Decimal(200), location="Store")),
    ],
)
def test_each_fact_is_of_the_most_exact_row_that_has_it(rows: list[ProductMapping], shelf: Shelf) -> None:
    line = plain_line(weight=Decimal(200), location="Store")
    assert shelf_of(line, {row.sku: row for row in rows}) == shelf


class TestAPlan:
    def test_has_the_shelf_of_each_line_of_which_anything_is_known(self) -> None:
        order = an_order(a_line("1", weight=Decimal("12.5")), a_line("2"), a_line("3", location="North"))
        plan = a_plan(order, links=EVERYTHING)
        assert plan.shelf == {"1": Shelf(weight=Decimal("12.5")), "3": Shelf(location="North")}

    def test_has_none_of_what_goes_in_no_parcel(self) -> None:
        assert plan_with(plain_line(ships=False, weight=Decimal(3)), a_row("TEE", weight=4)).shelf == {}

    def test_has_it_though_nothing_is_made_yet(self) -> None:
        plan = a_plan(an_order(a_line("1", weight=Decimal(5))), links=())
        assert plan.cause
        assert plan.shelf == {"1": Shelf(weight=Decimal(5))}

    def test_prints_by_a_row_of_the_style_where_the_exact_one_only_weighs(self) -> None:
        plan = plan_with(
            plain_line(), a_row("TEE-RED-L", weight=150), a_row("TEE", details={"design_id": "D1"}, location="A4")
        )
        assert plan.printing["1"].design_id == "D1"
        assert plan.shelf == {"1": Shelf(weight=Decimal(150), location="A4")}

    def test_prints_by_the_most_exact_row_alone(self) -> None:
        exact = a_row("TEE-RED", details={"sku": "V-1", "url": "https://art.example/1.png"})
        plan = plan_with(plain_line(), exact, a_row("TEE", details={"design_id": "D1", "account": "eu"}))
        assert plan.printing["1"] == exact.details

    def test_routes_by_the_place_of_a_row_of_the_style(self) -> None:
        links = (Link(vendor="press", lines=Lines.ALL, locations=("A4",)),)
        plan = plan_with(plain_line(location="Store"), a_row("TEE", location="A4"), links=links)
        assert [line.vendor for line in plan.lines] == ["press"]


def test_what_is_not_known_renames_nothing() -> None:
    order = an_order(a_line("1"))
    body = OrderBody(order=order, printing={})
    assert body.name == body.but(shelf=a_plan(order).shelf).name


def test_another_weight_is_another_body() -> None:
    body = OrderBody(order=an_order(a_line("1")), printing={}, shelf={"1": Shelf(weight=Decimal(5))})
    assert body.name != body.but(shelf={"1": Shelf(weight=Decimal(6))}).name
