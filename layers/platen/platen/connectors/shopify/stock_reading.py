"""What a shop counts where, and how its orders' lines stand. All of it is read by id: such reads are consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

from platen.connectors.shopify import documents_stock as documents
from platen.connectors.shopify import reading, wire
from platen.connectors.shopify import wire_stock as theirs
from platen.connectors.shopify.answers import Answer
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.documents import Document
from platen.domain.verdicts import Busy, Denied, Refused
from platen.ports.stock import Level, Place, Standing

_OVER = ("CLOSED", "CANCELLED")
"""Of fulfillment orders: nothing more leaves by them."""
_COUNTED = ("OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED")
"""Of those: what they hold is committed at their place. Of others (``INCOMPLETE``) that is not known."""
_LEFT = "SUCCESS"
"""Of fulfillments: what they name has left; others failed, were cancelled, or are still with a service."""
MOST_FULFILLMENTS = 250
"""Of one order: no more of them are listed."""

type Standings = dict[tuple[str, str], Standing]


def places(client: Client) -> list[Place]:
    """Every location, also those that are not in use and those that belong to a fulfillment service."""

    def page(after: str | None) -> wire.Nodes[theirs.Location]:
        answer = client.run(documents.LOCATIONS, {"after": after})
        return reading.parse(theirs.Locations, dict(answer.data), documents.LOCATIONS).locations

    return [_place(one) for one in reading.every(page(None), page)]


def _place(one: theirs.Location) -> Place:
    """An app's location has the app's name, which may be another's, too: it is marked."""
    name = f"{one.name} (fulfillment service)" if one.is_fulfillment_service else one.name
    return Place(place_id=one.place_id, name=name, active=one.is_active)


