"""Reads what POV may post, in the form of the built-in profile (assumed: nothing is known of any).

Whether POV posts at all is unknown, so nothing depends on it: shipments are asked for. A message is only a hint,
and the order is read anew. With a webhook secret in the credentials a message has to be signed with it; without one
the secret path of the address is all there is, and a forged message makes us read an order in vain.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from platen.domain.model import digest
from platen.messages import Message, VendorHint
from platen.ports import Forged, Unreadable, WebhookRequest

LARGEST_BODY = 1_000_000
NEWS = frozenset({"order.accepted", "order.rejected", "shipment.created"})
CALLER_FILLS_IN = "-"
"""Stands where the connection goes: the path the webhook came in by tells which it is."""


def _word(value: object) -> object:
    if value is None:
        return ""
    return str(value) if type(value) is int else value


Word = Annotated[str, BeforeValidator(_word), Field(max_length=200)]


class _News(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: Word = ""
    event_id: Word = ""
    pov_order_id: Word = ""
    reference: Word = ""


def receive(request: WebhookRequest, keys: Sequence[str]) -> list[Message]:
    """The hint in a message; none in an event of no interest. Raises Forged and Unreadable."""
    if keys and not any(_signed(request, key) for key in keys):
        raise Forged("the signature is missing or wrong")
    news = _read(request.body)
    if not news.type:
        raise Unreadable("the event has no type")
    if news.type not in NEWS:
        return []
    if not news.pov_order_id and not news.reference:
        raise Unreadable(f"{news.type} without the id of an order")
    return [
        VendorHint(
            connection=CALLER_FILLS_IN,
            vendor_ref=news.pov_order_id,
            external_id=news.reference,
            topic=news.type,
            delivery=news.event_id or digest(request.body.decode("utf-8", "replace")),
        )
    ]


def _signed(request: WebhookRequest, key: str) -> bool:
    """``X-Signature: sha256=<hex HMAC of the raw body>`` (assumed)."""
    right = hmac.new(key.encode(), request.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={right}".encode(), request.headers.get("x-signature", "").encode())


def _read(body: bytes) -> _News:
    if len(body) > LARGEST_BODY:
        raise Unreadable("the body is larger than any message of POV's")
    try:
        return _News.model_validate(from_json(body, allow_inf_nan=False))
    except ValidationError:
        raise Unreadable("the body is no message of POV's") from None
    except ValueError:
        raise Unreadable("the body is not JSON, cut short, or nested too deep") from None
