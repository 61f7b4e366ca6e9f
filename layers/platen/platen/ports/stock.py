"""The ports of warehouses and stock: files, a ledger, and stores that count. Part of ``platen.ports``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Named here and not loaded: every function imports the ports, and most have nothing to do with stock.
    from platen.domain.sync import Run, SyncState
    from platen.domain.warehouse import Adjustment, WarehouseOrder


class Files(Protocol):
    """Files by key, e.g. ``out/wh/orders/1001.csv``. What a key that ends in ``.gz``
    names is gzipped and unzipped here, so that nobody else has to think of it."""

    def put(self, key: str, body: bytes) -> None:
        """Whole or not at all; over what was there."""

    def put_lines(self, key: str, lines: Iterable[str]) -> int:
        """Write lines (without their ends; ``\\n`` is put behind each) as they come, in little memory; gives how
        many."""

    def get(self, key: str, *, most: int = 10_000_000) -> bytes:
        """Raises NotFound, and TooLarge beyond ``most`` bytes as they are stored."""

    def get_dated(self, key: str, *, most: int = 10_000_000) -> tuple[bytes, datetime]:
        """The same, and when this very content was put there, to the second."""

    def lines(self, key: str) -> Iterator[str]:
        """Its lines without their ends, read as they are asked for. Raises NotFound at the first."""

    def size(self, key: str) -> int | None:
        """Bytes as they are stored; None when it is not there."""

    def mark(self, key: str) -> str | None:
        """Names what lies there: while it is the same, the same is there. None when nothing is there."""

    def ever(self, key: str) -> bool:
        """Whether there was ever such a file, though somebody may have taken it away since."""

    def names(self, prefix: str, *, limit: int = 1000) -> list[str]:
        """Keys that begin so, in order."""

    def delete(self, key: str) -> None:
        """Fine when it is gone already."""


class TooLarge(Exception):
    """More than is read in one piece; the text says how much."""


@dataclass(frozen=True)
class Claimed:
    """A file or a call that was taken in before. ``answer`` is what was answered then."""

    fingerprint: str
    answer: str


class Ledger(Protocol):
    """What is known of a warehouse beside its orders' own records. Every write is conditional."""

    # orders at the warehouse

    def order(self, connection: str, number: str) -> WarehouseOrder | None:
        """By a consistent read."""

    def save_order(self, before: WarehouseOrder | None, after: WarehouseOrder) -> WarehouseOrder:
        """As version ``before.version + 1``. Raises Conflict."""

    def waiting(self, connection: str, limit: int, after: str = "") -> list[WarehouseOrder]:
        """Those that wait for the warehouse's answer (``waits``), by when they were told, from behind ``after`` (a
        number) on."""

    def unsettled(self, connection: str) -> Iterator[WarehouseOrder]:
        """Those that may matter to stock (not ``settled``), each once; waiting ones among them."""

    # what the warehouse told

    def add_adjustment(self, connection: str, adjustment: Adjustment) -> bool:
        """Keep it; False when it is there, exactly so. Raises Conflict when its id stands for something else."""

    def adjustments(self, connection: str, site: str, after: datetime | None) -> Iterator[Adjustment]:
        """Of a site, that occurred after then (None: all that are kept), sorted by item."""

    def claim(self, connection: str, key: str, fingerprint: str) -> Claimed | None:
        """Whether a file or a call of that name was taken in before; None: not to its end."""

    def finish(self, connection: str, key: str, claimed: Claimed) -> None:
        """Remember what was answered, for 30 days."""

    # syncs

    def state(self, connection: str) -> SyncState:
        """By a consistent read; a fresh one where there is none."""

    def save_state(self, state: SyncState) -> SyncState:
        """Raises Conflict."""

    def run(self, connection: str, run_id: str) -> Run | None: ...

    def save_run(self, run: Run) -> Run:
        """Raises Conflict."""

    def runs(self, connection: str, limit: int) -> list[Run]:
        """The newest first."""

    def forget(self, connection: str) -> None:
        """All of a removed connection's state; orders and adjustments expire by themselves."""


# a store that counts stock


