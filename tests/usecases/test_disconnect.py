"""Disconnect: a connection goes with everything that is its own; orders stay, and what stood with it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from platen.connectors import Resend
from platen.domain.connection import Role
from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.order import Order, Payment
from platen.domain.record import OrderState
from platen.domain.verdicts import Unclear
from platen.messages import JobHint, OrderHint, PollHint, Queue, ShipmentHint, VendorHint
from platen.ports import NotFound
from platen.usecases.receive import receive
from platen.usecases.sweep import AT_ONCE, sweep
from tests.fakes import Crash, Lost
from tests.support.bench import _WORKERS
from tests.support.doubles import connector_of
from tests.support.stall import StallBench

HERE = {"press", "stall"}


@pytest.fixture
def bench() -> StallBench:
    bench = StallBench(Resend.LOOKUP)
    for name in sorted(HERE):
        bench.secrets.put_credentials(name, {"key": "s3cret"})
        bench.secrets.put_webhook(name, {"path_keys": ["p"], "keys": [], "url": "https://hooks.example/p"})
        bench.secrets.put_token(name, {"token": "t"})
    return bench


def there(bench: StallBench) -> set[str]:
    return {one.connection_id for one in bench.connections.all()}


def refused(bench: StallBench, connection: str) -> str:
    answer = bench.ask("disconnect", connection=connection)
    assert answer["error"]["code"] == "refused", answer
    assert there(bench) == HERE
    assert not bench.connections.get(connection).paused, "what is refused changes nothing"
    assert set(bench.secrets.names()) == HERE
    message: str = answer["error"]["message"]
    return message


def job_of(bench: StallBench, order: Order, job_id: str = "1") -> Any:
    return bench.record(order.order_id).jobs[job_id]


def waiting(bench: StallBench, order: Order) -> list[str]:
    return [one["cause"] for one in bench.attention() if one["order_id"] == order.order_id]


def shipped(bench: StallBench, order: Order) -> None:
    (made,) = [one for one in bench.vendor.made if order.order_id in one.external_id]
    made.parcels.append(VendorParcel(tracking=f"T-{made.ref}"))
    made.phase = VendorPhase.SHIPPED
    bench.queues.send(Queue.SHIPMENTS, [VendorHint(connection="press", external_id=made.external_id)])


def another_press(bench: StallBench) -> None:
    press = bench.connections.get("press")
    bench.connections.save(press.but(connection_id="other", version=0))
    link = bench.connections.get("stall").links[0]
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(links=(*stall.links, link.but(vendor="other"))))


class Address(BaseModel):
    """Settings of a vendor that can be moved."""

    api_url: str


class TestItGoes:
    def test_with_its_schedule_its_secrets_and_its_health(self, bench: StallBench) -> None:
        bench.do("unlink", store="stall", vendor="press")
        bench.connections.save_health(bench.connections.health("press").but(news_cursor="page 7"))
        assert bench.do("disconnect", connection="press") == {"disconnected": "press", "left": []}
        assert there(bench) == {"stall"}
        assert bench.schedules.names() == ["stall-poll"]
        assert bench.secrets.names() == ["stall"]
        assert bench.connections.health("press").news_cursor == ""
        assert bench.ask("disconnect", connection="press")["error"]["code"] == "not_found"

    def test_though_its_system_is_not_known_any_more(self, bench: StallBench) -> None:
        bench.do("unlink", store="stall", vendor="press")
        bench.connections.save(bench.connections.get("press").but(system="forgotten"))
        bench.do("disconnect", connection="press")
        assert there(bench) == {"stall"}

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize(
        "call",
        [
            "connections.save",
            "schedules.remove",
            "queues.send",
            "secrets.remove",
            "connections.remove",
        ],
    )
    def test_as_a_whole_when_it_broke_off_and_is_done_again(self, bench: StallBench, call: str, side: str) -> None:
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)
        getattr(bench.switch, side)(call, Lost())
        with pytest.raises(Lost):
            bench.ask("disconnect", connection="press", force=True)
        again = bench.ask("disconnect", connection="press", force=True)
        removed = call == "queues.send" or (call, side) == ("connections.remove", "after")
        assert again["ok"] is not removed, again
        assert there(bench) == {"stall"}
        assert bench.schedules.names() == ["stall-poll"]
        assert bench.secrets.names() == ["stall"]
        assert bench.connections.get("stall").links == ()
        bench.run(at_least=timedelta(minutes=10))
        assert bench.vendor.made == []
        assert waiting(bench, order)
        assert bench.queues.dead() == []

    def test_and_its_name_begins_anew(self, bench: StallBench) -> None:
        bench.do("unlink", store="stall", vendor="press")
        bench.do("disconnect", connection="press")
        left_over = bench.connections.health("press").but(
            news_cursor="of another account", cursor=bench.clock.now()
        )
        bench.connections.save_health(left_over)
        bench._systems["picanova"] = connector_of("picanova", Role.VENDOR, bench.vendor)
        bench.do("connect", connection_id="press", system="picanova")
        state = bench.connections.health("press")
        assert (state.news_cursor, state.cursor) == ("", None)

    def test_and_a_worker_that_knew_it_reads_the_settings_anew(self, bench: StallBench) -> None:
        """Nothing else tells the two apart: each was saved once, so their versions are the same."""
        bench._systems["press"] = replace(bench._systems["press"], settings=Address)
        connection = bench.connections.get("press")
        found = [
            bench.hub.settings(connection.but(settings={"api_url": url})).api_url
            for url in ("https://old", "https://new")
        ]
        assert found == ["https://old", "https://new"]


class TestItIsRefused:
    def test_while_a_store_sends_orders_to_it(self, bench: StallBench) -> None:
        assert "stall sends orders to it" in refused(bench, "press")

    def test_while_its_jobs_are_still_to_be_sent(self, bench: StallBench) -> None:
        for _ in range(2):
            bench.order_placed()
            bench.work_one(Queue.INTAKE)
        bench.do("unlink", store="stall", vendor="press")
        assert "2 of its jobs are still to be sent" in refused(bench, "press")

    def test_while_its_jobs_are_being_made(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.run()
        bench.do("unlink", store="stall", vendor="press")
        assert "1 of its jobs are being made" in refused(bench, "press")

    def test_while_its_jobs_wait_for_a_person(self, bench: StallBench) -> None:
        bench.vendor.resend = Resend.NONE
        bench._systems["press"] = bench.vendor.connector()
        bench.switch.before("vendor.submit", Unclear("cut off"))
        bench.order_placed()
        bench.run()
        bench.do("unlink", store="stall", vendor="press")
        assert "1 of its jobs wait for a person" in refused(bench, "press")

    def test_while_orders_of_the_store_are_not_over(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.changed(bench.order_placed(), payment=Payment.PENDING)
        bench.run()
        message = refused(bench, "stall")
        assert "1 of its orders are on their way" in message
        assert "1 of its orders are waiting to be made" in message

    def test_never_counting_more_than_a_hundred(self, bench: StallBench) -> None:
        for _ in range(105):
            bench.order_placed()
            bench.work_one(Queue.INTAKE)
        assert "100 or more of its orders" in refused(bench, "stall")

    def test_but_not_for_what_is_over(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.run()
        shipped(bench, order)
        bench.run()
        assert bench.record(order.order_id).head.state is OrderState.DONE
        bench.do("unlink", store="stall", vendor="press")
        bench.do("disconnect", connection="press")
        bench.do("disconnect", connection="stall")
        assert bench.do("order", order=order.order_id)["order"]["head"]["state"] == "done"
        assert bench.do("order", order=order.number, connection="stall")["order"]["jobs"][0]["vendor"] == "press"


class TestAVendorIsForced:
    def force(self, bench: StallBench) -> None:
        left = bench.do("disconnect", connection="press", force=True)["left"]
        assert left, "what is lost is said"

    def test_what_it_makes_is_shown_and_can_be_ended(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.run()
        self.force(bench)
        bench.run(at_least=timedelta(hours=1))
        assert waiting(bench, order) == ["vendor_lost_it"]
        assert "disconnected" in bench.attention()[0]["problems"][0]["what"]
        for action in ("retry", "resend"):
            assert bench.click(action, order.order_id)["ok"]
            bench.run(at_least=timedelta(hours=1))
            assert waiting(bench, order), f"{action} must not leave it standing where nobody sees it"
        assert bench.click("cancel", order.order_id)["ok"]
        bench.run(at_least=timedelta(hours=1))
        assert waiting(bench, order) == []
        assert bench.queues.dead() == []
        assert len(bench.vendor.made) == 1

    def test_what_was_not_sent_goes_where_the_links_that_are_left_send_it(self, bench: StallBench) -> None:
        another_press(bench)
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)
        assert job_of(bench, order).vendor == "press"
        self.force(bench)
        bench.run()
        live = [one for one in bench.record(order.order_id).jobs.values() if one.state is not JobState.CANCELLED]
        assert [(one.vendor, one.state) for one in live] == [("other", JobState.SENT)]
        assert waiting(bench, order) == []
        assert len(bench.vendor.made) == 1

    def test_what_nobody_else_makes_waits_for_a_person(self, bench: StallBench) -> None:
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)
        self.force(bench)
        bench.run()
        assert waiting(bench, order)
        assert bench.connections.get("stall").links == ()
        assert bench.vendor.made == []

    def test_what_may_be_there_is_not_called_unsent(self, bench: StallBench) -> None:
        bench.switch.after("vendor.submit", Unclear("cut off"))
        order = bench.order_placed()
        bench.work_one(Queue.INTAKE)
        bench.work_one(Queue.DISPATCH)
        assert job_of(bench, order).state is JobState.UNKNOWN
        self.force(bench)
        bench.run(at_least=timedelta(hours=1))
        assert waiting(bench, order) == ["unconfirmed"]
        assert bench.click("cancel", order.order_id)["ok"]
        assert waiting(bench, order) == []

    def test_what_is_being_sent_at_that_moment_is_shown_however_it_ends(self, bench: StallBench) -> None:
        lost, slow = bench.order_placed(), bench.order_placed()
        for _ in range(2):
            bench.work_one(Queue.INTAKE)
        bench.switch.after("vendor.submit", Crash())
        bench.work_one(Queue.DISPATCH)
        bench.switch.after("vendor.submit", lambda: self.force(bench))
        bench.work_one(Queue.DISPATCH)
        assert job_of(bench, slow).state is JobState.SENT
        bench.run(at_least=timedelta(minutes=10))
        assert waiting(bench, lost) == ["unconfirmed"]
        assert waiting(bench, slow) == ["vendor_lost_it"]
        assert len(bench.vendor.made) == 2

    def test_what_it_left_behind_is_found_in_portions_and_only_once(self, bench: StallBench) -> None:
        orders = [bench.order_placed() for _ in range(AT_ONCE + 5)]
        bench.run()
        self.force(bench)
        bench.run(at_least=timedelta(minutes=15))
        assert all(waiting(bench, one) == ["vendor_lost_it"] for one in orders[:5])
        assert {bench.record(one.order_id).head.state for one in orders} == {OrderState.ATTENTION}
        assert sweep(bench.hub)["press"] == 0

    def test_its_orders_still_follow_their_store(self, bench: StallBench) -> None:
        """Planning asks every vendor of an order's jobs, and must not stumble over one that is gone."""
        done, open_ = bench.order_placed(), bench.order_placed()
        bench.run()
        shipped(bench, done)
        bench.run()
        self.force(bench)
        bench.changed(done, tags=("vip",))
        bench.changed(open_, cancelled_at=bench.clock.now())
        bench.run(at_least=timedelta(hours=1))
        assert bench.queues.dead() == []
        assert bench.failures == []
        assert bench.record(open_.order_id).head.cancelled_at
        assert waiting(bench, open_), "the vendor may still make what the store has cancelled"


