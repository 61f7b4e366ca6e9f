"""What a check finds, by name, with what the person can do; and what InkSoft has no call for."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors import receiver
from platen.domain.record import CancelWish
from platen.domain.verdicts import Later, Refused, Unreachable
from platen.ports import Unreadable, WebhookRequest
from tests.connectors.inksoft.house import (
    NO_ORDER,
    PAGE,
    WITH_LOGIN,
    House,
    an_order,
    refused,
    said,
    scripted,
    settings,
    world,
)
from tests.fakes.clock import START


def found(house: House) -> tuple[list[str], str]:
    """(what is wrong, what all of it says)."""
    findings = house.store.check()
    assert all(one.fix for one in findings if not one.ok)
    return [one.what for one in findings if not one.ok], " ".join(f"{one.what} {one.fix}" for one in findings)


@pytest.mark.parametrize("credentials", [None, WITH_LOGIN])
def test_a_good_connection_says_what_it_can(credentials: Any) -> None:
    at = world(credentials=credentials)
    at.twin.place_order()
    wrong, words = found(at.house)
    assert wrong == []
    for part in ("Spirit Store", "can be listed", "can be read", "every 15 minutes", "cancelling"):
        assert part in words


def test_without_an_order_reading_is_not_tried() -> None:
    at = world()
    wrong, words = found(at.house)
    assert wrong == []
    assert "not tried" in words
    assert at.calls("GetOrder") == 0


def test_an_order_that_is_read_by_its_email_can_be_read() -> None:
    at = world(demands_email=True)
    at.twin.place_order()
    assert found(at.house)[0] == []


@pytest.mark.parametrize(
    ("credentials", "fix"), [(None, "let this key list and read orders"), (WITH_LOGIN, "Fulfillment Store Admin")]
)
def test_credentials_that_may_not_list(credentials: Any, fix: str) -> None:
    at = world(credentials=credentials)
    at.twin.site().may_list = False
    at.twin.site().users[0].may_list = False
    [wrong], words = found(at.house)
    assert "may not list orders" in wrong
    assert fix in words


@pytest.mark.parametrize("answer", [refused(403, "no", "Forbidden"), refused(400, "odd"), NO_ORDER])
def test_credentials_that_may_not_read(answer: Any) -> None:
    house, http = scripted()
    http.on("GetStoreData", said({"Name": "Spirit"})).on("GetOrder", answer)
    http.on("GetOrderSummaries", said([{"ID": 1000001, "Email": "b@example.com"}], total=1))
    [wrong], words = found(house)
    assert "read" in wrong
    assert "let this key list and read orders" in words


def test_a_wrong_key() -> None:
    at = world(credentials={"api_key": "another"})
    [wrong], words = found(at.house)
    assert "API key is invalid" in wrong
    assert "Copy the API key again" in words


def test_a_wrong_password() -> None:
    at = world(credentials=WITH_LOGIN | {"password": "wrong"})
    [wrong], words = found(at.house)
    assert "sign in" in wrong
    assert "publisher ID" in words


def test_a_wrong_publisher() -> None:
    at = world(credentials=WITH_LOGIN)
    at.twin.site().publisher_id = WITH_LOGIN["publisher_id"]
    assert found(at.house)[0] == []
    at = world(credentials=WITH_LOGIN)
    at.twin.site().publisher_id = "another"
    [wrong], words = found(at.house)
    assert "The publisher is not known" in wrong
    assert "at the bottom right of any page of the InkSoft admin" in words


@pytest.mark.parametrize("off", ["page", "refusal"])
def test_a_plan_without_the_api(off: str) -> None:
    at = world()
    at.twin.site().api_off = off
    [_], words = found(at.house)
    assert "Unlimited licence" in words


def test_a_store_of_another_name() -> None:
    at = world({"store_uri": "nowhere"})
    [wrong], words = found(at.house)
    assert "no store of that name" in wrong
    assert "Check the store's name" in words


def test_a_host_the_deployment_does_not_allow() -> None:
    house, http = scripted()
    http.on("GetStoreData", Refused("inksoft.twin is not a host this connector may call"))
    [wrong], words = found(house)
    assert "may call" in wrong
    assert "AllowedHosts" in words


def test_no_credentials_at_all() -> None:
    house, _ = scripted()
    house.secrets = type(house.secrets)()
    [wrong], _words = found(house)
    assert "no credentials yet" in wrong


def test_store_data_nobody_gives_is_no_trouble() -> None:
    house, http = scripted()
    http.on("GetStoreData", refused(404, "Unknown method", "NotFound"))
    http.on("GetOrderSummaries", said([{"ID": 1000001}], total=1)).on("GetOrder", said(an_order()))
    assert found(house)[0] == []


@pytest.mark.parametrize("answer", [refused(500, "oops", "InternalServerError"), Unreachable("down")])
def test_an_inksoft_that_is_down_is_said_as_such(answer: Any) -> None:
    house, http = scripted()
    http.on("GetStoreData", answer)
    with pytest.raises(Later):
        house.store.check()


def test_maintenance_is_found_too() -> None:
    house, http = scripted()
    http.on("GetStoreData", said({})).on("GetOrderSummaries", PAGE)
    [wrong], _words = found(house)
    assert "page instead of data" in wrong


class TestWhatInkSoftHasNoCallFor:
    def test_a_cancel_is_refused_with_words(self) -> None:
        house, http = scripted()
        with pytest.raises(Refused, match="Cancel order 1000001 there"):
            house.store.cancel("1000001", CancelWish(who="somebody", at=START, at_store=True))
        assert http.calls == []

    def test_nothing_is_listened_to(self) -> None:
        house, http = scripted()
        assert house.store.listen("https://hooks.example/x") == []
        assert house.store.resolve("anything") is None
        assert http.calls == []

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"ID": 1}'])
    def test_a_webhook_is_from_nobody(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            receiver("inksoft")(WebhookRequest(headers={}, body=body), [])


def test_calls_go_to_the_stores_own_path() -> None:
    assert settings().base_url == "https://inksoft.twin/acme/Api2"
    assert settings(api_url="http://localhost:8091").base_url == "http://localhost:8091/acme/Api2"
