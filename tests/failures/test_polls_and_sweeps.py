"""The nets under the messages: polls and sweeps that fail themselves, overlap, or have very much to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.job import JobState
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from platen.messages import PollHint, Queue
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
