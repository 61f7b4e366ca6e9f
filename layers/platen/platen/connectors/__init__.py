"""The connectors, found by their folder: a new system is a new folder, and nothing else changes.

Each ``connectors/<system>/__init__.py`` holds one ``CONNECTOR``; importing it imports no client, so
a webhook receiver stays quick. Webhooks are read by ``connectors/<system>/webhook.py``::

    def receive(request: WebhookRequest, keys: Sequence[str]) -> list[Message]

which verifies the raw body before it reads anything, raises Forged or Unreadable, and gives the
messages to queue, with an empty ``connection`` for the caller to fill in (none for events that are
known and of no interest). Where ``CONNECTOR.webhook_access`` is set, it is called with the connection's
Access as a third argument, for signatures that are made with published keys.

A vendor that fetches its jobs by itself is answered by ``connectors/<system>/feed.py``, whose ``DOOR`` is a
:class:`FeedDoor`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from platen.domain.connection import Role

if TYPE_CHECKING:
    from platen.domain.feed import FeedEntry
    from platen.domain.order import Address
    from platen.domain.printing import PrintDetails
    from platen.domain.products import Item
    from platen.domain.record import OrderBody
    from platen.domain.warehouse import (
        Adjustment,
        CountRow,
        OrderAnswer,
        PickRow,
        RowResult,
        ShipmentRow,
        Snapshot,
        WarehouseOrder,
    )
    from platen.messages import Message
    from platen.ports import Access, FeedRequest, JobRequest, Posted, StockedStore, Store, Vendor, Window


class Resend(StrEnum):
    """What keeps a second attempt from making a second order at the vendor."""

    NATIVE_KEY = "native_key"
    """It honours an idempotency key: the same key again is safe."""
    UNIQUE_ID = "unique_id"
    """It refuses an external id it has seen."""
    LOOKUP = "lookup"
    """It can be searched by our id, with a lag that is stated."""
    NONE = "none"
    """Nothing: after a doubt only a person decides."""


@dataclass(frozen=True)
class Connector:
    """All there is to know of one outside system before talking to it."""

    system: str
    name: str
    roles: frozenset[Role]
    settings: type[BaseModel]
    credentials: type[BaseModel]
    """Fields that hold secrets are ``SecretStr``; titles and descriptions are the prompts' text."""
    hosts: Callable[[Any], tuple[str, ...]]
    """settings -> the only hosts it may call; ``*.`` in front takes subdomains."""
    webhook_keys: Callable[[Any], list[str]]
    """credentials -> the secrets that its webhooks may be signed with, any of them; empty: unsigned."""
    store: str = ""
    """``module:attribute`` of ``(Access) -> Store``; empty when it is no store."""
    vendor: str = ""
    """``module:attribute`` of ``(Access) -> Vendor``; empty when it is no vendor."""
    stock: str = ""
    """``module:attribute`` of ``(Access) -> StockedStore``; empty: its stock cannot be written."""
    inbox: str = ""
    """``module:attribute`` of an :class:`Inbox`; empty when nothing comes from it in files or by calls."""
    outbox: str = ""
    """``module:attribute`` of an :class:`Outbox`; empty when it is no warehouse, or is told of no products."""
    resend: Resend = Resend.NONE
    search_lag: timedelta = timedelta(0)
    """How long after a request ended its order may still be missing from a look-up."""
    account_of: Callable[[Any, Address | None, PrintDetails], str] = field(default=lambda *_: "")
    """(settings, ship-to, print details) -> which of the connection's accounts makes it."""
    poll_minutes: Callable[[Any], int] = field(default=lambda _: 0)
    """settings -> how often it is polled; 0: never."""
    waiting_alarm: Callable[[Any], timedelta] = field(default=lambda _: timedelta(hours=24))
    """settings -> how long the vendor may leave an order waiting before a person should look."""
    test_orders: bool = False
    """It can take an order as a test, which is never made."""
    provisional: str = ""
    """Why its contract may prove wrong, for people to read before they trust it; empty where it is published."""
    lacking: Callable[[PrintDetails], tuple[str, ...]] = field(default=lambda _: ())
    """print details -> the names of the fields (``print_url``, …) without which it makes nothing of them."""
    prints: bool = True
    """It prints what it is sent; where it does not, nobody looks at print files for it."""
    most_prints: int = 99
    """How many prints it puts on one product."""
    default_class: Callable[[Any], str] = field(default=lambda _: "")
    """settings -> the mail class for connections that have no Default Mail Class."""
    ask_again: Callable[[Any], timedelta] | None = None
    """settings -> how long after the last news an order is asked about; None: at every poll."""
    amends: Callable[[Any], bool] = field(default=lambda _: False)
    """settings -> whether it can be told anew what an order is, while nothing of it has shipped."""
    takes_waiting: Callable[[Any], bool] = field(default=lambda _: False)
    """settings -> whether it is also told of orders that are not to be made yet, and keeps them as such."""
    fetch_minutes: Callable[[Any], int] = field(default=lambda _: 0)
    """settings -> how often the vendor is expected to come for its feed; 0: it does not fetch."""
    when_silent: str = "Look there whether it is still set up to fetch from Platen, by the right address and login."
    """A sentence for people: what to do when it does not come."""
    webhook_access: bool = False
    """Its webhooks are verified with more than the credentials: see above."""

    def open_store(self, access: Access) -> Store:
        return _load(self.store)(access)  # type: ignore[no-any-return]

    def open_vendor(self, access: Access) -> Vendor:
        return _load(self.vendor)(access)  # type: ignore[no-any-return]

    def open_stock(self, access: Access) -> StockedStore | None:
        return _load(self.stock)(access) if self.stock else None

    def open_inbox(self) -> Inbox | None:
        inbox: Inbox | None = _load(self.inbox) if self.inbox else None
        return inbox

    def open_outbox(self) -> Outbox | None:
        outbox: Outbox | None = _load(self.outbox) if self.outbox else None
        return outbox


