"""A push at work: its plan, how far it is, and the files that it keeps in between.

::

    own/<warehouse>/runs/<run>/plan.json                   what it goes by, from its beginning to its end
                               part-<site>-<n>.jsonl.gz    candidates
                               left-<site>-<n>.csv.gz      rows: what was not even looked at, and why
                               same-<site>-<batch>.csv.gz  rows: compared, and nothing to be written
                               would-<site>-<batch>.csv.gz rows: what would be written
                               diff-<site>-<batch>.jsonl   candidates that differ
                               pack-<site>-<n>.jsonl       the same, in calls' sizes
                               sent-<n>-<place>-<try>.json what is being sent, put there before it is
                               done-<site>-<n>.csv.gz      rows: what came of a pack

A step is done when the run is saved; one that is done twice writes the same files again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property

from pydantic import Field

from platen.connectors.warehousing import RestockBy, SitePlace, Warehousing
from platen.domain.connection import Connection
from platen.domain.model import Instant, Value, digest, iso
from platen.domain.stock import Extent, StockMode
from platen.domain.stock_lines import Lines
from platen.domain.sync import Run, RunState
from platen.domain.warehouse import Snapshot, WarehouseOrder
from platen.hub import Hub
from platen.ports import NotFound, Removed, StockedStore
from platen.usecases.stock.held_back import held_back
from platen.usecases.stock.not_told import not_told
from platen.usecases.stock.rows import Candidate, Row, read_rows
from platen.usecases.stock.tables import run_folder

PART = 2000
"""Candidates in one file."""
ALL = 1_000_000
LINES_KEPT = timedelta(minutes=1)


class SiteFailed(Exception):
    """A site's stock cannot be pushed now; the text says why, and what to do. Other sites go on."""


class Plan(Value):
    """What a run goes by. It stays what it was though settings change and new counts come."""

    rules: str
    at: Instant
    """When it was made."""
    snapshots: dict[str, Snapshot] = Field(default_factory=dict)
    """Site -> its count."""
    parts: dict[str, int] = Field(default_factory=dict)
    """Site -> in how many files its candidates are."""
    unmoved: dict[str, int] = Field(default_factory=dict)
    """Site -> how many rows need not be looked at."""
    packs: dict[str, int] = Field(default_factory=dict)
    failed: dict[str, str] = Field(default_factory=dict)
    """Site -> why it is left out."""
    notes: tuple[str, ...] = ()
    """What else a person should know."""


class Cursor(Value):
    """How far a run is."""

    site: int = 0
    part: int = 0
    row: int = 0
    """Candidates of the part that are done."""
    batch: int = 0
    """Batches that were compared: names their files."""
    extent: Extent = Extent()
    seen: Extent = Extent()
    """What a person has seen, and released: brakes count what comes on top of it."""
    waited: int = 0
    """How often in a row it had to give up without a step done."""


def rules_of(settings: Warehousing) -> str:
    """Names the settings: others make everything to be compared."""
    return digest(settings.model_dump(mode="json"))


