"""What the warehouse tells: rows by the names of their columns, whichever way they go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from twins.warehouse_files.shelves import Movement, Order, Parcel, Shelves

type Row = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "picks": (
        "OrderNumber", "OrderStatus", "ClosedAt", "LineNumber", "ItemNumber", "UOM", "QuantityOrdered",
        "QuantityPicked", "Site", "Location", "Lot", "PickedAt",
    ),
    "shipments": (
        "OrderNumber", "ShipmentNumber", "ShippedAt", "Carrier", "ShippingMethod", "TrackingNumber", "TrackingURL",
        "LineNumber", "ItemNumber", "QuantityShipped",
    ),
    "adjustments": (
        "AdjustmentID", "OccurredAt", "Site", "Location", "ItemNumber", "UOM", "QuantityDelta", "Reason",
        "Reference",
    ),
    "snapshots": ("SnapshotID", "TakenAt", "Site", "ItemNumber", "UOM", "OnHand"),
    "answers": ("OrderNumber", "Answer", "Code", "Message"),
}  # fmt: skip


def picks(order: Order, shelves: Shelves) -> list[Row]:
    return [
        {
            "OrderNumber": order.number,
            "OrderStatus": "CLOSED" if order.state == "closed" else "OPEN",
            "ClosedAt": _at(order.closed_at),
            "LineNumber": line.number,
            "ItemNumber": line.item,
            "UOM": "EA",
            "QuantityOrdered": line.wanted,
            "QuantityPicked": line.picked,
            "Site": shelves.site,
            # A line that nobody touched is told with the rest of its order, and as of now.
            "PickedAt": _at(shelves.now()),
        }
        for line in order.lines.values()
    ]


def shipments(order: Order, parcel: Parcel) -> list[Row]:
    return [
        {
            "OrderNumber": order.number,
            "ShipmentNumber": parcel.number,
            "ShippedAt": _at(parcel.at),
            "Carrier": parcel.carrier,
            "ShippingMethod": parcel.method,
            "TrackingNumber": parcel.tracking,
            "LineNumber": number,
            "ItemNumber": order.lines[number].item,
            "QuantityShipped": count,
        }
        for number, count in parcel.lines.items()
    ]


def adjustment(movement: Movement, shelves: Shelves) -> Row:
    return {
        "AdjustmentID": movement.adjustment_id,
        "OccurredAt": _at(movement.at),
        "Site": shelves.site,
        "ItemNumber": movement.item,
        "UOM": "EA",
        "QuantityDelta": movement.delta,
        "Reason": movement.reason,
    }


def snapshot(snapshot_id: str, shelves: Shelves) -> list[Row]:
    head = {"SnapshotID": snapshot_id, "TakenAt": _at(shelves.now()), "Site": shelves.site, "UOM": "EA"}
    return [head | {"ItemNumber": item, "OnHand": there} for item, there in sorted(shelves.stock.items())]


def answer(number: str, word: str, message: str = "") -> Row:
    return {"OrderNumber": number, "Answer": word, "Code": "", "Message": message}


def _at(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
