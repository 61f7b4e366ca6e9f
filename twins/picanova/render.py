"""The vendor's words: every object it answers with, in whichever of its historic spellings is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from twins.picanova.catalogue import Catalogue, Option, Product, Value, Variant, blueprint_sku, combinations
from twins.picanova.orders import Item, Order, Shipment
from twins.picanova.places import Carrier

_IMAGES = "https://images.picanova.twin"


def time_object(moment: datetime) -> dict[str, Any]:
    return {
        "date": moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "timezone_type": 3,
        "timezone": "UTC",
    }


def _formatted(cents: int, currency: str) -> str:
    return f"${cents / 100:.2f}" if currency == "USD" else f"{cents / 100:.2f} €"


@dataclass(frozen=True)
class Style:
    """Which of the spellings that have been seen: all of them are on record, so a client must read all."""

    times_as_objects: bool = False
    """``{date, timezone_type, timezone}`` instead of ISO text."""
    money_as_text: bool = False
    """Prices, their subunits and an item's ``variant_id`` as text instead of numbers."""
    options_as_list: bool = False
    """A variant's options as a list, without their ids, and a product's images as one object."""
    cancelled_as: str = "CANCELLED"
    """Or ``CANCELED``."""

    def for_webhooks(self) -> Style:
        return replace(self, times_as_objects=True)

    def time(self, moment: datetime) -> Any:
        if self.times_as_objects:
            return time_object(moment)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def price(self, cents: int, currency: str, *, name: str = "price", of_order: bool = False) -> dict[str, Any]:
        """An amount and its details. An order's subunits are text, the catalogue's are numbers."""
        return {
            name: f"{cents / 100:.2f}" if self.money_as_text else cents / 100,
            f"{name}_details": {
                "currency": currency,
                "formatted": _formatted(cents, currency),
                "in_subunit": str(cents) if self.money_as_text or of_order else cents,
            },
        }

    # ── catalogue ──

    def product(self, product: Product) -> dict[str, Any]:
        picture = f"{_IMAGES}/{product.sku}.jpg"
        image: dict[str, Any] = {"id": product.id * 100, "original": picture}
        small = f"{_IMAGES}/{product.sku}-small.jpg"
        return {
            "id": product.id,
            "name": product.name,
            "variants": len(product.variants),
            "sku": product.sku,
            "dpi": product.dpi,
            "type": "PRINT",
            "images": image | {"thumbnail": small} if self.options_as_list else [image | {"thumb": small}],
        }

    def variant(self, variant: Variant, currency: str) -> dict[str, Any]:
        options = {str(option.id): self._option(option, currency) for option in variant.options}
        return {
            "id": variant.id,
            "code": variant.code,
            "variant_id": variant.id,
            "variant_code": variant.code,
            "sku": variant.sku,
            "name": variant.name,
            "printfile": {"format_width": variant.width, "format_height": variant.height},
            **self.price(variant.cents, currency),
            "shipping_countries": list(variant.countries),
            "options": list(options.values()) if self.options_as_list else options,
        }

    def _option(self, option: Option, currency: str) -> dict[str, Any]:
        return {
            "name": option.name,
            "description": None,
            "image": None,
            "is_required": option.required,
            "values": [self._value(value, currency) | {"sku": value.sku} for value in option.values],
        }

    def _value(self, value: Value, currency: str) -> dict[str, Any]:
        return {"id": value.id, "name": value.name, "image": None, **self.price(value.cents, currency)}

    def combinations(self, variant: Variant, catalogue: Catalogue) -> list[dict[str, Any]]:
        product = catalogue.product_of(variant)
        return [self._combination(product, variant, chosen, catalogue.currency) for chosen in combinations(variant)]

    def _combination(
        self, product: Product, variant: Variant, chosen: tuple[tuple[Option, Value], ...], currency: str
    ) -> dict[str, Any]:
        words = ",".join(f"{option.name}: {value.name}" for option, value in chosen)
        cents = variant.cents + sum(value.cents for _, value in chosen)
        return {
            "sku": blueprint_sku(product, variant, chosen),
            "name": f"{variant.name}, {words}" if words else variant.name,
            **self.price(cents, currency),
            "options": [
                {
                    "id": option.id,
                    "name": option.name,
                    "image": None,
                    "description": "",
                    "is_required": option.required,
                    "value": self._value(value, currency),
                }
                for option, value in chosen
            ],
        }

    def rate(self, carrier: Carrier, quantity: int, currency: str) -> dict[str, Any]:
        return method(carrier.code) | self.price(carrier.cents(quantity), currency)

    # ── orders ──

    def order(self, order: Order) -> dict[str, Any]:
        status = self.cancelled_as if order.status == "CANCELLED" else order.status
        return {
            "id": order.id,
            "external_id": order.external_id,
            "is_test": order.is_test,
            "shipping_method": method(order.method.code),
            "status": status,
            "status_label": status.replace("_", " ").title() + (" (TEST)" if order.is_test else ""),
            "created_at": self.time(order.created_at),
            "updated_at": self.time(order.updated_at),
            "shipments": [self.shipment(shipment, order) for shipment in order.shipments],
            "items": [self._item(item, order.currency) for item in order.items],
            "totals": self._totals(order),
        }

    def shipment(self, shipment: Shipment, order: Order) -> dict[str, Any]:
        external_ids = {item.id: item.external_id for item in order.items}
        return {
            "shipping_method": method(shipment.carrier),
            "tracking_number": shipment.tracking_number,
            "tracking_url": shipment.tracking_url,
            "shipped_at": self.time(shipment.shipped_at),
            "items": [
                {"item_id": item_id, "item_external_id": external_ids[item_id], "quantity": quantity}
                for item_id, quantity in shipment.items.items()
            ],
        }

    def _item(self, item: Item, currency: str) -> dict[str, Any]:
        return {
            "id": item.id,
            "external_id": item.external_id,
            "variant_id": str(item.variant.id) if self.money_as_text else item.variant.id,
            "name": item.variant.name,
            "quantity": item.quantity,
            **self.price(item.cents, currency, of_order=True),
            "file": item.file,
            "options": [
                {"id": option.id, "name": option.name, "value": {"id": value.id, "name": value.name}}
                for option, value in item.options
            ],
        }

    def _totals(self, order: Order) -> dict[str, Any]:
        amounts = {
            "subtotal_amount": order.subtotal_cents,
            "shipping_amount": order.shipping_cents,
            "total_amount": order.subtotal_cents + order.shipping_cents,
            "customs_shipping_costs": order.customs_cents,
        }
        totals: dict[str, Any] = {}
        for name, cents in amounts.items():
            totals |= self.price(cents, order.currency, name=name, of_order=True)
        return totals


def method(code: str) -> dict[str, Any]:
    return {"code": code, "name": code}
