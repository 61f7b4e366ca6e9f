"""InkSoft as a store: its "API 2", polled, for it sends no webhooks."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from platen.connectors import Connector, Resend
from platen.connectors.fields import ADVANCED, HostAddress, Secret
from platen.domain.connection import Role

PROVISIONAL = (
    "InkSoft publishes only the beginning of its API reference; the rest is built from what others saw. Take in a "
    "few orders and one parcel, and compare them with InkSoft, before you trust it."
)
PLACEHOLDERS = ("sku", "manufacturer_sku", "colour", "size")

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Origin(StrEnum):
    """Where in InkSoft an order comes from."""

    STORE = "store"
    PROPOSAL = "proposal"
    EMBEDDED = "embedded"
    """The designer that a shop has built into its own site."""


class Posts(StrEnum):
    """How what a call says is sent along. Not confirmed which of them InkSoft reads, so it can be chosen."""

    JSON = "json"
    FORM = "form"


def _domain(text: str) -> str:
    host = re.split(r"[/?#]", text.strip().lower().removeprefix("https://").removeprefix("http://"), maxsplit=1)[0]
    if not _HOST.fullmatch(host):
        raise ValueError("give the host that the stores are under, e.g. stores.inksoft.com")
    return host


def _slug(text: str) -> str:
    """``spirit_wear``, or an address of the store, as ``spirit_wear``."""
    bare = text.strip()
    if "://" in bare:
        bare = bare.split("://", 1)[1].partition("/")[2]
    slug = re.split(r"[/?#]", bare.strip("/"), maxsplit=1)[0]
    if not _SLUG.fullmatch(slug):
        raise ValueError(
            "this is not a store's name in its address. In https://stores.inksoft.com/spirit_wear/shop it is "
            "spirit_wear"
        )
    return slug


def _listed(given: Any) -> Any:
    """A list as it is, or a text with commas as one."""
    parts = given.split(",") if isinstance(given, str) else given
    if isinstance(parts, list | tuple) and all(isinstance(one, str | int) for one in parts):
        return tuple(text for one in parts if (text := str(one).strip()))
    return given


def _pattern(text: str) -> str:
    text = text.strip().replace("{color}", "{colour}")
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        formatted = text.format(**dict.fromkeys(PLACEHOLDERS, "x"))
    except (ValueError, KeyError, IndexError, AttributeError):
        fields, formatted = [], ""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if not formatted or not {"sku", "manufacturer_sku"} & set(fields):
        raise ValueError(f"a pattern is made of {known}, with {{sku}} or {{manufacturer_sku}} in it")
    if re.search(r"[{}]", re.sub(r"\{(sku|manufacturer_sku|colour|size)\}", "", text)):
        raise ValueError(f"a pattern may hold only {known} in braces")
    return text


Names = Annotated[
    tuple[Annotated[str, Field(max_length=200)], ...], BeforeValidator(_listed), Field(max_length=200)
]


class Settings(BaseModel):
    """What a person chooses about an InkSoft connection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: Annotated[str, StringConstraints(max_length=300), AfterValidator(_domain)] = Field(
        default="stores.inksoft.com",
        title="Domain",
        description="Where your stores are: stores.inksoft.com, or a domain of your own.",
    )
    store_uri: Annotated[str, StringConstraints(max_length=500), AfterValidator(_slug)] = Field(
        title="Store name in the address",
        description="In https://stores.inksoft.com/spirit_wear/shop it is spirit_wear. Every call goes "
        "through this store; give the main one.",
    )
    stores: Names = Field(
        default=(),
        title="Stores to share",
        description="Ids or names of the stores whose orders are taken, with commas; empty: all of them.",
    )
    origins: Annotated[tuple[Origin, ...], BeforeValidator(_listed), Field(min_length=1, max_length=10)] = Field(
        default=tuple(Origin),
        title="Kinds of orders",
        description="store: bought in a store; proposal: made of a proposal or quote; embedded: from a designer on "
        "your own site.",
    )
    embedded_stores: Names = Field(
        default=(),
        title="Stores of embedded designers",
        description="Ids or names of the stores that embedded designers sell through: InkSoft marks their orders "
        "in no other way.",
    )
    poll_minutes: int = Field(
        default=15,
        ge=5,
        le=1440,
        title="Sync every (minutes)",
        description="How often InkSoft is asked what changed: it sends no messages by itself.",
    )
    line_sku: Annotated[str, StringConstraints(max_length=200), AfterValidator(_pattern)] = Field(
        default="{sku}-{colour}-{size}",
        title="SKU of a line",
        description="Lines have no SKU in InkSoft. Made of {sku}, {manufacturer_sku}, {colour} and {size}; what is "
        "empty falls away with the dash before it.",
    )
    pickup_methods: Names = Field(
        default=(),
        title="Further names of pickup",
        description='Shipping methods with "pickup" in their name are known to be no parcels; name others here.',
    )
    notify_customer: bool = Field(
        default=True,
        title="Shipping mail to the buyer",
        description="InkSoft mails the buyer when a parcel is recorded. Off, if whoever ships writes to them.",
    )
    tell_carrier: bool = Field(
        default=False,
        title="Tell carrier, service, cost and note too",
        description="Not confirmed that InkSoft takes more than the tracking number. Try it with one parcel first.",
        json_schema_extra=ADVANCED,
    )
    look_back_hours: int = Field(
        default=0,
        ge=0,
        le=72,
        title="Look back further (hours)",
        description="If changes come late or not at all: InkSoft may count times in its own zone. Costs reads.",
        json_schema_extra=ADVANCED,
    )
    posts: Posts = Field(
        default=Posts.JSON,
        title="How calls are sent",
        description="json, or form if InkSoft answers that it did not get what it needs.",
        json_schema_extra=ADVANCED,
    )
    api_url: HostAddress = Field(
        default="",
        title="API address",
        description="Empty for InkSoft itself. Set only to talk through a proxy or to a stand-in.",
        json_schema_extra=ADVANCED,
    )

    @property
    def base_url(self) -> str:
        return f"{self.api_url or f'https://{self.domain}'}/{self.store_uri}/Api2"


