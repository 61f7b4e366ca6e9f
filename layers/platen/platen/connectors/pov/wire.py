"""POV's answers as they come, read by the profile's dotted paths: with tolerance, and with caps.

Nothing of POV's wire is published; the field names are the profile's own (assumed). What is not read may take any
form. Times come as ISO text; ids as text or numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from platen.connectors.pov.places import Answer, ErrorAnswer, OrderAnswer, ShipmentAnswer

MOST_LISTED = 1000


class Unreadable(Exception):
    """Not what the profile says POV sends. The text names the place, never the content."""


def _text(value: object) -> object:
    if value is None or isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int | float) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 12 else value


def _flag(value: object) -> bool | None:
    """None where they do not say, or say something that is neither."""
    said = str(value).strip().lower() if isinstance(value, str | bool | int) else ""
    return {"true": True, "1": True, "false": False, "0": False}.get(said)


def moment(value: object) -> datetime | None:
    """An ISO time in UTC; None for what is none (a parcel counts without one). Without a zone it is UTC."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


Text = Annotated[str, Field(max_length=2000), BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_text)]
Number = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_number)]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class ShippedItem(Wire):
    item_id: Text = ""
    """Empty when they do not say: the reader of the shipment then finds no line for it, and says so."""
    quantity: Number


class Shipment(Wire):
    shipment_id: Text = ""
    order_ref: Text = ""
    reference: Text = ""
    carrier: Text = ""
    service: Text = ""
    tracking: Text = ""
    url: Text = ""
    shipped_at: Annotated[datetime | None, BeforeValidator(moment)] = None
    items: Annotated[tuple[ShippedItem, ...], Field(max_length=MOST_LISTED)] = ()
    """Empty: everything that was still to be shipped."""


class Order(Wire):
    ref: Id
    reference: Text = ""
    status: Text = ""
    test: Annotated[bool | None, BeforeValidator(_flag)] = None
    reason: Text = ""
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=MOST_LISTED)] = ()


class Feed(Wire):
    """One page of what moved."""

    shipments: Annotated[tuple[Shipment, ...], Field(max_length=MOST_LISTED)]
    cursor: Annotated[str, Field(max_length=500), BeforeValidator(_text)] = ""


class Class(Wire):
    code: Id
    name: Text = ""


def _word(value: object) -> str:
    return str(_text(value)) if isinstance(value, str | int | float) else ""


Words = Annotated[str, BeforeValidator(lambda value: _word(value)[:500])]


class Said(Wire):
    """One of the errors of a refusal."""

    field: Words = ""
    item: Words = ""
    code: Words = ""
    message: Words = ""


def read_json(body: bytes) -> Any:
    """Raises Unreadable for what is not JSON, cut short, or nested too deep."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Unreadable("the answer is not JSON") from None


def at(found: object, path: str) -> Any:
    """What a dotted path leads to; None where there is nothing. The empty path is the thing itself."""
    for name in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and len(name) < 5 and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _told(found: object, path: str) -> Any:
    return at(found, path) if path else None


def order(found: object, answer: Answer) -> Order:
    """Raises Unreadable."""
    if not isinstance(found, Mapping):
        raise Unreadable("an order was due, and something else came")
    where: OrderAnswer = answer.order
    listed = _told(found, where.shipments)
    return _one(
        Order,
        {
            "ref": at(found, where.ref),
            "reference": _told(found, where.reference),
            "status": at(found, where.status),
            "test": _told(found, where.test),
            "reason": _told(found, where.reason),
            "shipments": [_shipment(one, answer.shipment) for one in _list(listed, "shipments")],
        },
    )


def orders(found: object, answer: Answer) -> list[Order]:
    """The orders of a look-up: one, or a list of them. Raises Unreadable."""
    place = at(found, answer.order.found)
    if isinstance(place, list):
        return [order(one, answer) for one in _list(place, "orders")]
    return [order(place, answer)]


def feed(found: object, answer: Answer) -> Feed:
    """Raises Unreadable: one shipment passed over could never be heard of again."""
    where = answer.shipment
    listed = at(found, where.at)
    if not isinstance(listed, list):
        raise Unreadable("a list of shipments was due, and something else came")
    shipments = [_shipment(one, where) for one in _list(listed, "shipments")]
    return _one(Feed, {"shipments": shipments, "cursor": at(found, where.cursor)})


def classes(found: object, answer: Answer) -> list[Class]:
    """Raises Unreadable."""
    where = answer.mail_class
    listed = at(found, where.at)
    if not isinstance(listed, list):
        raise Unreadable("a list of mail classes was due, and something else came")
    return [
        _one(Class, {"code": at(one, where.code), "name": _told(one, where.name)})
        for one in _list(listed, "mail classes")
    ]


def errors(body: bytes, where: ErrorAnswer) -> tuple[list[Said], str]:
    """(the errors of a refusal, what it says besides); whatever cannot be read is left out."""
    try:
        found = read_json(body)
    except Unreadable:
        return [], ""
    listed = at(found, where.at)
    said = [
        Said(
            field=_told(one, where.field),
            item=_told(one, where.item),
            code=_told(one, where.code),
            message=one if isinstance(one, str) else _told(one, where.message),
        )
        for one in (listed if isinstance(listed, list) else [])[:200]
        if isinstance(one, Mapping | str)
    ]
    besides = (at(found, "message") or at(found, "error")) if isinstance(found, Mapping) else ""
    return said, besides if isinstance(besides, str) else ""


def _shipment(found: object, where: ShipmentAnswer) -> Shipment:
    if not isinstance(found, Mapping):
        raise Unreadable("a shipment is no object")
    items = _told(found, where.items)
    return _one(
        Shipment,
        {
            "shipment_id": _told(found, where.id),
            "order_ref": _told(found, where.order_ref),
            "reference": _told(found, where.reference),
            "carrier": _told(found, where.carrier),
            "service": _told(found, where.service),
            "tracking": _told(found, where.tracking),
            "url": _told(found, where.url),
            "shipped_at": _told(found, where.shipped_at),
            "items": [
                {"item_id": at(one, where.item_id), "quantity": at(one, where.quantity)}
                for one in _list(items, "items of a shipment")
            ],
        },
    )


def _list(found: object, what: str) -> Sequence[Any]:
    """Nothing is as good as an empty list; anything else that is no list is not."""
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > MOST_LISTED:
        raise Unreadable(f"the {what} are no list, or more than {MOST_LISTED}")
    return found


def _one[T: Wire](model: type[T], fields: Mapping[str, Any]) -> T:
    """Raises Unreadable, naming the fields that are wrong and nothing of what is in them."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, issue["loc"])) for issue in error.errors(include_input=False)})
        raise Unreadable(f"{model.__name__.lower()}: {', '.join(wrong)[:200]} cannot be read") from None
