"""What picks and shipments that a warehouse tells do to an order there. Pure.

::

    picked so far   1 ──▶ 3 ──▶ 2          a lower number holds only when it is newer, and nothing of it has left
    row of 10:00    ......▲                old news by then: it only completes the history
    closed          ──────────▶ closed     ──(open again, and newer)──▶ goes on
    cancel wanted   ──closed──▶ done       ──(another line of that close was picked)──▶ refused
"""

from __future__ import annotations

from datetime import datetime, timedelta

from platen.domain.warehouse import (
    AtWarehouse,
    CancelStanding,
    PickRow,
    RowStatus,
    ShipmentRow,
    WarehouseLine,
    WarehouseOrder,
    WarehouseParcel,
)
from platen.domain.warehouse_taken import noted, shipped_by, since_told, with_picked, with_shipped

AHEAD = timedelta(minutes=10)
"""So far a warehouse's clock may be ahead of ours."""
MOST_PARCELS = 200
MOST_TEXT = 200
MOST_URL = 1000
_PICKED_ALREADY = "it was picked already"


class Unapplied(Exception):
    """The row changes nothing; why."""

    def __init__(self, code: str, message: str, status: RowStatus = RowStatus.REJECTED) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def shipped_of(order: WarehouseOrder, line_number: int) -> int:
    """How many of a line are in parcels."""
    return sum(parcel.lines.get(line_number, 0) for parcel in order.parcels)


# picks


def picked(order: WarehouseOrder, row: PickRow, now: datetime, told_at: datetime, by_pick: bool) -> WarehouseOrder:
    """The order with a pick row. Raises Unapplied. ``told_at``, ``by_pick``: as of ``warehouse_rows.apply``."""
    row = row.but(picked_at=since_told(order, row.picked_at), closed_at=since_told(order, row.closed_at))
    line = _line(order, row.line_number, row.item)
    _not_ahead(now, PickedAt=row.picked_at, ClosedAt=row.closed_at)
    if _off(order) and not _is_of_its_close(order, row):
        if row.picked > line.picked:
            raise of_no_use(order, f"Line {line.number}: put back what was picked.")
        return order
    if row.picked > line.wanted:
        raise Unapplied(
            "more_than_ordered",
            f"Line {line.number} is an order of {line.wanted} {line.item}; {row.picked} cannot be picked of it. "
            "Tell how many were picked so far in all, not with each pick.",
        )
    moment = row.picked_at or told_at
    order = _opened_again(_begun(order), row, moment)
    order = _with_line(order, _counted(order, line, row, moment, by_pick))
    return _closed(order, row, told_at, by_pick) if row.closed else order


def _is_of_its_close(order: WarehouseOrder, row: PickRow) -> bool:
    """The close that ended the order's cancel has a row for each line, and some of them may have been picked."""
    return row.closed and order.state is AtWarehouse.CLOSED and order.cancel is CancelStanding.DONE


def _opened_again(order: WarehouseOrder, row: PickRow, moment: datetime) -> WarehouseOrder:
    """An order that is told as open after it was closed goes on; not one that was told so before."""
    if row.closed or order.state is not AtWarehouse.CLOSED:
        return order
    last = max(filter(None, (order.closed_at, *(line.picked_at for line in order.lines))), default=None)
    return order.but(state=AtWarehouse.ACCEPTED, closed_at=None) if last is None or moment > last else order


def _counted(
    order: WarehouseOrder, line: WarehouseLine, row: PickRow, moment: datetime, by_pick: bool
) -> WarehouseLine:
    """The line with so many picked; what is older than what is known only completes the history."""
    known = line.picked_at
    older = known is not None and moment < known
    if row.picked > line.picked and older:
        raise Unapplied(
            "older_than_known",
            f"Line {line.number}: a later count of {line.picked} is known, of {known:%Y-%m-%d %H:%M} UTC. "
            "If this one is right, tell it again with the present time.",
        )
    if row.picked < line.picked and not older:
        _may_go_down(order, line, row, moment)
    if by_pick and older:
        taken = max(row.picked, shipped_by(order.parcels, line.number, moment))
        line = line.but(taken=noted(line.taken, moment, taken))
    elif by_pick and row.picked != line.picked:
        line = line.but(taken=with_picked(line, row.picked, moment, order.parcels))
    elif older and row.picked < line.picked:
        raise Unapplied(
            "older_than_known",
            f"Line {line.number}: a later count of {line.picked} is known already. Nothing is to be done.",
            RowStatus.DUPLICATE,
        )
    return line if older or row.picked == line.picked else line.but(picked=row.picked, picked_at=moment)


