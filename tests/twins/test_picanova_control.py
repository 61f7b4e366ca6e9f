"""The control plane and the command line: the twin for those who do not live in its process."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.twins.picanova_shop import US, Listener, Shop, an_item
from twins.picanova import PicanovaTwin
from twins.picanova.__main__ import build


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def shop(listener: Listener) -> Shop:
    return Shop(PicanovaTwin(post=listener))


def tell(shop: Shop, method: str, path: str, body: object | None = None) -> TestResponse:
    return Client(shop.twin.app).open(f"/_twin{path}", method=method, json=body)


def told(shop: Shop, method: str, path: str, body: object | None = None) -> Any:
    reply = tell(shop, method, path, body)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def test_a_switch_leaves_later_orders_to_a_hand(shop: Shop) -> None:
    told(shop, "POST", "/switches", {"auto_ship_after_seconds": 0})
    walks = shop.order()
    told(shop, "POST", "/switches", {"auto_ship_after_seconds": None})
    stays = shop.order(external_id="left to a hand")
    assert {one["id"]: one["status"] for one in told(shop, "GET", "/orders")} == {
        walks["id"]: "FULFILLED",
        stays["id"]: "DRAFT",
    }
    assert tell(shop, "POST", "/switches", {}).status_code == 422


def test_orders_are_shown_with_what_the_api_keeps_to_itself(shop: Shop) -> None:
    told(shop, "POST", "/webhook-url", {"eu": "https://hub.example/eu"})
    made = shop.order()
    [seen] = told(shop, "GET", "/orders")
    assert (seen["id"], seen["external_id"], seen["status"]) == (made["id"], made["external_id"], "DRAFT")
    assert (seen["account"], seen["is_test"], seen["webhook_url"]) == ("eu", False, "https://hub.example/eu")
    assert seen["shipping"]["country_code"] == "DE"
    assert seen["items"][0]["quantity"] == 1


def test_an_order_is_led_from_outside(shop: Shop, listener: Listener) -> None:
    told(shop, "POST", "/webhook-url", {"eu": "https://hub.example/eu"})
    made = shop.order(items=[an_item(quantity=2)])
    order, item = f"/orders/{made['id']}", str(made["items"][0]["id"])
    assert told(shop, "POST", f"{order}/advance", {"status": "GENERATED"})["status"] == "GENERATED"
    assert told(shop, "POST", f"{order}/ship", {"items": {item: 1}, "tracking": ""})["status"] == "IN_PROGRESS"
    filled = told(shop, "POST", f"{order}/tracking", {"index": 0, "tracking": "T1"})
    assert filled["shipments"][0]["tracking_number"] == "T1"
    assert told(shop, "POST", f"{order}/ship")["status"] == "FULFILLED"
    assert told(shop, "POST", f"{order}/comment")["status"] == "FULFILLED"
    assert told(shop, "POST", f"{order}/fail", {"reason": "Torn"})["status"] == "ERROR"
    assert told(shop, "POST", f"{order}/cancel", {"author": "Support"})["status"] == "CANCELLED"
    shop.twin.outbox.pump()
    assert listener.kinds == ["shipment_sent"] * 2 + ["order_commented", "order_failed", "order_canceled"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/orders/PPO00000000/ship", {}, 404),
        ("/orders/PPO00000000/cancel", {}, 404),
        ("/orders/PPO21700001/ship", {"items": {"5001": 9}}, 422),
        ("/orders/PPO21700001/ship", {"tracing": "typo"}, 422),
        ("/orders/PPO21700001/advance", {"status": "SHIPPED"}, 422),
        ("/orders/PPO21700001/advance", {}, 422),
        ("/orders/PPO21700001/tracking", {"index": 7, "tracking": "T"}, 404),
        ("/faults", {"kind": "explode"}, 422),
        ("/outbox", {"duplicate": 1}, 422),
    ],
)
def test_a_hand_that_slips_is_told_so(shop: Shop, path: str, body: object, status: int) -> None:
    made = shop.order()
    reply = tell(shop, "POST", path, body)
    assert reply.status_code == status
    assert reply.get_json()["message"]
    assert shop.data("GET", f"/orders/{made['id']}") == made


def test_faults_are_switched_on_and_off(shop: Shop) -> None:
    told(shop, "POST", "/faults", {"on": "GET /countries", "kind": "status", "status": 503, "times": 5})
    assert shop.ask("GET", "/countries").status == 503
    told(shop, "DELETE", "/faults")
    assert shop.ask("GET", "/countries").status == 200


def test_the_outbox_is_switched(shop: Shop, listener: Listener) -> None:
    told(shop, "POST", "/webhook-url", {"eu": "https://hub.example/eu"})
    told(shop, "POST", "/outbox", {"duplicates": 2, "shuffle": True, "lose": 0})
    assert (shop.twin.outbox.duplicates, shop.twin.outbox.shuffle) == (2, True)
    told(shop, "POST", "/outbox", {"shuffle": False})
    assert shop.twin.outbox.duplicates == 2
    shop.twin.ship(shop.order()["id"])
    shop.twin.outbox.pump()
    told(shop, "POST", "/outbox/again")
    shop.twin.outbox.pump()
    assert len(listener.heard) == 6


def test_stats_count_orders_duplicates_and_calls(shop: Shop) -> None:
    assert told(shop, "GET", "/stats") == {"orders": 0, "duplicates": [], "calls": {}}
    made = shop.order()
    Shop(shop.twin, US).order()
    assert told(shop, "GET", "/stats") == {
        "orders": 2,
        "duplicates": [made["external_id"]],
        "calls": {"POST /orders": 2},
    }


def test_the_control_plane_is_beyond_faults(shop: Shop) -> None:
    told(shop, "POST", "/faults", {"kind": "drop", "times": 9})
    assert told(shop, "GET", "/orders") == []


def test_the_command_line_says_what_the_twin_is() -> None:
    twin, port = build(
        [
            "--port",
            "8083",
            "--eu",
            "a:b",
            "--auto-ship-after",
            "5",
            "--rate-per-minute",
            "7",
            "--search-lag",
            "3",
            "--sandbox-us",
            "--accept-duplicates",
            "--webhook-url-us",
            "https://hub.example/us",
            "--webhook-retry-scale",
            "0.01",
            "--times-as-objects",
        ]
    )
    assert port == 8083
    assert twin.accounts["eu"].credentials == ("a", "b")
    assert (twin.accounts["eu"].sandbox, twin.accounts["us"].sandbox) == (False, True)
    assert twin.accounts["us"].webhook_url == "https://hub.example/us"
    assert twin.accounts["eu"].window.limit == 7
    assert (twin.auto_ship_after_seconds, twin.refuse_duplicates) == (5.0, False)
    assert twin.book.search_lag.total_seconds() == 3
    assert twin.outbox.retry_after == pytest.approx((0.6, 3, 6, 12, 18))
    assert twin.style.times_as_objects


def test_credentials_on_the_command_line_need_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build(["--eu", "only-a-user"])
    assert "user:key" in capsys.readouterr().err
