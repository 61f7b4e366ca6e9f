"""Webhooks of both APIs: who asked for which event, and the thin bodies they are sent."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from twins.kit import Outbox
from twins.shipstation.times import v2_time

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

V1_EVENTS = (
    "ORDER_NOTIFY",
    "ITEM_ORDER_NOTIFY",
    "SHIP_NOTIFY",
    "ITEM_SHIP_NOTIFY",
    "FULFILLMENT_SHIPPED",
    "FULFILLMENT_REJECTED",
)
V2_EVENTS = (
    "shipment_created_v2",
    "label_created_v2",
    "fulfillment_shipped_v2",
    "fulfillment_rejected_v2",
    "batch_processed_v2",
    "track_event_v2",
    "batch",
    "track",
    "rate",
    "carrier_connected",
    "order_source_refresh_complete",
    "sales_orders_imported",
    "report_complete",
)
KEY_ID = "twin-key-1"


@cache
def signing_key() -> RSAPrivateKey:
    """One key of this process, made when it is first needed."""
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - only signed webhooks need it

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published_keys(key_id: str = KEY_ID) -> dict[str, Any]:
    """The key set, as the real one is published for whoever checks a signature."""
    numbers = signing_key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key_id,
        "n": _number(numbers.n),
        "e": _number(numbers.e),
    }
    return {"keys": [key]}


def signature(text: bytes) -> str:
    """RSASSA-PKCS1-v1_5 with SHA-256, in base64."""
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    return b64encode(signing_key().sign(text, padding.PKCS1v15(), SHA256())).decode()


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Hook:
    """``headers`` come with every delivery (V2)."""

    hook_id: int
    event: str
    url: str
    name: str = ""
    store_id: int | None = None
    headers: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Hooks:
    """``signed``: whether V2's deliveries carry a signature. ``before_answer``: a webhook is delivered while the
    call that caused it still waits for its answer. ``resources_v1`` and ``resources_v2`` begin the resource_url."""

    outbox: Outbox
    signed: bool = True
    key_id: str = KEY_ID
    before_answer: bool = False
    resources_v1: str = "https://ssapi6.shipstation.com"
    resources_v2: str = "https://api.shipstation.com"
    v1: dict[int, Hook] = field(default_factory=dict)
    v2: dict[int, Hook] = field(default_factory=dict)
    _next: int = 100_000

    def add(self, to: dict[int, Hook], event: str, url: str, **rest: Any) -> Hook:
        self._next += 1
        hook = Hook(self._next, event, url, **rest)
        to[hook.hook_id] = hook
        return hook

    def tell_v1(self, event: str, resource: str, store_id: int) -> None:
        body = {"resource_url": self.resources_v1 + resource, "resource_type": event}
        for hook in self.v1.values():
            if hook.event == event and hook.store_id in (None, store_id):
                self._send(hook.url, {}, body)

    def tell_v2(self, event: str, resource: str, store_id: int, data: Mapping[str, Any] | None = None) -> None:
        body: dict[str, Any] = {"resource_url": f"{self.resources_v2}/v2{resource}", "resource_type": event.upper()}
        if data is not None:
            body["data"] = dict(data)
        for hook in self.v2.values():
            if hook.event == event and hook.store_id in (None, store_id):
                own = {header["key"]: header["value"] for header in hook.headers}
                self._send(hook.url, own, body, signed=self.signed)

    def _send(self, url: str, own: dict[str, str], body: dict[str, Any], *, signed: bool = False) -> None:
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | own
        if signed:
            stamp = v2_time(self.outbox.now()) or ""
            headers["x-shipengine-timestamp"] = stamp
            headers["x-shipengine-rsa-sha256-key-id"] = self.key_id
            headers["x-shipengine-rsa-sha256-signature"] = signature(f"{stamp}.".encode() + raw)
        self.outbox.send(url, headers, raw)
        if self.before_answer:
            self.outbox.pump()
