"""The routes of ``pov-v0``, and the control plane beside them."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from twins import kit
from twins.pov.account import Account
from twins.pov.checks import MAIL_CLASSES, Invalid
from twins.pov.control import control_plane
from twins.pov.orders import Order, Taken, TooLate

if TYPE_CHECKING:
    from twins.pov.twin import PovTwin

BASE = "/v0"


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """A call's name on the switch board: ``POST /orders``, ``GET /orders/{id}``, ``GET /orders?reference``, …"""
    parts = str(environ["PATH_INFO"]).removeprefix(BASE).strip("/").split("/")
    if len(parts) > 1 and parts[0] == "orders":
        parts[1] = "{id}"
    by_reference = parts == ["orders"] and "reference" in parse_qs(str(environ.get("QUERY_STRING", "")))
    return f"{environ['REQUEST_METHOD']} /{'/'.join(parts)}{'?reference' if by_reference else ''}"


def build_app(twin: PovTwin) -> WSGIApplication:
    app = Flask("pov-twin")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.register_blueprint(_v0(twin), url_prefix=BASE)
    app.register_blueprint(control_plane(twin), url_prefix="/_twin")
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Invalid, lambda error: (jsonify(errors=error.errors), 422))
    return kit.FaultyApp(app, twin.faults, call_name)


def _no(status: int, code: str, message: str, field: str = "", **headers: str) -> ResponseReturnValue:
    said = {"field": field, "code": code, "message": message}
    return jsonify(errors=[said]), status, {name.replace("_", "-"): value for name, value in headers.items()}


def _http_error(error: HTTPException) -> ResponseReturnValue:
    """Of the server itself: a path that is not there is not the same as an order that is not there."""
    code = error.code or 500
    return _no(code, "no_such_path" if code == 404 else "http", error.description or error.name)


def _v0(twin: PovTwin) -> Blueprint:
    api = Blueprint("v0", __name__)
    _doorkeeper(api, twin)
    _order_routes(api, twin)
    _cancel_route(api, twin)

    @api.get("/shipments")
    def shipments() -> ResponseReturnValue:
        since = request.args.get("since", "")
        if since and not (since.isdecimal() and len(since) < 10):
            return _no(422, "bad_cursor", "The cursor is not one of ours.", "since")
        listed, cursor = twin.shipments(_account(), int(since or 0))
        return jsonify(shipments=listed, next_cursor=str(cursor))

    @api.get("/mail-classes")
    def mail_classes() -> ResponseReturnValue:
        return jsonify([{"code": code, "name": name} for code, name in MAIL_CLASSES.items()])

    return api


def _doorkeeper(api: Blueprint, twin: PovTwin) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        twin.tick()
        with twin.lock:
            twin.api_calls_counted[call_name(request.environ)] += 1
            account = _account_of(twin)
            if account is None:
                return _no(401, "unknown_customer", "This customer is not known.")
            g.account = account
            wait = account.window.wait(twin.now())
        if wait:
            return _no(429, "too_many_requests", "Too many requests.", Retry_After=str(wait))
        return None


def _account_of(twin: PovTwin) -> Account | None:
    given = request.headers.get("X-Customer-Id", "").encode()
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    for account in twin.accounts.values():
        key_fits = not account.key or hmac.compare_digest(bearer, account.key.encode())
        if hmac.compare_digest(given, account.customer_id.encode()) and key_fits and not account.revoked:
            return account
    return None


def _account() -> Account:
    account: Account = g.account
    return account


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data()) if request.is_json else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        abort(400, "The body is not a JSON object.")
    return body


def _order(twin: PovTwin, order_id: str) -> Order | None:
    """One of the caller's own orders."""
    found = twin.book.orders.get(order_id)
    return found if found and found.account == _account().name else None


def _order_routes(api: Blueprint, twin: PovTwin) -> None:
    @api.post("/orders")
    def create() -> ResponseReturnValue:
        try:
            order, new = twin.create(_account(), _body())
        except Taken as taken:
            return _no(409, "reference_taken", f"{taken} was used before, with other content.", "reference")
        return jsonify(order.shown()), 201 if new else 200

    @api.get("/orders")
    def look_up() -> ResponseReturnValue:
        reference = request.args.get("reference", "")
        if not reference:
            return _no(422, "invalid", "reference is missing.", "reference")
        with twin.lock:
            found = twin.book.found(_account().name, reference, twin.now())
            if not found:
                return _no(404, "not_found", "There is no such order.", "reference")
            return jsonify(found[0].shown() if len(found) == 1 else [one.shown() for one in found])

    @api.get("/orders/<order_id>")
    def show(order_id: str) -> ResponseReturnValue:
        with twin.lock:
            order = _order(twin, order_id)
            return jsonify(order.shown()) if order else _no(404, "not_found", "There is no such order.")


def _cancel_route(api: Blueprint, twin: PovTwin) -> None:
    @api.delete("/orders/<order_id>")
    def cancel(order_id: str) -> ResponseReturnValue:
        if not twin.can_cancel:
            return _no(405, "not_supported", "Orders cannot be cancelled here.")
        try:
            with twin.lock:
                order = _order(twin, order_id)
                if order is None:
                    return _no(404, "not_found", "There is no such order.")
                twin.cancel(order)
                return jsonify(order.shown())
        except TooLate as late:
            return _no(409, "too_late", f"The order is {late}.")
