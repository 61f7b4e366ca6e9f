"""Parcels on their way to the store: each is shown once, whatever is lost, doubled, crashed upon or overlaps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from platen.connectors import Resend
from platen.domain.job import VendorParcel, VendorPhase
from platen.domain.record import OrderState
from platen.domain.shipment import SHIPMENT_STEPS, Shipment, ShipmentState
from platen.messages import Queue, ShipmentHint, VendorHint
from tests.fakes import Crash, Lost
from tests.support.stall import StallBench
from tests.support.troubles import CLEAR, SIDES, Trouble, error_of

_PORTS = ("orders.load", "orders.save", "orders.save_shipment", "orders.claim_shipment", "queues.send")
_OUTSIDE = ("store.tell", "store.make", "vendor.read")
troubles = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(_PORTS), st.sampled_from(SIDES), st.sampled_from(("lost", "crash"))),
    st.tuples(st.sampled_from(_OUTSIDE), st.sampled_from(SIDES), st.sampled_from(("unclear", "crash"))),
    st.tuples(
        st.sampled_from(("store.tell", "vendor.read")),
        st.just("before"),
        st.sampled_from(CLEAR),
    ),
    st.tuples(
        st.sampled_from(("orders.claim_shipment", "orders.load", "store.tell", "store.make", "orders.save")),
        st.sampled_from(SIDES),
        st.sampled_from(("another worker", "a stall")),
    ),
)


class Parcels(RuleBasedStateMachine):
    """One order of three lines, made by the press, and shipped in parcels."""

    @initialize(places=st.booleans(), alike=st.booleans())
    def an_order_is_at_the_vendor(self, places: bool, alike: bool) -> None:
        self.bench = StallBench(Resend.LOOKUP)
        self.order = self.bench.order_placed(3, 2, 1)
        self.bench.run()
        (self.made,) = self.bench.vendor.made
        self.left = {line.line_id: line.quantity for line in self.order.lines}
        if places:
            self.bench.store.places = {self.order.lines[0].line_id: "elsewhere"}
        self.bench.orders.on_write = self._written
        if alike:
            for _ in range(2):
                self.a_parcel_leaves(counts=(1, 0, 0), tracked=False, heard=True)
            self.bench.work_one(Queue.SHIPMENTS)

    def _written(self, before: object, after: object) -> None:
        if isinstance(before, Shipment) and isinstance(after, Shipment):
            steps = {before.state} | SHIPMENT_STEPS[before.state]
            assert after.state in steps, f"{before.state} -> {after.state} is no step forward"

    # the vendor

    @rule(
        counts=st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
        tracked=st.booleans(),
        heard=st.booleans(),
    )
    def a_parcel_leaves(self, counts: tuple[int, ...], tracked: bool, heard: bool) -> None:
        inside = {key: min(count, self.left[key]) for key, count in zip(self.left, counts, strict=True)}
        inside = {key: count for key, count in inside.items() if count}
        if not inside:
            return
        for key, count in inside.items():
            self.left[key] -= count
        number = f"T{len(self.made.parcels)}" if tracked else ""
        self.made.parcels.append(VendorParcel(carrier="C", tracking=number, items=tuple(inside.items())))
        self.made.phase = VendorPhase.IN_PRODUCTION if any(self.left.values()) else VendorPhase.SHIPPED
        if heard:
            self.the_vendor_speaks()

    @rule(pick=st.integers(0, 9), heard=st.booleans())
    def the_tracking_is_filled_in(self, pick: int, heard: bool) -> None:
        bare = [index for index, one in enumerate(self.made.parcels) if not one.tracking]
        if not bare:
            return
        index = bare[pick % len(bare)]
        self.made.parcels[index] = self.made.parcels[index].but(tracking=f"T{index}")
        if heard:
            self.the_vendor_speaks()

    @rule()
    def the_vendor_speaks(self) -> None:
        hint = VendorHint(connection="press", external_id=self.made.external_id)
        self.bench.queues.put_raw(Queue.SHIPMENTS, hint.model_dump_json())

    # workers

    @rule(queue=st.sampled_from((Queue.SHIPMENTS, Queue.STORE_UPDATES)), trouble=troubles)
    def deliver(self, queue: Queue, trouble: Trouble) -> None:
        self._arrange(trouble)
        self.bench.work_one(queue)
        self.bench.switch.clear()

    @rule(trouble=troubles)
    def tell(self, trouble: Trouble) -> None:
        self.deliver(Queue.STORE_UPDATES, trouble)

    @rule(
        first=st.integers(0, 9),
        second=st.integers(0, 9),
        point=st.sampled_from(("orders.claim_shipment", "orders.load", "store.tell", "store.make", "orders.save")),
        side=st.sampled_from(SIDES),
    )
    def two_workers_overlap(self, first: int, second: int, point: str, side: str) -> None:
        """The second does all of its work at one point of the first's."""
        if not self._parcels():
            return
        while got := self.bench.queues.receive(Queue.STORE_UPDATES):
            self.bench.queues.delete(got)  # what is lost here, the sweep brings back
        self.a_message_comes_again(first)
        self.a_message_comes_again(second)
        self._arrange((point, side, "another worker"))
        self.bench.work_one(Queue.STORE_UPDATES)
        self.bench.switch.clear()

    @rule(mood=st.sampled_from((None, "unclear", "crash")), side=st.sampled_from(SIDES))
    def everything_is_told_in_a_mood(self, mood: str | None, side: str) -> None:
        while self._arrange(("store.make", side, mood) if mood else None) or self.bench.work_one(
            Queue.STORE_UPDATES
        ):
            self.bench.switch.clear()
        self.bench.switch.clear()

    @rule(pick=st.integers(0, 9))
    def a_message_comes_again(self, pick: int) -> None:
        parcels = self._parcels()
        if parcels:
            one = parcels[pick % len(parcels)]
            hint = ShipmentHint(connection="stall", order_id=one.order_id, shipment_id=one.shipment_id)
            self.bench.queues.put_raw(Queue.STORE_UPDATES, hint.model_dump_json())

    @rule(seconds=st.sampled_from((1, 20, 45, 110, 200, 400)))
    def time_passes(self, seconds: int) -> None:
        self.bench.clock.passes(seconds=seconds)
        if seconds > 100:
            self.bench.sweep_now()

    @rule(pick=st.integers(0, 9), twice=st.booleans(), trouble=troubles)
    def a_person_retries(self, pick: int, twice: bool, trouble: Trouble) -> None:
        items = self.bench.attention()
        if items:
            item = items[pick % len(items)]
            self._arrange(trouble)
            for _ in range(2 if twice else 1):
                with suppress(Lost, Crash):
                    self.bench.click("retry", item["order_id"], item["place"])
            self.bench.switch.clear()

    def _arrange(self, trouble: Trouble) -> None:
        if trouble:
            call, side, kind = trouble
            (self.bench.switch.before if side == "before" else self.bench.switch.after)(call, self._trouble(kind))

    def _trouble(self, kind: str) -> BaseException | Callable[[], None]:
        if kind == "another worker":
            return self._another_worker
        return self._stall if kind == "a stall" else error_of(kind)

    def _another_worker(self) -> None:
        self.bench.work_one(Queue.STORE_UPDATES)
        self.bench.work_one(Queue.SHIPMENTS)

    def _stall(self) -> None:
        self.bench.clock.passes(seconds=50)
        self.bench.sweep_now()
        self._another_worker()

    # what holds

    def _parcels(self) -> list[Shipment]:
        return [one for record in self.bench.orders.records() for one in record.shipments.values()]

    @invariant()
    def no_line_is_shown_more_often_than_it_was_shipped(self) -> None:
        shown = self.bench.store.shown.get(self.order.store_order_id, [])
        for line in self.order.lines:
            shipped = sum(dict(one.items).get(line.line_id, 0) for one in self.made.parcels)
            assert sum(one.goods.get(line.line_id, 0) for one in shown) <= shipped

    @invariant()
    def no_fulfillment_stands_for_two_parcels(self) -> None:
        known = [number for one in self._parcels() for number in one.fulfillments]
        assert len(known) == len(set(known))

    @invariant()
    def what_is_ours_to_tell_will_be_looked_at(self) -> None:
        for one in self._parcels():
            if one.state in (ShipmentState.READY, ShipmentState.CLAIMED, ShipmentState.UNKNOWN):
                assert one.due_at

    def teardown(self) -> None:
        if not hasattr(self, "bench"):
            return
        bench = self.bench
        bench.switch.clear()
        bench.run(timedelta(hours=12), at_least=timedelta(hours=5))
        for item in bench.attention():
            assert item["cause"] in ("store_refused", "vendor_refused")
            assert bench.click("retry", item["order_id"], item["place"])["ok"]
        bench.do("redrive")
        bench.run(timedelta(hours=12), at_least=timedelta(hours=1))
        assert bench.attention() == []
        assert bench.queues.dead() == []
        self.no_line_is_shown_more_often_than_it_was_shipped()
        self.no_fulfillment_stands_for_two_parcels()
        self._everything_is_shown()

    def _everything_is_shown(self) -> None:
        assert len(self._parcels()) == len(self.made.parcels)
        assert all(one.state is ShipmentState.TOLD for one in self._parcels())
        shown = self.bench.store.shown.get(self.order.store_order_id, [])
        for line in self.order.lines:
            shipped = sum(dict(one.items).get(line.line_id, 0) for one in self.made.parcels)
            assert sum(one.goods.get(line.line_id, 0) for one in shown) == shipped
        for one in self._parcels():
            tracking = {each.tracking for each in shown if each.number in one.fulfillments}
            assert tracking == {one.parcel.tracking}
        over = self.bench.record(self.order.order_id).head.state is OrderState.DONE
        assert over is not any(self.left.values())


def test_every_parcel_is_shown_once_whatever_happens() -> None:
    run_state_machine_as_test(Parcels)
