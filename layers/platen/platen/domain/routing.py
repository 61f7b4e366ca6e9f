"""Routing: which lines of an order are made, by whom, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from platen.domain.attention import Cause, Problem
from platen.domain.connection import Goods, Intake, Lines, Link, ReleaseWhen, Send, TestOrders, Unrouted
from platen.domain.job import Hold, Job, JobState
from platen.domain.making import Making
from platen.domain.model import Value
from platen.domain.order import Address, Line, Order, Payment
from platen.domain.printing import PrintDetails, ProductMapping, details_of
from platen.domain.product_settings import message_of, why_elsewhere, why_skipped
from platen.domain.record import OrderHead, OrderRecord
from platen.domain.shelf import Shelf, printed_as, shelf_of


class Vendors(Protocol):
    """What routing has to know of the vendor connections."""

    def account_of(self, vendor: str, ship_to: Address | None, details: PrintDetails) -> str:
        """Which account of the vendor connection makes a line."""

    def takes_test_orders(self, vendor: str) -> bool: ...

    def making_of(self, vendor: str) -> Making: ...

    def lacking(self, vendor: str, details: PrintDetails) -> tuple[str, ...]:
        """The fields without which the vendor makes nothing of a line."""

    def most_prints(self, vendor: str) -> int:
        """How many prints it puts on one product."""

    def amends(self, vendor: str) -> bool:
        """Whether it can be told anew what an order is."""

    def takes_waiting(self, vendor: str) -> bool:
        """Whether it is also told of orders that are not to be made yet."""


class Passed(Value):
    """A link that did not take a line, and why."""

    link: str
    why: str
    skipped: bool = False
    """By Product Code Skip: the user means it, and need not be asked about the line."""


class PlannedLine(Value):
    """A line with the vendor that makes it, and how many of it."""

    line_id: str
    quantity: int
    vendor: str
    account: str
    link: str = ""
    """The link that took it; empty where the vendor has it already."""
    held: bool = False
    """Its link waits for a person before anything is sent."""


class Plan(Value):
    """What an order asks for now. Pure: the same order, links and product map give the same plan."""

    lines: tuple[PlannedLine, ...] = ()
    printing: dict[str, PrintDetails] = {}
    """line id -> its print details, of every line that has any; before any vendor's Product Code Match."""
    shelf: dict[str, Shelf] = {}
    """line id -> what it weighs and where it lies, of every line that goes in a parcel and has either."""
    left: dict[str, int] = {}
    """line id -> how many are wanted and not planned: nobody's, and known to be so."""
    left_because: dict[str, str] = {}
    """line id -> why, where a rule of the user's says so."""
    passed: dict[str, tuple[Passed, ...]] = {}
    """line id -> the links before the one that took it."""
    messages: dict[str, tuple[str, str]] = {}
    """vendor -> what it is to print: the gift message, and the message of the packing slip. Of every vendor that
    has or gets a job, though it is asked for nothing any more: that is no change of its messages."""
    cause: Cause | None = None
    """Set when the order as a whole waits for a person; ``problems`` say why."""
    kept_back: tuple[PlannedLine, ...] = ()
    """Lines that have a place, of an order that waits because others have none: for whoever asks."""
    problems: tuple[Problem, ...] = ()
    details_wrong: tuple[Problem, ...] = ()
    """What is missing or contradicts itself in the print details of single lines: the job with that line waits."""
    waiting_for: str = ""
    """Set when the order is not to be made yet."""
    hold: Hold = Hold.NONE
    """Of an order that waits: why, for the vendors that keep such orders."""
    takes_waiting: frozenset[str] = frozenset()
    """The vendors of its lines and jobs that also keep orders which wait."""
    amends: frozenset[str] = frozenset()
    """Those that can be told anew what an order is."""
    nothing_because: str = ""
    """Set when there is nothing of ours to make."""

    def totals(self) -> dict[str, int]:
        """line id -> how many the order still wants, whoever makes them."""
        return self.left | {line.line_id: line.quantity for line in self.lines}


class Taken(Value):
    """Where a line is, or was given up: it stays there, whatever the links say now."""

    vendor: str
    account: str
    quantity: int


