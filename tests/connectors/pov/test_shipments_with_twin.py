"""What POV ships, as the twin's list tells it: in pages, twice, anew, put right, and nobody's."""

from __future__ import annotations

import pytest

from tests.connectors.pov.house import X, a_request, details
from tests.connectors.pov.twin_world import read, sent, world

POSTER = details("POSTER-A2", "https://art.example/poster.png")


def test_news_name_our_orders_once_and_nobody_elses() -> None:
    at = world(page_size=2)
    job = sent(at, a_request(details(), POSTER))
    at.twin.stray_shipment()
    at.twin.ship(job.vendor_ref, {"11": 1})
    at.twin.duplicate_shipment(job.vendor_ref)
    first = at.vendor.news("")
    assert first is not None
    assert (first.external_ids, first.more) == ((X,), True)
    second = at.vendor.news(first.cursor)
    assert second is not None
    assert (second.external_ids, second.more) == ((X,), True)
    end = at.vendor.news(second.cursor)
    assert end is not None
    assert (end.external_ids, end.more, end.cursor) == ((), False, second.cursor)


def test_a_list_that_begins_anew_is_read_again_and_ends() -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.ship(job.vendor_ref)
    cursor = at.vendor.news("").cursor  # type: ignore[union-attr]
    at.twin.replay = 1
    again = at.vendor.news(cursor)
    assert again is not None
    assert (again.external_ids, again.more) == ((X,), False)


def test_a_cursor_that_is_not_taken_any_more_begins_anew() -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.ship(job.vendor_ref)
    news = at.vendor.news("live=lost-in-the-move")
    assert news is not None
    assert news.external_ids == (X,)


def test_each_mode_keeps_its_own_place_in_the_list() -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.ship(job.vendor_ref)
    live = at.vendor.news("")
    assert live is not None
    at.switch(mode="test")
    test = at.vendor.news(live.cursor)
    assert test is not None
    assert test.external_ids == ()
    at.switch(mode="live")
    back = at.vendor.news(test.cursor)
    assert back is not None
    assert back.external_ids == (), "it was read already"


@pytest.mark.parametrize("new_id", [False, True])
def test_a_shipment_told_twice_is_one_parcel(new_id: bool) -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.ship(job.vendor_ref, tracking="1Z1")
    at.twin.duplicate_shipment(job.vendor_ref, new_id=new_id)
    assert [one.tracking for one in read(at, job).parcels] == ["1Z1"]


def test_tracking_put_right_later_is_in_the_list_again() -> None:
    at = world()
    job = sent(at, a_request())
    index = at.twin.ship(job.vendor_ref, tracking="1Z-WRONG")
    cursor = at.vendor.news("").cursor  # type: ignore[union-attr]
    before = read(at, job).parcels[0]
    at.twin.correct_tracking(job.vendor_ref, index, "1Z-RIGHT")
    news = at.vendor.news(cursor)
    assert news is not None
    assert news.external_ids == (X,)
    [after] = read(at, job).parcels
    assert (before.tracking, after.tracking) == ("1Z-WRONG", "1Z-RIGHT")
    assert (before.shipped_at, before.items) == (after.shipped_at, after.items)


def test_webhooks_if_there_are_any_name_the_order() -> None:
    at = world(webhook_url="https://hub.example/pov", webhook_secret="hush")
    job = sent(at, a_request())
    at.twin.advance(job.vendor_ref, "accepted")
    at.twin.ship(job.vendor_ref)
    at.twin.reject(job.vendor_ref)
    at.twin.outbox.pump()
    assert [hint.topic for hint in at.hints] == ["order.accepted", "shipment.created", "order.rejected"]
    assert {(hint.vendor_ref, hint.external_id) for hint in at.hints} == {(job.vendor_ref, X)}
