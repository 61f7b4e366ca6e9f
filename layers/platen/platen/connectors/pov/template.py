"""Body templates: JSON in which ``"{name}"`` stands for a value. Data, never code.

A placeholder is a whole text and becomes a whole value with its own type (a number, true, null, an object);
nothing is pasted into a text, so nothing that a buyer typed can change the shape of what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

ORDER: Mapping[str, str] = {
    "customer_id": "",
    "reference": "",
    "test": "",
    "order_number": "",
    "order_date": "",
    "currency": "",
    "mail_class": "mail_class",
    "gift_message": "gift_message",
    "packing_message": "packing_message",
    "ship_to": "ship_to",
    "items": "",
}
"""Placeholders of an order -> the field of ours that a person would mend."""
ADDRESS: Mapping[str, str] = {
    "name": "ship_to.last_name",
    "first_name": "ship_to.first_name",
    "last_name": "ship_to.last_name",
    "company": "ship_to.company",
    "address1": "ship_to.address1",
    "address2": "ship_to.address2",
    "city": "ship_to.city",
    "state": "ship_to.region_code",
    "postal_code": "ship_to.postcode",
    "country": "ship_to.country_code",
    "phone": "ship_to.phone",
    "email": "email",
}
ITEM: Mapping[str, str] = {
    "line_id": "",
    "number": "",
    "sku": "print_sku",
    "quantity": "quantity",
    "art_url": "print_url",
    "location": "print_location",
    "kind": "print_type",
    "description": "title",
    "shop_sku": "sku",
    "price": "unit_price",
    "currency": "",
}

_PLACE = re.compile(r"\{([a-z0-9_]+)\}")
_DEEPEST = 6
_MOST_LEAVES = 200
_LONGEST = 300


def placeholder(leaf: object) -> str:
    """The name in ``"{name}"``; empty for anything else."""
    found = _PLACE.fullmatch(leaf) if isinstance(leaf, str) else None
    return found[1] if found else ""


def places(template: object, path: str = "") -> Iterator[tuple[str, object]]:
    """(dotted path, leaf) of everything in a template."""
    if isinstance(template, Mapping):
        for key, inner in template.items():
            yield from places(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(template, list):
        for number, inner in enumerate(template):
            yield from places(inner, f"{path}.{number}" if path else str(number))
    else:
        yield path, template


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders' values. Raises KeyError for a placeholder there is no value for."""
    if isinstance(template, Mapping):
        return {key: fill(inner, values) for key, inner in template.items()}
    if isinstance(template, list):
        return [fill(inner, values) for inner in template]
    name = placeholder(template)
    return values[name] if name else template


def checked(template: dict[str, Any], known: Mapping[str, str], needed: tuple[str, ...]) -> dict[str, Any]:
    """The template as it is. Raises ValueError with every mistake in it.

    ``needed`` are the placeholders without which nothing sensible can be sent; ``a|b`` is one of the two.
    """
    if _depth(template) > _DEEPEST:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
    leaves = list(places(template))
    if len(leaves) > _MOST_LEAVES:
        raise ValueError(f"it has more than {_MOST_LEAVES} fields")
    mistakes = [*_wrong_leaves(leaves, known)]
    used = {placeholder(leaf) for _, leaf in leaves}
    mistakes += [
        f"{' or '.join(f'{{{name}}}' for name in one.split('|'))} is missing"
        for one in needed
        if not used & set(one.split("|"))
    ]
    if mistakes:
        raise ValueError("; ".join(mistakes))
    return template


def _wrong_leaves(leaves: list[tuple[str, object]], known: Mapping[str, str]) -> Iterator[str]:
    for path, leaf in leaves:
        where = path[:80]
        if isinstance(leaf, str) and len(leaf) > _LONGEST:
            yield f"{where} is longer than {_LONGEST} characters"
        elif isinstance(leaf, str) and ("{" in leaf or "}" in leaf) and placeholder(leaf) not in known:
            yield f"{where} has to be a text without braces, or one of {', '.join(f'{{{one}}}' for one in known)}"


def _depth(value: object) -> int:
    """Counted level by level, so that no depth can exhaust the stack."""
    depth, level = 0, [value]
    while level := [inner for one in level for inner in _inside(one)]:
        depth += 1
        if depth > _DEEPEST:
            break
    return depth


def _inside(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
