"""Translates between our words and POV's, by its profile. Pure: nothing here talks to anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from platen.connectors.pov import template, wire
from platen.connectors.pov.profile import Profile, folded
from platen.domain.attention import Problem
from platen.domain.job import Job, JobLine, VendorOrder, VendorParcel, VendorPhase
from platen.domain.model import iso
from platen.domain.order import Address
from platen.domain.verdicts import Refused
from platen.ports import JobRequest


def wants_test(job: Job) -> bool:
    """By the account that it is sent under, never by what the mode is today."""
    return job.test or job.account == "test"


def order_body(request: JobRequest, profile: Profile, customer_id: str) -> dict[str, Any]:
    """What is posted for a job. Raises Refused for what preflight would have stopped."""
    order, job = request.order, request.job
    if order.ship_to is None:
        raise Refused("The order has no ship-to, so nothing was sent to POV.")
    if job.test and job.account != "test" and not profile.body.tells_test:
        raise Refused(NO_TEST_FLAG)
    values = {
        "customer_id": customer_id,
        "reference": job.external_id,
        "test": wants_test(job),
        "order_number": order.number,
        "order_date": iso(order.placed_at),
        "currency": _currency(request),
        "mail_class": request.mail_class,
        "gift_message": request.gift_message,
        "packing_message": request.packing_message,
        "ship_to": template.fill(profile.body.address, _address(order.ship_to, order.email)),
        "items": [
            template.fill(profile.body.item, _item(request, line, number))
            for number, line in enumerate(job.lines, start=1)
        ],
    }
    body: dict[str, Any] = template.fill(profile.body.order, values)
    return body


NO_TEST_FLAG = (
    "This is the store's test order, but POV's live account cannot be told so: the profile's order has no {test}. "
    "Cancel it here, or send it from a connection in Order Mode test."
)


def _address(address: Address, email: str) -> dict[str, Any]:
    told = {
        "name": name_of(address),
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "state": address.region_code,
        "postal_code": address.postcode,
        "country": address.country_code.upper(),
        "phone": address.phone,
        "email": email,
    }
    return {name: text.strip() for name, text in told.items()}


def name_of(address: Address) -> str:
    """Who it is for: the person, or else the company."""
    return " ".join(f"{address.first_name} {address.last_name}".split()) or address.company.strip()


def _item(request: JobRequest, line: JobLine, number: int) -> dict[str, Any]:
    details = request.details(line.line_id)
    if details.design_id or not details.sku or not details.url:
        words = "A line has no print_sku with print_url, so nothing was sent to POV."
        raise Refused(words, (Problem(what=words, line_id=line.line_id, field="print_sku"),))
    if len(details.prints) > 1:
        words = "A line has more than one print, so nothing was sent to POV."
        raise Refused(words, (Problem(what=words, line_id=line.line_id, field="print_url_2"),))
    sold = request.order.line(line.line_id)
    price = sold.unit_price if sold else None
    return {
        "line_id": line.line_id,
        "number": number,
        "sku": details.sku,
        "quantity": line.quantity,
        "art_url": details.url,
        "location": details.location,
        "kind": details.kind,
        "description": sold.title if sold else "",
        "shop_sku": sold.sku if sold else "",
        # A decimal text: a float would round somebody's money.
        "price": str(price.amount) if price else None,
        "currency": price.currency if price else "",
    }


def _currency(request: JobRequest) -> str:
    """Of the items; empty where none is known, or they are in several."""
    sold = (request.order.line(line.line_id) for line in request.job.lines)
    known = {line.unit_price.currency for line in sold if line and line.unit_price}
    return known.pop() if len(known) == 1 else ""


def private(request: JobRequest) -> tuple[str, ...]:
    """What of an order must not show in an error's words: everything that tells who and where."""
    address = request.order.ship_to or Address()
    told = {
        request.order.email,
        request.gift_message,
        request.packing_message,
        *(value for field, value in address if field not in ("country_code", "region_code")),
        *name_of(address).split(),
        name_of(address),
        *(request.details(line.line_id).url for line in request.job.lines),
    }
    return tuple(text.strip() for text in told if len(text.strip()) > 1)


# what POV tells


