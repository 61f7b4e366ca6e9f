"""What changed: pages of a list that moves while it is read, and which of its rows are ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.verdicts import Busy, Denied, Later, Unclear, Unreachable
from platen.ports import OrderStub, Reply
from tests.connectors.inksoft.house import NO_ORDER, PAGE, Call, House, World, raw, refused, said, scripted, world
from tests.fakes.clock import START

AGO = START - timedelta(hours=1)


def listed(house: House, since: Any = AGO, most: int = 600) -> list[OrderStub]:
    """Every page, as a poll turns them."""
    store = house.store
    page = store.changed_since(since)
    stubs = [*page.items]
    for _ in range(most):
        if not page.next:
            return stubs
        page = store.changed_since(since, page.next)
        stubs += page.items
    raise AssertionError("the pages do not end")


def ids(house: House) -> set[str]:
    return {stub.store_order_id for stub in listed(house)}


def placed(at: World, count: int) -> list[str]:
    return [str(at.twin.place_order().id) for _ in range(count)]


class TestAList:
    def test_is_read_to_its_end(self) -> None:
        at = world(most_results=10)
        orders = placed(at, 34)
        assert ids(at.house) == set(orders)

    def test_of_nothing_is_one_call(self) -> None:
        at = world()
        assert listed(at.house) == []
        assert at.calls("GetOrderSummaries") == 1

    def test_leaves_out_what_did_not_change(self) -> None:
        at = world()
        [old] = placed(at, 1)
        at.house.clock.passes(hours=3)
        [new] = placed(at, 1)
        since = at.house.clock.now() - timedelta(hours=1)
        assert {stub.store_order_id for stub in listed(at.house, since)} == {new}
        at.twin.cancel(int(old))
        assert {stub.store_order_id for stub in listed(at.house, since)} == {old, new}

    def test_looks_back_further_where_that_is_wanted(self) -> None:
        at = world({"look_back_hours": 5})
        [old] = placed(at, 1)
        at.house.clock.passes(hours=3)
        assert {one.store_order_id for one in listed(at.house, at.house.clock.now())} == {old}

    def test_has_no_end_and_is_by_number(self) -> None:
        house, http = scripted()
        http.on("GetOrderSummaries", said([], total=0))
        listed(house)
        [call] = http.calls
        assert json.loads(call.params["DateModifiedRange"]) == {
            "UtcOffsetHours": 0,
            "Begin": "2026-11-21T08:00:00.000Z",
        }
        assert (call.params["OrderBy"], call.params["OrderByDirection"]) == ("ID", "Ascending")
        assert "StoreIds" not in call.params

    def test_bears_the_moment_it_was_asked_for(self) -> None:
        at = world()
        placed(at, 1)
        before = at.house.clock.now()
        [stub] = listed(at.house)
        assert stub.updated_at == before
        assert at.house.order(stub.store_order_id).updated_at >= stub.updated_at


class TestBetweenPages:
    def test_orders_that_come_in_push_none_out(self) -> None:
        at = world(most_results=10)
        at.house.clock.passes(hours=2)
        since = at.house.clock.now()
        old = [str(at.twin.place_order(created=AGO - timedelta(hours=4)).id) for _ in range(8)]
        orders = placed(at, 25)
        for one in old:
            at.twin.between_pages(lambda one=one: at.twin.touch(int(one)))
        found = {stub.store_order_id for stub in listed(at.house, since)}
        assert set(orders) <= found

    @pytest.mark.parametrize("gone", [1, 4, 5, 6, 10, 12])
    def test_orders_that_go_pull_none_past(self, gone: int) -> None:
        at = world(most_results=10)
        orders = placed(at, 40)

        def remove() -> None:
            for one in orders[:gone]:
                at.twin.remove(int(one))

        at.twin.between_pages(remove)
        assert set(orders[gone:]) <= ids(at.house)

    @given(
        count=st.integers(0, 60),
        moves=st.lists(
            st.tuples(st.sampled_from(["insert", "remove"]), st.integers(0, 59), st.integers(1, 9)), max_size=8
        ),
        size=st.integers(6, 20),
    )
    def test_whatever_moves_what_was_there_all_along_is_found(
        self, count: int, moves: list[tuple[str, int, int]], size: int
    ) -> None:
        rows = [number * 10 for number in range(1, count + 1)]
        stayed = set(rows)
        left = list(moves)

        def page(call: Call) -> Reply:
            index = int(call.params["Index"])
            shown = rows[index : index + size]
            answer = said([{"ID": one} for one in shown], total=len(rows))
            if left:
                kind, where, often = left.pop(0)
                for step in range(often):
                    if kind == "insert":
                        rows.append(where * 10 + step + 1)
                    elif len(rows) > where:
                        stayed.discard(rows.pop(where))
                rows[:] = sorted(set(rows))
            return answer

        house, http = scripted()
        http.on("GetOrderSummaries", page)
        found = ids(house)
        assert {str(one) for one in stayed & set(rows)} <= found

    @pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 40])
    def test_a_list_without_a_count_is_read_to_its_end(self, count: int) -> None:
        rows = [{"ID": number} for number in range(10, 10 + count)]
        house, http = scripted()

        def page(call: Call) -> Reply:
            index = int(call.params["Index"])
            shown = said(rows[index : index + 6])
            if index == 0 and count > 1:
                rows[:0] = [{"ID": number} for number in range(1, 9)]
            return shown

        http.on("GetOrderSummaries", page)
        assert {str(number) for number in range(10, 10 + count)} <= ids(house)

    def test_a_list_that_stands_still_is_noticed(self) -> None:
        house, http = scripted()
        http.on("GetOrderSummaries", said([{"ID": number} for number in range(1, 101)], total=1000))
        with pytest.raises(Later, match="does not go on"):
            listed(house)

    def test_a_list_in_no_order_without_a_count_is_noticed(self) -> None:
        house, http = scripted()
        http.on("GetOrderSummaries", said([{"ID": 5}, {"ID": 3}, {"ID": 9}]))
        with pytest.raises(Later, match="no order and without a count"):
            listed(house)

    def test_a_list_in_no_order_is_read_by_its_count(self) -> None:
        rows = [{"ID": one} for one in (5, 3, 9, 1, 7, 2, 8, 4, 6, 11, 10)]
        house, http = scripted()
        http.on(
            "GetOrderSummaries",
            lambda call: said(rows[int(call.params["Index"]) :][:7], total=len(rows)),
        )
        assert ids(house) == {str(one) for one in range(1, 12)}

    def test_a_list_without_an_end_is_noticed(self) -> None:
        def page(call: Call) -> Reply:
            index = int(call.params["Index"])
            return said([{"ID": index + step} for step in range(1, 101)], total=10**9)

        house, http = scripted()
        http.on("GetOrderSummaries", page)
        with pytest.raises(Later, match="does not end"):
            listed(house)

    @pytest.mark.parametrize("page", ["x", "1.2", "-1.0.0", "9" * 40, "1.2.3.4"])
    def test_a_place_nobody_gave_is_the_beginning(self, page: str) -> None:
        at = world()
        orders = placed(at, 2)
        assert {one.store_order_id for one in at.house.store.changed_since(AGO, page).items} == set(orders)


class TestSharing:
    def three(self, **configured: Any) -> tuple[World, dict[str, str]]:
        at = world(configured)
        orders = {
            "spirit": str(at.twin.place_order(store_id=41001).id),
            "club": str(at.twin.place_order(store_id=41002).id),
            "embedded": str(at.twin.place_order(origin="embedded").id),
            "proposal": str(at.twin.place_order(origin="proposal").id),
            "invoice": str(at.twin.place_order(origin="invoice").id),
        }
        return at, orders

    @pytest.mark.parametrize(
        ("configured", "wanted"),
        [
            ({}, "spirit club embedded proposal invoice"),
            ({"stores": ["41002"]}, "club"),
            ({"stores": "41002, 41003"}, "club embedded"),
            ({"stores": ["club STORE"]}, "club"),
            ({"stores": ["Club Store", "41003"]}, "club embedded"),
            ({"stores": ["Nowhere"]}, ""),
            ({"origins": ["proposal"]}, "proposal invoice"),
            ({"origins": ["store"], "embedded_stores": ["41003"]}, "spirit club"),
            ({"origins": ["embedded"], "embedded_stores": ["Designer Embed"]}, "embedded"),
            ({"origins": ["store", "embedded"]}, "spirit club embedded"),
            ({"origins": ["proposal"], "stores": ["41002"]}, ""),
        ],
    )
    def test_takes_what_was_chosen(self, configured: dict[str, Any], wanted: str) -> None:
        at, orders = self.three(**configured)
        assert ids(at.house) == {orders[name] for name in wanted.split()}

    def test_is_checked_on_our_side_too(self) -> None:
        house, http = scripted(stores=["41002"])
        http.on("GetOrderSummaries", said([{"ID": 1, "StoreId": 41001}, {"ID": 2, "StoreId": 41002}], total=2))
        assert ids(house) == {"2"}
        assert json.loads(http.calls[0].params["StoreIds"]) == [41002]

    def test_of_a_row_without_a_store_is_told_by_the_order(self) -> None:
        house, http = scripted(stores=["41002"])
        http.on("GetOrderSummaries", said([{"ID": 1}, {"ID": 2}, {"ID": 3}], total=3))

        def order(call: Call) -> Reply:
            number = int(call.params["OrderId"])
            return NO_ORDER if number == 3 else said({"ID": number, "StoreId": 41000 + number})

        http.on("GetOrder", order)
        assert ids(house) == {"2"}


class TestRefusals:
    @pytest.mark.parametrize("status", [400, 401, 403])
    def test_to_list_are_said_as_such(self, status: int) -> None:
        at = world(listing_refused_with=status)
        at.twin.site().may_list = False
        with pytest.raises(Denied, match="may not list orders"):
            listed(at.house)

    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            (PAGE, Denied),
            (raw(404, "<html></html>"), Denied),
            (raw(429, "", retry_after="7"), Busy),
            (raw(500, "oops"), Later),
            (refused(500, "An error has occurred", "InternalServerError"), Later),
            (said(False), Later),
            (said({"ID": 1}), Later),
            (said([{"Name": "no id"}], total=1), Later),
            (said([7], total=1), Later),
            (Unclear("cut"), Later),
            (Unreachable("down"), Unreachable),
        ],
    )
    def test_end_in_a_verdict(self, answer: Any, verdict: type[Exception]) -> None:
        house, http = scripted()
        http.on("GetOrderSummaries", answer)
        with pytest.raises(verdict):
            listed(house)


def test_a_cancel_and_an_approval_are_seen() -> None:
    at = world()
    waits = at.twin.place_order(needs_approval=True)
    bought = at.twin.place_order()
    at.house.clock.passes(hours=2)
    since = at.house.clock.now()
    happens: list[Callable[[], None]] = [lambda: at.twin.approve(waits.id), lambda: at.twin.cancel(bought.id)]
    for happen in happens:
        happen()
    assert {one.store_order_id for one in listed(at.house, since)} == {str(waits.id), str(bought.id)}
    assert at.house.order(waits.id).pending == ""
    assert at.house.order(bought.id).cancelled_at
