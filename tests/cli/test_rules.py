"""Rules: shown and changed by their titles; nothing is guessed. And the dry run of Shipping Class Match."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.connection import Intake
from platen.domain.making import Making
from platen_cli import rules
from platen_cli.schema import Field
from platen_cli.stops import WrongUsage
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator

MAKING = {"class_match": {"Express*": "FAST", "Standard": "STD"}, "code_skip": ["GIFT"], "default_class": "STD"}
MAP = Field(path=("class_match",), kind="map", title="Shipping Class Match")


@pytest.fixture
def printer(operator: FakeOperator) -> dict[str, Any]:
    return operator.add("printer", "vendor", making=json.loads(json.dumps(MAKING)))


@pytest.fixture
def shop(operator: FakeOperator) -> dict[str, Any]:
    intake = {"orders_since": "2026-11-01T00:00:00.000Z", "release_when": "paid", "new_folder": "New"}
    return operator.add("shop", "store", intake=intake)


def test_a_vendors_rules_are_shown_by_their_titles(run: Run, printer: dict[str, Any]) -> None:
    shown = run("rules", "printer").stdout
    for name, field in Making.model_fields.items():
        assert str(field.title) in " ".join(shown.split())
        assert name in shown
    assert "Express* \u2192 FAST" in shown
    assert "GIFT" in shown


def test_every_rule_of_a_store_can_be_told() -> None:
    assert {one.key for one in rules.INTAKE} == Intake.model_fields.keys()


def test_a_stores_rules_are_shown_and_changed(run: Run, operator: FakeOperator, shop: dict[str, Any]) -> None:
    assert "Sun 01 Nov 2026" in run("rules", "shop").stdout
    result = run("rules", "shop", "--set", "Folder for new orders=Inbox", "--set", "orders_since=2026-11-20")
    assert result.exit_code == 0, result.output
    sent = {"new_folder": "Inbox", "orders_since": "2026-11-20T00:00:00+00:00"}
    assert operator.last("rules") == {"action": "rules", "connection": "shop", "intake": sent}


def test_rules_as_json_are_the_operators_own(run: Run, printer: dict[str, Any]) -> None:
    shown = json.loads(run("rules", "printer", "--json").stdout)
    assert shown == {"connection_id": "printer", "making": MAKING, "intake": None}


@pytest.mark.parametrize(
    ("arguments", "making"),
    [
        (("--set", "default_class=FAST"), {"default_class": "FAST"}),
        (("--set", "default mail class = FAST "), {"default_class": "FAST"}),
        (("--set", "After Import, Move To=Printed"), {"after_import": "Printed"}),
        (("--set", "default_class="), {"default_class": ""}),
        (("--set", "class_match="), {"class_match": {}}),
        (("--set", "artwork=STOP"), {"artwork": "stop"}),
        (("--set", "code_skip=A, B;C"), {"code_skip": ["A", "B", "C"]}),
        (("--set", "class_by_country=US,CA=AIR;EU=ROAD"), {"class_by_country": {"US,CA": "AIR", "EU": "ROAD"}}),
        (
            ("--add", "class_match", "Next day=FAST"),
            {"class_match": {"Express*": "FAST", "Standard": "STD", "Next day": "FAST"}},
        ),
        # Names are compared with case and blanks aside, so this one is there already.
        (
            ("--add", "Shipping Class Match", "standard =SLOW"),
            {"class_match": {"Express*": "FAST", "standard": "SLOW"}},
        ),
        (("--add", "code_skip", "CARD"), {"code_skip": ["GIFT", "CARD"]}),
        (("--add", "code_skip", "GIFT"), {"code_skip": ["GIFT"]}),
        (("--remove", "class_match", "express*"), {"class_match": {"Standard": "STD"}}),
        (("--remove", "code_skip", "GIFT"), {"code_skip": []}),
        (
            ("--add", "class_match", "Standard=SLOW", "--remove", "class_match", "Express*"),
            {"class_match": {"Standard": "SLOW"}},
        ),
        (
            ("--set", "class_match=A=X", "--add", "class_match", "B=Y", "--set", "artwork=off"),
            {"class_match": {"A": "X", "B": "Y"}, "artwork": "off"},
        ),
    ],
)
def test_only_what_is_changed_is_sent(
    run: Run, operator: FakeOperator, printer: dict[str, Any], arguments: tuple[str, ...], making: dict[str, Any]
) -> None:
    result = run("rules", "printer", *arguments)
    assert result.exit_code == 0, result.output
    assert operator.last("rules") == {"action": "rules", "connection": "printer", "making": making}
    Making.model_validate(MAKING | making)
    assert "Picklist Message Field" not in result.stdout


def test_a_map_comes_from_a_file_of_lines(
    run: Run, operator: FakeOperator, printer: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "codes.txt"
    file.write_text("MUG-11=CUP330\n\n CANVAS-40 = C40x30 \r\n")
    assert run("rules", "printer", "--set", f"code_match=@{file}").exit_code == 0
    assert operator.last("rules")["making"] == {"code_match": {"MUG-11": "CUP330", "CANVAS-40": "C40x30"}}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "default_class"), "--set wants KEY=VALUE"),
        (("--set", "=x"), "There is no rule ''"),
        (("--set", "defualt_class=x"), "did you mean default_class?"),
        (("--set", "Artwork check=maybe"), "Artwork check is one of off, warn, stop"),
        (("--set", "artwork="), "Artwork check cannot be empty. It is one of off, warn, stop."),
        (("--set", "class_match=A=B,C=D"), "has more than one ="),
        (("--set", "class_match=A"), "'A' is no LEFT=RIGHT"),
        (("--set", "class_match=@/no/such/file"), "cannot be read"),
        (("--add", "class_match", "A=B=C"), "has more than one ="),
        (("--add", "class_match", "A="), "lacks its right side"),
        (("--add", "class_match", "=A"), "lacks its left side"),
        (("--add", "class_match"), "--add wants two words"),
        (("--add", "default_class", "x=y"), "Default Mail Class holds one value"),
        (("--add", "code_skip", " "), "there is nothing to add"),
        (("--remove", "class_match", "Expres*"), "Did you mean 'Express*'?"),
        (("--remove", "default_class", "STD"), 'To empty it: --set "default_class="'),
        (("--remove", "code_match", "x"), "Product Code Match has no entry 'x'."),
        (("--set", "new_folder=x"), "There is no rule 'new_folder'"),
    ],
)
def test_a_wrong_rule_is_said_and_nothing_is_sent(
    run: Run, operator: FakeOperator, printer: dict[str, Any], arguments: tuple[str, ...], words: str
) -> None:
    result = run("rules", "printer", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not operator.did("rules")


@pytest.mark.parametrize(
    ("connection", "words"), [("nobody", "There are: depot."), ("depot", "has no rules: it is neither")]
)
def test_a_connection_without_rules(run: Run, operator: FakeOperator, connection: str, words: str) -> None:
    operator.add("depot", "warehouse")
    result = run("rules", connection)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_stack_that_knows_no_rules_yet(run: Run, operator: FakeOperator, printer: dict[str, Any]) -> None:
    operator.results["systems"] = {"systems": []}
    assert run("rules", "printer").exit_code == 1


@given(st.text(), st.text())
def test_a_pair_is_read_in_one_way_or_not_at_all(left: str, right: str) -> None:
    text = f"{left} = {right}"
    try:
        found = rules.pair(text)
    except ValueError:
        return
    if "=" not in left + right:
        assert found == (left.strip(), right.strip())
    assert all(found)
    assert "".join("".join(found).split()) == "".join((left + right).split())


@given(st.dictionaries(st.text("abc ", min_size=1).map(str.strip).filter(bool), st.just("X"), max_size=4))
def test_what_was_added_can_be_removed(entries: dict[str, str]) -> None:
    value: dict[str, str] = {}
    for left, right in entries.items():
        value = rules.added(MAP, value, f"{left}={right}")
    for left in list(value):
        value = rules.removed(MAP, value, left)
    assert value == {}


def test_a_rule_is_not_found_by_nothing() -> None:
    with pytest.raises(WrongUsage, match="There is no rule"):
        rules.find("--", [MAP])


def tried(number: str, asked: str, code: str, by: str, **more: Any) -> dict[str, Any]:
    return {"order_id": "k7x2m3qpl4tzabcd", "number": number, "asked": asked, "country": "DE"} | {
        "code": code,
        "by": by,
        **more,
    }


def test_classes_are_grouped_by_shipping_method(run: Run, operator: FakeOperator, printer: dict[str, Any]) -> None:
    same = {"was_code": "STD", "was_by": "cart"}
    operator.results["try_classes"] = {
        "orders": [
            tried("#1", "Express", "FAST", "pattern", was_code="STD", was_by="default"),
            tried("#2", "Express", "FAST", "pattern", was_code="STD", was_by="default"),
            tried("#3", "Standard", "STD", "cart", **same),
            tried("#4", "By boat", "STD", "default", was_code="STD", was_by="default"),
            tried("#5", "Teleport", "", "none", problem="printer has no class 'TELE'."),
            tried("#6", "Pigeon", "STD", "default", problem={"what": "Only the default is left."}),
        ],
        "next": "",
    }
    shown = run("classes", "try", "printer").stdout
    rows = shown.splitlines()
    assert rows[1].startswith("Express")
    express = next(row for row in rows if row.startswith("Express"))
    assert "Shipping Class Match, a pattern" in express
    assert "STD (Default Mail Class)" in express
    assert " 2 " in express
    assert "Default Mail Class: nothing matched" in shown
    assert "printer has no class 'TELE'." in shown
    assert "Only the default is left." in shown
    assert "6 orders, 2 otherwise than before." in shown
    assert "1 order only by a default: #4" in shown
    assert "2 orders would wait for you: #5, #6" in shown
    assert "Nothing was changed" in shown


def test_classes_are_tried_with_rules_as_they_would_be(
    run: Run, operator: FakeOperator, printer: dict[str, Any]
) -> None:
    operator.results["try_classes"] = {"orders": [], "next": ""}
    assert run("classes", "try", "printer").exit_code == 0
    assert "making" not in operator.last("try_classes")
    result = run("classes", "try", "printer", "--set", "default_class=FAST", "--remove", "class_match", "Standard")
    assert result.exit_code == 0
    tried = operator.last("try_classes")["making"]
    assert tried == MAKING | {"default_class": "FAST", "class_match": {"Express*": "FAST"}}
    assert not operator.did("rules")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("shop",), "shop is no vendor: only vendors have mail classes."),
        (("shop", "--set", "new_folder=x"), "only vendors have mail classes."),
        (("printer", "--set", "class=x"), "There is no rule 'class'"),
        (("printer", "--limit", "1001"), "1000"),
        (("nobody",), "There is no connection 'nobody'."),
    ],
)
def test_classes_that_cannot_be_tried(
    run: Run,
    operator: FakeOperator,
    printer: dict[str, Any],
    shop: dict[str, Any],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    result = run("classes", "try", *arguments)
    assert result.exit_code in (1, 2)
    assert words in result.stderr
    assert not operator.did("try_classes")
