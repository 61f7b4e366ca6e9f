"""Hold: nothing of a held job is sent before a person says so, and then once, whatever breaks on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.connectors import Resend
from platen.domain.job import JobState
from platen.domain.order import Order
from tests.fakes import Crash, Lost
from tests.support.sorting import SortBench, item
from tests.support.stall import ANYWHERE, SAFE

ELSEWHERE = ANYWHERE.but(city="Elsewhere")


def held(resend: Resend = Resend.LOOKUP, **fields: Any) -> tuple[SortBench, Order]:
    bench = SortBench(resend)
    bench.link("press", name="look first", send="hold", **fields)
    order = bench.ordered(item("1", 2))
    bench.run(at_least=timedelta(hours=5))
    assert bench.made_by(order) == {}
    assert bench.causes_of(order) == ["held"]
    return bench, order


def release(bench: SortBench, order: Order, place: str = "") -> None:
    answer = bench.click("release", order.order_id, place)
    assert answer["ok"], answer
    bench.run()


def test_the_person_is_told_which_link_holds_it_and_what_to_do() -> None:
    bench, order = held()
    (item_shown,) = bench.attention()
    assert item_shown["actions"] == ["release", "cancel"]
    assert bench.problems_of(order) == ["The link look first holds it: look at it, then release or cancel it."]


def test_a_release_sends_once_and_the_story_tells_who() -> None:
    bench, order = held()
    for _ in range(2):
        bench.click("release", order.order_id)
    bench.run(at_least=timedelta(hours=5))
    assert bench.made_by(order) == {"press": {"1": 2}}
    bench.no_doubles()
    story = [one["what"] for one in bench.do("order", order=order.order_id)["order"]["story"]]
    assert any("release: job 1 (tester)" in what for what in story), story


def test_what_is_cancelled_instead_is_never_sent() -> None:
    bench, order = held()
    bench.click("cancel", order.order_id)
    bench.changed(order, tags=("looked",))
    bench.run(at_least=timedelta(hours=5))
    assert bench.made_by(order) == {}
    assert bench.states_of(order) == [JobState.CANCELLED]


@pytest.mark.parametrize(
    "change",
    [{"ship_to": ELSEWHERE}, {"lines": (item("1", 3),)}, {"lines": (item("1", 2), item("2", 1))}],
    ids=["address", "quantity", "another line"],
)
def test_what_changes_after_the_release_is_held_again(change: dict[str, Any]) -> None:
    bench, order = held()
    bench.do("pause", connection="press")
    release(bench, order)
    changed = bench.changed(order, **change)
    bench.run()
    bench.do("resume", connection="press")
    bench.run(at_least=timedelta(hours=1))
    assert bench.made_by(order) == {}, "nobody released this"
    assert bench.causes_of(order) == ["held"]
    release(bench, changed)
    assert bench.made_by(order) == {"press": {line.line_id: line.quantity for line in changed.lines}}


def test_a_look_that_finds_nothing_new_keeps_the_release() -> None:
    bench, order = held()
    bench.do("pause", connection="press")
    release(bench, order)
    bench.changed(order, tags=("looked",))
    bench.run()
    bench.do("resume", connection="press")
    bench.run(at_least=timedelta(hours=1))
    assert bench.made_by(order) == {"press": {"1": 2}}


def test_what_is_added_after_sending_is_held_alone() -> None:
    bench, order = held()
    release(bench, order)
    bench.changed(order, lines=(item("1", 3),))
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 2}}
    assert bench.causes_of(order) == ["held"]
    release(bench, order)
    assert bench.made_by(order) == {"press": {"1": 3}}
    bench.no_doubles()


def test_a_link_that_no_longer_holds_lets_go_of_what_it_held() -> None:
    bench, order = held()
    bench.link("press", name="look first", send="auto")
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 2}}
    assert bench.attention() == []


def test_a_link_that_begins_to_hold_keeps_back_what_was_not_sent() -> None:
    bench = SortBench()
    bench.link("press", name="all")
    bench.do("pause", connection="press")
    order = bench.ordered(item("1", 2))
    bench.run(at_least=timedelta(minutes=20))
    bench.link("press", name="all", send="hold")
    bench.changed(order, tags=("looked",))
    bench.run()
    bench.do("resume", connection="press")
    bench.run(at_least=timedelta(hours=1))
    assert bench.made_by(order) == {}
    assert bench.causes_of(order) == ["held"]


def test_one_held_line_holds_its_vendors_job_and_no_others() -> None:
    bench = SortBench()
    bench.link("press", name="gifts", skus=["GIFT-*"], send="hold")
    bench.link("press", name="canvas", skus=["C-*"])
    bench.link("press-2", name="rest")
    order = bench.ordered(item("1", 1, "C-1"), item("2", 1, "GIFT-1"), item("3", 1, "M-1"))
    bench.run()
    assert bench.made_by(order) == {"press-2": {"3": 1}}
    (shown,) = bench.attention()
    assert shown["place"] == "job 1"
    assert "The link gifts holds it" in bench.problems_of(order)[0]
    release(bench, order, "job 1")
    assert bench.made_by(order) == {"press": {"1": 1, "2": 1}, "press-2": {"3": 1}}


def test_the_store_cancels_what_is_held() -> None:
    bench, order = held()
    bench.changed(order, cancelled_at=bench.clock.now())
    bench.run()
    assert bench.attention() == []
    assert bench.states_of(order) == [JobState.CANCELLED]
    assert not bench.click("release", order.order_id)["ok"]


@pytest.mark.parametrize("resend", SAFE)
@pytest.mark.parametrize("trouble", [Lost, Crash])
@pytest.mark.parametrize(
    ("call", "side"),
    [
        ("orders.save", "before"),
        ("orders.save", "after"),
        ("queues.send", "before"),
        ("queues.send", "after"),
    ],
)
def test_whatever_breaks_as_it_is_released_it_is_sent_once(
    call: str, side: str, trouble: type[BaseException], resend: Resend
) -> None:
    bench, order = held(resend)
    getattr(bench.switch, side)(call, trouble())
    with pytest.raises(trouble):
        bench.click("release", order.order_id)
    bench.switch.clear()
    if bench.causes_of(order):  # not done: the person sees that, and clicks again
        bench.click("release", order.order_id)
    bench.run(at_least=timedelta(hours=1))
    assert bench.made_by(order) == {"press": {"1": 2}}
    bench.no_doubles()
    assert bench.attention() == []
