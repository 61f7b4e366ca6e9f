"""The packing house on the embedded AWS: InkSoft and Shopify as stores, ShipStation as the one who ships.

Each twin is a process of its own, as in the demo; Platen is the deployed stack. Nobody here waits for a schedule:
InkSoft is polled by the operator's ``poll``, until what was placed there is at ShipStation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from platen.domain.job import read_external_id
from platen.domain.model import iso
from platen.domain.order import order_id
from platen_cli.demo.twin import Twin
from platen_cli.stack import LocalStack
from tests.support.abroad import BUYER, PATIENCE, Traffic, until
from tests.support.abroad import PERSONAL as NAMES
from twins.kit import wall
from twins.shipstation.wire import basic

type Json = dict[str, Any]

SHOP = "spirit.myshopify.com"
USER, PASSWORD = "packing-house", "a-password-of-length"
KEYS = {"v1_key": "v1-key-of-test", "v1_secret": "v1-secret-of-test", "v2_key": "v2-key-of-test"}
INK_KEY = "inksoft-key-of-test"
CLIENT = "shop-client", "shop-client-secret"
WAREHOUSE = "se-524391"
PERSONAL = (*NAMES, "Long Street", "Given Family", "buyer@example.com", "5550100")
"""Of buyers, here and by the InkSoft twin's own habit: none of it may be in a log."""
SECRETS = (PASSWORD, *KEYS.values(), INK_KEY, CLIENT[1])
POLL_EVERY = 2.0
LOOKED = frozenset({"heard_at", "store_updated_at", "due_at", "version", "written_by"})
"""What is written when Platen looks again, and finds everything as it was."""
FAILED = ("connection failed", "failed again")
"""How Platen logs that a call did not work."""
LOST_ANSWER = ("ready", "unknown")
"""What a parcel is that has to wait before its store is told again."""


@dataclass(frozen=True)
class Placed:
    """An order as its store has it."""

    store: str
    """The connection."""
    store_order_id: str

    @property
    def key(self) -> str:
        return order_id(self.store, self.store_order_id)


