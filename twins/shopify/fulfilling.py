"""Shipping goods, and the words in which the shop refuses to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from twins.shopify.model import (
    FulfilledLine,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    Tracking,
)
from twins.shopify.shop import Shop

type Parcel = list[tuple[FulfillmentOrder, FulfillmentOrderLine, int]]
"""What goes in: from which fulfillment order, which of its lines, how many."""

_TRACKING_PAGES = {
    "UPS": "https://www.ups.com/WebTracking?trackNums={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "GLS": "https://gls-group.eu/track/{}",
    "DPD": "https://tracking.dpd.de/parcelstatus?query={}",
    "Deutsche Post": "https://www.deutschepost.de/sendung/simpleQuery.html?form.sendungsnummer={}",
}
"""A carrier spelt as the shop spells it gets its address built; the published list is longer."""


@dataclass(frozen=True)
class NotFulfilled(Exception):
    """A refusal, as a user error carries it."""

    message: str
    field: tuple[str, ...] = ("fulfillment",)


def read_tracking(asked: dict[str, Any] | None, at: tuple[str, ...]) -> list[Tracking]:
    """That both forms at once and an address without a number are refused is told; the words are inferred."""
    told = asked or {}
    if told.get("number") and told.get("numbers"):
        raise NotFulfilled("Tracking number and tracking numbers cannot both be given.", at)
    numbers = list(told.get("numbers") or ([told["number"]] if told.get("number") else []))
    urls = list(told.get("urls") or ([told["url"]] if told.get("url") else []))
    if urls and not numbers:
        raise NotFulfilled("A tracking url needs a tracking number.", at)
    company = told.get("company")
    if not numbers:
        return [Tracking(company, None, None)] if company else []
    page = _TRACKING_PAGES.get(company or "")
    built = [page.format(number) if page else None for number in numbers]
    return [
        Tracking(company, number, urls[index] if index < len(urls) else built[index])
        for index, number in enumerate(numbers)
    ]


def pack(find: Callable[[int], FulfillmentOrder | None], asked: Sequence[dict[str, Any]]) -> Parcel:
    """The parcel that a request describes. ``find`` finds what the caller may see.

    Raises NotFulfilled, checked in the order that recorded answers show: quantities, existence, one
    order, one place, one delivery method, status, lines.
    """
    _check_quantities(asked)
    wanted = []
    for one in asked:
        known = find(_number(one["fulfillmentOrderId"]))
        if known is None:
            raise NotFulfilled("Fulfillment order does not exist.")
        wanted.append((known, one.get("fulfillmentOrderLineItems") or []))
    if not wanted:
        raise NotFulfilled("Line items by fulfillment order can't be blank")
    _check_together([one for one, _ in wanted])
    return [item for known, lines in wanted for item in _take(known, lines)]


def _check_quantities(asked: Sequence[dict[str, Any]]) -> None:
    for i, one in enumerate(asked):
        for j, line in enumerate(one.get("fulfillmentOrderLineItems") or []):
            if line["quantity"] <= 0:
                at = ("lineItemsByFulfillmentOrder", str(i), "fulfillmentOrderLineItems", str(j), "quantity")
                raise NotFulfilled("Quantity must be greater than 0", ("fulfillment", *at))


def _check_together(wanted: list[FulfillmentOrder]) -> None:
    orders = _distinct(one.order.id for one in wanted)
    if len(orders) > 1:
        raise NotFulfilled(
            "All fulfillment orders must belong to the same order. "
            f"Multiple orders with ids [{', '.join(map(str, orders))}] were found."
        )
    places = _distinct(one.location.id for one in wanted)
    if len(places) > 1:
        raise NotFulfilled(
            "All fulfillment orders must be assigned to a single location. "
            f"Multiple locations with ids [{', '.join(map(str, places))}] were found."
        )
    methods = _distinct(one.delivery_method for one in wanted)
    if len(methods) > 1:
        raise NotFulfilled(
            "All fulfillment orders must have the same delivery method type. "
            f"Multiple delivery method types [{', '.join(m.lower() for m in methods)}] were found."
        )
    for one in wanted:
        # The words for a held or scheduled one are inferred from those for a closed one.
        if one.status not in ("OPEN", "IN_PROGRESS"):
            raise NotFulfilled(f"Fulfillment order {one.id} has an unfulfillable status= {one.status.lower()}.")


def _take(one: FulfillmentOrder, lines: list[dict[str, Any]]) -> Parcel:
    """No lines named means all that remains."""
    if not lines:
        return [(one, line, line.remaining) for line in one.lines if line.remaining]
    taken: dict[int, int] = {}
    parcel: Parcel = []
    for asked in lines:
        line = one.line(_number(asked["id"]))
        if line is None:
            raise NotFulfilled("Fulfillment order line item does not exist.")
        taken[line.id] = taken.get(line.id, 0) + asked["quantity"]
        if taken[line.id] > line.remaining:
            raise NotFulfilled("Invalid fulfillment order line item quantity requested.")
        parcel.append((one, line, asked["quantity"]))
    return parcel


def ship(
    shop: Shop,
    order: Order,
    parcel: Parcel,
    tracking: list[Tracking],
    *,
    service: str = "manual",
    notify: bool = False,
) -> Fulfillment:
    """Take the goods off their fulfillment orders and record the parcel. Announces nothing."""
    moment = shop.moment()
    merged: dict[int, FulfilledLine] = {}
    for one, line, quantity in parcel:
        line.remaining -= quantity
        line.line.fulfilled += quantity
        known = merged.get(line.line.id)
        if known:
            known.quantity += quantity
        else:
            known = merged[line.line.id] = FulfilledLine(shop.new_id(), line.line, quantity)
        known.counted += shop.stock.ship(one, line, quantity)
        one.status = "IN_PROGRESS" if any(each.remaining for each in one.lines) else "CLOSED"
    sources = list({one.id: one for one, _, _ in parcel}.values())
    made = Fulfillment(
        id=shop.new_id(),
        order=order,
        name=f"{order.name}.{len(order.fulfillments) + 1}",
        location=sources[0].location,
        lines=list(merged.values()),
        fulfillment_orders=sources,
        tracking=tracking,
        created_at=moment,
        updated_at=moment,
        service=service,
        notified=notify,
    )
    order.fulfillments.append(made)
    shop.fulfillments[made.id] = made
    if shop.archives_when_fulfilled and order.fulfillment_status == "FULFILLED":
        order.closed_at = moment
    return made


def fulfill(shop: Shop, parcel: Parcel, tracking: list[Tracking], *, notify: bool = False) -> Fulfillment:
    """Ship, and tell everybody who listens."""
    order = parcel[0][0].order
    made = ship(shop, order, parcel, tracking, notify=notify)
    shop.touch(order, made.fulfillment_orders)
    event = shop.event()
    shop.announce(event, "FULFILLMENTS_CREATE", lambda: shop.bodies.fulfillment(made))
    whole = order.fulfillment_status == "FULFILLED"
    shop.announce_order(event, order, "ORDERS_FULFILLED" if whole else "ORDERS_PARTIALLY_FULFILLED")
    shop.announce_order(event, order, "ORDERS_UPDATED")
    return made


def change_tracking(shop: Shop, made: Fulfillment, tracking: list[Tracking], *, notify: bool = False) -> None:
    """The new tracking takes the place of all of the old."""
    made.tracking = tracking
    made.updated_at = shop.moment()
    made.notified = made.notified or notify
    shop.touch(made.order)
    _announce_change(shop, made)


def cancel(shop: Shop, made: Fulfillment) -> None:
    """The parcel did not go: its goods come back in a new fulfillment order, the old one stays closed."""
    order = made.order
    made.status, made.updated_at = "CANCELLED", shop.moment()
    for each in made.lines:
        each.line.fulfilled -= each.quantity
    source = made.fulfillment_orders[0]
    goods = [(each.line, each.quantity) for each in made.lines]
    held = shop.open_fulfillment_order(order, source.location, source.delivery_method, goods)
    shop.stock.unship(held, made.lines)
    order.closed_at = order.closed_at if order.cancelled_at else None
    shop.touch(order, made.fulfillment_orders)
    _announce_change(shop, made)


def _announce_change(shop: Shop, made: Fulfillment) -> None:
    event = shop.event()
    shop.announce(event, "FULFILLMENTS_UPDATE", lambda: shop.bodies.fulfillment(made))
    shop.announce_order(event, made.order, "ORDERS_UPDATED")


def _number(reference: str) -> int:
    tail = str(reference).rsplit("/", 1)[-1]
    return int(tail) if tail.isdigit() else -1


def _distinct[T](values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))
