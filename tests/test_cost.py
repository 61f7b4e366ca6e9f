"""What one whole order costs on AWS: requests by kind, and capacity units, against a budget.

Run with ``-s`` to see the table. Units are computed as DynamoDB charges them: an item by its size in bytes,
written by the kilobyte and twice in a transaction, read by four; an index entry whenever its keys move.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws

from platen.adapters.dynamodb_connections import DynamoDBCache, DynamoDBConnections, DynamoDBProducts
from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.adapters.sqs import SQSQueues
from platen.adapters.ssm import SSMSecrets
from platen.connectors import Connector, Resend
from platen.domain.connection import Connection, Link, Role
from platen.domain.job import VendorParcel, VendorPhase
from platen.domain.mail_class import MailClass
from platen.domain.order import Charges, Order, ShippingChoice
from platen.domain.record import OrderState
from platen.hub import Hub
from platen.messages import MESSAGE_OF, Message, Queue
from platen.usecases.dispatch import dispatch
from platen.usecases.intake import intake
from platen.usecases.receive import receive
from platen.usecases.track import track
from platen.usecases.update_store import update_store
from tests.adapters.conftest import make_table
from tests.adapters.test_orders_table import size
from tests.adapters.wire import Wire, _body
from tests.domain.making import INTAKE, a_line, an_order
from tests.fakes import FakeClock, Switch
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.support.doubles import ScriptedStore, ScriptedVendor
from tests.support.wsgi import WsgiHttp
from tests.template.reading import resource

TABLES = ("OrdersTable", "ConnectionsTable", "ProductsTable")
STORE, VENDOR = "shop", "press"
SECRET = "the store's key"


@dataclass
class Bill:
    requests: Counter[str] = field(default_factory=Counter)
    written: float = 0
    read: float = 0

    def __str__(self) -> str:
        calls = ", ".join(f"{count} {name}" for name, count in sorted(self.requests.items()))
        return f"{self.written:5.1f} {self.read:5.1f}   {calls}"


class Meter(Wire):
    """A wire that keeps the bill of the step that is on."""

    bill = Bill()

    def _act(self, event_name: str, request: AWSPreparedRequest) -> Any:
        operation = event_name.rpartition(".")[2]
        self.bill.requests[operation] += 1
        body = _body(request)
        count = getattr(self, f"_{operation.lower()}", None)
        return (
            count(body, lambda: super(Meter, self)._act(event_name, request))
            if count
            else super()._act(event_name, request)
        )

    # writes

    def _putitem(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        return self._written([(body["TableName"], self._key(body["TableName"], body["Item"]))], 1, act)

    def _updateitem(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        return self._written([(body["TableName"], body["Key"])], 1, act)

    def _batchwriteitem(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        puts = [(table, one["PutRequest"]["Item"]) for table, some in body["RequestItems"].items() for one in some]
        return self._written([(table, self._key(table, item)) for table, item in puts], 1, act)

    def _transactwriteitems(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        puts = [one["Put"] for one in body["TransactItems"]]
        return self._written([(one["TableName"], self._key(one["TableName"], one["Item"])) for one in puts], 2, act)

    def _written(self, keys: list[tuple[str, Any]], times: int, act: Callable[[], Any]) -> Any:
        before = [self._item(*key) for key in keys]
        answer = act()
        after = [self._item(*key) for key in keys]
        for (table, _), old, new in zip(keys, before, after, strict=True):
            self.bill.written += times * math.ceil(max(size(old), size(new)) / 1024)
            self.bill.written += sum(_moved(index, old, new) for index in _indexes(table))
        return answer

    # reads

    def _getitem(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        found = size(self._item(body["TableName"], body["Key"]))
        self.bill.read += _units(found, consistent=body.get("ConsistentRead", False))
        return act()

    def _query(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        # What is left out of the answer is charged for all the same.
        whole = {name: value for name, value in body.items() if name != "ProjectionExpression"}
        found = sum(map(size, self._plain().query(**whole)["Items"]))
        self.bill.read += _units(found, consistent=body.get("ConsistentRead", False))
        return act()

    def _batchgetitem(self, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        for table, wanted in body["RequestItems"].items():
            for key in wanted["Keys"]:
                self.bill.read += _units(size(self._item(table, key)), consistent=wanted["ConsistentRead"])
        return act()

    def _item(self, table: str, key: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._plain().get_item(TableName=table, Key=key).get("Item", {})
        return found

    def _key(self, table: str, item: dict[str, Any]) -> dict[str, Any]:
        return {
            one["AttributeName"]: item[one["AttributeName"]] for one in resource(table)["Properties"]["KeySchema"]
        }

    def _plain(self) -> Any:
        if not hasattr(self, "_uncounted"):
            self._uncounted: Any = boto3.client("dynamodb")
        return self._uncounted


def _indexes(table: str) -> list[tuple[str, ...]]:
    indexes = resource(table)["Properties"].get("GlobalSecondaryIndexes", [])
    assert all(one["Projection"] == {"ProjectionType": "KEYS_ONLY"} for one in indexes)
    return [tuple(key["AttributeName"] for key in one["KeySchema"]) for one in indexes]


def _moved(index: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> int:
    """One write to put an entry in or take it out, two to move it, none where its keys stay."""
    was, now = ([item.get(name) for name in index] for item in (old, new))
    if was == now:
        return 0
    return int(None not in was) + int(None not in now)


def _units(found: int, *, consistent: bool) -> float:
    return max(1, math.ceil(found / 4096)) * (1 if consistent else 0.5)


class Account:
    """One AWS account with everything of a stack, where each function has memory and clients of its own."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        switch = Switch()
        self.store = ScriptedStore(self.clock, switch)
        self.vendor = ScriptedVendor(self.clock, switch, Resend.UNIQUE_ID, timedelta(seconds=60))
        plain = boto3.client("dynamodb")
        for table in TABLES:
            make_table(plain, table)
        self.sqs = boto3.client("sqs")
        self.urls = {queue: self.sqs.create_queue(QueueName=queue.value)["QueueUrl"] for queue in Queue}
        self.hubs = {
            name: self.a_hub()
            for name in ("store_webhook", "intake", "dispatch", "vendor_webhook", "track", "update")
        }
        self.connect()

    def a_hub(self) -> Hub:
        dynamodb, connections = Meter("dynamodb").client, "ConnectionsTable"
        return Hub(
            clock=self.clock,
            orders=DynamoDBOrders(dynamodb, "OrdersTable", timedelta(days=180)),
            connections=DynamoDBConnections(dynamodb, connections, self.clock),
            products=DynamoDBProducts(dynamodb, "ProductsTable"),
            cache=DynamoDBCache(dynamodb, connections, self.clock),
            secrets=SSMSecrets(Meter("ssm").client, "platen", self.clock),
            queues=SQSQueues(Meter("sqs").client, self.urls),
            feed=DynamoDBFeed(
                dynamodb, "OrdersTable", DynamoDBCache(dynamodb, connections, self.clock), timedelta(days=180)
            ),
            files=FakeFiles(),
            ledger=FakeLedger(),
            open_http=lambda _hosts: WsgiHttp({}),
            connector=self.connector,
        )

    def connector(self, system: str) -> Connector:
        return self.store.connector() if system == "shopify" else self.vendor.connector()

    def connect(self) -> None:
        hub, now = self.a_hub(), self.clock.now()
        store = Connection(
            connection_id=STORE, system="shopify", roles=(Role.STORE,), settings={}, created_at=now,
            links=(Link(vendor=VENDOR),), intake=INTAKE,
        )  # fmt: skip
        vendor = Connection(
            connection_id=VENDOR, system="picanova", roles=(Role.VENDOR,), settings={}, created_at=now
        )
        for connection in (store, vendor):
            hub.connections.save(connection)
            hub.secrets.put_webhook(connection.connection_id, {"path_keys": ["p"], "keys": [SECRET], "url": ""})

    # an order's way

    def run(self, number: int, **changes: Any) -> tuple[Order, dict[str, Bill]]:
        order = an_order(*(a_line(str(n), 2) for n in range(3)), store_order_id=str(number), number=f"#{number}")
        order = order.but(**changes)
        self.store.orders[str(number)] = order
        bills: dict[str, Bill] = {}

        def step(name: str, do: Callable[[], Any]) -> None:
            Meter.bill = bills[name] = Bill()
            do()

        step("store webhook", lambda: self.store_says(order))
        step("intake", self.worked(Queue.INTAKE, "intake", intake))
        step("dispatch", self.worked(Queue.DISPATCH, "dispatch", dispatch))
        made = self.vendor.made[-1]
        made.phase, made.parcels = VendorPhase.SHIPPED, [VendorParcel(carrier="Parcel Co", tracking=f"T{number}")]
        step("vendor webhook", lambda: self.vendor_says(made.ref, made.external_id))
        step("track", self.worked(Queue.SHIPMENTS, "track", track))
        step("store update", self.worked(Queue.STORE_UPDATES, "update", update_store))
        return order, bills

    def worked(self, queue: Queue, name: str, usecase: Callable[[Hub, Any], object]) -> Callable[[], object]:
        return lambda: usecase(self.hubs[name], self.next_message(queue))

    def next_message(self, queue: Queue) -> Message:
        """What Lambda's own poller hands over; its requests are for another bill."""
        (one,) = self.sqs.receive_message(QueueUrl=self.urls[queue], MaxNumberOfMessages=10)["Messages"]
        self.sqs.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=one["ReceiptHandle"])
        return MESSAGE_OF[queue].model_validate_json(one["Body"])

    def store_says(self, order: Order) -> None:
        body = json.dumps({"id": int(order.store_order_id), "updated_at": "2026-11-21T09:00:00Z"}).encode()
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Topic": "orders/create"}
        self.posted("store_webhook", Role.STORE, STORE, headers, body)

    def vendor_says(self, ref: str, external_id: str) -> None:
        news = {"type": "shipment_sent", "data": {"order": {"id": ref, "external_id": external_id}}}
        self.posted("vendor_webhook", Role.VENDOR, VENDOR, {}, json.dumps(news).encode())

    def posted(self, name: str, role: Role, connection: str, headers: dict[str, str], body: bytes) -> None:
        status = receive(self.hubs[name], role, connection_id=connection, key="p", headers=headers, body=body)
        assert status == 200


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def shown(title: str, bills: dict[str, Bill]) -> Bill:
    whole = Bill(
        requests=sum((bill.requests for bill in bills.values()), Counter()),
        written=sum(bill.written for bill in bills.values()),
        read=sum(bill.read for bill in bills.values()),
    )
    lines = [f"  {name:15s} {bill}" for name, bill in [*bills.items(), ("sum", whole)]]
    print(f"\n{title}\n  {'':15s} write  read   requests", *lines, sep="\n")
    return whole


