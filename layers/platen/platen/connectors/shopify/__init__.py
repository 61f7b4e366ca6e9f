"""Shopify as a store: the Admin GraphQL API, version 2026-10, and its signed webhooks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from platen.connectors import Connector, Resend
from platen.connectors.fields import HostAddress, Secret
from platen.domain.connection import Role

EXPORT_HOST = "storage.googleapis.com"
"""Where Shopify puts long lists for us to fetch (inferred from addresses in its documentation)."""
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,100}\.myshopify\.com")
_ADMIN_PAGE = re.compile(r"admin\.shopify\.com/store/([a-z0-9][a-z0-9-]*)")


def _shop(text: str) -> str:
    """``x``, ``x.myshopify.com`` or an address of the shop's admin, as ``x.myshopify.com``."""
    bare = text.strip().lower().removeprefix("https://").removeprefix("http://")
    admin_page = _ADMIN_PAGE.match(bare)
    name = admin_page[1] if admin_page else re.split(r"[/?#]", bare, maxsplit=1)[0]
    if "." not in name:
        name += ".myshopify.com"
    if not _SHOP.fullmatch(name):
        raise ValueError(
            "this is not a shop's myshopify.com name. Give the name like 'my-shop.myshopify.com'"
            " (Shopify admin: Settings > Domains); the shop's own domain does not work here"
        )
    return name


class Settings(BaseModel):
    """What a person chooses about a Shopify connection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: Annotated[str, StringConstraints(max_length=300), AfterValidator(_shop)] = Field(
        title="Shop",
        description="The shop's myshopify.com name, e.g. my-shop.myshopify.com (or just my-shop).",
    )
    notify_customer: bool = Field(
        default=True,
        title="Shipping mail to the buyer",
        description="Shopify mails the buyer when a parcel is recorded or its tracking changes.",
    )
    poll_minutes: int = Field(
        default=10,
        ge=1,
        le=1440,
        title="Minutes between polls",
        description="Webhooks tell of changes at once; the poll finds those that got lost.",
    )
    api_url: HostAddress = Field(
        default="",
        title="API address (advanced)",
        description="Empty for Shopify itself. Set only to talk through a proxy or to a stand-in.",
    )

    @property
    def base_url(self) -> str:
        return self.api_url or f"https://{self.shop}"


class Credentials(BaseModel):
    """A static access token with its app's secret key, or a client ID with its secret: one of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="",
        title="Client ID",
        description="Of the app in the Dev Dashboard. Leave empty to use an access token instead.",
    )
    client_secret: Secret = Field(
        default=SecretStr(""),
        title="Client secret",
        description="Of the same app. It also signs the app's webhooks.",
    )
    access_token: Secret = Field(
        default=SecretStr(""),
        title="Access token",
        description="Of a custom app that was made in the shop's admin before 2026. Empty with a client ID.",
    )
    api_secret_key: Secret = Field(
        default=SecretStr(""),
        title="API secret key",
        description="Of the app the access token belongs to: it signs the app's webhooks.",
    )
    webhook_secrets: Annotated[list[Secret], Field(max_length=10)] = Field(
        default=[],
        title="Further webhook secrets",
        description="While a secret is being changed, or for webhooks made by hand in the shop's admin.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        client = bool(self.client_id), bool(self.client_secret.get_secret_value())
        static = bool(self.access_token.get_secret_value())
        if static and any(client):
            raise ValueError("give either an access token, or a client ID with its secret: not both")
        if static:
            return self._verifiable()
        if not any(client):
            raise ValueError("give a client ID and its secret (Dev Dashboard), or an access token")
        if not all(client):
            raise ValueError("a client ID and its client secret go together: one of them is missing")
        return self

    def _verifiable(self) -> Self:
        if not webhook_keys(self):
            raise ValueError(
                "with an access token the app's API secret key is needed too: without it no webhook can be verified"
            )
        return self


def webhook_keys(credentials: Any) -> list[str]:
    """Every secret a webhook may be signed with, each once; never an empty one."""
    given = credentials if isinstance(credentials, Credentials) else Credentials.model_validate(credentials)
    secrets = [given.client_secret, given.api_secret_key, *given.webhook_secrets]
    return list(dict.fromkeys(text for one in secrets if (text := one.get_secret_value())))


def _hosts(settings: Settings) -> tuple[str, ...]:
    return settings.shop, EXPORT_HOST


def _poll_minutes(settings: Settings) -> int:
    return settings.poll_minutes


CONNECTOR = Connector(
    system="shopify",
    name="Shopify",
    roles=frozenset({Role.STORE}),
    settings=Settings,
    credentials=Credentials,
    hosts=_hosts,
    webhook_keys=webhook_keys,
    store="platen.connectors.shopify.store:ShopifyStore",
    stock="platen.connectors.shopify.stock:ShopifyStock",
    resend=Resend.LOOKUP,
    search_lag=timedelta(seconds=10),
    poll_minutes=_poll_minutes,
)
