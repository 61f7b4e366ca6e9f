"""From a job to what the warehouse is told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from platen.connectors.warehouse_files import Settings, Way, wire
from platen.connectors.warehouse_files.texts import MOST_NOTE, email, moment, phone, row, words
from platen.connectors.warehousing import CreateItemUsing
from platen.domain.mail_class import method_of
from platen.domain.order import Address, Line
from platen.domain.warehouse import WarehouseLine, WarehouseOrder
from platen.ports.request import JobRequest


def item_of(line: Line, using: CreateItemUsing) -> str:
    """The item number of an order's line; empty where the store does not tell what makes it."""
    match using:
        case CreateItemUsing.SKU:
            return line.sku.strip()
        case CreateItemUsing.BARCODE:
            return line.barcode.strip()
        case CreateItemUsing.VARIANT_ID:
            return line.variant_id


def to_order(request: JobRequest, settings: Settings, connection: str, now: datetime) -> WarehouseOrder:
    """The job as the warehouse will know it: its lines numbered from 1 in the job's order."""
    job, order = request.job, request.order
    lines = []
    for number, one in enumerate(job.lines, start=1):
        line = order.line(one.line_id)
        item = item_of(line, settings.create_item_using) if line else ""
        lines.append(WarehouseLine(number=number, line_id=one.line_id, item=item, wanted=one.quantity))
    return WarehouseOrder(
        connection=connection,
        number=job.external_id,
        order_id=job.order_id,
        job_id=job.job_id,
        store=job.store,
        store_order_id=order.store_order_id,
        site=settings.site,
        body=job.body,
        lines=tuple(lines),
        filed=settings.way is Way.FILES,
        told_at=now,
        changed_at=now,
    )


def order_rows(told: WarehouseOrder, request: JobRequest, settings: Settings) -> list[dict[str, str]]:
    """One row for each line, by the names of the columns."""
    order = request.order
    ship_to = order.ship_to or Address()
    carrier, method = carrier_and_method(request)
    notes = (request.packing_message, request.gift_message or order.gift_message, order.note)
    of_all = {
        "OrderNumber": told.number,
        "OrderDate": moment(order.placed_at, settings),
        "CustomerName": words(_name(order.billing or ship_to), settings),
        "ShipToName": words(_name(ship_to), settings),
        "ShipToCompany": words(ship_to.company, settings),
        "Address1": words(ship_to.address1, settings),
        "Address2": words(ship_to.address2, settings),
        "City": words(ship_to.city, settings),
        "State": words(ship_to.region_code, settings),
        "PostalCode": words(ship_to.postcode, settings),
        "Country": words(ship_to.country_code, settings),
        "Phone": phone(ship_to.phone, settings),
        "Email": email(order.email, settings),
        "Carrier": words(carrier, settings),
        "ShippingMethod": words(method, settings),
        "Division": words(settings.default_division, settings),
        "Site": words(told.site, settings),
        "UOM": words(settings.default_uom, settings),
        "Note": words("; ".join(filter(None, notes)), settings, MOST_NOTE),
    }
    rows = []
    for one in told.lines:
        line = order.line(one.line_id)
        of_line = {
            "LineNumber": str(one.number),
            "ItemNumber": one.item,
            "Description": words(line.title if line else "", settings),
            "QuantityOrdered": str(one.wanted),
        }
        rows.append(of_all | of_line)
    return rows


def order_lines(told: WarehouseOrder, request: JobRequest, settings: Settings) -> Iterator[str]:
    """The file of one order."""
    if settings.header:
        yield row(wire.ORDERS, settings)
    for values in order_rows(told, request, settings):
        yield row([values.get(name, "") for name in wire.ORDERS], settings)


def cancel_lines(number: str, settings: Settings, reason: str = "") -> Iterator[str]:
    """The file of one cancel: of the whole order."""
    if settings.header:
        yield row(wire.CANCELS, settings)
    yield row([number, "", "", words(reason, settings)], settings)


def carrier_and_method(request: JobRequest) -> tuple[str, str]:
    """By the class that the connection's rules give, ``UPS/Ground`` or ``Ground``; else what the buyer chose."""
    if not request.mail_class:
        return "", method_of(request.order)
    carrier, slash, method = request.mail_class.partition("/")
    return (carrier.strip(), method.strip()) if slash else ("", request.mail_class)


def _name(person: Address) -> str:
    return f"{person.first_name} {person.last_name}".strip() or person.company