class TestAStoreIsForced:
    @pytest.fixture
    def order(self, bench: StallBench) -> Order:
        """At the vendor; its store is gone."""
        order = bench.order_placed()
        bench.run()
        assert bench.do("disconnect", connection="stall", force=True)["left"]
        return order

    def test_what_is_made_goes_on_and_its_parcel_is_not_called_told(self, bench: StallBench, order: Order) -> None:
        shipped(bench, order)
        bench.run(at_least=timedelta(hours=1))
        assert job_of(bench, order).state is JobState.SHIPPED
        assert waiting(bench, order) == ["store_refused"], "a store that is gone hides nothing"
        (parcel,) = bench.do("order", order=order.order_id)["order"]["shipments"]
        assert (parcel["state"], parcel["attention"]["cause"]) == ("attention", "store_refused")
        assert bench.queues.dead() == []
        assert bench.click("release", order.order_id)["ok"]
        assert bench.record(order.order_id).head.state is OrderState.DONE

    def test_what_is_asked_of_it_is_refused_and_not_forgotten(self, bench: StallBench, order: Order) -> None:
        again = bench.click("reprint", order.order_id, reason="scratched")
        assert "stall is disconnected" in again["error"]["message"]
        bench.do("cancel_order", order=order.order_id, who="tester", reason="gone", at_store=True)
        bench.run(at_least=timedelta(hours=1))
        attention = bench.do("order", order=order.order_id)["order"]["head"]["attention"]
        assert attention["cause"] in ("store_lost_it", "store_refused")
        assert bench.queues.dead() == []
        assert "disconnected" in bench.click("retry", order.order_id, "order")["error"]["message"]

    def test_a_late_hint_of_it_shows_the_order_and_takes_in_no_other(self, bench: StallBench, order: Order) -> None:
        bench.hint(order)
        bench.order_placed()
        bench.run()
        assert len(bench.orders.records()) == 1
        head = bench.record(order.order_id).head
        assert head.state is OrderState.ATTENTION
        assert bench.queues.dead() == []


