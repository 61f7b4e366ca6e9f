"""API V2 under ``/v2``: shipments, which are what V1 calls orders, made, changed and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from twins.shipstation import v2_render
from twins.shipstation.book import new_import_batch
from twins.shipstation.model import AWAITING_SHIPMENT, CANCELLED, ON_HOLD, Order
from twins.shipstation.v1_reading import strangers
from twins.shipstation.v2_door import Refused, body, doorkeeper, errors_of, not_found
from twins.shipstation.v2_lists import list_routes
from twins.shipstation.v2_others import fulfilling, webhooks
from twins.shipstation.v2_reading import WireShipment

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

MOST_AT_ONCE = 100
"""Not stated; a limit there is, surely (inferred)."""


def v2_api(twin: ShipStationTwin, call_name: Callable[..., str]) -> Blueprint:
    api = Blueprint("v2", __name__)
    doorkeeper(api, twin, call_name)
    _making(api, twin)
    _one(api, twin)
    _tags(api, twin)
    list_routes(api, twin)
    fulfilling(api, twin)
    webhooks(api, twin)
    return api


def order_of(twin: ShipStationTwin, shipment_id: str) -> Order:
    """Raises Refused."""
    number = shipment_id.removeprefix("se-")
    if not number.isdecimal():
        raise Refused(f"{shipment_id[:40]!r} is no shipment id.", "invalid_identifier")
    try:
        return twin.book.order(int(number))
    except LookupError:
        raise not_found(f"shipment {shipment_id}") from None


def _making(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.post("/shipments")
    def create() -> ResponseReturnValue:
        """Partial success: 200 with ``has_errors``, and the errors with each shipment."""
        sent = body().get("shipments")
        if not isinstance(sent, list) or not 0 < len(sent) <= MOST_AT_ONCE:
            raise Refused("shipments is not a list with something in it.", "field_value_required")
        batch = new_import_batch()
        made: list[Order] = []
        rows = [_create_one(twin, one, batch, made) for one in sent]
        twin.announce_orders(made)
        return jsonify(has_errors=any(row["errors"] for row in rows), shipments=rows)


def _create_one(twin: ShipStationTwin, sent: Any, batch: str, made: list[Order]) -> dict[str, Any]:
    try:
        wire = WireShipment.model_validate(sent)
        order = _create(twin, wire, batch)
    except ValidationError as wrong:
        return _not_made(sent, errors_of(wrong))
    except Refused as no:
        return _not_made(sent, [no.error])
    made.append(order)
    return v2_render.shipment(order) | {"errors": [], "address_validation": None}


def _not_made(sent: Any, errors: list[dict[str, Any]]) -> dict[str, Any]:
    named = sent if isinstance(sent, dict) else {}
    return {
        "external_shipment_id": named.get("external_shipment_id"),
        "shipment_number": named.get("shipment_number"),
        "errors": errors,
    }


def _create(twin: ShipStationTwin, wire: WireShipment, batch: str) -> Order:
    """Raises Refused."""
    with twin.lock:
        store_id = _checked(twin, wire)
        if wire.external_id and twin.book.by_key(wire.external_id):
            said = f"external_shipment_id {wire.external_id} is in use."
            raise Refused(said, "identifier_conflict", "business_rules")
        order = twin.book.add(
            wire.read(twin.now()),
            key=wire.external_id,
            store_id=store_id,
            status=ON_HOLD if wire.hold_until_date else AWAITING_SHIPMENT,
            now=twin.now(),
            origin="v2",
            batch=batch,
            in_orders_tab=wire.create_sales_order,
        )
        if not wire.external_id:
            order.key = v2_render.se(order.order_id)
        order.hold_until = wire.hold_until_date
        order.tags = [tag["name"] for tag in wire.tags if "name" in tag]
        return order


def _checked(twin: ShipStationTwin, wire: WireShipment) -> int:
    """The number of its store. Raises Refused."""
    twin.ignored += [f"V2 shipment: {name}" for name in strangers(wire)]
    if (wire.ship_from is None) == (wire.warehouse_id is None):
        raise Refused("Either ship_from or warehouse_id must be set, and not both.", "field_conflict")
    if wire.warehouse_id and int(wire.warehouse_id.removeprefix("se-") or 0) not in twin.warehouses:
        raise Refused(f"There is no warehouse {wire.warehouse_id}.", "invalid_identifier")
    if not wire.store_id:
        return twin.manual_store_id
    number = wire.store_id.removeprefix("se-")
    if not number.isdecimal() or int(number) not in (twin.manual_store_id, *twin.stores):
        raise Refused(f"There is no store {wire.store_id[:40]}.", "invalid_identifier")
    return int(number)


def _one(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/shipments/<shipment_id>")
    def show(shipment_id: str) -> ResponseReturnValue:
        with twin.lock:
            return jsonify(v2_render.shipment(order_of(twin, shipment_id)))

    @api.get("/shipments/external_shipment_id/<path:external_id>")
    def show_external(external_id: str) -> ResponseReturnValue:
        with twin.lock:
            order = twin.book.by_key(external_id)
            if order is None:
                raise not_found(f"shipment with the external id {external_id[:60]}")
            return jsonify(v2_render.shipment(order))

    @api.put("/shipments/<shipment_id>")
    def change(shipment_id: str) -> ResponseReturnValue:
        """The whole body anew, and only before there is a label. The external id stays what it was."""
        wire = WireShipment.model_validate(body())
        with twin.lock:
            order = order_of(twin, shipment_id)
            if order.has_label:
                raise Refused("The shipment has a label.", "invalid_status", "business_rules")
            _checked(twin, wire)
            content = wire.read(order.content.ordered_at)
            twin.book.update(order, content, ON_HOLD if wire.hold_until_date else AWAITING_SHIPMENT, twin.now())
            order.hold_until = wire.hold_until_date
            return jsonify(v2_render.shipment(order))

    @api.put("/shipments/<shipment_id>/cancel")
    def cancel(shipment_id: str) -> ResponseReturnValue:
        with twin.lock:
            order = order_of(twin, shipment_id)
            if order.has_label:
                said = "The shipment has a label; void it first."
                raise Refused(said, "invalid_status", "business_rules")
            order.status, order.hold_until, order.modified_at = CANCELLED, None, twin.now()
        return "", 204


def _tags(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.route("/shipments/<shipment_id>/tags/<name>", methods=["POST", "DELETE"])
    def tag(shipment_id: str, name: str) -> ResponseReturnValue:
        with twin.lock:
            order = order_of(twin, shipment_id)
            order.tags = [one for one in order.tags if one != name]
            if request.method == "DELETE":
                return "", 204
            order.tags.append(name)
            shown = [{"name": one} for one in order.tags]
        return jsonify(shipment_id=shipment_id, tags=shown)
