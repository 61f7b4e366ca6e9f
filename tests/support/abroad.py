"""What the stories on the embedded AWS have in common: a buyer whose name shows in any log, patience, a look at the
queues, and a date that stays the same from their first chapter to their last."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from platen.messages import Queue
from platen_cli.stack import LocalStack

BUYER = {
    "first_name": "Zoë",
    "last_name": "Ångström",
    "address1": "Rue de l'Église 7",
    "city": "Genève",
    "zip": "1201",
    "country": "Switzerland",
    "country_code": "CH",
}
PERSONAL = ("Zoë", "Ångström", "Église 7")
"""None of it may be in a log."""
PATIENCE = 300.0
"""Seconds until what should happen counts as not happening: for a slow machine, not a promise."""
_CALM = 4
"""Looks in a row that must find the queues empty: they are looked at one after the other, and a message may be on
its way from one that is still to be looked at to one that was."""


def until[T](
    look: Callable[[], T], what: str, *, told: Callable[[], str], patience: float = PATIENCE, every: float = 0.3
) -> T:
    """What ``look`` gives as soon as it is true of something; what is ``told`` when that is not in time."""
    end = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen. {told()}")
        time.sleep(every)
    return found


def where_it_is_noon(now: datetime) -> str:
    """A time zone that is half a day away from its next date: what begins and ends there has one business date."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class Traffic:
    """The messages of a stack, but for those of other tests that were there before."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._began_with = self._counted()

    @property
    def is_on(self) -> bool:
        """Whether a message waits or is worked on, as far as one look can tell."""
        return self._counted() > self._began_with

    def until_over(self, *, told: Callable[[], str]) -> None:
        calm = 0

        def looked() -> bool:
            nonlocal calm
            calm = 0 if self.is_on else calm + 1
            return calm >= _CALM

        until(looked, "an end of all messages", told=told)

    def _counted(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = (self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names) for url in self._urls)
        return sum(int(count) for one in found for count in one["Attributes"].values())

    @cached_property
    def _sqs(self) -> Any:
        return self._stack.client("sqs")

    @cached_property
    def _urls(self) -> list[str]:
        names = ("".join(part.capitalize() for part in queue.value.split("-")) for queue in Queue)
        return [self._stack.outputs[f"{name}Queue"] for name in names]
