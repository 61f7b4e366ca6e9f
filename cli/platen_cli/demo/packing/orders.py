"""What is ordered in the demo's InkSoft stores: all that a print shop's packers have to read. Always the same.

Of any number of orders the first two are not paid at first, the third is cancelled by the shop, and the fourth
has a street that is wrong; the others are paid, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

STORES = {41001: "Spirit Wear", 41002: "Club Store", 41003: "Company Store"}
"""All under one store path: InkSoft lists their orders together."""
UNPAID, CANCELLED, CORRECTED = slice(0, 2), 2, 3
"""Where in the row those orders are of which something is told."""
FEWEST = 4
"""Orders in which everything the demo shows can happen."""
RIGHT_STREET = "10 Corrected Street"
_SPIRIT, _CLUB, _COMPANY = STORES

_SPRINGFIELD = {
    "first_name": "Test",
    "last_name": "Buyer",
    "street1": "1 Example Street",
    "city": "Springfield",
    "state": "IL",
    "state_name": "Illinois",
    "post_code": "62701",
    "phone": "2175550100",
}
_TOWN = _SPRINGFIELD | {"street1": "1 Wrong Street", "city": "Town", "state": "AZ", "state_name": "Arizona"}
_TOWN |= {"post_code": "85281"}

_TEAM = {
    "sku": "TEE-100",
    "colour": "White",
    "size": "L",
    "quantity": 2,
    "sides": ["front", "back"],
    "design": "Team Crest",
    "names_and_numbers": [{"name": "KEEPER", "number": "1"}, {"name": "CAPTAIN", "number": "10"}],
}
_BAG = {"sku": "BAG-300", "design": "Monogram", "personalization": [{"name": "Initials", "value": "T. B."}]}
_HOODIE = {"sku": "HOOD-200", "size": "M", "design": "Logo", "print_method": "Embroidery"}

_ORDERS: tuple[dict[str, Any], ...] = (
    {"store_id": _SPIRIT, "items": [{"sku": "TEE-100", "size": "M", "quantity": 3}], "paid": False},
    {"store_id": _COMPANY, "items": [_HOODIE | {"quantity": 12}], "paid": False, "purchase_order": "PO 1001"},
    {"store_id": _CLUB, "items": [_HOODIE]},
    {
        "store_id": _CLUB,
        "items": [_TEAM, _BAG],
        "discount": "5.00",
        "coupon_code": "TEAM5",
        "tax": "4.10",
        "gift_message": "Have a great season!",
        "notes": "Please fold the shirts with the numbers up.",
        "address": _TOWN,
    },
    {"store_id": _SPIRIT, "items": [_BAG], "gift_message": "For the first day of school"},
    {"store_id": _CLUB, "items": [_TEAM], "tax": "2.60"},
    {"store_id": _SPIRIT, "items": [{"sku": "TEE-100", "size": "2XL"}, _HOODIE], "coupon_code": "SPIRIT10"}
    | {"discount": "10.00"},
    {"store_id": _COMPANY, "items": [_HOODIE | {"quantity": 6}], "shipping_method": "UPS 2nd Day Air"},
)


def ordered(count: int) -> Iterator[dict[str, Any]]:
    """The first ``count`` orders, as InkSoft's twin takes them."""
    told, others = _ORDERS[:FEWEST], _ORDERS[FEWEST:]
    for one in [*told, *islice(cycle(others), max(0, count - FEWEST))][:count]:
        yield {"address": _SPRINGFIELD} | one
