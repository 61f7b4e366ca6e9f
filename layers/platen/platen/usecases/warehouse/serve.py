"""Serve: the calls of a program at the warehouse, behind ``/v1/wh/{connection}/``."""

from __future__ import annotations

from collections.abc import Mapping

from platen.hub import Hub
from platen.usecases.feed import Answer


def serve(
    hub: Hub,
    *,
    connection_id: str,
    authorization: str,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> Answer:
    """``path``: what comes behind ``/v1/wh/{connection}/``, e.g. ``orders/1001-k7x2m3qpl4tzabcd-1/ack``."""
    raise NotImplementedError
