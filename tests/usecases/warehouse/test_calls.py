"""The calls of a program at the warehouse: who may, what is given, what is taken, and each call once."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from platen.domain.connection import Role
from platen.domain.heads import new_head
from platen.domain.job import Job, JobLine, JobState
from platen.domain.model import iso
from platen.domain.order import Address, Line, Order
from platen.domain.products import Item
from platen.domain.record import OrderBody, OrderRecord
from platen.domain.warehouse import AtWarehouse, CancelStanding
from platen.observability import logger
from platen.usecases.feed import Answer
from platen.usecases.sync.items import _line as item_line
from platen.usecases.warehouse import serve as door
from tests.fakes import Crash
from tests.fakes.clock import START
from tests.usecases.warehouse.desk import FIRST, KEY, SECOND, WH, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def read(answer: Answer) -> Any:
    assert answer.headers["content-type"].startswith("application/json")
    return json.loads(answer.body)


def says(answer: Answer) -> list[tuple[str, str]]:
    return [(one["status"], one["code"]) for one in read(answer)["results"]]


def pick(picked: object, line: int = 1, number: str = FIRST, **more: object) -> dict[str, object]:
    return {
        "order_number": number,
        "order_status": "OPEN",
        "line_number": line,
        "quantity_picked": picked,
    } | more


def move(delta: object, name: str = "A1", **more: object) -> dict[str, object]:
    occurred = iso(START - timedelta(hours=1))
    row = {"adjustment_id": name, "occurred_at": occurred, "site": "MAIN", "item_number": "MUG"}
    return row | {"quantity_delta": delta} | more


class TestACaller:
    @pytest.mark.parametrize(
        "asked",
        [
            {"key": "wrong"},
            {"key": f"{KEY}2"},
            {"key": ""},
            {"authorization": ""},
            {"authorization": f"Basic {KEY}"},
            {"authorization": KEY},
            {"authorization": "Bearer \ud800"},
            {"connection_id": "nobody"},
            {"connection_id": "../wh"},
            {"connection_id": ""},
        ],
    )
    def test_that_is_not_the_warehouse_learns_nothing(self, desk: Desk, asked: dict[str, str]) -> None:
        answer = desk.call("GET", "orders", **asked)
        assert answer == desk.call("GET", "orders", key="another")
        assert answer.status == 401

    def test_of_a_connection_that_is_no_warehouse_is_a_stranger(self, desk: Desk) -> None:
        desk.connections.save(desk.connections.get(WH).but(roles=(Role.VENDOR,)))
        assert desk.call("GET", "runs").status == 401

    def test_of_one_without_a_key_is_a_stranger(self, desk: Desk) -> None:
        desk.secrets.put_webhook(WH, {"path_keys": ["p"], "keys": []})
        assert desk.call("GET", "runs", authorization="Bearer ").status == 401

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "nosuch", 404),
            ("GET", "orders/1/ack", 404),
            ("POST", "orders", 404),
            ("POST", "orders/1/nack", 404),
            ("DELETE", "orders", 405),
        ],
    )
    def test_that_asks_for_something_else_is_told_so(self, desk: Desk, method: str, path: str, status: int) -> None:
        assert desk.call(method, path, {}).status == status


class TestRows:
    def test_are_applied_and_answered(self, desk: Desk) -> None:
        answer = desk.call("POST", "picks", [pick(3), pick(1, 2)])
        assert answer.status == 200
        assert says(answer) == [("applied", ""), ("applied", "")]
        assert desk.picked() == [3, 1]
        assert desk.hints() == [FIRST]

    def test_that_are_bad_refuse_themselves_alone(self, desk: Desk) -> None:
        rows = [pick(3), pick("4", 2), pick(1, 9), pick(1, number="1-x"), {}, 5, pick(2, 2, uom="BOX")]
        answer = desk.call("POST", "picks", rows)
        assert answer.status == 207
        assert says(answer) == [
            ("applied", ""),
            ("rejected", "unreadable_row"),
            ("rejected", "unknown_line"),
            ("rejected", "unknown_order"),
            ("rejected", "unreadable_row"),
            ("rejected", "unreadable_row"),
            ("rejected", "unit"),
        ]
        assert "quantity_picked" in read(answer)["results"][1]["message"]

    @pytest.mark.parametrize(
        "more",
        [
            {"quantity_picked": 1.0},
            {"quantity_picked": True},
            {"quantity_picked": -1},
            {"quantity_picked": 10**30},
            {"line_number": 0},
            {"order_status": "open"},
            {"order_number": ""},
            {"order_number": "x" * 101},
            {"picked_at": 5},
            {"picked_at": "2026-11-21T08:00:00"},
            {"picked_at": "9999-12-31T23:59:59-14:00"},
            {"lot": "a\u0000"},
            {"more": 1},
        ],
    )
    def test_are_read_strictly(self, desk: Desk, more: dict[str, object]) -> None:
        assert says(desk.call("POST", "picks", [pick(1, **more)])) == [("rejected", "unreadable_row")]
        assert desk.picked() == [0, 0]

    def test_of_shipments(self, desk: Desk) -> None:
        row = {
            "order_number": FIRST,
            "shipment_number": "S1",
            "line_number": 1,
            "quantity_shipped": 2,
            "tracking_number": "1Z",
        }
        answer = desk.call(
            "POST", "shipments", [row, row | {"shipment_number": "S2", "tracking_url": "javascript:1"}]
        )
        assert says(answer) == [("applied", ""), ("rejected", "unreadable_row")]
        assert [one.tracking for one in desk.known().parcels] == ["1Z"]

    def test_of_adjustments(self, desk: Desk) -> None:
        answer = desk.call("POST", "adjustments", [move(2), move(2), move(3), move(1, "A2", item_number="HAT")])
        codes = [
            ("applied", ""),
            ("duplicate", ""),
            ("rejected", "id_used_otherwise"),
            ("rejected", "unknown_item"),
        ]
        assert says(answer) == codes

    def test_are_taken_while_the_connection_is_paused(self, desk: Desk) -> None:
        desk.connections.save(desk.connections.get(WH).but(paused=True))
        assert desk.call("POST", "picks", [pick(1)]).status == 200
        assert desk.call("GET", "orders").status == 503

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"{}", b"[]", b"null", b"\xff", b'["\\ud800"]', b"[" * 5000, b"[1e999]", [pick(1)] * 1001],
    )
    def test_in_a_body_that_is_none_are_not_taken(self, desk: Desk, body: object) -> None:
        assert desk.call("POST", "picks", body).status in (400, 207)
        assert desk.picked() == [0, 0]

    def test_in_too_large_a_body_are_not_taken(self, desk: Desk) -> None:
        assert desk.call("POST", "picks", b" " * (door.MAX_BODY + 1)).status == 413


class TestAnAnswer:
    def test_to_an_order(self, desk: Desk) -> None:
        assert desk.call("POST", f"orders/{FIRST}/ack", {"status": "accepted"}).status == 200
        assert desk.known().state is AtWarehouse.ACCEPTED

    def test_that_is_a_no(self, desk: Desk) -> None:
        desk.call("POST", f"orders/{FIRST}/ack", {"status": "rejected", "message": "None left."})
        assert desk.known().words == "None left."

    def test_to_a_cancel(self, desk: Desk) -> None:
        order = desk.known()
        desk.ledger.save_order(order, order.but(cancel=CancelStanding.WANTED))
        assert desk.call("POST", f"orders/{FIRST}/ack", {"status": "accepted"}).status == 200
        assert desk.known().cancel is CancelStanding.WANTED
        assert desk.call("POST", f"cancels/{FIRST}/ack", {"status": "accepted"}).status == 200
        assert desk.known().cancel is CancelStanding.DONE

    def test_that_contradicts_what_is_known(self, desk: Desk) -> None:
        assert desk.call("POST", f"cancels/{FIRST}/ack", {"status": "accepted"}).status == 409
        assert desk.call("POST", "orders/1-x/ack", {"status": "accepted"}).status == 404
        assert desk.call("POST", f"orders/{FIRST}/ack", {"status": "yes"}).status == 400


class TestACallThatComesAgain:
    def test_gets_the_same_answer_and_changes_nothing(self, desk: Desk) -> None:
        first = desk.call("POST", "picks", [pick(3)], once="k1")
        desk.call("POST", "picks", [pick(2)], once="k2")
        assert desk.call("POST", "picks", [pick(3)], once="k1") == first
        assert desk.picked() == [3, 0], "no time of its own, the same moment: it could not go down"
        assert desk.hints() == [FIRST]

    def test_with_another_body_or_path_is_refused(self, desk: Desk) -> None:
        desk.call("POST", "picks", [pick(1)], once="k1")
        for path, body in (("picks", [pick(2)]), ("shipments", [pick(1)])):
            answer = desk.call("POST", path, body, once="k1")
            assert (answer.status, read(answer)["code"]) == (409, "key_used_otherwise")
        assert desk.picked() == [1, 0]

    @pytest.mark.parametrize("once", ["", " ", "x" * 201, "é"])
    def test_has_to_name_itself(self, desk: Desk, once: str) -> None:
        assert desk.call("POST", "picks", [pick(1)], once=once).status == 400
        assert desk.picked() == [0, 0]

    def test_gets_a_long_answer_again_too(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door, "_INLINE", 10)
        first = desk.call("POST", "picks", [pick(3)], once="k1")
        assert desk.call("POST", "picks", [pick(3)], once="k1") == first

    def test_gets_its_own_long_answer_though_another_call_said_the_same(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door, "_INLINE", 10)
        first = desk.call("POST", "picks", [pick(3)], once="k1")
        assert says(desk.call("POST", "picks", [pick(3)], once="k2")) == [("duplicate", "")]
        assert desk.call("POST", "picks", [pick(3)], once="k1") == first

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_after_a_crash_anywhere_leads_to_the_same_end(self, side: str) -> None:
        rows = [pick(3), pick(1, 2), pick(1, number=SECOND)]
        calm = Desk()
        calm.switch.calls.clear()
        calm.call("POST", "picks", rows, once="k1")
        for nth in range(1, len(calm.switch.calls) + 1):
            desk = Desk()
            getattr(desk.switch, side)("*", Crash(), nth=nth)
            with pytest.raises(Crash):
                desk.call("POST", "picks", rows, once="k1")
            assert desk.call("POST", "picks", rows, once="k1").status == 200
            assert desk.truth() == calm.truth()
            assert set(desk.hints()) == {FIRST, SECOND}


def placed(desk: Desk, number: str = FIRST) -> None:
    """The order's own record and body, as dispatch leaves them."""
    told = desk.known(number)
    order = Order(
        connection="shop",
        store_order_id=told.store_order_id,
        number="#1001",
        placed_at=START,
        updated_at=START,
        ship_to=Address(first_name="Ottilie", last_name="Quellwasser", city="Musterlingen", country_code="DE"),
        lines=tuple(
            Line(line_id=line.line_id, title="A mug", sku=line.item, quantity=line.wanted, unfulfilled=line.wanted)
            for line in told.lines
        ),
    )
    body = OrderBody(order=order, printing={})
    job = Job(
        order_id=order.order_id,
        job_id="1",
        store="shop",
        vendor=WH,
        external_id=number,
        state=JobState.SENT,
        lines=tuple(JobLine(line_id=line.line_id, quantity=line.wanted) for line in told.lines),
        body=body.name,
        content="c",
        mail_class="UPS/Ground",
        planned_at=START,
    )
    record = OrderRecord(head=new_head(order, START).but(body=body.name), jobs={"1": job})
    desk.orders.save(None, record, body=body)
    desk.ledger.save_order(told, told.but(order_id=order.order_id, body=body.name))