@dataclass(frozen=True)
class Place:
    """A location of a store."""

    place_id: str
    """The store's own id of it."""
    name: str
    active: bool = True


@dataclass(frozen=True)
class Variant:
    """Something a store sells, as it is counted."""

    stock_id: str
    """The store's id to count it by."""
    variant_id: str
    sku: str
    title: str
    barcode: str = ""
    unit_cost: Decimal | None = None
    currency: str = ""
    category: str = ""
    """The product's type."""
    tracked: bool = True
    bundle: bool = False
    """Its stock is made of its parts by the store: never written."""
    active: bool = True
    updated_at: datetime | None = None


@dataclass(frozen=True)
class VariantPage:
    items: tuple[Variant, ...]
    next: str = ""
    """Give it back to get the next page; empty at the end."""


@dataclass(frozen=True)
class Export:
    """A long list that the store makes in its own time."""

    export_id: str
    done: bool = False
    failed: str = ""
    """Why, in the store's words."""


@dataclass(frozen=True)
class Level:
    """What a store counts of an item at a place, by one read."""

    stock_id: str
    available: int
    on_hand: int
    committed: int
    tracked: bool = True
    bundle: bool = False
    stocked: bool = True
    """False where the item is not stocked at that place (yet)."""

    @property
    def reserved(self) -> int:
        """On hand, and neither for sale nor sold: for drafts, as damaged, in quality control, as safety stock."""
        return max(0, self.on_hand - self.available - self.committed)


@dataclass(frozen=True)
class Standing:
    """What a store says of one line of an order."""

    open: int
    """Sold, not fulfilled, not cancelled; wherever from."""
    fulfilled: int
    open_at: Mapping[str, int] = field(default_factory=dict)
    """Place id -> what of ``open`` is counted there."""
    fulfilled_at: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Write:
    """One quantity to be written, and what has to be there for that."""

    stock_id: str
    quantity: int
    """What is to be; for changes: what is to be added."""
    expected: int | None
    """What has to be there now; None: whatever is there, by a person's decision."""


@dataclass(frozen=True)
class Outcome:
    """What became of one Write: ``written``, ``stale``, ``refused`` or ``unclear``."""

    stock_id: str
    result: str
    code: str = ""
    words: str = ""


WRITTEN, STALE, REFUSED, UNCLEAR = "written", "stale", "refused", "unclear"


class StockedStore(Protocol):
    """What use cases ask of a store that counts stock. Raises the verdicts of ``domain.verdicts``."""

    page_size: int
    """Rows that fit in one call that reads or writes."""

    def places(self) -> list[Place]: ...

    def variants(self, changed_since: datetime | None, page: str = "") -> VariantPage:
        """Products that changed since then (None: all), page by page, with all of their variants."""

    def begin_export(self) -> Export:
        """Have the store list all variants in its own time; takes up one that is under way."""

    def export(self, export_id: str) -> Export: ...

    def read_export(self, export_id: str) -> Iterator[Variant]:
        """The finished list, read as it comes, in no order."""

    def levels(self, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:
        """Of at most ``page_size`` items; those the store does not know are not in it."""

    def standings(self, store_order_ids: Sequence[str]) -> dict[tuple[str, str], Standing]:
        """(store order id, line id) -> how it stands, by a consistent read."""

    def set_levels(
        self, place_id: str, name: str, writes: Sequence[Write], *, key: str, reference: str
    ) -> list[Outcome]:
        """Set ``available`` or ``on_hand`` (``name``) of at most ``page_size`` items, each under its condition, and
        give what became of each. A bad row holds up no other: what a call refuses is divided and tried again.

        ``key``: the same for the same attempt, so that one that is repeated changes nothing; ``reference``:
        names the run, for the merchant to see.
        """

    def adjust_levels(self, place_id: str, writes: Sequence[Write], *, key: str, reference: str) -> list[Outcome]:
        """Add to ``available``, in the same manner."""

    def stock_at(self, place_id: str, stock_ids: Sequence[str], *, key: str) -> list[Outcome]:
        """Have items stocked at a place where they are not yet."""
