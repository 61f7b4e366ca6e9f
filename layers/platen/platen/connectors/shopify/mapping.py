"""Shopify's order in our words. Pure: what is read is all that decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from platen.connectors.shopify import goods, wire
from platen.connectors.shopify.discounts import discounts_of
from platen.domain.order import Address, Attribute, Charges, Line, Money, Order, Payment, ShippingChoice

_PAYMENTS = {
    "PENDING": Payment.PENDING,
    "AUTHORIZED": Payment.AUTHORIZED,
    "PARTIALLY_PAID": Payment.PARTLY_PAID,
    "PAID": Payment.PAID,
    # What was given back belongs to lines or quantities that are no longer wanted; the rest is paid.
    "PARTIALLY_REFUNDED": Payment.PAID,
    "REFUNDED": Payment.REFUNDED,
    "VOIDED": Payment.VOIDED,
    # An authorization nobody captured in time: there is no money now, but the merchant may ask for it anew.
    "EXPIRED": Payment.PENDING,
}

_OUR_NAMES = {
    ("customAttributes",): "attributes",
    ("currentShippingPriceSet",): "charges",
    ("currentTotalTaxSet",): "charges",
    ("currentTotalDiscountsSet",): "charges",
    ("billingAddress",): "billing",
    ("paymentGatewayNames",): "payment_method",
    ("discountApplications",): "discounts",
    ("lineItems", "discountAllocations"): "discounts",
    ("lineItems", "originalUnitPriceSet"): "lines.full_price",
    ("lineItems", "vendor"): "lines.vendor",
    ("fulfillmentOrders", "assignedLocation"): "lines.location",
}
"""Where their path begins so, our name of the field."""
_FOR_PACKERS = (("lineItems", "weight"), ("lineItems", "image"), ("lineItems", "variant"))
"""Many apps may not see them, and need not: the check of the connection says so, and no order does."""

type Part = tuple[wire.FulfillmentOrder, wire.FulfillmentOrderLine]
"""A line's share in a fulfillment order."""

_NOT_BY_PARCEL = ("NONE", "PICK_UP", "LOCAL", "RETAIL")
_OVER = ("CLOSED", "CANCELLED")
_WAITING = ("ON_HOLD", "SCHEDULED")

NOT_ROUTED = (
    "Shopify does not show yet where it ships from. If that lasts, the app may lack the right to see its"
    " fulfillment orders: see the check of the connection"
)


def to_order(connection: str, theirs: wire.Order, *, refused: Iterable[tuple[str, ...]]) -> Order:
    """The order in our words, from all of its lines and fulfillment orders.

    ``refused``: the paths of fields Shopify would not show, e.g. ``("order", "email")``.
    """
    fulfillment_orders = theirs.fulfillment_orders.nodes
    hidden = hidden_fields(refused)
    lines = tuple(_line(one, fulfillment_orders) for one in theirs.line_items.nodes)
    return Order(
        connection=connection,
        store_order_id=theirs.legacy_resource_id,
        number=theirs.name,
        # Orders brought over from another shop system keep the day they were placed only here.
        placed_at=theirs.processed_at,
        updated_at=theirs.updated_at,
        cancelled_at=theirs.cancelled_at,
        cancel_reason=theirs.cancel_reason.lower(),
        archived=theirs.closed,
        test=theirs.test,
        payment=_PAYMENTS.get(theirs.display_financial_status, Payment.UNKNOWN),
        hold="" if theirs.cancelled_at else hold_of(lines, fulfillment_orders),
        # An address with holes in it would be printed on a label; it is as good as none.
        ship_to=None if "ship_to" in hidden else _address(theirs.shipping_address),
        email=theirs.email,
        lines=lines,
        shipping=tuple(_shipping(one) for one in theirs.shipping_lines.nodes if not one.is_removed),
        charges=_charges(theirs),
        # Shopify promises no order of them, and a new order would pass for a change.
        tags=tuple(sorted({tag.strip() for tag in theirs.tags} - {""}, key=lambda tag: (tag.casefold(), tag))),
        note=theirs.note,
        attributes=_attributes(theirs.custom_attributes),
        billing=None if "billing" in hidden else _address(theirs.billing_address),
        # Shopify promises no order of the gateways either.
        payment_method=", ".join(sorted({one.strip() for one in theirs.payment_gateway_names} - {""})),
        discounts=() if "discounts" in hidden else discounts_of(theirs),
        hidden=hidden,
    )


