"""A vendor's own list of what moved: read to where it was queued, however often and in whatever pieces it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.order import Order
from platen.domain.record import OrderState
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable, Verdict
from platen.messages import PollHint, Queue
from platen.ports import News
from platen.usecases.poll import NEWS_PAGES, poll_vendor
from tests.fakes import Crash, Lost
from tests.support.presses import PressesBench, a_line


class List:
    """What the vendor keeps: ids in the order they moved, some on each page; the cursor counts them."""

    def __init__(self, size: int = 3) -> None:
        self.moved: list[str] = []
        self.size = size
        self.asked: list[str] = []

    def __call__(self, cursor: str) -> News:
        self.asked.append(cursor)
        start = int(cursor or 0)
        page = tuple(self.moved[start : start + self.size])
        end = start + len(page)
        return News(page, str(end), more=end < len(self.moved))


def sent(count: int = 1, size: int = 3) -> tuple[PressesBench, list[Order], List]:
    bench = PressesBench(1)
    orders = [bench.ordered(a_line("a")) for _ in range(count)]
    while bench.work():
        pass
    bench.run(timedelta(minutes=20))
    news = List(size)
    bench.vendor.list_of_news = news
    # Asked order by order only once a day: what is known sooner came by the list.
    bench._systems["press"] = replace(bench.vendor.connector(), ask_again=lambda _settings: timedelta(days=1))
    return bench, orders, news


def ships(bench: PressesBench, news: List) -> None:
    for made in bench.vendor.made:
        made.phase = VendorPhase.SHIPPED
        made.parcels.append(VendorParcel(tracking=f"T-{made.ref}"))
        news.moved.append(made.external_id)


def poll(bench: PressesBench) -> None:
    poll_vendor(bench.hub, PollHint(connection="press"))


def cursor(bench: PressesBench) -> str:
    return bench.connections.health("press").news_cursor


def queued(bench: PressesBench) -> int:
    return len(bench.queues.waiting(Queue.SHIPMENTS))


def settle(bench: PressesBench) -> None:
    while any(bench.work_one(queue) for queue in (Queue.SHIPMENTS, Queue.STORE_UPDATES)):
        pass


def test_what_moved_is_shown_at_the_store() -> None:
    bench, orders, news = sent(7)
    ships(bench, news)
    poll(bench)
    settle(bench)
    assert all(bench.now_of(order).head.state is OrderState.DONE for order in orders)
    assert cursor(bench) == "7"
    assert news.asked == ["", "3", "6"]


def test_the_next_poll_goes_on_from_there() -> None:
    bench, _, news = sent(2)
    ships(bench, news)
    poll(bench)
    settle(bench)
    poll(bench)
    assert news.asked[-1] == "2"
    assert queued(bench) == 0


def test_the_same_news_again_change_nothing() -> None:
    bench, orders, news = sent(2)
    ships(bench, news)
    poll(bench)
    settle(bench)
    before = bench.orders.everything()
    for _ in range(3):
        health = bench.connections.health("press")
        bench.connections.save_health(health.but(news_cursor=""))
        poll(bench)
        settle(bench)
    heard = [one for one in bench.orders.records() if one.head.state is not OrderState.DONE]
    assert heard == []
    assert bench.shown(orders[0]) == {f"T-{bench.vendor.made[0].ref}": {"a": 1}}
    assert set(bench.orders.everything()) == set(before)


def test_orders_of_others_are_passed_over() -> None:
    bench, orders, news = sent(1)
    news.moved += ["", "4711", "1001-aaaaaaaaaaaaaaaa-x", "'; drop", "ü" * 300]
    ships(bench, news)
    news.moved.append("9-aaaaaaaaaaaaaaaa-1")  # as ours look, and of nobody
    poll(bench)
    assert queued(bench) == 2
    settle(bench)
    assert bench.now_of(orders[0]).head.state is OrderState.DONE
    assert not bench.queues.dead()


def test_one_that_is_on_a_page_twice_is_asked_about_once() -> None:
    bench, _, news = sent(1, size=10)
    ships(bench, news)
    news.moved *= 5
    poll(bench)
    assert queued(bench) == 1


@pytest.mark.parametrize("stuck", [True, False])
def test_a_list_without_an_end_ends_for_today(stuck: bool) -> None:
    bench, orders, _ = sent(1)
    pages: list[str] = []

    def endless(at: str) -> News:
        pages.append(at)
        return News((bench.vendor.made[0].external_id,), "0" if stuck else str(len(pages)), more=True)

    bench.vendor.list_of_news = endless
    poll(bench)
    assert len(pages) == NEWS_PAGES
    poll(bench)
    assert len(pages) == 2 * NEWS_PAGES
    assert pages[NEWS_PAGES] == ("0" if stuck else str(NEWS_PAGES)), "it goes on from there"
    settle(bench)
    assert bench.now_of(orders[0]).jobs["1"].state is JobState.SENT


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "verdict", [Busy("slow down"), Denied("no"), Unclear("cut off"), Unreachable("no way"), Refused("bad cursor")]
)
def test_broken_off_in_the_middle_nothing_of_it_is_lost(verdict: Verdict, nth: int) -> None:
    bench, orders, news = sent(7)
    ships(bench, news)
    bench.switch.before("vendor.news", verdict, nth=nth)
    poll(bench)
    assert cursor(bench) == "", "as far as it was read is not as far as it was kept"
    settle(bench)
    bench.run(timedelta(hours=3), at_least=timedelta(hours=3))
    assert all(bench.now_of(order).head.state is OrderState.DONE for order in orders)
    assert cursor(bench) == "7"


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("gone", [Crash, Lost])
@pytest.mark.parametrize("call", ["queues.send", "connections.save_health", "vendor.news"])
def test_wherever_the_poll_is_gone_nothing_is_lost(call: str, gone: Callable[[], BaseException], side: str) -> None:
    bench, orders, news = sent(7)
    ships(bench, news)
    (bench.switch.before if side == "before" else bench.switch.after)(
        call, gone(), nth=2 if call != "connections.save_health" else 1
    )
    with pytest.raises((Crash, Lost)):
        poll(bench)
    settle(bench)
    bench.switch.clear()
    bench.run(timedelta(hours=3), at_least=timedelta(hours=3))
    assert all(bench.now_of(order).head.state is OrderState.DONE for order in orders)
    assert cursor(bench) == "7"


def test_a_cursor_is_not_kept_before_what_it_stands_for_is_queued() -> None:
    bench, _, news = sent(7)
    ships(bench, news)
    seen: list[tuple[str, int]] = []
    bench.switch.before("connections.save_health", lambda: seen.append((cursor(bench), queued(bench))), times=9)
    poll(bench)
    assert seen[0] == ("", 7)


def test_a_vendor_with_a_list_is_asked_order_by_order_as_seldom_as_it_says() -> None:
    bench, orders, news = sent(1)
    news.moved.append(bench.vendor.made[0].external_id)
    poll(bench)
    settle(bench)
    before = bench.switch.calls.count("vendor.read")
    bench.run(timedelta(hours=20), at_least=timedelta(hours=20))
    assert bench.switch.calls.count("vendor.read") == before
    bench.run(timedelta(hours=10), at_least=timedelta(hours=10))
    assert bench.switch.calls.count("vendor.read") > before, "and yet it is asked: a list may leave one out"
    assert bench.now_of(orders[0]).jobs["1"].due_at


def test_a_vendor_without_a_list_keeps_no_cursor() -> None:
    bench, _, _ = sent(1)
    bench.vendor.list_of_news = lambda _cursor: None
    poll(bench)
    assert cursor(bench) == ""


def test_a_paused_connection_is_not_asked() -> None:
    bench, _, news = sent(1)
    bench.connections.save(bench.connections.get("press").but(paused=True))
    poll(bench)
    assert news.asked == []
