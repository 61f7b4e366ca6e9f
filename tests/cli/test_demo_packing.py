"""The packing demo's orders and its judgement: it must see every way an order can be lost, doubled or changed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from platen.domain.job import external_id
from platen.domain.order import order_id
from platen_cli.commands_local import FEWEST_PACKED
from platen_cli.demo import typing
from platen_cli.demo.packing import orders, tally
from platen_cli.demo.packing.play import Play
from platen_cli.demo.packing.shown import Packing, slip, verdict
from platen_cli.demo.packing.tally import STORE, Result, Seen, changed, differing, duplicates, look, lost
from platen_cli.demo.packing.world import World as Demo
from platen_cli.demo.screen import Screen
from platen_cli.desk import Desk
from platen_cli.stops import Stop
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator, order
from twins.inksoft import InkSoftTwin
from twins.inksoft.asked import PlaceOrder
from twins.inksoft.control import seen as in_inksoft

ORDER = order_id(STORE, "1")


# what is ordered


def placed(count: int) -> list[PlaceOrder]:
    return [PlaceOrder.model_validate(one) for one in orders.ordered(count)]


@pytest.mark.parametrize("count", [orders.FEWEST, 5, 25])
def test_the_orders_that_something_is_told_of_are_always_there(count: int) -> None:
    asked = placed(count)
    assert len(asked) == count
    assert [number for number, one in enumerate(asked) if not one.paid] == [0, 1]
    corrected = asked[orders.CORRECTED]
    assert corrected.address
    assert corrected.address.street1 != orders.RIGHT_STREET
    assert corrected.gift_message
    assert corrected.coupon_code
    assert any(line.names_and_numbers for line in corrected.items)
    assert any(line.personalization for line in corrected.items)


def test_inksoft_takes_every_one_of_them_in_several_stores() -> None:
    twin = InkSoftTwin(now=lambda: datetime(2026, 11, 22, tzinfo=UTC), stores=orders.STORES)
    made = [twin.place_order(one) for one in placed(12)]
    assert {one.store_id for one in made} == set(orders.STORES)
    assert all(one.total > 0 for one in made)


def test_the_same_orders_come_again_in_the_same_order() -> None:
    assert list(orders.ordered(20)) == list(orders.ordered(20))


def test_with_fewer_orders_than_stories_it_does_not_begin(run: Run) -> None:
    said = run("demo", "--packing", "--orders", str(FEWEST_PACKED - 1))
    assert said.exit_code == 2
    assert f"{orders.FEWEST} orders" in said.stderr
    assert orders.FEWEST == FEWEST_PACKED


# what is counted

type World = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture
def world() -> World:
    """One order of two shirts and a coupon, at ShipStation once, labelled, and shown in InkSoft."""
    twin = InkSoftTwin(now=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    bought = twin.place_order(items=[{"quantity": 2}], discount="5.00", coupon_code="TEAM5", shipping="3.00")
    twin.ship_by_hand(bought.id, "T1")
    return [in_inksoft(bought) | {"ID": 1}], [at_shipstation("1")]


def at_shipstation(job: str, of: str = ORDER) -> dict[str, Any]:
    def item(name: str, quantity: int, price: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "quantity": quantity, "unit_price": price, "options": [], "adjustment": False} | more

    return {
        "order_id": 470_000_000 + int(job),
        "key": external_id("1", of, job),
        "number": "1",
        "status": "shipped",
        "imports": 1,
        "sum": "35.00",
        "content": {
            "items": [item("Tee", 2, "18.50"), item("Coupon", 1, "-5.00", adjustment=True)],
            "ship_to": {"street1": "Long Street 1"},
        },
        "parcels": [parcel("T1")],
    }


def parcel(tracking: str, **more: Any) -> dict[str, Any]:
    return {"tracking": tracking, "voided_at": None, "is_return": False} | more


def seen(world: World) -> Seen:
    return look(*world)


def test_a_good_day_is_clean(world: World) -> None:
    found = seen(world)
    assert (lost(found), duplicates(found), differing(found)) == ([], [], [])
    assert (found.once, found.complete(ORDER), found.status(ORDER)) == (1, True, "shipped")


def packages(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world[0][0]["Shipments"][0]["Packages"]
    return found


def _not_at_shipstation(world: World) -> None:
    world[1].clear()


def _not_labelled(world: World) -> None:
    world[1][0]["parcels"].clear()
    world[0][0]["Shipments"].clear()


def _label_voided(world: World) -> None:
    world[1][0]["parcels"][0]["voided_at"] = "2026-11-22T00:00:00Z"
    world[0][0]["Shipments"].clear()


def _only_a_return(world: World) -> None:
    world[1][0]["parcels"][0]["is_return"] = True
    world[0][0]["Shipments"].clear()


def _not_shown(world: World) -> None:
    packages(world).clear()


def _shown_without_tracking(world: World) -> None:
    packages(world)[0]["TrackingNumber"] = ""


@pytest.mark.parametrize(
    "mishap",
    [_not_at_shipstation, _not_labelled, _label_voided, _only_a_return, _not_shown, _shown_without_tracking],
)
def test_what_is_missing_anywhere_is_lost(world: World, mishap: Callable[[World], None]) -> None:
    mishap(world)
    found = seen(world)
    assert lost(found) == [ORDER]
    assert not found.complete(ORDER)


def _there_twice(world: World) -> None:
    world[1].append(at_shipstation("1"))


def _there_again_as_another_job(world: World) -> None:
    world[1].append(at_shipstation("2") | {"parcels": []})


def _labelled_twice(world: World) -> None:
    world[1][0]["parcels"].append(parcel("T2"))


def _shown_twice(world: World) -> None:
    packages(world).append(dict(packages(world)[0]))


def _shown_of_another(world: World) -> None:
    packages(world).append(packages(world)[0] | {"TrackingNumber": "T9"})


def _nobody_placed_it(world: World) -> None:
    world[1].append(at_shipstation("1", order_id(STORE, "2")))


def _without_our_id(world: World) -> None:
    world[1].append(at_shipstation("1") | {"key": "made by hand", "number": "X-9"})


def _cancelled_and_labelled(world: World) -> None:
    world[0][0]["Cancelled"] = True


@pytest.mark.parametrize(
    "mishap",
    [
        _there_twice,
        _there_again_as_another_job,
        _labelled_twice,
        _shown_twice,
        _shown_of_another,
        _nobody_placed_it,
        _without_our_id,
        _cancelled_and_labelled,
    ],
)
def test_what_is_there_too_often_is_a_duplicate(world: World, mishap: Callable[[World], None]) -> None:
    mishap(world)
    assert len(duplicates(seen(world))) == 1


def _a_piece_short(world: World) -> None:
    world[1][0]["content"]["items"][0]["quantity"] = 1


def _another_sum(world: World) -> None:
    world[1][0]["sum"] = "40.00"


def _another_street(world: World) -> None:
    world[0][0]["ShippingAddress"]["Street1"] = "10 Corrected Street"


def _cancelled_on_one_side(world: World) -> None:
    world[1][0]["status"] = "cancelled"


@pytest.mark.parametrize("mishap", [_a_piece_short, _another_sum, _another_street, _cancelled_on_one_side])
def test_what_is_told_otherwise_differs(world: World, mishap: Callable[[World], None]) -> None:
    mishap(world)
    assert differing(seen(world)) == [ORDER]


def test_a_cancelled_order_needs_no_label(world: World) -> None:
    world[0][0] |= {"Cancelled": True, "Shipments": []}
    world[1][0] |= {"status": "cancelled", "parcels": []}
    found = seen(world)
    assert (lost(found), duplicates(found), differing(found)) == ([], [], [])


@pytest.mark.parametrize(
    "mishap", [_not_at_shipstation, _there_twice, _not_shown, _shown_twice, _labelled_twice, _another_sum]
)
def test_any_difference_is_a_change(world: World, mishap: Callable[[World], None]) -> None:
    before = seen(deepcopy(world))
    mishap(world)
    assert changed(before, seen(world), {ORDER: "done"}, {ORDER: "done"}) == [ORDER]


def test_that_it_was_looked_at_is_no_change(world: World) -> None:
    before = seen(deepcopy(world))
    world[0][0]["Twin"] |= {"modified": "2027-01-01T00:00:00.000Z"}
    world[1][0]["imports"] += 1
    assert changed(before, seen(world), {ORDER: "done"}, {ORDER: "done"}) == []


def test_a_state_or_a_mail_more_is_a_change(world: World) -> None:
    before = seen(world)
    assert changed(before, before, {ORDER: "done"}, {ORDER: "attention"}) == [ORDER]
    mailed = look(*world, [{"order_id": 1, "tracking": "T1"}])
    assert changed(before, mailed, {}, {}) == [ORDER]


CLEAN = Result(
    orders=8,
    at_shipstation=8,
    labels=7,
    trackings_in_inksoft=7,
    lost=0,
    duplicates=0,
    differ=0,
    attention=0,
    errors_at_shipstation=0,
    changed_by_repeat=0,
    seconds=1.0,
    paid_later=2,
    cancelled=1,
    address_corrected=1,
    read_again=8,
    notices_again=7,
)


def test_a_clean_count_is_good() -> None:
    assert CLEAN.good
    assert "0 lost, 0 twice" in "".join(verdict(CLEAN))


@pytest.mark.parametrize(
    "field", ["lost", "duplicates", "differ", "attention", "errors_at_shipstation", "changed_by_repeat"]
)
def test_one_of_anything_bad_is_not_good(field: str) -> None:
    assert not replace(CLEAN, **{field: 1}).good


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("at_shipstation", 7),
        ("labels", 6),
        ("labels", 8),
        ("trackings_in_inksoft", 6),
        ("paid_later", 1),
        ("cancelled", 0),
        ("cancelled", 2),
        ("address_corrected", 0),
        ("read_again", 7),
        ("notices_again", 6),
    ],
)
def test_a_demo_that_did_not_show_what_it_is_for_is_not_good(field: str, count: int) -> None:
    assert not replace(CLEAN, **{field: count}).good


# what is typed, and what is shown


class FakeShop:
    url = "http://127.0.0.1:1"


class FakePackers:
    """A ShipStation that only remembers its stores, and says ``says`` when the connection is tested."""

    def __init__(self, says: str = "") -> None:
        self.says = says
        self.stores: list[dict[str, Any]] = []

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if path == "/stores":
            self.stores.append(body or {})
            return {"store_id": 1}
        return {"message": self.says}


FEED_URL = "https://hub.example/feeds/packers/k3y"


def wired(home: Path, operator: FakeOperator, packers: FakePackers) -> Play:
    operator.results["feed_url"] = {"feed_url": FEED_URL}
    desk = Desk()
    twins: dict[str, Any] = {"inksoft": FakeShop(), "shipstation": packers}
    return Play(Demo(home, operator=operator, **twins), Screen(desk, 4), desk, 4)


def test_everything_that_is_ordered_goes_to_the_packers(tmp_path: Path) -> None:
    operator, packers = FakeOperator(), FakePackers()
    wired(tmp_path, operator, packers).connect()
    [link] = operator.connections[STORE]["links"]
    assert (link["vendor"], link["lines"]) == (tally.PACKERS, "all")
    assert [one["url"] for one in packers.stores] == [FEED_URL]


def test_a_store_that_shipstation_does_not_like_ends_the_demo(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"Test Connection says: .*\(401\)"):
        wired(tmp_path, FakeOperator(), FakePackers("The remote server returned an error: (401)")).connect()


def test_what_it_says_to_try_works(tmp_path: Path) -> None:
    operator = FakeOperator()
    play = wired(tmp_path, operator, FakePackers())
    play.connect()
    operator.connections[STORE]["roles"] = ["store"]  # the fake knows one system of stores only
    play.numbers = ["1", "2", "3", "4"]
    assert "platen orders show 4" in play.hints()
    operator.results |= {"orders": {"orders": [], "next": ""}, "order": {"order": order()}}
    operator.results["status"] = {"queues": {}, "connections": [], "orders": {}, "attention": 0}
    for command in play.hints():
        typing.run(command, operator)


def test_the_packers_read_what_the_buyer_wrote() -> None:
    content = {
        "items": [
            {
                "name": "Tee",
                "quantity": 2,
                "unit_price": "18.50",
                "options": [{"name": "Name and number", "value": "KEEPER 1\x1b[2J"}],
            }
        ],
        "shipping": "3.00",
        "tax": "0.00",
        "total": "40.00",
        "service_asked": "UPS Ground",
        "gift_message": "For [you]",
        "customer_notes": "",
    }
    out = Console(file=StringIO(), width=100)
    out.print(slip({"content": content}))
    said = out.file.getvalue()  # type: ignore[attr-defined]
    for words in ("Name and number: KEEPER 1�[2J", "Gift message: For [you]", "Asked for: UPS Ground", "40.00"):
        assert words in said
    assert "The buyer says" not in said


def test_how_far_the_orders_are_is_said_in_words_too() -> None:
    line = Packing(placed=8, taken_in=8, at_vendor=7, shipped=3, done=2, unpaid=2, cancelled=1).line()
    assert line.startswith("placed in InkSoft 8, taken in by Platen 8, at ShipStation 7, labelled 3")
    assert line.endswith("awaiting payment 2, cancelled 1, waiting for a person 0")
