"""The feed's door under load, in races, and to notices that name their order badly."""

from __future__ import annotations

import pytest

from platen.domain.feed import FeedEntry, Notice
from platen.domain.job import JobState
from platen.domain.record import OrderRecord
from platen.messages import Queue
from platen.ports import Posted
from platen.usecases import feed as door
from tests.adapters.test_environment import SENDS
from tests.failures.test_packing import soon
from tests.fakes import Crash
from tests.fakes.clock import START
from tests.support.packing import INK, PACKERS, PackingHouse
from twins.inksoft.model import Order as InkOrder


@pytest.fixture
def house() -> PackingHouse:
    return PackingHouse().connect()


def found(house: PackingHouse, number: str = "", external_id: str = "") -> FeedEntry | None:
    posted = Posted(Notice(notice_id="n", received_at=START), external_id=external_id, number=number)
    return door._entry_of(house.hub, house.connections.get(PACKERS), posted)


def entry_of(house: PackingHouse, order: InkOrder, job_id: str = "1") -> FeedEntry:
    entry = house.feed.get(house.key(order), job_id)
    assert entry
    return entry


def with_second_job(house: PackingHouse, order: InkOrder) -> FeedEntry:
    """As a line that was added later makes it."""
    first = entry_of(house, order)
    job = first.job.but(
        job_id="2", external_id=f"{first.external_id[:-1]}2", vendor_ref=f"{first.external_id[:-1]}2"
    )
    record = house.of(order)
    house.orders.save(record, record.with_jobs(job.but(version=0)))
    return house.feed.save(None, first.but(job_id="2", job=job, number=f"{first.number}-2", version=0, fetched=0))


class TestANotice:
    def test_of_an_earlier_sending_of_the_job_is_kept_with_it(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        entry = entry_of(house, order)
        assert found(house, external_id=f"{entry.external_id}-R1") == entry

    def test_that_names_an_order_we_do_not_have_is_not_taken_for_another_of_that_number(
        self, house: PackingHouse
    ) -> None:
        order = house.ink_order()
        soon(house)
        number = entry_of(house, order).number
        assert found(house, number) is not None
        assert found(house, number, "1001-k7x2m3qpl4tzabcd-1") is None

    def test_of_another_connections_job_is_not_taken(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        entry = entry_of(house, order)
        house.feed.save(entry, entry.but(connection="others"))
        assert found(house, entry.number, entry.external_id) is None

    @pytest.mark.parametrize("part", ["", "-1"])
    def test_with_a_number_alone_finds_the_job_of_that_number(self, house: PackingHouse, part: str) -> None:
        order = house.ink_order()
        soon(house)
        second = with_second_job(house, order)
        first = entry_of(house, order)
        assert found(house, f"{second.number}{part}") == second
        assert found(house, first.number) == first

    def test_with_a_number_of_two_stores_is_of_neither(self, house: PackingHouse) -> None:
        ink, shop = house.ink_order(), house.shop_order()
        soon(house)
        number = house.of(ink).head.number
        record = house.of(shop)
        house.orders.save(record, record.but(head=record.head.but(number=f"#{number}")))
        there = house.feed.get(record.head.order_id, "1")
        assert there
        house.feed.save(there, there.but(number=number))
        assert found(house, number) is None

    @pytest.mark.parametrize("number", ["", "#", "-", "-1", "1" * 5000, "\ud800", "#-1-2-3-4", "\x00"])
    def test_with_no_number_at_all_is_of_none(self, house: PackingHouse, number: str) -> None:
        house.ink_order()
        soon(house)
        assert found(house, number) is None


def left_out(house: PackingHouse, order: InkOrder) -> OrderRecord:
    door._show(house.hub, entry_of(house, order), "it has no name")
    return house.of(order)


class TestAnOrderThatIsLeftOut:
    def test_is_shown_once_however_often_it_is_asked_for(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        first = left_out(house, order)
        assert left_out(house, order) == first
        assert first.jobs["1"].state is JobState.ATTENTION

    def test_is_not_shown_while_a_change_of_it_is_on_its_way(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        job = house.of(order).jobs["1"]
        house.orders.save_job(job, job.but(amend_wanted=True))
        assert left_out(house, order).jobs["1"].state is JobState.SENT

    def test_goes_to_its_folder_by_queues_that_this_function_knows(self, house: PackingHouse) -> None:
        """Where a link goes by folders, a move is said to [intake]. Failing at that would answer nobody's feed."""
        house.do("rules", connection=PACKERS, making={"after_error": "Prepared"})
        house.do("link", store=INK, vendor=PACKERS, name="again", lines="all", folders=["Prepared"])
        order = house.ink_order()
        soon(house)
        before = {queue: len(house.queues.waiting(queue)) for queue in Queue}
        assert left_out(house, order).head.folder == "Prepared"
        told = {queue for queue in Queue if len(house.queues.waiting(queue)) > before[queue]}
        assert told == {Queue.INTAKE}
        assert told <= SENDS["vendor_feed"]

    def test_and_put_right_at_its_store_is_told_after_a_retry(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        left_out(house, order)
        house.inksoft.change_address(order.id, {"street1": "Corrected Street 2"})
        soon(house)
        house.click("retry", house.key(order), "job 1")
        soon(house)
        (there,) = house.packed(order)
        assert there.content.ship_to.street1 == "Corrected Street 2"
        assert house.attention() == []


@pytest.mark.parametrize(
    "call",
    [
        "connections.get",
        "connections.health",
        "connections.save_health",
        "feed.get",
        "feed.notices",
        "orders.load",
        "orders.by_number",
        "orders.save",
        "orders.save_job",
        "orders.claim_job",
    ],
)
def test_a_function_that_dies_at_any_call_loses_and_doubles_nothing(house: PackingHouse, call: str) -> None:
    """Both before and after it is done, and again in the middle of what follows; notices come without our id."""
    house.shipstation.notifier.switches.no_order_id = True
    ink, shop = house.ink_order(), house.shop_order()
    for nth in (1, 4, 9):
        house.switch.before(call, Crash(), nth=nth)
        house.switch.after(call, Crash(), nth=nth + 1)
    house.ship_all(at_least=3)
    house.assert_shipped_once(ink, shop)


def test_a_paused_connection_is_given_nothing_and_takes_its_notices(house: PackingHouse) -> None:
    order = house.ink_order()
    soon(house)
    house.calls.clear()
    house.do("pause", connection=PACKERS)
    later = house.ink_order()
    house.pack_everything()
    soon(house)
    assert {status for method, status in house.calls if method == "GET"} == {503}
    assert {status for method, status in house.calls if method == "POST"} == {200}
    house.do("resume", connection=PACKERS)
    house.ship_all()
    house.assert_shipped_once(order, later)
