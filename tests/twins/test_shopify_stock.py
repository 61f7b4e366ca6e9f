"""What an order's life does to the counts of what it sold."""

from __future__ import annotations

import pytest

from tests.twins.shopify_stock import LEVELS, PLACE, Shelf
from tests.twins.shopify_store import FULFILL, HOOK

CANCEL_FULFILLMENT = "mutation($id: ID!) { fulfillmentCancel(id: $id) { userErrors { field message } } }"


@pytest.fixture
def shop() -> Shelf:
    return Shelf()


def mugs(quantity: int, **more: object) -> dict[str, object]:
    return {"sku": "MUG", "quantity": quantity, **more}


def test_a_sale_moves_available_to_committed_and_leaves_on_hand(shop: Shelf) -> None:
    shop.twin.place_order([mugs(3)])
    assert shop.counts() == (7, 3, 10)


def test_more_may_be_sold_than_there_is(shop: Shelf) -> None:
    shop.twin.place_order([mugs(12)])
    assert shop.counts() == (-2, 12, 10)


def test_shipping_takes_goods_off_the_shelf(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(3)])
    shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 2})
    assert shop.counts() == (7, 1, 8)
    shop.twin.fulfill_elsewhere(order.id)
    assert shop.counts() == (7, 0, 7)


def test_a_fulfilment_by_the_api_counts_as_well(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(3)])
    held = shop.open_fulfillment_orders(order.gid)[0]
    shop.data(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": held["id"]}]})
    assert shop.counts() == (7, 0, 7)


def test_a_cancelled_fulfilment_puts_the_goods_back_on_hold_for_the_order(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(3)])
    made = shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 2})[0]
    shop.data(CANCEL_FULFILLMENT, id=f"gid://shopify/Fulfillment/{made.id}")
    assert shop.counts() == (7, 3, 10)
    shop.twin.fulfill_elsewhere(order.id)
    assert shop.counts() == (7, 0, 7)


@pytest.mark.parametrize(
    ("restock", "refund", "counts"),
    [(True, True, (9, 0, 9)), (True, False, (9, 0, 9)), (False, True, (7, 0, 7)), (False, False, (7, 0, 7))],
)
def test_a_cancelled_order_gives_back_what_was_not_shipped_only_when_restocked(
    shop: Shelf, restock: bool, refund: bool, counts: tuple[int, int, int]
) -> None:
    shop.room.adjust("MUG", -1)
    order = shop.twin.place_order([mugs(2)])
    shop.twin.cancel_order(order.id, restock=restock, refund=refund)
    assert shop.counts() == counts


def test_refunding_what_is_still_here_takes_it_off_the_order(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(4)])
    shop.twin.refund(order.id, order.lines[0].id, 1)
    assert shop.counts() == (7, 3, 10)
    shop.twin.refund(order.id, order.lines[0].id, 1, restock=False)
    assert shop.counts() == (7, 2, 9)


def test_what_comes_back_can_be_sold_again_only_when_restocked(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(4)])
    shop.twin.fulfill_elsewhere(order.id)
    shop.twin.refund(order.id, order.lines[0].id, 1)
    assert shop.counts() == (7, 0, 7)
    shop.twin.refund(order.id, order.lines[0].id, 1, restock=False)
    assert shop.counts() == (7, 0, 7)


def test_an_edit_moves_the_difference(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(2)])
    shop.twin.edit_order(order.id, order.lines[0].id, 5)
    assert shop.counts() == (5, 5, 10)
    shop.twin.edit_order(order.id, order.lines[0].id, 1)
    assert shop.counts() == (9, 1, 10)


def test_a_line_that_is_added_is_sold_too(shop: Shelf) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": 4}])
    order = shop.twin.place_order([mugs(2)])
    shop.twin.edit_order(order.id, {"sku": "POSTER"}, 3)
    assert shop.counts("POSTER") == (1, 3, 4)


