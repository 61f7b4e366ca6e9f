"""Order Desk's records in our words, and what of them has no counterpart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from platen_cli.orderdesk import wire
from platen_cli.products import Row, is_column, row_of, wrong_with

LONGEST_FOLDER = 50
_SHOPIFY_ID = re.compile(r"[0-9]{8,20}")
"""Inferred: ``source_id`` of an order that came from Shopify is Shopify's own id of it."""
_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_FIRST = re.compile(r"(print_(?:url|location|type|preview|sku|design_id))_1")
_CLOSED = re.compile(r"closed|cancel|shipped|complete|archiv|done|fulfilled", re.IGNORECASE)


# ── inventory items ──


@dataclass(frozen=True)
class Conflict:
    """An inventory item that is not moved in, and why."""

    code: str
    what: str


@dataclass
class Products:
    """What becomes of all inventory items."""

    rows: list[Row] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    without_print: int = 0
    """Items that print nothing: there is nothing to move."""
    without_print_but_located: int = 0


def products_of(items: Iterable[wire.InventoryItem]) -> Products:
    """Product map rows of all items that have print fields; a contradiction is reported, and nothing is guessed."""
    made = Products()
    by_code: dict[str, Row] = {}
    for item in items:
        values, clashes, unknown = _print_fields(item)
        if not values and not clashes:
            made.without_print += 1
            made.without_print_but_located += bool(item.location)
            continue
        name = item.code or f"(item {item.id}, {item.name[:80]})"
        made.notes += [f"{name}: {field} means nothing here, and is left out" for field in unknown]
        values |= {"sku": item.code} | ({"location": item.location} if item.location else {})
        wrong = [*clashes, *wrong_with(values)]
        made.conflicts += [Conflict(name, what) for what in wrong]
        if wrong:
            continue
        row = row_of(values)
        if by_code.setdefault(item.code, row) != row:
            made.conflicts.append(Conflict(item.code, "several items have this code, with different print fields."))
    in_conflict = {one.code for one in made.conflicts}
    made.rows = [row for code, row in by_code.items() if code not in in_conflict]
    made.notes += _nearly_alike(by_code)
    return made


