"""An app cancels an order: what the shop takes, when it does it, what it refuses, and what it says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.twins.shopify_store import MUG, POSTER, Store
from twins.shopify.model import Order

CANCEL = """
mutation($id: ID!, $restock: Boolean!, $refund: Boolean, $method: OrderCancelRefundMethodInput, $note: String) {
  orderCancel(
    orderId: $id, reason: OTHER, restock: $restock, refund: $refund, refundMethod: $method, staffNote: $note
    notifyCustomer: true
  ) {
    job { id done }
    jobResult { id done status errors { code field message } order { name cancelledAt } }
    orderCancelUserErrors { code field message }
  }
}"""
READ = """
query($id: ID!) {
  order(id: $id) {
    cancelledAt cancelReason closed displayFinancialStatus cancellation { staffNote }
    currentTotalPriceSet { shopMoney { amount } }
    currentShippingPriceSet { shopMoney { amount } }
    currentTotalTaxSet { shopMoney { amount } }
    currentTotalDiscountsSet { shopMoney { amount } }
    lineItems(first: 10) { nodes { currentQuantity } }
  }
}"""
TO_BUYER = {"originalPaymentMethodsRefund": True}


@pytest.fixture
def store() -> Store:
    return Store()


def cancel(store: Store, order: Order, **asked: Any) -> dict[str, Any]:
    told: dict[str, Any] = store.data(CANCEL, **({"id": order.gid, "restock": True} | asked))["orderCancel"]
    return told


def refusal(store: Store, order: Order, **asked: Any) -> tuple[str, str]:
    told = cancel(store, order, **asked)
    assert (told["job"], told["jobResult"], order.cancelled_at) == (None, None, None)
    [problem] = told["orderCancelUserErrors"]
    return problem["code"], problem["message"]


def read(store: Store, order: Order) -> dict[str, Any]:
    told: dict[str, Any] = store.data(READ, id=order.gid)["order"]
    return told


def amounts(told: dict[str, Any]) -> list[str]:
    names = ("currentTotalPriceSet", "currentShippingPriceSet", "currentTotalTaxSet", "currentTotalDiscountsSet")
    return [told[name]["shopMoney"]["amount"] for name in names]


def test_it_is_done_at_once_unless_told_otherwise(store: Store) -> None:
    store.listen("ORDERS_CANCELLED", "ORDERS_UPDATED", "REFUNDS_CREATE")
    order = store.twin.place_order([MUG], tax="2")
    store.hears()
    told = cancel(store, order, method=TO_BUYER, note="bought twice")
    assert told["orderCancelUserErrors"] == []
    assert told["job"]["done"] is True
    assert told["jobResult"]["status"] == "SUCCEEDED"
    shown = read(store, order)
    assert (shown["cancelReason"], shown["closed"]) == ("OTHER", True)
    assert shown["displayFinancialStatus"] == "REFUNDED"
    assert shown["cancellation"] == {"staffNote": "bought twice"}
    assert amounts(shown) == ["0.0"] * 4
    heard = store.hears()
    assert [one.topic for one in heard] == ["refunds/create", "orders/cancelled", "orders/updated"]
    assert heard[1].body["cancel_reason"] == "other"
    assert heard[1].body["cancelled_at"]


def test_a_late_job_is_seen_when_it_is_done_and_not_before() -> None:
    store = Store(cancel_delay_seconds=60)
    store.listen("ORDERS_CANCELLED")
    order = store.twin.place_order([MUG])
    told = cancel(store, order)
    assert (told["job"]["done"], told["jobResult"]["status"]) == (False, "STARTED")
    job = "query($id: ID!) { job(id: $id) { done } }"
    assert store.data(job, id=told["job"]["id"])["job"] == {"done": False}
    assert (read(store, order)["cancelledAt"], store.hears()) == (None, [])
    store.clock.passes(seconds=60)
    assert [one.topic for one in store.hears()] == ["orders/cancelled"]
    assert read(store, order)["cancelledAt"] == "2026-11-21T09:01:00Z"
    assert store.data(job, id=told["job"]["id"])["job"] == {"done": True}


def test_a_late_job_fails_when_a_parcel_was_quicker() -> None:
    store = Store(cancel_delay_seconds=60)
    order = store.twin.place_order([MUG])
    cancel(store, order)
    store.twin.fulfill_elsewhere(order.id)
    store.clock.passes(seconds=60)
    assert read(store, order)["cancelledAt"] is None
    [job] = store.twin.shop.jobs.accepted.values()
    assert (job.status, job.errors[0]["message"]) == (
        "FAILED",
        "Cannot cancel an order that has outstanding fulfillments",
    )


def test_two_late_jobs_cancel_once() -> None:
    store = Store(cancel_delay_seconds=60)
    order = store.twin.place_order([MUG])
    for _ in range(2):
        cancel(store, order, method=TO_BUYER)
    store.clock.passes(seconds=60)
    read(store, order)
    assert [one.status for one in store.twin.shop.jobs.accepted.values()] == ["SUCCEEDED", "FAILED"]
    assert len(order.refunds) == 1


class TestMoneyAndStock:
    def test_neither(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        cancel(store, order, restock=False, method={"originalPaymentMethodsRefund": False})
        shown = read(store, order)
        assert (shown["displayFinancialStatus"], order.refunds) == ("PAID", [])
        assert shown["lineItems"]["nodes"] == [{"currentQuantity": 2}]

    def test_stock_alone(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        cancel(store, order)
        assert (read(store, order)["displayFinancialStatus"], order.refunded) == ("PAID", Decimal(0))
        assert [kind for *_, kind in order.refunds[0].lines] == ["cancel"]

    def test_money_alone(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        cancel(store, order, restock=False, refund=True)
        assert read(store, order)["displayFinancialStatus"] == "REFUNDED"
        assert [kind for *_, kind in order.refunds[0].lines] == ["no_restock"]

    @pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED"])
    @pytest.mark.parametrize("restock", [True, False])
    def test_what_was_never_paid_is_not_paid_back(self, store: Store, status: str, restock: bool) -> None:
        order = store.twin.place_order([MUG], financial_status=status, tax="1")
        cancel(store, order, restock=restock, method=TO_BUYER)
        shown = read(store, order)
        assert (shown["displayFinancialStatus"], order.refunded) == ("VOIDED", Decimal(0))
        assert amounts(shown) == ["0.0"] * 4


class TestRefusals:
    def test_twice(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        cancel(store, order)
        [problem] = cancel(store, order)["orderCancelUserErrors"]
        assert problem["message"] == "Cannot cancel an order that has already been canceled"

    def test_shipped_even_in_part(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
        said = "Cannot cancel an order that has outstanding fulfillments"
        assert refusal(store, order) == ("INVALID", said)

    def test_a_note_that_is_too_long(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        said = "Staff note is too long. Maximum length is 255 characters."
        assert refusal(store, order, note="x" * 256) == ("INVALID", said)
        assert cancel(store, order, note="x" * 255)["orderCancelUserErrors"] == []

    def test_both_ways_of_saying_refund(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        said = "Only one of the arguments `refund` or `refund_method` is allowed."
        assert refusal(store, order, refund=False, method=TO_BUYER) == ("INVALID", said)

    def test_restocking_a_place_that_was_closed(self, store: Store) -> None:
        order = store.twin.place_order([MUG, POSTER | {"location": "Annex"}])
        store.twin.shop.location("Annex").active = False
        assert "deactivated" in refusal(store, order)[1]
        assert cancel(store, order, restock=False)["orderCancelUserErrors"] == []

    @pytest.mark.parametrize("method", [{}, {**TO_BUYER, "storeCreditRefund": {}}])
    def test_not_exactly_one_way_to_refund(self, store: Store, method: dict[str, Any]) -> None:
        order = store.twin.place_order([MUG])
        told = store.refused(CANCEL, id=order.gid, restock=True, method=method)
        assert "exactly one argument" in told["message"]
        assert order.cancelled_at is None

    def test_an_order_there_is_not(self, store: Store) -> None:
        told = store.data(CANCEL, id="gid://shopify/Order/7", restock=True)["orderCancel"]
        assert told["orderCancelUserErrors"][0]["code"] == "NOT_FOUND"

    def test_an_app_without_the_scope(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        store.twin.scopes = store.twin.scopes - {"write_orders"}
        assert store.refused(CANCEL, id=order.gid, restock=True)["extensions"]["code"] == "ACCESS_DENIED"


def test_by_the_control_plane_an_order_has_it_all_and_is_cancelled_as_told(store: Store) -> None:
    line = MUG | {"vendor": "Kranich", "location": "Berlin"}
    asked = {
        "lines": [line],
        "tags": ["rush"],
        "note": "at the gate",
        "attributes": {"gift_message": "All the best"},
        "tax": "1.00",
    }
    placed = store.control("POST", "/orders", asked)
    assert (placed["tags"], placed["note"], placed["cancellation"]) == (["rush"], "at the gate", None)
    whole = store.control("GET", f"/orders/{placed['id']}")
    assert whole["note_attributes"] == [{"name": "gift_message", "value": "All the best"}]
    assert whole["line_items"][0]["vendor"] == "Kranich"
    wish = {"restock": False, "refund": True, "notify": True, "staff_note": "bought twice"}
    told = store.control("POST", f"/orders/{placed['id']}/cancel", wish)["cancellation"]
    assert told == {"restock": False, "refund": True, "notified": True, "staff_note": "bought twice"}
