"""What only the real table can get wrong with the feed: lost answers, races, an index that lags, what expires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.domain.feed import FeedEntry
from platen.domain.job import JobLine
from platen.ports import Conflict, Window
from tests.adapters.conftest import RETENTION
from tests.adapters.test_feed import JOB, LATER, a_notice, after, an_entry, changed, filled, numbers
from tests.adapters.test_orders import loaded, new
from tests.adapters.test_orders_table import ATTEMPTS, raw, size
from tests.adapters.wire import Wire
from tests.domain.making import NOW
from tests.fakes import FakeClock

WINDOW = Window(NOW, LATER)
SECOND = Window(NOW, LATER, 2)


@pytest.fixture
def feed(feed_table: DynamoDBFeed) -> DynamoDBFeed:
    return feed_table


def stored(feed: DynamoDBFeed, entry: FeedEntry) -> FeedEntry:
    found = feed.get(entry.order_id, entry.job_id)
    assert found is not None
    return found


def in_the_index(dynamodb: Wire) -> list[dict[str, Any]]:
    answer = dynamodb.client.query(
        TableName="OrdersTable",
        IndexName="by_feed",
        KeyConditionExpression="feed = :feed",
        ExpressionAttributeValues={":feed": {"S": "packers"}},
    )
    items: list[dict[str, Any]] = answer["Items"]
    return items


class TestALostAnswer:
    """boto3 sends the same request again, and the condition fails because of ourselves."""

    def test_to_a_new_entry_is_no_conflict(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        dynamodb.lose_answer("UpdateItem")
        saved = feed.save(None, an_entry())
        assert stored(feed, saved) == saved

    def test_to_a_change_is_no_conflict(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.lose_answer("UpdateItem", times=2)
        saved = changed(feed, entry, LATER)
        assert (saved.version, stored(feed, entry)) == (2, saved)

    def test_to_a_change_that_was_fetched_since_is_no_conflict(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.lose_answer("UpdateItem")
        dynamodb.instead("UpdateItem", lambda: feed.mark_fetched([stored(feed, entry)], LATER) and None)
        saved = changed(feed, entry, LATER)
        assert (saved.version, saved.fetched) == (2, 2)

    def test_and_somebody_elses_write_after_it_are_a_conflict(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.lose_answer("UpdateItem")
        dynamodb.instead("UpdateItem", lambda: changed(feed, stored(feed, entry), after(9)) and None)
        with pytest.raises(Conflict):
            changed(feed, entry, LATER)
        assert stored(feed, entry).modified == after(9)

    def test_to_a_mark_is_still_new(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entries = filled(feed, 2)
        dynamodb.lose_answer("UpdateItem")
        assert feed.mark_fetched(entries, LATER) == [stored(feed, one) for one in entries]

    def test_to_a_mark_of_what_changed_since_is_still_new(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.lose_answer("UpdateItem")
        dynamodb.instead("UpdateItem", lambda: changed(feed, stored(feed, entry), LATER) and None)
        (marked,) = feed.mark_fetched([entry], LATER)
        assert (marked.version, marked.fetched) == (1, 1), "this version was given out"
        now = stored(feed, entry)
        assert (now.version, now.fetched, now.is_fetched) == (2, 1, False)

    def test_to_a_notice_is_still_new(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.lose_answer("PutItem", times=2)
        assert feed.add_notice(entry, a_notice())
        assert feed.notices(entry.order_id, "1") == [a_notice()]

    @pytest.mark.parametrize("operation", ["UpdateItem", "PutItem"])
    def test_that_never_comes_is_not_taken_for_a_success(
        self, feed: DynamoDBFeed, dynamodb: Wire, operation: str
    ) -> None:
        (entry,) = filled(feed, 1)
        calls: dict[str, Callable[[], object]] = {
            "UpdateItem": lambda: feed.mark_fetched([entry], LATER),
            "PutItem": lambda: feed.add_notice(entry, a_notice()),
        }
        dynamodb.lose_answer(operation, times=ATTEMPTS)
        with pytest.raises(ConnectionClosedError):
            calls[operation]()

    def test_a_refusal_that_is_no_conflict_is_not_called_one(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.answer("UpdateItem", "AccessDeniedException", times=2)
        with pytest.raises(ClientError, match="AccessDenied"):
            changed(feed, entry, LATER)
        with pytest.raises(ClientError, match="AccessDenied"):
            feed.mark_fetched([entry], LATER)


class TestARace:
    def test_of_a_change_with_the_vendor_fetching_keeps_both(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.instead("UpdateItem", lambda: feed.mark_fetched([entry], LATER) and None)
        saved = changed(feed, entry, LATER)
        assert (saved.version, saved.fetched, saved.is_fetched) == (2, 1, False)
        assert stored(feed, entry) == saved

    def test_of_the_vendor_fetching_with_a_change_marks_nothing(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        dynamodb.instead("UpdateItem", lambda: changed(feed, entry, LATER) and None)
        assert feed.mark_fetched([entry], LATER) == []
        assert stored(feed, entry).fetched == 0

    def test_of_a_page_with_a_change_leaves_it_to_a_later_window(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        """Between the index and the entry itself."""
        entries = filled(feed, 3)
        dynamodb.instead("BatchGetItem", lambda: changed(feed, entries[1], LATER) and None)
        assert numbers(feed, WINDOW) == ["#0", "#2"]
        assert numbers(feed, Window(LATER, after(120))) == ["#1"]

    def test_of_a_page_with_a_change_within_its_window_gives_it_out_once(
        self, feed: DynamoDBFeed, dynamodb: Wire
    ) -> None:
        entries = filled(feed, 4)
        numbers(feed, WINDOW, 2)
        dynamodb.instead("BatchGetItem", lambda: None)
        dynamodb.instead("BatchGetItem", lambda: changed(feed, entries[0], after(30)) and None)
        assert numbers(feed, WINDOW, 2) == ["#1"]
        assert numbers(feed, SECOND, 2) == ["#2", "#3", "#0"]


class TestAnIndexThatLags:
    def test_shows_an_entry_as_it_is_and_not_as_it_was(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        before = in_the_index(dynamodb)
        saved = changed(feed, entry, after(5))
        dynamodb.answers("Query", {"Items": before, "Count": 1})
        assert feed.page("packers", WINDOW, 10).entries == (saved,)

    def test_in_two_places_shows_an_entry_once(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        (entry,) = filled(feed, 1)
        before = in_the_index(dynamodb)
        changed(feed, entry, after(5))
        dynamodb.answers("Query", {"Items": before + in_the_index(dynamodb), "Count": 2})
        assert numbers(feed, WINDOW) == ["#0"]

    def test_shows_nothing_that_has_expired(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entries = filled(feed, 2)
        before = in_the_index(dynamodb)
        key = {"order_id": {"S": entries[0].order_id}, "item": {"S": "feed#0001"}}
        dynamodb.client.delete_item(TableName="OrdersTable", Key=key)
        dynamodb.answers("Query", {"Items": before, "Count": 2})
        assert numbers(feed, WINDOW) == ["#1"]

    def test_is_asked_page_after_page(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        """A query answers with a megabyte at most."""
        filled(feed, 3)
        first, *others = in_the_index(dynamodb)
        dynamodb.answers("Query", {"Items": [first], "Count": 1, "LastEvaluatedKey": first})
        assert numbers(feed, WINDOW) == ["#0", "#1", "#2"]
        assert others


class TestTheCut:
    def test_is_kept_for_windows_of_several_pages_only(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        filled(feed, 3)
        numbers(feed, WINDOW, 3)
        assert "BatchWriteItem" not in dynamodb.count()
        numbers(feed, WINDOW, 2)
        assert dynamodb.count()["BatchWriteItem"] == 1
        numbers(feed, WINDOW, 2)
        numbers(feed, SECOND, 2)
        assert dynamodb.count()["BatchWriteItem"] == 1, "it is known"

    def test_is_read_as_it_is_now(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        """The second page may be asked for before every copy of the table has heard of the cut."""
        filled(feed, 3)
        numbers(feed, WINDOW, 2)
        dynamodb.sent.clear()
        numbers(feed, SECOND, 2)
        asked = [one.body["RequestItems"] for one in dynamodb.sent if one.operation == "BatchGetItem"]
        assert [one["ConnectionsTable"]["ConsistentRead"] for one in asked if "ConnectionsTable" in one] == [True]

    def test_is_forgotten_when_nobody_can_be_reading_any_more(self, feed: DynamoDBFeed, clock: FakeClock) -> None:
        entries = filled(feed, 4)
        numbers(feed, WINDOW, 2)
        for entry in entries[:2]:
            changed(feed, entry, LATER)
        clock.passes(hours=1, seconds=1)
        page = feed.page("packers", WINDOW, 2)
        assert ([one.number for one in page.entries], page.pages) == (["#2", "#3"], 1)


class TestTheItems:
    def test_are_neither_read_nor_paid_for_with_their_order(
        self, feed: DynamoDBFeed, table: DynamoDBOrders, dynamodb: Wire
    ) -> None:
        record = new(table)
        order_id = record.head.order_id
        entry = feed.save(None, an_entry(order_id=order_id, job=record.jobs["1"]))
        feed.add_notice(entry, a_notice())
        dynamodb.sent.clear()
        assert loaded(table, order_id) == record
        first = dynamodb.sent[0].body["ExpressionAttributeValues"][":first"]["S"]
        names = [name for name in raw(dynamodb, order_id) if name.startswith("feed#")]
        assert len(names) == 2
        assert all(name < first for name in names)
        assert table.events(order_id) == []

    def test_expire_after_their_last_change(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entry = feed.save(None, an_entry())
        feed.add_notice(entry, a_notice(received_at=after(5)))
        feed.mark_fetched([changed(feed, entry, LATER)], after(90))
        kept = {
            name: int(item["expires_at"]["N"]) - int(RETENTION.total_seconds())
            for name, item in raw(dynamodb, entry.order_id).items()
        }
        assert sorted(kept.values()) == [int(after(5).timestamp()), int(LATER.timestamp())]
        assert kept["feed#0001"] == int(LATER.timestamp())

    def test_are_small(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        """A change and a mark are charged for the whole entry, by the kilobyte; a page reads by four."""
        lines = tuple(JobLine(line_id=f"1456789012345{n}", quantity=2) for n in range(3))
        job = JOB.but(lines=lines, vendor_ref="1001-k7x2m3qpl4tzabcd-1", vendor_words="paid", sent_at=NOW)
        feed.mark_fetched([feed.save(None, an_entry(1, job=job))], LATER)
        found = size(raw(dynamodb, an_entry(1).order_id)["feed#0001"])
        assert found < 2048, f"an entry of three lines has {found} bytes"

    def test_are_readable_in_the_console(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entry = feed.save(None, an_entry())
        item = raw(dynamodb, entry.order_id)["feed#0001"]
        assert (item["status"], item["feed"]) == ({"S": "paid"}, {"S": "packers"})
        assert item["feed_at"]["S"] == f"2026-11-21T09:00:00.000Z#{entry.order_id}#0001"
        assert not any("B" in value for value in item.values())

    def test_of_notices_are_in_no_index(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entry = feed.save(None, an_entry())
        feed.add_notice(entry, a_notice())
        assert [one["item"]["S"] for one in in_the_index(dynamodb)] == ["feed#0001"]

    def test_of_a_mark_move_nothing_in_the_index(self, feed: DynamoDBFeed, dynamodb: Wire) -> None:
        entries = filled(feed, 2)
        before = in_the_index(dynamodb)
        dynamodb.sent.clear()
        feed.mark_fetched(entries, LATER)
        assert not any("feed_at" in one.body["UpdateExpression"] for one in dynamodb.sent)
        assert in_the_index(dynamodb) == before


def test_a_change_is_one_request(feed: DynamoDBFeed, dynamodb: Wire) -> None:
    entry = feed.save(None, an_entry())
    changed(feed, entry, LATER)
    assert dynamodb.count() == {"UpdateItem": 2}


def test_what_was_fetched_is_not_written_again(feed: DynamoDBFeed, dynamodb: Wire) -> None:
    marked = feed.mark_fetched(filled(feed, 3), LATER)
    dynamodb.sent.clear()
    assert feed.mark_fetched(marked, LATER + timedelta(minutes=1)) == []
    assert not dynamodb.sent
