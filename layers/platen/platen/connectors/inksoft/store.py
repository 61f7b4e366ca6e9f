"""InkSoft as the store port has it: each question one short path to the answer."""

from __future__ import annotations

import re
from datetime import datetime

from platen.connectors.inksoft import Settings, connecting, listing, mapping
from platen.connectors.inksoft.client import Client
from platen.connectors.inksoft.goods import products_needed
from platen.connectors.inksoft.reading import Products, read_order
from platen.connectors.inksoft.telling import Telling
from platen.domain.order import Order
from platen.domain.record import CancelWish
from platen.domain.shipment import Shipment
from platen.domain.verdicts import Later, Refused
from platen.ports import Access, Finding, OrderStub, Page

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class InkSoftStore:
    """Implements ``ports.Store``. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._client = Client(access)

    def fetch(self, store_order_id: str) -> Order | None:
        """Whatever its store or kind: those choose what is taken in by itself, not what may be asked for."""
        if not _NUMBER.fullmatch(store_order_id):
            return None
        found = read_order(self._client, self._access, store_order_id)
        if found is None:
            return None
        wanted = products_needed(found.theirs, self._settings.line_sku)
        products = Products(self._client, self._access).get(wanted)
        connection = self._access.connection_id
        try:
            return mapping.to_order(connection, found.theirs, products, self._settings, found.at)
        except mapping.Undated:
            raise Later(f"InkSoft does not say when order {store_order_id} was placed.") from None

    def resolve(self, reference: str) -> str | None:  # noqa: ARG002
        """No webhook of InkSoft's names anything."""
        return None

    def changed_since(self, since: datetime, page: str = "") -> Page[OrderStub]:
        return listing.changed_since(self._client, self._settings, self._access.clock, since, page)

    def tell(self, shipment: Shipment, *, told_by_others: frozenset[str]) -> tuple[str, ...]:
        return Telling(self._client, self._access).tell(shipment, told_by_others)

    def check(self) -> list[Finding]:
        return connecting.check(self._client, self._settings)

    def cancel(self, store_order_id: str, wish: CancelWish) -> None:  # noqa: ARG002
        raise Refused(
            f"InkSoft lets nobody cancel orders but its own admin. Cancel order {store_order_id[:40]} there; Platen"
            " sees it at the next sync."
        )

    def listen(self, url: str) -> list[Finding]:  # noqa: ARG002
        """InkSoft sends no webhooks."""
        return []
