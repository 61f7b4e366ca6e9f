"""The GraphQL texts that ask about stock and write it; ``documents`` has the others, and says what ``cost`` is.

Every text is valid by the published schema of the version (a test holds that). Those that write carry the key that
makes repeating them harmless for 24 hours (documented): the same key and body again give the first result.
"""

from __future__ import annotations

from platen.connectors.shopify.documents import Document, Kind

_PAGE = "pageInfo { hasNextPage endCursor }"

LOCATIONS = Document(
    "PlatenLocations",
    Kind.READ,
    20,
    f"""
query PlatenLocations($after: String) {{
  locations(first: 250, after: $after, includeInactive: true, includeLegacy: true) {{
    nodes {{ id name isActive isFulfillmentService }}
    {_PAGE}
  }}
}}""",
)

LEVELS = Document(
    "PlatenLevels",
    Kind.READ,
    20,
    """
query PlatenLevels($ids: [ID!]!, $place: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem {
      id tracked
      inventoryLevel(locationId: $place, includeInactive: true) {
        isActive
        quantities(names: ["available", "on_hand", "committed"]) { name quantity }
      }
      variants(first: 1) { nodes { requiresComponents } }
    }
  }
}""",
)

ORDERS_AT_ONCE = 10
"""Of one PlatenStandings: whether each of them is charged for is not known, so as many as cost below 1000 then."""

STANDINGS = Document(
    "PlatenStandings",
    Kind.READ,
    90,
    f"""
query PlatenStandings($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id updatedAt cancelledAt
      lineItems(first: 20) {{ nodes {{ id currentQuantity unfulfilledQuantity }} {_PAGE} }}
      fulfillmentOrders(first: 5) {{
        nodes {{
          id status
          assignedLocation {{ location {{ id }} }}
          lineItems(first: 20) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {_PAGE} }}
        }}
        {_PAGE}
      }}
      fulfillments(first: 250) {{
        legacyResourceId status createdAt
        location {{ id }}
        fulfillmentLineItems(first: 20) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
      }}
    }}
  }}
}}""",
)

STANDING_LINES = Document(
    "PlatenStandingLines",
    Kind.READ,
    20,
    f"""
query PlatenStandingLines($id: ID!, $after: String!) {{
  order(id: $id) {{
    lineItems(first: 250, after: $after) {{ nodes {{ id currentQuantity unfulfilledQuantity }} {_PAGE} }}
  }}
}}""",
)

ORDER_UPDATED = Document(
    "PlatenOrderUpdated", Kind.READ, 5, "query PlatenOrderUpdated($id: ID!) { order(id: $id) { updatedAt } }"
)

_COST = "unitCost { amount currencyCode }"
_VARIANT = f"id sku barcode title requiresComponents inventoryItem {{ id tracked {_COST} }}"
_PRODUCT = "title productType status updatedAt"

PRODUCTS = Document(
    "PlatenProducts",
    Kind.READ,
    150,
    f"""
query PlatenProducts($query: String, $after: String) {{
  products(first: 25, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ id {_PRODUCT} variants(first: 100) {{ nodes {{ {_VARIANT} }} {_PAGE} }} }}
    {_PAGE}
  }}
}}""",
)

PRODUCT_VARIANTS = Document(
    "PlatenProductVariants",
    Kind.READ,
    30,
    f"""
query PlatenProductVariants($id: ID!, $after: String!) {{
  product(id: $id) {{ variants(first: 250, after: $after) {{ nodes {{ {_VARIANT} }} {_PAGE} }} }}
}}""",
)

COSTS = Document(
    "PlatenCosts",
    Kind.READ,
    10,
    f"query PlatenCosts {{ productVariants(first: 1) {{ nodes {{ inventoryItem {{ {_COST} }} }} }} }}",
)
"""Whether the app may see what things cost: a permission of its own, beside the scopes."""

EXPORT_RUN = Document(
    "PlatenExportRun",
    Kind.SET,
    20,
    """
mutation PlatenExportRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { code field message }
  }
}""",
)

EXPORTS = Document(
    "PlatenExports",
    Kind.READ,
    15,
    "query PlatenExports { bulkOperations(first: 20) { nodes { id status query } } }",
)

"""The newest first (documented)."""

EXPORT_STATUS = Document(
    "PlatenExportStatus",
    Kind.READ,
    5,
    "query PlatenExportStatus($id: ID!) { bulkOperation(id: $id) { id status errorCode rootObjectCount url } }",
)


def exported(*, costs: bool) -> str:
    """What a bulk operation is asked to list: a variant with all of its own in one row, so nothing is to be joined.

    ``costs`` False where the app may not see them: one field that is denied fails the whole export (documented).
    """
    variant = _VARIANT if costs else _VARIANT.replace(f" {_COST}", "")
    return f"{{ productVariants {{ edges {{ node {{ {variant} product {{ {_PRODUCT} }} }} }} }} }}"


SET_QUANTITIES = Document(
    "PlatenSetQuantities",
    Kind.SET,
    20,
    """
mutation PlatenSetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}""",
)

ADJUST_QUANTITIES = Document(
    "PlatenAdjustQuantities",
    Kind.SET,
    20,
    """
mutation PlatenAdjustQuantities($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}""",
)

STOCK_AT = Document(
    "PlatenStockAt",
    Kind.SET,
    15,
    """
mutation PlatenStockAt($item: ID!, $place: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $place) @idempotent(key: $key) {
    userErrors { field message }
  }
}""",
)

STOCK_DOCUMENTS: tuple[Document, ...] = (
    LOCATIONS,
    LEVELS,
    STANDINGS,
    STANDING_LINES,
    ORDER_UPDATED,
    PRODUCTS,
    PRODUCT_VARIANTS,
    COSTS,
    EXPORT_RUN,
    EXPORTS,
    EXPORT_STATUS,
    SET_QUANTITIES,
    ADJUST_QUANTITIES,
    STOCK_AT,
)
