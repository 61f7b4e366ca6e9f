"""How each field of the schema is read from the shop's records."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_named_type
from graphql.execution import get_directive_values

from twins.shopify.access import PROTECTED, SCOPES, Context
from twins.shopify.model import FulfillmentOrder, Order, gid
from twins.shopify.search import EVERYTHING, connection, parse, refuse

type Resolver = Callable[..., Any]


def number_of(reference: Any, kind: str = "") -> int:
    """The number in a gid. Raises the real top-level error when it is a gid of nothing, or of another kind."""
    found = re.fullmatch(r"gid://shopify/(\w+)/(\d+)(\?.*)?", str(reference))
    if not found:
        raise refuse(f"Invalid global id '{str(reference)[:60]}'", "argumentLiteralsIncompatible")
    if kind and found[1] != kind:
        raise refuse("invalid id", "RESOURCE_NOT_FOUND")
    return int(found[2])


def node(context: Context, reference: str) -> Any:
    """Whatever has that id and may be seen, or nothing."""
    number = number_of(reference)
    kind = reference.split("/")[3]
    shop = context.shop
    places = {one.id: one for one in shop.locations.values()}
    shelves: dict[str, dict[int, Any]] = {
        "Order": shop.orders,
        "FulfillmentOrder": shop.fulfillment_orders,
        "Fulfillment": shop.fulfillments,
        "Refund": shop.refunds,
        "WebhookSubscription": shop.webhooks.subscriptions,
        "Location": places,
        "Product": shop.catalogue.products,
        "ProductVariant": shop.catalogue.variants,
        "InventoryItem": shop.catalogue.items,
        "BulkOperation": shop.bulk.operations,
    }
    if kind == "InventoryLevel":
        item = re.search(r"\?inventory_item_id=(\d+)$", reference)
        levels = shop.stock.by_item.get(int(item[1]) if item else 0, {})
        return next((level for level in levels.values() if level.id == reference), None)
    found = shelves.get(kind, {}).get(number)
    if isinstance(found, Order) and not context.sees_order(found):
        return None
    if isinstance(found, FulfillmentOrder) and not context.sees(found):
        return None
    return found


def one_of(kind: str) -> Resolver:
    """A root field that finds one record of a kind by its id."""
    return lambda context, _root, id: node(context, gid(kind, number_of(id, kind)))


def resolve(source: Any, info: GraphQLResolveInfo, **args: Any) -> Any:
    """The default for every field: checks scope and protection, then its own resolver, then the record."""
    kind, name = info.parent_type.name, info.field_name
    context: Context = info.context
    scopes = SCOPES.get((kind, name))
    if scopes:
        context.need(scopes, name)
    if context.hide_personal_data and name in PROTECTED.get(kind, ()):
        raise GraphQLError(
            f"This app is not approved to use the {name} field. "
            "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.",
            extensions={"code": "ACCESS_DENIED"},
        )
    if kind == "Mutation":
        context.idempotency_key = _idempotency_key(info)
    if context.bulk and get_named_type(info.return_type).name.endswith("Connection"):
        args = {key: value for key, value in args.items() if key not in ("last", "before", "after")}
        args["first"] = EVERYTHING
    own = RESOLVERS.get(kind, {}).get(name)
    if own:
        return own(context, source, **{_snake(key): value for key, value in args.items()})
    key = _snake(name)
    if isinstance(source, dict):
        return source.get(key)
    value = getattr(source, key)
    return gid(kind, value) if name == "id" and isinstance(value, int) else value


def _idempotency_key(info: GraphQLResolveInfo) -> str | None:
    directive = info.schema.get_directive("idempotent")
    told = get_directive_values(directive, info.field_nodes[0], info.variable_values) if directive else None
    return None if told is None else str(told["key"])


def type_of(value: Any, _info: GraphQLResolveInfo, _abstract: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("__typename", "MoneyV2"))
    return type(value).__name__.replace("Subscription", "WebhookSubscription")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), name)


def orders(
    context: Context, _root: Any, *, sort_key: str = "PROCESSED_AT", query: str | None = None, **page: Any
) -> Any:
    """A search: what it finds and how it sorts is the index's knowledge, what it shows is fresh."""
    search = parse(query)
    context.warnings += [{"path": ["orders"], "query": query, "warnings": [one]} for one in search.warnings]
    found = []
    for order in context.shop.orders.values():
        row = context.shop.indexed(order)
        if row and context.sees_order(order) and search.matches(row):
            found.append((order, row))
    sort = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at", "PROCESSED_AT": "processed_at"}.get(sort_key)
    if sort is None and sort_key not in ("ID", "ORDER_NUMBER"):
        raise refuse(f"The twin does not sort by {sort_key}")
    paged = connection(found, lambda pair: (pair[1][sort] if sort else pair[0].id, pair[0].id), page)
    paged["nodes"] = [order for order, _ in paged["nodes"]]
    paged["edges"] = [{**edge, "node": edge["node"][0]} for edge in paged["edges"]]
    return paged


