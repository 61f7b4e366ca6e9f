"""Translates between our words and Picanova's. Pure: nothing here talks to anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from platen.connectors.picanova import AMERICA, Mode, Settings, ShippingType, wire
from platen.connectors.picanova.answers import Errors
from platen.connectors.picanova.catalogue import Variant
from platen.connectors.picanova.skus import is_variant_id, variant_of
from platen.domain.attention import Problem
from platen.domain.job import Job, JobLine, VendorOrder, VendorParcel, VendorPhase
from platen.domain.order import Address, Money
from platen.domain.printing import PrintDetails
from platen.domain.verdicts import Refused
from platen.ports import JobRequest

PHASES: Mapping[str, VendorPhase] = {
    "DRAFT": VendorPhase.WAITING,
    "PENDING": VendorPhase.WAITING,
    "ACCEPTED": VendorPhase.ACCEPTED,
    "GENERATED": VendorPhase.IN_PRODUCTION,
    "IN_PROGRESS": VendorPhase.IN_PRODUCTION,
    "FULFILLED": VendorPhase.SHIPPED,
    "CANCELLED": VendorPhase.CANCELLED,
    "CANCELED": VendorPhase.CANCELLED,
    "ERROR": VendorPhase.FAILED,
    # REFUNDED and PARTIAL_REFUND say nothing of where the goods are: their words are kept, and no more.
}
_PLACEHOLDER = "-"
"""Stands for a last name where the ship-to has a single word: Picanova insists on both names."""


def order_body(request: JobRequest, settings: Settings, variants: Mapping[str, Variant]) -> dict[str, Any]:
    """The body of beta's POST /orders. Raises Refused for what preflight would have stopped.

    ``variants`` are those of the print skus, as far as they are known; they tell the currency that
    the store counts in, and only values in that currency are sent for customs.
    """
    order = request.order
    if order.ship_to is None:
        raise Refused("The order has no ship-to, so nothing was sent to Picanova.")
    body: dict[str, Any] = {
        "external_id": request.job.external_id,
        "is_test": wants_test(request.job, settings),
        **_shipping_choice(request),
        "shipping": ship_to(order.ship_to, order.email),
        "items": [_item(request, line, settings, variants) for line in request.job.lines],
    }
    currencies = {one.currency for one in variants.values() if one.currency}
    cost = _shipping_cost(request)
    if cost and (not currencies or currencies == {cost.currency}):
        body["customs_shipping_costs"] = _number(cost)
    return body


def wants_test(job: Job, settings: Settings) -> bool:
    return job.test or settings.mode is Mode.TEST


def shipping_type(mail_class: str) -> ShippingType | None:
    """The type that a mail class is, case aside; None for a method's code. Without a class: tracked."""
    try:
        return ShippingType(mail_class.strip().upper() or ShippingType.TRACKED)
    except ValueError:
        return None


def _shipping_choice(request: JobRequest) -> dict[str, str]:
    kind = shipping_type(request.mail_class)
    return {"shipping_type": kind.value} if kind else {"shipping_method": request.mail_class.strip()}


def names(address: Address) -> tuple[str, str]:
    """(first name, last name), both filled unless the address names nobody at all.

    Both as they are; else what there is (a name, or failing that the company) is split before its
    last word; a single word is a first name with a dash for the last.
    """
    first, last = address.first_name.strip(), address.last_name.strip()
    if first and last:
        return first, last
    words = (first or last or address.company).split()
    if not words:
        return "", ""
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (words[0], _PLACEHOLDER)


def ship_to(address: Address, email: str, *, country_field: str = "country_code") -> dict[str, str]:
    """Their address; v1 calls the country ``country`` and the region ``region``."""
    first, last = names(address)
    country = address.country_code.strip().upper()
    told = {
        "email": email,
        "firstname": first,
        "lastname": last,
        "company": address.company,
        "street_primary": address.address1,
        "street_secondary": address.address2,
        "city": address.city,
        "postcode": address.postcode,
        country_field: country,
        country_field.replace("country", "region"): address.region_code.upper() if country in AMERICA else "",
        "telephone": address.phone,
    }
    return {name: text.strip() for name, text in told.items() if text.strip()}


def _item(
    request: JobRequest, line: JobLine, settings: Settings, variants: Mapping[str, Variant]
) -> dict[str, Any]:
    details = request.details(line.line_id)
    if details.design_id or not details.sku or not details.url:
        words = "A line has no print_sku with print_url, so nothing was sent to Picanova."
        raise Refused(words, (Problem(what=words, line_id=line.line_id, field="print_sku"),))
    code = variant_of(details.sku)
    item: dict[str, Any] = {"quantity": line.quantity, "file": details.url}
    if is_variant_id(code):
        item["variant_id"] = int(code)
    else:
        item["variant_code"] = code
    options = _options(details, line)
    if options:
        item["options"] = options
    sold = request.order.line(line.line_id)
    known = variants.get(code)
    if sold and sold.unit_price and (not known or known.currency in ("", sold.unit_price.currency)):
        item[settings.customs_value_field] = _number(sold.unit_price)
    return item


