"""POV, a print vendor whose API is not published: spoken to by a profile, which is data that can be replaced."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from platen.connectors import Connector, Resend
from platen.connectors.fields import ADVANCED, api_address
from platen.connectors.pov.profile import Profile
from platen.domain.connection import Role
from platen.domain.order import Address
from platen.domain.printing import PrintDetails

ACCOUNTS = ("test", "live")
PROVISIONAL = (
    "The contract is built from how Order Desk's integration behaves in public, for POV publishes no API. Confirm "
    "it with POV, and try it in test mode, before you trust it with a live order."
)


class Mode(StrEnum):
    TEST = "test"
    """Every order says that it is a test, and goes out under the test customer ID."""
    LIVE = "live"


def _base_url(text: str) -> str:
    return api_address(text, whose="POV's", carries="the customer ID") if text else ""


BaseUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_base_url)]
Given = Annotated[
    Profile,
    # Only what differs is kept, so that a better built-in profile reaches connections that have none of their own.
    PlainSerializer(
        lambda profile: profile.model_dump(mode="json", exclude_unset=True), return_type=dict[str, Any]
    ),
    WithJsonSchema({"type": "object"}),
]


class Settings(BaseModel):
    """How a POV connection behaves. Customer IDs and keys are credentials and kept apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    mode: Mode = Field(
        default=Mode.TEST,
        title="Order Mode",
        description="test: every order is sent as a test order, with the test customer ID. live: orders are made. "
        "An order stays with the mode it was sent in.",
    )
    base_url_test: BaseUrl = Field(
        default="",
        validate_default=True,
        title="API address, test",
        description="Where POV takes test orders, as POV told you; needed in Order Mode test. Its host has to be "
        "in the stack's AllowedHosts too. If POV has one address for both, give it twice.",
    )
    base_url_live: BaseUrl = Field(
        default="",
        validate_default=True,
        title="API address, live",
        description="Where POV takes live orders, as POV told you; needed in Order Mode live. Its host has to be "
        "in the stack's AllowedHosts too.",
    )
    poll_minutes: int = Field(
        default=15,
        ge=5,
        le=1440,
        title="Poll every (minutes)",
        description="How often POV is asked for new shipments.",
    )
    ask_again: int = Field(
        default=60,
        ge=5,
        le=1440,
        title="Ask about an order again after (minutes)",
        description="How long after the last news of an order it is asked about by itself: the net under the list "
        "of shipments, which does not tell of orders that POV rejected.",
    )
    waiting_alarm_hours: int = Field(
        default=24,
        ge=1,
        le=720,
        title="Alarm for orders that wait (hours)",
        description="An order that POV has not accepted after so long is shown to a person.",
    )
    profile: Given = Field(
        default_factory=Profile,
        title="Profile",
        description="How to speak to POV, as JSON; {} is the built-in pov-v0, and what you leave out is as there.",
        json_schema_extra={"default": {}, **ADVANCED},
    )

    @field_validator("base_url_test", "base_url_live")
    @classmethod
    def _somewhere_to_send_to(cls, given: str, info: ValidationInfo) -> str:
        mode = info.data.get("mode")
        if not given and info.field_name == f"base_url_{mode}":
            raise ValueError(
                f"Order Mode is {mode}, so base_url_{mode} is needed: the address of POV's API for {mode} orders. "
                "Nobody but POV can tell you; there is none to fall back on"
            )
        return given

    def base_url(self, account: str) -> str:
        """Empty where there is none: it is never another account's."""
        return {"test": self.base_url_test, "live": self.base_url_live}.get(account, "")


def _sendable(secret: SecretStr) -> SecretStr:
    """Fit for a header: what is not would break the request after it was begun."""
    text = secret.get_secret_value().strip()
    if len(text) > 500 or not text.isascii() or not text.isprintable():
        raise ValueError("it has to be plain text of at most 500 characters: copy it again")
    return SecretStr(text)


Secret = Annotated[SecretStr, AfterValidator(_sendable)]


class Credentials(BaseModel):
    """Customer ID and key of each mode. At POV the customer ID alone may be all that proves who one is, so it is
    kept as secret as a key."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    test_customer_id: Secret = Field(
        default=SecretStr(""), title="POV customer ID, test", description="Empty if you have none for test orders."
    )
    test_key: Secret = Field(
        default=SecretStr(""), title="Key, test", description="Empty, unless POV gave you a key with the ID."
    )
    live_customer_id: Secret = Field(
        default=SecretStr(""), title="POV customer ID, live", description="Empty if you only send test orders yet."
    )
    live_key: Secret = Field(
        default=SecretStr(""), title="Key, live", description="Empty, unless POV gave you a key with the ID."
    )
    webhook_secret: Secret = Field(
        default=SecretStr(""),
        title="Webhook secret",
        description="Empty, unless POV signs messages to you: with it set, unsigned messages are turned away.",
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        for account in ACCOUNTS:
            customer_id, key = self._raw(account)
            if key and not customer_id:
                raise ValueError(
                    f"{account}_key is there but {account}_customer_id is missing: give both, or no key"
                )
        if not any(self.login(account) for account in ACCOUNTS):
            raise ValueError("give the POV customer ID for test orders, for live orders, or for both")
        return self

    def _raw(self, account: str) -> tuple[str, str]:
        if account == "test":
            return self.test_customer_id.get_secret_value(), self.test_key.get_secret_value()
        return self.live_customer_id.get_secret_value(), self.live_key.get_secret_value()

    def login(self, account: str) -> tuple[str, str] | None:
        """(customer ID, key) of an account; the key may be empty. None where there is no customer ID."""
        customer_id, key = self._raw(account) if account in ACCOUNTS else ("", "")
        return (customer_id, key) if customer_id else None


def account_of(settings: Settings, _ship_to: Address | None, _details: PrintDetails) -> str:
    """The mode, kept with the job: switching it later does not move what is on its way.

    A line cannot choose (``print_account``): no product may send a live order out of test mode.
    """
    return settings.mode.value


def lacking(details: PrintDetails) -> tuple[str, ...]:
    """Documented: both are required of every item, and an order without them is not sent."""
    needed = {"print_sku": details.sku, "print_url": details.url}
    return tuple(name for name, value in needed.items() if not value)


CONNECTOR = Connector(
    system="pov",
    name="POV",
    roles=frozenset({Role.VENDOR}),
    settings=Settings,
    credentials=Credentials,
    # POV's host is not known, and a setting alone must not open the network: the deployment has to name it.
    hosts=lambda _settings: (),
    webhook_keys=lambda credentials: list(filter(None, [credentials.webhook_secret.get_secret_value()])),
    vendor="platen.connectors.pov.vendor:PovVendor",
    # The built-in profile also has POV refuse a reference it has seen, but nobody at POV has said so, and another
    # profile may be of an API that does not. What is relied on is the look-up: after a doubt an order is only sent
    # again when POV was asked for our reference, after the lag, and said in so many words that it has none such.
    # With a profile that cannot look up, the look-up stays unclear for ever, and in the end a person decides.
    resend=Resend.LOOKUP,
    # Assumed: nothing is known about how soon an order can be found by our reference.
    search_lag=timedelta(seconds=60),
    account_of=account_of,
    poll_minutes=lambda settings: int(settings.poll_minutes),
    waiting_alarm=lambda settings: timedelta(hours=settings.waiting_alarm_hours),
    test_orders=True,
    provisional=PROVISIONAL,
    lacking=lacking,
    most_prints=1,
    ask_again=lambda settings: timedelta(minutes=settings.ask_again),
)
