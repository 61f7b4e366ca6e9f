"""What people do in the shop's admin, behind every app's back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from twins.shopify import fulfilling
from twins.shopify.checkout import new_address, new_line
from twins.shopify.jobs import CancelJob
from twins.shopify.model import (
    CENT,
    Cancellation,
    Fulfillment,
    FulfillmentOrder,
    Hold,
    Line,
    Location,
    Order,
    Refund,
    Tracking,
)
from twins.shopify.notices import order_edit, placed_on_hold
from twins.shopify.shop import Shop, Unknown


class CannotCancel(Exception):
    """The shop's own words for why not."""


def cancel_order(shop: Shop, order: Order, wish: Cancellation, *, reason: str = "CUSTOMER") -> None:
    """With neither refund nor restock the lines keep their quantities, only the fulfillment orders close.

    Raises CannotCancel.
    """
    see_if_cancellable(order, wish)
    paid = order.financial_status not in ("PENDING", "AUTHORIZED", "EXPIRED", "VOIDED", None)
    order.cancelled_at = order.closed_at = shop.moment()
    order.cancel_reason, order.cancellation = reason, wish
    refund = None
    if wish.refund or wish.restock:
        lines = [(line, line.unfulfilled) for line in order.lines]
        refund = _refund(shop, order, lines, None, restock=wish.restock, pay_back=wish.refund and paid)
    for one in order.fulfillment_orders:
        one.status = "CLOSED"
        for each in one.lines:
            shop.stock.take_off(one, each, each.committed, restock=wish.restock)
    if order.financial_status in ("PENDING", "AUTHORIZED"):
        order.financial_status = "VOIDED"
    elif paid and wish.refund:
        order.financial_status = "REFUNDED"
    shop.touch(order, order.fulfillment_orders)
    event = shop.event()
    if refund:
        shop.announce(event, "REFUNDS_CREATE", lambda: shop.bodies.refund(refund))
    shop.announce_order(event, order, "ORDERS_CANCELLED", "ORDERS_UPDATED")


def see_if_cancellable(order: Order, wish: Cancellation) -> None:
    """Raises CannotCancel."""
    if order.cancelled_at:
        raise CannotCancel("Cannot cancel an order that has already been canceled")
    if any(each.status == "SUCCESS" and each.service != "gift_card" for each in order.fulfillments):
        raise CannotCancel("Cannot cancel an order that has outstanding fulfillments")
    closed = [one.location.name for one in order.fulfillment_orders if one.open and not one.location.active]
    if closed and wish.restock and order.financial_status == "PAID":  # the words are inferred
        raise CannotCancel(f"Cannot restock to the deactivated location {closed[0]}")


def accept_cancellation(shop: Shop, order: Order, wish: Cancellation, reason: str) -> CancelJob:
    """What an app asks for: refused at once where that can be seen, else done by a job. Raises CannotCancel."""
    see_if_cancellable(order, wish)

    def run() -> str:
        try:
            cancel_order(shop, order, wish, reason=reason)
        except CannotCancel as refused:
            return str(refused)
        return ""

    return shop.jobs.accept(order, run, shop.now() + timedelta(seconds=shop.cancel_delay_seconds))


def edit_order(shop: Shop, order: Order, line: int | Mapping[str, Any], quantity: int) -> Line:
    """Set how many of a line the buyer gets; a mapping instead of an id adds a line.

    Raises ValueError when fewer are asked for than were already shipped.
    """
    changed = new_line(shop, line) if isinstance(line, Mapping) else order.line(line)
    if isinstance(line, Mapping):
        changed.quantity, changed.order = 0, order
        order.lines.append(changed)
    more = quantity - changed.current
    if more > 0:
        changed.quantity += more
        _add(shop, order, changed, more)
    else:
        _remove(shop, order, changed, -more)
    order.edited = True
    shop.touch(order, order.fulfillment_orders)
    event, edit_id = shop.event(), shop.new_id()
    added = [(changed.id, more)] if more > 0 else []
    removed = [(changed.id, -more)] if more < 0 else []
    at = shop.bodies.time(order.updated_at)
    shop.announce(event, "ORDERS_EDITED", lambda: order_edit(edit_id, order, at, added, removed))
    shop.announce_order(event, order, "ORDERS_UPDATED")
    return changed


