"""Every document that the connector sends is served by the twin, for an order that has all there can be."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.shopify.documents import DOCUMENTS, Document
from tests.twins.shopify_store import HOOK, MUG, POSTER, Store


@pytest.fixture
def busy_store() -> Store:
    """An order that was edited, refunded, held in part and shipped in part."""
    store = Store()
    gift = {"sku": "GIFT", "gift_card": True, "price": "25"}
    download = {"sku": "FILE", "requires_shipping": False}
    order = store.twin.place_order([MUG, POSTER | {"location": "Warehouse"}, gift, download])
    store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1}, company="UPS", number="1Z")
    store.twin.refund(order.id, order.lines[0].id, 1)
    store.twin.edit_order(order.id, {"sku": "LATER"}, 3)
    store.twin.hold(order.id)
    store.listen("ORDERS_CREATE")
    return store


def variables(store: Store, document: Document) -> dict[str, Any]:
    order = next(iter(store.twin.orders.values()))
    held = next(one for one in order.fulfillment_orders if one.open)
    made = order.fulfillments[-1]
    ids = {
        "PlatenFulfillmentOrderLines": f"gid://shopify/FulfillmentOrder/{held.id}",
        "PlatenOrderOfFulfillmentOrder": f"gid://shopify/FulfillmentOrder/{held.id}",
        "PlatenFulfillmentLines": f"gid://shopify/Fulfillment/{made.id}",
        "PlatenOrderOfFulfillment": f"gid://shopify/Fulfillment/{made.id}",
        "PlatenTrackingUpdate": f"gid://shopify/Fulfillment/{made.id}",
        "PlatenOrderOfRefund": f"gid://shopify/Refund/{order.refunds[0].id}",
        "PlatenWebhookUpdate": next(iter(store.twin.webhooks.values())).gid,
    }
    everything: dict[str, Any] = {
        "id": ids.get(document.name, order.gid),
        "query": "updated_at:>='2026-11-21T08:00:00Z'",
        "after": "eyJsYXN0X2lkIjowLCJsYXN0X3ZhbHVlIjowfQ==",
        "fulfillment": {"lineItemsByFulfillmentOrder": []},
        "tracking": {"number": "1Z2", "company": "UPS"},
        "notify": False,
        "refund": True,
        "restock": True,
        "note": "the buyer changed their mind",
        "topic": "ORDERS_UPDATED",
        "subscription": {"uri": HOOK + "/new"},
    }
    if document.name == "PlatenOrdersChanged":
        everything["after"] = None
    return {name: value for name, value in everything.items() if f"${name}" in document.text}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_of_the_connector_is_answered_without_errors(busy_store: Store, document: Document) -> None:
    told = busy_store.ask(document.text, **variables(busy_store, document))
    assert "errors" not in told, told["errors"]
    assert all(value is not None for value in told["data"].values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_connector_expects_no_less_than_a_document_costs(busy_store: Store, document: Document) -> None:
    told = busy_store.ask(document.text, **variables(busy_store, document))
    assert told["extensions"]["cost"]["requestedQueryCost"] <= document.cost
