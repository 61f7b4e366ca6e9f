"""A bench with a store that counts stock, ``stall``, and a warehouse, ``depot``, that is told by files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from platen.connectors import Outbox, Resend
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection, Intake, Lines, Link, Role
from platen.domain.order import Line, Order, Payment
from platen.domain.products import Item
from platen.domain.sync import Run, RunState, SyncState
from platen.domain.sync_kind import SyncKind
from platen.domain.warehouse import Snapshot
from platen.hub import Hub
from platen.messages import Queue, SyncHint
from platen.ports import Access, Export, Level, Outcome, Place, Standing, StockedStore, Variant, VariantPage, Write
from platen.usecases.stock.tables import Sold, catalogue_key, read_catalogue
from platen.usecases.sync.due import STEPS, sync
from tests.fakes import Switch
from tests.fakes.switch import Switched, aside
from tests.support.bench import Bench
from tests.support.doubles import DoubledConnector, NoSettings, ScriptedStore, ScriptedVendor
from tests.support.stall import ANYWHERE

SITES = ["MAIN=stall/L1"]
PLENTY = 900.0


class Shelves(Switched, port="stock"):
    """Counts what it is given, and lists what it sells, page by page or by an export that takes its time."""

    def __init__(self, clock: Callable[[], datetime], switch: Switch) -> None:
        super().__init__(switch)
        self._clock = clock
        self.sold: dict[str, Variant] = {}
        self.on_hand: dict[str, int] = {}
        self.page_size = 2
        self.export_rounds = 0
        """So often an export is not ready when it is asked for."""
        self.export_fails = ""
        self.exports = 0
        self.listed_since: list[datetime | None] = []

    @aside
    def sells(self, *variants: Variant) -> None:
        for one in variants:
            self.sold[one.variant_id] = replace(one, updated_at=self._clock())

    def places(self) -> list[Place]:
        return [Place("L1", "Shelf"), Place("L2", "Cellar", active=False)]

    def variants(self, changed_since: datetime | None, page: str = "") -> VariantPage:
        self.listed_since.append(changed_since)
        found = [
            one
            for one in self.sold.values()
            if changed_since is None or (one.updated_at and one.updated_at >= changed_since)
        ]
        begin = int(page or 0)
        following = begin + 500
        return VariantPage(tuple(found[begin:following]), str(following) if len(found) > following else "")

    def begin_export(self) -> Export:
        self.exports += 1
        return Export("E1", done=not self.export_rounds, failed=self.export_fails)

    def export(self, export_id: str) -> Export:
        assert export_id == "E1"
        self.export_rounds = max(0, self.export_rounds - 1)
        return Export("E1", done=not self.export_rounds, failed=self.export_fails)

    def read_export(self, export_id: str) -> Iterator[Variant]:
        assert export_id == "E1"
        return iter(list(self.sold.values()))

    def levels(self, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:
        assert len(stock_ids) <= self.page_size
        return {
            one: Level(one, available=count, on_hand=count, committed=0)
            for one, count in self.on_hand.items()
            if one in stock_ids
        }

    def standings(self, store_order_ids: Sequence[str]) -> dict[tuple[str, str], Standing]:
        return {}

    def set_levels(
        self, place_id: str, name: str, writes: Sequence[Write], *, key: str, reference: str
    ) -> list[Outcome]:
        raise NotImplementedError

    def adjust_levels(self, place_id: str, writes: Sequence[Write], *, key: str, reference: str) -> list[Outcome]:
        raise NotImplementedError

    def stock_at(self, place_id: str, stock_ids: Sequence[str], *, key: str) -> list[Outcome]:
        raise NotImplementedError


class PlainOutbox:
    def unfit(self, number: str, settings: Any) -> str:
        return "has a bar" if "|" in number else ""

    def items_lines(self, items: Iterable[Item], settings: Any) -> Iterator[str]:
        for one in items:
            yield f"{one.number}|{one.unit_cost}|{one.barcode}|{one.category}|{'Y' if one.active else 'N'}"

    def stock_lines(
        self, site: str, taken_at: datetime, snapshot_id: str, counts: Iterable[tuple[str, int]], settings: Any
    ) -> Iterator[str]:
        for item, count in counts:
            yield f"{site}|{item}|{count}"
        yield "#END"

    def file_name(self, kind: str, name: str, settings: Any) -> str:
        return f"{kind}/{name}.csv"


@dataclass(frozen=True)
class StockConnector(DoubledConnector):
    stock_opened: Any = None
    outbox_opened: Any = None

    def open_stock(self, access: Access) -> StockedStore | None:
        stocked: StockedStore | None = self.stock_opened
        return stocked

    def open_outbox(self) -> Outbox | None:
        outbox: Outbox | None = self.outbox_opened
        return outbox


@dataclass
class Push:
    """Stands for the push of stock: notes its runs, and ends them as it is told."""

    runs: list[Run] = field(default_factory=list)
    ends: list[RunState] = field(default_factory=list)
    """How the next ones end; done, when nothing is said."""
    rounds: int = 1
    """So many workers each run takes."""
    seen: list[str] = field(default_factory=list)
    refused: int = 0
    """So many items a store refuses from now on."""
    cut_short: int = 0
    """So many of the next ones are met by a pause, and leave the rest to the run after it."""

    def __call__(self, hub: Hub, connection: Connection, run: Run, time_left: Callable[[], float]) -> Run:
        self.seen.append(run.run_id)
        done = int(run.cursor or 0) + 1
        if done < self.rounds:
            return hub.ledger.save_run(run.but(state=RunState.PUSHING, cursor=str(done)))
        state = self.ends.pop(0) if self.ends else RunState.DONE
        words = "" if state is RunState.DONE else "50 of 60 items would change, more than 20 %."
        if state is RunState.DONE and self.refused:
            words = f"{self.refused} of 60 items could not be shown as they should."
        totals = run.totals.but(failed=self.refused)
        over = run.but(state=state, cursor="", words=words, totals=totals, ended_at=hub.clock.now())
        if state is RunState.DONE:
            self.runs.append(over)
            now = hub.ledger.state(run.connection)
            changes: dict[str, Any] = {"pushed_at": hub.clock.now(), "compare_all": False}
            if self.cut_short:
                self.cut_short, changes = self.cut_short - 1, {"compare_all": True}
            hub.ledger.save_state(now.but(**({} if run.dry else changes)))
        return hub.ledger.save_run(over)


class DepotBench(Bench):
    """``ready``: all is set up, and a dry run was seen."""

    def __init__(self, *, ready: bool = True, **settings: Any) -> None:
        super().__init__(connector=lambda system: self.systems[system])
        self.stall = ScriptedStore(self.clock, self.switch)
        self.shelves = Shelves(self.clock, self.switch)
        self.press = ScriptedVendor(self.clock, self.switch, Resend.UNIQUE_ID)
        self.push = Push()
        self.time = PLENTY
        self.systems: dict[str, StockConnector] = {
            "stall": self._connector("stall", Role.STORE, self.stall, stock_opened=self.shelves),
            "depot": self._connector("depot", Role.VENDOR, self.press, outbox_opened=PlainOutbox()),
        }
        self.workers[Queue.SYNCS] = self.sync
        now = self.clock.now()
        self.connections.save(
            Connection(
                connection_id="stall",
                system="stall",
                roles=(Role.STORE,),
                settings={},
                links=(Link(vendor="depot", lines=Lines.ALL),),
                intake=Intake(orders_since=now),
                created_at=now,
            )
        )
        self.set(**({"sites": SITES, "end_of_day": "23:00", "sync_minutes": 15} | settings))
        if ready:
            self.is_ready()

    def _connector(self, system: str, role: Role, opened: object, **more: Any) -> StockConnector:
        warehouse = system == "depot"
        return StockConnector(
            system=system,
            name=system,
            roles=frozenset({role, Role.WAREHOUSE} if warehouse else {role}),
            settings=Warehousing if warehouse else NoSettings,
            credentials=NoSettings,
            hosts=lambda _settings: (),
            webhook_keys=lambda _credentials: [],
            opened=opened,
            **more,
        )

    # setting it up

    def set(self, **settings: Any) -> Connection:
        """The warehouse's settings, changed."""
        try:
            old = self.connections.get("depot")
        except Exception:  # noqa: BLE001 - not there yet
            old = Connection(
                connection_id="depot",
                system="depot",
                roles=(Role.VENDOR, Role.WAREHOUSE),
                settings={},
                created_at=self.clock.now(),
            )
        given = Warehousing.model_validate(old.settings | settings)
        return self.connections.save(old.but(settings=given.model_dump(mode="json")))

    def is_ready(self) -> None:
        now = self.clock.now()
        passed = due_day(self)
        self.state_is(
            products_done_at=now, dry_run_done=True, watched_from=now, watermark=now - hours(1), end_of_day=passed
        )
        self.counted("MAIN")

    def counted(self, site: str) -> None:
        now = self.clock.now()
        snapshot = Snapshot(snapshot_id="S1", taken_at=now, site=site, rows=2, key=f"own/depot/levels/{site}/S1")
        state = self.state
        self.ledger.save_state(state.but(snapshots=state.snapshots | {site: snapshot.model_dump_json()}))

    def state_is(self, **changes: Any) -> None:
        self.ledger.save_state(self.state.but(**changes))

    # what happens

    def sync(self, hub: Hub, hint: SyncHint) -> None:
        sync(hub, hint, lambda: self.time, {**STEPS, SyncKind.STOCK: self.push})

    def fires(self) -> None:
        """The schedule."""
        self.queues.send(Queue.SYNCS, [SyncHint(connection="depot")])

    def fired(self) -> None:
        """The schedule, and all that comes of it."""
        self.fires()
        self.run()

    def start(self, kind: str, **fields: Any) -> dict[str, Any]:
        return self.ask("sync_start", connection="depot", kind=kind, by="tester", **fields)

    def started(self, kind: str, **fields: Any) -> Run:
        answer = self.start(kind, **fields)
        assert answer["ok"], answer["error"]
        self.run()
        return self.run_of(answer["result"]["run_id"])

    def sells(self, number: str, sku: str, **fields: Any) -> None:
        given = {"title": f"Toy {number}", "barcode": f"40{number}", "currency": "EUR"} | fields
        self.shelves.sells(Variant(stock_id=f"S{number}", variant_id=f"V{number}", sku=sku, **given))
        self.shelves.on_hand[f"S{number}"] = int(number)

    def order_placed(self, number: str = "1") -> Order:
        """Its webhook never came."""
        now = self.clock.now()
        line = Line(line_id=f"{number}1", title="Toy", sku="TOY", quantity=1, unfulfilled=1)
        order = Order(
            connection="stall",
            store_order_id=number,
            number=f"#{number}",
            placed_at=now,
            updated_at=now,
            payment=Payment.PAID,
            ship_to=ANYWHERE,
            lines=(line,),
        )
        self.stall.orders[number] = order
        return order

    def quiet(self) -> bool:
        return super().quiet() and not self.state.running

    # looking

    @property
    def state(self) -> SyncState:
        return self.ledger.state("depot")

    def run_of(self, run_id: str) -> Run:
        run = self.ledger.run("depot", run_id)
        assert run is not None
        return run

    def runs(self, kind: SyncKind | None = None) -> list[Run]:
        """The oldest first."""
        return [one for one in reversed(self.ledger.runs("depot", 1000)) if kind in (None, one.kind)]

    def ends_of_day(self) -> list[str]:
        return [str(one.business_date) for one in self.push.runs if one.business_date]

    def lines(self, key: str) -> list[str]:
        return list(self.files.lines(key))

    def report(self, run: Run) -> list[dict[str, str]]:
        return list(csv.DictReader(self.files.lines(run.report)))

    def catalogue(self) -> list[Sold]:
        return list(read_catalogue(self.files.lines(catalogue_key("depot", "stall"))))

    def told_items(self) -> list[list[str]]:
        """What each file of items has, the oldest first."""
        return [self.lines(key) for key in self.files.names("out/depot/items/")]


def due_day(bench: DepotBench) -> Any:
    settings = bench.hub.settings(bench.connections.get("depot"))
    from platen.usecases.sync.setup import timetable_of  # noqa: PLC0415 - only here

    return timetable_of(settings).passed_end_of_day(bench.clock.now(), None)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
