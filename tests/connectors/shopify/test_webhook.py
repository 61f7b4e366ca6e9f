"""Webhooks: forged ones learn nothing, broken ones break nothing, and the real ones lead to their order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors import receiver
from platen.connectors.shopify.webhook import UNNAMED, receive
from platen.messages import Message, OrderHint
from platen.ports import Forged, Unreadable, WebhookRequest

KEY = "hush"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shopify" / "webhooks"


def signature(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def request(topic: str, body: object, **headers: str) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature(raw),
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }
    return WebhookRequest(
        headers=named | {name.replace("_", "-"): text for name, text in headers.items()}, body=raw
    )


def hints(topic: str, body: object) -> list[OrderHint]:
    return [hint for hint in receive(request(topic, body), [KEY]) if isinstance(hint, OrderHint)]


# ---- who sent it -------------------------------------------------------------------------------

BODY = b'{"id":820982911946154508}'


@pytest.mark.parametrize(
    "given_signature",
    [
        "",
        " ",
        "no base64 !",
        "ünlesbar",
        "\x00",
        signature(BODY)[:-4],
        signature(BODY, "another"),
        signature(BODY + b" "),
        base64.b64encode(b"").decode(),
        hmac.digest(KEY.encode(), BODY, hashlib.sha256).hex(),
    ],
)
def test_a_wrong_signature_is_forged_whatever_it_looks_like(given_signature: str) -> None:
    forged = request("orders/create", BODY, x_shopify_hmac_sha256=given_signature)
    with pytest.raises(Forged):
        receive(forged, [KEY])


def test_a_missing_signature_is_forged() -> None:
    with pytest.raises(Forged):
        receive(WebhookRequest(headers={"x-shopify-topic": "orders/create"}, body=BODY), [KEY])


@pytest.mark.parametrize("keys", [[], [""], ["", "another"]])
def test_without_the_right_key_nothing_is_true(keys: list[str]) -> None:
    by_nobody = request("orders/create", BODY, x_shopify_hmac_sha256=signature(BODY, ""))
    with pytest.raises(Forged):
        receive(by_nobody, keys)


def test_any_of_several_keys_will_do() -> None:
    assert receive(request("orders/create", BODY), ["new", KEY, "by-hand"])


def test_a_forged_body_is_not_even_parsed() -> None:
    bomb = b"[" * 100_000
    with pytest.raises(Forged):
        receive(WebhookRequest(headers={"x-shopify-topic": "orders/create"}, body=bomb), [KEY])


def test_header_names_may_come_in_any_case() -> None:
    raw = request("orders/create", BODY)
    shouting = WebhookRequest(headers={name.upper(): text for name, text in raw.headers.items()}, body=BODY)
    assert receive(shouting, [KEY])


# ---- what it says ------------------------------------------------------------------------------


def test_an_order_moved() -> None:
    body = {"id": 8887505649970, "updated_at": "2026-11-21T10:00:00+01:00", "email": "o@kranich.example"}
    [hint] = hints("orders/updated", body)
    assert hint == OrderHint(
        connection=UNNAMED,
        store_order_id="8887505649970",
        topic="orders/updated",
        updated_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
        delivery="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    )
    assert "kranich" not in hint.model_dump_json(), "a hint carries ids and nothing else"


def test_an_edit_names_the_order_not_the_edit() -> None:
    [hint] = hints("orders/edited", {"order_edit": {"id": 1, "order_id": 2}})
    assert (hint.store_order_id, hint.updated_at) == ("2", None)


@pytest.mark.parametrize("topic", ["refunds/create", "fulfillments/create", "fulfillments/update"])
def test_parts_of_an_order_name_the_order(topic: str) -> None:
    [hint] = hints(topic, {"id": 1, "order_id": 2})
    assert hint.store_order_id == "2"


def gid(number: int) -> dict[str, str]:
    return {"id": f"gid://shopify/FulfillmentOrder/{number}"}


@pytest.mark.parametrize(
    "body",
    [
        {"fulfillment_order": gid(1), "replacement_fulfillment_order": gid(2)},
        {"original_fulfillment_order": gid(2), "moved_fulfillment_order": gid(1)},
        {"original_fulfillment_order": gid(1)},
        {"fulfillment_order_merges": {"fulfillment_order": gid(1)}, "merge_intents": []},
        {"merge_intents": [{"fulfillment_order_id": 1}, {"fulfillment_order_id": 2}]},
        {"fulfillment_order": gid(1), "remaining_fulfillment_order": None},
    ],
)
def test_fulfillment_orders_are_named_to_be_resolved(body: dict[str, Any]) -> None:
    [hint] = hints("fulfillment_orders/moved", body)
    assert (hint.store_order_id, hint.reference) == ("", "gid://shopify/FulfillmentOrder/1")


def test_an_app_that_was_removed_says_so_without_an_order() -> None:
    for body in ({"id": 1, "domain": None}, b"", b"\xff"):
        [hint] = hints("app/uninstalled", body)
        assert (hint.topic, hint.store_order_id, hint.reference) == ("app/uninstalled", "", "")


@pytest.mark.parametrize("updated_at", [None, 5, "5", "yesterday", "2026-11-21T10:00:00", [], "T"])
def test_a_time_that_is_none_does_not_lose_the_hint(updated_at: object) -> None:
    [hint] = hints("orders/updated", {"id": 1, "updated_at": updated_at})
    assert (hint.store_order_id, hint.updated_at) == ("1", None)


@pytest.mark.parametrize(
    "topic",
    ["products/update", "inventory_levels/update", "customers/redact", "themes/publish", "x" * 500, "a b/c"],
)
def test_what_is_of_no_interest_is_passed_over(topic: str) -> None:
    assert hints(topic, {"id": 1}) == []
    assert hints(topic, b"not even json") == []


def test_a_topic_never_heard_of_is_logged_when_it_is_one(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "platen.shopify"):
        hints("themes/publish", {})
        hints("evil\n2026 ERROR forged log line/x", {})
        hints("products/update", {})
    assert [record.__dict__["topic"] for record in caplog.records] == ["themes/publish"]


# ---- hostile bodies, rightly signed ------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"id"',
        b'{"id":',
        b'{"id":1}x',
        b"\xff\xfe",
        b'{"id":"\xff"}',
        b"[" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"id":1e400}',
        b'{"id":NaN}',
        b'{"id":-1}',
        b'{"id":0}',
        b'{"id":1.5}',
        b'{"id":true}',
        b'{"id":null}',
        b'{"id":{}}',
        b'{"id":"1; drop"}',
        b'{"id":"../1"}',
        b'{"id":' + b"9" * 5000 + b"}",
        b'{"id":123456789012345678901}',
    ],
)
@pytest.mark.parametrize("topic", ["orders/create", "orders/edited", "refunds/create", "fulfillment_orders/split"])
def test_a_body_that_is_not_of_its_topic_is_unreadable(topic: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        receive(request(topic, body), [KEY])


def test_a_reference_to_anything_else_is_unreadable() -> None:
    for text in ("gid://shopify/Order/1", "gid://shopify/FulfillmentOrder/1?x", "1", "", 7, "x" * 10_000):
        with pytest.raises(Unreadable):
            hints("fulfillment_orders/split", {"fulfillment_order": {"id": text}})


def test_a_body_above_two_megabytes_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="2 MB"):
        receive(request("orders/create", b'{"id":1,"note":"' + b"x" * 2_100_000 + b'"}'), [KEY])


def test_signed_without_a_topic_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="topic"):
        receive(request("", BODY), [KEY])


def test_errors_do_not_quote_the_body() -> None:
    with pytest.raises(Unreadable) as caught:
        hints("orders/create", {"id": "ottilie@kranich.example"})
    assert "kranich" not in str(caught.value)


@given(st.binary(max_size=200), st.sampled_from(["orders/create", "orders/edited", "fulfillment_orders/merged"]))
def test_no_body_whatever_makes_it_fall_over(body: bytes, topic: str) -> None:
    try:
        found: list[Message] = receive(request(topic, body), [KEY])
    except Unreadable:
        return
    assert len(found) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "updated_at", "order_edit", "order_id", "fulfillment_order", "merge_intents"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
    st.sampled_from(["orders/create", "orders/edited", "refunds/create", "fulfillment_orders/merged"]),
)
def test_no_shape_whatever_makes_it_fall_over(body: object, topic: str) -> None:
    try:
        found = hints(topic, body)
    except Unreadable:
        return
    assert all(bool(hint.store_order_id) != bool(hint.reference) for hint in found)


# ---- bodies as they really come ----------------------------------------------------------------


def _samples() -> list[Path]:
    return sorted(SAMPLES.glob("*__*.json")) if SAMPLES.is_dir() else []


@pytest.mark.skipif(not _samples(), reason="the webhook samples are not beside this checkout")
@pytest.mark.parametrize("sample", _samples(), ids=lambda path: path.stem)
def test_sample_bodies_are_read(sample: Path) -> None:
    topic = sample.stem.replace("__", "/")
    body = sample.read_bytes()
    found = [hint for hint in receive(request(topic, body), [KEY]) if isinstance(hint, OrderHint)]
    wanted = topic.startswith(("orders/", "refunds/", "fulfillments/", "fulfillment_orders/", "fulfillment_holds/"))
    assert len(found) == (1 if wanted or topic == "app/uninstalled" else 0)
    if wanted:
        [hint] = found
        parsed = json.loads(body)
        if hint.store_order_id:
            ids = (parsed.get("order_id"), parsed.get("id"), parsed.get("order_edit", {}).get("order_id"))
            assert int(hint.store_order_id) in ids
        else:
            assert hint.reference.rsplit("/", 1)[-1] in body.decode()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the webhook samples are not beside this checkout")
def test_a_real_order_body_is_read() -> None:
    body = (SAMPLES / "web_multicurrency_AUD_shop_USD_buyer.json").read_bytes()
    [hint] = hints("orders/create", body)
    assert int(hint.store_order_id) == json.loads(body)["id"]
    assert hint.updated_at is not None


def test_the_receiver_is_found_by_the_folder() -> None:
    assert receiver("shopify") is receive
