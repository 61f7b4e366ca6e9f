"""Shipping Class Match: which of a vendor's mail classes a job goes by, and what decided it. Pure.

In this order: the vendor's own name for a class, a saved cart name, a pattern, the default of the country, the
default. Names are compared trimmed, with inner blanks as one and case aside; accents count.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from platen.domain.attention import Problem
from platen.domain.making import Making
from platen.domain.model import Value
from platen.domain.order import Order


class MailClass(Value):
    """One of a vendor's classes: what it is called on the wire, and what people call it."""

    code: str
    name: str = ""


class By(StrEnum):
    """What decided the class."""

    VENDOR = "vendor"
    """The order's shipping method is the vendor's own code or name."""
    CART = "cart"
    """A saved cart name."""
    PATTERN = "pattern"
    COUNTRY = "country"
    DEFAULT = "default"
    NONE = "none"
    """The vendor has no classes, and none is set."""


class Choice(Value):
    """The class of a job. With a ``problem`` it is not to be sent before a person has looked."""

    code: str = ""
    by: By = By.NONE
    asked: str = ""
    """The order's shipping method."""
    problem: Problem | None = None


def choose(order: Order, making: Making, classes: Sequence[MailClass], *, default: str = "") -> Choice:
    """The class for an order. ``classes``: the vendor's own list; empty where it tells none.

    ``default`` is the connector's, for connections without a Default Mail Class. With ``class_fallback`` stop
    the choice of the default carries a ``problem`` and the code it would be sent with.
    """
    raise NotImplementedError
