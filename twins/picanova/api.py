"""The beta API's routes; v1's and the control plane beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from flask import Blueprint, Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from twins import kit
from twins.picanova import api_v1
from twins.picanova.checks import read_rates_request
from twins.picanova.control import control_plane
from twins.picanova.door import BASE, BASE_V1, account, body, call_name, doorkeeper
from twins.picanova.errors import Invalid
from twins.picanova.orders import Order, TooLate
from twins.picanova.places import COUNTRIES, REGIONS, TYPES, carriers_for, country_by_id
from twins.picanova.render import method

if TYPE_CHECKING:
    from twins.picanova.twin import PicanovaTwin


def build_app(twin: PicanovaTwin) -> WSGIApplication:
    app = Flask("picanova-twin")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.register_blueprint(_beta(twin), url_prefix=BASE)
    app.register_blueprint(api_v1.routes(twin), url_prefix=BASE_V1)
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
    doorkeeper(api, twin)
    _catalogue_routes(api, twin)
    _shipping_routes(api, twin)
    _order_routes(api, twin)
    return api


def _catalogue_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/products")
    def products() -> ResponseReturnValue:
        return jsonify(data=[twin.style.product(product) for product in account().catalogue.products])

    @api.get("/products/<int:product_id>")
    def variants(product_id: int) -> ResponseReturnValue:
        catalogue = account().catalogue
        product = catalogue.product(product_id) or abort(404, "404 Not Found")
        return jsonify(data=[twin.style.variant(one, catalogue.currency) for one in product.variants])

    @api.get("/variants/<int:variant_id>")
    def variant(variant_id: int) -> ResponseReturnValue:
        catalogue = account().catalogue
        found = catalogue.variant(variant_id) or abort(404, "404 Not Found")
        return jsonify(data=twin.style.variant(found, catalogue.currency))

    @api.get("/variants/<int:variant_id>/combinations")
    def combinations(variant_id: int) -> ResponseReturnValue:
        found = account().catalogue.variant(variant_id) or abort(404, "404 Not Found")
        return jsonify(data=twin.style.combinations(found, account().catalogue))


def _shipping_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.post("/shipping/rates")
    def rates() -> ResponseReturnValue:
        country, items = read_rates_request(body(), account())
        quantity = sum(count for _, count in items)
        longest = max(variant.longest for variant, _ in items)
        fitting = carriers_for(account().carriers, country, longest)
        # The published sample names one code twice: so does the first of these.
        listed = [*fitting[:1], *fitting]
        return jsonify(data=[twin.style.rate(one, quantity, account().catalogue.currency) for one in listed])

    @api.get("/shipping/types")
    def types() -> ResponseReturnValue:
        return jsonify(data=[{"priority": number, "code": code} for number, code in enumerate(TYPES, start=1)])

    @api.get("/shipping/methods")
    def methods() -> ResponseReturnValue:
        return jsonify(data=[method(one.code) for one in account().carriers])

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
            mine = [one for one in reversed(twin.orders) if one.account == account().name and one.api == "beta"]
            page = max(1, request.args.get("page", 1, type=int))
            shown = mine[(page - 1) * twin.page_size : page * twin.page_size]
            data = [twin.style.order(order) for order in shown]
        return jsonify(data=data, meta={"pagination": _pagination(len(mine), len(shown), page, twin.page_size)})

    @api.post("/orders")
    def create() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(data=twin.style.order(twin.create(account(), body())))

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
            found = twin.book.find(account().name, order_id[1:], twin.now())
        else:
            found = twin.book.orders.get(order_id)
        if found is None or found.account != account().name or found.api != "beta":
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
