"""What the tests of the twin's stock share: a store with goods, and an app that reads and writes counts."""

from __future__ import annotations

import itertools
from typing import Any

from tests.twins.shopify_store import Store

PLACE = "Workshop"
QUANTITIES = '["available", "on_hand", "committed", "reserved", "incoming"]'

LEVELS = f"""
query($ids: [ID!]!, $place: ID!) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      id sku tracked duplicateSkuCount
      variant {{ id requiresComponents product {{ id status }} }}
      inventoryLevel(locationId: $place) {{ id isActive quantities(names: {QUANTITIES}) {{ name quantity }} }}
      inventoryLevels(first: 10, includeInactive: true) {{
        nodes {{ id isActive location {{ id name }} quantities(names: {QUANTITIES}) {{ name quantity updatedAt }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}"""

_GROUP = """
    inventoryAdjustmentGroup {
      id createdAt reason referenceDocumentUri app { id }
      changes { name delta quantityAfterChange ledgerDocumentUri item { id } location { id } }
    }
    userErrors { code field message }"""

SET = f"""
mutation($input: InventorySetQuantitiesInput!, $key: String!) {{
  inventorySetQuantities(input: $input) @idempotent(key: $key) {{{_GROUP}
  }}
}}"""

ADJUST = f"""
mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {{
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {{{_GROUP}
  }}
}}"""

ACTIVATE = """
mutation($item: ID!, $place: ID!, $available: Int, $onHand: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $place, available: $available, onHand: $onHand)
    @idempotent(key: $key) {
    inventoryLevel { id isActive quantities(names: ["available", "on_hand"]) { name quantity } }
    userErrors { field message }
  }
}"""

RUN = """
mutation($query: String!, $grouped: Boolean = false) {
  bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
    bulkOperation { id status url objectCount }
    userErrors { code field message }
  }
}"""

STATUS = """
query($id: ID!) {
  bulkOperation(id: $id) {
    id status errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl type query
  }
}"""


class Shelf(Store):
    """A store that has ten mugs in its workshop; keys count themselves."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.room = self.twin.stockroom
        self._keys = (f"key-{number}" for number in itertools.count(1))
        self.room.add_product("Mug", [{"sku": "MUG", "stock": 10, "unit_cost": "3.20"}], product_type="Mugs")

    def item(self, sku: str = "MUG") -> str:
        return f"gid://shopify/InventoryItem/{self.room.item(sku).id}"

    def place(self, name: str = PLACE) -> str:
        return f"gid://shopify/Location/{self.twin.shop.location(name).id}"

    def counts(self, sku: str = "MUG", place: str = PLACE) -> tuple[int, int, int]:
        """(available, committed, on hand)"""
        told = self.room.counts(sku, place)
        return told["available"], told["committed"], told["on_hand"]

    def row(self, quantity: int, expected: int | None, sku: str = "MUG", place: str = PLACE) -> dict[str, Any]:
        return {
            "inventoryItemId": self.item(sku),
            "locationId": self.place(place),
            "quantity": quantity,
            "changeFromQuantity": expected,
        }

    def change(self, delta: int, expected: int | None, sku: str = "MUG", **more: Any) -> dict[str, Any]:
        row = self.row(0, expected, sku)
        del row["quantity"]
        return row | {"delta": delta} | more

    def set(self, *rows: dict[str, Any], key: str = "", **more: Any) -> Any:
        told = {"name": "available", "reason": "correction", "quantities": list(rows)} | more
        return self.data(SET, input=told, key=key or next(self._keys))["inventorySetQuantities"]

    def adjust(self, *rows: dict[str, Any], key: str = "", **more: Any) -> Any:
        told = {"name": "available", "reason": "correction", "changes": list(rows)} | more
        return self.data(ADJUST, input=told, key=key or next(self._keys))["inventoryAdjustQuantities"]

    def activate(self, sku: str = "MUG", place: str = PLACE, **more: Any) -> Any:
        asked = {"item": self.item(sku), "place": self.place(place), "key": next(self._keys)} | more
        return self.data(ACTIVATE, **asked)["inventoryActivate"]

    def results(self) -> list[str]:
        return [one.result for one in self.room.writes]


def codes(payload: Any) -> list[str]:
    return [one["code"] for one in payload["userErrors"]]


def deltas(payload: Any) -> list[tuple[str, int]]:
    return [(one["name"], one["delta"]) for one in payload["inventoryAdjustmentGroup"]["changes"]]
