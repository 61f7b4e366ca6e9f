"""API V1's payloads as they come. Its times are those of the Pacific coast, without saying so (documented)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BeforeValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from platen.connectors.shipstation.wire import (
    MOST_LISTED,
    Amount,
    Flag,
    Id,
    Number,
    Text,
    Wire,
)

PACIFIC = ZoneInfo("America/Los_Angeles")


def pacific(moment: datetime) -> str:
    """A moment as V1 is asked with: ``2026-11-21 01:30:00``, by the clocks of the Pacific coast.

    The hour that is there twice each November is written the same both times: look back by two hours more.
    """
    return moment.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M:%S")


def moment(value: object, fold: int = 0) -> datetime | None:
    """``2014-10-03T06:51:33.6270000`` in UTC; of an hour that is there twice, the first. None for what is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=PACIFIC, fold=fold)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def last_moment(value: object) -> datetime | None:
    """The same, but of an hour that is there twice the second: nothing that moved may seem older than it is."""
    return moment(value, fold=1)


def _nothing(value: object) -> object:
    return [] if value is None else value


Moment = Annotated[datetime | None, BeforeValidator(moment)]


class WireV1(Wire):
    model_config = {"alias_generator": to_camel}


class AdvancedOptions(WireV1):
    store_id: Text = ""
    merged_or_split: Flag = False
    parent_id: Text = ""
    """Of an order that was split off: the ``orderId`` of the one it was split from."""


class Item(WireV1):
    order_item_id: Text = ""
    line_item_key: Text = ""
    """Our id of the line, as we gave it."""
    sku: Text = ""
    quantity: Number = 0
    adjustment: Flag = False


class Order(WireV1):
    order_id: Id
    order_key: Text = ""
    order_number: Text = ""
    order_status: Text = ""
    modify_date: Annotated[datetime | None, BeforeValidator(last_moment)] = None
    items: Annotated[list[Item], BeforeValidator(_nothing)] = Field(default=[], max_length=MOST_LISTED)
    advanced_options: AdvancedOptions = AdvancedOptions()
    told: dict[str, Any] = Field(default={}, alias="told", repr=False)
    """All of it, as it came: V1 changes no part of an order, so what it has is given back with the change in it."""

    @model_validator(mode="before")
    @classmethod
    def _keeping_all_of_it(cls, data: object) -> object:
        return {**data, "told": data} if isinstance(data, dict) else data


class Shipment(WireV1):
    """A label that was made in ShipStation."""

    shipment_id: Id
    order_id: Text = ""
    tracking_number: Text = ""
    carrier_code: Text = ""
    service_code: Text = ""
    shipment_cost: Amount = None
    create_date: Moment = None
    ship_date: Moment = None
    voided: Flag = False
    void_date: Moment = None
    is_return_label: Flag = False
    shipment_items: Annotated[list[Item], BeforeValidator(_nothing)] = Field(default=[], max_length=MOST_LISTED)


class Fulfillment(WireV1):
    """A parcel whose label was made elsewhere, and that somebody marked as shipped."""

    fulfillment_id: Id
    order_id: Text = ""
    tracking_number: Text = ""
    carrier_code: Text = ""
    fulfillment_service_code: Text = ""
    fulfillment_fee: Amount = None
    create_date: Moment = None
    ship_date: Moment = None
    voided: Flag = False


class Store(WireV1):
    store_id: Id
    store_name: Text = ""
    marketplace_name: Text = ""
    active: Flag = True


class Webhook(Wire):
    """Spelled in its own way (documented)."""

    url: Text = Field(default="", validation_alias=AliasChoices("Url", "url"))
    event: Text = Field(default="", validation_alias=AliasChoices("HookType", "hookType"))
    active: Flag = Field(default=True, validation_alias=AliasChoices("Active", "active"))
