"""Products as a warehouse is told of them: from what stores sell to its items. Pure.

An item's number comes from one field of the store (*Create Item Using*). What cannot be told apart by it is
reported and left out; nothing is guessed, and nothing is matched by name.
"""

from __future__ import annotations

from decimal import Decimal

from platen.domain.model import Value


class Item(Value):
    """An item as it goes out to a warehouse."""

    number: str
    """``ItemNumber``, the same everywhere: in orders, counts and catalogues."""
    description: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""
    category: str = ""
    barcode: str = ""
    """``AlternateNumber``."""
    active: bool = True
    """False once no store sells it any more."""
