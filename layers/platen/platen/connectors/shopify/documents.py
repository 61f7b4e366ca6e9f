"""The GraphQL texts this connector sends, each with what it costs and what repeating it would do.

``cost`` is what Shopify asks the bucket for before it runs a document, estimated by a formula worked
out from recorded traffic (unconfirmed by Shopify) and rounded up. One document may cost 1000 at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

API_VERSION = "2026-10"


class Kind(StrEnum):
    READ = "read"
    SET = "set"
    """A mutation that leaves the same result when it is done twice."""
    MAKE = "make"
    """A mutation that, done twice, makes two things."""


@dataclass(frozen=True)
class Document:
    name: str
    kind: Kind
    cost: int
    text: str


_MONEY = "{ presentmentMoney { amount currencyCode } }"
_PAGE = "pageInfo { hasNextPage endCursor }"

_LINE = f"""
fragment PlatenLine on LineItem {{
  id title variantTitle sku vendor quantity currentQuantity unfulfilledQuantity requiresShipping isGiftCard
  customAttributes {{ key value }}
  discountedUnitPriceAfterAllDiscountsSet {_MONEY}
  originalUnitPriceSet {_MONEY}
  discountAllocations {{ allocatedAmountSet {_MONEY} discountApplication {{ index }} }}
  weight {{ value unit }}
  image {{ url }}
  variant {{ id barcode selectedOptions {{ name value }} }}
}}"""

_ADDRESS = "{ name firstName lastName company address1 address2 city zip provinceCode countryCodeV2 phone }"

_DISCOUNTS = """{
      nodes {
        index targetType
        ... on DiscountCodeApplication { code }
        ... on AutomaticDiscountApplication { title }
        ... on ManualDiscountApplication { title }
        ... on ScriptDiscountApplication { title }
      }
    }"""

_FULFILLMENT_ORDER = f"""
fragment PlatenFulfillmentOrder on FulfillmentOrder {{
  id status fulfillAt
  deliveryMethod {{ methodType }}
  fulfillmentHolds {{ reason displayReason }}
  lineItems(first: 50) {{
    nodes {{ id productTitle totalQuantity remainingQuantity lineItem {{ id }} }}
    {_PAGE}
  }}
}}"""

_WITH_PLACE = "{ ...PlatenFulfillmentOrder assignedLocation { name } }"
_WITH_LOCATION = "{ ...PlatenFulfillmentOrder assignedLocation { name location { id } } }"

ORDER = Document(
    "PlatenOrder",
    Kind.READ,
    220,
    f"""
query PlatenOrder($id: ID!) {{
  order(id: $id) {{
    legacyResourceId name createdAt processedAt updatedAt cancelledAt cancelReason closed test
    displayFinancialStatus email tags note paymentGatewayNames
    customAttributes {{ key value }}
    currentShippingPriceSet {_MONEY}
    currentTotalTaxSet {_MONEY}
    currentTotalDiscountsSet {_MONEY}
    shippingAddress {_ADDRESS}
    billingAddress {_ADDRESS}
    discountApplications(first: 50) {_DISCOUNTS}
    shippingLines(first: 20) {{ nodes {{ title code isRemoved discountedPriceSet {_MONEY} }} }}
    lineItems(first: 50) {{ nodes {{ ...PlatenLine }} {_PAGE} }}
    fulfillmentOrders(first: 10) {{ nodes {_WITH_PLACE} {_PAGE} }}
  }}
}}
{_LINE}{_FULFILLMENT_ORDER}""",
)

ORDER_LINES = Document(
    "PlatenOrderLines",
    Kind.READ,
    100,
    f"""
query PlatenOrderLines($id: ID!, $after: String!) {{
  order(id: $id) {{ updatedAt lineItems(first: 100, after: $after) {{ nodes {{ ...PlatenLine }} {_PAGE} }} }}
}}
{_LINE}""",
)

PARCELS = Document(
    "PlatenParcels",
    Kind.READ,
    140,
    f"""
query PlatenParcels($id: ID!) {{
  order(id: $id) {{
    name createdAt cancelledAt
    fulfillments(first: 250) {{
      legacyResourceId name status createdAt
      trackingInfo(first: 50) {{ number }}
      fulfillmentLineItems(first: 50) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
    }}
    fulfillmentOrders(first: 10) {{ nodes {_WITH_LOCATION} {_PAGE} }}
  }}
}}
{_FULFILLMENT_ORDER}""",
)

FULFILLMENT_ORDERS = Document(
    "PlatenFulfillmentOrders",
    Kind.READ,
    180,
    f"""