def _may_go_down(order: WarehouseOrder, line: WarehouseLine, row: PickRow, moment: datetime) -> None:
    in_parcels = shipped_of(order, line.number)
    if order.state is AtWarehouse.CLOSED:
        raise Unapplied(
            "closed_with_more",
            f"Line {line.number} was closed with {line.picked} picked. To take some of them back, open the order "
            "again, and tell it as OPEN first.",
        )
    if in_parcels > row.picked:
        raise Unapplied(
            "already_shipped",
            f"Line {line.number}: {in_parcels} are in parcels already, so no less than that were picked.",
        )
    if line.picked_at and moment <= line.picked_at:
        raise Unapplied(
            "lower_than_known",
            f"Line {line.number}: {line.picked} were told as picked at the same time. If {row.picked} is right, "
            "tell it again with a later time.",
        )


def _closed(order: WarehouseOrder, row: PickRow, told_at: datetime, by_pick: bool) -> WarehouseOrder:
    known = order.closed_at if order.state is AtWarehouse.CLOSED else None
    closed_at = max(filter(None, (known, row.closed_at)), default=told_at)
    order = _with_its_cancel_answered(order.but(state=AtWarehouse.CLOSED, closed_at=closed_at))
    if by_pick:
        return order
    # What is in no shipment goes off the warehouse's count now, with the close.
    lines = (
        line.but(
            taken=noted(line.taken, closed_at, max(line.picked, shipped_by(order.parcels, line.number, closed_at)))
        )
        for line in order.lines
    )
    return order.but(lines=tuple(lines))


def _with_its_cancel_answered(order: WarehouseOrder) -> WarehouseOrder:
    """A site that tells no answers closes what it cancels: with nothing picked that is one."""
    if order.cancel not in (CancelStanding.WANTED, CancelStanding.DONE):
        return order
    if touched(order):
        return order.but(cancel=CancelStanding.REFUSED, words=_PICKED_ALREADY)
    return order.but(cancel=CancelStanding.DONE)


# shipments


def shipped(order: WarehouseOrder, row: ShipmentRow, now: datetime, told_at: datetime) -> WarehouseOrder:
    """The order with a shipment row. Raises Unapplied."""
    row = row.but(shipped_at=since_told(order, row.shipped_at))
    line = _line(order, row.line_number, row.item)
    _not_ahead(now, ShippedAt=row.shipped_at)
    _not_too_long(row)
    if _off(order):
        raise of_no_use(order, "If the parcel has left, call the shop: the buyer was told otherwise.")
    parcel = next((one for one in order.parcels if one.number == row.shipment_number), None)
    if parcel is None or line.number not in parcel.lines:
        _fits(order, line, row)
    parcel = _with_details(parcel or WarehouseParcel(number=row.shipment_number, shipped_at=told_at), row)
    parcels = _with_parcel(order.parcels, parcel)
    lines = (
        one.but(taken=with_shipped(one, parcels)) if one.number in parcel.lines else one for one in order.lines
    )
    return _begun(order).but(parcels=parcels, lines=tuple(lines))


def _with_parcel(parcels: tuple[WarehouseParcel, ...], parcel: WarehouseParcel) -> tuple[WarehouseParcel, ...]:
    """Where it was, or behind the others."""
    if any(one.number == parcel.number for one in parcels):
        return tuple(parcel if one.number == parcel.number else one for one in parcels)
    return (*parcels, parcel)


