"""Carriers and services in words for people, the same for both APIs: they tell them as codes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_CARRIERS = {
    "stamps_com": "USPS",
    "endicia": "USPS",
    "express_1": "USPS",
    "usps": "USPS",
    "ups": "UPS",
    "ups_walleted": "UPS",
    "fedex": "FedEx",
    "fedex_walleted": "FedEx",
    "fedex_uk": "FedEx",
    "dhl_express": "DHL Express",
    "dhl_express_worldwide": "DHL Express",
    "dhl_ecommerce": "DHL eCommerce",
    "canada_post": "Canada Post",
    "canada_post_walleted": "Canada Post",
    "royal_mail": "Royal Mail",
    "australia_post": "Australia Post",
    "ontrac": "OnTrac",
    "globalpost": "GlobalPost",
}
"""The codes of accounts to the carriers behind them (inferred: the list is longer than what is published)."""
_SPELLED = {
    name.lower(): name for name in ("USPS", "UPS", "FedEx", "DHL", "DPD", "GLS", "OnTrac", "US", "UK", "EU")
}


def carrier_of(code: str) -> str:
    """The carrier's name; what is no known code is left as it came.

    >>> carrier_of("ups_walleted"), carrier_of("FedEx"), carrier_of("other")
    ('UPS', 'FedEx', 'other')
    """
    return _CARRIERS.get(code.strip().lower(), code.strip())


def service_of(code: str) -> str:
    """
    >>> service_of("usps_priority_mail"), service_of("")
    ('USPS Priority Mail', '')
    """
    words = code.replace("_", " ").split()
    return " ".join(_SPELLED.get(word.lower(), word.capitalize()) for word in words)


def by_sku(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """SKU -> line item id, of those SKUs that only one line has."""
    found: dict[str, set[str]] = {}
    for sku, line_item_id in pairs:
        if sku and line_item_id:
            found.setdefault(sku, set()).add(line_item_id)
    return {sku: next(iter(ids)) for sku, ids in found.items() if len(ids) == 1}
