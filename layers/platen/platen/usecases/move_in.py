"""Move in: orders that another system handled become history here. Platen never makes anything of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from platen.domain.connection import Role
from platen.domain.making import FolderName
from platen.domain.model import Instant
from platen.domain.order import Address, Attribute, Line, Order, ShippingChoice
from platen.domain.record import Event, OrderBody, OrderHead, OrderRecord, OrderState
from platen.hub import Hub
from platen.ports import Conflict, NotFound

MOST_AT_ONCE = 25
LARGEST_BODY = 300_000
"""Bytes of an order's body as JSON: with room to spare below what one item of the table may hold."""

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class GivenAttribute(_Given):
    name: Named
    value: Text = ""


class GivenAddress(_Given):
    first_name: Short = ""
    last_name: Short = ""
    company: Short = ""
    address1: Short = ""
    address2: Annotated[str, StringConstraints(max_length=700)] = ""
    city: Short = ""
    postcode: Short = ""
    region_code: Short = ""
    country_code: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    phone: Short = ""


class GivenLine(_Given):
    line_id: Key
    title: Annotated[str, StringConstraints(max_length=500)] = ""
    sku: Short = ""
    quantity: int = Field(default=1, ge=0, le=1_000_000)
    vendor: Short = ""
    attributes: tuple[GivenAttribute, ...] = Field(default=(), max_length=200)


class GivenOrder(_Given):
    """An order as the system that handled it tells it."""

    store_order_id: Key
    """The store's own id of it, where that system knows it; else the same as ``own_id``."""
    own_id: Key
    """That system's id, marked as such: ``orderdesk-26211``. Used where ``store_order_id`` is taken by another
    part of a split order."""
    number: Named
    """What people call it."""
    folder: FolderName = ""
    placed_at: Instant
    updated_at: Instant
    ship_to: GivenAddress | None = None
    email: Annotated[str, StringConstraints(max_length=320)] = ""
    shipping_method: Short = ""
    tags: tuple[Named, ...] = Field(default=(), max_length=20)
    attributes: tuple[GivenAttribute, ...] = Field(default=(), max_length=300)
    lines: tuple[GivenLine, ...] = Field(default=(), max_length=300)


class ImportOrders(_Given):
    """The operator's request. An order that is not right is refused alone: the others are not kept back by it."""

    store: str = Field(max_length=32)
    orders: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
    """The system that handled them, as people call it: ``Order Desk``."""
    dry_run: bool = False
    """Only say what would become of each; write nothing."""


class Result(StrEnum):
    """What became of one order."""

    IMPORTED = "imported"
    THERE = "there"
    """It is known already, and stays as it is."""
    MOVED = "moved"
    """It was imported before, and changed its folder since."""
    REFUSED = "refused"


type Answer = dict[str, Any]


def import_orders(hub: Hub, request: ImportOrders) -> Answer:
    """``{"results": [{number, result, why}]}``, one for each order, in their order.

    Safe to repeat, and to break off anywhere: each order is written by one conditional write, and what is
    there is never written over. Raises NotFound where there is no such store.
    """
    connection = hub.connections.get(request.store)
    if Role.STORE not in connection.roles:
        raise NotFound(f"{request.store} is no store")
    return {"results": [_import(hub, request, one) for one in request.orders]}


def _expect_namesakes(hub: Hub, store: str) -> None:
    """Before the first is written: from now on a new order of the store is held against what was moved in."""
    connection = hub.connections.get(store)
    if not connection.moved_in:
        hub.connections.save(connection.but(moved_in=True))


def _import(hub: Hub, request: ImportOrders, said: dict[str, Any]) -> Answer:
    try:
        given = GivenOrder.model_validate(said)
    except ValidationError as invalid:
        return _result(str(said.get("number", ""))[:200], Result.REFUSED, _wrong(invalid))
    order = _order(request.store, given)
    body = OrderBody(order=order, printing={})
    if len(body.model_dump_json().encode()) > LARGEST_BODY:
        return _result(given.number, Result.REFUSED, "it is too large to be kept")
    try:
        return _result(given.number, *_take(hub, request, given, body))
    except Conflict:
        return _result(given.number, Result.THERE, "somebody else wrote it at the same moment")


