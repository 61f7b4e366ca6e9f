"""Files as a warehouse sends them, written out by hand so that a test shows what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from platen.connectors import Contents, FileRefused, Read
from platen.connectors.warehouse_files import Settings, wire
from platen.connectors.warehouse_files.inbox import INBOX

PICKS = ",".join(wire.PICKS)
SHIPMENTS = ",".join(wire.SHIPMENTS)
ADJUSTMENTS = ",".join(wire.ADJUSTMENTS)
SNAPSHOTS = ",".join(wire.SNAPSHOTS)
ANSWERS = ",".join(wire.ANSWERS)
NUMBER = "1001-k7x2m3qpl4tzabcd-1"


def settings(**fields: Any) -> Settings:
    given = {"sites": ["MAIN=shop/70001"], "time_zone": "America/New_York"} | fields
    return Settings.model_validate(given)


def as_bytes(lines: Iterable[str], end: str = "\r\n") -> list[bytes]:
    return [f"{line}{end}".encode() for line in lines]


def opened(name: str, lines: Iterable[str | bytes], *, now: Any = None, **fields: Any) -> Contents:
    raw = [line if isinstance(line, bytes) else f"{line}\r\n".encode() for line in lines]
    return INBOX.read_file(name, raw, settings(**fields), now=now)


def rows(name: str, *lines: str | bytes, now: Any = None, **fields: Any) -> list[Read]:
    return list(opened(name, lines, now=now, **fields).rows)


def refusal(name: str, *lines: str | bytes, **fields: Any) -> tuple[str, str]:
    """(code, message) of a file that is not taken."""
    with pytest.raises(FileRefused) as no:
        rows(name, *lines, **fields)
    result = no.value.result
    assert (result.row, result.status, result.key) == (0, "rejected", name)
    return result.code, result.message


def pick(picked: str = "2", line: str = "1", status: str = "OPEN", **fields: str) -> str:
    values = {
        "OrderNumber": NUMBER,
        "OrderStatus": status,
        "LineNumber": line,
        "ItemNumber": "MUG-1",
        "UOM": "EA",
        "QuantityOrdered": "2",
        "QuantityPicked": picked,
        "Site": "MAIN",
    }
    return ",".join((values | fields).get(name, "") for name in wire.PICKS)


def shipment(**fields: str) -> str:
    values = {
        "OrderNumber": NUMBER,
        "ShipmentNumber": "S-1",
        "ShippedAt": "2026-11-21T10:00:00-05:00",
        "Carrier": "UPS",
        "TrackingNumber": "1Z1",
        "LineNumber": "1",
        "ItemNumber": "MUG-1",
        "QuantityShipped": "2",
    }
    return ",".join((values | fields).get(name, "") for name in wire.SHIPMENTS)


def adjustment(**fields: str) -> str:
    values = {
        "AdjustmentID": "A-1",
        "OccurredAt": "2026-11-21T10:00:00-05:00",
        "Site": "MAIN",
        "ItemNumber": "MUG-1",
        "QuantityDelta": "-3",
        "Reason": "damage",
    }
    return ",".join((values | fields).get(name, "") for name in wire.ADJUSTMENTS)


def count(item: str = "MUG-1", on_hand: str = "20", **fields: str) -> str:
    values = {
        "SnapshotID": "C-7",
        "TakenAt": "2026-11-21T22:00:00-05:00",
        "Site": "MAIN",
        "ItemNumber": item,
        "UOM": "EA",
        "OnHand": on_hand,
    }
    return ",".join((values | fields).get(name, "") for name in wire.SNAPSHOTS)
