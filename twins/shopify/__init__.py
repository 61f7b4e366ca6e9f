"""A stand-in for a Shopify store: the Admin GraphQL API, its OAuth grant and its webhooks."""

from twins.shopify.twin import ALL_SCOPES, Rates, ShopifyTwin

__all__ = ["ALL_SCOPES", "Rates", "ShopifyTwin"]