class House:
    """Three twins, and three connections whose names begin with ``name``."""

    def __init__(self, stack: LocalStack, ask: Callable[..., Json], home: Path, *, name: str, way: str) -> None:
        self.stack = stack
        self._ask = ask
        self.way = way
        self.ink, self.shop, self.packers = (f"{name}-{role}" for role in ("ink", "shop", "packers"))
        self.feed_url = self.webhook_url = ""
        self.orders: list[Placed] = []
        self._polled_at = 0.0
        self._traffic = Traffic(stack)
        self.twins: list[Twin] = []
        self.inksoft = self._twin("inksoft", ["--api-key", INK_KEY], home)
        shop = ["--shop", SHOP, "--client-id", CLIENT[0], "--client-secret", CLIENT[1], "--plain-http"]
        shop += ["--retry-scale", "0.1", "--bucket", "20000", "--restore", "1000"]
        self.shopify = self._twin("shopify", shop, home)
        fast = ["--v1-per-minute", "0", "--v2-per-minute", "0", "--notice-retry", "1,2,5,10,20"]
        keys = ["--v1", f"{KEYS['v1_key']}:{KEYS['v1_secret']}", "--v2", KEYS["v2_key"]]
        self.shipstation = self._twin("shipstation", [*fast, *keys, "--webhook-retry-scale", "0.02"], home)

    def _twin(self, system: str, arguments: Sequence[str], home: Path) -> Twin:
        twin = Twin(system, arguments, home)
        self.twins.append(twin)
        return twin

    # set up and taken down

    def open(self) -> House:
        self._connect("inksoft", self.ink, {"store_uri": "acme", "api_url": self.inksoft.url}, {"api_key": INK_KEY})
        credentials = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
        self._connect("shopify", self.shop, {"shop": SHOP, "api_url": self.shopify.url}, credentials)
        url = self.shipstation.url
        settings = {"way": self.way, "base_url_v1": url, "base_url_v2": f"{url}/v2", "jwks_url": f"{url}/jwks"}
        settings |= {"warehouse_id": WAREHOUSE, "fetch_minutes": 5}
        made = self._connect(
            "shipstation", self.packers, settings, {"store_user": USER, "store_password": PASSWORD, **KEYS}
        )
        self.feed_url, self.webhook_url = made["feed_url"], made["webhook_url"]
        for store in (self.ink, self.shop):
            self.ask("link", store=store, vendor=self.packers, lines="all")
        if self.way == "custom_store":
            store = {"url": self.feed_url, "user": USER, "password": PASSWORD, "interval_seconds": 2}
            self._store_id = self.shipstation.post("/stores", store)["store_id"]
        return self

    def close(self) -> None:
        """Nothing of it is left to be swept, and no twin keeps on calling."""
        for twin in (self.shopify, self.shipstation):
            twin.stop()
        for connection in (self.ink, self.shop, self.packers):
            self._ask("disconnect", connection=connection, force=True)
        self.inksoft.stop()

    def stop(self) -> None:
        for twin in self.twins:
            twin.stop()

    def _connect(self, system: str, name: str, settings: Json, credentials: Json) -> Json:
        made = self.ask("connect", system=system, connection_id=name, settings=settings, credentials=credentials)
        wrong = [f"{one['what']} {one['fix']}" for one in made["findings"] if not one["ok"]]
        assert not wrong, wrong
        return made

    def ask(self, action: str, **given: object) -> Json:
        said = self._ask(action, **given)
        assert said["ok"], said
        result: Json = said["result"]
        return result

    # what buyers and the shop do

    def ink_order(self, **fields: Any) -> Placed:
        return self._placed(self.ink, self.inksoft.post("/orders", fields)["ID"])

    def shop_order(self, **fields: Any) -> Placed:
        lines = [{"sku": "MUG-1", "title": "Mug “Ärger” & Co", "quantity": 2, "price": "14.90"}]
        return self._placed(
            self.shop, self.shopify.post("/orders", {"lines": lines, "ship_to": BUYER} | fields)["id"]
        )

    def some_orders(self, count: int) -> list[Placed]:
        """Of both stores, every third one of Shopify's."""
        return [self.shop_order() if number % 3 == 2 else self.ink_order() for number in range(count)]

    def _placed(self, store: str, number: object) -> Placed:
        placed = Placed(store, str(number))
        self.orders.append(placed)
        return placed

    # what ShipStation does

    def switch(self, **given: object) -> None:
        self.shipstation.post("/switches", given)

    def store_switch(self, path: str, **given: object) -> Json:
        """Of the Custom Store in ShipStation."""
        changed: Json = self.shipstation.post(f"/stores/{self._store_id}{path}", given)
        return changed

    @property
    def custom_store(self) -> Json:
        (store,) = self.shipstation.get("/stores")
        found: Json = store
        return found

    def label(self, orders: Iterable[Placed]) -> None:
        for order in orders:
            self.shipstation.post(f"/orders/{self.packed(order)[0]['order_id']}/label")

    def subscribe(self) -> None:
        """ShipStation's webhooks of the way's API go to Platen, asked for by that API."""
        if self.way == "v2":
            url, headers = "/v2/environment/webhooks", {"api-key": KEYS["v2_key"]}
            events = ("label_created_v2", "fulfillment_shipped_v2")
            asked = [{"name": "Platen", "event": event, "url": self.webhook_url} for event in events]
        else:
            url, headers = "/webhooks/subscribe", basic(KEYS["v1_key"], KEYS["v1_secret"])
            asked = [{"target_url": self.webhook_url, "event": "SHIP_NOTIFY", "store_id": None}]
        for one in asked:
            answer = requests.post(f"{self.shipstation.url}{url}", json=one, headers=headers, timeout=PATIENCE)
            answer.raise_for_status()

    def odd(self, *kinds: str, times: int = 1) -> None:
        """So many of ShipStation's next polls are odd, in all of these ways."""
        for kind in kinds:
            self.store_switch("/oddities", kind=kind, times=times)

    def trouble(self, kind: str, method: str, skip: int = 0) -> None:
        """InkSoft fails one call, after it has answered ``skip`` others."""
        self.inksoft.post("/trouble", {"kind": kind, "on": method, "skip": skip})

    # what can be seen

    def packed(self, order: Placed) -> list[Json]:
        """ShipStation's orders of it."""
        return self._packed().get(order.key, [])

    def _packed(self) -> dict[str, list[Json]]:
        found: dict[str, list[Json]] = {}
        for one in self.shipstation.get("/orders"):
            order_id, _job_id = read_external_id(one["key"]) or (one["key"], "")
            found.setdefault(order_id, []).append(one)
        return found

    def statuses(self) -> dict[Placed, list[str]]:
        packed = self._packed()
        return {order: [one["status"] for one in packed.get(order.key, [])] for order in self.orders}

    def states(self) -> dict[Placed, str]:
        """Platen's state of each order that it knows."""
        found = {}
        for store in (self.ink, self.shop):
            heads = self.ask("orders", connection=store, limit=200)["orders"]
            found |= {Placed(store, one["store_order_id"]): one["state"] for one in heads}
        return found

    def labels(self) -> dict[Placed, list[str]]:
        """The tracking of each parcel that ShipStation made."""
        packed = self._packed()
        return {
            order: sorted(parcel["tracking"] for one in packed.get(order.key, []) for parcel in one["parcels"])
            for order in self.orders
        }

    def shown(self) -> dict[Placed, list[str]]:
        """The tracking that its store shows of each order, as often as it shows it."""
        shown: dict[Placed, list[str]] = {order: [] for order in self.orders}
        for one in self.inksoft.get("/orders"):
            packages = [package for shipment in one["Shipments"] for package in shipment["Packages"]]
            shown[Placed(self.ink, str(one["ID"]))] = sorted(package["TrackingNumber"] for package in packages)
        for one in self.shopify.get("/orders")["orders"]:
            live = [made for made in one["fulfillments"] if made["status"] == "SUCCESS"]
            shown[Placed(self.shop, str(one["id"]))] = sorted(each for made in live for each in made["tracking"])
        return shown

    def everything(self) -> dict[str, Any]:
        """All that doing everything again must not change, by name: at both stores, at ShipStation, in Platen."""
        keys = {order.key for order in self.orders}
        found = {f"inksoft {one['ID']}": one for one in self.inksoft.get("/orders")}
        found |= {f"shopify {one['id']}": one for one in self.shopify.get("/orders")["orders"]}
        for one in self.shipstation.get("/orders"):
            found[f"shipstation {one['key']}"] = {name: told for name, told in one.items() if name != "imports"}
        for item in self._table():
            if item["order_id"]["S"] in keys:
                kept = {name: value for name, value in item.items() if name not in LOOKED}
                found[f"{item['order_id']['S']} {item['item']['S']}"] = kept
        return found

    def _table(self) -> Iterator[Json]:
        pages = self._dynamodb.get_paginator("scan")
        for page in pages.paginate(TableName=self.stack.outputs["OrdersTable"]):
            yield from page["Items"]

    # waiting

    def until[T](self, look: Callable[[], T], what: str) -> T:
        """What ``look`` gives as soon as it is true of something."""
        return until(look, what, told=self._told, every=0.5)

    def poll_sometimes(self) -> None:
        """Not without need: InkSoft's list does not tell what has moved, so each poll has all that is new read."""
        if time.monotonic() - self._polled_at > POLL_EVERY and not self._traffic.is_on:
            self.ask("poll", connection=self.ink)
            self._polled_at = time.monotonic()

    def _told(self) -> str:
        missing = [order for order, state in self.states().items() if state not in ("done", "cancelled")]
        return f"{missing=} {self.ask('attention')=} {self.shipstation.get('/stats')=}"

    def until_at_shipstation(self, orders: Sequence[Placed], status: str = "awaiting_shipment") -> None:
        def there() -> bool:
            statuses = self.statuses()
            if all(statuses[order] == [status] for order in orders):
                return True
            self.poll_sometimes()
            return False

        self.until(there, f"{status} at ShipStation")

    def until_all_are_at_shipstation(self) -> None:
        def there() -> bool:
            if all(self.statuses().values()):
                return True
            self.poll_sometimes()
            return False

        self.until(there, "every order at ShipStation")

    def until_done(self, orders: Sequence[Placed], *, hurrying: bool = False) -> None:
        def done() -> bool:
            shown = self.shown()
            if all(shown[order] for order in orders):
                states = self.states()
                return all(states.get(order) == "done" for order in orders)
            if hurrying:
                self.hurry()
            return False

        self.until(done, "shipped and told")

    def until_even(self) -> None:
        """Until ShipStation has been as odd as it was told to be."""
        self.until(lambda: not any(self.custom_store["oddities"].values()), "odd polls")

    def until_taken(self) -> None:
        """Until every notice and webhook has been delivered."""

        def taken() -> bool:
            notices = all(one["state"] == "taken" for one in self.shipstation.get("/notices"))
            return notices and not self.shipstation.get("/outbox")["waiting"] + self._shop_waits()

        self.until(taken, "delivered")

    def _shop_waits(self) -> int:
        return int(self.shopify.get("/stats")["deliveries_waiting"])

    def hurry(self) -> None:
        """Sweep, as if the time were over that Platen waits after a lost answer, before it looks what became of it:
        two minutes, lest somebody is still at it. Here nobody is: the function has ended by then."""
        late = [item for item in self._table() if _waits_after_trouble(item)]
        for item in late:
            with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
                self._dynamodb.update_item(
                    TableName=self.stack.outputs["OrdersTable"],
                    Key={"order_id": item["order_id"], "item": item["item"]},
                    UpdateExpression="SET due_at = :now",
                    ConditionExpression="version = :seen",
                    ExpressionAttributeValues={":now": {"S": iso(wall())}, ":seen": item["version"]},
                )
        if late:
            self.ask("sweep")

    def until_at_rest(self) -> None:
        """Until all has been delivered, and no message waits or is worked on but those that were there before."""
        self.until_taken()
        self._traffic.until_over(told=self._told)

    def dead(self) -> list[str]:
        """Messages of ours that failed, whether they are dead yet or not."""
        ours = (self.ink, self.shop, self.packers)
        return [
            line for line in self.logs().splitlines() if "message failed" in line and any(o in line for o in ours)
        ]

    def met(self) -> int:
        """How often InkSoft has failed as it was told to."""
        return len(self.inksoft.get("/stats")["faults_fired"])

    def noted(self) -> int:
        """How often Platen has noted that InkSoft failed: the connection, or one piece of work over and over."""
        lines = self.logs().splitlines()
        return sum(self.ink in line and any(words in line for words in FAILED) for line in lines)

    def until_met(self, failures: int) -> None:
        """Until InkSoft has failed so often, which takes calls that the orders alone may not need; and until Platen
        has found it well since: of three failures in a row the third would have it left alone for minutes."""

        def there() -> bool:
            # In this order: what has met a failure is worked on until the failure is noted.
            if self.met() >= failures and not self._traffic.is_on and self.is_well:
                return True
            self.poll_sometimes()
            return False

        self.until(there, f"{failures} failures of InkSoft")

    @property
    def is_well(self) -> bool:
        """Whether InkSoft's failures count from none again."""
        (ink,) = [one for one in self.ask("connections")["connections"] if one["connection_id"] == self.ink]
        return not ink["health"]["failures"]

    @cached_property
    def _dynamodb(self) -> Any:
        return self.stack.client("dynamodb")

    def logs(self) -> str:
        """All that all functions have logged so far, and what the gateway did."""
        logs = self.stack.client("logs")
        lines = []
        for group in logs.describe_log_groups()["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            lines += [event["message"] for page in pages for event in page["events"]]
        return "\n".join(lines)


def _waits_after_trouble(item: Json) -> bool:
    """A parcel that its store was told of in vain, whose time has not come."""
    if not item["item"]["S"].startswith("shipment#") or item["state"]["S"] not in LOST_ANSWER:
        return False
    return "attempt" in item and item["due_at"]["S"] > iso(wall())


def changed(before: Json, after: Json) -> dict[str, tuple[object, object]]:
    """What is not as it was: its name -> (before, after), of each only the parts that differ."""
    found: dict[str, tuple[object, object]] = {}
    for name in before.keys() | after.keys():
        one, other = before.get(name) or {}, after.get(name) or {}
        parts = {part for part in one.keys() | other.keys() if one.get(part) != other.get(part)}
        if parts:
            found[name] = {part: one.get(part) for part in parts}, {part: other.get(part) for part in parts}
    return found
