"""Receive: a webhook is verified, turned into a hint, and answered 2xx only once a queue has it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from platen.connectors import receiver
from platen.domain.connection import Connection, Role
from platen.hub import Hub
from platen.messages import Message, OrderHint, PollHint, Queue, VendorHint
from platen.observability import count, logger
from platen.ports import Forged, NotFound, Unreadable, WebhookRequest

MAX_BODY = 2 * 1024 * 1024
_CONNECTION = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
_QUEUE_OF: dict[type[Message], Queue] = {
    OrderHint: Queue.INTAKE,
    VendorHint: Queue.SHIPMENTS,
    PollHint: Queue.VENDOR_POLLS,
}


def receive(
    hub: Hub, role: Role, *, connection_id: str, key: str, headers: Mapping[str, str], body: bytes
) -> HTTPStatus:
    """Answer a webhook. 200: queued, or of no interest. 400: not readable. 401: not from them. 413: too big.

    An unknown connection, a wrong path and a wrong signature get the same answer: a stranger learns nothing.
    Anything raised becomes a 5xx, and the sender tries again.
    """
    if len(body) > MAX_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    try:
        connection, secret = identify(hub, role, connection_id, key)
        request = WebhookRequest(headers={name.lower(): value for name, value in headers.items()}, body=body)
        messages = _read(hub, connection, request, secret["keys"])
    except Forged:
        count("SignatureRefused")
        return HTTPStatus.UNAUTHORIZED
    except Unreadable as unreadable:
        logger.warning("webhook unreadable", extra={"connection": connection_id, "why": str(unreadable)})
        return HTTPStatus.BAD_REQUEST
    for kind, queue in _QUEUE_OF.items():
        named = [_named(hub, connection, message) for message in messages if isinstance(message, kind)]
        if named:
            hub.queues.send(queue, named)
    return HTTPStatus.OK


def _read(hub: Hub, connection: Connection, request: WebhookRequest, keys: list[str]) -> list[Message]:
    receive_theirs = receiver(connection.system)
    if hub.connector(connection.system).webhook_access:
        return receive_theirs(request, keys, hub.access(connection))
    return receive_theirs(request, keys)


def _named(hub: Hub, connection: Connection, message: Message) -> Message:
    known: dict[str, object] = {"connection": connection.connection_id}
    if isinstance(message, PollHint):
        known["since"] = hub.clock.now()
    return message.model_copy(update=known)


def identify(hub: Hub, role: Role, connection_id: str, key: str) -> tuple[Connection, dict[str, list[str]]]:
    """The connection of a path, and its webhook secret. Raises Forged where there is no such path."""
    if not _CONNECTION.fullmatch(connection_id):
        raise Forged
    try:
        # The connection first: strangers must not use up the parameter store's few reads a second.
        connection = hub.connections.get(connection_id)
        secret = hub.secrets.webhook(connection_id)
    except NotFound as unknown:
        raise Forged from unknown
    if role not in connection.roles or not any_equal(key, secret["path_keys"]):
        raise Forged
    return connection, secret


def any_equal(given: str, keys: Iterable[str]) -> bool:
    """Compares with every key, in a time that tells nothing of which one nearly fitted."""
    # A path may decode to half a character; that is a wrong key, not a fault of ours.
    told = given.encode(errors="backslashreplace")
    matches = [hmac.compare_digest(told, key.encode()) for key in keys]
    return any(matches)
