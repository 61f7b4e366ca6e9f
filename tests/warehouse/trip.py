"""The full trip: a shop's twin, Platen deployed as it is, and a depot whose stock is in Tryton."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from platen.messages import Queue, SyncHint
from platen_cli.demo.twin import Twin
from platen_cli.stack import LocalStack
from tests.support.abroad import BUYER, until, where_it_is_noon
from tests.warehouse.agent import Agent, Taken
from tests.warehouse.conftest import SITE, timed
from tests.warehouse.depot import Depot
from tests.warehouse.exchange import Bucket
from twins.kit import wall

type Json = dict[str, Any]

SHOP, DEPOT = "trip-shop", "trip-depot"
CLIENT = "shop-client", "shop-client-secret"
WHO = "a clerk"


class Trip:
    def __init__(self, stack: LocalStack, ask: Callable[..., Json], depot: Depot, home: Path) -> None:
        self.stack = stack
        self._ask = ask
        self.depot = depot
        self.files = Bucket(stack.client("s3"), stack.outputs["FilesBucket"])
        self.agent = Agent(depot, self.files, DEPOT)
        shop = ["--shop", "trip.myshopify.com", "--client-id", CLIENT[0], "--client-secret", CLIENT[1]]
        shop += ["--plain-http", "--retry-scale", "0.1", "--bucket", "20000", "--restore", "1000"]
        self.shop = Twin("shopify", shop, home)
        self.settings: Json = {}
        self.findings: list[str] = []

    # set up and taken down

    def open(self, stock: dict[str, int]) -> Trip:
        """A shop that sells these and has them on hand; a depot that has heard of nothing yet."""
        for sku in stock:
            variant = {"sku": sku, "price": "14.90", "unit_cost": "4.25"}
            self.shop.post("/products", {"title": f"Mug “Ärger”, {sku}", "variants": [variant]})
        for sku, quantity in stock.items():
            self.shop.post("/stock/set", {"sku": sku, "quantity": quantity})
        (place,) = self.shop.get("/locations")["locations"]
        credentials = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
        shop = {"shop": "trip.myshopify.com", "api_url": self.shop.url}
        self._connect("shopify", SHOP, shop, credentials)
        assert self.findings == []
        # A handful of items: a change of one is more than any brake lets pass.
        brakes = {"most_changed_percent": 0, "most_to_zero_percent": 0}
        feeds = {"sites": [f"{SITE}={SHOP}/{place['id']}"], "header": False, "count_goes_down": "shipped"}
        self.settings = {**feeds, **brakes, "sync_minutes": 0, "end_of_day": ""}
        self.settings["time_zone"] = where_it_is_noon(wall())
        self._connect("warehouse_files", DEPOT, self.settings, {})
        self.ask("link", store=SHOP, vendor=DEPOT, lines="all")
        return self

    def _connect(self, system: str, name: str, settings: Json, credentials: Json) -> None:
        """What is told to be missing is kept in ``findings``."""
        made = self.ask("connect", system=system, connection_id=name, settings=settings, credentials=credentials)
        self.findings = [one["what"] for one in made["findings"] if not one["ok"]]

    def close(self) -> None:
        self.shop.stop()
        for connection in (DEPOT, SHOP):
            self._ask("disconnect", connection=connection, force=True)

    def ask(self, action: str, **given: object) -> Json:
        said = self._ask(action, **given)
        assert said["ok"], said
        result: Json = said["result"]
        return result

    # what buyers do

    def order(self, *lines: tuple[str, int]) -> str:
        """Its number in the shop's own counting."""
        told = [{"sku": sku, "title": f"Mug, {sku}", "quantity": each, "price": "14.90"} for sku, each in lines]
        return str(self.shop.post("/orders", {"lines": told, "ship_to": BUYER})["id"])

    def sell_before_the_next_write(self, sku: str, quantity: int) -> None:
        """Somebody buys in the moment between Platen's look at the shop's stock and its write."""
        lines = [{"sku": sku, "title": f"Mug, {sku}", "quantity": quantity, "price": "14.90"}]
        self.shop.post("/stock/before_next_write", {"order": {"lines": lines, "ship_to": BUYER}})

    # what people at the depot do

    def taken(self, wanted: Callable[[Taken], object], what: str) -> Taken:
        """What the agent has taken as soon as it is what is waited for."""

        def look() -> Taken | None:
            found = self.agent.take()
            return found if wanted(found) else None

        found = self.until(look, what)
        assert found
        return found

    def picked_and_not_shipped(self) -> list[str]:
        return [number for number in self.agent.orders if self.depot.state(number) == "picked"]

    def count(self) -> None:
        """Tell a whole count, and wait until Platen goes by it."""
        named = self.agent.snapshot()

        def counts() -> bool:
            return [one["snapshot_id"] for one in self.status()["snapshots"]] == [named]

        self.until(counts, f"the count {named}")

    # what a person, or the clock, asks of Platen

    def sync(self, kind: str, **given: object) -> Json:
        """By hand, until it is over."""
        run_id = self.ask("sync_start", connection=DEPOT, kind=kind, by=WHO, **given)["run_id"]
        return self._over(run_id)

    def end_of_day(self, *, times: int = 1) -> Json:
        """Its schedule sends its message, ``times`` over; gives the run that came of it."""
        before = {one["run_id"] for one in self._runs()}
        # It is due since its midnight, half a day ago; until now there was none, lest the sweep begin it.
        self._connect("warehouse_files", DEPOT, self.settings | {"end_of_day": "00:00"}, {})
        for _ in range(times):
            self.say(Queue.SYNCS, SyncHint(connection=DEPOT).model_dump_json())

        def begun() -> list[Json]:
            found = [one for one in self._runs() if one["run_id"] not in before and one["kind"] == "stock"]
            return [one for one in found if one["business_date"]]

        (run,) = self.until(begun, "End of Day")
        return self._over(run["run_id"])

    def _over(self, run_id: str) -> Json:
        def over() -> Json | None:
            found: Json = self.ask("sync_run", connection=DEPOT, run_id=run_id)["run"]
            return found if found["state"] in ("done", "failed", "braked") else None

        found = self.until(over, f"the end of {run_id}")
        assert found
        # The next one may begin when this one has let go.
        self.until(lambda: not self.status()["running"], f"{run_id} lets go")
        return found

    def _runs(self) -> list[Json]:
        runs: list[Json] = self.ask("sync_runs", connection=DEPOT, limit=100)["runs"]
        return runs

    def end_of_days(self) -> list[Json]:
        return [one for one in self._runs() if one["business_date"] and one["kind"] == "stock"]

    def report(self, run: Json) -> dict[str, Json]:
        """Item -> its row in the run's report, by column."""
        page = self.ask("sync_report", connection=DEPOT, run_id=run["run_id"])
        rows = [dict(zip(page["columns"], row, strict=True)) for row in page["rows"]]
        return {row["item"]: row for row in rows}

    def status(self) -> Json:
        return self.ask("sync_status", connection=DEPOT)

    def say(self, queue: Queue, body: str) -> None:
        name = "".join(part.capitalize() for part in queue.value.split("-"))
        self._sqs.send_message(QueueUrl=self.stack.outputs[f"{name}Queue"], MessageBody=body)

    # what can be seen

    def levels(self) -> dict[str, tuple[int, int]]:
        """SKU -> what the shop has on hand, and what of it is for sale."""
        levels = self.shop.get("/stock")["levels"]
        return {one["sku"]: (one["counts"]["on_hand"], one["counts"]["available"]) for one in levels}

    def tracking(self, order: str) -> list[str]:
        """Of every parcel that the shop shows of an order."""
        (found,) = [one for one in self.shop.get("/orders")["orders"] if str(one["id"]) == order]
        return [
            number for made in found["fulfillments"] if made["status"] == "SUCCESS" for number in made["tracking"]
        ]

    def shop_orders(self) -> set[str]:
        return {str(one["id"]) for one in self.shop.get("/orders")["orders"]}

    def until_shown(self, order: str) -> list[str]:
        return self.until(lambda: self.tracking(order), f"tracking of {order} in the shop")

    def until_done(self, orders: Sequence[str]) -> None:
        self.until(lambda: all(self.states().get(one) == "done" for one in orders), f"{orders} are done")

    def states(self) -> dict[str, str]:
        heads = self.ask("orders", connection=SHOP, limit=200)["orders"]
        return {one["store_order_id"]: one["state"] for one in heads}

    def rejected(self) -> list[str]:
        """What Platen would not take of the agent's files, in its words."""
        texts = [self.files.get(key).decode() for key in self.files.names(f"ack/{DEPOT}/")]
        return [line for text in texts for line in text.splitlines() if ",rejected," in line]

    def failed(self) -> list[str]:
        """Messages of ours that failed, and anything that was not permitted."""
        lines = self.logs().splitlines()
        return [
            line
            for line in lines
            if "not authorized" in line or ("message failed" in line and (SHOP in line or DEPOT in line))
        ]

    def logs(self) -> str:
        """All that all functions have logged so far."""
        logs = self.stack.client("logs")
        lines = []
        for group in logs.describe_log_groups()["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            lines += [event["message"] for page in pages for event in page["events"]]
        return "\n".join(lines)

    def until[T](self, look: Callable[[], T], what: str) -> T:
        """What ``look`` gives as soon as it is true of something."""
        with timed("waited for Platen"):
            return until(look, what, told=self._told)

    def _told(self) -> str:
        attention = self.ask("attention")
        return f"{self.states()=} {attention=} {self.status()=} {self.rejected()=} {self.failed()[-3:]=}"

    @cached_property
    def _sqs(self) -> Any:
        return self.stack.client("sqs")
