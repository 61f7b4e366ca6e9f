"""What ShipStation takes, as its guide says: written down apart from the code that has to keep to it."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from xml.etree import ElementTree

_TEXT = {
    "OrderID": (1, 50), "OrderNumber": (1, 50), "ShippingMethod": (0, 100), "PaymentMethod": (0, 50),
    "CustomerNotes": (0, 1000), "InternalNotes": (0, 1000), "GiftMessage": (0, 1000), "CustomField1": (0, 100),
    "CustomField2": (0, 100), "CustomField3": (0, 100), "RequestedWarehouse": (0, 100), "Source": (0, 50),
}  # fmt: skip
_BILL = {
    "Name": (1, 100), "Company": (0, 100), "Phone": (0, 50), "Email": (0, 100), "Address1": (0, 200),
    "Address2": (0, 200), "City": (0, 100), "State": (0, 100), "PostalCode": (0, 50), "Country": (2, 2),
}  # fmt: skip
_SHIP = {
    "Name": (1, 100), "Company": (0, 100), "Address1": (1, 200), "Address2": (0, 200), "City": (1, 100),
    "State": (2, 100), "PostalCode": (0, 50), "Country": (2, 2), "Phone": (0, 50),
}  # fmt: skip
_ITEM = {
    "LineItemID": (1, 50),
    "SKU": (0, 50),
    "Name": (1, 200),
    "ImageUrl": (1, 500),
    "Location": (0, 100),
    "UPC": (1, 12),
}
_NEEDED = ("OrderID", "OrderNumber", "OrderDate", "OrderStatus", "LastModified", "OrderTotal", "ShippingAmount")
_OTHERS = {"OrderDate", "OrderStatus", "LastModified", "CurrencyCode", "OrderTotal", "TaxAmount", "ShippingAmount"}
_WORDS = {"unpaid", "paid", "shipped", "cancelled", "on-hold"}
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def check(body: bytes) -> None:
    """Raises AssertionError with what ShipStation would not take."""
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(body)
    assert root.tag == "Orders"
    assert 1 <= int(root.attrib["pages"]) <= 32767
    ids = [order.findtext("OrderID") for order in root]
    assert len(ids) == len(set(ids))
    for order in root:
        assert order.tag == "Order"
        _order(order)


def _order(order: ElementTree.Element) -> None:
    known = {*_TEXT, *_OTHERS, "Gift", "Customer", "Items"}
    _texts(order, _TEXT, known)
    for name in _NEEDED:
        assert order.find(name) is not None, name
    for name in ("OrderDate", "LastModified"):
        text = order.findtext(name, "")
        assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", text), text
        datetime.strptime(text, "%m/%d/%Y %H:%M")  # noqa: DTZ007
    assert order.findtext("OrderStatus") in _WORDS
    assert order.findtext("Gift") in ("true", "false")
    assert re.fullmatch("[A-Z]{3}", order.findtext("CurrencyCode", "USD"))
    customer = order.find("Customer")
    assert customer is not None
    assert [one.tag for one in customer] == ["CustomerCode", "BillTo", "ShipTo"]
    assert 1 <= len(customer.findtext("CustomerCode", "")) <= 50
    _texts(customer.find("BillTo"), _BILL, set(_BILL), ("Name",))
    _texts(customer.find("ShipTo"), _SHIP, set(_SHIP), ("Name", "Address1", "City", "PostalCode", "Country"))
    items = order.find("Items")
    assert items is not None
    goods = sum((_item(item) for item in items), Decimal(0))
    total, tax, shipping = (_amount(order, name) for name in ("OrderTotal", "TaxAmount", "ShippingAmount"))
    assert goods + tax + shipping == total
    ids = [item.findtext("LineItemID") for item in items]
    assert len(ids) == len(set(ids))


def _item(item: ElementTree.Element) -> Decimal:
    known = {*_ITEM, "Adjustment", "Weight", "WeightUnits", "Quantity", "UnitPrice", "Options"}
    _texts(item, _ITEM, known, ("SKU", "Name", "Quantity", "UnitPrice"))
    quantity, price = item.findtext("Quantity", ""), _amount(item, "UnitPrice")
    assert re.fullmatch("[0-9]{1,5}", quantity)
    assert int(quantity) >= 1
    assert re.fullmatch("https?://[!-~]+", item.findtext("ImageUrl", "https://x"))
    assert (item.find("Weight") is None) == (item.find("WeightUnits") is None)
    if item.find("Weight") is not None:
        assert _amount(item, "Weight") > 0
        assert item.findtext("WeightUnits") == "Grams"
    if item.find("Adjustment") is not None:
        assert item.findtext("Adjustment") == "true"
        assert price < 0
        assert quantity == "1"
    options = item.findall("Options/Option")
    assert len(options) <= 10
    assert options or item.find("Options") is None
    for option in options:
        _texts(option, {"Name": (1, 100), "Value": (1, 100)}, {"Name", "Value"}, ("Name", "Value"))
    return int(quantity) * price


def _texts(
    element: ElementTree.Element | None,
    limits: dict[str, tuple[int, int]],
    known: set[str],
    needed: tuple[str, ...] = (),
) -> None:
    assert element is not None
    names = [one.tag for one in element]
    assert len(names) == len(set(names)), names
    assert set(names) <= known, set(names) - known
    assert set(needed) <= set(names), set(needed) - set(names)
    for name, (least, most) in limits.items():
        found = element.find(name)
        if found is None:
            continue
        text = found.text or ""
        assert least <= len(text), name
        assert len(text.encode("utf-16-le")) // 2 <= most, name
        assert not _NO_TEXT.search(text), name


def _amount(element: ElementTree.Element, name: str) -> Decimal:
    text = element.findtext(name, "")
    assert re.fullmatch(r"-?[0-9]{1,7}\.[0-9]{2}", text), f"{name}: {text}"
    return Decimal(text)
