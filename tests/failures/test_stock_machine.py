"""Buyers, a warehouse, late news and faults, in any order: no stock is ever shown that is not there, and in the end
all of it is.

``shelf`` is the truth: what lies at the warehouse. What can be sold of it is what lies there less what is still to
leave for orders. Platen can know of it only what it was told: damage nobody has reported is not held against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from platen.domain.sync import Run, RunState
from platen.domain.verdicts import Busy, Unclear
from platen.domain.warehouse import Reason
from platen.ports import Write
from tests.fakes import Crash, Lost
from tests.fakes.stocked_store import FakeStockedStore, Sale
from tests.support.counting import MAIN, TWO_SHOPS, Counting

FEW = st.integers(1, 4)
CALLS = (
    "stock.levels", "stock.standings", "stock.set_levels", "stock.adjust_levels", "ledger.save_run",
    "ledger.unsettled", "files.put", "files.put_lines", "files.names", "files.delete", "ledger.save_order",
    "ledger.save_state",
)  # fmt: skip


@dataclass
class Order:
    """An order as it really is."""

    number: str
    store: str
    count: int
    told: bool
    taken: int = 0
    taken_told: int = 0
    taken_at: datetime | None = None
    closed: bool = False
    moves: list[tuple[datetime, int]] = field(default_factory=list)
    """Picks that were not told yet."""


class StockMachine(RuleBasedStateMachine):
    mode = "set_on_hand"
    sites = MAIN
    more: dict[str, object] = {}

    @initialize(count=st.integers(0, 12))
    def opens(self, count: int) -> None:
        self.bench = Counting(
            self.sites,
            stock_mode=self.mode,
            most_changed_percent=0,
            most_to_zero_percent=0,
            oldest_snapshot_hours=744,
            **self.more,
        )
        self.shelf = count
        self.orders: list[Order] = []
        self.snapshots: list[tuple[datetime, int]] = []
        self.untold: list[tuple[datetime, int, Reason]] = []
        """Movements without an order that Platen was not told of yet."""
        self.counted_at = self.bench.clock.now()
        self.returns = 0
        """On their way back to the shelf; their store counts them as back already."""
        for name, store in self.bench.stores.items():
            self.bench.sells({"A": count}, name)
            store.watch = lambda write, store=store: self.looks_at(store, write)  # type: ignore[misc]
        self.bench.counts({"A": count})
        self.bench.pushes()

    # what is true

    def sale(self, order: Order) -> Sale:
        return self.bench.stores[order.store].sales[order.number, "1"]

    def free(self) -> int:
        """What can be sold."""
        needed = 0
        for order in self.orders:
            sale = self.sale(order)
            # What was fulfilled by hand is still to be picked; once the order is closed, it came from elsewhere.
            fulfilled = min(sale.fulfilled, order.taken) if order.closed else sale.fulfilled
            needed += max(0, sale.open + fulfilled - order.taken)
        return self.shelf - needed

    def looks_at(self, store: FakeStockedStore, write: Write) -> None:
        if self.mode == "send_changes":
            return  # others write there too: only the changes are ours
        shelf, most = store.shelf("i-A"), self.most()
        assert shelf.available <= most or shelf.on_hand == 0, f"shows {shelf.available} of {most}"

    def most(self) -> int:
        """What can be sold, and what nobody told that it cannot."""
        unknown = -sum(delta for at, delta, _ in self.untold if delta < 0 and at > self.counted_at)
        for order in self.orders:  # picked for what was cancelled, and not told
            needed = self.sale(order).open + self.sale(order).fulfilled
            unknown += max(0, order.taken - max(order.taken_told, needed))
        return max(0, self.free() + unknown)

    def pass_time(self, **time: float) -> None:
        self.bench.clock.passes(**(time or {"seconds": 1}))

    # buyers

    @rule(count=FEW, told=st.booleans(), second=st.booleans())
    def buys(self, count: int, told: bool, second: bool) -> None:
        self.pass_time()
        store = list(self.bench.stores)[second % len(self.bench.stores)]
        if self.bench.stores[store].shelf("i-A").available >= count:
            self.orders.append(Order(self.bench.buys("A", count, store=store, told=told), store, count, told))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), count=FEW, restock=st.booleans())
    def cancels(self, data: st.DataObject, count: int, restock: bool) -> None:
        """Before or after it was picked; what was picked comes back to the shelf later."""
        self.pass_time()
        order = data.draw(st.sampled_from(self.orders))
        self.bench.stores[order.store].cancels(order.number, count, restock=restock or self.mode == "send_changes")
        if self.bench.ledger.order("depot", order.number):
            self.bench._change(self.bench.known(order.number))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), restock=st.booleans())
    def is_refunded(self, data: st.DataObject, restock: bool) -> None:
        self.pass_time()
        order = data.draw(st.sampled_from(self.orders))
        if self.sale(order).fulfilled:
            # Where changes are sent, the warehouse alone counts what comes back.
            if restock and self.mode != "send_changes":
                self.bench.stores[order.store].restocks(order.number, 1)
            self.returns += 1

    # the warehouse

    @precondition(lambda self: any(not one.told for one in self.orders))
    @rule()
    def hears_of_an_order(self) -> None:
        self.pass_time()
        order = next(one for one in self.orders if not one.told)
        sale = self.sale(order)
        order.count, order.told = sale.open, True
        if sale.open:
            self.bench.tells(order.number, "A", sale.open, store=order.store)
        else:
            order.closed = True

    @precondition(lambda self: any(one.told and not one.closed for one in self.orders))
    @rule(data=st.data(), count=FEW, late=st.booleans())
    def picks(self, data: st.DataObject, count: int, late: bool) -> None:
        self.pass_time()
        order = data.draw(st.sampled_from([one for one in self.orders if one.told and not one.closed]))
        count = min(count, order.count - order.taken, self.shelf)
        if count <= 0:
            return
        self.shelf -= count
        order.taken += count
        order.moves.append((self.bench.clock.now(), order.taken))
        if not late:
            self.tell_picks(order)

    def tell_picks(self, order: Order) -> None:
        for at, in_all in order.moves:
            self.bench.takes(order.number, in_all, at=at)
            order.taken_told = in_all
        order.moves = []

    @precondition(lambda self: any(one.told and not one.closed for one in self.orders))
    @rule(data=st.data())
    def closes(self, data: st.DataObject) -> None:
        """In full or short; what it does not take it never takes."""
        self.pass_time()
        order = data.draw(st.sampled_from([one for one in self.orders if one.told and not one.closed]))
        if order.taken >= self.sale(order).fulfilled:
            self.close(order)

    def close(self, order: Order) -> None:
        self.tell_picks(order)
        self.bench.closes(order.number)
        order.closed = True

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), by_hand=st.booleans())
    def is_fulfilled(self, data: st.DataObject, by_hand: bool) -> None:
        """The store is told of what was picked; or a person fulfils more than that was."""
        self.pass_time()
        order = data.draw(st.sampled_from(self.orders))
        self.fulfil(order, by_hand=by_hand and order.told and not order.closed)

    def fulfil(self, order: Order, *, by_hand: bool = False) -> None:
        sale = self.sale(order)
        known = order.count if by_hand else order.taken_told
        count = min(sale.open, known - sale.fulfilled)
        if count > 0:
            self.bench.stores[order.store].fulfils(order.number, count)

    @rule(delta=st.integers(-3, 5), late=st.booleans())
    def moves_without_an_order(self, delta: int, late: bool) -> None:
        self.pass_time()
        delta = max(delta, -self.shelf)
        if delta:
            self.move(delta, Reason.COUNT, late=late)

    @precondition(lambda self: self.returns)
    @rule(late=st.booleans())
    def gets_a_return(self, late: bool) -> None:
        self.pass_time()
        self.returns -= 1
        self.move(1, Reason.RETURN, late=late)

    def move(self, delta: int, reason: Reason, *, late: bool) -> None:
        self.shelf += delta
        self.untold.append((self.bench.clock.now(), delta, reason))
        if not late:
            self.tell_movements()

    @rule()
    def tells_what_is_late(self) -> None:
        self.pass_time()
        self.tell_movements()
        for order in self.orders:
            if order.told:
                self.tell_picks(order)

    def tell_movements(self) -> None:
        for at, delta, reason in self.untold:
            self.bench.adjusts("A", delta, at=at, reason=reason)
        self.untold = []

    @rule()
    def counts(self) -> None:
        self.pass_time()
        self.snapshots.append((self.bench.clock.now(), self.shelf))

    @precondition(lambda self: self.snapshots)
    @rule(data=st.data())
    def sends_a_count(self, data: st.DataObject) -> None:
        """Late, and in any order: an older one than the one that counts changes nothing."""
        self.pass_time()
        at, count = data.draw(st.sampled_from(self.snapshots))
        self.snapshots.remove((at, count))
        self.send_count(at, count)

    def send_count(self, at: datetime, count: int) -> None:
        if at >= self.counted_at:
            self.bench.counts({"A": count}, at=at)
            self.counted_at = at

    # pushes

    @rule(full=st.booleans(), sale=st.integers(0, 2), steps=st.lists(st.booleans(), max_size=6))
    def pushes(self, full: bool, sale: int, steps: list[bool]) -> None:
        """A buyer may buy between the last read and the write; the time may be up at any step."""
        self.pass_time()
        self.sells_meanwhile(sale)
        left = iter(steps)
        self.go(self.bench.asks(full=full), time_left=lambda: 900.0 if next(left, True) else 1.0)

    @rule(
        call=st.sampled_from(CALLS), nth=st.integers(1, 6), after=st.booleans(), kind=st.sampled_from("clbu"),
        sale=st.integers(0, 2), full=st.booleans(),
    )  # fmt: skip
    def pushes_and_something_breaks(
        self, call: str, nth: int, after: bool, kind: str, sale: int, full: bool
    ) -> None:
        self.pass_time()
        trouble = {"c": Crash(), "l": Lost(call), "b": Busy("slow down"), "u": Unclear("no answer")}[kind]
        if not call.startswith("stock."):
            trouble = Crash() if kind in "cb" else Lost(call)
        elif kind in "cl":
            trouble = Crash()
        side = self.bench.switch.after if after and kind != "b" else self.bench.switch.before
        run = self.bench.asks(full=full)
        side(call, trouble, nth=nth)
        self.sells_meanwhile(sale)
        self.go(run)
        self.bench.switch.clear()

    def sells_meanwhile(self, count: int) -> None:
        """At the store that is written to; and elsewhere, where each shows a part of its own."""
        if count and (len(self.bench.stores) == 1 or "shares" in self.more):
            for store in self.bench.stores.values():
                store.before_write = [
                    lambda name=name: self.buys_now(name, count)  # type: ignore[misc]
                    for name in self.bench.stores
                ]

    def buys_now(self, store: str, count: int) -> None:
        if self.bench.stores[store].shelf("i-A").available >= count:
            number = self.bench.buys("A", count, store=store, told=False)
            self.orders.append(Order(number, store, count, told=False))

    def go(self, run: Run, time_left: object = lambda: 900.0) -> None:
        for _ in range(40):
            try:
                run = self.bench.goes_on(run, time_left)  # type: ignore[arg-type]
            except (Crash, Lost):
                self.bench.clock.passes(minutes=15)
                continue
            if run.over:
                break
            self.bench.clock.passes(seconds=15)
        for store in self.bench.stores.values():
            store.before_write = []
        assert run.state is RunState.DONE, (run.state, run.words)

    # the end

    def teardown(self) -> None:
        if not hasattr(self, "orders"):
            return
        self.bench.switch.clear()
        self.settles()
        for order in self.orders:
            self.ends(order)
        while self.returns:
            self.gets_a_return(late=False)
        self.settles()
        for name, store in self.bench.stores.items():
            assert store.shelf("i-A").committed == 0
            assert store.shelf("i-A").on_hand == self.part(name, self.shelf), name
        assert not list(self.bench.ledger.unsettled("depot")), "what is over matters no more"
        assert not self.bench.left_over()

    def settles(self) -> None:
        """All is told, a fresh count comes, and is pushed: what can be sold is what is shown."""
        self.tells_what_is_late()
        for order in [one for one in self.orders if not one.told]:
            self.hears_of_an_order()
            assert order.told
        self.pass_time(hours=1)
        self.send_count(self.bench.clock.now(), self.shelf)
        self.bench.pushes()
        if self.mode == "send_changes":
            return
        for name, store in self.bench.stores.items():
            shelf = store.shelf("i-A")
            if self.mode == "set_available":
                assert shelf.available == self.part(name, max(0, self.free()))
            else:
                assert shelf.available == self.free() or shelf.on_hand == 0

    def part(self, store: str, count: int) -> int:
        """What a store shows of it."""
        return count

    def ends(self, order: Order) -> None:
        sale = self.sale(order)
        if order.told and not order.closed:
            count = min(max(0, sale.open + sale.fulfilled - order.taken), order.count - order.taken, self.shelf)
            if count:
                self.shelf -= count
                order.taken += count
                order.moves.append((self.bench.clock.now(), order.taken))
            self.close(order)
        self.fulfil(order)
        self.bench.stores[order.store].cancels(order.number)


class SharedMachine(StockMachine):
    mode = "set_available"
    sites = TWO_SHOPS


class SharesMachine(SharedMachine):
    """Each store shows its part; together they never show more than there is."""

    more = {"shares": ["shop=60%", "outlet=40%"]}

    def part(self, store: str, count: int) -> int:
        shop = (count * 3 + 2) // 5
        return shop if store == "shop" else count - shop

    def looks_at(self, store: FakeStockedStore, write: Write) -> None:
        super().looks_at(store, write)
        if write.quantity > (write.expected or 0):
            in_all = sum(one.shelf("i-A").available for one in self.bench.stores.values())
            assert in_all <= self.most(), f"all show {in_all} of {self.most()}"


class AvailableMachine(StockMachine):
    mode = "set_available"


class ChangesMachine(StockMachine):
    mode = "send_changes"


_PACE = settings(max_examples=max(8, settings().max_examples // 3), stateful_step_count=25)
TestOnHand = StockMachine.TestCase
TestAvailable = AvailableMachine.TestCase
TestTwoStores = SharedMachine.TestCase
TestShares = SharesMachine.TestCase
TestChanges = ChangesMachine.TestCase
for one in (TestOnHand, TestAvailable, TestTwoStores, TestShares, TestChanges):
    one.settings = _PACE
del one
