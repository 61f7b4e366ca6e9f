"""What the two accounts sell. They share product names and some codes, but no ids and no prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as every

from twins.picanova.places import COUNTRIES, OVERSEAS


@dataclass(frozen=True)
class Value:
    """One choice of an option; ``cents`` is what it adds to the price."""

    id: int
    name: str
    sku: str = ""
    cents: int = 0


@dataclass(frozen=True)
class Option:
    id: int
    name: str
    required: bool
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Variant:
    """``width`` and ``height`` are millimetres; ``countries`` are numeric ids."""

    id: int
    code: str
    sku: str
    name: str
    width: int
    height: int
    cents: int
    countries: tuple[int, ...]
    options: tuple[Option, ...] = ()

    @property
    def longest(self) -> int:
        return max(self.width, self.height)


@dataclass(frozen=True)
class Product:
    id: int
    name: str
    sku: str
    dpi: int
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Catalogue:
    currency: str
    products: tuple[Product, ...]

    def product(self, product_id: int) -> Product | None:
        return next((one for one in self.products if one.id == product_id), None)

    def variant(self, variant_id: int) -> Variant | None:
        return next((one for one in self._variants() if one.id == variant_id), None)

    def variant_by_code(self, code: str) -> Variant | None:
        return next((one for one in self._variants() if one.code == code), None)

    def blueprint(self, sku: str) -> tuple[Variant, tuple[tuple[Option, Value], ...]] | None:
        """What a v1 code stands for: a variant with its options chosen."""
        for product in self.products:
            for variant in product.variants:
                for chosen in combinations(variant):
                    if blueprint_sku(product, variant, chosen) == sku:
                        return variant, chosen
        return None

    def product_of(self, variant: Variant) -> Product:
        return next(one for one in self.products if variant in one.variants)

    def _variants(self) -> Iterator[Variant]:
        return (variant for product in self.products for variant in product.variants)


def blueprint_sku(product: Product, variant: Variant, chosen: tuple[tuple[Option, Value], ...]) -> str:
    """v1's code, which is that of the combination in beta."""
    return product.sku + variant.sku + "".join(value.sku for _, value in chosen)


def combinations(variant: Variant) -> Iterator[tuple[tuple[Option, Value], ...]]:
    """Every way to choose the variant's options; the ones that are not required may be left out."""
    choices: list[list[tuple[Option, Value] | None]] = [
        [*((option, value) for value in option.values), *([] if option.required else [None])]
        for option in variant.options
    ]
    for chosen in every(*choices):
        yield tuple(one for one in chosen if one is not None)


CANVAS_OPTIONS = (
    Option(
        1,
        "Canvas border",
        True,
        (
            Value(1, "Mirrored", "MI", 20),
            Value(2, "White", "WH"),
            Value(3, "Stretched", "ST"),
            Value(4, "Folded", "FO"),
        ),
    ),
    Option(2, "Stretcher frame", True, (Value(6, "2 cm", "2", 200), Value(7, "4 cm", "4", 410))),
    Option(
        5,
        "Frame",
        False,
        (Value(18, "Floating Frame Black Matt", "FB", 576), Value(19, "Floating Frame Oak", "FO", 640)),
    ),
    Option(17, "Hanger Set for Canvas", False, (Value(38, "Hanger Set for Canvas", "HS", 127),)),
)

_WORLD = tuple(country.id for country in COUNTRIES)
_EUROPE = tuple(country.id for country in COUNTRIES if country.code not in OVERSEAS)
_AMERICA = tuple(country.id for country in COUNTRIES if country.code in ("US", "CA"))


def _canvas(
    variant_id: int, shape: str, width: int, height: int, cents: int, countries: tuple[int, ...]
) -> Variant:
    """``width`` and ``height`` in centimetres, as the codes are."""
    return Variant(
        id=variant_id,
        code=f"{shape}-{width}X{height}-1",
        sku=f"{width}{height}1",
        name=f"{width}x{height} cm",
        width=width * 10,
        height=height * 10,
        cents=cents,
        countries=countries,
        options=CANVAS_OPTIONS,
    )


EU = Catalogue(
    "EUR",
    (
        Product(
            2,
            "Canvas",
            "CVS",
            36,
            (
                _canvas(301, "QUAD", 20, 20, 690, _WORLD),
                _canvas(302, "DIGI", 40, 30, 1290, _WORLD),
                _canvas(303, "DIGI", 60, 40, 1990, _WORLD),
                _canvas(304, "PANO", 90, 30, 2450, _WORLD),
                _canvas(305, "QUAD", 100, 100, 2980, _EUROPE),
            ),
        ),
        Product(
            9,
            "Poster",
            "PST",
            100,
            (
                Variant(341, "PSTR-30X40-1", "30401", "30x40 cm", 300, 400, 510, _WORLD),
                Variant(342, "PSTR-50X70-1", "50701", "50x70 cm", 500, 700, 890, _WORLD),
            ),
        ),
        Product(
            4,
            "Photo Mug",
            "PHM",
            150,
            (Variant(361, "MUGW-330ML-1", "3301", "330 ml", 200, 90, 475, _WORLD),),
        ),
    ),
)

US = Catalogue(
    "USD",
    (
        Product(
            2,
            "Canvas",
            "CVS",
            36,
            (
                _canvas(701, "QUAD", 20, 20, 810, _WORLD),
                _canvas(702, "DIGI", 40, 30, 1420, _WORLD),
                _canvas(703, "RECT", 45, 35, 1610, _WORLD),
                _canvas(704, "RECT", 90, 60, 3390, _AMERICA),
            ),
        ),
        Product(
            9,
            "Poster",
            "PST",
            100,
            (
                Variant(741, "PSTR-30X40-1", "30401", "30x40 cm", 300, 400, 640, _WORLD),
                Variant(742, "PSTR-60X90-1", "60901", "60x90 cm", 600, 900, 1240, _AMERICA),
            ),
        ),
    ),
)
