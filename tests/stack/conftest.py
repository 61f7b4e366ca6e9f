"""The local stack, started once for all tests that are marked ``stack``."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from platen.usecases.operate_levels import level_of
from platen_cli import stack as local
from platen_cli.stack import LocalStack
from tests.support.abroad import PATIENCE

HOME = local.CHECKOUT / ".platen" / "tests"


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """A fresh stack whose functions may call this machine (the twins) on any port."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run of the tests waits for its turn
        local.down(HOME)
        try:
            yield local.up(HOME, ["127.0.0.1"])
        finally:
            local.down(HOME)


@pytest.fixture(scope="session")
def ask(stack: LocalStack) -> Callable[..., dict[str, Any]]:
    """Asks the function that does such things: ``ask("status")`` gives its whole answer."""
    functions = stack.client("lambda")

    def asked(action: str, **given: object) -> dict[str, Any]:
        payload = json.dumps({"action": action} | given).encode()
        function = stack.outputs[level_of(action).function]
        answer = functions.invoke(FunctionName=function, Payload=payload)
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    return asked


@pytest.fixture(scope="session")
def logged(stack: LocalStack) -> Callable[[str], list[str]]:
    """The lines that a function has logged so far: ``logged("sweep")``."""
    logs = stack.client("logs")

    def lines(function: str) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/{stack.name}/{function}")
        return [event["message"] for page in pages for event in page["events"]]

    return lines


def eventually[T](look: Callable[[], T]) -> T:
    """What ``look`` gives as soon as it is true of something; the last that it gave when it never is."""
    until = time.monotonic() + PATIENCE
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def built(name: str) -> Path:
    """Where ``sam build`` put a function or a layer of the running stack."""
    return HOME / "build" / name
