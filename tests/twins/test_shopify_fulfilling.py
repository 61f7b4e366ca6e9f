"""Shipping through the API: what goes out, and each refusal in the shop's own words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.shopify_store import FULFILL, MUG, POSTER, Store
from twins.shopify.model import FulfillmentOrder, Order

AT_FULFILLMENT = ["fulfillment"]
TRACKING_UPDATE = """
mutation($id: ID!, $tracking: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking) {
    fulfillment { trackingInfo { company number url } }
    userErrors { field message }
  }
}"""


@pytest.fixture
def store() -> Store:
    return Store()


def part(one: FulfillmentOrder | dict[str, Any], *lines: tuple[Any, int]) -> dict[str, Any]:
    """One fulfillment order in a request; (line, quantity) pairs, or none for all that remains."""
    known = f"gid://shopify/FulfillmentOrder/{one.id}" if isinstance(one, FulfillmentOrder) else one["id"]
    asked = [
        {
            "id": line if isinstance(line, str) else f"gid://shopify/FulfillmentOrderLineItem/{line.id}",
            "quantity": count,
        }
        for line, count in lines
    ]
    return {"fulfillmentOrderId": known} | ({"fulfillmentOrderLineItems": asked} if lines else {})


def refusal(store: Store, *parts: dict[str, Any], **more: Any) -> tuple[list[str], str]:
    """The one user error of a request that must leave nothing behind."""
    before = len(store.twin.shop.fulfillments)
    told = store.fulfill(*parts, **more)
    assert told["fulfillment"] is None
    assert len(store.twin.shop.fulfillments) == before
    [error] = told["userErrors"]
    return error["field"], error["message"]


def test_all_that_remains_goes_when_no_lines_are_named(store: Store) -> None:
    order = store.twin.place_order([MUG, POSTER])
    told = store.fulfill(part(order.fulfillment_orders[0]), trackingInfo={"company": "UPS", "number": "1Z9"})
    made = told["fulfillment"]
    assert (made["name"], made["status"], made["displayStatus"]) == ("#1001.1", "SUCCESS", "FULFILLED")
    assert made["trackingInfo"][0]["url"].endswith("1Z9")
    assert [line["quantity"] for line in made["fulfillmentLineItems"]["nodes"]] == [2, 1]
    assert order.fulfillment_status == "FULFILLED"
    assert order.fulfillment_orders[0].status == "CLOSED"
    assert store.open_fulfillment_orders(order.gid) == []


def test_a_part_leaves_the_rest_in_progress_and_two_parcels_finish_it(store: Store) -> None:
    order = store.twin.place_order([MUG])
    [one] = order.fulfillment_orders
    assert store.fulfill(part(one, (one.lines[0], 1)))["userErrors"] == []
    assert (one.status, one.lines[0].remaining, order.fulfillment_status) == (
        "IN_PROGRESS",
        1,
        "PARTIALLY_FULFILLED",
    )
    assert store.fulfill(part(one))["fulfillment"]["name"] == "#1001.2"
    assert (one.status, order.fulfillment_status) == ("CLOSED", "FULFILLED")


def test_the_same_order_line_from_two_fulfillment_orders_is_one_line_of_the_parcel(store: Store) -> None:
    order = store.twin.place_order([MUG])
    store.twin.hold(order.id)
    store.twin.edit_order(order.id, order.lines[0].id, 5)
    store.twin.release_hold(order.id)
    first, second = order.fulfillment_orders
    told = store.fulfill(part(first), part(second))
    assert [line["quantity"] for line in told["fulfillment"]["fulfillmentLineItems"]["nodes"]] == [5]


def test_several_numbers_make_several_trackings_of_one_parcel(store: Store) -> None:
    order = store.twin.place_order([MUG])
    tracking = {"numbers": ["A", "B"], "urls": ["https://t/A", "https://t/B"], "company": "Sled"}
    told = store.fulfill(part(order.fulfillment_orders[0]), trackingInfo=tracking)
    assert [(one["number"], one["url"]) for one in told["fulfillment"]["trackingInfo"]] == [
        ("A", "https://t/A"),
        ("B", "https://t/B"),
    ]


class TestRefusals:
    @pytest.fixture
    def order(self, store: Store) -> Order:
        return store.twin.place_order([MUG])

    @pytest.fixture
    def one(self, order: Order) -> FulfillmentOrder:
        return order.fulfillment_orders[0]

    def test_unknown(self, store: Store, one: FulfillmentOrder) -> None:
        nowhere = {"id": "gid://shopify/FulfillmentOrder/1"}
        said = (AT_FULFILLMENT, "Fulfillment order does not exist.")
        assert refusal(store, part(nowhere)) == said
        assert refusal(store, part(one), part(nowhere)) == said

    def test_hidden_by_a_missing_scope(self, store: Store, one: FulfillmentOrder) -> None:
        store.twin.scopes = store.twin.scopes - {"write_merchant_managed_fulfillment_orders"}
        assert refusal(store, part(one)) == (AT_FULFILLMENT, "Fulfillment order does not exist.")

    def test_closed(self, store: Store, one: FulfillmentOrder) -> None:
        store.fulfill(part(one))
        said = f"Fulfillment order {one.id} has an unfulfillable status= closed."
        assert refusal(store, part(one)) == (AT_FULFILLMENT, said)

    def test_of_a_cancelled_order(self, store: Store, order: Order, one: FulfillmentOrder) -> None:
        store.twin.cancel_order(order.id)
        said = f"Fulfillment order {one.id} has an unfulfillable status= closed."
        assert refusal(store, part(one)) == (AT_FULFILLMENT, said)

    def test_on_hold(self, store: Store, order: Order, one: FulfillmentOrder) -> None:
        store.twin.hold(order.id)
        said = f"Fulfillment order {one.id} has an unfulfillable status= on_hold."
        assert refusal(store, part(one)) == (AT_FULFILLMENT, said)
        store.twin.release_hold(order.id)
        assert store.fulfill(part(one))["userErrors"] == []

    @pytest.mark.parametrize("counts", [(3,), (1, 2), (2, 1)])
    def test_more_than_remains(self, store: Store, one: FulfillmentOrder, counts: tuple[int, ...]) -> None:
        lines = [(one.lines[0], count) for count in counts]
        said = "Invalid fulfillment order line item quantity requested."
        assert refusal(store, part(one, *lines)) == (AT_FULFILLMENT, said)

    @pytest.mark.parametrize("count", [0, -1])
    def test_none_of_a_line_before_anything_else_is_looked_at(
        self, store: Store, one: FulfillmentOrder, count: int
    ) -> None:
        nowhere = {"id": "gid://shopify/FulfillmentOrder/1"}
        at = ["fulfillment", "lineItemsByFulfillmentOrder", "1", "fulfillmentOrderLineItems", "0", "quantity"]
        wrong = part(nowhere, (one.lines[0], count))
        assert refusal(store, part(one), wrong) == (at, "Quantity must be greater than 0")

    def test_an_unknown_line(self, store: Store, one: FulfillmentOrder) -> None:
        line = "gid://shopify/FulfillmentOrderLineItem/1"
        said = "Fulfillment order line item does not exist."
        assert refusal(store, part(one, (line, 1))) == (AT_FULFILLMENT, said)

    def test_two_orders(self, store: Store, order: Order, one: FulfillmentOrder) -> None:
        other = store.twin.place_order([MUG])
        said = (
            "All fulfillment orders must belong to the same order. "
            f"Multiple orders with ids [{order.id}, {other.id}] were found."
        )
        assert refusal(store, part(one), part(other.fulfillment_orders[0])) == (AT_FULFILLMENT, said)

    def test_two_locations(self, store: Store) -> None:
        order = store.twin.place_order([MUG, POSTER | {"location": "Warehouse"}])
        first, second = order.fulfillment_orders
        said = (
            "All fulfillment orders must be assigned to a single location. "
            f"Multiple locations with ids [{first.location.id}, {second.location.id}] were found."
        )
        assert refusal(store, part(first), part(second)) == (AT_FULFILLMENT, said)

    def test_two_delivery_methods(self, store: Store) -> None:
        order = store.twin.place_order([MUG, {"sku": "FILE", "requires_shipping": False}])
        found = {one.delivery_method: one for one in order.fulfillment_orders}
        _, said = refusal(store, part(found["SHIPPING"]), part(found["NONE"]))
        assert said.startswith("All fulfillment orders must have the same delivery method type.")

    def test_number_and_numbers_and_a_url_alone(self, store: Store, one: FulfillmentOrder) -> None:
        for tracking in ({"number": "1", "numbers": ["2"]}, {"url": "https://t/1"}):
            at, _ = refusal(store, part(one), trackingInfo=tracking)
            assert at == ["fulfillment", "trackingInfo"]

    def test_nothing_at_all(self, store: Store) -> None:
        refusal(store)

    def test_no_right_to_ship_is_an_error_of_the_whole_field(self, store: Store, one: FulfillmentOrder) -> None:
        store.twin.scopes = {scope for scope in store.twin.scopes if not scope.startswith("write_")}
        told = store.ask(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [part(one)]})
        assert told["data"] == {"fulfillmentCreate": None}
        assert told["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_new_tracking_takes_the_place_of_the_old(store: Store) -> None:
    order = store.twin.place_order([MUG])
    made = store.fulfill(part(order.fulfillment_orders[0]), trackingInfo={"number": "OLD"})["fulfillment"]
    told = store.data(TRACKING_UPDATE, id=made["id"], tracking={"number": "NEW"})["fulfillmentTrackingInfoUpdate"]
    assert [one["number"] for one in told["fulfillment"]["trackingInfo"]] == ["NEW"]
    wrong = store.data(TRACKING_UPDATE, id="gid://shopify/Fulfillment/1", tracking={"number": "NEW"})
    assert wrong["fulfillmentTrackingInfoUpdate"]["userErrors"]


def test_a_cancelled_parcel_comes_back_as_a_new_fulfillment_order(store: Store) -> None:
    order = store.twin.place_order([MUG])
    made = store.fulfill(part(order.fulfillment_orders[0]))["fulfillment"]
    cancel = (
        "mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { displayStatus } userErrors { message } } }"
    )
    assert store.data(cancel, id=made["id"])["fulfillmentCancel"]["fulfillment"] == {"displayStatus": "CANCELED"}
    [again] = store.open_fulfillment_orders(order.gid)
    assert again["lineItems"]["nodes"][0]["remainingQuantity"] == 2
    assert order.fulfillment_status == "UNFULFILLED"
    assert store.data(cancel, id=made["id"])["fulfillmentCancel"]["userErrors"]


def test_a_missing_scope_shows_fewer_fulfillment_orders_and_no_error(store: Store) -> None:
    order = store.twin.place_order([MUG])
    store.twin.scopes = store.twin.scopes - {"read_merchant_managed_fulfillment_orders"}
    assert store.open_fulfillment_orders(order.gid) == []
    one = f"gid://shopify/FulfillmentOrder/{order.fulfillment_orders[0].id}"
    assert store.data("query($id: ID!) { fulfillmentOrder(id: $id) { id } }", id=one) == {"fulfillmentOrder": None}


def test_an_order_that_is_still_routed_has_no_fulfillment_orders_to_see() -> None:
    store = Store(routing_delay_seconds=3)
    order = store.twin.place_order([MUG])
    assert store.open_fulfillment_orders(order.gid) == []
    assert refusal(store, part(order.fulfillment_orders[0])) == (
        AT_FULFILLMENT,
        "Fulfillment order does not exist.",
    )
    store.clock.passes(seconds=3)
    assert len(store.open_fulfillment_orders(order.gid)) == 1