def _options(details: PrintDetails, line: JobLine) -> dict[str, str | int]:
    """name: name with its case kept, or id: id where both are numbers."""
    options: dict[str, str | int] = {}
    for option in details.options:
        if option.name in options:
            words = f'A line names the option "{option.name}" twice, so nothing was sent to Picanova.'
            raise Refused(words, (Problem(what=words, line_id=line.line_id, field="print_options"),))
        by_id = is_variant_id(option.name) and is_variant_id(option.value)
        options[option.name] = int(option.value) if by_id else option.value
    return options


def _shipping_cost(request: JobRequest) -> Money | None:
    """What was paid to have this job shipped: its share, or the order's shipping where there are no shares."""
    if request.charges:
        return Money(amount=request.charges.shipping, currency=request.charges.currency)
    return _sum(choice.price for choice in request.order.shipping)


def _sum(prices: Iterable[Money | None]) -> Money | None:
    """What was paid for shipping; None when nothing is known, or it is in several currencies."""
    known = [price for price in prices if price]
    if not known or len({price.currency for price in known}) > 1:
        return None
    return Money(amount=sum((price.amount for price in known), Decimal()), currency=known[0].currency)


def _number(money: Money) -> float:
    return float(round(money.amount, 2))


def private(request: JobRequest) -> tuple[str, ...]:
    """What of an order must not show in an error's words: everything that tells who and where."""
    address = request.order.ship_to or Address()
    told = {
        request.order.email,
        *(value for field, value in address if field not in ("country_code", "region_code")),
        *(f"{address.first_name} {address.last_name}".split()),
        f"{address.first_name} {address.last_name}",
        *(request.details(line.line_id).url for line in request.job.lines),
    }
    return tuple(text.strip() for text in told if len(text.strip()) > 1)


def vendor_order(
    order: wire.Order, *, live: bool, external_id: str = "", lines: Mapping[str, str] | None = None
) -> VendorOrder:
    """Their order in our words. ``external_id`` is what it was looked up by, for when it does not say.

    ``live`` is True when it was to be made: a store in sandbox mode makes a test order of it all the
    same, which nobody would ever get, so that is a failure.
    """
    phase = PHASES.get(order.status.strip().upper().replace(" ", "_"), VendorPhase.UNKNOWN)
    test = order.is_test or order.id.endswith("T")
    reason = order.status_label or order.status if phase in (VendorPhase.FAILED, VendorPhase.CANCELLED) else ""
    if test and live and phase is not VendorPhase.CANCELLED:
        phase = VendorPhase.FAILED
        reason = (
            f"Picanova has {order.id} as a test order, which is never made. Switch the store's sandbox mode "
            "off at merchOne, then send the order again"
        )
    return VendorOrder(
        ref=order.id,
        external_id=order.external_id or external_id,
        phase=phase,
        words=(order.status or order.status_label)[:200],
        test=test,
        lines=dict(lines or {}),
        parcels=tuple(_parcel(shipment) for shipment in order.shipments),
        reason=reason[:500],
    )


def _parcel(shipment: wire.Shipment) -> VendorParcel:
    url = shipment.tracking_url.strip()
    return VendorParcel(
        carrier=shipment.shipping_method.name or shipment.shipping_method.code,
        tracking=shipment.tracking_number.strip(),
        url=url if url.lower().startswith(("https://", "http://")) else "",
        shipped_at=shipment.shipped_at,
        items=tuple((item.item_id, item.quantity) for item in shipment.items),
    )


_ITEM_FIELD = re.compile(r"items\.(?P<index>[0-9]{1,4})(?:\.(?P<field>.+))?")
_ITEM_FIELDS = {
    "variant_code": "print_sku",
    "variant_id": "print_sku",
    "product_sku": "print_sku",
    "file": "print_url",
    "options": "print_options",
}
_FIELDS = {
    "shipping.firstname": "ship_to.first_name",
    "shipping.lastname": "ship_to.last_name",
    "shipping.company": "ship_to.company",
    "shipping.street_primary": "ship_to.address1",
    "shipping.street_secondary": "ship_to.address2",
    "shipping.city": "ship_to.city",
    "shipping.postcode": "ship_to.postcode",
    "shipping.country_code": "ship_to.country_code",
    "shipping.country": "ship_to.country_code",
    "shipping.region_code": "ship_to.region_code",
    "shipping.region": "ship_to.region_code",
    "shipping.telephone": "ship_to.phone",
    "shipping.email": "email",
}


def problems_of(errors: Errors, request: JobRequest) -> tuple[Problem, ...]:
    """Picanova's words for each field, at the line and the field as we call them."""
    return tuple(_problems_of(errors, request))


def _problems_of(errors: Errors, request: JobRequest) -> Iterator[Problem]:
    for field, texts in errors.items():
        what = f"Picanova says of {field or 'the order'}: {' '.join(texts)}"[:500]
        item = _ITEM_FIELD.fullmatch(field)
        index = int(item["index"]) if item else -1
        if item and index < len(request.job.lines):
            line_id = request.job.lines[index].line_id
            yield Problem(
                what=what, line_id=line_id, field=_item_field(item["field"] or "", request.details(line_id))
            )
        else:
            yield Problem(what=what, field=_FIELDS.get(field, field))


def _item_field(field: str, details: PrintDetails) -> str:
    head, _, option = field.partition(".")
    if head == "options" and option:
        for number, own in enumerate(details.options, start=1):
            if own.name == option:
                return f"print_option_value_{number}"
    return "print_design_id" if head == "product_sku" and details.design_id else _ITEM_FIELDS.get(head, head)