HINTS = {
    Queue.INTAKE: [
        OrderHint(connection="gone", store_order_id="1"),
        OrderHint(connection="gone", reference="ref-1"),
        OrderHint(connection="gone"),
    ],
    Queue.DISPATCH: [JobHint(connection="gone", order_id="none", job_id="1")],
    Queue.SHIPMENTS: [
        VendorHint(connection="gone", vendor_ref="V1"),
        VendorHint(connection="gone", external_id="1001-k7x2m3qpl4tzabcd-1"),
        VendorHint(connection="gone"),
    ],
    Queue.STORE_UPDATES: [
        ShipmentHint(connection="gone", order_id="none", shipment_id="s"),
        ShipmentHint(connection="gone", order_id="none"),
    ],
    Queue.STORE_POLLS: [PollHint(connection="gone")],
    Queue.VENDOR_POLLS: [PollHint(connection="gone")],
}


@pytest.mark.parametrize("queue", HINTS)
def test_a_message_of_a_connection_that_is_gone_ends(bench: StallBench, queue: Queue) -> None:
    gone = bench.connections.save(bench.connections.get("stall").but(connection_id="gone", version=0))
    bench.connections.remove(gone)
    bench.queues.send(queue, HINTS[queue])
    bench.run()
    assert bench.failures == []
    assert bench.queues.waiting() == bench.queues.dead() == []
    assert bench.orders.records() == []


