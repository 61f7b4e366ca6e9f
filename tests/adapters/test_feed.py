"""One contract for ``ports.Feed``, held to by the table and by the fake that other tests lean on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platen.domain.feed import FeedEntry, FeedStatus, Notice, NoticeItem
from platen.domain.job import Hold, JobState
from platen.domain.order import Charges
from platen.ports import Conflict, Feed, Window
from tests.domain.making import NOW, an_order, planned
from tests.fakes.feed import FakeFeed

JOB = planned(an_order()).jobs["1"]
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["table", "fake"])
def feed(request: pytest.FixtureRequest) -> Feed:
    if request.param == "fake":
        return FakeFeed()
    found: Feed = request.getfixturevalue("feed_table")
    return found


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def an_entry(number: int = 1, **changes: Any) -> FeedEntry:
    """Each number is another order's."""
    order_id = f"order{number:011d}"
    fields: dict[str, Any] = {
        "connection": "packers",
        "order_id": order_id,
        "job_id": "1",
        "number": f"#{number}",
        "status": FeedStatus.PAID,
        "job": JOB.but(order_id=order_id, external_id=f"{number}-{order_id}-1"),
        "modified": NOW,
    }
    return FeedEntry(**(fields | changes))


def a_notice(notice_id: str = "n1", **changes: Any) -> Notice:
    return Notice(**({"notice_id": notice_id, "received_at": NOW, "tracking": "T1"} | changes))


def filled(feed: Feed, count: int, **changes: Any) -> list[FeedEntry]:
    """One entry each minute from now."""
    return [feed.save(None, an_entry(n, **({"modified": after(n)} | changes))) for n in range(count)]


def changed(feed: Feed, entry: FeedEntry, at: datetime) -> FeedEntry:
    return feed.save(entry, entry.but(modified=at))


def numbers(feed: Feed, window: Window, size: int = 10, connection: str = "packers") -> list[str]:
    return [one.number for one in feed.page(connection, window, size).entries]


class TestAnEntry:
    def test_comes_back_as_it_was_saved(self, feed: Feed) -> None:
        job = JOB.but(
            hold=Hold.PAYMENT,
            state=JobState.SENT,
            shares=Charges(currency="EUR", shipping=Decimal("4.10")),
            vendor_lines={"a#1": "1"},
        )
        entry = an_entry(status=FeedStatus.UNPAID, job=job, gift_message="For you", packing_message="Thanks\n❤")
        saved = feed.save(None, entry)
        assert saved == entry.but(version=1)
        assert feed.get(entry.order_id, "1") == saved

    def test_is_not_there_before(self, feed: Feed) -> None:
        feed.save(None, an_entry())
        assert feed.get(an_entry().order_id, "2") is None
        assert feed.get("k7x2m3qpl4tzabcd", "1") is None

    def test_has_one_version_more_with_each_change(self, feed: Feed) -> None:
        first = feed.save(None, an_entry())
        second = feed.save(first, first.but(status=FeedStatus.CANCELLED, modified=after(1)))
        assert (second.version, second.status, second.modified) == (2, FeedStatus.CANCELLED, after(1))
        assert feed.get(first.order_id, "1") == second

    def test_forgets_what_a_change_takes_away(self, feed: Feed) -> None:
        job = JOB.but(hold=Hold.STORE, shares=Charges(currency="EUR"))
        first = feed.save(None, an_entry(job=job, gift_message="For you"))
        second = feed.save(first, first.but(job=JOB, gift_message=""))
        assert feed.get(first.order_id, "1") == second
        assert (second.job, second.gift_message) == (JOB, "")

    def test_is_not_made_twice(self, feed: Feed) -> None:
        saved = feed.save(None, an_entry())
        with pytest.raises(Conflict):
            feed.save(None, an_entry().but(number="#other"))
        assert feed.get(saved.order_id, "1") == saved

    def test_is_not_written_over_a_version_nobody_read(self, feed: Feed) -> None:
        first = feed.save(None, an_entry())
        second = changed(feed, first, after(1))
        with pytest.raises(Conflict):
            changed(feed, first, after(2))
        assert feed.get(first.order_id, "1") == second

    def test_that_is_gone_is_not_written_as_a_change(self, feed: Feed) -> None:
        with pytest.raises(Conflict):
            changed(feed, an_entry(version=3), after(1))

    def test_lies_beside_those_of_other_jobs(self, feed: Feed) -> None:
        entries = [feed.save(None, an_entry(job_id=job_id)) for job_id in ("1", "2", "10")]
        assert [feed.get(one.order_id, one.job_id) for one in entries] == entries
        window = Window(NOW, LATER)
        assert [one.job_id for one in feed.page("packers", window, 10).entries] == ["1", "2", "10"]

    @settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=60).filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text)))
    def test_keeps_every_character(self, feed: Feed, text: str) -> None:
        before = feed.get(an_entry().order_id, "1")
        saved = feed.save(before, an_entry().but(number=text, gift_message=text, packing_message=text))
        assert feed.get(saved.order_id, "1") == saved
        assert (saved.number, saved.gift_message) == (text, text)


