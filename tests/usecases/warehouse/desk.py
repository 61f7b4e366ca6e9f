"""A bench with one warehouse that brings files and calls: with two orders, a store's catalogue, and a count."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from platen.domain.connection import Connection, Role
from platen.domain.model import iso
from platen.domain.warehouse import Snapshot, WarehouseLine, WarehouseOrder
from platen.messages import FileHint, Queue
from platen.usecases.feed import Answer
from platen.usecases.stock.tables import Sold, catalogue_key
from platen.usecases.warehouse.serve import serve
from platen.usecases.warehouse.take_file import take_file
from tests.support.bench import Bench

WH, KEY = "whs", "a-key-that-nobody-guesses-1"
FIRST, SECOND = "1001-k7x2m3qpl4tzabcd-1", "1002-k7x2m3qpl4tzabce-1"
PICKS = (
    "OrderNumber,OrderStatus,ClosedAt,LineNumber,ItemNumber,UOM,QuantityOrdered,QuantityPicked,Site,Location,Lot"
)
SHIPMENTS = (
    "OrderNumber,ShipmentNumber,ShippedAt,Carrier,ShippingMethod,TrackingNumber,TrackingURL,LineNumber,ItemNumber,"
    "QuantityShipped"
)
ADJUSTMENTS = "AdjustmentID,OccurredAt,Site,Location,ItemNumber,UOM,QuantityDelta,Reason,Reference"
SNAPSHOTS = "SnapshotID,TakenAt,Site,ItemNumber,UOM,OnHand"
ANSWERS = "OrderNumber,Answer,Code,Message"


class Desk(Bench):
    def __init__(self, **settings: Any) -> None:
        super().__init__()
        now = self.clock.now()
        chosen = {"sites": ["MAIN=shop/70001"], "count_goes_down": "picked"} | settings
        for name in (WH, "other"):
            self.connections.save(
                Connection(
                    connection_id=name,
                    system="warehouse_files",
                    roles=(Role.VENDOR, Role.WAREHOUSE),
                    settings=chosen,
                    created_at=now,
                )
            )
            self.secrets.put_webhook(name, {"path_keys": ["p"], "keys": [KEY if name == WH else f"{KEY}2"]})
        self.order(FIRST, ("MUG", 5), ("CAP", 2))
        self.order(SECOND, ("MUG", 1))
        self.files.put_lines(
            catalogue_key(WH, "shop"),
            [Sold(item=item, stock_id=item, variant_id=item, sku=item).line() for item in ("CAP", "MUG")],
        )

    def order(self, number: str, *lines: tuple[str, int], connection: str = WH, **more: Any) -> WarehouseOrder:
        now = self.clock.now()
        order = WarehouseOrder(
            connection=connection,
            number=number,
            order_id=number.split("-")[1],
            job_id="1",
            store="shop",
            store_order_id="1",
            site="MAIN",
            body="b",
            lines=tuple(
                WarehouseLine(number=place, line_id=f"{place}", item=item, wanted=wanted)
                for place, (item, wanted) in enumerate(lines, start=1)
            ),
            told_at=now,
            changed_at=now,
        )
        return self.ledger.save_order(None, order.but(**more))

    # files

    def brings(
        self, kind: str, rows: Sequence[str] | bytes, name: str = "a.csv", **more: Any
    ) -> list[dict[str, str]]:
        """The file is put into the inbox, its event comes, and this is what its answer says."""
        self.puts(f"{kind}/{name}", rows)
        if "at" in more:
            self.files.was_put(f"in/{WH}/{kind}/{name}", more["at"])
        self.event(f"{kind}/{name}", **more)
        return self.answer(f"{kind}/{name}")

    def puts(self, name: str, rows: Sequence[str] | bytes) -> None:
        """The file is put into the inbox, and nobody says so."""
        body = rows if isinstance(rows, bytes) else "".join(f"{row}\r\n" for row in rows).encode()
        self.files.put(f"in/{WH}/{name}", body)

    def event(self, name: str, **more: Any) -> None:
        take_file(self.hub, FileHint(connection=WH, key=f"in/{WH}/{name}", **more))

    def answer(self, name: str) -> list[dict[str, str]]:
        text = self.files.all()[f"ack/{WH}/{name}.result.csv"].decode()
        return list(csv.DictReader(text.splitlines()))

    def counts(self, *rows: tuple[str, object], snapshot: str = "S1", age: float = 1, **more: Any) -> list[str]:
        """The rows of a whole count that was taken so many hours ago."""
        taken = iso(self.clock.now() - timedelta(hours=age))
        site = more.get("site", "MAIN")
        lines = [f"{snapshot},{taken},{site},{item},EA,{on_hand}" for item, on_hand in rows]
        return [SNAPSHOTS, *lines, f"#END,{len(rows)}"]

    # calls

    def call(self, method: str, path: str, body: object = None, *, key: str = KEY, **more: Any) -> Answer:
        headers = {"Idempotency-Key": more.pop("once", self.hub.new_token())}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = {"query": {}, "headers": headers, "connection_id": WH, "authorization": f"Bearer {key}"} | more
        return serve(self.hub, method=method, path=path, body=b"" if body is None else raw, **asked)

    def connected_anew(self) -> None:
        """A person has removed the connection, and made it again under its name."""
        connection = self.connections.get(WH)
        self.connections.remove(connection)
        self.ledger.forget(WH)
        self.clock.passes(minutes=1)
        self.connections.save(connection.but(version=0, created_at=self.clock.now()))

    # looking

    def known(self, number: str = FIRST) -> WarehouseOrder:
        order = self.ledger.order(WH, number)
        assert order
        return order

    def picked(self, number: str = FIRST) -> list[int]:
        return [line.picked for line in self.known(number).lines]

    def snapshot(self, site: str = "MAIN") -> Snapshot | None:
        text = self.ledger.state(WH).snapshots.get(site)
        return Snapshot.model_validate_json(text) if text else None

    def levels(self) -> list[str]:
        snapshot = self.snapshot()
        return list(self.files.lines(snapshot.key)) if snapshot else []

    def hints(self) -> list[str]:
        return [json.loads(body)["external_id"] for body in self.queues.waiting(Queue.SHIPMENTS)]

    def truth(self) -> dict[str, object]:
        """All that a warehouse can change, without what only says when we heard of it."""
        return {
            "orders": {number: self.known(number).but(version=0) for number in (FIRST, SECOND)},
            "counts": (self.snapshot(), self.levels()),
            "moves": [one.but(received_at=None) for one in self.ledger.adjustments(WH, "MAIN", None)],
        }


def says(rows: Sequence[dict[str, str]]) -> list[tuple[str, str, str]]:
    """(row, status, code) of each."""
    return [(row["row"], row["status"], row["code"]) for row in rows]


def pick_row(picked: object, line: int = 1, item: str = "MUG", status: str = "OPEN", number: str = FIRST) -> str:
    return f"{number},{status},,{line},{item},EA,5,{picked},MAIN,A1,"


def ship_row(quantity: object, number: str = "S1", line: int = 1, tracking: str = "1Z", order: str = FIRST) -> str:
    return f"{order},{number},2026-11-21T08:00:00+00:00,UPS,Ground,{tracking},,{line},MUG,{quantity}"


def move_row(delta: object, name: str = "A1", item: str = "MUG", site: str = "MAIN") -> str:
    return f"{name},2026-11-21T08:00:00+00:00,{site},A1,{item},EA,{delta},receipt,"
