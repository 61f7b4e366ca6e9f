"""What becomes of an order at the twin after it was sent."""

from __future__ import annotations

import pytest

from platen.domain.job import VendorPhase
from platen.domain.verdicts import Refused
from tests.connectors.picanova.house import a_request
from tests.connectors.picanova.twin_world import POSTER, read, sent, world


def test_a_test_order_is_one_there_too() -> None:
    at = world({"mode": "test"})
    job = sent(at, a_request())
    assert at.twin.orders[0].is_test
    assert job.vendor_ref.endswith("T")
    news = read(at, job)
    assert (news.test, news.phase) == (True, VendorPhase.WAITING)


def test_a_store_in_sandbox_mode_is_noticed() -> None:
    at = world(sandbox_eu=True)
    request = a_request()
    news = read(at, sent(at, request))
    assert news.phase is VendorPhase.FAILED
    assert "sandbox" in news.reason


@pytest.mark.parametrize("word", ["CANCELLED", "CANCELED"])
def test_an_order_is_cancelled_before_production(word: str) -> None:
    at = world(cancelled_as=word)
    job = sent(at, a_request())
    news = at.vendor.cancel(job)
    assert news is not None
    assert (news.phase, news.words) == (VendorPhase.CANCELLED, word)
    again = at.vendor.cancel(job)
    assert again is not None
    assert again.phase is VendorPhase.CANCELLED, "asking twice does no harm"
    at.twin.outbox.pump()
    assert [hint.topic for hint in at.hints] == ["order_canceled"]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_an_order_in_production_is_not_cancelled_and_they_say_why(status: int) -> None:
    at = world(late_cancel_status=status)
    job = sent(at, a_request())
    at.twin.advance(job.vendor_ref, "IN_PROGRESS")
    with pytest.raises(Refused) as refused:
        at.vendor.cancel(job)
    assert "cannot be cancelled" in refused.value.words
    assert at.twin.order(job.vendor_ref).status == "IN_PROGRESS"


def test_a_cancel_whose_reply_is_lost_is_settled_by_looking() -> None:
    at = world()
    job = sent(at, a_request())
    at.twin.faults.add(on="DELETE /orders/{id}", kind="cut_reply")
    news = at.vendor.cancel(job)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED


def test_a_file_that_cannot_be_fetched_fails_the_order_later() -> None:
    at = world(file_check=lambda url: "poster" not in url, file_check_after_seconds=600)
    job = sent(at, a_request(POSTER))
    at.house.clock.passes(minutes=11)
    at.twin.outbox.pump()
    assert [hint.topic for hint in at.hints] == ["order_failed"]
    news = read(at, job)
    assert news.phase is VendorPhase.FAILED
    assert news.reason


def test_a_comment_is_of_no_interest_and_doubled_and_shuffled_news_are_only_hints() -> None:
    at = world()
    at.twin.outbox.duplicates = 2
    at.twin.outbox.shuffle = True
    job = sent(at, a_request())
    at.twin.comment(job.vendor_ref)
    at.twin.ship(job.vendor_ref)
    at.twin.tracking_event(job.vendor_ref, "in transit")
    at.twin.outbox.pump()
    assert sorted(hint.topic for hint in at.hints) == ["shipment_sent"] * 3 + ["shipment_tracking_event"] * 3
    assert len({hint.delivery for hint in at.hints}) == 2
    assert len(read(at, job).parcels) == 1
