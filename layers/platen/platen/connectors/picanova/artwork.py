"""What Picanova needs of a print file. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from platen.connectors.picanova import speaks_v1
from platen.connectors.picanova.catalogue import Variant
from platen.connectors.picanova.skus import embeds_artwork, variant_of
from platen.domain.artwork import ArtworkNeeds
from platen.ports import JobRequest

TYPES = ("image/jpeg", "image/png")
MOST_BYTES = 40_000_000
"""Documented: under 40 MB."""


def needs(request: JobRequest, variants: Mapping[str, Variant]) -> dict[str, ArtworkNeeds]:
    """line id -> what its file has to be like. How many pixels is known of beta's variants alone."""
    found = {}
    for line in request.job.lines:
        details = request.details(line.line_id)
        if details.url and not embeds_artwork(details):
            variant = None if speaks_v1(request.job.account) else variants.get(variant_of(details.sku))
            found[line.line_id] = ArtworkNeeds(
                types=TYPES,
                most_bytes=MOST_BYTES,
                width=variant.width if variant else None,
                height=variant.height if variant else None,
            )
    return found
