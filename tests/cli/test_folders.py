"""Folders: counted, and orders moved among them; what could not be moved is never kept silent."""

from __future__ import annotations

import json
import re

import pytest

from platen_cli.stops import Refused, Unreachable
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator, head


def moves(operator: FakeOperator, action: str = "move") -> list[dict[str, object]]:
    return [one for one in operator.asked if one["action"] == action]


@pytest.mark.parametrize("arguments", [("folders",), ("folders", "list")])
def test_folders_show_their_orders_by_store_and_the_oldest(
    run: Run, operator: FakeOperator, arguments: tuple[str, ...]
) -> None:
    oldest = {"shop": "2026-11-20T10:00:00.000Z", "shop2": None}
    operator.results["folders"] = {
        "folders": [
            {"name": "New", "counts": {"shop": 12, "shop2": 1000}, "total": 1012, "oldest": oldest},
            {"name": "Closed", "counts": {"shop": 0, "shop2": 0}, "total": 0, "oldest": {}},
        ],
        "most": 1000,
    }
    shown = run(*arguments).stdout
    assert re.search(r"Folder +shop +shop2 +Orders +Oldest", shown)
    assert re.search(r"New +12 +1000\+ +1012\+ +\d+ (h|days) ago", shown)
    assert re.search(r"Closed +0 +0 +0", shown)


def test_one_store_needs_no_column_and_many_share_one(run: Run, operator: FakeOperator) -> None:
    operator.folders = {"New": {"shop": 3}}
    assert re.search(r"^Folder +Orders +Oldest", run("folders").stdout)
    operator.folders = {"New": {f"shop{n}": n for n in range(6)}}
    shown = run("folders").stdout
    assert "In stores" in shown
    assert "shop5 5" in shown
    assert "shop0" not in shown


@pytest.mark.parametrize("word", ["create", "ad", "New"])
def test_a_mistyped_command_is_not_taken_for_a_list(run: Run, operator: FakeOperator, word: str) -> None:
    result = run("folders", word, "Rush")
    assert result.exit_code == 2
    assert f"No such command '{word}'" in result.stderr
    assert operator.asked == []


def test_no_folders_says_how_to_begin(run: Run, operator: FakeOperator) -> None:
    operator.folders = {}
    assert "platen folders add NAME" in run("folders").stdout


def test_folders_are_made_and_removed(run: Run, operator: FakeOperator) -> None:
    assert "Rush jobs" in run("folders", "add", " Rush jobs", "Späte", "Rush jobs").stdout
    assert operator.last("folder_add")["names"] == ["Rush jobs", "Späte"]
    assert "Späte" not in run("folders", "remove", "Späte").stdout
    operator.folders["New"]["shop"] = 1
    result = run("folders", "remove", "New")
    assert result.exit_code == 1
    assert "There are orders in New." in result.stderr


@pytest.mark.parametrize("name", ["", "  ", "x" * 51, "a\x1b[2Jb", "a\nb"])
@pytest.mark.parametrize("command", [("folders", "add"), ("folders", "remove"), ("move", "1001")])
def test_a_name_that_is_none(run: Run, operator: FakeOperator, command: tuple[str, ...], name: str) -> None:
    result = run(*command, name)
    assert result.exit_code == 2
    assert "A folder's name has 1 to 50 characters" in result.stderr
    assert operator.asked == []


def test_orders_are_moved_by_their_numbers(run: Run, operator: FakeOperator) -> None:
    result = run("move", "1001", "#1002", "Rush", "--store", "shop", "--who", "kim")
    assert result.exit_code == 0
    asked = {"action": "move", "orders": ["1001", "#1002"], "connection": "shop", "folder": "Rush", "who": "kim"}
    assert operator.asked == [asked]
    assert "Moved to Rush: 1001, #1002" in result.stdout


def test_orders_that_are_not_there_end_with_1(run: Run) -> None:
    result = run("move", "1001", "9002", "Rush")
    assert result.exit_code == 1
    assert "Moved to Rush: 1001" in result.stdout
    assert "Not found, so not moved: 9002" in result.stdout
    as_json = run("move", "1001", "9002", "Rush", "--json")
    assert json.loads(as_json.stdout) == {"moved": ["1001"], "missing": ["9002"]}
    assert as_json.exit_code == 1


def test_many_orders_are_moved_a_hundred_at_a_time(run: Run, operator: FakeOperator) -> None:
    names = [str(number) for number in range(1000, 1250)]
    assert run("move", *names, "Rush").exit_code == 0
    assert [len(one["orders"]) for one in moves(operator)] == [100, 100, 50]  # type: ignore[arg-type]


class AfterTheFirst(FakeOperator):
    """The second and every later call of an action fails."""

    def ask(self, action: str, **given: object) -> dict[str, object]:
        if action in ("move", "move_all") and moves(self, action):
            raise Unreachable("AWS cannot be reached.")
        return super().ask(action, **given)


