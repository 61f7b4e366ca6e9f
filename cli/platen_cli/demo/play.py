"""What the demo shows, act by act: many orders on their way, one in two places, one stopped, one called off."""

from __future__ import annotations

import time
from typing import Any

from platen.domain.order import order_id
from platen_cli import answers
from platen_cli.answers import read
from platen_cli.demo.basket import SHIRT, baskets, incomplete, regretted
from platen_cli.demo.performance import DRAIN_SECONDS, STALLED_SECONDS, Performance
from platen_cli.demo.screen import Screen, Stages
from platen_cli.demo.tally import PICANOVA, POV, Result, Seen, called_off, changed, duplicates, lost
from platen_cli.demo.wiring import Wiring
from platen_cli.demo.world import STORE, World
from platen_cli.desk import Desk

_READ = 25
"""Orders that are read whole at the end, for what Platen warns of."""


class Play(Performance[World]):
    """Orders for two print shops."""

    def __init__(self, world: World, screen: Screen, desk: Desk, count: int) -> None:
        super().__init__(world, screen, desk, count)
        self.wiring = Wiring(world, screen.say, self.type)
        self.cancelled = Placed()
        self.stopped = Placed()
        self.split = Placed()

    def play(self) -> Result:
        self.world.open(self.step)
        self.wiring.connect(self.step)
        began = time.monotonic()
        self._call_one_off()
        self._place_the_others()
        released = self._release_the_stopped()
        # Not to the last look: a message that was put off and has nothing to do any more may come a minute later.
        seconds = self.watch(self._stages, self._everything_done) - began
        moved = self._again() if self._through() else 0
        self.step("Counting, at the shop and at both print shops")
        result = self._tally(moved, seconds, released=released)
        self._curtain(result)
        return result

    def hints(self) -> tuple[str, ...]:
        return (
            "platen orders list",
            "platen orders show 1003",
            "platen links shop",
            "platen rules pov",
            "platen links try shop",
            "platen status",
        )

    # act one: an order that its buyer thinks better of

    def _call_one_off(self) -> None:
        self.step("A buyer orders a canvas, and it goes to Picanova")
        self.cancelled = Placed.by(self.world.order(regretted()))
        self.wait(lambda: self.world.seen().of(self.cancelled.order_id), "the canvas at Picanova")
        self.wait(lambda: self.world.sent(self.cancelled.order_id), "Picanova's answer")
        self.world.cancel(self.cancelled.as_placed)
        self.step(f"The shop cancels {self.cancelled.name}, which Picanova has as {self._refs(self.cancelled)}")
        self.screen.say(
            "It has to be called off at Picanova, and in time: else somebody pays for a picture that nobody wants."
        )
        self.world.presses_run()

    # act two: the others

    def _place_the_others(self) -> None:
        self.step(f"Placing the other {self.count - 1} orders")
        self.stopped = Placed.by(self.world.order(incomplete()))
        for number, basket in enumerate(baskets(self.count - 2, self.world.files.url)):
            placed = Placed.by(self.world.order(basket))
            self.split = placed if number == 0 else self.split
        self.screen.say(
            f"{self.split.name} is canvases and mugs, so two print shops make it. {self.stopped.name} is a shirt "
            f"whose row in the product map has no print_url: it must not be sent, and nobody else may wait for it."
        )
        self.watch(self._stages, lambda stages: bool(stages.attention) or self._everything_done(stages))

    # act three: the one that lacks something

    def _release_the_stopped(self) -> bool:
        """Whether it waited for just what it lacks, nothing had been made of it, and the import set it going."""
        waits = self.waits_for_its_artwork()
        does = "waits for a person, and the others go on" if waits else "should wait for its print_url alone"
        self.step(f"{self.stopped.name} {does}")
        self.show("platen attention")
        self.screen.say("One message names the item and the field. Once that is filled in, nothing else is to do:")
        command = self.wiring.artwork_for_the_shirt()
        self.show(command)
        self.step(f"{self.stopped.name} goes on by itself, with all the others")
        return waits

    def waits_for_its_artwork(self) -> bool:
        """It alone waits, one message names its item and the field, and nobody makes it yet."""
        waiting = read(answers.AttentionList, self.world.ask("attention")).items
        [item, *others] = waiting or (answers.AttentionItem(order_id=""),)
        named = [one.field for one in item.problems if SHIRT in one.what]
        its_own = item.order_id == self.stopped.order_id and item.cause == "print_details"
        return its_own and named == ["print_url"] and not others and not self.world.seen().of(item.order_id)

    # watching

    def _everything_done(self, stages: Stages) -> bool:
        through = stages.done + stages.cancelled >= self.count and not stages.open
        return through and not self.world.queued()

    def _stages(self) -> Stages:
        seen = self.world.seen()
        states = self.world.states()
        return Stages(
            placed=len(seen.ordered),
            taken_in=len(states),
            at_vendor=len({made.order for all_made in seen.by_vendor.values() for made in all_made}),
            shipped=len(seen.finished),
            done=seen.done,
            cancelled=len(called_off(seen, states)),
            open=sum(state == "open" for state in states.values()),
            attention=sum(state == "attention" for state in states.values()),
        )

    # the end

    def _through(self) -> bool:
        """Whether everything arrived. Only then does a second delivery have anything to prove."""
        left = lost(self.world.seen())
        if left:
            self.step(f"Nothing has moved for {STALLED_SECONDS:.0f} s: these did not arrive: {', '.join(left)}")
        return not left

    def _again(self) -> int:
        self.step("Delivering every webhook a second time: nothing may change")
        before, states = self.world.seen(), self.world.states()
        self.world.deliver_all_again(DRAIN_SECONDS)
        return len(changed(before, self.world.seen(), states, self.world.states()))

    def _tally(self, moved: int, seconds: float, *, released: bool) -> Result:
        seen, states = self.world.seen(), self.world.states()
        waiting = read(answers.AttentionList, self.world.ask("attention"))
        return Result(
            orders=len(seen.ordered),
            vendor_orders=len(seen.vendor_orders),
            fulfillments_in_store=seen.parcels,
            lost=len(lost(seen)),
            duplicates=len(duplicates(seen)),
            # Dead letters are work that nobody does any more: they wait for a person as well.
            attention=len(waiting.items) + len(waiting.connections) + self.world.dead(),
            changed_by_redelivery=moved,
            seconds=round(seconds, 1),
            at_picanova=len(seen.by_vendor[PICANOVA]),
            at_pov=len(seen.by_vendor[POV]),
            split=seen.split,
            stopped_and_released=int(released and _is_shown(seen, self.stopped.order_id)),
            cancelled=len(called_off(seen, states)),
            complete_in_store=seen.done,
            print_files_looked_at=len(self.world.files.looks),
            warnings=self.world.warnings([*seen.ordered][:_READ]),
        )

    def _curtain(self, result: Result) -> None:
        self.show(f"platen orders list --store {STORE} --limit {min(25, self.count)}")
        self.screen.say("Made in two places, and complete in the shop once both parcels were on their way:")
        self.show(f"platen orders show {self.split.number}")
        self.screen.say("Called off:")
        self.show(f"platen orders show {self.cancelled.number}")
        self.show("platen folders")
        if result.attention:
            self.show("platen attention")
        self.say_verdict(verdict(result), good=result.good)

    def _refs(self, placed: Placed) -> str:
        return ", ".join(made.ref for made in self.world.seen().of(placed.order_id))


