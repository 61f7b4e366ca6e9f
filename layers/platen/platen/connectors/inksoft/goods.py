"""What an item is: an item names only ids, so the rest is put together from what else InkSoft tells. Pure.

From the surest to the last resort: the production cards that came with the order, the product asked for by its id,
the one text in which InkSoft writes product, colour and size. A size is never guessed: of two that are possible,
none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platen.connectors.inksoft import PLACEHOLDERS, wire

type Products = Mapping[str, wire.Product]
"""product id -> the product."""

_SIDES = ("front", "back", "sleeveleft", "sleeveright")
_EMPTY = "\x00"


@dataclass(frozen=True)
class Goods:
    """An item's product, as far as it is known; empty where it is not."""

    name: str = ""
    manufacturer: str = ""
    sku: str = ""
    manufacturer_sku: str = ""
    colour: str = ""
    size: str = ""
    cards: tuple[wire.ProductionCard, ...] = ()
    """Of this item, front first."""


def products_needed(theirs: wire.Order, pattern: str) -> tuple[str, ...]:
    """Ids of the products that have to be asked for, each once, in the order of their numbers."""
    wanted = {
        item.product_id
        for item in theirs.items
        if item.product_id and _is_open(goods_of(item, theirs.production_cards, {}, guess=False), pattern)
    }
    return tuple(sorted(wanted, key=lambda one: (len(one), one)))


def _is_open(goods: Goods, pattern: str) -> bool:
    wants = {name: "{" + name + "}" in pattern for name in PLACEHOLDERS}
    return not (goods.sku and goods.colour and goods.size) or (
        wants["manufacturer_sku"] and not goods.manufacturer_sku
    )


def goods_of(
    item: wire.Item, cards: Sequence[wire.ProductionCard], products: Products, *, guess: bool = True
) -> Goods:
    """``guess``: also read the one text, where nothing better is there."""
    mine = _cards_of(item, cards)
    product = products.get(item.product_id, wire.Product())
    style = next((one for one in product.styles if one.id and one.id == item.product_style_id), wire.Style())
    parts = [part.strip() for part in item.full_name.split(",")] if guess else []
    spoken = parts if len(parts) >= 3 and all(parts) else ["", "", ""]
    return Goods(
        name=_first(*(card.product_name for card in mine), product.name),
        manufacturer=_first(*(card.product_manufacturer for card in mine), product.manufacturer),
        sku=_first(*(card.product_sku for card in mine), product.sku),
        manufacturer_sku=product.manufacturer_sku,
        colour=_first(*(card.product_style_name for card in mine), style.name, spoken[-2]),
        size=_first(_size_on(mine, item), _size_in(style, item), spoken[-1]),
        cards=mine,
    )


def _first(*texts: str) -> str:
    return next(filter(None, texts), "")


def _cards_of(item: wire.Item, cards: Sequence[wire.ProductionCard]) -> tuple[wire.ProductionCard, ...]:
    for belongs in (_names_it, _is_of_its_row, _is_of_its_design):
        found = [card for card in cards if belongs(card, item)]
        if found:
            return tuple(sorted(found, key=_place_of))
    return ()


def _names_it(card: wire.ProductionCard, item: wire.Item) -> bool:
    return any(one.key == item.key for one in card.items)


def _is_of_its_row(card: wire.ProductionCard, item: wire.Item) -> bool:
    return bool(item.order_retail_item_id) and card.order_retail_item_id == item.order_retail_item_id


def _is_of_its_design(card: wire.ProductionCard, item: wire.Item) -> bool:
    """By style and artwork: since SalesDoc a card names the items it is for in no other known way."""
    if not card.product_style_id or card.product_style_id != item.product_style_id:
        return False
    if card.design_id and item.design_id:
        return card.design_id == item.design_id
    arts = {item.art_id, *(one.side_art_id for one in item.side_previews)} - {""}
    return card.art_id in arts if card.art_id and arts else not card.art_id and not arts


def _place_of(card: wire.ProductionCard) -> tuple[object, ...]:
    """Front first; in the end by all that is on it, so that no two cards may change places."""
    return side_rank(side_of(card)), card.region_name, len(card.id), card.id, card.model_dump_json()


def side_of(card: wire.ProductionCard) -> str:
    return card.side_internal_name or card.side


def side_rank(side: str) -> tuple[int, str]:
    name = re.sub(r"[^a-z]", "", side.lower())
    return (_SIDES.index(name) if name in _SIDES else len(_SIDES)), name


def _size_on(cards: Sequence[wire.ProductionCard], item: wire.Item) -> str:
    rows = [row for card in cards for row in card.items if row.size]
    named = {row.size for row in rows if row.key and row.key == item.key}
    if len(named) == 1:
        return named.pop()
    sizes = {row.size for row in rows}
    said = sorted((size for size in sizes if _ends_with(item.full_name, size)), key=len)
    if said:
        return said[-1]
    return sizes.pop() if len(sizes) == 1 and not item.full_name else ""


def _ends_with(text: str, size: str) -> bool:
    """As a word: "…, 2XL" does not end with XL."""
    return re.search(rf"(?:^|[^\w/.]){re.escape(size)}$", text, re.IGNORECASE) is not None


def _size_in(style: wire.Style, item: wire.Item) -> str:
    wanted = item.product_style_size_id
    return next((size.name for size in style.sizes if size.id and size.id == wanted), "")


def line_sku(goods: Goods, pattern: str) -> str:
    """The pattern filled in; what is empty falls away with what parts it from the text before it.

    Empty where neither SKU is known: a colour and a size alone name nothing.

    >>> line_sku(Goods(sku="3001CVC", size="M"), "{sku}-{colour}-{size}")
    '3001CVC-M'
    """
    values = {name: getattr(goods, name) for name in PLACEHOLDERS}
    if not any(values[name] and "{" + name + "}" in pattern for name in ("sku", "manufacturer_sku")):
        return ""
    filled = pattern
    for name, value in values.items():
        filled = filled.replace("{" + name + "}", value or _EMPTY)
    filled = re.sub(rf"[-_./ ]?{_EMPTY}", "", filled)
    return re.sub(r"^[-_./ ]+", "", filled).strip()[:200]


def other_keys(goods: Goods, sku: str) -> tuple[str, ...]:
    """Further keys for the user's product map, the most exact first."""
    keys: list[str] = []
    for code in filter(None, (goods.sku, goods.manufacturer_sku)):
        keys += [f"{code}-{goods.colour}-{goods.size}"] if goods.colour and goods.size else []
        keys += [f"{code}-{goods.size}"] if goods.size else []
        keys += [code]
    return tuple(key[:200] for key in dict.fromkeys(keys) if key != sku)
