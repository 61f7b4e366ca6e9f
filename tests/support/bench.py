"""The bench: the real use cases on fakes, with queues, the sweep and schedules driven in fake time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from platen import connectors
from platen.connectors import Connector
from platen.domain.record import OrderRecord
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import Queue
from platen.ports import Conflict, Http, Watch
from platen.usecases.configure import Desk
from platen.usecases.dispatch import dispatch
from platen.usecases.intake import intake
from platen.usecases.operate import Operator
from platen.usecases.poll import poll_store, poll_vendor
from platen.usecases.sweep import sweep
from platen.usecases.sync.due import sync
from platen.usecases.track import track
from platen.usecases.update_store import update_store
from platen.usecases.warehouse.take_file import take_file
from tests.fakes import (
    Crash,
    FakeArtwork,
    FakeCache,
    FakeClock,
    FakeConnections,
    FakeOrders,
    FakeProducts,
    FakeQueues,
    FakeSchedules,
    FakeSecrets,
    Lost,
    Received,
    Switch,
)
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.support.wsgi import WsgiHttp

SWEEP_EVERY = timedelta(minutes=5)
_WORKERS: dict[Queue, Callable[[Hub, Any], object]] = {
    Queue.INTAKE: intake,
    Queue.DISPATCH: dispatch,
    Queue.SHIPMENTS: track,
    Queue.STORE_UPDATES: update_store,
    Queue.STORE_POLLS: poll_store,
    Queue.VENDOR_POLLS: poll_vendor,
    Queue.FILES: take_file,
    Queue.SYNCS: lambda hub, hint: sync(hub, hint, lambda: 900.0),
}


def _no_http(_hosts: Sequence[str]) -> Http:
    return WsgiHttp({})


class Bench:
    """Everything of Platen but AWS. ``run`` lets time pass until nothing is left to do."""

    def __init__(
        self,
        *,
        open_http: Callable[[Sequence[str]], Http] = _no_http,
        connector: Callable[[str], Connector] = connectors.load,
        clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.switch = Switch()
        self.orders = FakeOrders(self.switch)
        self.connections = FakeConnections(self.switch)
        self.products = FakeProducts(self.switch)
        self.cache = FakeCache(self.clock, self.switch)
        self.secrets = FakeSecrets(self.switch)
        self.queues = FakeQueues(self.clock, self.switch)
        self.schedules = FakeSchedules(self.clock, self.switch)
        self.artwork = FakeArtwork(self.switch)
        self.feed = FakeFeed(self.switch)
        self.files = FakeFiles(self.switch, self.clock)
        self.ledger = FakeLedger(self.switch)
        tokens = itertools.count(1)
        self.hub = Hub(
            clock=self.clock,
            artwork=self.artwork,
            orders=self.orders,
            connections=self.connections,
            products=self.products,
            cache=self.cache,
            secrets=self.secrets,
            queues=self.queues,
            feed=self.feed,
            files=self.files,
            ledger=self.ledger,
            open_http=open_http,
            connector=connector,
            new_token=lambda: f"token-{next(tokens)}",
        )
        self.desk = Desk(stack="platen", schedules=self.schedules, public_url="https://hooks.example")
        self.operator = Operator(self.hub, self.desk)
        self.next_sweep = self.clock.now() + SWEEP_EVERY
        self.workers = dict(_WORKERS)
        self.failures: list[str] = []
        """Messages that failed and came back, by the name of what went wrong."""

    # people

    def ask(self, action: str, **fields: Any) -> dict[str, Any]:
        """What the operator answers, whatever it is."""
        answer: dict[str, Any] = self.operator.answer({"action": action, **fields})
        return answer

    def do(self, action: str, **fields: Any) -> Any:
        """The result of what the operator is sure to allow."""
        answer = self.ask(action, **fields)
        assert answer["ok"], answer["error"]
        return answer["result"]

    def click(self, action: str, order_id: str, place: str = "", **fields: Any) -> dict[str, Any]:
        return self.ask(action, order=order_id, place=place, who="tester", **fields)

    def attention(self) -> list[dict[str, Any]]:
        """What a person is shown."""
        items: list[dict[str, Any]] = self.do("attention")["items"]
        return items

    # workers

    def work_one(self, queue: Queue) -> bool:
        """Let a worker take one message; False when there is none to be seen."""
        got = self.queues.receive(queue)
        if got is None:
            return False
        self.handle(got)
        return True

    def handle(self, got: Received) -> None:
        """As Lambda and the batch loop do: deleted when done, back soon when failed, back late after a crash.

        What is neither a fault that was ordered, nor a conflict, nor what an outside system said, nor a message
        of nobody's making is a bug, and raises.
        """
        try:
            self.workers[got.queue](self.hub, got.message)
        except Crash:
            self.failures.append(f"{got.queue.value}: crash")
        except (Lost, Conflict, Verdict, ValidationError) as failed:
            self.failures.append(f"{got.queue.value}: {type(failed).__name__}")
            self.queues.come_back(got, timedelta(seconds=min(600, 15 * 2 ** (got.count - 1))))
        else:
            self.queues.delete(got)

    def sweep_now(self) -> None:
        self.next_sweep = self.clock.now() + SWEEP_EVERY
        try:
            sweep(self.hub)
        except (Crash, Lost):
            self.failures.append("sweep")

    # time

    def run(self, limit: timedelta = timedelta(hours=12), *, at_least: timedelta = timedelta(0)) -> None:
        """Work, and let time pass, until all is quiet or ``limit`` is over."""
        begun = self.clock.now()
        while True:
            if self.work():
                continue
            now = self.clock.now()
            if self.quiet() and now - begun >= at_least:
                return
            following = self.next_moment()
            if following - begun > limit:
                self.clock.set(max(now, begun + limit))
                return
            self.clock.set(max(now, following))

    def work(self) -> bool:
        """One round of everything that can be done at this moment; False when there was nothing."""
        busy = False
        for queue in Queue:
            busy |= self.work_one(queue)
        for queue, message in self.schedules.fire():
            self.queues.send(queue, [message])
            busy = True
        if self.clock.now() >= self.next_sweep:
            self.sweep_now()
            busy = True
        return busy

    def quiet(self) -> bool:
        """Nothing is on its way, and nothing of ours is left to be done."""
        return not self.queues.waiting() and not self.working()

    def working(self) -> list[str]:
        """What stands in a lane of work, due now or later."""
        found = [
            due
            for connection in self.connections.all()
            for due in self.orders.waiting(connection.connection_id, Watch.WORK)
        ]
        return [str(one) for one in found]

    def next_moment(self) -> datetime:
        moments = [self.next_sweep, self.queues.next_visible_at(), self.schedules.next_at()]
        return min(one for one in moments if one)

    # looking

    def record(self, order_id: str) -> OrderRecord:
        record = next((one for one in self.orders.records() if one.head.order_id == order_id), None)
        assert record, f"order {order_id} is not known"
        return record

    def everything(self) -> dict[str, object]:
        """All of Platen's memory, to be compared."""
        return {**self.orders.everything(), **self.connections.everything()}
