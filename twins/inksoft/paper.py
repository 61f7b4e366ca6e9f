"""How everything is written down: money, the envelope, the letter case of names, and what a refusal says."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

HTML = "text/html; charset=utf-8"

MISSPELT = {
    "GiftCertificates": "GiftCertficates",
    "ProductPriceEachOverride": "ProudctPriceEachOverride",
    "PrintSetupPriceSleeveRight": "PrintSetupPrcieSleeveRight",
    "PrintOverridePriceSleeveRight": "PrintOverridePriceSleeveright",
    "VendorId": "VenforId",
    "ToEmail": "ToEamil",
    "UrlPreview": "UrlPreivew",
    "ThreadLibraryName": "ThreadLibraryNae",
    "Severity": "Serverity",
    "CreatedByUserId": "CreeatedByUserId",
}
"""Names as they must be meant, and as the one public transcription has them. Which of the two is on the wire is
not known."""


class Refused(Exception):
    """``status`` is HTTP's, ``code`` the envelope's StatusCode, ``content`` what the message says."""

    def __init__(self, content: str, *, status: int = 400, code: str = "BadRequest") -> None:
        super().__init__(content)
        self.content, self.status, self.code = content, status, code


def not_found(what: str) -> Refused:
    return Refused(f"{what} not found", status=404, code="NotFound")


def money(amount: Decimal) -> float:
    return float(round(amount, 2))


def envelope(data: Any, pagination: dict[str, int] | None = None) -> dict[str, Any]:
    return {"OK": True, "StatusCode": "OK", "Data": data, "Pagination": pagination, "Messages": []}


def failure(content: str, code: str = "BadRequest") -> dict[str, Any]:
    """``Data`` is false and not null on a failure (transcribed: "on some"); the severity's word is inferred."""
    message = {"Content": content, "Title": None, "Severity": "Error"}
    return {"OK": False, "StatusCode": code, "Data": False, "Pagination": None, "Messages": [message]}


def page(title: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"


def camel(name: str) -> str:
    """As .NET's serializer does it: ID -> id, POBox -> poBox, UniqueId -> uniqueId (inferred)."""
    return re.sub(r"^[A-Z]+?(?=[A-Z][a-z]|[^A-Z]|$)", lambda found: found[0].lower(), name)


def renamed(told: Any, rename: Callable[[str], str]) -> Any:
    """``told`` with every field's name passed through ``rename``."""
    if isinstance(told, dict):
        return {rename(name): renamed(value, rename) for name, value in told.items()}
    if isinstance(told, list):
        return [renamed(value, rename) for value in told]
    return told
