"""Messages POV might post: hints at best, and nothing at all when they are forged."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.pov.webhook import receive
from platen.messages import VendorHint
from platen.ports import Forged, Unreadable, WebhookRequest

SHIPPED = {
    "event_id": "EV-1",
    "type": "shipment.created",
    "pov_order_id": "POV-100001",
    "reference": "1001-k7x2m3qpl4tzabcd-1",
}


def message(body: object, **headers: str) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest(headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw)


def signature(body: bytes, key: str = "hush") -> str:
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("kind", ["order.accepted", "order.rejected", "shipment.created"])
def test_an_unsigned_message_is_a_hint_where_no_secret_is_set(kind: str) -> None:
    [hint] = receive(message(SHIPPED | {"type": kind}), [])
    assert isinstance(hint, VendorHint)
    assert (hint.vendor_ref, hint.external_id, hint.topic, hint.delivery) == (
        "POV-100001",
        "1001-k7x2m3qpl4tzabcd-1",
        kind,
        "EV-1",
    )


def test_with_a_secret_only_what_is_signed_with_it_is_taken() -> None:
    body = json.dumps(SHIPPED).encode()
    assert receive(message(body, x_signature=signature(body)), ["old", "hush"])
    for wrong in ({}, {"x_signature": ""}, {"x_signature": signature(body, "guess")}, {"x_signature": "sha256=é"}):
        with pytest.raises(Forged):
            receive(message(body, **wrong), ["hush"])
    with pytest.raises(Forged):
        receive(message(body + b" ", x_signature=signature(body)), ["hush"])


def test_a_forgery_is_turned_away_before_it_is_read() -> None:
    with pytest.raises(Forged):
        receive(message(b"\xff not json"), ["hush"])


def test_events_of_no_interest_are_nothing() -> None:
    assert receive(message(SHIPPED | {"type": "order.commented"}), []) == []


def test_a_retry_without_an_event_id_has_the_same_name() -> None:
    body = {key: value for key, value in SHIPPED.items() if key != "event_id"}
    names = {hint.delivery for _ in range(2) for hint in receive(message(body), []) if isinstance(hint, VendorHint)}
    assert len(names) == 1
    assert names != {""}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"type": "shipment.created"',
        {},
        {"type": 7.5},
        {"type": ["shipment.created"]},
        {"type": "shipment.created"},
        SHIPPED | {"reference": "x" * 201},
        SHIPPED | {"pov_order_id": {}},
        b" " * 1_000_001,
    ],
)
def test_what_is_no_message_of_povs_is_unreadable(body: object) -> None:
    with pytest.raises(Unreadable):
        receive(message(body), [])


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_hint_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        receive(message(body), [])
