"""Jobs in ShipStation's terms, the same for each way it is told of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from platen.connectors.shipstation.money import Adjustment, Amounts, amounts_of, codes_of
from platen.connectors.shipstation.order import MOST_OPTIONS, BillTo, Item, Option, ShipStationOrder, ShipTo
from platen.connectors.shipstation.texts import address_of_picture, cut, plain, prose, shortened, size
from platen.domain.feed import FeedStatus
from platen.domain.job import Hold, Job
from platen.domain.model import digest
from platen.domain.order import Address, Attribute, Line
from platen.domain.printing import PrintDetails
from platen.ports import JobRequest

ADJUSTMENT = "discount-"
"""Starts the line item id of what is no line of the order."""
_HELD = {Hold.PAYMENT: FeedStatus.UNPAID, Hold.STORE: FeedStatus.ON_HOLD}
_OURS = re.compile(
    r"_.*|print_(url|location|type|preview(_url)?|sku|design_id|account|option_\w+)(_\d+)?",
    re.IGNORECASE | re.DOTALL,
)
"""Attributes that are meant for us, or hidden from people."""


def status_of(job: Job) -> FeedStatus:
    """How far a job is that is to be packed: not before it is paid, and the store lets go of it."""
    return _HELD.get(job.hold, FeedStatus.PAID)


def number_of(request: JobRequest) -> str:
    """What people call the job: the order's number, with the job's own behind it unless it is the first.

    Two jobs of an order must not have one number: whether ShipStation tells orders apart by id or by number is not
    documented, and one that takes the other's place would be lost.
    """
    job = request.job
    own = "" if job.job_id == "1" else f"-{job.job_id}"
    again = f"-R{job.reprint}" if job.reprint else ""
    number = cut(plain(request.order.number), 50 - len(own + again))
    return number + own + again if number else cut(job.external_id, 50)


def line_item_ids(job: Job) -> dict[str, str]:
    """What ShipStation calls a line -> our line id: the same, unless it might not come back as it went."""
    return {_line_item_id(line.line_id): line.line_id for line in job.lines}


def sku_of(line: Line) -> str:
    """A line's SKU as ShipStation has it; the whole of one that is too long is among the options."""
    return cut(plain(line.sku), 50)


def to_order(request: JobRequest, status: FeedStatus, requested_warehouse: str = "") -> ShipStationOrder:
    """The job as ShipStation is told of it. ``modified`` is when the store's order last changed.

    Raises ValueError (pydantic's ValidationError is one) for what ShipStation would not take; see ``preflight``.
    """
    order, job = request.order, request.job
    amounts = amounts_of(request)
    items, left = _items(request, amounts)
    ship_to = _ship_to(order.ship_to or Address())
    email = plain(order.email)
    message = prose(request.gift_message or order.gift_message)
    return ShipStationOrder(
        order_id=job.external_id,
        number=number_of(request),
        placed=order.placed_at,
        modified=order.updated_at,
        status=status,
        shipping_method=shortened(_shipping_method(request), 100),
        payment_method=shortened(plain(order.payment_method), 50),
        currency=amounts.currency,
        total=amounts.total,
        tax=amounts.tax,
        shipping=amounts.shipping,
        customer_notes=shortened(prose(order.note), 1000),
        internal_notes=shortened(_internal_notes(request, left), 1000),
        gift=order.gift or bool(message),
        gift_message=shortened(message, 1000),
        custom_fields=(
            shortened(codes_of(order.discounts), 100),
            shortened(", ".join(filter(None, map(plain, order.tags))), 100),
            shortened(plain(order.store_order_id), 100),
        ),
        requested_warehouse=requested_warehouse,
        source=shortened(plain(job.store), 50),
        customer_code=cut(email, 50) or cut(job.external_id, 50),
        bill_to=_bill_to(order.billing or order.ship_to or Address(), ship_to, email),
        ship_to=ship_to,
        items=items,
    )


# people and places


def name_of(address: Address) -> str:
    return plain(f"{address.first_name} {address.last_name}") or plain(address.company)


def _ship_to(address: Address) -> ShipTo:
    state = cut(plain(address.region_code), 100)
    return ShipTo(
        name=shortened(name_of(address), 100),
        company=shortened(plain(address.company), 100),
        address1=shortened(_street(address), 200),
        address2=shortened(plain(address.address2) if plain(address.address1) else "", 200),
        city=shortened(plain(address.city), 100),
        state=state if len(state) > 1 else "",
        postal_code=cut(plain(address.postcode), 50),
        country=plain(address.country_code).upper(),
        phone=cut(plain(address.phone), 50),
    )


def _street(address: Address) -> str:
    """Stores let people fill in the second line alone."""
    return plain(address.address1) or plain(address.address2)


