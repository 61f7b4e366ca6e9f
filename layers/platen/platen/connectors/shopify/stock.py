"""Shopify as a store that counts stock: each question one short path to the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from platen.connectors.shopify import products, stock_reading, stock_writing
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.stock_writing import ADDING, SETTING, Writing
from platen.domain.verdicts import Refused
from platen.ports import Access
from platen.ports.stock import Export, Level, Outcome, Place, Standing, Variant, VariantPage, Write

PATIENCE = 240.0
"""Seconds that a push waits in place for points: what it reads must be of one moment, so it cannot be read by parts
in workers that follow each other. 250 items may be in thousands of open orders, and a bucket holds those of 200."""


class ShopifyStock:
    """Implements ``ports.StockedStore``. Ids are the numbers that people see in the shop's admin: of locations,
    inventory items, variants, orders and lines. Raises the verdicts of ``domain.verdicts``."""

    page_size = stock_writing.PAGE_SIZE

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client = Client(access, PATIENCE)

    def places(self) -> list[Place]:
        return stock_reading.places(Client(self._access))  # a person waits for it

    def variants(self, changed_since: datetime | None, page: str = "") -> VariantPage:
        return products.changed(self._client, changed_since, page)

    def begin_export(self) -> Export:
        return products.begin(self._client)

    def export(self, export_id: str) -> Export:
        return products.look(self._client, export_id)

    def read_export(self, export_id: str) -> Iterator[Variant]:
        return products.read(self._client, self._access.http, export_id)

    def levels(self, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:
        return stock_reading.levels(self._client, _number(place_id), stock_ids)

    def standings(self, store_order_ids: Sequence[str]) -> dict[tuple[str, str], Standing]:
        return stock_reading.standings(self._client, store_order_ids)

    def set_levels(
        self, place_id: str, name: str, writes: Sequence[Write], *, key: str, reference: str
    ) -> list[Outcome]:
        return self._writing(SETTING, place_id, name, reference).write(writes, key)

    def adjust_levels(self, place_id: str, writes: Sequence[Write], *, key: str, reference: str) -> list[Outcome]:
        return self._writing(ADDING, place_id, "available", reference).write(writes, key)

    def stock_at(self, place_id: str, stock_ids: Sequence[str], *, key: str) -> list[Outcome]:
        return stock_writing.stock_at(self._client, _number(place_id), stock_ids, key)

    def _writing(self, kind: stock_writing.Kind, place_id: str, name: str, reference: str) -> Writing:
        clock = self._access.clock
        return Writing(self._client, clock, kind, place_id=_number(place_id), name=name, reference=reference)


def _number(place_id: str) -> str:
    if place_id.isascii() and place_id.isdecimal() and len(place_id) <= 20:
        return place_id
    raise Refused(f"{place_id[:50]!r} is not a location's number at Shopify: see the list of the store's places.")
