"""V2's lists, and single labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from twins.shipstation import v2_render
from twins.shipstation.model import Order, Parcel
from twins.shipstation.times import read_v2_time
from twins.shipstation.v2_door import Refused, not_found
from twins.shipstation.v2_render import se

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

LARGEST_PAGE = 500


def list_routes(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.get("/shipments")
    def shipments() -> ResponseReturnValue:
        with twin.lock:
            found = [order for order in twin.book if _asked_for(order)]
            by_creation = request.args.get("sort_by") == "created_at"
            _sort(found, lambda order: order.created_at if by_creation else order.modified_at)
            return jsonify(_page(twin, "shipments", found, v2_render.shipment))

    @api.get("/labels")
    def labels() -> ResponseReturnValue:
        with twin.lock:
            rows = _rows(twin, label=True)
            return jsonify(_page(twin, "labels", rows, lambda row: v2_render.label(*row)))

    @api.get("/labels/<label_id>")
    def label(label_id: str) -> ResponseReturnValue:
        with twin.lock:
            return jsonify(v2_render.label(*_label(twin, label_id)))

    @api.put("/labels/<label_id>/void")
    def void(label_id: str) -> ResponseReturnValue:
        _, parcel = _label(twin, label_id)
        if parcel.voided_at is not None:
            return jsonify(approved=False, message="The label was voided before.", reason_code="unspecified")
        twin.packing.void(parcel.parcel_id)
        return jsonify(approved=True, message="The label was voided.")

    @api.get("/fulfillments")
    def fulfillments() -> ResponseReturnValue:
        with twin.lock:
            rows = _rows(twin, label=False)
            return jsonify(_page(twin, "fulfillments", rows, lambda row: v2_render.fulfillment(*row)))

    @api.get("/warehouses")
    def warehouses() -> ResponseReturnValue:
        shown = [
            v2_render.warehouse(number, name, twin.opened_at, default=index == 0)
            for index, (number, name) in enumerate(twin.warehouses.items())
        ]
        return jsonify(warehouses=shown)


def _label(twin: ShipStationTwin, label_id: str) -> tuple[Order, Parcel]:
    """Raises Refused."""
    for order, parcel in twin.book.parcels():
        if parcel.label and se(parcel.parcel_id) == label_id:
            return order, parcel
    raise not_found(f"label {label_id[:40]}")


def _asked_for(order: Order) -> bool:
    shown: Mapping[str, object] = {
        "shipment_status": v2_render.STATUS[order.status],
        "store_id": se(order.store_id),
        "sales_order_id": se(order.order_id),
        "shipment_number": order.content.number,
        "external_shipment_id": order.key,
        "import_batch_id": order.import_batch,
        "ship_to_name": order.content.ship_to.name,
    }
    tag, keyword = request.args.get("tag"), request.args.get("item_keyword", "")
    return (
        _match(shown)
        and (not tag or tag in order.tags)
        and any(keyword in f"{item.sku} {item.name}" for item in order.content.items or [])
        and _between("created_at", order.created_at)
        and _between("modified_at", order.modified_at)
    )


def _rows(twin: ShipStationTwin, *, label: bool) -> list[tuple[Order, Parcel]]:
    rows = [row for row in twin.book.parcels() if row[1].label == label and _row_asked_for(*row)]
    _sort(rows, lambda row: row[1].created_at)
    return rows


def _row_asked_for(order: Order, parcel: Parcel) -> bool:
    shown: Mapping[str, object] = {
        "shipment_id": se(order.order_id),
        "fulfillment_id": se(parcel.parcel_id),
        "shipment_number": order.content.number,
        "tracking_number": parcel.tracking,
        "batch_id": se(parcel.batch_id),
        "service_code": parcel.service_code,
        "label_status": "voided" if parcel.voided_at else "completed",
    }
    return _match(shown) and _between("created_at", parcel.created_at) and _between("ship_date", parcel.shipped_at)


def _match(shown: Mapping[str, object]) -> bool:
    return all(request.args[name] == value for name, value in shown.items() if request.args.get(name))


def _between(name: str, at: datetime) -> bool:
    start, end = _time(f"{name}_start"), _time(f"{name}_end")
    return (start is None or at >= start) and (end is None or at <= end)


def _time(name: str) -> datetime | None:
    said = request.args.get(name)
    try:
        return read_v2_time(said) if said else None
    except ValueError:
        raise Refused(f"{name} is {said[:40]!r}, which is no date.") from None  # type: ignore[index]


def _sort[T](found: list[T], key: Callable[[T], datetime]) -> None:
    """Newest first, unless asked otherwise."""
    direction = request.args.get("sort_dir") or "desc"
    if direction not in ("asc", "desc"):
        raise Refused(f"sort_dir is {direction[:40]!r}.")
    found.sort(key=key, reverse=direction == "desc")


def _page[T](
    twin: ShipStationTwin, name: str, found: list[T], show: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    page, size = _number("page", 1), min(_number("page_size", 25), LARGEST_PAGE)
    pages = -(-len(found) // size)
    asked = request.args.to_dict() | {"page_size": str(size)}
    asked.pop("page", None)
    url = f"{twin.hooks.resources_v2}{request.path}?{urlencode(asked)}"
    return {
        name: [show(one) for one in found[(page - 1) * size : page * size]],
        "total": len(found),
        "page": page,
        "pages": pages,
        "links": v2_render.page_links(url, page, pages),
    }


def _number(name: str, default: int) -> int:
    said = request.args.get(name, "")
    if not said:
        return default
    if not said.isdecimal() or len(said) > 9 or int(said) < 1:
        raise Refused(f"{name} is {said[:40]!r}, which is no number from 1 on.")
    return int(said)
