"""The faults, and the control plane that a demo or a benchmark steers the twin by."""

from __future__ import annotations

import threading

import pytest

from platen.domain.verdicts import Unclear
from tests.twins.shopify_store import FULFILL, MUG, SUBSCRIBE, Store

SHOP = "{ shop { name } }"


@pytest.fixture
def store() -> Store:
    return Store()


class TestFaults:
    def test_a_cut_reply_leaves_the_fulfillment_made(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        one = {"fulfillmentOrderId": store.open_fulfillment_orders(order.gid)[0]["id"]}
        store.twin.faults.add(on="fulfillmentCreate", kind="cut_reply")
        with pytest.raises(Unclear):
            store.post(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [one]})
        assert len(store.twin.fulfillments(order)) == 1
        again = store.fulfill(one)
        assert again["userErrors"][0]["message"].endswith("status= closed.")
        assert len(store.twin.fulfillments(order)) == 1

    def test_a_dropped_call_did_nothing(self, store: Store) -> None:
        order = store.twin.place_order([MUG])
        one = {"fulfillmentOrderId": store.open_fulfillment_orders(order.gid)[0]["id"]}
        store.twin.faults.add(on="fulfillmentCreate", kind="drop")
        with pytest.raises(Unclear):
            store.post(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [one]})
        assert store.twin.fulfillments(order) == []

    def test_a_rule_is_for_the_call_it_names(self, store: Store) -> None:
        store.twin.faults.add(on="token", kind="status", status=503)
        store.twin.faults.add(on="webhookSubscriptionCreate", kind="status", status=502)
        assert store.post(SHOP).status == 200
        assert store.post(SUBSCRIBE, topic="ORDERS_PAID", sub={"uri": "https://a.example"}).status == 502
        assert store.twin.webhooks == {}
        assert store.http("POST", "/admin/oauth/access_token", form={"client_id": "app"}).status == 503

    def test_a_body_that_cannot_be_read_still_has_a_name(self, store: Store) -> None:
        store.twin.faults.add(kind="status", status=418)
        assert store.http("POST", "/admin/api/2026-10/graphql.json", json=["x"]).status == 418

    def test_an_answer_that_fails_after_it_was_done(self, store: Store) -> None:
        store.twin.faults.add(on="webhookSubscriptionCreate", kind="status_after", status=500)
        sub = {"uri": "https://hub.example.com/hook"}
        assert store.post(SUBSCRIBE, topic="ORDERS_PAID", sub=sub).status == 500
        assert len(store.twin.webhooks) == 1


class TestControlPlane:
    def test_an_order_is_placed_listed_shown_and_cancelled(self, store: Store) -> None:
        placed = store.control(
            "POST", "/orders", {"lines": [MUG], "ship_to": {"city": "Bern", "country_code": "CH"}}
        )
        assert placed["name"] == "#1001"
        path = f"/orders/{placed['id']}"
        assert store.control("POST", f"{path}/fulfill", {"number": "1Z"})["status"] == "FULFILLED"
        [listed] = store.control("GET", "/orders")["orders"]
        assert listed["fulfillments"][0]["tracking"] == ["1Z"]
        assert store.control("GET", path)["shipping_address"]["city"] == "Bern"
        other = store.control("POST", "/orders", {"lines": [MUG]})
        assert store.control("POST", f"/orders/{other['id']}/cancel")["cancelled"] is True

    def test_what_cannot_be_done_is_said(self, store: Store) -> None:
        assert store.http("POST", "/_twin/orders", json={"lines": [MUG], "colour": "red"}).status == 400
        assert store.http("POST", "/_twin/orders", json={"lines": [MUG], "ship_to": {"town": "x"}}).status == 400
        assert store.twin.orders == {}
        assert store.http("GET", "/_twin/orders/1").status == 404
        assert store.http("POST", "/_twin/orders/1/cancel").status == 409
        placed = store.control("POST", "/orders", {"lines": [MUG]})
        store.control("POST", f"/orders/{placed['id']}/cancel")
        twice = store.http("POST", f"/_twin/orders/{placed['id']}/cancel")
        assert twice.status == 409
        assert "already been canceled" in twice.text
        shipped = store.control("POST", "/orders", {"lines": [MUG]})["id"]
        assert store.http("POST", f"/_twin/orders/{shipped}/fulfill", json={"url": "https://t/1"}).status == 409
        assert store.http("POST", f"/_twin/orders/{shipped}/refund", json={"line": 1, "quantity": 1}).status == 409
        assert store.http("POST", f"/_twin/orders/{shipped}/address").status == 409
        assert store.http("POST", f"/_twin/orders/{shipped}/shout").status == 404

    def test_faults_are_set_and_taken_away(self, store: Store) -> None:
        store.control("POST", "/faults", {"on": "shop", "kind": "status", "status": 503, "times": 9})
        assert store.post(SHOP).status == 503
        store.control("DELETE", "/faults")
        assert store.post(SHOP).status == 200
        assert store.http("POST", "/_twin/faults", json={"kind": "explode"}).status == 400

    def test_webhooks_are_doubled_lost_and_sent_again(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        store.control("POST", "/outbox", {"duplicates": 1})
        store.control("POST", "/orders", {"lines": [MUG]})
        twice = store.hears()
        assert len(twice) == 2
        assert twice[0] == twice[1]
        store.control("POST", "/outbox", {"duplicates": 0, "lose": 1})
        store.control("POST", "/orders", {"lines": [MUG]})
        assert store.hears() == []
        assert store.control("POST", "/outbox/again")["waiting"] == 2
        assert store.hears() == twice
        assert store.http("POST", "/_twin/outbox", json={"speed": 1}).status == 400

    def test_the_stats_count(self, store: Store) -> None:
        store.listen("ORDERS_CREATE")
        order = store.twin.place_order([MUG])
        store.twin.fulfill_elsewhere(order.id)
        store.hears()
        told = store.control("GET", "/stats")
        assert (told["orders"], told["fulfillments"], told["deliveries_sent"]) == (1, 1, 1)
        assert told["bucket"]["maximumAvailable"] == 2000


def test_many_callers_at_once_ship_no_parcel_twice(store: Store) -> None:
    order = store.twin.place_order([MUG | {"quantity": 20}])
    [one] = order.fulfillment_orders
    line = {"id": f"gid://shopify/FulfillmentOrderLineItem/{one.lines[0].id}", "quantity": 1}
    asked = {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{one.id}", "fulfillmentOrderLineItems": [line]}
    answers: list[object] = []

    def ship() -> None:
        for _ in range(5):
            told = store.ask(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [asked]})
            answers.append(told["data"]["fulfillmentCreate"]["fulfillment"])

    threads = [threading.Thread(target=ship) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 30
    assert sum(answer is not None for answer in answers) == 20
    assert order.lines[0].fulfilled == 20
    assert len({made.name for made in store.twin.fulfillments(order)}) == 20
