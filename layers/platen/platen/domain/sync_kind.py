"""What a warehouse connection syncs: apart from ``sync``, for every message is read by this name. Pure."""

from __future__ import annotations

from enum import StrEnum


class SyncKind(StrEnum):
    PRODUCTS = "products"
    ORDERS = "orders"
    STOCK = "stock"
    """What changed; or, where a person or End of Day says so, everything."""
