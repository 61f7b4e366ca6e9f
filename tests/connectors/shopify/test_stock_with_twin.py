"""Stock against a shop that counts as Shopify does, takes a call whole or not at all, and remembers its keys."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.shopify.stock import ShopifyStock
from platen.connectors.warehouse_files.mapping import item_of
from platen.connectors.warehousing import CreateItemUsing
from platen.domain.verdicts import Busy, Denied
from platen.ports.stock import REFUSED, STALE, UNCLEAR, WRITTEN, Outcome, Standing, Write
from platen.usecases.sync.variants import kept
from tests.connectors.shopify.test_with_twin import Live
from twins.shopify import ALL_SCOPES
from twins.shopify.model import Location

HERE = "Workshop"


class Shop(Live):
    """A connection to a shop whose workshop has ten mugs and five bowls."""

    def __init__(self, **shop: Any) -> None:
        super().__init__(**shop)
        self.room = self.twin.stockroom
        self.room.add_product("Mug", [{"sku": "MUG", "stock": 10, "unit_cost": "3.20"}], product_type="Mugs")
        self.room.add_product("Bowl", [{"sku": "BOWL", "stock": 5}])

    def store(self) -> ShopifyStock:
        return ShopifyStock(self.house.access())

    def place(self, name: str = HERE) -> str:
        location: Location = self.twin.shop.location(name)
        return str(location.id)

    def item(self, sku: str = "MUG") -> str:
        return str(self.room.item(sku).id)

    def write(self, quantity: int, expected: int | None, sku: str = "MUG") -> Write:
        return Write(self.item(sku), quantity, expected)

    def set(self, *writes: Write, key: str = "k", name: str = "on_hand") -> list[str]:
        found = self.store().set_levels(self.place(), name, writes, key=key, reference="run-1")
        return [one.result for one in found]

    def adjust(self, *writes: Write, key: str = "k") -> list[str]:
        found = self.store().adjust_levels(self.place(), writes, key=key, reference="run-1")
        return [one.result for one in found]

    def counts(self, sku: str = "MUG") -> tuple[int, int, int]:
        """Available, on hand, committed: as the connector reads them."""
        level = self.store().levels(self.place(), [self.item(sku)])[self.item(sku)]
        assert level.tracked
        return level.available, level.on_hand, level.committed


@pytest.fixture
def shop() -> Shop:
    return Shop()


# ---- items -------------------------------------------------------------------------------------


@pytest.mark.parametrize("using", list(CreateItemUsing))
def test_an_order_names_its_item_as_the_products_do(shop: Shop, using: CreateItemUsing) -> None:
    shop.room.change_variant("BOWL", barcode=" 4006381333931 ")
    order = shop.fetch(shop.twin.place_order([{"sku": "BOWL", "quantity": 1}]).id)
    (known,) = [kept(one, using) for one in shop.store().variants(None, "").items if one.sku == "BOWL"]
    assert known.item
    assert item_of(order.lines[0], using) == known.item


def test_what_is_sold_no_more_has_no_variant_and_is_not_guessed(shop: Shop) -> None:
    placed = shop.twin.place_order([{"sku": "BOWL", "quantity": 1}])
    shop.room.delete_product(shop.room.item("BOWL").variant.product)
    (line,) = shop.fetch(placed.id).lines
    assert (line.sku, item_of(line, CreateItemUsing.VARIANT_ID)) == ("BOWL", "")


# ---- reading -----------------------------------------------------------------------------------


def test_places_with_their_numbers(shop: Shop) -> None:
    shop.room.add_location("Shut", active=False)
    found = {one.name: one for one in shop.store().places()}
    assert (found[HERE].place_id, found[HERE].active, found["Shut"].active) == (shop.place(), True, False)


def test_counts_follow_sales_and_parcels(shop: Shop) -> None:
    assert shop.counts() == (10, 10, 0)
    order = shop.twin.place_order([{"sku": "MUG", "quantity": 3}])
    assert shop.counts() == (7, 10, 3)
    shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 2})
    assert shop.counts() == (7, 8, 1)


def test_what_is_not_stocked_there_says_so_until_it_is(shop: Shop) -> None:
    annex = shop.place("Annex")
    shop.room.unstock("BOWL")
    assert not shop.store().levels(annex, [shop.item()])[shop.item()].stocked
    assert not shop.store().levels(shop.place(), [shop.item("BOWL")])[shop.item("BOWL")].stocked
    for place, sku, there in ((annex, "MUG", 0), (shop.place(), "BOWL", 5)):
        for _ in range(2):
            assert shop.store().stock_at(place, [shop.item(sku)], key="k") == [Outcome(shop.item(sku), WRITTEN)]
        level = shop.store().levels(place, [shop.item(sku)])[shop.item(sku)]
        assert (level.stocked, level.on_hand) == (True, there)


def test_how_lines_stand_wherever_they_are(shop: Shop) -> None:
    lines = [{"sku": "MUG", "quantity": 5}, {"sku": "BOWL", "quantity": 2, "location": "Annex"}]
    order = shop.twin.place_order(lines)
    mug, bowl = (str(line.id) for line in order.lines)
    shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 3})
    shop.twin.hold(order.id)
    here, annex, number = shop.place(), shop.place("Annex"), str(order.id)
    assert shop.store().standings([number, "99"]) == {
        (number, mug): Standing(2, 3, {here: 2}, {here: 3}),
        (number, bowl): Standing(2, 0, {annex: 2}),
    }
    shop.twin.refund(order.id, order.lines[1].id, 2)
    assert shop.store().standings([number])[number, bowl] == Standing(0, 0)
    other = shop.twin.place_order([{"sku": "MUG", "quantity": 1}])
    shop.twin.cancel_order(other.id)
    assert shop.store().standings([str(other.id)])[str(other.id), str(other.lines[0].id)] == Standing(0, 0)


def test_a_sale_that_is_not_routed_yet_is_open_all_the_same() -> None:
    shop = Shop(routing_delay_seconds=60)
    order = shop.twin.place_order([{"sku": "MUG", "quantity": 4}])
    [standing] = shop.store().standings([str(order.id)]).values()
    assert standing == Standing(4, 0)


def test_long_orders_and_many_of_them_stand_as_short_ones(shop: Shop) -> None:
    lines = [{"sku": f"S{n}", "quantity": 2, "location": f"Shelf {n % 7}"} for n in range(70)]
    long = shop.twin.place_order(lines)
    short = [shop.twin.place_order([{"sku": "MUG", "quantity": 1}]) for _ in range(12)]
    shop.twin.fulfill_elsewhere(long.id, {line.id: 1 for line in long.lines})
    found = shop.store().standings([str(one.id) for one in (*short, long)])
    assert len(found) == 82
    assert all(
        (found[str(long.id), str(line.id)].open, found[str(long.id), str(line.id)].fulfilled) == (1, 1)
        for line in long.lines
    )


def test_an_archived_order_says_so() -> None:
    shop = Shop(archives_when_fulfilled=True)
    order = shop.twin.place_order([{"sku": "MUG", "quantity": 1}])
    before = shop.fetch(order.id)
    shop.twin.fulfill_elsewhere(order.id)
    assert (before.archived, shop.fetch(order.id).archived) == (False, True)


# ---- writing -----------------------------------------------------------------------------------


def test_a_sale_between_reading_and_writing_is_never_undone(shop: Shop) -> None:
    shop.room.before_next_write(lambda: shop.twin.place_order([{"sku": "MUG", "quantity": 4}]))
    assert shop.set(shop.write(10, 10), shop.write(6, 5, "BOWL"), name="available") == [STALE, WRITTEN]
    assert shop.counts() == (6, 10, 4)
    assert shop.counts("BOWL")[0] == 6


def test_what_is_on_hand_may_be_told_while_people_buy(shop: Shop) -> None:
    shop.room.before_next_write(lambda: shop.twin.place_order([{"sku": "MUG", "quantity": 4}]))
    assert shop.set(shop.write(12, 10)) == [WRITTEN]
    assert shop.counts() == (8, 12, 4)


@pytest.mark.parametrize("null_group", [False, True])
def test_what_changes_nothing_is_written(shop: Shop, null_group: bool) -> None:
    shop.twin.shop.stock.null_group_when_unchanged = null_group
    assert shop.set(shop.write(10, 10)) == [WRITTEN]
    assert shop.adjust(shop.write(0, 10), key="other") == [WRITTEN]


def test_the_merchant_sees_which_run_it_was(shop: Shop) -> None:
    shop.set(shop.write(12, 10))
    [write] = shop.room.writes
    assert (write.reason, write.reference) == ("correction", "gid://platen/StockRun/run-1")


def test_a_bundle_and_a_stranger_hold_up_nobody(shop: Shop) -> None:
    shop.room.add_product("Set", [{"sku": "SET", "requires_components": True, "stock": 0}])
    rows = [shop.write(12, 10), shop.write(1, 0, "SET"), Write("424242", 1, 1), shop.write(6, 5, "BOWL")]
    assert shop.store().levels(shop.place(), [shop.item("SET")])[shop.item("SET")].bundle
    assert shop.set(*rows) == [WRITTEN, REFUSED, REFUSED, WRITTEN]
    assert shop.adjust(*(Write(row.stock_id, 1, None) for row in rows), key="x") == [
        WRITTEN,
        REFUSED,
        REFUSED,
        WRITTEN,
    ]
    assert (shop.counts()[1], shop.counts("BOWL")[1]) == (13, 7)


@pytest.mark.parametrize("fault", ["drop", "cut_reply", "after"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_addition_whose_answer_is_lost_is_added_once(shop: Shop, fault: str, times: int) -> None:
    if fault == "after":
        shop.twin.throttle("inventoryAdjustQuantities", times=times, done=True)
    else:
        shop.twin.faults.add(on="inventoryAdjustQuantities", kind=fault, times=times)
    first = shop.adjust(shop.write(3, 10))
    assert first == [WRITTEN if times < 3 or fault == "after" else UNCLEAR]
    assert shop.adjust(shop.write(3, 10)) == [WRITTEN]
    assert shop.counts()[0] == 13


def test_an_attempt_that_broke_down_is_made_anew(shop: Shop) -> None:
    shop.twin.shop.keys.fail = 1
    assert shop.adjust(shop.write(3, 10)) == [WRITTEN]
    shop.twin.shop.keys.fail = 1
    assert shop.set(shop.write(20, 13), shop.write(6, 5, "BOWL"), key="other") == [WRITTEN, WRITTEN]
    assert (shop.counts()[0], shop.counts("BOWL")[0]) == (20, 6)


def test_an_attempt_that_still_runs_is_waited_for(shop: Shop) -> None:
    shop.twin.faults.add(on="inventoryAdjustQuantities", kind="cut_reply")
    shop.twin.shop.keys.still_running = 1
    assert shop.adjust(shop.write(3, 10)) == [WRITTEN]
    assert shop.counts()[0] == 13


def test_who_may_not_write_is_told_so_and_nothing_else_is_held_against_the_shop() -> None:
    shop = Shop(scopes=[scope for scope in ALL_SCOPES if scope != "write_inventory"])
    with pytest.raises(Denied, match="write_inventory"):
        shop.set(shop.write(12, 10))
    assert shop.counts() == (10, 10, 0)


# ---- products ----------------------------------------------------------------------------------


def test_changed_products_page_by_page_with_all_their_variants(shop: Shop) -> None:
    shop.room.add_product("Print", [{"sku": f"P{n}", "options": {"Size": f"{n}"}} for n in range(260)])
    for n in range(60):
        shop.room.add_product(f"Card {n}", [{"sku": f"C{n}"}])
    store, page, found, pages = shop.store(), "", [], 0
    while pages == 0 or page:
        got = store.variants(None, page)
        found += got.items
        page, pages = got.next, pages + 1
    assert pages == 3
    assert sorted(one.sku for one in found) == sorted(
        ["MUG", "BOWL", *(f"P{n}" for n in range(260)), *(f"C{n}" for n in range(60))]
    )
    mug = next(one for one in found if one.sku == "MUG")
    assert (str(mug.unit_cost), mug.currency, mug.category) == ("3.2", "USD", "Mugs")
    assert mug.stock_id == shop.item()


def test_only_what_changed_since(shop: Shop) -> None:
    shop.clock.passes(minutes=10)
    since = shop.clock.now()
    shop.room.change_variant("BOWL", barcode="400638")
    assert [one.sku for one in shop.store().variants(since).items] == ["BOWL"]


@pytest.mark.parametrize("costs", [True, False])
def test_an_export_has_every_variant_in_whatever_order(shop: Shop, costs: bool) -> None:
    shop.twin.hide_costs = not costs
    shop.twin.shop.bulk.delay_seconds = 30
    shop.room.add_product("Print", [{"sku": f"P{n}"} for n in range(120)], status="DRAFT")
    begun = shop.store().begin_export()
    assert not begun.done
    shop.clock.passes(seconds=31)
    assert shop.store().export(begun.export_id).done
    found = {one.sku: one for one in shop.store().read_export(begun.export_id)}
    assert len(found) == 122
    assert (str(found["MUG"].unit_cost), found["P1"].active) == ("3.2" if costs else "None", False)
    assert [one.unit_cost for one in shop.store().variants(None).items if one.sku == "MUG"] == [
        found["MUG"].unit_cost
    ]


@pytest.mark.parametrize("fate", ["TIMEOUT", "INTERNAL_SERVER_ERROR", "EXPIRED"])
def test_an_export_that_came_to_nothing_says_so(shop: Shop, fate: str) -> None:
    shop.twin.shop.bulk.fates = [fate]
    begun = shop.store().begin_export()
    assert fate.lower() in shop.store().export(begun.export_id).failed.lower()


def test_an_export_that_was_begun_is_taken_up_and_others_in_the_way_are_waited_for(shop: Shop) -> None:
    shop.twin.shop.bulk.delay_seconds = 60
    begun = shop.store().begin_export()
    assert shop.store().begin_export() == begun
    for one in shop.twin.shop.bulk.operations.values():
        one.query = "{ shop { id } }"
    for _ in range(4):
        shop.store().begin_export()
        for one in shop.twin.shop.bulk.operations.values():
            one.query = "{ shop { id } }"
    with pytest.raises(Busy):
        shop.store().begin_export()


def test_the_check_tells_of_costs_that_may_not_be_seen(shop: Shop) -> None:
    assert not any("cost" in finding.what for finding in shop.house.store().check())
    shop.twin.hide_costs = True
    assert any("unit costs" in finding.what for finding in shop.house.store().check())