def refund_line(
    shop: Shop, order: Order, line: Line, quantity: int, *, restock: bool = True, note: str | None = None
) -> Refund:
    """What was not shipped yet is taken off the order; what was shipped counts as returned."""
    made = _refund(shop, order, [(line, quantity)], note, restock=restock)
    whole = order.refunded >= order.total
    order.financial_status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
    shop.touch(order, order.fulfillment_orders)
    event = shop.event()
    shop.announce(event, "REFUNDS_CREATE", lambda: shop.bodies.refund(made))
    shop.announce_order(event, order, "ORDERS_UPDATED")
    return made


def change_address(shop: Shop, order: Order, changes: Mapping[str, Any] | None) -> None:
    """``changes`` to the address there is; None takes it away."""
    known = {name: value for name, value in (order.ship_to or {}).items() if name in (new_address({}) or {})}
    kept = {name: known[name] for name in known if name not in ("name", "latitude", "longitude")}
    order.ship_to = None if changes is None else new_address(kept | dict(changes))
    shop.touch(order)
    shop.announce_order(shop.event(), order, "ORDERS_UPDATED")


def mark_paid(shop: Shop, order: Order) -> None:
    order.financial_status = "PAID"
    shop.touch(order)
    shop.announce_order(shop.event(), order, "ORDERS_PAID", "ORDERS_UPDATED")


def hold(
    shop: Shop,
    one: FulfillmentOrder,
    reason: str,
    notes: str | None,
    *,
    handle: str | None = None,
    by_app: bool = False,
) -> Hold:
    """Only the first hold is announced as "placed on hold"; each is announced as "added"."""
    made = Hold(shop.new_id(), reason, notes, handle, by_app)
    first = not one.holds
    one.holds.append(made)
    one.status = "ON_HOLD"
    shop.touch(one.order, [one])
    event = shop.event()
    if first:
        shop.announce(event, "FULFILLMENT_ORDERS_PLACED_ON_HOLD", lambda: placed_on_hold(one, made))
    shop.announce(event, "FULFILLMENT_HOLDS_ADDED", lambda: placed_on_hold(one, made))
    shop.announce_order(event, one.order, "ORDERS_UPDATED")
    return made


def release_holds(shop: Shop, one: FulfillmentOrder, hold_ids: list[int] | None = None) -> None:
    """Without ids, everybody's. Announced as "released" only when none is left."""
    if not one.holds:
        return
    one.holds = [each for each in one.holds if hold_ids is not None and each.id not in hold_ids]
    event = shop.event()
    if not one.holds:
        started = any(line.remaining < line.total for line in one.lines)
        one.status = "IN_PROGRESS" if started else "OPEN"
        shop.announce_fulfillment_order(event, one, "FULFILLMENT_ORDERS_HOLD_RELEASED")
    shop.announce_fulfillment_order(event, one, "FULFILLMENT_HOLDS_RELEASED")
    shop.touch(one.order, [one])
    shop.announce_order(event, one.order, "ORDERS_UPDATED")


def scheduled_ready(shop: Shop, order: Order) -> None:
    """The day a scheduled order waited for has come."""
    event = shop.event()
    for one in order.fulfillment_orders:
        if one.status == "SCHEDULED":
            one.status = "OPEN"
            topic = "FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY"
            shop.announce_fulfillment_order(event, one, topic)
    shop.touch(order, order.fulfillment_orders)


def fulfill_elsewhere(
    shop: Shop, order: Order, quantities: Mapping[int, int] | None, tracking: list[Tracking]
) -> list[Fulfillment]:
    """A person ships it in the admin: everything that is open, or ``quantities`` of line ids.

    One parcel for each place and delivery method. Raises ValueError when there is nothing to ship.
    """
    left = dict(quantities) if quantities is not None else None
    made = []
    for one in [each for each in order.fulfillment_orders if each.status in ("OPEN", "IN_PROGRESS")]:
        parcel: fulfilling.Parcel = []
        for line in one.lines:
            count = line.remaining if left is None else min(line.remaining, left.get(line.line.id, 0))
            if count:
                parcel.append((one, line, count))
                if left is not None:
                    left[line.line.id] -= count
        if parcel:
            made.append(fulfilling.fulfill(shop, parcel, tracking))
    if not made or (left and any(left.values())):
        raise ValueError(f"order {order.name} has not that much left to ship")
    return made


