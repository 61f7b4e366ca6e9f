"""Attention: what waits for a person, why, and what that person can do about it."""

from __future__ import annotations

from enum import StrEnum

from platen.domain.model import Instant, Value


class Action(StrEnum):
    """What a person can tell Platen to do with something in attention."""

    RETRY = "retry"
    """Read the order again from its store and try again: for what has been mended."""
    RESEND = "resend"
    """Send it (again), after the person has looked and it is not at the vendor."""
    RELEASE = "release"
    """Seen, and good as it is: go on."""
    CANCEL = "cancel"
    """Do not make it; cancel at the vendor what is already there."""
    MARK_SENT = "mark-sent"
    """It is at the vendor, under this reference: adopt it."""
    MARK_CANCELLED = "mark-cancelled"
    """The person has had it cancelled there by hand: it is not made."""


class Cause(StrEnum):
    """Why something waits for a person. The value is what scripts see; ``ACTIONS`` says what helps."""

    MOVED_IN = "moved_in"
    UNROUTED_LINE = "unrouted_line"
    PRINT_DETAILS = "print_details"
    SHIP_TO_MISSING = "ship_to_missing"
    SHIP_TO_HIDDEN = "ship_to_hidden"
    HELD = "held"
    MAIL_CLASS = "mail_class"
    ARTWORK = "artwork"
    PREFLIGHT = "preflight"
    VENDOR_REFUSED = "vendor_refused"
    UNCONFIRMED = "unconfirmed"
    CHANGED_AFTER_SENT = "changed_after_sent"
    CHANGED_AFTER_SHIPPED = "changed_after_shipped"
    CANCEL_REFUSED = "cancel_refused"
    CANCELLED_AFTER_SHIPPED = "cancelled_after_shipped"
    VENDOR_CANCELLED = "vendor_cancelled"
    VENDOR_FAILED = "vendor_failed"
    VENDOR_SILENT = "vendor_silent"
    VENDOR_LOST_IT = "vendor_lost_it"
    CLOSED_SHORT = "closed_short"
    SHIPMENT_UNREADABLE = "shipment_unreadable"
    STORE_REFUSED = "store_refused"
    STORE_LOST_IT = "store_lost_it"


ACTIONS: dict[Cause, tuple[Action, ...]] = {
    Cause.MOVED_IN: (Action.RELEASE, Action.CANCEL),
    Cause.UNROUTED_LINE: (Action.RETRY, Action.RELEASE, Action.CANCEL),
    Cause.PRINT_DETAILS: (Action.RETRY, Action.CANCEL),
    Cause.SHIP_TO_MISSING: (Action.RETRY, Action.CANCEL),
    Cause.SHIP_TO_HIDDEN: (Action.RETRY, Action.CANCEL),
    Cause.HELD: (Action.RELEASE, Action.CANCEL),
    Cause.MAIL_CLASS: (Action.RETRY, Action.RELEASE, Action.CANCEL),
    Cause.ARTWORK: (Action.RETRY, Action.RELEASE, Action.CANCEL),
    Cause.PREFLIGHT: (Action.RETRY, Action.CANCEL),
    Cause.VENDOR_REFUSED: (Action.RETRY, Action.CANCEL),
    Cause.UNCONFIRMED: (Action.RETRY, Action.RESEND, Action.MARK_SENT, Action.CANCEL),
    Cause.CHANGED_AFTER_SENT: (Action.RELEASE, Action.CANCEL),
    Cause.CHANGED_AFTER_SHIPPED: (Action.RELEASE,),
    Cause.CANCEL_REFUSED: (Action.RETRY, Action.MARK_CANCELLED, Action.RELEASE),
    Cause.CANCELLED_AFTER_SHIPPED: (Action.RELEASE,),
    Cause.VENDOR_CANCELLED: (Action.RESEND, Action.CANCEL),
    Cause.VENDOR_FAILED: (Action.RETRY, Action.RESEND, Action.CANCEL),
    Cause.VENDOR_SILENT: (Action.RELEASE, Action.CANCEL),
    Cause.VENDOR_LOST_IT: (Action.RETRY, Action.RESEND, Action.MARK_SENT, Action.CANCEL),
    Cause.CLOSED_SHORT: (Action.RETRY, Action.RELEASE, Action.CANCEL),
    Cause.SHIPMENT_UNREADABLE: (Action.RETRY, Action.RELEASE),
    Cause.STORE_REFUSED: (Action.RETRY, Action.RELEASE),
    Cause.STORE_LOST_IT: (Action.RETRY, Action.RELEASE, Action.CANCEL),
}


class Problem(Value):
    """One thing that is wrong, said so that the person can mend it without asking anybody.

    ``what`` is a whole sentence; ``line_id`` and ``field`` say where; ``suggestion`` is the nearest
    right value, when there is one.
    """

    what: str
    line_id: str = ""
    field: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        return self.what


class Attention(Value):
    """The state of waiting for a person: the cause, the evidence, and since when."""

    cause: Cause
    problems: tuple[Problem, ...]
    since: Instant

    @property
    def actions(self) -> tuple[Action, ...]:
        return ACTIONS[self.cause]

    def __str__(self) -> str:
        return "; ".join(problem.what for problem in self.problems) or self.cause.value
