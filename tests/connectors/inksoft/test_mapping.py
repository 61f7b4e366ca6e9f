"""InkSoft's order in our words: tables of what it may say, and what we make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from platen.domain.order import Payment
from platen.domain.verdicts import Later
from tests.connectors.inksoft.house import (
    ADDRESS,
    PAGE,
    a_card,
    an_item,
    an_order,
    named,
    only_line,
    raw,
    read,
    said,
    scripted,
    world,
)


class TestTheOrder:
    def test_is_named_by_its_number(self) -> None:
        order = read(an_order())
        assert (order.connection, order.store_order_id, order.number) == ("shop", "1000001", "1000001")
        assert order.placed_at == datetime(2026, 11, 20, 17, 4, 12, tzinfo=UTC)

    def test_bears_the_moment_before_it_was_asked_for(self) -> None:
        house, http = scripted()

        def slowly(_call: object) -> Any:
            house.clock.passes(seconds=30)
            return said(an_order())

        http.on("GetOrder", slowly)
        before = house.clock.now()
        assert house.order(1000001).updated_at == before

    @pytest.mark.parametrize(
        ("says", "payment"),
        [
            ({"PaymentStatus": "Paid"}, Payment.PAID),
            ({"PaymentStatus": "PartiallyPaid"}, Payment.PARTLY_PAID),
            ({"PaymentStatus": "Partially Paid"}, Payment.PARTLY_PAID),
            ({"PaymentStatus": "NotPaid", "Authorized": True, "Paid": False}, Payment.AUTHORIZED),
            ({"PaymentStatus": "NotPaid", "Authorized": False, "Paid": False}, Payment.PENDING),
            ({"PaymentStatus": "RefundDue"}, Payment.PAID),
            ({"PaymentStatus": "Refunded"}, Payment.REFUNDED),
            ({"PaymentStatus": None, "Paid": True}, Payment.PAID),
            ({"PaymentStatus": "Bartered", "Authorized": False}, Payment.UNKNOWN),
        ],
    )
    def test_is_paid_as_far_as_it_says(self, says: dict[str, Any], payment: Payment) -> None:
        assert read(an_order(**says)).payment is payment

    @pytest.mark.parametrize(
        ("required", "date", "pending"),
        [
            (True, None, True),
            (True, "0001-01-01T00:00:00", True),
            (True, "2026-11-20T18:00:00.000Z", False),
            (False, None, False),
        ],
    )
    def test_is_pending_until_it_is_approved(self, required: bool, date: str | None, pending: bool) -> None:
        assert bool(read(an_order(ApprovalRequired=required, ApprovalDate=date)).pending) is pending

    @pytest.mark.parametrize(
        "says", [{"Cancelled": True}, {"Status": "Canceled"}, {"Cancelled": None, "Canceled": True}]
    )
    def test_is_cancelled_at_a_moment_that_stays(self, says: dict[str, Any]) -> None:
        order = read(an_order(ApprovalRequired=True, **says))
        assert order.cancelled_at == order.placed_at
        assert order.pending == ""

    def test_that_a_shop_calls_on_hold_is_held(self) -> None:
        assert read(an_order(ProductionStatus="On Hold")).hold == "on hold in InkSoft: On Hold"
        assert read(an_order(ProductionStatus="Household goods")).hold == ""

    def test_carries_what_a_packer_has_to_know(self) -> None:
        order = read(
            an_order(
                GiftMessage="Happy birthday",
                Notes="Front desk",
                PaymentMethodNote="PO 4711",
                DueDate="2026-12-01T00:00:00Z",
                ProposalNumber="Q-12",
                CheckoutFieldValues={"Teacher": "Ms Lee", "Room": 12, "Empty": ""},
                Timeline=[
                    {"EventType": "Comment", "Comment": "call her", "Created": "2026-11-21T10:00:00Z"},
                    {"EventType": "Comment", "Comment": "gone", "Deleted": True},
                    {"EventType": "ContactCreate", "Comment": "no comment"},
                    {
                        "EventType": "Comment",
                        "Comment": "rush",
                        "Created": "2026-11-21T09:00:00Z",
                        "CreatedByName": "Shop",
                    },
                ],
                User={"FirstName": "Given", "Tags": [{"Name": "vip"}, {"Name": "School"}], "Phones": []},
                ProductionCards=[a_card(ProductionNotes="use the soft ink")],
            )
        )
        assert (order.gift, order.gift_message, order.note) == (True, "Happy birthday", "Front desk")
        assert order.payment_method == "CreditCard, Visa, PO 4711"
        assert order.internal_note == "Shop: rush\ncall her\nuse the soft ink"
        assert order.tags == ("School", "vip")
        assert named(order.attributes) == {
            "Room": "12",
            "Teacher": "Ms Lee",
            "Store": "Spirit Store",
            "Origin": "store",
            "Proposal": "Q-12",
            "Due date": "2026-12-01",
        }

    def test_that_nothing_dates_comes_later(self) -> None:
        with pytest.raises(Later, match="1000001 was placed"):
            read(an_order(DateCreated=None))
        paid = [{"DateCreated": "2026-11-20T18:00:00Z"}]
        assert read(an_order(DateCreated=None, Payments=paid)).placed_at.hour == 18

    @pytest.mark.parametrize("order_id", ["", "0", "12a", "gid://1", "-1", "9" * 30])
    def test_of_no_number_is_not_asked_for(self, order_id: str) -> None:
        house, _ = scripted()
        assert house.store.fetch(order_id) is None

    def test_answered_for_another_is_not_taken(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order(ID=1000002)))
        with pytest.raises(Later, match="another one"):
            house.store.fetch("1000001")


class TestAddresses:
    def test_have_codes(self) -> None:
        ship_to = read(an_order()).ship_to
        assert ship_to
        assert (ship_to.region_code, ship_to.country_code, ship_to.first_name) == ("AZ", "US", "Given")

    @pytest.mark.parametrize(
        ("says", "code"),
        [
            ({"CountryCode": "", "Country": "United States"}, "US"),
            ({"CountryCode": "USA", "Country": ""}, "US"),
            ({"CountryCode": "UK"}, "GB"),
            ({"CountryCode": "", "Country": "Atlantis"}, ""),
        ],
    )
    def test_find_their_country(self, says: dict[str, Any], code: str) -> None:
        ship_to = read(an_order(ShippingAddress=ADDRESS | says)).ship_to
        assert ship_to
        assert ship_to.country_code == code

    @pytest.mark.parametrize(
        "says", [None, {}, {"Street1": "", "City": "Town"}, ADDRESS | {"Street1": " "}, "x", 7]
    )
    def test_that_no_parcel_could_go_to_are_none(self, says: Any) -> None:
        assert read(an_order(ShippingAddress=says)).ship_to is None

    def test_without_a_name_take_the_buyers(self) -> None:
        nameless = ADDRESS | {"FirstName": "", "LastName": "", "Name": "", "Phone": ""}
        user = {"FirstName": "Other", "LastName": "Name", "Phones": [{"Number": "5550199"}]}
        ship_to = read(an_order(ShippingAddress=nameless, User=user)).ship_to
        assert ship_to
        assert (ship_to.first_name, ship_to.last_name, ship_to.phone) == ("Other", "Name", "5550199")


class TestWhatShips:
    @pytest.mark.parametrize(
        ("method", "ships"),
        [
            ({"ID": 1, "Name": "UPS Ground"}, True),
            ({"ID": 1, "Name": "Pickup at the shop"}, False),
            ({"ID": 1, "Name": "Store Pick-Up"}, False),
            ({"ID": 1, "Name": "Pick up"}, False),
            ({"ID": 1, "Name": "Pickled goods by mail"}, True),
            ({"ID": 1, "Name": "Locker", "PickupDateStart": "2026-12-01T00:00:00Z"}, False),
            ({"ID": 1, "Name": "Locker", "PickupSetAtStoreId": 5}, False),
            ({"ID": 1, "Name": "Locker", "IsProposalPickup": True}, False),
            ({"ID": 1, "Name": "Homeroom"}, False),
            (None, True),
        ],
    )
    def test_is_not_picked_up(self, method: Any, ships: bool) -> None:
        order = read(an_order(ShippingMethod=method), pickup_methods=["homeroom"])
        assert only_line(order).ships is ships

    def test_needs_an_address_where_nobody_chose_a_method(self) -> None:
        assert only_line(read(an_order(ShippingMethod=None, ShippingAddress=None))).ships is False

    def test_with_a_method_and_no_address_is_for_a_person_to_see(self) -> None:
        assert only_line(read(an_order(ShippingAddress=None))).ships is True


class TestTheSameOrder:
    def test_whatever_order_its_lists_come_in(self) -> None:
        items = [an_item(), an_item(UniqueId="item-2", FullName="CVC Tee, Black, 2XL", Quantity=1)]
        cards = [a_card(), a_card(ID=8, Side="Back", SideInternalName="back", ArtUrl="/images/back.eps")]
        extras = {"CheckoutFieldValues": {"b": "2", "a": "1"}, "User": {"Tags": [{"Name": "y"}, {"Name": "x"}]}}
        first = read(an_order(Items=items, ProductionCards=cards, **extras))
        extras = {"CheckoutFieldValues": {"a": "1", "b": "2"}, "User": {"Tags": [{"Name": "x"}, {"Name": "y"}]}}
        again = read(an_order(Items=items[::-1], ProductionCards=cards[::-1], **extras))
        assert first.fingerprint() == again.fingerprint()

    @pytest.mark.parametrize("switch", ["mended_spelling", "camel_case", "demands_email"])
    def test_in_every_spelling(self, switch: str) -> None:
        at = world()
        placed = at.twin.place_order(items=[{"quantity": 2, "names_and_numbers": [{"name": "LEE", "quantity": 2}]}])
        first = at.house.order(placed.id)
        setattr(at.twin.switches, switch, switch != "mended_spelling")
        assert at.house.order(placed.id).fingerprint() == first.fingerprint()

    def test_as_json_says_numbers_otherwise(self) -> None:
        first = read(an_order())
        text = json.dumps(an_order()).replace("18.5", "18.500").replace('"Quantity": 2', '"Quantity": "2"')
        house, http = scripted()
        http.on("GetOrder", raw(200, f'{{"OK": true, "StatusCode": "OK", "Data": {text}}}'))
        assert house.order(1000001).fingerprint() == first.fingerprint()

    def test_as_a_page_for_a_browser_is_none(self) -> None:
        house, http = scripted()
        http.on("GetOrder", PAGE)
        with pytest.raises(Exception, match="page instead of data"):
            house.store.fetch("1000001")
