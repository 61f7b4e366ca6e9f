"""Picanova's payloads as they come: read with tolerance where several forms were seen, and with caps.

Only what is used is read, so what is not (prices, totals, images) may take any form: numbers or
text, one image or a list of them. Times come as ISO text or as ``{date, timezone_type, timezone}``;
ids as numbers or text; options as a list or as an object keyed by option id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json


class Unreadable(Exception):
    """Not what Picanova is known to send. The text names the place, never the content."""


def _text(value: object) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20 else value


def _size(value: object) -> float:
    """A length that can be reckoned with; 0 for anything else, for no order hangs on it."""
    try:
        length = float(value) if isinstance(value, str | int | float) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return length if 0 < length < 100_000 else 0.0


def _flag(value: object) -> object:
    return False if value in (None, "") else value


def moment(value: object) -> datetime | None:
    """A time in any of the forms seen, in UTC; None for what is no time (a parcel counts without one)."""
    try:
        if isinstance(value, Mapping):
            return _in_zone(str(value.get("date", ""))[:40], str(value.get("timezone", "UTC"))[:64])
        if isinstance(value, str) and len(value) <= 40:
            return _in_zone(value, "UTC")
    except (ValueError, KeyError, OSError, OverflowError):
        pass
    return None


def _in_zone(text: str, zone: str) -> datetime:
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=_zone(zone))).astimezone(UTC)


def _zone(name: str) -> tzinfo:
    """``UTC``, an offset such as ``+02:00``, or a name. Raises ValueError or KeyError for anything else."""
    if name in ("UTC", "Z"):
        return UTC
    if name[:1] in ("+", "-"):
        hours, _, minutes = name[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(offset if name[0] == "+" else -offset)
    return ZoneInfo(name)


Text = Annotated[str, Field(max_length=2000), BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_text)]
Number = Annotated[int, Field(ge=0, lt=2**53), BeforeValidator(_number)]
Size = Annotated[float, BeforeValidator(_size)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]


class Wire(BaseModel):
    """Anything of theirs: unknown fields are ignored, and a null is as good as not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: object) -> object:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


def _object(value: object) -> object:
    """PHP writes an empty object as ``[]``; anything but an object says nothing here."""
    return value if isinstance(value, Mapping) else {}


class Method(Wire):
    code: Text = ""
    name: Text = ""


class ShippedItem(Wire):
    item_id: Text = ""
    """Empty when they do not say: the reader of the shipment then finds no line for it, and says so."""
    quantity: Number


class Shipment(Wire):
    shipping_method: Annotated[Method, BeforeValidator(_object)] = Method()
    tracking_number: Text = ""
    tracking_url: Text = ""
    shipped_at: Moment = None
    items: list[ShippedItem] = Field(default=[], max_length=1000)


class ChosenValue(Wire):
    name: Text = ""


class ChosenOption(Wire):
    name: Text
    value: Annotated[ChosenValue, BeforeValidator(_object)] = ChosenValue()


class Item(Wire):
    id: Id
    variant_id: Text = ""
    quantity: Number
    file: Text = ""
    options: Annotated[list[ChosenOption], BeforeValidator(lambda value: _keyed(value) or [])] = Field(
        default=[], max_length=1000
    )


class Order(Wire):
    """An order as create, show and the list tell it."""

    id: Id
    external_id: Text = ""
    is_test: Flag = False
    status: Text = ""
    status_label: Text = ""
    shipments: list[Shipment] = Field(default=[], max_length=1000)
    items: list[Item] = Field(default=[], max_length=1000)


class Product(Wire):
    id: Id
    name: Text = ""
    dpi: Size = 0
    """What its artwork needs at least; 0 where they do not say."""


class OptionValue(Wire):
    id: Text = ""
    name: Text


