"""The demo's judgement: it must see every way an order can be lost, doubled or changed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from platen.adapters.image_file import media_type_of, pixels_of
from platen.domain.connection import Goods, Link
from platen.domain.job import external_id
from platen.domain.order import order_id
from platen_cli.demo import typing
from platen_cli.demo.artwork import PATHS, PIXELS, picture
from platen_cli.demo.basket import FEWEST, GIFT_CARD, SHIRT, baskets, incomplete, moved, regretted
from platen_cli.demo.tally import Result, Seen, called_off, changed, duplicates, look, lost
from platen_cli.demo.wiring import PRODUCTS, Wiring
from platen_cli.demo.world import STORE
from platen_cli.demo.world import World as DemoWorld
from platen_cli.products import read_sheet
from platen_cli.stops import Stop
from tests.cli.operator import FakeOperator
from twins.picanova.catalogue import EU, US

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


# what is sold


def test_the_example_file_knows_every_sku_that_the_demo_sells_by_it() -> None:
    sheet = read_sheet(PRODUCTS.read_bytes())
    assert sheet.bad == []
    sold = {line["sku"] for order in baskets(7) for line in order["lines"] if "attributes" not in line}
    assert {row["sku"] for row in sheet.rows} == sold - {GIFT_CARD}


def test_of_the_fewest_orders_one_is_made_in_two_places() -> None:
    [order] = baskets(FEWEST - 2)
    mugs = [line for line in order["lines"] if line["sku"].startswith("MUG-")]
    assert 0 < len(mugs) < len(order["lines"])


def test_the_same_orders_come_again_in_the_same_order() -> None:
    assert list(baskets(20)) == list(baskets(20))
    assert (regretted(), incomplete()) == (regretted(), incomplete())


# print files


def test_every_print_file_that_the_demo_names_is_there() -> None:
    here = "http://127.0.0.1:1"
    rows = read_sheet(moved(PRODUCTS.read_text(), here).encode()).rows
    lines = [line for order in baskets(7, here) for line in order["lines"] if "attributes" in line]
    named = {row["print_url"] for row in rows} | {line["attributes"]["_print_url"] for line in lines}
    assert named
    assert named <= {f"{here}{path}" for path in PATHS}


def test_the_print_file_is_a_picture_that_is_large_enough_for_every_product() -> None:
    data = picture(*PIXELS)
    assert media_type_of(data) == "image/png"
    assert pixels_of(data, "image/png") == PIXELS
    assert len(data) < 10_000
    products = [one for catalogue in (EU, US) for one in catalogue.products]
    needed = [variant.longest / 25.4 * product.dpi for product in products for variant in product.variants]
    assert min(PIXELS) > max(needed)


# what is typed


class FakeTwin:
    """A twin that only remembers what its control plane was told."""

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:1"
        self.told: list[tuple[str, object]] = []

    def post(self, path: str, body: object = None) -> None:
        self.told.append((path, body))


@pytest.fixture
def operator() -> FakeOperator:
    return FakeOperator()


@pytest.fixture
def typed() -> list[str]:
    return []


@pytest.fixture
def wiring(tmp_path: Path, operator: FakeOperator, typed: list[str]) -> Wiring:
    """The demo's shop, about to be set up in a world without a stack and without sockets."""

    def type_(command: str) -> None:
        typed.append(command)
        typing.run(command, operator)

    twins: dict[str, Any] = dict.fromkeys(("shopify", "picanova", "pov", "gallery"), FakeTwin())
    home = tmp_path / "a folder"
    home.mkdir()
    return Wiring(DemoWorld(home, operator=operator, **twins), lambda _words: None, type_)


def test_the_shop_is_set_up_by_the_commands_that_are_shown(
    wiring: Wiring, operator: FakeOperator, typed: list[str]
) -> None:
    wiring.connect(lambda _step: None)
    assert all(command.startswith("platen ") for command in typed)
    links = operator.connections[STORE]["links"]
    assert [(link["name"], link["vendor"]) for link in links] == [
        ("mugs-and-shirts", "pov"),
        ("wall-art", "picanova"),
    ]
    pov = operator.connections["pov"]["making"]
    assert (pov["default_class"], pov["after_shipment"]) == ("STANDARD", "Closed")
    assert pov["code_match"] == {"MUGW-330ML-1": "MUG-11OZ"}
    assert operator.connections["picanova"]["making"]["after_cancel"] == "Canceled"


def test_the_shirt_lacks_its_artwork_until_that_is_imported(wiring: Wiring, operator: FakeOperator) -> None:
    wiring.connect(lambda _step: None)
    before = operator.products[f"{STORE}/{SHIRT}"]
    wiring.type(wiring.artwork_for_the_shirt())
    after = operator.products[f"{STORE}/{SHIRT}"]
    assert (before["print_sku"], before["print_url"]) == (after["print_sku"], "")
    assert after["print_url"] == "http://127.0.0.1:1/anchor.png"


def test_every_line_that_is_sold_by_its_sku_has_a_link_that_takes_it(
    wiring: Wiring, operator: FakeOperator
) -> None:
    wiring.connect(lambda _step: None)
    links = [Link.model_validate(one) for one in operator.connections[STORE]["links"]]
    orders = [*baskets(7), regretted(), incomplete()]
    for sku in {line["sku"] for order in orders for line in order["lines"]} - {GIFT_CARD}:
        assert [link.called for link in links if not link.why_not(Goods(sku=sku, printed=True))]


def test_a_command_that_does_not_work_ends_the_demo(operator: FakeOperator) -> None:
    operator.fails["attention"] = [Stop("The stack is down.", code="down")]
    with pytest.raises(Stop, match=r"`platen attention` did not work: .*The stack is down"):
        typing.run("platen attention", operator)
