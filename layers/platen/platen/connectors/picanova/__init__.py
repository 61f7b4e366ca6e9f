"""Picanova (now merchOne), a print-on-demand vendor: its beta and v1 APIs, with an EU store, a US store or both."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from platen.connectors import Connector, Resend
from platen.connectors.fields import ADVANCED
from platen.connectors.picanova.skus import lacking, wants_v1
from platen.domain.connection import Role
from platen.domain.order import Address
from platen.domain.printing import PrintDetails

HOSTS = ("api.picanova.com", "api.merchone.com")
AMERICA = frozenset({"US", "CA"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

BETA_BASE = "https://api.picanova.com/api/beta"
V1_BASE = "https://api.merchone.com/api/v1"
"""Documented on this host alone."""
V1 = "-v1"
"""Ends the account of what goes by v1: an order of theirs belongs to one API, so that is a job of its own."""

type Region = Literal["eu", "us"]


def region_of(account: str) -> str:
    """Whose store an account is in: ``eu`` for ``eu`` and ``eu-v1``."""
    return account.removesuffix(V1)


def speaks_v1(account: str) -> bool:
    return account.endswith(V1)


class Mode(StrEnum):
    TEST = "test"
    """Every order is a test order: Picanova never makes or ships it."""
    LIVE = "live"


class ShippingType(StrEnum):
    """The mail classes that leave the carrier to Picanova."""

    TRACKED = "TRACKED"
    UNTRACKED = "UNTRACKED"


class V1Method(StrEnum):
    """What to do with a shipping method, which v1 cannot be told."""

    STOP = "stop"
    TRACKED = "TRACKED"
    UNTRACKED = "UNTRACKED"


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("give the API's base URL, e.g. https://api.merchone.com/api/beta")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("the base URL has to start with https:// (the API key travels with every call)")
    return text.rstrip("/")


def _base_url_if_any(text: str) -> str:
    return _base_url(text) if text else ""


BaseUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_base_url)]
BaseUrlIfAny = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_base_url_if_any)
]


def _each_once(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    if len(set(regions)) != len(regions):
        raise ValueError("name each region once")
    return regions


class Settings(BaseModel):
    """How a Picanova connection behaves. The API keys are credentials and kept apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    mode: Mode = Field(
        default=Mode.TEST,
        title="Mode",
        description="test: every order is sent as a test order, and nothing is produced. live: orders are made.",
    )
    regions: Annotated[tuple[Region, ...], AfterValidator(_each_once)] = Field(
        min_length=1,
        title="Regions",
        description="Which Picanova stores you have credentials for: eu, us or both. With both, parcels to the US "
        "and Canada are made in the US store and all others in the EU store, unless a line says print_account.",
    )
    customs_value_field: Literal["custom_value", "customs_value"] = Field(
        default="custom_value",
        title="Name of the customs value",
        description="What an item's value is called on the wire. Picanova's papers use both names.",
        json_schema_extra=ADVANCED,
    )
    v1_method: V1Method = Field(
        default=V1Method.STOP,
        title="v1 orders that ask for a shipping method",
        description="v1 takes no shipping method. stop: such an order waits for a person. TRACKED or UNTRACKED: it "
        "goes by that instead.",
        json_schema_extra=ADVANCED,
    )
    waiting_alarm_hours: int = Field(
        default=24,
        ge=1,
        le=720,
        title="Alarm for orders that wait (hours)",
        description="An order that Picanova has not confirmed after so long is shown to a person.",
    )
    poll_minutes: int = Field(
        default=180,
        ge=5,
        le=1440,
        title="Poll every (minutes)",
        description="How often open orders are read anew; the net under lost webhooks.",
    )
    catalogue_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        title="Catalogue age (hours)",
        description="The catalogue is read anew when it is older than this.",
        json_schema_extra=ADVANCED,
    )
    base_url_eu: BaseUrl = Field(default=BETA_BASE, title="API base URL, EU", json_schema_extra=ADVANCED)
    base_url_us: BaseUrl = Field(default=BETA_BASE, title="API base URL, US", json_schema_extra=ADVANCED)
    base_url_v1_eu: BaseUrlIfAny = Field(
        default="",
        title="v1 API base URL, EU",
        description=f"Empty: {V1_BASE}; where the base URL is a host of your own: v1 beside it. It is for products "
        "set up at Picanova; how its orders are accepted, cancelled or looked up is not published.",
        json_schema_extra=ADVANCED,
    )
    base_url_v1_us: BaseUrlIfAny = Field(
        default="", title="v1 API base URL, US", description="As for the EU.", json_schema_extra=ADVANCED
    )

    @model_validator(mode="before")
    @classmethod
    def _superseded(cls, given: Any) -> Any:
        """How parcels go is asked of every vendor now; connections of before still hold what it was here."""
        if not isinstance(given, dict):
            return given
        for name, (plain, instead) in _SUPERSEDED.items():
            if name in given and given[name] != plain:
                raise ValueError(f"{name} is no setting any more: {instead}")
        return {name: value for name, value in given.items() if name not in _SUPERSEDED}

    def base_url(self, account: str) -> str:
        american = region_of(account) == "us"
        beta = self.base_url_us if american else self.base_url_eu
        if not speaks_v1(account):
            return beta
        return (self.base_url_v1_us if american else self.base_url_v1_eu) or _v1_beside(beta)

    def has(self, account: str) -> bool:
        """True for the accounts of the regions it is set up for, by either API."""
        return region_of(account) in self.regions


