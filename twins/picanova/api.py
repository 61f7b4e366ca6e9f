"""The beta API's routes, and the control plane beside them."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from twins import kit
from twins.picanova.account import Account, Allowance
from twins.picanova.checks import read_rates_request
from twins.picanova.control import control_plane
from twins.picanova.errors import Invalid
from twins.picanova.orders import Order, TooLate
from twins.picanova.places import COUNTRIES, REGIONS, TYPES, carriers_for, country_by_id
from twins.picanova.render import method

if TYPE_CHECKING:
    from twins.picanova.twin import PicanovaTwin

BASE = "/api/beta"


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """What a call is called on the switch board: ``GET /orders/@``, ``DELETE /orders/{id}``, …"""
    parts = str(environ["PATH_INFO"]).removeprefix(BASE).strip("/").split("/")
    if len(parts) > 1 and parts[0] in ("orders", "products", "variants", "regions"):
        parts[1] = "@" if parts[1].startswith("@") else "{id}"
    return f"{environ['REQUEST_METHOD']} /{'/'.join(parts)}"


def build_app(twin: PicanovaTwin) -> WSGIApplication:
    app = Flask("picanova-twin")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.register_blueprint(_beta(twin), url_prefix=BASE)
    app.register_blueprint(control_plane(twin), url_prefix="/_twin")
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(Invalid, _invalid)
    return kit.FaultyApp(app, twin.faults, call_name)


def _refusal(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    return jsonify(message=error.description or f"{code} {error.name}", status_code=code), code


def _invalid(error: Invalid) -> ResponseReturnValue:
    return jsonify(message="422 Unprocessable Entity", errors=error.errors, status_code=422), 422


def _beta(twin: PicanovaTwin) -> Blueprint:
    api = Blueprint("beta", __name__)
    _doorkeeper(api, twin)
    _catalogue_routes(api, twin)
    _shipping_routes(api, twin)
    _order_routes(api, twin)
    return api


def _doorkeeper(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        twin.tick()
        with twin.lock:
            twin.api_calls_counted[call_name(request.environ)] += 1
            account = _account_of(twin)
            if account is None:
                challenge = {"WWW-Authenticate": 'Basic realm="api"'}
                return jsonify(message="401 Unauthorized", status_code=401), 401, challenge
            g.account = account
            g.allowance = account.window.take(twin.now())
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
    for account in twin.accounts.values():
        if hmac.compare_digest(spoken, ":".join(account.credentials).encode()):
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
        abort(400, "400 Bad Request: the body is not a JSON object.")
    return body


def _catalogue_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/products")
    def products() -> ResponseReturnValue:
        return jsonify(data=[twin.style.product(product) for product in _account().catalogue.products])

    @api.get("/products/<int:product_id>")
    def variants(product_id: int) -> ResponseReturnValue:
        catalogue = _account().catalogue
        product = catalogue.product(product_id) or abort(404, "404 Not Found")
        return jsonify(data=[twin.style.variant(one, catalogue.currency) for one in product.variants])

    @api.get("/variants/<int:variant_id>")
    def variant(variant_id: int) -> ResponseReturnValue:
        catalogue = _account().catalogue
        found = catalogue.variant(variant_id) or abort(404, "404 Not Found")
        return jsonify(data=twin.style.variant(found, catalogue.currency))

    @api.get("/variants/<int:variant_id>/combinations")
    def combinations(variant_id: int) -> ResponseReturnValue:
        found = _account().catalogue.variant(variant_id) or abort(404, "404 Not Found")
        return jsonify(data=twin.style.combinations(found, _account().catalogue))


def _shipping_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.post("/shipping/rates")
    def rates() -> ResponseReturnValue:
        country, items = read_rates_request(_body(), _account())
        quantity = sum(count for _, count in items)
        longest = max(variant.longest for variant, _ in items)
        fitting = carriers_for(_account().carriers, country, longest)
        # The published sample names one code twice: so does the first of these.
        listed = [*fitting[:1], *fitting]
        return jsonify(data=[twin.style.rate(one, quantity, _account().catalogue.currency) for one in listed])

    @api.get("/shipping/types")
    def types() -> ResponseReturnValue:
        return jsonify(data=[{"priority": number, "code": code} for number, code in enumerate(TYPES, start=1)])

    @api.get("/shipping/methods")
    def methods() -> ResponseReturnValue:
        return jsonify(data=[method(one.code) for one in _account().carriers])

    @api.get("/countries")
    def countries() -> ResponseReturnValue:
        listed = [{"name": one.name, "country_id": one.id, "country_code": one.code} for one in COUNTRIES]
        return jsonify(data=listed)

    @api.get("/regions/<int:country_id>")
    def regions(country_id: int) -> ResponseReturnValue:
        country = country_by_id(country_id) or abort(404, "404 Not Found")
        listed = REGIONS.get(country.code, ())
        return jsonify(data=[{"id": one.id, "code": one.code, "name": one.name} for one in listed])


def _order_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/orders")
    def orders() -> ResponseReturnValue:
        with twin.lock:
            mine = [order for order in reversed(twin.orders) if order.account == _account().name]
            page = max(1, request.args.get("page", 1, type=int))
            shown = mine[(page - 1) * twin.page_size : page * twin.page_size]
            data = [twin.style.order(order) for order in shown]
        return jsonify(data=data, meta={"pagination": _pagination(len(mine), len(shown), page, twin.page_size)})

    @api.post("/orders")
    def create() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(data=twin.style.order(twin.create(_account(), _body())))

    @api.get("/orders/<order_id>")
    def show(order_id: str) -> ResponseReturnValue:
        with twin.lock:
            return jsonify(data=twin.style.order(_order(order_id)))

    @api.delete("/orders/<order_id>")
    def cancel(order_id: str) -> ResponseReturnValue:
        if order_id.startswith("@"):
            abort(404, "404 Not Found")
        try:
            with twin.lock:
                twin.cancel(_order(order_id))
        except TooLate as late:
            return jsonify(
                message=f"The order is {late} and cannot be cancelled.", status_code=twin.late_cancel_status
            ), twin.late_cancel_status
        return Response(status=200)

    def _order(order_id: str) -> Order:
        """One of this account's own orders, by the vendor's id or, after an @, by the store's."""
        if order_id.startswith("@"):
            found = twin.book.find(_account().name, order_id[1:], twin.now())
        else:
            found = twin.book.orders.get(order_id)
        if found is None or found.account != _account().name:
            abort(404, "404 Not Found")
        return found


def _pagination(total: int, count: int, page: int, per_page: int) -> dict[str, Any]:
    pages = max(1, -(-total // per_page))
    links = {}
    if page > 1:
        links["previous"] = f"{BASE}/orders?page={page - 1}"
    if page < pages:
        links["next"] = f"{BASE}/orders?page={page + 1}"
    return {
        "total": total,
        "count": count,
        "per_page": per_page,
        "current_page": page,
        "total_pages": pages,
        "links": links,
    }
