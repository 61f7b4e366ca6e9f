"""The query of a bulk operation: what is refused of it, and how its answer falls apart into rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

from twins.shopify.bulk import Rows

_MOST_CONNECTIONS = 5
_DEEPEST = 2


@dataclass
class _Seen:
    connections: int = 0
    depth: int = 0
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False


@dataclass(frozen=True)
class _Around:
    """What a selection stands in: its nearest connection, and a list since then."""

    connection: str = ""
    has_id: bool = True
    depth: int = -1
    in_list: bool = False


class BulkQuery:
    """Raises GraphQLError for what cannot be read."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        self.document: DocumentNode = parse(text)
        wrong = validate(schema, self.document)
        if wrong:
            raise wrong[0]
        self._fragments = {
            one.name.value: one for one in self.document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        operations = [one for one in self.document.definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) != 1:
            raise GraphQLError("exactly one operation is needed")
        self._operation = operations[0]

    def problems(self) -> list[str]:
        """Every rule that it breaks, in the shop's words."""
        if self._operation.operation.value != "query":
            return ["Invalid operation type. Only `query` operations are supported."]
        told = []
        for name, _ in self._roots():
            if name in ("node", "nodes"):
                told.append(f"Bulk queries cannot contain a top level `{name}` field.")
        seen = _Seen()
        self._look(self._operation.selection_set, self._schema.query_type, _Around(), seen)
        if not seen.connections:
            told.append("Bulk queries must contain at least one connection.")
        if seen.by_nodes:
            told.append(
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
                f"'{seen.by_nodes[0]} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. "
                f"Invalid connection fields: {', '.join(repr(name) for name in seen.by_nodes)}."
            )
        if seen.depth > _DEEPEST:
            told.append("Bulk queries cannot contain connections with a nesting depth greater than 2.")
        if seen.connections > _MOST_CONNECTIONS:
            told.append("Bulk queries cannot contain more than 5 connections.")
        if seen.without_id:
            told.append(
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and "
                "must be of 'ID' return type. Connection fields without 'id': "
                f"{', '.join(dict.fromkeys(seen.without_id))}."
            )
        if seen.in_list:
            told.append("Queries that contain a connection field within a list field are not currently supported.")
        return told

    def rows(self, data: dict[str, Any]) -> Rows:
        """Each node of each connection, parents before their children; a child names its parent."""
        rows: Rows = []
        self._strip(self._operation.selection_set, self._schema.query_type, data, None, rows)
        return rows

    def _roots(self) -> list[tuple[str, FieldNode]]:
        fields = self._fields(self._operation.selection_set, self._schema.query_type)
        return [(node.name.value, node) for node, _ in fields]

    def _look(self, selection: SelectionSetNode | None, kind: Any, around: _Around, seen: _Seen) -> None:
        for node, owner in self._fields(selection, kind):
            if not node.selection_set or node.name.value.startswith("__"):
                continue
            told = owner.fields[node.name.value].type
            if get_named_type(told).name.endswith("Connection"):
                self._look_at_connection(node, get_named_type(told), around, seen)
            else:
                listed = around.in_list or is_list_type(get_nullable_type(told))
                inside = _Around(around.connection, around.has_id, around.depth, listed)
                self._look(node.selection_set, get_named_type(told), inside, seen)

    def _look_at_connection(self, node: FieldNode, kind: Any, around: _Around, seen: _Seen) -> None:
        name, depth = node.name.value, around.depth + 1
        seen.connections += 1
        seen.depth = max(seen.depth, depth)
        seen.in_list = seen.in_list or around.in_list
        if not around.has_id:
            seen.without_id.append(around.connection)
        for inner, owner in self._fields(node.selection_set, kind):
            if inner.name.value == "nodes":
                seen.by_nodes.append(name)
            if inner.name.value == "edges":
                edge = get_named_type(owner.fields["edges"].type)
                for each, edge_owner in self._fields(inner.selection_set, edge):
                    if each.name.value == "node":
                        node_kind = get_named_type(edge_owner.fields["node"].type)
                        plain = [f for f, _ in self._fields(each.selection_set, node_kind) if not f.alias]
                        has_id = any(f.name.value == "id" for f in plain)
                        self._look(each.selection_set, node_kind, _Around(name, has_id, depth), seen)

    def _strip(self, selection: Any, kind: Any, data: dict[str, Any], parent: str | None, rows: Rows) -> Any:
        """The object without its connections; their nodes become rows of their own."""
        kept: dict[str, Any] = {}
        for node, owner in self._fields(selection, kind):
            key = (node.alias or node.name).value
            if key not in data:
                continue
            value = data[key]
            if not node.selection_set or value is None:
                kept[key] = value
                continue
            inner = get_named_type(owner.fields[node.name.value].type)
            if inner.name.endswith("Connection"):
                self._rows_of(node, inner, value, parent, rows)
            elif isinstance(value, list):
                kept[key] = [one and self._strip(node.selection_set, inner, one, parent, rows) for one in value]
            else:
                kept[key] = self._strip(node.selection_set, inner, value, parent, rows)
        return kept

    def _rows_of(self, node: FieldNode, kind: Any, value: dict[str, Any], parent: str | None, rows: Rows) -> None:
        for edges, owner in self._fields(node.selection_set, kind):
            if edges.name.value != "edges":
                continue
            edge = get_named_type(owner.fields["edges"].type)
            for each, edge_owner in self._fields(edges.selection_set, edge):
                if each.name.value != "node":
                    continue
                node_kind = get_named_type(edge_owner.fields["node"].type)
                for told in value[(edges.alias or edges.name).value]:
                    found = told[(each.alias or each.name).value]
                    row: dict[str, Any] = {}
                    rows.append((row, parent is None))
                    row |= self._strip(each.selection_set, node_kind, found, found.get("id", ""), rows)
                    if parent is not None:
                        row["__parentId"] = parent

    def _fields(self, selection: SelectionSetNode | None, kind: Any) -> Iterator[tuple[FieldNode, Any]]:
        """Each field, with the type it is a field of."""
        for one in selection.selections if selection else ():
            if isinstance(one, FieldNode):
                yield one, kind
                continue
            inner = self._fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
            assert isinstance(inner, InlineFragmentNode | FragmentDefinitionNode)
            named = self._schema.type_map[inner.type_condition.name.value] if inner.type_condition else kind
            yield from self._fields(inner.selection_set, named)
