"""What every demo stands on: the stack on this computer, and the twins beside it. All of it goes as it came."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from platen_cli import stack
from platen_cli.calls import Operator
from platen_cli.demo.twin import Twin
from platen_cli.stops import Stop
from platen_cli.target import on_stack

_LOG_EVENTS = 10_000
FUNCTION_LOG = "functions.log"
_CALM = 3
"""Looks in a row that must find the queues empty: SQS counts are approximate, one look proves nothing."""

type OnStep = Callable[[str], None]


class Standing(Protocol):
    """Something that has started, and has to be ended."""

    def stop(self) -> None: ...


@dataclass
class Grounds:
    """What runs. ``close`` ends all of it, whatever state it is in."""

    home: Path
    stack_started: bool = False
    operator: Operator | None = None

    def standing(self) -> Iterable[Standing]:
        """What has started beside the stack; each is ended by its ``stop``."""
        return ()

    def twin_logs(self) -> str:
        """The names of the twins' logs."""
        return ", ".join(each.log.name for each in self.standing() if isinstance(each, Twin))

    def make_sure_it_is_free(self) -> None:
        """Raises Stop when a stack runs here already."""
        if stack.running(self.home):
            raise Stop(
                "A local stack is running here already, and the demo would get mixed up with it.",
                "Stop it first: platen local down",
                code="busy",
            )

    def start_stack(self, hosts: Sequence[str], on_step: OnStep) -> None:
        """``hosts``: those of the twins, which Platen may call. Raises Stop."""
        try:
            # Stops what it started when it fails; only what came up is ours to take down.
            running = stack.up(self.home, hosts, on_step)
        except stack.StackError as error:
            raise Stop(str(error), code="stack") from None
        self.stack_started = True
        self.operator = on_stack(running).operator

    def save_logs(self) -> None:
        """The functions' logs live in the stack's memory, and end with it: kept in ``functions.log``."""
        running = stack.running(self.home)
        if running is None:
            return
        logs = running.client("logs")
        with (self.home / FUNCTION_LOG).open("w") as file:
            for group in logs.describe_log_groups()["logGroups"]:
                file.write(f"== {group['logGroupName']}\n")
                found = logs.filter_log_events(logGroupName=group["logGroupName"], limit=_LOG_EVENTS)["events"]
                file.writelines(f"{event['message'].rstrip()}\n" for event in found)

    def close(self) -> None:
        for each in self.standing():
            each.stop()
        if self.stack_started:
            stack.down(self.home)

    @property
    def asked(self) -> Operator:
        return up(self.operator)

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        return self.asked.ask(action, **given)

    def connect(self, **given: Any) -> dict[str, Any]:
        """A connection, made and checked; gives its addresses. Raises Stop with what is wrong with it."""
        made = self.ask("connect", **given)
        wrong = [f"{one['what']} {one['fix']}".strip() for one in made["findings"] if not one["ok"]]
        if wrong:
            words = f"The connection '{given['connection_id']}' does not work: {' '.join(wrong)}"
            raise Stop(words, f"The logs are in {self.home}.", code="not_connected")
        return made

    # what can be seen

    def states_of(self, store: str) -> dict[str, Any]:
        """Platen's order id -> its state, of every order of that store connection."""
        found: dict[str, Any] = {}
        for state in ("waiting", "open", "attention", "done", "cancelled", "nothing_to_make"):
            after = ""
            while True:
                page = self.ask("orders", connection=store, state=state, limit=200, after=after)
                found |= {one["order_id"]: one["state"] for one in page["orders"]}
                after = page["next"]
                if not after:
                    break
        return found

    def queued(self) -> int:
        """Messages that wait or are being worked on, and dead letters: those never drain by themselves."""
        return sum(one["waiting"] for one in self.ask("status")["queues"].values())

    def dead(self) -> int:
        return sum(one["dead"] for one in self.ask("status")["queues"].values())

    def until_calm(self, arrived: Callable[[], bool], seconds: float) -> None:
        """Until all that was sent again has arrived, and been worked on."""
        until = time.monotonic() + seconds
        calm = 0
        while calm < _CALM:
            if time.monotonic() > until:
                raise Stop("The queues did not drain after the second delivery.", f"The logs are in {self.home}.")
            time.sleep(0.5)
            calm = calm + 1 if arrived() and not self.queued() else 0


def up[Part](part: Part | None) -> Part:
    if part is None:
        raise RuntimeError("the demo's world is not up")
    return part