class Placed:
    """An order as the shop gave it back."""

    def __init__(self, as_placed: dict[str, Any] | None = None) -> None:
        self.as_placed = as_placed or {"id": 0, "name": ""}
        self.name = str(self.as_placed["name"])
        self.number = self.name.removeprefix("#")
        self.order_id = order_id(STORE, str(self.as_placed["id"]))

    @classmethod
    def by(cls, as_placed: dict[str, Any]) -> Placed:
        return cls(as_placed)


def _is_shown(seen: Seen, order: str) -> bool:
    return bool(seen.ordered.get(order)) and seen.shipped.get(order) == seen.ordered[order]


def verdict(result: Result) -> list[str]:
    """The count in words."""
    return [
        f"{result.orders} orders in {result.seconds} s: {result.complete_in_store} complete in the shop with "
        f"{result.fulfillments_in_store} parcels and their tracking, {result.cancelled} cancelled.",
        f"{result.at_picanova} orders at Picanova and {result.at_pov} at POV ({result.split} made in two places); "
        f"{result.print_files_looked_at} looks at print files, {result.warnings} warnings.",
        f"{result.stopped_and_released} stopped for what it lacked, and went on once it was there.",
        f"{result.lost} lost, {result.duplicates} made twice, {result.attention} left waiting for a person; "
        f"{result.changed_by_redelivery} changed when every webhook came a second time.",
    ]
