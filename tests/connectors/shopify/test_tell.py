"""Telling a parcel: whatever happens on the way, the shop shows it once and shows it whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest

from platen.connectors.shopify import Settings
from platen.domain.shipment import Parcel, Shipment
from platen.domain.verdicts import Busy, Refused, Unclear, Unreachable
from tests.connectors.shopify.house import (
    NOW,
    SHOP,
    Fulfillment,
    FulfillmentOrder,
    House,
    TinyShop,
    a_shipment,
)


def tell(shop: TinyShop, shipment: Shipment, *others: str, house: House | None = None) -> tuple[str, ...]:
    return (house or House(shop)).store().tell(shipment, told_by_others=frozenset(others))


def failing(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


def test_a_parcel_is_shown_with_its_tracking_and_the_buyer_is_told() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 2}))
    assert tell(shop, a_shipment(lines={"11": 2}, carrier="ups_walleted")) == ("100",)
    made = shop.fulfillments[0]
    assert (made.goods, made.tracking, made.company, made.url) == ({"11": 2}, ["1Z999"], "UPS", "")
    assert shop.mails == 1


def test_the_buyer_is_not_told_where_the_shop_does_not_want_it() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    tell(shop, a_shipment(), house=House(shop, settings=Settings(shop=SHOP, notify_customer=False)))
    assert len(shop.fulfillments) == 1
    assert shop.mails == 0


def test_told_again_nothing_is_made_again() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 3}))
    first = tell(shop, a_shipment())
    assert tell(shop, a_shipment()) == first
    assert tell(shop, a_shipment(fulfillments=first)) == first
    assert shop.shipped() == {"11": 1}
    assert shop.mails == 1


@pytest.mark.parametrize("tracking", ["1Z999", ""])
def test_a_lost_reply_is_in_doubt_and_what_was_made_is_found(tracking: str) -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 3}))
    shop.after["PlatenFulfillmentCreate"] = [failing(Unclear("cut"))]
    with pytest.raises(Unclear):
        tell(shop, a_shipment(tracking))
    assert tell(shop, a_shipment(tracking, doubt=True)) == ("100",)
    assert shop.shipped() == {"11": 1}


def test_what_never_arrived_is_made_by_the_next_try() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.before["PlatenFulfillmentCreate"] = [failing(Unclear("cut"))]
    with pytest.raises(Unclear):
        tell(shop, a_shipment())
    assert tell(shop, a_shipment(doubt=True)) == ("100",)
    assert shop.shipped() == {"11": 1}


def test_a_read_that_fails_makes_nothing_and_is_no_doubt() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.before["PlatenParcels"] = [failing(Unclear("cut"))]
    with pytest.raises(Unreachable):
        tell(shop, a_shipment())
    assert shop.fulfillments == []


@pytest.mark.parametrize("tracking", ["1Z999", ""])
def test_several_places_get_a_fulfillment_each_and_a_crash_between_them_does_no_harm(tracking: str) -> None:
    shop = TinyShop(
        FulfillmentOrder(1, {"11": 2}, place="1"),
        FulfillmentOrder(2, {"11": 1, "12": 1}, place="2"),
        FulfillmentOrder(3, {"13": 5}, place="2", method="LOCAL"),
    )
    shipment = a_shipment(tracking, lines={"11": 3, "12": 1, "13": 2})
    shop.before["PlatenFulfillmentCreate"] = [lambda: None, failing(Unreachable("down"))]
    with pytest.raises(Unreachable):
        tell(shop, shipment)
    assert len(shop.fulfillments) == 1
    assert tell(shop, shipment.but(doubt=True)) == ("100", "101", "102")
    assert shop.shipped() == {"11": 3, "12": 1, "13": 2}
    assert shop.orders[2].remaining == {"13": 3}


def test_lines_spread_over_fulfillment_orders_of_one_place_make_one_fulfillment() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 2}), FulfillmentOrder(2, {"11": 2}))
    assert tell(shop, a_shipment(lines={"11": 3})) == ("100",)
    assert [one.remaining for one in shop.orders] == [{"11": 0}, {"11": 1}]


def test_everything_is_found_on_later_pages() -> None:
    orders = [FulfillmentOrder(number, {str(10 * number + n): 1 for n in range(5)}) for number in range(1, 8)]
    shop = TinyShop(*orders, page=2)
    lines = {line: 1 for one in orders for line in one.remaining}
    assert tell(shop, a_shipment(lines=lines)) == ("100",)
    assert shop.shipped() == lines
    assert tell(shop, a_shipment(lines=lines)) == ("100",), "its goods are on several pages too"


def test_a_fulfillment_order_closed_between_reading_and_telling_is_read_anew() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))

    def move() -> None:
        shop.orders[0].status = "CLOSED"
        shop.orders[0].remaining = {"11": 0}
        shop.orders.append(FulfillmentOrder(2, {"11": 1}, place="7"))

    shop.before["PlatenFulfillmentCreate"] = [move]
    assert tell(shop, a_shipment()) == ("100",)
    assert shop.shipped() == {"11": 1}


def test_a_twin_worker_that_was_quicker_is_found_not_repeated() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))

    def quicker() -> None:
        shop.orders[0].status, shop.orders[0].remaining = "CLOSED", {"11": 0}
        shop.fulfillments.append(Fulfillment(100, {"11": 1}, ["1Z999"]))

    shop.before["PlatenFulfillmentCreate"] = [quicker]
    assert tell(shop, a_shipment()) == ("100",)
    assert shop.shipped() == {"11": 1}


def test_refused_for_good_it_says_their_words_and_stops() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))

    def hold() -> None:
        shop.orders[0].status = "ON_HOLD"

    def open_again() -> None:
        shop.orders[0].status = "OPEN"

    shop.before["PlatenFulfillmentCreate"] = [hold, hold]
    shop.before["PlatenParcels"] = [open_again, open_again]
    with pytest.raises(Refused, match="unfulfillable status= on_hold"):
        tell(shop, a_shipment())
    assert len(shop.named("PlatenFulfillmentCreate")) == 2
    assert shop.fulfillments == []


def test_a_second_place_that_refuses_does_not_make_the_first_one_twice() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 2}, place="1"), FulfillmentOrder(2, {"12": 1}, place="2"))

    def close() -> None:
        shop.orders[1].status = "CLOSED"
        shop.orders.append(FulfillmentOrder(3, {"12": 1}, place="3"))

    shop.before["PlatenFulfillmentCreate"] = [lambda: None, close]
    # Our clock is far ahead: only the ids of what was just made tell that it is ours.
    shipment = a_shipment("", lines={"11": 1, "12": 1}, recorded_at=NOW + timedelta(days=1))
    assert tell(shop, shipment) == ("100", "101")
    assert shop.shipped() == {"11": 1, "12": 1}


# ---- whose is it? ------------------------------------------------------------------------------


def test_the_same_parcel_told_by_somebody_else_is_adopted() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.fulfillments.append(Fulfillment(7, {"11": 1}, ["1z 999"], created_at=NOW - timedelta(days=2)))
    assert tell(shop, a_shipment()) == ("7",)
    assert len(shop.fulfillments) == 1


def test_another_parcel_of_ours_is_never_taken_for_this_one() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.fulfillments.append(Fulfillment(7, {"11": 1}, []))
    assert tell(shop, a_shipment(""), "7") == ("101",)
    assert tell(shop, a_shipment(""), "gid://shopify/Fulfillment/7") == ("101",)
    assert shop.shipped() == {"11": 2}


def test_a_parcel_without_tracking_is_not_one_with() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.fulfillments.append(Fulfillment(7, {"11": 1}, ["OTHER"]))
    assert tell(shop, a_shipment("")) == ("101",)


def test_a_cancelled_fulfillment_shows_nothing() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.fulfillments.append(Fulfillment(7, {"11": 1}, ["1Z999"], status="CANCELLED"))
    assert tell(shop, a_shipment()) == ("101",)


def test_one_of_ours_that_was_cancelled_in_the_shop_is_not_made_again() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    first = tell(shop, a_shipment())
    shop.fulfillments[0].status = "CANCELLED"
    shop.orders.append(FulfillmentOrder(2, {"11": 1}))
    with pytest.raises(Refused, match="Somebody cancelled #1001-F100"):
        tell(shop, a_shipment("1Z777", fulfillments=first))
    assert len(shop.fulfillments) == 1


def test_tracking_that_came_later_is_filled_in_once() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    first = tell(shop, a_shipment(""))
    later = a_shipment("JD01", carrier="DHL", fulfillments=first)
    assert tell(shop, later) == first
    assert tell(shop, later) == first
    assert (shop.fulfillments[0].tracking, shop.fulfillments[0].company) == (["JD01"], "DHL")
    assert len(shop.named("PlatenTrackingUpdate")) == 1
    assert len(shop.fulfillments) == 1


def test_tracking_that_came_while_we_were_in_doubt_does_not_make_a_second() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 2}))
    shop.after["PlatenFulfillmentCreate"] = [failing(Unclear("cut"))]
    with pytest.raises(Unclear):
        tell(shop, a_shipment(""))
    assert tell(shop, a_shipment("1Z999", doubt=True)) == ("100",)
    assert shop.fulfillments[0].tracking == ["1Z999"]
    assert shop.shipped() == {"11": 1}


def test_a_changed_tracking_is_put_right_on_every_fulfillment_of_the_parcel() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}, place="1"), FulfillmentOrder(2, {"12": 1}, place="2"))
    first = tell(shop, a_shipment(lines={"11": 1, "12": 1}))
    changed = a_shipment("1Z777", lines={"11": 1, "12": 1}, fulfillments=first)
    shop.after["PlatenTrackingUpdate"] = [failing(Unclear("cut"))]
    with pytest.raises(Unclear):
        tell(shop, changed)
    assert tell(shop, changed.but(doubt=True)) == first
    assert [one.tracking for one in shop.fulfillments] == [["1Z777"], ["1Z777"]]
    assert len(shop.named("PlatenTrackingUpdate")) == 2, "the one that was done is not done again"


def test_tracking_the_vendor_took_away_stays_as_it_was() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    first = tell(shop, a_shipment())
    assert tell(shop, a_shipment("", fulfillments=first)) == first
    assert shop.fulfillments[0].tracking == ["1Z999"]


# ---- what cannot be shown ----------------------------------------------------------------------


def refusal(shop: TinyShop, shipment: Shipment) -> Refused:
    before = shop.shipped()
    with pytest.raises(Refused) as caught:
        tell(shop, shipment)
    assert shop.shipped() == before, "refused means that nothing was made"
    return caught.value


def test_fulfilled_by_somebody_else_names_line_and_number_and_what_to_do() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1, "12": 4}))
    shop.fulfillments.append(Fulfillment(7, {"11": 2}, ["THEIRS"]))
    refused = refusal(shop, a_shipment(lines={"11": 2, "12": 1}))
    assert [problem.line_id for problem in refused.problems] == ["11"]
    assert "holds 2" in refused.words
    assert "1 left" in refused.words
    assert "2 in #1001-F7" in refused.words
    assert "retry" in refused.words
    assert "THEIRS" not in refused.words, "tracking numbers lead to persons"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (FulfillmentOrder(1, {"11": 1}, status="ON_HOLD", reason="High risk of fraud"), "High risk of fraud"),
        (
            FulfillmentOrder(1, {"11": 1}, status="SCHEDULED", fulfill_at=NOW + timedelta(days=9)),
            "scheduled for 2026-11-30",
        ),
    ],
)
def test_held_back_by_the_shop_names_the_hold(held: FulfillmentOrder, words: str) -> None:
    assert words in refusal(TinyShop(held), a_shipment()).words


def test_a_hold_on_another_part_does_not_stop_what_is_open() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}, status="ON_HOLD"), FulfillmentOrder(2, {"11": 1}))
    assert tell(shop, a_shipment()) == ("100",)
    assert shop.orders[0].remaining == {"11": 1}


def test_a_cancelled_order_is_told_as_such() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 0}, status="CLOSED"))
    shop.cancelled_at = NOW
    assert "was cancelled in Shopify" in refusal(shop, a_shipment()).words


def test_a_line_nobody_can_see_may_be_a_matter_of_scopes() -> None:
    assert "third_party" in refusal(TinyShop(FulfillmentOrder(1, {"12": 1})), a_shipment()).words


def test_an_order_that_is_gone_is_told_as_such() -> None:
    assert "does not have order 2" in refusal(TinyShop(), a_shipment(store_order_id="2")).words


def test_an_empty_parcel_shows_nothing() -> None:
    assert "no lines" in refusal(TinyShop(FulfillmentOrder(1, {"11": 1})), a_shipment(lines={})).words


def test_a_young_order_that_is_not_routed_yet_waits() -> None:
    shop = TinyShop()
    shop.created_at = NOW - timedelta(minutes=1)
    with pytest.raises(Busy):
        tell(shop, a_shipment())


def test_an_old_order_without_fulfillment_orders_is_a_matter_of_scopes() -> None:
    assert "scopes" in refusal(TinyShop(), a_shipment()).words


def test_too_many_fulfillments_to_know_ours_among_them() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}))
    shop.fulfillments = [Fulfillment(number, {"12": 1}, [str(number)]) for number in range(1, 251)]
    assert "too many fulfillments" in refusal(shop, a_shipment()).words


def test_an_unknown_carrier_gets_a_link_and_a_broken_link_stays_out() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 3}))
    van = Parcel(carrier="Kranich Kurier", tracking="K1", url="https://kranich.example/k1")
    tell(shop, a_shipment(parcel=van))
    tell(shop, a_shipment(parcel=van.but(tracking="K2", url="javascript:alert(1)")))
    tell(shop, a_shipment(parcel=van.but(tracking="", url="https://kranich.example/k3")))
    assert [(one.company, one.url) for one in shop.fulfillments] == [
        ("Kranich Kurier", "https://kranich.example/k1"),
        ("Kranich Kurier", ""),
        ("", ""),
    ]


def test_a_part_that_somebody_fulfilled_long_before_is_not_of_this_parcel() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 2}))
    shop.fulfillments.append(Fulfillment(7, {"11": 1}, [], created_at=NOW - timedelta(days=2)))
    assert tell(shop, a_shipment("", lines={"11": 2})) == ("101",)
    assert shop.shipped() == {"11": 3}


def test_once_whole_a_parcel_takes_no_other_fulfillment_that_looks_alike() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 0}, status="CLOSED"))
    shop.fulfillments += [Fulfillment(8, {"11": 1}, []), Fulfillment(7, {"11": 1}, [])]
    assert tell(shop, a_shipment("", fulfillments=("7",))) == ("7",)


def test_what_is_shipped_is_taken_before_what_is_picked_up() -> None:
    shop = TinyShop(FulfillmentOrder(1, {"11": 1}, method="PICK_UP"), FulfillmentOrder(2, {"11": 1}))
    tell(shop, a_shipment())
    assert [one.remaining for one in shop.orders] == [{"11": 1}, {"11": 0}]
