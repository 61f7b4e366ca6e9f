"""The product map as a CSV file: every row is checked before any is written. Pure: reads text, writes nothing.

The first line names the columns. Whichever of comma, semicolon and tab stands there most often separates
the cells of the whole file: column names hold none of the three, so there is nothing to guess.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from platen_cli.weights import weight_of, wrong_weight

LARGEST_FILE = 50_000_000
_LARGEST = {
    "print_url": 2000,
    "print_preview": 2000,
    "print_account": 50,
    "print_location": 100,
    "print_type": 100,
}
_LARGEST_OTHER = 200
_MOST_OPTIONS = 50
_MOST_PRINTS = 20
_PLAIN = ("print_sku", "print_url", "print_design_id", "print_account")
_FIRST_PRINT = ("print_location", "print_type", "print_preview")
"""With print_url, what the first print has, and each numbered one from 2 on."""
_PRINT = {"url": "url", "location": "location", "type": "kind", "preview": "preview"}
"""``print_<column>_2`` -> its name in a request."""
_LOCATION = "location"
_WEIGHT = "weight"
_ONCE = (*_PLAIN, *_FIRST_PRINT, _LOCATION, _WEIGHT)
_NUMBERED = re.compile(r"(print_(url|location|type|preview))_([2-9]|[1-9][0-9])")
_OPTION = re.compile(r"print_option_(name|value)_([1-9][0-9]?)")
_CONTROL = re.compile("[\x00-\x1f\x7f]")

type Row = dict[str, Any]


@dataclass(frozen=True)
class Bad:
    """What is wrong with a line of the file."""

    line: int
    what: str


@dataclass
class Sheet:
    """A file as read: its good rows, its bad lines, and the columns that mean nothing to us."""

    rows: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


class NotATable(Exception):
    """The file as a whole cannot be read; the text says why and what helps."""


def read_sheet(raw: bytes) -> Sheet:
    """Every row of a CSV file, good or bad. Raises NotATable."""
    text = _decode(raw)
    if text.startswith("sep="):  # Excel's own first line
        text = "\n" + text.partition("\n")[2]
    if not text.strip():
        raise NotATable("The file is empty.")
    lines = _lines(text)
    number, names = next(lines)
    columns = [name.strip().lower() for name in names]
    sheet = Sheet(unused=[name for name in columns if name and not is_column(name)])
    _check_columns(columns, sheet)
    seen: dict[str, int] = {}
    try:
        for number, cells in lines:
            if any(cell.strip() for cell in cells):
                _take(number, cells, columns, sheet, seen)
    except csv.Error as error:
        raise NotATable(f"Line {number + 1} or after cannot be read as CSV: {error}.") from None
    return sheet


def _decode(raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise NotATable(
            f"The file is not UTF-8 (line {line}). In Excel save it as 'CSV UTF-8 (comma delimited)'."
        ) from None


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells); a cell may span lines, the number is that of its first."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = next(line for line in text.split("\n") if line.strip())
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    started = False
    for cells in reader:
        if started or any(cell.strip() for cell in cells):
            started = True
            yield before + 1, cells
        before = reader.line_num


def is_column(column: str) -> bool:
    """Whether a column of that name is one of the product map's."""
    return column == "sku" or column in _ONCE or bool(_OPTION.fullmatch(column) or _NUMBERED.fullmatch(column))


def _check_columns(columns: list[str], sheet: Sheet) -> None:
    if "sku" not in columns:
        near = get_close_matches("sku", columns, 1, 0.5)
        hint = f" Is '{near[0]}' it?" if near else ""
        raise NotATable(f"The first line must name the columns, and one of them must be sku.{hint}")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise NotATable(f"The first line names {', '.join(twice)} twice.")
    for name in sheet.unused:
        if name.startswith("print"):
            near = get_close_matches(
                name, (*_ONCE, "print_url_2", "print_option_name_1", "print_option_value_1"), 1
            )
            raise NotATable(f"There is no column '{name}'{f': did you mean {near[0]}?' if near else '.'}")
    if not any(is_column(name) and name != "sku" for name in columns):
        raise NotATable(f"The first line names nothing to print: it needs some of {', '.join(_ONCE)}.")


def _take(number: int, cells: list[str], columns: list[str], sheet: Sheet, seen: dict[str, int]) -> None:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        sheet.bad.append(Bad(number, "has more cells than the first line has columns: put quotes around commas."))
        return
    values = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if is_column(name)}
    wrong = list(wrong_with(values))
    sku = values.get("sku", "")
    if sku in seen:
        wrong.append(f"sku {sku} stands on line {seen[sku]} already.")
    elif sku:
        seen[sku] = number
    sheet.bad += [Bad(number, one) for one in wrong]
    if not wrong:
        sheet.rows.append(row_of(values))


