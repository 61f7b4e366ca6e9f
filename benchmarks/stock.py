"""What a stock push costs: 100,000 items with one in a hundred changed, against comparing and writing all of them.

The real push, with files on disk, a store in memory and everything else as small as can be: so the seconds are
those of Platen's own work, and the calls are those it makes of the store. Each scene runs in a process of its own,
that its memory is its own.

    python benchmarks/stock.py [items, default 100000]
"""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platen.domain.sync import Run
from platen.ports import Level, NotFound, Outcome, Write
from platen.usecases.stock.tables import Sold, catalogue_key, level_line
from tests.support.counting import Counting

SCENES = ("1 % changed", "all compared, 1 % written", "all compared, all written")
EVERY = 100
PAGE = 250


class FilesOnDisk:
    """``ports.Files`` in a folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def _path(self, key: str) -> Path:
        return self._home / key

    def _open(self, key: str, mode: str) -> Any:
        path = self._path(key)
        if "w" in mode:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            raise NotFound(key)
        if key.endswith(".gz"):
            return gzip.open(path, mode + "t", compresslevel=1, encoding="utf-8", newline="\n")
        return path.open(mode, encoding="utf-8", newline="\n")

    def put(self, key: str, body: bytes) -> None:
        self.put_lines(key, [body.decode()])

    def put_lines(self, key: str, lines: Iterable[str]) -> int:
        count = 0
        with self._open(f"{key}.new.gz" if key.endswith(".gz") else f"{key}.new", "w") as file:
            for line in lines:
                file.write(f"{line}\n")
                count += 1
        new = self._path(f"{key}.new.gz" if key.endswith(".gz") else f"{key}.new")
        new.rename(self._path(key))
        return count

    def get(self, key: str, *, most: int = 10_000_000) -> bytes:  # noqa: ARG002
        with self._open(key, "r") as file:
            return str(file.read()).encode()

    def get_dated(self, key: str, *, most: int = 10_000_000) -> tuple[bytes, datetime]:
        return self.get(key, most=most), datetime.fromtimestamp(self._path(key).stat().st_mtime, UTC)

    def lines(self, key: str) -> Iterator[str]:
        with self._open(key, "r") as file:
            for line in file:
                yield line.removesuffix("\n")

    def size(self, key: str) -> int | None:
        path = self._path(key)
        return path.stat().st_size if path.exists() else None

    def mark(self, key: str) -> str | None:
        path = self._path(key)
        return str(path.stat().st_mtime_ns) if path.exists() else None

    def names(self, prefix: str, *, limit: int = 1000) -> list[str]:
        folder = self._path(prefix).parent if not prefix.endswith("/") else self._path(prefix)
        found = (path.relative_to(self._home).as_posix() for path in folder.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))[:limit]

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def ever(self, key: str) -> bool:
        return self._path(key).exists()


class Shelves:
    """A store that has so many of each item, in as little memory as can be."""

    page_size = PAGE

    def __init__(self, count: int) -> None:
        self.count = dict.fromkeys((f"i-{one:06d}" for one in range(count)), 10)
        self.calls = {"levels": 0, "set_levels": 0}

    def levels(self, place_id: str, stock_ids: Sequence[str]) -> dict[str, Level]:  # noqa: ARG002
        self.calls["levels"] += 1
        return {one: Level(one, self.count[one], self.count[one], 0) for one in stock_ids}

    def set_levels(self, _place_id: str, _name: str, writes: Sequence[Write], **_keys: str) -> list[Outcome]:
        self.calls["set_levels"] += 1
        for one in writes:
            assert self.count[one.stock_id] == one.expected
            self.count[one.stock_id] = one.quantity
        return [Outcome(one.stock_id, "written") for one in writes]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        measure(count, sys.argv[2])
        return
    print(f"{count} items, calls of {PAGE} rows\n")
    print(f"{'':<28}{'reads':>7}{'writes':>8}{'written':>9}{'CPU s':>8}{'peak MB':>9}")
    for scene in SCENES:
        subprocess.run([sys.executable, __file__, str(count), scene], check=True)


def measure(count: int, scene: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        bench, shelves = prepared(count, Path(home))
        names = [f"{one:06d}" for one in range(count)]
        push(bench)  # what is shown now is known from here on
        moved = 1 if scene == SCENES[2] else EVERY
        take_count(bench, names, {name: 10 + (at % moved == 0) for at, name in enumerate(names)})
        shelves.calls = dict.fromkeys(shelves.calls, 0)
        began = time.process_time()
        run = push(bench, full=scene != SCENES[0])
        spent = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert run.totals.corrected == len(range(0, count, moved)), run
        calls = shelves.calls
        print(
            f"{scene:<28}{calls['levels']:>7}{calls['set_levels']:>8}{run.totals.corrected:>9}"
            f"{spent:>8.1f}{peak:>9.0f}"
        )


def prepared(count: int, home: Path) -> tuple[Counting, Any]:
    bench = Counting(most_changed_percent=0)
    files: Any = FilesOnDisk(home)
    object.__setattr__(bench.hub, "files", files)
    bench.files = files
    shelves: Any = Shelves(count)
    bench.stores["shop"] = shelves
    object.__setattr__(bench.hub.connector("shop"), "stocks", shelves)
    names = (f"{one:06d}" for one in range(count))
    files.put_lines(
        catalogue_key("depot", "shop"), (Sold(name, f"i-{name}", f"v{name}", name).line() for name in names)
    )
    take_count(bench, [f"{one:06d}" for one in range(count)], {})
    return bench, shelves


def take_count(bench: Counting, names: list[str], counts: dict[str, int]) -> None:
    bench.clock.passes(hours=1)
    snapshot = bench.counts({"000000": 0})
    bench.files.put_lines(snapshot.key, (level_line(name, counts.get(name, 10)) for name in names))
    whole = {"MAIN": snapshot.but(rows=len(names)).model_dump_json()}
    bench.changes_state(snapshots=whole)


def push(bench: Counting, *, full: bool = True) -> Run:
    return bench.pushes(full=full)


if __name__ == "__main__":
    main()
