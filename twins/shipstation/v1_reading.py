"""An order as V1 is given it: read strictly, and what means nothing is remembered rather than lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from twins.shipstation.model import ZERO, Address, Content, Item, Option
from twins.shipstation.times import read_v1_time


def _time(value: object) -> object:
    return read_v1_time(value) if isinstance(value, str) else value


def _text(value: object) -> object:
    return "" if value is None else value


Time = Annotated[datetime, BeforeValidator(_time)]
Text = Annotated[str, BeforeValidator(_text)]


class Wire(BaseModel):
    """Fields it does not know are kept apart, see ``strangers``."""

    model_config = ConfigDict(extra="allow")


class WireAddress(Wire):
    name: Text = ""
    company: Text = ""
    street1: Text = ""
    street2: Text = ""
    street3: Text = ""
    city: Text = ""
    state: Text = ""
    postalCode: Text = ""  # noqa: N815 - their word
    country: Text = Field(default="", pattern="^([A-Z]{2})?$")
    phone: Text = ""
    residential: bool | None = None
    addressVerified: str | None = None  # noqa: N815

    def read(self, email: str = "") -> Address:
        return Address(
            name=self.name,
            company=self.company,
            street1=self.street1,
            street2=self.street2,
            street3=self.street3,
            city=self.city,
            state=self.state,
            postal_code=self.postalCode,
            country=self.country,
            phone=self.phone,
            email=email,
            residential=self.residential,
        )


class ShipTo(WireAddress):
    name: str = Field(min_length=1)
    street1: str = Field(min_length=1)
    city: str = Field(min_length=1)
    country: str = Field(pattern="^[A-Z]{2}$")


class BillTo(WireAddress):
    name: str = Field(min_length=1)


class Weight(Wire):
    value: Decimal
    units: Literal["pounds", "ounces", "grams"] = "ounces"
    WeightUnits: int | None = None


class WireOption(Wire):
    name: str
    value: Text = ""


class WireItem(Wire):
    name: str
    quantity: int = Field(ge=1, le=99999)
    unitPrice: Decimal = ZERO  # noqa: N815
    lineItemKey: Text = ""  # noqa: N815
    sku: Text = ""
    imageUrl: Text = ""  # noqa: N815
    weight: Weight | None = None
    taxAmount: Decimal | None = None  # noqa: N815
    shippingAmount: Decimal | None = None  # noqa: N815
    warehouseLocation: Text = ""  # noqa: N815
    options: list[WireOption] | None = None
    adjustment: bool = False
    upc: Text = ""
    productId: int | None = None  # noqa: N815
    fulfillmentSku: str | None = None  # noqa: N815
    orderItemId: int | None = None  # noqa: N815

    def read(self) -> Item:
        return Item(
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unitPrice,
            line_id=self.lineItemKey,
            sku=self.sku,
            tax=self.taxAmount,
            shipping=self.shippingAmount,
            weight=self.weight.value if self.weight else None,
            weight_units=self.weight.units if self.weight else "grams",
            image=self.imageUrl,
            location=self.warehouseLocation,
            upc=self.upc,
            adjustment=self.adjustment,
            options=[Option(option.name, option.value) for option in self.options or []],
            extra={"productId": self.productId, "fulfillmentSku": self.fulfillmentSku},
        )


class Advanced(Wire):
    warehouseId: int | None = None  # noqa: N815
    nonMachinable: bool = False  # noqa: N815
    saturdayDelivery: bool = False  # noqa: N815
    containsAlcohol: bool = False  # noqa: N815
    storeId: int | None = None  # noqa: N815
    customField1: Text = ""  # noqa: N815
    customField2: Text = ""  # noqa: N815
    customField3: Text = ""  # noqa: N815
    source: Text = ""
    mergedOrSplit: bool = False  # noqa: N815
    mergedIds: list[int] = []  # noqa: N815
    parentId: int | None = None  # noqa: N815
    billToParty: str | None = None  # noqa: N815
    billToAccount: str | None = None  # noqa: N815
    billToPostalCode: str | None = None  # noqa: N815
    billToCountryCode: str | None = None  # noqa: N815
    billToMyOtherAccount: int | None = None  # noqa: N815


class WireOrder(Wire):
    orderNumber: str = Field(min_length=1, max_length=50)  # noqa: N815
    orderKey: Text = Field(default="", max_length=50)  # noqa: N815
    orderDate: Time  # noqa: N815
    paymentDate: Time | None = None  # noqa: N815
    shipByDate: Time | None = None  # noqa: N815
    orderStatus: Literal["awaiting_payment", "awaiting_shipment", "shipped", "on_hold", "cancelled"]  # noqa: N815
    customerUsername: Text = ""  # noqa: N815
    customerEmail: Text = ""  # noqa: N815
    billTo: BillTo  # noqa: N815
    shipTo: ShipTo  # noqa: N815
    items: list[WireItem] | None = None
    amountPaid: Decimal = ZERO  # noqa: N815
    taxAmount: Decimal = ZERO  # noqa: N815
    shippingAmount: Decimal = ZERO  # noqa: N815
    customerNotes: Text = ""  # noqa: N815
    internalNotes: Text = ""  # noqa: N815
    gift: bool = False
    giftMessage: Text = ""  # noqa: N815
    paymentMethod: Text = ""  # noqa: N815
    requestedShippingService: Text = ""  # noqa: N815
    carrierCode: str | None = None  # noqa: N815
    serviceCode: str | None = None  # noqa: N815
    packageCode: str | None = None  # noqa: N815
    confirmation: str | None = None
    shipDate: str | None = None  # noqa: N815
    weight: Weight | None = None
    dimensions: dict[str, Any] | None = None
    insuranceOptions: dict[str, Any] | None = None  # noqa: N815
    internationalOptions: dict[str, Any] | None = None  # noqa: N815
    advancedOptions: Advanced = Advanced()  # noqa: N815
    tagIds: list[int] | None = None  # noqa: N815

    def read(self) -> Content:
        advanced = self.advancedOptions
        return Content(
            number=self.orderNumber,
            ordered_at=self.orderDate,
            ship_to=self.shipTo.read(self.customerEmail),
            bill_to=self.billTo.read(self.customerEmail),
            items=[item.read() for item in self.items or []],
            customer_code=self.customerUsername,
            email=self.customerEmail,
            paid=self.amountPaid,
            tax=self.taxAmount,
            shipping=self.shippingAmount,
            customer_notes=self.customerNotes,
            internal_notes=self.internalNotes,
            gift=self.gift,
            gift_message=self.giftMessage,
            payment_method=self.paymentMethod,
            service_asked=self.requestedShippingService,
            custom_fields=(advanced.customField1, advanced.customField2, advanced.customField3),
            source=advanced.source,
            extra=self._kept(),
        )

    def _kept(self) -> dict[str, Any]:
        """What is only given back."""
        kept = self.model_dump(
            mode="json",
            include={
                "carrierCode",
                "serviceCode",
                "packageCode",
                "confirmation",
                "shipDate",
                "dimensions",
                "insuranceOptions",
                "internationalOptions",
                "tagIds",
            },
        )
        if self.weight is not None:
            kept["weight"] = {"value": float(self.weight.value), "units": self.weight.units}
        kept["paymentDate"], kept["shipByDate"] = self.paymentDate, self.shipByDate
        kept["warehouseId"] = self.advancedOptions.warehouseId
        return kept


_READ_ONLY = frozenset(
    {"orderId", "customerId", "orderTotal", "createDate", "modifyDate", "userId", "holdUntilDate"}
    | {"externallyFulfilled", "externallyFulfilledBy"}
)
"""Whoever read an order and sends it back has these in it; they change nothing."""


def strangers(model: BaseModel, path: str = "") -> Iterator[str]:
    """Paths of the fields that were given and are not known."""
    yield from (f"{path}{name}" for name in model.model_extra or {} if name not in _READ_ONLY)
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                yield from strangers(one, f"{path}{name}.")
