"""Finds our line behind each item of Picanova's order: its shipments name items by Picanova's ids. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platen.connectors.picanova import speaks_v1, wire
from platen.connectors.picanova.catalogue import Variant
from platen.connectors.picanova.skus import embeds_artwork, is_variant_id, product_of, variant_of
from platen.domain.job import JobLine
from platen.ports import JobRequest


@dataclass(frozen=True)
class _Traits:
    """What an item can be told by. An empty trait is one that is not known."""

    variant_id: str
    quantity: int
    artwork: str
    options: frozenset[tuple[str, str]]

    def fit(self, theirs: _Traits, *, by_artwork: bool = True) -> bool:
        if self.quantity != theirs.quantity:
            return False
        if self.variant_id and theirs.variant_id and self.variant_id != theirs.variant_id:
            return False
        if theirs.options and not self.options <= theirs.options:
            return False
        return not by_artwork or not self.artwork or self.artwork == theirs.artwork


def match_lines(order: wire.Order, request: JobRequest, variants: Mapping[str, Variant]) -> dict[str, str]:
    """Picanova's item id -> our line id; empty when it cannot be told for every item.

    By position, when everything there agrees; else by what the items are, when that is different
    for every line; else by position again, when nothing but the artwork's URLs differs (they may
    keep a copy).
    """
    if speaks_v1(request.job.account):
        ours = [_of_line_v1(request, line) for line in request.job.lines]
    else:
        ours = [_of_line(request, line, variants) for line in request.job.lines]
    theirs = [_of_item(item) for item in order.items]
    line_ids = [line.line_id for line in request.job.lines]
    item_ids = [item.id for item in order.items]
    if len(ours) != len(theirs) or len(set(item_ids)) != len(item_ids):
        return {}
    if _fit_in_order(ours, theirs):
        return dict(zip(item_ids, line_ids, strict=True))
    only = _only_fits(ours, theirs)
    if only:
        return {item_id: line_ids[position] for item_id, position in zip(item_ids, only, strict=True)}
    known_artwork = {own.artwork for own in ours if own.artwork} & {other.artwork for other in theirs}
    if not known_artwork and _fit_in_order(ours, theirs, by_artwork=False):
        return dict(zip(item_ids, line_ids, strict=True))
    return {}


def _fit_in_order(ours: Sequence[_Traits], theirs: Sequence[_Traits], *, by_artwork: bool = True) -> bool:
    return all(own.fit(other, by_artwork=by_artwork) for own, other in zip(ours, theirs, strict=True))


def _only_fits(ours: Sequence[_Traits], theirs: Sequence[_Traits]) -> list[int]:
    """For each of theirs the position of the only one of ours that fits; empty when one has none, or two."""
    fits = [[position for position, own in enumerate(ours) if own.fit(other)] for other in theirs]
    only = [found[0] for found in fits if len(found) == 1]
    return only if len(only) == len(theirs) == len(set(only)) else []


def _of_line(request: JobRequest, line: JobLine, variants: Mapping[str, Variant]) -> _Traits:
    details = request.details(line.line_id)
    code = variant_of(details.sku)
    known = variants.get(code)
    return _Traits(
        variant_id=known.variant_id if known else code if is_variant_id(code) else "",
        quantity=line.quantity,
        artwork=details.url,
        options=frozenset(
            (option.name, option.value) for option in details.options if not is_variant_id(option.name)
        ),
    )


def _of_line_v1(request: JobRequest, line: JobLine) -> _Traits:
    """v1 shows the product with its artwork, and never our file."""
    details = request.details(line.line_id)
    product = product_of(details)
    artwork = product if embeds_artwork(details) else ""
    return _Traits(variant_of(product), line.quantity, artwork, frozenset())


def _of_item(item: wire.Item) -> _Traits:
    return _Traits(
        variant_id=item.variant_id,
        quantity=item.quantity,
        artwork=item.file,
        options=frozenset((option.name, option.value.name) for option in item.options),
    )
