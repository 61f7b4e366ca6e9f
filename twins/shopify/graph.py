"""From a request body to an answer: parse, validate, price, pay, execute."""

from __future__ import annotations

import sys
import traceback
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from twins.shopify import bulking, counting, goods, records, refusals, shelves, writing
from twins.shopify.access import Context
from twins.shopify.cost import Bucket, Price
from twins.shopify.reading import resolve
from twins.shopify.schema import SCHEMA

MOST_FOR_ONE_QUERY = 1000
LARGEST_LIST = 250
_LIMITS = "https://shopify.dev/api/usage/rate-limits"

_TABLES = (bulking, counting, goods, records, shelves, writing)
"""Each of them fills its part of the table of resolvers when it is imported."""


@lru_cache(maxsize=500)
def _read(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """A document, once: (what it says, what is wrong with it)."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(SCHEMA, document))


def root_field(query: str, operation_name: str | None = None) -> str:
    """What a document does, by its operation's first field; ``graphql`` when it cannot be read."""
    document = _read(query)[0]
    operation = get_operation_ast(document, operation_name) if document else None
    first = operation.selection_set.selections[0] if operation else None
    return first.name.value if isinstance(first, FieldNode) else "graphql"


def answer(context: Context, bucket: Bucket, request: dict[str, Any]) -> dict[str, Any]:
    """The whole answer to ``{"query": .., "variables": .., "operationName": ..}``."""
    document, errors = _read(request["query"])
    if document is None:
        return {"errors": [refusals.of_syntax(error) for error in errors]}
    if errors:
        return {"errors": [refusals.of_document(document, error) for error in errors]}
    operation = get_operation_ast(document, request.get("operationName"))
    if operation is None:
        return {"errors": [{"message": "An operation name is required"}]}
    variables = request.get("variables") or {}
    wrong = refusals.of_variables(SCHEMA, operation, variables) or _too_long(variables)
    if wrong:
        return {"errors": wrong}
    return _pay_and_execute(context, bucket, document, operation, variables)


def _pay_and_execute(
    context: Context,
    bucket: Bucket,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
) -> dict[str, Any]:
    price = Price(SCHEMA, document, operation, _with_defaults(operation, variables))
    requested = price.requested()
    if requested > MOST_FOR_ONE_QUERY:
        return {"errors": [_too_dear(requested)]}
    if not bucket.has(requested):
        return {"errors": [throttled()], "extensions": {"cost": _cost(requested, None, bucket)}}
    name = operation.name.value if operation.name else None
    result = execute(SCHEMA, document, None, context, variables, name, field_resolver=resolve)
    assert not hasattr(result, "__await__")
    actual = price.actual(result.data)
    bucket.take(actual)
    told: dict[str, Any] = {}
    if result.errors:
        told["errors"] = [_failure(error) for error in result.errors]
    told["data"] = result.data
    told["extensions"] = {"cost": _cost(requested, actual, bucket)}
    if context.warnings:
        told["extensions"]["search"] = context.warnings
    return told


def _with_defaults(operation: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        one.variable.name.value: int(one.default_value.value)  # type: ignore[union-attr]
        for one in operation.variable_definitions
        if one.default_value and one.default_value.kind == "int_value"
    }
    return defaults | given


def _failure(error: GraphQLError) -> dict[str, Any]:
    """An error of one field. One that nobody raised on purpose is the twin's own fault: said loudly."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        traceback.print_exception(error.original_error, file=sys.stderr)
        told = dict(error.formatted)
        told["message"] = "Internal error. Looks like something went wrong on our end."
        return told | {"extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    return dict(error.formatted)


def _cost(requested: int, actual: int | None, bucket: Bucket) -> dict[str, Any]:
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}


def throttled() -> dict[str, Any]:
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": _LIMITS}}


def _too_dear(requested: int) -> dict[str, Any]:
    text = f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST_FOR_ONE_QUERY})."
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MOST_FOR_ONE_QUERY}
    return {"message": text, "extensions": extensions | {"documentation": _LIMITS}}


def _too_long(variables: dict[str, Any]) -> list[dict[str, Any]]:
    longest = refusals.largest_list(variables)
    if longest <= LARGEST_LIST:
        return []
    text = f"The input array size of {longest} is greater than the maximum allowed of {LARGEST_LIST}."
    return [{"message": text, "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}}]
