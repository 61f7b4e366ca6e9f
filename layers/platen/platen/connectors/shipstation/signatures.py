"""Checks the signatures of API V2's webhooks, which are made with keys that ShipStation publishes.

Documented: headers ``x-shipengine-rsa-sha256-key-id`` and ``-signature`` (base64) and ``x-shipengine-timestamp``;
what is signed is ``<timestamp>.<raw body>``, by RSASSA-PKCS1-v1_5 with SHA-256; the keys are a JSON Web Key Set.
That the timestamp is ISO text was seen; seconds or milliseconds since 1970 are taken too.

::

    key id ─▶ kept? ─no─▶ asked lately? ─no─▶ read the published keys, keep them for a day
                │                └─yes─▶ refused: a stranger's key id costs no more than a call every few minutes
                └─yes─▶ time within five minutes, signature right ─▶ theirs
"""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platen.domain.verdicts import Later, Unclear
from platen.ports import Access, Forged, WebhookRequest

PREFIX = "x-shipengine-rsa-sha256-"
KEY_ID = PREFIX + "key-id"
SIGNATURE = PREFIX + "signature"
TIMESTAMP = "x-shipengine-timestamp"
APART = timedelta(minutes=5)
"""How far their clock and ours may be apart (documented)."""
KEPT = timedelta(days=1)
ASK_AGAIN = timedelta(minutes=3)
PATIENCE = 3.0
"""Seconds: the receiver has five, and whoever sends a webhook tries again."""
_JSON = {"Accept": "application/json"}
_ASKED = "asked"
_SMALLEST, _LARGEST = 2048, 8192
_Base64 = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[A-Za-z0-9_-]+=*$")]


class _Key(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kty: Annotated[str, Field(pattern="^RSA$")]
    kid: Annotated[str, Field(min_length=1, max_length=200)]
    n: _Base64
    e: _Base64

    @property
    def numbers(self) -> tuple[int, int]:
        """(exponent, modulus). Raises ValueError for a key that is not to be trusted."""
        exponent, modulus = (int.from_bytes(urlsafe_b64decode(text + "===")) for text in (self.e, self.n))
        if not _SMALLEST <= modulus.bit_length() <= _LARGEST or exponent not in (3, 65537):
            raise ValueError("no key of a fit size")
        return exponent, modulus


class _KeySet(BaseModel):
    keys: Annotated[list[dict[str, object]], Field(max_length=50)]


def is_signed(request: WebhookRequest) -> bool:
    return any(name.startswith(PREFIX) for name in request.headers)


def verify(request: WebhookRequest, access: Access) -> None:
    """Raises Forged unless ShipStation signed it of late; Later where its keys could not be read."""
    key_id = request.headers.get(KEY_ID, "")
    signature = _signature(request.headers.get(SIGNATURE, ""))
    timestamp = request.headers.get(TIMESTAMP, "")
    if abs(access.clock.now() - _moment(timestamp)) > APART:
        raise Forged("the webhook is older, or newer, than five minutes")
    if not 0 < len(key_id) <= 200:
        raise Forged("the webhook names no key")
    key = _Key.model_validate_json(_published(key_id, access))
    if not _fits(key, signature, timestamp.encode(errors="backslashreplace") + b"." + request.body):
        raise Forged("the signature is wrong")


def _signature(text: str) -> bytes:
    try:
        return b64decode(text[:2000], validate=True)
    except (binascii.Error, ValueError):
        raise Forged("the signature is no base64") from None


def _moment(text: str) -> datetime:
    try:
        if text.isdecimal() and len(text) in (10, 13):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        read = datetime.fromisoformat(text[:40])
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Forged("the webhook has no time") from None


def _published(key_id: str, access: Access) -> str:
    """The key of that id as JSON. Raises Forged where ShipStation publishes none such."""
    shelf = f"{access.connection_id}/webhook-keys"
    name = f"key/{key_id}"
    held = access.cache.get(shelf, [name, _ASKED])
    if name in held:
        return held[name]
    if _ASKED in held:
        raise Forged("the webhook names a key that is not published")
    keys = {f"key/{key.kid}": key.model_dump_json() for key in _read(access)}
    access.cache.put(shelf, {_ASKED: access.connection_id}, ASK_AGAIN)
    if keys:
        access.cache.put(shelf, keys, KEPT)
    if name not in keys:
        raise Forged("the webhook names a key that is not published")
    return keys[name]


def _read(access: Access) -> list[_Key]:
    try:
        reply = access.http.send("GET", access.settings.jwks_url, headers=_JSON, timeout=PATIENCE)
    except Unclear as doubt:
        raise Later(doubt.words) from doubt
    if reply.status != 200:
        raise Later(f"ShipStation answered {reply.status} when asked for the keys of its webhooks.")
    try:
        listed = _KeySet.model_validate_json(reply.body).keys
    except ValidationError:
        raise Later("ShipStation was asked for the keys of its webhooks, and answered something else.") from None
    return [key for one in listed if (key := _key(one))]


def _key(found: dict[str, object]) -> _Key | None:
    """None for a key of another kind, or one that is not to be trusted."""
    try:
        key = _Key.model_validate(found)
        return key if key.numbers else None
    except ValueError:
        return None


def _fits(key: _Key, signature: bytes, signed: bytes) -> bool:
    # Not at the top: it takes as long to load as all the rest of the receiver.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        RSAPublicNumbers(*key.numbers).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
