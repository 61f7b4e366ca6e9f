"""DynamoDB's wire form of our values, and the two things every table needs: paging and batch reads."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import BaseModel

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]


class _Plain(TypeDeserializer):
    """Our items hold whole numbers (money is text), so a number is an int and stays one in JSON.
    Only a connection's settings may have fractions."""

    def _deserialize_n(self, value: str) -> float:
        return int(value) if value.lstrip("-").isdigit() else float(value)


class _Exact(TypeSerializer):
    """boto3 refuses floats; a fraction is written as it reads."""

    def serialize(self, value: Any) -> Any:
        return super().serialize(Decimal(repr(value)) if isinstance(value, float) else value)


_SERIALIZER = _Exact()
_DESERIALIZER = _Plain()


def fields_of(value: BaseModel, *, without: frozenset[str] = frozenset()) -> Item:
    """A value's fields as JSON types, defaults left out: items stay small and readable in the console."""
    return value.model_dump(mode="json", exclude_defaults=True, exclude=set(without))


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _SERIALIZER.serialize(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    return {name: _DESERIALIZER.deserialize(value) for name, value in item.items()}


def query_all(client: DynamoDBClient, **query: Any) -> Iterator[Item]:
    """Every item of a query, page after page."""
    while True:
        answer = client.query(**query)
        yield from (from_wire(item) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def get_all(
    client: DynamoDBClient, table: str, keys: Iterable[Mapping[str, str]], *, consistent: bool = False
) -> Iterator[Item]:
    """The items of many keys, in no order; keys that are not there are left out."""
    unique = {tuple(sorted(key.items())): dict(key) for key in keys}
    for chunk in batched(unique.values(), 100, strict=False):
        wanted: Any = {
            table: {"Keys": [to_wire(key) for key in chunk], "ConsistentRead": consistent},
        }
        while wanted:
            answer = client.batch_get_item(RequestItems=wanted)
            yield from (from_wire(item) for item in answer["Responses"].get(table, []))
            wanted = answer.get("UnprocessedKeys")


def stored(refused: ClientError) -> Item:
    """The item as it is, which a refused condition gives back when asked for ALL_OLD; empty: there is none."""
    item: Any = refused.response.get("Item")
    return from_wire(item) if item else {}


def page_token(key: Mapping[str, Any] | None) -> str:
    """Where a page ended, as text to be given back; empty at the end."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode() if key else ""


def read_page_token(token: str) -> dict[str, Any]:
    """Raises ValueError for what is not a token of ours."""
    key = json.loads(base64.urlsafe_b64decode(token.encode()))
    if not isinstance(key, dict) or not all(isinstance(value, dict) for value in key.values()):
        raise ValueError("not a page of ours")
    return key
