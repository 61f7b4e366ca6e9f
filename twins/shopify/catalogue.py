"""What the shop sells: products with their variants, and the inventory item behind each variant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from twins.shopify.model import Line


@dataclass
class Index:
    """What the search index learnt of one record, and when; it shows it late."""

    learnt: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def learn(self, at: datetime, row: dict[str, Any], limit: datetime) -> None:
        """``limit``: what was learnt until then is shown by now."""
        self.learnt.append((at, row))
        shown = sum(1 for moment, _ in self.learnt if moment <= limit)
        del self.learnt[: max(0, shown - 1)]

    def row(self, limit: datetime) -> dict[str, Any] | None:
        """As it is shown now; None while it is not known at all."""
        shown = [row for moment, row in self.learnt if moment <= limit]
        return shown[-1] if shown else None


@dataclass(eq=False)
class Product:
    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    vendor: str = ""
    product_type: str = ""
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    is_gift_card: bool = False
    image: str | None = None
    variants: list[ProductVariant] = field(default_factory=list)
    index: Index = field(default_factory=Index)

    @property
    def handle(self) -> str:
        return self.title.lower().replace(" ", "-")


@dataclass(eq=False)
class InventoryItem:
    """What is counted. Its id is not the variant's."""

    id: int
    variant: ProductVariant = field(init=False, repr=False)
    created_at: datetime
    updated_at: datetime
    tracked: bool = True
    requires_shipping: bool = True
    unit_cost: Decimal | None = None
    grams: int = 0
    country_code_of_origin: str | None = None
    harmonized_system_code: str | None = None

    @property
    def sku(self) -> str | None:
        return self.variant.sku


@dataclass(eq=False)
class ProductVariant:
    id: int
    product: Product
    inventory_item: InventoryItem
    created_at: datetime
    updated_at: datetime
    sku: str | None = None
    """May be missing, and several variants may have the same."""
    barcode: str | None = None
    price: Decimal = Decimal("10.00")
    compare_at_price: Decimal | None = None
    options: list[tuple[str, str]] = field(default_factory=list)
    requires_components: bool = False
    """A bundle: its stock is made of its parts'."""
    inventory_policy: str = "DENY"
    index: Index = field(default_factory=Index)

    @property
    def title(self) -> str:
        return " / ".join(value for _, value in self.options) or "Default Title"

    @property
    def position(self) -> int:
        return self.product.variants.index(self) + 1


_PRODUCT = ("title", "vendor", "product_type", "status", "tags", "is_gift_card", "image")
_VARIANT = ("sku", "barcode", "price", "compare_at_price", "options", "requires_components", "inventory_policy")
_ITEM = (
    "tracked",
    "requires_shipping",
    "unit_cost",
    "grams",
    "country_code_of_origin",
    "harmonized_system_code",
)
_AMOUNTS = ("price", "compare_at_price", "unit_cost")


