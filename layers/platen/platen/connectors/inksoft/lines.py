"""The lines of an order: its items and its custom items, with what of them has left. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from platen.connectors.inksoft import reader, wire
from platen.connectors.inksoft.goods import Goods, Products, goods_of, line_sku, other_keys
from platen.connectors.inksoft.links import whole
from platen.connectors.inksoft.money import currency_of, price_of
from platen.connectors.inksoft.prints import attributes_of, image_of, options_of
from platen.domain.model import digest
from platen.domain.order import Attribute, Line

_SHIPPED = ("shipped", "fulfilled")
_BY_THE_HOUR = "perhour"
_CUSTOM = "custom-"


def lines_of(theirs: wire.Order, products: Products, pattern: str, *, ships: bool) -> tuple[Line, ...]:
    """Every line at its full price. InkSoft promises no order of them, so they come by what they are called."""
    lines = [*_items(theirs, products, pattern, ships), *_custom_items(theirs, ships)]
    return tuple(sorted(_unfulfilled(lines, theirs), key=lambda one: (one.title.casefold(), one.sku, one.line_id)))


def is_shipped(theirs: wire.Order) -> bool:
    """Whether InkSoft counts the whole of it as gone, by the old stage or the new status."""
    return theirs.shipped or theirs.status.lower() in _SHIPPED or theirs.production_status.lower() == "complete"


def key_of(line_id: str) -> str:
    """What InkSoft calls the item in its shipments."""
    return line_id.removeprefix(_CUSTOM).partition(":")[0]


def _items(theirs: wire.Order, products: Products, pattern: str, ships: bool) -> list[Line]:
    items = sorted(theirs.items, key=wire.Item.model_dump_json)
    ids = _unique([(item.key, item.product_style_size_id) for item in items])
    lines = []
    for line_id, item in zip(ids, items, strict=True):
        goods = goods_of(item, theirs.production_cards, products)
        sku = line_sku(goods, pattern)
        lines.append(
            Line(
                line_id=line_id,
                title=item.full_name or _title(goods) or "Item",
                sku=sku,
                quantity=item.quantity,
                unfulfilled=item.quantity,
                ships=ships,
                unit_price=price_of(_each(item), currency_of(theirs)),
                attributes=attributes_of(item, goods),
                vendor=goods.manufacturer,
                image=image_of(item, goods),
                options=options_of(item, goods, _notes(theirs, item)),
                also=other_keys(goods, sku),
            )
        )
    return lines


def _unique(keys: Sequence[tuple[str, str]]) -> list[str]:
    """Ids of lines. Should several rows bear one key, their size tells them apart; else their place among those."""
    often = Counter(key for key, _ in keys)
    ids = [key if often[key] == 1 else f"{key}:{size}" for key, size in keys]
    taken: Counter[str] = Counter()
    unique = []
    for one in ids:
        taken[one] += 1
        unique.append(one if taken[one] == 1 else f"{one}:{taken[one]}")
    return unique


def _title(goods: Goods) -> str:
    return ", ".join(filter(None, (goods.name or goods.sku, goods.colour, goods.size)))


def _each(item: wire.Item) -> Decimal | None:
    if item.unit_price is not None or item.item_total is None or not item.quantity:
        return item.unit_price
    return reader.amount(item.item_total / item.quantity)


def _notes(theirs: wire.Order, item: wire.Item) -> list[str]:
    """Notes on lines name theirs by style and artwork."""
    return [
        note.content
        for note in theirs.line_item_notes
        if note.content
        and note.product_style_id
        and note.product_style_id == item.product_style_id
        and note.art_id in ("", item.art_id)
    ]


def _custom_items(theirs: wire.Order, ships: bool) -> list[Line]:
    rows = sorted(theirs.custom_line_items, key=wire.CustomLineItem.model_dump_json)
    ids = _unique([(f"{_CUSTOM}{one.unique_id or one.id or _named_by_content(one)}", "") for one in rows])
    return [
        Line(
            line_id=line_id.replace("::", ":"),
            title=", ".join(filter(None, (one.name, one.style, one.size))) or "Custom item",
            quantity=one.quantity,
            unfulfilled=one.quantity,
            # What is counted in hours is work, and goes in no parcel.
            ships=ships and one.unit_type.lower() != _BY_THE_HOUR,
            unit_price=price_of(one.unit_price, currency_of(theirs)),
            image=next(filter(None, map(whole, _pictures(one))), ""),
            options=tuple(
                Attribute(name=name, value=value)
                for name, value in (("Size", one.size), ("Style", one.style), ("Description", one.description))
                if value
            ),
            also=(one.name,) if one.name else (),
        )
        for line_id, one in zip(ids, rows, strict=True)
    ]


def _named_by_content(one: wire.CustomLineItem) -> str:
    return digest([one.name, one.style, one.size])


def _pictures(one: wire.CustomLineItem) -> Iterable[str]:
    yield one.image_url
    yield from (image.image_url for image in one.custom_line_item_images)


def _unfulfilled(lines: Sequence[Line], theirs: wire.Order) -> list[Line]:
    """A package without items says nothing of which ones have left; the order's own word for the whole does."""
    if is_shipped(theirs):
        return [line.but(unfulfilled=0) for line in lines]
    gone = shown_in(theirs, lambda _package: True)
    found = []
    for line in sorted(lines, key=lambda one: one.line_id):
        here = min(line.quantity, gone[key_of(line.line_id)])
        gone[key_of(line.line_id)] -= here
        found.append(line.but(unfulfilled=line.quantity - here))
    return found


def shown_in(theirs: wire.Order, counts: Callable[[wire.Package], bool]) -> Counter[str]:
    """InkSoft's key of an item -> how many of it are in those packages."""
    shown: Counter[str] = Counter()
    for shipment in theirs.shipments:
        for package in filter(counts, shipment.packages):
            for item in package.items:
                shown[item.key] += item.quantity
    return shown
