"""What is wrong with an inventory write, in the words of the shop.

Messages are as recorded answers and the published schema have them; what is inferred is marked so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from twins.shopify.access import Context
from twins.shopify.catalogue import InventoryItem
from twins.shopify.model import Location
from twins.shopify.stock import Row

REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
SETTABLE = ("available", "on_hand")
ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")

type Problem = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A row of a write, with the item and the location it is about."""

    row: Row
    item: InventoryItem
    location: Location
    path: tuple[str, ...]
    document: str | None = None


@dataclass
class Refused(Exception):
    problems: list[Problem]


def problem(code: str, message: str, *field: str) -> Problem:
    return {"field": list(field) or None, "message": message, "code": code}


def refuse_if(problems: list[Problem]) -> None:
    if problems:
        raise Refused(problems)


def wrong_head(told: dict[str, Any]) -> list[Problem]:
    problems = []
    if told["reason"] not in REASONS:
        text = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
        problems.append(problem("INVALID_REASON", text, "input", "reason"))
    document = told.get("referenceDocumentUri")
    if document is not None and not _URI.fullmatch(document):
        text = "The specified reference document is invalid."
        problems.append(problem("INVALID_REFERENCE_DOCUMENT", text, "input", "referenceDocumentUri"))
    return problems


def find_place(
    context: Context, row: Row, path: tuple[str, ...], document: str | None = None
) -> tuple[Place | None, list[Problem]]:
    """That a deactivated location counts as none is inferred."""
    item = context.shop.catalogue.items.get(row.item_id)
    location = next((one for one in context.shop.locations.values() if one.id == row.location_id), None)
    problems = []
    if item is None:
        text = "The specified inventory item could not be found."
        problems.append(problem("INVALID_INVENTORY_ITEM", text, *path, "inventoryItemId"))
    elif item.variant.requires_components:
        text = (
            "The specified inventory item is not allowed to be adjusted via API. "
            "Example: if the inventory item is a parent bundle."
        )
        problems.append(problem("NON_MUTABLE_INVENTORY_ITEM", text, *path, "inventoryItemId"))
    if location is None or not location.active:
        text = "The specified location could not be found."
        problems.append(problem("INVALID_LOCATION", text, *path, "locationId"))
    if problems or item is None or location is None:
        return None, problems
    return Place(row, item, location, path, document), []


def wrong_quantity(name: str, quantity: int, path: tuple[str, ...]) -> list[Problem]:
    if quantity > 1_000_000_000:
        code, text = "INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000."
    elif name == "on_hand" and quantity < 0:
        code, text = "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative."
    elif quantity < -1_000_000_000:
        code, text = "INVALID_QUANTITY_TOO_LOW", "The quantity can't be lower than -1,000,000,000."
    else:
        return []
    return [problem(code, text, *path, "quantity")]


def wrong_delta(delta: int, path: tuple[str, ...]) -> list[Problem]:
    if delta > 2_000_000_000:
        code, text = "INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 2,000,000,000."
    elif delta < -2_000_000_000:
        code, text = "INVALID_QUANTITY_TOO_LOW", "The quantity can't be lower than -2,000,000,000."
    else:
        return []
    return [problem(code, text, *path, "delta")]


def wrong_ledger(name: str, document: str | None, path: tuple[str, ...]) -> list[Problem]:
    if name == "available":
        if document is None:
            return []
        code, text = "INVALID_AVAILABLE_DOCUMENT", "A ledger document URI is not allowed when adjusting available."
    elif document is None:
        code, text = (
            "INVALID_QUANTITY_DOCUMENT",
            "A ledger document URI is required except when adjusting available.",
        )
    elif document.startswith("gid://shopify/"):
        code = "INTERNAL_LEDGER_DOCUMENT"
        text = "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API."
    elif not _URI.fullmatch(document):
        code, text = "INVALID_LEDGER_DOCUMENT", "The specified ledger document is invalid."
    else:
        return []
    return [problem(code, text, *path, "ledgerDocumentUri")]


def twice(rows: Iterable[Row]) -> list[Problem]:
    """Which field the real one names is inferred."""
    seen: set[tuple[int, int]] = set()
    problems = []
    for index, row in enumerate(rows):
        pair = (row.item_id, row.location_id)
        if pair in seen:
            text = "The combination of inventoryItemId and locationId must be unique."
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            problems.append(problem(code, text, "input", "quantities", str(index)))
        seen.add(pair)
    return problems


def current(context: Context, one: Place, name: str) -> int:
    level = context.shop.stock.level(one.item.id, one.location)
    return level.quantity(name) if level else 0


def stale(context: Context, places: Iterable[Place], name: str, text: str) -> list[Problem]:
    return [
        problem("CHANGE_FROM_QUANTITY_STALE", text, *one.path, "changeFromQuantity")
        for one in places
        if one.row.expected is not None and one.row.expected != current(context, one, name)
    ]
