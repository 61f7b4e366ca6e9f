"""The bodies of a warehouse's calls: one strict model for each kind of row, hostile until validated.

The names are those of the files' columns, as JSON writes them. A row that cannot be read refuses itself alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import from_json

from platen.connectors import Read, Told
from platen.domain.model import Instant
from platen.domain.warehouse import (
    Adjustment,
    CountRow,
    OrderAnswer,
    PickRow,
    Reason,
    RowResult,
    RowStatus,
    ShipmentRow,
    Snapshot,
)

MOST_ROWS = 1000
MOST_PARTS = 9_999
LONGEST_NAME = 100
"""Of what a call is about, in its path (in bytes), and of the key of a row."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Misread(Exception):
    """The body as a whole is not what it should be; the text says how, without quoting it."""


def _printable(text: str) -> str:
    if any(ord(one) < 32 or ord(one) == 127 for one in text):
        raise ValueError("it has characters that cannot be printed")
    return text


def _on_one_line(text: str) -> str:
    """For people to read: what would steer a terminal is a blank."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _only_text(value: object) -> object:
    """Not a number as text either: it would be taken for seconds since 1970."""
    if value is not None and not (isinstance(value, str) and _DATE.match(value.strip())):
        raise ValueError("give a time as text, e.g. 2026-11-22T14:05:00-05:00")
    return value


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError("it has to begin with https:// or be empty")
    return text


Key = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME), AfterValidator(_printable)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_on_one_line)]
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=1000),
    AfterValidator(_printable),
    AfterValidator(_address),
]
Moment = Annotated[Instant, BeforeValidator(_only_text)]
Whole = Annotated[int, Field(strict=True, ge=-10_000_000, le=10_000_000)]
Pieces = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
LineNumber = Annotated[int, Field(strict=True, ge=1, le=100_000)]
SnapshotId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class OrderStatus(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Pick(_Body):
    order_number: Key
    order_status: OrderStatus
    closed_at: Moment | None = None
    line_number: LineNumber
    item_number: Text = ""
    uom: Text = ""
    quantity_ordered: Pieces | None = None
    quantity_picked: Pieces
    site: Text = ""
    location: Text = ""
    lot: Text = ""
    picked_at: Moment | None = None

    def told(self) -> PickRow:
        return PickRow(
            order_number=self.order_number,
            closed=self.order_status is OrderStatus.CLOSED,
            closed_at=self.closed_at,
            line_number=self.line_number,
            item=self.item_number,
            picked=self.quantity_picked,
            site=self.site,
            location=self.location,
            lot=self.lot,
            picked_at=self.picked_at,
        )


class Shipment(_Body):
    order_number: Key
    shipment_number: Key
    shipped_at: Moment | None = None
    carrier: Text = ""
    shipping_method: Text = ""
    tracking_number: Text = ""
    tracking_url: Url = ""
    line_number: LineNumber
    item_number: Text = ""
    quantity_shipped: Annotated[Pieces, Field(ge=1)]

    def told(self) -> ShipmentRow:
        return ShipmentRow(
            order_number=self.order_number,
            shipment_number=self.shipment_number,
            shipped_at=self.shipped_at,
            carrier=self.carrier,
            method=self.shipping_method,
            tracking=self.tracking_number,
            url=self.tracking_url,
            line_number=self.line_number,
            item=self.item_number,
            quantity=self.quantity_shipped,
        )


class Movement(_Body):
    adjustment_id: Key
    occurred_at: Moment
    site: Key
    location: Text = ""
    item_number: Key
    uom: Text = ""
    quantity_delta: Whole
    reason: Reason = Reason.OTHER
    reference: Prose = ""

    def told(self) -> Adjustment:
        return Adjustment(
            adjustment_id=self.adjustment_id,
            occurred_at=self.occurred_at,
            site=self.site,
            item=self.item_number,
            delta=self.quantity_delta,
            reason=self.reason,
            reference=self.reference,
        )


class Counted(_Body):
    item_number: Key
    uom: Text = ""
    on_hand: Whole
    allocated: Whole | None = None

    def told(self) -> CountRow:
        return CountRow(item=self.item_number, on_hand=self.on_hand, allocated=self.allocated)


type Row = Pick | Shipment | Movement | Counted


class AnswerStatus(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Ack(_Body):
    """An answer to an order or a cancel."""

    status: AnswerStatus
    code: Text = ""
    message: Prose = ""

    def told(self, number: str, *, to_cancel: bool) -> OrderAnswer:
        return OrderAnswer(
            order_number=number,
            accepted=self.status is AnswerStatus.ACCEPTED,
            code=self.code,
            message=self.message,
            to_cancel=to_cancel,
        )


class Begin(_Body):
    """A snapshot is begun."""

    snapshot_id: SnapshotId
    taken_at: Moment
    site: Key

    def told(self) -> Snapshot:
        return Snapshot(snapshot_id=self.snapshot_id, taken_at=self.taken_at, site=self.site)


class Part(_Body):
    """Some of its rows. The same part again takes the place of what it was."""

    part: Annotated[int, Field(strict=True, ge=1, le=MOST_PARTS)]
    rows: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS)]


class Complete(_Body):
    rows: Annotated[int, Field(strict=True, ge=1)]
    """How many rows it has in all: what proves that it is whole."""

    @classmethod
    def of(cls, body: bytes) -> Self:
        return read(cls, body)


def read[Model: BaseModel](model: type[Model], body: bytes) -> Model:
    """Raises Misread."""
    try:
        return model.model_validate(_json(body))
    except ValidationError as invalid:
        raise Misread(_why(invalid)) from None


def rows_in(body: bytes) -> list[Any]:
    """The rows of a body, unread. Raises Misread."""
    rows = _json(body)
    if not isinstance(rows, list) or not rows:
        raise Misread("Send a JSON array of rows, of at least one.")
    if len(rows) > MOST_ROWS:
        raise Misread(f"{len(rows)} rows are too many: send {MOST_ROWS} at most in one call.")
    return rows


def reads_of(model: type[Row], rows: Sequence[Any], unit: str) -> Iterator[Read]:
    """Each row as it was read. ``unit``: the one that counts as 1."""
    for number, row in enumerate(rows, start=1):
        try:
            told = model.model_validate(row)
        except ValidationError as invalid:
            yield _unread(number, "unreadable_row", _why(invalid))
            continue
        given = getattr(told, "uom", "")
        if given and given.casefold() != unit.casefold():
            words = f"uom is {given}: only {unit} is counted. Give the quantity in that."
            yield _unread(number, "unit", words)
        else:
            tells: Callable[[], Told] = told.told
            yield Read(number, tells())


def _unread(number: int, code: str, message: str) -> Read:
    refused = RowResult(row=number, key="", status=RowStatus.REJECTED, code=code, message=message)
    return Read(number, None, refused)


def _json(body: bytes) -> Any:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Misread("The body is not JSON in UTF-8.") from None


def _why(invalid: ValidationError) -> str:
    """What is wrong with the first wrong fields, and never what was in them."""
    found = invalid.errors(include_url=False, include_context=False, include_input=False)[:3]
    fields = (".".join(str(step) for step in one["loc"])[:100] or "the row" for one in found)
    return "; ".join(f"{name}: {one['msg']}" for name, one in zip(fields, found, strict=True)) + "."
