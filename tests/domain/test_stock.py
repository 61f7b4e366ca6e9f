"""Stock arithmetic: the cases it is known to go wrong in, by the formulas alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.stock import (
    Brakes,
    Extent,
    OnOrder,
    Safety,
    SafetyKind,
    available,
    braked,
    kit,
    movement,
    on_hand,
    shared_out,
    shown,
    unheard,
    wrong_shares,
)


def line(*, wanted: int, taken: int = 0, gone: int = 0, fulfilled: int = 0, done: bool = False) -> OnOrder:
    """A line of one store, all of it counted at the place in question."""
    still = wanted - fulfilled
    took = max(taken, gone)
    return OnOrder(
        item="A", store="shop", taken=taken, gone=took, will_take=took if done else wanted,
        fulfilled=fulfilled, open=still, open_here=still,
    )  # fmt: skip


UNPICKED = line(wanted=5)
PARTLY_PICKED = line(wanted=5, taken=3)
NOT_TOLD = line(wanted=5, taken=5, done=True)
FULFILLED_AFTER = line(wanted=3, gone=3, fulfilled=3)
CLOSED_SHORT = line(wanted=5, taken=3, fulfilled=3, done=True)
CANCELLED_AFTER_PICK = OnOrder(
    item="A", store="shop", taken=0, gone=2, will_take=2, fulfilled=0, open=0, open_here=0
)


@pytest.mark.parametrize(
    ("counted", "order", "sold_meanwhile", "on_hand_is", "available_is"),
    [
        pytest.param(20, UNPICKED, 2, 20, 13, id="1: ordered before the count, and sold since"),
        pytest.param(17, PARTLY_PICKED, 0, 20, 15, id="2: partly picked, still open"),
        pytest.param(15, NOT_TOLD, 0, 20, 15, id="3: picked and closed, its store could not be told"),
        pytest.param(20, FULFILLED_AFTER, 0, 17, 17, id="4: fulfilled after the count"),
        pytest.param(17, CLOSED_SHORT, 0, 17, 15, id="closed short: what is missing is still sold"),
        pytest.param(20, CANCELLED_AFTER_PICK, 0, 18, 18, id="picked since, and cancelled then: off the shelf"),
    ],
)
def test_what_a_store_is_to_show(
    counted: int, order: OnOrder, sold_meanwhile: int, on_hand_is: int, available_is: int
) -> None:
    assert on_hand(counted, [order], "shop") == on_hand_is
    more = unheard({"shop": order.open_here + sold_meanwhile}, [order])
    assert available(counted, [order], unheard=more) == available_is


def test_5_a_correction_is_a_movement_and_what_orders_took_is_none() -> None:
    assert movement((15, 12), (0, 0)) == -3
    assert movement((15, 8), (0, 4)) == -3


def test_6_safety_stock() -> None:
    assert shown(Safety(number=5).applied_to(4)).quantity == 0


@pytest.mark.parametrize(
    ("safety", "count", "left"),
    [
        (Safety(kind=SafetyKind.PERCENT, number=10), 11, 9),
        (Safety(kind=SafetyKind.PERCENT, number=10), -4, -4),
        (Safety(kind=SafetyKind.FLOOR, number=3), 3, 3),
        (Safety(), 7, 7),
    ],
)
def test_kinds_of_safety(safety: Safety, count: int, left: int) -> None:
    assert safety.applied_to(count) == left


def test_7_below_nothing() -> None:
    assert shown(-1).quantity == 0
    assert shown(-1).clamped
    assert shown(-1, negatives=True).quantity == -1


def test_8_kits() -> None:
    assert kit({"A": 2, "B": 1}, {"A": 10, "B": 3}) == 3
    assert kit({"A": 2, "B": 1}, {"A": -4, "B": 3}) == 0
    assert kit({"A": 2, "B": 1}, {"A": 4}) == 0


def test_another_stores_orders_are_no_part_of_this_ones_on_hand() -> None:
    other = UNPICKED.but(store="outlet")
    assert on_hand(20, [other], "shop") == 15
    assert available(20, [other], unheard=0) == 15


@given(
    wanted=st.integers(0, 9), taken=st.integers(0, 9), more=st.integers(0, 9), fulfilled=st.integers(0, 9),
    counted=st.integers(0, 50),
)  # fmt: skip
def test_both_ways_to_say_it_agree(wanted: int, taken: int, more: int, fulfilled: int, counted: int) -> None:
    """Of one store that is heard in full, what it has is what can be sold and what is sold."""
    order = line(
        wanted=wanted, taken=min(taken, wanted), gone=min(taken + more, wanted), fulfilled=min(fulfilled, wanted)
    )
    assert on_hand(counted, [order], "shop") == available(counted, [order], unheard=0) + order.open_here


@pytest.mark.parametrize(
    ("extent", "words"),
    [
        (Extent(compared=100, changed=19), ""),
        (Extent(compared=100, changed=20), ""),
        (Extent(compared=100, changed=21), "21 of 100 items would change, more than 20 %."),
        (Extent(compared=100, changed=20, to_zero=20), "20 of 100 items would go to 0, more than 5 %."),
        (Extent(compared=5, changed=5), ""),
        (Extent(compared=9, most_units=51, most_units_item="A"), "A would change by 51 pieces, more than 50."),
    ],
)
def test_brakes(extent: Extent, words: str) -> None:
    assert braked(extent, Brakes(most_units=50)) == words


TWO = {"shop": 60, "outlet": 40}
THREE = {"shop": 50, "outlet": 30, "fair": 20}


@pytest.mark.parametrize(
    ("count", "percents", "sellers", "parts"),
    [
        pytest.param(10, TWO, "shop outlet", [6, 4], id="even"),
        pytest.param(1, TWO, "shop outlet", [1, 0], id="the last piece is shown once"),
        pytest.param(2, TWO, "shop outlet", [1, 1], id="two"),
        pytest.param(7, TWO, "shop outlet", [4, 3], id="the larger rest has it"),
        pytest.param(1, {"outlet": 50, "shop": 50}, "shop outlet", [1, 0], id="of equals the one named first"),
        pytest.param(0, TWO, "shop outlet", [0, 0], id="nothing"),
        pytest.param(-4, TWO, "shop outlet", [-4, -4], id="less than nothing is so for all"),
        pytest.param(10, {"shop": 50, "outlet": 30}, "shop outlet", [5, 3], id="two of ten are shown nowhere"),
        pytest.param(1, {"shop": 50, "outlet": 30}, "shop outlet", [0, 0], id="nor is a last piece"),
        pytest.param(10, THREE, "shop fair", [7, 3], id="one does not sell it"),
        pytest.param(10, TWO, "outlet", [10], id="one sells it"),
        pytest.param(10, {"shop": 60, "outlet": 30}, "outlet", [9], id="one sells it, and some is kept back"),
        pytest.param(10, TWO, "", [], id="nobody sells it"),
        pytest.param(250_000_001, TWO, "shop outlet", [150_000_001, 100_000_000], id="many"),
    ],
)
def test_shares(count: int, percents: dict[str, int], sellers: str, parts: list[int]) -> None:
    assert list(shared_out(count, percents, sellers.split()).values()) == parts


_LESS = st.lists(st.integers(1, 33), min_size=1, max_size=3)
_ALL_OF_TWO = st.integers(1, 99).map(lambda one: [one, 100 - one])
_ALL_OF_THREE = st.tuples(st.integers(1, 49), st.integers(1, 50)).map(lambda two: [*two, 100 - sum(two)])


@given(percents=_LESS | _ALL_OF_TWO | _ALL_OF_THREE, count=st.integers(-5, 450), data=st.data())
def test_shares_are_together_what_is_free(percents: list[int], count: int, data: st.DataObject) -> None:
    """In all exactly what is to be shown; each within a piece of its own part; one piece more takes none away."""
    named = {f"store{number}": percent for number, percent in enumerate(percents)}
    sellers = data.draw(st.sets(st.sampled_from(sorted(named)), min_size=1))
    parts = shared_out(count, named, sellers)
    assert parts.keys() == sellers
    if count <= 0:
        assert set(parts.values()) == {count}
        return
    in_all = count * sum(percents) // 100
    assert sum(parts.values()) == in_all <= count
    whole = sum(named[store] for store in sellers)
    for store, part in parts.items():
        assert abs(part * whole - in_all * named[store]) < whole
    more = shared_out(count + 1, named, sellers)
    assert all(more[store] >= part for store, part in parts.items())


@pytest.mark.parametrize(
    ("percents", "sites", "words"),
    [
        ({}, {"MAIN": ["shop", "outlet"]}, ""),
        (TWO, {"MAIN": ["shop", "outlet"]}, ""),
        ({**TWO, "fair": 40}, {"MAIN": ["shop", "outlet"], "EAST": ["shop", "fair"]}, ""),
        (TWO, {}, "shop has a share, but no site feeds it beside another"),
        ({"shop": 60}, {"MAIN": ["shop", "outlet"]}, "give outlet a share too: site MAIN"),
        ({"shop": 60, "outlet": 41}, {"MAIN": ["shop", "outlet"]}, "site MAIN are more than 100% in all"),
    ],
)
def test_shares_that_cannot_be(percents: dict[str, int], sites: dict[str, list[str]], words: str) -> None:
    said = wrong_shares(percents, sites)
    assert words in said
    assert bool(said) == bool(words)
