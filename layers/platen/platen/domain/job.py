"""A job: the lines of one order that one vendor makes, and how far that has come."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from platen.domain.attention import Attention, Cause
from platen.domain.claim import Claimable
from platen.domain.mail_class import By
from platen.domain.model import Instant, Value
from platen.domain.order import Charges

UNDISPATCHED = timedelta(minutes=10)
"""A job that is still ready so long after it was planned has lost its message: the sweep sends another."""


class JobState(StrEnum):
    READY = "ready"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ATTENTION = "attention"
    SENT = "sent"
    IN_PRODUCTION = "in_production"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


JOB_STEPS: dict[JobState, frozenset[JobState]] = {
    # Unknown without a claim: the vendor speaks of what we were about to send.
    JobState.READY: frozenset({JobState.CLAIMED, JobState.UNKNOWN, JobState.ATTENTION, JobState.CANCELLED}),
    # Back to ready, or to cancelled, only on a definite "nothing was made".
    JobState.CLAIMED: frozenset(
        {
            JobState.CLAIMED,
            JobState.READY,
            JobState.UNKNOWN,
            JobState.ATTENTION,
            JobState.SENT,
            JobState.CANCELLED,
        }
    ),
    # Sent without a claim: the vendor spoke of it before we asked.
    JobState.UNKNOWN: frozenset({JobState.CLAIMED, JobState.ATTENTION, JobState.SENT}),
    JobState.SENT: frozenset({JobState.IN_PRODUCTION, JobState.SHIPPED, JobState.CANCELLED, JobState.ATTENTION}),
    JobState.IN_PRODUCTION: frozenset({JobState.SHIPPED, JobState.CANCELLED, JobState.ATTENTION}),
    # Out of attention a person leads; where to is decided the facts (see ``tracking.standing``).
    JobState.ATTENTION: frozenset(
        {
            JobState.READY,
            JobState.UNKNOWN,
            JobState.SENT,
            JobState.IN_PRODUCTION,
            JobState.SHIPPED,
            JobState.CANCELLED,
        }
    ),
    JobState.SHIPPED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


class Hold(StrEnum):
    """Why an order is not to be made or shipped yet, as a vendor that keeps such orders is told."""

    NONE = ""
    PAYMENT = "payment"
    STORE = "store"
    """The store holds it, or has it scheduled for later."""


class VendorPhase(StrEnum):
    """How far the vendor says it is; each connector maps its vendor's words to these."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    IN_PRODUCTION = "in_production"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class VendorParcel(Value):
    """A parcel as the vendor tells it. ``items`` are (vendor item id, quantity); empty means everything."""

    carrier: str = ""
    tracking: str = ""
    url: str = ""
    shipped_at: Instant | None = None
    service: str = ""
    """The carrier's service, in words for people."""
    cost: Decimal | None = None
    """What the carrier charges, in the currency of the vendor's account; None where that is not told."""
    note: str = ""
    """What whoever shipped it wrote to the buyer. Personal data."""
    items: tuple[tuple[str, int], ...] = ()


class VendorOrder(Value):
    """A vendor's order as a fresh read shows it."""

    ref: str
    external_id: str
    phase: VendorPhase
    words: str
    """The vendor's own word for its status."""
    test: bool = False
    lines: dict[str, str] = Field(default_factory=dict)
    """Vendor item id -> our line id; filled where the request was at hand to match by."""
    parcels: tuple[VendorParcel, ...] = ()
    reason: str = ""
    """Why it failed or was cancelled, or what of it is short, in the vendor's words."""
    short: bool = False
    """It is over, and fewer pieces come than were ordered. Its phase is then ``shipped``; ``cancelled`` where
    nothing comes at all."""
    again_at: Instant | None = None
    """More is expected to be known by then: it is looked at again sooner than it would be."""


class JobLine(Value):
    """How many of one order line are in the job."""

    line_id: str
    quantity: int = Field(ge=1)


