"""What is printed on an item, as the attributes that print vendors go by, and as words for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platen.connectors.inksoft import wire
from platen.connectors.inksoft.goods import Goods, side_of, side_rank
from platen.connectors.inksoft.links import whole
from platen.domain.order import Attribute
from platen.domain.printing import MOST_PRINTS, Print


def attributes_of(item: wire.Item, goods: Goods) -> tuple[Attribute, ...]:
    """``print_url``, ``print_location``, ``print_type``, ``print_preview`` of each side, numbered from the second.

    A side without artwork is left out: there is nothing to be printed by, and a gap in the numbers would stop the
    whole line.
    """
    found: list[Attribute] = []
    for number, one in enumerate(_prints(item, goods)[:MOST_PRINTS], start=1):
        fields = {
            "print_url": one.url,
            "print_location": one.location,
            "print_type": one.kind,
            "print_preview": one.preview,
        }
        ending = "" if number == 1 else f"_{number}"
        found += [Attribute(name=f"{name}{ending}", value=value) for name, value in fields.items() if value]
    return tuple(found)


def _prints(item: wire.Item, goods: Goods) -> list[Print]:
    previews = _previews(item)
    prints = [_of_card(card, previews) for card in goods.cards] or [_of_preview(one) for one in previews]
    return list(dict.fromkeys(one for one in prints if one.url))


def _of_card(card: wire.ProductionCard, previews: Sequence[wire.SidePreview]) -> Print:
    side = side_of(card)
    same = [one for one in previews if side_rank(one.side_name) == side_rank(side)]
    shown = same[0] if same else wire.SidePreview()
    art = card.art or wire.Art()
    return Print(
        url=_first_whole(art.original_url, art.uploaded_url, card.art_url, art.image_url, shown.design_only_url),
        location=side,
        kind=card.print_method,
        preview=_first_whole(card.preview_url, shown.design_on_product_url),
    )


def _of_preview(one: wire.SidePreview) -> Print:
    return Print(
        url=whole(one.design_only_url), location=one.side_name, preview=_first_whole(one.design_on_product_url)
    )


def _previews(item: wire.Item) -> list[wire.SidePreview]:
    return sorted(item.side_previews, key=lambda one: (side_rank(one.side_name), one.model_dump_json()))


def image_of(item: wire.Item, goods: Goods) -> str:
    """A picture of it as the buyer saw it: the front, else what there is."""
    previews = _previews(item)
    return _first_whole(
        *(one.design_on_product_url for one in previews),
        *(card.preview_url for card in goods.cards),
        *(one.product_only_url for one in previews),
        *(card.product_url for card in goods.cards),
    )


def _first_whole(*addresses: str) -> str:
    return next(filter(None, map(whole, addresses)), "")


def options_of(item: wire.Item, goods: Goods, notes: Sequence[str]) -> tuple[Attribute, ...]:
    """What the buyer chose, and what a packer has to know: sizes first, then what makes this piece another one."""
    told = [("Size", goods.size), ("Colour", goods.colour), *_designs(goods)]
    told += sorted((one.name, one.value) for one in item.personalization_values)
    told += sorted(("Name and number", _name_and_number(one)) for one in item.name_number_values)
    told += sorted(("Add-on", _counted(one.name, one.quantity)) for one in item.add_ons)
    told += [("Notes", text) for text in dict.fromkeys((item.notes, *sorted(notes)))]
    return tuple(Attribute(name=name or "Personalization", value=value) for name, value in told if value)


def _designs(goods: Goods) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(card.design_name or (card.art.name if card.art else "") for card in goods.cards)
    yield from (("Design", name) for name in names)
    methods = dict.fromkeys(
        (f"Print {card.side or card.side_internal_name}".strip(), _method(card)) for card in goods.cards
    )
    yield from methods


def _method(card: wire.ProductionCard) -> str:
    """E.g. ``Screen Print, Full Front: Red (186 C), White``; only where there is a method."""
    if not card.print_method:
        return ""
    colours = [
        f"{one.name} ({one.pms})" if one.pms else one.name
        for one in sorted(card.colors, key=lambda one: (one.index, one.name))
        if one.name
    ]
    place = f", {card.region_name}" if card.region_name else ""
    return f"{card.print_method}{place}" + (f": {', '.join(colours)}" if colours else "")


def _name_and_number(one: wire.NameNumber) -> str:
    return _counted(" ".join(filter(None, (one.name, one.number))), one.quantity)


def _counted(text: str, quantity: int) -> str:
    return f"{text} x {quantity}" if text and quantity > 1 else text
