"""A bench for stock: a warehouse, ``depot``, whose sites feed stores that count."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platen.connectors import Connector
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection, Role
from platen.domain.sync import Run, RunState, SyncState
from platen.domain.sync_kind import SyncKind
from platen.domain.warehouse import (
    Adjustment,
    AtWarehouse,
    Reason,
    Snapshot,
    TakenUnits,
    WarehouseLine,
    WarehouseOrder,
)
from platen.ports import Access, StockedStore
from platen.usecases.stock import push
from platen.usecases.stock.tables import Sold, catalogue_key, level_line, levels_key, sort_key
from tests.fakes.stocked_store import FakeStockedStore
from tests.support.bench import Bench
from tests.support.doubles import DoubledConnector, NoSettings

MAIN = ("MAIN=shop/main",)
TWO_SHOPS = ("MAIN=shop/main", "MAIN=outlet/main")


@dataclass(frozen=True)
class CountingConnector(DoubledConnector):
    stocks: FakeStockedStore | None = None

    def open_stock(self, access: Access) -> StockedStore | None:
        return self.stocks


def _connector(system: str, role: Role, settings: Any, stocks: FakeStockedStore | None = None) -> CountingConnector:
    return CountingConnector(
        system=system,
        name=system,
        roles=frozenset({role}),
        settings=settings,
        credentials=NoSettings,
        hosts=lambda _settings: (),
        webhook_keys=lambda _credentials: [],
        stocks=stocks,
    )


class Counting(Bench):
    """Items are called ``A``, ``B``, …; a store counts item ``A`` by ``i-A``."""

    def __init__(self, sites: tuple[str, ...] = MAIN, *, page_size: int = 250, **settings: Any) -> None:
        super().__init__(connector=lambda system: self._systems[system])
        self._systems: dict[str, Connector] = {"depot": _connector("depot", Role.WAREHOUSE, Warehousing)}
        self.sites = sites
        self.stores: dict[str, FakeStockedStore] = {}
        for name in dict.fromkeys(one.partition("=")[2].partition("/")[0] for one in sites):
            self.stores[name] = FakeStockedStore(self.switch, page_size=page_size)
            self._systems[name] = _connector(name, Role.STORE, NoSettings, self.stores[name])
            self._save(name, Role.STORE, {})
        self._systems["stall"] = _connector("stall", Role.STORE, NoSettings)
        self._save("stall", Role.STORE, {})
        self._numbers = 0
        self.depot = self._save("depot", Role.WAREHOUSE, {"sites": list(sites), **settings})
        self.ledger.save_state(SyncState(connection="depot", dry_run_done=True))

    def _save(self, name: str, role: Role, settings: dict[str, Any]) -> Connection:
        return self.connections.save(
            Connection(
                connection_id=name, system=name, roles=(role,), settings=settings, created_at=self.clock.now()
            )
        )

    def configure(self, **settings: Any) -> None:
        self.depot = self.connections.save(self.depot.but(settings=self.depot.settings | settings))

    @property
    def shop(self) -> FakeStockedStore:
        return self.stores["shop"]

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    # what the store sells, and what the warehouse counts

    def sells(self, items: Mapping[str, int], store: str = "shop", place: str = "main", **more: bool) -> None:
        """The store sells these items, and shows so many of each on hand."""
        for item, on_hand in items.items():
            self.stores[store].has(f"i-{item}", on_hand, place, **more)
        self.lists(store)

    def lists(self, store: str = "shop", *more: Sold) -> None:
        """Write the store's catalogue, as the sync of products does."""
        shelves = self.stores[store].shelves
        sold = {one: Sold(one[2:], one, f"v{one}", one[2:]) for _, one in shelves}
        rows = sorted([*sold.values(), *more], key=lambda one: (sort_key(one.item), one.stock_id))
        self.files.put_lines(catalogue_key("depot", store), (one.line() for one in rows))

    def counts(self, items: Mapping[str, int], site: str = "MAIN", at: datetime | None = None) -> Snapshot:
        """A whole count came in, taken at that time."""
        taken_at = at or self.clock.now()
        name = f"S{self._number()}"
        key = levels_key("depot", site, name)
        lines = [level_line(item, items[item]) for item in sorted(items, key=sort_key)]
        self.files.put_lines(key, lines)
        snapshot = Snapshot(snapshot_id=name, taken_at=taken_at, site=site, rows=len(lines), key=key)
        state = self.ledger.state("depot")
        known = state.snapshots.get(site)
        if known is None or Snapshot.model_validate_json(known).taken_at <= taken_at:
            kept = state.snapshots | {site: snapshot.model_dump_json()}
            self.ledger.save_state(state.but(snapshots=kept))
        return snapshot

    def adjusts(
        self,
        item: str,
        delta: int,
        *,
        reason: Reason = Reason.COUNT,
        at: datetime | None = None,
        site: str = "MAIN",
    ) -> None:
        self.ledger.add_adjustment(
            "depot",
            Adjustment(
                adjustment_id=f"A{self._number()}",
                occurred_at=at or self.clock.now(),
                site=site,
                item=item,
                delta=delta,
                reason=reason,
                received_at=self.clock.now(),
            ),
        )

    # orders

    def buys(self, item: str, count: int, *, store: str = "shop", place: str = "main", told: bool = True) -> str:
        """A buyer buys; the order reaches the warehouse, or not yet."""
        number = f"{store}-{self._number()}"
        if store in self.stores:
            self.stores[store].sells(number, f"i-{item}", count, place)
        if told:
            self.tells(number, item, count, store=store)
        return number

    def tells(self, number: str, item: str, count: int, *, store: str = "shop", site: str = "MAIN") -> None:
        now = self.clock.now()
        line = WarehouseLine(number=1, line_id="1", item=item, wanted=count)
        order = WarehouseOrder(
            connection="depot", number=number, order_id=f"o{number}", job_id="1", store=store,
            store_order_id=number, site=site, body="b", lines=(line,), told_at=now, changed_at=now,
        )  # fmt: skip
        self.ledger.save_order(None, order)

    def known(self, number: str) -> WarehouseOrder:
        order = self.ledger.order("depot", number)
        assert order
        return order

    def takes(self, number: str, in_all: int, *, at: datetime | None = None) -> None:
        """So many are off the warehouse's count, and Platen hears of it now."""
        order = self.known(number)
        taken = (*order.lines[0].taken, TakenUnits(at=at or self.clock.now(), quantity=in_all))
        self._change(order, lines=(order.lines[0].but(taken=taken, picked=in_all),))

    def closes(self, number: str) -> None:
        self._change(self.known(number), state=AtWarehouse.CLOSED, closed_at=self.clock.now())

    def _change(self, order: WarehouseOrder, **changes: Any) -> None:
        self.ledger.save_order(order, order.but(changed_at=self.clock.now(), **changes))

    # runs

    def asks(self, **given: Any) -> Run:
        asked = {"full": True, "run_id": f"R{self._number():04d}", **given}
        return self.ledger.save_run(
            Run(connection="depot", kind=SyncKind.STOCK, begun_at=self.clock.now(), **asked)
        )

    def run_of(self, run: Run) -> Run:
        kept = self.ledger.run("depot", run.run_id)
        assert kept
        return kept

    def goes_on(self, run: Run, time_left: Callable[[], float] = lambda: 900.0) -> Run:
        """As a message that comes (again): from what is kept."""
        kept = self.ledger.run("depot", run.run_id)
        assert kept
        return push.run(self.hub, self.depot, kept, time_left)

    def pushes(self, *, to: RunState = RunState.DONE, **given: Any) -> Run:
        """A whole run, with time enough; a minute passes."""
        run = self.asks(**given)
        for _ in range(100):
            run = self.goes_on(run)
            if run.over or run.state is RunState.BRAKED:
                break
            self.clock.passes(seconds=30)
        assert run.state is to, (run.state, run.words)
        self.clock.passes(minutes=1)
        return run

    def report(self, run: Run) -> dict[str, dict[str, str]]:
        """Item -> its row (the last one of several)."""
        return {row["item"]: row for row in self.rows(run)}

    def rows(self, run: Run) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files.get(run.report).decode())))

    def left_over(self) -> list[str]:
        return self.files.names("own/depot/runs/", limit=10_000)

    def state(self) -> SyncState:
        return self.ledger.state("depot")

    def changes_state(self, **changes: Any) -> None:
        self.ledger.save_state(self.state().but(**changes))