def vendor_order(order: wire.Order, job: Job, profile: Profile) -> VendorOrder:
    """Their order in our words.

    An order that POV has in the wrong mode has failed: a test would never be made though somebody waits for it,
    and what was meant as a test would be made and billed.
    """
    phase = profile.statuses.get(folded(order.status), VendorPhase.UNKNOWN)
    reason = (order.reason or order.status) if phase in (VendorPhase.FAILED, VendorPhase.CANCELLED) else ""
    wrong = _wrong_mode(order, wants=wants_test(job))
    if wrong and phase is not VendorPhase.CANCELLED:
        phase, reason = VendorPhase.FAILED, wrong
    return VendorOrder(
        ref=order.ref,
        external_id=order.reference or job.external_id,
        phase=phase,
        words=order.status[:200],
        test=bool(order.test),
        # POV gives back the line ids that we sent.
        lines={line.line_id: line.line_id for line in job.lines},
        parcels=tuple(_parcel(shipment) for shipment in _each_once(order.shipments)),
        reason=reason[:500],
    )


def _wrong_mode(order: wire.Order, *, wants: bool) -> str:
    if order.test is None or order.test is wants:
        return ""
    if order.test:
        return (
            f"POV has {order.ref} as a test order, which is never made, though it was sent as a live one. Ask POV "
            "whether the customer ID is a live one, and have it cancelled there; then send it again"
        )
    return (
        f"POV has {order.ref} as a live order though it was sent as a test: it may be made and billed. Have it "
        "cancelled at POV now"
    )


def _each_once(shipments: Iterable[wire.Shipment]) -> list[wire.Shipment]:
    """Without what is told twice: the same shipment id, or the same in all that can be seen of it. The last
    word on a shipment counts, in the place of the first."""
    told: dict[object, wire.Shipment] = {}
    for number, one in enumerate(shipments):
        told[one.shipment_id or number] = one
    alike = {_looks(one) if one.tracking else id(one): one for one in told.values()}
    return list(alike.values())


def _looks(one: wire.Shipment) -> tuple[object, ...]:
    return one.tracking, one.carrier, one.shipped_at, one.items


def _parcel(shipment: wire.Shipment) -> VendorParcel:
    return VendorParcel(
        carrier=shipment.carrier or shipment.service,
        tracking=shipment.tracking,
        url=shipment.url if shipment.url.lower().startswith(("https://", "http://")) else "",
        shipped_at=shipment.shipped_at,
        items=tuple((item.item_id, item.quantity) for item in shipment.items if item.quantity),
    )


# what POV refuses

_INDEXED = re.compile(r"items?(?:\.|\[)(?P<index>[0-9]{1,4})\]?\.?(?P<field>.*)")
_HELP: Mapping[str, str] = {
    "unknown_sku": "POV does not know this print_sku: look at Product Code Match.",
    "art_unreachable": "POV could not fetch the artwork: print_url has to be open to everybody, without a login.",
    "art_format": "POV cannot print this file.",
    "bad_address": "POV cannot ship to this address: put it right at the store.",
    "bad_mail_class": "POV does not know this mail class: look at Default Mail Class and Shipping Class Match.",
    "missing_print_details": "A line lacks print_sku or print_url.",
}


def problems_of(said: Iterable[wire.Said], request: JobRequest, profile: Profile) -> tuple[Problem, ...]:
    """POV's words for each field, at the line and the field as we call them."""
    fields = dict(_fields(profile))
    return tuple(_problem(one, request, fields) for one in said)


def _problem(said: wire.Said, request: JobRequest, fields: Mapping[str, str]) -> Problem:
    indexed = _INDEXED.fullmatch(said.field)
    field = indexed["field"] if indexed else said.field
    line_id = _line_of(said.item, int(indexed["index"]) if indexed else -1, request)
    words = ": ".join(filter(None, (said.field, said.message or said.code))) or "no reason"
    help_ = _HELP.get(said.code, "")
    return Problem(what=f"POV says {words}. {help_}".strip()[:500], line_id=line_id, field=fields.get(field, field))


def _line_of(item: str, index: int, request: JobRequest) -> str:
    """By our own line id, which POV gives back; or by its place in what was sent."""
    lines = [line.line_id for line in request.job.lines]
    if item in lines:
        return item
    return lines[index] if 0 <= index < len(lines) else ""


def _fields(profile: Profile) -> Iterator[tuple[str, str]]:
    """Their field -> ours, as the body's templates have it."""
    body = profile.body
    inside: dict[str, str] = {}
    for path, leaf in template.places(body.order):
        name = template.placeholder(leaf)
        inside[name] = path
        yield path, template.ORDER.get(name, "") or path
    for path, leaf in template.places(body.address):
        own = template.ADDRESS.get(template.placeholder(leaf), "") or path
        yield f"{inside.get('ship_to', 'ship_to')}.{path}", own
    for path, leaf in template.places(body.item):
        yield path, template.ITEM.get(template.placeholder(leaf), "") or path
