"""Picanova's kinds of codes, told apart by how they are written, and the API that each belongs to. Pure.

======================  ===========================  ========================================
``DIGI-40X30-1``        variant code                 beta, with artwork and options
``302``                 variant id (inferred)        beta, with artwork and options
``CVS0200201LWF2``      blueprint, options and all   v1, with artwork
``…-APO12345678``       product set up at Picanova   v1, with the artwork that is in it
======================  ===========================  ========================================
"""

from __future__ import annotations

import re

from platen.domain.printing import PrintDetails

_OWN_PRODUCT = re.compile(r"-(?:PIC|APO)[0-9]+$")
_BLUEPRINT = re.compile(r"[A-Z]{2,5}[0-9]{4,}[A-Z0-9]*")
"""Letters, then the size, then the options, without a dash; beta's variant codes all have one (inferred)."""


def is_variant_id(sku: str) -> bool:
    """Digits alone are taken for a variant id, anything else for a code (inferred)."""
    return sku.isascii() and sku.isdecimal()


def own_product(sku: str) -> bool:
    """True for the code of a product set up at Picanova, with its artwork (``…-APO12345678``)."""
    return bool(_OWN_PRODUCT.search(sku))


def variant_of(sku: str) -> str:
    """The code without an artwork suffix: with it, Picanova would print its artwork and ignore ours."""
    return _OWN_PRODUCT.sub("", sku)


def is_blueprint(sku: str) -> bool:
    """True for what is written as v1's codes are."""
    return bool(_BLUEPRINT.fullmatch(sku))


def embeds_artwork(details: PrintDetails) -> bool:
    """True where the product itself has the artwork, so that no file goes along."""
    return bool(details.design_id) or (own_product(details.sku) and not details.url)


def wants_v1(details: PrintDetails) -> bool:
    """True for what only the v1 API can be told."""
    return embeds_artwork(details) or is_blueprint(variant_of(details.sku))


def product_of(details: PrintDetails) -> str:
    """What v1 calls the product: the design, or the code, rid of its suffix where other artwork is wanted."""
    if details.design_id:
        return details.design_id
    return details.sku if embeds_artwork(details) else variant_of(details.sku)


def lacking(details: PrintDetails) -> tuple[str, ...]:
    """The fields without which nothing can be made of them."""
    if embeds_artwork(details):
        return ()
    return tuple(name for name, value in (("print_sku", details.sku), ("print_url", details.url)) if not value)
