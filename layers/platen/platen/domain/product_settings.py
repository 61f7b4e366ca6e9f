"""Product settings: what a vendor connection's rules do to the lines and messages of its jobs. Pure."""

from __future__ import annotations

from platen.domain.making import Making
from platen.domain.order import Line, Order
from platen.domain.printing import PrintDetails


def why_skipped(making: Making, line: Line, details: PrintDetails) -> str:
    """Why Product Code Skip keeps a line from this vendor; empty when it does not."""
    raise NotImplementedError


def why_elsewhere(making: Making, location: str) -> str:
    """Why Inventory Location Match keeps a line of that location from this vendor; empty when it does not."""
    raise NotImplementedError


def matched(making: Making, details: PrintDetails) -> PrintDetails:
    """The details with the vendor's own product code; one step, never a chain."""
    raise NotImplementedError


def message_of(order: Order, field: str) -> str:
    """What a field of an order says, for a message field; empty where the field is not set or not there."""
    raise NotImplementedError
