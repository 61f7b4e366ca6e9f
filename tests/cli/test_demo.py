"""The demo's judgement: it must see every way an order can be lost, doubled or changed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from platen.domain.job import external_id
from platen.domain.order import order_id
from platen_cli.demo.basket import GIFT_CARD
from platen_cli.demo.tally import Result, Seen, called_off, changed, duplicates, look, lost
from platen_cli.demo.world import STORE

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


CLEAN = Result(
    orders=7,
    vendor_orders=8,
    fulfillments_in_store=7,
    lost=0,
    duplicates=0,
    attention=0,
    changed_by_redelivery=0,
    seconds=1.0,
    at_picanova=6,
    at_pov=2,
    split=1,
    stopped_and_released=1,
    cancelled=1,
    complete_in_store=6,
    print_files_looked_at=9,
    warnings=0,
)


def test_a_clean_count_is_good() -> None:
    assert CLEAN.good


@pytest.mark.parametrize("field", ["lost", "duplicates", "attention", "changed_by_redelivery", "warnings"])
def test_one_of_anything_bad_is_not_good(field: str) -> None:
    assert not replace(CLEAN, **{field: 1}).good


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("split", 0),
        ("stopped_and_released", 0),
        ("cancelled", 0),
        ("cancelled", 2),
        ("complete_in_store", 5),
        ("print_files_looked_at", 7),
    ],
)
def test_a_demo_that_did_not_show_what_it_is_for_is_not_good(field: str, count: int) -> None:
    assert not replace(CLEAN, **{field: count}).good


# made in two places


def at_pov(job: str, pieces: int, *, order: str = ORDER, status: str = "shipped") -> dict[str, Any]:
    return {
        "pov_order_id": f"POV-{job}",
        "status": status,
        "reference": external_id("#1001", order, job),
        "items": [{"quantity": pieces}],
    }


def test_an_order_made_in_two_places_is_complete_when_both_have_made_theirs(world: World) -> None:
    shop, _ = world
    picanova = [made("PPO1", "1", 1)]
    whole = look(STORE, shop, picanova, [at_pov("2", 1)])
    assert (lost(whole), duplicates(whole), whole.split, whole.done) == ([], [], 1, 1)
    half = look(STORE, shop, picanova, [at_pov("2", 1, status="in_production")])
    assert (half.finished, whole.finished) == (frozenset[str](), frozenset([ORDER]))
    assert lost(look(STORE, shop, picanova, [at_pov("2", 1, status="cancelled")])) == [ORDER]
    alone = look(STORE, shop, picanova)
    assert (lost(alone), alone.finished) == ([ORDER], frozenset())


def test_what_both_vendors_make_is_made_twice(world: World) -> None:
    found = look(STORE, *world, [at_pov("2", 2)])
    assert duplicates(found) == [ORDER]
    assert duplicates(look(STORE, *world, [at_pov("2", 1, order=order_id(STORE, "9"))])) == [order_id(STORE, "9")]


@pytest.mark.parametrize("status", ["received", "rejected", "cancelled"])
def test_a_change_at_the_second_vendor_is_a_change(world: World, status: str) -> None:
    before = look(STORE, *world, [at_pov("2", 1)])
    after = look(STORE, *world, [at_pov("2", 1, status=status)])
    assert changed(before, after, {}, {}) == [ORDER]


# called off


@pytest.fixture
def cancelled(world: World) -> World:
    """The same order, cancelled in the shop, and at its vendor; the shop took it off the order."""
    [order], [vendor_order] = world
    gone = order | {"cancelled": True, "fulfillments": []}
    return [gone], [vendor_order | {"status": "CANCELLED"}]


def test_a_cancelled_order_is_neither_lost_nor_complete(cancelled: World) -> None:
    found = seen(cancelled)
    assert (lost(found), duplicates(found), found.done) == ([], [], 0)
    assert called_off(found, {ORDER: "cancelled"}) == [ORDER]


def test_an_order_cancelled_before_anybody_had_it_is_called_off_too(cancelled: World) -> None:
    assert called_off(look(STORE, cancelled[0], []), {ORDER: "cancelled"}) == [ORDER]


@pytest.mark.parametrize("status", ["DRAFT", "IN_PROGRESS", "FULFILLED"])
def test_a_cancelled_order_that_is_made_all_the_same_is_one_too_many(cancelled: World, status: str) -> None:
    cancelled[1][0]["status"] = status
    found = seen(cancelled)
    assert duplicates(found) == [ORDER]
    assert called_off(found, {ORDER: "cancelled"}) == []


def test_a_cancel_that_platen_does_not_know_of_is_not_called_off(cancelled: World) -> None:
    assert called_off(seen(cancelled), {ORDER: "open"}) == []


def test_a_cancelled_order_that_was_shipped_is_not_called_off(world: World) -> None:
    world[0][0]["cancelled"] = True
    found = seen(world)
    assert called_off(found, {ORDER: "cancelled"}) == []
    assert duplicates(found) == [ORDER]
