"""From InkSoft and Shopify through Platen to ShipStation and back, by each of its ways, on good and bad days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from platen.domain.job import JobState
from platen.domain.record import OrderState
from tests.fakes import Crash
from tests.support.packing import EVERY, INK, PACKERS, PackingHouse
from twins.inksoft.model import Order as InkOrder

WAYS = ["custom_store", "v2", "v1"]
NOTICE = b"<ShipNotice><OrderID>X</OrderID></ShipNotice>"
ODD_POLLS = [
    "wide_window",
    "zero_width_window",
    "beyond_the_end",
    "repeated_page",
    "pacific_window",
    "compact_dates",
    "no_page",
    "wrong_password",
    "twice_at_once",
    "cut_reply",
]


@pytest.fixture
def house() -> PackingHouse:
    return PackingHouse().connect()


def at_shipstation(house: PackingHouse, order: InkOrder) -> str:
    """ShipStation's own status of it."""
    (there,) = house.packed(order)
    return there.status


def soon(house: PackingHouse) -> None:
    house.run(timedelta(hours=2), at_least=timedelta(minutes=50))


class TestOnAGoodDay:
    @pytest.mark.parametrize("way", WAYS)
    def test_every_order_is_there_once_and_its_tracking_comes_back_once(self, way: str) -> None:
        house = PackingHouse(way).connect()
        house.listen()
        orders = [
            house.ink_order(),
            house.shop_order(),
            house.shop_order(),
            house.ink_order(gift_message="For you"),
        ]
        house.ship_all()
        house.assert_shipped_once(*orders)
        assert house.attention() == []
        assert house.store_errors() == []
        assert not house.store or house.store.warnings == [], "items, tax and shipping make up the total"

    @pytest.mark.parametrize("way", ["v2", "v1"])
    def test_without_any_webhook_the_lists_bring_the_tracking(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order()
        house.ship_all()
        house.assert_shipped_once(order)

    def test_two_parcels_of_one_order_are_both_shown_and_the_last_completes_it(self, house: PackingHouse) -> None:
        order = house.ink_order(items=[{"quantity": 3}])
        soon(house)
        (there,) = house.packed(order)
        line = order.items[0].unique_id
        house.shipstation.packing.label(there.order_id, {line: 1}, tracking="FIRST")
        soon(house)
        assert house.tracking_shown(order) == ["FIRST"]
        assert house.inksoft.order(order.id).status != "Shipped", "there is more to come"
        house.shipstation.packing.label(there.order_id, {line: 2}, tracking="SECOND")
        soon(house)
        assert house.tracking_shown(order) == ["FIRST", "SECOND"]
        assert house.of(order).head.state is OrderState.DONE
        assert house.inksoft.order(order.id).status == "Shipped"

    @pytest.mark.parametrize("way", WAYS)
    def test_nobody_looks_at_print_files_for_who_only_packs(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order()
        soon(house)
        body = house.orders.body(house.key(order), house.of(order).head.body)
        assert any(details.url for details in body.printing.values())
        assert house.artwork.looked == []
        assert house.of(order).jobs["1"].warnings == ()

    def test_nothing_waiting_is_an_answer_and_no_error(self, house: PackingHouse) -> None:
        soon(house)
        assert house.calls
        assert {status for _, status in house.calls} == {200}
        assert house.store_errors() == []


class TestTheStatus:
    def test_of_an_unpaid_order_is_awaiting_payment_until_it_is_paid(self, house: PackingHouse) -> None:
        order = house.ink_order(paid=False)
        soon(house)
        assert at_shipstation(house, order) == "awaiting_payment"
        assert house.of(order).head.state is OrderState.WAITING
        house.inksoft.pay(order.id)
        soon(house)
        assert at_shipstation(house, order) == "awaiting_shipment"
        house.ship_all()
        house.assert_shipped_once(order)

    def test_of_one_that_waits_for_approval_is_none_until_it_is_approved(self, house: PackingHouse) -> None:
        order = house.ink_order(needs_approval=True)
        soon(house)
        assert house.packed(order) == []
        house.inksoft.approve(order.id)
        soon(house)
        assert at_shipstation(house, order) == "awaiting_shipment"

    def test_of_a_cancelled_order_is_cancelled(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        house.inksoft.cancel(order.id)
        soon(house)
        assert at_shipstation(house, order) == "cancelled"
        assert house.of(order).head.state is OrderState.CANCELLED
        assert house.attention() == []

    def test_of_one_that_was_cancelled_before_it_was_fetched(self, house: PackingHouse) -> None:
        order = house.ink_order()
        while not house.of_known(order):
            house.clock.passes(minutes=5)
            while house.work():
                pass
        house.inksoft.cancel(order.id)
        soon(house)
        assert [one.status for one in house.packed(order)] in ([], ["cancelled"])
        assert house.of(order).head.state is OrderState.CANCELLED

    @pytest.mark.parametrize("way", WAYS)
    def test_an_address_that_is_corrected_is_on_the_label(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order()
        soon(house)
        house.inksoft.change_address(order.id, {"street1": "Corrected Street 2"})
        soon(house)
        (there,) = house.packed(order)
        assert there.content.ship_to.street1 == "Corrected Street 2"
        assert house.attention() == []
        house.ship_all()
        house.assert_shipped_once(order)

    @pytest.mark.parametrize("way", WAYS)
    def test_fewer_pieces_are_fewer_pieces_to_pack(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order(items=[{"quantity": 3}])
        soon(house)
        house.inksoft.edit_quantity(order.id, order.items[0].unique_id, 2)
        soon(house)
        (there,) = house.packed(order)
        goods = [item for item in there.content.items if not item.adjustment]
        assert [item.quantity for item in goods] == [2]

    def test_an_order_without_an_address_is_not_exported_and_says_why(self, house: PackingHouse) -> None:
        order = house.ink_order(address=None)
        soon(house)
        assert house.packed(order) == []
        (item,) = house.attention()
        assert item["cause"] == "ship_to_missing"


class TestALabel:
    def test_that_is_made_anew_after_a_void_takes_the_place_of_the_first(self, house: PackingHouse) -> None:
        house.shipstation.notifier.switches.on_relabel = True
        order = house.ink_order()
        house.ship_all()
        (there,) = house.packed(order)
        house.shipstation.packing.void(there.parcels[0].parcel_id)
        house.shipstation.packing.label(there.order_id, tracking="ANEW")
        soon(house)
        (shipment,) = house.of(order).shipments.values()
        assert shipment.parcel.tracking == "ANEW"
        assert "ANEW" in house.tracking_shown(order)

    def test_of_a_cancelled_order_is_seen_by_a_person_and_nothing_is_lost(self, house: PackingHouse) -> None:
        order = house.ink_order()
        soon(house)
        (there,) = house.packed(order)
        house.inksoft.cancel(order.id)
        while house.of(order).jobs["1"].state is not JobState.CANCELLED:
            house.shipstation.book.order(there.order_id)
            if there.status == "awaiting_shipment" and house.of(order).jobs["1"].cancel_wanted:
                house.shipstation.packing.label(there.order_id, tracking="TOO-LATE")
                break
            house.clock.passes(minutes=1)
            while house.work():
                pass
        soon(house)
        assert [status for method, status in house.calls if method == "POST"] == [200]
        assert house.attention() or house.of(order).head.attention
        tracked = [one.parcel.tracking for one in house.of(order).shipments.values()]
        assert tracked == ["TOO-LATE"]

    def test_keeps_its_note_to_the_buyer_no_longer_than_an_orders_content(self, house: PackingHouse) -> None:
        """A parcel is kept for ever, and so names no person: the note is in the story, which expires."""
        house.shipstation.notifier.switches.copies = 1
        order = house.ink_order()
        house.ship_all(notes="For Zoë, left with the porter")
        (shipment,) = house.of(order).shipments.values()
        assert shipment.told_at
        assert "Zoë" not in house.of(order).model_dump_json()
        told = [event.what for event in house.orders.events(house.key(order))]
        assert [what for what in told if "For Zoë, left with the porter" in what] == told, "once, and nothing else"
        assert [one.tracking for one in house.inksoft.order(order.id).shipments] == [shipment.parcel.tracking]

    def test_has_its_carrier_service_fee_and_note_on_record(self, house: PackingHouse) -> None:
        order = house.ink_order()
        house.ship_all(carrier="UPS", service="UPS® Ground", cost="7.35", notes="Left with the porter")
        (shipment,) = house.of(order).shipments.values()
        parcel = shipment.parcel
        assert (parcel.service, str(parcel.cost)) == ("UPS® Ground", "7.35")
        story = house.do("order", order=house.key(order))["order"]["story"]
        (note,) = [one["what"] for one in story if "note to the buyer" in one["what"]]
        assert f"{parcel.tracking}: Left with the porter ({PACKERS})" in note


class TestOnABadDay:
    @pytest.mark.parametrize("odd", ODD_POLLS)
    def test_odd_polls_lose_and_double_nothing(self, house: PackingHouse, odd: str) -> None:
        assert house.store
        orders = [house.ink_order(), house.shop_order()]
        house.store.oddities[odd] = 3
        house.ship_all(at_least=3)
        house.assert_shipped_once(*orders)

    @pytest.mark.parametrize(
        "odd",
        [
            {"copies": 2},
            {"empty_body": True},
            {"no_items": True},
            {"no_line_ids": True},
            {"no_order_id": True},
            {"no_order_id": True, "number_suffix": "-1"},
            {"numeric_carrier": True},
            {"twelve_hour_dates": True},
            {"delay_seconds": 7200.0},
            {"notify_customer": "false"},
        ],
        ids="-".join,
    )
    def test_odd_notices_are_understood(self, house: PackingHouse, odd: dict[str, object]) -> None:
        orders = [house.ink_order(), house.shop_order()]
        for name, value in odd.items():
            setattr(house.shipstation.notifier.switches, name, value)
        house.ship_all()
        house.run(timedelta(hours=4), at_least=timedelta(hours=1.5))
        house.assert_shipped_once(*orders)

    def test_a_call_whose_answer_is_lost_is_made_again_and_changes_nothing(self, house: PackingHouse) -> None:
        orders = [house.ink_order(), house.shop_order()]
        house.lose_answers = 2
        soon(house)
        house.pack_everything()
        house.lose_answers = 2
        house.run(timedelta(hours=6), at_least=timedelta(hours=3))
        house.assert_shipped_once(*orders)

    @pytest.mark.parametrize(
        "call",
        ["feed.page", "orders.bodies", "feed.mark_fetched", "feed.add_notice", "queues.send", "feed.save"],
    )
    @pytest.mark.parametrize("side", ["before", "after"])
    def test_a_function_that_dies_anywhere_is_followed_by_another(
        self, house: PackingHouse, call: str, side: str
    ) -> None:
        orders = [house.ink_order(), house.shop_order()]
        getattr(house.switch, side)(call, Crash())
        house.ship_all(at_least=2)
        house.assert_shipped_once(*orders)

    @pytest.mark.parametrize(
        "kind", ["error", "error_after", "cut", "drop", "page", "data_false", "too_many", "garbage"]
    )
    @pytest.mark.parametrize("method", ["GetOrder", "GetOrderSummaries", "CreateOrderShipments"])
    def test_whatever_inksoft_does_nothing_is_lost_or_told_twice(
        self, house: PackingHouse, kind: str, method: str
    ) -> None:
        order = house.ink_order()
        house.inksoft.trouble(kind, method, times=2)  # type: ignore[arg-type]
        house.ship_all(at_least=1.5)
        house.assert_shipped_once(order)

    def test_a_connection_that_shipstation_left_is_seen_in_time_and_well_again_by_itself(
        self, house: PackingHouse
    ) -> None:
        assert house.store
        soon(house)
        house.store.auto_import = False
        house.run(3 * EVERY + timedelta(minutes=20), at_least=3 * EVERY + timedelta(minutes=10))
        shown = house.do("attention")["connections"]
        assert [one["connection_id"] for one in shown] == [PACKERS]
        house.store.auto_import = True
        soon(house)
        assert house.do("attention")["connections"] == []

    def test_an_inksoft_that_has_stopped_answering_is_seen_in_time(self, house: PackingHouse) -> None:
        soon(house)
        house.http.down.add("stores.inksoft.com")
        house.run(3 * EVERY + timedelta(minutes=20), at_least=3 * EVERY + timedelta(minutes=10))
        assert INK in [one["connection_id"] for one in house.do("attention")["connections"]]


class TestStrangers:
    @pytest.fixture
    def call(self, house: PackingHouse) -> Callable[..., tuple[int, str]]:
        assert house.store
        url = house.store.url

        def called(method: str = "GET", query: str = "", body: bytes = b"", **headers: str) -> tuple[int, str]:
            answer = house._call(method, f"{url}{query}", headers, body)
            return answer.status, answer.body.decode()

        return called

    def test_without_or_with_a_wrong_password_learn_nothing(
        self, house: PackingHouse, call: Callable[..., tuple[int, str]]
    ) -> None:
        house.ink_order()
        soon(house)
        window = "?action=export&start_date=01%2f01%2f2000+00%3a00&end_date=01%2f01%2f2030+00%3a00"
        for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}):
            status, said = call(query=window, **headers)
            assert status == 401
            assert "Given" not in said
            assert "a password of length" not in said

    def test_may_put_the_password_into_the_query_as_shipstation_does(
        self, house: PackingHouse, call: Callable[..., tuple[int, str]]
    ) -> None:
        window = "&action=export&start_date=01%2f01%2f2000+00%3a00&end_date=01%2f01%2f2030+00%3a00"
        assert call(query=f"?SS-UserName=platen&SS-Password=a+password+of+length{window}")[0] == 200
        assert call(query=f"?SS-UserName=platen&SS-Password=wrong{window}")[0] == 401

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + NOTICE.replace(b"X", b"&e;"), 400),
            (b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + NOTICE.replace(b"X", b"&b;"), 400),
            (NOTICE.replace(b"X", b"1001-k7x2m3qpl4tzabcd-1"), 404),
            (b"<html>", 400),
            (b"x" * 600_000, 413),
        ],
    )
    def test_post_what_they_like_and_get_a_clear_answer(
        self, house: PackingHouse, call: Callable[..., tuple[int, str]], body: bytes, status: int
    ) -> None:
        before = house.everything()
        login = {"Authorization": "Basic cGxhdGVuOmEgcGFzc3dvcmQgb2YgbGVuZ3Ro"}
        answered, said = call("POST", "?action=shipnotify&order_number=404", body, **login)
        assert answered == status, said
        assert said.startswith("<?xml")
        assert "root:" not in said
        assert house.everything() == before
        assert house.queues.waiting() == []
