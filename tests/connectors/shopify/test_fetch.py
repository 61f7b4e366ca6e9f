"""Reading orders: the hard ones come out as the buyer meant them, whole, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from platen.domain.order import Attribute, Money, Order, Payment
from platen.domain.verdicts import Busy, Denied, Later, Unreachable
from tests.connectors.shopify.house import NOW, Call, House, ScriptedHttp, data, error, errors

ADDRESS = {
    "name": "Ottilie Quellwasser",
    "firstName": "Ottilie",
    "lastName": "Quellwasser",
    "company": None,
    "address1": "Lange Zeile 17",
    "address2": None,
    "city": "Musterlingen",
    "zip": "10115",
    "provinceCode": None,
    "countryCodeV2": "DE",
    "phone": None,
}


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"presentmentMoney": {"amount": amount, "currencyCode": currency}}


def nodes(*rows: Any, after: str = "") -> dict[str, Any]:
    return {"nodes": list(rows), "pageInfo": {"hasNextPage": bool(after), "endCursor": after or None}}


def a_line(number: int = 11, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Canvas",
        "variantTitle": "30x40",
        "sku": "CANVAS-1",
        "quantity": quantity,
        "currentQuantity": quantity,
        "unfulfilledQuantity": quantity,
        "requiresShipping": True,
        "isGiftCard": False,
        "customAttributes": [],
        "discountedUnitPriceAfterAllDiscountsSet": money("35.5"),
    } | changes


def a_part(line: int = 11, remaining: int = 1) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrderLineItem/{line}",
        "productTitle": "Canvas",
        "remainingQuantity": remaining,
        "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
    }


def a_fulfillment_order(
    *parts: Any, number: int = 1, status: str = "OPEN", method: str | None = "SHIPPING", **changes: Any
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "fulfillAt": None,
        "deliveryMethod": {"methodType": method} if method else None,
        "fulfillmentHolds": [],
        "lineItems": nodes(*(parts or [a_part()])),
    } | changes


def an_order(**changes: Any) -> dict[str, Any]:
    return {
        "legacyResourceId": "8887505649970",
        "name": "#1001",
        "createdAt": "2026-11-20T08:00:00Z",
        "processedAt": "2026-11-20T07:59:00Z",
        "updatedAt": "2026-11-21T08:00:00Z",
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "email": "ottilie@kranich.example",
        "shippingAddress": ADDRESS,
        "shippingLines": nodes(),
        "lineItems": nodes(a_line()),
        "fulfillmentOrders": nodes(a_fulfillment_order()),
    } | changes


def fetched(theirs: Mapping[str, Any], *refused: Mapping[str, Any]) -> Order:
    answer = errors(*refused, data={"order": theirs}) if refused else data({"order": theirs})
    order = House(ScriptedHttp().on("PlatenOrder", answer)).store().fetch("8887505649970")
    assert order is not None
    return order


def test_an_order_in_our_words() -> None:
    order = fetched(an_order())
    assert (order.connection, order.store_order_id, order.number) == ("shop", "8887505649970", "#1001")
    assert order.placed_at == datetime(2026, 11, 20, 7, 59, tzinfo=UTC)
    assert order.payment is Payment.PAID
    assert order.ship_to is not None
    assert (order.ship_to.last_name, order.ship_to.postcode) == ("Quellwasser", "10115")
    assert (order.ship_to.region_code, order.ship_to.company, order.ship_to.phone) == ("", "", "")
    [line] = order.lines
    assert (line.line_id, line.title, line.sku) == ("11", "Canvas - 30x40", "CANVAS-1")
    assert (line.quantity, line.unfulfilled, line.ships) == (1, 1, True)
    assert (order.hold, order.hidden, order.cancelled_at, order.test) == ("", (), None, False)


@pytest.mark.parametrize("store_order_id", ["8887505649970", "gid://shopify/Order/8887505649970"])
def test_either_spelling_of_an_id_will_do(store_order_id: str) -> None:
    http = ScriptedHttp().on("PlatenOrder", data({"order": an_order()}))
    assert House(http).store().fetch(store_order_id) is not None
    assert http.calls[0].variables == {"id": "gid://shopify/Order/8887505649970"}


@pytest.mark.parametrize("store_order_id", ["", "x", "-1", "1 OR 1", "gid://shopify/Product/1", "9" * 30])
def test_what_is_no_id_is_no_order_and_nobody_is_asked(store_order_id: str) -> None:
    assert House(ScriptedHttp()).store().fetch(store_order_id) is None


def test_an_order_the_shop_does_not_have() -> None:
    assert House(ScriptedHttp().on("PlatenOrder", data({"order": None}))).store().fetch("1") is None
    gone = errors(error("RESOURCE_NOT_FOUND", "order", message="invalid id"), data={"order": None})
    assert House(ScriptedHttp().on("PlatenOrder", gone)).store().fetch("1") is None


def test_an_order_swallowed_by_a_missing_scope_is_not_gone() -> None:
    denied = errors(error("ACCESS_DENIED", "order"), data={"order": None})
    with pytest.raises(Denied):
        House(ScriptedHttp().on("PlatenOrder", denied)).store().fetch("1")


# ---- quantities, and what goes in a parcel -----------------------------------------------------


def test_after_edits_and_refunds_only_what_is_wanted_counts() -> None:
    line = a_line(quantity=5, currentQuantity=3, unfulfilledQuantity=3)
    order = fetched(
        an_order(lineItems=nodes(line), fulfillmentOrders=nodes(a_fulfillment_order(a_part(remaining=2))))
    )
    assert (order.lines[0].quantity, order.lines[0].unfulfilled) == (3, 2)


def test_returned_goods_are_not_fulfilled_less_than_nothing() -> None:
    line = a_line(quantity=2, currentQuantity=0, unfulfilledQuantity=-1)
    order = fetched(
        an_order(lineItems=nodes(line), fulfillmentOrders=nodes(a_fulfillment_order(a_part(remaining=0))))
    )
    assert (order.lines[0].quantity, order.lines[0].unfulfilled) == (0, 0)


def test_what_closed_fulfillment_orders_once_held_is_not_counted_twice() -> None:
    order = fetched(
        an_order(
            lineItems=nodes(a_line(quantity=2)),
            fulfillmentOrders=nodes(
                a_fulfillment_order(a_part(remaining=2), number=1, status="CLOSED"),
                a_fulfillment_order(a_part(remaining=2), number=2, status="CANCELLED"),
                a_fulfillment_order(a_part(remaining=1), number=3, status="IN_PROGRESS"),
            ),
        )
    )
    assert order.lines[0].unfulfilled == 1


@pytest.mark.parametrize("method", ["PICK_UP", "LOCAL", "RETAIL", "NONE"])
def test_what_the_buyer_fetches_goes_in_no_parcel(method: str) -> None:
    order = fetched(an_order(fulfillmentOrders=nodes(a_fulfillment_order(method=method))))
    assert order.lines[0].ships is False
    assert order.hold == ""


@pytest.mark.parametrize("method", ["SHIPPING", "PICKUP_POINT", "SOMETHING_NEW", None])
def test_everything_else_does(method: str | None) -> None:
    assert fetched(an_order(fulfillmentOrders=nodes(a_fulfillment_order(method=method)))).lines[0].ships is True


def test_a_line_moved_from_shipping_to_pick_up_follows_what_is_open() -> None:
    order = fetched(
        an_order(
            fulfillmentOrders=nodes(
                a_fulfillment_order(a_part(remaining=0), number=1, status="CLOSED"),
                a_fulfillment_order(number=2, method="PICK_UP"),
            )
        )
    )
    assert order.lines[0].ships is False


def test_gift_cards_and_downloads_go_in_no_parcel_whatever_is_said_of_their_delivery() -> None:
    order = fetched(
        an_order(
            lineItems=nodes(a_line(11, isGiftCard=True), a_line(12, requiresShipping=False)),
            fulfillmentOrders=nodes(a_fulfillment_order(a_part(11), a_part(12))),
        )
    )
    assert [line.ships for line in order.lines] == [False, False]


# ---- not yet -----------------------------------------------------------------------------------


def test_a_hold_is_given_with_its_reason_and_without_its_notes() -> None:
    held = a_fulfillment_order(
        status="ON_HOLD",
        fulfillmentHolds=[
            {"reason": "HIGH_RISK_OF_FRAUD", "displayReason": "High risk of fraud", "reasonNotes": "ask Ottilie"},
            {"reason": "AWAITING_PAYMENT", "displayReason": ""},
        ],
    )
    hold = fetched(an_order(fulfillmentOrders=nodes(held))).hold
    assert hold == "on hold in Shopify: High risk of fraud, awaiting payment"


def test_scheduled_for_later_says_when() -> None:
    later = a_fulfillment_order(status="SCHEDULED", fulfillAt="2026-12-24T00:00:00+01:00")
    assert "2026-12-23 23:00 UTC" in fetched(an_order(fulfillmentOrders=nodes(later))).hold


def test_a_hold_on_what_is_not_ours_to_ship_holds_nothing() -> None:
    order = fetched(
        an_order(
            lineItems=nodes(a_line(11), a_line(12)),
            fulfillmentOrders=nodes(
                a_fulfillment_order(a_part(11), number=1),
                a_fulfillment_order(a_part(12), number=2, status="ON_HOLD", method="PICK_UP"),
                a_fulfillment_order(a_part(11, 0), number=3, status="ON_HOLD"),
            ),
        )
    )
    assert order.hold == ""


def test_an_order_that_is_not_routed_yet_is_not_made_yet() -> None:
    """Whether it is shipped or fetched, or held, is known only when it is routed."""
    assert "where it ships from" in fetched(an_order(fulfillmentOrders=nodes())).hold


def test_what_needs_no_parcel_waits_for_no_routing() -> None:
    assert fetched(an_order(lineItems=nodes(a_line(isGiftCard=True)), fulfillmentOrders=nodes())).hold == ""
    done = a_line(unfulfilledQuantity=0)
    assert fetched(an_order(lineItems=nodes(done), fulfillmentOrders=nodes())).hold == ""


def test_a_cancelled_order_is_cancelled_not_held() -> None:
    order = fetched(an_order(cancelledAt="2026-11-21T07:00:00Z", cancelReason="FRAUD", fulfillmentOrders=nodes()))
    assert (order.cancel_reason, order.hold) == ("fraud", "")
    assert order.cancelled_at == datetime(2026, 11, 21, 7, tzinfo=UTC)


# ---- money -------------------------------------------------------------------------------------


def test_prices_are_what_the_buyer_saw() -> None:
    line = a_line(
        discountedUnitPriceAfterAllDiscountsSet=money("45.85", "USD") | {"shopMoney": {"amount": "60.33"}}
    )
    shipping = {"title": "Express", "code": None, "isRemoved": False, "discountedPriceSet": money("0.0", "USD")}
    removed = shipping | {"title": "Standard", "isRemoved": True}
    order = fetched(an_order(lineItems=nodes(line), shippingLines=nodes(removed, shipping)))
    assert order.lines[0].unit_price == Money(amount=Decimal("45.85"), currency="USD")
    [choice] = order.shipping
    assert (choice.title, choice.code) == ("Express", "")
    assert choice.price == Money(amount=Decimal(0), currency="USD")


@pytest.mark.parametrize(
    ("status", "payment"),
    [
        ("AUTHORIZED", Payment.AUTHORIZED),
        ("EXPIRED", Payment.PENDING),
        ("PAID", Payment.PAID),
        ("PARTIALLY_PAID", Payment.PARTLY_PAID),
        ("PARTIALLY_REFUNDED", Payment.PAID),
        ("PENDING", Payment.PENDING),
        ("REFUNDED", Payment.REFUNDED),
        ("VOIDED", Payment.VOIDED),
        (None, Payment.UNKNOWN),
        ("SOMETHING_NEW", Payment.UNKNOWN),
    ],
)
def test_how_far_the_money_has_come(status: str | None, payment: Payment) -> None:
    assert fetched(an_order(displayFinancialStatus=status)).payment is payment


# ---- what was written on the line --------------------------------------------------------------


def test_attributes_come_as_they_are_doubled_empty_and_hidden() -> None:
    given = [
        {"key": "print_url", "value": "https://art.example/1"},
        {"key": "print_url", "value": "https://art.example/2"},
        {"key": "_hidden", "value": None},
        {"key": "", "value": "x" * 5000},
    ]
    [line] = fetched(an_order(lineItems=nodes(a_line(customAttributes=given)))).lines
    assert line.attributes == tuple(Attribute(name=one["key"] or "", value=one["value"] or "") for one in given)


def test_a_line_without_sku_or_variant_is_still_a_line() -> None:
    [line] = fetched(an_order(lineItems=nodes(a_line(sku=None, variantTitle=None)))).lines
    assert (line.sku, line.title) == ("", "Canvas")


# ---- who may see what --------------------------------------------------------------------------


def test_no_address_is_no_address() -> None:
    order = fetched(an_order(shippingAddress=None))
    assert (order.ship_to, order.hidden) == (None, ())


def test_an_address_we_may_not_see_is_not_no_address() -> None:
    order = fetched(an_order(shippingAddress=None), error("ACCESS_DENIED", "order", "shippingAddress"))
    assert (order.ship_to, order.hidden) == (None, ("ship_to",))


def test_an_address_with_holes_is_not_put_on_a_label() -> None:
    holes = ADDRESS | {"firstName": None, "lastName": None, "name": None, "address1": None}
    refused = [
        error("ACCESS_DENIED", "order", "shippingAddress", field) for field in ("firstName", "lastName", "address1")
    ]
    order = fetched(an_order(shippingAddress=holes), *refused)
    assert (order.ship_to, order.hidden) == (None, ("ship_to",))


def test_a_phone_number_we_may_not_see_costs_only_the_phone_number() -> None:
    refused = [error("ACCESS_DENIED", "order", *path) for path in (("shippingAddress", "phone"), ("email",))]
    order = fetched(an_order(email=None), *refused)
    assert order.ship_to is not None
    assert order.hidden == ("email", "ship_to.phone")


def test_a_name_in_one_piece_is_kept() -> None:
    order = fetched(an_order(shippingAddress=ADDRESS | {"firstName": None, "lastName": None}))
    assert order.ship_to is not None
    assert (order.ship_to.first_name, order.ship_to.last_name) == ("", "Ottilie Quellwasser")


def test_an_address_lost_by_the_server_is_asked_for_again() -> None:
    broken = errors(error("INTERNAL_SERVER_ERROR", "order", "shippingAddress"), data={"order": an_order()})
    with pytest.raises(Unreachable):
        House(ScriptedHttp().on("PlatenOrder", broken)).store().fetch("1")


def test_an_answer_that_does_not_fit_names_fields_and_never_persons() -> None:
    odd = an_order(shippingAddress=ADDRESS | {"city": ["Musterlingen"]}, test="perhaps")
    with pytest.raises(Unreachable) as caught:
        fetched(odd)
    assert "shippingAddress.city" in caught.value.words
    assert "Musterlingen" not in caught.value.words


# ---- more than one page ------------------------------------------------------------------------


def more_lines(call: Call) -> Any:
    start = int(call.variables["after"])
    rows = [a_line(number) for number in range(start, min(start + 100, 300))]
    last = start + 100 >= 300
    page = nodes(*rows, after="" if last else str(start + 100))
    return data({"order": {"updatedAt": "2026-11-21T08:00:00Z", "lineItems": page}})


def test_all_lines_of_a_long_order_are_read() -> None:
    first = an_order(
        lineItems=nodes(*(a_line(number) for number in range(50)), after="50"),
        fulfillmentOrders=nodes(a_fulfillment_order()),
    )
    http = ScriptedHttp().on("PlatenOrder", data({"order": first})).on("PlatenOrderLines", more_lines)
    order = House(http).store().fetch("1")
    assert order is not None
    assert [line.line_id for line in order.lines] == [str(number) for number in range(300)]


def test_all_fulfillment_orders_and_all_their_lines_are_read() -> None:
    first = an_order(
        lineItems=nodes(a_line(11), a_line(12), a_line(13)),
        fulfillmentOrders=nodes(
            a_fulfillment_order(method="PICK_UP", lineItems=nodes(a_part(11), after="a")), after="b"
        ),
    )
    second = a_fulfillment_order(a_part(13), number=2, status="ON_HOLD")
    http = (
        ScriptedHttp()
        .on("PlatenOrder", data({"order": first}))
        .on("PlatenFulfillmentOrderLines", data({"fulfillmentOrder": {"lineItems": nodes(a_part(12))}}))
        .on("PlatenFulfillmentOrders", data({"order": {"fulfillmentOrders": nodes(second)}}))
    )
    order = House(http).store().fetch("1")
    assert order is not None
    assert [line.ships for line in order.lines] == [False, False, True]
    assert order.hold == "on hold in Shopify"


def test_an_order_that_changes_between_its_pages_is_read_anew() -> None:
    old = an_order(lineItems=nodes(a_line(11), after="x"))
    new = an_order(lineItems=nodes(a_line(12), after="x"), updatedAt="2026-11-21T08:00:01Z")
    page = {"updatedAt": "2026-11-21T08:00:01Z", "lineItems": nodes(a_line(13))}
    http = (
        ScriptedHttp()
        .on("PlatenOrder", data({"order": old}), data({"order": new}))
        .on("PlatenOrderLines", data({"order": page}))
    )
    order = House(http).store().fetch("1")
    assert order is not None
    assert [line.line_id for line in order.lines] == ["12", "13"]


def test_an_order_that_never_stands_still_is_read_later() -> None:
    restless = an_order(lineItems=nodes(a_line(11), after="x"))
    page = {"updatedAt": "2026-11-21T09:00:00Z", "lineItems": nodes()}
    http = ScriptedHttp().on("PlatenOrder", data({"order": restless})).on("PlatenOrderLines", data({"order": page}))
    with pytest.raises(Busy):
        House(http).store().fetch("1")


def test_a_list_that_never_ends_is_noticed() -> None:
    endless = an_order(lineItems=nodes(a_line(11), after="x"))
    page = {"updatedAt": "2026-11-21T08:00:00Z", "lineItems": nodes(a_line(12), after="x")}
    http = ScriptedHttp().on("PlatenOrder", data({"order": endless})).on("PlatenOrderLines", data({"order": page}))
    with pytest.raises(Later, match="does not end"):
        House(http).store().fetch("1")


# ---- the other reads ---------------------------------------------------------------------------


def test_changed_orders_come_page_by_page_with_nothing_left_out() -> None:
    stubs = [{"legacyResourceId": n, "updatedAt": "2026-11-21T08:00:00Z"} for n in (1, "2")]
    http = ScriptedHttp().on(
        "PlatenOrdersChanged", data({"orders": nodes(*stubs, after="c1")}), data({"orders": nodes()})
    )
    store = House(http).store()
    page = store.changed_since(NOW - timedelta(minutes=15))
    assert [stub.store_order_id for stub in page.items] == ["1", "2"]
    assert page.items[0].updated_at == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert store.changed_since(NOW - timedelta(minutes=15), page.next).next == ""
    assert [call.variables for call in http.calls] == [
        {"query": "updated_at:>='2026-11-21T08:45:00.000Z'", "after": None},
        {"query": "updated_at:>='2026-11-21T08:45:00.000Z'", "after": "c1"},
    ]


def test_another_id_leads_to_its_order() -> None:
    http = (
        ScriptedHttp()
        .on("PlatenOrderOfFulfillmentOrder", data({"fulfillmentOrder": {"orderId": "gid://shopify/Order/7"}}))
        .on("PlatenOrderOfFulfillment", data({"fulfillment": {"order": {"id": "gid://shopify/Order/8"}}}))
        .on("PlatenOrderOfRefund", data({"refund": None}))
    )
    store = House(http).store()
    assert store.resolve("gid://shopify/FulfillmentOrder/1") == "7"
    assert store.resolve("gid://shopify/Fulfillment/1") == "8"
    assert store.resolve("gid://shopify/Refund/1") is None
    assert store.resolve("gid://shopify/Order/9") == "9"


@pytest.mark.parametrize(
    "reference", ["", "1", "gid://shopify/Product/1", "gid://evil/Order/1", "gid://shopify/Order/x"]
)
def test_an_id_of_anything_else_leads_nowhere(reference: str) -> None:
    assert House(ScriptedHttp()).store().resolve(reference) is None
