"""POV in the whole of Platen: from a store's order to its tracking, and what a person is shown in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from platen import connectors
from platen.domain.attention import Cause
from platen.domain.connection import Connection, Intake, Lines, Link, Role
from platen.domain.job import Job, JobState
from platen.domain.order import Attribute, Line, Order, Payment, ShippingChoice
from platen.domain.record import OrderState
from platen.messages import OrderHint, Queue
from tests.connectors.pov.house import BASE, CREDENTIALS, HOST, SHIP_TO
from tests.support.bench import Bench
from tests.support.doubles import ScriptedStore
from tests.support.wsgi import WsgiHttp
from twins.pov import Order as TheirOrder
from twins.pov import PovTwin


class PovBench(Bench):
    """A scripted store, linked to POV, with the twin at the other end."""

    def __init__(self, twin: Mapping[str, Any] | None = None, **settings: Any) -> None:
        self.http = WsgiHttp({})
        super().__init__(open_http=lambda _hosts: self.http, connector=self._connector)
        self.twin = PovTwin(now=self.clock, **({"rate_per_minute": 0} | dict(twin or {})))
        self.http._apps[HOST] = self.twin.app
        self.store = ScriptedStore(self.clock, self.switch)
        now = self.clock.now()
        self.connections.save(
            Connection(
                connection_id="stall",
                system="stall",
                roles=(Role.STORE,),
                settings={},
                links=(Link(vendor="pov", lines=Lines.PRINTED),),
                intake=Intake(orders_since=now),
                created_at=now,
            )
        )
        self.connected = self.connect(**settings)

    def _connector(self, system: str) -> Any:
        return self.store.connector() if system == "stall" else connectors.load(system)

    def connect(self, **settings: Any) -> Any:
        return self.do(
            "connect",
            system="pov",
            connection_id="pov",
            settings={"mode": "live", "base_url_live": BASE, "base_url_test": BASE} | settings,
            credentials=CREDENTIALS,
            making={
                "default_class": "STANDARD",
                "class_match": {"Air Mail": "EXPRESS"},
                "after_import": "Prepared",
            },
        )

    def placed(self, quantity: int = 2, shipping: str = "Ground", **attributes: str) -> Order:
        number, now = str(len(self.store.orders) + 1), self.clock.now()
        printed = {"print_sku": "CANVAS-40X30", "print_url": "https://art.example/7f3a.png"} | attributes
        line = Line(
            line_id=f"{number}1",
            title="Canvas",
            sku="C",
            quantity=quantity,
            unfulfilled=quantity,
            attributes=tuple(Attribute(name=name, value=value) for name, value in printed.items()),
        )
        order = Order(
            connection="stall",
            store_order_id=number,
            number=f"#{number}",
            placed_at=now,
            updated_at=now,
            payment=Payment.PAID,
            ship_to=SHIP_TO,
            lines=(line,),
            shipping=(ShippingChoice(title=shipping),),
        )
        self.store.orders[number] = order
        hint = OrderHint(connection="stall", store_order_id=number, updated_at=now, topic="orders")
        self.queues.put_raw(Queue.INTAKE, hint.model_dump_json())
        self.run()
        return order

    def job(self, order: Order) -> Job:
        return self.record(order.order_id).jobs["1"]

    def theirs(self) -> TheirOrder:
        (found,) = self.twin.orders
        return found

    def causes(self) -> list[str]:
        return [item["cause"] for item in self.attention()]

    def tracking(self, order: Order) -> list[str]:
        return [one.tracking for one in self.store.shown.get(order.store_order_id, [])]


def test_from_the_store_to_pov_and_back_with_two_parcels() -> None:
    bench = PovBench()
    assert all(finding["ok"] for finding in bench.connected["findings"])
    order = bench.placed(shipping=" air  MAIL ")
    theirs = bench.theirs()
    assert (theirs.reference, theirs.mail_class, theirs.test) == (bench.job(order).external_id, "EXPRESS", False)
    assert bench.record(order.order_id).head.folder == "Prepared"
    bench.twin.ship(theirs.pov_order_id, {"11": 1}, tracking="1Z1")
    bench.run(at_least=timedelta(minutes=16))
    assert bench.tracking(order) == ["1Z1"], "the list is read every 15 minutes"
    bench.twin.ship(theirs.pov_order_id, tracking="1Z2")
    bench.run(at_least=timedelta(minutes=16))
    assert bench.tracking(order) == ["1Z1", "1Z2"]
    assert bench.job(order).state is JobState.SHIPPED
    assert bench.record(order.order_id).head.state is OrderState.DONE
    assert not bench.queues.dead()


def test_tracking_put_right_after_the_end_is_put_right_in_the_store() -> None:
    bench = PovBench()
    order = bench.placed()
    ref = bench.theirs().pov_order_id
    bench.twin.ship(ref, tracking="1Z-WRONG")
    bench.run(at_least=timedelta(minutes=16))
    bench.twin.correct_tracking(ref, 0, "1Z-RIGHT")
    bench.twin.duplicate_shipment(ref, new_id=True)
    bench.twin.stray_shipment()
    bench.twin.replay = 1
    bench.run(at_least=timedelta(minutes=16))
    assert bench.tracking(order) == ["1Z-RIGHT"]
    assert bench.attention() == []


def test_a_rejection_that_comes_later_is_shown_within_the_hour() -> None:
    bench = PovBench({"art_check": lambda _url: False, "art_check_after_seconds": 600})
    bench.placed()
    bench.run(at_least=timedelta(minutes=76))
    [item] = bench.attention()
    assert item["cause"] == Cause.VENDOR_FAILED
    assert "art_unreachable" in str(item)


def test_an_order_in_the_wrong_mode_is_shown() -> None:
    bench = PovBench()
    bench.twin.wrong_mode = 1
    bench.placed()
    bench.run(at_least=timedelta(minutes=76))
    assert bench.causes() == [Cause.VENDOR_FAILED]
    assert "never made" in str(bench.attention())


def test_a_cancel_asks_a_person_who_says_when_it_is_done() -> None:
    bench = PovBench()
    order = bench.placed()
    assert bench.click("cancel", order.order_id, "job 1")["ok"]
    bench.run()
    assert bench.causes() == [Cause.CANCEL_REFUSED]
    assert bench.theirs().pov_order_id in str(bench.attention())
    answer = bench.click("mark_cancelled", order.order_id, "job 1")
    assert answer["ok"], answer
    assert bench.job(order).state is JobState.CANCELLED
    assert bench.attention() == []


def test_a_customer_that_is_revoked_holds_up_the_connection_and_loses_nothing() -> None:
    bench = PovBench()
    bench.twin.revoke("live")
    order = bench.placed()
    assert bench.twin.orders == []
    assert bench.connections.health("pov").denied
    assert not bench.do("check", connection="pov")["findings"][0]["ok"]
    bench.twin.revoke("live", revoked=False)
    bench.do("check", connection="pov")
    bench.run(at_least=timedelta(minutes=30))
    assert bench.job(order).state is JobState.SENT
    assert len(bench.twin.orders) == 1


def test_an_order_stays_in_the_mode_it_was_sent_in() -> None:
    bench = PovBench(mode="test")
    order = bench.placed()
    bench.connect(mode="live")
    live = bench.placed()
    assert [one.account for one in bench.twin.orders] == ["test", "live"]
    bench.run(at_least=timedelta(minutes=90))
    assert bench.job(order).state is JobState.SHIPPED, "the test order walked, and was asked about"
    assert bench.tracking(order) == [], "a buyer must not read that a test has been shipped"
    assert bench.job(live).state is JobState.SENT


@pytest.mark.parametrize(
    "attributes",
    [{"print_url": ""}, {"print_sku": ""}, {"print_design_id": "7"}, {"print_url_2": "https://art.example/b.png"}],
)
def test_what_pov_cannot_print_is_never_sent(attributes: dict[str, str]) -> None:
    bench = PovBench()
    bench.placed(**attributes)
    assert bench.twin.orders == []
    assert len(bench.attention()) == 1


# the double-order trap: a vendor that would make a second order, and everything going wrong on the way

CALLS = ["POST /orders", "GET /orders?reference", "GET /mail-classes", "GET /orders/{id}", "GET /shipments"]
KINDS: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "cut_reply"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "90"}},
    {"kind": "status", "status": 404, "body": "<html>"},
    {"kind": "status", "status": 200, "body": "{}"},
    {
        "kind": "status",
        "status": 200,
        "body": '{"pov_order_id": "POV-7", "reference": "other", "status": "received"}',
    },
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 200, "body": "<html>"},
]
A_FAULT = st.tuples(st.sampled_from(CALLS), st.sampled_from(KINDS), st.integers(1, 2))


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(A_FAULT, max_size=5), st.sampled_from([0, 59]))
def test_whatever_goes_wrong_it_is_made_once(faults: list[tuple[str, dict[str, Any], int]], lag: int) -> None:
    bench = PovBench({"unique_references": False, "search_lag_seconds": lag})
    for call, kind, times in faults:
        bench.twin.faults.add(on=call, times=times, **kind)
    order = bench.placed()
    bench.run(at_least=timedelta(hours=3))
    assert bench.twin.duplicates == []
    assert len(bench.twin.orders) <= 1
    if bench.job(order).state is not JobState.ATTENTION:
        assert bench.job(order).state is JobState.SENT
        assert bench.job(order).vendor_ref == bench.theirs().pov_order_id
    bench.twin.faults.clear()
    for item in bench.attention():
        assert item["cause"] in (Cause.VENDOR_REFUSED, Cause.VENDOR_LOST_IT), item


def test_where_pov_cannot_be_asked_a_person_decides_and_nothing_is_sent_again() -> None:
    bench = PovBench({"unique_references": False}, profile={"paths": {"by_reference": ""}})
    bench.twin.faults.add(on="POST /orders", kind="status_after", status=502)
    order = bench.placed()
    bench.run(limit=timedelta(days=2), at_least=timedelta(days=1))
    assert bench.causes() == [Cause.UNCONFIRMED]
    assert len(bench.twin.orders) == 1
    ref = bench.theirs().pov_order_id
    answer = bench.click("mark_sent", order.order_id, "job 1", vendor_ref=ref)
    assert answer["ok"], answer["error"]
    assert bench.job(order).state is JobState.SENT
