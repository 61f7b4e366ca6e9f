"""v1's routes, as far as they are published. Orders can be made, shown and listed: not cancelled, nor accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from twins.picanova.checks_v1 import read_order
from twins.picanova.door import account, body, doorkeeper
from twins.picanova.errors import Errors, Invalid, text
from twins.picanova.item_checks import is_url
from twins.picanova.orders import Order

if TYPE_CHECKING:
    from twins.picanova.twin import PicanovaTwin


def routes(twin: PicanovaTwin) -> Blueprint:
    api = Blueprint("v1", __name__)
    doorkeeper(api, twin)
    _catalogue_routes(api, twin)
    _library_routes(api, twin)
    _order_routes(api, twin)
    return api


def _catalogue_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/blueprints")
    def blueprints() -> ResponseReturnValue:
        return jsonify(data=[twin.v1_style.blueprint(one) for one in account().catalogue.products])

    @api.get("/blueprints/<int:blueprint_id>/variants")
    def variants(blueprint_id: int) -> ResponseReturnValue:
        found = account().catalogue.product(blueprint_id) or abort(404, "404 Not Found")
        return jsonify(data=[twin.v1_style.variant(one, account()) for one in found.variants])

    @api.get("/products")
    def products() -> ResponseReturnValue:
        with twin.lock:
            held = list(account().library.products.values())
        return jsonify(data=[twin.v1_style.product_listed(one, account()) for one in held])

    @api.get("/products/<int:product_id>")
    def product(product_id: int) -> ResponseReturnValue:
        held = account().library.products.values()
        found = next((one for one in held if one.id == product_id), None) or abort(404, "404 Not Found")
        return jsonify(data=twin.v1_style.product(found, account()))


def _library_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/library")
    def library() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(data=[twin.v1_style.image(one) for one in account().library.images.values()])

    @api.get("/library/<image_id>")
    def image(image_id: str) -> ResponseReturnValue:
        found = account().library.images.get(image_id) or abort(404, "404 Not Found")
        return jsonify(data=twin.v1_style.image(found))

    @api.post("/library")
    def upload() -> ResponseReturnValue:
        given, errors = body(), Errors()
        file_name = text(given, "file_name", "file_name", errors, required=True)
        url = text(given, "url", "url", errors, required=True)
        if url and not is_url(url):
            errors.add("url", "The url format is invalid.")
        if errors:
            raise Invalid(errors)
        with twin.lock:
            return jsonify(data=twin.v1_style.uploaded(account().library.upload(file_name, url, twin.now())))


def _order_routes(api: Blueprint, twin: PicanovaTwin) -> None:
    @api.get("/orders")
    def orders() -> ResponseReturnValue:
        with twin.lock:
            now = twin.now()
            mine = [one for one in twin.orders if _is_mine(one) and one.created_at + twin.book.search_lag <= now]
            if not twin.v1_oldest_first:
                mine.reverse()
            page = 1 if twin.v1_ignores_page else max(1, request.args.get("page", 1, type=int))
            shown = mine[(page - 1) * twin.page_size : page * twin.page_size]
            answer: dict[str, Any] = {"data": [twin.v1_style.listed(one) for one in shown]}
        if twin.v1_tells_pages:
            pages = max(1, -(-len(mine) // twin.page_size))
            answer["meta"] = {"pagination": {"current_page": page, "total_pages": pages, "total": len(mine)}}
        return jsonify(answer)

    @api.post("/orders")
    def create() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(data=twin.v1_style.order(twin.create(account(), body(), read_order)))

    @api.get("/orders/<order_id>")
    def show(order_id: str) -> ResponseReturnValue:
        with twin.lock:
            found = twin.book.orders.get(order_id)
            if found is None or not _is_mine(found):
                abort(404, "404 Not Found")
            return jsonify(data=twin.v1_style.order(found))

    def _is_mine(order: Order) -> bool:
        return order.account == account().name and order.api == "v1"
