"""The operator's answers as the command reads them: tolerant of what is new, exact about what is shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platen_cli.stops import Stop


class Shown(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Problem(Shown):
    what: str
    line_id: str = ""
    field: str = ""
    suggestion: str = ""


class Attention(Shown):
    cause: str
    problems: tuple[Problem, ...] = ()
    since: datetime | None = None
    actions: tuple[str, ...] = ()


class System(Shown):
    system: str
    name: str
    roles: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    credentials: dict[str, Any] = {}
    provisional: str = ""
    """Why it may prove wrong, for people to read before they trust it."""


class Systems(Shown):
    systems: tuple[System, ...]
    making: dict[str, Any] = {}
    """The schema of a vendor connection's rules; empty from a stack that knows none yet."""


class Link(Shown):
    name: str = ""
    vendor: str
    lines: str = "printed"
    skus: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    send: str = "auto"

    @property
    def called(self) -> str:
        return self.name or self.vendor


class Silence(Shown):
    """A poll that should have worked, a vendor that should have come, a sync that should have ended well, and did
    not."""

    sign: str = ""
    since: datetime | None = None
    words: str = ""

    @property
    def of_a_sync(self) -> bool:
        """It can be heard, but what its stores show may not be right."""
        return self.sign in {"push", "sync"}

    @property
    def kind(self) -> str:
        return "out of sync" if self.of_a_sync else "silent"


class Health(Shown):
    failures: int = 0
    resume_at: datetime | None = None
    words: str = ""
    denied: bool = False
    cursor: datetime | None = None
    polled_at: datetime | None = None
    failing_since: datetime | None = None
    silences: tuple[Silence, ...] = ()


class Connection(Shown):
    connection_id: str
    system: str = ""
    roles: tuple[str, ...] = ()
    paused: bool = False
    links: tuple[Link, ...] = ()
    making: dict[str, Any] = {}
    intake: dict[str, Any] | None = None
    provisional: str = ""
    health: Health = Health()


class Connections(Shown):
    connections: tuple[Connection, ...]


class Finding(Shown):
    ok: bool
    what: str
    fix: str = ""


class Findings(Shown):
    findings: tuple[Finding, ...] = ()


class Depot(Shown):
    """Where a warehouse finds and puts its files, and where its program calls."""

    bucket: str = ""
    folders: tuple[str, ...] = ()
    api_url: str = ""


class Connected(Shown):
    connection: Connection
    depot: Depot = Depot()
    findings: tuple[Finding, ...] = ()
    webhook_url: str = ""
    feed_url: str = ""


class Cancel(Shown):
    """A person's wish that the whole order be cancelled."""

    who: str = ""
    reason: str = ""
    at: datetime | None = None
    at_store: bool = False
    refund: bool = False
    restock: bool = False
    notify: bool = False
    told_at: datetime | None = None


class OrderRow(Shown):
    order_id: str
    number: str
    connection: str
    state: str
    placed_at: datetime | None = None
    changed_at: datetime | None = None
    waiting_for: str = ""
    nothing_because: str = ""
    folder: str = ""
    imported_from: str = ""
    cancel: Cancel | None = None
    attention: Attention | None = None


class OrderPage(Shown):
    orders: tuple[OrderRow, ...]
    next: str = ""


class LineShown(Shown):
    line_id: str = ""
    title: str = ""
    sku: str = ""
    quantity: int = 0
    left_because: str = ""


class Shares(Shown):
    """A job's part of what belongs to the order as a whole."""

    currency: str = ""
    shipping: Decimal = Decimal(0)
    handling: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)


class JobShown(Shown):
    job_id: str
    vendor: str = ""
    account: str = ""
    state: str = ""
    external_id: str = ""
    vendor_ref: str = ""
    vendor_words: str = ""
    lines: tuple[LineShown, ...] = ()
    planned_at: datetime | None = None
    sent_at: datetime | None = None
    heard_at: datetime | None = None
    attempt: int = 0
    test: bool = False
    mail_class: str = ""
    mail_class_by: str = "none"
    warnings: tuple[str, ...] = ()
    shares: Shares | None = None
    reprint_of: str = ""
    reason: str = ""
    cancel_wanted: bool = False
    amend_wanted: bool = False
    hold: str = ""
    attention: Attention | None = None


class ParcelShown(Shown):
    carrier: str = ""
    tracking: str = ""
    url: str = ""
    shipped_at: datetime | None = None
    service: str = ""
    cost: str | None = None
    note: str = ""


class ShipmentShown(Shown):
    shipment_id: str
    job_id: str = ""
    state: str = ""
    parcel: ParcelShown = ParcelShown()
    lines: tuple[LineShown, ...] = ()
    quiet: bool = False
    recorded_at: datetime | None = None
    told_at: datetime | None = None
    fulfillments: tuple[str, ...] = ()
    attention: Attention | None = None


class Moment(Shown):
    at: datetime
    what: str
    who: str = ""


class OrderShown(Shown):
    head: OrderRow
    lines: tuple[LineShown, ...] = ()
    """As they were ordered; empty when the order's details are not kept any more."""
    shipping_method: str = ""
    """What the buyer chose, as far as it is kept."""
    jobs: tuple[JobShown, ...] = ()
    shipments: tuple[ShipmentShown, ...] = ()
    events: tuple[Moment, ...] = ()
    story: tuple[Moment, ...] = ()


class OneOrder(Shown):
    order: OrderShown


class AttentionItem(Shown):
    order_id: str
    number: str = ""
    connection: str = ""
    place: str = "order"
    where: str = ""
    cause: str = ""
    problems: tuple[Problem, ...] = ()
    since: datetime | None = None
    actions: tuple[str, ...] = ()


class WaitingConnection(Shown):
    connection_id: str
    words: str = ""
    denied: bool = False
    resume_at: datetime | None = None
    failing_since: datetime | None = None
    silences: tuple[Silence, ...] = ()


class AttentionList(Shown):
    items: tuple[AttentionItem, ...] = ()
    connections: tuple[WaitingConnection, ...] = ()


class Depth(Shown):
    waiting: int = 0
    dead: int = 0


class Status(Shown):
    queues: dict[str, Depth] = {}
    connections: tuple[Connection, ...] = ()
    orders: dict[str, int] = {}
    attention: int = 0


class Option(Shown):
    name: str = ""
    value: str = ""


class Details(Shown):
    sku: str = ""
    url: str = ""
    design_id: str = ""
    account: str = ""
    options: tuple[Option, ...] = ()


class Product(Shown):
    sku: str
    details: Details = Details()


class Products(Shown):
    products: tuple[Product, ...] = ()


class Moved(Shown):
    moved: dict[str, int] = Field(default_factory=dict)


def read[T: Shown](kind: type[T], result: dict[str, Any]) -> T:
    """The result as that kind. Raises Stop when the operator speaks a newer (or older) language than we do."""
    try:
        return kind.model_validate(result)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
        raise Stop(
            f"The operator's answer is not what this version of platen understands (at {where}).",
            "Bring the command and the stack to the same version; --json shows the answer as it is.",
            code="unreadable_answer",
        ) from None