class Credentials(BaseModel):
    """An API key, or a person's login with the publisher ID: one of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: Secret = Field(
        default=SecretStr(""),
        title="API key",
        description="Of the store, from InkSoft. Leave empty to sign in with a user instead.",
    )
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="",
        title="E-mail or user name",
        description='Of a user with the permission level "Fulfillment Store Admin". Empty with an API key.',
    )
    password: Secret = Field(default=SecretStr(""), title="Password", description="Of the same user.")
    publisher_id: Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)] = Field(
        default="",
        max_length=50,
        pattern=r"^\s*[A-Za-z0-9_-]*\s*$",
        title="Publisher ID",
        description="At the bottom right of any page of the InkSoft admin.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        login = bool(self.email), bool(self.password.get_secret_value()), bool(self.publisher_id.strip())
        if self.api_key.get_secret_value() and any(login):
            raise ValueError("give either an API key, or e-mail, password and publisher ID: not both")
        if not self.api_key.get_secret_value() and not any(login):
            raise ValueError("give an API key, or e-mail, password and publisher ID")
        if any(login) and not all(login):
            raise ValueError("e-mail, password and publisher ID go together: one of them is missing")
        return self


def _hosts(settings: Settings) -> tuple[str, ...]:
    return (settings.domain,)


def _poll_minutes(settings: Settings) -> int:
    return settings.poll_minutes


CONNECTOR = Connector(
    system="inksoft",
    name="InkSoft",
    roles=frozenset({Role.STORE}),
    settings=Settings,
    credentials=Credentials,
    hosts=_hosts,
    webhook_keys=lambda _credentials: [],
    store="platen.connectors.inksoft.store:InkSoftStore",
    resend=Resend.LOOKUP,
    # Assumed: nothing is known of how soon a recorded parcel shows on its order.
    search_lag=timedelta(seconds=30),
    poll_minutes=_poll_minutes,
    provisional=PROVISIONAL,
)
