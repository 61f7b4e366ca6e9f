"""Serve: the calls of a program at the warehouse, behind ``/v1/wh/{connection}/``.

::

    GET  orders, cancels, items, runs              what waits for an answer, page by page
    POST orders/{n}/ack, cancels/{n}/ack           its answer
    POST picks, shipments, adjustments             what it did: rows, each answered
    POST snapshots, snapshots/{id}/rows, snapshots/{id}/complete

Every POST names itself by an ``Idempotency-Key``: sent again with the same body it gets the same answer.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from platen.connectors import FileRefused, Read
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection, Role
from platen.domain.model import iso
from platen.domain.warehouse import RowResult, RowStatus
from platen.hub import Hub
from platen.observability import count, logger
from platen.ports import Claimed, Forged, NotFound
from platen.usecases.feed import Answer
from platen.usecases.receive import any_equal
from platen.usecases.warehouse import calls, give, staging
from platen.usecases.warehouse.calls import Misread
from platen.usecases.warehouse.take_rows import take

MAX_BODY = 1_000_000
_CONNECTION = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,200}")
_INLINE = 100_000
"""Characters of an answer that are remembered where the call is; a longer one is kept as a file."""

type _Said = tuple[HTTPStatus, dict[str, Any]]


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
    """``path``: what comes behind ``/v1/wh/{connection}/``, e.g. ``orders/1001-k7x2m3qpl4tzabcd-1/ack``.

    200: done. 207: some rows were refused. 400: not readable. 401: not from it; an unknown connection and a wrong
    key are answered alike. 404: there is no such call or order. 409: it contradicts what was told before. 413: too
    big. 503: paused. Anything raised becomes a 5xx, and the program calls again.
    """
    try:
        connection = _caller(hub, connection_id, authorization)
    except Forged:
        count("SignatureRefused")
        return _answer(*_problem(HTTPStatus.UNAUTHORIZED, "unauthorized", "The API key is not the right one."))
    if len(body) > MAX_BODY:
        words = f"A body has {MAX_BODY} bytes at most: send fewer rows."
        return _answer(*_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", words))
    try:
        if method == "GET":
            return _answer(*_given(hub, connection, path, query))
        if method == "POST":
            return _answer(*_posted(hub, connection, path, headers, body))
    except Misread as misread:
        # Not why: that names what should not be there, which may be anything.
        logger.warning("warehouse call unreadable", extra={"connection": connection_id})
        return _answer(*_problem(HTTPStatus.BAD_REQUEST, "unreadable", str(misread)))
    return _answer(*_problem(HTTPStatus.METHOD_NOT_ALLOWED, "no_such_call", "Use GET or POST."))


def _caller(hub: Hub, connection_id: str, authorization: str) -> Connection:
    """Raises Forged."""
    scheme, _, key = authorization.partition(" ")
    if not _CONNECTION.fullmatch(connection_id) or scheme.lower() != "bearer" or not key.strip():
        raise Forged
    try:
        # The connection first: strangers must not use up the parameter store's few reads a second.
        connection = hub.connections.get(connection_id)
        keys = hub.secrets.webhook(connection_id)["keys"]
    except NotFound as unknown:
        raise Forged from unknown
    if Role.WAREHOUSE not in connection.roles or not any_equal(key.strip(), keys):
        raise Forged
    return connection


# what it fetches


_GIVE: dict[str, Callable[[Hub, Connection, Mapping[str, str]], dict[str, Any]]] = {
    "orders": give.orders,
    "cancels": give.cancels,
    "items": give.items,
    "runs": give.runs,
}


def _given(hub: Hub, connection: Connection, path: str, query: Mapping[str, str]) -> _Said:
    page = _GIVE.get(path.strip("/"))
    if page is None:
        return _no_such_call(path)
    if connection.paused:
        words = "This connection is paused in Platen. What was done can still be told."
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "paused", words)
    return HTTPStatus.OK, page(hub, connection, query)


# what it tells: also while the connection is paused, for what has left has left


def _posted(hub: Hub, connection: Connection, path: str, headers: Mapping[str, str], body: bytes) -> _Said:
    """The same call again gets the answer it got, for 30 days.

    ::

        call 1 ──▶ rows applied ──▶ answer remembered ──▶ (✝ answer lost)
        call 1 ──────────────────────────────────────────▶ the same answer
        call 2, cut off before it was remembered, again ──▶ rows found as known
    """
    call = _call(path)
    if call is None:
        return _no_such_call(path)
    key = next((value for name, value in headers.items() if name.lower() == "idempotency-key"), "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Misread("Every POST needs a header Idempotency-Key of its own: 1 to 200 plain characters.")
    # Of this very connection: what was made of calls is forgotten with one that is removed.
    named = f"{iso(connection.created_at)}\n{key}"
    place = f"call#{hashlib.sha256(named.encode()).hexdigest()[:32]}"
    fingerprint = hashlib.sha256(f"{path.strip('/')}\n".encode() + body).hexdigest()
    claimed = hub.ledger.claim(connection.connection_id, place, fingerprint)
    if claimed and claimed.fingerprint != fingerprint:
        words = "This Idempotency-Key came before with another body: give each call its own."
        return _problem(HTTPStatus.CONFLICT, "key_used_otherwise", words)
    if claimed:
        return _remembered(hub, claimed)
    try:
        said = call(hub, connection, body)
    except FileRefused as refused:
        said = HTTPStatus.CONFLICT, _results([refused.result])
    _remember(hub, connection, place, fingerprint, said)
    _log(connection, path, said)
    return said


def _remembered(hub: Hub, claimed: Claimed) -> _Said:
    text = claimed.answer
    if text.startswith("own/"):
        text = hub.files.get(text).decode()
    kept = json.loads(text)
    return HTTPStatus(kept["status"]), kept["body"]


def _remember(hub: Hub, connection: Connection, place: str, fingerprint: str, said: _Said) -> None:
    text = json.dumps({"status": int(said[0]), "body": said[1]}, ensure_ascii=False)
    if len(text) > _INLINE:
        key = f"own/{connection.connection_id}/calls/{place.removeprefix('call#')}.json"
        hub.files.put(key, text.encode())
        text = key
    hub.ledger.finish(connection.connection_id, place, Claimed(fingerprint, text))


def _log(connection: Connection, path: str, said: _Said) -> None:
    rejected = sum(one["status"] == RowStatus.REJECTED.value for one in said[1].get("results", []))
    if rejected:
        count("WarehouseRowsRejected", rejected)
    extra = {"connection": connection.connection_id, "about": path.partition("/")[0], "rejected": rejected}
    logger.info("warehouse told", extra=extra)


type _Call = Callable[[Hub, Connection, bytes], _Said]
_ROWS: dict[str, type[calls.Row]] = {
    "picks": calls.Pick,
    "shipments": calls.Shipment,
    "adjustments": calls.Movement,
}


def _call(path: str) -> _Call | None:
    match _steps(path):
        case [kind] if kind in _ROWS:
            return lambda hub, connection, body: _take_rows(hub, connection, _ROWS[kind], body)
        case [("orders" | "cancels") as kind, number, "ack"]:
            return lambda hub, connection, body: _take_ack(hub, connection, number, kind == "cancels", body)
        case ["snapshots"]:
            return _begin
        case ["snapshots", snapshot_id, "rows"]:
            return lambda hub, connection, body: _add(hub, connection, snapshot_id, body)
        case ["snapshots", snapshot_id, "complete"]:
            return lambda hub, connection, body: _complete(hub, connection, snapshot_id, body)
    return None


def _steps(path: str) -> list[str]:
    """Empty where one of them is no name of anything, and none that a table or a bucket would take."""
    steps = path.strip("/").split("/")
    names = all(step.isprintable() and 0 < len(step.encode()) <= calls.LONGEST_NAME for step in steps)
    return steps if names else []


def _take_rows(hub: Hub, connection: Connection, model: type[calls.Row], body: bytes) -> _Said:
    settings: Warehousing = hub.settings(connection)
    reads = calls.reads_of(model, calls.rows_in(body), settings.default_uom)
    results = take(hub, connection, reads)
    return _overall(results), _results(results)


def _take_ack(hub: Hub, connection: Connection, number: str, to_cancel: bool, body: bytes) -> _Said:
    told = calls.read(calls.Ack, body).told(number, to_cancel=to_cancel)
    results = take(hub, connection, [Read(1, told)])
    if results[0].status is not RowStatus.REJECTED:
        return HTTPStatus.OK, _results(results)
    unknown = results[0].code == "unknown_order"
    return HTTPStatus.NOT_FOUND if unknown else HTTPStatus.CONFLICT, _results(results)


def _begin(hub: Hub, connection: Connection, body: bytes) -> _Said:
    given = calls.read(calls.Begin, body)
    staging.begin(hub, connection, given)
    return HTTPStatus.OK, {"snapshot_id": given.snapshot_id}


def _add(hub: Hub, connection: Connection, snapshot_id: str, body: bytes) -> _Said:
    part = calls.read(calls.Part, body)
    refused = staging.add(hub, connection, snapshot_id, part)
    if refused:
        return HTTPStatus.BAD_REQUEST, _results(refused)
    return HTTPStatus.OK, {"part": part.part, "rows": len(part.rows)}


def _complete(hub: Hub, connection: Connection, snapshot_id: str, body: bytes) -> _Said:
    results = staging.complete(hub, connection, snapshot_id, calls.read(calls.Complete, body).rows)
    return _overall(results), _results(results)


# answers


def _overall(results: Sequence[RowResult]) -> HTTPStatus:
    rejected = any(result.status is RowStatus.REJECTED for result in results)
    return HTTPStatus.MULTI_STATUS if rejected else HTTPStatus.OK


def _results(results: Sequence[RowResult]) -> dict[str, Any]:
    return {"results": [result.model_dump(mode="json") for result in results]}


def _no_such_call(path: str) -> _Said:
    words = f"There is no call {path[:100]}." if path.isascii() and path.isprintable() else "There is no such call."
    return _problem(HTTPStatus.NOT_FOUND, "no_such_call", words)


def _problem(status: HTTPStatus, code: str, message: str) -> _Said:
    return status, {"code": code, "message": message}


def _answer(status: HTTPStatus, body: dict[str, Any]) -> Answer:
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), headers)
