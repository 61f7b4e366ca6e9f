"""What the packing demo shows, act by act: unpaid orders, second thoughts, labels, and all of it once more."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from rich.padding import Padding

from platen.domain.order import order_id
from platen_cli import answers
from platen_cli.answers import read
from platen_cli.demo.packing.orders import CANCELLED, CORRECTED, RIGHT_STREET, UNPAID, ordered
from platen_cli.demo.packing.shown import Packing, slip, verdict
from platen_cli.demo.packing.tally import (
    PACKERS,
    STORE,
    Result,
    Seen,
    changed,
    differing,
    duplicates,
    lost,
)
from platen_cli.demo.packing.world import API_KEY, PASSWORD, STORE_PATH, USER, World
from platen_cli.demo.performance import DRAIN_SECONDS, STALLED_SECONDS, Performance
from platen_cli.demo.screen import Screen, Stages
from platen_cli.desk import Desk
from platen_cli.stops import Stop

POLL = f"platen poll {STORE}"
_AWAITING_PAYMENT, _AWAITING_SHIPMENT = "awaiting_payment", "awaiting_shipment"
_WORDS = {_AWAITING_PAYMENT: "Awaiting Payment", _AWAITING_SHIPMENT: "Awaiting Shipment", "cancelled": "Cancelled"}


class Play(Performance[World]):
    """Orders of InkSoft's stores for ShipStation."""

    def __init__(self, world: World, screen: Screen, desk: Desk, count: int) -> None:
        super().__init__(world, screen, desk, count)
        self.numbers: list[str] = []
        self.paid_later = 0

    def hints(self) -> tuple[str, ...]:
        shown = f"platen orders show {self.numbers[CORRECTED]}"
        return ("platen orders list", shown, "platen connections", f"platen links {STORE}", "platen status")

    def play(self) -> Result:
        self.world.open(self.step)
        self.connect()
        began = time.monotonic()
        self._place()
        self._change()
        self.step("The packers begin: ShipStation makes a label for whatever may be shipped")
        self.world.packers_begin()
        seconds = self.watch(self._stages, self._everything_done) - began
        self._show_what_came_of_it()
        repeated = self._again() if self._through() else Repeated()
        self.step("Counting, in InkSoft and at ShipStation")
        result = self._tally(repeated, seconds)
        if result.attention:
            self.show("platen attention")
        self.say_verdict(verdict(result), good=result.good)
        return result

    # act one: wiring

    def connect(self) -> None:
        self.step("Connecting InkSoft and ShipStation, as `platen connect` does")
        self.world.connect(
            system="inksoft",
            connection_id=STORE,
            settings={"store_uri": STORE_PATH, "api_url": self.world.shop.url},
            credentials={"api_key": API_KEY},
        )
        self.world.connect(
            system="shipstation",
            connection_id=PACKERS,
            settings={"fetch_minutes": 5},
            credentials={"store_user": USER, "store_password": PASSWORD},
        )
        self.screen.say("ShipStation comes by itself, as to any Custom Store. This is what it is given as its URL:")
        self.show(f"platen feed-url {PACKERS}")
        said = self.world.add_custom_store(self.world.ask("feed_url", connection=PACKERS)["feed_url"])
        if said:
            raise Stop(f"ShipStation's Test Connection says: {said}", code="not_connected")
        self.screen.say("It tests the connection before there is any order: an empty list is a good answer.")
        self.step("Saying who packs: everything that goes in a parcel")
        self.type(f"platen link {STORE} {PACKERS} --all-lines")

    # act two: orders

    def _place(self) -> None:
        self.step(f"Placing {self.count} orders in three stores of one InkSoft account; two are not paid yet")
        self.numbers = [self.world.order(what) for what in ordered(self.count)]
        self.screen.say("InkSoft sends no webhooks: Platen asks for news every few minutes, or when it is told to.")
        self.type(POLL)
        self.watch(self._stages, lambda stages: stages.at_vendor >= self.count)
        unpaid = self.numbers[UNPAID]
        self._wait_for(_AWAITING_PAYMENT, unpaid)
        self._wait_for(_AWAITING_SHIPMENT, [one for one in self.numbers if one not in unpaid])
        self.step(
            f"ShipStation has all of them: {_both(unpaid)} as Awaiting Payment, the others as Awaiting Shipment"
        )
        self.screen.say(f"What the packers see of {self.numbers[CORRECTED]}:")
        self._show_packed(self.world.packed(self.numbers[CORRECTED]))

    # act three: second thoughts

    def _change(self) -> None:
        unpaid, cancelled, corrected = self.numbers[UNPAID], self.numbers[CANCELLED], self.numbers[CORRECTED]
        self.step(f"{_both(unpaid)} are paid, the shop cancels {cancelled}, and corrects the street of {corrected}")
        for number in unpaid:
            self.world.act(number, "pay")
        self.world.act(cancelled, "cancel")
        self.world.act(corrected, "address", {"street1": RIGHT_STREET})
        self.type(POLL)
        self._wait_for(_AWAITING_SHIPMENT, unpaid)
        self.paid_later = len(unpaid)
        self._wait_for("cancelled", [cancelled])
        self.wait(
            lambda: [one.street for one in self._packed(corrected)] == [RIGHT_STREET],
            f"the right street of {corrected} at ShipStation",
        )
        self.step(
            "ShipStation knows all of it: nothing is packed that nobody wants, and no label gets the wrong street"
        )

    def _wait_for(self, status: str, numbers: list[str]) -> None:
        """Until ShipStation has each of these orders once, in that status."""

        def there() -> bool:
            seen = self.world.seen()
            return all(seen.status(_key(number)) == status for number in numbers)

        self.wait(there, f"{_both(numbers[:2])} as {_WORDS[status]} at ShipStation")

    # watching

    def _everything_done(self, stages: Stages) -> bool:
        through = stages.done + stages.cancelled >= self.count and not stages.open
        return through and not self.world.queued()

    def _stages(self) -> Packing:
        seen, states = self.world.seen(), self.world.states()
        every = [one for packed in seen.packed.values() for one in packed]
        return Packing(
            placed=len(seen.ordered),
            taken_in=len(states),
            at_vendor=seen.once,
            shipped=sum(bool(seen.labels(key)) for key in seen.ordered),
            done=sum(map(seen.complete, seen.ordered)),
            cancelled=len(_called_off(seen, states)),
            open=sum(state == "open" for state in states.values()),
            attention=sum(state == "attention" for state in states.values()),
            unpaid=sum(one.status == _AWAITING_PAYMENT for one in every),
        )

    # the end

    def _show_what_came_of_it(self) -> None:
        number = self.numbers[CORRECTED]
        shown = self.world.seen().ordered[_key(number)]
        self.step(f"InkSoft shows {number} with {', '.join(shown.tracking) or 'no tracking'}, and Platen:")
        self.show(f"platen orders list --store {STORE} --limit {min(25, self.count)}")
        self.show(f"platen orders show {number}")

    def _through(self) -> bool:
        """Whether everything arrived. Only then does a second time have anything to prove."""
        left = lost(self.world.seen())
        if left:
            self.step(f"Nothing has moved for {STALLED_SECONDS:.0f} s: these did not arrive: {', '.join(left)}")
        return not left

    def _again(self) -> Repeated:
        self.step("Everything a second time: nothing may change")
        before, states, reads = self.world.seen(), self.world.states(), self.world.reads()
        self.screen.say("InkSoft lists every order as changed, though nothing in it is:")
        self.world.touch_all(self.numbers)
        self.type(POLL)
        self.world.until_read(reads + self.count, DRAIN_SECONDS)
        read_again = self.world.reads() - reads
        self.screen.say("ShipStation fetches every order anew, and posts each label's notice once more.")
        self.world.fetch_all_again()
        notices = self.world.notify_all_again(DRAIN_SECONDS)
        moved = changed(before, self.world.seen(), states, self.world.states())
        return Repeated(len(moved), read_again, notices)

    def _tally(self, repeated: Repeated, seconds: float) -> Result:
        seen, states = self.world.seen(), self.world.states()
        waiting = read(answers.AttentionList, self.world.ask("attention"))
        corrected = self._packed(self.numbers[CORRECTED])
        return Result(
            orders=len(seen.ordered),
            at_shipstation=seen.once,
            labels=sum(len(seen.labels(key)) for key in seen.packed),
            trackings_in_inksoft=sum(len(one.tracking) for one in seen.ordered.values()),
            lost=len(lost(seen)),
            duplicates=len(duplicates(seen)),
            differ=len(differing(seen)),
            # Dead letters are work that nobody does any more: they wait for a person as well.
            attention=len(waiting.items) + len(waiting.connections) + self.world.dead(),
            errors_at_shipstation=self.world.errors(),
            changed_by_repeat=repeated.changed,
            seconds=round(seconds, 1),
            paid_later=self.paid_later,
            cancelled=len(_called_off(seen, states)),
            address_corrected=sum(one.street == RIGHT_STREET and bool(one.labels) for one in corrected),
            read_again=repeated.reads,
            notices_again=repeated.notices,
        )

    def _packed(self, number: str) -> tuple[Any, ...]:
        return self.world.seen().packed.get(_key(number), ())

    def _show_packed(self, order: dict[str, Any]) -> None:
        self.desk.out.print()
        self.desk.out.print(Padding(slip(order), (0, 0, 0, 2), expand=False))
        self.desk.out.print()


@dataclass(frozen=True)
class Repeated:
    """What came of doing everything a second time."""

    changed: int = 0
    reads: int = 0
    notices: int = 0


def _key(number: str) -> str:
    return order_id(STORE, number)


def _both(numbers: list[str]) -> str:
    return " and ".join(numbers)


def _called_off(seen: Seen, states: dict[str, Any]) -> list[str]:
    """Orders that the shop has cancelled, that Platen and ShipStation know as cancelled, and that have no label."""
    return [
        key
        for key, order in seen.ordered.items()
        if order.cancelled
        and states.get(key) == "cancelled"
        and seen.status(key) == "cancelled"
        and not seen.labels(key)
    ]
