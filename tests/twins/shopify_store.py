"""What the Shopify twin's tests share: a clock, a listener for webhooks, and an app that asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from platen.ports import Reply
from tests.support.wsgi import WsgiHttp
from twins.shopify import ShopifyTwin

HOST = "acme.myshopify.com"
TOKEN = "shpat_static"
HOOK = "https://hub.example.com/hook"

MUG = {
    "sku": "MUG",
    "title": "Mug",
    "quantity": 2,
    "price": "12.50",
    "attributes": {"print_url": "https://a/b.png"},
}
POSTER = {"sku": "POSTER", "title": "Poster", "quantity": 1, "price": "30.00"}


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass(frozen=True)
class Heard:
    url: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Listener:
    """Where webhooks arrive. ``answers`` are used up one by one; after them it says 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.down = False
        self.heard: list[Heard] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.heard.append(Heard(url, headers, body))
        if self.down:
            raise TimeoutError
        return self.answers.pop(0) if self.answers else 200

    @property
    def topics(self) -> list[str]:
        return [one.topic for one in self.heard]


class Store:
    """A twin with a clock and a listener, asked over HTTP as an app asks."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.listener = Listener()
        self.twin = ShopifyTwin(now=self.clock, post=self.listener, **settings)
        self._http = WsgiHttp({HOST: self.twin.app})

    def post(self, query: str, /, version: str = "2026-10", token: str = TOKEN, **variables: Any) -> Reply:
        return self._http.send(
            "POST",
            f"https://{HOST}/admin/api/{version}/graphql.json",
            headers={"X-Shopify-Access-Token": token},
            json={"query": query, "variables": variables},
        )

    def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer, which must be an HTTP 200 as nearly every answer is."""
        reply = self.post(query, **variables)
        assert reply.status == 200, reply.body
        told: dict[str, Any] = json.loads(reply.body)
        return told

    def data(self, query: str, /, **variables: Any) -> Any:
        told = self.ask(query, **variables)
        assert "errors" not in told, told["errors"]
        return told["data"]

    def refused(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The first of the errors an answer must have."""
        told = self.ask(query, **variables)
        first: dict[str, Any] = told["errors"][0]
        return first

    def http(self, method: str, path: str, **sent: Any) -> Reply:
        return self._http.send(method, f"https://{HOST}{path}", **sent)

    def control(self, method: str, path: str, body: object | None = None) -> Any:
        reply = self.http(method, f"/_twin{path}", json=body)
        assert reply.status in (200, 201), reply.body
        return json.loads(reply.body)

    def listen(self, *topics: str, uri: str = HOOK, **more: Any) -> None:
        for topic in topics:
            told = self.data(SUBSCRIBE, topic=topic, sub={"uri": uri, **more})["webhookSubscriptionCreate"]
            assert told["userErrors"] == []

    def hears(self) -> list[Heard]:
        """What has come since the last time."""
        self.twin.outbox.pump()
        heard, self.listener.heard = self.listener.heard, []
        return heard

    def open_fulfillment_orders(self, order_id: str) -> list[dict[str, Any]]:
        told = self.data(FULFILLMENT_ORDERS, id=order_id)["order"]["fulfillmentOrders"]["nodes"]
        return [one for one in told if one["status"] not in ("CLOSED", "CANCELLED")]

    def fulfill(self, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        asked = {"lineItemsByFulfillmentOrder": list(parts), **more}
        told: dict[str, Any] = self.data(FULFILL, fulfillment=asked)["fulfillmentCreate"]
        return told


def signed(raw: bytes, secret: str = "hush") -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


SUBSCRIBE = """
mutation($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri apiVersion { handle } }
    userErrors { field message }
  }
}"""

FULFILLMENT_ORDERS = """
query($id: ID!) {
  order(id: $id) {
    displayFulfillmentStatus
    fulfillmentOrders(first: 20) {
      nodes {
        id status
        assignedLocation { location { id } }
        deliveryMethod { methodType }
        supportedActions { action }
        lineItems(first: 50) { nodes { id totalQuantity remainingQuantity lineItem { id sku } } }
      }
    }
  }
}"""

FULFILL = """
mutation($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment {
      id name status displayStatus
      trackingInfo(first: 10) { company number url }
      fulfillmentLineItems(first: 5) { nodes { quantity lineItem { id } } }
    }
    userErrors { field message }
  }
}"""

SWEEP = """
query($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}"""
