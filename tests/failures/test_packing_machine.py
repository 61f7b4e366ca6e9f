"""Orders of both stores on their way to ShipStation and back, while anything happens, in any order.

Whatever buyers, shops, packers, carriers of messages and crashes do: no order is at ShipStation twice, no label's
tracking is lost, nothing is packed that nobody wants without a person seeing it, and nothing stands still unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from platen.domain.record import OrderState
from tests.fakes import Crash
from tests.support.packing import PACKERS, PackingHouse
from tests.support.packing_witness import Bought, Witness, goods_of, is_shown, street_of
from twins.inksoft.model import Order as InkOrder
from twins.kit import Fault
from twins.shipstation.model import Order as PackedOrder
from twins.shopify.admin import CannotCancel
from twins.shopify.model import Order as ShopOrder
from twins.shopify.shop import Unknown

_SHARE = 60
"""Of the examples of the quick machines: each of these runs through days of three outside systems."""
_CRASHES = (
    "feed.page",
    "feed.get",
    "feed.save",
    "feed.mark_fetched",
    "feed.add_notice",
    "orders.load",
    "orders.body",
    "orders.bodies",
    "orders.save",
    "orders.save_job",
    "orders.claim_job",
    "orders.claim_shipment",
    "orders.save_shipment",
    "queues.send",
    "connections.save_health",
)
_INK_TROUBLES = ("error", "error_after", "cut", "drop", "page", "data_false", "too_many", "garbage")
_INK_METHODS = ("GetOrder", "GetOrderSummaries", "CreateOrderShipments", "*")
_ODD_POLLS = (
    "wide_window",
    "zero_width_window",
    "beyond_the_end",
    "repeated_page",
    "pacific_window",
    "compact_dates",
    "no_page",
    "wrong_password",
    "cut_reply",
)
"""Not two at once: they need a thread, and no example would be the same again."""
_ODD_NOTICES: tuple[dict[str, object], ...] = (
    {},
    {"copies": 1},
    {"no_line_ids": True},
    {"no_order_id": True},
    {"no_order_id": True, "number_suffix": "-1"},
    {"numeric_carrier": True},
    {"twelve_hour_dates": True},
    {"delay_seconds": 3600.0},
)
_PLAIN_NOTICE: dict[str, object] = {
    "copies": 0,
    "no_line_ids": False,
    "no_order_id": False,
    "number_suffix": "",
    "numeric_carrier": False,
    "twelve_hour_dates": False,
    "delay_seconds": 0.0,
}

lines = st.lists(st.integers(1, 3), min_size=1, max_size=3)
"""How many pieces of each line."""
picks = st.integers(0, 9)
minutes = st.sampled_from((1, 8, 20, 70, 200))
troubles = st.one_of(
    st.tuples(st.just("inksoft"), st.sampled_from(_INK_TROUBLES), st.sampled_from(_INK_METHODS), st.integers(1, 2)),
    st.tuples(st.just("shipstation"), st.sampled_from(("drop", "status_after", "cut_reply")), st.integers(0, 3)),
    st.tuples(st.just("shopify"), st.sampled_from(("drop", "status_after", "cut_reply")), st.integers(0, 3)),
    st.tuples(st.just("answers"), st.integers(1, 2)),
    st.tuples(st.just("poll"), st.sampled_from(_ODD_POLLS)),
)


def step(**drawn: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule after which a little time passes, or none."""

    def stepped(act: Callable[..., None]) -> Any:
        @wraps(act)
        def then_time_passes(self: Packing, passes: int, **given: object) -> None:
            act(self, **given)
            self.run(timedelta(minutes=passes))

        made: Callable[[Callable[..., None]], Any] = rule(**drawn | {"passes": st.sampled_from((0, 3, 25))})
        return made(then_time_passes)

    return stepped