_RELEASED: dict[ReleaseWhen, frozenset[Payment]] = {
    ReleaseWhen.PAID: frozenset({Payment.PAID}),
    ReleaseWhen.AUTHORIZED: frozenset({Payment.PAID, Payment.AUTHORIZED, Payment.PARTLY_PAID}),
    ReleaseWhen.ALWAYS: frozenset(Payment),
}
_TAKEN_BACK = frozenset({Payment.REFUNDED, Payment.VOIDED})


def make_plan(
    order: Order,
    *,
    intake: Intake,
    links: tuple[Link, ...],
    products: Mapping[str, ProductMapping],
    vendors: Vendors,
    record: OrderRecord | None = None,
    handled_in: str = "",
) -> Plan:
    """Decide what is made of an order. ``record``: what is known of it so far; None when it is new.

    ``handled_in``: the system that an order of the same number was moved in from: then a person says whose it is.
    """
    routing = _Routing(order, intake, links, products, vendors, record)
    plan = routing.plan()
    if handled_in and (plan.lines or plan.cause):
        plan = _handled_elsewhere(order, handled_in)
    return routing.completed(plan)


class _Routing:
    def __init__(
        self,
        order: Order,
        intake: Intake,
        links: tuple[Link, ...],
        products: Mapping[str, ProductMapping],
        vendors: Vendors,
        record: OrderRecord | None,
    ) -> None:
        self.order = order
        self.intake = intake
        self.links = links
        self.products = products
        self.vendors = vendors
        self.head = record.head if record else None
        self.folder = record.head.folder if record else intake.new_folder
        self.accepted = frozenset(record.head.accepted if record else ())
        self.jobs = tuple(record.jobs.values()) if record else ()
        self.taken = taken(self.jobs)
        self.shipped = record.shipped() if record else {}
        self.contradictions: dict[str, tuple[Problem, ...]] = {}
        self.printing: dict[str, PrintDetails] = {}
        for line in order.lines:
            details, problems = details_of(line, printed_as(line, products))
            self.contradictions[line.line_id] = problems
            if details and line.ships:
                self.printing[line.line_id] = details

    def plan(self) -> Plan:  # noqa: PLR0911 - one exit for each reason not to make an order
        order = self.order
        nothing = _nothing_because(order, self.head, self.intake)
        if nothing:
            return Plan(nothing_because=nothing)
        wanted = {line.line_id: still_wanted(line, self.shipped) for line in order.lines if line.ships}
        wanted = {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}
        if not wanted:
            return Plan(nothing_because="no line of it is left to be made and sent in a parcel")
        if order.pending and not self.jobs:
            return Plan(waiting_for=order.pending)  # nothing is asked about what may never become an order
        if order.ship_to is None and any(link.countries for link in self.links):
            return _without_address(order)  # without it no such link can tell
        plan = self._route(wanted)
        if plan.cause is Cause.UNROUTED_LINE and order.hold and any(map(self._goes_by_location, self.links)):
            # What the store has not given a place yet only seems to be nobody's.
            return Plan(waiting_for=order.hold)
        if plan.problems or not plan.lines:
            return plan
        if order.ship_to is None:
            return _without_address(order)
        if order.test and not all(self.vendors.takes_test_orders(line.vendor) for line in plan.lines):
            return Plan(nothing_because="it is a test order, and its vendor has no test orders")
        waiting_for, hold = _waiting_for(order, self.intake)
        return plan.but(waiting_for=waiting_for, hold=hold)

    def completed(self, plan: Plan) -> Plan:
        """The plan with what has to be known of its lines, and of every vendor that has or gets a job."""
        vendors = sorted({line.vendor for line in plan.lines} | {job.vendor for job in self.jobs})
        return plan.but(
            printing=self.printing,
            shelf=self._shelf(),
            messages={vendor: self._messages(vendor) for vendor in vendors},
            takes_waiting=frozenset(filter(self.vendors.takes_waiting, vendors)),
            amends=frozenset(filter(self.vendors.amends, vendors)),
        )

    def _shelf(self) -> dict[str, Shelf]:
        found = {line.line_id: shelf_of(line, self.products) for line in self.order.lines if line.ships}
        return {line_id: one for line_id, one in found.items() if one != Shelf()}

    def _goes_by_location(self, link: Link) -> bool:
        return bool(link.locations or self.vendors.making_of(link.vendor).location_match)

    def _route(self, wanted: Mapping[str, int]) -> Plan:
        lines: list[PlannedLine] = []
        left: dict[str, int] = {}
        because: dict[str, str] = {}
        passed: dict[str, tuple[Passed, ...]] = {}
        unrouted: list[Problem] = []
        wrong: list[Problem] = []
        for line in self.order.lines:
            if line.line_id not in wanted:
                continue
            quantity = wanted[line.line_id]
            if line.line_id in self.accepted:
                left[line.line_id] = quantity
                continue
            place, passed[line.line_id] = self._place(line, quantity)
            if place:
                lines.append(place)
                wrong.extend(self._wrong(line, place.vendor))
                continue
            left[line.line_id] = quantity
            skipped = next((one for one in passed[line.line_id] if one.skipped), None)
            if skipped:
                because[line.line_id] = f"{skipped.link}: {skipped.why}"
            else:
                unrouted.append(self._unrouted(line, passed[line.line_id]))
        if unrouted and self.intake.unrouted is Unrouted.ATTENTION:
            return Plan(cause=Cause.UNROUTED_LINE, problems=tuple(unrouted), passed=passed, kept_back=tuple(lines))
        return Plan(
            lines=tuple(lines),
            left=left,
            left_because=because,
            passed=passed,
            details_wrong=tuple(wrong),
            nothing_because="" if lines else "none of its lines is ours to make",
        )

    def _place(self, line: Line, quantity: int) -> tuple[PlannedLine | None, tuple[Passed, ...]]:
        """The line at its vendor; None, with what every link says, where none takes it."""
        at = self.taken.get(line.line_id)
        if at and at.quantity >= quantity:
            there = PlannedLine(line_id=line.line_id, quantity=quantity, vendor=at.vendor, account=at.account)
            return there, ()
        passed: list[Passed] = []
        details = self._details(line)
        goods = self._goods(line)
        for link in self.links:
            past = self._past(link, line, details, goods)
            if past:
                passed.append(past)
                continue
            taken_by = PlannedLine(
                line_id=line.line_id,
                quantity=quantity,
                vendor=link.vendor,
                account=self.vendors.account_of(link.vendor, self.order.ship_to, details),
                link=link.called,
                held=link.send is Send.HOLD,
            )
            return taken_by, tuple(passed)
        return None, tuple(passed)

    def _goods(self, line: Line) -> Goods:
        return Goods(
            sku=line.sku,
            printed=line.line_id in self.printing or bool(self.contradictions[line.line_id]),
            brand=line.vendor,
            location=shelf_of(line, self.products).location,
            tags=self.order.tags,
            country=self.order.ship_to.country_code if self.order.ship_to else "",
            folder=self.folder,
        )

    def _past(self, link: Link, line: Line, details: PrintDetails, goods: Goods) -> Passed | None:
        """Why a line goes past a link: by the link itself, or by its vendor's rules; None where it is taken."""
        making = self.vendors.making_of(link.vendor)
        why = link.why_not(goods)
        skipped = "" if why else why_skipped(making, line, details)
        why = why or (skipped and f"Product Code Skip: {skipped}") or why_elsewhere(making, goods.location)
        return Passed(link=link.called, why=why, skipped=bool(skipped)) if why else None

    def _details(self, line: Line) -> PrintDetails:
        return self.printing.get(line.line_id, PrintDetails())

    def _messages(self, vendor: str) -> tuple[str, str]:
        making = self.vendors.making_of(vendor)
        return message_of(self.order, making.gift_field), message_of(self.order, making.picklist_field)

    def _wrong(self, line: Line, vendor: str) -> Iterable[Problem]:
        """What of the print details has to be mended before this vendor can be told of the line."""
        yield from self.contradictions[line.line_id]
        details = self._details(line)
        for field in self.vendors.lacking(vendor, details):
            yield Problem(what=f"{_named(line)} has no {field}.", line_id=line.line_id, field=field)
        most = self.vendors.most_prints(vendor)
        if len(details.prints) > most:
            fields = ", ".join(f"print_url_{number}" for number in range(most + 1, len(details.prints) + 1))
            places = "one place" if most == 1 else f"{most} places"
            what = f"{_named(line)} has {fields}, but {vendor} prints in {places} only: take the others away."
            yield Problem(what=what, line_id=line.line_id, field=f"print_url_{most + 1}")

    def _unrouted(self, line: Line, passed: tuple[Passed, ...]) -> Problem:
        printed = self._goods(line).printed
        if not self.links:
            why, how = "this store has no link to a vendor yet", "Make one with `platen link`, then retry."
        elif not printed and all(link.lines is Lines.PRINTED for link in self.links):
            why = "it has no print details"
            how = "Put its SKU into the product map (`platen products import`), then retry; or release it."
        else:
            reasons = "; ".join(f"{one.link}: {one.why}" for one in passed[:5])
            why, how = (
                f"no link takes it ({reasons})",
                "Widen a link with `platen link`, then retry; or release it.",
            )
        return Problem(what=f"Nobody makes {_named(line)}: {why}. {how}", line_id=line.line_id, field="link")