class Job(Claimable):
    """One job of one order. Small on purpose: it is written again at every step; the body is not."""

    order_id: str
    job_id: str
    """``1``, ``2``, … within its order."""
    store: str
    """The store connection the order came through."""
    vendor: str
    """The vendor connection that makes it."""
    account: str = ""
    """Which of that connection's accounts, e.g. ``eu``; empty where there is only one."""
    external_id: str
    """What the vendor knows it by; see :func:`external_id`."""
    state: JobState
    lines: tuple[JobLine, ...]
    body: str
    """Names the version of the order's body that it is made from."""
    content: str
    """Names what the vendor was told (see ``content.Content``): a change after sending shows here."""
    asked: str = ""
    """What the order asks for since it changed; becomes ``content`` when a person releases the change."""
    test: bool = False
    vendor_ref: str = ""
    """The vendor's own id of the order it made for us; empty until we know it."""
    vendor_phase: VendorPhase = VendorPhase.UNKNOWN
    vendor_words: str = ""
    """The vendor's own word for its status."""
    vendor_lines: dict[str, str] = Field(default_factory=dict)
    """The vendor's item id -> our line id, to read its shipments by."""
    cancel_wanted: bool = False
    """The store or a person wants it cancelled; the vendor has not said yes yet."""
    amend_wanted: bool = False
    """The order changed, and its vendor takes changes: it has still to be told (``asked`` is what)."""
    in_vain: int = 0
    """How often in a row its vendor could not be told of a cancel or a change, since a person heard of that."""
    told_lines: tuple[JobLine, ...] = ()
    """What the vendor has of it while it is still to be told of fewer; empty: ``lines``."""
    hold: Hold = Hold.NONE
    """Set on the job of a vendor that also keeps orders which are not to be made yet."""
    dropped: bool = False
    """A person decided that its lines are not made: they are not planned again."""
    reprint: int = 0
    """How many times a person had it made anew under a new id."""
    reprint_of: str = ""
    """The job that a person wants once more: beyond what the order asks for, so planning leaves it alone."""
    reason: str = ""
    """Why, in that person's words."""
    released: tuple[Cause, ...] = ()
    """What a person has seen, and said of this very content: send it as it is. Once the vendor has it, only that
    it was closed short."""
    shares: Charges | None = None
    """Its part of what belongs to the order as a whole; None where the store does not tell of any."""
    mail_class: str = ""
    """The vendor's code of the mail class it went by."""
    mail_class_by: By = By.NONE
    warnings: tuple[str, ...] = ()
    """What was seen before it was sent, and did not stop it."""
    planned_at: Instant
    sent_at: Instant | None = None
    heard_at: Instant | None = None
    waiting_since: Instant | None = None
    """Set when a person released it while the vendor was silent: the alarm counts anew from there."""
    attention: Attention | None = None

    @property
    def bound(self) -> bool:
        """True once the vendor has it, or may have it: from then on its content cannot be changed by us."""
        if self.state in (JobState.READY, JobState.CANCELLED):
            return False
        if self.state is JobState.ATTENTION:
            return bool(self.vendor_ref) or self.doubt
        return True

    @property
    def at_vendor(self) -> bool:
        """True while the vendor is known to be working on it."""
        return bool(self.vendor_ref) and self.state not in (JobState.SHIPPED, JobState.CANCELLED)

    @property
    def to_be_amended(self) -> bool:
        """True while its vendor has still to be told of a change, and may be; a cancel is all that is passed on."""
        may_be = bool(self.vendor_ref) and self.state in _AMENDABLE and not self.cancel_wanted
        return self.amend_wanted and may_be

    @property
    def lines_there(self) -> tuple[JobLine, ...]:
        """What its vendor has, or may have, of it: what may still come in parcels."""
        return self.told_lines or self.lines


_AMENDABLE = frozenset({JobState.SENT, JobState.IN_PRODUCTION})
_EXTERNAL_ID = re.compile(r"(?:[A-Za-z0-9]{1,20}-)?(?P<order>[a-z2-7]{16})-(?P<job>[0-9]{1,4})(?:-R[0-9]{1,3})?")


def external_id(number: str, order_id: str, job_id: str, reprint: int = 0) -> str:
    """Our id at the vendor: readable first, then exact. URL-safe, at most 64 characters, never random.

    >>> external_id("#1001", "k7x2m3qpl4tzabcd", "1")
    '1001-k7x2m3qpl4tzabcd-1'
    >>> external_id("#1001", "k7x2m3qpl4tzabcd", "1", reprint=2)
    '1001-k7x2m3qpl4tzabcd-1-R2'
    """
    readable = re.sub(r"[^A-Za-z0-9]", "", number)[:20]
    again = f"-R{reprint}" if reprint else ""
    return f"{readable}-{order_id}-{job_id}{again}".removeprefix("-")


def read_external_id(text: str) -> tuple[str, str] | None:
    """(order id, job id) of an external id of ours; None for anybody else's.

    >>> read_external_id("1001-k7x2m3qpl4tzabcd-1-R2")
    ('k7x2m3qpl4tzabcd', '1')
    """
    found = _EXTERNAL_ID.fullmatch(text)
    return (found["order"], found["job"]) if found else None
