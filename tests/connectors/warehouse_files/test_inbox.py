"""What a warehouse's files tell, what refuses a row, and what refuses a file as a whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from platen.connectors import FileRefused, TellsOf
from platen.connectors.warehouse_files.inbox import INBOX
from platen.domain.warehouse import (
    Adjustment,
    CountRow,
    OrderAnswer,
    PickRow,
    Reason,
    RowResult,
    RowStatus,
    ShipmentRow,
)
from tests.connectors.warehouse_files.files import (
    ADJUSTMENTS,
    ANSWERS,
    NUMBER,
    PICKS,
    SHIPMENTS,
    SNAPSHOTS,
    adjustment,
    count,
    opened,
    pick,
    refusal,
    rows,
    settings,
    shipment,
)

MORNING = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
FILES = {
    "picks/p.csv": (PICKS, pick()),
    "shipments/s.csv": (SHIPMENTS, shipment()),
    "adjustments/a.csv": (ADJUSTMENTS, adjustment()),
    "snapshots/c.csv": (SNAPSHOTS, count(), "#END,1"),
    "answers/o.csv": (ANSWERS, f"{NUMBER},accepted,,"),
}


class TestNames:
    @pytest.mark.parametrize(
        ("name", "about"),
        [
            ("picks/2026-11-22.csv", TellsOf.PICKS),
            ("snapshots/MAIN.TXT", TellsOf.SNAPSHOTS),
            ("answers/a/b.csv", TellsOf.ANSWERS),
            ("picks/x.csv.tmp", None),
            ("picks/", None),
            ("picks.csv", None),
            ("orders/x.csv", None),
            ("", None),
        ],
    )
    def test_say_what_a_file_is_about(self, name: str, about: TellsOf | None) -> None:
        assert INBOX.about(name) is about


class TestWhatIsTold:
    def test_picks(self) -> None:
        (read,) = rows("picks/p.csv", PICKS, pick("2", status="closed", ClosedAt="2026-11-21 10:00:00"))
        assert read.told == PickRow(
            order_number=NUMBER,
            closed=True,
            closed_at=MORNING,
            line_number=1,
            item="MUG-1",
            picked=2,
            site="MAIN",
        )

    def test_picks_with_the_time_of_the_pick(self) -> None:
        (read,) = rows("picks/p.csv", f"{PICKS},PickedAt", f"{pick()},2026-11-21T15:00:00Z")
        assert isinstance(read.told, PickRow)
        assert read.told.picked_at == MORNING

    def test_shipments(self) -> None:
        (read,) = rows("shipments/s.csv", SHIPMENTS, shipment())
        assert read.told == ShipmentRow(
            order_number=NUMBER,
            shipment_number="S-1",
            shipped_at=MORNING,
            carrier="UPS",
            tracking="1Z1",
            line_number=1,
            item="MUG-1",
            quantity=2,
        )

    def test_adjustments(self) -> None:
        (read,) = rows("adjustments/a.csv", ADJUSTMENTS, adjustment(Reason="Damage"))
        assert read.told == Adjustment(
            adjustment_id="A-1", occurred_at=MORNING, site="MAIN", item="MUG-1", delta=-3, reason=Reason.DAMAGE
        )

    def test_a_snapshot(self) -> None:
        contents = opened("snapshots/c.csv", [SNAPSHOTS, count("A", "20"), count("B", "-1"), "#END,2"])
        assert contents.snapshot
        assert (contents.snapshot.snapshot_id, contents.snapshot.site) == ("C-7", "MAIN")
        assert contents.snapshot.taken_at == datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        told = [read.told for read in contents.rows]
        assert told == [CountRow(item="A", on_hand=20), CountRow(item="B", on_hand=-1)]

    def test_a_snapshot_that_tells_what_is_allocated(self) -> None:
        lines = [f"{SNAPSHOTS},Allocated", f"{count('A')},5", f"{count('B')},", "#END,2,,,,,"]
        told = [read.told for read in rows("snapshots/c.csv", *lines)]
        assert told == [CountRow(item="A", on_hand=20, allocated=5), CountRow(item="B", on_hand=20)]

    @pytest.mark.parametrize(
        ("word", "accepted", "to_cancel"),
        [
            ("accepted", True, None),
            ("Rejected", False, None),
            ("cancelled", True, True),
            ("cancel_refused", False, True),
        ],
    )
    def test_answers(self, word: str, accepted: bool, to_cancel: bool | None) -> None:
        (read,) = rows("answers/o.csv", ANSWERS, f'{NUMBER},{word},no_stock,"None left,', 'sorry"')
        assert read.told == OrderAnswer(
            order_number=NUMBER,
            accepted=accepted,
            to_cancel=to_cancel,
            code="no_stock",
            message="None left, sorry",
        )


class TestShape:
    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("end", ["\r\n", "\n", ""])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_a_head_a_mark_and_any_line_end_are_understood(self, name: str, end: str, mark: bytes) -> None:
        head, *data = FILES[name]
        with_head = [mark + f"{head}{end}".encode(), *(f"{line}{end}".encode() for line in data)]
        without = [mark + f"{data[0]}{end}".encode(), *(f"{line}{end}".encode() for line in data[1:])]
        told = [[read.told for read in INBOX.read_file(name, raw, settings()).rows] for raw in (with_head, without)]
        assert told[0] == told[1]
        assert len(told[0]) == 1

    @pytest.mark.parametrize("name", FILES)
    def test_tabs_blank_lines_and_the_end_mark_of_old_programs(self, name: str) -> None:
        lines = [line.replace(",", "\t") for line in FILES[name]]
        told = [one.told for one in rows(name, *lines[:-1], "", lines[-1], "", "\x1a", delimiter="tab")]
        assert told == [one.told for one in rows(name, *FILES[name])]

    def test_blanks_around_an_item_are_taken_off(self) -> None:
        (read,) = rows("picks/p.csv", PICKS, pick(ItemNumber="  MUG-1  "))
        assert isinstance(read.told, PickRow)
        assert read.told.item == "MUG-1"

    @pytest.mark.parametrize("name", FILES)
    def test_a_column_too_many_or_too_few_anywhere_refuses_it_whole(self, name: str) -> None:
        head, data, *end = FILES[name]
        few, more = data.rpartition(",")[0], f"{data},x"
        for bad in (few, more):
            code, message = refusal(name, head, data, bad, data, *end)
            assert code == "wrong_columns"
            assert "Row 2" in message
            assert "Nothing was changed" in message

    @pytest.mark.parametrize("name", FILES)
    def test_columns_in_another_order_are_seen_by_their_names(self, name: str) -> None:
        head, *data = FILES[name]
        names = head.split(",")
        code, message = refusal(name, ",".join([names[1], names[0], *names[2:]]), *data)
        assert code == "columns_swapped"
        assert ", ".join(names) in message

    def test_columns_in_another_order_are_seen_without_their_names(self) -> None:
        swapped = pick(QuantityPicked="MUG-1", ItemNumber="2")
        code, message = refusal("picks/p.csv", swapped, swapped, swapped)
        assert code == "columns_swapped"
        assert "QuantityPicked" in message

    def test_one_bad_row_is_no_swapped_column(self) -> None:
        read = rows("picks/p.csv", pick("many"), pick("1"))
        assert [one.refused.code if one.refused else "" for one in read] == ["not_a_number", ""]

    def test_another_delimiter_is_named(self) -> None:
        code, message = refusal("picks/p.csv", pick().replace(",", "\t"))
        assert code == "wrong_columns"
        assert "separated by tabs" in message

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            ([], "empty"),
            ([b""], "empty"),
            ([b"\r\n", b"\r\n"], "empty"),
            ([f"{PICKS}\r\n".encode()], "empty"),
            (["".join((PICKS, "\r\n", pick(), "\r\n")).encode("utf-16")], "encoding"),
            ([f"{PICKS}\r\n".encode(), pick(Location="Regal Süd").encode("latin-1")], "encoding"),
            ([pick().encode("utf-16-le")], "nul_bytes"),
            ([pick(Lot="\0").encode()], "nul_bytes"),
            ([pick(Lot="x" * 30_000).encode()], "too_long"),
            ([pick(Lot="x" * 3_000).encode()], "too_long"),
            ([f"{PICKS}\r{pick()}\r".encode()], "line_ends"),
            ([f"{PICKS}\r".encode() + f"{pick()}\r".encode() * 500], "line_ends"),
            (["".join((PICKS, "\r\n", pick(), "\r\n")).encode("utf-16-le")], "nul_bytes"),
            ([pick(Lot='"no end').encode(), *[pick().encode()] * 9], "bad_quotes"),
            ([pick(Lot='"a"b').encode()], "bad_quotes"),
        ],
        ids=itertools.count(),
    )
    def test_what_is_no_such_text_is_refused(self, raw: list[bytes], code: str) -> None:
        with pytest.raises(FileRefused) as no:
            list(INBOX.read_file("picks/p.csv", raw, settings()).rows)
        assert no.value.result.code == code
        assert len(no.value.result.message) > 20

    @pytest.mark.parametrize("quoting", ["plain", "strict"])
    def test_a_quote_where_there_are_none_refuses_it(self, quoting: str) -> None:
        assert refusal("picks/p.csv", pick(Lot='"7"'), quoting=quoting)[0] == "quotes"
        assert rows("picks/p.csv", pick(Lot="7"), quoting=quoting)[0].told

    def test_a_file_of_no_kind(self) -> None:
        assert refusal("other/p.csv", pick())[0] == "unknown_kind"

    @tries(max_examples=60)
    @given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(sorted(FILES)))
    def test_any_bytes_are_read_or_refused(self, raw: list[bytes], name: str) -> None:
        with suppress(FileRefused):
            for read in INBOX.read_file(name, raw, settings()).rows:
                assert (read.told is None) == (read.refused is not None)


class TestSnapshots:
    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ((count("A"), count("B")), "not_whole"),
            ((count("A"), count("B"), "#END,3"), "not_whole"),
            ((count("A"), count("B"), "#END,1"), "not_whole"),
            ((count("A"), count("B"), "#END"), "not_whole"),
            ((count("A"), count("B"), "#END,two"), "not_whole"),
            ((count("A"), count("B"), "#END,2", count("C")), "not_whole"),
            ((count("A"), "#END,1", "#END,1"), "not_whole"),
            ((count("A"), count("B", SnapshotID="C-8"), "#END,2"), "mixed_snapshot"),
            ((count("A"), count("B", Site="NORTH"), "#END,2"), "mixed_snapshot"),
            ((count("A"), count("A "), "#END,2"), "item_twice"),
            (("#END,0",), "empty"),
            ((SNAPSHOTS, "#END,0"), "empty"),
            ((count("A", Site=""), "#END,1"), "missing"),
            ((count("A", TakenAt="yesterday"), "#END,1"), "not_a_date"),
            ((count("A", "x"), count("B", "y"), "#END,2"), "columns_swapped"),
        ],
        ids=itertools.count(),
    )
    def test_that_are_not_proved_whole_are_refused(self, lines: tuple[str, ...], code: str) -> None:
        assert refusal("snapshots/c.csv", *lines)[0] == code

    @pytest.mark.parametrize("cut", range(1, 5))
    def test_half_a_file_is_never_taken_for_a_whole_one(self, cut: int) -> None:
        whole = [count("A"), count("B"), count("C"), "#END,3"]
        if cut < 4:
            assert refusal("snapshots/c.csv", *whole[:cut])[0] == "not_whole"
        else:
            assert len(rows("snapshots/c.csv", *whole)) == 3

    def test_a_bad_row_refuses_itself_alone(self) -> None:
        read = rows("snapshots/c.csv", count("A"), count("B", "1.5"), count("C", UOM="BOX"), "#END,3")
        assert [one.refused.code if one.refused else "" for one in read] == ["", "fraction", "unit"]
        assert [one.refused.key for one in read if one.refused] == ["B", "C"]

    def test_many_rows_are_read_one_by_one(self) -> None:
        asked = 0

        def lines() -> Iterator[bytes]:
            nonlocal asked
            for number in range(5_000):
                asked += 1
                yield count(f"ITEM-{number}").encode()
            yield b"#END,5000"

        contents = INBOX.read_file("snapshots/c.csv", lines(), settings())
        next(contents.rows)
        assert asked < 10
        assert sum(1 for _ in contents.rows) == 4_999


class TestRows:
    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (pick("1.0"), ""),
            (pick("+2"), ""),
            (pick("1.5"), "fraction"),
            (pick("-1"), "negative"),
            (pick(""), "missing"),
            (pick("two"), "not_a_number"),
            (pick('"1,000"'), "not_a_number"),
            (pick("1e3"), "not_a_number"),
            (pick("9" * 12), "not_a_number"),
            (pick("٣"), "not_a_number"),
            (pick(line="0"), "too_small"),
            (pick(line="first"), "not_a_number"),
            (pick(OrderNumber=""), "missing"),
            (pick(OrderNumber="x" * 101), "too_long"),
            (pick(status="SHUT"), "not_a_status"),
            (pick(UOM="BOX"), "unit"),
            (pick(UOM="ea"), ""),
            (pick(UOM=""), ""),
            (pick(ClosedAt="21.11.2026"), "not_a_date"),
            (pick(ClosedAt="2026-11-21"), ""),
            (pick(ClosedAt="0001-01-01"), ""),
            (pick(ClosedAt="9999-12-31T23:59:59-05:00"), "not_a_date"),
            (pick(Lot="a\x07"), "control_characters"),
        ],
    )
    def test_of_picks(self, row: str, code: str) -> None:
        read = rows("picks/p.csv", PICKS, pick(), row)[1]
        assert (read.refused.code if read.refused else "") == code
        if read.refused:
            assert read.row == 2
            assert read.refused.message
            assert read.told is None

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (shipment(QuantityShipped="0"), "too_small"),
            (shipment(ShipmentNumber=""), "missing"),
            (shipment(TrackingURL="javascript:x"), "not_a_url"),
            (shipment(TrackingURL="https://t.example/1Z1"), ""),
        ],
    )
    def test_of_shipments(self, row: str, code: str) -> None:
        read = rows("shipments/s.csv", SHIPMENTS, shipment(), row)[1]
        assert (read.refused.code if read.refused else "") == code

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (adjustment(QuantityDelta="+4"), ""),
            (adjustment(QuantityDelta="0.5"), "fraction"),
            (adjustment(Reason="moth"), "not_a_reason"),
            (adjustment(Reason=""), ""),
            (adjustment(OccurredAt=""), "missing"),
            (adjustment(AdjustmentID=""), "missing"),
            (adjustment(Site=""), "missing"),
        ],
    )
    def test_of_adjustments(self, row: str, code: str) -> None:
        read = rows("adjustments/a.csv", ADJUSTMENTS, adjustment(), row)[1]
        assert (read.refused.code if read.refused else "") == code

    def test_a_row_that_is_refused_is_named_as_a_clerk_knows_it(self) -> None:
        (read,) = rows("picks/p.csv", PICKS, pick("x"))
        assert read.refused
        assert read.refused.key == f"{NUMBER}/1"
        assert '"x"' in read.refused.message


class TestDates:
    def test_without_an_offset_are_by_the_sites_clock(self) -> None:
        (read,) = rows("shipments/s.csv", shipment(ShippedAt="2026-07-01T12:00:00"))
        assert isinstance(read.told, ShipmentRow)
        assert read.told.shipped_at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)

    def test_in_the_sites_own_format(self) -> None:
        (read,) = rows("shipments/s.csv", shipment(ShippedAt="11/21/2026 10:00"), date_format="%m/%d/%Y %H:%M")
        assert isinstance(read.told, ShipmentRow)
        assert read.told.shipped_at == MORNING

    @pytest.mark.parametrize("day", ["2026-11-21", "20261121", "2026-W47-6"])
    def test_of_what_was_counted_or_moved_need_their_time_of_day(self, day: str) -> None:
        """What came in at noon is in a count of the evening: taken for one of midnight, it would be added again."""
        code, message = refusal("snapshots/c.csv", count("A", TakenAt=day), "#END,1")
        assert (code, "time of day" in message) == ("no_time", True)
        (read,) = rows("adjustments/a.csv", adjustment(OccurredAt=day))
        assert read.refused
        assert read.refused.code == "no_time"

    def test_of_midnight_are_taken_where_they_say_so(self) -> None:
        (read,) = rows("adjustments/a.csv", adjustment(OccurredAt="2026-11-21T00:00:00"))
        assert not read.refused
        (read,) = rows("adjustments/a.csv", adjustment(OccurredAt="11/21/2026 00:00"), date_format="%m/%d/%Y %H:%M")
        assert not read.refused

    def test_in_a_format_without_a_time_are_no_moments(self) -> None:
        (read,) = rows("adjustments/a.csv", adjustment(OccurredAt="11/21/2026"), date_format="%m/%d/%Y")
        assert read.refused
        assert read.refused.code == "no_time"

    @pytest.mark.parametrize(("ahead", "code"), [(timedelta(hours=23), ""), (timedelta(hours=25), "in_the_future")])
    def test_far_ahead_are_a_mistake(self, ahead: timedelta, code: str) -> None:
        row = shipment(ShippedAt=(MORNING + ahead).isoformat())
        (read,) = rows("shipments/s.csv", row, now=MORNING)
        assert (read.refused.code if read.refused else "") == code

    @pytest.mark.parametrize("bad", ["%y-%m-%d", "%H:%M", "%Q", "no date at all", "%d.%m.", "%Y", "%Y-%Q"])
    def test_a_format_that_loses_the_date_is_not_taken(self, bad: str) -> None:
        with pytest.raises(ValueError, match="date_format"):
            settings(date_format=bad)


class TestTheAnswer:
    def test_is_for_a_clerk_and_a_program(self) -> None:
        results = [
            RowResult(row=1, key="A/1", status=RowStatus.APPLIED),
            RowResult(
                row=2, key="=1+1", status=RowStatus.REJECTED, code="unknown_order", message='No "x",\r\nthere.'
            ),
        ]
        assert list(INBOX.result_file(iter(results), settings())) == [
            "row,key,status,code,message\r",
            "1,A/1,applied,,\r",
            '2,\'=1+1,rejected,unknown_order,"No ""x"", there."\r',
        ]
