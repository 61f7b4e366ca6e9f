"""What a person types when connecting a shop: forgiving where it can be, and clear where it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from platen.connectors import load, systems
from platen.connectors.shopify import CONNECTOR, EXPORT_HOST, Credentials, Settings, webhook_keys
from platen.domain.connection import Role
from tests.connectors.shopify.house import SHOP


@pytest.mark.parametrize(
    "typed",
    [
        "kranich-rahmen",
        " Kranich-Rahmen ",
        SHOP,
        f"https://{SHOP}",
        f"http://{SHOP}/admin/products?page=2",
        "https://admin.shopify.com/store/kranich-rahmen/settings/domains",
    ],
)
def test_a_shop_may_be_typed_in_many_ways(typed: str) -> None:
    assert Settings(shop=typed).shop == SHOP


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "kranich-rahmen.de",
        "evil.example/kranich.myshopify.com",
        "kranich.myshopify.com.evil.example",
        "user@kranich.myshopify.com",
        "kranich.myshopify.com:8443",
        "-kranich",
        "kra nich",
        "kränich",
        "a.b.myshopify.com",
        "169.254.169.254",
    ],
)
def test_what_is_no_shop_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"my-shop\.myshopify\.com"):
        Settings(shop=typed)


def test_only_the_shop_itself_may_be_called() -> None:
    settings = Settings(shop="kranich-rahmen", api_url="http://127.0.0.1:8081/")
    assert CONNECTOR.hosts(settings) == (SHOP, EXPORT_HOST)
    assert settings.base_url == "http://127.0.0.1:8081"
    assert Settings(shop="kranich-rahmen").base_url == f"https://{SHOP}"


@pytest.mark.parametrize("url", ["ftp://x", "http://u:p@x", "https://x/path", "https://x?y", "nonsense"])
def test_an_api_address_is_scheme_and_host(url: str) -> None:
    with pytest.raises(ValidationError, match="scheme and the host"):
        Settings(shop="kranich-rahmen", api_url=url)


def test_how_often_it_is_polled_is_for_the_user_to_say() -> None:
    assert CONNECTOR.poll_minutes(Settings(shop="x1")) == 10
    assert CONNECTOR.poll_minutes(Settings(shop="x1", poll_minutes=3)) == 3


@pytest.mark.parametrize(
    ("given", "help_text"),
    [
        ({}, "client ID and its secret"),
        ({"client_id": "c"}, "one of them is missing"),
        ({"client_secret": "s"}, "one of them is missing"),
        ({"access_token": "t"}, "API secret key is needed"),
        ({"access_token": "t", "client_id": "c", "client_secret": "s"}, "not both"),
        ({"access_token": "   "}, "client ID and its secret"),
    ],
)
def test_credentials_that_cannot_work_say_what_to_do(given: dict[str, Any], help_text: str) -> None:
    with pytest.raises(ValidationError, match=help_text):
        Credentials.model_validate(given)


def test_secrets_are_shown_to_nobody() -> None:
    secret = "shpss_very_secret"
    good = Credentials(client_id="c", client_secret=SecretStr(secret))
    assert secret not in repr(good)
    assert secret not in str(good.model_dump())
    with pytest.raises(ValidationError) as caught:
        Credentials(client_secret=SecretStr(secret))
    assert secret not in str(caught.value)


def test_webhooks_may_be_signed_with_any_of_the_secrets() -> None:
    given = {"client_id": "c", "client_secret": " new ", "webhook_secrets": ["old", "by-hand", "", "old"]}
    assert webhook_keys(given) == ["new", "old", "by-hand"]
    assert webhook_keys(Credentials.model_validate(given)) == ["new", "old", "by-hand"]
    assert webhook_keys({"access_token": "t", "api_secret_key": "k"}) == ["k"]
    assert webhook_keys({"access_token": "t", "webhook_secrets": ["w"]}) == ["w"]


def test_the_connector_is_found_by_its_folder() -> None:
    assert "shopify" in systems()
    assert load("shopify").roles == {Role.STORE}
    fields = {**Settings.model_fields, **Credentials.model_fields}
    assert all(field.title and field.description for field in fields.values()), "the prompts need words"
