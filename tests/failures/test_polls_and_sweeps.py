"""The nets under the messages: polls and sweeps that fail themselves, overlap, or have very much to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from platen.messages import PollHint, Queue, VendorHint
from platen.ports import JobRequest
from tests.fakes import Crash, Lost
from tests.support.stall import StallBench

POLL = PollHint(connection="stall")
MANY = 110
"""More than one sweep brings back at once."""


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def unheard(bench: StallBench, count: int = 1) -> None:
    """Orders whose webhooks never came."""
    for _ in range(count):
        bench.order_placed()
    while got := bench.queues.receive(Queue.INTAKE):
        bench.queues.delete(got)


def states(bench: StallBench) -> list[JobState]:
    return [job.state for record in bench.orders.records() for job in record.jobs.values()]


TROUBLES = {
    "crash before the list": ("store.changed_since", "before", Crash()),
    "crash after the list": ("store.changed_since", "after", Crash()),
    "list cut off": ("store.changed_since", "after", Unclear("cut")),
    "asked to slow down": ("store.changed_since", "before", Busy("slow", timedelta(minutes=3))),
    "not reachable": ("store.changed_since", "before", Unreachable("no way")),
    "denied": ("store.changed_since", "before", Denied("who are you")),
    "refused": ("store.changed_since", "before", Refused("no such field")),
    "what changed cannot be queued": ("queues.send", "before", Lost()),
    "crash after it was queued": ("queues.send", "after", Crash()),
    "the heads cannot be read": ("orders.heads", "before", Lost()),
    "the cursor cannot be kept": ("connections.save_health", "before", Lost()),
    "the order is refused once": ("store.fetch", "before", Refused("not now")),
    "the order cannot be read once": ("store.fetch", "after", Unclear("cut")),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_poll_that_breaks_loses_no_order(bench: StallBench, trouble: str) -> None:
    bench.run(at_least=timedelta(minutes=15))
    unheard(bench)
    call, side, what = TROUBLES[trouble]
    bench.queues.send(Queue.STORE_POLLS, [POLL])
    getattr(bench.switch, side)(call, what)
    bench.run(at_least=timedelta(hours=1))
    assert bench.switch.fired
    assert states(bench) == [JobState.SENT]
    assert bench.queues.dead() == []
    assert bench.do("attention") == {"items": [], "connections": []}


def test_a_poll_of_an_idle_store_reads_no_order(bench: StallBench) -> None:
    unheard(bench, 5)
    bench.run(at_least=timedelta(hours=1))
    read = bench.switch.calls.count("store.fetch")
    bench.run(at_least=timedelta(hours=2))
    assert bench.switch.calls.count("store.fetch") == read


def test_two_polls_at_once_make_nothing_twice(bench: StallBench) -> None:
    unheard(bench, 3)
    bench.queues.send(Queue.STORE_POLLS, [POLL, POLL])

    def another() -> None:
        bench.work_one(Queue.STORE_POLLS)

    bench.switch.after("store.changed_since", another)
    bench.run()
    assert states(bench) == [JobState.SENT] * 3
    assert len(bench.vendor.made) == 3


def test_after_hours_without_the_vendor_the_work_comes_back_in_portions(bench: StallBench) -> None:
    bench.switch.before("vendor.submit", Unreachable("no way"), times=100_000)
    for _ in range(MANY):
        bench.order_placed()
    bench.run(timedelta(hours=3))
    assert bench.queues.dead() == []
    bench.switch.clear()
    bench.run()
    assert states(bench) == [JobState.SENT] * MANY
    assert bench.vendor.duplicates() == []
    assert len(bench.vendor.made) == MANY


def test_a_sweep_that_crashes_half_way_is_made_good_by_the_next(bench: StallBench) -> None:
    bench.order_placed()
    bench.work_one(Queue.INTAKE)
    while got := bench.queues.receive(Queue.DISPATCH):
        bench.queues.delete(got)
    bench.clock.passes(minutes=11)
    bench.switch.before("queues.send", Crash())
    bench.sweep_now()
    assert states(bench) == [JobState.READY]
    bench.run()
    assert states(bench) == [JobState.SENT]


def test_two_sweeps_at_once_send_nothing_twice(bench: StallBench) -> None:
    bench.order_placed()
    bench.work_one(Queue.INTAKE)
    bench.clock.passes(minutes=11)
    bench.sweep_now()
    bench.sweep_now()
    bench.run()
    assert len(bench.vendor.made) == 1


def test_what_waits_while_a_connection_is_paused_is_not_swept_and_comes_back(bench: StallBench) -> None:
    press = bench.connections.get("press")
    press = bench.connections.save(press.but(paused=True))
    bench.order_placed()
    bench.run(timedelta(hours=5))
    assert states(bench) == [JobState.READY]
    assert len(bench.queues.waiting()) == 0
    bench.connections.save(press.but(paused=False))
    bench.run()
    assert states(bench) == [JobState.SENT]


def test_an_order_that_comes_and_goes_while_its_store_is_paused_is_read_as_it_is_then(bench: StallBench) -> None:
    stall = bench.connections.get("stall")
    stall = bench.connections.save(stall.but(paused=True))
    order = bench.order_placed()
    bench.run(timedelta(hours=5))
    assert bench.orders.records() == []
    bench.changed(order, cancelled_at=bench.clock.now())
    bench.connections.save(stall.but(paused=False))
    bench.run()
    assert bench.vendor.made == []
    assert bench.record(order.order_id).head.cancelled_at


class TestOneThatNeverWorks:
    """One bad order among good ones: the connection is well, so nothing but the order itself can show it."""

    @pytest.mark.parametrize("verdict", [Refused("no such field"), Unreachable("cannot be read"), Unclear("500")])
    def test_an_order_that_can_never_be_read_ends_where_it_is_seen(
        self, bench: StallBench, verdict: Exception
    ) -> None:
        bad = bench.order_placed()
        fetch = bench.store._fetch
        bench.store._fetch = lambda key: _raise(verdict) if key == bad.store_order_id else fetch(key)
        for _ in range(20):
            good = bench.order_placed()
            bench.run(timedelta(minutes=15), at_least=timedelta(minutes=15))
            assert bench.record(good.order_id).jobs["1"].state is JobState.SENT, "the bad one stops the others"
        assert bad.store_order_id in "".join(bench.queues.dead(Queue.INTAKE))
        assert not bench.queues.waiting()
        bench.store._fetch = fetch
        bench.do("redrive")
        bench.run()
        assert bench.record(bad.order_id).jobs["1"].state is JobState.SENT
        assert bench.queues.dead() == []

    def test_a_job_that_is_never_answered_holds_up_no_other(self, bench: StallBench) -> None:
        bad = bench.order_placed()

        def answer(request: JobRequest) -> None:
            if request.order.store_order_id == bad.store_order_id:
                raise Unclear("500")

        bench.vendor.on_request = answer
        for _ in range(12):
            good = bench.order_placed()
            bench.run(timedelta(minutes=15), at_least=timedelta(minutes=15))
            assert bench.record(good.order_id).jobs["1"].state is JobState.SENT, "the bad one stops the others"

    def test_a_parcel_that_is_never_answered_holds_up_no_other(self, bench: StallBench) -> None:
        orders = [bench.order_placed() for _ in range(5)]
        bench.run()
        bad, *good = bench.vendor.made
        tell = bench.store._tell
        bench.store._tell = lambda one, others: _raise(Unclear("500")) if bad.ref in str(one) else tell(one, others)
        for made in (bad, *good):
            made.parcels.append(VendorParcel(tracking=f"T-{made.ref}"))
            made.phase = VendorPhase.SHIPPED
            bench.queues.put_raw(
                Queue.SHIPMENTS, VendorHint(connection="press", external_id=made.external_id).model_dump_json()
            )
            bench.run(timedelta(minutes=15), at_least=timedelta(minutes=15))
        assert sum(len(bench.store.shown.get(order.store_order_id, [])) for order in orders) == len(good)

    def test_a_job_the_vendor_refuses_to_speak_of_waits_for_a_person(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.run()
        bench.switch.before("vendor.read", Refused("that region is gone"), times=1000)
        bench.run(at_least=timedelta(hours=2))
        (item,) = bench.attention()
        assert (item["place"], item["cause"]) == ("job 1", "vendor_refused")
        assert item["problems"][0]["what"] == "that region is gone"
        assert bench.do("attention")["connections"] == [], "one job's trouble is not the connection's"
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=1))
        assert bench.attention() == []
        assert len(bench.vendor.made) == 1

    def test_a_parcel_whose_telling_stays_unclear_is_shown_to_a_person(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.run()
        bench.vendor.made[0].parcels.append(VendorParcel(tracking="T1"))
        bench.vendor.made[0].phase = VendorPhase.SHIPPED
        bench.switch.before("store.tell", Unclear("500 on this very parcel"), times=1000)
        bench.run(timedelta(days=2), at_least=timedelta(days=2))
        (item,) = bench.attention()
        assert item["cause"] == "store_refused"
        assert "500 on this very parcel" in item["problems"][0]["what"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        assert len(bench.store.shown[order.store_order_id]) == 1
        assert bench.attention() == []


def _raise(error: Exception) -> None:
    raise error