class TestWhatItFetches:
    @pytest.mark.parametrize(
        "changes", [{"external_id": f"{FIRST}-R1"}, {"state": JobState.CANCELLED}, {"cancel_wanted": True}]
    )
    def test_is_not_what_a_person_ended_or_had_sent_again(self, desk: Desk, changes: dict[str, Any]) -> None:
        """It was lost sight of, as by a disconnect: what goes on under another number is not to be made twice."""
        placed(desk)
        order_id = desk.known().order_id
        (job,) = desk.record(order_id).jobs.values()
        desk.orders.save_job(job, job.but(**changes))
        assert read(desk.call("GET", "orders"))["rows"] == []

    def test_are_orders_with_where_they_go(self, desk: Desk) -> None:
        placed(desk)
        page = read(desk.call("GET", "orders", query={"status": "new"}))
        assert [(row["line_number"], row["item_number"], row["quantity_ordered"]) for row in page["rows"]] == [
            (1, "MUG", 5),
            (2, "CAP", 2),
        ]
        first = page["rows"][0]
        assert (first["order_number"], first["ship_to_name"]) == (FIRST, "Ottilie Quellwasser")
        assert (first["carrier"], first["shipping_method"], first["uom"]) == ("UPS", "Ground", "EA")

    def test_are_no_orders_that_nobody_knows_the_address_of(self, desk: Desk) -> None:
        assert read(desk.call("GET", "orders")) == {"rows": [], "cursor": SECOND}

    def test_are_no_orders_that_were_put_into_a_file(self, desk: Desk) -> None:
        """The way was changed since: the warehouse would make them twice."""
        placed(desk)
        order = desk.known()
        desk.ledger.save_order(order, order.but(filed=True))
        assert read(desk.call("GET", "orders"))["rows"] == []

    def test_are_orders_page_by_page(self, desk: Desk) -> None:
        placed(desk)
        first = read(desk.call("GET", "orders", query={"limit": "1"}))
        assert (len(first["rows"]), first["cursor"]) == (2, FIRST)
        second = read(desk.call("GET", "orders", query={"limit": "1", "cursor": first["cursor"]}))
        assert second["cursor"] == SECOND
        last = read(desk.call("GET", "orders", query={"limit": "1", "cursor": second["cursor"]}))
        assert last == {"rows": [], "cursor": ""}

    def test_are_no_orders_that_were_answered_or_are_to_be_cancelled(self, desk: Desk) -> None:
        placed(desk)
        desk.call("POST", f"orders/{SECOND}/ack", {"status": "accepted"})
        order = desk.known()
        desk.ledger.save_order(order, order.but(cancel=CancelStanding.WANTED, cancels_asked=1))
        assert read(desk.call("GET", "orders"))["rows"] == []
        cancels = read(desk.call("GET", "cancels"))["rows"]
        assert [(row["order_number"], row["asked"]) for row in cancels] == [(FIRST, 1)]

    def test_are_orders_whose_cancel_was_refused(self, desk: Desk) -> None:
        placed(desk)
        orders = read(desk.call("GET", "orders"))["rows"]
        order = desk.known()
        desk.ledger.save_order(order, order.but(cancel=CancelStanding.REFUSED))
        assert read(desk.call("GET", "orders"))["rows"] == orders
        assert orders

    def test_are_items(self, desk: Desk) -> None:
        lines = [item_line(Item(number=name, description="A thing")) for name in ("A", "B", "C")]
        desk.files.put_lines(f"lists/{WH}/items.csv.gz", lines)
        first = read(desk.call("GET", "items", query={"limit": "2"}))
        assert ([row["item_number"] for row in first["rows"]], first["cursor"]) == (["A", "B"], "B")
        rest = read(desk.call("GET", "items", query={"cursor": "B"}))
        assert ([row["item_number"] for row in rest["rows"]], rest["cursor"]) == (["C"], "")

    def test_are_no_items_before_the_first_sync(self, desk: Desk) -> None:
        assert read(desk.call("GET", "items")) == {"rows": [], "cursor": ""}

    def test_are_runs(self, desk: Desk) -> None:
        assert read(desk.call("GET", "runs")) == {"rows": []}

    @pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"status": "old"}])
    def test_has_to_be_asked_for_rightly(self, desk: Desk, query: dict[str, str]) -> None:
        assert desk.call("GET", "orders", query=query).status == 400


