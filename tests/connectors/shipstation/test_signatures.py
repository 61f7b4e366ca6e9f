"""Signatures of API V2's webhooks: what is right, what is not, and how seldom the published keys are read."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256

from platen.connectors.shipstation.signatures import SIGNATURE, verify
from platen.domain.model import iso
from platen.domain.verdicts import Later, Unclear, Unreachable
from platen.ports import Forged, Reply, WebhookRequest
from tests.connectors.shipstation.api_house import House, ScriptedHttp, reply, scripted
from tests.connectors.shipstation.signing import KEY_ID, LABEL, NOW, jwk, key, published, signed
from tests.fakes.clock import START

JWKS = "GET /jwks"


def a_house() -> tuple[House, ScriptedHttp]:
    house, http = scripted()
    http.on(JWKS, published((KEY_ID, key())))
    return house, http


def test_what_shipstation_signed_is_theirs_and_its_keys_are_read_once_a_day() -> None:
    house, http = a_house()

    verify(signed(), house.access)
    verify(signed(LABEL + b" "), house.access)
    house.clock.passes(hours=23)
    verify(signed(timestamp=iso(house.clock.now())), house.access)
    assert len(http.calls) == 1
    house.clock.passes(hours=2)
    verify(signed(timestamp=iso(house.clock.now())), house.access)

    assert len(http.calls) == 2
    assert http.calls[0].auth is None
    assert "api-key" not in http.calls[0].headers


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-21T09:00:00Z",
        "2026-11-21T09:04:59.000Z",
        "2026-11-21T08:55:01Z",
        "2026-11-21T10:00:00+01:00",
        "2026-11-21T09:00:00",
        str(int(START.timestamp())),
        str(int(START.timestamp() * 1000)),
    ],
)
def test_each_form_of_time_is_read(timestamp: str) -> None:
    house, _ = a_house()

    verify(signed(timestamp=timestamp), house.access)


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "soon",
        "2026-11-21T09:05:01Z",
        "2026-11-21T08:54:59Z",
        "2025-11-21T09:00:00Z",
        "9" * 13,
        "\N{FULLWIDTH DIGIT ONE}" * 10,
        "0" * 400,
    ],
)
def test_old_news_is_refused_however_well_it_is_signed(timestamp: str) -> None:
    house, http = a_house()

    with pytest.raises(Forged):
        verify(signed(timestamp=timestamp), house.access)
    assert http.calls == []


@pytest.mark.parametrize(
    "request_",
    [
        signed(by=key("a stranger's")),
        signed(over=LABEL),
        signed(over=NOW.encode() + LABEL),
        signed(over=NOW.encode() + b"." + LABEL.replace(b":", b": ")),
        signed(headers={SIGNATURE: ""}),
        signed(headers={SIGNATURE: "not base64!"}),
        signed(headers={SIGNATURE: "AAAA"}),
        signed(headers={SIGNATURE: "A" * 100_000}),
        signed(key_id=""),
        signed(key_id="x" * 201),
    ],
)
def test_a_wrong_signature_is_refused(request_: WebhookRequest) -> None:
    house, _ = a_house()

    with pytest.raises(Forged):
        verify(request_, house.access)


def test_another_way_to_sign_is_refused() -> None:
    house, _ = a_house()
    text = NOW.encode() + b"." + LABEL
    signature = key().sign(text, PSS(MGF1(SHA256()), 32), SHA256())
    forged = signed(headers={SIGNATURE: signature.hex()})

    with pytest.raises(Forged):
        verify(forged, house.access)


def test_part_of_a_signature_is_none() -> None:
    house, _ = a_house()
    whole = signed()

    for missing in whole.headers:
        left = {name: value for name, value in whole.headers.items() if name != missing}
        with pytest.raises(Forged):
            verify(WebhookRequest(headers=left, body=whole.body), house.access)


def test_an_unknown_key_is_looked_for_once_in_a_few_minutes() -> None:
    house, http = a_house()

    for _ in range(5):
        with pytest.raises(Forged):
            verify(signed(key_id="unknown"), house.access)
    verify(signed(), house.access)
    assert len(http.calls) == 1
    house.clock.passes(minutes=4)
    http.on(JWKS, published((KEY_ID, key()), ("unknown", key("new"))))
    at = iso(house.clock.now())
    verify(signed(key_id="unknown", by=key("new"), timestamp=at), house.access)

    assert len(http.calls) == 2


def test_a_key_cannot_stand_in_for_the_mark_of_having_asked() -> None:
    house, http = a_house()
    verify(signed(), house.access)

    with pytest.raises(Forged):
        verify(signed(key_id="asked"), house.access)
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, b""),
        reply(302, b"", location="https://evil.example/jwks"),
        reply(200, b"<html>"),
        reply(200, {"keys": "none"}),
        reply(200, {"keys": [{}] * 51}),
        Unreachable("no connection"),
        Unclear("no answer"),
    ],
)
def test_keys_that_cannot_be_read_make_the_sender_try_again_and_us_too(answer: Reply | Exception) -> None:
    house, http = a_house()
    http.on(JWKS, answer, published((KEY_ID, key())))

    with pytest.raises(Later):
        verify(signed(), house.access)
    verify(signed(), house.access)


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"kty": "oct"},
        {"n": "AQAB"},
        {"e": "AQ"},
        {"e": "Ag"},
        {"n": "no base64!"},
        {"n": ""},
        {"kid": None},
    ],
)
def test_a_key_that_is_not_to_be_trusted_is_none(changes: dict[str, Any]) -> None:
    house, http = a_house()
    http.on(JWKS, published((KEY_ID, key()), **changes))

    with pytest.raises(Forged):
        verify(signed(), house.access)


def test_a_key_among_others_of_other_kinds_is_found() -> None:
    house, http = a_house()
    http.on(JWKS, reply(body={"keys": [{"kty": "EC", "kid": "e"}, jwk("x", key("x")), jwk(KEY_ID, key())]}))

    verify(signed(), house.access)


def test_the_receiver_loads_no_cryptography_and_no_client_before_it_needs_them() -> None:
    script = (
        "import sys, platen.connectors.shipstation.webhook\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('cryptography', 'requests', 'boto3')\n"
        "       or name.startswith('platen.connectors.shipstation.') and 'client' in name])"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"
