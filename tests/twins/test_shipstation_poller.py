"""ShipStation comes for its orders: what it asks, takes and refuses, and what goes wrong with a poll."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.twins.shipstation_house import (
    PASSWORD,
    URL,
    USER,
    Caller,
    a_discount,
    a_v1_order,
    an_address,
    an_item,
    an_order,
    feed,
    house,
    query_of,
    read,
)
from twins.shipstation import Answer


def test_it_asks_as_the_real_one_does() -> None:
    twin, store, shop, clock = house()
    clock.passes(minutes=5, seconds=42)
    poll = twin.refresh(store)
    [(method, url, headers, body)] = shop.heard
    assert (method, body) == ("GET", b"")
    assert url == f"{URL}?action=export&start_date=11%2f21%2f2026+09%3a00&end_date=11%2f21%2f2026+09%3a05&page=1"
    assert headers["Authorization"] == "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert (poll.error, poll.pages, poll.orders) == ("", 1, 0)
    assert store.last_refresh == datetime(2026, 11, 21, 9, 5, tzinfo=UTC)


def test_a_query_of_the_merchants_own_url_is_kept() -> None:
    twin, store, shop, _ = house()
    store.url += "?tenant=7"
    twin.refresh(store)
    assert query_of(shop.heard[0][1])["tenant"] == "7"


@pytest.mark.parametrize(
    ("credentials", "in_query", "in_header"),
    [("header", False, True), ("query", True, False), ("both", True, True)],
)
def test_credentials_are_where_they_are_switched_to(credentials: str, in_query: bool, in_header: bool) -> None:
    twin, store, shop, _ = house()
    store.credentials = credentials  # type: ignore[assignment]
    poll = twin.refresh(store)
    _, url, headers, _ = shop.heard[0]
    assert (query_of(url).get("SS-Password") == PASSWORD) is in_query
    assert ("Authorization" in headers) is in_header
    assert PASSWORD not in repr(poll)


def test_an_order_comes_in_with_all_that_was_said() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(CustomerNotes="Hurry & <thanks>", Gift="true", CustomField2="two")]]
    twin.refresh(store)
    [order] = twin.orders
    content = order.content
    assert (order.status, order.key, order.store_order_id) == ("awaiting_shipment", "id-1001", "id-1001")
    assert (content.number, content.currency, content.total) == ("1001", "EUR", Decimal("40.00"))
    assert (content.customer_notes, content.gift, content.custom_fields) == (
        "Hurry & <thanks>",
        True,
        ("", "two", ""),
    )
    canvas, discount = content.items
    assert (canvas.line_id, canvas.options[0].value, content.grams) == ("11", "40x30", Decimal(1000))
    assert (discount.adjustment, discount.unit_price) == (True, Decimal("-5.00"))
    assert (store.errors, store.warnings) == ([], [])


def test_all_pages_of_one_window_are_fetched() -> None:
    twin, store, shop, clock = house()
    shop.pages = [[an_order(str(page * 10 + number)) for number in range(3)] for page in (1, 2, 3)]
    clock.passes(minutes=1)
    poll = twin.refresh(store)
    assert [asked["page"] for asked in shop.fetched] == ["1", "2", "3"]
    assert len({(asked["start_date"], asked["end_date"]) for asked in shop.fetched}) == 1
    assert (poll.pages, poll.orders, len(twin.orders)) == (3, 9, 9)


def test_the_window_stays_when_a_page_fails_and_what_was_read_is_kept() -> None:
    twin, store, shop, clock = house()
    before = store.last_refresh
    shop.answers = [Answer(200, feed(an_order("1"), pages="2")), Answer(500, b"<Error/>")]
    clock.passes(minutes=10)
    poll = twin.refresh(store)
    assert (poll.error, store.last_refresh) == ("The remote server returned an error: (500)", before)
    shop.pages = [[an_order("1")], [an_order("2")]]
    clock.passes(minutes=10)
    assert twin.refresh(store).error == ""
    assert shop.fetched[-1]["start_date"] == "11/21/2026 09:00"
    assert [order.content.number for order in twin.orders] == ["1", "2"]
    assert twin.duplicates == []


def test_an_order_that_comes_again_is_the_same_order_with_its_new_content() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(OrderStatus="unpaid", CustomerNotes="old")]]
    twin.refresh(store)
    item_id = twin.orders[0].content.items[0].item_id
    shop.pages = [[an_order(CustomerNotes="new")]]
    twin.refresh(store)
    [order] = twin.orders
    assert (order.status, order.content.customer_notes, order.imports) == ("awaiting_shipment", "new", 2)
    assert order.content.items[0].item_id == item_id
    shop.pages = [[an_order(OrderStatus="cancelled")]]
    twin.refresh(store)
    assert order.status == "cancelled"


def test_what_was_shipped_here_is_not_opened_again() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order()]]
    twin.refresh(store)
    twin.packing.label(twin.orders[0].order_id)
    twin.refresh(store)
    assert twin.orders[0].status == "shipped"


@pytest.mark.parametrize("word", ["Paid", "PAID", "processing", "on hold"])
def test_status_words_are_taken_by_the_letter(word: str) -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(), an_order("1002", OrderStatus=word)]]
    assert word in twin.refresh(store).error
    assert twin.orders == []
    store.unmapped = "ignore"
    assert twin.refresh(store).error == ""
    assert [order.content.number for order in twin.orders] == ["1001"]


def test_a_status_may_have_several_words() -> None:
    twin, store, shop, _ = house()
    store.words["on_hold"] = "on-hold, waiting"
    shop.pages = [[an_order(OrderStatus="waiting")]]
    twin.refresh(store)
    assert twin.orders[0].status == "on_hold"


WRONG_ANSWERS = [
    (Answer(200, b""), "Error in XML"),
    (Answer(200, b'{"orders": []}'), "Error in XML"),
    (Answer(200, b"<html><body>Log in & go</body></html>"), "Error in XML"),
    (Answer(200, b"<html></html>"), "Error in XML"),
    (Answer(200, b"<Orders><Order>"), "Error in XML"),
    (Answer(200, b'<?xml version="1.0" encoding="utf-16"?><Orders/>'), "Error in XML"),
    (Answer(200, b'<!DOCTYPE x [<!ENTITY a "b">]><Orders/>'), "Error in XML"),
    (Answer(200, b"<Orders><Fault/></Orders>"), "Error in XML"),
    (Answer(200, b'<Orders pages="many"/>'), "Error in XML"),
    (Answer(204, b""), "Error in XML"),
    (Answer(302, b""), "(302)"),
    (Answer(401, b"<Error/>"), "(401)"),
    (Answer(404, b"<Error/>"), "(404)"),
    (TimeoutError("late"), "TimeoutError"),
    (ConnectionRefusedError(), "ConnectionRefusedError"),
]


@pytest.mark.parametrize(("answer", "said"), WRONG_ANSWERS)
def test_what_is_no_answer_is_an_error_of_the_store(answer: Answer | OSError, said: str) -> None:
    twin, store, shop, clock = house()
    before = store.last_refresh
    shop.answers = [answer]
    clock.passes(minutes=1)
    assert said in twin.refresh(store).error
    assert said in store.errors[0].message
    assert store.last_refresh == before


@pytest.mark.parametrize("body", [b"<Orders/>", b'<Orders pages="0"/>', b'<Orders pages="1"></Orders>'])
def test_nothing_waiting_is_no_error(body: bytes) -> None:
    twin, store, shop, _ = house()
    shop.answers = [Answer(200, body)]
    assert twin.refresh(store).error == ""


def customer(**ship_to: object) -> dict[str, object]:
    return {"CustomerCode": "c", "BillTo": {"Name": "N"}, "ShipTo": an_address(**ship_to)}


def items(*rows: dict[str, object]) -> dict[str, object]:
    return {"Item": list(rows)}


WRONG_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"OrderNumber": ...}, "OrderNumber is missing"),
    ({"OrderNumber": "n" * 51}, "51 characters"),
    ({"OrderNumber": ["1", "2"]}, "2 times"),
    ({"OrderID": ""}, "OrderID has 0 characters"),
    ({"OrderDate": "2026-11-21T09:00:00Z"}, "OrderDate"),
    ({"OrderDate": "11/21/2026"}, "OrderDate"),
    ({"OrderDate": "13/41/2026 09:00"}, "OrderDate"),
    ({"LastModified": ...}, "LastModified is missing"),
    ({"OrderTotal": "1,234.00"}, "OrderTotal"),
    ({"OrderTotal": "12345678.00"}, "OrderTotal"),
    ({"OrderTotal": "1.005"}, "OrderTotal"),
    ({"ShippingAmount": ...}, "ShippingAmount is missing"),
    ({"CustomerNotes": "n" * 1001}, "1001 characters"),
    ({"Gift": ""}, "Gift"),
    ({"CurrencyCode": "Euro"}, "CurrencyCode"),
    ({"Colour": "red"}, "Colour is not known"),
    ({"Customer": ...}, "Customer is missing"),
    ({"Customer": customer(Country="USA")}, "Country"),
    ({"Customer": customer(State="Texas")}, "State"),
    ({"Customer": customer(PostalCode=...)}, "PostalCode is missing"),
    ({"Customer": customer(Name="")}, "ShipTo/Name"),
    ({"Items": ...}, "Items is missing"),
    ({"Items": items(an_item(SKU=...))}, "SKU is missing"),
    ({"Items": items(an_item(), an_item(Quantity="0.5"))}, "Item[2]/Quantity"),
    ({"Items": items(an_item(Quantity="0"))}, "Quantity"),
    ({"Items": items(an_item(WeightUnits="kg"))}, "WeightUnits"),
    ({"Items": items(an_item(Weight=""))}, "Weight"),
    ({"Items": items(an_item(WeightUnits=...))}, "without the other"),
    ({"Items": items(a_discount(UnitPrice="5.00"))}, "negative"),
    ({"Items": items(a_discount(Quantity="2"))}, "is 1"),
    ({"Items": items(an_item(Options={"Option": [{"Name": "n", "Value": ""}]}))}, "Option[1]/Value"),
    ({"Items": items(an_item(Options={"Option": [{"Name": "n", "Value": "v"}] * 11}))}, "at most 10"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG_ORDERS, ids=[said for _, said in WRONG_ORDERS])
def test_one_bad_order_fails_its_page(changes: dict[str, Any], said: str) -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(), an_order("1002", **changes)]]
    assert twin.refresh(store).error
    assert said in " ".join(store.errors[0].problems)
    assert twin.orders == []
    store.one_bad_order = "is_left_out"
    assert twin.refresh(store).error == ""
    assert [order.content.number for order in twin.orders] == ["1001"]


@pytest.mark.parametrize("country", ["DE", "GB"])
def test_a_state_is_asked_for_only_where_there_are_states(country: str) -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(Customer=customer(Country=country, State=...))]]
    assert twin.refresh(store).error == ""


def test_parts_that_do_not_make_the_total_are_told_but_taken() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order(OrderTotal="41.00")]]
    assert twin.refresh(store).error == ""
    assert store.warnings == ["order 1001: its parts make 40.00, its total is 41.00"]
    assert len(twin.orders) == 1


ODDITIES: list[tuple[str, Callable[[list[dict[str, str]]], bool]]] = [
    ("wide_window", lambda asked: asked[0]["start_date"] == "11/22/2021 10:00"),
    ("zero_width_window", lambda asked: asked[0]["start_date"] == asked[0]["end_date"] == "11/21/2026 10:00"),
    ("beyond_the_end", lambda asked: [one["page"] for one in asked] == ["1", "2", "3"]),
    ("repeated_page", lambda asked: [one["page"] for one in asked] == ["1", "1", "2", "2"]),
    ("pacific_window", lambda asked: asked[0]["start_date"] == "11/21/2026 01:00"),
    ("compact_dates", lambda asked: asked[0]["start_date"] == "11212026 0900"),
    ("no_page", lambda asked: ["page" in one for one in asked] == [False, True]),
    ("twice_at_once", lambda asked: len(asked) == 4),
]


@pytest.mark.parametrize(("kind", "fits"), ODDITIES, ids=[kind for kind, _ in ODDITIES])
def test_a_poll_can_be_odd_and_makes_no_order_twice(
    kind: str, fits: Callable[[list[dict[str, str]]], bool]
) -> None:
    twin, store, shop, clock = house()
    shop.pages = [[an_order("1")], [an_order("2")]]
    clock.passes(hours=1)
    Caller(twin).control("POST", f"/stores/{store.store_id}/oddities", {"kind": kind})
    assert twin.refresh(store).error == ""
    assert fits(shop.fetched)
    assert [order.content.number for order in twin.orders] == ["1", "2"]
    assert twin.duplicates == []
    del shop.heard[:]
    twin.refresh(store)
    assert [one["page"] for one in shop.fetched] == ["1", "2"]


def test_a_wrong_password_and_a_cut_answer_keep_the_window() -> None:
    twin, store, shop, clock = house()
    shop.pages = [[an_order()]]
    before = store.last_refresh
    clock.passes(minutes=5)
    store.oddities.update(["wrong_password"])
    twin.refresh(store)
    assert shop.heard[-1][2]["Authorization"] == "Basic " + b64encode(f"{USER}:wrong".encode()).decode()
    store.last_refresh = before
    store.oddities.update(["cut_reply"])
    assert "closed" in twin.refresh(store).error
    assert store.last_refresh == before


def test_windows_may_overlap() -> None:
    twin, store, shop, clock = house()
    store.overlap_minutes = 10
    clock.passes(hours=1)
    twin.refresh(store)
    assert shop.fetched[0]["start_date"] == "11/21/2026 08:50"


def test_it_comes_by_itself_only_when_told_to_and_stops_after_an_error_if_so_switched() -> None:
    twin, store, shop, clock = house()
    clock.passes(hours=3)
    twin.tick()
    assert shop.heard == []
    store.interval_seconds = 60
    store.auto_import_stops_after_error = True
    shop.answers = [Answer(503)]
    twin.tick()
    twin.tick()
    assert len(shop.heard) == 1
    clock.passes(hours=3)
    twin.tick()
    assert (len(shop.heard), store.auto_import) == (1, False)
    assert twin.refresh(store).error == ""


def test_v1_can_ask_for_a_refresh_and_the_nudge_is_done_at_the_next_tick() -> None:
    twin, store, shop, clock = house()
    clock.passes(hours=1)
    v1 = Caller(twin)
    said = read(
        v1.v1("POST", f"/stores/refreshstore?storeId={store.store_id}", {"refreshDate": "2026-11-20 16:05:02"})
    )
    assert said["success"] is True
    status = f"/stores/getrefreshstatus?storeId={store.store_id}"
    assert read(v1.v1("GET", status))["refreshStatusId"] == 2
    assert shop.heard == []
    twin.tick()
    assert shop.fetched[0]["start_date"] == "11/21/2026 00:05"
    assert read(v1.v1("GET", status))["refreshStatusId"] == 1
    assert store.polls[0].by == "refreshstore"


def test_the_forms_button_tries_without_taking_anything() -> None:
    twin, store, shop, _ = house()
    shop.pages = [[an_order()]]
    assert twin.poller.test_connection(store) == ""
    shop.answers = [Answer(401)]
    assert twin.poller.test_connection(store) == "The remote server returned an error: (401)"
    assert (twin.orders, store.polls) == ([], [])


def test_orders_of_a_custom_store_and_of_v1_with_one_key_stay_two() -> None:
    twin, store, shop, _ = house()
    read(Caller(twin).v1("POST", "/orders/createorder", a_v1_order("other")))
    shop.pages = [[an_order()]]
    twin.refresh(store)
    assert sorted(order.origin for order in twin.orders) == ["custom_store", "v1"]
