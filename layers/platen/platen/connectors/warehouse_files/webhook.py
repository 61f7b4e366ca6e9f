"""A warehouse sends no webhooks: what it tells comes in files, or by calls that are answered elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from platen.messages import Message
from platen.ports import Unreadable, WebhookRequest


def receive(_request: WebhookRequest, _keys: Sequence[str]) -> list[Message]:
    """Raises Unreadable."""
    raise Unreadable("a warehouse sends no webhooks: it puts files into the bucket, or calls its own addresses")
