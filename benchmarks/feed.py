"""What it costs when a vendor fetches its jobs: 10,000 open orders page by page, an idle poll, ten changes.

Runs the feed's and the orders' storage on the embedded AWS, and ShipStation's door on what they give. Requests and
bytes are counted on our side of the wire, and capacity units made of them as AWS charges. The seconds are those of
the embedded AWS, which looks at every order for each query: compare rows with each other, not with AWS.

    python benchmarks/feed.py [open orders, default 10000]
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from platen.adapters.dynamodb_connections import DynamoDBCache
from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.connectors.shipstation import Settings
from platen.connectors.shipstation.feed import DOOR
from platen.domain.feed import FeedEntry, FeedStatus
from platen.domain.order import Charges, Money, Order
from platen.domain.record import OrderBody
from platen.ports import Window
from platen_cli.embedded_aws import Server, stop
from tests.adapters.conftest import RETENTION, make_table
from tests.adapters.test_orders_table import size
from tests.domain.making import NOW, a_line, a_plan, an_order, look
from tests.fakes import FakeClock
from tests.support.filling import Filling

CONNECTION = "press"
END = NOW + timedelta(days=1)
CHANGED = 10


class Billed:
    """A client that keeps count of its requests, and of the units they are charged for."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._sizes: dict[str, int] = {}
        self.start()

    def start(self) -> None:
        self.requests: Counter[str] = Counter()
        self.written = self.read = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **request: Any) -> Any:
        """Of the index: what is left out of the answer is charged for all the same."""
        answer = self._client.query(**request)
        found = [one | {"feed": {"S": CONNECTION}} | _KEY for one in answer["Items"]]
        self._count("Query", read=max(1, math.ceil(sum(map(size, found)) / 4096)) / 2)
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer, units = self._client.batch_get_item(**request), 0.0
        for table, items in answer["Responses"].items():
            for item in items:
                units += math.ceil(size(item) / 4096) * (
                    1 if request["RequestItems"][table]["ConsistentRead"] else 0.5
                )
                self._sizes[str(item.get("order_id")) + str(item.get("item"))] = size(item)
        self._count("BatchGet", read=units)
        return answer

    def update_item(self, **request: Any) -> Any:
        answer = self._client.update_item(**request)
        known = self._sizes[str(request["Key"]["order_id"]) + str(request["Key"]["item"])]
        self._count("Update", written=math.ceil((known + _MARK_BYTES) / 1024))
        return answer

    def batch_write_item(self, **request: Any) -> Any:
        items = [one["PutRequest"]["Item"] for some in request["RequestItems"].values() for one in some]
        self._count("BatchWrite", written=sum(math.ceil(size(one) / 1024) for one in items))
        return self._client.batch_write_item(**request)

    def _count(self, name: str, *, written: float = 0, read: float = 0) -> None:
        self.requests[name] += 1
        self.written, self.read = self.written + written, self.read + read


_KEY: dict[str, Any] = {"order_id": {"S": "k7x2m3qpl4tzabcd"}, "item": {"S": "feed#0001"}}
_MARK_BYTES = 80
"""What a mark adds to an entry."""


