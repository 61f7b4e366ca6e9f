"""Reads Picanova's webhooks. They are unsigned, so each is only a hint: the order is read anew."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AliasChoices, Field, ValidationError
from pydantic_core import from_json

from platen.connectors.picanova.wire import Id, Text, Wire
from platen.domain.model import digest
from platen.messages import Message, VendorHint
from platen.ports import Unreadable, WebhookRequest

LARGEST_BODY = 1_000_000
NEWS = frozenset({"shipment_sent", "shipment_tracking_event", "order_canceled", "order_failed"})
"""The events that are worth a read. ``order_commented`` and any that are not known are not."""
CALLER_FILLS_IN = "-"
"""Stands where the connection goes: the path the webhook came in by tells which it is."""
_LONGEST_EXTERNAL_ID = 200


class _Order(Wire):
    id: Id = Field(validation_alias=AliasChoices("id", "order_id"))
    """``order_id`` is v1's word for it; which of them its news have is not published."""
    external_id: Text = ""


class _Data(Wire):
    order: _Order


class _News(Wire):
    data: _Data


def receive(request: WebhookRequest, _keys: Sequence[str]) -> list[Message]:
    """The hint in a webhook; none in an event of no interest. Raises Unreadable.

    Nothing is signed and no event id is sent, so ``delivery`` names the content: a retry has the
    same name.
    """
    event = _read(request.body)
    topic = event.get("type")
    if not isinstance(topic, str):
        raise Unreadable("the event has no type")
    if topic not in NEWS:
        return []
    try:
        order = _News.model_validate(event).data.order
    except ValidationError:
        raise Unreadable(f"{topic} without the id of an order") from None
    # An id that long is not one of ours; the order can still be found by Picanova's.
    external_id = order.external_id if len(order.external_id) <= _LONGEST_EXTERNAL_ID else ""
    return [
        VendorHint(
            connection=CALLER_FILLS_IN,
            vendor_ref=order.id,
            external_id=external_id,
            topic=topic,
            delivery=digest(request.body.decode()),
        )
    ]


def _read(body: bytes) -> dict[str, object]:
    if len(body) > LARGEST_BODY:
        raise Unreadable("the body is larger than any webhook of Picanova's")
    try:
        event = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Unreadable("the body is not JSON, cut short, or nested too deep") from None
    if not isinstance(event, dict):
        raise Unreadable("the body is no JSON object")
    return event
