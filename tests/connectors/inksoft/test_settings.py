"""What a person may type, and what is made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from platen.connectors import Resend, load
from platen.connectors.inksoft import CONNECTOR, Credentials, Origin, Settings
from tests.connectors.inksoft.house import WITH_KEY, WITH_LOGIN


def made(**given: Any) -> Settings:
    return Settings.model_validate({"store_uri": "acme"} | given)


class TestSettings:
    def test_need_only_a_store(self) -> None:
        one = made()
        assert (one.domain, one.poll_minutes, one.stores) == ("stores.inksoft.com", 15, ())
        assert (one.tell_carrier, one.notify_customer, one.origins) == (False, True, tuple(Origin))
        assert one.base_url == "https://stores.inksoft.com/acme/Api2"

    @pytest.mark.parametrize(
        ("given", "slug"),
        [
            ("Devo_Designs", "Devo_Designs"),
            (" ds-33 ", "ds-33"),
            ("https://stores.inksoft.com/spirit_wear/shop/home?x=1", "spirit_wear"),
            ("/spirit_wear/", "spirit_wear"),
        ],
    )
    def test_take_a_store_as_people_copy_it(self, given: str, slug: str) -> None:
        assert made(store_uri=given).store_uri == slug

    @pytest.mark.parametrize(
        "given",
        [
            {"store_uri": ""},
            {"store_uri": "../x"},
            {"store_uri": "a b"},
            {"domain": "localhost"},
            {"domain": "user@evil.example"},
            {"domain": "a b.example"},
            {"poll_minutes": 4},
            {"line_sku": "{size}"},
            {"line_sku": "{sku}{"},
            {"line_sku": "{sku.__class__}"},
            {"line_sku": "{sku!r}"},
            {"line_sku": "{sku}-{weight}"},
            {"line_sku": "{{sku}}"},
            {"line_sku": ""},
            {"origins": []},
            {"origins": ["somewhere"]},
            {"api_url": "ftp://x"},
            {"look_back_hours": -1},
            {"nonsense": 1},
        ],
    )
    def test_refuse_what_cannot_be(self, given: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            made(**given)

    def test_take_lists_as_text_and_keep_them(self) -> None:
        one = made(stores="41001, Club Store ,", origins="store,proposal", line_sku="{sku}/{color}")
        assert (one.stores, one.origins) == (("41001", "Club Store"), (Origin.STORE, Origin.PROPOSAL))
        assert one.line_sku == "{sku}/{colour}"
        assert Settings.model_validate(one.model_dump(mode="json")) == one

    @pytest.mark.parametrize("domain", ["https://Shop.Example.com/x", "shop.example.com"])
    def test_open_one_host_and_no_other(self, domain: str) -> None:
        assert CONNECTOR.hosts(made(domain=domain)) == ("shop.example.com",)


class TestCredentials:
    @pytest.mark.parametrize("given", [WITH_KEY, WITH_LOGIN, WITH_LOGIN | {"publisher_id": 12345}])
    def test_are_a_key_or_a_login(self, given: dict[str, Any]) -> None:
        one = Credentials.model_validate(given)
        assert CONNECTOR.webhook_keys(one) == []
        assert "secret" not in repr(one)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "give an API key, or"),
            (WITH_KEY | WITH_LOGIN, "not both"),
            (WITH_KEY | {"publisher_id": "1"}, "not both"),
            ({"email": "a@example.com", "password": "x"}, "one of them is missing"),
            ({"email": "a@example.com", "publisher_id": "1"}, "one of them is missing"),
            (WITH_LOGIN | {"publisher_id": "a&b=c"}, "pattern"),
        ],
    )
    def test_are_not_both_and_not_half(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(ValidationError, match=words) as caught:
            Credentials.model_validate(given)
        assert "secret" not in str(caught.value)


def test_the_connector_says_how_it_is() -> None:
    assert load("inksoft") is CONNECTOR
    assert CONNECTOR.poll_minutes(made(poll_minutes=30)) == 30
    assert (CONNECTOR.resend, CONNECTOR.search_lag) == (Resend.LOOKUP, timedelta(seconds=30))
    assert CONNECTOR.provisional