class TestASnapshot:
    def begin(self, desk: Desk, hours: float = 1, name: str = "S1", site: str = "MAIN") -> Answer:
        taken_at = iso(desk.clock.now() - timedelta(hours=hours))
        return desk.call("POST", "snapshots", {"snapshot_id": name, "taken_at": taken_at, "site": site})

    def part(self, desk: Desk, part: int, *rows: tuple[str, object]) -> Answer:
        counted = [{"item_number": item, "on_hand": on_hand} for item, on_hand in rows]
        return desk.call("POST", "snapshots/S1/rows", {"part": part, "rows": counted})

    def test_comes_part_by_part_and_counts_when_it_is_complete(self, desk: Desk) -> None:
        assert self.begin(desk).status == 200
        assert self.part(desk, 2, ("MUG", 20)).status == 200
        assert self.part(desk, 1, ("CAP", 3)).status == 200
        assert self.part(desk, 1, ("CAP", 4)).status == 200
        assert desk.snapshot() is None
        assert says(desk.call("POST", "snapshots/S1/complete", {"rows": 2})) == [("applied", "")]
        assert desk.levels() == ["CAP,4", "MUG,20"]
        assert not [key for key in desk.files.all() if "/staging/" in key]

    def test_that_is_not_whole_changes_nothing_until_it_is(self, desk: Desk) -> None:
        self.begin(desk)
        self.part(desk, 1, ("CAP", 3))
        answer = desk.call("POST", "snapshots/S1/complete", {"rows": 2})
        assert (answer.status, says(answer)) == (409, [("rejected", "not_whole")])
        assert desk.snapshot() is None
        self.part(desk, 2, ("MUG", 20))
        assert desk.call("POST", "snapshots/S1/complete", {"rows": 2}).status == 200

    def test_keeps_no_part_with_a_bad_row(self, desk: Desk) -> None:
        self.begin(desk)
        answer = self.part(desk, 1, ("CAP", 3), ("MUG", 1.5))
        assert (answer.status, says(answer)) == (400, [("rejected", "unreadable_row")])
        assert desk.call("POST", "snapshots/S1/complete", {"rows": 2}).status == 409

    @pytest.mark.parametrize(("hours", "site"), [(40, "MAIN"), (-1, "MAIN"), (1, "WEST")])
    def test_that_could_not_count_is_not_begun(self, desk: Desk, hours: float, site: str) -> None:
        assert self.begin(desk, hours, site=site).status == 409
        assert self.part(desk, 1, ("CAP", 3)).status == 409

    def test_that_an_earlier_connection_of_the_name_took_is_taken_anew(self, desk: Desk) -> None:
        taken_at = iso(desk.clock.now() - timedelta(hours=1))
        head = {"snapshot_id": "S1", "taken_at": taken_at, "site": "MAIN"}
        part = {"part": 1, "rows": [{"item_number": "CAP", "on_hand": 3}]}
        for _ in range(2):
            desk.connected_anew()
            desk.call("POST", "snapshots", head, once="S1-begin")
            desk.call("POST", "snapshots/S1/rows", part, once="S1-1")
            desk.call("POST", "snapshots/S1/complete", {"rows": 1}, once="S1-end")
            assert desk.levels() == ["CAP,3"]

    @pytest.mark.parametrize("name", ["", "../x", "a/b", "x" * 101, ".", "ü"])
    def test_has_a_plain_name(self, desk: Desk, name: str) -> None:
        assert self.begin(desk, name=name).status == 400

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_that_crashes_while_it_is_completed_is_completed_then(self, side: str) -> None:
        def begun() -> Desk:
            desk = Desk()
            self.begin(desk)
            self.part(desk, 1, ("CAP", 3))
            self.part(desk, 2, ("MUG", 20))
            desk.switch.calls.clear()
            return desk

        calm = begun()
        calm.call("POST", "snapshots/S1/complete", {"rows": 2}, once="k")
        for nth in range(1, len(calm.switch.calls) + 1):
            desk = begun()
            getattr(desk.switch, side)("*", Crash(), nth=nth)
            with pytest.raises(Crash):
                desk.call("POST", "snapshots/S1/complete", {"rows": 2}, once="k")
            assert desk.call("POST", "snapshots/S1/complete", {"rows": 2}, once="k").status == 200
            assert desk.levels() == ["CAP,3", "MUG,20"]


