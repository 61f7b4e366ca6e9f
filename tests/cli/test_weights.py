"""The weight column: units are read exactly, and what could mean two things is asked about, not guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.usecases.requests import Row
from platen_cli.products import read_sheet
from platen_cli.weights import weight_of, wrong_weight
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("250", "250"),
        ("250g", "250"),
        ("250 G", "250"),
        ("0.5", "0.5"),
        (".5 kg", "500"),
        ("1.50 kg", "1500"),
        ("2 lb", "907.185"),
        ("2 LBS", "907.185"),
        ("8 oz", "226.796"),
        ("1 oz", "28.35"),
        ("1000 kg", "1000000"),
    ],
)
def test_a_weight_is_grams(text: str, grams: str) -> None:
    assert list(wrong_weight(text)) == []
    assert weight_of(text) == grams


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,5 kg", "a point for a comma"),
        ("1,500", "a point for a comma"),
        ("heavy", "no weight"),
        ("5 st", "no weight"),
        ("kg", "no weight"),
        ("-5", "no weight"),
        ("1e3", "no weight"),
        ("NaN", "no weight"),
        ("5 kg 3", "no weight"),
        ("1.", "no weight"),
        ("\u0665", "no weight"),
        ("9" * 10, "no weight"),
        ("0", "is 0"),
        ("0.0001 g", "is 0"),
        ("1001 kg", "is its unit right"),
        ("999999999 lb", "is its unit right"),
    ],
)
def test_what_is_no_weight_is_told_why(text: str, words: str) -> None:
    sheet = read_sheet(f'sku,weight\nMUG,"{text}"\n'.encode())
    assert sheet.rows == []
    (bad,) = sheet.bad
    assert (bad.line, words in bad.what) == (2, True), bad.what


def test_a_weight_alone_is_worth_a_row_and_an_empty_one_says_nothing() -> None:
    sheet = read_sheet(b"sku,print_sku,weight\nMUG,,8 oz\nCUP,X,\nBAG,,\n")
    assert [(row["sku"], row.get("weight")) for row in sheet.rows] == [("MUG", "226.796"), ("CUP", None)]
    assert [one.line for one in sheet.bad] == [4]


@given(st.decimals("0.001", "9999", places=3), st.sampled_from(["", "g", " kg", "lb", " oz"]))
def test_whatever_the_file_may_say_the_operator_takes(number: Decimal, unit: str) -> None:
    text = f"{number:f}{unit}"
    if list(wrong_weight(text)):
        assert number * {" kg": 1000, "lb": 453}.get(unit, 1) > 990_000
        return
    row = Row.model_validate({"sku": "A", "weight": weight_of(text)})
    assert row.mapping().weight == Decimal(weight_of(text))


@given(st.text(max_size=40))
def test_no_text_whatsoever_breaks_it(text: str) -> None:
    if not list(wrong_weight(text.strip())) and text.strip():
        assert Decimal(weight_of(text.strip())) > 0


def test_a_file_that_prints_warns_of_nothing(run: Run, operator: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("sku,print_sku,weight\nTEE,BC3001,180\nMUG,,300\n")
    result = run("products", "import", str(file), "--store", "shop")
    assert (result.exit_code, "replaced" in result.stderr) == (0, False)
    assert operator.products["shop/MUG"]["weight"] == "300"


def test_the_map_shows_the_weight(run: Run, operator: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "weights.csv"
    file.write_text("sku;weight;location\nTEE;12 oz;A4\n")
    imported = run("products", "import", str(file), "--store", "shop")
    assert imported.exit_code == 0
    assert "what the map prints on these SKUs is gone" in " ".join(imported.stderr.split())
    sent = operator.products["shop/TEE"]
    assert (sent["weight"], sent["location"]) == ("340.194", "A4")
    operator.results["products"] = {"products": [{"sku": "TEE", "details": {}, "weight": "340.194"}]}
    assert "340.194 g" in run("products", "show", "TEE", "--store", "shop").stdout
