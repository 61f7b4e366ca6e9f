"""Connections and links: the configured ends of the hub, and which orders go from one to another."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field

from platen.domain.making import FolderName, Making, alike
from platen.domain.model import Instant, Value


class Role(StrEnum):
    STORE = "store"
    VENDOR = "vendor"
    WAREHOUSE = "warehouse"


class Lines(StrEnum):
    """Which lines of an order a link is about."""

    PRINTED = "printed"
    """Those with print details."""
    ALL = "all"
    """Everything that goes in a parcel."""


class Send(StrEnum):
    """What becomes of a job that a link makes."""

    AUTO = "auto"
    HOLD = "hold"
    """It waits for a person, who releases it."""


class Goods(Value):
    """What a link looks at: a line, and the order around it."""

    sku: str = ""
    printed: bool = False
    brand: str = ""
    """The product's vendor, as the store has it."""
    location: str = ""
    tags: tuple[str, ...] = ()
    country: str = ""
    folder: str = ""


class Link(Value):
    """A rule from a store connection to a vendor connection. The first link that takes a line has it.

    Every condition that is set has to hold; within one, any of its values will do.
    """

    name: str = ""
    """What people call it, once in a store; empty: the vendor's."""
    vendor: str
    lines: Lines = Lines.PRINTED
    skus: tuple[str, ...] = ()
    """Patterns such as ``CANVAS-*``, case-sensitive as SKUs are; empty takes every SKU."""
    countries: tuple[str, ...] = ()
    """Ship-to countries, alpha-2; empty takes every country."""
    vendors: tuple[str, ...] = ()
    """Product vendors or brands, as the store has them; patterns, case aside."""
    tags: tuple[str, ...] = ()
    """The order has one of these tags; case aside."""
    locations: tuple[str, ...] = ()
    """The item's location is one of these; case aside."""
    folders: tuple[str, ...] = ()
    """The order is in one of these folders; case aside."""
    send: Send = Send.AUTO

    @property
    def called(self) -> str:
        return self.name or self.vendor

    def why_not(self, goods: Goods) -> str:  # noqa: PLR0911 - one exit for each condition
        """Why it does not take a line, by the first condition that does not hold; empty when it takes it."""
        if self.lines is Lines.PRINTED and not goods.printed:
            return "the line has no print details"
        if self.skus and not any(fnmatchcase(goods.sku, pattern) for pattern in self.skus):
            return f"its SKU is not {_or(self.skus)}"
        if self.vendors and not _matches(goods.brand, self.vendors):
            return f"its product vendor is not {_or(self.vendors)}"
        if self.locations and not _is_one_of(goods.location, self.locations):
            return f"its location is not {_or(self.locations)}"
        if self.tags and not any(_is_one_of(tag, self.tags) for tag in goods.tags):
            return f"the order has no tag {_or(self.tags)}"
        if self.countries and goods.country not in self.countries:
            return f"it does not go to {_or(self.countries)}"
        if self.folders and not _is_one_of(goods.folder, self.folders):
            return f"the order is not in the folder {_or(self.folders)}"
        return ""


def _is_one_of(text: str, names: tuple[str, ...]) -> bool:
    return any(alike(text) == alike(name) for name in names)


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(alike(text), alike(pattern)) for pattern in patterns)


def _or(values: tuple[str, ...]) -> str:
    return " or ".join(values)


class Unrouted(StrEnum):
    """What to do with a line that goes in a parcel and that no link takes."""

    ATTENTION = "attention"
    LEAVE = "leave"
    """It is somebody else's: leave it to the store."""


class ReleaseWhen(StrEnum):
    """From which payment on an order is made."""

    PAID = "paid"
    AUTHORIZED = "authorized"
    ALWAYS = "always"


class TestOrders(StrEnum):
    """What to do with a store's test orders."""

    __test__ = False  # not a test class, whatever its name says

    SKIP = "skip"
    SEND_AS_TEST = "send_as_test"


class Intake(Value):
    """How a store connection's orders are taken in: the same questions for every store."""

    orders_since: Instant
    """Orders placed before are never taken: they were handled by whatever was used before Platen."""
    release_when: ReleaseWhen = ReleaseWhen.PAID
    test_orders: TestOrders = TestOrders.SKIP
    unrouted: Unrouted = Unrouted.ATTENTION
    new_folder: FolderName = ""
    """Folder for New Orders; empty: they are in none, which costs nothing."""
    cancel_folder: FolderName = ""
    """Where orders go that the store cancelled before anything was made of them."""


class Connection(Value):
    """One configured link with one outside account. Its secrets are elsewhere (SSM)."""

    connection_id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")
    system: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")
    roles: tuple[Role, ...]
    settings: dict[str, Any]
    """Valid by the connector's settings model."""
    links: tuple[Link, ...] = ()
    intake: Intake | None = None
    """Set on store connections."""
    making: Making = Making()
    """How jobs are prepared; of meaning on vendor connections."""
    moved_in: bool = False
    """Orders of this store were moved in from another system: a new one is first held against those."""
    paused: bool = False
    created_at: Instant
    version: int = 0


class Sign(StrEnum):
    """What a connection lets hear of itself while all is well."""

    POLL = "poll"
    """A poll of ours that worked."""
    FETCH = "fetch"
    """The vendor came for its feed."""
    PUSH = "push"
    """A push of stock that ended well."""
    SYNC = "sync"
    """The newest sync of each kind ended well."""


class Silence(Value):
    """A sign that stayed away for far longer than it should."""

    sign: Sign
    since: Instant
    """When it was last there, or when it was begun to wait for it."""
    words: str
    """What happened, and what a person can do."""


class Health(Value):
    """How a connection is doing; a small item of its own, written only when something is wrong or moves on."""

    connection_id: str
    failures: int = 0
    """Failures in a row; 0 while healthy."""
    resume_at: Instant | None = None
    """Work for it is parked until then."""
    words: str = ""
    """The outside system's words of the last failure."""
    denied: bool = False
    """Its credentials or permissions need a person."""
    cursor: Instant | None = None
    """How far the reconcile poll has come."""
    news_cursor: str = ""
    """How far a vendor's own list of news was read, in the vendor's terms."""
    polled_at: Instant | None = None
    fetched_at: Instant | None = None
    """When the vendor last came for its feed by itself."""
    listened_at: Instant | None = None
    """When its webhook subscriptions were last looked after."""
    refreshed_at: Instant | None = None
    """When what is cached of it was last read anew."""
    failing_since: Instant | None = None
    watched_from: Instant | None = None
    """Silence is counted from then on: from when it was connected anew, or resumed."""
    silences: tuple[Silence, ...] = ()
    """At most one of each sign. They park no work: what does come through goes on."""
    version: int = 0