BUDGET: dict[str, tuple[dict[str, int], float, float]] = {
    # step: (requests, write units, read units)
    "store webhook": ({"SendMessageBatch": 1}, 0, 0),
    "intake": (
        {"Query": 1, "BatchGetItem": 1, "PutItem": 1, "TransactWriteItems": 1, "SendMessageBatch": 1}, 8, 2.5,
    ),
    "dispatch": ({"UpdateItem": 1, "GetItem": 1, "PutItem": 1}, 7, 1),
    "vendor webhook": ({"SendMessageBatch": 1}, 0, 0),
    "track": ({"Query": 1, "TransactWriteItems": 1, "SendMessageBatch": 1}, 6, 1),
    "store update": ({"UpdateItem": 1, "Query": 1, "TransactWriteItems": 1}, 10, 1),
}  # fmt: skip
"""One order of three lines in one parcel, while everything that is remembered for a while is remembered."""


def test_an_order_in_a_busy_hour_stays_within_its_budget(account: Account) -> None:
    account.run(1)
    order, bills = account.run(2)
    whole = shown("One order, busy: nothing has to be read that was read for the order before", bills)
    for step, (requests, written, read) in BUDGET.items():
        bill = bills[step]
        assert bill.requests == requests, step
        assert bill.written <= written, f"{step} writes {bill.written} units"
        assert bill.read <= read, f"{step} reads {bill.read} units"
    assert whole.written <= 31
    assert whole.read <= 5.5
    record = account.a_hub().orders.load(order.order_id)
    assert record is not None
    assert record.head.state is OrderState.DONE