@dataclass
class Catalogue:
    moment: Callable[[], datetime]
    now: Callable[[], datetime]
    new_id: Callable[[], int]
    lag_seconds: Callable[[], float]
    """How late the search index is."""
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, ProductVariant] = field(default_factory=dict)
    items: dict[int, InventoryItem] = field(default_factory=dict)

    def add_product(self, told: Mapping[str, Any], variants: Iterable[Mapping[str, Any]]) -> Product:
        """Raises ValueError for a field that a product or a variant has not."""
        moment = self.moment()
        made = Product(self.new_id(), str(told["title"]), moment, moment, **_known(told, _PRODUCT, skip=("title",)))
        self.products[made.id] = made
        for each in variants:
            self.add_variant(made, each)
        return made

    def add_variant(self, product: Product, told: Mapping[str, Any]) -> ProductVariant:
        _known(told, (*_VARIANT, *_ITEM))
        moment = self.moment()
        item = InventoryItem(self.new_id(), moment, moment, **_known(told, _ITEM, strict=False))
        chosen = _known(told, _VARIANT, strict=False)
        made = ProductVariant(self.new_id(), product, item, moment, moment, **chosen)
        item.variant = made
        product.variants.append(made)
        self.variants[made.id] = made
        self.items[item.id] = item
        self.touch(made)
        return made

    def change_product(self, product: Product, changes: Mapping[str, Any]) -> None:
        for name, value in _known(changes, _PRODUCT).items():
            setattr(product, name, value)
        self._touch_product(product)

    def change_variant(self, variant: ProductVariant, changes: Mapping[str, Any]) -> None:
        _known(changes, (*_VARIANT, *_ITEM))
        for name, value in _known(changes, _VARIANT, strict=False).items():
            setattr(variant, name, value)
        for name, value in _known(changes, _ITEM, strict=False).items():
            setattr(variant.inventory_item, name, value)
        self.touch(variant)

    def delete(self, product: Product) -> None:
        del self.products[product.id]
        for each in product.variants:
            del self.variants[each.id], self.items[each.inventory_item.id]

    def by_sku(self, sku: str | None) -> ProductVariant | None:
        """The oldest of those that have it."""
        return next((one for one in self.variants.values() if sku and one.sku == sku), None)

    def sharing_sku(self, item: InventoryItem) -> int:
        """How many other items have the same SKU."""
        if not item.sku:
            return 0
        return sum(1 for one in self.items.values() if one is not item and one.sku == item.sku)

    def touch(self, variant: ProductVariant) -> None:
        """It changed just now: the clocks on it and its product move, and the search index hears of it."""
        variant.updated_at = variant.inventory_item.updated_at = self.moment()
        variant.index.learn(self.now(), _variant_row(variant), self._limit())
        self._touch_product(variant.product)

    def _touch_product(self, product: Product) -> None:
        product.updated_at = self.moment()
        product.index.learn(self.now(), _product_row(product), self._limit())

    def indexed[R: Product | ProductVariant](self, records: Iterable[R]) -> Iterator[tuple[R, dict[str, Any]]]:
        """Those that the index knows by now, each as it shows it."""
        limit = self._limit()
        for record in records:
            row = record.index.row(limit)
            if row:
                yield record, row

    def _limit(self) -> datetime:
        return self.now() - timedelta(seconds=self.lag_seconds())


def of_line(line: Line) -> ProductVariant | None:
    """The variant of an order's line that nobody put into the catalogue: not tracked, and nowhere in stock."""
    if line.product_id is None or line.variant_id is None:
        return None
    moment = line.order.created_at
    product = Product(line.product_id, line.title, moment, moment, line.vendor or "", is_gift_card=line.gift_card)
    item = InventoryItem(line.variant_id, moment, moment, False, line.requires_shipping, grams=line.grams)
    options = line.options or [("Title", line.variant_title or "Default Title")]
    made = ProductVariant(line.variant_id, product, item, moment, moment, line.sku, line.barcode, line.price)
    made.options, item.variant, product.variants = options, made, [made]
    return made


def _shared_words(product: Product) -> dict[str, Any]:
    return {
        "vendor": (product.vendor.lower(),),
        "product_type": (product.product_type.lower(),),
        "tag": tuple(tag.lower() for tag in product.tags),
        "gift_card": (str(product.is_gift_card).lower(),),
    }


def _product_row(product: Product) -> dict[str, Any]:
    """What the search index keeps: lower-case words, each a tuple of what it answers to."""
    return _shared_words(product) | {
        "id": product.id,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "title": (product.title.lower(),),
        "handle": (product.handle,),
        "status": (product.status.lower(),),
        "sku": tuple((one.sku or "").lower() for one in product.variants),
        "barcode": tuple((one.barcode or "").lower() for one in product.variants),
    }


def _variant_row(one: ProductVariant) -> dict[str, Any]:
    return _shared_words(one.product) | {
        "id": one.id,
        "item_id": one.inventory_item.id,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "sku": ((one.sku or "").lower(),),
        "barcode": ((one.barcode or "").lower(),),
        "title": (one.title.lower(),),
        "product_id": (str(one.product.id),),
        "product_status": (one.product.status.lower(),),
        "requires_components": (str(one.requires_components).lower(),),
    }


def _known(
    told: Mapping[str, Any], names: Iterable[str], *, skip: Iterable[str] = (), strict: bool = True
) -> dict[str, Any]:
    """The fields of those names, amounts as decimals. Raises ValueError for any other when strict."""
    unknown = sorted(set(told) - set(names))
    if unknown and strict:
        raise ValueError(f"there is no {', '.join(unknown)}; there is {', '.join(names)}")
    chosen = {name: told[name] for name in names if name in told and name not in skip}
    for name in _AMOUNTS:
        if chosen.get(name) is not None:
            chosen[name] = Decimal(str(chosen[name]))
    if "options" in chosen:
        pairs = chosen["options"]
        chosen["options"] = [(str(name), str(value)) for name, value in getattr(pairs, "items", lambda: pairs)()]
    return chosen
