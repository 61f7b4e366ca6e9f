"""What a warehouse costs on AWS: one order there and back, by files and by calls, and its syncs.

Run with ``-s`` to see the tables. Units are reckoned as in ``test_cost``; what the warehouse's own program asks of
the bucket is in the bill too, for the bucket is the seller's. ``benchmarks/stock.py`` has a hundred times as many
items.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from platen import connectors
from platen.adapters.dynamodb_ledger import DynamoDBLedger
from platen.adapters.s3_files import S3Files
from platen.connectors import Connector
from platen.connectors.warehouse_files import wire
from platen.domain.connection import Connection, Lines, Link, Role
from platen.domain.order import Order
from platen.domain.record import OrderState
from platen.domain.sync import Plan, Run, RunState, SyncState
from platen.domain.sync_kind import SyncKind
from platen.domain.warehouse import Snapshot
from platen.hub import Hub
from platen.messages import FileHint, Queue, SyncHint
from platen.ports import Variant, VariantPage
from platen.usecases.dispatch import dispatch
from platen.usecases.intake import intake
from platen.usecases.stock.tables import level_line, levels_key
from platen.usecases.sync.asking import start
from platen.usecases.sync.due import sync
from platen.usecases.track import track
from platen.usecases.update_store import update_store
from platen.usecases.warehouse.serve import serve
from platen.usecases.warehouse.take_file import take_file
from tests.adapters.conftest import RETENTION, make_table
from tests.domain.making import INTAKE, a_line, an_order
from tests.fakes.stocked_store import FakeStockedStore
from tests.test_cost import SECRET, STORE, Account, Bill, Meter, shown
from tests.usecases.sync.depot import StockConnector

DEPOT = "depot"
KEY = "a-key-that-nobody-guesses-1"
BUCKET = "files"
SITE, PLACE = "MAIN", "main"
PAGE = 250
"""Rows of a call to a store."""


class Selling(FakeStockedStore):
    """Sells what it counts."""

    def __init__(self) -> None:
        super().__init__(page_size=PAGE)
        self.changed: list[Variant] = []
        """What a search for changed products finds."""

    def variants(self, changed_since: datetime | None, page: str = "") -> VariantPage:
        return VariantPage(items=tuple(self.changed))

    def read_export(self, export_id: str) -> Iterator[Variant]:
        return (variant(stock_id.removeprefix("i-")) for _, stock_id in self.shelves)


def variant(item: str, **changes: Any) -> Variant:
    fields: dict[str, Any] = {"stock_id": f"i-{item}", "variant_id": f"v-{item}", "sku": item, "title": item}
    return Variant(**(fields | changes))


class WarehouseAccount(Account):
    """With a warehouse, which has a table and the bucket beside."""

    way = "files"

    def __init__(self) -> None:
        self.shelves = Selling()
        make_table(boto3.client("dynamodb"), "StockTable")
        plain = boto3.client("s3", region_name="us-east-1")
        plain.create_bucket(Bucket=BUCKET)
        plain.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.bucket = S3Files(Meter("s3").client, BUCKET)
        """In the warehouse's hands."""
        super().__init__()
        self.hubs |= {name: self.a_hub() for name in ("files_in", "api", "push")}

    def a_hub(self) -> Hub:
        ledger = DynamoDBLedger(Meter("dynamodb").client, "StockTable", self.clock, RETENTION)
        return replace(super().a_hub(), files=S3Files(Meter("s3").client, BUCKET), ledger=ledger)

    def connector(self, system: str) -> Connector:
        if system != "shopify":
            return connectors.load(system)
        plain = self.store.connector()
        given = {name: getattr(plain, name) for name in plain.__dataclass_fields__}
        return StockConnector(**given, stock_opened=self.shelves)

    def connect(self) -> None:
        hub, now = self.a_hub(), self.clock.now()
        store = Connection(
            connection_id=STORE, system="shopify", roles=(Role.STORE,), settings={}, created_at=now,
            links=(Link(vendor=DEPOT, lines=Lines.ALL),), intake=INTAKE,
        )  # fmt: skip
        settings = {"sites": [f"{SITE}={STORE}/{PLACE}"], "way": self.way}
        depot = Connection(
            connection_id=DEPOT, system="warehouse_files", roles=(Role.VENDOR, Role.WAREHOUSE), settings=settings,
            created_at=now,
        )  # fmt: skip
        for connection, key in ((store, SECRET), (depot, KEY)):
            hub.connections.save(connection)
            secret = {"path_keys": ["p"], "keys": [key], "url": ""}
            hub.secrets.put_webhook(connection.connection_id, secret)
        count = Snapshot(snapshot_id="S0", taken_at=now, site=SITE)
        state = SyncState(connection=DEPOT, products_done_at=now, dry_run_done=True, watched_from=now)
        hub.ledger.save_state(state.but(snapshots={SITE: count.model_dump_json()}))

    # an order's way

    def run(self, number: int, **changes: Any) -> tuple[Order, dict[str, Bill]]:
        lines = (a_line(str(n), 2, attributes=()) for n in range(3))
        order = an_order(*lines, store_order_id=str(number), number=f"#{number}").but(**changes)
        self.store.orders[str(number)] = order
        self.order = order
        self.bills: dict[str, Bill] = {}
        self.billed("store webhook", lambda: self.store_says(order))
        self.billed("intake", self.worked(Queue.INTAKE, "intake", intake))
        self.billed("dispatch", self.worked(Queue.DISPATCH, "dispatch", dispatch))
        self.at_the_warehouse()
        self.billed("store update", self.worked(Queue.STORE_UPDATES, "update", update_store))
        self.clock.passes(minutes=3)
        return order, self.bills

    def at_the_warehouse(self) -> None:
        number = self.number()
        self.billed("fetches it", lambda: self.bucket.get(f"out/{DEPOT}/orders/{number}.csv"))
        self.brings("answers", wire.ANSWERS, [{"OrderNumber": number, "Answer": "accepted"}])
        lines = [{"OrderNumber": number, "LineNumber": str(n), "ItemNumber": f"CANVAS-{n - 1}"} for n in (1, 2, 3)]
        shipped = {"ShipmentNumber": "S1", "Carrier": "UPS", "TrackingNumber": f"T{number}", "QuantityShipped": "2"}
        self.brings("shipments", wire.SHIPMENTS, [line | shipped for line in lines])
        picked = {"OrderStatus": "CLOSED", "QuantityPicked": "2", "QuantityOrdered": "2", "Site": SITE}
        self.brings("picks", wire.PICKS, [line | picked for line in lines])

    def brings(self, kind: str, columns: Sequence[str], rows: list[dict[str, str]]) -> None:
        """A file is put into the bucket, and taken in."""
        key = f"in/{DEPOT}/{kind}/{self.number()}.csv"
        lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
        self.billed(f"{kind} put", lambda: self.bucket.put(key, "\r\n".join([*lines, ""]).encode()))
        self.billed(f"{kind} taken", lambda: take_file(self.hubs["files_in"], FileHint(connection=DEPOT, key=key)))
        self.billed(f"{kind} seen", self.worked(Queue.SHIPMENTS, "track", track))

    def number(self) -> str:
        return f"{self.order.number.strip('#')}-{self.order.order_id}-1"

    def billed(self, step: str, do: Callable[[], Any]) -> None:
        Meter.bill = self.bills[step] = Bill()
        do()
        Meter.bill = Bill()  # looking is not charged


