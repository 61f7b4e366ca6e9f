"""A bench with one scripted store, ``stall``, linked to one scripted vendor, ``press``."""

from __future__ import annotations

from datetime import timedelta

from platen.connectors import Resend
from platen.domain.connection import Connection, Intake, Lines, Link, Role
from platen.domain.job import Job, JobState
from platen.domain.order import Address, Line, Order, Payment
from platen.messages import OrderHint, PollHint, Queue
from tests.support.bench import Bench
from tests.support.doubles import ScriptedStore, ScriptedVendor

LAG = timedelta(seconds=60)
SEARCHABLE = [Resend.UNIQUE_ID, Resend.LOOKUP]
SAFE = [*SEARCHABLE, Resend.NATIVE_KEY]
ANYWHERE = Address(first_name="A", last_name="B", address1="C 1", city="D", postcode="1", country_code="DE")


class StallBench(Bench):
    def __init__(self, resend: Resend, lag: timedelta = timedelta(0)) -> None:
        super().__init__(connector=lambda system: self._systems[system])
        self.store = ScriptedStore(self.clock, self.switch)
        self.vendor = ScriptedVendor(self.clock, self.switch, resend, lag)
        self._systems = {"stall": self.store.connector(), "press": self.vendor.connector()}
        now = self.clock.now()
        self.connections.save(
            Connection(connection_id="press", system="press", roles=(Role.VENDOR,), settings={}, created_at=now)
        )
        self.connections.save(
            Connection(
                connection_id="stall",
                system="stall",
                roles=(Role.STORE,),
                settings={},
                links=(Link(vendor="press", lines=Lines.ALL),),
                intake=Intake(orders_since=now),
                created_at=now,
            )
        )
        self.schedules.every("stall-poll", 10, Queue.STORE_POLLS, PollHint(connection="stall"))
        self.schedules.every("press-poll", 30, Queue.VENDOR_POLLS, PollHint(connection="press"))

    def order_placed(self, *quantities: int) -> Order:
        """A paid order with a line of each quantity (one of one by default); its webhook was acknowledged."""
        number = str(len(self.store.orders) + 1)
        now = self.clock.now()
        lines = tuple(
            Line(line_id=f"{number}{place}", title="Print", sku="P", quantity=count, unfulfilled=count)
            for place, count in enumerate(quantities or (1,))
        )
        order = Order(
            connection="stall",
            store_order_id=number,
            number=f"#{number}",
            placed_at=now,
            updated_at=now,
            payment=Payment.PAID,
            ship_to=ANYWHERE,
            lines=lines,
        )
        self.store.orders[number] = order
        self.hint(order)
        return order

    def changed(self, order: Order, **changes: object) -> Order:
        """The order moved at its store; the webhook was acknowledged."""
        now = max(self.clock.now(), order.updated_at + timedelta(seconds=1))
        after = order.but(updated_at=now, **changes)
        self.store.orders[order.store_order_id] = after
        self.hint(after)
        return after

    def hint(self, order: Order) -> None:
        hint = OrderHint(
            connection="stall", store_order_id=order.store_order_id, updated_at=order.updated_at, topic="orders"
        )
        self.queues.put_raw(Queue.INTAKE, hint.model_dump_json())


def bench_of(policy: Resend) -> StallBench:
    return StallBench(policy, LAG)


def the_job(bench: StallBench, order: Order) -> Job:
    return bench.record(order.order_id).jobs["1"]


def sent_once(bench: StallBench, order: Order) -> None:
    job = the_job(bench, order)
    assert job.state is JobState.SENT, job
    assert [one.ref for one in bench.vendor.made] == [job.vendor_ref]
    assert bench.attention() == []
    assert not bench.queues.dead()