class Hub:
    """The feed and the orders, by one client."""

    def __init__(self, client: Any) -> None:
        cache = DynamoDBCache(client, "ConnectionsTable", FakeClock(), consistent=True)
        self.feed = DynamoDBFeed(client, "OrdersTable", cache, RETENTION)
        self.orders = DynamoDBOrders(client, "OrdersTable", RETENTION)

    def exports(self, window: Window) -> tuple[int, int]:
        """As ``usecases.feed`` does; gives how many orders, and the kilobytes of the answer."""
        page = self.feed.page(CONNECTION, window, DOOR.page_size)
        names = [(one.order_id, one.job.body) for one in page.entries]
        bodies = self.orders.bodies(names) if names else {}
        pairs = [(one, bodies[name]) for one, name in zip(page.entries, names, strict=True)]
        rendered = DOOR.render(pairs, page.pages, Settings())
        assert not rendered.left_out
        self.feed.mark_fetched(page.entries, END)
        return len(page.entries), len(rendered.body) // 1024

    def looks(self, limit: int) -> tuple[str, str]:
        return ("yes" if self.feed.waiting(CONNECTION, limit) else "no"), ""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with account() as client:
        began = time.monotonic()
        entries = fill(client, count)
        pages = math.ceil(count / DOOR.page_size)
        print(f"{count} open orders in {pages} pages (filled in {time.monotonic() - began:.0f} s)\n")
        print(f"{'':<22}{'orders':>7}{'KB':>6}{'write':>8}{'read':>8}{'seconds':>9}   requests")
        numbers = sorted({1, 2, pages // 2, pages} - {0})
        for number in numbers:
            row(f"page {number}, new", client, Window(NOW, END, number))
        for number in numbers:
            row(f"page {number}, once more", client, Window(NOW, END, number))
        row("idle poll", client, Window(END, END + timedelta(hours=1)))
        change(client, entries[:: max(1, count // CHANGED)][:CHANGED])
        row(f"{CHANGED} changed", client, Window(END, END + timedelta(hours=1)))
        show("anything waiting?", client, lambda hub: hub.looks(25))


@contextmanager
def account() -> Iterator[Any]:
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home))
        try:
            server.wait_until_ready()
            client: Any = boto3.client(
                "dynamodb",
                endpoint_url=server.endpoint,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(read_timeout=300, retries={"total_max_attempts": 1}),
            )
            for table in ("OrdersTable", "ConnectionsTable"):
                make_table(client, table)
            yield client
        finally:
            stop(server.process.pid)


def fill(client: Any, count: int) -> list[FeedEntry]:
    """Orders of three lines with a note, as they lie there once they are sent, modified one after the other."""
    filling: Any = Filling()
    into, entries = Hub(filling), []
    for number in range(count):
        order = an_order_of_three(number)
        record = look(None, order).record
        into.orders.save(None, record, body=OrderBody(order=order, printing=a_plan(order).printing))
        entries.append(into.feed.save(None, an_entry(order, record.jobs["1"], NOW + timedelta(seconds=number))))
    filling.pour(client, "OrdersTable")
    return entries


def an_order_of_three(number: int) -> Order:
    price = Money(amount=Decimal("19.90"), currency="EUR")
    lines = (a_line(f"1456789012{number:05d}{n}", 2, unit_price=price) for n in range(3))
    charges = Charges(currency="EUR", shipping=Decimal("4.90"), tax=Decimal("12.34"))
    return an_order(
        *lines,
        store_order_id=str(8_000_000_000_000 + number),
        number=f"#{number}",
        email="buyer@shop.example",
        charges=charges,
    )


def an_entry(order: Order, job: Any, modified: datetime) -> FeedEntry:
    return FeedEntry(
        connection=CONNECTION,
        order_id=order.order_id,
        job_id="1",
        number=order.number,
        status=FeedStatus.PAID,
        job=job.but(shares=order.charges),
        packing_message="Thank you for your order.",
        modified=modified,
    )


def change(client: Any, entries: list[FeedEntry]) -> None:
    feed = Hub(client).feed
    for entry in entries:
        known = feed.get(entry.order_id, entry.job_id)
        feed.save(known, entry.but(status=FeedStatus.CANCELLED, modified=END + timedelta(minutes=1)))


def row(name: str, client: Any, window: Window) -> None:
    show(name, client, lambda hub: hub.exports(window))


def show(name: str, client: Any, do: Callable[[Hub], tuple[Any, Any]]) -> None:
    billed = Billed(client)
    began = time.perf_counter()
    orders, kilobytes = do(Hub(billed))
    seconds = time.perf_counter() - began
    calls = ", ".join(f"{count} {call}" for call, count in sorted(billed.requests.items()))
    print(
        f"{name:<22}{orders:>7}{kilobytes:>6}{billed.written:>8.1f}{billed.read:>8.1f}{seconds:>9.2f}   {calls}",
        flush=True,
    )


if __name__ == "__main__":
    main()
