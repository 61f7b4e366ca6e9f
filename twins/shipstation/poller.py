"""ShipStation as the one who comes: asks a Custom Store for its orders, page by page, and takes them in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from twins import kit
from twins.shipstation import times
from twins.shipstation.book import Book, new_import_batch
from twins.shipstation.feed_reading import Incoming, Page, PageError, Schema, read_page
from twins.shipstation.model import AWAITING_PAYMENT, AWAITING_SHIPMENT, ON_HOLD, SHIPPED, Order
from twins.shipstation.store import Poll, Store, StoreError
from twins.shipstation.wire import Answer, Send, basic, with_query, without_password

MOST_PAGES = 32767


class Failed(Exception):
    """The store did not answer as it must; the message is what its merchant sees."""


@dataclass(frozen=True)
class Window:
    start: datetime
    end: datetime
    odd: frozenset[str]

    def query(self, page: int) -> dict[str, str]:
        spelled = times.compact if "compact_dates" in self.odd else self._spelled
        query = {"action": "export", "start_date": spelled(self.start), "end_date": spelled(self.end)}
        if page == 1 and "no_page" in self.odd:
            return query
        return query | {"page": str(page)}

    def _spelled(self, at: datetime) -> str:
        return times.feed_time(at, times.PACIFIC if "pacific_window" in self.odd else None)


@dataclass
class Poller:
    """``imported``: told of the orders that one refresh brought anew, after it."""

    book: Book
    lock: AbstractContextManager[object]
    now: kit.Now
    send: Send
    schema: Schema | None = None
    imported: Callable[[list[Order]], None] = lambda _orders: None

    def refresh(
        self, store: Store, now: datetime | None = None, since: datetime | None = None, *, by: str = "hand"
    ) -> Poll:
        """From ``since``, or from the last refresh, to ``now``; both floored to the minute."""
        with self.lock:
            odd = frozenset(store.take_oddities())
        window = self._window(store, now or self.now(), since, odd)
        if "twice_at_once" not in odd:
            return self._once(store, window, by)
        other = threading.Thread(target=self._once, args=(store, window, by))
        other.start()
        poll = self._once(store, window, by)
        other.join()
        return poll

    def test_connection(self, store: Store) -> str:
        """The button in the store's form: fetches a small window and keeps nothing. "" is good news."""
        now = times.floored(self.now())
        window = Window(now - timedelta(minutes=1), now, frozenset())
        poll = Poll(0, self.now(), window.start, window.end, "test")
        try:
            self._page(store, window, poll, 1)
        except (Failed, PageError) as wrong:
            return str(wrong)
        return ""

    def _window(self, store: Store, now: datetime, since: datetime | None, odd: frozenset[str]) -> Window:
        end = times.floored(now)
        start = times.floored(since or store.last_refresh - timedelta(minutes=store.overlap_minutes))
        if "wide_window" in odd:
            start = end - times.years(5)
        if "zero_width_window" in odd:
            start = end
        return Window(start, end, odd)

    def _once(self, store: Store, window: Window, by: str) -> Poll:
        with self.lock:
            poll = Poll(len(store.polls) + 1, self.now(), window.start, window.end, by)
            store.polls.append(poll)
            store.last_attempt = poll.started_at
        made: list[Order] = []
        batch = new_import_batch()
        try:
            for page in self._pages(store, window, poll):
                made += self._take(store, page, poll, batch)
        except (Failed, PageError) as wrong:
            self._note_error(store, poll, wrong)
        else:
            with self.lock:
                store.last_refresh = window.end
        self.imported(made)
        return poll

    def _pages(self, store: Store, window: Window, poll: Poll) -> Iterator[Page]:
        times_each = 2 if "repeated_page" in window.odd else 1
        number, pages = 1, 1
        while number <= min(pages, MOST_PAGES):
            for _ in range(times_each):
                page = self._page(store, window, poll, number)
                pages = poll.pages = page.pages
                yield page
            number += 1
        if "beyond_the_end" in window.odd:
            yield self._page(store, window, poll, pages + 1)

    def _page(self, store: Store, window: Window, poll: Poll, number: int) -> Page:
        """Raises Failed and PageError."""
        password = "wrong" if "wrong_password" in window.odd else store.password
        query = window.query(number)
        headers = {"Accept": "application/xml", "User-Agent": "ShipStation"}
        if store.credentials in ("query", "both"):
            query = {"SS-UserName": store.user, "SS-Password": password} | query
        if store.credentials in ("header", "both"):
            headers |= basic(store.user, password)
        answer = self._ask(with_query(store.url, query), headers, poll)
        if number == 1 and "cut_reply" in window.odd:
            raise Failed("The connection was closed before the answer was complete")
        if not 200 <= answer.status < 300:
            raise Failed(f"The remote server returned an error: ({answer.status})")
        return read_page(answer.body, one_bad_fails=store.one_bad_order == "fails_the_page", schema=self.schema)

    def _ask(self, url: str, headers: dict[str, str], poll: Poll) -> Answer:
        shown = without_password(url)
        try:
            answer = self.send("GET", url, headers, b"")
        except OSError as wrong:
            poll.asked.append((shown, 0))
            raise Failed(f"Unable to connect to the remote server: {type(wrong).__name__}") from wrong
        poll.asked.append((shown, answer.status))
        return answer

    def _take(self, store: Store, page: Page, poll: Poll, batch: str) -> list[Order]:
        """The orders that are new. Raises Failed for a status that nobody mapped."""
        made = []
        with self.lock:
            if page.bad:
                store.errors.append(StoreError(self.now(), "Orders were left out", problems=page.bad))
            statuses = [(incoming, self._status(store, incoming)) for incoming in page.orders]
            for incoming, status in statuses:
                if status is None:
                    continue
                poll.orders += 1
                self._check_total(store, incoming)
                order = self._upsert(store, incoming, status, batch)
                if order is not None:
                    made.append(order)
        return made

    def _status(self, store: Store, incoming: Incoming) -> str | None:
        status = store.status_of(incoming.word)
        if status is None and store.unmapped == "error":
            raise Failed(f"Order {incoming.content.number}: the status {incoming.word!r} is not mapped")
        return status

    def _check_total(self, store: Store, incoming: Incoming) -> None:
        content = incoming.content
        if content.sum != content.total:
            said = f"order {content.number}: its parts make {content.sum}, its total is {content.total}"
            if said not in store.warnings:
                store.warnings.append(said)

    def _upsert(self, store: Store, incoming: Incoming, status: str, batch: str) -> Order | None:
        """The order when it is new."""
        now = self.now()
        before = self.book.by_store_id(store.store_id, incoming.key)
        if before is None:
            order = self.book.add(
                incoming.content,
                key=incoming.key,
                store_id=store.store_id,
                status=status,
                now=now,
                origin="custom_store",
                batch=batch,
                store_order_id=incoming.key,
            )
            order.paid_at = None if status == AWAITING_PAYMENT else now
            return order
        before.imports += 1
        if before.merged_or_split or not before.active or any(parcel.counts for parcel in before.parcels):
            return None  # what a packer has begun, a store no longer changes (inferred)
        self.book.replace(before, incoming.content, _after(before, status), now)
        return None

    def _note_error(self, store: Store, poll: Poll, wrong: Failed | PageError) -> None:
        with self.lock:
            poll.error = str(wrong)
            problems = wrong.problems if isinstance(wrong, PageError) else []
            url = poll.asked[-1][0] if poll.asked else ""
            store.errors.append(StoreError(self.now(), poll.error, url, problems))
            if store.auto_import_stops_after_error:
                store.auto_import = False


def _after(order: Order, status: str) -> str | None:
    """The status after a re-import: what was shipped here stays so, and so does a hold made here (inferred)."""
    if order.status == SHIPPED:
        return None
    if order.hold_until is not None and status == AWAITING_SHIPMENT and order.status == ON_HOLD:
        return None
    return status
