"""What one order costs that a vendor fetches, in requests and units; see ``tests/test_cost.py`` for the others."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from platen import connectors
from platen.connectors import Connector
from platen.domain.connection import Connection, Lines, Link, Role
from platen.domain.order import Order
from platen.domain.record import OrderState
from platen.hub import Hub
from platen.messages import Queue
from platen.ports import FeedRequest
from platen.usecases.dispatch import dispatch
from platen.usecases.feed import serve
from platen.usecases.intake import intake
from platen.usecases.track import track
from platen.usecases.update_store import update_store
from tests.domain.making import INTAKE, a_line, an_order
from tests.test_cost import SECRET, STORE, Account, Bill, Meter, shown

PACKERS = "packers"
LOGIN = "packer:correct-horse-battery"


class PackingAccount(Account):
    def connector(self, system: str) -> Connector:
        return self.store.connector() if system == "shopify" else connectors.load(system)

    def connect(self) -> None:
        hub, now = self.a_hub(), self.clock.now()
        self.hubs["feed"] = self.a_hub()
        store = Connection(
            connection_id=STORE, system="shopify", roles=(Role.STORE,), settings={}, created_at=now,
            links=(Link(vendor=PACKERS, lines=Lines.ALL),), intake=INTAKE,
        )  # fmt: skip
        vendor = Connection(
            connection_id=PACKERS, system="shipstation", roles=(Role.VENDOR,), settings={}, created_at=now
        )
        for connection, keys in ((store, [SECRET]), (vendor, [LOGIN])):
            hub.connections.save(connection)
            secret = {"path_keys": ["p"], "keys": keys, "url": ""}
            hub.secrets.put_webhook(connection.connection_id, secret)
            user, _, password = LOGIN.partition(":")
            hub.secrets.put_credentials(connection.connection_id, {"store_user": user, "store_password": password})

    def run(self, number: int, **changes: Any) -> tuple[Order, dict[str, Bill]]:
        lines = (a_line(str(n), 2, attributes=()) for n in range(3))
        order = an_order(*lines, store_order_id=str(number), number=f"#{number}").but(**changes)
        self.store.orders[str(number)] = order
        bills: dict[str, Bill] = {}

        def step(name: str, do: Callable[[], Any]) -> None:
            Meter.bill = bills[name] = Bill()
            do()

        step("store webhook", lambda: self.store_says(order))
        step("intake", self.worked(Queue.INTAKE, "intake", intake))
        step("dispatch", self.worked(Queue.DISPATCH, "dispatch", dispatch))
        step("fetch", self.fetches)
        step("track fetched", self.worked(Queue.SHIPMENTS, "track", track))
        step("notice", lambda: self.posts(order))
        step("track notice", self.worked(Queue.SHIPMENTS, "track", track))
        step("store update", self.worked(Queue.STORE_UPDATES, "update", update_store))
        step("the window again", self.fetches)
        self.clock.passes(minutes=3)
        return order, bills

    def fetches(self) -> None:
        now = self.clock.now()
        window = {"start_date": f"{now - timedelta(minutes=1):%m/%d/%Y %H:%M}", "end_date": f"{now:%m/%d/%Y %H:%M}"}
        self.called("GET", {"action": "export", "page": "1"} | window)

    def posts(self, order: Order) -> None:
        body = f"<ShipNotice><OrderNumber>{order.number}</OrderNumber><OrderID>{self.external_id(order)}</OrderID>"
        body += f"<Carrier>USPS</Carrier><TrackingNumber>T{order.store_order_id}</TrackingNumber></ShipNotice>"
        self.called("POST", {"action": "shipnotify", "order_number": order.number}, body.encode())

    def external_id(self, order: Order) -> str:
        return f"{order.number.strip('#')}-{order.order_id}-1"

    def called(self, method: str, query: dict[str, str], body: bytes = b"") -> None:
        login = {"authorization": f"Basic {base64.b64encode(LOGIN.encode()).decode()}"}
        request = FeedRequest(method=method, query=query, headers=login, body=body)
        answer = serve(self.hub_of("feed"), connection_id=PACKERS, key="p", request=request)
        assert answer.status == 200, answer

    def hub_of(self, name: str) -> Hub:
        return self.hubs[name]


@pytest.fixture
def account() -> Iterator[PackingAccount]:
    with mock_aws():
        yield PackingAccount()


BUDGET = {
    # step: (write units, read units)
    "store webhook": (0, 1),
    "intake": (8, 5.5),
    "dispatch": (9, 4),
    "fetch": (2, 4),
    "track fetched": (3, 6),
    "notice": (1, 1),
    "track notice": (8, 3),
    "store update": (10, 3),
    "the window again": (1, 2),
}
"""One order of three lines in one parcel, in a quiet shop: connections and health are read anew at each step."""


def test_an_order_that_is_fetched_and_packed_stays_within_its_budget(account: PackingAccount) -> None:
    account.run(1)
    order, bills = account.run(2)
    shown("One order by a feed, quiet", bills)
    Meter.bill = Bill()  # looking is not charged to the order
    record = account.a_hub().orders.load(order.order_id)
    assert record is not None
    assert record.head.state is OrderState.DONE
    for step, (written, read) in BUDGET.items():
        assert bills[step].written <= written, f"{step} writes {bills[step].written} units"
        assert bills[step].read <= read, f"{step} reads {bills[step].read} units"