def taken(jobs: Iterable[Job]) -> dict[str, Taken]:
    """line id -> where it is bound, or was given up by a person. Reprints are beyond what the order asks for."""
    found: dict[str, Taken] = {}
    for job in jobs:
        if job.reprint_of or not (job.bound or (job.dropped and job.state is JobState.CANCELLED)):
            continue
        for line in job.lines:
            before = found[line.line_id].quantity if line.line_id in found else 0
            found[line.line_id] = Taken(vendor=job.vendor, account=job.account, quantity=before + line.quantity)
    return found


def _nothing_because(order: Order, head: OrderHead | None, intake: Intake) -> str:
    if head and head.imported_from:
        return f"it was handled in {head.imported_from}, before Platen"
    if order.cancelled_at:
        return f"the store cancelled it ({order.cancel_reason or 'no reason given'})"
    if head and head.cancel:
        return f"{head.cancel.who} cancelled it in Platen ({head.cancel.reason or 'no reason given'})"
    if order.payment in _TAKEN_BACK:
        return f"its payment was {order.payment.value}"
    if order.test and intake.test_orders is TestOrders.SKIP:
        return "it is a test order, and this store's test orders are not made"
    return ""


def still_wanted(line: Line, shipped: Mapping[str, int]) -> int:
    """How many of a line are for us to make: what is wanted, less what others have already fulfilled.

    The store counts our own parcels as fulfilled too, and may do so before or after we look, so what
    we know to be in parcels of ours is not taken off twice.
    """
    fulfilled = max(0, line.quantity - line.unfulfilled)
    by_others = max(0, fulfilled - shipped.get(line.line_id, 0))
    return line.quantity - by_others


