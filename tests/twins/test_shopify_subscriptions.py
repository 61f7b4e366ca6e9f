"""Who may subscribe to what, under which address, and what changes and deletions do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.shopify_store import HOOK, MUG, SUBSCRIBE, Store

ADDRESS = ["webhookSubscription", "callbackUrl"]
NAME = ["webhookSubscription", "name"]
LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"


@pytest.fixture
def store() -> Store:
    return Store()


def problems(store: Store, topic: str = "ORDERS_CREATE", **sub: Any) -> list[tuple[list[str], str]]:
    told = store.data(SUBSCRIBE, topic=topic, sub=sub)["webhookSubscriptionCreate"]
    return [(error["field"], error["message"]) for error in told["userErrors"]]


def test_the_same_topic_and_address_is_taken(store: Store) -> None:
    assert problems(store, uri=HOOK) == []
    assert problems(store, uri=HOOK) == [(ADDRESS, "Address for this topic has already been taken")]
    assert problems(store, "ORDERS_PAID", uri=HOOK) == []


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("", "Address can't be blank"),
        ("http://hub.example.com/hook", "Address protocol http:// is not supported"),
        ("ftp://hub.example.com", "Address protocol ftp:// is not supported"),
        ("https://", "Address is invalid"),
        ("https://other.myshopify.com/hook", "Address cannot be a Shopify or an internal domain"),
        ("https://localhost/hook", "Address cannot be a Shopify or an internal domain"),
        ("https://127.0.0.1/hook", "Address cannot be a Shopify or an internal domain"),
    ],
)
def test_an_address_that_will_not_do(store: Store, uri: str, message: str) -> None:
    assert problems(store, uri=uri) == [(ADDRESS, message)]
    assert store.twin.webhooks == {}


def test_a_local_stack_may_listen_on_plain_http() -> None:
    assert problems(Store(plain_http=True), uri="http://127.0.0.1:4566/hook") == []


def test_a_name_that_will_not_do(store: Store) -> None:
    assert problems(store, uri=HOOK, name="a name")[0][0] == NAME
    assert problems(store, uri=HOOK, name="one") == []
    taken = (NAME, "Name already exists, no duplicate allowed")
    assert problems(store, "ORDERS_PAID", uri=HOOK, name="ONE") == [taken]


def test_a_filter_without_a_field_will_not_do(store: Store) -> None:
    [(field, message)] = problems(store, uri=HOOK, filter="totally bogus syntax")
    assert field == ["webhookSubscription"]
    assert message.startswith("The specified filter is invalid")


def test_an_unknown_topic_is_an_error_of_the_document(store: Store) -> None:
    error = store.refused(SUBSCRIBE, topic="ORDERS_EATEN", sub={"uri": HOOK})
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    literal = SUBSCRIBE.replace("topic: $topic", "topic: ORDERS_EATEN").replace(
        "$topic: WebhookSubscriptionTopic!, ", ""
    )
    assert store.refused(literal, sub={"uri": HOOK})["extensions"]["code"] == "argumentLiteralsIncompatible"


def test_an_unknown_subscription_can_be_neither_changed_nor_deleted(store: Store) -> None:
    nobody = "gid://shopify/WebhookSubscription/1"
    update = """mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
        webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) { userErrors { field message } } }"""
    delete = """mutation($id: ID!) {
        webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }"""
    said = [{"field": ["id"], "message": "Webhook subscription does not exist"}]
    assert store.data(update, id=nobody, sub={"uri": HOOK})["webhookSubscriptionUpdate"]["userErrors"] == said
    assert store.data(delete, id=nobody)["webhookSubscriptionDelete"]["userErrors"] == said


def test_a_changed_address_gets_what_comes_next_and_what_was_due_goes_to_the_old_one(store: Store) -> None:
    store.listen("ORDERS_CREATE")
    store.twin.place_order([MUG])
    update = """mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
        webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) { userErrors { message } } }"""
    [known] = store.data(LIST)["webhookSubscriptions"]["nodes"]
    store.data(update, id=known["id"], sub={"uri": HOOK + "/new"})
    store.twin.place_order([MUG])
    assert [one.url for one in store.hears()] == [HOOK, HOOK + "/new"]


def test_a_deleted_subscription_is_silent(store: Store) -> None:
    store.listen("ORDERS_CREATE")
    [known] = store.data(LIST)["webhookSubscriptions"]["nodes"]
    delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }"
    told = store.data(delete, id=known["id"])
    assert told["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"] == known["id"]
    store.twin.place_order([MUG])
    assert store.hears() == []
