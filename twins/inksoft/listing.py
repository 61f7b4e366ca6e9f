"""GetOrderSummaries: which orders it lists, in which order, and which page of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from twins.inksoft.given import Given, Range
from twins.inksoft.model import PRODUCTION, STATUSES, Order
from twins.inksoft.paper import Refused

type Test = Callable[[Order], bool]

NEVER = datetime.min.replace(tzinfo=UTC)

RANGES: dict[str, Callable[[Order], datetime | None]] = {
    "DateCreatedRange": lambda order: order.created,
    "DateModifiedRange": lambda order: order.modified,
    "DueDateRange": lambda order: order.asked.due,
    "EstimatedShipDateRange": lambda order: order.asked.estimated_ship,
    "ConfirmedShipDateRange": lambda order: order.confirmed_ship,
}

LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Order], str]]] = {
    # name: other spellings, the words that are known (none: any), what an order is by it
    "StoreIds": ((), (), lambda order: str(order.store_id)),
    "ProductionStatuses": ((), PRODUCTION, lambda order: order.production_status),
    "PaymentSatuses": (
        ("PaymentStatuses",),
        ("Paid", "NotPaid", "PartiallyPaid", "RefundDue", "Refunded"),
        lambda order: order.payment_status,
    ),
    "OrderTypes": ((), ("WebOrder", "Invoice", "Proposals"), lambda order: order.order_type),
    "DeliveryMethods": ((), ("Pickup", "Shipping", "None"), lambda order: order.delivery),
    "ShippingMethodIds": ((), (), lambda order: str(method_id(order))),
    "ShippingVendorNames": ((), (), lambda order: order.asked.carrier),
    "AssigneeIds": ((), (), lambda _order: ""),
    "Organizations": ((), (), lambda order: order.asked.bill_to.company),
}

KEYS: dict[str, Callable[[Order], Any]] = {
    "id": lambda order: order.id,
    "name": lambda order: order.asked.bill_to.name,
    "firstname": lambda order: order.asked.bill_to.first_name,
    "lastname": lambda order: order.asked.bill_to.last_name,
    "companyname": lambda order: order.asked.bill_to.company,
    "organization": lambda order: order.asked.bill_to.company,
    "shippingmethod": lambda order: order.asked.shipping_method,
    "estimatedshipdate": lambda order: order.asked.estimated_ship or NEVER,
    "confirmedshipdate": lambda order: order.confirmed_ship or NEVER,
    "storename": lambda order: order.store_name,
    "datecreated": lambda order: order.created,
    "dateshipped": lambda order: order.date_shipped or NEVER,
    "totalamount": lambda order: order.total,
    "statusdesription": lambda order: order.status,
    "paymentstatus": lambda order: order.payment_status,
    "productionstatus": lambda order: order.production_status,
    "email": lambda order: order.asked.email,
}
"""The published keys; there is none for the time of the last change, and one is spelt so (transcribed)."""


def method_id(order: Order) -> int:
    return 76 if order.asked.pickup else 77


def matching(orders: Iterable[Order], given: Given, zone_hours: float = 0) -> list[Order]:
    """Those that pass every filter that is given, sorted. ``zone_hours``: what the ranges are compared by is the
    store's own time, so many hours from UTC. Raises Refused for what cannot be read."""
    tests = [*_ranges(given, timedelta(hours=zone_hours)), *_lists(given), *_words(given)]
    found = [order for order in orders if all(test(order) for test in tests)]
    key = given.text("OrderBy").lower() or "datecreated"
    if key not in KEYS:
        raise Refused("The value is not valid for OrderBy")
    direction = given.text("OrderByDirection").lower() or ("ascending" if given.has("OrderBy") else "descending")
    if direction not in ("ascending", "descending"):
        raise Refused("The value is not valid for OrderByDirection")
    # Nothing is said about order; the newest come first, as on the screen (inferred).
    return sorted(found, key=lambda order: (KEYS[key](order), order.id), reverse=direction == "descending")


def page_of[T](found: list[T], given: Given, most: int) -> tuple[list[T], dict[str, int]]:
    """``most``: never more than so many, whatever is asked for (inferred)."""
    index = given.number("Index", 0)
    asked = given.number("MaxResults", most)
    if index < 0 or asked < 1:
        raise Refused("The value is not valid for " + ("Index" if index < 0 else "MaxResults"))
    shown = found[index : index + min(asked, most)]
    return shown, {"TotalResults": len(found), "IncludedResults": len(shown), "Index": index}


def _ranges(given: Given, zone: timedelta) -> list[Test]:
    def within(told: Range, when: Callable[[Order], datetime | None]) -> Test:
        return lambda order: (moment := when(order)) is not None and told.holds(moment + zone)

    return [within(told, when) for name, when in RANGES.items() if (told := given.range(name))]


def _lists(given: Given) -> list[Test]:
    def among(wanted: set[str], what: Callable[[Order], str]) -> Test:
        return lambda order: what(order).lower() in wanted

    tests = []
    for name, (spellings, words, what) in LISTS.items():
        told = given.listed(name, *spellings)
        if not told:
            continue
        wanted = {str(one).lower() for one in told}
        if words and wanted - {word.lower() for word in words}:
            raise Refused(f"The value is not valid for {name}")
        tests.append(among(wanted, what))
    return tests


def _words(given: Given) -> list[Test]:
    tests: list[Test] = []
    status = given.text("Status").lower()
    if status:
        if status not in [word.lower() for word in STATUSES]:
            raise Refused("The value is not valid for Status")
        tests.append(lambda order: order.status.lower() == status)
    words = given.text("SearchText").lower()
    if words:
        tests.append(lambda order: words in f"{order.id} {order.asked.bill_to.name} {order.asked.email}".lower())
    return tests