def _bill_to(address: Address, ship_to: ShipTo, email: str) -> BillTo:
    country = plain(address.country_code).upper()
    return BillTo(
        name=shortened(name_of(address), 100) or ship_to.name,
        company=shortened(plain(address.company), 100),
        phone=cut(plain(address.phone), 50) or ship_to.phone,
        # Half an address would be somebody else's.
        email=email if size(email) <= 100 else "",
        address1=shortened(plain(address.address1), 200),
        address2=shortened(plain(address.address2), 200),
        city=shortened(plain(address.city), 100),
        state=cut(plain(address.region_code), 100),
        postal_code=cut(plain(address.postcode), 50),
        country=country if re.fullmatch("[A-Z]{2}", country) else "",
    )


# goods


def _items(request: JobRequest, amounts: Amounts) -> tuple[tuple[Item, ...], list[str]]:
    """The items, and in words which of their options there was no room for."""
    items, left = [], []
    for one in request.job.lines:
        line = request.order.line(one.line_id) or Line(line_id=one.line_id, title="", quantity=0, unfulfilled=0)
        options = list(_options(line, request.details(line.line_id)))
        item = _item(request, line, one.quantity, amounts.prices.get(line.line_id, Decimal("0.00")))
        items.append(item.but(options=tuple(options[:MOST_OPTIONS])))
        left += [f"{item.name}: {option.name}: {option.value}" for option in options[MOST_OPTIONS:]]
    takes_off = (_adjustment(one, number) for number, one in enumerate(amounts.adjustments, start=1))
    return (*items, *takes_off), left


def _item(request: JobRequest, line: Line, quantity: int, price: Decimal) -> Item:
    shelf = request.shelf(line.line_id)
    details = request.details(line.line_id)
    pictures = [line.image, *(one.preview for one in details.prints)]
    barcode = plain(line.barcode)
    return Item(
        line_item_id=_line_item_id(line.line_id),
        sku=sku_of(line),
        name=shortened(plain(line.title) or plain(line.sku) or "Item", 200),
        image=next(filter(None, (address_of_picture(one, 500) for one in pictures)), ""),
        weight=_grams(shelf.weight if shelf.weight is not None else line.weight),
        quantity=quantity,
        unit_price=price,
        location=shortened(plain(shelf.location or line.location), 100),
        # An EAN has thirteen digits, and a part of it is another one.
        upc=barcode if size(barcode) <= 12 else "",
    )


def _adjustment(one: Adjustment, number: int) -> Item:
    return Item(
        line_item_id=f"{ADJUSTMENT}{number}",
        sku=cut(one.code, 50),
        name=shortened(one.name, 200),
        quantity=1,
        unit_price=one.amount,
        adjustment=True,
    )


def _options(line: Line, details: PrintDetails) -> Iterator[Option]:
    """What was chosen of a line, and what is printed on it: each thing once."""
    told = [(one.name, one.value) for one in line.options]
    told += [(one.name, one.value) for one in line.attributes if not _OURS.fullmatch(one.name.strip())]
    if size(plain(line.sku)) > 50:
        told.append(("SKU", line.sku))
    if not any(plain(one.name).startswith("Print") for one in line.options):
        told += _prints(details)  # the store's own words say more, where it has any
    cleaned = ((shortened(plain(name) or "Option", 100), shortened(plain(value), 100)) for name, value in told)
    for name, value in dict.fromkeys(cleaned):
        if value:
            yield Option(name=name, value=value)


def _prints(details: PrintDetails) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(details.prints, start=1):
        yield ("Print" if number == 1 else f"Print {number}", ", ".join(filter(None, (one.location, one.kind))))
    yield "Design", details.design_id


def _grams(weight: Decimal | None) -> Decimal | None:
    """To the hundredth; nothing that weighs nothing is told to weigh nothing."""
    if weight is None or not weight.is_finite() or not 0 < weight < 10**7:
        return None
    return weight.quantize(Decimal("0.01"), ROUND_HALF_EVEN) or None


def _line_item_id(line_id: str) -> str:
    keeps = line_id and plain(line_id) == line_id and size(line_id) <= 50 and not line_id.startswith(ADJUSTMENT)
    return line_id if keeps else digest(line_id)


# words


def _shipping_method(request: JobRequest) -> str:
    chosen = (plain(choice.title) or plain(choice.code) for choice in request.order.shipping)
    return plain(request.mail_class or request.job.mail_class) or ", ".join(dict.fromkeys(filter(None, chosen)))


def _is_for_people(attribute: Attribute) -> bool:
    name = attribute.name.strip()
    return bool(name) and not name.startswith("_") and name != "gift_message" and bool(plain(attribute.value))


def _internal_notes(request: JobRequest, left: Iterable[str]) -> str:
    """For the packers, the most needed first: what does not fit is cut from the end."""
    order, job = request.order, request.job
    notes = [
        f"Reprint: {plain(job.reason)}" if job.reprint and plain(job.reason) else "",
        f"On hold: {plain(order.hold)}" if job.hold is Hold.STORE and plain(order.hold) else "",
        prose(request.packing_message),
        *left,
        prose(order.internal_note),
        # What else was asked at the checkout. A leading underscore hides a name from people.
        *(f"{plain(one.name)}: {prose(one.value)}" for one in order.attributes if _is_for_people(one)),
    ]
    return "\n".join(filter(None, notes))
