"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from twins.picanova.render import Style
from twins.switches import Asked, asked, done, plane_of

if TYPE_CHECKING:
    from twins.picanova.orders import Order
    from twins.picanova.twin import PicanovaTwin


class Ship(Asked):
    items: dict[int, int] | None = None
    tracking: str = "JD014600003"
    carrier: str = "DHL"
    url: str | None = None


class Tracking(Asked):
    tracking: str
    index: int = 0
    url: str = ""


class Advance(Asked):
    status: str


class Fail(Asked):
    reason: str = "The print file could not be processed."


class Cancel(Asked):
    author: str = "System"


class Comment(Asked):
    comment: str = "Please check the print file."


class Switches(Asked):
    auto_ship_after_seconds: float | None
    """For orders made from now on; null leaves them to a hand."""


class SetUp(Asked):
    account: Literal["eu", "us"] = "eu"
    sku: str
    url: str = "https://art.example/set-up.jpg"


class WebhookUrls(Asked):
    eu: str | None = None
    us: str | None = None


def control_plane(twin: PicanovaTwin) -> Blueprint:
    plane = plane_of(twin)
    _order_switches(plane, twin)
    _walk_switches(plane, twin)
    _other_switches(plane, twin)

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        return jsonify(orders=len(twin.orders), duplicates=twin.duplicates, calls=dict(twin.api_calls_counted))

    return plane


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
        return jsonify(sku=twin.set_up(**dict(asked(SetUp))))

    @plane.post("/orders/<order_id>/ship")
    def ship(order_id: str) -> ResponseReturnValue:
        said = asked(Ship)
        return after(order_id, lambda: twin.ship(order_id, **dict(said)))

    @plane.post("/orders/<order_id>/tracking")
    def tracking(order_id: str) -> ResponseReturnValue:
        said = asked(Tracking)
        return after(order_id, lambda: twin.fill_tracking(order_id, **dict(said)))

    @plane.post("/orders/<order_id>/advance")
    def advance(order_id: str) -> ResponseReturnValue:
        said = asked(Advance)
        return after(order_id, lambda: twin.advance(order_id, said.status))

    @plane.post("/orders/<order_id>/fail")
    def fail(order_id: str) -> ResponseReturnValue:
        said = asked(Fail)
        return after(order_id, lambda: twin.fail(order_id, said.reason))

    @plane.post("/orders/<order_id>/cancel")
    def cancel(order_id: str) -> ResponseReturnValue:
        said = asked(Cancel)
        return after(order_id, lambda: twin.cancel_by_vendor(order_id, said.author))

    @plane.post("/orders/<order_id>/comment")
    def comment(order_id: str) -> ResponseReturnValue:
        said = asked(Comment)
        return after(order_id, lambda: twin.comment(order_id, said.comment))


def _walk_switches(plane: Blueprint, twin: PicanovaTwin) -> None:
    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        said = asked(Switches)
        with twin.lock:
            twin.auto_ship_after_seconds = said.auto_ship_after_seconds
        return done()


def _other_switches(plane: Blueprint, twin: PicanovaTwin) -> None:
    @plane.post("/webhook-url")
    def webhook_url() -> ResponseReturnValue:
        said = asked(WebhookUrls)
        if said.eu is not None:
            twin.set_webhook_url("eu", said.eu)
        if said.us is not None:
            twin.set_webhook_url("us", said.us)
        return done()


def _seen(order: Order) -> dict[str, Any]:
    """The order as the API shows it, and what the API keeps to itself."""
    return Style().order(order) | {
        "account": order.account,
        "api": order.api,
        "shipping": order.shipping,
        "webhook_url": order.webhook_url,
    }
