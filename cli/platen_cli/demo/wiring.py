"""How the demo's shop is set up: its connections, its links, its rules and its product map.

Connections are asked for directly, for the command would ask a person for each key; everything else is typed: the
commands on the screen are the ones that run.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platen_cli.demo import world
from platen_cli.demo.basket import SHIRT, moved
from platen_cli.demo.tally import PICANOVA, POV
from platen_cli.demo.world import STORE, World
from platen_cli.stack import CHECKOUT

PRODUCTS = CHECKOUT / "docs" / "products.example.csv"
LINKS = (
    f"platen link {STORE} {POV} --name mugs-and-shirts --sku 'MUG-*' --sku 'TEE-*'",
    f"platen link {STORE} {PICANOVA} --name wall-art --sku 'CANVAS-*' --sku 'POSTER-*' --sku PHOTO",
)
RULES = (
    f"platen rules {POV} --set default_class=STANDARD --add code_match MUGW-330ML-1=MUG-11OZ",
    f"platen rules {POV} --set after_import=Prepared --set after_shipment=Closed",
    f"platen rules {PICANOVA} --set after_import=Prepared --set after_shipment=Closed --set after_cancel=Canceled",
    f"platen rules {STORE} --set new_folder=New",
)
_SHIRT = f"""sku,print_sku,print_url
{SHIRT},TEE-BLK-M,"""
"""The row as somebody left it: what it is printed on, but not what."""
_SHIRTS_ART = "https://art.example/anchor.png"

type Type = Callable[[str], None]
"""Types a command, which runs; what it answers is not shown."""


@dataclass(frozen=True)
class Wiring:
    world: World
    say: Callable[[str], None]
    type: Type

    def connect(self, on_step: Callable[[str], None]) -> None:
        """Raises Stop with what is wrong with a connection."""
        on_step("Connecting the shop and both print shops, as `platen connect` does")
        self._connect_shop()
        self._connect_picanova()
        self._connect_pov()
        self.say(
            "POV publishes no API: its stand-in speaks a contract of Platen's own, which is marked as provisional "
            "wherever it is shown."
        )
        on_step("Saying who makes what")
        for command in LINKS:
            self.type(command)
        self.say("The first link that takes a line has it, so an order of a canvas and a mug goes to both.")
        on_step("Saying how their orders are prepared: mail class, product codes, folders")
        for command in RULES:
            self.type(command)
        on_step("Reading the product map: what is printed on which SKU")
        self.type(self.import_of("products.csv", self._products()))
        self.type(self.import_of("shirts.csv", _SHIRT))

    def artwork_for_the_shirt(self) -> str:
        """The command that brings in what the shirt lacks."""
        return self.import_of("shirts.csv", _SHIRT + moved(_SHIRTS_ART, self.world.files.url))

    def import_of(self, name: str, text: str) -> str:
        """The command that imports a file of that text, which is written."""
        file = self.world.home / name
        file.write_text(f"{text.rstrip()}\n")
        return f"platen products import {shlex.quote(_short(file))} --store {STORE}"

    def _products(self) -> str:
        """The example of the docs, with its print files where the demo serves them."""
        return moved(PRODUCTS.read_text(), self.world.files.url)

    def _connect_shop(self) -> None:
        self._made(
            system="shopify",
            connection_id=STORE,
            settings={"shop": world.SHOP, "api_url": self.world.shop.url},
            credentials={"client_id": world.CLIENT[0], "client_secret": world.CLIENT[1]},
        )

    def _connect_picanova(self) -> None:
        base = f"{self.world.printer.url}/api/beta"
        # Live, not test: Picanova never makes or ships a test order, and this Picanova is a twin.
        settings = {"mode": "live", "regions": ["eu", "us"], "base_url_eu": base, "base_url_us": base}
        keys = {
            "eu_user": world.EU[0],
            "eu_key": world.EU[1],
            "us_user": world.US[0],
            "us_key": world.US[1],
        }
        url = self._made(system="picanova", connection_id=PICANOVA, settings=settings, credentials=keys)
        self.world.printer.post("/webhook-url", {"eu": url, "us": url})

    def _connect_pov(self) -> None:
        url = self._made(
            system="pov",
            connection_id=POV,
            settings={"mode": "live", "base_url_live": f"{self.world.second_printer.url}/v0"},
            credentials={"live_customer_id": world.CUSTOMER, "webhook_secret": world.POV_SIGNS_WITH},
        )
        self.world.second_printer.post("/switches", {"webhook_url": url})

    def _made(self, **given: Any) -> str:
        """The address for the connection's webhooks."""
        return str(self.world.connect(**given)["webhook_url"])


def _short(file: Path) -> str:
    """As a person in this folder would type it."""
    here = os.path.relpath(file)
    return str(file) if here.startswith("..") else here
