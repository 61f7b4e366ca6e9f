"""The product map's file: what a spreadsheet can do to it, and that nothing half-right is ever written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen_cli.products import NotATable, chunks, read_sheet
from platen_cli.stops import Unreachable
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator

HEADER = "sku,print_sku,print_url,print_design_id,print_account,print_option_name_1,print_option_value_1"
GOOD = "CANVAS,DIGI-40X30-1,https://art.example/a.png,,eu,Canvas border,Folded"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "products.csv"


def test_a_good_file_is_written(run: Run, operator: FakeOperator, file: Path) -> None:
    file.write_text(f"{HEADER}\n{GOOD}\n")
    result = run("products", "import", str(file), "--store", "shop")
    assert result.exit_code == 0, result.output
    assert "1 row written" in result.stdout
    assert operator.products == {
        "shop/CANVAS": {
            "sku": "CANVAS",
            "print_sku": "DIGI-40X30-1",
            "print_url": "https://art.example/a.png",
            "print_design_id": "",
            "print_account": "eu",
            "options": [{"name": "Canvas border", "value": "Folded"}],
        }
    }


def test_one_bad_row_and_nothing_is_written(run: Run, operator: FakeOperator, file: Path) -> None:
    file.write_text(f"{HEADER}\n{GOOD}\nMUG,,,,,,\n,X,https://a.example/b.png,,,Frame,\n")
    result = run("products", "import", str(file), "--store", "shop")
    assert result.exit_code == 1
    for words in ("line 3: says nothing", "line 4: sku is empty", "line 4: print_option_name_1 is filled in"):
        assert words in result.stderr
    assert operator.asked == []


def test_bad_rows_are_left_out_on_request(run: Run, operator: FakeOperator, file: Path) -> None:
    file.write_text(f"{HEADER}\n{GOOD}\nMUG,,,,,,\n")
    result = run("products", "import", str(file), "--store", "shop", "--skip-bad", "--json")
    assert json.loads(result.stdout) == {"written": 1, "good": 1, "skipped": 1}
    assert list(operator.products) == ["shop/CANVAS"]


def test_a_dry_run_asks_nobody(run: Run, operator: FakeOperator, file: Path) -> None:
    file.write_text(f"{HEADER}\n{GOOD}\n")
    result = run("products", "import", str(file), "--store", "shop", "--dry-run")
    assert result.exit_code == 0
    assert operator.asked == []


def test_many_rows_go_in_calls_of_500(run: Run, operator: FakeOperator, file: Path) -> None:
    rows = "\n".join(f"S{number},X,https://a.example/{number}.png" for number in range(1201))
    file.write_text(f"sku,print_sku,print_url\n{rows}\n")
    assert run("products", "import", str(file), "--store", "shop").exit_code == 0
    assert [len(one["rows"]) for one in operator.asked] == [500, 500, 201]
    assert len(operator.products) == 1201


def test_a_break_in_the_middle_says_how_far_it_came(run: Run, operator: FakeOperator, file: Path) -> None:
    rows = "\n".join(f"S{number},X" for number in range(600))
    file.write_text(f"sku,print_sku\n{rows}\n")
    whole = operator.ask

    def break_later(action: str, **given: object) -> dict[str, object]:
        if operator.products:
            raise Unreachable("AWS cannot be reached.")
        return whole(action, **given)

    operator.ask = break_later  # type: ignore[method-assign]
    result = run("products", "import", str(file), "--store", "shop")
    assert result.exit_code == 3
    assert "500 of 600 rows were written" in result.stderr


def test_a_file_that_is_not_there_is_wrong_usage(run: Run) -> None:
    assert run("products", "import", "/no/such.csv", "--store", "shop").exit_code == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_spreadsheets_way_of_saving_is_read(separator: str, encoding: str, newline: str) -> None:
    text = newline.join([HEADER, GOOD.replace("Folded", "Gefaltet für Ü"), ""]).replace(",", separator)
    sheet = read_sheet(text.encode(encoding))
    assert sheet.bad == []
    assert sheet.rows[0]["options"] == [{"name": "Canvas border", "value": "Gefaltet für Ü"}]


def test_excels_own_first_line_is_passed_over_and_lines_keep_their_numbers() -> None:
    sheet = read_sheet(b"sep=;\nsku;print_sku\nMUG;\n")
    assert [one.line for one in sheet.bad] == [3]


def test_line_numbers_hold_where_a_cell_spans_lines_and_lines_are_empty() -> None:
    sheet = read_sheet(b'sku,print_sku,note\nA,X,"one\ntwo"\n\n,,\nB,,x\n')
    assert [(one.line, one.what[:4]) for one in sheet.bad] == [(6, "says")]
    assert sheet.unused == ["note"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\n", "empty"),
        (b"SKU number,print_sku\nA,X\n", "one of them must be sku"),
        (b"sku,print_ulr\nA,x\n", "did you mean print_url?"),
        (b"sku,print_sku,print_sku\nA,x,y\n", "twice"),
        (b"sku,title\nA,x\n", "nothing to print"),
        (b"sku,print_option_name_0\nA,x\n", "no column"),
        (b"sku,print_option_name_100\nA,x\n", "no column"),
        ("sku,print_sku\nMöbel,x\n".encode("cp1252"), "not UTF-8 (line 2)"),
        (b'sku,print_sku\nA,"x\n', "cannot be read as CSV"),
    ],
)
def test_what_is_no_table_is_said_in_words(text: bytes, words: str) -> None:
    with pytest.raises(NotATable) as wrong:
        read_sheet(text)
    assert words in str(wrong.value)


PLACES = "sku,print_sku,print_url,print_location,print_type,print_preview,print_url_2,print_location_2,location"
PLACED = (
    "TEE,BC3001,https://art.example/f.png,front,DTF,https://art.example/p.png,https://art.example/b.png,back,Shed"
)


def test_prints_have_places_and_may_be_several(run: Run, operator: FakeOperator, file: Path) -> None:
    file.write_text(f"{PLACES}\n{PLACED}\n")
    assert run("products", "import", str(file), "--store", "shop").exit_code == 0
    assert operator.products["shop/TEE"] == {
        "sku": "TEE",
        "print_sku": "BC3001",
        "print_url": "https://art.example/f.png",
        "print_design_id": "",
        "print_account": "",
        "options": [],
        "print_location": "front",
        "print_type": "DTF",
        "print_preview": "https://art.example/p.png",
        "location": "Shed",
        "more": [{"url": "https://art.example/b.png", "location": "back", "kind": "", "preview": ""}],
    }


def test_further_calls_are_announced_so_that_orders_are_looked_at_once(
    run: Run, operator: FakeOperator, file: Path
) -> None:
    rows = "\n".join(f"S{number},X" for number in range(1001))
    file.write_text(f"sku,print_sku\n{rows}\n")
    assert run("products", "import", str(file), "--store", "shop").exit_code == 0
    assert [one.get("more", False) for one in operator.asked] == [True, True, False]


def test_a_location_alone_is_worth_a_row() -> None:
    sheet = read_sheet(b"sku,location\nMUG,Shed\nCUP,\n")
    assert [(row["sku"], row["location"]) for row in sheet.rows] == [("MUG", "Shed")]
    assert [one.line for one in sheet.bad] == [3]


@pytest.mark.parametrize(
    ("columns", "cells", "words"),
    [
        ("print_url,print_url_3", "https://a.example/1,https://a.example/3", "there is no print_url_2"),
        ("print_url,print_location_2", "https://a.example/1,back", "print_url_2 is empty"),
        ("print_sku,print_url_2", "X,https://a.example/2", "the first one has no print_url"),
        ("print_url,print_url_2", "https://a.example/1,ftp://a.example/2", "print_url_2 is no web address"),
        ("print_url,print_preview", "https://a.example/1,data:image/png;base64", "print_preview is no web address"),
        ("print_url,print_type", f"https://a.example/1,{'x' * 101}", "print_type is too long"),
        ("print_url,print_location_2", f"https://a.example/1,{'x' * 101}", "print_location_2 is too long"),
        ("print_url,print_url_2", f"https://a.example/1,https://a.example/{'x' * 2000}", "print_url_2 is too long"),
        ("print_design_id,print_url_2", "D-1,https://a.example/2", "the first one has no print_url"),
    ],
)
def test_a_bad_print_is_told_what_is_wrong_with_it(columns: str, cells: str, words: str) -> None:
    sheet = read_sheet(f"sku,{columns}\nA,{cells}\n".encode())
    assert sheet.rows == []
    assert any(words in one.what for one in sheet.bad), sheet.bad


@pytest.mark.parametrize(("most", "bad"), [(20, 0), (21, 1)])
def test_there_are_twenty_prints_at_most(most: int, bad: int) -> None:
    columns = ["print_url", *(f"print_url_{number}" for number in range(2, most + 1))]
    sheet = read_sheet(f"sku,{','.join(columns)}\nA{',https://a.example/x' * most}\n".encode())
    assert len(sheet.bad) == bad


@pytest.mark.parametrize(
    "column", ["print_url_1", "print_url_0", "print_url_100", "print_sku_2", "print_locations"]
)
def test_columns_that_mean_nothing_here_are_not_passed_over(column: str) -> None:
    with pytest.raises(NotATable, match="no column"):
        read_sheet(f"sku,print_sku,{column}\nA,X,y\n".encode())


def test_the_map_shows_every_print_with_its_place(run: Run, operator: FakeOperator) -> None:
    front = {"sku": "BC3001", "url": "https://art.example/f.png", "location": "front", "kind": "DTF"}
    details = front | {"more": [{"url": "https://art.example/b.png", "location": "back", "kind": ""}]}
    operator.results["products"] = {"products": [{"sku": "TEE", "details": details, "location": "Shed"}]}
    shown = run("products", "show", "TEE", "--store", "shop").stdout
    for words in ("front, DTF", "https://art.example/b.png (back)", "Shed"):
        assert words in " ".join(shown.split())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,X,not-a-url,,,,", "no web address"),
        ("A,X,javascript:alert(1),,,,", "no web address"),
        ("A,X,https://a b.example/,,,,", "no web address"),
        ("A,X,https://[broken/,,,,", "no web address"),
        ("A,X,,D-1,,,", "stands for product and artwork both"),
        ("A,X,,,,Frame,", "print_option_value_1 is empty"),
        ("A,X,,,,,Oak", "print_option_name_1 is empty"),
        ("A,,,,,,", "says nothing about printing"),
        ("A,X,,,,a,b,c", "more cells"),
        ('A,"X\nY",,,,,', "line break"),
        (f"{'A' * 201},X,,,,,", "too long"),
    ],
)
def test_a_bad_row_is_told_what_is_wrong_with_it(row: str, words: str) -> None:
    sheet = read_sheet(f"{HEADER}\n{row}\n".encode())
    assert sheet.rows == []
    assert any(words in one.what for one in sheet.bad), sheet.bad


def test_a_sku_that_stands_twice_names_both_lines() -> None:
    sheet = read_sheet(b"sku,print_sku\nA,X\nB,X\nA,Y\n")
    assert [(one.line, one.what) for one in sheet.bad] == [(4, "sku A stands on line 2 already.")]
    assert [row["print_sku"] for row in sheet.rows] == ["X", "X"]


def test_options_keep_their_order_by_number_not_by_column() -> None:
    header = "sku,print_sku,print_option_name_10,print_option_value_10,print_option_name_2,print_option_value_2"
    sheet = read_sheet(f"{header}\nA,X,ten,10,two,2\n".encode())
    assert [one["name"] for one in sheet.rows[0]["options"]] == ["two", "ten"]


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20
).map(str.strip)
ROWS = st.lists(
    st.tuples(CELL.filter(bool), CELL, CELL, CELL).filter(
        lambda row: bool(row[1]) and bool(row[2]) == bool(row[3])
    ),
    unique_by=lambda row: row[0],
    min_size=1,
    max_size=8,
)


@given(ROWS, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_what_a_spreadsheet_writes_comes_in_as_it_was(
    rows: list[tuple[str, str, str, str]], separator: str, bom: bool
) -> None:
    """Quotes, separators and every script's letters in the cells: all of it arrives, none of it moves."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(["sku", "print_sku", "print_option_name_1", "print_option_value_1"])
    writer.writerows(rows)
    sheet = read_sheet(file.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    assert sheet.bad == []
    assert [
        (row["sku"], row["print_sku"], *(next(iter(row["options"]), {"name": "", "value": ""}).values()))
        for row in sheet.rows
    ] == rows


@given(st.binary(max_size=300))
def test_no_file_whatsoever_breaks_the_reader(raw: bytes) -> None:
    try:
        sheet = read_sheet(b"sku,print_sku\n" + raw)
    except NotATable:
        return
    assert all(row["sku"] and row["print_sku"] for row in sheet.rows)


@given(st.lists(st.integers(0, 4000), max_size=60), st.integers(1, 9))
def test_chunks_hold_every_row_once_and_are_never_too_large(sizes: list[int], most: int) -> None:
    rows = [{"sku": str(number), "print_url": "x" * size} for number, size in enumerate(sizes)]
    parts = list(chunks(rows, most=most, largest=5000))
    assert [row for part in parts for row in part] == rows
    assert all(0 < len(part) <= most for part in parts)
    assert all(len(part) == 1 or len(json.dumps(part)) <= 5000 for part in parts)
