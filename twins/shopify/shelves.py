"""The fields of what is sold and counted: products, variants, inventory items and their levels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

from twins.shopify.access import Context
from twins.shopify.catalogue import InventoryItem, Product, ProductVariant
from twins.shopify.model import Location, gid
from twins.shopify.reading import RESOLVERS, node, number_of, one_of
from twins.shopify.records import legacy_id, never, no
from twins.shopify.search import Search, connection, parse, refuse
from twins.shopify.stock import NAMES, InventoryLevel

PRODUCT_WORDS = ("status", "title", "handle", "vendor", "product_type", "tag", "sku", "barcode", "gift_card")
VARIANT_WORDS = (
    "sku",
    "barcode",
    "title",
    "vendor",
    "product_type",
    "product_id",
    "product_status",
    "tag",
    "gift_card",
    "requires_components",
)
_SORTS = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at", "ID": "id"}
_WORD_SORTS = {"TITLE": "title", "VENDOR": "vendor", "PRODUCT_TYPE": "product_type", "SKU": "sku"}

type Found = list[tuple[Any, dict[str, Any]]]
"""Records, each with the row by which the search index knows it."""


def _read(context: Context, root: str, query: str | None, words: tuple[str, ...]) -> Search:
    search = parse(query, words)
    context.warnings += [{"path": [root], "query": query, "warnings": [one]} for one in search.warnings]
    return search


def _page(found: Found, sort_key: str, page: dict[str, Any]) -> Any:
    """Found and sorted by what the index knows; what is shown is fresh."""
    if sort_key in _WORD_SORTS:
        word = _WORD_SORTS[sort_key]
        found = [(record, row | {"sort": row[word][0]}) for record, row in found]
    elif sort_key in _SORTS:
        found = [(record, row | {"sort": row[_SORTS[sort_key]]}) for record, row in found]
    else:
        raise refuse(f"The twin does not sort by {sort_key}")
    paged = connection(found, lambda pair: (pair[1]["sort"], pair[0].id), page)
    paged["nodes"] = [record for record, _ in paged["nodes"]]
    paged["edges"] = [{**edge, "node": edge["node"][0]} for edge in paged["edges"]]
    return paged


def _products(context: Context, _root: Any, *, sort_key: str = "ID", query: str | None = None, **page: Any) -> Any:
    search, catalogue = _read(context, "products", query, PRODUCT_WORDS), context.shop.catalogue
    known = catalogue.indexed(catalogue.products.values())
    return _page([pair for pair in known if search.matches(pair[1])], sort_key, page)


def _variants(context: Context, _root: Any, *, sort_key: str = "ID", query: str | None = None, **page: Any) -> Any:
    search, catalogue = _read(context, "productVariants", query, VARIANT_WORDS), context.shop.catalogue
    known = catalogue.indexed(catalogue.variants.values())
    return _page([pair for pair in known if search.matches(pair[1])], sort_key, page)


def _items(context: Context, _root: Any, *, query: str | None = None, **page: Any) -> Any:
    search, catalogue = _read(context, "inventoryItems", query, ("sku",)), context.shop.catalogue
    known = catalogue.indexed(catalogue.variants.values())
    rows = [(one.inventory_item, row | {"id": row["item_id"]}) for one, row in known]
    return _page([pair for pair in rows if search.matches(pair[1])], "ID", page)


def _level(context: Context, _root: Any, *, id: str) -> Any:
    number_of(id, "InventoryLevel")
    return node(context, id)


def _product_variants(_context: Context, product: Product, *, sort_key: str = "POSITION", **page: Any) -> Any:
    rows = product.variants
    return connection(rows, lambda one: (one.id if sort_key == "ID" else one.position, one.id), page)


def _unit_cost(context: Context, item: InventoryItem) -> dict[str, Any] | None:
    if context.hide_costs:  # the words are inferred
        needed = "`read_products` access scope. Also: The user must have permission to view product costs."
        raise GraphQLError(
            f"Access denied for unitCost field. Required access: {needed}",
            extensions={"code": "ACCESS_DENIED", "requiredAccess": needed},
        )
    if item.unit_cost is None:
        return None
    return {"amount": item.unit_cost, "currency_code": context.shop.currency}


def _shown(levels: Iterable[InventoryLevel], include_inactive: bool | None) -> list[InventoryLevel]:
    return [level for level in levels if include_inactive or level.is_active]


def _level_page(levels: list[InventoryLevel], page: dict[str, Any], query: str | None) -> Any:
    if query:
        raise refuse("The twin does not search among levels")
    return connection(levels, lambda level: (level.location.id, level.item.id), page)


def _item_levels(
    context: Context,
    item: InventoryItem,
    *,
    include_inactive: bool | None = False,
    query: str | None = None,
    **page: Any,
) -> Any:
    return _level_page(_shown(context.shop.stock.levels_of(item), include_inactive), page, query)


def _item_level(
    context: Context, item: InventoryItem, *, location_id: str, include_inactive: bool | None = False
) -> InventoryLevel | None:
    number = number_of(location_id, "Location")
    levels = _shown(context.shop.stock.levels_of(item), include_inactive)
    return next((level for level in levels if level.location.id == number), None)


def _location_levels(
    context: Context,
    location: Location,
    *,
    include_inactive: bool | None = False,
    query: str | None = None,
    **page: Any,
) -> Any:
    here = [level for level in context.shop.stock.levels if level.location is location]
    return _level_page(_shown(here, include_inactive), page, query)


def _location_level(
    context: Context, location: Location, *, inventory_item_id: str, include_inactive: bool | None = False
) -> InventoryLevel | None:
    level = context.shop.stock.level(number_of(inventory_item_id, "InventoryItem"), location)
    return level if level and _shown([level], include_inactive) else None


def _quantities(_context: Context, level: InventoryLevel, *, names: list[str]) -> list[dict[str, Any]]:
    """Of on_hand no recorded answer tells a time. The words of the refusal are inferred."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        text = f"The specified quantity name is invalid. Valid values are: {', '.join(NAMES)}."
        raise refuse(text, "INVALID_FIELD_ARGUMENTS")
    return [
        {
            "id": gid("InventoryQuantity", level.number) + f"?inventory_item_id={level.item.id}&name={name}",
            "name": name,
            "quantity": level.quantity(name),
            "updated_at": level.changed.get(name),
        }
        for name in names
    ]


