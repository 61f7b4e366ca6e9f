"""The ways by API in the whole of Platen: from a store's order to its tracking, and what happens in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from platen import connectors
from platen.domain.connection import Connection, Intake, Lines, Link, Role
from platen.domain.job import Job, JobState
from platen.domain.order import Order, Payment
from platen.domain.record import OrderState
from platen.messages import OrderHint, Queue
from platen.usecases.receive import receive
from tests.connectors.shipstation.api_house import CREDENTIALS, HOST, SHIP_TO, V1, V2, a_request
from tests.support.bench import Bench
from tests.support.doubles import ScriptedStore
from tests.support.wsgi import WsgiHttp
from twins.shipstation import Order as TheirOrder
from twins.shipstation import ShipStationTwin

BOTH = pytest.mark.parametrize("way", ["v1", "v2"])
CREATE = {"v1": "POST /orders/createorder", "v2": "POST /v2/shipments"}


class ShipStationBench(Bench):
    """A scripted store, linked to ShipStation, with the twin at the other end."""

    def __init__(self, way: str) -> None:
        self.http = WsgiHttp({})
        super().__init__(open_http=lambda _hosts: self.http, connector=self._connector)
        self.twin = ShipStationTwin(now=self.clock, post=self.hear, v1_per_minute=0, v2_per_minute=0)
        self.http._apps[HOST] = self.twin.app
        self.store = ScriptedStore(self.clock, self.switch)
        now = self.clock.now()
        self.connections.save(
            Connection(
                connection_id="stall",
                system="stall",
                roles=(Role.STORE,),
                settings={},
                links=(Link(vendor="ship", lines=Lines.ALL),),
                intake=Intake(orders_since=now),
                created_at=now,
            )
        )
        self.connected = self.do(
            "connect",
            system="shipstation",
            connection_id="ship",
            settings={
                "way": way,
                "warehouse_id": "se-524391",
                "base_url_v1": V1,
                "base_url_v2": V2,
                "jwks_url": f"{V1}/jwks",
            },
            credentials=CREDENTIALS,
        )

    def _connector(self, system: str) -> Any:
        return self.store.connector() if system == "stall" else connectors.load(system)

    def hear(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        *_, connection_id, key = urlsplit(url).path.split("/")
        return receive(self.hub, Role.VENDOR, connection_id=connection_id, key=key, headers=headers, body=body)

    def placed(self, **changes: Any) -> Order:
        now = self.clock.now()
        order = a_request(connection="stall", payment=Payment.PAID, placed_at=now, updated_at=now, **changes).order
        self.put(order)
        return order

    def put(self, order: Order) -> None:
        self.store.orders[order.store_order_id] = order
        hint = OrderHint(connection="stall", store_order_id=order.store_order_id, updated_at=order.updated_at)
        self.queues.put_raw(Queue.INTAKE, hint.model_dump_json())
        self.run()

    def job(self, order: Order) -> Job:
        return self.record(order.order_id).jobs["1"]

    def theirs(self) -> TheirOrder:
        (found,) = self.twin.orders
        return found

    def tracking(self, order: Order) -> list[str]:
        return [one.tracking for one in self.store.shown.get(order.store_order_id, [])]


@BOTH
def test_from_the_store_to_shipstation_and_back_in_two_parts(way: str) -> None:
    bench = ShipStationBench(way)
    assert all(finding["ok"] for finding in bench.connected["findings"])
    order = bench.placed()
    assert bench.theirs().key == bench.job(order).external_id
    child = bench.twin.packing.split(bench.theirs().order_id, {"12": 1})

    bench.twin.packing.label(child.order_id, tracking="TWO")
    bench.run(at_least=timedelta(minutes=16))
    assert bench.tracking(order) == ["TWO"]
    bench.twin.packing.label(bench.twin.orders[0].order_id, tracking="ONE")
    bench.run(at_least=timedelta(minutes=16))

    assert bench.tracking(order) == ["TWO", "ONE"]
    assert bench.job(order).state is JobState.SHIPPED
    assert bench.record(order.order_id).head.state is OrderState.DONE
    assert bench.attention() == []
    assert not bench.queues.dead()


@BOTH
def test_an_answer_that_was_lost_makes_one_order(way: str) -> None:
    bench = ShipStationBench(way)
    bench.twin.faults.add(on=CREATE[way], kind="cut_reply")
    bench.twin.faults.add(on=CREATE[way], kind="status", skip=1)

    order = bench.placed()
    bench.run(at_least=timedelta(minutes=10))

    assert bench.job(order).state is JobState.SENT
    assert len(bench.twin.orders) == 1
    assert bench.attention() == []


@BOTH
def test_a_change_at_the_store_arrives_before_the_label(way: str) -> None:
    bench = ShipStationBench(way)
    order = bench.placed()
    bench.clock.passes(minutes=5)

    bench.put(order.but(ship_to=SHIP_TO.but(city="Chicago"), updated_at=bench.clock.now()))

    assert bench.theirs().content.ship_to.city == "Chicago"
    assert bench.attention() == []


@BOTH
def test_a_cancel_at_the_store_arrives(way: str) -> None:
    bench = ShipStationBench(way)
    order = bench.placed()
    bench.clock.passes(minutes=5)

    bench.put(order.but(cancelled_at=bench.clock.now(), updated_at=bench.clock.now()))

    assert bench.theirs().status == "cancelled"
    assert bench.job(order).state is JobState.CANCELLED


@BOTH
def test_a_webhook_brings_the_tracking_before_the_poll(way: str) -> None:
    bench = ShipStationBench(way)
    order = bench.placed()
    url = bench.do("webhook_url", connection="ship")["webhook_url"]
    hooks = bench.twin.hooks
    hooks.add(hooks.v1 if way == "v1" else hooks.v2, {"v1": "SHIP_NOTIFY", "v2": "label_created_v2"}[way], url)
    bench.clock.passes(minutes=1)

    bench.twin.packing.label(bench.theirs().order_id, tracking="9400")
    bench.twin.outbox.pump()
    bench.run()

    assert bench.tracking(order) == ["9400"]


def test_an_unpaid_order_waits_in_shipstation_by_v1_until_it_is_paid() -> None:
    bench = ShipStationBench("v1")
    order = bench.placed()
    unpaid = order.but(store_order_id="2", number="#1002", payment=Payment.PENDING)
    bench.put(unpaid)
    [theirs] = [one for one in bench.twin.orders if one.content.number == "#1002"]
    assert theirs.status == "awaiting_payment"
    bench.clock.passes(minutes=5)

    bench.put(unpaid.but(payment=Payment.PAID, updated_at=bench.clock.now()))

    assert theirs.status == "awaiting_shipment"
