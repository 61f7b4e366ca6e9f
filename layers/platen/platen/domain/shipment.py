"""A shipment: a parcel that left, and how far its store has been told of it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from platen.domain.attention import Attention
from platen.domain.claim import Claimable
from platen.domain.model import Instant, Value


class ShipmentState(StrEnum):
    READY = "ready"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ATTENTION = "attention"
    TOLD = "told"


SHIPMENT_STEPS: dict[ShipmentState, frozenset[ShipmentState]] = {
    ShipmentState.READY: frozenset({ShipmentState.CLAIMED, ShipmentState.ATTENTION}),
    ShipmentState.CLAIMED: frozenset(
        {
            ShipmentState.CLAIMED,
            ShipmentState.READY,
            ShipmentState.UNKNOWN,
            ShipmentState.ATTENTION,
            ShipmentState.TOLD,
        }
    ),
    ShipmentState.UNKNOWN: frozenset({ShipmentState.CLAIMED, ShipmentState.ATTENTION}),
    ShipmentState.ATTENTION: frozenset({ShipmentState.READY, ShipmentState.TOLD}),
    # Told again only when the vendor fills in the tracking of a parcel that is already at the store.
    ShipmentState.TOLD: frozenset({ShipmentState.READY}),
}


class Parcel(Value):
    """What a carrier was given. A parcel without tracking is still a parcel."""

    carrier: str = ""
    tracking: str = ""
    url: str = ""
    shipped_at: Instant | None = None
    service: str = ""
    """The carrier's service, in words for people."""
    cost: Decimal | None = None
    """What the carrier charges, in the currency of the vendor's account; None where that is not told."""
    note: str = ""
    """What whoever shipped it wrote to the buyer. Personal data: it is here until the store was told."""


class ShipmentLine(Value):
    """How many of one order line are in the parcel."""

    line_id: str
    quantity: int = Field(ge=1)


class Shipment(Claimable):
    """One parcel of one job, as the order's record holds it."""

    order_id: str
    shipment_id: str
    connection: str
    """The store connection that has to be told."""
    store_order_id: str
    job_id: str
    state: ShipmentState
    parcel: Parcel
    lines: tuple[ShipmentLine, ...]
    quiet: bool = False
    """The store is not told: it shows these goods already (another print of them), or the vendor only tried it."""
    fulfillments: tuple[str, ...] = ()
    """The store's own ids of what it made of this parcel."""
    recorded_at: Instant
    told_at: Instant | None = None
    attention: Attention | None = None