@pytest.mark.parametrize("queue", HINTS)
def test_a_message_of_a_connection_that_never_was_does_not(bench: StallBench, queue: Queue) -> None:
    """Nobody has agreed to its loss: a table that was restored to last week, say."""
    for hint in HINTS[queue]:
        with pytest.raises(NotFound):
            _WORKERS[queue](bench.hub, hint)


def test_connected_again_it_goes_on_with_what_is_there(bench: StallBench) -> None:
    order = bench.order_placed()
    bench.run()
    press = bench.connections.get("press")
    bench.do("disconnect", connection="press", force=True)
    bench.run(at_least=timedelta(minutes=10))
    bench.connections.save(press.but(version=0))
    assert bench.hub.former() == []
    assert bench.click("retry", order.order_id)["ok"]
    shipped(bench, order)
    bench.run()
    assert bench.record(order.order_id).head.state is OrderState.DONE


def test_its_webhooks_are_answered_as_a_strangers(bench: StallBench) -> None:
    bench.do("disconnect", connection="stall")
    status = receive(bench.hub, Role.STORE, connection_id="stall", key="p", headers={}, body=b"{}")
    assert status == 401


def test_a_sweep_that_meets_a_removal_goes_on(bench: StallBench) -> None:
    order = bench.order_placed()
    bench.work_one(Queue.INTAKE)
    bench.connections.save(bench.connections.get("stall").but(connection_id="aaa", links=(), version=0))
    bench.switch.after("connections.all", lambda: bench.connections.remove(bench.connections.get("aaa")))
    bench.clock.passes(minutes=11)
    bench.sweep_now()
    assert bench.failures == []
    bench.run()
    assert job_of(bench, order).state is JobState.SENT