_SUPERSEDED: dict[str, tuple[Any, str]] = {
    "shipping_type": ("TRACKED", "make UNTRACKED the connection's Default Mail Class instead"),
    "shipping_methods": ({}, "put its rows into the connection's Shipping Class Match instead"),
}


def _v1_beside(beta: str) -> str:
    return V1_BASE if urlsplit(beta).hostname in HOSTS else f"{beta.removesuffix('/beta')}/v1"


class Credentials(BaseModel):
    """API user and key of each store. Either pair or both; Picanova hands them out per region."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, str_max_length=500
    )

    eu_user: str = Field(default="", title="EU API user", description="Empty if you have no EU store.")
    eu_key: SecretStr = Field(default=SecretStr(""), title="EU API key")
    us_user: str = Field(default="", title="US API user", description="Empty if you have no US store.")
    us_key: SecretStr = Field(default=SecretStr(""), title="US API key")

    @model_validator(mode="after")
    def _whole_pairs(self) -> Self:
        for account in ("eu", "us"):
            user, key = self._raw(account)
            if bool(user) != bool(key):
                has, lacks = ("user", "key") if user else ("key", "user")
                raise ValueError(
                    f"{account}_{has} is there but {account}_{lacks} is missing: give both, or leave both empty"
                )
        if not self.login("eu") and not self.login("us"):
            raise ValueError("give the API user and key of the EU store, of the US store, or of both")
        return self

    def _raw(self, account: str) -> tuple[str, str]:
        if account == "us":
            return self.us_user, self.us_key.get_secret_value().strip()
        return self.eu_user, self.eu_key.get_secret_value().strip()

    def login(self, account: str) -> tuple[str, str] | None:
        """(user, key) of a region's store; None where there is none."""
        user, key = self._raw(account)
        return (user, key) if user and key and account in ("eu", "us") else None


def account_of(settings: Settings, ship_to: Address | None, details: PrintDetails) -> str:
    """Which store makes it, and by which API it is told: ``eu``, ``us``, or with ``-v1`` behind it.

    The store is what the line says (``print_account``), else where the parcel goes. A line's word is taken as it
    is; preflight refuses one that names no configured region. The API is v1 where only that can be told.
    """
    named = details.account.strip().lower()
    region = region_of(named) or _nearest(settings, ship_to)
    return region + V1 if speaks_v1(named) or wants_v1(details) else region


def _nearest(settings: Settings, ship_to: Address | None) -> str:
    if len(settings.regions) == 1:
        return settings.regions[0]
    return "us" if ship_to is not None and ship_to.country_code.upper() in AMERICA else "eu"


CONNECTOR = Connector(
    system="picanova",
    name="Picanova (merchOne)",
    roles=frozenset({Role.VENDOR}),
    settings=Settings,
    credentials=Credentials,
    hosts=lambda _settings: HOSTS,
    webhook_keys=lambda _credentials: [],
    vendor="platen.connectors.picanova.vendor:PicanovaVendor",
    resend=Resend.UNIQUE_ID,
    # Inferred: nothing is documented about how soon an order can be found by our id.
    search_lag=timedelta(seconds=60),
    account_of=account_of,
    poll_minutes=lambda settings: int(settings.poll_minutes),
    waiting_alarm=lambda settings: timedelta(hours=settings.waiting_alarm_hours),
    test_orders=True,
    lacking=lacking,
    # Beta takes one file for an item; of v1's files only the front's name is known.
    most_prints=1,
    default_class=lambda _settings: ShippingType.TRACKED.value,
)
