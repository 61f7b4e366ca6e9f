"""What is sold in stores that count no stock, and on its way to the warehouse or held back before it.

A store that counts holds such pieces as committed; of the others only Platen knows. So they are reckoned as orders
that the warehouse was just told of. Not among them: orders that no job was made of yet (unpaid, held at the store).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from platen.domain.job import Job, JobState
from platen.domain.products import item_number
from platen.domain.record import OrderBody, OrderRecord, OrderState
from platen.domain.warehouse import WarehouseLine, WarehouseOrder
from platen.ports import Watch
from platen.usecases.sweep import EVER

if TYPE_CHECKING:
    from platen.usecases.stock.work import Work

MOST = 5000
_BEFORE = frozenset({JobState.READY, JobState.CLAIMED, JobState.UNKNOWN, JobState.ATTENTION})


def not_told(work: Work) -> Iterator[WarehouseOrder]:
    """Read before the orders at the warehouse are: one that is told of meanwhile is met twice, and not missed."""
    stores = [one.connection_id for one in work.hub.connections.all() if _only_sells(work, one.connection_id)]
    if not stores:
        return
    for order_id in dict.fromkeys(_order_ids(work, stores)):
        record = work.hub.orders.load(order_id)
        if record and record.head.connection in stores:
            yield from _of_record(work, record)


def _only_sells(work: Work, name: str) -> bool:
    """Whether a store sends its orders to this warehouse, and counts no stock."""
    links = work.hub.connections.get(name).links
    return any(link.vendor == work.warehouse for link in links) and work.stocked_store(name) is None


def _order_ids(work: Work, stores: Iterable[str]) -> Iterator[str]:
    orders = work.hub.orders
    yield from (due.order_id for due in orders.due(work.warehouse, Watch.WORK, EVER, MOST) if due.job_id)
    for store in stores:
        yield from (head.order_id for head in orders.in_state(store, OrderState.ATTENTION, MOST).items)


def _of_record(work: Work, record: OrderRecord) -> Iterator[WarehouseOrder]:
    jobs = [
        job
        for job in record.jobs.values()
        if job.vendor == work.warehouse and job.state in _BEFORE and job.sent_at is None
    ]
    jobs = [job for job in jobs if work.hub.ledger.order(work.warehouse, job.external_id) is None]
    bodies = work.hub.orders.bodies([(job.order_id, job.body) for job in jobs]) if jobs else {}
    for job in jobs:
        body = bodies.get((job.order_id, job.body))
        if body:
            yield _as_told(work, record, job, body)


def _as_told(work: Work, record: OrderRecord, job: Job, body: OrderBody) -> WarehouseOrder:
    now, using = work.hub.clock.now(), work.settings.create_item_using
    lines = []
    for number, wanted in enumerate(job.lines, start=1):
        line = body.order.line(wanted.line_id)
        sku, barcode, variant_id = (line.sku, line.barcode, line.variant_id) if line else ("", "", "")
        item = item_number(using, sku=sku, barcode=barcode, variant_id=variant_id)
        lines.append(WarehouseLine(number=number, line_id=wanted.line_id, item=item, wanted=wanted.quantity))
    return WarehouseOrder(
        connection=work.warehouse,
        number=job.external_id,
        order_id=job.order_id,
        job_id=job.job_id,
        store=record.head.connection,
        store_order_id=record.head.store_order_id,
        site=work.settings.site,
        body=job.body,
        lines=tuple(lines),
        told_at=now,
        changed_at=now,
    )
