"""What stores say of order lines, read fresh; of a store that counts no stock, what Platen told it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from platen.domain.job import JobState
from platen.domain.record import OrderRecord
from platen.domain.shipment import ShipmentState
from platen.domain.stock_lines import LineKey, Ordered, Said
from platen.usecases.stock.work import Work, in_batches


def said_of(work: Work, lines: Iterable[Ordered]) -> dict[LineKey, Said]:
    """Lines that their store does not know (any more) are not in it."""
    of_store: dict[str, dict[str, list[Ordered]]] = {}
    for one in lines:
        of_store.setdefault(one.order.store, {}).setdefault(one.order.store_order_id, []).append(one)
    found: dict[LineKey, Said] = {}
    for name, orders in of_store.items():
        found |= _said_by(work, name, orders)
    return found


def _said_by(work: Work, name: str, orders: dict[str, list[Ordered]]) -> dict[LineKey, Said]:
    store = work.stocked_store(name)
    if store is None:
        return {key: said for lines in orders.values() for key, said in _said_by_us(work, lines)}
    found = {}
    for some in in_batches(orders, store.page_size):
        work.reads += 1
        for (order_id, line_id), one in store.standings(some).items():
            found[name, order_id, line_id] = Said(open=one.open, fulfilled=one.fulfilled, open_at=dict(one.open_at))
    return found


def _said_by_us(work: Work, lines: Sequence[Ordered]) -> list[tuple[LineKey, Said]]:
    """Such a store has of each line what jobs still want of it, and what it was told has left."""
    record = work.hub.orders.load(lines[0].order.order_id)
    if record is None:
        return []
    return [(key, _said(record, key[2])) for key in dict.fromkeys(one.key for one in lines)]


def _said(record: OrderRecord, line_id: str) -> Said:
    told = sum(
        line.quantity
        for shipment in record.shipments.values()
        if shipment.state is ShipmentState.TOLD and not shipment.quiet
        for line in shipment.lines
        if line.line_id == line_id
    )
    wanted = sum(
        line.quantity
        for job in record.jobs.values()
        if job.state is not JobState.CANCELLED and not job.reprint_of
        for line in job.lines
        if line.line_id == line_id
    )
    return Said(open=max(0, wanted - told), fulfilled=told)
