"""Where things are in POV's answers, as dotted paths: the part of a profile that reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

_DOTTED = re.compile(r"[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,7}")


class Part(BaseModel):
    """A piece of a profile: a field that is not known is a mistake, not a wish."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_max_length=300)


def _dotted(*, empty: bool) -> Callable[[str], str]:
    def check(text: str) -> str:
        if (text or not empty) and not _DOTTED.fullmatch(text):
            raise ValueError("it has to be the names of fields with dots between them, e.g. data.order.id")
        return text

    return check


Told = Annotated[str, AfterValidator(_dotted(empty=True))]
"""Where something is in an answer; empty: POV does not tell it (of a whole answer: it is the answer itself)."""
Needed = Annotated[str, AfterValidator(_dotted(empty=False))]


class OrderAnswer(Part):
    """Where things are in an order of theirs."""

    at: Told = ""
    """Where the order is in the answer to a submit or a read."""
    found: Told = ""
    """Where it is in the answer to a look-up by our id: an order, or a list of them."""
    ref: Needed = "pov_order_id"
    reference: Told = "reference"
    status: Needed = "status"
    test: Told = "test"
    reason: Told = "reason"
    shipments: Told = "shipments"


class ShipmentAnswer(Part):
    at: Told = "shipments"
    """Where the list is in the answer to what moved."""
    cursor: Needed = "next_cursor"
    id: Told = "shipment_id"
    order_ref: Told = "pov_order_id"
    reference: Told = "reference"
    carrier: Told = "carrier"
    service: Told = "service"
    tracking: Told = "tracking_number"
    url: Told = "tracking_url"
    shipped_at: Told = "shipped_at"
    items: Told = "items"
    """Empty: a shipment is always the whole order."""
    item_id: Needed = "line_id"
    """What an item calls the line: our own line id, given back."""
    quantity: Needed = "quantity"


class ErrorAnswer(Part):
    at: Told = "errors"
    field: Told = "field"
    item: Told = "item"
    code: Told = "code"
    message: Told = "message"
    not_found: Annotated[str, StringConstraints(max_length=60)] = "not_found"
    """The code that a 404 has to carry before it counts as "there is no such order". A 404 also comes from a wrong
    path or from something in between, and taking that for an answer could have an order made twice. Empty: any."""


class MailClassAnswer(Part):
    at: Told = ""
    code: Needed = "code"
    name: Told = "name"


class Answer(Part):
    order: OrderAnswer = OrderAnswer()
    shipment: ShipmentAnswer = ShipmentAnswer()
    error: ErrorAnswer = ErrorAnswer()
    mail_class: MailClassAnswer = MailClassAnswer()
