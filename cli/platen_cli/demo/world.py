"""The demo's world: two twins, the stack between them, and the two connections. All of it goes as it came."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platen_cli import stack
from platen_cli.calls import Operator
from platen_cli.demo.basket import baskets
from platen_cli.demo.tally import Seen, look
from platen_cli.demo.twin import Twin
from platen_cli.products import chunks, read_sheet
from platen_cli.stack import CHECKOUT
from platen_cli.stops import Stop
from platen_cli.target import on_stack

STORE, VENDOR = "shop", "picanova"
PRODUCTS = CHECKOUT / "docs" / "products.example.csv"
_SHOP = "harbour-prints.myshopify.com"
_LOG_EVENTS = 10_000
FUNCTION_LOG = "functions.log"
_CLIENT = ("demo-client", "demo-client-secret")
_EU, _US = ("eu-user", "eu-demo-key"), ("us-user", "us-demo-key")
_SHIP_AFTER_SECONDS = 4.0
_CALM = 3
"""Looks in a row that must find the queues empty: SQS counts are approximate, one look proves nothing."""

type OnStep = Callable[[str], None]


@dataclass
class World:
    """What runs. ``close`` ends all of it, whatever state it is in."""

    home: Path
    shopify: Twin | None = None
    picanova: Twin | None = None
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
        on_step("Starting the stand-ins for Shopify and Picanova")
        shop = ["--shop", _SHOP, "--client-id", _CLIENT[0], "--client-secret", _CLIENT[1]]
        # Generous limits: the demo shows the way of the orders, not the patience of a small shop's plan.
        shop += ["--plain-http", "--retry-scale", "0.1", "--bucket", "20000", "--restore", "1000"]
        self.shopify = Twin("shopify", shop, self.home)
        keys = ["--eu", ":".join(_EU), "--us", ":".join(_US), "--rate-per-minute", "0"]
        keys += ["--auto-ship-after", str(_SHIP_AFTER_SECONDS), "--webhook-retry-scale", "0.02"]
        self.picanova = Twin("picanova", keys, self.home)
        try:
            # Stops what it started when it fails; only what came up is ours to take down.
            running = stack.up(self.home, [self.shopify.host, self.picanova.host], on_step)
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
        for twin in (self.shopify, self.picanova):
            if twin:
                twin.stop()
        if self.stack_started:
            stack.down(self.home)

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        if self.operator is None:
            raise RuntimeError("the stack is not up")
        return self.operator.ask(action, **given)

    @property
    def shop(self) -> Twin:
        if self.shopify is None:
            raise RuntimeError("the shop is not up")
        return self.shopify

    @property
    def vendor(self) -> Twin:
        if self.picanova is None:
            raise RuntimeError("the vendor is not up")
        return self.picanova

    def connect(self, on_step: OnStep) -> None:
        """Both ends, the link between them, and the product map."""
        on_step("Connecting the shop")
        self._connect(
            system="shopify",
            connection_id=STORE,
            settings={"shop": _SHOP, "api_url": self.shop.url},
            credentials={"client_id": _CLIENT[0], "client_secret": _CLIENT[1]},
        )
        on_step("Connecting the print shop")
        base = f"{self.vendor.url}/api/beta"
        # Live, not test: Picanova never makes or ships a test order, and this Picanova is a twin.
        settings = {"mode": "live", "regions": ["eu", "us"], "base_url_eu": base, "base_url_us": base}
        keys = {"eu_user": _EU[0], "eu_key": _EU[1], "us_user": _US[0], "us_key": _US[1]}
        url = self._connect(system="picanova", connection_id=VENDOR, settings=settings, credentials=keys)
        self.vendor.post("/webhook-url", {"eu": url, "us": url})
        self.ask("link", store=STORE, vendor=VENDOR)
        on_step("Reading the product map")
        for rows in chunks(read_sheet(PRODUCTS.read_bytes()).rows):
            self.ask("products_import", store=STORE, rows=rows)

    def _connect(self, **given: object) -> str:
        made = self.ask("connect", **given)
        wrong = [f"{one['what']} {one['fix']}".strip() for one in made["findings"] if not one["ok"]]
        if wrong:
            words = f"The connection '{given['connection_id']}' does not work: {' '.join(wrong)}"
            raise Stop(words, f"The logs are in {self.home}.", code="not_connected")
        return str(made["webhook_url"])

    def place(self, count: int, on_placed: Callable[[int], None]) -> None:
        for number, order in enumerate(baskets(count), 1):
            self.shop.post("/orders", order)
            on_placed(number)

    def seen(self) -> Seen:
        return look(STORE, self.shop.get("/orders")["orders"], self.vendor.get("/orders"))

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

    def queued(self) -> int:
        """Messages that wait or are being worked on, and dead letters: those never drain by themselves."""
        return sum(one["waiting"] for one in self.ask("status")["queues"].values())

    def dead(self) -> int:
        return sum(one["dead"] for one in self.ask("status")["queues"].values())

    def deliver_all_again(self, seconds: float) -> None:
        """Every webhook that ever arrived, once more; returns when all have arrived and been worked on."""
        expected = [2 * sent for sent in self._delivered()]
        self.shop.post("/outbox/again")
        self.vendor.post("/outbox/again")
        until = time.monotonic() + seconds
        calm = 0
        while calm < _CALM:
            if time.monotonic() > until:
                raise Stop("The queues did not drain after the second delivery.", f"The logs are in {self.home}.")
            time.sleep(0.5)
            arrived = all(sent >= wanted for sent, wanted in zip(self._delivered(), expected, strict=True))
            calm = calm + 1 if arrived and not self.queued() else 0

    def _delivered(self) -> tuple[int, int]:
        """How many webhooks of the shop and of the vendor have been taken."""
        return self.shop.get("/stats")["deliveries_sent"], self.vendor.get("/outbox")["sent"]
