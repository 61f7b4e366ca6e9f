"""The control plane under ``/_twin/``: for hands and scripts that do not live in the same process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from twins.switches import Asked, asked, done, plane_of

if TYPE_CHECKING:
    from twins.warehouse_files.twin import WarehouseTwin


class Counts(Asked):
    lines: dict[int, int] | None = None


class Ship(Counts):
    tracking: str = "1Z0001"
    carrier: str = "UPS"
    method: str = "Ground"


class Reject(Asked):
    why: str = "We do not carry this."


class Count(Asked):
    item: str
    there: int


class Adjust(Asked):
    item: str
    delta: int
    reason: str = "receipt"


def control_plane(twin: WarehouseTwin) -> Blueprint:
    plane = plane_of(twin)
    _looks(plane, twin)
    _stock(plane, twin)
    _orders(plane, twin)
    return plane


def _looks(plane: Blueprint, twin: WarehouseTwin) -> None:
    @plane.get("/orders")
    def orders() -> ResponseReturnValue:
        with twin.lock:
            return jsonify([asdict(order) for order in twin.shelves.orders])

    @plane.get("/stats")
    def stats() -> ResponseReturnValue:
        with twin.lock:
            shelves = twin.shelves
            return jsonify(orders=len(shelves.orders), duplicates=shelves.duplicates, stock=dict(shelves.stock))


def _stock(plane: Blueprint, twin: WarehouseTwin) -> None:
    @plane.post("/work")
    def work() -> ResponseReturnValue:
        twin.work()
        return done()

    @plane.post("/snapshot")
    def snapshot() -> ResponseReturnValue:
        return jsonify(snapshot_id=twin.tell_snapshot())

    @plane.post("/count")
    def count() -> ResponseReturnValue:
        said = asked(Count)
        return _told(twin, lambda: twin.shelves.count(said.item, said.there))

    @plane.post("/adjust")
    def adjust() -> ResponseReturnValue:
        said = asked(Adjust)
        return _told(twin, lambda: twin.shelves.adjust(said.item, said.delta, said.reason))


def _orders(plane: Blueprint, twin: WarehouseTwin) -> None:
    @plane.post("/orders/<number>/pick")
    def pick(number: str) -> ResponseReturnValue:
        said = asked(Counts)
        return _told(twin, lambda: twin.shelves.pick(number, said.lines))

    @plane.post("/orders/<number>/ship")
    def ship(number: str) -> ResponseReturnValue:
        said = asked(Ship)
        how = said.model_dump(exclude={"lines"})
        return _told(twin, lambda: twin.shelves.ship(number, said.lines, **how))

    @plane.post("/orders/<number>/close")
    def close(number: str) -> ResponseReturnValue:
        return _told(twin, lambda: twin.shelves.close(number))

    @plane.post("/orders/<number>/reopen")
    def reopen(number: str) -> ResponseReturnValue:
        return _told(twin, lambda: twin.shelves.reopen(number))

    @plane.post("/orders/<number>/reject")
    def reject(number: str) -> ResponseReturnValue:
        said = asked(Reject)
        return _told(twin, lambda: twin.reject(number, said.why))


def _told(twin: WarehouseTwin, did: Callable[[], object]) -> ResponseReturnValue:
    with twin.lock:
        did()
        twin.tell()
    return done()
