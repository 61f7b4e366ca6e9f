"""What a row of a warehouse does to an order there, whatever the order in which rows come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platen.domain.warehouse import (
    AtWarehouse,
    CancelStanding,
    OrderAnswer,
    PickRow,
    RowStatus,
    ShipmentRow,
    WarehouseLine,
    WarehouseOrder,
    WarehouseParcel,
)
from platen.domain.warehouse_goods import MOST_PARCELS, shipped_of
from platen.domain.warehouse_rows import OrderRow, Outcome, apply
from platen.domain.warehouse_taken import MOST_HISTORY, noted
from tests.fakes.clock import START

NUMBER = "1001-k7x2m3qpl4tzabcd-1"
NEW = WarehouseOrder(
    connection="wh",
    number=NUMBER,
    order_id="k7x2m3qpl4tzabcd",
    job_id="1",
    store="shop",
    store_order_id="1",
    site="MAIN",
    body="b",
    lines=(
        WarehouseLine(number=1, line_id="11", item="MUG", wanted=5),
        WarehouseLine(number=2, line_id="12", item="CAP", wanted=2),
    ),
    told_at=START - timedelta(days=1),
    changed_at=START - timedelta(days=1),
    settled=True,
)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def pick(picked: int, line: int = 1, *, minute: float | None = None, closed: bool = False, **more: Any) -> PickRow:
    return PickRow(
        order_number=NUMBER,
        line_number=line,
        picked=picked,
        closed=closed,
        picked_at=None if minute is None else at(minute),
        **more,
    )


def ship(quantity: int, number: str = "S1", line: int = 1, **more: Any) -> ShipmentRow:
    return ShipmentRow(order_number=NUMBER, shipment_number=number, line_number=line, quantity=quantity, **more)


def answer(accepted: bool, **more: Any) -> OrderAnswer:
    return OrderAnswer(order_number=NUMBER, accepted=accepted, **more)


def told(*rows: OrderRow, order: WarehouseOrder = NEW, by_pick: bool = True) -> Outcome:
    """Each row a minute after the one before; the outcome of the last."""
    outcome = Outcome(order=order, status=RowStatus.DUPLICATE)
    for minute, row in enumerate(rows):
        outcome = apply(outcome.order, row, now=at(60 + minute), told_at=at(minute), by_pick=by_pick)
    return outcome


def of_line(outcome: Outcome, number: int = 1) -> WarehouseLine:
    line = outcome.order.line(number)
    assert line
    return line


def history(outcome: Outcome, number: int = 1) -> list[tuple[float, int]]:
    return [((one.at - START) / timedelta(minutes=1), one.quantity) for one in of_line(outcome, number).taken]


class TestPicks:
    def test_are_of_an_accepted_order_and_change_it(self) -> None:
        outcome = told(pick(2))
        assert outcome.status is RowStatus.APPLIED
        assert outcome.order.state is AtWarehouse.ACCEPTED
        assert of_line(outcome).picked == 2
        assert outcome.order.changed_at == at(60)
        assert not outcome.order.settled

    def test_tell_so_far_in_all_and_not_each_time(self) -> None:
        assert of_line(told(pick(2), pick(3))).picked == 3

    def test_told_again_change_nothing(self) -> None:
        first = told(pick(2))
        again = told(pick(2), pick(2))
        assert again.status is RowStatus.DUPLICATE
        assert again.order == first.order

    def test_of_less_hold_when_they_are_newer(self) -> None:
        outcome = told(pick(3), pick(1))
        assert of_line(outcome).picked == 1
        assert history(outcome) == [(0, 3), (1, 1)]

    def test_of_less_that_are_older_only_complete_the_history(self) -> None:
        outcome = told(pick(3, minute=10), pick(1, minute=5))
        assert of_line(outcome).picked == 3
        assert history(outcome) == [(5, 1), (10, 3)]
        assert outcome.status is RowStatus.APPLIED

    def test_of_less_that_are_older_change_nothing_where_the_count_goes_down_later(self) -> None:
        outcome = told(pick(3, minute=10), pick(1, minute=5), by_pick=False)
        assert (outcome.status, outcome.code) == (RowStatus.DUPLICATE, "older_than_known")

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([pick(6)], "more_than_ordered"),
            ([pick(1, 3)], "unknown_line"),
            ([pick(1, item="CAP")], "wrong_item"),
            ([pick(3, minute=10), pick(1, minute=10)], "lower_than_known"),
            ([pick(1, minute=10), pick(3, minute=5)], "older_than_known"),
            ([pick(3, closed=True), pick(1, closed=True)], "closed_with_more"),
            ([pick(3), ship(2), pick(1)], "already_shipped"),
            ([pick(1, minute=120)], "in_future"),
            ([pick(1, closed=True, closed_at=at(120))], "in_future"),
            ([answer(False), pick(1)], "order_rejected"),
        ],
    )
    def test_are_refused(self, rows: list[OrderRow], code: str) -> None:
        before = told(*rows[:-1])
        outcome = told(*rows)
        assert (outcome.status, outcome.code) == (RowStatus.REJECTED, code)
        assert outcome.order == before.order
        assert outcome.message.endswith(".")

    def test_of_the_wrong_item_name_the_right_one(self) -> None:
        assert "Line 1 of this order is MUG, not CAP." in told(pick(1, item="CAP")).message

    def test_of_an_item_with_a_blank_behind_it_are_taken(self) -> None:
        assert of_line(told(pick(1, item="MUG "))).picked == 1

    def test_after_a_cancel_are_refused_but_none_picked_is_no_news(self) -> None:
        cancelled = NEW.but(cancel=CancelStanding.DONE)
        assert told(pick(1), order=cancelled).code == "order_cancelled"
        assert told(pick(0, closed=True), order=cancelled).status is RowStatus.DUPLICATE


class TestAClosedOrder:
    def test_is_closed_since_the_warehouse_says_so(self) -> None:
        outcome = told(pick(2, closed=True, closed_at=at(-5)))
        assert outcome.order.state is AtWarehouse.CLOSED
        assert outcome.order.closed_at == at(-5)

    def test_without_a_time_is_closed_since_it_was_told(self) -> None:
        assert told(pick(1), pick(1, closed=True)).order.closed_at == at(1)

    def test_told_again_changes_nothing(self) -> None:
        assert told(pick(2, closed=True), pick(2, closed=True)).status is RowStatus.DUPLICATE

    def test_takes_the_rows_of_its_other_lines(self) -> None:
        outcome = told(pick(5, closed=True), pick(2, 2, closed=True))
        assert [line.picked for line in outcome.order.lines] == [5, 2]

    def test_goes_on_when_it_is_opened_again(self) -> None:
        outcome = told(pick(2, closed=True), pick(2), pick(4))
        assert outcome.order.state is AtWarehouse.ACCEPTED
        assert outcome.order.closed_at is None
        assert of_line(outcome).picked == 4

    def test_that_was_opened_again_may_go_down(self) -> None:
        assert of_line(told(pick(3, closed=True), pick(1))).picked == 1

    def test_stays_closed_by_a_row_from_before_it_was(self) -> None:
        closed = told(pick(2), pick(3, closed=True)).order
        late = apply(closed, pick(3), now=at(70), told_at=at(0.5), by_pick=True)
        assert late.order.state is AtWarehouse.CLOSED
        late = apply(closed, pick(0, 2), now=at(70), told_at=at(0.5), by_pick=True)
        assert late.status is RowStatus.DUPLICATE


class TestShipments:
    def test_are_kept_with_what_is_in_them(self) -> None:
        row = ship(2, carrier="UPS", method="Ground", tracking="1Z", url="https://u", shipped_at=at(-1))
        (parcel,) = told(pick(3), row).order.parcels
        assert (parcel.number, parcel.carrier, parcel.method, parcel.tracking) == ("S1", "UPS", "Ground", "1Z")
        assert (parcel.url, parcel.shipped_at, parcel.lines) == ("https://u", at(-1), {1: 2})

    def test_of_several_lines_are_one_parcel(self) -> None:
        (parcel,) = told(ship(2), ship(1, line=2)).order.parcels
        assert parcel.lines == {1: 2, 2: 1}

    def test_told_again_change_nothing(self) -> None:
        assert told(ship(2), ship(2)).status is RowStatus.DUPLICATE

    def test_may_come_before_their_picks(self) -> None:
        outcome = told(ship(3), pick(3))
        assert shipped_of(outcome.order, 1) == of_line(outcome).picked == 3

    def test_may_get_their_tracking_later(self) -> None:
        outcome = told(ship(2), ship(2, tracking="1Z", carrier="UPS"), ship(2))
        (parcel,) = outcome.order.parcels
        assert (parcel.tracking, parcel.carrier) == ("1Z", "UPS")
        assert outcome.status is RowStatus.DUPLICATE

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([ship(2), ship(3)], "shipment_changed"),
            ([ship(2, tracking="A"), ship(2, tracking="B")], "shipment_changed"),
            ([ship(2, carrier="UPS"), ship(1, line=2, carrier="DHL")], "shipment_changed"),
            ([ship(4), ship(2, "S2")], "more_than_ordered"),
            ([pick(3, closed=True), ship(4)], "more_than_picked"),
            ([ship(1, line=7)], "unknown_line"),
            ([ship(1, item="CAP")], "wrong_item"),
            ([ship(1, shipped_at=at(120))], "in_future"),
            ([ship(1, tracking="9" * 201)], "too_long"),
            ([answer(False), ship(1)], "order_rejected"),
        ],
    )
    def test_are_refused(self, rows: list[OrderRow], code: str) -> None:
        before = told(*rows[:-1])
        outcome = told(*rows)
        assert (outcome.status, outcome.code) == (RowStatus.REJECTED, code)
        assert outcome.order == before.order

    def test_are_not_without_number(self) -> None:
        parcels = tuple(WarehouseParcel(number=f"P{number}", lines={2: 1}) for number in range(MOST_PARCELS))
        assert told(ship(1), order=NEW.but(parcels=parcels)).code == "too_many_shipments"

    def test_without_a_time_left_when_they_were_told(self) -> None:
        assert told(ship(1)).order.parcels[0].shipped_at == at(0)


class TestWhatTheCountWentDownBy:
    def test_shipments_and_the_close_where_it_is_not_the_pick(self) -> None:
        rows = pick(3), ship(1, shipped_at=at(0.5)), pick(3, closed=True, closed_at=at(2))
        assert history(told(*rows, by_pick=False)) == [(0.5, 1), (2, 3)]

    def test_a_parcel_that_is_told_after_the_close_was_in_it(self) -> None:
        rows = pick(3, closed=True, closed_at=at(-1)), ship(3, shipped_at=at(-2))
        assert history(told(*rows, by_pick=False)) == [(-2, 3)]

    def test_parcels_told_in_any_order_are_counted_by_when_they_left(self) -> None:
        rows = ship(1, "S2", shipped_at=at(-1)), ship(2, "S1", shipped_at=at(-5))
        assert history(told(*rows, by_pick=False)) == [(-5, 2), (-1, 3)]

    def test_all_lines_at_the_close(self) -> None:
        outcome = told(pick(2, 2), pick(5, closed=True, closed_at=at(1)), by_pick=False)
        assert (history(outcome, 1), history(outcome, 2)) == ([(1, 5)], [(1, 2)])

    def test_a_later_close_with_less(self) -> None:
        rows = pick(3, closed=True), pick(3), pick(2), pick(2, closed=True)
        assert history(told(*rows, by_pick=False)) == [(0, 3), (3, 2)]

    def test_what_left_was_picked_where_no_pick_was_told(self) -> None:
        assert history(told(ship(2, shipped_at=at(-3)))) == [(-3, 2)]

    def test_is_kept_for_the_newest_changes(self) -> None:
        taken = ()
        for minute in range(MOST_HISTORY + 5):
            taken = noted(taken, at(minute), minute + 1)
        assert len(taken) == MOST_HISTORY
        assert taken[-1].quantity == MOST_HISTORY + 5

    def test_at_the_same_moment_the_last_word_holds(self) -> None:
        taken = noted(noted((), at(1), 2), at(1), 3)
        assert [one.quantity for one in taken] == [3]

    @given(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), max_size=8, unique_by=lambda one: one[1]),
        st.randoms(use_true_random=False),
    )
    @settings(max_examples=80)
    def test_is_the_same_in_whatever_order_cumulative_picks_come(
        self, moves: list[tuple[int, int]], random: Any
    ) -> None:
        """Of picks that only grow, as a warehouse makes them."""
        grown = sorted(picked for picked, _ in moves)
        moments = sorted(minute for _, minute in moves)
        rows = [pick(picked, minute=minute) for picked, minute in zip(grown, moments, strict=True)]
        shuffled = list(rows)
        random.shuffle(shuffled)
        assert history(told(*shuffled)) == history(told(*rows))
        assert of_line(told(*shuffled)).picked == max(grown, default=0)


class TestAnswers:
    def test_accept_an_order_twice(self) -> None:
        assert told(answer(True)).order.state is AtWarehouse.ACCEPTED
        assert told(answer(True), answer(True)).status is RowStatus.DUPLICATE
        assert told(pick(1), answer(True)).status is RowStatus.DUPLICATE

    def test_reject_an_order_in_the_warehouses_words(self) -> None:
        outcome = told(answer(False, code="no_stock", message="None left."))
        assert (outcome.order.state, outcome.order.words) == (AtWarehouse.REJECTED, "None left.")
        assert told(answer(False), answer(False)).status is RowStatus.DUPLICATE

    def test_to_a_cancel_are_taken_twice(self) -> None:
        wanted = NEW.but(state=AtWarehouse.ACCEPTED, cancel=CancelStanding.WANTED)
        assert told(answer(True), order=wanted).order.cancel is CancelStanding.DONE
        assert told(answer(True), answer(True), order=wanted).status is RowStatus.DUPLICATE
        refused = told(answer(False, message="Packed."), order=wanted)
        assert (refused.order.cancel, refused.order.words) == (CancelStanding.REFUSED, "Packed.")

    def test_that_accepted_the_order_are_not_taken_for_an_answer_to_its_cancel_when_they_come_again(self) -> None:
        """As from a site that exports all its answers each time: it never heard of the cancel."""
        accepted = told(answer(True)).order
        outcome = told(answer(True), order=accepted.but(cancel=CancelStanding.WANTED))
        assert (outcome.code, outcome.order.cancel) == ("answer_to_what", CancelStanding.WANTED)
        outcome = told(answer(True), order=accepted.but(cancel=CancelStanding.REFUSED))
        assert (outcome.status, outcome.order.cancel) == (RowStatus.DUPLICATE, CancelStanding.REFUSED)

    def test_that_reject_an_order_are_a_yes_to_its_cancel(self) -> None:
        wanted = NEW.but(cancel=CancelStanding.WANTED)
        rejected = told(answer(False, to_cancel=False), order=wanted)
        assert (rejected.order.cancel, rejected.order.waits) == (CancelStanding.DONE, False)
        assert told(answer(False, to_cancel=False), order=rejected.order).status is RowStatus.DUPLICATE

    @pytest.mark.parametrize(
        ("cancel", "rows", "code"),
        [
            (CancelStanding.NONE, [pick(1), answer(False)], "begun_already"),
            (CancelStanding.NONE, [pick(0, closed=True), answer(False)], "begun_already"),
            (CancelStanding.NONE, [answer(False), answer(True)], "rejected_before"),
            (CancelStanding.NONE, [answer(True, to_cancel=True)], "no_cancel"),
            (CancelStanding.WANTED, [answer(True)], "answer_to_what"),
            (CancelStanding.WANTED, [pick(1), answer(True)], "picked_already"),
            (CancelStanding.WANTED, [ship(1), answer(True)], "already_shipped"),
            (CancelStanding.DONE, [answer(False, to_cancel=True)], "cancelled_before"),
            (CancelStanding.DONE, [answer(True, to_cancel=False)], "order_cancelled"),
        ],
    )
    def test_are_refused(self, cancel: CancelStanding, rows: list[OrderRow], code: str) -> None:
        outcome = told(*rows, order=NEW.but(cancel=cancel))
        assert (outcome.status, outcome.code) == (RowStatus.REJECTED, code)

    def test_that_it_is_cancelled_ends_the_waiting_for_one_that_was_never_taken(self) -> None:
        wanted = NEW.but(cancel=CancelStanding.WANTED)
        assert wanted.waits
        assert not told(answer(True, to_cancel=True), order=wanted).order.waits
        assert told(answer(False, to_cancel=True), order=wanted).order.waits, "it still has to be taken"

    @pytest.mark.parametrize(
        ("code", "cancel"), [("order", CancelStanding.WANTED), ("cancel", CancelStanding.DONE)]
    )
    def test_may_say_in_a_word_what_they_answer(self, code: str, cancel: CancelStanding) -> None:
        wanted = NEW.but(cancel=CancelStanding.WANTED)
        assert told(answer(True, code=code), order=wanted).order.cancel is cancel


WANTED = NEW.but(state=AtWarehouse.ACCEPTED, cancel=CancelStanding.WANTED)


class TestACloseWhileItsCancelIsWanted:
    """Sites without files of answers answer so."""

    @pytest.mark.parametrize("by_pick", [True, False])
    @pytest.mark.parametrize(
        ("rows", "cancel"),
        [
            ([pick(0, closed=True)], CancelStanding.DONE),
            ([pick(0, closed=True), pick(0, 2, closed=True)], CancelStanding.DONE),
            ([pick(3), pick(0), pick(0, closed=True)], CancelStanding.DONE),
            ([pick(3, closed=True)], CancelStanding.REFUSED),
            ([pick(3), pick(0, 2, closed=True)], CancelStanding.REFUSED),
            ([pick(0, closed=True), pick(2, 2, closed=True)], CancelStanding.REFUSED),
            ([pick(2, 2, closed=True), pick(0, closed=True)], CancelStanding.REFUSED),
            ([ship(1), pick(0, closed=True)], CancelStanding.REFUSED),
            ([pick(3), pick(0)], CancelStanding.WANTED),
        ],
    )
    def test_is_the_answer_to_it(self, rows: list[OrderRow], cancel: CancelStanding, by_pick: bool) -> None:
        order = told(*rows, order=WANTED, by_pick=by_pick).order
        assert order.cancel is cancel
        assert order.words == ("it was picked already" if cancel is CancelStanding.REFUSED else "")
        assert order.waits is (cancel is CancelStanding.WANTED)

    @pytest.mark.parametrize(
        ("rows", "late", "code"),
        [
            ([pick(0, closed=True)], answer(True), ""),
            ([pick(0, closed=True)], answer(False, message="Packed."), "cancelled_before"),
            ([pick(0, closed=True)], answer(True, to_cancel=False), "order_cancelled"),
            ([pick(0, closed=True)], pick(0, closed=True), ""),
            ([pick(0, closed=True)], pick(2), "order_cancelled"),
            ([pick(0, closed=True)], pick(0), ""),
            ([pick(0, closed=True)], ship(2), "order_cancelled"),
            ([pick(3, closed=True)], answer(True), "picked_already"),
            ([pick(3, closed=True)], answer(False, message="Packed."), ""),
            ([ship(2), pick(0, closed=True)], answer(True), "already_shipped"),
            ([answer(False, message="Packed."), pick(0, closed=True)], answer(False), ""),
        ],
    )
    def test_is_not_undone_by_what_comes_late(self, rows: list[OrderRow], late: OrderRow, code: str) -> None:
        before = told(*rows, order=WANTED)
        outcome = told(*rows, late, order=WANTED)
        assert outcome.order == before.order
        assert (outcome.status, outcome.code) == (RowStatus.REJECTED if code else RowStatus.DUPLICATE, code)

    def test_asks_nobody_where_no_cancel_is_wanted(self) -> None:
        assert told(pick(0, closed=True)).order.cancel is CancelStanding.NONE
        assert told(pick(0, closed=True), order=NEW.but(cancel=CancelStanding.REFUSED)).order.cancel is (
            CancelStanding.REFUSED
        )


ROWS = st.one_of(
    st.builds(
        pick,
        st.integers(0, 6),
        st.integers(1, 3),
        minute=st.none() | st.integers(-30, 90),
        closed=st.booleans(),
    ),
    st.builds(ship, st.integers(1, 5), st.sampled_from(["S1", "S2", "S3"]), st.integers(1, 2)),
    st.builds(answer, st.booleans(), to_cancel=st.sampled_from([None, True, False])),
)


@given(st.lists(ROWS, max_size=15), st.booleans(), st.sampled_from(CancelStanding))
@settings(max_examples=150)
def test_whatever_comes_an_order_is_never_more_than_it_was(
    rows: list[OrderRow], by_pick: bool, cancel: CancelStanding
) -> None:
    order = NEW.but(cancel=cancel)
    for minute, row in enumerate(rows):
        outcome = apply(order, row, now=at(60 + minute), by_pick=by_pick)
        assert (outcome.order == order) is (outcome.status is not RowStatus.APPLIED)
        assert bool(outcome.code) >= (outcome.status is RowStatus.REJECTED)
        again = apply(outcome.order, row, now=at(60 + minute), by_pick=by_pick)
        assert again.status is not RowStatus.APPLIED, "the same row again changes nothing"
        order = outcome.order
        for line in order.lines:
            assert 0 <= line.picked <= line.wanted
            assert shipped_of(order, line.number) <= line.wanted
            assert list(line.taken) == sorted(line.taken, key=lambda one: one.at)
            assert shipped_of(order, line.number) <= line.taken_in_all <= line.wanted
            if by_pick:
                assert line.taken_in_all >= line.picked


@pytest.mark.parametrize("by_pick", [True, False])
@pytest.mark.parametrize("midnight", [START - timedelta(days=1, hours=9), datetime(1900, 1, 1, tzinfo=UTC)])
def test_nothing_was_taken_before_the_warehouse_was_told(midnight: datetime, by_pick: bool) -> None:
    """A count of the morning still has what was ordered at noon and picked since, though that has a date alone."""
    counted_at = NEW.told_at - timedelta(hours=4)
    picked = PickRow(
        order_number=NUMBER, line_number=1, picked=5, closed=True, picked_at=midnight, closed_at=midnight
    )
    shipped = ShipmentRow(
        order_number=NUMBER, shipment_number="S1", line_number=2, quantity=2, shipped_at=midnight, tracking="1Z"
    )
    order = NEW
    for row in (shipped, picked, shipped, picked):
        order = apply(order, row, now=START, by_pick=by_pick).order
    assert [line.taken_in_all for line in order.lines] == [5, 2]
    assert [line.taken_by(counted_at) for line in order.lines] == [0, 0]
    assert [line.taken_by(NEW.told_at) for line in order.lines] == [5, 2]