class Option(Wire):
    id: Text = ""
    name: Text
    is_required: Flag = False
    values: list[OptionValue] = Field(default=[], max_length=2000)

    @model_validator(mode="before")
    @classmethod
    def _values_as_list(cls, data: object) -> object:
        if isinstance(data, dict) and "values" in data:
            return data | {"values": _keyed(data["values"], bare="name") or []}
        return data


class PriceDetails(Wire):
    currency: Text = ""


class PrintFile(Wire):
    """Millimetres (inferred); 0 where they do not say."""

    format_width: Size = 0
    format_height: Size = 0


class Variant(Wire):
    variant_id: Id
    variant_code: Id
    name: Text = ""
    price_details: Annotated[PriceDetails, BeforeValidator(_object)] = PriceDetails()
    printfile: Annotated[PrintFile, BeforeValidator(_object)] = PrintFile()
    shipping_countries: list[Number] = Field(default=[], max_length=1000)
    options: list[Option] | None = None
    """None when they come in a form never seen: then Picanova alone can judge them."""

    @model_validator(mode="before")
    @classmethod
    def _both_ages(cls, data: object) -> object:
        """``id`` and ``code`` are the old names; options were a list once and are an object now."""
        if not isinstance(data, dict):
            return data
        read = data | {
            "variant_id": data.get("variant_id", data.get("id")),
            "variant_code": data.get("variant_code", data.get("code")),
        }
        return read | {"options": _readable_options(data.get("options"))}


def _readable_options(found: object) -> list[Option] | None:
    listed = _keyed(found)
    try:
        return None if listed is None else [Option.model_validate(one) for one in listed]
    except ValidationError:
        return None


def _keyed(found: object, bare: str = "") -> list[Any] | None:
    """A list as it is; an object keyed by id as a list that carries the ids. None for anything else.

    ``bare`` names the field that an entry is, when it is plain text and not an object.
    """
    pairs: Iterable[tuple[object, object]]
    if isinstance(found, Mapping):
        pairs = found.items()
    elif isinstance(found, list):
        pairs = (("", one) for one in found)
    else:
        return None
    return [_entry(key, one, bare) for key, one in pairs]


def _entry(key: object, one: object, bare: str) -> object:
    if isinstance(one, dict):
        return {"id": key} | one
    return {"id": key, bare: one} if bare else one


class Country(Wire):
    country_id: Number
    country_code: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]
    name: Text = ""


class Pagination(Wire):
    current_page: Number = 1
    total_pages: Number = 1


class Meta(Wire):
    pagination: Annotated[Pagination, BeforeValidator(_object)] = Pagination()


class Envelope(Wire):
    """What every answer comes in."""

    data: Any = None
    meta: Annotated[Meta, BeforeValidator(_object)] = Meta()


def envelope(body: bytes) -> Envelope:
    """Raises Unreadable for what is not JSON, nested too deep, or no object with ``data``."""
    try:
        found = from_json(body, allow_inf_nan=False)
        read = Envelope.model_validate(found if isinstance(found, dict) else {})
    except ValueError as error:
        raise Unreadable("the answer is not the JSON that Picanova sends") from error
    if read.data is None:
        raise Unreadable("the answer has no data in it")
    return read


def one[T: Wire](model: type[T], data: object) -> T:
    """Raises Unreadable, naming the fields that are wrong and nothing of what is in them."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        places = sorted({".".join(map(str, issue["loc"])) for issue in error.errors(include_input=False)})
        raise Unreadable(f"{model.__name__.lower()}: {', '.join(places)[:200]} cannot be read") from None


def many[T: Wire](model: type[T], data: object) -> list[T]:
    """Every entry that can be read; one odd entry must not take the rest with it.

    Raises Unreadable when it is no list, or not a single entry of it can be read.
    """
    if not isinstance(data, list):
        raise Unreadable(f"a list of {model.__name__.lower()}s was due, and something else came")
    read = []
    for entry in data:
        try:
            read.append(model.model_validate(entry))
        except ValidationError:
            continue
    if data and not read:
        raise Unreadable(f"no {model.__name__.lower()} of the list can be read")
    return read
