"""Reads by id, with every nested page followed. Such reads are consistent; searches are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from platen.connectors.shopify import documents, wire
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.documents import Document
from platen.domain.model import Instant
from platen.domain.verdicts import Busy, Unreachable

MOST_PAGES = 200
"""Of one list: far above anything a shop can hold, so a cursor that never ends is noticed."""
READS = 3
"""How often an order is read anew because it changed between two of its pages."""


def parse[M: BaseModel](model: type[M], value: Any, document: Document) -> M:
    """A part of an answer as its model. Raises Unreachable, naming fields and never values."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        where = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()})[:5])
        raise Unreachable(f"Shopify's answer to {document.name} cannot be read: {where[:300]}") from None


class _Changed(Exception):
    """The order was written to between two pages."""


def read_order(client: Client, number: str) -> tuple[wire.Order, tuple[tuple[str, ...], ...]] | None:
    """The order with all of its lines and fulfillment orders, and the paths Shopify would not show.

    None when there is none. Raises Busy when it changes faster than it can be read.
    """
    for _ in range(READS):
        answer = client.run(documents.ORDER, {"id": wire.gid("Order", number)})
        if answer.data.get("order") is None:
            return None
        order = parse(wire.Order, answer.data["order"], documents.ORDER)
        try:
            return _complete(client, order), answer.refused
        except _Changed:
            continue
    raise Busy(f"order {number} keeps changing while it is read")


def _complete(client: Client, order: wire.Order) -> wire.Order:
    lines = [*order.line_items.nodes]
    after = order.line_items.next
    for _ in _pages():
        if not after:
            break
        page = _more_lines(client, order, after)
        lines += page.nodes
        after = page.next
    return order.model_copy(
        update={
            "line_items": wire.Nodes[wire.LineItem].model_construct(nodes=lines),
            "fulfillment_orders": all_fulfillment_orders(
                client, order.legacy_resource_id, order.fulfillment_orders
            ),
        }
    )


def _more_lines(client: Client, order: wire.Order, after: str) -> wire.Nodes[wire.LineItem]:
    variables = {"id": wire.gid("Order", order.legacy_resource_id), "after": after}
    answer = client.run(documents.ORDER_LINES, variables)
    if answer.data.get("order") is None:
        raise _Changed
    page = parse(_LinesPage, answer.data["order"], documents.ORDER_LINES)
    if page.updated_at != order.updated_at:
        raise _Changed
    return page.line_items


class _LinesPage(wire.Wire):
    updated_at: Instant
    line_items: wire.Nodes[wire.LineItem]


def read_parcels(client: Client, number: str) -> wire.Parcels | None:
    """What has left and what is still to leave, complete; None when there is no such order."""
    answer = client.run(documents.PARCELS, {"id": wire.gid("Order", number)})
    if answer.data.get("order") is None:
        return None
    parcels = parse(wire.Parcels, answer.data["order"], documents.PARCELS)
    return parcels.model_copy(
        update={
            "fulfillments": [whole_fulfillment(client, one) for one in parcels.fulfillments],
            "fulfillment_orders": all_fulfillment_orders(client, number, parcels.fulfillment_orders),
        }
    )


def all_fulfillment_orders(
    client: Client, number: str, first: wire.Nodes[wire.FulfillmentOrder]
) -> wire.Nodes[wire.FulfillmentOrder]:
    def more(after: str) -> wire.Nodes[wire.FulfillmentOrder]:
        variables = {"id": wire.gid("Order", number), "after": after}
        answer = client.run(documents.FULFILLMENT_ORDERS, variables)
        page = parse(_FulfillmentOrdersPage, answer.data.get("order"), documents.FULFILLMENT_ORDERS)
        return page.fulfillment_orders

    found = [whole_fulfillment_order(client, one) for one in every(first, more)]
    return wire.Nodes[wire.FulfillmentOrder].model_construct(nodes=found)


class _FulfillmentOrdersPage(wire.Wire):
    fulfillment_orders: wire.Nodes[wire.FulfillmentOrder]


def whole_fulfillment_order(client: Client, one: wire.FulfillmentOrder) -> wire.FulfillmentOrder:
    def more(after: str) -> wire.Nodes[wire.FulfillmentOrderLine]:
        answer = client.run(documents.FULFILLMENT_ORDER_LINES, {"id": one.id, "after": after})
        value = answer.data.get("fulfillmentOrder")
        return parse(_FulfillmentOrderLinesPage, value, documents.FULFILLMENT_ORDER_LINES).line_items

    lines = wire.Nodes[wire.FulfillmentOrderLine].model_construct(nodes=list(every(one.line_items, more)))
    return one.model_copy(update={"line_items": lines})


class _FulfillmentOrderLinesPage(wire.Wire):
    line_items: wire.Nodes[wire.FulfillmentOrderLine]


def whole_fulfillment[F: wire.Fulfillment](client: Client, one: F) -> F:
    def more(after: str) -> wire.Nodes[wire.FulfillmentLine]:
        variables = {"id": wire.gid("Fulfillment", one.legacy_resource_id), "after": after}
        answer = client.run(documents.FULFILLMENT_LINES, variables)
        value = answer.data.get("fulfillment")
        return parse(_FulfillmentLinesPage, value, documents.FULFILLMENT_LINES).fulfillment_line_items

    lines = wire.Nodes[wire.FulfillmentLine].model_construct(nodes=list(every(one.fulfillment_line_items, more)))
    return one.model_copy(update={"fulfillment_line_items": lines})


class _FulfillmentLinesPage(wire.Wire):
    fulfillment_line_items: wire.Nodes[wire.FulfillmentLine]


def every[T](first: wire.Nodes[T], more: Callable[[str], wire.Nodes[T]]) -> Iterator[T]:
    """All that a list holds, from its first page on."""
    page = first
    for _ in _pages():
        yield from page.nodes
        if not page.next:
            return
        page = more(page.next)


def _pages() -> Iterator[int]:
    """Counts pages. Raises Unreachable instead of turning them for ever."""
    yield from range(MOST_PAGES)
    raise Unreachable(f"Shopify's list does not end after {MOST_PAGES} pages")
