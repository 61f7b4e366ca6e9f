"""The bodies of the webhooks: a whole order in the REST shape, and the other shapes of the other topics."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from twins.shopify.amounts import (
    allocation,
    amount,
    both,
    current_money,
    discount_applications,
    discount_codes,
    ordered_money,
)
from twins.shopify.model import Fulfillment, Line, Order, Refund, ShippingLine, gid

_REST_FULFILLMENT = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}
_PERSON = ("first_name", "last_name", "name", "address1", "address2", "zip", "phone", "latitude", "longitude")


class Bodies:
    """Writes bodies the way one shop does: in its time zone, with persons left out when it must."""

    def __init__(self, time_zone: str, domain: str) -> None:
        self.zone = ZoneInfo(time_zone)
        self._domain = domain
        self.hide_personal_data = False

    def order(self, order: Order) -> dict[str, Any]:
        status = _REST_FULFILLMENT.get(order.fulfillment_status)
        return {
            "id": order.id,
            "admin_graphql_api_id": order.gid,
            "app_id": None,
            "browser_ip": None,
            "buyer_accepts_marketing": False,
            "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
            "cancelled_at": self.time(order.cancelled_at),
            "cart_token": None,
            "checkout_token": None,
            "client_details": None,
            "closed_at": self.time(order.closed_at),
            "confirmation_number": f"CN{order.id}",
            "confirmed": True,
            "contact_email": self._hidden(order.email),
            "created_at": self.time(order.created_at),
            "currency": order.currency,
            **current_money(order),
            "customer_locale": "en",
            "device_id": None,
            "discount_codes": discount_codes(order),
            "duties_included": False,
            "email": self._hidden(order.email),
            "estimated_taxes": False,
            "financial_status": order.financial_status.lower() if order.financial_status else None,
            "fulfillment_status": status,
            "landing_site": None,
            "landing_site_ref": None,
            "location_id": None,
            "merchant_business_entity_id": "MTAwMDAwMDE",
            "merchant_of_record_app_id": None,
            "name": order.name,
            "note": order.note,
            "note_attributes": [{"name": name, "value": value} for name, value in order.attributes],
            "number": order.number - 1000,
            "order_number": order.number,
            "order_status_url": f"https://{self._domain}/orders/{order.id}",
            "payment_gateway_names": order.gateways,
            "phone": self._hidden(order.phone),
            "po_number": None,
            "presentment_currency": order.presentment_currency,
            "processed_at": self.time(order.created_at),
            "reference": None,
            "referring_site": None,
            "source_identifier": None,
            "source_name": order.source_name,
            "source_url": None,
            "tags": ", ".join(order.tags),
            "tax_exempt": False,
            "tax_lines": [],
            "taxes_included": False,
            "test": order.test,
            "token": f"{order.id:x}",
            **ordered_money(order),
            "total_weight": sum(line.grams * line.quantity for line in order.lines),
            "updated_at": self.time(order.updated_at),
            "user_id": None,
            "billing_address": self._address(order.billing),
            "customer": self._customer(order),
            "discount_applications": discount_applications(order),
            "fulfillments": [self.fulfillment(each) for each in order.fulfillments],
            "line_items": [self.line(order, each) for each in order.lines],
            "payment_terms": None,
            "refunds": [self.refund(each) for each in order.refunds],
            "shipping_address": self._address(order.ship_to),
            "shipping_lines": [self._shipping(order, each) for each in order.shipping],
            "returns": [],
            "line_item_groups": [],
        }

    def line(self, order: Order, line: Line, quantity: int | None = None) -> dict[str, Any]:
        shipped = "fulfilled" if line.fulfilled and not line.unfulfilled else "partial" if line.fulfilled else None
        taken = [allocation(order, line)] if line.discount else []
        return {
            "id": line.id,
            "admin_graphql_api_id": gid("LineItem", line.id),
            "attributed_staffs": [],
            "current_quantity": line.current,
            "fulfillable_quantity": fulfillable(order, line),
            "fulfillment_service": "gift_card" if line.gift_card else "manual",
            "fulfillment_status": shipped,
            "gift_card": line.gift_card,
            "grams": line.grams,
            "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
            "price": amount(line.price),
            "price_set": both(order, line.price),
            "product_exists": line.product_id is not None,
            "product_id": line.product_id,
            "properties": [{"name": name, "value": value} for name, value in line.attributes],
            "quantity": line.quantity if quantity is None else quantity,
            "requires_shipping": line.requires_shipping,
            "sales_line_item_group_id": None,
            "sku": line.sku,
            "taxable": True,
            "title": line.title,
            "total_discount": "0.00",
            "total_discount_set": both(order, Decimal(0)),
            "variant_id": line.variant_id,
            "variant_inventory_management": None,
            "variant_title": line.variant_title,
            "vendor": line.vendor,
            "tax_lines": [],
            "duties": [],
            "discount_allocations": taken,
        }

    def fulfillment(self, made: Fulfillment) -> dict[str, Any]:
        first = made.tracking[0] if made.tracking else None
        return {
            "id": made.id,
            "order_id": made.order.id,
            "status": made.status.lower(),
            "created_at": self.time(made.created_at),
            "service": made.service,
            "updated_at": self.time(made.updated_at),
            "tracking_company": first.company if first else None,
            "shipment_status": None,
            "location_id": made.location.id,
            "origin_address": None,
            "email": self._hidden(made.order.email),
            "destination": self._address(made.order.ship_to),
            "line_items": [self.line(made.order, each.line, each.quantity) for each in made.lines],
            "tracking_number": first.number if first else None,
            "tracking_numbers": [each.number for each in made.tracking if each.number],
            "tracking_url": first.url if first else None,
            "tracking_urls": [each.url for each in made.tracking if each.url],
            "receipt": {},
            "name": made.name,
            "admin_graphql_api_id": gid("Fulfillment", made.id),
        }

    def refund(self, made: Refund) -> dict[str, Any]:
        return {
            "id": made.id,
            "order_id": made.order.id,
            "created_at": self.time(made.created_at),
            "note": made.note,
            "user_id": None,
            "processed_at": self.time(made.created_at),
            "duties": [],
            "total_duties_set": both(made.order, Decimal(0)),
            "return": None,
            "refund_shipping_lines": [],
            "restock": any(restock != "no_restock" for *_, restock in made.lines),
            "admin_graphql_api_id": gid("Refund", made.id),
            "order_adjustments": [],
            "refund_line_items": [
                {
                    "id": own_id,
                    "quantity": quantity,
                    "line_item_id": line.id,
                    "location_id": line.location.id if restock != "no_restock" else None,
                    "restock_type": restock,
                    "subtotal": float(line.unit_after_discounts * quantity),
                    "total_tax": 0,
                    "subtotal_set": both(made.order, line.unit_after_discounts * quantity),
                    "total_tax_set": both(made.order, Decimal(0)),
                    "line_item": self.line(made.order, line),
                }
                for own_id, line, quantity, restock in made.lines
            ],
            "transactions": [],
        }

    def _shipping(self, order: Order, line: ShippingLine) -> dict[str, Any]:
        money = both(order, line.price)
        return {
            "id": line.id,
            "carrier_identifier": None,
            "code": line.code,
            "current_discounted_price_set": money,
            "discounted_price": amount(line.price),
            "discounted_price_set": money,
            "is_removed": False,
            "phone": None,
            "price": amount(line.price),
            "price_set": money,
            "requested_fulfillment_service_id": None,
            "source": "shopify",
            "title": line.title,
            "tax_lines": [],
            "discount_allocations": [],
        }

    def _address(self, address: dict[str, Any] | None) -> dict[str, Any] | None:
        if address is None or not self.hide_personal_data:
            return address
        return {name: None if name in _PERSON else value for name, value in address.items()}

    def _customer(self, order: Order) -> dict[str, Any] | None:
        customer = order.customer
        if customer is None:
            return None
        known = customer | {
            "admin_graphql_api_id": gid("Customer", customer["id"]),
            "created_at": self.time(order.created_at),
            "updated_at": self.time(order.created_at),
            "currency": order.currency,
            "default_address": self._default_address(order),
            "multipass_identifier": None,
            "note": None,
            "state": "disabled",
            "tax_exempt": False,
            "tax_exemptions": [],
            "verified_email": True,
        }
        hidden = ("first_name", "last_name", "email", "phone") if self.hide_personal_data else ()
        return {name: None if name in hidden else value for name, value in known.items()}

    def _default_address(self, order: Order) -> dict[str, Any] | None:
        told = self._address(order.ship_to)
        if told is None or order.customer is None:
            return None
        own = {"id": order.address_id, "customer_id": order.customer["id"], "default": True}
        return told | own | {"country_name": told["country"]}

    def _hidden(self, value: str | None) -> str | None:
        return None if self.hide_personal_data else value

    def time(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="seconds") if moment else None


def fulfillable(order: Order, line: Line) -> int:
    """Held goods do not count as fulfillable, though they are still unfulfilled."""
    held = sum(
        each.remaining
        for one in order.fulfillment_orders
        if one.status == "ON_HOLD"
        for each in one.lines
        if each.line is line
    )
    return line.unfulfilled - held
