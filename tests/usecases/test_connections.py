"""Configure and operate: what a person may ask for, and an answer that helps when it cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen import connectors
from platen.connectors import Resend
from platen.domain.connection import Connection, Role
from platen.messages import PollHint, Queue
from platen.usecases.configure import Desk, schedule_polls
from tests.support.doubles import connector_of
from tests.support.stall import StallBench

SECRET = "s3cret-key"
PICANOVA = {
    "system": "picanova",
    "settings": {"regions": ["eu"]},
    "credentials": {"eu_user": "u", "eu_key": SECRET},
}


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def refused(bench: StallBench, action: str, **fields: Any) -> dict[str, Any]:
    answer = bench.ask(action, **fields)
    assert not answer["ok"]
    error: dict[str, Any] = answer["error"]
    assert SECRET not in str(error), "what is refused is named and never shown"
    assert error["message"].endswith(".")
    return error


class TestLinks:
    def test_are_made_changed_and_taken_away(self, bench: StallBench) -> None:
        bench.do("link", store="stall", vendor="press", lines="all", skus=["A-*"], countries=["DE"])
        (link,) = bench.do("connections")["connections"][1]["links"]
        said = {"vendor": "press", "lines": "all", "skus": ["A-*"], "countries": ["DE"], "send": "auto"}
        assert link == said | {"name": "press", "vendors": [], "tags": [], "locations": [], "folders": []}
        bench.do("unlink", store="stall", vendor="press")
        assert bench.connections.get("stall").links == ()

    @pytest.mark.parametrize(
        ("store", "vendor", "code"),
        [("press", "press", "refused"), ("stall", "stall", "refused"), ("stall", "none", "not_found")],
    )
    def test_go_from_a_store_to_a_vendor(self, bench: StallBench, store: str, vendor: str, code: str) -> None:
        assert refused(bench, "link", store=store, vendor=vendor)["code"] == code

    def test_that_are_not_there_cannot_be_taken_away(self, bench: StallBench) -> None:
        bench.do("unlink", store="stall", vendor="press")
        assert "no link" in refused(bench, "unlink", store="stall", vendor="press")["message"]


class TestPausing:
    def test_takes_the_schedule_away_and_resuming_brings_it_back(self, bench: StallBench) -> None:
        bench.do("pause", connection="press")
        assert bench.connections.get("press").paused
        bench.do("pause", connection="press")
        bench.do("resume", connection="press")
        assert not bench.connections.get("press").paused

    def test_resumed_the_failures_are_forgotten(self, bench: StallBench) -> None:
        state = bench.connections.health("press")
        bench.connections.save_health(state.but(failures=9, denied=True, resume_at=bench.clock.now()))
        bench.do("resume", connection="press")
        assert bench.connections.health("press").failures == 0


class TestSchedules:
    def polled(self, bench: StallBench, desk: Desk, *names: str) -> None:
        connector = connector_of("press", Role.VENDOR, bench.vendor, poll_minutes=lambda _settings: 30)
        bench._systems["press"] = connector
        for name in names:
            connection = Connection(
                connection_id=name, system="press", roles=(Role.VENDOR,), settings={}, created_at=bench.clock.now()
            )
            schedule_polls(bench.hub, desk, connection)

    def test_of_a_stack_with_a_long_name_are_still_one_for_each_connection(self, bench: StallBench) -> None:
        """Names of stacks have up to 128 characters, those of schedules 64."""
        desk = Desk(stack="s" * 70, schedules=bench.schedules, public_url="https://hooks.example")
        before = len(bench.schedules.names())
        self.polled(bench, desk, "press-one", "press-two")
        assert len(bench.schedules.names()) == before + 2

    def test_say_which_connection_is_polled(self, bench: StallBench) -> None:
        self.polled(bench, bench.desk, "press-one")
        bench.clock.passes(minutes=31)
        assert (Queue.VENDOR_POLLS, PollHint(connection="press-one")) in list(bench.schedules.fire())


class TestConnecting:
    def test_asks_for_a_system_there_is(self, bench: StallBench) -> None:
        error = refused(bench, "connect", connection_id="x-1", system="nosuch")
        assert (error["code"], "picanova" in error["message"]) == ("not_found", True)

    @pytest.mark.parametrize(
        "connection_id", ["", "A", "a", "a_b", "1a", "-a", "a-", "a" * 33, "a b", "../x", None, 5]
    )
    def test_takes_plain_names_only(self, bench: StallBench, connection_id: object) -> None:
        error = refused(bench, "connect", connection_id=connection_id, **PICANOVA)
        assert error["problems"][0]["field"] == "connection_id"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"settings": {"regions": ["mars"]}},
            {"settings": {"regions": ["eu"], "nosuch": 1}},
            {"credentials": {"eu_user": "u", "eu_key": {"deep": SECRET}}},
            {"credentials": {"eu_user": SECRET}},
            {"credentials": {"nosuch": SECRET}},
        ],
    )
    def test_names_the_field_that_is_wrong_and_shows_no_secret(
        self, bench: StallBench, wrong: dict[str, Any]
    ) -> None:
        bench._systems["picanova"] = connectors.load("picanova")
        error = refused(bench, "connect", connection_id="press-2", **(PICANOVA | wrong))
        assert error["code"] == "invalid"
        assert error["problems"]
        assert [one.connection_id for one in bench.connections.all()] == ["press", "stall"]


class TestRequests:
    @pytest.mark.parametrize(
        "payload", [{}, {"action": None}, {"action": "nosuch"}, {"action": ["status"]}, {"action": {}}]
    )
    def test_for_nothing_we_do_list_what_we_do(self, bench: StallBench, payload: dict[str, Any]) -> None:
        answer = bench.operator.answer(payload)
        assert answer["error"]["code"] == "unknown_action"
        assert "mark_sent" in answer["error"]["message"]

    def test_with_a_field_too_many_are_refused(self, bench: StallBench) -> None:
        assert refused(bench, "status", nosuch=SECRET)["code"] == "invalid"

    @pytest.mark.parametrize(
        "fields", [{"limit": 0}, {"limit": 10_000}, {"state": "nosuch"}, {"connection": "A B"}]
    )
    def test_for_orders_are_bounded(self, bench: StallBench, fields: dict[str, Any]) -> None:
        assert refused(bench, "orders", **fields)["code"] == "invalid"

    def test_for_a_further_page_need_the_same_list(self, bench: StallBench) -> None:
        assert refused(bench, "orders", after="x")["code"] == "refused"

    def test_for_an_order_that_is_not_there_are_not_found(self, bench: StallBench) -> None:
        for named in ("#404", "k7x2m3qpl4tzabcd"):
            assert refused(bench, "order", order=named)["code"] == "not_found"

    def test_for_a_number_that_two_stores_use_ask_which(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.run()
        found = bench.do("order", order="#1")
        other = bench.connections.get("stall").but(connection_id="other", version=0)
        bench.connections.save(other)
        record = bench.orders.records()[0]
        head = record.head.but(connection="other", order_id="aaaaaaaaaaaaaaaa", version=0)
        bench.orders.save(None, record.but(head=head, jobs={}, shipments={}))
        error = refused(bench, "order", order="#1")
        assert (error["code"], "aaaaaaaaaaaaaaaa" in error["message"]) == ("refused", True)
        assert bench.do("order", order="1", connection="stall")["order"]["head"] == found["order"]["head"]

    def test_for_products_take_five_hundred_at_a_time(self, bench: StallBench) -> None:
        rows = [{"sku": f"S{n}", "print_sku": "C"} for n in range(500)]
        assert bench.do("products_import", store="stall", rows=rows) == {"written": 500, "looked_again": 0}
        assert (
            refused(bench, "products_import", store="stall", rows=[*rows, {"sku": "one more"}])["code"] == "invalid"
        )
        assert refused(bench, "products_import", store="none", rows=rows[:1])["code"] == "not_found"
        (found,) = bench.do("products", store="stall", skus=["S1"])["products"]
        assert found["details"]["sku"] == "C"

    def test_for_everything_answer_in_plain_json(self, bench: StallBench) -> None:
        bench.order_placed()
        bench.run()
        for action in ("status", "connections", "orders", "attention", "systems", "sweep", "redrive"):
            json.dumps(bench.do(action))


def test_a_redrive_of_one_queue_touches_no_other(bench: StallBench) -> None:
    bench.queues.max_receives = 1
    for queue in (Queue.INTAKE, Queue.DISPATCH):
        bench.queues.put_raw(queue, "poison")
        bench.queues.receive(queue)
    bench.clock.passes(hours=1)
    for queue in (Queue.INTAKE, Queue.DISPATCH):
        bench.queues.receive(queue)
    assert bench.do("redrive", queue="intake")["moved"] == {"intake": 1}
    assert len(bench.queues.dead(Queue.DISPATCH)) == 1