def levels(client: Client, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:
    """What is counted of at most 250 items at a place."""
    ids = [wire.gid("InventoryItem", one) for one in stock_ids]
    if not ids:
        return {}
    nodes = _nodes(client, documents.LEVELS, ids, place=wire.gid("Location", place_id))
    items = (reading.parse(theirs.Item, node, documents.LEVELS) for node in nodes)
    return {item.stock_id: _level(item) for item in items}


def _nodes(client: Client, document: Document, ids: Sequence[str], **more: str) -> list[Any]:
    """What there is of so many things by id; in halves where so many at once are refused (they may be too dear)."""
    try:
        answer = client.run(document, {"ids": ids, **more})
    except Refused:
        if len(ids) == 1:
            raise
        found = None
    else:
        _refuse_what_is_hidden(answer)
        found = answer.data.get("nodes")
    if found is None and len(ids) > 1:  # no list at all: that there is none of them is not said
        middle = len(ids) // 2
        return _nodes(client, document, ids[:middle], **more) + _nodes(client, document, ids[middle:], **more)
    # What there is none of is null; what is of another kind is empty.
    return [node for node in found or () if node]


def _refuse_what_is_hidden(answer: Answer) -> None:
    """Raises Denied where counts are null since the app may not see them: they would pass for "not stocked"."""
    if any("inventoryLevel" in path for path in answer.refused):
        raise Denied(
            "Shopify does not show what it counts. Give the app the scope read_inventory, then install it again."
        )


def _level(item: theirs.Item) -> Level:
    there = item.inventory_level
    return Level(
        stock_id=item.stock_id,
        available=there.count("available") if there else 0,
        on_hand=there.count("on_hand") if there else 0,
        committed=there.count("committed") if there else 0,
        tracked=item.tracked,
        bundle=item.bundle,
        stocked=there is not None and there.is_active,
    )


# how orders stand


def standings(client: Client, numbers: Sequence[str]) -> Standings:
    """(order, line) -> how it stands. Orders that are not there (any more) are not in it.

    Raises Busy when an order changes faster than its pages can be read.
    """
    found: Standings = {}
    for some in batched(dict.fromkeys(numbers), documents.ORDERS_AT_ONCE, strict=False):
        for order in _orders(client, some):
            whole = _whole(client, order)
            found |= _standings_of(whole) if whole else {}
    return found


def _orders(client: Client, numbers: Sequence[str]) -> Iterator[theirs.StandingOrder]:
    for node in _nodes(client, documents.STANDINGS, [wire.gid("Order", one) for one in numbers]):
        yield reading.parse(theirs.StandingOrder, node, documents.STANDINGS)


def _whole(client: Client, order: theirs.StandingOrder) -> theirs.StandingOrder | None:
    """The order with all of its pages, as it was at one moment; None when it was deleted meanwhile."""
    for _ in range(reading.READS):
        if _in_one_page(order):
            return order
        whole = _all_pages(client, order)
        if _updated_at(client, order) == order.updated_at:
            return whole
        again = next(_orders(client, [order.number]), None)
        if again is None:
            return None
        order = again
    raise Busy(f"order {order.number} keeps changing while it is read")


def _in_one_page(order: theirs.StandingOrder) -> bool:
    if len(order.fulfillments) >= MOST_FULFILLMENTS:
        raise Refused(
            f"Order {order.number} has more fulfillments than Shopify lists: how it stands cannot be told."
        )
    nested: tuple[wire.Nodes[Any], ...] = (
        order.line_items,
        order.fulfillment_orders,
        *(one.line_items for one in order.fulfillment_orders.nodes),
        *(one.fulfillment_line_items for one in order.fulfillments),
    )
    return not any(page.next for page in nested)


def _all_pages(client: Client, order: theirs.StandingOrder) -> theirs.StandingOrder:
    def more_lines(after: str) -> wire.Nodes[theirs.StandingLine]:
        variables = {"id": wire.gid("Order", order.number), "after": after}
        answer = client.run(documents.STANDING_LINES, variables)
        return reading.parse(theirs.LinesPage, answer.data.get("order"), documents.STANDING_LINES).line_items

    lines = list(reading.every(order.line_items, more_lines))
    return order.model_copy(
        update={
            "line_items": wire.Nodes[theirs.StandingLine].model_construct(nodes=lines),
            "fulfillment_orders": reading.all_fulfillment_orders(client, order.number, order.fulfillment_orders),
            "fulfillments": [reading.whole_fulfillment(client, one) for one in order.fulfillments],
        }
    )


def _updated_at(client: Client, order: theirs.StandingOrder) -> object:
    answer = client.run(documents.ORDER_UPDATED, {"id": wire.gid("Order", order.number)})
    found = answer.data.get("order")
    return reading.parse(theirs.Updated, found, documents.ORDER_UPDATED).updated_at if found else None


def _standings_of(order: theirs.StandingOrder) -> Standings:
    open_at, fulfilled_at, routed = _open_at(order), _fulfilled_at(order), _routed(order)
    found: Standings = {}
    for line in order.line_items.nodes:
        here = open_at.get(line.line_id, Counter())
        gone = fulfilled_at.get(line.line_id, Counter())
        unrouted = 0 if line.line_id in routed or order.cancelled_at else _not_fulfilled(line)
        found[order.number, line.line_id] = Standing(
            open=here.total() + unrouted,
            fulfilled=gone.total(),
            open_at={place: count for place, count in here.items() if place and count},
            fulfilled_at={place: count for place, count in gone.items() if place and count},
        )
    return found


def _not_fulfilled(line: theirs.StandingLine) -> int:
    """Of a line Shopify has not routed to any place yet: it is sold all the same."""
    return max(0, min(line.unfulfilled_quantity, line.current_quantity))


def _routed(order: theirs.StandingOrder) -> set[str]:
    return {part.line_item.number for one in order.fulfillment_orders.nodes for part in one.line_items.nodes}


def _open_at(order: theirs.StandingOrder) -> dict[str, Counter[str]]:
    """Line -> place (empty: not told, or not counted at any) -> what is still to leave from there."""
    found: dict[str, Counter[str]] = {}
    for one in order.fulfillment_orders.nodes:
        if one.status in _OVER:
            continue
        where = one.assigned_location.location if one.assigned_location else None
        place = wire.number_of(where.id) if where and one.status in _COUNTED else ""
        for part in one.line_items.nodes:
            found.setdefault(part.line_item.number, Counter())[place] += max(0, part.remaining_quantity)
    return found


def _fulfilled_at(order: theirs.StandingOrder) -> dict[str, Counter[str]]:
    """Line -> place (empty: not told) -> what has left from there."""
    found: dict[str, Counter[str]] = {}
    for one in order.fulfillments:
        if one.status != _LEFT:
            continue
        place = one.location.number if one.location else ""
        for part in one.fulfillment_line_items.nodes:
            found.setdefault(part.line_item.number, Counter())[place] += max(0, part.quantity or 0)
    return found
