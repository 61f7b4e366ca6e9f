"""Webhooks: where they go, what they carry, how often they are tried, and when they are given up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.picanova_shop import EU, US, Clock, Listener, Shop, an_item, an_order
from twins.picanova import PicanovaTwin

URL = "https://hub.example/picanova/9b1d"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def twin(clock: Clock, listener: Listener) -> PicanovaTwin:
    return PicanovaTwin(now=clock, post=listener, webhook_url_eu=URL)


@pytest.fixture
def shop(twin: PicanovaTwin) -> Shop:
    return Shop(twin)


def is_time_object(value: Any) -> bool:
    return isinstance(value, dict) and value["timezone_type"] == 3 and value["timezone"] == "UTC"


def test_a_shipment_is_told_with_the_whole_order(shop: Shop, listener: Listener) -> None:
    made = shop.order(items=[an_item(quantity=2)])
    shop.twin.ship(made["id"], {made["items"][0]["id"]: 1}, tracking="T1")
    shop.twin.ship(made["id"], tracking="", carrier="UPS")
    shop.twin.outbox.pump()
    assert [url for url, _ in listener.heard] == [URL, URL]
    first, second = (body for _, body in listener.heard)
    assert first["type"] == second["type"] == "shipment_sent"
    assert is_time_object(first["created"])
    assert first["data"]["shipment"]["tracking_number"] == "T1"
    assert first["data"]["shipment"]["items"][0]["item_id"] == made["items"][0]["id"]
    assert (first["data"]["order"]["status"], len(first["data"]["order"]["shipments"])) == ("IN_PROGRESS", 1)
    assert second["data"]["shipment"]["tracking_number"] == second["data"]["shipment"]["tracking_url"] == ""
    assert (second["data"]["order"]["status"], len(second["data"]["order"]["shipments"])) == ("FULFILLED", 2)
    assert second["data"]["order"].keys() == made.keys()
    assert is_time_object(second["data"]["order"]["created_at"])
    assert is_time_object(second["data"]["shipment"]["shipped_at"])


def test_each_kind_carries_its_own_word_and_the_order(shop: Shop, listener: Listener) -> None:
    made = shop.order()
    shop.twin.comment(made["id"], "Is the border meant to be white?")
    shop.twin.tracking_event(made["id"], "in_transit", location="Hub", details="Scanned")
    shop.twin.fail(made["id"], "The file is broken.")
    shop.twin.cancel_by_vendor(made["id"], "Support")
    shop.twin.outbox.pump()
    said = {body["type"]: body["data"] for _, body in listener.heard}
    assert said["order_commented"]["comment"] == "Is the border meant to be white?"
    assert said["shipment_tracking_event"]["event"].keys() == {"status", "location", "details", "date"}
    assert (said["order_failed"]["reason"], said["order_failed"]["order"]["status"]) == (
        "The file is broken.",
        "ERROR",
    )
    assert (said["order_canceled"]["author"], said["order_canceled"]["order"]["status"]) == ("Support", "CANCELLED")
    assert all(data["order"]["id"] == made["id"] for data in said.values())


def test_a_cancel_by_the_api_is_told_with_its_author(shop: Shop, listener: Listener) -> None:
    shop.ask("DELETE", f"/orders/{shop.order()['id']}")
    shop.twin.outbox.pump()
    assert [(body["type"], body["data"]["author"]) for _, body in listener.heard] == [("order_canceled", "API")]


def test_moving_on_and_late_tracking_are_told_to_nobody(shop: Shop, listener: Listener) -> None:
    made = shop.order()
    for status in ("ACCEPTED", "GENERATED", "IN_PROGRESS"):
        shop.twin.advance(made["id"], status)
    shop.twin.ship(made["id"], tracking="")
    shop.twin.fill_tracking(made["id"], 0, "T1", "https://track.example/T1")
    shop.twin.outbox.pump()
    assert listener.kinds == ["shipment_sent"]


def test_the_url_is_frozen_when_the_order_is_made(shop: Shop, listener: Listener) -> None:
    before = shop.order(external_id="a")
    shop.twin.set_webhook_url("eu", "https://hub.example/picanova/new")
    after = shop.order(external_id="b")
    shop.twin.set_webhook_url("eu", "")
    silent = shop.order(external_id="c")
    for made in (before, after, silent):
        shop.twin.ship(made["id"])
    shop.twin.outbox.pump()
    told = [(url, body["data"]["order"]["id"]) for url, body in listener.heard]
    assert told == [(URL, before["id"]), ("https://hub.example/picanova/new", after["id"])]


def test_each_account_has_a_url_of_its_own(clock: Clock, listener: Listener) -> None:
    twin = PicanovaTwin(
        now=clock, post=listener, webhook_url_eu="https://eu.example", webhook_url_us="https://us.example"
    )
    for auth in (US, EU):
        twin.ship(Shop(twin, auth).order()["id"])
    twin.outbox.pump()
    assert [url for url, _ in listener.heard] == ["https://us.example", "https://eu.example"]


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_it_is_tried_six_times_and_then_given_up(clock: Clock, scale: float) -> None:
    listener = Listener(*[500] * 99)
    twin = PicanovaTwin(now=clock, post=listener, webhook_url_eu=URL, webhook_retry_scale=scale)
    given_up: list[str] = []
    twin.outbox.on_failed = lambda delivery: given_up.append(delivery.url)
    twin.ship(Shop(twin).order()["id"])
    twin.outbox.pump()
    for minutes in (1, 5, 10, 20, 30):
        tried = len(listener.heard)
        clock.passes(seconds=minutes * 60 * scale - 0.01)
        assert twin.outbox.pump() == 0
        clock.passes(seconds=0.02)
        assert twin.outbox.pump() == 1
        assert len(listener.heard) == tried + 1
    clock.passes(days=7)
    assert twin.outbox.pump() == 0
    assert (len(listener.heard), given_up) == (6, [URL])
    assert all(body == listener.heard[0][1] for _, body in listener.heard)


@pytest.mark.parametrize("refusal", [301, 404, 500])
def test_anything_but_2xx_is_tried_again(clock: Clock, refusal: int) -> None:
    listener = Listener(refusal, 204)
    twin = PicanovaTwin(now=clock, post=listener, webhook_url_eu=URL)
    twin.ship(Shop(twin).order()["id"])
    twin.outbox.pump()
    clock.passes(minutes=1)
    twin.outbox.pump()
    clock.passes(days=1)
    assert twin.outbox.pump() == 0
    assert len(listener.heard) == 2


def test_webhooks_are_lost_doubled_and_sent_again_on_order(shop: Shop, listener: Listener) -> None:
    made = shop.order()
    shop.twin.outbox.lose = 1
    shop.twin.comment(made["id"])
    shop.twin.outbox.duplicates = 1
    shop.twin.ship(made["id"])
    shop.twin.outbox.pump()
    assert listener.kinds == ["shipment_sent"] * 2
    shop.twin.outbox.again()
    shop.twin.outbox.pump()
    assert listener.kinds == ["shipment_sent"] * 4


def test_a_file_that_cannot_be_used_fails_the_order(clock: Clock, listener: Listener) -> None:
    asked: list[str] = []

    def only_the_good(url: str) -> bool:
        asked.append(url)
        if "raises" in url:
            raise ConnectionError(url)
        return "bad" not in url

    twin = PicanovaTwin(
        now=clock,
        post=listener,
        webhook_url_eu=URL,
        file_check=only_the_good,
        file_check_after_seconds=600,
        auto_ship_after_seconds=3600,
    )
    shop = Shop(twin)
    made = {
        name: shop.order(external_id=name, items=[an_item(file=f"https://art.example/{name}.jpg")])["id"]
        for name in ("good", "bad", "raises")
    }
    clock.passes(seconds=599)
    twin.outbox.pump()
    assert asked == []
    clock.passes(days=1)
    twin.outbox.pump()
    states = {name: twin.order(order_id).status for name, order_id in made.items()}
    assert states == {"good": "FULFILLED", "bad": "ERROR", "raises": "ERROR"}
    assert sorted(listener.kinds) == ["order_failed", "order_failed", "shipment_sent"]


def test_a_walk_ends_with_one_shipment_told(clock: Clock, listener: Listener) -> None:
    twin = PicanovaTwin(now=clock, post=listener, webhook_url_eu=URL, auto_ship_after_seconds=4)
    Shop(twin).data("POST", "/orders", an_order())
    for _ in range(10):
        clock.passes(seconds=1)
        twin.outbox.pump()
    assert listener.kinds == ["shipment_sent"]
