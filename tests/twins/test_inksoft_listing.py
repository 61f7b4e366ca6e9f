"""GetOrderSummaries of the InkSoft twin: its pages, its filters, and what shifts while somebody turns them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.twins.inksoft_shop import Caller, inksoft, said_no, told
from twins.inksoft import InkSoftTwin


def a_window(begin: str | None, end: str | None = None) -> dict[str, Any]:
    return {"UtcOffsetHours": 0, "Begin": begin, "End": end}


def pages(call: Caller, size: int, **filters: Any) -> list[int]:
    """Everything, page by page, as a client has to turn them."""
    found: list[int] = []
    index = 0
    while True:
        page = told(call.get("GetOrderSummaries", Index=index, MaxResults=size, **filters))
        found += [one["ID"] for one in page["Data"]]
        index += page["Pagination"]["IncludedResults"]
        if not page["Data"] or index >= page["Pagination"]["TotalResults"]:
            return found


def orders(twin: InkSoftTwin, clock: FakeClock, count: int) -> list[int]:
    """So many orders, a minute apart, the oldest first."""
    made = []
    for _ in range(count):
        made.append(twin.place_order().id)
        clock.passes(minutes=1)
    return made


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_all_pages_together_are_everything_once(size: int) -> None:
    twin, clock = inksoft()
    made = orders(twin, clock, 7)
    assert pages(Caller(twin), size) == made[::-1], "the newest first"
    assert pages(Caller(twin), size, OrderBy="ID") == made
    assert pages(Caller(twin), size, OrderBy="id", OrderByDirection="descending") == made[::-1]


def test_a_page_is_never_longer_than_the_most_there_may_be() -> None:
    twin, clock = inksoft(most_results=3)
    orders(twin, clock, 5)
    page = told(Caller(twin).get("GetOrderSummaries", MaxResults=1000))
    assert page["Pagination"] == {"TotalResults": 5, "IncludedResults": 3, "Index": 0}
    beyond = told(Caller(twin).get("GetOrderSummaries", Index=99))
    assert (beyond["Data"], beyond["Pagination"]["IncludedResults"]) == ([], 0)


def test_nothing_to_list_is_an_empty_list() -> None:
    page = told(Caller(inksoft()[0]).get("GetOrderSummaries"))
    assert (page["Data"], page["Pagination"]["TotalResults"]) == ([], 0)


def test_everything_that_changes_an_order_moves_it_in_time() -> None:
    twin, clock = inksoft()
    order = twin.place_order(needs_approval=True, paid=False)
    call = Caller(twin)
    twin.switches.lists_pending = True
    changes: list[Callable[[], object]] = [
        lambda: twin.change_address(order.id, {"city": "Elsewhere"}),
        lambda: twin.edit_quantity(order.id, 0, 3),
        lambda: twin.add_item(order.id, sku="BAG-300"),
        lambda: twin.write(order.id, notes="x"),
        lambda: twin.approve(order.id),
        lambda: twin.pay(order.id),
        lambda: twin.comment(order.id, "x"),
        lambda: twin.set_status(order.id, production_status="Scheduled"),
        lambda: call.ship(order.id),
        lambda: twin.ship_by_hand(order.id, "1Z2"),
        lambda: twin.refund(order.id),
        lambda: twin.cancel(order.id),
    ]
    for change in changes:
        clock.passes(minutes=1)
        now = clock.now().isoformat()
        assert call.ids(DateModifiedRange=a_window(now)) == []
        change()
        assert call.ids(DateModifiedRange=a_window(now)) == [order.id]
        assert call.ids(DateCreatedRange=a_window(now)) == []
    assert "DateModified" not in call.order(order.id), "only the filter knows it"


def test_both_ends_of_a_range_belong_to_it() -> None:
    twin, clock = inksoft()
    first, second, _third = orders(twin, clock, 3)
    call = Caller(twin)
    window = a_window("2026-11-21T09:00:00.000Z", "2026-11-21T09:01:00.000Z")
    assert call.ids(DateCreatedRange=window) == [second, first]
    assert call.ids(DateCreatedRange=a_window(None, "2026-11-21T08:59:59.999Z")) == []
    assert call.ids(DueDateRange=window) == [], "an order without the date is in no range of it"
    assert call.ids(daterange=window, datecreatedrange={"begin": "2026-11-21T09:02:00+00:00"}) == [_third]


def test_a_store_may_count_time_in_its_own_zone() -> None:
    twin, _ = inksoft(zone_hours=-7)
    order = twin.place_order()
    call = Caller(twin)
    assert call.ids(DateModifiedRange=a_window("2026-11-21T08:00:00Z")) == []
    assert call.ids(DateModifiedRange=a_window("2026-11-21T02:00:00Z")) == [order.id]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"StoreIds": [41001, 41002]}, ["plain", "pickup", "unpaid", "club", "quote"]),
        ({"StoreIds": [41003]}, ["embedded"]),
        ({"StoreIds": []}, ["plain", "pickup", "unpaid", "club", "embedded", "quote"]),
        ({"PaymentSatuses": ["NotPaid", "PartiallyPaid"]}, ["unpaid"]),
        ({"PaymentStatuses": ["NotPaid"]}, ["unpaid"]),
        ({"OrderTypes": ["Proposals"]}, ["quote"]),
        ({"DeliveryMethods": ["pickup"]}, ["pickup"]),
        ({"ShippingMethodIds": [76]}, ["pickup"]),
        ({"ShippingVendorNames": ["USPS"]}, ["club"]),
        ({"Organizations": ["The Club"]}, ["club"]),
        ({"ProductionStatuses": ["Ready to Ship"]}, ["plain"]),
        ({"Status": "Canceled"}, ["unpaid"]),
        ({"SearchText": "CLUB@"}, ["club"]),
        ({"Status": "Processing", "StoreIds": [41002]}, ["club"]),
        ({"Misspelt": ["x"], "StoreIds": [41003]}, ["embedded"]),
    ],
)
def test_filters(filters: dict[str, Any], found: list[str]) -> None:
    twin, _ = inksoft()
    made = {
        "plain": twin.place_order().id,
        "pickup": twin.place_order(pickup=True).id,
        "unpaid": twin.place_order(paid=False).id,
        "club": twin.place_order(
            store_id=41002, carrier="USPS", email="club@example.com", billing={"company": "The Club"}
        ).id,
        "embedded": twin.place_order(origin="embedded").id,
        "quote": twin.place_order(origin="proposal").id,
    }
    twin.set_status(made["plain"], production_status="Ready to Ship")
    twin.cancel(made["unpaid"])
    names = {number: name for name, number in made.items()}
    assert [names[one] for one in Caller(twin).ids(OrderBy="ID", **filters)] == found


def test_an_order_that_waits_for_approval_is_not_listed_until_then() -> None:
    twin, clock = inksoft()
    order = twin.place_order(needs_approval=True)
    call = Caller(twin)
    assert call.ids() == []
    twin.switches.lists_pending = True
    assert call.ids() == [order.id]
    twin.switches.lists_pending = False
    clock.passes(hours=3)
    twin.approve(order.id)
    assert call.ids(DateModifiedRange=a_window("2026-11-21T12:00:00Z")) == [order.id]
    assert call.ids(DateCreatedRange=a_window("2026-11-21T12:00:00Z")) == [], "asking by creation would lose it"


def test_an_order_placed_between_two_pages_shows_one_twice() -> None:
    twin, clock = inksoft()
    made = orders(twin, clock, 4)
    twin.between_pages(twin.place_order)
    assert pages(Caller(twin), 2) == [made[3], made[2], made[2], made[1], made[0]]


def test_an_order_gone_between_two_pages_hides_one() -> None:
    """And so does one that moves out of a window with an end. Sorted by id the same can happen."""
    twin, clock = inksoft()
    made = orders(twin, clock, 4)
    end = clock.now().isoformat()
    twin.between_pages(lambda: twin.touch(made[3], clock.now()))
    clock.passes(minutes=1)
    assert pages(Caller(twin), 2, DateModifiedRange=a_window(None, end)) == [made[3], made[2], made[0]]
    twin.between_pages(lambda: twin.remove(made[3]))
    assert pages(Caller(twin), 2) == [made[3], made[2], made[0]]


@pytest.mark.parametrize(
    "parameters",
    [
        {"Index": -1},
        {"MaxResults": 0},
        {"Index": "first"},
        {"OrderBy": "DateModified"},
        {"OrderBy": "ID", "OrderByDirection": "Up"},
        {"StoreIds": 41001},
        {"StoreIds": "41001,41002"},
        {"StoreIds": [[41001]]},
        {"OrderTypes": ["Web"]},
        {"Status": "Cancelled"},
        {"DateModifiedRange": "2026-11-21"},
        {"DateModifiedRange": []},
        {"DateModifiedRange": {"Begin": "2026-11-21T09:00:00"}},
        {"DateModifiedRange": {"Begin": "yesterday"}},
        {"DateModifiedRange": {"Begin": 5}},
        {"DateModifiedRange": {"UtcOffsetHours": "none"}},
        {"DateModifiedRange": "[" * 100_000},
        {"IncludeProductionCards": "yes"},
    ],
)
def test_what_cannot_be_read_is_refused(parameters: dict[str, Any]) -> None:
    twin, _ = inksoft()
    status, code, words = said_no(Caller(twin).get("GetOrderSummaries", **parameters))
    assert (status, code) == (400, "BadRequest")
    assert next(iter(reversed(parameters))) in words


def test_a_store_path_lists_its_own_orders_only() -> None:
    twin, _ = inksoft()
    twin.add_site("Other", "other-key", {52001: "Other Store"})
    mine, other = twin.place_order().id, twin.place_order(site="other", store_id=52001).id
    assert Caller(twin).ids() == [mine]
    assert Caller(twin, "other-key", "other").ids() == [other]
    assert said_no(Caller(twin).get("GetOrder", OrderId=other))[1] == "NotFound"
    assert said_no(Caller(twin, "other-key").get("GetOrderSummaries"))[2] == "The API key is invalid"


def test_a_summary_tells_what_the_order_does() -> None:
    twin, _ = inksoft()
    order = twin.place_order(paid=False)
    twin.pay(order.id, Decimal(5))
    call = Caller(twin)
    [listed] = call.data("GetOrderSummaries")
    shown = call.order(order.id)
    both = set(listed) & set(shown)
    assert {"PaymentStatus", "TotalAmount", "AmountDue", "Status", "Authorized", "StoreId"} <= both
    assert {name: listed[name] for name in both} == {name: shown[name] for name in both}
    assert listed["ProductionCardCount"] == 1
    assert json.dumps(listed)
