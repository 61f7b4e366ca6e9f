"""What an order of a Custom Store must look like: which elements there are, which have to be, and how long."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from twins.shipstation.times import read_feed_time

_MONEY = re.compile(r"-?\d{1,7}(\.\d{1,2})?")
_UNITS = re.compile(r"(?i:pounds?|lbs?|grams?|gm|oz|ounces)")
_COUNTRY = re.compile(r"[A-Z]{2}")
_STATE = re.compile(r"[A-Z]{2}")
_SHOWN = 60
"""Characters of a wrong value that are shown."""


def _text(least: int, most: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if least <= len(text) <= most:
            return ""
        return f"has {len(text)} characters, not {least} to {most}"

    return check


def _like(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    return lambda text: "" if pattern.fullmatch(text) else f"is {text[:_SHOWN]!r}, which is not {what}"


def _time(text: str) -> str:
    try:
        read_feed_time(text)
    except ValueError as wrong:
        return str(wrong)
    return ""


def _count(text: str) -> str:
    counts = text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) > 0
    return "" if counts else f"is {text[:_SHOWN]!r}, which is not a whole number from 1 to 99999"


_money = _like(_MONEY, "an amount with at most 7 digits and 2 decimals")
_bool = _like(re.compile("true|false|1|0"), "true or false")
_country = _like(_COUNTRY, "a country code of two letters")


@dataclass(frozen=True)
class Rule:
    check: Callable[[str], str]
    required: bool = False


@dataclass(frozen=True)
class Group:
    """Elements within an element: each at most once, in any order; only what is named here is known."""

    fields: Mapping[str, Rule | Group | Rows]
    required: bool = True


@dataclass(frozen=True)
class Rows:
    name: str
    row: Group
    required: bool = False
    most: int = 100_000


def _must(check: Callable[[str], str]) -> Rule:
    return Rule(check, required=True)


_OPTION = Group(
    {"Name": _must(_text(1, 100)), "Value": _must(_text(1, 100)), "Weight": Rule(_money)},
)
_ITEM = Group(
    {
        "LineItemID": Rule(_text(1, 50)),
        "SKU": _must(_text(0, 50)),
        "Name": _must(_text(1, 200)),
        "Adjustment": Rule(_bool),
        "ImageUrl": Rule(_text(0, 500)),
        "Weight": Rule(_money),
        "WeightUnits": Rule(_like(_UNITS, "Pounds, Ounces or Grams")),
        "Quantity": _must(_count),
        "UnitPrice": _must(_money),
        "UPC": Rule(_text(0, 12)),
        "Location": Rule(_text(0, 100)),
        "Options": Rows("Option", _OPTION, most=10),
    }
)
_BILL_TO = Group(
    {
        "Name": _must(_text(1, 100)),
        "Company": Rule(_text(0, 100)),
        "Phone": Rule(_text(0, 50)),
        "Email": Rule(_text(0, 100)),
        "Address1": Rule(_text(0, 200)),
        "Address2": Rule(_text(0, 200)),
        "City": Rule(_text(0, 100)),
        "State": Rule(_text(0, 100)),
        "PostalCode": Rule(_text(0, 50)),
        "Country": Rule(_country),
    }
)
_SHIP_TO = Group(
    {
        "Name": _must(_text(1, 100)),
        "Company": Rule(_text(0, 100)),
        "Address1": _must(_text(1, 200)),
        "Address2": Rule(_text(0, 200)),
        "City": _must(_text(1, 100)),
        "State": Rule(_text(0, 100)),
        "PostalCode": _must(_text(0, 50)),
        "Country": _must(_country),
        "Phone": Rule(_text(0, 50)),
    }
)
_CUSTOMER = Group({"CustomerCode": _must(_text(1, 50)), "BillTo": _BILL_TO, "ShipTo": _SHIP_TO})
ORDER = Group(
    {
        "OrderID": Rule(_text(1, 50)),
        "OrderNumber": _must(_text(1, 50)),
        "OrderDate": _must(_time),
        "OrderStatus": _must(_text(1, 50)),
        "LastModified": _must(_time),
        "ShippingMethod": Rule(_text(0, 100)),
        "PaymentMethod": Rule(_text(0, 50)),
        "CurrencyCode": Rule(_like(re.compile("[A-Z]{3}"), "a currency code of three letters")),
        "OrderTotal": _must(_money),
        "TaxAmount": Rule(_money),
        "ShippingAmount": _must(_money),
        "CustomerNotes": Rule(_text(0, 1000)),
        "InternalNotes": Rule(_text(0, 1000)),
        "Gift": Rule(_bool),
        "GiftMessage": Rule(_text(0, 1000)),
        "CustomField1": Rule(_text(0, 100)),
        "CustomField2": Rule(_text(0, 100)),
        "CustomField3": Rule(_text(0, 100)),
        "RequestedWarehouse": Rule(_text(0, 100)),
        "Source": Rule(_text(0, 50)),
        "Customer": _CUSTOMER,
        "Items": Rows("Item", _ITEM, required=True),
    }
)
"""The guide's field table; where it and the published schema differ, the stricter of the two. ``OrderID`` may be
missing (then the number is the key), and ``State`` may, outside of the countries below."""

STATES = frozenset({"US", "CA"})
"""Countries whose states are asked for, as two letters."""


def problems_of(order: Element) -> list[str]:
    """Everything that is wrong with one order, each with the path of the element; empty when it may come in."""
    found = _group(order, ORDER, "Order")
    found += _state_problems(order)
    for number, item in enumerate(order.findall("Items/Item"), start=1):
        found += _item_problems(item, f"Order/Items/Item[{number}]")
    return found


def _group(element: Element, group: Group, path: str) -> list[str]:
    found = []
    tags = [child.tag for child in element]
    found += [f"{path}/{tag} is not known" for tag in dict.fromkeys(tags) if tag not in group.fields]
    for name, rule in group.fields.items():
        here = f"{path}/{name}"
        if tags.count(name) > 1:
            found.append(f"{here} is there {tags.count(name)} times")
        child = element.find(name)
        if child is None:
            found += [f"{here} is missing"] if rule.required else []
        else:
            found += _one(child, rule, here)
    return found


def _one(element: Element, rule: Rule | Group | Rows, path: str) -> list[str]:
    if isinstance(rule, Group):
        return _group(element, rule, path)
    if isinstance(rule, Rows):
        return _rows(element, rule, path)
    if len(element):
        return [f"{path} has elements within it, not text"]
    said = rule.check(element.text or "")
    return [f"{path} {said}"] if said else []


def _rows(element: Element, rows: Rows, path: str) -> list[str]:
    found = [f"{path}/{child.tag} is not known" for child in element if child.tag != rows.name]
    children = element.findall(rows.name)
    if len(children) > rows.most:
        found.append(f"{path} has {len(children)} of {rows.name}, at most {rows.most} are kept")
    for number, child in enumerate(children, start=1):
        found += _group(child, rows.row, f"{path}/{rows.name}[{number}]")
    return found


def _state_problems(order: Element) -> list[str]:
    country = order.findtext("Customer/ShipTo/Country") or ""
    state = order.findtext("Customer/ShipTo/State") or ""
    if country in STATES and not _STATE.fullmatch(state):
        return [f"Order/Customer/ShipTo/State is {state[:_SHOWN]!r}, which is not two letters, as {country} needs"]
    return []


def _item_problems(item: Element, path: str) -> list[str]:
    found = []
    if (item.find("Weight") is None) != (item.find("WeightUnits") is None):
        found.append(f"{path} has one of Weight and WeightUnits without the other")
    price = item.findtext("UnitPrice") or ""
    if (item.findtext("Adjustment") or "") in ("true", "1"):
        if not _MONEY.fullmatch(price) or Decimal(price) > 0:
            found.append(f"{path}/UnitPrice is {price[:_SHOWN]!r}; that of an adjustment is negative")
        if item.findtext("Quantity") != "1":
            found.append(f"{path}/Quantity of an adjustment is 1")
    return found
