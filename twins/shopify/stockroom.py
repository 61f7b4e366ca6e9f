"""What the shop's people do with goods and their counts, and what a test looks at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twins.shopify.catalogue import InventoryItem, Product, ProductVariant
from twins.shopify.model import Location
from twins.shopify.shop import DEFAULT_PLACE, Shop, Unknown
from twins.shopify.stock import NAMES, InventoryLevel, InventoryWrite

type Goods = str | ProductVariant | InventoryItem
"""A SKU (the oldest variant that has it), a variant or an inventory item."""


@dataclass
class Stockroom:
    """Behind the API's back: nothing here is logged among the ``writes``."""

    shop: Shop
    lock: threading.RLock

    def add_location(self, name: str, *, active: bool = True, third_party: bool = False) -> Location:
        with self.lock:
            made = self.shop.location(name)
            made.active, made.third_party = active, third_party
            return made

    def add_product(self, title: str, variants: Iterable[Mapping[str, Any]] = ({},), **details: Any) -> Product:
        """A product; ``details``: ``vendor, product_type, status, tags, is_gift_card, image``.

        A variant takes ``sku, barcode, price, compare_at_price, options, requires_components`` (a bundle),
        ``inventory_policy, tracked, requires_shipping, unit_cost, grams, country_code_of_origin,
        harmonized_system_code`` and ``stock``: a number, at the default place, or a mapping of places' names
        to numbers. Raises ValueError for anything else.
        """
        told = [dict(one) for one in variants]
        counts = [one.pop("stock", {}) for one in told]
        with self.lock:
            made = self.shop.catalogue.add_product({"title": title, **details}, told)
            for variant, count in zip(made.variants, counts, strict=True):
                places = count if isinstance(count, Mapping) else {DEFAULT_PLACE: count}
                for name, number in places.items():
                    level = self.shop.stock.open_level(variant.inventory_item, self.shop.location(name))
                    self.shop.stock.add(level, available=int(number))
            return made

    def change_product(self, product: Product | int, **changes: Any) -> None:
        with self.lock:
            self.shop.catalogue.change_product(self._product(product), changes)

    def change_variant(self, goods: Goods, **changes: Any) -> None:
        """What ``add_product`` takes for a variant, but for its ``stock``."""
        with self.lock:
            self.shop.catalogue.change_variant(self.item(goods).variant, changes)

    def delete_product(self, product: Product | int) -> None:
        with self.lock:
            self.shop.catalogue.delete(self._product(product))

    def item(self, goods: Goods) -> InventoryItem:
        """Raises Unknown."""
        if isinstance(goods, InventoryItem):
            return goods
        variant = goods if isinstance(goods, ProductVariant) else self.shop.catalogue.by_sku(goods)
        if variant is None:
            raise Unknown(f"there is no variant with the SKU {goods}")
        return variant.inventory_item

    def level(self, goods: Goods, place: str = DEFAULT_PLACE) -> InventoryLevel:
        """Raises Unknown where the item is not stocked, and never was."""
        known = self.shop.stock.level(self.item(goods).id, self.shop.location(place))
        if known is None:
            raise Unknown(f"{goods} was never stocked at {place}")
        return known

    def counts(self, goods: Goods, place: str = DEFAULT_PLACE) -> dict[str, int]:
        """Every quantity by its name, ``on_hand`` too."""
        with self.lock:
            level = self.level(goods, place)
            return {name: level.quantity(name) for name in NAMES}

    def set(self, goods: Goods, quantity: int, place: str = DEFAULT_PLACE, *, name: str = "available") -> None:
        """A person counts anew. Stocks the item at the place, if it was not; ``on_hand`` moves ``available``."""
        with self.lock:
            level = self.shop.stock.open_level(self.item(goods), self.shop.location(place))
            level.is_active = True
            moved = quantity - level.quantity(name)
            self.shop.stock.add(level, **{"available" if name == "on_hand" else name: moved})

    def adjust(self, goods: Goods, delta: int, place: str = DEFAULT_PLACE, *, name: str = "available") -> None:
        """Another app or a person moves some."""
        with self.lock:
            self.shop.stock.add(self.level(goods, place), **{name: delta})

    def unstock(self, goods: Goods, place: str = DEFAULT_PLACE) -> None:
        """Not sold from there any more; the counts stay."""
        with self.lock:
            self.level(goods, place).is_active = False

    @property
    def writes(self) -> list[InventoryWrite]:
        """Every inventory write that came in by the API, in order."""
        return self.shop.stock.writes

    def before_next_write(self, happens: Callable[[], object]) -> None:
        """Let something happen between what an app read and what it writes: a sale, a count.

        Once, just before the next write that is not a repeat; several are used up one write each.
        """
        with self.lock:
            self.shop.stock.before_next.append(happens)

    def _product(self, product: Product | int) -> Product:
        if isinstance(product, Product):
            return product
        if product not in self.shop.catalogue.products:
            raise Unknown(f"there is no product {product}")
        return self.shop.catalogue.products[product]
