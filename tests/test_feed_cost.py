"""What a vendor's coming by costs: requests and capacity units of each page, of an idle poll, of a few changes.

Run with ``-s`` to see the table. Units are reckoned as in ``test_cost``; ``benchmarks/feed.py`` has a hundred times
as many entries.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from platen.adapters.dynamodb_connections import DynamoDBCache
from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.domain.feed import FeedEntry
from platen.ports import FeedPage, Window
from tests.adapters.conftest import RETENTION, make_table
from tests.adapters.test_feed import an_entry
from tests.domain.making import NOW
from tests.fakes import FakeClock
from tests.support.filling import Filling
from tests.test_cost import Bill, Meter, shown

SIZE = 10
OPEN = 100
PAGES = OPEN // SIZE
INDEX_BYTES = 128
"""What an entry has in the index, at most."""


class Packers:
    """A feed of many entries, and their vendor, which fetches them page by page."""

    def __init__(self) -> None:
        self.plain = boto3.client("dynamodb")
        for table in ("OrdersTable", "ConnectionsTable"):
            make_table(self.plain, table)
        client = Meter("dynamodb").client
        self.cache = DynamoDBCache(client, "ConnectionsTable", FakeClock(), consistent=True)
        self.feed = DynamoDBFeed(client, "OrdersTable", self.cache, RETENTION)
        self.bills: dict[str, Bill] = {}

    def fill(self) -> list[FeedEntry]:
        """One entry each second from now."""
        filling: Any = Filling()
        feed = DynamoDBFeed(filling, "OrdersTable", self.cache, RETENTION)
        entries = [
            feed.save(None, an_entry(n, modified=NOW + timedelta(seconds=n), packing_message="Thank you."))
            for n in range(OPEN)
        ]
        filling.pour(self.plain, "OrdersTable")
        return entries

    def fetches(self, start: datetime, end: datetime, page: int = 1) -> FeedPage:
        found = self.feed.page("packers", Window(start, end, page), SIZE)
        self.feed.mark_fetched(found.entries, end)
        return found

    def billed[T](self, step: str, do: Callable[[], T]) -> T:
        Meter.bill = self.bills[step] = Bill()
        return do()


@pytest.fixture
def packers() -> Iterator[Packers]:
    with mock_aws():
        yield Packers()


def test_every_page_costs_the_same_but_for_the_cut(packers: Packers) -> None:
    packers.fill()
    end = NOW + timedelta(hours=1)
    for page in range(1, PAGES + 1):
        found = packers.billed(f"page {page}", lambda page=page: packers.fetches(NOW, end, page))  # type: ignore[misc]
        assert (len(found.entries), found.pages) == (SIZE, PAGES)
    packers.billed("page 5 again", lambda: packers.fetches(NOW, end, 5))
    shown(f"{OPEN} entries, all new to the vendor, {SIZE} a page", packers.bills)
    first, *others = (packers.bills[f"page {page}"] for page in range(1, PAGES + 1))
    for bill in others:
        assert bill.requests == {"BatchGetItem": 2, "Query": 1, "UpdateItem": SIZE}
        assert bill.written <= 2 * SIZE
    assert max(bill.read for bill in others) - min(bill.read for bill in others) <= 2, "pages are alike"
    cut = math.ceil(OPEN * INDEX_BYTES / 4096) / 2
    assert first.read - others[0].read <= cut, "beyond any other page, the first reads the keys of the window"
    assert first.written - others[0].written <= 1, "and keeps where the pages begin"
    again = packers.bills["page 5 again"]
    assert again.requests == {"BatchGetItem": 2, "Query": 1}, "what was fetched is not written again"
    assert again.written == 0


def test_coming_by_for_nothing_costs_one_query(packers: Packers) -> None:
    packers.fill()
    packers.billed("an idle poll", lambda: packers.fetches(NOW + timedelta(hours=1), NOW + timedelta(hours=2)))
    bill = shown("A window in which nothing changed", packers.bills)
    assert bill.requests == {"Query": 1}
    assert (bill.written, bill.read) == (0, 0.5)


def test_a_few_changes_cost_as_much_as_there_are_of_them(packers: Packers) -> None:
    entries = packers.fill()
    packers.feed.mark_fetched(entries[::10], NOW)
    start = NOW + timedelta(hours=1)

    def change() -> None:
        for entry in entries[::10]:
            packers.feed.save(entry, entry.but(modified=start))

    packers.billed("ten change", change)
    end = start + timedelta(minutes=15)
    assert len(packers.billed("fetched", lambda: packers.fetches(start, end)).entries) == 10
    packers.billed("fetched again", lambda: packers.fetches(start, end))
    packers.billed("anything waiting?", lambda: packers.feed.waiting("packers", 10))
    shown(f"Ten of {OPEN} entries change", packers.bills)
    bills = packers.bills
    assert bills["ten change"].requests == {"UpdateItem": 10}
    assert bills["ten change"].written <= 40, "each moves in the index"
    assert bills["fetched"].requests == {"Query": 1, "BatchGetItem": 1, "UpdateItem": 10}
    assert (bills["fetched"].written <= 20, bills["fetched"].read <= 11) == (True, True)
    assert bills["fetched again"].requests == {"Query": 1, "BatchGetItem": 1}
    assert bills["fetched again"].written == 0
    assert bills["anything waiting?"].requests == {"Query": 1, "BatchGetItem": 1}