def _take(hub: Hub, request: ImportOrders, given: GivenOrder, body: OrderBody) -> tuple[Result, str]:
    order = body.order
    known = hub.orders.load(order.order_id)
    if known and known.head.imported_from and not _is_part(known.head, order):
        # Another part of an order that was split there: parts share the store's id, and lines tell them apart.
        order = order.but(store_order_id=given.own_id)
        body = body.but(order=order)
        known = hub.orders.load(order.order_id)
    if known is None:
        return _as_new(hub, request, given.folder, body)
    if not known.head.imported_from:
        return Result.THERE, "Platen has it from the store itself"
    if known.head.folder == given.folder:
        return Result.THERE, ""
    if not request.dry_run:
        _move(hub, request.source, known, given.folder)
    return Result.MOVED, f"from {known.head.folder or 'no folder'} to {given.folder or 'no folder'}"


def _is_part(head: OrderHead, order: Order) -> bool:
    mine = {line.line_id for line in order.lines}
    return bool(mine & set(head.accepted)) or (not mine and not head.accepted)


def _as_new(hub: Hub, request: ImportOrders, folder: str, body: OrderBody) -> tuple[Result, str]:
    order = body.order
    own = [one for one in hub.orders.by_number(order.connection, order.number) if not one.imported_from]
    if own:
        return Result.THERE, "Platen has an order of this number from the store itself"
    if not request.dry_run:
        _keep(hub, request.source, folder, body)
    return Result.IMPORTED, ""


def _keep(hub: Hub, source: str, folder: str, body: OrderBody) -> None:
    order = body.order
    _expect_namesakes(hub, order.connection)
    now = hub.clock.now()
    head = OrderHead(
        order_id=order.order_id,
        connection=order.connection,
        store_order_id=order.store_order_id,
        number=order.number,
        state=OrderState.NOTHING_TO_MAKE,
        placed_at=order.placed_at,
        store_updated_at=order.updated_at,
        body=body.name,
        nothing_because=f"it was handled in {source}, before Platen",
        # Nothing of it is ours to make: planning leaves accepted lines alone, whatever else it may think of it.
        accepted=tuple(dict.fromkeys(line.line_id for line in order.lines)),
        folder=folder,
        imported_from=source,
        received_at=now,
        changed_at=now,
    )
    event = Event(order_id=order.order_id, at=now, what=f"It was moved in from {source}, where it was handled.")
    hub.orders.save(None, OrderRecord(head=head).settled(now), body=body, events=[event])


def _move(hub: Hub, source: str, record: OrderRecord, folder: str) -> None:
    now = hub.clock.now()
    what = f"{source} has it in {folder or 'no folder'} now; so it is here."
    after = record.but(head=record.head.but(folder=folder, changed_at=now))
    hub.orders.save(record, after, events=[Event(order_id=record.head.order_id, at=now, what=what)])


def _order(store: str, given: GivenOrder) -> Order:
    method = given.shipping_method
    return Order(
        connection=store,
        store_order_id=given.store_order_id,
        number=given.number,
        placed_at=given.placed_at,
        updated_at=given.updated_at,
        ship_to=Address(**given.ship_to.model_dump()) if given.ship_to else None,
        email=given.email,
        lines=tuple(_line(one) for one in given.lines),
        shipping=(ShippingChoice(title=method),) if method else (),
        tags=given.tags,
        attributes=_attributes(given.attributes),
    )


def _line(given: GivenLine) -> Line:
    return Line(
        line_id=given.line_id,
        title=given.title,
        sku=given.sku,
        quantity=given.quantity,
        unfulfilled=0,  # the other system sees to it
        vendor=given.vendor,
        attributes=_attributes(given.attributes),
    )


def _attributes(given: tuple[GivenAttribute, ...]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=one.name, value=one.value) for one in given)


def _wrong(invalid: ValidationError) -> str:
    """Which fields are not right; never their values, they may be somebody's address."""
    found = invalid.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])


def _result(number: str, result: Result, why: str = "") -> Answer:
    return {"number": number, "result": result.value, "why": why}
