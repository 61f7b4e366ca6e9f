"""The control plane, the webhooks and the command line: the twin for those who do not live in its process."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.twins.pov_shop import Customer, Listener, pov
from twins.pov import PovTwin
from twins.pov.__main__ import build


@pytest.fixture
def twin() -> PovTwin:
    return pov(post=Listener())[0]


def tell(twin: PovTwin, method: str, path: str, body: object | None = None) -> TestResponse:
    return Client(twin.app).open(f"/_twin{path}", method=method, json=body)


def told(twin: PovTwin, method: str, path: str, body: object | None = None) -> Any:
    reply = tell(twin, method, path, body)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def test_orders_are_shown_with_what_the_api_keeps_to_itself(twin: PovTwin) -> None:
    made = Customer(twin).order()
    [seen] = told(twin, "GET", "/orders")
    assert (seen["pov_order_id"], seen["account"]) == (made["pov_order_id"], "live")
    assert seen["sent"]["ship_to"]["city"] == "Town"
    assert told(twin, "GET", "/stats")["orders"] == 1


def test_an_order_is_led_from_outside(twin: PovTwin) -> None:
    order = f"/orders/{Customer(twin).order()['pov_order_id']}"
    assert told(twin, "POST", f"{order}/advance", {"status": "accepted"})["status"] == "accepted"
    assert told(twin, "POST", f"{order}/ship", {"items": {"11": 1}, "tracking": "A"})["status"] == "in_production"
    assert told(twin, "POST", f"{order}/tracking", {"tracking": "B"})["shipments"][0]["tracking_number"] == "B"
    assert len(told(twin, "POST", f"{order}/duplicate")["shipments"]) == 2
    assert told(twin, "POST", f"{order}/ship")["status"] == "shipped"
    assert told(twin, "POST", f"{order}/reject", {"reason": "torn"})["reason"] == "torn"
    assert told(twin, "POST", f"{order}/cancel")["status"] == "cancelled"


def test_faults_are_switched_from_outside(twin: PovTwin) -> None:
    live = Customer(twin)
    told(twin, "POST", "/faults", {"on": "POST /orders", "kind": "status_after", "status": 502})
    assert live.ask("POST", "/orders", live.an_order()).status == 502
    assert len(twin.orders) == 1
    told(twin, "POST", "/faults", {"kind": "drop"})
    told(twin, "DELETE", "/faults")
    assert live.data("GET", "/mail-classes")
    told(twin, "POST", "/switches", {"wrong_mode": 1, "replay": 1, "can_cancel": True})
    assert (twin.wrong_mode, twin.replay, twin.can_cancel) == (1, 1, True)
    told(twin, "POST", "/stray", {"account": "live"})
    assert len(live.data("GET", "/shipments")["shipments"]) == 1
    told(twin, "POST", "/customers/live/revoke")
    assert live.ask("GET", "/mail-classes").status == 401
    told(twin, "POST", "/customers/live/restore")
    assert live.ask("GET", "/mail-classes").status == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/orders/POV-1/ship", {}, 404),
        ("/orders/POV-100001/ship", {"items": {"11": 9}}, 422),
        ("/orders/POV-100001/ship", {"tracing": "typo"}, 422),
        ("/orders/POV-100001/advance", {"status": "SHIPPED"}, 422),
        ("/orders/POV-100001/tracking", {"index": 7, "tracking": "T"}, 404),
        ("/orders/POV-100001/duplicate", {"index": 7}, 404),
        ("/faults", {"kind": "explode"}, 422),
        ("/switches", {"wrong_mod": 1}, 422),
        ("/switches", {"replay": -1}, 422),
        ("/stray", {"account": "mars"}, 404),
        ("/customers/mars/revoke", {}, 404),
        ("/customers/live/fire", {}, 404),
        ("/outbox", {"duplicate": 1}, 422),
    ],
)
def test_a_hand_that_slips_is_told_so(twin: PovTwin, path: str, body: object, status: int) -> None:
    live = Customer(twin)
    made = live.order()
    reply = tell(twin, "POST", path, body)
    assert reply.status_code == status
    assert reply.get_json()["message"]
    assert live.data("GET", f"/orders/{made['pov_order_id']}") == made


def test_nothing_is_posted_unless_there_is_somewhere_to(twin: PovTwin) -> None:
    twin.advance(Customer(twin).order()["pov_order_id"], "accepted")
    assert twin.outbox.pump() == 0


def test_webhooks_are_signed_and_retried_with_the_same_body() -> None:
    listener = Listener(500)
    twin, clock = pov(post=listener, webhook_url="https://hub.example/pov", webhook_secret="hush")
    ref = Customer(twin).order()["pov_order_id"]
    twin.ship(ref)
    twin.outbox.pump()
    clock.passes(minutes=1)
    twin.outbox.pump()
    (headers, body), again = listener.heard
    assert again == (headers, body)
    assert headers["X-Signature"] == "sha256=" + hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    assert listener.kinds == ["shipment.created"] * 2
    told(twin, "POST", "/outbox/again")
    assert told(twin, "GET", "/outbox") == {"waiting": 1, "sent": 1}
    told(twin, "POST", "/outbox", {"lose": 1})
    twin.reject(ref)
    assert len(twin.outbox.waiting) == 1


def test_the_command_line_describes_a_twin() -> None:
    line = (
        "--port 8085 --live me:key --sku MINE --auto-ship-after 5 --rate-per-minute 0 --search-lag 2 --can-cancel"
    )
    line += " --accept-duplicates --webhook-url https://hub.example --webhook-secret hush"
    twin, port = build(line.split())
    assert port == 8085
    assert (twin.accounts["live"].customer_id, twin.accounts["live"].key) == ("me", "key")
    assert (twin.accounts["test"].customer_id, twin.accounts["test"].key) == ("test-customer", "")
    assert twin.skus is not None
    assert {"MINE", "CANVAS-40X30"} <= set(twin.skus)
    assert (twin.unique_references, twin.can_cancel, twin.auto_ship_after_seconds) == (False, True, 5)
    assert build(["--any-sku"])[0].skus is None
    with pytest.raises(SystemExit):
        build(["--live", ":key"])
