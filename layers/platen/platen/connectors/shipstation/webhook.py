"""Reads ShipStation's webhooks, of both APIs. Each only says that something moved, and makes us ask what.

What moved is behind a URL in the webhook, which is never fetched: V1's are not signed, and would lead a worker with
an API key wherever a stranger likes. ShipStation's own list says it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from platen.connectors.shipstation.signatures import is_signed, verify
from platen.messages import Message, PollHint
from platen.ports import Access, Forged, Unreadable, WebhookRequest

LARGEST_BODY = 1_000_000
"""Tracking events carry their data with them."""
NEWS = frozenset(
    {
        "SHIP_NOTIFY",
        "ITEM_SHIP_NOTIFY",
        "FULFILLMENT_SHIPPED",
        "FULFILLMENT_REJECTED",
        "LABEL_CREATED_V2",
        "FULFILLMENT_SHIPPED_V2",
        "FULFILLMENT_REJECTED_V2",
        "FULFILLMENT_CANCELED_V2",
    }
)
"""What may mean a parcel, or that there is none. That orders were imported, or a parcel is on its way, does not."""
OF_V2 = "_V2"
CALLER_FILLS_IN = "-"
"""Stands where the connection goes: the path the webhook came in by tells which it is."""


class _News(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    resource_type: Annotated[str, Field(min_length=1, max_length=100)]


def receive(request: WebhookRequest, _keys: Sequence[str], access: Access) -> list[Message]:
    """Ask what moved; nothing for events of no interest. Raises Forged and Unreadable.

    V2's are signed, and must be; V1's cannot be: the secret in their path is what there is.
    """
    if len(request.body) > LARGEST_BODY:
        raise Unreadable("the body is larger than any webhook of ShipStation's")
    signed = is_signed(request)
    if signed:
        verify(request, access)
    event = _read(request.body).resource_type.strip().upper()
    if event.endswith(OF_V2) and not signed:
        raise Forged("API V2 signs its webhooks, and this one is not")
    return [PollHint(connection=CALLER_FILLS_IN)] if event in NEWS else []


def _read(body: bytes) -> _News:
    try:
        return _News.model_validate(from_json(body, allow_inf_nan=False))
    except ValidationError:
        raise Unreadable("the body is no webhook of ShipStation's") from None
    except ValueError:
        raise Unreadable("the body is not JSON, cut short, or nested too deep") from None