def test_a_whole_life_leaves_nothing_committed(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(5)])
    line = order.lines[0].id
    shop.twin.fulfill_elsewhere(order.id, {line: 2})
    shop.twin.edit_order(order.id, line, 4)
    shop.twin.refund(order.id, line, 1)
    shop.twin.fulfill_elsewhere(order.id)
    assert shop.counts() == (7, 0, 7)


def test_a_sale_counts_where_the_fulfillment_order_lies(shop: Shelf) -> None:
    shop.room.set("MUG", 4, "Attic")
    shop.twin.place_order([mugs(1, location="Attic"), mugs(2)])
    assert shop.counts() == (8, 2, 10)
    assert shop.counts(place="Attic") == (3, 1, 4)


def test_a_moved_order_is_held_at_its_new_place(shop: Shelf) -> None:
    shop.room.set("MUG", 4, "Attic")
    order = shop.twin.place_order([mugs(3)])
    shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
    with pytest.raises(ValueError, match="nothing to move"):
        shop.twin.move(order.id, "Attic")
    order = shop.twin.place_order([mugs(2)])
    shop.control("POST", f"/orders/{order.id}/move", {"place": "Attic"})
    assert shop.counts() == (7, 2, 9)
    assert shop.counts(place="Attic") == (2, 2, 4)
    assert [one.location.name for one in order.fulfillment_orders if one.open] == ["Attic"]
    shop.twin.fulfill_elsewhere(order.id)
    assert shop.counts(place="Attic") == (2, 0, 2)


def test_an_item_that_is_stocked_elsewhere_only_is_sent_from_there(shop: Shelf) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": {"Attic": 4}}])
    order = shop.twin.place_order([{"sku": "POSTER"}])
    assert order.fulfillment_orders[0].location.name == "Attic"


def test_what_is_not_known_not_tracked_or_not_stocked_moves_nothing(shop: Shelf) -> None:
    shop.room.add_product("Card", [{"sku": "CARD", "tracked": False, "stock": 3}])
    order = shop.twin.place_order([{"sku": "NOBODY"}, {"sku": "CARD"}, mugs(1, location="Nowhere")])
    shop.twin.fulfill_elsewhere(order.id)
    shop.twin.refund(order.id, order.lines[1].id, 1)
    assert (shop.counts(), shop.counts("CARD")) == ((10, 0, 10), (3, 0, 3))


def test_goods_that_became_known_after_the_sale_are_not_taken_twice(shop: Shelf) -> None:
    shop.room.change_variant("MUG", tracked=False)
    order = shop.twin.place_order([mugs(2)])
    shop.room.change_variant("MUG", tracked=True)
    shop.twin.fulfill_elsewhere(order.id)
    assert shop.counts() == (10, 0, 10)


def test_a_deleted_product_leaves_its_orders_alone(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(2)])
    shop.room.delete_product(shop.room.item("MUG").variant.product)
    shop.twin.fulfill_elsewhere(order.id)
    told = shop.data(
        "query($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { sku variant { id } } } } }", id=order.gid
    )
    assert told["order"]["lineItems"]["nodes"] == [{"sku": "MUG", "variant": None}]


def test_a_line_names_the_variant_it_sells_and_takes_its_words(shop: Shelf) -> None:
    shop.room.add_product("Big mug", [{"sku": "MUG", "stock": 1, "price": "20"}])
    variant = list(shop.twin.shop.catalogue.variants.values())[1]
    order = shop.twin.place_order([{"variant_id": variant.id}])
    assert (order.lines[0].title, order.lines[0].sku, str(order.lines[0].price)) == ("Big mug", "MUG", "20")
    assert shop.counts() == (10, 0, 10)
    with pytest.raises(ValueError, match="no variant 1"):
        shop.twin.place_order([{"variant_id": 1}])


def test_all_states_but_incoming_are_on_hand(shop: Shelf) -> None:
    for name in ("committed", "damaged", "incoming", "quality_control", "reserved", "safety_stock"):
        shop.room.adjust("MUG", 1, name=name)
    assert shop.room.counts("MUG")["on_hand"] == 15


