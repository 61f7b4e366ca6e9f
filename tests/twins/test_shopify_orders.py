"""What happens to an order behind the app's back, and how it is found again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.twins.shopify_store import MUG, POSTER, Store
from twins.shopify.admin import CannotCancel

READ = """
query($id: ID!) {
  order(id: $id) {
    cancelledAt cancelReason closed updatedAt displayFinancialStatus displayFulfillmentStatus
    shippingAddress { city zip }
    totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    currentTotalPriceSet { shopMoney { amount } }
    lineItems(first: 10) {
      nodes { sku quantity currentQuantity unfulfilledQuantity isGiftCard customAttributes { key value } }
    }
  }
}"""


@pytest.fixture
def store() -> Store:
    return Store()


def read(store: Store, order: Any) -> dict[str, Any]:
    told: dict[str, Any] = store.data(READ, id=order.gid)["order"]
    return told


def quantities(told: dict[str, Any]) -> list[tuple[int, int, int]]:
    lines = told["lineItems"]["nodes"]
    return [(line["quantity"], line["currentQuantity"], line["unfulfilledQuantity"]) for line in lines]


class TestPlacing:
    def test_money_is_a_string_without_fixed_decimals(self, store: Store) -> None:
        order = store.twin.place_order([MUG], presentment_currency="EUR", presentment_rate="2", shipping=[])
        total = read(store, order)["totalPriceSet"]
        assert total["shopMoney"] == {"amount": "25.0", "currencyCode": "USD"}
        assert total["presentmentMoney"] == {"amount": "50.0", "currencyCode": "EUR"}

    def test_attributes_may_repeat_a_key_and_lack_a_value(self, store: Store) -> None:
        order = store.twin.place_order([MUG | {"attributes": [["text", "a"], ["text", None]]}])
        line = read(store, order)["lineItems"]["nodes"][0]
        assert line["customAttributes"] == [{"key": "text", "value": "a"}, {"key": "text", "value": None}]

    def test_lines_are_routed_by_place_and_delivery_method(self, store: Store) -> None:
        order = store.twin.place_order(
            [MUG, POSTER, POSTER | {"location": "Warehouse"}, MUG | {"delivery_method": "PICK_UP"}]
        )
        methods = sorted(
            (one.location.name, one.delivery_method, len(one.lines)) for one in order.fulfillment_orders
        )
        assert methods == [("Warehouse", "SHIPPING", 1), ("Workshop", "PICK_UP", 1), ("Workshop", "SHIPPING", 2)]

    def test_a_gift_card_is_fulfilled_on_the_spot(self, store: Store) -> None:
        order = store.twin.place_order([{"sku": "GIFT", "gift_card": True}])
        told = read(store, order)
        assert told["displayFulfillmentStatus"] == "FULFILLED"
        assert told["lineItems"]["nodes"][0]["isGiftCard"] is True
        assert store.open_fulfillment_orders(order.gid) == []

    def test_a_scheduled_order_waits_for_its_day(self, store: Store) -> None:
        order = store.twin.place_order([MUG], fulfill_at="2026-12-01T00:00:00+00:00")
        assert read(store, order)["displayFulfillmentStatus"] == "SCHEDULED"
        store.twin.scheduled_ready(order.id)
        assert read(store, order)["displayFulfillmentStatus"] == "UNFULFILLED"

    def test_the_same_inputs_give_the_same_answers(self) -> None:
        answers = []
        for _ in range(2):
            store = Store()
            store.listen("ORDERS_CREATE")
            order = store.twin.place_order([MUG, POSTER])
            answers.append((store.ask(READ, id=order.gid), [(one.headers, one.raw) for one in store.hears()]))
        assert answers[0] == answers[1]


class TestChanging:
    def test_a_cancellation_closes_everything(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.cancel_order(order.id, reason="FRAUD")
        told = read(store, order)
        assert (told["cancelledAt"], told["cancelReason"]) == ("2026-11-21T09:00:00Z", "FRAUD")
        assert told["displayFinancialStatus"] == "REFUNDED"
        assert store.open_fulfillment_orders(order.gid) == []
        with pytest.raises(CannotCancel, match="already been canceled"):
            store.twin.cancel_order(order.id)

    def test_a_cancellation_without_restock_leaves_the_quantities(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.cancel_order(order.id, restock=False)
        assert quantities(read(store, order)) == [(2, 2, 2)]
        assert order.fulfillment_orders[0].status == "CLOSED"

    def test_what_was_shipped_cannot_be_cancelled(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id)
        cancel = """mutation($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
            job { id } orderCancelUserErrors { code message } } }"""
        told = store.data(cancel, id=order.gid)["orderCancel"]
        said = "Cannot cancel an order that has outstanding fulfillments"
        assert told == {"job": None, "orderCancelUserErrors": [{"code": "INVALID", "message": said}]}
        assert order.cancelled_at is None

    def test_an_edit_down_keeps_what_was_ordered_and_lowers_what_is_wanted(self, store: Store) -> None:
        order = store.twin.place_order([MUG, POSTER])
        store.twin.edit_order(order.id, order.lines[0].id, 1)
        assert quantities(read(store, order)) == [(2, 1, 1), (1, 1, 1)]
        lines = store.open_fulfillment_orders(order.gid)[0]["lineItems"]["nodes"]
        assert [line["remainingQuantity"] for line in lines] == [1, 1]

    def test_an_edit_up_and_a_new_line_have_to_be_shipped_too(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.edit_order(order.id, order.lines[0].id, 3)
        store.twin.edit_order(order.id, POSTER, 1)
        assert quantities(read(store, order)) == [(3, 3, 3), (1, 1, 1)]
        lines = [line for one in store.open_fulfillment_orders(order.gid) for line in one["lineItems"]["nodes"]]
        assert sorted(line["remainingQuantity"] for line in lines) == [1, 3]

    def test_more_cannot_be_taken_off_than_was_not_shipped(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
        with pytest.raises(ValueError, match="only 1"):
            store.twin.edit_order(order.id, order.lines[0].id, 0)

    def test_refunds_take_off_the_unshipped_first_and_return_the_rest(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
        store.twin.refund(order.id, order.lines[0].id, 1)
        assert quantities(read(store, order)) == [(2, 1, 0)]
        assert read(store, order)["displayFulfillmentStatus"] == "FULFILLED"
        assert read(store, order)["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
        store.twin.refund(order.id, order.lines[0].id, 1)
        assert quantities(read(store, order)) == [(2, 0, 0)]
        with pytest.raises(ValueError, match="only 0"):
            store.twin.refund(order.id, order.lines[0].id, 1)

    def test_a_new_address_shows_and_an_unknown_field_of_it_is_told(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.change_address(order.id, city="Shelbyville")
        assert read(store, order)["shippingAddress"] == {"city": "Shelbyville", "zip": "62701"}
        with pytest.raises(ValueError, match="postcode"):
            store.twin.change_address(order.id, postcode="1")

    def test_every_change_moves_the_clock_on_the_order(self, store: Store) -> None:
        order = store.twin.place_order([MUG], financial_status="PENDING")
        line = order.lines[0].id
        changes = [
            lambda: store.twin.mark_paid(order.id),
            lambda: store.twin.change_address(order.id, city="Elsewhere"),
            lambda: store.twin.hold(order.id),
            lambda: store.twin.release_hold(order.id),
            lambda: store.twin.edit_order(order.id, line, 5),
            lambda: store.twin.refund(order.id, line, 1),
            lambda: store.twin.fulfill_elsewhere(order.id),
        ]
        for change in changes:
            before = order.updated_at
            store.clock.passes(minutes=1)
            change()
            assert order.updated_at > before


def test_nodes_of_every_kind_come_back_by_their_ids(store: Store) -> None:
    order = store.twin.place_order([MUG])
    [made] = store.twin.fulfill_elsewhere(order.id)
    kinds = {
        "Order": order.id,
        "FulfillmentOrder": order.fulfillment_orders[0].id,
        "Fulfillment": made.id,
        "Location": made.location.id,
    }
    ids = [f"gid://shopify/{kind}/{number}" for kind, number in kinds.items()]
    told = store.data(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=[*ids, "gid://shopify/Order/1"]
    )
    expected = [{"__typename": kind, "id": one} for kind, one in zip(kinds, ids, strict=True)]
    assert told["nodes"] == [*expected, None]


def test_an_id_of_another_kind_is_an_error(store: Store) -> None:
    error = store.refused('{ order(id: "gid://shopify/Product/1") { id } }')
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"


def test_tags_are_added_once_whatever_their_case(store: Store) -> None:
    order = store.twin.place_order([MUG], tags=["Rush"])
    add = "mutation($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } } }"
    store.data(add, id=order.gid, tags=["rush", "sent"])
    assert order.tags == ["Rush", "sent"]
    assert store.refused(add, id="gid://shopify/Order/1", tags=["x"])["extensions"]["code"] == "RESOURCE_NOT_FOUND"


def test_what_the_shop_says_of_itself(store: Store) -> None:
    told = store.data("""{
        shop { name myshopifyDomain currencyCode ianaTimezone timezoneOffset plan { shopifyPlus } }
        currentAppInstallation { accessScopes { handle } }
        publicApiVersions { handle supported }
        locations(first: 5) { nodes { name isActive } }
    }""")
    assert told["shop"]["myshopifyDomain"] == "acme.myshopify.com"
    assert told["shop"]["timezoneOffset"] == "-0500"
    assert {one["handle"] for one in told["currentAppInstallation"]["accessScopes"]} == set(store.twin.scopes)
    assert [one["handle"] for one in told["publicApiVersions"] if one["supported"]][-1] == "2026-10"
    assert json.dumps(told)
