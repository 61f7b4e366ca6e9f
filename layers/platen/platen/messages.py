"""The messages on the queues. Each is a hint of a few ids; none carries personal data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from platen.domain.model import Instant
from platen.domain.sync_kind import SyncKind

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(max_length=200)]
Tries = Annotated[int, Field(ge=0, le=1000)]
"""How often the outside system failed at this very hint; waiting while it is parked does not count."""


class Queue(StrEnum):
    INTAKE = "intake"
    DISPATCH = "dispatch"
    SHIPMENTS = "shipments"
    STORE_UPDATES = "store-updates"
    STORE_POLLS = "store-polls"
    VENDOR_POLLS = "vendor-polls"
    FILES = "warehouse-files"
    """That a warehouse put into the bucket."""
    SYNCS = "syncs"


class Message(BaseModel):
    """Every message names its connection: that is its share of the queue (``MessageGroupId``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    unlogged: ClassVar[frozenset[str]] = frozenset()
    """Fields that no log line shows."""

    connection: Id


class OrderHint(Message):
    """[intake] Something about an order moved at its store. Exactly one of the two ids is set."""

    store_order_id: Word = ""
    reference: Word = ""
    """Another id of the store's, to be resolved to an order."""
    topic: Word = ""
    updated_at: Instant | None = None
    """The order's own clock as the hint has it: older than what we have read is old news."""
    delivery: Word = ""
    """The sender's id of this delivery, for the log."""
    replan: bool = False
    """A person asked: plan again what was not sent, though nothing changed."""
    remap: bool = False
    """The links, a folder or the product map changed: plan again, but what comes out the same stays as it is."""
    tries: Tries = 0


class JobHint(Message):
    """[dispatch] A job may have something to be done at its vendor (``connection``)."""

    order_id: Id
    job_id: Id


class VendorHint(Message):
    """[shipments] Something about an order moved at its vendor (``connection``)."""

    vendor_ref: Word = ""
    external_id: Word = ""
    account: Word = ""
    topic: Word = ""
    delivery: Word = ""
    tries: Tries = 0


class ShipmentHint(Message):
    """[store-updates] A parcel its store (``connection``) may not know of."""

    order_id: Id
    shipment_id: Word = ""
    """Empty: the order itself, which is to be cancelled there."""


class PollHint(Message):
    """[store-polls], [vendor-polls] The schedule came round, or a webhook says that something moved."""

    since: Instant | None = None
    """When that webhook came: a poll that was begun later has seen what it is about. None: the schedule."""


class FileHint(Message):
    """[warehouse-files] A file came in under a warehouse connection's (``connection``) prefix."""

    unlogged = frozenset({"key"})  # people name files, and after people

    key: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    at: Instant | None = None
    """When it was put there, as the bucket tells: files overtake each other."""


class SyncHint(Message):
    """[syncs] A sync of a warehouse connection (``connection``) is due, was asked for, or has to go on."""

    kind: SyncKind | None = None
    """None: the schedule came round; what is due is found out."""
    run_id: Word = ""
    """That run has to go on."""


MESSAGE_OF: dict[Queue, type[Message]] = {
    Queue.INTAKE: OrderHint,
    Queue.DISPATCH: JobHint,
    Queue.SHIPMENTS: VendorHint,
    Queue.STORE_UPDATES: ShipmentHint,
    Queue.STORE_POLLS: PollHint,
    Queue.VENDOR_POLLS: PollHint,
    Queue.FILES: FileHint,
    Queue.SYNCS: SyncHint,
}
