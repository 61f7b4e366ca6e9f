"""A shop -> Platen -> a warehouse that calls -> the shop; and its stock. On the real template: all, and once each.

The tests are one story, in the order they stand in: each begins where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from platen_cli.stack import LocalStack
from tests.stack.conftest import HOME
from tests.stack.warehousing import SECRETS, SITE, WHO, Trade
from tests.support.abroad import PERSONAL
from twins.kit import wall

pytestmark = pytest.mark.stack

SHOWN = {"MUG-1": 20, "MUG-2": 8, "MUG-3": 3, "MUG-4": 10, "MUG-5": 12, "MUG-6": 9}
SHELVES = SHOWN | {"MUG-3": 7, "MUG-6": 5}
"""What is really there: of two goods the shop shows something else."""
TRACKING = {"MUG-1": "1Z999AA10123456784", "MUG-3": "1Z999AA10123456785", "MUG-4": "1Z999AA10123456786"}
"""Of each order, by its first item."""


@pytest.fixture(scope="module")
def trade(stack: LocalStack, ask: Callable[..., dict[str, Any]]) -> Iterator[Trade]:
    trade = Trade(stack, ask, HOME / "depot", name="rest", shelves=SHELVES)
    try:
        yield trade.open(SHOWN)
    finally:
        trade.close()


@pytest.fixture(scope="module")
def failed_before(request: pytest.FixtureRequest) -> int:
    return request.session.testsfailed


@pytest.fixture(autouse=True)
def _the_story_goes_on(request: pytest.FixtureRequest, failed_before: int) -> None:
    """What stands on a chapter that failed says nothing of its own."""
    if request.session.testsfailed > failed_before:
        pytest.skip("an earlier chapter failed")


def test_products_are_fetched_and_a_count_comes_in_parts(trade: Trade) -> None:
    assert trade.sync("products")["state"] == "done"
    items = trade.fetch("items?limit=1000").said["rows"]
    assert {one["item_number"]: (one["unit_cost"], one["uom"]) for one in items} == dict.fromkeys(
        SHOWN, ("4.25", "EA")
    )
    trade.warehouse.tell_snapshot()
    assert [call.path for call, _ in trade.line.made] == [
        "snapshots", *["snapshots/C-1/rows"] * 3, "snapshots/C-1/complete"
    ]  # fmt: skip
    assert {answer.status for _, answer in trade.line.made} == {200}
    (count,) = trade.status()["snapshots"]
    assert (count["site"], count["snapshot_id"], count["rows"]) == (SITE, "C-1", len(SHELVES))


def test_stock_is_pushed_after_a_person_has_seen_what_changes_and_undoes_no_sale(trade: Trade) -> None:
    trade.order(("MUG-1", 3), ("MUG-2", 2))
    trade.order(("MUG-4", 4))
    assert "dry" in trade.refused("sync_start", connection=trade.depot, kind="stock", by=WHO)
    dry = trade.sync("stock", dry=True)
    assert (dry["state"], trade.writes()) == ("done", 0)
    trade.sell_before_the_next_write("MUG-3", 1)
    run = trade.sync("stock")
    assert (run["state"], run["totals"]["corrected"], run["totals"]["failed"]) == ("done", 2, 0)
    assert trade.levels() == {
        "MUG-1": (20, 17), "MUG-2": (8, 6), "MUG-3": (7, 6), "MUG-4": (10, 6), "MUG-5": (12, 12), "MUG-6": (5, 5)
    }  # fmt: skip


def test_orders_are_taken_shipped_and_shown_with_their_tracking(trade: Trade) -> None:
    """One of the three is closed short: a piece of it is not there."""
    numbers = trade.take(3)
    assert set(numbers) == set(TRACKING)
    assert trade.fetch("orders").said["rows"] == [], "all were answered"
    for item, number in numbers.items():
        trade.ship(number, TRACKING[item], {1: 3} if item == "MUG-4" else None)
    trade.until(lambda: all(trade.shipped().values()) and len(trade.attention()) == 1, "parcels at the shop")
    assert sorted(trade.shipped().values()) == [
        [(TRACKING["MUG-1"], 5)], [(TRACKING["MUG-3"], 1)], [(TRACKING["MUG-4"], 3)]
    ]  # fmt: skip
    (short,) = trade.attention()
    assert short["cause"] == "closed_short"
    assert "3 of 4 MUG-4" in str(short)
    trade.ask("release", order=short["order_id"], place=short["place"], who=WHO)
    trade.until(lambda: not trade.attention() and set(trade.states().values()) == {"done"}, "all is done")
    assert trade.levels() == {
        "MUG-1": (17, 17), "MUG-2": (6, 6), "MUG-3": (6, 6), "MUG-4": (7, 6), "MUG-5": (12, 12), "MUG-6": (5, 5)
    }  # fmt: skip


def test_a_new_count_finds_both_sides_even(trade: Trade) -> None:
    trade.warehouse.tell_snapshot()
    assert [one["snapshot_id"] for one in trade.status()["snapshots"]] == ["C-2"]
    before = trade.writes()
    run = trade.sync("stock", full=True)
    assert (run["state"], run["totals"]["corrected"]) == ("done", 0)
    assert trade.writes() == before


def test_every_call_again_changes_nothing(trade: Trade) -> None:
    """The very same gets the very same answer; under another key it is known by what it tells."""
    before = trade.everything()
    assert [trade.line.make(call) for call, _ in trade.line.made] == [answer for _, answer in trade.line.made]
    anew = trade.line.anew()
    assert [(call.path, answer.said) for call, answer in anew if answer.applied or answer.status >= 500] == []
    assert trade.ask("sweep") is not None
    assert trade.sync("orders")["state"] == "done"
    trade.until_calm()
    after = trade.everything()
    assert {**after, "runs": after["runs"][1:]} == before


def test_a_key_with_another_body_is_refused(trade: Trade) -> None:
    (call, _), (other, _) = trade.line.made[0], trade.line.made[-1]
    assert trade.line.make(type(call)(call.method, other.path, call.headers, other.body)).status == 409


@pytest.mark.parametrize("key", ["", "a-key-that-nobody-has-made-up"])
@pytest.mark.parametrize("path", ["orders", "cancels", "items", "runs", "nothing"])
def test_strangers_are_told_nothing(trade: Trade, key: str, path: str) -> None:
    answer = trade.fetch(path, key=key)
    assert (answer.status, answer.said["code"]) == (401, "unauthorized")


def test_a_file_is_taken_once_and_one_that_is_no_good_changes_nothing(trade: Trade) -> None:
    now = wall().isoformat()
    found = ("F-1", now, SITE, "", "MUG-5", "EA", 4, "count", "")
    lacking = ("F-2", now, SITE, "MUG-6", "EA", 50, "count", "")
    assert trade.drop("bad.csv", found, lacking) == {"0": ("rejected", "wrong_columns")}
    assert trade.drop("found a b+ü.csv", found) == {"1": ("applied", "")}
    assert trade.drop("again.csv", found) == {"1": ("duplicate", "")}


def test_end_of_day_runs_once_however_often_it_is_said(trade: Trade) -> None:
    """It corrects what the file told, and nothing else."""
    before = trade.levels()
    run = trade.end_of_day(times=2)
    assert (run["state"], run["totals"]["corrected"], run["totals"]["failed"]) == ("done", 1, 0)
    assert trade.levels() == before | {"MUG-5": (16, 16)}
    trade.until_calm()
    assert len(trade.ends_of_days()) == 1


def test_nothing_failed_on_the_way_and_no_log_names_a_buyer_or_a_key(trade: Trade) -> None:
    assert trade.attention() == []
    assert trade.failed() == []
    logs = trade.logs()
    assert [word for word in (*PERSONAL, *SECRETS) if word in logs] == []
