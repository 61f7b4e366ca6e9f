"""An order's lines: what they are, what is printed on them, what they cost, what of them has left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from platen.connectors.inksoft.goods import Goods, line_sku
from platen.connectors.inksoft.links import whole
from platen.domain.printing import details_of
from platen.domain.verdicts import Later
from tests.connectors.inksoft.house import (
    a_card,
    an_item,
    an_order,
    named,
    only_line,
    raw,
    read,
    refused,
    said,
    scripted,
)


class TestUnfulfilled:
    def of(self, **says: Any) -> int:
        return only_line(read(an_order(**says))).unfulfilled

    def packed(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"ID": 1, "Packages": [{"TrackingNumber": "1Z", "Items": list(items)}]}]

    def test_is_what_no_package_holds(self) -> None:
        assert self.of() == 2
        assert self.of(Shipments=self.packed({"ItemGuid": "item-1", "Quantity": 1})) == 1
        assert self.of(Shipments=self.packed({"ItemGuid": "item-1", "Quantity": 5})) == 0
        assert self.of(Shipments=self.packed({"ItemGuid": "another", "Quantity": 2})) == 2
        assert self.of(Shipments=self.packed()) == 2

    def test_goes_by_the_older_ids_too(self) -> None:
        old = an_item(OrderRetailItemSizeId=801)
        del old["UniqueId"]
        order = read(an_order(Items=[old], Shipments=self.packed({"OrderRetailItemSizeId": 801, "Quantity": 1})))
        assert (only_line(order).line_id, only_line(order).unfulfilled) == ("801", 1)

    @pytest.mark.parametrize(
        "says",
        [{"Shipped": True}, {"Status": "Shipped"}, {"Status": "Fulfilled"}, {"ProductionStatus": "Complete"}],
    )
    def test_is_nothing_once_the_whole_has_shipped(self, says: dict[str, Any]) -> None:
        assert self.of(**says) == 0


class TestLines:
    def test_have_a_sku_by_the_pattern(self) -> None:
        line = only_line(read(an_order()))
        assert line.sku == "3001CVC-Black-M"
        assert line.also == ("3001CVC-M", "3001CVC")
        assert (line.title, line.vendor, line.quantity) == ("CVC Tee, Black, M", "Bella", 2)
        assert line.image == "https://stores.inksoft.com/images/front.png"

    @pytest.mark.parametrize(
        ("pattern", "goods", "sku"),
        [
            ("{sku}-{colour}-{size}", Goods(sku="A", colour="Red", size="M"), "A-Red-M"),
            ("{sku}-{colour}-{size}", Goods(sku="A", size="M"), "A-M"),
            ("{sku}-{colour}-{size}", Goods(sku="A"), "A"),
            ("{sku}-{colour}-{size}", Goods(colour="Red", size="M"), ""),
            ("{size}_{sku}", Goods(sku="A"), "A"),
            ("{manufacturer_sku}.{size}", Goods(sku="A", manufacturer_sku="G5", size="M"), "G5.M"),
            ("P-{sku}", Goods(sku="A"), "P-A"),
        ],
    )
    def test_patterns(self, pattern: str, goods: Goods, sku: str) -> None:
        assert line_sku(goods, pattern) == sku

    PRODUCT = {
        "ID": 7,
        "Name": "CVC Tee",
        "Sku": "3001CVC",
        "ManufacturerSku": "BC3001",
        "Styles": [{"ID": 71, "Name": "Black", "Sizes": [{"ID": 711, "Name": "M"}, {"ID": 712, "Name": "2XL"}]}],
    }

    def test_without_cards_are_what_their_product_is(self) -> None:
        line = only_line(read(an_order(ProductionCards=[], Items=[an_item(FullName="")]), self.PRODUCT))
        assert (line.title, line.sku) == ("CVC Tee, Black, M", "3001CVC-Black-M")
        assert line.also == ("3001CVC-M", "3001CVC", "BC3001-Black-M", "BC3001-M", "BC3001")

    def test_without_either_go_by_their_name(self) -> None:
        line = only_line(read(an_order(ProductionCards=[])))
        assert line.sku == ""
        assert named(line.options)["Size"] == "M"
        assert named(line.options)["Colour"] == "Black"

    def test_never_guess_a_size(self) -> None:
        """Two sizes are on the card, and neither is in the name: the product would say, and is gone."""
        line = only_line(read(an_order(Items=[an_item(FullName="CVC Tee")])))
        assert "Size" not in named(line.options)
        assert line.sku == "3001CVC-Black"

    def test_of_a_size_that_ends_like_another(self) -> None:
        card = a_card(Items=[{"Size": "XL"}, {"Size": "2XL"}])
        line = only_line(read(an_order(Items=[an_item(FullName="CVC Tee, Black, 2XL")], ProductionCards=[card])))
        assert named(line.options)["Size"] == "2XL"

    def test_of_a_single_size_that_is_not_theirs(self) -> None:
        card = a_card(Items=[{"Size": "M"}])
        item = an_item(FullName="CVC Tee, Black, 2XL", ProductStyleSizeId=712)
        line = only_line(read(an_order(Items=[item], ProductionCards=[card]), self.PRODUCT))
        assert named(line.options)["Size"] == "2XL"

    def test_a_product_is_asked_for_once_an_hour(self) -> None:
        house, http = scripted(line_sku="{manufacturer_sku}-{size}")
        items = [an_item(), an_item(UniqueId="item-2", FullName="CVC Tee, Black, 2XL", ProductStyleSizeId=712)]
        http.on("GetOrder", said(an_order(Items=items))).on("GetProduct", said(self.PRODUCT))
        assert {line.sku for line in house.order(1000001).lines} == {"BC3001-M", "BC3001-2XL"}
        house.order(1000001)
        assert len(http.named("GetProduct")) == 1
        house.clock.passes(hours=2)
        house.order(1000001)
        assert len(http.named("GetProduct")) == 2

    @pytest.mark.parametrize(
        "answer", [refused(404, "Product not found", "NotFound"), refused(403, "no"), refused(400, "odd")]
    )
    def test_a_product_that_is_not_to_be_had_holds_nothing_up(self, answer: Any) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order(ProductionCards=[]))).on("GetProduct", answer)
        first = house.order(1000001)
        assert house.order(1000001).fingerprint() == first.fingerprint()
        assert len(http.named("GetProduct")) == 1

    def test_a_product_that_comes_later_is_waited_for(self) -> None:
        house, http = scripted()
        http.on("GetOrder", said(an_order(ProductionCards=[]))).on("GetProduct", raw(503, "busy"))
        with pytest.raises(Later):
            house.store.fetch("1000001")

    def test_with_one_key_for_several_sizes_are_told_apart(self) -> None:
        items = [an_item(), an_item(ProductStyleSizeId=712, FullName="CVC Tee, Black, 2XL"), an_item()]
        packed = [{"Packages": [{"Items": [{"ItemGuid": "item-1", "Quantity": 3}]}]}]
        lines = read(an_order(Items=items, Shipments=packed)).lines
        assert sorted(line.line_id for line in lines) == ["item-1:711", "item-1:711:2", "item-1:712"]
        assert sum(line.unfulfilled for line in lines) == 3

    def test_made_by_hand_are_lines_too(self) -> None:
        custom = [
            {"UniqueId": "c-1", "Name": "Banner", "Size": "2 m", "Quantity": None, "UnitPrice": 10},
            {"Name": "Artwork", "UnitType": "PerHour", "Quantity": 3, "UnitPrice": 50},
        ]
        order = read(an_order(Items=[], CustomLineItems=custom))
        lines = {line.title: line for line in order.lines}
        banner, work = lines["Banner, 2 m"], lines["Artwork"]
        assert (banner.line_id, banner.quantity, banner.ships, banner.also) == ("custom-c-1", 1, True, ("Banner",))
        assert (work.quantity, work.ships) == (3, False)
        assert (
            work.line_id
            == {line.title: line for line in read(an_order(Items=[], CustomLineItems=custom)).lines}[
                "Artwork"
            ].line_id
        )

    def test_say_what_makes_a_piece_another_one(self) -> None:
        item = an_item(
            PersonalizationValues=[{"Name": "Player", "Value": "SMITH"}, {"Name": "Empty", "Value": ""}],
            NameNumberValues=[{"Name": "LEE", "Number": "12", "Quasntity": 2}],
            AddOns=[{"Name": "Gift box", "Quantity": 1}],
            Notes="fold small",
        )
        notes = [
            {"Content": "no iron", "ProductStyleId": 71, "ArtId": 5},
            {"Content": "other", "ProductStyleId": 8},
        ]
        line = only_line(read(an_order(Items=[item], LineItemNotes=notes)))
        assert [(one.name, one.value) for one in line.options] == [
            ("Size", "M"),
            ("Colour", "Black"),
            ("Print Front", "Screen Print, Full Front: Red (186 C), White"),
            ("Player", "SMITH"),
            ("Name and number", "LEE 12 x 2"),
            ("Add-on", "Gift box"),
            ("Notes", "fold small"),
            ("Notes", "no iron"),
        ]


class TestPrints:
    def test_are_numbered_front_first(self) -> None:
        back = a_card(ID=8, Side="Back", SideInternalName="back", ArtUrl="/images/back.eps", PrintMethod="DTF")
        line = only_line(read(an_order(ProductionCards=[back, a_card()])))
        assert named(line.attributes) == {
            "print_url": "https://stores.inksoft.com/images/art.eps",
            "print_location": "front",
            "print_type": "Screen Print",
            "print_preview": "https://stores.inksoft.com/images/front.png",
            "print_url_2": "https://stores.inksoft.com/images/back.eps",
            "print_location_2": "back",
            "print_type_2": "DTF",
            "print_preview_2": "https://stores.inksoft.com/images/front.png",
        }
        details, problems = details_of(line, None)
        assert len(details.prints) == 2
        assert problems == ()

    def test_prefer_the_artwork_as_it_was_uploaded(self) -> None:
        art = {
            "OriginalUrl": "",
            "UploadedUrl": "http://REPLACE_DOMAIN_WITH/images/up.ai",
            "ImageUrl": "/images/i.png",
        }
        line = only_line(read(an_order(ProductionCards=[a_card(Art=art)])))
        assert named(line.attributes)["print_url"] == "https://stores.inksoft.com/images/up.ai"

    def test_come_from_the_previews_without_cards(self) -> None:
        line = only_line(read(an_order(ProductionCards=[])))
        assert named(line.attributes)["print_url"] == "https://stores.inksoft.com/images/design.png"
        assert named(line.attributes)["print_location"] == "front"

    def test_without_artwork_are_left_out_and_leave_no_gap(self) -> None:
        cards = [a_card(ArtUrl=""), a_card(ID=8, Side="Back", SideInternalName="back", ArtUrl="/images/back.eps")]
        item = an_item(SidePreviews=[])
        line = only_line(read(an_order(Items=[item], ProductionCards=cards)))
        assert named(line.attributes)["print_location"] == "back"
        assert details_of(line, None)[1] == ()

    def test_of_another_design_are_not_taken(self) -> None:
        other = a_card(ID=8, ArtId=6, ArtUrl="/images/other.eps", Side="Back", SideInternalName="back")
        assert "print_url_2" not in named(only_line(read(an_order(ProductionCards=[a_card(), other]))).attributes)

    @pytest.mark.parametrize(
        ("address", "is_whole"),
        [
            ("/images/a b.png", "https://stores.inksoft.com/images/a%20b.png"),
            ("images/a.png", "https://stores.inksoft.com/images/a.png"),
            ("//cdn.example/a.png", "https://cdn.example/a.png"),
            ("https://REPLACE_DOMAIN_WITH/images/a.png", "https://stores.inksoft.com/images/a.png"),
            ("REPLACE_DOMAIN_WITH/images/a.png", "https://stores.inksoft.com/images/a.png"),
            ("https://cdn.example/a.png?x=1&y=%20", "https://cdn.example/a.png?x=1&y=%20"),
            ("javascript:alert(1)", ""),
            ("data:image/png;base64,AA", ""),
            ("https://user:pw@cdn.example/a.png", ""),
            ("https://[::1", ""),
            ("", ""),
        ],
    )
    def test_have_whole_addresses(self, address: str, is_whole: str) -> None:
        assert whole(address) == is_whole


class TestMoney:
    def test_is_exact_after_discount(self) -> None:
        items = [an_item(), an_item(UniqueId="item-2", Quantity=1, FullName="Zip Hood, Black, M")]
        order = read(an_order(Items=items, TotalDiscount=5, CouponCode="SPIRIT5", TotalAmount=64.95))
        assert order.charges
        assert (order.charges.shipping, order.charges.tax) == (Decimal("9.95"), Decimal("4.5"))
        assert [(one.code, one.amount) for one in order.discounts] == [("SPIRIT5", Decimal(5))]
        paid = sum(line.unit_price.amount * line.quantity for line in order.lines if line.unit_price)
        assert abs(paid - Decimal("50.5")) < Decimal("0.00001")
        assert {line.full_price.amount for line in order.lines if line.full_price} == {Decimal("18.5")}

    def test_without_a_discount_has_one_price(self) -> None:
        line = only_line(read(an_order()))
        assert line.unit_price
        assert (line.unit_price.amount, line.full_price) == (Decimal("18.5"), None)

    ADJUSTED = [
        {"Type": "Discount", "Description": "Sorry", "Amount": -2},
        {"Type": "Fee", "Description": "Rush", "Amount": 3},
        {"Type": "Refund", "Amount": 1},
    ]

    @pytest.mark.parametrize(
        ("says", "discount", "handling"),
        [
            # 37 + 9.95 + 4.5 = 51.45
            ({"TotalAmount": 51.45, "ProcessAmount": 1, "TotalAdjustments": ADJUSTED}, 0, 0),
            ({"TotalAmount": 52.45, "ProcessAmount": 1}, 0, 1),
            ({"TotalAmount": 52.45, "TotalAdjustments": ADJUSTED}, 2, 3),
            ({"TotalAmount": 53.45, "ProcessAmount": 1, "TotalAdjustments": ADJUSTED}, 2, 4),
            ({"TotalAmount": 41.45, "GiftCertificateAmount": 10}, 0, 0),
            ({"TotalAmount": 1, "ProcessAmount": 1, "TotalAdjustments": ADJUSTED}, 2, 4),
            ({"TotalAmount": None, "ProcessAmount": 1}, 0, 1),
            ({"TotalAmount": 48.45, "TotalDiscount": 3, "QuantityDiscountAmount": 1}, 3, 0),
        ],
    )
    def test_adds_up_to_their_total(self, says: dict[str, Any], discount: int, handling: int) -> None:
        order = read(an_order(**says))
        assert order.charges
        assert (order.charges.discount, order.charges.handling) == (discount, handling)
        assert sum(one.amount or 0 for one in order.discounts) == discount

    def test_more_discount_than_goods_leaves_no_price_below_nothing(self) -> None:
        line = only_line(read(an_order(TotalDiscount=100)))
        assert line.unit_price
        assert line.unit_price.amount == 0

    def test_without_a_currency_is_not_told(self) -> None:
        order = read(an_order(CurrencyCode="$"))
        assert (order.charges, only_line(order).unit_price) == (None, None)
