"""A sync of products that finds all lists as they were writes none of them; and what changed is told."""

from __future__ import annotations

import pytest

from platen.domain.sync import Run
from platen.domain.sync_kind import SyncKind
from platen.usecases.stock.tables import catalogue_key
from platen.usecases.sync import items, variants
from tests.usecases.sync.depot import DepotBench

UNMOVED = "No product has changed since"


@pytest.fixture
def bench() -> DepotBench:
    """Two products that share their number, and one that is clear; told."""
    bench = DepotBench()
    bench.sells("1", "CAP")
    bench.sells("2", "MUG")
    bench.sells("3", "MUG")
    bench.started("products", full=True)
    bench.clock.passes(hours=1)
    return bench


def schedule(bench: DepotBench) -> Run:
    """The products' part of an automatic sync."""
    bench.clock.passes(minutes=15)
    bench.fired()
    return bench.runs(SyncKind.PRODUCTS)[-1]


def test_no_list_is_written(bench: DepotBench, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(bench)

    def write(*_: object) -> None:
        raise AssertionError("a list is written")

    monkeypatch.setattr(variants, "write_catalogue", write)
    monkeypatch.setattr(items, "tell", write)
    monkeypatch.setattr(items, "report", write)
    run = schedule(bench)
    assert run.words.startswith(UNMOVED)
    assert (run.totals.duplicates, run.totals.corrected) == (2, 0), "what is wrong is still wrong"
    assert {row["item"] for row in bench.report(run)} == {"MUG"}


def test_what_changed_is_told(bench: DepotBench) -> None:
    schedule(bench)
    bench.sells("4", "PEN")
    assert not schedule(bench).words.startswith(UNMOVED)
    assert any("PEN" in line for file in bench.told_items() for line in file)


@pytest.mark.parametrize("name", [catalogue_key("depot", "stall"), items.key("depot")])
def test_a_list_that_is_gone_is_made_anew(bench: DepotBench, name: str) -> None:
    schedule(bench)
    before = bench.files.get(name)
    bench.files.delete(name)
    schedule(bench)
    assert bench.files.get(name) == before


def test_a_setting_that_changed_is_followed(bench: DepotBench) -> None:
    schedule(bench)
    bench.set(only_items="C*")
    assert not schedule(bench).words.startswith(UNMOVED)


def test_a_person_has_all_looked_at(bench: DepotBench) -> None:
    schedule(bench)
    assert not bench.started("products").words.startswith(UNMOVED)


def test_once_a_day_all_is_looked_at(bench: DepotBench) -> None:
    assert schedule(bench).words.startswith(UNMOVED)
    bench.clock.passes(hours=24)
    bench.state_is(products_read_at=bench.clock.now())
    bench.fired()  # End of Day, which is none of products: all of them were just read
    assert not schedule(bench).words.startswith(UNMOVED)
