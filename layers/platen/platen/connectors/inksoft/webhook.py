"""InkSoft sends no webhooks, so whatever comes in is from somebody else."""

from __future__ import annotations

from collections.abc import Sequence

from platen.messages import Message
from platen.ports import Unreadable, WebhookRequest


def receive(_request: WebhookRequest, _keys: Sequence[str]) -> list[Message]:
    """Raises Unreadable."""
    raise Unreadable("InkSoft sends no webhooks: its orders are polled")
