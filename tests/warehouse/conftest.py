"""A Tryton of their own for the tests of each file here; and where the time went, at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stack.conftest import ask, logged, stack
from tests.warehouse.depot import Depot
from tests.warehouse.tryton import Installed, Tryton, install

__all__ = ["ask", "logged", "stack"]

SITE = "MAIN"
_TOOK: dict[str, float] = {}


@contextmanager
def timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    try:
        yield
    finally:
        _TOOK[what] = _TOOK.get(what, 0.0) + time.monotonic() - begun


@pytest.fixture(scope="session")
def installed() -> Installed:
    with timed("Tryton installed, and its empty database made (once)"):
        return install()


@pytest.fixture(scope="module")
def depot(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    """Its server's log stays where pytest keeps the folders of the last runs; a failure shows its end."""
    with timed("Tryton started and set up"):
        tryton = Tryton(installed, tmp_path_factory.mktemp("tryton"))
    try:
        with tryton.rest() as rest:
            yield Depot(rest, SITE)
    finally:
        tryton.stop()
        _LOGS.append(tryton.log)


_LOGS: list[Path] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Nobody installs a warehouse system by the way: only who names the marker runs these."""
    if "warehouse" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("warehouse"):
            item.add_marker(pytest.mark.skip(reason="needs Tryton: make test-warehouse"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _TOOK:
        return
    reporter = terminalreporter
    reporter.section("where the time went")
    for what, seconds in _TOOK.items():
        reporter.write_line(f"{seconds:7.1f} s  {what}")
    if reporter.stats.get("failed") or reporter.stats.get("error"):
        for log in _LOGS:
            reporter.section(f"the end of {log}")
            reporter.write_line(log.read_text(errors="replace")[-3000:])
