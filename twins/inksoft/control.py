"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field, TypeAdapter

from twins.inksoft import render, troubles
from twins.inksoft.asked import Line, PlaceOrder, iso
from twins.switches import Asked, asked, done, plane_of

if TYPE_CHECKING:
    from twins.inksoft.model import Order
    from twins.inksoft.twin import InkSoftTwin

_CHANGES: TypeAdapter[dict[str, Any] | None] = TypeAdapter(dict[str, Any] | None)


class Quantity(Asked):
    item: str = "0"
    quantity: int = Field(ge=0)


class Pay(Asked):
    amount: Decimal | None = None


class Status(Asked):
    status: str = ""
    production_status: str = ""
    flags: dict[str, bool] = {}


class Remark(Asked):
    text: str
    by: str = "Shop"


class Ship(Asked):
    tracking: str
    items: dict[str, int] | None = None
    completes: bool = True
    carrier: str = "UPS"
    service: str = "Ground"


class Trouble(Asked):
    kind: troubles.Trouble
    on: str = "*"
    times: int = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)
    seconds: float = 1.0


class BetweenPages(Asked):
    """One of them: an order that appears, one that vanishes, one whose DateModified moves."""

    place: PlaceOrder | None = None
    remove: int | None = None
    touch: int | None = None


class SiteSwitches(Asked):
    may_list: bool | None = None
    api_off: Literal["", "page", "refusal"] | None = None
    session_seconds: float | None = None
    session_calls: int | None = None


class NewProduct(Asked):
    sku: str
    name: str
    price: Decimal = Decimal(20)
    colours: list[tuple[str, str]] = [("Black", "000000")]
    sizes: list[str] = ["OSFA"]
    manufacturer_sku: str = ""
    stock: int | None = None


def control_plane(twin: InkSoftTwin) -> Blueprint:
    plane = plane_of(twin)
    _orders(plane, twin)
    _order_switches(plane, twin)
    _other_switches(plane, twin)
    _between_pages(plane, twin)
    _what_was_told(plane, twin)
    return plane


def _orders(plane: Blueprint, twin: InkSoftTwin) -> None:
    @plane.post("/orders")
    def place() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(seen(twin.place_order(asked(PlaceOrder)))), 201

    @plane.get("/orders")
    def orders() -> ResponseReturnValue:
        with twin.lock:
            return jsonify([seen(order) for order in twin.orders])

    @plane.get("/orders/<int:order_id>")
    def order(order_id: int) -> ResponseReturnValue:
        with twin.lock:
            return jsonify(seen(twin.order(order_id)))


def _order_switches(plane: Blueprint, twin: InkSoftTwin) -> None:
    def edit(order_id: int) -> None:
        told = asked(Quantity)
        twin.edit_quantity(order_id, told.item, told.quantity)

    def status(order_id: int) -> None:
        told = asked(Status)
        twin.set_status(order_id, status=told.status, production_status=told.production_status, **told.flags)

    acts: dict[str, Callable[[int], object]] = {
        "address": lambda order_id: twin.change_address(order_id, _changes()),
        "quantity": edit,
        "item": lambda order_id: twin.add_item(order_id, **asked(Line).model_dump()),
        "write": lambda order_id: twin.write(order_id, **(_changes() or {})),
        "cancel": twin.cancel,
        "pay": lambda order_id: twin.pay(order_id, asked(Pay).amount),
        "refund": twin.refund,
        "approve": twin.approve,
        "status": status,
        "comment": lambda order_id: twin.comment(order_id, **dict(asked(Remark))),
        "ship": lambda order_id: twin.ship_by_hand(order_id, **dict(asked(Ship))),
        "pickup": twin.pick_up,
        "touch": twin.touch,
    }

    @plane.post("/orders/<int:order_id>/<act>")
    def change(order_id: int, act: str) -> ResponseReturnValue:
        if act not in acts:
            raise LookupError(f"{act}; there is {', '.join(acts)}")
        with twin.lock:
            twin.order(order_id)
            acts[act](order_id)
            return jsonify(seen(twin.order(order_id)))

    @plane.delete("/orders/<int:order_id>")
    def remove(order_id: int) -> ResponseReturnValue:
        twin.remove(order_id)
        return done()


def _other_switches(plane: Blueprint, twin: InkSoftTwin) -> None:
    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        told = _changes() or {}
        with twin.lock:
            twin.switches = type(twin.switches).model_validate(twin.switches.model_dump() | told)
        return jsonify(twin.switches.model_dump())

    @plane.post("/sites/<uri>")
    def site(uri: str) -> ResponseReturnValue:
        with twin.lock:
            for name, value in asked(SiteSwitches).model_dump(exclude_unset=True).items():
                setattr(twin.site(uri), name, value)
        return done()

    @plane.post("/sessions/expire")
    def expire() -> ResponseReturnValue:
        twin.expire_sessions()
        return done()

    @plane.post("/trouble")
    def trouble() -> ResponseReturnValue:
        twin.trouble(**dict(asked(Trouble)))
        return done()

    @plane.post("/products")
    def product() -> ResponseReturnValue:
        made = twin.add_product(**dict(asked(NewProduct)))
        return jsonify(id=made.id, sku=made.sku), 201


def _between_pages(plane: Blueprint, twin: InkSoftTwin) -> None:
    def happens(told: BetweenPages) -> Callable[[], object]:
        if told.place is not None:
            twin.shop.check(told.place)
            return lambda: twin.place_order(told.place)
        order_id = told.remove if told.touch is None else told.touch
        if order_id is None:
            raise ValueError("say one of place, remove and touch")
        twin.order(order_id)
        return lambda: twin.remove(order_id) if told.touch is None else twin.touch(order_id)

    @plane.post("/between-pages")
    def between() -> ResponseReturnValue:
        twin.between_pages(happens(asked(BetweenPages)))
        return done()


def _what_was_told(plane: Blueprint, twin: InkSoftTwin) -> None:
    @plane.get("/told")
    def told() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(
                shipments=[asdict(one) | {"at": iso(one.at)} for one in twin.told],
                mails=[asdict(one) | {"at": iso(one.at)} for one in twin.mails],
            )

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(
                orders=len(twin.orders),
                told=len(twin.told),
                mails=len(twin.mails),
                duplicates=twin.duplicates,
                calls=dict(twin.api_calls_counted),
                faults_fired=twin.faults.fired,
            )


def _changes() -> dict[str, Any] | None:
    """What is to be changed; null, where nothing is to be left. Raises ValidationError."""
    return _CHANGES.validate_json(request.get_data() or b"{}")


def seen(order: Order) -> dict[str, Any]:
    """The order as the API shows it, and what the API keeps to itself."""
    kept = {"site": order.site, "pending": order.pending, "modified": iso(order.modified), "type": order.order_type}
    return render.full(order, with_cards=True, pre_salesdoc=False) | {"Twin": kept}
