"""The control plane of goods, stock and bulk operations, for those who are not in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify
from pydantic import Field, ValidationError

from twins.shopify.catalogue import Product
from twins.shopify.shop import DEFAULT_PLACE, Unknown
from twins.shopify.stock import NAMES, InventoryLevel
from twins.switches import Asked, asked

if TYPE_CHECKING:
    from twins.shopify.twin import ShopifyTwin


class NewProduct(Asked):
    title: str
    variants: list[dict[str, Any]] = Field(default=[{}], min_length=1)
    details: dict[str, Any] = {}


class NewLocation(Asked):
    name: str
    active: bool = True
    third_party: bool = False


class Count(Asked):
    sku: str
    quantity: int
    place: str = DEFAULT_PLACE
    name: str = "available"


class Unstock(Asked):
    sku: str
    place: str = DEFAULT_PLACE


class Change(Asked):
    """Of the variant with that SKU."""

    sku: str
    changes: dict[str, Any]


class Sale(Asked):
    """An order that comes just before the next inventory write."""

    order: dict[str, Any]


class StockSwitches(Asked):
    """How the shop behaves from now on; what is not told stays as it is."""

    hide_costs: bool | None = None
    keys_still_running: int | None = None
    keys_fail: int | None = None
    null_group_when_unchanged: bool | None = None
    search_lag_seconds: float | None = None
    bulk_delay_seconds: float | None = None
    bulk_shuffle: bool | None = None
    bulk_fates: list[str] | None = None
    throttle: str | None = None
    throttle_after: str | None = None


def control_stock(app: Flask, twin: ShopifyTwin) -> None:
    def wrong(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 404 if isinstance(error, Unknown) else 422

    app.register_error_handler(ValidationError, wrong)
    app.register_error_handler(Unknown, wrong)
    _goods(app, twin)
    _counts(app, twin)
    _switches(app, twin)


def _goods(app: Flask, twin: ShopifyTwin) -> None:
    room = twin.stockroom

    @app.post("/_twin/products")
    def add_product() -> tuple[Response, int]:
        told = asked(NewProduct)
        try:
            made = room.add_product(told.title, told.variants, **told.details)
        except (TypeError, ValueError) as wrong:
            return jsonify(error=f"the product was not added: {wrong}"), 400
        return jsonify(_describe(made)), 201

    @app.get("/_twin/products")
    def products() -> Response:
        with twin.lock:
            return jsonify(products=[_describe(one) for one in twin.shop.catalogue.products.values()])

    @app.post("/_twin/variants")
    def change_variant() -> tuple[Response, int]:
        told = asked(Change)
        try:
            room.change_variant(told.sku, **told.changes)
        except (TypeError, ValueError) as wrong:
            return jsonify(error=f"the variant was not changed: {wrong}"), 400
        return jsonify(_describe(room.item(told.sku).variant.product)), 200

    @app.post("/_twin/locations")
    def add_location() -> tuple[Response, int]:
        told = asked(NewLocation)
        made = room.add_location(told.name, active=told.active, third_party=told.third_party)
        return jsonify(id=made.id, name=made.name), 201

    @app.get("/_twin/locations")
    def locations() -> Response:
        with twin.lock:
            rows = [{"id": one.id, "name": one.name} for one in twin.shop.locations.values()]
        return jsonify(locations=rows)


def _counts(app: Flask, twin: ShopifyTwin) -> None:
    room = twin.stockroom

    @app.post("/_twin/stock/set")
    def set_count() -> Response:
        told = asked(Count)
        room.set(told.sku, told.quantity, told.place, name=told.name)
        return jsonify(room.counts(told.sku, told.place))

    @app.post("/_twin/stock/adjust")
    def adjust_count() -> Response:
        told = asked(Count)
        room.adjust(told.sku, told.quantity, told.place, name=told.name)
        return jsonify(room.counts(told.sku, told.place))

    @app.post("/_twin/stock/unstock")
    def unstock() -> Response:
        told = asked(Unstock)
        room.unstock(told.sku, told.place)
        return jsonify(room.counts(told.sku, told.place))

    @app.get("/_twin/stock")
    def levels() -> Response:
        with twin.lock:
            return jsonify(levels=[_level(one) for one in twin.shop.stock.levels])

    @app.get("/_twin/stock/writes")
    def writes() -> Response:
        with twin.lock:
            return jsonify(writes=room.writes)

    @app.post("/_twin/stock/before_next_write")
    def before_next_write() -> Response:
        told = asked(Sale)
        room.before_next_write(lambda: twin.place_order(**told.order))
        return jsonify(ok=True)


def _switches(app: Flask, twin: ShopifyTwin) -> None:
    @app.post("/_twin/stock/switches")
    def switches() -> Response:
        told = asked(StockSwitches).model_dump(exclude_none=True)
        owners: dict[str, tuple[Any, str]] = {
            "hide_costs": (twin, "hide_costs"),
            "keys_still_running": (twin.shop.keys, "still_running"),
            "keys_fail": (twin.shop.keys, "fail"),
            "null_group_when_unchanged": (twin.shop.stock, "null_group_when_unchanged"),
            "search_lag_seconds": (twin.shop, "search_lag_seconds"),
            "bulk_delay_seconds": (twin.shop.bulk, "delay_seconds"),
            "bulk_shuffle": (twin.shop.bulk, "shuffle"),
            "bulk_fates": (twin.shop.bulk, "fates"),
        }
        with twin.lock:
            for name, (owner, attribute) in owners.items():
                if name in told:
                    setattr(owner, attribute, told[name])
        for name in ("throttle", "throttle_after"):
            if name in told:
                twin.throttle(told[name], done=name == "throttle_after")
        return jsonify(ok=True)


def _describe(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "title": product.title,
        "variants": [{"id": one.id, "sku": one.sku, "item_id": one.inventory_item.id} for one in product.variants],
    }


def _level(level: InventoryLevel) -> dict[str, Any]:
    return {
        "item_id": level.item.id,
        "sku": level.item.sku,
        "place": level.location.name,
        "active": level.is_active,
        "counts": {name: level.quantity(name) for name in NAMES},
    }
