"""What a packer has to know of a line: what it weighs, how it looks, what was chosen, what is scanned. Pure.

None of it decides anything, and an app may not be allowed to see it: what is not shown, or not as expected, is left
open. Weight and picture are the order's own; options and barcode are the variant's, as the shop sells it now.
"""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

from platen.connectors.shopify import wire
from platen.domain.order import Attribute

_GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
_MILLIGRAM = Decimal("0.001")
_NO_CHOICE = ("Title", "Default Title")
"""What Shopify calls the one variant of a product that has no options (documented)."""
_LONGEST_TEXT = 200


def grams(weight: wire.Weight | None) -> Decimal | None:
    """To the milligram. Shopify's 0 means that nobody filled it in (inferred), and a unit unknown to us nothing."""
    unit = _GRAMS.get(weight.unit) if weight else None
    if weight is None or unit is None:
        return None
    rounded = (weight.value * unit).quantize(_MILLIGRAM)
    return Decimal(f"{rounded:f}".rstrip("0").rstrip(".")) if rounded else None


def picture(image: wire.Image | None) -> str:
    """The picture's address, without the mark of its version.

    ``v`` is a time that changes when the file is written again under its name, at edits that change nothing for a
    packer; the address without it shows the file as it is now (inferred). What was cut off would make another order
    of each one that has the product.
    """
    if image is None:
        return ""
    try:
        parts = urlsplit(image.url)
    except ValueError:
        return ""
    kept = "&".join(one for one in parts.query.split("&") if one.partition("=")[0] != "v")
    return urlunsplit(parts._replace(query=kept, fragment=""))


def options(line: wire.LineItem) -> tuple[Attribute, ...]:
    """By name, for Shopify promises no order. Where they are not shown, the variant's title as it was ordered."""
    chosen = line.variant.selected_options if line.variant else []
    if chosen:
        named = {(one.name[:_LONGEST_TEXT], one.value[:_LONGEST_TEXT]) for one in chosen} - {_NO_CHOICE}
        return tuple(Attribute(name=name, value=value) for name, value in sorted(named))
    title = line.variant_title.strip()
    return (Attribute(name="Variant", value=title[:_LONGEST_TEXT]),) if title not in ("", _NO_CHOICE[1]) else ()


def barcode(variant: wire.Variant | None) -> str:
    return variant.barcode.strip()[:_LONGEST_TEXT] if variant else ""
