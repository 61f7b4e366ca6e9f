"""Reading Order Desk: lists that move, a rate that must be kept, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.verdicts import Unclear, Unreachable
from platen.ports import Reply
from platen_cli import stops
from platen_cli.orderdesk.client import BETWEEN_CALLS, BrokenOff, Client, Credentials
from platen_cli.orderdesk.reading import Moving, read_all
from platen_cli.stops import Stop, WrongUsage
from tests.cli.moving import KEY, Move
from tests.fakes import FakeClock

type Answer = Reply | Exception
ASCENDING = {"order_by": "date_added", "order": "asc"}


def reply(status: int = 200, said: object = None, **headers: str) -> Reply:
    body = said if isinstance(said, bytes) else json.dumps({} if said is None else said).encode()
    return Reply(status=status, headers={name.replace("_", "-"): one for name, one in headers.items()}, body=body)


class Scripted:
    """A door behind which somebody answers as the test says: one answer after the other, the last one for ever."""

    def __init__(self, *answers: Answer | Callable[[str], Answer]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    def send(self, method: str, url: str, *, headers: Any = None, **_rest: Any) -> Reply:
        assert method == "GET", "a reader changes nothing"
        self.asked.append(url)
        self.headers.append(dict(headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = answer(url) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(*answers: Answer | Callable[[str], Answer]) -> tuple[Client, Scripted, FakeClock]:
    door, clock = Scripted(*answers), FakeClock()
    return Client(door, clock, Credentials("113247", KEY)), door, clock


class TestTheRate:
    def test_a_hundred_calls_take_a_minute(self) -> None:
        one, _, clock = client(reply())
        start = clock.now()
        for _ in range(101):
            one.get("/test")
        assert (clock.now() - start).total_seconds() >= 60

    def test_the_bucket_is_never_emptied(self) -> None:
        """The twin has the documented bucket; a reader alone at it never hears 429."""
        move = Move()
        one = move.client()
        for _ in range(60):
            one.get("/test")
        assert move.twin.calls["GET /test"] == 60

    def test_few_tokens_left_slow_it_down(self) -> None:
        one, _, clock = client(reply(x_tokens_remaining="1"))
        start = clock.now()
        one.get("/test")
        one.get("/test")
        assert clock.now() - start > 2 * BETWEEN_CALLS

    def test_a_storm_of_429_is_waited_out_by_what_it_says(self) -> None:
        one, door, clock = client(*[reply(429, x_retry_after="7")] * 9, reply(said={"message": "there"}))
        assert one.get("/test") == {"message": "there"}
        assert clock.slept.count(7.0) == 9
        assert len(door.asked) == 10

    @pytest.mark.parametrize("said", ["", "soon", "-5", "0", "1e9", "999999", "inf", "nan", "٣"])
    def test_whatever_retry_after_says_the_wait_has_an_end(self, said: str) -> None:
        one, _, clock = client(reply(429, x_retry_after=said, x_tokens_remaining=said), reply())
        one.get("/test")
        assert all(0 < each <= 120 for each in clock.slept)

    def test_429_for_ever_ends_in_words(self) -> None:
        one, _, _ = client(reply(429))
        with pytest.raises(stops.Unreachable, match="slow down"):
            one.get("/test")


class TestTrouble:
    @pytest.mark.parametrize("trouble", [Unreachable("no"), Unclear("cut"), reply(500), reply(503)])
    def test_that_passes_is_waited_out(self, trouble: Answer) -> None:
        one, _, _ = client(trouble, trouble, trouble, reply(said={"message": "there"}))
        assert one.get("/test") == {"message": "there"}

    @pytest.mark.parametrize(
        ("trouble", "kind"),
        [
            (Unreachable("no"), stops.Unreachable),
            (Unclear("cut"), BrokenOff),
            (reply(500), stops.Unreachable),
            (reply(401), Stop),
            (reply(403), Stop),
            (reply(404), Stop),
            (reply(302), Stop),
            (reply(200, b"<html>"), Stop),
            (reply(200, b"[" * 100_000), Stop),
            (reply(200, []), Stop),
            (reply(200, b""), Stop),
            (reply(200, {"status": "error", "message": "No such store"}), Stop),
            (reply(200, {"status": 7}), Stop),
        ],
    )
    def test_that_stays_ends_in_words_without_the_key(self, trouble: Answer, kind: type[Stop]) -> None:
        one, door, _ = client(trouble)
        with pytest.raises(kind) as stopped:
            one.get("/test")
        assert KEY not in stopped.value.words + stopped.value.advice
        assert len(door.asked) <= 10

    def test_the_key_goes_in_a_header_and_nowhere_else(self) -> None:
        one, door, _ = client(reply())
        one.get("/orders", {"limit": "1"})
        assert door.headers[0]["ORDERDESK-API-KEY"] == KEY
        assert door.headers[0]["ORDERDESK-STORE-ID"] == "113247"
        assert KEY not in door.asked[0]

    @pytest.mark.parametrize("value", ["", "a b", "a\r\nX: y", "ü", "x" * 201, "\x00"])
    def test_what_cannot_stand_in_a_header_is_never_sent(self, value: str) -> None:
        for wrong in ({"store_id": value, "api_key": KEY}, {"store_id": "1", "api_key": value}):
            with pytest.raises(WrongUsage) as stopped:
                Credentials(**wrong)
            assert not value.strip() or value not in str(stopped.value).replace("has a space", "")


class TestLists:
    def move(self, orders: int, **twin: Any) -> Move:
        move = Move(bucket=0, **twin)
        for number in range(orders):
            move.clock.passes(seconds=30)
            move.twin.add_order(source_id=f"A-{number}", items=[])
        return move

    def read(self, move: Move) -> list[str]:
        return list(read_all(move.client(), "/orders", "orders", ASCENDING))

    @pytest.mark.parametrize("count", [0, 1, 2, 9, 10, 11, 19, 20, 28, 30])
    @pytest.mark.parametrize("page", [1, 2, 10])
    def test_are_read_whole_and_in_their_order_whatever_the_page(self, count: int, page: int) -> None:
        move = self.move(count, max_limit=page)
        assert self.read(move) == list(move.twin.orders)

    def test_all_of_one_moment(self) -> None:
        move = Move(bucket=0, max_limit=10)
        for _ in range(35):
            move.twin.add_order(items=[])
        assert len(self.read(move)) == 35

    def test_five_hundred_at_a_time(self) -> None:
        move = self.move(1100)
        assert len(self.read(move)) == 1100
        assert move.twin.calls["GET /orders"] == 3

    def test_the_twins_inventory_too(self) -> None:
        move = Move(bucket=0, max_limit=10)
        for number in range(33):
            move.twin.add_item(code=f"C-{number}")
        assert list(read_all(move.client(), "/inventory-items", "inventory_items")) == list(
            move.twin.inventory_items
        )

    @given(
        st.dictionaries(
            st.integers(1, 6), st.lists(st.sampled_from(["first", "middle", "last", "new"]), max_size=4), max_size=3
        ),
        st.integers(2, 12),
    )
    def test_what_was_there_all_the_time_is_never_missed(self, happens: dict[int, list[str]], page: int) -> None:
        """Records come and go between the pages; those that were there before and after are all read, once."""
        move = self.move(30, max_limit=page)
        there = set(move.twin.orders)
        pages = 0

        def meanwhile(_path: str, _offset: int) -> None:
            nonlocal pages
            pages += 1
            for what in happens.get(pages, ()):
                ids = sorted(move.twin.orders, key=int)
                if what == "new":
                    move.twin.add_order(items=[])
                else:
                    move.twin.remove(ids[{"first": 0, "middle": len(ids) // 2, "last": -1}[what]])

        move.twin.before_page = meanwhile
        found = self.read(move)
        assert there & set(move.twin.orders) <= set(found)
        assert len(found) == len(set(found))

    def test_one_that_comes_in_among_the_old_ones_is_found(self) -> None:
        """Somebody brings in an order of last year while we read."""
        move = self.move(30, max_limit=10)
        early = move.clock.now().replace(year=2020)
        pages = iter(range(1, 99))

        def meanwhile(_path: str, _offset: int) -> None:
            if next(pages) == 2:
                move.twin.add_order(source_id="early", items=[], date_added=early)

        move.twin.before_page = meanwhile
        assert len(self.read(move)) == 31

    def test_a_list_that_never_stands_still_ends_in_words(self) -> None:
        move = self.move(30, max_limit=10)
        move.twin.before_page = lambda _path, offset: move.twin.remove(next(iter(move.twin.orders)))
        with pytest.raises(Moving, match="changed each time"):
            self.read(move)

    def test_pages_that_are_too_large_are_asked_for_in_halves(self) -> None:
        """Labels are pictures: five hundred orders with theirs may be more than an answer can carry."""
        move = self.move(300)
        honest = move.http.send

        class Narrow:
            def send(self, method: str, url: str, **rest: Any) -> Reply:
                if "limit=500" in url or "limit=250" in url:
                    raise Unclear("more than 20 MB")
                return honest(method, url, **rest)

        one = Client(Narrow(), move.clock, Credentials("113247", KEY))
        assert len(read_all(one, "/orders", "orders", ASCENDING)) == 300

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"orders": None, "total_records": 0},
            {"orders": [], "total_records": "0"},
            {"orders": {}, "total_records": None},
            {"orders": "x", "total_records": "x"},
            {"orders": [None, 1, "x", [], {}], "total_records": 1},
            {"orders": [], "total_records": 1e400},
        ],
    )
    def test_nothing_may_be_told_in_many_ways(self, said: dict[str, Any]) -> None:
        one, _, _ = client(reply(said=said))
        assert read_all(one, "/orders", "orders") == {}

    @pytest.mark.parametrize("total", [10**9, "1000000000"])
    def test_a_server_that_never_ends_does_not_keep_us(self, total: object) -> None:
        one, door, _ = client(reply(said={"orders": [{"id": "1"}, {"id": 2}], "total_records": total}))
        with pytest.raises(Stop):
            read_all(one, "/orders", "orders")
        assert len(door.asked) < 20

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["id", "orders", "total_records", "limit", "status", "x"]), inner, max_size=5
                )
            ),
        )
    )
    def test_whatever_is_said_it_ends_in_records_or_in_words(self, said: Any) -> None:
        one, _, _ = client(reply(said=said))
        try:
            found = read_all(one, "/orders", "orders")
        except Stop:
            return
        assert all(isinstance(row, dict) for row in found.values())
