"""What people write for a weight, as grams. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_GRAMS = {
    "": Decimal(1),
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
_WEIGHT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})\s*([a-z]{0,3})")
_LEAST = Decimal("0.001")
_MOST = Decimal(1_000_000)


def wrong_weight(text: str) -> Iterator[str]:
    """What is wrong with a weight, a sentence each. Empty text is not known, and fine."""
    if not text:
        return
    grams = _grams(text)
    if grams is None:
        comma = ", with a point for a comma" if "," in text else ""
        yield f"weight is no weight: write 250, 250 g, 1.5 kg, 2 lb or 8 oz{comma}. A plain number is grams."
    elif not grams:
        yield "weight is 0: leave it empty where it is not known."
    elif grams > _MOST:
        yield f"weight is more than {_MOST / 1000:,} kg for one: is its unit right?"


def weight_of(text: str) -> str:
    """The grams of a weight that has nothing wrong with it: a decimal string, to the milligram.

    >>> weight_of("1.5 kg"), weight_of("8 oz"), weight_of("250")
    ('1500', '226.796', '250')
    """
    return f"{_grams(text) or Decimal(0):f}".rstrip("0").rstrip(".")


def _grams(text: str) -> Decimal | None:
    """None for what cannot be read. A comma is not guessed at: ``1,500`` is 1.5 to some, and 1500 to others."""
    found = _WEIGHT.fullmatch(text.lower())
    unit = _GRAMS.get(found[2]) if found else None
    return (Decimal(found[1]) * unit).quantize(_LEAST) if found and unit is not None else None
