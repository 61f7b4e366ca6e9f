"""A page of a Custom Store's answer, read: what is wrong with it, or the orders in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from twins.shipstation.feed_rules import problems_of
from twins.shipstation.model import ZERO, Address, Content, Item, Option
from twins.shipstation.times import read_feed_time

QUOTED = 300
"""Characters of a wrong answer that its merchant is shown."""
UNKNOWN_TO_SCHEMA = ("CurrencyCode", "UPC")
"""In the guide's table and in its example, not in its published schema."""


class PageError(Exception):
    """The page cannot be taken; the message is what the merchant sees."""

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


@dataclass(frozen=True)
class Incoming:
    """One order as a page brought it. ``key``: its OrderID, or its number where it has none."""

    key: str
    word: str
    modified_at: datetime
    content: Content


@dataclass(frozen=True)
class Page:
    pages: int
    orders: list[Incoming]
    bad: list[str]
    """What is wrong with the orders that were left out."""


type Schema = Callable[[bytes], list[str]]
"""What the published schema says against a document; empty: nothing."""


def schema_at(path: str) -> Schema:
    """The XSD at ``path``. Raises RuntimeError when the package ``lxml`` is not there."""
    try:
        etree = import_module("lxml.etree")  # only who asks for the schema needs it
    except ImportError as missing:
        raise RuntimeError("checking by an XSD needs the package lxml: pip install lxml") from missing
    schema = etree.XMLSchema(etree.parse(path))

    def check(document: bytes) -> list[str]:
        schema.validate(etree.fromstring(document))
        return [f"{error.path}: {error.message}" for error in schema.error_log][:20]

    return check


def read_page(body: bytes, *, one_bad_fails: bool, schema: Schema | None = None) -> Page:
    """Raises PageError: for what is no XML, for another root, for a bad order when ``one_bad_fails``."""
    root = _root(body)
    good, bad = [], []
    for number, order in enumerate(root.findall("Order"), start=1):
        problems = problems_of(order)
        if problems:
            name = order.findtext("OrderNumber") or f"no. {number}"
            bad += [f"order {name[:50]}: {problem}" for problem in problems]
        else:
            good.append(_incoming(order))
    if schema is not None:
        bad += _by_schema(root, schema)
    if bad and one_bad_fails:
        raise PageError("An order could not be read, and with it the whole page", bad)
    return Page(_pages(root), good, bad)


def _root(body: bytes) -> Element:
    start = body[:QUOTED].decode("utf-8", "replace")
    if b"<!DOCTYPE" in body:
        raise PageError(f"Orders could not be updated: Error in XML (a DOCTYPE is not read). It begins: {start}")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as wrong:
        raise PageError(f"Orders could not be updated: Error in XML ({wrong}). It begins: {start}") from wrong
    if root.tag != "Orders":
        raise PageError(f"Orders could not be updated: Error in XML (<{root.tag}> where <Orders> is due): {start}")
    strange = [child.tag for child in root if child.tag != "Order"]
    if strange:
        raise PageError(f"Orders could not be updated: Error in XML (<{strange[0]}> where <Order> is due)")
    return root


def _pages(root: Element) -> int:
    """One when it is not said, or said as 0: both are in use."""
    said = root.get("pages", "1")
    if not said.isdecimal() or int(said) > 32767:
        raise PageError(f"Orders could not be updated: Error in XML (pages is {said[:20]!r})")
    return max(1, int(said))


def _by_schema(root: Element, schema: Schema) -> list[str]:
    copy = ElementTree.fromstring(ElementTree.tostring(root))
    for holder in [*copy.iter("Order"), *copy.iter("Item")]:
        for name in UNKNOWN_TO_SCHEMA:
            for child in holder.findall(name):
                holder.remove(child)
    return [f"by the schema: {said}" for said in schema(ElementTree.tostring(copy, encoding="utf-8"))]


def _incoming(order: Element) -> Incoming:
    number = _text(order, "OrderNumber")
    return Incoming(
        key=_text(order, "OrderID") or number,
        word=_text(order, "OrderStatus"),
        modified_at=read_feed_time(_text(order, "LastModified")),
        content=_content(order, number),
    )


def _content(order: Element, number: str) -> Content:
    bill_to = _address(order.find("Customer/BillTo"))
    total = Decimal(_text(order, "OrderTotal"))
    return Content(
        number=number,
        ordered_at=read_feed_time(_text(order, "OrderDate")),
        ship_to=_address(order.find("Customer/ShipTo")),
        bill_to=bill_to,
        items=[_item(item) for item in order.findall("Items/Item")],
        customer_code=_text(order, "Customer/CustomerCode"),
        email=bill_to.email,
        total=total,
        paid=total,
        tax=_amount(order, "TaxAmount"),
        shipping=_amount(order, "ShippingAmount"),
        currency=_text(order, "CurrencyCode") or "USD",
        customer_notes=_text(order, "CustomerNotes"),
        internal_notes=_text(order, "InternalNotes"),
        gift=_yes(order, "Gift"),
        gift_message=_text(order, "GiftMessage"),
        payment_method=_text(order, "PaymentMethod"),
        service_asked=_text(order, "ShippingMethod"),
        custom_fields=(_text(order, "CustomField1"), _text(order, "CustomField2"), _text(order, "CustomField3")),
        warehouse=_text(order, "RequestedWarehouse"),
        source=_text(order, "Source"),
    )


def _item(item: Element) -> Item:
    return Item(
        name=_text(item, "Name"),
        quantity=int(_text(item, "Quantity")),
        unit_price=Decimal(_text(item, "UnitPrice")),
        line_id=_text(item, "LineItemID"),
        sku=_text(item, "SKU"),
        weight=_amount(item, "Weight") if item.find("Weight") is not None else None,
        weight_units=_text(item, "WeightUnits") or "Grams",
        image=_text(item, "ImageUrl"),
        location=_text(item, "Location"),
        upc=_text(item, "UPC"),
        adjustment=_yes(item, "Adjustment"),
        options=[
            Option(_text(option, "Name"), _text(option, "Value"), _amount(option, "Weight"))
            for option in item.findall("Options/Option")
        ],
    )


def _address(address: Element | None) -> Address:
    if address is None:
        return Address()
    return Address(
        name=_text(address, "Name"),
        company=_text(address, "Company"),
        street1=_text(address, "Address1"),
        street2=_text(address, "Address2"),
        city=_text(address, "City"),
        state=_text(address, "State"),
        postal_code=_text(address, "PostalCode"),
        country=_text(address, "Country"),
        phone=_text(address, "Phone"),
        email=_text(address, "Email"),
    )


def _text(element: Element, path: str) -> str:
    return element.findtext(path) or ""


def _amount(element: Element, path: str) -> Decimal:
    text = _text(element, path)
    return Decimal(text) if text else ZERO


def _yes(element: Element, path: str) -> bool:
    return _text(element, path) in ("true", "1")
