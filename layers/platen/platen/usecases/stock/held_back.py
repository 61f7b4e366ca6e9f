"""What was sold in one of several stores that share a stock, and has not reached the warehouse: unpaid, held, or
before a person.

Its own store keeps such pieces as committed; the others would go on selling them, for nothing of the warehouse's
has moved. So their items are looked at in every push. Which orders these are is only a hint: how many pieces it is
about, the stores are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from platen.domain.products import item_number
from platen.domain.record import OrderHead, OrderState
from platen.ports import Watch
from platen.usecases.sweep import EVER

if TYPE_CHECKING:
    from platen.usecases.stock.work import Work

MOST = 5000


def held_back(work: Work) -> frozenset[str]:
    """Item numbers; none where no stock is shared."""
    feeding = Counter(one.site for one in work.places)
    stores = list(dict.fromkeys(one.store for one in work.places if feeding[one.site] > 1))
    if not stores:
        return frozenset()
    names = {(head.order_id, head.body) for head in _heads(work, stores) if head.connection in stores}
    using = work.settings.create_item_using
    return frozenset(
        item_number(using, sku=line.sku, barcode=line.barcode, variant_id=line.variant_id)
        for body in work.hub.orders.bodies(sorted(names)).values()
        for line in body.order.lines
    )


def _heads(work: Work, stores: list[str]) -> Iterator[OrderHead]:
    orders = work.hub.orders
    for store, state in product(stores, (OrderState.WAITING, OrderState.ATTENTION)):
        yield from orders.in_state(store, state, MOST).items
    for due in orders.due(work.warehouse, Watch.WORK, EVER, MOST):
        record = orders.load(due.order_id) if due.job_id else None
        if record:
            yield record.head
