"""The bodies of orders in DynamoDB: written once for each version, never changed, and expiring.

An item takes 400 KB, and an order may have hundreds of lines with long addresses of print files. Then its lines
lie beside it::

    body#<name>        the order without its lines, and of how many parts they are
    body#<name>#001    the first lines, with their print details and shelves
    body#<name>#002    ...

The parts are written first: whoever finds the body finds them too.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from platen.adapters.dynamodb_items import Item, fields_of, query_all, to_wire
from platen.domain.record import OrderBody

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 300_000
"""Bytes of JSON in one item; as DynamoDB counts, that is a little less."""
_OF_LINES = ("printing", "shelf")


def put_body(client: DynamoDBClient, table: str, order_id: str, body: OrderBody, keep_until: datetime) -> None:
    """Named by its content, so writing it twice writes the same."""
    fields, parts = _parted(fields_of(body))
    key = {"order_id": order_id, "expires_at": int(keep_until.timestamp())}
    for number, part in enumerate(parts, start=1):
        item = part | key | {"item": f"body#{body.name}#{number:03d}"}
        client.put_item(TableName=table, Item=to_wire(item))
    client.put_item(TableName=table, Item=to_wire(fields | key | {"item": f"body#{body.name}"}))


def whole_body(client: DynamoDBClient, table: str, item: Item) -> OrderBody | None:
    """The body of its item, with its parts; None where some of them have expired already."""
    if "parts" not in item:
        return OrderBody.model_validate(item)
    parts = list(
        query_all(
            client,
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="order_id = :id AND begins_with(#item, :parts)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=to_wire({":id": item["order_id"], ":parts": f"{item['item']}#"}),
        )
    )
    if len(parts) != item["parts"]:
        return None
    lines = [line for part in parts for line in part["lines"]]
    of_lines = {name: {key: one for part in parts for key, one in part[name].items()} for name in _OF_LINES}
    return OrderBody.model_validate(item | of_lines | {"order": item["order"] | {"lines": lines}})


def _parted(fields: Item) -> tuple[Item, list[Item]]:
    """A body's fields as they are where they fit; else those of its order, and its lines in parts."""
    if _size(fields) <= MOST:
        return fields, []
    parts: list[Item] = []
    room = 0
    for line in fields["order"]["lines"]:
        line_id = line["line_id"]
        its_own = {name: fields[name][line_id] for name in _OF_LINES if line_id in fields.get(name, {})}
        size = _size([line, its_own])
        if size > room:
            parts.append({"lines": [], **{name: {} for name in _OF_LINES}})
            room = MOST
        room -= size
        parts[-1]["lines"].append(line)
        for name, one in its_own.items():
            parts[-1][name][line_id] = one
    order = {name: value for name, value in fields["order"].items() if name != "lines"}
    return {"order": order, "parts": len(parts)}, parts


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
