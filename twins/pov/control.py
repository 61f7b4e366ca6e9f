"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twins import kit

if TYPE_CHECKING:
    from twins.pov.orders import Order
    from twins.pov.twin import PovTwin


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ship(_Asked):
    items: dict[str, int] | None = None
    tracking: str = "1Z0001"
    carrier: str = "UPS"
    service: str = "Ground"
    url: str | None = None


class Tracking(_Asked):
    tracking: str
    index: int = 0
    url: str = ""


class Duplicate(_Asked):
    index: int = 0
    new_id: bool = False


class Advance(_Asked):
    status: str


class Reject(_Asked):
    reason: str = "art_format: the file cannot be printed"


class Cancel(_Asked):
    reason: str = ""


class Stray(_Asked):
    account: str = "live"
    reference: str = "SOMEBODY-ELSES-7"


class Switches(_Asked):
    wrong_mode: int | None = Field(default=None, ge=0)
    replay: int | None = Field(default=None, ge=0)
    unique_references: bool | None = None
    can_cancel: bool | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None


class OutboxSwitches(_Asked):
    duplicates: int | None = None
    shuffle: bool | None = None
    lose: int | None = None


def control_plane(twin: PovTwin) -> Blueprint:
    plane = Blueprint("control", __name__)
    plane.register_error_handler(ValidationError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(ValueError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(LookupError, lambda error: (jsonify(message=f"There is no {error}"), 404))
    _order_switches(plane, twin)
    _fault_switches(plane, twin)
    _outbox_switches(plane, twin)

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        return jsonify(orders=len(twin.orders), duplicates=twin.duplicates, calls=dict(twin.api_calls_counted))

    return plane


def _asked[Asked: BaseModel](model: type[Asked]) -> Asked:
    return model.model_validate_json(request.get_data() or b"{}")


def _done() -> ResponseReturnValue:
    return jsonify(ok=True)


def _order_switches(plane: Blueprint, twin: PovTwin) -> None:
    def after(order_id: str, did: Callable[[], object]) -> ResponseReturnValue:
        with twin.lock:
            did()
            return jsonify(_seen(twin.order(order_id)))

    @plane.get("/orders")
    def orders() -> ResponseReturnValue:
        twin.tick()
        with twin.lock:
            return jsonify([_seen(order) for order in twin.orders])

    @plane.post("/orders/<order_id>/ship")
    def ship(order_id: str) -> ResponseReturnValue:
        asked = _asked(Ship)
        return after(order_id, lambda: twin.ship(order_id, **dict(asked)))

    @plane.post("/orders/<order_id>/tracking")
    def tracking(order_id: str) -> ResponseReturnValue:
        asked = _asked(Tracking)
        return after(order_id, lambda: twin.correct_tracking(order_id, **dict(asked)))

    @plane.post("/orders/<order_id>/duplicate")
    def duplicate(order_id: str) -> ResponseReturnValue:
        asked = _asked(Duplicate)
        return after(order_id, lambda: twin.duplicate_shipment(order_id, asked.index, new_id=asked.new_id))

    @plane.post("/orders/<order_id>/advance")
    def advance(order_id: str) -> ResponseReturnValue:
        asked = _asked(Advance)
        return after(order_id, lambda: twin.advance(order_id, asked.status))

    @plane.post("/orders/<order_id>/reject")
    def reject(order_id: str) -> ResponseReturnValue:
        asked = _asked(Reject)
        return after(order_id, lambda: twin.reject(order_id, asked.reason))

    @plane.post("/orders/<order_id>/cancel")
    def cancel(order_id: str) -> ResponseReturnValue:
        asked = _asked(Cancel)
        return after(order_id, lambda: twin.cancel_by_vendor(order_id, asked.reason))


def _fault_switches(plane: Blueprint, twin: PovTwin) -> None:
    @plane.post("/faults")
    def add_fault() -> ResponseReturnValue:
        twin.faults.add(_asked(kit.Fault))
        return _done()

    @plane.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        twin.faults.clear()
        return _done()

    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        asked = _asked(Switches).model_dump(exclude_none=True)
        with twin.lock:
            for name, value in asked.items():
                setattr(twin, name, value)
        return _done()

    @plane.post("/stray")
    def stray() -> ResponseReturnValue:
        twin.stray_shipment(**dict(_asked(Stray)))
        return _done()

    @plane.post("/customers/<account>/<what>")
    def customers(account: str, what: str) -> ResponseReturnValue:
        if what not in ("revoke", "restore"):
            raise LookupError(what)
        twin.revoke(account, revoked=what == "revoke")
        return _done()


def _outbox_switches(plane: Blueprint, twin: PovTwin) -> None:
    @plane.post("/outbox")
    def outbox() -> ResponseReturnValue:
        for name, value in _asked(OutboxSwitches).model_dump(exclude_none=True).items():
            setattr(twin.outbox, name, value)
        return _done()

    @plane.get("/outbox")
    def deliveries() -> ResponseReturnValue:
        return jsonify(waiting=len(twin.outbox.waiting), sent=len(twin.outbox.sent))

    @plane.post("/outbox/again")
    def again() -> ResponseReturnValue:
        twin.outbox.again()
        return _done()


def _seen(order: Order) -> dict[str, Any]:
    """The order as the API shows it, and what the API keeps to itself."""
    return order.shown() | {"account": order.account, "sent": order.sent}
