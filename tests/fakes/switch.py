"""The failure switch: what goes wrong with which call of a port, before it is done or after."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any


class Lost(Exception):
    """The service did not answer. Whether the call was done depends on which side of it this is raised."""


class Crash(BaseException):
    """The worker is gone in the middle of it: nothing of ours runs any more, its message comes back later."""


type Trouble = BaseException | Callable[[], None]
"""Raised, or called: a call lets something else happen at that very point, such as another worker."""


@dataclass
class _Rule:
    call: str
    side: str
    skip: int
    times: int
    trouble: Trouble


class Switch:
    """Rules by call name (``orders.save_job``), used up one by one. One switch serves all ports of a test."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self.calls: list[str] = []
        """Every call of a port, in order."""
        self.fired: list[str] = []

    def before(self, call: str, trouble: Trouble | None = None, *, nth: int = 1, times: int = 1) -> None:
        """The n-th such call from now fails, and nothing of it is done."""
        self._rules.append(_Rule(call, "before", nth - 1, times, trouble or Lost(call)))

    def after(self, call: str, trouble: Trouble | None = None, *, nth: int = 1, times: int = 1) -> None:
        """The n-th such call from now is done, and its answer is lost."""
        self._rules.append(_Rule(call, "after", nth - 1, times, trouble or Lost(call)))

    def clear(self) -> None:
        self._rules.clear()

    def passing(self, call: str, side: str) -> None:
        if side == "before":
            self.calls.append(call)
        for rule in [one for one in self._rules if one.side == side and one.call in (call, "*")]:
            if rule.skip:
                rule.skip -= 1
                continue
            rule.times -= 1
            if rule.times <= 0:
                self._rules.remove(rule)
            self.fired.append(f"{side} {call}")
            if isinstance(rule.trouble, BaseException):
                raise rule.trouble
            rule.trouble()


class Switched:
    """Base of the fakes: every public method passes the switch on its way in and on its way out."""

    port: str = ""

    def __init__(self, switch: Switch | None = None) -> None:
        self.switch = switch or Switch()

    def __init_subclass__(cls, port: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.port = port or cls.port
        for name, method in list(vars(cls).items()):
            if not name.startswith("_") and inspect.isfunction(method) and not getattr(method, "aside", False):
                setattr(cls, name, _switched(f"{cls.port}.{name}", method))


def aside[F: Callable[..., Any]](method: F) -> F:
    """Marks what is no call of the port but a test's own look or hand at the fake."""
    method.aside = True  # type: ignore[attr-defined]
    return method


def _switched(call: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def passed(self: Switched, *args: Any, **kwargs: Any) -> Any:
        self.switch.passing(call, "before")
        answer = method(self, *args, **kwargs)
        self.switch.passing(call, "after")
        return answer

    return passed
