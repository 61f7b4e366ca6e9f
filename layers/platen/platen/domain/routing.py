"""Routing: which lines of an order are made, by whom, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from platen.domain.attention import Cause, Problem
from platen.domain.connection import Intake, Lines, Link, ReleaseWhen, TestOrders, Unrouted
from platen.domain.model import Value
from platen.domain.order import Address, Line, Order, Payment
from platen.domain.printing import PrintDetails, ProductMapping, details_of


class Vendors(Protocol):
    """What routing has to know of the vendor connections."""

    def account_of(self, vendor: str, ship_to: Address | None, details: PrintDetails) -> str:
        """Which account of the vendor connection makes a line."""

    def takes_test_orders(self, vendor: str) -> bool: ...


class PlannedLine(Value):
    """A line with the vendor that makes it, and how many of it."""

    line_id: str
    quantity: int
    vendor: str
    account: str


class Plan(Value):
    """What an order asks for now. Pure: the same order, links and product map give the same plan."""

    lines: tuple[PlannedLine, ...] = ()
    printing: dict[str, PrintDetails] = {}
    left: dict[str, int] = {}
    """line id -> how many are wanted and not planned: nobody's, and known to be so."""
    cause: Cause | None = None
    """Set when the order as a whole waits for a person; ``problems`` say why."""
    problems: tuple[Problem, ...] = ()
    details_wrong: tuple[Problem, ...] = ()
    """Contradictions in the print details of single lines: the job with that line waits for a person."""
    waiting_for: str = ""
    """Set when the order is not to be made yet."""
    nothing_because: str = ""
    """Set when there is nothing of ours to make."""

    def totals(self) -> dict[str, int]:
        """line id -> how many the order still wants, whoever makes them."""
        return self.left | {line.line_id: line.quantity for line in self.lines}


_RELEASED: dict[ReleaseWhen, frozenset[Payment]] = {
    ReleaseWhen.PAID: frozenset({Payment.PAID}),
    ReleaseWhen.AUTHORIZED: frozenset({Payment.PAID, Payment.AUTHORIZED, Payment.PARTLY_PAID}),
    ReleaseWhen.ALWAYS: frozenset(Payment),
}
_TAKEN_BACK = frozenset({Payment.REFUNDED, Payment.VOIDED})


def make_plan(  # noqa: PLR0911 - one exit for each reason not to make an order
    order: Order,
    *,
    intake: Intake,
    links: tuple[Link, ...],
    products: Mapping[str, ProductMapping],
    vendors: Vendors,
    shipped: Mapping[str, int],
    accepted: frozenset[str],
) -> Plan:
    """Decide what is made of an order.

    ``shipped``: line id -> how many are in parcels we already know of (those are not somebody else's
    doing). ``accepted``: lines that a person said are not ours to make.
    """
    if order.cancelled_at:
        return Plan(nothing_because=f"the store cancelled it ({order.cancel_reason or 'no reason given'})")
    if order.payment in _TAKEN_BACK:
        return Plan(nothing_because=f"its payment was {order.payment.value}")
    if order.test and intake.test_orders is TestOrders.SKIP:
        return Plan(nothing_because="it is a test order, and this store's test orders are not made")
    wanted = {line.line_id: still_wanted(line, shipped) for line in order.lines if line.ships}
    wanted = {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}
    if not wanted:
        return Plan(nothing_because="no line of it is left to be made and sent in a parcel")
    if order.ship_to is None and any(link.countries for link in links):
        return _without_address(order)  # without it no such link can tell
    plan = _route(order, wanted, intake, links, products, vendors, accepted)
    if plan.problems or not plan.lines:
        return plan
    if order.ship_to is None:
        return _without_address(order)
    if order.test and not all(vendors.takes_test_orders(line.vendor) for line in plan.lines):
        return Plan(nothing_because="it is a test order, and its vendor has no test orders")
    return plan.but(waiting_for=_waiting_for(order, intake))


def still_wanted(line: Line, shipped: Mapping[str, int]) -> int:
    """How many of a line are for us to make: what is wanted, less what others have already fulfilled.

    The store counts our own parcels as fulfilled too, and may do so before or after we look, so what
    we know to be in parcels of ours is not taken off twice.
    """
    fulfilled = max(0, line.quantity - line.unfulfilled)
    by_others = max(0, fulfilled - shipped.get(line.line_id, 0))
    return line.quantity - by_others


def _route(
    order: Order,
    wanted: Mapping[str, int],
    intake: Intake,
    links: tuple[Link, ...],
    products: Mapping[str, ProductMapping],
    vendors: Vendors,
    accepted: frozenset[str],
) -> Plan:
    lines: list[PlannedLine] = []
    printing: dict[str, PrintDetails] = {}
    left: dict[str, int] = {}
    unrouted: list[Problem] = []
    wrong: list[Problem] = []
    country = order.ship_to.country_code if order.ship_to else ""
    for line in order.lines:
        if line.line_id not in wanted:
            continue
        if line.line_id in accepted:
            left[line.line_id] = wanted[line.line_id]
            continue
        details, problems = details_of(line, products.get(line.sku))
        printed = bool(details) or bool(problems)
        link = next((one for one in links if one.takes(sku=line.sku, printed=printed, country=country)), None)
        if link is None:
            unrouted.append(_unrouted(line, printed, links))
            left[line.line_id] = wanted[line.line_id]
            continue
        account = vendors.account_of(link.vendor, order.ship_to, details)
        lines.append(
            PlannedLine(line_id=line.line_id, quantity=wanted[line.line_id], vendor=link.vendor, account=account)
        )
        if details:
            printing[line.line_id] = details
        wrong.extend(problems)
    if unrouted and intake.unrouted is Unrouted.ATTENTION:
        return Plan(cause=Cause.UNROUTED_LINE, problems=tuple(unrouted))
    nothing = "" if lines else "none of its lines is ours to make"
    return Plan(
        lines=tuple(lines), printing=printing, left=left, details_wrong=tuple(wrong), nothing_because=nothing
    )


def _unrouted(line: Line, printed: bool, links: tuple[Link, ...]) -> Problem:
    name = f"{line.quantity} x {line.title}" + (f" (SKU {line.sku})" if line.sku else "")
    if not links:
        why, how = "this store has no link to a vendor yet", "Make one with `platen link`, then retry."
    elif not printed and all(link.lines is Lines.PRINTED for link in links):
        why = "it has no print details"
        how = "Put its SKU into the product map (`platen products import`), then retry; or release it."
    else:
        why, how = "no link takes it", "Widen a link with `platen link`, then retry; or release it."
    return Problem(what=f"Nobody makes {name}: {why}. {how}", line_id=line.line_id, field="link")


def _without_address(order: Order) -> Plan:
    if "ship_to" in order.hidden:
        what = (
            "The store does not let Platen see the shipping address. Give the app access to protected"
            " customer data (name, address) at the store, then retry."
        )
        return Plan(cause=Cause.SHIP_TO_HIDDEN, problems=(Problem(what=what, field="ship_to"),))
    what = "The order has no shipping address. Add one to the order at the store, then retry."
    return Plan(cause=Cause.SHIP_TO_MISSING, problems=(Problem(what=what, field="ship_to"),))


def _waiting_for(order: Order, intake: Intake) -> str:
    if order.payment not in _RELEASED[intake.release_when]:
        paid, needed = order.payment.value, intake.release_when.value
        return f"payment: it is {paid}, and this store's orders are made once {needed}"
    return order.hold
