"""A file's shape: its text, its rows and its columns, before anything in them is understood. Pure.

What is not as it should be refuses the file as a whole (``FileRefused``), also where that shows late: whoever takes
a file applies nothing of it before its rows were read to their end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from platen.connectors import FileRefused
from platen.connectors.warehouse_files import Delimiter, Quoting, Settings
from platen.domain.warehouse import RowResult, RowStatus

LONGEST_LINE = 20_000
"""Bytes."""
LONGEST_VALUE = 2_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_END_OF_FILE = "\x1a"
"""What old programs put behind the last row."""
_AS_UTF8 = 'Save it as UTF-8 ("CSV UTF-8" in Excel) and send it again.'


@dataclass(frozen=True)
class Rows:
    """A file by its columns; ``data`` are (number of the row, its values), all as many as there are columns."""

    columns: tuple[str, ...]
    data: Iterator[tuple[int, list[str]]]


def refused(name: str, code: str, message: str) -> FileRefused:
    return FileRefused(RowResult(row=0, key=name, status=RowStatus.REJECTED, code=code, message=message))


def rows_of(
    name: str, lines: Iterable[bytes], shapes: Sequence[tuple[str, ...]], settings: Settings, *, end: str = ""
) -> Rows:
    """A file's rows. ``shapes``: the columns it may have; all of its rows have those of the first. ``end``: what
    the last row begins with, which may be of another length.

    A row of column names at its head is recognised, whatever the settings say of the files that go out.
    """
    read = _values(name, lines, settings)
    head = next(read, None)
    if head is None:
        raise refused(name, "empty", "The file is empty. Nothing was changed.")
    if _names(head) in [_names(shape) for shape in shapes]:
        columns = next(shape for shape in shapes if _names(shape) == _names(head))
        return Rows(columns, _numbered(name, read, columns, end))
    if end and head[0].strip() == end:
        raise refused(name, "empty", "The file has no rows but its last one. Nothing was changed.")
    columns = _columns_of(name, head, shapes, settings)
    return Rows(columns, _numbered(name, _before(head, read), columns, end))


def _columns_of(
    name: str, head: Sequence[str], shapes: Sequence[tuple[str, ...]], settings: Settings
) -> tuple[str, ...]:
    known = set(_names(shapes[-1]))
    named = sum(one in known for one in _names(head))
    if named * 2 > len(head) or named >= 3:
        given = ", ".join(value.strip()[:40] for value in head[:30])
        raise refused(
            name,
            "columns_swapped",
            f"Its columns are named {given}. They have to be, in this order: {', '.join(shapes[-1])}"
            f"{_optional(shapes)}. Nothing was changed.",
        )
    for shape in shapes:
        if len(shape) == len(head):
            return shape
    raise refused(name, "wrong_columns", _other_count(1, len(head), shapes) + _perhaps(head, settings))


def _numbered(
    name: str, rows: Iterator[list[str]], columns: tuple[str, ...], end: str
) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        last = bool(end) and row[0].strip() == end
        if len(row) != len(columns) and not last:
            raise refused(name, "wrong_columns", _other_count(number, len(row), [columns]))
        yield number, row


def _before(head: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from rows


def _values(name: str, lines: Iterable[bytes], settings: Settings) -> Iterator[list[str]]:
    """Rows as lists of values; lines with nothing on them are none."""
    plain = settings.quoting is not Quoting.QUOTED
    text = _decoded(name, lines, plain=plain)
    delimiter = settings.delimiter.character
    if plain:
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    else:
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL, strict=True)
    try:
        for row in reader:
            if any(len(value) > LONGEST_VALUE for value in row):
                what = f"Line {reader.line_num} has a value of more than {LONGEST_VALUE} characters."
                raise refused(name, "too_long", f"{what} Nothing was changed.")
            if row:
                yield row
    except csv.Error:
        what = f"Its quotes do not match at or before line {reader.line_num}: a quote within a value is doubled."
        raise refused(name, "bad_quotes", f"{what} Nothing was changed.") from None


def _decoded(name: str, lines: Iterable[bytes], *, plain: bool) -> Iterator[str]:
    for number, raw in enumerate(lines, start=1):
        line = raw.removeprefix(_UTF8_MARK) if number == 1 else raw
        if number == 1 and raw.startswith(_UTF16):
            raise refused(name, "encoding", f"The file is UTF-16, not UTF-8. {_AS_UTF8} Nothing was changed.")
        if b"\0" in line:
            what = f"Line {number} has NUL bytes: the file is damaged, or UTF-16. {_AS_UTF8} Nothing was changed."
            raise refused(name, "nul_bytes", what)
        if b"\r" in line.rstrip(b"\r\n"):
            what = (
                f"Line {number} has a line end of an old kind within it: end lines with CR LF. Nothing was changed."
            )
            raise refused(name, "line_ends", what)
        if len(line) > LONGEST_LINE:
            what = f"Line {number} has more than {LONGEST_LINE} bytes. Nothing was changed."
            raise refused(name, "too_long", what)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            what = f"Line {number} is not UTF-8. {_AS_UTF8} Nothing was changed."
            raise refused(name, "encoding", what) from None
        text = text.rstrip("\r\n").removesuffix(_END_OF_FILE)
        if plain and '"' in text:
            what = (
                f"Line {number} has a quote, and this connection's files have none (Quoting). Leave quotes out, or "
                "set Quoting to quoted. Nothing was changed."
            )
            raise refused(name, "quotes", what)
        yield text + "\n"


def _names(row: Sequence[str]) -> list[str]:
    """Names of columns, as they are compared: case, blanks and underscores aside."""
    return ["".join(value.split()).replace("_", "").casefold() for value in row]


def _other_count(number: int, count: int, shapes: Sequence[tuple[str, ...]]) -> str:
    wanted = " or ".join(str(len(shape)) for shape in shapes)
    return (
        f"Row {number} has {count} columns, not {wanted}. They are, in this order: {', '.join(shapes[-1])}"
        f"{_optional(shapes)}. Nothing was changed."
    )


def _optional(shapes: Sequence[tuple[str, ...]]) -> str:
    return f" ({shapes[-1][-1]} may be left out)" if len(shapes) > 1 else ""


def _perhaps(head: Sequence[str], settings: Settings) -> str:
    other = Delimiter.COMMA if settings.delimiter is Delimiter.TAB else Delimiter.TAB
    if len(head) == 1 and head[0].count(other.character) >= 2:
        return f" It looks as if its values were separated by {other.value}s: see the setting Delimiter."
    return ""
