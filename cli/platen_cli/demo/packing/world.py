"""The packing demo's world: InkSoft, ShipStation, and the stack between them. All of it goes as it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from platen_cli.demo.grounds import Grounds, OnStep, Standing, up
from platen_cli.demo.packing.orders import STORES
from platen_cli.demo.packing.tally import STORE, Seen, look
from platen_cli.demo.twin import Twin

STORE_PATH = "acme"
API_KEY = "demo-inksoft-key"
USER, PASSWORD = "demo-packers", "a-demo-password-of-length"
FETCHES_EVERY, LABELS_AFTER = 2.0, 3.0
"""Seconds; the real ShipStation takes hours where this one takes seconds."""
_LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass
class World(Grounds):
    """Two twins, and the stack."""

    inksoft: Twin | None = None
    shipstation: Twin | None = None
    store_id: int = 0
    """ShipStation's, of its Custom Store."""

    def standing(self) -> Iterable[Standing]:
        return [each for each in (self.shipstation, self.inksoft) if each]

    def open(self, on_step: OnStep) -> None:
        """Raises Stop with the step's words; what has started stays until ``close``."""
        self.make_sure_it_is_free()
        on_step("Starting the stand-ins for InkSoft and ShipStation")
        stores = [text for number, name in STORES.items() for text in ("--store-id", f"{number}:{name}")]
        self.inksoft = Twin("inksoft", ["--store", STORE_PATH, "--api-key", API_KEY, *stores], self.home)
        self.shipstation = Twin("shipstation", ["--notice-retry", "1,2,5,10,20"], self.home)
        self.start_stack([self.inksoft.host], on_step)

    @property
    def shop(self) -> Twin:
        return up(self.inksoft)

    @property
    def packers(self) -> Twin:
        return up(self.shipstation)

    # what people outside do

    def order(self, what: dict[str, Any]) -> str:
        """A buyer places an order; gives InkSoft's number of it."""
        return str(self.shop.post("/orders", what)["ID"])

    def act(self, number: str, act: str, body: dict[str, Any] | None = None) -> None:
        """Something is done to an order in InkSoft: pay, cancel, address, …"""
        self.shop.post(f"/orders/{number}/{act}", body)

    def add_custom_store(self, url: str) -> str:
        """ShipStation is given the address; what its Test Connection button says, empty when it is content."""
        store = {"url": url, "user": USER, "password": PASSWORD, "interval_seconds": FETCHES_EVERY}
        self.store_id = self.packers.post("/stores", store)["store_id"]
        return str(self.packers.post(f"/stores/{self.store_id}/test")["message"])

    def packers_begin(self) -> None:
        """Whatever may be shipped gets a label."""
        self.packers.post("/switches", {"auto_label_after_seconds": LABELS_AFTER})

    # what can be seen

    def seen(self) -> Seen:
        told = self.shop.get("/told")
        return look(self.shop.get("/orders"), self.packers.get("/orders"), [*told["shipments"], *told["mails"]])

    def packed(self, number: str) -> dict[str, Any]:
        """ShipStation's order of that number, whole."""
        found: dict[str, Any] = next(one for one in self.packers.get("/orders") if one["number"] == number)
        return found

    def states(self) -> dict[str, Any]:
        return self.states_of(STORE)

    def reads(self) -> int:
        """How often an order was read in InkSoft."""
        return int(self.shop.get("/stats")["calls"].get("GetOrder", 0))

    def errors(self) -> int:
        stats = self.packers.get("/stats")
        return int(stats["store_errors"]) + int(stats["warnings"])

    # everything a second time

    def touch_all(self, numbers: Iterable[str]) -> None:
        """InkSoft lists every order as changed, though nothing in it is."""
        for number in numbers:
            self.act(number, "touch")

    def until_read(self, reads: int, seconds: float) -> None:
        """Until InkSoft was asked for so many orders, and Platen is through with them."""
        self.until_calm(lambda: self.reads() >= reads, seconds)

    def fetch_all_again(self) -> None:
        """ShipStation fetches every order there ever was."""
        self.packers.post(f"/stores/{self.store_id}/refresh", {"since": _LONG_AGO})

    def notify_all_again(self, seconds: float) -> int:
        """Every notice of a label is posted once more; gives how many were taken again."""
        before = {one["number"]: len(one["attempts"]) for one in self.packers.get("/notices")}
        for number in before:
            self.packers.post(f"/notices/{number}/again")

        def taken() -> list[int]:
            return [
                one["number"]
                for one in self.packers.get("/notices")
                if one["state"] == "taken" and len(one["attempts"]) > before[one["number"]]
            ]

        self.until_calm(lambda: len(taken()) >= len(before), seconds)
        return len(taken())
