"""A shipment as V2 is given it, read strictly; what means nothing is remembered rather than lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from twins.shipstation.model import ZERO, Address, Content, Item, Option
from twins.shipstation.times import read_v2_time
from twins.shipstation.v1_reading import Text, Wire

LONGEST_ID = 50
"""Of an external_shipment_id and of a shipment_number; longer ones are cut off and nobody is told (documented)."""


def _time(value: object) -> object:
    return read_v2_time(value) if isinstance(value, str) else value


Time = Annotated[datetime, BeforeValidator(_time)]
SeId = Annotated[str, Field(pattern="^se(-[a-z0-9]+)+$", max_length=25)]


class WireAddress(Wire):
    name: str = Field(min_length=1)
    phone: Text = ""
    email: Text = ""
    company_name: Text = ""
    address_line1: str = Field(min_length=1)
    address_line2: Text = ""
    address_line3: Text = ""
    city_locality: str = Field(min_length=1)
    state_province: Text = ""
    postal_code: Text = ""
    country_code: str = Field(pattern="^[A-Z]{2}$")
    address_residential_indicator: Literal["unknown", "yes", "no"] = "unknown"
    instructions: str | None = None
    geolocation: list[Any] | None = None

    def read(self) -> Address:
        return Address(
            name=self.name,
            company=self.company_name,
            street1=self.address_line1,
            street2=self.address_line2,
            street3=self.address_line3,
            city=self.city_locality,
            state=self.state_province,
            postal_code=self.postal_code,
            country=self.country_code,
            phone=self.phone,
            email=self.email,
            residential={"yes": True, "no": False}.get(self.address_residential_indicator),
        )


class Weight(Wire):
    value: Decimal = Field(ge=0)
    unit: Literal["pound", "ounce", "gram", "kilogram"]


class Money(Wire):
    currency: str = Field(min_length=3, max_length=3)
    amount: Decimal = Field(ge=0)


class WireOption(Wire):
    name: str
    value: Text = ""


class WireItem(Wire):
    name: Text = ""
    quantity: int = Field(default=1, ge=1)
    sku: Text = ""
    unit_price: Decimal = ZERO
    tax_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    weight: Weight | None = None
    image_url: Text = ""
    inventory_location: Text = ""
    options: list[WireOption] | None = None
    external_order_id: Text = ""
    external_order_item_id: Text = ""
    upc: Text = ""
    fullfilment_sku: str | None = None
    product_id: str | None = None
    order_source_code: str | None = None

    def read(self) -> Item:
        return Item(
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            line_id=self.external_order_item_id,
            sku=self.sku,
            tax=self.tax_amount,
            shipping=self.shipping_amount,
            weight=self.weight.value if self.weight else None,
            weight_units=self.weight.unit if self.weight else "gram",
            image=self.image_url,
            location=self.inventory_location,
            upc=self.upc,
            options=[Option(option.name, option.value) for option in self.options or []],
            extra={"external_order_id": self.external_order_id, "fulfillmentSku": self.fullfilment_sku},
        )


class Package(Wire):
    package_code: str | None = None
    package_id: str | None = None
    weight: Weight
    dimensions: dict[str, Any] | None = None
    insured_value: Money | None = None


class Advanced(Wire):
    custom_field1: Text = Field(default="", max_length=100)
    custom_field2: Text = Field(default="", max_length=100)
    custom_field3: Text = Field(default="", max_length=100)


class WireShipment(Wire):
    validate_address: str | None = None
    external_shipment_id: Text = ""
    shipment_number: Text = ""
    create_sales_order: bool = False
    store_id: Text = ""
    carrier_id: SeId | None = None
    service_code: str | None = None
    requested_shipment_service: Text = ""
    external_order_id: Text = ""
    order_source_code: str | None = None
    ship_to: WireAddress
    ship_from: WireAddress | None = None
    return_to: WireAddress | None = None
    warehouse_id: SeId | None = None
    items: list[WireItem] = []
    packages: list[Package] | None = Field(default=None, min_length=1)
    confirmation: str | None = None
    customs: dict[str, Any] | None = None
    insurance_provider: str | None = None
    notes_from_buyer: Text = ""
    notes_to_buyer: Text = ""
    internal_notes: Text = ""
    notes_for_gift: Text = ""
    is_gift: bool = False
    amount_paid: Money | None = None
    shipping_paid: Money | None = None
    tax_paid: Money | None = None
    ship_date: Time | None = None
    ship_by_date: Time | None = None
    deliver_by_date: Time | None = None
    hold_until_date: Time | None = None
    advanced_options: Advanced = Advanced()
    tags: list[dict[str, str]] = []

    @property
    def external_id(self) -> str:
        return self.external_shipment_id[:LONGEST_ID]

    def read(self, now: datetime) -> Content:
        """``now`` is the order's date, as V2 knows none."""
        to, advanced = self.ship_to.read(), self.advanced_options
        return Content(
            number=self.shipment_number[:LONGEST_ID],
            ordered_at=now,
            ship_to=to,
            bill_to=to,
            items=[item.read() for item in self.items],
            customer_code=to.email,
            email=to.email,
            paid=self.amount_paid.amount if self.amount_paid else ZERO,
            tax=self.tax_paid.amount if self.tax_paid else ZERO,
            shipping=self.shipping_paid.amount if self.shipping_paid else ZERO,
            currency=self.amount_paid.currency.upper() if self.amount_paid else "USD",
            customer_notes=self.notes_from_buyer,
            internal_notes=self.internal_notes,
            notes_to_buyer=self.notes_to_buyer,
            gift=self.is_gift,
            gift_message=self.notes_for_gift,
            service_asked=self.requested_shipment_service,
            custom_fields=(advanced.custom_field1, advanced.custom_field2, advanced.custom_field3),
            extra=self._kept(),
        )

    def _kept(self) -> dict[str, Any]:
        names = {"carrier_id", "external_order_id", "order_source_code", "warehouse_id", "packages", "confirmation"}
        kept = self.model_dump(mode="json", include=names | {"customs", "insurance_provider"}, exclude_none=True)
        number = (self.warehouse_id or "").removeprefix("se-")
        kept |= {"serviceCode": self.service_code, "warehouseId": int(number) if number.isdecimal() else None}
        kept |= {"shipByDate": self.ship_by_date, "deliverByDate": self.deliver_by_date}
        kept["shipFrom"] = self.ship_from.read() if self.ship_from else None
        return kept


class Line(Wire):
    """Of ``POST /v2/fulfillments``."""

    shipment_id: SeId
    tracking_number: Text = ""
    carrier_code: str = Field(min_length=1)
    ship_date: Time | None = None
    notify_customer: bool = False
    notify_order_source: bool = False


class Header(Wire):
    key: str = Field(min_length=1)
    value: str


class NewHook(Wire):
    name: Text = ""
    event: str
    url: str = Field(min_length=8, max_length=2000)
    headers: list[Header] = []
    store_id: Text = ""


class ChangedHook(Wire):
    name: str | None = None
    url: str | None = None
    headers: list[Header] | None = None


def said_by(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Field and what is wrong with it, of the first few."""
    for one in error.errors(include_url=False, include_input=False, include_context=False)[:10]:
        yield ".".join(str(step) for step in one["loc"]), one["msg"]
