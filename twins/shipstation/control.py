"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import AwareDatetime, Field

from twins.shipstation.model import STATUSES
from twins.shipstation.notices import NoticeSwitches
from twins.shipstation.store import Oddity, Where
from twins.shipstation.views import seen_notice, seen_order, seen_poll, seen_store, stats_of
from twins.switches import Asked, asked, done, plane_of

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin


class NewStore(Asked):
    url: str = Field(min_length=8)
    user: str
    password: str
    name: str = "Custom Store"
    last_refresh: AwareDatetime | None = None
    interval_seconds: float | None = Field(default=None, gt=0)
    words: dict[str, str] | None = None


class StoreSwitches(Asked):
    """What is not said stays. ``never_by_itself`` takes the interval away."""

    url: str | None = None
    user: str | None = None
    password: str | None = None
    words: dict[str, str] | None = None
    credentials: Where | None = None
    unmapped: Literal["error", "ignore"] | None = None
    one_bad_order: Literal["fails_the_page", "is_left_out"] | None = None
    auto_import: bool | None = None
    auto_import_stops_after_error: bool | None = None
    overlap_minutes: int | None = Field(default=None, ge=0)
    interval_seconds: float | None = Field(default=None, gt=0)
    last_refresh: AwareDatetime | None = None
    never_by_itself: bool = False


class Refresh(Asked):
    since: AwareDatetime | None = None


class Odd(Asked):
    kind: Oddity
    times: int = Field(default=1, ge=1)


class Label(Asked):
    """``items``: line id or SKU -> how many; nothing: all that is left. ``tracking`` null makes one up."""

    items: dict[str, int] | None = None
    carrier: str = "USPS"
    service: str = "Priority Mail"
    cost: Decimal = Field(default=Decimal("4.95"), ge=0)
    tracking: str | None = None
    notes: str = ""
    is_return: bool = False
    notify_customer: bool | None = None


class Mark(Asked):
    carrier: str = "Other"
    tracking: str = ""
    notify_customer: bool = False
    notify_store: bool = True
    notes: str = ""


class Split(Asked):
    items: dict[str, int]


class Together(Asked):
    order_ids: list[int] = Field(min_length=1)


class Notices(Asked):
    """See NoticeSwitches; what is not said stays."""

    copies: int | None = Field(default=None, ge=0)
    empty_body: bool | None = None
    no_tracking: bool | None = None
    no_items: bool | None = None
    no_line_ids: bool | None = None
    no_order_id: bool | None = None
    number_suffix: str | None = None
    numeric_carrier: bool | None = None
    twelve_hour_dates: bool | None = None
    delay_seconds: float | None = Field(default=None, ge=0)
    on_relabel: bool | None = None
    notify_customer: Literal["", "true", "false"] | None = None


class Switches(Asked):
    """``manual_labels`` stops what ``auto_label_after_seconds`` began."""

    auto_label_after_seconds: float | None = Field(default=None, ge=0)
    manual_labels: bool = False
    v1_per_minute: int | None = Field(default=None, ge=0)
    v2_per_minute: int | None = Field(default=None, ge=0)
    webhook_before_answer: bool | None = None
    signed: bool | None = None


def control_plane(twin: ShipStationTwin) -> Blueprint:
    plane = plane_of(twin)
    _stores(plane, twin)
    _store(plane, twin)
    _orders(plane, twin)
    _notices(plane, twin)
    _others(plane, twin)
    return plane


def _stores(plane: Blueprint, twin: ShipStationTwin) -> None:
    @plane.get("/stores")
    def stores() -> ResponseReturnValue:
        with twin.lock:
            return jsonify([seen_store(store) for store in twin.stores.values()])

    @plane.post("/stores")
    def connect() -> ResponseReturnValue:
        said = asked(NewStore).model_dump(exclude_none=True)
        _check_words(said.get("words"))
        return jsonify(seen_store(twin.add_store(said.pop("url"), said.pop("user"), said.pop("password"), **said)))

    @plane.post("/stores/<int:store_id>")
    def change(store_id: int) -> ResponseReturnValue:
        said = asked(StoreSwitches).model_dump(exclude_none=True)
        _check_words(said.get("words"))
        with twin.lock:
            store = twin.store(store_id)
            if said.pop("never_by_itself"):
                store.interval_seconds = None
            for name, value in said.items():
                setattr(store, name, value)
            return jsonify(seen_store(store))


def _check_words(words: dict[str, str] | None) -> None:
    """Raises ValueError."""
    unknown = set(words or {}) - set(STATUSES)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no status; use {', '.join(STATUSES)}")


