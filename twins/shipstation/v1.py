"""API V1, the legacy one, at the root: who comes in and how fast, and its orders."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from twins.shipstation import v1_render
from twins.shipstation.book import Locked, new_import_batch
from twins.shipstation.model import AWAITING_SHIPMENT, ON_HOLD, OPEN, Order
from twins.shipstation.times import read_v1_time
from twins.shipstation.v1_lists import list_routes
from twins.shipstation.v1_reading import WireOrder, strangers
from twins.shipstation.v1_stores import store_routes

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

MOST_AT_ONCE = 100


class Refused(Exception):
    """The message goes to the caller, with the status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Hold(BaseModel):
    orderId: int  # noqa: N815 - their word
    holdUntilDate: str = Field(min_length=10)  # noqa: N815


class Restore(BaseModel):
    orderId: int  # noqa: N815


class Mark(BaseModel):
    orderId: int  # noqa: N815
    carrierCode: str = Field(min_length=1)  # noqa: N815
    shipDate: str | None = None  # noqa: N815
    trackingNumber: str | None = None  # noqa: N815
    notifyCustomer: bool = False  # noqa: N815
    notifySalesChannel: bool = False  # noqa: N815


def v1_api(twin: ShipStationTwin, call_name: Callable[..., str]) -> Blueprint:
    api = Blueprint("v1", __name__)
    _doorkeeper(api, twin, call_name)
    _errors(api)
    _writing(api, twin)
    _moving(api, twin)
    list_routes(api, twin)
    store_routes(api, twin)
    return api


def _doorkeeper(api: Blueprint, twin: ShipStationTwin, call_name: Callable[..., str]) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        with twin.lock:
            twin.api_calls_counted[call_name(request.environ)] += 1
            given = request.authorization
            spoken = f"{given.username}:{given.password}" if given and given.type == "basic" else ""
            if not hmac.compare_digest(spoken.encode(), ":".join(twin.v1_key).encode()):
                return jsonify(message="401 Unauthorized"), 401, {"WWW-Authenticate": 'Basic realm="ShipStation"'}
            g.counted = True
            if not twin.v1_limit.take(twin.now()):
                return jsonify(message="Too Many Requests"), 429
            twin.book.release_holds(twin.now())
        return None

    @api.after_request
    def tell_the_rate(response: Response) -> Response:
        limit = twin.v1_limit
        if g.get("counted") and limit.per_minute:
            response.headers["X-Rate-Limit-Limit"] = str(limit.per_minute)
            response.headers["X-Rate-Limit-Remaining"] = str(limit.remaining)
            response.headers["X-Rate-Limit-Reset"] = str(limit.reset(twin.now()))
        return response


def _errors(api: Blueprint) -> None:
    """Real answers say ``Message`` and ``ExceptionMessage``, new documents ``message``; both are in use here."""
    api.register_error_handler(HTTPException, lambda error: (jsonify(message=error.description), error.code))
    api.register_error_handler(LookupError, lambda error: (jsonify(message=f"There is no {error}"), 404))

    @api.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return jsonify(Message="An error has occurred.", ExceptionMessage=str(error)), error.status

    @api.errorhandler(Locked)
    def locked(error: Locked) -> ResponseReturnValue:
        said = f"The order is {error} and can no longer be changed."
        return jsonify(Message="An error has occurred.", ExceptionMessage=said), 400

    @api.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> ResponseReturnValue:
        return jsonify(Message="The request is invalid.", ExceptionMessage=what_is_wrong(error)), 400


def what_is_wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in found[:10])


def _body() -> Any:
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON.") from None


def _upsert(twin: ShipStationTwin, sent: Any, batch: str) -> tuple[Order, bool]:
    """The order, and whether it is new. Raises ValidationError, Refused, Locked."""
    wire = WireOrder.model_validate(sent)
    if wire.carrierCode and not wire.serviceCode:
        raise Refused("Invalid serviceCode")
    with twin.lock:
        twin.ignored += [f"V1 order: {name}" for name in strangers(wire)]
        store_id = wire.advancedOptions.storeId or twin.manual_store_id
        before = twin.book.by_key(wire.orderKey) if wire.orderKey else None
        if before is not None:
            if before.merged_or_split and not wire.advancedOptions.mergedOrSplit:
                raise Refused("An order that was split or merged needs advancedOptions.mergedOrSplit.")
            twin.book.update(before, wire.read(), wire.orderStatus, twin.now())
            return before, False
        if store_id != twin.manual_store_id and store_id not in twin.stores:
            raise Refused(f"There is no store {store_id}.")
        order = twin.book.add(
            wire.read(),
            key=wire.orderKey,
            store_id=store_id,
            status=wire.orderStatus,
            now=twin.now(),
            origin="v1",
            batch=batch,
        )
        return order, True


