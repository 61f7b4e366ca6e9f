"""Cancelling at the shop: once, with Shopify's own words when it says no, and in doubt only when there is one."""

from __future__ import annotations

from typing import Any

import pytest

from platen.domain.record import CancelWish
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.shopify.house import NOW, House, ScriptedHttp, data, error, errors, reply

WISH = CancelWish(who="Kim", reason="Bought twice", at=NOW, at_store=True)
ACCEPTED = {
    "job": {"id": "gid://shopify/Job/1"},
    "jobResult": {"status": "STARTED", "errors": []},
    "orderCancelUserErrors": [],
}


def standing(cancelled_at: str | None = None) -> Reply:
    return data({"order": {"name": "#1001", "cancelledAt": cancelled_at}})


def said(*words: str, **changes: Any) -> Reply:
    problems = [{"field": ["orderId"], "message": one} for one in words]
    payload = ACCEPTED | {"orderCancelUserErrors": problems} | ({"job": None, "jobResult": None} if words else {})
    return data({"orderCancel": payload | changes})


CANCELLED = standing("2026-11-21T08:59:00Z")


def asked(answer: Any, *reads: Reply, wish: CancelWish = WISH) -> ScriptedHttp:
    """The order is read, told to be cancelled, and read once more where it matters."""
    http = ScriptedHttp().on("PlatenCancellation", *(reads or [standing()])).on("PlatenOrderCancel", answer)
    House(http).store().cancel("1", wish)
    return http


@pytest.mark.parametrize("refund", [True, False])
@pytest.mark.parametrize("restock", [True, False])
@pytest.mark.parametrize("notify", [True, False])
def test_the_wish_is_passed_on_word_for_word(refund: bool, restock: bool, notify: bool) -> None:
    http = asked(said(), wish=WISH.but(refund=refund, restock=restock, notify=notify))
    [call] = http.named("PlatenOrderCancel")
    assert call.variables == {
        "id": "gid://shopify/Order/1",
        "refund": refund,
        "restock": restock,
        "notify": notify,
        "note": "Bought twice",
    }


@pytest.mark.parametrize(("reason", "note"), [("", None), ("  ", None), ("ä" * 300, "ä" * 255), (" x ", "x")])
def test_the_reason_is_a_staff_note_that_shopify_takes(reason: str, note: str | None) -> None:
    [call] = asked(said(), wish=WISH.but(reason=reason)).named("PlatenOrderCancel")
    assert call.variables["note"] == note


def test_what_is_cancelled_is_not_cancelled_again() -> None:
    http = ScriptedHttp().on("PlatenCancellation", CANCELLED)
    House(http).store().cancel("1", WISH)
    assert [call.name for call in http.calls] == ["PlatenCancellation"]


def test_somebody_who_was_quicker_is_as_good() -> None:
    asked(said("Cannot cancel an order that has already been canceled"), standing(), CANCELLED)


def test_a_refusal_comes_in_shopifys_words_with_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        asked(said("Cannot cancel an order that has outstanding fulfillments"))
    assert "order #1001" in caught.value.words
    assert "outstanding fulfillments." in caught.value.words
    assert "by hand" in caught.value.words


@pytest.mark.parametrize("errors_told", [[], [{"field": None, "message": "Refund failed"}]])
def test_a_job_that_failed_at_once_is_a_refusal(errors_told: list[dict[str, Any]]) -> None:
    with pytest.raises(Refused, match="Refund failed" if errors_told else "does not say why"):
        asked(said(jobResult={"status": "FAILED", "errors": errors_told}))


@pytest.mark.parametrize("result", [None, {"status": "SUCCEEDED", "errors": []}, {"status": "SOMETHING_NEW"}])
def test_a_job_that_was_taken_is_as_good_as_done(result: dict[str, Any] | None) -> None:
    asked(said(jobResult=result))


def test_without_the_scope_only_this_is_refused_and_the_connection_goes_on() -> None:
    denied = errors(error("ACCESS_DENIED", "orderCancel", message="Required access: write_orders"), data=None)
    with pytest.raises(Refused, match="needs write_orders") as caught:
        asked(denied)
    assert "#1001" in caught.value.words


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(401, b""), Denied),
        (reply(402, b""), Denied),
        (reply(500, b""), Unclear),
        (reply(503, b""), Unclear),
        (reply(200, b"<html>"), Unclear),
        (Unclear("the reply was cut"), Unclear),
        (Unreachable("no connection"), Unreachable),
        (data({"orderCancel": None}), Unclear),
        (data({"orderCancel": {"job": None}}), Unclear),
        (data({"orderCancel": {"orderCancelUserErrors": "no"}}), Unclear),
        (data({}), Unclear),
        (errors(error("INTERNAL_SERVER_ERROR", "orderCancel"), data={"orderCancel": None}), Unclear),
        (errors(error("SHOP_INACTIVE", "orderCancel"), data={"orderCancel": None}), Denied),
        (errors(error("RESOURCE_NOT_FOUND", "orderCancel"), data={"orderCancel": None}), Refused),
        (errors(error("THROTTLED")), Busy),
    ],
)
def test_every_other_answer_is_the_verdict_it_deserves(answer: Any, verdict: type[Verdict]) -> None:
    with pytest.raises(verdict):
        asked(answer)


@pytest.mark.parametrize("store_order_id", ["", "x", "gid://shopify/Product/1"])
def test_what_is_no_order_is_refused_and_nobody_is_asked(store_order_id: str) -> None:
    with pytest.raises(Refused, match="not the id of an order"):
        House(ScriptedHttp()).store().cancel(store_order_id, WISH)


def test_an_order_that_is_gone_is_refused() -> None:
    http = ScriptedHttp().on("PlatenCancellation", data({"order": None}))
    with pytest.raises(Refused, match="shows no order 1 "):
        House(http).store().cancel("1", WISH)


def test_a_read_that_fails_first_leaves_no_doubt() -> None:
    http = ScriptedHttp().on("PlatenCancellation", Unclear("cut"))
    with pytest.raises(Unreachable):
        House(http).store().cancel("1", WISH)
