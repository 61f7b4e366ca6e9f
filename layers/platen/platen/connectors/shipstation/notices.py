"""What ShipStation posts when a label is made or an order marked as shipped. Pure.

The body is gone by first: the documented query has an empty service and no items. It may be empty, though (seen by
others), and then the query is all there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from platen.connectors.shipstation.moments import read_moment
from platen.connectors.shipstation.order import MOST_PIECES
from platen.connectors.shipstation.texts import cut, plain, prose
from platen.connectors.shipstation.xml import NotReadable, local, parse
from platen.domain.feed import Notice, NoticeItem
from platen.domain.job import read_external_id
from platen.domain.model import digest
from platen.ports import Posted

NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""A notice does not say when it was received: who stores it does."""
MOST_ITEMS = 1000
MOST_COST = Decimal("9999999.99")
_OF_A_SPLIT = re.compile(r"-[0-9]{1,4}$")


def read_notice(body: bytes, query: Mapping[str, str]) -> Posted:
    """``query``: its names in lower case. Raises NotReadable."""
    told = parse(body, "ShipNotice") if body.strip(b"\xef\xbb\xbf \t\r\n\0") else None
    said = {local(element): element.text or "" for element in told} if told is not None else {}
    number = plain(said.get("ordernumber", "") or query.get("order_number", ""))
    external_id = _external_id(plain(said.get("orderid", "")), number)
    if not external_id and not number:
        raise NotReadable("The notice names no order: neither OrderID nor OrderNumber is there.")
    items = tuple(_items(told)) if told is not None else ()
    tracking = _short(said.get("trackingnumber", "") or query.get("tracking_number", ""))
    identity = [
        external_id or number,
        tracking,
        plain(said.get("labelcreatedate", "")),
        plain(said.get("shipdate", "")),
        sorted((item.line_id, item.sku, item.quantity) for item in items),
    ]
    notice = Notice(
        # The order's id is in it, since a job that is sent anew has another one and keeps its notices.
        notice_id=f"{external_id}.{digest(identity)}" if external_id else digest(identity),
        received_at=NOT_YET,
        carrier=_short(said.get("carrier", "") or query.get("carrier", "")),
        service=_short(said.get("service", "") or query.get("service", "")),
        tracking=tracking,
        cost=_cost(said.get("shippingcost", "")),
        note=cut(prose(said.get("notestocustomer", "")), 1000),
        shipped_at=read_moment(said.get("labelcreatedate", "")) or read_moment(said.get("shipdate", "")),
        items=items,
    )
    return Posted(notice=notice, external_id=external_id, number=cut(number, 60))


def is_of(notice: Notice, external_id: str) -> bool:
    """Whether it may be about that order: it names it, or names none of ours."""
    named, dot, _ = notice.notice_id.rpartition(".")
    return not dot or named == external_id


def _external_id(order_id: str, number: str) -> str:
    """Ours, wherever it stands; a part of a split order may have its own number behind it."""
    for text in (order_id, _OF_A_SPLIT.sub("", order_id), number, _OF_A_SPLIT.sub("", number)):
        if read_external_id(text):
            return text
    return ""


def _items(told: Element) -> Iterator[NoticeItem]:
    inside = [item for items in told if local(items) == "items" for item in items if local(item) == "item"]
    if len(inside) > MOST_ITEMS:
        raise NotReadable(f"The notice has more than {MOST_ITEMS} items.")
    for item in inside:
        said = {local(element): plain(element.text or "") for element in item}
        quantity = _quantity(said.get("quantity", ""))
        if quantity:
            yield NoticeItem(
                line_id=_short(said.get("lineitemid", "")), sku=_short(said.get("sku", "")), quantity=quantity
            )


def _quantity(text: str) -> int:
    """Nothing said is one. Raises NotReadable for what is no number: a guess would tell a buyer what is not so."""
    if not re.fullmatch(r"([0-9]{1,6}(\.0{1,4})?)?", text):
        raise NotReadable("The quantity of an item is no whole number.")
    quantity = int(text.partition(".")[0]) if text else 1
    if quantity > MOST_PIECES:
        raise NotReadable(f"The quantity of an item is above {MOST_PIECES}.")
    return quantity


def _cost(text: str) -> Decimal | None:
    """None for what is no price: a parcel is not to be lost for that."""
    try:
        cost = Decimal(plain(text)[:20])
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and 0 <= cost <= MOST_COST else None


def _short(text: str) -> str:
    return cut(plain(text), 100)
