"""A shop -> Platen -> a depot that keeps its stock in Tryton -> picked, packed, shipped -> the shop; and its stock.

Platen is the real template on the embedded AWS, where a permission that is missing is refused. The tests are one
story, in the order they stand in: each begins where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.abroad import PERSONAL
from tests.warehouse.conftest import SITE, timed
from tests.warehouse.depot import Depot, Standing
from tests.warehouse.trip import CLIENT, Trip

pytestmark = [pytest.mark.warehouse, pytest.mark.enable_socket]

STOCK = {"MUG-1": 20, "MUG-2": 8, "MUG-3": 3}
UPS, LABELS = "UPS", ("1Z999AA10123456784", "1Z999AA10123456785", "1Z999AA10123456786")


@pytest.fixture(scope="module")
def trip(request: pytest.FixtureRequest, depot: Depot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trip]:
    with timed("Platen built and deployed"):
        stack, ask = (request.getfixturevalue(name) for name in ("stack", "ask"))
    trip = Trip(stack, ask, depot, tmp_path_factory.mktemp("trip"))
    try:
        with timed("shop and connections set up"):
            trip.open(STOCK)
        yield trip
    finally:
        trip.close()


@pytest.fixture(scope="module")
def orders() -> dict[str, str]:
    """What was bought so far, by what it is called here -> the shop's id."""
    return {}


@pytest.fixture(autouse=True)
def _the_story_goes_on(request: pytest.FixtureRequest) -> None:
    """What stands on a chapter that failed says nothing of its own."""
    if request.session.testsfailed:
        pytest.skip("an earlier part failed")


def test_products_and_their_first_stock_come_to_the_depot(trip: Trip) -> None:
    assert len(trip.findings) == 2, "products and a count are still missing, and that is said"
    assert trip.sync("products")["state"] == "done"
    taken = trip.taken(lambda found: found.items, "the products")
    assert sorted(taken.items) == sorted(STOCK)
    assert {item: one.on_hand for item, one in trip.depot.standings().items()} == STOCK
    assert {str(trip.depot.cost(item)) for item in STOCK} <= {"4.25", "4.2500"}


def test_nothing_is_pushed_before_a_person_has_seen_what_it_would_change(trip: Trip) -> None:
    trip.count()
    refused = trip._ask("sync_start", connection="trip-depot", kind="stock", by="a clerk")
    assert not refused["ok"]
    assert "dry" in refused["error"]["message"]
    dry = trip.sync("stock", dry=True)
    assert (dry["state"], dry["totals"]["equal"]) == ("done", len(STOCK))
    assert trip.shop.get("/stock/writes")["writes"] == []


def test_an_order_is_picked_packed_shipped_and_shown_with_its_tracking(trip: Trip, orders: dict[str, str]) -> None:
    orders["first"] = trip.order(("MUG-1", 3), ("MUG-2", 2), ("MUG-1", 2))
    (number,) = trip.taken(lambda found: found.orders, "the order at the depot").orders
    assert trip.levels()["MUG-1"] == (20, 15)
    assert trip.agent.pick(number)
    trip.agent.ship(number, UPS, LABELS[0])
    assert trip.until_shown(orders["first"]) == [LABELS[0]]
    trip.until_done([orders["first"]])
    assert trip.depot.tracking(number) == (UPS, LABELS[0])
    assert trip.levels() == {"MUG-1": (15, 15), "MUG-2": (6, 6), "MUG-3": (3, 3)}
    assert trip.depot.standings()["MUG-1"] == Standing(15, 0)


def test_an_order_that_is_told_again_is_in_the_depot_once(trip: Trip, orders: dict[str, str]) -> None:
    """By the agent's guard; and Platen does not put its file there again, whoever asks."""
    orders["second"] = trip.order(("MUG-1", 1))
    (number,) = trip.taken(lambda found: found.orders, "the order at the depot").orders
    trip.ask("sweep")
    assert trip.sync("orders")["state"] == "done"
    again = trip.agent.take()
    assert (again.orders, again.twice) == ([], [])
    assert trip.depot.shipments(number) == 1
    assert trip.agent.pick(number)


def test_end_of_day_corrects_what_was_miscounted_and_undoes_no_sale(trip: Trip, orders: dict[str, str]) -> None:
    """The shelves: 14 of MUG-1, one of the 15 is picked for the second order. Somebody counts and finds 11. While
    it is pushed, two more are sold: to show the depot's number would sell them once more."""
    trip.agent.recount({"MUG-1": 11, "MUG-3": 5})
    trip.count()
    assert trip.depot.standings()["MUG-1"].on_hand == 12
    trip.sell_before_the_next_write("MUG-1", 2)
    run = trip.end_of_day(times=2)
    assert (run["state"], run["totals"]["corrected"], run["totals"]["failed"]) == ("done", 2, 0)
    assert trip.levels() == {"MUG-1": (12, 9), "MUG-2": (6, 6), "MUG-3": (5, 5)}
    assert len(trip.end_of_days()) == 1
    (orders["third"],) = trip.shop_orders() - set(orders.values())


def test_what_was_sold_meanwhile_is_shipped_as_well_and_both_sides_are_even(
    trip: Trip, orders: dict[str, str]
) -> None:
    (third,) = trip.taken(lambda found: found.orders, "the order at the depot").orders
    assert trip.agent.pick(third)
    trip.agent.ship(third, UPS, LABELS[2])
    (second,) = trip.picked_and_not_shipped()
    trip.agent.ship(second, UPS, LABELS[1])
    trip.until_done(list(orders.values()))
    assert [trip.tracking(orders[name]) for name in ("second", "third")] == [[LABELS[1]], [LABELS[2]]]
    trip.count()
    run = trip.sync("stock", full=True)
    assert (run["state"], run["totals"]["equal"], run["totals"]["corrected"]) == ("done", len(STOCK), 0)
    left = {item: (one.on_hand, one.on_hand) for item, one in trip.depot.standings().items()}
    assert trip.levels() == left == {"MUG-1": (9, 9), "MUG-2": (6, 6), "MUG-3": (5, 5)}


def test_a_count_that_broke_off_changes_nothing_and_is_answered(trip: Trip) -> None:
    counted = trip.status()["snapshots"]
    trip.agent.snapshot(cut_after=2)
    (line,) = trip.until(trip.rejected, "the answer to the broken count")
    assert "not whole" in line
    assert trip.status()["snapshots"] == counted


def test_nothing_failed_on_the_way_and_no_log_names_a_buyer(trip: Trip) -> None:
    assert trip.ask("attention")["items"] == []
    assert trip.failed() == []
    logs = trip.logs()
    assert [word for word in (*PERSONAL, CLIENT[1]) if word in logs] == []
    assert SITE in str(trip.status())