query PlatenFulfillmentOrders($id: ID!, $after: String!) {{
  order(id: $id) {{ fulfillmentOrders(first: 30, after: $after) {{ nodes {_WITH_LOCATION} {_PAGE} }} }}
}}
{_FULFILLMENT_ORDER}""",
)

FULFILLMENT_ORDER_LINES = Document(
    "PlatenFulfillmentOrderLines",
    Kind.READ,
    30,
    f"""
query PlatenFulfillmentOrderLines($id: ID!, $after: String!) {{
  fulfillmentOrder(id: $id) {{
    lineItems(first: 100, after: $after) {{
      nodes {{ id productTitle totalQuantity remainingQuantity lineItem {{ id }} }}
      {_PAGE}
    }}
  }}
}}""",
)

FULFILLMENT_LINES = Document(
    "PlatenFulfillmentLines",
    Kind.READ,
    30,
    f"""
query PlatenFulfillmentLines($id: ID!, $after: String!) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: 100, after: $after) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
  }}
}}""",
)

ORDERS_CHANGED = Document(
    "PlatenOrdersChanged",
    Kind.READ,
    20,
    f"""
query PlatenOrdersChanged($query: String!, $after: String) {{
  orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ legacyResourceId updatedAt }}
    {_PAGE}
  }}
}}""",
)

ORDER_OF_FULFILLMENT_ORDER = Document(
    "PlatenOrderOfFulfillmentOrder",
    Kind.READ,
    5,
    "query PlatenOrderOfFulfillmentOrder($id: ID!) { fulfillmentOrder(id: $id) { orderId } }",
)

ORDER_OF_FULFILLMENT = Document(
    "PlatenOrderOfFulfillment",
    Kind.READ,
    5,
    "query PlatenOrderOfFulfillment($id: ID!) { fulfillment(id: $id) { order { id } } }",
)

ORDER_OF_REFUND = Document(
    "PlatenOrderOfRefund",
    Kind.READ,
    5,
    "query PlatenOrderOfRefund($id: ID!) { refund(id: $id) { order { id } } }",
)

FULFILLMENT_CREATE = Document(
    "PlatenFulfillmentCreate",
    Kind.MAKE,
    30,
    """
mutation PlatenFulfillmentCreate($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { legacyResourceId }
    userErrors { field message }
  }
}""",
)

TRACKING_UPDATE = Document(
    "PlatenTrackingUpdate",
    Kind.SET,
    60,
    """
mutation PlatenTrackingUpdate($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { legacyResourceId }
    userErrors { field message }
  }
}""",
)

CANCELLATION = Document(
    "PlatenCancellation",
    Kind.READ,
    5,
    "query PlatenCancellation($id: ID!) { order(id: $id) { name cancelledAt } }",
)

ORDER_CANCEL = Document(
    "PlatenOrderCancel",
    Kind.SET,
    20,
    """
mutation PlatenOrderCancel($id: ID!, $refund: Boolean!, $restock: Boolean!, $notify: Boolean!, $note: String) {
  orderCancel(
    orderId: $id, reason: OTHER, refundMethod: { originalPaymentMethodsRefund: $refund }
    restock: $restock, notifyCustomer: $notify, staffNote: $note
  ) {
    job { id }
    jobResult { status errors { field message } }
    orderCancelUserErrors { field message }
  }
}""",
)

SHOP = Document(
    "PlatenShop",
    Kind.READ,
    10,
    """
query PlatenShop {
  shop { name myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
}""",
)

WEBHOOKS = Document(
    "PlatenWebhooks",
    Kind.READ,
    30,
    f"""
query PlatenWebhooks($after: String) {{
  webhookSubscriptions(first: 250, after: $after) {{
    nodes {{ id topic uri format filter includeFields }}
    {_PAGE}
  }}
}}""",
)

WEBHOOK_CREATE = Document(
    "PlatenWebhookCreate",
    Kind.SET,
    20,
    """
mutation PlatenWebhookCreate($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}""",
)

WEBHOOK_UPDATE = Document(
    "PlatenWebhookUpdate",
    Kind.SET,
    20,
    """
mutation PlatenWebhookUpdate($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}""",
)

DOCUMENTS: tuple[Document, ...] = (
    ORDER,
    ORDER_LINES,
    PARCELS,
    FULFILLMENT_ORDERS,
    FULFILLMENT_ORDER_LINES,
    FULFILLMENT_LINES,
    ORDERS_CHANGED,
    ORDER_OF_FULFILLMENT_ORDER,
    ORDER_OF_FULFILLMENT,
    ORDER_OF_REFUND,
    FULFILLMENT_CREATE,
    TRACKING_UPDATE,
    CANCELLATION,
    ORDER_CANCEL,
    SHOP,
    WEBHOOKS,
    WEBHOOK_CREATE,
    WEBHOOK_UPDATE,
)
