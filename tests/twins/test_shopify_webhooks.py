"""What is sent, how it is signed, how long it is tried, and who may subscribe."""

from __future__ import annotations

import pytest

from tests.twins.shopify_store import HOOK, MUG, POSTER, Store, signed

LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"
ORDER_KEYS = {
    "id": int,
    "admin_graphql_api_id": str,
    "name": str,
    "order_number": int,
    "created_at": str,
    "updated_at": str,
    "financial_status": str,
    "line_items": list,
    "shipping_address": dict,
    "shipping_lines": list,
    "total_price": str,
    "total_price_set": dict,
    "tags": str,
    "fulfillments": list,
    "refunds": list,
    "test": bool,
}


@pytest.fixture
def store() -> Store:
    return Store()


class TestDelivery:
    def test_the_signature_is_over_the_raw_bytes_and_not_over_a_rewritten_body(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        store.twin.place_order([MUG], note="Grüße & <b>")
        [one] = store.hears()
        assert one.headers["X-Shopify-Hmac-Sha256"] == signed(one.raw)
        rewritten = repr(one.body).encode()
        assert signed(rewritten) != signed(one.raw)
        assert b"https:\\/\\/a\\/b.png" in one.raw
        assert "Grüße".encode() in one.raw
        assert b'": ' not in one.raw

    def test_the_oldest_living_secret_signs(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        store.twin.rotate_secret("newer")
        store.twin.place_order([MUG])
        store.twin.retire_secret()
        store.twin.place_order([MUG])
        first, second = store.hears()
        assert first.headers["X-Shopify-Hmac-Sha256"] == signed(first.raw, "hush")
        assert second.headers["X-Shopify-Hmac-Sha256"] == signed(second.raw, "newer")

    def test_the_headers_tell_topic_shop_version_and_ids(self, store: Store) -> None:
        store.listen("FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE", name="routing")
        store.twin.place_order([MUG])
        [one] = store.hears()
        assert one.headers["X-Shopify-Topic"] == "fulfillment_orders/order_routing_complete"
        assert one.headers["X-Shopify-Shop-Domain"] == "acme.myshopify.com"
        assert one.headers["X-Shopify-API-Version"] == "2026-10"
        assert one.headers["X-Shopify-Name"] == "routing"
        assert one.headers["X-Shopify-Triggered-At"].startswith("2026-11-21T09:00:00")
        assert one.headers["X-Shopify-Triggered-At"].endswith("Z")
        assert one.url == HOOK

    def test_a_new_order_is_told_several_times_and_one_action_shares_an_event(self, store: Store) -> None:
        store.listen("ORDERS_UPDATED", "ORDERS_CREATE", "ORDERS_PAID")
        store.twin.place_order([MUG])
        heard = store.hears()
        assert sorted(one.topic for one in heard) == ["orders/create", "orders/paid", *["orders/updated"] * 2]
        events = [one.headers["X-Shopify-Event-Id"] for one in heard]
        assert len(set(events)) == 2
        assert len({one.headers["X-Shopify-Webhook-Id"] for one in heard}) == 4

    def test_a_failure_is_tried_again_with_the_same_body_and_id(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        order = store.twin.place_order([MUG])
        store.listener.answers = [500, 302, 404]
        first = store.hears()
        store.twin.change_address(order.id, city="Elsewhere")
        for _ in range(3):
            store.clock.passes(hours=1)
            first += store.hears()
        assert len(first) == 4
        assert len({one.raw for one in first}) == 1
        assert len({one.headers["X-Shopify-Webhook-Id"] for one in first}) == 1
        store.clock.passes(hours=9)
        assert store.hears() == []

    def test_after_eight_retries_within_four_hours_the_subscription_is_gone(self, store: Store) -> None:
        store.listen("ORDERS_CREATE", "ORDERS_CANCELLED")
        store.twin.place_order([MUG])
        store.listener.down = True
        tries = 0
        for _ in range(4 * 60):
            tries += len(store.hears())
            store.clock.passes(minutes=1)
        assert tries == 9
        left = [one["topic"] for one in store.data(LIST)["webhookSubscriptions"]["nodes"]]
        assert left == ["ORDERS_CANCELLED"]
        assert [one.topic for one in store.twin.shop.webhooks.deleted] == ["ORDERS_CREATE"]
        store.twin.place_order([MUG])
        assert store.hears() == []

    def test_retries_can_be_told_to_hurry(self) -> None:
        store = Store(webhook_retry_scale=0.001)
        store.listen("ORDERS_CREATE")
        store.listener.down = True
        store.twin.place_order([MUG])
        for _ in range(30):
            store.hears()
            store.clock.passes(seconds=1)
        assert store.twin.webhooks == {}

    def test_nothing_is_sent_for_a_topic_nobody_asked_for(self, store: Store) -> None:
        store.listen("ORDERS_CANCELLED")
        store.twin.place_order([MUG])
        assert store.hears() == []

    def test_included_fields_are_all_that_is_sent(self, store: Store) -> None:
        store.listen("ORDERS_CREATE", includeFields=["id", "updated_at"])
        order = store.twin.place_order([MUG])
        assert [one.body for one in store.hears()] == [{"id": order.id, "updated_at": "2026-11-21T04:00:00-05:00"}]

    def test_a_filter_keeps_the_others_out(self, store: Store) -> None:
        store.listen("ORDERS_CREATE", filter="test:true")
        store.twin.place_order([MUG])
        tried = store.twin.place_order([MUG], test=True)
        assert [one.body["id"] for one in store.hears()] == [tried.id]

    def test_routing_is_told_when_it_is_over(self) -> None:
        store = Store(routing_delay_seconds=5)
        store.listen("FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE")
        store.twin.place_order([MUG, POSTER | {"location": "Warehouse"}])
        assert store.hears() == []
        store.clock.passes(seconds=5)
        assert len(store.hears()) == 2


class TestBodies:
    def test_an_order_is_in_the_rest_shape_without_a_wrapper(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        order = store.twin.place_order(
            [MUG | {"discount": "5.00"}],
            tags=["b", "a"],
            presentment_currency="EUR",
            presentment_rate="0.5",
            attributes={"gift": "yes"},
        )
        [one] = store.hears()
        body = one.body
        for key, kind in ORDER_KEYS.items():
            assert isinstance(body[key], kind), key
        assert body["id"] == order.id
        assert body["fulfillment_status"] is None
        assert body["tags"] == "a, b"
        assert body["created_at"] == "2026-11-21T04:00:00-05:00"
        assert body["note_attributes"] == [{"name": "gift", "value": "yes"}]
        [line] = body["line_items"]
        assert line["properties"] == [{"name": "print_url", "value": "https://a/b.png"}]
        assert line["total_discount"] == "0.00"
        assert line["discount_allocations"][0]["amount"] == "5.00"
        assert body["total_price"] == "24.90"
        assert body["total_price_set"]["presentment_money"] == {"amount": "12.45", "currency_code": "EUR"}

    def test_an_order_without_an_address_says_null(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        store.twin.place_order([MUG], ship_to=None, customer=False, email=None)
        body = store.hears()[0].body
        assert (body["shipping_address"], body["billing_address"], body["customer"]) == (None, None, None)
        assert body["shipping_lines"] == []

    def test_hidden_persons_are_nulls_in_webhooks_too(self, store: Store) -> None:
        store.listen("ORDERS_CREATE", "FULFILLMENTS_CREATE")
        store.twin.hide_personal_data = True
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id)
        for one in store.hears():
            assert b"Test Buyer" not in one.raw
            assert b"buyer@" not in one.raw
            assert b"1 Example Street" not in one.raw
            assert b"Springfield" in one.raw

    def test_an_edit_carries_no_order(self, store: Store) -> None:
        store.listen("ORDERS_EDITED")
        order = store.twin.place_order([MUG])
        store.twin.edit_order(order.id, order.lines[0].id, 1)
        [one] = store.hears()
        edit = one.body["order_edit"]
        assert set(one.body) == {"order_edit"}
        assert edit["order_id"] == order.id
        assert edit["line_items"] == {"additions": [], "removals": [{"id": order.lines[0].id, "delta": 1}]}

    def test_a_hold_names_the_fulfillment_order_by_gid_and_no_order(self, store: Store) -> None:
        store.listen("FULFILLMENT_ORDERS_PLACED_ON_HOLD", "FULFILLMENT_ORDERS_HOLD_RELEASED")
        order = store.twin.place_order([MUG])
        store.twin.hold(order.id, reason="INCORRECT_ADDRESS")
        store.twin.hold(order.id)
        store.twin.release_hold(order.id)
        placed, released = store.hears()
        one = f"gid://shopify/FulfillmentOrder/{order.fulfillment_orders[0].id}"
        assert placed.body["fulfillment_order"]["id"] == one
        assert placed.body["fulfillment_order"]["status"] == "on_hold"
        assert placed.body["created_fulfillment_hold"]["reason"] == "incorrect_address"
        assert released.body == {"fulfillment_order": {"id": one, "status": "open"}}
        assert str(order.id).encode() not in placed.raw

    def test_a_refund_has_numbers_where_everything_else_has_strings(self, store: Store) -> None:
        store.listen("REFUNDS_CREATE")
        order = store.twin.place_order([MUG])
        store.twin.refund(order.id, order.lines[0].id, 1)
        [one] = store.hears()
        [line] = one.body["refund_line_items"]
        assert one.body["order_id"] == order.id
        assert (line["subtotal"], line["restock_type"], line["quantity"]) == (12.5, "cancel", 1)

    def test_a_parcel_tells_order_tracking_and_quantities_and_the_order_follows(self, store: Store) -> None:
        store.listen("FULFILLMENTS_CREATE", "ORDERS_PARTIALLY_FULFILLED", "ORDERS_FULFILLED", "ORDERS_UPDATED")
        order = store.twin.place_order([MUG])
        store.hears()
        store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1}, company="UPS", number="1Z")
        heard = store.hears()
        assert [one.topic for one in heard] == [
            "fulfillments/create",
            "orders/partially_fulfilled",
            "orders/updated",
        ]
        assert len({one.headers["X-Shopify-Event-Id"] for one in heard}) == 1
        parcel = heard[0].body
        assert (parcel["order_id"], parcel["status"], parcel["tracking_numbers"]) == (order.id, "success", ["1Z"])
        assert [line["quantity"] for line in parcel["line_items"]] == [1]
        store.twin.fulfill_elsewhere(order.id)
        assert "orders/fulfilled" in [one.topic for one in store.hears()]

    def test_an_uninstalled_app_is_told_once_and_let_in_no_more(self, store: Store) -> None:
        store.listen("APP_UNINSTALLED", "ORDERS_CREATE")
        store.twin.uninstall()
        store.twin.place_order([MUG])
        assert [one.topic for one in store.hears()] == ["app/uninstalled"]
        assert store.post("{ shop { name } }").status == 401