def test_what_had_been_moved_before_it_broke_is_said(
    run: Run, operator: FakeOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator, "__class__", AfterTheFirst)
    result = run("move", *map(str, range(1000, 1250)), "Rush")
    assert result.exit_code == 3
    assert "100 orders had been moved before it stopped" in result.stderr
    operator.folders = {"New": {"shop": 250}, "Rush": {}}
    result = run("move", "--all-in", "New", "--store", "shop", "Rush", "--yes")
    assert result.exit_code == 3
    assert "100 orders had been moved before it stopped; say it again" in result.stderr


def test_a_whole_folder_is_moved_until_nothing_is_left(run: Run, operator: FakeOperator) -> None:
    operator.folders = {"New": {"shop": 250, "shop2": 7}, "Printed": {}}
    result = run("move", "--all-in", "new", "--store", "shop", "printed", "--who", "kim", input="y\n")
    assert result.exit_code == 0, result.output
    assert "This moves 250 orders of shop from New to Printed" in result.stderr
    assert "250 orders moved to" in result.stdout
    asked = moves(operator, "move_all")
    assert len(asked) == 3
    assert asked[0] == {
        "action": "move_all",
        "connection": "shop",
        "from_folder": "New",
        "folder": "Printed",
        "who": "kim",
    }
    assert operator.folders == {"New": {"shop": 0, "shop2": 7}, "Printed": {"shop": 250}}


def test_a_folder_of_more_than_are_counted_is_said_so(run: Run, operator: FakeOperator) -> None:
    operator.folders = {"New": {"shop": 1200}, "Printed": {}}
    operator.results["folders"] = {
        "folders": [{"name": "New", "counts": {"shop": 1000}}, {"name": "Printed"}],
        "most": 1000,
    }
    result = run("move", "--all-in", "New", "--store", "shop", "Printed", "--yes", "--json")
    assert json.loads(result.stdout) == {"moved": 1200, "more": False}
    result = run("move", "--all-in", "New", "--store", "shop", "Printed", input="n\n")
    assert "at least 1,000 orders" in result.stderr


def test_a_folder_that_cannot_be_emptied_ends(run: Run, operator: FakeOperator) -> None:
    operator.folders = {"New": {"shop": 3}, "Printed": {}}
    operator.results["move_all"] = {"moved": 0, "more": True}
    result = run("move", "--all-in", "New", "--store", "shop", "Printed", "--yes")
    assert result.exit_code == 1
    assert "none could be moved just now" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Rush",), "Say which orders, and last the folder."),
        (("--all-in", "New", "Rush"), "Say which store's orders: --store shop."),
        (("1001", "--all-in", "New", "--store", "shop", "Rush"), "name no single ones beside it"),
        (("--all-in", "Nwe", "--store", "shop", "Rush"), "did you mean New?"),
        (("--all-in", "New", "--store", "shop", "Ruhs"), "did you mean Rush?"),
        (("--all-in", "New", "--store", "shop", "new"), "They are in New already."),
        (("--all-in", "New", "--store", "shop", "Rush"), "In a script, add --yes."),
    ],
)
def test_a_move_that_cannot_be(run: Run, operator: FakeOperator, arguments: tuple[str, ...], words: str) -> None:
    operator.folders = {"New": {"shop": 3}, "Rush": {}}
    result = run("move", *arguments)
    assert result.exit_code == (1 if "did you mean" in words else 2)
    assert words in result.stderr
    assert not operator.did("move")
    assert not operator.did("move_all")


def test_a_folder_that_is_not_there_is_refused_in_the_operators_words(run: Run, operator: FakeOperator) -> None:
    operator.fails["move"] = [Refused("There is no folder Rsh; there are: New, Rush.", code="not_found")]
    result = run("move", "1001", "Rsh")
    assert result.exit_code == 1
    assert "there are: New, Rush." in result.stderr


def test_orders_are_listed_by_folder_and_show_it(run: Run, operator: FakeOperator) -> None:
    operator.results["orders"] = {"orders": [head("#1001", "open", folder="Rush jobs")], "next": "p2"}
    result = run("orders", "list", "--folder", "Rush jobs", "--store", "shop")
    asked = {"action": "orders", "connection": "shop", "folder": "Rush jobs", "limit": 25}
    assert operator.last("orders") == asked
    assert "Rush jobs" in result.stdout
    assert "platen orders list --connection shop --folder 'Rush jobs' --limit 25 --after p2" in result.stderr


def test_the_list_of_orders_names_the_store_only_where_there_are_several(run: Run, operator: FakeOperator) -> None:
    operator.results["orders"] = {"orders": [head("#1001", "open"), head("#1002", "open")]}
    assert "Store" not in run("orders", "list").stdout
    operator.results["orders"] = {
        "orders": [head("#1001", "open"), head("#1002", "open") | {"connection": "shop2"}]
    }
    assert "shop2" in run("orders", "list").stdout
