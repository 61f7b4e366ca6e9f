"""A warehouse that calls, on the embedded AWS: Shopify as the store, the small warehouse as a program at its site.

The shop's twin is a process of its own. The warehouse lives in the test's, so that every call it makes is kept,
and can be made again. Platen is the deployed stack.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import requests

from platen.messages import SyncHint
from platen_cli.demo.twin import Twin
from platen_cli.stack import LocalStack
from tests.support.abroad import BUYER, PATIENCE, Traffic, until, where_it_is_noon
from twins.kit import wall
from twins.warehouse_files import WarehouseTwin
from twins.warehouse_files.doors import CallDoor
from twins.warehouse_files.telling import COLUMNS

type Json = dict[str, Any]

DOMAIN = "depot.myshopify.com"
CLIENT = "shop-client", "shop-client-secret"
API_KEY = "a-key-that-the-depot-made-up"
SITE = "MAIN"
WHO = "a clerk"
SECRETS = (API_KEY, CLIENT[1])
IN_ONE_PART = 2
"""Rows: a count of six goods comes in three parts."""
OVER = ("done", "failed", "braked")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def said(self) -> Json:
        told: Json = json.loads(self.body)
        return told

    @property
    def applied(self) -> list[Json]:
        """Rows that changed something."""
        return [one for one in self.said.get("results", []) if one["status"] == "applied"]


class Line:
    """The way to Platen that a program at the warehouse goes. ``made`` keeps each POST, and what was answered."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self.made: list[tuple[Call, Answer]] = []

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        call = Call(method, path, headers, body)
        answer = self.make(call)
        if method == "POST":
            self.made.append((call, answer))
        return answer.status, answer.body

    def make(self, call: Call) -> Answer:
        reply = self._session.request(
            call.method,
            f"{self._url}/{call.path}",
            headers=call.headers,
            data=call.body,
            timeout=PATIENCE,
            allow_redirects=False,
        )
        return Answer(reply.status_code, reply.content)

    def anew(self) -> list[tuple[Call, Answer]]:
        """Every POST once more, as one that was never made: each has another key."""
        calls = [
            replace(call, headers={**call.headers, "Idempotency-Key": f"anew-{number}"})
            for number, (call, _) in enumerate(self.made)
        ]
        return [(call, self.make(call)) for call in calls]


