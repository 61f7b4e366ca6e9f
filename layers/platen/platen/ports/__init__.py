"""The few Protocols the use cases need. Adapters implement them; so do the fakes of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from platen.domain.claim import Claim
from platen.domain.connection import Connection, Health
from platen.domain.job import Job, VendorOrder, VendorParcel
from platen.domain.printing import ProductMapping
from platen.domain.record import Event, OrderBody, OrderHead, OrderRecord, OrderState
from platen.domain.shipment import Shipment
from platen.messages import Message, Queue
from platen.ports.feed import Feed, FeedPage, Posted, Window
from platen.ports.incoming import FeedRequest, Forged, Unreadable, WebhookRequest
from platen.ports.outside import Artwork, Finding, Http, News, OrderStub, Page, Reply, Store, Vendor
from platen.ports.request import JobRequest
from platen.ports.stock import (
    REFUSED,
    STALE,
    UNCLEAR,
    WRITTEN,
    Claimed,
    Export,
    Files,
    Ledger,
    Level,
    Outcome,
    Place,
    Standing,
    StockedStore,
    TooLarge,
    Variant,
    VariantPage,
    Write,
)

# Spoken of here, at home elsewhere.
__all__ = [
    "REFUSED",
    "STALE",
    "UNCLEAR",
    "WRITTEN",
    "Artwork",
    "Claimed",
    "Export",
    "Feed",
    "FeedPage",
    "FeedRequest",
    "Files",
    "Finding",
    "Forged",
    "Http",
    "JobRequest",
    "Ledger",
    "Level",
    "News",
    "OrderStub",
    "Outcome",
    "Page",
    "Place",
    "Posted",
    "Reply",
    "Standing",
    "StockedStore",
    "Store",
    "TooLarge",
    "Unreadable",
    "Variant",
    "VariantPage",
    "Vendor",
    "VendorOrder",
    "VendorParcel",
    "WebhookRequest",
    "Window",
    "Write",
]


class Conflict(Exception):
    """Somebody else wrote in between: read again and decide again."""


class NotClaimed(Exception):
    """The claim is somebody else's, or there is nothing to claim. ``current`` is what is stored."""

    def __init__(self, current: Job | Shipment | None) -> None:
        super().__init__("not claimed")
        self.current = current


class NotFound(Exception):
    """There is no such thing; the text says what was looked for."""


class Removed(NotFound):
    """There was such a connection, and a person has taken it away."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class Due:
    """Something that stands still, or was promised and not heard of."""

    order_id: str
    job_id: str = ""
    shipment_id: str = ""


class Watch:
    """The two kinds of due work, each its own lane of the index."""

    WORK = "work"
    """Ready, claimed or unknown: to be done by us."""
    NEWS = "news"
    """At the vendor: to be asked about."""


class Orders(Protocol):
    """Order records. Every write is conditional; a lost reply to a write that landed is no error."""

    def load(self, order_id: str) -> OrderRecord | None:
        """The order's head, jobs and shipments, by one consistent read."""

    def body(self, order_id: str, name: str) -> OrderBody:
        """The body of that name. Raises NotFound (also when its retention is over)."""

    def bodies(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OrderBody]:
        """(order id, name) -> the body, of those that are still kept (a batch read)."""

    def save(
        self,
        before: OrderRecord | None,
        after: OrderRecord,
        *,
        body: OrderBody | None = None,
        events: Sequence[Event] = (),
    ) -> OrderRecord:
        """Write what changed, all of it or nothing, and give it back with its new versions.

        A ``body`` is written first, under its own name. Raises Conflict.
        """

    def save_job(self, before: Job, after: Job) -> Job:
        """Write one job alone. Raises Conflict."""

    def save_shipment(self, before: Shipment, after: Shipment) -> Shipment:
        """Write one shipment alone. Raises Conflict."""

    def claim_job(self, order_id: str, job_id: str, claim: Claim) -> Job:
        """The job, now ours. Raises NotClaimed."""

    def claim_shipment(self, order_id: str, shipment_id: str, claim: Claim) -> Shipment:
        """The shipment, now ours. Raises NotClaimed."""

    def heads(self, order_ids: Iterable[str]) -> dict[str, OrderHead]:
        """The heads of those orders that are known (a batch read)."""

    def job_of_vendor_order(self, vendor: str, vendor_ref: str) -> tuple[str, str] | None:
        """(order id, job id) of a vendor's own order id."""

    def due(self, connection: str, watch: str, now: datetime, limit: int) -> list[Due]:
        """What is due for a connection, the longest overdue first."""

    def in_state(self, connection: str, state: OrderState, limit: int, after: str = "") -> Page[OrderHead]:
        """A store's orders in a state, newest first."""

    def in_folder(self, connection: str, folder: str, limit: int, after: str = "") -> Page[OrderHead]:
        """A store's orders in a folder, newest first."""

    def count_in_folder(self, connection: str, folder: str, most: int) -> int:
        """How many there are, counted no further than ``most``."""

    def oldest_in_folder(self, connection: str, folder: str) -> datetime | None:
        """When the one was placed that is there the longest."""

    def by_number(self, connection: str, number: str) -> list[OrderHead]:
        """The orders a store calls by that number: usually one."""

    def events(self, order_id: str) -> list[Event]:
        """What was out of the ordinary, oldest first."""


