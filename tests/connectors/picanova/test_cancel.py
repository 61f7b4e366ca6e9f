"""A cancel is asked for, and only a read says whether it happened."""

from __future__ import annotations

import pytest

from platen.domain.job import VendorPhase
from platen.domain.verdicts import Later, Refused, Unclear, Unreachable
from platen.ports import Reply
from tests.connectors.picanova.fakes import data, reply
from tests.connectors.picanova.house import GONE, X, a_job, scripted, their_order

JOB = a_job(vendor_ref="PPO21694395")
REF = "/orders/PPO21694395"


def test_a_cancel_is_asked_for_and_then_looked_at() -> None:
    at, http = scripted()
    http.on(f"GET {REF}", data(their_order(status="CANCELED"))).on(f"DELETE {REF}", reply(200, b""))
    news = at.vendor().cancel(JOB)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED
    assert [call.method for call in http.calls] == ["DELETE", "GET"]


@pytest.mark.parametrize(
    "answer",
    [reply(200, b""), reply(204, b""), reply(422, {"message": "Too late."}), reply(400, {"message": "Too late."})],
)
def test_a_cancel_that_did_not_happen_is_refused_with_their_words(answer: Reply) -> None:
    at, http = scripted()
    http.on(f"GET {REF}", data(their_order(status="IN_PROGRESS"))).on(f"DELETE {REF}", answer)
    with pytest.raises(Refused) as refused:
        at.vendor().cancel(JOB)
    assert "IN_PROGRESS" in refused.value.words
    if answer.status >= 400:
        assert "Too late." in refused.value.words


@pytest.mark.parametrize(
    "answer", [reply(500, b""), Unclear("timed out"), reply(422, {"message": "Already cancelled."}), GONE]
)
def test_a_cancel_that_the_read_confirms_is_done_whatever_was_said(answer: Reply | Exception) -> None:
    at, http = scripted()
    http.on(f"GET {REF}", data(their_order(status="CANCELLED"))).on(f"DELETE {REF}", answer)
    news = at.vendor().cancel(JOB)
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED


@pytest.mark.parametrize(
    "answer", [reply(503, b""), Unclear("timed out"), Unreachable("no route"), reply(429, b"")]
)
def test_a_cancel_that_got_lost_is_tried_again_later(answer: Reply | Exception) -> None:
    at, http = scripted()
    http.on(f"GET {REF}", data(their_order())).on(f"DELETE {REF}", answer)
    with pytest.raises(Later):
        at.vendor().cancel(JOB)


def test_a_cancel_of_what_is_not_there_is_none() -> None:
    at, http = scripted()
    http.on(f"GET {REF}", GONE).on(f"DELETE {REF}", GONE)
    assert at.vendor().cancel(JOB) is None
    http.on(f"GET /orders/@{X}", GONE)
    assert at.vendor().cancel(a_job()) is None
    assert http.asked("DELETE") == [REF], "what is not there is not cancelled"


def test_a_cancel_finds_the_order_by_our_id_when_theirs_is_not_known() -> None:
    at, http = scripted()
    http.on(f"GET /orders/@{X}", data(their_order())).on(f"DELETE {REF}", reply(200, b""))
    http.on(f"GET {REF}", data(their_order(status="CANCELLED")))
    news = at.vendor().cancel(a_job())
    assert news is not None
    assert news.phase is VendorPhase.CANCELLED
