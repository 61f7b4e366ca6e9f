"""Parcels: shown once each, whatever happens, and the order completed with the last one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.inksoft.telling import Note, read_note
from platen.domain.shipment import Parcel, Shipment
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Verdict
from tests.connectors.inksoft.house import World, a_shipment, an_item, an_order, raw, refused, said, scripted, world
from tests.fakes.clock import START
from twins.inksoft import Order


def tell(at: World, shipment: Shipment, *others: str) -> tuple[str, ...]:
    return at.house.store.tell(shipment, told_by_others=frozenset(others))


def two_lines(**switches: Any) -> tuple[World, Order, list[str]]:
    at = world(**switches)
    order = at.twin.place_order(items=[{"quantity": 2}, {"size": "XL", "quantity": 1}])
    return at, order, [line.line_id for line in at.house.order(order.id).lines]


@pytest.mark.parametrize("pre_salesdoc", [False, True])
class TestParcels:
    def test_of_a_part_leave_the_order_open_and_the_last_completes_it(self, pre_salesdoc: bool) -> None:
        at, order, lines = two_lines(pre_salesdoc=pre_salesdoc)
        first = tell(at, a_shipment(order.id, "1Z1", {lines[0]: 1}))
        assert (order.shipped, [one.completed for one in at.twin.told]) == (False, [False])
        wanted = {line.line_id: line.quantity for line in at.house.order(order.id).lines}
        wanted[lines[0]] -= 1
        tell(at, a_shipment(order.id, "1Z2", wanted, shipment_id="2-bbbb"), *first)
        assert (order.shipped, [one.completed for one in at.twin.told]) == (True, [False, True])
        assert all(line.unfulfilled == 0 for line in at.house.order(order.id).lines)
        assert at.twin.duplicates == []

    def test_told_again_change_nothing(self, pre_salesdoc: bool) -> None:
        at, order, lines = two_lines(pre_salesdoc=pre_salesdoc)
        shipment = a_shipment(order.id, "1Z1", {lines[0]: 1})
        first = tell(at, shipment)
        assert tell(at, shipment) == first
        assert tell(at, shipment.but(fulfillments=first)) == first
        assert len(at.twin.told) == 1

    @pytest.mark.parametrize("trouble", ["cut", "error_after", "garbage_after", "page_after"])
    def test_whose_answer_was_lost_are_found(self, pre_salesdoc: bool, trouble: Any) -> None:
        at, order, lines = two_lines(pre_salesdoc=pre_salesdoc)
        shipment = a_shipment(order.id, "1Z1", {lines[0]: 1})
        at.twin.trouble(trouble, "CreateOrderShipments")
        with pytest.raises(Unclear):
            tell(at, shipment)
        tell(at, shipment.but(doubt=True))
        assert (len(at.twin.told), at.twin.duplicates) == (1, [])

    @pytest.mark.parametrize(
        ("trouble", "verdict"),
        [
            ("drop", Unclear),
            ("error", Unclear),
            ("data_false", Unclear),
            ("ok_false_data", Unclear),
            ("bad_key", Denied),
            ("too_many", Busy),
        ],
    )
    def test_that_were_not_recorded_are_recorded_then(
        self, pre_salesdoc: bool, trouble: Any, verdict: type[Verdict]
    ) -> None:
        at, order, lines = two_lines(pre_salesdoc=pre_salesdoc)
        shipment = a_shipment(order.id, "1Z1", {lines[0]: 1})
        at.twin.trouble(trouble, "CreateOrderShipments")
        with pytest.raises(verdict):
            tell(at, shipment)
        assert at.twin.told == []
        tell(at, shipment.but(doubt=True))
        assert len(at.twin.told) == 1


def everything(at: World, order: Order) -> dict[str, int]:
    return {line.line_id: line.quantity for line in at.house.order(order.id).lines}


def test_a_number_somebody_recorded_by_hand_is_adopted() -> None:
    at, order, _ = two_lines()
    at.twin.ship_by_hand(order.id, "1z 1")
    tell(at, a_shipment(order.id, "1Z1", everything(at, order)))
    assert at.twin.told == []


def test_what_others_recorded_counts_for_completing() -> None:
    at, order, _ = two_lines()
    lines = everything(at, order)
    by_hand, ours = sorted(lines)
    at.twin.ship_by_hand(order.id, "BYHAND", {by_hand: lines[by_hand]}, completes=False)
    tell(at, a_shipment(order.id, "1Z1", {ours: lines[ours]}))
    assert order.shipped


def test_a_number_that_is_there_without_the_order_being_complete_is_for_a_person() -> None:
    at, order, _ = two_lines()
    at.twin.ship_by_hand(order.id, "1Z1", {}, completes=False)
    with pytest.raises(Refused, match="does not count the order as shipped"):
        tell(at, a_shipment(order.id, "1Z1", everything(at, order)))
    assert at.twin.told == []


def test_custom_items_have_to_leave_too_and_work_does_not() -> None:
    at = world()
    order = at.twin.place_order(
        items=[{"quantity": 1}], custom_items=[{"name": "Banner"}, {"name": "Artwork", "per_hour": True}]
    )
    by_title = {line.title: line.line_id for line in at.house.order(order.id).lines}
    banner = by_title.pop("Banner")
    del by_title["Artwork"]
    [shirt] = by_title.values()
    first = tell(at, a_shipment(order.id, "1Z1", {shirt: 1}))
    assert not order.shipped
    tell(at, a_shipment(order.id, "1Z2", {banner: 1}, shipment_id="2-bbbb"), *first)
    assert order.shipped


class TestWithoutTracking:
    def test_a_part_is_noted_and_shown_once_its_number_comes(self) -> None:
        at, order, lines = two_lines()
        untracked = a_shipment(order.id, "", {lines[0]: 1})
        noted = tell(at, untracked)
        assert at.twin.told == []
        known = untracked.but(parcel=Parcel(tracking="1Z1"), fulfillments=noted)
        tell(at, known)
        assert [one.tracking for one in at.twin.told] == ["1Z1"]

    def test_the_last_completes_the_order_or_goes_to_a_person(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order())).on("CreateOrderShipments", said(True))
        house.store.tell(a_shipment(1000001, "", {"item-1": 2}), told_by_others=frozenset())
        [call] = http.named("CreateOrderShipments")
        assert (call.params["TrackingNumber"], call.params["MarkOrderAsCompleted"]) == ("", True)
        http.on("CreateOrderShipments", refused(400, "TrackingNumber is required"))
        with pytest.raises(Refused, match="by hand"):
            house.store.tell(a_shipment(1000001, "", {"item-1": 2}), told_by_others=frozenset())

    def test_the_last_of_an_order_that_is_complete_is_not_told_again(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order(Shipped=True)))
        house.store.tell(a_shipment(1000001, "", {"item-1": 2}, doubt=True), told_by_others=frozenset())
        assert http.named("CreateOrderShipments") == []


class TestChanges:
    def test_of_a_number_are_recorded_beside_the_old_one(self) -> None:
        at, order, lines = two_lines()
        first = a_shipment(order.id, "1Z1", {lines[0]: 1})
        notes = tell(at, first)
        again = first.but(parcel=Parcel(tracking="1Z2"), fulfillments=notes)
        notes += tell(at, again)
        assert [one.tracking for one in at.twin.told] == ["1Z1", "1Z2"]
        assert not order.shipped
        # Its goods count once, though it was told of twice.
        wanted = everything(at, order)
        wanted[lines[0]] -= 1
        part = {line_id: count for line_id, count in wanted.items() if count}
        tell(at, a_shipment(order.id, "1Z3", part, shipment_id="2-bbbb"), *notes)
        assert order.shipped

    def test_of_anything_else_are_no_second_parcel(self) -> None:
        at, order, lines = two_lines()
        first = a_shipment(order.id, "1Z1", {lines[0]: 1})
        notes = tell(at, first)
        tell(at, first.but(parcel=first.parcel.but(cost=Decimal("4.20")), fulfillments=notes))
        assert len(at.twin.told) == 1

    def test_by_somebody_who_took_it_away_are_respected(self) -> None:
        at, order, lines = two_lines()
        first = a_shipment(order.id, "1Z1", {lines[0]: 1})
        notes = tell(at, first)
        order.shipments.clear()
        with pytest.raises(Refused, match="Somebody took the tracking number"):
            tell(at, first.but(fulfillments=notes))
        assert len(at.twin.told) == 1


class TestRefusals:
    def test_of_an_order_that_is_gone(self) -> None:
        at = world()
        with pytest.raises(Refused, match="does not have order 999"):
            tell(at, a_shipment(999, "1Z1"))

    def test_of_an_order_that_was_cancelled(self) -> None:
        at, order, lines = two_lines()
        at.twin.cancel(order.id)
        with pytest.raises(Refused, match="was cancelled in InkSoft"):
            tell(at, a_shipment(order.id, "1Z1", {lines[0]: 1}))

    def test_come_with_their_words(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order())).on("CreateOrderShipments", refused(400, "That number is too long"))
        with pytest.raises(Refused, match=r"That number is too long.*Record Shipment"):
            house.store.tell(a_shipment(1000001), told_by_others=frozenset())

    @pytest.mark.parametrize("answer", [Unclear("cut"), raw(503, "busy"), raw(500, "")])
    def test_to_show_the_order_record_nothing(self, answer: Any) -> None:
        house, http = scripted()
        http.on("GetOrder", answer)
        with pytest.raises(Later):
            house.store.tell(a_shipment(1000001), told_by_others=frozenset())


class TestWhatIsTold:
    def told(self, parcel: Parcel, **configured: Any) -> dict[str, Any]:
        house, http = scripted(**configured)
        http.on("GetOrder", said(an_order())).on("CreateOrderShipments", said(True))
        house.store.tell(a_shipment(1000001, parcel=parcel), told_by_others=frozenset())
        return dict(http.named("CreateOrderShipments")[0].params)

    PARCEL = Parcel(
        carrier="UPS",
        tracking=" 1Z1 ",
        service="Ground",
        cost=Decimal("8.10"),
        shipped_at=START,
        url="https://t.example/1",
    )
    PLAIN = {
        "Format": "JSON",
        "APIKey": "inksoft-key",
        "OrderIds": [1000001],
        "TrackingNumber": "1Z1",
        "MarkOrderAsCompleted": False,
        "NotifyCustomer": True,
    }

    def test_is_what_the_call_is_known_to_take(self) -> None:
        assert self.told(self.PARCEL) == self.PLAIN

    def test_is_the_carrier_too_where_that_is_wanted(self) -> None:
        assert self.told(self.PARCEL, tell_carrier=True) == self.PLAIN | {
            "CarrierName": "UPS",
            "ShippingServiceType": "Ground",
            "TrackingUrl": "https://t.example/1",
            "ShippedDate": "2026-11-21T09:00:00.000Z",
            "LabelCost": 8.1,
        }

    def test_leaves_the_mail_to_whoever_ships(self) -> None:
        assert self.told(self.PARCEL, notify_customer=False)["NotifyCustomer"] is False

    def test_goes_as_a_form_where_that_is_wanted(self) -> None:
        told = self.told(self.PARCEL, posts="form")
        assert (told["OrderIds"], told["MarkOrderAsCompleted"]) == ("[1000001]", "false")
        at = world({"posts": "form"})
        order = at.twin.place_order()
        tell(at, a_shipment(order.id, "1Z1", everything(at, order)))
        assert order.shipped


@given(
    st.text(alphabet="ab|,=%: -", max_size=12),
    st.lists(st.tuples(st.text(min_size=1, max_size=8), st.integers(0, 99)), max_size=4),
)
def test_a_note_is_read_as_it_was_written(tracking: str, goods: list[tuple[str, int]]) -> None:
    note = Note("1-aaaa", tracking.replace("|", ""), tuple(goods))
    assert read_note(str(note)) == note


@pytest.mark.parametrize("text", ["", "17", "parcel|a|b", "parcel|a|b|c", "parcel|a|b|c=x", "parcel|a|b|=1"])
def test_what_is_no_note_is_none(text: str) -> None:
    assert read_note(text) is None


def test_two_rows_of_one_key_do_not_cover_for_each_other() -> None:
    house, http = scripted()
    items = [an_item(), an_item(ProductStyleSizeId=712, FullName="CVC Tee, Black, 2XL", Quantity=1)]
    http.on("GetOrder", said(an_order(Items=items))).on("CreateOrderShipments", said(True))
    house.store.tell(a_shipment(1000001, lines={"item-1:711": 2}), told_by_others=frozenset())
    assert http.named("CreateOrderShipments")[0].params["MarkOrderAsCompleted"] is False
