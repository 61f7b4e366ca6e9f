"""v1's words. Packages are in no published sample: their form is beta's, as far as v1's other objects allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from twins.picanova.account import Account
from twins.picanova.catalogue import Product, Variant
from twins.picanova.library import Image, SetUp
from twins.picanova.orders import Item, Order, Shipment

_ADDRESS = (
    "email",
    "firstname",
    "lastname",
    "company",
    "street_primary",
    "street_secondary",
    "city",
    "postcode",
    "telephone",
)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _amount(cents: int, currency: str) -> dict[str, Any]:
    return {"amount": cents / 100, "currency": currency}


def _price(cents: int, currency: str) -> str:
    return f"${cents / 100:.2f}" if currency == "USD" else f"{cents / 100:.2f} €"


@dataclass(frozen=True)
class StyleV1:
    packages_list_items: bool = True
    """Whether a package says what is in it."""

    def order(self, order: Order) -> dict[str, Any]:
        return {
            **self._head(order),
            "shipping": self._shipping(order),
            "total_amount": _amount(order.subtotal_cents + order.shipping_cents, order.currency),
            "sub_total": _amount(order.subtotal_cents, order.currency),
            "shipping_total": _amount(order.shipping_cents, order.currency),
            "customs_shipping": _amount(order.customs_cents, order.currency),
            "customs_costs": _amount(0, order.currency),
            "packages": [self._package(shipment, order) for shipment in order.shipments],
            "items": [self._item(item, order.currency) for item in order.items],
        }

    def listed(self, order: Order) -> dict[str, Any]:
        total = (order.subtotal_cents + order.shipping_cents) / 100
        return self._head(order) | {"country": order.shipping["country_code"], "total_amount": total}

    def _head(self, order: Order) -> dict[str, Any]:
        return {
            "order_id": order.id,
            "external_id": order.external_id,
            "status": order.status.replace("_", " ").title(),
            "shipping_type": "Tracked" if order.method.tracked else "Untracked",
            "is_test": order.is_test,
            "created_at": _time(order.created_at),
            "updated_at": _time(order.updated_at),
            "fulfilled_at": _time(order.updated_at) if order.status == "FULFILLED" else None,
        }

    def _shipping(self, order: Order) -> dict[str, Any]:
        told = {name: order.shipping.get(name) for name in _ADDRESS}
        region = order.shipping.get("region_code")
        return told | {"country": order.shipping["country_code"]} | ({"region": region} if region else {})

    def _package(self, shipment: Shipment, order: Order) -> dict[str, Any]:
        external_ids = {item.id: item.external_id for item in order.items}
        inside = [
            {"item_external_id": external_ids[item_id], "quantity": quantity}
            for item_id, quantity in shipment.items.items()
        ]
        return {
            "carrier": shipment.carrier,
            "tracking_number": shipment.tracking_number,
            "tracking_url": shipment.tracking_url,
            "shipped_at": _time(shipment.shipped_at),
        } | ({"items": inside} if self.packages_list_items else {})

    def _item(self, item: Item, currency: str) -> dict[str, Any]:
        chosen = (value.name for _, value in item.options)
        return {
            "external_id": item.external_id,
            "sku": item.article.rpartition("-")[0],
            "article": {"id": item.id, "sku": item.article},
            "description": " - ".join((item.variant.name, *chosen)),
            "quantity": item.quantity,
            "unit_cost": _amount(item.cents, currency),
            "taxes": [],
        }

    # ── the catalogue ──

    def blueprint(self, product: Product) -> dict[str, Any]:
        return {
            "id": product.id,
            "name": product.name,
            "description": f"{product.name}, printed to order.",
            "tags": [product.name.lower()],
            "type": "PRINT",
            "images": [],
            "variants_count": len(product.variants),
        }

    def variant(self, variant: Variant, account: Account) -> dict[str, Any]:
        size = {"width": variant.width, "height": variant.height}
        currency = account.catalogue.currency
        return {
            "id": variant.id,
            "name": variant.name,
            "production": "North America" if account.name == "us" else "Europe",
            "type": "PRINT",
            "trim": None,
            "design_area": size,
            "printfile": size,
            "description": None,
            "tags": [],
            "images": [],
            "price": variant.cents / 100,
            "price_details": {
                "currency": currency,
                "formatted": _price(variant.cents, currency),
                "in_subunit": variant.cents,
            },
        }

    def product_listed(self, product: SetUp, account: Account) -> dict[str, Any]:
        variant, _ = account.catalogue.blueprint(product.blueprint) or (None, ())
        name = account.catalogue.product_of(variant).name if variant else product.blueprint
        return {
            "id": product.id,
            "title": name,
            "description": f"{name}, with its artwork.",
            "tags": [name.lower()],
            "product_sku": [product.sku],
            "published": False,
            "previews": [product.image.url],
        }

    def product(self, product: SetUp, account: Account) -> dict[str, Any]:
        found = account.catalogue.blueprint(product.blueprint)
        assert found is not None, "only what there is can be set up"
        variant, chosen = found
        cents = variant.cents + sum(value.cents for _, value in chosen)
        return {
            "id": product.id,
            "sku": product.sku,
            "name": variant.name,
            "options": {option.name: value.name for option, value in chosen},
            "markup": "100%",
            "cost": _price(cents, account.catalogue.currency),
            "price": _price(2 * cents, account.catalogue.currency),
            "published": False,
            "previews": [product.image.url],
        }

    def image(self, image: Image) -> dict[str, Any]:
        return {
            "image_id": image.id,
            "file_name": image.file_name,
            "width": 1000,
            "height": 1000,
            "size": "10",
            "image_url": image.url,
        }

    def uploaded(self, image: Image) -> dict[str, Any]:
        uploaded_at = image.uploaded_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return {"image_id": image.id, "file_name": image.file_name, "upload_date": uploaded_at}
