"""What passes between Platen and a warehouse: orders it is told of, and the rows that it tells. Pure.

A warehouse is the master of what lies on its shelves, of what it picked, and of what left. It tells by rows, in
files or by calls; each row has a key of its own, so a row that comes twice is seen to be the same. Platen is the
master of the orders.

::

    new ──▶ accepted ──▶ closed            (order rows went out; the warehouse took it; it is done with it)
     │  └──▶ rejected                      (a person decides)
     └──────── picks may come before any acceptance: they are one
    cancel: none ──▶ wanted ──▶ done | refused ──(a person has it tried again)──▶ wanted
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from platen.domain.model import Instant, Value


class RowStatus(StrEnum):
    """What became of a row (or of a whole file) that the warehouse told."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """It was there already, exactly so: nothing was changed, and nothing is wrong."""
    REJECTED = "rejected"


class RowResult(Value):
    """The answer to one row: for a clerk to read, and for a program to go by."""

    row: int
    """1 is the first row of data; 0 speaks of the whole file."""
    key: str
    """What the row is about, e.g. ``1001-k7x2m3qpl4tzabcd-1/2``."""
    status: RowStatus
    code: str = ""
    """A short name of the reason, for programs, e.g. ``unknown_item``; empty when it was applied."""
    message: str = ""
    """What is wrong with it and what to do now, in a sentence."""


class PickRow(Value):
    """How many of an order line were picked so far, in all."""

    order_number: str
    """Our external id of the job."""
    closed: bool
    """The order is closed: nothing more is picked of it."""
    closed_at: Instant | None = None
    line_number: int = Field(ge=1)
    item: str = ""
    picked: int = Field(ge=0)
    site: str = ""
    location: str = ""
    lot: str = ""
    picked_at: Instant | None = None
    """When; None where the warehouse does not tell: then it counts from when Platen was told."""


class ShipmentRow(Value):
    """How many of an order line left in a parcel."""

    order_number: str
    shipment_number: str
    shipped_at: Instant | None = None
    carrier: str = ""
    method: str = ""
    tracking: str = ""
    url: str = ""
    line_number: int = Field(ge=1)
    item: str = ""
    quantity: int = Field(ge=1)


class Reason(StrEnum):
    """Why stock moved without an order."""

    RECEIPT = "receipt"
    RETURN = "return"
    COUNT = "count"
    DAMAGE = "damage"
    MOVE = "move"
    OTHER = "other"


class Adjustment(Value):
    """Stock that moved without an order: a row of the warehouse's ledger."""

    adjustment_id: str
    """The warehouse's own, the same for ever."""
    occurred_at: Instant
    site: str
    item: str
    delta: int
    """Signed, in pieces."""
    reason: Reason = Reason.OTHER
    reference: str = ""
    received_at: Instant | None = None
    """When Platen took it; set by whoever keeps it."""


class CountRow(Value):
    """One item of a snapshot: what lay there, reserved or not. Negative where the warehouse says so."""

    item: str
    on_hand: int
    allocated: int | None = None


class Snapshot(Value):
    """A whole count of a site as the warehouse has it: what all stock arithmetic starts from."""

    snapshot_id: str
    taken_at: Instant
    """t0: what was picked by then is off the count, what was picked later is not."""
    site: str
    rows: int = 0
    received_at: Instant | None = None
    key: str = ""
    """Where its counts are kept: lines ``item,on_hand`` sorted by item, gzipped."""


class OrderAnswer(Value):
    """That the warehouse took an order, or a cancel, or would not."""

    order_number: str
    accepted: bool
    to_cancel: bool | None = None
    """True: it is about the cancel; None: about the cancel where one waits for an answer, else about the order."""
    code: str = ""
    message: str = ""


class TakenUnits(Value):
    """So many of a line were off the warehouse's count by then, in all: the newest one holds."""

    at: Instant
    quantity: int = Field(ge=0)


class WarehouseLine(Value):
    """One line of an order at the warehouse."""

    number: int = Field(ge=1)
    """``LineNumber``: 1, 2, … in the order the warehouse was told of."""
    line_id: str
    """The store's line."""
    item: str
    """``ItemNumber``."""
    wanted: int = Field(ge=0)
    picked: int = 0
    """How many were picked so far, in all."""
    picked_at: Instant | None = None
    """When that was so: what is older is old news."""
    taken: tuple[TakenUnits, ...] = ()
    """How the warehouse's own count went down for it, oldest first (by pick or by shipment: a setting)."""

    def taken_by(self, moment: datetime) -> int:
        """How many were off the warehouse's count at that moment."""
        return next((one.quantity for one in reversed(self.taken) if one.at <= moment), 0)

    @property
    def taken_in_all(self) -> int:
        return self.taken[-1].quantity if self.taken else 0


class WarehouseParcel(Value):
    """A parcel as the warehouse told it, by its ``ShipmentNumber``."""

    number: str
    shipped_at: Instant | None = None
    carrier: str = ""
    method: str = ""
    tracking: str = ""
    url: str = ""
    lines: dict[int, int] = Field(default_factory=dict)
    """Line number -> how many."""


class AtWarehouse(StrEnum):
    NEW = "new"
    """Told, and not answered."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"


class CancelStanding(StrEnum):
    NONE = "none"
    WANTED = "wanted"
    DONE = "done"
    REFUSED = "refused"


class WarehouseOrder(Value):
    """One job as the warehouse was told of it, and all it said since. Names no person: those are in the body."""

    connection: str
    """The warehouse connection."""
    number: str
    """``OrderNumber``: our external id of the job."""
    order_id: str
    job_id: str
    store: str
    store_order_id: str
    site: str
    body: str
    """Names the version of the order's body that it was told from."""
    lines: tuple[WarehouseLine, ...]
    state: AtWarehouse = AtWarehouse.NEW
    said_yes: bool = False
    """An answer has accepted it, and not work on it: the same answer may come again."""
    words: str = ""
    """Why it was rejected, or its cancel refused, in the warehouse's words."""
    parcels: tuple[WarehouseParcel, ...] = ()
    cancel: CancelStanding = CancelStanding.NONE
    cancels_asked: int = 0
    """How often its cancel was asked for: once, and again when a person has a refused one tried again."""
    filed: bool = False
    """It is told in a file; else by a call. Settled when it is told, for told both ways it would be made twice."""
    told_at: Instant
    """When it was put where the warehouse finds it."""
    closed_at: Instant | None = None
    changed_at: Instant
    """When anything of it last moved; what a changed-only stock push looks at."""
    settled: bool = False
    """Nothing of it matters to stock any more: the warehouse is done with it and the store shows all of it."""
    version: int = 0

    @property
    def waits(self) -> bool:
        """True while the warehouse has still to answer: to the order, or to its cancel."""
        if self.cancel is CancelStanding.DONE:
            return False
        return self.state is AtWarehouse.NEW or self.cancel is CancelStanding.WANTED

    @property
    def done_with(self) -> bool:
        """True when the warehouse takes nothing more for it off its shelves."""
        return self.state in (AtWarehouse.CLOSED, AtWarehouse.REJECTED) or self.cancel is CancelStanding.DONE

    def line(self, number: int) -> WarehouseLine | None:
        return next((one for one in self.lines if one.number == number), None)
