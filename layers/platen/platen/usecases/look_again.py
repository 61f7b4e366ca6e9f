"""Look again: orders that wait for what the user has just mended go on by themselves."""

from __future__ import annotations

from platen.domain.attention import Cause
from platen.domain.record import OrderRecord, OrderState
from platen.hub import Hub
from platen.messages import OrderHint, Queue

PAGE = 100
MOST = 2000
"""Orders in one call; whoever has more in attention than this calls again."""
_MENDED = frozenset({Cause.UNROUTED_LINE, Cause.PRINT_DETAILS, Cause.PREFLIGHT, Cause.HELD})
"""What a new product map, link or rule may have mended. What is held goes by the links of now at its next look in
any case; better at once, where the person sees it, than when its store next speaks of it."""


def look_again(hub: Hub, store: str) -> int:
    """Have a store's orders planned again that wait for print details or for a vendor; gives how many.

    Only what waits is read. An order that comes out as before stays as it is.
    """
    queued, page = 0, hub.orders.in_state(store, OrderState.ATTENTION, PAGE)
    while True:
        records = (hub.orders.load(head.order_id) for head in page.items)
        hints = [
            OrderHint(connection=store, store_order_id=record.head.store_order_id, topic="mended", remap=True)
            for record in records
            if record and _may_be_mended(record)
        ]
        if hints:
            hub.queues.send(Queue.INTAKE, hints)
        queued += len(hints)
        if not page.next or queued >= MOST:
            return queued
        page = hub.orders.in_state(store, OrderState.ATTENTION, PAGE, page.next)


def _may_be_mended(record: OrderRecord) -> bool:
    waiting = [record.head.attention, *(job.attention for job in record.jobs.values())]
    return any(attention is not None and attention.cause in _MENDED for attention in waiting)
