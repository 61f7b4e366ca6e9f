"""Shopify's answers about products and stock, as far as they are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from platen.connectors.shopify.wire import (
    Amount,
    FulfillmentOrder,
    Gid,
    IfReadable,
    Named,
    Nodes,
    Number,
    NumberOfGid,
    Text,
    Wire,
)
from platen.connectors.shopify.wire import Fulfillment as AnyFulfillment
from platen.domain.model import Instant

Count = Annotated[int, Field(ge=-(2**53), le=2**53)]
Words = Annotated[Text, AfterValidator(lambda text: text[:500])]
"""Text for people, cut where it would be a book."""


class Location(Wire):
    place_id: NumberOfGid = Field(alias="id")
    name: Words = ""
    is_active: bool = True
    is_fulfillment_service: bool = False


class Locations(Wire):
    locations: Nodes[Location]


# levels


class Quantity(Wire):
    name: str
    quantity: Count


class Level(Wire):
    is_active: bool
    quantities: list[Quantity]

    def count(self, name: str) -> int:
        return next((one.quantity for one in self.quantities if one.name == name), 0)


class Part(Wire):
    """A variant, as far as it tells whether its stock is made of others'."""

    requires_components: bool = False


class Item(Wire):
    stock_id: NumberOfGid = Field(alias="id")
    tracked: bool
    inventory_level: Level | None = None
    variants: Nodes[Part] | None = None

    @property
    def bundle(self) -> bool:
        return any(one.requires_components for one in self.variants.nodes) if self.variants else False


# how orders stand


class StandingLine(Wire):
    line_id: NumberOfGid = Field(alias="id")
    current_quantity: Count
    unfulfilled_quantity: Count


class Fulfillment(AnyFulfillment):
    location: Named | None = None
    """None where the app may not see locations, and where the location is gone."""


class StandingOrder(Wire):
    number: NumberOfGid = Field(alias="id")
    updated_at: Instant
    cancelled_at: Instant | None = None
    line_items: Nodes[StandingLine]
    fulfillment_orders: Nodes[FulfillmentOrder]
    fulfillments: Annotated[list[Fulfillment], Field(max_length=250)]


class LinesPage(Wire):
    line_items: Nodes[StandingLine]


class Updated(Wire):
    updated_at: Instant


# products


class InventoryItem(Wire):
    stock_id: NumberOfGid = Field(alias="id")
    tracked: bool
    unit_cost: IfReadable[Amount] = None


class Product(Wire):
    title: Words = ""
    product_type: Words = ""
    status: Text = ""
    updated_at: Instant


class Variant(Wire):
    variant_id: NumberOfGid = Field(alias="id")
    sku: Words = ""
    barcode: Words = ""
    title: Words = ""
    requires_components: bool = False
    inventory_item: InventoryItem


class ProductWithVariants(Product):
    id: Gid
    variants: Nodes[Variant]


class Products(Wire):
    products: Nodes[ProductWithVariants]


class VariantsPage(Wire):
    variants: Nodes[Variant]


class ExportedVariant(Variant):
    product: Product


class BulkOperation(Wire):
    id: Annotated[str, StringConstraints(pattern=r"^gid://shopify/BulkOperation/[0-9]{1,20}$")]
    status: str
    error_code: Text = ""
    root_object_count: Number | None = None
    query: Text = ""
    url: Annotated[Text, StringConstraints(max_length=8000)] = ""


class BulkOperations(Wire):
    bulk_operations: Nodes[BulkOperation]


class CodedError(Wire):
    """A refusal, with the row it is about in its path: ``input, quantities, 7, quantity``."""

    code: Text = ""
    field: list[str] | None = None
    message: Words = ""

    @property
    def row(self) -> int | None:
        numbers = [part for part in self.field or () if part.isascii() and part.isdecimal() and len(part) < 6]
        return int(numbers[0]) if numbers else None


class Refusals(Wire):
    """What a write's payload has: no errors is success, whatever was or was not changed by it."""

    user_errors: list[CodedError]


class ExportStarted(Refusals):
    bulk_operation: BulkOperation | None = None
