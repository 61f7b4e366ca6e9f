"""Webhooks as ShipStation would sign them, with keys made here."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from platen.domain.model import iso
from platen.ports import Reply, WebhookRequest
from tests.connectors.shipstation.api_house import reply
from tests.fakes.clock import START

LABEL = b'{"resource_url":"https://api.shipstation.com/v2/labels?batch_id=se-1","resource_type":"LABEL_CREATED_V2"}'
KEY_ID = "1f3a"
NOW = iso(START)


@cache
def key(name: str = "theirs", bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def published(*named: tuple[str, RSAPrivateKey], **changes: Any) -> Reply:
    return reply(body={"keys": [jwk(name, private) | changes for name, private in named]})


def jwk(name: str, private: RSAPrivateKey) -> dict[str, Any]:
    numbers = private.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": _text(numbers.n), "e": _text(numbers.e)}


def signed(
    body: bytes = LABEL,
    *,
    timestamp: str = NOW,
    by: RSAPrivateKey | None = None,
    key_id: str = KEY_ID,
    over: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> WebhookRequest:
    """``over``: what the signature is made of, instead of what it has to be."""
    text = over if over is not None else timestamp.encode() + b"." + body
    signature = (by or key()).sign(text, PKCS1v15(), SHA256())
    own = {
        "x-shipengine-rsa-sha256-key-id": key_id,
        "x-shipengine-rsa-sha256-signature": b64encode(signature).decode(),
        "x-shipengine-timestamp": timestamp,
    }
    return WebhookRequest(headers=own | dict(headers or {}), body=body)


def unsigned(
    resource_type: object, resource_url: object = "https://ssapi6.shipstation.com/shipments?batchId=1"
) -> WebhookRequest:
    body = json.dumps({"resource_url": resource_url, "resource_type": resource_type}).encode()
    return WebhookRequest(headers={}, body=body)


def _text(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
