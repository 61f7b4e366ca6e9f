"""Everything the vendor refuses about the items of a request."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from twins.picanova.account import Account
from twins.picanova.catalogue import Option, Value, Variant
from twins.picanova.errors import Errors, amount, given_in, text
from twins.picanova.orders import DraftItem
from twins.picanova.places import Country

MOST_ITEMS = 99


def read_items(items: object, account: Account, country: Country | None, errors: Errors) -> list[DraftItem]:
    if not isinstance(items, list) or not items:
        errors.missing("items")
        return []
    if len(items) > MOST_ITEMS:
        errors.add("items", f"The items may not have more than {MOST_ITEMS} items.")
        return []
    read = [_read_item(item, f"items.{index}", account, country, errors) for index, item in enumerate(items)]
    kept = [item for item in read if item is not None]
    check_count(items, kept, errors)
    return kept


def check_count(items: list[Any], kept: list[DraftItem], errors: Errors) -> None:
    """Whether the limit is on items or on pieces is not published; both are held to."""
    if len(items) > MOST_ITEMS:
        errors.add("items", f"The items may not have more than {MOST_ITEMS} items.")
    elif sum(item.quantity for item in kept) > MOST_ITEMS:
        errors.add("items", f"An order may not have more than {MOST_ITEMS} pieces.")


def _read_item(
    item: object, path: str, account: Account, country: Country | None, errors: Errors
) -> DraftItem | None:
    if not isinstance(item, dict):
        errors.add(path, f"The {path} must be an object.")
        return None
    quantity = read_quantity(item, path, errors)
    file = _read_file(item, path, errors)
    external_id = text(item, "external_id", f"{path}.external_id", errors)
    for name in ("custom_value", "customs_value"):
        amount(item, name, f"{path}.{name}", errors)
    variant = read_variant(item, path, account, errors)
    if variant is None:
        return None
    if country is not None and country.id not in variant.countries:
        errors.add(f"{path}.variant_id", f"{variant.code} cannot be shipped to {country.name}.")
    options = _read_options(item.get("options"), f"{path}.options", variant, errors)
    return DraftItem(variant, quantity, file, options, external_id or None, item)


def read_quantity(item: dict[str, Any], path: str, errors: Errors) -> int:
    quantity = item.get("quantity")
    if quantity is None:
        errors.missing(f"{path}.quantity")
    elif type(quantity) is not int:
        errors.add(f"{path}.quantity", f"The {path}.quantity must be an integer.")
    elif quantity < 1:
        errors.add(f"{path}.quantity", f"The {path}.quantity must be at least 1.")
    else:
        return quantity
    return 1


def _read_file(item: dict[str, Any], path: str, errors: Errors) -> str:
    file = item.get("file")
    if not file:
        errors.missing(f"{path}.file")
        return ""
    if not isinstance(file, str) or not is_url(file):
        errors.add(f"{path}.file", f"The {path}.file format is invalid.")
        return ""
    return file


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(char.isspace() for char in text)


def read_variant(item: dict[str, Any], path: str, account: Account, errors: Errors) -> Variant | None:
    by_code, by_id = given_in(item, "variant_code"), given_in(item, "variant_id")
    if by_code and by_id:
        errors.add(f"{path}.variant_code", "Use either variant_code or variant_id, not both.")
        return None
    if not by_code and not by_id:
        errors.missing(f"{path}.variant_code")
        return None
    field = f"{path}.variant_code" if by_code else f"{path}.variant_id"
    variant = None
    if by_code and isinstance(item["variant_code"], str):
        variant = account.catalogue.variant_by_code(item["variant_code"])
    elif by_id and type(item["variant_id"]) is int:
        variant = account.catalogue.variant(item["variant_id"])
    if variant is None:
        errors.add(field, f"The selected {field} is invalid.")
    return variant


def _read_options(given: object, path: str, variant: Variant, errors: Errors) -> tuple[tuple[Option, Value], ...]:
    """Each pair is name and name, or id and id; names are case-sensitive, and the two are not mixed in a pair."""
    if given is None or given == []:
        given = {}
    if not isinstance(given, dict):
        errors.add(path, f"The {path} must be an object.")
        return ()
    chosen: dict[int, tuple[Option, Value]] = {}
    for name, wanted in given.items():
        option, value = _choice(variant, name, wanted)
        if option is None:
            errors.add(f"{path}.{name}", f"The option {name} is unknown for {variant.code}.")
        elif value is None:
            errors.add(f"{path}.{name}", f"The value {wanted} is unknown for the option {option.name}.")
        elif option.id in chosen:
            errors.add(f"{path}.{name}", f"The option {option.name} is given twice.")
        else:
            chosen[option.id] = (option, value)
    for option in variant.options:
        if option.required and option.id not in chosen and not {option.name, str(option.id)} & given.keys():
            errors.add(f"{path}.{option.name}", f"The option {option.name} is required.")
    return tuple(chosen.values())


def _choice(variant: Variant, name: str, wanted: object) -> tuple[Option | None, Value | None]:
    for option in variant.options:
        if name == option.name:
            return option, next((value for value in option.values if value.name == wanted), None)
        if name == str(option.id):
            of_id = (value for value in option.values if type(wanted) is int and value.id == wanted)
            return option, next(of_id, None)
    return None, None
