"""A demo takes everything down again, however it ends, and says what came of it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from platen_cli.demo.grounds import Grounds
from platen_cli.demo.performance import Performance
from platen_cli.demo.run import run
from platen_cli.demo.screen import Screen
from platen_cli.demo.twin import Twin
from platen_cli.desk import Desk
from platen_cli.stops import Stop


@dataclass(frozen=True)
class Outcome:
    good: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Noticed(Grounds):
    closed = 0

    def save_logs(self) -> None:
        """There is no stack that has any."""

    def close(self) -> None:
        self.closed += 1
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN, "a second Ctrl-C would end it half-way"


class Short(Performance[Noticed]):
    """A performance of one step, which ends as it is told to."""

    ends: Exception | KeyboardInterrupt | Outcome = Outcome(good=True)

    def hints(self) -> tuple[str, ...]:
        return ()

    def play(self) -> Outcome:
        self.step("Placing orders")
        if isinstance(self.ends, Outcome):
            return self.ends
        raise self.ends


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Short]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    desk = Desk()
    yield Short(Noticed(tmp_path), Screen(desk, 3), desk, 3)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_last_line_is_the_result(demo: Short, capsys: pytest.CaptureFixture[str]) -> None:
    run(demo.desk, demo, once=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"good": True}
    assert demo.world.closed == 1


def test_a_wrong_number_ends_with_1(demo: Short) -> None:
    demo.ends = Outcome(good=False)
    with pytest.raises(typer.Exit) as ended:
        run(demo.desk, demo, once=True)
    assert ended.value.exit_code == 1
    assert demo.world.closed == 1


def test_ctrl_c_takes_everything_down(demo: Short) -> None:
    demo.ends = KeyboardInterrupt()
    run(demo.desk, demo, once=False)
    assert demo.world.closed == 1


def test_trouble_names_the_step_and_takes_everything_down(demo: Short) -> None:
    demo.ends = Stop("The twin fell over.", code="twin")
    with pytest.raises(Stop, match=r"While placing orders: The twin fell over"):
        run(demo.desk, demo, once=True)
    assert demo.world.closed == 1


class _Process:
    """A twin's process that has not said yet where it lives."""

    def __init__(self, *_command: object, **_more: object) -> None:
        self.ended = False
        _STARTED.append(self)

    def poll(self) -> int | None:
        return 0 if self.ended else None

    def terminate(self) -> None:
        self.ended = True

    def wait(self, _seconds: float) -> int:
        return 0


_STARTED: list[_Process] = []


def test_a_twin_that_is_interrupted_while_it_starts_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", _Process)
    monkeypatch.setattr("platen_cli.demo.twin.time.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Twin("inksoft", [], tmp_path)
    assert [process.ended for process in _STARTED] == [True]