@pytest.fixture
def account() -> Iterator[WarehouseAccount]:
    with mock_aws():
        yield WarehouseAccount()


class CallingAccount(WarehouseAccount):
    """Its warehouse calls."""

    way = "rest"

    def at_the_warehouse(self) -> None:
        number = self.number()
        self.billed("asks for orders", lambda: self.called("GET", "orders"))
        self.tells(f"orders/{number}/ack", {"status": "accepted"})
        lines = [{"order_number": number, "line_number": n, "item_number": f"CANVAS-{n - 1}"} for n in (1, 2, 3)]
        shipped = {"shipment_number": "S1", "carrier": "UPS", "tracking_number": number, "quantity_shipped": 2}
        self.tells("shipments", [line | shipped for line in lines])
        picked = {"order_status": "CLOSED", "quantity_picked": 2, "quantity_ordered": 2, "site": SITE}
        self.tells("picks", [line | picked for line in lines])
        self.billed("asks for nothing", lambda: self.called("GET", "orders"))

    def tells(self, path: str, body: object) -> None:
        kind = "answers" if path.endswith("/ack") else path
        self.billed(f"{kind} told", lambda: self.called("POST", path, body))
        self.billed(f"{kind} seen", self.worked(Queue.SHIPMENTS, "track", track))

    def called(self, method: str, path: str, body: object = None) -> None:
        answer = serve(
            self.hubs["api"],
            connection_id=DEPOT,
            authorization=f"Bearer {KEY}",
            method=method,
            path=path,
            query={},
            headers={"Idempotency-Key": f"{self.number()}-{path}"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        assert answer.status == 200, answer


# one order


def _one_order(account: WarehouseAccount, way: str) -> Bill:
    account.run(1)
    order, bills = account.run(2)
    record = account.a_hub().orders.load(order.order_id)
    assert record is not None
    assert record.head.state is OrderState.DONE
    return shown(f"One order by {way}, quiet", bills)


def test_an_order_by_files(account: WarehouseAccount) -> None:
    whole = _one_order(account, "files")
    assert (whole.written, whole.read) == (45, 29.5)
    assert whole.requests["SendMessageBatch"] == 6
    assert _s3(whole) == {"PutObject": 7, "GetObject": 4, "ListObjectVersions": 2}


@pytest.fixture
def calling() -> Iterator[CallingAccount]:
    with mock_aws():
        yield CallingAccount()


def test_an_order_by_calls(calling: CallingAccount) -> None:
    whole = _one_order(calling, "calls")
    assert (whole.written, whole.read) == (45, 33)
    assert whole.requests["SendMessageBatch"] == 6
    assert _s3(whole) == {}, "calls need no files"


# syncs


class Syncing(WarehouseAccount):
    """All set up, with a catalogue that was brought over, counted and pushed; nothing is on order."""

    def __init__(self, items: int) -> None:
        super().__init__()
        self.bills = {}
        self.count = {f"{one:06d}": 10 for one in range(items)}
        for item, on_hand in self.count.items():
            self.shelves.has(f"i-{item}", on_hand)
        self.state_is(end_of_day=self.clock.now().date(), products_done_at=None)
        hub = self.hubs["push"]
        start(hub, hub.connections.get(DEPOT), Plan(steps=(SyncKind.PRODUCTS,), begun_at=self.clock.now()))
        self.syncs(self.next_message(Queue.SYNCS))
        self.counts()
        self.state_is(watermark=self.clock.now())
        self.clock.passes(days=1)
        self.counts()
        self.syncs()  # End of Day
        assert self.newest.full
        for _ in range(2):
            self.clock.passes(minutes=15)
            self.syncs()

    def counts(self, **changes: int) -> None:
        """A whole count came in."""
        hub, now = self.hubs["push"], self.clock.now()
        self.count |= changes
        name = f"S-{now:%d%H%M}"
        key = levels_key(DEPOT, SITE, name)
        rows = hub.files.put_lines(key, (level_line(item, self.count[item]) for item in sorted(self.count)))
        snapshot = Snapshot(snapshot_id=name, taken_at=now, site=SITE, rows=rows, key=key)
        self.state_is(snapshots={SITE: snapshot.model_dump_json()})

    def state_is(self, **changes: Any) -> None:
        ledger = self.hubs["push"].ledger
        ledger.save_state(ledger.state(DEPOT).but(**changes))

    def syncs(self, hint: Any = SyncHint(connection=DEPOT)) -> None:  # noqa: B008 - a value
        """As the schedule has it."""
        sync(self.hubs["push"], hint, lambda: 900.0)
        assert not self.state.running, self.newest
        assert self.newest.state is RunState.DONE, self.newest.words

    @property
    def state(self) -> SyncState:
        return self.hubs["push"].ledger.state(DEPOT)

    @property
    def newest(self) -> Run:
        return self.hubs["push"].ledger.runs(DEPOT, 1)[0]


IDLE = {
    "DeleteObject": 1,
    "GetItem": 22,
    "HeadObject": 10,
    "ListObjectsV2": 9,
    "PutItem": 15,
    "PutObject": 1,
    "Query": 11,
}


@pytest.mark.parametrize("items", [10, 200])
def test_a_sync_of_which_nothing_moved_reads_no_list(items: int) -> None:
    """Whatever there is: no list is read, and none is written."""
    with mock_aws():
        account = Syncing(items)
        for step in ("nothing moved", "nor again"):
            account.clock.passes(minutes=15)
            account.billed(step, account.syncs)
        shown(f"Syncs of {items} items, of which nothing moved", account.bills)
    for bill in account.bills.values():
        assert bill.requests == IDLE
        assert (bill.written, bill.read) == (15, 28.5)


def test_a_thousand_items_of_which_one_in_a_hundred_moved() -> None:
    with mock_aws():
        account = Syncing(1000)
        account.clock.passes(hours=8)
        account.counts(**{f"{one:06d}": 9 for one in range(0, 1000, 100)})
        account.billed("1 % counted", account.syncs)
        assert account.newest.totals.corrected == 10
        account.clock.passes(minutes=15)
        account.billed("the next", account.syncs)
        account.clock.passes(minutes=15)
        account.billed("and then", account.syncs)
        account.clock.passes(hours=16)
        account.counts()
        account.billed("End of Day", account.syncs)
        assert account.newest.totals.compared == 1000
        bills = account.bills
        shown("Syncs of 1,000 items", bills)
    assert bills["and then"].requests == IDLE
    changed, whole = bills["1 % counted"], bills["End of Day"]
    assert (changed.written, changed.read) == (23, 35.5)
    assert (whole.written, whole.read) == (25, 27)
    assert _s3(changed) == {
        "GetObject": 9,
        "PutObject": 12,
        "ListObjectsV2": 16,
        "HeadObject": 13,
        "DeleteObject": 7,
    }
    assert _s3(whole) == {
        "GetObject": 22,
        "PutObject": 16,
        "ListObjectsV2": 16,
        "HeadObject": 13,
        "DeleteObject": 8,
    }


def _s3(bill: Bill) -> dict[str, int]:
    return {name: count for name, count in bill.requests.items() if "Object" in name}
