"""Reads one order, with the products of which it does not say enough."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from platen.connectors.inksoft import wire
from platen.connectors.inksoft.answers import NoApi, NotThere, Shut
from platen.connectors.inksoft.client import Client
from platen.domain.verdicts import Denied, Refused
from platen.ports import Access

logger = logging.getLogger("platen.inksoft")

PRODUCTS_KEPT = timedelta(hours=1)
LARGEST_KEPT = 100_000
"""Characters: an item of the table holds 400 KB."""
NONE = "-"
"""What is kept of a product that is not to be had."""


@dataclass(frozen=True)
class ReadOrder:
    """An order, and the moment just before it was asked for: the latest that may not be in it."""

    theirs: wire.Order
    at: datetime


def read_order(client: Client, access: Access, order_id: str) -> ReadOrder | None:
    """None when InkSoft has none such."""
    at = access.clock.now()
    try:
        return ReadOrder(client.order(order_id), at)
    except NotThere:
        refused = None
    except Refused as no:
        refused = no
    # One client is known that has to prove itself with the buyer's e-mail. The list tells it; it is kept nowhere.
    email = _email_of(client, order_id)
    if email:
        at = access.clock.now()
        try:
            return ReadOrder(client.order(order_id, email), at)
        except NotThere:
            refused = None
    if refused:
        raise refused
    return None


def _email_of(client: Client, order_id: str) -> str:
    try:
        row = client.called(order_id)
    except (NoApi, Shut):
        raise
    except (Denied, Refused, NotThere):
        return ""  # a key that may not list still has said that there is no such order
    return row.email if row else ""


class Products:
    """Products by their id: asked for once, and kept for an hour for all orders of the connection."""

    def __init__(self, client: Client, access: Access) -> None:
        self._client = client
        self._cache = access.cache
        self._namespace = f"{access.connection_id}/products"

    def get(self, ids: tuple[str, ...]) -> Mapping[str, wire.Product]:
        """Those that are to be had."""
        if not ids:
            return {}
        kept = self._cache.get(self._namespace, ids)
        texts = {one: kept.get(one) or self._ask(one) for one in ids}
        found = ((one, _parsed(text)) for one, text in texts.items())
        return {one: product for one, product in found if product}

    def _ask(self, product_id: str) -> str:
        try:
            text = self._client.product(product_id).model_dump_json()
        except (NoApi, Shut):
            raise
        except (Denied, Refused, NotThere):
            # The order itself could be read: this key may not read products, or this one is gone. What the order
            # says has to do, and the same for an hour, so that an order does not change with it.
            logger.warning("product not to be had", extra={"product": product_id[:40]})
            text = NONE
        if len(text) <= LARGEST_KEPT:
            self._cache.put(self._namespace, {product_id: text}, PRODUCTS_KEPT)
        return text


def _parsed(text: str) -> wire.Product | None:
    if text == NONE:
        return None
    try:
        return wire.Product.model_validate_json(text)
    except ValidationError:
        return None
