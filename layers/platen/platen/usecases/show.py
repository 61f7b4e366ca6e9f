"""Show: orders, connections and queues as a person reads them. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from platen import connectors
from platen.domain.attention import Attention
from platen.domain.connection import Connection, Role
from platen.domain.job import Job, JobState, VendorPhase
from platen.domain.mail_class import method_of
from platen.domain.model import iso
from platen.domain.record import Event, OrderBody, OrderHead, OrderRecord, OrderState
from platen.domain.shipment import Shipment, ShipmentState
from platen.hub import Hub
from platen.ports import NotFound

COUNTED = 100


def systems() -> list[dict[str, Any]]:
    """Every system there is a connector for, with the JSON schemas of what it wants to know."""
    return [_system(name) for name in connectors.systems()]


def _system(name: str) -> dict[str, Any]:
    connector = connectors.load(name)
    return {
        "system": name,
        "name": connector.name,
        "roles": sorted(role.value for role in connector.roles),
        "provisional": connector.provisional,
        "settings": connector.settings.model_json_schema(),
        "credentials": connector.credentials.model_json_schema(),
    }


def connection_view(connection: Connection) -> dict[str, Any]:
    view: dict[str, Any] = connection.model_dump(mode="json", exclude={"version"})
    return view | {"provisional": _provisional(connection.system)}


def _provisional(system: str) -> str:
    return connectors.load(system).provisional if system in connectors.systems() else ""


def connections(hub: Hub) -> list[dict[str, Any]]:
    return [
        connection_view(one)
        | {"health": hub.connections.health(one.connection_id).model_dump(mode="json", exclude={"version"})}
        for one in hub.connections.all()
    ]


def head_view(head: OrderHead) -> dict[str, Any]:
    keep = {
        "order_id", "number", "connection", "state", "placed_at", "received_at", "changed_at", "cancelled_at",
        "waiting_for", "nothing_because", "store_order_id", "folder", "imported_from", "cancel",
    }  # fmt: skip
    view: dict[str, Any] = head.model_dump(mode="json", include=keep)
    return view | {"attention": attention_view(head.attention)}


def attention_view(attention: Attention | None) -> dict[str, Any] | None:
    if attention is None:
        return None
    view: dict[str, Any] = attention.model_dump(mode="json")
    return view | {"actions": [action.value for action in attention.actions]}


def order_view(hub: Hub, record: OrderRecord) -> dict[str, Any]:
    """The whole story of an order; no address, that is the store's to show."""
    body = _body(hub, record)
    events = hub.orders.events(record.head.order_id)
    return {
        "head": head_view(record.head),
        "lines": _order_lines(body, record.head),
        "shipping_method": method_of(body.order) if body else "",
        "jobs": [_job_view(job, body) for job in record.jobs.values()],
        "shipments": [_shipment_view(one) for one in record.shipments.values()],
        "events": [event.model_dump(mode="json", include={"at", "what", "who"}) for event in events],
        "story": _story(record, events),
    }


def _body(hub: Hub, record: OrderRecord) -> OrderBody | None:
    if not record.head.body:
        return None
    try:
        return hub.orders.body(record.head.order_id, record.head.body)
    except NotFound:
        return None


def _order_lines(body: OrderBody | None, head: OrderHead) -> list[dict[str, Any]]:
    if body is None:
        return []
    return [
        {
            "line_id": line.line_id,
            "title": line.title,
            "sku": line.sku,
            "quantity": line.quantity,
            "left_because": head.left_because.get(line.line_id, ""),
        }
        for line in body.order.lines
    ]


def _job_view(job: Job, body: OrderBody | None) -> dict[str, Any]:
    hidden = {"order_id", "version", "token", "lease_until", "vendor_lines", "content", "asked", "body", "lines"}
    view: dict[str, Any] = job.model_dump(mode="json", exclude=hidden)
    view["lines"] = [
        {"line_id": line.line_id, "quantity": line.quantity, **_named(line.line_id, body)} for line in job.lines
    ]
    return view | {"attention": attention_view(job.attention)}


def _named(line_id: str, body: OrderBody | None) -> dict[str, str]:
    line = body.order.line(line_id) if body else None
    return {"title": line.title, "sku": line.sku} if line else {"title": "", "sku": ""}


