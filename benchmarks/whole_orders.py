"""How long whole orders take on the embedded AWS, from the shop to the printer and back.

Places more and more orders at once, each time on a fresh stack. The seconds are from the first order placed to the
last tracking shown in the shop, cold starts included; compare rows with each other, not with AWS. Every order is
made by one vendor, as most orders are; what the demo shows besides (two vendors in one order, one that waits for a
person, one called off) is timed by the demo itself.

    python benchmarks/whole_orders.py [orders, default 25 100]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from platen_cli.demo.basket import baskets
from platen_cli.demo.tally import Seen, duplicates, lost
from platen_cli.demo.wiring import Wiring
from platen_cli.demo.world import World

STALLED_SECONDS = 120.0
OF_ANOTHER_VENDOR = "MUG-330"


def main() -> None:
    print(f"{'orders':>8}{'seconds':>10}{'orders/s':>10}{'lost':>6}{'twice':>7}{'attention':>11}")
    for orders in [int(one) for one in sys.argv[1:]] or [25, 100]:
        with tempfile.TemporaryDirectory() as home, closing(World(Path(home))) as world:
            seconds, seen, attention = _run(world, orders)
        print(
            f"{orders:>8}{seconds:>10.1f}{orders / seconds:>10.2f}{len(lost(seen)):>6}{len(duplicates(seen)):>7}"
            f"{attention:>11}",
            flush=True,
        )


def _run(world: World, count: int) -> tuple[float, Seen, int]:
    world.open(_quiet)
    Wiring(world, _quiet, lambda command: _typed(world, command)).connect(_quiet)
    world.presses_run()
    began = time.monotonic()
    for basket in islice(_of_one_vendor(world.files.url), count):
        world.order(basket)
    moved_at, seen, states = time.monotonic(), world.seen(), world.states()
    while seen.done < count and time.monotonic() - moved_at < STALLED_SECONDS:
        time.sleep(0.5)
        now, states = world.seen(), world.states()
        moved_at = time.monotonic() if now.traces != seen.traces else moved_at
        seen = now
    seconds = moved_at - began
    for item in world.ask("attention")["items"]:
        print(
            item["number"],
            item["place"],
            item["cause"],
            *(one["what"] for one in item["problems"]),
            file=sys.stderr,
        )
    for order in lost(seen):
        print(f"not complete: {order}, which is {states.get(order, 'not known')}", file=sys.stderr)
        print(world.ask("order", order=order)["order"] if order in states else "", file=sys.stderr)
    if lost(seen):
        world.save_logs()
    return seconds, seen, sum(state == "attention" for state in states.values())


def _of_one_vendor(artwork: str) -> Iterator[dict[str, Any]]:
    every = baskets(1_000_000, artwork)
    return (basket for basket in every if all(line["sku"] != OF_ANOTHER_VENDOR for line in basket["lines"]))


def _typed(world: World, command: str) -> None:
    from platen_cli.demo import typing  # noqa: PLC0415 - it loads every command

    typing.run(command, world.asked)


def _quiet(_words: str) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main()
