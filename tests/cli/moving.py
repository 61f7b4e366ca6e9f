"""An Order Desk store and a Platen side by side: the twin, the real operator on fakes, and a desk between them."""

from __future__ import annotations

import json
from typing import Any

from platen.connectors import Resend
from platen_cli.calls import result_of
from platen_cli.desk import Desk
from platen_cli.orderdesk import looking, moving
from platen_cli.orderdesk.client import HOST, Client, Credentials
from platen_cli.target import Target
from tests.fakes import FakeClock
from tests.support.stall import StallBench
from tests.support.wsgi import WsgiHttp
from twins.orderdesk import OrderDeskTwin

STORE = "stall"
KEY = "orderdesk-key"
SHIP_TO = {"last_name": "Family", "address1": "Long Street 1", "city": "Town", "country": "DE"}


class BenchOperator:
    """The real operator, spoken to by JSON as the Lambda is.

    ``breaks_at``: (action, n) -> what its n-th call raises; ``lost_at``: the same, but after it was done.
    """

    def __init__(self, bench: StallBench) -> None:
        self.bench = bench
        self.asked: list[dict[str, Any]] = []
        self.breaks_at: dict[tuple[str, int], BaseException] = {}
        self.lost_at: dict[tuple[str, int], BaseException] = {}

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        said = {name: value for name, value in given.items() if value is not None}
        self.asked.append({"action": action, **said})
        if not said.get("dry_run") and (action, self.did(action)) in self.breaks_at:
            raise self.breaks_at.pop((action, self.did(action)))
        answer = self.bench.operator.answer(json.loads(json.dumps({"action": action, **said})))
        if not said.get("dry_run") and (action, self.did(action)) in self.lost_at:
            raise self.lost_at.pop((action, self.did(action)))
        return result_of(json.dumps(answer).encode())

    def did(self, action: str) -> int:
        """How often, dry runs aside."""
        return sum(one["action"] == action and not one.get("dry_run") for one in self.asked)


class Move:
    """Everything that moving in needs. ``look`` and ``go`` are what the command does."""

    def __init__(self, **twin: Any) -> None:
        self.clock = FakeClock()
        self.bench = StallBench(Resend.LOOKUP)
        self.operator = BenchOperator(self.bench)
        self.twin = OrderDeskTwin(now=self.clock, **twin)
        self.http = WsgiHttp({HOST: self.twin.app})
        self.desk = Desk(quiet=True, find=lambda _choice: Target(self.operator, "the bench"))

    def client(self, key: str = KEY) -> Client:
        return Client(self.http, self.clock, Credentials("113247", key))

    def look(self, **wish: Any) -> looking.Found:
        found = looking.look(self.desk, self.client(), looking.Wish(store=STORE, **wish))
        moving.try_out(self.desk, found)
        return found

    def go(self, **wish: Any) -> dict[str, Any]:
        found = self.look(**wish)
        self.operator.asked.clear()
        moving.go(self.desk, found)
        return found.report.as_json()

    def orders(self, count: int, **more: Any) -> None:
        """So many orders, each a minute younger than the one before."""
        for number in range(count):
            self.clock.passes(minutes=1)
            self.twin.add_order(source_id=f"A-{1001 + number}", shipping=SHIP_TO, **more)

    def imported(self) -> list[str]:
        return [one.head.number for one in self.bench.orders.records() if one.head.imported_from]
