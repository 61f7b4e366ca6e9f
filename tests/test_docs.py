"""What the pages tell a person to type is typed here: every command exists and takes its arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from platen import connectors
from platen.domain.attention import ACTIONS, Action, Cause
from platen.domain.record import OrderState
from platen_cli.desk import Desk
from platen_cli.main import app
from platen_cli.target import Target
from tests.cli.operator import FakeOperator

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "layers/platen/platen/connectors").glob("*/README.md")),
]
ASKS = ("connect", "demo", "disconnect", "local")
"""Commands that ask a person or start a stack: looked up, not run."""


def _blocks(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def _quoted(page: Path) -> list[str]:
    return re.findall(r"`((?:platen|make) [^`]+)`", page.read_text())


def _cases(find: Callable[[Path], list[str]]) -> list[Any]:
    found = sorted({(page, line) for page in PAGES for line in find(page)})
    return [pytest.param(line, id=f"{page.name}: {line}") for page, line in found]


@pytest.mark.parametrize("line", _cases(_blocks))
def test_what_a_page_says_to_type_works(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(line)
    if program == "make":
        _is_a_target(arguments[0])
    else:
        assert program == "platen", "a command nobody tries"
        _is_understood([*arguments, "--help"] if arguments[0] in ASKS else arguments)


@pytest.mark.parametrize("line", _cases(_quoted))
def test_a_command_that_is_spoken_of_exists(line: str) -> None:
    program, *arguments = shlex.split(line)
    if program == "make":
        _is_a_target(arguments[0])
    else:
        _is_understood([*arguments, "--help"])


def _is_understood(arguments: list[str]) -> None:
    desk = Desk(find=lambda _choice: Target(FakeOperator(), "the fake stack"))
    result = CliRunner().invoke(app, arguments, obj=desk)
    # 1 is the stack's answer to it; 2 would be that it was not understood.
    assert result.exit_code in (0, 1), result.output


def _is_a_target(name: str) -> None:
    assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE), (
        f"there is no `make {name}`"
    )


def test_every_cause_is_explained_with_what_helps() -> None:
    rows = (ROOT / "docs/operating.md").read_text()
    for cause in Cause:
        row = next((line for line in rows.splitlines() if line.startswith("|") and f"`{cause.value}`" in line), "")
        assert row, f"docs/operating.md does not explain {cause.value}"
        named = {action for action in Action if f"`{action.value}`" in row}
        assert named <= set(ACTIONS[cause]), f"{cause.value}: {named - set(ACTIONS[cause])} is not offered"


def test_every_state_is_explained() -> None:
    page = (ROOT / "docs/operating.md").read_text()
    assert [state.value for state in OrderState if f"| `{state.value}` |" not in page] == []


def test_pages_lead_to_pages_that_are_there() -> None:
    missing = [
        f"{page.name} -> {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_every_test_that_a_promise_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+|Test\w+|tests/[\w/.]+)`", (ROOT / "docs/promises.md").read_text()))
    tests = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    written = {name for test in tests for name in re.findall(r"\b(?:def|class) (\w+)[(:]", test)}
    missing = [name for name in named if not ((ROOT / name).exists() if "/" in name else name in written)]
    assert len(named) > 30
    assert missing == []


def test_every_connector_says_how_to_connect_it() -> None:
    for system in connectors.systems():
        page = ROOT / "layers/platen/platen/connectors" / system / "README.md"
        assert "## Connect" in page.read_text()


def test_both_pages_of_a_warehouse_tell_the_same_steps() -> None:
    def steps(page: Path, chapter: str) -> list[list[str]]:
        text = page.read_text().split(f"## {chapter}\n")[1].split("\n## ")[0]
        lines = re.findall(r"^ *(platen .*)", text, flags=re.MULTILINE)
        return [
            re.sub(r"--(?:name|connection|set) \S+|\bdepot\b|\bwarehouse\b", "", line).split() for line in lines
        ]

    short, long = ROOT / "docs/warehouse.md", ROOT / "layers/platen/platen/connectors/warehouse_files/README.md"
    assert steps(short, "Set it up") == steps(long, "Connect it")
    assert len(steps(long, "Connect it")) == 7


def test_the_receive_count_that_is_told_is_the_templates() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    counts = {
        resource["Properties"]["RedrivePolicy"]["maxReceiveCount"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in resource["Properties"]
    }
    words = {5: "five", 8: "eight"}
    assert {words[count] for count in counts} == {"eight"}
