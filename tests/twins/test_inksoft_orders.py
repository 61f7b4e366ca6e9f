"""An order at the InkSoft twin, as GetOrder tells it: what it holds, what it costs, and what people do to it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.inksoft_shop import Caller, inksoft, told

TEE = {"sku": "TEE-100", "colour": "White", "size": "2XL", "quantity": 2}


def test_an_item_is_told_by_ids_and_a_sentence_only() -> None:
    """No SKU, colour or size: they are in the production cards and the catalogue."""
    twin, _ = inksoft()
    call = Caller(twin)
    [item] = call.order(twin.place_order(items=[TEE]).id)["Items"]
    assert (item["FullName"], item["Quantity"], item["UnitPrice"], item["ItemTotal"]) == (
        "Heavy Tee, White, 2XL", 2, 20.5, 41.0,
    )  # fmt: skip
    assert "Sku" not in item
    product = call.data("GetProduct", ProductId=item["ProductId"])
    [style] = [one for one in product["Styles"] if one["ID"] == item["ProductStyleId"]]
    [size] = [one for one in style["Sizes"] if one["ID"] == item["ProductStyleSizeId"]]
    assert (product["Sku"], style["Name"], size["Name"]) == ("TEE-100", "White", "2XL")


def test_production_cards_come_only_when_asked_for() -> None:
    twin, _ = inksoft()
    call = Caller(twin)
    order_id = twin.place_order(items=[TEE | {"sides": ["front", "back"]}, {"sku": "BAG-300", "sides": []}]).id
    assert call.order(order_id)["ProductionCards"] == []
    cards = call.order(order_id, IncludeProductionCards=True)["ProductionCards"]
    assert [(card["ProductSku"], card["ProductStyleName"], card["Side"]) for card in cards] == [
        ("TEE-100", "White", "Front"),
        ("TEE-100", "White", "Back"),
    ]
    assert [(one["Size"], one["Quantity"]) for one in cards[0]["Items"]] == [("2XL", 2)]
    assert "DesignName" not in cards[0], "documented, and missing from live answers"


def test_sizes_of_one_design_share_its_cards_and_another_design_has_its_own() -> None:
    twin, _ = inksoft()
    small = TEE | {"size": "S", "quantity": 1}
    order_id = twin.place_order(items=[TEE, small, TEE | {"design": "Other"}, TEE | {"colour": "Black"}]).id
    shown = Caller(twin).order(order_id, IncludeProductionCards=True)
    rows = [[(one["Size"], one["Quantity"]) for one in card["Items"]] for card in shown["ProductionCards"]]
    assert rows == [[("2XL", 2), ("S", 1)], [("2XL", 2)], [("2XL", 2)]]
    assert shown["Items"][0]["DesignId"] == shown["Items"][1]["DesignId"] != shown["Items"][2]["DesignId"]


def test_names_and_numbers_are_a_row_each_on_the_card() -> None:
    twin, _ = inksoft()
    names = [{"name": "A", "number": "7"}, {"name": "B", "number": "8"}]
    order_id = twin.place_order(items=[TEE | {"quantity": 3, "names_and_numbers": names}]).id
    shown = Caller(twin).order(order_id, IncludeProductionCards=True)
    assert [one["Name"] for one in shown["Items"][0]["NameNumberValues"]] == ["A", "B"]
    rows = [(one["NameNumberValue"] or {}).get("Name") for one in shown["ProductionCards"][0]["Items"]]
    assert rows == ["A", "B", None]


def test_what_the_buyer_wrote_is_told() -> None:
    twin, _ = inksoft()
    order = twin.place_order(
        items=[TEE | {"personalization": [{"name": "Player", "value": "ÅSA", "price": "4"}], "notes": "thin"}],
        custom_items=[{"name": "Rush", "price": "15"}],
        gift_message="For you",
        notes="Ring twice",
        checkout_fields={"Room": "4"},
        item_notes=["no fold"],
    )
    shown = Caller(twin).order(order.id)
    assert (shown["GiftMessage"], shown["Notes"], shown["CheckoutFieldValues"]) == (
        "For you", "Ring twice", {"Room": "4"},
    )  # fmt: skip
    assert shown["Items"][0]["PersonalizationValues"][0]["Value"] == "ÅSA"
    assert (shown["Items"][0]["Notes"], shown["LineItemNotes"][0]["Content"]) == ("thin", "no fold")
    assert (shown["CustomLineItems"][0]["Name"], shown["CustomLineItems"][0]["UnitPrice"]) == ("Rush", 15.0)
    twin.comment(order.id, "call them", by="Shop")
    assert Caller(twin).order(order.id)["Timeline"][0]["Comment"] == "call them"


def test_the_sum_is_the_sum_of_its_parts() -> None:
    twin, _ = inksoft()
    order = twin.place_order(
        items=[TEE | {"price": "18.50"}],
        custom_items=[{"name": "Rush", "price": "18.50", "quantity": 1}],
        shipping="9.95",
        tax="4.50",
        discount="5",
        discount_code="SPIRIT5",
        adjustments=[{"kind": "Fee", "amount": "2"}, {"kind": "Discount", "amount": "1"}],
        gift_certificate="10",
    )
    shown = Caller(twin).order(order.id)
    assert (shown["RetailAmount"], shown["TotalDiscount"], shown["TaxAmount"]) == (55.5, 5.0, 4.5)
    assert shown["TotalAmount"] == 55.5 - 5 + 9.95 + 4.5 + 2 - 1
    assert (shown["AmountDue"], shown["Payments"][0]["Amount"]) == (0.0, 55.95)
    assert (shown["DiscountCode"], shown["GiftCertificateAmount"]) == ("SPIRIT5", 10.0)


def test_money_moves_the_payment_status() -> None:
    twin, _ = inksoft()
    order = twin.place_order(items=[TEE], paid=False)
    call, seen = Caller(twin), []

    def look() -> None:
        shown = call.order(order.id)
        seen.append((shown["PaymentStatus"], shown["Paid"], shown["Authorized"]))

    look()
    twin.pay(order.id, Decimal(10))
    look()
    twin.pay(order.id)
    look()
    twin.edit_quantity(order.id, order.items[0].unique_id, 1)
    look()
    twin.refund(order.id)
    look()
    assert [status for status, _, _ in seen] == ["NotPaid", "PartiallyPaid", "Paid", "RefundDue", "Refunded"]
    assert [paid for _, paid, _ in seen] == [False, False, True, True, False]
    assert [authorized for _, _, authorized in seen][:3] == [False, False, True]
    with pytest.raises(ValueError, match="cannot be paid"):
        twin.pay(order.id, Decimal(0))


def test_the_statuses_are_those_of_the_real_one() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    twin.set_status(order.id, production_status="In Production", ordered=True, received=True)
    shown = call.order(order.id)
    assert (shown["Status"], shown["ProductionStatus"], shown["Ordered"]) == ("Processing", "In Production", True)
    twin.cancel(order.id)
    shown = call.order(order.id)
    assert (shown["Status"], shown["Cancelled"]) == ("Canceled", True), "one L in the status, two in the flag"
    for words in ({"status": "Cancelled"}, {"production_status": "Printing"}, {"printed": True}):
        with pytest.raises(ValueError, match=r"use one of|there is no flag"):
            twin.set_status(order.id, **words)


def test_no_status_tells_that_an_order_waits_for_approval() -> None:
    twin, _ = inksoft()
    order = twin.place_order(needs_approval=True)
    call = Caller(twin)
    shown = call.order(order.id)
    assert (shown["Status"], shown["ApprovalRequired"], shown["ApprovalDate"]) == ("Processing", True, None)
    twin.approve(order.id)
    assert call.order(order.id)["ApprovalDate"] == "2026-11-21T09:00:00.000Z"
    with pytest.raises(ValueError, match="waits for no approval"):
        twin.approve(order.id)


def test_an_order_that_is_fetched_has_no_address() -> None:
    twin, _ = inksoft()
    order = twin.place_order(pickup=True)
    shown = Caller(twin).order(order.id)
    assert (shown["ShippingAddress"], shown["ShippingMethod"]["VendorName"]) == (None, "Pickup")
    assert shown["BillingAddress"]["City"] == "Town"
    twin.set_status(order.id, production_status="Ready for Pickup")
    twin.pick_up(order.id)
    shown = Caller(twin).order(order.id)
    assert (shown["Shipments"][0]["Pickup"], shown["Shipments"][0]["PickedUpBy"]) == (True, "Given Family")
    assert (shown["Shipped"], shown["ReadyForPickupNotificationSentDate"]) == (True, "2026-11-21T09:00:00.000Z")


@pytest.mark.parametrize(
    ("origin", "order_type", "store_id"),
    [("store", "WebOrder", 41001), ("proposal", "Proposals", 41001), ("embedded", "WebOrder", 41003)],
)
def test_where_an_order_came_from(origin: str, order_type: str, store_id: int) -> None:
    twin, _ = inksoft()
    order = twin.place_order(origin=origin)
    call = Caller(twin)
    [listed] = call.data("GetOrderSummaries")
    shown = call.order(order.id)
    assert (listed["OrderType"], shown["StoreId"]) == (order_type, store_id)
    assert (shown["ProposalId"] is not None) == (origin == "proposal")
    assert bool(shown["ProposalNumber"]) == (origin == "proposal")


def test_items_go_by_their_older_ids_before_salesdoc() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    twin.ship_by_hand(order.id, "1Z1")
    call = Caller(twin)
    new = call.order(order.id)
    twin.switches.pre_salesdoc = True
    old = call.order(order.id)
    assert "UniqueId" not in old["Items"][0]
    assert "OrderRetailItemSizeId" not in new["Items"][0]

    def packed(shown: Any) -> dict[str, Any]:
        found: dict[str, Any] = shown["Shipments"][0]["Packages"][0]["Items"][0]
        return found

    assert packed(new)["ItemGuid"] == new["Items"][0]["UniqueId"]
    assert packed(old)["OrderRetailItemSizeId"] == old["Items"][0]["OrderRetailItemSizeId"]


def test_an_order_can_be_changed_behind_everybodys_back() -> None:
    twin, _ = inksoft()
    order = twin.place_order(items=[TEE])
    call = Caller(twin)
    twin.change_address(order.id, {"city": "Elsewhere"})
    twin.add_item(order.id, sku="BAG-300")
    twin.edit_quantity(order.id, 0, 5)
    twin.write(order.id, notes="later")
    shown = call.order(order.id)
    assert (shown["ShippingAddress"]["City"], shown["ShippingAddress"]["PostCode"]) == ("Elsewhere", "85281")
    assert ([one["Quantity"] for one in shown["Items"]], shown["Notes"]) == ([5, 1], "later")
    twin.edit_quantity(order.id, 0, 0)
    twin.change_address(order.id, None)
    shown = call.order(order.id)
    assert (len(shown["Items"]), shown["ShippingAddress"]) == (1, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"items": [{"sku": "NO-SUCH"}]},
        {"items": [TEE | {"colour": "Mauve"}]},
        {"items": [TEE | {"size": "9XL"}]},
        {"items": [TEE | {"quantity": 0}]},
        {"store_id": 7},
        {"site": "elsewhere"},
        {"colour": "a slip of the hand"},
        {"created": "2026-11-21T09:00:00"},
    ],
)
def test_what_cannot_be_ordered_is_not(fields: dict[str, Any]) -> None:
    twin, _ = inksoft()
    with pytest.raises(ValueError):
        twin.place_order(**fields)
    assert twin.orders == []


def test_a_package_is_the_order_and_its_products() -> None:
    twin, _ = inksoft()
    order = twin.place_order(items=[TEE, TEE])
    call = Caller(twin)
    [package] = call.data("GetOrderPackage", OrderIds=[order.id])
    assert package["Order"]["ID"] == order.id
    assert [one["Sku"] for one in package["Products"]] == ["TEE-100"]
    twin.switches.package_as = "object"
    assert call.data("GetOrderPackage", OrderIds=[order.id])["Order"]["ID"] == order.id
    twin.switches.package_as = "orders"
    assert [one["ID"] for one in call.data("GetOrderPackage", OrderIds=[order.id])] == [order.id]


def test_products_come_in_pages_and_with_sizes_only_when_asked_for() -> None:
    twin, _ = inksoft()
    call = Caller(twin)
    first = told(call.get("GetProductBaseList", Page=1, PageSize=2, IncludeSizes=True))
    assert first["Pagination"] == {"TotalResults": 3, "IncludedResults": 2, "Index": 0}
    assert first["Data"][0]["Styles"][0]["Sizes"][0]["UnitPrice"] is None
    [second] = call.data("GetProductBaseList", Page=2, PageSize=2)
    assert (second["Sku"], "Sizes" in second["Styles"][0]) == ("BAG-300", False)
    one = call.data("GetProductBaseList", ProductIds=[second["ID"]], IncludePrices=True)
    assert one[0]["Styles"][0]["Price"] == 36.92
    made = twin.add_product("MUG-1", "Mug", "9", sizes=["11oz"])
    assert call.data("GetProduct", ProductId=made.id, IncludePricing=True)["Styles"][0]["Price"] == 9.0
    twin.remove_product("MUG-1")
    assert json.loads(call.get("GetProduct", ProductId=made.id).body)["StatusCode"] == "NotFound"
    with pytest.raises(ValueError, match="already"):
        twin.add_product("TEE-100", "Again")
