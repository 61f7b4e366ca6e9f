"""The twin's HTTP side: the Admin API's two addresses, and the control plane under ``/_twin/``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request

from twins.kit import Fault
from twins.shopify import graph
from twins.shopify.admin import CannotCancel
from twins.shopify.control import control_stock
from twins.shopify.door import OAuthError
from twins.shopify.fulfilling import NotFulfilled
from twins.shopify.shop import Unknown

if TYPE_CHECKING:
    from twins.shopify.twin import ShopifyTwin

_BULK_PATH = "/bulk/"
_TOKEN_PATH = "/admin/oauth/access_token"
_VERSION = re.compile(r"20\d\d-(01|04|07|10)|unstable")


def call_name(environ: WSGIEnvironment, body: bytes) -> str:
    """What a call is called in fault rules: ``token``, ``bulk`` (the file), or the operation's root field."""
    if environ["PATH_INFO"] == _TOKEN_PATH:
        return "token"
    if environ["PATH_INFO"].startswith(_BULK_PATH):
        return "bulk"
    try:
        told = json.loads(body)
        return graph.root_field(str(told["query"]), told.get("operationName"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def make_app(twin: ShopifyTwin) -> Flask:
    app = Flask("shopify-twin")
    app.json.compact = True  # type: ignore[attr-defined]

    @app.before_request
    def settle() -> None:
        twin.settle()

    @app.post(_TOKEN_PATH)
    def token() -> Response:
        form = request.get_json(silent=True) if request.is_json else request.form
        try:
            with twin.lock:
                return _json(twin.door.grant(form or {}))
        except OAuthError as refused:
            if "json" in request.headers.get("Accept", "") or request.is_json:
                return _json({"error": refused.code, "error_description": refused.words}, 400)
            page = f"<html><body>Oauth error {refused.code}: {refused.words}</body></html>"
            return Response(page, 400, mimetype="text/html")

    @app.post("/admin/api/<version>/graphql.json")
    def graphql(version: str) -> Response:
        served = twin.serves(version) if _VERSION.fullmatch(version) else ""
        host = request.host.split(":")[0]
        if not served or (host.endswith(".myshopify.com") and host != twin.shop.domain):
            return _json({"errors": "Not Found"}, 404)
        with twin.lock:
            reply = _graphql(twin)
        reply.headers["X-Shopify-API-Version"] = served
        reply.headers["X-Request-Id"] = twin.shop.webhooks.new_uuid()
        return reply

    @app.get(f"{_BULK_PATH}<name>")
    def bulk(name: str) -> Response:
        with twin.lock:
            body = twin.shop.bulk.file(_BULK_PATH + name)
        if body is None:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, mimetype="application/xml")
        return Response(body, mimetype="application/jsonl")

    _control_orders(app, twin)
    _control_switches(app, twin)
    control_stock(app, twin)
    return app


def _graphql(twin: ShopifyTwin) -> Response:
    if not twin.door.lets_in(request.headers.get("X-Shopify-Access-Token", "")):
        words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return _json({"errors": words}, 401)
    told = request.get_json(silent=True)
    if not isinstance(told, dict) or not isinstance(told.get("query"), str):
        return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    return _json(graph.answer(twin.context(request.host_url.rstrip("/")), twin.bucket, told))


def _control_orders(app: Flask, twin: ShopifyTwin) -> None:
    @app.post("/_twin/orders")
    def place() -> Response:
        try:
            order = twin.place_order(**(request.get_json() or {}))
        except (TypeError, ValueError, KeyError) as wrong:
            return _json({"error": f"the order was not placed: {wrong}"}, 400)
        return _json(twin.describe(order), 201)

    @app.get("/_twin/orders")
    def orders() -> Response:
        with twin.lock:
            return _json({"orders": [twin.describe(order) for order in twin.orders.values()]})

    @app.get("/_twin/orders/<int:order_id>")
    def order(order_id: int) -> Response:
        with twin.lock:
            known = twin.orders.get(order_id)
            if known is None:
                return _json({"error": f"there is no order {order_id}"}, 404)
            return _json(twin.shop.bodies.order(known) | {"twin": twin.describe(known)})

    @app.post("/_twin/orders/<int:order_id>/<action>")
    def act(order_id: int, action: str) -> Response:
        actions = {
            "cancel": twin.cancel_order,
            "edit": twin.edit_order,
            "refund": twin.refund,
            "address": twin.change_address,
            "hold": twin.hold,
            "release": twin.release_hold,
            "fulfill": twin.fulfill_elsewhere,
            "paid": twin.mark_paid,
            "move": twin.move,
        }
        if action not in actions:
            return _json({"error": f"there is no {action}; there is {', '.join(actions)}"}, 404)
        try:
            actions[action](order_id, **(request.get_json(silent=True) or {}))  # type: ignore[operator]
        except (Unknown, CannotCancel, NotFulfilled, TypeError, ValueError) as wrong:
            return _json({"error": str(wrong)}, 409)
        return _json(twin.describe(twin.orders[order_id]))


def _control_switches(app: Flask, twin: ShopifyTwin) -> None:
    @app.post("/_twin/faults")
    def add_fault() -> Response:
        try:
            fault = Fault(**(request.get_json() or {}))
        except (ValueError, TypeError) as wrong:
            return _json({"error": str(wrong)}, 400)
        twin.faults.add(fault)
        return _json({"added": fault.model_dump()}, 201)

    @app.delete("/_twin/faults")
    def clear_faults() -> Response:
        twin.faults.clear()
        return _json({"cleared": True})

    @app.post("/_twin/outbox")
    def outbox() -> Response:
        told = request.get_json() or {}
        unknown = sorted(set(told) - {"duplicates", "shuffle", "lose"})
        if unknown:
            return _json({"error": f"the outbox has no {', '.join(unknown)}"}, 400)
        for name, value in told.items():
            setattr(twin.outbox, name, type(getattr(twin.outbox, name))(value))
        return _json({name: getattr(twin.outbox, name) for name in ("duplicates", "shuffle", "lose")})

    @app.post("/_twin/outbox/again")
    def again() -> Response:
        twin.outbox.again()
        return _json({"waiting": twin.outbox.left})

    @app.get("/_twin/stats")
    def stats() -> Response:
        with twin.lock:
            return _json(twin.stats())


def _json(told: Any, status: int = 200) -> Response:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str)
    return Response(text, status, mimetype="application/json")
