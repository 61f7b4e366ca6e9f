"""Webhooks of both APIs: each is only a reason to ask."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors import load, receiver
from platen.connectors.shipstation.webhook import LARGEST_BODY, receive
from platen.messages import PollHint
from platen.ports import Forged, Unreadable, WebhookRequest
from tests.connectors.shipstation.api_house import scripted
from tests.connectors.shipstation.signing import KEY_ID, LABEL, key, published, signed, unsigned

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shipstation"
ASK = [PollHint(connection="-")]


@pytest.mark.parametrize(
    "resource_type",
    ["SHIP_NOTIFY", "ITEM_SHIP_NOTIFY", "FULFILLMENT_SHIPPED", "FULFILLMENT_REJECTED", "ship_notify"],
)
def test_a_shipment_by_v1_is_a_reason_to_ask(resource_type: str) -> None:
    house, http = scripted()

    assert receive(unsigned(resource_type), [], house.access) == ASK
    assert http.calls == []


@pytest.mark.parametrize("resource_type", ["ORDER_NOTIFY", "ITEM_ORDER_NOTIFY", "API_TRACK", "SOMETHING_NEW", "_"])
def test_events_of_no_interest_are_none(resource_type: str) -> None:
    house, _ = scripted()

    assert receive(unsigned(resource_type), [], house.access) == []


@pytest.mark.parametrize(
    ("resource_type", "asks"),
    [
        ("LABEL_CREATED_V2", True),
        ("FULFILLMENT_SHIPPED_V2", True),
        ("FULFILLMENT_REJECTED_V2", True),
        ("SHIPMENT_CREATED_V2", False),
        ("TRACK_EVENT_V2", False),
        ("BATCH_PROCESSED_V2", False),
    ],
)
def test_v2_is_heard_with_its_signature_alone(resource_type: str, asks: bool) -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))
    body = json.dumps({"resource_url": "https://api.shipstation.com/v2/x", "resource_type": resource_type}).encode()

    assert receive(signed(body), [], house.access) == (ASK if asks else [])
    with pytest.raises(Forged):
        receive(WebhookRequest(headers={}, body=body), [], house.access)
    with pytest.raises(Forged):
        receive(signed(body, by=key("a stranger's")), [], house.access)


def test_a_body_changed_under_its_signature_is_refused_before_it_is_read() -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))
    right = signed()

    with pytest.raises(Forged):
        receive(WebhookRequest(headers=right.headers, body=b"{"), [], house.access)


def test_a_v1_event_with_a_wrong_signature_is_refused_too() -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))
    body = unsigned("SHIP_NOTIFY").body

    with pytest.raises(Forged):
        receive(signed(body, by=key("a stranger's")), [], house.access)


@pytest.mark.parametrize(
    "resource_url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://ssapi.shipstation.com@evil.example/shipments",
        "https://evil.example/?ssapi.shipstation.com",
        "file:///etc/passwd",
        "x" * 100_000,
        None,
        {"a": 1},
    ],
)
def test_wherever_it_points_nothing_is_fetched(resource_url: object) -> None:
    house, http = scripted()

    assert receive(unsigned("SHIP_NOTIFY", resource_url), [], house.access) == ASK
    assert http.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"resource_type": 7}',
        b'{"resource_type": ""}',
        b'{"resource_type": "' + b"x" * 101 + b'"}',
        b'{"a":' * 5000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_webhook_of_theirs_is_unreadable(body: bytes) -> None:
    house, _ = scripted()

    with pytest.raises(Unreadable):
        receive(WebhookRequest(headers={}, body=body), [], house.access)


def test_a_body_too_large_is_not_looked_at() -> None:
    house, http = scripted()

    with pytest.raises(Unreadable):
        receive(signed(LABEL + b" " * LARGEST_BODY), [], house.access)
    assert http.calls == []


@given(st.binary(max_size=300), st.dictionaries(st.text(max_size=40), st.text(max_size=40), max_size=4))
def test_no_bytes_break_it(body: bytes, headers: dict[str, str]) -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))

    with suppress(Forged, Unreadable):
        assert receive(WebhookRequest(headers=headers, body=body), [], house.access) in ([], ASK)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_signature_breaks_it(key_id: str, signature: str, timestamp: str) -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))
    names = ("x-shipengine-rsa-sha256-key-id", "x-shipengine-rsa-sha256-signature", "x-shipengine-timestamp")
    headers = dict(zip(names, (key_id, signature, timestamp), strict=True))

    with pytest.raises(Forged):
        receive(WebhookRequest(headers=headers, body=LABEL), [], house.access)


def test_the_house_finds_it() -> None:
    assert receiver("shipstation") is receive
    assert load("shipstation").webhook_access


@pytest.mark.skipif(not SAMPLES.exists(), reason="the captured webhooks are not here (../shared/samples)")
def test_webhooks_as_they_were_captured_are_read() -> None:
    house, http = scripted()
    http.on("GET /jwks", published((KEY_ID, key())))
    seen = {}
    for path in SAMPLES.glob("v?_webhook_*.json"):
        body = path.read_bytes()
        if b"resource_type" not in body:
            continue
        request = signed(body) if path.name.startswith("v2") else WebhookRequest(headers={}, body=body)
        seen[path.stem] = receive(request, [], house.access)

    assert {name for name, hints in seen.items() if hints} == {
        "v1_webhook_ship_notify_2024",
        "v1_webhook_ship_notify_ssapi6",
        "v2_webhook_fulfillment_shipped",
        "v2_webhook_label_created",
    }
