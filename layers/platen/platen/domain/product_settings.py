"""Product settings: what a vendor connection's rules do to the lines and messages of its jobs. Pure.

Product codes are compared exactly, after trimming: case and accents count, as they do at vendors. Names that
people give (locations, fields) are compared with case and inner blanks aside.
"""

from __future__ import annotations

import unicodedata

from platen.domain.mail_class import method_of
from platen.domain.making import Making, alike, exact
from platen.domain.order import Line, Order
from platen.domain.printing import PrintDetails

LONGEST_MESSAGE = 500
"""Characters; what is longer ends in …"""


def why_skipped(making: Making, line: Line, details: PrintDetails) -> str:
    """Why Product Code Skip keeps a line from this vendor; empty when it does not."""
    if exact(line.sku) in making.code_skip:
        return f"its SKU {line.sku.strip()} is never sent to this vendor"
    if exact(details.sku) in making.code_skip:
        return f"its print_sku {details.sku.strip()} is never sent to this vendor"
    return ""


def why_elsewhere(making: Making, location: str) -> str:
    """Why Inventory Location Match keeps a line of that location from this vendor; empty when it does not."""
    wanted = alike(making.location_match)
    if not wanted or alike(location) == wanted:
        return ""
    where = f'its location is "{location.strip()}"' if location.strip() else "it has no location"
    return f'{where}, and Inventory Location Match sends this vendor only "{making.location_match.strip()}"'


def matched(making: Making, details: PrintDetails) -> PrintDetails:
    """The details with the vendor's own product code; one step, never a chain."""
    code = making.code_match.get(exact(details.sku))
    return details if code is None else details.but(sku=code)


def message_of(order: Order, field: str) -> str:
    """What a field of an order says, for a message field; empty where the field is not set or not there.

    ``note``, ``number``, ``tags`` and ``shipping_method`` are the order's own; any other name, and one of these
    where the order has none, is an attribute of the order. Who the buyer is (name, address, e-mail, phone) is
    not to be had: it would be printed on paper that goes with a gift.
    """
    wanted = _field_name(field)
    if not wanted:
        return ""
    own = {
        "note": order.note,
        "number": order.number,
        "tags": ", ".join(filter(None, (tag.strip() for tag in order.tags))),
        "shipping_method": method_of(order),
    }
    named = (attribute.value for attribute in order.attributes if _field_name(attribute.name) == wanted)
    texts = (_printable(text) for text in (own.get(wanted, ""), *named))
    return _capped(next(filter(None, texts), ""))


def _field_name(name: str) -> str:
    """A leading underscore hides an attribute from buyers; it is the same field."""
    return alike(name).removeprefix("_").lstrip()


def _printable(text: str) -> str:
    """Without what no printer prints, and with one kind of line end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


def _capped(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1].rstrip()}…"