class TestMarkingAsFetched:
    def test_is_new_once(self, feed: Feed) -> None:
        entries = filled(feed, 3)
        marked = feed.mark_fetched(entries, LATER)
        assert marked == [one.but(fetched=1, fetched_at=LATER) for one in entries]
        assert [feed.get(one.order_id, "1") for one in entries] == marked
        assert feed.mark_fetched(marked, after(90)) == []
        assert feed.mark_fetched(entries, LATER) == [], "two requests of the vendor, at the same moment"
        assert feed.get(entries[0].order_id, "1") == marked[0]

    def test_is_new_again_for_the_next_version(self, feed: Feed) -> None:
        (entry,) = filled(feed, 1)
        (fetched,) = feed.mark_fetched([entry], LATER)
        second = changed(feed, fetched, after(61))
        assert (second.is_fetched, second.fetched, second.fetched_at) == (False, 1, LATER)
        (marked,) = feed.mark_fetched([second], after(62))
        assert (marked.is_fetched, marked.fetched, marked.fetched_at) == (True, 2, after(62))

    def test_of_what_changed_meanwhile_leaves_it_waiting(self, feed: Feed) -> None:
        first, other = filled(feed, 2)
        second = changed(feed, first, after(1))
        assert [one.number for one in feed.mark_fetched([first, other], LATER)] == [other.number]
        assert feed.get(first.order_id, "1") == second

    def test_is_no_write_for_who_read_before(self, feed: Feed) -> None:
        """A vendor may come by at any moment: nobody has to decide again because of that."""
        (entry,) = filled(feed, 1)
        feed.mark_fetched([entry], LATER)
        saved = feed.save(entry, entry.but(status=FeedStatus.CANCELLED, modified=LATER))
        assert (saved.version, saved.fetched, saved.fetched_at) == (2, 1, LATER), "the mark is kept"
        assert feed.get(entry.order_id, "1") == saved

    def test_is_not_for_a_writer_to_say(self, feed: Feed) -> None:
        saved = feed.save(None, an_entry(fetched=1, fetched_at=NOW))
        assert (saved.fetched, saved.fetched_at) == (0, None)
        again = feed.save(saved, saved.but(fetched=2, fetched_at=NOW))
        assert (again.fetched, again.fetched_at) == (0, None)

    def test_moves_nothing(self, feed: Feed) -> None:
        entries = filled(feed, 3)
        feed.mark_fetched(entries[1:2], LATER)
        assert numbers(feed, Window(NOW, LATER)) == [one.number for one in entries]

    def test_of_nothing_or_of_what_is_gone_is_nothing(self, feed: Feed) -> None:
        assert feed.mark_fetched([], NOW) == []
        assert feed.mark_fetched([an_entry(version=1)], NOW) == []


