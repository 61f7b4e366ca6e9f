"""Connections, their health, the product map and the cache in DynamoDB.

The connections table holds ``kind`` + ``name``: ``connection`` and ``health`` items by connection id, ``removed``
ones for connections that were taken away, and ``cache:<namespace>`` items by key. The products table holds
``store`` + ``sku``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from platen.adapters.dynamodb_items import fields_of, from_wire, get_all, query_all, to_wire
from platen.domain.connection import Connection, Health
from platen.domain.printing import PrintDetails, ProductMapping
from platen.ports import Clock, Conflict, NotFound, Removed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONNECTION_AGE = timedelta(seconds=10)
"""An order that comes right after a new link must not be told that there is none."""
_HEALTH_AGE = timedelta(seconds=3)


class _Remembered[T]:
    """Values kept in this process for a short while: settings are read on every message."""

    def __init__(self, clock: Clock, age: timedelta) -> None:
        self._clock = clock
        self._age = age
        self._kept: dict[str, tuple[datetime, T]] = {}

    def get(self, key: str) -> T | None:
        kept = self._kept.get(key)
        return kept[1] if kept and self._clock.now() - kept[0] < self._age else None

    def put(self, key: str, value: T) -> T:
        self._kept[key] = (self._clock.now(), value)
        return value

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)


class DynamoDBConnections:
    """``ports.Connections`` on the connections table."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._connections = _Remembered[Connection](clock, _CONNECTION_AGE)
        self._healths = _Remembered[Health](clock, _HEALTH_AGE)

    def get(self, connection_id: str) -> Connection:
        remembered = self._connections.get(connection_id)
        if remembered:
            return remembered
        item = self._item("connection", connection_id)
        if item is None:
            was_there = self._item("removed", connection_id) is not None
            raise (Removed if was_there else NotFound)(f"there is no connection {connection_id}")
        return self._connections.put(connection_id, Connection.model_validate(item))

    def all(self) -> list[Connection]:
        return [Connection.model_validate(item) for item in self._every("connection")]

    def removed(self) -> list[str]:
        return [item["name"] for item in self._every("removed")]

    def _every(self, kind: str) -> Iterator[dict[str, Any]]:
        return query_all(
            self._client,
            TableName=self._table,
            KeyConditionExpression="#kind = :kind",
            ExpressionAttributeNames={"#kind": "kind"},
            ExpressionAttributeValues={":kind": {"S": kind}},
        )

    def save(self, connection: Connection) -> Connection:
        saved = connection.but(version=connection.version + 1)
        # Forgotten first: after a conflict the caller reads again, and must not get the same old one.
        self._connections.drop(connection.connection_id)
        self._put("connection", connection.connection_id, saved)
        return saved

    def remove(self, connection: Connection) -> None:
        """The connection last: broken off before, it is still there to be removed again."""
        name = connection.connection_id
        self._healths.drop(name)
        self._connections.drop(name)
        self._client.put_item(TableName=self._table, Item=to_wire({"kind": "removed", "name": name}))
        self._client.delete_item(TableName=self._table, Key={"kind": {"S": "health"}, "name": {"S": name}})
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"kind": {"S": "connection"}, "name": {"S": name}},
                ConditionExpression="attribute_not_exists(version) OR version = :read",
                ExpressionAttributeValues={":read": {"N": str(connection.version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            raise Conflict(f"connection {name}") from refused

    def folders(self) -> tuple[str, ...]:
        item = self._item("setting", "folders")
        return tuple(item["names"]) if item else ()

    def save_folders(self, names: Sequence[str]) -> None:
        item = {"kind": "setting", "name": "folders", "names": list(names)}
        self._client.put_item(TableName=self._table, Item=to_wire(item))

    def health(self, connection_id: str) -> Health:
        remembered = self._healths.get(connection_id)
        if remembered:
            return remembered
        item = self._item("health", connection_id)
        health = Health.model_validate(item) if item else Health(connection_id=connection_id)
        return self._healths.put(connection_id, health)

    def save_health(self, health: Health) -> Health:
        saved = health.but(version=health.version + 1)
        self._healths.drop(health.connection_id)
        self._put("health", health.connection_id, saved)
        return self._healths.put(health.connection_id, saved)

    def _item(self, kind: str, name: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"kind": {"S": kind}, "name": {"S": name}}, ConsistentRead=True
        )
        return from_wire(answer["Item"]) if "Item" in answer else None

    def _put(self, kind: str, name: str, value: Connection | Health) -> None:
        """Written only over the version that was read. A lost reply shows as a conflict with ourselves:
        the caller reads again and finds its own change, so nothing is lost by saying so."""
        new = value.version == 1
        condition = "attribute_not_exists(version)" if new else "version = :old"
        values: dict[str, Any] = (
            {} if new else {"ExpressionAttributeValues": {":old": {"N": str(value.version - 1)}}}
        )
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_wire(fields_of(value) | {"kind": kind, "name": name}),
                ConditionExpression=condition,
                **values,
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            raise Conflict(f"{kind} {name}") from refused


class DynamoDBProducts:
    """``ports.Products`` on the products table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, store: str, skus: Iterable[str]) -> dict[str, ProductMapping]:
        keys = [{"store": store, "sku": sku} for sku in skus if sku]
        found = get_all(self._client, self._table, keys) if keys else ()
        return {item["sku"]: _mapping(item) for item in found}

    def put(self, store: str, mappings: Iterable[ProductMapping]) -> int:
        unique = {mapping.sku: mapping for mapping in mappings}
        _write_all(
            self._client,
            self._table,
            [
                {"PutRequest": {"Item": to_wire(_renamed(one) | {"store": store, "sku": one.sku})}}
                for one in unique.values()
            ],
        )
        return len(unique)


class DynamoDBCache:
    """``ports.Cache`` on the connections table. Expiry is also judged here: TTL deletes late by design.

    ``consistent``: what was put is seen at once, by all, at twice the price of a read.
    """

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock, *, consistent: bool = False) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._consistent = consistent

    def get(self, namespace: str, keys: Iterable[str]) -> dict[str, str]:
        wanted = [{"kind": f"cache:{namespace}", "name": key} for key in keys if key]
        found = get_all(self._client, self._table, wanted, consistent=self._consistent) if wanted else ()
        now = self._clock.now().timestamp()
        return {item["name"]: item["text"] for item in found if item["expires_at"] > now}

    def put(self, namespace: str, entries: Mapping[str, str], keep: timedelta) -> None:
        expires_at = int((self._clock.now() + keep).timestamp())
        items = [
            {"kind": f"cache:{namespace}", "name": key, "text": text, "expires_at": expires_at}
            for key, text in entries.items()
        ]
        _write_all(self._client, self._table, [{"PutRequest": {"Item": to_wire(item)}} for item in items])

    def keys(self, namespace: str) -> list[str]:
        found = query_all(
            self._client,
            TableName=self._table,
            KeyConditionExpression="#kind = :kind",
            ProjectionExpression="#name, expires_at",
            ExpressionAttributeNames={"#kind": "kind", "#name": "name"},
            ExpressionAttributeValues={":kind": {"S": f"cache:{namespace}"}},
        )
        now = self._clock.now().timestamp()
        return [item["name"] for item in found if item["expires_at"] > now]


def _mapping(item: Mapping[str, Any]) -> ProductMapping:
    details = PrintDetails.model_validate({**item, "sku": item.get("print_sku", "")})
    return ProductMapping(
        sku=item["sku"], details=details, location=item.get("stock_location", ""), weight=item.get("weight")
    )


def _renamed(mapping: ProductMapping) -> dict[str, Any]:
    """The details' own ``sku`` is the vendor's code: it must not hide the key, which is the store's."""
    fields = fields_of(mapping.details)
    code = fields.pop("sku", "")
    weight = "" if mapping.weight is None else f"{mapping.weight:f}"
    own = {"print_sku": code, "stock_location": mapping.location, "weight": weight}
    return fields | {name: value for name, value in own.items() if value}


def _write_all(client: DynamoDBClient, table: str, requests: Iterable[Any]) -> None:
    for chunk in batched(requests, 25, strict=False):
        left: Any = {table: list(chunk)}
        while left:
            left = client.batch_write_item(RequestItems=left).get("UnprocessedItems")