def _shipment_view(shipment: Shipment) -> dict[str, Any]:
    hidden = {"order_id", "version", "token", "lease_until", "connection", "store_order_id"}
    view: dict[str, Any] = shipment.model_dump(mode="json", exclude=hidden)
    return view | {"attention": attention_view(shipment.attention)}


def _story(record: OrderRecord, events: Iterable[Event]) -> list[dict[str, str]]:
    head = record.head
    told: list[tuple[datetime | None, str]] = [
        (head.placed_at, "the buyer placed the order"),
        (head.received_at, f"Platen took it in from {head.connection}"),
        (head.cancelled_at, "it was cancelled at the store"),
    ]
    for job in record.jobs.values():
        again = f", once more as job {job.reprint_of}" if job.reprint_of else ""
        told.append((job.planned_at, f"job {job.job_id} planned for {job.vendor}{again}"))
        ref = f" as {job.vendor_ref}" if job.vendor_ref else ""
        told.append((job.sent_at, f"job {job.job_id} accepted by {job.vendor}{ref}"))
        if job.vendor_ref and job.vendor_phase is VendorPhase.CANCELLED:
            told.append((job.heard_at, f"{job.vendor} has cancelled {job.vendor_ref}"))
    for shipment in record.shipments.values():
        tracking = f", tracking {shipment.parcel.tracking}" if shipment.parcel.tracking else ""
        told.append((shipment.recorded_at, f"a parcel left: {shipment.parcel.carrier}{tracking}"))
        told.append((shipment.told_at, f"{head.connection} shows the parcel"))
    told.extend((event.at, f"{event.what} ({event.who})") for event in events)
    story = sorted((at, what) for at, what in told if at is not None)
    return [{"at": iso(at), "what": what} for at, what in story]


def stores(hub: Hub) -> list[str]:
    """The stores there are, and those there were: their orders stay."""
    return [one.connection_id for one in hub.connections.all() if Role.STORE in one.roles] + hub.former()


def attention(hub: Hub) -> dict[str, Any]:
    """Everything that waits for a person: of orders, and connections that fail or have fallen silent."""
    items: list[dict[str, Any]] = []
    failing: list[dict[str, Any]] = []
    for connection in hub.connections.all():
        health = hub.connections.health(connection.connection_id)
        if health.failing_since or health.silences:
            shown = {"connection_id", "words", "denied", "resume_at", "failing_since", "silences"}
            failing.append(health.model_dump(mode="json", include=shown))
    for store in stores(hub):
        for head in hub.orders.in_state(store, OrderState.ATTENTION, COUNTED).items:
            record = hub.orders.load(head.order_id)
            items.extend(_waiting_places(record) if record else ())
    return {"items": sorted(items, key=lambda item: str(item["since"])), "connections": failing}


def _waiting_places(record: OrderRecord) -> Iterable[dict[str, Any]]:
    head = record.head
    named = {"order_id": head.order_id, "number": head.number, "connection": head.connection}
    if head.attention:
        yield {**named, "place": "order", "where": head.connection, **(attention_view(head.attention) or {})}
    for job in record.jobs.values():
        if job.state is JobState.ATTENTION:
            view = attention_view(job.attention) or {}
            yield {**named, "place": f"job {job.job_id}", "where": job.vendor, **view}
    for one in record.shipments.values():
        if one.state is ShipmentState.ATTENTION:
            view = attention_view(one.attention) or {}
            yield {**named, "place": f"shipment {one.shipment_id}", "where": one.connection, **view}


def status(hub: Hub) -> dict[str, Any]:
    """One look at everything. Orders are counted up to a hundred a state and store."""
    orders: dict[str, int] = {}
    for store in stores(hub):
        for state in OrderState:
            found = len(hub.orders.in_state(store, state, COUNTED).items)
            orders[state.value] = orders.get(state.value, 0) + found
    depths = hub.queues.depths()
    return {
        "queues": {queue.value: {"waiting": waiting, "dead": dead} for queue, (waiting, dead) in depths.items()},
        "connections": connections(hub),
        "orders": orders,
        "attention": orders[OrderState.ATTENTION.value] if orders else 0,
    }
