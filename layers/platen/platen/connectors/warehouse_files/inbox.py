"""What a warehouse tells by files, read row by row, and the answer that is put beside each. Pure: no I/O.

A file is refused as a whole at its head or while it is read; so nothing of it is to be applied before its last row
was read. A row that cannot be read refuses itself alone.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from platen.connectors import Contents, FileRefused, Read, TellsOf, Told
from platen.connectors.warehouse_files import Settings, wire
from platen.connectors.warehouse_files.cells import LONGEST_URL, MISFITS, Cells, Misread
from platen.connectors.warehouse_files.shape import Rows, refused, rows_of
from platen.domain.warehouse import (
    Adjustment,
    CountRow,
    OrderAnswer,
    PickRow,
    Reason,
    RowResult,
    RowStatus,
    ShipmentRow,
    Snapshot,
)

_ENDINGS = (".csv", ".txt")
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would take for more than a text."""


class FileInbox:
    """``connectors.Inbox`` of files; also reads rows that came by a call, by the names of their columns."""

    def about(self, name: str) -> TellsOf | None:
        """By the folder: ``picks/2026-11-22.csv``. Other endings are of files that are still being written."""
        folder, _, file = name.partition("/")
        if folder not in TellsOf or not file or not file.casefold().endswith(_ENDINGS):
            return None
        return TellsOf(folder)

    def read_file(
        self, name: str, lines: Iterable[bytes], settings: Any, *, now: datetime | None = None
    ) -> Contents:
        """``now``: dates more than a day ahead of it refuse their row; None: they are not looked at."""
        about = self.about(name)
        if about is None:
            raise refused(name, "unknown_kind", "Nothing says what this file is about: put it into its folder.")
        if about is TellsOf.SNAPSHOTS:
            return _snapshot(name, lines, settings, now)
        rows = rows_of(name, lines, wire.COMES_IN[about], settings)
        return Contents(about, _read_all(name, rows, _READERS[about], settings, now))

    def result_file(self, results: Iterable[RowResult], settings: Any) -> Iterator[str]:  # noqa: ARG002
        """Always with commas, quotes and its head: it is for a clerk to open."""
        yield _line(wire.RESULTS)
        for one in results:
            yield _line([str(one.row), _safe(one.key), one.status.value, one.code, _safe(one.message)])


INBOX = FileInbox()


def _read_all(
    name: str, rows: Rows, reader: Callable[[Cells], Told], settings: Settings, now: datetime | None
) -> Iterator[Read]:
    misfits: Counter[str] = Counter()
    number = 0
    for number, values in rows.data:
        yield _read(number, _cells(rows.columns, values, settings, now), reader, misfits)
    if not number:
        raise refused(name, "empty", "The file has no rows but its head. Nothing was changed.")
    _refuse_swapped(name, misfits, number)


def _refuse_swapped(name: str, misfits: Counter[str], rows: int) -> None:
    """One bad value is a slip; the same column bad in every row is another column."""
    for column, count in misfits.items():
        if rows > 1 and count == rows:
            what = f"{column} is not what it should be in any of {rows} rows: the columns seem to be swapped."
            raise refused(name, "columns_swapped", f"{what} Nothing was changed.")


def _read(number: int, cells: Cells, reader: Callable[[Cells], Told], misfits: Counter[str]) -> Read:
    try:
        return Read(number, reader(cells))
    except Misread as misread:
        if misread.code in MISFITS:
            misfits[misread.column] += 1
        message = str(misread)
        key = _key(cells)
        result = RowResult(row=number, key=key, status=RowStatus.REJECTED, code=misread.code, message=message)
        return Read(number, None, result)


def _cells(columns: tuple[str, ...], values: list[str], settings: Settings, now: datetime | None) -> Cells:
    return Cells({name: value.strip() for name, value in zip(columns, values, strict=True)}, settings, now)


def _key(cells: Cells) -> str:
    """What a row is about, as far as it says so."""
    values = cells.values
    if "AdjustmentID" in values:
        return values["AdjustmentID"][:100]
    if "OnHand" in values:
        return values["ItemNumber"][:100]
    parts = [values.get("OrderNumber", ""), values.get("LineNumber", "")]
    return "/".join(part[:100] for part in parts if part)


# the rows of each kind


def _pick(cells: Cells) -> PickRow:
    status = cells.text("OrderStatus").upper()
    if status not in wire.Status:
        raise Misread("not_a_status", f'OrderStatus is "{status[:40]}": it is OPEN or CLOSED.', "OrderStatus")
    cells.in_pieces()
    return PickRow(
        order_number=cells.key("OrderNumber"),
        closed=status == wire.Status.CLOSED,
        closed_at=cells.moment("ClosedAt"),
        line_number=cells.whole("LineNumber", least=1),
        item=cells.text("ItemNumber"),
        picked=cells.whole("QuantityPicked", least=0),
        site=cells.text("Site"),
        location=cells.text("Location"),
        lot=cells.text("Lot"),
        picked_at=cells.moment("PickedAt"),
    )


def _shipment(cells: Cells) -> ShipmentRow:
    url = cells.text("TrackingURL", LONGEST_URL)
    if url and not url.startswith(("https://", "http://")):
        raise Misread("not_a_url", "TrackingURL has to begin with https:// or be empty.", "TrackingURL")
    return ShipmentRow(
        order_number=cells.key("OrderNumber"),
        shipment_number=cells.key("ShipmentNumber"),
        shipped_at=cells.moment("ShippedAt"),
        carrier=cells.text("Carrier"),
        method=cells.text("ShippingMethod"),
        tracking=cells.text("TrackingNumber"),
        url=url,
        line_number=cells.whole("LineNumber", least=1),
        item=cells.text("ItemNumber"),
        quantity=cells.whole("QuantityShipped", least=1),
    )