def _total(context: Context, product: Product) -> int:
    return sum(context.shop.stock.available(one.inventory_item) for one in product.variants)


def _image(product: Product) -> dict[str, Any] | None:
    if not product.image:
        return None
    picture = {"id": gid("ImageSource", product.id), "url": product.image, "alt_text": None}
    return {
        "__typename": "MediaImage",
        "number": product.id,
        "id": gid("MediaImage", product.id),
        "alt": None,
        "media_content_type": "IMAGE",
        "status": "READY",
        "preview": {"image": picture, "status": "READY"},
    }


def _media(product: Product, page: dict[str, Any]) -> Any:
    page.pop("sort_key", None)
    page.pop("query", None)
    image = _image(product)
    return connection([image] if image else [], lambda row: (row["number"], row["number"]), page)


def _quantity_of(context: Context, variant: ProductVariant) -> int:
    return context.shop.stock.available(variant.inventory_item)


RESOLVERS["QueryRoot"] |= {
    "product": one_of("Product"),
    "products": _products,
    "productVariant": one_of("ProductVariant"),
    "productVariants": _variants,
    "inventoryItem": one_of("InventoryItem"),
    "inventoryItems": _items,
    "inventoryLevel": _level,
}
RESOLVERS["Product"] = {
    "legacyResourceId": legacy_id,
    "totalInventory": _total,
    "tracksInventory": lambda _c, product: any(one.inventory_item.tracked for one in product.variants),
    "hasOnlyDefaultVariant": lambda _c, product: [one.title for one in product.variants] == ["Default Title"],
    "hasVariantsThatRequiresComponents": lambda _c, product: any(o.requires_components for o in product.variants),
    "variantsCount": lambda _c, product: {"count": len(product.variants), "precision": "EXACT"},
    "variants": _product_variants,
    "featuredMedia": lambda _c, product: _image(product),
    "media": lambda _c, product, **page: _media(product, page),
}
RESOLVERS["ProductVariant"] = {
    "legacyResourceId": legacy_id,
    "displayName": lambda _c, one: f"{one.product.title} - {one.title}",
    "taxable": lambda _c, _one: True,
    "inventoryQuantity": _quantity_of,
    "availableForSale": lambda c, one: (
        not one.inventory_item.tracked or one.inventory_policy == "CONTINUE" or _quantity_of(c, one) > 0
    ),
    "selectedOptions": lambda _c, one: [
        {"name": name, "value": value} for name, value in one.options or [("Title", "Default Title")]
    ],
    "media": lambda _c, one, **page: _media(one.product, page),
}
RESOLVERS["InventoryItem"] = {
    "legacyResourceId": legacy_id,
    "unitCost": _unit_cost,
    "duplicateSkuCount": lambda c, item: c.shop.catalogue.sharing_sku(item),
    "measurement": lambda _c, item: {
        "id": gid("InventoryItemMeasurement", item.id),
        "weight": {"value": float(item.grams), "unit": "GRAMS"},
    },
    "provinceCodeOfOrigin": never,
    "inventoryHistoryUrl": never,
    "locationsCount": lambda c, item: {
        "count": len(_shown(c.shop.stock.levels_of(item), False)),
        "precision": "EXACT",
    },
    "variants": lambda _c, item, **page: connection([item.variant], lambda one: (one.id, one.id), page),
    "inventoryLevel": _item_level,
    "inventoryLevels": _item_levels,
}
RESOLVERS["Location"] |= {"inventoryLevel": _location_level, "inventoryLevels": _location_levels}
RESOLVERS["InventoryLevel"] = {
    "canDeactivate": no,
    "deactivationAlert": never,
    "quantities": _quantities,
}
