"""The fields and mutations of bulk operations."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from graphql import GraphQLError, execute

from twins.shopify.access import Context
from twins.shopify.bulk import MOST_AT_ONCE, BulkOperation, NotRun, Rows
from twins.shopify.bulk_query import BulkQuery
from twins.shopify.model import gid
from twins.shopify.reading import RESOLVERS, number_of, one_of, resolve
from twins.shopify.schema import SCHEMA
from twins.shopify.search import connection, parse, refuse

_LONGEST_QUERY = 65_535


def _error(message: str, *field: str, code: str | None = "INVALID") -> dict[str, Any]:
    return {"field": list(field) or None, "message": message, "code": code}


def _run_query(context: Context, _root: Any, *, query: str, group_objects: bool = False) -> dict[str, Any]:
    """Of what cannot be read, and of a query that is too long, the words are inferred."""
    if len(query) > _LONGEST_QUERY:
        return {"user_errors": [_error("Query is too large", "query")]}
    try:
        asked = BulkQuery(SCHEMA, query)
    except GraphQLError as error:
        return {"user_errors": [_error(f"Invalid bulk query: {error.message}", "query")]}
    problems = asked.problems()
    if problems:
        return {"user_errors": [_error(one, "query") for one in problems]}
    bulk = context.shop.bulk
    if len(bulk.running) >= MOST_AT_ONCE:
        names = ", ".join(gid("BulkOperation", one.id) for one in bulk.running)
        text = f"A bulk query operation for this app and shop is already in progress: {names}."
        return {"user_errors": [_error(text, code="OPERATION_IN_PROGRESS")]}
    run = partial(_rows, replace(context, warnings=[], bulk=True), asked)
    made = bulk.accept(query, run, context.base_url, grouped=group_objects)
    # What is told of it is how it stands now; a later request finds it running or done.
    return {"bulk_operation": made, "user_errors": []}


def _rows(context: Context, asked: BulkQuery) -> Rows:
    """Raises NotRun."""
    result = execute(SCHEMA, asked.document, None, context, field_resolver=resolve)
    assert not hasattr(result, "__await__")
    codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
    if codes or result.data is None:
        raise NotRun("ACCESS_DENIED" if "ACCESS_DENIED" in codes else "INTERNAL_SERVER_ERROR")
    return asked.rows(result.data)


def _cancel(context: Context, _root: Any, *, id: str) -> dict[str, Any]:
    """That what has ended cannot be cancelled is told; the words are inferred."""
    known = context.shop.bulk.operations.get(number_of(id, "BulkOperation"))
    if known is None:
        return {"user_errors": [_error("Bulk operation does not exist", "id")]}
    if not known.waiting:
        text = f"A bulk operation cannot be canceled when it is {known.status.lower()}"
        return {"bulk_operation": known, "user_errors": [_error(text)]}
    known.status = "CANCELING"
    return {"bulk_operation": known, "user_errors": []}


def _operations(
    context: Context, _root: Any, *, sort_key: str = "CREATED_AT", query: str | None = None, **page: Any
) -> Any:
    """The newest first, unless they are asked for in reverse."""
    search = parse(query, ("status", "operation_type"))
    found = [
        one
        for one in context.shop.bulk.operations.values()
        if search.matches(
            {
                "id": one.id,
                "created_at": one.created_at,
                "status": (one.status.lower(),),
                "operation_type": (one.type.lower(),),
            }
        )
    ]
    if sort_key != "CREATED_AT":
        raise refuse(f"The twin does not sort by {sort_key}")
    page["reverse"] = not page.get("reverse")
    return connection(found, lambda one: (one.created_at, one.id), page)


def _current(context: Context, _root: Any, *, type: str = "QUERY") -> BulkOperation | None:
    known = [one for one in context.shop.bulk.operations.values() if one.type == type]
    return known[-1] if known else None


RESOLVERS["Mutation"] |= {"bulkOperationRunQuery": _run_query, "bulkOperationCancel": _cancel}
RESOLVERS["QueryRoot"] |= {
    "bulkOperation": one_of("BulkOperation"),
    "bulkOperations": _operations,
    "currentBulkOperation": _current,
}