def _writing(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.post("/orders/createorder")
    def create_order() -> ResponseReturnValue:
        order, new = _upsert(twin, _body(), new_import_batch())
        if new:
            twin.announce_orders([order])
        return jsonify(v1_render.order(order))

    @api.post("/orders/createorders")
    def create_orders() -> ResponseReturnValue:
        sent = _body()
        if not isinstance(sent, list) or not sent:
            raise Refused("The body is not a list of orders.")
        if len(sent) > MOST_AT_ONCE:
            raise Refused(f"At most {MOST_AT_ONCE} orders at once; these are {len(sent)}.")
        batch = new_import_batch()
        rows: list[dict[str, Any]] = []
        made: list[Order] = []
        for one in sent:
            _one_of_many(twin, one, batch, rows, made)
        twin.announce_orders(made)
        return jsonify(hasErrors=not all(row["success"] for row in rows), results=rows)


def _one_of_many(
    twin: ShipStationTwin, sent: Any, batch: str, rows: list[dict[str, Any]], made: list[Order]
) -> None:
    try:
        order, new = _upsert(twin, sent, batch)
    except (ValidationError, Refused, Locked) as wrong:
        said = what_is_wrong(wrong) if isinstance(wrong, ValidationError) else str(wrong)
        named = sent if isinstance(sent, dict) else {}
        row = {"orderId": None, "orderNumber": named.get("orderNumber"), "orderKey": named.get("orderKey")}
        rows.append(row | {"success": False, "errorMessage": said})
        return
    if new:
        made.append(order)
    said_of = {"orderId": order.order_id, "orderNumber": order.content.number, "orderKey": order.key}
    rows.append(said_of | {"success": True, "errorMessage": None})


def _moving(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/orders/<int:order_id>")
    def show(order_id: int) -> ResponseReturnValue:
        with twin.lock:
            return jsonify(v1_render.order(twin.book.order(order_id)))

    @api.delete("/orders/<int:order_id>")
    def delete(order_id: int) -> ResponseReturnValue:
        """It is only hidden; that its key is free again afterwards is inferred."""
        with twin.lock:
            order = twin.book.order(order_id)
            order.active, order.modified_at = False, twin.now()
        return jsonify(success=True, message="The requested order has been deleted.")

    @api.post("/orders/holduntil")
    def hold() -> ResponseReturnValue:
        asked = Hold.model_validate(_body())
        until = _date(asked.holdUntilDate)
        with twin.lock:
            order = twin.book.order(asked.orderId)
            if order.status not in OPEN:
                raise Locked(order.status)
            order.status, order.hold_until, order.modified_at = ON_HOLD, until, twin.now()
        return jsonify(success=True, message="The requested order has been put on hold.")

    @api.post("/orders/restorefromhold")
    def restore() -> ResponseReturnValue:
        asked = Restore.model_validate(_body())
        with twin.lock:
            order = twin.book.order(asked.orderId)
            if order.status != ON_HOLD:
                raise Refused("The order is not on hold.")
            order.status, order.hold_until, order.modified_at = AWAITING_SHIPMENT, None, twin.now()
        return jsonify(success=True, message="The requested order has been restored from hold.")

    @api.post("/orders/markasshipped")
    def mark() -> ResponseReturnValue:
        asked = Mark.model_validate(_body())
        twin.packing.mark_as_shipped(
            asked.orderId,
            carrier=asked.carrierCode,
            tracking=asked.trackingNumber or "",
            shipped_at=_date(asked.shipDate) if asked.shipDate else None,
            notify_customer=asked.notifyCustomer,
            notify_store=asked.notifySalesChannel,
        )
        order = twin.book.order(asked.orderId)
        return jsonify(orderId=order.order_id, orderNumber=order.content.number)


def _date(text: str) -> datetime:
    try:
        return read_v1_time(text)
    except ValueError:
        raise Refused(f"{text[:40]!r} is no date.") from None