def wrong_with(values: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a row, a sentence each. ``values``: column -> its trimmed text."""
    for name, value in values.items():
        if len(value) > _largest(name):
            yield f"{name} is too long ({len(value):,} characters)."
        elif _CONTROL.search(value):
            yield f"{name} has a line break or a control character in it."
    if not values.get("sku"):
        yield "sku is empty."
    yield from _wrong_print(values)
    yield from _wrong_numbers(values)
    yield from _wrong_options(values)
    yield from wrong_weight(values.get(_WEIGHT, ""))


def _largest(column: str) -> int:
    numbered = _NUMBERED.fullmatch(column)
    return _LARGEST.get(numbered[1] if numbered else column, _LARGEST_OTHER)


def _wrong_print(values: Mapping[str, str]) -> Iterator[str]:
    url, design = values.get("print_url", ""), values.get("print_design_id", "")
    if not any(value for name, value in values.items() if name != "sku"):
        yield "says nothing about printing: fill in print_sku and print_url, or print_design_id."
    if design and (url or values.get("print_sku")):
        yield "print_design_id stands for product and artwork both: leave print_sku and print_url empty beside it."
    for name, value in values.items():
        address = name.startswith(("print_url", "print_preview"))
        if address and value and not _is_web_address(value):
            yield f"{name} is no web address: it must begin with https:// and hold no spaces."


def _wrong_numbers(values: Mapping[str, str]) -> Iterator[str]:
    """Numbered prints count on from the plain one, which is the first: nothing may be left out."""
    numbers = _print_numbers(values)
    if numbers and not values.get("print_url"):
        yield f"print {numbers[0]} is filled in, but the first one has no print_url."
    if len(numbers) >= _MOST_PRINTS:
        yield f"there are more than {_MOST_PRINTS} prints."
    for expected, number in enumerate(numbers, start=2):
        if number != expected:
            yield f"print {number} is filled in, but there is no print_url_{expected}: count on without a gap."
            return
        if not values.get(f"print_url_{number}"):
            yield f"print {number} is filled in, but print_url_{number} is empty."


def _print_numbers(values: Mapping[str, str]) -> list[int]:
    """The numbers of the further prints that say anything."""
    found = ((_NUMBERED.fullmatch(name), value) for name, value in values.items())
    return sorted({int(match[3]) for match, value in found if match and value})


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


def _wrong_options(values: Mapping[str, str]) -> Iterator[str]:
    names: dict[str, int] = {}
    for number in _option_numbers(values):
        name, value = values.get(f"print_option_name_{number}", ""), values.get(f"print_option_value_{number}", "")
        if bool(name) != bool(value):
            has, lacks = ("name", "value") if name else ("value", "name")
            yield f"print_option_{has}_{number} is filled in, but print_option_{lacks}_{number} is empty."
        elif name and name in names:
            yield f"option '{name}' is given twice (number {names[name]} and {number})."
        names.setdefault(name, number)
    if len(names) > _MOST_OPTIONS + 1:
        yield f"there are more than {_MOST_OPTIONS} options."


def _option_numbers(values: Mapping[str, str]) -> list[int]:
    return sorted({int(found[2]) for name in values if (found := _OPTION.fullmatch(name))})


def row_of(values: Mapping[str, str]) -> Row:
    """The row as ``products_import`` takes it, from values that have nothing wrong with them.

    What a row does not say is left out, so that a stack of an older version takes it too.
    """
    pairs = [
        (values.get(f"print_option_name_{n}", ""), values.get(f"print_option_value_{n}", ""))
        for n in _option_numbers(values)
    ]
    more = [
        {ours: values.get(f"print_{column}_{number}", "") for column, ours in _PRINT.items()}
        for number in _print_numbers(values)
    ]
    return {
        "sku": values["sku"],
        **{name: values.get(name, "") for name in _PLAIN},
        "options": [{"name": name, "value": value} for name, value in pairs if name],
        **{name: values[name] for name in (*_FIRST_PRINT, _LOCATION) if values.get(name)},
        **({"more": more} if more else {}),
        **({"weight": weight_of(values[_WEIGHT])} if values.get(_WEIGHT) else {}),
    }


def prints(row: Row) -> bool:
    """Whether a row says anything of printing, beside what a packer has to know."""
    return any(value for name, value in row.items() if name not in ("sku", _LOCATION, _WEIGHT))


def chunks(rows: list[Row], most: int = 500, largest: int = 3_000_000) -> Iterator[list[Row]]:
    """The rows in calls of at most ``most`` rows and about ``largest`` characters."""
    part: list[Row] = []
    size = 0
    for row in rows:
        weight = sum(len(str(value)) for value in row.values()) + 200
        if part and (len(part) >= most or size + weight > largest):
            yield part
            part, size = [], 0
        part.append(row)
        size += weight
    if part:
        yield part
