"""What is on order: one line of a store, however it was cut."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from platen.domain.stock_lines import Lines, Said, taken_for_orders, taken_of, taken_since
from platen.domain.warehouse import AtWarehouse, TakenUnits, WarehouseLine, WarehouseOrder

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
EARLIER = datetime(2026, 11, 21, 8, tzinfo=UTC)
PLACES = {"shop": "main"}


def order(number: str, wanted: int, *, taken: int = 0, site: str = "MAIN", done: bool = False) -> WarehouseOrder:
    took = (TakenUnits(at=EARLIER, quantity=taken),) if taken else ()
    line = WarehouseLine(number=1, line_id="L", item="A", wanted=wanted, taken=took)
    state = AtWarehouse.CLOSED if done else AtWarehouse.ACCEPTED
    return WarehouseOrder(
        connection="depot", number=number, order_id="o", job_id=number, store="shop", store_order_id="S",
        site=site, body="b", lines=(line,), state=state, told_at=EARLIER, changed_at=EARLIER,
    )  # fmt: skip


def within(said: Said, *orders: WarehouseOrder, site: str = "MAIN") -> tuple[int, int]:
    """(Q, what of it is open here) of all lines at a site."""
    lines = list(Lines(orders).on_order(site, "A", {("shop", "S", "L"): said}, NOW, PLACES))
    return sum(one.within for one in lines), sum(one.open_here for one in lines)


def test_one_line_is_what_its_store_says() -> None:
    assert within(Said(open=5, fulfilled=0, open_at={"main": 5}), order("1", 5)) == (5, 5)


def test_a_line_that_its_store_does_not_know_any_more_holds_nothing() -> None:
    lines = list(Lines([order("1", 5)]).on_order("MAIN", "A", {}, NOW, PLACES))
    assert [one.within for one in lines] == [0]


def test_a_part_that_was_sent_later_counts_no_piece_twice() -> None:
    assert within(Said(8, 0, {"main": 8}), order("1", 5), order("2", 3)) == (8, 8)


def test_a_line_that_was_rejected_and_sent_again_counts_once() -> None:
    rejected = order("1", 5, done=True)
    assert within(Said(5, 0, {"main": 5}), rejected, order("2", 5)) == (5, 5)


def test_two_sites_share_a_line() -> None:
    here, there = order("1", 3), order("2", 2, site="EAST")
    said = Said(5, 0, {"main": 5})
    assert within(said, here, there) == (3, 5)
    assert within(said, here, there, site="EAST")[0] == 2


def test_what_was_fulfilled_falls_first_to_who_took_it() -> None:
    taken, waiting = order("1", 3, taken=3, done=True), order("2", 2)
    assert within(Said(2, 3, {"main": 2}), waiting, taken) == (2, 2)


@given(
    wanted=st.lists(st.integers(0, 5), min_size=2, max_size=4), fulfilled=st.integers(0, 9), extra=st.integers(0, 3)
)
def test_shares_add_up(wanted: list[int], fulfilled: int, extra: int) -> None:
    fulfilled = min(fulfilled, sum(wanted))
    still = sum(wanted) - fulfilled + extra
    orders = [order(str(number), count) for number, count in enumerate(wanted)]
    lines = list(
        Lines(orders).on_order(
            "MAIN", "A", {("shop", "S", "L"): Said(still, fulfilled, {"main": still})}, NOW, PLACES
        )
    )
    assert sum(one.open for one in lines) == still
    assert sum(one.fulfilled for one in lines) == fulfilled
    assert sum(one.open_here for one in lines) == still
    assert sum(one.within for one in lines) == still + fulfilled


def test_what_was_cancelled_after_it_was_picked_was_not_taken_for_an_order() -> None:
    lines = Lines([order("1", 5, taken=4)]).at("MAIN", "A")
    assert taken_of(lines, NOW) == {"1/1": 4}
    assert taken_for_orders(lines, NOW, {("shop", "S", "L"): 1}) == {"1/1": 1}
    assert taken_since({"1/1": 4}, {"1/1": 1}) == -3
    assert taken_since({"gone": 7}, {}) == 0
