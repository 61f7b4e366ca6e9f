"""A job in ShipStation's terms: what it carries, how it adds up, and what is refused beforehand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.shipstation.mapping import ADJUSTMENT, line_item_ids, number_of, status_of, to_order
from platen.connectors.shipstation.order import ShipStationOrder
from platen.connectors.shipstation.preflight import problems
from platen.connectors.shipstation.texts import address_of_picture, cut, plain, prose, shortened, size
from platen.domain.feed import FeedStatus
from platen.domain.order import Address, Attribute, Charges, Discount, Money, ShippingChoice
from platen.domain.printing import Print, PrintDetails
from platen.domain.shares import share_out
from platen.domain.shelf import Shelf
from platen.ports import JobRequest
from tests.connectors.shipstation.house import SHIP_TO, X, a_line, a_request, usd


def told(request: JobRequest) -> ShipStationOrder:
    return to_order(request, status_of(request.job))


def amounts(order: ShipStationOrder) -> list[tuple[str, str]]:
    return [(item.name, str(item.unit_price)) for item in order.items if item.adjustment]


class TestWhatItCarries:
    def test_is_all_that_a_packer_needs(self) -> None:
        line = a_line(
            quantity=3,
            full_price=usd("12.50"),
            weight=Decimal(180),
            image="https://shop.example/tee.png",
            options=(Attribute(name="Size", value="L"), Attribute(name="Colour", value="Bleu")),
            attributes=(
                Attribute(name="Name on it", value="Zoë"),
                Attribute(name="print_url", value="https://x/y"),
            ),
            barcode="012345678905",
            location="Bin 4",
        )
        order = told(
            a_request(
                line,
                note="Ring twice.\nThanks",
                internal_note="VIP",
                payment_method="Credit Card",
                discounts=(Discount(code="TEN", amount=Decimal("7.50")),),
                tags=("rush", "b2b"),
                gift_message="Happy birthday",
                packing_message="Fold twice",
            )
        )
        assert order.order_id == X
        assert order.number == "#1001"
        assert order.shipping_method == "Ground"
        assert order.payment_method == "Credit Card"
        assert order.currency == "USD"
        assert order.customer_notes == "Ring twice.\nThanks"
        assert order.internal_notes == "Fold twice\nVIP"
        assert order.gift
        assert order.gift_message == "Happy birthday"
        assert order.custom_fields == ("TEN", "rush, b2b", "8887505649970")
        assert order.source == "stall"
        assert order.bill_to.email == order.customer_code == "renee@example.com"
        assert order.ship_to.name == order.bill_to.name == "Renée Müller"
        item, discount = order.items
        assert (item.line_item_id, item.sku, item.quantity, item.weight) == ("L1", "TEE-L1", 3, Decimal("180.00"))
        assert (item.location, item.upc, item.image) == ("Bin 4", "012345678905", "https://shop.example/tee.png")
        assert [(one.name, one.value) for one in item.options] == [
            ("Size", "L"), ("Colour", "Bleu"), ("Name on it", "Zoë"),
        ]  # fmt: skip
        assert (discount.name, discount.unit_price, discount.quantity) == ("Discount: TEN", Decimal("-7.50"), 1)
        assert order.total == Decimal("35.73")
        assert order.weight == Decimal(540)

    def test_goes_by_the_product_map_before_the_stores_word(self) -> None:
        request = a_request(
            a_line(weight=Decimal(1), location="store"), shelf={"L1": Shelf(weight=Decimal("99.5"), location="map")}
        )
        (item,) = told(request).items
        assert (item.weight, item.location) == (Decimal("99.50"), "map")

    def test_says_what_was_asked_at_the_checkout(self) -> None:
        asked = (
            Attribute(name="School", value="North High"),
            Attribute(name="_hidden", value="x"),
            Attribute(name="gift_message", value="For you"),
            Attribute(name="Homeroom", value=""),
        )
        assert told(a_request(attributes=asked, internal_note="VIP")).internal_notes == "VIP\nSchool: North High"

    def test_says_once_what_is_printed_where_the_store_says_it_too(self) -> None:
        line = a_line(options=(Attribute(name="Print Front", value="Screen Print, Full Front"),))
        details = PrintDetails(url="https://art.example/a.png", location="front", kind="Screen Print")
        order = told(a_request(line, printing={line.line_id: details}))
        assert [one.name for one in order.items[0].options] == ["Print Front"]

    def test_says_what_is_printed(self) -> None:
        details = PrintDetails(
            url="https://x/front", location="front", kind="DTF", more=(Print(location="back"),), design_id="D7"
        )
        request = a_request(a_line(), printing={"L1": details})
        (item,) = told(request).items
        assert [(one.name, one.value) for one in item.options] == [
            ("Print", "front, DTF"), ("Print 2", "back"), ("Design", "D7"),
        ]  # fmt: skip

    def test_leaves_out_what_is_meant_for_platen(self) -> None:
        hidden = (
            "_secret",
            "print_url",
            "print_url_2",
            "Print_Preview_URL",
            "print_option_name_1",
            "print_account",
        )
        line = a_line(attributes=tuple(Attribute(name=name, value="x") for name in hidden))
        assert told(a_request(line)).items[0].options == ()

    def test_has_ten_options_and_the_rest_in_the_notes(self) -> None:
        line = a_line(options=tuple(Attribute(name=f"Option {n}", value=str(n)) for n in range(12)))
        order = told(a_request(line))
        assert len(order.items[0].options) == 10
        assert order.internal_notes == "Shirt L1: Option 10: 10\nShirt L1: Option 11: 11"

    def test_does_not_lose_the_end_of_a_long_sku(self) -> None:
        sku = "S" * 60
        (item,) = told(a_request(a_line(sku=sku))).items
        assert item.sku == sku[:50]
        assert [(one.name, one.value) for one in item.options] == [("SKU", sku)]

    def test_never_has_part_of_a_barcode(self) -> None:
        assert told(a_request(a_line(barcode="4006381333931"))).items[0].upc == ""

    @pytest.mark.parametrize(
        ("hold", "status"), [("", FeedStatus.PAID), ("payment", FeedStatus.UNPAID), ("store", FeedStatus.ON_HOLD)]
    )
    def test_says_what_it_waits_for(self, hold: str, status: FeedStatus) -> None:
        request = a_request(job={"hold": hold}, hold="to be approved")
        assert told(request).status is status
        assert ("On hold: to be approved" in told(request).internal_notes) == (hold == "store")

    def test_is_billed_to_whoever_pays(self) -> None:
        billing = Address(company="Acme", address1="2 Side Street", country_code="de")
        order = told(a_request(billing=billing))
        assert (order.bill_to.name, order.bill_to.address1, order.bill_to.country) == (
            "Acme",
            "2 Side Street",
            "DE",
        )
        assert order.ship_to.address1 == "1 Main Street"

    def test_has_a_customer_without_an_email(self) -> None:
        order = told(a_request(email=""))
        assert order.customer_code == X
        assert order.bill_to.email == ""

    def test_never_cuts_an_email_in_half(self) -> None:
        assert told(a_request(email="a" * 95 + "@x.example")).bill_to.email == ""

    def test_takes_the_mail_class_before_the_stores_method(self) -> None:
        request = a_request(job={"mail_class": "usps_priority"}, shipping=(ShippingChoice(title="Fast"),))
        assert told(request).shipping_method == "usps_priority"

    @pytest.mark.parametrize(
        ("job", "number"),
        [
            ({}, "#1001"),
            ({"job_id": "2"}, "#1001-2"),
            ({"reprint": 1}, "#1001-R1"),
            ({"job_id": "3", "reprint": 2}, "#1001-3-R2"),
        ],
    )
    def test_gives_no_two_jobs_of_an_order_one_number(self, job: dict[str, Any], number: str) -> None:
        assert number_of(a_request(job=job)) == number

    def test_keeps_a_long_number_apart_too(self) -> None:
        numbers = {number_of(a_request(number="9" * 80, job={"job_id": str(n)})) for n in range(1, 5)}
        assert len(numbers) == 4
        assert max(map(len, numbers)) <= 50

    def test_can_do_without_a_number(self) -> None:
        assert number_of(a_request(number="\x00 ")) == X


class TestLineItemIds:
    @pytest.mark.parametrize("line_id", ["L1", "gid://shopify/LineItem/1071823172", "x" * 50, "Ä-1"])
    def test_are_the_stores_where_they_can_be(self, line_id: str) -> None:
        request = a_request(a_line(line_id))
        assert line_item_ids(request.job) == {line_id: line_id}
        assert told(request).items[0].line_item_id == line_id

    @pytest.mark.parametrize("line_id", ["x" * 51, " L1", "a&amp;b", "a\x07", "discount-1", "a\nb"])
    def test_stand_for_those_that_would_come_back_otherwise(self, line_id: str) -> None:
        request = a_request(a_line(line_id), a_line("L2"))
        ids = line_item_ids(request.job)
        (stand_in,) = [ours for ours, theirs in ids.items() if theirs == line_id]
        assert stand_in != line_id
        assert len(stand_in) == 16
        assert told(request).items[0].line_item_id == stand_in

    def test_tell_discounts_from_lines(self) -> None:
        order = told(a_request(a_line(full_price=usd("12"))))
        assert [item.line_item_id.startswith(ADJUSTMENT) for item in order.items] == [False, True]


def off(*discounts: Discount) -> JobRequest:
    return a_request(a_line(quantity=3, unit_price=usd("9.00"), full_price=usd("10.00")), discounts=discounts)


class TestMoney:
    @pytest.mark.parametrize(
        ("discounts", "expected"),
        [
            ((), [("Discount", "-3.00")]),
            ((Discount(code="A"),), [("Discount: A", "-3.00")]),
            ((Discount(code="A"), Discount(title="Summer")), [("Discount: A, Summer", "-3.00")]),
            ((Discount(code="A", amount=Decimal(3)),), [("Discount: A", "-3.00")]),
            (
                (Discount(code="A", title="Ten off", amount=Decimal(2)), Discount(code="B", amount=Decimal(1))),
                [("Discount: Ten off (A)", "-2.00"), ("Discount: B", "-1.00")],
            ),
            # The order's discounts were for more than this job's lines: each has its part.
            (
                (Discount(code="A", amount=Decimal(20)), Discount(code="B", amount=Decimal(10))),
                [("Discount: A", "-2.00"), ("Discount: B", "-1.00")],
            ),
            # One of them took nothing off the goods, or is not told: nobody can say which.
            ((Discount(code="A", amount=Decimal(3)), Discount(code="B")), [("Discount: A, B", "-3.00")]),
            ((Discount(code="A", amount=Decimal(0)),), [("Discount: A", "-3.00")]),
        ],
    )
    def test_comes_off_by_code(self, discounts: tuple[Discount, ...], expected: list[tuple[str, str]]) -> None:
        order = told(off(*discounts))
        assert amounts(order) == expected
        assert order.total == Decimal("27.00") + Decimal("5.73")

    def test_has_no_discount_without_full_prices(self) -> None:
        order = told(a_request(a_line(), discounts=(Discount(code="A", amount=Decimal(3)),)))
        assert amounts(order) == []
        assert order.custom_fields[0] == "A"

    def test_rounds_so_that_the_total_stays(self) -> None:
        order = told(a_request(a_line(quantity=3, unit_price=usd("3.3333333"))))
        assert (order.items[0].unit_price, amounts(order)) == (Decimal("3.34"), [("Rounding", "-0.02")])
        assert order.total == Decimal("10.00") + Decimal("5.73")

    def test_counts_handling_as_shipping(self) -> None:
        charges = Charges(currency="USD", shipping=Decimal(4), handling=Decimal("1.5"), tax=Decimal(2))
        order = told(a_request(charges=charges))
        assert (order.shipping, order.tax, order.total) == (Decimal("5.50"), Decimal("2.00"), Decimal("17.50"))

    def test_is_this_jobs_share(self) -> None:
        shares = Charges(currency="USD", shipping=Decimal(1), tax=Decimal("0.5"))
        assert told(a_request(job={"shares": shares})).total == Decimal("11.50")

    def test_is_nothing_where_nothing_is_told(self) -> None:
        order = told(a_request(a_line(unit_price=None), charges=None))
        assert (order.total, order.currency, order.items[0].unit_price) == (Decimal(0), "", Decimal(0))

    def test_takes_a_price_above_the_full_one(self) -> None:
        order = told(a_request(a_line(unit_price=usd("12"), full_price=usd("10"))))
        assert (order.items[0].unit_price, amounts(order)) == (Decimal("12.00"), [])

    @pytest.mark.parametrize("currency", ["JPY", "KWD", "USD", "eur"])
    def test_goes_in_any_currency(self, currency: str) -> None:
        def in_it(amount: str) -> Money:
            return Money(amount=Decimal(amount), currency=currency)

        line = a_line(quantity=2, unit_price=in_it("1000.125"), full_price=in_it("1200.5"))
        charges = Charges(currency=currency, shipping=Decimal("0.125"), tax=Decimal("0.005"))
        assert told(a_request(line, charges=charges)).currency == currency.upper()

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 200),
                st.decimals(0, 9000, places=3, allow_nan=False),
                st.decimals(0, 3000, places=4, allow_nan=False),
            ),
            min_size=1,
            max_size=12,
        ),
        st.lists(st.none() | st.decimals(0, 50, places=2), max_size=4),
        st.decimals(0, 99, places=3),
        st.decimals(0, 99, places=3),
    )
    def test_always_adds_up(
        self,
        lines: list[tuple[int, Decimal, Decimal]],
        codes: list[Decimal | None],
        tax: Decimal,
        shipping: Decimal,
    ) -> None:
        given_lines = [
            a_line(f"L{n}", quantity, unit_price=usd(str(paid)), full_price=usd(str(paid + less)))
            for n, (quantity, paid, less) in enumerate(lines)
        ]
        charges = Charges(currency="USD", tax=tax, shipping=shipping)
        discounts = tuple(Discount(code=f"C{n}", amount=amount) for n, amount in enumerate(codes))
        request = a_request(*given_lines, charges=charges, discounts=discounts)
        order = told(request)  # the model itself refuses what does not add up
        goods = sum((paid * quantity for quantity, paid, _ in lines), Decimal(0))
        assert abs(order.goods - goods) <= Decimal("0.005")
        assert order.total == order.goods + order.tax + order.shipping
        assert all(item.unit_price < 0 for item in order.items if item.adjustment)

    @given(st.integers(1, 5), st.decimals(0, 500, places=2), st.decimals(0, 60, places=2))
    def test_of_the_jobs_adds_up_to_the_orders(self, parts: int, shipping: Decimal, tax: Decimal) -> None:
        shares = share_out(Charges(currency="USD", shipping=shipping, tax=tax), [Decimal(1)] * parts)
        totals = [told(a_request(job={"shares": share})).total for share in shares]
        assert sum(totals) == parts * Decimal(10) + shipping + tax


class TestRefusedBeforehand:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"ship_to": None}, "ship_to"),
            ({"ship_to": SHIP_TO.but(first_name="", last_name=" ")}, "ship_to.last_name"),
            ({"ship_to": SHIP_TO.but(address1="\x00")}, "ship_to.address1"),
            ({"ship_to": SHIP_TO.but(city="")}, "ship_to.city"),
            ({"ship_to": SHIP_TO.but(country_code="")}, "ship_to.country_code"),
            ({"ship_to": SHIP_TO.but(country_code="USA")}, "ship_to.country_code"),
            ({"charges": Charges(currency="EUR")}, "currency"),
            ({"lines": (a_line(quantity=100_000),)}, "quantity"),
            ({"lines": (a_line(unit_price=usd("10000000")),)}, "unit_price"),
            ({"lines": (a_line(unit_price=usd("1E+999999")),)}, "unit_price"),
            ({"lines": (a_line(quantity=99_999, unit_price=usd("1000")),)}, "total"),
            ({"charges": Charges(currency="USD", tax=Decimal("1E+90"))}, "tax"),
            ({"charges": Charges(currency="USD", tax=Decimal("1E+999999"))}, "total"),
            ({"charges": Charges(currency="U$D"), "lines": (a_line(unit_price=None),)}, "currency"),
        ],
    )
    def test_says_where_it_is_wrong(self, changes: dict[str, Any], field: str) -> None:
        found = problems(a_request(**changes))
        assert field in {problem.field for problem in found}
        assert all(problem.what.endswith((".", "store.")) for problem in found)

    def test_says_everything_at_once(self) -> None:
        ship_to = Address(country_code="Germany")
        request = a_request(a_line(quantity=100_000), ship_to=ship_to)
        assert len(problems(request)) == 5

    def test_names_no_person(self) -> None:
        request = a_request(ship_to=SHIP_TO.but(country_code="Austin, Renée"))
        assert not any("Ren" in problem.what for problem in problems(request))

    @pytest.mark.parametrize(
        "change",
        [
            lambda to: to.but(first_name="", last_name="", company="Acme"),
            lambda to: to.but(address1="", address2="Second line"),
            lambda to: to.but(region_code="X", postcode=""),
            lambda to: to.but(country_code="us"),
        ],
    )
    def test_takes_what_is_good_enough(self, change: Callable[[Address], Address]) -> None:
        request = a_request(ship_to=change(SHIP_TO))
        assert problems(request) == []
        assert told(request).ship_to.address1


class TestTexts:
    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("Caf&eacute; &amp; Bar", "Café & Bar"),
            ("&pound;5", "£5"),
            ("a\x00\x07\x1f\x85b", "ab"),
            ("a\ud800b", "ab"),
            ("a\ufffe\uffff\U0001ffff\ufdd0b", "ab"),
            ("&#0;&#7;x", "\ufffdx"),
            (" a \r\n b\t c ", "a b c"),
            ("]]>", "]]>"),
            ("🎁", "🎁"),
        ],
    )
    def test_are_decoded_and_free_of_what_xml_forbids(self, given_text: str, expected: str) -> None:
        assert plain(given_text) == expected

    def test_keep_their_lines_where_people_wrote_them(self) -> None:
        assert prose("Dear  you,\r\n\r\n\r\n\r\n thanks \r bye") == "Dear you,\n\nthanks\nbye"

    @given(st.text(alphabet=st.sampled_from("aé🎁\u0301"), max_size=40), st.integers(1, 20))
    def test_fit_however_characters_are_counted(self, text: str, most: int) -> None:
        for short in (cut(text, most), shortened(text, most)):
            assert size(short) <= most
            assert len(short.encode("utf-16-le")) == 2 * size(short)
        assert shortened(text, most) == text or shortened(text, most).endswith("…")

    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("https://x.example/a b.png", "https://x.example/a%20b.png"),
            ("https://x.example/ä?q=1&w=%20", "https://x.example/%C3%A4?q=1&w=%20"),
            ("https://x.example/100%.png", "https://x.example/100%25.png"),
            ("http://x.example", "http://x.example"),
            ("ftp://x.example/a", ""),
            ("javascript:alert(1)", ""),
            ("//x.example/a.png", ""),
            ("https://user:word@x.example/a", ""),
            ("https://x.example:port/a", ""),
            ("https://x.example/" + "a" * 500, ""),
            ("https://[::1]/a", ""),
            ("https://[/a", ""),
            ("", ""),
        ],
    )
    def test_of_pictures_are_addresses(self, given_text: str, expected: str) -> None:
        assert address_of_picture(given_text, 500) == expected
