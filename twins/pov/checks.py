"""Everything that is refused about a request, all of it said at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from twins.pov.orders import Draft, Item

MAIL_CLASSES = {
    "STANDARD": "Standard",
    "EXPEDITED": "Expedited",
    "EXPRESS": "Express",
    "INTL_STANDARD": "International Standard",
}
SKUS = frozenset({"CANVAS-40X30", "CANVAS-60X40", "POSTER-A2", "POSTER-A3", "MUG-11OZ", "TEE-BLK-M"})
MOST_LINES = 100


class Invalid(Exception):
    """The request is refused. ``errors`` are {field, item, code, message}."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(sorted({one["code"] for one in errors})))
        self.errors = errors


def read_order(body: dict[str, Any], customer_id: str, skus: Collection[str] | None) -> Draft:
    """The order of a request. ``skus`` None: any is known. Raises Invalid with everything that is wrong."""
    check = _Check(skus)
    if body.get("customer_id") != customer_id:
        check.wrong("customer_id", "unknown_customer", "is not the customer that is calling")
    reference = check.text(body, "reference", longest=64)
    check.text(body, "order_number")
    test = body.get("test")
    if not isinstance(test, bool):
        check.wrong("test", "invalid", "has to be true or false")
    check.moment(body, "order_date")
    for name in ("gift_message", "packing_message"):
        check.text(body, name, needed=False, longest=1000)
    mail_class = body.get("mail_class")
    if mail_class not in MAIL_CLASSES:
        check.wrong("mail_class", "bad_mail_class", f"has to be one of {', '.join(MAIL_CLASSES)}")
    check.address(body.get("ship_to"), "ship_to")
    if body.get("return_to") is not None:
        check.address(body["return_to"], "return_to")
    items = check.items(body.get("items"))
    if check.errors:
        raise Invalid(check.errors)
    return Draft(reference, bool(test), str(mail_class), tuple(items), body)


class _Check:
    def __init__(self, skus: Collection[str] | None) -> None:
        self.skus = skus
        self.errors: list[dict[str, Any]] = []

    def wrong(self, field: str, code: str, message: str, item: str | None = None) -> None:
        said = {"field": field, "code": code, "message": f"{field} {message}."}
        self.errors.append(said if item is None else said | {"item": item})

    def text(
        self, source: dict[str, Any], name: str, *, path: str = "", code: str = "invalid", needed: bool = True,
        longest: int = 200,
    ) -> str:  # fmt: skip
        value = source.get(name, "" if not needed else None)
        if not isinstance(value, str) or (needed and not value.strip()) or len(value) > longest:
            self.wrong(path or name, code, f"has to be a text of at most {longest} characters")
            return ""
        return value

    def moment(self, source: dict[str, Any], name: str) -> None:
        try:
            zone = datetime.fromisoformat(str(source.get(name))).tzinfo
        except ValueError:
            zone = None
        if zone is None:
            self.wrong(name, "invalid", "has to be an ISO 8601 time in UTC")

    def address(self, address: object, path: str) -> None:
        if not isinstance(address, dict):
            self.wrong(path, "bad_address", "is missing")
            return
        for name in ("name", "address1", "city"):
            self.text(address, name, path=f"{path}.{name}", code="bad_address")
        for name in ("company", "address2", "state", "postal_code", "phone", "email"):
            self.text(address, name, path=f"{path}.{name}", code="bad_address", needed=False)
        country = address.get("country")
        if not (isinstance(country, str) and len(country) == 2 and country.isalpha() and country.isupper()):
            self.wrong(f"{path}.country", "bad_address", "has to be two capital letters")

    def items(self, items: object) -> list[Item]:
        if not isinstance(items, list) or not 0 < len(items) <= MOST_LINES:
            self.wrong("items", "invalid", f"has to be a list of 1 to {MOST_LINES}")
            return []
        read = [self.item(one) if isinstance(one, dict) else self.no_item() for one in items]
        if len({item.line_id for item in read}) < len(read):
            self.wrong("items", "invalid", "has a line_id more than once")
        return read

    def no_item(self) -> Item:
        self.wrong("items", "invalid", "holds something that is no item")
        return Item("", "", 0, "")

    def item(self, one: dict[str, Any]) -> Item:
        line_id = one.get("line_id")
        if not isinstance(line_id, str) or not line_id:
            self.wrong("line_id", "invalid", "is missing")
            line_id = ""
        sku, art_url, quantity = one.get("sku"), one.get("art_url"), one.get("quantity")
        if not isinstance(sku, str) or not sku:
            self.wrong("sku", "missing_print_details", "is missing", line_id)
        elif self.skus is not None and sku not in self.skus:
            self.wrong("sku", "unknown_sku", "is not known", line_id)
        if not isinstance(art_url, str) or not art_url:
            self.wrong("art_url", "missing_print_details", "is missing", line_id)
        elif not _is_web_address(art_url):
            self.wrong("art_url", "art_unreachable", "cannot be fetched", line_id)
        if type(quantity) is not int or not 1 <= quantity <= 10_000:
            self.wrong("quantity", "invalid", "has to be a whole number from 1", line_id)
            quantity = 0
        price = one.get("price")
        if price is not None and not (isinstance(price, str) and _is_amount(price)):
            self.wrong("price", "invalid", "has to be an amount as a text, or null", line_id)
        return Item(line_id, str(sku), quantity, str(art_url))


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(one.isspace() for one in url)


def _is_amount(text: str) -> bool:
    whole, _, cents = text.partition(".")
    return whole.isdecimal() and (cents == "" or cents.isdecimal())
