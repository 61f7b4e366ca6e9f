"""Webhook subscriptions, and the sending of what they asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from twins.kit import Delivery, Outbox
from twins.shopify.model import gid

RETRY_AFTER = (10.0, 30.0, 120.0, 360.0, 900.0, 1800.0, 3600.0, 7200.0)
"""Eight retries within four hours with growing gaps; the real spacing is not published."""

_INTERNAL = re.compile(
    r"(^|\.)(shopify\.com|myshopify\.com|localhost|local|internal)$|^(127|10|0|169\.254|192\.168)\.|^\[?::1"
)
_NAME = re.compile(r"[A-Za-z0-9_-]*")
_FILTER_TERM = re.compile(r"([\w.]+):(\S+)")

type Problem = tuple[list[str], str]
"""(field path, message), as a user error carries them."""


def post_within_five_seconds(url: str, headers: Any, body: bytes) -> int:
    """As the real sender does: one second to connect, five in all, and a redirect is a failure."""
    return requests.post(url, data=body, headers=dict(headers), timeout=(1, 5), allow_redirects=False).status_code


@dataclass(eq=False)
class Subscription:
    id: int
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    format: str = "JSON"
    name: str | None = None
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("WebhookSubscription", self.id)

    @property
    def header(self) -> str:
        return header_of(self.topic)

    def wants(self, body: dict[str, Any]) -> bool:
        terms = _FILTER_TERM.findall(self.filter or "")
        return all(str(body.get(name)).lower() == value.lower() for name, value in terms)


# Topics whose resource has two words: the slash comes before the last part only where the action has one word.
_RESOURCES = ("FULFILLMENT_ORDERS", "FULFILLMENT_HOLDS", "INVENTORY_LEVELS", "INVENTORY_ITEMS", "BULK_OPERATIONS")


def header_of(topic: str) -> str:
    """``FULFILLMENT_ORDERS_PLACED_ON_HOLD`` -> ``fulfillment_orders/placed_on_hold``."""
    resource = next((one for one in _RESOURCES if topic.startswith(one + "_")), topic.split("_", 1)[0])
    return f"{resource}/{topic[len(resource) + 1 :]}".lower()


@dataclass
class Webhooks:
    """Keeps the subscriptions, signs and queues what happens, and forgets a subscriber that never answers."""

    outbox: Outbox
    shop: str
    secrets: list[str]
    """Live client secrets, oldest first: the oldest signs."""
    version: str
    moment: Callable[[], datetime]
    new_id: Callable[[], int]
    plain_http: bool = False
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    deleted: list[Subscription] = field(default_factory=list)
    """Taken away after too many failures."""
    _random: random.Random = field(default_factory=lambda: random.Random(8))

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def create(self, topic: str, asked: dict[str, Any]) -> tuple[Subscription | None, list[Problem]]:
        problems = self._problems(topic, asked, None)
        if problems:
            return None, problems
        moment = self.moment()
        made = Subscription(self.new_id(), topic, _address(asked), moment, moment)
        self._write(made, asked)
        self.subscriptions[made.id] = made
        return made, []

    def update(self, subscription_id: int, asked: dict[str, Any]) -> tuple[Subscription | None, list[Problem]]:
        known = self.subscriptions.get(subscription_id)
        if known is None:
            return None, [(["id"], "Webhook subscription does not exist")]
        wanted = asked if "uri" in asked or "callbackUrl" in asked else {**asked, "uri": known.uri}
        problems = self._problems(known.topic, wanted, known)
        if problems:
            return None, problems
        known.uri = _address(wanted)
        known.updated_at = self.moment()
        self._write(known, asked)
        return known, []

    def delete(self, subscription_id: int) -> list[Problem]:
        if self.subscriptions.pop(subscription_id, None) is None:
            return [(["id"], "Webhook subscription does not exist")]
        return []

    def publish(self, topic: str, body: Callable[[], dict[str, Any]], event: str, *, after: float = 0.0) -> None:
        """Queue one delivery for each subscriber of a topic; ``after`` seconds, when it has yet to happen."""
        asked_by = [one for one in self.subscriptions.values() if one.topic == topic]
        if not asked_by:
            return
        full = body()
        for one in asked_by:
            if not one.wants(full):
                continue
            told = {name: full[name] for name in one.include_fields if name in full} or full
            raw = compact(told)
            self.outbox.send(one.uri, self._headers(one, raw, event, after), raw, after=after)

    def failed(self, delivery: Delivery) -> None:
        """The last retry came to nothing: a subscription made by API is deleted."""
        topic = delivery.headers["X-Shopify-Topic"]
        for one in list(self.subscriptions.values()):
            if one.uri == delivery.url and one.header == topic:
                self.deleted.append(self.subscriptions.pop(one.id))

    def _headers(self, one: Subscription, raw: bytes, event: str, after: float) -> dict[str, str]:
        at = self.outbox.now() + timedelta(seconds=after)
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": one.header,
            "X-Shopify-Hmac-Sha256": signature(self.secrets[0], raw),
            "X-Shopify-Shop-Domain": self.shop,
            "X-Shopify-API-Version": self.version,
            "X-Shopify-Webhook-Id": self.new_uuid(),
            "X-Shopify-Event-Id": event,
            "X-Shopify-Triggered-At": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
        }
        return headers | ({"X-Shopify-Name": one.name} if one.name else {})

    def _write(self, one: Subscription, asked: dict[str, Any]) -> None:
        one.format = asked.get("format") or one.format
        one.name = asked.get("name", one.name)
        one.filter = asked.get("filter", one.filter)
        one.include_fields = list(asked.get("includeFields") or ())
        one.metafield_namespaces = list(asked.get("metafieldNamespaces") or ())

    def _problems(self, topic: str, asked: dict[str, Any], known: Subscription | None) -> list[Problem]:
        address = _address(asked)
        others = [one for one in self.subscriptions.values() if one is not known]
        problems: list[Problem] = []
        wrong = self._wrong_address(address)
        if not wrong and any(one.topic == topic and one.uri == address for one in others):
            wrong = "Address for this topic has already been taken"
        if wrong:
            problems.append((["webhookSubscription", "callbackUrl"], wrong))
        name = asked.get("name")
        if name is not None and not _NAME.fullmatch(name):
            text = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
            problems.append((["webhookSubscription", "name"], text))
        elif name and any((one.name or "").lower() == name.lower() for one in others):
            problems.append((["webhookSubscription", "name"], "Name already exists, no duplicate allowed"))
        if asked.get("filter") and not _FILTER_TERM.search(asked["filter"]):
            text = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
            problems.append((["webhookSubscription"], text))
        return problems

    def _wrong_address(self, address: str) -> str:
        if not address:
            return "Address can't be blank"
        parts = urlsplit(address)
        if parts.scheme != "https" and not (self.plain_http and parts.scheme == "http"):
            return f"Address protocol {parts.scheme}:// is not supported" if parts.scheme else "Address is invalid"
        if not parts.hostname:
            return "Address is invalid"
        if not self.plain_http and _INTERNAL.search(parts.hostname):
            return "Address cannot be a Shopify or an internal domain"
        return ""


def _address(asked: dict[str, Any]) -> str:
    return str(asked.get("uri") or asked.get("callbackUrl") or "").strip()


def signature(secret: str, raw: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def compact(body: dict[str, Any]) -> bytes:
    """No blanks, UTF-8, and slashes escaped: whoever checks a re-written body instead of the raw one fails."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/").encode()
