"""The demo from its first step to its last, and the teardown whatever happens between."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import typer

from platen.domain.job import read_external_id
from platen_cli import answers
from platen_cli.answers import read
from platen_cli.aws_words import explain
from platen_cli.demo.screen import Screen, Stages
from platen_cli.demo.tally import Result, changed, duplicates, lost
from platen_cli.demo.world import STORE, World
from platen_cli.desk import Desk
from platen_cli.render import attention, order_list
from platen_cli.stops import REFUSED, Stop
from platen_cli.story import story

_STALLED_SECONDS = 120.0
"""Without any progress for so long, waiting is over: what is not there by then counts as lost."""
_DRAIN_SECONDS = 300.0
_CALM = 2
"""Looks in a row that must find everything done: SQS counts are approximate, one look proves nothing."""


def run(desk: Desk, *, once: bool, count: int, where: Path) -> None:
    """Raises Stop, which says at which step it ended; ``typer.Exit(1)`` when the tally is not clean."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended politely: tear down all the same
    world = World(where)
    demo = _Demo(world, Screen(desk, count), desk, count)
    result = None
    try:
        result = demo.play()
        if not result.good:
            world.save_logs()
        if not once:
            _wait(desk)
    except KeyboardInterrupt:
        desk.out.print("\nStopped.", highlight=False)
    except Exception as error:
        world.save_logs()
        raise _where(error, demo.at, world) from error
    finally:
        demo.screen.step("Taking everything down")
        world.close()
    if result is not None:
        if once:
            print(json.dumps(result.as_json()), flush=True)
        if not result.good:
            raise typer.Exit(REFUSED)


def _where(error: Exception, step: str, world: World) -> Exception:
    """The same trouble, with the step it happened in and where to look."""
    stop = error if isinstance(error, Stop) else explain(error)
    if stop is None:
        return error
    logs = "functions.log, aws.log, build.log, deploy.log, shopify-twin.log, picanova-twin.log"
    advice = f"{stop.advice} The demo is torn down; its logs stay in {world.home} ({logs}).".strip()
    return Stop(f"While {step[:1].lower()}{step[1:]}: {stop.words}", advice, code=stop.code)


def _wait(desk: Desk) -> None:
    desk.out.print(
        "\nEverything still runs. In another terminal, in this folder, try:\n\n"
        "  source .venv/bin/activate\n  platen orders list\n  platen orders show 1001\n  platen status\n\n"
        "Ctrl-C ends the demo and removes all of it.",
        highlight=False,
    )
    while True:
        time.sleep(3600)


class _Demo:
    """One performance. ``at`` is the step it is in."""

    def __init__(self, world: World, screen: Screen, desk: Desk, count: int) -> None:
        self.world = world
        self.screen = screen
        self.desk = desk
        self.count = count
        self.at = "starting"

    def play(self) -> Result:
        self.world.open(self.step)
        self.world.connect(self.step)
        began = time.monotonic()
        self.step(f"Placing {self.count} orders and watching them go")
        with self.screen.moving() as show:
            self.world.place(self.count, lambda number: show(Stages(placed=number)))
            self._watch(show)
        seconds = time.monotonic() - began
        moved = self._again() if self._through() else 0
        self.step("Counting")
        result = self._tally(moved, seconds)
        self._curtain(result)
        return result

    def step(self, words: str) -> None:
        self.at = words
        self.screen.step(words)

    def _watch(self, show: Callable[[Stages], None]) -> None:
        """Until every order is through, or nothing has moved for too long."""
        last, moved_at, calm = None, time.monotonic(), 0
        while calm < _CALM and time.monotonic() - moved_at < _STALLED_SECONDS:
            stages = self._stages()
            show(stages)
            finished = stages.done >= self.count and not stages.open and not self.world.queued()
            calm = calm + 1 if finished else 0
            if stages != last:
                last, moved_at = stages, time.monotonic()
            time.sleep(0.5)

    def _stages(self) -> Stages:
        seen = self.world.seen()
        at_vendor = {found[0] for one in seen.vendor_orders if (found := read_external_id(one))}
        states = self.world.states()
        return Stages(
            placed=len(seen.ordered),
            taken_in=len(states),
            at_vendor=len(at_vendor),
            shipped=len(seen.finished),
            done=seen.done,
            open=sum(state == "open" for state in states.values()),
            attention=sum(state == "attention" for state in states.values()),
        )

    def _through(self) -> bool:
        """Whether everything arrived. Only then does a second delivery have anything to prove."""
        left = lost(self.world.seen())
        if left:
            self.step(f"Nothing has moved for {_STALLED_SECONDS:.0f} s: these did not arrive: {', '.join(left)}")
        return not left

    def _again(self) -> int:
        self.step("Delivering every webhook a second time: nothing may change")
        before, states = self.world.seen(), self.world.states()
        self.world.deliver_all_again(_DRAIN_SECONDS)
        return len(changed(before, self.world.seen(), states, self.world.states()))

    def _tally(self, moved: int, seconds: float) -> Result:
        seen = self.world.seen()
        waiting = read(answers.AttentionList, self.world.ask("attention"))
        return Result(
            orders=len(seen.ordered),
            vendor_orders=len(seen.vendor_orders),
            fulfillments_in_store=seen.done,
            lost=len(lost(seen)),
            duplicates=len(duplicates(seen)),
            # Dead letters are work that nobody does any more: they wait for a person as well.
            attention=len(waiting.items) + len(waiting.connections) + self.world.dead(),
            changed_by_redelivery=moved,
            seconds=round(seconds, 1),
        )

    def _curtain(self, result: Result) -> None:
        out = self.desk.out
        page = read(answers.OrderPage, self.world.ask("orders", connection=STORE, limit=min(200, self.count)))
        out.print()
        out.print(order_list(page))
        if page.orders:
            told = self.world.ask("order", order=page.orders[len(page.orders) // 2].order_id)
            out.print("\nThe story of one of them:\n", style="bold", highlight=False)
            out.print(story(read(answers.OneOrder, told).order))
        if result.attention:
            out.print("\nWhat waits for a person:\n", style="bold", highlight=False)
            out.print(attention(read(answers.AttentionList, self.world.ask("attention"))), highlight=False)
        style = "bold green" if result.good else "bold red"
        out.print(f"\n{_verdict(result)}", style=style, markup=False, highlight=False, soft_wrap=True)


def _verdict(result: Result) -> str:
    said = (
        f"{result.orders} orders, {result.vendor_orders} orders at the print shop, "
        f"{result.fulfillments_in_store} complete in the shop, in {result.seconds} s: "
        f"{result.lost} lost, {result.duplicates} made twice, {result.attention} waiting for a person"
    )
    return f"{said}; {result.changed_by_redelivery} changed when every webhook came a second time."
