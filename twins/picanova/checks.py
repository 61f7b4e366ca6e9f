"""Everything the vendor refuses about a request, all of it said at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twins.picanova.account import Account
from twins.picanova.catalogue import Variant
from twins.picanova.errors import Errors, Invalid, amount, given_in, text
from twins.picanova.item_checks import read_items, read_quantity, read_variant
from twins.picanova.orders import Draft, DraftItem
from twins.picanova.places import (
    REGIONS,
    TYPES,
    Carrier,
    Country,
    carriers_for,
    country_by_code,
    country_by_id,
)

type ReadOrder = Callable[[dict[str, Any], Account, Callable[[str], bool]], Draft]


def read_order(body: dict[str, Any], account: Account, taken: Callable[[str], bool]) -> Draft:
    """The order of a request. Raises Invalid with everything that is wrong with it at once."""
    errors = Errors()
    external_id = text(body, "external_id", "external_id", errors)
    if external_id and taken(external_id):
        errors.add("external_id", "The external_id has already been taken.")
    is_test = body.get("is_test")
    if is_test is not None and not isinstance(is_test, bool):
        errors.add("is_test", "The is_test field must be true or false.")
    shipping, country = read_shipping(body.get("shipping"), errors)
    items = read_items(body.get("items"), account, country, errors)
    method = _read_method(body, account, country, items, errors)
    customs = amount(body, "customs_shipping_costs", "customs_shipping_costs", errors)
    if errors or method is None:
        raise Invalid(errors)
    return Draft(external_id or None, bool(is_test), method, shipping, tuple(items), customs, body)


_REQUIRED = ("firstname", "lastname", "street_primary", "city", "postcode")
_OPTIONAL = ("email", "company", "street_secondary", "telephone")


def read_shipping(shipping: object, errors: Errors) -> tuple[dict[str, Any], Country | None]:
    if not isinstance(shipping, dict) or not shipping:
        errors.missing("shipping")
        return {}, None
    for name in _REQUIRED:
        text(shipping, name, f"shipping.{name}", errors, required=True)
    for name in _OPTIONAL:
        text(shipping, name, f"shipping.{name}", errors)
    return shipping, _read_country(shipping, errors)


def _read_country(shipping: dict[str, Any], errors: Errors) -> Country | None:
    by_id = given_in(shipping, "country_id") or given_in(shipping, "region_id")
    by_code = given_in(shipping, "country_code") or given_in(shipping, "region_code")
    if by_id and by_code:
        errors.add(
            "shipping.country_id", "Use either country and region ids or country and region codes, not both."
        )
        return None
    form = "id" if by_id else "code"
    field = f"shipping.country_{form}"
    given = shipping.get(f"country_{form}")
    if not given_in(shipping, f"country_{form}"):
        errors.missing(field)
        return None
    country = country_by_id(given) if by_id else country_by_code(given)
    if country is None:
        errors.add(field, f"The selected {field} is invalid.")
        return None
    _check_region(shipping, country, form, errors)
    return country


def _check_region(shipping: dict[str, Any], country: Country, form: str, errors: Errors) -> None:
    if country.code not in REGIONS:
        return
    field = f"shipping.region_{form}"
    given = shipping.get(f"region_{form}")
    if given is None or given == "":
        errors.missing(field)
    elif not any(
        type(known := getattr(region, form)) is type(given) and known == given for region in REGIONS[country.code]
    ):
        errors.add(field, f"The selected {field} is invalid.")


def _read_method(
    body: dict[str, Any], account: Account, country: Country | None, items: list[DraftItem], errors: Errors
) -> Carrier | None:
    """The shipping method; with a type only, or with neither, the cheapest that fits (inferred)."""
    code = text(body, "shipping_method", "shipping_method", errors)
    shipping_type = body.get("shipping_type") or ""
    if shipping_type and shipping_type not in TYPES:
        errors.add("shipping_type", "The selected shipping_type is invalid.")
        return None
    if country is None or not items:
        return None
    longest = max(item.variant.longest for item in items)
    fitting = carriers_for(account.carriers, country, longest, "" if code else shipping_type)
    if code:
        fitting = [one for one in fitting if one.code == code]
    if not fitting:
        field = "shipping_method" if code else "shipping_type"
        errors.add(field, f"The selected {field} is not available for {country.name} and these items.")
        return None
    return fitting[0]


def read_rates_request(body: dict[str, Any], account: Account) -> tuple[Country, list[tuple[Variant, int]]]:
    """The country and the (variant, quantity) pairs of a question for rates. Raises Invalid."""
    errors = Errors()
    shipping, items = body.get("shipping"), body.get("items")
    country = country_by_id(shipping.get("country")) if isinstance(shipping, dict) else None
    if country is None:
        errors.add("shipping.country", "The shipping.country must be the numeric id of a country.")
    wanted: list[tuple[Variant, int]] = []
    if not isinstance(items, list) or not items:
        errors.missing("items")
        items = []
    for index, item in enumerate(items):
        path = f"items.{index}"
        if not isinstance(item, dict) or "variant_id" not in item:
            errors.missing(f"{path}.variant_id")
            continue
        # Rates are asked for by id alone: a code is not looked at.
        variant = read_variant({"variant_id": item["variant_id"]}, path, account, errors)
        quantity = read_quantity(item, path, errors)
        if variant is not None:
            wanted.append((variant, quantity))
    if errors or country is None:
        raise Invalid(errors)
    return country, wanted
