"""What a query costs, and the bucket it is paid from.

The formula was worked out from recorded answers and hits most of them to the point: a scalar is
free, an object is 1, a connection is 2 + g(page size) * (1 + its node's children), a mutation is
10 + max(0, its payload's children - 1), with g(n) = max(1, floor(2 * ln n)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from twins.kit import Now

_FREE_TYPES = ("MoneyBag", "MoneyV2", "PageInfo", "MailingAddress", "Count")
_FREE_FIELDS = ("userErrors", "orderCancelUserErrors")
_ROOTS_AT_TEN = ("ordersCount",)
_MISSING = object()


def page_weight(size: int) -> int:
    return max(1, math.floor(2 * math.log(size))) if size > 1 else 1


class Price:
    """The price of one operation: before (``requested``) by page sizes, after (``actual``) by what came."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def requested(self) -> int:
        return self._roots(_MISSING)

    def actual(self, data: Any) -> int:
        return min(self._roots(data), self.requested()) if data else self._floor()

    def _floor(self) -> int:
        return 10 if self._operation.operation.value == "mutation" else 0

    def _roots(self, data: Any) -> int:
        mutation = self._operation.operation.value == "mutation"
        root = self._schema.mutation_type if mutation else self._schema.query_type
        total = 0
        for field in self._fields(self._operation.selection_set, root):
            value = _child(data, field)
            if mutation:
                inner = self._children(field, root, value)
                total += 10 + max(0, inner - 1)
            elif field.name.value in _ROOTS_AT_TEN:
                total += 10
            else:
                total += self._field(field, root, value)
        return total

    def _field(self, field: FieldNode, parent: Any, value: Any) -> int:
        name = field.name.value
        if value is None or name.startswith("__") or name in _FREE_FIELDS or not field.selection_set:
            return 0
        kind = get_named_type(parent.fields[name].type)
        if kind.name in _FREE_TYPES:
            return 0
        if kind.name.endswith("Connection"):
            return self._connection(field, kind, value)
        if isinstance(value, list):
            return max((1 + self._selection(field.selection_set, kind, one) for one in value), default=0)
        return 1 + self._selection(field.selection_set, kind, value)

    def _children(self, field: FieldNode, parent: Any, value: Any) -> int:
        if value is None or not field.selection_set:
            return 0
        return self._selection(field.selection_set, get_named_type(parent.fields[field.name.value].type), value)

    def _connection(self, field: FieldNode, kind: Any, value: Any) -> int:
        per_node, count = 0, None
        for inner in self._fields(field.selection_set, kind):
            rows = _child(value, inner)
            if inner.name.value == "nodes":
                node = get_named_type(kind.fields["nodes"].type)
                per_node += self._largest(inner.selection_set, node, rows)
            elif inner.name.value == "edges":
                edge = get_named_type(kind.fields["edges"].type)
                per_node += max(0, self._largest(inner.selection_set, edge, rows) - 1)
            else:
                continue
            count = len(rows) if isinstance(rows, list) else None
        size = self._page_size(field) if count is None else count
        return 2 + (page_weight(size) * (1 + per_node) if size else 0)

    def _largest(self, selection: SelectionSetNode | None, kind: Any, rows: Any) -> int:
        if not isinstance(rows, list):
            return self._selection(selection, kind, _MISSING)
        return max((self._selection(selection, kind, row) for row in rows), default=0)

    def _selection(self, selection: SelectionSetNode | None, kind: Any, value: Any) -> int:
        return sum(self._field(one, owner, _child(value, one)) for one, owner in self._owned(selection, kind))

    def _fields(self, selection: SelectionSetNode | None, kind: Any) -> list[FieldNode]:
        return [field for field, _ in self._owned(selection, kind)]

    def _owned(self, selection: SelectionSetNode | None, kind: Any) -> list[tuple[FieldNode, Any]]:
        """Each field asked for, once by its response name, with the type it is a field of."""
        found: dict[str, tuple[FieldNode, Any]] = {}
        for one in selection.selections if selection else ():
            if isinstance(one, FieldNode):
                found.setdefault((one.alias or one.name).value, (one, kind))
                continue
            inner = self._fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
            assert isinstance(inner, InlineFragmentNode | FragmentDefinitionNode)
            named = self._schema.type_map[inner.type_condition.name.value] if inner.type_condition else kind
            assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
            for key, pair in {
                (f.alias or f.name).value: (f, k) for f, k in self._owned(inner.selection_set, named)
            }.items():
                found.setdefault(key, pair)
        return list(found.values())

    def _page_size(self, field: FieldNode) -> int:
        for argument in field.arguments:
            if argument.name.value not in ("first", "last"):
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                value = self._variables.get(argument.value.name.value)
                return value if isinstance(value, int) else 0
        return 0


def _child(value: Any, field: FieldNode) -> Any:
    if value is _MISSING:
        return _MISSING
    return value.get((field.alias or field.name).value) if isinstance(value, dict) else None


@dataclass
class Bucket:
    """Points, refilled by the second. Per app and store, so one for the whole twin."""

    size: float
    restore_rate: float
    now: Now
    level: float = -1.0
    _at: datetime | None = None

    def __post_init__(self) -> None:
        if self.level < 0:
            self.level = self.size

    def has(self, points: float) -> bool:
        self._refill()
        return self.level >= points

    def take(self, points: float) -> None:
        self._refill()
        self.level = max(0.0, self.level - points)

    def status(self) -> dict[str, Any]:
        self._refill()
        return {
            "maximumAvailable": self.size,
            "currentlyAvailable": math.floor(self.level),
            "restoreRate": self.restore_rate,
        }

    def _refill(self) -> None:
        moment = self.now()
        if self._at is not None:
            passed = max(0.0, (moment - self._at).total_seconds())
            self.level = min(self.size, self.level + passed * self.restore_rate)
        self._at = moment
