"""Heads: of an order that is seen for the first time, and when one that waits is looked at again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from platen.domain.order import Order
from platen.domain.record import OrderHead, OrderState

FIRST_LOOK = timedelta(minutes=10)
LONGEST_LOOK = timedelta(hours=6)
"""Between two looks at an order that waits: a store may end a hold without moving the order's clock."""


def next_look(head: OrderHead, now: datetime) -> datetime:
    """The longer an order waits, the seldomer it is looked at: after half its age so far. What its store has still
    to be told is not put off like that."""
    if head.cancel and head.cancel.pending and head.state is OrderState.CANCELLED:
        return now + FIRST_LOOK
    return now + min(max((now - head.received_at) / 2, FIRST_LOOK), LONGEST_LOOK)


def new_head(order: Order, now: datetime, folder: str = "") -> OrderHead:
    """The head of an order that is seen for the first time."""
    return OrderHead(
        order_id=order.order_id,
        connection=order.connection,
        store_order_id=order.store_order_id,
        number=order.number,
        state=OrderState.OPEN,
        placed_at=order.placed_at,
        store_updated_at=order.updated_at,
        body="",
        folder=folder,
        received_at=now,
        changed_at=now,
    )
