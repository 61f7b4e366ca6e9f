"""What the shop sells. A style is a colour; a colour has sizes. Orders name the ids only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from twins.inksoft.paper import money


@dataclass(frozen=True)
class Size:
    id: int
    name: str
    up_charge: Decimal = Decimal(0)
    stock: int | None = None


@dataclass(frozen=True)
class Style:
    id: int
    name: str
    html: str
    sizes: tuple[Size, ...]

    def size(self, name: str) -> Size | None:
        return next((one for one in self.sizes if not name or one.name == name), None)


@dataclass(frozen=True)
class Product:
    id: int
    sku: str
    name: str
    price: Decimal
    styles: tuple[Style, ...]
    manufacturer: str = "Plain Wear"
    manufacturer_sku: str = ""
    supplier: str = "Wholesale"
    active: bool = True

    def style(self, name: str) -> Style | None:
        return next((one for one in self.styles if not name or one.name == name), None)

    def image(self, style: Style, side: str = "front") -> str:
        """Site-relative, as the real ones are (seen)."""
        return f"/images/products/{self.id}/products/{self.sku}/{style.name.replace(' ', '_')}/{side}/500.png"


@dataclass
class Catalogue:
    products: dict[int, Product] = field(default_factory=dict)
    _next: int = 1_000_001

    def add(
        self,
        sku: str,
        name: str,
        price: Decimal,
        *,
        colours: Iterable[tuple[str, str]] = (("Black", "000000"),),
        sizes: Iterable[str] = ("OSFA",),
        manufacturer_sku: str = "",
        stock: int | None = None,
    ) -> Product:
        """``colours`` are (name, HTML colour). Raises ValueError for a SKU that is there already."""
        if self.by_sku(sku):
            raise ValueError(f"there is a product {sku} already")
        named = tuple(sizes)
        styles = tuple(
            Style(self._id(), colour, html, tuple(self._size(size, stock) for size in named))
            for colour, html in colours
        )
        made = Product(self._id(), sku, name, price, styles, manufacturer_sku=manufacturer_sku or sku)
        self.products[made.id] = made
        return made

    def by_sku(self, sku: str) -> Product | None:
        return next((one for one in self.products.values() if one.sku == sku), None)

    def find(self, sku: str, colour: str, size: str) -> tuple[Product, Style, Size]:
        """Raises ValueError, saying which of the three is not there."""
        product = self.by_sku(sku)
        if product is None:
            raise ValueError(f"there is no product {sku}; add it to the catalogue first")
        style = product.style(colour)
        if style is None:
            raise ValueError(f"{sku} is not made in {colour}")
        found = style.size(size)
        if found is None:
            raise ValueError(f"{sku} in {style.name} has no size {size}")
        return product, style, found

    def _size(self, name: str, stock: int | None) -> Size:
        return Size(self._id(), name, Decimal(2) if name.endswith("XL") and name != "XL" else Decimal(0), stock)

    def _id(self) -> int:
        self._next += 1
        return self._next


def first_goods() -> Catalogue:
    made = Catalogue()
    colours = (("Black", "000000"), ("White", "FFFFFF"))
    made.add(
        "TEE-100",
        "Heavy Tee",
        Decimal("18.50"),
        colours=colours,
        sizes=("S", "M", "L", "XL", "2XL"),
        manufacturer_sku="PW100",
        stock=40,
    )
    made.add("HOOD-200", "Zip Hoodie", Decimal("39.00"), colours=colours[:1], sizes=("M", "L"))
    made.add("BAG-300", "Backpack", Decimal("36.92"), colours=(("Black Red", "030000"),))
    return made


def shown(product: Product, *, sizes: bool, prices: bool) -> dict[str, Any]:
    """A product as GetProduct and GetProductBaseList show it; these fields were seen by public clients."""
    return {
        "ID": product.id,
        "Name": product.name,
        "Sku": product.sku,
        "Active": product.active,
        "ProductType": "Standard",
        "Created": "2025-12-03T11:35:39.693Z",
        "Manufacturer": product.manufacturer,
        "ManufacturerSku": product.manufacturer_sku,
        "Supplier": product.supplier,
        "SalePrice": None,
        "UnitPrice": None,
        "UnitCost": None,
        "TaxExempt": False,
        "LongDescription": None,
        "Categories": None,
        "StoreIds": None,
        "Personalizations": [],
        "Styles": [_style(product, style, sizes=sizes, prices=prices) for style in product.styles],
    }


def _style(product: Product, style: Style, *, sizes: bool, prices: bool) -> dict[str, Any]:
    front = product.image(style)
    listed = [
        {
            "ID": size.id,
            "Name": size.name,
            "UpCharge": money(size.up_charge),
            "SortOrder": place,
            "UnitPrice": money(product.price + size.up_charge) if prices else None,
        }
        for place, size in enumerate(style.sizes, start=1)
    ]
    return {
        "ID": style.id,
        "Name": style.name,
        "Price": money(product.price) if prices else None,
        "HtmlColor1": style.html,
        "HtmlColor2": None,
        "ImageFilePath_Front": front,
        "Sides": [{"Side": "front", "ImageFilePath": front}],
    } | ({"Sizes": listed} if sizes else {})
