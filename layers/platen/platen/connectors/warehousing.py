"""What every connection to a warehouse is asked, whatever system it is: the base of such connectors' settings.

The words are those that people know from the warehouse programs they come from.
"""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from platen.connectors.fields import ADVANCED
from platen.domain.stock import Brakes, Safety, SafetyKind, StockMode, wrong_shares
from platen.domain.sync import TimeRange

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
_PLACE = re.compile(
    r"(?P<site>[^=]{1,50})=(?P<store>[a-z][a-z0-9-]{1,30}[a-z0-9])/(?P<place>[A-Za-z0-9:/_-]{1,100})"
)
_SAFETY = re.compile(r"(?P<floor><)?(?P<number>[0-9]{1,6})(?P<percent>%)?")
_SHARE = re.compile(r"(?P<store>[a-z][a-z0-9-]{1,30}[a-z0-9])=(?P<percent>[1-9][0-9]?|100)%")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_PART = re.compile(r"(?P<item>[^=+*]{1,100})\*(?P<pieces>[1-9][0-9]{0,4})")


class CreateItemUsing(StrEnum):
    SKU = "sku"
    BARCODE = "barcode"
    VARIANT_ID = "variant_id"


class ExportWhen(StrEnum):
    CLOSED = "closed"
    """When the warehouse closes the order."""
    SHIPPED = "shipped"
    """With each shipment that the warehouse tells."""


class ShortClose(StrEnum):
    FULFIL = "fulfil"
    """The store is told what was picked, and a person that some was not."""
    HOLD = "hold"
    """Nothing is told before a person has said so."""


class GoesDown(StrEnum):
    PICKED = "picked"
    SHIPPED = "shipped"


class RestockBy(StrEnum):
    STORE = "store"
    WAREHOUSE = "warehouse"


class PartlyFulfilled(StrEnum):
    ASK = "ask"
    TAKE = "take"


class SitePlace(BaseModel):
    """Which place of which store a site feeds."""

    model_config = ConfigDict(frozen=True)
    site: str
    store: str
    """The store connection."""
    place_id: str


def _site_place(text: str) -> str:
    if not _PLACE.fullmatch(text.strip()):
        raise ValueError(
            "say it as SITE=store-connection/location-id, e.g. MAIN=shop/70001 (platen sync places lists them)"
        )
    return text.strip()


def safety_of(text: str) -> Safety:
    """``5``: five are kept back; ``10%``: a tenth is; ``<3``: below three, 0 is shown. Raises ValueError."""
    found = _SAFETY.fullmatch(text.strip())
    if not found or (found["floor"] and found["percent"]):
        raise ValueError("say it as 5 (pieces), 10% or <3 (below three, show 0)")
    kind = SafetyKind.FLOOR if found["floor"] else SafetyKind.PERCENT if found["percent"] else SafetyKind.FIXED
    if kind is SafetyKind.PERCENT and int(found["number"]) > 100:
        raise ValueError("no more than 100% can be kept back")
    return Safety(kind=kind, number=int(found["number"]))


def _safety(text: str) -> str:
    safety_of(text)
    return text.strip()


def _named_safety(text: str) -> str:
    name, _, value = text.rpartition("=")
    if not name.strip():
        raise ValueError("say it as NAME=5, NAME=10% or NAME=<3")
    safety_of(value)
    return text.strip()


def _share(text: str) -> str:
    if not _SHARE.fullmatch(text.strip()):
        raise ValueError("say it as STORE=60%, e.g. shop=60%: the store's connection, and 1% to 100%")
    return text.strip()


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("give a time zone by its name, e.g. Europe/Berlin or America/New_York")
    return text


def _clock_or_nothing(text: str) -> str:
    if text and not _CLOCK.fullmatch(text):
        raise ValueError("give a time of day as HH:MM, e.g. 19:30, or leave it empty")
    return text


def _range_or_nothing(text: str) -> str:
    start, dash, end = (part.strip() for part in text.partition("-"))
    if text.strip() and not (dash and _CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)):
        raise ValueError("give it as HH:MM-HH:MM, e.g. 06:00-22:00, or leave it empty for all day")
    return text.strip()


def _kit(text: str) -> str:
    name, _, parts = text.partition("=")
    found = [_PART.fullmatch(part.strip()) for part in parts.split("+")]
    if not name.strip() or not all(found) or len({one["item"].strip() for one in found if one}) < len(found):
        raise ValueError("say it as KIT-SKU=PART-A*2+PART-B*1, each part once")
    return text.strip()


