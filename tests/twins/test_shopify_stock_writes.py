"""Writing counts by the API: what is done, what is refused in which words, and what a key is remembered for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platen.domain.verdicts import Unclear
from platen.ports import Reply
from tests.twins.shopify_stock import ADJUST, SET, Shelf, codes, deltas

SET_BARE = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
UNKNOWN_ITEM = "gid://shopify/InventoryItem/999999999999"
UNKNOWN_PLACE = "gid://shopify/Location/999999999999"


@pytest.fixture
def shop() -> Shelf:
    return Shelf()


def test_setting_available_tells_two_changes_and_no_count_after(shop: Shelf) -> None:
    told = shop.set(shop.row(4, 10), referenceDocumentUri="logistics://count/1")
    assert deltas(told) == [("available", -6), ("on_hand", -6)]
    group = told["inventoryAdjustmentGroup"]
    assert group["referenceDocumentUri"] == "logistics://count/1"
    assert {one["quantityAfterChange"] for one in group["changes"]} == {None}
    assert shop.counts() == (4, 0, 4)


def test_setting_on_hand_leaves_what_is_committed(shop: Shelf) -> None:
    shop.twin.place_order([{"sku": "MUG", "quantity": 3}])
    told = shop.set(shop.row(8, 10), name="on_hand")
    assert deltas(told) == [("available", -2), ("on_hand", -2)]
    assert shop.counts() == (5, 3, 8)


def test_the_available_of_all_rows_is_told_before_their_on_hand(shop: Shelf) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": 4}])
    told = shop.set(shop.row(9, 10), shop.row(6, None, "POSTER"))
    assert deltas(told) == [("available", -1), ("available", 2), ("on_hand", -1), ("on_hand", 2)]


def test_adjusting_adds(shop: Shelf) -> None:
    assert deltas(shop.adjust(shop.change(2, 10))) == [("available", 2), ("on_hand", 2)]
    assert shop.counts() == (12, 0, 12)


def test_incoming_is_not_on_hand_and_needs_a_ledger(shop: Shelf) -> None:
    row = shop.change(2, 0, ledgerDocumentUri="ledger://incoming/first")
    assert deltas(shop.adjust(row, name="incoming")) == [("incoming", 2)]
    row = shop.change(2, 0, ledgerDocumentUri="ledger://damaged/first")
    assert deltas(shop.adjust(row, name="damaged")) == [("damaged", 2), ("on_hand", 2)]


@pytest.mark.parametrize("nothing", [False, True])
def test_a_write_that_changes_nothing_succeeds(shop: Shelf, nothing: bool) -> None:
    shop.twin.shop.stock.null_group_when_unchanged = nothing
    told = shop.set(shop.row(10, 10))
    assert told["userErrors"] == []
    assert (told["inventoryAdjustmentGroup"] is None) == nothing


def test_one_stale_row_stops_the_whole_call(shop: Shelf) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": 4}])
    told = shop.set(shop.row(3, 10), shop.row(1, 5, "POSTER"))
    assert told["userErrors"] == [
        {
            "code": "CHANGE_FROM_QUANTITY_STALE",
            "field": ["input", "quantities", "1", "changeFromQuantity"],
            "message": "The changeFromQuantity value does not match persisted value.",
        }
    ]
    assert (shop.counts(), shop.counts("POSTER")) == ((10, 0, 10), (4, 0, 4))
    assert codes(shop.adjust(shop.change(1, 9))) == ["CHANGE_FROM_QUANTITY_STALE"]


def test_a_sale_between_reading_and_writing_makes_it_stale(shop: Shelf) -> None:
    shop.room.before_next_write(lambda: shop.twin.place_order([{"sku": "MUG"}]))
    assert codes(shop.set(shop.row(20, 10))) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert shop.counts() == (9, 1, 10)
    assert codes(shop.set(shop.row(20, 9))) == []


def test_a_sale_between_does_not_disturb_a_count_of_what_is_on_hand(shop: Shelf) -> None:
    shop.room.before_next_write(lambda: shop.twin.place_order([{"sku": "MUG"}]))
    assert codes(shop.set(shop.row(20, 10), name="on_hand")) == []
    assert shop.counts() == (19, 1, 20)


def test_null_means_whatever_is_there(shop: Shelf) -> None:
    shop.room.before_next_write(lambda: shop.twin.place_order([{"sku": "MUG"}]))
    assert codes(shop.set(shop.row(20, None))) == []
    assert shop.counts() == (20, 1, 21)


WRONG_SETS = {
    "name": ({"name": "committed"}, "INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'."),
    "reason": (
        {"reason": "mood"},
        "INVALID_REASON",
        "The specified reason is invalid. Valid values are: correction,",
    ),
    "document": (
        {"referenceDocumentUri": "run 7"},
        "INVALID_REFERENCE_DOCUMENT",
        "The specified reference document is invalid.",
    ),
}
WRONG_ROWS = {
    "item": (
        {"inventoryItemId": UNKNOWN_ITEM},
        "INVALID_INVENTORY_ITEM",
        "inventoryItemId",
        "The specified inventory item could not be found.",
    ),
    "place": (
        {"locationId": UNKNOWN_PLACE},
        "INVALID_LOCATION",
        "locationId",
        "The specified location could not be found.",
    ),
    "too high": (
        {"quantity": 1_000_000_001},
        "INVALID_QUANTITY_TOO_HIGH",
        "quantity",
        "The quantity can't be higher than 1,000,000,000.",
    ),
    "too low": (
        {"quantity": -1_000_000_001},
        "INVALID_QUANTITY_TOO_LOW",
        "quantity",
        "The quantity can't be lower than -1,000,000,000.",
    ),
}


@pytest.mark.parametrize(("told", "code", "words"), WRONG_SETS.values(), ids=WRONG_SETS)
def test_a_wrong_head_is_refused_in_the_known_words(shop: Shelf, told: Any, code: str, words: str) -> None:
    problem = shop.set(shop.row(4, 10), **told)["userErrors"][0]
    assert (problem["code"], problem["field"]) == (code, ["input", next(iter(told))])
    assert problem["message"].startswith(words)
    assert shop.counts() == (10, 0, 10)


@pytest.mark.parametrize(("wrong", "code", "field", "words"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_one_wrong_row_is_refused_in_the_known_words_and_stops_the_others(
    shop: Shelf, wrong: Any, code: str, field: str, words: str
) -> None:
    shop.room.add_product("Poster", [{"sku": "POSTER", "stock": 4}])
    told = shop.set(shop.row(4, 10), shop.row(1, 4, "POSTER") | wrong)
    assert told["userErrors"] == [{"code": code, "field": ["input", "quantities", "1", field], "message": words}]
    assert told["inventoryAdjustmentGroup"] is None
    assert shop.counts() == (10, 0, 10)


def test_on_hand_cannot_be_negative_but_available_can(shop: Shelf) -> None:
    assert codes(shop.set(shop.row(-5, 10), name="on_hand")) == ["INVALID_QUANTITY_NEGATIVE"]
    assert codes(shop.set(shop.row(-5, 10))) == []


def test_a_bundle_is_not_written_and_stops_the_others(shop: Shelf) -> None:
    shop.room.add_product("Set", [{"sku": "SET", "requires_components": True, "stock": 1}])
    assert codes(shop.set(shop.row(4, 10), shop.row(2, 1, "SET"))) == ["NON_MUTABLE_INVENTORY_ITEM"]
    assert codes(shop.adjust(shop.change(2, 1, "SET"))) == ["NON_MUTABLE_INVENTORY_ITEM"]
    assert shop.counts() == (10, 0, 10)


def test_the_same_item_twice_in_a_call_is_refused(shop: Shelf) -> None:
    assert codes(shop.set(shop.row(4, 10), shop.row(5, 10))) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"]


def test_every_problem_is_told(shop: Shelf) -> None:
    told = shop.adjust(shop.change(1, 10), name="on_hand")
    assert codes(told) == ["INVALID_QUANTITY_NAME", "INVALID_QUANTITY_DOCUMENT"]
    assert told["userErrors"][0]["message"] == (
        "The specified quantity name is invalid. "
        "Valid values are: available, damaged, incoming, quality_control, reserved, safety_stock."
    )
    assert told["userErrors"][1]["field"] == ["input", "changes", "0", "ledgerDocumentUri"]


@pytest.mark.parametrize(
    ("name", "documents", "code"),
    [
        ("available", ["ledger://a"], "INVALID_AVAILABLE_DOCUMENT"),
        ("damaged", ["gid://shopify/Order/1"], "INTERNAL_LEDGER_DOCUMENT"),
        ("damaged", ["a ledger"], "INVALID_LEDGER_DOCUMENT"),
        ("damaged", ["ledger://a", "ledger://b"], "MAX_ONE_LEDGER_DOCUMENT"),
    ],
)
def test_a_wrong_ledger_is_refused(shop: Shelf, name: str, documents: list[str], code: str) -> None:
    rows = [shop.change(1, None, ledgerDocumentUri=one) for one in documents]
    assert codes(shop.adjust(*rows, name=name)) == [code]


def test_a_delta_has_its_bounds(shop: Shelf) -> None:
    assert codes(shop.adjust(shop.change(2_000_000_001, None))) == ["INVALID_QUANTITY_TOO_HIGH"]
    assert codes(shop.adjust(shop.change(-2_000_000_001, None))) == ["INVALID_QUANTITY_TOO_LOW"]


def test_without_a_key_nothing_is_done(shop: Shelf) -> None:
    told = {"name": "available", "reason": "correction", "quantities": [shop.row(4, 10)]}
    answer = shop.ask(SET_BARE, input=told)
    assert answer["data"] == {"inventorySetQuantities": None}
    assert answer["errors"][0]["path"] == ["inventorySetQuantities"]
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    words = "The @idempotent directive is required for this mutation but was not provided."
    assert answer["errors"][0]["message"] == words
    bare = SET.replace("(key: $key)", "").replace(", $key: String!", "")
    assert shop.refused(bare, input=told)["message"] == "Directive 'idempotent' is missing required arguments: key"
    assert "errors" in shop.ask(SET, input=told, key="  ")
    assert shop.counts() == (10, 0, 10)


@pytest.mark.parametrize(
    ("query", "list_name", "kind"), [(SET, "quantities", "Quantity"), (ADJUST, "changes", "Change")]
)
def test_what_is_expected_must_be_said_even_when_it_is_nothing(
    shop: Shelf, query: str, list_name: str, kind: str
) -> None:
    row = shop.row(4, 10) if list_name == "quantities" else shop.change(4, 10)
    del row["changeFromQuantity"]
    told = {"name": "available", "reason": "correction", list_name: [row]}
    refused = shop.refused(query, input=told, key="k")
    assert refused["message"] == f"Inventory{kind}Input must include the following argument: changeFromQuantity."
    assert refused["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert shop.counts() == (10, 0, 10)


def test_a_field_of_older_versions_is_unknown(shop: Shelf) -> None:
    told = {"name": "available", "reason": "correction", "ignoreCompareQuantity": True, "quantities": []}
    refused = shop.refused(SET, input=told, key="k")
    assert refused["extensions"]["code"] == "INVALID_VARIABLE"
    assert "ignoreCompareQuantity (Field is not defined on InventorySetQuantitiesInput)" in refused["message"]


def test_more_than_250_rows_are_refused(shop: Shelf) -> None:
    told = {"name": "available", "reason": "correction", "quantities": [shop.row(1, None)] * 251}
    assert shop.refused(SET, input=told, key="k")["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_a_repeat_gets_the_first_answer_again_and_writes_nothing(shop: Shelf) -> None:
    first = shop.set(shop.row(4, 10), key="once")
    shop.twin.place_order([{"sku": "MUG"}])
    shop.room.before_next_write(lambda: pytest.fail("a repeat writes nothing"))
    assert shop.set(shop.row(4, 10), key="once") == first
    assert shop.counts() == (3, 1, 4)
    assert shop.results() == ["done", "repeated"]


def test_a_key_means_one_input(shop: Shelf) -> None:
    shop.set(shop.row(4, 10), key="once")
    told = shop.set(shop.row(5, 10), key="once")
    assert codes(told) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert codes(shop.adjust(shop.change(4, 10), key="once")) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert shop.counts() == (4, 0, 4)


def test_a_key_whose_first_attempt_failed_is_used_up(shop: Shelf) -> None:
    assert codes(shop.set(shop.row(4, 9), key="once")) == ["CHANGE_FROM_QUANTITY_STALE"]
    shop.room.adjust("MUG", -1)
    assert codes(shop.set(shop.row(4, 9), key="once")) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    assert codes(shop.set(shop.row(4, 9), key="another")) == []


def test_a_first_attempt_may_break_down(shop: Shelf) -> None:
    shop.twin.shop.keys.fail = 1
    told = {"name": "available", "reason": "correction", "quantities": [shop.row(4, 10)]}
    assert shop.refused(SET, input=told, key="k")["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert shop.counts() == (10, 0, 10)
    assert codes(shop.set(shop.row(4, 10), key="k")) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]


def test_a_repeat_may_meet_the_first_attempt_still_running(shop: Shelf) -> None:
    first = shop.set(shop.row(4, 10), key="once")
    shop.twin.shop.keys.still_running = 1
    assert codes(shop.set(shop.row(4, 10), key="once")) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
    assert shop.set(shop.row(4, 10), key="once") == first


def test_a_key_is_forgotten_after_a_day(shop: Shelf) -> None:
    shop.set(shop.row(4, None), key="once")
    shop.room.set("MUG", 7)
    shop.clock.passes(hours=23, minutes=59)
    shop.set(shop.row(4, None), key="once")
    assert shop.counts() == (7, 0, 7)
    shop.clock.passes(minutes=1)
    shop.set(shop.row(4, None), key="once")
    assert shop.counts() == (4, 0, 4)


def test_a_reply_may_be_lost_after_the_write(shop: Shelf) -> None:
    shop.twin.faults.add(on="inventorySetQuantities", kind="cut_reply")
    with pytest.raises(Unclear):
        shop.set(shop.row(4, 10), key="once")
    assert shop.counts() == (4, 0, 4)
    assert deltas(shop.set(shop.row(4, 10), key="once")) == [("available", -6), ("on_hand", -6)]


@pytest.mark.parametrize("done", [False, True])
def test_a_throttled_write_may_or_may_not_have_been_done(shop: Shelf, done: bool) -> None:
    shop.twin.throttle("inventorySetQuantities", done=done)
    told = {"name": "available", "reason": "correction", "quantities": [shop.row(4, 10)]}
    reply: Reply = shop.post(SET, input=told, key="k")
    assert (reply.status, '"THROTTLED"' in reply.text) == (200, True)
    assert shop.counts()[0] == (4 if done else 10)


def test_what_is_written_where_an_item_is_not_stocked_is_kept_but_not_sold(shop: Shelf) -> None:
    shop.room.add_location("Attic")
    assert codes(shop.set(shop.row(4, 0, place="Attic"))) == []
    assert shop.counts(place="Attic") == (4, 0, 4)
    assert shop.room.level("MUG", "Attic").is_active is False
    assert shop.twin.shop.stock.available(shop.room.item("MUG")) == 10
    told = shop.activate(place="Attic")
    assert told["userErrors"] == []
    assert told["inventoryLevel"]["quantities"][0] == {"name": "available", "quantity": 4}
    assert shop.twin.shop.stock.available(shop.room.item("MUG")) == 14


def test_activating_opens_a_level_with_the_count_that_is_told(shop: Shelf) -> None:
    shop.room.add_location("Attic")
    told = shop.activate(place="Attic", onHand=3)
    assert told["inventoryLevel"]["isActive"] is True
    assert shop.counts(place="Attic") == (3, 0, 3)


@pytest.mark.parametrize("more", [{"available": 3}, {"available": 3, "onHand": 3}])
def test_activating_does_not_overwrite_what_is_stocked_already(shop: Shelf, more: dict[str, Any]) -> None:
    assert len(shop.activate(**more)["userErrors"]) == 1
    assert shop.counts() == (10, 0, 10)
    assert shop.activate()["userErrors"] == []


def test_a_closed_place_is_not_found(shop: Shelf) -> None:
    shop.room.add_location("Attic", active=False)
    assert codes(shop.set(shop.row(4, None, place="Attic"))) == ["INVALID_LOCATION"]
    assert shop.activate(place="Attic")["userErrors"][0]["field"] == ["locationId"]


def test_scopes_are_asked_for(shop: Shelf) -> None:
    shop.twin.scopes = shop.twin.scopes - {"write_inventory"}
    told = {"name": "available", "reason": "correction", "quantities": [shop.row(4, 10)]}
    refused = shop.refused(SET, input=told, key="k")
    assert refused["extensions"]["code"] == "ACCESS_DENIED"
    assert "`write_inventory`" in refused["message"]
    assert shop.counts() == (10, 0, 10)


def test_every_call_is_logged_with_its_rows(shop: Shelf) -> None:
    shop.set(shop.row(4, 10), key="a", referenceDocumentUri="logistics://run/1")
    shop.set(shop.row(5, 10), shop.row(1, 1, place="Attic"), key="b")
    shop.room.set("MUG", 9)
    first, second = shop.room.writes
    assert (first.call, first.key, first.name, first.reference) == (
        "inventorySetQuantities",
        "a",
        "available",
        "logistics://run/1",
    )
    assert [(row.quantity, row.expected) for row in second.rows] == [(5, 10), (1, 1)]
    assert second.result == "CHANGE_FROM_QUANTITY_STALE"


STEPS = st.lists(
    st.tuples(st.sampled_from(["sell", "ship", "unsell", "return", "count"]), st.integers(1, 3)), max_size=12
)


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_whatever_happens_the_counts_add_up(steps: list[tuple[str, int]]) -> None:
    shop = Shelf()
    for what, number in steps:
        orders = list(shop.twin.orders.values())
        order = orders[-1] if orders else None
        if what == "count":
            shop.set(shop.row(number, None), name="on_hand")
        elif what == "sell" or order is None:
            shop.twin.place_order([{"sku": "MUG", "quantity": number}])
        elif what == "ship" and order.lines[0].unfulfilled:
            shop.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1})
        elif what == "unsell" and order.lines[0].current:
            shop.twin.refund(order.id, order.lines[0].id, 1, restock=number > 1)
        elif what == "return" and order.fulfillments and order.fulfillments[-1].status == "SUCCESS":
            cancel = "mutation($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }"
            shop.data(cancel, id=f"gid://shopify/Fulfillment/{order.fulfillments[-1].id}")
    left = sum(line.unfulfilled for order in shop.twin.orders.values() for line in order.lines)
    available, committed, on_hand = shop.counts()
    assert (committed, on_hand) == (left, available + left)
