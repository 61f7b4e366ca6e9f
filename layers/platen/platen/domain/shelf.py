"""The shelf: what the user's product map says of a line's goods, beside what is printed on them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from platen.domain.model import Value
from platen.domain.order import Line
from platen.domain.printing import PrintDetails, ProductMapping


class Shelf(Value):
    """What one of a line weighs, and where it lies; what the map leaves open is as the store has it."""

    weight: Decimal | None = None
    """Grams of one."""
    location: str = ""


def keys_of(line: Line) -> tuple[str, ...]:
    """The keys a line's row may have in the product map, the most exact first."""
    return tuple(dict.fromkeys(key for key in (line.sku, *line.also) if key))


def printed_as(line: Line, products: Mapping[str, ProductMapping]) -> ProductMapping | None:
    """The most exact row that says what is printed on a line; one with a weight or a place alone does not."""
    rows = (products[key] for key in keys_of(line) if key in products)
    return next((row for row in rows if row.details != PrintDetails()), None)


def shelf_of(line: Line, products: Mapping[str, ProductMapping]) -> Shelf:
    """The shelf of a line; each of its facts from the most exact row that has it."""
    rows = [products[key] for key in keys_of(line) if key in products]
    weight = next((row.weight for row in rows if row.weight is not None), line.weight)
    location = next((row.location for row in rows if row.location), line.location)
    return Shelf(weight=weight, location=location)
