"""How long whole orders take on the embedded AWS, from the shop to the printer and back.

Runs the demo with more and more orders placed at once, each on a fresh stack. The seconds are from the first order
placed to the last tracking shown in the shop, cold starts included; compare rows with each other, not with AWS.

    python benchmarks/whole_orders.py [orders, default 25 100]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    print(f"{'orders':>8}{'seconds':>10}{'orders/s':>10}{'lost':>6}{'twice':>7}{'attention':>11}")
    for orders in [int(one) for one in sys.argv[1:]] or [25, 100]:
        found = _run(orders)
        pace = orders / found["seconds"]
        print(
            f"{orders:>8}{found['seconds']:>10.1f}{pace:>10.2f}{found['lost']:>6}{found['duplicates']:>7}"
            f"{found['attention']:>11}",
            flush=True,
        )


def _run(orders: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        command = [Path(sys.executable).with_name("platen"), "demo", "--once", "--orders", str(orders)]
        done = subprocess.run([*command, "--home", home], cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout.strip().startswith(("{", "[")):
        raise SystemExit(done.stdout + done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
