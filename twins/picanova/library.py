"""What a store account keeps for v1: its artwork, and the products it has set up with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Image:
    id: str
    file_name: str
    url: str
    uploaded_at: datetime


@dataclass(frozen=True)
class SetUp:
    """A product with its artwork."""

    id: int
    blueprint: str
    image: Image

    @property
    def sku(self) -> str:
        return f"{self.blueprint}-{self.image.id}"


@dataclass
class Library:
    images: dict[str, Image] = field(default_factory=dict)
    products: dict[str, SetUp] = field(default_factory=dict)
    """By their SKU."""

    def upload(self, file_name: str, url: str, now: datetime) -> Image:
        image = Image(f"APO{10_000_001 + len(self.images)}", file_name, url, now)
        self.images[image.id] = image
        return image

    def set_up(self, blueprint: str, image: Image) -> SetUp:
        product = SetUp(len(self.products) + 1, blueprint, image)
        self.products[product.sku] = product
        return product