class Work:
    """One run in the hands of one worker."""

    def __init__(self, hub: Hub, connection: Connection, run: Run) -> None:
        self.hub = hub
        self.connection = connection
        self.settings: Warehousing = hub.settings(connection)
        self.run = run
        self.cursor = Cursor.model_validate_json(run.cursor) if run.cursor else Cursor()
        self.plan = Plan(rules=rules_of(self.settings), at=hub.clock.now())
        self._kit_items: dict[str, list[Candidate]] = {}
        self.reads = 0
        self.writes = 0
        self.goes_by = ""
        """Names what it goes by, where this worker has begun it."""
        self._stores: dict[str, StockedStore | None] = {}
        self._paused: set[str] = set()
        self._lines: tuple[str, Lines] | None = None

    # what it is about

    @property
    def warehouse(self) -> str:
        return self.connection.connection_id

    @property
    def mode(self) -> StockMode:
        return self.settings.stock_mode

    @cached_property
    def sites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.site for one in self.settings.places))

    @cached_property
    def places(self) -> tuple[SitePlace, ...]:
        """By number."""
        return self.settings.places

    @property
    def store_restocks(self) -> bool:
        """The store counts returned goods by itself: those the warehouse tells are not passed on."""
        return self.settings.restock_by is RestockBy.STORE and self.mode is StockMode.SEND_CHANGES

    def places_of(self, site: str) -> list[int]:
        return [number for number, one in enumerate(self.places) if one.site == site]

    @cached_property
    def kits(self) -> dict[str, dict[str, int]]:
        return self.settings.parts_of_kits if self.mode is StockMode.SET_AVAILABLE else {}

    @cached_property
    def kits_of(self) -> dict[str, list[str]]:
        """Part -> the kits that are made of it."""
        found: dict[str, list[str]] = {}
        for kit, parts in self.kits.items():
            for part in parts:
                found.setdefault(part, []).append(kit)
        return found

    @cached_property
    def held_back(self) -> frozenset[str]:
        """Items of orders that wait before the warehouse, where others sell the same."""
        return held_back(self)

    def store(self, name: str) -> StockedStore:
        """Raises SiteFailed where there is none that counts stock, and where it is to be left alone."""
        found = self.stocked_store(name)
        if name in self._paused:
            raise SiteFailed(
                f"store {name} is paused, so no store that this site feeds is written to: `platen resume {name}`,"
                " or take it out of sites"
            )
        if found is None:
            raise SiteFailed(
                f"store {name} is not there, or its stock cannot be written; mend it, or take it out of sites"
            )
        return found

    def stocked_store(self, name: str) -> StockedStore | None:
        """None for one that is not there, or that counts no stock."""
        if name not in self._stores:
            try:
                connection = self.hub.connections.get(name)
            except (NotFound, Removed):
                self._stores[name] = None
            else:
                self._stores[name] = self.hub.stocked_store(connection)
                self._paused |= {name} if connection.paused else set()
        return self._stores[name]

    def page_size(self, site: str) -> int:
        return min(self.store(self.places[number].store).page_size for number in self.places_of(site))

    def lines(self, *, fresh: bool = False) -> Lines:
        """The lines at the warehouse, read now, or not long ago."""
        now = self.hub.clock.now()
        if fresh or self._lines is None or self._lines[0] < iso(now - LINES_KEPT):
            self._lines = iso(now), Lines(self.orders())
        return self._lines[1]

    def orders(self) -> Iterator[WarehouseOrder]:
        """Those at the warehouse, or on their way to it, that may matter to stock. One that was told under a site
        which is named no more (it was renamed, or given up) still takes its goods from somewhere: where its store
        is fed from now."""
        coming = {order.number: order for order in not_told(self)}
        for order in self.hub.ledger.unsettled(self.warehouse):
            coming.pop(order.number, None)
            yield order if order.site in self.sites else order.but(site=self._site_instead(order.store))
        yield from coming.values()

    def _site_instead(self, store: str) -> str:
        feeding = [one.site for one in self.places if one.store == store]
        return self.settings.site if self.settings.site in feeding or not feeding else feeding[0]

    # how far it is

    def step(self, *, state: RunState | None = None, **changes: object) -> None:
        """A step is done: save how far it is. Raises Conflict where another worker has taken it over."""
        self.cursor = self.cursor.but(waited=0, **changes)
        self.save(state=state or self.run.state)

    def save(self, **changes: object) -> None:
        totals = self.run.totals
        totals = totals.but(read_calls=totals.read_calls + self.reads, write_calls=totals.write_calls + self.writes)
        self.reads = self.writes = 0
        given: dict[str, object] = {"totals": totals, "cursor": self.cursor.model_dump_json()} | changes
        self.run = self.hub.ledger.save_run(self.run.but(**given))

    def failed(self, site: str, words: str) -> None:
        """Leave a site out from now on, and say so."""
        self.plan = self.plan.but(failed=self.plan.failed | {site: f"{site}: {words}"})
        self.keep_plan()

    # files

    def key(self, name: str) -> str:
        return run_folder(self.warehouse, self.run.run_id) + name

    def keep_plan(self) -> None:
        self.hub.files.put(self.key("plan.json"), self.plan.model_dump_json().encode())

    def take_up_plan(self) -> bool:
        """False when there is none of these settings."""
        try:
            plan = Plan.model_validate_json(self.hub.files.get(self.key("plan.json")))
        except (NotFound, ValueError):  # gone, or of another version
            return False
        if plan.rules != self.plan.rules:
            return False
        self.plan = plan
        return True

    def put_candidates(self, name: str, found: Sequence[Candidate]) -> None:
        self.hub.files.put_lines(self.key(name), (one.line() for one in found))

    def candidates(self, name: str) -> Iterator[Candidate]:
        return map(Candidate.read, self.hub.files.lines(self.key(name)))

    def kit_items(self, site: str) -> list[Candidate]:
        """Kits and the parts of kits, whether they have to be looked at or not."""
        if self.kits and site not in self._kit_items:
            name = self.kits_name(site)
            there = self.hub.files.size(self.key(name)) is not None
            self._kit_items[site] = list(self.candidates(name)) if there else []
        return self._kit_items.get(site, [])

    def kits_name(self, site: str) -> str:
        return f"kits-{self.number(site)}.jsonl.gz"

    def put_rows(self, name: str, rows: Iterable[Row]) -> None:
        self.hub.files.put_lines(self.key(name), (one.line() for one in rows))

    def rows(self, *prefixes: str) -> Iterator[Row]:
        return read_rows(self.row_lines(*prefixes))

    def row_lines(self, *prefixes: str) -> Iterator[str]:
        for prefix in prefixes:
            for key in self.names(prefix):
                yield from self.hub.files.lines(key)

    def names(self, prefix: str = "") -> list[str]:
        return self.hub.files.names(self.key(prefix), limit=ALL)

    def number(self, site: str) -> str:
        """A site in a file's name."""
        return f"{self.sites.index(site):03d}"

    def clear(self, *, but_plan: bool = False) -> None:
        """Forget what the run kept, the plan last: without it nothing of it is taken up."""
        plan = self.key("plan.json")
        for key in self.names():
            if key != plan:
                self.hub.files.delete(key)
        if not but_plan:
            self.hub.files.delete(plan)


def kept_notes(work: Work, plan: str) -> list[str]:
    """What a person should know by a plan; nothing where it is not there."""
    try:
        return list(Plan.model_validate_json(work.hub.files.get(plan)).notes)
    except NotFound:
        return []


def in_batches[One](given: Iterable[One], size: int) -> Iterator[list[One]]:
    batch: list[One] = []
    for one in given:
        batch.append(one)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
