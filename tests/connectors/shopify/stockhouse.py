"""A tiny stock room behind Shopify's ways to write: all rows or none, conditions, keys, and failures on demand."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from platen.connectors.shopify.stock import ShopifyStock
from platen.domain.verdicts import Refused
from platen.ports import Reply
from platen.ports.stock import Outcome, Write
from tests.connectors.shopify.house import Call, FakeClock, House, data, read_call

PLACE = "70001"
ROWS = {"inventorySetQuantities": "quantities", "inventoryAdjustQuantities": "changes"}
ROOTS = {"PlatenSetQuantities": "inventorySetQuantities", "PlatenAdjustQuantities": "inventoryAdjustQuantities"}

type Happening = Callable[[], Reply | None]


def refusal(code: str, row: int | None = None, *, rows: str = "quantities") -> dict[str, Any]:
    """As Shopify words one; ``row`` None: it does not say which."""
    path = ["input"] if row is None else ["input", rows, str(row), "quantity"]
    return {"code": code, "field": path, "message": f"Shopify says no ({code.lower()})."}


@dataclass
class StockRoom:
    """Counts of items at one place. ``before`` and ``after`` hold one happening for each call (None: nothing
    happens), which may raise, or give the answer instead."""

    counts: dict[str, int]
    bundles: frozenset[str] = frozenset()
    names_rows: bool = True
    failed_keys_fail: bool = True
    """A key whose call was refused answers that it failed; else the call is looked at again."""
    before: list[Happening | None] = field(default_factory=list)
    after: list[Happening | None] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    keys: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    """Item -> how often something was written to it."""
    files: dict[str, list[bytes]] = field(default_factory=dict)

    def send(
        self, method: str, url: str, *, headers: Any = None, json: Any = None, form: Any = None, **_: Any
    ) -> Reply:
        call = read_call(url, headers, json, form)
        self.calls.append(call)
        root = ROOTS[call.name]
        instead = _next(self.before)
        if instead:
            return instead
        found = self._answer(root, call.variables)
        lost = _next(self.after)
        return lost or data({root: {"userErrors": found}})

    def lines(self, url: str, *, most: int, timeout: float = 600.0) -> Iterator[bytes]:
        raise Refused("there is no such file")

    def _answer(self, root: str, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        key, body = variables["key"], jsonlib.dumps([root, variables["input"]])
        if key in self.keys:
            known, errors = self.keys[key]
            if known != body:
                return [refusal("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]
            if not errors:
                return []
            if self.failed_keys_fail:
                return [refusal("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]
        errors = self._apply(root, variables["input"])
        self.keys[key] = body, errors
        return errors

    def _apply(self, root: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        name = ROWS[root]
        rows = asked[name]
        assert len(rows) <= 250
        assert all("changeFromQuantity" in row for row in rows)
        assert asked["reason"] == "correction"
        errors = [
            refusal(code, place if self.names_rows else None, rows=name)
            for place, row in enumerate(rows)
            if (code := self._wrong(row))
        ]
        if not errors:
            for row in rows:
                item = _item(row)
                self.counts[item] = row["quantity"] if "quantity" in row else self.counts[item] + row["delta"]
                self.done[item] = self.done.get(item, 0) + 1
        return errors

    def _wrong(self, row: Mapping[str, Any]) -> str:
        item = _item(row)
        if item not in self.counts:
            return "INVALID_INVENTORY_ITEM"
        if item in self.bundles:
            return "NON_MUTABLE_INVENTORY_ITEM"
        if row.get("quantity", 0) < 0:
            return "INVALID_QUANTITY_NEGATIVE"
        if max(row.get("quantity", 0), row.get("delta", 0)) > 1_000_000_000:
            return "INVALID_QUANTITY_TOO_HIGH"
        expected = row["changeFromQuantity"]
        return "CHANGE_FROM_QUANTITY_STALE" if expected not in (None, self.counts[item]) else ""

    # what the tests ask

    def store(self, clock: FakeClock | None = None) -> ShopifyStock:
        return ShopifyStock(House(self, clock=clock or FakeClock()).access())

    def set(self, writes: list[Write], *, key: str = "k", name: str = "on_hand") -> dict[str, Outcome]:
        found = self.store().set_levels(PLACE, name, writes, key=key, reference="run-1")
        assert [one.stock_id for one in found] == [one.stock_id for one in writes]
        return {one.stock_id: one for one in found}

    def adjust(self, writes: list[Write], *, key: str = "k") -> dict[str, Outcome]:
        found = self.store().adjust_levels(PLACE, writes, key=key, reference="run-1")
        assert [one.stock_id for one in found] == [one.stock_id for one in writes]
        return {one.stock_id: one for one in found}


def _item(row: Mapping[str, Any]) -> str:
    return str(row["inventoryItemId"]).rsplit("/", 1)[-1]


def _next(script: list[Happening | None]) -> Reply | None:
    happening = script.pop(0) if script else None
    return happening() if happening else None


def raises(error: Exception) -> Happening:
    def happening() -> Reply:
        raise error

    return happening


def gives(answer: Reply) -> Happening:
    return lambda: answer


def answers_with(code: str, name: str = "PlatenSetQuantities") -> Happening:
    return gives(data({ROOTS[name]: {"userErrors": [refusal(code)]}}))


def a_room(many: int = 10, *, each: int = 5, **changes: Any) -> StockRoom:
    return StockRoom({str(item): each for item in range(1, many + 1)}, **changes)


def writes(many: int = 10, *, to: int = 9, expected: int | None = 5) -> list[Write]:
    return [Write(str(item), to, expected) for item in range(1, many + 1)]
