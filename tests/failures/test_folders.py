"""Folders: moved by people and by settings, in the end always, and never deciding anything by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platen.connectors import Resend
from platen.domain.attention import Problem
from platen.domain.job import JobState, VendorPhase
from platen.domain.order import Order
from platen.messages import Queue
from platen.usecases import sort
from tests.fakes import Crash, Lost
from tests.support.sorting import SortBench, item

DEFAULTS = ["New", "Prepared", "Closed", "Canceled"]
MOVES = {
    "after_import": "Prepared",
    "after_shipment": "Closed",
    "after_error": "Trouble",
    "after_cancel": "Canceled",
}


@pytest.fixture
def bench() -> SortBench:
    bench = SortBench()
    bench.do("folder_add", names=["Trouble"])
    bench.link("press", skus=["P*"])
    bench.link("press-2", name="second", skus=["Q*"])
    bench.do("rules", connection="stall", intake={"new_folder": "New"})
    return bench


def counts(bench: SortBench) -> dict[str, int]:
    return {one["name"]: one["total"] for one in bench.do("folders")["folders"]}


def words(bench: SortBench, action: str, **fields: Any) -> str:
    answer = bench.ask(action, **fields)
    assert not answer["ok"], answer
    message: str = answer["error"]["message"]
    return message


class TestTheList:
    def test_begins_with_what_people_know(self) -> None:
        assert list(counts(SortBench())) == DEFAULTS

    def test_grows_in_the_order_given_and_doubles_nothing(self, bench: SortBench) -> None:
        bench.do("folder_add", names=["Rush", " rush ", "NEW", "Waiting \t for art", "waiting for ART"])
        assert list(counts(bench)) == [*DEFAULTS, "Trouble", "Rush", "Waiting for art"]

    @pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 51])
    def test_takes_no_name_that_cannot_be_seen_or_is_too_long(self, bench: SortBench, name: str) -> None:
        assert not bench.ask("folder_add", names=[name])["ok"]
        assert list(counts(bench)) == [*DEFAULTS, "Trouble"]

    def test_has_a_limit_that_is_told(self, bench: SortBench) -> None:
        told = words(bench, "folder_add", names=[f"F{n}" for n in range(46)])
        assert told == "There can be 50 folders; these would be 51."

    def test_gives_up_no_folder_that_is_used(self, bench: SortBench) -> None:
        order = bench.ordered(item())
        bench.run()
        bench.put("trouble", order)
        assert words(bench, "folder_remove", name="TROUBLE") == (
            "There are orders of stall in Trouble: move them first."
        )
        bench.put("Closed", order)
        bench.do("folder_remove", name="trouble")
        assert "Trouble" not in counts(bench)
        assert "there is no folder Trouble" in words(bench, "folder_remove", name="Trouble").replace(
            "There", "there"
        )

    @pytest.mark.parametrize("rule", ["after_import", "after_shipment", "after_error", "after_cancel"])
    def test_nor_one_that_a_vendors_rule_names(self, bench: SortBench, rule: str) -> None:
        bench.rule("press", **{rule: "closed"})
        assert words(bench, "folder_remove", name="Closed") == "The rules of press name Closed: change them first."

    @pytest.mark.parametrize("rule", ["new_folder", "cancel_folder"])
    def test_nor_one_that_a_stores_rule_or_a_link_names(self, bench: SortBench, rule: str) -> None:
        bench.do("rules", connection="stall", intake={rule: "prepared"})
        assert "rules of stall name Prepared" in words(bench, "folder_remove", name="Prepared")
        bench.link("press", folders=["CLOSED"])
        assert "rules of stall name Closed" in words(bench, "folder_remove", name="Closed")

    def test_keeps_its_last_one(self, bench: SortBench) -> None:
        bench.do("rules", connection="stall", intake={"new_folder": ""})
        for name in ("Prepared", "Closed", "Canceled", "Trouble"):
            bench.do("folder_remove", name=name)
        assert words(bench, "folder_remove", name="New") == "One folder has to stay."

    def test_counts_no_further_than_it_says(self, bench: SortBench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sort, "MOST_COUNTED", 3)
        for _ in range(5):
            bench.ordered(item())
        bench.run()
        assert bench.do("folders")["most"] == 3
        assert counts(bench)["New"] == 3


class TestAPersonMoves:
    def test_one_and_the_story_tells_who(self, bench: SortBench) -> None:
        order = bench.ordered(item())
        bench.run()
        moved = bench.do("move", orders=[order.number, order.order_id, "no such"], folder="closed", who="Mo")
        assert moved == {"moved": [order.number], "missing": ["no such"]}
        assert bench.folder_of(order) == "Closed"
        story = bench.do("order", order=order.order_id)["order"]["story"]
        assert [one["what"] for one in story if "moved" in one["what"]] == ["moved to Closed from New (Mo)"]

    def test_nothing_where_a_name_is_not_clear(self, bench: SortBench) -> None:
        other = bench.connections.get("stall").but(connection_id="other", version=0)
        bench.connections.save(other)
        first = bench.ordered(item())
        bench.store.orders["2"] = first.but(store_order_id="2", number="#2")
        bench.hint(bench.store.orders["2"])
        bench.store.orders["3"] = first.but(connection="other", store_order_id="3", number="#2")
        hint = {"connection": "other", "store_order_id": "3"}
        bench.queues.put_raw(Queue.INTAKE, str(hint).replace("'", '"'))
        bench.run()
        assert "More than one order is called #2" in words(
            bench, "move", orders=["#1", "#2"], folder="Closed", who="M"
        )
        assert bench.folder_of(first) == "New", "asked before any is moved"

    def test_all_of_a_folder_page_by_page(self, bench: SortBench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sort, "AT_ONCE", 10)
        orders = [bench.ordered(item()) for _ in range(35)]
        bench.run()
        moved, more = 0, True
        while more:
            page = bench.do("move_all", connection="stall", from_folder="new", folder="closed", who="M")
            moved, more = moved + page["moved"], page["more"]
        assert moved == 35
        assert counts(bench) == {"New": 0, "Prepared": 0, "Closed": 35, "Canceled": 0, "Trouble": 0}
        assert {bench.folder_of(one) for one in orders} == {"Closed"}

    def test_to_where_they_are_moves_nothing(self, bench: SortBench) -> None:
        order = bench.ordered(item())
        bench.run()
        before = bench.everything()
        assert bench.put("NEW", order) == {"moved": [order.number], "missing": []}
        page = bench.do("move_all", connection="stall", from_folder="New", folder="new", who="M")
        assert page == {"moved": 0, "more": False}
        assert bench.everything() == before

    def test_and_what_has_moved_on_meanwhile_is_left_where_it_went(self, bench: SortBench) -> None:
        """The index by folder is a moment late."""
        order = bench.ordered(item())
        bench.run()
        stale = bench.orders.in_folder("stall", "New", 10)
        bench.put("Prepared", order)
        bench.orders.in_folder = lambda *_: stale  # type: ignore[method-assign]
        bench.do("move_all", connection="stall", from_folder="New", folder="Closed", who="M")
        assert bench.folder_of(order) == "Prepared"

    @pytest.mark.parametrize("action", ["move", "move_all", "orders"])
    def test_to_no_folder_that_is_not_there(self, bench: SortBench, action: str) -> None:
        order = bench.ordered(item())
        bench.run()
        said: dict[str, dict[str, Any]] = {
            "move": {"orders": [order.order_id], "folder": "Nowhere", "who": "M"},
            "move_all": {"connection": "stall", "from_folder": "New", "folder": "Nowhere", "who": "M"},
            "orders": {"folder": "Nowhere"},
        }
        assert words(bench, action, **said[action]).startswith(
            "There is no folder Nowhere; there are: New, Prepared"
        )

    def test_and_it_stands_until_something_happens(self, bench: SortBench) -> None:
        bench.rule("press", **MOVES)
        order = bench.ordered(item())
        bench.run()
        assert bench.folder_of(order) == "Prepared"
        bench.put("Trouble", order)
        bench.changed(order, tags=("looked",))
        bench.vendor.made[0].phase = VendorPhase.IN_PRODUCTION
        bench.heard()
        assert bench.folder_of(order) == "Trouble"
        bench.ships(order)
        assert bench.folder_of(order) == "Closed"


def _imported(bench: SortBench) -> Order:
    order = bench.ordered(item())
    bench.run()
    return order


def _shipped(bench: SortBench) -> Order:
    order = _imported(bench)
    bench.ships(order)
    return order


def _stopped(bench: SortBench) -> Order:
    bench.vendor.problems = [Problem(what="There is no such frame.")]
    return _imported(bench)


def _cancelled(bench: SortBench) -> Order:
    order = _imported(bench)
    bench.changed(order, cancelled_at=bench.clock.now())
    bench.heard()
    return order


STEPS: dict[str, Callable[[SortBench], Order]] = {
    "Prepared": _imported,
    "Closed": _shipped,
    "Trouble": _stopped,
    "Canceled": _cancelled,
}


@pytest.mark.parametrize("folder", STEPS)
def test_a_setting_moves_an_order_however_its_folder_is_typed(bench: SortBench, folder: str) -> None:
    bench.rule("press", **{rule: f" {name.upper()} " for rule, name in MOVES.items()})
    order = STEPS[folder](bench)
    assert bench.folder_of(order) == folder
    assert [one["order_id"] for one in bench.do("orders", folder=folder)["orders"]] == [order.order_id]


@pytest.mark.parametrize("folder", STEPS)
@pytest.mark.parametrize("resend", [Resend.LOOKUP, Resend.UNIQUE_ID])
@pytest.mark.parametrize("trouble", [Lost, Crash])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_whatever_breaks_at_a_write_the_move_comes_in_the_end(
    folder: str, resend: Resend, trouble: type[BaseException], side: str, nth: int
) -> None:
    bench = SortBench(resend)
    bench.do("folder_add", names=["Trouble"])
    bench.link("press", folders=["New", "Prepared", "Trouble"])
    bench.do("rules", connection="stall", intake={"new_folder": "New"})
    bench.rule("press", **MOVES)
    for call in ("orders.save", "orders.claim_job", "vendor.submit"):
        getattr(bench.switch, side)(call, trouble(), nth=nth)
    order = STEPS[folder](bench)
    bench.run(at_least=timedelta(hours=6))
    assert bench.folder_of(order) == folder
    bench.no_doubles()
    assert not bench.queues.dead()


def test_an_order_in_two_parts_is_closed_with_the_last(bench: SortBench) -> None:
    bench.rule("press", **MOVES)
    bench.rule("press-2", after_shipment="Closed")
    order = bench.ordered(item("1"), item("2", sku="Q"))
    bench.run()
    assert bench.folder_of(order) == "Prepared"
    bench.ships(order, "press")
    assert bench.folder_of(order) == "Prepared", "its other part is still on its way"
    bench.ships(order, "press-2")
    assert bench.folder_of(order) == "Closed"


def test_an_order_whose_other_part_is_cancelled_is_closed_too(bench: SortBench) -> None:
    for vendor in ("press", "press-2"):
        bench.rule(vendor, **MOVES)
    order = bench.ordered(item("1"), item("2", sku="Q"))
    bench.run()
    bench.ships(order, "press")
    assert bench.folder_of(order) == "Prepared"
    second = next(job for job in bench.now_of(order).jobs.values() if job.vendor == "press-2")
    bench.click("cancel", order.order_id, f"job {second.job_id}")
    bench.heard()
    assert bench.states_of(order) == [JobState.SHIPPED, JobState.CANCELLED]
    assert bench.folder_of(order) == "Closed", "it was shipped, and nothing of it is on its way"


def test_an_order_that_only_waits_again_is_not_among_the_cancelled(bench: SortBench) -> None:
    bench.rule("press", **MOVES)
    bench.do("pause", connection="press")
    order = bench.ordered(item())
    bench.run(at_least=timedelta(minutes=20))
    bench.changed(order, hold="held at the store")
    bench.run(at_least=timedelta(minutes=20))
    assert bench.states_of(order) == [JobState.CANCELLED]
    assert bench.folder_of(order) == "New"


class TestALinkThatNamesAFolder:
    def test_acts_when_a_person_moves_the_order_there(self, bench: SortBench) -> None:
        bench.do("unlink", store="stall", vendor="press")
        bench.do("unlink", store="stall", vendor="press-2")
        bench.link("press", folders=["prepared"])
        order = bench.ordered(item())
        bench.run()
        assert bench.causes_of(order) == ["unrouted_line"]
        bench.put("Prepared", order)
        bench.run()
        assert bench.made_by(order) == {"press": {"1": 1}}
        assert bench.attention() == []

    def test_and_the_move_back_changes_nothing_of_what_is_sent(self, bench: SortBench) -> None:
        bench.link("press", name="prepared", folders=["Prepared"], before="press")
        bench.link("press-2", name="rest", folders=["New"], before="press")
        order = bench.ordered(item())
        bench.run()
        assert bench.made_by(order) == {"press-2": {"1": 1}}
        for folder in ("Prepared", "Closed", "New"):
            bench.put(folder, order)
            bench.run()
        assert bench.made_by(order) == {"press-2": {"1": 1}}
        assert bench.attention() == []

    def test_acts_when_a_setting_moves_it_there_even_as_it_comes_in(self, bench: SortBench) -> None:
        bench.link("press", name="hold", send="hold", folders=["New"], before="press")
        bench.link("press-2", name="troubles", folders=["Trouble"], before="hold")
        bench.rule("press", after_error="Trouble")
        order = bench.ordered(item())
        bench.run()
        assert bench.folder_of(order) == "Trouble"
        assert bench.made_by(order) == {"press-2": {"1": 1}}
        assert bench.attention() == []

    @pytest.mark.parametrize("trouble", [Lost, Crash])
    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("call", ["orders.save", "queues.send"])
    def test_and_whatever_breaks_no_move_is_without_its_look(
        self, bench: SortBench, call: str, side: str, trouble: type[BaseException]
    ) -> None:
        bench.link("press", folders=["Prepared"])
        order = bench.ordered(item())
        bench.run()
        getattr(bench.switch, side)(call, trouble())
        with pytest.raises(trouble):
            bench.put("Prepared", order)
        bench.switch.clear()
        bench.run()
        if bench.folder_of(order) == "New":
            bench.put("Prepared", order)
            bench.run()
        assert bench.made_by(order) == {"press": {"1": 1}}
        bench.no_doubles()

    def test_links_and_settings_that_send_an_order_in_circles_come_to_rest(self, bench: SortBench) -> None:
        bench.do("folder_add", names=["Here", "There"])
        bench.link("press", name="here", send="hold", folders=["Here", "New"], before="press")
        bench.link("press-2", name="there", send="hold", folders=["There"], before="press")
        bench.rule("press", after_error="There")
        bench.rule("press-2", after_error="Here")
        order = bench.ordered(item())
        bench.run(timedelta(hours=6))
        assert bench.causes_of(order) == ["held"], "a person is shown what it came to"
        assert len(bench.now_of(order).jobs) <= 20
        assert bench.made_by(order) == {}


_EVENTS = st.lists(
    st.sampled_from(["place", "change", "cancel", "ship", "fail", "mend", "pause", "resume", "wait"]), max_size=8
)


def _world(events: list[str], *, folders: bool) -> SortBench:
    bench = SortBench()
    bench.link("press", skus=["P*"])
    bench.link("press-2", name="second", skus=["Q*"])
    if folders:
        bench.do("folder_add", names=["Trouble"])
        bench.do("rules", connection="stall", intake={"new_folder": "New", "cancel_folder": "Canceled"})
        for vendor in ("press", "press-2"):
            bench.rule(vendor, **MOVES)
    orders = [bench.ordered(item("1", 2), item("2", 1, "Q"))]
    for place, event in enumerate(events):
        _happens(bench, orders, event, place)
        if folders:
            bench.put(("Closed", "Trouble", "New")[place % 3], orders[place % len(orders)])
        bench.run(timedelta(hours=1))
    bench.run(at_least=timedelta(hours=5))
    return bench


def _happens(bench: SortBench, orders: list[Order], event: str, place: int) -> None:
    match event:
        case "place":
            orders.append(bench.ordered(item("1", 2), item("2", 1, "Q")))
        case "change":
            orders[-1] = bench.changed(orders[-1], lines=(item("1", 3 + place), item("2", 1, "Q")))
        case "cancel":
            orders[-1] = bench.changed(orders[-1], cancelled_at=bench.clock.now())
        case "ship":
            bench.ships(orders[0], "press")
        case "fail" | "mend":
            bench.vendors["press-2"].problems = [Problem(what="No.")] if event == "fail" else []
        case "wait":
            bench.run(at_least=timedelta(hours=5))
        case _:
            bench.do(event, connection="press")


def _what_was_done(bench: SortBench) -> object:
    vendors = {
        name: [(one.external_id, one.lines, one.phase) for one in vendor.made]
        for name, vendor in bench.vendors.items()
    }
    records = [
        (one.head.state, [(job.vendor, job.state, job.lines) for job in one.jobs.values()])
        for one in bench.orders.records()
    ]
    return vendors, records, bench.store.shown


@settings(max_examples=40)
@given(_EVENTS)
def test_a_folder_that_no_link_names_changes_nothing_of_what_is_done(events: list[str]) -> None:
    assert _what_was_done(_world(events, folders=True)) == _what_was_done(_world(events, folders=False))
