"""Everything v1 refuses about a request. Its rules are not published: beta's, under v1's names (inferred)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from twins.picanova.account import Account
from twins.picanova.checks import read_shipping
from twins.picanova.errors import Errors, Invalid, text
from twins.picanova.item_checks import check_count, is_url, read_quantity
from twins.picanova.orders import Draft, DraftItem
from twins.picanova.places import Carrier, Country, carriers_for

TYPES = {"tracked": "TRACKED", "untracked": "UNTRACKED"}
_SUFFIX = re.compile(r"-(?:PIC|APO)[0-9]+$")


def read_order(body: dict[str, Any], account: Account, taken: Callable[[str], bool]) -> Draft:
    """Raises Invalid with everything that is wrong with it at once."""
    errors = Errors()
    external_id = text(body, "external_id", "external_id", errors)
    if external_id and taken(external_id):
        errors.add("external_id", "The external_id has already been taken.")
    is_test = body.get("is_test")
    if is_test is not None and not isinstance(is_test, bool):
        errors.add("is_test", "The is_test field must be true or false.")
    shipping, country = _read_shipping(body.get("shipping"), errors)
    items = _read_items(body.get("items"), account, country, errors)
    method = _read_type(body, account, country, items, errors)
    if errors or method is None:
        raise Invalid(errors)
    return Draft(external_id or None, bool(is_test), method, shipping, tuple(items), 0, body, api="v1")


def _read_shipping(shipping: object, errors: Errors) -> tuple[dict[str, Any], Country | None]:
    """As in beta, but that the country is ``country`` and the region ``region``."""
    if not isinstance(shipping, dict):
        return read_shipping(shipping, errors)
    renamed = {"country": "country_code", "region": "region_code"}
    in_beta = Errors()
    told, country = read_shipping({renamed.get(name, name): value for name, value in shipping.items()}, in_beta)
    for field, sentences in in_beta.items():
        for sentence in sentences:
            errors.add(field.removesuffix("_code"), sentence.replace("_code", ""))
    return told, country


def _read_items(items: object, account: Account, country: Country | None, errors: Errors) -> list[DraftItem]:
    if not isinstance(items, list) or not items:
        errors.missing("items")
        return []
    read = [_read_item(item, index, account, errors) for index, item in enumerate(items)]
    kept = [item for item in read if item is not None]
    check_count(items, kept, errors)
    for index, item in enumerate(read):
        if item and country and country.id not in item.variant.countries:
            errors.add(f"items.{index}.product_sku", f"{item.variant.code} cannot be shipped to {country.name}.")
    return kept


def _read_item(item: object, index: int, account: Account, errors: Errors) -> DraftItem | None:
    path = f"items.{index}"
    if not isinstance(item, dict):
        errors.add(path, f"The {path} must be an object.")
        return None
    quantity = read_quantity(item, path, errors)
    sku = text(item, "product_sku", f"{path}.product_sku", errors, required=True)
    external_id = text(item, "external_id", f"{path}.external_id", errors) or str(index + 1)
    set_up = account.library.products.get(sku)
    found = account.catalogue.blueprint(_SUFFIX.sub("", sku))
    if found is None or (_SUFFIX.search(sku) and set_up is None):
        if sku:
            errors.add(f"{path}.product_sku", f"The selected {path}.product_sku is invalid.")
        return None
    variant, chosen = found
    if set_up:
        # Its own artwork is printed, whatever file comes along.
        return DraftItem(variant, quantity, set_up.image.url, chosen, external_id, item, set_up.sku)
    file, image_id = _read_file(item, path, account, errors)
    return DraftItem(variant, quantity, file, chosen, external_id, item, f"{sku}-{image_id}")


def _read_file(item: dict[str, Any], path: str, account: Account, errors: Errors) -> tuple[str, str]:
    """(address, image id) of the front's file; what it is called where it comes from the library is inferred."""
    given = item.get("file")
    front = given.get("front") if isinstance(given, dict) else None
    if not isinstance(front, dict) or not front:
        errors.missing(f"{path}.file.front")
        return "", ""
    if "image_id" in front:
        image = account.library.images.get(str(front["image_id"]))
        if image is None:
            errors.add(f"{path}.file.front.image_id", f"The selected {path}.file.front.image_id is invalid.")
            return "", ""
        return image.url, image.id
    url = front.get("url")
    if not isinstance(url, str) or not is_url(url):
        errors.add(f"{path}.file.front.url", f"The {path}.file.front.url format is invalid.")
        return "", ""
    return url, "APO00000000"


def _read_type(
    body: dict[str, Any], account: Account, country: Country | None, items: list[DraftItem], errors: Errors
) -> Carrier | None:
    asked = body.get("shipping_type", "tracked")
    kind = TYPES.get(asked) if isinstance(asked, str) else None
    if kind is None:
        errors.add("shipping_type", "The selected shipping_type is invalid.")
        return None
    if country is None or not items:
        return None
    fitting = carriers_for(account.carriers, country, max(item.variant.longest for item in items), kind)
    if not fitting:
        errors.add("shipping_type", f"There is no {asked} shipping to {country.name} for these items.")
        return None
    return fitting[0]
