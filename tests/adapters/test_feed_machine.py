"""Reading a feed page by page while it changes, in any order that can be thought of.

Whatever is added, changed or marked between the pages, and whoever asks for the first page again: what was in the
window when it was opened and has not changed since is on exactly one page, and what changed is in a later window.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.domain.feed import FeedEntry
from platen.ports import Feed, Window
from tests.adapters.conftest import make_table
from tests.adapters.test_feed import an_entry
from tests.adapters.wire import Wire
from tests.domain.making import NOW
from tests.fakes.feed import FakeFeed

SIZE = 3
FAR = NOW + timedelta(days=365)


@dataclass
class Reader:
    """One reading of a window: what it has to show, and what it has shown."""

    start: datetime
    end: datetime
    expected: set[str]
    """Numbers of what was in the window at its first page and has not changed since."""
    seen: Counter[str] = field(default_factory=Counter)
    next_page: int = 1
    pages: int = 1

    @property
    def reads_on(self) -> bool:
        return self.next_page <= self.pages


class ReadingAFeed(RuleBasedStateMachine):
    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed
        self.now = NOW
        self.entries: dict[str, FeedEntry] = {}
        self.readers: list[Reader] = []

    # what happens meanwhile

    @rule(ms=st.sampled_from([1, 2, 1000]))
    def time_passes(self, ms: int) -> None:
        self.now += timedelta(milliseconds=ms)

    @rule(count=st.integers(1, 8))
    def orders_come(self, count: int) -> None:
        for _ in range(count):
            number = len(self.entries) + 1
            entry = an_entry(number, modified=self.now)
            self._wrote(self.feed.save(None, entry))

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), count=st.integers(1, 5))
    def some_change(self, data: st.DataObject, count: int) -> None:
        for _ in range(count):
            entry = self.entries[data.draw(st.sampled_from(sorted(self.entries)))]
            self._wrote(self.feed.save(entry, entry.but(modified=self.now)))

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def some_are_marked(self, data: st.DataObject) -> None:
        names = data.draw(st.sets(st.sampled_from(sorted(self.entries)), max_size=5))
        self.feed.mark_fetched([self.entries[one] for one in names], self.now)

    def _wrote(self, entry: FeedEntry) -> None:
        self.entries[entry.number] = entry
        for reader in self.readers:
            reader.expected.discard(entry.number)

    # reading

    @rule(ahead=st.sampled_from([0, 0, 0, 1, 5000]), back=st.sampled_from([2, 10_000]))
    def a_window_is_opened(self, ahead: int, back: int) -> None:
        end = self.now + timedelta(milliseconds=ahead)
        self._open(self.now - timedelta(milliseconds=back), end)

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def the_first_page_is_asked_for_again(self, data: st.DataObject) -> None:
        reader = data.draw(st.sampled_from(range(len(self.readers))))
        self._open(self.readers[reader].start, self.readers[reader].end)

    def _open(self, start: datetime, end: datetime) -> None:
        within = {name for name, entry in self.entries.items() if start <= entry.modified < end}
        self.readers.append(Reader(start, end, within))
        self._read(self.readers[-1])

    @precondition(lambda self: any(one.reads_on for one in self.readers))
    @rule(data=st.data())
    def a_page_is_read(self, data: st.DataObject) -> None:
        on = [n for n, one in enumerate(self.readers) if one.reads_on]
        self._read(self.readers[data.draw(st.sampled_from(on))])

    def _read(self, reader: Reader) -> None:
        page = self.feed.page("packers", Window(reader.start, reader.end, reader.next_page), SIZE)
        assert page.pages >= reader.pages, "a page that was promised is gone"
        keys = [(one.modified, one.order_id) for one in page.entries]
        assert keys == sorted(set(keys))
        for entry in page.entries:
            kept = self.entries[entry.number]
            assert (entry.version, entry.modified) == (kept.version, kept.modified), "given out as it was before"
            assert reader.start <= entry.modified < reader.end
            reader.seen[entry.number] += 1
        if reader.next_page == 1 and self._is_the_first_to_ask_for_it(reader):
            # Later, what changed at the very millisecond of others may have come in among them.
            assert len(page.entries) <= SIZE
        reader.next_page, reader.pages = reader.next_page + 1, page.pages
        if not reader.reads_on:
            assert {name: reader.seen[name] for name in reader.expected} == dict.fromkeys(reader.expected, 1)

    def _is_the_first_to_ask_for_it(self, reader: Reader) -> bool:
        return sum((one.start, one.end) == (reader.start, reader.end) for one in self.readers) == 1

    def teardown(self) -> None:
        for reader in self.readers:
            while reader.reads_on:
                self._read(reader)
        for end in {reader.end for reader in self.readers}:
            self._open(end, FAR)
            later = self.readers[-1]
            while later.reads_on:
                self._read(later)
            assert set(later.seen) == {name for name, entry in self.entries.items() if entry.modified >= end}


def test_the_fake_loses_and_doubles_nothing() -> None:
    run_state_machine_as_test(lambda: ReadingAFeed(FakeFeed()), settings=settings(stateful_step_count=30))


def test_the_table_loses_and_doubles_nothing(dynamodb: Wire, feed_table: DynamoDBFeed) -> None:
    def machine() -> ReadingAFeed:
        for table in ("OrdersTable", "ConnectionsTable"):
            dynamodb.client.delete_table(TableName=table)
            make_table(dynamodb.client, table)
        return ReadingAFeed(feed_table)

    examples = settings().max_examples // 30
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20))
