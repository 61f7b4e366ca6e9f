"""A ship notice as it goes to a Custom Store: its URL and its XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from twins.shipstation import times
from twins.shipstation.model import Item, Order, Parcel
from twins.shipstation.store import Store
from twins.shipstation.wire import with_query


@dataclass
class NoticeSwitches:
    """What is odd about the notices that are written from now on.

    ``copies``: so many more with the same bytes. ``delay_seconds``: between the label and the notice, as merchants
    can set it. ``number_suffix``: behind OrderNumber, as old split orders have it. ``numeric_carrier``: a number
    where the carrier's name is due. ``on_relabel``: a label after a void is told as well; it is not, as documented.
    """

    copies: int = 0
    empty_body: bool = False
    no_tracking: bool = False
    no_items: bool = False
    no_line_ids: bool = False
    no_order_id: bool = False
    number_suffix: str = ""
    numeric_carrier: bool = False
    twelve_hour_dates: bool = False
    delay_seconds: float = 0.0
    on_relabel: bool = False
    notify_customer: Literal["", "true", "false"] = ""


def notice_url(store: Store, order: Order, parcel: Parcel, odd: NoticeSwitches) -> str:
    """The service stays empty, as in the documented URL and in a captured one."""
    query = {
        "SS-UserName": store.user,
        "SS-Password": store.password,
        "action": "shipnotify",
        "order_number": order.content.number + odd.number_suffix,
        "carrier": _carrier(parcel, odd),
        "service": "",
        "tracking_number": "" if odd.no_tracking else parcel.tracking,
    }
    return with_query(store.url, query)


def notice_body(order: Order, parcel: Parcel, odd: NoticeSwitches) -> bytes:
    if odd.empty_body:
        return b""
    root = Element("ShipNotice")
    for name, text in _fields(order, parcel, odd).items():
        SubElement(root, name).text = text
    _recipient(SubElement(root, "Recipient"), order)
    if not odd.no_items:
        rows = SubElement(root, "Items")
        for item in order.content.items:
            if item.item_id in parcel.items:
                _item(SubElement(rows, "Item"), item, parcel.items[item.item_id], odd)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'.encode()


def _fields(order: Order, parcel: Parcel, odd: NoticeSwitches) -> Mapping[str, str]:
    content = order.content
    written = times.twelve_hours if odd.twelve_hour_dates else times.feed_time
    fields = {
        "OrderNumber": content.number + odd.number_suffix,
        "OrderID": order.store_order_id,
        "CustomerCode": content.customer_code,
        "CustomerNotes": content.customer_notes,
        "InternalNotes": content.internal_notes,
        "NotesToCustomer": parcel.notes or content.notes_to_buyer,
        "NotifyCustomer": _notify_customer(parcel, odd),
        "LabelCreateDate": written(parcel.created_at),
        "ShipDate": times.feed_time(parcel.shipped_at).split(" ")[0],
        "Carrier": _carrier(parcel, odd),
        "Service": parcel.service,
        "TrackingNumber": "" if odd.no_tracking else parcel.tracking,
        "ShippingCost": f"{parcel.cost:.2f}",
        "CustomField1": content.custom_fields[0],
        "CustomField2": content.custom_fields[1],
        "CustomField3": content.custom_fields[2],
    }
    if odd.no_order_id:
        del fields["OrderID"]
    return fields


def _notify_customer(parcel: Parcel, odd: NoticeSwitches) -> str:
    if parcel.notify_customer is None:
        return odd.notify_customer
    return "true" if parcel.notify_customer else "false"


def _carrier(parcel: Parcel, odd: NoticeSwitches) -> str:
    return "3297" if odd.numeric_carrier else parcel.carrier_name


def _recipient(element: Element, order: Order) -> None:
    to = order.content.ship_to
    said = {
        "Name": to.name,
        "Company": to.company,
        "Address1": to.street1,
        "Address2": to.street2,
        "City": to.city,
        "State": to.state,
        "PostalCode": to.postal_code,
        "Country": to.country,
    }
    for name, text in said.items():
        SubElement(element, name).text = text


def _item(element: Element, item: Item, count: int, odd: NoticeSwitches) -> None:
    SubElement(element, "SKU").text = item.sku
    SubElement(element, "Name").text = item.name
    SubElement(element, "Quantity").text = str(count)
    if item.line_id and not odd.no_line_ids:
        SubElement(element, "LineItemID").text = item.line_id
    SubElement(element, "UPC").text = item.upc
