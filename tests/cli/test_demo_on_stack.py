"""The whole of it, as ``make demo`` runs it: real stack, both twins, every order counted at both ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from platen_cli.stack import CHECKOUT

BASKETS = 7
"""One of each kind of order: see ``platen_cli.demo.basket``."""


@pytest.mark.stack
def test_no_order_of_the_demo_is_lost_or_made_twice(tmp_path: Path) -> None:
    arguments = ["demo", "--once", "--orders", str(BASKETS), "--home", str(tmp_path / ".platen")]
    done = subprocess.run(
        [sys.executable, "-c", "from platen_cli.main import main; main()", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    del result["seconds"]
    assert result == {
        "orders": BASKETS,
        "vendor_orders": BASKETS,
        "fulfillments_in_store": BASKETS,
        "lost": 0,
        "duplicates": 0,
        "attention": 0,
        "changed_by_redelivery": 0,
    }
