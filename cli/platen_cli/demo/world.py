"""The demo's world: three twins, the print files, and the stack between them. All of it goes as it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from platen_cli.demo.artwork import Gallery
from platen_cli.demo.grounds import Grounds, OnStep, Standing, up
from platen_cli.demo.tally import PICANOVA, POV, Seen, look
from platen_cli.demo.twin import Twin

STORE = "shop"
SHOP = "harbour-prints.myshopify.com"
CLIENT = ("demo-client", "demo-client-secret")
EU, US = ("eu-user", "eu-demo-key"), ("us-user", "us-demo-key")
CUSTOMER = "demo-customer"
POV_SIGNS_WITH = "demo-webhook-secret"
PICANOVA_SHIPS_AFTER, POV_SHIPS_AFTER = 3.0, 8.0
"""Seconds, and so far apart that the two parcels of one order seldom come to the shop at the same moment: Platen
tells them one after the other, and the second would wait for half a minute."""


@dataclass
class World(Grounds):
    """Three twins, the print files, and the stack."""

    shopify: Twin | None = None
    picanova: Twin | None = None
    pov: Twin | None = None
    gallery: Gallery | None = None

    def standing(self) -> Iterable[Standing]:
        return [each for each in (self.shopify, self.picanova, self.pov, self.gallery) if each]

    def open(self, on_step: OnStep) -> None:
        """Raises Stop with the step's words; what has started stays until ``close``."""
        self.make_sure_it_is_free()
        on_step("Starting the stand-ins for Shopify, Picanova and POV")
        shop = ["--shop", SHOP, "--client-id", CLIENT[0], "--client-secret", CLIENT[1]]
        # Generous limits: the demo shows the way of the orders, not the patience of a small shop's plan.
        shop += ["--plain-http", "--retry-scale", "0.1", "--bucket", "20000", "--restore", "1000"]
        self.shopify = Twin("shopify", shop, self.home)
        # Its orders do not walk by themselves yet: see ``presses_run``.
        keys = ["--eu", ":".join(EU), "--us", ":".join(US), "--rate-per-minute", "0"]
        self.picanova = Twin(PICANOVA, [*keys, "--webhook-retry-scale", "0.02"], self.home)
        customer = ["--live", CUSTOMER, "--rate-per-minute", "0", "--auto-ship-after", str(POV_SHIPS_AFTER)]
        customer += ["--webhook-secret", POV_SIGNS_WITH, "--webhook-retry-scale", "0.02"]
        self.pov = Twin(POV, customer, self.home)
        self.gallery = Gallery()
        self.start_stack([self.shopify.host, self.picanova.host, self.pov.host, self.gallery.host], on_step)

    @property
    def shop(self) -> Twin:
        return up(self.shopify)

    @property
    def printer(self) -> Twin:
        return up(self.picanova)

    @property
    def second_printer(self) -> Twin:
        return up(self.pov)

    @property
    def files(self) -> Gallery:
        return up(self.gallery)

    # what people outside do

    def order(self, what: dict[str, Any]) -> dict[str, Any]:
        """A buyer places an order; gives it as the shop has it."""
        placed: dict[str, Any] = self.shop.post("/orders", what)
        return placed

    def cancel(self, placed: dict[str, Any]) -> None:
        self.shop.post(f"/orders/{placed['id']}/cancel")

    def presses_run(self) -> None:
        """Picanova makes and ships what is ordered from now on; what it has before stays as it is."""
        self.printer.post("/switches", {"auto_ship_after_seconds": PICANOVA_SHIPS_AFTER})

    # what can be seen

    def seen(self) -> Seen:
        in_shop = self.shop.get("/orders")["orders"]
        return look(STORE, in_shop, self.printer.get("/orders"), self.second_printer.get("/orders"))

    def states(self) -> dict[str, Any]:
        """Platen's order id -> its state, of every order."""
        return self.states_of(STORE)

    def sent(self, order: str) -> bool:
        """Whether Platen knows that every vendor of the order has its part."""
        jobs = self.ask("order", order=order)["order"]["jobs"]
        return bool(jobs) and all(job["vendor_ref"] for job in jobs)

    def warnings(self, orders: Iterable[str]) -> int:
        """What Platen warns of in the jobs of these orders, such as artwork that is too small."""
        shown = (self.ask("order", order=one)["order"] for one in orders)
        return sum(len(job["warnings"]) for order in shown for job in order["jobs"])

    def deliver_all_again(self, seconds: float) -> None:
        """Every webhook that ever arrived, once more; returns when all have arrived and been worked on."""
        expected = [2 * sent for sent in self._delivered()]
        for twin in (self.shop, self.printer, self.second_printer):
            twin.post("/outbox/again")
        self.until_calm(
            lambda: all(sent >= wanted for sent, wanted in zip(self._delivered(), expected, strict=True)), seconds
        )

    def _delivered(self) -> tuple[int, int, int]:
        """How many webhooks of the shop and of each vendor have been taken."""
        vendors = [twin.get("/outbox")["sent"] for twin in (self.printer, self.second_printer)]
        return self.shop.get("/stats")["deliveries_sent"], vendors[0], vendors[1]
