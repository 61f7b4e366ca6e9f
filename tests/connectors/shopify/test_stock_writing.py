"""Writing stock: every row gets its due, a bad one holds up no other, and nothing is ever added twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platen.connectors.shopify.stock import ShopifyStock
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from platen.ports.stock import REFUSED, STALE, UNCLEAR, WRITTEN, Outcome, Write
from tests.connectors.shopify.house import (
    FakeClock,
    House,
    ScriptedHttp,
    data,
    error,
    errors,
    reply,
)
from tests.connectors.shopify.stockhouse import (
    PLACE,
    Happening,
    StockRoom,
    a_room,
    answers_with,
    gives,
    raises,
    writes,
)

CUT = Unclear("cut")
THROTTLED = errors(error("THROTTLED"), left=0)
LOST: list[tuple[str, Happening]] = [
    ("a timeout", raises(CUT)),
    ("a 500", gives(reply(500, b""))),
    ("a 503", gives(reply(503, b""))),
    ("nonsense", gives(reply(200, b"<html>"))),
    ("an answer without the payload", gives(data({"inventorySetQuantities": None}))),
    ("an error of the server", gives(errors(error("INTERNAL_SERVER_ERROR")))),
    ("a throttle", gives(THROTTLED)),
]


def results(found: dict[str, Outcome]) -> Counter[str]:
    return Counter(one.result for one in found.values())


def row(room: StockRoom, call: int = 0) -> dict[str, Any]:
    body = room.calls[call].variables["input"]
    found: dict[str, Any] = (body.get("quantities") or body["changes"])[0]
    return found


# ---- what is sent ------------------------------------------------------------------------------


def test_what_a_set_sends() -> None:
    room = a_room(1)
    assert room.set([Write("1", 9, 5)], name="available") == {"1": Outcome("1", WRITTEN)}
    [call] = room.calls
    assert call.variables == {
        "key": "k",
        "input": {
            "name": "available",
            "reason": "correction",
            "referenceDocumentUri": "gid://platen/StockRun/run-1",
            "quantities": [
                {
                    "inventoryItemId": "gid://shopify/InventoryItem/1",
                    "locationId": "gid://shopify/Location/70001",
                    "quantity": 9,
                    "changeFromQuantity": 5,
                }
            ],
        },
    }


def test_what_an_adjustment_sends() -> None:
    room = a_room(1)
    assert room.adjust([Write("1", -2, 5)])["1"].result == WRITTEN
    assert (room.calls[0].variables["input"]["name"], row(room)["delta"], room.counts) == (
        "available",
        -2,
        {"1": 3},
    )


@pytest.mark.parametrize("adjust", [False, True])
def test_without_an_expectation_it_says_so_in_so_many_words(adjust: bool) -> None:
    room = a_room(1)
    (room.adjust if adjust else room.set)([Write("1", 9, None)])
    assert row(room)["changeFromQuantity"] is None


def test_what_is_there_already_is_written_too() -> None:
    assert a_room(1).set([Write("1", 5, 5)])["1"].result == WRITTEN


def test_nothing_to_write_asks_nobody() -> None:
    room = a_room(1)
    assert room.set([]) == {}
    assert room.calls == []


def test_more_than_a_page_or_an_item_twice_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError):
        a_room().set(writes(251))
    with pytest.raises(ValueError):
        a_room().set([*writes(1), *writes(1)])


@pytest.mark.parametrize("place", ["", "Main", "gid://shopify/Location/1", "1?x=2", "²"])
def test_a_place_that_is_no_number_is_refused_before_anything_is_asked(place: str) -> None:
    room = a_room()
    with pytest.raises(Refused, match="list of the store's places"):
        room.store().set_levels(place, "on_hand", writes(1), key="k", reference="r")
    assert room.calls == []


# ---- rows that are not taken ------------------------------------------------------------------

OF_A_ROW = [
    ("CHANGE_FROM_QUANTITY_STALE", STALE),
    ("COMPARE_QUANTITY_STALE", STALE),
    ("INVALID_INVENTORY_ITEM", REFUSED),
    ("INVALID_QUANTITY_NEGATIVE", REFUSED),
    ("INVALID_QUANTITY_TOO_HIGH", REFUSED),
    ("INVALID_QUANTITY_TOO_LOW", REFUSED),
    ("NON_MUTABLE_INVENTORY_ITEM", REFUSED),
    ("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", REFUSED),
    ("A_CODE_NOBODY_HAS_HEARD_OF", REFUSED),
    ("", REFUSED),
]
OF_THE_CALL = [
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "INTERNAL_LEDGER_DOCUMENT",
    "INVALID_AVAILABLE_DOCUMENT",
    "INVALID_LEDGER_DOCUMENT",
    "INVALID_LOCATION",
    "INVALID_NAME",
    "INVALID_QUANTITY_DOCUMENT",
    "INVALID_QUANTITY_NAME",
    "INVALID_REASON",
    "INVALID_REFERENCE_DOCUMENT",
    "MAX_ONE_LEDGER_DOCUMENT",
]
AGAIN = ["IDEMPOTENCY_CONCURRENT_REQUEST", "SERVICE_UNAVAILABLE", "ADJUST_QUANTITIES_FAILED"]


class Picky(StockRoom):
    """Refuses one item with one code."""

    item, code = "7", ""

    def _wrong(self, row: Any) -> str:
        bad = str(row["inventoryItemId"]).endswith(f"/{self.item}")
        return (self.code or "X") if bad else super()._wrong(row)


def picky(code: str, many: int = 10, **changes: Any) -> Picky:
    room = Picky({str(item): 5 for item in range(1, many + 1)}, **changes)
    room.code = code
    return room


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
@pytest.mark.parametrize("names_rows", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize(("code", "result"), OF_A_ROW)
def test_a_bad_row_holds_up_no_other(code: str, result: str, names_rows: bool, adjust: bool) -> None:
    room = picky(code, names_rows=names_rows)
    found = (room.adjust if adjust else room.set)(writes(to=1 if adjust else 6))
    assert found["7"].result == result
    assert found["7"].code == (code or "X")
    assert results(found) == {WRITTEN: 9, result: 1}
    assert {item for item, count in room.counts.items() if count == 6} == {*map(str, range(1, 11))} - {"7"}
    assert set(room.done.values()) == {1}


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
@pytest.mark.parametrize("code", OF_THE_CALL)
def test_what_is_wrong_with_the_whole_call_is_not_divided(code: str, adjust: bool) -> None:
    room = a_room()
    room.before = [answers_with(code, "PlatenAdjustQuantities" if adjust else "PlatenSetQuantities")]
    found = (room.adjust if adjust else room.set)(writes())
    assert {(one.result, one.code) for one in found.values()} == {(REFUSED, code)}
    assert len(room.calls) == 1
    assert room.done == {}


def test_a_stale_row_and_a_bundle_among_250_cost_two_calls_where_they_are_named() -> None:
    room = a_room(250, bundles=frozenset({"17"}))
    room.counts["200"] = 4
    found = room.set(writes(250))
    assert results(found) == {WRITTEN: 248, STALE: 1, REFUSED: 1}
    assert (found["200"].result, found["17"].code) == (STALE, "NON_MUTABLE_INVENTORY_ITEM")
    assert len(room.calls) == 2
    assert len({call.variables["key"] for call in room.calls}) == 2


def test_a_bundle_among_250_is_found_by_halves_where_it_is_not_named() -> None:
    room = a_room(250, bundles=frozenset({"17"}), names_rows=False)
    assert results(room.set(writes(250))) == {WRITTEN: 249, REFUSED: 1}
    assert len(room.calls) <= 18
    assert set(room.done.values()) == {1}


def test_a_sale_in_the_middle_makes_its_row_stale_and_no_other() -> None:
    room = a_room()
    room.names_rows = False

    def sold() -> None:
        room.counts["9"] -= 1

    room.bundles = frozenset({"2"})
    room.before = [None, sold]  # type: ignore[list-item]
    found = room.set(writes())
    assert results(found) == {WRITTEN: 8, STALE: 1, REFUSED: 1}
    assert room.counts["9"] == 4


def test_all_rows_stale_is_one_call() -> None:
    room = a_room(250, each=4)
    assert results(room.set(writes(250))) == {STALE: 250}
    assert len(room.calls) == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Write("gid://shopify/InventoryItem/3", 1, 1), "INVALID_INVENTORY_ITEM"),
        (Write("", 1, 1), "INVALID_INVENTORY_ITEM"),
        (Write("3", 2**31, 5), "INVALID_QUANTITY_TOO_HIGH"),
        (Write("3", -(2**31), 5), "INVALID_QUANTITY_TOO_LOW"),
        (Write("3", 1_000_000_001, 5), "INVALID_QUANTITY_TOO_HIGH"),
        (Write("3", -1, 5), "INVALID_QUANTITY_NEGATIVE"),
        (Write("999", 1, 1), "INVALID_INVENTORY_ITEM"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_alone(bad: Write, code: str) -> None:
    found = a_room(3).set([Write("1", 9, 5), bad, Write("2", 9, 5)])
    assert (found[bad.stock_id].result, found[bad.stock_id].code) == (REFUSED, code)
    assert results(found) == {WRITTEN: 2, REFUSED: 1}


# ---- answers that are lost ---------------------------------------------------------------------


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("happening", [one for _, one in LOST], ids=[name for name, _ in LOST])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_asked_for_again_by_the_same_key(
    happening: Happening, lost: int, when: str, adjust: bool
) -> None:
    room = a_room()
    setattr(room, when, [happening] * lost)
    found = (room.adjust if adjust else room.set)(writes(to=2))
    assert results(found) == {WRITTEN: 10}
    assert set(room.done.values()) == {1}
    assert set(room.counts.values()) == {7 if adjust else 2}
    assert len({str(call.variables) for call in room.calls}) == 1


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_stays_lost_is_unclear_and_no_more(when: str, adjust: bool) -> None:
    room = a_room()
    setattr(room, when, [raises(CUT)] * 3)
    found = (room.adjust if adjust else room.set)(writes(to=1))
    assert {(one.result, one.words) for one in found.values()} == {(UNCLEAR, "cut")}
    assert len(room.calls) == 3
    # The whole again, by the same key: what was done is found, what was not is done.
    assert results((room.adjust if adjust else room.set)(writes(to=1))) == {WRITTEN: 10}
    assert set(room.done.values()) == {1}


def test_a_later_no_does_not_settle_an_earlier_doubt() -> None:
    room = a_room()
    room.before = [raises(CUT), raises(Unreachable("away")), gives(reply(403, b""))]
    assert results(room.set(writes())) == {UNCLEAR: 10}


@pytest.mark.parametrize(
    ("happening", "verdict"),
    [
        (raises(Unreachable("away")), Unreachable),
        (gives(reply(403, b"")), Denied),
        (gives(errors(error("ACCESS_DENIED", "inventorySetQuantities"))), Denied),
        (gives(errors(error("INVALID_VARIABLE"))), Refused),
    ],
)
def test_where_surely_nothing_was_done_the_verdict_leaves(happening: Happening, verdict: type[Exception]) -> None:
    room = a_room()
    room.before = [happening]
    with pytest.raises(verdict):
        room.set(writes())
    assert room.done == {}


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
def test_a_no_in_the_middle_does_not_pass_for_a_no_to_all(adjust: bool) -> None:
    room = a_room(bundles=frozenset({"1"}), names_rows=False)
    room.before = [None, None, None, None, None, gives(reply(403, b""))]
    found = (room.adjust if adjust else room.set)(writes(to=1))
    assert results(found) == {UNCLEAR: 3, WRITTEN: 6, REFUSED: 1}
    assert results((room.adjust if adjust else room.set)(writes(to=1)))[UNCLEAR] == 0
    assert set(room.done.values()) == {1}


def test_one_half_that_stays_lost_leaves_the_other_as_it_is() -> None:
    room = a_room(bundles=frozenset({"1"}), names_rows=False)
    room.before = [None, raises(CUT), raises(CUT), raises(CUT)]
    assert results(room.set(writes())) == {UNCLEAR: 5, WRITTEN: 5}


@pytest.mark.parametrize("code", AGAIN)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_key_that_is_at_work_is_asked_again(code: str, times: int) -> None:
    room = a_room()
    room.before = [answers_with(code)] * times
    found = room.set(writes())
    assert results(found) == ({WRITTEN: 10} if times < 3 else {UNCLEAR: 10})
    assert {call.variables["key"] for call in room.calls} == {"k"}
    assert len(room.calls) == min(times + 1, 3)


def test_between_the_attempts_it_waits() -> None:
    room, clock = a_room(), FakeClock()
    room.before = [raises(CUT), raises(CUT)]
    room.store(clock).set_levels(PLACE, "on_hand", writes(), key="k", reference="r")
    assert clock.slept == [1.0, 2.0]


@pytest.mark.parametrize("adjust", [False, True], ids=["set", "adjust"])
def test_a_key_whose_attempt_failed_is_followed_by_another(adjust: bool) -> None:
    room = a_room()
    room.before = [answers_with("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", room_call(adjust))]
    assert results((room.adjust if adjust else room.set)(writes(to=1))) == {WRITTEN: 10}
    keys = [call.variables["key"] for call in room.calls]
    assert len(set(keys)) == len(keys) > 1
    assert set(room.done.values()) == {1}


def room_call(adjust: bool) -> str:
    return "PlatenAdjustQuantities" if adjust else "PlatenSetQuantities"


def test_a_throttle_waits_and_a_long_one_is_left_to_the_queue() -> None:
    room, clock = a_room(), FakeClock()
    room.before = [gives(THROTTLED)]
    room.store(clock).set_levels(PLACE, "on_hand", writes(), key="k", reference="r")
    assert sum(clock.slept) >= 0.2
    room.before = [gives(reply(429, b"", retry_after="60"))]
    with pytest.raises(Busy):
        room.set(writes(to=10, expected=9), key="other")
    assert set(room.done.values()) == {1}


# ---- the same again ----------------------------------------------------------------------------


@pytest.mark.parametrize("failed_keys_fail", [True, False])
@pytest.mark.parametrize("names_rows", [True, False])
@settings(max_examples=30, deadline=None)
@given(
    many=st.integers(1, 20),
    bad=st.frozensets(st.integers(1, 20), max_size=4),
    dies_at=st.integers(0, 12),
    heard=st.booleans(),
    expected=st.sampled_from([5, None]),
)
def test_who_dies_in_the_middle_and_repeats_the_whole_adds_nothing_twice(
    names_rows: bool,
    failed_keys_fail: bool,
    many: int,
    bad: frozenset[int],
    dies_at: int,
    heard: bool,
    expected: int | None,
) -> None:
    bundles = frozenset(str(item) for item in bad if item <= many)
    room = a_room(many, bundles=bundles, names_rows=names_rows, failed_keys_fail=failed_keys_fail)
    death = [None] * dies_at + [raises(KeyboardInterrupt())]
    room.before, room.after = (death, []) if heard else ([], death)
    with suppress(KeyboardInterrupt):
        room.adjust(writes(many, to=3, expected=expected))
    room.before, room.after = [], []
    found = room.adjust(writes(many, to=3, expected=expected))
    assert {item: one.result for item, one in found.items()} == {
        str(item): REFUSED if str(item) in bundles else WRITTEN for item in range(1, many + 1)
    }
    assert {item: count for item, count in room.counts.items() if item not in bundles} == {
        str(item): 8 for item in range(1, many + 1) if str(item) not in bundles
    }


# ---- stocking ----------------------------------------------------------------------------------


def stocking(*answers: Any) -> tuple[list[Outcome], ScriptedHttp]:
    http = ScriptedHttp().on("PlatenStockAt", *answers)
    return ShopifyStock(House(http).access()).stock_at(PLACE, ["1", "2", "2", "x"], key="k"), http


STOCKED = data({"inventoryActivate": {"userErrors": []}})


def test_items_are_stocked_one_by_one_each_by_its_own_key() -> None:
    found, http = stocking(STOCKED)
    assert [(one.stock_id, one.result) for one in found] == [("1", WRITTEN), ("2", WRITTEN), ("x", REFUSED)]
    assert [call.variables["key"] for call in http.calls] == ["k/1", "k/2"]


def test_one_that_is_refused_holds_up_no_other() -> None:
    no = data({"inventoryActivate": {"userErrors": [{"field": None, "message": "Not here."}]}})
    found, _ = stocking(no, STOCKED)
    assert [(one.result, one.words) for one in found][:2] == [(REFUSED, "Not here."), (WRITTEN, "")]


def test_a_lost_answer_is_unclear() -> None:
    found, _ = stocking(CUT, STOCKED)
    assert [one.result for one in found][:2] == [UNCLEAR, WRITTEN]


def test_a_verdict_leaves_only_while_nothing_was_done() -> None:
    with pytest.raises(Unreachable):
        stocking(Unreachable("away"))
    found, _ = stocking(STOCKED, Unreachable("away"))
    assert [one.result for one in found][:2] == [WRITTEN, UNCLEAR]