class TestAWindow:
    def test_is_from_its_start_up_to_its_end(self, feed: Feed) -> None:
        filled(feed, 5)
        assert numbers(feed, Window(after(1), after(3))) == ["#1", "#2"]

    @pytest.mark.parametrize(("start", "found"), [(-1, 1), (0, 1), (1, 0)])
    def test_that_begins_between_milliseconds_is_exact(self, feed: Feed, start: int, found: int) -> None:
        filled(feed, 1)
        begin = NOW + timedelta(microseconds=start)
        assert len(numbers(feed, Window(begin, LATER))) == found
        assert len(numbers(feed, Window(after(-1), begin))) == 1 - found, "no gap to the one before, and no overlap"

    def test_in_another_zone_is_the_same(self, feed: Feed) -> None:
        filled(feed, 2)
        east = Window(datetime.fromisoformat("2026-11-21T10:00:00+01:00"), after(1))
        assert numbers(feed, east) == ["#0"]

    @pytest.mark.parametrize("end", [NOW, after(-5)])
    def test_that_is_none_is_empty(self, feed: Feed, end: datetime) -> None:
        filled(feed, 2)
        page = feed.page("packers", Window(NOW, end), 10)
        assert (page.entries, page.pages) == ((), 1)

    def test_is_of_one_connection(self, feed: Feed) -> None:
        feed.save(None, an_entry(1))
        feed.save(None, an_entry(2, connection="others"))
        assert numbers(feed, Window(NOW, LATER)) == ["#1"]
        assert numbers(feed, Window(NOW, LATER), connection="others") == ["#2"]
        assert numbers(feed, Window(NOW, LATER), connection="pack") == []

    def test_shows_the_oldest_change_first(self, feed: Feed) -> None:
        for number, minutes in ((1, 3), (2, 1), (3, 2), (4, 1)):
            feed.save(None, an_entry(number, modified=after(minutes)))
        assert numbers(feed, Window(NOW, LATER)) == ["#2", "#4", "#3", "#1"]


