"""What routing, mail classes and vendors need of an order beyond its lines: tags, note, charges, places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.order import Attribute, Charges, Line, Order
from platen.domain.verdicts import Unreachable
from tests.connectors.shopify.house import error
from tests.connectors.shopify.test_fetch import (
    a_fulfillment_order,
    a_line,
    a_part,
    an_order,
    fetched,
    money,
    nodes,
)

CHARGED = {
    "currentShippingPriceSet": money("4.9"),
    "currentTotalTaxSet": money("7.66"),
    "currentTotalDiscountsSet": money("10.0"),
}


def test_tags_note_and_attributes_of_the_order() -> None:
    given = [{"key": "gift_message", "value": "Alles Gute"}, {"key": "gift_message", "value": None}]
    order = fetched(an_order(tags=["rush", "Atelier"], note="Leave it at the gate", customAttributes=given))
    assert (order.tags, order.note) == (("Atelier", "rush"), "Leave it at the gate")
    assert order.attributes == (
        Attribute(name="gift_message", value="Alles Gute"),
        Attribute(name="gift_message", value=""),
    )


def test_an_order_without_any_of_it_is_no_less_an_order() -> None:
    nothing = {"tags": None, "note": None, "customAttributes": None} | dict.fromkeys(CHARGED)
    order = fetched(an_order(**nothing, lineItems=nodes(a_line(vendor=None, customAttributes=None))))
    assert (order.tags, order.note, order.attributes, order.charges) == ((), "", (), None)
    assert (order.lines[0].vendor, order.lines[0].attributes, order.hidden) == ("", (), ())


@given(st.permutations(["b", "a", "B", "ä", " c "]))
def test_tags_in_another_order_are_no_other_order(tags: list[str]) -> None:
    other = fetched(an_order(tags=["a", "B", "b", "c", "ä", "", "a"]))
    assert fetched(an_order(tags=tags)).fingerprint() == other.fingerprint()


def test_a_lines_vendor() -> None:
    assert fetched(an_order(lineItems=nodes(a_line(vendor="Kranich Press")))).lines[0].vendor == "Kranich Press"


# ---- charges -----------------------------------------------------------------------------------


def test_charges_are_what_the_buyer_saw_after_edits_and_refunds() -> None:
    in_shop = {"shopMoney": {"amount": "99.99", "currencyCode": "USD"}}
    order = fetched(an_order(**{name: bag | in_shop for name, bag in CHARGED.items()}))
    assert order.charges == Charges(
        currency="EUR", shipping=Decimal("4.9"), tax=Decimal("7.66"), discount=Decimal(10)
    )


@pytest.mark.parametrize("missing", list(CHARGED))
def test_charges_told_in_part_are_not_told(missing: str) -> None:
    order = fetched(an_order(**CHARGED | {missing: None}), error("ACCESS_DENIED", "order", missing))
    assert (order.charges, order.hidden) == (None, ("charges",))


def test_amounts_of_two_currencies_are_not_put_together() -> None:
    assert fetched(an_order(**CHARGED | {"currentTotalTaxSet": money("1", "USD")})).charges is None


@pytest.mark.parametrize("odd", [money("NaN"), money("1", "euros"), money("1", ""), {"presentmentMoney": None}])
def test_money_that_is_none_is_a_verdict_and_no_crash(odd: dict[str, Any]) -> None:
    with pytest.raises(Unreachable, match="currentTotalTaxSet"):
        fetched(an_order(**CHARGED | {"currentTotalTaxSet": odd}))


# ---- what may not be seen ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        (("note",), "note"),
        (("tags",), "tags"),
        (("customAttributes",), "attributes"),
        (("lineItems", "nodes", 0, "vendor"), "lines.vendor"),
        (("fulfillmentOrders", "nodes", 0, "assignedLocation"), "lines.location"),
        (("fulfillmentOrders", "nodes", 0, "assignedLocation", "name"), "lines.location"),
    ],
)
def test_a_field_that_is_refused_is_hidden_and_costs_nothing_else(path: tuple[str | int, ...], hidden: str) -> None:
    order = fetched(an_order(note=None, tags=None, customAttributes=None), error("ACCESS_DENIED", "order", *path))
    assert order.hidden == (hidden,)
    assert (order.number, order.lines[0].sku) == ("#1001", "CANVAS-1")


# ---- places ------------------------------------------------------------------------------------


def at(place: str | None, total: int, remaining: int, number: int = 1, status: str = "") -> dict[str, Any]:
    status = status or ("OPEN" if remaining == total else "IN_PROGRESS" if remaining else "CLOSED")
    where = {"name": place} if place is not None else None
    part = a_part(remaining=remaining) | {"totalQuantity": total}
    return a_fulfillment_order(part, number=number, status=status, assignedLocation=where)


def line_at(*fulfillment_orders: dict[str, Any], quantity: int = 9) -> Line:
    lines = nodes(a_line(quantity=quantity))
    return fetched(an_order(lineItems=lines, fulfillmentOrders=nodes(*fulfillment_orders))).lines[0]


@pytest.mark.parametrize(
    ("fulfillment_orders", "place"),
    [
        ((), ""),
        ((at("Berlin", 1, 1),), "Berlin"),
        ((at(None, 1, 1),), ""),
        ((at("", 1, 1),), ""),
        ((at("Berlin", 1, 1), at("Aachen", 2, 2)), "Aachen"),
        ((at("Berlin", 2, 2), at("Aachen", 1, 1), at("Aachen", 1, 1)), "Aachen"),
        ((at("Berlin", 2, 2), at("Aachen", 2, 2)), "Aachen"),
        ((at("Berlin", 2, 0), at("Aachen", 1, 1)), "Aachen"),
        ((at("Berlin", 2, 2, status="ON_HOLD"), at("Aachen", 1, 1)), "Berlin"),
        ((at("Berlin", 2, 2, status="CANCELLED"), at("Aachen", 1, 1)), "Aachen"),
        ((at("Berlin", 2, 2, status="CLOSED"), at("Aachen", 1, 1)), "Aachen"),
        ((at("Berlin", 2, 2, status="CLOSED"),), ""),
    ],
)
def test_where_most_of_what_is_left_ships_from(fulfillment_orders: tuple[dict[str, Any], ...], place: str) -> None:
    assert line_at(*fulfillment_orders).location == place


@pytest.mark.parametrize(
    ("fulfillment_orders", "place"),
    [
        ((at("Berlin", 3, 1),), "Berlin"),
        ((at("Berlin", 3, 0),), "Berlin"),
        ((at("Berlin", 3, 1), at("Aachen", 2, 2)), "Berlin"),
        ((at("Berlin", 3, 0), at("Aachen", 2, 0)), "Berlin"),
        ((at("Berlin", 3, 3, status="CLOSED"), at("Aachen", 3, 0)), "Aachen"),
    ],
)
def test_a_parcel_that_left_moves_nothing(fulfillment_orders: tuple[dict[str, Any], ...], place: str) -> None:
    assert line_at(*fulfillment_orders).location == place


PLACES = st.lists(
    st.tuples(st.sampled_from(["Aachen", "Berlin", "Celle"]), st.integers(1, 5), st.integers(0, 5)), max_size=5
)


@given(PLACES, st.randoms())
def test_the_place_never_depends_on_the_order_they_are_told_in(
    places: list[tuple[str, int, int]], dice: Any
) -> None:
    told = [at(name, total, max(0, total - gone)) for name, total, gone in places]
    shuffled = [*told]
    dice.shuffle(shuffled)
    assert line_at(*told).location == line_at(*shuffled).location


@given(PLACES)
def test_while_something_is_left_at_its_place_the_line_stays_there(places: list[tuple[str, int, int]]) -> None:
    """And it goes elsewhere only to where something is left."""
    before = line_at(*(at(name, total, total) for name, total, _ in places)).location
    after = line_at(*(at(name, total, max(0, total - gone)) for name, total, gone in places)).location
    left = {name for name, total, gone in places if total > gone}
    assert after in (left or {before, *(name for name, *_ in places)})
    assert after == before or before not in left
    if not left:
        assert after == before


def test_without_totals_what_is_left_decides() -> None:
    """An answer without ``totalQuantity`` is still an answer."""
    orders = [a_fulfillment_order(a_part(remaining=n), assignedLocation={"name": f"P{n}"}) for n in (1, 3, 2)]
    assert line_at(*orders).location == "P3"


def but_for_what_is_left(before: Order, after: Order) -> Order:
    left = {line.line_id: line.unfulfilled for line in before.lines}
    return after.but(lines=tuple(line.but(unfulfilled=left[line.line_id]) for line in after.lines))


@pytest.mark.parametrize("remaining", [2, 1, 0])
def test_a_fulfilment_changes_nothing_but_what_is_left(remaining: int) -> None:
    places = {"tags": ["rush"], "note": "x"} | CHARGED
    line = nodes(a_line(quantity=3))
    before = fetched(an_order(**places, lineItems=line, fulfillmentOrders=nodes(at("Berlin", 3, 3))))
    line = nodes(a_line(quantity=3, unfulfilledQuantity=remaining))
    after = fetched(an_order(**places, lineItems=line, fulfillmentOrders=nodes(at("Berlin", 3, remaining))))
    assert after.fingerprint() != before.fingerprint()
    assert but_for_what_is_left(before, after).fingerprint() == before.fingerprint()
