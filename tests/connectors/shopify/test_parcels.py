"""What to make of a parcel, whatever the shop looks like: exactly what is missing, or nothing at all."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.shopify import carriers, parcels, wire
from platen.connectors.shopify.mapping import hidden_fields
from platen.domain.shipment import Parcel
from platen.domain.verdicts import Refused, Unclear, Verdict
from tests.connectors.shopify.house import NOW, FulfillmentOrder, House, TinyShop, a_shipment

STATUSES = ["OPEN", "OPEN", "IN_PROGRESS", "INCOMPLETE", "ON_HOLD", "SCHEDULED", "CLOSED", "CANCELLED"]
LINES = ["11", "12", "13"]

quantities = st.dictionaries(st.sampled_from(LINES), st.integers(0, 4), min_size=1)
fulfillment_orders = st.lists(
    st.tuples(
        quantities, st.sampled_from("12"), st.sampled_from(["SHIPPING", "PICK_UP"]), st.sampled_from(STATUSES)
    ),
    max_size=5,
)
wanted = st.dictionaries(st.sampled_from(LINES), st.integers(1, 6), min_size=1)


def a_shop(rows: list[tuple[dict[str, int], str, str, str]], page: int = 50) -> TinyShop:
    return TinyShop(
        *(
            FulfillmentOrder(number, dict(remaining), place=place, method=method, status=status)
            for number, (remaining, place, method, status) in enumerate(rows, start=1)
        ),
        page=page,
    )


def left_open(shop: TinyShop) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in shop.orders:
        if one.status in ("OPEN", "IN_PROGRESS", "INCOMPLETE"):
            total.update(one.remaining)
    return total


@given(fulfillment_orders, wanted, st.booleans())
def test_a_parcel_is_shown_exactly_or_not_at_all(
    rows: list[tuple[dict[str, int], str, str, str]], goods: dict[str, int], small_pages: bool
) -> None:
    shop = a_shop(rows, page=1 if small_pages else 50)
    open_before = left_open(shop)
    enough = all(open_before[line] >= count for line, count in goods.items())
    if not enough:
        with pytest.raises(Refused) as caught:
            House(shop).store().tell(a_shipment(lines=goods), told_by_others=frozenset())
        assert shop.shipped() == {}
        short = {line for line, count in goods.items() if open_before[line] < count}
        assert not shop.orders or {problem.line_id for problem in caught.value.problems} == short
        return
    ids = House(shop).store().tell(a_shipment(lines=goods), told_by_others=frozenset())
    assert shop.shipped() == goods
    assert left_open(shop) + shop.shipped() == +open_before, "nothing else moved"
    assert len(ids) == len(shop.fulfillments)


def stop() -> None:
    raise Unclear("cut")


@given(
    fulfillment_orders,
    wanted,
    st.lists(st.sampled_from(["ok", "drop", "lose the reply"]), max_size=6),
    st.sampled_from(["1Z999", ""]),
)
def test_whatever_is_cut_on_the_way_the_shop_ends_up_with_the_parcel_once(
    rows: list[tuple[dict[str, int], str, str, str]], goods: dict[str, int], trouble: list[str], tracking: str
) -> None:
    shop = a_shop(rows)
    open_before = left_open(shop)
    shop.before["PlatenFulfillmentCreate"] = [stop if what == "drop" else _nothing for what in trouble]
    # What was dropped before it was done has no reply to lose.
    shop.after["PlatenFulfillmentCreate"] = [
        stop if what == "lose the reply" else _nothing for what in trouble if what != "drop"
    ]
    shipment = a_shipment(tracking, lines=goods)
    ids: tuple[str, ...] = ()
    for _ in range(len(trouble) + 1):
        try:
            ids = House(shop).store().tell(shipment, told_by_others=frozenset())
            break
        except Unclear:
            shipment = shipment.but(doubt=True)
        except Verdict:
            break
    if all(open_before[line] >= count for line, count in goods.items()):
        assert shop.shipped() == goods
        assert set(ids) == {str(one.number) for one in shop.fulfillments}
    else:
        assert shop.shipped() == {}


def _nothing() -> None:
    pass


def a_fulfillment_order(number: int, remaining: dict[str, int]) -> wire.FulfillmentOrder:
    return wire.FulfillmentOrder.model_validate(
        {
            "id": f"gid://shopify/FulfillmentOrder/{number}",
            "status": "OPEN",
            "lineItems": {
                "nodes": [
                    {
                        "id": f"{number}-{line}",
                        "remainingQuantity": left,
                        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
                    }
                    for line, left in remaining.items()
                ]
            },
        }
    )


def test_a_very_long_parcel_is_told_in_calls_shopify_takes() -> None:
    goods = {str(number): 1 for number in range(1, 601)}
    chunks = [dict(list(goods.items())[start : start + 200]) for start in range(0, 600, 200)]
    theirs = wire.Parcels(
        name="#1001",
        created_at=NOW,
        fulfillments=[],
        fulfillment_orders=wire.Nodes[wire.FulfillmentOrder](
            nodes=[a_fulfillment_order(number, chunk) for number, chunk in enumerate(chunks, start=1)]
        ),
    )
    groups = parcels.plan(goods, theirs, [])
    assert sum(len(group.lines) for group in groups) == 600
    assert all(len(group.lines) <= parcels.MOST_LINES for group in groups)


def test_the_same_line_twice_in_a_parcel_is_added_up() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 3}))
    shipment = a_shipment(lines={"11": 1})
    House(shop).store().tell(shipment.but(lines=shipment.lines * 3), told_by_others=frozenset())
    assert shop.shipped() == {"11": 3}


# ---- carriers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "company"),
    [
        ("ups", "UPS"),
        ("U.P.S.", "UPS"),
        ("ups_walleted", "UPS"),
        ("stamps_com", "USPS"),
        ("US Postal Service", "USPS"),
        ("fedex", "FedEx"),
        ("Fed-Ex", "FedEx"),
        ("dhl_express", "DHL Express"),
        ("DHL Global Mail", "DHL eCommerce"),
        ("dhl", "DHL"),
        ("postnl", "PostNL"),
        ("österreichische post", "Österreichische Post"),
        ("OESTERREICHISCHE POST", "Österreichische Post"),
        ("Lietuvos pastas", "Lietuvos Paštas"),
        ("Royal-Mail", "Royal Mail"),
        ("hermes", "Hermes"),
        ("Hermes UK", "Evri"),
        ("", ""),
        ("  Kranich Kurier  ", "Kranich Kurier"),
        ("-", "-"),
    ],
)
def test_carriers_are_spelled_as_shopify_spells_them(spelling: str, company: str) -> None:
    assert carriers.spelled(spelling) == company


def test_no_spelling_leads_to_two_carriers() -> None:
    seen: dict[str, str] = {}
    for name, others in carriers._ALSO_CALLED.items():
        assert name in carriers.EVERYWHERE | carriers.SOMEWHERE, f"{name} is not one of Shopify's"
        for other in carriers._listed(others):
            key = carriers._key(other)
            assert seen.setdefault(key, name) == name, other
            assert carriers.spelled(other) == name
    for name in carriers.EVERYWHERE | carriers.SOMEWHERE:
        assert carriers.spelled(name) == name, "another's spelling hides it"


def test_a_link_goes_along_only_where_shopify_makes_none() -> None:
    url = "https://track.example/1"
    assert "url" not in parcels.tracking_info(Parcel(carrier="ups", tracking="1Z", url=url))
    assert parcels.tracking_info(Parcel(carrier="DHL", tracking="JD", url=url))["url"] == url
    assert parcels.tracking_info(Parcel(tracking="K1", url=url)) == {"number": "K1", "url": url}


def test_hidden_fields_are_named_once_and_in_our_words() -> None:
    paths = [
        ("order", "email"),
        ("order", "email"),
        ("order", "shippingAddress", "zip"),
        ("order", "shippingAddress", "phone"),
        ("order", "lineItems", "sku"),
        ("order",),
    ]
    assert hidden_fields(paths) == ("email", "lineItems.sku", "ship_to", "ship_to.phone")