class TestPages:
    def test_are_counted(self, feed: Feed) -> None:
        for count, pages in ((0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3)):
            for entry in [an_entry(n, connection=f"c{count}") for n in range(10 * count, 11 * count)]:
                feed.save(None, entry)
            page = feed.page(f"c{count}", Window(NOW, LATER), 2)
            assert (page.pages, len(page.entries)) == (pages, min(count, 2))

    def test_hold_everything_once(self, feed: Feed) -> None:
        """Also what changed in the same millisecond."""
        entries = [feed.save(None, an_entry(n, modified=after(n // 4))) for n in range(11)]
        for size in (1, 2, 3, 10, 11):
            pages = feed.page("packers", Window(NOW, LATER), size).pages
            read = [numbers(feed, Window(NOW, LATER, n), size) for n in range(1, pages + 1)]
            assert [len(page) for page in read[:-1]] == [size] * (pages - 1)
            assert [one for page in read for one in page] == [one.number for one in entries]

    def test_that_are_beyond_the_last_are_empty(self, feed: Feed) -> None:
        filled(feed, 3)
        for size, pages in ((2, 2), (5, 1)):
            for number in (pages + 1, 99):
                page = feed.page("packers", Window(NOW, LATER, number), size)
                assert (page.entries, page.pages) == ((), pages)

    @pytest.mark.parametrize("number", [0, -1, -99])
    def test_before_the_first_are_the_first(self, feed: Feed, number: int) -> None:
        filled(feed, 5)
        assert numbers(feed, Window(NOW, LATER, number), 2) == ["#0", "#1"]

    def test_stay_where_they_are_while_others_change(self, feed: Feed) -> None:
        entries = filled(feed, 9)
        window = Window(NOW, LATER)
        assert numbers(feed, window, 3) == ["#0", "#1", "#2"]
        for entry in (*entries[:3], entries[4]):
            changed(feed, entry, LATER)
        pages = [feed.page("packers", Window(NOW, LATER, n), 3) for n in (2, 3)]
        assert [[one.number for one in page.entries] for page in pages] == [["#3", "#5"], ["#6", "#7", "#8"]]
        assert [page.pages for page in pages] == [3, 3]
        assert numbers(feed, Window(LATER, after(120))) == ["#0", "#1", "#2", "#4"]

    def test_stay_for_who_began_before_when_the_first_is_asked_for_again(self, feed: Feed) -> None:
        """Its answer was lost, or somebody else came."""
        entries = filled(feed, 9)
        numbers(feed, Window(NOW, LATER), 3)
        for entry in entries[:3]:
            changed(feed, entry, LATER)
        again = feed.page("packers", Window(NOW, LATER), 3)
        assert (again.entries, again.pages) == ((), 3)
        assert numbers(feed, Window(NOW, LATER, 2), 3) == ["#3", "#4", "#5"]

    def test_grow_at_the_end_of_a_window_that_is_not_over(self, feed: Feed) -> None:
        filled(feed, 4)
        numbers(feed, Window(NOW, LATER), 2)
        for n in range(4, 7):
            feed.save(None, an_entry(n, modified=after(n)))
        assert feed.page("packers", Window(NOW, LATER), 2).pages == 4
        assert [numbers(feed, Window(NOW, LATER, n), 2) for n in (2, 3, 4)] == [["#2", "#3"], ["#4", "#5"], ["#6"]]

    def test_are_found_though_nobody_asked_for_the_first(self, feed: Feed) -> None:
        filled(feed, 5)
        page = feed.page("packers", Window(NOW, LATER, 2), 2)
        assert ([one.number for one in page.entries], page.pages) == (["#2", "#3"], 3)

    def test_of_another_size_are_others(self, feed: Feed) -> None:
        filled(feed, 6)
        assert feed.page("packers", Window(NOW, LATER), 2).pages == 3
        assert feed.page("packers", Window(NOW, LATER, 2), 4).pages == 2
        assert numbers(feed, Window(NOW, LATER, 2), 2) == ["#2", "#3"]


class TestWaiting:
    def test_is_what_was_not_fetched(self, feed: Feed) -> None:
        assert not feed.waiting("packers", 10)
        entries = filled(feed, 3)
        assert feed.waiting("packers", 10)
        feed.mark_fetched(entries[:2], LATER)
        assert feed.waiting("packers", 10)
        (fetched,) = feed.mark_fetched(entries[2:], LATER)
        assert not feed.waiting("packers", 10)
        changed(feed, fetched, LATER)
        assert feed.waiting("packers", 10)
        assert not feed.waiting("others", 10)

    def test_is_looked_for_among_the_newest_only(self, feed: Feed) -> None:
        entries = filled(feed, 3)
        feed.mark_fetched(entries[1:], LATER)
        assert not feed.waiting("packers", 2)
        assert feed.waiting("packers", 3)


class TestNotices:
    def test_come_back_in_the_order_they_came(self, feed: Feed) -> None:
        entry = feed.save(None, an_entry())
        notices = [a_notice(f"n{n}", received_at=after(minutes)) for n, minutes in ((1, 3), (2, 1), (3, 2))]
        assert all(feed.add_notice(entry, one) for one in notices)
        assert feed.notices(entry.order_id, "1") == [notices[1], notices[2], notices[0]]

    def test_come_back_whole(self, feed: Feed) -> None:
        entry = feed.save(None, an_entry())
        notice = a_notice(
            carrier="UPS",
            service="Ground",
            cost=Decimal("4.10"),
            note="Left with a neighbour ❤",
            shipped_at=after(-1),
            items=(NoticeItem(line_id="1", quantity=2), NoticeItem(sku="CANVAS-1", quantity=1)),
        )
        feed.add_notice(entry, notice)
        assert feed.notices(entry.order_id, "1") == [notice]

    def test_that_come_twice_are_kept_once_as_they_came_first(self, feed: Feed) -> None:
        entry = feed.save(None, an_entry())
        assert feed.add_notice(entry, a_notice()) is True
        assert feed.add_notice(entry, a_notice(received_at=after(5), tracking="T2")) is False
        assert feed.notices(entry.order_id, "1") == [a_notice()]

    def test_are_their_own_jobs(self, feed: Feed) -> None:
        entries = [feed.save(None, an_entry(job_id=job_id)) for job_id in ("1", "10", "2")]
        for entry in entries:
            assert feed.add_notice(entry, a_notice(tracking=entry.job_id))
        for entry in entries:
            assert [one.tracking for one in feed.notices(entry.order_id, entry.job_id)] == [entry.job_id]
        assert feed.notices(entries[0].order_id, "3") == []

    @pytest.mark.parametrize("notice_id", ["a#b", "x" * 4000, "❤", " ", "n1#"])
    def test_may_have_any_id(self, feed: Feed, notice_id: str) -> None:
        entry = feed.save(None, an_entry())
        feed.add_notice(entry, a_notice())
        assert feed.add_notice(entry, a_notice(notice_id))
        assert not feed.add_notice(entry, a_notice(notice_id))
        assert {one.notice_id for one in feed.notices(entry.order_id, "1")} == {"n1", notice_id}

    def test_change_nothing_of_the_entry(self, feed: Feed) -> None:
        entry = feed.save(None, an_entry())
        feed.add_notice(entry, a_notice())
        assert feed.get(entry.order_id, "1") == entry
        assert feed.page("packers", Window(NOW, LATER), 10).entries == (entry,)
