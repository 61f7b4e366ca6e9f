"""What the demo's buyers buy: every way of saying what is printed, on both sides of the ocean. Always the same.

Of any number of orders the first is cancelled later on, and the second is of a product that lacks its artwork;
the others are baskets, of which the first is made in two places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

GIFT_CARD = "GIFT-CARD"
"""Sold with the others, and nobody makes it: it must not get in anybody's way."""
ARTWORK = "https://art.example"
"""Where print files are, until the demo knows where its own are."""
SHIRT = "TEE-ANCHOR"
"""In the product map it has a print_sku, and no print_url."""
FEWEST = 3
"""Orders in which everything the demo shows can happen."""

_BERLIN = {
    "first_name": "Test",
    "last_name": "Buyer",
    "address1": "Beispielweg 1",
    "city": "Berlin",
    "zip": "10115",
    "country": "Germany",
    "country_code": "DE",
    "phone": "+4930000000",
}
_LYON = _BERLIN | {"address1": "1 rue de l'Exemple", "city": "Lyon", "zip": "69001"}
_LYON |= {"country": "France", "country_code": "FR", "phone": "+33400000000"}
_SPRINGFIELD = {
    "first_name": "Test",
    "last_name": "Buyer",
    "address1": "1 Example Street",
    "city": "Springfield",
    "province": "Illinois",
    "province_code": "IL",
    "zip": "62701",
    "country": "United States",
    "country_code": "US",
    "phone": "+12175550100",
}


_SHIPPING = {"title": "Home delivery", "code": "home", "price": "4.90"}
"""The shop's own name for it, which is no vendor's: so the Default Mail Class is used, and said to be."""


def _mapped(sku: str, title: str, price: str, quantity: int = 1) -> dict[str, Any]:
    """A line that the product map knows by its SKU."""
    return {"sku": sku, "title": title, "quantity": quantity, "price": price}


def _personal(code: str, title: str, price: str, options: dict[str, str], quantity: int = 1) -> dict[str, Any]:
    """A line whose own attributes say what is printed, as a personalisation app writes them."""
    attributes = {"_print_sku": code, "_print_url": f"{ARTWORK}/uploads/family.jpg"}
    for number, (name, value) in enumerate(options.items(), 1):
        attributes |= {
            f"_print_option_name_{number}": name,
            f"_print_option_value_{number}": value,
        }
    return _mapped("PHOTO", title, price, quantity) | {"attributes": attributes}


_CANVAS = {"Canvas border": "White", "Stretcher frame": "4 cm"}

# (what is in it, where it goes)
_BASKETS: tuple[tuple[list[dict[str, Any]], dict[str, str]], ...] = (
    (
        [
            _personal("QUAD-20X20-1", "Your photo, canvas 20 x 20 cm", "27.00", _CANVAS, 4),
            _mapped("MUG-330", "Anchor mug", "12.00", 2),
        ],
        _BERLIN,
    ),
    ([_mapped("CANVAS-40X30", "Harbour, canvas 40 x 30 cm", "39.00")], _BERLIN),
    ([_personal("DIGI-40X30-1", "Your photo, canvas 40 x 30 cm", "42.00", _CANVAS)], _SPRINGFIELD),
    (
        [
            _mapped("CANVAS-20X20", "Harbour, canvas 20 x 20 cm", "24.00", 2),
            _mapped("POSTER-30X40", "Lighthouse, poster 30 x 40 cm", "15.00", 3),
        ],
        _LYON,
    ),
    ([_mapped("POSTER-30X40", "Lighthouse, poster 30 x 40 cm", "15.00")], _SPRINGFIELD),
    ([_mapped("MUG-330", "Anchor mug", "12.00")], _SPRINGFIELD),
    (
        [
            _mapped("CANVAS-40X30", "Harbour, canvas 40 x 30 cm", "39.00"),
            _mapped(GIFT_CARD, "Gift card", "25.00") | {"gift_card": True},
        ],
        _LYON,
    ),
)
"""The mugs are POV's, everything else is Picanova's: so the first of them is made in two places."""


def regretted() -> dict[str, Any]:
    """The order that its buyer thinks better of."""
    return _order([_mapped("CANVAS-40X30", "Harbour, canvas 40 x 30 cm", "39.00")], _BERLIN)


def incomplete() -> dict[str, Any]:
    """The order of the product that lacks its artwork."""
    return _order([_mapped(SHIRT, "Anchor T-shirt, black, M", "19.00")], _SPRINGFIELD)


def baskets(count: int, artwork: str = ARTWORK) -> Iterator[dict[str, Any]]:
    """The first ``count`` orders, as the shop's twin takes them; their own print files are under ``artwork``."""
    for lines, ship_to in islice(cycle(_BASKETS), count):
        yield _order([_at(artwork, line) for line in lines], ship_to)


def _order(lines: list[dict[str, Any]], ship_to: dict[str, str]) -> dict[str, Any]:
    return {"lines": lines, "ship_to": ship_to, "shipping": [_SHIPPING]}


def _at(artwork: str, line: dict[str, Any]) -> dict[str, Any]:
    attributes = line.get("attributes")
    if not attributes:
        return line
    return line | {"attributes": {name: moved(value, artwork) for name, value in attributes.items()}}


def moved(text: str, artwork: str) -> str:
    """A text with its print files' addresses under ``artwork``, where all are PNGs."""
    if artwork == ARTWORK:
        return text
    return re.sub(rf"{re.escape(ARTWORK)}(/[a-z/-]+)\.(?:jpg|png)", rf"{artwork}\1.png", text)