def _with_details(parcel: WarehouseParcel, row: ShipmentRow) -> WarehouseParcel:
    """What was told of a parcel stands; what was left empty may be filled in."""
    known = parcel.lines.get(row.line_number, row.quantity)
    if known != row.quantity:
        raise _changed(row, f"{known} of line {row.line_number}", str(row.quantity))
    filled: dict[str, object] = {"lines": parcel.lines | {row.line_number: row.quantity}}
    for name in ("carrier", "method", "tracking", "url"):
        before, after = getattr(parcel, name), getattr(row, name)
        if before and after and before != after:
            raise _changed(row, f"{name} {before}", after)
        filled[name] = before or after
    if row.shipped_at and (not parcel.lines or parcel.shipped_at is None or row.shipped_at < parcel.shipped_at):
        filled["shipped_at"] = row.shipped_at
    return parcel.but(**filled)


def _changed(row: ShipmentRow, before: str, after: str) -> Unapplied:
    return Unapplied(
        "shipment_changed",
        f"Shipment {row.shipment_number} was told with {before}; now it is {after}. A shipment cannot be changed: "
        "give another parcel a number of its own; if this one was told wrongly, correct it at the store.",
    )


def _fits(order: WarehouseOrder, line: WarehouseLine, row: ShipmentRow) -> None:
    closed_by_picks = order.state is AtWarehouse.CLOSED and any(one.picked for one in order.lines)
    most, what = (line.picked, "picked") if closed_by_picks else (line.wanted, "ordered")
    before = shipped_of(order, line.number)
    if before + row.quantity > most:
        raise Unapplied(
            f"more_than_{what}",
            f"Line {line.number}: {most} of {line.item} were {what} and {before} have left before, so "
            f"{row.quantity} more cannot be shipped. Correct the quantity, or the picks first.",
        )
    if len(order.parcels) >= MOST_PARCELS:
        raise Unapplied("too_many_shipments", f"An order can have {MOST_PARCELS} shipments at most.")


def _not_too_long(row: ShipmentRow) -> None:
    texts = {
        "ShipmentNumber": (row.shipment_number, MOST_TEXT),
        "Carrier": (row.carrier, MOST_TEXT),
        "ShippingMethod": (row.method, MOST_TEXT),
        "TrackingNumber": (row.tracking, MOST_TEXT),
        "TrackingURL": (row.url, MOST_URL),
    }
    for name, (text, most) in texts.items():
        if len(text) > most:
            raise Unapplied("too_long", f"{name} has {len(text)} characters; {most} are taken at most.")


# what rows have in common


def _line(order: WarehouseOrder, number: int, item: str) -> WarehouseLine:
    line = order.line(number)
    if line is None:
        there = ", ".join(str(one.number) for one in order.lines[:20])
        raise Unapplied(
            "unknown_line", f"This order has no line {number}; it has {there}. Correct the line number."
        )
    if item.strip() and item.strip() != line.item.strip():
        raise Unapplied(
            "wrong_item",
            f"Line {number} of this order is {line.item}, not {item.strip()[:MOST_TEXT]}. Correct the item or the "
            "line number.",
        )
    return line


def _not_ahead(now: datetime, **times: datetime | None) -> None:
    for name, moment in times.items():
        if moment and moment > now + AHEAD:
            raise Unapplied(
                "in_future",
                f"{name} is {moment:%Y-%m-%d %H:%M} UTC, which is still to come. Correct the time, its zone, or "
                "the computer's clock.",
            )


def _begun(order: WarehouseOrder) -> WarehouseOrder:
    """Whoever works on an order has accepted it."""
    return order.but(state=AtWarehouse.ACCEPTED) if order.state is AtWarehouse.NEW else order


def _off(order: WarehouseOrder) -> bool:
    return order.state is AtWarehouse.REJECTED or order.cancel is CancelStanding.DONE


def of_no_use(order: WarehouseOrder, advice: str) -> Unapplied:
    if order.state is AtWarehouse.REJECTED:
        return Unapplied("order_rejected", f"The warehouse rejected this order. {advice}")
    return Unapplied("order_cancelled", f"This order is cancelled. {advice}")


def touched(order: WarehouseOrder) -> bool:
    return bool(order.parcels) or any(line.picked for line in order.lines)


def _with_line(order: WarehouseOrder, line: WarehouseLine) -> WarehouseOrder:
    return order.but(lines=tuple(line if one.number == line.number else one for one in order.lines))
