"""Places, counts, and how the lines of orders stand: read by id, with every page, and nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from platen import connectors
from platen.connectors.shopify.stock import PATIENCE, ShopifyStock
from platen.domain.verdicts import Busy, Denied, Refused, Unreachable
from platen.ports.stock import Level, Place, Standing
from platen.usecases.stock.compare import ENOUGH
from platen.usecases.sync.products import SPARE
from tests.connectors.shopify.house import Call, House, ScriptedHttp, data, error, errors

PLACE = "70001"
MAIN, ANNEX = ({"id": f"gid://shopify/Location/{number}"} for number in (70001, 70002))


def stock(http: ScriptedHttp) -> ShopifyStock:
    return ShopifyStock(House(http).access())


def test_the_connector_names_it() -> None:
    found = connectors.load("shopify").open_stock(House(ScriptedHttp()).access())
    assert isinstance(found, ShopifyStock)
    assert found.page_size == 250


# ---- places ------------------------------------------------------------------------------------


def location(number: int, name: str, *, active: bool = True, service: bool = False) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Location/{number}",
        "name": name,
        "isActive": active,
        "isFulfillmentService": service,
    }


def page(*nodes: Any, after: str = "") -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": bool(after), "endCursor": after or None}}


def test_places_are_all_that_there_are() -> None:
    http = ScriptedHttp().on(
        "PlatenLocations",
        data({"locations": page(location(70001, "Workshop"), location(70002, "Shut", active=False), after="c")}),
        data({"locations": page(location(70003, "Elsewhere", service=True))}),
    )
    assert stock(http).places() == [
        Place("70001", "Workshop"),
        Place("70002", "Shut", active=False),
        Place("70003", "Elsewhere (fulfillment service)"),
    ]
    assert [call.variables for call in http.calls] == [{"after": None}, {"after": "c"}]


# ---- levels ------------------------------------------------------------------------------------


def item(number: int, level: Any = None, *, tracked: bool = True, bundle: bool = False) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/InventoryItem/{number}",
        "tracked": tracked,
        "inventoryLevel": level,
        "variants": {"nodes": [{"requiresComponents": bundle}]},
    }


def level(available: int, on_hand: int, committed: int, *, active: bool = True) -> dict[str, Any]:
    counts = {"available": available, "on_hand": on_hand, "committed": committed}
    return {
        "isActive": active,
        "quantities": [{"name": name, "quantity": count} for name, count in counts.items()],
    }


def test_levels_are_as_the_place_has_them() -> None:
    found = [
        item(1, level(7, 10, 3)),
        item(2, level(-2, 0, 2, active=False)),
        item(3),
        item(4, level(1, 1, 0), tracked=False, bundle=True),
        None,
        {},
        item(5, level(0, 0, 0)) | {"variants": None},
    ]
    http = ScriptedHttp().on("PlatenLevels", data({"nodes": found}))
    levels = stock(http).levels(PLACE, ["1", "2", "3", "4", "99", "5"])
    assert levels == {
        "1": Level("1", 7, 10, 3),
        "2": Level("2", -2, 0, 2, stocked=False),
        "3": Level("3", 0, 0, 0, stocked=False),
        "4": Level("4", 1, 1, 0, tracked=False, bundle=True),
        "5": Level("5", 0, 0, 0),
    }
    assert http.calls[0].variables["place"] == "gid://shopify/Location/70001"
    assert http.calls[0].variables["ids"][4] == "gid://shopify/InventoryItem/99"


def test_no_items_ask_nobody() -> None:
    assert stock(ScriptedHttp()).levels(PLACE, []) == {}


def test_what_is_too_dear_at_once_is_read_in_parts() -> None:
    def answer(call: Call) -> Any:
        if len(call.variables["ids"]) > 2:
            return errors(error("MAX_COST_EXCEEDED"))
        return data({"nodes": [item(int(one.rsplit("/", 1)[-1]), level(1, 1, 0)) for one in call.variables["ids"]]})

    http = ScriptedHttp().on("PlatenLevels", answer)
    assert list(stock(http).levels(PLACE, list("12345"))) == list("12345")


def test_what_is_refused_however_small_is_refused() -> None:
    http = ScriptedHttp().on("PlatenLevels", errors(error("INVALID_VARIABLE")))
    with pytest.raises(Refused):
        stock(http).levels(PLACE, [str(one) for one in range(250)])
    assert len(http.calls) < 12


def test_an_item_that_makes_all_of_them_unknown_hides_no_other() -> None:
    def answer(call: Call) -> Any:
        if "gid://shopify/InventoryItem/3" in call.variables["ids"]:
            return errors(error("RESOURCE_NOT_FOUND", "nodes"))
        return data({"nodes": [item(int(one.rsplit("/", 1)[-1]), level(1, 1, 0)) for one in call.variables["ids"]]})

    http = ScriptedHttp().on("PlatenLevels", answer)
    assert list(stock(http).levels(PLACE, list("12345"))) == list("1245")


def test_counts_that_the_app_may_not_see_are_not_taken_for_none() -> None:
    hidden = errors(error("ACCESS_DENIED", "nodes", 0, "inventoryLevel"), data={"nodes": [item(1)]})
    with pytest.raises(Denied, match="read_inventory"):
        stock(ScriptedHttp().on("PlatenLevels", hidden)).levels(PLACE, ["1"])


@pytest.mark.parametrize("broken", [[{"id": "x", "tracked": True}], [item(1) | {"tracked": None}]])
def test_counts_that_cannot_be_read_are_not_made_up(broken: list[Any]) -> None:
    with pytest.raises(Unreachable):
        stock(ScriptedHttp().on("PlatenLevels", data({"nodes": broken}))).levels(PLACE, ["1"])


def test_counts_that_are_there_in_part_are_not_taken() -> None:
    partly = errors(error("INTERNAL_SERVER_ERROR", "nodes", 1), data={"nodes": [item(1), None]})
    with pytest.raises(Unreachable):
        stock(ScriptedHttp().on("PlatenLevels", partly)).levels(PLACE, ["1", "2"])


# ---- standings ---------------------------------------------------------------------------------


def line(number: int, *, unfulfilled: int, current: int | None = None) -> dict[str, Any]:
    quantity = unfulfilled if current is None else current
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "unfulfilledQuantity": unfulfilled,
        "currentQuantity": quantity,
    }


def routed(number: int, status: str, where: Any, *parts: tuple[int, int], after: str = "") -> dict[str, Any]:
    rows = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{number}{of}",
            "remainingQuantity": left,
            "lineItem": {"id": f"gid://shopify/LineItem/{of}"},
        }
        for of, left in parts
    ]
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "assignedLocation": {"location": where},
        "lineItems": page(*rows, after=after),
    }


def gone(number: int, status: str, where: Any, *parts: tuple[int, int | None], after: str = "") -> dict[str, Any]:
    rows = [{"quantity": count, "lineItem": {"id": f"gid://shopify/LineItem/{of}"}} for of, count in parts]
    return {
        "legacyResourceId": str(number),
        "status": status,
        "createdAt": "2026-11-21T08:00:00Z",
        "location": where,
        "fulfillmentLineItems": page(*rows, after=after),
    }


def order(
    number: int = 1,
    lines: Any = (),
    fulfillment_orders: Any = (),
    fulfillments: Any = (),
    *,
    cancelled: bool = False,
    updated: str = "2026-11-21T08:00:00Z",
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "updatedAt": updated,
        "cancelledAt": updated if cancelled else None,
        "lineItems": lines if isinstance(lines, dict) else page(*lines),
        "fulfillmentOrders": fulfillment_orders
        if isinstance(fulfillment_orders, dict)
        else page(*fulfillment_orders),
        "fulfillments": list(fulfillments),
    }


def standings(*orders: Any, **more: Any) -> Mapping[tuple[str, str], Standing]:
    http = ScriptedHttp().on("PlatenStandings", data({"nodes": list(orders)}))
    return stock(http).standings([str(number) for number, _ in enumerate(orders, 1)])


CASES: dict[str, tuple[dict[str, Any], Standing]] = {
    "nothing has left": (
        order(1, [line(11, unfulfilled=5)], [routed(1, "OPEN", MAIN, (11, 5))]),
        Standing(5, 0, {"70001": 5}),
    ),
    "on hold, in progress and scheduled are open": (
        order(
            1,
            [line(11, unfulfilled=6)],
            [
                routed(1, "ON_HOLD", MAIN, (11, 1)),
                routed(2, "IN_PROGRESS", MAIN, (11, 2)),
                routed(3, "SCHEDULED", ANNEX, (11, 3)),
            ],
        ),
        Standing(6, 0, {"70001": 3, "70002": 3}),
    ),
    "what a service could not complete is open, at no place": (
        order(1, [line(11, unfulfilled=2)], [routed(1, "INCOMPLETE", MAIN, (11, 2))]),
        Standing(2, 0),
    ),
    "what is over is not open": (
        order(
            1,
            [line(11, unfulfilled=0)],
            [routed(1, "CLOSED", MAIN, (11, 2)), routed(2, "CANCELLED", MAIN, (11, 5))],
        ),
        Standing(0, 0),
    ),
    "a part has left, from elsewhere": (
        order(
            1,
            [line(11, unfulfilled=2)],
            [routed(1, "IN_PROGRESS", MAIN, (11, 2))],
            [gone(1, "SUCCESS", ANNEX, (11, 3))],
        ),
        Standing(2, 3, {"70001": 2}, {"70002": 3}),
    ),
    "two parcels, and one that was called back": (
        order(
            1,
            [line(11, unfulfilled=1)],
            [routed(1, "OPEN", MAIN, (11, 1))],
            [
                gone(1, "SUCCESS", MAIN, (11, 1)),
                gone(2, "SUCCESS", MAIN, (11, 2)),
                gone(3, "CANCELLED", MAIN, (11, 9)),
                gone(4, "FAILURE", MAIN, (11, 9)),
                gone(5, "SUCCESS", MAIN, (11, None)),
            ],
        ),
        Standing(1, 3, {"70001": 1}, {"70001": 3}),
    ),
    "not routed to a place yet": (order(1, [line(11, unfulfilled=5)]), Standing(5, 0)),
    "not routed, and some of it was taken off": (order(1, [line(11, unfulfilled=5, current=2)]), Standing(2, 0)),
    "cancelled before it was routed": (order(1, [line(11, unfulfilled=5)], cancelled=True), Standing(0, 0)),
    "places that may not be seen": (
        order(
            1,
            [line(11, unfulfilled=2)],
            [routed(1, "OPEN", None, (11, 2))],
            [gone(1, "SUCCESS", None, (11, 3))],
        ),
        Standing(2, 3),
    ),
}


@pytest.mark.parametrize(("told", "stands"), CASES.values(), ids=CASES)
def test_how_a_line_stands(told: dict[str, Any], stands: Standing) -> None:
    assert standings(told) == {("1", "11"): stands}


def test_orders_are_asked_for_ten_at_a_time_and_each_once() -> None:
    def answer(call: Call) -> Any:
        numbers = [int(one.rsplit("/", 1)[-1]) for one in call.variables["ids"]]
        return data({"nodes": [order(one, [line(11, unfulfilled=1)]) if one != 13 else None for one in numbers]})

    http = ScriptedHttp().on("PlatenStandings", answer)
    found = stock(http).standings([str(number) for number in range(1, 26)] * 2)
    assert len(found) == 24
    assert [len(call.variables["ids"]) for call in http.calls] == [10, 10, 5]


def long_order(updated: str = "2026-11-21T08:00:00Z") -> dict[str, Any]:
    """Every list in it has a second page."""
    return order(
        1,
        page(line(11, unfulfilled=1), after="l"),
        page(routed(1, "OPEN", MAIN, (11, 1), after="p"), after="f"),
        [gone(1, "SUCCESS", MAIN, (11, 1), after="g")],
        updated=updated,
    )


def paged(*, updated: list[str], orders: list[Any] | None = None) -> ScriptedHttp:
    second = routed(1, "OPEN", MAIN, (12, 2))["lineItems"]
    parcel = gone(1, "SUCCESS", MAIN, (12, 4))["fulfillmentLineItems"]
    return (
        ScriptedHttp()
        .on("PlatenStandings", *(data({"nodes": [one]}) for one in orders or [long_order()]))
        .on("PlatenStandingLines", data({"order": {"lineItems": page(line(12, unfulfilled=6))}}))
        .on("PlatenFulfillmentOrderLines", data({"fulfillmentOrder": {"lineItems": second}}))
        .on(
            "PlatenFulfillmentOrders",
            data({"order": {"fulfillmentOrders": page(routed(2, "OPEN", ANNEX, (12, 4)))}}),
        )
        .on("PlatenFulfillmentLines", data({"fulfillment": {"fulfillmentLineItems": parcel}}))
        .on("PlatenOrderUpdated", *(data({"order": {"updatedAt": one}}) for one in updated))
    )


def test_every_page_of_every_list_is_read() -> None:
    assert stock(paged(updated=["2026-11-21T08:00:00Z"])).standings(["1"]) == {
        ("1", "11"): Standing(1, 1, {"70001": 1}, {"70001": 1}),
        ("1", "12"): Standing(6, 4, {"70001": 2, "70002": 4}, {"70001": 4}),
    }


def test_an_order_that_changed_between_its_pages_is_read_anew() -> None:
    now = "2026-11-21T08:00:07Z"
    http = paged(updated=[now, now], orders=[long_order(), long_order(now)])
    assert stock(http).standings(["1"])["1", "12"].open == 6
    assert len(http.named("PlatenStandings")) == 2


def test_an_order_that_keeps_changing_is_not_guessed_at() -> None:
    with pytest.raises(Busy):
        stock(paged(updated=["2026-11-21T09:00:00Z"])).standings(["1"])


def test_an_order_that_went_away_between_its_pages_is_not_there() -> None:
    http = paged(updated=["2026-11-21T09:00:00Z"], orders=[long_order(), None])
    assert stock(http).standings(["1"]) == {}


def test_an_order_with_more_parcels_than_are_listed_is_not_guessed_at() -> None:
    with pytest.raises(Refused, match="more fulfillments"):
        standings(order(1, [line(11, unfulfilled=1)], [], [gone(1, "SUCCESS", MAIN, (11, 1))] * 250))


def test_orders_that_cost_more_than_the_bucket_holds_are_waited_for() -> None:
    """At once, for what is read by parts is not of one moment; but a person is not kept waiting."""
    empty = data({"nodes": [None] * 10}, left=0, cost=90)
    assert stock(ScriptedHttp().on("PlatenStandings", empty)).standings([str(one) for one in range(400)]) == {}
    with pytest.raises(Busy):
        stock(ScriptedHttp().on("PlatenStandings", empty)).standings([str(one) for one in range(9000)])


def test_who_waits_for_it_has_the_time() -> None:
    """Or its worker is stopped in the middle of a read."""
    assert min(ENOUGH, SPARE) > PATIENCE
