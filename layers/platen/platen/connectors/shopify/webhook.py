"""Reads Shopify's webhooks: verified first, then only the few ids a hint needs.

The signature covers the body alone; topic, shop and times in the headers are hearsay. What binds a
webhook to a connection is the secret in its address and the key it is signed with. A body is never
believed either: it says which order to read anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from platen.domain.model import Instant
from platen.messages import Message, OrderHint
from platen.ports import Forged, Unreadable, WebhookRequest

logger = logging.getLogger("platen.shopify")

MAX_BODY = 2 * 1024 * 1024
UNNAMED = "-"
"""Stands where the caller puts the connection."""
UNINSTALLED = "app/uninstalled"

_TOPIC = re.compile(r"[a-z_]{1,60}/[a-z_]{1,60}")
_NOT_OURS = ("app/", "bulk_operations/", "customers/", "inventory_", "locations/", "products/", "shop/")


def receive(request: WebhookRequest, keys: Sequence[str]) -> list[Message]:
    """The hints of a webhook, with ``-`` for a connection; none when it is of no interest.

    Raises Forged unless one of ``keys`` signed the body, Unreadable when the body is not of its topic.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not _is_signed(request.body, headers.get("x-shopify-hmac-sha256", ""), keys):
        raise Forged
    if len(request.body) > MAX_BODY:
        raise Unreadable("the body is above 2 MB")
    topic = headers.get("x-shopify-topic", "").strip().lower()
    if not topic:
        raise Unreadable("there is no topic")
    delivery = headers.get("x-shopify-webhook-id", "")[:200]
    if topic == UNINSTALLED:
        return [OrderHint(connection=UNNAMED, topic=topic, delivery=delivery)]
    read = _reader(topic)
    if read is None:
        _say_unknown(topic)
        return []
    return [OrderHint(connection=UNNAMED, topic=topic[:200], delivery=delivery, **read(request.body))]


def _is_signed(body: bytes, signature: str, keys: Sequence[str]) -> bool:
    try:
        given = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    # An empty key would let anybody sign. All are tried, so that the time tells nothing of which one fits.
    expected = [hmac.digest(key.encode(), body, hashlib.sha256) for key in keys if key]
    fits = [hmac.compare_digest(given, one) for one in expected]
    return any(fits)


def _id_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _moment_or_none(value: Any) -> Any:
    """A hint without a time is read anew; one with a made-up time might be passed over."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        return _MOMENT.validate_python(value)
    except ValidationError:
        return None


_MOMENT: TypeAdapter[datetime] = TypeAdapter(Instant)
_Id = Annotated[str, BeforeValidator(_id_as_text), StringConstraints(pattern=r"^[1-9][0-9]{0,19}$")]
_Reference = Annotated[str, StringConstraints(pattern=r"^gid://shopify/FulfillmentOrder/[0-9]{1,20}$")]


class _Body(BaseModel):
    """Everything but the ids that are needed is passed over, and nothing is quoted in errors."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Order(_Body):
    id: _Id
    updated_at: Annotated[Instant | None, BeforeValidator(_moment_or_none)] = None


class _OfOrder(_Body):
    order_id: _Id


class _Edited(_Body):
    order_edit: _OfOrder


class _FulfillmentOrder(_Body):
    id: _Reference


class _Merges(_Body):
    fulfillment_order: _FulfillmentOrder


class _Intent(_Body):
    fulfillment_order_id: _Id


class _OfFulfillmentOrder(_Body):
    """The topics of this family name one or several fulfillment orders of one order, under various names."""

    fulfillment_order: _FulfillmentOrder | None = None
    moved_fulfillment_order: _FulfillmentOrder | None = None
    submitted_fulfillment_order: _FulfillmentOrder | None = None
    original_fulfillment_order: _FulfillmentOrder | None = None
    replacement_fulfillment_order: _FulfillmentOrder | None = None
    remaining_fulfillment_order: _FulfillmentOrder | None = None
    fulfillment_order_merges: _Merges | None = None
    merge_intents: list[_Intent] = []

    @property
    def reference(self) -> str:
        merged = self.fulfillment_order_merges.fulfillment_order if self.fulfillment_order_merges else None
        named = (
            self.fulfillment_order,
            merged,
            self.moved_fulfillment_order,
            self.submitted_fulfillment_order,
            self.original_fulfillment_order,
            self.replacement_fulfillment_order,
            self.remaining_fulfillment_order,
        )
        found = next((one.id for one in named if one), "")
        if found or not self.merge_intents:
            return found
        return f"gid://shopify/FulfillmentOrder/{self.merge_intents[0].fulfillment_order_id}"


def _of_order(body: bytes) -> dict[str, Any]:
    order = _parse(_Order, body)
    return {"store_order_id": order.id, "updated_at": order.updated_at}


def _of_part(body: bytes) -> dict[str, Any]:
    return {"store_order_id": _parse(_OfOrder, body).order_id}


def _of_edit(body: bytes) -> dict[str, Any]:
    return {"store_order_id": _parse(_Edited, body).order_edit.order_id}


def _of_fulfillment_order(body: bytes) -> dict[str, Any]:
    reference = _parse(_OfFulfillmentOrder, body).reference
    if not reference:
        raise Unreadable("the body names no fulfillment order")
    return {"reference": reference}


_READERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "orders/create": _of_order,
    "orders/updated": _of_order,
    "orders/paid": _of_order,
    "orders/cancelled": _of_order,
    "orders/fulfilled": _of_order,
    "orders/partially_fulfilled": _of_order,
    "orders/delete": _of_order,
    "orders/edited": _of_edit,
    "refunds/create": _of_part,
    "fulfillments/create": _of_part,
    "fulfillments/update": _of_part,
}


def _reader(topic: str) -> Callable[[bytes], dict[str, Any]] | None:
    if topic.startswith(("fulfillment_orders/", "fulfillment_holds/")):
        return _of_fulfillment_order
    return _READERS.get(topic)


def _parse[M: BaseModel](model: type[M], body: bytes) -> M:
    """The few fields needed. What is too deep, cut short or no UTF-8 fails here like any other wrong body."""
    try:
        return model.model_validate_json(body)
    except (ValidationError, RecursionError):
        raise Unreadable(f"the body has no readable {', '.join(model.model_fields)}") from None


def _say_unknown(topic: str) -> None:
    if _TOPIC.fullmatch(topic) and not topic.startswith(_NOT_OURS):
        logger.info("webhook of a topic never heard of", extra={"topic": topic})
