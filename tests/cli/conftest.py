from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from platen_cli.desk import Desk
from platen_cli.main import app
from platen_cli.target import Target
from tests.cli.operator import SECRET, FakeOperator

type Run = Callable[..., Result]


@pytest.fixture
def operator() -> FakeOperator:
    return FakeOperator()


@pytest.fixture
def run(operator: FakeOperator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command with the fake behind it. Whatever it prints, the secret of the tests is never in it."""
    monkeypatch.setenv("TZ", "UTC")
    printed: list[str] = []

    def invoke(*arguments: str, input: str | None = None) -> Result:
        desk = Desk(find=lambda _choice: Target(operator, "the fake stack"))
        result = CliRunner().invoke(app, list(arguments), obj=desk, input=input)
        printed.append(result.output)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield invoke
    assert SECRET not in "".join(printed)
