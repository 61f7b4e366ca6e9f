"""What strangers can throw at the two open doors: each gets a clear answer, and leaves nothing behind."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

import pytest

from platen import compose
from platen.domain.job import Job
from platen.observability import logger
from tests.support.world import STORE, VENDOR, World
from twins.shopify.webhooks import signature

SECRET = "hush"
PERSONAL = ("Ottilie", "Lange Zeile", "5550123", "ottilie@")
ORDER = {
    "id": 6000000000099,
    "admin_graphql_api_id": "gid://shopify/Order/6000000000099",
    "updated_at": "2026-11-21T09:00:00-05:00",
    "email": "ottilie@kranich.example",
    "shipping_address": {"first_name": "Ottilie", "address1": "Lange Zeile 17", "phone": "+49 30 5550123"},
}
BODY = json.dumps(ORDER).encode()
NEWS = {
    "type": "shipment_sent",
    "data": {
        "order": {"id": "PPO1", "external_id": "9999-zzzzzzzzzzzzzzzz-1", "shipping": ORDER["shipping_address"]}
    },
}
VENDOR_BODY = json.dumps(NEWS).encode()
NO_UTF8 = BODY.replace(b"6000000000099", b"6000000\xff000099")
NESTED = b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def signed(body: bytes, *, topic: str = "orders/updated", key: str = SECRET) -> dict[str, str]:
    return {
        "X-Shopify-Hmac-Sha256": signature(key, body),
        "X-Shopify-Topic": topic,
        "Content-Type": "application/json",
    }


class Doors:
    """The world's two open doors, as API Gateway knocks at them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = {one: world.secrets.webhook(one)["path_keys"][0] for one in (STORE, VENDOR)}

    def knock(
        self,
        role: str,
        body: bytes | str,
        headers: dict[str, str] | None = None,
        event: dict[str, Any] | None = None,
    ) -> int:
        connection = STORE if role == "store" else VENDOR
        plain = isinstance(body, str)
        knocked = {
            "pathParameters": {"connection": connection, "key": self.keys[connection]},
            "headers": headers or {},
            "isBase64Encoded": not plain,
            "body": body if plain else base64.b64encode(body).decode(),
        } | (event or {})
        door = compose.store_webhook if role == "store" else compose.vendor_webhook
        answer = door(knocked, None)
        assert answer["body"] == "", "a stranger is told something"
        return int(answer["statusCode"])


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    world = World().connect()
    world.run()
    monkeypatch.setattr(compose, "hub", lambda: world.hub)
    return Doors(world)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Any:
    """Everything that was logged, with every field and every traceback, as one text."""
    before = logger.level
    logger.setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    yield lambda: "\n".join(f"{one.__dict__} {one.getMessage()}" for one in caplog.records)
    logger.setLevel(before)


def path(connection: str = STORE, key: str = "wrong") -> dict[str, Any]:
    return {"pathParameters": {"connection": connection, "key": key}}


AT_THE_STORES_DOOR: dict[str, tuple[int, bytes, dict[str, str], dict[str, Any]]] = {
    "forged": (401, BODY, signed(BODY, key="guess"), {}),
    "signed with an empty key": (401, BODY, signed(BODY, key=""), {}),
    "unsigned": (401, BODY, {"X-Shopify-Topic": "orders/updated"}, {}),
    "no headers at all": (401, BODY, {}, {"headers": None}),
    "signature of another body": (401, BODY, signed(BODY + b" "), {}),
    "signature no base64": (401, BODY, {"X-Shopify-Hmac-Sha256": "é" * 50}, {}),
    "cut short on the way": (401, BODY[:-40], signed(BODY), {}),
    "cut short and signed so": (400, BODY[:-40], signed(BODY[:-40]), {}),
    "empty and signed": (400, b"", signed(b""), {}),
    "not UTF-8": (400, NO_UTF8, signed(NO_UTF8), {}),
    "nested without end": (400, NESTED, signed(NESTED), {}),
    "too big": (413, b"x" * (2 * 1024 * 1024 + 1), {}, {}),
    "no object": (400, b"[1, 2]", signed(b"[1, 2]"), {}),
    "an id that is none": (400, b'{"id": {"$gt": 0}}', signed(b'{"id": {"$gt": 0}}'), {}),
    "an id without end": (400, b'{"id": ' + b"9" * 5000 + b"}", signed(b'{"id": ' + b"9" * 5000 + b"}"), {}),
    "no topic": (400, BODY, {"X-Shopify-Hmac-Sha256": signature(SECRET, BODY)}, {}),
    "a topic of nobody's": (200, BODY, signed(BODY, topic="ottilie@kranich.example"), {}),
    "wrong path": (401, BODY, signed(BODY), path()),
    "empty path": (401, BODY, signed(BODY), path(key="")),
    "a path beyond ASCII": (401, BODY, signed(BODY), path(key="é" * 32)),
    "half a character in the path": (401, BODY, signed(BODY), path(key="\udcff")),
    "unknown connection": (401, BODY, signed(BODY), path("nobody", "x" * 32)),
    "a connection that is a path": (401, BODY, signed(BODY), path("../../acme")),
    "a connection that is a newline": (401, BODY, signed(BODY), path("acme\n")),
    "coding broken": (400, BODY, signed(BODY), {"body": "%%%no base64%%%"}),
}  # fmt: skip


