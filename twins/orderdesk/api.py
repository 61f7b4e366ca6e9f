"""The routes of API v2 that a reader needs. What would change something is counted, and refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from twins import kit
from twins.orderdesk.records import Record, time

if TYPE_CHECKING:
    from twins.orderdesk.twin import OrderDeskTwin

BASE = "/api/v2"
_EXACT = ("source_id", "source_name", "email", "customer_id")
_NAMES = ("first_name", "last_name", "company")


class Wrong(Exception):
    """A parameter that Order Desk would not take."""


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """What a call is called on the switch board: ``GET /orders``."""
    return f"{environ['REQUEST_METHOD']} {str(environ['PATH_INFO']).removeprefix(BASE)}"


def build_app(twin: OrderDeskTwin) -> WSGIApplication:
    app = Flask("orderdesk-twin")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.register_blueprint(_v2(twin), url_prefix=BASE)
    app.register_blueprint(_control(twin), url_prefix="/_twin")
    app.register_error_handler(HTTPException, lambda error: _error(str(error.description), error.code or 500))
    app.register_error_handler(Wrong, lambda error: _error(str(error), 400))
    return kit.FaultyApp(app, twin.faults, call_name)


def _error(message: str, status: int) -> ResponseReturnValue:
    return jsonify(status="error", message=message), status


def _v2(twin: OrderDeskTwin) -> Blueprint:
    api = Blueprint("v2", __name__)
    _doorkeeper(api, twin)
    _lists(api, twin)

    @api.get("/test")
    def test() -> ResponseReturnValue:
        return jsonify(status="success", message="Connection Successful", current_date_time=time(twin.now()))

    @api.get("/store")
    def store() -> ResponseReturnValue:
        with twin.lock:
            shown = {"id": twin.store_id, "name": "A store", "folders": _folders(twin)}
        return jsonify(status="success", execution_time="0.0100 seconds", store=shown)

    @api.route("/<path:_path>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def others(_path: str) -> ResponseReturnValue:
        if request.method == "GET":
            return _error("Not found", 404)
        twin.writes.append(call_name(request.environ))
        return _error("This twin is for readers", 405)

    return api


def _doorkeeper(api: Blueprint, twin: OrderDeskTwin) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        with twin.lock:
            twin.calls[call_name(request.environ)] += 1
            if not _is_theirs(twin):
                return _error("Invalid store ID or API key", 401)
            g.wait = twin.bucket.take(twin.now())
        return _error("Too many requests", 429) if g.wait else None

    @api.after_request
    def tell_the_rate(response: Response) -> Response:
        if "wait" in g and twin.bucket.size:
            response.headers["X-Tokens-Remaining"] = str(twin.bucket.left)
            if g.wait:
                response.headers["X-Retry-After"] = str(g.wait)
        return response


def _lists(api: Blueprint, twin: OrderDeskTwin) -> None:
    @api.get("/orders")
    def orders() -> ResponseReturnValue:
        return _page(twin, "/orders", "orders", lambda: _orders(twin))

    @api.get("/inventory-items")
    def inventory_items() -> ResponseReturnValue:
        return _page(twin, "/inventory-items", "inventory_items", lambda: list(twin.inventory_items.values()))


def _is_theirs(twin: OrderDeskTwin) -> bool:
    store_id, key = (request.headers.get(name, "") for name in ("ORDERDESK-STORE-ID", "ORDERDESK-API-KEY"))
    return hmac.compare_digest(f"{store_id}:{key}".encode(), f"{twin.store_id}:{twin.api_key}".encode())


def _folders(twin: OrderDeskTwin) -> Any:
    """Both shapes are inferred."""
    if twin.folders_as == "map":
        return {str(number): name for number, name in twin.folders.items()}
    return [{"id": str(number), "name": name} for number, name in twin.folders.items()]


def _page(twin: OrderDeskTwin, path: str, key: str, listed: Callable[[], list[Record]]) -> ResponseReturnValue:
    limit, offset = min(_number("limit", 50), twin.max_limit), _number("offset", 0)
    if _number("limit", 50) > 500:
        raise Wrong("limit is 500 at most")
    twin.before_page(path, offset)
    with twin.lock:
        found = listed()
        rows = found[offset : offset + limit]
        return jsonify(
            {
                "status": "success",
                "execution_time": "0.0900 seconds",
                "total_records": len(found),
                "records_returned": len(rows),
                "offset": offset,
                "limit": limit,
                key: rows,
            }
        )


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal():
        raise Wrong(f"{name} is a number")
    return int(text)


def _orders(twin: OrderDeskTwin) -> list[Record]:
    """Those that the filters take, in the order that was asked for; the latest first if none was."""
    found = [one for one in twin.orders.values() if all(_takes(twin, one))]
    by = request.args.get("order_by", "date_added")
    if by not in ("date_added", "date_updated", "id"):
        raise Wrong(f"orders cannot be ordered by {by}")
    descending = request.args.get("order", "desc") == "desc"
    return sorted(found, key=lambda one: (str(one[by]), int(one["id"])), reverse=descending)


def _takes(twin: OrderDeskTwin, order: Record) -> Iterable[bool]:
    asked = request.args
    for name, field, later in (
        ("search_start_date", "date_added", True),
        ("search_end_date", "date_added", False),
        ("modified_start_date", "date_updated", True),
        ("modified_end_date", "date_updated", False),
    ):
        if name in asked:
            yield order[field] >= asked[name] if later else order[field] <= asked[name]
    if "folder_id" in asked:
        yield str(order["folder_id"]) in asked["folder_id"].split(",")
    if "folder_name" in asked:
        yield twin.folders.get(order["folder_id"]) == asked["folder_name"]
    for name in _EXACT:
        if name in asked:
            yield str(order[name]) == asked[name]
    for whose in ("customer", "shipping"):
        for name in _NAMES:
            if f"{whose}_{name}" in asked:
                yield order[whose][name] == asked[f"{whose}_{name}"]


def _control(twin: OrderDeskTwin) -> Blueprint:
    """For hands and scripts that do not live in the same process."""
    plane = Blueprint("control", __name__)
    plane.register_error_handler(ValidationError, lambda error: (jsonify(message=str(error)), 422))

    @plane.post("/orders")
    def add_order() -> ResponseReturnValue:
        return jsonify(twin.add_order(**(request.get_json(silent=True) or {})))

    @plane.post("/inventory-items")
    def add_item() -> ResponseReturnValue:
        return jsonify(twin.add_item(**(request.get_json(silent=True) or {})))

    @plane.post("/faults")
    def add_fault() -> ResponseReturnValue:
        twin.faults.add(kit.Fault.model_validate_json(request.get_data() or b"{}"))
        return jsonify(ok=True)

    @plane.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        twin.faults.clear()
        return jsonify(ok=True)

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        return jsonify(orders=len(twin.orders), items=len(twin.inventory_items), calls=dict(twin.calls))

    return plane
