"""Files of a warehouse: what is applied, what is refused in which words, and that a crash changes nothing."""

from __future__ import annotations

import io
import logging
import tracemalloc
from datetime import timedelta

import pytest

from platen.domain.connection import Role
from platen.domain.warehouse import AtWarehouse, CancelStanding
from platen.messages import FileHint
from platen.observability import logger
from platen.usecases.warehouse import take_file as files
from platen.usecases.warehouse.take_file import take_all, take_file
from tests.fakes import Crash, Lost
from tests.usecases.warehouse.desk import (
    ADJUSTMENTS,
    ANSWERS,
    FIRST,
    PICKS,
    SECOND,
    SHIPMENTS,
    WH,
    Desk,
    move_row,
    pick_row,
    says,
    ship_row,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestAFile:
    def test_of_picks_changes_the_orders_and_is_answered_row_by_row(self, desk: Desk) -> None:
        rows = desk.brings("picks", [PICKS, pick_row(3), pick_row(1, number=SECOND), pick_row(9)])
        assert says(rows) == [
            ("1", "rejected", "line_twice"),
            ("2", "applied", ""),
            ("3", "rejected", "line_twice"),
        ]
        assert (desk.picked(), desk.picked(SECOND)) == ([0, 0], [1])

    @pytest.mark.parametrize("name", ["Ann Example.csv", "Ann Example/picks.csv", "picks/Ann Example.csv"])
    def test_is_logged_without_its_name(self, desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        lines = io.StringIO()
        monkeypatch.setattr(logger.registered_handler, "stream", lines)
        logger.setLevel(logging.INFO)
        desk.puts(name, [PICKS, pick_row(1)])
        desk.event(name)
        logger.setLevel(logging.ERROR)
        assert "file taken" in lines.getvalue()
        assert "Example" not in lines.getvalue()

    def test_tells_the_track_of_each_order_once_it_is_saved(self, desk: Desk) -> None:
        desk.brings("picks", [PICKS, pick_row(3), pick_row(1, 2, "CAP"), pick_row(1, number=SECOND)])
        assert sorted(desk.hints()) == [FIRST, SECOND]
        calls = desk.switch.calls
        assert max(place for place, call in enumerate(calls) if call == "ledger.save_order") < calls.index(
            "queues.send"
        )

    @pytest.mark.parametrize("goes_down", ["picked", "shipped"])
    def test_that_names_a_day_and_no_time_takes_nothing_off_a_count_of_that_day(self, goes_down: str) -> None:
        desk = Desk(count_goes_down=goes_down)
        counted_at = desk.clock.now() + timedelta(hours=1)
        desk.clock.passes(hours=2)
        closed = pick_row(3, status="CLOSED").replace(",CLOSED,,", ",CLOSED,2026-11-21,")
        assert says(desk.brings("picks", [f"{PICKS},PickedAt", f"{closed},2026-11-21"])) == [("1", "applied", "")]
        line = desk.known().lines[0]
        assert (line.taken_in_all, line.taken_by(counted_at)) == (3, 0)

    def test_of_shipments_brings_the_parcels(self, desk: Desk) -> None:
        rows = desk.brings("shipments", [SHIPMENTS, ship_row(2), ship_row(1, "S2", 2)])
        assert says(rows) == [("1", "applied", ""), ("2", "rejected", "wrong_item")]
        assert [one.tracking for one in desk.known().parcels] == ["1Z"]

    def test_of_answers_says_yes_and_no(self, desk: Desk) -> None:
        rows = desk.brings("answers", [ANSWERS, f"{FIRST},accepted,,", f"{SECOND},rejected,no_stock,None left"])
        assert says(rows) == [("1", "applied", ""), ("2", "applied", "")]
        assert desk.known().state is AtWarehouse.ACCEPTED
        assert desk.known(SECOND).words == "None left"

    def test_of_answers_to_a_cancel(self, desk: Desk) -> None:
        desk.order("1003-k7x2m3qpl4tzabcf-1", ("MUG", 1), cancel=CancelStanding.WANTED)
        desk.brings("answers", [ANSWERS, "1003-k7x2m3qpl4tzabcf-1,cancelled,,"])
        assert desk.known("1003-k7x2m3qpl4tzabcf-1").cancel is CancelStanding.DONE

    def test_of_adjustments_is_kept_once(self, desk: Desk) -> None:
        rows = desk.brings("adjustments", [ADJUSTMENTS, move_row(7), move_row(-2, "A2")])
        assert says(rows) == [("1", "applied", ""), ("2", "applied", "")]
        assert [one.delta for one in desk.ledger.adjustments(WH, "MAIN", None)] == [7, -2]

    def test_with_an_id_that_stands_for_something_else_is_refused_there(self, desk: Desk) -> None:
        desk.brings("adjustments", [ADJUSTMENTS, move_row(7)])
        rows = desk.brings("adjustments", [ADJUSTMENTS, move_row(8), move_row(1, "A2")], "b.csv")
        assert says(rows) == [("1", "rejected", "id_used_otherwise"), ("2", "applied", "")]

    def test_is_taken_while_the_connection_is_paused(self, desk: Desk) -> None:
        desk.connections.save(desk.connections.get(WH).but(paused=True))
        desk.brings("shipments", [SHIPMENTS, ship_row(2)])
        assert desk.known().parcels

    def test_of_another_connections_order_is_not_taken(self, desk: Desk) -> None:
        desk.order("1009-k7x2m3qpl4tzabcg-1", ("MUG", 1), connection="other")
        rows = desk.brings("picks", [PICKS, pick_row(1, number="1009-k7x2m3qpl4tzabcg-1")])
        assert says(rows) == [("1", "rejected", "unknown_order")]
        assert desk.hints() == []


class TestTheSameAgain:
    def test_file_changes_nothing(self, desk: Desk) -> None:
        rows = desk.brings("picks", [PICKS, pick_row(3)])
        before = desk.truth()
        desk.event("picks/a.csv")
        assert desk.truth() == before
        assert desk.answer("picks/a.csv") == rows
        assert desk.hints() == [FIRST]

    def test_file_is_answered_again_where_the_answer_was_taken_away(self, desk: Desk) -> None:
        desk.brings("picks", [PICKS, pick_row(3)])
        desk.files.taken_away(f"ack/{WH}/picks/a.csv.result.csv")
        desk.event("picks/a.csv")
        assert says(desk.answer("picks/a.csv")) == [("0", "duplicate", "taken_before")]

    def test_rows_in_a_new_file_change_nothing(self, desk: Desk) -> None:
        desk.brings("picks", [PICKS, pick_row(3)])
        before = desk.truth()
        assert says(desk.brings("picks", [PICKS, pick_row(3)], "b.csv")) == [("1", "duplicate", "")]
        assert desk.truth() == before
        assert desk.hints() == [FIRST, FIRST], "the first hint may have been lost"

    def test_name_with_other_contents_is_a_new_file(self, desk: Desk) -> None:
        desk.brings("picks", [PICKS, pick_row(3)])
        desk.clock.passes(minutes=5)
        desk.brings("picks", [PICKS, pick_row(2)])
        desk.clock.passes(minutes=5)
        desk.brings("picks", [PICKS, pick_row(3)])
        assert desk.picked() == [3, 0], "written over twice, it says again what it said at first"

    def test_name_with_rows_that_are_newer_than_its_event_counts_from_when_they_were_put(self, desk: Desk) -> None:
        """Its first event comes late, and finds the next export: nothing of that one was off the count before."""
        first = desk.clock.now()
        desk.clock.passes(minutes=10)
        desk.puts("picks/a.csv", [PICKS, pick_row(3)])
        desk.event("picks/a.csv", at=first)
        assert desk.known().lines[0].picked_at == desk.clock.now()

    def test_file_that_comes_late_does_not_take_back_what_a_newer_one_said(self, desk: Desk) -> None:
        put = desk.clock.now()
        desk.clock.passes(minutes=30)
        desk.brings("picks", [PICKS, pick_row(3)], "2.csv", at=put + timedelta(minutes=5))
        desk.brings("picks", [PICKS, pick_row(1)], "1.csv", at=put)
        assert desk.picked() == [3, 0]


class TestABadFile:
    """What the clerk reads, and that nothing wrong changed."""

    def refused(self, desk: Desk, kind: str, rows: list[str] | bytes, code: str, *, whole: bool = True) -> str:
        before = desk.truth()
        (row,) = desk.brings(kind, rows)
        assert (row["row"], row["status"], row["code"]) == ("0" if whole else "1", "rejected", code)
        assert desk.truth() == before
        return row["message"]

    def test_with_the_wrong_columns(self, desk: Desk) -> None:
        words = self.refused(desk, "picks", [PICKS, f"{pick_row(1)},more"], "wrong_columns")
        assert "Nothing was changed." in words

    def test_with_its_columns_swapped(self, desk: Desk) -> None:
        swapped = PICKS.replace("LineNumber,ItemNumber", "ItemNumber,LineNumber")
        self.refused(desk, "picks", [swapped, pick_row(1), pick_row(1, 2)], "columns_swapped")

    def test_with_half_of_it_missing(self, desk: Desk) -> None:
        words = self.refused(desk, "snapshots", desk.counts(("CAP", 1), ("MUG", 2))[:-1], "not_whole")
        assert "Export it again." in words

    def test_that_breaks_off_after_good_rows_applies_none_of_them(self, desk: Desk) -> None:
        self.refused(desk, "picks", [PICKS, pick_row(1), pick_row(1, number=SECOND), "1001,OPEN"], "wrong_columns")
        assert desk.hints() == []

    def test_in_the_wrong_encoding(self, desk: Desk) -> None:
        self.refused(desk, "picks", f"{PICKS}\r\n{pick_row(1, item='MÜG')}\r\n".encode("latin-1"), "encoding")

    def test_that_is_too_large(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "LARGEST", 100)
        assert "Divide it." in self.refused(desk, "picks", [PICKS, pick_row(1)], "too_large")
        assert take_all(desk.hub, WH) == 0

    def test_with_too_many_rows(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_ROWS", 1)
        self.refused(desk, "picks", [PICKS, pick_row(1), pick_row(1, 2, "CAP")], "too_many_rows")

    def test_in_no_known_folder(self, desk: Desk) -> None:
        self.refused(desk, "picked", [PICKS, pick_row(1)], "unknown_kind")

    def test_that_is_zipped(self, desk: Desk) -> None:
        (row,) = desk.brings("picks", [PICKS, pick_row(1)], "a.csv.gz")
        assert row["code"] == "unknown_kind"
        assert desk.picked() == [0, 0]

    @pytest.mark.parametrize("name", ["", "picks/", "picks/a.csv.tmp", "picks/A.TMP", "picks/a.csv.done"])
    def test_that_is_no_file_yet_is_left_alone(self, desk: Desk, name: str) -> None:
        desk.files.put(f"in/{WH}/{name}", b"x")
        desk.event(name)
        assert not [key for key in desk.files.all() if key.startswith("ack/")]

    def test_that_is_gone_again(self, desk: Desk) -> None:
        desk.event("picks/gone.csv")
        assert not [key for key in desk.files.all() if key.startswith("ack/")]

    def test_with_an_unknown_item(self, desk: Desk) -> None:
        words = self.refused(
            desk, "adjustments", [ADJUSTMENTS, move_row(1, item="HAT")], "unknown_item", whole=False
        )
        assert "HAT" in words

    def test_with_an_unknown_site(self, desk: Desk) -> None:
        rows = [ADJUSTMENTS, move_row(1, site="MIAN")]
        assert "MAIN" in self.refused(desk, "adjustments", rows, "unknown_site", whole=False)

    def test_with_negative_picks(self, desk: Desk) -> None:
        self.refused(desk, "picks", [PICKS, pick_row(-1)], "negative", whole=False)

    def test_with_a_fraction(self, desk: Desk) -> None:
        self.refused(desk, "picks", [PICKS, pick_row("1.5")], "fraction", whole=False)

    def test_with_a_blank_behind_the_item_is_none(self, desk: Desk) -> None:
        assert says(desk.brings("picks", [PICKS, pick_row(1, item="MUG ")])) == [("1", "applied", "")]

    def test_with_one_bad_row_applies_the_good_ones(self, desk: Desk) -> None:
        rows = desk.brings("picks", [PICKS, pick_row("x"), pick_row(1, 2, "CAP")])
        assert says(rows) == [("1", "rejected", "not_a_number"), ("2", "applied", "")]
        assert desk.picked() == [0, 1]

    @pytest.mark.parametrize("connection", ["nobody", "shop", WH])
    def test_of_no_warehouse_is_left(self, desk: Desk, connection: str) -> None:
        desk.connections.save(
            desk.connections.get("other").but(connection_id="shop", roles=(Role.STORE,), version=0)
        )
        take_file(desk.hub, FileHint(connection=connection, key="in/elsewhere/picks/a.csv"))
        assert not [key for key in desk.files.all() if key.startswith("ack/")]

    def test_of_a_connection_that_is_gone_is_left(self, desk: Desk) -> None:
        desk.connections.remove(desk.connections.get(WH))
        desk.files.put(f"in/{WH}/picks/a.csv", b"x")
        desk.event("picks/a.csv")
        assert take_all(desk.hub, WH) == 0


class TestASnapshot:
    def test_counts_once_it_is_whole(self, desk: Desk) -> None:
        rows = desk.brings("snapshots", desk.counts(("MUG", 20), ("CAP", -3)))
        assert says(rows) == [("0", "applied", "")]
        assert desk.levels() == ["CAP,-3", "MUG,20"]
        snapshot = desk.snapshot()
        assert snapshot
        assert (snapshot.snapshot_id, snapshot.rows, snapshot.key) == ("S1", 2, f"own/{WH}/levels/MAIN/S1.csv.gz")

    def test_keeps_the_rest_of_the_state(self, desk: Desk) -> None:
        desk.ledger.save_state(desk.ledger.state(WH).but(running="r", snapshots={"EAST": "{}"}))
        desk.brings("snapshots", desk.counts(("MUG", 20)))
        state = desk.ledger.state(WH)
        assert (state.running, set(state.snapshots)) == ("r", {"EAST", "MAIN"})

    def test_names_what_no_store_sells(self, desk: Desk) -> None:
        rows = desk.brings("snapshots", desk.counts(("MUG", 20), ("HAT", 1)))
        assert says(rows) == [("0", "applied", ""), ("2", "applied", "not_in_store")]
        assert "1 items are sold in no store." in rows[0]["message"]

    def test_again_changes_nothing(self, desk: Desk) -> None:
        rows = desk.counts(("MUG", 20))
        desk.brings("snapshots", rows)
        before = desk.truth()
        assert says(desk.brings("snapshots", rows, "b.csv")) == [("0", "duplicate", "")]
        assert desk.truth() == before

    @pytest.mark.parametrize(
        ("age", "more", "code"),
        [
            (2, {"snapshot": "S2"}, "stale_snapshot"),
            (1, {"snapshot": "S2"}, "stale_snapshot"),
            (37, {"snapshot": "S2"}, "too_old"),
            (-0.5, {"snapshot": "S2"}, "in_future"),
            (0.5, {"snapshot": "S2", "site": "WEST"}, "unknown_site"),
            (1, {}, "snapshot_changed"),
            (0.5, {}, "snapshot_changed"),
        ],
    )
    def test_is_refused_whole(self, desk: Desk, age: float, more: dict[str, str], code: str) -> None:
        desk.brings("snapshots", desk.counts(("MUG", 20)))
        before = desk.truth()
        rows = desk.brings("snapshots", desk.counts(("MUG", 15), age=age, **more), "b.csv")
        assert says(rows) == [("0", "rejected", code)]
        assert desk.truth() == before

    def test_with_a_name_that_no_key_has_room_for_is_refused(self, desk: Desk) -> None:
        """The same file would fail for ever."""
        rows = desk.brings("snapshots", desk.counts(("MUG", 20), snapshot="棚" * 100))
        assert says(rows) == [("0", "rejected", "too_long")]

    @pytest.mark.parametrize("again", [20, 21])
    def test_with_an_item_twice_is_refused_whole(self, desk: Desk, again: int) -> None:
        before = desk.truth()
        rows = desk.brings("snapshots", desk.counts(("MUG", 20), ("CAP", 1), ("MUG", again)))
        assert says(rows) == [("0", "rejected", "item_twice")]
        assert desk.truth() == before

    def test_with_a_row_that_cannot_be_read_leaves_that_item_out(self, desk: Desk) -> None:
        rows = desk.brings("snapshots", desk.counts(("MUG", "1.5"), ("CAP", 1)))
        assert says(rows) == [("0", "applied", ""), ("1", "rejected", "fraction")]
        assert desk.levels() == ["CAP,1"]

    def test_with_a_row_that_cannot_be_read_is_refused_where_missing_means_zero(self) -> None:
        desk = Desk(missing_means_zero=True)
        rows = desk.brings("snapshots", desk.counts(("MUG", "1.5"), ("CAP", 1)))
        assert says(rows) == [("0", "rejected", "rows_unreadable")]
        assert desk.snapshot() is None

    def test_that_was_overtaken_while_it_was_kept_does_not_count(self, desk: Desk) -> None:
        newer = desk.counts(("MUG", 9), snapshot="S2", age=0.5)
        desk.switch.before("ledger.save_state", lambda: desk.brings("snapshots", newer, "new.csv"))
        rows = desk.brings("snapshots", desk.counts(("MUG", 20)))
        assert says(rows) == [("0", "rejected", "stale_snapshot")]
        assert desk.levels() == ["MUG,9"]

    def test_is_counted_though_something_else_of_the_state_moves(self, desk: Desk) -> None:
        desk.switch.before(
            "ledger.save_state", lambda: desk.ledger.save_state(desk.ledger.state(WH).but(running="r"))
        )
        desk.brings("snapshots", desk.counts(("MUG", 20)))
        assert (desk.levels(), desk.ledger.state(WH).running) == (["MUG,20"], "r")

    def test_that_an_earlier_connection_of_the_name_took_is_taken_anew(self, desk: Desk) -> None:
        """What was reckoned from it is forgotten with that one."""
        rows = desk.counts(("MUG", 20))
        desk.brings("snapshots", rows)
        desk.connected_anew()
        assert says(desk.brings("snapshots", rows)) == [("0", "applied", "")]
        assert desk.levels() == ["MUG,20"]

    def test_makes_its_items_known(self, desk: Desk) -> None:
        desk.brings("snapshots", desk.counts(("HAT", 1)))
        assert says(desk.brings("adjustments", [ADJUSTMENTS, move_row(1, item="HAT")])) == [("1", "applied", "")]

    def test_without_one_and_without_a_catalogue_every_item_is_taken(self, desk: Desk) -> None:
        desk.files.delete("lists/whs/catalogue/shop.csv.gz")
        assert says(desk.brings("adjustments", [ADJUSTMENTS, move_row(1, item="HAT")])) == [("1", "applied", "")]

    def test_of_many_items_needs_little_memory(self, desk: Desk) -> None:
        desk.files.put(
            f"in/{WH}/snapshots/a.csv", "\r\n".join(desk.counts(*((f"I{n:07}", n) for n in range(5_000)))).encode()
        )
        tracemalloc.start()
        desk.event("snapshots/a.csv")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert desk.snapshot()
        assert most < 5_000_000  # of 100,000 it is twenty times as much


class TestACrash:
    """At any call whatsoever: the message comes back, and the end is the same."""

    FILES = {
        "picks": [PICKS, pick_row(3, status="CLOSED"), pick_row(1, 2, "CAP"), pick_row(1, number=SECOND)],
        "shipments": [SHIPMENTS, ship_row(2), ship_row(1, order=SECOND, number="S2")],
        "adjustments": [ADJUSTMENTS, move_row(7), move_row(-2, "A2")],
        "answers": [ANSWERS, f"{FIRST},accepted,,", f"{SECOND},rejected,no_stock,None left"],
    }

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("kind", ["picks", "shipments", "adjustments", "answers", "snapshots"])
    def test_leads_to_the_same_end(self, kind: str, side: str) -> None:
        calm = Desk()
        rows = self.FILES.get(kind) or calm.counts(("MUG", 20), ("CAP", 3))
        calm.switch.calls.clear()
        calm.brings(kind, rows)
        for nth in range(2, len(calm.switch.calls) + 1):  # the first one puts the file there
            desk = Desk()
            getattr(desk.switch, side)("*", Crash() if nth % 2 else Lost(), nth=nth)
            with pytest.raises((Crash, Lost)):
                desk.brings(kind, rows)
            desk.event(f"{kind}/a.csv")
            assert desk.truth() == calm.truth(), f"{side} call {nth}"
            assert set(desk.hints()) == set(calm.hints())
            assert not [row for row in desk.answer(f"{kind}/a.csv") if row["status"] == "rejected"]


class TestWhatNobodySpokeOf:
    def test_is_taken_with_the_next_sync(self, desk: Desk) -> None:
        desk.files.put(f"in/{WH}/picks/a.csv", f"{PICKS}\r\n{pick_row(3)}\r\n".encode())
        desk.files.put(f"in/{WH}/picks/b.tmp", b"x")
        assert take_all(desk.hub, WH) == 1
        assert desk.picked() == [3, 0]
        assert take_all(desk.hub, WH) == 0

    def test_is_not_taken_again_after_its_answer_was_taken_away(self, desk: Desk) -> None:
        desk.brings("picks", [PICKS, pick_row(3)])
        desk.files.taken_away(f"ack/{WH}/picks/a.csv.result.csv")
        assert take_all(desk.hub, WH) == 0

    def test_is_as_old_as_it_is_and_opens_no_order_that_was_closed_since(self, desk: Desk) -> None:
        """Found only now, it was put there before the close: it says nothing new."""
        desk.puts("picks/1.csv", [PICKS, pick_row(3)])
        desk.clock.passes(minutes=30)
        desk.brings("picks", [PICKS, pick_row(3, status="CLOSED")], "2.csv")
        desk.clock.passes(minutes=30)
        assert take_all(desk.hub, WH) == 1
        assert desk.known().state is AtWarehouse.CLOSED

    def test_that_cannot_be_taken_holds_up_no_other_and_is_not_passed_over(self, desk: Desk) -> None:
        desk.puts("picks/1.csv", [PICKS, pick_row(3)])
        desk.puts("picks/2.csv", [PICKS, pick_row(1, number=SECOND)])
        for _ in range(2):
            desk.switch.before("files.put_lines", Lost(), nth=1)
            with pytest.raises(Lost):
                take_all(desk.hub, WH)
        assert desk.picked(SECOND) == [1]
        assert take_all(desk.hub, WH) == 1

    def test_of_somebody_else_is_nothing(self, desk: Desk) -> None:
        assert take_all(desk.hub, "nobody") == 0
