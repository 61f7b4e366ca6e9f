"""Webhooks are unsigned hints: read with suspicion, believed in nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors import receiver
from platen.messages import Message, VendorHint
from platen.ports import Unreadable, WebhookRequest

SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "picanova" / "webhook.shipment_sent.partial.json"
RECEIVE = receiver("picanova")


def heard(body: object) -> list[Message]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RECEIVE(WebhookRequest(headers={"content-type": "application/json"}, body=raw), [])


def event(kind: object = "shipment_sent", **order: Any) -> dict[str, Any]:
    return {"type": kind, "created": {"date": "2018-05-30"}, "data": {"order": {"id": "PPO26149838"} | order}}


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample payloads are not beside this checkout")
def test_the_published_sample_is_a_hint() -> None:
    [hint] = heard(SAMPLE.read_bytes())
    assert isinstance(hint, VendorHint)
    assert (hint.vendor_ref, hint.external_id, hint.topic) == ("PPO26149838T", "", "shipment_sent")


@pytest.mark.parametrize("kind", ["shipment_sent", "shipment_tracking_event", "order_canceled", "order_failed"])
def test_news_of_an_order_is_a_hint_of_its_ids_and_nothing_more(kind: str) -> None:
    told = event(kind, external_id="1001-k7x2m3qpl4tzabcd-1", status="FULFILLED")
    [hint] = heard(told)
    assert isinstance(hint, VendorHint)
    assert (hint.vendor_ref, hint.external_id, hint.topic) == ("PPO26149838", "1001-k7x2m3qpl4tzabcd-1", kind)
    assert hint.connection == "-"
    assert hint.delivery
    assert [hint] == heard(told), "a retry has the same name"


def test_an_order_may_be_named_in_the_words_of_v1() -> None:
    told = {"type": "order_failed", "data": {"order": {"order_id": "PPO7", "id": None, "external_id": "x"}}}
    [hint] = heard(told)
    assert isinstance(hint, VendorHint)
    assert (hint.vendor_ref, hint.external_id) == ("PPO7", "x")


@pytest.mark.parametrize("kind", ["order_commented", "order_created", "", "Shipment_sent"])
def test_events_of_no_interest_are_none(kind: str) -> None:
    assert heard(event(kind)) == []
    assert heard({"type": kind}) == []


@pytest.mark.parametrize("order", [{"external_id": None}, {"external_id": ""}, {"external_id": "x" * 500}])
def test_an_order_without_an_id_of_ours_is_known_by_theirs(order: dict[str, Any]) -> None:
    [hint] = heard(event(**order))
    assert isinstance(hint, VendorHint)
    assert (hint.vendor_ref, hint.external_id) == ("PPO26149838", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"shipment_sent",
        b'{"type": "shipment_sent", "data": {"order": {"id": "PPO1"',
        b'{"type": "shipment_sent", "data": {"order": {"id": "\xff\xfe"}}}',
        b"[" * 200_000,
        b'{"type":"shipment_sent","data":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b"[]",
        b'"shipment_sent"',
        b"null",
        b"NaN",
        {},
        {"type": None},
        {"type": ["shipment_sent"]},
        {"type": "shipment_sent"},
        {"type": "shipment_sent", "data": None},
        {"type": "shipment_sent", "data": []},
        {"type": "shipment_sent", "data": {"order": "PPO1"}},
        event(id=None),
        event(id=""),
        event(id={}),
        event(id=True),
        event(id="P" * 101),
        event(external_id={"a": 1}),
    ],
)
def test_what_is_none_of_theirs_is_unreadable(body: object) -> None:
    with pytest.raises(Unreadable) as unreadable:
        heard(body)
    assert "PPO" not in str(unreadable.value)


def test_a_body_of_more_than_a_megabyte_is_not_even_parsed() -> None:
    large = event(comment="x" * 1_000_000)
    with pytest.raises(Unreadable):
        heard(large)
    assert heard(event(comment="x" * 900_000))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["type", "data", "order", "id", "external_id"]) | st.text(), inner)
        ),
    )
)
def test_any_json_is_a_hint_or_none_or_unreadable(body: Any) -> None:
    try:
        found = heard(body)
    except Unreadable:
        return
    assert all(isinstance(message, VendorHint) for message in found)


@given(st.binary())
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    try:
        assert heard(body) == []
    except Unreadable:
        return
