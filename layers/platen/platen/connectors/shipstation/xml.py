"""The Custom Store's XML: orders out, ship notices in. Pure.

What is told is what ShipStation's published schema knows, plus currency and UPC, which only its guide has
(documented, both). Free text is in CDATA, as in the guide's examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from xml.dom.minidom import Document, Element
from xml.etree.ElementTree import Element as Parsed
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from platen.connectors.shipstation.order import Item, ShipStationOrder
from platen.domain.feed import FeedStatus

LARGEST_NOTICE = 512 * 1024
MOST_PAGES = 32_767
"""The attribute is a short."""
WORDS = {
    FeedStatus.UNPAID: "unpaid",
    FeedStatus.ON_HOLD: "on-hold",
    FeedStatus.PAID: "paid",
    FeedStatus.SHIPPED: "shipped",
    FeedStatus.CANCELLED: "cancelled",
}
"""What ShipStation's form has to be told for each of its own statuses: case matters there."""

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_DECLARED = re.compile(r"\A\s*<\?xml\s[^>]{0,200}\?>")

type Node = tuple[str, str | Sequence[Node] | None]
"""An element's name, and its text or what is in it; None: it is left out."""


class NotReadable(Exception):
    """It is no XML that anybody should read; the text says why, and nothing of what was in it."""


def orders(rendered: Iterable[str], pages: int) -> bytes:
    """The answer to an export; valid, and with a root, when there is nothing in it too."""
    attribute = min(max(pages, 1), MOST_PAGES)
    return f'{_HEAD}<Orders pages="{attribute}">{"".join(rendered)}</Orders>'.encode()


def order(told: ShipStationOrder, *, currency_and_upc: bool) -> str:
    document = Document()
    return str(_element(document, "Order", list(_order(told, currency_and_upc))).toxml())


def error(words: str) -> bytes:
    document = Document()
    return (_HEAD + str(_element(document, "Error", [("Message", _text(words))]).toxml())).encode()


def parse(body: bytes, root: str) -> Parsed:
    """The document, which has to be a ``root``. Raises NotReadable.

    Its own word for its encoding is not gone by: bytes that are UTF-8 are read as such whatever they are declared
    to be, for software that declares UTF-16 over them is about.
    """
    if len(body) > LARGEST_NOTICE:
        raise NotReadable(f"The message is larger than {LARGEST_NOTICE // 1024} KB.")
    text = _DECLARED.sub("", _decoded(body), count=1)
    try:
        read: Parsed = fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise NotReadable("The message has a document type or entities, which are not taken.") from None
    except (ParseError, ValueError):
        raise NotReadable("The message is no well-formed XML.") from None
    if local(read) != root.lower():
        raise NotReadable(f"The message is no {root}.")
    return read


def local(element: Parsed) -> str:
    """The element's name in lower case, without a namespace."""
    return str(element.tag).rpartition("}")[2].lower()


# out


def _order(told: ShipStationOrder, extras: bool) -> Iterator[Node]:
    first, second, third = told.custom_fields
    yield "OrderID", _text(told.order_id)
    yield "OrderNumber", _text(told.number)
    yield "OrderDate", _moment(told.placed)
    yield "OrderStatus", _text(WORDS[told.status])
    yield "LastModified", _moment(told.modified)
    yield "ShippingMethod", _text(told.shipping_method)
    yield "PaymentMethod", _text(told.payment_method)
    yield "CurrencyCode", told.currency if extras and told.currency else None
    yield "OrderTotal", _amount(told.total)
    yield "TaxAmount", _amount(told.tax)
    yield "ShippingAmount", _amount(told.shipping)
    yield "CustomerNotes", _text(told.customer_notes)
    yield "InternalNotes", _text(told.internal_notes)
    yield "Gift", "true" if told.gift else "false"
    yield "GiftMessage", _text(told.gift_message)
    yield "CustomField1", _text(first)
    yield "CustomField2", _text(second)
    yield "CustomField3", _text(third)
    yield "RequestedWarehouse", _text(told.requested_warehouse) if told.requested_warehouse else None
    yield "Source", _text(told.source) if told.source else None
    yield "Customer", list(_customer(told))
    yield "Items", [("Item", list(_item(item, extras))) for item in told.items]


def _customer(told: ShipStationOrder) -> Iterator[Node]:
    bill, ship = told.bill_to, told.ship_to
    yield "CustomerCode", _text(told.customer_code)
    yield (
        "BillTo",
        [
            ("Name", _text(bill.name)),
            ("Company", _text(bill.company)),
            ("Phone", _text(bill.phone)),
            ("Email", _text(bill.email)),
            ("Address1", _text(bill.address1)),
            ("Address2", _text(bill.address2)),
            ("City", _text(bill.city)),
            ("State", _text(bill.state)),
            ("PostalCode", _text(bill.postal_code)),
            ("Country", _text(bill.country) if bill.country else None),
        ],
    )
    yield (
        "ShipTo",
        [
            ("Name", _text(ship.name)),
            ("Company", _text(ship.company)),
            ("Address1", _text(ship.address1)),
            ("Address2", _text(ship.address2)),
            ("City", _text(ship.city)),
            # The guide asks for two characters at least: none is not told as an empty one.
            ("State", _text(ship.state) if ship.state else None),
            ("PostalCode", _text(ship.postal_code)),
            ("Country", _text(ship.country)),
            ("Phone", _text(ship.phone)),
        ],
    )


def _item(item: Item, extras: bool) -> Iterator[Node]:
    yield "LineItemID", _text(item.line_item_id)
    yield "SKU", _text(item.sku)
    yield "Name", _text(item.name)
    yield "Adjustment", "true" if item.adjustment else None
    yield "ImageUrl", _text(item.image) if item.image else None
    yield "Weight", _amount(item.weight) if item.weight is not None else None
    yield "WeightUnits", "Grams" if item.weight is not None else None
    yield "Quantity", str(item.quantity)
    yield "UnitPrice", _amount(item.unit_price)
    yield "UPC", _text(item.upc) if extras and item.upc else None
    yield "Location", _text(item.location) if item.location else None
    options: list[Node] = [
        ("Option", [("Name", _text(option.name)), ("Value", _text(option.value))]) for option in item.options
    ]
    yield "Options", options or None


class _Free(str):
    """Text that people wrote: it goes into CDATA."""

    __slots__ = ()


def _text(text: str) -> str:
    return _Free(text)


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _moment(moment: datetime) -> str:
    """``MM/dd/yyyy HH:mm`` in UTC (documented); not by strftime, which writes the year 999 with three digits."""
    utc = moment.astimezone(UTC)
    return f"{utc.month:02}/{utc.day:02}/{utc.year:04} {utc.hour:02}:{utc.minute:02}"


def _element(document: Document, name: str, content: str | Sequence[Node]) -> Element:
    element = document.createElement(name)
    if isinstance(content, _Free):
        for piece in _sections(content):
            element.appendChild(document.createCDATASection(piece))
    elif isinstance(content, str):
        element.appendChild(document.createTextNode(content))
    else:
        for inner, inside in content:
            if inside is not None:
                element.appendChild(_element(document, inner, inside))
    return element


def _sections(text: str) -> list[str]:
    """The end mark of a section cannot stand in one: it is spread over two."""
    pieces = text.split("]]>")
    last = len(pieces) - 1
    whole = [
        (">" if number else "") + piece + ("]]" if number < last else "") for number, piece in enumerate(pieces)
    ]
    return [piece for piece in whole if piece]


# in


def _decoded(body: bytes) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise NotReadable("The message is neither UTF-8 nor UTF-16 with its mark.") from None