type Told = PickRow | ShipmentRow | Adjustment | CountRow | OrderAnswer
"""A row of what a warehouse tells."""


class TellsOf(StrEnum):
    """What the rows of a file, or of a call, are about."""

    PICKS = "picks"
    SHIPMENTS = "shipments"
    ADJUSTMENTS = "adjustments"
    SNAPSHOTS = "snapshots"
    ANSWERS = "answers"
    """To orders and cancels."""


@dataclass(frozen=True)
class Read:
    """One row as it was read: what it tells, or why it cannot be read."""

    row: int
    """1 is the first row of data."""
    told: Told | None
    refused: RowResult | None = None


@dataclass(frozen=True)
class Contents:
    """A file as its head tells: what it is about, and its rows, read as they are asked for."""

    about: TellsOf
    rows: Iterator[Read]
    snapshot: Snapshot | None = None
    """Of a snapshot file: named by its first row."""


class FileRefused(Exception):
    """A file that is not taken at all: nothing of it was applied. ``result`` says why, for a clerk."""

    def __init__(self, result: RowResult) -> None:
        super().__init__(result.message)
        self.result = result


class Inbox(Protocol):
    """How a warehouse system's files and calls are read and answered. No I/O."""

    def about(self, name: str) -> TellsOf | None:
        """What a file of that name (behind the connection's prefix) tells of; None: it is not for Platen."""

    def read_file(
        self, name: str, lines: Iterable[bytes], settings: Any, *, now: datetime | None = None
    ) -> Contents:
        """Raises FileRefused where the file as a whole is not what it should be, at once or while its rows are read
        (a snapshot whose last row is missing or counts otherwise): apply nothing before they were read to their
        end. ``now``: what dates must not be far ahead of; None: it is not looked at."""

    def result_file(self, results: Iterable[RowResult], settings: Any) -> Iterator[str]:
        """The lines of the answer that is put beside a file."""


class Outbox(Protocol):
    """How a warehouse system is told of products and of their first stock, in files. No I/O.

    Lines come without their ends: ``ports.Files.put_lines`` puts ``\\n`` behind each; a system that wants
    ``\\r\\n`` gives lines that end in ``\\r``.
    """

    def unfit(self, number: str, settings: Any) -> str:
        """Why an item number cannot stand in the system's files, as the end of a sentence (``has a comma``); empty
        when it can. Such an item is in none of them, and is reported."""

    def items_lines(self, items: Iterable[Item], settings: Any) -> Iterator[str]:
        """A file of items, its head row among the lines where the system wants one."""

    def stock_lines(
        self, site: str, taken_at: datetime, snapshot_id: str, counts: Iterable[tuple[str, int]], settings: Any
    ) -> Iterator[str]:
        """A file of what a site has at first; ``counts``: item -> on hand, sorted by ``item.encode()``."""

    def order_rows(self, told: WarehouseOrder, request: JobRequest, settings: Any) -> list[dict[str, str]]:
        """An order as a call gives it: a row for each line, by the names of the columns of the file of orders."""

    def file_name(self, kind: str, name: str, settings: Any) -> str:
        """``(items, 20261122T041500-1a2b3c4d)`` -> ``items/20261122T041500-1a2b3c4d.csv``: what comes behind
        ``out/<connection>/``; ``kind``: ``items`` or ``stock``. Any text becomes one that is safe in a key."""


class FeedDoor(Protocol):
    """What ``connectors/<system>/feed.py`` knows of the calls of a vendor that fetches its jobs. No I/O."""

    content_type: str
    """Of every answer, refusals too."""
    page_size: int

    def logins(self, request: FeedRequest) -> list[str]:
        """What the request proves itself with, wherever the vendor may put it; to be compared with the keys."""

    def read(self, request: FeedRequest, settings: Any) -> Window | Posted:
        """What it asks for, or tells. Raises Unreadable with words for the vendor's people."""

    def render(self, orders: Sequence[tuple[FeedEntry, OrderBody]], pages: int, settings: Any) -> Rendered:
        """The answer's body; an order that cannot be rendered is left out of it, and named."""

    def refuse(self, words: str) -> bytes:
        """The body of an answer that is no 2xx, fit to be shown to people who must not learn anything else."""


@dataclass(frozen=True)
class Rendered:
    """A page for a vendor; ``left_out``: external id -> why it is not on it."""

    body: bytes
    left_out: Mapping[str, str] = field(default_factory=dict)


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


def systems() -> list[str]:
    """The systems there is a folder for."""
    return list(_systems())


@cache
def _systems() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


def load(system: str) -> Connector:
    """The connector of a system. Raises KeyError for a system there is no folder for."""
    if system not in systems():
        raise KeyError(system)
    connector: Connector = import_module(f"{__name__}.{system}").CONNECTOR
    return connector


def receiver(system: str) -> Callable[..., list[Message]]:
    """The webhook reader of a system."""
    if system not in systems():
        raise KeyError(system)
    receive: Callable[..., list[Message]] = import_module(f"{__name__}.{system}.webhook").receive
    return receive


def feed_door(system: str) -> FeedDoor:
    """Who answers a vendor that fetches its jobs. Raises KeyError for a system that does not."""
    if system not in systems() or not find_spec(f"{__name__}.{system}.feed"):
        raise KeyError(system)
    door: FeedDoor = import_module(f"{__name__}.{system}.feed").DOOR
    return door