def _adjustment(cells: Cells) -> Adjustment:
    reason = cells.text("Reason").casefold() or Reason.OTHER.value
    if reason not in Reason:
        known = ", ".join(Reason)
        raise Misread("not_a_reason", f'Reason is "{reason[:40]}": it is one of {known}, or empty.', "Reason")
    cells.in_pieces()
    return Adjustment(
        adjustment_id=cells.key("AdjustmentID"),
        occurred_at=cells.moment_needed("OccurredAt"),
        site=cells.key("Site"),
        item=cells.key("ItemNumber"),
        delta=cells.whole("QuantityDelta"),
        reason=Reason(reason),
        reference=cells.prose("Reference"),
    )


def _count(cells: Cells) -> CountRow:
    cells.in_pieces()
    return CountRow(
        item=cells.key("ItemNumber"), on_hand=cells.whole("OnHand"), allocated=cells.whole_or_none("Allocated")
    )


_ANSWERS: dict[str, tuple[bool, bool | None]] = {
    "accepted": (True, None),
    "rejected": (False, None),
    "cancelled": (True, True),
    "cancel_refused": (False, True),
}
"""Word -> whether it is a yes, and whether it is to a cancel (None: to what waits for an answer)."""


def _answer(cells: Cells) -> OrderAnswer:
    word = cells.text("Answer").casefold()
    if word not in _ANSWERS:
        raise Misread("not_an_answer", f'Answer is "{word[:40]}": it is one of {", ".join(_ANSWERS)}.', "Answer")
    accepted, to_cancel = _ANSWERS[word]
    return OrderAnswer(
        order_number=cells.key("OrderNumber"),
        accepted=accepted,
        to_cancel=to_cancel,
        code=cells.text("Code"),
        message=cells.prose("Message"),
    )


_READERS: dict[TellsOf, Callable[[Cells], Told]] = {
    TellsOf.PICKS: _pick,
    TellsOf.SHIPMENTS: _shipment,
    TellsOf.ADJUSTMENTS: _adjustment,
    TellsOf.ANSWERS: _answer,
}


# a snapshot


def _snapshot(name: str, lines: Iterable[bytes], settings: Settings, now: datetime | None) -> Contents:
    """Its first row says which count it is; all of its rows have to be of the same."""
    rows = rows_of(name, lines, wire.COMES_IN[TellsOf.SNAPSHOTS], settings, end=wire.END)
    first = next(rows.data, None)
    if first is None or first[1][0].strip() == wire.END:
        raise refused(name, "empty", "The snapshot has no rows. Nothing was changed.")
    head = _cells(rows.columns, first[1], settings, now)
    try:
        snapshot = Snapshot(
            snapshot_id=head.key("SnapshotID"), taken_at=head.moment_needed("TakenAt"), site=head.key("Site")
        )
    except Misread as misread:
        raise refused(name, misread.code, f"Row 1 does not say which count it is: {misread}") from None
    data = _counts(name, rows, first, settings, now)
    return Contents(TellsOf.SNAPSHOTS, data, snapshot)


def _counts(
    name: str, rows: Rows, first: tuple[int, list[str]], settings: Settings, now: datetime | None
) -> Iterator[Read]:
    same = [value.strip() for value in first[1][:3]]
    misfits: Counter[str] = Counter()
    seen: set[str] = set()
    number, values = first
    while values[0].strip() != wire.END:
        if [value.strip() for value in values[:3]] != same:
            what = f"Row {number} is of another count than row 1 (SnapshotID, TakenAt, Site): one file for each."
            raise refused(name, "mixed_snapshot", f"{what} Nothing was changed.")
        read = _read(number, _cells(rows.columns, values, settings, now), _count, misfits)
        if isinstance(read.told, CountRow):
            _once(name, number, read.told.item, seen)
        yield read
        following = next(rows.data, None)
        if following is None:
            raise _half(name, f"it has {number} rows, and the last one is missing ({wire.END} and their count).")
        number, values = following
    _refuse_swapped(name, misfits, number - 1)
    _proved(name, values, number - 1)
    if next(rows.data, None) is not None:
        raise _half(name, f"there is something behind its {wire.END} row.")


def _once(name: str, number: int, item: str, seen: set[str]) -> None:
    if item in seen:
        what = f"Row {number} counts {item} a second time: a snapshot has one row for each item of its site."
        raise refused(name, "item_twice", f"{what} Nothing was changed.")
    seen.add(item)


def _proved(name: str, values: list[str], rows: int) -> None:
    said = values[1].strip() if len(values) > 1 else ""
    if not said.isdecimal() or int(said[:12]) != rows:
        raise _half(name, f'it has {rows} rows, and its {wire.END} row says "{said[:40]}".')


def _half(name: str, why: str) -> FileRefused:
    what = f"The snapshot is not whole: {why} Export it again. Nothing was changed."
    return refused(name, "not_whole", what)


# the answer


def _line(values: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r").writerow(values)
    return text.getvalue()


def _safe(text: str) -> str:
    """On one line, and only a text to a spreadsheet."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line
