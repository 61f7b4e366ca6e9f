"""The warehouse at work: what came is taken, what is due is done, what was done is told."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping

from flask import Flask

from twins import kit
from twins.warehouse_files import telling
from twins.warehouse_files.control import control_plane
from twins.warehouse_files.doors import Door
from twins.warehouse_files.shelves import Order, Shelves


class WarehouseTwin:
    """A warehouse of one site behind a door.

    ``answers``: orders are accepted in so many words, else the first pick is the answer. ``auto``: whatever comes
    is picked as far as it is there, shipped in one parcel, and closed at once. Nothing is told before ``tell`` or
    ``work``.
    """

    def __init__(
        self,
        door: Door,
        *,
        now: kit.Now = kit.wall,
        stock: Mapping[str, int] | None = None,
        site: str = "MAIN",
        by_pick: bool = False,
        answers: bool = True,
        auto: bool = False,
    ) -> None:
        self.door = door
        self.shelves = Shelves(now=now, site=site, by_pick=by_pick)
        self.shelves.stock.update(stock or {})
        self.answers = answers
        self.auto = auto
        self.lock = threading.RLock()
        self.faults = kit.Faults()
        self.outbox = kit.Outbox(retry_after=(), post=kit.post_over_http, now=now)
        """It posts no webhooks; every twin has one to be served with."""
        self._counts = itertools.count(1)
        self._answers: list[telling.Row] = []
        self._told: dict[str, list[telling.Row]] = {}
        """Order -> its picks as they were told last, but for the moment."""
        self._told_parcels: set[str] = set()
        self._told_movements = 0
        self.app = Flask(__name__)
        self.app.register_blueprint(control_plane(self), url_prefix="/_twin")

    def work(self) -> None:
        """One round: take, do what happens by itself, tell."""
        with self.lock:
            self.take()
            self.tell()

    def take(self) -> None:
        with self.lock:
            for rows in self.door.orders():
                order = self.shelves.take(rows)
                self._told.setdefault(order.number, _picks(order, self.shelves))
                if self.answers:
                    self._answers.append(telling.answer(order.number, "accepted"))
                if self.auto:
                    self._do_all(order.number)
            for number in self.door.cancels():
                self._answers.append(self._cancelled(number))

    def tell(self) -> None:
        """All that was not told yet: picks in the order of the orders, then parcels, then movements."""
        with self.lock:
            answers, self._answers = self._answers, []
            self.door.tell("answers", answers)
            self.door.tell("picks", [row for order in self.shelves.orders for row in self._new_picks(order)])
            self.door.tell("shipments", [row for order in self.shelves.orders for row in self._new_parcels(order)])
            movements = self.shelves.movements[self._told_movements :]
            self.door.tell("adjustments", [telling.adjustment(one, self.shelves) for one in movements])
            self._told_movements = len(self.shelves.movements)

    def tell_snapshot(self) -> str:
        """The whole count as it is now; gives its id."""
        with self.lock:
            snapshot_id = f"C-{next(self._counts)}"
            self.door.tell_snapshot(telling.snapshot(snapshot_id, self.shelves))
            return snapshot_id

    def reject(self, number: str, why: str = "We do not carry this.") -> None:
        with self.lock:
            self.shelves.reject(number)
            self._answers.append(telling.answer(number, "rejected", why))

    def _do_all(self, number: str) -> None:
        self.shelves.pick(number)
        if any(line.picked for line in self.shelves.order(number).lines.values()):
            self.shelves.ship(number)
        self.shelves.close(number)

    def _cancelled(self, number: str) -> telling.Row:
        if self.shelves.cancel(number):
            return telling.answer(number, "cancelled")
        return telling.answer(number, "cancel_refused", "It is picked already.")

    def _new_picks(self, order: Order) -> list[telling.Row]:
        # A second one of the same number is told by nobody: it is only counted.
        if order is not self.shelves.order(order.number) or order.state in ("rejected", "cancelled"):
            return []
        now = _picks(order, self.shelves)
        if now == self._told.get(order.number):
            return []
        self._told[order.number] = now
        return telling.picks(order, self.shelves)

    def _new_parcels(self, order: Order) -> list[telling.Row]:
        fresh = [parcel for parcel in order.parcels if parcel.number not in self._told_parcels]
        self._told_parcels |= {parcel.number for parcel in fresh}
        return [row for parcel in fresh for row in telling.shipments(order, parcel)]


def _picks(order: Order, shelves: Shelves) -> list[telling.Row]:
    return [{**row, "PickedAt": ""} for row in telling.picks(order, shelves)]
