"""V1's stores, their refresh, and its webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from twins.shipstation import v1_render
from twins.shipstation.hooks import V1_EVENTS
from twins.shipstation.times import read_v1_time

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin


class Subscription(BaseModel):
    target_url: str = Field(min_length=8, max_length=2000)
    event: str
    store_id: int | None = None
    friendly_name: str | None = None


def store_routes(api: Blueprint, twin: ShipStationTwin) -> None:
    _stores(api, twin)
    _refreshing(api, twin)
    _webhooks(api, twin)


def _stores(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/stores")
    def stores() -> ResponseReturnValue:
        """Without the status words, which only the store by itself shows (documented)."""
        custom = [v1_render.store(store) for store in twin.stores.values()]
        for one in custom:
            del one["statusMappings"]
        return jsonify([v1_render.manual_store(twin.manual_store_id), *custom])

    @api.get("/stores/<int:store_id>")
    def store(store_id: int) -> ResponseReturnValue:
        if store_id == twin.manual_store_id:
            return jsonify(v1_render.manual_store(store_id))
        return jsonify(v1_render.store(twin.store(store_id)))

    @api.get("/warehouses")
    def warehouses() -> ResponseReturnValue:
        shown = [
            {"warehouseId": number, "warehouseName": name, "isDefault": index == 0}
            for index, (number, name) in enumerate(twin.warehouses.items())
        ]
        return jsonify(shown)


def _refreshing(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.post("/stores/refreshstore")
    def refresh() -> ResponseReturnValue:
        """Only promised: the store is fetched afterwards. Parameters are in the query or in the body."""
        said = _asked()
        since = _date(said["refreshDate"]) if said.get("refreshDate") else None
        if not said.get("storeId"):
            for one in twin.stores.values():
                one.asked_to_refresh.append(since)
            return jsonify(success=True, message="A store refresh has been initiated for all stores")
        store = twin.store(_number(said["storeId"]))
        with twin.lock:
            store.asked_to_refresh.append(since)
        return jsonify(success=True, message=f"A store refresh has been initiated for Store ID {store.store_id}")

    @api.get("/stores/getrefreshstatus")
    def status() -> ResponseReturnValue:
        return jsonify(v1_render.refresh_status(twin.store(_number(request.args.get("storeId", "")))))


def _asked() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.get_data() else None
    return (body if isinstance(body, dict) else {}) | request.args.to_dict()


def _number(text: object) -> int:
    said = str(text)
    if not said.isdecimal() or len(said) > 9:
        abort(400, f"storeId is {said[:40]!r}, which is no number.")
    return int(said)


def _date(text: object) -> datetime:
    try:
        return read_v1_time(str(text))
    except ValueError:
        abort(400, f"refreshDate is {str(text)[:40]!r}, which is no date.")


def _webhooks(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/webhooks")
    def listed() -> ResponseReturnValue:
        return jsonify(webhooks=[v1_render.webhook(hook) for hook in twin.hooks.v1.values()])

    @api.post("/webhooks/subscribe")
    def subscribe() -> ResponseReturnValue:
        asked = Subscription.model_validate_json(request.get_data() or b"{}")
        if asked.event not in V1_EVENTS:
            abort(400, f"{asked.event[:40]!r} is no event.")
        with twin.lock:
            hook = twin.hooks.add(
                twin.hooks.v1,
                asked.event,
                asked.target_url,
                name=asked.friendly_name or "",
                store_id=asked.store_id,
            )
        return jsonify(id=hook.hook_id)

    @api.delete("/webhooks/<int:hook_id>")
    def unsubscribe(hook_id: int) -> ResponseReturnValue:
        with twin.lock:
            if twin.hooks.v1.pop(hook_id, None) is None:
                raise LookupError(f"webhook {hook_id}")
        return "", 200
