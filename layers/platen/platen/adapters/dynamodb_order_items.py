"""How an order's record lies in its table: each item's key, and what puts it into the sparse indexes.

::

    order_id  item                      indexes
    k7x2…     body#<name>               -                                        (expires)
              body#<name>#001           -   (of hundreds of lines)               (expires)
              event#<time>#<id>         -                                        (expires)
              feed#0001                 by_feed                                  (expires)
              feed#0001#notice#<id>     -                                        (expires)
              job#0001                  by_vendor_order, by_due (vendor's lane)
              order                     by_state, by_number, by_folder, by_due (store's lane)
              shipment#<id>             by_due (store's lane)
"""

from __future__ import annotations

import re
from typing import Any

from platen.adapters.dynamodb_items import Item, fields_of, read_page_token
from platen.domain.job import Job
from platen.domain.model import iso
from platen.domain.record import OrderHead
from platen.domain.shipment import Shipment
from platen.ports import Due, NotFound, Watch

_KEYS = frozenset({"order_id", "item"})
_PAGE_KEY = frozenset({"placed_at", "order_id", "item"})
_WORK = frozenset({"ready", "claimed", "unknown"})


def item_of(value: OrderHead | Job | Shipment) -> Item:
    """The stored item: the value's fields, its key, and what the sparse indexes go by."""
    item = fields_of(value, without=_KEYS)
    item["order_id"] = value.order_id
    match value:
        case OrderHead():
            item["item"] = "order"
            item["store_state"] = f"{value.connection}#{value.state.value}"
            item["store_number"] = f"{value.connection}#{plain_number(value.number)}"
            if value.folder:
                item["store_folder"] = f"{value.connection}#{value.folder}"
            if value.look_at:
                item["due_lane"], item["due_at"] = f"{value.connection}#{Watch.WORK}", iso(value.look_at)
        case Job():
            item["item"] = job_item(value.job_id)
            if value.vendor_ref:
                item["vendor_order"] = f"{value.vendor}#{value.vendor_ref}"
            if value.due_at:
                item["due_lane"] = f"{value.vendor}#{_lane(value)}"
        case Shipment():
            item["item"] = f"shipment#{value.shipment_id}"
            if value.due_at:
                item["due_lane"] = f"{value.connection}#{Watch.WORK}"
    return item


def _lane(job: Job) -> str:
    working = job.state.value in _WORK or (job.cancel_wanted and job.at_vendor) or job.to_be_amended
    return Watch.WORK if working else Watch.NEWS


def key_of(order_id: str, item: str) -> dict[str, Any]:
    return {"order_id": {"S": order_id}, "item": {"S": item}}


def job_item(job_id: str) -> str:
    return f"job#{int(job_id):04d}"


def due_of(order_id: str, item: str) -> Due:
    kind, _, rest = item.partition("#")
    if kind == "job":
        return Due(order_id=order_id, job_id=str(int(rest)))
    return Due(order_id=order_id, shipment_id=rest)  # an order's head has neither


def plain_number(number: str) -> str:
    return re.sub(r"[^0-9a-z]", "", number.lower())


def name_of(value: OrderHead | Job | Shipment) -> str:
    return f"{value.order_id}/{item_of(value)['item']}"


def body_name(item: str) -> str:
    return item.removeprefix("body#")


def page_start(token: str, index_key: str, place: str) -> dict[str, Any]:
    """Where the next page begins. Raises NotFound for a token that is not of this very list."""
    try:
        key = read_page_token(token)
    except ValueError:
        key = {}
    texts = [list(value) == ["S"] and isinstance(value["S"], str) for value in key.values()]
    if set(key) != _PAGE_KEY | {index_key} or not all(texts) or key[index_key]["S"] != place:
        raise NotFound("there is no such page of these orders; begin with the first one")
    return key
