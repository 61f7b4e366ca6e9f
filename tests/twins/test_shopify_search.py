"""Finding orders again: the search and its index, pages and their cursors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.shopify_store import MUG, SWEEP, Store

READ = "query($id: ID!) { order(id: $id) { updatedAt displayFulfillmentStatus } }"


@pytest.fixture
def store() -> Store:
    return Store()


def sweep(store: Store, query: str, first: int = 250, after: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = store.data(SWEEP, query=query, first=first, after=after)["orders"]
    return told


def found(store: Store, query: str) -> list[str]:
    return [one["id"] for one in sweep(store, query)["nodes"]]


def test_changed_since_finds_from_that_second_on(store: Store) -> None:
    early = store.twin.place_order([MUG])
    store.clock.passes(seconds=10)
    late = store.twin.place_order([MUG])
    assert found(store, "updated_at:>='2026-11-21T09:00:10Z'") == [late.gid]
    assert found(store, "updated_at:>'2026-11-21T09:00:10Z'") == []
    store.clock.passes(seconds=10)
    store.twin.hold(early.id)
    assert found(store, "updated_at:>='2026-11-21T10:00:10+01:00'") == [late.gid, early.gid]


def test_pages_cover_every_order_once_however_many_share_a_second(store: Store) -> None:
    placed = [store.twin.place_order([MUG]).gid for _ in range(7)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = sweep(store, "", first=3, after=after)
        seen += [one["id"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == placed


def test_an_order_that_changes_between_pages_moves_to_the_end(store: Store) -> None:
    orders = [store.twin.place_order([MUG]) for _ in range(4)]
    first = sweep(store, "", first=2)
    store.clock.passes(seconds=1)
    store.twin.hold(orders[0].id)
    rest = sweep(store, "", first=10, after=first["pageInfo"]["endCursor"])
    assert [one["id"] for one in rest["nodes"]] == [orders[2].gid, orders[3].gid, orders[0].gid]


def test_a_strange_cursor_is_refused(store: Store) -> None:
    store.twin.place_order([MUG])
    for cursor in ("nonsense", "e30=", "eyJsYXN0X2lkIjoxLCJsYXN0X3ZhbHVlIjoxfQ=="):
        error = store.refused(SWEEP, first=1, query="", after=cursor)
        assert error["extensions"]["code"] == "BAD_REQUEST"


def test_the_index_lags_while_reads_by_id_do_not() -> None:
    store = Store(search_lag_seconds=30)
    order = store.twin.place_order([MUG])
    assert found(store, "") == []
    assert store.data(READ, id=order.gid)["order"]["updatedAt"] == "2026-11-21T09:00:00Z"
    store.clock.passes(seconds=30)
    assert found(store, "") == [order.gid]
    store.twin.hold(order.id)
    since = "updated_at:>='2026-11-21T09:00:30Z'"
    assert found(store, since) == []
    assert store.data(READ, id=order.gid)["order"]["displayFulfillmentStatus"] == "ON_HOLD"
    store.clock.passes(seconds=30)
    assert found(store, since) == [order.gid]


def test_other_words_of_the_search(store: Store) -> None:
    plain = store.twin.place_order([MUG])
    odd = store.twin.place_order([MUG], test=True, tags=["Rush"], financial_status="PENDING")
    store.twin.cancel_order(plain.id)
    for query, expected in {
        "status:cancelled": [plain],
        "status:open": [odd],
        "financial_status:pending": [odd],
        "name:#1001": [plain],
        "tag:rush test:true": [odd],
        f"id:>{plain.id}": [odd],
        "fulfillment_status:unfulfilled status:not_closed": [odd],
    }.items():
        assert found(store, query) == [order.gid for order in expected], query


def test_an_unknown_word_finds_nothing_and_warns(store: Store) -> None:
    store.twin.place_order([MUG])
    told = store.ask(SWEEP, first=5, query="updated_ad:>2020-01-01")
    assert told["data"]["orders"]["nodes"] == []
    assert told["extensions"]["search"][0]["warnings"][0]["field"] == "updated_ad"


def test_what_the_twin_cannot_read_it_refuses(store: Store) -> None:
    for query in ("(status:open OR status:closed)", "updated_at:>yesterday", "id:>one", "mug"):
        error = store.refused(SWEEP, first=5, query=query)
        assert error["extensions"]["code"] == "BAD_REQUEST", query


def test_fulfillment_orders_can_be_swept_with_the_closed_ones(store: Store) -> None:
    order = store.twin.place_order([MUG])
    store.twin.fulfill_elsewhere(order.id)
    document = """query($closed: Boolean) { fulfillmentOrders(
        first: 10, includeClosed: $closed, sortKey: UPDATED_AT, query: "updated_at:>'2026-01-01'")
        { nodes { orderId status } } }"""
    assert store.data(document, closed=False)["fulfillmentOrders"]["nodes"] == []
    [one] = store.data(document, closed=True)["fulfillmentOrders"]["nodes"]
    assert one == {"orderId": order.gid, "status": "CLOSED"}