def test_levels_are_read_by_item_and_place(shop: Shelf) -> None:
    shop.room.set("MUG", 4, "Attic")
    shop.room.unstock("MUG", "Attic")
    shop.twin.place_order([mugs(3)])
    told = shop.data(LEVELS, ids=[shop.item(), "gid://shopify/InventoryItem/1"], place=shop.place())["nodes"]
    assert told[1] is None
    counts = {one["name"]: one["quantity"] for one in told[0]["inventoryLevel"]["quantities"]}
    assert counts == {"available": 7, "on_hand": 10, "committed": 3, "reserved": 0, "incoming": 0}
    assert [one["isActive"] for one in told[0]["inventoryLevels"]["nodes"]] == [True, False]
    numbers = {one["id"].split("?")[0] for one in told[0]["inventoryLevels"]["nodes"]}
    assert len(numbers) == 2


def test_a_level_is_found_by_the_whole_of_its_id_only(shop: Shelf) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": 4}])
    mug, poster = shop.room.level("MUG").id, shop.room.level("POSTER").id
    assert mug.split("?")[0] == poster.split("?")[0]
    told = shop.data("query($id: ID!) { inventoryLevel(id: $id) { id item { sku } } }", id=poster)
    assert told["inventoryLevel"] == {"id": poster, "item": {"sku": "POSTER"}}


def test_an_item_that_is_not_sold_from_a_place_has_no_level_there_unless_asked_for(shop: Shelf) -> None:
    shop.room.unstock("MUG")
    query = """query($id: ID!, $place: ID!) { inventoryItem(id: $id) {
        shown: inventoryLevel(locationId: $place) { id }
        all: inventoryLevel(locationId: $place, includeInactive: true) { id }
        variant { inventoryQuantity availableForSale }
    } }"""
    told = shop.data(query, id=shop.item(), place=shop.place())["inventoryItem"]
    assert (told["shown"] is None, told["all"] is None) == (True, False)
    assert told["variant"] == {"inventoryQuantity": 0, "availableForSale": False}


def test_an_unknown_quantity_is_refused(shop: Shelf) -> None:
    query = """query($id: ID!) { inventoryItem(id: $id) {
        inventoryLevels(first: 1) { nodes { quantities(names: ["sold"]) { id } } }
    } }"""
    assert "Valid values are: available, committed," in shop.refused(query, id=shop.item())["message"]


def test_each_move_is_echoed(shop: Shelf) -> None:
    shop.listen("INVENTORY_LEVELS_UPDATE", uri=HOOK)
    shop.twin.place_order([mugs(3)])
    heard = shop.hears()[0]
    assert heard.topic == "inventory_levels/update"
    assert (heard.body["available"], heard.body["inventory_item_id"]) == (7, shop.room.item("MUG").id)
    assert heard.body["admin_graphql_api_id"] == shop.room.level("MUG").id


def test_what_is_read_of_an_order_says_where_each_piece_stands(shop: Shelf) -> None:
    order = shop.twin.place_order([mugs(3)])
    shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
    query = """query($id: ID!) { order(id: $id) {
        fulfillments(first: 5) {
          status location { id } fulfillmentLineItems(first: 5) { nodes { quantity lineItem { id } } }
        }
        fulfillmentOrders(first: 5) { nodes {
          status assignedLocation { location { id } }
          lineItems(first: 5) { nodes { remainingQuantity inventoryItemId lineItem { id unfulfilledQuantity } } }
        } }
    } }"""
    told = shop.data(query, id=order.gid)["order"]
    assert told["fulfillments"][0]["location"]["id"] == shop.place(PLACE)
    assert told["fulfillments"][0]["fulfillmentLineItems"]["nodes"][0]["quantity"] == 1
    held = told["fulfillmentOrders"]["nodes"][0]
    assert held["assignedLocation"]["location"]["id"] == shop.place(PLACE)
    assert held["lineItems"]["nodes"][0]["remainingQuantity"] == 2
    assert held["lineItems"]["nodes"][0]["inventoryItemId"] == shop.item()
