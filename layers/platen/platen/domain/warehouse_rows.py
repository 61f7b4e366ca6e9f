"""What a row that a warehouse tells does to an order at the warehouse. Pure.

Rows repeat, overtake each other and contradict: a row either changes the order, or changes nothing because it is
known already, or is refused in words that a clerk can act on. What picks and shipments do is ``warehouse_goods``;
answers are here.
"""

from __future__ import annotations

from datetime import datetime

from platen.domain.model import Value
from platen.domain.warehouse import (
    AtWarehouse,
    CancelStanding,
    OrderAnswer,
    PickRow,
    RowStatus,
    ShipmentRow,
    WarehouseOrder,
)
from platen.domain.warehouse_goods import Unapplied, of_no_use, picked, shipped, touched

MOST_WORDS = 500

type OrderRow = PickRow | ShipmentRow | OrderAnswer
"""A row that is about an order."""


class Outcome(Value):
    """What became of a row; the order as it is then, the same one unless the row was applied."""

    order: WarehouseOrder
    status: RowStatus
    code: str = ""
    message: str = ""


def apply(
    order: WarehouseOrder, row: OrderRow, *, now: datetime, by_pick: bool, told_at: datetime | None = None
) -> Outcome:
    """Apply one row.

    ``by_pick``: the warehouse's own count goes down with the pick; else with what is shipped or closed.
    ``told_at``: when the warehouse told it, where that is not now; counts where the row has no time of its own.
    """
    told_at = min(told_at or now, now)
    try:
        after = _with_row(order, row, now, told_at, by_pick)
    except Unapplied as reason:
        return Outcome(order=order, status=reason.status, code=reason.code, message=str(reason))
    if after == order:
        return Outcome(order=order, status=RowStatus.DUPLICATE)
    return Outcome(order=after.but(changed_at=now, settled=False), status=RowStatus.APPLIED)


def _with_row(
    order: WarehouseOrder, row: OrderRow, now: datetime, told_at: datetime, by_pick: bool
) -> WarehouseOrder:
    match row:
        case PickRow():
            return picked(order, row, now, told_at, by_pick)
        case ShipmentRow():
            return shipped(order, row, now, told_at)
        case OrderAnswer():
            return _answered(order, row)


# answers


def _answered(order: WarehouseOrder, row: OrderAnswer) -> WarehouseOrder:
    to_cancel = _is_to_cancel(order, row)
    words = (row.message or row.code)[:MOST_WORDS]
    return _cancel_answered(order, row, words) if to_cancel else _order_answered(order, row, words)


def _is_to_cancel(order: WarehouseOrder, row: OrderAnswer) -> bool:
    if row.to_cancel is not None:
        return row.to_cancel
    named = {"order": False, "cancel": True}.get(row.code.strip().lower())
    if named is not None:
        return named
    again = row.accepted and order.said_yes
    if again and order.cancel is CancelStanding.REFUSED:
        return False
    if order.cancel is CancelStanding.WANTED and (again or order.state is AtWarehouse.NEW):
        raise Unapplied(
            "answer_to_what",
            "This may be about the order or about its cancel: say order or cancel in the column Code, or cancelled "
            "or cancel_refused as the answer.",
        )
    return order.cancel is not CancelStanding.NONE


def _order_answered(order: WarehouseOrder, row: OrderAnswer, words: str) -> WarehouseOrder:
    rejected = order.state is AtWarehouse.REJECTED
    if rejected and not row.accepted:
        return order
    if order.cancel is CancelStanding.DONE:
        raise of_no_use(order, "Nothing is to be done for it.")
    if row.accepted and rejected:
        raise Unapplied(
            "rejected_before",
            "This order was rejected before, and a person was told: call the shop.",
        )
    if row.accepted:
        return order.but(state=AtWarehouse.ACCEPTED, said_yes=True) if order.state is AtWarehouse.NEW else order
    if order.state is AtWarehouse.CLOSED or touched(order):
        raise Unapplied(
            "begun_already", "Something of this order is picked, shipped or closed: it cannot be rejected any more."
        )
    # What it will not make it cancels, where that waits for an answer.
    wanted = order.cancel is CancelStanding.WANTED
    cancel = CancelStanding.DONE if wanted else order.cancel
    return order.but(state=AtWarehouse.REJECTED, words=words, cancel=cancel)


def _cancel_answered(order: WarehouseOrder, row: OrderAnswer, words: str) -> WarehouseOrder:
    match order.cancel:
        case CancelStanding.NONE:
            raise Unapplied("no_cancel", "Nobody asked for this order to be cancelled.")
        case CancelStanding.DONE if not row.accepted:
            raise Unapplied(
                "cancelled_before", "This cancel was accepted before, and the shop was told: call the shop."
            )
        case CancelStanding.DONE:
            return order
    if not row.accepted:
        known = order.cancel is CancelStanding.REFUSED
        return order if known else order.but(cancel=CancelStanding.REFUSED, words=words)
    if order.parcels:
        raise Unapplied("already_shipped", "Something of this order has left: refuse its cancel.")
    if any(line.picked for line in order.lines):
        raise Unapplied(
            "picked_already",
            "Something of this order is picked: put it back and tell picks of 0 first, or refuse its cancel.",
        )
    return order.but(cancel=CancelStanding.DONE)