def move(shop: Shop, order: Order, place: Location) -> list[FulfillmentOrder]:
    """What was not shipped yet is sent from another place: new fulfillment orders, the old ones close.

    Only the order's update is announced. Raises ValueError when nothing can be moved.
    """
    movable = [one for one in order.fulfillment_orders if one.status == "OPEN" and one.location is not place]
    if not movable:
        raise ValueError(f"order {order.name} has nothing to move to {place.name}")
    made = []
    for one in movable:
        left = [(each, each.remaining) for each in one.lines if each.remaining]
        for each, count in left:
            shop.stock.take_off(one, each, count, restock=True)
            each.total -= count
            each.remaining = 0
        one.status = "CLOSED"
        goods = [(each.line, count) for each, count in left]
        held = shop.open_fulfillment_order(order, place, one.delivery_method, goods)
        for each in held.lines:
            shop.stock.commit(held, each, each.remaining)
        made.append(held)
    shop.touch(order, order.fulfillment_orders)
    shop.announce_order(shop.event(), order, "ORDERS_UPDATED")
    return made


def find_hold_target(shop: Shop, order: Order) -> list[FulfillmentOrder]:
    """The fulfillment orders of an order that can be held. Raises Unknown when there is none."""
    open_ones = [one for one in order.fulfillment_orders if one.open]
    if not open_ones:
        raise Unknown(f"order {order.name} has no open fulfillment order")
    return open_ones


def _add(shop: Shop, order: Order, line: Line, count: int) -> None:
    for one in order.fulfillment_orders:
        known = next((each for each in one.lines if each.line is line), None)
        if known and one.status in ("OPEN", "IN_PROGRESS"):
            known.total += count
            known.remaining += count
            shop.stock.commit(one, known, count)
            return
    made = shop.open_fulfillment_order(order, line.location, line.delivery_method, [(line, count)])
    shop.stock.commit(made, made.lines[0], count)


def _remove(shop: Shop, order: Order, line: Line, count: int, *, restock: bool = True) -> None:
    """Take goods off that were not shipped; a fulfillment order that is left with nothing closes."""
    if count > line.unfulfilled:
        raise ValueError(f"only {line.unfulfilled} of line {line.id} are not shipped yet")
    line.removed += count
    for one in [each for each in order.fulfillment_orders if each.open]:
        for each in one.lines:
            if each.line is line and count:
                taken = min(count, each.remaining)
                each.remaining -= taken
                each.total -= taken
                shop.stock.take_off(one, each, taken, restock=restock)
                count -= taken
        if not any(each.remaining for each in one.lines):
            one.status, one.holds = "CLOSED", []


def _shipped_from(order: Order, line: Line) -> Location:
    places = [made.location for made in order.fulfillments if any(each.line is line for each in made.lines)]
    return places[-1] if places else line.location


def _refund(
    shop: Shop,
    order: Order,
    lines: list[tuple[Line, int]],
    note: str | None,
    *,
    restock: bool = True,
    pay_back: bool = True,
) -> Refund:
    told = []
    amount = Decimal(0)
    for line, quantity in lines:
        if quantity > line.current:
            raise ValueError(f"only {line.current} of line {line.id} are left to refund")
        unshipped = min(quantity, line.unfulfilled)
        shipped = quantity - unshipped
        _remove(shop, order, line, unshipped, restock=restock)
        line.returned += shipped
        if restock and shipped:
            shop.stock.take_back(line, _shipped_from(order, line), shipped)
        for count, kind in ((unshipped, "cancel"), (shipped, "return")):
            if count:
                told.append((shop.new_id(), line, count, kind if restock else "no_restock"))
        amount += line.unit_after_discounts * quantity if pay_back else 0
    made = Refund(shop.new_id(), order, shop.moment(), note, told, amount.quantize(CENT))
    order.refunds.append(made)
    shop.refunds[made.id] = made
    return made
