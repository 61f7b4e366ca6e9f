"""V1's lists: orders, shipments, fulfillments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from twins.shipstation import v1_render
from twins.shipstation.model import Order, Parcel
from twins.shipstation.times import read_v1_time

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

LARGEST_PAGE = 500
type Row = tuple[Order, Parcel]


def list_routes(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/orders")
    def orders() -> ResponseReturnValue:
        with twin.lock:
            found = [order for order in twin.book if order.in_orders_tab and _asked_for(order)]
            keys: dict[str, Callable[[Order], Any]] = {
                "OrderDate": lambda order: order.content.ordered_at,
                "ModifyDate": lambda order: order.modified_at,
                "CreateDate": lambda order: order.created_at,
            }
            found.sort(key=keys[_choice("sortBy", keys, "OrderDate")], reverse=_descending())
            return jsonify(_page("orders", found, v1_render.order))

    @api.get("/shipments")
    def shipments() -> ResponseReturnValue:
        """Labels that were bought here; what was only marked as shipped is not among them (documented)."""
        with_items = _arg("includeShipmentItems").lower() == "true"
        with twin.lock:
            rows = _rows(twin, label=True)
            return jsonify(_page("shipments", rows, lambda row: v1_render.shipment(*row, with_items=with_items)))

    @api.get("/fulfillments")
    def fulfillments() -> ResponseReturnValue:
        with twin.lock:
            return jsonify(_page("fulfillments", _rows(twin, label=False), lambda row: v1_render.fulfillment(*row)))


def _asked_for(order: Order) -> bool:
    content, number = order.content, _arg("orderNumber")
    names = (content.ship_to.name.lower(), content.bill_to.name.lower())
    wanted: dict[str, Callable[[str], bool]] = {
        "customerName": lambda said: any(said.lower() in name for name in names),
        "itemKeyword": lambda said: any(said in f"{item.sku} {item.name}" for item in content.items),
        "orderStatus": lambda said: order.status == said,
        "storeId": lambda said: str(order.store_id) == said,
        "storeID": lambda said: str(order.store_id) == said,
        "importBatch": lambda said: order.import_batch == said,
    }
    return (
        content.number.startswith(number)
        and all(fits(_arg(name)) for name, fits in wanted.items() if _arg(name))
        and _between("createDate", order.created_at)
        and _between("modifyDate", order.modified_at)
        and _between("orderDate", content.ordered_at)
        and _between("paymentDate", content.extra.get("paymentDate") or order.paid_at)
    )


def _rows(twin: ShipStationTwin, *, label: bool) -> list[Row]:
    rows = [row for row in twin.book.parcels() if row[1].label == label and _row_asked_for(*row)]
    by_ship_date = _choice("sortBy", ("ShipDate", "CreateDate"), "CreateDate") == "ShipDate"
    rows.sort(key=lambda row: row[1].shipped_at if by_ship_date else row[1].created_at, reverse=_descending())
    return rows


def _row_asked_for(order: Order, parcel: Parcel) -> bool:
    shown = {
        "orderId": order.order_id,
        "orderNumber": order.content.number,
        "trackingNumber": parcel.tracking,
        "carrierCode": parcel.carrier,
        "serviceCode": parcel.service_code,
        "recipientName": order.content.ship_to.name,
        "recipientCountryCode": order.content.ship_to.country,
        "fulfillmentId": parcel.parcel_id,
        "storeId": order.store_id,
        "batchId": parcel.batch_id,
    }
    return (
        all(str(value) == _arg(name) for name, value in shown.items() if _arg(name))
        and _between("createDate", parcel.created_at)
        and _between("shipDate", parcel.shipped_at)
        and _between("voidDate", parcel.voided_at)
    )


def _between(name: str, at: datetime | None) -> bool:
    """Both ends are within; one that is only a date means its whole day."""
    start, end = _arg(f"{name}Start"), _arg(f"{name}End")
    if not start and not end:
        return True
    if at is None:
        return False
    return (not start or at >= _time(start)) and (not end or at <= _time(end) + _rest_of_day(end))


def _rest_of_day(text: str) -> timedelta:
    return timedelta(days=1) - timedelta(microseconds=1) if len(text.strip()) == 10 else timedelta()


def _time(text: str) -> datetime:
    try:
        return read_v1_time(text)
    except ValueError:
        abort(400, f"{text[:40]!r} is no date.")


def _arg(name: str) -> str:
    return request.args.get(name, "")


def _choice(name: str, known: Iterable[str], default: str) -> str:
    said = _arg(name) or default
    if said not in known:
        abort(400, f"{name} is {said[:40]!r}, which is not one of {', '.join(known)}.")
    return said


def _descending() -> bool:
    return _choice("sortDir", ("ASC", "DESC"), "ASC") == "DESC"


def _page[T](name: str, found: list[T], show: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    page, size = _number("page", 1), min(_number("pageSize", 100), LARGEST_PAGE)
    shown = [show(one) for one in found[(page - 1) * size : page * size]]
    return {name: shown, "total": len(found), "page": page, "pages": -(-len(found) // size)}


def _number(name: str, default: int) -> int:
    said = _arg(name)
    if not said:
        return default
    if not said.isdecimal() or len(said) > 9 or int(said) < 1:
        abort(400, f"{name} is {said[:40]!r}, which is no number from 1 on.")
    return int(said)