def _nearly_alike(by_code: Iterable[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for code in by_code:
        other = seen.setdefault(code.casefold(), code)
        if other != code:
            yield f"{code} and {other} differ in case only: Platen takes them for two SKUs"


def _print_fields(item: wire.InventoryItem) -> tuple[dict[str, str], list[str], list[str]]:
    """(column -> value, what clashes, print fields that mean nothing here).

    Which of variation list and metadata wins is documented nowhere, so a difference is for a person.
    """
    values: dict[str, str] = {}
    clashes: list[str] = []
    unknown: list[str] = []
    for place in (item.variation_list, item.metadata):
        for name, value in place.items():
            column = _column(name)
            if not column.startswith("print_") or not value:
                continue
            if not is_column(column):
                unknown.append(column)
            elif values.setdefault(column, value) != value:
                clashes.append(f"{column} is there twice, with different values: keep one of them.")
    return values, clashes, unknown


def _column(name: str) -> str:
    """``print_url_1`` is the plain ``print_url`` (inferred: numbered fields replace the plain ones)."""
    column = name.strip().removeprefix("_").lower()
    first = _FIRST.fullmatch(column)
    return first[1] if first else column


_NAMES = {"print_sku": "sku", "print_url": "url", "print_design_id": "design_id", "print_account": "account"} | {
    "print_location": "location", "print_type": "kind", "print_preview": "preview",
}  # fmt: skip
"""A row's fields -> how the product map shows them."""


def says_the_same(row: Row, details: Mapping[str, Any], location: str) -> bool:
    """Whether the product map has the row already, as ``products`` shows it."""
    plain = all(row.get(ours, "") == (details.get(shown) or "") for ours, shown in _NAMES.items())
    several = all(row.get(name, []) == list(details.get(name) or []) for name in ("more", "options"))
    return plain and several and row.get("location", "") == location


# ── folders ──


@dataclass(frozen=True)
class Folders:
    """Order Desk's folders by id, in the spelling that they have here."""

    by_id: Mapping[str, str]
    new: tuple[str, ...]
    too_long: tuple[str, ...]

    def name(self, folder_id: str) -> str:
        return self.by_id.get(folder_id, "")


def folders_of(theirs: Mapping[str, str], here: Iterable[str]) -> Folders:
    """``theirs``: id -> name. A folder that is here but for its case is taken for the same."""
    known = {name.casefold(): name for name in here}
    new: list[str] = []
    by_id: dict[str, str] = {}
    too_long: list[str] = []
    for number, name in theirs.items():
        if len(name) > LONGEST_FOLDER:
            too_long.append(name)
            continue
        if name.casefold() not in known:
            known[name.casefold()] = name
            new.append(name)
        by_id[number] = known[name.casefold()]
    return Folders(by_id, tuple(new), tuple(too_long))


# ── orders ──


def order_of(theirs: wire.Order, folder: str) -> dict[str, Any]:
    """The order as ``import_orders`` takes it."""
    own_id = f"orderdesk-{theirs.id}"
    placed_at = theirs.date_added or theirs.date_updated
    updated_at = theirs.date_updated or theirs.date_added
    return {
        "store_order_id": theirs.source_id if _SHOPIFY_ID.fullmatch(theirs.source_id) else own_id,
        "own_id": own_id,
        "number": number_of(theirs),
        "folder": folder,
        "placed_at": _iso(placed_at),
        "updated_at": _iso(updated_at),
        "ship_to": _address(theirs.shipping),
        "email": theirs.email if len(theirs.email) <= 320 else "",
        "shipping_method": theirs.shipping_method[:200],
        "tags": [theirs.tag_name[:200]] if theirs.tag_name else [],
        "attributes": _attributes(theirs.checkout_data, theirs.order_metadata, _parcels(theirs)),
        "lines": [_line(one, place) for place, one in enumerate(theirs.order_items[:300], start=1)],
    }


def number_of(theirs: wire.Order) -> str:
    """The cart's number. Order Desk's own is marked, so that it is not taken for a number of the shop's."""
    return theirs.source_id[:200] or f"OD-{theirs.id}"[:200]


def unfit(theirs: wire.Order) -> str:
    """Why the order cannot be moved in; empty when it can."""
    if not _KEY.fullmatch(f"orderdesk-{theirs.id}"):
        return "its id is none of Order Desk's"
    return "" if theirs.date_added or theirs.date_updated else "it does not say when it was placed"


def is_open(theirs: wire.Order, folder: str) -> bool:
    """Nobody seems to have finished it: nothing was shipped, and its folder does not say that it is over."""
    return not theirs.order_shipments and not _CLOSED.search(folder)


def left_behind(theirs: wire.Order) -> Iterator[str]:
    """What of this order has no counterpart here, by name."""
    extra = theirs.model_extra or {}
    for words, names in _LEFT.items():
        if any(_says_something(extra.get(name)) for name in names):
            yield words
    if theirs.shipping.country and not _is_country(theirs.shipping.country):
        yield "countries that are no two-letter code"
    if len(theirs.email) > 320 or len(theirs.order_items) > 300 or any(map(_is_cut, _texts(theirs))):
        yield "the rest of very long texts and lists"


_LEFT: dict[str, tuple[str, ...]] = {
    "amounts (Order Desk does not tell their currency)": (
        "product_total", "shipping_total", "handling_total", "tax_total", "discount_total", "order_total",
        "refund_total", "discount_list",
    ),
    "payment (type, state, processor, card)": (
        "payment_type", "payment_status", "processor_response", "processor_balance", "cc_number_masked",
        "cc_number", "cc_exp",
    ),
    "billing addresses": ("customer",),
    "return addresses": ("return_address",),
    "notes": ("order_notes",),
    "tag colours": ("tag_color",),
    "customer numbers and IP addresses": ("customer_id", "ip_address"),
    "the printer's own order (fulfillment name and id)": ("fulfillment_name", "fulfillment_id"),
}  # fmt: skip


def _says_something(said: Any) -> bool:
    if isinstance(said, dict):
        return any(_says_something(one) for one in said.values())
    if isinstance(said, str):
        return bool(said.strip(" 0."))
    return bool(said)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _address(theirs: wire.Address) -> dict[str, str] | None:
    second = ", ".join(filter(None, (theirs.address2, theirs.address3, theirs.address4)))
    address = {
        "first_name": theirs.first_name[:200],
        "last_name": theirs.last_name[:200],
        "company": theirs.company[:200],
        "address1": theirs.address1[:200],
        "address2": second[:700],
        "city": theirs.city[:200],
        "postcode": theirs.postal_code[:200],
        "region_code": theirs.state[:200],
        "country_code": theirs.country.upper() if _is_country(theirs.country) else "",
        "phone": theirs.phone[:200],
    }
    return address if any(address.values()) else None


def _is_country(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{2}", text))


def _line(theirs: wire.OrderItem, place: int) -> dict[str, Any]:
    return {
        "line_id": theirs.id if _KEY.fullmatch(theirs.id) else f"line-{place}",
        "title": theirs.name[:500],
        "sku": theirs.code[:200],
        "quantity": theirs.quantity,
        "vendor": theirs.category_code[:200],
        "attributes": _attributes(theirs.variation_list, theirs.metadata)[:200],
    }


def _attributes(*maps: Mapping[str, str]) -> list[dict[str, str]]:
    pairs = [(name, value) for one in maps for name, value in one.items()]
    return [{"name": name[:200], "value": value[:2000]} for name, value in pairs][:300]


def _parcels(theirs: wire.Order) -> dict[str, str]:
    """Its shipments, for people to read: Platen told no store of them, and never will."""
    return {
        f"shipment {place}": " ".join(
            filter(None, (one.carrier_code, one.shipment_method, one.tracking_number, one.date_shipped))
        )
        for place, one in enumerate(theirs.order_shipments, start=1)
    }


def _texts(theirs: wire.Order) -> Iterator[tuple[str, int]]:
    """Texts with the most that is kept of each."""
    yield from ((theirs.shipping_method, 200), (theirs.tag_name, 200), (theirs.source_id, 200))
    yield from ((getattr(theirs.shipping, name), 200) for name in type(theirs.shipping).model_fields)
    for one in (theirs.checkout_data, theirs.order_metadata):
        yield from ((value, 2000) for value in one.values())
    for item in theirs.order_items:
        yield from ((item.name, 500), (item.code, 200), (item.category_code, 200))
        yield from ((value, 2000) for one in (item.variation_list, item.metadata) for value in one.values())


def _is_cut(text: tuple[str, int]) -> bool:
    return len(text[0]) > text[1]