def fulfillment_orders(
    context: Context,
    _root: Any,
    *,
    sort_key: str = "ID",
    query: str | None = None,
    include_closed: bool = False,
    **page: Any,
) -> Any:
    search = parse(query)
    known = [one for one in context.shop.fulfillment_orders.values() if context.sees(one)]
    rows = [
        one
        for one in known
        if (include_closed or one.open)
        and search.matches({"id": one.id, "updated_at": one.updated_at, "status": (one.status.lower(),)})
    ]
    return connection(rows, lambda one: (one.updated_at if sort_key == "UPDATED_AT" else one.id, one.id), page)


def by_id(rows: Any, page: dict[str, Any]) -> Any:
    return connection(rows, lambda row: (row.id, row.id), page)


def _subscriptions(
    context: Context,
    _root: Any,
    *,
    topics: list[str] | None = None,
    uri: str | None = None,
    format: str | None = None,
    **page: Any,
) -> Any:
    rows = [
        one
        for one in context.shop.webhooks.subscriptions.values()
        if (not topics or one.topic in topics)
        and (not uri or one.uri == uri)
        and (not format or one.format == format)
    ]
    return by_id(rows, page)


def _count(context: Context, _root: Any, *, query: str | None = None, limit: int | None = 10000) -> Any:
    search = parse(query)
    rows = [context.shop.indexed(order) for order in context.shop.orders.values() if context.sees_order(order)]
    count = sum(1 for row in rows if row and search.matches(row))
    capped = limit is not None and count > limit
    return {"count": limit if capped else count, "precision": "AT_LEAST" if capped else "EXACT"}


def _shop(context: Context, _root: Any) -> Any:
    shop = context.shop
    host = {"id": gid("Domain", 1), "host": shop.domain, "url": f"https://{shop.domain}"}
    return {
        "id": gid("Shop", shop.id),
        "name": shop.domain.split(".")[0],
        "myshopify_domain": shop.domain,
        "email": "shop@example.com",
        "contact_email": "shop@example.com",
        "currency_code": shop.currency,
        "iana_timezone": shop.time_zone,
        "timezone_offset": shop.now().astimezone(shop.bodies.zone).strftime("%z"),
        "timezone_abbreviation": shop.now().astimezone(shop.bodies.zone).strftime("%Z"),
        "weight_unit": "GRAMS",
        "plan": {"public_display_name": "Basic", "partner_development": False, "shopify_plus": False},
        "primary_domain": host,
        "url": host["url"],
        "enabled_presentment_currencies": [shop.currency],
    }


def app(_context: Context) -> Any:
    return {"id": gid("App", 1), "title": "The hub", "handle": "the-hub", "api_key": "app"}


def _locations(
    context: Context,
    _root: Any,
    *,
    include_inactive: bool = False,
    include_legacy: bool = False,
    sort_key: str = "NAME",
    **page: Any,
) -> Any:
    rows = [
        one
        for one in context.shop.locations.values()
        if (include_legacy or not one.third_party) and (include_inactive or one.active)
    ]
    return connection(rows, lambda one: (one.id if sort_key == "ID" else one.name, one.id), page)


def _installation(context: Context, _root: Any) -> Any:
    return {
        "id": gid("AppInstallation", 1),
        "access_scopes": [{"handle": scope, "description": scope} for scope in sorted(context.scopes)],
        "app": app(context),
        "launch_url": f"https://{context.shop.domain}/admin/apps/the-hub",
    }


def _versions(context: Context, _root: Any = None) -> Any:
    return [
        {"handle": handle, "display_name": handle, "supported": supported} for handle, supported in context.versions
    ]


RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Mutation": {},
    "QueryRoot": {
        "order": one_of("Order"),
        "orders": orders,
        "ordersCount": _count,
        "node": lambda c, _r, id: node(c, id),
        "nodes": lambda c, _r, ids: [node(c, one) for one in ids],
        "fulfillmentOrder": one_of("FulfillmentOrder"),
        "fulfillmentOrders": fulfillment_orders,
        "fulfillment": one_of("Fulfillment"),
        "refund": one_of("Refund"),
        "shop": _shop,
        "currentAppInstallation": _installation,
        "publicApiVersions": _versions,
        "locations": _locations,
        "location": lambda c, _r, id=None: node(c, id) if id else next(iter(c.shop.locations.values()), None),
        "webhookSubscription": one_of("WebhookSubscription"),
        "webhookSubscriptions": _subscriptions,
        "job": lambda c, _r, id: {"id": id, "done": c.shop.jobs.done(number_of(id, "Job"))},
    },
}