class Warehousing(BaseModel):
    """How a connection to a warehouse behaves."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    sites: Annotated[list[Annotated[str, AfterValidator(_site_place)]], Field(max_length=100)] = Field(
        default=[],
        title="Sites and their store locations",
        description="Which location of which store each site feeds: SITE=store/location-id. Stock is written to no "
        "other place. One site may feed several stores.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", title="Time zone of the site", description="Its clock counts below, e.g. America/New_York."
    )
    default_site: Text = Field(
        default="", title="Default site", description="Where orders are picked. Empty: the first one above."
    )
    default_division: Text = Field(default="", title="Default division")
    default_location: Text = Field(default="", title="Default location")
    default_uom: Text = Field(default="EA", title="Default UOM", description="Of every item; it counts as 1.")
    create_item_using: CreateItemUsing = Field(
        default=CreateItemUsing.SKU,
        title="Create item using",
        description="Which field of the store becomes the item number. Choose before the first sync of products.",
    )
    sync_minutes: int = Field(
        default=15,
        ge=0,
        le=1440,
        title="Sync interval (minutes)",
        description="Between automatic syncs; 0: none but End of Day. Orders and shipments do not wait for it.",
    )
    sync_range: Annotated[str, AfterValidator(_range_or_nothing)] = Field(
        default="",
        title="Sync time range",
        description="From-to by the site's clock, e.g. 06:00-22:00: automatic syncs run only then. Empty: always.",
    )
    end_of_day: Annotated[str, AfterValidator(_clock_or_nothing)] = Field(
        default="23:00",
        title="End of day time",
        description="When all stock is compared once a day, by the site's clock. Empty: never by itself.",
    )
    export_when: ExportWhen = Field(
        default=ExportWhen.CLOSED,
        title="Export picks and shipping when",
        description="closed: the order is closed at the warehouse. shipped: each shipment as it is told.",
    )
    short_close: ShortClose = Field(
        default=ShortClose.FULFIL,
        title="When an order is closed short",
        description="fulfil: the store is told what was picked, and a person of the rest. hold: first a person.",
    )
    partly_fulfilled: PartlyFulfilled = Field(
        default=PartlyFulfilled.ASK,
        title="Orders that are partly fulfilled already",
        description="Only open and unfulfilled orders go to the warehouse. ask: a person decides about others.",
        json_schema_extra=ADVANCED,
    )
    stock_mode: StockMode = Field(
        default=StockMode.SET_ON_HAND,
        title="Stock mode",
        description="set_on_hand: the store takes its open orders off by itself; for stock of one store. "
        "set_available: for stock that several stores share, and for safety stock. send_changes: only movements "
        "without an order are passed on; for places that others write to as well.",
    )
    count_goes_down: GoesDown = Field(
        default=GoesDown.SHIPPED,
        title="The warehouse's count goes down when",
        description="picked: with the pick. shipped: when the order is shipped or closed.",
    )
    safety: Annotated[str, AfterValidator(_safety)] = Field(
        default="0",
        title="Safety stock",
        description="Not shown in the store: 5 (pieces), 10%, or <3 (below three: 0). Needs set_available.",
    )
    safety_at: Annotated[list[Annotated[str, AfterValidator(_named_safety)]], Field(max_length=100)] = Field(
        default=[],
        title="Safety stock of a site",
        description="SITE=5; goes before the one above.",
        json_schema_extra=ADVANCED,
    )
    safety_for: Annotated[list[Annotated[str, AfterValidator(_named_safety)]], Field(max_length=1000)] = Field(
        default=[],
        title="Safety stock of an item",
        description="ITEM=5; goes before the others.",
        json_schema_extra=ADVANCED,
    )
    shares: Annotated[list[Annotated[str, AfterValidator(_share)]], Field(max_length=100)] = Field(
        default=[],
        title="Shares of a shared stock",
        description="STORE=60%: what a store is shown of what is free where a site feeds several stores; of such a "
        "site all stores are named, or none. Empty: each is shown all. Needs set_available.",
        json_schema_extra=ADVANCED,
    )
    kits: Annotated[list[Annotated[str, AfterValidator(_kit)]], Field(max_length=1000)] = Field(
        default=[],
        title="Kits",
        description="KIT-SKU=PART-A*2+PART-B*1: shown by what its parts allow. Needs set_available.",
        json_schema_extra=ADVANCED,
    )
    only_items: Text = Field(
        default="",
        title="Only items",
        description="A pattern such as TOY-*; empty: all.",
        json_schema_extra=ADVANCED,
    )
    show_negative: bool = Field(
        default=False,
        title="Show negative stock",
        description="Else 0 is shown, and reported.",
        json_schema_extra=ADVANCED,
    )
    missing_means_zero: bool = Field(
        default=False,
        title="Missing means zero",
        description="An item that is missing from a whole snapshot is shown as 0; else it stays, and is reported.",
        json_schema_extra=ADVANCED,
    )
    restock_by: RestockBy = Field(
        default=RestockBy.WAREHOUSE,
        title="Restock by",
        description="Who counts returned goods: the warehouse, by its own count; or the store, by the refund, "
        "which needs send_changes: returns the warehouse tells are then not passed on.",
        json_schema_extra=ADVANCED,
    )
    oldest_snapshot_hours: int = Field(
        default=36,
        ge=1,
        le=744,
        title="Oldest snapshot (hours)",
        description="Stock is not pushed from a count that is older.",
    )
    most_changed_percent: int = Field(
        default=20,
        ge=0,
        le=100,
        title="Stop when more than so many percent change",
        description="Then a person looks first. 0: never stop for it.",
        json_schema_extra=ADVANCED,
    )
    most_to_zero_percent: int = Field(
        default=5,
        ge=0,
        le=100,
        title="Stop when more than so many percent go to 0",
        description="Then a person looks first. 0: never stop for it.",
        json_schema_extra=ADVANCED,
    )
    most_units: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        title="Stop when an item changes by more than so many pieces",
        description="Then a person looks first. 0: never stop for it.",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        mode = self.stock_mode
        if mode is not StockMode.SET_AVAILABLE and (
            self.safety != "0" or self.safety_at or self.safety_for or self.kits or self.shares
        ):
            raise ValueError("safety stock, shares and kits need stock_mode set_available")
        if self.restock_by is RestockBy.STORE and mode is not StockMode.SEND_CHANGES:
            raise ValueError(
                "restock_by store needs stock_mode send_changes: a count that is set counts returns too"
            )
        places = self.places
        if len({(one.store, one.place_id) for one in places}) < len(places):
            raise ValueError("a store location is fed by one site only: it is named twice in sites")
        if len({(one.site, one.store) for one in places}) < len(places):
            raise ValueError("a site feeds one location of a store: at two, the same pieces would be sold twice")
        if self._shared_sites and mode is StockMode.SET_ON_HAND:
            raise ValueError("a site that feeds several stores needs stock_mode set_available")
        if self.default_site and places and self.default_site not in {one.site for one in places}:
            raise ValueError("default_site is none of the sites")
        if len(self.parts_of_kits) < len(self.kits):
            raise ValueError("a kit is named twice in kits")
        if len(self._percents) < len(self.shares):
            raise ValueError("a store is named twice in shares")
        wrong = wrong_shares(self._percents, self._shared_sites)
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def _shared_sites(self) -> dict[str, list[str]]:
        """Site -> its stores, where they are several."""
        found: dict[str, list[str]] = {}
        for one in self.places:
            found.setdefault(one.site, []).append(one.store)
        return {site: stores for site, stores in found.items() if len(stores) > 1}

    @property
    def places(self) -> tuple[SitePlace, ...]:
        found = (_PLACE.fullmatch(one) for one in self.sites)
        return tuple(
            SitePlace(site=one["site"].strip(), store=one["store"], place_id=one["place"]) for one in found if one
        )

    @property
    def site(self) -> str:
        """Where orders are picked; empty when no site is named yet."""
        places = self.places
        return self.default_site or (places[0].site if places else "")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def range(self) -> TimeRange | None:
        if not self.sync_range:
            return None
        start, _, end = self.sync_range.partition("-")
        return TimeRange(start=time.fromisoformat(start.strip()), end=time.fromisoformat(end.strip()))

    @property
    def end_of_day_time(self) -> time | None:
        return time.fromisoformat(self.end_of_day) if self.end_of_day else None

    @property
    def brakes(self) -> Brakes:
        return Brakes(
            most_changed_percent=self.most_changed_percent or None,
            most_to_zero_percent=self.most_to_zero_percent or None,
            most_units=self.most_units or None,
        )

    def safety_for_item(self, item: str, site: str) -> Safety:
        """The one of the item, else of the site, else of the connection."""
        of_items, of_sites = _by_name(self.safety_for), _by_name(self.safety_at)
        return safety_of(of_items.get(item) or of_sites.get(site) or self.safety)

    @property
    def _percents(self) -> dict[str, int]:
        found = (_SHARE.fullmatch(one) for one in self.shares)
        return {one["store"]: int(one["percent"]) for one in found if one}

    def shares_at(self, site: str) -> dict[str, int]:
        """Store -> its percentage of what is free there; empty where stores do not share."""
        stores = self._shared_sites.get(site, ())
        return {store: percent for store, percent in self._percents.items() if store in stores}

    @property
    def parts_of_kits(self) -> dict[str, dict[str, int]]:
        """Kit -> its parts, each with its pieces in one kit."""
        found: dict[str, dict[str, int]] = {}
        for one in self.kits:
            name, _, parts = one.partition("=")
            named = (_PART.fullmatch(part.strip()) for part in parts.split("+"))
            found[name.strip()] = {part["item"].strip(): int(part["pieces"]) for part in named if part}
        return found


def _by_name(given: list[str]) -> dict[str, str]:
    return {name.strip(): value for name, _, value in (one.rpartition("=") for one in given)}
