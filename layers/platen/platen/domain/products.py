"""Products as a warehouse is told of them: from what stores sell to its items. Pure.

An item's number comes from one field of the store (*Create Item Using*). What cannot be told apart by it is
reported and left out; nothing is guessed, and nothing is matched by name.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

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


def item_number(using: str, *, sku: str, barcode: str, variant_id: str) -> str:
    """The item number by the setting *Create Item Using*, trimmed; empty where the store has nothing there.

    >>> item_number("sku", sku=" TOY-1 ", barcode="4006381333931", variant_id="45001")
    'TOY-1'
    """
    return {"sku": sku, "barcode": barcode, "variant_id": variant_id}[using].strip()


class Trouble(StrEnum):
    """Why a product is not told of, or may be mistaken for another."""

    BLANK = "blank"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    UNFIT = "unfit"
    """The warehouse's files do not take its item number."""
    CASE = "case"
    """Told of all the same: item numbers are compared exactly, but people, and some programs, do not."""

    def words(self, item: str, using: str, why: str = "") -> str:
        """What it is and what to do, for the report; ``why``: in the warehouse's words."""
        match self:
            case Trouble.BLANK:
                return f"Its {using} is empty, so it has no item number: fill it in at the store, or leave it out."
            case Trouble.DUPLICATE:
                return (
                    f"More than one product has the {using} {item}: none of them is synced until each has its own."
                )
            case Trouble.TOO_LONG:
                return f"Its {using} is longer than the warehouse takes: shorten it at the store."
            case Trouble.UNFIT:
                return f"Its {using} {why}: change it at the store."
            case Trouble.CASE:
                return f"Another product's {using} differs from {item} in capitals only: they are two items."
