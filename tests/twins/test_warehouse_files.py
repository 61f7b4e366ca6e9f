"""The whole way through a small warehouse, by files and by calls: out once, and back as it was done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from platen.domain.record import OrderState
from platen.domain.warehouse import AtWarehouse
from tests.twins.warehouse_floor import Floor
from twins.warehouse_files.__main__ import build
from twins.warehouse_files.doors import FileDoor, Folder
from twins.warehouse_files.shelves import Impossible, Shelves

WAYS = pytest.mark.parametrize("way", ["files", "rest"])


@WAYS
def test_an_order_goes_out_is_picked_shipped_closed_and_shown_in_the_store(way: str) -> None:
    floor = Floor(way=way)
    order = floor.order_placed(MUG=2, CAP=1)
    floor.round()
    number = floor.number(order)
    told = floor.ledger.order("depot", number)
    assert told
    assert told.state is AtWarehouse.ACCEPTED
    shelves = floor.twin.shelves
    shelves.pick(number)
    shelves.ship(number, {1: 2}, tracking="1Z1")
    floor.round()
    assert floor.shown(order) == []
    shelves.ship(number, tracking="1Z2")
    shelves.close(number)
    floor.round()
    assert floor.shown(order) == [("1Z1", {"1-MUG": 2}), ("1Z2", {"1-CAP": 1})]
    assert floor.record(order.order_id).head.state is OrderState.DONE
    assert shelves.duplicates == []
    assert not floor.queues.dead()
    assert dict(shelves.stock) == {"MUG": 18, "CAP": 4}


@WAYS
def test_closed_and_never_heard_of_its_shipment_it_is_told_without_tracking_after_the_wait(way: str) -> None:
    """Nothing comes any more that could make anybody look: time itself has to."""
    floor = Floor(way=way, tracking_wait_minutes=10)
    order = floor.order_placed(MUG=2)
    floor.round()
    number, shelves = floor.number(order), floor.twin.shelves
    shelves.pick(number)
    shelves.close(number)
    floor.round()
    assert floor.shown(order) == []
    floor.run(at_least=timedelta(minutes=20))
    assert floor.shown(order) == [("", {"1-MUG": 2})]
    assert floor.record(order.order_id).head.state is OrderState.DONE


def test_what_the_warehouse_never_answers_is_shown_to_a_person() -> None:
    floor = Floor(waiting_alarm_hours=12)
    floor.order_placed(MUG=2)
    floor.run(timedelta(hours=20), at_least=timedelta(hours=16))
    assert [one["cause"] for one in floor.attention()] == ["vendor_silent"]


@WAYS
def test_closed_short_is_told_and_seen_and_the_rest_follows_when_it_is_opened_again(way: str) -> None:
    floor = Floor(way=way, stock={"MUG": 1})
    order = floor.order_placed(MUG=2)
    floor.twin.auto = True
    floor.round()
    assert floor.shown(order) == [("1Z0001", {"1-MUG": 1})]
    assert [one["cause"] for one in floor.attention()] == ["closed_short"]
    number, shelves = floor.number(order), floor.twin.shelves
    shelves.adjust("MUG", 1)
    shelves.reopen(number)
    floor.round()
    assert floor.attention() == []
    shelves.pick(number)
    shelves.ship(number, tracking="1Z2")
    shelves.close(number)
    floor.round()
    assert floor.shown(order) == [("1Z0001", {"1-MUG": 1}), ("1Z2", {"1-MUG": 1})]
    assert floor.record(order.order_id).head.state is OrderState.DONE


@WAYS
@pytest.mark.parametrize("stock", [0, 1])
def test_closed_short_and_held_is_told_when_a_person_releases_it(way: str, stock: int) -> None:
    floor = Floor(way=way, stock={"MUG": stock}, short_close="hold")
    order = floor.order_placed(MUG=2)
    floor.twin.auto = True
    floor.round()
    assert floor.shown(order) == []
    assert [one["cause"] for one in floor.attention()] == ["closed_short"]
    floor.do("release", order=order.order_id, who="tester")
    floor.run(at_least=timedelta(hours=1))
    assert floor.shown(order) == ([("1Z0001", {"1-MUG": 1})] if stock else [])
    state = floor.record(order.order_id).head.state
    assert state is (OrderState.DONE if stock else OrderState.CANCELLED)
    assert floor.attention() == []
    floor.changed(order.but(updated_at=floor.clock.now(), email="b@c.example"))
    floor.round()
    assert len(floor.twin.shelves.orders) == 1, "what a person ended was sent again"


@WAYS
@pytest.mark.parametrize("picked", [False, True])
def test_a_cancel_is_asked_for_and_answered(way: str, picked: bool) -> None:
    floor = Floor(way=way)
    order = floor.order_placed(MUG=2)
    floor.round()
    if picked:
        floor.twin.shelves.pick(floor.number(order))
    now = floor.clock.now()
    floor.changed(order.but(updated_at=now, cancelled_at=now))
    floor.round()
    floor.run(at_least=timedelta(hours=4))
    state = floor.record(order.order_id).head.state
    assert state is (OrderState.ATTENTION if picked else OrderState.CANCELLED)
    assert [one["cause"] for one in floor.attention()] == (["cancel_refused"] if picked else [])


@WAYS
@pytest.mark.parametrize("put_back", [False, True])
def test_a_refused_cancel_is_asked_for_once_more_when_a_person_tries_it_again(way: str, put_back: bool) -> None:
    floor = Floor(way=way)
    order = floor.order_placed(MUG=2)
    floor.round()
    number, shelves = floor.number(order), floor.twin.shelves
    shelves.pick(number)
    now = floor.clock.now()
    floor.changed(order.but(updated_at=now, cancelled_at=now))
    floor.round()
    floor.run(at_least=timedelta(hours=1))
    assert [one["cause"] for one in floor.attention()] == ["cancel_refused"]
    if put_back:
        (line,) = shelves.order(number).lines.values()
        line.picked, line.picked_at = 0, floor.clock.now()
        floor.round()
    floor.do("retry", order=order.order_id, who="tester")
    floor.run()
    assert floor.attention() == [], "it is being asked: nobody has to do anything"
    floor.round()
    floor.run(at_least=timedelta(hours=10))
    told = floor.ledger.order("depot", number)
    assert told
    assert told.cancels_asked == 2
    assert [one["cause"] for one in floor.attention()] == ([] if put_back else ["cancel_refused"])
    state = floor.record(order.order_id).head.state
    assert state is (OrderState.CANCELLED if put_back else OrderState.ATTENTION)


@WAYS
def test_what_the_warehouse_rejects_is_seen_in_its_words(way: str) -> None:
    floor = Floor(way=way)
    order = floor.order_placed(MUG=2)
    floor.twin.answers = False
    floor.round()
    floor.twin.reject(floor.number(order), "MUG is gone for good")
    floor.round()
    (item,) = floor.attention()
    assert item["cause"] == "vendor_failed"
    assert "gone for good" in str(item["problems"])


@pytest.mark.parametrize("other_names", [False, True])
def test_all_files_twice_change_nothing(other_names: bool) -> None:
    floor = Floor()
    order = floor.order_placed(MUG=2)
    floor.twin.auto = True
    floor.round()
    before = floor.ledger.order("depot", floor.number(order)), floor.shown(order)
    floor.file_door.send_again(other_names=other_names)
    floor.hear()
    floor.run()
    after = floor.ledger.order("depot", floor.number(order)), floor.shown(order)
    assert after == before
    assert floor.attention() == []


def test_a_bad_file_is_answered_and_changes_nothing() -> None:
    floor = Floor()
    order = floor.order_placed(MUG=2)
    floor.round()
    before = floor.ledger.order("depot", floor.number(order))
    floor.file_door.send("picks", f"{floor.number(order)},CLOSED,,1,MUG,EA,2\r\n")
    floor.hear()
    assert floor.ledger.order("depot", floor.number(order)) == before
    (answer,) = next(rows for key, rows in floor.file_door.answers().items() if "/picks/" in key)
    assert (answer["row"], answer["status"], answer["code"]) == ("0", "rejected", "wrong_columns")


class TestTheTwin:
    def test_takes_a_number_twice_and_shows_it(self) -> None:
        shelves = Shelves()
        rows = [{"OrderNumber": "X", "LineNumber": "1", "ItemNumber": "MUG", "QuantityOrdered": "2"}]
        shelves.take(rows)
        assert shelves.duplicates == []
        shelves.take(rows)
        assert shelves.duplicates == ["X"]

    @pytest.mark.parametrize(("by_pick", "then"), [(True, (18, 18)), (False, (20, 18))])
    def test_counts_down_by_pick_or_by_shipment(self, by_pick: bool, then: tuple[int, int]) -> None:
        shelves = Shelves(by_pick=by_pick)
        shelves.stock["MUG"] = 20
        shelves.take([{"OrderNumber": "X", "LineNumber": "1", "ItemNumber": "MUG", "QuantityOrdered": "2"}])
        shelves.pick("X")
        picked = shelves.stock["MUG"]
        shelves.ship("X")
        shelves.close("X")
        assert (picked, shelves.stock["MUG"]) == then
        with pytest.raises(Impossible):
            shelves.pick("X")

    def test_picks_no_piece_twice(self) -> None:
        shelves = Shelves()
        shelves.stock["MUG"] = 3
        for number in ("X", "Y"):
            shelves.take([{"OrderNumber": number, "LineNumber": "1", "ItemNumber": "MUG", "QuantityOrdered": "2"}])
            shelves.pick(number)
        assert [order.lines[1].picked for order in shelves.orders] == [2, 1]

    def test_is_led_from_outside(self, tmp_path: Path) -> None:
        twin, port = build(["--folder", str(tmp_path), "--stock", "MUG=20"])
        hand = Client(twin.app)
        folder = Folder(tmp_path)
        head = "OrderNumber,LineNumber,ItemNumber,QuantityOrdered\r\n"
        folder.put("out/depot/orders/X.csv", f"{head}X,1,MUG,2\r\n".encode())
        for path, body in [
            ("work", {}),
            ("orders/X/pick", {"lines": {"1": 1}}),
            ("orders/X/ship", {"tracking": "T"}),
            ("orders/X/close", {}),
            ("orders/X/reopen", {}),
            ("count", {"item": "MUG", "there": 7}),
            ("snapshot", {}),
        ]:
            assert hand.post(f"/_twin/{path}", json=body).status_code == 200, path
        assert hand.post("/_twin/orders/X/reopen", json={}).status_code == 422
        assert hand.post("/_twin/orders/Y/close", json={}).status_code == 404
        assert hand.get("/_twin/stats").get_json() == {"orders": 1, "duplicates": [], "stock": {"MUG": 7}}
        assert port == 0
        assert folder.names("out/") == []
        kinds = [key.split("/")[2] for key in folder.names("in/")]
        assert sorted(set(kinds)) == ["adjustments", "answers", "picks", "shipments", "snapshots"]
        assert isinstance(twin.door, FileDoor)