def _store(plane: Blueprint, twin: ShipStationTwin) -> None:
    @plane.post("/stores/<int:store_id>/refresh")
    def refresh(store_id: int) -> ResponseReturnValue:
        since: datetime | None = asked(Refresh).since
        return jsonify(seen_poll(twin.refresh(twin.store(store_id), since=since)))

    @plane.post("/stores/<int:store_id>/test")
    def test(store_id: int) -> ResponseReturnValue:
        said = twin.poller.test_connection(twin.store(store_id))
        return jsonify(ok=not said, message=said)

    @plane.post("/stores/<int:store_id>/oddities")
    def odd(store_id: int) -> ResponseReturnValue:
        said = asked(Odd)
        with twin.lock:
            twin.store(store_id).oddities[said.kind] += said.times
        return done()

    @plane.delete("/stores/<int:store_id>/oddities")
    def even(store_id: int) -> ResponseReturnValue:
        with twin.lock:
            twin.store(store_id).oddities.clear()
        return done()


def _orders(plane: Blueprint, twin: ShipStationTwin) -> None:
    def seen(order_id: int) -> dict[str, Any]:
        with twin.lock:
            return seen_order(twin.book.orders[order_id])

    @plane.get("/orders")
    def orders() -> ResponseReturnValue:
        number = request.args.get("number")
        with twin.lock:
            every = twin.book.orders.values()
            return jsonify([seen_order(one) for one in every if number in (None, one.content.number)])

    @plane.get("/orders/<int:order_id>")
    def order(order_id: int) -> ResponseReturnValue:
        return jsonify(seen(order_id))

    @plane.post("/orders/<int:order_id>/label")
    def label(order_id: int) -> ResponseReturnValue:
        twin.packing.label(order_id, **dict(asked(Label)))
        return jsonify(seen(order_id))

    @plane.post("/orders/<int:order_id>/mark_as_shipped")
    def mark(order_id: int) -> ResponseReturnValue:
        twin.packing.mark_as_shipped(order_id, **dict(asked(Mark)))
        return jsonify(seen(order_id))

    @plane.post("/orders/<int:order_id>/split")
    def split(order_id: int) -> ResponseReturnValue:
        child = twin.packing.split(order_id, asked(Split).items)
        return jsonify([seen(order_id), seen(child.order_id)])

    @plane.post("/labels/together")
    def together() -> ResponseReturnValue:
        ids = asked(Together).order_ids
        twin.packing.label_together(ids)
        return jsonify([seen(order_id) for order_id in ids])

    @plane.post("/parcels/<int:parcel_id>/void")
    def void(parcel_id: int) -> ResponseReturnValue:
        twin.packing.void(parcel_id)
        return jsonify(seen(twin.book.parcel(parcel_id)[0].order_id))


def _notices(plane: Blueprint, twin: ShipStationTwin) -> None:
    @plane.get("/notices")
    def notices() -> ResponseReturnValue:
        with twin.lock:
            return jsonify([seen_notice(notice) for notice in twin.notifier.notices])

    @plane.post("/notices")
    def notice_switches() -> ResponseReturnValue:
        for name, value in asked(Notices).model_dump(exclude_none=True).items():
            setattr(twin.notifier.switches, name, value)
        return jsonify(asdict(twin.notifier.switches))

    @plane.delete("/notices")
    def plain() -> ResponseReturnValue:
        twin.notifier.switches = NoticeSwitches()
        return done()

    @plane.post("/notices/<int:number>/again")
    def post_again(number: int) -> ResponseReturnValue:
        twin.notifier.again(number)
        return done()


def _others(plane: Blueprint, twin: ShipStationTwin) -> None:
    @plane.post("/switches")
    def switches() -> ResponseReturnValue:
        said = asked(Switches)
        with twin.lock:
            if said.manual_labels or said.auto_label_after_seconds is not None:
                twin.auto_label_after_seconds = said.auto_label_after_seconds
            if said.v1_per_minute is not None:
                twin.v1_limit.per_minute = said.v1_per_minute
            if said.v2_per_minute is not None:
                twin.v2_limit.per_minute = said.v2_per_minute
            if said.webhook_before_answer is not None:
                twin.hooks.before_answer = said.webhook_before_answer
            if said.signed is not None:
                twin.hooks.signed = said.signed
        return done()

    @plane.post("/tick")
    def tick() -> ResponseReturnValue:
        twin.tick()
        return done()

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(stats_of(twin))
