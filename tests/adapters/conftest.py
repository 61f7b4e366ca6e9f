from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from platen.adapters.dynamodb_connections import DynamoDBCache
from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.adapters.dynamodb_orders import DynamoDBOrders
from tests.adapters.wire import Wire
from tests.fakes import FakeClock
from tests.template.reading import resource

RETENTION = timedelta(days=180)

type Open = Callable[[str], Wire]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """service -> a wire to an empty account. boto3 waits between its attempts; nobody has to wait for that."""
    quick = SimpleNamespace(time=time.time, sleep=lambda _seconds: None)
    monkeypatch.setattr("botocore.endpoint.time", quick)
    with mock_aws():
        yield Wire


@pytest.fixture
def dynamodb(wire: Open) -> Wire:
    """With the tables as the template has them: keys and indexes are read from there."""
    opened = wire("dynamodb")
    for name in ("OrdersTable", "ConnectionsTable", "ProductsTable"):
        make_table(opened.client, name)
    opened.sent.clear()
    return opened


def make_table(client: Any, name: str) -> None:
    known = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    properties = resource(name)["Properties"]
    client.create_table(TableName=name, **{key: properties[key] for key in known if key in properties})


@pytest.fixture
def table(dynamodb: Wire) -> DynamoDBOrders:
    return DynamoDBOrders(dynamodb.client, "OrdersTable", RETENTION)


@pytest.fixture
def feed_table(dynamodb: Wire, clock: FakeClock) -> DynamoDBFeed:
    cache = DynamoDBCache(dynamodb.client, "ConnectionsTable", clock, consistent=True)
    return DynamoDBFeed(dynamodb.client, "OrdersTable", cache, RETENTION)
