"""The demo's judgement: it must see every way an order can be lost, doubled or changed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from platen.domain.job import external_id
from platen.domain.order import order_id
from platen_cli.demo.basket import GIFT_CARD, baskets
from platen_cli.demo.tally import Result, Seen, changed, duplicates, look, lost
from platen_cli.demo.world import PRODUCTS, STORE
from platen_cli.products import read_sheet

type World = tuple[list[dict[str, Any]], list[dict[str, Any]]]

ORDER = order_id(STORE, "1")


@pytest.fixture
def world() -> World:
    """One order of two canvases and a gift card, made in one vendor order, and shown as sent."""
    shop = [
        {
            "id": 1,
            "lines": [
                {"id": 11, "sku": "CANVAS", "quantity": 2},
                {"id": 12, "sku": GIFT_CARD, "quantity": 1},
            ],
            "fulfillments": [
                {"id": 101, "status": "SUCCESS", "tracking": ["T1"], "quantities": {"11": 2}},
                {"id": 102, "status": "SUCCESS", "tracking": [], "quantities": {"12": 1}},
            ],
        }
    ]
    vendor = [made("PPO1", "1", 2)]
    return shop, vendor


def made(ref: str, job: str, pieces: int, order: str = ORDER) -> dict[str, Any]:
    return {
        "id": ref,
        "status": "FULFILLED",
        "external_id": external_id("#1001", order, job),
        "items": [{"quantity": pieces}],
    }


def seen(world: World) -> Seen:
    return look(STORE, *world)


def test_a_good_day_is_clean(world: World) -> None:
    found = seen(world)
    assert (lost(found), duplicates(found), found.done) == ([], [], 1)


def _not_made(world: World) -> None:
    world[1].clear()


def _made_in_part(world: World) -> None:
    world[1][0]["items"][0]["quantity"] = 1


def _not_shown(world: World) -> None:
    del world[0][0]["fulfillments"][0]


def _shown_in_part(world: World) -> None:
    world[0][0]["fulfillments"][0]["quantities"]["11"] = 1


def _shown_without_tracking(world: World) -> None:
    world[0][0]["fulfillments"][0]["tracking"] = []


def _taken_back(world: World) -> None:
    world[0][0]["fulfillments"][0]["status"] = "CANCELLED"


@pytest.mark.parametrize(
    "mishap", [_not_made, _made_in_part, _not_shown, _shown_in_part, _shown_without_tracking, _taken_back]
)
def test_what_is_missing_anywhere_is_lost(world: World, mishap: Callable[[World], None]) -> None:
    mishap(world)
    found = seen(world)
    assert lost(found) == [ORDER]
    assert duplicates(found) == []


def _made_twice(world: World) -> None:
    world[1].append(made("PPO2", "1", 2))


def _made_again_under_a_new_id(world: World) -> None:
    world[1].append(made("PPO2", "2", 2))


def _shown_twice(world: World) -> None:
    world[0][0]["fulfillments"].append(world[0][0]["fulfillments"][0] | {"id": 103})


def _nobody_ordered_it(world: World) -> None:
    world[1].append(made("PPO2", "1", 1, order_id(STORE, "2")))


def _without_our_id(world: World) -> None:
    world[1].append(made("PPO2", "1", 1) | {"external_id": None})


@pytest.mark.parametrize(
    "mishap", [_made_twice, _made_again_under_a_new_id, _shown_twice, _nobody_ordered_it, _without_our_id]
)
def test_what_is_there_too_often_is_a_duplicate(world: World, mishap: Callable[[World], None]) -> None:
    mishap(world)
    found = seen(world)
    assert len(duplicates(found)) >= 1
    assert lost(found) == []


def test_an_order_in_two_jobs_is_no_duplicate(world: World) -> None:
    world[1][:] = [made("PPO1", "1", 1), made("PPO2", "2", 1)]
    found = seen(world)
    assert (lost(found), duplicates(found)) == ([], [])


def test_the_same_twice_is_no_change(world: World) -> None:
    states = {ORDER: "done"}
    assert changed(seen(world), seen(deepcopy(world)), states, dict(states)) == []


@pytest.mark.parametrize("mishap", [_not_made, _made_twice, _not_shown, _shown_twice, _taken_back])
def test_any_difference_is_a_change(world: World, mishap: Callable[[World], None]) -> None:
    before = seen(deepcopy(world))
    mishap(world)
    assert changed(before, seen(world), {ORDER: "done"}, {ORDER: "done"}) == [ORDER]


def test_a_state_that_moved_is_a_change(world: World) -> None:
    found = seen(world)
    assert changed(found, found, {ORDER: "done"}, {ORDER: "attention"}) == [ORDER]
    assert changed(found, found, {ORDER: "done"}, {ORDER: "done", "new": "open"}) == ["new"]


@pytest.mark.parametrize("field", ["lost", "duplicates", "attention", "changed_by_redelivery"])
def test_one_of_anything_bad_is_not_good(field: str) -> None:
    clean = Result(1, 1, 1, lost=0, duplicates=0, attention=0, changed_by_redelivery=0, seconds=1.0)
    assert clean.good
    assert not Result(**{**clean.as_json(), field: 1}).good


def test_the_example_file_knows_every_sku_that_the_demo_sells_by_it() -> None:
    sheet = read_sheet(PRODUCTS.read_bytes())
    assert sheet.bad == []
    sold = {line["sku"] for order in baskets(7) for line in order["lines"] if "attributes" not in line}
    assert {row["sku"] for row in sheet.rows} == sold - {GIFT_CARD}
