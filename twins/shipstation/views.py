"""What the control plane shows: everything, so that a script can count "25 of 25, once each"."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twins.shipstation.model import Order, Parcel
from twins.shipstation.notifier import Notice
from twins.shipstation.store import Poll, Store

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin


def seen_store(store: Store) -> dict[str, Any]:
    """Without the password."""
    said = asdict(store)
    del said["password"]
    said["oddities"] = dict(store.oddities)
    said["polls"] = [seen_poll(poll) for poll in store.polls]
    for one in ("last_refresh", "created_at", "last_attempt"):
        said[one] = said[one].isoformat() if said[one] else None
    said["asked_to_refresh"] = len(store.asked_to_refresh)
    said["errors"] = [asdict(error) | {"at": error.at.isoformat()} for error in store.errors]
    return said


def seen_poll(poll: Poll) -> dict[str, Any]:
    times = {name: getattr(poll, name).isoformat() for name in ("started_at", "start", "end")}
    return asdict(poll) | times | {"ok": not poll.error}


def seen_order(order: Order) -> dict[str, Any]:
    content = asdict(order.content)
    content["ordered_at"] = order.content.ordered_at.isoformat()
    content["extra"] = {name: str(value) for name, value in content["extra"].items() if value is not None}
    said = {
        name: getattr(order, name)
        for name in (
            *("order_id", "key", "store_id", "status", "origin", "store_order_id", "active", "in_orders_tab"),
            *("tags", "parent_id", "merged_or_split", "imports", "import_batch"),
        )
    }
    return said | {
        "number": order.content.number,
        "content": content,
        "sum": str(order.content.sum),
        "grams": str(order.content.grams),
        "left": {str(item_id): count for item_id, count in order.left.items()},
        "hold_until": order.hold_until.isoformat() if order.hold_until else None,
        "parcels": [seen_parcel(order, parcel) for parcel in order.parcels],
    }


def seen_parcel(order: Order, parcel: Parcel) -> dict[str, Any]:
    lines = {item.item_id: item.line_id or item.sku for item in order.content.items}
    times = {
        name: at.isoformat() if (at := getattr(parcel, name)) else None
        for name in ("created_at", "shipped_at", "voided_at")
    }
    return (
        asdict(parcel)
        | times
        | {"items": {lines.get(number, "?"): count for number, count in parcel.items.items()}}
    )


def seen_notice(notice: Notice) -> dict[str, Any]:
    return {
        "number": notice.number,
        "store_id": notice.store_id,
        "order_id": notice.order_id,
        "order_number": notice.order_number,
        "tracking": notice.parcel.tracking,
        "url": notice.shown_url,
        "body": notice.body.decode(),
        "due": notice.due.isoformat(),
        "state": notice.state,
        "attempts": [asdict(attempt) | {"at": attempt.at.isoformat()} for attempt in notice.attempts],
    }


def stats_of(twin: ShipStationTwin) -> dict[str, Any]:
    orders = list(twin.book)
    parcels = [parcel for _, parcel in twin.book.parcels()]
    stores = twin.stores.values()
    return {
        "orders": len(orders),
        "statuses": dict(Counter(order.status for order in orders)),
        "duplicates": twin.duplicates,
        "labels": sum(parcel.label and parcel.counts for parcel in parcels),
        "fulfillments": sum(not parcel.label and parcel.counts for parcel in parcels),
        "notices": dict(Counter(notice.state for notice in twin.notifier.notices)),
        "store_errors": sum(len(store.errors) for store in stores),
        "warnings": sum(len(store.warnings) for store in stores),
        "polls": sum(len(store.polls) for store in stores),
        "calls": dict(twin.api_calls_counted),
        "ignored": twin.ignored,
        "faults_fired": twin.faults.fired,
    }
