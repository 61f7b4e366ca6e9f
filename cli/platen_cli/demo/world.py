"""The demo's world: three twins, the print files, and the stack between them. All of it goes as it came."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platen_cli import stack
from platen_cli.calls import Operator
from platen_cli.demo.artwork import Gallery
from platen_cli.demo.tally import PICANOVA, POV, Seen, look
from platen_cli.demo.twin import Twin
from platen_cli.stops import Stop
from platen_cli.target import on_stack

STORE = "shop"
SHOP = "harbour-prints.myshopify.com"
CLIENT = ("demo-client", "demo-client-secret")
EU, US = ("eu-user", "eu-demo-key"), ("us-user", "us-demo-key")
CUSTOMER = "demo-customer"
POV_SIGNS_WITH = "demo-webhook-secret"
PICANOVA_SHIPS_AFTER, POV_SHIPS_AFTER = 3.0, 8.0
"""Seconds, and so far apart that the two parcels of one order seldom come to the shop at the same moment: Platen
tells them one after the other, and the second would wait for half a minute."""
_LOG_EVENTS = 10_000
FUNCTION_LOG = "functions.log"
_CALM = 3
"""Looks in a row that must find the queues empty: SQS counts are approximate, one look proves nothing."""

type OnStep = Callable[[str], None]


@dataclass
class World:
    """What runs. ``close`` ends all of it, whatever state it is in."""

    home: Path
    shopify: Twin | None = None
    picanova: Twin | None = None
    pov: Twin | None = None
    gallery: Gallery | None = None
    stack_started: bool = False
    operator: Operator | None = None

    def open(self, on_step: OnStep) -> None:
        """Raises Stop with the step's words; what has started stays until ``close``."""
        if stack.running(self.home):
            raise Stop(
                "A local stack is running here already, and the demo would get mixed up with it.",
                "Stop it first: platen local down",
                code="busy",
            )
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
        hosts = [self.shopify.host, self.picanova.host, self.pov.host, self.gallery.host]
        try:
            # Stops what it started when it fails; only what came up is ours to take down.
            running = stack.up(self.home, hosts, on_step)
        except stack.StackError as error:
            raise Stop(str(error), code="stack") from None
        self.stack_started = True
        self.operator = on_stack(running).operator

    def save_logs(self) -> None:
        """The functions' logs live in the stack's memory, and end with it: kept in ``functions.log``."""
        running = stack.running(self.home)
        if running is None:
            return
        logs = running.client("logs")
        with (self.home / FUNCTION_LOG).open("w") as file:
            for group in logs.describe_log_groups()["logGroups"]:
                file.write(f"== {group['logGroupName']}\n")
                found = logs.filter_log_events(logGroupName=group["logGroupName"], limit=_LOG_EVENTS)["events"]
                file.writelines(f"{event['message'].rstrip()}\n" for event in found)

    def close(self) -> None:
        for each in (self.shopify, self.picanova, self.pov, self.gallery):
            if each:
                each.stop()
        if self.stack_started:
            stack.down(self.home)

    @property
    def asked(self) -> Operator:
        return _up(self.operator)

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        return self.asked.ask(action, **given)

    @property
    def shop(self) -> Twin:
        return _up(self.shopify)

    @property
    def printer(self) -> Twin:
        return _up(self.picanova)

    @property
    def second_printer(self) -> Twin:
        return _up(self.pov)

    @property
    def files(self) -> Gallery:
        return _up(self.gallery)

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
        found: dict[str, Any] = {}
        for state in ("waiting", "open", "attention", "done", "cancelled", "nothing_to_make"):
            after = ""
            while True:
                page = self.ask("orders", connection=STORE, state=state, limit=200, after=after)
                found |= {one["order_id"]: one["state"] for one in page["orders"]}
                after = page["next"]
                if not after:
                    break
        return found

    def sent(self, order: str) -> bool:
        """Whether Platen knows that every vendor of the order has its part."""
        jobs = self.ask("order", order=order)["order"]["jobs"]
        return bool(jobs) and all(job["vendor_ref"] for job in jobs)

    def warnings(self, orders: Iterable[str]) -> int:
        """What Platen warns of in the jobs of these orders, such as artwork that is too small."""
        shown = (self.ask("order", order=one)["order"] for one in orders)
        return sum(len(job["warnings"]) for order in shown for job in order["jobs"])

    def queued(self) -> int:
        """Messages that wait or are being worked on, and dead letters: those never drain by themselves."""
        return sum(one["waiting"] for one in self.ask("status")["queues"].values())

    def dead(self) -> int:
        return sum(one["dead"] for one in self.ask("status")["queues"].values())

    def deliver_all_again(self, seconds: float) -> None:
        """Every webhook that ever arrived, once more; returns when all have arrived and been worked on."""
        expected = [2 * sent for sent in self._delivered()]
        for twin in (self.shop, self.printer, self.second_printer):
            twin.post("/outbox/again")
        until = time.monotonic() + seconds
        calm = 0
        while calm < _CALM:
            if time.monotonic() > until:
                raise Stop("The queues did not drain after the second delivery.", f"The logs are in {self.home}.")
            time.sleep(0.5)
            arrived = all(sent >= wanted for sent, wanted in zip(self._delivered(), expected, strict=True))
            calm = calm + 1 if arrived and not self.queued() else 0

    def _delivered(self) -> tuple[int, int, int]:
        """How many webhooks of the shop and of each vendor have been taken."""
        vendors = [twin.get("/outbox")["sent"] for twin in (self.printer, self.second_printer)]
        return self.shop.get("/stats")["deliveries_sent"], vendors[0], vendors[1]


def _up[Part](part: Part | None) -> Part:
    if part is None:
        raise RuntimeError("the demo's world is not up")
    return part
