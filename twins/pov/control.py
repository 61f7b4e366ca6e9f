"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from twins.switches import Asked, asked, done, plane_of

if TYPE_CHECKING:
    from twins.pov.orders import Order
    from twins.pov.twin import PovTwin


class Ship(Asked):
    items: dict[str, int] | None = None
    tracking: str = "1Z0001"
    carrier: str = "UPS"
    service: str = "Ground"
    url: str | None = None


class Tracking(Asked):
    tracking: str
    index: int = 0
    url: str = ""


class Duplicate(Asked):
    index: int = 0
    new_id: bool = False


class Advance(Asked):
    status: str


class Reject(Asked):
    reason: str = "art_format: the file cannot be printed"


class Cancel(Asked):
    reason: str = ""


class Stray(Asked):
    account: str = "live"
    reference: str = "SOMEBODY-ELSES-7"


class Switches(Asked):
    wrong_mode: int | None = Field(default=None, ge=0)
    replay: int | None = Field(default=None, ge=0)
    unique_references: bool | None = None
    can_cancel: bool | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None


def control_plane(twin: PovTwin) -> Blueprint:
    plane = plane_of(twin)
    _order_switches(plane, twin)
    _other_switches(plane, twin)

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        return jsonify(orders=len(twin.orders), duplicates=twin.duplicates, calls=dict(twin.api_calls_counted))

    return plane


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
        said = asked(Ship)
        return after(order_id, lambda: twin.ship(order_id, **dict(said)))

    @plane.post("/orders/<order_id>/tracking")
    def tracking(order_id: str) -> ResponseReturnValue:
        said = asked(Tracking)
        return after(order_id, lambda: twin.correct_tracking(order_id, **dict(said)))

    @plane.post("/orders/<order_id>/duplicate")
    def duplicate(order_id: str) -> ResponseReturnValue:
        said = asked(Duplicate)
        return after(order_id, lambda: twin.duplicate_shipment(order_id, said.index, new_id=said.new_id))

    @plane.post("/orders/<order_id>/advance")
    def advance(order_id: str) -> ResponseReturnValue:
        said = asked(Advance)
        return after(order_id, lambda: twin.advance(order_id, said.status))

    @plane.post("/orders/<order_id>/reject")
    def reject(order_id: str) -> ResponseReturnValue:
        said = asked(Reject)
        return after(order_id, lambda: twin.reject(order_id, said.reason))

    @plane.post("/orders/<order_id>/cancel")
    def cancel(order_id: str) -> ResponseReturnValue:
        said = asked(Cancel)
        return after(order_id, lambda: twin.cancel_by_vendor(order_id, said.reason))


def _other_switches(plane: Blueprint, twin: PovTwin) -> None:
    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        said = asked(Switches).model_dump(exclude_none=True)
        with twin.lock:
            for name, value in said.items():
                setattr(twin, name, value)
        return done()

    @plane.post("/stray")
    def stray() -> ResponseReturnValue:
        twin.stray_shipment(**dict(asked(Stray)))
        return done()

    @plane.post("/customers/<account>/<what>")
    def customers(account: str, what: str) -> ResponseReturnValue:
        if what not in ("revoke", "restore"):
            raise LookupError(what)
        twin.revoke(account, revoked=what == "revoke")
        return done()


def _seen(order: Order) -> dict[str, Any]:
    """The order as the API shows it, and what the API keeps to itself."""
    return order.shown() | {"account": order.account, "sent": order.sent}
