"""The columns of every file, in their order. Platen's own contract: what a site exports or imports is set to it."""

from __future__ import annotations

from enum import StrEnum

from platen.connectors import TellsOf

ORDERS = (
    "OrderNumber", "OrderDate", "DueDate", "CustomerID", "CustomerName", "ShipToName", "ShipToCompany", "Address1",
    "Address2", "City", "State", "PostalCode", "Country", "Phone", "Email", "Carrier", "ShippingMethod", "Division",
    "Site", "LineNumber", "ItemNumber", "Description", "UOM", "QuantityOrdered", "Note",
)  # fmt: skip
CANCELS = ("OrderNumber", "LineNumber", "Quantity", "Reason")
ITEMS = (
    "ItemNumber", "Division", "Description", "UOM", "EachCount", "UnitCost", "Category", "AlternateNumber",
    "Active",
)  # fmt: skip
PICKS = (
    "OrderNumber", "OrderStatus", "ClosedAt", "LineNumber", "ItemNumber", "UOM", "QuantityOrdered",
    "QuantityPicked", "Site", "Location", "Lot",
)  # fmt: skip
SHIPMENTS = (
    "OrderNumber", "ShipmentNumber", "ShippedAt", "Carrier", "ShippingMethod", "TrackingNumber", "TrackingURL",
    "LineNumber", "ItemNumber", "QuantityShipped",
)  # fmt: skip
ADJUSTMENTS = (
    "AdjustmentID", "OccurredAt", "Site", "Location", "ItemNumber", "UOM", "QuantityDelta", "Reason", "Reference",
)  # fmt: skip
SNAPSHOTS = ("SnapshotID", "TakenAt", "Site", "ItemNumber", "UOM", "OnHand")
ANSWERS = ("OrderNumber", "Answer", "Code", "Message")
RESULTS = ("row", "key", "status", "code", "message")

COMES_IN: dict[TellsOf, tuple[tuple[str, ...], ...]] = {
    TellsOf.PICKS: (PICKS, (*PICKS, "PickedAt")),
    TellsOf.SHIPMENTS: (SHIPMENTS,),
    TellsOf.ADJUSTMENTS: (ADJUSTMENTS,),
    TellsOf.SNAPSHOTS: (SNAPSHOTS, (*SNAPSHOTS, "Allocated")),
    TellsOf.ANSWERS: (ANSWERS,),
}
"""What a file of each kind may consist of: all of its rows of the same."""

END = "#END"
"""First value of the last row of a snapshot; the second one counts the rows above it."""


class Answer(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Status(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"
