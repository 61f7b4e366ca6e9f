"""A bench with one scripted store, ``stall``, and the warehouse's twin behind the real connector, ``depot``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from platen import connectors
from platen.domain.connection import Connection, Intake, Lines, Link, Role
from platen.domain.order import Line, Order, Payment
from platen.messages import FileHint, OrderHint, Queue
from platen.usecases.warehouse.serve import serve
from platen.usecases.warehouse.take_file import take_file
from tests.fakes.files import FakeFiles
from tests.support.bench import Bench
from tests.support.doubles import ScriptedStore
from tests.support.stall import ANYWHERE
from twins.warehouse_files import WarehouseTwin
from twins.warehouse_files.doors import CallDoor, Door, FileDoor

KEY = "a-key-of-twenty-four-or-more"


class Drop:
    """The bucket, from the warehouse's side."""

    def __init__(self, files: FakeFiles) -> None:
        self._files = files
        self.put_there: list[str] = []

    def names(self, prefix: str) -> list[str]:
        return sorted(key for key in self._files.all() if key.startswith(prefix))

    def get(self, key: str) -> bytes:
        return self._files.all()[key]

    def put(self, key: str, body: bytes) -> None:
        self._files.put(key, body)
        self.put_there.append(key)

    def remove(self, key: str) -> None:
        self._files.taken_away(key)


class Floor(Bench):
    def __init__(self, *, way: str = "files", stock: Mapping[str, int] | None = None, **settings: Any) -> None:
        super().__init__(connector=self._connector)
        self.store = ScriptedStore(self.clock, self.switch)
        self.drop = Drop(self.files)
        self.file_door = FileDoor(self.drop, "depot")
        door: Door = self.file_door if way == "files" else CallDoor(self._call, KEY)
        self.twin = WarehouseTwin(door, now=self.clock, stock=stock or {"MUG": 20, "CAP": 5})
        now = self.clock.now()
        given = {"sites": ["MAIN=stall/70001"], "way": way, "tracking_wait_minutes": 0} | settings
        self.connections.save(
            Connection(
                connection_id="depot",
                system="warehouse_files",
                roles=(Role.VENDOR, Role.WAREHOUSE),
                settings=given,
                created_at=now,
            )
        )
        self.secrets.put_webhook("depot", {"keys": [KEY]})
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
        self.ledger.save_state(self.ledger.state("depot").but(products_done_at=now))
        self.twin.tell_snapshot()
        self.hear()

    def _connector(self, system: str) -> Any:
        return self.store.connector() if system == "stall" else connectors.load(system)

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        where, _, query = path.partition("?")
        answer = serve(
            self.hub,
            connection_id="depot",
            authorization=headers.get("Authorization", ""),
            method=method,
            path=where,
            query=dict(parse_qsl(query)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        return answer.status, answer.body

    def order_placed(self, **goods: int) -> Order:
        """A paid order; ``MUG=2`` is a line of two."""
        number = str(len(self.store.orders) + 1)
        now = self.clock.now()
        lines = tuple(
            Line(line_id=f"{number}-{sku}", title=sku.title(), sku=sku, quantity=count, unfulfilled=count)
            for sku, count in goods.items()
        )
        order = Order(
            connection="stall",
            store_order_id=number,
            number=f"#{number}",
            placed_at=now,
            updated_at=now,
            payment=Payment.PAID,
            ship_to=ANYWHERE,
            lines=lines,
        )
        self.store.orders[number] = order
        self.changed(order)
        return order

    def changed(self, order: Order) -> None:
        self.store.orders[order.store_order_id] = order
        hint = OrderHint(
            connection="stall", store_order_id=order.store_order_id, updated_at=order.updated_at, topic="orders"
        )
        self.queues.put_raw(Queue.INTAKE, hint.model_dump_json())

    def hear(self) -> None:
        """What the warehouse put into the bucket is taken in."""
        while self.drop.put_there:
            take_file(self.hub, FileHint(connection="depot", key=self.drop.put_there.pop(0)))

    def round(self) -> None:
        """One round at the warehouse, and what follows from it here."""
        self.run()
        self.clock.passes(minutes=1)
        self.twin.work()
        self.hear()
        self.run()

    def number(self, order: Order) -> str:
        return self.record(order.order_id).jobs["1"].external_id

    def shown(self, order: Order) -> list[tuple[str, dict[str, int]]]:
        return [(one.tracking, one.goods) for one in self.store.shown.get(order.store_order_id, [])]
