"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, ValidationError

from twins import kit
from twins.picanova.render import Style

if TYPE_CHECKING:
    from twins.picanova.orders import Order
    from twins.picanova.twin import PicanovaTwin


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ship(_Asked):
    items: dict[int, int] | None = None
    tracking: str = "JD014600003"
    carrier: str = "DHL"
    url: str | None = None


class Tracking(_Asked):
    tracking: str
    index: int = 0
    url: str = ""


class Advance(_Asked):
    status: str


class Fail(_Asked):
    reason: str = "The print file could not be processed."


class Cancel(_Asked):
    author: str = "System"


class Comment(_Asked):
    comment: str = "Please check the print file."


class OutboxSwitches(_Asked):
    duplicates: int | None = None
    shuffle: bool | None = None
    lose: int | None = None


class Switches(_Asked):
    auto_ship_after_seconds: float | None
    """For orders made from now on; null leaves them to a hand."""


class SetUp(_Asked):
    account: Literal["eu", "us"] = "eu"
    sku: str
    url: str = "https://art.example/set-up.jpg"


class WebhookUrls(_Asked):
    eu: str | None = None
    us: str | None = None


def control_plane(twin: PicanovaTwin) -> Blueprint:
    plane = Blueprint("control", __name__)
    plane.register_error_handler(ValidationError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(ValueError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(LookupError, lambda error: (jsonify(message=f"There is no {error}"), 404))
    _order_switches(plane, twin)
    _walk_switches(plane, twin)
    _fault_switches(plane, twin)

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        return jsonify(orders=len(twin.orders), duplicates=twin.duplicates, calls=dict(twin.api_calls_counted))

    return plane


def _asked[Asked: BaseModel](model: type[Asked]) -> Asked:
    return model.model_validate_json(request.get_data() or b"{}")


def _order_switches(plane: Blueprint, twin: PicanovaTwin) -> None:
    def after(order_id: str, did: Callable[[], object]) -> ResponseReturnValue:
        with twin.lock:
            did()
            return jsonify(_seen(twin.order(order_id)))

    @plane.get("/orders")
    def orders() -> ResponseReturnValue:
        twin.tick()
        with twin.lock:
            return jsonify([_seen(order) for order in twin.orders])

    @plane.post("/products")
    def set_up() -> ResponseReturnValue:
        return jsonify(sku=twin.set_up(**dict(_asked(SetUp))))

    @plane.post("/orders/<order_id>/ship")
    def ship(order_id: str) -> ResponseReturnValue:
        asked = _asked(Ship)
        return after(order_id, lambda: twin.ship(order_id, **dict(asked)))

    @plane.post("/orders/<order_id>/tracking")
    def tracking(order_id: str) -> ResponseReturnValue:
        asked = _asked(Tracking)
        return after(order_id, lambda: twin.fill_tracking(order_id, **dict(asked)))

    @plane.post("/orders/<order_id>/advance")
    def advance(order_id: str) -> ResponseReturnValue:
        asked = _asked(Advance)
        return after(order_id, lambda: twin.advance(order_id, asked.status))

    @plane.post("/orders/<order_id>/fail")
    def fail(order_id: str) -> ResponseReturnValue:
        asked = _asked(Fail)
        return after(order_id, lambda: twin.fail(order_id, asked.reason))

    @plane.post("/orders/<order_id>/cancel")
    def cancel(order_id: str) -> ResponseReturnValue:
        asked = _asked(Cancel)
        return after(order_id, lambda: twin.cancel_by_vendor(order_id, asked.author))

    @plane.post("/orders/<order_id>/comment")
    def comment(order_id: str) -> ResponseReturnValue:
        asked = _asked(Comment)
        return after(order_id, lambda: twin.comment(order_id, asked.comment))


def _walk_switches(plane: Blueprint, twin: PicanovaTwin) -> None:
    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        asked = _asked(Switches)
        with twin.lock:
            twin.auto_ship_after_seconds = asked.auto_ship_after_seconds
        return jsonify(ok=True)


def _fault_switches(plane: Blueprint, twin: PicanovaTwin) -> None:
    @plane.post("/faults")
    def add_fault() -> ResponseReturnValue:
        twin.faults.add(_asked(kit.Fault))
        return jsonify(ok=True)

    @plane.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        twin.faults.clear()
        return jsonify(ok=True)

    @plane.post("/outbox")
    def outbox() -> ResponseReturnValue:
        for name, value in _asked(OutboxSwitches).model_dump(exclude_none=True).items():
            setattr(twin.outbox, name, value)
        return jsonify(ok=True)

    @plane.get("/outbox")
    def deliveries() -> ResponseReturnValue:
        return jsonify(waiting=len(twin.outbox.waiting), sent=len(twin.outbox.sent))

    @plane.post("/outbox/again")
    def again() -> ResponseReturnValue:
        twin.outbox.again()
        return jsonify(ok=True)

    @plane.post("/webhook-url")
    def webhook_url() -> ResponseReturnValue:
        asked = _asked(WebhookUrls)
        if asked.eu is not None:
            twin.set_webhook_url("eu", asked.eu)
        if asked.us is not None:
            twin.set_webhook_url("us", asked.us)
        return jsonify(ok=True)


def _seen(order: Order) -> dict[str, Any]:
    """The order as the API shows it, and what the API keeps to itself."""
    return Style().order(order) | {
        "account": order.account,
        "api": order.api,
        "shipping": order.shipping,
        "webhook_url": order.webhook_url,
    }
