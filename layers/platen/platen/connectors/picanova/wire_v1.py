"""The v1 API's payloads, read into those of beta: only the names are others.

How v1 tells of parcels, and what it answers to a new order, is in no published sample. So every name that beta
or v1 uses elsewhere is understood, and what cannot be told from the rest is left for a person to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from platen.connectors.picanova import wire
from platen.connectors.picanova.skus import variant_of
from platen.connectors.picanova.wire import Flag, Id, Moment, Number, Text, Wire

NOBODYS = "?"
"""Stands for the id of an item that a parcel does not name."""


def _list(value: object) -> object:
    return value if isinstance(value, list) else []


def _object(value: object) -> object:
    return value if isinstance(value, Mapping) else {}


def _named(value: object) -> object:
    """A method as ``{code, name}``, or by its name alone."""
    return {"name": value} if isinstance(value, str) else _object(value)


class Article(Wire):
    sku: Text = ""


class Item(Wire):
    id: Text = ""
    external_id: Text = ""
    sku: Text = ""
    """Without the artwork's suffix; ``article`` has it."""
    article: Annotated[Article, BeforeValidator(_object)] = Article()
    quantity: Number

    @property
    def names(self) -> set[str]:
        return {self.id, self.external_id} - {""}


class PackedItem(Wire):
    id: Text = ""
    item_id: Text = ""
    item_external_id: Text = ""
    external_id: Text = ""
    quantity: Number = 1

    @property
    def names(self) -> list[str]:
        return [one for one in (self.item_id, self.item_external_id, self.external_id, self.id) if one]


class Package(Wire):
    method: Annotated[wire.Method, BeforeValidator(_named)] = Field(
        default=wire.Method(), validation_alias=AliasChoices("shipping_method", "carrier", "method")
    )
    tracking_number: Text = Field(default="", validation_alias=AliasChoices("tracking_number", "tracking_code"))
    tracking_url: Text = ""
    shipped_at: Moment = Field(default=None, validation_alias=AliasChoices("shipped_at", "created_at"))
    items: Annotated[list[PackedItem], BeforeValidator(_list)] = Field(default=[], max_length=1000)


class Order(Wire):
    """An order as create and show tell it."""

    order_id: Id = Field(validation_alias=AliasChoices("order_id", "id"))
    external_id: Text = ""
    is_test: Flag = False
    status: Text = ""
    packages: Annotated[list[Package], BeforeValidator(_list)] = Field(default=[], max_length=1000)
    items: Annotated[list[Item], BeforeValidator(_list)] = Field(default=[], max_length=1000)

    def as_order(self) -> wire.Order:
        ids = _ids(self.items)
        known = {name: one for item, one in zip(self.items, ids, strict=True) for name in (item.names | {one})}
        return wire.Order(
            id=self.order_id,
            external_id=self.external_id,
            is_test=self.is_test,
            status=self.status,
            shipments=[_shipment(one, self, known) for one in self.packages],
            items=[_item(item, one) for item, one in zip(self.items, ids, strict=True)],
        )


def _ids(items: Sequence[Item]) -> list[str]:
    """What tells the items apart: their ids, their external ids, or else their places."""
    for found in ([item.id for item in items], [item.external_id for item in items]):
        if all(found) and len(set(found)) == len(items):
            return found
    return [str(place) for place in range(1, len(items) + 1)]


def _item(item: Item, item_id: str) -> wire.Item:
    """``variant_id`` is the product's code and ``file`` the product with its artwork: what a line is known by."""
    return wire.Item(
        id=item_id,
        variant_id=variant_of(item.sku or item.article.sku),
        quantity=item.quantity,
        file=item.article.sku,
    )


def _shipment(package: Package, order: Order, known: Mapping[str, str]) -> wire.Shipment:
    return wire.Shipment(
        shipping_method=package.method.model_dump(),
        tracking_number=package.tracking_number,
        tracking_url=package.tracking_url,
        shipped_at=package.shipped_at,
        items=_inside(package, order, known),
    )


def _inside(package: Package, order: Order, known: Mapping[str, str]) -> list[wire.ShippedItem]:
    """Empty for everything: a parcel that does not say is that only when it is the only one of a done order."""
    if not package.items and len(order.packages) == 1 and order.status.strip().upper() == "FULFILLED":
        return []
    if not package.items:
        return [wire.ShippedItem(item_id=NOBODYS, quantity=1)]
    return [
        wire.ShippedItem(
            item_id=next((known[name] for name in one.names if name in known), (one.names or [NOBODYS])[0]),
            quantity=one.quantity,
        )
        for one in package.items
    ]


class Listed(BaseModel):
    """An order as the list tells it. Nothing may be missing of what an order is looked for by."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    order_id: Id
    external_id: Text
    """Has to be there; null says that it has none."""


class Page(BaseModel):
    """A page of the list. Not one entry is skipped: it could be the one that is looked for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    data: list[Listed] = Field(max_length=10_000)


def last_page(body: object) -> int | None:
    """How many pages the list has; None where it does not say (the published sample does not)."""
    meta = body.get("meta") if isinstance(body, Mapping) else None
    within = meta.get("pagination") if isinstance(meta, Mapping) else None
    for place in (within, meta):
        for name in ("total_pages", "last_page"):
            told = place.get(name) if isinstance(place, Mapping) else None
            if isinstance(told, int) and not isinstance(told, bool) and told >= 0:
                return told
    return None
