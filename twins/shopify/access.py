"""What one request may see and do: scopes, protected fields, the age of orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from twins.shopify.model import FulfillmentOrder, Order
from twins.shopify.shop import Shop

OLD_ORDERS_AFTER_DAYS = 60
PROTECTED = {
    "Order": ("email", "phone"),
    "Customer": ("firstName", "lastName", "email", "phone"),
    "MailingAddress": (
        "firstName",
        "lastName",
        "name",
        "address1",
        "address2",
        "zip",
        "phone",
        "latitude",
        "longitude",
    ),
    "FulfillmentOrderDestination": (
        "firstName",
        "lastName",
        "address1",
        "address2",
        "city",
        "zip",
        "phone",
        "email",
    ),
}
SCOPES = {
    ("Order", "customer"): ("read_customers",),
    ("Location", "id"): ("read_locations", "read_inventory"),
    ("Location", "name"): ("read_locations",),
    ("FulfillmentHold", "heldByApp"): ("read_apps",),
    ("LineItem", "variant"): ("read_products",),
    ("LineItem", "product"): ("read_products",),
    ("InventoryItem", "inventoryLevel"): ("read_inventory",),
    ("InventoryItem", "inventoryLevels"): ("read_inventory",),
    ("Location", "inventoryLevel"): ("read_inventory",),
    ("Location", "inventoryLevels"): ("read_inventory",),
    ("InventoryLevel", "quantities"): ("read_inventory",),
    ("QueryRoot", "inventoryItem"): ("read_inventory", "read_products"),
    ("QueryRoot", "inventoryItems"): ("read_inventory", "read_products"),
    ("QueryRoot", "inventoryLevel"): ("read_inventory",),
    ("QueryRoot", "product"): ("read_products",),
    ("QueryRoot", "products"): ("read_products",),
    ("QueryRoot", "productVariant"): ("read_products",),
    ("QueryRoot", "productVariants"): ("read_products",),
    ("QueryRoot", "orders"): ("read_orders",),
    ("QueryRoot", "order"): ("read_orders",),
    ("QueryRoot", "ordersCount"): ("read_orders",),
    ("QueryRoot", "fulfillmentOrders"): (
        "read_assigned_fulfillment_orders",
        "read_merchant_managed_fulfillment_orders",
        "read_third_party_fulfillment_orders",
    ),
}


@dataclass
class Context:
    """What one request may see and do."""

    shop: Shop
    scopes: frozenset[str]
    versions: list[tuple[str, bool]]
    webhook_version: str
    hide_personal_data: bool = False
    hide_costs: bool = False
    """Whoever installed the app may not see what goods cost."""
    base_url: str = ""
    bulk: bool = False
    """A bulk operation is at work: every connection is read to its end."""
    idempotency_key: str | None = None
    """What the mutation that is at work carries in its directive."""
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def sees(self, one: FulfillmentOrder, verb: str = "read") -> bool:
        kind = "third_party" if one.location.third_party else "merchant_managed"
        routed = one.visible_at <= self.shop.now()
        return routed and f"{verb}_{kind}_fulfillment_orders" in self.scopes

    def sees_order(self, order: Order) -> bool:
        if "read_all_orders" in self.scopes:
            return True
        return (self.shop.now() - order.created_at).days < OLD_ORDERS_AFTER_DAYS

    def need(self, any_of: tuple[str, ...], what: str) -> None:
        if not self.scopes.intersection(any_of):
            raise denied(what, any_of)


def denied(what: str, any_of: tuple[str, ...]) -> GraphQLError:
    needed = " or ".join(f"`{scope}`" for scope in any_of) + " access scope."
    return GraphQLError(
        f"Access denied for {what} field. Required access: {needed}",
        extensions={
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": needed,
        },
    )
