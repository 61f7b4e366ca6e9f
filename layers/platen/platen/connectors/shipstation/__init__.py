"""ShipStation, where orders are packed and labels bought: as a Custom Store it fetches, or by its API V2 or V1."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from platen.connectors import Connector, Resend
from platen.connectors.fields import ADVANCED, api_address
from platen.domain.connection import Role
from platen.domain.order import Address
from platen.domain.printing import PrintDetails

HOSTS = ("ssapi.shipstation.com", "api.shipstation.com", "api.shipengine.com")
"""API V1, API V2, and where the keys are published that sign V2's webhooks."""
V1_BASE = "https://ssapi.shipstation.com"
V2_BASE = "https://api.shipstation.com/v2"
JWKS_URL = "https://api.shipengine.com/jwks"
SHORTEST_PASSWORD = 16


class Way(StrEnum):
    """How orders get to ShipStation; kept with each job as its account."""

    CUSTOM_STORE = "custom_store"
    """ShipStation fetches them from Platen, and posts its shipments back."""
    V2 = "v2"
    V1 = "v1"
    """Called legacy by ShipStation, and still served."""


BaseUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(api_address)]


class Settings(BaseModel):
    """How a ShipStation connection behaves. Passwords and keys are credentials and kept apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    way: Way = Field(
        default=Way.CUSTOM_STORE,
        title="Way",
        description="custom_store: ShipStation fetches orders from Platen, as from a store of its own; it needs no "
        "API key, and tells the most. v2, v1: Platen sends them to that API. An order stays with the way it was "
        "sent by.",
    )
    export_waiting: bool = Field(
        default=True,
        title="Show orders that wait",
        description="Unpaid and held orders are shown in ShipStation too, as Awaiting Payment and On Hold. v2 has "
        "no such states: there they wait in Platen whatever is set here.",
    )
    fetch_minutes: int = Field(
        default=60,
        ge=5,
        le=10080,
        title="ShipStation comes every (minutes)",
        description="How often it is expected to fetch; it decides that itself. When it has not come for three "
        "times as long, a person is told.",
    )
    window_slack_hours: int = Field(
        default=0,
        ge=0,
        le=48,
        title="Widen the window by (hours)",
        description="Should ShipStation ask for times of another time zone, and so miss orders: 24 finds them. An "
        "order it fetches twice is still one order.",
        json_schema_extra=ADVANCED,
    )
    poll_minutes: int = Field(
        default=15,
        ge=5,
        le=1440,
        title="Poll every (minutes)",
        description="v1, v2: how often ShipStation is asked what moved. custom_store: how often it is nudged to "
        "fetch, where a V1 key and store ID are given.",
    )
    ask_again: int = Field(
        default=60,
        ge=5,
        le=1440,
        title="Ask about an order again after (minutes)",
        description="How long after the last news of an order it is looked at by itself.",
        json_schema_extra=ADVANCED,
    )
    waiting_alarm_hours: int = Field(
        default=48,
        ge=1,
        le=720,
        title="Alarm for orders that wait (hours)",
        description="An order that ShipStation has not taken after so long is shown to a person.",
    )
    v1_store_id: int | None = Field(
        default=None,
        ge=1,
        title="Store ID in ShipStation (V1)",
        description="v1: the store its orders are put into; empty: ShipStation's first manual store. custom_store: "
        "the Custom Store's own ID, to nudge it to fetch when orders wait; that also needs a V1 key.",
    )
    warehouse_id: str = Field(
        default="",
        max_length=50,
        pattern=r"^[A-Za-z0-9-]*$",
        validate_default=True,
        title="Warehouse ID (V2)",
        description="v2 needs one: the ID of the Ship From location that parcels leave from, e.g. se-123456.",
    )
    requested_warehouse: str = Field(
        default="",
        max_length=100,
        title="Ship From location",
        description="The Ship From location that orders ask for: its name, exactly as in ShipStation; empty: none.",
    )
    currency_and_upc: bool = Field(
        default=True,
        title="Currency and UPC",
        description="custom_store: give them too. ShipStation's guide has them, its published schema has not.",
        json_schema_extra=ADVANCED,
    )
    base_url_v1: BaseUrl = Field(default=V1_BASE, title="API V1 base URL", json_schema_extra=ADVANCED)
    base_url_v2: BaseUrl = Field(default=V2_BASE, title="API V2 base URL", json_schema_extra=ADVANCED)
    jwks_url: BaseUrl = Field(
        default=JWKS_URL,
        title="Webhook keys (V2)",
        description="Where the keys are published that V2's webhooks are signed with.",
        json_schema_extra=ADVANCED,
    )

    @field_validator("warehouse_id")
    @classmethod
    def _somewhere_to_ship_from(cls, given: str, info: ValidationInfo) -> str:
        if not given and info.data.get("way") is Way.V2:
            raise ValueError(
                "the way is v2, so warehouse_id is needed: V2 takes no order without a place it ships from"
            )
        return given


def _sendable(secret: SecretStr) -> SecretStr:
    """Fit for a header: what is not would break the request after it was begun."""
    text = secret.get_secret_value().strip()
    if len(text) > 500 or not text.isascii() or not text.isprintable():
        raise ValueError("it has to be plain text of at most 500 characters: copy it again")
    return SecretStr(text)


Secret = Annotated[SecretStr, AfterValidator(_sendable)]


class Credentials(BaseModel):
    """What each way needs; those of ways that are not used stay empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    store_user: Secret = Field(
        default=SecretStr(""),
        title="Custom Store user name",
        description="Make one up, and type the same into ShipStation's Custom Store form. It is how ShipStation "
        "proves who it is when it fetches.",
    )
    store_password: Secret = Field(
        default=SecretStr(""),
        title="Custom Store password",
        description=f"Make one up too, of at least {SHORTEST_PASSWORD} characters.",
    )
    v1_key: Secret = Field(
        default=SecretStr(""), title="V1 API key", description="For the way v1, and for the nudge; else empty."
    )
    v1_secret: Secret = Field(default=SecretStr(""), title="V1 API secret")
    v2_key: Secret = Field(default=SecretStr(""), title="V2 API key", description="For the way v2; else empty.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for one, other in (("store_user", "store_password"), ("v1_key", "v1_secret")):
            given = [name for name in (one, other) if self._raw(name)]
            if len(given) == 1:
                lacks = other if given == [one] else one
                raise ValueError(f"{given[0]} is there but {lacks} is missing: give both, or leave both empty")
        user, password = self._raw("store_user"), self._raw("store_password")
        if ":" in user:
            raise ValueError("store_user has a colon, which ends a user name on its way: choose one without")
        if password and len(password) < SHORTEST_PASSWORD:
            raise ValueError(f"store_password is too short: it has to have at least {SHORTEST_PASSWORD} characters")
        if not any(self.allows(way) for way in Way):
            raise ValueError(
                "give the Custom Store's user name and password, a V2 API key, or a V1 API key and secret"
            )
        return self

    def _raw(self, name: str) -> str:
        secret: SecretStr = getattr(self, name)
        return secret.get_secret_value()

    def allows(self, way: str) -> bool:
        """Whether what that way needs is there."""
        needed = {Way.CUSTOM_STORE: "store_password", Way.V2: "v2_key", Way.V1: "v1_secret"}
        return way in needed and bool(self._raw(needed[Way(way)]))

    @property
    def store_login(self) -> str:
        """``user:password`` of the Custom Store; empty where there is none."""
        user, password = self._raw("store_user"), self._raw("store_password")
        return f"{user}:{password}" if user and password else ""

    @property
    def v1_login(self) -> tuple[str, str] | None:
        """(key, secret) of API V1; None where there is none."""
        key, secret = self._raw("v1_key"), self._raw("v1_secret")
        return (key, secret) if key and secret else None


def account_of(settings: Settings, _ship_to: Address | None, _details: PrintDetails) -> str:
    """The way, kept with the job: changing it later does not move what ShipStation has already."""
    return settings.way.value


CONNECTOR = Connector(
    system="shipstation",
    name="ShipStation",
    roles=frozenset({Role.VENDOR}),
    settings=Settings,
    credentials=Credentials,
    hosts=lambda _settings: HOSTS,
    webhook_keys=lambda credentials: list(filter(None, [credentials.store_login])),
    vendor="platen.connectors.shipstation.vendor:ShipStationVendor",
    # Of each way in its own manner: the feed is ours, and written under a condition; V1 updates the order that has
    # our key instead of making a second one; V2 refuses an external id it has seen. And find looks first.
    resend=Resend.UNIQUE_ID,
    # Inferred: nothing is documented about how soon an order can be found by our id.
    search_lag=timedelta(seconds=60),
    account_of=account_of,
    poll_minutes=lambda settings: int(settings.poll_minutes),
    waiting_alarm=lambda settings: timedelta(hours=settings.waiting_alarm_hours),
    ask_again=lambda settings: timedelta(minutes=settings.ask_again),
    amends=lambda _settings: True,
    takes_waiting=lambda settings: settings.export_waiting and settings.way is not Way.V2,
    fetch_minutes=lambda settings: int(settings.fetch_minutes) if settings.way is Way.CUSTOM_STORE else 0,
    when_silent="Look in ShipStation at the Custom Store: whether it is active and imports by itself, and what its "
    "last error was; then have it import once by hand. Orders wait here meanwhile, and none is lost.",
    webhook_access=True,
    prints=False,
)