def _named(line: Line) -> str:
    return f"{line.quantity} x {line.title}" + (f" (SKU {line.sku})" if line.sku else "")


def _handled_elsewhere(order: Order, source: str) -> Plan:
    what = (
        f"{source} has handled an order {order.number} of this store: it may be this very one. Look there."
        " If it is, cancel it here; if it is another one, release it, and it is made."
    )
    return Plan(cause=Cause.MOVED_IN, problems=(Problem(what=what, field="number"),))


def _without_address(order: Order) -> Plan:
    if "ship_to" in order.hidden:
        what = (
            "The store does not let Platen see the shipping address. Give the app access to protected"
            " customer data (name, address) at the store, then retry."
        )
        return Plan(cause=Cause.SHIP_TO_HIDDEN, problems=(Problem(what=what, field="ship_to"),))
    what = "The order has no shipping address. Add one to the order at the store, then retry."
    return Plan(cause=Cause.SHIP_TO_MISSING, problems=(Problem(what=what, field="ship_to"),))


def _waiting_for(order: Order, intake: Intake) -> tuple[str, Hold]:
    paid, needed = order.payment.value, intake.release_when.value
    unpaid = order.payment not in _RELEASED[intake.release_when]
    if order.pending:  # nobody is told of it anew; who has it keeps it
        return order.pending, Hold.PAYMENT if unpaid else Hold.STORE
    if unpaid:
        return f"payment: it is {paid}, and this store's orders are made once {needed}", Hold.PAYMENT
    return order.hold, Hold.STORE if order.hold else Hold.NONE
