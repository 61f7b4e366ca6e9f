"""One shop: its orders by id, its clock, its search index, and the way it announces what happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from twins.kit import Now
from twins.shopify.bodies import Bodies
from twins.shopify.bulk import Bulk, BulkOperation, finished
from twins.shopify.catalogue import Catalogue, ProductVariant
from twins.shopify.idempotency import Keys
from twins.shopify.jobs import Jobs
from twins.shopify.model import Fulfillment, FulfillmentOrder, FulfillmentOrderLine, Location, Order, Refund
from twins.shopify.notices import fulfillment_order, inventory_level
from twins.shopify.stock import InventoryLevel, Stock
from twins.shopify.webhooks import Webhooks

DEFAULT_PLACE = "Workshop"


class Unknown(Exception):
    """There is no such order, line or fulfillment order in this shop."""


@dataclass
class Shop:
    domain: str
    now: Now
    currency: str
    time_zone: str
    bodies: Bodies
    new_id: Callable[[], int]
    search_lag_seconds: float = 0.0
    routing_delay_seconds: float = 0.0
    cancel_delay_seconds: float = 0.0
    archives_when_fulfilled: bool = False
    id: int = 90_000_001
    orders: dict[int, Order] = field(default_factory=dict)
    fulfillment_orders: dict[int, FulfillmentOrder] = field(default_factory=dict)
    fulfillments: dict[int, Fulfillment] = field(default_factory=dict)
    refunds: dict[int, Refund] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    webhooks: Webhooks = field(init=False)
    jobs: Jobs = field(init=False)
    catalogue: Catalogue = field(init=False)
    stock: Stock = field(init=False)
    keys: Keys = field(init=False)
    bulk: Bulk = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.now, self.new_id)
        self.catalogue = Catalogue(self.moment, self.now, self.new_id, lambda: self.search_lag_seconds)
        self.stock = Stock(self.catalogue, self.moment, self.new_id, self._level_changed)
        self.keys = Keys(self.now)
        self.bulk = Bulk(self.now, self.new_id, self._bulk_finished)

    def moment(self) -> datetime:
        return self.now().replace(microsecond=0)

    def next_number(self) -> int:
        return next(self._numbers)

    def location(self, name: str) -> Location:
        """The location of that name; a new name opens a new one."""
        if name not in self.locations:
            self.locations[name] = Location(self.new_id(), name)
        return self.locations[name]

    def variant_of(self, variant_id: int | None, sku: str | None) -> ProductVariant | None:
        """What a line sells, if it is in the catalogue. Raises ValueError when an id was told that is not."""
        if variant_id is None:
            return self.catalogue.by_sku(sku)
        if variant_id not in self.catalogue.variants:
            raise ValueError(f"there is no variant {variant_id}")
        return self.catalogue.variants[variant_id]

    def place_for(self, variant: ProductVariant | None) -> Location:
        """Where it is sent from: the first place that stocks it."""
        levels = self.stock.levels_of(variant.inventory_item) if variant else []
        stocked = [level.location for level in levels if level.is_active and level.location.active]
        return stocked[0] if stocked else self.location(DEFAULT_PLACE)

    def _level_changed(self, level: InventoryLevel) -> None:
        """That the product counts as updated is told of orders; of other changes it is inferred."""
        self.catalogue.touch(level.item.variant)
        self.announce(self.event(), "INVENTORY_LEVELS_UPDATE", lambda: inventory_level(level, self.bodies.time))

    def _bulk_finished(self, one: BulkOperation) -> None:
        self.announce(self.event(), "BULK_OPERATIONS_FINISH", lambda: finished(one, self.bodies.time))

    def order(self, order_id: int) -> Order:
        if order_id not in self.orders:
            raise Unknown(f"there is no order {order_id} in {self.domain}")
        return self.orders[order_id]

    def event(self) -> str:
        """A name for one action; all that it sets off carries it."""
        return self.webhooks.new_uuid()

    def touch(self, order: Order, fulfillment_orders: Iterable[FulfillmentOrder] = ()) -> None:
        """The order changed just now: the clock on it moves, and the search index hears of it."""
        moment = self.moment()
        order.updated_at = max(moment, order.updated_at)
        for one in fulfillment_orders:
            one.updated_at = moment
        order.indexed.append((self.now(), self.index_row(order)))
        limit = self.now() - timedelta(seconds=self.search_lag_seconds)
        old = sum(1 for at, _ in order.indexed if at <= limit)
        del order.indexed[: max(0, old - 1)]

    def index_row(self, order: Order) -> dict[str, Any]:
        """What the search index keeps of an order: lower-case words, each a tuple of what it answers to."""
        closed, cancelled = order.closed_at is not None, order.cancelled_at is not None
        state = "cancelled" if cancelled else "closed" if closed else "open"
        fulfillment = order.fulfillment_status.lower()
        also = {"unfulfilled": "unshipped", "partially_fulfilled": "partial", "fulfilled": "shipped"}
        return {
            "id": order.id,
            "updated_at": order.updated_at,
            "created_at": order.created_at,
            "processed_at": order.created_at,
            "status": (state, "any") if closed or cancelled else (state, "not_closed", "any"),
            "fulfillment_status": (fulfillment, also.get(fulfillment, fulfillment)),
            "financial_status": ((order.financial_status or "").lower(),),
            "name": (order.name.lower(), order.name.lower().lstrip("#")),
            "tag": tuple(tag.lower() for tag in order.tags),
            "test": (str(order.test).lower(),),
        }

    def indexed(self, order: Order) -> dict[str, Any] | None:
        """The order as the index shows it now; None while it has not heard of it."""
        limit = self.now() - timedelta(seconds=self.search_lag_seconds)
        known = [row for at, row in order.indexed if at <= limit]
        return known[-1] if known else None

    def announce(self, event: str, topic: str, body: Callable[[], dict[str, Any]], *, after: float = 0.0) -> None:
        self.webhooks.publish(topic, body, event, after=after)

    def announce_order(self, event: str, order: Order, *topics: str) -> None:
        for topic in topics:
            self.announce(event, topic, lambda: self.bodies.order(order))

    def announce_fulfillment_order(
        self, event: str, one: FulfillmentOrder, topic: str, *, after: float = 0.0
    ) -> None:
        self.announce(event, topic, lambda: fulfillment_order(one), after=after)

    def open_fulfillment_order(
        self, order: Order, location: Location, method: str, lines: Iterable[tuple[Any, int]], *, delay: float = 0.0
    ) -> FulfillmentOrder:
        """A new fulfillment order for ``lines`` as (line, how many)."""
        moment = self.moment()
        made = FulfillmentOrder(
            id=self.new_id(),
            order=order,
            location=location,
            delivery_method=method,
            lines=[FulfillmentOrderLine(self.new_id(), line, quantity, quantity) for line, quantity in lines],
            created_at=moment,
            updated_at=moment,
            visible_at=self.now() + timedelta(seconds=delay),
        )
        order.fulfillment_orders.append(made)
        self.fulfillment_orders[made.id] = made
        return made
