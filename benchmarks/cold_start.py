"""What a cold start costs, and what shipping compiled and pruned layers saves.

Builds the layers for this machine, then starts each function's module in fresh interpreters that see
only its code and layers: ``as built``, ``without .pyc`` (what a plain build ships; Lambda cannot write
them either) and ``not pruned`` (all of botocore's data). Prints megabytes, and milliseconds of processor
time; compare the rows with each other, not with another machine's.

    python benchmarks/cold_start.py [starts of each, default 7]
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ("store_webhook", "vendor_dispatch", "operator")
CLIENTS = {
    "store_webhook": ("dynamodb", "ssm", "sqs"),
    "vendor_dispatch": ("dynamodb", "ssm", "sqs"),
    "operator": ("dynamodb", "ssm", "sqs", "scheduler"),
}
USED = {
    "store_webhook": "platen.usecases.receive",
    "vendor_dispatch": "platen.usecases.dispatch, platen.adapters.http",
    "operator": "platen.usecases.operate, platen.adapters.scheduler",
}


def main() -> None:
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        ways = _ways(Path(folder))
        print(f"{'layers, MB':<18}" + "".join(f"{name:>15}" for name in ways))
        print(f"{'':<18}" + "".join(f"{_megabytes(path):>15.1f}" for path in ways.values()))
        print("\ncold start, ms of processor time")
        for function in FUNCTIONS:
            times = {name: _median(function, path, starts) for name, path in ways.items()}
            print(f"{function:<18}" + "".join(f"{each:>15.0f}" for each in times.values()))


def _ways(folder: Path) -> dict[str, Path]:
    """Name -> a folder that holds both layers' packages."""
    built = folder / "built"
    for layer, target in (("runtime", "RuntimeLayer"), ("platen", "PlatenLayer")):
        _make(ROOT / "layers" / layer, target, built)
    bare = folder / "bare" / "python"
    shutil.copytree(built / "python", bare, ignore=shutil.ignore_patterns("__pycache__"))
    whole = folder / "whole" / "python"
    shutil.copytree(built / "python", whole)
    _put_back_what_was_pruned(whole)
    return {"as built": built / "python", "without .pyc": bare, "not pruned": whole}


def _make(layer: Path, target: str, artifacts: Path) -> None:
    command = ["make", "--silent", f"build-{target}", f"ARTIFACTS_DIR={artifacts}", f"PYTHON={sys.executable}"]
    subprocess.run([*command, "PLATEN_BUILD_PLATFORM=host"], cwd=layer, check=True)


def _put_back_what_was_pruned(site: Path) -> None:
    import botocore  # noqa: PLC0415 - the whole one, of this environment

    data = site / "botocore" / "data"
    shutil.rmtree(data)
    shutil.copytree(Path(botocore.__file__).parent / "data", data)


def _median(function: str, site: Path, starts: int) -> float:
    clients = "; ".join(f"aws.{client}()" for client in CLIENTS[function])
    path = [str(ROOT / "functions" / function), str(site)]
    script = f"import sys; sys.dont_write_bytecode = True; sys.path[:0] = {path!r}; import app, {USED[function]}"
    script += f"; from platen.adapters import aws; {clients}"
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    taken = []
    for _ in range(starts):
        before = _processor_seconds()
        subprocess.run([sys.executable, "-S", "-c", script], env=environment, check=True)
        taken.append((_processor_seconds() - before) * 1000)
    return statistics.median(taken)


def _processor_seconds() -> float:
    """Of all children so far. A start waits for nothing else, and a busy machine does not show in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(path: Path) -> float:
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) / 1e6


if __name__ == "__main__":
    main()
