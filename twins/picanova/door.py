"""Who comes in, how fast, and with what: the same for both APIs."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue

from twins.picanova.account import Account, Allowance

if TYPE_CHECKING:
    from twins.picanova.twin import PicanovaTwin

BASE = "/api/beta"
BASE_V1 = "/api/v1"


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """What a call is called on the switch board: ``GET /orders/@``, ``DELETE /orders/{id}``, ``POST v1/orders``."""
    path = str(environ["PATH_INFO"])
    v1 = path.startswith(BASE_V1)
    parts = path.removeprefix(BASE_V1 if v1 else BASE).strip("/").split("/")
    if len(parts) > 1 and parts[0] in ("orders", "products", "variants", "regions", "blueprints", "library"):
        parts[1] = "@" if parts[1].startswith("@") and not v1 else "{id}"
    return f"{environ['REQUEST_METHOD']} {'v1' if v1 else ''}/{'/'.join(parts)}"


def doorkeeper(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        twin.tick()
        with twin.lock:
            twin.api_calls_counted[call_name(request.environ)] += 1
            caller = _account_of(twin)
            if caller is None:
                challenge = {"WWW-Authenticate": 'Basic realm="api"'}
                return jsonify(message="401 Unauthorized", status_code=401), 401, challenge
            g.account = caller
            g.allowance = caller.window.take(twin.now())
        if g.allowance.retry_after:
            return jsonify(message="429 Too Many Requests", status_code=429), 429
        return None

    @api.after_request
    def tell_the_rate(response: Response) -> Response:
        allowance: Allowance | None = g.get("allowance")
        if allowance is not None and allowance.limit:
            response.headers["X-RateLimit-Limit"] = str(allowance.limit)
            response.headers["X-RateLimit-Remaining"] = str(allowance.remaining)
            if allowance.retry_after:
                response.headers["Retry-After"] = str(allowance.retry_after)
                response.headers["X-RateLimit-Reset"] = str(int(allowance.reset_at.timestamp()))
        return response


def _account_of(twin: PicanovaTwin) -> Account | None:
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    spoken = f"{given.username}:{given.password}".encode()
    for one in twin.accounts.values():
        if hmac.compare_digest(spoken, ":".join(one.credentials).encode()):
            return one
    return None


def account() -> Account:
    caller: Account = g.account
    return caller


def body() -> dict[str, Any]:
    try:
        read = json.loads(request.get_data()) if request.is_json else None
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        abort(400, "400 Bad Request: the body is not a JSON object.")
    return read
