"""One contract for ``ports.Orders``, held to by the table and by the fake that other tests lean on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.claim import Claim
from platen.domain.connection import Lines, Link
from platen.domain.job import Job, JobState
from platen.domain.mail_class import By
from platen.domain.order import Attribute, Charges, Order
from platen.domain.printing import PrintDetails, PrintOption
from platen.domain.record import CancelWish, Event, OrderBody, OrderRecord, OrderState
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from platen.ports import Conflict, Due, NotClaimed, NotFound, Orders, Watch
from tests.domain.making import NOW, PRINTED, a_line, a_plan, an_order, look, planned, sent
from tests.fakes import FakeOrders

TWO_VENDORS = (Link(vendor="press"), Link(vendor="mill", lines=Lines.ALL))
SOON = NOW + timedelta(minutes=1)
WAITED = NOW + timedelta(minutes=30)
ATTENTION = Attention(cause=Cause.PREFLIGHT, problems=(Problem(what="Wrong.", line_id="1"),), since=NOW)


@pytest.fixture(params=["table", "fake"])
def orders(request: pytest.FixtureRequest) -> Orders:
    if request.param == "fake":
        return FakeOrders()
    found: Orders = request.getfixturevalue("table")
    return found


def new(orders: Orders, order: Order | None = None, **rules: Any) -> OrderRecord:
    order = order or an_order()
    plan = a_plan(order, **rules)
    return orders.save(None, look(None, order, **rules).record, body=OrderBody(order=order, printing=plan.printing))


def claim(token: str = "mine", now: datetime = NOW) -> Claim:
    return Claim(token=token, now=now, lease_until=now + timedelta(minutes=2), due_at=now + timedelta(minutes=3))


def with_job(orders: Orders, **changes: Any) -> Job:
    """A saved job that looks so."""
    record = new(orders)
    return orders.save(record, record.with_jobs(record.jobs["1"].but(**changes))).jobs["1"]


def with_shipment(orders: Orders, **changes: Any) -> Shipment:
    record = new(orders)
    shipment = Shipment(
        order_id=record.head.order_id,
        shipment_id="1-abcd",
        connection="shop",
        store_order_id=record.head.store_order_id,
        job_id="1",
        state=ShipmentState.READY,
        parcel=Parcel(carrier="Parcel Co", tracking="T1", shipped_at=NOW),
        lines=(ShipmentLine(line_id="1", quantity=1),),
        recorded_at=NOW,
        due_at=SOON,
    ).but(**changes)
    return orders.save(record, record.with_shipments(shipment)).shipments["1-abcd"]


def loaded(orders: Orders, order_id: str) -> OrderRecord:
    record = orders.load(order_id)
    assert record is not None
    return record


class TestSaving:
    def test_what_was_saved_is_what_is_loaded(self, orders: Orders) -> None:
        saved = new(orders, an_order(a_line("1", 2), a_line("2", attributes=())), links=TWO_VENDORS)
        assert len(saved.jobs) == 2
        assert loaded(orders, saved.head.order_id) == saved
        assert {one.version for one in (saved.head, *saved.jobs.values())} == {1}

    def test_nothing_is_there_before(self, orders: Orders) -> None:
        assert orders.load("k7x2m3qpl4tzabcd") is None

    def test_every_field_comes_back(self, orders: Orders) -> None:
        job = with_job(
            orders,
            state=JobState.ATTENTION,
            attention=ATTENTION,
            vendor_ref="V1",
            vendor_lines={"item 1": "1", "#2.a": "x"},
            cancel_wanted=True,
            dropped=True,
            reprint=3,
            sent_at=NOW,
            heard_at=SOON,
            asked="a.b.c",
        )
        assert loaded(orders, job.order_id).jobs["1"] == job

    def test_what_a_vendors_rules_and_people_left_on_it_comes_back(self, orders: Orders) -> None:
        job = with_job(
            orders,
            mail_class="DHL",
            mail_class_by=By.PATTERN,
            shares=Charges(currency="EUR", shipping=Decimal("4.01"), tax=Decimal("0.00")),
            released=(Cause.HELD, Cause.ARTWORK),
            warnings=("900 x 600 pixels are few.",),
            reprint_of="7",
            reason="came scratched",
        )
        record = loaded(orders, job.order_id)
        assert record.jobs["1"] == job
        wish = CancelWish(who="A person", reason="x", at=NOW, at_store=True, refund=True, asked=2, asked_at=SOON)
        changes = {"cancel": wish, "folder": "Rush", "ours": True, "left_because": {"line #1.a": "it is skipped"}}
        saved = orders.save(record, record.but(head=record.head.but(**changes)))
        assert loaded(orders, job.order_id) == saved
        assert saved.head.cancel == wish

    def test_a_second_save_writes_over_the_first(self, orders: Orders) -> None:
        record = new(orders)
        after = orders.save(record, sent(record))
        assert loaded(orders, record.head.order_id) == after
        assert (after.jobs["1"].version, after.head.version) == (2, 1), "the head did not change"

    def test_what_did_not_change_is_not_written(self, orders: Orders) -> None:
        record = new(orders)
        assert orders.save(record, record) == record
        assert loaded(orders, record.head.order_id) == record

    def test_over_a_version_that_is_not_the_newest_is_refused(self, orders: Orders) -> None:
        record = new(orders)
        orders.save(record, sent(record))
        with pytest.raises(Conflict):
            orders.save(record, sent(record))

    def test_of_an_order_that_is_there_already_is_refused(self, orders: Orders) -> None:
        saved = new(orders)
        with pytest.raises(Conflict):
            new(orders)
        assert loaded(orders, saved.head.order_id) == saved

    def test_is_all_or_nothing(self, orders: Orders) -> None:
        record = new(orders, an_order(a_line("1"), a_line("2", attributes=())), links=TWO_VENDORS)
        orders.save_job(record.jobs["2"], record.jobs["2"].but(vendor_words="meanwhile"))
        after = sent(sent(record, "1"), "2").but(head=record.head.but(folder="rush"))
        with pytest.raises(Conflict):
            orders.save(record, after)
        now = loaded(orders, record.head.order_id)
        assert (now.head, now.jobs["1"]) == (record.head, record.jobs["1"])

    def test_one_job_alone(self, orders: Orders) -> None:
        job = with_job(orders)
        after = orders.save_job(job, job.but(vendor_words="NEW"))
        assert loaded(orders, job.order_id).jobs["1"] == after
        with pytest.raises(Conflict):
            orders.save_job(job, job.but(vendor_words="OLD"))

    def test_one_parcel_alone(self, orders: Orders) -> None:
        shipment = with_shipment(orders)
        after = orders.save_shipment(shipment, shipment.but(fulfillments=("f1",)))
        assert loaded(orders, shipment.order_id).shipments["1-abcd"] == after
        with pytest.raises(Conflict):
            orders.save_shipment(shipment, shipment)

    def test_a_hundred_lines(self, orders: Orders) -> None:
        order = an_order(*(a_line(f"gid://shopify/LineItem/{n}", 2) for n in range(100)))
        saved = new(orders, order)
        assert loaded(orders, order.order_id) == saved
        assert orders.body(order.order_id, saved.head.body).order == order


class TestBodies:
    def test_are_kept_by_name(self, orders: Orders) -> None:
        first, second = an_order(), an_order(email="new@buyer.example")
        record = new(orders, first)
        after = orders.save(
            record, look(record, second).record, body=OrderBody(order=second, printing=a_plan(second).printing)
        )
        assert orders.body(first.order_id, record.head.body).order == first
        assert orders.body(first.order_id, after.head.body).order == second

    def test_of_many_orders_are_read_at_once(self, orders: Orders) -> None:
        bodies: dict[tuple[str, str], OrderBody] = {}
        for number in range(105):
            order = an_order(store_order_id=str(number))
            saved = new(orders, order)
            bodies[order.order_id, saved.head.body] = orders.body(order.order_id, saved.head.body)
        first, *_ = bodies
        gone = [("k7x2m3qpl4tzabcd", first[1]), (first[0], "other")]
        assert orders.bodies([*bodies, *gone, first]) == bodies
        assert orders.bodies(name for name in [first]) == {first: bodies[first]}
        assert orders.bodies([]) == {}

    def test_of_hundreds_of_lines_with_long_addresses_is_kept_whole(self, orders: Orders) -> None:
        """Of 500 lines as a shop may have them: more than one item of the table takes."""
        address = f"https://files.example/{'a' * 700}.png"
        lines = tuple(a_line(f"line {n}", attributes=(Attribute(name="url", value=address),)) for n in range(500))
        order = an_order(*lines)
        body = OrderBody(order=order, printing={line.line_id: PrintDetails(sku="C-1") for line in lines})
        orders.save(None, planned(order), body=body)
        assert orders.body(order.order_id, body.name) == body
        assert orders.bodies([(order.order_id, body.name)]) == {(order.order_id, body.name): body}

    def test_that_are_gone_are_said_to_be(self, orders: Orders) -> None:
        record = new(orders)
        for order_id, name in ((record.head.order_id, "other"), ("k7x2m3qpl4tzabcd", record.head.body)):
            with pytest.raises(NotFound):
                orders.body(order_id, name)

    @settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        text=st.text(max_size=60).filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text)),
        options=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=7),
    )
    def test_keep_every_character(self, orders: Orders, text: str, options: list[tuple[str, str]]) -> None:
        line = a_line("1", title=text, attributes=(*PRINTED, Attribute(name=text, value=text)))
        order = an_order(line, store_order_id=f"id {text}", email=text)
        details = PrintDetails(url=text, options=tuple(PrintOption(name=n, value=v) for n, v in options))
        body = OrderBody(order=order, printing={"1": details})
        record = orders.load(order.order_id)
        orders.save(record, record or planned(order), body=body)
        assert orders.body(order.order_id, body.name) == body


class TestEvents:
    def test_are_told_oldest_first(self, orders: Orders) -> None:
        record = new(orders)
        events = [
            Event(order_id=record.head.order_id, at=NOW + timedelta(minutes=n), what=f"event {n}", who="A Person")
            for n in (2, 1, 3)
        ]
        orders.save(record, record, events=events[:1])
        orders.save(record, sent(record), events=events[1:])
        assert [(one.what, one.who) for one in orders.events(record.head.order_id)] == [
            (f"event {n}", "A Person") for n in (1, 2, 3)
        ]

    def test_at_the_same_moment_are_both_kept(self, orders: Orders) -> None:
        record = new(orders)
        one = Event(order_id=record.head.order_id, at=NOW, what="retry: job 1")
        orders.save(record, record, events=[one, one.but(what="retry: job 2")])
        assert len(orders.events(record.head.order_id)) == 2

    def test_are_not_written_with_a_save_that_is_refused(self, orders: Orders) -> None:
        record = new(orders)
        orders.save(record, sent(record))
        with pytest.raises(Conflict):
            orders.save(record, sent(record), events=[Event(order_id=record.head.order_id, at=NOW, what="no")])
        assert orders.events(record.head.order_id) == []


class TestClaimingAJob:
    def test_that_is_ready_is_ours_without_a_doubt(self, orders: Orders) -> None:
        job = with_job(orders)
        mine = orders.claim_job(job.order_id, "1", claim())
        assert (mine.state, mine.token, mine.attempt, mine.doubt) == (JobState.CLAIMED, "mine", 1, False)
        assert (mine.lease_until, mine.due_at) == (claim().lease_until, claim().due_at)
        assert mine == loaded(orders, job.order_id).jobs["1"]
        assert mine.version == job.version + 1

    def test_that_is_ready_with_a_doubt_keeps_it(self, orders: Orders) -> None:
        job = with_job(orders, doubt=True)
        assert orders.claim_job(job.order_id, "1", claim()).doubt

    @pytest.mark.parametrize("state", [JobState.CLAIMED, JobState.UNKNOWN])
    def test_that_somebody_is_at_is_not_ours_until_it_is_due(self, orders: Orders, state: JobState) -> None:
        job = with_job(orders, state=state, token="theirs", attempt=1, due_at=SOON)
        with pytest.raises(NotClaimed) as taken:
            orders.claim_job(job.order_id, "1", claim(now=SOON - timedelta(milliseconds=1)))
        assert taken.value.current == job
        mine = orders.claim_job(job.order_id, "1", claim(now=SOON))
        assert (mine.token, mine.attempt, mine.doubt) == ("mine", 2, True), "it may have been sent before"

    @pytest.mark.parametrize("state", [JobState.CLAIMED, JobState.UNKNOWN])
    def test_that_has_no_due_time_is_never_taken_away(self, orders: Orders, state: JobState) -> None:
        job = with_job(orders, state=state, token="theirs", due_at=None)
        with pytest.raises(NotClaimed):
            orders.claim_job(job.order_id, "1", claim(now=WAITED))

    @pytest.mark.parametrize(
        "state",
        [JobState.ATTENTION, JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED, JobState.CANCELLED],
    )
    def test_in_any_other_state_is_refused_and_shown(self, orders: Orders, state: JobState) -> None:
        job = with_job(orders, state=state, due_at=SOON)
        with pytest.raises(NotClaimed) as taken:
            orders.claim_job(job.order_id, "1", claim(now=WAITED))
        assert taken.value.current == job
        assert loaded(orders, job.order_id).jobs["1"] == job

    def test_that_is_not_there_is_refused(self, orders: Orders) -> None:
        for order_id in (with_job(orders).order_id, "k7x2m3qpl4tzabcd"):
            with pytest.raises(NotClaimed) as taken:
                orders.claim_job(order_id, "9", claim())
            assert taken.value.current is None

    def test_by_two_is_won_by_one(self, orders: Orders) -> None:
        job = with_job(orders)
        first = orders.claim_job(job.order_id, "1", claim("a"))
        with pytest.raises(NotClaimed) as taken:
            orders.claim_job(job.order_id, "1", claim("b"))
        assert taken.value.current == first

    def test_with_the_same_token_is_the_same_claim(self, orders: Orders) -> None:
        job = with_job(orders)
        assert orders.claim_job(job.order_id, "1", claim()) == orders.claim_job(job.order_id, "1", claim())

    def test_that_was_lost_cannot_be_finished_any_more(self, orders: Orders) -> None:
        job = with_job(orders)
        late = orders.claim_job(job.order_id, "1", claim("late"))
        mine = orders.claim_job(job.order_id, "1", claim("mine", now=WAITED))
        with pytest.raises(Conflict):
            orders.save_job(late, late.but(state=JobState.SENT, vendor_ref="V1"))
        assert orders.save_job(mine, mine.but(state=JobState.SENT, vendor_ref="V2")).vendor_ref == "V2"

    def test_again_after_it_went_back_has_the_next_number(self, orders: Orders) -> None:
        job = with_job(orders)
        mine = orders.claim_job(job.order_id, "1", claim("a"))
        orders.save_job(mine, mine.but(state=JobState.READY))
        assert orders.claim_job(job.order_id, "1", claim("b")).attempt == 2


class TestClaimingAParcel:
    def test_that_is_ready_is_ours(self, orders: Orders) -> None:
        shipment = with_shipment(orders)
        mine = orders.claim_shipment(shipment.order_id, "1-abcd", claim())
        assert (mine.state, mine.attempt, mine.doubt) == (ShipmentState.CLAIMED, 1, False)
        assert mine == loaded(orders, shipment.order_id).shipments["1-abcd"]

    @pytest.mark.parametrize("state", [ShipmentState.CLAIMED, ShipmentState.UNKNOWN])
    def test_that_somebody_is_at_is_not_ours_until_it_is_due(self, orders: Orders, state: ShipmentState) -> None:
        shipment = with_shipment(orders, state=state, token="theirs")
        with pytest.raises(NotClaimed) as taken:
            orders.claim_shipment(shipment.order_id, "1-abcd", claim())
        assert taken.value.current == shipment
        assert orders.claim_shipment(shipment.order_id, "1-abcd", claim(now=SOON)).doubt

    @pytest.mark.parametrize("state", [ShipmentState.ATTENTION, ShipmentState.TOLD])
    def test_in_any_other_state_is_refused(self, orders: Orders, state: ShipmentState) -> None:
        shipment = with_shipment(orders, state=state)
        with pytest.raises(NotClaimed):
            orders.claim_shipment(shipment.order_id, "1-abcd", claim(now=WAITED))

    def test_that_is_not_there_is_refused(self, orders: Orders) -> None:
        with pytest.raises(NotClaimed):
            orders.claim_shipment(new(orders).head.order_id, "1-none", claim())


class TestDueWork:
    LANES = {
        JobState.READY: Watch.WORK,
        JobState.CLAIMED: Watch.WORK,
        JobState.UNKNOWN: Watch.WORK,
        JobState.SENT: Watch.NEWS,
        JobState.IN_PRODUCTION: Watch.NEWS,
        JobState.ATTENTION: Watch.NEWS,
    }

    @pytest.mark.parametrize("state", list(LANES))
    def test_is_in_the_lane_of_who_has_to_act(self, orders: Orders, state: JobState) -> None:
        job = with_job(orders, state=state, due_at=SOON, vendor_ref="V1")
        lane = self.LANES[state]
        other = Watch.NEWS if lane == Watch.WORK else Watch.WORK
        assert orders.due("press", lane, SOON, 10) == [Due(job.order_id, job_id="1")]
        assert orders.due("press", other, WAITED, 10) == []
        assert orders.due("press", lane, SOON - timedelta(milliseconds=1), 10) == [], "it is not due yet"
        assert orders.due("mill", lane, WAITED, 10) == [], "it is another connection's"

    @pytest.mark.parametrize("state", [JobState.SENT, JobState.ATTENTION])
    def test_a_cancel_to_be_passed_on_is_ours_to_do(self, orders: Orders, state: JobState) -> None:
        job = with_job(orders, state=state, due_at=SOON, vendor_ref="V1", cancel_wanted=True)
        assert orders.due("press", Watch.WORK, SOON, 10) == [Due(job.order_id, job_id="1")]

    def test_what_is_over_is_in_no_lane(self, orders: Orders) -> None:
        job = with_job(orders, due_at=SOON)
        after = orders.save_job(job, job.but(state=JobState.CANCELLED, due_at=None))
        assert after.due_at is None
        for lane in (Watch.WORK, Watch.NEWS):
            assert orders.due("press", lane, WAITED, 10) == []

    def test_a_claim_is_due_again_when_its_time_is_over(self, orders: Orders) -> None:
        """Else a worker that crashed would leave the job to nobody."""
        job = with_job(orders, due_at=SOON)
        mine = orders.claim_job(job.order_id, "1", claim())
        assert mine.due_at is not None
        assert orders.due("press", Watch.WORK, mine.due_at - timedelta(milliseconds=1), 10) == []
        assert orders.due("press", Watch.WORK, mine.due_at, 10) == [Due(job.order_id, job_id="1")]

    def test_parcels_are_their_stores(self, orders: Orders) -> None:
        shipment = with_shipment(orders)
        assert orders.due("shop", Watch.WORK, SOON, 10) == [Due(shipment.order_id, shipment_id="1-abcd")]
        orders.save_shipment(shipment, shipment.but(state=ShipmentState.TOLD, due_at=None))
        assert orders.due("shop", Watch.WORK, WAITED, 10) == []

    def test_comes_longest_overdue_first_and_not_more_than_asked_for(self, orders: Orders) -> None:
        keys = []
        for number, minutes in enumerate((3, 1, 2)):
            record = new(orders, an_order(store_order_id=str(number)))
            job = record.jobs["1"]
            orders.save_job(job, job.but(due_at=NOW + timedelta(minutes=minutes)))
            keys.append(record.head.order_id)
        found = [one.order_id for one in orders.due("press", Watch.WORK, WAITED, 10)]
        assert found == [keys[1], keys[2], keys[0]]
        assert [one.order_id for one in orders.due("press", Watch.WORK, WAITED, 2)] == found[:2]


class TestAnOrderThatWaits:
    def test_is_looked_at_when_its_time_has_come(self, orders: Orders) -> None:
        """What it waits for may end without a word from the store."""
        record = new(orders, an_order(hold="held"))
        assert record.head.look_at is not None
        early = record.head.look_at - timedelta(milliseconds=1)
        assert orders.due("shop", Watch.WORK, early, 10) == []
        assert orders.due("shop", Watch.WORK, record.head.look_at, 10) == [Due(record.head.order_id)]
        orders.save(record, look(record, an_order()).record)
        assert orders.due("shop", Watch.WORK, WAITED, 10) == []


class TestFinding:
    def test_the_job_behind_a_vendors_own_id(self, orders: Orders) -> None:
        job = with_job(orders, state=JobState.SENT, vendor_ref="V-1#x")
        assert orders.job_of_vendor_order("press", "V-1#x") == (job.order_id, "1")
        assert orders.job_of_vendor_order("mill", "V-1#x") is None
        assert orders.job_of_vendor_order("press", "V-1") is None

    def test_no_job_behind_an_id_it_has_no_more(self, orders: Orders) -> None:
        job = with_job(orders, state=JobState.ATTENTION, vendor_ref="V1")
        orders.save_job(job, job.but(state=JobState.READY, vendor_ref=""))
        assert orders.job_of_vendor_order("press", "V1") is None

    def test_many_heads_at_once(self, orders: Orders) -> None:
        waiting = [look(None, an_order(store_order_id=str(n), hold="held")).record for n in range(105)]
        ids = [orders.save(None, record).head.order_id for record in waiting]
        found = orders.heads([*ids, "k7x2m3qpl4tzabcd", ids[0]])
        assert set(found) == set(ids)
        assert all(head.order_id == key for key, head in found.items())
        assert orders.heads([]) == {}

    @pytest.mark.parametrize(
        ("stored", "asked"), [("#1001", "1001"), ("#1001", "#1001"), ("1001", "#1001"), ("GS-1001 b", "gs1001B")]
    )
    def test_by_number_however_it_is_written(self, orders: Orders, stored: str, asked: str) -> None:
        key = new(orders, an_order(number=stored)).head.order_id
        assert [head.order_id for head in orders.by_number("shop", asked)] == [key]

    def test_by_number_only_in_its_own_store(self, orders: Orders) -> None:
        new(orders)
        assert orders.by_number("other", "1001") == []
        assert orders.by_number("shop", "100") == []

    def test_by_number_all_that_have_it(self, orders: Orders) -> None:
        for number in range(3):
            new(orders, an_order(store_order_id=str(number)))
        assert len(orders.by_number("shop", "1001")) == 3


class TestAStoresOrders:
    def test_in_a_state_come_newest_first_page_by_page(self, orders: Orders) -> None:
        for number in (3, 1, 5, 2, 4):
            new(orders, an_order(store_order_id=str(number), placed_at=NOW - timedelta(minutes=number)))
        new(orders, an_order(a_line(ships=False), store_order_id="9"))
        seen: list[str] = []
        after = ""
        for _ in range(4):
            page = orders.in_state("shop", OrderState.OPEN, 2, after)
            assert len(page.items) <= 2
            seen += [head.store_order_id for head in page.items]
            after = page.next
            if not after:
                break
        assert seen == ["1", "2", "3", "4", "5"]
        assert not after

    def test_leave_the_old_state_with_the_step_into_the_new(self, orders: Orders) -> None:
        record = new(orders)
        held = an_order(hold="held")
        orders.save(record, look(record, held).record)
        assert orders.in_state("shop", OrderState.OPEN, 10).items == ()
        (head,) = orders.in_state("shop", OrderState.WAITING, 10).items
        assert head.waiting_for == "held"
        assert orders.in_state("other", OrderState.WAITING, 10).items == ()


class TestAFolder:
    def in_folder(self, orders: Orders, number: int, folder: str, **changes: Any) -> OrderRecord:
        placed_at = NOW - timedelta(minutes=number)
        record = new(orders, an_order(store_order_id=str(number), placed_at=placed_at, **changes))
        return orders.save(record, record.but(head=record.head.but(folder=folder)))

    def test_has_its_orders_newest_first_page_by_page(self, orders: Orders) -> None:
        for number in (3, 1, 5, 2, 4):
            self.in_folder(orders, number, "Rush")
        self.in_folder(orders, 9, "Closed")
        new(orders, an_order(store_order_id="8"))
        seen: list[str] = []
        after = ""
        for _ in range(4):
            page = orders.in_folder("shop", "Rush", 2, after)
            seen += [head.store_order_id for head in page.items]
            after = page.next
            if not after:
                break
        assert seen == ["1", "2", "3", "4", "5"]
        assert not after

    @pytest.mark.parametrize(("most", "counted"), [(10, 3), (3, 3), (2, 2)])
    def test_is_counted_no_further_than_is_asked_for(self, orders: Orders, most: int, counted: int) -> None:
        for number in range(3):
            self.in_folder(orders, number, "Rush")
        new(orders, an_order(store_order_id="8"))
        assert orders.count_in_folder("shop", "Rush", most) == counted

    def test_knows_who_has_been_there_the_longest(self, orders: Orders) -> None:
        for number in (3, 5, 4):
            self.in_folder(orders, number, "Rush")
        assert orders.oldest_in_folder("shop", "Rush") == NOW - timedelta(minutes=5)

    def test_is_left_with_the_move_into_another(self, orders: Orders) -> None:
        record = self.in_folder(orders, 1, "Rush")
        moved = orders.save(record, record.but(head=record.head.but(folder="Closed")))
        assert orders.in_folder("shop", "Rush", 10).items == ()
        assert [head.folder for head in orders.in_folder("shop", "Closed", 10).items] == ["Closed"]
        orders.save(moved, moved.but(head=moved.head.but(folder="")))
        assert orders.count_in_folder("shop", "Closed", 10) == 0

    def test_of_another_store_or_that_is_empty_has_none(self, orders: Orders) -> None:
        self.in_folder(orders, 1, "Rush")
        assert orders.in_folder("other", "Rush", 10).items == ()
        assert orders.count_in_folder("other", "Rush", 10) == 0
        assert orders.oldest_in_folder("shop", "Closed") is None