class TestWhatNobodyShouldSend:
    @pytest.mark.parametrize("step", ["\ud800", "a\0b", "a" * 101, "", "é" * 600, "a\nb", "🦉" * 100])
    @pytest.mark.parametrize(
        "path", ["orders/{}/ack", "cancels/{}/ack", "snapshots/{}/rows", "snapshots/{}/complete"]
    )
    def test_what_can_be_no_name_is_no_call(self, desk: Desk, path: str, step: str) -> None:
        """Keys of tables and files have limits of their own: beyond them the same call would fail for ever."""
        answer = desk.call("POST", path.format(step), {"status": "accepted"})
        assert answer.status == 404
        assert read(answer)["code"] == "no_such_call"

    def test_words_for_people_are_on_one_line_and_steer_no_terminal(self, desk: Desk) -> None:
        desk.call("POST", f"orders/{FIRST}/ack", {"status": "rejected", "message": "None\u001b[2J\r\nleft\u0000."})
        assert desk.known().words == "None [2J left ."

    def test_what_was_wrong_is_logged_without_its_names(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        lines = io.StringIO()
        monkeypatch.setattr(logger.registered_handler, "stream", lines)
        logger.setLevel(logging.INFO)
        answer = desk.call("POST", f"orders/{FIRST}/ack", {"status": "accepted", "Ottilie Quellwasser": 1})
        logger.setLevel(logging.ERROR)
        assert answer.status == 400
        assert "warehouse call unreadable" in lines.getvalue()
        assert "Quellwasser" not in lines.getvalue()

    @pytest.mark.parametrize("moment", ["2026", "20261121", "1763719200", "1763719200.5", "-1"])
    def test_a_number_is_no_time(self, desk: Desk, moment: str) -> None:
        """Read as seconds since 1970 it would be before every count: taken, and never counted."""
        answer = desk.call("POST", "adjustments", [move(5, occurred_at=moment)])
        assert says(answer) == [("rejected", "unreadable_row")]
        assert list(desk.ledger.adjustments(WH, "MAIN", None)) == []

    @pytest.mark.parametrize("year", [1900, 1970, 2001])
    def test_what_moved_long_before_any_count_is_a_date_gone_wrong(self, desk: Desk, year: int) -> None:
        answer = desk.call("POST", "adjustments", [move(5, occurred_at=f"{year}-01-01T00:00:00Z")])
        assert says(answer) == [("rejected", "too_old")]
        assert list(desk.ledger.adjustments(WH, "MAIN", None)) == []
