"""What a buyer does: place an order. And what the shop does next: route its lines to where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from twins.shopify.catalogue import ProductVariant
from twins.shopify.fulfilling import ship
from twins.shopify.model import Line, Order, ShippingLine
from twins.shopify.shop import Shop

SOMEWHERE = {
    "first_name": "Test",
    "last_name": "Buyer",
    "address1": "1 Example Street",
    "city": "Springfield",
    "province": "Illinois",
    "province_code": "IL",
    "zip": "62701",
    "country": "United States",
    "country_code": "US",
    "phone": "+12175550100",
}
"""Where an order goes when nobody says where."""

_PERSON = ("first_name", "last_name", "company", "phone")
_PLACE = ("address1", "address2", "city", "province", "province_code", "zip", "country", "country_code")
_ADDRESS = (*_PERSON, *_PLACE)


def place_order(
    shop: Shop,
    lines: Sequence[Mapping[str, Any]],
    *,
    ship_to: Mapping[str, Any] | None = SOMEWHERE,
    billing: Mapping[str, Any] | None = None,
    email: str | None = "buyer@example.com",
    phone: str | None = None,
    customer: bool = True,
    test: bool = False,
    financial_status: str | None = "PAID",
    currency: str | None = None,
    presentment_currency: str | None = None,
    presentment_rate: str = "1",
    shipping: Sequence[Mapping[str, Any]] = ({"title": "Standard", "code": "standard", "price": "4.90"},),
    tax: str = "0",
    note: str | None = None,
    attributes: Any = (),
    tags: Sequence[str] = (),
    source_name: str = "web",
    discount_code: str | None = None,
    gateways: Sequence[str] = (),
    fulfill_at: datetime | str | None = None,
) -> Order:
    """Place an order; the numeric id is ``.id``.

    A line takes ``variant_id`` (without one, a variant with the line's ``sku`` is what is sold, if there is
    one), ``sku, title, quantity, price, attributes`` (a mapping, or pairs where a name comes
    twice), ``discount`` (off the whole line), ``variant_title, options`` (a mapping, or pairs),
    ``barcode, image`` (an address), ``vendor, grams, requires_shipping, gift_card, location`` (a name),
    ``delivery_method``. Prices are in the shop's currency; the buyer sees them times
    ``presentment_rate``. ``discount_code`` is what the lines' discounts were given for. ``gateways``
    are the ways it is paid by. ``fulfill_at`` makes it a scheduled order.
    """
    moment = shop.moment()
    number = shop.next_number()
    address = _address(ship_to)
    order = Order(
        id=shop.new_id(),
        number=number,
        name=f"#{number}",
        created_at=moment,
        updated_at=moment,
        lines=[_line(shop, each) for each in lines],
        currency=currency or shop.currency,
        presentment_currency=presentment_currency or currency or shop.currency,
        presentment_rate=Decimal(presentment_rate),
        financial_status=financial_status,
        ship_to=address,
        address_id=shop.new_id(),
        billing=_address(billing) or address,
        customer=_customer(shop, address, email, phone) if customer else None,
        email=email,
        phone=phone,
        shipping=[_shipping(shop, each) for each in shipping] if address else [],
        tax=Decimal(tax),
        test=test,
        note=note,
        tags=sorted(tags),
        attributes=_pairs(attributes),
        source_name=source_name,
        discount_code=discount_code,
        gateways=list(gateways) or (["bogus"] if test else ["shopify_payments"]),
    )
    shop.orders[order.id] = order
    for line in order.lines:
        line.order = order
    _route(shop, order, _when(fulfill_at))
    shop.touch(order)
    _announce(shop, order)
    return order


def _announce(shop: Shop, order: Order) -> None:
    """The burst a new order makes: the same order is told again within the second."""
    placed = shop.event()
    shop.announce_order(placed, order, "ORDERS_CREATE")
    if order.financial_status == "PAID":
        shop.announce_order(placed, order, "ORDERS_PAID")
    shop.announce_order(placed, order, "ORDERS_UPDATED")
    shop.announce_order(shop.event(), order, "ORDERS_UPDATED")
    routed = shop.event()
    for one in order.fulfillment_orders:
        topic = "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE"
        shop.announce_fulfillment_order(routed, one, topic, after=shop.routing_delay_seconds)


def _route(shop: Shop, order: Order, fulfill_at: datetime | None) -> None:
    """One fulfillment order for each place and delivery method; a gift card is fulfilled on the spot."""

    def place(line: Line) -> tuple[int, str, bool]:
        return line.location.id, line.delivery_method, line.gift_card

    for _, group in groupby(sorted(order.lines, key=place), key=place):
        lines = list(group)
        made = shop.open_fulfillment_order(
            order,
            lines[0].location,
            lines[0].delivery_method,
            [(line, line.quantity) for line in lines],
            delay=shop.routing_delay_seconds,
        )
        for each in made.lines:
            shop.stock.commit(made, each, each.remaining)
        if lines[0].gift_card:
            ship(shop, order, [(made, each, each.remaining) for each in made.lines], [], service="gift_card")
        elif fulfill_at and fulfill_at > shop.now():
            made.status, made.fulfill_at = "SCHEDULED", fulfill_at


def _line(shop: Shop, told: Mapping[str, Any]) -> Line:
    variant = shop.variant_of(told.get("variant_id"), told.get("sku"))
    if variant:
        told = _of_variant(variant) | dict(told)
    gift_card = bool(told.get("gift_card", False))
    ships = bool(told.get("requires_shipping", not gift_card))
    options = [(name, value or "") for name, value in _pairs(told.get("options") or ())]
    return Line(
        id=shop.new_id(),
        title=str(told.get("title") or told.get("sku") or "Something"),
        sku=told.get("sku"),
        quantity=int(told.get("quantity", 1)),
        price=Decimal(str(told.get("price", "10.00"))),
        location=shop.location(told["location"]) if told.get("location") else shop.place_for(variant),
        delivery_method=told.get("delivery_method") or ("SHIPPING" if ships else "NONE"),
        requires_shipping=ships,
        gift_card=gift_card,
        attributes=_pairs(told.get("attributes") or ()),
        discount=Decimal(str(told.get("discount", "0"))),
        variant_title=told.get("variant_title") or " / ".join(value for _, value in options) or None,
        options=options,
        barcode=told.get("barcode"),
        image=told.get("image"),
        vendor=told.get("vendor"),
        grams=int(told.get("grams", 0)),
        product_id=variant.product.id if variant else shop.new_id(),
        variant_id=variant.id if variant else shop.new_id(),
        item_id=variant.inventory_item.id if variant else None,
    )


def _of_variant(variant: ProductVariant) -> dict[str, Any]:
    product, item = variant.product, variant.inventory_item
    return {
        "sku": variant.sku,
        "title": product.title,
        "price": variant.price,
        "barcode": variant.barcode,
        "options": variant.options,
        "vendor": product.vendor,
        "grams": item.grams,
        "gift_card": product.is_gift_card,
        "requires_shipping": item.requires_shipping,
    }


def new_line(shop: Shop, told: Mapping[str, Any]) -> Line:
    """A line for an order that is already placed."""
    return _line(shop, told)


def _pairs(told: Any) -> list[tuple[str, str | None]]:
    """A mapping, [name, value] pairs, or the objects of a request body."""
    if isinstance(told, Mapping):
        told = told.items()
    pairs: Iterable[Any] = (
        (one.get("key", one.get("name")), one.get("value")) if isinstance(one, Mapping) else one for one in told
    )
    return [(str(name), None if value is None else str(value)) for name, value in pairs]


def _address(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    unknown = sorted(set(told) - set(_ADDRESS))
    if unknown:
        raise ValueError(f"an address has no {', '.join(unknown)}; it has {', '.join(_ADDRESS)}")
    full = {name: told.get(name) for name in _ADDRESS}
    full["name"] = " ".join(part for part in (told.get("first_name"), told.get("last_name")) if part)
    return full | {"latitude": None, "longitude": None}


def new_address(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An address with every key the shop writes. Raises ValueError for a key it does not know."""
    return _address(told)


def _customer(shop: Shop, address: dict[str, Any] | None, email: str | None, phone: str | None) -> dict[str, Any]:
    known = address or {}
    return {
        "id": shop.new_id(),
        "first_name": known.get("first_name"),
        "last_name": known.get("last_name"),
        "email": email,
        "phone": phone,
    }


def _shipping(shop: Shop, told: Mapping[str, Any]) -> ShippingLine:
    return ShippingLine(shop.new_id(), told["title"], told.get("code"), Decimal(str(told.get("price", "0"))))


def _when(told: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else told
