"""Connections, health, the product map and the cache: what is remembered, and what two writers do to each other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from platen.adapters.dynamodb_connections import DynamoDBCache, DynamoDBConnections, DynamoDBProducts
from platen.domain.connection import Connection, Health, Link, Role, Send, Sign, Silence
from platen.domain.making import ArtworkCheck, Fallback, Making
from platen.domain.printing import Print, PrintDetails, PrintOption, ProductMapping
from platen.ports import Conflict, NotFound, Removed
from tests.adapters.wire import Wire
from tests.domain.making import INTAKE, NOW
from tests.fakes import FakeClock

SETTINGS = {
    "hours": 12,
    "live": True,
    "regions": ["eu", "us"],
    "methods": {"Express": "EXP"},
    "note": "",
    "none": None,
}


def a_connection(connection_id: str = "shop", **changes: Any) -> Connection:
    fields: dict[str, Any] = {
        "connection_id": connection_id,
        "system": "shopify",
        "roles": (Role.STORE,),
        "settings": SETTINGS,
        "links": (Link(vendor="press", skus=("A-*",)),),
        "intake": INTAKE,
        "created_at": NOW,
    }
    return Connection(**(fields | changes))


@pytest.fixture
def connections(dynamodb: Wire, clock: FakeClock) -> DynamoDBConnections:
    return DynamoDBConnections(dynamodb.client, "ConnectionsTable", clock)


@pytest.fixture
def elsewhere(dynamodb: Wire, clock: FakeClock) -> DynamoDBConnections:
    """Another process, with a memory of its own."""
    return DynamoDBConnections(dynamodb.client, "ConnectionsTable", clock)


class TestConnections:
    def test_come_back_as_they_were_saved(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        saved = connections.save(a_connection())
        assert elsewhere.get("shop") == saved
        assert elsewhere.get("shop").settings == SETTINGS, "a number stays a number"
        assert elsewhere.get("shop").model_dump(mode="json")["settings"] == SETTINGS

    def test_come_back_with_their_rules(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        making = Making(
            class_match={"Express*": "EXPRESS", "été": "STANDARD"},
            class_by_country={"US,CA": "INTL"},
            code_skip=("BOX",),
            class_fallback=Fallback.STOP,
            after_import="Prepared",
            artwork=ArtworkCheck.OFF,
        )
        link = Link(name="rush", vendor="press", tags=("Rush",), folders=("New",), send=Send.HOLD)
        saved = connections.save(a_connection(making=making, links=(link,), moved_in=True))
        assert elsewhere.get("shop") == saved

    def test_can_have_fractions_among_their_settings(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        connections.save(a_connection(settings={"markup": 1.25, "whole": 3}))
        assert elsewhere.get("shop").settings == {"markup": 1.25, "whole": 3}

    def test_that_are_not_there_are_named(self, connections: DynamoDBConnections) -> None:
        with pytest.raises(NotFound, match="no connection shop"):
            connections.get("shop")

    def test_are_all_listed_and_nothing_else(self, connections: DynamoDBConnections, dynamodb: Wire) -> None:
        for name in ("shop", "other", "third"):
            connections.save(a_connection(name))
        connections.save_health(Health(connection_id="shop", failures=1))
        DynamoDBCache(dynamodb.client, "ConnectionsTable", FakeClock()).put("x", {"shop": "y"}, timedelta(hours=1))
        assert sorted(one.connection_id for one in connections.all()) == ["other", "shop", "third"]

    def test_are_read_once_in_ten_seconds(
        self,
        connections: DynamoDBConnections,
        elsewhere: DynamoDBConnections,
        clock: FakeClock,
        dynamodb: Wire,
    ) -> None:
        elsewhere.save(a_connection())
        for _ in range(5):
            old = connections.get("shop")
        assert dynamodb.count()["GetItem"] == 1
        new = elsewhere.save(old.but(paused=True))
        clock.passes(seconds=9)
        assert connections.get("shop") == old
        clock.passes(seconds=2)
        assert connections.get("shop") == new

    def test_that_this_process_wrote_are_not_served_from_an_older_memory(
        self, connections: DynamoDBConnections
    ) -> None:
        saved = connections.save(a_connection())
        connections.get("shop")
        assert connections.get("shop") == saved
        newer = connections.save(saved.but(paused=True))
        assert connections.get("shop") == newer

    def test_are_not_written_over_a_version_that_was_not_read(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        saved = connections.save(a_connection())
        elsewhere.save(saved.but(paused=True))
        with pytest.raises(Conflict):
            connections.save(saved.but(links=()))
        with pytest.raises(Conflict):
            connections.save(a_connection())

    def test_are_read_anew_after_a_conflict(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        """Else looking again, as the person is told to, would give the same old one for a minute."""
        elsewhere.save(a_connection())
        remembered = connections.get("shop")
        newer = elsewhere.save(remembered.but(paused=True))
        with pytest.raises(Conflict):
            connections.save(remembered.but(links=()))
        assert connections.get("shop") == newer

    def test_whose_answer_was_lost_are_saved_all_the_same(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections, dynamodb: Wire
    ) -> None:
        dynamodb.lose_answer("PutItem")
        with pytest.raises(Conflict):
            connections.save(a_connection())
        assert elsewhere.get("shop").version == 1


class TestFolders:
    def test_are_none_before_anybody_changed_them(self, connections: DynamoDBConnections) -> None:
        assert connections.folders() == ()

    def test_keep_their_order(self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections) -> None:
        connections.save_folders(["Rush", "Closed", "New"])
        connections.save_folders(["New", "Rush"])
        assert elsewhere.folders() == ("New", "Rush")
        assert connections.all() == [], "a list of folders is no connection"


class TestARemoval:
    def gone(self, connections: DynamoDBConnections) -> bool:
        return [one.connection_id for one in connections.all()] == ["other"]

    @pytest.fixture
    def saved(self, connections: DynamoDBConnections) -> Connection:
        connections.save(a_connection("other"))
        connections.save_health(Health(connection_id="other", failures=1))
        connections.save_health(Health(connection_id="shop", failures=1))
        return connections.save(a_connection())

    def test_takes_the_connection_and_its_health_and_nothing_else(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections, saved: Connection
    ) -> None:
        connections.remove(saved)
        for each in (connections, elsewhere):
            assert self.gone(each)
            assert each.health("shop") == Health(connection_id="shop")
            assert each.health("other").failures == 1
            assert each.removed() == ["shop"]
            with pytest.raises(Removed):
                each.get("shop")
            with pytest.raises(NotFound) as never:
                each.get("never")
            assert not isinstance(never.value, Removed)

    def test_is_done_though_its_answer_was_lost_and_can_be_done_again(
        self, connections: DynamoDBConnections, saved: Connection, dynamodb: Wire
    ) -> None:
        dynamodb.lose_answer("DeleteItem", times=2)
        connections.remove(saved)
        connections.remove(saved)
        assert self.gone(connections)

    def test_of_a_version_that_was_not_read_is_a_conflict(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections, saved: Connection
    ) -> None:
        newer = elsewhere.save(saved.but(paused=True))
        with pytest.raises(Conflict):
            connections.remove(saved)
        assert connections.get("shop") == newer, "and it is read anew"

    def test_leaves_room_for_another_of_that_name(
        self, connections: DynamoDBConnections, saved: Connection
    ) -> None:
        connections.remove(saved)
        assert connections.save(a_connection()).version == 1
        assert connections.save_health(connections.health("shop")).version == 1
        assert connections.get("shop").version == 1


class TestHealth:
    def test_of_a_connection_that_never_failed_is_good(self, connections: DynamoDBConnections) -> None:
        assert connections.health("shop") == Health(connection_id="shop")

    def test_is_never_older_than_seconds(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections, clock: FakeClock, dynamodb: Wire
    ) -> None:
        connections.health("shop")
        ill = elsewhere.save_health(Health(connection_id="shop", failures=3, resume_at=NOW, words="down"))
        dynamodb.sent.clear()
        connections.health("shop")
        assert not dynamodb.sent
        clock.passes(seconds=4)
        assert connections.health("shop") == ill

    def test_that_this_process_wrote_is_known_at_once(
        self, connections: DynamoDBConnections, dynamodb: Wire
    ) -> None:
        ill = connections.save_health(Health(connection_id="shop", failures=1))
        dynamodb.sent.clear()
        assert connections.health("shop") == ill
        assert not dynamodb.sent

    def test_written_by_two_is_a_conflict_and_then_read_anew(
        self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections
    ) -> None:
        old = connections.health("shop")
        ill = elsewhere.save_health(old.but(failures=1))
        with pytest.raises(Conflict):
            connections.save_health(old.but(failures=1))
        assert connections.health("shop") == ill

    def test_keeps_what_fell_silent(self, connections: DynamoDBConnections, elsewhere: DynamoDBConnections) -> None:
        silence = Silence(sign=Sign.FETCH, since=NOW, words="It has not come.")
        saved = connections.save_health(Health(connection_id="shop", silences=(silence,), watched_from=NOW))
        assert elsewhere.health("shop") == saved


class TestTheProductMap:
    FULL = ProductMapping(
        sku="CANVAS-1",
        details=PrintDetails(
            sku="vendor-code",
            url="https://a.example/1",
            account="us",
            options=(PrintOption(name="Frame", value="oak"),),
        ),
    )
    SEVERAL = ProductMapping(
        sku="SHIRT",
        details=PrintDetails(
            sku="TEE",
            url="https://a.example/1",
            location="front",
            kind="DTF",
            preview="https://a.example/p",
            more=(Print(url="https://a.example/2", location="back"),),
        ),
        location="Hall 2",
    )
    DESIGN = ProductMapping(sku="mug", details=PrintDetails(design_id="D1"))

    @pytest.fixture
    def products(self, dynamodb: Wire) -> DynamoDBProducts:
        return DynamoDBProducts(dynamodb.client, "ProductsTable")

    def test_keeps_the_stores_sku_apart_from_the_vendors_code(self, products: DynamoDBProducts) -> None:
        products.put("shop", [self.FULL, self.DESIGN])
        assert products.get("shop", ["CANVAS-1", "mug", "none"]) == {"CANVAS-1": self.FULL, "mug": self.DESIGN}

    def test_keeps_where_a_print_goes_apart_from_where_the_stock_is(self, products: DynamoDBProducts) -> None:
        products.put("shop", [self.SEVERAL])
        assert products.get("shop", ["SHIRT"]) == {"SHIRT": self.SEVERAL}

    @pytest.mark.parametrize("weight", [Decimal("226.796"), Decimal("1E+3"), Decimal(0), Decimal("0.001")])
    def test_keeps_a_weight_to_the_milligram_as_people_write_it(
        self, products: DynamoDBProducts, dynamodb: Wire, weight: Decimal
    ) -> None:
        row = ProductMapping(sku="MUG", details=PrintDetails(), location="B2", weight=weight)
        products.put("shop", [row, self.FULL])
        assert products.get("shop", ["MUG", "CANVAS-1"]) == {"MUG": row, "CANVAS-1": self.FULL}
        (put,) = [one for one in dynamodb.sent if "weight" in str(one)]
        assert f"'weight': {{'S': '{weight:f}'}}" in str(put)

    def test_is_each_stores_own(self, products: DynamoDBProducts) -> None:
        products.put("shop", [self.FULL])
        assert products.get("other", ["CANVAS-1"]) == {}

    def test_is_asked_nothing_when_there_is_nothing_to_ask(
        self, products: DynamoDBProducts, dynamodb: Wire
    ) -> None:
        assert products.get("shop", ["", ""]) == {}
        assert products.get("shop", []) == {}
        assert not dynamodb.sent

    def test_takes_and_gives_more_than_a_request_holds(self, products: DynamoDBProducts) -> None:
        rows = [ProductMapping(sku=f"S{n}", details=PrintDetails(sku=f"V{n}")) for n in range(130)]
        assert products.put("shop", [*rows, rows[0]]) == 130
        assert len(products.get("shop", [f"S{n}" for n in range(130)])) == 130

    def test_of_a_row_that_is_written_again_is_the_new_one(self, products: DynamoDBProducts) -> None:
        products.put("shop", [self.FULL])
        design = ProductMapping(sku="CANVAS-1", details=PrintDetails(design_id="D9"))
        products.put("shop", [design])
        assert products.get("shop", ["CANVAS-1"]) == {"CANVAS-1": design}

    def test_asks_again_for_what_was_left_over(self, products: DynamoDBProducts, dynamodb: Wire) -> None:
        products.put("shop", [self.FULL])
        key = {"store": {"S": "shop"}, "sku": {"S": "CANVAS-1"}}
        left = {"ProductsTable": {"Keys": [key], "ConsistentRead": False}}
        dynamodb.answers("BatchGetItem", {"Responses": {}, "UnprocessedKeys": left})
        assert products.get("shop", ["CANVAS-1"]) == {"CANVAS-1": self.FULL}

    def test_writes_again_what_was_left_over(self, products: DynamoDBProducts, dynamodb: Wire) -> None:
        item = {"store": {"S": "shop"}, "sku": {"S": "mug"}, "design_id": {"S": "D1"}}
        left = {"ProductsTable": [{"PutRequest": {"Item": item}}]}
        dynamodb.answers("BatchWriteItem", {"UnprocessedItems": left})
        products.put("shop", [self.DESIGN])
        assert products.get("shop", ["mug"]) == {"mug": self.DESIGN}


class TestTheCache:
    @pytest.fixture
    def cache(self, dynamodb: Wire, clock: FakeClock) -> DynamoDBCache:
        return DynamoDBCache(dynamodb.client, "ConnectionsTable", clock)

    def test_gives_what_it_has(self, cache: DynamoDBCache) -> None:
        cache.put("press/eu", {"a": "1", "b": "ü" * 1000}, timedelta(hours=1))
        assert cache.get("press/eu", ["a", "b", "c", ""]) == {"a": "1", "b": "ü" * 1000}
        assert cache.get("press/us", ["a"]) == {}
        assert sorted(cache.keys("press/eu")) == ["a", "b"]

    def test_forgets_in_time_though_the_table_still_has_it(
        self, cache: DynamoDBCache, clock: FakeClock, dynamodb: Wire
    ) -> None:
        cache.put("press", {"a": "1"}, timedelta(hours=1))
        clock.passes(minutes=59)
        assert cache.get("press", ["a"]) == {"a": "1"}
        clock.passes(minutes=1)
        assert (cache.get("press", ["a"]), cache.keys("press")) == ({}, [])
        key = {"kind": {"S": "cache:press"}, "name": {"S": "a"}}
        item = dynamodb.client.get_item(TableName="ConnectionsTable", Key=key)["Item"]
        assert int(item["expires_at"]["N"]) == int(clock.now().timestamp()), "and the table deletes it some day"

    def test_of_many_entries_is_whole(self, cache: DynamoDBCache) -> None:
        entries = {f"k{n}": str(n) for n in range(140)}
        cache.put("press", entries, timedelta(hours=1))
        assert cache.get("press", entries) == entries
        assert len(cache.keys("press")) == 140