class Trade:
    """A shop and a warehouse, and two connections whose names begin with ``name``."""

    def __init__(
        self,
        stack: LocalStack,
        ask: Callable[..., Json],
        home: Path,
        *,
        name: str,
        shelves: Mapping[str, int],
    ) -> None:
        self.stack = stack
        self._ask = ask
        self.shop, self.depot = f"{name}-shop", f"{name}-depot"
        self.line = Line(f"{stack.public_url}/v1/wh/{self.depot}")
        self.warehouse = WarehouseTwin(
            CallDoor(self.line, API_KEY, rows_in_part=IN_ONE_PART), stock=shelves, site=SITE
        )
        fast = ["--plain-http", "--retry-scale", "0.1", "--bucket", "20000", "--restore", "1000"]
        app = ["--client-id", CLIENT[0], "--client-secret", CLIENT[1]]
        self.shopify = Twin("shopify", ["--shop", DOMAIN, *app, *fast], home)
        self._settings: Json = {}
        self._traffic = Traffic(stack)

    # set up and taken down

    def open(self, shown: Mapping[str, int]) -> Trade:
        """A shop that shows so many of each good, and orders that go to the warehouse once it has counted."""
        for sku, count in shown.items():
            variant = {"sku": sku, "price": "14.90", "unit_cost": "4.25", "stock": count}
            self.shopify.post("/products", {"title": f"Mug “Ärger”, {sku}", "variants": [variant]})
        credentials = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
        missing = self._connect("shopify", self.shop, {"shop": DOMAIN, "api_url": self.shopify.url}, credentials)
        assert missing == []
        (place,) = self.ask("sync_places", store=self.shop)["places"]
        self._settings = {
            "way": "rest",
            "sites": [f"{SITE}={self.shop}/{place['place_id']}"],
            # Nothing by itself; and of six goods, one that changes is more than any brake lets pass.
            **{"sync_minutes": 0, "end_of_day": "", "most_changed_percent": 0, "most_to_zero_percent": 0},
            "time_zone": where_it_is_noon(wall()),
        }
        self._connect("warehouse_files", self.depot, self._settings, {"api_key": API_KEY})
        self.ask("link", store=self.shop, vendor=self.depot, lines="all")
        return self

    def _connect(self, system: str, name: str, settings: Json, credentials: Json) -> list[str]:
        """What is told to be missing."""
        made = self.ask("connect", system=system, connection_id=name, settings=settings, credentials=credentials)
        return [one["what"] for one in made["findings"] if not one["ok"]]

    def close(self) -> None:
        """Nothing of it is left to be swept, and no twin keeps on calling."""
        self.shopify.stop()
        for connection in (self.depot, self.shop):
            self._ask("disconnect", connection=connection, force=True)

    def refused(self, action: str, **given: object) -> str:
        """In which words."""
        said = self._ask(action, **given)
        assert not said["ok"], said
        words: str = said["error"]["message"]
        return words

    def ask(self, action: str, **given: object) -> Json:
        said = self._ask(action, **given)
        assert said["ok"], said
        result: Json = said["result"]
        return result

    # what buyers do

    def order(self, *lines: tuple[str, int]) -> str:
        """The shop's id of it."""
        return str(self.shopify.post("/orders", _bought(lines))["id"])

    def sell_before_the_next_write(self, sku: str, count: int) -> None:
        """Somebody buys in the moment between Platen's look at the shop's stock and its write."""
        self.shopify.post("/stock/before_next_write", {"order": _bought([(sku, count)])})

    # what the warehouse does

    def take(self, count: int) -> dict[str, str]:
        """Poll, until so many orders were taken and answered: the first item of each -> its number.

        And until Platen knows that they are there: news of one that is still being sent is looked at a minute
        later, and nobody picks that fast.
        """

        def taken() -> bool:
            self.warehouse.work()
            return len(self.warehouse.shelves.orders) >= count and not self._jobs() & {"ready", "claimed"}

        self.until(taken, f"{count} orders at the warehouse")
        return {next(iter(one.lines.values())).item: one.number for one in self.warehouse.shelves.orders}

    def ship(self, number: str, tracking: str, counts: Mapping[int, int] | None = None) -> None:
        """Pick (None: all of it), pack and close, whether all is in it or not; told in one round."""
        shelves = self.warehouse.shelves
        shelves.pick(number, counts)
        shelves.ship(number, tracking=tracking)
        shelves.close(number)
        self.warehouse.tell()

    def fetch(self, path: str, *, key: str = API_KEY) -> Answer:
        return self.line.make(Call("GET", path, {"Authorization": f"Bearer {key}"}, b""))

    def drop(self, name: str, *rows: Sequence[object]) -> Json:
        """Put a file of adjustments into the bucket; gives what was answered to it, row -> status and code."""
        text = StringIO()
        csv.writer(text).writerows([COLUMNS["adjustments"], *rows])
        self._s3.put_object(
            Bucket=self._bucket, Key=f"in/{self.depot}/adjustments/{name}", Body=text.getvalue().encode()
        )
        answer = f"ack/{self.depot}/adjustments/{name}.result.csv"
        self.until(lambda: answer in self._answered(), f"an answer to {name}")
        said = self._s3.get_object(Bucket=self._bucket, Key=answer)["Body"].read().decode("utf-8-sig")
        return {row["row"]: (row["status"], row["code"]) for row in csv.DictReader(StringIO(said))}

    def _answered(self) -> list[str]:
        found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=f"ack/{self.depot}/")
        return [one["Key"] for one in found.get("Contents", [])]

    # what a person, or the clock, asks of Platen

    def sync(self, kind: str, **given: object) -> Json:
        """By hand, until it is over."""
        return self._over(self.ask("sync_start", connection=self.depot, kind=kind, by=WHO, **given)["run_id"])

    def end_of_day(self, *, times: int) -> Json:
        """Its schedule sends its message so often; gives the run that came of it."""
        # It is due since its midnight, half a day ago; until now there was none, lest the sweep begin it.
        self._connect("warehouse_files", self.depot, self._settings | {"end_of_day": "00:00"}, {"api_key": API_KEY})
        hint = SyncHint(connection=self.depot).model_dump_json()
        for _ in range(times):
            self._sqs.send_message(QueueUrl=self.stack.outputs["SyncsQueue"], MessageBody=hint)
        (run,) = self.until(self.ends_of_days, "End of Day")
        return self._over(run["run_id"])

    def ends_of_days(self) -> list[Json]:
        """The pushes of stock that belong to one."""
        return [one for one in self.runs() if one["business_date"] and one["kind"] == "stock"]

    def runs(self) -> list[Json]:
        found: list[Json] = self.ask("sync_runs", connection=self.depot, limit=100)["runs"]
        return found

    def _over(self, run_id: str) -> Json:
        def over() -> Json | None:
            found: Json = self.ask("sync_run", connection=self.depot, run_id=run_id)["run"]
            return found if found["state"] in OVER and not self.status()["running"] else None

        found = self.until(over, f"the end of {run_id}")
        assert found
        return found

    def status(self) -> Json:
        return self.ask("sync_status", connection=self.depot)

    # what can be seen

    def levels(self) -> dict[str, tuple[int, int]]:
        """SKU -> what the shop has on hand, and what of it is for sale."""
        levels = self.shopify.get("/stock")["levels"]
        return {one["sku"]: (one["counts"]["on_hand"], one["counts"]["available"]) for one in levels}

    def writes(self) -> int:
        """How often somebody wrote stock by the shop's API."""
        return len(self.shopify.get("/stock/writes")["writes"])

    def shipped(self) -> dict[str, list[tuple[str, int]]]:
        """The shop's orders -> tracking and pieces of each parcel it shows."""
        return {
            str(one["id"]): [
                (",".join(made["tracking"]), sum(made["quantities"].values()))
                for made in one["fulfillments"]
                if made["status"] == "SUCCESS"
            ]
            for one in self.shopify.get("/orders")["orders"]
        }

    def states(self) -> dict[str, str]:
        return {one["store_order_id"]: one["state"] for one in self._heads()}

    def _heads(self) -> list[Json]:
        heads: list[Json] = self.ask("orders", connection=self.shop, limit=200)["orders"]
        return heads

    def _jobs(self) -> set[str]:
        """The states of all jobs there are."""
        orders = (self.ask("order", order=one["order_id"]) for one in self._heads())
        return {job["state"] for order in orders for job in order["order"]["jobs"]}

    def attention(self) -> list[Json]:
        items: list[Json] = self.ask("attention")["items"]
        return [one for one in items if one["connection"] == self.shop]

    def everything(self) -> Json:
        """All that doing everything again must not change."""
        return {
            "levels": self.levels(),
            "writes": self.writes(),
            "shipped": self.shipped(),
            "states": self.states(),
            "runs": [one["run_id"] for one in self.runs()],
            "counts": self.status()["snapshots"],
            "at the warehouse": self.warehouse.shelves.duplicates,
        }

    def until[T](self, look: Callable[[], T], what: str) -> T:
        """What ``look`` gives as soon as it is true of something."""
        return until(look, what, told=self._told)

    def until_calm(self) -> None:
        """Until no message waits or is worked on but those that were there before."""
        self._traffic.until_over(told=self._told)

    def _told(self) -> str:
        return (
            f"{self.states()=} {self.attention()=} {self.status()=} {[one[-1500:] for one in self.failed()[-3:]]}"
        )

    def failed(self) -> list[str]:
        """Messages of ours that failed, and what was not permitted to anybody."""
        return [
            line
            for line in self.logs().splitlines()
            if "not authorized" in line or ("message failed" in line and (self.shop in line or self.depot in line))
        ]

    def logs(self) -> str:
        """All that all functions have logged so far."""
        logs = self.stack.client("logs")
        lines = []
        for group in logs.describe_log_groups()["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            lines += [event["message"] for page in pages for event in page["events"]]
        return "\n".join(lines)

    @cached_property
    def _s3(self) -> Any:
        return self.stack.client("s3")

    @cached_property
    def _sqs(self) -> Any:
        return self.stack.client("sqs")

    @property
    def _bucket(self) -> str:
        return self.stack.outputs["FilesBucket"]


def _bought(lines: Sequence[tuple[str, int]]) -> Json:
    told = [{"sku": sku, "title": f"Mug, {sku}", "quantity": count, "price": "14.90"} for sku, count in lines]
    return {"lines": told, "ship_to": BUYER}
