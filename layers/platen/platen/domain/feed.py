"""The feed: jobs that their vendor fetches by itself, and what it posts about them. Pure.

::

    dispatch ──▶ entry, modified now ──▶ the vendor asks for a window of time ──▶ fetched (this version of it)
                      ▲ amended, cancelled: modified again                              │
                      └──────────────────────── notice of a parcel ◀────────────────────┘
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from platen.domain.job import Job
from platen.domain.model import Instant, Value


class FeedStatus(StrEnum):
    """How far an entry is, for the vendor."""

    UNPAID = "unpaid"
    ON_HOLD = "on_hold"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class NoticeItem(Value):
    """How many of a line are in the parcel; by the line's id, or where that is missing by its SKU."""

    line_id: str = ""
    sku: str = ""
    quantity: int = Field(ge=1)


class Notice(Value):
    """A parcel that the vendor posted; stored as it came, before it is answered."""

    notice_id: str
    """The same for the same notice, however often it comes."""
    received_at: Instant
    carrier: str = ""
    service: str = ""
    tracking: str = ""
    cost: Decimal | None = None
    note: str = ""
    shipped_at: Instant | None = None
    items: tuple[NoticeItem, ...] = ()
    """Empty: everything of the job that is left."""


class FeedEntry(Value):
    """One job as its vendor may fetch it: a snapshot of what it is to be told, and of how far that has come."""

    connection: str
    """The vendor connection."""
    order_id: str
    job_id: str
    number: str
    """What people call the order."""
    status: FeedStatus
    job: Job
    """As it was when the vendor was last told: lines, shares, and the name of the order's body."""
    gift_message: str = ""
    packing_message: str = ""
    skus: dict[str, str] = Field(default_factory=dict)
    """line id -> its SKU, for notices that name no lines; lines without one are not in it."""
    modified: Instant
    """When it last changed for the vendor. Being fetched, or a notice that changes nothing, does not move it."""
    version: int = 0
    """Goes up by one with each change."""
    fetched: int = 0
    """The version the vendor fetched last; 0: none."""
    fetched_at: Instant | None = None
    replaced: int = 0
    """The last version that was of an earlier external id of the job: who fetched that has nothing of this one."""

    @property
    def external_id(self) -> str:
        return self.job.external_id

    @property
    def was_fetched(self) -> bool:
        """True when the vendor has been given it, as it is now or as it was."""
        return self.fetched > self.replaced

    @property
    def is_fetched(self) -> bool:
        """True when the vendor has been given the entry as it is now."""
        return self.fetched == self.version
