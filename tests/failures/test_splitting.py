"""One order over several vendors: one job each, exact shares, and no vendor's trouble is another's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.job import JobState, VendorPhase
from platen.domain.order import Charges, Line, Order
from platen.domain.record import OrderState
from platen.domain.verdicts import Refused, Unclear, Unreachable
from platen.messages import Queue
from tests.support.presses import PressesBench, a_line, charges, name_of, told_in_all

CENT = Decimal("0.01")


def two_lines(bench: PressesBench, **changes: object) -> Order:
    return bench.ordered(a_line("1", 1, price="30.00"), a_line("2", 2, price="10.00"), **changes)


class TestOneJobEach:
    @pytest.mark.parametrize("count", [2, 3, 5])
    def test_each_vendor_gets_its_own_lines_and_nobody_elses(self, count: int) -> None:
        bench = PressesBench(count)
        order = bench.ordered(*(a_line(f"{n}", 1 + n % count, quantity=1 + n % 3) for n in range(3 * count)))
        bench.run()
        assert set(bench.jobs_of(order)) == {name_of(place) for place in range(1, count + 1)}
        for name, vendor in bench.vendors.items():
            (made,) = vendor.made
            mine = {
                line.line_id: line.quantity
                for line in order.lines
                if name_of(int(line.sku[1 : line.sku.index("-")])) == name
            }
            assert made.lines == mine
        assert bench.now_of(order).head.state is OrderState.OPEN
        bench.ships(order)
        assert bench.now_of(order).head.state is OrderState.DONE
        goods = list(bench.shown(order).values())
        assert len(goods) == count
        assert sorted((key, n) for one in goods for key, n in one.items()) == sorted(
            (line.line_id, line.quantity) for line in order.lines
        )

    def test_each_parcel_is_shown_with_its_own_lines(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a", 1, 2), a_line("b", 2, 1), a_line("c", 2, 3))
        bench.run()
        bench.ships(order, "press-2")
        assert list(bench.shown(order).values()) == [{"b": 1, "c": 3}]
        assert bench.now_of(order).head.state is OrderState.OPEN, "the other half is still made"
        bench.ships(order, "press")
        assert sorted(bench.shown(order).values(), key=len) == [{"a": 2}, {"b": 1, "c": 3}]
        assert bench.now_of(order).head.state is OrderState.DONE

    def test_more_of_a_line_goes_where_the_link_says_and_is_told_apart(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a", 1, 2), a_line("b", 2, 1))
        bench.run()
        bench.changed(order, lines=(a_line("a", 1, 5), order.lines[1]))
        bench.run()
        assert [made.lines for made in bench.vendors["press"].made] == [{"a": 2}, {"a": 3}]
        assert len(bench.vendors["press-2"].made) == 1
        assert bench.causes() == []


class TestTroubleStaysWithItsJob:
    @pytest.mark.parametrize("verdict", [Refused("no such paper"), Unclear("cut off"), Unreachable("no way there")])
    def test_one_vendors_trouble_holds_nobody_back(self, verdict: Exception) -> None:
        bench = PressesBench(3)
        bench.vendors["press-2"].switch.before("vendor.submit", verdict, times=1000)
        order = bench.ordered(a_line("1", 1), a_line("2", 2), a_line("3", 3))
        bench.run(timedelta(hours=1))
        states = {name: job.state for name, job in bench.jobs_of(order).items()}
        assert states["press"] is states["press-3"] is JobState.SENT
        assert states["press-2"] is not JobState.SENT
        bench.ships(order, "press", "press-3")
        assert len(bench.shown(order)) == 2, "their parcels are shown without waiting for the third"
        bench.vendors["press-2"].switch.clear()
        if not isinstance(verdict, Unreachable):  # a no, or too long a doubt
            assert bench.now_of(order).head.state is OrderState.ATTENTION
            assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        bench.ships(order)
        assert bench.now_of(order).head.state is OrderState.DONE
        assert [len(vendor.made) for vendor in bench.vendors.values()] == [1, 1, 1]

    def test_a_vendor_that_is_down_parks_only_its_own_jobs(self) -> None:
        bench = PressesBench(2)
        bench.vendors["press-2"].switch.before("vendor.submit", Unreachable("no way there"), times=1000)
        orders = [two_lines(bench) for _ in range(10)]
        bench.run(timedelta(hours=2))
        assert len(bench.vendors["press"].made) == 10
        assert bench.vendors["press-2"].made == []
        parked = [bench.jobs_of(order)["press-2"] for order in orders]
        assert all(job.state is JobState.READY and job.due_at for job in parked)
        assert bench.vendors["press-2"].switch.calls.count("vendor.submit") < 60, "it is left alone meanwhile"
        assert not bench.queues.dead()
        bench.vendors["press-2"].switch.clear()
        bench.run()
        assert len(bench.vendors["press-2"].made) == 10
        assert all(vendor.duplicates() == [] for vendor in bench.vendors.values())

    def test_a_vendor_that_cannot_make_it_leaves_the_others_and_the_order_waits_for_a_person(self) -> None:
        bench = PressesBench(2)
        order = two_lines(bench)
        bench.run()
        bench.vendors["press-2"].made[0].phase = VendorPhase.FAILED
        bench.ships(order, "press")
        assert bench.jobs_of(order)["press"].state is JobState.SHIPPED
        assert bench.causes() == ["vendor_failed"]
        assert bench.click("cancel", order.order_id, "job 2")["ok"]
        bench.run()
        assert bench.now_of(order).head.state is OrderState.DONE

    def test_one_that_waits_for_a_person_is_released_alone(self) -> None:
        bench = PressesBench(2)
        bench.rules("press-2", artwork="stop")
        bench.artwork.files["https://a.example/x"] = bench.artwork.look("").but(reachable=False, words="404")
        order = bench.ordered(a_line("1", 1), a_line("2", 2, print_url="https://a.example/x"))
        bench.run()
        assert (bench.causes(), len(bench.vendors["press"].made)) == (["artwork"], 1)
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert [len(vendor.made) for vendor in bench.vendors.values()] == [1, 1]


class TestShares:
    def test_by_worth_and_exact(self) -> None:
        bench = PressesBench(3)
        lines = (a_line("1", 1, price="10.00"), a_line("2", 2, price="10.00"), a_line("3", 3, price="10.00"))
        order = bench.ordered(*lines, charges=charges("10.00", "1.01", "0.02"))
        bench.run()
        assert told_in_all(bench.told) == order.charges
        assert sorted(request.charges.shipping for request in bench.told if request.charges) == [
            Decimal("3.33"),
            Decimal("3.33"),
            Decimal("3.34"),
        ]

    def test_one_vendor_alone_is_told_all_of_it(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1", 1, price="9.00"), charges=charges("4.90", "1"))
        bench.run()
        assert [request.charges for request in bench.told] == [order.charges]

    def test_a_store_that_tells_no_charges_has_none_shared_out(self) -> None:
        bench = PressesBench(2)
        two_lines(bench)
        bench.run()
        assert [request.charges for request in bench.told] == [None, None]

    def test_what_was_told_stays_told_and_what_is_left_is_shared_out_by_those_who_come_later(self) -> None:
        """The first vendor was told of all shipping: no second one may be told of any of it again."""
        bench = PressesBench(2)
        order = bench.ordered(a_line("1", 1, price="30.00"), charges=charges("9.00", "3.00"))
        bench.run()
        bench.changed(order, lines=(*order.lines, a_line("2", 2, price="10.00")))
        bench.run()
        assert len(bench.told) == 2
        assert told_in_all(bench.told) == order.charges

    def test_more_shipping_after_an_edit_goes_to_who_was_not_told_yet(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1", 1, price="30.00"), charges=charges("9.00"))
        bench.run()
        more = charges("14.50", "0.01")
        bench.changed(order, lines=(*order.lines, a_line("2", 2, price="10.00")), charges=more)
        bench.run()
        assert told_in_all(bench.told) == more

    def test_less_than_was_told_already_makes_nobodys_share_negative(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("1", 1, price="30.00"), charges=charges("9.00"))
        bench.run()
        lines = (*order.lines, a_line("2", 2, price="10.00"))
        bench.changed(order, lines=lines, charges=charges("4.00"))
        bench.run()
        last = bench.told[-1].charges
        assert last
        assert last.shipping == 0

    def test_what_a_vendor_cancelled_may_be_told_again(self) -> None:
        bench = PressesBench(2)
        order = two_lines(bench, charges=charges("8.00"))
        bench.run()
        bench.vendors["press"].made[0].phase = VendorPhase.CANCELLED
        bench.heard()
        assert bench.click("resend", order.order_id)["ok"]
        bench.run()
        assert told_in_all(bench.told[1:]) == order.charges

    @pytest.mark.parametrize("late", range(1, 6))
    def test_a_vendor_that_is_late_is_told_what_the_others_left(self, late: int) -> None:
        bench = PressesBench(5)
        switch = bench.vendors[name_of(late)].switch
        switch.before("vendor.submit", Unreachable("no way there"), times=1000)
        lines = tuple(a_line(f"{n}", n, price=f"{7 * n}.13") for n in range(1, 6))
        order = bench.ordered(*lines, charges=charges("10.01", "3.33", "0.07", "0.01"))
        if late == 1:  # its switch is everybody's port
            switch.clear()
        bench.run(timedelta(minutes=20))
        switch.clear()
        dearer = charges("20.02", "4", "0.07", "0.01")
        bench.changed(order, charges=dearer)
        bench.run()
        assert len(bench.told) == 5
        told = told_in_all(bench.told)
        assert told == (order.charges if late == 1 else dearer)


prices = st.decimals(min_value=0, max_value=999, places=2).map(str)
amounts = st.decimals(min_value=0, max_value=5000, places=2)


@st.composite
def orders(draw: st.DrawFn) -> tuple[tuple[Line, ...], Charges]:
    count = draw(st.integers(1, 40))
    lines = tuple(
        a_line(str(n), draw(st.integers(1, 5)), draw(st.integers(1, 9)), draw(prices)) for n in range(count)
    )
    drawn = {name: draw(amounts) for name in ("shipping", "tax", "discount", "handling")}
    return lines, Charges(currency="EUR", **drawn)


@given(orders(), st.data())
def test_no_cent_is_lost_or_told_twice_however_an_order_is_split_and_edited(
    drawn: tuple[tuple[Line, ...], Charges], data: st.DataObject
) -> None:
    lines, total = drawn
    bench = PressesBench(5)
    first = data.draw(st.integers(1, len(lines)))
    order = bench.ordered(*lines[:first], charges=total)
    settle(bench)
    assert told_in_all(bench.told) == total
    for request in bench.told:
        assert request.charges
        assert all(amount % CENT == 0 for amount in (request.charges.shipping, request.charges.tax))
    if first < len(lines):
        more = total.but(shipping=total.shipping + data.draw(amounts))
        bench.changed(order, lines=lines, charges=more)
        settle(bench)
        assert told_in_all(bench.told) == more


def settle(bench: PressesBench) -> None:
    """Whatever is queued is done; time stands still."""
    while any(bench.work_one(queue) for queue in (Queue.INTAKE, Queue.DISPATCH)):
        pass


def test_two_hundred_lines_over_five_vendors() -> None:
    bench = PressesBench(5)
    lines = tuple(a_line(str(n), 1 + n % 5, 1 + n % 4, f"{n}.{n % 100:02}") for n in range(200))
    order = bench.ordered(*lines, charges=charges("123.45", "67.89", "10.01", "0.04"))
    bench.run()
    assert told_in_all(bench.told) == order.charges
    assert sum(len(request.job.lines) for request in bench.told) == 200
    bench.ships(order)
    assert bench.now_of(order).head.state is OrderState.DONE
    assert sum(sum(goods.values()) for goods in bench.shown(order).values()) == sum(line.quantity for line in lines)
