"""What the local stack believes of its own notes: a process number is not a proof."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from platen_cli import embedded_aws, stack


def _note(home: Path, pid: int, outputs: dict[str, str]) -> None:
    note = {
        "endpoint": "http://127.0.0.1:9",
        "pid": pid,
        "outputs": outputs,
        "name": "platen",
        "region": "us-east-1",
    }
    (home / stack.STATE).write_text(json.dumps(note))


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert stack.running(tmp_path) is None
    assert stack.down(tmp_path) is False


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pid": 1}', '{"endpoint": "x", "pid": 1, "outputs": {}, "new": 1}']
)
def test_notes_that_cannot_be_read_are_no_stack(tmp_path: Path, text: str) -> None:
    (tmp_path / stack.STATE).write_text(text)
    assert stack.running(tmp_path) is None
    assert stack.down(tmp_path) is False


def test_a_process_of_somebody_else_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        _note(tmp_path, other.pid, {"ApiUrl": "x"})
        assert stack.running(tmp_path) is None
        assert stack.down(tmp_path) is False
        assert other.poll() is None, "down killed a process that was not its own"
    finally:
        other.kill()
        other.wait()


def test_notes_of_a_dead_stack_are_thrown_away(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    _note(tmp_path, done.pid, {"ApiUrl": "x"})
    assert stack.running(tmp_path) is None
    stack.down(tmp_path)
    assert not (tmp_path / stack.STATE).exists()


def test_one_that_does_not_want_to_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_aws, "STOP_SECONDS", 0.2)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    stubborn = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    assert stubborn.stdout
    stubborn.stdout.readline()
    embedded_aws.stop(stubborn.pid)
    assert stubborn.wait(timeout=10) in {-signal.SIGKILL, 0}
    with pytest.raises(ProcessLookupError):
        os.kill(stubborn.pid, 0)
    stubborn.stdout.close()


def test_a_failure_names_its_log_and_shows_how_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    text = str(embedded_aws.failed("`sam build` ended with exit code 1", log))
    assert "`sam build` ended with exit code 1" in text
    assert "line 99" in text
    assert "line 3\n" not in text
    assert str(log) in text


def test_no_key_of_a_real_account_reaches_sam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    environment = stack._without_aws()
    assert "AKIAREAL" not in environment.values()
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
