"""Every detail of an order: what the packers see of it at ShipStation, by each of its ways, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.packing import INK, SHOP, PackingHouse
from twins.inksoft.model import Order as InkOrder
from twins.shipstation.model import Item
from twins.shipstation.model import Order as PackedOrder
from twins.shopify.model import Order as ShopOrder

WAYS = ["custom_store", "v2", "v1"]
BY_SUM = ["custom_store", "v1"]
"""The ways that have a place for what takes something off."""
NASTY = "“Ärger” 🎁 & <b>co</b> ]]> &amp; \x07\x0b\u2028 \ud7ff end"
ODD = ["🎁🎁", "]]>", "&amp;", "<![CDATA[", "a\x00b\x1fc", "&#x0;", "\u202eevil", "line\r\nline"]


def soon(house: PackingHouse) -> None:
    house.run(timedelta(hours=2), at_least=timedelta(minutes=50))


def there(house: PackingHouse, order: InkOrder | ShopOrder) -> PackedOrder:
    (one,) = house.packed(order)
    return one


def goods(order: PackedOrder) -> list[Item]:
    return [item for item in order.content.items if not item.adjustment]


def discounts(order: PackedOrder) -> list[Item]:
    return [item for item in order.content.items if item.adjustment]


def everything(house: PackingHouse) -> InkOrder:
    """One order of InkSoft with all that the shop and the buyer can say."""
    rows = [{"sku": "TEE-100-Black-L", "weight": "180", "location": "Rack 7"}, {"sku": "HOOD-200", "weight": "500"}]
    house.do("products_import", store=INK, rows=rows)
    order = house.ink_order(
        items=[
            {
                "sku": "TEE-100",
                "colour": "Black",
                "size": "L",
                "quantity": 2,
                "price": "20.00",
                "personalization": [{"name": "Initials", "value": "ÅÄ"}],
                "names_and_numbers": [{"name": "KAI", "number": "7"}, {"name": "LO", "number": "9"}],
            },
            {"sku": "HOOD-200", "size": "M", "quantity": 1, "price": "39.00", "design": "Other"},
        ],
        email="buyer@example.com",
        address={"company": "Club & Co", "phone": "+1 555 0123", "street2": "Floor 2"},
        billing={"first_name": "Pays", "last_name": "It", "street1": "Bill Street 9"},
        shipping_method="UPS 2nd Day Air",
        shipping="12.50",
        tax="3.20",
        discount="7.90",
        discount_code="TEN",
        payment_method="CreditCard",
        gift_message="Happy birthday 🎁",
        notes="Leave it with the porter",
    )
    house.inksoft.comment(order.id, "Call before it ships", by="Shop")
    return order


class TestAnOrderWithEverything:
    @pytest.fixture(params=WAYS)
    def house(self, request: pytest.FixtureRequest) -> PackingHouse:
        return PackingHouse(request.param).connect()

    @pytest.fixture
    def order(self, house: PackingHouse) -> InkOrder:
        made = everything(house)
        soon(house)
        return made

    def test_has_its_people_and_places(self, house: PackingHouse, order: InkOrder) -> None:
        content = there(house, order).content
        assert content.number == str(order.id)
        assert content.email == "buyer@example.com"
        to = content.ship_to
        assert (to.name, to.company, to.street1, to.street2) == (
            "Given Family",
            "Club & Co",
            "Long Street 1",
            "Floor 2",
        )
        assert (to.city, to.state, to.postal_code, to.country) == ("Town", "AZ", "85281", "US")
        assert to.phone == "+1 555 0123"
        if house.way != "v2":  # which knows nobody who pays
            assert content.bill_to.name == "Pays It"
            assert content.bill_to.street1 == "Bill Street 9"

    def test_has_its_words(self, house: PackingHouse, order: InkOrder) -> None:
        content = there(house, order).content
        assert content.service_asked == "UPS 2nd Day Air"
        assert content.gift
        assert content.gift_message == "Happy birthday 🎁"
        assert content.customer_notes == "Leave it with the porter"
        assert "Call before it ships" in content.internal_notes
        assert "CreditCard" in (content.internal_notes if house.way == "v2" else content.payment_method)
        assert content.custom_fields[0] == "TEN"
        assert content.custom_fields[2] == str(order.id)
        if house.way != "v2":
            assert content.source == INK

    def test_has_its_money(self, house: PackingHouse, order: InkOrder) -> None:
        packed = there(house, order)
        content = packed.content
        assert (content.tax, content.shipping, content.paid) == (Decimal("3.20"), Decimal("12.50"), order.total)
        assert sorted(item.unit_price for item in goods(packed)) == [Decimal("20.00"), Decimal("39.00")]
        if house.way == "v2":
            assert "TEN: -7.90" in content.internal_notes
        else:
            (off,) = discounts(packed)
            assert off.unit_price == Decimal("-7.90")
            assert "TEN" in off.name
            assert content.sum == order.total
        if house.way != "v1":  # which has no currency
            assert content.currency == "USD"

    def test_has_its_goods_and_what_they_weigh(self, house: PackingHouse, order: InkOrder) -> None:
        packed = there(house, order)
        tee, hood = sorted(goods(packed), key=lambda item: -item.quantity)
        assert (tee.sku, tee.quantity, tee.weight, tee.location) == (
            "TEE-100-Black-L",
            2,
            Decimal(180),
            "Rack 7",
        )
        assert tee.line_id == order.items[0].unique_id
        assert tee.image.startswith("https://")
        options = {f"{one.name}: {one.value}" for one in tee.options}
        words = " ".join(options)
        assert {"Size: L", "Color: Black"} <= options or {"Size: L", "Colour: Black"} <= options
        assert all(each in words for each in ("ÅÄ", "KAI", "7", "LO", "9"))
        assert hood.weight == Decimal(500), "by its product's SKU"
        assert packed.content.grams == 2 * 180 + 500

    @pytest.mark.parametrize("mails", [True, False])
    @pytest.mark.parametrize("way", WAYS)
    def test_comes_back_with_its_parcel(self, way: str, mails: bool) -> None:
        house = PackingHouse(way).connect()
        settings = {"store_uri": "acme", "notify_customer": mails}
        house.do(
            "connect",
            system="inksoft",
            connection_id=INK,
            settings=settings,
            credentials={"api_key": "inksoft-key"},
        )
        order = everything(house)
        house.ship_all(carrier="UPS", service="UPS® Ground", cost="7.35", notes="Mind the dog")
        house.assert_shipped_once(order)
        assert there(house, order).status == "shipped"
        (shipment,) = house.of(order).shipments.values()
        parcel = shipment.parcel
        assert "ups" in parcel.carrier.lower()
        assert "ground" in parcel.service.lower()
        assert parcel.cost == Decimal("7.35")
        if way == "custom_store":
            (event,) = house.orders.events(house.key(order))
            assert event.what.endswith(f"{parcel.tracking}: Mind the dog")
        assert house.inksoft.order(order.id).status == "Shipped"
        (told,) = house.inksoft.told
        assert told.completed
        assert told.notified is mails
        assert [mail.tracking for mail in house.inksoft.mails] == ([parcel.tracking] if mails else [])


@pytest.mark.parametrize("way", WAYS)
class TestOfAShopifyOrder:
    def test_all_is_told_and_tracking_and_carrier_come_back(self, way: str) -> None:
        house = PackingHouse(way).connect()
        house.do("products_import", store=SHOP, rows=[{"sku": "MUG-9", "location": "Shelf B"}])
        line = {
            "sku": "MUG-9",
            "title": "Mug",
            "quantity": 3,
            "price": "10.00",
            "discount": "3.00",
            "grams": 350,
            "barcode": "012345678905",
            "options": {"Colour": "Red"},
            "attributes": {"Engraving": "Zoë", "_hidden": "no"},
            "image": "https://cdn.example/mug.png",
        }
        order = house.shopify.place_order(
            [line], discount_code="THREE", note="Ring twice", tags=["vip"], tax="1.10", gateways=["paypal"]
        )
        house.ship_all(carrier="UPS")
        packed = there(house, order)
        (mug,) = goods(packed)
        assert (mug.weight, mug.location, mug.upc) == (Decimal(350), "Shelf B", "012345678905")
        assert mug.image == "https://cdn.example/mug.png"
        assert {(one.name, one.value) for one in mug.options} == {("Colour", "Red"), ("Engraving", "Zoë")}
        assert packed.content.customer_notes == "Ring twice"
        assert packed.content.custom_fields[:2] == ("THREE", "vip")
        assert "paypal" in (packed.content.payment_method + packed.content.internal_notes).lower()
        assert packed.content.paid == order.total
        house.assert_shipped_once(order)
        (made,) = house.shopify.fulfillments(order)
        assert [one.company for one in made.tracking] == ["UPS"]

    @pytest.mark.parametrize(("currency", "price"), [("JPY", "1200"), ("KWD", "3.50")])
    def test_foreign_money_is_what_the_buyer_paid(self, way: str, currency: str, price: str) -> None:
        house = PackingHouse(way).connect()
        line = {"sku": "MUG-1", "title": "Mug", "quantity": 2, "price": price}
        order = house.shopify.place_order([line], presentment_currency=currency, shipping=())
        house.ship_all()
        content = there(house, order).content
        assert content.paid == 2 * Decimal(price)
        if way != "v1":
            assert content.currency == currency
        house.assert_shipped_once(order)
        assert not house.store or house.store.warnings == []


@pytest.mark.parametrize("way", WAYS)
class TestOddOrders:
    def test_of_nothing_to_pay(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order(items=[{"price": "0"}], shipping="0")
        house.ship_all()
        assert there(house, order).content.paid == 0
        house.assert_shipped_once(order)

    def test_all_taken_off_by_a_discount(self, way: str) -> None:
        house = PackingHouse(way).connect()
        order = house.ink_order(items=[{"price": "20"}], shipping="0", discount="20", discount_code="ALL")
        house.ship_all()
        assert there(house, order).content.paid == 0
        house.assert_shipped_once(order)
        assert not house.store or house.store.warnings == []

    def test_of_fifty_lines(self, way: str) -> None:
        house = PackingHouse(way).connect()
        items: list[dict[str, Any]] = [
            {"size": size, "design": f"D{number}"} for number in range(10) for size in ("S", "M", "L", "XL", "2XL")
        ]
        order = house.ink_order(items=items, discount="3.33", discount_code="ODD")
        house.ship_all()
        assert len(goods(there(house, order))) == 50
        house.assert_shipped_once(order)
        assert not house.store or house.store.warnings == []

    def test_with_texts_of_any_kind(self, way: str) -> None:
        house = PackingHouse(way).connect()
        line = {"personalization": [{"name": NASTY, "value": NASTY}]}
        order = house.ink_order(
            items=[line],
            gift_message=NASTY,
            notes="\n".join(ODD),
            address={"first_name": NASTY, "street1": NASTY, "company": NASTY},
        )
        plain = house.shop_order(note=NASTY)
        house.ship_all()
        content = there(house, order).content
        for text in (content.gift_message, content.ship_to.street1, content.ship_to.company):
            assert "“Ärger” 🎁 & <b>co</b> ]]> &" in text, "entities are for machines: packers read characters"
            assert not set(text) & {"\x07", "\x0b"}
        assert all(each in content.customer_notes for each in ("🎁🎁", "]]>", "\n&\n", "<![CDATA[", "\nline\nline"))
        assert "\x00" not in content.customer_notes
        assert house.store_errors() == []
        house.assert_shipped_once(order, plain)


def test_one_wide_window_has_all_five_statuses() -> None:
    house = PackingHouse().connect()
    assert house.store
    shipped = house.ink_order()
    soon(house)
    house.pack_everything()
    soon(house)
    unpaid, paid, cancelled = house.ink_order(paid=False), house.ink_order(), house.ink_order()
    held = house.shop_order()
    house.shopify.hold(held.id)
    soon(house)
    house.inksoft.cancel(cancelled.id)
    soon(house)
    assert {
        "unpaid": there(house, unpaid).status,
        "paid": there(house, paid).status,
        "held": there(house, held).status,
        "shipped": there(house, shipped).status,
        "cancelled": there(house, cancelled).status,
    } == {
        "unpaid": "awaiting_payment",
        "paid": "awaiting_shipment",
        "held": "on_hold",
        "shipped": "shipped",
        "cancelled": "cancelled",
    }
    words: dict[str, str] = {}
    keep = house.shipstation.poller._status

    def seen(store: Any, incoming: Any) -> str | None:
        words[incoming.content.number] = incoming.word
        return keep(store, incoming)

    house.shipstation.poller._status = seen  # type: ignore[method-assign]
    house.store.oddities["wide_window"] = 1
    soon(house)
    assert words == {
        str(unpaid.id): "unpaid",
        str(paid.id): "paid",
        held.name: "on-hold",
        str(shipped.id): "shipped",
        str(cancelled.id): "cancelled",
    }
    assert "on hold in Shopify" in there(house, held).content.internal_notes
    assert house.store_errors() == []
