"""Where the vendor ships to and with whom: countries, regions, carriers and what they charge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """``id`` is ISO 3166-1 numeric, ``code`` alpha-2."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Region:
    id: int
    code: str
    name: str


_COUNTRIES = """
40 AT Austria|36 AU Australia|56 BE Belgium|100 BG Bulgaria|124 CA Canada|756 CH Switzerland|203 CZ Czech Republic
276 DE Germany|208 DK Denmark|233 EE Estonia|724 ES Spain|246 FI Finland|250 FR France|826 GB United Kingdom
300 GR Greece|191 HR Croatia|348 HU Hungary|372 IE Ireland|380 IT Italy|392 JP Japan|440 LT Lithuania
442 LU Luxembourg|428 LV Latvia|484 MX Mexico|528 NL Netherlands|578 NO Norway|554 NZ New Zealand|616 PL Poland
620 PT Portugal|642 RO Romania|752 SE Sweden|705 SI Slovenia|703 SK Slovakia|840 US United States
"""
_STATES = """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas
KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri
MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina
ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota
TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
"""
_PROVINCES = """
AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia
NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon
"""


def _cells(table: str) -> list[str]:
    return table.strip().replace("\n", "|").split("|")


def _country(cell: str) -> Country:
    number, code, name = cell.split(" ", 2)
    return Country(int(number), code, name)


def _regions(table: str, first_id: int) -> tuple[Region, ...]:
    cells = [cell.split(" ", 1) for cell in _cells(table)]
    return tuple(Region(first_id + index, code, name) for index, (code, name) in enumerate(cells))


COUNTRIES: tuple[Country, ...] = tuple(_country(cell) for cell in _cells(_COUNTRIES))
OVERSEAS = frozenset({"AU", "CA", "JP", "MX", "NZ", "US"})
REGIONS: dict[str, tuple[Region, ...]] = {"US": _regions(_STATES, 1), "CA": _regions(_PROVINCES, 52)}
"""The countries that cannot be shipped to without a region."""


def country_by_id(number: object) -> Country | None:
    return next((one for one in COUNTRIES if type(number) is int and one.id == number), None)


def country_by_code(code: object) -> Country | None:
    return next((one for one in COUNTRIES if one.code == code), None)


@dataclass(frozen=True)
class Carrier:
    """A shipping method: where it goes, the longest side (mm) it takes, and its price."""

    code: str
    tracked: bool
    countries: frozenset[str]
    first_cents: int
    further_cents: int
    longest: int = 10_000

    @property
    def name(self) -> str:
        return self.code

    def takes(self, country: Country, longest: int) -> bool:
        return country.code in self.countries and longest <= self.longest

    def cents(self, quantity: int) -> int:
        return self.first_cents + self.further_cents * (quantity - 1)


_ALL = frozenset(country.code for country in COUNTRIES)
_EUROPE = _ALL - OVERSEAS

EU_CARRIERS = (
    Carrier("GEL", False, _EUROPE - {"CH", "NO", "GB"}, 334, 80, longest=700),
    Carrier("DHL", True, _EUROPE, 602, 150),
    Carrier("UPS", True, _EUROPE | {"US", "CA"}, 1190, 240),
    Carrier("UPS MIEXP", True, OVERSEAS, 1790, 310),
)
US_CARRIERS = (
    Carrier("USPS", False, frozenset({"US"}), 410, 95, longest=700),
    Carrier("UPS", True, frozenset({"US", "CA"}), 795, 180),
    Carrier("UPS MIEXP", True, _ALL - {"US"}, 1490, 290),
)
TYPES = ("UNTRACKED", "TRACKED")


def carriers_for(
    carriers: tuple[Carrier, ...], country: Country, longest: int, shipping_type: str = ""
) -> list[Carrier]:
    """Those that take it there, the cheapest first."""
    fitting = [one for one in carriers if one.takes(country, longest)]
    if shipping_type:
        fitting = [one for one in fitting if one.tracked == (shipping_type == "TRACKED")]
    return sorted(fitting, key=lambda one: one.first_cents)
