"""Cancelling against a shop that refuses what Shopify refuses, takes its time, and breaks on demand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from platen.connectors.shopify.webhook import receive
from platen.domain.order import Charges
from platen.domain.record import CancelWish
from platen.domain.verdicts import Busy, Refused, Unclear, Unreachable
from platen.messages import OrderHint
from tests.connectors.shopify.house import NOW
from tests.connectors.shopify.test_with_twin import CANVAS, HOOK, MUG, Live
from twins.shopify.twin import ALL_SCOPES

WISH = CancelWish(who="Kim", reason="Bought twice", at=NOW, at_store=True, refund=True, restock=True, notify=True)


@pytest.fixture
def live() -> Live:
    return Live()


def cancel(live: Live, order_id: int, wish: CancelWish = WISH) -> None:
    live.house.store().cancel(str(order_id), wish)


def cancels(live: Live, order_id: int) -> int:
    return sum(one.order.id == order_id for one in live.twin.shop.jobs.accepted.values())


def test_all_that_was_wished_is_done_and_told(live: Live) -> None:
    live.house.store().listen(HOOK)
    placed = live.twin.place_order([CANVAS])
    cancel(live, placed.id)
    order = live.fetch(placed.id)
    assert (order.cancelled_at, order.cancel_reason, order.payment.value) == (NOW, "other", "refunded")
    told = placed.cancellation
    assert told is not None
    assert (told.staff_note, told.refund, told.restock, told.notified) == ("Bought twice", True, True, True)
    live.twin.outbox.pump()
    hints = [hint for one in live.posted for hint in receive(one, ["hush"]) if isinstance(hint, OrderHint)]
    assert "orders/cancelled" in [hint.topic for hint in hints]


def test_no_money_goes_back_and_nobody_is_written_to_unless_wished(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    cancel(live, placed.id, WISH.but(refund=False, restock=False, notify=False))
    told = placed.cancellation
    assert told is not None
    assert (told.refund, told.restock, told.notified) == (False, False, False)
    assert (placed.refunded, placed.financial_status) == (Decimal(0), "PAID")


def test_twice_is_once(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    cancel(live, placed.id)
    cancel(live, placed.id, WISH.but(reason="again"))
    assert cancels(live, placed.id) == 1


def test_a_cancellation_by_a_person_in_the_shop_is_enough(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    live.twin.cancel_order(placed.id)
    cancel(live, placed.id)
    assert cancels(live, placed.id) == 0


def test_a_job_that_takes_its_time_is_seen_when_it_is_done() -> None:
    live = Live(cancel_delay_seconds=30)
    live.house.store().listen(HOOK)
    placed = live.twin.place_order([CANVAS])
    cancel(live, placed.id)
    assert live.fetch(placed.id).cancelled_at is None
    live.twin.outbox.pump()
    live.posted.clear()
    live.clock.passes(seconds=31)
    live.twin.outbox.pump()
    assert {one.headers["x-shopify-topic"] for one in live.posted} >= {"orders/cancelled", "orders/updated"}
    assert live.fetch(placed.id).cancelled_at is not None


def test_what_has_shipped_is_refused_in_shopifys_words(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    live.twin.fulfill_elsewhere(placed.id)
    with pytest.raises(Refused, match="outstanding fulfillments"):
        cancel(live, placed.id)
    assert live.fetch(placed.id).cancelled_at is None


def test_without_the_scope_the_fix_is_named_here_and_by_the_check() -> None:
    live = Live(scopes=[scope for scope in ALL_SCOPES if scope != "write_orders"])
    placed = live.twin.place_order([CANVAS])
    with pytest.raises(Refused, match="cancelling from Platen needs write_orders"):
        cancel(live, placed.id)
    findings = live.house.store().check()
    assert all(finding.ok for finding in findings), "connections that never cancel go on as before"
    [finding] = [one for one in findings if "cancelling from Platen needs write_orders" in one.what]
    assert "write_orders" in finding.fix


def test_an_order_too_old_to_be_seen_is_not_said_to_be_cancelled(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    live.clock.passes(days=61)
    with pytest.raises(Refused, match="read_all_orders"):
        cancel(live, placed.id)
    assert placed.cancelled_at is None


@pytest.mark.parametrize("late", [0.0, 5.0])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "cut_reply"},
        {"kind": "status_after", "status": 502},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "2.0"}},
        {"kind": "status_after", "status": 200, "body": "<html>"},
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_whatever_goes_wrong_it_is_cancelled_and_paid_back_once(
    fault: dict[str, Any], times: int, late: float
) -> None:
    live = Live(cancel_delay_seconds=late)
    placed = live.twin.place_order([CANVAS])
    live.twin.faults.add(on="orderCancel", times=times, **fault)
    for _ in range(6):
        try:
            cancel(live, placed.id)
            break
        except (Unclear, Busy, Unreachable):
            live.clock.passes(seconds=60)
    else:
        pytest.fail("it is never cancelled")
    live.clock.passes(seconds=10)
    assert live.fetch(placed.id).cancelled_at is not None
    assert len(placed.refunds) == 1


# ---- what else the order says ------------------------------------------------------------------


def test_everything_a_buyer_and_a_shop_can_say_of_an_order(live: Live) -> None:
    placed = live.twin.place_order(
        [CANVAS | {"vendor": "Kranich", "location": "Berlin", "discount": "8"}, MUG],
        tags=["rush", "Atelier"],
        note="Leave it at the gate",
        attributes=[("gift_message", "Alles Gute"), ("gift_message", None)],
        tax="10.00",
        presentment_currency="EUR",
        presentment_rate="0.5",
    )
    order = live.fetch(placed.id)
    assert (order.tags, order.note) == (("Atelier", "rush"), "Leave it at the gate")
    assert [(one.name, one.value) for one in order.attributes] == [
        ("gift_message", "Alles Gute"),
        ("gift_message", ""),
    ]
    assert [(line.vendor, line.location) for line in order.lines] == [("Kranich", "Berlin"), ("", "Annex")]
    assert order.charges == Charges(currency="EUR", shipping=Decimal("2.45"), tax=Decimal(5), discount=Decimal(4))


def test_charges_follow_what_is_still_wanted(live: Live) -> None:
    placed = live.twin.place_order([CANVAS | {"discount": "8"}], tax="10.00")
    live.twin.refund(placed.id, placed.lines[0].id, 1)
    half = Charges(currency="USD", shipping=Decimal("4.9"), tax=Decimal(5), discount=Decimal(4))
    assert live.fetch(placed.id).charges == half
    live.twin.cancel_order(placed.id)
    assert live.fetch(placed.id).charges == Charges(currency="USD")


def test_places_of_many_lines_in_many_fulfillment_orders(live: Live) -> None:
    lines = [CANVAS | {"sku": f"S{n}", "quantity": 1, "location": f"Shelf {n % 14}"} for n in range(60)]
    order = live.fetch(live.twin.place_order(lines).id)
    assert [line.location for line in order.lines] == [f"Shelf {n % 14}" for n in range(60)]


def test_places_are_named_without_the_scope_to_see_locations() -> None:
    few = ("read_orders", "write_merchant_managed_fulfillment_orders", "read_merchant_managed_fulfillment_orders")
    live = Live(scopes=few)
    order = live.fetch(live.twin.place_order([CANVAS, MUG]).id)
    assert [line.location for line in order.lines] == ["Workshop", "Annex"]
    assert order.hidden == ()


@pytest.mark.parametrize("quantity", [1, 3])
def test_our_own_parcel_changes_nothing_but_what_is_left(live: Live, quantity: int) -> None:
    placed = live.twin.place_order([CANVAS | {"quantity": 3}, MUG], tags=["rush"], note="x", tax="1")
    before = live.fetch(placed.id)
    live.twin.fulfill_elsewhere(placed.id, {placed.lines[0].id: quantity})
    after = live.fetch(placed.id)
    assert [line.location for line in after.lines] == ["Workshop", "Annex"]
    left = {line.line_id: line.unfulfilled for line in before.lines}
    same = after.but(lines=tuple(line.but(unfulfilled=left[line.line_id]) for line in after.lines))
    assert same.fingerprint() == before.fingerprint()
