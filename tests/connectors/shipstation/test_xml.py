"""The Custom Store's XML: whatever is in an order, ShipStation can take it; whatever is posted, nothing happens."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree

from platen.connectors.shipstation import Settings, xml
from platen.connectors.shipstation.feed import DOOR
from platen.connectors.shipstation.mapping import to_order
from platen.connectors.shipstation.preflight import problems
from platen.connectors.shipstation.texts import plain, prose
from platen.domain.feed import FeedStatus
from platen.domain.order import Address, Attribute, Charges, Discount, Money, ShippingChoice
from platen.ports import JobRequest
from tests.connectors.shipstation.house import SHIP_TO, a_line, a_request, an_entry, settings, usd
from tests.connectors.shipstation.rules import check

CONTRACTS = Path(__file__).parents[4] / "shared" / "contracts"
SCHEMAS = ("shipstation-custom-store-orders.xsd", "shipstation-custom-store-orders.guide-2026.xsd")
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("]]><&;\"'\x00\x0b\x1f\x85\r\n\t\ufffe …🎁é\u0301\u202e")),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=60,
)
LONG = NASTY | NASTY.map(lambda text: text * 60)


def rendered(*requests: JobRequest, pages: int = 1, status: str = "paid", **changes: Any) -> bytes:
    orders = [(an_entry(request, status=status), request.body) for request in requests]
    answer = DOOR.render(orders, pages, settings(**changes))
    assert not answer.left_out
    return answer.body


def the_order(body: bytes) -> ElementTree.Element:
    order = ElementTree.fromstring(body).find("Order")
    assert order is not None
    return order


@cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(CONTRACTS / name))


def check_schemas(body: bytes) -> None:
    """After taking away what the guide has and its schema does not know."""
    if not CONTRACTS.is_dir():
        return
    document = etree.fromstring(body)
    for element in document.xpath("//CurrencyCode | //UPC"):
        element.getparent().remove(element)
    for name in SCHEMAS:
        schema(name).assertValid(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schemas_are_there(name: str) -> None:
    if not (CONTRACTS / name).is_file():
        pytest.skip("the contracts are not beside this checkout: only the rules of this folder are checked")
    assert schema(name)


class TestTheAnswer:
    def test_is_valid_with_nothing_in_it(self) -> None:
        body = rendered()
        assert body == b'<?xml version="1.0" encoding="utf-8"?>\n<Orders pages="1"></Orders>'
        check(body)
        check_schemas(body)

    @pytest.mark.parametrize(("pages", "told"), [(0, "1"), (1, "1"), (7, "7"), (10**6, "32767")])
    def test_says_how_many_pages_there_are(self, pages: int, told: str) -> None:
        assert ElementTree.fromstring(rendered(pages=pages)).attrib["pages"] == told

    def test_is_the_whole_order(self) -> None:
        line = a_line(
            quantity=2,
            full_price=usd("12.00"),
            weight=Decimal("180.5"),
            image="https://shop.example/tee.png",
            barcode="012345678905",
            location="A1",
            options=(Attribute(name="Size", value="L"),),
        )
        body = rendered(
            a_request(line, note="Ring <twice> & wait", payment_method="Card", gift=True),
            requested_warehouse="Dock 2",
        )
        check(body)
        check_schemas(body)
        order = the_order(body)
        told = {element.tag: element.text for element in order if len(element) == 0}
        assert told == {
            "OrderID": "1001-k7x2m3qpl4tzabcd-1",
            "OrderNumber": "#1001",
            "OrderDate": "11/21/2026 09:00",
            "OrderStatus": "paid",
            "LastModified": "11/21/2026 09:00",
            "ShippingMethod": "Ground",
            "PaymentMethod": "Card",
            "CurrencyCode": "USD",
            "OrderTotal": "25.73",
            "TaxAmount": "1.23",
            "ShippingAmount": "4.50",
            "CustomerNotes": "Ring <twice> & wait",
            "InternalNotes": None,
            "Gift": "true",
            "GiftMessage": None,
            "CustomField1": None,
            "CustomField2": None,
            "CustomField3": "8887505649970",
            "RequestedWarehouse": "Dock 2",
            "Source": "stall",
        }
        item, discount = order.findall("Items/Item")
        assert {element.tag: element.text for element in item if len(element) == 0} == {
            "LineItemID": "L1",
            "SKU": "TEE-L1",
            "Name": "Shirt L1",
            "ImageUrl": "https://shop.example/tee.png",
            "Weight": "180.50",
            "WeightUnits": "Grams",
            "Quantity": "2",
            "UnitPrice": "12.00",
            "UPC": "012345678905",
            "Location": "A1",
        }
        assert (discount.findtext("Adjustment"), discount.findtext("UnitPrice")) == ("true", "-4.00")

    def test_has_text_in_cdata(self) -> None:
        assert b"<OrderNumber><![CDATA[#1001]]></OrderNumber>" in rendered(a_request())

    @pytest.mark.parametrize("text", ["]]>", "a]]>b", "]]>]]>", "]]", "]]]>", ">", "<![CDATA[x]]>"])
    def test_takes_the_end_of_cdata_in_a_text(self, text: str) -> None:
        assert the_order(rendered(a_request(note=text))).findtext("CustomerNotes") == text

    def test_leaves_out_currency_and_upc_where_they_are_not_wanted(self) -> None:
        body = rendered(a_request(a_line(barcode="1")), currency_and_upc=False)
        check(body)
        assert b"CurrencyCode" not in body
        assert b"UPC" not in body

    def test_has_no_state_rather_than_an_empty_one(self) -> None:
        body = rendered(a_request(ship_to=SHIP_TO.but(region_code="")))
        check(body)
        assert the_order(body).find("Customer/ShipTo/State") is None
        assert the_order(body).find("Customer/ShipTo/PostalCode") is not None

    @pytest.mark.parametrize("status", list(FeedStatus))
    def test_knows_five_words_for_how_far_it_is(self, status: FeedStatus) -> None:
        words = {"on_hold": "on-hold"}
        body = rendered(a_request(), status=status.value)
        check(body)
        assert the_order(body).findtext("OrderStatus") == words.get(status.value, status.value)

    def test_leaves_one_bad_order_out_and_names_it(self) -> None:
        good, bad = a_request(), a_request(ship_to=None, job={"job_id": "2", "external_id": "other"})
        mad = a_request(charges=Charges(currency="USD", tax=Decimal("1E+999")), job={"external_id": "mad"})
        orders = [(an_entry(one), one.body) for one in (bad, good, mad)]
        answer = DOOR.render(orders, 1, Settings())
        check(answer.body)
        assert len(ElementTree.fromstring(answer.body)) == 1
        assert set(answer.left_out) == {"other", "mad"}
        assert answer.left_out["other"].startswith("The order has no ship-to")
        assert "amounts" in answer.left_out["mad"]

    def test_names_no_person_in_what_is_left_out(self) -> None:
        bad = a_request(ship_to=SHIP_TO.but(country_code="Austria, Renée"))
        answer = DOOR.render([(an_entry(bad), bad.body)], 1, Settings())
        (why,) = answer.left_out.values()
        assert "Ren" not in why
        assert "country" in why


TEXTS = st.lists(NASTY, min_size=6, max_size=6)


class TestWhateverIsInAnOrder:
    @given(LONG, TEXTS, st.booleans())
    @hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def test_shipstation_can_take_it(self, long: str, texts: list[str], full: bool) -> None:
        first, second, third, fourth, fifth, sixth = texts
        address = Address(
            first_name=f"x{first}", company=second, address1=f"x{long}", address2=third, city=f"x{fourth}",
            postcode=fifth, region_code=sixth, country_code="GB", phone=first,
        )  # fmt: skip
        line = a_line(
            long or "L1", 2, title=long, sku=first, image=second, location=third, barcode=fourth,
            full_price=usd("11.11"),
            options=tuple(Attribute(name=one, value=other) for one in texts for other in (long, *texts)),
            attributes=(Attribute(name=third, value=long),),
        )  # fmt: skip
        request = a_request(
            line, number=first, store_order_id=second, email=third, note=long, internal_note=long,
            tags=tuple(texts), payment_method=fourth,
            discounts=(Discount(code=fifth, title=long, amount=Decimal("2.22")),),
            billing=address if full else None, ship_to=address, gift_message=long, packing_message=long,
            shipping=(ShippingChoice(title=long, code=sixth),), job={"store": long, "reason": long, "reprint": 1},
        )  # fmt: skip
        assert problems(request) == []
        body = rendered(request)
        check(body)
        check_schemas(body)

    @given(NASTY)
    def test_comes_back_as_the_text_it_was(self, text: str) -> None:
        order = the_order(rendered(a_request(a_line(title=text), note=text, gift_message=text)))
        assert (order.findtext("CustomerNotes") or "") == prose(text)
        assert (order.findtext("GiftMessage") or "") == prose(text)
        assert order.findtext("Items/Item/Name") == (plain(text) or "TEE-L1")

    def test_is_fine_with_fifty_lines(self) -> None:
        lines = [a_line(f"L{n}", n, sku="SAME") for n in range(1, 51)]
        body = rendered(a_request(*lines))
        check(body)
        check_schemas(body)

    def test_is_fine_with_nothing_that_can_be_left_out(self) -> None:
        bare = Address(company="A", address1="B", city="C", country_code="FR")
        line = a_line(title="", sku="", unit_price=None)
        request = a_request(line, ship_to=bare, email="", number="", shipping=(), charges=None, store_order_id="")
        body = rendered(request)
        check(body)
        check_schemas(body)

    @pytest.mark.parametrize("currency", ["JPY", "KWD", "EUR", "XXX"])
    @pytest.mark.parametrize("amount", ["0", "0.001", "0.005", "1234.5", "99999.999"])
    def test_is_fine_in_any_currency(self, currency: str, amount: str) -> None:
        price = Money(amount=Decimal(amount), currency=currency)
        charges = Charges(currency=currency, tax=Decimal(amount), shipping=Decimal(amount))
        body = rendered(a_request(a_line(quantity=3, unit_price=price, full_price=price), charges=charges))
        check(body)
        check_schemas(body)


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<ShipNotice><OrderID>&c;</OrderID></ShipNotice>"
)
XXE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><ShipNotice><OrderID>&x;</OrderID></ShipNotice>'


class TestHostileXml:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (BOMB.encode(), "document type or entities"),
            (XXE.encode(), "document type or entities"),
            (b'<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><ShipNotice/>', "document type or entities"),
            (b'<!DOCTYPE x PUBLIC "a" "b"><ShipNotice/>', "document type or entities"),
            (b"<ShipNotice>&unknown;</ShipNotice>", "no well-formed XML"),
            (b"<ShipNotice><OrderID>", "no well-formed XML"),
            (b"{}", "no well-formed XML"),
            (b"<html><body>Sign in</body></html>", "no ShipNotice"),
            (b"<Orders/>", "no ShipNotice"),
            (b"<ShipNotice/>" + b" " * xml.LARGEST_NOTICE, "larger than 512 KB"),
            ("<ShipNotice>é</ShipNotice>".encode("latin-1"), "neither UTF-8 nor UTF-16"),
            (b"\xff\xfe<\x00", "no well-formed XML"),
            (b"\xff\xfe<", "neither UTF-8 nor UTF-16"),
            (b"<ShipNotice>\x00</ShipNotice>", "no well-formed XML"),
            (b"\xf0\x9f\x8e", "neither UTF-8 nor UTF-16"),
        ],
    )
    def test_is_refused_with_words(self, body: bytes, words: str) -> None:
        with pytest.raises(xml.NotReadable, match=words) as refused:
            xml.parse(body, "ShipNotice")
        assert "passwd" not in str(refused.value)
        assert refused.value.__cause__ is None

    @pytest.mark.parametrize(
        "body",
        [
            "<ShipNotice><OrderID>é</OrderID></ShipNotice>".encode(),
            b"\xef\xbb\xbf" + "<ShipNotice><OrderID>é</OrderID></ShipNotice>".encode(),
            "<?xml version='1.0' encoding='utf-16'?><ShipNotice><OrderID>é</OrderID></ShipNotice>".encode(),
            "<?xml version='1.0' encoding='utf-16'?><ShipNotice><OrderID>é</OrderID></ShipNotice>".encode("utf-16"),
            b'\r\n<?xml version="1.0" encoding="nonsense"?><ShipNotice><OrderID>\xc3\xa9</OrderID></ShipNotice>',
            '<x:ShipNotice xmlns:x="urn:x"><x:OrderID>é</x:OrderID></x:ShipNotice>'.encode(),
        ],
        ids=["plain", "mark", "declared-utf-16", "utf-16", "blank-line-first", "namespace"],
    )
    def test_is_not_what_honest_software_gets_wrong(self, body: bytes) -> None:
        (order_id,) = xml.parse(body, "ShipNotice")
        assert (xml.local(order_id), order_id.text) == ("orderid", "é")

    def test_may_be_nested_without_end(self) -> None:
        xml.parse(b"<ShipNotice>" + b"<a>" * 60_000 + b"</a>" * 60_000 + b"</ShipNotice>", "ShipNotice")

    @given(st.binary(max_size=200))
    def test_never_ends_otherwise(self, body: bytes) -> None:
        try:
            xml.parse(body, "ShipNotice")
        except xml.NotReadable as refused:
            assert str(refused).endswith(".")  # noqa: PT017


def test_an_error_is_small_xml() -> None:
    body = xml.error("No <such> order & more ]]>.")
    assert ElementTree.fromstring(body).findtext("Message") == "No <such> order & more ]]>."
    assert (
        DOOR.refuse("x")
        == b'<?xml version="1.0" encoding="utf-8"?>\n<Error><Message><![CDATA[x]]></Message></Error>'
    )


def test_what_is_told_is_within_the_limits_by_itself() -> None:
    """The model refuses what would be refused: nothing that is cut wrongly gets as far as ShipStation."""
    order = to_order(a_request(), FeedStatus.PAID)
    for name, value in (("order_id", "x" * 51), ("total", Decimal("1.001")), ("currency", "usd"), ("number", "")):
        with pytest.raises(ValueError, match=name):
            type(order).model_validate(order.model_dump() | {name: value})
