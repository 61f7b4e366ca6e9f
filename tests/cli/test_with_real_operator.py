"""The command on the real operator: what one says, the other understands. The world behind it is scripted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from platen.connectors import Resend
from platen.domain.job import JobState
from platen_cli.desk import Desk
from platen_cli.main import app
from platen_cli.target import Target
from tests.cli.moving import BenchOperator
from tests.support.stall import StallBench

type Run = Callable[..., Result]


@pytest.fixture
def bench() -> StallBench:
    """Two orders at the vendor ``press``: #1 of three prints, #2 of one."""
    made = StallBench(Resend.LOOKUP)
    made.order_placed(2, 1)
    made.order_placed(1)
    made.run()
    return made


@pytest.fixture
def run(bench: StallBench) -> Run:
    operator = BenchOperator(bench)

    def invoke(*arguments: str) -> Result:
        desk = Desk(find=lambda _choice: Target(operator, "the bench"))
        result = CliRunner().invoke(app, [*arguments, "--quiet"], obj=desk)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_links_are_made_tried_and_taken_away(run: Run) -> None:
    conditions = ("--name", "Rush", "--folder", "New", "--brand", "A & B", "--tag", "vip", "--location", "Dock")
    shown = run("link", "stall", "press", *conditions, "--hold", "--before", "press")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.index("Rush") < shown.stdout.index("everything that goes in a parcel")
    before = run("links", "--json").stdout
    tried = run("link", "stall", "press", "--name", "Other", "--before", "Rush", "--all-lines", "--try")
    assert "3 lines of 2 orders: 3 to press." in tried.stdout
    assert "Nothing was changed" in tried.stdout
    assert run("links", "--json").stdout == before
    assert "not Rush: " in run("links", "try", "--order", "1", "--order", "#2").stdout
    assert "Rush" not in run("unlink", "stall", "Rush").stdout
    assert json.loads(run("unlink", "stall", "press", "--json").stdout)["connection"]["links"] == []
    assert "went to nobody" not in run("links", "try").stdout
    assert "3 lines would go elsewhere than now." in " ".join(run("links", "try").stdout.split())


def test_what_a_dry_run_lists_as_links_can_be_tried_from_a_file(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("links") / "links.json"
    file.write_text(run("links", "--json").stdout)
    result = run("links", "try", "--from", str(file))
    assert "None would go elsewhere than now." in result.stdout


def test_rules_are_changed_one_by_one(run: Run) -> None:
    assert run("rules", "press", "--set", "artwork=off", "--add", "class_match", "Express=FAST").exit_code == 0
    assert (
        run("rules", "press", "--add", "class_match", "Slow=ROAD", "--set", "Default Mail Class=STD").exit_code == 0
    )
    making = json.loads(run("rules", "press", "--json").stdout)["making"]
    assert making["class_match"] == {"Express": "FAST", "Slow": "ROAD"}
    assert making["artwork"] == "off"
    assert run("rules", "stall", "--set", "new_folder=prepared", "--set", "release_when=always").exit_code == 0
    refused = run("rules", "stall", "--set", "new_folder=Nowhere")
    assert refused.exit_code == 1
    assert "There is no folder Nowhere" in refused.stderr


def test_classes_are_tried_and_stay_what_they_were(run: Run) -> None:
    shown = run("classes", "try", "press", "--set", "default_class=STD", "--set", "class_fallback=stop").stdout
    assert "waits for you" in shown
    assert "2 orders would wait for you" in shown
    assert json.loads(run("rules", "press", "--json").stdout)["making"]["default_class"] == ""


def test_orders_are_moved_and_found_in_their_folder(run: Run) -> None:
    assert run("folders", "add", "Rush").exit_code == 0
    moved = run("move", "1", "2", "7", "rush")
    assert moved.exit_code == 1
    assert "Not found, so not moved: 7" in moved.stdout
    assert "#2" in run("orders", "list", "--folder", "Rush").stdout
    assert json.loads(run("move", "--all-in", "rush", "--store", "stall", "New", "--yes", "--json").stdout) == {
        "moved": 2,
        "more": False,
    }
    assert "in New" in run("orders", "show", "1").stdout
    assert run("folders", "remove", "New").exit_code == 1
    assert "Rush" not in run("folders", "remove", "Rush").stdout


def test_a_part_of_a_job_is_made_again_once(run: Run, bench: StallBench) -> None:
    shown = run("reprint", "1", "--reason", "came scratched", "--line", "10=1", "--yes")
    assert shown.exit_code == 0, shown.output
    assert "Job 1 once more: came scratched" in shown.stdout
    bench.run()
    assert len(bench.vendor.made) == 3
    again = run("reprint", "1", "--reason", "came scratched", "--line", "10=1", "--yes")
    assert again.exit_code == 1
    assert "is a reprint of job 1 already" in again.stderr


def test_a_whole_order_is_cancelled_and_the_story_says_how_far_it_is(run: Run, bench: StallBench) -> None:
    shown = run("cancel", "2", "--whole", "--reason", "changed her mind", "--who", "kim", "--yes")
    assert shown.exit_code == 0, shown.output
    assert "kim wants it cancelled" in shown.stdout
    assert "Job 1 at press: the vendor is asked and has not said yes yet" in shown.stdout
    bench.run()
    assert bench.record(bench.store.orders["2"].order_id).jobs["1"].state is not JobState.SENT
    again = run("cancel", "2", "--whole", "--reason", "changed her mind", "--yes")
    assert again.exit_code == 1
    assert "already" in again.stderr


def test_marking_what_does_not_wait_is_refused(run: Run) -> None:
    result = run("mark-cancelled", "1", "--place", "job-1")
    assert result.exit_code == 1
    assert "does not wait for a person" in result.stderr
