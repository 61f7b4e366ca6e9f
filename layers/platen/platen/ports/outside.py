"""The ports of the outside: HTTP, print files, a store, a vendor. Part of ``platen.ports``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from platen.domain.artwork import ArtworkNeeds, Seen
from platen.domain.attention import Problem
from platen.domain.job import Job, VendorOrder
from platen.domain.mail_class import MailClass
from platen.domain.order import Order
from platen.domain.record import CancelWish
from platen.domain.shipment import Shipment
from platen.ports.request import JobRequest


@dataclass(frozen=True)
class Page[T]:
    items: tuple[T, ...]
    next: str = ""
    """Give it back to get the next page; empty at the end."""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Http(Protocol):
    """Talks to one outside system: its hosts only, no redirects, sizes and times capped."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        """Exactly one attempt. Raises Unreachable when it was never sent, Unclear when it may have been."""

    def lines(self, url: str, *, most: int, timeout: float = 600.0) -> Iterator[bytes]:
        """The lines of a long file, without their ends, read as they are asked for; nothing is sent but the URL.

        Raises Refused for any answer but 200 and for more than ``most`` bytes, Unreachable when it cannot be read
        to its end within ``timeout`` seconds: what was given until then is not the whole.
        """


@dataclass(frozen=True)
class News:
    """One page of a vendor's own list of what moved."""

    external_ids: tuple[str, ...]
    cursor: str
    """Where the next page begins."""
    more: bool = False


class Artwork(Protocol):
    """Looks at print files, wherever on the public internet they are; nowhere else."""

    def look(self, url: str) -> Seen:
        """The file's type, size and pixels, read from its first bytes. Never raises for what the file, its
        server or the network does: that is what is seen."""


@dataclass(frozen=True)
class OrderStub:
    """An order seen in a list: just enough to know whether to read it."""

    store_order_id: str
    updated_at: datetime


@dataclass(frozen=True)
class Finding:
    """One thing a connection check found. ``ok`` False means it will not work until mended."""

    ok: bool
    what: str
    fix: str = ""


class Store(Protocol):
    """What use cases ask of a store connector. Raises the verdicts of ``domain.verdicts``."""

    def fetch(self, store_order_id: str) -> Order | None:
        """The order as the store has it now, by a consistent read; None when the store has none such."""

    def resolve(self, reference: str) -> str | None:
        """The store's order id behind another id a webhook named (e.g. a fulfillment order's)."""

    def changed_since(self, since: datetime, page: str = "") -> Page[OrderStub]:
        """Orders changed since then, oldest change first."""

    def tell(self, shipment: Shipment, *, told_by_others: frozenset[str]) -> tuple[str, ...]:
        """Make the store show the parcel, and give the store's ids of what shows it.

        Finds what is already there before it makes anything, so it may be called again after any
        verdict. ``told_by_others`` are the store's ids that belong to this order's other parcels.
        """

    def check(self) -> list[Finding]:
        """Whether the credentials work, what they may do, and what is missing."""

    def cancel(self, store_order_id: str, wish: CancelWish) -> None:
        """Cancel the order at the store, unless it is cancelled already. Raises Refused with the store's words,
        also where the store cannot be told to."""

    def listen(self, url: str) -> list[Finding]:
        """Make the store's webhooks point at ``url``: list, create what is missing, mend what is wrong."""


class Vendor(Protocol):
    """What use cases ask of a vendor connector. Raises the verdicts of ``domain.verdicts``."""

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        """What the vendor would refuse, as Problems that name line, field and nearest right value."""

    def find(self, request: JobRequest) -> VendorOrder | None:
        """The order under our external id, if the vendor has one."""

    def submit(self, request: JobRequest) -> VendorOrder:
        """Exactly one attempt to have it made."""

    def read(self, job: Job) -> VendorOrder | None:
        """The job's order as the vendor has it now; None when the vendor has none such."""

    def locate(self, account: str, vendor_ref: str) -> str | None:
        """The external id of a vendor order that a webhook named only by the vendor's own id."""

    def amend(self, request: JobRequest) -> VendorOrder:
        """Tell the vendor anew what the job is now; telling the same twice does no harm. Only asked of connectors
        that say ``amends``. Raises Refused when it is too late for that (a label is there, it is locked)."""

    def cancel(self, job: Job) -> VendorOrder | None:
        """Ask for the cancel, then read: the answer is how it stands. Raises Refused with their words."""

    def check(self) -> list[Finding]:
        """Whether the credentials work, and what else the person has to do at the vendor."""

    def classes(self) -> Sequence[MailClass]:
        """The vendor's mail classes, from its cached list; empty where it has none to choose from."""

    def artwork_needs(self, request: JobRequest) -> Mapping[str, ArtworkNeeds]:
        """line id -> what each print file of it must be like; lines that are not in it are only to be there."""

    def news(self, cursor: str) -> News | None:
        """What moved since the cursor (empty: from the start of what the vendor keeps); None when the vendor
        has no such list, and is asked order by order."""

    def refresh(self) -> int:
        """Read anew what is cached (the catalogue); gives how many entries."""
