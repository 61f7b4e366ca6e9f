"""Shopify as the store port has it: each question one short path to the answer."""

from __future__ import annotations

import re
from datetime import datetime

from platen.connectors.shopify import Settings, cancelling, connecting, documents, mapping, reading, wire
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.telling import Telling
from platen.domain.model import iso
from platen.domain.order import Order
from platen.domain.record import CancelWish
from platen.domain.shipment import Shipment
from platen.domain.verdicts import Refused
from platen.ports import Access, Finding, OrderStub, Page

_NUMBER = re.compile(r"[0-9]{1,20}")
_ORDER_OF = {
    "FulfillmentOrder": documents.ORDER_OF_FULFILLMENT_ORDER,
    "Fulfillment": documents.ORDER_OF_FULFILLMENT,
    "Refund": documents.ORDER_OF_REFUND,
}


class ShopifyStore:
    """Implements ``ports.Store``. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._client = Client(access)

    def fetch(self, store_order_id: str) -> Order | None:
        number = _order_number(store_order_id)
        found = reading.read_order(self._client, number) if number else None
        if found is None:
            return None
        order, refused = found
        return mapping.to_order(self._access.connection_id, order, refused=refused)

    def resolve(self, reference: str) -> str | None:
        """The order behind a fulfillment order, fulfillment or refund, each by its global id."""
        kind = wire.type_of(reference)
        if kind == "Order":
            return wire.number_of(reference)
        document = _ORDER_OF.get(kind)
        if document is None:
            return None
        answer = self._client.run(document, {"id": reference})
        found = next(iter(answer.data.values()), None)
        return reading.parse(_Owned, found, document).order_number if found else None

    def changed_since(self, since: datetime, page: str = "") -> Page[OrderStub]:
        """One page of a search, which may lag: ask for some minutes more than needed."""
        variables = {"query": f"updated_at:>='{iso(since)}'", "after": page or None}
        answer = self._client.run(documents.ORDERS_CHANGED, variables)
        found = reading.parse(_OrdersPage, dict(answer.data), documents.ORDERS_CHANGED).orders
        stubs = tuple(
            OrderStub(store_order_id=one.legacy_resource_id, updated_at=one.updated_at) for one in found.nodes
        )
        return Page(items=stubs, next=found.next)

    def tell(self, shipment: Shipment, *, told_by_others: frozenset[str]) -> tuple[str, ...]:
        return Telling(self._client, self._settings, self._access.clock).tell(shipment, told_by_others)

    def check(self) -> list[Finding]:
        return connecting.check(self._client, self._settings)

    def cancel(self, store_order_id: str, wish: CancelWish) -> None:
        number = _order_number(store_order_id)
        if not number:
            raise Refused("This is not the id of an order at Shopify, so there is nothing to cancel there.")
        cancelling.cancel(self._client, number, wish)

    def listen(self, url: str) -> list[Finding]:
        return connecting.listen(self._client, url, self._access.connection_id)


class _OrdersPage(wire.Wire):
    orders: wire.Nodes[wire.OrderStub]


class _Owned(wire.Wire):
    """Something that belongs to an order, told in one of two ways."""

    order_id: wire.Gid = ""
    order: wire.Named | None = None

    @property
    def order_number(self) -> str | None:
        if self.order:
            return self.order.number
        return wire.number_of(self.order_id) if wire.type_of(self.order_id) == "Order" else None


def _order_number(store_order_id: str) -> str:
    """The number of an order id in either spelling; empty for what cannot be one."""
    if wire.type_of(store_order_id) == "Order":
        return wire.number_of(store_order_id)
    return store_order_id if _NUMBER.fullmatch(store_order_id) else ""