def hidden_fields(refused: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Paths of refused fields as our own field names, each once, sorted.

    >>> hidden_fields([("order", "email"), ("order", "shippingAddress", "zip")])
    ('email', 'ship_to')
    """
    shown = (path for path in refused if len(path) > 1 and path[1:3] not in _FOR_PACKERS)
    return tuple(sorted({_our_name(path) for path in shown}))


def _our_name(path: tuple[str, ...]) -> str:
    field, *inner = path[1:]
    if field == "shippingAddress":
        return "ship_to.phone" if inner == ["phone"] else "ship_to"
    ours = (name for start, name in _OUR_NAMES.items() if path[1 : 1 + len(start)] == start)
    return next(ours, ".".join((field, *inner)))


def _line(theirs: wire.LineItem, fulfillment_orders: Sequence[wire.FulfillmentOrder]) -> Line:
    parts = [
        (one, part)
        for one in fulfillment_orders
        for part in one.line_items.nodes
        if part.line_item.number == theirs.line_id
    ]
    quantity = max(0, theirs.current_quantity)
    title = f"{theirs.title} - {theirs.variant_title}" if theirs.variant_title else theirs.title
    unit_price = _money(theirs.discounted_unit_price_after_all_discounts_set)
    full_price = _money(theirs.original_unit_price_set)
    return Line(
        line_id=theirs.line_id,
        title=title,
        sku=theirs.sku.strip(),
        quantity=quantity,
        unfulfilled=min(quantity, _unfulfilled(theirs, parts)),
        ships=_ships(theirs, parts),
        unit_price=unit_price,
        attributes=_attributes(theirs.custom_attributes),
        vendor=theirs.vendor,
        location=_location(parts),
        full_price=full_price if full_price != unit_price else None,
        weight=goods.grams(theirs.weight),
        image=goods.picture(theirs.image),
        options=goods.options(theirs),
        barcode=goods.barcode(theirs.variant),
        variant_id=theirs.variant.variant_id if theirs.variant else "",
    )


def _unfulfilled(theirs: wire.LineItem, parts: Sequence[Part]) -> int:
    """What fulfillment orders still hold; the line's own count where there are none (yet) to see."""
    own = max(0, theirs.unfulfilled_quantity)
    return min(own, sum(map(_left, parts))) if parts else own


def _left(part: Part) -> int:
    one, line = part
    return 0 if one.status in _OVER else max(0, line.remaining_quantity)


def _ships(theirs: wire.LineItem, parts: Sequence[Part]) -> bool:
    if theirs.is_gift_card or not theirs.requires_shipping:
        return False
    live = [part[0].method for part in parts if _left(part)]
    methods = live or [one.method for one, _ in parts]
    return not methods or any(method not in _NOT_BY_PARCEL for method in methods)


def _location(parts: Sequence[Part]) -> str:
    """The place that most of the line ships from, of those with something left to ship; ties go by name.

    What has left counts for the place it left from. So a parcel does not move the rest of the line to
    another place, and a line that has left altogether stays where it was.
    """
    left: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for part in parts:
        name = part[0].place_name
        left[name] += _left(part)
        held[name] += _left(part) + part[1].gone
    places = +left or +held
    return min((name for name in places if name), key=lambda name: (-held[name], name), default="")


def hold_of(lines: Sequence[Line], fulfillment_orders: Sequence[wire.FulfillmentOrder]) -> str:
    """Why Shopify says not to make the order yet; empty when it does not."""
    to_ship = {line.line_id for line in lines if line.ships and line.unfulfilled}
    if not to_ship:
        return ""
    if not fulfillment_orders:
        return NOT_ROUTED
    words = [
        waiting_words(one)
        for one in fulfillment_orders
        if one.status in _WAITING
        and any(part.remaining_quantity > 0 and part.line_item.number in to_ship for part in one.line_items.nodes)
    ]
    return "; ".join(dict.fromkeys(words))


def waiting_words(one: wire.FulfillmentOrder) -> str:
    """Why a fulfillment order waits, without the notes on it: those may speak of persons."""
    if one.status == "SCHEDULED":
        return f"scheduled for {one.fulfill_at:%Y-%m-%d %H:%M} UTC" if one.fulfill_at else "scheduled for later"
    reasons = dict.fromkeys(
        hold.display_reason or hold.reason.replace("_", " ").lower() for hold in one.fulfillment_holds
    )
    return f"on hold in Shopify: {', '.join(filter(None, reasons))}" if any(reasons) else "on hold in Shopify"


def _address(theirs: wire.MailingAddress | None) -> Address | None:
    if theirs is None:
        return None
    named = theirs.first_name or theirs.last_name
    return Address(
        first_name=theirs.first_name,
        last_name=theirs.last_name if named else theirs.name,
        company=theirs.company,
        address1=theirs.address1,
        address2=theirs.address2,
        city=theirs.city,
        postcode=theirs.zip,
        region_code=theirs.province_code,
        country_code=theirs.country_code_v2.upper(),
        phone=theirs.phone,
    )


def _attributes(theirs: Iterable[wire.KeyValue]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=one.key, value=one.value) for one in theirs)


def _charges(theirs: wire.Order) -> Charges | None:
    """What is charged now, after edits and refunds. None unless all of it is told, in one currency."""
    bags = (
        theirs.current_shipping_price_set,
        theirs.current_total_tax_set,
        theirs.current_total_discounts_set,
    )
    told = [bag.presentment_money for bag in bags if bag]
    if len(told) < len(bags) or len({one.currency_code for one in told}) > 1:
        return None
    shipping, tax, discount = (one.amount for one in told)
    return Charges(currency=told[0].currency_code, shipping=shipping, tax=tax, discount=discount)


def _shipping(theirs: wire.ShippingLine) -> ShippingChoice:
    return ShippingChoice(title=theirs.title, code=theirs.code, price=_money(theirs.discounted_price_set))


def _money(bag: wire.MoneyBag | None) -> Money | None:
    if bag is None:
        return None
    return Money(amount=bag.presentment_money.amount, currency=bag.presentment_money.currency_code)