def test_mail_classes_and_shares_are_within_the_same_budget(account: Account) -> None:
    account.vendor.mail_classes = [MailClass(code="STANDARD_PARCEL"), MailClass(code="EXPRESS", name="Express")]
    told = Charges(currency="EUR", shipping=Decimal("4.90"), tax=Decimal("12.34"), discount=Decimal(5))
    bought: dict[str, Any] = {"shipping": (ShippingChoice(title="Express"),), "charges": told}
    account.run(1, **bought)
    order, bills = account.run(2, **bought)
    whole = shown("One order with a mail class, and with charges of its own", bills)
    for step, (requests, written, read) in BUDGET.items():
        assert bills[step].requests == requests, step
        assert bills[step].written <= written, step
        assert bills[step].read <= read, step
    assert (whole.written <= 31, whole.read <= 5.5) == (True, True)
    record = account.a_hub().orders.load(order.order_id)
    assert record is not None
    assert (record.jobs["1"].mail_class, record.jobs["1"].shares) == ("EXPRESS", told)


def test_an_order_in_a_quiet_shop_reads_what_it_has_forgotten_and_no_more(account: Account) -> None:
    """Connection, health and secrets are read anew after minutes: once for each function that needs them."""
    account.run(1)
    account.clock.passes(minutes=30)
    _, bills = account.run(2)
    whole = shown("One order, quiet: everything that was remembered has been forgotten", bills)
    for step, (requests, written, _) in BUDGET.items():
        more = bills[step].requests - Counter(requests)
        assert set(more) <= {"GetItem", "GetParameter"}, step
        assert sum(more.values()) <= 4, step
        assert bills[step].written <= written, step
    assert whole.requests["SendMessageBatch"] == 4


def test_news_that_are_none_write_next_to_nothing(account: Account) -> None:
    """A poll or a doubled webhook of an order that did not change."""
    order, _ = account.run(1)
    bills: dict[str, Bill] = {}
    for name, do in {
        "the same order again": lambda: account.store_says(order),
        "intake of it": account.worked(Queue.INTAKE, "intake", intake),
    }.items():
        Meter.bill = bills[name] = Bill()
        do()
    shown("A webhook that says nothing new", bills)
    assert bills["intake of it"].written == 0
    assert bills["intake of it"].requests == {"Query": 1}