class Connections(Protocol):
    def get(self, connection_id: str) -> Connection:
        """Raises NotFound; Removed when a person has taken it away. May be some seconds old: it is read for every
        message."""

    def all(self) -> list[Connection]: ...

    def save(self, connection: Connection) -> Connection:
        """Raises Conflict."""

    def remove(self, connection: Connection) -> None:
        """Its item and its health; that it was there is kept. Fine when it is removed already. Raises Conflict when
        somebody wrote to the connection since it was read: its health is gone by then, and is counted anew."""

    def removed(self) -> list[str]:
        """The names of all that were ever removed, of those too that are there again."""

    def folders(self) -> tuple[str, ...]:
        """The user's folders, in their order; empty while nobody has changed the list."""

    def save_folders(self, names: Sequence[str]) -> None: ...

    def health(self, connection_id: str) -> Health:
        """Never older than a few seconds."""

    def save_health(self, health: Health) -> Health:
        """Raises Conflict."""


class Products(Protocol):
    """The user's product map of a store: SKU -> print details."""

    def get(self, store: str, skus: Iterable[str]) -> dict[str, ProductMapping]: ...

    def put(self, store: str, mappings: Iterable[ProductMapping]) -> int:
        """Writes them all; gives how many."""


class Cache(Protocol):
    """Things read from outside that are dear to read again, e.g. a vendor's catalogue: text by key."""

    def get(self, namespace: str, keys: Iterable[str]) -> dict[str, str]: ...

    def put(self, namespace: str, entries: Mapping[str, str], keep: timedelta) -> None: ...

    def keys(self, namespace: str) -> list[str]: ...


class Secrets(Protocol):
    """What only a connection's own functions may read. Values are never logged."""

    def credentials(self, connection_id: str) -> dict[str, Any]:
        """Raises NotFound."""

    def webhook(self, connection_id: str) -> dict[str, Any]:
        """What the webhook receiver needs, and nothing more: ``path_key``, ``keys``. Raises NotFound."""

    def token(self, connection_id: str) -> dict[str, Any]:
        """A short-lived token shared by all workers; empty when there is none. Never served from memory."""

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None: ...

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None: ...

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None: ...

    def remove(self, connection_id: str) -> None:
        """All of a connection's; fine when they are gone already."""


class Queues(Protocol):
    def send(self, queue: Queue, messages: Sequence[Message], *, delay: timedelta = timedelta(0)) -> None:
        """Durable when it returns. May arrive twice. ``delay`` is at most 15 minutes."""

    def redrive(self, queue: Queue, limit: int) -> int:
        """Move dead letters back, each sent before it is deleted; gives how many. Safe to press twice."""

    def depths(self) -> dict[Queue, tuple[int, int]]:
        """queue -> (waiting or in flight, dead letters), approximate as SQS counts."""


class Schedules(Protocol):
    def every(self, name: str, minutes: int, queue: Queue, message: Message) -> None:
        """Make or change the schedule of that name."""

    def daily(self, name: str, at: time, zone: str, queue: Queue, message: Message) -> None:
        """Make or change the schedule of that name: once a day, by the clock of that time zone."""

    def remove(self, name: str) -> None: ...


@dataclass(frozen=True)
class Access:
    """Everything a connector gets to reach its outside account."""

    connection: Connection
    settings: Any
    """The connector's settings model, validated."""
    http: Http
    clock: Clock
    secrets: Secrets
    cache: Cache
    feed: Feed
    files: Files
    ledger: Ledger

    @property
    def connection_id(self) -> str:
        return self.connection.connection_id