@pytest.mark.parametrize("case", AT_THE_STORES_DOOR)
def test_a_hostile_store_webhook_leaves_nothing_behind(doors: Doors, said: Any, case: str) -> None:
    expected, body, headers, event = AT_THE_STORES_DOOR[case]
    nothing_changed(doors, said, lambda: doors.knock("store", body, headers, event), expected)


@pytest.mark.parametrize("case", ["forged", "unsigned", "cut short and signed so", "nested without end", "too big"])
def test_it_makes_no_difference_when_the_body_comes_as_text(doors: Doors, said: Any, case: str) -> None:
    expected, body, headers, _ = AT_THE_STORES_DOOR[case]
    nothing_changed(doors, said, lambda: doors.knock("store", body.decode(), headers), expected)


AT_THE_VENDORS_DOOR: dict[str, tuple[int, bytes, dict[str, Any]]] = {
    "cut short": (400, VENDOR_BODY[:-20], {}),
    "not UTF-8": (400, b"\xff" + VENDOR_BODY, {}),
    "nested without end": (400, NESTED, {}),
    "too big": (413, b"x" * (2 * 1024 * 1024 + 1), {}),
    "empty": (400, b"", {}),
    "no object": (400, b'"shipment_sent"', {}),
    "no order in it": (400, b'{"type": "shipment_sent", "data": {}}', {}),
    "an order that is a list": (400, b'{"type": "shipment_sent", "data": {"order": [1]}}', {}),
    "a type that is a number": (400, b'{"type": 7}', {}),
    "a type of nobody's": (200, b'{"type": "coffee_made"}', {}),
    "wrong path": (401, VENDOR_BODY, path(VENDOR)),
    "unknown connection": (401, VENDOR_BODY, path("nobody")),
    "coding broken": (400, VENDOR_BODY, {"body": "%%%"}),
}


@pytest.mark.parametrize("case", AT_THE_VENDORS_DOOR)
def test_a_hostile_vendor_webhook_leaves_nothing_behind(doors: Doors, said: Any, case: str) -> None:
    expected, body, event = AT_THE_VENDORS_DOOR[case]
    nothing_changed(doors, said, lambda: doors.knock("vendor", body, None, event), expected)


def nothing_changed(doors: Doors, said: Any, knock: Any, expected: int) -> None:
    world = doors.world
    before = world.everything(), world.queues.waiting(), world.queues.dead()
    assert knock() == expected
    assert (world.everything(), world.queues.waiting(), world.queues.dead()) == before
    for secret in (*PERSONAL, *doors.keys.values(), SECRET, "eu-key"):
        assert secret not in said(), "the log says too much"


def test_a_connection_of_the_other_role_has_no_door_here(doors: Doors) -> None:
    keys = doors.keys
    assert doors.knock("store", VENDOR_BODY, signed(VENDOR_BODY), path(VENDOR, keys[VENDOR])) == 401
    assert doors.knock("vendor", BODY, None, path(STORE, keys[STORE])) == 401
    assert doors.world.queues.waiting() == []


def test_the_right_one_is_let_in_either_way(doors: Doors) -> None:
    """Else the tests above would prove nothing."""
    assert doors.knock("store", BODY, signed(BODY)) == 200
    assert doors.knock("store", BODY.decode(), signed(BODY)) == 200
    assert doors.knock("store", "\ud800" + BODY.decode(), signed(BODY)) == 401
    assert doors.knock("vendor", VENDOR_BODY) == 200
    assert doors.knock("vendor", VENDOR_BODY.decode()) == 200
    waiting = doors.world.queues.waiting()
    assert len(waiting) == 4
    assert not any(one in str(waiting) for one in PERSONAL)


def test_news_that_anybody_can_make_up_are_only_a_hint(doors: Doors) -> None:
    """Picanova signs nothing: whoever has the address may say what they like, and the order is read anew."""
    world = doors.world
    order = world.place_order()
    world.run()
    before = world.everything()
    made_up = {
        "type": "shipment_sent",
        "data": {
            "shipment": {"tracking_number": "EVIL"},
            "order": {
                "id": world.vendor_order(order).id,
                "external_id": world.vendor_order(order).external_id,
                "status": "CANCELLED",
                "shipments": [{"tracking_number": "EVIL"}],
            },
        },
    }
    assert doors.knock("vendor", json.dumps(made_up).encode()) == 200
    world.run()
    assert world.job(order).but(heard_at=None, due_at=None, version=0) == _job_of(before, world, order)
    assert world.fulfillments(order) == []
    world.assert_promises()


def _job_of(before: dict[str, object], world: World, order: Any) -> Any:
    items: dict[Any, str] = before["items"]  # type: ignore[assignment]
    job = Job.model_validate_json(items[world.key(order), "job 1"])
    return job.but(heard_at=None, due_at=None, version=0)


def test_a_store_webhook_of_an_order_that_is_not_there_makes_none(doors: Doors) -> None:
    assert doors.knock("store", BODY, signed(BODY)) == 200
    doors.world.run()
    assert doors.world.orders.records() == []
    doors.world.assert_promises()
