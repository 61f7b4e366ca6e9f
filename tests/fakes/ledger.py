"""``ports.Ledger`` in memory: the same conditions and the same refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from platen.domain.sync import Run, SyncState
from platen.domain.warehouse import Adjustment, WarehouseOrder
from platen.ports import Claimed, Conflict
from tests.fakes.switch import Switch, Switched


class FakeLedger(Switched, port="ledger"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._orders: dict[tuple[str, str], WarehouseOrder] = {}
        self._adjustments: dict[tuple[str, str], Adjustment] = {}
        self._claims: dict[tuple[str, str], Claimed] = {}
        self._states: dict[str, SyncState] = {}
        self._runs: dict[tuple[str, str], Run] = {}

    def order(self, connection: str, number: str) -> WarehouseOrder | None:
        return self._orders.get((connection, number))

    def save_order(self, before: WarehouseOrder | None, after: WarehouseOrder) -> WarehouseOrder:
        key = (after.connection, after.number)
        saved = _next(self._orders.get(key), before.version if before else 0, after)
        self._orders[key] = saved
        return saved

    def waiting(self, connection: str, limit: int, after: str = "") -> list[WarehouseOrder]:
        found = sorted(
            (one for one in self._of(connection) if one.waits), key=lambda one: (one.told_at, one.number)
        )
        names = [one.number for one in found]
        begin = names.index(after) + 1 if after in names else 0
        return found[begin : begin + limit]

    def unsettled(self, connection: str) -> Iterator[WarehouseOrder]:
        return iter([one for one in self._of(connection) if not one.settled])

    def _of(self, connection: str) -> list[WarehouseOrder]:
        return [one for (owner, _), one in sorted(self._orders.items()) if owner == connection]

    def add_adjustment(self, connection: str, adjustment: Adjustment) -> bool:
        known = self._adjustments.get((connection, adjustment.adjustment_id))
        if known is None:
            self._adjustments[connection, adjustment.adjustment_id] = adjustment
            return True
        if known.but(received_at=None) != adjustment.but(received_at=None):
            raise Conflict(f"adjustment {adjustment.adjustment_id} was told before with other values")
        return False

    def adjustments(self, connection: str, site: str, after: datetime | None) -> Iterator[Adjustment]:
        found = [
            one
            for (owner, _), one in self._adjustments.items()
            if owner == connection and one.site == site and (after is None or one.occurred_at > after)
        ]
        return iter(sorted(found, key=lambda one: (one.item.encode(), one.occurred_at, one.adjustment_id)))

    def claim(self, connection: str, key: str, fingerprint: str) -> Claimed | None:
        return self._claims.get((connection, key))

    def finish(self, connection: str, key: str, claimed: Claimed) -> None:
        self._claims[connection, key] = claimed

    def state(self, connection: str) -> SyncState:
        return self._states.get(connection, SyncState(connection=connection))

    def save_state(self, state: SyncState) -> SyncState:
        saved: SyncState = _next(self._states.get(state.connection), state.version, state)
        self._states[state.connection] = saved
        return saved

    def run(self, connection: str, run_id: str) -> Run | None:
        return self._runs.get((connection, run_id))

    def save_run(self, run: Run) -> Run:
        key = (run.connection, run.run_id)
        saved: Run = _next(self._runs.get(key), run.version, run)
        self._runs[key] = saved
        return saved

    def runs(self, connection: str, limit: int) -> list[Run]:
        found = [run for (owner, _), run in self._runs.items() if owner == connection]
        return sorted(found, key=lambda run: run.run_id, reverse=True)[:limit]

    def forget(self, connection: str) -> None:
        self._states.pop(connection, None)


def _next(known: Any, expected: int, after: Any) -> Any:
    if (known.version if known else 0) != expected:
        raise Conflict(f"version {expected} is not the one that is kept")
    # As through a table: what is kept shares nothing with what was given.
    return type(after).model_validate_json(after.model_dump_json()).but(version=expected + 1)
