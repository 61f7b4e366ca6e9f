"""Syncs by hand: begun, waited for, looked at; a run that is not well ends the command with a failure."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from platen_cli import commands_sync
from platen_cli.stops import Refused
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator

RUN = "20261122T041500-1abcdef0"
OF = ("--connection", "warehouse")
COLUMNS = ["item", "site", "counted", "on_order", "on_hand", "available", "what", "expected", "result", "taken"]


def a_run(**changes: Any) -> dict[str, Any]:
    totals = {"compared": 1000, "equal": 990, "corrected": 9, "failed": 1, "units_up": 4, "units_down": 12}
    return {
        "connection": "warehouse",
        "run_id": RUN,
        "kind": "stock",
        "state": "done",
        "by": "anna",
        "begun_at": "2026-11-22T04:15:00.000Z",
        "totals": totals,
        "report": f"own/warehouse/reports/{RUN}.csv",
        **changes,
    }


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_sync, "_EVERY", 0.0)


@pytest.fixture
def begun(operator: FakeOperator) -> FakeOperator:
    operator.results["sync_start"] = {"run_id": RUN}
    operator.results["sync_run"] = {"run": a_run()}
    return operator


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("products",), {"kind": "products", "full": False, "dry": False}),
        (("products", "--full"), {"kind": "products", "full": True}),
        (("orders",), {"kind": "orders"}),
        (("stock",), {"kind": "stock", "full": False, "dry": False}),
        (("stock", "--full"), {"kind": "stock", "full": True, "dry": False}),
        # What is tried out is tried out whole: else it would show only what changed since nothing.
        (("stock", "--dry-run"), {"kind": "stock", "full": True, "dry": True}),
    ],
)
def test_each_kind_is_asked_for_by_its_name(
    run: Run, begun: FakeOperator, arguments: tuple[str, ...], asked: dict[str, Any]
) -> None:
    assert run("sync", *arguments, *OF, "--who", "anna").exit_code == 0
    said = begun.last("sync_start")
    assert {name: said[name] for name in asked} == asked
    assert said["by"] == "anna"


def test_it_stays_until_the_run_stands_and_shows_what_came_of_it(run: Run, begun: FakeOperator) -> None:
    states = iter(["planning", "comparing", "pushing", "done"])
    looked: list[str] = []

    def seen(**_: Any) -> dict[str, Any]:
        looked.append(next(states))
        return {"run": a_run(state=looked[-1])}

    del begun.results["sync_run"]
    begun._sync_run = seen  # type: ignore[attr-defined]
    shown = run("sync", "stock", *OF).stdout
    assert looked == ["planning", "comparing", "pushing", "done"]
    assert re.search(r"compared +1,000", shown)
    assert re.search(r"corrected +9", shown)
    assert f"platen sync report {RUN} --connection warehouse" in shown


@pytest.mark.parametrize("state", ["failed", "braked"])
def test_a_run_that_is_not_well_is_a_failure_of_the_command(run: Run, begun: FakeOperator, state: str) -> None:
    begun.results["sync_run"] = {"run": a_run(state=state, words="300 of 1000 items would change.")}
    result = run("sync", "stock", *OF)
    assert result.exit_code != 0
    assert "300 of 1000 items would change." in result.stdout
    assert (f"platen sync release {RUN}" in result.stdout) is (state == "braked")


def test_it_need_not_wait(run: Run, begun: FakeOperator) -> None:
    assert RUN in run("sync", "orders", *OF, "--no-wait").stdout
    assert not begun.did("sync_run")


def test_what_is_missing_for_a_sync_is_said(run: Run, operator: FakeOperator) -> None:
    operator.fails["sync_start"] = [Refused("There is no whole snapshot of MAIN yet.")]
    result = run("sync", "stock", *OF)
    assert result.exit_code != 0
    assert "no whole snapshot of MAIN" in result.stderr


def test_json_is_the_run_and_nothing_else(run: Run, begun: FakeOperator) -> None:
    assert json.loads(run("--json", "sync", "stock", *OF).stdout)["run"]["run_id"] == RUN


def test_status_says_what_is_missing_and_what_is_too_old(run: Run, operator: FakeOperator) -> None:
    operator.results["sync_status"] = {
        "connection": "warehouse",
        "missing": ["There is no whole snapshot of EAST yet."],
        "watermark": None,
        "end_of_day": "2026-11-21",
        "snapshots": [
            {"site": "MAIN", "snapshot_id": "S1", "taken_at": "2026-11-01T00:00:00Z", "rows": 5, "too_old": True},
            {"site": "EAST", "snapshot_id": "", "taken_at": None, "rows": 0, "too_old": True},
        ],
        "trouble": {"stock": "No push: the count of MAIN is too old."},
    }
    shown = run("sync", "status", *OF).stdout
    for words in ("no whole snapshot of EAST", "the count of MAIN is too old", "2026-11-21", "none yet", "never"):
        assert words in shown


def test_runs_are_listed_with_what_came_of_them(run: Run, operator: FakeOperator) -> None:
    late = a_run(business_date="2026-11-21", late=True, words="It was missed, and is caught up.")
    operator.results["sync_runs"] = {"runs": [a_run(), late]}
    shown = run("sync", "runs", *OF).stdout
    assert shown.count(RUN) == 3  # each in its row, and the words of the one that has some
    assert "caught up late" in shown.replace("\n", " ") or "caught up" in shown


@pytest.fixture
def reported(operator: FakeOperator) -> FakeOperator:
    operator.results["sync_runs"] = {"runs": [a_run(state="planning", report=""), a_run()]}
    operator.results["sync_run"] = {"run": a_run()}

    def page(offset: int, limit: int, **_: Any) -> dict[str, Any]:
        rows = [[f"SKU-{n}", "MAIN", "5", "0", "5", "4", "on_hand", "5", "equal", ""] for n in range(600)]
        rows[599] = ["SKU-599", "MAIN", "7", "2", "5", "4", "on_hand", "6", "set", "1001-x/1=2"]
        following = offset + limit if offset + limit < len(rows) else None
        return {"columns": COLUMNS, "rows": rows[offset : offset + limit], "next": following}

    operator._sync_report = page  # type: ignore[attr-defined]
    return operator


def test_a_report_shows_what_was_not_equal_wherever_it_stands(run: Run, reported: FakeOperator) -> None:
    shown = run("sync", "report", *OF).stdout
    assert "SKU-599" in shown
    assert "SKU-598" not in shown
    assert re.search(r"Item +Counted +On order +Store has +Should be +Result", shown)
    assert re.search(r"SKU-599 +7 +2 +5 +6 +set", shown)
    assert "1001-x" not in shown  # what only programs need is in the file
    assert reported.last("sync_report")["run_id"] == RUN  # the newest that has one


def test_a_report_is_written_whole(run: Run, reported: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    assert run("sync", "report", RUN, *OF, "--csv", str(file)).exit_code == 0
    rows = list(csv.reader(file.open()))
    assert rows[0] == COLUMNS
    assert len(rows) == 601
    printed = run("--quiet", "sync", "report", RUN, *OF, "--csv", "-").stdout
    assert list(csv.reader(printed.splitlines())) == rows


@pytest.mark.parametrize("item", ["=1+1", "+1-A", "-SKU", "@SUM(A1)", "\t=1", "\r=1", "-1+1", "=-1"])
def test_nothing_in_a_report_is_a_formula_to_a_spreadsheet(
    run: Run, reported: FakeOperator, tmp_path: Path, item: str
) -> None:
    page = {"columns": COLUMNS, "rows": [[item, "-3", "5"]], "next": None}
    reported._sync_report = lambda **_: page  # type: ignore[attr-defined]
    file = tmp_path / "report.csv"
    assert run("sync", "report", RUN, *OF, "--csv", str(file)).exit_code == 0
    with file.open(newline="") as opened:
        assert list(csv.reader(opened))[1] == [f"'{item}", "-3", "5"]


def test_no_report_yet_says_how_to_get_one(run: Run, operator: FakeOperator) -> None:
    operator.results["sync_runs"] = {"runs": []}
    assert "platen sync stock --connection warehouse --dry-run" in run("sync", "report", *OF).stderr


def test_a_braked_run_is_released_only_after_a_yes(run: Run, operator: FakeOperator) -> None:
    operator.results["sync_runs"] = {"runs": [a_run(), a_run(state="braked", words="Too many would go to 0.")]}
    operator.results["stock_release"] = {"run": a_run(state="pushing")}
    assert run("sync", "release", *OF, input="n\n").exit_code != 0
    assert not operator.did("stock_release")
    assert "Too many would go to 0." in run("sync", "release", *OF, input="y\n").stderr
    assert operator.last("stock_release")["run_id"] == RUN


def test_nothing_to_release_is_said(run: Run, operator: FakeOperator) -> None:
    operator.results["sync_runs"] = {"runs": [a_run()]}
    assert "No run of it is stopped by a brake" in run("sync", "release", *OF, "--yes").stderr


def test_the_watermark_is_set_to_what_was_typed(run: Run, operator: FakeOperator) -> None:
    operator.results["sync_watermark"] = {}
    assert run("sync", "watermark", "2026-11-20T08:00+01:00", *OF).exit_code == 0
    assert operator.last("sync_watermark")["to"] == "2026-11-20T07:00:00+00:00"
    assert run("sync", "watermark", "yesterday", *OF).exit_code == 2


def test_a_pause_has_an_end(run: Run, operator: FakeOperator) -> None:
    operator.results["stock_pause"] = operator.results["stock_resume"] = {}
    assert run("sync", "pause", *OF).exit_code == 2
    assert run("sync", "pause", *OF, "--hours", "2", "--until", "now").exit_code == 2
    assert not operator.did("stock_pause")
    assert run("sync", "pause", *OF, "--hours", "2").exit_code == 0
    assert operator.did("stock_pause")
    assert run("sync", "resume", *OF).exit_code == 0


def test_places_are_shown_as_sites_name_them(run: Run, operator: FakeOperator) -> None:
    place = {"place_id": "70001", "name": "[red]Main[/red]", "active": True}
    operator.results["sync_places"] = {"store": "shop", "places": [place]}
    shown = run("sync", "places", "shop").stdout
    assert "SITE=shop/70001" in shown
    assert "[red]Main[/red]" in shown
