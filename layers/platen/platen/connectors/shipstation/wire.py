"""ShipStation's payloads as they come, read with tolerance and with caps: what its APIs share, and API V2's.

Only what is used is read; a null is as good as not there. V2 tells times in UTC and ids as ``se-123``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

MOST_LISTED = 1000


class Unreadable(Exception):
    """Not what ShipStation is known to send. The text names the place, never the content."""


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 12 else value


def _flag(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _amount(value: object) -> Decimal | None:
    """An amount that can be stored; None for anything else, for no order hangs on it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**9 else None


def moment(value: object) -> datetime | None:
    """An ISO time in UTC, which it is in when it has no zone; None for what is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> object:
    return [] if value is None else value


Text = Annotated[str, Field(max_length=2000), BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_text)]
Number = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]


class Wire(BaseModel):
    """Anything of theirs: unknown fields are ignored, and a null is as good as not there."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", str_strip_whitespace=True, hide_input_in_errors=True, populate_by_name=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: object) -> object:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class Item(Wire):
    name: Text = ""
    sku: Text = ""
    quantity: Number = 0
    external_order_id: Text = ""
    """Our id of the order, as we gave it: it stays with the item when the shipment is split (inferred)."""
    external_order_item_id: Text = ""
    """Our id of the line, as we gave it."""


class Shipment(Wire):
    """What V1 calls an order, and people too."""

    shipment_id: Id
    external_shipment_id: Text = ""
    external_order_id: Text = ""
    shipment_number: Text = ""
    """Shared by the parts of a split order, and not unique: it proves nothing."""
    shipment_status: Text = ""
    notes_to_buyer: Text = ""
    items: Annotated[list[Item], BeforeValidator(_list)] = Field(default=[], max_length=MOST_LISTED)
    told: dict[str, Any] = Field(default={}, repr=False)
    """All of it, as it came: what the packers have set is told back to it with a change."""

    @model_validator(mode="before")
    @classmethod
    def _keeping_all_of_it(cls, data: object) -> object:
        return {**data, "told": data} if isinstance(data, dict) else data


class Created(Wire):
    """The answer to a request for shipments: 200, also where some or all of them were refused (documented)."""

    has_errors: Flag = False
    shipments: Annotated[list[dict[str, Any]], BeforeValidator(_list)] = Field(default=[], max_length=MOST_LISTED)


class Money(Wire):
    amount: Amount = None


class Label(Wire):
    label_id: Id
    shipment_id: Text = ""
    status: Text = ""
    tracking_number: Text = ""
    tracking_url: Text = ""
    carrier_code: Text = ""
    service_code: Text = ""
    shipment_cost: Money = Money()
    created_at: Moment = None
    ship_date: Moment = None
    voided: Flag = False
    is_return_label: Flag = False

    @property
    def counts(self) -> bool:
        """False for what is no parcel to the buyer: voided, returns, and those that came to nothing."""
        return not self.voided and not self.is_return_label and self.status.lower() not in ("voided", "error")


class Fulfillment(Wire):
    """A parcel whose label was made elsewhere, and that somebody marked as shipped."""

    fulfillment_id: Id
    shipment_id: Text = ""
    tracking_number: Text = ""
    fulfillment_carrier_friendly_name: Text = ""
    fulfillment_service_code: Text = ""
    fulfillment_fee: Money = Money()
    created_at: Moment = None
    ship_date: Moment = None
    voided: Flag = False


class Warehouse(Wire):
    warehouse_id: Id
    name: Text = ""
    is_default: Flag = False


class Webhook(Wire):
    url: Text = ""
    event: Text = ""


def read_json(body: bytes) -> Any:
    """Raises Unreadable for what is not JSON, cut short, or nested too deep."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Unreadable("the answer is not JSON") from None


def one[W: Wire](model: type[W], found: object) -> W:
    """Raises Unreadable, naming the fields that are wrong and nothing of what is in them."""
    try:
        return model.model_validate(found)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, issue["loc"])) for issue in error.errors(include_input=False)})
        raise Unreadable(f"{model.__name__.lower()}: {', '.join(wrong)[:200] or 'it'} cannot be read") from None


def many[W: Wire](model: type[W], found: object) -> list[W]:
    """Raises Unreadable for what is no list, and for a list with anything in it that cannot be read."""
    if not isinstance(found, list) or len(found) > MOST_LISTED:
        raise Unreadable(f"a list was due, of at most {MOST_LISTED}, and something else came")
    return [one(model, entry) for entry in found]
