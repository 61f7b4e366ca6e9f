"""What a webhook's receiver loads: a sender waits for its answer, and a cold start is mostly imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = """
import sys
import platen.compose
from platen.usecases import receive
print(*sys.modules, sep="\\n")
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Every module that a receiver has loaded before its first webhook."""
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_receiver_itself_was_looked_at(loaded: set[str]) -> None:
    assert {"platen.usecases.receive", "platen.adapters.sqs", "platen.adapters.dynamodb_connections"} <= loaded


@pytest.mark.parametrize(
    "module",
    [
        "requests",
        "asyncio",
        "moto",
        "platen.adapters.artwork",
        "platen.adapters.dynamodb_ledger",
        "platen.adapters.http",
        "platen.adapters.s3_events",
        "platen.adapters.s3_files",
        "platen.domain.stock",
        "platen.domain.sync",
        "platen.domain.warehouse",
        "platen.domain.warehouse_goods",
        "platen.domain.warehouse_rows",
    ],
)
def test_what_a_webhook_has_no_use_for_is_not_loaded(loaded: set[str], module: str) -> None:
    assert module not in loaded