class Packing(RuleBasedStateMachine, Witness):
    """Both stores, and ShipStation by one way, which is the subclass's."""

    @initialize(hooks=st.booleans(), relabels=st.booleans(), pieces=lines)
    def the_house_opens(self, hooks: bool, relabels: bool, pieces: list[int]) -> None:
        self.house = PackingHouse(self.way).connect()
        if hooks and self.way != "custom_store":
            self.house.listen()
        self.house.shipstation.notifier.switches.on_relabel = relabels
        self.bought: list[Bought] = []
        self.by_hand: dict[int, Counter[str]] = {}
        """Store order id -> line -> how many a person shipped at the store."""
        self.too_many: set[int] = set()
        """Store order ids of which more was packed than was known to be wanted at that moment."""
        self.numbers = count(1)
        self._buy_at_inksoft(pieces, "coupon")
        self._buy_at_shopify(pieces[::-1], "discount")
        self.run(timedelta(minutes=40))

    # buyers

    @step(
        pieces=lines,
        kind=st.sampled_from(
            (
                "plain",
                "plain",
                "unpaid",
                "approval",
                "pickup",
                "no address",
                "gift",
                "coupon",
                "free",
                "custom item",
            )
        ),
    )
    def somebody_buys_at_inksoft(self, pieces: list[int], kind: str) -> None:
        if len(self.bought) < 4:
            self._buy_at_inksoft(pieces, kind)

    def _buy_at_inksoft(self, pieces: list[int], kind: str) -> None:
        kinds: dict[str, dict[str, Any]] = {
            "unpaid": {"paid": False},
            "approval": {"needs_approval": True},
            "pickup": {"pickup": True, "shipping_method": "Store Pickup"},
            "no address": {"address": None},
            "gift": {"gift_message": "For you ❤"},
            "coupon": {"discount": "3.33", "discount_code": "TEN", "coupon_code": "TEN", "tax": "1.07"},
            "free": {"items": [{"price": "0"}], "shipping": "0"},
            "custom item": {"custom_items": [{"name": "Setup", "price": "5", "quantity": 1}]},
        }
        sizes = ("S", "M", "L")
        fields: dict[str, Any] = {
            "items": [{"size": size, "quantity": number} for size, number in zip(sizes, pieces, strict=False)]
        } | kinds.get(kind, {})
        self.bought.append(self.house.ink_order(**fields))

    @step(pieces=lines, kind=st.sampled_from(("plain", "unpaid", "held", "no address", "discount")))
    def somebody_buys_at_shopify(self, pieces: list[int], kind: str) -> None:
        if len(self.bought) < 4:
            self._buy_at_shopify(pieces, kind)

    def _buy_at_shopify(self, pieces: list[int], kind: str) -> None:
        off = {"discount": "1.01"} if kind == "discount" else {}
        goods = [
            {"sku": f"MUG-{number}", "title": f"Mug {number}", "quantity": each, "price": "14.90"} | off
            for number, each in enumerate(pieces, start=1)
        ]
        fields: dict[str, object] = {"ship_to": None} if kind == "no address" else {}
        if kind == "unpaid":
            fields["financial_status"] = "PENDING"
        order = self.house.shopify.place_order(goods, **fields)
        if kind == "held":
            self.house.shopify.hold(order.id)
        self.bought.append(order)

    # shops

    @step(pick=picks, line=picks, more=st.sampled_from((-1, -1, 1)), what=st.sampled_from(("pieces", "address")))
    def a_shop_changes_an_order(self, pick: int, line: int, more: int, what: str) -> None:
        if not self.bought:
            return
        order = self.bought[pick % len(self.bought)]
        if isinstance(order, InkOrder):
            if order.cancelled or order.shipped:
                return
            if what == "address":
                self.house.inksoft.change_address(order.id, {"street1": f"Corrected Street {line}"})
            elif order.items:
                item = order.items[line % len(order.items)]
                if item.quantity + more > 0 or len(order.items) > 1:
                    self.house.inksoft.edit_quantity(order.id, item.unique_id, item.quantity + more)
            return
        if order.cancelled_at:
            return
        if what == "address":
            if order.ship_to:
                self.house.shopify.change_address(order.id, address1=f"Corrected Street {line}")
            return
        row = order.lines[line % len(order.lines)]
        with suppress(ValueError):
            self.house.shopify.edit_order(order.id, row.id, row.current + more)

    @step(pick=picks, what=st.sampled_from(("pay", "approve", "release", "hold", "comment", "cancel", "refund")))
    def a_shop_decides(self, pick: int, what: str) -> None:
        if not self.bought:
            return
        order = self.bought[pick % len(self.bought)]
        with suppress(ValueError, CannotCancel, Unknown):
            self._decide_ink(order, what) if isinstance(order, InkOrder) else self._decide_shop(order, what)

    def _decide_ink(self, order: InkOrder, what: str) -> None:
        inksoft = self.house.inksoft
        match what:
            case "pay":
                inksoft.pay(order.id)
            case "approve":
                inksoft.approve(order.id)
            case "comment":
                inksoft.comment(order.id, "Somebody looked at it")
            case "cancel" if not order.shipped:
                inksoft.cancel(order.id)

    def _decide_shop(self, order: ShopOrder, what: str) -> None:
        shopify = self.house.shopify
        match what:
            case "pay":
                shopify.mark_paid(order.id)
            case "hold":
                shopify.hold(order.id)
            case "release":
                shopify.release_hold(order.id)
            case "cancel":
                shopify.cancel_order(order.id)
            case "refund":
                shopify.refund(order.id, order.lines[0].id, 1)

    @step(pick=picks, whole=st.booleans())
    def a_shop_ships_by_hand(self, pick: int, whole: bool) -> None:
        if not self.bought:
            return
        order = self.bought[pick % len(self.bought)]
        tracking = f"HAND{next(self.numbers)}"
        if isinstance(order, InkOrder):
            left = order.unpacked
            if order.cancelled or order.shipped or not left:
                return
            gone = {item.unique_id: number for item, number in left}
            if not whole:
                gone = {left[0][0].unique_id: 1}
            completes = gone == {item.unique_id: number for item, number in left}
            self.house.inksoft.ship_by_hand(order.id, tracking, gone, completes=completes)
        else:
            rows = {row.id: row.unfulfilled for row in order.lines if row.unfulfilled}
            if order.cancelled_at or not rows:
                return
            if not whole:
                rows = {next(iter(rows)): 1}
            with suppress(ValueError):
                self.house.shopify.fulfill_elsewhere(order.id, rows, company="UPS", number=tracking)
            if not any(one.number == tracking for made in order.fulfillments for one in made.tracking):
                return
            gone = {str(line_id): number for line_id, number in rows.items()}
        self.by_hand.setdefault(order.id, Counter()).update(gone)

    # packers

    @step(pick=picks, part=st.booleans(), odd=st.sampled_from(_ODD_NOTICES))
    def a_packer_buys_a_label(self, pick: int, part: bool, odd: dict[str, object]) -> None:
        waiting = self.house.waiting_for_labels()
        if waiting:
            self._notices(odd)
            order = waiting[pick % len(waiting)]
            self._label(order, part=part and self.way != "v2")  # a label of V2 is for all of its shipment
            self._notices({})

    def _label(self, order: PackedOrder, *, part: bool = False) -> None:
        left = order.left
        goods = [item for item in order.content.items if item.item_id in left]
        items = {goods[0].line_id: 1} if part else None
        self._count(order, {goods[0].item_id: 1} if part else left)
        self.house.shipstation.packing.label(order.order_id, items, tracking=f"T{next(self.numbers)}")

    def _count(self, order: PackedOrder, now: dict[int, int]) -> None:
        """Whether this is more than is wanted at this moment."""
        bought = self.order_of(order)
        if bought is None:
            return
        packed = self.packed(bought)
        for item in order.content.items:
            packed[item.line_id] += now.get(item.item_id, 0)
        known = self.known(bought)
        if any(number > known[line_id] for line_id, number in packed.items() if number):
            self.too_many.add(bought.id)

    def _notices(self, odd: dict[str, object]) -> None:
        for name, value in (_PLAIN_NOTICE | odd).items():
            setattr(self.house.shipstation.notifier.switches, name, value)

    @step(pick=picks)
    def a_packer_ships_it_by_another_carrier(self, pick: int) -> None:
        waiting = self.house.waiting_for_labels()
        if waiting:
            order = waiting[pick % len(waiting)]
            self._count(order, order.left)
            number = f"T{next(self.numbers)}"
            self.house.shipstation.packing.mark_as_shipped(order.order_id, tracking=number, notify_store=True)

    @step(pick=picks, again=st.booleans())
    def a_packer_voids_a_label(self, pick: int, again: bool) -> None:
        live = [(order, one) for order in self.house.shipstation.orders for one in order.parcels if one.counts]
        if not live:
            return
        order, parcel = live[pick % len(live)]
        if not parcel.label:
            return
        self.house.shipstation.packing.void(parcel.parcel_id)
        if again and order.status == "awaiting_shipment":
            items = {
                item.line_id: parcel.items[item.item_id]
                for item in order.content.items
                if item.item_id in parcel.items
            }
            self._count(order, parcel.items)
            with suppress(ValueError):
                self.house.shipstation.packing.label(order.order_id, items, tracking=f"T{next(self.numbers)}")

    @step(pick=picks)
    def a_packer_splits_an_order(self, pick: int) -> None:
        waiting = [one for one in self.house.waiting_for_labels() if sum(one.left.values()) > 1 and not one.parcels]
        if waiting:
            order = waiting[pick % len(waiting)]
            first = next(item for item in order.content.items if item.item_id in order.left)
            with suppress(ValueError):
                self.house.shipstation.packing.split(order.order_id, {first.line_id: 1})

    # whoever runs it

    @rule(paused=st.booleans())
    def the_connection_is_paused_or_resumed(self, paused: bool) -> None:
        self.house.do("pause" if paused else "resume", connection=PACKERS)

    @rule(pick=picks)
    def a_person_has_it_tried_again(self, pick: int) -> None:
        items = [one for one in self.house.attention() if "retry" in one["actions"]]
        if items:
            item = items[pick % len(items)]
            self.house.click("retry", item["order_id"], item["place"])

    # time, and what goes wrong in it

    @rule(passes=minutes)
    def nothing_happens(self, passes: int) -> None:
        self.run(timedelta(minutes=passes))

    @rule(passes=minutes, call=st.sampled_from(_CRASHES), side=st.sampled_from(("before", "after")))
    def a_function_dies(self, passes: int, call: str, side: str) -> None:
        getattr(self.house.switch, side)(call, Crash())
        self.run(timedelta(minutes=passes))
        self.house.switch.clear()

    @rule(passes=minutes, trouble=troubles)
    def something_goes_wrong(self, passes: int, trouble: tuple[object, ...]) -> None:
        self._order_trouble(trouble)
        self.run(timedelta(minutes=passes))
        self.house.switch.clear()

    def _order_trouble(self, trouble: tuple[object, ...]) -> None:
        house = self.house
        match trouble:
            case ("inksoft", str(kind), str(method), int(times)):
                house.inksoft.trouble(kind, method, times=times)  # type: ignore[arg-type]
            case ("shipstation", str(kind), int(skip)):
                house.shipstation.faults.add(Fault.model_validate({"kind": kind, "skip": skip}))
            case ("shopify", str(kind), int(skip)):
                house.shopify.faults.add(Fault.model_validate({"kind": kind, "skip": skip}))
            case ("answers", int(times)):
                house.lose_answers += times
            case ("poll", str(odd)) if house.store:
                house.store.oddities[odd] = 1

    def run(self, limit: timedelta) -> None:
        """A crash of the clock's own hand, which sends what is due, is one of nobody."""
        until = self.house.clock.now() + limit
        while (left := until - self.house.clock.now()) > timedelta(0):
            with suppress(Crash):
                self.house.run(left, at_least=left)
                return

    # what holds at any time

    @invariant()
    def nothing_is_there_twice(self) -> None:
        if hasattr(self, "house"):
            assert self.house.shipstation.duplicates == []
            assert self.house.inksoft.duplicates == []

    # and at the end

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        self._all_is_well_again()
        self.run(timedelta(hours=4))
        self.run(timedelta(hours=4))
        for order in self.bought:
            self._awaits_shipment_as_it_is_wanted(order)
        for _ in range(2):
            for waiting in self.house.waiting_for_labels():
                self._label(waiting)
            self.run(timedelta(hours=5))
        self.nothing_is_there_twice()
        assert self.house.queues.dead() == []
        assert not [one for one in self.house.store_errors() if "XML" in one or "could not be read" in one]
        assert not self.house.store or self.house.store.warnings == []
        for order in self.bought:
            self._is_accounted_for(order)

    def _all_is_well_again(self) -> None:
        house = self.house
        house.switch.clear()
        for twin in (house.inksoft, house.shopify, house.shipstation):
            twin.faults.clear()
        house.lose_answers = 0
        self._notices({})
        if house.store:
            house.store.oddities.clear()
        house.do("resume", connection=PACKERS)

    def _awaits_shipment_as_it_is_wanted(self, order: Bought) -> None:
        """What the packers see is what the shop wants, or a person has been told."""
        if not self.house.of_known(order) or is_shown(self.house.of(order)):
            return
        if self.way == "v2" and not self.is_to_be_packed(order):
            return  # it has no orders that wait: what it was told before is packed
        family = self.family(order)
        if any(one.merged_or_split or one.parcels for one in family):
            return
        wanted = self.wanted(order) if self.is_to_be_packed(order) else Counter[str]()
        awaits = Counter[str]()
        for one in family:
            if one.status == "awaiting_shipment":
                awaits.update({item.line_id: item.quantity for item in goods_of(one)})
                if wanted:
                    assert one.content.ship_to.street1 == street_of(order)
        assert +awaits == +wanted, f"{order.id}: {self.house.of(order)}"

    def _is_accounted_for(self, order: Bought) -> None:
        if not self.house.of_known(order):
            assert isinstance(order, InkOrder)
            assert order.pending or order.cancelled, "lost"
            return
        record = self.house.of(order)
        shown = is_shown(record)
        match record.head.state:
            case OrderState.WAITING:
                assert record.head.waiting_for
            case OrderState.NOTHING_TO_MAKE:
                assert record.head.nothing_because
            case state:
                ends = (OrderState.DONE, OrderState.CANCELLED, OrderState.ATTENTION)
                assert state in ends, f"{order.id} stands still: {record}"
        if order.id in self.too_many:
            assert shown, f"more was packed of {order.id} than was wanted, and nobody knows: {record}"
        told = Counter(self.house.tracking_shown(order))
        for parcel in self.told_of(order):
            assert told[parcel.tracking] <= 1
            assert told[parcel.tracking] or shown, f"{parcel.tracking} of {order.id} is lost: {record}"


class AsCustomStore(Packing):
    """ShipStation fetches them, and posts its notices."""


class ByV2(Packing):
    """Platen puts them there, by the API of today."""

    way = "v2"


class ByV1(Packing):
    """And by the one before."""

    way = "v1"


@pytest.mark.parametrize("machine", [AsCustomStore, ByV2, ByV1])
def test_every_order_is_packed_once_and_its_store_is_told(machine: type[Packing]) -> None:
    pace = settings()
    run_state_machine_as_test(machine, settings=settings(max_examples=max(4, pace.max_examples // _SHARE)))
