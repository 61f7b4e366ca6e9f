"""Filling a table with what the adapters would write, twenty-five items a request, for tests of many orders."""

from __future__ import annotations

from itertools import batched
from typing import Any


class Filling:
    """Stands in for a DynamoDB client that is only written to by puts and updates of new items."""

    def __init__(self) -> None:
        self._items: list[dict[str, Any]] = []

    def put_item(self, *, Item: dict[str, Any], **_: Any) -> dict[str, Any]:
        self._items.append(Item)
        return {}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:
        self._items += [one["Put"]["Item"] for one in TransactItems]
        return {}

    def update_item(self, *, Key: dict[str, Any], **request: Any) -> dict[str, Any]:
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        self._items.append(Key | {name: values[f":{name}"] for name in names.values()})
        return {"Attributes": self._items[-1]}

    def pour(self, client: Any, table: str) -> None:
        """Write all that was collected."""
        for some in batched(self._items, 25, strict=False):
            left = client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": one}} for one in some]})
            assert not left.get("UnprocessedItems")
        self._items.clear()
